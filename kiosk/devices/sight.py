"""What a picture of the camera is good for, besides its codes: is the camera covered, and a preview.

Both are cheap enough to do with every picture: a few hundred pixels decide, and the preview
takes every second one.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]

COVERED_S: Final = 3.0
# A hand, tape or a lens cap: dark, and nothing in it. A dim hall has lamps and edges.
_DARKEST: Final = 48.0
_FLATTEST: Final = 12.0
_GAP_S: Final = 1.0
_STEP: Final = 24
PREVIEW_WIDTH: Final = 640


class Sight:
    """Notices that a camera has been covered, and that it sees again."""

    def __init__(self) -> None:
        self._dark_since: float | None = None
        self._last = 0.0
        self._covered = False

    def look(self, picture: Picture, now: float) -> bool | None:
        """Judge a picture (BGR) that came at ``now``, monotonic seconds.

        True when the camera has now been dark and empty for :data:`COVERED_S`, False when it
        sees again, None when there is nothing new to say.
        """
        if now - self._last > _GAP_S:
            # The camera was away, and whoever told that has told its end: begin anew.
            self._dark_since, self._covered = None, False
        self._last = now
        if not _empty(picture):
            self._dark_since = None
            was_covered, self._covered = self._covered, False
            return False if was_covered else None
        if self._dark_since is None:
            self._dark_since = now
        if self._covered or now - self._dark_since < COVERED_S:
            return None
        self._covered = True
        return True


def _empty(picture: Picture) -> bool:
    sample = picture[_STEP // 2 :: _STEP, _STEP // 2 :: _STEP]
    return float(sample.mean()) < _DARKEST and float(sample.std()) < _FLATTEST


def preview(picture: Picture) -> tuple[int, int, bytes]:
    """Make a picture small: width, height and the bytes of its rows, BGR, from above."""
    step = max(1, round(picture.shape[1] / PREVIEW_WIDTH))
    small = picture[::step, ::step]
    return small.shape[1], small.shape[0], small.tobytes()
