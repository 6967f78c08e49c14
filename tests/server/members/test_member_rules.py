"""What a tour's ``[members]`` may say."""

import pytest

from server.rules.hints import TomlHints
from server.rules.members.member import MemberRules
from server.rules.reader import Reader
from server.rules.tour.members import read_members


def said_of(value: object) -> list[str]:
    reader = Reader(TomlHints({}))
    read_members(reader, value)
    return [f"{finding.place[-1]}: {finding.what}; {finding.instead}" for finding in reader.findings]


def test_a_body_says_how_its_numbers_look_and_under_what_authorisation() -> None:
    reader = Reader(TomlHints({}))
    rules = read_members(reader, {"employee_number": "[0-9]{7}", "national_id": " D-1/2026 "})
    assert rules == MemberRules(employee_number="[0-9]{7}", national_id="D-1/2026")
    assert read_members(reader, None) == MemberRules()
    assert reader.findings == []


@pytest.mark.parametrize(
    ("pattern", "what"),
    [
        ("[0-9", "is no pattern; write one such as '[0-9]{7}'"),
        ("a{999999999999}", "is no pattern"),
        ("(a+)+b", "is more than a number needs"),
        (r"(a)\1", "is more than a number needs"),
        ("a*a*a*a*a*b", "is more than a number needs"),
        ("a" * 61, "is more than a number needs"),
    ],
)
def test_a_pattern_that_is_none_or_could_go_on_for_hours_is_refused(pattern: str, what: str) -> None:
    [said] = said_of({"employee_number": pattern})
    assert said.startswith("employee_number: ")
    assert what in said


def test_what_is_not_known_or_empty_is_said() -> None:
    unknown = "employee_numbers: this key is not known; write employee_number"
    assert said_of({"employee_numbers": "x"}) == [unknown]
    [said] = said_of({"national_id": " "})
    assert said.startswith("national_id: the number of the authorisation is empty; write the CNDP's number")
    assert "a number (7) stands where a text belongs" in said_of({"employee_number": 7})[0]
