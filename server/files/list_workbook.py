"""The one sheet of a workbook that holds a list, row by row, within bounds.

A formula, an error and a merged cell are flaws of their cells: what such a cell shows may not be
what it holds.
"""

import re
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime, time
from typing import Any, BinaryIO, Final

from openpyxl import load_workbook
from openpyxl.utils import get_column_letter
from openpyxl.utils.cell import range_boundaries

from server.files.list_file import ListFileError
from server.rules.members.rows import ListRow
from server.rules.reader import shown

MAX_UNPACKED: Final = 1 << 30
MAX_TEXTS: Final = 256 << 20
_MOST_PACKED: Final = 200
"""How many times smaller than its content an honest part of a workbook may be."""
_SMALL: Final = 16 << 20
MAX_COLUMNS: Final = 200
_MERGED: Final = re.compile(rb'<(?:\w+:)?mergeCell\s+ref="([A-Z]{1,3}[0-9]{1,7}:[A-Z]{1,3}[0-9]{1,7})"')
_CHUNK: Final = 1 << 20
_OVERLAP: Final = 100
_MOST_MERGED: Final = 100_000
_Merged = dict[int, list[tuple[int, str]]]


@contextmanager
def opened_sheet(file: BinaryIO, name: str) -> Iterator[tuple[Iterator[ListRow], int, Callable[[], int]]]:
    """Give a sheet's rows that hold anything, how many there may be, and what gives how many were read."""
    _refuse_bombs(file, name)
    try:
        book = load_workbook(file, read_only=True)
    except Exception as problem:  # noqa: BLE001 - openpyxl raises whatever its parts raise
        raise _unreadable(name, problem) from None
    try:
        sheet = _chosen(book, name)
        merged = _merged(file, sheet)
        sheet.reset_dimensions()
        reading = _Reading(name, sheet, merged)
        yield reading.rows(), reading.size, lambda: reading.number
    finally:
        with suppress(Exception):
            book.close()


def _unreadable(name: str, problem: Exception) -> ListFileError:
    what = f"it is no Excel workbook that can be read ({type(problem).__name__})"
    return ListFileError(name, 0, what, "save it again as .xlsx, or as CSV UTF-8")


def _refuse_bombs(file: BinaryIO, name: str) -> None:
    if file.read(2) != b"PK":
        what = "it is a workbook of the old kind (.xls), or under a password"
        raise ListFileError(name, 0, what, "save it as .xlsx without a password")
    file.seek(0)
    try:
        with zipfile.ZipFile(file) as packed:
            entries = packed.infolist()
    except Exception as problem:  # noqa: BLE001 - a broken archive breaks zipfile in many ways
        raise _unreadable(name, problem) from None
    unpacked = sum(entry.file_size for entry in entries)
    texts = sum(entry.file_size for entry in entries if entry.filename.endswith("sharedStrings.xml"))
    swollen = any(
        entry.file_size > _SMALL and entry.file_size > _MOST_PACKED * max(1, entry.compress_size)
        for entry in entries
    )
    if unpacked > MAX_UNPACKED or texts > MAX_TEXTS or swollen:
        what = f"it unpacks to {unpacked} bytes, which no list of people needs"
        raise ListFileError(name, 0, what, "save the list alone, as CSV UTF-8")
    file.seek(0)


def _chosen(book: Any, name: str) -> Any:
    """Give the sheet that is meant: the only one with anything in it whose name does not begin with _."""
    sheets = [sheet for sheet in book.worksheets if not sheet.title.startswith("_")]
    try:
        filled = [
            sheet
            for sheet in sheets
            if any(
                value is not None for row in sheet.iter_rows(max_row=20, values_only=True) for value in row
            )
        ]
    except Exception as problem:  # noqa: BLE001 - openpyxl raises whatever its parts raise
        raise _unreadable(name, problem) from None
    if len(filled) > 1:
        listed = ", ".join(shown(sheet.title) for sheet in filled)
        what = f"several sheets hold something: {listed}"
        raise ListFileError(name, 0, what, "a list is one sheet; let the names of the others begin with _")
    if not filled:
        raise ListFileError(name, 0, "its sheets are empty", "write the columns' names into the first row")
    return filled[0]


def _merged(file: BinaryIO, sheet: Any) -> _Merged:
    """Give the merged cells by row: the first column, and the range as it is written.

    They stand behind the rows in the file, and a reader of rows does not give them.
    """
    found: _Merged = {}
    count = 0
    file.seek(0)
    with zipfile.ZipFile(file) as packed, packed.open(sheet._worksheet_path) as part:  # noqa: SLF001 - openpyxl gives no other way to it
        rest = b""
        while chunk := part.read(_CHUNK):
            text = rest + chunk
            for match in _MERGED.finditer(text):
                first, top, _, bottom = range_boundaries(match[1].decode())
                for row in range(int(top or 1), int(bottom or 1) + 1):
                    count += 1
                    if count > _MOST_MERGED:
                        return found
                    found.setdefault(row, []).append((int(first or 1), match[1].decode()))
            end = max((match.end() for match in _MERGED.finditer(text)), default=0)
            rest = text[max(end, len(text) - _OVERLAP) :]
    return found


class _Reading:
    def __init__(self, name: str, sheet: Any, merged: _Merged) -> None:
        self._name = name
        self._sheet = sheet
        self._merged = merged
        self.size = int(sheet.max_row or 0)
        self.number = 0

    def rows(self) -> Iterator[ListRow]:
        iterator = self._sheet.iter_rows(max_col=MAX_COLUMNS + 1)
        while True:
            try:
                cells = next(iterator, None)
            except Exception as problem:  # noqa: BLE001 - openpyxl raises whatever its parts raise
                raise _unreadable(self._name, problem) from None
            if cells is None:
                return
            self.number += 1
            if len(cells) > MAX_COLUMNS and cells[MAX_COLUMNS].value is not None:
                what = f"the row reaches beyond column {get_column_letter(MAX_COLUMNS)}"
                raise ListFileError(self._name, self.number, what, "delete the columns beyond the list")
            texts, flaws = _read(cells)
            flaws += [
                (first - 1, f"the cells {where} are merged", "unmerge them, a value in each")
                for first, where in self._merged.get(self.number, ())
            ]
            if any(texts) or flaws:
                yield ListRow(self.number, texts, flaws)


def _read(cells: Sequence[Any]) -> tuple[list[str], list[tuple[int, str, str]]]:
    texts: list[str] = []
    flaws: list[tuple[int, str, str]] = []
    for at, cell in enumerate(cells):
        value = cell.value
        if value is None:
            texts.append("")
        elif cell.data_type == "f":
            texts.append(str(value))
            what = f"this cell holds a formula ({shown(str(value))})"
            flaws.append((at, what, "copy it and paste its value alone"))
        elif cell.data_type == "e":
            texts.append(str(value))
            flaws.append((at, f"this cell holds an error ({value})", "write the value"))
        else:
            texts.append(value if isinstance(value, str) else _as_text(value))
    return texts, flaws


def _as_text(value: object) -> str:
    """Give what a cell means as somebody would write it: no ``.0``, no midnight."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return (value.date() if value.time() == time() else value.replace(microsecond=0)).isoformat()
    return str(value)
