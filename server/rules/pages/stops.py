"""What a tour's page shows, as numbers and codes: its stops side by side, its rounds, its totals.

Everything is of kept figures. Each member of a tour is a first-timer at one of its stops, so the sum of
first-timers is the tour's attendance: each member once, wherever and however often. What members signed
up to is added up stop by stop: who signed up to an offer at two stops counts at both.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from server.rules.consents import SIGN_UPS, SIGNED_ON
from server.rules.fair import FairDefinition
from server.rules.figures import DAY, FIRST, TOTAL, day_namer
from server.rules.stats import Counts, Tallied, registered_by_day
from server.rules.tallies import FACE, REGISTRATIONS, by_key, heard
from wire.described import Names

FIGURES: Final = frozenset({TOTAL, DAY, FIRST})
"""The scopes of figures that a stop needs."""
TALLIES: Final = frozenset({SIGN_UPS, SIGNED_ON, REGISTRATIONS, FACE})
PAUSE: Final = timedelta(days=21)
"""Stops that lie further apart than this are of different rounds."""
_NONE: Final = (0, 0)


class State(StrEnum):
    """Where a stop is in its life, on some day."""

    COMING = "coming"
    TODAY = "today"
    BETWEEN = "between"
    OVER = "over"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class StopDay:
    """A local day of a stop (ISO); ``signed`` are sign-ups that were made on it, whatever became of them."""

    day: str
    visits: int
    attendance: int
    first_timers: int
    registrations: int
    signed: int


@dataclass(frozen=True, slots=True)
class Stop:
    """A fair of a tour. ``days`` are ISO dates, in order; ``closed_at`` is ms UTC, None where it goes on.

    ``sign_ups`` are those that hold; ``mean_face`` is of ``faces`` touched, None where none was.
    """

    fair: str
    names: Names
    venue: Names
    timezone: str
    days: list[str]
    closed_at: int | None
    visits: int
    attendance: int
    first_timers: int
    registrations: int
    sign_ups: int
    faces: int
    mean_face: float | None
    by_day: list[StopDay]

    def state(self, today: date) -> State:
        """Say where it is in its life."""
        days = [date.fromisoformat(day) for day in self.days]
        if self.closed_at is not None:
            return State.CLOSED
        if today in days:
            return State.TODAY
        if today < days[0]:
            return State.COMING
        return State.OVER if today > days[-1] else State.BETWEEN


@dataclass(frozen=True, slots=True)
class Sums:
    """What several stops come to; ``held`` are those with any visit.

    ``attendances`` are those of the stops added up: people, stop by stop. ``newcomers`` were at no stop of
    the tour before; of all stops they are its members, each once.
    """

    stops: int
    held: int
    visits: int
    attendances: int
    newcomers: int
    registrations: int
    sign_ups: int
    faces: int
    mean_face: float | None


@dataclass(frozen=True, slots=True)
class Tour:
    """A tour, or those of its stops that somebody may see; ``whole`` says which. In the order of days.

    Of a part nothing is added up: ``totals`` is None and there are no ``rounds``. ``several``: the same
    account may see other tours.
    """

    tour: str
    names: Names
    stops: list[Stop]
    whole: bool
    several: bool
    totals: Sums | None
    rounds: list[list[str]]


def stop_of(definition: FairDefinition, figures: Counts, tally: Tallied, closed_at: int | None) -> Stop:
    """Lay a stop out from its kept figures."""
    fair = definition.fair
    visits, attendance = figures.get((TOTAL, ""), _NONE)
    first = {key: count for (scope, key), (_, count) in figures.items() if scope == FIRST}
    told = heard(tally)
    days = _days(figures, first, tally, fair.timezone)
    return Stop(
        fair=fair.id,
        names=fair.names,
        venue=fair.venue,
        timezone=fair.timezone,
        days=[day.isoformat() for day in sorted(fair.days)],
        closed_at=closed_at,
        visits=visits,
        attendance=attendance,
        first_timers=sum(first.values()),
        registrations=sum(day.registrations for day in days),
        sign_ups=sum(by_key(tally, SIGN_UPS).values()),
        faces=sum(told.by_face.values()),
        mean_face=told.mean_face,
        by_day=days,
    )


def tour_of(tour: str, names: Names, stops: Iterable[Stop], *, whole: bool, several: bool = False) -> Tour:
    """Lay a tour out from its stops."""
    ordered = sorted(stops, key=lambda stop: (stop.days[0], stop.fair))
    return Tour(
        tour=tour,
        names=names,
        stops=ordered,
        whole=whole,
        several=several,
        totals=sums(ordered) if whole else None,
        rounds=[[stop.fair for stop in of_round] for of_round in _rounds(ordered)] if whole else [],
    )


def sums(stops: Sequence[Stop]) -> Sums:
    """Add stops up."""
    faces = sum(stop.faces for stop in stops)
    liked = sum((stop.mean_face or 0.0) * stop.faces for stop in stops)
    return Sums(
        stops=len(stops),
        held=sum(stop.visits > 0 for stop in stops),
        visits=sum(stop.visits for stop in stops),
        attendances=sum(stop.attendance for stop in stops),
        newcomers=sum(stop.first_timers for stop in stops),
        registrations=sum(stop.registrations for stop in stops),
        sign_ups=sum(stop.sign_ups for stop in stops),
        faces=faces,
        mean_face=liked / faces if faces else None,
    )


def _rounds(stops: Sequence[Stop]) -> list[list[Stop]]:
    """Take a tour apart where it pauses: stops in the order of days, a round ends before a long gap."""
    rounds: list[list[Stop]] = []
    ends = date.min
    for stop in stops:
        if not rounds or date.fromisoformat(stop.days[0]) - ends > PAUSE:
            rounds.append([])
        rounds[-1].append(stop)
        ends = max(ends, date.fromisoformat(stop.days[-1]))
    return rounds


def _days(figures: Counts, first: Mapping[str, int], tally: Tallied, zone: str) -> list[StopDay]:
    counted = {key: count for (scope, key), count in figures.items() if scope == DAY}
    registered = registered_by_day(tally, day_namer(zone))
    signed: dict[str, int] = {}
    for key, count in by_key(tally, SIGNED_ON).items():
        day = key.partition(" ")[0]
        signed[day] = signed.get(day, 0) + count
    return [
        StopDay(
            day,
            *counted.get(day, _NONE),
            first_timers=first.get(day, 0),
            registrations=registered.get(day, 0),
            signed=signed.get(day, 0),
        )
        for day in sorted({*counted, *first, *registered, *signed})
    ]
