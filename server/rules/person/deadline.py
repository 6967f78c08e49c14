"""By when somebody who asks must have been answered: law 09-08 gives a body ten days."""

from datetime import date, timedelta
from typing import Final

DAYS: Final = 10


def due(asked: date) -> date:
    """Give the last day for an answer."""
    return asked + timedelta(days=DAYS)


def asked_detail(asked: date | None) -> dict[str, str]:
    """Give what the audit log says of a request."""
    return {} if asked is None else {"asked": asked.isoformat(), "due": due(asked).isoformat()}


def days_left(asked: date, today: date) -> int:
    """Give how many days are left for an answer; below 0 where it is late."""
    return (due(asked) - today).days
