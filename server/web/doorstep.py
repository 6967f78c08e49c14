"""Who has given a right password and owes a one-time code: for five minutes, and five tries."""

import asyncio
import secrets
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from server.rules.access import Account

WAITS_S: Final = 300.0
TRIES: Final = 5
MOST: Final = 200
"""People on the step at once; who came first makes room."""
_SECRET_BYTES: Final = 32


@dataclass(slots=True)
class _Waiting:
    account: Account
    until: float
    wrong: int = 0


class Doorstep:
    """Remembers them by a random ticket that their page holds. ``clock`` gives seconds that never jump.

    ``turn`` is held from the look whether somebody may try to the end of the try: of many that come at once
    each knows what was wrong before.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self.turn = asyncio.Lock()
        self._clock = clock
        self._waiting: OrderedDict[str, _Waiting] = OrderedDict()

    def let_wait(self, account: Account) -> str:
        """Give a ticket to somebody whose password was right."""
        ticket = secrets.token_urlsafe(_SECRET_BYTES)
        self._waiting[ticket] = _Waiting(account, self._clock() + WAITS_S)
        while len(self._waiting) > MOST:
            self._waiting.popitem(last=False)
        return ticket

    def who(self, ticket: str) -> Account | None:
        """Give whose ticket it is; None where it is good no more."""
        found = self._waiting.get(ticket)
        if found is not None and found.until <= self._clock():
            self.leave(ticket)
            return None
        return found.account if found else None

    def wrong(self, ticket: str) -> None:
        """Count a wrong code; after some the password is asked again."""
        found = self._waiting.get(ticket)
        if found is not None:
            found.wrong += 1
            if found.wrong >= TRIES:
                self.leave(ticket)

    def leave(self, ticket: str) -> None:
        """Forget a ticket."""
        self._waiting.pop(ticket, None)
