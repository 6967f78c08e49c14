"""Tones and words: what was made at set-up is played, and a kiosk without sound says so once."""

import time
import wave
from pathlib import Path

import pytest

from kiosk.assets import assets_dir
from kiosk.ui.prompts import Prompt


@pytest.mark.usefixtures("studio")
def test_the_newest_tone_ends_the_one_before() -> None:
    from kiosk.ui.tones import NAMES, Tones  # noqa: PLC0415 - importable once Kivy is prepared

    silent: list[str] = []
    tones = Tones(assets_dir() / "sounds", lambda: silent.append("silent"))
    assert silent == []
    assert set(tones.sounds) == set(NAMES)
    for name in NAMES:
        tones.play(name)
        assert [each for each, sound in tones.sounds.items() if sound.state == "play"] == [name]
    tones.play("no such tone")


@pytest.mark.usefixtures("studio")
def test_a_kiosk_without_sound_says_so_once(tmp_path: Path) -> None:
    from kiosk.ui.tones import NAMES, Tones  # noqa: PLC0415 - importable once Kivy is prepared

    (tmp_path / "accepted.wav").write_bytes(b"not a sound")
    silent: list[str] = []
    tones = Tones(tmp_path, lambda: silent.append("silent"))
    for name in NAMES:
        tones.play(name)
    assert silent == ["silent"]


def spoken(place: Path, *names: str, seconds: float = 3.0) -> Path:
    """Record something in French, by the names of prompts."""
    (place / "fr").mkdir(parents=True, exist_ok=True)
    for name in names:
        with wave.open(str(place / f"fr/{name}.wav"), "wb") as file:
            file.setparams((1, 2, 22_050, 0, "NONE", ""))
            file.writeframes(bytes(range(256)) * round(seconds * 22_050 / 128))
    return place


@pytest.mark.usefixtures("studio")
def test_one_prompt_ends_the_one_before_and_silence_ends_it(tmp_path: Path) -> None:
    from kiosk.ui.tones import Voice  # noqa: PLC0415 - importable once Kivy is prepared

    voice = Voice([tmp_path / "nothing here", spoken(tmp_path, "accepted", "help")])
    voice.speak(Prompt("fr", "accepted"), 0.45)
    first = voice.sound
    assert (first.state, first.volume, Path(first.source).stem) == ("play", 0.45, "accepted")
    voice.speak(Prompt("fr", "help"), 1.0)
    assert (first.state, voice.sound.state) == ("stop", "play")
    second = voice.sound
    voice.speak(None)
    assert second.state == "stop"
    assert voice.sound is None


@pytest.mark.usefixtures("studio")
def test_what_nobody_has_spoken_is_silence_and_ends_what_is_spoken(tmp_path: Path) -> None:
    from kiosk.ui.tones import Voice  # noqa: PLC0415 - importable once Kivy is prepared

    voice = Voice([spoken(tmp_path, "accepted")])
    voice.speak(Prompt("fr", "accepted"))
    before = voice.sound
    voice.speak(Prompt("zgh", "accepted"))
    assert (before.state, voice.sound) == ("stop", None)


@pytest.mark.usefixtures("studio")
def test_a_file_that_cannot_be_read_is_silence(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    from kiosk.ui.tones import Voice  # noqa: PLC0415 - importable once Kivy is prepared

    (tmp_path / "fr").mkdir()
    (tmp_path / "fr/accepted.wav").write_bytes(b"not a sound")
    voice = Voice([tmp_path])
    voice.speak(Prompt("fr", "accepted"))
    assert voice.sound.state == "stop"
    assert capfd.readouterr().err == ""
    assert not caplog.records


@pytest.mark.usefixtures("studio")
def test_a_long_prompt_holds_no_frame_up(tmp_path: Path) -> None:
    from kiosk.ui.tones import Voice  # noqa: PLC0415 - importable once Kivy is prepared

    voice = Voice([spoken(tmp_path, "accepted", "help", seconds=60.0)])
    voice.speak(Prompt("fr", "accepted"))  # the device is open from here on
    took = []
    for name in ("help", "accepted") * 10:
        began = time.perf_counter()
        voice.speak(Prompt("fr", name))
        took.append(time.perf_counter() - began)
    # To decode a minute would take 70 ms here; half of a frame is 8.
    assert sorted(took)[10] < 0.008


@pytest.mark.usefixtures("studio")
def test_every_voice_that_was_made_can_be_played() -> None:
    from kiosk.ui.tones import Voice  # noqa: PLC0415 - importable once Kivy is prepared

    made = sorted((assets_dir() / "voice").rglob("*.*"))
    if not made:
        pytest.skip("no program here speaks")
    voice = Voice([assets_dir() / "voice"])
    for file in made:
        voice.speak(Prompt(file.parent.name, file.stem))
        assert voice.sound.state == "play", file
    voice.speak(None)
