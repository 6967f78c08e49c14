"""What is kept of a member. Names in Arabic and in Latin letters are two fields; neither makes the other."""

import re
from enum import IntFlag
from hashlib import blake2b
from typing import Final

import msgspec

from wire.card import Category

MEMBER_ID: Final = re.compile(r"[0-9a-f]{16}", re.ASCII)
DEFAULT_LANGUAGE: Final = "ar"
_PERSON: Final = b"riwaq likeness"


class Kind(IntFlag):
    """What a contact is to the body; one may be several."""

    MEMBER = 1
    BENEFICIARY = 2
    DONOR = 4
    PARTNER = 8


class MemberRules(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a body says of its members, in ``[members]`` of its tour.

    ``employee_number`` is a pattern that the whole number follows, empty for any; ``national_id`` is the
    number of the CNDP's authorisation to keep them, empty where none may be kept.
    """

    employee_number: str = ""
    national_id: str = ""


class Member(msgspec.Struct, frozen=True, kw_only=True):
    """A person whom a body knows.

    ``member`` is drawn by chance, 16 hex digits; ``principal`` is another's, empty for none. ``birth`` is
    ISO, perhaps in part (``1960``, ``1960-05``); ``phone`` E.164; ``territory`` an id of the body's, or a
    commune's code. Of a national id a keyed hash (32 hex digits) and its last three characters are kept.
    ``deactivated_at`` is in ms UTC.
    """

    member: str
    name_ar: str = ""
    name_latin: str = ""
    category: int = int(Category.OTHER)
    principal: str = ""
    birth: str = ""
    employee_number: str = ""
    phone: str = ""
    email: str = ""
    territory: str = ""
    language: str = DEFAULT_LANGUAGE
    kinds: int = int(Kind.MEMBER)
    national_id: str = ""
    national_tail: str = ""
    deactivated_at: int | None = None

    @property
    def is_active(self) -> bool:
        """Whether the member still has what members have."""
        return self.deactivated_at is None

    @property
    def likeness(self) -> int | None:
        """What tells one who has no employee number from others, 63 bits; None for who has one."""
        if self.employee_number:
            return None
        said = (self.name_ar, self.name_latin, self.birth, self.principal, self.phone, self.email)
        digest = blake2b("\x1f".join(said).encode(), digest_size=8, person=_PERSON).digest()
        return int.from_bytes(digest, "big") >> 1


def kind_names(kinds: int) -> list[str]:
    """Name the kinds of a contact: ``["member", "donor"]``."""
    return [str(kind.name).lower() for kind in Kind if kind & kinds]
