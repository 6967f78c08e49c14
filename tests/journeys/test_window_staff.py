"""Staff at a kiosk's window with the real program, server and broker: PIN, undo, by hand, stick."""

import json
import sqlite3
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from typing import Any

import pytest

from tests.journeys.test_staff import staff_known_to
from tests.journeys.test_window import Site, opened, visits
from tests.kiosk.ui.remote import GREEN, Window
from tests.programs import FAIR, Pipe, call, json_of, kiosk_facts
from tests.waiting import until
from wire.stick import SUFFIX

# Arabic: the way back points to the right.
BACK, YES, HELP, OPTIONS, STAFF, MORE = (
    "arrow-right",
    "check",
    "circle-question-mark",
    "settings-2",
    "lock-keyhole",
    "arrow-down",
)
UNDO, BY_HAND, EXPORT = "إلغاء تسجيل", "تسجيل يدوي", "نقل إلى مفتاح USB"
CARD_NUMBER, NO_CARD, FORGOTTEN = "رقم البطاقة", "بدون بطاقة", "نُسيت"
WRONG_CARD = "بطاقة غير صحيحة"
At = tuple[Window, Pipe]


class Counter:
    """A site with one of the staff: the server has added them, and the kiosk knows."""

    def __init__(self, site: Site) -> None:
        self.site = site
        where = ("--fair", FAIR, "--booth", "bank", "--card", site.path / "staff.png")
        made = json_of("server", "staff", "add", "م. ب", *where, "--dir", site.office.path)
        self.staff_id: str = made["id"]
        self.pin: str = made["pin"]


@pytest.fixture(scope="module")
def counter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Counter]:
    site = Site(tmp_path_factory.mktemp("staff"))
    yield Counter(site)
    site.close()


@pytest.fixture
def at_booth(counter: Counter, ending: ExitStack) -> At:
    """Give a kiosk with a scanner that sends lines, which knows its staff."""
    site = counter.site
    pipe = ending.enter_context(Pipe(site.path / f"pipe-{time.monotonic_ns()}"))
    window = opened(ending, site.config, pipe.source)
    window.until_kind("attract")
    until(lambda: counter.staff_id in staff_known_to(site.config), seconds=30, what="the staff's verifier")
    return window, pipe


def type_in(window: Window, digits: str) -> None:
    time.sleep(0.35)
    for digit in digits:
        assert window.ask("tap", digit)


def come_in(window: Window, pin: str) -> None:
    window.touch(HELP, OPTIONS, STAFF)
    window.until_kind("pin")
    type_in(window, pin)
    window.touch(YES)
    window.until_kind("staff_menu")


def in_ledger(site: Site, staff_id: str, kind: str) -> list[dict[str, Any]]:
    """Wait until everything is delivered, and give what one of the staff did, from the ledger itself."""
    until(lambda: all(fact["delivered"] for fact in kiosk_facts(site.config)), seconds=40, what="delivery")
    with closing(sqlite3.connect(site.office.path / "ledger.db")) as ledger:
        ledger.row_factory = sqlite3.Row
        words = "SELECT * FROM fact WHERE staff_id = ? AND kind = ? AND status = 'accepted' ORDER BY id"
        return [dict(row) for row in ledger.execute(words, (staff_id, kind))]


def test_the_last_visit_is_undone_behind_a_pin_and_counts_no_more(at_booth: At, counter: Counter) -> None:
    window, pipe = at_booth
    site = counter.site
    before = site.office.stats()
    first, second = site.tokens(2)
    for token in (first, second):
        pipe.scan(token)
        window.until(lambda view: view["kind"] == "accepted", "a verdict")
        window.until_kind("attract")
    until(lambda: site.office.stats()["visits"] == before["visits"] + 2, seconds=30, what="both visits")
    wrong = next(fact for fact in reversed(kiosk_facts(site.config)) if fact["kind"] == "visit")
    come_in(window, counter.pin)
    window.touch(UNDO)
    newest = next(
        iter(window.until(lambda view: view["kind"] == "undo" and view["tiles"], "records")["tiles"])
    )
    assert ":" in newest
    window.touch(newest, WRONG_CARD)
    window.until_kind("staff_done")
    assert window.pixels((0.01, 0.9)) == [GREEN]
    window.touch(BACK, YES)
    window.until_kind("attract")
    [void] = in_ledger(site, counter.staff_id, "void")
    detail = json.loads(void["detail"])
    assert (detail["target"], detail["reason"]) == (wrong["event_id"], "wrong_card")
    after = site.office.stats()
    assert after["visits"] == before["visits"] + 1, "the visit counts no more"
    # Its card may be shown again at once, once the staff are out.
    pipe.scan("https://example.org/")
    window.until_kind("refused")
    time.sleep(3)  # a card must have been out of sight to count as shown again
    pipe.scan(second)
    window.until_kind("accepted")
    until(lambda: site.office.stats()["visits"] == before["visits"] + 2, seconds=30, what="the visit again")
    assert window.process.stop() == 0
    assert window.process.errors() == ""


