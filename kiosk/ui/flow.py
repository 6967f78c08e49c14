"""What is on the screen, decided from notices, touches and the time; no Kivy, no clock.

From above: a question whether anybody is still there; what the corner buttons have opened
(``overlay``); a verdict, which passes (``passing``); the staff's menu (``staff_talk``); that the staff
were called; a member's dialogue (``meeting``); and what stands (``condition``): the invitation, or what
keeps the kiosk from working.
"""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from kiosk.rules import wording
from kiosk.rules.wording import Label, Said, Translator
from kiosk.ui.hearing import Hearing
from kiosk.ui.passing import of_failure
from kiosk.ui.showing import Showing, called_view, still_view, verdict_view
from kiosk.ui.staff_showing import StaffShowing
from kiosk.ui.view import Act, Action, Do, Kind, Settings, View
from kiosk.wishes import HelpWish

OVERLAY_S: Final = 30.0
WARN_S: Final = 30.0
"""So long after the last touch a member's dialogue asks whether anybody is there."""
ANSWER_S: Final = 20.0
"""How long one has to answer, by one touch anywhere."""
_CALLED: Final = "called"


class Flow(Hearing):
    """What touches and time do, and what is seen. Times are monotonic seconds, ``wall`` is UTC seconds."""

    # -- touches -------------------------------------------------------------------------------

    def open(self, overlay: Kind, now: float) -> None:
        """Open help or the choice of a language, or close it where it is open already."""
        if not self._overlay.turn(overlay):
            self._stand_anew(now)
        self._keep_language(now)

    def choose(self, language: str, now: float) -> None:
        """Take the language that was touched, and go back to what was there."""
        self._tongue.choose(language)
        self.back(now)

    def back(self, now: float) -> None:
        """Close what is open; a verdict behind it stands anew, in the language of now."""
        self._overlay.back()
        self._stand_anew(now)
        self._keep_language(now)

    def do(self, act: Act, now: float) -> str:
        """Do what a button asks for; give the name of a tone that is not a touch's."""
        was_in = self._staff.open
        if act.do == Do.CALL:
            self._called = True
            self._overlay.close()
            self._passing = None
            self._wishes.append(HelpWish(wanted=True))
            return _CALLED
        if act.do == Do.HELP_HAS_COME:
            if self._called:
                self._called = False
                self._wishes.append(HelpWish(wanted=False))
        elif self._overlay.kind is not None:
            if act.do == Do.STAFF and was_in:
                self._overlay.close()
            self._overlay.do(act, now)
            self._stand_anew(now)
        elif was_in:
            self._staff.do(act, now, self._tongue.now)
            self._see_whether_staff_left(was_in=was_in)
        else:
            self._do_in_talk(act, now)
        self._keep_language(now)
        return ""

    def _do_in_talk(self, act: Act, now: float) -> None:
        meeting = self._meeting
        if meeting.talk is None:
            if act.do != Do.TELL_US or self._condition.kind(now) != Kind.ATTRACT:
                return
            meeting.begin(self._told)
        meeting.do(act, self._tongue.now, now)
        if meeting.talk is None or meeting.talk.over:
            self._end_talk()
            self._tongue.go_home()
        elif meeting.talk.screen is not None:
            self._passing = None
        elif meeting.began is not None:
            self._passing = meeting.began
            self._stand_anew(now)

    def _stand_anew(self, now: float) -> None:
        if self._passing is not None and self._overlay.kind is None:
            self._passing = replace(self._passing, until=now + self._passing.stands_s)

    def touched(self, now: float) -> None:
        """Somebody is there: what would close by itself waits again."""
        self._touched_at = now
        self._asked_at = 0.0
        self._staff.touched(now)
        self._keep_language(now)

    def _keep_language(self, now: float) -> None:
        self._touched_at = now
        self._tongue.keep(now)

    # -- time ----------------------------------------------------------------------------------

    def _run_out(self, now: float) -> None:
        talk = self._meeting.talk
        if talk is not None and talk.pending:
            if self._meeting.answer_due(now):
                return
            talk.failed()
            self._show(of_failure(), now)
        idle_s = now - self._touched_at
        if talk is not None and (talk.screen is not None or self._overlay.kind is not None):
            # A verdict over the dialogue is time that nobody was asked to use.
            if self._passing is None and idle_s >= WARN_S and not self._asked_at:
                self._asked_at = self._touched_at + WARN_S
            if self._asked_at and now >= self._asked_at + ANSWER_S:
                self._wipe()
        elif self._overlay.kind is not None and idle_s >= OVERLAY_S:
            self._overlay.close()
            self._passing = None
            self._tongue.go_home()
        self._run_out_passing(now)
        was_in = self._staff.open
        self._staff.run_out(now)
        self._see_whether_staff_left(was_in=was_in)
        if self._meeting.talk is None and self._overlay.kind is None and idle_s >= WARN_S + ANSWER_S:
            self._overlay.settings = self._usual
        if not (self._passing or self._meeting.talk or self._staff.open):
            self._tongue.run_out(now)

    def _run_out_passing(self, now: float) -> None:
        if self._passing is None or self._overlay.kind is not None or now < self._passing.until:
            return
        ended = self._passing.until
        self._passing = None
        talk = self._meeting.talk
        if talk is not None and talk.screen is not None:
            self._touched_at = max(self._touched_at, ended)
            return
        self._end_talk()
        self._tongue.verdict_over()

    def _wipe(self) -> None:
        """Nobody answered: nothing of whoever was there is left."""
        self._end_talk()
        self._overlay.close()
        self._overlay.settings = self._usual
        self._passing = None
        self._tongue.go_home()

    # -- what is seen --------------------------------------------------------------------------

    @property
    def settings(self) -> Settings:
        """What whoever stands there has set."""
        return self._overlay.settings

    def view(self, now: float, wall: float) -> View:
        """Let run out what has run out, and say what is on the screen."""
        self._run_out(now)
        language = self._tongue.now
        words = self._translator(language)
        condition, kind = self._condition, self._condition.kind(now)
        view = View(
            kind,
            language,
            Said("", ""),
            about=condition.about(kind),
            body=self._told.name(self._told.body, language),
            booth=self._told.name(self._told.booth, language),
            back=wording.back(words),
            camera=self._camera,
            settings=self.settings,
            brand=self._told.brand,
        )
        talk = self._meeting.talk
        if self._asked_at:
            return still_view(view, words, self._asked_at, self._asked_at + ANSWER_S)
        if self._overlay.kind is not None:
            since = self._touched_at
            if talk is None:
                view = replace(view, since=since, until=since + OVERLAY_S)
            return self._overlay.view(view, words, self._told, condition, now)
        if self._passing is not None:
            view = replace(view, number=self._verdicts)
            return verdict_view(view, self._passing, self._told, words, talk)
        return self._open_view(view, words, now, wall) or self._standing_view(view, words, wall)

    def _open_view(self, view: View, words: Translator, now: float, wall: float) -> View | None:
        """Show what somebody has open; None where nobody has."""
        talk = self._meeting.talk
        if self._staff.open:
            self._staff.today = datetime.fromtimestamp(wall, UTC).astimezone(self._told.zone).date()
            showing = StaffShowing(self._staff, self._told, self._condition, words, now=now, wall=wall)
            return showing.view(view)
        if self._called:
            return called_view(view, words)
        if talk is not None and talk.screen is not None:
            shown = Showing(talk, self._told, words, view.language)
            return shown.view(view, at_once=self._meeting.at_once(now))
        return None

    def _standing_view(self, view: View, words: Translator, wall: float) -> View:
        """Show the invitation, or what keeps the kiosk from working."""
        kind, condition = view.kind, self._condition
        if kind == Kind.ATTRACT and self._told.topics:
            tell_us = Action(Act(Do.TELL_US), "message-circle", wording.label(words, Label.TELL_US))
            view = replace(view, actions=(tell_us,))
        clock = f"{datetime.fromtimestamp(wall, UTC).astimezone(self._told.zone):%H:%M}"
        return replace(
            view, said=condition.said(words, kind), clock=clock, strip=condition.strip(words, kind)
        )
