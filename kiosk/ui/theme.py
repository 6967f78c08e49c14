"""The look, in one place: colours by name, and lengths in millimetres."""

from dataclasses import dataclass
from typing import Final

Colour = tuple[float, float, float, float]


def colour(code: str) -> Colour:
    """Read ``#RRGGBB``."""
    red, green, blue = (int(code[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return (red, green, blue, 1.0)


LIME: Final = colour("#FAF6EE")
INK: Final = colour("#12211E")
QUIET: Final = colour("#3E4B47")
GREEN: Final = colour("#0B4F45")
SAFFRON: Final = colour("#F2B63C")
BRICK: Final = colour("#8C1D18")
BLUE: Final = colour("#1D4E89")
WHITE: Final = colour("#FFFFFF")
LINE: Final = colour("#8A7F66")
SAND: Final = colour("#EFE7D5")
"""Behind a calm strip; ink on it has 13:1."""
MINT: Final = colour("#E3EEE8")
"""Behind an icon beside words; green on it has 8:1."""
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


CALM: Final = Look(LIME, INK, QUIET, GREEN, WHITE)
ACCEPTED: Final = Look(GREEN, WHITE, WHITE, WHITE, GREEN)
REPEAT: Final = Look(SAFFRON, INK, INK, INK, SAFFRON)
REFUSED: Final = Look(BRICK, WHITE, WHITE, WHITE, BRICK)
