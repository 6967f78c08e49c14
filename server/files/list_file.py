"""Long lists of people, row by row: CSV in UTF-8, or the one sheet of an Excel workbook.

Nothing is guessed at and little is held: a million rows take no more memory than one, but for a
workbook's texts. Commas, semicolons (as Excel in French writes) and tabs are all taken.
"""

import csv
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from server import ServerError
from server.files.located import Spot
from server.files.sheets import looks_like_workbook
from server.files.utf8 import NotUtf8Error, decode
from server.rules.members.rows import ListRow
from server.rules.members.sheet import as_it_was

MAX_ROWS: Final = 1_048_576
"""As many as a sheet of Excel has."""
MAX_LINE: Final = 1 << 20
_HEAD: Final = 4096
_TITLE_ROWS: Final = 10
_ENOUGH: Final = 2


class ListFileError(ServerError):
    """The file cannot be read as a list; its text names the spot, what is wrong, and what to do."""

    def __init__(self, file: str, line: int, what: str, instead: str, cell: str = "") -> None:
        super().__init__(f"{Spot(file, line, cell)}: {what}; {instead}")


@dataclass(frozen=True, slots=True)
class OpenedList:
    """A list at its first row of people: its columns' names, and in which row they stand.

    ``read`` gives how much of ``size`` was read so far, both in whatever unit.
    """

    names: Sequence[str]
    head_row: int
    rows: Iterator[ListRow]
    size: int
    read: Callable[[], int]


@contextmanager
def opened_list(path: Path, recognised: Callable[[Sequence[str]], int]) -> Iterator[OpenedList]:
    """Open a list. ``recognised`` counts the columns that it knows: titles may stand above the names.

    Raises :class:`ListFileError`, also while rows are read.
    """
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD)
            file.seek(0)
            if looks_like_workbook(head):
                from server.files.list_workbook import opened_sheet  # noqa: PLC0415 - its library takes long to load

                with opened_sheet(file, str(path)) as (rows, size, read):
                    yield _at_its_rows(rows, str(path), recognised, size, read)
            else:
                size = path.stat().st_size
                rows = _rows_of_csv(file, str(path), head)
                yield _at_its_rows(rows, str(path), recognised, size, file.tell)
    except FileNotFoundError:
        raise ListFileError(str(path), 0, "there is no such file", "write the path of a list") from None
    except IsADirectoryError:
        raise ListFileError(str(path), 0, "this is a directory", "write the path of a list") from None
    except OSError as problem:
        what = f"it cannot be read ({problem.strerror or problem})"
        raise ListFileError(str(path), 0, what, "check the file and who may read it") from None


def _at_its_rows(
    rows: Iterator[ListRow],
    file: str,
    recognised: Callable[[Sequence[str]], int],
    size: int,
    read: Callable[[], int],
) -> OpenedList:
    """Find the row that names the columns among the first; the very first where none stands out."""
    first: list[ListRow] = []
    for row in rows:
        first.append(row)
        if recognised(row.cells) >= _ENOUGH or len(first) == _TITLE_ROWS:
            break
    if not first:
        raise ListFileError(file, 0, "the list is empty", "write the columns' names into its first row")
    at = max(range(len(first)), key=lambda number: (min(_ENOUGH, recognised(first[number].cells)), -number))
    names = [cell.strip() for cell in first[at].cells]
    while names and not names[-1]:
        names.pop()

    def all_rows() -> Iterator[ListRow]:
        count = 0
        for each in first[at + 1 :]:
            count += 1
            yield each
        for each in rows:
            count += 1
            if count > MAX_ROWS:
                raise ListFileError(
                    file,
                    each.number,
                    f"the list has more than {MAX_ROWS} rows",
                    "split it into several files",
                )
            yield each

    return OpenedList(names, first[at].number, all_rows(), size, read)


def _rows_of_csv(file: BinaryIO, name: str, head: bytes) -> Iterator[ListRow]:
    _refuse_other_encodings(head, name)
    # Not by the first line alone: a title may stand there.
    first = [line.decode("utf-8", "replace") for line in head.split(b"\n")[:_TITLE_ROWS]]
    delimiter = max(";\t,", key=lambda mark: max(line.count(mark) for line in first))
    reader = csv.reader(_lines(file, name), delimiter=delimiter)
    line = 1
    try:
        for cells in reader:
            here, line = line, reader.line_num + 1
            if any(cells):
                yield ListRow(here, [as_it_was(cell) if cell[:1] == "'" else cell for cell in cells])
    except csv.Error as problem:
        what = f"this line is no CSV ({problem})"
        raise ListFileError(name, line, what, "close its quotes") from None


def _refuse_other_encodings(head: bytes, name: str) -> None:
    try:
        # Cut at a line: a letter may be cut in two at the end.
        decode(head[: head.rfind(b"\n") + 1] or head[:-3])
    except NotUtf8Error as problem:
        raise ListFileError(name, problem.line, problem.what, problem.instead) from None


def _lines(file: BinaryIO, name: str) -> Iterator[str]:
    number = 0
    while raw := file.readline(MAX_LINE):
        number += 1
        if len(raw) == MAX_LINE:
            what = f"this line has more than {MAX_LINE} bytes"
            raise ListFileError(name, number, what, "save the list as CSV, a row a line")
        if b"\0" in raw:
            raise ListFileError(name, number, "a NUL stands here", "take it out")
        try:
            text = raw.decode("utf-8")
        except UnicodeDecodeError:
            try:
                decode(raw)
            except NotUtf8Error as problem:
                raise ListFileError(name, number, problem.what, problem.instead) from None
            raise
        yield text.removeprefix("\ufeff") if number == 1 else text
