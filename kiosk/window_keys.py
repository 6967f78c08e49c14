"""What is typed into the window, put together to codes for whoever reads a scanner."""

import queue
import time
from contextlib import suppress
from typing import Final

from kiosk.rules import keys
from kiosk.rules.bursts import Typed, Typist

MOST_WAITING: Final = 256
GAP_S: Final = 0.05
SURE_GAP_S: Final = 0.3
"""Seconds between two keys that end what is typed: of a hand, and of what is a scanner's for sure."""
LEAST: Final = 6
"""Characters of a code that ends with Enter: fewer are a hand's that slipped over the keys."""
LEAST_UNENDED: Final = 8


class WindowKeys:
    """Keys that come to the window, for one thread; ``typed`` holds what became of them, for another."""

    def __init__(self) -> None:
        self.typed: queue.Queue[tuple[Typed, float]] = queue.Queue(MOST_WAITING)
        self._typist = Typist(gap_s=GAP_S, sure_gap_s=SURE_GAP_S, least=LEAST, least_unended=LEAST_UNENDED)

    def key(self, scan_code: int, *, down: bool) -> None:
        """Take a key by its USB number, as SDL tells it."""
        self._put(self._typist.key(keys.FROM_USB.get(scan_code), down=down, now=time.monotonic()))

    def text(self, characters: str) -> None:
        """Take what the machine's layout made of the key before."""
        self._typist.text(characters, time.monotonic())

    def quiet(self) -> None:
        """Hear that every key so far was taken: a code may have ended."""
        self._put(self._typist.quiet(time.monotonic()))

    def _put(self, typed: Typed | None) -> None:
        # A window never waits: what nobody reads any more is dropped.
        with suppress(queue.Full):
            if typed is not None:
                self.typed.put_nowait((typed, time.monotonic()))
