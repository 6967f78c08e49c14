"""The pad on which one of the staff types a PIN: nothing of it stays once it is left; no Kivy, no clock."""

from typing import Final

from kiosk.notices import StaffRefused
from kiosk.ui.view import Act, Do
from kiosk.wishes import PinWish, Wish

ANSWERED_WITHIN_S: Final = 8.0
"""A station that has not said what came of a PIN by then will not."""
_LONGEST: Final = 16
_DOT: Final = "•"


class PinPad:
    """What was typed, and why the last PIN was not taken. Times are monotonic seconds."""

    def __init__(self) -> None:
        self._typed = ""
        self._code = ""
        self._locked_until = 0.0
        self._asked_at: float | None = None
        self._wishes: list[Wish] = []
        self.wipes = 0
        """How often something that was typed has been forgotten."""

    @property
    def shown(self) -> str:
        """A dot for each digit."""
        return _DOT * len(self._typed)

    def code(self, now: float) -> str:
        """Say why the last PIN was not taken, or that one is ``looking`` at; empty where neither is so."""
        if self._asked_at is not None:
            if now < self._asked_at + ANSWERED_WITHIN_S:
                return "looking"
            self._asked_at, self._code = None, "no_answer"
        if self.wait_s(now) > 0:
            return "locked"
        return "" if self._code == "locked" else self._code

    def wait_s(self, now: float) -> float:
        """Say for how long no PIN is looked at."""
        return max(0.0, self._locked_until - now)

    def hear(self, refused: StaffRefused, now: float) -> None:
        """Hear that a PIN was not taken."""
        self._asked_at, self._code = None, refused.code
        if refused.code == "locked":
            self._locked_until = now + refused.seconds

    def do(self, act: Act, now: float) -> None:
        """Take a digit, rub one out, or hand the PIN in."""
        if self.code(now) in {"looking", "locked"}:
            return
        match act.do:
            case Do.DIGIT:
                self._typed, self._code = (self._typed + act.of)[:_LONGEST], ""
            case Do.ERASE:
                self._typed, self._code = self._typed[:-1], ""
            case Do.ENTER if self._typed:
                self._wishes.append(PinWish(self._typed))
                self._asked_at = now
                self._forget()

    def leave(self) -> None:
        """Forget what was typed; for how long one has to wait is remembered."""
        self._asked_at, self._code = None, ""
        self._forget()

    def wishes(self) -> list[Wish]:
        """Take what is asked of the station since the last time."""
        taken, self._wishes = self._wishes, []
        return taken

    def _forget(self) -> None:
        self.wipes += bool(self._typed)
        self._typed = ""
