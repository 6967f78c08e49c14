"""Writes lists that a spreadsheet opens as they are: CSV with its mark of UTF-8, or typed cells.

No cell is ever a formula, whatever it looks like.
"""

import csv
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final, Protocol

from server import ServerError
from server.rules.members.sheet import safe

_WORKBOOK: Final = ".xlsx"
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOMENT: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}Z")
_DAYS: Final = frozenset({"birth", "deactivated"})
"""Columns of which a cell is a day where it holds a whole one."""
_WIDTH: Final = 22


class WriteRow(Protocol):
    """Writes one row of a CSV."""

    def __call__(self, cells: Sequence[str], /) -> object:
        """Write these cells."""


@contextmanager
def csv_writer(path: Path) -> Iterator[WriteRow]:
    """Give what writes rows to a new file of mode 0600; an empty one is not left behind a failure."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8-sig", newline="") as file:
            writer = csv.writer(file)
            yield lambda cells: writer.writerow([safe(cell) for cell in cells])
    except OSError as problem:
        raise ServerError(f"{path} cannot be written: {problem.strerror}") from None


def write_list(path: Path, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Write a list as what the path's ending says; raises :class:`ServerError`."""
    if path.suffix.lower() == _WORKBOOK:
        try:
            _write_workbook(path, columns, rows)
        except OSError as problem:
            raise ServerError(f"{path} cannot be written: {problem.strerror}") from None
        return
    with csv_writer(path) as write:
        write(columns)
        for row in rows:
            write(row)


def _write_workbook(path: Path, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    from openpyxl import Workbook  # noqa: PLC0415 - it takes long to load
    from openpyxl.cell import WriteOnlyCell  # noqa: PLC0415 - the same
    from openpyxl.styles import Font  # noqa: PLC0415 - the same
    from openpyxl.utils import get_column_letter  # noqa: PLC0415 - the same

    book = Workbook(write_only=True)
    sheet: Any = book.create_sheet("members")
    sheet.freeze_panes = "A2"
    for number in range(1, len(columns) + 1):
        sheet.column_dimensions[get_column_letter(number)].width = _WIDTH

    def text(value: str) -> Any:
        cell: Any = WriteOnlyCell(sheet, value=None)
        cell._value, cell.data_type = value, "s"  # noqa: SLF001 - setting the value would make "=1+1" a formula
        cell.number_format = "@"
        return cell

    head = [WriteOnlyCell(sheet, value=name) for name in columns]
    for cell in head:
        cell.font = Font(bold=True)
    sheet.append(head)
    days = [name in _DAYS for name in columns]
    for row in rows:
        sheet.append(
            [
                None if not value else (_typed(value) if is_day else None) or text(value)
                for value, is_day in zip(row, days, strict=True)
            ]
        )
    book.save(path)


def _typed(value: str) -> date | datetime | None:
    if _DAY.fullmatch(value):
        return date.fromisoformat(value)
    if _MOMENT.fullmatch(value):
        return datetime.fromisoformat(value).replace(tzinfo=None)
    return None
