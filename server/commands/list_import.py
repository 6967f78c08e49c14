"""What the imports of lists share: which column holds what, and a file beside for rows that were refused."""

from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Final, Protocol

import click

from server.files.list_writer import WriteRow, csv_writer
from server.rules.members.rows import Problem

_MOST_SHOWN: Final = 5
_REFUSED: Final = ("refused_row", "refused_column", "refused_why")


class RefusedRow(Protocol):
    """A row with its number in the list, its cells as they were written, and what is wrong with it."""

    number: int
    cells: Sequence[str]
    problems: list[Problem]


class RefusedRows:
    """Writes rows that were refused to a file beside the list; there is none until the first.

    ``first`` holds the words of the first few problems, for the terminal. ``names`` are the list's columns.
    """

    def __init__(self, file: Path, names: Sequence[str], stack: ExitStack) -> None:
        self.path = _free(file)
        self.first: list[str] = []
        self._names = names
        self._stack = stack
        self._write: WriteRow | None = None

    def __call__(self, row: RefusedRow) -> None:
        """Write one."""
        if self._write is None:
            self._write = self._stack.enter_context(csv_writer(self.path))
            self._write([*_REFUSED, *self._names])
        told = [f"{problem.what}; {problem.instead}" for problem in row.problems]
        where = [problem.column for problem in row.problems]
        self._write([str(row.number), " | ".join(where), " | ".join(told), *row.cells])
        for column, words in zip(where, told, strict=True):
            if len(self.first) < _MOST_SHOWN:
                self.first.append(f"row {row.number}, {column or 'the row'}: {words}")

    def tell(self) -> None:
        """Say on standard error what was refused first, and where everything is."""
        for line in self.first:
            click.echo(f"  {line}", err=True)
        click.echo(f"  every refused row, with the reason:  {self.path}", err=True)


def _free(file: Path) -> Path:
    """Give a name for the list of refused rows that no file has: what was mended there is not replaced."""
    stem = file.with_suffix("").name
    names = (f"{stem}.refused{f'-{number}' if number > 1 else ''}.csv" for number in range(1, 1000))
    return next(path for name in names if not (path := file.with_name(name)).exists())


def chosen_fields(chosen: Sequence[str]) -> dict[str, str]:
    """Read what ``--map COLUMN=FIELD`` says: fields by their columns."""
    pairs: dict[str, str] = {}
    for each in chosen:
        name, equals, found = each.rpartition("=")
        if not equals or not name.strip():
            raise click.BadParameter(f"{each!r} is not COLUMN=FIELD", param_hint="--map")
        name, found = name.strip(), found.strip()
        if pairs.setdefault(name, found) != found:
            raise click.BadParameter(
                f"{name!r} is said to hold {pairs[name]!r} and {found!r}: say one", param_hint="--map"
            )
    return pairs
