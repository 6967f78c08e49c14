"""Which way a card goes at doors where people come in and go out.

A scan is recorded at once, so a kiosk has to guess. Who came in by it today goes out; everyone
else comes in, since coming in is what counts for attendance. The member can turn it round by a touch.
"""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from wire.card import CardIdentity

Way = Literal["in", "out"]


@dataclass(frozen=True, slots=True)
class Passed:
    """The last passage of a card by this kiosk: its fact, which way it went, and on which local day."""

    event_id: str
    way: Way
    day: date


class Ways:
    """The last passage of each card by this kiosk. Each method is one step: any thread may call it."""

    def __init__(self) -> None:
        self._last: dict[CardIdentity, Passed] = {}

    def remember(self, card: CardIdentity, passed: Passed) -> None:
        """Note a passage that has been committed."""
        self._last[card] = passed

    def last(self, card: CardIdentity, day: date) -> Passed | None:
        """Give a card's last passage of a local day; who did not go out yesterday comes in today."""
        passed = self._last.get(card)
        return passed if passed is not None and passed.day == day else None

    def expected(self, card: CardIdentity, day: date) -> Way:
        """Say which way a card most likely goes now."""
        passed = self.last(card, day)
        return turned(passed.way) if passed is not None else "in"

    def forget(self) -> None:
        """Forget everybody."""
        self._last.clear()

    def forget_one(self, card: CardIdentity) -> None:
        """Forget a card whose passage was undone."""
        self._last.pop(card, None)


def turned(way: Way) -> Way:
    """Give the other way."""
    return "out" if way == "in" else "in"
