"""The shell of a kiosk: threads and queues between the rules and the parts.

Three threads. The *eye* reads pictures, asks the desk and waits for the journal's COMMIT.
The *journal* thread owns the database; the others ask it and wait. The *carrier* runs the
delivery rules on what the uplink hears. A verdict is told only after its fact is committed.
"""

import queue
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from typing import Final, Protocol, TypeVar

import msgspec
from nacl.signing import SigningKey

from kiosk.clock import Clock
from kiosk.config import KioskConfig
from kiosk.health import disk_free_mb, temperature_c
from kiosk.journal import Entry, Journal, JournalError, Position
from kiosk.notices import Delivered, Link, Notice, ProgrammeTaken, Scanned, Trouble
from kiosk.rules.debounce import Debounce
from kiosk.rules.delivery import Command, Delivery, Fork, MoveMark, SayHello, Send
from kiosk.rules.desk import REPEAT_WINDOW_MS, Decision, Desk, Moment, RecentVisits, worth_judging
from kiosk.uplink import Arrived, Connected, Disconnected, UplinkEvent
from wire.card import CardIdentity
from wire.envelope import EnvelopeError, seal_batch
from wire.events import ClockOffset, Event, EventError, Fact, Lost, Visit, decode_event, encode_event
from wire.messages import Ack, Answer, Hello, KeptEpoch, State, open_signed, peek, sign
from wire.programme import (
    Programme,
    Revocations,
    open_programme,
    open_revocations,
    revocations_supersede,
    supersedes,
)
from wire.topics import down, fair, up

STATE_EVERY_S: Final = 10.0
_READ_TIMEOUT_S: Final = 0.2
_MOST_BATCH_BYTES: Final = 200 * 1024
_RECENT_FACTS: Final = 2000
_WORST_ROUND_TRIP_MS: Final = 10_000

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Reading:
    """The codes in one picture; ``arrived_at`` is when the picture came, monotonic seconds."""

    texts: Sequence[str]
    arrived_at: float


class Reader(Protocol):
    """Where codes come from: a camera with its decoder, or a scanner that sends lines."""

    def start(self) -> None:
        """Begin to read."""

    def stop(self) -> None:
        """Let go of the device."""

    def read(self, timeout: float) -> Reading | None:
        """Wait at most ``timeout`` seconds for the next picture or line."""

    @property
    def ended(self) -> bool:
        """Whether nothing more will ever come."""

    @property
    def rate(self) -> float | None:
        """Pictures a second, or None where that has no meaning."""


class Carrier(Protocol):
    """What the station needs of an uplink."""

    def start(self) -> None:
        """Begin to connect."""

    def stop(self) -> None:
        """Disconnect."""

    def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> bool:
        """Hand over a message; False where it was not even tried."""


@dataclass(frozen=True, slots=True)
class Mint:
    """Where randomness comes from: event ids, epochs, nonces, and jitter in [0, 1)."""

    event_id: Callable[[], str]
    epoch: Callable[[], int]
    nonce: Callable[[], str]
    jitter: Callable[[], float]


@dataclass(frozen=True, slots=True)
class _Appended:
    position: Position


