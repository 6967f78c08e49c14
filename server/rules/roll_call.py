"""Who of those invited to a session was there."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from server.rules.tour.invited import MEMBER_MARK


@dataclass(frozen=True, slots=True)
class RollCall:
    """A session's attendance.

    ``attended`` counts everybody who was there, ``invited`` those on the list, None where everyone
    was welcome. ``present`` and ``absent`` are of the list's cards, as their numbers; ``unmatched``
    counts those on the list who are known by their member's number alone, so that no scan shows them.
    """

    attended: int
    invited: int | None
    present: list[str]
    absent: list[str]
    unmatched: int

    @property
    def rate(self) -> float | None:
        """The share of the list that was there, 0 to 1; None where there is no list."""
        return round(len(self.present) / self.invited, 4) if self.invited else None


def cards_of(invitees: Sequence[str]) -> list[str]:
    """Give those of a list that are numbers of cards."""
    return [each for each in invitees if not each.startswith(MEMBER_MARK)]


def roll_call(
    attended: int,
    invitees: Sequence[str] | None,
    subjects: Mapping[str, int],
    were_there: Collection[int],
) -> RollCall:
    """Call the roll: ``subjects`` by card, as far as a card was ever seen; ``were_there`` of them."""
    if invitees is None:
        return RollCall(attended, None, [], [], 0)
    cards = cards_of(invitees)
    present = sorted(card for card in cards if card in subjects and subjects[card] in were_there)
    absent = sorted(set(cards).difference(present))
    return RollCall(attended, len(invitees), present, absent, len(invitees) - len(cards))
