"""Figures from facts: the one definition that ingest, rebuild and tests share.

*Visits* are distinct (subject, booth, ten-minute slot of corrected time); *attendance* is
distinct subjects of visits, of passages inward and of sessions. A visit without a card counts
in visits, never in attendance. Nothing here depends on the order in which facts arrived: a
subject's figures are a function of the set of its presences, and ingest adds the difference
between after and before. What is counted by itself is in ``tallies``, sign-ups in ``consents``.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from collections.abc import Set as AbstractSet
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Final, NamedTuple

from wire.card import Category
from wire.zones import zone_of

SLOT_MS: Final = 10 * 60 * 1000
SLOTS_AN_HOUR: Final = 6
TOTAL: Final = "total"
BOOTH: Final = "booth"
DAY: Final = "day"
HOUR: Final = "hour"
CATEGORY: Final = "category"
SESSION: Final = "session"
CAME_IN: Final = ""
"""Stands for a session where somebody came in by a door."""
_NO_CATEGORY: Final = 1 << 16

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
# A day from the ends of what ``datetime`` holds: local time may lie beyond UTC.
_FIRST_HOUR: Final = (datetime(1, 1, 2, tzinfo=UTC) - _EPOCH) // timedelta(hours=1)
_LAST_HOUR: Final = (datetime(9999, 12, 30, 23, tzinfo=UTC) - _EPOCH) // timedelta(hours=1)

DayOf = Callable[[int], str]
_Figure = tuple[str, str]


class Count(NamedTuple):
    """Visits and attendance of one figure, or a change of them."""

    visits: int
    attendance: int


Figures = dict[_Figure, Count]
"""Counts by (scope, key): ``("total", "")``, ``("booth", "bank")``, ``("day", "2024-12-28")``,
``("hour", "2024-12-28T09:00Z")`` (UTC), ``("category", "widow")``, ``("session", "delegates")``."""

_Spot = tuple[str, int, str | None]
"""A booth, a slot (ten minutes since 1970, UTC), and the session as in :class:`Presence`."""


class Presence(NamedTuple):
    """A fact that shows somebody to be there and counts: accepted and not voided.

    ``at`` is corrected time, ms UTC; ``subject`` is None without a card. ``session`` is None for a
    visit, :data:`CAME_IN` for a passage inward, else the id of the session that the subject is at.
    """

    subject: int | None
    booth: str
    at: int
    category: int
    session: str | None


class Counted:
    """The presences of one fair that count, those of staff left out."""

    def __init__(self, presences: Iterable[Presence] = ()) -> None:
        self.by_subject: dict[int, dict[_Spot, int]] = {}
        self.without_card: Counter[tuple[_Spot, int]] = Counter()
        self.add(presences)

    def add(self, presences: Iterable[Presence]) -> None:
        """Add presences."""
        by_subject, staff = self.by_subject, int(Category.STAFF)
        for subject, booth, at, category, session in presences:
            if category == staff:
                continue
            spot = (booth, at // SLOT_MS, session)
            if subject is None:
                # Nobody in particular came in: that is an entry, and nobody's attendance.
                if session is None:
                    self.without_card[spot, category] += 1
                continue
            spots = by_subject.setdefault(subject, {})
            # Two cards of one subject in one slot: the lower category, whatever came first.
            if category < spots.get(spot, _NO_CATEGORY):
                spots[spot] = category

    def copy(self) -> "Counted":
        """Give the same presences, to add others to."""
        copied = Counted()
        copied.by_subject = {subject: spots.copy() for subject, spots in self.by_subject.items()}
        copied.without_card = self.without_card.copy()
        return copied


def difference(before: Counted, after: Counted, day_of: DayOf) -> Figures:
    """Give what changes in a fair's figures; ``day_of`` gives the local day of an hour.

    From nothing, this counts.
    """
    change = _Change(day_of)
    nothing: dict[_Spot, int] = {}
    for subject in before.by_subject.keys() | after.by_subject.keys():
        was = before.by_subject.get(subject, nothing)
        now = after.by_subject.get(subject, nothing)
        change.add_one(now.items() - was.items(), was, 1)
        change.add_one(was.items() - now.items(), now, -1)
    change.add_without_card(after.without_card, 1)
    change.add_without_card(before.without_card, -1)
    return change.figures()


def category_name(category: int) -> str:
    """Name a card's category as files and pages do."""
    try:
        return Category(category).name.lower()
    except ValueError:
        return f"category_{category}"


