"""Whom staff look for: what was written, who was found, and the second field that confirms it; no Kivy."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from kiosk.notices import MemberConfirmed, Reissued
from kiosk.rules import phones
from kiosk.rules.registration import Rules, read
from kiosk.ui.enrolling import is_of_digits, shown
from kiosk.ui.view import Act, Do, Kind
from kiosk.wishes import ConfirmWish, FindWish, PrintCardWish
from wire.asking import Match
from wire.card import Category

DIFFERS: Final = "differs"
_MOST: Final = {"phone": phones.LONGEST, "birth": 8, "employee_number": 32}
WAYS: Final = tuple(_MOST)
"""The fields that may confirm who somebody is, as they are offered."""


@dataclass(slots=True)
class Finding:
    """One search. What is here is personal: it is forgotten with the screen that held it.

    ``today`` is the fair's day, ``pattern`` that of the body's employee numbers: by it they are typed,
    but not judged, since what is known may be older.
    """

    today: date
    pattern: str
    text: str = field(default="", repr=False)
    """What was written to find somebody."""
    matches: Sequence[Match] = field(default=(), repr=False)
    more: bool = False
    match: Match | None = field(default=None, repr=False)
    """Who it may be."""
    by: str = ""
    """The field that confirms it, by its id."""
    value: str = field(default="", repr=False)
    code: str = ""
    """Why what was typed is not taken: a field's code, or ``differs``."""
    member: MemberConfirmed | None = field(default=None, repr=False)
    made: Reissued | None = field(default=None, repr=False)

    @property
    def ways(self) -> list[str]:
        """Name the fields by which it can be confirmed who it is."""
        return [each for each in WAYS if self.match is not None and each in self.match.confirm_by]

    @property
    def typed(self) -> str:
        """What was typed to confirm it, as it is read."""
        return shown(self.by, self.value)

    def wish(self) -> FindWish | None:
        """Ask for whoever may be meant, where something was written."""
        text = " ".join(self.text.split())
        return FindWish(text) if text else None

    def choose(self, member: str) -> Kind | None:
        """Take one of who was found; says what is open then."""
        self.match = next((each for each in self.matches if each.member == member), None)
        if self.match is None:
            return None
        ways = self.ways
        if not ways:
            return Kind.UNCONFIRMED
        return Kind.CONFIRM_BY if len(ways) > 1 else self.confirm_by(ways[0])

    def confirm_by(self, way: str) -> Kind | None:
        """Take the field that is to confirm it; says what is open then."""
        if way not in self.ways:
            return None
        self.by, self.value, self.code = way, "", ""
        by_keyboard = way == "employee_number" and not is_of_digits(self.pattern)
        return Kind.CONFIRM_WRITE if by_keyboard else Kind.CONFIRM_NUMBER

    @property
    def in_part(self) -> bool:
        """Whether a year alone may confirm: where more is known of a day of birth, its year is shown."""
        return self.match is not None and not self.match.birth

    def type(self, act: Act) -> None:
        """Take a digit, rub one out, or take what is written."""
        self.code = ""
        match act.do:
            case Do.DIGIT:
                self.value = (self.value + act.of)[: _MOST[self.by]]
            case Do.ERASE:
                self.value = self.value[:-1]
            case _:
                self.value = act.of

    def confirm(self) -> ConfirmWish | None:
        """Ask whether what was typed is this member's; None where it is not even a field's value."""
        taken = read(self.by, self.value, Rules(self.today, partial_birth=self.in_part))
        self.code = taken.code or ("" if taken.value else "empty")
        if self.code or self.match is None:
            return None
        return ConfirmWish(self.match.member, self.by, taken.value)

    def printed(self) -> PrintCardWish | None:
        """Ask for the new card on paper."""
        made = self.made
        if made is None or not made.can_print:
            return None
        return PrintCardWish(made.token, made.category, made.name_ar, made.name_latin)


def category_id(category: int) -> str:
    """Give the id by which a programme knows a card's category; nothing where none is known."""
    try:
        found = Category(category)
    except ValueError:
        return ""
    return "" if found == Category.UNKNOWN else found.name.lower()
