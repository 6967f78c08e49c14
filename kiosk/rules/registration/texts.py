"""Names as they are kept: NFC, single spaces, and nothing that is unseen, steers writing or is a picture."""

import re
import unicodedata
from typing import Final

MOST_LETTERS: Final = 120
_MOST_READ: Final = 20 * MOST_LETTERS
"""What is pasted is read so far."""
_TATWEEL: Final = "\u0640"
_MOST_MARKS: Final = 2
_BETWEEN: Final = frozenset("'.-\u2019\u00b7")
_SELECTORS: Final = range(0xFE00, 0xFE10)
_ARABIC: Final = re.compile(r"[\u0620-\u064a\u066e-\u06d3\u06fa-\u06ff\u0750-\u077f\u08a0-\u08ff]")


def cleaned(text: str) -> str:
    """Give a name as it is kept, at most :data:`MOST_LETTERS` long; empty where no letter is left."""
    kept: list[str] = []
    marks = 0
    for letter in unicodedata.normalize("NFC", text[:_MOST_READ]):
        kind = unicodedata.category(letter)
        marks = marks + 1 if kind == "Mn" else 0
        if kind[0] == "Z" or letter in "\t\n\r":
            kept.append(" ")
        elif _stands_in_a_name(letter, kind) and marks <= _MOST_MARKS:
            kept.append(letter)
    # Again: two letters that something unseen held apart may be one now.
    name = unicodedata.normalize("NFC", " ".join("".join(kept).split()))
    if not any(unicodedata.category(letter)[0] == "L" for letter in name):
        return ""
    return name[:MOST_LETTERS].rstrip()


def is_arabic(name: str) -> bool:
    """Say whether all letters of a name are Arabic ones."""
    return all(_ARABIC.match(letter) for letter in _letters(name))


def has_arabic(name: str) -> bool:
    """Say whether a name has an Arabic letter."""
    return _ARABIC.search(name) is not None


def _letters(name: str) -> list[str]:
    return [letter for letter in name if unicodedata.category(letter)[0] == "L"]


def _stands_in_a_name(letter: str, kind: str) -> bool:
    if letter == _TATWEEL or ord(letter) in _SELECTORS:
        return False
    return kind[0] == "L" or kind in {"Mn", "Mc", "Nd"} or letter in _BETWEEN
