"""Stand-ins that live in memory: a kiosk's journal and a server's ledger.

The journal's contract suite (``tests/kiosk/test_journal.py``) runs over the real one and
over this one; the delivery machine (``tests/test_delivery_machine.py``) runs over both
kinds of either, so that the fakes cannot drift from what they stand for.
"""

import copy
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Self

from kiosk.journal import Entry, Position
from kiosk.rules.delivery import EpochView
from server.rules.ingest import Incoming, Verdict, classify, contiguous
from wire.events import EventError, decode_event, event_name
from wire.messages import HeldEpoch, KeptEpoch, next_tail


@dataclass(slots=True)
class _Epoch:
    first: int
    last: int
    mark: int
    wiped: str = ""


@dataclass(slots=True)
class Disk:
    """What is on a kiosk's disk: facts by place, None where a row is damaged."""

    epochs: dict[int, _Epoch] = field(default_factory=dict)
    facts: dict[tuple[int, int], Entry | None] = field(default_factory=dict)


class FakeJournal:
    """A journal on a disk that is a value. Opening one anew is a new process."""

    def __init__(self, *, mint_epoch: Callable[[], int], disk: Disk | None = None) -> None:
        self.disk = disk or Disk()
        self._mint_epoch = mint_epoch
        self._epoch: int | None = None

    def image(self) -> Disk:
        """Give a copy of the disk as it is now."""
        return copy.deepcopy(self.disk)

    def restarted(self, image: Disk) -> Self:
        """Give the journal as a new process finds it on a copy of this disk."""
        return type(self)(mint_epoch=self._mint_epoch, disk=copy.deepcopy(image))

    def snapshot(self) -> Self:
        """Give a copy of disk and process: a virtual machine's snapshot goes on in the same epoch."""
        twin = self.restarted(self.disk)
        twin._epoch = self._epoch  # noqa: SLF001 - its own kind
        return twin

    def close(self) -> None:
        pass

    def append(self, entries: Sequence[Entry]) -> list[Position]:
        if self._epoch is None:
            self._epoch = self._mint_epoch()
            self.disk.epochs[self._epoch] = _Epoch(first=1, last=0, mark=0)
        row = self.disk.epochs[self._epoch]
        positions = [Position(self._epoch, row.last + 1 + i) for i in range(len(entries))]
        for at, entry in zip(positions, entries, strict=True):
            self.disk.facts[at.epoch, at.seq] = entry
        row.last = positions[-1].seq
        return positions

    def epochs(self) -> list[EpochView]:
        return [EpochView(e, row.first, row.last, row.mark) for e, row in self.disk.epochs.items()]

    def read(self, epoch: int, first: int, last: int) -> list[Entry | None]:
        return [self.disk.facts.get((epoch, seq)) for seq in range(first, last + 1)]

    def replace(self, epoch: int, seq: int, entry: Entry) -> None:
        self.disk.facts[epoch, seq] = entry

    def damage(self, epoch: int, seq: int) -> None:
        """Let a row go bad."""
        self.disk.facts[epoch, seq] = None

    def tail(self, epoch: int, upto: int) -> str | None:
        row = self.disk.epochs.get(epoch)
        if row is None or not row.first - 1 <= upto <= row.last:
            return None
        tail = row.wiped
        for entry in self.read(epoch, row.first, upto):
            if entry is None:
                return None
            tail = next_tail(tail, event_name(entry.payload))
        return tail

    def set_mark(self, epoch: int, upto: int, server_time: int) -> None:  # noqa: ARG002 - the real one keeps it
        self.disk.epochs[epoch].mark = upto

    def fork(self, epoch: int) -> EpochView | None:
        if epoch not in self.disk.epochs:
            return None
        if self.disk.epochs[epoch].first > self.disk.epochs[epoch].last:
            del self.disk.epochs[epoch]
            return None
        fresh = self._mint_epoch()
        # In place: the order of epochs is the order of time.
        self.disk.epochs = {
            fresh if number == epoch else number: row for number, row in self.disk.epochs.items()
        }
        row = self.disk.epochs[fresh]
        row.mark = row.first - 1
        for seq in range(row.first, row.last + 1):
            self.disk.facts[fresh, seq] = self.disk.facts.pop((epoch, seq), None)
        if self._epoch == epoch:
            self._epoch = fresh
        return EpochView(fresh, row.first, row.last, row.mark)

    def wipe(self) -> int | None:
        if any(row.mark < row.last for row in self.disk.epochs.values()):
            return None
        for epoch, row in self.disk.epochs.items():
            row.wiped = self.tail(epoch, row.last) or ""
            row.first = row.last + 1
        forgotten = len(self.disk.facts)
        self.disk.facts.clear()
        self._epoch = None
        return forgotten

    def oldest_waiting(self) -> Entry | None:
        for view in self.epochs():
            if view.mark < view.last:
                return self.disk.facts.get((view.epoch, max(view.mark + 1, view.first)))
        return None

    def newest(self, most: int) -> Iterator[Entry]:
        kept = [entry for _, entry, _ in self.entries() if entry is not None]
        yield from list(reversed(kept))[:most]

    def entries(self) -> Iterator[tuple[Position, Entry | None, bool]]:
        for view in self.epochs():
            for seq, entry in enumerate(self.read(view.epoch, view.first, view.last), view.first):
                yield Position(view.epoch, seq), entry, seq <= view.mark


