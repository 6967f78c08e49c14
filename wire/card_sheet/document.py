"""A PDF that is set in the project's own letters, joined as they are written; both sides draw on it."""

from datetime import datetime
from functools import lru_cache
from pathlib import PurePath
from typing import Final, Self

from fpdf import FPDF
from fpdf.fonts import TTFFont

FAMILY: Final = "riwaq"
_UNIT_POINTS: Final = 100.0


class Document:
    """A document of pages of one size, mm, or of a name such as ``A4``; ``fonts`` holds ``riwaq-*.ttf``.

    It is dated ``made``. ``remembered`` widths of texts are kept, and no longer than the document: names
    may be in them.
    """

    def __init__(
        self, size: str | tuple[float, float], fonts: PurePath, *, made: datetime, remembered: int
    ) -> None:
        self._pdf = FPDF(unit="mm", format=size)
        self._pdf.set_creation_date(made)
        self._pdf.set_auto_page_break(auto=False)
        self._pdf.set_margin(0)
        self._pdf.c_margin = 0
        for style, name in (("", "regular"), ("B", "bold")):
            self._pdf.add_font(FAMILY, style, str(fonts / f"riwaq-{name}.ttf"))
        self.measure = lru_cache(maxsize=remembered)(self._measure)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for font in self._pdf.fonts.values():
            if isinstance(font, TTFFont):
                font.close()

    def output(self) -> bytes:
        """Put the document together; nothing can be drawn after."""
        return bytes(self._pdf.output())

    def _measure(self, text: str, *, bold: bool) -> float:
        self._pdf.set_font(FAMILY, "B" if bold else "", _UNIT_POINTS)
        self._pdf.set_text_shaping(use_shaping_engine=True)
        return self._pdf.get_string_width(text) * self._pdf.k / _UNIT_POINTS
