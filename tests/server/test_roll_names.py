"""A roll's page names whoever is known still, and counts the others in words: erased, or past their time."""

import gettext
from collections.abc import Iterator
from pathlib import Path

import pytest

from server.live.rolls import RollsReader
from server.live.sessions import SessionsReader
from server.live.source import StoreSource
from server.office import now_ms
from server.rules.access import Holder, Role
from server.rules.pages.rolls import RollPage, roll_page
from server.rules.wording import Words
from tests.server.files.hall import RABAT
from tests.server.rights import AMINA, INVITED, KARIM, Rights
from tests.server.test_retention import run
from wire.events import SessionAttendance

ENGLISH = Words("en", gettext.NullTranslations())
SAID = ("present", "besides", "absent")


@pytest.fixture(scope="module")
def at_rest(tmp_path_factory: pytest.TempPathFactory) -> Rights:
    hall = Rights(tmp_path_factory.mktemp("rest"))
    hall.a_life()
    hall.store.close()
    return hall


@pytest.fixture
def hall(at_rest: Rights, tmp_path: Path) -> Iterator[Rights]:
    """A training to which two were invited and came."""
    hall = Rights(tmp_path, copy_of=at_rest)
    yield hall
    hall.store.close()


def open_to_all(hall: Rights) -> None:
    tour = hall.path / "tour.toml"
    described = tour.read_text(encoding="utf-8").replace(INVITED, 'day = "2024-05"')
    tour.write_text(described, encoding="utf-8")
    hall.type("tour", "load", tour)


def page(hall: Rights) -> RollPage:
    source = StoreSource(hall.store, "amal", tally=lambda: None, is_connected=lambda: True)  # type: ignore[arg-type, return-value]  # nothing is measured
    reader = RollsReader(hall.store, source, SessionsReader(hall.store, source), clock=now_ms)
    seen = reader.of_fair({"fair": RABAT, "session": "training"}, Holder(body="amal", role=Role.NATIONAL))
    assert seen is not None
    return roll_page(seen, ENGLISH, now_ms())


def names(found: RollPage) -> dict[str, list[str]]:
    return {where: [line.name for line in getattr(found, where)] for where in SAID}


def figures(found: RollPage) -> dict[str, str]:
    return {each.id: each.value for each in found.figures}


def test_whoever_was_erased_is_counted_and_no_empty_line(hall: Rights) -> None:
    before = figures(page(hall))
    assert names(page(hall)) == {"present": [AMINA[0], KARIM[0]], "besides": [], "absent": []}
    hall.type("person", "erase", AMINA[3], "--yes")
    found = page(hall)
    assert names(found) == {"present": [KARIM[0]], "besides": [], "absent": []}
    assert figures(found) == before
    assert found.nameless == "1 more was present, whose name is not kept any more."
    assert found.nameless_absent == ""


def test_after_the_time_of_visits_the_kept_lists_names_stand_once(hall: Rights) -> None:
    before = page(hall)
    run(hall, 91)
    assert page(hall) == before
    hall.type("person", "erase", AMINA[3], "--yes")
    found = page(hall)
    assert (names(found)["present"], names(found)["besides"]) == ([KARIM[0]], [])
    assert figures(found) == figures(before)
    assert found.nameless.startswith("1 more was present")
    run(hall, 366)
    found = page(hall)
    assert names(found) == {"present": [], "besides": [], "absent": []}
    assert figures(found) == figures(before)
    assert found.nameless == "2 more were present, whose names are not kept any more."


def test_a_session_open_to_all_keeps_its_names_as_long_as_its_lists(hall: Rights) -> None:
    open_to_all(hall)
    before = page(hall)
    assert names(before) == {"present": [], "besides": [AMINA[0], KARIM[0]], "absent": []}
    run(hall, 91)
    assert page(hall) == before
    run(hall, 366)
    found = page(hall)
    assert names(found) == {"present": [], "besides": [], "absent": []}
    assert figures(found) == figures(before)
    assert found.nameless.startswith("2 more were present")


def test_whoever_was_erased_and_did_not_come_stays_absent(tmp_path: Path) -> None:
    hall = Rights(tmp_path)
    hall.enrol(AMINA, KARIM)
    hall.happen(SessionAttendance(card=hall.cards[KARIM[3]], session="training"))
    before = page(hall)
    assert names(before) == {"present": [KARIM[0]], "besides": [], "absent": [AMINA[0]]}
    assert (before.nameless, before.nameless_absent) == ("", "")
    hall.type("person", "erase", AMINA[3], "--yes")
    found = page(hall)
    assert names(found) == {"present": [KARIM[0]], "besides": [], "absent": []}
    assert figures(found) == figures(before)
    assert (found.nameless, found.nameless_absent) == (
        "",
        "1 more was invited, whose name is not kept any more.",
    )
    hall.store.close()
