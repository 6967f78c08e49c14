"""QR codes as pictures: level M, black on white, with their quiet zone; a card's is of version 5."""

from pathlib import Path
from typing import Final

import qrcode
from qrcode.constants import ERROR_CORRECT_M
from qrcode.image.pil import PilImage
from qrcode.util import QRData

VERSION: Final = 5
MODULE_PIXELS: Final = 10
QUIET_MODULES: Final = 4
_ALPHANUMERIC: Final = 2


def write_qr(path: Path, token: str) -> None:
    """Write a token's QR code as a PNG of 450 by 450 pixels (37 modules and the quiet zone)."""
    _write(path, token, VERSION)


def write_any_qr(path: Path, text: str) -> None:
    """Write a QR code as a PNG, as large as the text wants it: 10 pixels a module."""
    _write(path, text, None)


def _write(path: Path, text: str, version: int | None) -> None:
    code = qrcode.QRCode(
        version=version, error_correction=ERROR_CORRECT_M, box_size=MODULE_PIXELS, border=QUIET_MODULES
    )
    code.add_data(QRData(text, mode=_ALPHANUMERIC))
    code.make(fit=version is None)
    code.make_image(image_factory=PilImage).save(str(path), format="PNG")
