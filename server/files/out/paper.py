"""A sheet of A4 to write and draw on, in millimetres from where reading begins.

In Arabic everything is mirrored but what never is: numbers, clocks, and time axes. Letters are joined
by the same library, and broken into lines by the same rules, as those of a card.
"""

import unicodedata
from collections.abc import Sequence
from datetime import datetime
from pathlib import PurePath
from typing import Final, Literal

from fpdf.enums import Align, RenderStyle

from wire.card_sheet.document import FAMILY, Document
from wire.card_sheet.face import can_be_drawn
from wire.card_sheet.setting import Set, Step, fit
from wire.logo import size_of

WIDTH: Final = 210.0
HEIGHT: Final = 297.0
MARGIN: Final = 15.0
INNER: Final = WIDTH - 2 * MARGIN
LEADING: Final = 1.38
QUIET: Final = "#3e4b47"
"""Of second lines."""
_RIGHT_TO_LEFT: Final = frozenset({"R", "AL"})

Side = Literal["start", "middle", "end"]


class Paper(Document):
    """A document. ``made`` dates it; ``fonts`` holds ``riwaq-*.ttf``."""

    def __init__(self, fonts: PurePath, *, right_to_left: bool, made: datetime, title: str) -> None:
        super().__init__("A4", fonts, made=made, remembered=16384)
        self.right_to_left = right_to_left
        self._pdf.set_title(title)

    def page(self) -> None:
        """Begin a page."""
        self._pdf.add_page()

    def fitted(self, text: str, width: float, steps: Sequence[Step], *, bold: bool = False) -> Set:
        """Break a text into lines that fit a width, mm, by the first of the steps that it fits by."""
        return fit(text, width, steps, self.measure, bold=bold)

    def write(
        self,
        text: str,
        at: tuple[float, float],
        width: float,
        size: float,
        *,
        bold: bool = False,
        colour: str = "#12211e",
        side: Side = "start",
    ) -> None:
        """Write one line into a place so wide that begins at ``at``, where the letters stand."""
        if not text:
            return
        across, down = at
        self._pdf.set_font(FAMILY, "B" if bold else "", size * self._pdf.k)
        self._pdf.set_text_color(colour)
        turned = is_right_to_left(text)
        self._pdf.set_text_shaping(use_shaping_engine=True, direction="rtl" if turned else "ltr")
        if side == "middle":
            align = Align.C
        else:
            align = Align.R if (side == "start") == self.right_to_left else Align.L
        # fpdf2 stands letters 0.3 of their size below the middle of a cell; this one has no height.
        self._pdf.set_xy(self._left(across, width), down - 0.3 * size)
        self._pdf.cell(width, 0, text, align=align)

    def lines(
        self,
        found: Set,
        at: tuple[float, float],
        width: float,
        *,
        bold: bool = False,
        colour: str = "#12211e",
        side: Side = "start",
    ) -> None:
        """Write lines below one another, the first with its letters at ``at``'s y."""
        for number, line in enumerate(found.lines):
            place = (at[0], at[1] + number * found.size * LEADING)
            self.write(line, place, width, found.size, bold=bold, colour=colour, side=side)

    def box(
        self, at: tuple[float, float], width: float, height: float, colour: str, corner: float = 0.0
    ) -> None:
        """Fill a rectangle whose upper corner, where reading begins, is at ``at``."""
        if width <= 0 or height <= 0:
            return
        self._pdf.set_fill_color(colour)
        self._pdf.rect(
            self._left(at[0], width),
            at[1],
            width,
            height,
            style=RenderStyle.F,
            round_corners=bool(corner),
            corner_radius=min(corner, width / 2, height / 2),
        )

    def rule(self, at: tuple[float, float], width: float, colour: str = "#ddd3bd") -> None:
        """Draw a hairline."""
        self.box(at, width, 0.2, colour)

    def picture(self, png: bytes, at: tuple[float, float], most: tuple[float, float]) -> float:
        """Draw a picture no larger than ``most``, its upper corner at ``at``; gives its width, 0 for none."""
        size = size_of(png) if can_be_drawn(png) else None
        if size is None:
            return 0.0
        scale = min(most[0] / size[0], most[1] / size[1])
        width, height = size[0] * scale, size[1] * scale
        self._pdf.image(png, self._left(at[0], width), at[1], width, height)
        return width

    def _left(self, across: float, width: float) -> float:
        return WIDTH - across - width if self.right_to_left else across


def is_right_to_left(text: str) -> bool:
    """Say whether any letter of a line is of a script that is: its first may be a bank's name in Latin."""
    return any(unicodedata.bidirectional(letter) in _RIGHT_TO_LEFT for letter in text)
