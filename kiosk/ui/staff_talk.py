"""What one of the staff has open in the menu, and what a touch does; no Kivy, no clock.

It begins when the station lets somebody in. It ends with Finish, when the station says so, or when
nothing was touched for as long as the station keeps them in: a touch keeps them in there, too, and
that is told to it now and then. What is done to the kiosk itself is in ``chores``; a registration,
and whom they serve by hand, lie over it while they last.
"""

from collections.abc import Callable
from datetime import date
from typing import Final

from kiosk.notices import (
    CardIgnored,
    HouseholdFound,
    LikelyMember,
    MemberConfirmed,
    MembersFound,
    Registered,
    Reissued,
    StaffDone,
    StaffIn,
    StaffNotice,
    StaffOut,
    StaffView,
)
from kiosk.ui import by_hand, chores
from kiosk.ui.by_hand import ByHand
from kiosk.ui.chores import Chores
from kiosk.ui.enrolling import Enrolment
from kiosk.ui.programme import Told
from kiosk.ui.view import Act, Do, Kind
from kiosk.wishes import RegisterWish, StaffEndWish, StaffLookWish, StaffWish

KEEP_EVERY_S: Final = 10.0
"""The station hears of touches that ask nothing of it no more often."""
IGNORED_S: Final = 4.0
"""How long the line stands which says that a card was no visit."""
AT_ONCE_S: Final = 0.4
"""An answer that comes within so much is not waited for visibly."""
WARN_S: Final = 20.0
"""So long before a registration or a card is wiped it is asked whether anybody is there."""
_PATIENCE_S: Final = {"export": 300.0, "diagnostics": 60.0, "print": 90.0}
_OTHER_PATIENCE_S: Final = 8.0
_REGISTRATION: Final = "registration"
_ANSWERED: Final = {**chores.ANSWERED, **by_hand.ANSWERED, RegisterWish: _REGISTRATION}