@dataclass(frozen=True, slots=True)
class Batch:
    """Facts on their way, unsealed: what ``wire.envelope.Batch`` is once it was opened."""

    epoch: int
    first: int
    events: tuple[bytes, ...]

    @property
    def last(self) -> int:
        return self.first + len(self.events) - 1


@dataclass(frozen=True, slots=True)
class Row:
    name: str
    digest: bytes
    verdict: Verdict


class FakeLedger:
    """The ledger for one device, by the real rules. A copy of it is a backup."""

    def __init__(self) -> None:
        self.rows: dict[int, dict[int, Row]] = defaultdict(dict)
        self.accepted: dict[str, bytes] = {}
        self.quarantine: dict[tuple[int, int, str], Verdict] = {}
        self.given_up: dict[int, int] = {}
        self.flagged = False

    def backup(self) -> Self:
        return copy.deepcopy(self)

    def close(self) -> None:
        pass

    def take(self, batch: Batch) -> HeldEpoch:
        """Commit a batch; gives the mark to acknowledge."""
        rows = self.rows[batch.epoch]
        for seq, raw in enumerate(batch.events, batch.first):
            item = _incoming(seq, raw)
            here = rows.get(seq)
            known = self.accepted.get(event_name(raw))
            verdict = classify(
                item,
                digest_here=here.digest if here else None,
                digest_of_id=_incoming(seq, known).digest if known is not None else None,
            )
            if verdict in {Verdict.CLASH, Verdict.STOLEN_ID}:
                self.flagged = True
                self.quarantine[batch.epoch, seq, event_name(raw)] = verdict
            if verdict is Verdict.ACCEPTED:
                self.accepted[event_name(raw)] = raw
            if verdict not in {Verdict.DUPLICATE, Verdict.CLASH}:
                rows[seq] = Row(event_name(raw), item.digest, verdict)
        return self.mark(batch.epoch)

    def take_carried(self, batch: Batch) -> None:
        """Commit a batch that came on a stick."""
        self.take(batch)

    def greet(self, epochs: Iterable[KeptEpoch]) -> list[HeldEpoch]:
        kept = list(epochs)
        for entry in kept:
            # Wiped by the kiosk, and never heard of here: the ledger was put back to before.
            if entry.first > self.mark(entry.epoch).upto + 1:
                self.given_up[entry.epoch] = entry.first - 1
        return [self.mark(entry.epoch) for entry in kept]

    def mark(self, epoch: int) -> HeldEpoch:
        rows, before = self.rows.get(epoch, {}), self.given_up.get(epoch, 0)
        upto = contiguous(before, sorted(seq for seq in rows if seq > before))
        tail = ""
        for seq in range(before + 1, upto + 1):
            tail = next_tail(tail, rows[seq].name)
        return HeldEpoch(epoch=epoch, upto=upto, tail=tail)

    def holds(self) -> dict[str, int]:
        """Give how often each event is accepted."""
        return dict.fromkeys(self.accepted, 1)

    def visits(self) -> int:
        return sum(b'"kind":"lost"' not in raw for raw in self.accepted.values())

    def quarantined(self) -> set[tuple[int, int, str]]:
        return set(self.quarantine)


def _incoming(seq: int, raw: bytes) -> Incoming:
    digest = blake2b(raw, digest_size=16).digest()
    try:
        return Incoming(seq, raw, digest, decode_event(raw))
    except EventError as problem:
        return Incoming(seq, raw, digest, None, problem.code)
