"""What one of the staff has open in the menu, and what a touch does; no Kivy, no clock.

It begins when the station lets somebody in. It ends with Finish, when the station says so, or when
nothing was touched for as long as the station keeps them in: a touch keeps them in there, too, and
that is told to it now and then.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Final

from kiosk.notices import (
    CardIgnored,
    LikelyMember,
    RecordedFact,
    Registered,
    StaffDone,
    StaffIn,
    StaffNotice,
    StaffOut,
    StaffView,
)
from kiosk.ui.enrolling import Enrolment
from kiosk.ui.programme import Told
from kiosk.ui.view import Act, Do, Kind
from kiosk.wishes import (
    ByHandWish,
    DiagnosticsWish,
    ExportWish,
    QuitWish,
    RegisterWish,
    RestartWish,
    StaffEndWish,
    StaffLookWish,
    StaffWish,
    SwitchBoothWish,
    UndoWish,
)

KEEP_EVERY_S: Final = 10.0
"""The station hears of touches that ask nothing of it no more often."""
IGNORED_S: Final = 4.0
"""How long the line stands which says that a card was no visit."""
AT_ONCE_S: Final = 0.4
"""An answer that comes within so much is not waited for visibly."""
NUMBER_DIGITS: Final = 18
_KEY_DIGITS: Final = 4
"""A card's number is ``0001-00c0ffee00c0ff``: the dash stands by itself."""
WARN_S: Final = 20.0
"""So long before a registration is wiped it is asked whether anybody is there."""
_PATIENCE_S: Final = {"export": 300.0, "diagnostics": 60.0, "print": 90.0}
_OTHER_PATIENCE_S: Final = 8.0
_MENU: Final = frozenset(
    {
        Kind.REGISTER,
        Kind.UNDO,
        Kind.BY_HAND,
        Kind.BOOTHS,
        Kind.LIGHT,
        Kind.STATE,
        Kind.EXPORT,
        Kind.DIAGNOSTICS,
        Kind.POWER,
    }
)
_REGISTRATION: Final = "registration"
_LOOKED_AT: Final = frozenset({Kind.UNDO, Kind.LIGHT, Kind.STATE, Kind.EXPORT, Kind.DIAGNOSTICS})
"""What these show is asked of the station when they are opened."""


@dataclass(slots=True)
class Typing:
    """A card's number while it is typed; hexadecimal digits, without the dash."""

    digits: str = ""
    odd: bool = False
    """Whether what was typed is no number."""

    @property
    def shown(self) -> str:
        """Give it as the card has it."""
        if len(self.digits) < _KEY_DIGITS:
            return self.digits
        return f"{self.digits[:_KEY_DIGITS]}-{self.digits[_KEY_DIGITS:]}"


