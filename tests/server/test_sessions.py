"""Sessions that belong to no fair, as they are typed: rolls, lists, recommendations, the matrix, files."""

import csv
import json
import subprocess
import zipfile
from pathlib import Path
from typing import Final

import pytest
from click.testing import CliRunner
from openpyxl import load_workbook

from server.commands import program
from tests.programs import EXAMPLE, FAIR
from tests.server.members.register import Register, made_register

DELEGATES: Final = ("delegates-1", "--name", "ar=لقاء المناديب", "--name", "fr=Rencontre des délégués")
PEOPLE: Final = tuple(
    (f"Nom {number}", f"اسم {letter}", "actif", f"00{number}", "", "", "")
    for number, letter in enumerate("ابتثج", 1)
)


@pytest.fixture
def register(tmp_path: Path) -> Register:
    register = made_register(tmp_path)
    register.take(*PEOPLE)
    return register


@pytest.fixture
def meeting(register: Register) -> Register:
    """A meeting to which four were invited, and nobody has come yet."""
    register.json("session", "add", *DELEGATES, "--series", "delegates", "--date", "2024-10-09")
    register.json("session", "invite", "delegates-1", "001", "002", "003", "004")
    return register


# -- what is typed ---------------------------------------------------------------------------


def test_a_session_is_added_shown_changed_and_forgotten(register: Register) -> None:
    register.json("session", "add", *DELEGATES, "--date", "2024-10", "--territory", "rabat-sale-kenitra")
    found = register.json("session", "show", "delegates-1")
    assert found == {
        "session": "delegates-1",
        "fair": "",
        "names": {"ar": "لقاء المناديب", "fr": "Rencontre des délégués"},
        "kind": "meeting",
        "series": "",
        "territory": "rabat-sale-kenitra",
        "place": "",
        "date": "2024-10",
        "first_day": "2024-10",
        "last_day": "",
        "invited": None,
        "present": None,
        "attended": 0,
        "rate": None,
        "recommendations": [],
    }
    changed = (
        "--kind",
        "atelier",
        "--date",
        "2024-10-09",
        "--place",
        " Salle   Allal  Fassi ",
        "--name",
        "ar=",
    )
    register.json("session", "change", "delegates-1", *changed)
    found = register.json("session", "delegates-1")
    assert (found["kind"], found["date"], found["place"]) == ("workshop", "2024-10-09", "Salle Allal Fassi")
    assert (found["names"], found["territory"]) == ({"fr": "Rencontre des délégués"}, "rabat-sale-kenitra")
    register.json("session", "change", "delegates-1", "--date", "")
    assert "no day known" in register.type("session", "list")
    register.json("session", "remove", "delegates-1")
    assert register.json("session", "list") == []


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("Délégués", "--name", "fr=X"), "cannot be the id of a session"),
        (("x",), "the session has no name"),
        (("x", "--name", "de=X"), "'de=X' is no --name: write one of ar, fr"),
        (("x", "--name", "fr=X", "--kind", "party"), "is no kind of session; write one of: meeting"),
        (("x", "--name", "fr=X", "--date", "soon"), "date: 'soon' is no day; write it as far as it is known"),
        (
            ("x", "--name", "fr=X", "--territory", "atlantis"),
            "neither a territory of this body nor a commune",
        ),
        (("x", "--name", "fr=X", "--series", "all"), "stands for every session"),
    ],
)
def test_what_cannot_be_a_session_is_told(register: Register, words: tuple[str, ...], why: str) -> None:
    assert why in register.type("session", "add", *words, code=1)
    assert register.json("session", "list") == []


def test_a_session_of_a_fair_keeps_its_id(register: Register) -> None:
    tour = register.path / "tour.toml"
    text = EXAMPLE.read_text(encoding="utf-8")
    described = (
        f'[[sessions]]\nid = "training"\nnames = {{ ar = "تكوين", fr = "Formation" }}\nfair = "{FAIR}"\n'
    )
    tour.write_text(text.replace("[[territories]]", f"{described}\n[[territories]]", 1), encoding="utf-8")
    register.type("tour", "load", tour)
    told = register.type("session", "add", "training", "--name", "fr=X", code=1)
    assert f"{FAIR} has a session 'training': choose another id" in told
    found = register.json(
        "session",
        "import",
        register.list_of(("training", "X"), head=("session", "name_fr")),
        "--yes",
        code=1,
    )
    assert f"{FAIR} has a session of this id" in register.refused(found)[0]["refused_why"]
    assert register.json("session", "training")["fair"] == FAIR


