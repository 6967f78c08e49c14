"""People who cannot read: every screen that they come to has a picture, and is read aloud."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Final

import pytest
from PIL import Image

from kiosk.assets import assets_dir
from kiosk.ui.gallery import SHAPES, Studio
from kiosk.ui.prompts import file_of, prompt_of
from kiosk.ui.scenes import view_of
from kiosk.ui.view import About
from tests.kiosk.ui.measuring import SCENES
from tests.kiosk.ui.test_voice import CATALOGUES, FOR_STAFF

if TYPE_CHECKING:
    from kivy.graphics.texture import Texture

ON_EVERY_SCREEN: Final = frozenset({"languages", "circle-question-mark"})
"""The icons of the two buttons in the corner, which say nothing of the screen."""
SPOKEN: Final = ("ar", "fr", "en")
"""Languages that a voice is made in; Tamazight awaits somebody who records it."""


def public_scenes() -> Iterator[str]:
    """Name the scenes that members come to; technicians and staff read theirs."""
    for scene, happenings in SCENES.items():
        view = view_of(happenings, CATALOGUES, "ar")
        if view.kind not in FOR_STAFF and view.about != About.PAIRING:
            yield scene


PUBLIC: Final = tuple(public_scenes())


@pytest.fixture
def drawn(studio: Studio) -> Callable[[str], set[str]]:
    """Give what names the pictures that a scene is drawn with: icons, and the large signs of verdicts."""
    from kiosk.ui.kit import Textures  # noqa: PLC0415 - importable once Kivy is prepared

    class Seen(Textures):
        def __init__(self) -> None:
            super().__init__()
            self.names: set[str] = set()

        def get(self, key: object, draw: Callable[[], Image.Image]) -> "Texture":
            if isinstance(key, tuple) and key[0] in {"icon", "sign"}:
                self.names.add(str(key[1]))
            return super().get(key, draw)

    def names(scene: str) -> set[str]:
        seen = Seen()
        page = studio.page(view_of(SCENES[scene], CATALOGUES, "ar"), SHAPES[0], textures=seen)
        # The invitation shows what the camera sees, or how to hold a card.
        return seen.names | ({"preview"} if page.preview is not None else set())

    return names


def test_there_are_public_screens_and_others() -> None:
    assert {"attract", "accepted", "refused-expired", "consent", "faces"} <= set(PUBLIC)
    assert 20 < len(PUBLIC) < len(SCENES)


@pytest.mark.parametrize("scene", PUBLIC)
def test_each_public_screen_has_a_picture_of_its_own(scene: str, drawn: Callable[[str], set[str]]) -> None:
    assert drawn(scene) - ON_EVERY_SCREEN


def test_each_public_screen_is_spoken_in_every_language_that_has_a_voice() -> None:
    places = [assets_dir() / "voice"]
    if not places[0].is_dir():
        pytest.skip("no voice was made here: see docs/voices.md")
    silent: list[tuple[str, str]] = []
    for scene in PUBLIC:
        for language in SPOKEN:
            prompt = prompt_of(view_of(SCENES[scene], CATALOGUES, language))
            assert prompt is not None, scene
            if file_of(prompt, places) is None:
                silent.append((language, prompt.name))
    assert silent == []
