"""Visits from paper: importing twice changes nothing, no row is lost, and no clock is guessed at."""

import csv
import json
from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import msgspec
import pytest
from openpyxl import Workbook

from server.rules.members.rows import ListRow
from server.rules.paper_visits import PaperReader, PaperRow, paper_columns, paper_device
from tests.server.facts import card, ms
from tests.server.files.hall import RABAT, Hall
from tests.server.files.test_report import definition
from wire.events import Visit

HEAD = ("Carte", "Espace", "Date", "Heure")
KARIM = ("Karim Bennani", "كريم بناني", "actif", "0012345", "06 12 34 56 78")
FATIMA = ("Fatima Zahra", "", "veuve", "77", "0661234567")


@pytest.fixture
def paper(hall: Hall) -> Hall:
    hall.enrol(KARIM, FATIMA)
    return hall


def list_of(hall: Hall, *rows: Sequence[str], head: Sequence[str] = HEAD, name: str = "paper.csv") -> Path:
    path = hall.path / name
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter=";").writerows((head, *rows))
    return path


def imported(hall: Hall, *rows: Sequence[str], code: int = 0, head: Sequence[str] = HEAD) -> Any:
    return hall.json("visits", "import", list_of(hall, *rows, head=head), "--fair", RABAT, "--yes", code=code)


def refused(found: Any) -> list[tuple[str, str, str]]:
    with Path(found["refused_file"]).open(encoding="utf-8-sig", newline="") as file:
        return [
            (row["refused_row"], row["refused_column"], row["refused_why"]) for row in csv.DictReader(file)
        ]


def total(hall: Hall) -> tuple[int, int]:
    found = hall.json("stats", RABAT)
    return found["visits"], found["attendance"]


def test_a_list_is_counted_and_counted_once(paper: Hall) -> None:
    rows = (
        ("0012345", "bank", "27/12/2024", "10:05"),
        ("77", "Espace banque", "2024-12-27", "10h07"),
        (paper.cards["77"].identity, "membership", "2024-12-28", "9:00"),
    )
    found = imported(paper, *rows)
    assert (found["new"], found["same"], found["refused"], found["imported"]) == (3, 0, 0, True)
    assert total(paper) == (3, 2)
    assert paper.json("stats", RABAT)["by_category"]["widow"]["visits"] == 2
    again = imported(paper, *rows)
    assert (again["new"], again["same"], again["imported"]) == (0, 3, False)
    assert total(paper) == (3, 2)
    assert paper.log()[-1]["detail"] == {"count": 3, "fair": RABAT, "file": "paper.csv"}


def test_a_dry_run_changes_nothing(paper: Hall) -> None:
    file = list_of(paper, ("0012345", "bank", "27/12/2024", "10:05"))
    found = paper.json("visits", "import", file, "--fair", RABAT, "--dry-run")
    assert (found["new"], found["imported"]) == (1, False)
    assert total(paper) == (0, 0)


def test_a_visit_that_was_scanned_too_counts_once(paper: Hall) -> None:
    paper.happen(Visit(card=paper.cards["0012345"]), occurred_at=ms("2024-12-27T09:01"))
    imported(paper, ("0012345", "bank", "27/12/2024", "10:05"))
    assert total(paper) == (1, 1)


def test_the_same_person_by_card_and_by_number_is_one_visit(paper: Hall) -> None:
    found = imported(
        paper,
        ("0012345", "bank", "27/12/2024", "10:05"),
        (paper.cards["0012345"].identity, "bank", "27/12/2024", "10:05"),
    )
    assert (found["new"], found["same"]) == (1, 1)


def test_another_card_later_does_not_make_the_visit_again(paper: Hall) -> None:
    row = ("0012345", "bank", "27/12/2024", "10:05")
    imported(paper, row)
    paper.type("cards", "revoke", paper.cards["0012345"].identity, "--reason", "lost")
    with paper.membership() as membership:
        assert len(list(membership.issue_member_cards())) == 1
    assert imported(paper, row)["same"] == 1
    assert total(paper) == (1, 1)


def test_rows_that_cannot_be_taken_are_refused_each_with_its_reason(paper: Hall) -> None:
    found = imported(
        paper,
        ("999", "bank", "27/12/2024", "10:05"),
        ("0012345", "bnk", "27/12/2024", "10:05"),
        ("0012345", "bank", "31/02/2024", "10:05"),
        ("0012345", "bank", "27/12/2024", "25:05"),
        ("", "", "", ""),
        ("", "", "27/12/2024", ""),
        (card(7).identity, "bank", "27/12/2024", "10:05"),
        ("0012345", "bank", "27/12/2099", "10:05"),
        ("0012345", "bank", "27/12/2024", "10:05"),
        code=1,
    )
    assert (found["new"], found["refused"], found["imported"]) == (1, 7, True)
    rows = refused(found)
    assert [(row, column) for row, column, _ in rows] == [
        ("2", "Carte"),
        ("3", "Espace"),
        ("4", "Heure"),
        ("5", "Heure"),
        ("7", "Espace | Carte | Heure"),
        ("8", "Carte"),
        ("9", "Heure"),
    ]
    assert "no member has the number '999'" in rows[0][2]
    assert "write bank" in rows[1][2]
    assert "no card that this server knows" in rows[5][2]
    assert "lies ahead" in rows[6][2]


