"""Names as they may be shown before somebody has proved who they are: ``م. ب***``."""

import re
import unicodedata
from collections.abc import Sequence
from typing import Final

from server.rules.members.texts import has_arabic
from wire.folding import folded

MASK: Final = "***"
_ARTICLE: Final = "ال"
_ARTICLES: Final = frozenset({"el", _ARTICLE})
_SHORTEST_AFTER_IT: Final = 3
_BREAKS: Final = re.compile(r"[\s\u2010-\u2015-]+")
_LETTERS: Final = frozenset({"Lu", "Ll", "Lt", "Lo"})


def masked(name: str) -> str:
    """Give the first letters of the given name and of the family's, the same number of stars after any.

    What stands between is not shown at all. Names that are joined count as one (عبد الله, Ben Haddou), so
    the mask is the same however they are written. The article is passed over: half of all families have
    it. A name of one letter would stand there whole, so nothing of it does. Nothing for no name.
    """
    names = _names([word for word in _BREAKS.split(name) if _letters(word)])
    if not names:
        return MASK if name.strip() else ""
    first, last = _initial(names[0]), _initial(names[-1])
    return f"{first}. {last}{MASK}" if first and len(names) > 1 else f"{last}{MASK}"


def _names(words: Sequence[str]) -> list[list[str]]:
    """Part words into names: what joins stands with what it joins."""
    names: list[list[str]] = []
    joined: list[str] = []
    for word in words:
        joined.append(word)
        if not _joins(word):
            names.append(joined)
            joined = []
    return [*names, joined] if joined else names


def _joins(word: str) -> bool:
    """Say whether a word is folded into the one after it, whatever that is."""
    return " " not in folded(f"{word} {'ب' if has_arabic(word) else 'b'}")


def _initial(name: Sequence[str]) -> str:
    rest = name[1:] if len(name) > 1 and folded(name[0]) in _ARTICLES else name
    letters = _letters("".join(rest))
    if letters.startswith(_ARTICLE) and len(letters) >= len(_ARTICLE) + _SHORTEST_AFTER_IT:
        letters = letters[len(_ARTICLE) :]
    return letters[0].upper()[0] if len(letters) > 1 else ""


def _letters(word: str) -> str:
    composed = unicodedata.normalize("NFC", word)
    return "".join(letter for letter in composed if unicodedata.category(letter) in _LETTERS)
