"""A small world for the delivery rules: kiosks of one identity, a server, messages in flight.

The world does what a station and a collector do (``kiosk/station.py``,
``server/collector.py``) without threads, sockets and seals, and lets everything happen
that may happen to them: see the methods of :class:`World`. It watches the promises all
along and, once everything is healed, counts (:meth:`World.settle`, :meth:`World.check`).

What is promised. A mark never moves over a fact that the server's run which said so does
not hold. It may be stale for a while: a server restored from a backup holds less than its
earlier run said. A closed kiosk forgets a fact only where a run from the closing on has said that
it holds it, and in the end keeps none. In the end the ledger holds every fact that stands on any
kiosk's disk, once; a fact may be missing only where the model has seen the last copy of it go
(``World.gone``): a disk put back, a row gone bad, a ledger restored.
"""

import copy
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Protocol, Self

from kiosk.journal import Entry, Position
from kiosk.rules.delivery import Command, Delivery, EpochView, Fork, MoveMark, SayHello, Send, Wipe
from tests.fakes import Batch
from wire.events import Event, Lost, Visit, encode_event, event_name
from wire.messages import Ack, Answer, HeldEpoch, Hello, KeptEpoch

DEVICE: Final = "00c0ffee00c0ffee"
# The promises, written down once more so that a slip in the rules' own numbers is seen.
MOST_WINDOWS: Final = 4
MOST_WINDOWS_IN_ALL: Final = 16
LEAST_STALL_S: Final = 2.0
A_HELLO_LATER_S: Final = 80.0
MOST_ROUNDS: Final = 300
MOST_FORKS_AT_THE_END: Final = 3
"""Forks of one machine while settling: one for each epoch that it shares with another."""


class BrokenPromiseError(AssertionError):
    """A promise of the module docstring does not hold."""


class JournalLike(Protocol):
    """A kiosk's journal, real or fake, that can be copied with or without its process."""

    def append(self, entries: Sequence[Entry]) -> list[Position]: ...
    def epochs(self) -> list[EpochView]: ...
    def read(self, epoch: int, first: int, last: int) -> list[Entry | None]: ...
    def replace(self, epoch: int, seq: int, entry: Entry) -> None: ...
    def damage(self, epoch: int, seq: int) -> None: ...
    def tail(self, epoch: int, upto: int) -> str | None: ...
    def set_mark(self, epoch: int, upto: int, server_time: int) -> None: ...
    def fork(self, epoch: int) -> EpochView | None: ...
    def wipe(self) -> int | None: ...
    def oldest_waiting(self) -> Entry | None: ...
    def newest(self, most: int) -> Iterator[Entry]: ...
    def entries(self) -> Iterator[tuple[Position, Entry | None, bool]]: ...
    def image(self) -> Any: ...
    def restarted(self, image: Any) -> Self: ...
    def snapshot(self) -> Self: ...
    def close(self) -> None: ...


class LedgerLike(Protocol):
    """A server's ledger for one device, real or fake."""

    flagged: bool

    def take(self, batch: Batch) -> HeldEpoch: ...
    def take_carried(self, batch: Batch) -> None: ...
    def greet(self, epochs: Iterable[KeptEpoch]) -> list[HeldEpoch]: ...
    def holds(self) -> dict[str, int]: ...
    def visits(self) -> int: ...
    def quarantined(self) -> set[tuple[int, int, str]]: ...
    def backup(self) -> Self: ...
    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Word:
    """The body's signed word on whether the fair is closed, and by which run of the server it came."""

    version: int = 0
    closed: bool = False
    run: int = 0


@dataclass(slots=True)
class Machine:
    """One kiosk machine: a disk, a process, perhaps a connection."""

    journal: JournalLike
    delivery: Delivery
    word: Word = field(default_factory=Word)
    connected: bool = False
    answered_by: str = ""
    nonce: str = ""
    has_recorded: bool = False
    untold: list[Position] = field(default_factory=list)
    windows: dict[int, list[Send]] = field(default_factory=dict)
    progress: dict[int, float] = field(default_factory=dict)
    may_go_back: set[int] = field(default_factory=set)
    forks: int = 0
    full: bool = False
    """Whether the disk refuses marks and forks."""

    def frozen(self) -> "Machine":
        """Copy disk, process and connection."""
        return Machine(
            journal=self.journal.snapshot(),
            delivery=copy.deepcopy(self.delivery),
            word=self.word,
            connected=self.connected,
            answered_by=self.answered_by,
            nonce=self.nonce,
            has_recorded=self.has_recorded,
            untold=list(self.untold),
            windows={epoch: list(windows) for epoch, windows in self.windows.items()},
            progress=dict(self.progress),
            may_go_back=set(self.may_go_back),
            forks=self.forks,
            full=self.full,
        )


