"""The examples that ship with Riwaq, to begin from and for the demo."""

import csv
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

from server.files.lists_beside import TERRITORY_COLUMNS
from server.files.tour_file import located
from server.rules.example_centres import COLUMNS, example_rows

CENTRES_FILE: Final = "centres.csv"
_IN_A_WHEEL: Final = Path(__file__).resolve().parents[1] / "examples"
_IN_THE_TREE: Final = Path(__file__).resolve().parents[2] / "assets" / "examples"
_DAY: Final = re.compile(r"\b\d{4}-\d{2}-\d{2}\b")
# Of the file's first stop, on which its first session or hours may be.
_SECOND_DAYS: Final = {"rabat.toml": date(2024, 12, 28), "tour.toml": date(2024, 12, 7)}


@dataclass(frozen=True, slots=True)
class Example:
    """A description in TOML, and the lists that it keeps beside it, by the names of their files."""

    toml: str
    beside: Mapping[str, str]

    def values(self) -> dict[str, Any]:
        """Give it as plain values, lists joined."""
        found = located(self.toml, "example.toml", lambda name: self.beside[name].encode())
        return found.values or {}

    def workbook(self) -> bytes:
        """Give it as a workbook, which keeps nothing beside."""
        from server.files.workbook_writer import write_workbook  # noqa: PLC0415 - its library takes long to load

        return write_workbook(self.values())


def example_tour(*, one_stop: bool = False, second_day: date | None = None) -> Example:
    """Give the example of eight stops and 2,755 centres, or that of one stop with six booths.

    ``second_day`` moves all days so that the second day of the first stop is this one; raises
    :class:`OverflowError` where there are no such days.
    """
    name = "rabat.toml" if one_stop else "tour.toml"
    folder = _IN_A_WHEEL if _IN_A_WHEEL.exists() else _IN_THE_TREE
    text = (folder / name).read_text(encoding="utf-8")
    if second_day is not None:
        by = second_day - _SECOND_DAYS[name]
        text = _DAY.sub(lambda match: (date.fromisoformat(match[0]) + by).isoformat(), text)
    return Example(text, {} if one_stop else {CENTRES_FILE: _centres()})


def _centres() -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    columns = [column for column in TERRITORY_COLUMNS if column in COLUMNS]
    writer.writerow(columns)
    for row in example_rows():
        named = dict(zip(COLUMNS, row, strict=True))
        writer.writerow([named[column] for column in columns])
    return text.getvalue()