def test_territories_of_the_bodys_own_are_accepted(register: Register) -> None:
    told = register.type("session", "add", *DELEGATES, "--territory", "gharb-centre", code=1)
    assert "neither a territory of this body nor a commune" in told
    register.json(
        "territory", "add", "gharb-centre", "--name", "ar=الغرب الأوسط", "--name", "fr=Gharb centre"
    )
    register.json("session", "add", *DELEGATES, "--territory", "الغرب الأوسط")
    assert register.json("session", "delegates-1")["territory"] == "gharb-centre"
    known = {each["territory"]: each["parent"] for each in register.json("territory", "list")}
    assert known["gharb-centre"] == ""
    register.json("territory", "add", "sidi-kacem", "--name", "fr=Sidi Kacem", "--parent", "gharb-centre")
    told = register.type(
        "territory", "add", "gharb-centre", "--name", "fr=Gharb", "--parent", "sidi-kacem", code=1
    )
    assert "would lie in itself" in told
    assert "there is no territory 'x'" in register.type(
        "territory", "add", "y", "--name", "fr=Y", "--parent", "x", code=1
    )


def test_a_session_that_is_none_names_those_without_a_fair(register: Register) -> None:
    told = register.type("session", "delegates-1", code=1)
    assert "describe sessions in the tour's file, or add one of no fair:  riwaq-server session add ID" in told
    register.type("session", "add", *DELEGATES)
    assert "there is no session 'delegates': choose one of delegates-1" in register.type(
        "session", "delegates", code=1
    )


def test_territories_stand_apart_from_their_names_however_long_their_ids(register: Register) -> None:
    lines = register.type("territory", "list").splitlines()
    assert "tanger-tetouan-al-hoceima  طنجة تطوان الحسيمة · Tanger-Tétouan-Al Hoceïma" in lines
    assert f"{'oriental':<24}الشرق · L'Oriental" in lines


def test_the_roll_is_typed_by_numbers_and_names(meeting: Register) -> None:
    member = meeting.id_of("003")
    told = meeting.json("session", "attend", "delegates-1", "001", member, "Nom 5")
    assert told == {"session": "delegates-1", "changed": 3}
    assert meeting.json("session", "attend", "delegates-1", "001")["changed"] == 0
    found = meeting.json("session", "delegates-1", "--absent")
    assert (found["invited"], found["present"], found["attended"], found["rate"]) == (4, 2, 3, 0.5)
    assert sorted(found["absent"]) == ["002", "004"]
    assert {each["name_latin"] for each in found["absentees"]} == {"Nom 2", "Nom 4"}
    assert "002  اسم ب / Nom 2" in meeting.type("session", "show", "delegates-1", "--absent")
    meeting.json("session", "attend", "delegates-1", "001", "--undo")
    assert meeting.json("session", "delegates-1")["present"] == 1
    told = meeting.type("session", "attend", "delegates-1", "002", "Nobody at all", code=1)
    assert "'Nobody at all' is neither a number nor the whole name of a contact" in told
    assert meeting.json("session", "delegates-1")["present"] == 1
    assert "there is no session 'x' without a fair: choose one of delegates-1" in meeting.type(
        "session", "attend", "x", "001", code=1
    )


def test_a_card_means_its_member_or_itself(meeting: Register) -> None:
    with meeting.membership() as (_, membership):
        [(member, card, _)] = membership.issue_member_cards(members=[meeting_id(meeting, "002")])
    out = meeting.path / "cards"
    meeting.type("cards", "issue", "--out", out, "--no-pictures")
    with (out / "cards.csv").open(encoding="utf-8", newline="") as file:
        [row] = csv.DictReader(file)
    number = row.get("card") or row["number"]
    meeting.json("session", "attend", "delegates-1", card.card, number)
    assert meeting.json("session", "delegates-1")["attended"] == 2
    assert meeting.json("session", "attend", "delegates-1", member.member)["changed"] == 0
    told = meeting.type("session", "attend", "delegates-1", "0001-00000000000000", code=1)
    assert "is no card that this server knows" in told


def meeting_id(register: Register, number: str) -> str:
    return register.id_of(number)


def test_two_contacts_of_one_name_are_told_apart_by_their_numbers(meeting: Register) -> None:
    meeting.take(("Nom 1", "", "actif", "999", "", "", ""))
    told = meeting.type("session", "attend", "delegates-1", "Nom 1", code=1)
    assert "2 contacts are named 'Nom 1'; write the number of one of them" in told


