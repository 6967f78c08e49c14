"""When to send which facts, and when a fact counts as delivered.

A machine without a clock, a socket or a disk: the station tells it what happened and when
(monotonic seconds), and carries out the commands that it gives back. The rules:

- Nothing is sent before the server has answered this connection's hello.
- At most :data:`MOST_OUTSTANDING` windows per epoch are on their way; after
  :data:`STALL_S` without progress everything after the mark is sent again.
- A fact is delivered when the server's mark covers it *and* the mark's tail says that what
  the server holds up to there is this kiosk's own. A broker's PUBACK means nothing here:
  the broker has the message, the server may never see it.
- An answer is authoritative even where it is lower: the server was restored from a
  backup, and the kiosk replays from there.
- Where the server holds other events, two kiosks share one identity (a cloned or restored
  disk). The whole epoch moves to a fresh number, also what was delivered: the server may
  have been restored since, and filled those places with the other's facts.
- When the fair is closed a hello is said, and the facts are wiped once its answer, with the
  acknowledgements that follow it, has confirmed every one of them. What was confirmed before
  counts for nothing here: that may have been another run, and the server restored since.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from wire.events import MAX_BATCH
from wire.messages import Ack, Answer, HeldEpoch

MOST_OUTSTANDING: Final = 4
MOST_OUTSTANDING_IN_ALL: Final = 16
STALL_S: Final = 2.0
LONGEST_STALL_S: Final = 30.0
HELLO_TIMEOUT_S: Final = 2.0
LONGEST_HELLO_TIMEOUT_S: Final = 15.0
GREET_AGAIN_S: Final = 5.0
"""Within so long a kiosk asks for what comes with an answer alone: not all of a hall at once."""
HELLO_EVERY_S: Final = 60.0
"""Also without cause a hello is said this often: it finds a restored server and measures the clock."""


@dataclass(frozen=True, slots=True)
class EpochView:
    """What the journal holds of an epoch; ``mark`` is the last delivered seq."""

    epoch: int
    first: int
    last: int
    mark: int


@dataclass(frozen=True, slots=True)
class SayHello:
    """Say hello with this nonce and the journal's epochs."""

    nonce: str


@dataclass(frozen=True, slots=True)
class Send:
    """Seal and publish these seqs, both ends included."""

    epoch: int
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class MoveMark:
    """Write down that everything up to ``upto`` is delivered (or, after a restore, no longer is)."""

    epoch: int
    upto: int


@dataclass(frozen=True, slots=True)
class Fork:
    """Move this epoch to a fresh number, nothing of it delivered; then call :meth:`Delivery.forked`."""

    epoch: int


@dataclass(frozen=True, slots=True)
class Wipe:
    """Forget every fact; then call :meth:`Delivery.wiped`."""


Command = SayHello | Send | MoveMark | Fork | Wipe


@dataclass(slots=True)
class _Lane:
    epoch: int
    first: int
    last: int
    mark: int
    cursor: int
    confirmed: bool = False
    outstanding: list[Send] = field(default_factory=list)
    stalls: int = 0
    deadline: float = 0.0


