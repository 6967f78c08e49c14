"""``riwaq-server account …``: what an operator types, and what is said."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from server.accounts import Accounts
from server.bootstrap import opened
from server.commands import program
from server.office import now_ms
from tests.programs import EXAMPLE, asked

LINK = re.compile(r"^  (http://127\.0\.0\.1:8080/begin/\S{43})$", re.MULTILINE)


class Desk:
    """An operator before a server's directory with the example loaded."""

    def __init__(self, path: Path) -> None:
        self.home = path / "server"
        asked("server", "init", self.home, "--listen", "127.0.0.1:1884")
        asked("server", "tour", "load", EXAMPLE, "--dir", self.home)

    def type(self, *words: str, code: int = 0) -> str:
        done = CliRunner().invoke(program, ["account", *words, "--dir", str(self.home)])
        assert done.exit_code == code, (done.output, done.exception)
        return done.output

    def json(self, *words: str) -> Any:
        return json.loads(self.type(*words, "--json"))

    def sees(self, secret: str) -> str:
        """Say whose link or token this is, to a server that runs."""
        with opened(self.home) as (home, store, _):
            accounts = Accounts(home, store, clock=now_ms)
            found = accounts.linked(secret.rpartition("/")[2]) or accounts.program(secret)
        return found.name if found else ""


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    return Desk(tmp_path_factory.mktemp("accounts"))


def test_add_shows_a_link_to_hand_over(desk: Desk) -> None:
    told = desk.type("add", "حنان", "--role", "city", "--territory", "Rabat-Salé-Kénitra")
    found = LINK.search(told)
    assert found is not None
    assert "Hand this link to حنان: it is good once, for 24 hours, and shown this once." in told
    assert desk.sees(found[1]) == "حنان"
    [row] = [row for row in desk.json("list") if row["name"] == "حنان"]
    assert (row["role"], row["territories"]) == ("city", ["rabat-sale-kenitra"])
    assert (row["waits"], row["program"], row["codes"], row["disabled_at"]) == (True, False, False, None)
    assert "حنان  ·  city rabat-sale-kenitra  ·  has not set a password yet" in desk.type("list")


def test_the_link_names_the_address_that_is_given(desk: Desk) -> None:
    words = ("--role", "auditor", "--page", "https://riwaq.example/")
    assert desk.json("add", "far", *words)["link"].startswith("https://riwaq.example/begin/")
    newer = desk.json("link", "far", "--page", "https://riwaq.example")["link"]
    assert desk.sees(newer) == "far"


def test_a_new_link_takes_the_place_of_the_one_before(desk: Desk) -> None:
    first = desk.json("add", "karim", "--role", "technician")["link"]
    second = desk.json("link", "karim")["link"]
    assert (desk.sees(first), desk.sees(second)) == ("", "karim")
    third = LINK.search(desk.type("link", "karim", "--drop-code"))
    assert third is not None
    assert desk.sees(third[1]) == "karim"


def test_change_disable_and_enable_say_what_they_did(desk: Desk) -> None:
    desk.type("add", "salma", "--role", "booth", "--fair", "rabat-2024", "--booth", "bank")
    words = ("--role", "partner", "--partner", "bank")
    assert desk.type("change", "salma", *words) == "salma is now: partner bank.\n"
    assert desk.json("change", "salma", *words)["partner"] == "bank"
    assert desk.type("disable", "salma") == "salma is disabled.\n"
    assert desk.type("disable", "salma") == "salma was disabled already.\n"
    assert re.search(r"^salma  ·  partner bank  ·  disabled \d{4}-", desk.type("list"), re.MULTILINE)
    assert desk.json("enable", "salma") == {"account": "salma", "newly_enabled": True}
    assert desk.type("enable", "salma") == "salma was enabled already.\n"


def test_a_token_is_shown_once_and_renewed_without_its_role(desk: Desk) -> None:
    told = desk.type("token", "board", "--role", "auditor")
    found = re.search(r"^  Authorization: Bearer (\S{43})$", told, re.MULTILINE)
    assert found is not None
    assert desk.sees(found[1]) == "board"
    newer = desk.json("token", "board")["token"]
    assert (desk.sees(found[1]), desk.sees(newer)) == ("", "board")
    assert "board  ·  auditor  ·  program" in desk.type("list")
    assert desk.type("token-revoke", "board") == "board is revoked.\n"
    assert desk.json("token-revoke", "board") == {"account": "board", "newly_revoked": False}
    assert desk.sees(newer) == ""


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("add", "x", "--role", "city"), "the role city needs --territory"),
        (
            ("add", "x", "--role", "city", "--territory", "Rabat"),
            "--territory 'Rabat' is not known here; there is: ",
        ),
        (("add", "x", "--role", "booth", "--booth", "bank", "--fair", "fes"), "there is: rabat-2024"),
        (("add", "organizer", "--role", "admin"), "the name organizer is taken"),
        (("add", " ", "--role", "admin"), "a name is 1 to 64 characters"),
        (("link", "nobody"), "there is no account 'nobody': see  riwaq-server account list"),
        (("token", "new"), "new is new: say what it may read, as in  --role auditor"),
        (("token", "organizer"), "organizer is a person's account: choose another name"),
        (("token", "new", "--fair", "rabat-2024"), "say the role, too"),
        (("token-revoke", "organizer"), "riwaq-server account disable organizer"),
    ],
)
def test_what_cannot_be_is_said_with_what_to_do(desk: Desk, words: tuple[str, ...], told: str) -> None:
    said = desk.type(*words, code=1)
    assert told in said
    assert "Traceback" not in said
    assert {row["name"] for row in desk.json("list")} <= {
        "organizer",
        "حنان",
        "far",
        "karim",
        "salma",
        "board",
    }


def test_every_act_is_audited_by_who_typed_it(desk: Desk) -> None:
    desk.type("add", "witness", "--role", "auditor")
    done = CliRunner().invoke(program, ["audit", "show", "--dir", str(desk.home), "--json"])
    rows = [json.loads(line) for line in done.output.splitlines()]
    assert [row["detail"]["role"] for row in rows if row["detail"].get("account") == "witness"] == ["auditor"]
    verified = CliRunner().invoke(program, ["audit", "verify", "--dir", str(desk.home)])
    assert verified.exit_code == 0
