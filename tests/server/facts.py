"""Facts, batches and a store for tests of the server, made short to write."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Any, Final

from server.intake import Intake, Taken
from server.rules.tallies import ENTRIES, EXITS
from server.store import tables as t
from server.store.engine import Store
from server.store.ledger import Ledger, Mark, Place
from server.store.registry import FairRow, KioskRow, Registry
from server.store.tallies import Tallies
from server.told import TOLD
from wire.card import Category
from wire.envelope import Batch, BatchHead
from wire.events import (
    CardRef,
    ClockOffset,
    Direction,
    Event,
    Fact,
    Feedback,
    Passage,
    Registration,
    SessionAttendance,
    SignUp,
    Visit,
    Void,
    Withdrawal,
    encode_event,
)
from wire.messages import KeptEpoch, next_tail

BODY: Final = "fondation"
OTHER_BODY: Final = "mutuelle"
FAIR: Final = "rabat-2024"
TOUR: Final = "tour-2024"
ZONE: Final = "Africa/Casablanca"
DEVICE: Final = "00000000000000d1"
OTHER_DEVICE: Final = "00000000000000d2"
BOOT: Final = "b" * 32
EPOCH: Final = 7
RECEIVED: Final = 1_800_000_000_000
MINUTE: Final = 60_000
SLOT: Final = 10 * MINUTE
HOUR: Final = 60 * MINUTE


def ms(text: str) -> int:
    """Read a moment in UTC, ``2024-12-28T09:00``, as milliseconds."""
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


NINE: Final = ms("2024-12-28T09:00")


def event_id(number: int) -> str:
    """Give the id of the n-th event."""
    return f"{number:032x}"


def tail_of(*names: str | int) -> str:
    """Give the tail after these events: numbers stand for the n-th id, texts for names."""
    tail = ""
    for name in names:
        tail = next_tail(tail, event_id(name) if isinstance(name, int) else name)
    return tail


def card(number: int, category: int = Category.ACTIVE) -> CardRef:
    """Give the n-th card."""
    return CardRef(key_id=1, card_id=f"{number:014x}", category=category, territory=4)


def raw(number: int, fact: Fact, **changes: Any) -> bytes:
    """Give the bytes of an event with the n-th id; it happens at nine unless told."""
    values: dict[str, Any] = {
        "event_id": event_id(number),
        "occurred_at": NINE,
        "monotonic_ms": 1000,
        "boot_id": BOOT,
        "fair": FAIR,
        "booth": "bank",
        "fact": fact,
    }
    return encode_event(Event(**{**values, **changes}))


def visit(number: int, who: int | None, at: int = NINE, booth: str = "bank", **changes: Any) -> bytes:
    """Give a visit with the n-th id by the holder of the ``who``-th card, or by nobody known."""
    category = changes.pop("category", Category.ACTIVE)
    fact = Visit(card=None if who is None else card(who, category))
    return raw(number, fact, occurred_at=at, booth=booth, **changes)


def void(number: int, target: int, **changes: Any) -> bytes:
    """Give a Void with the n-th id of the event with the ``target``-th."""
    return raw(number, Void(target=event_id(target), reason="wrong scan"), **changes)


def sign_up(number: int, who: int, offer: str = "loan", at: int = NINE, **changes: Any) -> bytes:
    """Give a sign-up with the n-th id by the holder of the ``who``-th card."""
    fact = SignUp(card=card(who, changes.pop("category", Category.ACTIVE)), offer=offer)
    return raw(number, fact, occurred_at=at, **changes)


def withdrawal(number: int, who: int, offer: str = "loan", at: int = NINE, **changes: Any) -> bytes:
    """Give a withdrawal with the n-th id by the holder of the ``who``-th card."""
    fact = Withdrawal(card=card(who, changes.pop("category", Category.ACTIVE)), offer=offer)
    return raw(number, fact, occurred_at=at, **changes)


def attends(number: int, who: int, session: str = "delegates", at: int = NINE, **changes: Any) -> bytes:
    """Give the attendance with the n-th id of a session by the holder of the ``who``-th card."""
    fact = SessionAttendance(card=card(who, changes.pop("category", Category.ACTIVE)), session=session)
    return raw(number, fact, occurred_at=at, **changes)


def passage(
    number: int, direction: Direction, who: int | None = None, at: int = NINE, **changes: Any
) -> bytes:
    """Give a passage with the n-th id, by the holder of the ``who``-th card, or by nobody known."""
    category = changes.pop("category", Category.ACTIVE)
    fact = Passage(direction=direction, card=None if who is None else card(who, category))
    return raw(number, fact, occurred_at=at, **changes)


def feedback(number: int, *topics: str, face: int = 0, who: int | None = None, **changes: Any) -> bytes:
    """Give a feedback with the n-th id, anonymous unless told whose."""
    told = {name: changes.pop(name) for name in ("urgent", "may_call", "sealed") if name in changes}
    category = changes.pop("category", Category.ACTIVE)
    whose = None if who is None else card(who, category)
    return raw(number, Feedback(card=whose, face=face, topics=list(topics), **told), **changes)


def registration(number: int, who: int, at: int = NINE, **changes: Any) -> bytes:
    """Give a registration with the n-th id, by which somebody gets the ``who``-th card."""
    fact = Registration(
        card=card(who, changes.pop("category", Category.ACTIVE)),
        valid_from=date(2024, 12, 28),
        valid_to=date(2025, 12, 28),
        consents=[],
        language="ar",
        sealed=b"sealed",
    )
    return raw(number, fact, occurred_at=at, **changes)


def offset(number: int, minus_monotonic: int, *, round_trip: int = 50, **changes: Any) -> bytes:
    """Give a clock offset with the n-th id."""
    fact = ClockOffset(
        server_minus_monotonic_ms=minus_monotonic, server_minus_wall_ms=-5, round_trip_ms=round_trip
    )
    return raw(number, fact, **changes)


def batch(first: int, *events: bytes, device: str = DEVICE, epoch: int = EPOCH) -> Batch:
    """Give a batch whose first event has that seq."""
    return Batch(BatchHead(device, epoch, first, len(events)), events)


def kiosk(device: str = DEVICE, name: str = "one", fair: str = FAIR, key_id: int = 2) -> KioskRow:
    """Give a kiosk as the registry holds it."""
    return KioskRow(
        device=device,
        name=name,
        fair=fair,
        booth="bank",
        batch_key=bytes.fromhex(device) * 4,
        card_key=b"c" * 32,
        card_key_id=key_id,
        password_sha256="0" * 64,
        mosquitto_hash="",
    )


class House:
    """A store with a body, its fair and two kiosks, and what tests ask of it."""

    def __init__(self, store: Store, body: str = BODY, *, zone: str = ZONE) -> None:
        self.store = store
        self.body = body
        self.intake = Intake(store, body, digest_key=b"k" * 32)
        with store.writing() as connection:
            registry = Registry(connection, body)
            registry.put_body({"fr": body}, b"p" * 32)
            registry.put_fair(FairRow(FAIR, TOUR, "rabat", zone, b"{}"))
            if not registry.kiosks():
                registry.add_kiosk(kiosk())
                registry.add_kiosk(kiosk(OTHER_DEVICE, "two", key_id=3))

    def take(self, *batches: Batch) -> Taken:
        """Take batches in one transaction."""
        return self.intake.take(batches, RECEIVED)

    def mark(self, device: str = DEVICE, epoch: int = EPOCH) -> Mark:
        """Give the mark of an epoch."""
        with self.reading() as ledger:
            return ledger.marks({Place(device, epoch)})[Place(device, epoch)]

    def greet(self, *, first: int, last: int, mark: int = 0) -> Mark:
        """Say hello for the ordinary epoch."""
        kept = KeptEpoch(epoch=EPOCH, first=first, last=last, mark=mark)
        return self.intake.greet(DEVICE, [kept])[EPOCH]

    def figures(self, fair: str = FAIR) -> dict[tuple[str, str], tuple[int, int]]:
        """Give a fair's figures; a rebuild must not change them."""
        with self.reading() as ledger:
            found = ledger.figures(fair)
        assert self.figures_after_rebuild(fair) == found
        return found

    def tallies_now(self, fair: str = FAIR) -> dict[tuple[str, str], int]:
        """Give a fair's plain counts as they stand."""
        with self.store.reading() as connection:
            return Tallies(connection, self.body).counts(fair)

    def tallies(self, fair: str = FAIR) -> dict[tuple[str, str], int]:
        """Give the plain counts that are told as they are; a rebuild must change none, nor the figures."""
        found = self.tallies_now(fair)
        self.figures(fair)
        assert self.tallies_now(fair) == found
        return {key: count for key, count in found.items() if key[0] in (*TOLD, ENTRIES, EXITS)}

    def figures_after_rebuild(self, fair: str = FAIR) -> dict[tuple[str, str], tuple[int, int]]:
        """Derive a fair's figures again, and give them."""
        self.intake.rebuild(fair)
        with self.reading() as ledger:
            return ledger.figures(fair)

    def total(self, fair: str = FAIR) -> tuple[int, int]:
        """Give a fair's visits and attendance."""
        return self.figures(fair).get(("total", ""), (0, 0))

    def rows(self, table: Any = t.fact) -> list[dict[str, Any]]:
        """Give the rows of a table that are this body's."""
        with self.store.reading() as connection:
            found = connection.execute(table.select().where(table.c.body == self.body)).mappings()
            order = [column.name for column in table.primary_key]
            return sorted((dict(row) for row in found), key=lambda row: [row[name] for name in order])

    def statuses(self) -> Sequence[str]:
        """Give what became of each fact, in the order of arrival."""
        return [row["status"] for row in self.rows()]

    def flags(self) -> dict[str, str]:
        """Give the kiosks that are flagged, and why."""
        return {row["device"]: row["flag"] for row in self.rows(t.kiosk) if row["flag"]}

    @contextmanager
    def reading(self) -> Iterator[Ledger]:
        """Give the ledger to look at."""
        with self.store.reading() as connection:
            yield Ledger(connection, self.body)
