"""What a PIN may be, and how long a staff card is good."""

from datetime import date, timedelta
from itertools import pairwise
from typing import Final

from wire.card import LAST_DAY
from wire.setup import SECRET_DIGITS

_AFTER_THE_FAIR: Final = timedelta(days=7)
"""Taking down, counting and reporting go on when the members have left."""
_AT_LEAST: Final = timedelta(days=31)
_STEPS: Final = ({0}, {1}, {9})
_GROUP: Final = 3


def is_trivial(secret: str) -> bool:
    """Say whether digits are what people try first: all alike, or counting up or down (``890123``)."""
    steps = {(int(after) - int(before)) % 10 for before, after in pairwise(secret)}
    return steps in _STEPS


def grouped(digits: str) -> str:
    """Give a PIN as people read it: its id, then three and three, ``101 482 913``."""
    staff_id, secret = digits[:-SECRET_DIGITS], digits[-SECRET_DIGITS:]
    return " ".join((staff_id, *(secret[at : at + _GROUP] for at in range(0, SECRET_DIGITS, _GROUP))))


def card_days(today: date, last_day: date) -> tuple[date, date]:
    """Give both days of validity of a staff card made today for a fair that ends on ``last_day``.

    It is good until a week after the fair, and for a month at least: a fair may go on longer.
    """
    return today, min(max(last_day + _AFTER_THE_FAIR, today + _AT_LEAST), LAST_DAY)
