"""What a kiosk's journal holds, for whoever looks without writing.

The kiosk's own journal (see ``record``) is this and writes; :func:`reading` opens a journal
beside a kiosk that runs, and never changes the file, not even a damaged one.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any, Final

from kiosk import KioskError
from kiosk.rules.delivery import EpochView
from wire.events import event_name
from wire.messages import next_tail

PAGE: Final = 500
"""Rows read at a time."""


class JournalError(KioskError):
    """The journal cannot be opened, read or written; the message says what to do."""


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


def checksum_of(epoch: int, seq: int, event_id: str, payload: bytes) -> bytes:
    """Give the 8 bytes that stand beside a row: SQLite does not see a payload bit that flipped."""
    head = f"{epoch}/{seq}/{event_id}/".encode()
    return blake2b(head + payload, digest_size=8).digest()


def is_sound(epoch: int, seq: int, event_id: object, payload: object, checksum: object) -> bool:
    """Say whether a row is what was written; a broken page may give anything in any column."""
    return (
        isinstance(event_id, str)
        and isinstance(payload, bytes)
        and checksum == checksum_of(epoch, seq, event_id, payload)
    )


def as_text(raw: bytes) -> str:
    """Decode a text column for ``text_factory``."""
    # A flipped bit can make a text undecodable; that must cost its own row, not all that come after.
    return raw.decode("utf-8", "replace")


class JournalView:
    """Reads a journal through an open connection.

    Each method raises :class:`JournalError` where the file cannot be read at all; a damaged
    row alone is None.
    """

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def close(self) -> None:
        """Close the file; everything committed is on the disk already."""
        self._db.close()

    def epochs(self) -> list[EpochView]:
        """Give every epoch that is kept."""
        return [
            EpochView(*row)
            for row in self._all("SELECT epoch, first, last, mark FROM epoch ORDER BY ordinal")
        ]

    def read(self, epoch: int, first: int, last: int) -> list[Entry | None]:
        """Give the facts of these seqs, both ends included; None where one is missing or damaged."""
        found: dict[int, Entry] = {}
        with self._reading():
            rows = self._db.execute(
                "SELECT seq, event_id, payload, checksum FROM fact WHERE epoch = ? AND seq BETWEEN ? AND ?",
                (epoch, first, last),
            )
        for seq, event_id, payload, checksum in readable(rows):
            if is_sound(epoch, seq, event_id, payload, checksum):
                found[seq] = Entry(event_id, payload)
        return [found.get(seq) for seq in range(first, last + 1)]

    def tail(self, epoch: int, upto: int) -> str | None:
        """Give the tail of an epoch at a seq (see ``wire.messages``).

        None where the journal does not hold or cannot read every fact that it needs for it:
        those after the mark, or before a mark that is to go back all of them.
        """
        rows = self._all("SELECT first, last, mark, tail FROM epoch WHERE epoch = ?", epoch)
        if not rows:
            return None
        first, last, mark, tail = rows[0]
        if not first - 1 <= upto <= last:
            return None
        done = mark
        if upto < mark:
            done, tail = first - 1, ""
        for start in range(done + 1, upto + 1, PAGE):
            for entry in self.read(epoch, start, min(start + PAGE - 1, upto)):
                if entry is None:
                    return None
                tail = next_tail(tail, event_name(entry.payload))
        return str(tail)

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
            for start in range(view.first, view.last + 1, PAGE):
                end = min(start + PAGE - 1, view.last)
                for seq, entry in enumerate(self.read(view.epoch, start, end), start):
                    yield Position(view.epoch, seq), entry, seq <= view.mark

    def get(self, key: str) -> bytes | None:
        """Read a small value kept beside the facts."""
        rows = self._all("SELECT value FROM setting WHERE key = ?", key)
        return bytes(rows[0][0]) if rows else None

    @property
    def last_server_time(self) -> int:
        """When the server last acknowledged anything, ms UTC by its clock; 0 for never."""
        return int(self.get("server_time") or b"0")

    def _all(self, sql: str, *values: object) -> list[Any]:
        with self._reading():
            return self._db.execute(sql, values).fetchall()

    @contextmanager
    def _reading(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as problem:
            raise JournalError(f"the journal cannot be read ({problem}): check the disk") from problem


@contextmanager
def reading(path: Path) -> Iterator[JournalView]:
    """Open a journal to read and nothing else, also while its kiosk runs.

    Raises :class:`JournalError`, too, where it is damaged or of a Riwaq that had other tables:
    a kiosk that starts mends the one and changes the other.
    """
    try:
        db = sqlite3.connect(
            f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=10, isolation_level=None
        )
    except sqlite3.Error as problem:
        raise JournalError(f"the journal {path.name} cannot be opened ({problem})") from None
    db.text_factory = as_text
    with closing(db):
        # One moment: an epoch that moves meanwhile would be found nowhere.
        db.execute("BEGIN")
        yield JournalView(db)


def readable(rows: sqlite3.Cursor | None) -> Iterator[tuple]:  # type: ignore[type-arg]  # rows of any table
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
