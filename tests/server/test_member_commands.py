"""What an operator types about members: lists that come in whole, come out again, and are searched."""

import csv
import re
import zipfile
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from server.files import list_workbook
from server.store.members import Members
from tests.programs import EXAMPLE
from tests.server.members.register import FATIMA, HEAD, KARIM, SALMA, Register, made_register


@pytest.fixture
def register(tmp_path: Path) -> Register:
    return made_register(tmp_path)


def test_the_mapping_and_the_counts_are_shown_before_anything_is_asked(register: Register) -> None:
    file = register.list_of(KARIM, FATIMA, SALMA, head=(*HEAD[:-1], "Grade"))
    told = register.type("members", "import", file, answer="n\n")
    assert "The columns, named in row 1:\n  Nom et prénom  →  name_latin" in told
    assert "  الاسم الكامل  →  name_ar" in told
    assert "  Grade  is not imported: not known; --map 'Grade=FIELD' says what it holds" in told
    assert "3 new, 0 changed, 0 as they were, 0 refused" in told
    assert "Import 3 new and 0 changed?" in told
    assert "Nothing was changed." in told
    register.json("members", "find", "Karim", code=1)
    told = register.type("members", "import", file, answer="y\n")
    assert "3 members are new and 0 are changed." in told
    assert register.found("Karim") == ["Karim Bennani"]


def test_a_dry_run_changes_nothing(register: Register) -> None:
    found = register.json("members", "import", register.list_of(KARIM, FATIMA), "--dry-run")
    assert (found["new"], found["imported"]) == (2, False)
    register.json("members", "find", "Karim", code=1)
    assert [row["what"] for row in register.log()] == ["find"]


def test_the_same_list_twice_changes_nothing(register: Register) -> None:
    first = register.take(KARIM, FATIMA, SALMA)
    assert (first["new"], first["changed"], first["same"], first["refused"]) == (3, 0, 0, 0)
    before = register.exported()
    second = register.take(KARIM, FATIMA, SALMA)
    assert (second["new"], second["changed"], second["same"], second["imported"]) == (0, 0, 3, False)
    assert register.exported() == before


def test_a_later_list_changes_what_it_says_and_nothing_else(register: Register) -> None:
    register.take(KARIM, FATIMA)
    member = register.id_of("0012345")
    found = register.take(("Karim Bennani", "retraité", "0012345"), head=("Nom complet", "Statut", "PPR"))
    assert (found["new"], found["changed"]) == (0, 1)
    shown = register.json("members", "show", member)
    assert (shown["category"], shown["name_ar"], shown["phone"]) == ("retired", "كريم بناني", "+212612345678")


def test_principals_may_stand_later_in_the_list_or_be_known_already(register: Register) -> None:
    assert register.take(SALMA, FATIMA, KARIM)["new"] == 3
    principal = register.json("members", "show", register.id_of("0012345"))
    assert len(principal["household"]) == 2
    later = ("Amine Bennani", "", "enfant", "", "0012345", "", "")
    by_id = ("Omar Bennani", "", "enfant", "", principal["member"], "", "")
    assert register.take(later, by_id)["new"] == 2
    assert len(register.json("members", "show", principal["member"])["household"]) == 4


def test_rows_that_cannot_be_taken_are_refused_each_with_row_and_column(register: Register) -> None:
    found = register.take(
        KARIM,
        ("Omar", "", "x", "", "", "12", ""),
        ("Ali", "", "actif", "0012345", "", "", ""),
        ("Self", "", "enfant", "77", "77", "", ""),
        ("Lost", "", "enfant", "", "999", "", ""),
        ("Smile 😀", "", "actif", "", "", "", ""),
        code=1,
    )
    assert (found["new"], found["refused"]) == (1, 5)
    rows = register.refused(found)
    assert [(row["refused_row"], row["refused_column"]) for row in rows] == [
        ("3", "Catégorie | GSM"),
        ("4", "N° PPR"),
        ("5", "Ayant droit de"),
        ("6", "Ayant droit de"),
        ("7", "Nom et prénom"),
    ]
    assert "row 2 has '0012345' already; keep one of the two rows" in rows[1]["refused_why"]
    assert "nobody is their own dependant" in rows[2]["refused_why"]
    assert "no member has the number '999', here or in this list" in rows[3]["refused_why"]
    # The row as it was.
    assert [rows[0][name] for name in HEAD] == ["Omar", "", "x", "", "", "12", ""]


