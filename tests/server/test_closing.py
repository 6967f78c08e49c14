"""Which kiosks keep facts, as far as their last words tell; and when a fair is closed by them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from server.backup import Backup, back_up
from server.bootstrap import opened
from server.closing import Closing
from server.intake import Intake
from server.office import OfficeError
from server.rules.closing import KioskWord, holdings, outlived
from server.store.registry import Registry
from tests.programs import EXAMPLE, FAIR, Office, call
from tests.server.facts import DEVICE, OTHER_DEVICE, batch, visit
from wire.messages import State, read_state
from wire.programme import Programme, open_programme

NOW = 1_800_000_000_000


def word(promised: int = 0, came_since: int = 0, ago_ms: int = 0, **state: Any) -> KioskWord:
    return KioskWord("bank", msgspec.json.encode(State(**state)), NOW - ago_ms, promised, came_since)


@pytest.mark.parametrize(
    ("kiosk", "count"),
    [
        (word(online=True, waiting=3), 3),
        (word(online=True, waiting=3, came_since=2), 1),
        (word(online=False, programme_version=5, waiting=3), 3),
        (word(online=True, promised=4), 4),
        (word(online=True, promised=4, waiting=9), 9),
        (word(online=False), 0),
        (word(online=True, ago_ms=60_000), 0),
    ],
)
def test_a_kiosk_that_keeps_facts_or_may_is_named(kiosk: KioskWord, count: int) -> None:
    [found] = holdings([kiosk], NOW)
    assert (found.name, found.count) == ("bank", count)
    assert "bank" in str(found)
    assert ("facts wait there" in str(found)) == bool(count)


@pytest.mark.parametrize(
    "kiosk",
    [
        word(online=True, waiting=0, ago_ms=10_000),
        word(online=False, programme_version=5),
        word(online=True, waiting=3, came_since=3),
        KioskWord("never", None, 0, 0, 0),
        KioskWord("older", b"\xff no state", 1, 0, 0),
    ],
)
def test_a_kiosk_that_has_delivered_or_was_never_there_is_not(kiosk: KioskWord) -> None:
    assert holdings([kiosk], NOW) == []


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path, init=["--listen", "127.0.0.1:1", "--kiosk-broker", "mqtt://127.0.0.1:1"])


def closed(
    office: Office, file: Path, between: Callable[[Any], None] = lambda _: None
) -> tuple[Programme, Backup, int]:
    """Close the fair; ``between`` happens after each backup, before the signature."""
    with opened(office.path) as (home, store, desk):
        made: list[Backup] = []

        def back() -> Backup:
            made.append(back_up(home, store, desk.body, file, with_secrets=False, on_rows=lambda _, __: None))
            between((store, desk.body, len(made)))
            return made[-1]

        done = Closing(store, desk, clock=lambda: NOW).close(FAIR, back, anyway=False)
        message = done.programme
        return message, done.backup, len(made)


def test_a_wiped_kiosk_that_is_unplugged_still_holds_nothing() -> None:
    wiped = msgspec.json.encode(State(online=True, wiped=True, programme_version=7))
    unplugged = State(online=False, name="one")
    kept = outlived(unplugged, wiped)
    assert read_state(kept) == State(online=False, name="one", wiped=True, programme_version=7)
    assert holdings([KioskWord("one", kept, NOW - 3_600_000, 0, 0)], NOW) == []
    assert read_state(outlived(unplugged, None)) == unplugged
    # The fair goes on, and so does the kiosk: what it says itself counts.
    working = State(online=True, programme_version=8)
    assert read_state(outlived(working, wiped)) == working
    assert read_state(outlived(unplugged, msgspec.json.encode(working))) == unplugged


def test_a_closed_programme_is_signed_with_the_backup_of_that_very_ledger(
    office: Office, tmp_path: Path
) -> None:

    def late(what: Any) -> None:
        store, body, number = what
        if number < 3:
            intake = Intake(store, body, digest_key=b"k" * 32)
            intake.take([batch(number, visit(number, number))], NOW)

    programme, backup, tries = closed(office, tmp_path / "b", late)
    assert programme.closed
    assert (tries, backup.manifest.facts) == (3, 2)
    with opened(office.path) as (_, store, desk), store.reading() as connection:
        version, message = Registry(connection, desk.body).programmes()[FAIR]
    assert open_programme(message, desk.body_public_key) == programme
    assert version == programme.version


def test_a_fair_at_which_facts_never_rest_is_not_closed(office: Office, tmp_path: Path) -> None:

    def always(what: Any) -> None:
        store, body, number = what
        Intake(store, body, digest_key=b"k" * 32).take([batch(number, visit(number, number))], NOW)

    with pytest.raises(OfficeError, match="come in all the time"):
        closed(office, tmp_path / "b", always)
    assert not (tmp_path / "b").exists()
    assert office.status()["closed"] == []


def test_facts_of_elsewhere_keep_no_fair_from_closing(office: Office, tmp_path: Path) -> None:
    """Another body's visits, and another stop's, go on."""

    def elsewhere(what: Any) -> None:
        store, body, number = what
        with store.writing() as connection:
            Registry(connection, "other").put_body({"fr": "Autre"}, b"p" * 32)
        for whose, fair, device in (("other", FAIR, DEVICE), (body, "tangier", OTHER_DEVICE)):
            visits = batch(number, visit(number, number, fair=fair), device=device)
            taken = Intake(store, whose, digest_key=b"k" * 32).take([visits], NOW)
            assert taken.verdicts == {"accepted": 1}

    programme, _, tries = closed(office, tmp_path / "b", elsewhere)
    assert (programme.closed, tries) == (True, 1)


def test_what_a_kiosk_of_the_fair_brings_of_another_counts(office: Office, tmp_path: Path) -> None:
    """It would be wiped with the rest: what was not taken lies in the ledger, too."""
    with opened(office.path) as (_, _, desk):
        device = desk.add_kiosk("one", office.booths[0], FAIR).row.device

    def late(what: Any) -> None:
        store, body, number = what
        if number == 1:
            visits = batch(1, visit(1, 1, fair="tangier"), device=device)
            Intake(store, body, digest_key=b"k" * 32).take([visits], NOW)

    assert closed(office, tmp_path / "b", late)[2] == 2


def test_a_tour_that_is_loaded_again_leaves_a_closed_fair_closed(office: Office, tmp_path: Path) -> None:

    closed(office, tmp_path / "b")
    call("server", "tour", "load", EXAMPLE, "--dir", office.path)
    assert office.status()["closed"] == [FAIR]
    with opened(office.path) as (_, store, desk), store.reading() as connection:
        _, message = Registry(connection, desk.body).programmes()[FAIR]
        assert open_programme(message, desk.body_public_key).closed


def test_a_fair_that_is_not_there_is_told(office: Office, tmp_path: Path) -> None:

    told = call("server", "fair", "close", "oujda", "--backup", tmp_path / "b", "--dir", office.path, code=1)
    assert "choose one of rabat-2024" in told
