"""Facts by the hundred thousand, as the kiosks of a fair would record and seal them.

The same ``Shape`` gives the same facts at every run, so that engines and versions are
compared on equal work; only the sealed boxes differ, whose keys are drawn anew.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, NamedTuple

from nacl.signing import SigningKey

from wire.card import Category
from wire.envelope import Batch, BatchHead, seal_batch
from wire.events import MAX_BATCH, CardRef, Event, Visit, encode_event

MEMBERS: Final = (Category.ACTIVE, Category.RETIRED, Category.WIDOW, Category.CHILD, Category.OTHER)
OPENS: Final = datetime(2024, 12, 28, 9, tzinfo=UTC)
DAY_MS: Final = 24 * 3600 * 1000
OPEN_MS: Final = 8 * 3600 * 1000
_CARD_KEY: Final = 1


@dataclass(frozen=True, slots=True)
class Shape:
    """How much, and of what: visits of ``cards`` members at the ``booths`` of one fair of ``days`` days."""

    facts: int = 100_000
    cards: int = 20_000
    booths: int = 6
    devices: int = 50
    days: int = 3
    batch: int = MAX_BATCH
    fair: str = "rabat-2024"
    seed: int = 1


@dataclass(frozen=True, slots=True)
class Device:
    """A kiosk that only exists here: its id, the key of its batches, its epoch and booth."""

    id: str
    key: SigningKey
    epoch: int
    booth: str
    boot_id: str

    @property
    def public_key(self) -> bytes:
        """The key that its batches are verified with."""
        return bytes(self.key.verify_key)


class Sealed(NamedTuple):
    """A batch as it travels: who sent it and the bytes on the wire."""

    device: str
    message: bytes


class Generated:
    """The devices and batches of a shape. Batches come in turn from every device, each in order."""

    def __init__(self, shape: Shape) -> None:
        self.shape = shape
        chance = random.Random(shape.seed)
        self.booths = [f"booth-{number + 1}" for number in range(shape.booths)]
        self.devices = [
            Device(
                id=f"{chance.getrandbits(64):016x}",
                key=SigningKey(chance.randbytes(32)),
                epoch=chance.randrange(1, 2**53),
                booth=self.booths[number % shape.booths],
                boot_id=f"{chance.getrandbits(128):032x}",
            )
            for number in range(shape.devices)
        ]
        self._cards = [
            CardRef(
                key_id=_CARD_KEY,
                card_id=f"{chance.getrandbits(56):014x}",
                category=chance.choice(MEMBERS),
                territory=chance.randrange(1, 13),
            )
            for _ in range(shape.cards)
        ]

    def batches(self) -> Iterator[Batch]:
        """Give every batch as the server holds it once opened."""
        shape = self.shape
        chance = random.Random(shape.seed + 1)
        opens = int(OPENS.timestamp() * 1000)
        sent = dict.fromkeys(range(len(self.devices)), 0)
        for start in range(0, shape.facts, shape.batch):
            number = start // shape.batch % len(self.devices)
            device = self.devices[number]
            events = []
            for index in range(start, min(start + shape.batch, shape.facts)):
                since_opening = index * shape.days * OPEN_MS // shape.facts
                day, in_day = divmod(since_opening, OPEN_MS)
                event = self._visit(device, opens + day * DAY_MS + in_day, since_opening, chance)
                events.append(encode_event(event))
            head = BatchHead(device.id, device.epoch, sent[number] + 1, len(events))
            sent[number] += len(events)
            yield Batch(head, tuple(events))

    def sealed(self, sealing_key: bytes) -> Iterator[Sealed]:
        """Give every batch as its kiosk sends it to the server with that public key."""
        keys = {device.id: device.key for device in self.devices}
        for batch in self.batches():
            head = batch.head
            message = seal_batch(
                batch.events,
                device=head.device,
                epoch=head.epoch,
                first=head.first,
                sealing_key=sealing_key,
                key=keys[head.device],
            )
            yield Sealed(head.device, message)

    def _visit(self, device: Device, at: int, monotonic_ms: int, chance: random.Random) -> Event:
        # A UUIDv7, from this shape's own chance: its first 48 bits are the time.
        low = chance.getrandbits(74)
        event_id = f"{at:012x}7{low >> 62:03x}{0x8 | (low >> 60) & 3:x}{low & (1 << 60) - 1:015x}"
        return Event(
            event_id=event_id,
            occurred_at=at,
            monotonic_ms=monotonic_ms,
            boot_id=device.boot_id,
            fair=self.shape.fair,
            booth=device.booth,
            fact=Visit(card=chance.choice(self._cards)),
        )
