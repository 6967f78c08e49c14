"""Who is likely the same as somebody about to be registered, by what a form says."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Final, NamedTuple

from server.rules.members import identifiers
from server.rules.members.member import Member
from server.rules.members.texts import Unfit
from wire.folding import folded

FIELDS: Final = ("names", "phone", "employee_number")
"""What may be the same, as ``wire.asking.Match`` names it."""


class Wanted(NamedTuple):
    """Somebody asked about, as members are kept; the names' words folded. What is not known is empty."""

    arabic: tuple[str, ...] = ()
    latin: tuple[str, ...] = ()
    phone: str = ""
    employee_number: str = ""
    birth: str = ""


def wanted_of(fields: Mapping[str, str], today: date) -> Wanted:
    """Read a form's fields; what cannot be read says nothing."""
    readers = {
        "phone": identifiers.e164,
        "employee_number": identifiers.employee_number(""),
        "birth": identifiers.birth(today),
    }
    read = {}
    for field, reader in readers.items():
        try:
            read[field] = reader(fields.get(field, ""))
        except Unfit:
            read[field] = ""
    arabic, latin = (tuple(folded(fields.get(field, "")).split()) for field in ("name_ar", "name_latin"))
    return Wanted(arabic=arabic, latin=latin, **read)


def same_as(wanted: Wanted, member: Member) -> list[str]:
    """Name what is the same of a member, nothing where it is somebody else.

    Names are the same by all their words, in one of the scripts. They alone mean nobody whose birth
    contradicts: there are thousands of محمد العلوي.
    """
    names = _named(wanted.arabic, member.name_ar) or _named(wanted.latin, member.name_latin)
    equal = (
        names,
        wanted.phone != "" and wanted.phone == member.phone,
        wanted.employee_number != "" and wanted.employee_number == member.employee_number,
    )
    same = [field for field, is_equal in zip(FIELDS, equal, strict=True) if is_equal]
    return [] if same == ["names"] and not born_alike(wanted.birth, member.birth) else same


def born_alike(one: str, other: str) -> bool:
    """Say whether two births may be one, as far as both are known: ``1960`` and ``1960-05`` may."""
    parts = list(zip(one.split("-"), other.split("-"), strict=False))
    return not (one and other) or all(mine == yours for mine, yours in parts)


def likeliest(wanted: Wanted, members: Iterable[Member]) -> list[tuple[Member, list[str]]]:
    """Give who is likely the same and by what, those with more in common first."""
    found = {each.member: (each, same) for each in members if (same := same_as(wanted, each))}

    def rank(match: tuple[Member, list[str]]) -> tuple[int, bool, bool, str]:
        member, same = match
        is_born_so = bool(wanted.birth and member.birth) and born_alike(wanted.birth, member.birth)
        # Nobody shares an employee's number; a family may share a phone.
        return -len(same), FIELDS[2] not in same, not is_born_so, member.member

    return sorted(found.values(), key=rank)


def _named(words: tuple[str, ...], name: str) -> bool:
    return bool(words and name) and sorted(words) == sorted(folded(name).split())