# -- lists -----------------------------------------------------------------------------------


def test_an_attendance_sheet_is_taken_in_once(meeting: Register) -> None:
    sheet = meeting.list_of(
        ("001", "oui"),
        ("002", "X"),
        ("005", "حاضر"),
        ("004", "non"),
        ("777", "oui"),
        ("003", "maybe"),
        ("", "x"),
        head=("PPR", "Présence"),
        name="sheet.csv",
    )
    dry = meeting.json("session", "attend", "delegates-1", "--from", sheet, "--dry-run", code=1)
    assert (dry["new"], dry["absent"], dry["refused"], dry["imported"]) == (3, 1, 3, False)
    assert meeting.json("session", "delegates-1")["attended"] == 0
    found = meeting.json("session", "attend", "delegates-1", "--from", sheet, "--yes", code=1)
    said = {row["refused_row"]: row["refused_why"] for row in meeting.refused(found)}
    assert "'777' is neither a number nor the whole name" in said["6"]
    assert "'maybe' says neither that somebody came nor the contrary" in said["7"]
    assert "nobody is named here" in said["8"]
    roll = meeting.json("session", "delegates-1")
    assert (roll["invited"], roll["present"], roll["attended"]) == (4, 2, 3)
    again = meeting.json("session", "attend", "delegates-1", "--from", sheet, "--yes", code=1)
    assert (again["new"], again["same"], again["imported"]) == (0, 4, False)


def test_a_sheet_with_the_absent_is_the_list_where_nobody_was_invited(register: Register) -> None:
    register.json("session", "add", *DELEGATES, "--date", "2024-10-09")
    rows = (("001", "oui"), ("002", "oui"), ("003", "non"))
    sheet = register.list_of(*rows, head=("PPR", "Présence"), name="sheet.csv")
    for new in (3, 0):
        told = register.json("session", "attend", "delegates-1", "--from", sheet, "--yes")
        assert (told["new"], told["same"]) == (new, 3 - new)
        roll = register.json("session", "delegates-1")
        assert (roll["invited"], roll["present"], roll["attended"]) == (3, 2, 2)
    came = register.list_of(("004",), head=("PPR",), name="later.csv")
    register.json("session", "attend", "delegates-1", "--from", came, "--map", "PPR=who", "--yes")
    roll = register.json("session", "delegates-1")
    assert (roll["invited"], roll["present"], roll["attended"]) == (3, 2, 3)


def test_somebody_who_stands_on_a_list_twice_counts_once(meeting: Register) -> None:
    sheet = meeting.list_of(("005",), ("Nom 5",), head=("PPR",))
    found = meeting.json("session", "attend", "delegates-1", "--from", sheet, "--map", "PPR=who", "--yes")
    assert (found["new"], found["same"], found["refused"]) == (1, 1, 0)
    assert meeting.json("session", "delegates-1")["attended"] == 1


def test_a_sheet_names_for_whom_each_came(meeting: Register) -> None:
    meeting.take(("Amal", "جمعية الأمل", "شريك"), head=("Nom complet", "الاسم الكامل", "Type de contact"))
    book = meeting.book_of(("Matricule", "الجمعية"), ("001", "جمعية الأمل"), ("002", ""))
    told = meeting.type("session", "invite", "delegates-1", "--from", book, code=1)
    assert "two columns hold who" in told
    mapped = ("--map", "الجمعية=behalf", "--yes")
    assert meeting.json("session", "attend", "delegates-1", "--from", book, *mapped)["new"] == 2
    rows = meeting.json("session", "matrix")["participants"]
    names = {each["name_latin"]: each["sessions"]["delegates-1"] for each in rows}
    assert names == {"Amal": "attended", "Nom 2": "attended", "Nom 3": "absent", "Nom 4": "absent"}


