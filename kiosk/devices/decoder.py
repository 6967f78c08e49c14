"""Reads QR codes out of pictures: zxing-cpp first, pyzbar as the second opinion.

zxing-cpp reads every picture; it is the best and by far the quickest. Only where it finds nothing and
something moved does the picture get a second look (sharpened, for codes that are blurred) and then a second
opinion (pyzbar, on an adaptive threshold). What this brings and costs: ``./riwaq bench scan``.

Errors: ``DecoderUnavailableError`` when a library that pyzbar needs is not installed. Pictures never raise.
"""

import importlib
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

import cv2
import numpy as np
import zxingcpp
from numpy.typing import NDArray

from kiosk import KioskError

Picture = NDArray[np.uint8]

# Cards come first when several codes are in a picture; the version of their format is part of it.
CARD_PREFIX: Final = "R1"

# Motion is looked for in a picture of this size. Each cell is the mean of 8 by 8 pixels of a 720p picture, so
# that a sensor's noise (sigma 10) stays far below the step that counts as a change.
GATE_SIZE: Final = (160, 90)
CHANGED_STEP: Final = 8
# The share of cells that must change: a code that can be read at all covers at least five times as many.
CHANGED_SHARE: Final = 0.003
# The sharpest pictures of a card come just after the hand stops, when nothing moves any more.
SETTLING_FRAMES: Final = 4

# The second opinion looks at a smaller picture: its cost follows the number of lines, and the shrinking takes
# away noise that full-size thresholds keep.
SECOND_OPINION_SIDE: Final = 960
THRESHOLD_BLOCK: Final = 25
THRESHOLD_OFFSET: Final = 4

# pyzbar's texts shorter than this are not believed: the smallest versions carry so little error correction
# that noise can pass for a code. A card's token is longer, and for any other code zxing-cpp's word is enough.
SECOND_OPINION_LEAST: Final = 20

# Not ``QRCode``, which stands for the whole family: the smallest Micro QR codes correct no errors at all, and
# print and noise have read as one ("6960"). A member of an enumeration, since an object of the library's own
# that outlives its module makes it complain of a leak when the program ends.
_QR: Final = zxingcpp.BarcodeFormat.QRCodeModel2


class DecoderUnavailableError(KioskError):
    """A system library is missing; the message names the package to install."""


class Decoder:
    """Reads a stream of pictures from one camera; remembers the last one to see what moved.

    For one thread at a time.
    """

    def __init__(self) -> None:
        """Load the libraries; raises ``DecoderUnavailableError`` where pyzbar finds no zbar."""
        self._ask_pyzbar = _load_pyzbar()
        self._before: Picture | None = None
        self._frames_since_motion = 0

    def read(self, picture: Picture) -> list[str]:
        """Return the text of every QR code in one frame of a stream; usually none or one.

        ``picture`` is BGR uint8 (H, W, 3) or grey uint8 (H, W). Texts are exact, each once, cards (``R1…``)
        first and each kind in alphabetical order. Bytes that are not UTF-8 are taken as Latin-1, so that any
        code gives a text.
        """
        grey = _as_grey(picture)
        if grey.size == 0:
            return []
        moving = self._is_moving(grey)
        found = _ask_zxing(grey)
        if not found and moving:
            found = _ask_zxing(_sharpened(grey), try_downscale=True)
        if not found and moving:
            found = self._second_opinion(_threshold(_shrunk(grey, SECOND_OPINION_SIDE)))
        return _in_order(found)

    def read_photo(self, picture: Picture) -> list[str]:
        """Return the text of every QR code in a single photo, as ``read`` does but with patience.

        Codes light on dark, very large and very small ones are looked for too. Does not depend on pictures
        before. Takes some 30 ms for 720p with a code in it, up to a second for a large photo without any.
        """
        grey = _as_grey(picture)
        if grey.size == 0:
            return []
        found: set[str] = set()
        for version in _versions(grey):
            found.update(_ask_zxing(version, try_downscale=True, try_invert=True))
        if not found:
            for version in (grey, _threshold(grey), _threshold(_shrunk(grey, SECOND_OPINION_SIDE))):
                found.update(self._second_opinion(version))
        return _in_order(found)

    def _is_moving(self, grey: Picture) -> bool:
        """Whether something moved in the last few frames. True for the first one."""
        now = np.asarray(cv2.resize(grey, GATE_SIZE, interpolation=cv2.INTER_AREA), dtype=np.uint8)
        before, self._before = self._before, now
        if before is not None:
            step = cv2.threshold(cv2.absdiff(now, before), CHANGED_STEP, 1, cv2.THRESH_BINARY)[1]
            if cv2.countNonZero(step) < CHANGED_SHARE * now.size:
                self._frames_since_motion += 1
                return self._frames_since_motion <= SETTLING_FRAMES
        self._frames_since_motion = 0
        return True

    def _second_opinion(self, grey: Picture) -> list[str]:
        texts = (_as_text(data) for data in self._ask_pyzbar(grey))
        # zbar guesses the character set of anything but ASCII: another guess than ours would be a wrong text.
        return [text for text in texts if len(text) >= SECOND_OPINION_LEAST and text.isascii()]


