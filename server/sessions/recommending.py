"""What people decide on the page of a session: that a recommendation is done, or is open again."""

from collections.abc import Callable, Mapping
from typing import Final

import msgspec

from server import ServerError
from server.rules.access import Account
from server.sessions.sessions import EVERY_PAGE
from server.settings import Home
from server.store.audit_log import AuditLog
from server.store.engine import Store
from server.store.ledger import Ledger
from server.store.sessions import Sessions

GONE: Final = "That recommendation is no longer there. Load the page again."
"""Why something was not done, in English: the text's key."""


class Recommending:
    """Decides on the recommendations of one body. ``clock`` gives ms UTC."""

    def __init__(self, home: Home, store: Store, body: str, *, clock: Callable[[], int]) -> None:
        self._home = home
        self._store = store
        self._body = body
        self._clock = clock

    def done(self, account: Account, fields: Mapping[str, str]) -> None:
        """Note that the recommendation ``number`` of ``session`` is done; raises :class:`ServerError`."""
        self._decide(account, fields, is_done=True)

    def reopen(self, account: Account, fields: Mapping[str, str]) -> None:
        """Note that it is to be done again; raises :class:`ServerError`."""
        self._decide(account, fields, is_done=False)

    def _decide(self, account: Account, fields: Mapping[str, str], *, is_done: bool) -> None:
        session, number = fields.get("session", ""), fields.get("number", "")
        with self._store.writing() as connection:
            sessions = Sessions(connection, self._body)
            listed = {str(each.number): each for each in sessions.recommendations([session])[session]}
            found = listed.get(number)
            if found is None:
                raise ServerError(GONE)
            if found.is_open != is_done:
                return
            at = self._clock()
            sessions.put_recommendation(
                session, msgspec.structs.replace(found, done_at=at if is_done else None)
            )
            AuditLog(connection, self._body).append(
                bytes.fromhex(self._home.secrets.digest_key),
                at=at,
                who=account.name,
                what="recommendation done" if is_done else "recommendation reopened",
                session=session,
                number=found.number,
            )
            Ledger(connection, self._body).note_moves([EVERY_PAGE])
