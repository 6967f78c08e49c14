"""Which language the screen speaks: the body's, a card's, or the one that was chosen by hand."""

from typing import Final

from kiosk.ui.languages import OFFERED

CHOICE_S: Final = 30.0
"""How long a language chosen by hand outlives the last touch."""


class Tongue:
    """The language of ``now`` and the body's own, ``home``. Times are monotonic seconds."""

    def __init__(self, fixed: str = "") -> None:
        """Take a language to speak instead of the body's."""
        self._fixed = fixed
        self.home = self.now = fixed or OFFERED[0]
        self._until = 0.0

    def settle(self, spoken: str) -> None:
        """Hear the first of the body's languages that a kiosk offers; empty where there is none."""
        home = self._fixed or spoken or OFFERED[0]
        self.now = home if self.now == self.home else self.now
        self.home = home

    def of_card(self, language: str) -> None:
        """Speak as the bearer of a card reads."""
        if language in OFFERED:
            self.now, self._until = language, 0.0

    def choose(self, language: str) -> None:
        """Take the language that was touched."""
        self.now = language

    def keep(self, now: float) -> None:
        """Hear of a touch: what was chosen lasts from then on."""
        self._until = now + CHOICE_S if self.now != self.home else 0.0

    def go_home(self) -> None:
        """Speak the body's language."""
        self.now, self._until = self.home, 0.0

    def verdict_over(self) -> None:
        """Speak the body's language after a verdict in a card's; what was chosen lasts."""
        if not self._until:
            self.now = self.home

    def run_out(self, now: float) -> None:
        """Speak the body's language once nobody has touched anything for a while."""
        if self._until and now >= self._until:
            self.go_home()
