"""The shell of a kiosk: its life, and the eye that reads, asks and tells.

Three threads. The *eye* reads pictures, asks the desk and waits for the journal's COMMIT.
The *journal*'s thread owns the database (see ``recorder``). The *carrier* runs the delivery
rules on what the uplink hears (see ``carrier``). A verdict is told only after its fact is
committed.

Between them: the eye takes ``descriptions.desk``, which the carrier replaces as a whole,
and drops a note of every fact into the carrier's inbox. Who was here lately (see ``lately``) the
counter's thread tells it, too. Nothing else is shared.
"""

import secrets
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Protocol

from kiosk.backstage import Backstage, no_export
from kiosk.carrier import Carrier, Connection
from kiosk.clock import Clock
from kiosk.config import KioskConfig
from kiosk.counter import Counter
from kiosk.descriptions import Descriptions
from kiosk.diagnostics import Diary
from kiosk.issuing import CardPress, PrintCard
from kiosk.journal import Journal, JournalError, Position
from kiosk.lately import Lately
from kiosk.notices import CardIgnored, Done, Notice, Scanned, Trouble
from kiosk.recorder import Mint, Recorder
from kiosk.replacing import revoked_in
from kiosk.rules.debounce import Debounce
from kiosk.rules.desk import Decision, Desk, Outcome, worth_judging
from kiosk.rules.doors import Passed
from kiosk.serving import Serving
from kiosk.staff import Staff, Undoable
from kiosk.uplink import UplinkEvent
from kiosk.wishes import Wish
from wire.card import CardIdentity, RefusalCode
from wire.events import CardRef, Event, EventError, SignUp, Void, Withdrawal, decode_event

_READ_TIMEOUT_S: Final = 0.2
_AFTER_FAILURE_S: Final = 0.2
_WELL_AFTER_S: Final = 2.0
"""Nothing must have failed for so long before it is told that a failure is over."""
_RECENT_FACTS: Final = 2000
_LONGEST_GOODBYE_S: Final = 5.0
_ADMITS_WITHIN_S: Final = 60.0
"""So long after somebody was turned away from a session a staff card admits that member."""
_MEMBERS: Final = frozenset({Outcome.ACCEPTED, Outcome.REPEAT})


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


@dataclass(frozen=True, slots=True)
class Around:
    """What lies around a station, and a test may leave out.

    ``in_sight`` is a code that is before the reader already, and no scan until it has been away.
    ``on_next_code`` gets, from the station's own thread, the pairing code that is shown once the fair
    is closed and everything is wiped. ``export`` writes the facts to a stick for staff, and gives the
    file's name and how many; ``on_leave`` ends the program, with True to start it again; ``print_card``
    prints a card's PDF, where there is a printer.
    """

    in_sight: str = ""
    on_next_code: Callable[[str], None] | None = None
    export: Callable[[Path], tuple[str, int]] = no_export
    on_leave: Callable[[bool], None] = lambda _: None
    print_card: PrintCard | None = None


