"""What one fair's page shows, as numbers and codes; ``wording`` turns it into texts.

The day shown is today where the fair has one today, else the last day it had. Beside it
stands the day before: the nearest earlier day that counted anything. Hours are kept in UTC,
and stand under the local hour at which somebody in the hall would look for them.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Final

from server.rules.fair import FairDefinition
from server.rules.figures import BOOTH, DAY, HOUR, TOTAL
from server.rules.sentences import Health, KioskNow, Sentence, sentence_of
from wire.programme import Booth
from wire.zones import zone_of

Counts = tuple[int, int]
"""Visits and attendance."""
_NONE: Final = (0, 0)
_HOUR_MIN: Final = 60
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
class Hour:
    """Visits of an hour, ``minute`` being its start in the local day; None where it did not come yet."""

    minute: int
    shown: int | None
    before: int | None


@dataclass(frozen=True, slots=True)
class Standing:
    """A booth and its visits; ``share`` is in percent of the first in order."""

    booth: Booth
    visits: int
    attendance: int
    share: int


@dataclass(frozen=True, slots=True)
class Board:
    """Everything on a fair's page. ``before`` is None on the first day that counts.

    ``connected`` and ``wiped`` count kiosks, ``waiting`` facts at them; ``closed_at`` is ms UTC.
    """

    definition: FairDefinition
    day: date
    is_today: bool
    before: date | None
    shown: Counts
    shown_before: Counts
    total: Counts
    hours: Sequence[Hour]
    booths: Sequence[Standing]
    kiosks: Sequence[tuple[KioskNow, Sentence]]
    connected: int
    wiped: int
    waiting: int
    now: int
    closed_at: int | None = None

    @property
    def day_number(self) -> int:
        """Say which day of the fair it is, from 1; 0 where it is none of them."""
        days = self.definition.fair.days
        return days.index(self.day) + 1 if self.day in days else 0


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


def board_of(snapshot: Snapshot, now: int) -> Board:
    """Lay out a fair's page at ``now``, ms UTC."""
    definition, figures = snapshot.definition, snapshot.figures
    zone = definition.fair.timezone
    today = _local_day(now, zone)
    counted = {date.fromisoformat(key) for scope, key in figures if scope == DAY}
    day = _shown_day(counted.union(definition.fair.days), today)
    before = max((other for other in counted if other < day), default=None)
    kiosks = sorted(
        ((kiosk, sentence_of(kiosk, now)) for kiosk in snapshot.kiosks),
        key=lambda entry: (_WORST_FIRST.index(entry[1].health), entry[0].name),
    )
    return Board(
        definition=definition,
        day=day,
        is_today=day == today,
        before=before,
        shown=figures.get((DAY, day.isoformat()), _NONE),
        shown_before=figures.get((DAY, before.isoformat()), _NONE) if before else _NONE,
        total=figures.get((TOTAL, ""), _NONE),
        hours=_hours(figures, zone, day, before, now if day == today else None),
        booths=_standings(definition.booths, figures),
        kiosks=kiosks,
        connected=sum(kiosk.connected(now) for kiosk in snapshot.kiosks),
        wiped=sum(kiosk.wiped for kiosk in snapshot.kiosks),
        waiting=sum(kiosk.waiting for kiosk in snapshot.kiosks),
        now=now,
        closed_at=snapshot.closed_at,
    )


def current_fair(definitions: Iterable[FairDefinition], now: int) -> str | None:
    """Choose whose page to open: a fair of today, else the last that began, else the next to come."""
    best: tuple[int, int, str] | None = None
    for definition in definitions:
        fair = definition.fair
        today = _local_day(now, fair.timezone)
        if today in fair.days:
            rank = (0, 0, fair.id)
        elif min(fair.days) < today:
            rank = (1, min(abs((today - day).days) for day in fair.days if day < today), fair.id)
        else:
            rank = (2, (min(fair.days) - today).days, fair.id)
        best = min(best, rank) if best else rank
    return best[2] if best else None


def _shown_day(days: Iterable[date], today: date) -> date:
    ordered = sorted(days)
    return max((day for day in ordered if day <= today), default=ordered[0] if ordered else today)


def _hours(
    figures: Mapping[tuple[str, str], Counts], zone: str, day: date, before: date | None, now: int | None
) -> list[Hour]:
    shown: dict[int, int] = {}
    earlier: dict[int, int] = {}
    for (scope, key), (visits, _) in figures.items():
        if scope != HOUR:
            continue
        of_day, minute = _local_hour(key, zone)
        if of_day in (day, before):
            # The hour that comes twice a year stands once, with the visits of both.
            into = shown if of_day == day else earlier
            into[minute] = into.get(minute, 0) + visits
    marks = {*shown, *earlier}
    last = None if now is None else _minute_of(now, zone)
    if not marks:
        return []
    if last is not None:
        marks.add(last - last % _HOUR_MIN + min(marks) % _HOUR_MIN)
    return [
        Hour(
            minute,
            None if last is not None and minute > last else shown.get(minute, 0),
            None if before is None else earlier.get(minute, 0),
        )
        for minute in range(min(marks), max(marks) + 1, _HOUR_MIN)
    ]


def _standings(booths: Sequence[Booth], figures: Mapping[tuple[str, str], Counts]) -> list[Standing]:
    known = {booth.id: booth for booth in booths}
    # A booth that was taken out of the programme keeps its visits, under its id.
    for scope, key in figures:
        if scope == BOOTH and key not in known:
            known[key] = Booth(id=key, names={}, partner=key)
    counts = {key: figures.get((BOOTH, key), _NONE) for key in known}
    most = max((visits for visits, _ in counts.values()), default=0) or 1
    standings = [
        Standing(booth, *counts[key], share=round(100 * counts[key][0] / most))
        for key, booth in known.items()
    ]
    # In order of visits; equal ones as the programme names them.
    return sorted(standings, key=lambda standing: -standing.visits)


def _local_day(now: int, zone: str) -> date:
    return datetime.fromtimestamp(now / 1000, UTC).astimezone(zone_of(zone)).date()


def _minute_of(now: int, zone: str) -> int:
    local = datetime.fromtimestamp(now / 1000, UTC).astimezone(zone_of(zone))
    return local.hour * _HOUR_MIN + local.minute


@lru_cache(maxsize=4096)
def _local_hour(key: str, zone: str) -> tuple[date, int]:
    """Give local day and minute of an hour named as in the figures, ``2024-12-28T09:00Z``."""
    local = datetime.fromisoformat(key).astimezone(zone_of(zone))
    return local.date(), local.hour * _HOUR_MIN + local.minute
