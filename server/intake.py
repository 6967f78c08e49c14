"""Taking in batches: the one transaction in which facts, subjects, figures and marks agree.

A shell around the rules: it reads what the store holds, lets ``rules.ingest`` judge every
event and ``rules.figures`` count, and writes the outcome. Nothing is acknowledged before
the transaction of :meth:`Intake.take` has committed.
"""

import secrets
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

import msgspec

from server.rules.figures import (
    CountedVisit,
    DayOf,
    Figures,
    add,
    changes,
    day_namer,
    tally,
    tally_without_card,
)
from server.rules.ingest import Incoming, Verdict, classify, contiguous
from server.store.engine import Store
from server.store.ledger import Ledger, Mark, Offset, Place, StoredVisit
from wire.card import Category
from wire.envelope import Batch
from wire.events import ClockOffset, Event, EventError, Lost, Refusal, Unknown, Visit, Void, decode_event
from wire.messages import KeptEpoch
from wire.programme import Fair

_DEFAULT_ZONE = Fair(id="", tour="", names={}, days=[]).timezone


@dataclass(frozen=True, slots=True)
class Taken:
    """What a transaction did: marks to acknowledge, fairs whose figures moved, verdicts by name."""

    marks: dict[Place, Mark]
    fairs: set[str]
    verdicts: Counter[str]
    flagged: set[str]