def _load_pyzbar() -> Callable[[Picture], list[bytes]]:
    try:
        pyzbar = importlib.import_module("pyzbar.pyzbar")
    except ImportError as error:
        raise DecoderUnavailableError(
            "reading cards needs the zbar library: install it with `apt-get install libzbar0`"
            f" (and pyzbar with `pip install pyzbar`). The import said: {error}"
        ) from error
    # Nothing but QR codes: other symbologies have weak check digits or none, and clutter reads as them.
    symbols = [pyzbar.ZBarSymbol.QRCODE]

    def ask(grey: Picture) -> list[bytes]:
        symbols_seen: list[Any] = pyzbar.decode(grey, symbols=symbols)
        return [symbol.data for symbol in symbols_seen]

    return ask


def _ask_zxing(grey: Picture, *, try_downscale: bool = False, try_invert: bool = False) -> list[str]:
    formats = zxingcpp.BarcodeFormats(_QR)
    codes = zxingcpp.read_barcodes(grey, formats=formats, try_downscale=try_downscale, try_invert=try_invert)
    # Not ``.text``: that is a guess at the character set, and may show control characters as words.
    return [_as_text(code.bytes) for code in codes]


def _as_text(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def _in_order(texts: Iterable[str]) -> list[str]:
    return sorted(set(texts), key=lambda text: (not text.startswith(CARD_PREFIX), text))


def _as_grey(picture: Picture) -> Picture:
    if picture.ndim == 2 or picture.size == 0:  # noqa: PLR2004  # rows and columns only: grey already
        return np.ascontiguousarray(picture)
    return np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), dtype=np.uint8)


def _sharpened(grey: Picture) -> Picture:
    """Take away half of a blur. A box is as good as a Gaussian here, at a fifth of its cost."""
    return np.asarray(cv2.addWeighted(grey, 2.5, cv2.blur(grey, (7, 7)), -1.5, 0), dtype=np.uint8)


def _shrunk(grey: Picture, longest: int) -> Picture:
    scale = longest / max(grey.shape)
    if scale >= 1:
        return grey
    return np.asarray(
        cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), dtype=np.uint8
    )


def _threshold(grey: Picture) -> Picture:
    """Return black and white: darker than its surroundings or not, so that shadows do not matter."""
    return np.asarray(
        cv2.adaptiveThreshold(
            grey, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY, THRESHOLD_BLOCK, THRESHOLD_OFFSET
        ),
        dtype=np.uint8,
    )


def _versions(grey: Picture) -> Iterator[Picture]:
    """Yield the same photo in several forms, each of which reads some codes that the others do not."""
    yield grey
    yield _sharpened(grey)
    yield _threshold(grey)
    height, width = grey.shape
    if max(height, width) > SECOND_OPINION_SIDE:
        yield _shrunk(grey, max(height, width) // 2)
        yield _shrunk(grey, SECOND_OPINION_SIDE)
    else:
        yield np.asarray(
            cv2.resize(grey, (2 * width, 2 * height), interpolation=cv2.INTER_CUBIC), dtype=np.uint8
        )
