"""Reads tours for their pages: kept figures of all stops, and nothing that grows with their visits."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from server.live.source import StoreSource
from server.rules.access import Action, Holder, may
from server.rules.fair import FairDefinition
from server.rules.pages.stops import FIGURES, TALLIES, Stop, Tour, stop_of, tour_of
from server.rules.things import fair_thing, tour_thing
from server.store.engine import Store
from server.store.registry import Registry
from server.store.side_by_side import SideBySide


class TourReader:
    """Gives a tour with the stops that somebody may see, and its totals to whoever may see the whole."""

    def __init__(self, store: Store, source: StoreSource) -> None:
        self._store = store
        self._source = source

    def __call__(self, params: Mapping[str, str], holder: Holder) -> Tour | None:
        """Give the tour that is named; None where there is none, or none of it is for this account."""
        tours = self._tours(holder)
        tour = params["tour"]
        found = self._read({tour: tours[tour]}, holder, several=len(tours) > 1) if tour in tours else []
        return found[0] if found else None

    def all(self, _: Mapping[str, str], holder: Holder) -> list[Tour]:
        """Give every tour of which there is something for this account, the latest first."""
        tours = self._tours(holder)
        found = self._read(tours, holder, several=len(tours) > 1)
        return sorted(found, key=lambda tour: (tour.stops[-1].days[-1], tour.tour), reverse=True)

    def _tours(self, holder: Holder) -> dict[str, list[FairDefinition]]:
        """Give the stops of each tour of which the account may see any."""
        tours: dict[str, list[FairDefinition]] = defaultdict(list)
        for definition in self._source.fairs():
            tours[definition.fair.tour].append(definition)
        return {tour: stops for tour, stops in tours.items() if any(_seen(stop, holder) for stop in stops)}

    def _read(
        self, tours: Mapping[str, Sequence[FairDefinition]], holder: Holder, *, several: bool
    ) -> list[Tour]:
        seen = {tour: [each for each in stops if _seen(each, holder)] for tour, stops in tours.items()}
        fairs = {definition.fair.id for stops in seen.values() for definition in stops}
        with self._store.reading() as connection:
            beside = SideBySide(connection, self._source.body)
            figures, tallies = beside.figures(fairs, FIGURES), beside.tallies(fairs, TALLIES)
            closed = Registry(connection, self._source.body).closed_fairs()

        def stop(definition: FairDefinition) -> Stop:
            fair = definition.fair.id
            return stop_of(definition, figures.get(fair, {}), tallies.get(fair, {}), closed.get(fair))

        found = []
        for tour, stops in seen.items():
            thing = tour_thing(tours[tour])
            whole = thing is not None and may(holder, Action.SEE_TOUR, thing)
            last = max(stops, key=lambda each: max(each.fair.days))
            found.append(tour_of(tour, last.tour_names, map(stop, stops), whole=whole, several=several))
        return found


def _seen(definition: FairDefinition, holder: Holder) -> bool:
    return may(holder, Action.SEE_TOUR, fair_thing(definition))
