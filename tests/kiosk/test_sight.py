"""A covered camera, and the small pictures of the preview."""

import numpy as np
import pytest
from numpy.typing import NDArray

from kiosk.devices.sight import Sight, preview

Picture = NDArray[np.uint8]
CHANCE = np.random.default_rng(7)


def picture(mean: float, spread: float) -> Picture:
    noise = CHANCE.normal(mean, spread, (720, 1280, 3))
    return np.clip(noise, 0, 255).astype(np.uint8)


def changes(pictures: list[Picture], rate: float = 10.0) -> list[tuple[float, bool]]:
    sight = Sight()
    found = []
    for number, each in enumerate(pictures):
        change = sight.look(each, 100 + number / rate)
        if change is not None:
            found.append((number / rate, change))
    return found


HALL = picture(120, 50)
HAND = picture(14, 4)


def test_a_hand_before_the_lens_is_noticed_after_three_seconds_and_when_it_is_gone() -> None:
    assert changes([HALL] * 5 + [HAND] * 40 + [HALL] * 5) == [(3.5, True), (4.5, False)]


def test_a_card_that_passes_covers_nothing() -> None:
    assert changes(([HALL] + [HAND] * 29) * 3) == []


@pytest.mark.parametrize(
    "other", [picture(240, 3), picture(30, 25), picture(90, 8)], ids=["sky", "dim", "wall"]
)
def test_what_is_bright_or_has_something_in_it_is_no_cover(other: Picture) -> None:
    assert changes([other] * 60) == []


def test_after_the_camera_was_away_a_cover_is_told_again() -> None:
    sight = Sight()
    told = [sight.look(HAND, 100 + number / 10) for number in range(40)]
    assert told.count(True) == 1
    told = [sight.look(HAND, 200 + number / 10) for number in range(40)]
    assert told.count(True) == 1


@pytest.mark.parametrize(("width", "height"), [(1280, 720), (640, 480), (1920, 1080), (320, 240)])
def test_a_preview_is_small_and_whole(width: int, height: int) -> None:
    large = CHANCE.integers(0, 255, (height, width, 3), dtype=np.uint8)
    small_width, small_height, rows = preview(large)
    assert small_width <= 640
    assert len(rows) == small_width * small_height * 3
    assert small_width / small_height == pytest.approx(width / height, rel=0.01)
