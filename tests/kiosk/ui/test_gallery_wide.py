"""Every screen in every language, on wide screens; a file of its own, so that another worker takes it."""

import pytest

from kiosk.ui.gallery import Shape, Studio
from tests.kiosk.ui.measuring import SCENES, WIDE, cases, check_mirror, check_screen, pairs


@pytest.mark.parametrize(("scene", "language", "shape"), cases(list(SCENES), WIDE))
def test_a_screen_can_be_read_and_touched(studio: Studio, scene: str, language: str, shape: Shape) -> None:
    check_screen(studio, scene, language, shape)


@pytest.mark.parametrize(("scene", "shape"), pairs(WIDE))
def test_arabic_is_the_mirror_of_the_other_languages(studio: Studio, scene: str, shape: Shape) -> None:
    check_mirror(studio, scene, shape)
