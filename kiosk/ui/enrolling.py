"""A registration that staff have open: a field a screen, consents one by one, a summary, the card.

No Kivy, no clock. What was entered is here alone, until the card is made or the registration is left.
"""

import re
from collections.abc import Callable
from datetime import date
from typing import Final

from kiosk.notices import LikelyMember, Registered
from kiosk.rules import phones
from kiosk.rules.registration import Entries, Places, Rules
from kiosk.ui.view import Act, Do, Kind
from kiosk.wishes import PrintCardWish, RegisterWish
from wire.described import Form

SUMMARY: Final = "summary"
CONSENT: Final = "consent:"
"""Stands before the id of a consent, which is a step, too."""
CAPITALS: Final = 1
"""The page of the Latin keyboard on which names are begun, as identity cards write them."""
_CHOICES: Final = frozenset({"category", "territory", "language"})
_CARD_DIGITS: Final = 18
_MOST: Final = {"phone": phones.LONGEST, "birth": 8, "principal": _CARD_DIGITS, "employee_number": 32}
_CARD_NUMBER: Final = re.compile(f"[0-9a-f]{{{_CARD_DIGITS}}}")
_LETTERS: Final = re.compile(r"[A-Za-z.\\]")
RegistrationWish = RegisterWish | PrintCardWish