def test_days_that_are_none_of_the_fairs_are_warned_of_and_counted(paper: Hall) -> None:
    file = list_of(paper, ("0012345", "bank", "26/12/2024", "10:05"))
    told = paper.type("visits", "import", file, "--fair", RABAT, "--yes")
    assert "1 on 2024-12-26, which is no day of this fair" in told
    assert list(paper.json("stats", RABAT)["by_day"]) == ["2024-12-26"]


def test_the_columns_are_shown_and_may_be_said(paper: Hall) -> None:
    head = ("Qui", "Espace", "Quand", "Remarque")
    file = list_of(paper, ("0012345", "bank", "2024-12-27 10:05", "x"), head=head)
    told = paper.type("visits", "import", file, "--fair", RABAT, code=1)
    assert "no column holds who: say which does with --map 'COLUMN=who'" in told
    words = ("--map", "Qui=who", "--map", "Quand=when", "--yes")
    told = paper.type("visits", "import", file, "--fair", RABAT, *words)
    assert "  Qui  →  who" in told
    assert "Remarque  is not read" in told
    assert "1 visits are in the ledger." in told


@pytest.mark.parametrize("lists", ["visits", "members"])
def test_what_is_said_twice_of_a_column_is_told_and_nothing_is_imported(paper: Hall, lists: str) -> None:
    file = list_of(paper, ("0012345", "bank", "27/12/2024", "10:05"))
    fair = ("--fair", RABAT) if lists == "visits" else ()
    told = paper.type(lists, "import", file, *fair, "--map", "Carte=-", "--map", "Carte=who", "--yes", code=2)
    assert "'Carte' is said to hold '-' and 'who'" in told


def test_two_columns_of_one_name_are_told_apart_in_the_file(paper: Hall) -> None:
    file = list_of(paper, ("0012345", "bank", "x", "10:05", "y"), head=(*HEAD, "Date"))
    told = paper.type("visits", "import", file, "--fair", RABAT, "--yes", code=1)
    assert "two columns are named 'Date' and both hold day: rename one in the file" in told
    file = list_of(paper, ("0012345", "bank", "x", "10:05", "y"), head=(*HEAD, "Jour"))
    told = paper.type("visits", "import", file, "--fair", RABAT, "--yes", code=1)
    assert "'Date' and 'Jour' both hold day: leave one out, --map 'Jour=-'" in told


def test_a_row_with_more_cells_than_columns_is_refused_whole(paper: Hall) -> None:
    found = imported(paper, ("0012345", "bank", "27/12/2024", "10:05", "", "see overleaf"), code=1)
    assert (found["new"], found["refused"]) == (0, 1)
    [(row, column, why)] = refused(found)
    assert (row, column) == ("2", "")
    assert "the row has 6 cells, and 4 columns are named" in why
    assert "see overleaf" in Path(found["refused_file"]).read_text(encoding="utf-8-sig")


def test_a_workbook_with_days_and_times_as_excel_keeps_them(paper: Hall) -> None:
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.append(["رقم التأجير", "الرواق", "اليوم", "الساعة"])
    sheet.append(["0012345", "رواق البنك", date(2024, 12, 27), time(10, 5)])
    book.save(paper.path / "paper.xlsx")
    found = paper.json("visits", "import", paper.path / "paper.xlsx", "--fair", RABAT, "--yes")
    assert found["new"] == 1
    [fact] = [row for row in facts_of(paper) if row["kind"] == "visit"]
    assert fact["device"] == paper_device("amal")
    assert list(paper.json("stats", RABAT)["by_hour"]) == ["2024-12-27T09:00Z"]


def facts_of(hall: Hall) -> list[dict[str, Any]]:
    return [json.loads(line) for line in hall.type("facts", "list", "--json").splitlines()]


# -- clocks ----------------------------------------------------------------------------------


def read(
    when: str, days: tuple[str, ...] = ("2026-03-22", "2025-02-23"), zone: str = "Africa/Casablanca"
) -> PaperRow:
    fair = definition(days=days)
    fair = msgspec.structs.replace(fair, fair=msgspec.structs.replace(fair.fair, timezone=zone))
    columns = paper_columns(("who", "booth", "when"), {})
    return PaperReader(columns, fair, now=ms("2026-12-01T00:00")).read(ListRow(2, ("7", "b0", when)))


