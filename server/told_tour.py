"""A tour's figures as commands give them: over all its fairs, and fair by fair.

A fair's own counts are at hand. What is of the tour alone (each subject once, wherever and however often
it came) is counted when it is asked for, from the facts of every fair.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from server.rules.consents import IN_DOUBT, SIGN_UPS, Choice, sign_ups
from server.rules.figures import FIRST, Count, Figures, over_fairs
from server.rules.stats import Counts, Tallied, stats
from server.rules.tallies import Occupancy
from server.store.engine import Store
from server.store.parts import Parts
from server.told import FairTold, OnRead, call_told, exceptions, nobody_waits


@contextmanager
def reading_tour(store: Store, body: str, tour: str, on_read: OnRead = nobody_waits) -> Iterator["TourTold"]:
    """Give one tour to read, as it is at one moment."""
    with store.reading() as connection:
        parts = Parts(connection, body)
        fairs = [fair for fair, found in sorted(parts.ledger.fairs().items()) if found.tour == tour]
        yield TourTold([FairTold(parts, fair, on_read) for fair in fairs], tour)


class TourTold:
    """Reads the fairs of one tour. A ``day`` is a local one of each, as an ISO date; None is all of them."""

    def __init__(self, fairs: Sequence[FairTold], tour: str) -> None:
        # In the order of their days, as the tour goes.
        self._fairs = sorted(fairs, key=lambda told: min(told.definition.fair.days))
        self._tour = tour

    def stats(self, now: int, day: str | None = None) -> dict[str, Any]:
        """Give everything that is counted; ``now`` is ms UTC."""
        figures = {told.fair: told.figures(day) for told in self._fairs}
        tallies = {told.fair: told.tally(day) for told in self._fairs}
        registered: Counter[str] = Counter()
        territories: dict[str, str] = {}
        for told in self._fairs:
            registered.update(told.registered(tallies[told.fair]))
            territories.update(told.territories)
        choices = self._choices(day)
        found = stats(self._figures(figures, day), self._tally(tallies, choices), registered, territories)
        return {
            **found,
            "by_fair": {
                told.fair: _beside(stats(figures[told.fair], tallies[told.fair], {}, {}))
                for told in self._fairs
            },
            "sessions": {
                told.fair: {
                    session: call_told(call)
                    for session, call in told.roll_calls(figures[told.fair], day).items()
                }
                for told in self._fairs
            },
            "occupancy": self._occupancy([told.occupancy(now, day) for told in self._fairs]),
            "exceptions": exceptions(choices, self._tour) if found["sign_ups"]["in_doubt"] else [],
        }

    def to_read(self, day: str | None = None) -> int:
        """Say about how many presences :meth:`stats` reads: a day's for each fair, and for the tour."""
        return sum(told.to_read(day) for told in self._fairs) * (1 if day is None else 2)

    def _figures(self, of_fairs: dict[str, Counts], day: str | None) -> Figures:
        figures = over_fairs((told.counted(day), told.hall) for told in self._fairs)
        began: Counter[str] = Counter()
        for counts in of_fairs.values():
            began.update({key: count for (scope, key), (_, count) in counts.items() if scope == FIRST})
        return {**figures, **{(FIRST, key): Count(0, count) for key, count in began.items()}}

    def _tally(self, of_fairs: dict[str, Tallied], choices: Sequence[Choice]) -> Tallied:
        tally: Counter[tuple[str, str]] = Counter()
        for counts in of_fairs.values():
            tally.update({key: count for key, count in counts.items() if key[0] not in (SIGN_UPS, IN_DOUBT)})
        tally.update(sign_ups(choices).get(self._tour, {}))
        return tally

    def _choices(self, day: str | None) -> list[Choice]:
        """Give the choices of every fair as of one: who signed up to an offer twice has signed up to it."""
        found = {choice.event_id: choice for told in self._fairs for choice in told.choices(day)}
        return [choice._replace(fair=self._tour) for choice in found.values()]

    @staticmethod
    def _occupancy(of_fairs: Sequence[Occupancy]) -> dict[str, Any]:
        return {
            "day": max((each.day for each in of_fairs), default=""),
            "inside": sum(each.inside for each in of_fairs),
            "entries": sum(each.entries for each in of_fairs),
            "exits": sum(each.exits for each in of_fairs),
            "is_estimate": True,
        }


def _beside(of_fair: dict[str, Any]) -> dict[str, Any]:
    """Give what of a fair stands beside the other stops."""
    return {
        **{name: of_fair[name] for name in ("visits", "attendance", "registrations", "first_timers")},
        "sign_ups": of_fair["sign_ups"]["total"],
        "feedback": of_fair["feedback"]["count"],
    }
