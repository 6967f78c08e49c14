"""The kiosk's tones, made here: each verdict has a shape of its own, so that ears alone tell them apart.

Accepted rises, already recorded stays on its note, refused falls, our own trouble swells twice
softly, and a touch is a tick. All lie between 200 and 2,000 Hz, where small speakers and old ears
still hear.
"""

import math
import wave
from array import array
from dataclasses import dataclass
from pathlib import Path

RATE = 44_100
PEAK = 10 ** (-6 / 20)  # -6 dB below full scale: speakers of kiosks distort before that
_FULL = 32_767


@dataclass(frozen=True, slots=True)
class Note:
    """A tone of `hertz` that starts after `at` seconds; `overtones` are loudnesses of its multiples."""

    hertz: float
    at: float
    seconds: float
    overtones: tuple[float, ...] = (1.0, 0.25, 0.08)
    attack: float = 0.008  # shorter than this, a loudspeaker clicks
    loudness: float = 1.0

    def sample(self, now: float) -> float:
        """Give the tone's height at `now` seconds of its sound."""
        since = now - self.at
        if not 0 <= since < self.seconds:
            return 0.0
        swing = sum(
            part * math.sin(2 * math.pi * self.hertz * (order + 1) * since)
            for order, part in enumerate(self.overtones)
        )
        return self.loudness * self._envelope(since) * swing

    def _envelope(self, since: float) -> float:
        # Half a cosine up, then down over all the rest: it begins and ends at nothing.
        if since < self.attack:
            return (1 - math.cos(math.pi * since / self.attack)) / 2
        return (1 + math.cos(math.pi * (since - self.attack) / (self.seconds - self.attack))) / 2


_SOFT = (1.0, 0.05)

SOUNDS = {
    "accepted": (Note(659.3, 0.0, 0.20), Note(987.8, 0.13, 0.36)),
    "repeat": (Note(587.3, 0.0, 0.14), Note(587.3, 0.18, 0.14), Note(587.3, 0.36, 0.14)),
    # A low note alone vanishes on a small speaker: its overtones carry it.
    "refused": (Note(311.1, 0.0, 0.24, (1.0, 0.5, 0.3)), Note(207.7, 0.2, 0.36, (1.0, 0.6, 0.4, 0.2))),
    "trouble": (Note(440.0, 0.0, 0.26, _SOFT, attack=0.1), Note(440.0, 0.29, 0.28, _SOFT, attack=0.1)),
    # Three steps up, as a bell in a hall: the staff look round, nobody is startled.
    "called": (Note(523.3, 0.0, 0.18), Note(659.3, 0.14, 0.18), Note(784.0, 0.28, 0.3)),
    "touch": (Note(1318.5, 0.0, 0.04, _SOFT, attack=0.004),),
}


def make(out: Path) -> None:
    """Write `sounds/*.wav`: one channel, 16 bits, 44.1 kHz."""
    (out / "sounds").mkdir(parents=True, exist_ok=True)
    for name, notes in SOUNDS.items():
        # wave.open takes a Path only from Python 3.15 on.
        with wave.open(str(out / f"sounds/{name}.wav"), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(RATE)
            file.writeframes(_samples(notes).tobytes())


def _samples(notes: tuple[Note, ...]) -> "array[int]":
    length = round(RATE * max(note.at + note.seconds for note in notes))
    heights = [sum(note.sample(index / RATE) for note in notes) for index in range(length)]
    scale = PEAK * _FULL / max(abs(height) for height in heights)
    return array("h", (round(height * scale) for height in heights))