@dataclass(slots=True)
class _Plan:
    """What is to be written, gathered while events are judged."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    visits: list[dict[str, Any]] = field(default_factory=list)
    voids: list[tuple[str, str]] = field(default_factory=list)
    offsets: list[tuple[str, Event, ClockOffset]] = field(default_factory=list)
    quarantined: list[dict[str, Any]] = field(default_factory=list)
    verdicts: Counter[str] = field(default_factory=Counter)
    tails: dict[tuple[Place, int], str] = field(default_factory=dict)
    flagged: set[str] = field(default_factory=set)


class Intake:
    """Takes batches of one body into the store. ``digest_key`` keys the hashes of event bytes."""

    def __init__(self, store: Store, body: str, *, digest_key: bytes) -> None:
        self._store = store
        self._body = body
        self._digest_key = digest_key
        self._day_namers: dict[str, DayOf] = {}

    def take(self, batches: Sequence[Batch], received_at: int) -> Taken:
        """Commit batches in one transaction. ``received_at`` is ms UTC by the server's clock."""
        with self._store.writing() as connection:
            ledger = Ledger(connection, self._body)
            places = {Place(batch.head.device, batch.head.epoch) for batch in batches}
            before = ledger.marks(places)
            plan = self._judge(ledger, batches, before, received_at)
            fairs = self._write(ledger, plan)
            marks = _advance(ledger, batches, before, plan)
            ledger.set_marks({place: mark for place, mark in marks.items() if mark != before.get(place)})
        return Taken(marks, fairs, plan.verdicts, plan.flagged)

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
                    upto = contiguous(entry.first - 1, ledger.seqs_beyond(place, entry.first - 1))
                    moved = Mark(upto, max(mark.highest, upto), ledger.event_id_at(place, upto))
                    ledger.set_marks({place: moved})
                    ledger.note_gone(place, entry.first - 1 - mark.upto)
                    marks[place] = moved
        return {entry.epoch: marks.get(Place(device, entry.epoch), Mark(0, 0, "")) for entry in kept}

    def rebuild(self, fair: str) -> None:
        """Derive a fair's figures again from its facts."""
        with self._store.writing() as connection:
            ledger = Ledger(connection, self._body)
            ledger.drop_figures(fair)
            figures = self._figures(fair, ledger.all_counted_visits(fair), ledger)
            ledger.add_to_figures(fair, figures)

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
                if verdict not in {Verdict.DUPLICATE, Verdict.CLASH}:
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

    def _write(self, ledger: Ledger, plan: _Plan) -> set[str]:
        self._give_subjects(ledger, plan.visits)
        offsets = self._correct_times(ledger, plan)
        voided = ledger.void_targets({row["event_id"] for row in plan.visits})
        voided.update(target for target, _ in plan.voids)
        for row in plan.visits:
            row["voided"] = row["event_id"] in voided
        # Facts that are there already and that this transaction moves or voids.
        touched = [
            row for (device, boot), _ in offsets.items() for row in ledger.visits_of_boot(device, boot)
        ]
        to_void = ledger.visits_to_void({target for target, _ in plan.voids})
        touched += to_void

        subjects: dict[str, set[int]] = defaultdict(set)
        for row in plan.visits:
            if row["subject"] is not None:
                subjects[row["fair"]].add(row["subject"])
        for _, fair, subject in touched:
            if subject is not None:
                subjects[fair].add(subject)
        rows_without_card = {row_id for row_id, _, subject in touched if subject is None}

        before = self._counted(ledger, subjects, rows_without_card)
        ledger.add_facts(plan.rows)
        ledger.add_voids(plan.voids)
        ledger.void_rows({row_id for row_id, _, _ in to_void})
        for (device, boot), offset in offsets.items():
            ledger.set_offset(device, boot, offset)
            ledger.note_clock(device, offset.server_minus_wall_ms)
        new = [_stored(row) for row in plan.visits if not row["voided"]]
        # Re-reading is for the rare case; else what is there after is what was there plus the new.
        kept = self._counted(ledger, subjects, rows_without_card) if touched else [*before, *new]
        after = kept + [visit for visit in new if visit.subject is None] if touched else kept
        ledger.add_quarantined(plan.quarantined)
        for device in plan.flagged:
            ledger.flag_device(device, "sends other facts under places or ids that are taken: a copied disk?")
        return self._move_figures(ledger, before, after)

    def _counted(
        self, ledger: Ledger, subjects: dict[str, set[int]], rows_without_card: set[int]
    ) -> list[StoredVisit]:
        found = [visit for fair, ids in subjects.items() for visit in ledger.counted_visits(fair, ids)]
        return found + list(ledger.counted_without_card(rows_without_card))

    def _move_figures(
        self, ledger: Ledger, before: Sequence[StoredVisit], after: Sequence[StoredVisit]
    ) -> set[str]:
        moved: set[str] = set()
        for fair in {visit.fair for visit in (*before, *after)}:
            figures = self._figures(fair, (visit for visit in after if visit.fair == fair), ledger)
            add(figures, self._figures(fair, (visit for visit in before if visit.fair == fair), ledger), -1)
            if changed := changes(figures):
                ledger.add_to_figures(fair, changed)
                moved.add(fair)
        return moved

    def _figures(self, fair: str, visits: Iterable[StoredVisit], ledger: Ledger) -> Figures:
        by_subject: dict[int | None, list[CountedVisit]] = defaultdict(list)
        for visit in visits:
            if visit.category != Category.STAFF:
                by_subject[visit.subject].append(CountedVisit(visit.booth, visit.at, visit.category))
        day_of = self._day_of(fair, ledger)
        figures = tally_without_card(by_subject.pop(None, []), day_of)
        for of_one in by_subject.values():
            add(figures, tally(of_one, day_of))
        return figures

    def _day_of(self, fair: str, ledger: Ledger) -> DayOf:
        if fair not in self._day_namers:
            _, zone = ledger.fairs().get(fair, ("", _DEFAULT_ZONE))
            self._day_namers[fair] = day_namer(zone)
        return self._day_namers[fair]

    def _give_subjects(self, ledger: Ledger, visits: Sequence[dict[str, Any]]) -> None:
        cards: dict[str, set[str]] = defaultdict(set)
        tours: dict[str, str] = {}
        fairs = ledger.fairs() if visits else {}
        for row in visits:
            tours[row["fair"]] = fairs[row["fair"]][0] if row["fair"] in fairs else row["fair"]
            if row["card"]:
                cards[tours[row["fair"]]].add(row["card"])
        known: dict[str, dict[str, int]] = {}
        for tour, wanted in cards.items():
            known[tour] = ledger.subjects(tour, wanted)
            fresh = {card: secrets.randbits(62) for card in sorted(wanted - known[tour].keys())}
            ledger.link_subjects(tour, fresh)
            known[tour].update(fresh)
        for row in visits:
            card = row.pop("card")
            row["subject"] = known[tours[row["fair"]]][card] if card else None

    def _correct_times(self, ledger: Ledger, plan: _Plan) -> dict[tuple[str, str], Offset]:
        """Give every new row its corrected time; returns the boots whose offset changes."""
        boots = {(row["device"], row["boot_id"]) for row in plan.rows if row["boot_id"]}
        in_force = ledger.offsets(boots)
        changed: dict[tuple[str, str], Offset] = {}
        for device, event, fact in plan.offsets:
            offset = Offset(
                fact.server_minus_monotonic_ms, fact.server_minus_wall_ms, fact.round_trip_ms, event.event_id
            )
            boot = (device, event.boot_id)
            # The shortest round trip knows best; equal ones are told apart by id, so order does not matter.
            if boot not in in_force or _better(offset, in_force[boot]):
                in_force[boot] = changed[boot] = offset
        for row in plan.rows:
            offset_of_row = in_force.get((row["device"], row["boot_id"]))
            if offset_of_row is not None:
                row["corrected_at"] = row["monotonic_ms"] + offset_of_row.server_minus_monotonic_ms
        return changed