def test_refused_rows_may_be_mended_and_imported_as_they_lie(register: Register) -> None:
    found = register.take(("Omar", "", "x", "", "", "", ""), code=1)
    path = Path(found["refused_file"])
    assert path.name == "list.refused.csv"
    path.write_text(path.read_text(encoding="utf-8-sig").replace(",x,", ",actif,"), encoding="utf-8")
    assert register.json("members", "import", path, "--yes")["new"] == 1
    # What was mended is not written over by another try.
    again = register.take(("Omar", "", "y", "", "", "", ""), code=1)
    assert Path(again["refused_file"]).name == "list.refused-2.csv"
    assert ",actif," in path.read_text(encoding="utf-8")


def test_circles_and_dependants_of_dependants_are_refused(register: Register) -> None:
    said = register.said_of(
        ("A", "", "enfant", "1", "2", "", ""),
        ("B", "", "enfant", "2", "1", "", ""),
        ("C", "", "enfant", "3", "4", "", ""),
        ("D", "", "enfant", "4", "5", "", ""),
        ("E", "", "actif", "5", "", "", ""),
    )
    assert [(row, column) for row, column, _ in said] == [(n, "Ayant droit de") for n in "234"]
    assert "the principals go in a circle: row 2 → 3 → 2" in said[0][2]
    assert "the principals go in a circle: row 3 → 2 → 3" in said[1][2]
    assert "'4' (row 5) is a dependant, too; write the number of the one whose rights these are" in said[2][2]


def test_a_refused_principal_takes_its_dependants_along(register: Register) -> None:
    said = register.said_of(FATIMA, (*KARIM[:5], "1", ""))
    assert said[0][:2] == ("2", "Ayant droit de")
    assert "the principal, row 3, is refused; mend that row first" in said[0][2]


def test_who_has_dependants_cannot_become_one(register: Register) -> None:
    register.take(KARIM, FATIMA, ("Boss", "", "actif", "9", "", "", ""))
    said = register.said_of((*KARIM[:4], "9", *KARIM[5:]))
    assert "this member has dependants" in said[0][2]
    said = register.said_of(("Salma", "", "enfant", "", register.id_of("Fatima"), "", ""))
    assert "is a dependant, too" in said[0][2]


def test_two_rows_about_one_person_are_told(register: Register) -> None:
    said = register.said_of((*SALMA[:4], "", "", ""), (*SALMA[:4], "", "", ""))
    assert said == [
        (
            "3",
            "Nom et prénom",
            "row 2 says the same of the same name; take one out, or tell them apart by a number",
        )
    ]
    register.take(KARIM)
    member = register.id_of("0012345")
    found = register.json(
        "members",
        "import",
        register.list_of(
            (member, "Karim Bennani", ""),
            ("", "Karim Bennani", "0012345"),
            head=("member", "Nom complet", "PPR"),
        ),
        "--yes",
        code=1,
    )
    assert found["refused"] == 1
    assert f"row 2 is about the same member, {member}" in register.refused(found)[0]["refused_why"]


def test_a_number_of_somebody_else_is_refused(register: Register) -> None:
    register.take(KARIM, ("Ali Tazi", "", "actif", "7", "", "", ""))
    ali = register.id_of("Tazi")
    found = register.take((ali, "Ali Tazi", "0012345"), head=("member", "Nom complet", "PPR"), code=1)
    assert "'0012345' is the number of member" in register.refused(found)[0]["refused_why"]


