"""The same files from a ledger in SQLite and in PostgreSQL."""

from pathlib import Path

import pytest

from tests.server.facts import card
from tests.server.files.hall import RABAT, Hall, rows_of


@pytest.fixture
def anywhere(tmp_path: Path, database_url: str) -> Hall:
    return Hall(tmp_path, database_url)


def test_every_file_comes_from_either_engine(anywhere: Hall) -> None:
    hall = anywhere
    hall.enrol(("Karim Bennani", "كريم بناني", "actif", "0012345", "06 12 34 56 78"))
    karim = hall.cards["0012345"]
    paper = hall.path / "paper.csv"
    paper.write_text("Carte;Espace;Date;Heure\n0012345;bank;27/12/2024;10:05\n", encoding="utf-8")
    assert hall.json("visits", "import", paper, "--fair", RABAT, "--yes")["new"] == 1
    assert hall.json("visits", "import", paper, "--fair", RABAT, "--yes")["same"] == 1
    hall.sign_up(karim, phone="+212699887766")
    hall.sign_up(card(5))
    hall.attend(karim)
    assert [row[2:5] for row in hall.file_of("bank")] == [
        ["Karim Bennani", "+212699887766", ""],
        ["", "", card(5).identity],
    ]
    hall.type("attestation", "training", "--out", hall.path / "list.csv", "--language", "fr")
    assert rows_of(hall.path / "list.csv")[1:] == [
        ["1", "كريم بناني", "Karim Bennani", "0012345", "Actifs", ""]
    ]
    hall.type("report", RABAT, "--out", hall.path / "report.csv", "--language", "fr")
    assert ["Espace banque", "1", "1"] in rows_of(hall.path / "report.csv")
    hall.type("archive", RABAT, "--out", hall.path / "out.zip")
    found = hall.json("archive", "verify", hall.path / "out.zip")
    assert (found["whole"], found["facts"]) == (True, 4)
    hall.store.close()
