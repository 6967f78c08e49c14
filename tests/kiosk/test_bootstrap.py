"""The concrete parts together: what a kiosk's camera tells besides the codes that it reads."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from kiosk.bootstrap import Eye, make_station
from kiosk.notices import Notice, Trouble
from kiosk.station import Station
from tests.kiosk.fakes import config_in
from tests.waiting import until

CHANCE = np.random.default_rng(11)


def pictures(folder: Path, *names: str) -> None:
    """Write pictures in the order in which they are shown, ten a second."""
    folder.mkdir()
    for number, name in enumerate(names):
        picture = CHANCE.normal(
            {"hall": 120, "hand": 12}[name], {"hall": 50, "hand": 3}[name], (720, 1280, 3)
        )
        cv2.imwrite(str(folder / f"{number}.png"), np.clip(picture, 0, 255).astype(np.uint8))


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[Callable[..., Station]]:
    """Make a station without a network that looks at ``tmp_path / "pictures"``."""
    with ExitStack() as stack:

        def make(on_notice: Callable[[Notice], None], **words: Any) -> Station:
            eye = Eye(str(tmp_path / "pictures"), once=True, **words)
            stack.callback(eye.close)
            return make_station(config_in(tmp_path / "data"), eye, on_notice=on_notice)

        yield make


def test_a_covered_camera_is_told_with_or_without_a_window(
    tmp_path: Path, watched: Callable[..., Station]
) -> None:
    pictures(tmp_path / "pictures", *["hall"] * 2, *["hand"] * 36, *["hall"] * 4)
    notices: list[Notice] = []
    station = watched(notices.append)

    def troubles() -> list[tuple[str, bool]]:
        return [(each.code, each.over) for each in notices if isinstance(each, Trouble)]

    station.start()
    try:
        until(lambda: len(troubles()) == 3, seconds=30, what="covered, seen again, ended")
    finally:
        station.stop()
    assert troubles() == [("covered", False), ("recovered", True), ("ended", False)]
    words = [each.words for each in notices if isinstance(each, Trouble)]
    assert words[0] == "the camera is covered or in the dark: uncover it, or turn on a light"


def test_every_picture_is_shown_small(tmp_path: Path, watched: Callable[..., Station]) -> None:
    pictures(tmp_path / "pictures", *["hall"] * 3)
    seen: list[tuple[int, int, int]] = []
    station = watched(lambda _: None, on_picture=lambda w, h, rows: seen.append((w, h, len(rows))))
    station.start()
    try:
        until(lambda: len(seen) == 3, what="three pictures")
    finally:
        station.stop()
    assert seen == [(640, 360, 640 * 360 * 3)] * 3