def test_nothing_is_half_imported(register: Register, monkeypatch: pytest.MonkeyPatch) -> None:
    add = Members.add

    def broken(self: Members, members: Any, at: int) -> None:
        add(self, members, at)
        raise OSError("the disk is full")

    monkeypatch.setattr(Members, "add", broken)
    file = register.list_of(KARIM, FATIMA)
    with pytest.raises(AssertionError, match="the disk is full"):
        register.type("members", "import", file, "--yes")
    monkeypatch.undo()
    register.json("members", "find", "Karim", code=1)
    assert [row["what"] for row in register.log()] == ["find"]
    assert not [path for path in register.home.iterdir() if path.name.startswith("tmp")]


def test_columns_may_be_chosen(register: Register) -> None:
    file = register.list_of(("Omar Tazi", "actif", "0612345678", "x"), head=("Qui", "Rang", "Tél", "GSM"))
    told = register.type("members", "import", file, "--yes", code=1)
    assert "the columns 'Tél' and 'GSM' both hold phone" in told
    assert "no column holds names: say which does with --map" in told
    words = [word for pair in ("Qui=name_latin", "Rang=category", "GSM=-") for word in ("--map", pair)]
    found = register.json("members", "import", file, "--yes", *words)
    assert found["columns"] == {"Qui": "name_latin", "Rang": "category", "Tél": "phone"}
    assert (found["left"], found["new"]) == (["GSM"], 1)
    assert "is not COLUMN=FIELD" in register.type("members", "import", file, "--map", "x", code=2)


def test_titles_above_the_names_of_columns_are_passed_over(register: Register) -> None:
    file = register.list_of(("2026", ""), HEAD, KARIM, head=("لائحة المنخرطين",))
    told = register.type("members", "import", file, "--yes")
    assert "The columns, named in row 3:" in told
    assert register.found("Karim") == ["Karim Bennani"]


# -- files that are not as they should be ----------------------------------------------------


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("الاسم الكامل;الفئة\nمحمد;actif\n".encode("cp1256"), "list.csv:1: the file is not UTF-8"),
        ("Nom;Catégorie\nZoé;actif\n".encode("utf-16"), "it begins with the mark of UTF-16"),
        ("Nom;Category\nZoe;actif\n".encode("utf-16-le"), "it looks like UTF-16 without its mark"),
        (b"", "the list is empty; write the columns' names into its first row"),
        (b"Nom;Category\nZo\0e;actif\n", "list.csv:2: a NUL stands here; take it out"),
        (b'Nom;Category\n"Zoe;actif\n' + b"x" * 200_000, "list.csv:2: this line is no CSV"),
        (b"Nom;Category\n" + b"x" * 2_000_000, "list.csv:2: this line has more than 1048576 bytes"),
        (b"PK\x03\x04 no workbook", "it is no Excel workbook that can be read"),
        (b"\xd0\xcf\x11\xe0 old", "it is a workbook of the old kind (.xls), or under a password"),
    ],
)
def test_a_file_that_is_no_list_is_said_and_nothing_is_imported(
    register: Register, content: bytes, said: str
) -> None:
    path = register.path / "list.csv"
    path.write_bytes(content)
    assert said in register.type("members", "import", path, "--yes", code=1)


def test_a_letter_of_another_encoding_far_down_is_found(register: Register) -> None:
    path = register.list_of(*[(f"Ali {n}", "", "actif", str(n), "", "", "") for n in range(1, 5000)])
    with path.open("ab") as file:
        file.write("محمد".encode("cp1256") + b",,actif,,,,\n")
    told = register.type("members", "import", path, "--yes", code=1)
    assert "list.csv:5001: the file is not UTF-8" in told
    assert (
        "it looks like Windows Arabic (cp1256); open it in the program that wrote it and save it as UTF-8"
        in told
    )
    register.json("members", "find", "Ali", code=1)


def test_no_file_and_no_tour_are_said(register: Register, tmp_path: Path) -> None:
    assert "there is no such file" in register.type("members", "import", tmp_path / "none.csv", code=1)
    assert "this is a directory" in register.type("members", "import", tmp_path, code=1)


def test_a_workbook_is_a_list_with_numbers_days_and_texts(register: Register) -> None:
    row = (*KARIM[:3], 7654321.0, None, 612345678, datetime(1960, 5, 31))  # noqa: DTZ001 - as Excel keeps days
    found = register.json("members", "import", register.book_of(HEAD, row), "--yes")
    assert found["new"] == 1
    [shown] = register.json("members", "find", "7654321")
    assert (shown["birth"], shown["phone"]) == ("1960-05-31", "+212612345678")


