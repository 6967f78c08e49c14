"""The statements of presences: facts that show somebody to be there, which figures are counted from."""

from collections.abc import Collection, Iterable, Iterator
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, case, func, null, or_, select

from server.rules.figures import CAME_IN, Presence
from server.store import tables as t
from server.store.ledger import ACCEPTED
from server.store.statements import Statements
from wire.card import Category
from wire.events import Passage, SessionAttendance, Visit

Span = tuple[int, int]
"""From the first moment, ms UTC, to before the second."""
_STREAMED: Final = {"yield_per": 2000}
SHOWS_SOMEBODY: Final = and_(
    ACCEPTED,
    t.fact.c.voided.is_(False),
    or_(
        t.fact.c.kind == Visit.kind,
        and_(t.fact.c.kind == SessionAttendance.kind, t.fact.c.about.is_not(None)),
        and_(t.fact.c.kind == Passage.kind, t.fact.c.about == "in"),
    ),
)
_SESSION: Final = case(
    (t.fact.c.kind == Visit.kind, null()), (t.fact.c.kind == Passage.kind, CAME_IN), else_=t.fact.c.about
)


class Presences(Statements):
    """The presences of one body on one connection, less those that are voided."""

    def of(self, fair: str, subjects: Collection[int]) -> Iterable[Presence]:
        """Give every presence of these subjects at a fair."""
        query = self._presences.where(t.fact.c.fair == fair)
        return self._for_each(t.fact.c.subject, subjects, query)

    def without_card(self, fair: str, ids: Collection[int]) -> Iterable[Presence]:
        """Give those of these rows that are presences at a fair without a card."""
        query = self._presences.where(t.fact.c.fair == fair, t.fact.c.subject.is_(None))
        return self._for_each(t.fact.c.id, ids, query)

    def all(self, fair: str, between: Span | None = None) -> Iterable[Presence]:
        """Give every presence at a fair, or in a span of it, with and without card: it is read in full."""
        query = self._presences.where(t.fact.c.fair == fair, *within(between))
        return map(Presence._make, self._c.execute(query, execution_options=_STREAMED))

    def earliest(self, fairs: Collection[str], subjects: Collection[int]) -> Iterable[tuple[int, str, int]]:
        """Give when these subjects were first at each of these fairs: subject, fair, ms UTC."""
        return self._for_each(t.fact.c.subject, subjects, self._earliest(fairs))

    def all_earliest(self, fairs: Collection[str]) -> Iterator[tuple[int, str, int]]:
        """Give when every subject was first at each of these fairs, which are read in full."""
        query = self._earliest(fairs).where(t.fact.c.subject.is_not(None))
        for row in self._c.execute(query, execution_options=_STREAMED):
            yield row[0], row[1], row[2]

    def _earliest(self, fairs: Collection[str]) -> Select[Any]:
        c = t.fact.c
        query = select(c.subject, c.fair, func.min(c.corrected_at)).where(
            c.body == self._body,
            c.fair.in_(sorted(fairs)),
            SHOWS_SOMEBODY,
            func.coalesce(c.category, 0) != int(Category.STAFF),
        )
        return query.group_by(c.subject, c.fair)

    @property
    def _presences(self) -> Select[Any]:
        c = t.fact.c
        # Rows are handed on as they are: as tuples they are a Presence each.
        category, territory = func.coalesce(c.category, 0), func.coalesce(c.territory, 0)
        query = select(c.subject, c.booth, c.corrected_at, category, territory, _SESSION)
        return query.where(c.body == self._body, SHOWS_SOMEBODY)


def within(between: Span | None) -> tuple[ColumnElement[bool], ...]:
    """Give what limits facts to a span of corrected time; None does not."""
    at = t.fact.c.corrected_at
    return () if between is None else (at >= between[0], at < between[1])
