"""The ledger's statements: facts, marks, subjects, figures. The same for both engines.

Every method works on one body, inside the caller's transaction. Values go in and come out;
what they mean is decided in ``server.rules``.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    Insert,
    Select,
    and_,
    delete,
    func,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from server.store import tables as t

_CHUNK: Final = 900
"""Values in one IN list: SQLite takes 32,766 parameters, but small statements stay cached."""

Row = dict[str, Any]


class Place(NamedTuple):
    """One epoch of one device."""

    device: str
    epoch: int


@dataclass(frozen=True, slots=True)
class Mark:
    """How far a device's epoch is committed; ``tail`` is the event id there, ``highest`` the highest seq."""

    upto: int
    highest: int
    tail: str


class StoredVisit(NamedTuple):
    """A visit that counts, as the figures need it. ``subject`` is None without a card."""

    fair: str
    subject: int | None
    booth: str
    at: int
    category: int


@dataclass(frozen=True, slots=True)
class Offset:
    """The clock offset in force for one boot of one device, milliseconds."""

    server_minus_monotonic_ms: int
    server_minus_wall_ms: int
    round_trip_ms: int
    event_id: str


_COUNTS: Final = and_(t.fact.c.kind == "visit", t.fact.c.status == "accepted", t.fact.c.voided.is_(False))


