"""A card as a picture, for the screen from which a member photographs it."""

from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from pathlib import PurePath
from typing import Final

from PIL import Image, ImageDraw, ImageFont

from wire.card_sheet.code import SIDE, bars
from wire.card_sheet.face import CardFace
from wire.card_sheet.layout import (
    CORNER,
    HEIGHT,
    MODULE,
    WIDTH,
    Bleed,
    Box,
    Code,
    Line,
    Logo,
    Shape,
    lay_out,
)

LEAST_WIDTH: Final = 340
"""Pixels: below, the code's modules have no three of them."""
_FINER: Final = 4
_UNIT: Final = 100


@dataclass(frozen=True, slots=True)
class CardPicture:
    """Rows from above, four bytes a pixel: red, green, blue and how solid it is (0 beyond the corners)."""

    width: int
    height: int
    rgba: bytes

    @property
    def png(self) -> bytes:
        """The same as a file."""
        packed = BytesIO()
        Image.frombytes("RGBA", (self.width, self.height), self.rgba).save(packed, "PNG")
        return packed.getvalue()


def card_picture(face: CardFace, fonts: PurePath, width: int) -> CardPicture:
    """Draw a card so many pixels wide, at least :data:`LEAST_WIDTH`; ``fonts`` holds ``riwaq-*.ttf``."""
    return _Picture(fonts, max(width, LEAST_WIDTH)).draw(face)


class _Picture:
    def __init__(self, fonts: PurePath, width: int) -> None:
        self._scale = width / WIDTH
        self._fonts = {True: str(fonts / "riwaq-bold.ttf"), False: str(fonts / "riwaq-regular.ttf")}
        self._size = (width, round(HEIGHT * self._scale))
        self._image = Image.new("RGB", self._size, "white")
        self._font = lru_cache(maxsize=32)(self._load)

    def draw(self, face: CardFace) -> CardPicture:
        """Draw the card."""
        for thing in lay_out(face, self._measure, Bleed()):
            match thing:
                case Box() | Shape():
                    self._fill(thing)
                case Line():
                    self._line(thing)
                case Code():
                    self._code(thing)
                case Logo():
                    self._logo(thing)
        corners = Image.new("L", (self._size[0] * _FINER, self._size[1] * _FINER), 0)
        area = (0, 0, corners.width - 1, corners.height - 1)
        ImageDraw.Draw(corners).rounded_rectangle(area, CORNER * self._scale * _FINER, fill=255)
        self._image.putalpha(corners.resize(self._size, Image.Resampling.BOX))
        return CardPicture(*self._size, self._image.tobytes())

    def _load(self, size: float, *, bold: bool) -> ImageFont.FreeTypeFont:
        return ImageFont.truetype(self._fonts[bold], size, layout_engine=ImageFont.Layout.RAQM)

    def _measure(self, text: str, *, bold: bool) -> float:
        return self._font(_UNIT, bold=bold).getlength(text) / _UNIT

    def _fill(self, thing: Box | Shape) -> None:
        """Draw finer and shrink: Pillow's own edges are stairs."""
        scale = self._scale * _FINER
        mask = Image.new("L", (self._size[0] * _FINER, self._size[1] * _FINER), 0)
        pen = ImageDraw.Draw(mask)
        if isinstance(thing, Shape):
            pen.polygon([(x * scale, y * scale) for x, y in thing.points], fill=255)
        else:
            area = (thing.x, thing.y, thing.x + thing.width, thing.y + thing.height)
            left, top, right, bottom = (edge * scale for edge in area)
            pen.rounded_rectangle((left, top, right - 1, bottom - 1), thing.corner * scale, fill=255)
        self._image.paste(thing.colour, mask=mask.resize(self._size, Image.Resampling.BOX))

    def _line(self, line: Line) -> None:
        ImageDraw.Draw(self._image).text(
            (line.x * self._scale, line.y * self._scale),
            line.text,
            fill=line.colour,
            font=self._font(line.size * self._scale, bold=line.bold),
            anchor="rs" if line.arabic else "ls",
            direction="rtl" if line.arabic else "ltr",
        )

    def _code(self, code: Code) -> None:
        """Draw modules of whole pixels, in the middle of their place: sharp on a screen."""
        module = int(MODULE * self._scale)
        spare = (MODULE * self._scale - module) * SIDE / 2
        left, top = round(code.x * self._scale + spare), round(code.y * self._scale + spare)
        pen = ImageDraw.Draw(self._image)
        for column, row, wide, tall in bars(code.token):
            x, y = left + column * module, top + row * module
            pen.rectangle((x, y, x + wide * module - 1, y + tall * module - 1), fill="black")

    def _logo(self, logo: Logo) -> None:
        with Image.open(BytesIO(logo.png)) as source:
            size = (max(1, round(logo.width * self._scale)), max(1, round(logo.height * self._scale)))
            drawn = source.convert("RGBA").resize(size, Image.Resampling.LANCZOS)
        self._image.paste(drawn, (round(logo.x * self._scale), round(logo.y * self._scale)), drawn)
