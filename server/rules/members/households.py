"""Who is whose dependant within one list, whatever the order of its rows.

A household is a principal and the dependants, one step deep: who has dependants is nobody's own.
"""

from collections.abc import Sequence
from typing import NamedTuple

from server.rules.members.texts import Unfit
from server.rules.reader import shown


class Listed(NamedTuple):
    """A list by its entries from 0: their rows' numbers, and by whom each names itself a dependant."""

    rows: Sequence[int]
    by_id: dict[str, int]
    by_number: dict[str, int]
    refs: dict[int, str]

    def entry_of(self, ref: str) -> int | None:
        """Find the entry that a dependant names, by member's id or employee number."""
        found = self.by_id.get(ref)
        return self.by_number.get(ref) if found is None else found


def principal_in_list(listed: Listed, entry: int) -> int | None:
    """Give the entry whose dependant this one is, None where the list lacks it; raises :class:`Unfit`."""
    ref = listed.refs[entry]
    principal = listed.entry_of(ref)
    if principal is None:
        return None
    if principal in listed.refs:
        raise _not_principal(listed, entry, principal)
    return principal


def _not_principal(listed: Listed, entry: int, principal: int) -> Unfit:
    seen: list[int] = [entry]
    at: int | None = principal
    while at is not None and at in listed.refs and at not in seen:
        seen.append(at)
        at = listed.entry_of(listed.refs[at])
    if at == entry:
        rows = " → ".join(str(listed.rows[each]) for each in (*seen, entry))
        return Unfit(f"the principals go in a circle: row {rows}", "leave the principal's own cell empty")
    return Unfit(
        f"{shown(listed.refs[entry])} (row {listed.rows[principal]}) is a dependant, too",
        "write the number of the one whose rights these are",
    )
