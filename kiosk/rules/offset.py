"""When a measurement of the server's clock is believed."""

from dataclasses import dataclass
from typing import Final

WORST_ROUND_TRIP_MS: Final = 10_000
CONTRADICTION_MS: Final = 2_000
"""How far two measurements may lie apart, besides their errors, before the clocks must have moved."""


@dataclass(frozen=True, slots=True)
class Measurement:
    """The server's clock less the clock since boot; wrong by at most half the round trip."""

    offset_ms: int
    round_trip_ms: int

    @classmethod
    def of(cls, *, sent_ms: int, heard_ms: int, server_ms: int) -> "Measurement":
        """Measure from a question sent and its answer heard (both since boot) and the time in it."""
        round_trip_ms = heard_ms - sent_ms
        return cls(server_ms - (sent_ms + round_trip_ms // 2), round_trip_ms)


def worth_learning(new: Measurement, known: Measurement | None) -> bool:
    """Say whether ``new`` replaces ``known``.

    Only where it is twice as exact, so that hellos all day long do not fill the journal, or
    where both cannot be true: then the server's clock was put right, or this machine's drifts.
    """
    if new.round_trip_ms > WORST_ROUND_TRIP_MS:
        return False
    if known is None or new.round_trip_ms * 2 < known.round_trip_ms:
        return True
    error_ms = (new.round_trip_ms + known.round_trip_ms) / 2
    return abs(new.offset_ms - known.offset_ms) > error_ms + CONTRADICTION_MS
