"""A body's own colours and logo on the kiosk's window: what they reach, and what they must not."""

import itertools
import random
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from kiosk.notices import Described, Scanned
from kiosk.rules.desk import Outcome
from kiosk.ui.example import DESCRIBED
from kiosk.ui.example_logo import LOGO, PALE_LOGO
from kiosk.ui.gallery import SHAPES, Shape, Studio
from kiosk.ui.happening import Ready
from kiosk.ui.scenes import member, scan, view_of
from kiosk.ui.theme import BRICK, GREEN, LIME, SAFFRON, Colour, colour, palette_of
from kiosk.ui.view import Act, Do, Kind
from tests.kiosk.ui.stage import Stage, below
from tests.logos import CLEAR, RED, drawn, png, saved
from wire.contrast import contrast, weakness_of_accent, weakness_of_colour

VIOLET, GOLD = "#3a1a5b", "#ffd27f"
CORNERS = ((2, 300), (1020, 300))
colours = st.builds("#{:06x}".format, st.integers(0, 0xFFFFFF))


def pixel(code: str | Colour) -> tuple[int, ...]:
    parts = colour(code) if isinstance(code, str) else code
    return tuple(round(part * 255) for part in parts[:3])


def code_of(one: Colour) -> str:
    return "#" + bytes(pixel(one)).hex()


def dressed(**look: Any) -> Described:
    return replace(DESCRIBED, **look)


# -- the palette ---------------------------------------------------------------------------------


def test_a_body_that_has_chosen_nothing_is_green_and_saffron() -> None:
    for usual in (palette_of(), palette_of("", "")):
        assert (usual.colour, usual.accent) == (GREEN, SAFFRON)
        assert (usual.accepted.ground, usual.repeat.ground) == (GREEN, SAFFRON)
        assert usual.calm.accent == GREEN


def test_a_bodys_colours_replace_green_and_saffron_everywhere() -> None:
    own = palette_of(VIOLET, GOLD)
    assert {own.colour, own.calm.accent, own.accepted.ground, own.accepted.on_accent} == {colour(VIOLET)}
    assert {own.accent, own.repeat.ground} == {colour(GOLD)}
    assert own.calm.ground == LIME


@pytest.mark.parametrize("faint", ["#ffcc00", "#595959", "#3f9b8b"])
def test_a_colour_that_nobody_could_read_is_not_taken(faint: str) -> None:
    # Of a server that did not check yet.
    assert palette_of(faint, GOLD) == palette_of("", GOLD)


def test_an_accent_that_nobody_could_read_is_not_taken() -> None:
    assert palette_of(VIOLET, "#8c1d18") == palette_of(VIOLET, "")


@pytest.mark.parametrize("red", ["#7a1f1f", "#8c1d18", "#6b0f1a", "#6b2a00", "#7a1030", "#800000"])
def test_where_the_bodys_colour_is_a_red_accepted_stays_green(red: str) -> None:
    own = palette_of(red, GOLD)
    assert own.accepted.ground == GREEN
    assert own.calm.accent == colour(red), "actions are the body's all the same"


@pytest.mark.parametrize("other", [VIOLET, "#14532d", "#1d4e89", "#4a0e4e", "#12211e", "#2b2b2b", "#3d3000"])
def test_any_other_colour_floods_what_is_accepted(other: str) -> None:
    assert palette_of(other, GOLD).accepted.ground == colour(other)


@pytest.mark.parametrize("accent", ["#a8e6a1", "#7fd6a8", "#8fe388", "#ffffff", "#faf6ee", "#cfe2ff"])
def test_an_accent_that_says_accepted_or_nothing_is_not_the_flood_of_a_repeat(accent: str) -> None:
    own = palette_of(VIOLET, accent)
    assert own.repeat.ground == SAFFRON
    assert own.accent == colour(accent)


def test_a_repeat_is_not_the_light_form_of_what_is_accepted() -> None:
    assert palette_of("#1d4e89", "#9cc3f5").repeat.ground == SAFFRON
    assert palette_of("#3d3000", GOLD).repeat.ground == colour(GOLD), "saffron would be no further off"


@given(colours, colours)
def test_whatever_a_body_chooses_can_be_read_and_told_apart(one: str, other: str) -> None:
    own = palette_of(one, other)
    assert weakness_of_colour(code_of(own.colour)) is None
    assert weakness_of_colour(code_of(own.accepted.ground)) is None
    assert weakness_of_accent(code_of(own.accent)) is None
    assert weakness_of_accent(code_of(own.repeat.ground)) is None
    # Signs stand on their soft ground, and a repeat is never as dark as what is accepted or refused.
    assert contrast(code_of(own.colour), code_of(own.soft)) >= 3
    for dark in (own.accepted.ground, BRICK):
        assert contrast(code_of(dark), code_of(own.repeat.ground)) >= 3


# -- the window ----------------------------------------------------------------------------------


@pytest.fixture
def at_booth(stage: Stage) -> Stage:
    return stage.described()


