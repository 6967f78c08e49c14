"""What a breakdown may say outside of the body: no count from which a few people could be told.

Counts of 1 to 4 are not published. They stand together in one row, and where that row alone could be
taken apart (it is a single one, or their sum is still below five) the next smallest counts join them:
what is missing from the total is then always two counts or more, and five people or more.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

LEAST: Final = 5


class Row(NamedTuple):
    """One row of a breakdown: what was counted, by however many measures (visits, people).

    ``group`` names rows of which the sum is published elsewhere: the hours of a day, the booths of a
    sector. Rows of one group are protected among themselves.
    """

    key: str
    counts: tuple[int, ...]
    group: str = ""


@dataclass(frozen=True, slots=True)
class Together:
    """Rows of one group that are shown as one, with the sums of their counts.

    ``sums`` is None where not even the sum may be told: then the group says nothing at all.
    """

    group: str
    keys: tuple[str, ...]
    sums: tuple[int, ...] | None


@dataclass(frozen=True, slots=True)
class Published:
    """A breakdown as it may leave: rows in their order, and what stands together, group by group."""

    rows: tuple[Row, ...]
    together: tuple[Together, ...] = ()

    @property
    def hidden(self) -> dict[str, str]:
        """Whose rows are not shown by themselves, and in which group."""
        return {key: merged.group for merged in self.together for key in merged.keys}


def protected(rows: Iterable[Row]) -> Published:
    """Give a breakdown in which no count of 1 to 4 stands, and none can be had by subtracting."""
    all_rows = tuple(rows)
    groups: dict[str, list[Row]] = defaultdict(list)
    for row in all_rows:
        groups[row.group].append(row)
    together = [merged for group, of_group in groups.items() if (merged := _together(group, of_group))]
    hidden = {(merged.group, key) for merged in together for key in merged.keys}
    return Published(
        tuple(row for row in all_rows if (row.group, row.key) not in hidden),
        tuple(sorted(together, key=_by_group)),
    )


def is_small(count: int) -> bool:
    """Say whether a count is one of so few that it may not be told outside."""
    return 0 < count < LEAST


def told(part: int, whole: int) -> int | None:
    """Give a part of a published whole, or None where it, or what it leaves of the whole, is too small."""
    return None if is_small(part) or is_small(whole - part) else part


def _together(group: str, rows: Sequence[Row]) -> Together | None:
    hidden = [row for row in rows if any(map(is_small, row.counts))]
    if not hidden:
        return None
    # A count of nothing hides nobody.
    others = sorted(
        (row for row in rows if row not in hidden and any(row.counts)), key=lambda row: (row.counts, row.key)
    )
    while not _is_safe(hidden) and others:
        hidden.append(others.pop(0))
    keys = tuple(row.key for row in rows if row in hidden)
    return Together(group, keys, _sums(hidden) if _is_safe(hidden) else None)


def _is_safe(hidden: Sequence[Row]) -> bool:
    # One row alone never is: a count of its own is small.
    return not any(map(is_small, _sums(hidden)))


def _sums(rows: Sequence[Row]) -> tuple[int, ...]:
    return tuple(map(sum, zip(*(row.counts for row in rows), strict=True)))


def _by_group(merged: Together) -> str:
    return merged.group
