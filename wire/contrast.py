"""Which colours a body may give its kiosks: contrast as WCAG 2 counts it.

The server refuses others where a tour is loaded; a kiosk that is sent one all the same keeps to the
usual colours. Colours are ``#rrggbb``.
"""

import math
from typing import Final, NamedTuple

GROUND: Final = "#faf6ee"
INK: Final = "#12211e"
WHITE: Final = "#ffffff"
COLOUR: Final = "#0b4f45"
ACCENT: Final = "#f2b63c"
"""What a kiosk wears where its body has chosen nothing else."""
LEAST: Final = 7.0
_LIGHTEST_LINEAR: Final = 0.04045


class Weakness(NamedTuple):
    """What is too faint to be read, and what to write instead."""

    what: str
    instead: str


def contrast(one: str, other: str) -> float:
    """Give WCAG 2's contrast ratio of two colours, 1 to 21."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def weakness_of_colour(colour: str) -> Weakness | None:
    """Say why a colour cannot be a body's: white words stand on it, and it draws signs on the ground.

    What holds here holds on the soft grounds behind signs, too, for which 3 to 1 would do.
    """
    for other, what in (
        (WHITE, f"white words on {colour} have"),
        (GROUND, f"{colour} on the ground of screens, {GROUND}, has"),
    ):
        if (ratio := contrast(colour, other)) < LEAST:
            return _weakness(what, ratio, f"a darker colour: {LEAST:.0f} to 1 is read by old eyes", COLOUR)
    return None


def weakness_of_accent(accent: str) -> Weakness | None:
    """Say why a colour cannot be a body's accent: dark words stand on it."""
    if (ratio := contrast(accent, INK)) >= LEAST:
        return None
    instead = f"a lighter colour: {LEAST:.0f} to 1 is read by old eyes"
    return _weakness(f"dark words on {accent} have", ratio, instead, ACCENT)


def _weakness(what: str, ratio: float, instead: str, such_as: str) -> Weakness:
    # Never rounded up: "7.0 to 1" would read as enough.
    told = math.floor(ratio * 10) / 10
    return Weakness(f"{what} a contrast of {told} to 1", f"write {instead}, such as {such_as}")


def _luminance(colour: str) -> float:
    def linear(channel: int) -> float:
        share = channel / 255
        return share / 12.92 if share <= _LIGHTEST_LINEAR else ((share + 0.055) / 1.055) ** 2.4

    red, green, blue = (linear(channel) for channel in bytes.fromhex(colour[1:]))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
