"""Screens measured: widgets in pixels, colours from the picture, places against another language's."""

import itertools
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import Any, cast
from zlib import crc32

import pytest
from PIL import Image

from kiosk.ui.gallery import SHAPES, Shape, Studio
from kiosk.ui.geometry import Rect
from kiosk.ui.languages import OFFERED
from kiosk.ui.scenes import scenes, view_of
from kiosk.ui.shaping import RTL_LANGUAGES, Laid, Style, Typesetter
from kiosk.ui.theme import INK
from kiosk.ui.view import View
from tests.kiosk.ui.stage import below

SCENES = scenes()
WIDE = tuple(shape for shape in SHAPES if shape.width > shape.height)
UPRIGHT = tuple(shape for shape in SHAPES if shape not in WIDE)


def covered(name: str, language: str, shape: Shape) -> bool:
    """Say whether the quick run takes this case of a name: Arabic in one size, another language in another.

    Which ones follows the name, so that a new scene moves no other; together the scenes have each
    size in each language many times.
    """
    at = crc32(name.encode())
    others = [other for other in OFFERED if other != "ar"]
    taken = {("ar", at % len(SHAPES)), (others[at % len(others)], (at + 2) % len(SHAPES))}
    return (language, SHAPES.index(shape)) in taken


def cases(names: Sequence[str], shapes: Sequence[Shape] = SHAPES) -> list[Any]:
    """Give every name in every language and size; what the quick run does not take is marked long."""
    return [
        pytest.param(
            name,
            language,
            shape,
            id=f"{name}-{language}-{shape}",
            marks=() if covered(name, language, shape) else pytest.mark.long,
        )
        # By size first: what two screens draw alike is then drawn once.
        for shape, language, name in itertools.product(shapes, OFFERED, names)
    ]


def pairs(shapes: Sequence[Shape]) -> list[Any]:
    """Give every scene in every size; the quick run takes one of them."""
    return [
        pytest.param(
            scene, shape, id=f"{scene}-{shape}", marks=() if quick(scene) == shape else pytest.mark.long
        )
        for shape, scene in itertools.product(shapes, SCENES)
    ]


def quick(scene: str) -> Shape:
    """Give the size in which the quick run compares a scene's languages."""
    return SHAPES[crc32(scene.encode()) % len(SHAPES)]


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


@lru_cache(maxsize=1024)
def ink_is_whole(typesetter: Typesetter, laid: Laid) -> bool:
    """Say whether no letter of the lines reaches the edge of the picture that is made of them."""
    mask = typesetter.mask(laid, "left")
    ink = mask.getbbox()
    return ink is None or (ink[0] > 0 and ink[1] > 0 and ink[2] < mask.width and ink[3] < mask.height)


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
        assert ink_is_whole(page.kit.set, laid), f"ink is cut off in {words.text!r}"
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


def check_screen(studio: Studio, scene: str, language: str, shape: Shape) -> None:
    """Draw a scene, and check that it can be read and touched."""
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


def unpainted(studio: Studio, view: View, shape: Shape) -> Any:
    """Build a screen whose parts are where they are, without the masks: it takes half the time."""
    from kiosk.ui.kit import Textures  # noqa: PLC0415 - importable once Kivy is prepared

    class Blank(Textures):
        def get(self, key: object, draw: Callable[[], Image.Image]) -> Any:
            del key, draw
            return super().get("blank", lambda: Image.new("L", (1, 1)))

    return studio.page(view, shape, textures=Blank())


def places(studio: Studio, scene: str, language: str, shape: Shape) -> list[tuple[float, ...]]:
    """Give where things stand, as seen from the side where reading starts: start, low, end and top."""
    page = unpainted(studio, view_of(SCENES[scene], studio.catalogues, language), shape)
    # How many parts a long text has is its own affair; digits are never mirrored.
    turned = () if not page.view.text else ("arrow-up", "arrow-down")
    moved = [part for part in touchables(page) if part.name not in turned and not is_key(part)]
    fixed = [*moved, page.sign, page.preview, page.time_line]
    found: list[tuple[float, ...]] = [
        (part.x, part.y, part.right, part.top) for part in fixed if part is not None
    ]
    if language in RTL_LANGUAGES:
        found = [(page.width - right, low, page.width - left, top) for left, low, right, top in found]
    return found


def check_mirror(studio: Studio, scene: str, shape: Shape) -> None:
    """Check that Arabic is the mirror of each language that is written from the left."""
    arabic = places(studio, scene, "ar", shape)
    for language in OFFERED:
        other = places(studio, scene, language, shape)
        assert [place[::2] for place in arabic] == [place[::2] for place in other], language
        if not view_of(SCENES[scene], studio.catalogues, language).strip:
            # A strip of two lines in one language, of one in the other, moves what is above it.
            assert arabic == other, language
