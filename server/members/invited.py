"""Which cards those hold who are invited to sessions, as far as the server knows them as members.

A list names a member's number by its keyed hash, or a card that may be lost by now; kiosks and the
roll-call see cards alone. So a fair's setup has, beside each invitee, the cards of that member. It is
looked at again whenever a card is linked, a number changes, or a tour is loaded.
"""

from collections.abc import Collection, Iterable

from server.rules.members.member import Member
from server.rules.tour.invited import is_card, mark_of
from server.store.audit_log import Transaction
from server.store.members import Members
from wire.setup import Setup


class Invited:
    """The invitees of one body, in the caller's transaction. ``key`` is that of the hashes of numbers."""

    def __init__(self, connection: Transaction, body: str, key: bytes) -> None:
        self._members = Members(connection, body)
        self._key = key

    def cards_of_listed(self, invitees: Collection[str]) -> dict[str, list[str]]:
        """Give the cards of those on a list, as an organizer has written it, by how a setup names them."""
        holders = self._members.holders({each for each in invitees if is_card(each)})
        found = list(self._members.get(set(holders.values())).values())
        found += self._members.by_number({each for each in invitees if not is_card(each)}).values()
        return self.cards_of(found)

    def cards_of(self, members: Iterable[Member], former: Collection[str] = ()) -> dict[str, list[str]]:
        """Give the cards of these members by every name that a list may have for them.

        ``former`` are numbers and cards that were somebody's: nobody's cards stand beside those.
        """
        found: dict[str, list[str]] = {mark_of(each, self._key): [] for each in former}
        numbers = {member.member: member.employee_number for member in members}
        for member, held in self._members.cards_of(numbers).items():
            cards = sorted(held)
            if number := numbers[member]:
                found[mark_of(number, self._key)] = cards
            found.update({card: [other for other in cards if other != card] for card in cards})
        return found


def with_cards(setup: Setup, cards: dict[str, list[str]]) -> dict[str, list[str]]:
    """Give the cards that stand beside a setup's invitees, now that some are known to be these."""
    invited = {who for listed in setup.invitees.values() for who in listed}
    return {who: held for who, held in {**setup.known_cards, **cards}.items() if held and who in invited}
