"""People and programs that may look: how they are kept. A name is given once a server, whatever the body."""

from dataclasses import dataclass, field, fields
from typing import Any

import msgspec
from sqlalchemy import Connection, insert, select, update

from server.rules.access import Account, Holder, Role
from server.store import tables as t


@dataclass(frozen=True, slots=True)
class AccountRow:
    """An account. Times are ms UTC; ``body`` is empty until the server's first tour is loaded.

    A person has a ``password`` (a hash) or waits for a first one, a program has the hash of a token.
    """

    body: str
    name: str
    role: str
    scope: str
    made_at: int
    password: str = field(default="", repr=False)
    token_sha256: str = field(default="", repr=False)
    link_sha256: str = field(default="", repr=False)
    link_until: int = 0
    code_secret: bytes | None = field(default=None, repr=False)
    code_step: int = 0
    disabled_at: int | None = None
    signed_in_at: int | None = None

    @property
    def holder(self) -> Holder:
        """What it is good for."""
        scope = msgspec.json.decode(self.scope, type=_Scope)
        return Holder(
            self.body, Role(self.role), frozenset(scope.territories), scope.fair, scope.booth, scope.partner
        )

    def account(self, mark: str = "") -> Account:
        """Give it as those who judge see it."""
        return Account(self.name, self.holder, mark, has_code=self.code_secret is not None)


class _Scope(msgspec.Struct, frozen=True, omit_defaults=True):
    territories: list[str] = []
    fair: str = ""
    booth: str = ""
    partner: str = ""


def scope_of(holder: Holder) -> str:
    """Give a holder's scope as it is kept."""
    scope = _Scope(sorted(holder.territories), holder.fair, holder.booth, holder.partner)
    return msgspec.json.encode(scope).decode()


_COLUMNS = [t.account.c[each.name] for each in fields(AccountRow)]


class AccountRows:
    """The accounts on one connection, inside the caller's transaction; those of every body."""

    def __init__(self, connection: Connection) -> None:
        self._c = connection

    def all(self) -> list[AccountRow]:
        """Give every account, by name."""
        return [AccountRow(*row) for row in self._c.execute(select(*_COLUMNS).order_by(t.account.c.name))]

    def get(self, name: str) -> AccountRow | None:
        """Give the account of that name."""
        row = self._c.execute(select(*_COLUMNS).where(t.account.c.name == name)).first()
        return AccountRow(*row) if row else None

    def by_link(self, sha256: str) -> AccountRow | None:
        """Give whose one-time link has this hash."""
        row = self._c.execute(select(*_COLUMNS).where(t.account.c.link_sha256 == sha256)).first()
        return AccountRow(*row) if row and sha256 else None

    def add(self, row: AccountRow) -> None:
        """Write a new account down."""
        self._c.execute(insert(t.account), [{each.name: getattr(row, each.name) for each in fields(row)}])

    def change(self, name: str, **values: Any) -> None:
        """Write some of an account's fields anew."""
        self._c.execute(update(t.account).where(t.account.c.name == name).values(**values))

    def adopt(self, body: str) -> None:
        """Give those that were made before there was a body to the first one."""
        self._c.execute(update(t.account).where(t.account.c.body == "").values(body=body))
