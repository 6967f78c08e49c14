"""Tables as files: what was written comes back as it was typed, and nothing of it is ever a formula."""

import csv
import io
import zipfile
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook
from python_calamine import load_workbook as calamine

from server.files.list_file import opened_list
from server.files.out.tables import LONGEST_CELL, csv_of, workbook_of
from server.rules.members.columns import recognised
from server.rules.members.sheet import as_it_was
from server.rules.table import Cell, Column, Kind, Table

MADE = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
NAUGHTY = [
    '=HYPERLINK("http://evil.example","click")',
    "+1+1",
    "-2+3",
    "@SUM(A1)",
    "\t=1",
    "'=1",
    "''",
    "'quoted'",
    '"; DROP TABLE member; --',
    "Robert'); DROP TABLE--",
    "<script>alert(1)</script>",
    "\u202egnp.exe",
    "a\u200bb\u200dc\u2066d\u2069",
    "😀 أݣادير ⵜⴰⵎⴰⵣⵉⵖⵜ",
    "د. فاطمة الزهراء",
    "semi;colon, comma\ttab",
    "two\nlines",
    "00123",
    "1e5",
    "TRUE",
    "2024-05",
    "x" * 10_000,
    "_x0041_",
    "{=1+1}",
]


def table(rows: Sequence[Sequence[Cell]], *kinds: Kind, title: str = "Rows") -> Table:
    return Table(title, [Column(f"c{at}", kind) for at, kind in enumerate(kinds)], rows)


def of_csv(content: bytes) -> list[list[str]]:
    text = content.decode("utf-8-sig")
    return [
        [as_it_was(cell) for cell in row] for row in csv.reader(io.StringIO(text, newline=""), delimiter=";")
    ]


def of_workbook(content: bytes) -> list[list[Any]]:
    [sheet] = calamine(io.BytesIO(content)).sheet_names
    return calamine(io.BytesIO(content)).get_sheet_by_name(sheet).to_python()


def book(*tables: Table, right_to_left: bool = False) -> bytes:
    return workbook_of(tables, right_to_left=right_to_left, made=MADE)


def formulas_in(content: bytes) -> Iterator[str]:
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        for name in packed.namelist():
            if name.startswith("xl/worksheets/"):
                text = packed.read(name).decode()
                yield from (mark for mark in ("<f>", "<f ", "<hyperlink") if mark in text)


# -- CSV -------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", NAUGHTY, ids=lambda text: repr(text[:20]))
def test_naughty_texts_come_back_from_csv_as_typed(text: str) -> None:
    content = csv_of([table([[text, "end"]], Kind.TEXT, Kind.CODE)])
    assert of_csv(content)[1:] == [[text, "end"]]


def test_no_cell_of_a_csv_begins_like_a_formula() -> None:
    content = csv_of([table([[text] for text in NAUGHTY], Kind.TEXT)])
    for [cell] in csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";"):
        assert not cell.startswith(("=", "+", "-", "@", "\t", "\r")), cell


def test_a_csv_says_that_it_is_utf_8_and_parts_cells_as_excel_in_morocco_does() -> None:
    content = csv_of([table([["فاطمة", 4127, 12.5, 0.125]], Kind.TEXT, Kind.WHOLE, Kind.DECIMAL, Kind.SHARE)])
    assert content.startswith(b"\xef\xbb\xbf")
    assert content.decode("utf-8-sig") == "c0;c1;c2;c3\r\nفاطمة;4127;12,5;12,5%\r\n"


def test_days_and_moments_are_iso_and_what_is_not_known_is_empty() -> None:
    rows: list[list[Cell]] = [[date(2024, 12, 28), datetime(2024, 12, 28, 9, 5), None], ["2024-05", None, ""]]  # noqa: DTZ001 - local
    found = of_csv(csv_of([table(rows, Kind.DAY, Kind.MOMENT, Kind.TEXT)]))
    assert found[1:] == [["2024-12-28", "2024-12-28 09:05:00", ""], ["2024-05", "", ""]]


def test_several_tables_stand_one_below_the_other_under_their_titles() -> None:
    one, two = table([["a"]], Kind.TEXT, title="=First"), table([["b"]], Kind.TEXT, title="Second")
    assert of_csv(csv_of([one, two])) == [["=First"], ["c0"], ["a"], [], ["Second"], ["c0"], ["b"]]


def test_our_own_importer_reads_back_what_is_written(tmp_path: Path) -> None:
    names = [text for text in NAUGHTY if "\n" not in text]
    columns = [Column("name_latin"), Column("phone", Kind.CODE)]
    rows = [[name, "+212612345678"] for name in names]
    file = tmp_path / "list.csv"
    file.write_bytes(csv_of([Table("Members", columns, rows)]))
    with opened_list(file, recognised) as opened:
        assert [list(row.cells) for row in opened.rows] == rows
    file = tmp_path / "list.xlsx"
    file.write_bytes(book(Table("Members", columns, rows)))
    with opened_list(file, recognised) as opened:
        assert [list(row.cells[:2]) for row in opened.rows] == rows


# -- workbooks -------------------------------------------------------------------------------


