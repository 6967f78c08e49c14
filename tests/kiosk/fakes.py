"""One kiosk among fakes: the real station, journal and crypto; a server, a reader and a clock by hand.

The server and the uplink live in this process: what the station publishes is answered from
the thread that published, through the same callback that the real uplink calls.
"""

import queue
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Self, TypeVar

import msgspec

from kiosk import bootstrap
from kiosk.clock import Clock
from kiosk.config import KioskConfig
from kiosk.journal import Journal, reading
from kiosk.notices import Delivered, Notice, ProgrammeTaken, Scanned, Trouble
from kiosk.rules.desk import Moment
from kiosk.station import Around, Reading, Station
from kiosk.uplink import Arrived, Connected, Disconnected, UplinkEvent
from tests.waiting import until
from tests.wire.strategies import (
    BODY_KEY,
    CARD_KEY,
    DEVICE,
    DEVICE_KEY,
    SEALING,
    SERVER_KEY,
    a_card,
    a_programme,
    public,
)
from wire.asking import Ask, Reply, Told, open_ask, seal_reply
from wire.broker import BrokerAddress
from wire.card import sign as sign_card
from wire.envelope import MAX_MESSAGE, open_batch
from wire.events import Event, Visit, decode_event, event_name
from wire.logo import name_of
from wire.messages import Ack, Answer, HeldEpoch, Hello, State, next_tail, open_signed, read_state, sign
from wire.programme import Programme, Revocations, sign_programme, sign_revocations
from wire.topics import down, fair, parse_up

BODY: Final = "fondation"
FAIR: Final = "rabat-2024"
PASSWORD: Final = "the-password-of-a-fake-kiosk"  # noqa: S105 - opens nothing
NOON: Final = 1_730_462_400_000
"""2024-11-01 12:00 UTC, a day of the fair, in ms."""

Notified = TypeVar("Notified")


def ack_topic() -> str:
    return down(BODY, DEVICE, "ack")


def answer_topic() -> str:
    return down(BODY, DEVICE, "answer")


def fair_topic(leaf: str) -> str:
    return fair(BODY, FAIR, leaf)


def config_in(path: Path, **changes: Any) -> KioskConfig:
    """Give the settings of a kiosk whose data lie in ``path``."""
    fields: dict[str, Any] = {
        "name": "kiosk-1",
        "device": DEVICE,
        "body": BODY,
        "body_key": public(BODY_KEY),
        "fair": FAIR,
        "booth": "bank-1",
        "region": "04",
        "broker": BrokerAddress("127.0.0.1", 1, tls=False),
        "password": PASSWORD,
        "batch_seed": bytes(DEVICE_KEY),
        "card_seed": b"\x08" * 32,
        "card_key_id": 2,
        "data": path,
    }
    return KioskConfig(**{**fields, **changes})


def token(card_id: int, **fields: object) -> str:
    """Give a genuine card."""
    return sign_card(a_card(card_id=card_id, **fields), CARD_KEY)


def revocations(version: int, *cards: str) -> bytes:
    """Give a signed list."""
    return sign_revocations(Revocations(version=version, issued_at=1, cards=list(cards)), BODY_KEY)


class FakeClock(Clock):
    """Clocks that are set by hand; both go on by themselves only with ``pass_ms``."""

    def __init__(
        self, wall_ms: int = NOON, *, monotonic_ms: int = 3_600_000, boot_id: str = "b" * 32
    ) -> None:
        super().__init__()
        self.wall_ms = wall_ms
        self.now_ms = monotonic_ms
        self.boot = boot_id
        self.server_offset: int | None = None

    def pass_ms(self, time_ms: int) -> None:
        self.wall_ms += time_ms
        self.now_ms += time_ms

    def read(self) -> Moment:
        offset = self.server_offset
        return Moment(
            wall_ms=self.wall_ms,
            monotonic_ms=self.now_ms,
            boot_id=self.boot,
            best_ms=self.wall_ms if offset is None else self.now_ms + offset,
            heard_server=offset is not None,
        )

    def monotonic_ms(self) -> int:  # type: ignore[override]  # the real one needs no instance
        return self.now_ms

    def learn(self, server_minus_monotonic_ms: int) -> None:
        self.server_offset = server_minus_monotonic_ms


class FakeReader:
    """A reader into which a test puts what is read; an exception in it is raised at the eye."""

    def __init__(self) -> None:
        self._readings: queue.SimpleQueue[Reading | Exception] = queue.SimpleQueue()
        self.over = False
        self.rate: float | None = 12.5
        self.started = self.stopped = False

    def show(self, *texts: str, arrived_at: float | None = None) -> None:
        """Show a picture with these codes."""
        self._readings.put(Reading(list(texts), time.monotonic() if arrived_at is None else arrived_at))

    def fail(self, problem: Exception) -> None:
        self._readings.put(problem)

    def start(self) -> None:
        self.started = True

    def stop(self) -> None:
        self.stopped = True

    def read(self, timeout: float) -> Reading | None:
        try:
            reading = self._readings.get(timeout=min(timeout, 0.02))
        except queue.Empty:
            return None
        if isinstance(reading, Exception):
            raise reading
        return reading

    @property
    def ended(self) -> bool:
        return self.over and self._readings.empty()


