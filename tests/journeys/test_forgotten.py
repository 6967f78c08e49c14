"""A member registers, checks in, signs up, tells, asks for a copy, and is forgotten while a kiosk is away."""

import csv
import json
import zipfile
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final

import pytest

from tests.journeys.hall import Booth, Hall, hall
from tests.journeys.test_enrolled import FIRST, LAST, Desk, desk_of, members
from tests.journeys.test_staff import refuses
from tests.programs import EXAMPLE, FAIR, asked_json, asked_lines, call, json_of
from tests.waiting import until
from wire.events import CardRef, Feedback, Registration, SignUp
from wire.private import seal_private

NAME_AR, NAME_LATIN, NUMBER = "زنكة كناري", "Zanaga Qanary", "7654321"
GIVEN, TYPED, TEXT = "0661998877", "+212677001122", "une phrase que personne d'autre n'a dite"
CANARIES: Final = ("زنكة", "كناري", "Zanaga", "Qanary", "qanary", NUMBER, "661998877", "677001122", TEXT)
SECTION: Final = """
[[consents]]
id = "contact"
texts = { ar = "أوافق", fr = "J'accepte" }

[[offers]]
id = "loan"
names = { ar = "قرض السكن", fr = "Prêt logement" }
booth = "bank"
consent = "contact"
needs_phone = true

[members]
employee_number = "[0-9]{7}"

[registration]
fields = ["name_ar", "name_latin", "category", "employee_number", "phone"]
"""


@pytest.fixture
def fair(tmp_path: Path, ending: ExitStack) -> Hall:
    found = ending.enter_context(hall(tmp_path))
    tour = tmp_path / "tour.toml"
    tour.write_text(EXAMPLE.read_text(encoding="utf-8") + SECTION, encoding="utf-8")
    call("server", "tour", "load", tour, "--dir", found.office.path)
    return found


def live_as_a_member(desk: Desk, card: CardRef) -> list[bytes]:
    """Register, sign up and tell; gives what was sealed."""
    form = {
        "name_ar": NAME_AR,
        "name_latin": NAME_LATIN,
        "category": "active",
        "employee_number": NUMBER,
        "phone": GIVEN,
    }
    sealed = [seal_private(said, desk.sealing) for said in (form, {"phone": TYPED}, {"text": TEXT})]
    desk.send(
        Registration(card=card, valid_from=FIRST, valid_to=LAST, consents=[], language="ar", sealed=sealed[0])
    )
    desk.send(
        SignUp(
            card=card,
            offer="loan",
            partner="bank",
            consent="contact",
            consent_version=1,
            language="fr",
            phone="typed",
            sealed=sealed[1],
        )
    )
    desk.send(Feedback(card=card, face=2, language="fr", sealed=sealed[2]))
    return sealed


def rows_for_the_bank(fair: Hall, name: str) -> list[list[str]]:
    out = fair.path / name
    call("server", "partner", "export", FAIR, "--partner", "bank", "--out", out, "--dir", fair.office.path)
    with out.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file, delimiter=";"))[1:]


def on_disk(fair: Hall) -> bytes:
    """Give all bytes of the server's directory but for its keys."""
    found = [path for path in fair.office.path.rglob("*") if path.is_file() and path.name != "secrets.json"]
    return b"".join(path.read_bytes() for path in found)


def figures(fair: Hall) -> Any:
    return {name: value for name, value in fair.office.stats().items() if name != "occupancy"}


