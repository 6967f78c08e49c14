"""What is on the screen, decided from notices, touches and the time; no Kivy, no clock.

From above: a question whether anybody is still there; what the corner buttons have opened
(``overlay``); a verdict, which passes (``passing``); that the staff were called; a member's dialogue
(``talk``); and what stands (``condition``): the invitation, or what keeps the kiosk from working.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from kiosk.notices import Described, Done, Notice, Pairing, ProgrammeTaken, Scanned, Trouble
from kiosk.rules import wording
from kiosk.rules.desk import Outcome
from kiosk.rules.wording import Label, Said, Translator
from kiosk.ui.condition import Condition
from kiosk.ui.languages import OFFERED
from kiosk.ui.overlay import Overlay
from kiosk.ui.passing import TONES, TURNED_AWAY, Passing, of_done, of_failure, of_scan
from kiosk.ui.programme import Told
from kiosk.ui.showing import Showing, called_view, still_view, verdict_view
from kiosk.ui.talk import Talk
from kiosk.ui.view import Act, Action, Do, Kind, Settings, View
from kiosk.wishes import HelpWish, Wish

OVERLAY_S: Final = 30.0
CHOICE_S: Final = 30.0
"""How long a language chosen by hand outlives the last touch."""
WARN_S: Final = 30.0
"""So long after the last touch a member's dialogue asks whether anybody is there."""
ANSWER_S: Final = 20.0
"""How long one has to answer, by one touch anywhere."""
ANSWERED_WITHIN_S: Final = 8.0
"""A station that has not said what came of a wish by then will not."""
AT_ONCE_S: Final = 0.4
"""An answer that comes within so much is not waited for visibly."""
_READ: Final = "touch"
"""The tone of a pairing code that was read: what comes of it is not known yet."""
_CALLED: Final = "called"


