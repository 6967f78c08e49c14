"""The audit log of one body: a row for each look at personal data, chained by hashes."""

from collections.abc import Iterator
from typing import Final, TypeAlias

import msgspec
from sqlalchemy import Connection, delete, insert, select

from server.rules.audit import FIRST, End, Entry, end_of, first_broken, hash_of, start_of
from server.store import tables as t
from server.store.statements import Statements

Transaction: TypeAlias = Connection
"""What rows and their looks are written in, for those above the store."""
_MOST_OF_NAME: Final = 64
_STREAMED: Final = {"yield_per": 2000}


class AuditLog(Statements):
    """The log on one connection, inside the caller's transaction: a row and what it tells commit as one."""

    def append(self, key: bytes, *, at: int, who: str, what: str, about: str = "", **detail: object) -> int:
        """Write a row and give its number; ``at`` is ms UTC. ``detail`` names no person."""
        end = self.end()
        number = end.number + 1 if end else 1
        entry = Entry(
            self._body,
            number,
            at,
            who[:_MOST_OF_NAME],
            what,
            about,
            msgspec.json.encode(detail, order="sorted").decode(),
        )
        digest = hash_of(entry, end.hash if end else FIRST, key)
        row = {name: getattr(entry, name) for name in Entry.__struct_fields__}
        self._c.execute(insert(t.audit), [{**row, "hash": digest}])
        now = end_of(number, digest, key)
        self._upsert(
            t.audit_end,
            [{"number": now.number, "hash": now.hash, "seal": now.seal}],
            ("number", "hash", "seal"),
        )
        return number

    def end(self) -> End | None:
        """Give where the log ends; None before its first row."""
        row = self._c.execute(select(t.audit_end).where(t.audit_end.c.body == self._body)).first()
        return End(row.number, row.hash, row.seal) if row else None

    def entries(self, *, after: int = 0, about: str = "") -> Iterator[Entry]:
        """Give the rows after that number, those about one member (16 hex digits) where one is named."""
        for entry, _ in self._rows(after, about):
            yield entry

    def first_broken(self, key: bytes) -> tuple[int, str] | None:
        """Give the number of the first row that does not hold, and why; None where the log is whole."""
        return first_broken(self._rows(0, ""), self.end(), key, self.start())

    def start(self) -> End | None:
        """Give where the log begins; None while its first row is there."""
        row = self._c.execute(select(t.audit_start).where(t.audit_start.c.body == self._body)).first()
        return End(row.number, row.hash, row.seal) if row else None

    def take_out(self, key: bytes, *, before: int, most: int) -> int:
        """Take out the oldest rows, of before that ms UTC, at most so many; gives how many there were.

        The last row of the log stays.
        """
        c = t.audit.c
        mine = c.body == self._body
        query = select(c.number, c.at, c.hash).where(mine).order_by(c.number).limit(most + 1)
        gone: list[tuple[int, bytes]] = []
        for number, at, digest in self._c.execute(query).all()[:-1]:
            if at >= before:
                break
            gone.append((number, bytes(digest)))
        if gone:
            now = start_of(*gone[-1], key)
            self._c.execute(delete(t.audit).where(mine, c.number <= now.number))
            row = {"number": now.number, "hash": now.hash, "seal": now.seal}
            self._upsert(t.audit_start, [row], ("number", "hash", "seal"))
        return len(gone)

    def _rows(self, after: int, about: str) -> Iterator[tuple[Entry, bytes]]:
        query = select(t.audit).where(t.audit.c.body == self._body, t.audit.c.number > after)
        if about:
            query = query.where(
                (t.audit.c.about == about) | t.audit.c.detail.contains(about, autoescape=True)
            )
        # Closed where whoever reads has seen enough.
        with self._c.execute(query.order_by(t.audit.c.number), execution_options=_STREAMED) as rows:
            for row in rows:
                entry = Entry(*(getattr(row, name) for name in Entry.__struct_fields__))
                yield entry, bytes(row.hash)
