"""A fair's days and hours, as people in its hall call them.

The day shown is today where the fair has one today, else the last day it had. Hours are kept in UTC, and
stand under the local hour at which somebody in the hall would look for them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Final

from wire.zones import zone_of

_HOUR_MIN: Final = 60


@dataclass(frozen=True, slots=True)
class Hour:
    """Visits of an hour, ``minute`` being its start in the local day; None where it did not come yet.

    ``before`` are those of the day beside it; None where there is none.
    """

    minute: int
    shown: int | None
    before: int | None


def local_day(now: int, zone: str) -> date:
    """Give the local day of a moment, ms UTC."""
    return datetime.fromtimestamp(now / 1000, UTC).astimezone(zone_of(zone)).date()


def local_minute(now: int, zone: str) -> int:
    """Give the minute of its local day of a moment, ms UTC."""
    local = datetime.fromtimestamp(now / 1000, UTC).astimezone(zone_of(zone))
    return local.hour * _HOUR_MIN + local.minute


@lru_cache(maxsize=4096)
def local_hour(key: str, zone: str) -> tuple[date, int]:
    """Give local day and minute of an hour or slot named as in the figures, ``2024-12-28T09:00Z``."""
    local = datetime.fromisoformat(key).astimezone(zone_of(zone))
    return local.date(), local.hour * _HOUR_MIN + local.minute


def shown_day(days: Iterable[date], today: date) -> date:
    """Choose the day to show."""
    ordered = sorted(days)
    return max((day for day in ordered if day <= today), default=ordered[0] if ordered else today)


def hours_beside(
    visits: Mapping[str, int], zone: str, day: date, before: date | None, now: int | None
) -> list[Hour]:
    """Lay out the visits (by hours of the figures) of a day beside those of another.

    ``now`` is ms UTC where that day is today, else None.
    """
    shown: dict[int, int] = {}
    earlier: dict[int, int] = {}
    for key, count in visits.items():
        of_day, minute = local_hour(key, zone)
        if of_day in (day, before):
            # The hour that comes twice a year stands once, with the visits of both.
            into = shown if of_day == day else earlier
            into[minute] = into.get(minute, 0) + count
    marks = {*shown, *earlier}
    if not marks:
        return []
    last = None if now is None else local_minute(now, zone)
    if last is not None:
        marks.add(last - last % _HOUR_MIN + min(marks) % _HOUR_MIN)
    return [
        Hour(
            minute,
            None if last is not None and minute > last else shown.get(minute, 0),
            None if before is None else earlier.get(minute, 0),
        )
        for minute in range(min(marks), max(marks) + 1, _HOUR_MIN)
    ]