def test_a_member_without_a_code_checks_in_by_number_or_without_a_card(
    at_booth: At, counter: Counter
) -> None:
    window, pipe = at_booth
    site = counter.site
    out = site.path / "by-hand"
    words = ("--count", "1", "--no-pictures", "--out", out, "--dir", site.office.path)
    call("server", "cards", "issue", *words)
    number = (out / "cards.csv").read_text(encoding="utf-8").splitlines()[1].split(",")[0]
    before = site.office.stats()["visits"]
    come_in(window, counter.pin)
    window.touch(BY_HAND, CARD_NUMBER)
    type_in(window, number.replace("-", ""))
    assert window.until_kind("card_number")["typed"] == number
    # A member's card meanwhile is nobody's visit.
    made = visits(site.config)
    pipe.scan(*site.tokens(1))
    until(lambda: window.process.notices("card_ignored"), what="a word that it is ignored")
    assert window.view()["typed"] == number
    assert visits(site.config) == made
    window.touch(YES)
    window.until_kind("staff_done")
    window.touch(BACK, BY_HAND, NO_CARD, FORGOTTEN)
    window.until_kind("staff_done")
    window.touch(YES)
    assert not any(number in text for text in window.until_kind("attract")["texts"])
    found = in_ledger(site, counter.staff_id, "visit")
    assert len(found) == 2
    assert [bool(row["subject"]) for row in found] == [True, False]
    assert site.office.stats()["visits"] == before + 2
    assert window.process.stop() == 0
    told = "\n".join(window.process.lines)
    assert counter.pin not in told


def test_facts_go_onto_a_stick_that_is_plugged_in(at_booth: At, counter: Counter) -> None:
    window, _ = at_booth
    stick = counter.site.path / "KINGSTON"
    stick.mkdir()
    window.ask("plug")
    come_in(window, counter.pin)
    window.touch(MORE, EXPORT)
    window.until_kind("no_stick")
    window.ask("plug", str(stick))
    window.touch("refresh-cw")
    window.until(lambda view: "KINGSTON" in view["tiles"], "the stick")
    window.touch("KINGSTON")
    done = window.until_kind("staff_done")
    [written] = stick.glob(f"*{SUFFIX}")
    assert any(written.name in text for text in done["texts"])
    [report] = json.JSONDecoder().raw_decode(
        call("server", "facts", "import", written, "--dir", counter.site.office.path, "--json")
    )[0]
    assert report["problems"] == []
    assert report["facts"] == len(kiosk_facts(counter.site.config)) > 0
    window.touch(BACK, EXPORT)  # the menu is where they left it
    window.until(lambda view: "KINGSTON" in view["tiles"], "the stick")
    # Opening the list looks for sticks once more: pulled out before that is answered, none is shown.
    time.sleep(2)
    window.ask("plug")
    window.touch("KINGSTON")
    window.until_kind("staff_not_done")
    assert window.process.stop() == 0
    assert window.process.errors() == ""


def test_wrong_pins_lock_the_door_and_say_for_how_long(at_booth: At, counter: Counter) -> None:
    window, pipe = at_booth
    window.touch(HELP, OPTIONS, STAFF)
    wrong = f"{counter.staff_id}000000"
    for number in range(1, 6):
        type_in(window, wrong)
        window.touch(YES)
        until(lambda n=number: len(window.process.notices("staff_refused")) == n, what="no")  # type: ignore[misc]
    assert [each["code"] for each in window.process.notices("staff_refused")] == ["wrong"] * 4 + ["locked"]
    window.until(lambda view: any("0:5" in text for text in view["texts"]), "how long to wait")
    type_in(window, counter.pin)
    window.touch(YES)
    locked = window.view()
    assert (locked["kind"], locked["typed"]) == ("pin", "")
    assert window.process.notices("staff_in") == []
    pipe.scan(*counter.site.tokens(1))
    window.until_kind("accepted")
    assert window.process.stop() == 0
