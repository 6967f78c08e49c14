"""A kiosk's health in a sentence and what to do about it, as codes; ``wording`` has the words.

A sentence says what is so, worst first, and advises where somebody can do something. What a
kiosk said of itself while it was connected may be stale once it is silent: then only what the
server knows by itself is said.

Where the fair is closed nobody checks in any more, so a camera matters no longer; what matters
is whether a kiosk may be unplugged. One that has said that it is wiped needs nobody, and stays
well when it falls silent: it was put away. Any other may still keep facts.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, NamedTuple

from wire.messages import State

SILENT_AFTER_MS: Final = 45_000
"""A kiosk tells its state every 15 seconds; after three that did not come it counts as gone."""
CLOCK_WRONG_MS: Final = 120_000
LATE_AFTER_S: Final = 120
"""Facts of a connected kiosk that wait longer than this do not arrive."""
LITTLE_DISK_MB: Final = 500
HOT_C: Final = 80.0


class Health(StrEnum):
    """How much a kiosk needs somebody."""

    GOOD = "good"
    WATCH = "watch"
    BAD = "bad"


class Says(StrEnum):
    """What a sentence can say of a kiosk; a closed set."""

    HELP_WANTED = "help_wanted"
    WORKS = "works"
    NOTHING_WAITING = "nothing_waiting"
    WAITING = "waiting"
    LATE = "late"
    NEVER = "never"
    NO_NETWORK = "no_network"
    KEEPS = "keeps"
    CAMERA_MISSING = "camera_missing"
    CAMERA_BLIND = "camera_blind"
    CAMERA_ENDED = "camera_ended"
    CLOCK = "clock"
    CLASHES = "clashes"
    DISK = "disk"
    HOT = "hot"
    DAMAGED = "damaged"
    WIPED = "wiped"
    UNWIPED = "unwiped"


class Advice(StrEnum):
    """What somebody can do; a closed set."""

    GO_THERE = "go_there"
    START_IT = "start_it"
    CHECK_NETWORK = "check_network"
    CALL_SERVER = "call_server"
    PLUG_CAMERA = "plug_camera"
    CLEAN_LENS = "clean_lens"
    START_AGAIN = "start_again"
    SET_CLOCK = "set_clock"
    STOP_COPY = "stop_copy"
    MAKE_ROOM = "make_room"
    GIVE_AIR = "give_air"
    SAVE_DISK = "save_disk"
    KEEP_ON = "keep_on"
    BRING_BACK = "bring_back"


class Phrase(NamedTuple):
    """One part of a sentence. ``since`` in its parameters is ms UTC; all others are counts."""

    code: Says
    parameters: Mapping[str, int] = {}


@dataclass(frozen=True, slots=True)
class KioskNow:
    """A kiosk as the server knows it now. ``seen_at`` is when its last state came, ms UTC.

    ``fair_closed`` is whether the fair that it belongs to is closed.
    """

    device: str
    name: str
    booth: str
    flag: str = ""
    state: State | None = None
    seen_at: int | None = None
    clock_wrong_ms: int | None = None
    fair_closed: bool = False

    def silent_ms(self, now: int) -> int | None:
        """Say for how long nothing has come; None where nothing ever came."""
        return None if self.seen_at is None else max(0, now - self.seen_at)

    def connected(self, now: int) -> bool:
        """Say whether it is there, as far as one can know."""
        silent = self.silent_ms(now)
        return bool(self.state and self.state.online) and silent is not None and silent < SILENT_AFTER_MS

    def help_wanted(self, now: int) -> bool:
        """Say whether somebody asks for help at it; what it said before it fell silent may be over."""
        return self.connected(now) and self.state is not None and self.state.help_wanted

    @property
    def wiped(self) -> bool:
        """Whether it holds nothing of its closed fair any more, by its own word."""
        return self.fair_closed and self.state is not None and self.state.wiped

    @property
    def waiting(self) -> int:
        """How many facts waited at it when it was last heard."""
        return self.state.waiting if self.state else 0


@dataclass(slots=True)
class Sentence:
    """How a kiosk does: the worst of its health, what is so, and what to do."""

    health: Health = Health.GOOD
    says: list[Phrase] = field(default_factory=list)
    advice: list[Advice] = field(default_factory=list)

    def add(self, health: Health, says: Says, advice: Advice | None = None, **parameters: int) -> None:
        """Say one thing more."""
        self.says.append(Phrase(says, parameters))
        self.health = max(self.health, health, key=_ORDER.index)
        if advice is not None:
            self.advice.append(advice)


_ORDER: Final = (Health.GOOD, Health.WATCH, Health.BAD)
_CAMERA: Final = {
    "missing": (Says.CAMERA_MISSING, Advice.PLUG_CAMERA),
    "ended": (Says.CAMERA_ENDED, Advice.START_AGAIN),
}
_CAMERA_ELSE: Final = (Says.CAMERA_BLIND, Advice.CLEAN_LENS)


def sentence_of(kiosk: KioskNow, now: int) -> Sentence:
    """Say how a kiosk does at ``now``, ms UTC."""
    sentence = Sentence()
    if kiosk.help_wanted(now):
        # A machine can wait, whatever ails it: here is somebody who stands.
        sentence.add(Health.BAD, Says.HELP_WANTED, Advice.GO_THERE)
    if kiosk.flag:
        sentence.add(Health.BAD, Says.CLASHES, Advice.STOP_COPY)
    if kiosk.wiped:
        sentence.add(Health.GOOD, Says.WIPED)
        return sentence
    if kiosk.seen_at is None and kiosk.fair_closed:
        # Without a programme it has recorded nothing.
        sentence.add(Health.GOOD, Says.NEVER)
    elif kiosk.seen_at is None:
        sentence.add(Health.WATCH, Says.NEVER, Advice.START_IT)
    elif kiosk.connected(now):
        _add_connected(sentence, kiosk)
    else:
        _add_silent(sentence, kiosk, kiosk.seen_at)
    if kiosk.clock_wrong_ms is not None and abs(kiosk.clock_wrong_ms) > CLOCK_WRONG_MS:
        minutes = round(abs(kiosk.clock_wrong_ms) / 60_000)
        sentence.add(Health.WATCH, Says.CLOCK, Advice.SET_CLOCK, count=minutes)
    return sentence


def _add_silent(sentence: Sentence, kiosk: KioskNow, seen_at: int) -> None:
    # The advice is short of blame and of hurry: nothing is lost while a kiosk is alone.
    advice = Advice.BRING_BACK if kiosk.fair_closed else Advice.CHECK_NETWORK
    sentence.add(Health.WATCH, Says.NO_NETWORK, advice, since=seen_at)
    if kiosk.waiting:
        sentence.add(Health.WATCH, Says.WAITING, count=kiosk.waiting)
    else:
        sentence.add(Health.WATCH, Says.UNWIPED if kiosk.fair_closed else Says.KEEPS)


def _add_connected(sentence: Sentence, kiosk: KioskNow) -> None:
    state = kiosk.state or State(online=True)
    said_before = len(sentence.says)
    if kiosk.fair_closed:
        sentence.add(Health.WATCH, Says.WORKS, Advice.KEEP_ON)
        if not state.waiting:
            sentence.add(Health.WATCH, Says.UNWIPED)
    elif state.camera_trouble:
        says, advice = _CAMERA.get(state.camera_trouble, _CAMERA_ELSE)
        sentence.add(Health.BAD, says, advice)
    _add_machine(sentence, state)
    if len(sentence.says) == said_before:
        sentence.add(Health.GOOD, Says.WORKS)
    if state.waiting:
        sentence.add(Health.GOOD, Says.WAITING, count=state.waiting)
    elif sentence.health is Health.GOOD:
        sentence.add(Health.GOOD, Says.NOTHING_WAITING)


def _add_machine(sentence: Sentence, state: State) -> None:
    if state.damaged_rows:
        sentence.add(Health.BAD, Says.DAMAGED, Advice.SAVE_DISK, count=state.damaged_rows)
    if state.waiting and state.oldest_waiting_s > LATE_AFTER_S:
        sentence.add(Health.WATCH, Says.LATE, Advice.CALL_SERVER)
    if state.disk_free_mb is not None and state.disk_free_mb < LITTLE_DISK_MB:
        sentence.add(Health.WATCH, Says.DISK, Advice.MAKE_ROOM, count=state.disk_free_mb)
    if state.temperature_c is not None and state.temperature_c >= HOT_C:
        sentence.add(Health.WATCH, Says.HOT, Advice.GIVE_AIR, count=round(state.temperature_c))
