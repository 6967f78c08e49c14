"""Names as a list may hold them: what nobody sees is taken out, what cannot be part of a name is refused."""

import re
import unicodedata
from typing import Final

from server.rules.names import described
from server.rules.reader import shown

MOST_LETTERS: Final = 120
_TATWEEL: Final = "\u0640"
# Most names: one look at them all, instead of one at each letter.
_PLAIN: Final = re.compile(r"[A-Za-zÀ-ÖØ-öø-ÿ'.ء-غف-ي-]+(?: [A-Za-zÀ-ÖØ-öø-ÿ'.ء-غف-ي-]+)*")
_OUTSIDE_ASCII: Final = 0x80
# Selectors of a picture's look, and marks set around a letter, which only emoji have.
_OF_PICTURES: Final = frozenset("\ufe0e\ufe0f\u20dd\u20de\u20df\u20e0\u20e3")
_ARABIC_LETTERS: Final = r"[\u0620-\u064a\u066e-\u06d3\u06fa-\u06ff\u0750-\u077f\u08a0-\u08ff]"
_ARABIC: Final = re.compile(_ARABIC_LETTERS)
_OTHER_LETTER: Final = re.compile(rf"(?!{_ARABIC_LETTERS})[^\W\d_]")


class Unfit(ValueError):  # noqa: N818 - it is a verdict on a cell, and reads as one
    """A cell cannot be taken: ``what`` is wrong, and what to write ``instead``."""

    def __init__(self, what: str, instead: str) -> None:
        super().__init__(what)
        self.what = what
        self.instead = instead


def cleaned_name(text: str) -> str:
    """Give a name as it is kept: NFC, single spaces, no marks of direction, joiners or tatweel.

    A text that looks like a formula is a text. Raises :class:`Unfit`.
    """
    if len(text) <= MOST_LETTERS and _PLAIN.fullmatch(text):
        return unicodedata.normalize("NFC", text)
    name = cleaned(text).replace(_TATWEEL, "")
    name = " ".join(name.split())
    if len(name) > MOST_LETTERS:
        raise Unfit(f"the name has {len(name)} letters", f"write at most {MOST_LETTERS}")
    for letter in name:
        if not _may_stand_in_name(letter):
            what = f"the name holds {described(letter)}, a picture or sign that is part of no name"
            raise Unfit(what, "take it out")
    if text.strip() and not any(unicodedata.category(letter)[0] == "L" for letter in name):
        raise Unfit(f"{shown(text)} holds no letter of a name", "write the name, or leave the cell empty")
    return name


def cleaned(text: str) -> str:
    """Take out what nobody sees, spaces around as well; NFC. Raises :class:`Unfit`."""
    if text.isascii() and text.isprintable():
        return text.strip()
    kept = []
    for letter in unicodedata.normalize("NFC", text[: 100 * MOST_LETTERS]):
        kind = unicodedata.category(letter)
        if kind == "Cf" or letter in "\ufe0e\ufe0f":
            continue
        if kind in {"Zs", "Zl", "Zp"} or letter in "\t\n\r\v\f\x85":
            kept.append(" ")
        elif kind in {"Cc", "Cs", "Co", "Cn"} or letter == "\ufffd":
            raise Unfit(f"the text holds {described(letter)}, which cannot be printed", "write it again")
        else:
            kept.append(letter)
    # Again: two letters that something unseen held apart may be one now.
    return unicodedata.normalize("NFC", "".join(kept)).strip()


def is_arabic(name: str) -> bool:
    """Say whether a name is written in Arabic letters alone, at least one."""
    return bool(_ARABIC.search(name)) and not has_latin(name)


def has_arabic(name: str) -> bool:
    """Say whether a name has an Arabic letter."""
    return bool(_ARABIC.search(name))


def has_latin(name: str) -> bool:
    """Say whether a name has a letter that is not Arabic."""
    return bool(_OTHER_LETTER.search(name))


def _may_stand_in_name(letter: str) -> bool:
    if ord(letter) < _OUTSIDE_ASCII:
        return True
    kind = unicodedata.category(letter)
    return (kind[0] in "LMP" and letter not in _OF_PICTURES) or kind in {"Nd", "Nl", "Zs"}
