"""TOML with the line of everything in it: values from tomllib, lines from tree-sitter's tree.

tomllib stops at the first thing that is not TOML. Someone who mends a file wants to hear of all
of them, so a line that cannot be read is noted, left out, and the rest is read again, as long as
the left-out line can have harmed no other.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final, NamedTuple

from server.files.toml_tree import beyond_reading, lines_of, parse
from server.files.toml_words import in_words, stands_alone
from server.files.utf8 import NotUtf8Error, decode
from server.rules.reader import Place

MAX_BYTES: Final = 1 << 20
"""A file is at most 1 MiB."""
_OPENED_BY = {'Expected "\'"': "'", "Expected \"'''\"": "'''", "Unterminated string": '"""'}
_MOST_FLAWS = 20
_READ_AGAIN_BYTES = 4 << 20  # what reading again after each flaw may read in all
_POSITION = re.compile(r" \((?:at line (\d+), column (\d+)|at end of document)\)$")
_UNQUOTED_DAY = re.compile(
    r"""(?P<other>"(?:\\.|[^"\\])*"|'[^']*'|\#.*)"""
    r"""|(?<![\w.:+-])(?P<day>\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}|\d{4}[-/]\d{1,2})(?![\w.:/+-])"""
)


class Flaw(NamedTuple):
    """Something in a line that is not TOML, and what to write instead."""

    line: int
    what: str
    instead: str


@dataclass(frozen=True, slots=True)
class LocatedToml:
    """What was read of a text.

    ``values`` is None where the text could not be read at all. Where ``flaws`` are noted beside
    values, lines were left out: what is missing may have stood there.
    """

    values: dict[str, Any] | None
    flaws: list[Flaw]
    doubts: list[Flaw] = field(default_factory=list)
    """Days without quotes, read as texts. Each is a flaw if nothing else is found in its line."""
    lines: Mapping[Place, int] = field(default_factory=dict)

    def line_of(self, place: Place) -> int:
        """Give the line, from 1, of a place or of the nearest that holds it."""
        while place and place not in self.lines:
            place = place[:-1]
        return self.lines.get(place, 1)


def read_located(content: bytes) -> LocatedToml:
    """Read TOML of at most :data:`MAX_BYTES`. Never raises: what is wrong is noted."""
    if len(content) > MAX_BYTES:
        what = f"the file has {len(content)} bytes"
        return LocatedToml(None, [Flaw(1, what, f"describe it in at most {MAX_BYTES} bytes (1 MiB)")])
    try:
        text = decode(content)
    except NotUtf8Error as problem:
        return LocatedToml(None, [Flaw(problem.line, problem.what, problem.instead)])
    mark = Flaw(1, "the file begins with U+FEFF, a byte order mark", "save it as UTF-8 without BOM")
    flaws = [mark] if text.startswith("\ufeff") else []
    text = text.removeprefix("\ufeff").replace("\r\n", "\n")
    if (beyond := beyond_reading(text)) is not None:
        return LocatedToml(None, [*flaws, Flaw(*beyond)])
    return _Mending(text, flaws).read()


class _Mending:
    """Reads a text, leaving out lines that cannot be read."""

    def __init__(self, text: str, flaws: list[Flaw]) -> None:
        self.rows = text.split("\n")
        self.flaws = flaws
        self.doubts: list[Flaw] = []

    def read(self) -> LocatedToml:
        size = sum(len(row) + 1 for row in self.rows)
        attempts = max(2, min(_MOST_FLAWS, _READ_AGAIN_BYTES // max(1, size)))
        for _ in range(attempts):
            text = "\n".join(self.rows)
            try:
                values = tomllib.loads(text)
            except RecursionError:
                brackets = [row.count("[") + row.count("{") for row in self.rows]
                what = "tables or lists stand in one another too deep"
                deepest = brackets.index(max(brackets)) + 1
                self.flaws.append(Flaw(deepest, what, "close the brackets where they belong"))
                break
            except ValueError as problem:
                if not self._mend(text, str(problem)):
                    break
            else:
                lines = lines_of(parse(text))
                return LocatedToml(values, self.flaws, self.doubts, lines)
        else:
            last = max((flaw.line for flaw in self.flaws), default=1)
            self.flaws.append(Flaw(last, "lines after this one are not TOML, either", "mend these first"))
        return LocatedToml(None, [*self.flaws, *self.doubts])

    def _mend(self, text: str, message: str) -> bool:
        """Note what tomllib met and take it out of its way; say whether reading on makes sense."""
        row, column, message = self._position(text, message)
        if self._quote_days(row):
            return True
        row, what, instead = in_words(self.rows, row, column, message)
        self.flaws.append(Flaw(row + 1, what, instead))
        if not stands_alone(self.rows[row], message):
            return False
        self.rows[row] = ""
        return True

    def _position(self, text: str, message: str) -> tuple[int, int, str]:
        """Give row and column, from 0, of what tomllib speaks of, and its bare words."""
        match = _POSITION.search(message)
        bare = message[: match.start()] if match else message
        if match and match[1]:
            return min(int(match[1]), len(self.rows)) - 1, int(match[2]) - 1, bare
        # At the end of the file it is too late: the quotes that began the text are the last ones.
        quotes = _OPENED_BY.get(bare, "")
        offset = len(text.rstrip())
        if quotes and (quotes != '"""' or text.count(quotes) % 2):
            offset = text.rfind(quotes)
        return text.count("\n", 0, offset), offset - text.rfind("\n", 0, offset) - 1, bare

    def _quote_days(self, row: int) -> bool:
        """Put quotes round what was meant as days in a row, such as 2024-05, so that it can be named."""

        def quoted(match: re.Match[str]) -> str:
            day = match["day"]
            if day is None:
                return match[0]
            if not _is_day(day):
                what = f"{day} stands here without quotes and is no day"
                self.doubts.append(
                    Flaw(row + 1, what, f'write a day as 2024-12-27, or a text in quotes: "{day}"')
                )
            return f'"{day}"'

        before = self.rows[row]
        self.rows[row] = _UNQUOTED_DAY.sub(quoted, before)
        return self.rows[row] != before


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
