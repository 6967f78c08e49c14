"""A fair's facts, row by row, for its archive: everything but for whose card it was."""

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from sqlalchemy import func, select

from server.store import tables as t
from server.store.statements import Row, Statements

_STREAMED: Final = {"yield_per": 2000}
_NOT_TOLD: Final = frozenset({"id", "body"})


class QuarantinedRow(NamedTuple):
    """An event that clashed with others, with its bytes as they came."""

    device: str
    epoch: int
    seq: int
    event_id: str
    reason: str
    received_at: int
    raw: bytes


class Archived(Statements):
    """The rows of one body on one connection that an archive is made of."""

    def count(self, fair: str) -> int:
        """Count a fair's facts."""
        where = (t.fact.c.body == self._body, t.fact.c.fair == fair)
        return int(self._c.execute(select(func.count()).select_from(t.fact).where(*where)).scalar_one())

    def facts(self, fair: str) -> Iterator[Row]:
        """Give a fair's facts by device, epoch and seq, with every column."""
        columns: list[Any] = [column for column in t.fact.c if column.name not in _NOT_TOLD]
        query = select(*columns).where(t.fact.c.body == self._body, t.fact.c.fair == fair)
        query = query.order_by(t.fact.c.device, t.fact.c.epoch, t.fact.c.seq)
        with self._c.execute(query, execution_options=_STREAMED) as rows:
            for row in rows:
                yield dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's documented name for a row as a mapping

    def quarantined(self) -> Iterator[QuarantinedRow]:
        """Give what is in quarantine, of whatever fair."""
        c = t.quarantine.c
        columns = (c.device, c.epoch, c.seq, c.event_id, c.reason, c.received_at, c.raw)
        query = select(*columns).where(c.body == self._body).order_by(c.device, c.epoch, c.seq, c.digest)
        with self._c.execute(query, execution_options=_STREAMED) as rows:
            for row in rows:
                yield QuarantinedRow(*row[:-1], bytes(row[-1]))