class Ledger:
    """The ledger of one body on one connection."""

    def __init__(self, connection: Connection, body: str) -> None:
        self._c = connection
        self._body = body

    # -- what is there -----------------------------------------------------------------------

    def marks(self, places: Collection[Place]) -> dict[Place, Mark]:
        """Give the marks of these epochs, as far as there are any."""
        found: dict[Place, Mark] = {}
        devices = sorted({place.device for place in places})
        for chunk in _chunks(devices):
            rows = self._c.execute(
                select(t.mark).where(t.mark.c.body == self._body, t.mark.c.device.in_(chunk))
            )
            for row in rows:
                place = Place(row.device, row.epoch)
                if place in places:
                    found[place] = Mark(row.upto, row.highest, row.tail)
        return found

    def digests_at(self, place: Place, first: int, last: int) -> dict[int, bytes]:
        """Give what is stored at these seqs of an epoch, by seq."""
        rows = self._c.execute(
            select(t.fact.c.seq, t.fact.c.digest).where(*self._at(place), t.fact.c.seq.between(first, last))
        )
        return {row.seq: row.digest for row in rows}

    def digests_of(self, event_ids: Collection[str]) -> dict[str, bytes]:
        """Give the digests of accepted facts by their event id."""
        return {row.event_id: row.digest for row in self._facts_by_id(event_ids, t.fact.c.digest)}

    def seqs_beyond(self, place: Place, seq: int) -> list[int]:
        """Give the stored seqs of an epoch after ``seq``, ascending."""
        rows = self._c.execute(
            select(t.fact.c.seq).where(*self._at(place), t.fact.c.seq > seq).order_by(t.fact.c.seq)
        )
        return list(rows.scalars())

    def event_id_at(self, place: Place, seq: int) -> str:
        """Give the event id at a place, or an empty text where it has none."""
        row = self._c.execute(select(t.fact.c.event_id).where(*self._at(place), t.fact.c.seq == seq)).first()
        return (row.event_id if row else None) or ""

    def fairs(self) -> dict[str, tuple[str, str]]:
        """Give (tour, time zone) of every known fair."""
        rows = self._c.execute(
            select(t.fair.c.fair, t.fair.c.tour, t.fair.c.timezone).where(t.fair.c.body == self._body)
        )
        return {row.fair: (row.tour, row.timezone) for row in rows}

    def subjects(self, tour: str, cards: Collection[str]) -> dict[str, int]:
        """Give the subjects of these cards within a tour, as far as they are known."""
        found: dict[str, int] = {}
        for chunk in _chunks(sorted(cards)):
            rows = self._c.execute(
                select(t.subject_link.c.card, t.subject_link.c.subject).where(
                    t.subject_link.c.body == self._body,
                    t.subject_link.c.tour == tour,
                    t.subject_link.c.card.in_(chunk),
                )
            )
            found.update({row.card: row.subject for row in rows})
        return found

    def offsets(self, boots: Collection[tuple[str, str]]) -> dict[tuple[str, str], Offset]:
        """Give the clock offsets of these (device, boot id)."""
        found: dict[tuple[str, str], Offset] = {}
        table = t.clock_offset
        for chunk in _chunks(sorted({device for device, _ in boots})):
            for row in self._c.execute(
                select(table).where(table.c.body == self._body, table.c.device.in_(chunk))
            ):
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
        found: set[str] = set()
        for chunk in _chunks(sorted(event_ids)):
            rows = self._c.execute(
                select(t.void.c.target).where(t.void.c.body == self._body, t.void.c.target.in_(chunk))
            )
            found.update(rows.scalars())
        return found

    def counted_visits(self, fair: str, subjects: Collection[int]) -> Iterator[StoredVisit]:
        """Give every counting visit of these subjects at a fair."""
        for chunk in _chunks(sorted(subjects)):
            yield from self._visits(t.fact.c.fair == fair, t.fact.c.subject.in_(chunk))

    def all_counted_visits(self, fair: str) -> Iterator[StoredVisit]:
        """Give every counting visit of a fair, with and without card: for a rebuild."""
        yield from self._visits(t.fact.c.fair == fair)

    def counted_without_card(self, ids: Collection[int]) -> Iterator[StoredVisit]:
        """Give those of these rows that are counting visits without a card."""
        for chunk in _chunks(sorted(ids)):
            yield from self._visits(t.fact.c.id.in_(chunk), t.fact.c.subject.is_(None))

    def visits_to_void(self, event_ids: Collection[str]) -> list[tuple[int, str, int | None]]:
        """Give (row id, fair, subject) of the counting visits with these event ids."""
        columns = (t.fact.c.id, t.fact.c.fair, t.fact.c.subject)
        return [
            (row.id, row.fair, row.subject)
            for row in self._facts_by_id(event_ids, *columns, and_also=_COUNTS)
        ]

    def visits_of_boot(self, device: str, boot_id: str) -> list[tuple[int, str, int | None]]:
        """Give (row id, fair, subject) of the counting visits of one boot of a device."""
        rows = self._c.execute(
            select(t.fact.c.id, t.fact.c.fair, t.fact.c.subject).where(
                t.fact.c.body == self._body, t.fact.c.device == device, t.fact.c.boot_id == boot_id, _COUNTS
            )
        )
        return [(row.id, row.fair, row.subject) for row in rows]

    # -- what is written ---------------------------------------------------------------------

    def add_facts(self, rows: Sequence[Row]) -> None:
        """Insert facts; every row holds the same keys, ``body`` aside."""
        if rows:
            self._c.execute(insert(t.fact), [{"body": self._body, **row} for row in rows])

    def link_subjects(self, tour: str, subjects: Mapping[str, int]) -> None:
        """Write down which random subject stands for which card within a tour."""
        self._add(
            insert(t.subject_link),
            [{"tour": tour, "card": card, "subject": subject} for card, subject in subjects.items()],
        )

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

    def add_voids(self, voids: Iterable[tuple[str, str]]) -> None:
        """Write down (target, the Void's own id)."""
        self._add(insert(t.void), [{"target": target, "event_id": event_id} for target, event_id in voids])

    def void_rows(self, ids: Collection[int]) -> None:
        """Mark rows as voided."""
        for chunk in _chunks(sorted(ids)):
            self._c.execute(update(t.fact).where(t.fact.c.id.in_(chunk)).values(voided=True))

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
        """Add (visits, attendance) to a fair's figures by (scope, key)."""
        rows = [
            {"fair": fair, "scope": scope, "key": key, "visits": visits, "attendance": attendance}
            for (scope, key), (visits, attendance) in sorted(changes.items())
        ]
        if not rows:
            return
        statement = self._insert(t.figure)
        statement = statement.on_conflict_do_update(
            index_elements=[column.name for column in t.figure.primary_key],
            set_={
                "visits": t.figure.c.visits + statement.excluded.visits,
                "attendance": t.figure.c.attendance + statement.excluded.attendance,
            },
        )
        self._c.execute(statement, [{"body": self._body, **row} for row in rows])

    def drop_figures(self, fair: str) -> None:
        """Forget a fair's figures, to derive them again."""
        self._c.execute(delete(t.figure).where(t.figure.c.body == self._body, t.figure.c.fair == fair))

    def figures(self, fair: str) -> dict[tuple[str, str], tuple[int, int]]:
        """Give a fair's figures that are not zero: (visits, attendance) by (scope, key)."""
        rows = self._c.execute(
            select(t.figure).where(
                t.figure.c.body == self._body,
                t.figure.c.fair == fair,
                or_(t.figure.c.visits != 0, t.figure.c.attendance != 0),
            )
        )
        return {(row.scope, row.key): (row.visits, row.attendance) for row in rows}

    # -- telling -----------------------------------------------------------------------------

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
        for row in self._c.execution_options(yield_per=2000).execute(query.order_by(t.fact.c.id)):
            yield dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's documented name for a row as a mapping

    # -- helpers -----------------------------------------------------------------------------

    def _at(self, place: Place) -> tuple[ColumnElement[bool], ...]:
        return (t.fact.c.body == self._body, t.fact.c.device == place.device, t.fact.c.epoch == place.epoch)

    def _facts_by_id(
        self,
        event_ids: Collection[str],
        *columns: ColumnElement[Any],
        and_also: ColumnElement[bool] | None = None,
    ) -> Iterator[Any]:
        for chunk in _chunks(sorted(event_ids)):
            query = select(t.fact.c.event_id, *columns).where(
                t.fact.c.body == self._body, t.fact.c.event_id.in_(chunk), t.fact.c.status == "accepted"
            )
            yield from self._c.execute(query if and_also is None else query.where(and_also))

    def _visits(self, *where: ColumnElement[bool]) -> Iterator[StoredVisit]:
        c = t.fact.c
        query = select(c.fair, c.subject, c.booth, c.corrected_at, c.category).where(
            c.body == self._body, _COUNTS, *where
        )
        for row in self._c.execute(query):
            yield StoredVisit(row.fair, row.subject, row.booth, row.corrected_at, row.category or 0)

    def _add(self, statement: Insert, rows: Sequence[Row]) -> None:
        if rows:
            self._c.execute(statement, [{"body": self._body, **row} for row in rows])

    def _upsert(self, table: Any, rows: Sequence[Row], changing: tuple[str, ...]) -> None:
        if not rows:
            return
        statement = self._insert(table)
        keys = [column.name for column in table.primary_key]
        if changing:
            statement = statement.on_conflict_do_update(
                index_elements=keys, set_={name: statement.excluded[name] for name in changing}
            )
        else:
            statement = statement.on_conflict_do_nothing(index_elements=keys)
        self._c.execute(statement, [{"body": self._body, **row} for row in rows])

    def _insert(self, table: Any) -> Any:
        """Give the engine's INSERT with ON CONFLICT: the two spell it alike, SQLAlchemy keeps them apart."""
        return (sqlite if self._c.dialect.name == "sqlite" else postgresql).insert(table)


def _chunks(values: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for start in range(0, len(values), _CHUNK):
        yield values[start : start + _CHUNK]
