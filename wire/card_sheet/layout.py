"""Where everything stands on a card, in millimetres from its left upper corner.

Latin begins on the left, Arabic on the right; the code stands left, where no finger of the hand
that holds a card out lies over it. Paper and screen draw the same list of things.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Final, NamedTuple

from wire.card_sheet.code import QUIET, SIDE
from wire.card_sheet.face import Bilingual, CardFace, can_be_drawn, cleaned, colours
from wire.card_sheet.setting import Measure, Set, Step, fit
from wire.contrast import ACCENT, INK, WHITE
from wire.logo import size_of

WIDTH: Final = 85.6
HEIGHT: Final = 53.98
CORNER: Final = 3.0
MODULE: Final = 0.78
"""Of the code: 35.1 mm with its quiet zone. Three pixels and more at 110 dpi."""

_BAND: Final = 13.5
_STRIP: Final = 2.0
_MARGIN: Final = 4.2
_CODE_LEFT: Final = 1.2
_CODE_TOP: Final = _BAND + (HEIGHT - _BAND - _STRIP - SIDE * MODULE) / 2
_COLUMN: Final = _CODE_LEFT + SIDE * MODULE + 1.2
_RIGHT: Final = WIDTH - _MARGIN
_LEADING: Final = 1.36
_RISE: Final = 0.36
"""From the middle of a line to where its letters stand, as a share of the font's size."""
_PLATE: Final = 9.6
_WIDEST_PLATE: Final = 20.0
_QUIET_COLOUR: Final = "#3e4b47"

_BODY: Final = (Step(3.3, 1), Step(3.0, 2), Step(2.7, 3), Step(2.4, 3), Step(2.1, 4))
_NAME_ARABIC: Final = (Step(5.0, 1), Step(4.4, 1), Step(4.1, 2), Step(3.7, 2), Step(3.2, 2), Step(2.4, 3))
_NAME_LATIN: Final = (Step(4.2, 1), Step(3.7, 1), Step(3.5, 2), Step(3.1, 2), Step(2.7, 2), Step(2.0, 3))
_CATEGORY: Final = (Step(3.2, 1), Step(2.7, 1), Step(2.4, 2), Step(2.0, 2), Step(1.7, 2))
_LABEL: Final = 2.1
_VALUE: Final = 2.6
_NAME_TOP: Final = _BAND + 2.0
_NUMBER_AT: Final = _CODE_TOP + (SIDE - QUIET) * MODULE
"""Where the last line stands: as low as the code."""
_VALID_AT: Final = _NUMBER_AT - 4.2
_CATEGORY_AT: Final = _VALID_AT - 4.8

NUMBER: Final = Bilingual("الرقم", "N°")
VALID_TO: Final = Bilingual("صالحة إلى", "Valable jusqu\u2019au")


class Bleed(NamedTuple):
    """How far colour goes beyond each edge of the card, mm."""

    left: float = 0.0
    top: float = 0.0
    right: float = 0.0
    bottom: float = 0.0


@dataclass(frozen=True, slots=True)
class Box:
    """A filled rectangle."""

    x: float
    y: float
    width: float
    height: float
    colour: str
    corner: float = 0.0


@dataclass(frozen=True, slots=True)
class Shape:
    """A filled polygon."""

    points: tuple[tuple[float, float], ...]
    colour: str


@dataclass(frozen=True, slots=True)
class Line:
    """One line of words; ``x`` is where reading begins, the right end of Arabic, ``y`` its baseline."""

    text: str
    x: float
    y: float
    size: float
    bold: bool
    arabic: bool
    colour: str


@dataclass(frozen=True, slots=True)
class Code:
    """The token's code; ``x``, ``y`` are the quiet zone's corner."""

    x: float
    y: float
    token: str


@dataclass(frozen=True, slots=True)
class Logo:
    """The body's PNG."""

    x: float
    y: float
    width: float
    height: float
    png: bytes


Thing = Box | Shape | Line | Code | Logo


def lay_out(face: CardFace, measure: Measure, bleed: Bleed) -> Iterator[Thing]:
    """Yield what a card shows, in the order in which it is drawn."""
    band, on_band = colours(face.colour)
    left, wide = -bleed.left, WIDTH + bleed.left + bleed.right
    yield Box(left, -bleed.top, wide, _BAND + bleed.top, band)
    yield Box(left, HEIGHT - _STRIP, wide, _STRIP + bleed.bottom, band)
    yield from _head(face, measure, on_band, lamp=ACCENT if on_band == WHITE else band)
    yield Code(_CODE_LEFT, _CODE_TOP, face.token)
    # Dark words on a light band's card stay dark: the band's own colour would be too faint on white.
    yield from _person(face, measure, band if on_band == WHITE else INK)
    yield from _row(VALID_TO, f"{face.card.valid_to:%d/%m/%Y}", _VALID_AT, measure)
    yield from _row(NUMBER, str(face.card.identity), _NUMBER_AT, measure)


