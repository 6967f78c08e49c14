"""The kiosk's durable record: every fact, from the moment it happens until the fair is closed.

SQLite in WAL mode with ``synchronous=FULL``: kiosks get unplugged, and WAL with NORMAL can
lose a committed row when they are. Every row carries a checksum, since SQLite does not see
a payload bit that flipped on the disk. One thread owns the connection (see ``station``).

A row that cannot be read, or a file that SQLite calls malformed, is never silently passed
over: :meth:`Journal.read` gives None for it, and the station puts a ``Lost`` fact in its
place, so that the server knows and the mark moves on.
"""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Final

from kiosk import KioskError
from kiosk.rules.delivery import EpochView
from wire.events import event_name
from wire.messages import next_tail

_MIGRATIONS: Final = (
    """
    CREATE TABLE epoch (
        ordinal INTEGER PRIMARY KEY,
        epoch INTEGER NOT NULL UNIQUE,
        first INTEGER NOT NULL,
        last INTEGER NOT NULL,
        mark INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE fact (
        epoch INTEGER NOT NULL,
        seq INTEGER NOT NULL,
        event_id TEXT NOT NULL,
        payload BLOB NOT NULL,
        checksum BLOB NOT NULL,
        PRIMARY KEY (epoch, seq)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE setting (key TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT, WITHOUT ROWID;
    """,
    # Over the events up to the mark; rows after it are always there or declared lost.
    "ALTER TABLE epoch ADD COLUMN tail TEXT NOT NULL DEFAULT '';",
)


_PAGE: Final = 500
"""Rows read at a time."""
_NEW_EPOCH: Final = "INSERT INTO epoch (epoch, first, last, mark, tail) VALUES (?, ?, ?, ?, ?)"
_FACTS: Final = "SELECT epoch, seq, event_id, payload, checksum FROM fact"


class JournalError(KioskError):
    """The journal cannot be opened or written; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One fact to record: its id (32 hex digits) and its encoded event."""

    event_id: str
    payload: bytes


@dataclass(frozen=True, slots=True)
class Position:
    """Where a fact stands: contiguous ``seq`` within ``epoch``."""

    epoch: int
    seq: int


@dataclass(frozen=True, slots=True)
class Salvage:
    """What was found when the journal was opened: rows saved from a malformed file, and holes."""

    moved_aside: Path
    saved: int
    holes: int


def _checksum(epoch: int, seq: int, event_id: str, payload: bytes) -> bytes:
    head = f"{epoch}/{seq}/{event_id}/".encode()
    return blake2b(head + payload, digest_size=8).digest()


def _sound(epoch: int, seq: int, event_id: object, payload: object, checksum: object) -> bool:
    # A broken page may give anything in any column, whatever the table says.
    return (
        isinstance(event_id, str)
        and isinstance(payload, bytes)
        and checksum == _checksum(epoch, seq, event_id, payload)
    )


def _text(raw: bytes) -> str:
    # A flipped bit can make a text undecodable; that must cost its own row, not all that come after.
    return raw.decode("utf-8", "replace")


