"""Logos for tests, drawn here, and files that only look like one."""

import io
import struct
import zlib

from PIL import Image, ImageDraw

RED = (200, 16, 46, 255)
CLEAR = (0, 0, 0, 0)


def drawn(width: int = 256, height: int = 128, *, colour: tuple[int, ...] = RED, mode: str = "RGBA") -> bytes:
    """Draw a plate with a hole in its left half, so that a mirrored one is told apart."""
    picture = Image.new("RGBA", (width, height), CLEAR)
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, 0, width - 1, height - 1), fill=colour)
    draw.rectangle((width // 8, height // 4, width * 3 // 8, height * 3 // 4), fill=CLEAR)
    return saved(picture.convert(mode))


def saved(picture: Image.Image) -> bytes:
    """Give a picture as PNG."""
    packed = io.BytesIO()
    picture.save(packed, "PNG")
    return packed.getvalue()


def png(width: int, height: int, packed: bytes) -> bytes:
    """Put a PNG together by hand: what its header says need not be what is in it."""
    header = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
        for name, content in ((b"IHDR", header), (b"IDAT", packed), (b"IEND", b""))
    )
