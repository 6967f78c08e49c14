"""A report as a plain value: what writes it needs to know neither fairs nor facts."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from server.rules.table import Cell, Column, Kind, Table
from server.rules.wording import Words


class Shape(StrEnum):
    """How a part of a report is drawn on paper; in a workbook every part is a sheet."""

    LIST = "list"
    """Labels with a few numbers, two lists beside each other."""
    HOURS = "hours"
    """A row a day and a column an hour: time runs from left to right in every language."""
    WIDE = "wide"
    """A table over the whole width."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One number that stands for itself, and what it counts."""

    label: str
    cell: Cell
    kind: Kind = Kind.WHOLE
    note: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """A table of a report. ``bars`` is the column that is drawn as bars, too; ``note`` stands below.

    ``weights`` are the widths of a wide table's columns to one another; ``row_height`` is in mm, at least.
    """

    table: Table
    shape: Shape = Shape.LIST
    bars: int | None = None
    note: str = ""
    weights: Sequence[float] = ()
    row_height: float = 0.0


@dataclass(frozen=True, slots=True)
class Report:
    """A report in one language. ``made`` is local time; ``logo`` a PNG or empty; colours ``#rrggbb``.

    ``lines`` stand below the title; ``note`` says on every page what the reader must know.
    """

    words: Words
    body: str
    title: str
    lines: Sequence[str]
    figures: Sequence[Figure]
    parts: Sequence[Part]
    made: datetime
    note: str = ""
    colour: str = "#0b4f45"
    accent: str = "#f2b63c"
    logo: bytes = field(default=b"", repr=False)

    def tables(self) -> Iterator[Table]:
        """Give everything as tables: the figures first, then the parts."""
        if self.figures:
            columns = [
                Column(self.words.text("Figure")),
                Column(self.words.text("Value"), Kind.DECIMAL),
            ]
            rows: list[list[Cell]] = [[figure.label, figure.cell] for figure in self.figures]
            about: list[list[Cell]] = [
                [line, None] for line in (self.body, self.title, *self.lines, self.note) if line
            ]
            yield Table(self.words.text("Overview"), columns, [*about, *rows])
        yield from (part.table for part in self.parts)
