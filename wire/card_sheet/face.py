"""What stands on a card: words of two scripts and a token."""

import re
import unicodedata
from dataclasses import dataclass, field
from functools import lru_cache
from io import BytesIO
from typing import Final

from PIL import Image

from wire.card import Card, CardError, RefusalCode, parse
from wire.contrast import COLOUR, INK, LEAST, WHITE, contrast
from wire.logo import flaw_of

CARDS_A_SHEET: Final = 10
MOST_CARDS: Final = 10_000
"""In one document, which is put together in memory: a thousand sheets, 15 MB of file."""
MOST_LETTERS: Final = 160
"""Of one name: more than anybody's, and a bound on what it costs to set one."""
_COLOUR: Final = re.compile(r"^#[0-9a-f]{6}\Z")
_STEERING: Final = re.compile("[\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufe00-\ufe0f\ufeff]")
_JOINERS: Final = "\u200c\u200d"
_MOST_MARKS: Final = 2
_UNDRAWN: Final = frozenset({"So", "Sk", "Co", "Cn", "Cs", "Me"})
"""Kinds of letters that no name needs, emoji above all: the font would draw a box."""


@dataclass(frozen=True, slots=True)
class Bilingual:
    """Words in Arabic and in Latin letters; neither is derived from the other, and either may be empty."""

    arabic: str = ""
    latin: str = ""


NAMELESS: Final = Bilingual()
"""On cards that are issued before anybody knows who gets them."""


@dataclass(frozen=True, slots=True)
class CardFace:
    """One card: its number and its last day are read from the token, so that they agree with it.

    ``logo`` is the body's PNG, or empty (``wire.logo``). Without a ``name`` the
    category takes its place. Raises :class:`CardError` for a text that is no token.
    """

    token: str
    body: Bilingual
    category: Bilingual
    name: Bilingual = NAMELESS
    colour: str = COLOUR
    logo: bytes = b""
    card: Card = field(init=False)

    def __post_init__(self) -> None:
        parsed = parse(self.token)
        if isinstance(parsed, RefusalCode):
            raise CardError(f"no card is drawn of a text that is no token: {parsed}")
        object.__setattr__(self, "card", parsed[0])

    def __repr__(self) -> str:
        """Show which card this is, never its token or a name."""
        return f"CardFace({self.card.identity})"


def colours(wished: str) -> tuple[str, str]:
    """Give the band's colour and that of the words on it: the wished one where words can be read on it."""
    if _COLOUR.match(wished):
        for words in (WHITE, INK):
            if contrast(wished, words) >= LEAST:
                return wished, words
    return COLOUR, WHITE


@lru_cache(maxsize=8)
def can_be_drawn(logo: bytes) -> bool:
    """Say whether a PNG is within bounds and whole: a card goes without one that is not."""
    if flaw_of(logo) is not None:
        return False
    try:
        with Image.open(BytesIO(logo), formats=["PNG"]) as picture:
            picture.load()
    except (OSError, SyntaxError, ValueError):
        return False
    return True


def cleaned(text: str) -> str:
    """Give one line that can be drawn: nothing that turns writing round, no emoji, no tower of marks."""
    text = _STEERING.sub("", unicodedata.normalize("NFC", text[: 4 * MOST_LETTERS]))
    kept: list[str] = []
    marks = 0
    for letter in text:
        kind = unicodedata.category(letter)
        marks = marks + 1 if kind in {"Mn", "Mc"} else 0
        if letter in _JOINERS:
            # Spelling between Arabic letters, glue in an emoji.
            if kept and unicodedata.bidirectional(kept[-1]) == "AL":
                kept.append(letter)
        elif kind[0] in "ZC" and kind not in _UNDRAWN:
            kept.append(" ")
        elif kind not in _UNDRAWN and marks <= _MOST_MARKS and (not marks or (kept and kept[-1] != " ")):
            kept.append(letter)
    return " ".join("".join(kept).split())[:MOST_LETTERS].rstrip()
