"""What a kiosk says: every sentence in every language, and none of the words it never uses."""

import gettext
import re
import string
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

from kiosk.rules import wording
from kiosk.rules.desk import Outcome
from kiosk.ui.languages import OFFERED, SOURCE
from wire.card import RefusalCode
from wire.pairing import VALID_MS, PairingRefusal

LOCALE = Path(__file__).parents[2] / "assets/locale"
TRANSLATED = [language for language in OFFERED if language != SOURCE]
NEVER = {
    "ar": ("خطأ", "فشل"),
    "fr": ("erreur", "échec", "échoué"),
    "zgh": ("ⵜⴰⵣⴳⵍⵜ", "ⴰⵣⴳⴰⵍ", "ⵉⵣⴳⴰⵍⵏ"),
    "en": ("error", "failed", "invalid"),
}
SAME = {"fr": {"Options", "Volume"}}
"""What a language writes as English does."""
ENGLISH = gettext.NullTranslations()
TIFINAGH = re.compile("[ⴰⴱⴳⴷⴹⴻⴼⴽⵀⵃⵄⵅⵇⵉⵊⵍⵎⵏⵓⵔⵕⵖⵙⵚⵛⵜⵟⵡⵢⵣⵥⵯ0-9 .,:?·/]*")
"""The letters that IRCAM teaches, digits, and what stands between words."""


def forms(message: Message) -> tuple[str, ...]:
    """Give the translation's words, all of them where they change with a number."""
    found = message.string
    return tuple(map(str, found)) if isinstance(found, tuple | list) else (str(found or ""),)


def sources(message: Message) -> tuple[str, ...]:
    """Give the English sentence, or both where it changes with a number."""
    return tuple(map(str, message.id)) if isinstance(message.id, tuple | list) else (str(message.id),)


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def catalogue(language: str) -> Catalog:
    with (LOCALE / language / "LC_MESSAGES/kiosk.po").open("rb") as file:
        return read_po(file, locale=language)


def messages(language: str) -> list[Message]:
    """Give what a catalogue says, without its header."""
    return [message for message in catalogue(language) if message.id]


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_sentence_is_in_the_catalogue_and_no_other(language: str) -> None:
    found = messages(language)
    assert {message.id for message in found} == {*wording.all_messages(), *wording.plural_messages()}
    assert not catalogue(language).obsolete
    for message in found:
        assert all(form.strip() for form in forms(message)), message.id
        assert not message.fuzzy, message.id


@pytest.mark.parametrize("language", TRANSLATED)
def test_no_sentence_is_left_in_english(language: str) -> None:
    same = {form for message in messages(language) for form in forms(message) if form in sources(message)}
    assert same == SAME.get(language, set())


def test_a_catalogue_stands_for_each_language_but_that_of_the_code() -> None:
    assert SOURCE == "en"
    assert sorted(path.parts[-3] for path in LOCALE.glob("*/LC_MESSAGES/kiosk.po")) == sorted(TRANSLATED)


@pytest.mark.parametrize("language", TRANSLATED)
def test_what_is_filled_in_is_kept_by_the_translation(language: str) -> None:
    for message in messages(language):
        wanted = fields(sources(message)[0])
        *others, last = forms(message)
        assert fields(last) == wanted, message.id
        # Arabic says none, one and two in words.
        for form in others:
            kept = {*fields(form), "count"} if language == "ar" else fields(form)
            assert kept == wanted, form


@pytest.mark.parametrize("language", TRANSLATED)
def test_nobody_is_told_of_an_error(language: str) -> None:
    for message in messages(language):
        for words in forms(message):
            assert not any(word in words.lower() for word in NEVER[language]), words
    assert not any(word in text.lower() for text in wording.all_messages() for word in NEVER["en"])


def test_tamazight_is_written_in_tifinagh_alone() -> None:
    for message in messages("zgh"):
        for words in forms(message):
            # But for what is filled in, and a card's number as an example of one.
            letters = re.sub(r"\{[a-z_]+\}|[0-9a-f]{4}-[0-9a-f]{14}", "", words)
            assert TIFINAGH.fullmatch(letters), words
            assert re.search("[ⴰ-ⵥ]", letters), words


def test_tamazight_says_of_itself_that_no_native_reader_has_seen_it() -> None:
    headers = dict(catalogue("zgh").mime_headers)
    with (LOCALE / "zgh/LC_MESSAGES/kiosk.po").open(encoding="utf-8") as file:
        header = file.read().split("\n\n", 1)[0]
    assert headers["Language"] == "zgh"
    assert '"X-Riwaq-Review: awaiting a native reader\\n"' in header


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


@pytest.mark.parametrize(("language", "count"), [("ar", 6), ("fr", 2), ("zgh", 2)])
def test_every_plural_has_all_forms_of_its_language(language: str, count: int) -> None:
    plurals = [message for message in messages(language) if isinstance(message.id, tuple)]
    assert {len(forms(plural)) for plural in plurals} == {count}
    assert len(plurals) == len(wording.plural_messages())


@pytest.mark.parametrize("code", ["missing", "unreadable", "stalled", "covered", "ended", "of tomorrow"])
def test_staff_read_the_cause_of_every_camera_trouble(code: str) -> None:
    assert wording.cause(ENGLISH, "camera", code)


def test_a_trouble_that_nobody_here_can_mend_has_no_cause() -> None:
    assert wording.cause(ENGLISH, "message", "garbage") == ""
