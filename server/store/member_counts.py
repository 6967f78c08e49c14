"""How many members there are, by home: kept beside the members themselves, and moved with them.

Counts are marginal, each by (scope, key), and those of the active alone but for ``GONE``::

    category     a category's number
    language     ar, fr, …
    kind         1, 2, 4 or 8: who is several is counted by each
    card         with, without: whether a card of theirs is in force
    new          the day since when they are known, as days since 1970 in UTC
    gone         "": whoever was deactivated

Whatever writes members or cards does so within :meth:`MemberCounts.following`, which looks before and after.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final, NamedTuple

from sqlalchemy import delete, func, literal, select

from server.rules.members.member import Kind, Member
from server.store import tables as t
from server.store.statements import Statements

CATEGORY: Final = "category"
LANGUAGE: Final = "language"
KIND: Final = "kind"
CARD: Final = "card"
NEW: Final = "new"
GONE: Final = "gone"
WITH: Final = "with"
WITHOUT: Final = "without"
DAY_MS: Final = 86_400_000
_STREAMED: Final = {"yield_per": 2000}
_MOVE: Final = (
    "INSERT INTO member_count (body, scope, key, territory, count) VALUES ({}) "
    "ON CONFLICT (body, scope, key, territory) DO UPDATE SET count = member_count.count + excluded.count"
)
Counted = Counter[tuple[str, str, str]]
"""How many by home, scope and key."""


class _State(NamedTuple):
    """What a member is counted by."""

    territory: str
    category: int
    kinds: int
    language: str
    day: int
    is_gone: bool
    has_card: bool


class MemberCounts(Statements):
    """The counts of one body on one connection, inside the caller's transaction."""

    # -- what is counted ---------------------------------------------------------------------

    def of(self, homes: Collection[str] | None) -> dict[tuple[str, str], int]:
        """Give how many there are by (scope, key): all, or of those who live at these homes."""
        c = t.member_count.c
        columns = (c.scope, c.key, func.sum(c.count).label("found"))
        query = select(*columns).where(c.body == self._body).group_by(c.scope, c.key)
        if homes is not None:
            # One parameter however many there are; see _for_each, which cannot bring them together.
            query = query.where(c.territory.in_(sorted(homes)))
        return {(row.scope, row.key): int(row.found) for row in self._c.execute(query) if row.found}

    def by_home(self) -> dict[str, int]:
        """Give how many of the active live where."""
        c = t.member_count.c
        query = select(c.territory, func.sum(c.count).label("found"))
        query = query.where(c.body == self._body, c.scope == CATEGORY).group_by(c.territory)
        return {row.territory: int(row.found) for row in self._c.execute(query) if row.found}

    def homes(self) -> set[str]:
        """Name all homes of members, also of those who were deactivated; nobody may live at some any more."""
        c = t.member_count.c
        query = select(c.territory).where(c.body == self._body, c.scope.in_((CATEGORY, GONE)))
        return set(self._c.execute(query.distinct()).scalars())

    # -- how it is kept ----------------------------------------------------------------------

    def add(self, members: Iterable[Member], at: int) -> None:
        """Count new members, who have no cards yet; known since ``at``, ms UTC."""
        self._add(_counted(_new(member, at) for member in members))

    @contextmanager
    def following(self, members: Collection[str]) -> Iterator[None]:
        """Count what changes of these members within: what they are, whether they are, their cards."""
        before = _counted(self._states(members))
        yield
        after = _counted(self._states(members))
        after.subtract(before)
        self._add(after)

    @contextmanager
    def following_cards(self, cards: Collection[str]) -> Iterator[None]:
        """Count what changes of those who hold these cards."""
        query = select(t.member_card.c.member).where(t.member_card.c.body == self._body)
        with self.following({row.member for row in self._for_each(t.member_card.c.card, cards, query)}):
            yield

    def anew(self) -> None:
        """Count everybody again."""
        self._c.execute(delete(t.member_count).where(t.member_count.c.body == self._body))
        with self._c.execute(self._of_members(), execution_options=_STREAMED) as rows:
            counted = _counted(map(_state, rows))
        self._add(counted)

    def _states(self, members: Collection[str]) -> Sequence[_State]:
        rows = self._for_each(t.member.c.member, set(members), self._of_members())
        return [_state(row) for row in rows]

    def _of_members(self) -> Any:
        c = t.member.c
        columns = (c.member, c.territory, c.category, c.kinds, c.language, c.made_at, c.deactivated_at)
        return select(*columns, has_card(self._body).label("has_card")).where(c.body == self._body)

    def _add(self, changes: Counted) -> None:
        """Move counts, by the driver itself: a list of a nation's members moves each of them many times."""
        rows = [
            (self._body, scope, key, territory, count)
            for (territory, scope, key), count in sorted(changes.items())
            if count
        ]
        if not rows:
            return
        if self._is_sqlite:
            self._c.exec_driver_sql(_MOVE.format(", ".join("?" * len(rows[0]))), rows)
            return
        driver: Any = self._c.connection.driver_connection
        with driver.cursor() as cursor:
            cursor.executemany(_MOVE.format(", ".join(["%s"] * len(rows[0]))), rows)


def has_card(body: str) -> Any:
    """Give the condition that a row of ``member`` has a card which is not refused."""
    card, revoked = t.member_card, t.revoked_card
    same = (revoked.c.body == card.c.body) & (revoked.c.card == card.c.card)
    return (
        select(literal(1))
        .select_from(card.outerjoin(revoked, same))
        .where(card.c.body == body, card.c.member == t.member.c.member, revoked.c.card.is_(None))
        .exists()
    )


def _state(row: Any) -> _State:
    return _State(
        row.territory,
        row.category,
        row.kinds,
        row.language,
        row.made_at // DAY_MS,
        row.deactivated_at is not None,
        row.has_card,
    )


def _new(member: Member, at: int) -> _State:
    what = (member.territory, member.category, member.kinds, member.language)
    return _State(*what, at // DAY_MS, not member.is_active, has_card=False)


def _counted(states: Iterable[_State]) -> Counted:
    found: Counted = Counter()
    # A list of thousands has few who are counted differently.
    for state, count in Counter(states).items():
        for scope, key in _scopes(state):
            found[state.territory, scope, key] += count
    return found


def _scopes(state: _State) -> Iterator[tuple[str, str]]:
    if state.is_gone:
        yield GONE, ""
        return
    yield CATEGORY, str(state.category)
    yield LANGUAGE, state.language
    yield CARD, WITH if state.has_card else WITHOUT
    yield NEW, str(state.day)
    yield from ((KIND, str(int(kind))) for kind in Kind if kind & state.kinds)
