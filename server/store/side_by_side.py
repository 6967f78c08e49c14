"""The kept figures of many fairs at once: however many stand side by side, two statements read them."""

from collections import defaultdict
from collections.abc import Collection

from sqlalchemy import or_, select

from server.store import tables as t
from server.store.statements import Statements

Figures = dict[tuple[str, str], tuple[int, int]]
"""Visits and attendance by (scope, key)."""
Counts = dict[tuple[str, str], int]
"""Plain counts by (scope, key)."""


class SideBySide(Statements):
    """The figures of several fairs of one body on one connection."""

    def figures(self, fairs: Collection[str], scopes: Collection[str]) -> dict[str, Figures]:
        """Give the figures of these scopes that are not zero, by fair."""
        c = t.figure.c
        query = select(c.fair, c.scope, c.key, c.visits, c.attendance).where(
            c.body == self._body,
            c.fair.in_(sorted(fairs)),
            c.scope.in_(sorted(scopes)),
            or_(c.visits != 0, c.attendance != 0),
        )
        found: dict[str, Figures] = defaultdict(dict)
        for fair, scope, key, visits, attendance in self._c.execute(query):
            found[fair][scope, key] = (visits, attendance)
        return found

    def tallies(self, fairs: Collection[str], scopes: Collection[str]) -> dict[str, Counts]:
        """Give the plain counts of these scopes that are not zero, by fair."""
        c = t.tally.c
        query = select(c.fair, c.scope, c.key, c["count"]).where(
            c.body == self._body, c.fair.in_(sorted(fairs)), c.scope.in_(sorted(scopes)), c["count"] != 0
        )
        found: dict[str, Counts] = defaultdict(dict)
        for fair, scope, key, count in self._c.execute(query):
            found[fair][scope, key] = count
        return found
