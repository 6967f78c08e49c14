"""Draws a QR code into a PNG: zxing-cpp, which reads them, writes them as well."""

from pathlib import Path
from typing import Final

import cv2
import numpy as np
import zxingcpp

MODULE_PIXELS: Final = 10


def write_code(path: Path, text: str) -> None:
    """Write a code of level M, black on white with its quiet zone, 10 pixels a module; raises ``OSError``.

    A file that is there already is not replaced.
    """
    code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCodeModel2, ec_level="M")
    picture = np.array(code.to_image(scale=MODULE_PIXELS), dtype=np.uint8)
    done, png = cv2.imencode(".png", picture)
    if not done:
        raise OSError(0, "the picture cannot be made", str(path))
    with path.open("xb") as file:
        file.write(png.tobytes())
