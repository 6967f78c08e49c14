"""A camera by hand: a live stream of pictures, of a hall or of somebody who holds up a code."""

import os
import threading
import time
from pathlib import Path
from typing import Final, Self

import cv2
import numpy as np

from demo.card_video import Difficulty, Picture, draw_frame

RATE: Final = 25
_TREMBLE: Final = 3


class LiveCamera:
    """A named pipe that a kiosk reads as a video without an end; what is before it can be changed.

    The kiosk reads it as it reads any camera: through OpenCV, picture after picture, none twice.
    """

    def __init__(self, path: Path) -> None:
        self.path = path.with_suffix(".mjpeg")
        os.mkfifo(self.path)
        self._shots = _shots(None)
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="live camera", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        self._thread.join(5)

    @property
    def source(self) -> str:
        return str(self.path)

    def show(self, text: str | None) -> None:
        """Hold up a code, or take it away."""
        self._shots = _shots(text)

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                # Fails while nobody reads, so that a test which ends is not held up.
                descriptor = os.open(self.path, os.O_WRONLY | os.O_NONBLOCK)
            except OSError:
                self._stopping.wait(0.02)
                continue
            os.set_blocking(descriptor, True)
            try:
                self._stream(descriptor)
            except BrokenPipeError:
                pass
            finally:
                os.close(descriptor)

    def _stream(self, descriptor: int) -> None:
        number = 0
        due = time.monotonic()
        while not self._stopping.is_set():
            left = memoryview(self._shots[number % len(self._shots)])
            while left:
                left = left[os.write(descriptor, left) :]
            number += 1
            due += 1 / RATE
            self._stopping.wait(max(0.0, due - time.monotonic()))


def _shots(text: str | None) -> list[bytes]:
    """Draw a few pictures of one scene, a hand's tremble apart, as a camera's JPEGs."""
    picture = draw_frame(text, seed=7 if text else 3, difficulty=Difficulty.HALL)
    return [_jpeg(np.roll(picture, shift, axis=1)) for shift in range(_TREMBLE)]


def _jpeg(picture: Picture) -> bytes:
    done, coded = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 85])
    assert done
    return coded.tobytes()
