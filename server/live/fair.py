"""Reads one fair, and one booth of it: kept figures and counts alone, at one moment."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from server.live.source import StoreSource, kiosk_now
from server.rules.access import Action, Holder, may
from server.rules.fair import FairDefinition
from server.rules.figures import HOUR_MS, DayOf, day_namer
from server.rules.pages.booth_data import OF_OFFERS, BoothData, booth_data
from server.rules.pages.fair_data import TOLD, FairData, Read, fair_data
from server.rules.sentences import KioskNow
from server.rules.tallies import ENTRIES, EXITS, slots_of
from server.rules.things import fair_thing
from server.store.booths import Booths
from server.store.engine import Store
from server.store.parts import Parts
from server.store.today import Today

Params = Mapping[str, str]


class _Found(NamedTuple):
    """A fair that there is, and who stands in its hall."""

    definition: FairDefinition
    closed_at: int | None
    kiosks: Sequence[KioskNow]

    @property
    def day_of(self) -> DayOf:
        return day_namer(self.definition.fair.timezone)


class FairReader:
    """Gives fairs and their booths; ``clock`` gives ms UTC. Each method is a view's reader."""

    def __init__(self, store: Store, source: StoreSource, *, clock: Callable[[], int]) -> None:
        self._store = store
        self._source = source
        self._body = source.body
        self._clock = clock

    def fair(self, params: Params, _: Holder) -> FairData | None:
        """Give a fair; where a day is named, to be shown against that one. None where there is none."""
        against = _day(params["day"]) if "day" in params else None
        if "day" in params and against is None:
            return None
        with self._store.reading() as connection:
            parts = Parts(connection, self._body)
            found = self._find(parts, params["fair"])
            if found is None:
                return None
            today = found.day_of(self._clock() // HOUR_MS)
            fair = params["fair"]
            of_today = slots_of(today, found.day_of)
            tally, passed = Today(connection, self._body).counts(fair, TOLD, (ENTRIES, EXITS), *of_today)
            scans = Booths(connection, self._body).scans(fair)
            read = Read(parts.ledger.figures(fair), tally, passed, scans)
        return fair_data(
            found.definition,
            read,
            found.day_of,
            kiosks=found.kiosks,
            closed_at=found.closed_at,
            against=against,
        )

    def booth(self, params: Params, holder: Holder) -> BoothData | None:
        """Give a booth, beside its fair for whoever may see that; None where the fair has none of that id."""
        fair, booth = params["fair"], params["booth"]
        with self._store.reading() as connection:
            parts, booths = Parts(connection, self._body), Booths(connection, self._body)
            found = self._find(parts, fair)
            described = found and next((each for each in found.definition.booths if each.id == booth), None)
            if found is None or described is None:
                return None
            total, of_fair = booths.totals(fair, booth)
            figures = booths.figures(fair, booth)
            tally = parts.tallies.counts(fair, OF_OFFERS)
            scans = [each for each in booths.scans(fair) if each.booth == booth]
        sees_fair = may(holder, Action.SEE_FAIR, fair_thing(found.definition))
        return booth_data(
            found.definition,
            described,
            figures,
            tally,
            total=total,
            fair_visits=of_fair[0] if sees_fair else None,
            scans=scans,
            kiosks=[each for each in found.kiosks if each.booth == booth],
            closed_at=found.closed_at,
        )

    def _find(self, parts: Parts, fair: str) -> _Found | None:
        definition = self._source.definitions(parts.registry).get(fair)
        if definition is None:
            return None
        closed_at = parts.registry.closed_fairs().get(fair)
        is_closed = closed_at is not None
        rows = (row for row in parts.registry.kiosks() if row.fair == fair)
        return _Found(definition, closed_at, [kiosk_now(row, fair_closed=is_closed) for row in rows])


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
