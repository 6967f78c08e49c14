"""Undoes what keyboard layouts did to a code between a scanner and this program.

Two layouts have a say. The *scanner* takes itself for a keyboard of some country, and strikes the
keys that type the code there. The *machine* makes characters of these keys by its own layout; where
scan codes are read it is not asked and counts as US. Where both are the same nothing happens; else
``R1`` arrives as ``R&`` or as ``ٌ1``.

A table gives what each key of a US keyboard types, row by row, without and with Shift. They come
from Debian's ``xkb-data`` 2.35, in its directory ``symbols``; a test compares them:

======= ================ =============================================================
``us``  ``us(basic)``
``fr``  ``fr(oss)``      AZERTY, what Morocco types French on; Windows' "French" as well
``ara`` ``ara(basic)``   Windows' "Arabic (101)" as well, but for characters no card types
======= ================ =============================================================

On AZERTY digits are typed with Shift, and without it the same keys type ``& é " ' ( - è _ ç à``. Caps
Lock turns the letters among them too (``É``). Arabic keyboards have four keys for two letters at
once (``لا``).

**Two layouts cannot be undone** and are no tables: on Moroccan Arabic (``ma(arabic)``, Windows'
"Arabic (102) AZERTY" alike) the digit 4 and the letter M both arrive as ``'``; Windows' "Arabic
(102)" types nothing for an S. Tifinagh (``ma(tifinagh)``) loses digits. On such machines scan codes
are the only way, and they do not depend on the layout.

**No card reads in two ways.** All codes of ours begin with R, perhaps P or S, and the digit 1 (their
version), and are of the 45 characters of a QR code's alphanumeric alphabet. Of the ways below one
alone makes such a text of what arrived: a 1 comes as ``1``, from US to French as ``&`` and from French to
US as ``!``, and Arabic has no R. It would not hold for every digit (``&`` is also a 7 from French to US), so
whoever makes a version 2 looks here. What was read wrongly all the same has no valid signature.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Final

from kiosk.rules.bursts import Typed

ALPHABET: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
"""The alphanumeric alphabet of QR codes (ISO/IEC 18004, table 5)."""
SETUP_TEXT: Final = f"RS1 {ALPHABET}"
"""What stands in the code that sets a scanner up: every character a card can have."""
_SETUP_PREFIX: Final = "RS1"
_OURS: Final = re.compile(r"R[PS]?1[0-9A-Z $%*+\-./:]+")

_TABLES: Final = {
    "us": (
        "`1234567890-= qwertyuiop[] asdfghjkl;'\\ zxcvbnm,./",
        '~!@#$%^&*()_+ QWERTYUIOP{} ASDFGHJKL:"| ZXCVBNM<>?',
    ),
    "fr": (
        "²&é\"'(-è_çà)= azertyuiop^$ qsdfghjklmù* wxcvbn,;:!",
        "³1234567890°+ AZERTYUIOP¨£ QSDFGHJKLM%µ WXCVBN?./§",
    ),
    "ara": (
        "ذ1234567890-= ضصثقفغعهخحجد شسيبلاتنمكط\\ ئءؤرﻻىةوزظ",
        "\u0651!@#$%^&*)(_+ \u064e\u064b\u064f\u064cﻹإ`÷\u00d7؛<> \u0650\u064d][ﻷأـ،/:\"… ~\u0652}{ﻵآ',.؟",
    ),
}
# One key, two letters: X makes two characters of its one.
_LIGATURES: Final = {"لا": "ﻻ", "لإ": "ﻹ", "لأ": "ﻷ", "لآ": "ﻵ"}


@dataclass(frozen=True, slots=True)
class Way:
    """How a code came: by ``places`` or by ``characters``, and the two layouts on its way."""

    by: str
    machine: str
    scanner: str


WAYS: Final = (
    *(Way("places", "us", scanner) for scanner in ("us", "fr")),
    *(Way("characters", machine, scanner) for machine in ("us", "fr", "ara") for scanner in ("us", "fr")),
)
"""Every way that is tried, the likeliest first. No scanner is an Arabic keyboard: that types no card."""


@dataclass(frozen=True, slots=True)
class Code:
    """A code as it was before it was typed, and its way where that is known.

    ``setup`` says that it is the code that sets a scanner up; ``garbled`` that it begins as this
    one does and is not: the scanner takes itself for a keyboard that is not in the tables.
    """

    text: str
    way: Way | None = None
    setup: bool = False
    garbled: bool = False


def read(typed: Typed, usual: Way | None = None) -> Code:
    """Give the code behind what was typed; ``usual`` is the way by which codes come to this kiosk."""
    for way in WAYS:
        if _taken_back(typed, way, lambda text: text == SETUP_TEXT):
            return Code(SETUP_TEXT, way, setup=True)
    for way in filter(None, (usual, *WAYS)):
        if text := _taken_back(typed, way, _OURS.fullmatch):
            return Code(text, way, garbled=text.startswith(_SETUP_PREFIX))
    return Code(undone(_arrived(typed, usual or WAYS[0]), usual or WAYS[0]) or typed.characters)


def undone(arrived: str, way: Way) -> str:
    """Take one way back. A character that no key types stays as it is."""
    for two, one in _LIGATURES.items() if way.machine == "ara" else ():
        arrived = arrived.replace(two, one)
    return arrived.translate(_retyping(way.machine, way.scanner))


def typed_on(text: str, way: Way) -> str:
    """Say what arrives where a scanner types ``text``: the inverse of :func:`undone`."""
    arrived = text.translate(_retyping(way.scanner, way.machine))
    for two, one in _LIGATURES.items() if way.machine == "ara" else ():
        arrived = arrived.replace(one, two)
    return arrived


def _arrived(typed: Typed, way: Way) -> str:
    return typed.places if way.by == "places" else typed.characters


def _taken_back(typed: Typed, way: Way, fits: Callable[[str], object]) -> str:
    """Give the text by this way where it fits, with Caps Lock off or on; else nothing."""
    arrived = _arrived(typed, way)
    # A machine makes no other characters than its own: else an R on an Arabic one would stay an R.
    made = f"{''.join(_TABLES[way.machine])}{''.join(_LIGATURES)}"
    tried = (each for each in (arrived, arrived.swapcase()) if all(character in made for character in each))
    return next((text for text in (undone(each, way) for each in tried) if fits(text)), "")


@cache
def _retyping(made_on: str, meant_on: str) -> dict[int, str]:
    """Give what the same key types on another keyboard, by character number."""
    pairs = [
        pair
        for made, meant in zip(_TABLES[made_on], _TABLES[meant_on], strict=True)
        for pair in zip(made, meant, strict=True)
    ]
    # Where two keys type the same character (Arabic ' and \" on some machines), a card's comes first.
    pairs.sort(key=lambda pair: pair[1] not in ALPHABET)
    retyping: dict[int, str] = {}
    for made, meant in pairs:
        retyping.setdefault(ord(made), meant)
    return retyping
