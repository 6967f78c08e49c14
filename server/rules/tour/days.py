"""Days and times of day as people write them."""

import re
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any, Final, NamedTuple

from server.rules.reader import Place, Reader, kind, shown
from wire.card import DAY_ZERO, LAST_DAY

MAX_DAYS: Final = 31

_ISO_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MONTH = re.compile(r"([0-9]{4})[-/]([0-9]{1,2})")
_YEAR = re.compile(r"[0-9]{4}")
_YEAR_FIRST = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})")
_YEAR_LAST = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})")
_TIME = re.compile(r"([0-9]{1,2})(?::|h|H| h )([0-9]{2})?(?::00)?")
_PARTIAL: Final = "write a day as far as it is known: 2025-04-05, 2024-05, 2024, or leave it out"


class Wrong(NamedTuple):
    """What is wrong with a value, and what to write instead."""

    what: str
    instead: str


def read_days(reader: Reader, table: Mapping[str, Any], place: Place) -> list[date]:
    """Read the days of a fair: ``days``, or all from ``first_day`` to ``last_day``."""
    span = [key for key in ("first_day", "last_day") if key in table]
    if not span:
        return _listed(reader, table.get("days"), (*place, "days"))
    if "days" in table:
        what = f"both days and {span[0]} say when the fair is"
        reader.note((*place, "days"), what, "write either days, or first_day and last_day")
        return []
    return _spanned(reader, table, place, span)


def _spanned(reader: Reader, table: Mapping[str, Any], place: Place, span: list[str]) -> list[date]:
    if len(span) == 1:
        missing = "last_day" if span == ["first_day"] else "first_day"
        reader.note((*place, missing), "this is missing", f"write {missing} = 2024-12-29", by_itself=False)
    first, last = (read_day(reader, table.get(key), (*place, key)) for key in ("first_day", "last_day"))
    if first is None or last is None:
        return []
    if last < first:
        what = f"the fair ends on {last}, before it begins on {first}"
        reader.note((*place, "last_day"), what, "write a last day that is not before the first")
        return []
    count = (last - first).days + 1
    if count > MAX_DAYS:
        _note_too_many(reader, (*place, "last_day"), count)
        return []
    return [first + timedelta(n) for n in range(count)]


def _listed(reader: Reader, value: object, place: Place) -> list[date]:
    if value is None:
        return []
    if not isinstance(value, list):
        single = parsed_day(value)
        example = single.isoformat() if isinstance(single, date) else "2024-12-27"
        what = f"{kind(value)} stands where a list of days belongs"
        reader.note(place, what, f"write [{example}]")
        return []
    days: list[date] = []
    seen: set[date] = set()
    for number, entry in enumerate(value):
        here = (*place, number)
        day = read_day(reader, entry, here)
        if day is None:
            continue
        if day in seen:
            reader.note(here, f"the day {day} stands here a second time", "take one of them out")
        elif days and day < days[-1]:
            reader.note(here, f"{day} comes before {days[-1]}", "write the days in their order")
        days.append(day)
        seen.add(day)
    if not value:
        reader.note(place, "the fair has no day", "write its days, such as [2024-12-27, 2024-12-28]")
    if len(value) > MAX_DAYS:
        _note_too_many(reader, place, len(value))
    return days


def _note_too_many(reader: Reader, place: Place, count: int) -> None:
    reader.note(place, f"the fair has {count} days", f"write at most {MAX_DAYS}; make each stop a fair")


def read_day(reader: Reader, value: object, place: Place) -> date | None:
    """Read one day on which cards may be valid; None where there is none or it is noted."""
    if value is None:
        return None
    day = parsed_day(value)
    if isinstance(day, Wrong):
        reader.note(place, *day)
        return None
    if not DAY_ZERO <= day <= LAST_DAY:
        reader.note(place, f"no card is valid on {day}", f"write a day from {DAY_ZERO} to {LAST_DAY}")
        return None
    return day


def parsed_day(value: object) -> date | Wrong:
    """Read one day; or say what is wrong and what to write instead."""
    if isinstance(value, datetime):
        return Wrong(f"{shown(value)} is a day with a time", f"write the day alone: {value.date()}")
    if isinstance(value, date):
        return value
    if not isinstance(value, str):
        return Wrong(f"{kind(value)} stands where a day belongs", "write a day as year-month-day: 2024-12-27")
    return _day_of_text(value)


def _day_of_text(value: str) -> date | Wrong:
    if _ISO_DAY.fullmatch(value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            return Wrong(f"the day {value} does not exist", "write a day of the calendar, such as 2024-12-27")
    if month := _MONTH.fullmatch(value):
        example = f"{month[1]}-{month[2].zfill(2)}-01"
        return Wrong(
            f"{shown(value)} is a month, not a day", f"write each day of the fair, such as {example}"
        )
    guess = _guessed_day(value)
    example = guess.isoformat() if guess else "2024-12-27"
    return Wrong(f"{shown(value)} is not written as a day", f"write year-month-day: {example}")


def _guessed_day(text: str) -> date | None:
    if match := _YEAR_FIRST.fullmatch(text.strip()):
        year, month, day = match.groups()
    elif match := _YEAR_LAST.fullmatch(text.strip()):
        day, month, year = match.groups()
    else:
        return None
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


def read_partial_day(reader: Reader, value: object, place: Place) -> str:
    """Read a day as far as it is known, such as ``2024-05``; empty where nothing is."""
    if value is None or value == "":
        return ""
    if isinstance(value, str) and _YEAR.fullmatch(value):
        return value
    if isinstance(value, str) and (month := _MONTH.fullmatch(value)) and 1 <= int(month[2]) <= 12:  # noqa: PLR2004 - months
        return f"{month[1]}-{month[2].zfill(2)}"
    day = parsed_day(value)
    if isinstance(day, date):
        return day.isoformat()
    instead = _PARTIAL if day.what.endswith(("as a day", "belongs", "not a day")) else day.instead
    reader.note(place, day.what, instead)
    return ""


def read_time(reader: Reader, value: object, place: Place) -> str | None:
    """Read a time of day as ``HH:MM``; None where there is none or it is noted."""
    if value is None:
        return None
    if isinstance(value, time) and value.second == value.microsecond == 0 and value.tzinfo is None:
        return value.isoformat("minutes")
    found = _TIME.fullmatch(value.strip()) if isinstance(value, str) else None
    if found and int(found[1]) < 24 and int(found[2] or 0) < 60:  # noqa: PLR2004 - a clock
        return f"{int(found[1]):02}:{found[2] or '00'}"
    if isinstance(value, str):
        what = f"{shown(value)} is no time of day"
    else:
        what = f"{kind(value)} stands where a time of day belongs"
    reader.note(place, what, 'write hours and minutes: "09:30"')
    return None


def refuse_backwards(reader: Reader, first: str | None, last: str | None, place: Place) -> None:
    """Note times, or days as far as known, of which the last comes before the first."""
    if first and last and last[: len(first)] < first[: len(last)]:
        reader.note(place, f"it ends at {last}, before it begins at {first}", "write a later one")
