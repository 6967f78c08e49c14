"""The kiosk's clocks, read in one place."""

import time
from pathlib import Path
from typing import Final

from kiosk.rules.desk import Moment

_BOOT_ID: Final = Path("/proc/sys/kernel/random/boot_id")


class Clock:
    """Reads the wall clock and the clock since boot, and remembers what the server said.

    CLOCK_BOOTTIME goes on while the machine sleeps, which CLOCK_MONOTONIC does not.
    """

    def __init__(self) -> None:
        self._boot_id = _BOOT_ID.read_text(encoding="ascii").strip().replace("-", "")
        self._server_minus_monotonic_ms: int | None = None

    def read(self) -> Moment:
        """Read all clocks at once."""
        monotonic_ms = self.monotonic_ms()
        wall_ms = max(0, time.time_ns() // 1_000_000)
        offset = self._server_minus_monotonic_ms
        return Moment(
            wall_ms=wall_ms,
            monotonic_ms=monotonic_ms,
            boot_id=self._boot_id,
            best_ms=wall_ms if offset is None else monotonic_ms + offset,
            heard_server=offset is not None,
        )

    @staticmethod
    def monotonic_ms() -> int:
        """Give milliseconds since boot."""
        return time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1_000_000

    def learn(self, server_minus_monotonic_ms: int) -> None:
        """Take the server's clock for this boot from now on."""
        self._server_minus_monotonic_ms = server_minus_monotonic_ms
