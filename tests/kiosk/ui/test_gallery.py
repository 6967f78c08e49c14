"""Every screen in every language and size, measured: widgets in pixels, colours from the picture."""

import itertools
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any, cast

import pytest
from PIL import Image

from kiosk.notices import Pairing
from kiosk.ui import gallery
from kiosk.ui.gallery import SHAPES, Shape, Studio
from kiosk.ui.geometry import Rect
from kiosk.ui.languages import OFFERED
from kiosk.ui.scenes import scenes, view_of
from kiosk.ui.shaping import Style
from kiosk.ui.theme import INK
from tests.kiosk.ui.stage import below

SCENES = scenes()
EVERY = [
    pytest.param(scene, language, shape, id=f"{scene}-{language}-{shape}")
    for scene, language, shape in itertools.product(SCENES, OFFERED, SHAPES)
]
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


def drawn_text(page: Any) -> Iterator[Any]:
    from kiosk.ui.widgets import Words  # noqa: PLC0415 - importable once Kivy is prepared

    return (widget for widget in below(page) if isinstance(widget, Words) and any(widget.laid.lines))


def touchables(page: Any) -> list[Any]:
    from kiosk.ui.widgets import Touchable  # noqa: PLC0415 - importable once Kivy is prepared

    return [widget for widget in below(page) if isinstance(widget, Touchable)]


def is_key(touchable: Any) -> bool:
    from kiosk.ui.keyboard import KeyButton  # noqa: PLC0415 - importable once Kivy is prepared

    return isinstance(touchable, KeyButton)


def box_of(words: Any) -> tuple[int, int, int, int]:
    """Give left, low, right and top of the lines as they are drawn."""
    left, low = words.ink_pos
    return (left, low, left + words.laid.width, low + words.laid.height)


def gap(one: tuple[float, ...], other: tuple[float, ...]) -> float:
    """Give the free room between two boxes, negative where they overlap."""
    across = max(one[0], other[0]) - min(one[2], other[2])
    down = max(one[1], other[1]) - min(one[3], other[3])
    return max(across, down)


def check_texts(page: Any, *, whole: bool) -> None:
    boxes = []
    for words in drawn_text(page):
        laid, rect = words.laid, words.rect
        assert laid.width <= rect.width, f"{words.text!r} is wider than its place"
        assert laid.height <= rect.height, f"{words.text!r} is higher than its place"
        left, low, right, top = box_of(words)
        margin = page.kit.mm(1)
        assert left >= margin, words.text
        assert right <= page.width - margin, words.text
        assert low >= 0, words.text
        assert top <= page.height, words.text
        if whole:
            assert not laid.shortened, f"{words.text!r} is cut: {laid.lines}"
        mask = page.kit.set.mask(laid, "left")
        ink = mask.getbbox()
        if ink is not None:
            assert ink[0] > 0, f"ink is cut off in {words.text!r}"
            assert ink[1] > 0, f"ink is cut off in {words.text!r}"
            assert ink[2] < mask.width, f"ink is cut off in {words.text!r}"
            assert ink[3] < mask.height, f"ink is cut off in {words.text!r}"
        boxes.append((words.text, (left, low, right, top)))
    for (one, first), (other, second) in itertools.combinations(boxes, 2):
        assert gap(first, second) >= 0, f"{one!r} and {other!r} overlap"
    for touchable in touchables(page):
        mine = set(below(touchable))
        place = (touchable.x, touchable.y, touchable.right, touchable.top)
        for words in drawn_text(page):
            if words not in mine:
                assert gap(box_of(words), place) > 0, f"{words.text!r} runs into a button"


def check_targets(page: Any) -> None:
    pixels = page.kit.dpi / 25.4
    places: list[tuple[float, ...]] = []
    keys: list[tuple[float, ...]] = []
    for touchable in touchables(page):
        key = is_key(touchable)
        assert touchable.width >= (13 if key else 20) * pixels, touchable.name
        assert touchable.height >= (15 if key else 20) * pixels, touchable.name
        assert touchable.x >= 0, touchable.name
        assert touchable.right <= page.width, touchable.name
        assert touchable.y >= 0, touchable.name
        assert touchable.top <= page.height, touchable.name
        place = (touchable.x, touchable.y, touchable.right, touchable.top)
        (keys if key else places).append(place)
    for one, other in itertools.combinations(places, 2):
        assert gap(one, other) >= 3 * pixels
    for one, other in itertools.combinations([*keys, *places], 2):
        assert gap(one, other) >= 2 * pixels


