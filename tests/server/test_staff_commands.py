"""What an operator types about staff: a PIN said once, a card as a picture, and no half of either."""

import json
import re
from pathlib import Path
from typing import Any, Final

import pytest
import zxingcpp
from argon2 import PasswordHasher
from click.testing import CliRunner
from PIL import Image

from server.bootstrap import opened
from server.commands import program
from tests.programs import EXAMPLE, FAIR, Process, json_of
from wire.setup import Setup, typed_pin

KEYS: Final = ["id", "name", "fair", "booth", "pin", "card", "picture", "valid_to"]


class Desk:
    """A server's directory, and a directory at hand where pictures come to lie."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.home = path / "server"

    def type(self, *words: str | Path, code: int = 0) -> str:
        """Type a command of the server's; gives standard output, or what went wrong."""
        done = CliRunner().invoke(program, [*map(str, words), "--dir", str(self.home)])
        told = f"{words}: exit {done.exit_code}\n{done.stdout}\n{done.stderr}"
        assert done.exception is None or isinstance(done.exception, SystemExit), repr(done.exception)
        assert done.exit_code == code, told
        return done.stdout if code == 0 else done.stdout + done.stderr

    def json(self, *words: str | Path) -> Any:
        return json.loads(self.type(*words, "--json"))

    def setup(self) -> Setup:
        with opened(self.home) as (_, _, office), office.acting() as registry:
            return office.setup(registry, FAIR)


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """Give a desk where no tour is loaded."""
    (tmp_path / "at-hand").mkdir()
    monkeypatch.chdir(tmp_path / "at-hand")
    desk = Desk(tmp_path)
    desk.type("init", "--listen", "127.0.0.1:1883", "--web", "")
    return desk


@pytest.fixture
def desk(bare: Desk) -> Desk:
    bare.type("tour", "load", EXAMPLE)
    return bare


def test_staff_are_added_with_a_pin_and_the_picture_of_a_card(desk: Desk) -> None:
    made = desk.json("staff", "add", "م. ب", "--fair", FAIR, "--booth", "bank", "--language", "zgh")
    assert list(made) == KEYS
    assert (made["id"], made["name"], made["fair"], made["booth"]) == ("101", "م. ب", FAIR, "bank")
    assert made["picture"] == "staff-101.png"
    picture = Path("staff-101.png")
    assert picture.stat().st_mode & 0o777 == 0o600
    with Image.open(picture) as image:
        [code] = zxingcpp.read_barcodes(image)
    verdict = desk.json("cards", "verify", code.text)
    assert verdict["verdict"] == "accepted"
    assert (verdict["card"], verdict["category"], verdict["language"], verdict["valid_to"]) == (
        made["card"],
        "staff",
        "zgh",
        made["valid_to"],
    )
    assert re.fullmatch(r"101[0-9]{6}", made["pin"])
    verifier = desk.setup().staff_with("101")
    assert verifier is not None
    assert PasswordHasher().verify(verifier.pin_verifier, made["pin"])


def test_a_person_reads_the_pin_in_groups_and_once(desk: Desk) -> None:
    told = desk.type("staff", "add", "Fatima", "--card", "f.png")
    assert "Fatima is staff 101 at rabat-2024. The PIN is shown this once:" in told
    assert re.search(r"^  card  f.png, valid to \d{4}-\d\d-\d\d$", told, flags=re.MULTILINE)
    found = re.search(r"^  PIN   (101 \d{3} \d{3})$", told, flags=re.MULTILINE)
    assert found is not None
    read = typed_pin(found[1])
    assert read is not None
    verifier = desk.setup().staff_with(read.staff_id)
    assert verifier is not None
    assert PasswordHasher().verify(verifier.pin_verifier, read.digits)
    again = desk.type("staff", "list") + desk.type("staff", "list", "--json")
    assert "Fatima" in again
    for secret in (read.digits, found[1], "argon2"):
        assert secret not in again


