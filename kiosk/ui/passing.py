"""What stands for some seconds and gives way to the next card at once: verdicts."""

from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Final

from kiosk.notices import Done, Scanned
from kiosk.rules import wording
from kiosk.rules.desk import Outcome
from kiosk.rules.wording import Said, Translator
from kiosk.ui.programme import Told
from kiosk.ui.view import Kind

# Seconds that a verdict stands; what asks for something to be done stands longer. At most 10.
STANDS_S: Final = {
    Kind.ACCEPTED: 4.0,
    Kind.REPEAT: 6.0,
    Kind.STAFF: 4.0,
    Kind.REFUSED: 9.0,
    Kind.UNRECORDED: 9.0,
    Kind.PAIRED: 6.0,
    Kind.SCANNER_SET_UP: 6.0,
    Kind.SIGNED_UP: 5.0,
    Kind.WITHDRAWN: 5.0,
    Kind.THANKS: 5.0,
}
WITH_ACTIONS_S: Final = 10.0
"""How long a verdict stands after which there is something that may be done."""
TONES: Final = {
    Kind.ACCEPTED: "accepted",
    Kind.REPEAT: "repeat",
    Kind.STAFF: "touch",
    Kind.REFUSED: "refused",
    Kind.UNRECORDED: "trouble",
    Kind.PAIRED: "accepted",
    Kind.SCANNER_SET_UP: "accepted",
    Kind.SIGNED_UP: "accepted",
    Kind.WITHDRAWN: "accepted",
    Kind.THANKS: "accepted",
}
# Nothing is recorded, and the outcome itself is why.
TURNED_AWAY: Final = frozenset({Outcome.CLOSED, Outcome.PAIRING})
_FAILED: Final = "failed"


@dataclass(frozen=True, slots=True)
class Passing:
    """A verdict; ``code`` is a pairing code's where ``pairing``, ``name`` is what a kiosk was named.

    ``done`` is what came of a touch instead of a scan: what it was as ``Done`` calls it, or
    ``failed``; then ``offer`` is what it was about. ``offered`` is whether it stands longer, for
    something to be done.
    """

    kind: Kind
    code: str = ""
    recorded_at: str = ""
    session: str = ""
    direction: str = ""
    pairing: bool = False
    name: str = ""
    done: str = ""
    offer: str = ""
    offered: bool = False
    until: float = 0.0

    @property
    def stands_s(self) -> float:
        """For how many seconds it stands."""
        return WITH_ACTIONS_S if self.offered else STANDS_S[self.kind]

    @property
    def calls(self) -> bool:
        """Whether it is one after which the staff may have to help a member."""
        return (
            self.kind in {Kind.REFUSED, Kind.UNRECORDED} and not self.pairing and self.code not in TURNED_AWAY
        )

    @property
    def voice(self) -> str:
        """Name the prompt that says it aloud, where its kind alone does not."""
        match self:
            case Passing(kind=Kind.UNRECORDED, done=done) if done:
                return "not-recorded" if done == _FAILED else "not-possible"
            case Passing(pairing=True):
                return "pairing-refused"  # the technician's, who reads it
            case Passing(kind=Kind.REFUSED, code=code):
                return wording.spoken.refused(code)
            case Passing(kind=Kind.ACCEPTED, direction=direction) if direction:
                return f"accepted-{direction}"
            case Passing(kind=Kind.ACCEPTED, session=session) if session:
                return "accepted-session"
        return ""

    def said(self, words: Translator, told: Told, language: str) -> Said:
        """Give its words."""
        if self.done:
            return self._said_of_done(words, told, language)
        if self.kind == Kind.UNRECORDED:
            return wording.cannot_record(words)
        if self.kind == Kind.PAIRED:
            return wording.paired(words, self.name)
        if self.kind == Kind.SCANNER_SET_UP:
            return wording.scanner_set_up(words)
        if self.pairing:
            return wording.pairing_refused(words, self.code)
        return wording.verdict(
            words,
            self.kind,
            self.code,
            recorded_at=self.recorded_at,
            session=told.session(self.session, language),
            direction=self.direction,
        )

    def _said_of_done(self, words: Translator, told: Told, language: str) -> Said:
        if self.done == _FAILED:
            return wording.dialogue.cannot_do(words)
        if self.kind == Kind.UNRECORDED:
            return wording.dialogue.not_done(words)
        return wording.dialogue.done(words, self.done, told.offer_name(self.offer, language))


def of_scan(scanned: Scanned, zone: tzinfo) -> Passing:
    """Give the verdict on a scan, with hours in the fair's own time."""
    if scanned.outcome in TURNED_AWAY:
        return Passing(Kind.REFUSED, str(scanned.outcome))
    at = datetime.fromtimestamp(scanned.recorded_at / 1000, UTC) if scanned.recorded_at else None
    return Passing(
        Kind(str(scanned.outcome)),
        scanned.code,
        f"{at.astimezone(zone):%H:%M}" if at else "",
        scanned.session,
        scanned.direction,
    )


def of_done(done: Done, kind: Kind) -> Passing:
    """Give the verdict on what came of a touch: at a door as if that had been the scan."""
    if done.what in {"in", "out"}:
        return Passing(kind, direction=done.what)
    return Passing(kind, done=done.what, offer=done.offer)


def of_failure() -> Passing:
    """Give the verdict on a wish that could not be written down."""
    return Passing(Kind.UNRECORDED, done=_FAILED)
