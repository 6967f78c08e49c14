"""Where somebody's data went: which files may hold a person, as the audit log has it."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import msgspec

from server.rules.agreed import agreement
from server.store.audit_log import AuditLog, Transaction
from server.store.person_held import HeldFact
from wire.events import SignUp

_MEMBERS = "export"
_SESSION = "attestation"


class Disclosed(NamedTuple):
    """A file that was made, and may have left; ``at`` is ms UTC, ``partner`` empty where it was for none."""

    at: int
    who: str
    file: str
    partner: str
    of: str


def disclosures(
    connection: Transaction,
    body: str,
    facts: Iterable[HeldFact],
    *,
    member_since: int | None,
    tours: Mapping[str, str],
) -> list[Disclosed]:
    """Give the files that may hold whoever did this; ``tours`` are those of fairs.

    A list of members may hold one who was known by then (``member_since``, ms UTC), a partner's file whoever
    had signed up with that partner, a session's list whoever was there.
    """
    signed = [
        (agreement(fact.detail).partner, fact)
        for fact in facts
        if fact.kind == SignUp.kind and fact.detail and not fact.voided
    ]
    attended = {
        (fact.fair, fact.about): fact.received_at for fact in facts if fact.kind == "session_attendance"
    }
    found = []
    for entry in AuditLog(connection, body).entries():
        said: dict[str, Any] = msgspec.json.decode(entry.detail)
        if "file" not in said:
            continue
        partner, of = str(said.get("partner", "")), str(said.get("of", said.get("fair", "")))
        if entry.what == _MEMBERS:
            is_in = member_since is not None and member_since <= entry.at
        elif entry.what == _SESSION:
            came = attended.get((of, str(said.get("session", ""))))
            is_in = came is not None and came <= entry.at
        else:
            is_in = bool(partner) and any(
                partner == theirs and of in (fact.fair, tours.get(fact.fair)) and fact.received_at <= entry.at
                for theirs, fact in signed
            )
        if is_in:
            found.append(Disclosed(entry.at, entry.who, str(said["file"]), partner, of))
    return found
