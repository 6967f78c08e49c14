"""A card's number while it is typed: ``0001-00c0ffee00c0ff``; no Kivy, no clock."""

from dataclasses import dataclass
from typing import Final

from kiosk.ui.view import Act, Do

DIGITS: Final = 18
_KEY_DIGITS: Final = 4
"""The dash stands by itself."""


@dataclass(slots=True)
class CardNumber:
    """Hexadecimal digits, without the dash."""

    digits: str = ""
    odd: bool = False
    """Whether what was handed in is no number."""

    @property
    def shown(self) -> str:
        """Give it as the card has it."""
        if len(self.digits) < _KEY_DIGITS:
            return self.digits
        return f"{self.digits[:_KEY_DIGITS]}-{self.digits[_KEY_DIGITS:]}"

    def press(self, act: Act) -> None:
        """Take a digit, or rub one out."""
        self.odd = False
        self.digits = (self.digits + act.of)[:DIGITS] if act.do == Do.DIGIT else self.digits[:-1]

    def taken(self) -> str:
        """Give the number where it is whole; else it is odd."""
        self.odd = len(self.digits) != DIGITS
        return "" if self.odd else self.shown
