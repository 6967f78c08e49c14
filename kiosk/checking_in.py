"""Checks in who has no code to show: by a card's number, as who was confirmed, or without any card."""

from collections.abc import Sequence
from typing import Final

from kiosk.descriptions import Descriptions
from kiosk.finding import Finding
from kiosk.notices import StaffDone
from kiosk.recorder import Record
from kiosk.rules.desk import by_number
from kiosk.wishes import ByHandWish, TogetherWish
from wire.asking import Dependant
from wire.card import CardError, CardIdentity
from wire.events import CardRef, Passage, Visit

MOST_AT_ONCE: Final = 20
"""So many may check in without a card by one wish."""
_NO_CARD_YET: Final = "none"
_CAME_ALONG: Final = "household"


class CheckingIn:
    """For the counter's thread, while one of the staff is in; all of it raises ``JournalError``."""

    def __init__(self, *, descriptions: Descriptions, finding: Finding, record: Record) -> None:
        self._descriptions = descriptions
        self._finding = finding
        self._record = record

    def by_hand(self, wish: ByHandWish, staff_id: str) -> StaffDone:
        """Check in the bearer of a card whose number was typed; or so many people without one."""
        if not wish.number.strip():
            if not 1 <= wish.count <= MOST_AT_ONCE:
                return _not_done("no_number")
            return self._recorded([(None, wish.reason)] * wish.count, staff_id)
        try:
            card = CardIdentity.parse(wish.number)
        except CardError:
            return _not_done("no_number")
        return self._bearer(by_number(card), staff_id)

    def confirmed(self, staff_id: str) -> StaffDone:
        """Check in who was confirmed last, by the card in force; without one where there is none."""
        person = self._finding.person
        if person is None:
            return _not_done("not_asked")
        if person.card is None:
            done = self._recorded([(None, _NO_CARD_YET)], staff_id)
        else:
            done = self._bearer(person.card, staff_id)
        if not done.code:
            self._finding.forget()
        return done

    def together(self, wish: TogetherWish, staff_id: str) -> StaffDone:
        """Check in these of the household that was told last."""
        household = self._finding.household(wish.members)
        if not household:
            return _not_done("not_asked")
        done = self._recorded([(self._card_of(each), _CAME_ALONG) for each in household], staff_id)
        if not done.code:
            self._finding.forget()
        return done

    def _bearer(self, card: CardRef, staff_id: str) -> StaffDone:
        desk = self._descriptions.desk
        code = desk.why_not_by_hand(CardIdentity.parse(card.identity)) if desk and not desk.closed else None
        return _not_done(code) if code else self._recorded([(card, "")], staff_id)

    def _card_of(self, dependant: Dependant) -> CardRef | None:
        """Give a dependant's card where it is taken here: who came along is there with or without it."""
        desk, card = self._descriptions.desk, dependant.card
        if desk is None or card is None or desk.why_not_by_hand(CardIdentity.parse(card.identity)):
            return None
        return card

    def _recorded(self, people: Sequence[tuple[CardRef | None, str]], staff_id: str) -> StaffDone:
        """Record a fact for each, by the card, or why there is none; all of them or none."""
        desk = self._descriptions.desk
        if desk is None or desk.closed:
            return _not_done("closed")
        facts: list[Visit | Passage] = [desk.by_hand(card, reason) for card, reason in people]
        self._record(facts, staff_id)
        return StaffDone("by_hand", count=len(facts))


def _not_done(code: str) -> StaffDone:
    return StaffDone("by_hand", code)