def test_formulas_errors_merged_cells_and_bare_days_are_refused_by_cell(register: Register) -> None:
    path = register.book_of(
        HEAD,
        KARIM,
        ("=A2", "", "actif", "2"),
        ("Omar Tazi", "", "actif", "3", "", "", 32874),
        ("Ali Tazi", "", "actif", "4", "", "#N/A"),
        ("Merged", "", "actif", "5"),
        ("", "", "", ""),
    )
    book = load_workbook(path)
    book.worksheets[0]["F5"].data_type = "e"
    book.worksheets[0].merge_cells("A6:A7")
    book.save(path)
    found = register.json("members", "import", path, "--yes", code=1)
    assert (found["new"], found["refused"]) == (1, 5)
    said = {
        row["refused_row"]: (row["refused_column"], row["refused_why"]) for row in register.refused(found)
    }
    assert "this cell holds a formula ('=A2'); copy it and paste its value alone" in said["3"][1]
    assert said["4"] == (
        "Date de naissance",
        (
            "32874 is how Excel counts days, or a mistake; write 1990-01-01 if that is meant, "
            "or make the cells days"
        ),
    )
    assert "this cell holds an error (#N/A); write the value" in said["5"][1]
    for row in "67":
        assert "the cells A6:A7 are merged; unmerge them, a value in each" in said[row][1]


def test_a_workbook_of_several_filled_sheets_is_asked_about(register: Register) -> None:
    path = register.book_of(HEAD, KARIM)
    book = load_workbook(path)
    book.create_sheet("2025").append(["x"])
    book.create_sheet("empty")
    book.save(path)
    told = register.type("members", "import", path, "--yes", code=1)
    assert "several sheets hold something: 'Sheet', '2025'; a list is one sheet; let the names" in told
    book["2025"].title = "_2025"
    book.save(path)
    assert register.json("members", "import", path, "--yes")["new"] == 1


def test_a_zip_bomb_is_refused_before_it_is_unpacked(register: Register) -> None:
    path = register.book_of(HEAD, KARIM)
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/media/bomb.bin", b"\0" * (list_workbook._SMALL + 1))  # noqa: SLF001 - just too much
    told = register.type("members", "import", path, "--yes", code=1)
    assert re.search(
        r"it unpacks to \d+ bytes, which no list of people needs; save the list alone, as CSV", told
    )


