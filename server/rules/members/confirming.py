"""By what a second field says who somebody is: compared as it is kept, never by a part of it."""

from collections.abc import Callable, Collection
from datetime import date
from typing import Final

from server.rules.members import identifiers
from server.rules.members.member import Member
from server.rules.members.texts import Unfit

FIELDS: Final = ("phone", "birth", "employee_number")
_YEAR: Final = 4
_SHOWN_OF_PHONE: Final = 2


def ways(member: Member, asked: Collection[str]) -> list[str]:
    """Name the fields by which a member may be confirmed: what is known, and was not asked about."""
    return [field for field in FIELDS if getattr(member, field) and field not in asked]


def fits(member: Member, field: str, value: str, today: date) -> bool:
    """Say whether a value is what is kept. A birth known in part is confirmed by that part alone."""
    readers: dict[str, Callable[[str], str]] = {
        "phone": identifiers.e164,
        "birth": identifiers.birth(today),
        "employee_number": identifiers.employee_number(""),
    }
    if field not in readers:
        return False
    try:
        kept: str = getattr(member, field)
        return readers[field](value) == kept
    except Unfit:
        return False


def shown_birth(member: Member) -> str:
    """Give the year that may be shown; nothing where the year is all that is known, and so confirms."""
    return member.birth[:_YEAR] if len(member.birth) > _YEAR else ""


def shown_phone(member: Member) -> str:
    """Give the digits that may be shown."""
    return member.phone[-_SHOWN_OF_PHONE:]
