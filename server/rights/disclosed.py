"""Where somebody's data went: which files may hold a person, as the audit log has it."""

from collections.abc import Iterable
from typing import Any, Final, NamedTuple

import msgspec

from server.rights.person import Person
from server.rules.agreed import agreement
from server.rules.audit import Entry
from server.store.audit_log import AuditLog, Transaction
from server.store.ledger import Ledger
from server.store.person_held import HeldFact, PersonHeld
from wire.events import SessionAttendance, SignUp

_NO_FAIR: Final = ""


class Disclosed(NamedTuple):
    """A file that was made, and may have left; ``at`` is ms UTC, ``partner`` empty where it was for none.

    ``of`` is what it tells of: a fair or a tour, else a session or a series that belongs to no fair.
    """

    at: int
    who: str
    file: str
    partner: str
    of: str


def disclosures(
    connection: Transaction, body: str, person: Person, facts: Iterable[HeldFact]
) -> list[Disclosed]:
    """Give the files that may hold a person, whose facts these are.

    A list of members may hold one who was known by then, a partner's file whoever had signed up with that
    partner, a session's list whoever was there. Where it is not kept since when somebody is on such a list,
    every one is given.
    """
    held = _Held(connection, body, person, list(facts))
    found = []
    for entry in AuditLog(connection, body).entries():
        said: dict[str, Any] = msgspec.json.decode(entry.detail)
        if "file" in said and held.may_be_in(entry, said):
            of = next((said[name] for name in ("of", "fair", "session", "series") if said.get(name)), "")
            partner = str(said.get("partner", ""))
            found.append(Disclosed(entry.at, entry.who, str(said["file"]), partner, str(of)))
    return found


class _Held:
    """Since when a person may be in files of each kind, ms UTC; 0 is ever since."""

    def __init__(self, connection: Transaction, body: str, person: Person, facts: list[HeldFact]) -> None:
        held = PersonHeld(connection, body)
        member = person.member.member if person.member else ""
        self._known_since = held.known_since(member)[0] if member else None
        self._tours = {fair: found.tour for fair, found in Ledger(connection, body).fairs().items()}
        self._signed = [
            (agreement(fact.detail).partner, fact)
            for fact in facts
            if fact.kind == SignUp.kind and fact.detail and not fact.voided
        ]
        # Whom facts tell of no more is kept by card: see retention.
        self._at_session = dict.fromkeys(held.sessions_held(person.cards), 0)
        for fact in facts:
            if fact.kind == SessionAttendance.kind:
                at = (fact.fair, fact.about)
                self._at_session[at] = min(fact.received_at, self._at_session.get(at, fact.received_at))
        own, sent = held.takings(person.names), held.takings_for(member) if member else []
        self._at_session.update(((_NO_FAIR, row["session"]), 0) for row in (*own, *sent) if row["attended"])
        # A row of a matrix is of whoever sent somebody, and names nobody who was sent.
        self._series = {row["series"] for row in (*own, *sent) if row["behalf"] in {"", member}}

    def may_be_in(self, entry: Entry, said: dict[str, Any]) -> bool:
        """Say whether a file of which the audit log ``said`` this may hold the person."""
        match entry.what:
            case "export":
                since = self._known_since
            case "attestation":
                since = self._at_session.get((said.get("fair", _NO_FAIR), said.get("session", "")))
            case "session matrix":
                series = said.get("series", "")
                since = 0 if self._series and (not series or series in self._series) else None
            case _:
                partner, of = str(said.get("partner", "")), str(said.get("of", said.get("fair", "")))
                since = min(
                    (
                        fact.received_at
                        for theirs, fact in self._signed
                        if partner and partner == theirs and of in {fact.fair, self._tours.get(fact.fair)}
                    ),
                    default=None,
                )
        return since is not None and since <= entry.at