class Delivery:
    """The delivery rules for every epoch of one kiosk.

    ``mint_nonce`` makes a fresh nonce; ``jitter`` gives a number in [0, 1) by which waits
    grow, so that a hall of kiosks does not come back in step.
    """

    def __init__(
        self, epochs: Iterable[EpochView], *, mint_nonce: Callable[[], str], jitter: Callable[[], float]
    ) -> None:
        self._lanes = {view.epoch: _lane(view) for view in epochs}
        self._moved: set[int] = set()
        self._mint_nonce = mint_nonce
        self._jitter = jitter
        self._connected = False
        self._run: str | None = None
        self._nonce: str | None = None
        self._hello_tries = 0
        self._hello_at = 0.0
        self._closed = False
        self._wiped = False

    @property
    def answered_by(self) -> str | None:
        """The server's run that answered on this connection, or None so far."""
        return self._run

    @property
    def waiting(self) -> int:
        """How many facts are not delivered yet; may be asked from any thread."""
        return sum(lane.last + 1 - _after_mark(lane) for lane in list(self._lanes.values()))

    def appended(self, epoch: int, last: int) -> None:
        """Note that the journal now holds ``epoch`` up to ``last``."""
        if epoch in self._moved:
            return  # appended just before the epoch was moved, told just after: it went along
        self._wiped = False
        lane = self._lanes.get(epoch)
        if lane is None:
            self._lanes[epoch] = _lane(EpochView(epoch, 1, last, 0))
        else:
            lane.last = max(lane.last, last)

    def connected(self, now: float) -> None:
        """Note that the subscription stands: whatever was on its way before is forgotten."""
        self._connected = True
        self._run = None
        self._nonce = None
        self._hello_tries = 0
        self._hello_at = now
        for lane in self._lanes.values():
            _back_to_mark(lane)
            lane.stalls = 0
            lane.confirmed = False

    def set_closed(self, closed: bool, now: float) -> None:  # noqa: FBT001 - the programme's own word
        """Note whether the fair is closed: then facts are wiped once all of them are confirmed anew."""
        self._closed = closed
        self._wiped = False
        if closed:
            # An answer on its way may be of a run from before the closing.
            self._nonce = None
            self._hello_at = now
            for lane in self._lanes.values():
                lane.confirmed = False

    def greet_again(self, now: float) -> None:
        """Note that something is missing here which comes with the answer to a hello."""
        self._hello_at = min(self._hello_at, now + GREET_AGAIN_S * self._jitter())

    def disconnected(self) -> None:
        """Note that nothing can be said any more."""
        self._connected = False
        self._run = None
        self._nonce = None

    def answered(self, answer: Answer, held: Mapping[int, str | None], now: float) -> list[Command]:
        """Take the verified answer to a hello; ``held`` gives this kiosk's tail at each ``upto``.

        An answer to any but the latest hello is ignored.
        """
        if not self._connected or self._nonce is None or answer.nonce != self._nonce:
            return []
        self._nonce = None
        self._hello_tries = 0
        self._hello_at = now + HELLO_EVERY_S * (1 + self._jitter() / 4)
        # Batches that were on their way may have died with the run before.
        changed = self._run != answer.run
        self._run = answer.run
        if changed:
            for lane in self._lanes.values():
                lane.confirmed = False
        commands: list[Command] = []
        for entry in answer.epochs:
            if entry.epoch not in self._lanes:
                continue
            lane = self._lanes[entry.epoch]
            if not _same_history(entry, held.get(entry.epoch), lane.first):
                commands.append(Fork(lane.epoch))
                continue
            lane.confirmed = True
            if changed or entry.upto < lane.mark:
                _back_to_mark(lane)
                lane.stalls = 0
            commands += self._move(lane, entry.upto, now)
        return commands

    def acknowledged(self, ack: Ack, held: str | None, now: float) -> list[Command]:
        """Take a verified acknowledgement; ``held`` is this kiosk's tail at ``ack.upto``."""
        if not self._connected or self._run is None:
            return []
        if ack.run != self._run:
            # The server has started again, perhaps from an older copy: ask before believing.
            return self._hello(now) if self._nonce is None else []
        lane = self._lanes.get(ack.epoch)
        if lane is None or ack.upto <= lane.mark:
            return []
        entry = HeldEpoch(epoch=ack.epoch, upto=ack.upto, tail=ack.tail)
        if not _same_history(entry, held, lane.first):
            return [Fork(lane.epoch)]
        # An epoch that began after the hello; of any other the answer has spoken.
        lane.confirmed = True
        return self._move(lane, ack.upto, now)

    def marks_are(self, epochs: Iterable[EpochView], now: float) -> None:
        """Take the journal's mark where a higher one could not be written: another hello's answer moves it.

        What was sent is not sent again for that, since the server has it. A mark that is higher in the
        journal is of a server that held more: by that nothing may be wiped, nor held for delivered.
        """
        for view in epochs:
            lane = self._lanes.get(view.epoch)
            if lane is not None and view.mark < lane.mark:
                lane.mark = view.mark
                self.greet_again(now)

    def forked(self, epoch: int, moved_to: EpochView | None) -> None:
        """Note that the journal has moved ``epoch`` to ``moved_to`` (None: it no longer had it)."""
        self._moved.add(epoch)
        self._wiped = False
        self._lanes.pop(epoch, None)
        if moved_to is not None:
            self._lanes[moved_to.epoch] = _lane(moved_to)

    def wiped(self, epochs: Iterable[EpochView]) -> None:
        """Note that the journal has forgotten every fact; ``epochs`` is what it says now."""
        self._wiped = True
        self._lanes = {view.epoch: _lane(view) for view in epochs}

    def due(self, now: float) -> list[Command]:
        """Give what is to be said now: hellos that are due, windows that may go."""
        if not self._connected:
            return []
        commands: list[Command] = []
        if now >= self._hello_at:
            commands += self._hello(now)
        if self._run is None:
            return commands
        for lane in self._lanes.values():
            if lane.outstanding and now >= lane.deadline:
                lane.stalls += 1
                _back_to_mark(lane)
                # A server that says nothing may be a new one that does not know this kiosk's epochs.
                if lane.stalls > 1 and self._nonce is None:
                    commands += self._hello(now)
        commands += self._windows(now)
        if self._may_wipe():
            commands.append(Wipe())
        return commands

    def next_due(self) -> float | None:
        """Give the monotonic second at which ``due`` has something to say without new events."""
        if not self._connected:
            return None
        deadlines = [lane.deadline for lane in self._lanes.values() if lane.outstanding]
        return min([self._hello_at, *deadlines])

    def _may_wipe(self) -> bool:
        if not self._closed or self._wiped or self._nonce is not None:
            return False
        return all(lane.confirmed and lane.mark >= lane.last for lane in self._lanes.values())

    def _hello(self, now: float) -> list[Command]:
        self._nonce = self._mint_nonce()
        wait = min(HELLO_TIMEOUT_S * 2**self._hello_tries, LONGEST_HELLO_TIMEOUT_S)
        self._hello_at = now + wait * (1 + self._jitter() / 2)
        self._hello_tries = min(self._hello_tries + 1, 8)
        return [SayHello(self._nonce)]

    def _windows(self, now: float) -> list[Command]:
        commands: list[Command] = []
        in_all = sum(len(lane.outstanding) for lane in self._lanes.values())
        for lane in self._lanes.values():
            # After a stall one window probes the way; the rest follows its acknowledgement.
            most = MOST_OUTSTANDING if lane.stalls == 0 else 1
            while (
                lane.cursor <= lane.last and len(lane.outstanding) < most and in_all < MOST_OUTSTANDING_IN_ALL
            ):
                window = Send(lane.epoch, lane.cursor, min(lane.cursor + MAX_BATCH - 1, lane.last))
                if not lane.outstanding:
                    lane.deadline = now + self._stall_s(lane)
                lane.outstanding.append(window)
                lane.cursor = window.last + 1
                in_all += 1
                commands.append(window)
        return commands

    def _move(self, lane: _Lane, upto: int, now: float) -> list[Command]:
        moved: list[Command] = [MoveMark(lane.epoch, upto)] if upto != lane.mark else []
        lane.mark = upto
        lane.outstanding = [window for window in lane.outstanding if window.last > upto]
        lane.cursor = lane.outstanding[-1].last + 1 if lane.outstanding else _after_mark(lane)
        if moved:
            lane.stalls = 0
            lane.deadline = now + self._stall_s(lane)
        return moved

    def _stall_s(self, lane: _Lane) -> float:
        wait: float = min(STALL_S * 2 ** min(lane.stalls, 8), LONGEST_STALL_S)
        return wait * (1 + self._jitter() / 2)


def _lane(view: EpochView) -> _Lane:
    return _Lane(view.epoch, view.first, view.last, view.mark, cursor=max(view.mark + 1, view.first))


def _back_to_mark(lane: _Lane) -> None:
    lane.outstanding.clear()
    lane.cursor = _after_mark(lane)


def _after_mark(lane: _Lane) -> int:
    """Give the first seq to send; what was wiped before ``first`` can never be sent again."""
    return max(lane.mark + 1, lane.first)


def _same_history(entry: HeldEpoch, held: str | None, first: int) -> bool:
    """Say whether the server's events up to its mark are this kiosk's own.

    ``held`` is None where the journal does not reach so far, or cannot be read there. An
    empty tail stands before the first event, or where the server gave up what had been wiped:
    that must not be said of a fact that is still kept here, from ``first`` on.
    """
    if entry.upto == 0:
        return True
    return held is not None and (entry.tail == held or (not entry.tail and entry.upto < first))
