"""A tour as a workbook: the same tour, and every problem with its cell."""

import io
from collections.abc import Callable
from datetime import datetime, time
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from server.files.example import example_tour
from server.files.sheets import PARTS, SETTING_KEYS, SHEETS
from server.files.tour_file import check_tour, read_tour

EXAMPLE: Final = example_tour()
ONE_STOP: Final = example_tour(one_stop=True)
SMALL: Final = ONE_STOP.workbook()


def saved(book: Workbook) -> bytes:
    packed = io.BytesIO()
    book.save(packed)
    return packed.getvalue()


def changed(change: Callable[[Workbook], object]) -> list[str]:
    book = load_workbook(io.BytesIO(SMALL))
    change(book)
    return [str(problem) for problem in check_tour(saved(book), "tour.xlsx")]


def put(cell: str, value: Any) -> Callable[[Workbook], None]:
    sheet, _, at = cell.partition("!")

    def change(book: Workbook) -> None:
        book[sheet][at] = value

    return change


def column(sheet: str, name: str) -> str:
    return "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[SHEETS[sheet].index(name)]


FIRST_DAY: Final = f"fairs!{column('fairs', 'first_day')}2"
LAST_DAY: Final = f"fairs!{column('fairs', 'last_day')}2"
DAYS: Final = f"fairs!{column('fairs', 'days')}2"
OPENS: Final = f"fairs!{column('fairs', 'opens')}2"
PARTNER: Final = f"booths!{column('booths', 'partner')}4"
KIND: Final = f"booths!{column('booths', 'kind')}2"
CODE: Final = f"territories!{column('territories', 'code')}3"


def test_the_workbook_says_the_same_as_the_text() -> None:
    fetch = lambda name: EXAMPLE.beside[name].encode()  # noqa: E731 - a word for it would be longer
    assert read_tour(EXAMPLE.workbook(), "tour.xlsx") == read_tour(EXAMPLE.toml, "tour.toml", fetch)
    assert read_tour(SMALL, "rabat.xlsx") == read_tour(ONE_STOP.toml, "rabat.toml")


