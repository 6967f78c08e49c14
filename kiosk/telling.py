"""What the carrier remembers in order to tell it well: the link's last word, and times of commits."""

import time
from collections import defaultdict, deque
from collections.abc import Callable
from typing import Final

from kiosk.notices import Link, Notice

SAY_WAITING_EVERY_S: Final = 5.0
"""Without a network, how often it is told at most that more facts wait."""
_MOST_TIMED: Final = 10_000


class LinkTeller:
    """Tells when the link changes, not at every try; without one, also when more facts wait."""

    def __init__(self, notify: Callable[[Notice], None]) -> None:
        self._notify = notify
        self._said: Link | None = None
        self._said_at = 0.0

    def now(self, *, up: bool, reason: str, waiting: int) -> None:
        """Hear how the link is."""
        if self._said is None or (self._said.up, self._said.reason) != (up, reason):
            self._say(Link(up=up, reason=reason, waiting=waiting))

    def still(self, waiting: int) -> None:
        """Hear how many facts wait; called often."""
        said = self._said
        if said is None or said.up or time.monotonic() - self._said_at < SAY_WAITING_EVERY_S:
            return
        if waiting != said.waiting:
            self._say(Link(up=False, reason=said.reason, waiting=waiting))

    def _say(self, link: Link) -> None:
        self._said, self._said_at = link, time.monotonic()
        self._notify(link)


class CommitTimes:
    """When each fact was committed, until it is delivered; monotonic seconds."""

    def __init__(self) -> None:
        # By epoch, oldest first. Bounded: a kiosk may be without a network for days.
        self._committed: defaultdict[int, deque[tuple[int, float]]] = defaultdict(
            lambda: deque(maxlen=_MOST_TIMED)
        )

    def note(self, epoch: int, seq: int, committed_at: float) -> None:
        """Note a commit; seqs of an epoch come in order."""
        self._committed[epoch].append((seq, committed_at))

    def take(self, epoch: int, upto: int) -> list[float]:
        """Give how long ago (ms) the facts up to ``upto`` were committed, and forget them."""
        now, times, committed = time.monotonic(), [], self._committed[epoch]
        while committed and committed[0][0] <= upto:
            times.append(round((now - committed.popleft()[1]) * 1000, 2))
        return times

    def forget(self, epoch: int) -> None:
        """Forget an epoch that goes on under another number."""
        self._committed.pop(epoch, None)
