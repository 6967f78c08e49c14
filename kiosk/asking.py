"""Questions to the server about people, and what it tells: one at a time, for whoever waits.

What is asked and told is here from the question to its reply, and then nowhere: no file, no log and
no text of an error holds it. A reply that nobody waits for any more is dropped.
"""

import threading
from collections.abc import Callable

from kiosk.clock import Clock
from wire.asking import Ask, Question, Reply, Told


class Asking:
    """``ask`` is for the counter's thread alone, the rest for any.

    ``say`` hands an ask over to be sealed and sent; False where there is no way to the server now.
    Nothing is asked before :meth:`open`: questions are those of staff who are in.
    """

    def __init__(
        self, device: str, *, clock: Clock, nonce: Callable[[], str], say: Callable[[Ask], bool]
    ) -> None:
        self._device = device
        self._clock = clock
        self._mint_nonce = nonce
        self._say = say
        self._changed = threading.Condition()
        self._open = False
        self._waiting = ""
        """The nonce of the ask that somebody waits for."""
        self._told: Told | None = None

    def ask(self, question: Question, staff_id: str, seconds: float) -> Told | None:
        """Ask as one of the staff and wait so long; None where nothing is told, at once where none can be."""
        asked = Ask(
            device=self._device,
            nonce=self._mint_nonce(),
            staff_id=staff_id,
            asked_at=self._clock.read().best_ms,
            question=question,
        )
        with self._changed:
            if not self._open or not self._say(asked):
                return None
            self._waiting = asked.nonce
            self._changed.wait_for(lambda: not self._waiting, seconds)
            told, self._told, self._waiting = self._told, None, ""
            return told

    def take(self, reply: Reply) -> bool:
        """Take a reply that was verified; False where nobody waits for it."""
        with self._changed:
            if not self._waiting or reply.nonce != self._waiting:
                return False
            self._told, self._waiting = reply.told, ""
            self._changed.notify_all()
            return True

    def give_up(self) -> None:
        """Let nobody wait any longer: there is no way to the server now."""
        with self._changed:
            self._waiting = ""
            self._changed.notify_all()

    def open(self) -> None:
        """Hear that one of the staff is in."""
        with self._changed:
            self._open = True

    def close(self) -> None:
        """Hear that staff leave: what is told from now on is for nobody."""
        with self._changed:
            self._open = False
            self.give_up()
