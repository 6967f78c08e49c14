"""Every screen in every language, on upright screens; a file of its own, so that another worker takes it."""

import pytest

from kiosk.ui.gallery import Shape, Studio
from tests.kiosk.ui.measuring import SCENES, UPRIGHT, cases, check_mirror, check_screen, pairs


@pytest.mark.parametrize(("scene", "language", "shape"), cases(list(SCENES), UPRIGHT))
def test_a_screen_can_be_read_and_touched(studio: Studio, scene: str, language: str, shape: Shape) -> None:
    check_screen(studio, scene, language, shape)


@pytest.mark.parametrize(("scene", "shape"), pairs(UPRIGHT))
def test_arabic_is_the_mirror_of_the_other_languages(studio: Studio, scene: str, shape: Shape) -> None:
    check_mirror(studio, scene, shape)
