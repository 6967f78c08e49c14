"""Reads a fair's sign-ups for their page: kept counts, and no name."""

from collections.abc import Mapping

from server.live.source import StoreSource
from server.rules.access import Holder
from server.rules.pages.offers import FIGURES, TALLIES, SignUps, sign_ups_of
from server.store.engine import Store
from server.store.side_by_side import SideBySide


class SignUpsReader:
    """Gives the sign-ups of a fair that somebody may see: a partner its own."""

    def __init__(self, store: Store, source: StoreSource) -> None:
        self._store = store
        self._source = source

    def __call__(self, params: Mapping[str, str], holder: Holder) -> SignUps | None:
        """Give those of the fair that is named; None where there is none."""
        fair = params["fair"]
        definition = next((each for each in self._source.fairs() if each.fair.id == fair), None)
        if definition is None:
            return None
        with self._store.reading() as connection:
            beside = SideBySide(connection, self._source.body)
            figures, tallies = beside.figures([fair], FIGURES), beside.tallies([fair], TALLIES)
        return sign_ups_of(definition, figures.get(fair, {}), tallies.get(fair, {}), holder)