class StaffTalk:
    """The staff's menu. Times are monotonic seconds."""

    def __init__(self, told: Callable[[], Told] = lambda: Told("")) -> None:
        """Take what gives the programme's words."""
        self._told = told
        self.today = date.max
        """The fair's day, as the screen's clock has it."""
        self.enrolment: Enrolment | None = None
        """The registration that is open."""
        self.known: StaffView | None = None
        """How the kiosk does, as the station has said last."""
        self.pending = ""
        """What the station was asked to do and has not answered: as :class:`StaffDone` calls it."""
        self.result: StaffDone | None = None
        """What came of it; ``code`` may be ``no_answer`` or ``no_disk``, too."""
        self.booth = ""
        self.fact: RecordedFact | None = None
        self.number = Typing()
        self.since = 0.0
        """When it was touched last."""
        self.wipes = 0
        """How often something that was typed has been forgotten."""
        self._staff_id = ""
        self._seconds = 0.0
        self._told_at = 0.0
        self._owed = False
        self._asked_at = 0.0
        self._ignored_until = 0.0
        self._screens: list[Kind] = []
        self._parts: dict[Kind, int] = {}
        self._wishes: list[StaffWish] = []

    # -- what is asked -------------------------------------------------------------------------

    @property
    def open(self) -> bool:
        """Whether somebody of the staff is in."""
        return bool(self._screens)

    @property
    def screen(self) -> Kind:
        """What is open, whether or not the station still has to answer."""
        return self.enrolment.screen if self.enrolment is not None else self._screens[-1]

    @property
    def part(self) -> int:
        """Which part of what does not fit on the screen is shown, from 0."""
        return self._parts.get(self.screen, 0)

    @property
    def until(self) -> float:
        """When it closes by itself."""
        return self.since + self._seconds

    def waits_visibly(self, now: float) -> bool:
        """Say whether the station takes longer to answer than nobody notices."""
        return bool(self.pending) and now >= self._asked_at + AT_ONCE_S

    def warns(self, now: float) -> bool:
        """Say whether a registration is about to be wiped for want of a touch."""
        return self.enrolment is not None and not self.pending and now >= self.until - WARN_S

    def ignored(self, now: float) -> bool:
        """Say whether a card was shown just now that was no visit."""
        return now < self._ignored_until

    def wishes(self) -> list[StaffWish]:
        """Take what is asked of the station since the last time."""
        taken, self._wishes = self._wishes, []
        return taken

    # -- what happens --------------------------------------------------------------------------

    def hear(self, notice: StaffNotice, now: float) -> str:
        """Take what the station says; give the name of the tone to play, or nothing."""
        match notice:
            case StaffIn(staff_id=staff_id, seconds=seconds):
                if not self.open or staff_id != self._staff_id:
                    self._begin(staff_id)
                self._seconds, self.since, self._told_at = seconds, now, now
                return "touch"
            case StaffOut():
                self._close()
            case StaffView() if self.open:
                self.known = notice
            case StaffDone() if self.pending == notice.what:
                self._answered(notice, now)
                return "trouble" if notice.code else "accepted"
            case Registered() | LikelyMember() if self.pending == _REGISTRATION:
                return self._registered(notice, now)
            case CardIgnored(card=card) if self.open:
                if self.enrolment is None or not self.enrolment.reading(card):
                    self._ignored_until = now + IGNORED_S
                return "touch"
        return ""

    def _registered(self, notice: Registered | LikelyMember, now: float) -> str:
        self.pending, self.since = "", now
        enrolment = self.enrolment
        if enrolment is None:
            return ""
        if isinstance(notice, LikelyMember):
            enrolment.likely = notice
            return "trouble"
        enrolment.made = notice
        # What was typed is on no screen any more.
        self.wipes += 1
        return "accepted"

    def disk_full(self, now: float) -> bool:
        """Hear that the journal cannot be written; True where that is why a wish was not done."""
        if not self.pending:
            return False
        self._answered(StaffDone(self.pending, "no_disk"), now)
        return True

    def touched(self, now: float) -> None:
        """Hear of a touch: it keeps them in."""
        if self.open:
            self.since, self._owed = now, True

    def run_out(self, now: float) -> None:
        """Close what has been left alone, and tell the station of touches, now and then."""
        if not self.open:
            return
        if self.pending:
            if now >= self._asked_at + _PATIENCE_S.get(self.pending, _OTHER_PATIENCE_S):
                self._answered(StaffDone(self.pending, "no_answer"), now)
        elif now >= self.until:
            self.end()
        elif self._owed and now >= self._told_at + KEEP_EVERY_S:
            self._wish(StaffLookWish(), now)

    def end(self) -> None:
        """Finish: the station lets members' cards in again."""
        if self.open:
            self._wishes.append(StaffEndWish())
            self._close()

    def _begin(self, staff_id: str) -> None:
        self._close()
        self._staff_id, self._screens = staff_id, [Kind.STAFF_MENU]

    def _close(self) -> None:
        """Forget who was in and what they did."""
        self._forget_number()
        self._forget_enrolment()
        self._staff_id, self.pending, self.booth = "", "", ""
        self.result = self.fact = self.known = None
        self._ignored_until, self._owed = 0.0, False
        self._screens, self._parts = [], {}

    def _answered(self, done: StaffDone, now: float) -> None:
        self.pending, self.result, self.since = "", done, now
        if not done.code:
            self._forget_number()
            self._screens = [Kind.STAFF_MENU]

    def _forget_enrolment(self) -> None:
        self.wipes += self.enrolment is not None
        self.enrolment = None

    def _enrol(self) -> None:
        """Begin to register a member."""
        told = self._told()
        if told.described.form is not None:
            self.enrolment = Enrolment(told.described.form, lambda: told.places, self.today)

    def _forget_number(self) -> None:
        self.wipes += bool(self.number.digits)
        self.number = Typing()

    # -- touches -------------------------------------------------------------------------------

    def do(self, act: Act, now: float, language: str = "") -> None:
        """Do what a touch asks for; what does not belong to the open screen does nothing."""
        if self.pending or not self.open:
            return
        match act.do:
            case Do.FINISH if self.enrolment is None or self.enrolment.made or self.result:
                self.end()
            case Do.BACK if self.enrolment is None or self.result:
                self._back()
            case _ if self.result is not None:
                pass
            case _ if self.enrolment is not None:
                self._do_in_enrolment(self.enrolment, act, now, language)
            case Do.NEXT | Do.PREVIOUS:
                self._parts[self.screen] = max(0, self.part + (1 if act.do == Do.NEXT else -1))
            case Do.LOOK:
                self._wish(StaffLookWish(), now)
            case Do.OPEN:
                self._open(act.of, now)
            case Do.DIGIT | Do.ERASE | Do.ENTER if self.screen == Kind.BY_HAND:
                self._type(act, now)
            case _:
                self._do_in(act, now)

    def _do_in_enrolment(self, enrolment: Enrolment, act: Act, now: float, language: str) -> None:
        wish = enrolment.do(act, language)
        if wish is not None:
            self._ask(_REGISTRATION if isinstance(wish, RegisterWish) else "print", wish, now)
        elif enrolment.over:
            self._forget_enrolment()
            if enrolment.anew:
                self._enrol()

    def _back(self) -> None:
        if self.result is not None:
            self.result = None
        elif len(self._screens) > 1:
            if self.screen == Kind.BY_HAND:
                self._forget_number()
            self._screens.pop()

    def _open(self, of: str, now: float) -> None:
        kind = Kind(of)
        if kind not in _OPENED_IN.get(self.screen, ()):
            return
        if kind == Kind.REGISTER:
            self._enrol()
            return
        self._show(kind)
        if kind in _LOOKED_AT:
            self._wish(StaffLookWish(), now)

    def _show(self, kind: Kind) -> None:
        self._screens.append(kind)
        self._parts[kind] = 0

    def _do_in(self, act: Act, now: float) -> None:
        match self.screen, act.do:
            case Kind.BOOTHS, Do.BOOTH if self.known is None or act.of != self.known.booth:
                self.booth = act.of
                self._show(Kind.SWITCH)
            case Kind.UNDO, Do.FACT:
                facts = self.known.facts if self.known else ()
                self.fact = next((each for each in facts if each.event_id == act.of), None)
                if self.fact is not None:
                    self._show(Kind.WHY)
            case Kind.WHY, Do.REASON if self.fact is not None:
                self._ask("undo", UndoWish(self.fact.event_id, act.of), now)
            case Kind.EXPORT, Do.STICK:
                self._ask("export", ExportWish(act.of), now)
            case Kind.DIAGNOSTICS, Do.STICK:
                self._ask("diagnostics", DiagnosticsWish(act.of), now)
            case _, Do.YES:
                self._agree(now)

    def _agree(self, now: float) -> None:
        """Do what a question has asked about."""
        match self.screen:
            case Kind.SWITCH:
                self._ask("booth", SwitchBoothWish(self.booth), now)
            case Kind.NO_CARD:
                self._ask("by_hand", ByHandWish(""), now)
            case Kind.RESTART:
                self._ask("restart", RestartWish(), now)
            case Kind.QUIT:
                self._ask("quit", QuitWish(), now)

    def _type(self, act: Act, now: float) -> None:
        number = self.number
        number.odd = False
        if act.do == Do.DIGIT:
            number.digits = (number.digits + act.of)[:NUMBER_DIGITS]
        elif act.do == Do.ERASE:
            number.digits = number.digits[:-1]
        elif len(number.digits) == NUMBER_DIGITS:
            self._ask("by_hand", ByHandWish(number.shown), now)
        else:
            number.odd = True

    def _ask(self, what: str, wish: StaffWish, now: float) -> None:
        self.pending, self._asked_at = what, now
        self._wish(wish, now)

    def _wish(self, wish: StaffWish, now: float) -> None:
        self._wishes.append(wish)
        self._told_at, self._owed = now, False


_OPENED_IN: Final = {
    Kind.STAFF_MENU: _MENU,
    Kind.BY_HAND: frozenset({Kind.NO_CARD}),
    Kind.POWER: frozenset({Kind.RESTART, Kind.QUIT}),
}
