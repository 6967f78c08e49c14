"""Which colours a body may give its kiosks."""

import pytest

from wire.contrast import contrast, weakness_of_accent, weakness_of_colour
from wire.described import Theme


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [
        ("#000000", "#ffffff", 21.0),
        ("#ffffff", "#ffffff", 1.0),
        ("#777777", "#ffffff", 4.48),  # the grey that every guide names
        ("#0b4f45", "#ffffff", 9.5),  # these three stand in the table of the look
        ("#12211e", "#faf6ee", 15.4),
        ("#12211e", "#f2b63c", 9.1),
    ],
)
def test_contrast_is_counted_as_wcag_counts_it(one: str, other: str, ratio: float) -> None:
    assert contrast(one, other) == pytest.approx(ratio, abs=0.1)
    assert contrast(one, other) == contrast(other, one)


@pytest.mark.parametrize("colour", [Theme().colour, "#14532d", "#5b1a3a", "#7a1f1f", "#000000"])
def test_a_dark_colour_may_be_a_bodys(colour: str) -> None:
    assert weakness_of_colour(colour) is None


@pytest.mark.parametrize("accent", [Theme().accent, "#f59e0b", "#ffd27f", "#ffffff"])
def test_a_light_accent_may_be_a_bodys(accent: str) -> None:
    assert weakness_of_accent(accent) is None


@pytest.mark.parametrize(
    ("colour", "words"),
    [
        ("#ffcc00", "white words on #ffcc00 have a contrast of 1.5 to 1"),
        # White stands out on this one by 7.0, and it does not on lime.
        ("#595959", "#595959 on the ground of screens, #faf6ee, has a contrast of 6.4 to 1"),
        # What falls short by less than is shown must not be said to be enough.
        ("#555555", "#555555 on the ground of screens, #faf6ee, has a contrast of 6.9 to 1"),
    ],
)
def test_a_colour_that_cannot_be_read_is_said_with_its_ratio(colour: str, words: str) -> None:
    weakness = weakness_of_colour(colour)
    assert weakness is not None
    assert weakness.what == words
    assert weakness.instead == "write a darker colour: 7 to 1 is read by old eyes, such as #0b4f45"


def test_an_accent_on_which_no_words_can_be_read_is_said_with_its_ratio() -> None:
    weakness = weakness_of_accent("#8c1d18")
    assert weakness is not None
    assert weakness.what == "dark words on #8c1d18 have a contrast of 1.8 to 1"
    assert weakness.instead == "write a lighter colour: 7 to 1 is read by old eyes, such as #f2b63c"
