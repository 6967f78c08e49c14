"""What pages tell of single members: who was found, masked; and one in full."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from server.rules.members.confirming import shown_birth, shown_phone
from server.rules.members.masking import masked
from server.rules.members.member import Member
from wire.described import Names

MOST_FOUND: Final = 20
"""So many are told of a search: pages list nobody."""
MOST_TEXT: Final = 200


@dataclass(frozen=True, slots=True)
class MemberFound:
    """Somebody who may be meant: masked, ``birth`` a year and ``phone`` two digits, empty where unknown."""

    member: str
    name_ar: str
    name_latin: str
    category: int
    birth: str
    phone: str
    place: Names
    is_active: bool
    has_card: bool


@dataclass(frozen=True, slots=True)
class MembersFound:
    """Who was found, at most :data:`MOST_FOUND`; ``more`` where there may be others."""

    found: list[MemberFound]
    more: bool
    categories: dict[str, Names]


@dataclass(frozen=True, slots=True)
class MemberCard:
    """A card; what is not known of it is empty, moments are ms UTC, days ISO."""

    card: str
    issued_at: int | None
    valid_from: str
    valid_to: str
    revoked_at: int | None
    reason: str


@dataclass(frozen=True, slots=True)
class MemberConsent:
    """To what a member has agreed at a registration; ``texts`` are those of that version, if still known."""

    consent: str
    version: int
    language: str
    at: int
    texts: Names


@dataclass(frozen=True, slots=True)
class MemberSeen:
    """One member. ``household`` are those of it whom this account may see, the principal first."""

    member: Member
    place: Names
    made_at: int
    changed_at: int
    household: list[Member]
    cards: list[MemberCard]
    consents: list[MemberConsent]
    categories: dict[str, Names]
    zone: str


def found_of(member: Member, place: Names, *, has_card: bool) -> MemberFound:
    """Mask somebody who was found."""
    return MemberFound(
        member=member.member,
        name_ar=masked(member.name_ar),
        name_latin=masked(member.name_latin),
        category=member.category,
        birth=shown_birth(member),
        phone=shown_phone(member),
        place=place,
        is_active=member.is_active,
        has_card=has_card,
    )


def cards_of(rows: Sequence[MemberCard]) -> list[MemberCard]:
    """Give cards, the newest first."""
    return sorted(rows, key=lambda row: (row.issued_at or 0, row.card), reverse=True)
