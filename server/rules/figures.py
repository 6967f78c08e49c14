"""Figures from facts: the one definition that ingest, rebuild and tests share.

*Visits* are distinct (subject, booth, ten-minute slot of corrected time); *attendance* is
distinct subjects. A visit without a card counts in visits, never in attendance. Nothing
here depends on the order in which facts arrived: a subject's figures are a function of the
set of its visits, and ingest adds the difference between after and before.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
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

DayOf = Callable[[int], str]


class CountedVisit(NamedTuple):
    """A visit that counts: accepted and not voided. ``at`` is corrected time, ms UTC."""

    booth: str
    at: int
    category: int


class Count(NamedTuple):
    """Visits and attendance of one figure, or a change of them."""

    visits: int
    attendance: int


Figures = dict[tuple[str, str], Count]
"""Counts by (scope, key): ``("total", "")``, ``("booth", "bank")``, ``("day", "2024-12-28")``,
``("hour", "2024-12-28T09:00Z")`` (UTC), ``("category", "widow")``."""


def tally(visits: Iterable[CountedVisit], day_of: DayOf) -> Figures:
    """Count the visits of one subject at one fair; ``day_of`` gives the local day of an hour."""
    category_of: dict[tuple[str, int], int] = {}
    for visit in visits:
        place = (visit.booth, visit.at // SLOT_MS)
        # Two cards of one subject in one slot: the lower category, whatever came first.
        category_of[place] = min(category_of.get(place, visit.category), visit.category)
    figures: dict[tuple[str, str], int] = defaultdict(int)
    for (booth, slot), category in category_of.items():
        for figure in _figures_of(booth, slot // SLOTS_AN_HOUR, category, day_of):
            figures[figure] += 1
    return {figure: Count(count, 1) for figure, count in figures.items()}


def tally_without_card(visits: Iterable[CountedVisit], day_of: DayOf) -> Figures:
    """Count visits of nobody in particular: each is a visit, none is attendance."""
    figures: dict[tuple[str, str], int] = defaultdict(int)
    for visit in visits:
        hour = visit.at // SLOT_MS // SLOTS_AN_HOUR
        for figure in _figures_of(visit.booth, hour, visit.category, day_of):
            figures[figure] += 1
    return {figure: Count(count, 0) for figure, count in figures.items()}


def add(into: Figures, more: Figures, sign: int = 1) -> None:
    """Add figures to others in place, or take them away (``sign`` -1)."""
    for figure, count in more.items():
        before = into.get(figure, Count(0, 0))
        into[figure] = Count(before.visits + sign * count.visits, before.attendance + sign * count.attendance)


def changes(figures: Figures) -> Figures:
    """Leave out what did not change."""
    return {figure: count for figure, count in figures.items() if count != Count(0, 0)}


def category_name(category: int) -> str:
    """Name a card's category as files and pages do."""
    try:
        return Category(category).name.lower()
    except ValueError:
        return f"category_{category}"


def day_namer(zone_name: str) -> DayOf:
    """Give the function that names the local day of an hour (hours since 1970, UTC)."""
    zone = zone_of(zone_name)

    @lru_cache(maxsize=4096)
    def day_of(hour: int) -> str:
        return datetime.fromtimestamp(hour * 3600, UTC).astimezone(zone).date().isoformat()

    return day_of


@lru_cache(maxsize=4096)
def hour_name(hour: int) -> str:
    """Name an hour since 1970 as an ISO hour in UTC, ``2024-12-28T09:00Z``."""
    return datetime.fromtimestamp(hour * 3600, UTC).strftime("%Y-%m-%dT%H:00Z")


def _figures_of(booth: str, hour: int, category: int, day_of: DayOf) -> tuple[tuple[str, str], ...]:
    return (
        (TOTAL, ""),
        (BOOTH, booth),
        (DAY, day_of(hour)),
        (HOUR, hour_name(hour)),
        (CATEGORY, category_name(category)),
    )
