"""One font for everything the project writes: Noto Sans, its Arabic and its Tifinagh, merged.

A label that changes script in the middle of a line needs one font that has both: neither Kivy nor
Pillow looks into a second one. Each part is cut down to what Morocco writes before the merge, so
the whole stays small enough to load at every start of a kiosk.
"""

import copy
import importlib
import io
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from fontTools import subset
from fontTools.merge import Merger, Options
from fontTools.ttLib import TTFont
from fontTools.ttLib.tables._g_l_y_f import Glyph
from fontTools.varLib import instancer

FAMILY = "Riwaq"
WEIGHTS = {"Regular": 400, "Bold": 700}
_DEEPER = 20  # Arabic's bold tanwin under a final ya reaches below what the font says of itself
_TIFINAGH = "@fontsource/noto-sans-tifinagh"


def _span(first: int, last: int) -> set[int]:
    return set(range(first, last + 1))


# Signs that steer how letters stand and join. Noto lacks the isolates and draws a little sign for
# some others, and either in the middle of a phone number is what a visitor would see.
INVISIBLE = {0x61C, *_span(0x200B, 0x200F), *_span(0x202A, 0x202E), *_span(0x2066, 0x2069), 0xFEFF}

LATIN = {
    *_span(0x20, 0x7E),
    *_span(0xA0, 0x17F),
    # Tamazight in Latin letters, and names from further south.
    *(0x18F, 0x190, 0x194, 0x1B7, 0x1DD, 0x1E4, 0x1E5, 0x1E6, 0x1E7, 0x259, 0x25B, 0x263, 0x294, 0x2B7),
    *_span(0x218, 0x21B),
    *_span(0x300, 0x304),
    *(0x306, 0x307, 0x308, 0x30A, 0x30C, 0x323, 0x327, 0x331),
    *_span(0x1E00, 0x1EFF),
    *_span(0x2007, 0x2027),
    *_span(0x202F, 0x203A),
    *(0x20AC, 0x2116, 0x2122, 0x2212),
}
ARABIC = {
    *(0x200C, 0x200D),
    *_span(0x600, 0x6FF),
    *_span(0x750, 0x77F),
    *_span(0xFB50, 0xFDFF),
    *_span(0xFE70, 0xFEFC),
}
TIFINAGH = {*_span(0x2D30, 0x2D7F)}


def make(out: Path, packages: Path) -> None:
    """Write `fonts/riwaq-*.ttf` for the kiosk and `web/riwaq-*.woff2` for pages."""
    tifinagh = packages / _TIFINAGH / "files/noto-sans-tifinagh-tifinagh-400-normal.woff2"
    # Cut first, then fixed at a weight: the other way round works through 3,000 glyphs for each.
    parts = [
        _cut(_variable("fontpkg_noto_sans", "NotoSans[[]*.ttf"), LATIN),
        _cut(_variable("fontpkg_noto_sans_arabic", "NotoSansArabic[[]*.ttf"), ARABIC),
        _cut(tifinagh, TIFINAGH),
    ]
    for folder in ("fonts", "web"):
        # The terms lie beside what they hold for, so that each program's part has its own.
        (out / folder / "licences").mkdir(parents=True, exist_ok=True)
    for style, weight in WEIGHTS.items():
        font = _merge([_at_weight(part, weight) for part in parts])
        _draw_as_nothing(font, INVISIBLE)
        _even_metrics(font, parts)
        _date(font, parts)
        _name(font, style, weight)
        font.save(out / f"fonts/riwaq-{style.lower()}.ttf")
        font.flavor = "woff2"
        font.save(out / f"web/riwaq-{style.lower()}.woff2")
    licences = [_package("fontpkg_noto_sans") / "LICENSE", _package("fontpkg_noto_sans_arabic") / "LICENSE"]
    # The licence asks for each owner's line; the terms are the same three times over.
    owners = [path.read_text().splitlines()[0] for path in licences]
    terms = (packages / _TIFINAGH / "LICENSE").read_text()
    for folder in ("fonts", "web"):
        (out / folder / "licences/noto.txt").write_text("\n".join([*owners, "", terms]))


