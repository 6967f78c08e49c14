"""Writes a description as a workbook of the form that ``sheets`` draws."""

import io
from collections.abc import Mapping
from datetime import date, time
from typing import Any, Final

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from server.files.sheets import KEY, PARTS, SETTING_KEYS, SETTINGS, SHEETS, VALUE

_HEAD: Final = PatternFill("solid", fgColor="FF14532D")
_HEAD_FONT: Final = Font(bold=True, color="FFFFFFFF")
_WRAPPED: Final = Alignment(wrap_text=True, vertical="top")
_NARROWEST: Final = 12
_WIDEST: Final = 48
_HELP: Final = (
    "A tour as a workbook: the same as in tour.toml. A sheet a section, a row an entry.",
    "Ids are a-z, 0-9 and dashes. They stay: figures and kiosks refer to them. Names may change.",
    "Names and texts have a column a language: .ar and .fr must be filled, .zgh and .en are welcome.",
    "Write days as days or as 2024-12-27, times as 09:00; several ids in a cell have commas between.",
    "No merged cells, no formulas. Numbers of members are texts, or their zeros are lost.",
    "Check it:  riwaq-server tour check FILE.xlsx      Load it:  riwaq-server tour load FILE.xlsx",
    "Sheets whose name begins with _ (such as this one) are not read.",
)


def write_workbook(values: Mapping[str, Any]) -> bytes:
    """Make a workbook of plain values as TOML holds them; lists from files beside must be joined."""
    book = Workbook()
    book.remove(book.worksheets[0])
    notes = book.create_sheet("_read me")
    for line in _HELP:
        notes.append([line])
    notes.column_dimensions["A"].width = 100
    settings = _sheet(book, SETTINGS, (KEY, VALUE))
    for key in SETTING_KEYS:
        value = _at(values, key)
        if value is not None:
            settings.append([key, _cell(value)])
    for name, columns in SHEETS.items():
        sheet = _sheet(book, name, columns)
        for entry in values.get(name, ()):
            sheet.append([_cell(_at(entry, column)) for column in columns])
    for name, (section, whose, columns) in PARTS.items():
        sheet = _sheet(book, name, columns)
        for entry in values.get(section, ()):
            for part in entry.get(name, ()):
                row = part if isinstance(part, dict) else {columns[-1]: part}
                sheet.append([_cell({whose: entry["id"], **row}.get(column)) for column in columns])
    for sheet in book.worksheets[1:]:
        _widen(sheet)
    packed = io.BytesIO()
    book.save(packed)
    return packed.getvalue()


def _sheet(book: Workbook, name: str, columns: tuple[str, ...]) -> Worksheet:
    sheet: Worksheet = book.create_sheet(name)
    sheet.append(list(columns))
    for cell in sheet[1]:
        cell.fill, cell.font = _HEAD, _HEAD_FONT
    sheet.freeze_panes = "B2"
    return sheet


def _widen(sheet: Worksheet) -> None:
    """Give each column the width of what the first rows hold."""
    for number, cells in enumerate(sheet.iter_cols(max_row=20), 1):
        longest = max((len(str(cell.value)) for cell in cells if cell.value is not None), default=0)
        width = max(_NARROWEST, min(_WIDEST, longest + 2))
        sheet.column_dimensions[get_column_letter(number)].width = width
        if longest > _WIDEST:
            for cell in cells:
                cell.alignment = _WRAPPED


def _at(values: Mapping[str, Any], key: str) -> Any:
    found: Any = values
    for part in key.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    return found


def _cell(value: Any) -> Any:
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if isinstance(value, (date, time, bool, int, float)) or value is None:
        return value
    return str(value)