def test_a_list_of_sessions_is_taken_in_once(register: Register) -> None:
    head = ("Identifiant", "Intitulé", "Type", "Dates", "Série")
    rows = (
        ("t-1", "Montage", "formation", "", "digital"),
        ("t-2", "Budget", "formation", "2024-05", "digital"),
        ("t-3", "Site", "تكوين", "2025-04-05/2025-04-06", "digital"),
        ("t-3", "Again", "", "", ""),
        ("t 4", "", "party", "soon", ""),
    )
    file = register.list_of(*rows, head=head)
    found = register.json("session", "import", file, "--yes", code=1)
    assert (found["new"], found["refused"]) == (3, 2)
    said = register.refused(found)
    assert "row 4 is about the same session" in said[0]["refused_why"]
    assert said[1]["refused_column"].split(" | ") == ["Identifiant", "Dates", "Type", "Intitulé"]
    assert [(each["session"], each["date"]) for each in register.json("session", "list")] == [
        ("t-2", "2024-05"),
        ("t-3", "2025-04-05/2025-04-06"),
        ("t-1", ""),
    ]
    mended = (*rows[:2], ("t-3", "Site web", "تكوين", "2025-04-05/2025-04-06", "digital"))
    again = register.json("session", "import", register.list_of(*mended, head=head), "--yes")
    assert (again["new"], again["changed"], again["same"]) == (0, 1, 2)
    assert register.json("session", "import", register.list_of(*mended, head=head), "--yes")["same"] == 3


# -- recommendations -------------------------------------------------------------------------


def test_recommendations_are_followed_until_they_are_done(meeting: Register) -> None:
    first = meeting.json("session", "recommend", "delegates-1", "--text", "ar=فتح مكتب بتمارة")
    second = meeting.json("session", "recommend", "delegates-1", "--text", "fr=Un guichet <b>")
    assert (first["number"], second["number"], first["status"]) == (1, 2, "open")
    meeting.json(
        "session", "recommendation", "delegates-1", "1", "--status", "done", "--text", "fr=Un bureau"
    )
    listed = meeting.json("session", "recommendations", "--series", "delegates")
    assert [(each["number"], each["status"], each["texts"]) for each in listed] == [
        (1, "done", {"ar": "فتح مكتب بتمارة", "fr": "Un bureau"}),
        (2, "open", {"fr": "Un guichet <b>"}),
    ]
    assert listed[0]["done_at"]
    kept = meeting.json("session", "recommendation", "delegates-1", "1", "--status", "done")
    assert kept["done_at"] == listed[0]["done_at"]
    assert [e["number"] for e in meeting.json("session", "recommendations", "--status", "open")] == [2]
    reopened = meeting.json("session", "recommendation", "delegates-1", "1", "--status", "open")
    assert (reopened["status"], reopened["done_at"]) == ("open", None)
    meeting.json("session", "recommendation", "delegates-1", "1", "--remove")
    assert meeting.json("session", "recommend", "delegates-1", "--text", "fr=Encore")["number"] == 3
    told = meeting.type("session", "recommendation", "delegates-1", "1", "--status", "done", code=1)
    assert "has no recommendation 1: choose one of 2, 3" in told
    assert "no text stands here" in meeting.type("session", "recommend", "delegates-1", code=1)
    assert "2. [open] Un guichet <b>" in meeting.type("session", "delegates-1")


# -- files, audit, backup --------------------------------------------------------------------


def test_the_matrix_goes_into_a_file(meeting: Register) -> None:
    meeting.json(
        "session", "add", "delegates-2", "--name", "fr==1+1", "--series", "delegates", "--date", "2024-05"
    )
    meeting.json("session", "attend", "delegates-1", "001")
    meeting.json("session", "attend", "delegates-2", "001")
    out = meeting.path / "matrix.csv"
    meeting.json("session", "matrix", "--series", "delegates", "--out", out, "--language", "fr")
    with out.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file, delimiter=";"))
    assert rows[0][3:] == [
        "'=1+1 (mai 2024)",
        "Rencontre des délégués (9 octobre 2024)",
        "Séances suivies",
    ]
    assert rows[1] == ["اسم ا", "Nom 1", "001", "présent", "présent", "2"]
    assert rows[2][3:] == ["", "absent", "0"]
    book = meeting.path / "matrix.xlsx"
    meeting.json("session", "matrix", "--out", book, "--language", "fr")
    sheet = load_workbook(book).worksheets[0]
    assert (sheet["F2"].value, sheet["E2"].value) == (2, "présent")
    assert "there is no series 'x': choose one of delegates" in meeting.type(
        "session", "matrix", "--series", "x", code=1
    )
    assert "x was there" in meeting.type("session", "matrix")
    said = [(row["what"], row["detail"]) for row in meeting.log()]
    assert ("session matrix", {"count": 4, "file": "matrix.csv", "series": "delegates"}) in said