@lru_cache(maxsize=256)
def capital_height(studio: Studio, size: int, bold: bool) -> int:  # noqa: FBT001
    """Draw an H through the window's own widgets and count its rows of ink."""
    from kiosk.ui.widgets import Words  # noqa: PLC0415 - importable once Kivy is prepared

    page = studio.page(view_of((), studio.catalogues, "fr"), SHAPES[0])
    page.clear_widgets()
    page.add(Words(page.kit, Rect(200, 100, 400, 400), "H", Style((size,), bold=bold, language="fr"), INK))
    picture = studio.draw(page).convert("L")
    rows = [
        row
        for row in range(picture.height)
        if min(picture.crop((200, row, 600, row + 1)).tobytes()) < 96  # ink is 28, the ground 255 or nothing
    ]
    return rows[-1] - rows[0] + 1


def luminance(colour: tuple[int, ...]) -> float:
    parts = [value / 255 for value in colour[:3]]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(picture: Image.Image, box: tuple[int, int, int, int]) -> float:
    """Compare the commonest colour in a box with the one that stands out most and covers something."""
    left, low, right, top = box
    part = picture.crop((left, picture.height - top, right, picture.height - low))
    found = part.getcolors(part.width * part.height) or []
    colours = Counter({cast("tuple[int, int, int]", colour): count for count, colour in found})
    ground = luminance(colours.most_common(1)[0][0])
    least = part.width * part.height * 0.004
    ratios = [
        (max(ground, here) + 0.05) / (min(ground, here) + 0.05)
        for here in (luminance(colour) for colour, count in colours.items() if count >= least)
    ]
    return max(ratios)


def signs(page: Any) -> Iterator[Any]:
    """Give everything drawn by a mask that means something: icons, signs, borders of buttons."""
    from kiosk.ui.widgets import Ink  # noqa: PLC0415 - importable once Kivy is prepared

    if page.sign is not None:
        yield page.sign
    for touchable in touchables(page):
        yield from (part for part in below(touchable) if isinstance(part, Ink) and part.colour[3] > 0)


@pytest.mark.parametrize(("scene", "language", "shape"), EVERY)
def test_a_screen_can_be_read_and_touched(studio: Studio, scene: str, language: str, shape: Shape) -> None:
    page = studio.page(view_of(SCENES[scene], studio.catalogues, language), shape)
    check_texts(page, whole=True)
    check_targets(page)
    pixels = shape.dpi / 25.4
    picture = studio.draw(page)
    assert picture.size == (shape.width, shape.height)
    for words in drawn_text(page):
        assert capital_height(studio, words.laid.size, words.laid.style.bold) >= 6.1 * pixels
        # The ground beside the letters belongs to the picture of them.
        left, low, right, top = box_of(words)
        assert contrast(picture, (left - 2, low, right + 2, top)) >= 7, words.text
    title = max(words.laid.size for words in drawn_text(page))
    if page.sign is not None:
        assert capital_height(studio, title, bold=True) >= 8 * pixels
    for sign in signs(page):
        # A pixel of the ground around it, so that a filled panel shows against something.
        box = (int(sign.x) - 2, int(sign.y) - 2, int(sign.right) + 2, int(sign.top) + 2)
        assert contrast(picture, box) >= 3, sign


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("scene", SCENES)
def test_arabic_is_the_mirror_of_french(studio: Studio, scene: str, shape: Shape) -> None:
    def places(language: str) -> list[tuple[float, float, float, float]]:
        page = studio.page(view_of(SCENES[scene], studio.catalogues, language), shape)
        # How many parts a long text has is its own affair; digits are never mirrored.
        turned = () if not page.view.text else ("arrow-up", "arrow-down")
        moved = [part for part in touchables(page) if part.name not in turned and not is_key(part)]
        fixed = [*moved, page.sign, page.preview, page.time_line]
        found = [(part.x, part.y, part.right, part.top) for part in fixed if part is not None]
        if language == "ar":
            found = [(page.width - right, low, page.width - left, top) for left, low, right, top in found]
        return found

    arabic, french = places("ar"), places("fr")
    assert [(left, right) for left, _, right, _ in arabic] == [(left, right) for left, _, right, _ in french]
    if not view_of(SCENES[scene], studio.catalogues, "fr").strip:
        # A strip of two lines in one language, of one in the other, moves what is above it.
        assert arabic == french


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("language", OFFERED)
@pytest.mark.parametrize("name", NAUGHTY)
def test_no_name_breaks_a_screen(studio: Studio, name: str, language: str, shape: Shape) -> None:
    text = NAUGHTY[name]
    for scene in ("attract-offline", "accepted"):
        names = {language: text}
        view = view_of(SCENES[scene], studio.catalogues, language, body=names, booth=names)
        page = studio.page(view, shape)
        check_texts(page, whole=False)
        check_targets(page)


@pytest.mark.parametrize("language", OFFERED)
@pytest.mark.parametrize("name", NAUGHTY)
def test_no_name_of_a_kiosk_breaks_its_first_screen(studio: Studio, name: str, language: str) -> None:
    view = view_of((Pairing("paired", name=NAUGHTY[name]),), studio.catalogues, language)
    for shape in SHAPES:
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
