"""A table that leaves the house, before anybody has chosen in what kind of file.

A column says what its cells are. How a cell is written for a reader is decided here too, so that a
file, a page of paper and a screen never differ.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from server.rules.wording import Words

Cell = str | int | float | date | datetime | None
"""None where there is nothing to say: not the same as 0, and not an empty text."""
NOTHING: Final = "\u2013"
_NARROW_SPACE: Final = "\u202f"


class Kind(StrEnum):
    """What the cells of a column are."""

    TEXT = "text"
    CODE = "code"
    """A number that is a name: a phone, a card, an employee. Its zeros matter, and nobody adds it up."""
    WHOLE = "whole"
    DECIMAL = "decimal"
    SHARE = "share"
    """A part of a whole, 0 to 1; written in percent."""
    CHANGE = "change"
    """How much more than before, as a part of that, with its sign; a program gets a number of percent."""
    DAY = "day"
    """A date, or an ISO text of a day that is known in part: ``2024-05``, or empty."""
    MOMENT = "moment"
    """Local time, without a zone."""

    @property
    def is_number(self) -> bool:
        """Whether cells stand under one another by their digits."""
        return self in {Kind.WHOLE, Kind.DECIMAL, Kind.SHARE, Kind.CHANGE}


_SHARES: Final = frozenset({Kind.SHARE, Kind.CHANGE})
_SIGNS: Final = {1: "+", 0: "", -1: "\u2212"}


@dataclass(frozen=True, slots=True)
class Column:
    """A column's heading, in the reader's words, and what stands below it."""

    title: str
    kind: Kind = Kind.TEXT


@dataclass(frozen=True, slots=True)
class Table:
    """A heading, columns, and rows of as many cells; raises :class:`ValueError` for any other row."""

    title: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]

    def __post_init__(self) -> None:
        if any(len(row) != len(self.columns) for row in self.rows):
            raise ValueError(f"a row of {self.title!r} has not one cell for each column")


def written(cell: Cell, kind: Kind, words: Words) -> str:
    """Write a cell as the reader's language does: ``4.127``, ``12,5 %``, ``2024-12-28 09:05``."""
    if cell is None or (isinstance(cell, float) and not math.isfinite(cell)):
        return NOTHING
    if isinstance(cell, datetime):
        return f"{cell:%Y-%m-%d %H:%M}"
    if isinstance(cell, date):
        return words.short_day(cell)
    if isinstance(cell, str):
        return cell
    if kind in _SHARES:
        sign = _SIGNS[(cell > 0) - (cell < 0)] if kind is Kind.CHANGE else ""
        return f"{sign}{words.ratio(100 * abs(cell))}{_NARROW_SPACE}%"
    return words.ratio(cell) if kind is Kind.DECIMAL else words.number(round(cell))


def plain(cell: Cell, kind: Kind) -> str:
    """Write a cell for a program: no separators but a decimal comma, as a spreadsheet in Morocco reads it.

    Days are ISO, which every spreadsheet takes for days in whatever country it is. A share is in percent.
    """
    if cell is None or (isinstance(cell, float) and not math.isfinite(cell)):
        return ""
    if isinstance(cell, datetime):
        return f"{cell:%Y-%m-%d %H:%M:%S}"
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float):
        return _decimal(100 * cell) + "%" * (kind is Kind.SHARE) if kind in _SHARES else _decimal(cell)
    return str(cell)


def _decimal(number: float) -> str:
    return f"{number:.2f}".rstrip("0").rstrip(".").replace(".", ",")
