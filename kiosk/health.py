"""How the machine is: what a technician asks first."""

import shutil
from pathlib import Path
from typing import Final

_THERMAL: Final = Path("/sys/class/thermal/thermal_zone0/temp")
_MEGABYTE: Final = 1024 * 1024


def disk_free_mb(path: Path) -> int | None:
    """Give the free megabytes of the disk that holds ``path``, or None where it cannot be told."""
    try:
        return shutil.disk_usage(path).free // _MEGABYTE
    except OSError:
        return None


def temperature_c() -> float | None:
    """Give the processor's temperature in degrees Celsius, or None where there is no sensor."""
    try:
        return int(_THERMAL.read_text(encoding="ascii")) / 1000
    except (OSError, ValueError):
        return None
