"""Every table as lines and back, the same from and for either engine: what a backup is made of.

A row is a line of JSON, an array of its values in the order of its table's columns; bytes are
base64. Both directions work inside the caller's transaction.
"""

from base64 import b64decode
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec
from alembic.runtime.migration import MigrationContext
from sqlalchemy import (
    Connection,
    LargeBinary,
    delete,
    func,
    insert,
    literal,
    literal_column,
    select,
    text,
    update,
)

from server.rules.tallies import FACE, TOPIC, URGENT, Tallied, Tally, tally_of, told_of
from server.store import tables as t
from server.store.engine import StoreError
from server.store.feedback import FeedbackCases
from server.store.ledger import ACCEPTED
from server.store.member_counts import MemberCounts
from server.store.tallies import Tallies
from wire.events import Feedback

_AT_ONCE: Final = 2000
_STREAMED: Final = {"yield_per": _AT_ONCE}
_TALLIED: Final = (
    t.fact.c.kind,
    t.fact.c.about,
    t.fact.c.corrected_at,
    func.coalesce(t.fact.c.category, 0),
    t.fact.c.detail,
)
_COUNTED_BEFORE: Final = frozenset({FACE, TOPIC, URGENT})


@dataclass(frozen=True, slots=True)
class Summary:
    """How far a store is: facts, the newest of them (number; ms UTC), the highest version signed.

    ``looks`` are how many rows the audit log of each body has had: of lists, accounts and decisions, too.
    """

    facts: int
    newest: int
    newest_at: int
    signed: int
    looks: Mapping[str, int]

    def is_beyond(self, other: "Summary") -> bool:
        """Say whether something is here that came after the other was as it is."""
        return (
            self.facts > other.facts
            or self.newest_at > other.newest_at
            or self.signed > other.signed
            or any(number > other.looks.get(body, 0) for body, number in self.looks.items())
        )


def table_names() -> list[str]:
    """Name every table, those that others lean on first."""
    return [str(table.name) for table in t.metadata.sorted_tables]


def column_names(name: str) -> list[str]:
    """Name a table's columns."""
    return [str(column.name) for column in t.metadata.tables[name].columns]


def summary(connection: Connection) -> Summary:
    """Say how far a store is, all bodies together."""
    facts, newest, newest_at = connection.execute(
        select(func.count(), func.max(t.fact.c.id), func.max(t.fact.c.received_at))
    ).one()
    # Versions are the time of signing, so the highest one is the last that was signed.
    signed = [
        int(connection.execute(select(func.max(table.c.version))).scalar() or 0)
        for table in (t.programme, t.revocation_list, t.fair_setup)
    ]
    ends = connection.execute(select(t.audit_end.c.body, t.audit_end.c.number))
    looks = {body: number for body, number in ends}  # noqa: C416 - dict() would take a result for a mapping
    return Summary(int(facts), int(newest or 0), int(newest_at or 0), max(signed), looks)


def is_empty(connection: Connection) -> bool:
    """Say whether no table has a row."""
    tables = t.metadata.sorted_tables
    return all(
        connection.execute(select(literal(1)).select_from(each).limit(1)).first() is None for each in tables
    )


def revision(connection: Connection) -> str:
    """Give the number of the step that the tables are at."""
    return MigrationContext.configure(connection).get_current_revision() or ""


def count_rows(connection: Connection, name: str) -> int:
    """Count a table's rows."""
    return int(connection.execute(select(func.count()).select_from(t.metadata.tables[name])).scalar_one())


def lines_of(connection: Connection, name: str) -> Iterator[bytes]:
    """Give a table's rows as lines, in the order of its key."""
    table = t.metadata.tables[name]
    query = select(table).order_by(*table.primary_key)
    for row in connection.execute(query, execution_options=_STREAMED):
        yield msgspec.json.encode(list(row)) + b"\n"


def empty(connection: Connection) -> None:
    """Take every row out of every table."""
    for table in reversed(t.metadata.sorted_tables):
        connection.execute(delete(table))


def fill(connection: Connection, name: str, columns: Sequence[str], lines: Iterable[bytes]) -> int:
    """Put rows into a table and give their number.

    A column that ``columns`` lacks gets its default: the lines may be of an older Riwaq's. Raises
    :class:`StoreError` where the table or a column is not known here, or a line is no row.
    """
    table = t.metadata.tables.get(name)
    if table is None or not set(columns) <= set(table.columns.keys()):
        raise StoreError(f"the table {name} is of a newer Riwaq: install that version here first")
    count = 0
    rows: list[dict[str, Any]] = []
    for line in lines:
        rows.append(row_of(name, columns, line))
        if len(rows) == _AT_ONCE:
            connection.execute(insert(table), rows)
            count += len(rows)
            rows = []
    if rows:
        connection.execute(insert(table), rows)
    return count + len(rows)


def count_on(connection: Connection) -> None:
    """Let the numbers of facts to come go on after those that were put in."""
    if connection.dialect.name == "postgresql":
        connection.execute(
            text("SELECT setval(pg_get_serial_sequence('fact', 'id'), (SELECT max(id) FROM fact))")
        )


def count_members(connection: Connection) -> None:
    """Count the members of every body, whose counts an older Riwaq's lines lack."""
    for body in connection.execute(select(t.body.c.body)).scalars().all():
        MemberCounts(connection, body).anew()


def take_up_feedback(connection: Connection) -> None:
    """Do with the feedback of an older Riwaq's lines what a ledger of before got with its step r0015.

    What is urgent gets a case, and all is counted by hour, topic and face.
    """
    kind, about = t.fact.c.kind == Feedback.kind, t.fact.c.about.is_not(None)
    counts = (ACCEPTED, kind, about, t.fact.c.voided.is_(False))
    query = select(t.fact.c.body, t.fact.c.fair, t.fact.c.event_id, t.fact.c.received_at, *_TALLIED)
    tallied: dict[tuple[str, str], Tally] = {}
    for row in connection.execute(query.where(*counts)).all():
        fact = Tallied(*row[4:])
        if tally := tally_of([fact]):
            tallied.setdefault((row.body, row.fair), Counter()).update(tally)
            if told_of(fact.detail).urgent:
                FeedbackCases(connection, row.body).open_urgent([(row.event_id, row.fair)], row.received_at)
    for (body, fair), tally in tallied.items():
        fresh = {key: count for key, count in tally.items() if key[0] not in _COUNTED_BEFORE}
        Tallies(connection, body).add(fair, fresh)


def drop_second_seals(connection: Connection) -> None:
    """Empty what lines of an older Riwaq's have sealed twice, as step r0016: no erasure would find it."""
    c = t.fact.c
    second = (c.status != literal_column("'accepted'"), c.sealed.is_not(None))
    connection.execute(update(t.fact).where(*second).values(sealed=None))


def row_of(name: str, columns: Sequence[str], line: bytes) -> dict[str, Any]:
    """Read a line as a row of a known table; raises :class:`StoreError`."""
    table = t.metadata.tables[name]
    try:
        values = msgspec.json.decode(line, type=list[Any])
        row = dict(zip(columns, values, strict=True))
        for column in columns:
            if isinstance(table.c[column].type, LargeBinary) and row[column] is not None:
                row[column] = b64decode(row[column], validate=True)
    except (msgspec.DecodeError, TypeError, ValueError) as problem:
        raise StoreError(f"what stands for a row of {table.name} is none: {problem}") from None
    return row
