"""First-timers: at which fair of its tour a subject was first, by the corrected time of its presences.

Where it was at two fairs in the same millisecond, the fair whose id comes first has it. So each subject
of a tour is a first-timer at one of its fairs and on one day, and first-timers add up to a tour's
attendance.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping

from server.rules.figures import FIRST, HOUR_MS, Count, DayOf, Figures

Earliest = Mapping[str, int]
"""When a subject was first at each fair of one tour, ms UTC; fairs at which it was not are left out."""


def firsts(
    changes: Iterable[tuple[Earliest, Earliest]], day_of: Callable[[str], DayOf]
) -> dict[str, Figures]:
    """Give what changes in the figures of fairs; each change is of one subject, before and after.

    ``day_of`` gives the function that names a fair's local days. From nothing, this counts.
    """
    moved: dict[tuple[str, str], int] = defaultdict(int)
    for before, after in changes:
        was, now = _first(before), _first(after)
        if was != now:
            for first, sign in ((was, -1), (now, 1)):
                if first is not None:
                    at, fair = first
                    moved[fair, day_of(fair)(at // HOUR_MS)] += sign
    found: dict[str, Figures] = defaultdict(dict)
    for (fair, day), by in moved.items():
        if by:
            found[fair][FIRST, day] = Count(0, by)
    return dict(found)


def _first(earliest: Earliest) -> tuple[int, str] | None:
    return min(((at, fair) for fair, at in earliest.items()), default=None)
