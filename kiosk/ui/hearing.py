"""What is behind the screen, and what the station's notices do to it; no Kivy, no clock."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

from kiosk.notices import (
    Described,
    Done,
    Notice,
    Pairing,
    ProgrammeTaken,
    Scanned,
    StaffIn,
    StaffNotice,
    StaffRefused,
    Trouble,
)
from kiosk.rules.desk import Outcome
from kiosk.rules.wording import Translator
from kiosk.ui.condition import Condition
from kiosk.ui.meeting import Meeting
from kiosk.ui.overlay import Overlay
from kiosk.ui.passing import TONES, TURNED_AWAY, Passing, of_done, of_failure, of_scan
from kiosk.ui.programme import Told
from kiosk.ui.staff_talk import StaffTalk
from kiosk.ui.tongue import Tongue
from kiosk.ui.view import Kind, Settings
from kiosk.wishes import Wish

_READ: Final = "touch"
"""The tone of a pairing code that was read: what comes of it is not known yet."""


class Hearing:
    """The state behind the screen. Times are monotonic seconds."""

    def __init__(
        self,
        translator: Callable[[str], Translator],
        *,
        language: str = "",
        camera: bool = True,
        read_aloud: bool = True,
    ) -> None:
        """Take a language to speak instead of the body's first, and what the kiosk has.

        Cards come before a ``camera`` or a scanner; screens are ``read_aloud`` unless a member wants
        it otherwise.
        """
        self._translator = translator
        self._tongue = Tongue(language)
        self._camera = camera
        self._condition = Condition(camera=camera)
        self._told = Told(self._tongue.home)
        self._passing: Passing | None = None
        self._verdicts = 0
        self._usual = Settings(read_aloud=read_aloud)
        self._overlay = Overlay(self._usual)
        self._called = False
        self._meeting = Meeting()
        self._staff = StaffTalk(lambda: self._told)
        self._wishes: list[Wish] = []
        self._touched_at = 0.0
        self._asked_at = 0.0

    # -- what happens --------------------------------------------------------------------------

    def started(self) -> None:
        """Hear that the station is at work."""
        self._condition.started()

    def hear(self, notice: Notice, now: float) -> str:
        """Take a notice; give the name of the tone to play, or nothing."""
        self._condition.hear(notice, now)
        if isinstance(notice, StaffNotice):
            return self._hear_of_staff(notice, now)
        match notice:
            case Scanned():
                return self._scanned(notice, now)
            case Done():
                return self._done(notice, now)
            case Trouble():
                return self._hear_of_trouble(notice, now)
            case Described():
                self._describe(notice)
            case ProgrammeTaken(body_names=body, booth_names=booth, timezone=timezone, closed=closed):
                self.place(body, booth, timezone)
                if closed:
                    self._end_talk()
            case Pairing():
                return self._paired(notice, now)
        return ""

    def place(self, body: Mapping[str, str], booth: Mapping[str, str], timezone: str) -> None:
        """Hear whose kiosk this is and at which booth it stands: names by language."""
        self._told.place(body, booth, timezone)

    def now_waiting(self, count: int) -> None:
        """Hear how many facts wait for the network."""
        self._condition.now_waiting(count)

    def silent(self) -> None:
        """Hear that no sound can be played."""
        self._condition.silent()

    def _describe(self, described: Described) -> None:
        told = self._told
        told.take(described)
        self._tongue.settle(told.spoken())
        told.home = self._tongue.home

    def _paired(self, pairing: Pairing, now: float) -> str:
        # What comes is another station, and begins to count its dialogues anew.
        self._end_talk()
        self._staff.end()
        self._meeting.count_anew()
        match pairing:
            case Pairing(stage="asking", code=""):
                # A code was read although help was open, or while another one's refusal stood.
                self._overlay.close()
                self._passing = None
                return _READ
            case Pairing(stage="refused", code=code):
                return self._show(Passing(Kind.REFUSED, code, pairing=True), now)
            case Pairing(stage="paired", name=name):
                # Of the fair before, where there was one.
                self._told = Told(self._told.home)
                return self._show(Passing(Kind.PAIRED, name=name), now)
        return ""

    def _scanned(self, notice: Scanned, now: float) -> str:
        passing, talk = of_scan(notice, self._told.zone), self._meeting.talk
        if notice.outcome not in TURNED_AWAY:
            self._condition.written()
        waits = talk is not None and talk.screen == Kind.SHOW_CARD
        if waits and notice.outcome == Outcome.REFUSED:
            # Whoever was asked for a card holds it up wrongly: that ends nothing.
            self._touched_at = now
            return self._show(passing, now)
        self._end_talk()
        if notice.dialogue:
            talk = self._meeting.begin(self._told, notice)
            # Where there is no offer, the verdict makes way soon: the invitation, too, has a way to tell us.
            passing = replace(passing, offered=talk.offers_something)
        self._meeting.began = passing
        self._touched_at = now
        if self._staff.open:
            return self._scanned_beside_staff(passing, now)
        tone = self._show(passing, now)
        self._tongue.of_card(notice.language)
        return tone

    def _scanned_beside_staff(self, passing: Passing, now: float) -> str:
        """Welcome whose card came just before one of the staff: nobody goes on with that dialogue."""
        self._end_talk()
        if passing.kind == Kind.STAFF:
            return ""
        return self._show(replace(passing, offered=False), now)

    def _hear_of_staff(self, notice: StaffNotice, now: float) -> str:
        if isinstance(notice, StaffRefused):
            self._overlay.pad.hear(notice, now)
            return TONES[Kind.REFUSED]
        was_in = self._staff.open
        tone = self._staff.hear(notice, now)
        if isinstance(notice, StaffIn):
            self._end_talk()
            self._overlay.close()
            self._passing = None
        self._see_whether_staff_left(was_in=was_in)
        return tone

    def _see_whether_staff_left(self, *, was_in: bool) -> None:
        """Speak the body's language again once they have finished."""
        if was_in and not self._staff.open:
            self._overlay.close()
            self._tongue.go_home()

    def _done(self, done: Done, now: float) -> str:
        talk = self._meeting.talk
        if talk is None:
            return ""
        self._touched_at = now
        kind = talk.hear(done)
        if kind is None:
            return _READ if done.what == "card" else ""
        tone = self._show(of_done(done, kind), now)
        if kind == Kind.UNRECORDED:
            self._end_talk()
        return tone

    def _hear_of_trouble(self, trouble: Trouble, now: float) -> str:
        match trouble:
            case Trouble(kind="journal", code="cannot_write", over=False) if not self._condition.closed:
                return self._cannot_write(trouble.code, now)
            case Trouble(kind="camera", code="set_up", over=True):
                return self._show(Passing(Kind.SCANNER_SET_UP), now)
        return ""

    def _cannot_write(self, code: str, now: float) -> str:
        talk = self._meeting.talk
        if talk is not None and talk.pending:
            talk.failed()
            return self._show(of_failure(), now)
        self._end_talk()
        if self._staff.disk_full(now):
            return TONES[Kind.UNRECORDED]
        return self._show(Passing(Kind.UNRECORDED, code), now)

    def _show(self, passing: Passing, now: float) -> str:
        """Let a verdict stand from now; give its tone."""
        self._overlay.close()
        self._verdicts += 1
        self._passing = replace(passing, until=now + passing.stands_s)
        self._asked_at = 0.0
        return TONES[passing.kind]

    def _end_talk(self) -> None:
        self._meeting.end()
        self._asked_at = 0.0

    def take_wishes(self) -> list[Wish]:
        """Take what is asked of the station since the last time."""
        taken, self._wishes = self._wishes, []
        return [*taken, *self._meeting.wishes(), *self._overlay.pad.wishes(), *self._staff.wishes()]

    @property
    def wipes(self) -> int:
        """How often something that was typed has been forgotten: no cache may hold it any longer."""
        return self._meeting.wipes + self._overlay.pad.wipes + self._staff.wipes