def test_staff_are_listed_and_revoked(desk: Desk) -> None:
    one = desk.json("staff", "add", "one", "--booth", "bank")
    two = desk.json("staff", "add", "two")
    assert desk.json("staff", "revoke", "101") == {"id": "101", "card": one["card"], "newly_revoked": True}
    listed = desk.json("staff", "list", "--fair", FAIR)
    assert [list(row) for row in listed] == [
        ["id", "name", "fair", "booth", "card", "made_at", "revoked_at"]
    ] * 2
    assert [(row["id"], row["name"], row["booth"], row["card"]) for row in listed] == [
        ("101", "one", "bank", one["card"]),
        ("102", "two", "", two["card"]),
    ]
    assert listed[0]["revoked_at"] >= listed[0]["made_at"]
    assert listed[1]["revoked_at"] is None
    first, second = desk.type("staff", "list").splitlines()
    assert re.fullmatch(r"101 +rabat-2024  bank +one  \(revoked \d{4}-\d\d-\d\d\)", first)
    assert re.fullmatch(r"102 +rabat-2024  - +two", second)
    with Image.open("staff-101.png") as image:
        [code] = zxingcpp.read_barcodes(image)
    assert "refused: revoked" in desk.type("cards", "verify", code.text, code=1)
    assert [each.staff_id for each in desk.setup().staff] == ["102"]


def test_who_is_unknown_or_revoked_already_is_said(desk: Desk) -> None:
    told = desk.type("staff", "revoke", "101", code=1)
    assert "there is no staff '101': see  riwaq-server staff list" in told
    desk.type("staff", "add", "Fatima")
    assert "PIN and card of staff 101 (Fatima) are good no more." in desk.type("staff", "revoke", "101")
    assert "PIN and card of staff 101 (Fatima) were revoked already." in desk.type("staff", "revoke", "101")
    assert desk.json("staff", "revoke", "101")["newly_revoked"] is False


def test_before_a_tour_there_is_advice(bare: Desk) -> None:
    for words in (("add", "one"), ("revoke", "101"), ("list", "--fair", FAIR)):
        assert "no tour is loaded yet: start with  riwaq-server tour load" in bare.type(
            "staff", *words, code=1
        )
    assert bare.json("staff", "list") == []
    assert list(Path().iterdir()) == []


def test_an_unknown_fair_or_booth_or_an_odd_name_makes_nothing(desk: Desk) -> None:
    for words, told in (
        (("one", "--fair", "fes"), f"there is no fair 'fes': choose with --fair one of {FAIR}"),
        (("one", "--booth", "bar"), f"{FAIR} has no booth 'bar': choose one of "),
        ((" one",), "a name is 1 to 64 characters that can be printed"),
    ):
        assert told in desk.type("staff", "add", *words, code=1)
    assert desk.json("staff", "list") == []
    assert list(Path().iterdir()) == []


def test_a_closed_fair_takes_no_staff(desk: Desk) -> None:
    desk.type("fair", "close", FAIR, "--backup", desk.path / "b")
    assert f"{FAIR} is closed: open it again first" in desk.type("staff", "add", "one", code=1)
    assert list(Path().iterdir()) == []


def test_a_picture_that_exists_is_never_replaced(desk: Desk) -> None:
    for name, words in (("staff-101.png", ()), ("mine.png", ("--card", "mine.png"))):
        Path(name).write_text("another's card", encoding="utf-8")
        told = desk.type("staff", "add", "one", *words, code=1)
        assert f"{name} exists already and may hold a staff card: choose another file" in told
        assert Path(name).read_text(encoding="utf-8") == "another's card"
    assert desk.json("staff", "list") == []
    assert desk.setup().staff == []


@pytest.mark.parametrize("card", ["missing/one.png", "/proc/one.png", "file/one.png", "x" * 300])
def test_staff_whose_card_cannot_be_written_are_not_added(desk: Desk, card: str) -> None:
    Path("file").touch()
    told = desk.type("staff", "add", "one", "--card", card, code=1)
    assert "cannot be written" in told
    assert desk.json("staff", "list") == []
    assert desk.setup().staff == []


def test_those_added_at_once_all_have_an_id_of_their_own(desk: Desk) -> None:
    processes = [
        Process("server", "staff", "add", f"n-{i}", "--card", f"{i}.png", "--dir", desk.home, "--json")
        for i in range(3)
    ]
    assert [process.wait(60) for process in processes] == [0] * 3
    made = [json.loads("\n".join(process.lines)) for process in processes]
    assert sorted(each["id"] for each in made) == ["101", "102", "103"]
    assert [row["id"] for row in json_of("server", "staff", "list", "--dir", desk.home)] == [
        "101",
        "102",
        "103",
    ]
    for each in made:
        verifier = desk.setup().staff_with(each["id"])
        assert verifier is not None
        assert PasswordHasher().verify(verifier.pin_verifier, each["pin"])


def test_no_pin_lies_in_the_directory(desk: Desk) -> None:
    pins = [desk.json("staff", "add", f"n-{i}")["pin"] for i in range(2)]
    lying = b"".join(path.read_bytes() for path in desk.home.rglob("*") if path.is_file())
    assert all(pin.encode() not in lying for pin in pins)