class Station:
    """One kiosk at work. ``connect`` makes its uplink, given the callback for what it hears."""

    def __init__(
        self,
        config: KioskConfig,
        *,
        journal: Callable[[], Journal],
        reader: Reader,
        connect: Callable[[Callable[[UplinkEvent], None]], Connection],
        clock: Clock,
        mint: Mint,
        on_notice: Callable[[Notice], None],
        software: str,
        around: Around = Around(),
    ) -> None:
        self._reader = reader
        self._clock = clock
        self._diary = Diary()
        self._on_notice = on_notice
        self._stopping = threading.Event()
        self._recorder = Recorder(config, journal, mint.event_id)
        self._descriptions = Descriptions(config, self._recorder, self._notify)
        self._lately = Lately(self._descriptions)
        self._carrier = Carrier(
            config,
            recorder=self._recorder,
            descriptions=self._descriptions,
            connect=connect,
            clock=clock,
            mint=mint,
            notify=self._notify,
            rate=lambda: reader.rate,
            software=software,
        )
        self._counter = Counter(
            recorder=self._recorder,
            descriptions=self._descriptions,
            clock=clock,
            notify=self._notify,
            recorded=self._carrier.recorded,
            help_wanted=self._carrier.help_wanted,
            ways=self._lately.ways,
            staff=Staff(
                recorder=self._recorder,
                descriptions=self._descriptions,
                clock=clock,
                notify=self._notify,
                recorded=self._carrier.recorded,
                backstage=Backstage(
                    config=config,
                    recorder=self._recorder,
                    descriptions=self._descriptions,
                    carrier=self._carrier,
                    diary=self._diary,
                    rate=lambda: reader.rate,
                    software=software,
                    export=around.export,
                    leave=around.on_leave,
                ),
                serving=Serving(
                    config,
                    recorder=self._recorder,
                    descriptions=self._descriptions,
                    clock=clock,
                    recorded=self._carrier.recorded,
                    lately=self._lately,
                    asking=self._carrier.asking,
                    press=CardPress(mint.card_id, secrets.token_bytes(32), around.print_card),
                ),
                undone=self._undone,
            ),
        )
        self._debounce = Debounce()
        if around.in_sight:
            self._debounce.fresh([around.in_sight], time.monotonic())
        self._on_next_code = around.on_next_code
        self._turned_away: tuple[Decision, float] | None = None
        self._eye = threading.Thread(target=self._look, name="eye", daemon=True)

    # -- life ------------------------------------------------------------------------------

    def start(self) -> None:
        """Take up the kept programme and begin to read and to carry."""
        # First, since a camera takes its time to open.
        self._reader.start()
        if (salvage := self._recorder.journal.salvage) is not None:
            words = (
                f"the journal was damaged: {salvage.saved} facts saved, {salvage.holes} declared lost; "
                f"the damaged file is kept as {salvage.moved_aside.name}"
            )
            self._notify(Trouble("journal", "salvaged", words))
        self._descriptions.take_kept()
        newest = self._newest()
        self._descriptions.refuse(revoked_in(newest))
        self._lately.take_up(newest)
        self._carrier.start()
        self._counter.start(newest)
        self._eye.start()

    def stop(self) -> None:
        """Stop reading, say goodbye, close the journal. Everything committed is safe."""
        self._stopping.set()
        self._reader.stop()
        self._eye.join(timeout=_LONGEST_GOODBYE_S)
        self._counter.stop()
        try:
            self._carrier.stop(_LONGEST_GOODBYE_S)
        finally:
            self._recorder.close()

    def ask(self, wish: Wish) -> None:
        """Have something done that was asked for by touch; from any thread."""
        self._counter.ask(wish)

    @property
    def finished(self) -> bool:
        """Whether the reader has ended and every fact is delivered."""
        if not self._reader.ended or self._eye.is_alive():
            return False
        return all(view.mark >= view.last for view in self._recorder.ask(self._recorder.journal.epochs))

    @property
    def waiting(self) -> int:
        """How many facts are not delivered yet."""
        return self._carrier.waiting

    @property
    def unusable(self) -> dict[str, int]:
        """How many messages could not be used, by their code."""
        return self._carrier.unusable

    def camera_trouble(self, code: str, words: str, *, over: bool) -> None:
        """Hear from the camera; called from its own thread."""
        self._carrier.camera_trouble("" if over else code)
        self._notify(Trouble("camera", code, words, over=over))

    def _notify(self, notice: Notice) -> None:
        self._diary.hear(notice)
        # A window that was closed or a pipe that broke must not end the recording of facts.
        with suppress(Exception):
            self._on_notice(notice)

    # -- the eye ---------------------------------------------------------------------------

    def _look(self) -> None:
        said_no_programme = False
        failed_at: float | None = None
        while not self._stopping.is_set():
            try:
                reading = self._reader.read(_READ_TIMEOUT_S)
                if failed_at is not None and time.monotonic() - failed_at >= _WELL_AFTER_S:
                    failed_at = None
                    self.camera_trouble("recovered", "pictures can be worked on again", over=True)
                if reading is None:
                    if self._reader.ended:
                        return
                    continue
                desk = self._descriptions.desk
                if desk is not None:
                    self._judge(desk, reading)
                elif reading.texts and not said_no_programme:
                    said_no_programme = True
                    words = (
                        "no programme yet, so no card can be checked: connect this kiosk once to the server"
                    )
                    self._notify(Trouble("programme", "none", words))
            except Exception as problem:  # noqa: BLE001 - a kiosk must not go blind over one odd picture
                if failed_at is None:
                    words = f"a picture could not be worked on ({type(problem).__name__}); looking on"
                    self.camera_trouble("failed", words, over=False)
                failed_at = time.monotonic()
                self._stopping.wait(_AFTER_FAILURE_S)

    def _judge(self, desk: Desk, reading: Reading) -> None:
        if desk.closed:
            self._lately.forget()
            self._counter.forget()
        for text in self._debounce.fresh(worth_judging(reading.texts), time.monotonic()):
            self._scan(desk, text, reading.arrived_at)

    def _scan(self, desk: Desk, text: str, arrived_at: float) -> None:
        moment = self._clock.read()
        decision = self._lately.decide(desk, text, moment)
        # The journal is asked, since at the next stop there is no server that this kiosk could hear.
        wiped = decision.outcome is Outcome.PAIRING and desk.closed and self._recorder.is_wiped()
        if wiped and self._on_next_code:
            self._on_next_code(text)
            return
        if self._is_no_visit(decision):
            return
        staff_id, staff = "", decision.card if decision.outcome is Outcome.STAFF else None
        if staff is not None:
            staff_id = self._descriptions.staff_id(staff.identity)
            if (refused := self._who_waits_for_staff()) is not None:
                decision = self._lately.admit(desk, refused, moment)
            else:
                self._counter.staff_card(staff_id)
        self._turned_away = (decision, time.monotonic()) if decision.session and decision.code else None
        position, event_id = Position(0, 0), ""
        facts = [fact for fact in (decision.fact, decision.attendance) if fact is not None]
        if facts:
            try:
                places = self._recorder.record_all(facts, moment, staff_id)
            except JournalError as problem:
                # Not remembered as a visit: the card may be shown again once the disk is well.
                self._notify(Trouble("journal", "cannot_write", str(problem)))
                return
            position, event_id = places[0]
            for fact, (place, fact_id) in zip(facts, places, strict=True):
                self._lately.recorded(fact, fact_id, moment)
                self._carrier.recorded(place)
        committed_at = time.monotonic()
        told = _scanned(decision, event_id, position, (committed_at - arrived_at) * 1000)
        self._notify(self._with_dialogue(desk, decision, told))

    def _is_no_visit(self, decision: Decision) -> bool:
        """Say whether a card was shown for something else, and tell for what."""
        if self._counter.staff_in and decision.outcome is not Outcome.STAFF:
            # Staff try things out, with a member's card in their hand.
            if decision.code is not RefusalCode.FOREIGN_CODE:
                self._notify(CardIgnored(str(decision.card.identity) if decision.card else ""))
            return True
        if decision.outcome not in _MEMBERS or decision.card is None:
            return False
        dialogue = self._counter.takes(CardRef.of(decision.card))
        if dialogue is not None:
            # The answer to what the window has asked for.
            self._notify(Done("card", dialogue))
        return dialogue is not None

    def _who_waits_for_staff(self) -> Decision | None:
        """Give who was turned away from a session just now, whom staff may admit."""
        if self._turned_away is None or time.monotonic() - self._turned_away[1] > _ADMITS_WITHIN_S:
            return None
        return self._turned_away[0]

    def _with_dialogue(self, desk: Desk, decision: Decision, told: Scanned) -> Scanned:
        """Begin a dialogue with a member who has checked in; at a door nobody stands and reads offers."""
        if decision.card is None or decision.outcome not in _MEMBERS:
            return told
        card, way = CardRef.of(decision.card), decision.way
        if way is not None:
            if not desk.both_ways:
                return told
            passed = Passed(told.event_id, way, desk.day(self._clock.read()))
            return replace(told, dialogue=self._counter.begin(card, passed)[0])
        dialogue, signed = self._counter.begin(card)
        here = desk.offers.here(decision.card.territory)
        everywhere = desk.offers.everywhere(decision.card.territory)
        return replace(
            told,
            dialogue=dialogue,
            offers=here,
            elsewhere=tuple(offer for offer in everywhere if offer not in here),
            signed=signed,
        )

    def _newest(self) -> list[Event]:
        """Give the newest events of the journal that were not undone, the oldest of them first."""
        entries = self._recorder.ask(lambda: list(self._recorder.journal.newest(_RECENT_FACTS)))
        found: list[Event] = []
        undone: set[str] = set()
        for entry in entries:
            with suppress(EventError):
                event = decode_event(entry.payload)
                if isinstance(event.fact, Void):
                    undone.add(event.fact.target)
                elif event.event_id not in undone:
                    found.append(event)
        return found[::-1]

    def _undone(self, fact: Undoable) -> None:
        """Know no more of what was undone: its card may be shown again, its offer be signed again."""
        if (card := fact.card) is None:
            return
        standing = [event for event in self._newest() if _card_of(event) == card.identity]
        self._lately.take_up_one(CardIdentity.parse(card.identity), standing)
        if isinstance(fact, SignUp):
            self._counter.undone(fact, standing)


def _card_of(event: Event) -> str:
    """Give the card of a fact that may be undone, or that says what was agreed to; else an empty text."""
    fact = event.fact
    return fact.card.identity if isinstance(fact, Undoable | Withdrawal) and fact.card else ""


def _scanned(decision: Decision, event_id: str, position: Position, scan_to_commit_ms: float) -> Scanned:
    return Scanned(
        outcome=decision.outcome,
        code=str(decision.code or ""),
        card=str(decision.card.identity) if decision.card else "",
        event_id=event_id,
        epoch=position.epoch,
        seq=position.seq,
        scan_to_commit_ms=round(scan_to_commit_ms, 2),
        language=decision.card.language if decision.card else "",
        recorded_at=decision.recorded_at,
        session=decision.session.id if decision.session else "",
        direction=decision.way or "",
    )
