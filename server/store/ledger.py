"""The ledger's statements: facts, marks, subjects, figures. The same for both engines.

Every method works on one body, inside the caller's transaction. Values go in and come out;
what they mean is decided in ``server.rules``.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from operator import attrgetter
from typing import Any, Final, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Select,
    Table,
    and_,
    bindparam,
    delete,
    exists,
    func,
    literal_column,
    or_,
    select,
    update,
)

from server.rules.figures import OF_BOOTHS, split_booth_key
from server.store import tables as t
from server.store.statements import Row, Statements
from wire.events import Feedback, Passage, Registration, SessionAttendance, SignUp, Visit, Withdrawal


class Place(NamedTuple):
    """One epoch of one device."""

    device: str
    epoch: int


@dataclass(frozen=True, slots=True)
class Mark:
    """How far a device's epoch is committed; its tail (see ``wire.messages``); the highest seq stored."""

    upto: int
    highest: int
    tail: str


class FairFound(NamedTuple):
    """A loaded fair; ``version`` is its programme's, 0 where none was signed."""

    tour: str
    timezone: str
    version: int


class Touched(NamedTuple):
    """A counting fact that is about to move in time or to be voided; ``id`` is its row's."""

    id: int
    fair: str
    subject: int | None
    kind: str


@dataclass(slots=True)
class NewFact:
    """A row of the ledger as it is to be written; the fields are columns, less ``id`` and ``body``."""

    device: str
    epoch: int
    seq: int
    status: str
    reason: str | None
    event_id: str | None
    digest: bytes
    received_at: int
    kind: str | None = None
    fair: str | None = None
    booth: str | None = None
    occurred_at: int | None = None
    monotonic_ms: int | None = None
    boot_id: str | None = None
    corrected_at: int | None = None
    subject: int | None = None
    category: int | None = None
    territory: int | None = None
    language: str | None = None
    staff_id: str | None = None
    voided: bool = False
    detail: str | None = None
    about: str | None = None
    sealed: bytes | None = None


@dataclass(frozen=True, slots=True)
class Offset:
    """The clock offset in force for one boot of one device, milliseconds."""

    server_minus_monotonic_ms: int
    server_minus_wall_ms: int
    round_trip_ms: int
    event_id: str


_STREAMED: Final = {"yield_per": 2000}
_FACT_COLUMNS: Final = tuple(field.name for field in fields(NewFact))
_fact_values = attrgetter(*_FACT_COLUMNS)
# Written out, not as a parameter: only then do both engines know that the partial index will do.
ACCEPTED: Final = t.fact.c.status == literal_column("'accepted'")
COUNTED: Final = frozenset(
    kind.kind for kind in (Visit, Passage, SessionAttendance, SignUp, Withdrawal, Feedback)
)
"""The kinds that count in a figure, each of a subject where it names a card."""
COUNTS: Final = and_(
    ACCEPTED,
    t.fact.c.voided.is_(False),
    # A server of before kept kinds that it did not know unread: those are about nothing.
    or_(
        t.fact.c.kind == Visit.kind,
        t.fact.c.kind == Registration.kind,
        and_(t.fact.c.kind.in_(sorted(COUNTED - {Visit.kind})), t.fact.c.about.is_not(None)),
    ),
)
"""What counts, and so can be voided. Of a registration it counts that there was one, and nothing in it."""

# Made once: every push to a page asks for them, and to make the statement takes longer than to run it.
_FIGURES: Final = select(t.figure.c.scope, t.figure.c.key, t.figure.c.visits, t.figure.c.attendance).where(
    t.figure.c.body == bindparam("of_body"),
    t.figure.c.fair == bindparam("of_fair"),
    or_(t.figure.c.visits != 0, t.figure.c.attendance != 0),
)


