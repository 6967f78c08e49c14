"""A programme that lacks texts is shown all the same, and what it lacks is said in the log."""

from pathlib import Path

import pytest

from kiosk.notices import Trouble
from kiosk.rules.texts import missing_texts, text_in
from tests.kiosk.fakes import FakeServer, Kiosk
from tests.wire.strategies import a_programme
from wire.described import Offer, Theme

NAMES = {"ar": "قرض", "fr": "Prêt", "zgh": "", "en": "Loan"}


@pytest.mark.parametrize(
    ("language", "body_language", "expected"),
    [
        ("ar", "fr", "قرض"),
        ("zgh", "en", "Loan"),
        ("zgh", "zgh", "Prêt"),
        ("de", "es", "Prêt"),
    ],
)
def test_the_bodys_language_stands_in_then_french_then_arabic(
    language: str, body_language: str, expected: str
) -> None:
    assert text_in(NAMES, language, body_language) == expected


def test_anything_is_better_than_nothing() -> None:
    assert text_in({"ar": "قرض"}, "zgh", "zgh") == "قرض"
    assert text_in({"es": "Préstamo"}, "zgh", "ar") == "Préstamo"
    assert text_in({}, "fr", "ar") == ""


def test_what_is_missing_is_named_by_language() -> None:
    programme = a_programme(
        theme=Theme(languages=["fr", "zgh"]),
        offers=[Offer(id="loan", names={"fr": "Prêt"}, booth="bank-1")],
        fair=a_programme().fair,
    )
    assert missing_texts(programme) == {"zgh": ["body", "fair", "booths.bank-1", "offers.loan"]}
    assert missing_texts(a_programme(theme=Theme(languages=["fr"]))) == {}


def test_a_kiosk_says_in_its_log_which_texts_are_missing(tmp_path: Path) -> None:
    lacking = a_programme(theme=Theme(languages=["fr", "zgh"]))
    with Kiosk(tmp_path, server=FakeServer(programme=lacking)) as kiosk:
        kiosk.ready()
        [told] = [each for each in kiosk.told(Trouble) if each.code == "texts"]
    assert told.kind == "programme"
    assert "zgh: body, fair, booths.bank-1" in told.words