def _package(module: str) -> Path:
    return Path(str(importlib.import_module(module).ROOT))


def _variable(module: str, pattern: str) -> Path:
    [found] = (_package(module) / "files").glob(pattern)
    return found


def _cut(source: Path, letters: Iterable[int]) -> Any:
    options = subset.Options()
    # Over what it keeps by itself (joining, marks, kerning): digits of one width, for clocks.
    options.layout_features = [*options.layout_features, "tnum", "lnum"]
    options.layout_scripts = ["DFLT", "latn", "arab", "tfng"]
    options.hinting = False
    options.notdef_outline = True
    font = subset.load_font(str(source), options)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=letters)
    subsetter.subset(font)
    font.flavor = None
    return font


def _at_weight(part: Any, weight: int) -> Any:
    font = copy.deepcopy(part)
    # Tifinagh has one weight, and stands in the bold font as it is.
    if "fvar" in font:
        instancer.instantiateVariableFont(font, {"wght": weight, "wdth": 100}, inplace=True)
        del font["STAT"]
    return font


def _merge(fonts: list[Any]) -> Any:
    files = []
    for font in fonts:
        file = io.BytesIO()
        font.save(file)
        files.append(file)
    options = Options(drop_tables=["vhea", "vmtx"])
    return Merger(options=options).merge(files)


def _draw_as_nothing(font: Any, letters: Iterable[int]) -> None:
    nothing = "nothing"
    font.setGlyphOrder([*font.getGlyphOrder(), nothing])
    font["glyf"][nothing] = Glyph()
    font["hmtx"][nothing] = (0, 0)
    for table in font["cmap"].tables:
        for letter in letters:
            # Where there is a glyph it is emptied, not replaced: the font's own rules name it.
            glyph = table.cmap.setdefault(letter, nothing)
            font["glyf"][glyph] = Glyph()
            font["hmtx"][glyph] = (0, 0)
        table.cmap.setdefault(0xA0, table.cmap[0x20])


def _even_metrics(font: Any, parts: list[Any]) -> None:
    """Room for the tallest script in every line, the same by each of a font's three ways to say it."""
    above = max(part["hhea"].ascent for part in parts)
    below = min(part["hhea"].descent for part in parts) - _DEEPER
    header, system = font["hhea"], font["OS/2"]
    header.ascent, header.descent, header.lineGap = above, below, 0
    system.sTypoAscender, system.sTypoDescender, system.sTypoLineGap = above, below, 0
    system.usWinAscent, system.usWinDescent = above, -below


def _date(font: Any, parts: list[Any]) -> None:
    """Date it by its parts, not by the clock: equal parts make equal files."""
    font.recalcTimestamp = False
    for when in ("created", "modified"):
        setattr(font["head"], when, max(getattr(part["head"], when) for part in parts))


def _name(font: Any, style: str, weight: int) -> None:
    bold = style == "Bold"
    names = {
        1: FAMILY,
        2: style,
        3: f"{FAMILY} {style}",
        4: f"{FAMILY} {style}",
        6: f"{FAMILY}-{style}",
    }
    table = font["name"]
    # Who owns the letters (0) and on what terms (13, 14) is kept; all else spoke of the parts.
    table.names = [record for record in table.names if record.nameID in (0, 13, 14)]
    for number, text in names.items():
        table.setName(text, number, 3, 1, 0x409)
    font["OS/2"].usWeightClass = weight
    font["OS/2"].fsSelection = 0x80 | (0x20 if bold else 0x40)  # typographic metrics, bold or regular
    font["head"].macStyle = 1 if bold else 0


def letters(path: Path) -> set[int]:
    """Every letter that the font at `path` can write."""
    with TTFont(path, lazy=True) as font:
        return set(font.getBestCmap())
