"""Whether a row of a list is somebody new, or whom it changes: by id, by employee number, by likeness."""

from dataclasses import dataclass, field
from enum import StrEnum

import msgspec

from server.rules.members.columns import Columns
from server.rules.members.households import Listed
from server.rules.members.member import Kind, Member
from server.rules.members.rows import Draft, Problem
from server.rules.reader import shown


class Outcome(StrEnum):
    """What becomes of a row."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Settled:
    """What becomes of a row: the member before and after; both are None where it is refused."""

    outcome: Outcome
    before: Member | None = None
    after: Member | None = None
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Known:
    """Whom the store knows of some rows, and the whole list."""

    by_id: dict[str, Member]
    by_number: dict[str, Member]
    by_likeness: dict[int, Member]
    listed: Listed
    with_dependants: set[str] = field(default_factory=set)

    def of(self, draft: Draft, likeness: int | None) -> Member | None:
        """Give whom a row means, if the store has anyone."""
        found = self.by_id.get(draft.values.get("member", ""))
        found = found or self.by_number.get(draft.values.get("employee_number", ""))
        return found or (self.by_likeness.get(likeness) if likeness is not None else None)


def settle(
    entry: int, draft: Draft, known: Known, *, fresh: str, columns: Columns, adds_kinds: bool = False
) -> Settled:
    """Say what becomes of a row whose fields are in order; ``fresh`` is the id of one who is new.

    ``adds_kinds``: somebody known stays what that one was to the body, besides what the list says.
    """
    values = draft.values
    given = values.get("member", "")
    before = known.of(draft, likeness_of(draft))
    wrong = _contradiction(entry, draft, known, before)
    if wrong is not None:
        column, what, instead = wrong
        return Settled(Outcome.REFUSED, problems=(Problem(columns.name_of(column), what, instead),))
    chosen = {**values, "member": before.member if before else given or fresh}
    if before and adds_kinds and "kinds" in chosen:
        chosen["kinds"] |= before.kinds
    after = msgspec.structs.replace(before, **chosen) if before else Member(**chosen)
    if before == after:
        return Settled(Outcome.SAME, before, after)
    return Settled(Outcome.CHANGED if before else Outcome.NEW, before, after)


def likeness_of(draft: Draft) -> int | None:
    """Give what tells a row without any number of its own from others."""
    return None if draft.values.get("member") else Member(member="", **draft.values).likeness


def _contradiction(entry: int, draft: Draft, known: Known, before: Member | None) -> Problem | None:
    """Say what of a row goes against the store or the list; its column is that of a field."""
    values = draft.values
    if before is None:
        if "category" in values or not values.get("kinds", Kind.MEMBER) & Kind.MEMBER:
            return None
        return Problem(
            "category", "a new member has a category, and no column holds one", "add a column category"
        )
    number = values.get("employee_number", "")
    owner = known.by_number.get(number)
    if owner and owner.member != before.member:
        what = f"{shown(number)} is the number of member {owner.member}"
        return Problem("employee_number", what, "correct one of the two")
    other = known.listed.by_id.get(before.member, entry)
    if other != entry:
        what = f"row {known.listed.rows[other]} is about the same member, {before.member}"
        return Problem("employee_number" if number else "name_ar", what, "keep one of the two rows")
    return _household(values.get("principal"), before, known)


def _household(principal: str | None, before: Member, known: Known) -> Problem | None:
    """Say why somebody known cannot become this one's dependant."""
    if principal == before.member:
        return Problem("principal", "nobody is their own dependant", "leave the cell of a principal empty")
    if principal and before.member in known.with_dependants:
        what = "this member has dependants"
        return Problem("principal", what, "give those another principal first, or leave this empty")
    return None
