"""Writes tables as what a path's ending says: CSV that Excel in Morocco opens as it is, or a workbook."""

import csv
from collections.abc import Sequence
from datetime import UTC, date, datetime
from io import BytesIO, StringIO
from itertools import count
from typing import Any, Final

from server.rules.members.sheet import safe
from server.rules.table import Cell, Column, Kind, Table, plain

CSV: Final = ".csv"
WORKBOOK: Final = ".xlsx"
DELIMITER: Final = ";"
"""What Excel takes for the end of a cell where the decimal mark is a comma, as in fr-MA."""
LONGEST_CELL: Final = 32_767
"""UTF-16 units: Excel takes no more, and a file with more is broken to it."""
_CUT: Final = "…"
_TITLE_LENGTH: Final = 31
_NOT_IN_TITLES: Final = str.maketrans(dict.fromkeys("[]:*?/\\", " "))
_NARROWEST: Final = 10
_WIDEST: Final = 60
_LOOKED_AT: Final = 200
"""Rows that a column's width is chosen by."""
_FIRST_YEAR: Final = 1900
"""Excel counts days from there; earlier ones are written as texts."""
_HEAD: Final = {
    "bold": True,
    "font_color": "#FFFFFF",
    "bg_color": "#0B4F45",
    "text_wrap": True,
    "valign": "vcenter",
    "border": 1,
    "border_color": "#0B4F45",
}
_FORMATS: Final = {
    Kind.TEXT: "@",
    Kind.CODE: "@",
    Kind.WHOLE: "#,##0",
    Kind.DECIMAL: "#,##0.0",
    Kind.SHARE: "0.0%",
    Kind.CHANGE: "+0.0%;-0.0%;0.0%",
    Kind.DAY: "yyyy-mm-dd",
    Kind.MOMENT: "yyyy-mm-dd hh:mm",
}


def csv_of(tables: Sequence[Table]) -> bytes:
    """Give tables one below the other, in UTF-8 with its mark; several have their titles above them."""
    text = StringIO(newline="")
    writer = csv.writer(text, delimiter=DELIMITER)
    for number, table in enumerate(tables):
        if number:
            writer.writerow([])
        if len(tables) > 1:
            writer.writerow([safe(table.title)])
        writer.writerow([safe(column.title) for column in table.columns])
        kinds = [column.kind for column in table.columns]
        for row in table.rows:
            writer.writerow([safe(plain(cell, kind)) for cell, kind in zip(row, kinds, strict=True)])
    return text.getvalue().encode("utf-8-sig")


def workbook_of(tables: Sequence[Table], *, right_to_left: bool, made: datetime) -> bytes:
    """Give tables a sheet each, with typed cells and frozen bold headings; ``made`` is UTC."""
    from xlsxwriter import Workbook  # noqa: PLC0415 - it takes long to load

    packed = BytesIO()
    # In memory: what is written may be names and phones, and a temporary file would outlive a power cut.
    book: Any = Workbook(
        packed,
        {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False},
    )
    book.set_properties({"created": made.astimezone(UTC).replace(tzinfo=None)})
    head = book.add_format(_HEAD)
    formats = {kind: book.add_format({"num_format": form}) for kind, form in _FORMATS.items()}
    titles: set[str] = set()
    for table in tables:
        sheet: Any = book.add_worksheet(_sheet_title(table.title, titles))
        if right_to_left:
            sheet.right_to_left()
        sheet.freeze_panes(1, 0)
        sheet.repeat_rows(0)
        for at, column in enumerate(table.columns):
            sheet.set_column(at, at, _width(column, [row[at] for row in table.rows[:_LOOKED_AT]]))
            sheet.write_string(0, at, _fitting(column.title), head)
            for number, row in enumerate(table.rows, 1):
                _write(sheet, (number, at), row[at], column.kind, formats)
    book.close()
    return packed.getvalue()


def _write(sheet: Any, place: tuple[int, int], cell: Cell, kind: Kind, formats: dict[Kind, Any]) -> None:
    match cell:
        case None:
            sheet.write_blank(*place, None, formats[kind])
        case datetime() | date() if cell.year >= _FIRST_YEAR:
            of_cell = Kind.MOMENT if isinstance(cell, datetime) else Kind.DAY
            sheet.write_datetime(*place, cell, formats[of_cell])
        case int() | float() if not isinstance(cell, bool) and plain(cell, kind):
            # A whole number among others with decimals: 900 visits are not 900.0.
            whole = isinstance(cell, int) and kind is Kind.DECIMAL
            sheet.write_number(*place, cell, formats[Kind.WHOLE if whole else kind])
        case _:
            text = cell if isinstance(cell, str) else plain(cell, kind)
            sheet.write_string(*place, _fitting(text), formats[Kind.TEXT])


def _fitting(text: str) -> str:
    """Cut what no cell can hold, and show that it was cut."""
    units = text.encode("utf-16-le", "surrogatepass")
    if len(units) // 2 <= LONGEST_CELL:
        return text
    return units[: 2 * (LONGEST_CELL - 1)].decode("utf-16-le", "ignore") + _CUT


def _sheet_title(title: str, taken: set[str]) -> str:
    """Give a sheet a title that Excel takes and no other sheet has; Excel compares without regard to case."""
    plainer = "".join(sign for sign in title.translate(_NOT_IN_TITLES) if sign.isprintable())
    stem = " ".join(plainer.split()).strip("' ")[:_TITLE_LENGTH].strip("' ") or "1"
    for number in count(1):
        ending = f" {number}" if number > 1 else ""
        found = stem[: _TITLE_LENGTH - len(ending)] + ending
        # Excel keeps this name for itself.
        if found.lower() not in taken and found.lower() != "history":
            taken.add(found.lower())
            return found
    raise AssertionError("numbers do not end")


def _width(column: Column, cells: Sequence[Cell]) -> int:
    longest = max((len(plain(cell, column.kind)) for cell in cells), default=0)
    return max(_NARROWEST, min(_WIDEST, max(longest, len(column.title)) + 3))