def test_more_rows_than_a_list_may_have_are_said(register: Register, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("server.files.list_file.MAX_ROWS", 3)
    rows = [(f"Ali {n}", "", "actif", str(n), "", "", "") for n in range(20)]
    told = register.type("members", "import", register.list_of(*rows), "--yes", code=1)
    assert "the list has more than 3 rows; split it into several files" in told
    register.json("members", "find", "Ali", code=1)


# -- out and in again ------------------------------------------------------------------------

_NASTY = (
    ('=HYPERLINK("http://x.example","Mohamed")', "محـمد", "actif", "0000001", "", "+212661000001", "1960"),
    ("'=1+1 Omar", "", "retraité", "@2", "", "", "1960-05"),
)


def test_export_import_export_gives_the_same_file_here_and_elsewhere(
    register: Register, tmp_path: Path
) -> None:
    register.take(KARIM, FATIMA, SALMA, _NASTY[0], ("-Omar", "", "actif", "00-2", "", "", ""))
    register.type("members", "deactivate", register.id_of("0012345"))
    first = register.exported()
    assert first.startswith(b"\xef\xbb\xbfmember,name_ar,")
    assert b'"\'=HYPERLINK(""' in first
    assert b"'-Omar" in first
    assert b",+212661000001," in first
    again = register.json("members", "import", register.path / "out.csv", "--yes")
    assert (again["same"], again["new"], again["changed"], again["refused"]) == (5, 0, 0, 0)
    (tmp_path / "elsewhere").mkdir()
    other = made_register(tmp_path / "elsewhere")
    assert other.json("members", "import", register.path / "out.csv", "--yes")["new"] == 5
    assert other.exported() == first


def _cells(path: Path) -> list[list[tuple[Any, str]]]:
    sheet = load_workbook(path).worksheets[0]
    return [[(cell.value, cell.data_type) for cell in row] for row in sheet.iter_rows()]


def test_a_workbook_comes_back_cell_for_cell(register: Register, tmp_path: Path) -> None:
    register.take(KARIM, FATIMA, SALMA, _NASTY[0])
    register.type("members", "deactivate", register.id_of("0012345"))
    register.exported("out.xlsx")
    first = _cells(register.path / "out.xlsx")
    assert not any(kind == "f" for row in first for _, kind in row)
    births = {row[5][0] for row in first[1:]}
    assert births == {datetime(1960, 5, 31), "1965", "2012-03", "1960"}  # noqa: DTZ001 - as openpyxl gives days
    (tmp_path / "elsewhere").mkdir()
    other = made_register(tmp_path / "elsewhere")
    assert other.json("members", "import", register.path / "out.xlsx", "--yes")["new"] == 4
    other.exported("out.xlsx")
    assert _cells(other.path / "out.xlsx") == first
    assert other.exported() == register.exported()


def test_an_export_is_for_its_owner_alone_and_replaces_nothing(register: Register) -> None:
    register.take(KARIM)
    out = register.path / "out.csv"
    told = register.type("members", "export", "--out", out)
    assert f"1 members are in {out}: personal data" in told
    assert out.stat().st_mode & 0o777 == 0o600
    assert "exists already" in register.type("members", "export", "--out", out, code=1)
    assert "let its name end in .csv or in .xlsx" in register.type(
        "members", "export", "--out", register.path / "out.pdf", code=1
    )


# -- finding, showing, leaving ---------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "karim",
        "benn kar",
        "بناني كريم",
        "كر",
        "06 12 34 56 78",
        "+212 6 12 34 56 78",
        "0012345",
        "KARIM BENNANI",
    ],
)
def test_a_member_is_found_by_names_in_any_order_phone_or_number(register: Register, text: str) -> None:
    register.take(KARIM, ("Omar Tazi", "عمر التازي", "actif", "1", "", "", ""))
    assert register.found(*text.split()) == ["Karim Bennani"]


def test_names_are_found_as_they_fold_and_by_their_parts(register: Register) -> None:
    register.take(
        ("Mohammed Aït Ben Haddou", "محمد العلوي", "actif", "1", "", "", ""),
        ("Fatima El Alaoui", "أݣادير الزهراء", "actif", "2", "", "", ""),
    )
    for text in ("mohamed", "Ait Benhaddou", "haddou", "علوي", "العلوي محمد"):
        assert register.found(text) == ["Mohammed Aït Ben Haddou"], text
    for text in ("alaoui", "el alaoui fatima", "اكادير", "زهراء"):
        assert register.found(text) == ["Fatima El Alaoui"], text
    assert "Nobody is found" in register.type("members", "find", "zzz", code=1)


def test_a_member_is_found_by_a_cards_number_and_shown_with_household_and_cards(register: Register) -> None:
    register.take(KARIM, FATIMA)
    with register.membership() as (_, membership):
        [(member, card, _token)] = membership.issue_member_cards(category=1)
    assert register.found(card.card) == ["Karim Bennani"]
    shown = register.json("members", "show", member.member)
    assert shown["cards"] == [{"card": card.card, "revoked": False}]
    assert shown["household"] == [register.id_of("Fatima")]
    assert "national_id" not in shown
    told = register.type("members", "show", member.member)
    assert "name_ar          كريم بناني" in told
    assert "dependant        " in told
    assert "there is no member '0000000000000000'" in register.type("members", "show", "0" * 16, code=1)


