"""Writes into the audit log who has looked at pages that show personal data.

Each opening is a row. A page's stream belongs to the opening of its page, and comes back after every
cut of the line: it is a row of its own only where nobody has opened that page with this account within
the hour, as a program does that follows a stream and never asks for the page.
"""

import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from server.rules.access import Account
from server.web.accounts import WebAccounts

_BELONGS_S: Final = 3600.0
_MOST: Final = 4096
_Key = tuple[str, str, str, tuple[tuple[str, str], ...]]


class Looks:
    """Remembers in memory what was opened lately. ``write`` runs something on the writing thread."""

    def __init__(self, accounts: WebAccounts, write: Callable[[Callable[[], Any]], Awaitable[Any]]) -> None:
        self._accounts = accounts
        self._write = write
        self._opened: OrderedDict[_Key, float] = OrderedDict()

    async def opened(self, account: Account, what: str, names: Mapping[str, str]) -> None:
        """Note that a page was opened, or its data asked for; raises :class:`ServerError`."""
        await self._write(lambda: self._accounts.note_look(account, what=what, names=names))
        key = _key(account, what, names)
        self._opened[key] = time.monotonic()
        self._opened.move_to_end(key)
        while len(self._opened) > _MOST:
            self._opened.popitem(last=False)

    async def followed(self, account: Account, what: str, names: Mapping[str, str]) -> None:
        """Note that a stream was opened, where it does not belong to a page that was."""
        at = self._opened.get(_key(account, what, names), float("-inf"))
        if time.monotonic() - at > _BELONGS_S:
            await self.opened(account, what, names)


def _key(account: Account, what: str, names: Mapping[str, str]) -> _Key:
    return account.holder.body, account.name, what, tuple(sorted(names.items()))
