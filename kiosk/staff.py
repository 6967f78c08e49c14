"""What staff do at a kiosk, behind a card or a PIN: serve members, undo, booth, stick, restart.

Who has come in stays in for two minutes after the last wish. Wrong PINs lock the door for a
while, also over a restart. What staff did carries their ``staff_id``.
"""

import math
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from kiosk import KioskError
from kiosk.backstage import Backstage
from kiosk.clock import Clock
from kiosk.descriptions import Descriptions
from kiosk.journal import JournalError, Position
from kiosk.mounted import CannotWriteError
from kiosk.notices import Notice, RecordedFact, StaffDone, StaffIn, StaffOut, StaffRefused
from kiosk.recorder import Recorder
from kiosk.rules.lockout import wait_s
from kiosk.serving import Serving
from kiosk.wishes import (
    DiagnosticsWish,
    ExportWish,
    PinWish,
    QuitWish,
    RestartWish,
    StaffEndWish,
    StaffWish,
    SwitchBoothWish,
    UndoWish,
)
from wire.card import CardIdentity
from wire.events import EventError, Passage, SessionAttendance, SignUp, Visit, Void, decode_event
from wire.setup import typed_pin

STAYS_S: Final = 120.0
NEWEST: Final = 20
_FAILURES: Final = "pin_failures"
_DOORS: Final = {"in": "entrance", "out": "exit"}
_REASONS: Final = frozenset({"wrong_card", "twice", "test", "other"})
Undoable = Visit | Passage | SessionAttendance | SignUp
"""What staff may undo at the kiosk that has recorded it."""