class Journal:
    """The journal in one file. ``mint_epoch`` gives a fresh random epoch (below 2**53).

    A new epoch begins with the first fact after the journal was opened: a kiosk whose disk
    was put back to an older state must never use a seq again, since the server would take
    the new fact for the old one.
    """

    def __init__(self, path: Path, *, mint_epoch: Callable[[], int]) -> None:
        self._path = path
        self._mint_epoch = mint_epoch
        self._epoch: int | None = None
        self._last = 0
        self.salvage: Salvage | None = None
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._db = self._open()
        except (OSError, sqlite3.Error) as problem:
            raise JournalError(
                f"the journal {path.name} cannot be opened ({problem}): check that the disk is not full "
                f"and that this account may write to {path.parent.name}/"
            ) from None

    def close(self) -> None:
        """Close the file; everything committed is on the disk already."""
        self._db.close()

    def append(self, entries: Sequence[Entry]) -> list[Position]:
        """Commit facts and give their places; when this returns they survive a pulled plug."""
        fresh = self._epoch is None
        epoch = self._mint_epoch() if self._epoch is None else self._epoch
        last = 0 if fresh else self._last
        positions = [Position(epoch, last + 1 + i) for i in range(len(entries))]
        with self._transaction():
            if fresh:
                self._db.execute(_NEW_EPOCH, (epoch, 1, positions[-1].seq, 0, ""))
            else:
                self._db.execute("UPDATE epoch SET last = ? WHERE epoch = ?", (positions[-1].seq, epoch))
            self._db.executemany(
                "INSERT INTO fact VALUES (?, ?, ?, ?, ?)",
                [
                    (
                        at.epoch,
                        at.seq,
                        e.event_id,
                        e.payload,
                        _checksum(at.epoch, at.seq, e.event_id, e.payload),
                    )
                    for at, e in zip(positions, entries, strict=True)
                ],
            )
        self._epoch, self._last = epoch, positions[-1].seq
        return positions

    def epochs(self) -> list[EpochView]:
        """Give every epoch that is kept."""
        rows = self._db.execute("SELECT epoch, first, last, mark FROM epoch ORDER BY ordinal")
        return [EpochView(*row) for row in rows]

    def read(self, epoch: int, first: int, last: int) -> list[Entry | None]:
        """Give the facts of these seqs, both ends included; None where one is missing or damaged."""
        found: dict[int, Entry] = {}
        rows = self._db.execute(
            "SELECT seq, event_id, payload, checksum FROM fact WHERE epoch = ? AND seq BETWEEN ? AND ?",
            (epoch, first, last),
        )
        for seq, event_id, payload, checksum in _readable(rows):
            if _sound(epoch, seq, event_id, payload, checksum):
                found[seq] = Entry(event_id, payload)
        return [found.get(seq) for seq in range(first, last + 1)]

    def replace(self, epoch: int, seq: int, entry: Entry) -> None:
        """Put a ``Lost`` fact where a row cannot be read any more."""
        with self._transaction():
            self._db.execute(
                "INSERT OR REPLACE INTO fact VALUES (?, ?, ?, ?, ?)",
                (
                    epoch,
                    seq,
                    entry.event_id,
                    entry.payload,
                    _checksum(epoch, seq, entry.event_id, entry.payload),
                ),
            )

    def tail(self, epoch: int, upto: int) -> str | None:
        """Give the tail of an epoch at a seq (see ``wire.messages``).

        None where the journal does not hold or cannot read every fact that it needs for it:
        those after the mark, or before a mark that is to go back all of them.
        """
        row = self._db.execute(
            "SELECT first, last, mark, tail FROM epoch WHERE epoch = ?", (epoch,)
        ).fetchone()
        if row is None:
            return None
        first, last, mark, tail = row
        if not first - 1 <= upto <= last:
            return None
        done = mark
        if upto < mark:
            done, tail = first - 1, ""
        for start in range(done + 1, upto + 1, _PAGE):
            for entry in self.read(epoch, start, min(start + _PAGE - 1, upto)):
                if entry is None:
                    return None
                tail = next_tail(tail, event_name(entry.payload))
        return str(tail)

    def set_mark(self, epoch: int, upto: int, server_time: int) -> None:
        """Note what is delivered, and when the server said so (ms UTC by its clock)."""
        tail = self.tail(epoch, upto)
        with self._transaction():
            self._db.execute("UPDATE epoch SET mark = ?, tail = ? WHERE epoch = ?", (upto, tail or "", epoch))
            self._put("server_time", str(server_time).encode())

    def fork(self, epoch: int) -> EpochView | None:
        """Move ``epoch`` to a fresh number with seqs, ids and bytes unchanged, nothing of it delivered.

        Gives the epoch as it is now, or None where there is none of that number. A damaged
        row leaves a hole, which is declared ``Lost`` like any other.
        """
        view = next((view for view in self.epochs() if view.epoch == epoch), None)
        if view is None:
            return None
        fresh = self._mint_epoch()
        # One transaction: a plug that is pulled here must not leave facts that are nowhere to be sent.
        with self._transaction():
            for start in range(view.first, view.last + 1, _PAGE):
                end = min(start + _PAGE - 1, view.last)
                self._db.executemany(
                    "UPDATE fact SET epoch = ?, checksum = ? WHERE epoch = ? AND seq = ?",
                    [
                        (fresh, _checksum(fresh, seq, entry.event_id, entry.payload), epoch, seq)
                        for seq, entry in enumerate(self.read(epoch, start, end), start)
                        if entry is not None
                    ],
                )
            self._db.execute("DELETE FROM fact WHERE epoch = ?", (epoch,))
            self._db.execute(
                "UPDATE epoch SET epoch = ?, mark = first - 1, tail = '' WHERE epoch = ?", (fresh, epoch)
            )
        if self._epoch == epoch:
            self._epoch = fresh
        return EpochView(fresh, view.first, view.last, view.first - 1)

    def oldest_waiting(self) -> Entry | None:
        """Give the oldest fact that is not delivered, as far as it can be read."""
        for view in self.epochs():
            if view.mark < view.last:
                return self.read(view.epoch, max(view.mark + 1, view.first), max(view.mark + 1, view.first))[
                    0
                ]
        return None

    def newest(self, most: int) -> Iterator[Entry]:
        """Give the facts recorded last, newest first, at most so many."""
        left = most
        for view in reversed(self.epochs()):
            for entry in reversed(self.read(view.epoch, max(view.first, view.last - left + 1), view.last)):
                if left <= 0:
                    return
                if entry is not None:
                    left -= 1
                    yield entry

    def entries(self) -> Iterator[tuple[Position, Entry | None, bool]]:
        """Give every kept fact with its place and whether it is delivered; None where damaged."""
        for view in self.epochs():
            for start in range(view.first, view.last + 1, _PAGE):
                end = min(start + _PAGE - 1, view.last)
                for seq, entry in enumerate(self.read(view.epoch, start, end), start):
                    yield Position(view.epoch, seq), entry, seq <= view.mark

    def get(self, key: str) -> bytes | None:
        """Read a small value kept beside the facts."""
        row = self._db.execute("SELECT value FROM setting WHERE key = ?", (key,)).fetchone()
        return bytes(row[0]) if row else None

    def put(self, key: str, value: bytes) -> None:
        """Keep a small value beside the facts: the programme, the revocations."""
        with self._transaction():
            self._put(key, value)

    @property
    def last_server_time(self) -> int:
        """When the server last acknowledged anything, ms UTC by its clock; 0 for never."""
        return int(self.get("server_time") or b"0")

    def _put(self, key: str, value: bytes) -> None:
        self._db.execute("INSERT OR REPLACE INTO setting VALUES (?, ?)", (key, value))

    def _open(self) -> sqlite3.Connection:
        db = self._connect()
        try:
            sound = db.execute("PRAGMA quick_check(1)").fetchone()[0] == "ok"
        except sqlite3.DatabaseError as problem:
            if isinstance(problem, sqlite3.OperationalError):
                db.close()
                raise
            sound = False
        if not sound:
            db.close()
            db = self._start_over()
        try:
            _migrate(db)
            if self.salvage is not None:
                self._save_what_reads(db)
        except BaseException:
            db.close()
            raise
        return db

    def _connect(self) -> sqlite3.Connection:
        db = sqlite3.connect(self._path, isolation_level=None, timeout=10)
        db.text_factory = _text
        try:
            db.execute("PRAGMA journal_mode = WAL")
            db.execute("PRAGMA synchronous = FULL")
        except sqlite3.OperationalError:
            db.close()
            raise
        except sqlite3.DatabaseError:
            pass  # not a database any more: quick_check says so right after
        return db

    def _start_over(self) -> sqlite3.Connection:
        number = 1
        while (aside := self._path.with_name(f"{self._path.name}.damaged-{number}")).exists():
            number += 1
        for suffix in ("", "-wal", "-shm"):
            part = self._path.with_name(self._path.name + suffix)
            if part.exists():
                part.rename(aside.with_name(aside.name + suffix))
        self.salvage = Salvage(aside, saved=0, holes=0)
        return self._connect()

    def _save_what_reads(self, db: sqlite3.Connection) -> None:
        aside = self.salvage.moved_aside if self.salvage else self._path
        saved = holes = 0
        with closing(sqlite3.connect(aside, isolation_level=None)) as old:
            old.text_factory = _text
            # Else SQLite gives not one row of a file that is shorter than it should be.
            _try(old, "PRAGMA writable_schema = ON")
            marks = {
                row[0]: row
                for row in _readable(
                    _try(old, "SELECT epoch, first, last, mark, tail FROM epoch ORDER BY ordinal")
                )
            }
            seen: dict[int, int] = {}
            db.execute("BEGIN IMMEDIATE")
            # Both ways through the file: what lies behind a broken page is reached from the other end.
            for sql in (f"{_FACTS} ORDER BY epoch, seq", f"{_FACTS} ORDER BY epoch DESC, seq DESC"):
                for epoch, seq, event_id, payload, checksum in _readable(_try(old, sql)):
                    if not _sound(epoch, seq, event_id, payload, checksum):
                        continue
                    row = (epoch, seq, event_id, payload, checksum)
                    saved += db.execute("INSERT OR IGNORE INTO fact VALUES (?, ?, ?, ?, ?)", row).rowcount
                    seen[epoch] = max(seen.get(epoch, 0), seq)
            for epoch in dict.fromkeys([*marks, *seen]):
                _, first, last, mark, tail = marks.get(epoch, (epoch, 1, seen.get(epoch, 0), 0, ""))
                last = max(last, seen.get(epoch, 0))
                db.execute(_NEW_EPOCH, (epoch, first, last, min(mark, last), tail))
                there = db.execute("SELECT count(*) FROM fact WHERE epoch = ?", (epoch,)).fetchone()[0]
                holes += last - first + 1 - there
            for key, value in _readable(_try(old, "SELECT key, value FROM setting")):
                db.execute("INSERT OR REPLACE INTO setting VALUES (?, ?)", (key, value))
            db.execute("COMMIT")
        self.salvage = Salvage(aside, saved=saved, holes=holes)

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        try:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise
        except sqlite3.Error as problem:
            raise JournalError(f"the journal cannot be written ({problem}): check the disk") from problem


def _migrate(db: sqlite3.Connection) -> None:
    version = db.execute("PRAGMA user_version").fetchone()[0]
    if version > len(_MIGRATIONS):
        raise JournalError(
            "the journal was written by a newer Riwaq: install that version on this kiosk again"
        )
    for number, script in enumerate(_MIGRATIONS[version:], version + 1):
        db.executescript(f"BEGIN IMMEDIATE; {script}; PRAGMA user_version = {number}; COMMIT;")


def _try(db: sqlite3.Connection, sql: str) -> sqlite3.Cursor | None:
    try:
        return db.execute(sql)
    except sqlite3.DatabaseError:
        return None


def _readable(rows: sqlite3.Cursor | None) -> Iterator[tuple]:  # type: ignore[type-arg]  # rows of any table
    """Give rows until the file can be read no further."""
    if rows is None:
        return
    while True:
        try:
            row = rows.fetchone()
        except sqlite3.DatabaseError:
            return
        if row is None:
            return
        yield row
