"""A stop whose time was over, and that is put off: who comes then is somebody, and is counted."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from server.store import tables as t
from tests.server.files.hall import RABAT, TANGIER
from tests.server.rights import AMINA, INVITED, Rights
from tests.server.test_retention import run
from wire.events import SessionAttendance

LONG_OVER = 1200
"""Days after the tour: every purpose is over."""
PUT_OFF = {"2024-12-": "2044-12-", "2025-01-": "2045-01-"}


@pytest.fixture
def hall(tmp_path: Path, database_url: str) -> Iterator[Rights]:
    hall = Rights(tmp_path, database_url)
    hall.enrol(AMINA)
    # Once more, now that the invited member has a card.
    load(hall)
    yield hall
    hall.store.close()


def load(hall: Rights, *options: str, **changes: str) -> str:
    """Load the tour's file, with its texts changed."""
    file = hall.path / "tour.toml"
    text = file.read_text(encoding="utf-8")
    for before, after in changes.items():
        assert before in text
        text = text.replace(before, after)
    file.write_text(text, encoding="utf-8")
    said: str = hall.type("tour", "load", file, *options)
    return said


def counted(hall: Rights) -> tuple[int, int]:
    """Let somebody visit, and give the visits and the people."""
    hall.visit(hall.amina)
    found: Any = hall.json("stats", RABAT)
    return found["visits"], found["attendance"]


def training(hall: Rights) -> tuple[int, int]:
    found: Any = hall.json("session", "training")
    return found["invited"], found["present"]


def test_a_stop_that_is_put_off_counts_people_again(hall: Rights) -> None:
    run(hall, LONG_OVER)
    assert counted(hall) == (1, 0)
    assert "counted as a visit, and as nobody" not in load(hall, **PUT_OFF)
    assert hall.rows(t.unlinked) == []
    # What came while its time was over stays nobody's.
    assert counted(hall) == (2, 1)


def test_its_sessions_invite_again_and_nobody_twice(hall: Rights) -> None:
    before = training(hall)
    run(hall, LONG_OVER)
    assert training(hall) == before
    load(hall, **PUT_OFF)
    assert training(hall) == before
    hall.happen(SessionAttendance(card=hall.amina, session="training"))
    assert training(hall) == (before[0], 1)


def test_a_session_that_took_place_is_not_invited_to_again(hall: Rights) -> None:
    hall.happen(SessionAttendance(card=hall.amina, session="training"))
    run(hall, LONG_OVER)
    before = training(hall)
    assert before[1] == 1
    load(hall, **PUT_OFF)
    assert training(hall) == before


def test_keeping_data_for_longer_does_the_same(hall: Rights) -> None:
    run(hall, 91)
    assert {row["purpose"] for row in hall.rows(t.unlinked)} == {"visits"}
    file = hall.path / "tour.toml"
    file.write_text(file.read_text(encoding="utf-8") + "\n[retention]\nvisits = 3650\n", encoding="utf-8")
    load(hall)
    assert hall.rows(t.unlinked) == []
    assert counted(hall) == (1, 1)


def test_a_stop_that_is_removed_begins_anew(hall: Rights) -> None:
    run(hall, LONG_OVER)
    hall.type("tour", "remove", TANGIER)
    assert {row["fair"] for row in hall.rows(t.unlinked)} == {RABAT}


def test_loading_a_stop_that_is_over_tells_what_that_means(hall: Rights) -> None:
    said = load(hall, "--dry-run")
    assert said.count("counted as a visit, and as nobody") == 2
    file = hall.path / "tour.toml"
    told = json.loads(hall.type("tour", "load", file, "--json"))
    assert [fair["over"] for fair in told["fairs"]] == [True, True]
    assert INVITED in file.read_text(encoding="utf-8")