def _head(face: CardFace, measure: Measure, colour: str, *, lamp: str) -> Iterator[Thing]:
    right = _RIGHT
    if face.logo and can_be_drawn(face.logo):
        logo = _logo(face.logo)
        yield Box(logo.x - 0.8, (_BAND - _PLATE) / 2, logo.width + 1.6, _PLATE, WHITE, 1.2)
        yield logo
        right = logo.x - 0.8
    else:
        yield from _star(right - _PLATE / 2 + 0.6, _BAND / 2, _PLATE / 2 - 0.6, colour, lamp)
        right -= _PLATE - 1.2
    gap = 2.4
    room = (right - _MARGIN - 2 * gap) / 2
    for text, arabic in _both(face.body):
        # A body of one name has the whole band for it.
        width = room if face.body.arabic and face.body.latin else 2 * room + gap
        found = fit(text, width, _BODY, measure, bold=True)
        place = partial(Line, size=found.size, bold=True, arabic=arabic, colour=colour)
        middle = (len(found.lines) - 1) / 2
        for number, line in enumerate(found.lines):
            y = _BAND / 2 + (number - middle) * found.size * _LEADING + found.size * _RISE
            yield place(line, right - gap if arabic else _MARGIN, y)


def _person(face: CardFace, measure: Measure, colour: str) -> Iterator[Thing]:
    named = any(True for _ in _both(face.name))
    y = _NAME_TOP
    for text, arabic in _both(face.name if named else face.category):
        steps = _NAME_ARABIC if arabic else _NAME_LATIN
        found = fit(text, _RIGHT - _COLUMN, steps, measure, bold=True)
        yield from _lines(found, y + found.size, arabic=arabic, colour=INK)
        y += len(found.lines) * found.size * _LEADING + 0.8
    if named:
        for text, arabic in _both(face.category):
            found = fit(text, (_RIGHT - _COLUMN) / 2 - 1, _CATEGORY, measure, bold=True)
            # Two small lines reach up: the row below is near.
            first = _CATEGORY_AT - (len(found.lines) - 1) * found.size * _LEADING * 0.9
            yield from _lines(found, first, arabic=arabic, colour=colour)


def _lines(found: Set, first: float, *, arabic: bool, colour: str) -> Iterator[Line]:
    """Yield lines of the column beside the code, the first one standing at ``first``."""
    for number, text in enumerate(found.lines):
        y = first + number * found.size * _LEADING
        yield Line(
            text, _RIGHT if arabic else _COLUMN, y, found.size, bold=True, arabic=arabic, colour=colour
        )


def _row(label: Bilingual, value: str, y: float, measure: Measure) -> Iterator[Thing]:
    """Say a value in the middle, and what it is on either side."""
    yield Line(label.latin, _COLUMN, y, _LABEL, bold=False, arabic=False, colour=_QUIET_COLOUR)
    yield Line(label.arabic, _RIGHT, y, _LABEL, bold=False, arabic=True, colour=_QUIET_COLOUR)
    start = _COLUMN + measure(label.latin, bold=False) * _LABEL
    end = _RIGHT - measure(label.arabic, bold=False) * _LABEL
    width = measure(value, bold=True) * _VALUE
    yield Line(value, (start + end - width) / 2, y, _VALUE, bold=True, arabic=False, colour=INK)


def _both(words: Bilingual) -> Iterator[tuple[str, bool]]:
    """Yield the Arabic first, then the Latin words, where there are any; and which it is."""
    for text, arabic in ((cleaned(words.arabic), True), (cleaned(words.latin), False)):
        if text:
            yield text, arabic


def _logo(png: bytes) -> Logo:
    width, height = size_of(png) or (1, 1)
    tall = _PLATE - 1.6
    wide = tall * width / height
    if wide > _WIDEST_PLATE:
        wide, tall = _WIDEST_PLATE, _WIDEST_PLATE * height / width
    return Logo(_RIGHT - 0.8 - wide, (_BAND - tall) / 2, wide, tall, png)


def _star(x: float, y: float, radius: float, colour: str, lamp: str) -> Iterator[Thing]:
    """Draw the eight-pointed star of two squares, and a lamp in it."""
    for turn in (0.0, math.pi / 4):
        yield Shape(_ring(x, y, radius, 4, turn), colour)
    yield Shape(_ring(x, y, radius * 0.3, 24, 0.0), lamp)


def _ring(x: float, y: float, radius: float, corners: int, turn: float) -> tuple[tuple[float, float], ...]:
    angles = [turn + 2 * math.pi * corner / corners for corner in range(corners)]
    return tuple((x + radius * math.cos(angle), y + radius * math.sin(angle)) for angle in angles)