class Enrolment:
    """One registration, from its first field to its card."""

    def __init__(self, form: Form, places: Callable[[], Places], today: date) -> None:
        """Take what is asked, the places to choose from, and the fair's day for days of birth."""
        self._places = places
        self._by_digits = {"phone", "birth"}
        if is_of_digits(form.employee_number):
            self._by_digits.add("employee_number")
        if not form.employee_number or is_of_digits(form.employee_number):
            # A card's number, mostly; where an employee's has letters, the keyboard types either.
            self._by_digits.add("principal")
        rules = Rules(
            today,
            pattern=form.employee_number,
            partial_birth=form.partial_birth,
            categories=form.categories,
            territories=lambda place: place in places(),
        )
        self.form = form
        self.entries = Entries(form, rules)
        self.part = 0
        self.code = ""
        """Why what was entered last is not taken."""
        self.inside = ""
        """The place whose parts are to be chosen from."""
        self.query = ""
        """What was typed to find a place."""
        self.likely: LikelyMember | None = None
        self.made: Registered | None = None
        self.over = self.anew = False
        """Whether it is left, and whether another one begins."""
        self._searching = self._leaving = self._correcting = False
        self.step = ""
        self._go(self.steps()[0])

    # -- what is asked -------------------------------------------------------------------------

    def steps(self) -> list[str]:
        """Name what is asked, in its order: fields, then consents."""
        fields = [field.id for field in self.entries.fields()]
        return [*fields, *(CONSENT + consent for consent in self.entries.consents())] or [SUMMARY]

    @property
    def progress(self) -> tuple[int, int]:
        """Say how many steps are begun, of how many."""
        steps = self.steps()
        return (steps.index(self.step) + 1 if self.step in steps else len(steps)), len(steps)

    @property
    def screen(self) -> Kind:
        """What is open."""
        for kind, is_open in (
            (Kind.FORM_LEAVE, self._leaving),
            (Kind.FORM_CARD, self.made is not None),
            (Kind.FORM_MATCHES, self.likely is not None and bool(self.likely.matches)),
            (Kind.FORM_LIKELY, self.likely is not None),
            (Kind.FORM_SUMMARY, self.step == SUMMARY),
        ):
            if is_open:
                return kind
        if self.step.startswith(CONSENT):
            return Kind.FORM_CONSENT
        if self.step in _CHOICES:
            return Kind.FORM_SEARCH if self._searching else Kind.FORM_CHOICE
        return Kind.FORM_NUMBER if self.step in self._by_digits else Kind.FORM_WRITE

    @property
    def places(self) -> Places:
        """All places to choose from."""
        return self._places()

    @property
    def typed(self) -> str:
        """What was typed for the open field, as it is read."""
        return shown(self.step, self.entries.typed(self.step))

    @property
    def optional(self) -> bool:
        """Whether the open field may be left empty."""
        field = self.entries.field(self.step)
        return field is not None and not field.required

    def reading(self, card: str) -> bool:
        """Take a card that was shown as the principal's; False where none is asked for."""
        if not card or self.step != "principal" or self.screen not in {Kind.FORM_NUMBER, Kind.FORM_WRITE}:
            return False
        self.entries.write(self.step, card.replace("-", ""))
        self._take()
        return True

    # -- touches -------------------------------------------------------------------------------

    def do(self, act: Act, language: str) -> RegistrationWish | None:
        """Do what a touch asks for; gives what is to be asked of the station."""
        screen = self.screen
        match screen, act.do:
            case Kind.FORM_LEAVE, Do.YES:
                self.over = True
            case Kind.FORM_CARD, Do.PRINT if self.made is not None and self.made.can_print:
                return self._printed(self.made)
            case Kind.FORM_CARD, Do.ANOTHER:
                self.over = self.anew = True
            case ((Kind.FORM_LIKELY | Kind.FORM_MATCHES), Do.YES):
                self.likely = None
                return self._wish(language, sure=True)
            case Kind.FORM_SUMMARY, Do.SAVE:
                return self._save(language)
            case _, Do.BACK if screen != Kind.FORM_CARD:
                self._back()
            case _, (Do.NEXT | Do.PREVIOUS):
                self.part = max(0, self.part + (1 if act.do == Do.NEXT else -1))
            case _:
                self._enter(screen, act)
        return None

    def _enter(self, screen: Kind, act: Act) -> None:
        match screen, act.do:
            case Kind.FORM_SUMMARY, Do.FIELD if act.of in self.steps():
                self._go(act.of, correcting=True)
            case Kind.FORM_SUMMARY, Do.DISCARD:
                self._leaving = True
            case Kind.FORM_CONSENT, Do.SAY:
                self.entries.say(self.step.removeprefix(CONSENT), yes=act.of == "yes")
                self._onward()
            case Kind.FORM_WRITE, Do.TEXT:
                self._write(act.of)
            case Kind.FORM_NUMBER, (Do.DIGIT | Do.ERASE):
                typed = self.entries.typed(self.step)
                typed = (typed + act.of)[: _MOST[self.step]] if act.do == Do.DIGIT else typed[:-1]
                self._write(typed)
            case ((Kind.FORM_WRITE | Kind.FORM_NUMBER), Do.ENTER):
                self._take()
            case _:
                self._choose(screen, act)

    def _choose(self, screen: Kind, act: Act) -> None:
        match screen, act.do:
            case Kind.FORM_CHOICE, Do.CHOOSE:
                self.entries.write(self.step, act.of)
                self._take()
            case Kind.FORM_CHOICE, Do.SKIP if self.optional:
                self.entries.skip(self.step)
                self._onward()
            case Kind.FORM_CHOICE, Do.INTO if act.of in self.places:
                self.inside, self.query, self.part = act.of, "", 0
            case Kind.FORM_CHOICE, Do.SEARCH if self.step == "territory":
                self._searching, self.part = True, 0
            case Kind.FORM_SEARCH, Do.TEXT:
                self.query = act.of
            case Kind.FORM_SEARCH, Do.ENTER:
                self._searching, self.part = False, 0

    def _write(self, typed: str) -> None:
        self.code = ""
        self.entries.write(self.step, typed)

    def _take(self) -> None:
        self.code = self.entries.take(self.step)
        if not self.code:
            self._onward()

    def _back(self) -> None:
        if self._leaving:
            self._leaving = False
        elif self.likely is not None:
            self.likely = None
        elif self._searching:
            self._searching, self.query, self.part = False, "", 0
        elif self.query:
            self.query, self.part = "", 0
        elif self.inside:
            around = self.places.path(self.inside)[1:2]
            self.inside, self.part = (around[0].id if around else ""), 0
        else:
            self._to_before()

    def _to_before(self) -> None:
        """Go to the step before; what was entered stays."""
        steps = self.steps()
        if self._correcting:
            self._go(SUMMARY)
        elif self.step == SUMMARY:
            self._go(steps[-1])
        elif (at := steps.index(self.step)) > 0:
            self._go(steps[at - 1])
        else:
            self._leaving, self.over = not self.entries.empty, self.entries.empty

    def _onward(self) -> None:
        steps = self.steps()
        at = steps.index(self.step) + 1
        self._go(SUMMARY if self._correcting or at == len(steps) else steps[at])

    def _go(self, step: str, *, correcting: bool = False) -> None:
        self.step, self.code, self.query, self.inside = step, "", "", ""
        self._searching, self._correcting = False, correcting
        self.part = CAPITALS if step == "name_latin" or self._by_keyboard(step) else 0

    def _by_keyboard(self, step: str) -> bool:
        return step in {"employee_number", "principal", "national_id"} and step not in self._by_digits

    def _save(self, language: str) -> RegistrationWish | None:
        if missing := self.entries.missing():
            first = missing[0]
            self._go(first if first in self.steps() else CONSENT + first, correcting=True)
            return None
        return self._wish(language, sure=False)

    def _wish(self, language: str, *, sure: bool) -> RegisterWish:
        entries = self.entries
        typed = {field: entries.typed(field) for field in entries.values()}
        return RegisterWish(typed, entries.agreed(), language, sure)

    def _printed(self, made: Registered) -> PrintCardWish:
        value = self.entries.value
        return PrintCardWish(made.token, value("category"), value("name_ar"), value("name_latin"))


def is_of_digits(pattern: str) -> bool:
    """Say whether every number of a body's pattern is written with digits alone."""
    return bool(pattern) and not _LETTERS.search(pattern.replace(r"\d", ""))


_DAY, _MONTH, _FIRST_OF_CENTURY = 2, 4, ("19", "20")


def shown(field: str, typed: str) -> str:
    """Group what is typed as it is read: ``06 12 34 56 78``, ``31/05/1960``, ``0001-00c0ffee00c0ff``."""
    if field == "phone":
        return phones.shown(typed)
    if field == "birth":
        if len(typed) == _DAY + _MONTH and typed.startswith(_FIRST_OF_CENTURY, _DAY):
            return f"{typed[:_DAY]}/{typed[_DAY:]}"
        parts = (typed[:_DAY], typed[_DAY:_MONTH], typed[_MONTH:])
        return "/".join(filter(None, parts)) if len(typed) > _MONTH else typed
    if field == "principal" and _CARD_NUMBER.fullmatch(typed):
        return f"{typed[:4]}-{typed[4:]}"
    return typed
