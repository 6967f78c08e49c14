"""Numbers as members type them, and as they are kept."""

import pytest

from kiosk.rules.phones import e164_of, shown


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("0612345678", "+212612345678"),
        ("06 12 34 56 78", "+212612345678"),
        ("00212612345678", "+212612345678"),
        ("+212 (0)6 12345678", "+212612345678"),
        ("٠٦١٢٣٤٥٦٧٨", "+212612345678"),
        ("0522123456", "+212522123456"),
        ("0033612345678", "+33612345678"),
    ],
)
def test_a_number_is_kept_in_one_form(typed: str, kept: str) -> None:
    assert e164_of(typed) == kept


@pytest.mark.parametrize(
    "typed", ["", "0", "06123", "061234567", "06123456789", "0012", "abc", "+", "0" * 15]
)
def test_what_nobody_can_be_called_at_is_no_number(typed: str) -> None:
    assert e164_of(typed) == ""


def test_a_whole_number_is_shown_in_groups_and_a_part_as_it_was_typed() -> None:
    assert shown("0612345678") == shown("+212612345678") == "06 12 34 56 78"
    assert shown("0033612345678") == "+33 6 12 34 56 78"
    assert shown("0612") == "0612"
    assert shown("") == ""
