"""What stands at the head of a calm screen: the body's logo, or the star where it has none.

A logo came over the network, and only its bytes are proved: it is unpacked within bounds, and what
cannot be drawn is not there.
"""

import io
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from PIL import Image, ImageChops, ImageFilter, ImageOps

from kiosk.ui import shapes
from kiosk.ui.geometry import Rect
from kiosk.ui.kit import Kit
from kiosk.ui.theme import WHITE, Colour
from kiosk.ui.widgets import Ink, panel
from wire.contrast import GROUND, contrast
from wire.logo import flaw_of

_STAR_MM: Final = 10.0
_HIGHEST_MM: Final = 12.0
_WIDEST_MM: Final = 40.0
_PLATE_MM: Final = 2.0
"""From a plate's edge to the logo on it."""
_GAP_MM: Final = 4.0
_KEPT: Final = 320
"""Pixels of a logo's height that are kept: no screen's 12 mm have more."""
_SAMPLE: Final = 64
_SEEN: Final = 128
"""Opacity from which a pixel counts as drawn."""
_CLEAR: Final = (0, 0, 0, 0)
_SHAPES: Final = 3.0
_ENOUGH: Final = 0.5


@dataclass(frozen=True, slots=True)
class Logo:
    """A logo without its empty margins (RGBA), and whether it lacks a ground of its own."""

    picture: Image.Image
    bare: bool

    def share_seen(self, ground: str) -> float:
        """Say how much of its outline stands out from a ground, ``#rrggbb``: inside it is its own."""
        sample = ImageOps.expand(self.picture.resize((_SAMPLE, _SAMPLE), Image.Resampling.NEAREST), 1, _CLEAR)
        drawn = sample.getchannel("A").point(_is_seen)
        outline = ImageChops.subtract(drawn, drawn.filter(ImageFilter.MinFilter(3))).tobytes()
        pixels = zip(*[iter(sample.tobytes())] * 4, strict=True)
        colours = [bytes(pixel[:3]).hex() for pixel, on in zip(pixels, outline, strict=True) if on]
        return sum(contrast(f"#{each}", ground) >= _SHAPES for each in colours) / max(1, len(colours))


@lru_cache(maxsize=2)
def read_logo(png: bytes) -> Logo | None:
    """Unpack a logo; None where there is none, or nothing that can be drawn."""
    if flaw_of(png) is not None:
        return None
    try:
        with Image.open(io.BytesIO(png), formats=("PNG",)) as file:
            picture = file.convert("RGBA")
        drawn = picture.getchannel("A").point(_is_seen)
        box = drawn.getbbox()
        if box is None:
            return None
        bare = 0 in drawn.crop(box).tobytes()
        picture = picture.crop(box)
        picture.thumbnail((picture.width, _KEPT))
    except Exception:  # noqa: BLE001 - Pillow raises whatever its parts raise, and there is the star
        return None
    return Logo(picture, bare)


def _is_seen(opacity: int) -> int:
    return 255 if opacity >= _SEEN else 0


def emblem(kit: Kit, row: Rect) -> tuple[list[Ink], Rect]:
    """Draw the logo or the star where a row begins; give what is left of the row."""
    logo = read_logo(kit.logo) if kit.logo else None
    return _star(kit, row) if logo is None else _logo(kit, row, logo)


def _star(kit: Kit, row: Rect) -> tuple[list[Ink], Rect]:
    size = kit.mm(_STAR_MM)
    at, rest = row.cut_start(size, kit.mm(_GAP_MM))
    at = at.middle(size, size)
    dot = round(size * 0.3)
    star = kit.textures.get(("star", size), lambda: shapes.star(size))
    disc = kit.textures.get(("disc", dot), lambda: shapes.disc(dot))
    return [
        Ink(kit, at, kit.palette.colour, star),
        Ink(kit, at.middle(dot, dot), kit.palette.accent, disc),
    ], rest


def _logo(kit: Kit, row: Rect, logo: Logo) -> tuple[list[Ink], Rect]:
    plate = _plate(kit, logo)
    edge = 0 if plate is None else kit.mm(_PLATE_MM)
    picture = logo.picture
    most_wide, most_high = (kit.mm(most) - 2 * edge for most in (_WIDEST_MM, _HIGHEST_MM))
    scale = min(most_high / picture.height, most_wide / picture.width)
    width, height = max(1, round(picture.width * scale)), max(1, round(picture.height * scale))
    at, rest = row.cut_start(width + 2 * edge, kit.mm(_GAP_MM))
    # Not mirrored, and not tinted.
    texture = kit.textures.get(("logo", kit.logo, width, height), lambda: _resized(picture, width, height))
    drawn = Ink(kit, at.middle(width, height), WHITE, texture)
    if plate is None:
        return [drawn], rest
    return [panel(kit, at.middle(width + 2 * edge, height + 2 * edge), plate), drawn], rest


def _plate(kit: Kit, logo: Logo) -> Colour | None:
    """Choose what to lay under a logo that would be lost on the ground; None where it is seen."""
    if not logo.bare or logo.share_seen(GROUND) >= _ENOUGH:
        return None
    # White is hardly lighter than the ground: what is pale shows on the body's own dark colour.
    own = kit.palette.colour
    code = "#" + bytes(round(part * 255) for part in own[:3]).hex()
    return own if logo.share_seen(code) >= logo.share_seen("#ffffff") else WHITE


def _resized(picture: Image.Image, width: int, height: int) -> Image.Image:
    # Premultiplied, or the colour of what is clear would bleed into the edges. Hamming invents no colours.
    return picture.convert("RGBa").resize((width, height), Image.Resampling.HAMMING).convert("RGBA")
