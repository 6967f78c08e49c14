"""Who is meant when somebody asks for the own data: a member, or the bearer of a card that is no member's."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from server.members.membership import Membership
from server.office import OfficeError
from server.rules.members.identifiers import employee_number
from server.rules.members.member import MEMBER_ID, Member
from server.rules.members.sheet import moment
from server.rules.members.texts import Unfit
from server.rules.person.marks import What, mark_of
from server.rules.reader import shown
from server.store.audit_log import Transaction
from server.store.erased import Erased
from server.store.ledger import Ledger
from server.store.members import Members
from server.store.person_held import HeldFact, PersonHeld
from server.store.registry import Registry
from wire.card import Category

_CARD: Final = re.compile(r"[0-9a-f]{4}-[0-9a-f]{14}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody: a member or not, and the numbers of all cards that were ever held."""

    member: Member | None = field(repr=False)
    cards: tuple[str, ...]

    def about(self, key: bytes) -> str:
        """Give by what the audit log names somebody: a member's number, or the beginning of a card's mark."""
        if self.member is not None:
            return self.member.member
        return mark_of(What.CARD, self.cards[0], key)[:16]

    @property
    def names(self) -> set[str]:
        """What else stands for somebody in what people have written down: cards, and a member's number."""
        return {*self.cards, *([self.member.member] if self.member else ())}


def find_person(connection: Transaction, membership: Membership, who: str) -> Person:
    """Give the one who is meant by a member's, an employee's or a card's number.

    Raises :class:`OfficeError` where there is nobody, or more than one.
    """
    body, text = membership.body, "".join(who.split()).lower()
    members, held = Members(connection, body), PersonHeld(connection, body)
    number = _number(who)
    found = members.get([text]) if MEMBER_ID.fullmatch(text) else {}
    found |= {each.member: each for each in members.by_number([number] if number else []).values()}
    if _CARD.fullmatch(text):
        found |= members.get(set(members.holders([text]).values()))
    if len(found) > 1:
        listed = ", ".join(sorted(found))
        raise OfficeError(f"{shown(who)} is the number of several members ({listed}): write one of these")
    for member in found.values():
        return Person(member, tuple(members.cards_of([member.member]).get(member.member, ())))
    if _CARD.fullmatch(text):
        _refuse_staff(connection, body, text)
        if held.knows_card(text):
            return Person(None, (text,))
    raise OfficeError(_nobody(connection, membership, who, [text, number]))


def facts_of(connection: Transaction, body: str, person: Person) -> list[HeldFact]:
    """Give everything that somebody did, at the fairs of every tour, and that was registered of somebody."""
    held = PersonHeld(connection, body)
    found: dict[int, HeldFact] = {}
    for tour, subjects in held.links(person.cards).items():
        found.update((fact.id, fact) for fact in held.facts(stops_of(connection, body, tour), subjects))
    found.update((fact.id, fact) for fact in held.events(events_of(connection, body, person)))
    return sorted(found.values(), key=lambda fact: (fact.at, fact.id))


def events_of(connection: Transaction, body: str, person: Person) -> set[str]:
    """Give the registrations, reissues and revocations of somebody, by their events' ids."""
    held = PersonHeld(connection, body)
    by_cards = held.events_of_cards(person.cards)
    member = person.member.member if person.member else ""
    return by_cards | {str(row["event_id"]) for row in held.enrolments(member, by_cards)}


def stops_of(connection: Transaction, body: str, tour: str) -> list[str]:
    """Give the fairs of a tour; one that was never loaded here is a fair, and a tour of its own."""
    fairs = [fair for fair, found in Ledger(connection, body).fairs().items() if found.tour == tour]
    return sorted(fairs) or [tour]


def _nobody(connection: Transaction, membership: Membership, who: str, texts: Sequence[str]) -> str:
    erased = Erased(connection, membership.body)
    text, number = texts
    marks = ((What.MEMBER, text), (What.CARD, text), (What.NUMBER, number))
    moments = [at for what, each in marks for at in erased.when(what, [each], membership.key).values()]
    if moments:
        return f"{shown(who)} was erased on {moment(max(moments))[:10]}: nothing is held any more"
    return (
        f"nobody has the number {shown(who)}: write a member's, an employee's or a card's number; "
        "riwaq-server members find NAME  gives them"
    )


def _refuse_staff(connection: Transaction, body: str, card: str) -> None:
    registry = Registry(connection, body)
    [issued] = PersonHeld(connection, body).cards([card])
    staff = [row.staff_id for row in registry.staff() if row.card == card]
    if staff or issued.category == Category.STAFF:
        raise OfficeError(
            f"{card} is a card of staff, whom  riwaq-server staff revoke {' '.join(staff) or 'ID'}  takes out"
        )


def _number(text: str) -> str:
    try:
        return employee_number("")(text)
    except Unfit:
        return ""
