"""The member who stands there: begins and ends the dialogue, and waits for the station's answers."""

from typing import TYPE_CHECKING, Final

from kiosk.notices import Scanned
from kiosk.ui.programme import Told
from kiosk.ui.talk import Talk
from kiosk.ui.view import Act
from kiosk.wishes import Wish

if TYPE_CHECKING:
    from kiosk.ui.passing import Passing

ANSWERED_WITHIN_S: Final = 8.0
"""A station that has not said what came of a wish by then will not."""
AT_ONCE_S: Final = 0.4
"""An answer that comes within so much is not waited for visibly."""


class Meeting:
    """At most one dialogue. Times are monotonic seconds."""

    def __init__(self) -> None:
        self.talk: Talk | None = None
        self.began: Passing | None = None
        """The verdict that the dialogue began with."""
        self.wipes = 0
        """How often something that was typed has been forgotten."""
        self._last_dialogue = 0
        self._wished_at = 0.0
        self._wishes: list[Wish] = []

    def begin(self, told: Told, scanned: Scanned | None = None) -> Talk:
        """Begin a dialogue, with a scan or with a touch."""
        if scanned is not None:
            self._last_dialogue = scanned.dialogue
        self.talk = Talk(
            self._last_dialogue, scanned=scanned, with_phone=told.with_phone, topics=bool(told.topics)
        )
        return self.talk

    def end(self) -> None:
        """Forget the member: the station, too, is told to."""
        talk, self.talk, self.began = self.talk, None, None
        if talk is not None:
            talk.end()
            self._wishes += talk.wishes()
            self.wipes += talk.private

    def count_anew(self) -> None:
        """Hear that another station comes, which counts its dialogues from the first."""
        self._last_dialogue = 0

    def do(self, act: Act, language: str, now: float) -> None:
        """Do what a touch asks for."""
        if self.talk is None:
            return
        waited = bool(self.talk.pending)
        self.talk.do(act, language)
        if self.talk.pending and not waited:
            self._wished_at = now

    def at_once(self, now: float) -> bool:
        """Say whether something was asked just now, and an answer may come without a wait."""
        return now < self._wished_at + AT_ONCE_S

    def answer_due(self, now: float) -> bool:
        """Say whether the station may still answer."""
        return now < self._wished_at + ANSWERED_WITHIN_S

    def wishes(self) -> list[Wish]:
        """Take what is asked of the station since the last time."""
        if self.talk is not None:
            self._wishes += self.talk.wishes()
        taken, self._wishes = self._wishes, []
        return taken