@pytest.mark.parametrize("text", NAUGHTY, ids=lambda text: repr(text[:20]))
def test_naughty_texts_come_back_from_a_workbook_as_typed(text: str) -> None:
    content = book(table([[text]], Kind.TEXT))
    assert of_workbook(content) == [["c0"], [text]]
    assert list(formulas_in(content)) == []


def test_cells_have_their_types() -> None:
    kinds = (Kind.TEXT, Kind.CODE, Kind.WHOLE, Kind.DECIMAL, Kind.SHARE, Kind.DAY, Kind.MOMENT)
    row: list[Cell] = ["=1", "0012", 4127, 2.5, 0.5, date(2024, 12, 28), datetime(2024, 12, 28, 9, 5)]  # noqa: DTZ001 - local
    sheet = load_workbook(io.BytesIO(book(table([row], *kinds)))).worksheets[0]
    cells = [cell for [cell] in sheet.iter_cols(min_row=2, max_row=2)]
    assert [cell.data_type for cell in cells] == ["s", "s", "n", "n", "n", "d", "d"]
    assert cells[1].value == "0012"
    assert (cells[4].value, cells[4].number_format) == (0.5, "0.0%")
    assert cells[5].value == datetime(2024, 12, 28)  # noqa: DTZ001 - a workbook knows no zone
    assert cells[1].number_format == "@"


def test_whole_numbers_among_decimals_have_no_decimals() -> None:
    sheet = load_workbook(io.BytesIO(book(table([[900], [4.5]], Kind.DECIMAL)))).worksheets[0]
    assert [sheet[cell].number_format for cell in ("A2", "A3")] == ["#,##0", "#,##0.0"]


def test_days_that_are_known_in_part_or_lie_before_excels_time_stay_texts() -> None:
    rows: list[list[Cell]] = [["2024-05"], [None], [date(1899, 5, 1)], [date(1900, 1, 1)]]
    sheet = load_workbook(io.BytesIO(book(table(rows, Kind.DAY)))).worksheets[0]
    found = [cell.value for [cell] in sheet.iter_rows(min_row=2)]
    assert found == ["2024-05", None, "1899-05-01", datetime(1900, 1, 1)]  # noqa: DTZ001 - a workbook knows no zone


def test_headings_are_bold_and_frozen_and_columns_wide_enough() -> None:
    content = book(table([["a rather long name of somebody"], ["x"]], Kind.TEXT))
    sheet = load_workbook(io.BytesIO(content)).worksheets[0]
    assert sheet.freeze_panes == "A2"
    assert sheet["A1"].font.b
    assert sheet.column_dimensions["A"].width > 30


@pytest.mark.parametrize("right_to_left", [True, False])
def test_arabic_sheets_run_from_the_right(right_to_left: bool) -> None:  # noqa: FBT001 - both are tested
    content = book(table([["a"]], Kind.TEXT), right_to_left=right_to_left)
    assert bool(load_workbook(io.BytesIO(content)).worksheets[0].sheet_view.rightToLeft) is right_to_left


def test_what_no_cell_can_hold_is_cut_and_says_so() -> None:
    long = ["a" * LONGEST_CELL, "a" * (LONGEST_CELL + 1), "😀" * 20_000]
    found = [row[0] for row in of_workbook(book(table([[text] for text in long], Kind.TEXT)))[1:]]
    assert found[0] == long[0]
    assert found[1] == "a" * (LONGEST_CELL - 1) + "…"
    assert found[2] == "😀" * ((LONGEST_CELL - 1) // 2) + "…"


@pytest.mark.parametrize(
    "titles",
    [
        ["[a]:*?/\\b", "a b"],
        ["Par espace", "PAR ESPACE"],
        ["x" * 40, "x" * 41],
        ["'quoted'", ""],
        ["History", "history"],
        ["حسب الرواق", "حسب الرواق"],
        ["\x00\x01", "a\u202eb"],
    ],
)
def test_any_titles_make_sheets_that_excel_takes(titles: list[str]) -> None:
    content = book(*(table([["a"]], Kind.TEXT, title=title) for title in titles))
    names = load_workbook(io.BytesIO(content)).sheetnames
    assert len({name.lower() for name in names}) == 2
    for name in names:
        assert 0 < len(name) <= 31
        assert not set("[]:*?/\\") & set(name)
        assert name.lower() != "history"


# -- both ------------------------------------------------------------------------------------

texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=60)


@given(st.lists(st.tuples(texts, texts, st.integers(-(2**50), 2**50)), min_size=1, max_size=5))
def test_whatever_is_written_comes_back(rows: list[tuple[str, str, int]]) -> None:
    written = table(rows, Kind.TEXT, Kind.CODE, Kind.WHOLE)
    back = of_csv(csv_of([written]))[1:]
    assert back == [[one, two, str(number)] for one, two, number in rows]
    found = of_workbook(book(written))[1:]
    assert [tuple(row) for row in found] == rows


def test_a_row_of_another_length_is_no_table() -> None:
    with pytest.raises(ValueError, match="one cell for each column"):
        table([["a", "b"]], Kind.TEXT)
