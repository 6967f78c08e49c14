"""What is on the screen, decided from notices, touches and the time; no Kivy, no clock.

A *verdict* passes: it stands some seconds and gives way to the next card at once. A
*dialogue* (help, the choice of a language) is opened by a touch and closes by itself. What
*stands* is there when neither is: the invitation, or what keeps the kiosk from working.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final

from kiosk.notices import Notice, Pairing, ProgrammeTaken, Scanned, Trouble
from kiosk.rules import wording
from kiosk.rules.desk import Outcome
from kiosk.rules.wording import Said, Translator
from kiosk.ui.condition import Condition
from kiosk.ui.languages import OFFERED
from kiosk.ui.view import Kind, View
from wire.zones import zone_of

DIALOGUE_S: Final = 30.0
CHOICE_S: Final = 30.0
"""How long a language chosen by hand outlives the last touch."""
_DEFAULT_ZONE: Final = "Africa/Casablanca"

# Seconds that a verdict stands; what asks for something to be done stands longer. At most 10.
STANDS_S: Final = {
    Kind.ACCEPTED: 4.0,
    Kind.REPEAT: 6.0,
    Kind.STAFF: 4.0,
    Kind.REFUSED: 9.0,
    Kind.UNRECORDED: 9.0,
    Kind.PAIRED: 6.0,
}
TONES: Final = {
    Kind.ACCEPTED: "accepted",
    Kind.REPEAT: "repeat",
    Kind.STAFF: "touch",
    Kind.REFUSED: "refused",
    Kind.UNRECORDED: "trouble",
    Kind.PAIRED: "accepted",
}
# Nothing is recorded, and the outcome itself is why.
_TURNED_AWAY: Final = frozenset({Outcome.CLOSED, Outcome.PAIRING})
_READ: Final = "touch"
"""The tone of a pairing code that was read: what comes of it is not known yet."""


@dataclass(frozen=True, slots=True)
class _Passing:
    """A verdict; ``code`` is a pairing code's where ``pairing``, ``name`` is what a kiosk was named."""

    kind: Kind
    code: str = ""
    recorded_at: str = ""
    pairing: bool = False
    name: str = ""
    until: float = 0.0


