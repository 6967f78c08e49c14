"""Lists as they come from offices: each row is taken or refused by row and column, and none is lost."""

import csv
from collections.abc import Sequence
from typing import Any, Final

import pytest

from tests.server.members.register import HEAD, Register

LINK: Final = '=HYPERLINK("http://x.example","Karim")'
# What is written into the column of Latin names, and what is kept or, after a "!", what is said.
NAMES: Final = (
    ("Karim Alami", "Karim Alami"),
    ("\u202eKarim\u202c Alaoui", "Karim Alaoui"),
    ("\u2067Karim\u2069 Amrani\u200f", "Karim Amrani"),
    ("Ka\u200drim\u200c Ba\u200bhi", "Karim Bahi"),
    ("\u061cKarim\ufeff Berrada", "Karim Berrada"),
    ("كـــريم بنـاني", "كريم بناني"),
    ("ك\u200dريم ب\u200cناني\u200e التازي", "كريم بناني التازي"),
    ("Ka\u00adrim Chraibi", "Karim Chraibi"),
    ("Karim\u00a0\u2009 Daoudi\t", "Karim Daoudi"),
    ("@SUM(A1) Karim", "@SUM(A1) Karim"),
    ("-Karim Fassi", "-Karim Fassi"),
    ("Karim 😀", "!U+1F600 (GRINNING FACE)"),
    ("👨\u200d👩\u200d👧", "!U+1F468 (MAN)"),
    ("❤\ufe0f Karim", "!U+2764"),
    ("K" * 10_000, "!the name has 10000 letters; write at most 120"),
    ("ك" * 10_000, "!the name has 10000 letters; write at most 120"),
    ("\u202e" * 10_000, "!"),
    ("ـــ", "!holds no letter of a name"),
    ("\u200d\u200f", "!holds no letter of a name"),
    ("كريم Karim", "!is in two scripts"),
    ("Moha\ufffdmed", "!which cannot be printed"),
)
_PHONES: Final = (
    ("06 12 34 56 78", "+212612345678"),
    ("00212612345678", "+212612345678"),
    ("+212 (0)6 12 34 56 78", "+212612345678"),
    ("٠٦١٢٣٤٥٦٧٨", "+212612345678"),
    ("۰۶۱۲۳۴۵۶۷۸", "+212612345678"),
    ("\u2066+212 6 12 34 56 78\u2069", "+212612345678"),
    ("\u202d0612345678\u202c", "+212612345678"),
    ("0612345678 / 0661000000", "!"),
    ("061234567", "!"),
    ("0012", "!"),
    ("6,12346E+08", "!"),
    ("06" * 5_000, "!"),
)


def rows_of(names: Sequence[tuple[str, str]]) -> list[tuple[str, ...]]:
    return [(written, "", "actif", f"{n:07}", "", "", "") for n, (written, _) in enumerate(names)]


def check(register: Register, found: Any, names: Sequence[tuple[str, str]], column: str) -> None:
    """Hold what became of each row, the first of which is row 2, against what was expected."""
    good = {n: kept for n, (_, kept) in enumerate(names) if not kept.startswith("!")}
    assert (found["new"], found["refused"]) == (len(good), len(names) - len(good))
    refused = {int(row["refused_row"]): row for row in register.refused(found)}
    assert set(refused) == {n + 2 for n in range(len(names)) if n not in good}
    for number, row in refused.items():
        assert row["refused_column"] == column
        assert names[number - 2][1][1:] in row["refused_why"]
        assert "; " in row["refused_why"], "what to do instead"
    for n, kept in good.items():
        [shown] = register.json("members", "find", f"{n:07}")
        assert kept in (shown["name_latin"], shown["name_ar"], shown["phone"])


def test_each_name_of_a_list_is_kept_clean_or_refused_by_its_cell(register: Register) -> None:
    # In a list of texts a formula is a text; whoever opens an export in a spreadsheet sees one, too.
    names = [*NAMES, (LINK, LINK)]
    check(register, register.take(*rows_of(names), code=1), names, HEAD[0])
    assert b"'=HYPERLINK" in register.exported()


def test_each_name_of_a_workbook_is_kept_clean_or_refused_by_its_cell(register: Register) -> None:
    names = [*NAMES, (LINK, "!this cell holds a formula")]
    book = register.book_of(HEAD, *rows_of(names))
    check(register, register.json("members", "import", book, "--yes", code=1), names, HEAD[0])


@pytest.mark.parametrize("kind", ["list", "book"])
def test_each_phone_of_a_list_is_kept_in_one_form_or_refused_by_its_cell(
    register: Register, kind: str
) -> None:
    rows = [
        (f"Karim {'abcdefghijklmnop'[n]}", "", "actif", f"{n:07}", "", phone, "")
        for n, (phone, _) in enumerate(_PHONES)
    ]
    file = register.list_of(*rows) if kind == "list" else register.book_of(HEAD, *rows)
    check(register, register.json("members", "import", file, "--yes", code=1), _PHONES, "GSM")


def test_what_was_refused_comes_back_as_it_was_written(register: Register) -> None:
    """The file beside holds the whole row: what nobody sees, emoji and ten thousand letters as well."""
    found = register.take(*rows_of(NAMES), code=1)
    kept = {row["refused_row"]: row[HEAD[0]] for row in register.refused(found)}
    written = {str(n + 2): name for n, (name, why) in enumerate(NAMES) if why.startswith("!")}
    assert kept == written


@pytest.mark.long
def test_a_million_rows_are_taken_or_refused_and_none_is_lost(register: Register) -> None:
    count, every = 1_000_000, 1_000
    path = register.path / "million.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEAD)
        for n in range(count):
            # Of each thousand one has no category, and one a number that another has.
            category = "" if n % every == 5 else "actif"
            number = f"{n - 1 if n % every == 7 else n:07}"
            writer.writerow((f"Karim {'Bennani' if n % 2 else 'Tazi'}", "", category, number, "", "", "1960"))
    found = register.json("members", "import", path, "--yes", code=1)
    assert (found["new"], found["refused"]) == (count - 2 * count // every, 2 * count // every)
    rows = register.refused(found)
    assert len(rows) == 2 * count // every
    assert {(row["refused_column"], int(row["refused_row"]) % every) for row in rows} == {
        ("Catégorie", 7),
        ("N° PPR", 9),
    }
    with register.membership() as (_, membership):
        assert membership.count() == found["new"]
