"""Moments that facts tell: a kiosk's clock may say any year up to 287,396, a calendar ends sooner.

What happened at a moment beyond it, by a broken clock or by a false fact, must stop no page and no file.
"""

from datetime import UTC, datetime, timedelta
from typing import Final

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
# A day away from the calendar's own ends: any time zone's hour is there, too.
_FIRST: Final = (datetime(1, 1, 2, tzinfo=UTC) - _EPOCH) // timedelta(milliseconds=1)
_LAST: Final = (datetime(9999, 12, 30, 23, tzinfo=UTC) - _EPOCH) // timedelta(milliseconds=1)


def utc(at: int) -> datetime:
    """Give ms UTC as a moment; what lies beyond the calendar is the calendar's first or last."""
    return _EPOCH + timedelta(milliseconds=min(max(at, _FIRST), _LAST))
