"""A person's copy where there is no tour: the body has members and sessions, as associations do."""

import json
import subprocess
from pathlib import Path
from typing import Any, Final

import pytest

from tests.server.members.register import Register

NADIA: Final = "Nadia Ouhaddou"
HEAD: Final = ("Nom et prénom", "الاسم الكامل", "Catégorie", "N° PPR", "GSM", "Territoire")
NUMBER: Final = "4401"


@pytest.fixture
def association(tmp_path: Path) -> Register:
    """Give a body without a tour: two members, a territory and sessions of two series."""
    register = Register(tmp_path)
    register.type("init", "--listen", "127.0.0.1:1883", "--web", "", "--database", "")
    register.type("body", "add", "tamkine", "--name", "fr=Association Tamkine", "--name", "ar=جمعية تمكين")
    names = ("--name", "fr=Haute vallée", "--name", "ar=الوادي العالي")
    register.type("territory", "add", "vallee-haute", *names)
    register.take(
        (NADIA, "نادية أوحدو", "actif", NUMBER, "0661998877", "vallee-haute"),
        ("Omar Sabri", "عمر صبري", "actif", "4402", "", "Chefchaouen"),
        head=HEAD,
    )
    for session, series in (("training-1", "trainings"), ("assembly", "")):
        name = ("--name", f"fr=Séance {session}")
        register.type("session", "add", session, *name, *(("--series", series) if series else ()))
    return register


def exported(register: Register, who: str) -> tuple[dict[str, Any], list[Path]]:
    out = register.path / "copy"
    out.mkdir(exist_ok=True)
    for file in out.iterdir():
        file.unlink()
    files = [Path(file) for file in register.json("person", "export", who, "--out", out)["files"]]
    return json.loads(files[0].read_bytes()), files


def text_of(pdf: Path) -> str:
    done = subprocess.run(["pdftotext", "-layout", pdf, "-"], capture_output=True, text=True, check=True)
    return done.stdout


def handed_on(register: Register, who: str) -> list[str]:
    """Name the files that may hold somebody, as a copy does; an erasure that is not done says the same."""
    found, _ = exported(register, who)
    files = [each["file"] for each in found["handed_on"]]
    assert [each["file"] for each in register.json("person", "erase", who)["files"]] == files
    return files


def test_a_copy_needs_no_tour(association: Register) -> None:
    association.json("session", "invite", "training-1", NUMBER)
    found, [_, arabic, french] = exported(association, NUMBER)
    assert found["body"] == {"fr": "Association Tamkine", "ar": "جمعية تمكين"}
    assert (found["member"]["name_latin"], found["member"]["territory"]) == (NADIA, "vallee-haute")
    assert found["invited"] == [{"session": "training-1", "fair": "", "attended": False}]
    assert found["days"]["visits"] == 90
    told = text_of(french)
    assert all(each in told for each in (NADIA, "Association Tamkine", "661998877", "Haute vallée"))
    assert "661998877" in text_of(arabic)
    found, [_, _, french] = exported(association, "4402")
    told = text_of(french)
    assert "Chefchaouen" in told
    assert found["member"]["territory"] not in told


def test_a_list_of_a_session_without_a_fair_is_a_file_that_may_hold_who_was_there(
    association: Register,
) -> None:
    association.json("session", "attend", "training-1", NUMBER)
    association.json("session", "invite", "assembly", NUMBER)
    association.json("session", "attend", "assembly", "4402")
    for session in ("training-1", "assembly"):
        out = association.path / f"{session}.csv"
        association.type("attestation", session, "--out", out, "--language", "fr")
        assert (NADIA in out.read_text(encoding="utf-8-sig")) is (session == "training-1")
    # Who was invited and did not come stands on no list to sign.
    assert handed_on(association, NUMBER) == ["training-1.csv"]
    assert handed_on(association, "4402") == ["assembly.csv"]


def test_a_matrix_is_a_file_that_may_hold_who_was_invited_or_there(association: Register) -> None:
    association.json("session", "invite", "training-1", NUMBER)
    association.json("session", "attend", "assembly", "4402")
    association.json("session", "matrix")
    for file, words in (("all.csv", ()), ("trainings.csv", ("--series", "trainings"))):
        association.type("session", "matrix", *words, "--out", association.path / file, "--language", "fr")
    assert handed_on(association, NUMBER) == ["all.csv", "trainings.csv"]
    assert handed_on(association, "4402") == ["all.csv"]


def test_files_name_the_contact_for_whom_somebody_came(association: Register) -> None:
    """A list to sign names both; in a matrix the row is the contact's alone."""
    association.json("session", "attend", "training-1", "4402", "--behalf", NUMBER)
    association.type("attestation", "training-1", "--out", association.path / "to-sign.csv")
    matrix = association.path / "matrix.csv"
    association.type("session", "matrix", "--out", matrix, "--language", "fr")
    text = matrix.read_text(encoding="utf-8-sig")
    assert NADIA in text
    assert "Omar Sabri" not in text
    assert handed_on(association, NUMBER) == ["to-sign.csv", "matrix.csv"]
    assert handed_on(association, "4402") == ["to-sign.csv"]
    assert association.json("person", "erase", "4402", "--yes")["erased"]
    assert handed_on(association, NUMBER) == ["to-sign.csv", "matrix.csv"]
