"""What is on the screen, decided from notices, touches and the time; no Kivy, no clock.

A *verdict* passes: it stands some seconds and gives way to the next card at once. A
*dialogue* (help, the choice of a language) is opened by a touch and closes by itself. What
*stands* is there when neither is: the invitation, or what keeps the kiosk from working.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final

from kiosk.notices import Delivered, Link, Notice, ProgrammeTaken, Scanned, Trouble
from kiosk.rules import wording
from kiosk.rules.desk import Outcome
from kiosk.rules.wording import Said, Translator
from kiosk.ui.languages import OFFERED
from wire.zones import zone_of

DIALOGUE_S: Final = 30.0
CHOICE_S: Final = 30.0
"""How long a language chosen by hand outlives the last touch."""
_DEFAULT_ZONE: Final = "Africa/Casablanca"


class Kind(StrEnum):
    """The kinds of screen; the first five pass, the next two are dialogues, the rest stands.

    ``UNRECORDED`` stands, too, where a kiosk cannot even start for want of its journal.
    """

    ACCEPTED = "accepted"
    REPEAT = "repeat"
    REFUSED = "refused"
    STAFF = "staff"
    UNRECORDED = "unrecorded"
    LANGUAGE = "language"
    HELP = "help"
    STARTING = "starting"
    WAITING = "waiting"
    BLIND = "blind"
    ATTRACT = "attract"


# Seconds that a verdict stands; what asks for something to be done stands longer. At most 10.
STANDS_S: Final = {
    Kind.ACCEPTED: 4.0,
    Kind.REPEAT: 6.0,
    Kind.STAFF: 4.0,
    Kind.REFUSED: 9.0,
    Kind.UNRECORDED: 9.0,
}
TONES: Final = {
    Kind.ACCEPTED: "accepted",
    Kind.REPEAT: "repeat",
    Kind.STAFF: "touch",
    Kind.REFUSED: "refused",
    Kind.UNRECORDED: "trouble",
}
# What hinders a check-in, and what is said of it to the member.
_HINDERED: Final = {
    "programme": wording.waiting,
    "camera": wording.blind,
    "scanner": lambda words: wording.blind(words, camera=False),
    "journal": wording.cannot_record,
}
_URGENCY: Final = (*_HINDERED, "network", "sound")


@dataclass(frozen=True, slots=True)
class View:
    """All that a screen shows; two equal views look the same.

    ``since`` and ``until`` are monotonic seconds, both 0 where nothing runs out; they move
    while a screen stands, so they tell no two views apart. ``number`` counts the verdicts: two
    members who are welcomed one after the other each see a screen of their own. ``steps`` and
    ``causes`` are a help screen's lines.
    """

    kind: Kind
    language: str
    said: Said
    body: str = ""
    booth: str = ""
    clock: str = ""
    strip: str = ""
    steps: tuple[str, ...] = ()
    causes: tuple[str, ...] = ()
    heading: str = ""
    back: str = ""
    camera: bool = True
    number: int = 0
    since: float = field(default=0.0, compare=False)
    until: float = field(default=0.0, compare=False)


@dataclass(frozen=True, slots=True)
class _Passing:
    kind: Kind
    code: str = ""
    recorded_at: str = ""
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
        self._started = False
        self._programme = False
        self._names: dict[str, Mapping[str, str]] = {"body": {}, "booth": {}}
        self._zone = zone_of(_DEFAULT_ZONE)
        self._troubles: dict[str, str] = {}
        self._waiting = 0
        self._passing: _Passing | None = None
        self._verdicts = 0
        self._dialogue: Kind | None = None
        self._dialogue_since = 0.0

    # -- what happens --------------------------------------------------------------------------

    def started(self) -> None:
        """Hear that the station is at work."""
        self._started = True

    def hear(self, notice: Notice, now: float) -> str:
        """Take a notice; give the name of the tone to play, or nothing."""
        match notice:
            case Scanned():
                return self._scanned(notice, now)
            case Trouble():
                return self._trouble(notice, now)
            case ProgrammeTaken(body_names=body, booth_names=booth, timezone=timezone):
                self._programme = True
                self.place(body, booth, timezone)
            case Link(up=up, waiting=waiting):
                self._waiting = waiting
                self._troubles.pop("network", None)
                if not up:
                    self._troubles["network"] = "down"
            case Delivered(waiting=waiting):
                self._waiting = waiting
        return ""

    def place(self, body: Mapping[str, str], booth: Mapping[str, str], timezone: str) -> None:
        """Hear whose kiosk this is and at which booth it stands: names by language."""
        self._names = {"body": body, "booth": booth}
        self._zone = zone_of(timezone or _DEFAULT_ZONE)

    def now_waiting(self, count: int) -> None:
        """Hear how many facts wait for the network."""
        self._waiting = count

    def silent(self) -> None:
        """Hear that no sound can be played."""
        self._troubles["sound"] = "none"

    def _scanned(self, notice: Scanned, now: float) -> str:
        at = (
            datetime.fromtimestamp(notice.recorded_at / 1000, UTC).astimezone(self._zone)
            if notice.recorded_at
            else None
        )
        # A fact was written: whatever kept the journal from it is over.
        self._troubles.pop("journal", None)
        kind, code = Kind.REFUSED, str(notice.outcome)
        if notice.outcome is not Outcome.CLOSED:
            kind, code = Kind(str(notice.outcome)), notice.code
        self._show(kind, code, f"{at:%H:%M}" if at else "", now)
        if notice.language in OFFERED:
            self._language, self._language_until = notice.language, 0.0
        return TONES[kind]

    def _trouble(self, notice: Trouble, now: float) -> str:
        if notice.kind == "camera":
            # A station calls whatever reads its cards the camera.
            eye = "camera" if self._camera else "scanner"
            self._troubles.pop(eye, None)
            if not notice.over:
                self._troubles[eye] = notice.code
        elif notice.kind == "journal" and notice.over:
            self._troubles.pop("journal", None)
        elif notice.kind == "journal" and notice.code == "cannot_write":
            self._troubles["journal"] = notice.code
            self._show(Kind.UNRECORDED, notice.code, "", now)
            return TONES[Kind.UNRECORDED]
        return ""

    def _show(self, kind: Kind, code: str, recorded_at: str, now: float) -> None:
        self._dialogue = None
        self._verdicts += 1
        self._passing = _Passing(kind, code, recorded_at, now + STANDS_S[kind])

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
        view = View(
            Kind.ATTRACT,
            self._language,
            Said("", ""),
            body=self._name("body"),
            booth=self._name("booth"),
            clock=f"{datetime.fromtimestamp(wall, UTC).astimezone(self._zone):%H:%M}",
            strip=wording.no_network(words, self._waiting) if "network" in self._troubles else "",
            back=wording.back(words),
            camera=self._camera,
        )
        if self._dialogue is not None:
            until = self._dialogue_since + DIALOGUE_S
            # What a dialogue does not show must not build it anew under a finger.
            view = replace(
                view, kind=self._dialogue, clock="", strip="", since=self._dialogue_since, until=until
            )
            return self._dialogue_view(view, words)
        if self._passing is not None:
            return self._verdict_view(view, words, self._passing)
        return self._standing_view(view, words)

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

    def _dialogue_view(self, view: View, words: Translator) -> View:
        if view.kind == Kind.LANGUAGE:
            return replace(view, said=Said(wording.choose_language(words), ""))
        troubles = self._all_troubles()
        causes = tuple(filter(None, (wording.cause(words, *trouble) for trouble in troubles.items())))
        heading = wording.for_staff(words) if causes else ""
        said = next((_HINDERED[kind](words) for kind in troubles if kind in _HINDERED), None)
        if said is not None:
            return replace(view, said=said, causes=causes, heading=heading)
        title, steps = wording.how_to(words, camera=self._camera)
        return replace(view, said=Said(title, ""), steps=steps, causes=causes, heading=heading)

    def _all_troubles(self) -> dict[str, str]:
        """Give kind and code of every trouble, what hinders a check-in first."""
        troubles = dict(self._troubles)
        if self._started and not self._programme:
            troubles["programme"] = "none"
        return {kind: troubles[kind] for kind in _URGENCY if kind in troubles}

    def _verdict_view(self, view: View, words: Translator, passing: _Passing) -> View:
        if passing.kind == Kind.UNRECORDED:
            said = wording.cannot_record(words)
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

    def _standing(self) -> Kind:
        if not self._started:
            return Kind.UNRECORDED if "journal" in self._troubles else Kind.STARTING
        if not self._programme:
            return Kind.WAITING
        return Kind.BLIND if {"camera", "scanner"} & self._troubles.keys() else Kind.ATTRACT

    def _standing_view(self, view: View, words: Translator) -> View:
        kind = self._standing()
        if kind == Kind.STARTING:
            said = wording.starting(words)
        elif kind == Kind.UNRECORDED:
            said = wording.cannot_record(words)
        elif kind == Kind.WAITING:
            said = wording.waiting(words)
        elif kind == Kind.BLIND:
            said = wording.blind(words, camera=self._camera)
        else:
            said = wording.attract(words, camera=self._camera)
        return replace(view, kind=kind, said=said)

    def _name(self, of: str) -> str:
        names = self._names[of]
        for language in (self._language, self._home, "fr", "ar", "en"):
            if name := names.get(language):
                return name
        return ""
