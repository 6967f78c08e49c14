"""A tour as an Excel workbook, with the cell of everything in it. ``sheets`` draws its form.

A formula, an error and a merged cell are noted, never guessed at: what such a cell shows may not
be what it holds. Nothing here trusts the file: it is unpacked within bounds.
"""

import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from datetime import datetime, time
from typing import Any, Final

from openpyxl import load_workbook
from openpyxl.cell.cell import Cell
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from server.files.located import Located, Note, Spot
from server.files.sheets import KEY, LISTS, MAX_BYTES, PARTS, SETTING_KEYS, SETTINGS, SHEETS, VALUE
from server.rules.reader import Place, nearest, shown

MAX_UNPACKED: Final = 96 << 20
MAX_ROWS: Final = 20_000
MAX_COLUMNS: Final = 100
_MOST_FLAWS: Final = 500
_BETWEEN: Final = re.compile(r"[,;\n،]")
_NO_FILE: Final = "it is no Excel workbook that can be read"


def read_workbook(content: bytes, file: str) -> Located:
    """Read a workbook. Never raises: what is wrong is noted."""
    reading = _Reading(file)
    reading.read(content)
    return Located(
        reading.values, reading.flaws, reading.spot_of, in_cells=True, other_spots=reading.part_spots
    )


class _Reading:
    def __init__(self, file: str) -> None:
        self.file = file
        self.values: dict[str, Any] | None = None
        self._made: dict[str, Any] = {}
        self.flaws: list[Note] = []
        self.part_spots: dict[Place, Spot] = {}
        self._spots: dict[Place, Spot] = {}

    def spot_of(self, place: Place) -> Spot:
        """Give the cell of a place, or of the nearest that holds it."""
        while place and place not in self._spots:
            place = place[:-1]
        return self._spots.get(place, Spot(self.file, 0))

    def read(self, content: bytes) -> None:
        """Read the whole of it into ``values``."""
        book = self._opened(content)
        if book is None:
            return
        self.values = self._made
        known = (SETTINGS, *SHEETS, *PARTS)
        by_name: dict[str, Worksheet] = {}
        for sheet in book.worksheets:
            name = sheet.title.strip().casefold()
            if name in known:
                by_name[name] = sheet
            elif not sheet.title.startswith("_") and any(_filled(row) for row in _rows(sheet)):
                near = nearest(name, known)
                instead = f"name it {near}" if near else f"sheets are: {', '.join(known)}"
                what = f"the sheet {shown(sheet.title)} is not known"
                spot = Spot(self.file, 0, f"{sheet.title}!A1")
                self._note(spot, what, f"{instead}; one that is not meant begins with _")
        for name in known:  # parts come last: they go into entries that are there by then
            if name in by_name:
                self._take(name, by_name[name])

    def _opened(self, content: bytes) -> Any:
        here = Spot(self.file, 0)
        if len(content) > MAX_BYTES:
            self._note(here, f"the file has {len(content)} bytes", f"keep to {MAX_BYTES} (8 MiB)")
            return None
        if not content.startswith(b"PK"):
            self._note(here, "it is a workbook of the old kind (.xls)", "save it as .xlsx")
            return None
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as packed:
                unpacked = sum(entry.file_size for entry in packed.infolist())
            if unpacked > MAX_UNPACKED:
                self._note(here, f"it unpacks to {unpacked} bytes", "take out pictures and empty formats")
                return None
            return load_workbook(io.BytesIO(content))
        except Exception as problem:  # noqa: BLE001 - openpyxl raises whatever its parts raise
            self._note(here, f"{_NO_FILE} ({type(problem).__name__})", "save it again as .xlsx")
            return None

    def _note(self, spot: Spot, what: str, instead: str) -> None:
        if len(self.flaws) < _MOST_FLAWS:
            self.flaws.append(Note(spot, what, instead))

    def _spot(self, sheet: Worksheet, row: int, column: int) -> Spot:
        return Spot(self.file, row, f"{sheet.title}!{get_column_letter(column)}{row}")

    def _take(self, name: str, sheet: Worksheet) -> None:
        for merged in sheet.merged_cells.ranges:
            cell = f"{sheet.title}!{merged.coord}"
            what = "these cells are merged"
            self._note(
                Spot(self.file, merged.min_row, cell), what, "unmerge them and write the value into each"
            )
        if sheet.max_row > MAX_ROWS or sheet.max_column > MAX_COLUMNS:
            what = f"the sheet reaches to {get_column_letter(sheet.max_column)}{sheet.max_row}"
            instead = f"keep to {MAX_ROWS} rows and {MAX_COLUMNS} columns; delete empty ones beyond"
            self._note(Spot(self.file, 0, f"{sheet.title}!A1"), what, instead)
            return
        rows = _rows(sheet)
        columns = self._columns(name, sheet, next(rows, ()))
        if columns is None:
            return
        match name:
            case "settings":
                self._take_settings(sheet, columns, rows)
            case "other_hours" | "invitees":
                self._take_parts(name, sheet, columns, rows)
            case _:
                self._take_entries(name, sheet, columns, rows)

    def _columns(self, name: str, sheet: Worksheet, head: Sequence[Cell]) -> dict[int, str] | None:
        """Give the names of columns by their number; None where the sheet cannot be read by them."""
        known = (KEY, VALUE) if name == SETTINGS else PARTS[name][2] if name in PARTS else SHEETS[name]
        columns: dict[int, str] = {}
        before = len(self.flaws)
        for number, cell in enumerate(head, 1):
            title = str(cell.value or "").strip()
            here = self._spot(sheet, 1, number)
            if not title:
                continue
            if title not in known:
                near = nearest(title, known)
                instead = f"write {near}" if near else f"the columns are: {', '.join(known)}"
                self._note(here, f"the column {shown(title)} is not known", instead)
            elif title in columns.values():
                self._note(here, f"two columns are named {shown(title)}", "keep one of them")
            else:
                columns[number] = title
        if not columns and len(self.flaws) == before:
            what = "the first row names no columns"
            self._note(self._spot(sheet, 1, 1), what, f"write there: {', '.join(known)}")
        return columns or None

    def _take_settings(
        self, sheet: Worksheet, columns: dict[int, str], rows: Iterator[Sequence[Cell]]
    ) -> None:
        seen: set[str] = set()
        for number, cells in enumerate(rows, 2):
            row = self._row(sheet, number, columns, cells)
            if KEY not in row:
                continue
            key, at = str(row[KEY][0]).strip(), row[KEY][1]
            if key not in SETTING_KEYS:
                near = nearest(key, SETTING_KEYS)
                instead = f"write {near}" if near else f"settings are: {', '.join(SETTING_KEYS)}"
                self._note(at, f"the setting {shown(key)} is not known", instead)
            elif key in seen:
                self._note(at, f"the setting {key} stands here a second time", "keep one of the two")
            elif VALUE in row:
                seen.add(key)
                self._put(self._made, (), key, row[VALUE], is_list=key in LISTS)

    def _take_entries(
        self, name: str, sheet: Worksheet, columns: dict[int, str], rows: Iterator[Sequence[Cell]]
    ) -> None:
        entries: list[dict[str, Any]] = []
        for number, cells in enumerate(rows, 2):
            row = self._row(sheet, number, columns, cells)
            if not row:
                continue
            place: Place = (name, len(entries))
            self._spots[place] = self._spot(sheet, number, 1)
            entry: dict[str, Any] = {}
            for at, column in columns.items():
                # Empty cells, too: what is missing is asked for where it belongs.
                self._spots[(*place, *column.split("."))] = self._spot(sheet, number, at)
                if column in row:
                    self._put(entry, place, column, row[column], is_list=column in LISTS)
            entries.append(entry)
        self._spots[(name,)] = self._spot(sheet, 1, 1)
        self._made[name] = entries

    def _take_parts(
        self, name: str, sheet: Worksheet, columns: dict[int, str], rows: Iterator[Sequence[Cell]]
    ) -> None:
        section, whose, _ = PARTS[name]
        entries = self._made.get(section, [])
        numbers = {str(entry.get("id")): number for number, entry in reversed(list(enumerate(entries)))}
        for number, cells in enumerate(rows, 2):
            row = self._row(sheet, number, columns, cells)
            if not row:
                continue
            value, at = row.pop(whose, ("", self._spot(sheet, number, 1)))
            if str(value) not in numbers:
                self._note(
                    at, f"{shown(value)} is no {whose} of this file", f"write one of the sheet {section}"
                )
                continue
            entry = entries[numbers[str(value)]]
            listed = entry.setdefault(name, [])
            place: Place = (section, numbers[str(value)], name, len(listed))
            self.part_spots[place] = at
            for column, (_, spot) in row.items():
                self.part_spots[(*place, column)] = spot
            if name == "invitees":
                if "invitee" in row:
                    self.part_spots[place] = row["invitee"][1]
                    listed.append(row["invitee"][0])
            else:
                listed.append({column: value for column, (value, _) in row.items()})

    def _row(
        self, sheet: Worksheet, number: int, columns: dict[int, str], cells: Sequence[Cell]
    ) -> dict[str, tuple[Any, Spot]]:
        """Give the values of a row that are there, with their cells."""
        row: dict[str, tuple[Any, Spot]] = {}
        for at, cell in enumerate(cells, 1):
            if cell.value is None or (isinstance(cell.value, str) and not cell.value.strip()):
                continue
            spot = self._spot(sheet, number, at)
            if cell.data_type == "f":
                written = cell.value if isinstance(cell.value, str) else "=…"
                what = f"this cell holds a formula ({shown(written)})"
                self._note(spot, what, "copy it and paste its value alone")
            elif cell.data_type == "e":
                self._note(spot, f"this cell holds an error ({cell.value})", "write the value")
            elif at not in columns:
                what = "this cell stands in a column without a name"
                self._note(spot, what, "name the column in the first row, or empty the cell")
            else:
                row[columns[at]] = (_plain(cell.value), spot)
        return row

    def _put(
        self, target: dict[str, Any], place: Place, key: str, found: tuple[Any, Spot], *, is_list: bool
    ) -> None:
        """Put a cell's value where its dotted key says."""
        value, spot = found
        parts = key.split(".")
        for depth, part in enumerate(parts[:-1], 1):
            target = target.setdefault(part, {})
            self._spots.setdefault((*place, *parts[:depth]), spot)
        if is_list:
            value = (
                [part.strip() for part in _BETWEEN.split(value) if part.strip()]
                if isinstance(value, str)
                else [value]
            )
        target[parts[-1]] = value
        self._spots[(*place, *parts)] = spot


def _rows(sheet: Worksheet) -> Iterator[Sequence[Cell]]:
    yield from sheet.iter_rows()  # type: ignore[misc]  # merged cells have no value and are noted


def _filled(cells: Sequence[Cell]) -> bool:
    return any(cell.value is not None for cell in cells)


def _plain(value: object) -> object:
    """Give what a cell means: a whole number, a day, a time, a text without spaces around."""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, datetime):
        return value.date() if value.time() == time() else value
    return value
