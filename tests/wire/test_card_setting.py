"""Words and colours of a card before anything is drawn."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wire.card import Category
from wire.card_sheet import Bilingual, bilingual, category_words
from wire.card_sheet.face import cleaned, colours
from wire.card_sheet.setting import Step, fit
from wire.contrast import COLOUR, contrast
from wire.described import CategoryWords


def test_long_names_shrink_before_they_wrap_and_wrap_between_words() -> None:
    def widest(text: str, *, bold: bool) -> float:
        assert bold
        return 0.5 * len(text)

    steps = (Step(5, 1), Step(4, 1), Step(4, 2))
    assert fit("Mohamed Ali", 40, steps, widest, bold=True).size == 5
    shrunk = fit("Mohamed Ali Alaoui", 40, steps, widest, bold=True)
    assert (shrunk.size, shrunk.lines) == (4, ("Mohamed Ali Alaoui",))
    wrapped = fit("Mohamed Ali Alaoui Mdaghri", 40, steps, widest, bold=True)
    assert wrapped.lines == ("Mohamed Ali", "Alaoui Mdaghri")


@given(st.text(alphabet="aéW مُّن\u200d", min_size=1, max_size=200), st.integers(3, 30))
def test_words_are_broken_between_letters_and_only_their_end_is_left_out(text: str, room: int) -> None:
    words = cleaned(text)
    found = fit(words, room, (Step(1, 3),), lambda text, *, bold: len(text) * (1 if bold else 2), bold=True)
    assert len(found.lines) <= 3
    assert all(len(line) <= room for line in found.lines)
    shown = "".join("".join(found.lines).split())
    whole = "".join(words.split())
    if shown.endswith("…"):
        assert whole.startswith(shown[:-1])
        assert not re.match("[\u064b-\u0652\u200d]", whole[len(shown) - 1 :]), "a letter keeps its marks"
    else:
        assert shown == whole
    assert not any(re.match("[\u064b-\u0652\u200d]", line) for line in found.lines[1:])


def test_what_cannot_be_drawn_is_left_out_and_the_rest_stays() -> None:
    assert cleaned("محمد 😀 \u202eعلي\u202c") == "محمد علي"
    assert cleaned("\u202eAli\x00\n Baba\ufeff") == "Ali Baba"
    assert cleaned("نی\u200cها") == "نی\u200cها"
    assert cleaned("A\u200dB") == "AB"
    assert cleaned("Mo\u200bha\u2066med\u200f") == "Mohamed"
    assert cleaned('=HYPERLINK("x")') == '=HYPERLINK("x")'
    assert cleaned("Z" + "\u0323" * 9) == "Ẓ\u0323\u0323"


@given(st.from_regex(r"#[0-9a-f]{6}\Z", fullmatch=True))
def test_words_on_the_band_are_read_whatever_the_colour(colour: str) -> None:
    band, words = colours(colour)
    assert contrast(band, words) >= 7
    assert band in {colour, COLOUR}


@pytest.mark.parametrize("colour", ["", "red", "#fff", "#12345g", "#0b4f45\n"])
def test_what_is_no_colour_gives_the_usual_one(colour: str) -> None:
    assert colours(colour) == (COLOUR, "#ffffff")


def test_a_body_says_what_it_calls_a_category_and_the_rest_is_usual() -> None:
    told = [
        CategoryWords(id="widow", names={"ar": "أرملة", "en": "Widow"}),
        CategoryWords(id="child", names={"fr": "Fille ou fils"}),
    ]
    assert category_words(Category.WIDOW, told) == Bilingual("أرملة", "Widow")
    assert category_words(Category.CHILD, told) == Bilingual("ابن أو ابنة", "Fille ou fils")
    assert category_words(Category.RETIRED, told) == Bilingual("متقاعد", "Retraité")


def test_every_category_has_words_of_both_scripts_and_an_unknown_one_none() -> None:
    for category in set(Category) - {Category.UNKNOWN}:
        words = category_words(category, [])
        assert words.arabic
        assert words.latin
    assert category_words(Category.UNKNOWN, []) == category_words(9, []) == Bilingual()


def test_french_comes_before_english() -> None:
    assert bilingual({"en": "Club", "fr": "Cercle", "ar": "نادي"}) == Bilingual("نادي", "Cercle")
    assert bilingual({"en": "Club", "zgh": "ⴰⴳⵔⴰⵡ"}) == Bilingual("", "Club")
