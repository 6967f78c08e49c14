"""What a kiosk hears from the server and says to it, in a thread of its own.

The carrier owns the delivery rules, the descriptions and everything below; others reach it
through its inbox alone. Messages come from a broker that nobody needs to trust: what cannot
be used is counted by its code, told once a code, and changes nothing.
"""

import queue
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final, Protocol

import msgspec
from nacl.signing import SigningKey

from kiosk.asking import Asking
from kiosk.clock import Clock
from kiosk.config import KioskConfig
from kiosk.descriptions import Descriptions
from kiosk.health import disk_free_mb, temperature_c
from kiosk.journal import JournalError, Position
from kiosk.notices import Delivered, Notice, Trouble, Wiped
from kiosk.recorder import Mint, Recorder
from kiosk.rules.delivery import Command, Delivery, Fork, MoveMark, SayHello, Send, Wipe
from kiosk.rules.offset import Measurement, worth_learning
from kiosk.sealing import Sealer
from kiosk.telling import CommitTimes, LinkTeller
from kiosk.uplink import Arrived, Connected, Disconnected, UplinkEvent
from wire.asking import Ask, is_reply, open_reply, seal_ask
from wire.envelope import EnvelopeError
from wire.events import ClockOffset, EventError, Lost, decode_event
from wire.messages import Ack, Answer, Hello, KeptEpoch, State, open_signed, peek, sign
from wire.topics import down, fair, up

STATE_EVERY_S: Final = 10.0
MOST_WAITING_MESSAGES: Final = 100
"""Messages heard and not looked at yet; more than that are dropped, for the server says all again."""
_LONGEST_WAIT_S: Final = 1.0


class Connection(Protocol):
    """What the carrier needs of an uplink."""

    def start(self) -> None:
        """Begin to connect."""

    def stop(self) -> None:
        """Disconnect."""

    def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> bool:
        """Hand over a message; False where it was not even tried."""


@dataclass(frozen=True, slots=True)
class _Recorded:
    position: Position
    committed_at: float


@dataclass(frozen=True, slots=True)
class _StateIsNew:
    """Something that the state tells has changed."""


@dataclass(frozen=True, slots=True)
class _HelpWanted:
    wanted: bool


@dataclass(frozen=True, slots=True)
class _CameraTrouble:
    code: str


@dataclass(frozen=True, slots=True)
class _Stop:
    pass


_Item = UplinkEvent | Ask | _Recorded | _CameraTrouble | _HelpWanted | _StateIsNew | _Stop


