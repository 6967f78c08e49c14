"""Keys with which a name is found in either script: letters of both, one after the other, then signs."""

import re
from typing import Final

from kiosk.rules.keyboards import ARABIC, FRENCH, Keyboard

BOTH_KEYS: Final = "both"
"""Stands for these keys in a view."""
_LATIN: Final = ("ABC", FRENCH.pages[1], False)
_SIGNS: Final = ("123", FRENCH.pages[2], False)
_LETTERS: Final = ("أبت", ARABIC.pages[0], True)
_ARABIC: Final = re.compile("[\u0600-\u06ff]")


def both_keys(language: str, part: int) -> Keyboard:
    """Give the keys, of which the page ``part`` is shown; the screen's own script comes first."""
    pages = (_LETTERS, _LATIN, _SIGNS) if language == "ar" else (_LATIN, _LETTERS, _SIGNS)
    nexts = (*pages[1:], pages[0])
    return Keyboard(
        tuple(rows for _, rows, _ in pages),
        tuple(name for name, _, _ in nexts),
        rtl=pages[part % len(pages)][2],
    )


def runs_from_right(typed: str, keys: Keyboard) -> bool:
    """Say where a text of either script begins: as its letters do, or, before there are any, the keys."""
    return bool(_ARABIC.search(typed)) if typed else keys.rtl
