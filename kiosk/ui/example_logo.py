"""Two logos of nobody, for pictures of screens: a seal, and a pale word-mark that needs a plate."""

import io
from typing import Final

from PIL import Image, ImageDraw

_FINE: Final = 4
_CLEAR: Final = (0, 0, 0, 0)


def _seal(side: int = 160) -> bytes:
    """Draw a ring around a door, which is higher on its right: a mirrored one is told apart."""
    whole = side * _FINE
    picture = Image.new("RGBA", (whole, whole), _CLEAR)
    draw = ImageDraw.Draw(picture)
    draw.ellipse((0, 0, whole - 1, whole - 1), fill=(91, 26, 58, 255))
    draw.ellipse([whole * share for share in (0.08, 0.08, 0.92, 0.92)], fill=(255, 248, 236, 255))
    for left, top in ((0.26, 0.52), (0.42, 0.38), (0.58, 0.24)):
        draw.rectangle([whole * share for share in (left, top, left + 0.12, 0.74)], fill=(201, 138, 34, 255))
    return _saved(picture.reduce(_FINE))


def _mark(width: int = 420, height: int = 120) -> bytes:
    """Draw three pale waves, wide and on nothing."""
    picture = Image.new("RGBA", (width * _FINE, height * _FINE), _CLEAR)
    draw = ImageDraw.Draw(picture)
    for row in range(3):
        top = (8 + row * 38) * _FINE
        right = (width - row * 90) * _FINE
        draw.rounded_rectangle((0, top, right - 1, top + 24 * _FINE), 12 * _FINE, fill=(255, 244, 214, 255))
    return _saved(picture.reduce(_FINE))


def _saved(picture: Image.Image) -> bytes:
    packed = io.BytesIO()
    picture.save(packed, "PNG")
    return packed.getvalue()


LOGO: Final = _seal()
PALE_LOGO: Final = _mark()