def _better(one: Offset, other: Offset) -> bool:
    return (one.round_trip_ms, one.event_id) < (other.round_trip_ms, other.event_id)


def _stored(row: dict[str, Any]) -> StoredVisit:
    return StoredVisit(row["fair"], row["subject"], row["booth"], row["corrected_at"], row["category"] or 0)


def _carry_out(plan: _Plan, verdict: Verdict, place: Place, item: Incoming, received_at: int) -> None:
    if verdict is Verdict.DUPLICATE:
        return
    event_id = item.event.event_id if item.event else ""
    if verdict in {Verdict.CLASH, Verdict.STOLEN_ID}:
        plan.flagged.add(place.device)
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
    row = _row(place, item, received_at)
    plan.rows.append(row)
    plan.tails[place, item.seq] = event_id
    if verdict is not Verdict.ACCEPTED or item.event is None:
        row["status"] = {Verdict.COPY: "copy", Verdict.STOLEN_ID: "quarantined"}.get(verdict, "rejected")
        row["reason"] = item.problem or None
        return
    match item.event.fact:
        case Visit(card=card):
            row["card"] = card.identity if card else ""
            plan.visits.append(row)
        case Void(target=target):
            plan.voids.append((target, event_id))
        case ClockOffset() as fact:
            plan.offsets.append((place.device, item.event, fact))


def _row(place: Place, item: Incoming, received_at: int) -> dict[str, Any]:
    row: dict[str, Any] = {
        **place._asdict(),
        "seq": item.seq,
        "status": "accepted",
        "reason": None,
        "event_id": None,
        "digest": item.digest,
        "kind": None,
        "fair": None,
        "booth": None,
        "occurred_at": None,
        "monotonic_ms": None,
        "boot_id": None,
        "corrected_at": None,
        "received_at": received_at,
        "subject": None,
        "category": None,
        "territory": None,
        "language": None,
        "staff_id": None,
        "voided": False,
        "detail": None,
    }
    event = item.event
    if event is None:
        return row
    card = event.fact.card if isinstance(event.fact, Visit | Refusal) else None
    row.update(
        event_id=event.event_id,
        kind=event.fact.kind,
        fair=event.fair,
        booth=event.booth,
        occurred_at=event.occurred_at,
        monotonic_ms=event.monotonic_ms,
        boot_id=event.boot_id,
        corrected_at=event.occurred_at,
        staff_id=event.staff_id,
        detail=_detail(event),
    )
    if card is not None:
        row.update(category=card.category, territory=card.territory, language=card.language)
    return row


def _detail(event: Event) -> str | None:
    """Give what the columns do not hold, without a card's identity: that rests in subject links alone."""
    match event.fact:
        case Visit(clock_doubtful=doubtful):
            return '{"clock_doubtful":true}' if doubtful else None
        case Refusal(code=code):
            return f'{{"code":"{code}"}}'
        case Void(target=target, reason=reason):
            return _json({"target": target, "reason": reason})
        case Lost(epoch=epoch, first=first, last=last, reason=reason):
            return _json({"epoch": epoch, "first": first, "last": last, "reason": reason})
        case Unknown(raw=raw):
            return raw.decode("utf-8", "replace")
        case _:
            return None


def _json(value: dict[str, object]) -> str:
    return msgspec.json.encode(value).decode()


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
        tail = mark.tail
        if upto != mark.upto:
            known = plan.tails.get((place, upto))
            tail = known if known is not None else ledger.event_id_at(place, upto)
        marks[place] = Mark(upto, highest, tail)
    return marks