def flood(stage: Stage, notice: Scanned) -> set[Any]:
    stage.hear(notice)
    return {stage.picture().getpixel(place) for place in CORNERS}


def test_a_programme_with_other_colours_changes_the_screen_that_stands(at_booth: Stage) -> None:
    at_booth.hear(dressed(colour=VIOLET, accent=GOLD))
    assert pixel(VIOLET) in of_button(at_booth)
    assert pixel(GREEN) not in of_button(at_booth)
    at_booth.hear(dressed(colour="#1d4e89"))
    assert pixel("#1d4e89") in of_button(at_booth)
    assert pixel(VIOLET) not in of_button(at_booth)


def of_button(stage: Stage) -> set[Any]:
    """Give the colours of the button at the foot of the invitation."""
    button, picture = stage.find("message-circle"), stage.picture()
    box = (int(button.x), picture.height - int(button.top), int(button.right), picture.height - int(button.y))
    return {found for _, found in picture.crop(box).getcolors(1 << 20) or []}


def test_verdicts_wear_the_bodys_colours_and_a_refusal_does_not(at_booth: Stage) -> None:
    at_booth.hear(dressed(colour=VIOLET, accent=GOLD))
    assert flood(at_booth, member()) == {pixel(VIOLET)}
    assert flood(at_booth, member(Outcome.REPEAT, number=2)) == {pixel(GOLD)}
    assert flood(at_booth, scan(Outcome.REFUSED, "expired")) == {pixel(BRICK)}


@pytest.mark.parametrize("red", ["#7a1f1f", "#5b1a3a"])
def test_a_red_body_says_accepted_in_green_and_refused_in_brick(at_booth: Stage, red: str) -> None:
    at_booth.hear(dressed(colour=red, accent=GOLD))
    assert flood(at_booth, member()) == {pixel(GREEN)}
    assert flood(at_booth, scan(Outcome.REFUSED, "expired")) == {pixel(BRICK)}


def test_what_is_chosen_and_the_frame_for_the_card_wear_the_accent(at_booth: Stage) -> None:
    at_booth.hear(dressed(colour=VIOLET, accent=GOLD))
    assert pixel(GOLD) in {found for _, found in at_booth.picture().getcolors(1 << 20) or []}
    at_booth.touch("languages")
    tile, picture = at_booth.find("العربية"), at_booth.picture()
    assert picture.getpixel((int(tile.center_x), int(picture.height - tile.top) + 12)) == pixel(GOLD)


def test_no_screen_draws_green_or_saffron_where_the_body_has_its_own(studio: Studio) -> None:
    told = dressed(colour=VIOLET, accent=GOLD)
    begun = (member(signed=("studies",)), Act(Do.OFFERS), Act(Do.OFFER, "housing-loan"))
    topics = (Act(Do.TELL_US), Act(Do.FACE, "4"), Act(Do.TOPIC, "health"))
    for happenings in (
        (),
        (Kind.HELP,),
        (Kind.LANGUAGE,),
        begun,
        (*begun, Act(Do.ANOTHER_NUMBER)),
        topics,
        (*topics, Act(Do.MORE), Act(Do.WRITE)),
        (*topics, Act(Do.MORE), Act(Do.WITH_CARD)),
    ):
        view = view_of((Ready(), told, *happenings), studio.catalogues, "ar")
        picture = studio.draw(studio.page(view, SHAPES[1], camera=False))
        found = {each for _, each in picture.getcolors(1 << 20) or []}
        assert not found & {pixel(GREEN), pixel(SAFFRON)}, view.kind


# -- the logo ------------------------------------------------------------------------------------


def header_of(studio: Studio, logo: bytes, language: str = "fr", shape: Shape = SHAPES[1]) -> Image.Image:
    """Draw an invitation with a logo and cut out where the logo stands, mirrored to the left in Arabic."""
    view = view_of((Ready(), dressed(colour=VIOLET, accent=GOLD, logo=logo)), studio.catalogues, language)
    page = studio.page(view, shape)
    picture = studio.draw(page)
    margin, wide = page.kit.mm(7), page.kit.mm(40)
    left = picture.width - margin - wide if language == "ar" else margin
    return picture.crop((left, margin, left + wide, margin + page.kit.mm(20)))


def painted(header: Image.Image, code: tuple[int, ...]) -> Any:
    """Give the box of what has about this colour; None where nothing has."""
    near = [
        all(abs(one - other) < 12 for one, other in zip(found, code[:3], strict=True))
        for found in zip(*[iter(header.tobytes())] * 3, strict=True)
    ]
    mask = Image.new("L", header.size)
    mask.putdata([255 * each for each in near])
    return mask.getbbox()


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("language", ["ar", "fr"])
def test_a_logo_stands_in_the_stars_place_and_is_never_mirrored(
    studio: Studio, language: str, shape: Shape
) -> None:
    header = header_of(studio, drawn(), language, shape)
    left, top, right, bottom = painted(header, RED)
    millimetre = shape.dpi / 25.4
    assert bottom - top <= 12 * millimetre + 1
    assert (right - left) / (bottom - top) == pytest.approx(2, rel=0.05)
    # Its hole is on the left in either direction of writing.
    quarter, middle = left + (right - left) // 4, (top + bottom) // 2
    assert header.getpixel((quarter, middle)) == pixel(LIME)
    assert painted(
        header.crop((right - (quarter - left) - 2, middle, right - (quarter - left), middle + 1)), RED
    )
    # It begins at the margin, where reading starts.
    assert (header.width - right if language == "ar" else left) <= 2


