"""Tones and spoken words, played through SDL; a kiosk without a loudspeaker goes on in silence."""

import logging
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from kivy.core.audio import SoundLoader
from kivy.core.audio.audio_sdl2 import MusicSDL2

from kiosk.ui.prompts import Prompt, file_of

NAMES: Final = ("accepted", "repeat", "refused", "trouble", "touch", "called")
LOUDNESS: Final = {1: 0.15, 2: 0.45, 3: 1.0}
"""How loud each step of the volume is, as a share of what the loudspeaker gives."""


class Tones:
    """Plays ``accepted.wav`` and the others from a folder. Made after the first frame: it opens a device."""

    def __init__(self, folder: Path, on_silent: Callable[[], None]) -> None:
        """``on_silent`` is called once where nothing can be heard."""
        self.sounds: dict[str, Any] = {}
        with _hushed():
            for name in NAMES:
                sound = _loaded(folder / f"{name}.wav")
                if sound is not None:
                    self.sounds[name] = sound
        if len(self.sounds) < len(NAMES):
            on_silent()

    def play(self, name: str, loudness: float = 1.0) -> None:
        """Play a tone, from its beginning where it still sounds; the one before it ends."""
        for sound in self.sounds.values():
            if sound.state == "play":
                sound.stop()
        if name in self.sounds:
            self.sounds[name].volume = loudness
            self.sounds[name].play()


class Voice:
    """Speaks one prompt at a time; the first of the ``places`` that has it is where it is taken from.

    To SDL a prompt is music, which is read while it sounds: to begin one takes no time from a frame, and
    there is only ever one. A file that cannot be read is silence, like one that is not there.
    """

    def __init__(self, places: Sequence[Path]) -> None:
        self._places = places
        self.sound: Any = None

    def speak(self, prompt: Prompt | None, loudness: float = 1.0) -> None:
        """End what is spoken, and begin this."""
        if self.sound is not None:
            self.sound.unload()
            self.sound = None
        file = file_of(prompt, self._places) if prompt is not None else None
        if file is None:
            return
        with _hushed():
            self.sound = MusicSDL2(source=str(file), volume=loudness)
            self.sound.play()


def _loaded(path: Path) -> Any:
    if not path.is_file():
        return None
    try:
        sound = SoundLoader.load(str(path))
    except Exception:  # noqa: BLE001 - no device, no driver, no right to it: SDL tells each in its own way
        return None
    # Without a device SDL's loader gives a sound of no length.
    return sound if sound is not None and sound.length > 0 else None


@contextmanager
def _hushed() -> Iterator[None]:
    """Keep ALSA's and SDL's own words about a missing device off standard error: it is told once, by us."""
    logger = logging.getLogger("kivy")
    level, kept = logger.level, os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        logger.setLevel(logging.CRITICAL + 1)
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)
        logger.setLevel(level)