class Ledger(Statements):
    """The ledger of one body on one connection."""

    # -- what is there -----------------------------------------------------------------------

    def marks(self, places: Collection[Place]) -> dict[Place, Mark]:
        """Give the marks of these epochs, as far as there are any."""
        found: dict[Place, Mark] = {}
        devices = {place.device for place in places}
        query = select(t.mark).where(t.mark.c.body == self._body)
        for row in self._for_each(t.mark.c.device, devices, query):
            place = Place(row.device, row.epoch)
            if place in places:
                found[place] = Mark(row.upto, row.highest, row.tail)
        return found

    def digests_at(self, place: Place, first: int, last: int) -> dict[int, bytes]:
        """Give what is stored at these seqs of an epoch, by seq."""
        rows = self._c.execute(
            select(t.fact.c.seq, t.fact.c.digest).where(*self._at(place), t.fact.c.seq.between(first, last))
        )
        return {found: digest for found, digest in rows}  # noqa: C416 - dict() would take a result for a mapping

    def digests_of(self, event_ids: Collection[str]) -> dict[str, bytes]:
        """Give the digests of accepted facts by their event id."""
        query = select(t.fact.c.event_id, t.fact.c.digest).where(t.fact.c.body == self._body, ACCEPTED)
        return dict(self._for_each(t.fact.c.event_id, event_ids, query))

    def seqs_beyond(self, place: Place, seq: int) -> list[int]:
        """Give the stored seqs of an epoch after ``seq``, ascending."""
        rows = self._c.execute(
            select(t.fact.c.seq).where(*self._at(place), t.fact.c.seq > seq).order_by(t.fact.c.seq)
        )
        return list(rows.scalars())

    def names_at(self, place: Place, first: int, last: int) -> dict[int, str]:
        """Give the names of the events at these seqs of an epoch, by seq."""
        rows = self._c.execute(
            select(t.fact.c.seq, t.fact.c.event_id).where(*self._at(place), t.fact.c.seq.between(first, last))
        )
        return {row.seq: row.event_id or "" for row in rows}

    def fairs(self) -> dict[str, FairFound]:
        """Give every loaded fair."""
        fair, programme = t.fair.c, t.programme.c
        signed = and_(programme.body == fair.body, programme.fair == fair.fair)
        version = func.coalesce(programme.version, 0)
        query = select(fair.fair, fair.tour, fair.timezone, version)
        rows = self._c.execute(
            query.select_from(t.fair.outerjoin(t.programme, signed)).where(fair.body == self._body)
        )
        return {row[0]: FairFound(*row[1:]) for row in rows}

    def definition(self, fair: str) -> bytes:
        """Give a loaded fair's encoded description."""
        c = t.fair.c
        query = select(c.definition).where(c.body == self._body, c.fair == fair)
        return bytes(self._c.execute(query).scalar_one())

    def subjects(self, tour: str, cards: Collection[str]) -> dict[str, int]:
        """Give the subjects of these cards within a tour, as far as they are known."""
        table = t.subject_link
        query = select(table.c.card, table.c.subject).where(table.c.body == self._body, table.c.tour == tour)
        return dict(self._for_each(table.c.card, cards, query))

    def together(self, cards: Collection[str]) -> dict[str, list[str]]:
        """Give for those of these cards whose bearer has others the others, in their order."""
        table, other = t.member_card, t.member_card.alias("other")
        # Mostly nobody has: cards that no member holds are told apart by their own index alone.
        holders = select(table.c.card).where(table.c.body == self._body)
        cards = [row.card for row in self._for_each(table.c.card, cards, holders)]
        same = (other.c.body == table.c.body, other.c.member == table.c.member, other.c.card != table.c.card)
        query = select(table.c.card, other.c.card.label("another")).join(other, and_(*same))
        found: dict[str, list[str]] = {}
        for row in self._for_each(table.c.card, cards, query.where(table.c.body == self._body)):
            found.setdefault(row.card, []).append(row.another)
        return {card: sorted(others) for card, others in found.items()}

    def offsets(self, boots: Collection[tuple[str, str]]) -> dict[tuple[str, str], Offset]:
        """Give the clock offsets of these (device, boot id)."""
        found: dict[tuple[str, str], Offset] = {}
        table = t.clock_offset
        devices = {device for device, _ in boots}
        query = select(table).where(table.c.body == self._body)
        for row in self._for_each(table.c.device, devices, query):
            if (row.device, row.boot_id) in boots:
                found[row.device, row.boot_id] = Offset(
                    row.server_minus_monotonic_ms,
                    row.server_minus_wall_ms,
                    row.round_trip_ms,
                    row.event_id,
                )
        return found

    def void_targets(self, event_ids: Collection[str]) -> set[str]:
        """Give those of these events that a Void names, whenever it came."""
        query = select(t.void.c.target).where(t.void.c.body == self._body)
        return {target for (target,) in self._for_each(t.void.c.target, event_ids, query)}

    def to_void(self, event_ids: Collection[str]) -> list[Touched]:
        """Give the counting facts with these event ids."""
        query = self._touched.where(t.fact.c.body == self._body, COUNTS)
        return [Touched(*row) for row in self._for_each(t.fact.c.event_id, event_ids, query)]

    def of_boot(self, device: str, boot_id: str) -> list[Touched]:
        """Give the counting facts of one boot of a device."""
        where = (t.fact.c.body == self._body, t.fact.c.device == device, t.fact.c.boot_id == boot_id, COUNTS)
        return [Touched(*row) for row in self._c.execute(self._touched.where(*where))]

    def of_subjects(self, fairs: Collection[str], subjects: Collection[int]) -> list[Touched]:
        """Give the counting facts of these subjects at these fairs."""
        where = (
            t.fact.c.body == self._body,
            t.fact.c.fair.in_(sorted(fairs)),
            t.fact.c.subject.in_(sorted(subjects)),
            COUNTS,
        )
        return [Touched(*row) for row in self._c.execute(self._touched.where(*where))]

    def tours_of(self, cards: Collection[str]) -> list[str]:
        """Give the tours in which one of these cards was seen."""
        table = t.subject_link
        query = select(table.c.tour).where(table.c.body == self._body, table.c.card.in_(sorted(cards)))
        return list(self._c.execute(query.distinct()).scalars())

    # -- what is written ---------------------------------------------------------------------

    def add_facts(self, facts: Iterable[NewFact]) -> None:
        """Insert facts."""
        self._add_many(t.fact, _FACT_COLUMNS, map(_fact_values, facts))

    def link_subjects(self, tour: str, subjects: Mapping[str, int]) -> None:
        """Write down which random subject stands for which card within a tour."""
        rows = ((tour, card, subject) for card, subject in subjects.items())
        self._add_many(t.subject_link, ("tour", "card", "subject"), rows)

    def join_subjects(self, tour: str, fairs: Collection[str], others: Collection[int], subject: int) -> None:
        """Let all that other subjects have and did within a tour be this one's."""
        link, fact, gone = t.subject_link.c, t.fact.c, sorted(others)
        links = (link.body == self._body, link.tour == tour, link.subject.in_(gone))
        self._c.execute(update(t.subject_link).where(*links).values(subject=subject))
        facts = (fact.body == self._body, fact.fair.in_(sorted(fairs)), fact.subject.in_(gone))
        self._c.execute(update(t.fact).where(*facts).values(subject=subject))

    def set_marks(self, marks: Mapping[Place, Mark]) -> None:
        """Write marks, new or moved."""
        self._upsert(
            t.mark,
            [
                {**place._asdict(), "upto": mark.upto, "highest": mark.highest, "tail": mark.tail}
                for place, mark in marks.items()
            ],
            ("upto", "highest", "tail"),
        )

    def note_gone(self, place: Place, count: int) -> None:
        """Count seqs of an epoch that its kiosk no longer has and this ledger never had."""
        self._c.execute(
            update(t.mark)
            .where(
                t.mark.c.body == self._body, t.mark.c.device == place.device, t.mark.c.epoch == place.epoch
            )
            .values(gone=t.mark.c.gone + count)
        )

    def note_kept(self, device: str, kept: Mapping[int, int]) -> None:
        """Write down the last seq that a kiosk says it keeps, by epoch; of other epochs it keeps nothing."""
        table = t.mark
        known = {
            row.epoch: row.kept
            for row in self._c.execute(
                select(table.c.epoch, table.c.kept).where(
                    table.c.body == self._body, table.c.device == device
                )
            )
        }
        said = {**dict.fromkeys(known, 0), **kept}
        rows = [
            {"device": device, "epoch": epoch, "upto": 0, "highest": 0, "tail": "", "kept": last}
            for epoch, last in said.items()
            if known.get(epoch) != last
        ]
        self._upsert(table, rows, ("kept",))

    def add_voids(self, voids: Iterable[tuple[str, str]]) -> None:
        """Write down (target, the Void's own id)."""
        self._add_many(t.void, ("target", "event_id"), voids)

    def void_rows(self, ids: Collection[int]) -> None:
        """Mark rows as voided."""
        if ids:
            statement = update(t.fact).where(t.fact.c.id == bindparam("row")).values(voided=True)
            self._c.execute(statement, [{"row": row} for row in sorted(ids)])

    def set_offset(self, device: str, boot_id: str, offset: Offset) -> None:
        """Put a boot's clock offset in force and move its facts to corrected time."""
        self._upsert(
            t.clock_offset,
            [
                {
                    "device": device,
                    "boot_id": boot_id,
                    "server_minus_monotonic_ms": offset.server_minus_monotonic_ms,
                    "server_minus_wall_ms": offset.server_minus_wall_ms,
                    "round_trip_ms": offset.round_trip_ms,
                    "event_id": offset.event_id,
                }
            ],
            ("server_minus_monotonic_ms", "server_minus_wall_ms", "round_trip_ms", "event_id"),
        )
        self._c.execute(
            update(t.fact)
            .where(t.fact.c.body == self._body, t.fact.c.device == device, t.fact.c.boot_id == boot_id)
            .values(corrected_at=t.fact.c.monotonic_ms + offset.server_minus_monotonic_ms)
        )

    def add_quarantined(self, rows: Sequence[Row]) -> None:
        """Keep events that clash with others; the same bytes at the same place once."""
        self._upsert(t.quarantine, rows, ())

    def flag_device(self, device: str, reason: str) -> None:
        """Mark a kiosk as one to look at."""
        self._c.execute(
            update(t.kiosk)
            .where(t.kiosk.c.body == self._body, t.kiosk.c.device == device)
            .values(flag=reason)
        )

    def note_clock(self, device: str, wrong_ms: int) -> None:
        """Write down by how much a kiosk's wall clock is wrong, for people to see."""
        self._c.execute(
            update(t.kiosk)
            .where(t.kiosk.c.body == self._body, t.kiosk.c.device == device)
            .values(clock_wrong_ms=wrong_ms)
        )

    # -- figures -----------------------------------------------------------------------------

    def add_to_figures(self, fair: str, changes: Mapping[tuple[str, str], tuple[int, int]]) -> None:
        """Add (visits, attendance) to a fair's figures by (scope, key), those of single booths among them."""
        rows: list[Row] = []
        at_booths: list[Row] = []
        for (scope, key), (visits, attendance) in sorted(changes.items()):
            row = {"fair": fair, "scope": scope, "key": key, "visits": visits, "attendance": attendance}
            if scope in OF_BOOTHS:
                booth, of_booth = split_booth_key(key)
                at_booths.append({**row, "booth": booth, "key": of_booth})
            else:
                rows.append(row)
        self._add_up(t.figure, rows)
        self._add_up(t.booth_figure, at_booths)

    def drop_figures(self, fair: str) -> None:
        """Forget a fair's figures, to derive them again."""
        for table in (t.figure, t.booth_figure):
            self._c.execute(delete(table).where(table.c.body == self._body, table.c.fair == fair))

    def figures(self, fair: str) -> dict[tuple[str, str], tuple[int, int]]:
        """Give a fair's figures that are not zero: (visits, attendance) by (scope, key)."""
        rows = self._c.execute(_FIGURES, {"of_body": self._body, "of_fair": fair})
        return {(scope, key): (visits, attendance) for scope, key, visits, attendance in rows}

    def counts_anything(self, fair: str) -> bool:
        """Say whether anything is counted at a fair."""
        figure, tally = t.figure.c, t.tally.c
        figures = exists().where(
            figure.body == self._body, figure.fair == fair, or_(figure.visits != 0, figure.attendance != 0)
        )
        tallies = exists().where(tally.body == self._body, tally.fair == fair, tally["count"] != 0)
        return bool(self._c.execute(select(or_(figures, tallies))).scalar_one())

    def note_moves(self, fairs: Collection[str]) -> None:
        """Let a running server know that another process has moved these fairs' figures."""
        if not fairs:
            return
        statement = self._insert(t.figure_move)
        statement = statement.on_conflict_do_update(
            index_elements=[column.name for column in t.figure_move.primary_key],
            set_={"moves": t.figure_move.c.moves + 1},
        )
        self._c.execute(statement, [{"body": self._body, "fair": fair, "moves": 1} for fair in sorted(fairs)])

    def moves(self) -> dict[str, int]:
        """Give how often another process than a running server has moved figures, by fair."""
        rows = self._c.execute(
            select(t.figure_move.c.fair, t.figure_move.c.moves).where(t.figure_move.c.body == self._body)
        )
        return {row.fair: row.moves for row in rows}

    # -- telling -----------------------------------------------------------------------------

    def promised(self) -> dict[str, int]:
        """Give how many facts kiosks say they keep and this ledger does not have, by device."""
        rows = self._c.execute(
            select(t.mark.c.device, func.sum(t.mark.c.kept - t.mark.c.upto))
            .where(t.mark.c.body == self._body, t.mark.c.kept > t.mark.c.upto)
            .group_by(t.mark.c.device)
        )
        return {str(device): int(count) for device, count in rows}

    def count_since(self, device: str, received_at: int) -> int:
        """Count the facts of a device that came after that moment, ms UTC."""
        c = t.fact.c
        where = (c.body == self._body, c.device == device, c.received_at > received_at)
        return int(self._c.execute(select(func.count()).select_from(t.fact).where(*where)).scalar_one())

    def count_of(self, fair: str, devices: Collection[str]) -> int:
        """Count the facts of a fair, and those that these devices have brought besides."""
        c = t.fact.c
        where = (c.body == self._body, or_(c.fair == fair, c.device.in_(devices)))
        return int(self._c.execute(select(func.count()).select_from(t.fact).where(*where)).scalar_one())

    def counts(self) -> dict[str, int]:
        """Count the facts by what became of them, and the quarantined events."""
        rows = self._c.execute(
            select(t.fact.c.status, func.count()).where(t.fact.c.body == self._body).group_by(t.fact.c.status)
        )
        found = {str(status): int(count) for status, count in rows}
        held = select(func.count()).select_from(t.quarantine).where(t.quarantine.c.body == self._body)
        found["in_quarantine"] = int(self._c.execute(held).scalar_one())
        return found

    def facts(self, fair: str | None = None) -> Iterator[Row]:
        """Give every fact's place, id, kind and status, in the order of arrival."""
        columns = (
            "device",
            "epoch",
            "seq",
            "event_id",
            "kind",
            "status",
            "reason",
            "fair",
            "booth",
            "voided",
        )
        query: Select[Any] = select(*(t.fact.c[name] for name in columns)).where(t.fact.c.body == self._body)
        if fair is not None:
            query = query.where(t.fact.c.fair == fair)
        for row in self._c.execute(query.order_by(t.fact.c.id), execution_options=_STREAMED):
            yield dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's documented name for a row as a mapping

    # -- helpers -----------------------------------------------------------------------------

    def _add_up(self, table: Table, rows: Sequence[Row]) -> None:
        if not rows:
            return
        statement = self._insert(table)
        statement = statement.on_conflict_do_update(
            index_elements=[column.name for column in table.primary_key],
            set_={name: table.c[name] + statement.excluded[name] for name in ("visits", "attendance")},
        )
        self._c.execute(statement, [{"body": self._body, **row} for row in rows])

    def _at(self, place: Place) -> tuple[ColumnElement[bool], ...]:
        return (t.fact.c.body == self._body, t.fact.c.device == place.device, t.fact.c.epoch == place.epoch)

    @property
    def _touched(self) -> Select[Any]:
        return select(t.fact.c.id, t.fact.c.fair, t.fact.c.subject, t.fact.c.kind)