@pytest.mark.parametrize(
    ("size", "wide", "high"), [((1000, 64), 40, 2.56), ((64, 1024), 0.75, 12), ((300, 300), 12, 12)]
)
def test_a_logo_keeps_its_proportions_within_its_room(
    studio: Studio, size: tuple[int, int], wide: float, high: float
) -> None:
    plain = saved(Image.new("RGB", size, RED[:3]))
    left, top, right, bottom = painted(header_of(studio, plain), RED)
    millimetre = SHAPES[1].dpi / 25.4
    assert (right - left) / millimetre == pytest.approx(wide, abs=0.5)
    assert (bottom - top) / millimetre == pytest.approx(high, abs=0.5)


def test_a_logo_that_would_be_lost_on_the_ground_gets_a_plate(studio: Studio) -> None:
    header = header_of(studio, PALE_LOGO)
    assert painted(header, (255, 244, 214)) is not None
    left, _, right, _ = painted(header, pixel(VIOLET))
    assert (right - left) * 25.4 / SHAPES[1].dpi >= 30


OPAQUE = saved(Image.new("RGB", (256, 128), (255, 210, 90)))


@pytest.mark.parametrize(
    ("logo", "inside", "high"),
    [
        (drawn(colour=RED), RED, 12.0),  # dark enough, on nothing
        (LOGO, (201, 138, 34), 6.0),  # pale inside, with a dark edge
        (OPAQUE, (255, 210, 90), 12.0),  # pale, with a ground of its own
    ],
    ids=["dark", "seal", "opaque"],
)
def test_a_logo_that_is_seen_has_its_whole_height_and_no_plate(
    studio: Studio, logo: bytes, inside: tuple[int, ...], high: float
) -> None:
    _, top, _, bottom = painted(header_of(studio, logo), inside)
    assert (bottom - top) * 25.4 / SHAPES[1].dpi == pytest.approx(high, abs=0.4)


def without_a_logo(studio: Studio) -> bytes:
    return header_of(studio, b"").tobytes()


@pytest.mark.parametrize(
    "broken",
    [
        b"\xff\xd8\xff\xe0 a photograph",
        drawn()[:200],
        drawn()[:60] + b"\xff\x00\xff" + drawn()[63:],
        png(2**31 - 1, 2**31 - 1, b"\x78\x9c" + bytes(60_000)),
        png(1024, 1024, b"\x78\x9c" + bytes(1000)),
        drawn(1200, 300),
        drawn(64, 20),
        drawn(colour=CLEAR),
    ],
    ids=["jpeg", "cut", "flipped", "bomb", "no pixels", "large", "low", "clear"],
)
def test_whatever_cannot_be_drawn_leaves_the_star(studio: Studio, broken: bytes) -> None:
    assert header_of(studio, broken).tobytes() == without_a_logo(studio)


def test_any_damage_to_a_logo_is_drawn_or_leaves_the_star(studio: Studio) -> None:
    chance, whole = random.Random(7), drawn()
    for _ in range(60):
        damaged = bytearray(whole)
        for _ in range(chance.randint(1, 4)):
            damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        assert header_of(studio, bytes(damaged)).size == header_of(studio, b"").size


def test_a_logo_that_comes_later_takes_the_stars_place_at_once(at_booth: Stage) -> None:
    before = at_booth.picture()
    at_booth.hear(dressed(logo=drawn()))
    after = at_booth.picture()
    assert painted(before, RED) is None
    assert painted(after, RED) is not None
    # And a wipe of what somebody typed does not take it away.
    at_booth.face._textures.forget()  # noqa: SLF001 - as after a dialogue
    at_booth.hear(dressed(logo=drawn(), colour=VIOLET))
    assert painted(at_booth.picture(), RED) is not None


def test_every_part_of_a_header_keeps_its_distance_from_a_wide_logo(studio: Studio) -> None:
    wide = saved(Image.new("RGB", (1024, 300), RED[:3]))
    for shape, language in itertools.product(SHAPES, ("ar", "fr")):
        view = view_of((Ready(), dressed(logo=wide)), studio.catalogues, language)
        page = studio.page(view, shape)
        [head] = [part for part in below(page) if getattr(part, "text", "") == view.body]
        assert not head.laid.shortened
        logo = next(part for part in below(page) if getattr(part, "colour", ()) == (1, 1, 1, 1))
        gap = (
            logo.x - (head.ink_pos[0] + head.laid.width) if language == "ar" else head.ink_pos[0] - logo.right
        )
        assert gap >= 3 * shape.dpi / 25.4
