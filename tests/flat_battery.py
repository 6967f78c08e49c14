"""``riwaq-kiosk`` on a machine whose clock's battery is flat: it has just booted at 1970-01-01T00:00 UTC.

The wall clock of the whole program is set back to the moment of its start; the clock since
boot goes on, and the boot is a new one.
"""

import time
from pathlib import Path

from kiosk import clock
from kiosk.__main__ import main

_STARTED_NS = time.time_ns()
_now_ns, _now = time.time_ns, time.time

if __name__ == "__main__":
    time.time_ns = lambda: _now_ns() - _STARTED_NS
    time.time = lambda: _now() - _STARTED_NS / 1e9
    vars(clock)["_BOOT_ID"] = Path("/proc/sys/kernel/random/uuid")  # no machine boots for a test
    main()
