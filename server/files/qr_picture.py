"""A card's QR code as a picture: version 5, level M, black on white, with its quiet zone."""

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
    code = qrcode.QRCode(
        version=VERSION, error_correction=ERROR_CORRECT_M, box_size=MODULE_PIXELS, border=QUIET_MODULES
    )
    code.add_data(QRData(token, mode=_ALPHANUMERIC))
    code.make(fit=False)
    code.make_image(image_factory=PilImage).save(str(path), format="PNG")
