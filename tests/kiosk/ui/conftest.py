"""One window for all tests of what is seen: drawn into memory, driven frame by frame."""

import os
from collections.abc import Iterator

import pytest

from kiosk.assets import assets_dir
from kiosk.ui.gallery import SHAPES, Studio
from kiosk.ui.setup import WindowOptions, prepare
from tests.kiosk.ui.stage import Stage


@pytest.fixture(scope="session")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Studio:
    os.environ["SDL_VIDEODRIVER"] = "offscreen"
    os.environ["SDL_AUDIODRIVER"] = "dummy"
    prepare(
        tmp_path_factory.mktemp("kivy"), WindowOptions(SHAPES[0].width, SHAPES[0].height), frames_a_second=0
    )
    return Studio(assets_dir())


@pytest.fixture
def stage(studio: Studio) -> Iterator[Stage]:
    stage = Stage(studio, SHAPES[0])
    yield stage
    stage.close()
