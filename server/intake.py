"""Taking in batches: the one transaction in which facts, subjects, figures and marks agree.

A shell around the rules: it reads what the store holds, lets ``rules.ingest`` judge every
event and ``rules.figures`` count, and writes the outcome. Nothing is acknowledged before
the transaction of :meth:`Intake.take` has committed.
"""

import gc
import secrets
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any, Final, NamedTuple

from server.counting import Counting, Fairs, count_anew
from server.describing import card_of, describe
from server.rights.forgotten import Forgotten, without_name
from server.rules.ingest import Incoming, Verdict, classify, contiguous
from server.rules.scans import MINUTE_MS, SCANS, first_kept
from server.store.booths import Booths
from server.store.engine import Store
from server.store.enrolments import Enrolment, Enrolments
from server.store.feedback import FeedbackCases
from server.store.ledger import COUNTED, Ledger, Mark, NewFact, Offset, Place
from server.store.parts import Parts
from server.store.tallies import Tallies
from server.tallying import Tallying
from wire.envelope import Batch
from wire.events import (
    CardRevoked,
    ClockOffset,
    Event,
    EventError,
    Feedback,
    Registration,
    Reissue,
    Unknown,
    Void,
    Withdrawal,
    decode_event,
    event_name,
)
from wire.messages import KeptEpoch, next_tail


@dataclass(frozen=True, slots=True)
class Taken:
    """What a transaction did: marks to acknowledge, fairs whose figures moved, verdicts by name.

    ``enrols``: something for members came, which is to be worked off now.
    """

    marks: dict[Place, Mark]
    fairs: set[str]
    verdicts: Counter[str]
    flagged: set[str]
    enrols: bool = False


class _New(NamedTuple):
    """A fact that came in and counts, and whose it is: a card's identity, or an empty text."""

    fact: NewFact
    event_id: str
    fair: str
    card: str


@dataclass(slots=True)
class _Plan:
    """What is to be written, gathered while events are judged."""

    facts: list[NewFact] = field(default_factory=list)
    counted: list[_New] = field(default_factory=list)
    voids: list[tuple[str, str]] = field(default_factory=list)
    enrolments: list[Enrolment] = field(default_factory=list)
    urgent: list[tuple[str, str]] = field(default_factory=list)
    offsets: list[tuple[str, Event, ClockOffset]] = field(default_factory=list)
    quarantined: list[dict[str, Any]] = field(default_factory=list)
    unread: list[NewFact] = field(default_factory=list)
    verdicts: Counter[str] = field(default_factory=Counter)
    names: dict[tuple[Place, int], str] = field(default_factory=dict)
    flagged: set[str] = field(default_factory=set)