class Flow:
    """The state behind the screen. Times are monotonic seconds, ``wall`` is UTC seconds."""

    def __init__(
        self,
        translator: Callable[[str], Translator],
        *,
        language: str = OFFERED[0],
        camera: bool = True,
    ) -> None:
        """Take the body's language, and whether cards come before a camera or a scanner."""
        self._translator = translator
        self._home = language
        self._language = language
        self._language_until = 0.0
        self._camera = camera
        self._condition = Condition(camera=camera)
        self._names: dict[str, Mapping[str, str]] = {"body": {}, "booth": {}}
        self._zone = zone_of(_DEFAULT_ZONE)
        self._passing: _Passing | None = None
        self._verdicts = 0
        self._dialogue: Kind | None = None
        self._dialogue_since = 0.0

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
            case Trouble(kind="journal", code="cannot_write", over=False) if not self._condition.closed:
                return self._show(_Passing(Kind.UNRECORDED, notice.code), now)
            case ProgrammeTaken(body_names=body, booth_names=booth, timezone=timezone):
                self.place(body, booth, timezone)
            case Pairing(stage="asking", code=""):
                # A code was read although help was open, or while another one's refusal stood.
                self._dialogue = self._passing = None
                return _READ
            case Pairing(stage="refused", code=code):
                return self._show(_Passing(Kind.REFUSED, code, pairing=True), now)
            case Pairing(stage="paired", name=name):
                # Of the fair before, where there was one.
                self.place({}, {}, "")
                return self._show(_Passing(Kind.PAIRED, name=name), now)
        return ""

    def place(self, body: Mapping[str, str], booth: Mapping[str, str], timezone: str) -> None:
        """Hear whose kiosk this is and at which booth it stands: names by language."""
        self._names = {"body": body, "booth": booth}
        self._zone = zone_of(timezone or _DEFAULT_ZONE)

    def now_waiting(self, count: int) -> None:
        """Hear how many facts wait for the network."""
        self._condition.now_waiting(count)

    def silent(self) -> None:
        """Hear that no sound can be played."""
        self._condition.silent()

    def _scanned(self, notice: Scanned, now: float) -> str:
        at = (
            datetime.fromtimestamp(notice.recorded_at / 1000, UTC).astimezone(self._zone)
            if notice.recorded_at
            else None
        )
        if notice.outcome in _TURNED_AWAY:
            passing = _Passing(Kind.REFUSED, str(notice.outcome))
        else:
            self._condition.written()
            passing = _Passing(Kind(str(notice.outcome)), notice.code, f"{at:%H:%M}" if at else "")
        tone = self._show(passing, now)
        if notice.language in OFFERED:
            self._language, self._language_until = notice.language, 0.0
        return tone

    def _show(self, passing: _Passing, now: float) -> str:
        """Let a verdict stand from now; give its tone."""
        self._dialogue = None
        self._verdicts += 1
        self._passing = replace(passing, until=now + STANDS_S[passing.kind])
        return TONES[passing.kind]

    # -- touches -------------------------------------------------------------------------------

    def open(self, dialogue: Kind, now: float) -> None:
        """Open help or the choice of a language, or close it where it is open already."""
        if self._dialogue == dialogue:
            self.back(now)
            return
        self._dialogue, self._dialogue_since = dialogue, now
        self._keep_language(now)

    def choose(self, language: str, now: float) -> None:
        """Take the language that was touched, and go back to what was there."""
        self._language = language
        self.back(now)

    def back(self, now: float) -> None:
        """Close the dialogue; a verdict behind it stands anew, in the language of now."""
        self._dialogue = None
        if self._passing is not None:
            self._passing = replace(self._passing, until=now + STANDS_S[self._passing.kind])
        self._keep_language(now)

    def touched(self, now: float) -> None:
        """Somebody is there: what would close by itself waits again."""
        if self._dialogue is not None:
            self._dialogue_since = now
        self._keep_language(now)

    def _keep_language(self, now: float) -> None:
        self._language_until = now + CHOICE_S if self._language != self._home else 0.0

    # -- what is seen --------------------------------------------------------------------------

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
            body=self._name("body"),
            booth=self._name("booth"),
            clock=f"{datetime.fromtimestamp(wall, UTC).astimezone(self._zone):%H:%M}",
            strip=condition.strip(words, kind),
            back=wording.back(words),
            camera=self._camera,
        )
        if self._dialogue is not None:
            until = self._dialogue_since + DIALOGUE_S
            # What a dialogue does not show must not build it anew under a finger.
            view = replace(
                view, kind=self._dialogue, clock="", strip="", since=self._dialogue_since, until=until
            )
            return self._dialogue_view(view, words, now)
        if self._passing is not None:
            return self._verdict_view(view, words, self._passing)
        return replace(view, said=condition.said(words, kind))

    def _run_out(self, now: float) -> None:
        if self._dialogue is not None:
            if now < self._dialogue_since + DIALOGUE_S:
                return
            self._dialogue = self._passing = None
            self._language = self._home
        if self._passing is not None and now >= self._passing.until:
            self._passing = None
            self._language = self._home if not self._language_until else self._language
        if self._passing is None and self._language_until and now >= self._language_until:
            self._language, self._language_until = self._home, 0.0

    def _dialogue_view(self, view: View, words: Translator, now: float) -> View:
        if view.kind == Kind.LANGUAGE:
            return replace(view, said=Said(wording.choose_language(words), ""))
        told = self._condition.help(words, now)
        heading = wording.for_staff(words) if told.causes else ""
        return replace(view, said=told.said, steps=told.steps, causes=told.causes, heading=heading)

    def _verdict_view(self, view: View, words: Translator, passing: _Passing) -> View:
        if passing.kind == Kind.UNRECORDED:
            said = wording.cannot_record(words)
        elif passing.kind == Kind.PAIRED:
            said = wording.paired(words, passing.name)
        elif passing.pairing:
            said = wording.pairing_refused(words, passing.code)
        else:
            said = wording.verdict(words, passing.kind, passing.code, recorded_at=passing.recorded_at)
        since = passing.until - STANDS_S[passing.kind]
        # No clock and no strip beside a verdict: one thing on a screen.
        return replace(
            view,
            kind=passing.kind,
            said=said,
            clock="",
            strip="",
            number=self._verdicts,
            since=since,
            until=passing.until,
        )

    def _name(self, of: str) -> str:
        names = self._names[of]
        for language in (self._language, self._home, "fr", "ar", "en"):
            if name := names.get(language):
                return name
        return ""
