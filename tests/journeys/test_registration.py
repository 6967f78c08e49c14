"""A member is registered at a kiosk without a network, in Arabic by touches; the card works at another."""

import json
import sqlite3
import time
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Final

import pytest
import zxingcpp
from PIL import Image

from tests.journeys.hall import Hall, hall
from tests.journeys.test_staff import staff_known_to
from tests.journeys.test_window import opened
from tests.journeys.test_window_staff import come_in, type_in
from tests.kiosk.ui.remote import Window
from tests.programs import EXAMPLE, FAIR, Pipe, call, json_of, kiosk_facts
from tests.waiting import until

SECTION: Final = """
[[consents]]
id = "messages"
texts = { ar = "أوافق على مراسلتي.", fr = "J'accepte qu'on m'écrive." }

[members]
employee_number = "[0-9]{7}"

[registration]
fields = ["name_ar", "name_latin", "category", "birth", "employee_number", "phone"]
required = ["name_ar", "category", "phone"]
categories = ["active", "retired"]
consents = ["messages"]
"""
NEXT, BACK = "check", "arrow-right"
REGISTER, RETIRED = "تسجيل منخرط", "متقاعد"
NAME_AR, NAME_LATIN, BIRTH, NUMBER, PHONE = "زنكة كناري", "ZANAGA QANARY", "31051960", "7654321", "0661223344"
CANARIES: Final = ("زنكة", "كناري", "ZANAGA", "QANARY", "1960-05-31", NUMBER, PHONE, "661223344")


@pytest.fixture
def fair(tmp_path: Path, ending: ExitStack) -> Hall:
    """Give a hall whose programme says what to ask of whoever is registered."""
    found = ending.enter_context(hall(tmp_path))
    tour = tmp_path / "tour.toml"
    tour.write_text(EXAMPLE.read_text(encoding="utf-8") + SECTION, encoding="utf-8")
    call("server", "tour", "load", tour, "--dir", found.office.path)
    return found


def readable(data: Path, *secrets: str) -> list[tuple[str, str]]:
    """Name the files below a directory that hold one of these texts, and which."""
    return [
        (str(path.relative_to(data)), secret)
        for path in data.rglob("*")
        if path.is_file()
        for secret in secrets
        if secret.encode() in path.read_bytes()
    ]


def write(window: Window, text: str) -> None:
    time.sleep(0.35)
    for letter in text:
        assert window.ask("tap", "space" if letter == " " else letter), letter


def fill_in(window: Window) -> None:
    """Register by touches, up to the summary."""
    window.touch(REGISTER)
    window.until_kind("form_write")
    write(window, NAME_AR)
    window.touch(NEXT)
    write(window, NAME_LATIN)
    window.touch(NEXT, RETIRED)
    for digits in (BIRTH, NUMBER, PHONE):
        window.until(lambda view: view["kind"] == "form_number" and not view["typed"], "a pad")
        type_in(window, digits)
        window.touch(NEXT)
    window.until_kind("form_consent")
    window.touch(NEXT)
    window.until_kind("form_summary")


def card_shown(window: Window, path: Path) -> str:
    """Photograph the card on the screen and give its token."""
    window.ask("picture", str(path))
    with Image.open(path) as picture:
        [code] = zxingcpp.read_barcodes(picture.convert("L"))
    path.unlink()
    return code.text


def test_a_card_made_without_a_network_is_accepted_by_another_kiosk_without_one(
    fair: Hall, ending: ExitStack, tmp_path: Path
) -> None:
    card = ("--card", tmp_path / "staff.png")
    added = json_of("server", "staff", "add", "م. ب", "--fair", FAIR, *card, "--dir", fair.office.path)
    config = fair.office.add_kiosk("desk")
    proxy = fair.behind_proxy(config)
    pipe = ending.enter_context(Pipe(tmp_path / "scanner"))
    window = opened(ending, config, pipe.source)
    window.until_kind("attract")
    until(lambda: added["id"] in staff_known_to(config), seconds=30, what="the staff's verifier")
    other = fair.booth("other")
    # Neither has a network from here on.
    proxy.take_down()
    other.proxy.take_down()
    until(lambda: window.process.notices("link")[-1]["up"] is False, seconds=30, what="no network")

    come_in(window, added["pin"])
    fill_in(window)
    window.touch(NEXT)
    window.until_kind("form_card")
    token = card_shown(window, tmp_path / "screen.png")
    [made] = window.process.notices("registered")
    data = config.with_suffix(".data")
    assert readable(data, *CANARIES, token) == [], "the journal's WAL, too, while it runs"

    [verdict] = other.scan(token)
    assert (verdict["outcome"], verdict["card"]) == ("accepted", made["card"])

    window.touch(NEXT)
    window.until_kind("attract")
    assert not any(each in text for text in window.view()["texts"] for each in CANARIES)
    proxy.bring_up()
    other.proxy.bring_up()
    until(lambda: all(fact["delivered"] for fact in kiosk_facts(config)), seconds=60, what="delivery")
    with closing(sqlite3.connect(fair.office.path / "ledger.db")) as ledger:
        words = (
            "SELECT staff_id, detail, sealed FROM fact WHERE kind = 'registration' AND status = 'accepted'"
        )
        [(staff_id, detail, sealed)] = ledger.execute(words).fetchall()
    assert staff_id == added["id"]
    assert [each["id"] for each in json.loads(detail)["consents"]] == ["messages"]
    assert sealed
    assert made["card"] not in detail
    assert not any(each.encode() in sealed for each in CANARIES), "the ledger keeps it sealed, too"
    assert window.process.stop() == 0
    assert readable(data, *CANARIES, token) == []
    told = "\n".join([*window.process.lines, window.process.errors()])
    assert not [each for each in (*CANARIES, token) if each in told]
    assert window.process.errors() == ""
