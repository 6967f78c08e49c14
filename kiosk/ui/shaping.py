"""Setting text, by Pillow with raqm: shaping, both directions of writing, lines that fit.

Kivy's own labels are not used. Its default text provider draws Arabic unjoined, and with its
Pillow provider a label still decides by itself about direction, line height and ellipsis. What
is set here is a mask (how much ink each pixel has); ``widgets.Words`` gives it a colour.

Text that others wrote is cleaned on its way in: no bidi controls, no emoji that the font
cannot draw, no tower of marks, no line that never ends. Nothing is ever read as markup.
"""

import json
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

from PIL import Image, ImageDraw, ImageFont, features

from kiosk import KioskError
from kiosk.ui.theme import LINE_HEIGHT

RTL_LANGUAGES: Final = frozenset({"ar"})
ELLIPSIS: Final = "…"
# Longer than anything that is meant to be read standing; bounds the work on what is not.
MOST_CHARACTERS: Final = 400
_LONGEST_TEXT: Final = 20_000
"""More of a notice than this nobody reads standing, and nobody should have to wait for."""
_MOST_MARKS: Final = 2
# Baseline and room around a line, as shares of the font's size; tashkil and tails fit in.
_BASELINE: Final = 1.02
_PAD: Final = 0.45
_SMALLEST: Final = 8
# The size of Noto's letters by the height of its capitals: where the search for a size begins.
_USUAL_SIZE: Final = 1.4
# A text of more words is broken in a simpler way.
_MOST_WEIGHED: Final = 24
# What it is worth that a line ends at such a sign, in squares of a line's unevenness.
_AT_A_STOP: Final = {".": 0.25, "?": 0.25, "\u061f": 0.25, "!": 0.25, ",": 0.06, "\u060c": 0.06, ":": 0.06}
# How much wider a stroke of Tifinagh gets on either side where bold is wished, as a share of the size.
_BOLDER: Final = 0.02
_HALF_INKED: Final = [0] * 128 + [255] * 128
_NBSP: Final = "\u00a0"
_LRI, _RLI, _PDI = "\u2066", "\u2067", "\u2069"

