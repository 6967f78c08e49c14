"""Whose roll is called where sessions follow one another at one booth, and who is present at both."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from kiosk.rules.desk import Outcome
from kiosk.rules.rollcall import RollCall
from tests.kiosk.fakes import token
from tests.kiosk.test_counter import Counter, reference
from tests.wire.strategies import a_programme
from wire.card import Category
from wire.described import Session
from wire.events import Refusal, SessionAttendance, Visit
from wire.programme import Booth
from wire.setup import Setup

MINUTE = 60_000
DAY = "2024-11-01"


def a_session(name: str, starts: str | None = None, ends: str | None = None, **fields: Any) -> Session:
    fields = {"names": {"fr": name}, "booth": "bank-1", "day": DAY, **fields}
    return Session(id=name, starts=starts, ends=ends, **fields)


FIRST, SECOND = a_session("first", "09:00", "10:00"), a_session("second", "10:00", "11:00")
AFTER_A_BREAK = a_session("after-a-break", "10:20", "11:00")
WITHIN = a_session("within", "09:20", "09:30")
OPEN_END = a_session("open-end", "09:30")
ALL_DAY = a_session("all-day")


def called(at: str, *sessions: Session, day: str = DAY) -> str:
    """Give whose roll is called at an hour, whatever stands first in the programme."""
    moment = datetime.fromisoformat(f"{day}T{at}+01:00")
    found = {
        session.id if session else ""
        for order in (sessions, sessions[::-1])
        for session in [RollCall(a_programme(sessions=list(order)), None, "bank-1").now(moment)]
    }
    [session] = found
    return session


@pytest.mark.parametrize(
    ("at", "session"),
    [
        ("07:59", ""),
        ("08:00", "first"),
        ("08:58", "first"),
        # The second's doors are open now; who comes is of the first all the same, on time or late.
        ("09:00", "first"),
        ("09:05", "first"),
        ("09:59", "first"),
        ("10:00", "second"),
        ("10:02", "second"),
        ("11:30", "second"),
        ("11:31", ""),
    ],
)
def test_of_sessions_back_to_back_the_one_that_is_on_is_called(at: str, session: str) -> None:
    assert called(at, FIRST, SECOND) == session


@pytest.mark.parametrize(
    ("at", "sessions", "session"),
    [
        # Between two, who leaves late belongs to the one and who comes early to the other.
        ("10:05", (FIRST, AFTER_A_BREAK), "first"),
        ("10:15", (FIRST, AFTER_A_BREAK), "after-a-break"),
        ("09:25", (FIRST, WITHIN), "within"),
        ("09:35", (FIRST, WITHIN), "first"),
        ("09:29", (FIRST, OPEN_END), "first"),
        ("09:31", (FIRST, OPEN_END), "open-end"),
        ("09:45", (ALL_DAY, SECOND), "all-day"),
        ("10:30", (ALL_DAY, SECOND), "second"),
    ],
)
def test_between_sessions_the_nearest_is_called(at: str, sessions: tuple[Session, ...], session: str) -> None:
    assert called(at, *sessions) == session


def test_a_session_of_several_days_goes_by_the_hours_of_each() -> None:
    training = a_session("training", "09:00", "10:00", last_day="2024-11-03")
    later = a_session("later", "10:00", "11:00", day="2024-11-02")
    assert called("09:30", training, later, day="2024-11-02") == "training"
    assert called("10:30", training, later, day="2024-11-02") == "later"
    assert called("10:30", training, later, day="2024-11-03") == "training"


# -- at the kiosk ----------------------------------------------------------------------------------

# The fakes' clock begins at 13:00 in Morocco.
MORNING, NOON = a_session("morning", "12:00", "13:02"), a_session("noon", "13:02", "14:00")
INVITED = a_session("invited", "13:02", "14:00", by_invitation=True)


def present(card: int, session: str, **fields: Any) -> SessionAttendance:
    return SessionAttendance(card=reference(card), session=session, **fields)


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[Counter]:
    hall = Counter(tmp_path, sessions=[MORNING, NOON])
    yield hall
    hall.kiosk.stop()


def test_who_stays_for_the_next_session_is_present_there_too_by_one_visit(hall: Counter) -> None:
    first = hall.scan(1)
    assert (first.outcome, first.session) == (Outcome.ACCEPTED, "morning")
    assert hall.scan(1).outcome is Outcome.REPEAT
    hall.kiosk.clock.pass_ms(4 * MINUTE)
    second = hall.scan(1)
    assert (second.outcome, second.session) == (Outcome.ACCEPTED, "noon")
    assert second.event_id
    assert hall.scan(1).outcome is Outcome.REPEAT
    assert hall.facts(SessionAttendance) == [present(1, "morning"), present(1, "noon")]
    assert len(hall.facts(Visit)) == 1
    hall.kiosk.clock.pass_ms(6 * MINUTE)
    assert hall.scan(1).outcome is Outcome.ACCEPTED, "ten minutes after the visit, not after the session"
    assert len(hall.facts(Visit)) == 2


def test_who_came_before_the_doors_opened_is_present_by_a_second_scan(tmp_path: Path) -> None:
    hall = Counter(tmp_path, sessions=[a_session("later", "14:02", "15:00")])
    assert hall.scan(1).session == ""
    assert hall.scan(1).outcome is Outcome.REPEAT
    hall.kiosk.clock.pass_ms(4 * MINUTE)
    assert hall.scan(1).session == "later"
    assert hall.facts(SessionAttendance) == [present(1, "later")]
    assert len(hall.facts(Visit)) == 1
    hall.kiosk.stop()


def test_whose_session_is_over_is_told_that_the_visit_is_recorded(tmp_path: Path) -> None:
    hall = Counter(tmp_path, sessions=[a_session("over", "11:00", "12:32")])
    assert hall.scan(1).session == "over"
    hall.kiosk.clock.pass_ms(4 * MINUTE)
    assert hall.scan(1).outcome is Outcome.REPEAT
    hall.kiosk.stop()


def test_after_a_restart_it_is_known_whose_roll_was_called(tmp_path: Path) -> None:
    sessions = [a_session("morning", "12:00", "13:30"), a_session("noon", "13:30", "14:00")]
    hall = Counter(tmp_path, sessions=sessions)
    assert hall.scan(1).session == "morning"
    hall.facts(Visit)
    hall.kiosk.stop()
    again = Counter(tmp_path, sessions=sessions)
    assert again.scan(1).outcome is Outcome.REPEAT
    again.kiosk.stop()


@pytest.mark.parametrize("kind", ["entrance", "exit", "doors"])
def test_at_a_door_no_roll_is_called(tmp_path: Path, kind: str) -> None:
    doors = [Booth(id="bank-1", names={"fr": "Porte"}, kind=kind)]
    hall = Counter(tmp_path, booths=doors, sessions=[a_session("all-day")])
    assert [hall.scan(1).outcome for _ in range(2)] == [Outcome.ACCEPTED, Outcome.REPEAT]
    assert hall.facts(SessionAttendance) == []
    hall.kiosk.stop()


def test_whom_staff_admit_to_the_next_session_gets_no_second_visit(tmp_path: Path) -> None:
    hall = Counter(tmp_path, sessions=[MORNING, INVITED])
    descriptions = hall.kiosk.station._descriptions  # noqa: SLF001 - as if it had come sealed
    descriptions.setup = Setup(version=1, fair="rabat-2024", invitees={"invited": ["0001-00000000000009"]})
    descriptions._set_desk()  # noqa: SLF001 - the same
    assert hall.scan(1).session == "morning"
    hall.kiosk.clock.pass_ms(4 * MINUTE)
    refused = hall.scan(1)
    assert (refused.outcome, refused.code, refused.session) == (Outcome.REFUSED, "not_invited", "invited")
    admitted = hall.kiosk.scan(token(77, category=Category.STAFF))
    assert (admitted.outcome, admitted.session) == (Outcome.ACCEPTED, "invited")
    assert hall.scan(1).outcome is Outcome.REPEAT, "admitted once for all"
    assert hall.facts(SessionAttendance) == [present(1, "morning"), present(1, "invited", invited=False)]
    assert len(hall.facts(Visit)) == 1
    assert [fact.code for fact in hall.facts(Refusal)] == ["not_invited"]
    hall.kiosk.stop()
