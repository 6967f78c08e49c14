"""What one fair's page shows, as numbers and codes; ``fair`` turns it into texts.

Beside the day shown stands another: the one that somebody chose, else the day before, which is the nearest
earlier day that counted anything.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from server.rules.fair import FairDefinition
from server.rules.pages.days import Hour, hours_beside, local_day, local_hour, shown_day
from server.rules.pages.fair_data import FairData
from server.rules.pages.numbers import BoothNumbers, DayNumbers, Numbers, Slot
from server.rules.scans import pace
from server.rules.sentences import Health, KioskNow, Sentence, sentence_of

Counts = tuple[int, int]
"""Visits and attendance."""
_WORST_FIRST: Final = (Health.BAD, Health.WATCH, Health.GOOD)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A fair at one moment: its description, figures by (scope, key), and kiosks.

    ``closed_at`` is when it was closed, ms UTC; None where it goes on.
    """

    definition: FairDefinition
    figures: Mapping[tuple[str, str], Counts]
    kiosks: Sequence[KioskNow]
    closed_at: int | None = None


@dataclass(frozen=True, slots=True)
class Measures:
    """What a monitoring system asks of a server: counters since its start, kiosks and totals by fair."""

    facts: Mapping[str, int]
    batches: int
    refused_messages: Mapping[str, int]
    dropped: int
    connected: bool
    kiosks: Sequence[tuple[str, KioskNow]]
    totals: Mapping[str, Counts]


@dataclass(frozen=True, slots=True)
class Standing:
    """A booth in its order; ``share`` is in percent of the first, ``pace`` in scans a minute."""

    booth: BoothNumbers
    share: int
    pace: float


@dataclass(frozen=True, slots=True)
class Inside:
    """How many are inside now, an estimate, and the most that there were today: when, as a slot's name."""

    now: int
    most: int
    most_at: str


@dataclass(frozen=True, slots=True)
class Board:
    """Everything on a fair's page. ``before`` is None where there is no other day that counts.

    ``inside`` is None where nothing counts at the doors, and on days that are over.
    ``connected`` and ``wiped`` count kiosks, ``waiting`` facts at them.
    """

    data: FairData
    day: date
    is_today: bool
    before: date | None
    shown: DayNumbers
    shown_before: DayNumbers
    hours: Sequence[Hour]
    booths: Sequence[Standing]
    inside: Inside | None
    kiosks: Sequence[tuple[KioskNow, Sentence]]
    connected: int
    wiped: int
    waiting: int
    now: int

    @property
    def day_number(self) -> int:
        """Say which day of the fair it is, from 1; 0 where it is none of them."""
        return self.data.days.index(self.day) + 1 if self.day in self.data.days else 0


def board_of(data: FairData, now: int) -> Board:
    """Lay out a fair's page at ``now``, ms UTC."""
    zone = data.timezone
    today = local_day(now, zone)
    counted = {date.fromisoformat(key) for key, each in data.by_day.items() if each.attendance or each.visits}
    day = shown_day(counted.union(data.days), today)
    before = data.against if data.against in counted - {day} else None
    before = before or max((other for other in counted if other < day), default=None)
    nothing = DayNumbers()
    kiosks = in_order(data.kiosks, now)
    visits = {hour: numbers.visits for hour, numbers in data.by_hour.items()}
    return Board(
        data=data,
        day=day,
        is_today=day == today,
        before=before,
        shown=data.by_day.get(day.isoformat(), nothing),
        shown_before=data.by_day.get(before.isoformat(), nothing) if before else nothing,
        hours=hours_beside(visits, zone, day, before, now if day == today else None),
        booths=standings(data, now),
        inside=inside_of(data.slots, zone, day) if data.has_doors and day == today else None,
        kiosks=kiosks,
        connected=sum(kiosk.connected(now) for kiosk in data.kiosks),
        wiped=sum(kiosk.wiped for kiosk in data.kiosks),
        waiting=sum(kiosk.waiting for kiosk in data.kiosks),
        now=now,
    )


def standings(data: FairData, now: int) -> list[Standing]:
    """Give the booths in the order of their visits; equal ones as the programme names them."""
    most = max((booth.visits for booth in data.booths), default=0) or 1
    paces = pace(((each.booth, each.minute, each.scans) for each in data.scans), now)
    return sorted(
        (Standing(each, round(100 * each.visits / most), paces.get(each.id, 0.0)) for each in data.booths),
        key=lambda standing: -standing.booth.visits,
    )


def inside_of(slots: Iterable[Slot], zone: str, day: date) -> Inside:
    """Estimate how many are inside after the slots of a local day: from 0, and never below."""
    inside = Inside(0, 0, "")
    for slot in slots:
        if local_hour(slot.at, zone)[0] == day:
            now = max(0, inside.now + slot.entries - slot.exits)
            most, at = (now, slot.at) if now > inside.most else (inside.most, inside.most_at)
            inside = Inside(now, most, at)
    return inside


def in_order(kiosks: Iterable[KioskNow], now: int) -> list[tuple[KioskNow, Sentence]]:
    """Give kiosks with what is to be said of them, those to look at first."""
    return sorted(
        ((kiosk, sentence_of(kiosk, now)) for kiosk in kiosks),
        key=lambda entry: (_WORST_FIRST.index(entry[1].health), entry[0].name),
    )


def top(counts: Mapping[str, Numbers]) -> list[tuple[str, Numbers]]:
    """Give counts in the order of people, then visits, then names."""
    return sorted(counts.items(), key=lambda entry: (-entry[1].attendance, -entry[1].visits, entry[0]))


def current_fair(definitions: Iterable[FairDefinition], now: int) -> str | None:
    """Choose whose page to open: a fair of today, else the last that began, else the next to come."""
    best: tuple[int, int, str] | None = None
    for definition in definitions:
        fair = definition.fair
        today = local_day(now, fair.timezone)
        if today in fair.days:
            rank = (0, 0, fair.id)
        elif min(fair.days) < today:
            rank = (1, min(abs((today - day).days) for day in fair.days if day < today), fair.id)
        else:
            rank = (2, (min(fair.days) - today).days, fair.id)
        best = min(best, rank) if best else rank
    return best[2] if best else None