@dataclass(slots=True)
class Standing:
    """What the ledger must say of clashes: who came first to a place, and who came after."""

    first: dict[tuple[int, int], str] = field(default_factory=dict)
    clashed: set[tuple[int, int, str]] = field(default_factory=set)


Up = Batch | Hello
Down = Ack | Answer


class World:
    """Kiosks of one identity and their server. ``start_journal`` makes the first kiosk's journal."""

    def __init__(
        self,
        start_journal: Callable[[Callable[[], int]], JournalLike],
        ledger: LedgerLike,
        delivery: type[Delivery] = Delivery,
    ) -> None:
        self._minted = 0
        self._new_delivery = delivery
        self.now = 1000.0
        self.run = "run-1"
        self.ledger = ledger
        self.standing = Standing()
        self.up: list[Up] = []
        self.down: list[Down] = []
        self.happened: dict[str, bytes] = {}
        self.lost: set[str] = set()
        self.gone: set[str] = set()
        self.images: list[tuple[Any, Word]] = []
        self.frozen: list[Machine] = []
        self.word = Word()
        self.backups: list[tuple[LedgerLike, Standing, Word]] = []
        self.sticks: list[list[Batch]] = []
        self.held_by_run: dict[str, set[str]] = {self.run: set()}
        self.runs = [self.run]
        self.used_epochs: set[int] = set()
        self.changes = 0
        self.machines = [self._machine(start_journal(self.mint))]

    def mint(self) -> int:
        """Give a number that was never given before: epochs, ids and nonces are made of them."""
        self._minted += 1
        return self._minted

    def close(self) -> None:
        for machine in (*self.machines, *self.frozen):
            machine.journal.close()
        self.ledger.close()
        for ledger, _, _ in self.backups:
            ledger.close()

    # -- what happens at a kiosk -------------------------------------------------------------

    def record(self, machine: Machine, count: int, *, told: bool = True) -> None:
        """Let facts happen. The carrier hears of them at once, or only with its next turn."""
        entries = [self._fact(Visit()) for _ in range(count)]
        positions = machine.journal.append(entries)
        epoch = positions[-1].epoch
        if not machine.has_recorded and epoch in self.used_epochs:
            raise BrokenPromiseError(f"a new process goes on in epoch {epoch}")
        machine.has_recorded = True
        self.used_epochs.add(epoch)
        machine.untold.append(positions[-1])
        if told:
            self._tell(machine)

    def turn(self, machine: Machine) -> None:
        """Let the carrier do what is due."""
        self._tell(machine)
        self._obey(machine, machine.delivery.due(self.now))

    def connect(self, machine: Machine) -> None:
        machine.connected = True
        machine.answered_by = ""
        machine.nonce = ""
        machine.windows.clear()
        machine.delivery.connected(self.now)

    def disconnect(self, machine: Machine) -> None:
        machine.connected = False
        machine.answered_by = ""
        machine.delivery.disconnected()

    def restart(self, machine: Machine, older: tuple[Any, Word] | None = None) -> None:
        """Start a new process, perhaps on an older copy of the disk."""
        old = machine.journal
        image, word = older or (old.image(), machine.word)
        fresh = self._machine(old.restarted(image), word)
        self.machines[self.machines.index(machine)] = fresh
        old.close()
        self._note_gone()

    def copy_disk(self, machine: Machine) -> None:
        self.images.append((machine.journal.image(), machine.word))

    def freeze(self, machine: Machine) -> None:
        """Take a snapshot of a running machine."""
        self.frozen.append(machine.frozen())

    def resume(self, machine: Machine, frozen: Machine) -> None:
        """Put a running machine back to a snapshot: it goes on in the same epoch."""
        self.machines[self.machines.index(machine)] = frozen.frozen()
        machine.journal.close()
        self._note_gone()

    def clone(self, machine: Machine, *, running: bool) -> None:
        """Let a second machine go on from here, in the same epoch where it is running."""
        twin = (
            machine.frozen()
            if running
            else self._machine(machine.journal.restarted(machine.journal.image()), machine.word)
        )
        self.machines.append(twin)

    def damage(self, machine: Machine, which: int) -> None:
        """Let a row of the journal go bad."""
        places = [at for at, entry, _ in machine.journal.entries() if entry is not None]
        if places:
            at = places[which % len(places)]
            machine.journal.damage(at.epoch, at.seq)
            self._note_gone()

    def hear_word(self, machine: Machine) -> None:
        """Let a kiosk hear what the server holds to be the programme; it takes a newer one alone."""
        if self.word.version > machine.word.version:
            machine.word = self.word
            machine.delivery.set_closed(self.word.closed, self.now)

    def fill_disk(self, machine: Machine) -> None:
        """Let the disk refuse marks and forks until all heals."""
        machine.full = True

    def export(self, machine: Machine) -> None:
        """Write all that a kiosk keeps to a stick; rows that went bad leave gaps."""
        stick: list[Batch] = []
        for view in machine.journal.epochs():
            run: list[bytes] = []
            entries = [*machine.journal.read(view.epoch, view.first, view.last), None]
            for seq, entry in enumerate(entries, view.first):
                if entry is not None:
                    run.append(entry.payload)
                elif run:
                    stick.append(Batch(view.epoch, seq - len(run), tuple(run)))
                    run = []
        self.sticks.append(stick)

    # -- what happens at the server ----------------------------------------------------------

    def take_stick(self, which: int) -> None:
        """Take a stick in: nobody is told, and it stays as it is."""
        for batch in self.sticks[which]:
            self._watch_places(batch)
            self.ledger.take_carried(batch)
        self.held_by_run[self.run] |= self.ledger.holds().keys()
        self._watch_quarantine()

    def say_closed(self, *, closed: bool) -> None:
        """Sign a newer programme, which says whether the fair is closed."""
        self.word = Word(self.mint(), closed, len(self.runs) - 1)

    def restart_server(self) -> None:
        self.run = f"run-{self.mint()}"
        self.runs.append(self.run)
        self.held_by_run[self.run] = set(self.ledger.holds())

    def back_up(self) -> None:
        self.backups.append((self.ledger.backup(), copy.deepcopy(self.standing), self.word))

    def restore_server(self, which: int) -> None:
        """Start the server again on an older copy of its ledger."""
        ledger, standing, self.word = self.backups[which]
        self.ledger.close()
        self.ledger = ledger.backup()
        self.standing = copy.deepcopy(standing)
        self.restart_server()
        self._note_gone()

    # -- what happens in between -------------------------------------------------------------

    def deliver_up(self, index: int, *, keep: bool = False) -> None:
        message = self.up[index] if keep else self.up.pop(index)
        if isinstance(message, Batch):
            self._watch_places(message)
            held = self.ledger.take(message)
            self.held_by_run[self.run] |= self.ledger.holds().keys()
            self.down.append(
                Ack(
                    device=DEVICE,
                    run=self.run,
                    epoch=held.epoch,
                    upto=held.upto,
                    tail=held.tail,
                    server_time=0,
                )
            )
        else:
            self.down.append(
                Answer(
                    device=DEVICE,
                    nonce=message.nonce,
                    run=self.run,
                    epochs=self.ledger.greet(message.epochs),
                    server_time=0,
                )
            )
        self._watch_quarantine()

    def _watch_quarantine(self) -> None:
        if self.ledger.quarantined() != self.standing.clashed:
            raise BrokenPromiseError(
                f"in quarantine {self.ledger.quarantined()}, clashed {self.standing.clashed}"
            )

    def deliver_down(self, index: int, machines: Sequence[Machine], *, keep: bool = False) -> None:
        """Let connected machines hear a message: every copy of a kiosk reads the same topic."""
        message = self.down[index] if keep else self.down.pop(index)
        for machine in machines:
            if machine.connected:
                self._hear(machine, message)

    def _hear(self, machine: Machine, message: Down) -> None:
        journal, delivery = machine.journal, machine.delivery
        if isinstance(message, Ack):
            held = journal.tail(message.epoch, message.upto)
            commands = delivery.acknowledged(message, held, self.now)
        else:
            before = delivery.answered_by
            tails = {entry.epoch: journal.tail(entry.epoch, entry.upto) for entry in message.epochs}
            commands = delivery.answered(message, tails, self.now)
            if message.nonce == machine.nonce:
                machine.answered_by = message.run
                machine.nonce = ""
                if delivery.answered_by != before:
                    machine.windows.clear()
        self._obey(machine, commands, said_by=message.run)

    # -- carrying out ------------------------------------------------------------------------

    def _tell(self, machine: Machine) -> None:
        for at in machine.untold:
            machine.delivery.appended(at.epoch, at.seq)
        machine.untold.clear()

    def _obey(self, machine: Machine, commands: Iterable[Command], said_by: str = "") -> None:
        for command in commands:
            match command:
                case SayHello(nonce):
                    machine.nonce = nonce
                    self._say_hello(machine, nonce)
                case Send():
                    self._watch_window(machine, command)
                    self._send(machine, command)
                case MoveMark(epoch, upto):
                    self._watch_mark(machine, epoch, upto, said_by)
                    if not machine.full:
                        self.changes += 1
                        machine.journal.set_mark(epoch, upto, 0)
                case Fork(epoch) if not machine.full:
                    self.changes += 1
                    machine.windows.pop(epoch, None)
                    moved_to = machine.journal.fork(epoch)
                    machine.forks += moved_to is not None
                    machine.delivery.forked(epoch, moved_to)
                case Wipe():
                    self._wipe(machine)
        if machine.full:
            machine.delivery.marks_are(machine.journal.epochs(), self.now)

    def _wipe(self, machine: Machine) -> None:
        kept = {entry.event_id for _, entry, _ in machine.journal.entries() if entry is not None}
        if machine.journal.wipe() is None:
            return
        if not machine.word.closed:
            raise BrokenPromiseError("wiped while the fair goes on")
        run = machine.answered_by
        if run not in self.runs or self.runs.index(run) < machine.word.run:
            raise BrokenPromiseError(f"wiped on the word of {run!r}, from before the closing")
        if kept - self.held_by_run[run]:
            raise BrokenPromiseError(f"wiped what {run} does not hold: {kept - self.held_by_run[run]}")
        self.changes += bool(kept)
        machine.delivery.wiped(machine.journal.epochs())
        machine.windows.clear()
        self._note_gone()

    def _say_hello(self, machine: Machine, nonce: str) -> None:
        epochs = [
            KeptEpoch(epoch=view.epoch, first=view.first, last=view.last, mark=view.mark)
            for view in machine.journal.epochs()
        ]
        self.up.append(Hello(device=DEVICE, nonce=nonce, epochs=epochs))

    def _send(self, machine: Machine, window: Send) -> None:
        events = []
        if all(view.epoch != window.epoch for view in machine.journal.epochs()):
            raise BrokenPromiseError(f"sends of epoch {window.epoch}, which the journal does not have")
        for seq, entry in enumerate(
            machine.journal.read(window.epoch, window.first, window.last), window.first
        ):
            if entry is None:
                lost = self._fact(Lost(epoch=window.epoch, first=seq, last=seq, reason="unreadable"))
                self.lost.add(lost.event_id)
                machine.journal.replace(window.epoch, seq, lost)
                events.append(lost.payload)
            else:
                events.append(entry.payload)
        self.up.append(Batch(window.epoch, window.first, tuple(events)))

    def _fact(self, fact: Visit | Lost) -> Entry:
        event_id = f"{self.mint():032x}"
        event = Event(
            event_id=event_id,
            occurred_at=1_730_000_000_000,
            monotonic_ms=0,
            boot_id="0" * 32,
            fair="rabat",
            booth="bank-1",
            fact=fact,
        )
        self.happened[event_id] = encode_event(event)
        return Entry(event_id, self.happened[event_id])

    def _machine(self, journal: JournalLike, word: Word | None = None) -> Machine:
        delivery = self._new_delivery(
            journal.epochs(), mint_nonce=lambda: f"nonce-{self.mint()}", jitter=lambda: 0.5
        )
        machine = Machine(journal, delivery, word or Word())
        delivery.set_closed(machine.word.closed, self.now)
        return machine

    # -- watching ----------------------------------------------------------------------------

    def _watch_window(self, machine: Machine, window: Send) -> None:
        if not machine.answered_by:
            raise BrokenPromiseError("sent before the server answered on this connection")
        windows = machine.windows.setdefault(window.epoch, [])
        if windows and window.first <= windows[-1].last:
            if self.now - machine.progress[window.epoch] < LEAST_STALL_S:
                raise BrokenPromiseError("sent again without waiting")
            windows.clear()
        if not windows:
            machine.progress[window.epoch] = self.now
        elif window.first != windows[-1].last + 1:
            raise BrokenPromiseError("windows leave a gap")
        windows.append(window)
        fresh = sum(
            len(some)
            for epoch, some in machine.windows.items()
            if some and self.now - machine.progress[epoch] < LEAST_STALL_S
        )
        if len(windows) > MOST_WINDOWS or fresh > MOST_WINDOWS_IN_ALL:
            raise BrokenPromiseError(f"{len(windows)} windows of an epoch are out, {fresh} in all")

    def _watch_mark(self, machine: Machine, epoch: int, upto: int, run: str) -> None:
        if run != machine.answered_by:
            raise BrokenPromiseError(f"believed {run}, was answered by {machine.answered_by}")
        view = next(view for view in machine.journal.epochs() if view.epoch == epoch)
        machine.windows[epoch] = [window for window in machine.windows.get(epoch, []) if window.last > upto]
        if upto < view.mark:
            machine.windows[epoch].clear()
        machine.progress[epoch] = self.now
        for entry in machine.journal.read(epoch, view.first, upto):
            if entry is not None and entry.event_id not in self.held_by_run[run]:
                raise BrokenPromiseError(
                    f"{entry.event_id} counts as delivered by {run}, which does not hold it"
                )

    def _watch_places(self, batch: Batch) -> None:
        for seq, raw in enumerate(batch.events, batch.first):
            name = event_name(raw)
            there = self.standing.first.setdefault((batch.epoch, seq), name)
            if there != name and name not in self.lost:
                self.standing.clashed.add((batch.epoch, seq, name))

    def on_disks(self) -> set[str]:
        return {
            entry.event_id
            for machine in self.machines
            for _, entry, _ in machine.journal.entries()
            if entry is not None
        }

    def _note_gone(self) -> None:
        self.gone |= self.happened.keys() - self.on_disks() - self.ledger.holds().keys()

    # -- the end -----------------------------------------------------------------------------

    def settle(self, *, in_turns: bool) -> None:
        """Heal everything, deliver fairly, and wait until nothing changes any more."""
        for machine in self.machines:
            machine.forks, machine.full = 0, False
        for cycle in range(10):
            before = self.changes
            if in_turns:
                for machine in self.machines:
                    for other in self.machines:
                        self.disconnect(other)
                    self.connect(machine)
                    self._converse([machine])
            else:
                for machine in self.machines:
                    if not machine.connected:
                        self.connect(machine)
                self._converse(self.machines)
            self.now += A_HELLO_LATER_S
            # Rest is when a hello after a while, which finds a restored server, changed nothing.
            if cycle and self.changes == before:
                return
        raise BrokenPromiseError("does not come to rest")

    def _converse(self, machines: Sequence[Machine]) -> None:
        for machine in machines:
            self.hear_word(machine)
        for _ in range(MOST_ROUNDS):
            for machine in machines:
                self.turn(machine)
            while self.up:
                self.deliver_up(0)
            while self.down:
                self.deliver_down(0, machines)
            for machine in machines:
                self.turn(machine)
            if not self.up and all(m.answered_by and m.delivery.waiting == 0 for m in machines):
                return
            self.now += 0.5
        waiting = [machine.delivery.waiting for machine in machines]
        raise BrokenPromiseError(f"does not become quiet: {waiting} facts wait, {len(self.up)} messages")

    def check(self) -> None:
        """Count, once settled."""
        held = self.ledger.holds()
        on_disks = self.on_disks()
        missing = self.happened.keys() - held.keys()
        _must(not missing & on_disks, "facts on a disk that the ledger does not hold", missing & on_disks)
        _must(missing <= self.gone, "facts went missing unseen", missing - self.gone)
        _must(held.keys() <= self.happened.keys(), "facts that never happened", held.keys())
        _must(all(count == 1 for count in held.values()), "facts counted twice", held)
        visits = len(held.keys() - self.lost)
        _must(self.ledger.visits() == visits, f"{visits} visits are counted as", self.ledger.visits())
        clashed = self.standing.clashed
        _must(self.ledger.flagged == bool(clashed), "the flag", clashed)
        only_there = {name for _, _, name in clashed} - held.keys() - self.gone
        _must(not only_there, "facts in quarantine and nowhere else", only_there)
        for machine in self.machines:
            views = machine.journal.epochs()
            _must(all(view.mark == view.last for view in views), "not delivered", views)
            _must(machine.delivery.waiting == 0, "facts wait", machine.delivery.waiting)
            kept = [entry for _, entry, _ in machine.journal.entries()]
            _must(not kept or not machine.word.closed, "a closed kiosk keeps", kept)
            _must(machine.forks <= MOST_FORKS_AT_THE_END, "forks", machine.forks)


def _must(holds: bool, words: str, what: object) -> None:  # noqa: FBT001 - an assertion with words
    if not holds:
        raise BrokenPromiseError(f"{words}: {what}")
