"""What staff do at a kiosk, behind a card or a PIN; the real station among fakes."""

import errno
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeVar

import pytest
from argon2 import PasswordHasher

from kiosk import backstage
from kiosk.bootstrap import journal_path
from kiosk.export import export
from kiosk.mounted import sticks
from kiosk.notices import (
    CardIgnored,
    ProgrammeTaken,
    Scanned,
    StaffDone,
    StaffIn,
    StaffOut,
    StaffRefused,
    StaffView,
)
from kiosk.rules.desk import Outcome
from kiosk.rules.lockout import FREE_TRIES, wait_s
from kiosk.station import Around
from kiosk.wishes import (
    ByHandWish,
    DiagnosticsWish,
    ExportWish,
    PinWish,
    QuitWish,
    RestartWish,
    StaffEndWish,
    StaffLookWish,
    SwitchBoothWish,
    UndoWish,
)
from tests.kiosk.fakes import FakeServer, Kiosk, revocations, token
from tests.kiosk.test_counter import DESCRIBED
from tests.waiting import until
from tests.wire.strategies import a_card, a_programme
from wire.card import Category
from wire.events import CardRef, Event, Passage, Visit, Void
from wire.setup import Setup, StaffVerifier

Told = TypeVar("Told")
PIN = "101 482 913"
WEAK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


class Desk:
    """A kiosk that knows one of the staff, and what its staff have asked for."""

    def __init__(self, path: Path, **staff: str) -> None:
        self.left: list[bool] = []
        self.stick = path / "stick"
        self.stick.mkdir(exist_ok=True)
        self.kiosk = Kiosk(
            path / "data",
            server=FakeServer(programme=a_programme(**DESCRIBED)),
            around=Around(export=self._export, on_leave=self.left.append),
        )
        self.kiosk.ready()
        self.knows(**staff)

    def _export(self, directory: Path) -> tuple[str, int]:
        config = self.kiosk.config
        path = journal_path(config)
        done = export(config, path, directory, waiting_only=False, on_progress=lambda _, __: None)
        return done.file, done.facts

    def knows(self, **staff: str) -> None:
        """Give it a setup with one of the staff, as if it had come sealed."""
        fields = {"staff_id": "101", "pin_verifier": WEAK.hash("101482913"), **staff}
        descriptions = self.kiosk.station._descriptions  # noqa: SLF001 - as if it had come sealed
        descriptions.setup = Setup(version=1, fair="rabat-2024", staff=[StaffVerifier(**fields)])

    def ask(self, wish: Any, kind: type[Told]) -> Told:
        """Wish for something and wait for the next notice of that kind."""
        before = len(self.kiosk.told(kind))
        self.kiosk.station.ask(wish)
        until(lambda: len(self.kiosk.told(kind)) > before, what=f"a {kind.__name__}")
        return self.kiosk.told(kind)[before]

    def come_in(self) -> StaffView:
        before = len(self.kiosk.told(StaffView))
        assert self.ask(PinWish(PIN), StaffIn).staff_id == "101"
        until(lambda: len(self.kiosk.told(StaffView)) > before, what="a look")
        return self.kiosk.told(StaffView)[-1]

    def by_staff(self) -> list[Event]:
        """Give what staff did, once it is delivered."""
        # The journal knows of a fact before the carrier has heard that it waits.
        until(self.kiosk.delivered, what="delivery")
        return [event for event in self.kiosk.server.events() if event.staff_id]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path)
    yield desk
    desk.kiosk.stop()


@pytest.mark.parametrize("wrong", ["101 482 914", "102 482 913", "", "four", "482913"])
def test_a_wrong_pin_lets_nobody_in(desk: Desk, wrong: str) -> None:
    assert desk.ask(PinWish(wrong), StaffRefused) == StaffRefused("wrong")
    assert desk.ask(StaffLookWish(), StaffOut) == StaffOut(), "nobody is in"


def test_arabic_digits_are_digits(desk: Desk) -> None:
    assert desk.ask(PinWish("١٠١٤٨٢٩١٣"), StaffIn) == StaffIn("101", 120.0)