class Carrier:
    """Carries one kiosk's facts. ``connect`` makes its uplink, given the callback for what it hears.

    ``rate`` gives the reader's pictures a second, for the state.
    """

    def __init__(
        self,
        config: KioskConfig,
        *,
        recorder: Recorder,
        descriptions: Descriptions,
        connect: Callable[[Callable[[UplinkEvent], None]], Connection],
        clock: Clock,
        mint: Mint,
        notify: Callable[[Notice], None],
        rate: Callable[[], float | None],
        software: str,
    ) -> None:
        self._config = config
        self._recorder = recorder
        self._journal = recorder.journal
        self._descriptions = descriptions
        self._clock = clock
        self._notify = notify
        self._rate = rate
        self._software = software
        self._key = SigningKey(config.batch_seed)
        self.asking = Asking(config.device, clock=clock, nonce=mint.nonce, say=self._ask_soon)
        self._inbox: queue.SimpleQueue[_Item] = queue.SimpleQueue()
        self._dropped = 0
        self._uplink = connect(self._hear_soon)
        self._delivery = Delivery(
            recorder.ask(self._journal.epochs), mint_nonce=mint.nonce, jitter=mint.jitter
        )
        # Only the carrier's thread touches what follows.
        self._committed = CommitTimes()
        self._link = LinkTeller(notify)
        self._unusable: Counter[str] = Counter()
        self._damaged = self._journal.salvage.holes if self._journal.salvage else 0
        self._camera_trouble = ""
        self._wants_help = False
        self._connected = False
        self._hello_sent_ms: dict[str, int] = {}
        self._measurement: Measurement | None = None
        self._disk_refuses = False
        self._wiped = False
        self._state_at = 0.0
        self._thread = threading.Thread(target=self._run, name="carrier", daemon=True)

    def start(self) -> None:
        """Begin to connect and to carry."""
        self._delivery.set_closed(self._descriptions.closed, time.monotonic())
        self._uplink.start()
        self._thread.start()

    def stop(self, seconds: float) -> None:
        """Say goodbye and disconnect, once the work at hand is done or so many seconds are over."""
        self._inbox.put(_Stop())
        self._thread.join(seconds)
        try:
            # A disk that is gone must not keep the kiosk from ending.
            with suppress(Exception):
                self._publish_state(online=False)
        finally:
            self._uplink.stop()

    # What other threads may call.

    def recorded(self, position: Position) -> None:
        """Note that a fact was committed just now."""
        self._inbox.put(_Recorded(position, time.monotonic()))

    def camera_trouble(self, code: str) -> None:
        """Note the camera's trouble for the state; empty when it is over."""
        self._inbox.put(_CameraTrouble(code))

    def help_wanted(self, wanted: bool) -> None:  # noqa: FBT001 - the one thing that is told
        """Note for the state whether somebody wants help."""
        self._inbox.put(_HelpWanted(wanted))

    @property
    def waiting(self) -> int:
        """How many facts are not delivered yet."""
        return self._delivery.waiting

    @property
    def connected(self) -> bool:
        """Whether there is a way to the server now."""
        return self._connected

    def say_state(self) -> None:
        """Tell the state at once: something in it is new."""
        self._inbox.put(_StateIsNew())

    @property
    def unusable(self) -> dict[str, int]:
        """How many messages could not be used, by their code."""
        return dict(self._unusable)

    def _ask_soon(self, ask: Ask) -> bool:
        if not self._connected or self._descriptions.programme is None:
            return False
        self._inbox.put(ask)
        return True

    def _hear_soon(self, event: UplinkEvent) -> None:
        if isinstance(event, Arrived) and self._inbox.qsize() >= MOST_WAITING_MESSAGES:
            self._dropped += 1
            return
        self._inbox.put(event)

    # -- the loop --------------------------------------------------------------------------

    def _run(self) -> None:
        while self._turn():
            pass

    def _turn(self) -> bool:
        """Hear what has come, then say what is due; False when told to stop."""
        due = self._delivery.next_due()
        wait = _LONGEST_WAIT_S if due is None else min(_LONGEST_WAIT_S, max(0.0, due - time.monotonic()))
        # A bound, because whoever floods the inbox must not keep the rest from its turn.
        for _ in range(MOST_WAITING_MESSAGES):
            try:
                item = self._inbox.get(timeout=wait)
            except queue.Empty:
                break
            wait = 0.0
            if isinstance(item, _Stop):
                return False
            self._outliving(self._hear, item)
        self._outliving(self._say_what_is_due)
        return True

    def _outliving(self, work: Callable[..., None], *arguments: object) -> None:
        """Do something; the carrier must outlive any one message, and a full disk."""
        try:
            work(*arguments)
        except JournalError as problem:
            if not self._disk_refuses:
                self._disk_refuses = True
                self._notify(Trouble("journal", "cannot_write", str(problem)))
        except Exception as problem:  # noqa: BLE001 - whatever it is, the next message may be a good one
            self._cannot_use("carrier", f"{type(problem).__name__}: {problem}")

    def _say_what_is_due(self) -> None:
        now = time.monotonic()
        if self._dropped and not self._unusable["flood"]:
            self._cannot_use("flood", "more messages come than can be looked at; some are dropped")
        self._link.still(self.waiting)
        self._obey(self._delivery.due(now))
        if now >= self._state_at:
            self._publish_state(online=True)

    # -- what is heard ---------------------------------------------------------------------

    def _hear(self, item: _Item) -> None:
        match item:
            case _Recorded(position, committed_at):
                self._delivery.appended(position.epoch, position.seq)
                self._committed.note(position.epoch, position.seq, committed_at)
            case _CameraTrouble(code):
                self._camera_trouble = code
                self._state_at = 0.0
            case _StateIsNew():
                self._state_at = 0.0
            case _HelpWanted(wanted):
                self._wants_help = wanted
                self._state_at = 0.0
            case Connected():
                self._connected = True
                self._delivery.connected(time.monotonic())
                self._state_at = 0.0
                self._link.now(up=True, reason="", waiting=self.waiting)
            case Disconnected(reason):
                self._connected = False
                self.asking.give_up()
                self._delivery.disconnected()
                self._link.now(up=False, reason=reason, waiting=self.waiting)
            case Ask():
                self._put_question(item)
            case Arrived(topic, payload):
                try:
                    self._receive(topic, payload)
                except EnvelopeError as problem:
                    self._cannot_use(problem.code, str(problem))

    def _receive(self, topic: str, payload: bytes) -> None:
        config = self._config
        if topic == down(config.body, config.device, "ack"):
            self._take_ack(payload)
        elif topic == down(config.body, config.device, "answer"):
            take = self._take_reply if is_reply(payload) else self._take_answer
            take(payload)
        elif topic == down(config.body, config.device, "setup"):
            self._descriptions.offer_setup(payload)
        elif topic == fair(config.body, config.fair, "programme"):
            self._offer_programme(payload)
        elif topic == fair(config.body, config.fair, "revocations"):
            self._descriptions.offer_revocations(payload)

    def _cannot_use(self, code: str, words: str) -> None:
        """Count what cannot be used; say it once a kind, not once a message."""
        self._unusable[code] += 1
        if self._unusable[code] == 1:
            self._notify(Trouble("message", code, words))

    def _server_key(self) -> bytes:
        programme = self._descriptions.programme
        if programme is None:
            raise EnvelopeError("unknown_device", "the server spoke before any programme of this fair came")
        return programme.server.signing

    def _offer_programme(self, message: bytes) -> None:
        if self._descriptions.offer_programme(message):
            self._delivery.set_closed(self._descriptions.closed, time.monotonic())
            self._wiped = False
            self._state_at = 0.0
            if self._descriptions.lacks_logo:
                self._delivery.greet_again(time.monotonic())

    def _take_ack(self, payload: bytes) -> None:
        ack = open_signed(Ack, payload, self._server_key())
        if ack.device != self._config.device:
            raise EnvelopeError("wrong_recipient", "an acknowledgement for another kiosk")
        held = self._recorder.ask(self._journal.tail, ack.epoch, ack.upto)
        self._obey(self._delivery.acknowledged(ack, held, time.monotonic()), server_time=ack.server_time)

    def _take_answer(self, payload: bytes) -> None:
        heard_ms = self._clock.monotonic_ms()
        claimed = peek(Answer, payload)
        if claimed.device != self._config.device:
            raise EnvelopeError("wrong_recipient", "an answer for another kiosk")
        # The programme proves itself by the body's key; only then is the server's key known.
        if claimed.programme is not None:
            self._offer_programme(claimed.programme)
        answer = open_signed(Answer, payload, self._server_key())
        if answer.revocations is not None:
            self._descriptions.offer_revocations(answer.revocations)
        if answer.logo is not None:
            self._descriptions.offer_logo(answer.logo)
        # A fact that cannot be written must not keep those of before from going out.
        self._outliving(self._measure_clock, answer, heard_ms)
        held = {
            entry.epoch: self._recorder.ask(self._journal.tail, entry.epoch, entry.upto)
            for entry in answer.epochs
        }
        commands = self._delivery.answered(answer, held, time.monotonic())
        self._obey(commands, server_time=answer.server_time)

    def _take_reply(self, payload: bytes) -> None:
        reply = open_reply(payload, server_key=self._server_key(), batch_seed=self._config.batch_seed)
        if reply.device != self._config.device:
            raise EnvelopeError("wrong_recipient", "a reply for another kiosk")
        if not self.asking.take(reply):
            self._cannot_use("unasked", "the server tells what nobody waits for: too late, or twice")

    def _measure_clock(self, answer: Answer, heard_ms: int) -> None:
        sent_ms = self._hello_sent_ms.pop(answer.nonce, None)
        # After the closing it serves what still waits, and makes no fact for its own sake.
        if sent_ms is None or (self._descriptions.closed and not self.waiting):
            return
        found = Measurement.of(sent_ms=sent_ms, heard_ms=heard_ms, server_ms=answer.server_time)
        if not worth_learning(found, self._measurement):
            return
        self._clock.learn(found.offset_ms)
        moment = self._clock.read()
        fact = ClockOffset(
            server_minus_monotonic_ms=found.offset_ms,
            server_minus_wall_ms=moment.best_ms - moment.wall_ms,
            round_trip_ms=found.round_trip_ms,
        )
        position, _ = self._recorder.record(fact, moment)
        # Only now: what could not be written is measured again.
        self._measurement = found
        self.recorded(position)

    # -- what is said ----------------------------------------------------------------------

    def _obey(self, commands: Sequence[Command], *, server_time: int = 0) -> None:
        try:
            for command in commands:
                self._carry_out(command, server_time)
        except JournalError:
            # The marks that were to follow are not moved either.
            self._go_by_the_journal()
            raise

    def _carry_out(self, command: Command, server_time: int) -> None:
        match command:
            case SayHello(nonce):
                self._say_hello(nonce)
            case Send(epoch, first, last):
                self._send(epoch, first, last)
            case MoveMark(epoch, upto):
                self._recorder.ask(self._journal.set_mark, epoch, upto, server_time)
                self._tell_delivered(epoch, upto)
            case Fork(epoch):
                moved_to = self._recorder.ask(self._journal.fork, epoch)
                self._delivery.forked(epoch, moved_to)
                self._committed.forget(epoch)
                words = "another machine sends under this kiosk's name: was its disk copied?"
                self._notify(Trouble("identity", "shared", words))
            case Wipe():
                self._wipe()

    def _go_by_the_journal(self) -> None:
        self._delivery.marks_are(self._recorder.ask(self._journal.epochs), time.monotonic())

    def _wipe(self) -> None:
        forgotten = self._recorder.ask(self._journal.wipe)
        if forgotten is None:
            # A fact came in just now and is delivered first, or a mark was never written.
            self._go_by_the_journal()
            return
        self._delivery.wiped(self._recorder.ask(self._journal.epochs))
        self._wiped = True
        self._state_at = 0.0
        self._notify(Wiped(forgotten))

    def _say_hello(self, nonce: str) -> None:
        hello = Hello(
            device=self._config.device,
            nonce=nonce,
            epochs=[
                KeptEpoch(epoch=view.epoch, first=view.first, last=view.last, mark=view.mark)
                for view in self._recorder.ask(self._journal.epochs)
            ],
            programme_version=self._descriptions.programme_version,
            revocations_version=self._descriptions.revocations_version,
            software=self._software,
            setup_version=self._descriptions.setup_version,
            logo=self._descriptions.logo_name,
        )
        self._hello_sent_ms = {nonce: self._clock.monotonic_ms()}
        self._publish("hello", sign(hello, self._key))

    def _put_question(self, ask: Ask) -> None:
        programme = self._descriptions.programme
        if programme is None:
            return
        message = seal_ask(ask, sealing_key=programme.server.sealing, key=self._key)
        if not self._publish("ask", message):
            self.asking.give_up()

    def _send(self, epoch: int, first: int, last: int) -> None:
        programme = self._descriptions.programme
        if programme is None:
            return
        payloads = [
            entry.payload if entry is not None else self._declare_lost(epoch, seq)
            for seq, entry in enumerate(self._recorder.ask(self._journal.read, epoch, first, last), first)
        ]
        for message in Sealer(self._config, programme.server.sealing).batches(epoch, first, payloads):
            self._publish("events", message)

    def _declare_lost(self, epoch: int, seq: int) -> bytes:
        fact = Lost(epoch=epoch, first=seq, last=seq, reason="unreadable")
        entry = self._recorder.entry(fact, self._clock.read())
        self._recorder.ask(self._journal.replace, epoch, seq, entry)
        self._damaged += 1
        words = "a fact in the journal can no longer be read and is declared lost: check this kiosk's disk"
        self._notify(Trouble("journal", "damaged_row", words))
        return entry.payload

    def _publish(self, leaf: str, payload: bytes, *, retain: bool = False) -> bool:
        config = self._config
        topic = up(config.body, config.region, config.device, leaf)
        return self._uplink.publish(topic, payload, retain=retain)

    def _publish_state(self, *, online: bool) -> None:
        self._state_at = time.monotonic() + STATE_EVERY_S
        oldest = self._recorder.ask(self._journal.oldest_waiting)
        age_s = 0
        if oldest is not None:
            with suppress(EventError):
                age_s = max(0, self._clock.read().wall_ms - decode_event(oldest.payload).occurred_at) // 1000
        state = State(
            online=online,
            name=self._config.name,
            fair=self._config.fair,
            booth=self._recorder.booth,
            waiting=self.waiting,
            oldest_waiting_s=age_s,
            disk_free_mb=disk_free_mb(self._config.data),
            temperature_c=temperature_c(),
            camera_rate=self._rate(),
            camera_trouble=self._camera_trouble,
            programme_version=self._descriptions.programme_version,
            damaged_rows=self._damaged,
            wiped=self._wiped,
            help_wanted=self._wants_help,
            software=self._software,
        )
        self._publish("state", msgspec.json.encode(state), retain=True)

    def _tell_delivered(self, epoch: int, upto: int) -> None:
        if self._disk_refuses:
            self._disk_refuses = False
            self._notify(Trouble("journal", "recovered", "the journal can be written again", over=True))
        self._notify(Delivered(epoch, upto, self.waiting, self._committed.take(epoch, upto)))
