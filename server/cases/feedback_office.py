"""Working off feedback: who takes a case, what comes of it, what was noted; each is in the audit log.

Errors::

    FeedbackError    a case cannot be touched so; the message is for the person, in English
"""

from collections.abc import Callable, Mapping
from typing import Final

from server import ServerError
from server.rules.access import Account
from server.rules.pages.feedback_data import LONGEST_NOTE, State
from server.rules.pages.told import REFUSALS
from server.settings import Home
from server.store.audit_log import AuditLog
from server.store.engine import Store
from server.store.feedback import FeedbackCases
from wire.private import seal_private

_STATES: Final = {"take": State.TAKEN, "done": State.DONE, "open": State.OPEN, "note": None}


class FeedbackError(ServerError):
    """A case cannot be touched so."""


class FeedbackOffice:
    """Works off one body's feedback. ``clock`` gives ms UTC."""

    def __init__(self, home: Home, store: Store, body: str, *, clock: Callable[[], int]) -> None:
        self._home = home
        self._store = store
        self._body = body
        self._clock = clock

    def work_off(self, account: Account, fields: Mapping[str, str]) -> None:
        """Do with a case what a form says.

        ``fair`` and ``case`` name it, ``do`` is take, done, open or note, ``note`` what is known of it from
        now on, and ``seen`` when the case that the form shows was last touched.
        """
        do, note = fields.get("do", ""), fields.get("note", "").strip()
        if do not in _STATES:
            raise FeedbackError(REFUSALS["do"])
        if len(note) > LONGEST_NOTE:
            raise FeedbackError(REFUSALS["long"])
        with self._store.writing() as connection:
            cases = FeedbackCases(connection, self._body)
            row = cases.one(fields["fair"], fields["case"])
            if row is None:
                raise FeedbackError(REFUSALS["gone"])
            if fields.get("seen", "") != str(row.case_at):
                raise FeedbackError(REFUSALS["changed"])
            state = _STATES[do] or State(row.state) or State.OPEN
            # Later than what the form showed, whatever the clock says: two forms cannot show the same.
            at = max(self._clock(), row.case_at + 1)
            key = bytes(self._home.secrets.sealing_key.public_key)
            sealed = seal_private({"note": note}, key) if note else b""
            who = row.who if do == "note" else account.name
            cases.put_case(row.event_id, row.fair, state, who=who, at=at, note=sealed)
            AuditLog(connection, self._body).append(
                bytes.fromhex(self._home.secrets.digest_key),
                at=at,
                who=account.name,
                what="feedback case",
                # Not what was noted: that may say of whom.
                event=row.event_id,
                fair=row.fair,
                do=do,
            )
