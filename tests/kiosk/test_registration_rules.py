"""The form of a registration: what is taken of a field, what is refused, and what is missing."""

import time
import unicodedata
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.rules.registration import Doubles, Entries, Places, Rules, read
from kiosk.rules.registration.fields import KNOWN
from kiosk.rules.registration.texts import MOST_LETTERS, cleaned
from tests.wire.strategies import any_text, many
from wire.described import FIELDS, Form, FormField
from wire.patterns import fits, is_pattern, is_quick
from wire.programme import Territory

TODAY = date(2026, 11, 23)
RULES = Rules(TODAY, pattern="[0-9]{7}", partial_birth=True, categories=("active", "child"))
EXACT = Rules(TODAY)

TAKEN = [
    ("name_ar", "فاطمة  الزهراء ", "فاطمة الزهراء"),
    ("name_ar", "فاطـــمة", "فاطمة"),
    ("name_ar", "\u202eفاطمة\u202c\u200f", "فاطمة"),
    ("name_ar", "مُحَمَّد", "مُحَمَّد"),
    ("name_ar", "أݣادير", "أݣادير"),
    ("name_latin", "AI\u0308T BEN\u200dHADDOU", "AÏT BENHADDOU"),
    ("name_latin", "Fatima 😀 Zahra 🇲🇦", "Fatima Zahra"),
    ("name_latin", "D'Angelo-Smith Jr.", "D'Angelo-Smith Jr."),
    ("name_latin", "=HYPERLINK(a)", "HYPERLINKa"),
    ("name_latin", "Amina\x00\x07\x1b", "Amina"),
    ("name_latin", "A" * 10_000, "A" * MOST_LETTERS),
    ("phone", "06 12 34 56 78", "+212612345678"),
    ("phone", "00212612345678", "+212612345678"),
    ("phone", "+212 (0)6 12 34 56 78", "+212612345678"),
    ("phone", "٠٦١٢٣٤٥٦٧٨", "+212612345678"),
    ("phone", "+33 6 12 34 56 78", "+33612345678"),
    ("email", " Amina@Example.MA ", "Amina@example.ma"),
    ("birth", "31051960", "1960-05-31"),
    ("birth", "31/05/1960", "1960-05-31"),
    ("birth", "٣١٠٥١٩٦٠", "1960-05-31"),
    ("birth", "051960", "1960-05"),
    ("birth", "1960", "1960"),
    ("birth", "29022024", "2024-02-29"),
    ("birth", "1960-05-31", "1960-05-31"),
    ("birth", "1960-05", "1960-05"),
    ("employee_number", "0012345", "0012345"),
    ("employee_number", "\u200f\u0660\u0660\u0661\u0662\u0663\u0664\u0665", "0012345"),
    ("principal", "000100c0ffee00c0ff", "0001-00c0ffee00c0ff"),
    ("principal", "0001-00C0FFEE00C0FF", "0001-00c0ffee00c0ff"),
    ("principal", "0012345", "0012345"),
    ("national_id", "be 12345", "BE12345"),
    ("national_id", "\u200fA\u0661\u0662", "A12"),
    ("category", "child", "child"),
    ("language", "zgh", "zgh"),
    ("phone", "  ", ""),
]
REFUSED = [
    ("name_ar", "Amina", "not_arabic"),
    ("name_ar", "أمينة Amina", "not_arabic"),
    ("name_ar", "12345", "no_letters"),
    ("name_ar", "\u202e\u200f", "no_letters"),
    ("name_latin", "أمينة", "not_latin"),
    ("name_latin", "😀", "no_letters"),
    ("phone", "0612", "phone"),
    ("phone", "0" * 10_000, "phone"),
    ("email", "amina", "email"),
    ("email", "a..b@example.ma", "email"),
    ("email", f"{'a' * 300}@example.ma", "email"),
    ("birth", "31021960", "birth"),
    ("birth", "01011899", "birth"),
    ("birth", "24112026", "birth"),
    ("birth", "3105196", "birth"),
    ("birth", "1960-31-05", "birth"),
    ("birth", "196-05-31", "birth"),
    ("employee_number", "12345", "number"),
    ("employee_number", "12345678", "number"),
    ("employee_number", "0" * 10_000, "number"),
    ("principal", "00c0", "principal"),
    ("national_id", "12345", "number"),
    ("national_id", "ABC1", "number"),
    ("national_id", "A" * 10_000, "number"),
    ("category", "widow", "choice"),
    ("category", "staff", "choice"),
    ("language", "de", "choice"),
]


