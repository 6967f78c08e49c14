"""Who of those invited to a session was there."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from server.rules.tour.invited import MEMBER_MARK


@dataclass(frozen=True, slots=True)
class Invitee:
    """Somebody who is invited, once, however often the list has them: ``cards`` are all that are known.

    ``listed`` is how the list has them first: a card's number, or a member's hash.
    """

    listed: str
    cards: frozenset[str]

    @property
    def name(self) -> str:
        """A card's number where one is known, the one on the list before others; else the hash."""
        return self.listed if not self.cards or self.listed in self.cards else min(self.cards)


@dataclass(frozen=True, slots=True)
class RollCall:
    """A session's attendance.

    ``attended`` counts everybody who was there, ``invited`` those on the list, None where everyone
    was welcome. Each of these is ``present`` or ``absent``, named by a card's number; who was invited by
    a member's number, and has no card that is known here, by that number's hash: ``unmatched`` counts
    those, whom no scan can show. ``past`` were invited and there, and nothing more is known of them: they
    were erased, or the time of such lists is over.
    """

    attended: int
    invited: int | None
    present: list[str]
    absent: list[str]
    unmatched: int
    past: int = 0

    @property
    def count(self) -> int:
        """How many of the list were there."""
        return len(self.present) + self.past

    @property
    def rate(self) -> float | None:
        """The share of the list that was there, 0 to 1; None where there is no list."""
        return round(self.count / self.invited, 4) if self.invited else None


def invitees_of(listed: Sequence[str], known_cards: Mapping[str, Sequence[str]]) -> list[Invitee]:
    """Give who is invited by a list, each once; ``known_cards`` by invitee are as in ``wire.setup``."""
    cards_of: dict[str, set[str]] = {}
    whose: dict[str, str] = {}
    for who in listed:
        cards = {*known_cards.get(who, ()), *([] if who.startswith(MEMBER_MARK) else [who])}
        # One card in common, and two entries are one person: a member's number, and a card of theirs.
        first = next((whose[card] for card in sorted(cards) if card in whose), who)
        cards_of.setdefault(first, set()).update(cards)
        whose.update(dict.fromkeys(cards, first))
    return [Invitee(who, frozenset(cards)) for who, cards in cards_of.items()]


def roll_call(
    attended: int,
    invitees: Sequence[Invitee] | None,
    subjects: Mapping[str, int],
    were_there: Collection[int],
    *,
    held: Collection[str] = (),
    past: tuple[int, int] = (0, 0),
) -> RollCall:
    """Call the roll: ``subjects`` by card, as far as a card was ever seen; ``were_there`` of them.

    ``held`` are cards that were there and have no subject any more; ``past`` counts who was invited, and
    there, of whom nothing else is known.
    """
    if invitees is None:
        return RollCall(attended, None, [], [], 0)
    there = {card for card, subject in subjects.items() if subject in were_there}.union(held)
    present = sorted(each.name for each in invitees if not there.isdisjoint(each.cards))
    absent = sorted(each.name for each in invitees if there.isdisjoint(each.cards))
    unmatched = sum(not each.cards for each in invitees)
    return RollCall(attended, len(invitees) + past[0], present, absent, unmatched, past[1])
