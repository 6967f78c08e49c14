"""Another card for a member, and cards that are refused from now on.

A card that is revoked here is refused here at once, with or without a network; the other kiosks hear
of it from the server.
"""

from collections.abc import Iterable, Iterator
from typing import Final

from kiosk.clock import Clock
from kiosk.descriptions import Descriptions
from kiosk.finding import Finding
from kiosk.issuing import Issuing, NotDoneError
from kiosk.notices import Reissued, StaffDone
from kiosk.recorder import Record
from kiosk.rules.desk import by_number
from kiosk.wishes import ReissueWish, RevokeWish
from wire.asking import Person
from wire.card import CardError, CardIdentity, Category, RefusalCode
from wire.events import CardRef, CardRevoked, Event, Reissue

_WHY_ANOTHER: Final = frozenset({"lost", "stolen", "damaged"})
_WHY_REFUSED: Final = frozenset({"lost", "stolen"})
_OTHER: Final = "other"


def revoked_in(events: Iterable[Event]) -> Iterator[CardIdentity]:
    """Give the cards that are revoked by these events."""
    for event in events:
        match event.fact:
            case Reissue(replaces=number) if number:
                yield CardIdentity.parse(number)
            case CardRevoked(card=number):
                yield CardIdentity.parse(number)


class Replacing:
    """For the counter's thread, while one of the staff is in; all of it raises ``JournalError``."""

    def __init__(
        self,
        *,
        descriptions: Descriptions,
        clock: Clock,
        finding: Finding,
        issuing: Issuing,
        record: Record,
    ) -> None:
        self._descriptions = descriptions
        self._clock = clock
        self._finding = finding
        self._issuing = issuing
        self._record = record

    def reissue(self, wish: ReissueWish, staff_id: str) -> Reissued | StaffDone:
        """Make another card for who was confirmed last; the one in force is refused from now on."""
        programme, desk = self._descriptions.programme, self._descriptions.desk
        if programme is None or desk is None or desk.closed:
            return StaffDone("reissue", "closed")
        person = self._finding.person
        if person is None:
            return StaffDone("reissue", "not_asked")
        if person.card is not None and self._opens_this_menu(person.card, staff_id):
            return StaffDone("reissue", "staff_card")
        try:
            card, token = self._issuing.make(
                programme,
                category=person.category,
                territory=person.territory,
                language=person.language,
                today=desk.day(self._clock.read()),
            )
        except NotDoneError as problem:
            return StaffDone("reissue", problem.code)
        fact = Reissue(
            card=CardRef.of(card),
            replaces=person.card.identity if person.card else "",
            valid_from=card.valid_from,
            valid_to=card.valid_to,
            reason=wish.reason if wish.reason in _WHY_ANOTHER else _OTHER,
            member=person.member,
        )
        self._record([fact], staff_id)
        if person.card is not None:
            self._descriptions.refuse([CardIdentity.parse(person.card.identity)])
        self._finding.forget()
        return Reissued(
            str(card.identity),
            token,
            card.valid_to,
            _category(person),
            person.name_ar,
            person.name_latin,
            can_print=self._issuing.can_print,
        )

    def revoke(self, wish: RevokeWish, staff_id: str) -> StaffDone:
        """Refuse a card from now on: that of who was confirmed last, or one whose number was typed."""
        desk = self._descriptions.desk
        if desk is None or desk.closed:
            return StaffDone("revoke", "closed")
        typed = bool(wish.number.strip())
        found = _typed(wish.number) if typed else self._of_who_was_confirmed()
        if isinstance(found, str):
            return StaffDone("revoke", found)
        if self._opens_this_menu(found, staff_id):
            return StaffDone("revoke", "staff_card")
        card = CardIdentity.parse(found.identity)
        code = desk.why_not_by_hand(card)
        # What the server knows as a card in force may be one that only another fair's kiosks take.
        if code and (typed or code is not RefusalCode.UNKNOWN_KEY):
            return StaffDone("revoke", code)
        reason = wish.reason if wish.reason in _WHY_REFUSED else _OTHER
        self._record([CardRevoked(card=str(card), reason=reason)], staff_id)
        self._descriptions.refuse([card])
        if not typed:
            self._finding.forget()
        return StaffDone("revoke", count=1)

    def _of_who_was_confirmed(self) -> CardRef | str:
        person = self._finding.person
        if person is None:
            return "not_asked"
        return person.card or "no_card"

    def _opens_this_menu(self, card: CardRef, staff_id: str) -> bool:
        """Say whether it is a staff card, which the organizers alone revoke."""
        known = self._descriptions.staff_id(CardIdentity.parse(card.identity))
        return card.category == Category.STAFF or known == staff_id or known != card.identity


def _category(person: Person) -> str:
    """Give a category's id; that of nobody's where this program does not know it."""
    known = person.category in set(Category)
    return (Category(person.category) if known else Category.UNKNOWN).name.lower()


def _typed(number: str) -> CardRef | str:
    try:
        return by_number(CardIdentity.parse(number))
    except CardError:
        return "no_number"
