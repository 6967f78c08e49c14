"""What one transaction changes in figures: read before it writes, and after; and counting anew."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Final

import msgspec

from server.describing import PRESENCES, presence_of
from server.rules.consents import all_sign_ups
from server.rules.figures import Counted, DayOf, Figures, Hall, Presence, day_namer, difference
from server.rules.firsts import Earliest, firsts
from server.rules.tallies import tally_of
from server.store.ledger import FairFound, Ledger, NewFact, Touched
from server.store.parts import Parts
from server.store.presences import Presences
from wire.programme import Booth, Fair

_DEFAULT_ZONE: Final = Fair(id="", tour="", names={}, days=[]).timezone


class _Booths(msgspec.Struct):
    """Of a fair's description, what is counted by."""

    booths: list[Booth] = []


_read_booths: Final = msgspec.json.Decoder(_Booths).decode


def hall_of(found: FairFound | None, definition: bytes) -> Hall:
    """Give what a fair is counted by; one that was never loaded has a body's usual zone and no booths."""
    booths = _read_booths(definition).booths if definition else []
    return Hall(
        day_namer(found.timezone if found else _DEFAULT_ZONE), {booth.id: booth.sector for booth in booths}
    )


class Fairs:
    """The loaded fairs, as one transaction after another finds them.

    Descriptions are long: one is read again where its programme has another version.
    """

    def __init__(self) -> None:
        self._found: Mapping[str, FairFound] = {}
        self._halls: dict[str, tuple[FairFound, Hall]] = {}
        self._ledger: Ledger | None = None

    def read(self, ledger: Ledger) -> "Fairs":
        """Begin a transaction."""
        self._ledger = ledger
        self._found = ledger.fairs()
        return self

    def tour_of(self, fair: str) -> str:
        """Give a fair's tour: one that was never loaded here is a tour of its own."""
        found = self._found.get(fair)
        return found.tour if found else fair

    def stops(self, fair: str) -> list[str]:
        """Give the loaded fairs of a fair's tour, by id; one that was never loaded stands alone."""
        if fair not in self._found:
            return [fair]
        tour = self._found[fair].tour
        return sorted(other for other, found in self._found.items() if found.tour == tour)

    def hall(self, fair: str) -> Hall:
        """Give what a fair is counted by."""
        found = self._found.get(fair)
        if found is None or self._ledger is None:
            return hall_of(None, b"")
        if fair not in self._halls or self._halls[fair][0] != found:
            self._halls[fair] = found, hall_of(found, self._ledger.definition(fair))
        return self._halls[fair][1]

    def day_of(self, fair: str) -> DayOf:
        """Give the function that names a fair's local days."""
        return self.hall(fair).day_of


