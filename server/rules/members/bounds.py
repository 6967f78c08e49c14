"""How much one kiosk may ask: an ask counts once, guesses end soon, and nobody walks through the register."""

from collections import deque
from collections.abc import Mapping, Sequence
from typing import Final

from wire.asking import FRESH_MS

WINDOW_MS: Final = 10 * 60 * 1000
MOST_ASKS: Final = 120
"""Answered in the window. A registration asks twice in 90 s; who forgot the card, twice in 20 s at best:
60 of these, and as many again for a name that was typed wrongly. A hundred names a minute are never read."""
MOST_HEARD: Final = 2 * MOST_ASKS
"""Answered or told that they are too many; beyond, a kiosk hears nothing."""
MOST_MISSES: Final = 5
"""Values that did not fit, in the window: of a phone or a day of birth nobody guesses one in so few."""


class Recent:
    """What one kiosk has asked of late. Times are ms UTC by the server's clock; it is kept in memory alone.

    After a restart an ask of the last minutes could be sent again, once: its reply opens for its kiosk alone.
    """

    def __init__(self) -> None:
        self._nonces: dict[str, int] = {}
        self._answered: deque[int] = deque()
        self._missed: deque[int] = deque()
        self._told: dict[str, Sequence[str]] = {}
        self._told_at = 0

    def knows(self, nonce: str, now: int) -> bool:
        """Say whether an ask came before."""
        # An ask may be ahead of our clock by as much as it may be behind.
        for old in [each for each, at in self._nonces.items() if at + 2 * FRESH_MS < now]:
            del self._nonces[old]
        return nonce in self._nonces

    def is_flood(self, now: int) -> bool:
        """Say whether not even that they are too many is told any more."""
        return sum(at + WINDOW_MS > now for at in self._nonces.values()) >= MOST_HEARD

    def asks_too_often(self, now: int) -> bool:
        """Say whether so many were answered that this one is not."""
        return _left(self._answered, now) >= MOST_ASKS

    def guesses_too_often(self, now: int) -> bool:
        """Say whether so many values did not fit that no more are compared."""
        return _left(self._missed, now) >= MOST_MISSES

    def note(self, nonce: str, now: int, *, answered: bool = True, missed: bool = False) -> None:
        """Note an ask; whether it was ``answered``, and with a value that did not fit."""
        self._nonces[nonce] = now
        if answered:
            self._answered.append(now)
        if missed:
            self._missed.append(now)

    def tell(self, matches: Mapping[str, Sequence[str]], now: int) -> None:
        """Note who was told, instead of those before, and by which fields each may be confirmed."""
        self._told, self._told_at = dict(matches), now

    def ways(self, member: str, now: int) -> Sequence[str]:
        """Give by which fields a member may be confirmed; none who was not told last, or long ago."""
        return self._told.get(member, ()) if self._told_at + WINDOW_MS > now else ()


def _left(times: deque[int], now: int) -> int:
    while times and times[0] + WINDOW_MS <= now:
        times.popleft()
    return len(times)
