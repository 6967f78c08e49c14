"""The keyboards on the screen: every letter is there once, and a text grows and shrinks at its end."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.rules.keyboards import ARABIC, DIGITS, FRENCH, KEYBOARDS, TAMAZIGHT, Act, Key, Keyboard, Typed

ARABIC_LETTERS = "ءآأؤإئابةتثجحخدذرزسشصضطظعغفقكلمنهوىي"
FRENCH_LETTERS = "abcdefghijklmnopqrstuvwxyzàçéèêëîïôùûœ"
# The 33 letters of Neo-Tifinagh as IRCAM teaches them, less the labial sign, which joins two of them.
TIFINAGH = "ⴰⴱⴳⴷⴹⴻⴼⴽⵀⵃⵄⵅⵇⵉⵊⵍⵎⵏⵓⵔⵕⵖⵙⵚⵛⵜⵟⵡⵢⵣⵥ"


@pytest.mark.parametrize(
    ("keyboard", "letters"),
    [(ARABIC, ARABIC_LETTERS), (FRENCH, FRENCH_LETTERS), (TAMAZIGHT, TIFINAGH), (DIGITS, "123456789")],
)
def test_every_letter_of_the_language_has_a_key(keyboard: Keyboard, letters: str) -> None:
    assert set(letters) <= set(keyboard.types())


@pytest.mark.parametrize("keyboard", [ARABIC, FRENCH, TAMAZIGHT, DIGITS])
def test_no_text_has_two_keys_and_each_page_a_way_on(keyboard: Keyboard) -> None:
    typed = list(keyboard.types())
    # Digits and stops stand on a page beside letters, so once in each keyboard as well.
    assert len(typed) == len(set(typed))
    assert len(keyboard.labels) == len(keyboard.pages)


@pytest.mark.parametrize("language", ["ar", "fr", "zgh", "en"])
def test_each_language_has_a_keyboard_that_fits_a_ten_inch_screen(language: str) -> None:
    keyboard = KEYBOARDS[language]
    for page in keyboard.pages:
        assert len(page) == 3
        # 13 mm keys, 2 mm apart, on 215 mm with margins of 7 mm.
        assert all(len(row) * 15 - 2 <= 215 - 14 for row in page)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("ar", "شكرا جزيلا على الاستقبال، نلتقي في أڭادير!"),
        ("fr", "Merci pour l'accueil, à bientôt !"),
        ("zgh", "ⵜⴰⵏⵎⵎⵉⵔⵜ ⵅⴼ ⵓⵙⵏⵓⴱⴳ, ⵜⴰⵎⴳⵯⵔⴰ ⵜⵖⵓⴷⴰ!"),
        ("en", "Thank you for the welcome, see you in Agadir!"),
    ],
)
def test_a_sentence_can_be_written_in_each_language(language: str, words: str) -> None:
    keys = {key for key in KEYBOARDS[language].types() if len(key) == 1}
    typed = Typed()
    for letter in words:
        assert letter == " " or letter in keys, letter
        assert typed.press(Act.SPACE if letter == " " else letter)
    assert typed.text == words


def test_arabic_begins_on_the_right_and_digits_never() -> None:
    assert [keyboard.rtl for keyboard in (ARABIC, FRENCH, TAMAZIGHT, DIGITS)] == [True, False, False, False]


def test_a_text_is_typed_and_rubbed_out_at_its_end() -> None:
    typed = Typed(most=6)
    for key in ("س", "ل", Act.SPACE, Act.SPACE, "ا"):
        typed.press(key)
    assert typed.text == "سل ا"
    assert typed.press(Act.BACKSPACE)
    assert typed.text == "سل "
    assert not typed.press(Act.PAGE)
    typed.wipe()
    assert not typed.press(Act.BACKSPACE)
    assert not typed.press(Act.SPACE), "a text does not begin with a space"


def test_a_labialised_letter_is_one() -> None:
    typed = Typed()
    typed.press("ⴳⵯ")
    typed.press("ⴰ")
    typed.press(Act.BACKSPACE)
    typed.press(Act.BACKSPACE)
    assert typed.text == ""


def test_ten_thousand_characters_that_are_pasted_are_cut() -> None:
    typed = Typed(most=500)
    typed.paste("a\n\x00" + "b" * 10_000)
    assert typed.text == "a" + "b" * 499
    assert not typed.press("c")


@given(st.lists(st.sampled_from(["a", "é", "ⴳⵯ", "م", *Act]), max_size=40), st.integers(1, 12))
def test_a_text_never_grows_beyond_its_end(keys: list[Key], most: int) -> None:
    typed = Typed(most=most)
    for key in keys:
        before = typed.text
        assert typed.press(key) is (typed.text != before)
        assert len(typed.text) <= most
