"""What kiosks are told of members: masked names, who is likely the same, what confirms who it is."""

import re
from datetime import date
from typing import Any, Final

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.rules.members.confirming import fits, shown_birth, ways
from server.rules.members.likely import Wanted, born_alike, likeliest, same_as, wanted_of
from server.rules.members.masking import MASK, masked
from server.rules.members.member import Member

TODAY: Final = date(2026, 11, 23)
KARIM: Final = Member(
    member="0" * 15 + "1",
    name_ar="كريم بناني",
    name_latin="Karim Bennani",
    category=1,
    birth="1960-05-31",
    employee_number="0012345",
    phone="+212612345678",
)


# -- masks -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "mask"),
    [
        ("كريم بناني", "ك. ب***"),
        ("Karim Bennani", "K. B***"),
        ("karim bennani", "K. B***"),
        # Half of all families have the article: what comes after it helps.
        ("محمد العلوي", "م. ع***"),
        ("محمد علوي", "م. ع***"),
        ("Mohamed El Alaoui", "M. A***"),
        ("Mohamed EL-ALAOUI", "M. A***"),
        ("Mohamed Alaoui", "M. A***"),
        # What joins stands with what it joins, written apart or not.
        ("فاطمة بن حدو", "ف. ب***"),
        ("فاطمة بنحدو", "ف. ب***"),
        ("Fatima Ben Haddou", "F. B***"),
        ("Fatima Benhaddou", "F. B***"),
        ("علي أيت علي", "ع. أ***"),
        ("Ali Aït Ali", "A. A***"),
        ("عبد الله التازي", "ع. ت***"),
        ("عبد الله", "ع***"),
        ("Abdellah Ben El Alaoui", "A. B***"),
        # Of what stands between nothing is shown.
        ("فاطمة الزهراء الإدريسي", "ف. إ***"),
        ("Fatima Ezzahra El Idrissi", "F. I***"),
        ("خديجة", "خ***"),
        ("Khadija", "K***"),
        # A name of a letter would stand there whole.
        ("م", "***"),
        ("M. Bennani", "B***"),
        ("كريم ب", "ك. ***"),
        ("A B", "***"),
        ("لو يو", "ل. ي***"),
        ("نور الله", "ن. ا***"),
        ("سيدي محمد", "س***"),
        ("", ""),
        (" ", ""),
        ("'=1+1 Omar", "O***"),
        ('=HYPERLINK("http://x.example","Mohamed")', "H***"),
        ("El", "E***"),
        ("ال", "ا***"),
    ],
)
def test_a_name_shows_two_letters_at_most(name: str, mask: str) -> None:
    assert masked(name) == mask


_letters = st.text("abcdMÉمحبعلويةاأ'. -", max_size=30)


@given(_letters | st.text(max_size=40))
def test_no_name_is_shown_whole_nor_how_long_it_is(name: str) -> None:
    mask = masked(name)
    assert mask == "" or mask.endswith(MASK)
    shown = sum(letter.isalpha() for letter in mask)
    assert shown <= 2
    assert shown < max(1, sum(letter.isalpha() for letter in name))
    for word in re.findall(r"[^\W\d_]{2,}", name):
        assert word not in mask


# -- who is likely the same ------------------------------------------------------------------


def wanted(**fields: str) -> Wanted:
    return wanted_of(fields, TODAY)


