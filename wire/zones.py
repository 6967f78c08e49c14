"""Time zones, always those of the ``tzdata`` package.

Python prefers the machine's own copy, and a Debian that is not kept up to date puts Morocco
an hour off: it is on permanent UTC+0 since 2026-09-20. A card would then expire at the wrong
midnight, and a visit be counted under the wrong day.
"""

import zoneinfo
from functools import lru_cache
from zoneinfo import ZoneInfo


@lru_cache(maxsize=64)
def zone_of(name: str) -> ZoneInfo:
    """Give the zone of that name; raises ``ZoneInfoNotFoundError`` (a KeyError) or ValueError.

    From the first call on, this whole process reads its zones from the package.
    """
    if zoneinfo.TZPATH:
        zoneinfo.reset_tzpath(to=())
    # What was cached before may have come from the machine.
    return ZoneInfo.no_cache(name)
