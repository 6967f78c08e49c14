"""A tour's page as texts in one language: its stops side by side, its totals, one round beside another."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from types import MappingProxyType
from typing import Final

import msgspec

from server.rules.pages.figure import BEST_FACE, Figure, each, mean_face
from server.rules.pages.rounds import RoundRow, round_rows, span
from server.rules.pages.stops import State, Stop, StopDay, Sums, Tour
from server.rules.table import NOTHING
from server.rules.wording import Words
from wire.zones import zone_of

STATES: Final[Mapping[State, str]] = MappingProxyType(
    {
        State.COMING: "to come",
        State.TODAY: "today",
        State.BETWEEN: "goes on",
        State.OVER: "over",
        State.CLOSED: "closed",
    }
)


class DayRow(msgspec.Struct, frozen=True):
    """A day of a stop; ``numbers`` stand below :attr:`TourPage.day_titles`."""

    id: str
    day: str
    numbers: list[str]


class StopRow(msgspec.Struct, frozen=True):
    """A stop among the others; ``numbers`` stand below :attr:`TourPage.titles`.

    ``people`` and ``visited`` are lengths of bars in percent of the longest of each.
    """

    id: str
    name: str
    place: str
    days: str
    state: str
    state_word: str
    numbers: list[str]
    attendance: str
    visits: str
    people: int
    visited: int
    by_day: list[DayRow]


class TourPage(msgspec.Struct, frozen=True):
    """Everything on a tour's page. ``note`` says what is not shown, and why; empty where nothing is missing.

    ``several``: there are other tours. ``scales`` says what the bars are to be read by.
    """

    tour: str
    title: str
    when: str
    note: str
    several: bool
    figures: list[Figure]
    titles: list[str]
    stops: list[StopRow]
    scales: str
    day_titles: list[str]
    has_days: bool
    round_titles: list[str]
    rounds_note: str
    rounds: list[RoundRow]


class TourRow(msgspec.Struct, frozen=True):
    """A tour among the others."""

    id: str
    name: str
    when: str
    members: str
    visits: str


class ToursPage(msgspec.Struct, frozen=True):
    """The tours of a body."""

    title: str
    when: str
    tours: list[TourRow]


def page_of(tour: Tour, words: Words, now: int) -> TourPage:
    """Put a tour into words, at ``now`` ms UTC."""
    most_people = max((stop.attendance for stop in tour.stops), default=0) or 1
    most_visits = max((stop.visits for stop in tour.stops), default=0) or 1
    states = {stop.fair: stop.state(_today(stop, now)) for stop in tour.stops}
    note = (
        "" if tour.whole else words.text("You see the stops that are yours; nothing is added up over others.")
    )
    return TourPage(
        tour=tour.tour,
        title=words.name(tour.names, tour.tour),
        when=_when(tour, words),
        note=note,
        several=tour.several,
        titles=[
            words.text("Attendance"),
            words.text("Visits"),
            words.text("Booths each"),
            words.text("First-timers"),
            words.text("Registrations"),
            words.text("Sign-ups"),
            words.text("Satisfaction, of {most}", most=words.number(BEST_FACE)),
        ],
        scales=words.text("Each kind of bar is measured by its own longest."),
        day_titles=[
            words.text("Attendance"),
            words.text("Visits"),
            words.text("First-timers"),
            words.text("Registrations"),
            words.text("Sign-ups made"),
        ],
        has_days=any(stop.by_day for stop in tour.stops),
        round_titles=[
            words.text("Attendance"),
            words.text("First-timers"),
            words.text("Visits"),
            words.text("Registrations"),
            words.text("Sign-ups"),
            words.text("Visits a stop"),
            words.text("Satisfaction, of {most}", most=words.number(BEST_FACE)),
        ],
        figures=_figures(tour.totals, list(states.values()), words) if tour.totals else [],
        stops=[
            _stop(
                stop,
                states[stop.fair],
                words,
                people=round(100 * stop.attendance / most_people),
                visited=round(100 * stop.visits / most_visits),
            )
            for stop in tour.stops
        ],
        rounds_note=_rounds_note(tour, states, words),
        rounds=round_rows(tour, words) if len(tour.rounds) > 1 else [],
    )


def tours_page_of(tours: Sequence[Tour], words: Words, _: int) -> ToursPage:
    """Put all tours into words."""
    rows = [
        TourRow(
            id=tour.tour,
            name=words.name(tour.names, tour.tour),
            when=_when(tour, words),
            members=words.number(tour.totals.newcomers) if tour.totals else NOTHING,
            visits=words.number(tour.totals.visits) if tour.totals else NOTHING,
        )
        for tour in tours
    ]
    when = words.counted("{count} tour", "{count} tours", len(rows))
    return ToursPage(title=words.text("Tours"), when=when, tours=rows)


def _when(tour: Tour, words: Words) -> str:
    count = words.counted("{count} stop", "{count} stops", len(tour.stops))
    return f"{count} · {span(tour.stops, words)}"


def _today(stop: Stop, now: int) -> date:
    return datetime.fromtimestamp(now / 1000, UTC).astimezone(zone_of(stop.timezone)).date()


def _figures(totals: Sums, states: Sequence[State], words: Words) -> list[Figure]:
    done = sum(state in {State.OVER, State.CLOSED} for state in states)
    again = totals.attendances - totals.newcomers
    if again:
        came = words.counted("came back {count} time elsewhere", "came back {count} times elsewhere", again)
    else:
        came = words.text("each counted once")
    all_of = words.text("{count} of {all}", count=words.number(done), all=words.number(totals.stops))
    return [
        Figure("members", words.text("Members of the tour"), words.number(totals.newcomers), came),
        Figure(
            "visits",
            words.text("Visits"),
            words.number(totals.visits),
            words.text("{count} by each member", count=each(totals.visits, totals.newcomers, words)),
        ),
        Figure("stops", words.text("Stops done"), all_of, _next(states, words)),
        Figure(
            "registrations",
            words.text("Registrations"),
            words.number(totals.registrations),
            words.text("new members at the kiosks"),
        ),
        Figure(
            "sign-ups",
            words.text("Sign-ups"),
            words.number(totals.sign_ups),
            words.text("stop by stop, added up"),
        ),
        Figure(
            "faces",
            words.text("Satisfaction, of {most}", most=words.number(BEST_FACE)),
            mean_face(totals.mean_face, words),
            words.counted("{count} face touched", "{count} faces touched", totals.faces),
        ),
    ]


def _next(states: Sequence[State], words: Words) -> str:
    if running := sum(state in {State.TODAY, State.BETWEEN} for state in states):
        return words.counted("{count} goes on now", "{count} go on now", running)
    if coming := sum(state is State.COMING for state in states):
        return words.counted("{count} to come", "{count} to come", coming)
    return words.text("all of them")


def _stop(stop: Stop, state: State, words: Words, *, people: int, visited: int) -> StopRow:
    return StopRow(
        id=stop.fair,
        name=words.name(stop.names, stop.fair),
        place=words.name(stop.venue),
        days=span([stop], words),
        state=state,
        state_word=words.text(STATES[state]),
        attendance=words.number(stop.attendance),
        visits=words.number(stop.visits),
        numbers=[
            words.number(stop.attendance),
            words.number(stop.visits),
            each(stop.visits, stop.attendance, words),
            words.number(stop.first_timers),
            words.number(stop.registrations),
            words.number(stop.sign_ups),
            mean_face(stop.mean_face, words),
        ],
        people=people,
        visited=visited,
        by_day=[_day(stop, day, words) for day in stop.by_day],
    )


def _day(stop: Stop, day: StopDay, words: Words) -> DayRow:
    return DayRow(
        id=f"{stop.fair}-{day.day}",
        day=words.short_day(date.fromisoformat(day.day)),
        numbers=[
            words.number(count)
            for count in (day.attendance, day.visits, day.first_timers, day.registrations, day.signed)
        ],
    )


def _rounds_note(tour: Tour, states: Mapping[str, State], words: Words) -> str:
    """Say that a round is still to be read with care."""
    last = tour.rounds[-1] if tour.rounds else []
    if all(states[fair] in {State.OVER, State.CLOSED} for fair in last):
        return ""
    number = words.number(len(tour.rounds))
    return words.text("Round {number} is not over yet: its numbers will grow.", number=number)
