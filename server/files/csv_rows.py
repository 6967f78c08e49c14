"""Long lists in a file of their own: CSV in UTF-8, its first line naming the columns.

Commas, semicolons (as Excel in French writes) and tabs are all taken, and so is a byte order
mark: spreadsheets write it.
"""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from server.files.located import Note, Spot
from server.files.utf8 import NotUtf8Error, decode
from server.rules.reader import nearest, shown

MAX_BYTES: Final = 4 << 20
MAX_ROWS: Final = 20_000
_MAX_CELL: Final = 8_000


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows that hold anything, each with its line, by column; and what is wrong with the form."""

    rows: list[tuple[int, dict[str, str]]]
    flaws: list[Note]


def read_rows(content: bytes, file: str, columns: Sequence[str], required: Sequence[str]) -> Rows:
    """Read a list with some of ``columns``; ``required`` ones must be there. Never raises."""
    if len(content) > MAX_BYTES:
        what = f"the file has {len(content)} bytes"
        return Rows([], [Note(Spot(file, 1), what, f"write at most {MAX_BYTES} (4 MiB)")])
    try:
        text = decode(content).removeprefix("\ufeff")
    except NotUtf8Error as problem:
        return Rows([], [Note(Spot(file, problem.line), problem.what, problem.instead)])
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        return Rows([], [Note(Spot(file, line), "a NUL stands here", "take it out")])
    head = text.partition("\n")[0]
    delimiter = max(";\t,", key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        return _rows(reader, file, columns, required)
    except csv.Error as problem:
        note = Note(Spot(file, reader.line_num), f"this line is no CSV ({problem})", "close its quotes")
        return Rows([], [note])


def _rows(
    reader: "csv.Reader",  # type: ignore[name-defined]  # typeshed has no public name for it
    file: str,
    columns: Sequence[str],
    required: Sequence[str],
) -> Rows:
    names = [name.strip() for name in next(reader, [])]
    flaws = _judged(names, file, columns, required)
    if flaws:
        return Rows([], flaws)
    rows: list[tuple[int, dict[str, str]]] = []
    line = reader.line_num + 1
    for cells in reader:
        here, line = line, reader.line_num + 1
        filled = {name: cell.strip() for name, cell in zip(names, cells, strict=False) if cell.strip()}
        if len(cells) > len(names) and any(cell.strip() for cell in cells[len(names) :]):
            what = f"this line has {len(cells)} cells, and {len(names)} columns are named"
            flaws.append(Note(Spot(file, here), what, "put a cell that holds a comma into quotes"))
        elif any(len(cell) > _MAX_CELL for cell in filled.values()):
            flaws.append(Note(Spot(file, here), "a cell is very long", "close the quotes of this line"))
        elif filled:
            rows.append((here, filled))
        if len(rows) > MAX_ROWS:
            what = f"the list has more than {MAX_ROWS} rows"
            return Rows([], [Note(Spot(file, here), what, "keep to as many")])
    return Rows(rows, flaws)


def _judged(names: Sequence[str], file: str, columns: Sequence[str], required: Sequence[str]) -> list[Note]:
    flaws = []
    here = Spot(file, 1)
    listed = ", ".join(columns)
    for number, name in enumerate(names):
        if name in names[:number]:
            flaws.append(Note(here, f"two columns are named {shown(name)}", "keep one of them"))
        elif name not in columns:
            near = nearest(name, columns)
            instead = f"write {near}" if near and near not in names else f"the columns are: {listed}"
            flaws.append(Note(here, f"the column {shown(name)} is not known", instead))
    flaws += [
        Note(here, f"the column {name} is missing", f"name it in the first line; the columns are: {listed}")
        for name in required
        if name not in names and not flaws
    ]
    return flaws
