"""Tones: the ones made at set-up are played, and a kiosk without sound says so once."""

from pathlib import Path

import pytest

from kiosk.assets import assets_dir


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
