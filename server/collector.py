"""The shell of a running server: hears kiosks, has their facts committed, then acknowledges.

One thread does everything that writes: it takes messages from a bounded queue, commits
many batches in one transaction, and only then acknowledges. The queue is bounded because
dropping is harmless: a kiosk sends again until its facts are acknowledged. While one
transaction commits, the next messages gather, so load makes transactions larger, not more.

Errors::

    NotTakenError    a message that is in order in itself, and still not for this server
"""

import queue
import secrets
import threading
import time
import traceback
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

import msgspec

from server import ServerError
from server.intake import Intake, Taken
from server.rules.closing import outlived
from server.rules.figures import TOTAL
from server.settings import Secrets
from server.setups import SetupTeller
from server.store.engine import Store, TransactionError
from server.store.ledger import Ledger
from server.store.registry import Registry
from wire import topics
from wire.asking import is_ask
from wire.envelope import Batch, EnvelopeError, batch_head, open_batch
from wire.messages import Ack, Answer, HeldEpoch, Hello, Live, State, open_signed, read_state, sign
from wire.setup import seal_setup
from wire.topics import TopicError, UpTopic

QUEUE_LENGTH: Final = 2000
QUEUE_BYTES: Final = 64 * 1024 * 1024
"""Messages that wait, in number and in all their bytes: memory stays bounded while nothing commits."""
MOST_AT_ONCE: Final = 64
"""Messages in one transaction: some thousands of facts, a few tens of milliseconds."""
_ENROLLED_AT_ONCE: Final = 16
"""Each is a transaction of its own, so some tenths of a second."""
_IDLE_S: Final = 0.25
_WATCH_EVERY_S: Final = 0.5
_LIVE_EVERY_S: Final = 1.0
_FORGET_STRANGERS_S: Final = 1.0
_STOP_S: Final = 3.0
_LONGEST_WORDS: Final = 200


