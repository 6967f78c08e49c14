"""Days as far as they are known: none, a year, a month, a day, several days. Nothing is ever rounded."""

import re
from datetime import date
from typing import Final, NamedTuple

from server.rules.members.identifiers import digits_as_ascii
from server.rules.members.texts import Unfit, cleaned
from server.rules.reader import shown
from server.rules.wording import Words

_YEAR_FIRST: Final = re.compile(r"([0-9]{4})(?:[-/.]([0-9]{1,2})(?:[-/.]([0-9]{1,2}))?)?")
_DAY_FIRST: Final = re.compile(r"(?:([0-9]{1,2})[-/.])?([0-9]{1,2})[-/.]([0-9]{4})")
_BETWEEN: Final = (" / ", "/", " - ", " – ", " au ", " à ", " to ", " إلى ")  # noqa: RUF001 - as people write spans
_WHOLE: Final = len("2025-04-05")
_MONTH: Final = len("2025-04")
_MONTHS: Final = range(1, 13)
_YEARS: Final = range(1900, 2200)
_LATER_THAN_ALL: Final = "~"
_INSTEAD: Final = (
    "write it as far as it is known: 2025-04-05, 2025-04-05/2025-04-06, 2024-05, 2024, or leave it empty"
)


class Span(NamedTuple):
    """From ``first`` to ``last``, ISO and perhaps in part; ``last`` is empty where it is one day or month."""

    first: str = ""
    last: str = ""

    @property
    def iso(self) -> str:
        """The span in one text: ``2025-04-05/2025-04-06``, ``2024-05``, or nothing."""
        return f"{self.first}/{self.last}" if self.last else self.first

    @property
    def order(self) -> tuple[str, str]:
        """What spans are sorted by: what is not known comes last, a month before its days."""
        return self.first or _LATER_THAN_ALL, self.last

    def is_over(self, today: str) -> bool:
        """Say whether all of it lies before this ISO day; what is not known is not over."""
        last = self.last or self.first
        return bool(last) and last < today[: len(last)]


def read_span(text: str) -> Span:
    """Read what somebody wrote; raises :class:`Unfit`."""
    plain = digits_as_ascii(cleaned(text))
    if not plain:
        return Span()
    one = _part(plain)
    if one:
        return Span(one)
    for mark in _BETWEEN:
        first, found, last = plain.partition(mark)
        # A slash stands within days, too: there the middle one is meant.
        if mark == "/" and plain.count("/") > 1:
            first, last = _halves(plain)
        parts = _part(first.strip()), _part(last.strip())
        if found and all(parts):
            return _span(*parts)
    raise Unfit(f"{shown(text)} is no day", _INSTEAD)


def in_words(span: Span, words: Words) -> str:
    """Say when: ``du 5 au 6 avril 2025``, ``mai 2024``; for nothing, that no day is known."""
    if not span.first:
        return words.text("no day known")
    if not span.last:
        return words.partial_day(span.first)
    last = words.partial_day(span.last)
    if len(span.first) == len(span.last) == _WHOLE:
        is_same_month = span.first[:_MONTH] == span.last[:_MONTH]
        first = str(int(span.first[-2:])) if is_same_month else words.partial_day(span.first)
        return words.text("{first} to {last}", first=first, last=last)
    return words.text("from {first} to {last}", first=words.partial_day(span.first), last=last)


def _halves(text: str) -> tuple[str, str]:
    parts = text.split("/")
    middle = len(parts) // 2
    return "/".join(parts[:middle]), "/".join(parts[middle:])


def _span(first: str, last: str) -> Span:
    if last[: len(first)] < first[: len(last)]:
        raise Unfit(f"it ends in {last}, before it begins in {first}", "write the earlier one first")
    return Span(first, "" if first == last else last)


def _part(text: str) -> str:
    """Give a day as far as it is known as ISO; empty where this is none. Raises :class:`Unfit`."""
    if found := _YEAR_FIRST.fullmatch(text):
        year, month, day = found.groups()
    elif found := _DAY_FIRST.fullmatch(text):
        day, month, year = found.groups()
    else:
        return ""
    try:
        exact = date(int(year), int(month or 1), int(day or 1))
    except ValueError:
        if int(month or 1) in _MONTHS:
            raise Unfit(f"{shown(text)} is no day of the calendar", _INSTEAD) from None
        where = "write it between year and day: 2025-04-05 or 05/04/2025" if day else "write 1 to 12"
        raise Unfit(f"{shown(text)}: there is no month {int(month)}", where) from None
    if exact.year not in _YEARS:
        raise Unfit(f"{shown(text)} is no day of these times", _INSTEAD)
    return "-".join([year, *(f"{int(part):02}" for part in (month, day) if part)])
