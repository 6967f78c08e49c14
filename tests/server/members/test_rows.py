"""One row of a list: what is taken, how it is kept, and what is said of what cannot be taken."""

import re
import unicodedata
from datetime import date
from typing import Any

import phonenumbers
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from server.rules.members.columns import FIELDS, columns_of, recognised
from server.rules.members.identifiers import e164, employee_number
from server.rules.members.member import Kind, Member, MemberRules
from server.rules.members.places import Places
from server.rules.members.rows import Draft, ListRow, RowReader
from server.rules.members.sheet import COLUMNS, as_it_was, cells_of, safe
from server.rules.members.texts import Unfit, cleaned_name
from wire.card import Category
from wire.programme import Territory

TODAY = date(2026, 11, 23)
KEY = b"k" * 32
TERRITORIES = [
    Territory(id="centre-1", names={"ar": "مركز القرب 1", "fr": "Centre de proximité 1"}),
    Territory(id="centre-2", names={"ar": "مركز 2", "fr": "Centre 2"}),
    Territory(id="centre-3", names={"ar": "مركز 2", "fr": "Centre 3"}),
]
RULES = MemberRules(employee_number="[0-9]{7}", national_id="D-123/2026")


def draft_of(**cells: str) -> Draft:
    """Read one row with these cells, by field."""
    columns = columns_of(list(cells), {}, with_national_ids=True)
    reader = RowReader(columns, RULES, Places(TERRITORIES), today=TODAY, key=KEY)
    return reader.read(ListRow(7, list(cells.values())))


def values_of(**cells: str) -> dict[str, Any]:
    draft = draft_of(**{"name_ar": "محمد", "category": "active", **cells})
    assert draft.problems == []
    return draft.values


def problem_of(**cells: str) -> str:
    """Give what is said of the one thing that is wrong."""
    [problem] = draft_of(**{"name_latin": "Mohamed", "category": "active", **cells}).problems
    return f"{problem.column}: {problem.what}; {problem.instead}"


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("0612345678", "+212612345678"),
        ("06 12 34 56 78", "+212612345678"),
        ("06.12.34.56.78", "+212612345678"),
        ("00212612345678", "+212612345678"),
        ("+212 (0)6 12-34-56-78", "+212612345678"),
        ("+212612345678", "+212612345678"),
        ("٠٦١٢٣٤٥٦٧٨", "+212612345678"),
        ("\u2066+212 6 12 34 56 78\u2069", "+212612345678"),
        ("612345678", "+212612345678"),
        ("0522 43 04 00", "+212522430400"),
        ("+33 6 12 34 56 78", "+33612345678"),
    ],
)
def test_a_phone_is_kept_as_e164_however_it_is_written(written: str, kept: str) -> None:
    assert values_of(phone=written)["phone"] == kept


@pytest.mark.parametrize(
    "written", ["0", "061234567", "06123456789", "0012", "phone", "06 12 34 56 7x", "+212"]
)
def test_a_wrong_phone_is_said(written: str) -> None:
    said = problem_of(phone=written)
    assert said.startswith("phone: ")
    assert "is no phone number that is given out; write one such as 06 12 34 56 78" in said


@given(st.from_regex(r"0[5-8][0-9]{8}", fullmatch=True))
def test_the_quick_way_to_read_a_phone_says_what_the_library_says(number: str) -> None:
    parsed = phonenumbers.parse(number, "MA")
    if phonenumbers.is_valid_number(parsed):
        assert e164(number) == phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
    else:
        with pytest.raises(Unfit):
            e164(number)


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("Mohamed  El\u00a0Alaoui ", "Mohamed El Alaoui"),
        ("Ai\u0308t Ali", "Aït Ali"),
        ("Mo\u200bhamed", "Mohamed"),
        ("\u202eMohamed\u202c", "Mohamed"),
        ("\u2067فاطمة\u2069 الزهراء\u200f", "فاطمة الزهراء"),
        ("محـــمد", "محمد"),
        ("مُحَمَّد", "مُحَمَّد"),
        ("أݣادير", "أݣادير"),
        ("Mohamed\tAli\nBen", "Mohamed Ali Ben"),
        ('=HYPERLINK("http://x.example","Mohamed")', '=HYPERLINK("http://x.example","Mohamed")'),
        ("@SUM(A1)", "@SUM(A1)"),
    ],
)
def test_a_name_is_kept_without_what_nobody_sees(written: str, kept: str) -> None:
    assert cleaned_name(written) == kept


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("Mohamed 😀", "U+1F600 (GRINNING FACE), a picture or sign that is part of no name; take it out"),
        ("Moha\u0000med", "U+0000 (a control character), which cannot be printed; write it again"),
        ("Moha\ufffdmed", "which cannot be printed; write it again"),
        ("ـــ", "holds no letter of a name"),
        ("\u200f\u200b", "holds no letter of a name"),
        ("12345", "holds no letter of a name"),
        ("M" * 121, "the name has 121 letters; write at most 120"),
        ("م" * 10_000, "the name has 10000 letters; write at most 120"),
        (
            "محمد Mohamed",
            "is in two scripts; write the Arabic name and the Latin one into columns of their own",
        ),
    ],
)
def test_what_is_no_name_is_said(written: str, said: str) -> None:
    assert said in problem_of(name_latin=written)


