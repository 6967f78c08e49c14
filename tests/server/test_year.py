"""A year of a tour: every figure of a fair, of a day and of the tour equals a count by brute force."""

import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from server.intake import Intake
from server.store.booths import Booths
from server.store.engine import Store
from server.store.registry import FairRow, Registry
from server.told import reading_fair
from server.told_tour import reading_tour
from tests.server.facts import BODY, RECEIVED, ZONE, ms
from tests.server.year import STOPS, TOUR, Chronicle, Year, definition_of
from tests.server.year_by_sql import YearBySql

QUICK: Final = 6_000
LONG: Final = 300_000
NOW: Final = ms("2026-12-01T12:00")
_BESIDE: Final = ("sessions", "occupancy", "exceptions", "by_fair")


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    store = Store(database_url)
    with store.writing() as connection:
        registry = Registry(connection, BODY)
        registry.put_body({"fr": BODY}, b"p" * 32)
        for fair in STOPS:
            registry.put_fair(FairRow(fair, TOUR, "00", ZONE, definition_of(fair)))
    yield store
    store.close()


def test_the_year_holds_what_it_should() -> None:
    """A year without a late Void, a second journal or an hour of the night would prove little."""
    year = Chronicle(1, QUICK).year()
    kinds = Counter(each.kind for each in year.events)
    assert kinds["visit"] > 0.9 * QUICK
    assert min(kinds[kind] for kind in ("void", "registration", "passage", "session_attendance")) > 50
    assert min(kinds[kind] for kind in ("sign_up", "withdrawal", "feedback", "clock_offset")) > 50
    arrived: dict[bytes, int] = {}
    repeats = 0
    for place, told in enumerate(fact for part in year.transactions for one in part for fact in one.events):
        repeats += told in arrived
        arrived.setdefault(told, place)
    assert repeats > 100
    assert len(arrived) == len(year.events)


def test_every_figure_of_a_year_equals_a_count_by_brute_force(store: Store, tmp_path: Path) -> None:
    _check(store, Chronicle(2026, QUICK).year(), tmp_path, days=2)


@pytest.mark.long
def test_every_figure_of_a_long_year_equals_a_count_by_brute_force(store: Store, tmp_path: Path) -> None:
    _check(store, Chronicle(300, LONG).year(), tmp_path, days=4)


def _check(store: Store, year: Year, directory: Path, *, days: int) -> None:
    """Deliver a year and compare all of it; of each fair's days so many by chance, and all in its figures."""
    intake = Intake(store, BODY, digest_key=b"k" * 32)
    for transaction in year.transactions:
        intake.take(transaction, RECEIVED)
    by_sql = YearBySql(year.events, directory)
    chance = random.Random(1)
    chosen = {fair: [None, *_some(by_sql.days(fair), days, chance)] for fair in STOPS}
    told = {fair: _compare(store, by_sql, fair, chosen[fair]) for fair in STOPS}
    _compare_tour(store, by_sql, [None, *_some(by_sql.days(), days, chance), "2026-09-20"], told)
    for fair in STOPS:
        intake.rebuild(fair)
    assert {fair: _compare(store, by_sql, fair, [None]) for fair in STOPS} == told
    _compare_tour(store, by_sql, [None], told)


def _some(days: list[str], count: int, chance: random.Random) -> list[str]:
    return chance.sample(days, min(count, len(days)))


def _compare(store: Store, by_sql: YearBySql, fair: str, days: list[str | None]) -> dict[str, Any]:
    """Compare a fair and some of its days; gives what is told of the whole fair."""
    whole: dict[str, Any] = {}
    for day in days:
        with reading_fair(store, BODY, fair) as reading:
            found = reading.stats(NOW, day)
        beside = {name: found.pop(name) for name in _BESIDE if name in found}
        assert found == by_sql.stats(fair, day), (fair, day)
        sessions = {session: entry["attended"] for session, entry in beside["sessions"].items()}
        assert sessions == by_sql.attended(fair, day), (fair, day)
        assert len(beside["exceptions"]) == found["sign_ups"]["in_doubt"]
        inside = beside["occupancy"]
        counted = (inside["inside"], inside["entries"], inside["exits"])
        assert counted == by_sql.inside(fair, inside["day"]), (fair, day)
        whole = whole or found
    with store.reading() as connection:
        booths = Booths(connection, BODY)
        for booth in whole["by_booth"]:
            assert booths.figures(fair, booth) == by_sql.booth(fair, booth), (fair, booth)
    return whole


def _compare_tour(
    store: Store, by_sql: YearBySql, days: list[str | None], fairs: dict[str, dict[str, Any]]
) -> None:
    for day in days:
        with reading_tour(store, BODY, TOUR) as reading:
            found = reading.stats(NOW, day)
        beside = {name: found.pop(name) for name in _BESIDE}
        assert found == by_sql.stats(None, day), day
        assert found["first_timers"] == found["attendance"] or day
        assert len(beside["exceptions"]) == found["sign_ups"]["in_doubt"]
        if day is None:
            for fair, entry in beside["by_fair"].items():
                for name in ("visits", "attendance", "registrations", "first_timers"):
                    assert entry[name] == fairs[fair][name], (fair, name)
