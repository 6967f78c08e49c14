"""Slows down whoever guesses passwords, by address and by name; never locks the door for good.

Five wrong passwords from one address are free, then each doubles the wait, up to five minutes.
A name that is tried from everywhere waits too, but a minute at most: strangers must not be able
to keep the organizer out for long.
"""

from collections import OrderedDict
from collections.abc import Callable
from typing import Final, NamedTuple

MOST: Final = 2048
"""Addresses and names that are remembered; who has been quiet for longest is forgotten first."""


class Limit(NamedTuple):
    """How many wrong ones are free, and how long the wait can become, seconds."""

    free: int
    longest_s: int


BY_ADDRESS: Final = Limit(5, 300)
BY_NAME: Final = Limit(20, 60)
_FORGIVEN_AFTER_S: Final = 900.0


class _Wrongs(NamedTuple):
    times: int
    last: float
    until: float


class Throttle:
    """Counts wrong passwords. ``clock`` gives seconds that never jump."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._wrongs: OrderedDict[tuple[str, str], _Wrongs] = OrderedDict()

    def wait_s(self, address: str, name: str) -> int:
        """Say for how many seconds an attempt is not even looked at; 0 where it is."""
        now = self._clock()
        until = max(
            (self._wrongs[key].until for key in _keys(address, name) if key in self._wrongs), default=now
        )
        return max(0, -int(-(until - now) // 1)) if until > now else 0

    def wrong(self, address: str, name: str) -> None:
        """Count a wrong password, or a wrong code. ``name`` is empty where no account has it."""
        now = self._clock()
        for key in _keys(address, name):
            limit = BY_NAME if key[0] == "name" else BY_ADDRESS
            before = self._wrongs.pop(key, _Wrongs(0, now, now))
            count = 1 if now - before.last > _FORGIVEN_AFTER_S else before.times + 1
            over = count - limit.free
            # The exponent is bounded: 2 ** 5,000 is a number, and no time.
            wait = 0.0 if over < 0 else float(min(limit.longest_s, 2 ** min(over, 16)))
            self._wrongs[key] = _Wrongs(count, now, now + wait)
        while len(self._wrongs) > MOST:
            self._wrongs.popitem(last=False)

    def right(self, address: str, name: str) -> None:
        """Forget what was wrong before."""
        for key in _keys(address, name):
            self._wrongs.pop(key, None)

    def __len__(self) -> int:
        return len(self._wrongs)


def _keys(address: str, name: str) -> list[tuple[str, str]]:
    return [("address", address), *([("name", name)] if name else [])]