class NotTakenError(ServerError):
    """A message is not for this server, whatever its envelope says.

    ``code`` is ``wrong_device`` (on a topic that is not its sender's) or ``topic`` (on none of ours); of
    what a kiosk asks also ``stale`` (old, or ahead of our clock), ``replayed`` (it came before) and
    ``too_many`` (that kiosk asks on and on). With the codes of ``EnvelopeError``, and ``clash``, ``store``
    (the ledger failed; it comes again) and ``bug``, these are all that ``refused_messages`` counts.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def _nobody_waits(_: int) -> bool:
    """Work nothing off: this server keeps no members."""
    return False


class Mouth(Protocol):
    """What the collector needs of a subscriber."""

    def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> bool:
        """Hand over a message; False where it was not even tried."""


@dataclass(frozen=True, slots=True)
class Tally:
    """What a running server has seen since it started, for ``status`` and for troubleshooting."""

    run: str
    batches: int
    facts: dict[str, int]
    refused_messages: dict[str, int]
    dropped: int


class Collector:
    """Collects for one body. ``clock`` gives ms UTC; ``on_trouble`` gets a line once a kind.

    ``pair`` gives the answer to an ask of a pairing code's account; what it is not for raises
    ``EnvelopeError``. ``inquire`` gives the reply to what a kiosk with that batch key asks about people, or
    raises one of both. ``enrol`` works off what facts mean for members, at most so many, and says whether
    there may be more.
    """

    def __init__(
        self,
        store: Store,
        body: str,
        secrets_: Secrets,
        *,
        clock: Callable[[], int],
        pair: Callable[[str, bytes], bytes],
        on_trouble: Callable[[str], None],
        inquire: Callable[[str, bytes, bytes], bytes] | None = None,
        enrol: Callable[[int], bool] = _nobody_waits,
    ) -> None:
        self.run_id = secrets.token_hex(8)
        self._store = store
        self._body = body
        self._signing_key = secrets_.signing_key
        self._sealing_key = secrets_.sealing_key
        self._intake = Intake(store, body, digest_key=bytes.fromhex(secrets_.digest_key))
        self._clock = clock
        self._pair = pair
        self._inquire = inquire
        self._on_trouble = on_trouble
        self._enrol = enrol
        # At the start, too: a server that was killed may have left some.
        self._enrols = True
        self._inbox: queue.Queue[tuple[str, bytes]] = queue.Queue(QUEUE_LENGTH)
        self._inbox_bytes = 0
        self._inbox_lock = threading.Lock()
        self._broker_is_new = threading.Event()
        self._store_fails = False
        self._mouth: Mouth | None = None
        self._on_moved: Callable[[Collection[str]], None] = _nobody_looks
        self._stopping = threading.Event()
        self._device_keys: dict[str, bytes] = {}
        self._device_fairs: dict[str, str] = {}
        self._keys_read_at = 0.0
        self._states: dict[str, tuple[State, int]] = {}
        self._versions: tuple[tuple[str, int], ...] = ()
        self._setups = SetupTeller(
            body, seal=self._seal_setup, publish=self._publish, identity_key=secrets_.identity_key
        )
        self._moves: dict[str, int] | None = None
        self._watched_at = 0.0
        self._moved_fairs: set[str] = set()
        self._live_at = 0.0
        self._batches = 0
        self._dropped = 0
        self._verdicts: Counter[str] = Counter()
        self._refused: Counter[str] = Counter()
        self._thread = threading.Thread(target=self._run, name="collector", daemon=True)

    @staticmethod
    def filters(body: str) -> list[str]:
        """Give the topic filters that a collector of this body wants to hear."""
        return [topics.all_up(body, leaf) for leaf in ("events", "hello", "ask", "state")]

    def start(self, mouth: Mouth, *, on_moved: Callable[[Collection[str]], None] | None = None) -> None:
        """Begin to work; what there is to say goes out through ``mouth``.

        ``on_moved`` gets, on the collector's thread, the fairs whose figures or kiosks have just
        changed in the store; acknowledgements have gone out by then. It must not wait or raise.
        """
        self._mouth = mouth
        self._on_moved = on_moved or _nobody_looks
        self._thread.start()

    def stop(self) -> None:
        """Finish the transaction at hand and stop.

        One that a locked database holds up is left behind: what was not acknowledged comes again.
        """
        self._stopping.set()
        self._thread.join(timeout=_STOP_S)

    def hear(self, topic: str, payload: bytes) -> None:
        """Take a message from the subscriber's thread; dropped where the queue is full."""
        with self._inbox_lock:
            has_room = self._inbox_bytes + len(payload) <= QUEUE_BYTES
            if has_room:
                try:
                    self._inbox.put_nowait((topic, payload))
                    self._inbox_bytes += len(payload)
                except queue.Full:
                    has_room = False
        if not has_room:
            self._dropped += 1
            if self._dropped == 1:
                self._on_trouble("more comes in than can be committed; kiosks will send again")

    def ready(self) -> None:
        """Note, from any thread, that the subscription stands: the broker may have forgotten everything."""
        self._broker_is_new.set()

    @property
    def tally(self) -> Tally:
        """What was seen since the start."""
        return Tally(self.run_id, self._batches, dict(self._verdicts), dict(self._refused), self._dropped)

    # -- the loop ----------------------------------------------------------------------------

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self._work(self._gather())
                self._enrol_some()
                self._watch()
                self._publish_live()
            except TransactionError as problem:
                self._note_failure(problem)
                self._stopping.wait(1.0)
            except Exception as problem:  # noqa: BLE001 - no message, however odd, may end the collector
                self._refuse("bug", _place_of(problem))

    def _gather(self) -> list[tuple[str, bytes]]:
        messages: list[tuple[str, bytes]] = []
        try:
            messages.append(self._inbox.get(timeout=0 if self._enrols else _IDLE_S))
            while len(messages) < MOST_AT_ONCE:
                messages.append(self._inbox.get_nowait())
        except queue.Empty:
            pass
        with self._inbox_lock:
            self._inbox_bytes -= sum(len(payload) for _, payload in messages)
        return messages

    def _work(self, messages: list[tuple[str, bytes]]) -> None:
        batches: list[Batch] = []
        # A kiosk waits for the answer to its latest alone.
        hellos: dict[str, tuple[UpTopic, bytes]] = {}
        asks: dict[tuple[str, bytes], bytes] = {}
        for topic, payload in messages:
            with self._refusing():
                where = topics.parse_up(topic)
                match where.leaf:
                    case "events":
                        batches.append(self._open(where, payload))
                    case "hello":
                        hellos[where.device] = (where, payload)
                    case "ask":
                        # Staff's asks each: what a broker sends again must not displace the newest.
                        asks[where.device, payload if is_ask(payload) else b""] = payload
                    case "state":
                        self._note_state(where, payload)
        if batches:
            self._take_apart(batches)
        for where, payload in hellos.values():
            with self._refusing():
                self._answer(where, payload)
        for (sender, _), payload in asks.items():
            with self._refusing():
                self._answer_ask(sender, payload)
        if self._states:
            self._keep_states()

    @contextmanager
    def _refusing(self) -> Iterator[None]:
        """Refuse one message that cannot be used, and go on with the next."""
        try:
            yield
        except (EnvelopeError, NotTakenError) as problem:
            self._refuse(problem.code, str(problem))
        except TopicError as problem:
            self._refuse("topic", str(problem))

    def _note_failure(self, problem: TransactionError) -> None:
        # What was at hand is not acknowledged, so kiosks send it again.
        self._refused["store"] += 1
        if not self._store_fails:
            self._on_trouble(f"the ledger cannot be used ({problem}); kiosks keep their facts; trying again")
        self._store_fails = True

    def _note_success(self) -> None:
        if self._store_fails:
            self._on_trouble("the ledger can be written again")
        self._store_fails = False

    def _refuse(self, code: str, words: str) -> None:
        """Count what cannot be used; say it once a kind, not once a message."""
        self._refused[code] += 1
        if self._refused[code] == 1:
            # Some of the words were written by whoever sent the message: one line of them.
            words = "".join(letter if letter.isprintable() else "?" for letter in words[:_LONGEST_WORDS])
            self._on_trouble(f"a message was not taken ({code}): {words}")

    # -- facts -------------------------------------------------------------------------------

    def _open(self, where: UpTopic, payload: bytes) -> Batch:
        device = batch_head(payload).device
        if device != where.device:
            raise NotTakenError("wrong_device", f"a batch of {device} on the topic of {where.device}")
        return open_batch(payload, device_key=self._key_of, sealing_key=self._sealing_key)

    def _key_of(self, device: str) -> bytes | None:
        if device not in self._device_keys and time.monotonic() - self._keys_read_at > _FORGET_STRANGERS_S:
            self._keys_read_at = time.monotonic()
            with self._store.reading() as connection:
                kiosks = Registry(connection, self._body).kiosks()
            self._device_keys = {row.device: row.batch_key for row in kiosks}
            self._device_fairs = {row.device: row.fair for row in kiosks}
        return self._device_keys.get(device)

    def _take_apart(self, batches: list[Batch]) -> None:
        """Take batches in one transaction; where one of them finds a bug, the others go on without it."""
        try:
            self._take(batches)
        except TransactionError:
            raise
        except Exception as problem:
            if len(batches) == 1:
                raise
            self._refuse("bug", _place_of(problem))
            for batch in batches:
                try:
                    self._take([batch])
                except TransactionError:
                    raise
                except Exception as its_problem:  # noqa: BLE001 - as in the loop
                    self._refuse("bug", _place_of(its_problem))

    def _take(self, batches: list[Batch]) -> None:
        taken = self._intake.take(batches, self._clock())
        self._note_success()
        self._batches += len(batches)
        self._verdicts.update(taken.verdicts)
        self._moved_fairs |= taken.fairs
        self._acknowledge(taken)
        self._enrols |= taken.enrols
        self._on_moved(taken.fairs)
        for device in taken.flagged:
            self._refuse("clash", f"{device} sends other facts under places that are taken: a copied disk?")

    def _acknowledge(self, taken: Taken) -> None:
        server_time = self._clock()
        for place, mark in taken.marks.items():
            ack = Ack(
                device=place.device,
                run=self.run_id,
                epoch=place.epoch,
                upto=mark.upto,
                tail=mark.tail,
                server_time=server_time,
            )
            self._publish(topics.down(self._body, place.device, "ack"), sign(ack, self._signing_key))

    def _enrol_some(self) -> None:
        """Work off what was acknowledged for members, a few at once: other kiosks wait for answers."""
        if not self._enrols:
            return
        # Whatever else goes wrong there, it must not begin again at once.
        self._enrols = False
        try:
            self._enrols = self._enrol(_ENROLLED_AT_ONCE)
        except TransactionError:
            self._enrols = True
            raise
        self._note_success()

    # -- hello -------------------------------------------------------------------------------

    def _answer(self, where: UpTopic, payload: bytes) -> None:
        # The topic says whose key must have signed: nothing is parsed before that held.
        key = self._key_of(where.device)
        if key is None:
            raise EnvelopeError("unknown_device", f"a hello of {where.device}, no kiosk of this body")
        hello = open_signed(Hello, payload, key)
        if hello.device != where.device:
            raise NotTakenError("wrong_device", f"a hello of {hello.device} on the topic of {where.device}")
        marks = self._intake.greet(hello.device, hello.epochs)
        with self._store.writing() as connection:
            registry = Registry(connection, self._body)
            registry.note_hello(hello.device, self._clock())
            fair = next((row.fair for row in registry.kiosks() if row.device == hello.device), "")
            programme = registry.programmes().get(fair)
            revocations = registry.revocations()
            setup = self._setups.newer_than(registry, fair, hello.setup_version)
            logo = registry.logo_other_than(fair, hello.logo)
        self._note_success()
        answer = Answer(
            device=hello.device,
            nonce=hello.nonce,
            run=self.run_id,
            epochs=[HeldEpoch(epoch=epoch, upto=mark.upto, tail=mark.tail) for epoch, mark in marks.items()],
            server_time=self._clock(),
            programme=_newer(programme, hello.programme_version),
            revocations=_newer(revocations, hello.revocations_version),
            logo=logo,
        )
        self._publish(topics.down(self._body, hello.device, "answer"), sign(answer, self._signing_key))
        if setup is not None:
            # Only now: a kiosk that knew no programme has the key that proves it from the answer.
            self._setups.tell(setup, {hello.device: key})

    def _answer_ask(self, account: str, payload: bytes) -> None:
        if is_ask(payload):
            self._answer_inquiry(account, payload)
            return
        answer = self._pair(account, payload)
        self._note_success()
        # The new kiosk says hello at once, and is no stranger.
        self._keys_read_at = 0.0
        self._publish(topics.down(self._body, account, "answer"), answer)

    def _answer_inquiry(self, device: str, payload: bytes) -> None:
        key = self._key_of(device)
        if key is None or self._inquire is None:
            raise EnvelopeError("unknown_device", f"an ask of {device}, no kiosk of this body")
        reply = self._inquire(device, key, payload)
        self._note_success()
        self._publish(topics.down(self._body, device, "answer"), reply)

    # -- what anyone may see -----------------------------------------------------------------

    def _note_state(self, where: UpTopic, payload: bytes) -> None:
        state = read_state(payload)
        if self._key_of(where.device) is None:
            raise EnvelopeError(
                "unknown_device", f"a state of {where.device}, which is no kiosk of this body"
            )
        # Nobody signed it: what is kept is what we know, and nothing else that stood there.
        self._states[where.device] = (state, self._clock())

    def _keep_states(self) -> None:
        with self._store.writing() as connection:
            registry = Registry(connection, self._body)
            before = {row.device: row.state for row in registry.kiosks() if row.device in self._states}
            registry.note_states(
                {
                    device: (outlived(state, before.get(device)), at)
                    for device, (state, at) in self._states.items()
                }
            )
        noted, self._states = self._states, {}
        self._note_success()
        self._on_moved({self._device_fairs[device] for device in noted})

    def _watch(self) -> None:
        """See what other processes did, and publish what must be: all of it where the broker is new."""
        now = time.monotonic()
        if now - self._watched_at < _WATCH_EVERY_S and not self._broker_is_new.is_set():
            return
        self._watched_at = now
        if self._broker_is_new.is_set():
            self._broker_is_new.clear()
            self._versions = ()
        with self._store.reading() as connection:
            registry = Registry(connection, self._body)
            self._look_for_moves(Ledger(connection, self._body).moves())
            self._setups.tell_changes(registry)
            versions = registry.versions()
            if versions == self._versions:
                return
            # A kiosk that was revoked is known no more.
            self._device_keys, self._keys_read_at = {}, 0.0
            programmes = registry.programmes()
            revocations = registry.revocations()
        said = True
        for fair, (_, message) in programmes.items():
            said &= self._publish(topics.fair(self._body, fair, "programme"), message, retain=True)
            if revocations is not None:
                said &= self._publish(
                    topics.fair(self._body, fair, "revocations"), revocations[1], retain=True
                )
            self._moved_fairs.add(fair)
        if said:
            self._versions = versions

    def _look_for_moves(self, moves: dict[str, int]) -> None:
        """Notice what another process has brought into the ledger: facts on a stick, a rebuild."""
        if self._moves is not None and (
            moved := {fair for fair in moves if moves[fair] != self._moves.get(fair)}
        ):
            self._moved_fairs |= moved
            self._on_moved(moved)
        self._moves = moves

    def _publish_live(self) -> None:
        now = time.monotonic()
        if not self._moved_fairs or now - self._live_at < _LIVE_EVERY_S:
            return
        self._live_at = now
        with self._store.reading() as connection:
            ledger = Ledger(connection, self._body)
            # A fact may name a fair that was never loaded; it is kept, and has no topic.
            self._moved_fairs &= ledger.fairs().keys()
            totals = {fair: ledger.figures(fair).get((TOTAL, ""), (0, 0)) for fair in self._moved_fairs}
        for fair, (visits, attendance) in totals.items():
            live = Live(
                fair=fair, visits=visits, attendance=attendance, updated_at=self._clock(), run=self.run_id
            )
            topic = topics.fair(self._body, fair, "live")
            if self._publish(topic, msgspec.json.encode(live), retain=True):
                self._moved_fairs.discard(fair)

    def _seal_setup(self, packed: bytes, kiosk_key: bytes) -> bytes:
        return seal_setup(packed, kiosk_key=kiosk_key, key=self._signing_key)

    def _publish(self, topic: str, payload: bytes, *, retain: bool = False) -> bool:
        return self._mouth is not None and self._mouth.publish(topic, payload, retain=retain)


def _nobody_looks(_: Collection[str]) -> None:
    """Do nothing: this server has no page."""


def _place_of(problem: Exception) -> str:
    """Say what went wrong where; the problem's own words may quote what somebody sent."""
    last = traceback.extract_tb(problem.__traceback__)[-1:]
    where = "".join(f" at {Path(frame.filename).name}:{frame.lineno}" for frame in last)
    return f"{type(problem).__name__}{where}"


def _newer(kept: tuple[int, bytes] | None, has: int) -> bytes | None:
    return kept[1] if kept is not None and kept[0] > has else None
