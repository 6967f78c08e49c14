r"""The file that describes a tour: TOML in UTF-8 (at most 1 MiB), or an Excel workbook.

``assets/examples/tour.toml`` explains every key. What it must say is in ``server.rules.tour``;
here each finding gets its line or its cell.

::

    TourFileError    the file cannot be used; ``problems`` holds every reason, not the first alone
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from server import ServerError
from server.files.csv_rows import MAX_BYTES as MAX_LIST_BYTES
from server.files.lists_beside import Fetch, join_lists
from server.files.located import Located, Note, Spot
from server.files.located_toml import MAX_BYTES, Flaw, read_located
from server.files.logo_beside import join_logo
from server.files.sheets import MAX_BYTES as MAX_WORKBOOK_BYTES
from server.files.sheets import looks_like_workbook
from server.rules.hints import SheetHints, TomlHints
from server.rules.reader import place_in_words
from server.rules.tour import TourDefinition, examine
from server.rules.tour.definition import EXAMPLES

__all__ = ["Problem", "TourFileError", "beside", "check_tour", "content_of", "read_tour"]

MAX_FILE_BYTES: Final = max(MAX_BYTES, MAX_WORKBOOK_BYTES, MAX_LIST_BYTES)


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong in which line (from 1; 0 where the file itself is meant) or cell (``fairs!C4``).

    ``where`` is a place such as ``booths[2].partner``, entries counted from 1; it is empty
    where the form of the file is meant. ``instead`` says what to write.
    """

    file: str
    line: int
    cell: str
    where: str
    what: str
    instead: str

    def __str__(self) -> str:
        """Give it in one line: ``tour.toml:17: booths[2].partner: 'bnk' is …; write …``."""
        spot = str(Spot(self.file, self.line, self.cell))
        where = "" if self.cell else self.where
        return ": ".join(filter(None, (spot, where, f"{self.what}; {self.instead}")))


class TourFileError(ServerError):
    """The file cannot be used; its text is one line for each problem."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


def nothing_beside(_: str) -> str:
    """Stand for the files beside a description that has none."""
    return "cannot be had: this description stands alone"


def check_tour(content: bytes | str, file_name: str, fetch: Fetch = nothing_beside) -> list[Problem]:
    """Find every problem of a tour's file, in the order of its lines or cells; never raises.

    ``fetch`` gives the lists and the logo that the description keeps in files beside it.
    """
    return _examined(content, file_name, fetch)[1]


def read_tour(content: bytes | str, file_name: str, fetch: Fetch = nothing_beside) -> TourDefinition:
    """Read a tour's file; raises :class:`TourFileError` with every problem."""
    definition, problems = _examined(content, file_name, fetch)
    if definition is None:
        raise TourFileError(problems)
    return definition


def content_of(path: Path) -> bytes:
    """Fetch a file for the two functions above, at most one byte more than they take.

    Raises :class:`TourFileError` where there is no such file or it cannot be opened.
    """
    content = _fetched(path)
    if isinstance(content, bytes):
        return content
    instead = "write the path of the file that describes the tour"
    raise TourFileError([Problem(str(path), 0, "", "", content, instead)])


def beside(path: Path) -> Fetch:
    """Give what fetches the lists and the logo beside that file."""
    return lambda name: _fetched(path.parent / name)


def _fetched(path: Path) -> bytes | str:
    """Read a file, or say in words why that cannot be done."""
    try:
        with path.open("rb") as file:
            return file.read(MAX_FILE_BYTES + 1)
    except FileNotFoundError:
        return "there is no such file"
    except IsADirectoryError:
        return "this is a directory"
    except (OSError, ValueError) as problem:
        reason = getattr(problem, "strerror", None) or str(problem)
        return f"it cannot be opened ({reason})"


def located(content: bytes | str, file_name: str, fetch: Fetch) -> Located:
    """Read a file of either kind into plain values, with its lists and its logo joined. Never raises."""
    if isinstance(content, str):
        content = content.encode("utf-8", "surrogatepass")
    if looks_like_workbook(content):
        from server.files.workbook import read_workbook  # noqa: PLC0415 - its library takes long to load

        found = read_workbook(content, file_name)
    else:
        found = _toml(content, file_name)
    join_lists(found, fetch)
    join_logo(found, fetch)
    return found


def _toml(content: bytes, file: str) -> Located:
    toml = read_located(content)

    def note(flaw: Flaw) -> Note:
        return Note(Spot(file, flaw.line), flaw.what, flaw.instead)

    return Located(
        toml.values,
        [note(flaw) for flaw in toml.flaws],
        lambda place: Spot(file, toml.line_of(place)),
        doubts=[note(doubt) for doubt in toml.doubts],
    )


def _examined(
    content: bytes | str, file_name: str, fetch: Fetch
) -> tuple[TourDefinition | None, list[Problem]]:
    found = located(content, file_name, fetch)
    problems = [_problem(*flaw) for flaw in found.flaws]
    if found.values is None:
        return None, sorted(problems, key=_order)
    hints = SheetHints(EXAMPLES) if found.in_cells else TomlHints(EXAMPLES)
    definition, findings = examine(found.values, hints)
    for place, what, instead, by_itself in findings:
        if by_itself or not found.flaws:
            problems.append(_problem(found.spot(place), what, instead, place_in_words(place)))
    named = {(problem.file, problem.line, problem.cell) for problem in problems}
    problems += [_problem(*doubt) for doubt in found.doubts if tuple(doubt.spot) not in named]
    return (None if problems else definition), sorted(problems, key=_order)


def _problem(spot: Spot, what: str, instead: str, where: str = "") -> Problem:
    return Problem(spot.file, spot.line, spot.cell, where, what, instead)


def _order(problem: Problem) -> tuple[str, str, int, str, str]:
    return problem.file, problem.cell.partition("!")[0], problem.line, problem.where, problem.what
