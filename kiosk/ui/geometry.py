"""Millimetres, and rectangles that do not know which way is left.

A rectangle is measured from the corner where reading starts, downwards. Only when a widget
is placed does ``start`` become left or right, so an Arabic screen is the mirror of a French
one by construction.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Self

MM_PER_INCH: Final = 25.4
# The smallest screen on which nothing overlaps: a 10-inch one, either way round.
LEAST_MM: Final = (205.0, 120.0)
LEAST_UPRIGHT_MM: Final = (130.0, 200.0)


@dataclass(frozen=True, slots=True)
class Millimetres:
    """How many pixels a millimetre has on this screen."""

    pixels: float

    @classmethod
    def of(cls, dpi: float, width: int, height: int) -> Self:
        """Take the screen's dots per inch; smaller where the window could not hold a screen.

        A window too small for its screens is drawn as if it were a larger one from further
        away: legible on a developer's machine, where true sizes would overlap.
        """
        least_width, least_height = LEAST_MM if width >= height else LEAST_UPRIGHT_MM
        return cls(min(dpi / MM_PER_INCH, width / least_width, height / least_height))

    def __call__(self, millimetres: float) -> int:
        """Give whole pixels, never less than asked for."""
        return math.ceil(millimetres * self.pixels - 1e-6)


def dpi_of(width: int, height: int, inches: float) -> float:
    """Give the dots per inch of a screen by its diagonal."""
    return math.hypot(width, height) / inches


@dataclass(frozen=True, slots=True)
class Rect:
    """A rectangle in pixels; ``start`` from the side where reading starts, ``top`` from above."""

    start: int
    top: int
    width: int
    height: int

    @property
    def end(self) -> int:
        """Where it ends, from the side where reading starts."""
        return self.start + self.width

    @property
    def bottom(self) -> int:
        """Its lower edge, from above."""
        return self.top + self.height

    def inset(self, across: int, down: int | None = None) -> "Rect":
        """Leave a margin on all sides."""
        down = across if down is None else down
        return Rect(self.start + across, self.top + down, self.width - 2 * across, self.height - 2 * down)

    def cut_top(self, height: int, gap: int = 0) -> tuple["Rect", "Rect"]:
        """Give the upper part and what is left below a gap."""
        rest = self.height - height - gap
        return (
            Rect(self.start, self.top, self.width, height),
            Rect(self.start, self.top + height + gap, self.width, rest),
        )

    def cut_bottom(self, height: int, gap: int = 0) -> tuple["Rect", "Rect"]:
        """Give the lower part and what is left above a gap."""
        return (
            Rect(self.start, self.bottom - height, self.width, height),
            Rect(self.start, self.top, self.width, self.height - height - gap),
        )

    def cut_start(self, width: int, gap: int = 0) -> tuple["Rect", "Rect"]:
        """Give the part where reading starts and what is left beyond a gap."""
        return (
            Rect(self.start, self.top, width, self.height),
            Rect(self.start + width + gap, self.top, self.width - width - gap, self.height),
        )

    def cut_end(self, width: int, gap: int = 0) -> tuple["Rect", "Rect"]:
        """Give the part where reading ends and what is left before a gap."""
        return (
            Rect(self.end - width, self.top, width, self.height),
            Rect(self.start, self.top, self.width - width - gap, self.height),
        )

    def columns(self, count: int, gap: int) -> list["Rect"]:
        """Split across, into equal parts; whole pixels, so a rest of some pixels stays free."""
        return self.shares([1] * count, gap)

    def shares(self, shares: Sequence[float], gap: int) -> list["Rect"]:
        """Split across, by shares."""
        room = self.width - gap * (len(shares) - 1)
        found, at = [], self.start
        for share in shares:
            width = int(room * share / sum(shares))
            found.append(Rect(at, self.top, width, self.height))
            at += width + gap
        return found

    def rows(self, count: int, gap: int) -> list["Rect"]:
        """Split downwards, into equal parts."""
        height = (self.height - gap * (count - 1)) // count
        return [
            Rect(self.start, self.top + index * (height + gap), self.width, height) for index in range(count)
        ]

    def middle(self, width: int, height: int) -> "Rect":
        """Give a rectangle of that size with the same centre."""
        return Rect(
            self.start + (self.width - width) // 2, self.top + (self.height - height) // 2, width, height
        )
