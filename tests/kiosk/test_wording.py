"""What a kiosk says: every sentence in every language, and none of the words it never uses."""

import gettext
import string
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

from kiosk.rules import wording
from kiosk.rules.desk import Outcome
from wire.card import RefusalCode
from wire.pairing import VALID_MS, PairingRefusal

LOCALE = Path(__file__).parents[2] / "assets/locale"
LANGUAGES = ("ar", "fr")
NEVER = {"ar": ("خطأ", "فشل"), "fr": ("erreur", "échec", "échoué"), "en": ("error", "failed", "invalid")}
ENGLISH = gettext.NullTranslations()


def forms(message: Message) -> tuple[str, ...]:
    """Give the translation's words, all of them where they change with a number."""
    found = message.string
    return tuple(map(str, found)) if isinstance(found, tuple | list) else (str(found or ""),)


def catalogue(language: str) -> Catalog:
    with (LOCALE / language / "LC_MESSAGES/kiosk.po").open("rb") as file:
        return read_po(file, locale=language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_is_in_the_catalogue_and_no_other(language: str) -> None:
    messages = {message.id: message for message in catalogue(language) if message.id}
    assert set(messages) == {*wording.all_messages(), *wording.plural_messages()}
    for message in messages.values():
        assert all(forms(message)), message.id
        assert not message.fuzzy, message.id


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_filled_in_is_kept_by_the_translation(language: str) -> None:
    def fields(text: str) -> set[str]:
        return {name for _, name, _, _ in string.Formatter().parse(text) if name}

    for message in catalogue(language):
        if isinstance(message.id, str) and message.id:
            assert fields(str(message.string)) == fields(message.id)


@pytest.mark.parametrize("language", LANGUAGES)
def test_nobody_is_told_of_an_error(language: str) -> None:
    for message in catalogue(language):
        for words in forms(message):
            assert not any(word in words.lower() for word in NEVER[language]), words
    assert not any(word in text.lower() for text in wording.all_messages() for word in NEVER["en"])


@pytest.mark.parametrize("code", [*map(str, RefusalCode), "a code of tomorrow"])
def test_a_refusal_says_what_happened_and_what_to_do(code: str) -> None:
    said = wording.verdict(ENGLISH, Outcome.REFUSED, code)
    assert said.title
    assert any(said.text.startswith(word) for word in ("Please", "If")), said.text


def test_no_two_refusals_say_the_same() -> None:
    titles = [wording.verdict(ENGLISH, Outcome.REFUSED, str(code)).title for code in RefusalCode]
    assert len(set(titles)) == len(titles)


@pytest.mark.parametrize("code", [*map(str, PairingRefusal), "a code of tomorrow"])
def test_a_pairing_code_that_is_not_taken_says_why_and_what_to_do(code: str) -> None:
    said = wording.pairing_refused(ENGLISH, code)
    assert said.title
    assert "Please" in said.text


def test_no_two_refused_pairing_codes_say_the_same() -> None:
    titles = [wording.pairing_refused(ENGLISH, str(code)).title for code in PairingRefusal]
    assert len(set(titles)) == len(titles)


def test_a_pairing_code_is_good_for_as_long_as_the_words_say() -> None:
    assert VALID_MS == 15 * 60_000
    assert "15 minutes" in wording.how_to_pair(ENGLISH)[1][0]
    assert "15 minutes" in wording.pairing_refused(ENGLISH, PairingRefusal.EXPIRED).text


def test_a_scan_that_records_nothing_says_so() -> None:
    assert wording.verdict(ENGLISH, Outcome.REFUSED, Outcome.CLOSED).title == "These days are over"
    said = wording.verdict(ENGLISH, Outcome.REFUSED, Outcome.PAIRING)
    assert said.title == "This kiosk is set up already"


def test_a_kiosk_says_its_name_where_it_has_one() -> None:
    assert wording.paired(ENGLISH, "K-07").text == "Its name: K-07"
    assert wording.paired(ENGLISH, "").text == ""


def test_a_repeat_says_since_when_where_it_is_known() -> None:
    assert "09:15" in wording.verdict(ENGLISH, Outcome.REPEAT, "", recorded_at="09:15").text
    assert "{" not in wording.verdict(ENGLISH, Outcome.REPEAT, "").text


def test_numbers_are_told_as_the_language_counts() -> None:
    assert wording.no_network(ENGLISH, 0) == "No network · nothing is lost"
    assert wording.no_network(ENGLISH, 1) == "No network · 1 record waiting, safe"
    assert wording.no_network(ENGLISH, 23) == "No network · 23 records waiting, safe"
    assert wording.keep_on(ENGLISH, 1) == "Do not unplug · 1 record waits to be sent"
    assert wording.keep_on(ENGLISH, 23) == "Do not unplug · 23 records wait to be sent"
    assert "record" not in wording.keep_on(ENGLISH, 0)
    plurals = [message for message in catalogue("ar") if isinstance(message.id, tuple)]
    assert [len(forms(plural)) for plural in plurals] == [6, 6, 6]


@pytest.mark.parametrize("code", ["missing", "unreadable", "stalled", "covered", "ended", "of tomorrow"])
def test_staff_read_the_cause_of_every_camera_trouble(code: str) -> None:
    assert wording.cause(ENGLISH, "camera", code)


def test_a_trouble_that_nobody_here_can_mend_has_no_cause() -> None:
    assert wording.cause(ENGLISH, "message", "garbage") == ""