class Intake:
    """Takes batches of one body into the store. ``digest_key`` keys the hashes of event bytes.

    Where it works ``apart`` from a server that may be running, it notes for it what has moved.
    """

    def __init__(self, store: Store, body: str, *, digest_key: bytes, apart: bool = False) -> None:
        self._store = store
        self._body = body
        self._digest_key = digest_key
        self._apart = apart
        self._fairs = Fairs()

    def take(self, batches: Sequence[Batch], received_at: int) -> Taken:
        """Commit batches in one transaction. ``received_at`` is ms UTC by the server's clock."""
        with _uncollected(), self._store.writing() as connection:
            parts = Parts(connection, self._body)
            ledger = parts.ledger
            places = {Place(batch.head.device, batch.head.epoch) for batch in batches}
            before = ledger.marks(places)
            plan = self._judge(ledger, batches, before, received_at)
            fairs = self._write(parts, plan, Forgotten(connection, self._body, self._digest_key))
            _note_scans(Booths(connection, self._body), plan.facts, received_at)
            enrols = _write_enrolments(Enrolments(connection, self._body), plan)
            FeedbackCases(connection, self._body).open_urgent(plan.urgent, received_at)
            marks = _advance(ledger, batches, before, plan)
            ledger.set_marks({place: mark for place, mark in marks.items() if mark != before.get(place)})
            if self._apart:
                ledger.note_moves(fairs)
        return Taken(marks, fairs, plan.verdicts, plan.flagged, enrols)

    def greet(self, device: str, epochs: Iterable[KeptEpoch]) -> dict[int, Mark]:
        """Give the marks of a kiosk's epochs, by epoch.

        Where a kiosk has wiped facts that this ledger never had (it was restored from a
        backup made before they came), they are counted as gone and the mark moves on.
        """
        kept = list(epochs)
        with self._store.writing() as connection:
            ledger = Ledger(connection, self._body)
            marks = ledger.marks({Place(device, entry.epoch) for entry in kept})
            for entry in kept:
                place = Place(device, entry.epoch)
                mark = marks.get(place, Mark(0, 0, ""))
                if entry.first > mark.upto + 1:
                    beyond = ledger.seqs_beyond(place, mark.upto)
                    upto = contiguous(entry.first - 1, [seq for seq in beyond if seq >= entry.first])
                    tail = _tail(ledger, place, Mark(entry.first - 1, 0, ""), upto, {})
                    moved = Mark(upto, max(mark.highest, upto), tail)
                    ledger.set_marks({place: moved})
                    held = sum(seq < entry.first for seq in beyond)
                    ledger.note_gone(place, entry.first - 1 - mark.upto - held)
                    marks[place] = moved
            ledger.note_kept(device, {entry.epoch: entry.last for entry in kept})
        return {entry.epoch: marks.get(Place(device, entry.epoch), Mark(0, 0, "")) for entry in kept}

    def rebuild(self, fair: str) -> None:
        """Derive a fair's figures again from its facts."""
        with self._store.writing() as connection:
            parts = Parts(connection, self._body)
            count_anew(parts, self._fairs.read(parts.ledger), fair)
            if self._apart:
                parts.ledger.note_moves([fair])

    # -- judging -----------------------------------------------------------------------------

    def _judge(
        self, ledger: Ledger, batches: Sequence[Batch], marks: dict[Place, Mark], received_at: int
    ) -> _Plan:
        plan = _Plan()
        opened = [(batch, self._incoming(batch)) for batch in batches]
        ids = {item.event.event_id for _, items in opened for item in items if item.event is not None}
        digest_of_id = ledger.digests_of(ids)
        digest_at: dict[tuple[Place, int], bytes] = {}
        for batch, items in opened:
            head = batch.head
            place = Place(head.device, head.epoch)
            # Only what lies at or below the highest stored seq can be there already.
            if place in marks and head.first <= marks[place].highest:
                for seq, digest in ledger.digests_at(place, head.first, head.last).items():
                    digest_at.setdefault((place, seq), digest)
            for item in items:
                event_id = item.event.event_id if item.event else ""
                verdict = classify(
                    item,
                    digest_here=digest_at.get((place, item.seq)),
                    digest_of_id=digest_of_id.get(event_id),
                )
                plan.verdicts[verdict] += 1
                _carry_out(plan, verdict, place, item, received_at)
                if verdict is not Verdict.DUPLICATE and verdict is not Verdict.CLASH:
                    digest_at[place, item.seq] = item.digest
                if verdict is Verdict.ACCEPTED:
                    digest_of_id[event_id] = item.digest
        return plan

    def _incoming(self, batch: Batch) -> list[Incoming]:
        items = []
        for seq, raw in enumerate(batch.events, batch.head.first):
            digest = blake2b(raw, digest_size=16, key=self._digest_key).digest()
            try:
                items.append(Incoming(seq, raw, digest, decode_event(raw)))
            except EventError as problem:
                items.append(Incoming(seq, raw, digest, None, problem.code))
        return items

    # -- writing -----------------------------------------------------------------------------

    def _write(self, parts: Parts, plan: _Plan, forgotten: Forgotten) -> set[str]:
        ledger, tallies = parts.ledger, parts.tallies
        fairs = self._fairs.read(ledger)
        fresh = _give_subjects(ledger, fairs, plan.counted, forgotten)
        _date_withdrawals(tallies, plan.counted)
        forgotten.strip(plan.unread, plan.quarantined)
        offsets = self._correct_times(ledger, plan)
        registered = [fact for fact in plan.facts if fact.kind == Registration.kind and fact.status == _TAKEN]
        new = [*(each.fact for each in plan.counted), *registered]
        voided = ledger.void_targets({fact.event_id or "" for fact in new})
        voided.update(target for target, _ in plan.voids)
        for fact in new:
            fact.voided = fact.event_id in voided
        # Facts that are there already and that this transaction moves or voids.
        touched = [row for device, boot in offsets for row in ledger.of_boot(device, boot)]
        to_void = ledger.to_void({target for target, _ in plan.voids})
        touched += to_void

        counting = Counting(parts.presences, fairs, new=new, touched=touched, fresh=fresh)
        tallying = Tallying(tallies, new, touched, fairs.day_of)
        ledger.add_facts(plan.facts)
        ledger.add_voids(plan.voids)
        ledger.void_rows({row.id for row in to_void})
        for (device, boot), offset in offsets.items():
            ledger.set_offset(device, boot, offset)
            ledger.note_clock(device, offset.server_minus_wall_ms)
        ledger.add_quarantined(plan.quarantined)
        for device in plan.flagged:
            ledger.flag_device(device, "sends other facts under places or ids that are taken: a copied disk?")
        figures, tallied = counting.changes(), tallying.changes()
        for fair, moved in figures.items():
            ledger.add_to_figures(fair, moved)
        for fair, changed in tallied.items():
            tallies.add(fair, changed)
        return figures.keys() | tallied.keys()

    def _correct_times(self, ledger: Ledger, plan: _Plan) -> dict[tuple[str, str], Offset]:
        """Give every new row its corrected time; returns the boots whose offset changes."""
        boots = {(fact.device, fact.boot_id) for fact in plan.facts if fact.boot_id}
        in_force = ledger.offsets(boots)
        changed: dict[tuple[str, str], Offset] = {}
        for device, event, reading in plan.offsets:
            offset = Offset(
                reading.server_minus_monotonic_ms,
                reading.server_minus_wall_ms,
                reading.round_trip_ms,
                event.event_id,
            )
            boot = (device, event.boot_id)
            # The shortest round trip knows best; equal ones are told apart by id, so order does not matter.
            if boot not in in_force or _better(offset, in_force[boot]):
                in_force[boot] = changed[boot] = offset
        for fact in plan.facts:
            if fact.boot_id is None or fact.monotonic_ms is None:
                continue
            offset_of_boot = in_force.get((fact.device, fact.boot_id))
            if offset_of_boot is not None:
                fact.corrected_at = fact.monotonic_ms + offset_of_boot.server_minus_monotonic_ms
        return changed


