"""Two members who are one: how they compare, whether they can be one, and what that one is."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Final, NamedTuple

import msgspec

from server.rules.members.enrolled import filled, may_depend, names_of
from server.rules.members.likely import born_alike
from server.rules.members.member import Member


class Agrees(StrEnum):
    """How two members compare in something."""

    SAME = "same"
    DIFFERENT = "different"
    ONE = "one"
    """Of one of them alone it is known."""
    NEITHER = "neither"


class Compared(NamedTuple):
    """One thing of two members: its name, and whether they agree. No values: who looks need not know them."""

    name: str
    agrees: Agrees


class Why(StrEnum):
    """Why two members cannot be made one."""

    NUMBERS = "numbers"
    NATIONAL_IDS = "national_ids"
    HOUSEHOLD = "household"
    RIGHTS = "rights"


_PLAIN: Final = ("phone", "email", "employee_number", "national_id", "category", "territory", "principal")


def compared(one: Member, other: Member) -> list[Compared]:
    """Compare two members, thing by thing."""
    found = [
        Compared("name_ar", _agree(sorted(names_of(one)[0]), sorted(names_of(other)[0]))),
        Compared("name_latin", _agree(sorted(names_of(one)[1]), sorted(names_of(other)[1]))),
        Compared("birth", _births(one.birth, other.birth)),
    ]
    return found + [Compared(name, _agree(getattr(one, name), getattr(other, name))) for name in _PLAIN]


def why_not(
    keep: Member, drop: Member, *, dropped_made_at: int, have_dependants: Sequence[bool]
) -> Why | None:
    """Say why two cannot be one; None where they can.

    ``have_dependants`` says it of the one that is kept and of the other; ``dropped_made_at`` is since when
    the other is known, ms UTC.
    """
    if _clash(keep.employee_number, drop.employee_number):
        return Why.NUMBERS
    if _clash(keep.national_id, drop.national_id):
        return Why.NATIONAL_IDS
    if not _may_be_one_household(keep, drop, have_dependants):
        return Why.HOUSEHOLD
    if keep.is_active != drop.is_active and not _came_back(keep, drop, dropped_made_at):
        return Why.RIGHTS
    return None


def merged(keep: Member, drop: Member) -> Member:
    """Give the one that two are: what is not known of the elder is filled in from the other."""
    after, _ = filled(keep, msgspec.structs.asdict(drop))
    return msgspec.structs.replace(
        after,
        kinds=keep.kinds | drop.kinds,
        principal=keep.principal or drop.principal,
        deactivated_at=None if drop.is_active else keep.deactivated_at,
    )


def _agree(one: object, other: object) -> Agrees:
    if not one and not other:
        return Agrees.NEITHER
    if not one or not other:
        return Agrees.ONE
    return Agrees.SAME if one == other else Agrees.DIFFERENT


def _births(one: str, other: str) -> Agrees:
    if one and other:
        return Agrees.SAME if born_alike(one, other) else Agrees.DIFFERENT
    return _agree(one, other)


def _clash(one: str, other: str) -> bool:
    return bool(one and other) and one != other


def _came_back(keep: Member, drop: Member, dropped_made_at: int) -> bool:
    """Say whether the elder had left, and staff have enrolled the same anew after that."""
    return keep.deactivated_at is not None and drop.is_active and keep.deactivated_at <= dropped_made_at


def _may_be_one_household(keep: Member, drop: Member, have_dependants: Sequence[bool]) -> bool:
    if drop.principal == keep.member or keep.principal == drop.member:
        return False
    if keep.principal and drop.principal and keep.principal != drop.principal:
        return False
    principal = keep.principal or drop.principal
    stand_in = Member(member=principal)
    return not principal or may_depend(keep, stand_in, has_dependants=any(have_dependants))