@dataclass
class FakeServer:
    """A server's half of delivery: facts by their place, the contiguous mark, signed replies."""

    programme: Programme | None = field(default_factory=lambda: a_programme(version=1))
    revocations: bytes | None = None
    logo: bytes = b""
    clock: Callable[[], int] = lambda: NOON
    run: str = "run-one-"
    acknowledging: bool = True
    answering: bool = True
    hellos: list[Hello] = field(default_factory=list)
    states: list[State] = field(default_factory=list)
    raw_states: list[bytes] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)
    ledger: dict[tuple[int, int], bytes] = field(default_factory=dict)
    restored: bool = False
    """Whether answers also speak of epochs of which nothing is held, as the real server's do."""
    told_of: Callable[[Ask], Told | None] = lambda _: None
    """What is told to an ask; None for a server that keeps silent."""
    asks: list[Ask] = field(default_factory=list)
    raw_asks: list[bytes] = field(default_factory=list)
    last_ack: bytes = b""
    last_answer: bytes = b""

    def hear(self, topic: str, payload: bytes) -> list[Arrived]:
        """Take what a kiosk published and give the replies."""
        where = parse_up(topic)
        assert (where.body, where.region, where.device) == (BODY, "04", DEVICE)
        match where.leaf:
            case "hello":
                self.hellos.append(open_signed(Hello, payload, public(DEVICE_KEY)))
                return [self.answer(self.hellos[-1].nonce)] if self.answering else []
            case "state":
                self.raw_states.append(payload)
                self.states.append(read_state(payload))
                return []
            case "ask":
                self.raw_asks.append(payload)
                ask = open_ask(payload, kiosk_key=public(DEVICE_KEY), sealing_key=SEALING)
                self.asks.append(ask)
                told = self.told_of(ask)
                return [] if told is None else [self.reply(ask.nonce, told)]
            case _:
                return self._take(payload)

    def reply(self, nonce: str, told: Told, **changes: Any) -> Arrived:
        """Give the reply to an ask; with ``key`` signed by another, with ``kiosk_key`` sealed for another."""
        key, kiosk_key = changes.pop("key", SERVER_KEY), changes.pop("kiosk_key", public(DEVICE_KEY))
        reply = Reply(**{"device": DEVICE, "nonce": nonce, "told": told, **changes})
        return Arrived(answer_topic(), seal_reply(reply, kiosk_key=kiosk_key, key=key))

    def answer(self, nonce: str, **changes: Any) -> Arrived:
        """Give the answer to a hello; with ``key`` signed by another."""
        epochs = {epoch for epoch, _ in self.ledger}
        if self.restored:
            epochs |= {kept.epoch for hello in self.hellos[-1:] for kept in hello.epochs}
        offered = self.programme and sign_programme(self.programme, BODY_KEY)
        keeps = {hello.logo for hello in self.hellos[-1:]}
        fields: dict[str, Any] = {
            "device": DEVICE,
            "nonce": nonce,
            "run": self.run,
            "epochs": [self._held(epoch) for epoch in epochs],
            "server_time": self.clock(),
            "programme": offered,
            "revocations": self.revocations,
            "logo": self.logo if self.logo and name_of(self.logo) not in keeps else None,
        }
        key = changes.pop("key", SERVER_KEY)
        self.last_answer = sign(Answer(**{**fields, **changes}), key)
        return Arrived(answer_topic(), self.last_answer)

    def ack(self, epoch: int, **changes: Any) -> Arrived:
        """Give the acknowledgement of what is held of an epoch."""
        held = self._held(epoch)
        fields: dict[str, Any] = {
            "device": DEVICE,
            "run": self.run,
            "epoch": epoch,
            "upto": held.upto,
            "tail": held.tail,
            "server_time": self.clock(),
        }
        key = changes.pop("key", SERVER_KEY)
        self.last_ack = sign(Ack(**{**fields, **changes}), key)
        return Arrived(ack_topic(), self.last_ack)

    def events(self) -> list[Event]:
        """Give the facts that are held, in the order of their places."""
        return [decode_event(raw) for _, raw in sorted(self.ledger.items())]

    def visits(self) -> list[Event]:
        return [event for event in self.events() if isinstance(event.fact, Visit)]

    def _take(self, payload: bytes) -> list[Arrived]:
        assert len(payload) <= MAX_MESSAGE
        self.sizes.append(len(payload))
        batch = open_batch(payload, device_key=lambda _: public(DEVICE_KEY), sealing_key=SEALING)
        for seq, raw in enumerate(batch.events, batch.head.first):
            before = self.ledger.setdefault((batch.head.epoch, seq), raw)
            assert before == raw, "a place never holds two facts"
        return [self.ack(batch.head.epoch)] if self.acknowledging else []

    def _held(self, epoch: int) -> HeldEpoch:
        upto, tail = 0, ""
        while (epoch, upto + 1) in self.ledger:
            upto += 1
            tail = next_tail(tail, event_name(self.ledger[epoch, upto]))
        return HeldEpoch(epoch=epoch, upto=upto, tail=tail)