def _give_subjects(ledger: Ledger, fairs: Fairs, counted: Sequence[_New], forgotten: Forgotten) -> set[int]:
    """Give every card its subject within the tour; returns those that are fresh.

    Whoever has several cards is one subject, also in a tour that was loaded after they were joined. Who is
    forgotten gets none.
    """
    tours = {fair: fairs.tour_of(fair) for fair in {new.fair for new in counted}}
    cards: dict[str, set[str]] = defaultdict(set)
    some_late = forgotten.knows_late
    for new in counted:
        if new.card and not (some_late and forgotten.is_late(new.fact)):
            cards[tours[new.fair]].add(new.card)
    known = {tour: ledger.subjects(tour, wanted) for tour, wanted in cards.items()}
    unknown = {tour: wanted - known[tour].keys() for tour, wanted in cards.items()}
    erased = forgotten.erased(set().union(*unknown.values()))
    strangers: set[int] = set()
    together = ledger.together(set().union(*unknown.values()) - erased)
    for tour, wanted in unknown.items():
        new_cards, subjects = sorted(wanted - erased), known[tour]
        others = {other for card in new_cards for other in together.get(card, ())}
        subjects.update(ledger.subjects(tour, others - subjects.keys()))
        fresh: dict[str, int] = {}
        for card in new_cards:
            its = [subjects[other] for other in together.get(card, ()) if other in subjects]
            subjects[card] = fresh[card] = min(its) if its else secrets.randbits(62)
            if not its:
                strangers.add(fresh[card])
        ledger.link_subjects(tour, fresh)
    for fact, _, fair, card in counted:
        if card:
            is_late = some_late and forgotten.is_late(fact)
            fact.subject = None if is_late else known[tours[fair]].get(card)
            if fact.subject is None:
                without_name(fact)
    return strangers


def _date_withdrawals(tallies: Tallies, counted: Sequence[_New]) -> None:
    """Let no withdrawal seem to have come before a decision that has not seen it: batches wait a moment."""
    withdrawals = [new.fact for new in counted if new.fact.kind == Withdrawal.kind]
    if not withdrawals:
        return
    decided = tallies.last_confirmed()
    for fact in withdrawals:
        fact.received_at = max(fact.received_at, decided)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Keep the garbage collector out.

    A transaction makes some ten thousand objects and needs them all until it ends; to look
    among them for garbage again and again took a quarter of the time.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _better(one: Offset, other: Offset) -> bool:
    return (one.round_trip_ms, one.event_id) < (other.round_trip_ms, other.event_id)


_TAKEN: Final = "accepted"
_STATUS: Final = {
    Verdict.ACCEPTED: _TAKEN,
    Verdict.COPY: "copy",
    Verdict.REJECTED: "rejected",
    Verdict.STOLEN_ID: "quarantined",
}


_KEPT_RAW: Final = (Verdict.CLASH, Verdict.STOLEN_ID, Verdict.REJECTED)
"""What no column holds: its bytes are kept, for a person or a later version to judge."""


