"""A token's QR code: version 5, level M, as rectangles."""

from collections.abc import Iterator
from functools import lru_cache
from typing import Final

import qrcode
from qrcode.constants import ERROR_CORRECT_M
from qrcode.util import QRData

VERSION: Final = 5
QUIET: Final = 4
SIDE: Final = 37 + 2 * QUIET
"""Modules from edge to edge, with the quiet zone."""
_ALPHANUMERIC: Final = 2
_MASK: Final = 0
"""A token looks like chance whatever mask lies over it: to try all eight would double a sheet's time."""


@lru_cache(maxsize=64)
def bars(token: str) -> tuple[tuple[int, int, int, int], ...]:
    """Give the dark modules as bars ``(column, row, width, height)``, in modules.

    Counted from the quiet zone's corner. Bars of neighbouring rows that begin and end alike are one.
    """
    code = qrcode.QRCode(version=VERSION, error_correction=ERROR_CORRECT_M, border=QUIET, mask_pattern=_MASK)
    code.add_data(QRData(token, mode=_ALPHANUMERIC))
    code.make(fit=False)
    open_bars: dict[tuple[int, int], int] = {}
    done: list[tuple[int, int, int, int]] = []
    for row, modules in enumerate([*code.modules, []]):
        runs = set(_runs(modules))
        for run in [run for run in open_bars if run not in runs]:
            since = open_bars.pop(run)
            done.append((run[0] + QUIET, since + QUIET, run[1], row - since))
        for run in runs:
            open_bars.setdefault(run, row)
    return tuple(sorted(done))


def _runs(modules: list[bool | None]) -> Iterator[tuple[int, int]]:
    """Yield column and length of each run of dark modules in a row."""
    start: int | None = None
    for column, dark in enumerate([*modules, False]):
        if dark and start is None:
            start = column
        elif not dark and start is not None:
            yield start, column - start
            start = None
