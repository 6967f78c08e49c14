"""How the kiosk is, and what it says of that by itself: the screens that stand; no Kivy, no clock.

At most one thing is told to whoever stands before it, the first of these that is so:

1. it has no settings, or a closed one was shown the next fair's code: it asks for its pairing
   code, or says how far that has come;
2. it is starting;
3. it has no programme;
4. the fair is closed (then a camera that sees nothing matters to nobody);
5. its camera sees nothing;
6. it invites.

What else is wrong is told to the staff, by the strip and by help. A kiosk of a closed fair
says that it may be switched off only once it has heard ``Wiped`` in this run: a kiosk that
starts again with nothing left asks the server anew whether that still holds everything, and so
does one whose closed programme came in another version.
"""

from collections.abc import Callable
from typing import Final

from kiosk.notices import Delivered, Link, Notice, Pairing, ProgrammeTaken, Trouble, Wiped
from kiosk.rules import wording
from kiosk.rules.wording import Said, Translator
from kiosk.ui.view import About, Help, Kind

STARTS_WITHIN_S: Final = 20.0
"""How long a kiosk that was just paired is believed to be starting, without a programme."""
_PAIRING_KINDS: Final = {"code": Kind.PAIRING, "refused": Kind.PAIRING, "asking": Kind.ASKING}
# What hinders a check-in, what is said of it to the member, and the prompt that says it aloud.
_HINDERED: Final[dict[str, tuple[Callable[[Translator], Said], str]]] = {
    "programme": (wording.waiting, "waiting"),
    "camera": (wording.blind, "blind"),
    "scanner": (lambda words: wording.blind(words, camera=False), "blind"),
    "journal": (wording.cannot_record, "unrecorded"),
}
_URGENCY: Final = (*_HINDERED, "network", "sound")


