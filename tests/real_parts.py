"""The real journal and the real ledger, made to be copied as disks and backups are."""

import shutil
import sqlite3
from collections.abc import Callable, Iterable
from itertools import count
from pathlib import Path
from typing import Any, Self

from sqlalchemy import select

from kiosk.journal import Journal
from server.intake import Intake
from server.store import tables as t
from server.store.engine import Store
from server.store.ledger import Ledger, Mark, Place
from tests import fakes
from wire.envelope import Batch, BatchHead
from wire.messages import HeldEpoch, KeptEpoch

BODY = "afak"
DEVICE = "00c0ffee00c0ffee"
_number = count()


def fresh(directory: Path) -> Path:
    """Name a file that is not there yet."""
    return directory / f"{next(_number)}.db"


class RealJournal(Journal):
    """The journal, with what a test does to its disk."""

    def __init__(self, path: Path, *, mint_epoch: Callable[[], int]) -> None:
        super().__init__(path, mint_epoch=mint_epoch)
        self._mint = mint_epoch
        self._file = path
        # Nobody pulls a plug here; what survives one is tested elsewhere.
        self._db.execute("PRAGMA synchronous = OFF")

    def image(self) -> Path:
        copied = fresh(self._file.parent)
        with sqlite3.connect(copied) as target:
            self._db.backup(target)
        target.close()
        return copied

    def restarted(self, image: Path) -> Self:
        path = fresh(self._file.parent)
        shutil.copy(image, path)
        return type(self)(path, mint_epoch=self._mint)

    def snapshot(self) -> Self:
        twin = self.restarted(self.image())
        twin._epoch, twin._last = self._epoch, self._last  # noqa: SLF001 - its own kind
        return twin

    def damage(self, epoch: int, seq: int) -> None:
        """Flip a bit of a payload."""
        self._db.execute(
            "UPDATE fact SET payload = CAST('?' || substr(payload, 2) AS BLOB) WHERE epoch = ? AND seq = ?",
            (epoch, seq),
        )


class RealLedger:
    """Intake and ledger on SQLite."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._store = Store(f"sqlite:///{path}")
        self._intake = Intake(self._store, BODY, digest_key=b"k" * 16)
        self._carried = Intake(self._store, BODY, digest_key=b"k" * 16, apart=True)
        self.flagged = False

    def take(self, batch: fakes.Batch) -> HeldEpoch:
        head = BatchHead(DEVICE, batch.epoch, batch.first, len(batch.events))
        taken = self._intake.take([Batch(head, batch.events)], 0)
        self.flagged |= DEVICE in taken.flagged
        return _held(batch.epoch, taken.marks[Place(DEVICE, batch.epoch)])

    def take_carried(self, batch: fakes.Batch) -> None:
        head = BatchHead(DEVICE, batch.epoch, batch.first, len(batch.events))
        self.flagged |= DEVICE in self._carried.take([Batch(head, batch.events)], 0).flagged

    def greet(self, epochs: Iterable[KeptEpoch]) -> list[HeldEpoch]:
        marks = self._intake.greet(DEVICE, epochs)
        return [_held(epoch, mark) for epoch, mark in marks.items()]

    def holds(self) -> dict[str, int]:
        held: dict[str, int] = {}
        for row in self._facts():
            if row["status"] == "accepted":
                held[row["event_id"]] = held.get(row["event_id"], 0) + 1
        return held

    def visits(self) -> int:
        with self._store.reading() as connection:
            return Ledger(connection, BODY).figures("rabat").get(("total", ""), (0, 0))[0]

    def quarantined(self) -> set[tuple[int, int, str]]:
        with self._store.reading() as connection:
            rows = connection.execute(
                select(t.quarantine.c.epoch, t.quarantine.c.seq, t.quarantine.c.event_id)
            )
            return {(row.epoch, row.seq, row.event_id) for row in rows}

    def backup(self) -> Self:
        path = fresh(self._path.parent)
        with sqlite3.connect(self._path) as source, sqlite3.connect(path) as target:
            source.backup(target)
        source.close()
        target.close()
        twin = type(self)(path)
        twin.flagged = self.flagged
        return twin

    def close(self) -> None:
        self._store.close()

    def _facts(self) -> list[dict[str, Any]]:
        with self._store.reading() as connection:
            return list(Ledger(connection, BODY).facts())


def _held(epoch: int, mark: Mark) -> HeldEpoch:
    return HeldEpoch(epoch=epoch, upto=mark.upto, tail=mark.tail)