class Counting:
    """Made before anything is written; ``changes`` is asked when all is.

    ``new`` are the facts that come in, ``touched`` those that are there already and that the transaction
    moves or voids. ``fresh`` are subjects that nothing is known of yet.
    """

    def __init__(
        self,
        presences: Presences,
        fairs: Fairs,
        *,
        new: Sequence[NewFact],
        touched: Sequence[Touched],
        fresh: AbstractSet[int],
    ) -> None:
        self._presences = presences
        self._fairs = fairs
        self._new = [fact for fact in new if fact.kind in PRESENCES]
        self._fresh = fresh
        self._moves = bool(touched)
        self._subjects: dict[str, set[int]] = defaultdict(set)
        self._rows: dict[str, set[int]] = defaultdict(set)
        for fact in self._new:
            of_fair = self._subjects[fact.fair or ""]
            if fact.subject is not None:
                of_fair.add(fact.subject)
        for row, fair, subject, kind in touched:
            if kind in PRESENCES:
                self._subjects[fair].update(() if subject is None else (subject,))
                self._rows[fair].update((row,) if subject is None else ())
        self._before = self._read()

    def changes(self) -> dict[str, Figures]:
        """Give what is to be added to each fair's figures."""
        if self._moves:
            after = self._read()
        else:
            # Nothing that was there has moved: what is there now is that and what came.
            after = {fair: counted.copy() for fair, counted in self._before.items()}
        added: dict[str, list[Presence]] = defaultdict(list)
        for fact in self._new:
            # A re-reading has found what came with a card; to add that again changes nothing.
            if not fact.voided and (presence := presence_of(fact)) is not None:
                added[fact.fair or ""].append(presence)
        for fair, presences in added.items():
            after[fair].add(presences)
        found = {
            fair: difference(counted, after[fair], self._fairs.hall(fair))
            for fair, counted in self._before.items()
        }
        for fair, figures in firsts(self._earliest(after), self._fairs.day_of).items():
            found.setdefault(fair, {}).update(figures)
        return {fair: figures for fair, figures in found.items() if figures}

    def _read(self) -> dict[str, Counted]:
        """Give, by fair, what the ledger counts of all whose figures may change."""
        counted: dict[str, Counted] = {}
        for fair, subjects in self._subjects.items():
            counted[fair] = Counted(self._presences.of(fair, subjects))
            counted[fair].add(self._presences.without_card(fair, self._rows[fair]))
        return counted

    def _earliest(self, after: Mapping[str, Counted]) -> Iterator[tuple[Earliest, Earliest]]:
        """Give before and after of each subject that is first at a fair at another moment than it was."""
        tours: dict[tuple[str, ...], list[str]] = defaultdict(list)
        for fair in after:
            tours[tuple(self._fairs.stops(fair))].append(fair)
        for stops, here in tours.items():
            moved = {
                subject
                for fair in here
                for subject, _ in self._before[fair].earliest.items() ^ after[fair].earliest.items()
            }
            elsewhere = self._elsewhere(stops, here, moved - self._fresh)
            for subject in moved:
                others = elsewhere.get(subject, {})
                yield _at(subject, here, self._before, others), _at(subject, here, after, others)

    def _elsewhere(
        self, stops: Sequence[str], here: Sequence[str], subjects: AbstractSet[int]
    ) -> Mapping[int, Earliest]:
        """Give when these subjects were first at fairs that this transaction leaves to them as they are."""
        asked = [stop for stop in stops if [stop] != here]
        found: dict[int, dict[str, int]] = defaultdict(dict)
        for subject, fair, at in self._presences.earliest(asked, subjects) if asked else ():
            if subject not in self._subjects.get(fair, ()):
                found[subject][fair] = at
        return found


def count_anew(parts: Parts, fairs: Fairs, fair: str) -> None:
    """Derive a fair's figures again from its facts, and from when its people were first at other stops."""
    counted = Counted(parts.presences.all(fair))
    earliest = {subject: {fair: at} for subject, at in counted.earliest.items()}
    if others := [stop for stop in fairs.stops(fair) if stop != fair]:
        for subject, where, at in parts.presences.all_earliest(others):
            if subject in earliest:
                earliest[subject][where] = at
    began = firsts((({}, of_one) for of_one in earliest.values()), fairs.day_of)
    figures = difference(Counted(), counted, fairs.hall(fair))
    parts.ledger.drop_figures(fair)
    parts.ledger.add_to_figures(fair, {**figures, **began.get(fair, {})})
    tallies = parts.tallies
    tallies.drop(fair)
    tallies.add(fair, tally_of(tallies.all_tallied(fair)))
    chosen = tallies.choices(tallies.choosers(fair))
    tallies.add(fair, all_sign_ups(chosen, fairs.day_of).get(fair, {}))


def halls_of(ledger: Ledger) -> dict[str, Hall]:
    """Give what each loaded fair is counted by."""
    return {fair: hall_of(found, ledger.definition(fair)) for fair, found in ledger.fairs().items()}


def count_changed(parts: Parts, before: Mapping[str, Hall]) -> None:
    """Count those fairs anew that are counted by something else than before: a booth has another sector."""
    changed = [
        fair
        for fair, hall in halls_of(parts.ledger).items()
        if before.get(fair) != hall and parts.ledger.counts_anything(fair)
    ]
    fairs = Fairs().read(parts.ledger)
    for fair in changed:
        count_anew(parts, fairs, fair)
    parts.ledger.note_moves(changed)


def _at(subject: int, fairs: Iterable[str], counted: Mapping[str, Counted], others: Earliest) -> Earliest:
    here = {fair: counted[fair].earliest[subject] for fair in fairs if subject in counted[fair].earliest}
    return {**others, **here}
