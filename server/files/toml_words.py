"""What tomllib meets in a line, in words of someone who writes such a file."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import Final

from server.rules.names import described

_PAIR = re.compile(r"""\s*(?:[\w-]+|"[^"]*"|'[^']*')(?:\s*\.\s*[\w-]+)*\s*=""")
_BARE_START = re.compile(r"\s*[A-Za-z_]")
_WRONG_QUOTES = frozenset("“”„«»‘’`´")  # noqa: RUF001 - what word processors and phones write
_COMMAS = frozenset("،٬，")  # noqa: RUF001 - Arabic and full-width
_BEHIND = ("Cannot", "Duplicate", "Escaped", "Invalid hex", "Unescaped")
"""Where tomllib has stepped over what it speaks of: the character at its position is innocent."""


def in_words(rows: list[str], row: int, column: int, message: str) -> tuple[int, str, str]:
    """Say what tomllib met, in which row, and what to write instead."""
    here = rows[row][column : column + 1]
    if not message.startswith(_BEHIND) and (words := _strange_character(here)) is not None:
        return row, *words
    in_braces = rows[row].count("{") > rows[row].count("}")
    if message == "Unclosed array" and not rows[row][:column].strip() and _begins_statement(rows[row]):
        end = next((at for at in range(row - 1, -1, -1) if rows[at].split("#")[0].strip()), row)
        return end, "the list that ends in this line is not closed", "write ] after its last entry"
    if in_braces and not here.strip():
        what = "a table in { } goes on in the next line"
        return row, what, "write it all in one line, or close it with }"
    for beginning, words_for in _WORDS.items():
        if message.startswith(beginning):
            return row, *words_for(rows[row].strip())
    return row, f"this line is not TOML ({message[:80]})", 'write key = "value", or # before a remark'


def _begins_statement(row: str) -> bool:
    return bool(_PAIR.match(row)) or row.lstrip().startswith("[") or not row.strip()


def _strange_character(character: str) -> tuple[str, str] | None:
    if not character or (character.isascii() and (character.isprintable() or character == "\t")):
        return None
    what = f"the character {described(character)} cannot stand here"
    if character in _WRONG_QUOTES:
        return what, 'write the plain quotation mark "'
    if character in _COMMAS:
        return what, "write the plain comma ,"
    if character.isspace() or unicodedata.category(character)[0] == "C":
        return what, "take it out"
    return what, 'write a text in quotes: "…"; a key in a-z, 0-9, _ and -'


def _fixed(what: str, instead: str) -> Callable[[str], tuple[str, str]]:
    return lambda _: (what, instead)


def _no_equals(row: str) -> tuple[str, str]:
    if ":" in row:
        return "a key and its value are joined by :", 'write = between them: key = "value"'
    return "a key has no value", 'write key = "value", or # before a remark'


def _more_than_a_value(row: str) -> tuple[str, str]:
    if number := re.search(r"=\s*(0\d+)\s*(?:#.*)?$", row):
        return "a number begins with 0", f'write it without, or as a text in quotes: "{number[1]}"'
    what = "something stands after the value"
    return what, "end the line there, put a text into one pair of quotes, or # before a remark"


def _twice(row: str) -> tuple[str, str]:
    if row.startswith("["):
        instead = "write its keys under the first; each entry of a list begins with [[ ]]"
        return "this section stands here a second time", instead
    return "this key stands here a second time", "keep one of the two"


_WORDS: Final[Mapping[str, Callable[[str], tuple[str, str]]]] = {
    "Expected '='": _no_equals,
    "Invalid statement": _fixed(
        "this line is neither a pair nor a section", 'write key = "value", [section], or # before a remark'
    ),
    "Expected newline or end": _more_than_a_value,
    "Invalid value": _fixed(
        "the value is missing, or is a text without quotes", 'write a text in quotes: "…"'
    ),
    "Invalid date": _fixed("this day or time does not exist", "write a day as 2024-12-27"),
    "Unclosed array": _fixed(
        "the list is not closed, or a comma is missing",
        "write a comma between two entries and ] after the last",
    ),
    "Unclosed inline table": _fixed(
        "the table in { } is not closed, or a comma is missing",
        "write a comma between two pairs and } after the last",
    ),
    "Duplicate inline table key": _fixed("a key stands twice in this table", "keep one of the two"),
    "Cannot overwrite": _twice,
    "Cannot declare": _twice,
    "Cannot mutate": _fixed(
        "this section adds to one that is closed already", "write all its keys in one place"
    ),
    "Cannot redefine": _twice,
    "Expected ']": _fixed("the brackets of the section are not closed", "write [section] or [[list]]"),
    "Invalid initial character": _fixed(
        "a key is missing or begins with a sign that no key has", "write keys in a-z, 0-9, _ and -"
    ),
    "Unescaped": _fixed(
        "a backslash in a text begins a sign that TOML does not know", r"write \\ for a backslash"
    ),
    "Invalid hex": _fixed(r"\u is not followed by four hex digits", r"write \\ for a backslash"),
    "Escaped character": _fixed("the escaped character does not exist", "write the character itself"),
    "Illegal character": _fixed("the text in quotes does not end in this line", 'write " at its end'),
    "Found invalid character": _fixed("the text in quotes does not end in this line", "write ' at its end"),
    "Unterminated": _fixed("the text in quotes that begins here does not end", "write the closing quotes"),
    "Expected \"'": _fixed("the text in quotes that begins here does not end", "write the closing quotes"),
}


def stands_alone(row: str, message: str) -> bool:
    """Say whether a row is one whole pair, so that leaving it out harms no other."""
    if '"""' in row or "'''" in row or message.startswith(("Unclosed", "Cannot declare")):
        return False
    a_pair = _PAIR.match(row) or (message.startswith("Expected '='") and _BARE_START.match(row))
    return bool(a_pair) and all(row.count(left) == row.count(right) for left, right in ("[]", "{}"))
