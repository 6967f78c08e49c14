"""What an operator types to know what members did: ``stats``, ``session``, ``rebuild``."""

import io
import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any, Final

import pytest
from click.testing import CliRunner
from rich.console import Console

from server.commands import program
from server.files.example import example_tour
from server.intake import Intake
from server.settings import Home
from server.store.engine import Store
from tests.server.facts import (
    HOUR,
    NINE,
    OTHER_DEVICE,
    attends,
    batch,
    card,
    event_id,
    feedback,
    passage,
    raw,
    registration,
    sign_up,
    visit,
    void,
    withdrawal,
)
from wire.card import Category
from wire.envelope import Batch
from wire.events import CardRef, Visit

RABAT: Final = "rabat-2024"
CASABLANCA: Final = "casablanca-2024"
INVITED: Final = "0001-00c0ffee00c0ff"
DAY_OF_CASABLANCA: Final = 1_733_562_000_000  # 2024-12-07 09:00 UTC
DAY_OF_RABAT: Final = 1_735_376_400_000  # 2024-12-28 09:00 UTC


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


@pytest.mark.parametrize(
    ("words", "shown"),
    [(("amal-2024",), True), ((RABAT, "--day", "2024-12-28"), True), ((RABAT,), False)],
    ids=["tour", "day", "fair"],
)
def test_what_is_counted_when_it_is_asked_for_shows_how_far_it_is(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], *, shown: bool
) -> None:
    desk.take(batch(1, *(visit(number, who=number) for number in range(1, 21))))
    monkeypatch.setattr("server.told._TELL_EVERY", 1)
    for after, is_terminal, is_drawn in ((-1.0, True, shown), (3600.0, True, False), (-1.0, False, False)):
        terminal = io.StringIO()
        console = partial(Console, file=terminal, force_terminal=is_terminal)
        monkeypatch.setattr("server.commands.slow_bar.Console", lambda console=console, **_: console())
        monkeypatch.setattr("server.commands.slow_bar._AFTER_S", after)
        assert desk.json("stats", *words)["visits"] == 20
        assert ("counting" in terminal.getvalue()) is is_drawn
        assert ("100%" in terminal.getvalue()) is is_drawn


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
    [invited, *marks] = desk.json("session", "delegates", "--absent")["absent"]
    assert invited == INVITED
    # Invited by numbers that no member here has.
    assert [mark[:2] for mark in marks] == ["m:", "m:"]
    assert desk.type("session", "delegates", "--absent").split() == [INVITED, *marks]
    desk.take(batch(1, attends(1, who=0xC0FFEE00C0FF), attends(2, who=7)))
    assert card(0xC0FFEE00C0FF).identity == INVITED
    assert desk.type("session", "delegates", "--absent", "--fair", RABAT).split() == marks
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
    assert "there is no fair and no tour 'fes'" in desk.type("session", "delegates", "--fair", "fes", code=1)


def test_a_session_that_is_none_names_those_without_a_fair_too(desk: Desk, tmp_path: Path) -> None:
    desk.type("session", "add", "delegates-1", "--name", "fr=Rencontre")
    known = "choose one of first-aid, online-services, delegates, delegates-1"
    assert known in desk.type("session", "delegate", code=1)
    out = tmp_path / "list.csv"
    assert known in desk.type("attestation", "delegate", "--out", out, code=1)
    assert not out.exists()
    # That fair has no other.
    told = desk.type("session", "delegate", "--fair", CASABLANCA, code=1)
    assert told.rstrip().endswith("choose one of first-aid")


def test_a_fair_with_nothing_but_a_feedback_is_not_removed(desk: Desk) -> None:
    desk.take(batch(1, feedback(1, face=1, fair=CASABLANCA)))
    assert "a fair with facts cannot be removed" in desk.type("tour", "remove", CASABLANCA, code=1)


def came(number: int, who: int, at: int, booth: str, *, territory: int = 4, fair: str = RABAT) -> bytes:
    """Give a visit by somebody from a territory."""
    whose = CardRef(key_id=1, card_id=f"{who:014x}", category=Category.ACTIVE, territory=territory)
    return raw(number, Visit(card=whose), occurred_at=at, booth=booth, fair=fair)


