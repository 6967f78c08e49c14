"""What a tour says of registrations: which fields, in which order, why, and the card that comes of it."""

import pytest

from server.files.tour_file import check_tour, read_tour
from server.rules.tour.difference import difference
from tests.server.tours import LARGER
from wire.described import FormField

SECTION = """
[members]
employee_number = "[0-9]{7}"
national_id = "D-123/2024"

[registration]
fields = ["name_ar", "name_latin", "category", "principal", "phone"]
required = ["name_ar", "category"]
categories = ["active", "child"]
consents = ["contact"]
card_years = 5
partial_birth = true
[registration.reasons]
phone = { ar = "لنتصل بكم", fr = "Pour vous joindre" }
"""


def test_a_tour_without_the_section_registers_nobody() -> None:
    assert all(fair.form is None for fair in read_tour(LARGER, "tour.toml").fairs)


def test_what_is_asked_is_said_to_kiosks_by_the_programme() -> None:
    [fair, *_] = read_tour(LARGER + SECTION, "tour.toml").fairs
    form = fair.form
    assert form is not None
    assert [field.id for field in form.fields] == ["name_ar", "name_latin", "category", "principal", "phone"]
    assert [field.id for field in form.fields if field.required] == ["name_ar", "category"]
    assert form.fields[-1] == FormField(id="phone", reason={"ar": "لنتصل بكم", "fr": "Pour vous joindre"})
    assert (form.employee_number, form.national_id) == ("[0-9]{7}", "D-123/2024")
    assert (form.categories, form.consents) == (["active", "child"], ["contact"])
    assert (form.card_years, form.partial_birth) == (5, True)


def test_a_body_that_is_authorised_may_ask_for_national_ids_and_no_other() -> None:
    text = (LARGER + SECTION).replace('"phone"]', '"phone", "national_id"]')
    assert all(fair.asks_national_ids for fair in read_tour(text, "tour.toml").fairs)
    assert not any(fair.asks_national_ids for fair in read_tour(LARGER + SECTION, "tour.toml").fairs)


def test_left_out_a_card_is_good_for_three_years_and_every_category_is_registered() -> None:
    text = f'{LARGER}\n[registration]\nfields = ["name_latin", "category"]\n'
    form = read_tour(text, "tour.toml").fairs[0].form
    assert form is not None
    assert form.categories == ["active", "retired", "widow", "child", "other"]
    assert (form.card_years, form.consents, form.partial_birth) == (3, [], False)


WRONG: dict[str, tuple[str, str, str]] = {
    "no_fields": (
        'fields = ["name_ar", "name_latin", "category", "principal", "phone"]\n',
        "",
        "registration.fields: this is missing; write fields = [",
    ),
    "unknown_field": (
        '"principal", "phone"]',
        '"principal", "phon"]',
        "'phon' is no field of a registration",
    ),
    "field_twice": ('"principal", "phone"]', '"phone", "phone"]', "'phone' stands here a second time"),
    "nobody": (
        '["name_ar", "name_latin", "category"',
        '["category"',
        "nobody's name is asked for; write name_ar",
    ),
    "no_category": ('"category", "principal", ', "", "no category is asked for, and each card has one"),
    "principal_first": (
        '"category", "principal"',
        '"principal", "category"',
        "the principal is asked for before the category, which says who has one; write principal after",
    ),
    "national_id": (
        'national_id = "D-123/2024"\n\n[registration]\nfields = [',
        '\n[registration]\nfields = ["national_id", ',
        "fields[1]: national ids may be asked for only under an authorisation of the CNDP; write its number",
    ),
    "required_of_none": ('["name_ar", "category"]', '["email"]', "'email' is no field that is asked for"),
    "unknown_category": ('"child"]', '"children"]', "'children' is no category of a card"),
    "unknown_consent": ('["contact"]', '["contacts"]', "'contacts' is no consent of this file"),
    "years": (
        "card_years = 5",
        "card_years = 40",
        "registration.card_years: 40 is out of bounds; write 1 to 15",
    ),
    "no_flag": ("partial_birth = true", 'partial_birth = "yes"', "write true or false"),
    "reason_of_none": ("phone = {", "email = {", "registration.reasons.email: this key is not known"),
    "reason_without_french": (
        ', fr = "Pour vous joindre"',
        "",
        "reasons.phone.fr: the name in French is missing",
    ),
    "long_reason": ("Pour vous joindre", "x" * 33, "the reason has 33 letters; write at most 32"),
    "unknown_key": (
        "card_years",
        "card_year",
        "registration.card_year: this key is not known; write card_years",
    ),
    "hanging": (
        '"[0-9]{7}"',
        '"([0-9]+)+"',
        "members.employee_number: '([0-9]+)+' is more than a number needs",
    ),
    "no_table": (
        "[registration]\nfields",
        "registration = 5\n[x]\nfields",
        "registration: a number (5) stands",
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_problem_is_named_with_its_line_and_what_to_write(case: str) -> None:
    old, new, words = WRONG[case]
    assert old in SECTION
    text = LARGER + SECTION.replace(old, new, 1)
    if case == "no_table":
        text = "registration = 5\n" + LARGER
    told = [str(problem) for problem in check_tour(text, "tour.toml")]
    assert any(words in line for line in told), told
    assert all(line.startswith("tour.toml:") for line in told)


def test_a_changed_form_is_told_before_it_is_loaded() -> None:
    before = {fair.fair.id: fair for fair in read_tour(LARGER, "tour.toml").fairs}
    after = read_tour(LARGER + SECTION, "tour.toml").fairs
    changes = difference(before, after, {}, {})
    assert all(change.words == ["members", "registration"] for change in changes)