_ARABIC: Final = "\u0600-\u06ff\u0750-\u077f\u08a0-\u08ff\ufb50-\ufdff\ufe70-\ufeff"
_LEFT_TO_RIGHT: Final = "A-Za-z\u00c0-\u024f\u1e00-\u1eff\u2d30-\u2d7f"
_BIDI_CONTROLS: Final = re.compile("[\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_PHONE: Final = re.compile(r"\+?[0-9](?:[0-9]|[ .\-/()\u00a0](?=[0-9(+]))*[0-9]")
_LATIN_RUN: Final = re.compile(f"\\+?[{_LEFT_TO_RIGHT}0-9](?:[^{_ARABIC}]*[{_LEFT_TO_RIGHT}0-9])?\\**\\)?")
_ARABIC_RUN: Final = re.compile(f"[{_ARABIC}](?:[^{_LEFT_TO_RIGHT}]*[{_ARABIC}])?\\**\\)?")
_AN_ARABIC_LETTER: Final = re.compile(f"[{_ARABIC}]")
_JOINERS: Final = frozenset("\u200c\u200d")
_TIFINAGH_RUN: Final = re.compile("([\u2d30-\u2d7f]+)")
_A_LETTER: Final = re.compile(f"[{_LEFT_TO_RIGHT}]")


class NoArabicError(KioskError):
    """Pillow cannot set Arabic on this machine."""


def require_raqm() -> None:
    """Raise :class:`NoArabicError` where Arabic would come out unjoined."""
    if not features.check("raqm"):
        raise NoArabicError(
            "the library FriBiDi is missing, so Arabic cannot be written: "
            "install Debian's package libfribidi0, then start again"
        )


@dataclass(frozen=True, slots=True)
class Style:
    """How a text is set: sizes in pixels from the wished one down to the smallest allowed."""

    sizes: tuple[int, ...]
    bold: bool = False
    language: str = "ar"
    balanced: bool = False

    @property
    def direction(self) -> str:
        """``rtl`` or ``ltr``, as Pillow calls it."""
        return "rtl" if self.language in RTL_LANGUAGES else "ltr"


@dataclass(frozen=True, slots=True)
class Laid:
    """A text broken into lines: ``width`` of the longest and ``height`` of all, in pixels."""

    lines: tuple[str, ...]
    size: int
    width: int
    height: int
    shortened: bool
    style: Style

    @property
    def pitch(self) -> int:
        """From one line to the next."""
        return line_pitch(self.size)


def line_pitch(size: int) -> int:
    """Give the height of a line of that font size."""
    return round(size * LINE_HEIGHT)


_BETWEEN_PARTS: Final = "-@"


class Typesetter:
    """The project's fonts, ready to set text and icons."""

    def __init__(self, folder: Path) -> None:
        """Take the folder of ``riwaq-regular.ttf``, ``riwaq-bold.ttf`` and ``lucide.ttf`` with its JSON."""
        require_raqm()
        self._files = {False: folder / "riwaq-regular.ttf", True: folder / "riwaq-bold.ttf"}
        self._icon_file = folder / "lucide.ttf"
        self._icon_points: dict[str, int] = json.loads(
            (folder / "lucide.json").read_text(encoding="utf-8"),
        )
        self.font = lru_cache(maxsize=64)(self._font)
        self.lay_out = lru_cache(maxsize=256)(self._lay_out)
        self.size_for_capitals = lru_cache(maxsize=64)(self._size_for_capitals)
        self.drawable = lru_cache(maxsize=4096)(self._drawable)

    def forget(self) -> None:
        """Keep no text: somebody has typed some of it."""
        self.lay_out.cache_clear()

    def _font(self, size: int, bold: bool) -> ImageFont.FreeTypeFont:  # noqa: FBT001 - keys of a cache
        return ImageFont.truetype(self._files[bold], size, layout_engine=ImageFont.Layout.RAQM)

    def _size_for_capitals(self, pixels: float) -> int:
        """Give the smallest font size at which a Latin H is at least so many pixels high."""
        size = max(_SMALLEST, round(pixels * _USUAL_SIZE))
        while size > _SMALLEST and self._capital_height(size - 1) >= pixels:
            size -= 1
        while self._capital_height(size) < pixels:
            size += 1
        return size

    def _capital_height(self, size: int) -> float:
        # Measured on what is drawn: a pixel row that is less than half inked does not count.
        heights = []
        for bold in (False, True):
            mask = Image.new("L", (size * 2, size * 2))
            ImageDraw.Draw(mask).text((4, size), "H", fill=255, font=self.font(size, bold), anchor="ls")
            box = mask.point(_HALF_INKED).getbbox()
            heights.append(box[3] - box[1] if box else 0)
        return min(heights)

    # -- cleaning ----------------------------------------------------------------------------

    def clean(self, text: str) -> str:
        """Give one line of text that can be shown: see the module's words about others' text."""
        text = unicodedata.normalize("NFC", text[: MOST_CHARACTERS * 2])
        text = _BIDI_CONTROLS.sub("", text)
        # Kaf with three dots above (as in the name of Agadir) is not shaped by every font; its twin is.
        text = text.replace("\u0763", "\u06ad").replace("\u202f", _NBSP)
        kept: list[str] = []
        marks = 0
        for sign in text:
            category = unicodedata.category(sign)
            if category.startswith("M"):
                marks += 1
                if marks > _MOST_MARKS or not kept:
                    continue
            else:
                marks = 0
            if sign in _JOINERS:
                # Between Arabic letters they are spelling; in an emoji they are glue.
                kept.append(sign if kept and _AN_ARABIC_LETTER.match(kept[-1]) else "")
            elif category.startswith(("Z", "C")) and sign != _NBSP:
                kept.append(" ")
            elif category in {"So", "Sk", "Co", "Mn", "Me", "Sm"} and not self.drawable(sign):
                continue  # an emoji or a mark: a box in its place would say less than nothing
            else:
                kept.append(sign)
        words = re.sub(" {2,}", " ", "".join(kept)).strip()
        if len(words) > MOST_CHARACTERS:
            words = words[:MOST_CHARACTERS].rstrip() + ELLIPSIS
        return words

    def _drawable(self, sign: str) -> bool:
        font = self.font(24, bold=False)
        missing = font.getmask("\U0010fffd")
        drawn = font.getmask(sign)
        return bytes(drawn) != bytes(missing) or drawn.size != missing.size

    # -- lines -------------------------------------------------------------------------------

    def measure(self, line: str, size: int, style: Style) -> float:
        """Give the advance width of one line."""
        return self.font(size, style.bold).getlength(
            isolate(line, style.direction), direction=style.direction, language=style.language
        )

    def _lay_out(self, text: str, style: Style, width: int, height: int) -> Laid:
        """Break a text into lines that fit: at the largest size that needs no cutting, else cut."""
        whole_text = keep_together(self.clean(text))
        words = whole_text.split(" ")
        for size in style.sizes:
            if self.measure(whole_text, size, style) > width * (height // line_pitch(size)):
                continue  # more than all lines hold, however it is broken
            lines, whole = self._wrap(words, size, style, width)
            if whole and len(lines) * line_pitch(size) <= height:
                if style.balanced and len(lines) > 1:
                    lines = self._balance(words, size, style, width, len(lines))
                return self._laid(lines, size, style, shortened=False)
        size = style.sizes[-1]
        lines, _ = self._wrap(words, size, style, width)
        most = max(1, height // line_pitch(size))
        shortened = len(lines) > most
        if shortened:
            lines = [*lines[: most - 1], self._shorten(lines[most - 1], size, style, width)]
        return self._laid(lines, size, style, shortened=shortened)

    def _laid(self, lines: Sequence[str], size: int, style: Style, *, shortened: bool) -> Laid:
        width = max(self.measure(line, size, style) for line in lines)
        return Laid(tuple(lines), size, round(width + 0.5), len(lines) * line_pitch(size), shortened, style)

    def _wrap(self, words: Sequence[str], size: int, style: Style, width: int) -> tuple[list[str], bool]:
        """Break into lines; False where a word had to be broken inside."""
        lines: list[str] = []
        line = ""
        whole = True
        for word in words:
            longer = f"{line} {word}" if line else word
            if self.measure(longer, size, style) <= width:
                line = longer
                continue
            if line:
                lines.append(line)
            pieces = self._break(word, size, style, width)
            whole = whole and len(pieces) == 1
            lines += pieces[:-1]
            line = pieces[-1]
        return [*lines, line], whole

    def _break(self, word: str, size: int, style: Style, width: int) -> list[str]:
        """Break a word that is wider than a line, never between a letter and its marks."""
        pieces: list[str] = []
        while self.measure(word, size, style) > width and len(word) > 1:
            fits = self._most_that_fits(word, size, style, width)
            # A name of several, such as Rabat-Salé-Kénitra, and an address, are broken between their parts.
            fits = 1 + max(word.rfind(sign, 0, fits) for sign in _BETWEEN_PARTS) or fits
            pieces.append(word[:fits])
            word = word[fits:]
        return [*pieces, word]

    def _most_that_fits(self, word: str, size: int, style: Style, width: int) -> int:
        low, high = 1, len(word) - 1
        while low < high:
            middle = (low + high + 1) // 2
            if self.measure(word[:middle], size, style) <= width:
                low = middle
            else:
                high = middle - 1
        while low > 1 and unicodedata.combining(word[low]):
            low -= 1
        return low

    def _shorten(self, line: str, size: int, style: Style, width: int) -> str:
        while line and self.measure(line + ELLIPSIS, size, style) > width:
            line = line[:-1].rstrip()
        return line + ELLIPSIS

    def _balance(self, words: Sequence[str], size: int, style: Style, width: int, count: int) -> list[str]:
        """Make the lines about equally long, and let them end where a sentence ends if that costs little."""
        if len(words) <= _MOST_WEIGHED:
            return self._weighed(words, size, style, width, count)
        # For what is too long to weigh: the narrowest width that needs no more lines.
        low, high = 1, width
        while high - low > max(2, size // 8):
            middle = (low + high) // 2
            lines, whole = self._wrap(words, size, style, middle)
            if whole and len(lines) <= count:
                high = middle
            else:
                low = middle
        return self._wrap(words, size, style, high)[0]

    def _weighed(self, words: Sequence[str], size: int, style: Style, width: int, count: int) -> list[str]:
        """Weigh every way to break into ``count`` lines that fit; there is one, which :meth:`_wrap` found."""
        even = self.measure(" ".join(words), size, style) / count
        # By number of lines and of words in them: what it costs at least, and where the last line begins.
        best: dict[tuple[int, int], tuple[float, int]] = {(0, 0): (0.0, 0)}
        for lines in range(1, count + 1):
            for start in range(len(words)):
                if (lines - 1, start) not in best:
                    continue
                before, _ = best[lines - 1, start]
                for end in range(start + 1, len(words) + 1):
                    wide = self.measure(" ".join(words[start:end]), size, style)
                    if wide > width:
                        break
                    bonus = _AT_A_STOP.get(words[end - 1][-1:], 0.0) if end < len(words) else 0.0
                    cost = before + (wide / even - 1) ** 2 - bonus
                    if (lines, end) not in best or cost < best[lines, end][0]:
                        best[lines, end] = cost, start
        found: list[str] = []
        end = len(words)
        for lines in range(count, 0, -1):
            start = best[lines, end][1]
            found.insert(0, " ".join(words[start:end]))
            end = start
        return found

    def lines_of(self, text: str, style: Style, width: int) -> list[str]:
        """Break a long text into lines, at the style's first size."""
        words = keep_together(" ".join(self.clean(piece) for piece in _pieces(text))).split(" ")
        return self._wrap(words, style.sizes[0], style, width)[0]

    # -- ink ---------------------------------------------------------------------------------

    def pad(self, laid: Laid) -> int:
        """Say how many pixels of free room the mask has around the lines."""
        return round(laid.size * _PAD)

    def mask(self, laid: Laid, align: str) -> Image.Image:
        """Draw the lines as a mask of ``laid``'s size and :meth:`pad` on each side.

        ``align`` is ``left``, ``centre`` or ``right``.
        """
        pad, style = self.pad(laid), laid.style
        font = self.font(laid.size, style.bold)
        mask = Image.new("L", (laid.width + 2 * pad, laid.height + 2 * pad))
        draw = ImageDraw.Draw(mask)
        for index, line in enumerate(laid.lines):
            free = laid.width - self.measure(line, laid.size, style)
            shift = {"left": 0.0, "centre": free / 2, "right": free}[align]
            baseline = pad + index * laid.pitch + round(laid.size * _BASELINE)
            at = float(round(pad + shift))
            for run, stroke in _runs(line, laid.size, style):
                draw.text(
                    (at, baseline),
                    isolate(run, style.direction),
                    fill=255,
                    font=font,
                    anchor="ls",
                    direction=style.direction,
                    language=style.language,
                    stroke_width=stroke,
                )
                at += self.measure(run, laid.size, style)
        return mask

    def icon(self, name: str, size: int) -> Image.Image:
        """Draw an icon as a mask of ``size`` by ``size`` pixels; raises KeyError for an unknown name."""
        sign = chr(self._icon_points[name])
        # Set large and made small, or strokes of a pixel and a half come out uneven.
        large = size * 4
        font = ImageFont.truetype(self._icon_file, large, layout_engine=ImageFont.Layout.BASIC)
        mask = Image.new("L", (large, large))
        ascent, descent = font.getmetrics()
        top = (large - ascent - descent) // 2
        ImageDraw.Draw(mask).text((0, top), sign, fill=255, font=font)
        return mask.resize((size, size), Image.Resampling.LANCZOS)


def _runs(line: str, size: int, style: Style) -> list[tuple[str, float]]:
    """Split a line at Tifinagh where bold is wished, and say by how much to widen its strokes.

    There is no bold Tifinagh in the font: it would stand pale beside the other scripts' titles.
    """
    if not style.bold or style.direction == "rtl":
        return [(line, 0.0)]
    runs = _TIFINAGH_RUN.split(line)
    return [(run, size * _BOLDER * (index % 2)) for index, run in enumerate(runs) if run]


def _pieces(text: str) -> list[str]:
    """Break a text between words into pieces that are no longer than what is cleaned at once."""
    pieces = [""]
    for word in text[:_LONGEST_TEXT].split():
        if len(pieces[-1]) + len(word) >= MOST_CHARACTERS:
            pieces.append("")
        pieces[-1] = f"{pieces[-1]} {word}".strip()
    return pieces


def keep_together(text: str) -> str:
    """Put no-break spaces into phone numbers, so that no line ends inside one."""
    return _PHONE.sub(lambda found: found[0].replace(" ", _NBSP), text)


def isolate(line: str, direction: str) -> str:
    """Isolate what runs against a line's direction, so that nothing around it changes places.

    In Arabic that is a phone number in groups, which else comes out with its groups reversed,
    and a run of Latin words with the brackets among them, and the stars that mask a name.
    """
    if direction == "rtl":
        return _LATIN_RUN.sub(lambda found: _isolated_run(found, _LRI), line)
    return _ARABIC_RUN.sub(lambda found: _isolated_run(found, _RLI), line)


def _isolated_run(found: re.Match[str], opening: str) -> str:
    run, tail = found[0], ""
    # A bracket opened inside the run is closed inside it, or the closing one turns round.
    if run.endswith(")") and run.count("(") < run.count(")"):
        run, tail = run[:-1], ")"
    if opening == _LRI and not _A_LETTER.search(run) and not re.search(f"[ {_NBSP}+]", run):
        return run + tail  # a plain number or a time stands right by itself
    return f"{opening}{run}{_PDI}{tail}"