@pytest.mark.parametrize(("which", "typed", "kept"), TAKEN)
def test_what_is_taken(which: str, typed: str, kept: str) -> None:
    assert read(which, typed, RULES) == (kept, "")


@pytest.mark.parametrize(("which", "typed", "code"), REFUSED)
def test_what_is_refused_and_why(which: str, typed: str, code: str) -> None:
    assert read(which, typed, RULES) == ("", code)


@pytest.mark.parametrize("typed", ["1960", "051960"])
def test_a_day_of_birth_is_whole_unless_the_body_takes_less(typed: str) -> None:
    assert read("birth", typed, EXACT).code == "birth"


def test_a_kiosk_can_ask_for_everything() -> None:
    assert set(FIELDS) == KNOWN


@pytest.mark.parametrize(("authorised", "asked"), [("", False), ("A-123/2026", True)])
def test_a_national_id_is_asked_for_under_an_authorisation_alone(authorised: str, *, asked: bool) -> None:
    form = Entries(Form(fields=[FormField(id="national_id", required=True)], national_id=authorised), RULES)
    assert (form.field("national_id") is not None) == asked
    assert (form.missing() == ["national_id"]) == asked


@many
@given(any_text)
def test_no_name_keeps_what_nobody_sees_and_cleaning_again_changes_nothing(text: str) -> None:
    name = cleaned(text)
    assert len(name) <= MOST_LETTERS
    assert cleaned(name) == name
    assert unicodedata.is_normalized("NFC", name)
    kinds = {unicodedata.category(letter) for letter in name}
    assert kinds.isdisjoint({"Cf", "Cc", "Cs", "Co", "So", "Zl", "Zp"})
    assert "  " not in name


@many
@given(st.sampled_from(sorted(KNOWN)), any_text)
def test_anything_may_be_typed(which: str, text: str) -> None:
    found = read(which, text, RULES)
    assert not (found.value and found.code)
    if found.value:
        assert read(which, found.value, RULES) == found, "what is kept is taken as it is"


@pytest.mark.parametrize(
    "pattern", ["([0-9]+)+", "(a|a)*b", r"(.)\1", "[0-9]" * 20, "a*a*a*a*a*b", "(?P<x>a)(?P=x)"]
)
def test_no_pattern_keeps_a_kiosk_busy(pattern: str) -> None:
    assert not is_quick(pattern)
    assert fits(pattern, "1234567"), "one that is no good asks nothing"


@pytest.mark.parametrize("pattern", ["a*a*a*a*b", "[0-9]*[0-9]*[0-9]*[0-9]*x", ".*.*.*.*,"])
def test_the_slowest_pattern_that_is_taken_is_quick(pattern: str) -> None:
    assert is_quick(pattern)
    started = time.perf_counter()
    assert not fits(pattern, "0a" * 16)
    assert time.perf_counter() - started < 1


def test_what_is_no_pattern_asks_nothing() -> None:
    assert not is_pattern("[0-9")
    assert fits("[0-9", "17")
    assert fits("", "17")
    assert not fits("", "1" * 33)


# -- the form ----------------------------------------------------------------------------------------

FORM = Form(
    fields=[
        FormField(id="name_ar", required=True),
        FormField(id="category", required=True),
        FormField(id="principal"),
        FormField(id="phone"),
        FormField(id="national_id"),
        FormField(id="of_tomorrow", required=True),
    ],
    consents=["messages", "photos"],
)


def entries() -> Entries:
    return Entries(FORM, RULES)


def fill(form: Entries, which: str, typed: str) -> str:
    form.write(which, typed)
    return form.take(which)


def test_nothing_is_there_beforehand() -> None:
    form = entries()
    assert form.empty
    assert form.values() == {}
    assert form.agreed() == ()
    assert [form.said(consent) for consent in form.consents()] == [None, None]
    assert form.missing() == ["name_ar", "category", "messages", "photos"]


def test_a_principal_is_asked_of_dependants_alone() -> None:
    form = entries()
    assert [field.id for field in form.fields()] == ["name_ar", "category", "phone"]
    fill(form, "category", "child")
    assert [field.id for field in form.fields()] == ["name_ar", "category", "principal", "phone"]
    fill(form, "principal", "0012345")
    fill(form, "category", "active")
    assert form.values() == {"category": "active"}, "whoever is active has none"


