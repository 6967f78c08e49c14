"""The gallery: whole screens in all languages and sizes, and names that nobody foresaw.

What is checked of a screen stands in ``measuring``; ``test_gallery_wide`` and
``test_gallery_upright`` check every scene.
"""

import itertools
from pathlib import Path

import pytest
from PIL import Image

from kiosk.notices import Pairing
from kiosk.ui import gallery
from kiosk.ui.gallery import SHAPES, Shape, Studio
from kiosk.ui.languages import OFFERED
from kiosk.ui.scenes import view_of
from tests.kiosk.ui.measuring import (
    SCENES,
    UPRIGHT,
    WIDE,
    cases,
    check_targets,
    check_texts,
    covered,
    quick,
)

NAUGHTY = {
    "200 letters": "مؤسسة محمد السادس للنهوض بالأعمال الاجتماعية للتربية والتكوين " * 4,
    "200 latin letters": "Fondation des œuvres sociales de l'enseignement et de la formation " * 4,
    "one endless word": "ب" * 200,
    "one endless latin word": "W" * 200,
    "emoji": "مؤسسة 😀👨‍👩‍👧‍👦🇲🇦 الأمل 🎉",
    "tashkil": "مُؤَسَّسَةُ الأَعْمَالِ الاِجْتِمَاعِيَّةِ لِلتَّرْبِيَةِ وَالتَّكْوِينِ",
    "a tower of marks": "ع" + "\u0651\u064e\u0670\u0655" * 40 + " Z" + "\u0301\u0323" * 60,
    "bidi controls": "\u202eمؤسسة\u202c \u2066Al Amal\u2069 \u200f\u061c(2026)\u202d",
    "markup": "[color=ff0000][size=200]الأمل[/size][/color] [b]gras[/b] &bl;x&br;",
    "html": "<h1 style='font-size:900px'>Amal</h1><script>alert(1)</script>",
    "lines and tabs": "Amal\n\n\n\tالأمل\r\n\x00\x07",
    "nothing": "",
    "only controls": "\u202e\u200f\u2067",
    "a phone": "مؤسسة الأمل، الهاتف +212 6 12 34 56 78",
    "agadir": "رواق أݣادير",
    "10,000 letters": "حرف " * 2500,
}


def test_the_quick_run_sees_each_name_in_two_languages_and_every_language_in_every_size() -> None:
    possible = set(itertools.product(OFFERED, SHAPES))
    everything = set()
    for name in SCENES:
        seen = {each for each in possible if covered(name, *each)}
        assert len({language for language, _ in seen}) == len({shape for _, shape in seen}) == 2, name
        assert "ar" in {language for language, _ in seen}
        everything |= seen
    assert everything == possible


def test_sizes_are_wide_or_upright_and_each_is_compared_in_the_quick_run() -> None:
    assert (*WIDE, *UPRIGHT) == SHAPES
    assert {quick(scene) for scene in SCENES} == set(SHAPES)


@pytest.mark.parametrize(("name", "language", "shape"), cases(list(NAUGHTY)))
def test_no_name_breaks_a_screen(studio: Studio, name: str, language: str, shape: Shape) -> None:
    text = NAUGHTY[name]
    for scene in ("attract-offline", "accepted"):
        names = {language: text}
        view = view_of(SCENES[scene], studio.catalogues, language, body=names, booth=names)
        page = studio.page(view, shape)
        check_texts(page, whole=False)
        check_targets(page)


@pytest.mark.parametrize(("name", "language", "shape"), cases(list(NAUGHTY)))
def test_no_name_of_a_kiosk_breaks_its_first_screen(
    studio: Studio, name: str, language: str, shape: Shape
) -> None:
    view = view_of((Pairing("paired", name=NAUGHTY[name]),), studio.catalogues, language)
    page = studio.page(view, shape)
    check_texts(page, whole=False)
    check_targets(page)


def test_a_screen_before_the_first_picture_shows_a_card(studio: Studio) -> None:
    page = studio.page(view_of(SCENES["attract"], studio.catalogues, "ar"), SHAPES[1], camera=False)
    check_texts(page, whole=True)
    assert page.preview is not None
    picture = studio.draw(page)
    middle = picture.crop(
        (
            int(page.preview.x),
            picture.height - int(page.preview.top),
            int(page.preview.right),
            picture.height - int(page.preview.y),
        )
    )
    assert (255, 255, 255) in set(zip(*[iter(middle.tobytes())] * 3, strict=True))


def test_the_gallery_writes_pictures_and_a_page(
    studio: Studio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    # The process has its one window already.
    monkeypatch.setattr(gallery, "prepare", lambda *_, **__: None)
    monkeypatch.setattr(gallery, "Studio", lambda _: studio)
    monkeypatch.setattr(gallery, "scenes", lambda: {"attract": SCENES["attract"]})
    assert gallery.main([str(tmp_path / "out"), "--lang", "fr", "--size", "640x480", "--dpi", "80"]) == 0
    with Image.open(tmp_path / "out/attract-fr-640x480.png") as picture:
        assert picture.size == (640, 480)
    assert "attract-fr-640x480.png" in (tmp_path / "out/index.html").read_text(encoding="utf-8")
    assert "1 pictures" in capsys.readouterr().out


@pytest.mark.parametrize("size", ["big", "0x10", "1280", "-5x5"])
def test_a_wrong_size_is_told_in_words(size: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        gallery.main(["out", f"--size={size}"])
    assert "it looks like 1280x800" in capsys.readouterr().err