def insurers_are(desk: Desk, sector: str) -> None:
    """Load the tour again, its insurance under another sector."""
    file = desk.home.parent / "tour.toml"
    text = file.read_text(encoding="utf-8")
    assert text.count('sector = "insurance"') == 1
    file.write_text(text.replace('sector = "insurance"', f'sector = "{sector}"'), encoding="utf-8")
    desk.type("tour", "load", file)


def counts(entries: dict[str, dict[str, int]]) -> dict[str, tuple[int, int]]:
    """Give visits and attendance, to be read at a glance."""
    return {key: (entry["visits"], entry["attendance"]) for key, entry in entries.items()}


def test_visits_by_sector_and_by_territory(desk: Desk) -> None:
    """Two booths of banks: whoever was at both is one of those who were with the banks."""
    insurers_are(desk, "bank")
    desk.take(
        batch(
            1,
            came(1, 1, NINE, "bank"),
            came(2, 1, NINE, "insurance"),
            came(3, 2, NINE, "bank", territory=0),
            came(4, 3, NINE, "membership", territory=99),
            came(5, 3, NINE, "gone", territory=99),
        )
    )
    found = desk.json("stats", RABAT)
    assert counts(found["by_sector"]) == {"bank": (3, 2), "other": (1, 1), "own": (1, 1)}
    assert counts(found["by_territory"]) == {
        "code-99": (2, 1),
        "none": (1, 1),
        "rabat-sale-kenitra": (2, 1),
    }


def test_another_sector_of_a_booth_counts_from_its_first_visit_on(desk: Desk) -> None:
    desk.take(batch(1, came(1, 1, NINE, "bank"), came(2, 1, NINE, "insurance")))
    assert counts(desk.json("stats", RABAT)["by_sector"]) == {"bank": (1, 1), "insurance": (1, 1)}
    insurers_are(desk, "bank")
    assert counts(desk.json("stats", RABAT)["by_sector"]) == {"bank": (2, 1)}
    desk.take(batch(3, came(3, 3, NINE, "insurance")))
    found = desk.json("stats", RABAT)
    assert counts(found["by_sector"]) == {"bank": (3, 2)}
    desk.type("rebuild")
    assert desk.json("stats", RABAT)["by_sector"] == found["by_sector"]


def test_a_server_that_runs_counts_by_the_sector_that_is_in_force(desk: Desk) -> None:
    """One and the same intake, before and after another process has loaded the tour."""
    intake = Intake(desk.store, "amal", digest_key=bytes(32))
    intake.take([batch(1, came(1, 1, NINE, "insurance"))], 1)
    insurers_are(desk, "bank")
    intake.take([batch(2, came(2, 2, NINE, "insurance"))], 1)
    assert counts(desk.json("stats", RABAT)["by_sector"]) == {"bank": (2, 2)}


def test_first_timers_are_those_who_were_at_no_earlier_stop(desk: Desk) -> None:
    rabat, casablanca = DAY_OF_RABAT, DAY_OF_CASABLANCA
    desk.take(batch(1, *(came(number, number, rabat, "bank") for number in (1, 2, 3))))
    assert desk.json("stats", RABAT)["first_timers"] == 3
    # A kiosk that was long without a network tells of an earlier stop.
    late = [came(number + 10, number, casablanca, "bank", fair=CASABLANCA) for number in (1, 4)]
    desk.take(batch(1, *late, device=OTHER_DEVICE))
    assert desk.json("stats", RABAT)["first_timers"] == 2
    assert desk.json("stats", CASABLANCA)["first_timers"] == 2
    assert desk.json("stats", RABAT)["by_day"] == {
        "2024-12-28": {"visits": 3, "attendance": 3, "registrations": 0, "first_timers": 2}
    }
    assert "3 visits, 3 people, 2 for the first time in the tour" in desk.type("stats", RABAT)
    # It was a wrong scan: the member was at Rabat for the first time after all.
    desk.take(batch(3, void(20, 11), device=OTHER_DEVICE))
    assert desk.json("stats", RABAT)["first_timers"] == 3
    assert desk.json("stats", CASABLANCA)["first_timers"] == 1


