"""Who attended a session, to be signed: a training, or a meeting of delegates."""

import subprocess
from pathlib import Path

import pytest

from tests.server.facts import card
from tests.server.files.hall import RABAT, Hall, rows_of

KARIM = ("Karim Bennani", "كريم بناني", "actif", "0012345", "")
AMINA = ("Amina Alaoui", "أمينة العلوي", "retraité", "77", "")


@pytest.fixture
def training(hall: Hall) -> Hall:
    hall.enrol(KARIM, AMINA)
    hall.attend(hall.cards["0012345"])
    hall.attend(hall.cards["0012345"])
    hall.attend(hall.cards["77"])
    hall.attend(card(0xC0FFEE))
    hall.attend(card(3, category=15))
    return hall


def listed(hall: Hall, session: str = "training", language: str = "fr") -> list[list[str]]:
    out = hall.path / f"{session}-{language}.csv"
    hall.type("attestation", session, "--out", out, "--language", language)
    return rows_of(out)


def text_of(pdf: Path) -> str:
    done = subprocess.run(["pdftotext", "-layout", pdf, "-"], capture_output=True, text=True, check=True)
    return done.stdout


def test_each_who_attended_is_on_it_once_in_the_order_of_names(training: Hall) -> None:
    assert listed(training) == [
        ["N°", "Nom en arabe", "Nom en lettres latines", "Numéro", "Catégorie", "Signature"],
        ["1", "أمينة العلوي", "Amina Alaoui", "77", "Retraités", ""],
        ["2", "كريم بناني", "Karim Bennani", "0012345", "Actifs", ""],
        ["3", "", "", card(0xC0FFEE).identity, "Actifs", ""],
    ]


def test_partial_days_are_told_as_far_as_they_are_known(training: Hall) -> None:
    out = training.path / "list.pdf"
    training.type("attestation", "training", "--out", out, "--language", "fr")
    text = text_of(out)
    assert "Formation" in text
    assert "mai 2024" in text.splitlines()
    assert "3 personnes présentes" in text
    out = training.path / "undated.pdf"
    training.attend(card(9), "undated")
    training.type("attestation", "undated", "--out", out, "--language", "fr")
    assert "2024" not in text_of(out).partition("présente")[0]


def test_it_is_audited_without_a_name(training: Hall) -> None:
    listed(training)
    row = training.log()[-1]
    assert row["what"] == "attestation"
    assert row["detail"] == {"count": 3, "fair": RABAT, "file": "training-fr.csv", "session": "training"}


def test_nobody_came(hall: Hall) -> None:
    assert listed(hall, "undated")[1:] == []
    hall.type("attestation", "undated", "--out", hall.path / "none.pdf")


def test_a_session_that_is_not_there_is_told(hall: Hall) -> None:
    told = hall.type("attestation", "party", "--out", hall.path / "x.csv", code=1)
    assert "choose one of training, undated" in told
    assert not (hall.path / "x.csv").exists()