@pytest.mark.parametrize(
    ("fields", "same"),
    [
        ({"phone": "06 12 34 56 78"}, ["phone"]),
        ({"phone": "\u2066+212 6 12 34 56 78\u2069"}, ["phone"]),
        ({"phone": "0612345679"}, []),
        ({"phone": "12"}, []),
        ({"employee_number": "0012345"}, ["employee_number"]),
        ({"employee_number": "\u0660\u0660\u0661\u0662\u0663\u0664\u0665"}, ["employee_number"]),
        ({"employee_number": "12345"}, []),
        ({"name_ar": "كريم بناني"}, ["names"]),
        ({"name_ar": "بناني كريم"}, ["names"]),
        ({"name_ar": "كَرِيم بنّاني"}, ["names"]),
        ({"name_latin": "BENANI Karim"}, ["names"]),
        # Either script is enough, and each is held against its own.
        ({"name_ar": "كريم البناني", "name_latin": "Karim Bennani"}, ["names"]),
        ({"name_latin": "كريم بناني"}, []),
        # Beginnings and some of the words are nobody's whole name.
        ({"name_ar": "كريم"}, []),
        ({"name_ar": "كري بنا"}, []),
        ({"name_ar": "كريم أمين بناني"}, []),
        ({"name_ar": "😀"}, []),
        ({"name_ar": "", "name_latin": "", "phone": "", "employee_number": ""}, []),
        ({}, []),
        ({"category": "active", "email": "k@example.ma", "unheard_of": "x"}, []),
        # A birth that contradicts tells two people of one name apart; one that is unknown does not.
        ({"name_ar": "كريم بناني", "birth": "1960-05-31"}, ["names"]),
        ({"name_ar": "كريم بناني", "birth": "1960"}, ["names"]),
        ({"name_ar": "كريم بناني", "birth": "31/05/1960"}, ["names"]),
        ({"name_ar": "كريم بناني", "birth": "1961"}, []),
        ({"name_ar": "كريم بناني", "birth": "1960-06"}, []),
        ({"name_ar": "كريم بناني", "birth": "unknown"}, ["names"]),
        # Whatever the birth: one number is one person's, or a family's.
        ({"name_ar": "كريم بناني", "birth": "1961", "phone": "0612345678"}, ["names", "phone"]),
        ({"phone": "0612345678", "employee_number": "0012345"}, ["phone", "employee_number"]),
    ],
)
def test_what_is_the_same_of_somebody_asked_about(fields: dict[str, str], same: list[str]) -> None:
    assert same_as(wanted(**fields), KARIM) == same


@pytest.mark.parametrize("birth", ["1960-05-31", "1960-05", "1960", ""])
@pytest.mark.parametrize("other", ["1960-05-31", "1960-05", "1960", ""])
def test_births_known_in_part_contradict_nothing_that_they_do_not_say(birth: str, other: str) -> None:
    assert born_alike(birth, other)


@pytest.mark.parametrize(
    ("birth", "other"),
    [("1960-05-31", "1960-05-30"), ("1960", "1961"), ("1960-05", "1960-06-01"), ("1960-1", "1960-10")],
)
def test_births_that_differ_contradict(birth: str, other: str) -> None:
    assert not born_alike(birth, other)
    assert not born_alike(other, birth)


def test_nothing_of_the_member_is_a_match_by_being_empty() -> None:
    nobody = Member(member="0" * 16)
    assert same_as(wanted(name_ar="كريم", phone="", employee_number="", birth=""), nobody) == []


@pytest.mark.parametrize("birth", ["1960-05-31", "1960-05", "1960"])
def test_whose_birth_fits_comes_before_whose_is_unknown(birth: str) -> None:
    unknown = msgspec.structs.replace(KARIM, member="0" * 16, birth="")
    other = msgspec.structs.replace(KARIM, member="0" * 15 + "2", birth="1961", name_ar="", name_latin="")
    found = likeliest(wanted(phone="0612345678", birth=birth), [unknown, other, KARIM])
    assert [each.member for each, _ in found] == [KARIM.member, unknown.member, other.member]


def test_a_number_says_more_than_a_phone() -> None:
    sister = Member(member="0" * 16, phone="+212612345678", birth="1960-05-31")
    asked = wanted(phone="0612345678", employee_number="0012345", birth="1960-05-31")
    same = msgspec.structs.replace(KARIM, phone="", birth="")
    assert [each.member for each, _ in likeliest(asked, [sister, same])] == [same.member, sister.member]


