"""Finds impossible travel: looks at new facts, a few at a time, and keeps what it finds.

Who is seen somewhere new is looked up at the other fairs of the tour by an index; nothing reads all facts.
Where a clock is measured, all facts of that boot are looked at again, and where subjects become one all of
that one's: neither is new, and both may show what could not be seen before. See ``server.rules.exceptions``.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from hashlib import blake2b
from typing import Final

import msgspec

from server.rules.exceptions import Lies, travels
from server.rules.fair import FairDefinition
from server.rules.things import fair_thing
from server.store.engine import Store
from server.store.exceptional import Exceptional, NewlySeen, TravelRow, sightings
from server.store.ledger import Ledger
from server.store.parts import Parts
from server.store.registry import Registry
from wire.events import ClockOffset

PURPOSE: Final = "travel"
AT_ONCE: Final = 2000
"""Facts looked at in one go, each 2 s: a national day brings 440 a second. Some ten milliseconds, where few
were elsewhere."""


class TravelLook:
    """Looks for one body. ``clock`` gives ms UTC."""

    def __init__(self, store: Store, body: str, *, clock: Callable[[], int]) -> None:
        self._store = store
        self._body = body
        self._clock = clock
        self._versions: object = None
        self._tours: Mapping[str, Mapping[str, Lies]] = {}

    def look(self, most: int = AT_ONCE) -> set[str]:
        """Look at new facts, at most so many; gives the fairs at which something was found."""
        with self._store.reading() as connection:
            exceptional, ledger = Exceptional(connection, self._body), Ledger(connection, self._body)
            looked = exceptional.looked(PURPOSE)
            facts, upto = exceptional.facts_after(looked, most)
            if upto == looked:
                return set()
            tours = self._read_tours(Registry(connection, self._body))
            found = [
                row
                for stops in tours.values()
                if len(stops) > 1
                for row in _travels(
                    exceptional,
                    stops,
                    _suspects(exceptional, stops, _subjects(ledger, facts, stops)),
                    self._clock(),
                )
            ]
        with self._store.writing() as connection:
            exceptional = Exceptional(connection, self._body)
            exceptional.add_travels(found)
            exceptional.note_looked(PURPOSE, upto)
        return _fairs_of(found)

    def look_all(self) -> set[str]:
        """Look until nothing is new."""
        found: set[str] = set()
        with self._store.reading() as connection:
            before = Exceptional(connection, self._body).looked(PURPOSE)
        while True:
            found |= self.look()
            with self._store.reading() as connection:
                now = Exceptional(connection, self._body).looked(PURPOSE)
            if now == before:
                return found
            before = now

    def _read_tours(self, registry: Registry) -> Mapping[str, Mapping[str, Lies]]:
        versions = registry.versions()
        if versions != self._versions:
            self._versions, self._tours = versions, _tours(registry)
        return self._tours


def look_again(parts: Parts, tour: str, subject: int, *, now: int) -> set[str]:
    """Look at all that one subject did within a tour, in the caller's transaction; gives as ``look`` does."""
    exceptional = parts.exceptional
    found = _travels(exceptional, _tours(parts.registry).get(tour, {}), {subject}, now)
    exceptional.add_travels(found)
    return _fairs_of(found)


def lies_of(definition: FairDefinition) -> Lies:
    """Say where a fair lies."""
    return Lies(definition.fair.territory, fair_thing(definition).within)


def _tours(registry: Registry) -> Mapping[str, Mapping[str, Lies]]:
    """Say of each tour where its fairs lie."""
    tours: dict[str, dict[str, Lies]] = defaultdict(dict)
    for row in registry.fairs():
        definition = msgspec.json.decode(row.definition, type=FairDefinition)
        tours[definition.fair.tour][definition.fair.id] = lies_of(definition)
    return tours


def _subjects(ledger: Ledger, facts: Collection[NewlySeen], stops: Collection[str]) -> dict[str, set[int]]:
    """Give whom these facts are about, by fair; of a boot whose clock was measured all that it has told."""
    found: dict[str, set[int]] = defaultdict(set)
    for fact in facts:
        if fact.fair in stops and fact.subject is not None:
            found[str(fact.fair)].add(fact.subject)
    for boot in {(fact.device, fact.boot_id) for fact in facts if fact.kind == ClockOffset.kind}:
        for touched in ledger.of_boot(boot[0], boot[1] or ""):
            if touched.fair in stops and touched.subject is not None:
                found[touched.fair].add(touched.subject)
    return found


def _suspects(
    exceptional: Exceptional, stops: Mapping[str, Lies], seen_at: Mapping[str, Collection[int]]
) -> set[int]:
    """Give who of those that were seen at these fairs was seen at another one, too."""
    suspects: set[int] = set()
    for fair, subjects in seen_at.items():
        suspects |= exceptional.elsewhere(stops.keys() - {fair}, subjects)
    return suspects


def _travels(
    exceptional: Exceptional, stops: Mapping[str, Lies], suspects: Collection[int], now: int
) -> list[TravelRow]:
    by_subject = defaultdict(list)
    for each in exceptional.seen(stops, suspects):
        by_subject[each.subject].append(each)
    found = [
        (subject, travel)
        for subject, seen in by_subject.items()
        for travel in travels(sightings(seen), stops)
    ]
    keys = exceptional.travel_keys({subject for subject, _ in found})
    return [
        TravelRow(
            key=_key(keys, subject, travel.one.fair, travel.other.fair),
            subject=subject,
            fair=travel.one.fair,
            other_fair=travel.other.fair,
            fact=travel.one.fact,
            other_fact=travel.other.fact,
            found_at=now,
        )
        for subject, travel in found
    ]


def _fairs_of(found: Collection[TravelRow]) -> set[str]:
    return {fair for row in found for fair in (row.fair, row.other_fair)}


def _key(keys: Mapping[tuple[int, frozenset[str]], Collection[str]], subject: int, *fairs: str) -> str:
    """Name a travel: as it was before, where it was found of a subject that has become this one since."""
    before = keys.get((subject, frozenset(fairs)), ())
    own = blake2b("\x1f".join((str(subject), *sorted(fairs))).encode(), digest_size=16).hexdigest()
    return own if own in before else min(before, default=own)