def test_a_principal_who_leaves_takes_no_card_from_the_widow(register: Register) -> None:
    register.take(KARIM, FATIMA)
    with register.membership() as (_, membership):
        tokens = {member.name_latin: token for member, _, token in membership.issue_member_cards()}
    principal = register.id_of("0012345")
    assert register.json("members", "deactivate", principal) == {
        "member": principal,
        "newly_deactivated": True,
    }
    assert register.json("members", "deactivate", principal)["newly_deactivated"] is False
    assert "refused: revoked" in register.type("cards", "verify", tokens["Karim Bennani"], code=1)
    assert "accepted" in register.type("cards", "verify", tokens["Fatima Bennani"])
    assert register.json("members", "show", principal)["deactivated_at"]


def test_a_list_that_says_that_somebody_left_refuses_the_cards(register: Register) -> None:
    register.take(KARIM)
    with register.membership() as (_, membership):
        [(_, _, token)] = membership.issue_member_cards()
    register.take(("Karim Bennani", "0012345", "2026-11-01"), head=("Nom complet", "PPR", "Désactivé le"))
    assert "refused: revoked" in register.type("cards", "verify", token, code=1)


# -- the audit log ---------------------------------------------------------------------------


def test_every_look_at_members_leaves_a_row_without_their_names(
    register: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOGNAME", "zineb")
    register.take(KARIM, FATIMA)
    member = register.id_of("Karim")
    register.type("members", "show", member)
    register.exported()
    register.type("members", "deactivate", member)
    log = register.log()
    assert [(row["number"], row["who"], row["what"], row["about"]) for row in log] == [
        (1, "zineb", "import", ""),
        (2, "zineb", "find", ""),
        (3, "zineb", "show", member),
        (4, "zineb", "export", ""),
        (5, "zineb", "deactivate", member),
    ]
    assert log[0]["detail"] == {"changed": 0, "file": "list.csv", "new": 2}
    assert log[1]["detail"] == {"members": [member]}
    assert "Karim" not in str(log)
    assert [row["number"] for row in register.log("--about", member)] == [2, 3, 5]
    assert [row["number"] for row in register.log("--after", "3")] == [4, 5]
    assert f"zineb: show {member}" in register.type("audit", "show")
    found = register.json("audit", "verify")
    assert (found["whole"], found["rows"], found["broken"], found["why"]) == (True, 5, None, "")
    assert "The log is whole: 5 rows." in register.type("audit", "verify")


def test_national_ids_come_in_only_where_the_body_is_authorised(register: Register, tmp_path: Path) -> None:
    rows = [("Karim Bennani", "actif", "BE123456")]
    head = ("Nom complet", "Catégorie", "CIN")
    found = register.take(*rows, head=head)
    assert (found["left"], found["new"]) == (["CIN"], 1)
    tour = tmp_path / "tour.toml"
    rules = "\n[members]\nemployee_number = '[0-9]{7}'\nnational_id = 'D-GC-12/2026'\n"
    tour.write_text(EXAMPLE.read_text(encoding="utf-8") + rules, encoding="utf-8")
    register.type("tour", "load", tour)
    assert register.take(*rows, head=head)["changed"] == 1
    content = register.exported()
    assert b"BE123456" not in content
    assert re.search(rb"[0-9a-f]{32}:456", content)
    assert register.json("members", "show", register.id_of("Karim"))["national_tail"] == "456"
    assert register.said_of((*KARIM[:3], "12", "", "", ""))[0][1] == "N° PPR"


def test_a_workbook_from_a_program_without_shared_texts_is_read(register: Register) -> None:
    book = Workbook(write_only=True)
    sheet = book.create_sheet("list")
    sheet.append(HEAD)
    sheet.append([*KARIM[:6], date(1960, 5, 31)])
    book.save(register.path / "plain.xlsx")
    assert register.json("members", "import", register.path / "plain.xlsx", "--yes")["new"] == 1


def test_csv_with_semicolons_and_tabs_is_taken(register: Register) -> None:
    for number, delimiter in enumerate(";\t"):
        path = register.path / f"{number}.csv"
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            csv.writer(file, delimiter=delimiter).writerows(
                (HEAD, (f"Omar {number}", "", "actif", f"{number}"))
            )
        assert register.json("members", "import", path, "--yes")["new"] == 1
