"""What a person must look at and decide: kinds, what may be decided, and what is impossible travel.

Nothing is dropped meanwhile, and no figure changes by itself. What may be decided of each kind::

    quarantined   looked-into    the kiosk is in order again: its flag goes, what clashed stays put aside
                  handed-on      somebody with the machine before them looks: the flag stays
    rejected      seen, handed-on
    unmade        seen, handed-on    of registrations that no member came of
    like          same           two members are one: see ``server.rules.members.merging``
                  two            they are two people, and nobody is asked again
    travel        shared         the card is used by several, or copied: it is to be revoked
                  fine           there is a reason
    withdrawn     withdrawn      a sign-up of which the order is in doubt stays withdrawn
                  confirmed      the member was asked and wants it: it holds, until it is withdrawn anew

A clash of the same id cannot be counted: nobody can tell which of the two happened, so the first that came
does, as everywhere. What a person can do is to have the machine looked at.

**Impossible travel** is the same subject, which is one card or several of one member, seen at two fairs of a
tour sooner than anybody gets from one to the other. How long that takes is taken from where the fairs lie:
nothing within one territory (or one that lies in the other), :data:`NEAR_MS` between two of which something
greater holds both (cities of a region), else :data:`FAR_MS`. Both clocks must have been measured: a kiosk
that is an hour off accuses nobody.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from enum import StrEnum
from itertools import combinations, pairwise
from types import MappingProxyType
from typing import Final, NamedTuple

NEAR_MS: Final = 20 * 60 * 1000
FAR_MS: Final = 45 * 60 * 1000
"""Between Casablanca and Rabat, the nearest of the large cities, the fastest train takes this long."""
LONGEST_REASON: Final = 200


class Kind(StrEnum):
    """Why somebody must look."""

    QUARANTINED = "quarantined"
    REJECTED = "rejected"
    UNMADE = "unmade"
    LIKE = "like"
    TRAVEL = "travel"
    WITHDRAWN = "withdrawn"


class Decision(StrEnum):
    """What somebody has decided."""

    LOOKED_INTO = "looked-into"
    HANDED_ON = "handed-on"
    SEEN = "seen"
    SAME = "same"
    TWO = "two"
    SHARED = "shared"
    FINE = "fine"
    WITHDRAWN = "withdrawn"
    CONFIRMED = "confirmed"


DECISIONS: Final[Mapping[Kind, tuple[Decision, ...]]] = MappingProxyType(
    {
        Kind.QUARANTINED: (Decision.LOOKED_INTO, Decision.HANDED_ON),
        Kind.REJECTED: (Decision.SEEN, Decision.HANDED_ON),
        Kind.UNMADE: (Decision.SEEN, Decision.HANDED_ON),
        Kind.LIKE: (Decision.SAME, Decision.TWO),
        Kind.TRAVEL: (Decision.SHARED, Decision.FINE),
        Kind.WITHDRAWN: (Decision.WITHDRAWN, Decision.CONFIRMED),
    }
)


class Lies(NamedTuple):
    """Where a fair lies: its territory, and with that all that it lies in. Empty where nobody has said."""

    territory: str
    within: Collection[str]


class Sighting(NamedTuple):
    """A fact that shows a subject at a fair; ``at`` is ms UTC, by a clock that was measured."""

    fact: int
    fair: str
    at: int


class Travel(NamedTuple):
    """Two sightings too close in time, the earlier first, and the ms that the way takes at least."""

    one: Sighting
    other: Sighting
    least: int

    @property
    def gap(self) -> int:
        """How long there was for the way, ms."""
        return self.other.at - self.one.at


def least_ms(one: Lies, other: Lies) -> int:
    """Say how long the way from one fair to the other takes at least; 0 where it may be none."""
    if not one.territory or not other.territory:
        return 0
    if one.territory in other.within or other.territory in one.within:
        return 0
    return FAR_MS if set(one.within).isdisjoint(other.within) else NEAR_MS


def travels(sightings: Iterable[Sighting], where: Mapping[str, Lies]) -> Iterator[Travel]:
    """Give, for each two fairs where one subject was, its closest sightings where they are too close."""
    by_fair: dict[str, list[Sighting]] = {}
    for sighting in sorted(sightings, key=lambda each: (each.at, each.fact)):
        by_fair.setdefault(sighting.fair, []).append(sighting)
    for one, other in combinations(sorted(by_fair), 2):
        if one not in where or other not in where:
            continue
        least = least_ms(where[one], where[other])
        if not least:
            continue
        first, second = _closest(by_fair[one], by_fair[other])
        if second.at - first.at < least:
            yield Travel(first, second, least)


def _closest(one: list[Sighting], other: list[Sighting]) -> tuple[Sighting, Sighting]:
    """Give the two that lie closest, the earlier first."""
    merged = sorted([*one, *other], key=lambda each: (each.at, each.fact))
    pairs = [(first, second) for first, second in pairwise(merged) if first.fair != second.fair]
    return min(pairs, key=lambda pair: pair[1].at - pair[0].at)


def likes_of(doubt: str) -> list[str]:
    """Read who may be the same, in what registering has noted: ``like:1f…,2e… differs:phone``."""
    for word in doubt.split():
        name, _, listed = word.partition(":")
        if name == "like":
            return [each for each in listed.split(",") if each]
    return []


def pair_key(one: str, other: str) -> str:
    """Name two members together, whichever came first."""
    return ":".join(sorted((one, other)))
