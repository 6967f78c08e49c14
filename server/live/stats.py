"""Counts a fair or a tour for programs, as the command ``stats`` does.

Of a whole fair this reads kept figures; a single day, and a tour, are counted from their facts, which
takes as long as there are: for a thread apart.
"""

from collections.abc import Callable, Mapping
from typing import Any

from server.live.source import StoreSource
from server.rules.access import Holder
from server.store.engine import Store
from server.told import reading_fair
from server.told_tour import reading_tour


class StatsReader:
    """Gives everything that is counted; ``clock`` gives ms UTC. ``day`` among the names is a local one."""

    def __init__(self, store: Store, source: StoreSource, *, clock: Callable[[], int]) -> None:
        self._store = store
        self._source = source
        self._clock = clock

    def of_fair(self, names: Mapping[str, str], _: Holder) -> dict[str, Any] | None:
        """Give the fair that is named; None where there is none."""
        fair = names["fair"]
        if all(each.fair.id != fair for each in self._source.fairs()):
            return None
        with reading_fair(self._store, self._source.body, fair) as told:
            return told.stats(self._clock(), names.get("day"))

    def of_tour(self, names: Mapping[str, str], _: Holder) -> dict[str, Any] | None:
        """Give the tour that is named; None where there is none."""
        tour = names["tour"]
        if all(each.fair.tour != tour for each in self._source.fairs()):
            return None
        with reading_tour(self._store, self._source.body, tour) as told:
            return told.stats(self._clock(), names.get("day"))