@lru_cache(maxsize=64)
def day_namer(zone_name: str) -> DayOf:
    """Give the function that names the local day of an hour (hours since 1970, UTC)."""
    local = zone_of(zone_name)

    @lru_cache(maxsize=4096)
    def day_of(hour: int) -> str:
        return _moment(hour).astimezone(local).date().isoformat()

    return day_of


@lru_cache(maxsize=4096)
def hour_name(hour: int) -> str:
    """Name an hour since 1970 as an ISO hour in UTC, ``2024-12-28T09:00Z``."""
    return f"{_moment(hour).replace(tzinfo=None).isoformat(timespec='minutes')}Z"


@lru_cache(maxsize=4096)
def slot_name(slot: int) -> str:
    """Name a slot as the ISO minute in UTC at which it begins, ``2024-12-28T09:10Z``."""
    hour, number = divmod(slot, SLOTS_AN_HOUR)
    return f"{hour_name(hour)[:-3]}{10 * number:02}Z"


def _moment(hour: int) -> datetime:
    # A clock may say any year up to 287,396; a calendar ends sooner, and no fact may stop the others.
    return _EPOCH + timedelta(hours=min(max(hour, _FIRST_HOUR), _LAST_HOUR))


class _Change:
    """What is added to a fair's figures, and taken away."""

    def __init__(self, day_of: DayOf) -> None:
        self._day_of = day_of
        self._visits: dict[_Figure, int] = defaultdict(int)
        self._attendance: dict[_Figure, int] = defaultdict(int)
        self._known: dict[tuple[str, int, int, str | None], tuple[_Figure, ...]] = {}

    def add_one(
        self, changed: AbstractSet[tuple[_Spot, int]], others: Mapping[_Spot, int], sign: int
    ) -> None:
        """Add or take away presences of one subject; ``others`` has it before, or after."""
        if not changed:
            return
        reached: set[_Figure] = set()
        for spot, category in changed:
            figures = self._figures_of(spot, category)
            reached.update(figures)
            visits = sign if spot[2] is None else 0
            for figure in figures:
                self._visits[figure] += visits
        # Who is counted in a figure by another presence neither joins nor leaves it.
        for spot, category in others.items():
            reached.difference_update(self._figures_of(spot, category))
        for figure in reached:
            self._attendance[figure] += sign

    def add_without_card(self, visits: Mapping[tuple[_Spot, int], int], sign: int) -> None:
        """Add or take away visits of nobody in particular."""
        for (spot, category), count in visits.items():
            for figure in self._figures_of(spot, category):
                self._visits[figure] += sign * count

    def figures(self) -> Figures:
        """Give what did change."""
        counts = {
            figure: Count(visits, self._attendance.get(figure, 0)) for figure, visits in self._visits.items()
        }
        return {figure: count for figure, count in counts.items() if any(count)}

    def _figures_of(self, spot: _Spot, category: int) -> tuple[_Figure, ...]:
        booth, slot, session = spot
        hour = slot // SLOTS_AN_HOUR
        key = (booth, hour, category, session)
        if key not in self._known:
            of_session = ((SESSION, session),) if session else ()
            self._known[key] = (
                (TOTAL, ""),
                (BOOTH, booth),
                (DAY, self._day_of(hour)),
                (HOUR, hour_name(hour)),
                (CATEGORY, category_name(category)),
                *of_session,
            )
        return self._known[key]
