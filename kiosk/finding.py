"""Whom staff look for: the server is asked, and what it tells is known here alone, and not for long.

Names come masked, and stay so on the screen. Whoever was confirmed is known in full until another card
is made, the member has checked in, somebody else is looked for, staff leave, or :data:`KNOWN_S` have passed.
"""

import time
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Final

from kiosk.asking import Asking
from kiosk.notices import HouseholdFound, MemberConfirmed, MembersFound, StaffDone
from kiosk.rules.registration import KNOWN, Rules, read
from kiosk.wishes import ConfirmWish, FindWish, HouseholdWish
from wire.asking import (
    Confirm,
    Confirmed,
    Dependant,
    Dependants,
    Find,
    Household,
    Likely,
    Match,
    Matches,
    NotTold,
    Person,
    Question,
    Told,
)
from wire.card import CardError, CardIdentity

KNOWN_S: Final = 120.0
"""So long after the server has told something it is known here."""
LIKELY_S: Final = 1.0
"""So long a registration waits for the server: a silent one is like none."""
REPLY_S: Final = 3.0
_LONGEST: Final = 256
_TELLING: Final = ("name_ar", "name_latin", "phone", "employee_number")
"""Fields by which somebody may be known; the day of birth tells two of one name apart."""


class Finding:
    """For the counter's thread, while one of the staff is in."""

    def __init__(self, asking: Asking, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._asking = asking
        self._monotonic = monotonic
        self._matches: dict[str, Match] = {}
        self._person: Person | None = None
        self._household: dict[str, Dependant] = {}
        self._told_at = 0.0

    @property
    def person(self) -> Person | None:
        """Who was confirmed last, where that is known still."""
        self._forget_what_is_old()
        return self._person

    def household(self, members: Iterable[str]) -> list[Dependant]:
        """Give these of the household that was told last, each once; none where one is not of it."""
        self._forget_what_is_old()
        ticked = dict.fromkeys(members)
        if any(member not in self._household for member in ticked):
            return []
        return [self._household[member] for member in ticked]

    def forget(self) -> None:
        """Forget everybody."""
        self._matches, self._person, self._household = {}, None, {}

    # -- what is asked -----------------------------------------------------------------------------

    def find(self, wish: FindWish, staff_id: str) -> MembersFound | StaffDone:
        """Ask who may be meant."""
        text = _sendable(wish.text).strip()
        if not text:
            self.forget()
            return StaffDone("find", "nobody")
        match self._ask(Find(text=text), staff_id, REPLY_S):
            case Matches(matches=[]):
                return StaffDone("find", "nobody")
            case Matches(matches=matches, more=more):
                return MembersFound(self._known(matches), more)
            case told:
                return StaffDone("find", _why_not(told))

    def alike(self, values: Mapping[str, str], staff_id: str) -> tuple[Match, ...]:
        """Ask who is like somebody who is being registered; nobody where the server tells nothing in time."""
        fields = {field: values[field] for field in (*_TELLING, "birth") if field in values}
        if fields.keys().isdisjoint(_TELLING):
            return ()
        told = self._ask(Likely(fields=fields), staff_id, LIKELY_S)
        return self._known(told.matches) if isinstance(told, Matches) else ()

    def confirm(self, wish: ConfirmWish, staff_id: str) -> MemberConfirmed | StaffDone:
        """Ask whether it is this one of those who were told, by a second field."""
        self._forget_what_is_old()
        match, self._person = self._matches.get(wish.member), None
        if match is None or wish.by not in match.confirm_by or wish.by not in KNOWN:
            return StaffDone("confirm", "not_asked")
        value = _as_kept(wish.by, wish.value)
        if not value:
            return StaffDone("confirm", "differs")
        question = Confirm(member=wish.member, field=wish.by, value=value)
        match self._asking.ask(question, staff_id, REPLY_S):
            case Confirmed(person=None):
                self._told_at = self._monotonic()
                return StaffDone("confirm", "differs")
            case Confirmed(person=Person(member=wish.member) as person):
                self._person, self._told_at = person, self._monotonic()
                return MemberConfirmed(
                    person.member, match.name_ar, match.name_latin, person.category, person.card is not None
                )
            case told:
                return StaffDone("confirm", _why_not(told))

    def come_along(self, wish: HouseholdWish, staff_id: str) -> HouseholdFound | StaffDone:
        """Ask who are the dependants of a card's bearer."""
        try:
            card = CardIdentity.parse(wish.card)
        except CardError:
            return StaffDone("household", "no_number")
        match self._ask(Household(card=str(card)), staff_id, REPLY_S):
            case Dependants(dependants=dependants):
                self._household = {each.member: each for each in dependants}
                self._told_at = self._monotonic()
                return HouseholdFound(tuple(dependants))
            case told:
                return StaffDone("household", _why_not(told))

    # -- what is known ------------------------------------------------------------------------------

    def _ask(self, question: Question, staff_id: str, seconds: float) -> Told | None:
        """Ask about somebody else than before."""
        self.forget()
        return self._asking.ask(question, staff_id, seconds)

    def _known(self, matches: list[Match]) -> tuple[Match, ...]:
        self._matches = {match.member: match for match in matches}
        self._told_at = self._monotonic()
        return tuple(matches)

    def _forget_what_is_old(self) -> None:
        if self._monotonic() > self._told_at + KNOWN_S:
            self.forget()


def _as_kept(field: str, typed: str) -> str:
    """Read a field as a registration does, but by no rules of the body: what is known may be older."""
    return read(field, typed, Rules(date.max, partial_birth=True)).value


def _sendable(text: str) -> str:
    """Give what can be sent of a text that was typed or pasted."""
    return text[:_LONGEST].encode(errors="ignore").decode()


def _why_not(told: Told | None) -> str:
    return told.code if isinstance(told, NotTold) else "no_answer"