@pytest.mark.parametrize(
    ("when", "utc"),
    [
        ("2025-02-22 10:00", "2025-02-22T09:00"),
        ("2025-02-24 10:00", "2025-02-24T10:00"),
        ("22/02/2025 10h00", "2025-02-22T09:00"),
        ("22.02.2025 10:00:00", "2025-02-22T09:00"),
        ("2025-02-22T10:00:00", "2025-02-22T09:00"),
        ("\u0662\u0660\u0662\u0665-\u0660\u0662-\u0662\u0662 \u0661\u0660:\u0660\u0660", "2025-02-22T09:00"),
        ("2025-02-23 02:30 1st", "2025-02-23T01:30"),
        ("2025-02-23 02:30 2nd", "2025-02-23T02:30"),
        ("23/02/2025 2h30 (1re)", "2025-02-23T01:30"),
        ("2025-02-23 02:30 الثانية", "2025-02-23T02:30"),
        # Excel's own ways, and those of forms: both columns whole, parts of a second, marks of direction.
        ("2025-02-22 2025-02-22T10:00:00", "2025-02-22T09:00"),
        ("10:00:00.999998 22/02/2025", "2025-02-22T09:00"),
        ("22\u200f/02\u200f/2025 10:00", "2025-02-22T09:00"),
        ("2025/02/22, 10:00", "2025-02-22T09:00"),
        ("22/02/2025 à 10 h 00", "2025-02-22T09:00"),
        # Twelve hours, where it is said which.
        ("22/02/2025 3:05 PM", "2025-02-22T14:05"),
        ("22/02/2025 3:05:00 p.m.", "2025-02-22T14:05"),
        ("22/02/2025 03:05 م", "2025-02-22T14:05"),
        ("22/02/2025 03:05 ص", "2025-02-22T02:05"),
        ("22/02/2025 12:05 am", "2025-02-21T23:05"),
        ("22/02/2025 12:05PM", "2025-02-22T11:05"),
        ("23/02/2025 2:30 AM (1re)", "2025-02-23T01:30"),
        # Of which year is settled by the fair's days.
        ("23/02 10:00", "2025-02-23T10:00"),
        ("23-02-25 10:00", "2025-02-23T10:00"),
        ("22/03/26 10:00", "2026-03-22T09:00"),
    ],
)
def test_local_times_are_read_by_the_clock_of_the_place(when: str, utc: str) -> None:
    row = read(when)
    assert row.problems == []
    assert row.noted is not None
    assert datetime.fromtimestamp(row.noted.at / 1000, UTC).strftime("%Y-%m-%dT%H:%M") == utc


@pytest.mark.parametrize(
    ("when", "what", "instead"),
    [
        # Morocco left UTC+1 at 3 o'clock and came back to it at 2 o'clock.
        ("2025-02-23 02:30", "was twice", "write 1st or 2nd"),
        ("2026-03-22 02:30", "never was", "an hour later"),
        ("2026-03-22 02:30 2nd", "never was", "an hour later"),
        ("2027-01-01 10:00", "lies ahead", "when the visit was"),
        ("10:00", "is no day and time", "write 2024-12-27 10:05"),
        ("2025-02-23", "is no day and time", "write 2024-12-27 10:05"),
        ("", "no time stands here", "write 2024-12-27 10:05"),
        ("=NOW()", "is no day and time", "write 2024-12-27 10:05"),
        ("0025-02-22 10:00", "is no day and time", "write 2024-12-27 10:05"),
        ("9999-12-31 23:59", "is no day and time", "write 2024-12-27 10:05"),
    ],
)
def test_what_no_clock_showed_once_is_refused_in_words(when: str, what: str, instead: str) -> None:
    row = read(when)
    assert row.noted is None
    [problem] = row.problems
    assert what in problem.what
    assert instead in problem.instead


@pytest.mark.parametrize("when", ["10:05", "10h05", "10:05 AM", "22/02 10:05"])
def test_a_fair_of_one_day_needs_no_day(when: str) -> None:
    row = read(when, days=("2025-02-22",))
    assert row.noted is not None
    assert row.noted.at == ms("2025-02-22T09:05")


@pytest.mark.parametrize(
    "when",
    [
        # Another day than the fair's, of a year that nothing settles.
        "26/12/24 17:30",
        "26/12 17:30",
        "27/12/25 17:30",
        "24-12-27 17:30",
        "27 17:30",
        "vendredi 17:30",
        "27/12/2024 28/12/2024 17:30",
        "2024-12-271 17:30",
        "127/12/2024 17:30",
        # Other clocks than that of the place, or more than one reading.
        "110:05",
        "10:055",
        "10:05:7",
        "10:05:61",
        "1:10:05:07",
        "10:05 11:05",
        "1 day, 2:05:00",
        "10:05 30.12",
        "2024-12-27T10:05:00Z",
        "2024-12-27T10:05:00+01:00",
        "13:05 AM",
        "15:05 م",
        "0:05 PM",
        "3:05 مساء",
        "10:05 ?",
    ],
)
def test_a_day_and_a_clock_are_never_guessed_at(when: str) -> None:
    row = read(when, days=("2024-12-27",))
    assert row.noted is None
    assert [problem.instead for problem in row.problems] == [
        "write 2024-12-27 10:05, by the clock of the place"
    ]


def test_half_an_hour_that_comes_twice_elsewhere_is_seen_too() -> None:
    assert "was twice" in read("2025-04-06 01:45", zone="Australia/Lord_Howe").problems[0].what