def test_a_tour_counts_everybody_once(desk: Desk) -> None:
    rabat, casablanca = DAY_OF_RABAT, DAY_OF_CASABLANCA
    desk.take(
        batch(
            1,
            came(1, 1, casablanca, "bank", fair=CASABLANCA),
            came(2, 1, rabat, "bank"),
            came(3, 2, rabat, "bank"),
            sign_up(4, who=1, offer="housing-loan", monotonic_ms=1),
            sign_up(5, who=1, offer="housing-loan", monotonic_ms=2, fair=CASABLANCA),
            registration(6, who=9, at=rabat),
            feedback(7, face=4, fair=CASABLANCA),
            attends(8, who=2),
        )
    )
    found = desk.json("stats", "amal-2024")
    assert (found["visits"], found["attendance"], found["first_timers"]) == (3, 2, 2)
    assert counts(found["by_booth"]) == {"bank": (3, 2)}
    assert counts(found["by_category"]) == {"active": (3, 2)}
    assert found["by_fair"][RABAT] == {
        "visits": 2,
        "attendance": 2,
        "registrations": 1,
        "first_timers": 1,
        "sign_ups": 1,
        "feedback": 0,
    }
    assert next(iter(found["by_fair"])) == CASABLANCA  # in the order of the tour
    assert found["sign_ups"]["by_offer"] == {"housing-loan": 1}
    assert (found["registrations"], found["feedback"]["count"]) == (1, 1)
    assert found["sessions"][RABAT]["delegates"]["attended"] == 1
    told = desk.type("stats", "amal-2024")
    assert "amal-2024: 3 visits, 2 people, 1 registered" in told
    assert desk.type("rebuild", "amal-2024").count("-202") == len(found["by_fair"])
    assert desk.json("stats", "amal-2024") == found


def test_a_day_is_told_by_itself(desk: Desk) -> None:
    day = 24 * HOUR
    desk.take(
        batch(
            1,
            came(1, 1, NINE, "bank"),
            came(2, 1, NINE + day, "insurance"),
            came(3, 2, NINE + day, "insurance"),
            registration(4, who=9, at=NINE + day),
            feedback(5, face=2, occurred_at=NINE + day),
            feedback(6, face=5),
            sign_up(7, who=1, offer="housing-loan", at=NINE + day, monotonic_ms=1),
            sign_up(8, who=2, offer="housing-loan", monotonic_ms=1),
            passage(9, "in", at=NINE + day),
        )
    )
    for name in (RABAT, "amal-2024"):
        found = desk.json("stats", name, "--day", "2024-12-29")
        assert (found["visits"], found["attendance"], found["first_timers"]) == (2, 2, 1)
        assert counts(found["by_booth"]) == {"insurance": (2, 2)}
        assert list(found["by_day"]) == ["2024-12-29"]
        assert list(found["by_hour"]) == ["2024-12-29T09:00Z"]
        assert (found["registrations"], found["feedback"]["mean_face"]) == (1, 2.0)
        assert found["sign_ups"]["by_offer"] == {"housing-loan": 1}
        assert found["occupancy"]["day"] == "2024-12-29"
        assert found["occupancy"]["inside"] == 1
        empty = desk.json("stats", name, "--day", "2024-12-30")
        assert (empty["visits"], empty["by_day"], empty["registrations"]) == (0, {}, 0)
    assert f"{RABAT}, 2024-12-29: 2 visits, 2 people" in desk.type("stats", RABAT, "--day", "2024-12-29")
    assert "'2024-13-01'" in desk.type("stats", RABAT, "--day", "2024-13-01", code=2)
    assert desk.json("stats", RABAT, "--day", "0001-01-01")["visits"] == 0
    assert desk.json("stats", RABAT, "--day", "9999-12-31")["visits"] == 0


def test_what_is_neither_fair_nor_tour_names_both(desk: Desk) -> None:
    for command in ("stats", "rebuild"):
        told = desk.type(command, "amal", code=1)
        assert f"there is no fair and no tour 'amal': choose one of {CASABLANCA}, " in told
        assert told.rstrip().endswith(", amal-2024")


def test_where_there_are_several_fairs_one_of_them_or_a_tour_is_to_be_said(desk: Desk) -> None:
    told = desk.type("stats", code=1)
    assert f"there are several fairs: choose one of {CASABLANCA}, " in told
    assert f", {RABAT}, " in told
    assert told.rstrip().endswith(", amal-2024")
