"""The four languages: in one order, each with words of its own, and none that falls silent."""

import shutil
from pathlib import Path

import pytest

from kiosk.assets import NotMadeError, assets_dir
from kiosk.rules import wording
from kiosk.ui.gallery import SHAPES, Shape, Studio
from kiosk.ui.languages import LANGUAGES, OFFERED, Catalogues
from kiosk.ui.scenes import scenes, view_of
from tests.kiosk.ui.measuring import touchables
from wire import card


def test_a_kiosk_offers_every_language_that_a_card_can_name() -> None:
    assert OFFERED == ("ar", "fr", "zgh", "en")
    assert set(OFFERED) == set(card.LANGUAGES)


@pytest.mark.parametrize(
    ("language", "title", "waiting"),
    [
        ("ar", "مرحبا بك", "لا توجد شبكة · تسجيلان محفوظان في الانتظار"),
        ("fr", "Bienvenue", "Sans réseau · 2 passages bien gardés"),
        ("zgh", "ⴰⵏⵙⵓⴼ ⵢⵉⵙⵓⵏ", "ⵓⵔ ⵉⵍⵍⵉ ⵓⵥⵟⵟⴰ · 2 ⵏ ⵉⵣⵎⵎⵉⵎⵏ ⵃⴹⴰⵏ"),
        ("en", "Welcome", "No network · 2 records waiting, safe"),
    ],
)
def test_each_language_has_its_words(studio: Studio, language: str, title: str, waiting: str) -> None:
    words = studio.catalogues.of(language)
    assert wording.verdict(words, "accepted", "").title == title
    assert wording.no_network(words, 2) == waiting


def test_tamazight_counts_by_its_own_rule(studio: Studio) -> None:
    words = studio.catalogues.of("zgh")
    one, two, none = (words.ngettext("{count} day, unless you withdraw", "…", n) for n in (1, 2, 0))
    assert one != two
    assert two == none


@pytest.mark.parametrize("language", ["ar", "fr", "zgh"])
def test_a_language_without_its_words_is_told_at_the_start(tmp_path: Path, language: str) -> None:
    folder = tmp_path / "locale"
    shutil.copytree(assets_dir() / "locale", folder)
    (folder / language / "LC_MESSAGES/kiosk.mo").unlink()
    with pytest.raises(NotMadeError, match=f"'{language}'.*run ./riwaq"):
        Catalogues(folder)


def test_a_language_that_nobody_offers_is_not_english_instead(studio: Studio) -> None:
    with pytest.raises(KeyError):
        studio.catalogues.of("es")


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("language", OFFERED)
def test_the_four_stand_in_one_order_each_in_its_own_script(
    studio: Studio, language: str, shape: Shape
) -> None:
    page = studio.page(view_of(scenes()["language"], studio.catalogues, language), shape)
    names = [each.name for each in LANGUAGES]
    tiles = [part for part in touchables(page) if part.name in names]
    # As it is read: from above, and from the side where the screen's reading starts.
    read = sorted(tiles, key=lambda tile: (-tile.top, -tile.x if language == "ar" else tile.x))
    assert [tile.name for tile in read] == names
    rows = {tile.y for tile in tiles}
    assert len(rows) == (4 if shape.height > shape.width else 2)
    assert len({(tile.width, tile.height) for tile in tiles}) == 1
    assert [tile.name for tile in tiles if tile.chosen] == [dict(zip(OFFERED, names, strict=True))[language]]