BAD: Final[dict[str, tuple[str, Any, str]]] = {
    "unknown_column": (
        "booths!A1",
        "identifier",
        "booths!A1: the column 'identifier' is not known; the columns are: id, names.ar",
    ),
    "near_column": (
        "booths!B1",
        "names.arr",
        "booths!B1: the column 'names.arr' is not known; write names.ar",
    ),
    "column_twice": ("booths!B1", "id", "booths!B1: two columns are named 'id'; keep one"),
    "text_day": (
        DAYS,
        "27/12/2024",
        f"{DAYS}: '27/12/2024' is not written as a day; write year-month-day: 2024-12-27",
    ),
    "month": (DAYS, "2024-05", f"{DAYS}: '2024-05' is a month, not a day"),
    "day_with_time": (DAYS, datetime(2024, 12, 27, 9, 30), f"{DAYS}: 2024-12-27T09:30:00"),  # noqa: DTZ001 - cells have no zone
    "bad_time": (OPENS, "half past nine", f"{OPENS}: 'half past nine' is no time of day"),
    "formula": (
        PARTNER,
        "=A1&B1",
        f"{PARTNER}: this cell holds a formula ('=A1&B1'); copy it and paste its value",
    ),
    "unknown_partner": (PARTNER, "bnk", f"{PARTNER}: 'bnk' is no partner of this file; write one of: bank"),
    "text_for_number": (
        CODE,
        "two",
        f"{CODE}: a text ('two') stands where a number belongs; write the number 4",
    ),
    "number_for_text": (
        "booths!A2",
        12,
        "booths!A2: a number (12) stands where a text belongs; format the cell as text",
    ),
    "missing_language": (
        "booths!C2",
        None,
        "booths!C2: the name in French is missing; fill in the column of fr",
    ),
    "missing_id": ("booths!A2", None, "booths!A2: this is missing; fill in the column id"),
    "two_booths_of_one_name": (
        "booths!C3",
        "ADHÉSION",
        "booths!C3: booths[1].names.fr has this name in French",
    ),
    "own_parent": (
        "territories!B2",
        "tanger-tetouan-al-hoceima",
        "territories!B2: 'tanger-tetouan-al-hoceima' is its own",
    ),
    "unknown_setting": (
        "settings!A2",
        "body.ids",
        "settings!A2: the setting 'body.ids' is not known; write body.id",
    ),
    "setting_twice": ("settings!A3", "body.id", "settings!A3: the setting body.id stands here a second time"),
    "kind_of_booth": (KIND, "gate", f"{KIND}: 'gate' is no kind of booth; write one of: booth, entrance"),
    "beyond_the_columns": ("booths!Z3", "x", "booths!Z3: this cell stands in a column without a name"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_problem_is_named_with_its_cell(case: str) -> None:
    cell, value, words = BAD[case]
    told = changed(put(cell, value))
    assert any(line.startswith(f"tour.xlsx:{words}") for line in told), told


def test_a_fair_that_ends_before_it_begins() -> None:
    def change(book: Workbook) -> None:
        put(DAYS, None)(book)
        put(FIRST_DAY, datetime(2024, 12, 29))(book)  # noqa: DTZ001 - cells have no zone
        put(LAST_DAY, "2024-12-27")(book)

    [told] = changed(change)
    assert told == (
        f"tour.xlsx:{LAST_DAY}: the fair ends on 2024-12-27, before it begins on 2024-12-29; "
        "write a last day that is not before the first"
    )


def test_topics_and_phones_have_their_cells() -> None:
    book = load_workbook(io.BytesIO(EXAMPLE.workbook()))
    icon, phone = (column("topics", "icon"), column("offers", "needs_phone"))
    assert (book["topics"][f"{icon}2"].value, book["offers"][f"{phone}2"].value) == ("hand-heart", True)
    book["topics"][f"{icon}3"] = "watch"
    book["offers"][f"{phone}3"] = "yes"
    told = "\n".join(str(problem) for problem in check_tour(saved(book), "tour.xlsx"))
    assert f"tour.xlsx:topics!{icon}3: 'watch' is no icon of a topic; write one of: hand-heart" in told
    assert f"tour.xlsx:offers!{phone}3: a text ('yes') stands where true or false belongs" in told


def test_merged_cells_are_refused() -> None:
    told = changed(lambda book: book["booths"].merge_cells("B2:C2"))
    assert (
        told[0]
        == "tour.xlsx:booths!B2:C2: these cells are merged; unmerge them and write the value into each"
    )


def test_days_and_times_may_be_cells_of_excel() -> None:
    def change(book: Workbook) -> None:
        put(DAYS, None)(book)
        put(FIRST_DAY, datetime(2024, 12, 27))(book)  # noqa: DTZ001 - cells have no zone
        put(LAST_DAY, datetime(2024, 12, 29))(book)  # noqa: DTZ001 - the same
        put(OPENS, time(8, 30))(book)

    book = load_workbook(io.BytesIO(SMALL))
    change(book)
    [fair] = read_tour(saved(book), "tour.xlsx").fairs
    assert [str(day) for day in fair.fair.days] == ["2024-12-27", "2024-12-28", "2024-12-29"]
    assert {hours.opens for hours in fair.fair.hours} == {"08:30"}


def test_a_number_of_a_member_that_lost_its_zeros_is_noticed() -> None:
    def change(book: Workbook) -> None:
        book["sessions"].append(["s", "لقاء", "Rencontre", None, None, "rabat-2024"])
        book["invitees"].append(["s", "000471"])
        book["invitees"].append(["s", 471])
        book["invitees"].append(["t", "000471"])

    told = changed(change)
    number, session = told
    assert number.startswith("tour.xlsx:invitees!B3: a number (471) stands where a text belongs; format the")
    assert session.startswith("tour.xlsx:invitees!A4: 't' is no session of this file; write one of the sheet")


def test_other_hours_have_a_sheet_of_their_own() -> None:
    def change(book: Workbook) -> None:
        book["other_hours"].append(["rabat-2024", "2024-12-29", "09:00", "08:00"])
        book["other_hours"].append(["rabat-2024", "2025-12-29", "09:00", "13:00"])

    backwards, no_day = changed(change)
    assert backwards.startswith("tour.xlsx:other_hours!D2: it ends at 08:00, before it begins at 09:00; ")
    assert no_day.startswith("tour.xlsx:other_hours!B3: 2025-12-29 is no day of this fair; write one of: ")


def test_a_sheet_that_is_not_known_is_named_and_one_of_notes_is_not_read() -> None:
    def change(book: Workbook) -> None:
        book.create_sheet("booth plan").append(["x"])
        book.create_sheet("_scratch").append(["x"])
        book.create_sheet("Feuil2")

    [told] = changed(change)
    assert told.startswith("tour.xlsx:booth plan!A1: the sheet 'booth plan' is not known; ")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"PK\x03\x04" + bytes(100), "it is no Excel workbook that can be read"),
        (SMALL[:2000], "it is no Excel workbook that can be read"),
        (b"\xd0\xcf\x11\xe0" + bytes(600), "it is a workbook of the old kind (.xls); save it as .xlsx"),
        (b"PK\x03\x04" + bytes((8 << 20) + 1), "bytes; keep to 8388608 (8 MiB)"),
    ],
)
def test_what_is_no_workbook_is_said_in_words(content: bytes, words: str) -> None:
    [problem] = check_tour(content, "tour.xlsx")
    assert words in str(problem)
    assert str(problem).startswith("tour.xlsx: ")


CELLS: Final = st.one_of(
    st.none(),
    st.text(alphabet="abé,;=\n 0129-:ب", max_size=12),
    st.integers(),
    st.booleans(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.datetimes(datetime(1950, 1, 1), datetime(2100, 1, 1)),  # noqa: DTZ001 - the same
)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["settings", *SHEETS, *PARTS]), st.integers(1, 8), st.integers(1, 12), CELLS
        ),
        min_size=1,
        max_size=5,
    )
)
def test_no_cells_are_more_than_a_list_of_problems(cells: list[tuple[str, int, int, Any]]) -> None:
    book = load_workbook(io.BytesIO(SMALL))
    for sheet, row, at, value in cells:
        book[sheet].cell(row, at, value)
    for problem in check_tour(saved(book), "tour.xlsx"):
        assert problem.what
        assert problem.instead


def test_every_setting_and_column_is_one_that_a_tour_knows() -> None:
    values = EXAMPLE.values()
    assert set(SHEETS) <= {*values}
    sections = {"body", "tour", "theme", "retention", "members", "registration"}
    assert {key.partition(".")[0] for key in SETTING_KEYS} == sections
