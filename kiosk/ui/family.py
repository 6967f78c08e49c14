"""Who came with a principal: dependants to be ticked, or how many they are; no Kivy, no clock."""

from collections.abc import Sequence
from typing import Final

from kiosk.ui.card_number import CardNumber
from kiosk.ui.view import Act, Do
from kiosk.wishes import ByHandWish, HouseholdWish, TogetherWish
from wire.asking import Dependant

MOST: Final = 20
_DIGITS: Final = 2


class Family:
    """One household at the kiosk. Nobody is ticked beforehand."""

    def __init__(self) -> None:
        self.principal = CardNumber()
        self.dependants: Sequence[Dependant] = ()
        self.why = ""
        """Why they are counted: ``nobody`` is known, or the code of why the server told nothing."""
        self.count = ""
        """How many came, as it is typed."""
        self.odd = False
        self._ticked: set[str] = set()

    def reading(self, card: str) -> HouseholdWish:
        """Take the principal's card that was shown."""
        self.principal = CardNumber(card.replace("-", ""))
        return HouseholdWish(card)

    def wish(self) -> HouseholdWish | None:
        """Ask for the dependants, where the principal's number is whole."""
        number = self.principal.taken()
        return HouseholdWish(number) if number else None

    def told(self, dependants: Sequence[Dependant]) -> None:
        """Take who they may be."""
        self.dependants, self._ticked = dependants, set()

    def is_ticked(self, member: str) -> bool:
        """Say whether somebody has come."""
        return member in self._ticked

    @property
    def ticked(self) -> tuple[str, ...]:
        """Give who has come, in the order in which they were told."""
        return tuple(each.member for each in self.dependants if each.member in self._ticked)

    def turn(self, member: str) -> None:
        """Tick somebody, or take the tick away."""
        if any(each.member == member for each in self.dependants):
            self._ticked ^= {member}

    def together(self) -> TogetherWish | None:
        """Ask for a visit of each who has come."""
        return TogetherWish(self.ticked) if self.ticked else None

    def type(self, act: Act) -> None:
        """Take a digit of how many they are, or rub one out."""
        self.odd = False
        self.count = (self.count + act.of)[:_DIGITS] if act.do == Do.DIGIT else self.count[:-1]

    def counted(self) -> ByHandWish | None:
        """Ask for so many visits of nobody in particular."""
        count = int(self.count or 0)
        self.odd = not 1 <= count <= MOST
        return None if self.odd else ByHandWish("", "household", count)