class Flow:
    """The state behind the screen. Times are monotonic seconds, ``wall`` is UTC seconds."""

    def __init__(
        self,
        translator: Callable[[str], Translator],
        *,
        language: str = "",
        camera: bool = True,
    ) -> None:
        """Take a language to speak instead of the body's first, and what the kiosk has.

        Cards come before a ``camera`` or a scanner.
        """
        self._translator = translator
        self._speaks = language
        self._language = language or OFFERED[0]
        self._language_until = 0.0
        self._camera = camera
        self._condition = Condition(camera=camera)
        self._told = Told(self._language)
        self._passing: Passing | None = None
        self._verdicts = 0
        self._overlay = Overlay()
        self._called = False
        self._talk: Talk | None = None
        self._began: Passing | None = None
        """The verdict that the member's dialogue began with."""
        self._last_dialogue = 0
        self._wishes: list[Wish] = []
        self._touched_at = 0.0
        self._asked_at = 0.0
        self._wished_at = 0.0
        self.wipes = 0
        """How often something that was typed has been forgotten: no cache may hold it any longer."""

    # -- what happens --------------------------------------------------------------------------

    def started(self) -> None:
        """Hear that the station is at work."""
        self._condition.started()

    def hear(self, notice: Notice, now: float) -> str:
        """Take a notice; give the name of the tone to play, or nothing."""
        self._condition.hear(notice, now)
        match notice:
            case Scanned():
                return self._scanned(notice, now)
            case Done():
                return self._done(notice, now)
            case Trouble(kind="journal", code="cannot_write", over=False) if not self._condition.closed:
                return self._cannot_write(notice.code, now)
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
        home = self._speaks or told.spoken() or OFFERED[0]
        self._language = home if self._language == told.home else self._language
        told.home = home

    def _paired(self, pairing: Pairing, now: float) -> str:
        # What comes is another station, and begins to count its dialogues anew.
        self._end_talk()
        self._last_dialogue = 0
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
        passing = of_scan(notice, self._told.zone)
        if notice.outcome not in TURNED_AWAY:
            self._condition.written()
        waits = self._talk is not None and self._talk.screen == Kind.SHOW_CARD
        if waits and notice.outcome == Outcome.REFUSED:
            # Whoever was asked for a card holds it up wrongly: that ends nothing.
            self._touched_at = now
            return self._show(passing, now)
        self._end_talk()
        if notice.dialogue:
            self._last_dialogue = notice.dialogue
            self._talk = self._new_talk(notice)
            # Where there is no offer, the verdict makes way soon: the invitation, too, has a way to tell us.
            passing = replace(passing, offered=self._talk.offers_something)
        self._began = passing
        self._touched_at = now
        tone = self._show(passing, now)
        if notice.language in OFFERED:
            self._language, self._language_until = notice.language, 0.0
        return tone

    def _new_talk(self, scanned: Scanned | None) -> Talk:
        told = self._told
        return Talk(
            self._last_dialogue, scanned=scanned, with_phone=told.with_phone, topics=bool(told.topics)
        )

    def _done(self, done: Done, now: float) -> str:
        if self._talk is None:
            return ""
        self._touched_at = now
        kind = self._talk.hear(done)
        if kind is None:
            return _READ if done.what == "card" else ""
        tone = self._show(of_done(done, kind), now)
        if kind == Kind.UNRECORDED:
            self._end_talk()
        return tone

    def _cannot_write(self, code: str, now: float) -> str:
        if self._talk is not None and self._talk.pending:
            self._talk.failed()
            return self._show(of_failure(), now)
        self._end_talk()
        return self._show(Passing(Kind.UNRECORDED, code), now)

    def _show(self, passing: Passing, now: float) -> str:
        """Let a verdict stand from now; give its tone."""
        self._overlay.close()
        self._verdicts += 1
        self._passing = replace(passing, until=now + passing.stands_s)
        self._asked_at = 0.0
        return TONES[passing.kind]

    def _end_talk(self) -> None:
        """Forget the member: the station, too, is told to."""
        talk, self._talk, self._began = self._talk, None, None
        self._asked_at = 0.0
        if talk is not None:
            talk.end()
            self._wishes += talk.wishes()
            self.wipes += talk.private

    def take_wishes(self) -> list[Wish]:
        """Take what is asked of the station since the last time."""
        if self._talk is not None:
            self._wishes += self._talk.wishes()
        taken, self._wishes = self._wishes, []
        return taken

    # -- touches -------------------------------------------------------------------------------

    def open(self, overlay: Kind, now: float) -> None:
        """Open help or the choice of a language, or close it where it is open already."""
        if not self._overlay.turn(overlay):
            self._stand_anew(now)
        self._keep_language(now)

    def choose(self, language: str, now: float) -> None:
        """Take the language that was touched, and go back to what was there."""
        self._language = language
        self.back(now)

    def back(self, now: float) -> None:
        """Close what is open; a verdict behind it stands anew, in the language of now."""
        self._overlay.back()
        self._stand_anew(now)
        self._keep_language(now)

    def do(self, act: Act, now: float) -> str:
        """Do what a button asks for; give the name of a tone that is not a touch's."""
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
            self._overlay.do(act)
            self._stand_anew(now)
        else:
            self._do_in_talk(act, now)
        self._keep_language(now)
        return ""

    def _do_in_talk(self, act: Act, now: float) -> None:
        if self._talk is None:
            if act.do != Do.TELL_US or self._condition.kind(now) != Kind.ATTRACT:
                return
            self._talk = self._new_talk(None)
        waited = bool(self._talk.pending)
        self._talk.do(act, self._language)
        if self._talk.pending and not waited:
            self._wished_at = now
        if self._talk.over:
            self._end_talk()
            self._language = self._told.home
        elif self._talk.screen is not None:
            self._passing = None
        elif self._began is not None:
            self._passing = self._began
            self._stand_anew(now)

    def _stand_anew(self, now: float) -> None:
        if self._passing is not None and self._overlay.kind is None:
            self._passing = replace(self._passing, until=now + self._passing.stands_s)

    def touched(self, now: float) -> None:
        """Somebody is there: what would close by itself waits again."""
        self._touched_at = now
        self._asked_at = 0.0
        self._keep_language(now)

    def _keep_language(self, now: float) -> None:
        self._touched_at = now
        self._language_until = now + CHOICE_S if self._language != self._told.home else 0.0

    # -- time ----------------------------------------------------------------------------------

    def _run_out(self, now: float) -> None:
        talk = self._talk
        if talk is not None and talk.pending:
            if now < self._wished_at + ANSWERED_WITHIN_S:
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
            self._language = self._told.home
        self._run_out_passing(now)
        if self._talk is None and self._overlay.kind is None and idle_s >= WARN_S + ANSWER_S:
            self._overlay.settings = Settings()
        if self._language_until and now >= self._language_until and not (self._passing or self._talk):
            self._language, self._language_until = self._told.home, 0.0

    def _run_out_passing(self, now: float) -> None:
        if self._passing is None or self._overlay.kind is not None or now < self._passing.until:
            return
        ended = self._passing.until
        self._passing = None
        if self._talk is not None and self._talk.screen is not None:
            self._touched_at = max(self._touched_at, ended)
            return
        self._end_talk()
        self._language = self._language if self._language_until else self._told.home

    def _wipe(self) -> None:
        """Nobody answered: nothing of whoever was there is left."""
        self._end_talk()
        self._overlay = Overlay()
        self._passing = None
        self._language, self._language_until = self._told.home, 0.0

    # -- what is seen --------------------------------------------------------------------------

    @property
    def settings(self) -> Settings:
        """What whoever stands there has set."""
        return self._overlay.settings

    def view(self, now: float, wall: float) -> View:
        """Let run out what has run out, and say what is on the screen."""
        self._run_out(now)
        words = self._translator(self._language)
        condition, kind = self._condition, self._condition.kind(now)
        view = View(
            kind,
            self._language,
            Said("", ""),
            about=condition.about(kind),
            body=self._told.name(self._told.body, self._language),
            booth=self._told.name(self._told.booth, self._language),
            back=wording.back(words),
            camera=self._camera,
            settings=self.settings,
        )
        talk = self._talk
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
        if self._called:
            return called_view(view, words)
        if talk is not None and talk.screen is not None:
            showing = Showing(talk, self._told, words, self._language)
            return showing.view(view, at_once=now < self._wished_at + AT_ONCE_S)
        if kind == Kind.ATTRACT and self._told.topics:
            tell_us = Action(Act(Do.TELL_US), "message-circle", wording.label(words, Label.TELL_US))
            view = replace(view, actions=(tell_us,))
        clock = f"{datetime.fromtimestamp(wall, UTC).astimezone(self._told.zone):%H:%M}"
        return replace(
            view, said=condition.said(words, kind), clock=clock, strip=condition.strip(words, kind)
        )