class Station:
    """One kiosk at work. ``connect`` makes its uplink, given the callback for what it hears."""

    def __init__(
        self,
        config: KioskConfig,
        *,
        journal: Callable[[], Journal],
        reader: Reader,
        connect: Callable[[Callable[[UplinkEvent], None]], Carrier],
        clock: Clock,
        mint: Mint,
        on_notice: Callable[[Notice], None],
        software: str,
    ) -> None:
        self._config = config
        self._reader = reader
        self._clock = clock
        self._mint = mint
        self._notify = on_notice
        self._software = software
        self._batch_key = SigningKey(config.batch_seed)
        self._inbox: queue.SimpleQueue[UplinkEvent | _Appended] = queue.SimpleQueue()
        self._stopping = threading.Event()
        self._journal_thread = ThreadPoolExecutor(1, thread_name_prefix="journal")
        self._journal = self._journal_thread.submit(journal).result()
        self._uplink = connect(self._inbox.put)
        self._delivery = Delivery(self._ask(self._journal.epochs), mint_nonce=mint.nonce, jitter=mint.jitter)
        self._programme: Programme | None = None
        self._revocations: Revocations | None = None
        self._desk: Desk | None = None
        self._debounce = Debounce()
        self._recent = RecentVisits()
        self._commit_times: dict[Position, float] = {}
        self._odd: Counter[str] = Counter()
        self._damaged = 0
        self._camera_trouble = ""
        self._hello_sent_ms: dict[str, int] = {}
        self._best_round_trip_ms: int | None = None
        self._state_at = 0.0
        self._link_up = False
        self._threads = [
            threading.Thread(target=self._look, name="eye", daemon=True),
            threading.Thread(target=self._carry, name="carrier", daemon=True),
        ]

    # -- life ------------------------------------------------------------------------------

    def start(self) -> None:
        """Take up the kept programme and begin to read and to carry."""
        if (salvage := self._journal.salvage) is not None:
            self._damaged += salvage.holes
            self._notify(
                Trouble(
                    "journal",
                    "salvaged",
                    f"the journal was damaged: {salvage.saved} facts saved, {salvage.holes} declared lost; "
                    f"the damaged file is kept as {salvage.moved_aside.name}",
                )
            )
        self._take_kept_descriptions()
        self._remember_recent_visits()
        self._reader.start()
        self._uplink.start()
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Stop reading, say goodbye, close the journal. Everything committed is safe."""
        self._stopping.set()
        self._reader.stop()
        for thread in self._threads:
            thread.join(timeout=5)
        self._publish_state(online=False)
        self._uplink.stop()
        self._ask(self._journal.close)
        self._journal_thread.shutdown()

    @property
    def finished(self) -> bool:
        """Whether the reader has ended and every fact is delivered."""
        if not self._reader.ended or self._threads[0].is_alive():
            return False
        return all(view.mark >= view.last for view in self._ask(self._journal.epochs))

    @property
    def waiting(self) -> int:
        """How many facts are not delivered yet."""
        return self._delivery.waiting

    def camera_trouble(self, code: str, words: str, *, over: bool) -> None:
        """Hear from the camera; called from its own thread."""
        self._camera_trouble = "" if over else code
        self._state_at = 0.0
        self._notify(Trouble("camera", code, words, over=over))

    def _ask(self, function: Callable[..., Result], *arguments: object) -> Result:
        return self._journal_thread.submit(function, *arguments).result()

    # -- the eye ---------------------------------------------------------------------------

    def _look(self) -> None:
        said_no_programme = False
        while not self._stopping.is_set():
            reading = self._reader.read(_READ_TIMEOUT_S)
            if reading is None:
                if self._reader.ended:
                    return
                continue
            desk = self._desk
            if desk is None:
                if reading.texts and not said_no_programme:
                    said_no_programme = True
                    words = (
                        "no programme yet, so no card can be checked: connect this kiosk once to the server"
                    )
                    self._notify(Trouble("programme", "none", words))
                continue
            for text in self._debounce.fresh(worth_judging(reading.texts), time.monotonic()):
                self._scan(desk, text, reading.arrived_at)

    def _scan(self, desk: Desk, text: str, arrived_at: float) -> None:
        moment = self._clock.read()
        decision = desk.decide(text, self._recent, moment)
        position, event_id = Position(0, 0), ""
        if decision.fact is not None:
            try:
                position, event_id = self._record(decision.fact, moment)
            except JournalError as problem:
                # Not remembered as a visit: the card may be shown again once the disk is well.
                self._notify(Trouble("journal", "cannot_write", str(problem)))
                return
        committed_at = time.monotonic()
        if isinstance(decision.fact, Visit) and decision.card is not None:
            self._recent.remember(decision.card.identity, moment)
        self._notify(_scanned(decision, event_id, position, (committed_at - arrived_at) * 1000))

    def _record(self, fact: Fact, moment: Moment) -> tuple[Position, str]:
        event_id, payload = self._event(fact, moment)
        [position] = self._ask(self._journal.append, [Entry(event_id, payload)])
        self._commit_times[position] = time.monotonic()
        self._inbox.put(_Appended(position))
        return position, event_id

    def _event(self, fact: Fact, moment: Moment) -> tuple[str, bytes]:
        event_id = self._mint.event_id()
        event = Event(
            event_id=event_id,
            occurred_at=moment.wall_ms,
            monotonic_ms=moment.monotonic_ms,
            boot_id=moment.boot_id,
            fair=self._config.fair,
            booth=self._config.booth,
            fact=fact,
        )
        return event_id, encode_event(event)

    # -- the carrier -----------------------------------------------------------------------

    def _carry(self) -> None:
        while not self._stopping.is_set():
            try:
                self._carry_once()
            except Exception as problem:  # noqa: BLE001 - the carrier must outlive any one message or full disk
                self._odd_message("carrier", f"{type(problem).__name__}: {problem}")
                self._stopping.wait(1.0)

    def _carry_once(self) -> None:
        due = self._delivery.next_due()
        now = time.monotonic()
        wait = min(1.0, max(0.0, due - now)) if due is not None else 1.0
        try:
            self._hear(self._inbox.get(timeout=wait))
            while True:
                self._hear(self._inbox.get_nowait())
        except queue.Empty:
            pass
        self._obey(self._delivery.due(time.monotonic()))
        if time.monotonic() >= self._state_at:
            self._publish_state(online=True)

    def _hear(self, item: "UplinkEvent | _Appended") -> None:
        match item:
            case _Appended(position):
                self._delivery.appended(position.epoch, position.seq)
            case Connected():
                self._delivery.connected(time.monotonic())
                self._state_at = 0.0
                self._link_up = True
                self._notify(Link(up=True, reason="", waiting=self.waiting))
            case Disconnected(reason):
                self._delivery.disconnected()
                if self._link_up or reason != "lost":
                    self._notify(Link(up=False, reason=reason, waiting=self.waiting))
                self._link_up = False
            case Arrived(topic, payload):
                self._receive(topic, payload)

    def _receive(self, topic: str, payload: bytes) -> None:
        config = self._config
        try:
            if topic == down(config.body, config.device, "ack"):
                self._take_ack(payload)
            elif topic == down(config.body, config.device, "answer"):
                self._take_answer(payload)
            elif topic == fair(config.body, config.fair, "programme"):
                self._offer_programme(payload)
            elif topic == fair(config.body, config.fair, "revocations"):
                self._offer_revocations(payload)
        except EnvelopeError as problem:
            self._odd_message(problem.code, str(problem))

    def _odd_message(self, code: str, words: str) -> None:
        """Count what cannot be used; say it once a kind, not once a message."""
        self._odd[code] += 1
        if self._odd[code] == 1:
            self._notify(Trouble("message", code, words))

    def _take_ack(self, payload: bytes) -> None:
        if self._programme is None:
            return
        ack = open_signed(Ack, payload, self._programme.server.signing)
        if ack.device != self._config.device:
            raise EnvelopeError("wrong_recipient", "an acknowledgement for another kiosk")
        held = self._ask(self._journal.event_id, ack.epoch, ack.upto)
        self._obey(self._delivery.acknowledged(ack, held, time.monotonic()), server_time=ack.server_time)

    def _take_answer(self, payload: bytes) -> None:
        heard_ms = self._clock.monotonic_ms()
        claimed = peek(Answer, payload)
        if claimed.device != self._config.device:
            raise EnvelopeError("wrong_recipient", "an answer for another kiosk")
        # The programme proves itself by the body's key; only then is the server's key known.
        if claimed.programme is not None:
            self._offer_programme(claimed.programme)
        if self._programme is None:
            raise EnvelopeError("unknown_device", "an answer came before any programme of this fair")
        answer = open_signed(Answer, payload, self._programme.server.signing)
        if answer.revocations is not None:
            self._offer_revocations(answer.revocations)
        self._measure_clock(answer, heard_ms)
        held = {
            entry.epoch: self._ask(self._journal.event_id, entry.epoch, entry.upto) for entry in answer.epochs
        }
        commands = self._delivery.answered(answer, held, time.monotonic())
        self._obey(commands, server_time=answer.server_time)

    def _measure_clock(self, answer: Answer, heard_ms: int) -> None:
        sent_ms = self._hello_sent_ms.pop(answer.nonce, None)
        if sent_ms is None or heard_ms - sent_ms > _WORST_ROUND_TRIP_MS:
            return
        round_trip_ms = heard_ms - sent_ms
        best = self._best_round_trip_ms
        if best is not None and round_trip_ms * 2 > best:
            return
        self._best_round_trip_ms = round_trip_ms
        middle_ms = sent_ms + round_trip_ms // 2
        offset = answer.server_time - middle_ms
        self._clock.learn(offset)
        moment = self._clock.read()
        fact = ClockOffset(
            server_minus_monotonic_ms=offset,
            server_minus_wall_ms=moment.best_ms - moment.wall_ms,
            round_trip_ms=round_trip_ms,
        )
        if self._programme is not None:
            self._record(fact, moment)

    def _obey(self, commands: Sequence[Command], *, server_time: int = 0) -> None:
        for command in commands:
            match command:
                case SayHello(nonce):
                    self._say_hello(nonce)
                case Send(epoch, first, last):
                    self._send(epoch, first, last)
                case MoveMark(epoch, upto):
                    self._ask(self._journal.set_mark, epoch, upto, server_time)
                    self._tell_delivered(epoch, upto)
                case Fork(epoch):
                    moved_to = self._ask(self._journal.fork, epoch)
                    self._delivery.forked(epoch, moved_to)
                    words = "another machine sends under this kiosk's name: was its disk copied?"
                    self._notify(Trouble("identity", "shared", words))

    def _say_hello(self, nonce: str) -> None:
        hello = Hello(
            device=self._config.device,
            nonce=nonce,
            epochs=[
                KeptEpoch(epoch=view.epoch, first=view.first, last=view.last, mark=view.mark)
                for view in self._ask(self._journal.epochs)
            ],
            programme_version=self._programme.version if self._programme else 0,
            revocations_version=self._revocations.version if self._revocations else 0,
            software=self._software,
        )
        self._hello_sent_ms = {nonce: self._clock.monotonic_ms()}
        self._publish("hello", sign(hello, self._batch_key))

    def _send(self, epoch: int, first: int, last: int) -> None:
        if self._programme is None:
            return
        payloads = [
            entry.payload if entry is not None else self._declare_lost(epoch, seq)
            for seq, entry in enumerate(self._ask(self._journal.read, epoch, first, last), first)
        ]
        start = 0
        while start < len(payloads):
            end, size = start, 0
            while end < len(payloads) and (end == start or size + len(payloads[end]) <= _MOST_BATCH_BYTES):
                size += len(payloads[end])
                end += 1
            message = seal_batch(
                payloads[start:end],
                device=self._config.device,
                epoch=epoch,
                first=first + start,
                sealing_key=self._programme.server.sealing,
                key=self._batch_key,
            )
            self._publish("events", message)
            start = end

    def _declare_lost(self, epoch: int, seq: int) -> bytes:
        fact = Lost(epoch=epoch, first=seq, last=seq, reason="unreadable")
        event_id, payload = self._event(fact, self._clock.read())
        self._ask(self._journal.replace, epoch, seq, Entry(event_id, payload))
        self._damaged += 1
        words = "a fact in the journal can no longer be read and is declared lost: check this kiosk's disk"
        self._notify(Trouble("journal", "damaged_row", words))
        return payload

    def _tell_delivered(self, epoch: int, upto: int) -> None:
        now = time.monotonic()
        done = [at for at in list(self._commit_times) if at.epoch == epoch and at.seq <= upto]
        times = [round((now - self._commit_times.pop(at)) * 1000, 2) for at in done]
        self._notify(Delivered(epoch, upto, self.waiting, times))

    # -- descriptions ----------------------------------------------------------------------

    def _take_kept_descriptions(self) -> None:
        """Take programme and revocations from the journal: signed, so as good as just heard."""
        for key, offer in (("programme", self._offer_programme), ("revocations", self._offer_revocations)):
            kept = self._ask(self._journal.get, key)
            if kept is not None:
                try:
                    offer(kept)
                except EnvelopeError as problem:
                    self._odd_message(problem.code, f"the kept {key}: {problem}")

    def _offer_programme(self, message: bytes) -> None:
        offered = open_programme(message, self._config.body_key)
        if offered.body.id != self._config.body or offered.fair.id != self._config.fair:
            raise EnvelopeError("wrong_recipient", "a programme of another fair")
        if not supersedes(offered, self._programme):
            return
        self._programme = offered
        self._ask(self._journal.put, "programme", message)
        self._set_desk()
        self._state_at = 0.0
        self._notify(ProgrammeTaken(offered.version, offered.fair.id, len(offered.booths)))

    def _offer_revocations(self, message: bytes) -> None:
        offered = open_revocations(message, self._config.body_key)
        if revocations_supersede(offered, self._revocations):
            self._revocations = offered
            self._ask(self._journal.put, "revocations", message)
            self._set_desk()

    def _set_desk(self) -> None:
        if self._programme is not None:
            self._desk = Desk(
                body_key=self._config.body_key,
                programme=self._programme,
                revocations=self._revocations,
                last_server_ms=self._ask(lambda: self._journal.last_server_time),
            )

    def _remember_recent_visits(self) -> None:
        """Know after a restart whose visit was recorded in the last ten minutes."""
        now = self._clock.read()
        for entry in reversed(self._ask(lambda: list(self._journal.newest(_RECENT_FACTS)))):
            try:
                event = decode_event(entry.payload)
            except EventError:
                continue
            if isinstance(event.fact, Visit) and event.fact.card is not None:
                card = CardIdentity(event.fact.card.key_id, int(event.fact.card.card_id, 16))
                then = Moment(event.occurred_at, event.monotonic_ms, event.boot_id, event.occurred_at)
                if now.wall_ms - then.wall_ms < REPEAT_WINDOW_MS:
                    self._recent.remember(card, then)

    # -- state -----------------------------------------------------------------------------

    def _publish(self, leaf: str, payload: bytes, *, retain: bool = False) -> bool:
        config = self._config
        return self._uplink.publish(
            up(config.body, config.region, config.device, leaf), payload, retain=retain
        )

    def _publish_state(self, *, online: bool) -> None:
        self._state_at = time.monotonic() + STATE_EVERY_S
        oldest = self._ask(self._journal.oldest_waiting)
        age_s = 0
        if oldest is not None:
            with suppress(EventError):
                age_s = max(0, self._clock.read().wall_ms - decode_event(oldest.payload).occurred_at) // 1000
        state = State(
            online=online,
            name=self._config.name,
            fair=self._config.fair,
            booth=self._config.booth,
            waiting=self.waiting,
            oldest_waiting_s=age_s,
            disk_free_mb=disk_free_mb(self._config.data),
            temperature_c=temperature_c(),
            camera_rate=self._reader.rate,
            camera_trouble=self._camera_trouble,
            programme_version=self._programme.version if self._programme else 0,
            damaged_rows=self._damaged,
            software=self._software,
        )
        self._publish("state", msgspec.json.encode(state), retain=True)


def _scanned(decision: Decision, event_id: str, position: Position, scan_to_commit_ms: float) -> Scanned:
    return Scanned(
        outcome=decision.outcome,
        code=str(decision.code or ""),
        card=str(decision.card.identity) if decision.card else "",
        event_id=event_id,
        epoch=position.epoch,
        seq=position.seq,
        scan_to_commit_ms=round(scan_to_commit_ms, 2),
    )
