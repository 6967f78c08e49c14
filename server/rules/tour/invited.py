"""Who is invited, as it leaves the organizer's file: cards by number, members by a keyed hash."""

from collections.abc import Mapping, Sequence
from hashlib import blake2b

from server.rules.tour.sessions import CARD_NUMBER

MEMBER_MARK = "m:"
_PERSON = b"riwaq invitee"


def without_numbers(
    invitees: Mapping[str, Mapping[str, Sequence[str]]], key: bytes
) -> dict[str, dict[str, list[str]]]:
    """Give invitees, by fair and session, with each member's number as its hash; ``key`` is the server's."""
    return {
        fair: {session: [mark_of(number, key) for number in invited] for session, invited in sessions.items()}
        for fair, sessions in invitees.items()
    }


def is_card(invitee: str) -> bool:
    """Say whether an invitee is named by a card's number; if not, by a member's."""
    return CARD_NUMBER.fullmatch(invitee) is not None


def mark_of(number: str, key: bytes) -> str:
    """Give how a setup names an invitee: a card by its number, a member by the number's hash."""
    if is_card(number):
        return number
    return MEMBER_MARK + blake2b(number.encode(), digest_size=16, key=key[:64], person=_PERSON).hexdigest()
