"""A fair's, a day's or a tour's figures and plain counts, laid out as commands and pages give them."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from server.rules.consents import IN_DOUBT, SIGN_UPS
from server.rules.figures import (
    BOOTH,
    CATEGORY,
    DAY,
    FIRST,
    HOUR,
    HOUR_MS,
    SECTOR,
    TERRITORY,
    TOTAL,
    DayOf,
)
from server.rules.tallies import REGISTRATIONS, by_key, heard
from wire.programme import Territory

Counts = Mapping[tuple[str, str], tuple[int, int]]
"""Visits and attendance by (scope, key), as in ``figures``."""
Tallied = Mapping[tuple[str, str], int]
"""Plain counts by (scope, key), as in ``tallies``."""
NO_TERRITORY: Final = "none"
"""Stands for the territory of whoever's card holds none."""
_NONE: Final = (0, 0)


def stats(
    figures: Counts, tally: Tallied, registered: Mapping[str, int], territories: Mapping[str, str]
) -> dict[str, Any]:
    """Lay everything out that is counted.

    ``registered`` are registrations by local day; ``territories`` names those that cards hold, by code.
    """
    visits, attendance = figures.get((TOTAL, ""), _NONE)
    by_hour, began = by_key(tally, REGISTRATIONS), _of(figures, FIRST)
    by_offer, unclear = by_key(tally, SIGN_UPS), by_key(tally, IN_DOUBT)
    told = heard(tally)
    return {
        "visits": visits,
        "attendance": attendance,
        "registrations": sum(by_hour.values()),
        "first_timers": sum(count for _, count in began.values()),
        "by_booth": _entries(_of(figures, BOOTH)),
        "by_sector": _entries(_of(figures, SECTOR)),
        "by_category": _entries(_of(figures, CATEGORY)),
        "by_territory": _entries(
            {territory_name(code, territories): count for code, count in _of(figures, TERRITORY).items()}
        ),
        "by_hour": _entries(_of(figures, HOUR), registrations=by_hour),
        "by_day": _entries(
            _of(figures, DAY),
            registrations=registered,
            first_timers={day: count for day, (_, count) in began.items()},
        ),
        "sign_ups": {
            "total": sum(by_offer.values()),
            "by_offer": by_offer,
            "in_doubt": sum(unclear.values()),
        },
        "feedback": {
            "count": told.count,
            "mean_face": None if told.mean_face is None else round(told.mean_face, 2),
            "by_face": told.by_face,
            "by_topic": told.by_topic,
            "urgent": told.urgent,
        },
    }


def registered_by_day(tally: Tallied, day_of: DayOf) -> dict[str, int]:
    """Give a fair's registrations by local day."""
    days: Counter[str] = Counter()
    for hour, count in by_key(tally, REGISTRATIONS).items():
        days[day_of(int(datetime.fromisoformat(hour).astimezone(UTC).timestamp()) * 1000 // HOUR_MS)] += count
    return dict(days)


def territories_on_cards(territories: Iterable[Territory]) -> dict[str, str]:
    """Give the ids of those territories of a programme that a card can hold, by code."""
    return {str(territory.code): territory.id for territory in territories if territory.code}


def territory_name(code: str, territories: Mapping[str, str]) -> str:
    """Name what a card holds: ``none`` where it holds nothing, ``code-12`` where nobody is called so."""
    return NO_TERRITORY if code == "0" else territories.get(code, f"code-{code}")


def _of(figures: Counts, scope: str) -> dict[str, tuple[int, int]]:
    return {key: count for (found, key), count in figures.items() if found == scope}


def _entries(counts: Mapping[str, tuple[int, int]], **others: Mapping[str, int]) -> dict[str, dict[str, int]]:
    """Lay counts out by key in its order; ``others`` are counted by the same keys."""
    entries = {}
    for key in sorted({*counts, *(key for other in others.values() for key in other)}):
        visits, attendance = counts.get(key, _NONE)
        beside = {name: other.get(key, 0) for name, other in others.items()}
        entries[key] = {"visits": visits, "attendance": attendance, **beside}
    return entries
