"""One round of a tour beside another, as texts: each with its change from the one before."""

from collections.abc import Sequence
from datetime import date

import msgspec

from server.rules.pages.figure import change, mean_face
from server.rules.pages.stops import Stop, Sums, Tour, sums
from server.rules.wording import Words


class Cell(msgspec.Struct, frozen=True):
    """A number of a round, and by how much it is more than that of the round before; empty for the first."""

    value: str
    change: str


class RoundRow(msgspec.Struct, frozen=True):
    """A round of the tour, in one line."""

    id: str
    name: str
    stops: str
    days: str
    cells: list[Cell]


def span(stops: Sequence[Stop], words: Words) -> str:
    """Write from when to when these stops are."""
    days = [date.fromisoformat(day) for stop in stops for day in stop.days]
    return words.days(min(days), max(days))


def round_rows(tour: Tour, words: Words) -> list[RoundRow]:
    """Give a tour's rounds in their order."""
    stops = {stop.fair: stop for stop in tour.stops}
    rows: list[RoundRow] = []
    before: Sums | None = None
    for number, fairs in enumerate(tour.rounds, 1):
        of_round = [stops[fair] for fair in fairs]
        now = sums(of_round)
        rows.append(
            RoundRow(
                id=str(number),
                name=words.text("Round {number}", number=words.number(number)),
                stops=words.counted("{count} stop", "{count} stops", len(of_round)),
                days=span(of_round, words),
                cells=_cells(before, now, words),
            )
        )
        before = now
    return rows


def _cells(before: Sums | None, now: Sums, words: Words) -> list[Cell]:
    """Give what rounds are compared by, each beside the round before."""

    def cell(value: str, was: float | None, is_now: float) -> Cell:
        return Cell(value, "" if was is None else change(was, is_now, words))

    counted = [
        cell(words.number(getattr(now, name)), getattr(before, name) if before else None, getattr(now, name))
        for name in ("attendances", "newcomers", "visits", "registrations", "sign_ups")
    ]
    was = _each_stop(before) if before else None
    face = Cell(mean_face(now.mean_face, words), "")
    return [*counted, cell(words.number(round(_each_stop(now))), was, _each_stop(now)), face]


def _each_stop(of_round: Sums) -> float:
    """Give the visits of a stop of a round, of those that have had any."""
    return of_round.visits / of_round.held if of_round.held else 0.0
