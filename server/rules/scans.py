"""How many codes are scanned a minute: a measure of the pace at booths just now, and no figure.

A *scan* is one decoded code that a kiosk recorded, whatever the verdict: a visit, a passage, somebody at a
session, a refusal. Counted are those that have reached the server within :data:`KEPT` minutes of being made:
what a kiosk tells of its hours without a network says nothing of the pace now. A scan that is taken back
was made all the same. A card that is shown again at once is no fact, and so no scan.
"""

from collections import Counter
from collections.abc import Iterable
from typing import Final

from wire.events import Passage, Refusal, SessionAttendance, Visit

MINUTE_MS: Final = 60_000
OVER_MINUTES: Final = 10
"""A pace is the mean of so many whole minutes, the one that runs left out."""
KEPT: Final = OVER_MINUTES + 2
SCANS: Final = frozenset(kind.kind for kind in (Visit, Refusal, Passage, SessionAttendance))
"""The kinds that one scan makes."""


def first_kept(now: int) -> int:
    """Give the first minute that still counts at ``now``, ms UTC."""
    return now // MINUTE_MS - KEPT


def pace(scans: Iterable[tuple[str, int, int]], now: int) -> dict[str, float]:
    """Give scans a minute by booth, of (booth, minute, scans); booths without any are left out."""
    last = now // MINUTE_MS
    counts: Counter[str] = Counter()
    for booth, minute, count in scans:
        if last - OVER_MINUTES <= minute < last:
            counts[booth] += count
    return {booth: count / OVER_MINUTES for booth, count in counts.items()}