def test_wrong_pins_lock_the_door_over_a_restart(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    codes = [desk.ask(PinWish("101 000 000"), StaffRefused).code for _ in range(FREE_TRIES)]
    assert codes == ["wrong"] * (FREE_TRIES - 1) + ["locked"]
    locked = desk.ask(PinWish(PIN), StaffRefused)
    assert locked.code == "locked", "the right one, too"
    assert 50 < locked.seconds <= 60
    desk.kiosk.stop()
    again = Desk(tmp_path)
    assert again.ask(PinWish(PIN), StaffRefused).code == "locked"
    again.kiosk.stop()


def test_the_wait_doubles_up_to_a_quarter_of_an_hour() -> None:
    assert [wait_s(failures, 0) for failures in (0, 4, 5, 6, 7, 8, 9, 1000)] == [
        0,
        0,
        60,
        120,
        240,
        480,
        900,
        900,
    ]
    assert wait_s(6, 119.5) == pytest.approx(0.5)
    assert wait_s(6, 121) == 0


def test_a_kiosk_that_knows_no_staff_says_so(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.kiosk.station._descriptions.setup = None  # noqa: SLF001 - none has come
    assert desk.ask(PinWish(PIN), StaffRefused) == StaffRefused("none")
    desk.kiosk.stop()


def test_a_staff_card_lets_in_and_says_whose_it_is(desk: Desk) -> None:
    desk.knows(card=str(a_card(card_id=7).identity))
    scanned = desk.kiosk.scan(token(7, category=Category.STAFF))
    assert scanned.outcome is Outcome.STAFF
    until(lambda: desk.kiosk.told(StaffIn) == [StaffIn("101", 120.0)], what="that they are in")
    assert desk.kiosk.station.waiting == 0, "it counts nowhere"


def test_who_has_finished_or_has_been_away_two_minutes_is_out(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.come_in()
    assert desk.ask(StaffEndWish(), StaffOut) == StaffOut()
    assert desk.ask(UndoWish("0" * 32, "twice"), StaffOut) == StaffOut()
    desk.come_in()
    staff = desk.kiosk.station._counter._staff  # noqa: SLF001 - its clock alone
    late = staff._monotonic() + 121  # noqa: SLF001 - the same
    monkeypatch.setattr(staff, "_monotonic", lambda: late)
    assert desk.ask(ByHandWish(""), StaffOut) == StaffOut()
    assert desk.by_staff() == []


def test_who_is_revoked_meanwhile_is_out_and_members_come_in_again(desk: Desk) -> None:
    desk.come_in()
    desk.knows(staff_id="102")
    assert desk.kiosk.scan(token(1)).outcome is Outcome.ACCEPTED
    assert desk.ask(ByHandWish(""), StaffOut) == StaffOut()


def test_a_revoked_staff_card_is_out_too_where_no_setup_knew_it(desk: Desk) -> None:
    card = str(a_card(card_id=7).identity)
    desk.kiosk.scan(token(7, category=Category.STAFF))
    until(lambda: desk.kiosk.told(StaffIn) == [StaffIn(card, 120.0)], what="that they are in")
    desk.kiosk.station._descriptions.offer_revocations(revocations(2, card))  # noqa: SLF001 - as heard
    assert desk.ask(StaffLookWish(), StaffOut) == StaffOut()


def test_a_wrong_scan_is_undone_and_the_card_may_check_in_again(desk: Desk) -> None:
    scanned = desk.kiosk.scan(token(1))
    view = desk.come_in()
    [fact] = view.facts
    assert (fact.event_id, fact.kind, fact.booth) == (scanned.event_id, "visit", "bank-1")
    assert fact.card == f"{1:014x}"[-4:], "four digits name nobody"
    assert desk.ask(UndoWish(fact.event_id, "wrong_card"), StaffDone) == StaffDone("undo")
    until(lambda: desk.kiosk.told(StaffView)[-1].facts == (), what="a look without it")
    [void] = desk.by_staff()
    assert (void.fact, void.staff_id) == (Void(target=fact.event_id, reason="wrong_card"), "101")
    assert desk.ask(UndoWish("0" * 32, "twice"), StaffDone) == StaffDone("undo", "unknown_fact")
    assert desk.ask(UndoWish(fact.event_id, "twice"), StaffDone).code == "unknown_fact", "no fact twice"
    desk.ask(StaffEndWish(), StaffOut)
    assert desk.kiosk.scan(token(1, language="fr")).outcome is Outcome.ACCEPTED


def test_no_members_card_is_recorded_while_staff_are_in(desk: Desk) -> None:
    desk.come_in()
    desk.kiosk.reader.show(token(1))
    until(lambda: desk.kiosk.told(CardIgnored) == [CardIgnored()], what="a word that it is ignored")
    desk.kiosk.reader.show("https://example.org/")
    desk.kiosk.reader.show(token(2))
    until(lambda: len(desk.kiosk.told(CardIgnored)) == 2, what="the next card's")
    assert desk.kiosk.told(Scanned) == []
    assert desk.ask(StaffLookWish(), StaffView).facts == ()
    desk.ask(StaffEndWish(), StaffOut)
    assert desk.kiosk.scan(token(3)).outcome is Outcome.ACCEPTED
    until(lambda: desk.kiosk.station.waiting == 0, what="delivery")
    [visit] = desk.kiosk.server.visits()
    assert visit.fact == Visit(card=CardRef.of(a_card(card_id=3)))


def test_whoever_forgot_to_finish_keeps_members_away_for_two_minutes_at_most(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.come_in()
    staff = desk.kiosk.station._counter._staff  # noqa: SLF001 - its clock alone
    late = staff._monotonic() + 121  # noqa: SLF001 - the same
    monkeypatch.setattr(staff, "_monotonic", lambda: late)
    assert desk.kiosk.scan(token(1)).outcome is Outcome.ACCEPTED


def test_a_slow_stick_puts_nobody_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = Desk(tmp_path)
    plugged(desk, monkeypatch)
    desk.come_in()
    staff = desk.kiosk.station._counter._staff  # noqa: SLF001 - its clock alone
    now = staff._monotonic()  # noqa: SLF001 - the same
    monkeypatch.setattr(staff, "_monotonic", lambda: now)
    meanwhile: list[bool] = []
    slow = staff._backstage.export  # noqa: SLF001 - the stick alone is slow

    def export(directory: Path) -> tuple[str, int]:
        nonlocal now
        now += 600
        meanwhile.append(staff.is_in)
        return slow(directory)

    object.__setattr__(staff._backstage, "export", export)  # noqa: SLF001 - the same
    assert desk.ask(ExportWish(str(desk.stick)), StaffDone).code == ""
    assert meanwhile == [True]
    assert desk.ask(ByHandWish(""), StaffDone) == StaffDone("by_hand", count=1)
    desk.kiosk.stop()


def test_a_passage_is_told_as_what_it_was(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.come_in()
    staff = desk.kiosk.station._counter._staff  # noqa: SLF001 - as if cards had been shown at doors
    passages = [Passage(direction=way, card=CardRef.of(a_card(card_id=9))) for way in ("in", "out")]
    staff._recorder.record_all(passages, desk.kiosk.clock.read(), "")  # noqa: SLF001 - the same
    assert [fact.kind for fact in desk.ask(StaffLookWish(), StaffView).facts] == ["exit", "entrance"]
    desk.kiosk.stop()


def test_who_forgot_the_code_checks_in_by_number_or_without_a_card(desk: Desk) -> None:
    desk.come_in()
    number = str(a_card(card_id=5).identity)
    assert desk.ask(ByHandWish(f" {number.upper()} "), StaffDone) == StaffDone("by_hand", count=1)
    assert desk.ask(ByHandWish(""), StaffDone).code == ""
    assert desk.ask(ByHandWish("12345"), StaffDone).code == "no_number"
    assert desk.ask(ByHandWish("0999-00000000000001"), StaffDone).code == "unknown_key"
    cards = [event.fact.card for event in desk.by_staff() if isinstance(event.fact, Visit)]
    by_number = CardRef(key_id=1, card_id=f"{5:014x}", category=Category.UNKNOWN, language="")
    assert cards == [by_number, None]


def test_a_kiosk_stands_at_another_booth_over_a_restart(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.come_in()
    assert desk.ask(SwitchBoothWish("clinic"), StaffDone) == StaffDone("booth", "", "clinic")
    assert desk.kiosk.told(ProgrammeTaken)[-1].booth_names == {"fr": "Clinique"}
    assert desk.ask(SwitchBoothWish("moon"), StaffDone) == StaffDone("booth", "unknown_booth", "moon")
    desk.ask(StaffEndWish(), StaffOut)
    assert desk.kiosk.scan(token(1)).offers == ("check-up",)
    until(lambda: desk.kiosk.server.states[-1].booth == "clinic", what="the state")
    desk.kiosk.stop()
    again = Desk(tmp_path)
    again.kiosk.scan(token(2))
    until(lambda: again.kiosk.station.waiting == 0, what="delivery")
    assert [event.booth for event in again.kiosk.server.events() if isinstance(event.fact, Visit)] == [
        "clinic"
    ]
    again.kiosk.stop()


def plugged(desk: Desk, monkeypatch: pytest.MonkeyPatch, *more: Path) -> None:
    """Let its directory be where a stick is mounted, and others, too."""
    mounted = tuple(str(path) for path in (desk.stick, *more))
    monkeypatch.setattr(backstage, "sticks", lambda: mounted)


def test_facts_and_diagnostics_go_onto_a_stick_and_name_nobody(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    plugged(desk, monkeypatch)
    scanned: Scanned = desk.kiosk.scan(token(1))
    desk.come_in()
    done = desk.ask(ExportWish(str(desk.stick)), StaffDone)
    assert (done.what, done.code) == ("export", "")
    assert done.count >= 1
    assert (desk.stick / done.detail).exists()
    told = desk.ask(DiagnosticsWish(str(desk.stick)), StaffDone)
    with zipfile.ZipFile(desk.stick / told.detail) as file:
        about = json.loads(file.read("kiosk.json"))
        diary = file.read("diary.jsonl").decode()
    assert about["booth"] == "bank-1"
    assert '"scanned": "accepted"' in diary
    for secret in (
        scanned.card,
        scanned.event_id,
        desk.kiosk.config.password,
        desk.kiosk.config.batch_seed.hex(),
    ):
        assert secret not in diary + json.dumps(about)


def test_what_hinders_a_stick_is_told_by_a_code(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    pulled, full = desk.stick / "pulled", desk.stick / "full"
    full.mkdir()
    plugged(desk, monkeypatch, pulled / "out", full)
    desk.come_in()
    elsewhere = desk.stick / "elsewhere"
    elsewhere.mkdir()
    for where in (elsewhere, pulled / "out"):
        for wish in (ExportWish, DiagnosticsWish):
            assert desk.ask(wish(str(where)), StaffDone).code == "gone", "it is not mounted any more"
    assert list(elsewhere.iterdir()) == [], "the kiosk's own disk is no stick"

    def no_room(*_: object) -> None:
        raise OSError(errno.ENOSPC, "no room")

    monkeypatch.setattr("kiosk.export.sync_directory", no_room)
    assert desk.ask(ExportWish(str(full)), StaffDone).code == "full"
    monkeypatch.setattr("kiosk.diagnostics.sync_directory", no_room)
    assert desk.ask(DiagnosticsWish(str(full)), StaffDone).code == "full"


def test_staff_end_the_program_or_start_it_again(desk: Desk) -> None:
    desk.come_in()
    desk.kiosk.station.ask(RestartWish())
    desk.kiosk.station.ask(QuitWish())
    until(lambda: desk.left == [True, False], what="both")


def test_sticks_are_found_where_they_are_mounted(tmp_path: Path) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text(
        "/dev/sda1 / ext4 rw 0 0\n/dev/sdb1 /media/no\\040such vfat rw 0 0\nbroken\n", encoding="utf-8"
    )
    assert sticks(mounts) == (), "what cannot be written is none"
    assert sticks(tmp_path / "none") == ()
