"""Who stands behind the subjects of a tour: their cards, and whoever holds those."""

from collections.abc import Collection
from dataclasses import dataclass

from server.rules.members.member import Member
from server.store.audit_log import Transaction
from server.store.ledger import Ledger
from server.store.members import Members
from server.store.served import Served


@dataclass(frozen=True, slots=True)
class Holder:
    """Somebody behind a subject: a member, or the number of a card of which the holder is not known.

    ``subjects`` are all that the same one has in the tour.
    """

    member: Member | None
    card: str
    subjects: frozenset[int]

    @property
    def person(self) -> int:
        """What tells this one from others within the tour."""
        return min(self.subjects)


def bearers(connection: Transaction, body: str, cards: Collection[str]) -> dict[str, Member | None]:
    """Give who holds these cards, None for those of nobody known; one of several of the same alone."""
    members = Members(connection, body)
    holder_of = members.holders(cards)
    known = members.get(set(holder_of.values()))
    found: dict[str, Member | None] = {}
    seen: set[str] = set()
    for card in sorted(cards):
        member = known.get(holder_of.get(card, ""))
        if member is None or member.member not in seen:
            found[card] = member
            seen.update({member.member} if member else ())
    return found


def holders_of(connection: Transaction, body: str, tour: str, subjects: Collection[int]) -> dict[int, Holder]:
    """Give who stands behind each of these subjects."""
    served, members, ledger = Served(connection, body), Members(connection, body), Ledger(connection, body)
    cards = served.cards(tour, subjects)
    holder_of = members.holders({card for listed in cards.values() for card in listed})
    known = members.get(set(holder_of.values()))
    cards_of = members.cards_of(known)
    subject_of = ledger.subjects(tour, {card for listed in cards_of.values() for card in listed})
    found = {}
    for subject in subjects:
        listed = cards.get(subject, [])
        ids = sorted({holder_of[card] for card in listed if holder_of.get(card) in known})
        others = {subject_of[card] for each in ids for card in cards_of.get(each, ()) if card in subject_of}
        member = known[ids[0]] if ids else None
        found[subject] = Holder(member, listed[-1] if listed else "", frozenset({subject, *others}))
    return found