def test_what_must_be_there_may_not_be_empty_and_what_may_be_skipped_is() -> None:
    form = entries()
    assert form.take("name_ar") == "empty"
    assert form.take("phone") == ""
    assert fill(form, "phone", "06") == "phone"
    assert form.typed("phone") == "06", "it may be mended"
    form.skip("phone")
    assert form.typed("phone") == ""


def test_a_refused_correction_keeps_what_was_taken() -> None:
    form = entries()
    assert fill(form, "phone", "0612345678") == ""
    assert fill(form, "phone", "06123") == "phone"
    assert form.value("phone") == "+212612345678"


def test_consents_are_asked_each_and_no_is_an_answer() -> None:
    form = entries()
    fill(form, "name_ar", "أمينة")
    fill(form, "category", "active")
    form.say("messages", yes=False)
    assert form.missing() == ["photos"]
    form.say("photos", yes=True)
    assert form.missing() == []
    assert form.agreed() == ("photos",)


# -- places ------------------------------------------------------------------------------------------


def test_a_commune_is_found_by_region_and_province_or_by_its_name_in_either_script() -> None:
    places = Places()
    regions = places.below()
    assert len(regions) == 12
    souss = next(each for each in regions if each.names["fr"] == "Souss-Massa")
    agadir = next(each for each in places.below(souss.id) if each.names["fr"].startswith("Agadir"))
    assert "Agadir" in [each.names["fr"] for each in places.below(agadir.id)]
    for text in ("agad", "أكاد", "اݣاد", "AGADIR"):
        assert any(each.names["fr"] == "Agadir" for each in places.search(text)), text
    assert places.search("Agadir")[0].names["fr"] == "Agadir"
    assert places.search("كليميم")[0].names["fr"] == "Guelmim"
    assert places.search("  ") == []
    assert places.search("qxv") == []


def test_every_commune_lies_in_a_region() -> None:
    places = Places()
    leaves = [
        each
        for region in places.below()
        for province in places.below(region.id)
        for each in places.below(province.id)
    ]
    assert len(leaves) >= 1503
    assert all(len(places.path(each.id)) >= 3 for each in leaves)


def test_a_bodys_own_territories_take_their_place_and_give_the_cards_code() -> None:
    own = [
        Territory(id="north", names={"fr": "Nord", "ar": "الشمال"}, code=7),
        Territory(id="tangier", names={"fr": "Tanger", "ar": "طنجة"}, parent="north"),
        Territory(id="loop", names={"fr": "Boucle"}, parent="loop"),
    ]
    places = Places(own)
    assert [each.id for each in places.below()] == ["north"]
    assert [each.id for each in places.below("north")] == ["tangier"]
    assert [places.code(each) for each in ("north", "tangier", "loop", "nowhere")] == [7, 7, 0, 0]
    assert [each.id for each in places.search("tang")] == ["tangier"]
    assert "tangier" in places
    assert "01.511" not in places


# -- whom the kiosk knows ------------------------------------------------------------------------------


def test_somebody_alike_is_found_by_phone_number_or_name_and_nothing_is_kept_to_read() -> None:
    doubles = Doubles(b"k" * 32)
    first = {
        "name_ar": "فاطمة الزهراء",
        "birth": "1960",
        "phone": "+212612345678",
        "employee_number": "0012345",
    }
    assert doubles.likely(first) is None
    doubles.remember(first, 1000)
    assert doubles.likely({"phone": "+212612345678"}) == ("phone", 1000)
    assert doubles.likely({"employee_number": "0012345"}) == ("employee_number", 1000)
    assert doubles.likely({"name_ar": "فاطمه الزهراء", "birth": "1960"}) == ("name", 1000)
    assert doubles.likely({"name_ar": "فاطمة الزهراء", "birth": "1961"}) is None
    assert doubles.likely({"name_ar": "", "phone": ""}) is None
    assert "612345678" not in str(vars(doubles))


def test_another_run_of_the_program_hashes_otherwise() -> None:
    one, other = Doubles(b"k" * 32), Doubles(b"l" * 32)
    for doubles in (one, other):
        doubles.remember({"phone": "+212612345678"}, 1)
    assert set(vars(one)["_seen"]).isdisjoint(vars(other)["_seen"])
