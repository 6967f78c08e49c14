"""Who is let in no more, in one body: read from a ledger, and carried into another state of the same one.

Cards, kiosks and staff are never let in again once they were revoked, so that those of both states are
shut out. Accounts are: which state is the newer one has to be known, to keep more of it than that.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from sqlalchemy import insert, select

from server.store import tables as t
from server.store.accounts import AccountRow, AccountRows
from server.store.audit_log import AuditLog
from server.store.member_counts import MemberCounts
from server.store.registry import Registry
from server.store.statements import Row, Statements

_OF_ACCOUNTS: Final = (
    "role",
    "scope",
    "password",
    "token_sha256",
    "link_sha256",
    "link_until",
    "code_secret",
    "disabled_at",
)
_DISABLED: Final = ("disabled_at", "link_sha256", "link_until")


@dataclass(frozen=True, slots=True)
class ShutOut:
    """Who is let in no more, with since when and why; every account, and how long the audit log is.

    ``cards`` and ``kiosks`` are rows of their tables, ``staff`` since when by id and card, ms UTC.
    """

    cards: Sequence[Row]
    kiosks: Sequence[Row]
    staff: dict[tuple[str, str], int]
    accounts: Sequence[AccountRow]
    looks: int


class Carried(NamedTuple):
    """How many were shut out by what was carried over, and were not before; ``staff`` are their ids."""

    cards: int
    kiosks: int
    staff: frozenset[str]
    accounts: int

    @property
    def counts(self) -> dict[str, int]:
        """How many of whom."""
        return {**self._asdict(), "staff": len(self.staff)}


NOBODY: Final = Carried(0, 0, frozenset(), 0)


class ShutOuts(Statements):
    """Those of one body on one connection, inside the caller's transaction."""

    def all(self) -> ShutOut:
        """Give who is let in no more, and the accounts."""
        return ShutOut(
            cards=self._rows(t.revoked_card),
            kiosks=self._rows(t.revoked_kiosk),
            staff={
                (row.staff_id, row.card): row.revoked_at
                for row in self._registry.staff()
                if row.revoked_at is not None
            },
            accounts=self._accounts(),
            looks=self._looks(),
        )

    def carry_over(self, found: ShutOut) -> Carried:
        """Shut out here, too, whom another state of this ledger does not let in."""
        is_newer = found.looks > self._looks()
        return Carried(
            cards=self._refuse_cards(found.cards),
            kiosks=self._revoke_kiosks(found.kiosks),
            staff=self._revoke_staff(found.staff),
            accounts=sum(self._keep_account(row, is_newer=is_newer) for row in found.accounts),
        )

    def _refuse_cards(self, rows: Sequence[Row]) -> int:
        known = set(self._registry.revoked_cards())
        fresh = [row for row in rows if row["card"] not in known]
        if fresh:
            with MemberCounts(self._c, self._body).following_cards([row["card"] for row in fresh]):
                self._c.execute(insert(t.revoked_card), fresh)
        return len(fresh)

    def _revoke_kiosks(self, rows: Sequence[Row]) -> int:
        """Revoke those that are known here: the key's number of another may be given to a new kiosk."""
        revoked = {row["device"] for row in rows}
        for pairing in self._registry.pairings():
            if pairing.device in revoked and pairing.batch_key is None:
                self._registry.drop_pairing(pairing.number)
        working = {row.device for row in self._registry.kiosks()}
        fresh = [row for row in rows if row["device"] in working]
        if fresh:
            self._c.execute(insert(t.revoked_kiosk), fresh)
        return len(fresh)

    def _revoke_staff(self, since: dict[tuple[str, str], int]) -> frozenset[str]:
        gone = set()
        for row in self._registry.staff():
            at = since.get((row.staff_id, row.card))
            if row.revoked_at is None and at is not None:
                self._registry.revoke_staff(row.staff_id, at)
                gone.add(row.staff_id)
        return frozenset(gone)

    def _keep_account(self, row: AccountRow, *, is_newer: bool) -> bool:
        """Let an account that is known here be as it is in the other state, if that is newer.

        If not, it is disabled alone, where it is there.
        """
        rows = AccountRows(self._c)
        here = rows.get(row.name)
        if here is None or here.body != self._body:
            return False
        if not is_newer and (row.disabled_at is None or here.disabled_at is not None):
            return False
        changed = {
            name: getattr(row, name)
            for name in (_OF_ACCOUNTS if is_newer else _DISABLED)
            if getattr(row, name) != getattr(here, name)
        }
        if changed:
            rows.change(row.name, **changed)
        return bool(changed)

    def _accounts(self) -> list[AccountRow]:
        return [row for row in AccountRows(self._c).all() if row.body == self._body]

    def _looks(self) -> int:
        end = AuditLog(self._c, self._body).end()
        return end.number if end else 0

    def _rows(self, table: Any) -> list[Row]:
        found = self._c.execute(select(table).where(table.c.body == self._body))
        return [dict(row) for row in found.mappings()]

    @property
    def _registry(self) -> Registry:
        return Registry(self._c, self._body)
