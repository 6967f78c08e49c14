"""What is read for the pages of exceptions: what a person must look at, and what was decided."""

from dataclasses import dataclass, field
from typing import Final

import msgspec

from server.rules.exceptions import Decision, Kind
from wire.described import Names

MOST_SHOWN: Final = 50
"""Of each kind; of more it is said how many there are."""
MOST_DECIDED: Final = 100


class Happened(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A fact that bears on an exception; ``kind`` is empty where it cannot be read, ``at`` is ms UTC."""

    at: int = 0
    kind: str = ""
    fair: str = ""
    booth: str = ""
    is_measured: bool = False


class Person(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Somebody, as far as one may see before it is decided who that is: names are masked."""

    name_ar: str = ""
    name_latin: str = ""
    category: str = ""
    cards: int = 0
    known_since: int = 0
    is_active: bool = True


class Item(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One exception. ``at`` is when it was last added to, ``since`` when it began, ms UTC.

    ``happened`` are facts: of a kiosk some that clash; of a travel the two; of a withdrawal the sign-up, then
    what was withdrawn. ``agrees`` says of two people thing by thing whether they are the same.
    """

    kind: Kind
    key: str
    fair: str
    at: int
    since: int = 0
    count: int = 1
    kiosk: str = ""
    device: str = ""
    reason: str = ""
    offer: str = ""
    category: str = ""
    least_ms: int = 0
    happened: list[Happened] = []
    people: list[Person] = []
    agrees: dict[str, str] = {}
    members: list[str] = []
    cards: list[str] = []

    @property
    def fairs(self) -> set[str]:
        """The fairs that it is about."""
        return {self.fair, *(each.fair for each in self.happened if each.fair)}

    @property
    def kept(self) -> "Item":
        """What may be kept of it once it is decided: no name, no card."""
        return msgspec.structs.replace(self, people=[], cards=[])


@dataclass(frozen=True, slots=True)
class DecidedItem:
    """An exception as it was when somebody decided; ``who`` is an account's name, ``at`` ms UTC."""

    item: Item
    decision: Decision
    reason: str = field(repr=False)
    who: str = ""
    at: int = 0


@dataclass(frozen=True, slots=True)
class FairNames:
    """What the exceptions of a fair are named by."""

    names: Names
    zone: str
    booths: dict[str, Names]
    offers: dict[str, Names]
    categories: dict[str, Names]


@dataclass(frozen=True, slots=True)
class ExceptionsSeen:
    """The exceptions of a fair (``fair`` is its id), or of all that somebody may see (empty)."""

    fair: str
    fairs: dict[str, FairNames]
    counts: dict[str, int]
    waiting: list[Item]
    decided: list[DecidedItem]


@dataclass(frozen=True, slots=True)
class ExceptionSeen:
    """One exception; ``decided`` is what somebody has said of it."""

    fair: str
    fairs: dict[str, FairNames]
    item: Item
    may_decide: bool
    decided: DecidedItem | None = None
