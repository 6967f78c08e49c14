"""QR codes as drawings of a page: dark squares as one path, to be filled by the page's style."""

from dataclasses import dataclass
from itertools import groupby
from typing import Final

import qrcode
from qrcode.constants import ERROR_CORRECT_M

_QUIET: Final = 4


@dataclass(frozen=True, slots=True)
class Drawing:
    """A code: modules from edge to edge with the quiet zone, and the path of its dark ones."""

    side: int
    path: str


def qr_drawing(text: str) -> Drawing:
    """Draw a QR code of level M."""
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_M, border=_QUIET)
    code.add_data(text)
    code.make(fit=True)
    rows = code.get_matrix()
    bars = []
    for y, row in enumerate(rows):
        x = 0
        for is_dark, run in groupby(row):
            length = len(list(run))
            if is_dark:
                bars.append(f"M{x} {y}h{length}v1h-{length}z")
            x += length
    return Drawing(len(rows), "".join(bars))
