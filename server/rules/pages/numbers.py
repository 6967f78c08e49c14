"""The numbers that live pages are made of, as their readers give them: counts, ids and names by language."""

from dataclasses import dataclass

from wire.described import Names


@dataclass(frozen=True, slots=True)
class Numbers:
    """Visits, and how many people."""

    visits: int = 0
    attendance: int = 0


@dataclass(frozen=True, slots=True)
class DayNumbers:
    """What a local day came to; first-timers are those who had not been at the tour before."""

    visits: int = 0
    attendance: int = 0
    registrations: int = 0
    first_timers: int = 0


@dataclass(frozen=True, slots=True)
class BoothNumbers:
    """A booth and what it came to; ``own`` is the body's. One that is described no more has no names.

    ``kind`` is one of ``wire.programme.BOOTH_KINDS``: at doors there are no visits.
    """

    id: str
    names: Names
    own: bool
    sector: str
    kind: str
    visits: int
    attendance: int

    @property
    def is_ranked(self) -> bool:
        """Say whether it stands in the order of booths."""
        return self.kind == "booth" or self.visits > 0


@dataclass(frozen=True, slots=True)
class TerritoryNumbers:
    """Where people come from, by what their cards hold: ``none`` is of cards that hold nothing."""

    id: str
    names: Names
    visits: int
    attendance: int


@dataclass(frozen=True, slots=True)
class Slot:
    """Who passed the doors in ten minutes; ``at`` is when they began, ``2024-12-28T09:10Z``."""

    at: str
    entries: int
    exits: int


@dataclass(frozen=True, slots=True)
class ScanMinute:
    """How many codes were scanned at a booth in a minute, which is counted since 1970, UTC."""

    booth: str
    minute: int
    scans: int


@dataclass(frozen=True, slots=True)
class OfferNumbers:
    """An offer: sign-ups that hold, that were withdrawn, and of which nobody knows which came last."""

    id: str
    names: Names
    sign_ups: int
    withdrawn: int
    in_doubt: int