def test_rolls_are_audited_and_name_nobody(meeting: Register) -> None:
    meeting.json("session", "attend", "delegates-1", "001")
    meeting.json("session", "show", "delegates-1", "--absent")
    rows = {row["what"]: row["detail"] for row in meeting.log()}
    assert rows["invite"]["count"] == 4
    assert rows["attend"] == {"count": 1, "members": [meeting.id_of("001")], "session": "delegates-1"}
    assert rows["absentees"] == {"count": 3, "session": "delegates-1"}
    assert "Nom" not in json.dumps(meeting.log())


def test_an_attestation_lists_who_was_there_with_the_days_in_words(meeting: Register) -> None:
    meeting.json("session", "change", "delegates-1", "--date", "2024-05", "--place", "Salle 3")
    meeting.json("session", "attend", "delegates-1", "002", "001")
    out = meeting.path / "came.csv"
    told = meeting.json("attestation", "delegates-1", "--out", out, "--language", "fr")
    assert (told["count"], told["fair"]) == (2, "")
    with out.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file, delimiter=";"))
    listed = [row for row in rows if row and row[0] in {"1", "2"}]
    assert [row[1:4] for row in listed] == [["اسم ا", "Nom 1", "001"], ["اسم ب", "Nom 2", "002"]]
    for language, when in (("fr", "mai 2024"), ("ar", "2024")):
        pdf = meeting.path / f"list-{language}.pdf"
        meeting.json("attestation", "delegates-1", "--out", pdf, "--language", language)
        text = subprocess.run(["pdftotext", "-layout", pdf, "-"], capture_output=True, text=True, check=True)
        assert when in text.stdout
    assert meeting.log()[-1]["what"] == "attestation"
    meeting.json("session", "change", "delegates-1", "--date", "")
    pdf = meeting.path / "undated.pdf"
    meeting.json("attestation", "delegates-1", "--out", pdf, "--language", "fr")
    text = subprocess.run(["pdftotext", "-layout", pdf, "-"], capture_output=True, text=True, check=True)
    assert "date inconnue" in text.stdout


def test_a_backup_and_an_archive_carry_sessions(meeting: Register, tmp_path: Path) -> None:
    meeting.json("session", "recommend", "delegates-1", "--text", "fr=Un bureau")
    meeting.json("session", "attend", "delegates-1", "001")
    before = meeting.json("session", "matrix"), meeting.json("session", "show", "delegates-1")
    backup = tmp_path / "all.riwaq-backup"
    meeting.type("backup", backup, "--with-secrets")
    elsewhere = Register(tmp_path / "elsewhere")
    elsewhere.path.mkdir()
    done = CliRunner().invoke(program, ["restore", str(backup), "--dir", str(elsewhere.home)])
    assert done.exit_code == 0, done.output
    assert (elsewhere.json("session", "matrix"), elsewhere.json("session", "show", "delegates-1")) == before
    archive = tmp_path / "fair.zip"
    meeting.type("archive", "make", FAIR, "--out", archive)
    with zipfile.ZipFile(archive) as packed:
        [told] = json.loads(packed.read("sessions.json"))
    assert (told["session"], told["first_day"], told["invited"], told["present"]) == (
        "delegates-1",
        "2024-10-09",
        4,
        1,
    )
    assert told["recommendations"][0]["texts"] == {"fr": "Un bureau"}
    assert "person" not in json.dumps(told)
    meeting.type("archive", "verify", archive)


def test_both_engines_keep_sessions_alike(tmp_path: Path, database_url: str) -> None:
    register = made_register(tmp_path, database_url)
    register.take(*PEOPLE)
    register.json("territory", "add", "gharb", "--name", "fr=Gharb")
    register.json("session", "add", *DELEGATES, "--territory", "gharb", "--date", "2024-05")
    register.json("session", "invite", "delegates-1", "001", "002")
    register.json("session", "attend", "delegates-1", "002", "003")
    register.json("session", "invite", "delegates-1", "001", "--undo")
    for text in ("Un", "Deux"):
        register.json("session", "recommend", "delegates-1", "--text", f"fr={text}")
    register.json("session", "recommendation", "delegates-1", "1", "--status", "done")
    found = register.json("session", "delegates-1")
    assert (found["invited"], found["present"], found["attended"], found["date"]) == (1, 1, 2, "2024-05")
    assert [each["status"] for each in found["recommendations"]] == ["done", "open"]
    kinds = register.path / "kinds.csv"
    told = register.json("members", "export", "--kind", "donor", "--out", kinds)
    assert told["count"] == 0
    register.json("session", "remove", "delegates-1", "--yes")
    assert register.json("session", "list") == []
