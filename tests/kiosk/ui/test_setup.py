"""Millimetres of a screen, and what a screen tells of itself."""

from pathlib import Path

import pytest

from kiosk.ui.geometry import Millimetres, Rect, dpi_of
from kiosk.ui.setup import data_without_rules, edid_dpi, screen_dpi


def edid(pixels: int, millimetres: int, *, clock: int = 0x3A02) -> bytes:
    """Make the part of an EDID that holds the first timing."""
    block = bytearray(128)
    timing = bytearray(18)
    timing[0:2] = clock.to_bytes(2, "little")
    timing[2], timing[4] = pixels & 0xFF, (pixels >> 8) << 4
    timing[12], timing[14] = millimetres & 0xFF, (millimetres >> 8) << 4
    block[54:72] = timing
    return bytes(block)


def test_a_screen_tells_its_density() -> None:
    assert edid_dpi(edid(1920, 344)) == pytest.approx(141.8, abs=0.1)
    assert edid_dpi(edid(1280, 217)) == pytest.approx(149.8, abs=0.1)


@pytest.mark.parametrize("bad", [b"", bytes(128), edid(1920, 0), edid(1920, 16), edid(1920, 344, clock=0)])
def test_a_screen_that_tells_nonsense_tells_nothing(bad: bytes) -> None:
    assert edid_dpi(bad) == 0.0


def test_only_a_single_screen_is_believed(tmp_path: Path) -> None:
    def connect(name: str, status: str) -> None:
        (tmp_path / name).mkdir()
        (tmp_path / name / "status").write_text(f"{status}\n")
        (tmp_path / name / "edid").write_bytes(edid(1920, 344))

    assert screen_dpi(tmp_path / "nowhere") == 0.0
    connect("card0-HDMI-A-1", "connected")
    connect("card0-DP-1", "disconnected")
    assert screen_dpi(tmp_path) == pytest.approx(141.8, abs=0.1)
    connect("card0-DP-2", "connected")
    assert screen_dpi(tmp_path) == 0.0


def test_a_millimetre_is_never_less_than_asked_for() -> None:
    mm = Millimetres.of(dpi_of(1280, 800, 10), 1280, 800)
    assert mm.pixels == pytest.approx(5.94, abs=0.01)
    assert mm(20) >= 20 * mm.pixels
    assert mm(0) == 0


def test_a_window_too_small_for_a_screen_is_drawn_smaller() -> None:
    assert Millimetres.of(200, 640, 480)(205) <= 640


def test_rectangles_are_cut_without_loss() -> None:
    whole = Rect(10, 20, 300, 200)
    top, rest = whole.cut_top(50, 10)
    assert (top.bottom, rest.top, rest.bottom) == (70, 80, whole.bottom)
    low, rest = whole.cut_bottom(50, 10)
    assert (rest.bottom + 10, low.bottom) == (low.top, whole.bottom)
    start, rest = whole.cut_start(100, 10)
    assert (start.end + 10, rest.end) == (rest.start, whole.end)
    end, rest = whole.cut_end(100, 10)
    assert (rest.end + 10, end.end) == (end.start, whole.end)
    assert [(part.start, part.end) for part in whole.columns(2, 20)] == [(10, 150), (170, 310)]
    assert [(part.top, part.bottom) for part in whole.rows(2, 20)] == [(20, 110), (130, 220)]
    assert whole.middle(100, 100) == Rect(110, 70, 100, 100)


def test_kivy_finds_its_own_data_but_no_rules(tmp_path: Path) -> None:
    import kivy  # noqa: PLC0415 - the stage has prepared it

    whole = Path(kivy.__file__).parent / "data"
    for _ in range(2):
        lean = data_without_rules(tmp_path)
        assert {each.name for each in lean.iterdir()} == {each.name for each in whole.iterdir()}
        assert (lean / "style.kv").read_bytes() == b""
        assert (lean / "glsl" / "default.fs").read_bytes() == (whole / "glsl" / "default.fs").read_bytes()
        # As another version of Kivy, or another environment, would have left it.
        (lean / "glsl").unlink()
        (lean / "glsl").symlink_to(tmp_path / "gone")
