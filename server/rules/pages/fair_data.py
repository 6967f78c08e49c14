"""What a fair's reader gives: the figures that ``riwaq-server stats`` has, with the names of things.

Everything here comes from kept figures and counts, so that reading it takes as long for ten million visits
as for ten thousand.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from server.rules.consents import IN_DOUBT, SIGN_UPS
from server.rules.fair import FairDefinition
from server.rules.figures import (
    BOOTH,
    CATEGORY,
    DAY,
    FIRST,
    HOUR,
    NO_SECTOR,
    SECTOR,
    TERRITORY,
    TOTAL,
    DayOf,
)
from server.rules.pages.numbers import BoothNumbers, DayNumbers, Numbers, ScanMinute, Slot, TerritoryNumbers
from server.rules.sentences import KioskNow
from server.rules.stats import Counts, Tallied, registered_by_day, territories_on_cards, territory_name
from server.rules.tallies import ENTRIES, EXITS, FACE, REGISTRATIONS, URGENT, heard
from wire.described import Names
from wire.programme import Booth

TOLD: Final = (SIGN_UPS, IN_DOUBT, FACE, URGENT, REGISTRATIONS)
"""The plain counts that a fair's page is made of, less those of doors."""


@dataclass(frozen=True, slots=True)
class FairData:
    """A fair at one moment. ``by_day`` has ISO days, ``by_hour`` hours in UTC, ``closed_at`` ms UTC.

    ``slots`` are of today's doors; ``has_doors`` says whether anything counts there. ``offers`` is how many
    there are; ``mean_face`` is of 5, None where nobody touched one. ``against`` is the day that somebody
    wants beside the one shown.
    """

    fair: str
    names: Names
    venue: Names
    timezone: str
    days: list[date]
    closed_at: int | None
    total: Numbers
    by_day: dict[str, DayNumbers]
    by_hour: dict[str, Numbers]
    booths: list[BoothNumbers]
    by_sector: dict[str, Numbers]
    by_category: dict[str, Numbers]
    territories: list[TerritoryNumbers]
    categories: dict[str, Names]
    registrations: int = 0
    first_timers: int = 0
    has_doors: bool = False
    slots: list[Slot] = field(default_factory=list)
    scans: list[ScanMinute] = field(default_factory=list)
    sign_ups: int = 0
    in_doubt: int = 0
    offers: int = 0
    feedback: int = 0
    mean_face: float | None = None
    urgent: int = 0
    kiosks: list[KioskNow] = field(default_factory=list)
    against: date | None = None


@dataclass(frozen=True, slots=True)
class Read:
    """What is kept of a fair: figures, plain counts, today's doors, scans of the last minutes."""

    figures: Counts
    tally: Tallied = field(default_factory=dict)
    passed: Tallied = field(default_factory=dict)
    scans: Sequence[tuple[str, int, int]] = ()


def fair_data(
    definition: FairDefinition,
    read: Read,
    day_of: DayOf,
    *,
    kiosks: Sequence[KioskNow] = (),
    closed_at: int | None = None,
    against: date | None = None,
) -> FairData:
    """Lay out what was read of a fair; ``day_of`` names its local days."""
    scopes = _by_scope(read.figures)
    began = {day: count.attendance for day, count in scopes.get(FIRST, {}).items()}
    registered = registered_by_day(read.tally, day_of)
    told = heard(read.tally)
    fair = definition.fair
    return FairData(
        fair=fair.id,
        names=fair.names,
        venue=fair.venue,
        timezone=fair.timezone,
        days=fair.days,
        closed_at=closed_at,
        total=scopes.get(TOTAL, {}).get("", Numbers()),
        by_day=_days(scopes.get(DAY, {}), registered, began),
        by_hour=scopes.get(HOUR, {}),
        booths=_booths(definition, scopes.get(BOOTH, {})),
        by_sector=scopes.get(SECTOR, {}),
        by_category=scopes.get(CATEGORY, {}),
        territories=_territories(definition, scopes.get(TERRITORY, {})),
        categories={each.id: each.names for each in definition.categories},
        registrations=sum(registered.values()),
        first_timers=sum(began.values()),
        has_doors=bool(read.passed) or any(booth.kind != "booth" for booth in definition.booths),
        slots=slots_of_doors(read.passed),
        scans=[ScanMinute(*each) for each in read.scans],
        sign_ups=_sum(read.tally, SIGN_UPS),
        in_doubt=_sum(read.tally, IN_DOUBT),
        offers=len(definition.offers),
        feedback=told.count,
        mean_face=told.mean_face,
        urgent=told.urgent,
        kiosks=list(kiosks),
        against=against,
    )


def slots_of_doors(passed: Tallied) -> list[Slot]:
    """Lay out who passed the doors, slot by slot."""
    return [
        Slot(slot, passed.get((ENTRIES, slot), 0), passed.get((EXITS, slot), 0))
        for slot in sorted({slot for _, slot in passed})
    ]


def _by_scope(figures: Counts) -> dict[str, dict[str, Numbers]]:
    found: dict[str, dict[str, Numbers]] = {}
    for (scope, key), counts in figures.items():
        found.setdefault(scope, {})[key] = Numbers(*counts)
    return found


def _days(
    counted: Mapping[str, Numbers], registered: Mapping[str, int], began: Mapping[str, int]
) -> dict[str, DayNumbers]:
    nothing = Numbers()
    days = {}
    for day in sorted({*counted, *registered, *began}):
        of_day = counted.get(day, nothing)
        days[day] = DayNumbers(of_day.visits, of_day.attendance, registered.get(day, 0), began.get(day, 0))
    return days


def _booths(definition: FairDefinition, counted: Mapping[str, Numbers]) -> list[BoothNumbers]:
    nothing = Numbers()
    described = {booth.id: booth for booth in definition.booths}
    # A booth that was taken out of the programme keeps its visits, under its id.
    gone = {
        key: Booth(id=key, names={}, partner=key, sector=NO_SECTOR)
        for key in sorted(counted.keys() - described)
    }
    found = []
    for key, booth in {**described, **gone}.items():
        count = counted.get(key, nothing)
        own = not booth.partner
        found.append(
            BoothNumbers(key, booth.names, own, booth.sector, booth.kind, count.visits, count.attendance)
        )
    return found


def _territories(definition: FairDefinition, counted: Mapping[str, Numbers]) -> list[TerritoryNumbers]:
    on_cards = territories_on_cards(definition.territories)
    names = {each.id: each.names for each in definition.territories if each.code}
    found: Iterable[tuple[str, Numbers]] = (
        (territory_name(code, on_cards), count) for code, count in counted.items()
    )
    return [
        TerritoryNumbers(name, names.get(name, {}), count.visits, count.attendance) for name, count in found
    ]


def _sum(tally: Tallied, scope: str) -> int:
    return sum(count for (found, _), count in tally.items() if found == scope)
