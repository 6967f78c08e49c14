"""What is read aloud, and when, decided from one screen after another; no Kivy, no clock.

A prompt begins once the tone of its screen has died away; the next screen's ends it, and so does a
touch. What stands without anybody having asked for it (the invitation above all) is read aloud only
to whoever has come to it by touch: a hall would go mad. When it comes by itself, it lets the words
of the verdict before it end, which may take longer than the verdict stands.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from kiosk.rules.wording import spoken
from kiosk.ui.view import About, Kind, View

FORMATS: Final = (".wav", ".ogg")
_STANDING: Final = frozenset(
    {Kind.STARTING, Kind.WAITING, Kind.BLIND, Kind.ATTRACT, Kind.CLOSED, Kind.UNRECORDED}
)
_REST_S: Final = 0.15
"""What passes in a hurry is not begun; and words that come at once with a screen startle."""
_TICK: Final = "touch"
_TICK_S: Final = 0.04
TONE_S: Final = 0.6
"""How long tones last: no verdict's is longer."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """What is to be spoken: a name of :mod:`kiosk.rules.wording.spoken`, in a language."""

    language: str
    name: str


def prompt_of(view: View) -> Prompt | None:
    """Give a screen's prompt; None for those of technicians and staff, who read."""
    if view.about == About.PAIRING:
        return None
    name = view.voice or view.kind.replace("_", "-")
    if not view.camera and f"{name}-scanner" in spoken.NAMES:
        name = f"{name}-scanner"
    return Prompt(view.language, name) if name in spoken.NAMES else None


def file_of(prompt: Prompt, places: Sequence[Path]) -> Path | None:
    """Find what is to be played, in the first place that has it; None where nobody has spoken it yet."""
    files = (place / prompt.language / f"{prompt.name}{ending}" for place in places for ending in FORMATS)
    return next((file for file in files if file.is_file()), None)


class Prompter:
    """One prompt at a time: ``speak`` gets what begins now, or None for silence."""

    def __init__(self, speak: Callable[[Prompt | None], None]) -> None:
        self._speak = speak
        self._shown: tuple[Prompt | None, int] | None = None
        """What is on the screen: its prompt, and which verdict it is."""
        self._next: Prompt | None = None
        self._at = 0.0
        self._tone_until = 0.0

    def sounded(self, tone: str, now: float) -> None:
        """Hear that a tone was played: what is read aloud waits for its end."""
        self._tone_until = now + (_TICK_S if tone == _TICK else TONE_S)

    def touched(self) -> None:
        """End what is spoken, and what was about to be: whoever touches goes on."""
        self._next = None
        self._speak(None)

    def see(self, view: View, now: float, *, by_touch: bool) -> None:
        """Take what is on the screen now; ``by_touch`` where somebody has asked for it."""
        prompt = prompt_of(view) if view.settings.read_aloud else None
        shown = (prompt, view.number)
        if shown == self._shown:
            return
        self._shown = shown
        if prompt is not None and view.kind in _STANDING and not view.until and not by_touch:
            return
        self._speak(None)
        self._next = prompt
        self._at = max(now, self._tone_until) + _REST_S

    def step(self, now: float) -> None:
        """Begin what is due."""
        if self._next is not None and now >= self._at:
            prompt, self._next = self._next, None
            self._speak(prompt)