@given(st.text(max_size=200))
@example("'=1+1")
@example("ﷺ")
@example("\u0640\u0640")
def test_any_text_is_a_name_that_stays_as_it_is_or_is_refused_in_words(text: str) -> None:
    problem, name = None, ""
    try:
        name = cleaned_name(text)
    except Unfit as unfit:
        problem = unfit
    if problem is not None:
        assert all((problem.what, problem.instead))
        return
    assert cleaned_name(name) == name
    assert name == unicodedata.normalize("NFC", name)
    assert len(name) <= 120
    assert not any(unicodedata.category(letter) in {"Cf", "Cc", "So", "Cs"} for letter in name)


def test_names_go_where_their_script_belongs() -> None:
    assert draft_of(name_latin="محمد", category="actif").values["name_ar"] == "محمد"
    swapped = draft_of(name_ar="Mohamed", name_latin="محمد", category="actif")
    assert (swapped.values["name_ar"], swapped.values["name_latin"]) == ("محمد", "Mohamed")
    two = draft_of(name_ar="محمد", name_latin="علي", category="actif")
    assert "are in one script" in two.problems[0].what
    none = draft_of(name_ar="", name_latin=" ", category="actif")
    assert none.problems[0].what == "no name stands here"


def test_a_name_in_two_columns_is_one() -> None:
    draft = draft_of(Nom="BEN HADDOU", Prénom="Fatima", Catégorie="veuve")
    assert draft.values["name_latin"] == "Fatima BEN HADDOU"
    draft = draft_of(**{"الاسم العائلي": "العلوي", "الاسم الشخصي": "محمد", "الفئة": "متقاعد"})
    assert draft.values == {"name_ar": "محمد العلوي", "category": Category.RETIRED}


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("1960", "1960"),
        ("1960-05", "1960-05"),
        ("05/1960", "1960-05"),
        ("1960-05-31", "1960-05-31"),
        ("31/05/1960", "1960-05-31"),
        ("31.5.1960", "1960-05-31"),
        ("\u0663\u0661/\u0660\u0665/\u0661\u0669\u0666\u0660", "1960-05-31"),
    ],
)
def test_a_day_of_birth_may_be_known_in_part(written: str, kept: str) -> None:
    assert values_of(birth=written)["birth"] == kept


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("32874", "how Excel counts days, or a mistake; write 1990-01-01 if that is meant"),
        (
            "31/02/1960",
            "is no day of the calendar; write 1960-05-31, or 31/05/1960 with the day before the month",
        ),
        ("1960-13", "there is no month 13; write 1960-05-31"),
        ("05/31/1960", "there is no month 31; write 1960-05-31, or 31/05/1960 with the day before"),
        ("31/05/60", "is no day of birth; write 1960-05-31, 31/05/1960, 1960-05 or 1960"),
        ("2027-01-01", "nobody here was born in '2027-01-01'"),
        ("1860", "nobody here was born in '1860'"),
    ],
)
def test_a_wrong_day_of_birth_is_said(written: str, said: str) -> None:
    assert said in problem_of(birth=written)


def test_an_employees_number_keeps_its_zeros_and_follows_the_bodys_pattern() -> None:
    assert values_of(employee_number="0012345")["employee_number"] == "0012345"
    assert (
        values_of(employee_number="\u0660\u0660\u0661\u0662\u0663\u0664\u0665")["employee_number"]
        == "0012345"
    )
    assert "Excel loses zeros in front" in problem_of(employee_number="12345")
    assert employee_number("")("A-12/3") == "A-12/3"
    with pytest.raises(Unfit, match="the number has 33 characters"):
        employee_number("")("1" * 33)


def test_a_national_id_leaves_its_hash_and_its_end_alone() -> None:
    values = values_of(national_id="be 12345")
    assert values["national_tail"] == "345"
    assert len(values["national_id"]) == 32
    assert values["national_id"] == values_of(national_id="BE12345")["national_id"]
    assert "BE12345" not in str(values)
    said = problem_of(national_id="12345")
    assert "this is no national id number; write one or two letters" in said
    assert "12345" not in said
    assert "B" not in problem_of(national_id="B12345678x").partition(";")[0].removeprefix("national_id")


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("centre-1", "centre-1"),
        ("Centre de proximité 1", "centre-1"),
        ("مركز القرب 1", "centre-1"),
        ("01.511.01.0", "01.511.01.0"),
        ("Assilah", "01.511.01.01"),
        ("أصيلة", "01.511.01.01"),
        ("015110101", "01.511.01.01"),
    ],
)
def test_a_place_is_known_by_id_code_or_name(written: str, kept: str) -> None:
    assert values_of(territory=written)["territory"] == kept


