"""A body's logo on its way: a small PNG that a programme names by its hash.

Its bounds are read from its first bytes. Whoever unpacks it has looked at them before: a file of a
kilobyte may say that it is a picture of a terabyte.
"""

import struct
from enum import StrEnum
from hashlib import sha256
from typing import Final

MOST_BYTES: Final = 64 * 1024
MOST_SIDE: Final = 1024
LEAST_HEIGHT: Final = 64
"""Pixels: a kiosk draws it about so high."""
_SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
_HEADER: Final = struct.Struct(">I4sII")
_HEADER_BYTES: Final = 13


class Flaw(StrEnum):
    """Why something cannot be a logo."""

    NO_PNG = "no_png"
    LONG = "long"
    LARGE = "large"
    LOW = "low"


def name_of(png: bytes) -> str:
    """Give what a programme calls a logo: its SHA-256 in 64 hex digits."""
    return sha256(png).hexdigest()


def size_of(png: bytes) -> tuple[int, int] | None:
    """Read width and height from a PNG's header; None where there is none."""
    if not png.startswith(_SIGNATURE) or len(png) < len(_SIGNATURE) + _HEADER.size:
        return None
    length, name, width, height = _HEADER.unpack_from(png, len(_SIGNATURE))
    return (width, height) if (length, name) == (_HEADER_BYTES, b"IHDR") and width and height else None


def flaw_of(png: bytes) -> Flaw | None:
    """Say what keeps bytes from being a logo, as far as their header tells."""
    size = size_of(png)
    if size is None:
        return Flaw.NO_PNG
    if len(png) > MOST_BYTES:
        return Flaw.LONG
    if max(size) > MOST_SIDE:
        return Flaw.LARGE
    return Flaw.LOW if size[1] < LEAST_HEIGHT else None
