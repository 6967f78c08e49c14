"""What an operator types to know what members did: ``stats``, ``session``, ``rebuild``."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from click.testing import CliRunner

from server.commands import program
from server.files.example import example_tour
from server.intake import Intake
from server.settings import Home
from server.store.engine import Store
from tests.server.facts import (
    HOUR,
    OTHER_DEVICE,
    attends,
    batch,
    card,
    event_id,
    feedback,
    passage,
    sign_up,
    visit,
    withdrawal,
)
from wire.envelope import Batch

RABAT: Final = "rabat-2024"
CASABLANCA: Final = "casablanca-2024"
INVITED: Final = "0001-00c0ffee00c0ff"


class Desk:
    """A server's directory with the example of a whole tour."""

    def __init__(self, path: Path) -> None:
        self.home = path / "server"
        self.type("init", "--listen", "127.0.0.1:1883", "--web", "")
        tour = example_tour()
        for name, text in {"tour.toml": tour.toml, **tour.beside}.items():
            (path / name).write_text(text, encoding="utf-8")
        self.type("tour", "load", path / "tour.toml")
        self.store = Store(Home(self.home).database)

    def type(self, *words: str | Path, code: int = 0) -> str:
        """Type a command of the server's; gives standard output, or what went wrong."""
        done = CliRunner().invoke(program, [*map(str, words), "--dir", str(self.home)])
        told = f"{words}: exit {done.exit_code}\n{done.stdout}\n{done.stderr}"
        assert done.exception is None or isinstance(done.exception, SystemExit), repr(done.exception)
        assert done.exit_code == code, told
        return done.stdout if code == 0 else done.stdout + done.stderr

    def json(self, *words: str | Path) -> Any:
        return json.loads(self.type(*words, "--json"))

    def take(self, *batches: Batch) -> None:
        Intake(self.store, "amal", digest_key=bytes(32)).take(batches, 1)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path)
    yield desk
    desk.store.close()


def test_what_members_did_is_told_in_exactly_this_shape(desk: Desk) -> None:
    desk.take(
        batch(
            1,
            visit(1, who=1),
            sign_up(2, who=1, offer="housing-loan", monotonic_ms=1),
            sign_up(3, who=2, offer="housing-loan", monotonic_ms=2),
            withdrawal(4, who=2, offer="housing-loan", monotonic_ms=3),
            sign_up(5, who=3, offer="health-cover", monotonic_ms=4),
            feedback(6, "waiting", "venue", face=2, urgent=True),
            feedback(7, "waiting", face=5),
            attends(8, who=0xC0FFEE00C0FF),
            attends(9, who=4),
            passage(10, "in", who=1),
        ),
        batch(1, withdrawal(11, who=3, offer="health-cover", monotonic_ms=4), device=OTHER_DEVICE),
    )
    found = desk.json("stats", RABAT)
    assert (found["visits"], found["attendance"]) == (1, 3)
    assert found["sign_ups"] == {"total": 1, "by_offer": {"housing-loan": 1}, "in_doubt": 1}
    assert found["feedback"] == {
        "count": 2,
        "mean_face": 3.5,
        "by_face": {"2": 1, "5": 1},
        "by_topic": {"venue": 1, "waiting": 2},
        "urgent": 1,
    }
    assert found["sessions"] == {"delegates": {"attended": 2, "invited": 3, "present": 1, "rate": 0.3333}}
    # That day is long over.
    assert found["occupancy"] | {"day": ""} == {
        "day": "",
        "inside": 0,
        "entries": 0,
        "exits": 0,
        "is_estimate": True,
    }
    assert found["exceptions"] == [
        {
            "code": "sign_up_in_doubt",
            "offer": "health-cover",
            "sign_up": event_id(5),
            "withdrawals": [event_id(11)],
        }
    ]
    assert "are derived anew" in desk.type("rebuild", RABAT)
    assert desk.json("stats", RABAT) | {"occupancy": 0} == found | {"occupancy": 0}
    told = desk.type("stats", RABAT).splitlines()
    for line in (
        "sign-ups: 1",
        f"  housing-loan{1:>18}",
        "feedback: 2, 3.5 of 5, 1 urgent",
        f"  delegates{2:>21} people, 1 of 3 invited",
    ):
        assert line in told
    assert any(line.startswith("  health-cover: signed up and withdrawn") for line in told)


def test_how_many_are_inside_is_of_today(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    at = 1_733_562_000_000  # 2024-12-07 09:00 UTC
    monkeypatch.setattr("server.commands.figures.now_ms", lambda: at + HOUR)
    desk.take(batch(1, *(passage(number, "in", at=at, fair=CASABLANCA) for number in (1, 2, 3))))
    desk.take(batch(4, passage(4, "out", at=at, fair=CASABLANCA)))
    assert desk.json("stats", CASABLANCA)["occupancy"] == {
        "day": "2024-12-07",
        "inside": 2,
        "entries": 3,
        "exits": 1,
        "is_estimate": True,
    }
    assert "inside now, an estimate: 2 (today 3 in, 1 out)" in desk.type("stats", CASABLANCA)


def test_the_roll_of_a_session(desk: Desk) -> None:
    assert desk.json("session", "delegates") == {
        "session": "delegates",
        "fair": RABAT,
        "attended": 0,
        "invited": 3,
        "present": 0,
        "rate": 0.0,
        "unmatched": 2,
    }
    assert desk.json("session", "delegates", "--absent")["absent"] == [INVITED]
    assert desk.type("session", "delegates", "--absent") == f"{INVITED}\n"
    desk.take(batch(1, attends(1, who=0xC0FFEE00C0FF), attends(2, who=7)))
    assert card(0xC0FFEE00C0FF).identity == INVITED
    assert desk.type("session", "delegates", "--absent", "--fair", RABAT) == ""
    assert desk.type("session", "delegates").splitlines() == [
        f"delegates ({RABAT}): 2 people",
        "  1 of 3 who were invited: 33.3%",
    ]


def test_at_a_session_where_everyone_is_welcome_nobody_is_absent(desk: Desk) -> None:
    found = desk.json("session", "first-aid", "--absent")
    assert (found["invited"], found["present"], found["rate"], found["absent"]) == (None, None, None, [])
    assert desk.type("session", "first-aid", "--absent") == ""
    assert desk.type("session", "first-aid") == f"first-aid ({CASABLANCA}): 0 people\n"


def test_a_session_that_is_none_names_those_that_are(desk: Desk) -> None:
    told = desk.type("session", "delegate", code=1)
    assert "there is no session 'delegate': choose one of first-aid, online-services, delegates" in told
    told = desk.type("session", "delegates", "--fair", CASABLANCA, code=1)
    assert "there is no session 'delegates': choose one of first-aid" in told
    assert "there is no fair 'fes'" in desk.type("session", "delegates", "--fair", "fes", code=1)


def test_a_fair_with_nothing_but_a_feedback_is_not_removed(desk: Desk) -> None:
    desk.take(batch(1, feedback(1, face=1, fair=CASABLANCA)))
    assert "a fair with facts cannot be removed" in desk.type("tour", "remove", CASABLANCA, code=1)
