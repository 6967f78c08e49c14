"""One card held before a camera is one scan, though the camera sees it thirty times a second."""

from collections.abc import Iterable
from typing import Final

HOLD_OFF_S: Final = 2.0
"""Seconds that a code must be out of sight before it counts as shown again.

Longer than a hand that trembles in and out of the picture, shorter than a person who
comes back; what comes back is then told apart by the desk's ten minutes.
"""

_MOST_REMEMBERED: Final = 64


class Debounce:
    """Remembers which codes are in sight."""

    def __init__(self, hold_off_s: float = HOLD_OFF_S) -> None:
        self._hold_off_s = hold_off_s
        self._last_seen: dict[str, float] = {}

    def fresh(self, texts: Iterable[str], now: float) -> list[str]:
        """Give those of the texts in a picture that were not in sight just before.

        ``now`` is monotonic, in seconds. Seeing a text keeps it in sight.
        """
        self._forget(now)
        fresh = []
        for text in texts:
            if text not in self._last_seen:
                fresh.append(text)
            # Re-inserted at the end, so that the oldest stands first for _forget.
            self._last_seen.pop(text, None)
            self._last_seen[text] = now
        return fresh

    def _forget(self, now: float) -> None:
        gone = [text for text, seen in self._last_seen.items() if now - seen >= self._hold_off_s]
        overflow = list(self._last_seen)[: max(0, len(self._last_seen) - _MOST_REMEMBERED)]
        for text in {*gone, *overflow}:
            del self._last_seen[text]
