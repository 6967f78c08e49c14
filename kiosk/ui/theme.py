"""The look, in one place: colours by name, and lengths in millimetres.

Two colours are a body's own where it has chosen them: nothing draws with those but by a kit's
:class:`Palette`. All others are the same everywhere.
"""

import colorsys
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from wire.contrast import ACCENT, COLOUR, GROUND, Weakness, weakness_of_accent, weakness_of_colour
from wire.contrast import INK as INK_CODE

Colour = tuple[float, float, float, float]


def colour(code: str) -> Colour:
    """Read ``#RRGGBB``."""
    red, green, blue = (int(code[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return (red, green, blue, 1.0)


LIME: Final = colour(GROUND)
INK: Final = colour(INK_CODE)
QUIET: Final = colour("#3E4B47")
GREEN: Final = colour(COLOUR)
SAFFRON: Final = colour(ACCENT)
BRICK: Final = colour("#8C1D18")
BLUE: Final = colour("#1D4E89")
WHITE: Final = colour("#FFFFFF")
LINE: Final = colour("#8A7F66")
SAND: Final = colour("#EFE7D5")
"""Behind a calm strip; ink on it has 13:1."""
MOODS: Final = tuple(colour(code) for code in ("#FF9B8A", "#FFC9A8", "#F4E1A6", "#CDE8C4", "#8FD3B0"))
"""Behind the five faces, the worst first; ink on each has 8:1 or more."""
SHADE: Final = colour("#56655F")
"""Where the camera's picture will be."""
CLEAR: Final = (0.0, 0.0, 0.0, 0.0)

GRID: Final = 3.0
MARGIN: Final = 7.0
TARGET: Final = 20.0
"""No target is smaller than this either way (a 70-year-old's finger)."""
APART: Final = 3.0
CORNER: Final = 5.0
STROKE: Final = 0.6
TITLE_CAPITALS: Final = 8.0
TEXT_CAPITALS: Final = 6.1
"""Height of a Latin H that can be read at 500 mm (EN 301 549 5.1.4)."""
LINE_HEIGHT: Final = 1.35
BAND: Final = 2.4
TIME_LINE: Final = 1.8


@dataclass(frozen=True, slots=True)
class Look:
    """The colours of one kind of screen: its ground, what is written, and what is filled."""

    ground: Colour
    ink: Colour
    quiet: Colour
    accent: Colour
    on_accent: Colour


REFUSED: Final = Look(BRICK, WHITE, WHITE, WHITE, BRICK)


@dataclass(frozen=True, slots=True)
class Palette:
    """A body's two colours, and what is drawn with them.

    ``colour`` draws signs and actions, ``soft`` is the ground behind a sign beside words, ``accent``
    marks what is chosen and where a card is held. A verdict's looks flood the screen.
    """

    colour: Colour
    accent: Colour
    soft: Colour
    calm: Look
    accepted: Look
    repeat: Look


_NEAR: Final = 30.0
"""Degrees of hue; from two metres, what is nearer is the same colour."""
_REDDISH: Final = 40.0
"""The same for what most people would still call a dark red beside brick: a plum, a maroon."""
_GREENS: Final = (135.0, 60.0)
"""The hue of what anybody calls green, and how far that goes either way: accepted, to most people."""
_COLOURLESS: Final = 0.15
_SOFT: Final = 0.11
_PALEST: Final = 0.25
"""How much a flood's darkest channel lacks of white: with less it is no flood on these walls."""


@lru_cache(maxsize=8)
def palette_of(colour_code: str = "", accent_code: str = "") -> Palette:
    """Make the palette of a body's ``#rrggbb``; an empty or a faint colour gives the usual one.

    No verdict looks like another: "accepted" is green where the body's colour is a red, and "already
    recorded" is saffron where its accent is a green, a white, or near its "accepted".
    """
    own = _readable(colour_code, weakness_of_colour) or GREEN
    accent = _readable(accent_code, weakness_of_accent) or SAFFRON
    accepted = GREEN if _near(own, _hue(BRICK), _REDDISH) else own
    repeat = accent
    if _near(accent, *_GREENS) or _pale(accent) or (_like(accent, accepted) > _like(SAFFRON, accepted)):
        repeat = SAFFRON
    return Palette(
        colour=own,
        accent=accent,
        soft=_mixed(own, WHITE, _SOFT),
        calm=Look(LIME, INK, QUIET, own, WHITE),
        accepted=Look(accepted, WHITE, WHITE, WHITE, accepted),
        repeat=Look(repeat, INK, INK, INK, repeat),
    )


def _readable(code: str, weakness_of: Callable[[str], Weakness | None]) -> Colour | None:
    return colour(code) if code and weakness_of(code) is None else None


def _like(one: Colour, other: Colour) -> bool:
    return max(other[:3]) - min(other[:3]) >= _COLOURLESS and _near(one, _hue(other), _NEAR)


def _near(one: Colour, hue: float, within: float) -> bool:
    """Say whether a colour has about this hue, and so much of it that anybody sees it."""
    apart = abs(_hue(one) - hue)
    return max(one[:3]) - min(one[:3]) >= _COLOURLESS and min(apart, 360 - apart) <= within


def _hue(one: Colour) -> float:
    return colorsys.rgb_to_hsv(*one[:3])[0] * 360


def _pale(one: Colour) -> bool:
    return 1 - min(one[:3]) < _PALEST


def _mixed(one: Colour, other: Colour, share: float) -> Colour:
    red, green, blue = (
        here * share + there * (1 - share) for here, there in zip(one[:3], other[:3], strict=True)
    )
    return (red, green, blue, 1.0)