class StaffTalk:
    """The staff's menu. Times are monotonic seconds."""

    def __init__(self, told: Callable[[], Told] = lambda: Told("")) -> None:
        """Take what gives the programme's words."""
        self._told = told
        self.today = date.max
        """The fair's day, as the screen's clock has it."""
        self.chores = Chores()
        self.enrolment: Enrolment | None = None
        """The registration that is open."""
        self.by_hand: ByHand | None = None
        """Whom they serve by hand."""
        self.open = False
        """Whether somebody of the staff is in."""
        self.pending = ""
        """What the station was asked to do and has not answered: as :class:`StaffDone` calls it."""
        self.result: StaffDone | None = None
        """What came of it; ``code`` may be ``no_answer`` or ``no_disk``, too."""
        self.since = 0.0
        """When it was touched last."""
        self._wiped = 0
        self._staff_id = ""
        self._seconds = 0.0
        self._told_at = 0.0
        self._owed = False
        self._asked_at = 0.0
        self._ignored_until = 0.0
        self._wishes: list[StaffWish] = []

    # -- what is asked -------------------------------------------------------------------------

    @property
    def _inner(self) -> Enrolment | ByHand | Chores:
        return self.enrolment or self.by_hand or self.chores

    @property
    def screen(self) -> Kind:
        """What is open, whether or not the station still has to answer."""
        return self._inner.screen

    @property
    def part(self) -> int:
        """Which part of what does not fit on the screen is shown, from 0."""
        return self._inner.part

    @property
    def until(self) -> float:
        """When it closes by itself."""
        return self.since + self._seconds

    @property
    def wipes(self) -> int:
        """How often something of somebody has been forgotten."""
        return self._wiped + (self.by_hand.wipes if self.by_hand is not None else 0)

    def waits_visibly(self, now: float) -> bool:
        """Say whether the station takes longer to answer than nobody notices."""
        return bool(self.pending) and now >= self._asked_at + AT_ONCE_S

    def warns(self, now: float) -> bool:
        """Say whether a registration, or a new card, is about to be wiped for want of a touch."""
        worth = self.enrolment is not None or self.screen == Kind.FORM_CARD
        return worth and not self.pending and now >= self.until - WARN_S

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
                    self._close()
                    self._staff_id, self.open = staff_id, True
                self._seconds, self.since, self._told_at = seconds, now, now
                return "touch"
            case StaffOut():
                self._close()
            case StaffView() if self.open:
                self.chores.known = notice
            case StaffDone() if self.pending == notice.what:
                self._answered(notice, now)
                return "trouble" if notice.code else "accepted"
            case Registered() | LikelyMember() if self.pending == _REGISTRATION:
                return self._registered(notice, now)
            case MembersFound() | MemberConfirmed() | Reissued() | HouseholdFound():
                return self._found(notice, now)
            case CardIgnored(card=card) if self.open:
                if not self._reading(card, now):
                    self._ignored_until = now + IGNORED_S
                return "touch"
        return ""

    def _registered(self, notice: Registered | LikelyMember, now: float) -> str:
        self.pending, self.since = "", now
        if self.enrolment is None:
            return ""
        if isinstance(notice, LikelyMember):
            self.enrolment.likely, self.enrolment.part = notice, 0
            return "trouble"
        self.enrolment.made = notice
        # What was typed is on no screen any more.
        self._wiped += 1
        return "accepted"

    def _found(self, notice: by_hand.Found, now: float) -> str:
        if self.by_hand is None or self.pending != by_hand.ANSWERED[type(notice)]:
            return ""
        self.pending, self.since = "", now
        return self.by_hand.hear(notice)

    def _reading(self, card: str, now: float) -> bool:
        """Take a card that was shown where one is asked for."""
        if self.pending or self.result is not None:
            return False
        if self.by_hand is not None and (wish := self.by_hand.reading(card)) is not None:
            self._ask(wish, now)
            return True
        return self.enrolment is not None and self.enrolment.reading(card)

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

    def _close(self) -> None:
        """Forget who was in and what they did."""
        self._forget_by_hand()
        self._forget_enrolment()
        self.chores = Chores()
        self._staff_id, self.pending, self.result, self.open = "", "", None, False
        self._ignored_until, self._owed = 0.0, False

    def _answered(self, done: StaffDone, now: float) -> None:
        self.pending, self.since = "", now
        if done.code and self.by_hand is not None and self.by_hand.refused(done):
            return
        self.result = done
        if not done.code:
            if done.what != "print":
                self._forget_by_hand()
            self.chores.to_menu()

    def _enrol(self) -> None:
        """Begin to register a member."""
        told = self._told()
        if told.described.form is not None:
            self.enrolment = Enrolment(told.described.form, lambda: told.places, self.today)

    def _forget_enrolment(self) -> None:
        self._wiped += self.enrolment is not None
        self.enrolment = None

    def _serve_by_hand(self) -> ByHand:
        form = self._told().described.form
        self.by_hand = ByHand(self.today, form.employee_number if form is not None else "")
        return self.by_hand

    def _forget_by_hand(self) -> None:
        self._wiped = self.wipes + (self.by_hand is not None)
        self.by_hand = None

    # -- touches -------------------------------------------------------------------------------

    def do(self, act: Act, now: float, language: str = "") -> None:
        """Do what a touch asks for; what does not belong to the open screen does nothing."""
        if self.pending or not self.open:
            return
        match act.do:
            case Do.FINISH if self.enrolment is None or self.enrolment.made or self.result:
                self.end()
            case _ if self.result is not None:
                self._do_after(self.result, act)
            case _ if self.enrolment is not None:
                self._do_in_enrolment(self.enrolment, act, now, language)
            case _ if self.by_hand is not None:
                self._do_by_hand(self.by_hand, act, now)
            case Do.OPEN if self.screen == Kind.STAFF_MENU and act.of == Kind.REGISTER:
                self._enrol()
            case Do.OPEN if self.screen == Kind.STAFF_MENU and act.of == Kind.BY_HAND:
                self._serve_by_hand()
            case _:
                self._ask(self.chores.do(act), now)

    def _do_after(self, result: StaffDone, act: Act) -> None:
        """Go back; or on without a card, where the server could not tell whose it would be."""
        if act.do == Do.BACK:
            self.result = None
        elif act == Act(Do.OPEN, Kind.NO_CARD) and self.by_hand is not None and result.what in by_hand.ASKED:
            self.result = None
            self.by_hand.without_card()

    def _do_by_hand(self, served: ByHand, act: Act, now: float) -> None:
        self._ask(served.do(act), now)
        if served.over:
            self._forget_by_hand()

    def _do_in_enrolment(self, enrolment: Enrolment, act: Act, now: float, language: str) -> None:
        if act.do == Do.MATCH:
            self._take_as_known(enrolment, act.of)
            return
        self._ask(enrolment.do(act, language), now)
        if enrolment.over:
            self._forget_enrolment()
            if enrolment.anew:
                self._enrol()

    def _take_as_known(self, enrolment: Enrolment, member: str) -> None:
        """Leave a registration for one whom the server knows already."""
        likely = enrolment.likely
        if likely is not None and any(each.member == member for each in likely.matches):
            self._forget_enrolment()
            self._serve_by_hand().begin_with(likely, member)

    def _ask(self, wish: StaffWish | None, now: float) -> None:
        """Ask for something, if for anything; what has an answer is waited for."""
        if wish is None:
            return
        self.pending = _ANSWERED.get(type(wish), "")
        self._asked_at = now
        self._wish(wish, now)

    def _wish(self, wish: StaffWish, now: float) -> None:
        self._wishes.append(wish)
        self._told_at, self._owed = now, False
