"""Cards as PDF: one on a page with bleed, or ten on a sheet of A4, to be printed at 100 %."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import islice, product
from pathlib import PurePath
from typing import Final

from fpdf.enums import Align, RenderStyle

from wire.card import DAY_ZERO, CardError
from wire.card_sheet.code import SIDE, bars
from wire.card_sheet.document import FAMILY, Document
from wire.card_sheet.face import CARDS_A_SHEET, MOST_CARDS, CardFace
from wire.card_sheet.layout import HEIGHT, MODULE, WIDTH, Bleed, Box, Code, Line, Logo, Shape, lay_out

BLEED: Final = 3.0
_MARK: Final = 4.0
_A4: Final = (210.0, 297.0)
_COLUMNS, _ROWS = 2, 5
_GUTTER: Final = 10.0
"""Between the columns, for the bleed of both and for marks. Rows touch: strip and band are of one colour."""
_LEFT: Final = (_A4[0] - _COLUMNS * WIDTH - _GUTTER) / 2
_TOP: Final = (_A4[1] - _ROWS * HEIGHT) / 2


def card_pdf(face: CardFace, fonts: PurePath) -> bytes:
    """Draw one card on a page of its own, with bleed and crop marks; ``fonts`` holds ``riwaq-*.ttf``."""
    around = BLEED + _MARK + 1
    with _Paper((WIDTH + 2 * around, HEIGHT + 2 * around), fonts) as paper:
        paper.page(trim=(around, around))
        paper.draw(face, around, around, Bleed(BLEED, BLEED, BLEED, BLEED))
        paper.crop_marks({(around, around)})
        return paper.output()


def sheets_pdf(faces: Iterable[CardFace], fonts: PurePath) -> bytes:
    """Draw cards on sheets of A4, two by five; raises :class:`CardError` above :data:`MOST_CARDS`."""
    with _Paper(_A4, fonts) as paper:
        drawn = 0
        for sheet in _by(CARDS_A_SHEET, faces):
            drawn += len(sheet)
            if drawn > MOST_CARDS:
                raise CardError(f"one PDF holds at most {MOST_CARDS} cards: make several")
            paper.page()
            places = [
                (_LEFT + column * (WIDTH + _GUTTER), _TOP + row * HEIGHT)
                for row, column in product(range(_ROWS), range(_COLUMNS))
            ]
            for index, (face, (x, y)) in enumerate(zip(sheet, places, strict=False)):
                above, below = index >= _COLUMNS, index + _COLUMNS < len(sheet)
                paper.draw(face, x, y, Bleed(BLEED, 0 if above else BLEED, BLEED, 0 if below else BLEED))
            paper.crop_marks(set(places[: len(sheet)]))
        return paper.output()


def _by(count: int, faces: Iterable[CardFace]) -> Iterator[list[CardFace]]:
    walk = iter(faces)
    while sheet := list(islice(walk, count)):
        yield sheet


class _Paper(Document):
    """A document that draws cards. Dated by the format, not by the clock: equal cards make equal bytes."""

    def __init__(self, size: tuple[float, float], fonts: PurePath) -> None:
        made = datetime(DAY_ZERO.year, DAY_ZERO.month, DAY_ZERO.day, tzinfo=UTC)
        # The body's words are the same on every card.
        super().__init__(size, fonts, made=made, remembered=4096)

    def page(self, trim: tuple[float, float] | None = None) -> None:
        """Begin a page; ``trim`` is the corner of its one card, which printing houses look for."""
        self._pdf.add_page()
        if trim:
            # fpdf2 knows no other box than this one, and writes it as it stands.
            self._pdf.pages[self._pdf.page_no()].media_box = (
                f"{self._box(0, 0)} /BleedBox {self._box(trim[0] - BLEED, trim[1] - BLEED)}"
                f" /TrimBox {self._box(*trim)}"
            )

    def draw(self, face: CardFace, x: float, y: float, bleed: Bleed) -> None:
        """Draw a card with its left upper corner at ``x``, ``y`` mm."""
        for thing in lay_out(face, self.measure, bleed):
            match thing:
                case Box():
                    self._pdf.set_fill_color(thing.colour)
                    self._pdf.rect(
                        x + thing.x,
                        y + thing.y,
                        thing.width,
                        thing.height,
                        style=RenderStyle.F,
                        round_corners=bool(thing.corner),
                        corner_radius=thing.corner,
                    )
                case Shape():
                    self._pdf.set_fill_color(thing.colour)
                    points = [(x + across, y + down) for across, down in thing.points]
                    self._pdf.polygon(points, style=RenderStyle.F)
                case Line():
                    self._line(thing, x, y)
                case Code():
                    self._code(thing, x, y)
                case Logo():
                    self._pdf.image(thing.png, x + thing.x, y + thing.y, thing.width, thing.height)

    def crop_marks(self, corners: set[tuple[float, float]]) -> None:
        """Draw where to cut, outside of every card's bleed."""
        self._pdf.set_draw_color(0)
        self._pdf.set_line_width(0.1)
        across = {left + side for left, _ in corners for side in (0.0, WIDTH)}
        down = {top + side for _, top in corners for side in (0.0, HEIGHT)}
        far = BLEED + _MARK
        for x in sorted(across):
            for edge, way in ((min(down), -1), (max(down), 1)):
                self._pdf.line(x, edge + way * BLEED, x, edge + way * far)
        for y in sorted(down):
            for left in sorted({left for left, _ in corners}):
                self._pdf.line(left - far, y, left - BLEED, y)
                self._pdf.line(left + WIDTH + BLEED, y, left + WIDTH + far, y)

    def _box(self, across: float, down: float) -> str:
        """Give the page but for so many millimetres at each side, as PDF writes rectangles."""
        edges = (across, down, self._pdf.w - across, self._pdf.h - down)
        return f"[{' '.join(f'{edge * self._pdf.k:.2f}' for edge in edges)}]"

    def _line(self, line: Line, x: float, y: float) -> None:
        self._pdf.set_font(FAMILY, "B" if line.bold else "", line.size * self._pdf.k)
        self._pdf.set_text_color(line.colour)
        # What reads first in a line of both scripts is the line's to say, not its first letter's.
        self._pdf.set_text_shaping(use_shaping_engine=True, direction="rtl" if line.arabic else "ltr")
        # fpdf2 stands letters 0.3 of their size below the middle of a cell; this one has no height.
        y += line.y - 0.3 * line.size
        if line.arabic:
            self._pdf.set_xy(x, y)
            self._pdf.cell(line.x, 0, line.text, align=Align.R)
        else:
            self._pdf.set_xy(x + line.x, y)
            self._pdf.cell(0, 0, line.text)

    def _code(self, code: Code, x: float, y: float) -> None:
        """Fill all dark modules at once: one by one, hairs of light would show between them."""
        self._pdf.set_fill_color(255)
        self._pdf.rect(x + code.x, y + code.y, SIDE * MODULE, SIDE * MODULE, style=RenderStyle.F)
        step = MODULE * self._pdf.k
        left, top = (x + code.x) * self._pdf.k, (self._pdf.h - y - code.y) * self._pdf.k
        path = " ".join(f"{column} {row} {wide} {tall} re" for column, row, wide, tall in bars(code.token))
        self._pdf._out(f"q 0 g {step:.5f} 0 0 {-step:.5f} {left:.3f} {top:.3f} cm {path} f Q")  # noqa: SLF001 - its own paths are slow