class Staff:
    """Who of the staff is in, and what they do; for the counter's thread, but for ``is_in``."""

    def __init__(
        self,
        *,
        recorder: Recorder,
        descriptions: Descriptions,
        clock: Clock,
        notify: Callable[[Notice], None],
        recorded: Callable[[Position], None],
        backstage: Backstage,
        serving: Serving,
        undone: Callable[[Undoable], None],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._recorder = recorder
        self._descriptions = descriptions
        self._clock = clock
        self._notify = notify
        self._recorded = recorded
        self._backstage = backstage
        self._serving = serving
        self._undone = undone
        self._monotonic = monotonic
        self._in = ""
        self._until = 0.0
        self._failures = self._kept_failures()
        self._failed_at = monotonic()
        self._hasher = PasswordHasher()

    @property
    def is_in(self) -> bool:
        """Whether somebody is in; from any thread."""
        return bool(self._in) and self._monotonic() <= self._until and self._still_staff()

    def enter(self, staff_id: str) -> None:
        """Let somebody in who has shown a staff card."""
        if staff_id != self._in or not self.is_in:
            self._serving.begin()
        self._in = staff_id
        self._stay()
        self._notify(StaffIn(staff_id, STAYS_S))
        self._look()

    def leave_soon(self) -> None:
        """Hear that they have finished, before their turn comes to leave; from any thread."""
        self._serving.leave_soon()

    def pause(self) -> None:
        """Hear that nothing was asked for a while: who is not in any more has left nothing behind."""
        if self._in and not self.is_in:
            self._serving.end()

    def do(self, wish: StaffWish) -> None:
        """Do what was asked for; raises ``JournalError``."""
        if isinstance(wish, PinWish):
            self._try_pin(wish.typed)
        elif not self.is_in or isinstance(wish, StaffEndWish):
            self._leave()
        else:
            # A slow stick may take longer than anybody stays in.
            self._until = math.inf
            try:
                self._do(wish)
            finally:
                self._stay()

    def _do(self, wish: StaffWish) -> None:
        match wish:
            case SwitchBoothWish(booth):
                code = "" if self._backstage.switch_booth(booth) else "unknown_booth"
                self._done(StaffDone("booth", code, booth))
            case UndoWish(event_id, reason):
                self._undo(event_id, reason)
            case ExportWish(stick):
                self._write("export", stick, self._backstage.export)
            case DiagnosticsWish(stick):
                self._write("diagnostics", stick, self._backstage.diagnostics)
            case RestartWish() | QuitWish():
                self._backstage.leave(isinstance(wish, RestartWish))
            case _:
                self._serve(wish)

    def _serve(self, wish: StaffWish) -> None:
        notice = self._serving.do(wish, self._in)
        if notice is not None:
            self._notify(notice)
        if notice is None or isinstance(notice, StaffDone):
            self._look()

    def _still_staff(self) -> bool:
        """Say whether who is in was not revoked since; a card that no setup knows goes by its number."""
        setup, desk = self._descriptions.setup, self._descriptions.desk
        if "-" in self._in:
            return desk is None or desk.why_not_by_hand(CardIdentity.parse(self._in)) is None
        return setup is None or setup.staff_with(self._in) is not None

    # -- who is in -------------------------------------------------------------------------------

    def _try_pin(self, typed: str) -> None:
        locked = wait_s(self._failures, self._monotonic() - self._failed_at)
        if locked:
            self._notify(StaffRefused("locked", locked))
            return
        pin, setup = typed_pin(typed), self._descriptions.setup
        if setup is None or not setup.staff:
            self._notify(StaffRefused("none"))
            return
        verifier = setup.staff_with(pin.staff_id) if pin else None
        if pin is not None and verifier is not None and self._fits(verifier.pin_verifier, pin.digits):
            self._count_failures(0)
            self.enter(verifier.staff_id)
            return
        self._count_failures(self._failures + 1)
        locked = wait_s(self._failures, 0.0)
        self._notify(StaffRefused("locked" if locked else "wrong", locked))

    def _fits(self, verifier: str, digits: str) -> bool:
        try:
            return self._hasher.verify(verifier, digits)
        except (Argon2Error, InvalidHashError):
            return False

    def _count_failures(self, count: int) -> None:
        if count == self._failures == 0:
            return
        self._failures, self._failed_at = count, self._monotonic()
        self._recorder.ask(self._recorder.journal.put, _FAILURES, b"%d" % count)

    def _kept_failures(self) -> int:
        kept = self._recorder.ask(self._recorder.journal.get, _FAILURES)
        return int(kept) if kept is not None and kept.isdigit() else 0

    def _stay(self) -> None:
        self._until = self._monotonic() + STAYS_S

    def _leave(self) -> None:
        self._serving.end()
        self._in = ""
        self._notify(StaffOut())

    # -- what they do ------------------------------------------------------------------------------

    def _look(self) -> None:
        self._notify(self._backstage.look(self._newest()))

    def _done(self, notice: StaffDone) -> None:
        self._notify(notice)
        self._look()

    def _undo(self, event_id: str, reason: str) -> None:
        fact = next((each for each in self._undoable() if each[0].event_id == event_id), None)
        if fact is None:
            self._done(StaffDone("undo", "unknown_fact"))
            return
        void = Void(target=event_id, reason=reason if reason in _REASONS else "other")
        position, _ = self._recorder.record_all([void], self._clock.read(), self._in)[0]
        self._recorded(position)
        self._undone(fact[1])
        self._done(StaffDone("undo"))

    def _write(self, what: str, stick: str, work: Callable[[Path], tuple[str, int]]) -> None:
        if not self._backstage.has(stick):
            # Where it was mounted there may still be a directory: of the kiosk's own disk.
            self._done(StaffDone(what, "gone", f"no stick is mounted at {stick}"))
            return
        try:
            written, count = work(Path(stick))
        except JournalError:
            raise
        except CannotWriteError as problem:
            self._done(StaffDone(what, problem.code, str(problem)))
            return
        except KioskError as problem:
            self._done(StaffDone(what, "cannot_write", str(problem)))
            return
        self._done(StaffDone(what, "" if written else "nothing", Path(written).name, count))

    def _newest(self) -> tuple[RecordedFact, ...]:
        return tuple(fact for fact, _ in self._undoable())

    def _undoable(self) -> list[tuple[RecordedFact, Undoable]]:
        """Give the newest facts that were not undone yet, as they are told and as they are."""
        entries = self._recorder.ask(lambda: list(self._recorder.journal.newest(5 * NEWEST)))
        voided: set[str] = set()
        found: list[tuple[RecordedFact, Undoable]] = []
        for entry in entries:
            try:
                event = decode_event(entry.payload)
            except EventError:
                continue
            fact = event.fact
            if isinstance(fact, Void):
                voided.add(fact.target)
            if not isinstance(fact, Undoable):
                continue
            if event.event_id in voided or len(found) == NEWEST:
                continue
            last = fact.card.card_id[-4:] if fact.card else ""
            kind = _DOORS[fact.direction] if isinstance(fact, Passage) else fact.kind
            told = RecordedFact(event.event_id, kind, event.occurred_at, event.booth, last)
            found.append((told, fact))
        return found