def test_who_has_more_in_common_comes_first() -> None:
    def person(number: int, **fields: Any) -> Member:
        return msgspec.structs.replace(KARIM, member=f"{number:016x}", **fields)

    people = [
        person(1, phone="", employee_number="", birth=""),
        person(2, phone="", employee_number="", deactivated_at=5),
        person(3, name_ar="عمر", name_latin="Omar"),
        person(4, employee_number="9"),
        person(5),
        person(6, name_ar="عمر", name_latin="Omar", phone="", employee_number=""),
        person(7, phone="", employee_number="", birth="1961"),
    ]
    asked = wanted(name_ar="كريم بناني", phone="0612345678", birth="1960-05-31", employee_number="0012345")
    found = likeliest(asked, people)
    assert [(each.member[-1], same) for each, same in found] == [
        ("5", ["names", "phone", "employee_number"]),
        ("3", ["phone", "employee_number"]),
        ("4", ["names", "phone"]),
        ("2", ["names"]),
        ("1", ["names"]),
    ]


# -- confirming ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "value", "good"),
    [
        ("phone", "0612345678", True),
        ("phone", "+212 6 12 34 56 78", True),
        ("phone", "0612345679", False),
        ("phone", "78", False),
        ("phone", "", False),
        ("employee_number", "0012345", True),
        ("employee_number", "\u0660\u0660\u0661\u0662\u0663\u0664\u0665", True),
        ("employee_number", "12345", False),
        ("employee_number", "", False),
        ("birth", "1960-05-31", True),
        ("birth", "31/05/1960", True),
        ("birth", "1960-05", False),
        ("birth", "1960", False),
        ("birth", "1960-05-30", False),
        ("birth", "", False),
        # Those confirm nobody, whatever is typed.
        ("name_ar", "كريم بناني", False),
        ("member", KARIM.member, False),
        ("category", "1", False),
    ],
)
def test_a_field_confirms_as_it_is_kept(field: str, value: str, good: bool) -> None:  # noqa: FBT001 - a table
    assert fits(KARIM, field, value, TODAY) is good


@pytest.mark.parametrize(
    ("kept", "value", "good"),
    [
        ("1960", "1960", True),
        ("1960", "1960-05-31", False),
        ("1960-05", "1960-05", True),
        ("1960-05", "05/1960", True),
        ("1960-05", "1960", False),
        ("1960-05", "1960-05-31", False),
        ("", "", False),
        ("", "1960", False),
    ],
)
def test_a_birth_known_in_part_is_confirmed_by_that_part(kept: str, value: str, good: bool) -> None:  # noqa: FBT001
    assert fits(msgspec.structs.replace(KARIM, birth=kept), "birth", value, TODAY) is good


def test_nobody_is_confirmed_by_what_is_not_known() -> None:
    nobody = Member(member="0" * 16)
    for field in ("phone", "birth", "employee_number"):
        assert not fits(nobody, field, "", TODAY)
    assert ways(nobody, set()) == []


def test_what_was_asked_about_confirms_nothing() -> None:
    assert ways(KARIM, set()) == ["phone", "birth", "employee_number"]
    assert ways(KARIM, {"phone", "names"}) == ["birth", "employee_number"]
    assert ways(KARIM, {"phone", "birth", "employee_number"}) == []
    assert ways(msgspec.structs.replace(KARIM, phone=""), set()) == ["birth", "employee_number"]


def test_what_confirms_is_not_shown_before() -> None:
    assert shown_birth(KARIM) == "1960"
    assert shown_birth(msgspec.structs.replace(KARIM, birth="1960-05")) == "1960"
    # The year is all that is known: shown, it would confirm itself.
    assert shown_birth(msgspec.structs.replace(KARIM, birth="1960")) == ""
    assert shown_birth(msgspec.structs.replace(KARIM, birth="")) == ""
