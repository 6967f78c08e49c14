"""Days and clocks as people write them on paper, by the clock of the place.

Nothing is guessed: a wrong one that was taken would stay and count beside the right one, once the list is
corrected. A clock of twelve hours says which half of the day; a day without its whole year is one of the
fair's; where a fair has one day alone, the clock may stand alone; and nothing else stands beside them.
"""

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from wire.zones import zone_of

_DAYS: Final = (
    re.compile(r"(?<![0-9])(?P<year>[0-9]{4})[/.-](?P<month>[0-9]{1,2})[/.-](?P<day>[0-9]{1,2})(?![0-9])"),
    re.compile(
        r"(?<![0-9])(?P<day>[0-9]{1,2})[/.-](?P<month>[0-9]{1,2})"
        r"(?:[/.-](?P<year>[0-9]{4}|[0-9]{2}))?(?![0-9])"
    ),
)
_CLOCK: Final = re.compile(
    r"(?<![0-9])([0-9]{1,2})\s*[:h]\s*([0-5][0-9])(?::[0-5][0-9](?:\.[0-9]+)?)?(?![0-9])"
    r"(?:\s*(?:(am|a\.m\.|ص)|(pm|p\.m\.|م))(?!\w))?",
    re.IGNORECASE,
)
_BETWEEN: Final = re.compile(r"(?:[\s,،;-]|T|à|at|الساعة)*")
"""What may stand beside a day and a clock, and says nothing."""
_YEARS: Final = range(1971, 9999)
"""Whole years, in every zone, of moments that a fact can hold and a calendar knows."""
_NOON: Final = 12


def day_and_clock(text: str, days: Sequence[date]) -> tuple[date | None, time | None]:
    """Give the one day and the one clock of a text that holds nothing else; ``days`` are the fair's.

    Two columns may say the same, as where a workbook keeps the whole moment in both.
    """
    clocks, text = _cut(_CLOCK, text)
    found: set[date | None] = set()
    for pattern in _DAYS:
        written, text = _cut(pattern, text)
        found |= {_day(each, days) for each in written}
    if not found and len(days) == 1:
        found = {days[0]}
    times = {_time(each) for each in clocks}
    if not _BETWEEN.fullmatch(text) or len(found) != 1 or len(times) != 1:
        return None, None
    return found.pop(), times.pop()


def _cut(pattern: re.Pattern[str], text: str) -> tuple[list[re.Match[str]], str]:
    """Give all that matches, and the text without it."""
    return list(pattern.finditer(text)), pattern.sub(" ", text)


def _day(written: re.Match[str], days: Sequence[date]) -> date | None:
    """Give the day that is meant: without its whole year, the one of these days that it can be."""
    year, month, day = written["year"] or "", int(written["month"]), int(written["day"])
    if len(year) < len("2024"):
        meant = [
            each
            for each in days
            if (each.month, each.day) == (month, day) and each.isoformat()[:4].endswith(year)
        ]
        return meant[0] if len(meant) == 1 else None
    try:
        return date(int(year), month, day) if int(year) in _YEARS else None
    except ValueError:
        return None


def _time(written: re.Match[str]) -> time | None:
    hour, minute, is_early, is_late = int(written[1]), int(written[2]), written[3], written[4]
    if is_early or is_late:
        if not 1 <= hour <= _NOON:
            return None
        hour = hour % _NOON + (_NOON if is_late else 0)
    try:
        return time(hour, minute)
    except ValueError:
        return None


def moments(local: datetime, zone: str) -> list[int]:
    """Give the moments, ms UTC, at which clocks showed this: one, none, or two in their order."""
    there = zone_of(zone)
    found = set()
    for fold in (0, 1):
        moment = local.replace(tzinfo=there, fold=fold).astimezone(UTC)
        if moment.astimezone(there).replace(tzinfo=None) == local:
            found.add((moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1))
    return sorted(found)