def _carry_out(plan: _Plan, verdict: Verdict, place: Place, item: Incoming, received_at: int) -> None:
    if verdict is Verdict.DUPLICATE:
        return
    event = item.event
    event_id = event.event_id if event else ""
    if verdict is Verdict.CLASH or verdict is Verdict.STOLEN_ID:
        plan.flagged.add(place.device)
    if verdict in _KEPT_RAW:
        plan.quarantined.append(
            {
                **place._asdict(),
                "seq": item.seq,
                "digest": item.digest,
                "event_id": event_id,
                "reason": str(verdict),
                "raw": item.raw,
                "received_at": received_at,
            }
        )
    if verdict is Verdict.CLASH:
        return
    fact = NewFact(
        place.device,
        place.epoch,
        item.seq,
        _STATUS[verdict],
        reason=item.problem or None,
        # What cannot be read has a name all the same: a tail is folded over every event's.
        event_id=event_id or event_name(item.raw),
        digest=item.digest,
        received_at=received_at,
    )
    plan.facts.append(fact)
    plan.names[place, item.seq] = fact.event_id or ""
    if event is None:
        return
    describe(fact, event)
    if verdict is Verdict.ACCEPTED:
        _accept(plan, fact, event, item.raw)
    else:
        # It stands in quarantine, or a second time.
        fact.sealed = None
        if isinstance(event.fact, Unknown):
            plan.unread.append(fact)


def _accept(plan: _Plan, fact: NewFact, event: Event, raw: bytes) -> None:
    """Plan what an accepted fact means besides its own row."""
    event_id = event.event_id
    match event.fact:
        case Void(target=target):
            plan.voids.append((target, event_id))
        case ClockOffset() as reading:
            plan.offsets.append((fact.device, event, reading))
        case what if what.kind in COUNTED:
            card = card_of(what)
            plan.counted.append(_New(fact, event_id, event.fair, card.identity if card else ""))
            if isinstance(what, Feedback) and what.urgent:
                plan.urgent.append((event_id, event.fair))
        case Unknown():
            plan.unread.append(fact)
        case Registration() | Reissue() | CardRevoked():
            staff_id = event.staff_id or ""
            plan.enrolments.append(
                Enrolment(event_id, event.fact.kind, fact.device, staff_id, fact.received_at, raw)
            )


def _note_scans(booths: Booths, facts: Iterable[NewFact], received_at: int) -> None:
    """Count what was scanned in the last minutes: what comes late is not of now."""
    first, last = first_kept(received_at), received_at // MINUTE_MS + 1
    scans: dict[str, Counter[tuple[str, int]]] = defaultdict(Counter)
    for fact in facts:
        if fact.kind in SCANS and fact.status == _TAKEN:
            minute = (fact.corrected_at or 0) // MINUTE_MS
            if first <= minute <= last:
                scans[fact.fair or ""][fact.booth or "", minute] += 1
    for fair, counts in scans.items():
        booths.add_scans(fair, counts, first)


def _write_enrolments(enrolments: Enrolments, plan: _Plan) -> bool:
    """Leave what members get to be worked off after the commit; says whether there is anything."""
    if plan.enrolments:
        enrolments.add(plan.enrolments)
    touched = bool(plan.voids) and enrolments.note_voids({target for target, _ in plan.voids})
    return touched or bool(plan.enrolments)


def _advance(
    ledger: Ledger, batches: Sequence[Batch], before: dict[Place, Mark], plan: _Plan
) -> dict[Place, Mark]:
    marks: dict[Place, Mark] = {}
    heads: dict[Place, list[tuple[int, int]]] = defaultdict(list)
    for batch in batches:
        heads[Place(batch.head.device, batch.head.epoch)].append((batch.head.first, batch.head.last))
    for place, ranges in heads.items():
        mark = before.get(place, Mark(0, 0, ""))
        upto = mark.upto
        for first, last in sorted(ranges):
            if first <= upto + 1:
                upto = max(upto, last)
        highest = max(mark.highest, *(last for _, last in ranges))
        if upto < mark.highest:
            # Batches came out of order: what lies beyond the gap may be there already.
            upto = contiguous(upto, ledger.seqs_beyond(place, upto))
        marks[place] = Mark(upto, highest, _tail(ledger, place, mark, upto, plan.names))
    return marks


def _tail(ledger: Ledger, place: Place, mark: Mark, upto: int, names: Mapping[tuple[Place, int], str]) -> str:
    """Give the tail at ``upto``, from a mark before it; ``names`` holds those of this transaction."""
    seqs = range(mark.upto + 1, upto + 1)
    missing = [seq for seq in seqs if (place, seq) not in names]
    stored = ledger.names_at(place, missing[0], missing[-1]) if missing else {}
    tail = mark.tail
    for seq in seqs:
        tail = next_tail(tail, names[place, seq] if (place, seq) in names else stored[seq])
    return tail