def test_a_place_that_is_none_or_several_is_said() -> None:
    assert "is neither a territory of this body nor a commune; write" in problem_of(territory="Xyzzy")
    assert "2 places are named 'مركز 2'; write one of: centre-2, centre-3" in problem_of(territory="مركز 2")


@pytest.mark.parametrize(
    ("written", "kept"),
    [("m.b@example.ma", "m.b@example.ma"), (" M.B@Example.MA ", "M.B@example.ma"), ("", "")],
)
def test_an_address_is_kept(written: str, kept: str) -> None:
    assert values_of(email=written)["email"] == kept


@pytest.mark.parametrize(
    "written", ["m", "m@", "@x.ma", "m@x", "a b@x.ma", "a..b@x.ma", ".a@x.ma", "m@-x.ma"]
)
def test_a_wrong_address_is_said(written: str) -> None:
    assert "is no e-mail address; write one such as name@example.ma" in problem_of(email=written)


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("Actif", Category.ACTIVE),
        ("RETRAITÉ(E)", Category.RETIRED),
        ("أرملة", Category.WIDOW),
        ("ارمله", Category.WIDOW),
        ("enfant", Category.CHILD),
        ("ذوي الحقوق", Category.OTHER),
    ],
)
def test_a_category_is_read_in_three_languages(written: str, kept: Category) -> None:
    assert values_of(category=written)["category"] == kept


def test_what_a_contact_is_may_be_several_things() -> None:
    values = values_of(kinds="adhérent, donateur")
    assert values["kinds"] == Kind.MEMBER | Kind.DONOR
    assert values_of(kinds="مستفيد، شريك")["kinds"] == Kind.BENEFICIARY | Kind.PARTNER
    assert "'friend' is no kind of contact" in problem_of(kinds="friend")
    assert draft_of(name_ar="محمد", kinds="donor", category="").values["category"] == Category.OTHER
    assert "a member has a category" in problem_of(kinds="member", category="")


def test_everything_that_is_wrong_with_a_row_is_said_at_once() -> None:
    draft = draft_of(
        name_ar="😀", category="x", phone="1", birth="y", principal="0012345", employee_number="0012345"
    )
    assert {problem.column for problem in draft.problems} == {
        "name_ar",
        "category",
        "phone",
        "birth",
        "principal",
    }


def test_a_cell_beyond_the_columns_is_said() -> None:
    columns = columns_of(["name_ar", "category"], {}, with_national_ids=False)
    reader = RowReader(columns, RULES, Places([]), today=TODAY, key=KEY)
    [problem] = reader.read(ListRow(2, ["محمد", "actif", "", "x"])).problems
    assert problem.what == "the row has 4 cells, and 2 columns are named"
    assert reader.read(ListRow(2, ["محمد", "actif", "", ""])).problems == []
    assert reader.read(ListRow(2, ["محمد"])).problems[0].what == "a member has a category"


# -- columns ---------------------------------------------------------------------------------


def fields_of(*names: str, **chosen: str) -> list[str]:
    columns = columns_of(names, chosen, with_national_ids=True)
    assert columns.problems == []
    return [columns.fields.get(at, "") for at in range(len(names))]


def test_columns_are_known_as_bodies_name_them() -> None:
    assert fields_of("الاسم الكامل", "رقم التأجير", "الفئة", "الهاتف", "تاريخ الازدياد") == [
        "name_ar",
        "employee_number",
        "category",
        "phone",
        "birth",
    ]
    assert fields_of("NOM ET PRENOM", "N° PPR", "Catégorie", "GSM", "Ayant droit de", "CIN", "E-mail") == [
        "name_latin",
        "employee_number",
        "category",
        "phone",
        "principal",
        "national_id",
        "email",
    ]
    assert fields_of("Nom", "Prénom") == ["family_latin", "given_latin"]
    assert fields_of("Nom") == ["name_latin"]
    assert fields_of("الاسم", "النسب") == ["given_ar", "family_ar"]
    assert fields_of("الاسم") == ["name_ar"]
    assert recognised(["لائحة المنخرطين"]) == 0
    assert recognised(["Nom", "GSM", "?"]) == 2


def test_each_field_is_known_by_its_own_name() -> None:
    for field in FIELDS:
        assert field in columns_of([field], {}, with_national_ids=True).fields.values()
    assert set(COLUMNS) <= set(FIELDS)


