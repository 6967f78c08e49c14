"""The plain counts that a page shows of a fair: some in all, and those of its doors for one day alone."""

from collections.abc import Collection
from functools import cache
from typing import Any

from sqlalchemy import CompoundSelect, Select, String, bindparam, select, union_all

from server.store import tables as t
from server.store.statements import Statements

Counts = dict[tuple[str, str], int]
"""Plain counts by (scope, key)."""


class Today(Statements):
    """Plain counts of one body on one connection."""

    def counts(
        self, fair: str, scopes: Collection[str], by_slot: Collection[str], first: str, end: str
    ) -> tuple[Counts, Counts]:
        """Give a fair's counts that are not zero of some scopes; and of others between two slots."""
        asked = {"of_body": self._body, "of_fair": fair, "first": first, "before": end}
        counts: Counts = {}
        passed: Counts = {}
        for scope, key, count in self._c.execute(_counts(tuple(scopes), tuple(by_slot)), asked):
            (passed if scope in by_slot else counts)[scope, key] = count
        return counts, passed


# Made once: every push to a page asks for them, and to make the statement takes longer than to run it.
@cache
def _counts(scopes: tuple[str, ...], by_slot: tuple[str, ...]) -> CompoundSelect[Any]:
    key = t.tally.c.key
    of_day = (key >= bindparam("first", type_=String), key < bindparam("before", type_=String))
    return union_all(*map(_of_scope, scopes), *(_of_scope(scope).where(*of_day) for scope in by_slot))


def _of_scope(scope: str) -> Select[Any]:
    c = t.tally.c
    return select(c.scope, c.key, c["count"]).where(
        c.body == bindparam("of_body", type_=String),
        c.fair == bindparam("of_fair", type_=String),
        c.scope == scope,
        c["count"] != 0,
    )
