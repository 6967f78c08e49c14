r"""The file that describes one fair: body, fair with days, booths, partners, territories.

It is TOML in UTF-8, at most 1 MiB; ``assets/examples/rabat.toml`` explains every key. What it
must say is in ``server.rules.fair``; here each finding gets its line.

::

    FairFileError    the file cannot be used; ``problems`` holds every reason, not the first alone
"""

from dataclasses import dataclass
from pathlib import Path

from server import ServerError
from server.files.located_toml import MAX_BYTES, read_located
from server.rules.fair import FairDefinition, examine
from server.rules.reader import place_in_words

__all__ = ["FairDefinition", "FairFileError", "Problem", "check_fair", "content_of", "read_fair"]


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """What is wrong in which line (from 1; 0 where the file could not be opened).

    ``where`` is a place such as ``booths[2].partner``, entries counted from 1; it is empty
    where the file itself is meant. ``instead`` says what to write.
    """

    file: str
    line: int
    where: str
    what: str
    instead: str

    def __str__(self) -> str:
        """Give it in one line: ``rabat.toml:17: booths[2].partner: 'bnk' is …; write …``."""
        position = f"{self.file}:{self.line}" if self.line else self.file
        return ": ".join(filter(None, (position, self.where, f"{self.what}; {self.instead}")))


class FairFileError(ServerError):
    """The file cannot be used; its text is one line for each problem."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


def check_fair(content: bytes | str, file_name: str) -> list[Problem]:
    """Find every problem of a fair's file, in the order of its lines; never raises."""
    return _examined(content, file_name)[1]


def read_fair(content: bytes | str, file_name: str) -> FairDefinition:
    """Read a fair's file; raises :class:`FairFileError` with every problem."""
    definition, problems = _examined(content, file_name)
    if definition is None:
        raise FairFileError(problems)
    return definition


def content_of(path: Path) -> bytes:
    """Fetch a file for the two functions above, at most one byte more than they take.

    Raises :class:`FairFileError` where there is no such file or it cannot be opened.
    """
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        what, instead = "there is no such file", "write the path of the file that describes the fair"
    except IsADirectoryError:
        what, instead = "this is a directory", "write the path of the file in it"
    except (OSError, ValueError) as problem:
        reason = getattr(problem, "strerror", None) or str(problem)
        what, instead = f"it cannot be opened ({reason})", "see that you may read it"
    raise FairFileError([Problem(str(path), 0, "", what, instead)])


def _examined(content: bytes | str, file_name: str) -> tuple[FairDefinition | None, list[Problem]]:
    if isinstance(content, str):
        content = content.encode("utf-8", "surrogatepass")
    toml = read_located(content)
    problems = [Problem(file_name, flaw.line, "", flaw.what, flaw.instead) for flaw in toml.flaws]
    if toml.values is None:
        return None, sorted(problems)
    definition, findings = examine(toml.values)
    for place, what, instead, by_itself in findings:
        if by_itself or not toml.flaws:
            problems.append(Problem(file_name, toml.line_of(place), place_in_words(place), what, instead))
    named = {problem.line for problem in problems}
    problems += [
        Problem(file_name, doubt.line, "", doubt.what, doubt.instead)
        for doubt in toml.doubts
        if doubt.line not in named
    ]
    return (None if problems else definition), sorted(problems)