class Condition:
    """What is known of the kiosk. Times are monotonic seconds."""

    def __init__(self, *, camera: bool) -> None:
        """Take whether cards come before a camera or a scanner."""
        self._camera = camera
        self._started = False
        self._starts_until = 0.0
        self._programme = False
        self.closed = False
        """Whether the fair is closed: nothing is recorded any more."""
        self._wiped = False
        self._pairing: Kind | None = None
        self._waiting = 0
        self.network_up: bool | None = None
        """Whether there is a way to the server; None while nothing was heard of it."""
        self.network_since = 0.0
        """Since when that is so; 0 while nothing was heard of it."""
        self._troubles: dict[str, str] = {}

    # -- what happens --------------------------------------------------------------------------

    def started(self) -> None:
        """Hear that the station is at work."""
        self._started = True

    @property
    def waiting(self) -> int:
        """How many facts wait for the network."""
        return self._waiting

    @property
    def camera_trouble(self) -> str:
        """What is wrong with the camera; empty where nothing is."""
        return self._troubles.get("camera", "")

    def now_waiting(self, count: int) -> None:
        """Hear how many facts wait for the network."""
        self._waiting = count

    def silent(self) -> None:
        """Hear that no sound can be played."""
        self._troubles["sound"] = "none"

    def written(self) -> None:
        """Hear that the journal was written: whatever kept it from that is over."""
        self._troubles.pop("journal", None)

    def hear(self, notice: Notice, now: float) -> None:
        """Take what a notice says of the kiosk; of a card it says nothing here."""
        match notice:
            case ProgrammeTaken(closed=closed):
                # Whoever sends it is at work: a closed kiosk whose next code was refused goes on.
                self._pairing = None
                self._programme, self._starts_until = True, 0.0
                # Also after the next fair's code was refused: it is who it was.
                self._pairing = None
                self.closed, self._wiped = closed, False
            case Wiped():
                self._wiped = True
                self.written()
            case Link(up=up, waiting=waiting):
                self._waiting = waiting
                if up != self.network_up:
                    self.network_up, self.network_since = up, now
                self._troubles.pop("network", None)
                if not up:
                    self._troubles["network"] = "down"
            case Delivered(waiting=waiting):
                self._waiting = waiting
            case Trouble():
                self._take_trouble(notice)
            case Pairing():
                self._take_pairing(notice, now)

    def _take_trouble(self, trouble: Trouble) -> None:
        if trouble.kind == "camera":
            # A station calls whatever reads its cards the camera.
            eye = "camera" if self._camera else "scanner"
            self._troubles.pop(eye, None)
            if not trouble.over:
                self._troubles[eye] = trouble.code
        elif trouble.kind == "journal" and trouble.over:
            self.written()
        elif trouble.kind == "journal" and trouble.code == "cannot_write":
            self._troubles["journal"] = trouble.code

    def _take_pairing(self, pairing: Pairing, now: float) -> None:
        if pairing.stage == "paired":
            self._pairing = None
            # What was known is of another fair, or of nobody.
            self._programme = self.closed = self._wiped = False
            self._waiting = 0
            self._troubles.pop("network", None)
            # What paired may have counted as a station at work; the true one begins only now.
            self._starts_until = now + STARTS_WITHIN_S
        else:
            self._pairing = _PAIRING_KINDS.get(pairing.stage, Kind.PAIRING)
            if self._pairing == Kind.ASKING and pairing.code:
                self._pairing = Kind.NO_ANSWER

    # -- what is said --------------------------------------------------------------------------

    def kind(self, now: float) -> Kind:
        """Say which screen stands."""
        blind = bool({"camera", "scanner"} & self._troubles.keys())
        if self._pairing is not None:
            return Kind.BLIND if blind and self._pairing == Kind.PAIRING else self._pairing
        if not self._started or now < self._starts_until:
            return Kind.UNRECORDED if "journal" in self._troubles else Kind.STARTING
        if not self._programme:
            return Kind.WAITING
        if self.closed:
            return Kind.CLOSED
        return Kind.BLIND if blind else Kind.ATTRACT

    def said(self, words: Translator, kind: Kind) -> Said:
        """Give the words of a screen that stands."""
        if kind in {Kind.ATTRACT, Kind.BLIND}:
            say = wording.attract if kind == Kind.ATTRACT else wording.blind
            return say(words, camera=self._camera)
        return _SAID[kind](words)

    def about(self, kind: Kind) -> About:
        """Say what a screen is about, whether it stands or would stand behind a dialogue."""
        if self._pairing is not None and kind != Kind.BLIND:
            return About.PAIRING
        if kind == Kind.CLOSED:
            return About.WIPED if self._wiped else About.CLOSED
        return About.CARDS

    def strip(self, words: Translator, kind: Kind) -> str:
        """Give the calm line at the bottom of a screen that stands; mostly empty."""
        if kind == Kind.CLOSED:
            return wording.may_switch_off(words) if self._wiped else wording.keep_on(words, self._waiting)
        if self.closed or self._pairing is not None or "network" not in self._troubles:
            return ""
        return wording.no_network(words, self._waiting)

    def help(self, words: Translator, now: float) -> Help:
        """Give what help says: how to go on, or what hinders and what the staff can do."""
        kind = self.kind(now)
        if kind == Kind.CLOSED:
            return self._help_closed(words)
        if kind == Kind.NO_ANSWER:
            return Help(wording.no_answer(words), causes=(wording.cause(words, "pairing", "no_answer"),))
        troubles = self._all_troubles()
        causes = tuple(filter(None, (wording.cause(words, *trouble) for trouble in troubles.items())))
        if kind in {Kind.PAIRING, Kind.ASKING}:
            title, steps = wording.how_to_pair(words, camera=self._camera)
            return Help(Said(title, ""), steps, causes)
        hindered = next((_HINDERED[each] for each in troubles if each in _HINDERED), None)
        if hindered is not None:
            say, voice = hindered
            return Help(say(words), causes=causes, voice=voice)
        title, steps = wording.how_to(words, camera=self._camera)
        return Help(Said(title, ""), steps, causes)

    def _help_closed(self, words: Translator) -> Help:
        if self._wiped:
            causes = [wording.put_away(words), wording.next_fair(words)]
            return Help(wording.over(words), causes=tuple(causes), voice="closed")
        causes = [wording.keep_on(words, self._waiting)]
        if "network" in self._troubles:
            causes.append(wording.cause(words, "network", "closed"))
        if "journal" in self._troubles:
            causes.append(wording.cause(words, "journal", "cannot_wipe"))
        return Help(wording.over(words), causes=tuple(causes), voice="closed")

    def _all_troubles(self) -> dict[str, str]:
        """Give kind and code of every trouble, what hinders a check-in first."""
        troubles = dict(self._troubles)
        if self._started and not self._programme and self._pairing is None:
            troubles["programme"] = "none"
        return {kind: troubles[kind] for kind in _URGENCY if kind in troubles}


_SAID: Final[dict[Kind, Callable[[Translator], Said]]] = {
    Kind.STARTING: wording.starting,
    Kind.UNRECORDED: wording.cannot_record,
    Kind.WAITING: wording.waiting,
    Kind.CLOSED: wording.over,
    Kind.PAIRING: wording.pairing,
    Kind.ASKING: wording.asking,
    Kind.NO_ANSWER: wording.no_answer,
}
