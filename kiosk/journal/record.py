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
from pathlib import Path
from typing import Final

from kiosk.journal.view import (
    PAGE,
    Entry,
    JournalError,
    JournalView,
    Position,
    as_text,
    checksum_of,
    is_sound,
    readable,
)
from kiosk.rules.delivery import EpochView

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
_BUSY_MS: Final = 10_000
_WIPE_WAIT_MS: Final = 300
"""Wiping is tried again and again; scans must not wait for whoever reads the journal."""
_NEW_EPOCH: Final = "INSERT INTO epoch (epoch, first, last, mark, tail) VALUES (?, ?, ?, ?, ?)"
_FACTS: Final = "SELECT epoch, seq, event_id, payload, checksum FROM fact"


@dataclass(frozen=True, slots=True)
class Salvage:
    """What was found when the journal was opened: rows saved from a malformed file, and holes."""

    moved_aside: Path
    saved: int
    holes: int


class Journal(JournalView):
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
            super().__init__(self._open())
        except (OSError, sqlite3.Error) as problem:
            raise JournalError(
                f"the journal {path.name} cannot be opened ({problem}): check that the disk is not full "
                f"and that this account may write to {path.parent.name}/"
            ) from None

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
                        checksum_of(at.epoch, at.seq, e.event_id, e.payload),
                    )
                    for at, e in zip(positions, entries, strict=True)
                ],
            )
        self._epoch, self._last = epoch, positions[-1].seq
        return positions

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
                    checksum_of(epoch, seq, entry.event_id, entry.payload),
                ),
            )

    def set_mark(self, epoch: int, upto: int, server_time: int) -> None:
        """Note what is delivered, and when the server said so (ms UTC by its clock)."""
        tail = self.tail(epoch, upto)
        with self._transaction():
            self._db.execute("UPDATE epoch SET mark = ?, tail = ? WHERE epoch = ?", (upto, tail or "", epoch))
            self._put("server_time", str(server_time).encode())

    def fork(self, epoch: int) -> EpochView | None:
        """Move ``epoch`` to a fresh number with seqs, ids and bytes unchanged, nothing of it delivered.

        Gives the epoch as it is now, or None where there is none of that number, or nothing in it.
        A damaged row leaves a hole, which is declared ``Lost`` like any other.
        """
        view = next((view for view in self.epochs() if view.epoch == epoch), None)
        if view is None:
            return None
        if view.first > view.last:
            # Wiped: there is nothing to send under another number.
            with self._transaction():
                self._db.execute("DELETE FROM epoch WHERE epoch = ?", (epoch,))
            return None
        fresh = self._mint_epoch()
        # One transaction: a plug that is pulled here must not leave facts that are nowhere to be sent.
        with self._transaction():
            for start in range(view.first, view.last + 1, PAGE):
                end = min(start + PAGE - 1, view.last)
                self._db.executemany(
                    "UPDATE fact SET epoch = ?, checksum = ? WHERE epoch = ? AND seq = ?",
                    [
                        (fresh, checksum_of(fresh, seq, entry.event_id, entry.payload), epoch, seq)
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

    def wipe(self) -> int | None:
        """Forget every fact, so that the files hold nothing of any; None where one is not delivered.

        Gives how many were forgotten. Epochs keep their numbers, marks and tails: a server that
        was restored from an older copy learns by them that facts are gone. May be called again,
        and must be where it raised: it says so where another program reads the journal just now.
        """
        self._db.execute("PRAGMA secure_delete = ON")
        with self._transaction():
            if any(view.mark < view.last for view in self.epochs()):
                return None
            forgotten = self._db.execute("DELETE FROM fact").rowcount
            # What a closed kiosk still needs; anything else may speak of people.
            self._db.execute(
                "DELETE FROM setting WHERE key NOT IN ('programme', 'revocations', 'server_time', 'logo')"
            )
            self._db.execute("UPDATE epoch SET first = last + 1")
        # What comes after is another history: a new epoch.
        self._epoch = None
        try:
            self._db.execute("VACUUM")
            # The write-ahead log still holds the pages as they were.
            self._db.execute(f"PRAGMA busy_timeout = {_WIPE_WAIT_MS}")
            busy = self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
            self._db.execute(f"PRAGMA busy_timeout = {_BUSY_MS}")
            for part in self._path.parent.glob(f"{self._path.name}.damaged-*"):
                part.unlink()
        except (OSError, sqlite3.Error) as problem:
            raise JournalError(f"the journal cannot be wiped ({problem}): check the disk") from problem
        if busy:
            raise JournalError("the journal is wiped as soon as no other program reads it")
        return forgotten

    def put(self, key: str, value: bytes) -> None:
        """Keep a small value beside the facts: the programme, the revocations, the logo."""
        with self._transaction():
            self._put(key, value)

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
        db = sqlite3.connect(self._path, isolation_level=None, timeout=_BUSY_MS / 1000)
        db.text_factory = as_text
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
            old.text_factory = as_text
            # Else SQLite gives not one row of a file that is shorter than it should be.
            _try(old, "PRAGMA writable_schema = ON")
            marks = {
                row[0]: row
                for row in readable(
                    _try(old, "SELECT epoch, first, last, mark, tail FROM epoch ORDER BY ordinal")
                )
            }
            seen: dict[int, int] = {}
            db.execute("BEGIN IMMEDIATE")
            # Both ways through the file: what lies behind a broken page is reached from the other end.
            for sql in (f"{_FACTS} ORDER BY epoch, seq", f"{_FACTS} ORDER BY epoch DESC, seq DESC"):
                for epoch, seq, event_id, payload, checksum in readable(_try(old, sql)):
                    if not is_sound(epoch, seq, event_id, payload, checksum):
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
            for key, value in readable(_try(old, "SELECT key, value FROM setting")):
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