class FakeUplink:
    """An uplink in one process. ``connect`` and ``cut`` are the test's."""

    def __init__(self, server: FakeServer, on_event: Callable[[UplinkEvent], None]) -> None:
        self.server = server
        self.hear = on_event
        self.up = False
        self.started = self.stopped = False
        self.said: list[tuple[str, bool]] = []

    def start(self) -> None:
        self.started = True

    def stop(self) -> None:
        self.stopped = True
        self.up = False

    def connect(self) -> None:
        self.up = True
        self.hear(Connected())

    def cut(self, reason: str = "lost") -> None:
        self.up = False
        self.hear(Disconnected(reason))

    def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> bool:
        if not self.up:
            return False
        self.said.append((topic.rpartition("/")[2], retain))
        for reply in self.server.hear(topic, payload):
            self.hear(reply)
        return True


class Kiosk:
    """A started station and everything around it; ``stop`` it, or leave its ``with``."""

    def __init__(
        self,
        path: Path,
        *,
        server: FakeServer | None = None,
        clock: FakeClock | None = None,
        connected: bool = True,
        journal: Callable[[KioskConfig], Journal] = bootstrap.open_journal,
        on_notice: Callable[[Notice], None] | None = None,
        around: Around | None = None,
        **settings: Any,
    ) -> None:
        self.config = config_in(path, **settings)
        self.clock = clock or FakeClock()
        self.server = server or FakeServer()
        self.server.clock = lambda: self.clock.wall_ms
        self.reader = FakeReader()
        self.notices: list[Notice] = []
        self.uplink: FakeUplink

        def connect(on_event: Callable[[UplinkEvent], None]) -> FakeUplink:
            self.uplink = FakeUplink(self.server, on_event)
            return self.uplink

        self.station = Station(
            self.config,
            journal=lambda: journal(self.config),
            reader=self.reader,
            connect=connect,
            clock=self.clock,
            mint=bootstrap.mint(),
            on_notice=on_notice or self.notices.append,
            software="tests",
            around=around or Around(),
        )
        self.station.start()
        if connected:
            self.uplink.connect()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        if not self.uplink.stopped:
            self.station.stop()

    def told(self, kind: type[Notified]) -> list[Notified]:
        """Give the notices of one kind so far."""
        return [notice for notice in list(self.notices) if isinstance(notice, kind)]

    def troubles(self, kind: str = "") -> list[str]:
        """Give the codes of the troubles told so far."""
        return [each.code for each in self.told(Trouble) if not kind or each.kind == kind]

    def ready(self) -> None:
        """Wait for the first programme and, with a server that answers, for the clock's measurement."""
        until(lambda: self.told(ProgrammeTaken), what="a programme")
        if self.uplink.up and self.server.answering:
            until(lambda: self.clock.server_offset is not None, what="the server's clock")
            if self.server.acknowledging:
                until(self.server.events, what="the first fact")
                until(self.delivered, what="its acknowledgement")

    def scan(self, *texts: str) -> Scanned:
        """Show codes and wait for the next verdict."""
        before = len(self.told(Scanned))
        self.reader.show(*texts)
        until(lambda: len(self.told(Scanned)) > before, what="a verdict")
        return self.told(Scanned)[before]

    def hear(self, *messages: tuple[str, bytes]) -> None:
        """Let messages arrive, and wait until the station has heard them all."""
        for topic, payload in messages:
            self.uplink.hear(Arrived(topic, payload))
        self.settle()

    def settle(self) -> None:
        """Wait until everything said so far was heard: a new connection says hello after it."""
        before = len(self.server.hellos)
        self.uplink.connect()
        until(lambda: len(self.server.hellos) > before, what="a hello")

    def delivered(self) -> bool:
        """Whether the server holds every fact that was told, and the journal knows it of each that it has."""
        told = {scanned.event_id for scanned in self.told(Scanned) if scanned.event_id}
        held = {event.event_id for event in self.server.events()}
        with reading(bootstrap.journal_path(self.config)) as journal:
            known = all(delivered for _, _, delivered in journal.entries())
        return told <= held and known and self.station.waiting == 0

    def marks(self) -> list[Delivered]:
        return self.told(Delivered)


def journal_of(config: KioskConfig) -> Journal:
    """Open a stopped kiosk's journal."""
    return bootstrap.open_journal(config)


@contextmanager
def stopped_journal(kiosk: Kiosk) -> Iterator[Journal]:
    """Stop a kiosk and look into its journal."""
    kiosk.stop()
    journal = journal_of(kiosk.config)
    try:
        yield journal
    finally:
        journal.close()


def facts_in(journal: Journal) -> Sequence[Event]:
    """Give every readable fact."""
    return [decode_event(entry.payload) for _, entry, _ in journal.entries() if entry is not None]


def state_fields(raw: bytes) -> dict[str, Any]:
    """Read a state as anyone's tools would."""
    fields: dict[str, Any] = msgspec.json.decode(raw)
    return fields
