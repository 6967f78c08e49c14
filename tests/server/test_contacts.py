"""Contacts: people and bodies kept as member, beneficiary, donor or partner; one may be several."""

import csv
import json
from pathlib import Path
from typing import Any, Final

import pytest
from click.testing import CliRunner

from server.commands import program
from tests.server.members.register import Register, made_register

AMAL: Final = ("Association Al Amal", "جمعية الأمل", "partenaire", "0522 20 20 20", "amal@example.ma")
NOUR: Final = ("", "جمعية النور 2000", "شريك, مستفيد", "", "")
SALMA: Final = ("Salma Idrissi", "سلمى الإدريسي", "membre, donateur, bénéficiaire, partenaire", "", "")
HEAD: Final = ("Nom complet", "الاسم الكامل", "Type de contact", "Téléphone", "Courriel")
NASTY: Final = '=HYPERLINK("http://x.example","Don") <script>alert(1)</script>'


@pytest.fixture
def register(tmp_path: Path) -> Register:
    return made_register(tmp_path)


def listed(register: Register, *words: str) -> list[dict[str, Any]]:
    done = CliRunner().invoke(program, ["members", "list", *words, "--json", "--dir", str(register.home)])
    assert done.exit_code == 0, done.output
    return [json.loads(line) for line in done.stdout.splitlines()]


def kinds_of(register: Register) -> dict[str, list[str]]:
    return {each["name_latin"] or each["name_ar"]: each["kinds"] for each in listed(register)}


def test_an_organisation_needs_one_name_and_no_category(register: Register) -> None:
    found = register.take(AMAL, NOUR, head=HEAD)
    assert (found["new"], found["refused"]) == (2, 0)
    assert kinds_of(register) == {
        "Association Al Amal": ["partner"],
        "جمعية النور 2000": ["beneficiary", "partner"],
    }


def test_a_member_still_has_a_category(register: Register) -> None:
    found = register.take(SALMA, head=HEAD, code=1)
    assert "a new member has a category" in register.refused(found)[0]["refused_why"]


def test_four_databases_make_one_contact_of_four_kinds(register: Register) -> None:
    names = ("Salma Idrissi", "سلمى الإدريسي")
    for kind in ("beneficiary", "donor", "partner"):
        register.json("members", "import", register.list_of(names, head=HEAD[:2]), "--kind", kind, "--yes")
    assert kinds_of(register) == {"Salma Idrissi": ["beneficiary", "donor", "partner"]}
    row = register.list_of((*names, "actif"), head=(*HEAD[:2], "Catégorie"))
    told = register.json("members", "import", row, "--kind", "member", "--yes")
    assert (told["new"], told["changed"]) == (0, 1)
    assert kinds_of(register) == {"Salma Idrissi": ["member", "beneficiary", "donor", "partner"]}
    again = register.json("members", "import", row, "--kind", "donor", "--yes")
    assert (again["new"], again["changed"], again["same"]) == (0, 0, 1)


def test_a_list_that_says_kinds_itself_says_all_of_them(register: Register) -> None:
    register.take(AMAL, head=HEAD)
    register.take((*AMAL[:2], "donateur", *AMAL[3:]), head=HEAD)
    assert kinds_of(register) == {"Association Al Amal": ["donor"]}


def test_contacts_of_one_kind_are_listed_and_exported(register: Register) -> None:
    register.take(AMAL, NOUR, head=HEAD)
    assert [each["name_ar"] for each in listed(register, "--kind", "beneficiary")] == [NOUR[1]]
    out = register.path / "partners.csv"
    told = register.json("members", "export", "--kind", "beneficiary", "--kind", "donor", "--out", out)
    assert told["count"] == 1
    with out.open(encoding="utf-8-sig", newline="") as file:
        assert [row["name_ar"] for row in csv.DictReader(file)] == [NOUR[1]]
    said = [(row["what"], row["detail"]) for row in register.log()]
    assert ("list", {"count": 1, "kinds": ["beneficiary"]}) in said
    assert ("export", {"count": 1, "file": "partners.csv", "kinds": ["beneficiary", "donor"]}) in said
    assert "partner" in register.type("members", "list")


@pytest.mark.parametrize("name", ["out.csv", "out.xlsx"])
def test_contacts_go_out_and_come_in_without_loss(register: Register, tmp_path: Path, name: str) -> None:
    register.take(AMAL, NOUR, (NASTY, "", "متبرع", "", ""), head=HEAD)
    register.json(
        "members",
        "import",
        register.list_of(("Salma", "retraité"), head=("Nom complet", "Catégorie")),
        "--yes",
    )
    register.exported(name)
    (tmp_path / "elsewhere").mkdir()
    other = made_register(tmp_path / "elsewhere")
    assert other.json("members", "import", register.path / name, "--yes")["new"] == 4
    assert listed(other) == listed(register)
    assert NASTY in {each["name_latin"] for each in listed(other)}
    assert other.exported("again.csv") == register.exported("again.csv")