class Story:
    """One member's, and the hall in which it happens; ``sealed`` is what a kiosk has sealed of hers."""

    def __init__(self, fair: Hall, desk: Desk) -> None:
        self.fair = fair
        self.where = ("--dir", fair.office.path)
        self.near, self.away = fair.booth("near"), fair.booth("away")
        self.token, self.card = desk.card()
        self.sealed = live_as_a_member(desk, self.card)
        until(lambda: members(fair, NUMBER), seconds=30, what="the member")
        assert self.near.scan(self.token, *fair.cards(2))[0]["outcome"] == "accepted"
        self.near.until(self.near.delivered, "delivery")
        until(lambda: fair.office.stats()["sign_ups"]["total"] == 1, seconds=30, what="the sign-up")
        until(lambda: fair.office.stats()["feedback"]["count"] == 1, seconds=30, what="the feedback")

    def ask_for_a_copy(self) -> None:
        out = self.fair.path / "copy"
        out.mkdir()
        files = json_of("server", "person", "export", NUMBER, "--out", out, *self.where)["files"]
        copy = json.loads(Path(files[0]).read_bytes())
        assert (copy["member"]["name_ar"], copy["member"]["phone"]) == (NAME_AR, "+212661998877")
        happened = {each["what"]: each for each in copy["happened"]}
        assert set(happened) == {"registration", "visit", "sign_up", "feedback"}
        assert (happened["sign_up"]["phone"], happened["feedback"]["text"]) == (TYPED, TEXT)
        assert [each["partner"] for each in copy["handed_on"]] == ["bank"]

    def be_erased(self) -> None:
        """Ask to be forgotten: first it is said what that does, then it is done, and no figure moves."""
        before = figures(self.fair)
        dry = json_of("server", "person", "erase", NUMBER, *self.where)
        assert (dry["erased"], dry["counts"]["members"]) == (False, 1)
        assert members(self.fair, NUMBER)
        done = json_of("server", "person", "erase", NUMBER, "--yes", "--asked", "2026-11-20", *self.where)
        assert (done["erased"], done["wiped"]) == (True, True)
        assert [each["file"] for each in done["files"]] == ["before.csv"]
        assert figures(self.fair) == before

    def be_refused_at(self, booth: Booth) -> None:
        booth.until(lambda: refuses(booth, self.card.identity), "her card's refusal")
        assert booth.scan(self.token)[0]["code"] == "revoked"

    def check_nothing_is_left(self, file: str) -> None:
        """Look for the person in every byte, in files that are made now, and in the log."""
        found = on_disk(self.fair)
        assert [each for each in CANARIES if each.encode() in found] == []
        assert [each for each in self.sealed if each[:32] in found] == []
        assert members(self.fair, NUMBER) == []
        assert rows_for_the_bank(self.fair, file) == []
        assert asked_json("server", "audit", "verify", *self.where)["whole"] is True
        told = json.dumps(asked_lines("server", "audit", "show", *self.where), ensure_ascii=False)
        archive = self.fair.path / f"{file}.zip"
        call("server", "archive", FAIR, "--out", archive, *self.where)
        with zipfile.ZipFile(archive) as packed:
            told += "".join(packed.read(name).decode("utf-8", "replace") for name in packed.namelist())
        told += self.fair.server.errors()
        assert [each for each in CANARIES if each in told] == []


@pytest.mark.long
def test_whoever_asks_is_forgotten_wherever_there_is_a_trace(
    fair: Hall, ending: ExitStack, tmp_path: Path
) -> None:
    her = Story(fair, ending.enter_context(desk_of(fair, tmp_path)))
    assert [row[2] for row in rows_for_the_bank(fair, "before.csv")] == [NAME_LATIN]
    backup = tmp_path / "before.riwaq-backup"
    call("server", "backup", backup, *her.where)
    her.ask_for_a_copy()

    # One kiosk is away, and holds a visit of hers that nobody has heard of.
    her.away.proxy.take_down()
    assert her.away.scan(her.token)[0]["outcome"] == "accepted"
    before = figures(fair)
    her.be_erased()
    her.be_refused_at(her.near)

    # It comes back: the visit counts, in nobody's attendance.
    her.away.proxy.bring_up()
    her.away.until(her.away.delivered, "delivery", 60)
    her.be_refused_at(her.away)
    until(lambda: fair.office.stats()["visits"] == before["visits"] + 1, seconds=30, what="the late visit")
    after = figures(fair)
    assert (after["attendance"], after["sign_ups"]) == (before["attendance"], before["sign_ups"])
    call("server", "rebuild", *her.where)
    assert figures(fair) == after
    her.check_nothing_is_left("after.csv")

    # A backup of before, put back: erased again, and what kiosks send again brings nobody.
    fair.server.stop()
    call("server", "restore", backup, "--replace", *her.where)
    her.check_nothing_is_left("restored.csv")
    fair.run()
    for booth in (her.near, her.away):
        booth.until(booth.delivered, "delivery", 60)
    until(lambda: fair.office.stats()["visits"] == after["visits"], seconds=60, what="every visit again")
    assert figures(fair)["attendance"] == after["attendance"]
    her.check_nothing_is_left("again.csv")
    assert call("server", "person", "export", NUMBER, *her.where, code=1).count("was erased on") == 1