def test_columns_that_are_not_read_or_doubled_are_said() -> None:
    columns = columns_of(["Nom", "Grade", "", "CIN"], {}, with_national_ids=False)
    assert [name for name, _ in columns.left] == ["Grade", "column 3", "CIN"]
    assert "authorisation of the CNDP" in columns.left[2][1]
    doubled = columns_of(["Nom", "GSM", "Tél"], {}, with_national_ids=False)
    assert doubled.problems == ["the columns 'GSM' and 'Tél' both hold phone: leave one out, --map 'Tél=-'"]
    assert columns_of(["Nom", "GSM", "Tél"], {"Tél": "-"}, with_national_ids=False).problems == []
    nameless = columns_of(["GSM"], {}, with_national_ids=False)
    assert "no column holds names" in nameless.problems[0]


def test_a_choice_that_cannot_be_is_said() -> None:
    wrong = columns_of(["Nom"], {"Nome": "name_ar", "Nom": "fone"}, with_national_ids=False)
    assert wrong.problems[0] == "--map: the list has no column 'Nome'; it has 'Nom'"
    assert "'fone' is nothing that is kept; write phone" in wrong.problems[1]
    assert columns_of(["X"], {"X": "name_ar"}, with_national_ids=False).fields == {0: "name_ar"}


# -- there and back --------------------------------------------------------------------------


@given(st.text(max_size=60))
@example("'=1+1")
@example("''")
@example("+212612345678")
@example("-3,5")
@example("-3,5|cmd")
def test_a_cell_is_safe_and_comes_back(text: str) -> None:
    cell = safe(text)
    assert as_it_was(cell) == text
    harmless = (
        cell[:1] not in {"=", "+", "-", "@", "\t", "\r", "|"}
        or cell.lstrip("+-").replace(",", ".").replace(".", "").isdigit()
    )
    assert harmless, cell


@given(st.text(alphabet="';,\t\r\n=+-@|a1", max_size=20))
@example("Ali;=1+1;")
@example("Ali,=1+1,")
@example("\t=1")
@example("a;''=1")
def test_nor_is_it_a_formula_where_it_is_split_by_another_sign(text: str) -> None:
    cell = safe(text)
    assert as_it_was(cell) == text
    begun = [part[:1] for part in re.split(r"[;,\t\r\n]", cell)[1:]]
    assert not set(begun) & {"=", "+", "-", "@", "|"}, cell


MEMBERS = st.builds(
    Member,
    member=st.from_regex(r"[0-9a-f]{16}", fullmatch=True),
    name_ar=st.sampled_from(["", "محمد العلوي", "فاطمة الزهراء"]),
    name_latin=st.sampled_from(["Mohamed El Alaoui", '=HYPERLINK("x","y")', "O'Brien-Aït", "'=a"]),
    category=st.sampled_from([1, 2, 3, 4, 5]),
    birth=st.sampled_from(["", "1960", "1960-05", "1960-05-31"]),
    employee_number=st.sampled_from(["", "0012345", "0000000"]),
    phone=st.sampled_from(["", "+212612345678"]),
    email=st.sampled_from(["", "m@example.ma"]),
    territory=st.sampled_from(["", "centre-1", "01.511.01.01"]),
    language=st.sampled_from(["ar", "fr", "zgh", "en"]),
    kinds=st.integers(1, 15),
    national_id=st.just("ab" * 16),
    national_tail=st.sampled_from(["345", "1"]),
    deactivated_at=st.none() | st.integers(0, 2**31).map(lambda seconds: seconds * 1000),
)


@given(MEMBERS)
def test_a_member_comes_back_from_the_cells_of_a_list(member: Member) -> None:
    columns = columns_of(COLUMNS, {}, with_national_ids=True)
    reader = RowReader(columns, RULES, Places(TERRITORIES), today=TODAY, key=KEY)
    draft = reader.read(ListRow(2, [as_it_was(safe(cell)) for cell in cells_of(member)]))
    assert draft.problems == []
    assert Member(**draft.values) == member


@given(st.lists(st.text(max_size=30), min_size=len(COLUMNS), max_size=len(COLUMNS)))
def test_no_row_is_more_than_a_list_of_problems(cells: list[str]) -> None:
    columns = columns_of(COLUMNS, {}, with_national_ids=True)
    reader = RowReader(columns, RULES, Places(TERRITORIES), today=TODAY, key=KEY)
    draft = reader.read(ListRow(2, cells))
    for problem in draft.problems:
        assert problem.column in COLUMNS
        assert problem.what
        assert problem.instead
    if not draft.problems:
        assert draft.values["name_ar"] or draft.values["name_latin"]
