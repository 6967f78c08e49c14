"""The shell of a running server: hears kiosks, has their facts committed, then acknowledges.

One thread does everything that writes: it takes messages from a bounded queue, commits
many batches in one transaction, and only then acknowledges. The queue is bounded because
dropping is harmless: a kiosk sends again until its facts are acknowledged. While one
transaction commits, the next messages gather, so load makes transactions larger, not more.
"""

import queue
import secrets
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final, Protocol

import msgspec

from server.intake import Intake, Taken
from server.settings import Secrets
from server.store.engine import Store, TransactionError
from server.store.ledger import Ledger
from server.store.registry import Registry
from wire import topics
from wire.envelope import Batch, EnvelopeError, open_batch
from wire.messages import Ack, Answer, HeldEpoch, Hello, Live, open_signed, peek, read_state, sign
from wire.topics import TopicError, UpTopic

QUEUE_LENGTH: Final = 2000
MOST_AT_ONCE: Final = 64
"""Messages in one transaction: some thousands of facts, a few tens of milliseconds."""
_IDLE_S: Final = 0.25
_WATCH_EVERY_S: Final = 0.5
_LIVE_EVERY_S: Final = 1.0
_FORGET_STRANGERS_S: Final = 1.0
_MOST_STATE_BYTES: Final = 4096


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
    """Collects for one body. ``clock`` gives ms UTC; ``on_trouble`` gets a line once a kind."""

    def __init__(
        self,
        store: Store,
        body: str,
        secrets_: Secrets,
        *,
        clock: Callable[[], int],
        on_trouble: Callable[[str], None],
    ) -> None:
        self.run_id = secrets.token_hex(8)
        self._store = store
        self._body = body
        self._signing_key = secrets_.signing_key
        self._sealing_key = secrets_.sealing_key
        self._intake = Intake(store, body, digest_key=bytes.fromhex(secrets_.digest_key))
        self._clock = clock
        self._on_trouble = on_trouble
        self._inbox: queue.Queue[tuple[str, bytes]] = queue.Queue(QUEUE_LENGTH)
        self._mouth: Mouth | None = None
        self._stopping = threading.Event()
        self._device_keys: dict[str, bytes] = {}
        self._keys_read_at = 0.0
        self._states: dict[str, tuple[bytes, int]] = {}
        self._versions: tuple[tuple[str, int], ...] = ()
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
        return [topics.all_up(body, leaf) for leaf in ("events", "hello", "state")]

    def start(self, mouth: Mouth) -> None:
        """Begin to work; what there is to say goes out through ``mouth``."""
        self._mouth = mouth
        self._thread.start()

    def stop(self) -> None:
        """Finish the transaction at hand and stop."""
        self._stopping.set()
        self._thread.join(timeout=10)

    def hear(self, topic: str, payload: bytes) -> None:
        """Take a message from the subscriber's thread; dropped where the queue is full."""
        try:
            self._inbox.put_nowait((topic, payload))
        except queue.Full:
            self._dropped += 1
            if self._dropped == 1:
                self._on_trouble("more comes in than can be committed; kiosks will send again")

    def ready(self) -> None:
        """Note that the subscription stands."""
        self._watched_at = 0.0
        self._versions = ()

    @property
    def tally(self) -> Tally:
        """What was seen since the start."""
        return Tally(self.run_id, self._batches, dict(self._verdicts), dict(self._refused), self._dropped)

    # -- the loop ----------------------------------------------------------------------------

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self._work(self._gather())
                self._watch()
                self._publish_live()
            except TransactionError as problem:
                # What was at hand is not acknowledged, so kiosks send it again.
                self._refuse("store", f"the ledger cannot be written ({problem}); trying again")
                self._stopping.wait(1.0)
            except Exception as problem:  # noqa: BLE001 - no message, however odd, may end the collector
                self._refuse("bug", f"{type(problem).__name__}: {problem}")

    def _gather(self) -> list[tuple[str, bytes]]:
        messages: list[tuple[str, bytes]] = []
        try:
            messages.append(self._inbox.get(timeout=_IDLE_S))
            while len(messages) < MOST_AT_ONCE:
                messages.append(self._inbox.get_nowait())
        except queue.Empty:
            pass
        return messages

    def _work(self, messages: list[tuple[str, bytes]]) -> None:
        batches: list[Batch] = []
        hellos: list[tuple[UpTopic, bytes]] = []
        for topic, payload in messages:
            with self._refusing():
                where = topics.parse_up(topic)
                match where.leaf:
                    case "events":
                        batches.append(self._open(where, payload))
                    case "hello":
                        hellos.append((where, payload))
                    case "state":
                        self._note_state(where, payload)
        if batches:
            self._take(batches)
        for where, payload in hellos:
            with self._refusing():
                self._answer(where, payload)
        if self._states:
            states, self._states = self._states, {}
            with self._store.writing() as connection:
                Registry(connection, self._body).note_states(states)

    @contextmanager
    def _refusing(self) -> Iterator[None]:
        """Refuse one message that cannot be used, and go on with the next."""
        try:
            yield
        except EnvelopeError as problem:
            self._refuse(problem.code, str(problem))
        except TopicError as problem:
            self._refuse("topic", str(problem))

    def _refuse(self, code: str, words: str) -> None:
        """Count what cannot be used; say it once a kind, not once a message."""
        self._refused[code] += 1
        if self._refused[code] == 1:
            self._on_trouble(f"a message was not taken ({code}): {words}")

    # -- facts -------------------------------------------------------------------------------

    def _open(self, where: UpTopic, payload: bytes) -> Batch:
        batch = open_batch(payload, device_key=self._key_of, sealing_key=self._sealing_key)
        if batch.head.device != where.device:
            raise EnvelopeError("wrong_device", "a batch on another device's topic")
        return batch

    def _key_of(self, device: str) -> bytes | None:
        if device not in self._device_keys and time.monotonic() - self._keys_read_at > _FORGET_STRANGERS_S:
            self._keys_read_at = time.monotonic()
            with self._store.reading() as connection:
                kiosks = Registry(connection, self._body).kiosks()
            self._device_keys = {row.device: row.batch_key for row in kiosks}
        return self._device_keys.get(device)

    def _take(self, batches: list[Batch]) -> None:
        taken = self._intake.take(batches, self._clock())
        self._batches += len(batches)
        self._verdicts.update(taken.verdicts)
        self._moved_fairs |= taken.fairs
        self._acknowledge(taken)
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

    # -- hello -------------------------------------------------------------------------------

    def _answer(self, where: UpTopic, payload: bytes) -> None:
        claimed = peek(Hello, payload)
        key = self._key_of(claimed.device)
        if key is None:
            raise EnvelopeError(
                "unknown_device", f"a hello of {claimed.device}, which is no kiosk of this body"
            )
        hello = open_signed(Hello, payload, key)
        if hello.device != where.device:
            raise EnvelopeError("wrong_device", "a hello on another device's topic")
        marks = self._intake.greet(hello.device, hello.epochs)
        with self._store.writing() as connection:
            registry = Registry(connection, self._body)
            registry.note_hello(hello.device, self._clock())
            fair = next((row.fair for row in registry.kiosks() if row.device == hello.device), "")
            programme = registry.programmes().get(fair)
            revocations = registry.revocations()
        answer = Answer(
            device=hello.device,
            nonce=hello.nonce,
            run=self.run_id,
            epochs=[HeldEpoch(epoch=epoch, upto=mark.upto, tail=mark.tail) for epoch, mark in marks.items()],
            server_time=self._clock(),
            programme=_newer(programme, hello.programme_version),
            revocations=_newer(revocations, hello.revocations_version),
        )
        self._publish(topics.down(self._body, hello.device, "answer"), sign(answer, self._signing_key))

    # -- what anyone may see -----------------------------------------------------------------

    def _note_state(self, where: UpTopic, payload: bytes) -> None:
        if len(payload) > _MOST_STATE_BYTES:
            raise EnvelopeError("too_large", f"a state of {len(payload)} bytes")
        if self._key_of(where.device) is None:
            raise EnvelopeError(
                "unknown_device", f"a state of {where.device}, which is no kiosk of this body"
            )
        read_state(payload)
        self._states[where.device] = (payload, self._clock())

    def _watch(self) -> None:
        """Publish programmes and revocations when an operator has changed them, or the broker is new."""
        now = time.monotonic()
        if now - self._watched_at < _WATCH_EVERY_S:
            return
        self._watched_at = now
        with self._store.reading() as connection:
            registry = Registry(connection, self._body)
            versions = registry.versions()
            if versions == self._versions:
                return
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

    def _publish_live(self) -> None:
        now = time.monotonic()
        if not self._moved_fairs or now - self._live_at < _LIVE_EVERY_S:
            return
        self._live_at = now
        fairs, self._moved_fairs = self._moved_fairs, set()
        for fair in fairs:
            with self._store.reading() as connection:
                visits, attendance = Ledger(connection, self._body).figures(fair).get(("total", ""), (0, 0))
            live = Live(
                fair=fair, visits=visits, attendance=attendance, updated_at=self._clock(), run=self.run_id
            )
            try:
                topic = topics.fair(self._body, fair, "live")
            except TopicError:
                continue  # a fact may name a fair that was never loaded; it has no topic
            if not self._publish(topic, msgspec.json.encode(live), retain=True):
                self._moved_fairs.add(fair)

    def _publish(self, topic: str, payload: bytes, *, retain: bool = False) -> bool:
        return self._mouth is not None and self._mouth.publish(topic, payload, retain=retain)


def _newer(kept: tuple[int, bytes] | None, has: int) -> bytes | None:
    return kept[1] if kept is not None and kept[0] > has else None
