"""A member has lost the card: found, confirmed, checked in and given another by touches, in Arabic."""

import csv
import sqlite3
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Final

import pytest

from tests.journeys.hall import Hall
from tests.journeys.test_registration import NEXT, card_shown, fair, readable, write
from tests.journeys.test_staff import refuses, staff_known_to
from tests.journeys.test_window import opened
from tests.journeys.test_window_staff import BY_HAND, come_in, type_in
from tests.kiosk.ui.remote import Window
from tests.programs import FAIR, Pipe, asked, asked_json, asked_lines, json_of
from tests.waiting import until

__all__ = ["fair"]
FIND, BY_PHONE, NEW_CARD, LOST = "البحث عن المنخرط", "رقم الهاتف", "id-card", "ضاعت"
NAME_AR, NAME_LATIN, PHONE = "فاطمة الزهراء بنعلي", "FATIMA ZAHRA BENALI", "0661223344"
MASKED: Final = "ف. ب*** · F. B***"
CANARIES: Final = ("الزهراء", "بنعلي", "BENALI", PHONE, "661223344")


def a_member(fair: Hall) -> str:
    """Import a member with a card, and give the card's number."""
    people = fair.path / "people.csv"
    with people.open("w", encoding="utf-8-sig", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["name_ar", "name_latin", "category", "phone", "birth"])
        rows.writerow([NAME_AR, NAME_LATIN, "retired", PHONE, "1960-05-31"])
        rows.writerow(["فاطمة العلوي", "FATIMA ALAOUI", "active", "0612345678", "1975-01-02"])
    where = ("--dir", fair.office.path)
    asked("server", "members", "import", people, "--yes", *where)
    asked("server", "cards", "issue", "--members", "--out", fair.path / "cards.pdf", *where)
    [member] = asked_json("server", "members", "find", PHONE, *where)
    [card] = cards_of(fair, member["member"])
    return card


def cards_of(fair: Hall, member: str) -> dict[str, bool]:
    """Give a member's cards, and whether each is refused."""
    shown = asked_json("server", "members", "show", member, "--dir", fair.office.path)
    return {card["card"]: card["revoked"] for card in shown["cards"]}


def find(window: Window) -> None:
    """Find the member by the name, and confirm by the phone; from the staff's menu."""
    window.touch(BY_HAND, FIND)
    window.until_kind("find")
    write(window, "فاطمه بنعلي")
    window.touch("search")
    window.until_kind("found")
    window.touch(MASKED)
    window.until_kind("confirm_by")
    window.touch(BY_PHONE)
    window.until_kind("confirm_number")
    type_in(window, PHONE)
    window.touch(NEXT)
    window.until_kind("confirmed")


class Desk:
    """A kiosk's window with one of the staff in."""

    def __init__(self, window: Window, config: Path, staff_id: str) -> None:
        self.window = window
        self.config = config
        self.staff_id = staff_id


@pytest.fixture
def desk(fair: Hall, ending: ExitStack, tmp_path: Path) -> Desk:
    card = ("--card", tmp_path / "staff.png")
    added = json_of("server", "staff", "add", "م. ب", "--fair", FAIR, *card, "--dir", fair.office.path)
    config = fair.office.add_kiosk("desk")
    pipe = ending.enter_context(Pipe(tmp_path / "scanner"))
    window = opened(ending, config, pipe.source)
    window.until_kind("attract")
    until(lambda: added["id"] in staff_known_to(config), seconds=30, what="the staff's verifier")
    come_in(window, added["pin"])
    return Desk(window, config, added["id"])


def test_who_forgot_the_card_is_found_and_checked_in(fair: Hall, desk: Desk) -> None:
    a_member(fair)
    find(desk.window)
    desk.window.touch(NEXT)
    desk.window.until_kind("staff_done")
    until(lambda: fair.office.stats()["visits"] == 1, seconds=30, what="the visit at the server")
    # With the card, whose category the server has told: so it counts as somebody's, and as whose.
    assert fair.office.stats()["by_category"] == {"retired": {"visits": 1, "attendance": 1}}
    with closing(sqlite3.connect(fair.office.path / "ledger.db")) as ledger:
        found = ledger.execute("SELECT staff_id FROM fact WHERE kind = 'visit'").fetchall()
    assert found == [(desk.staff_id,)]
    audit = asked_lines("server", "audit", "show", "--dir", fair.office.path)
    assert [row["what"] for row in audit][-2:] == ["ask find", "ask confirm"]
    assert all(row["who"].startswith(f"staff {desk.staff_id} at ") for row in audit[-2:])
    desk.window.touch(NEXT)
    desk.window.until_kind("attract")
    assert not [each for each in CANARIES if each in " ".join(desk.window.view()["texts"])]
    assert readable(desk.config.with_suffix(".data"), *CANARIES) == []


def test_who_lost_the_card_gets_another_and_the_old_one_is_refused_everywhere(
    fair: Hall, desk: Desk, tmp_path: Path
) -> None:
    lost = a_member(fair)
    other = fair.booth("other")
    find(desk.window)
    desk.window.touch(NEW_CARD, LOST)
    desk.window.until_kind("form_card")
    token = card_shown(desk.window, tmp_path / "screen.png")
    [made] = desk.window.process.notices("reissued")
    other.until(lambda: refuses(other, lost), "the lost card refused at the other kiosk")
    [verdict] = other.scan(token)
    assert (verdict["outcome"], verdict["card"]) == ("accepted", made["card"])
    [member] = asked_json("server", "members", "find", PHONE, "--dir", fair.office.path)
    assert cards_of(fair, member["member"]) == {lost: True, made["card"]: False}
    assert readable(desk.config.with_suffix(".data"), *CANARIES, token) == []
