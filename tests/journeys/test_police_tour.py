"""Foundation of national-security staff: four regional days, then four more, counted to the last visit."""

from collections.abc import Collection
from pathlib import Path
from typing import Any, Final

import pytest

from server.bootstrap import opened
from server.intake import Intake
from server.reporting import definitions_of
from tests.journeys.test_second_round import FIRST, SECOND, Site, without
from tests.programs import asked_json, call, json_of
from tests.server.facts import RECEIVED
from tests.server.year import Chronicle, Year
from tests.server.year_by_sql import YearBySql

DAYS: Final = {
    "casablanca-2024": ("2024-12-06", "2024-12-07", "2024-12-08"),
    "marrakech-2024": ("2024-12-12", "2024-12-13", "2024-12-14"),
    "tanger-2024": ("2024-12-20", "2024-12-21", "2024-12-22"),
    "rabat-2024": ("2024-12-27", "2024-12-28", "2024-12-29"),
    "fes-2025": ("2025-01-31", "2025-02-01"),
    "oujda-2025": ("2025-02-07", "2025-02-08"),
    "tetouan-2025": ("2025-02-14", "2025-02-15"),
    "kenitra-2025": ("2025-02-21", "2025-02-22"),
}
TOUR: Final = "amal-2024"
COUNTED: Final = ("visits", "attendance", "first_timers", "registrations", "by_booth", "by_day", "by_hour")
VISITS: Final = 2000


class Round:
    """The tour's server, and the facts of its stops as kiosks bring them: twice, late, in any order."""

    def __init__(self, path: Path, year: Year) -> None:
        self.site = Site(path)
        # The centres of other bodies are many, and no member here lives in one.
        self.text = self.site.text.replace('territories_from = "centres.csv"', "")
        self.year = year

    def deliver(self, stops: Collection[str]) -> None:
        """Bring all that the kiosks of these stops have to say."""
        fair_of = {each.device: each.fair for each in self.year.events}
        with opened(self.site.home) as (home, store, office):
            intake = Intake(store, office.body, digest_key=bytes.fromhex(home.secrets.digest_key))
            for transaction in self.year.transactions:
                batches = [each for each in transaction if fair_of[each.head.device] in stops]
                if batches:
                    intake.take(batches, RECEIVED)

    def told(self, name: str, *words: str) -> dict[str, Any]:
        found: dict[str, Any] = asked_json("server", "stats", name, *words, "--dir", self.site.home)
        return found

    def days(self) -> dict[str, tuple[str, ...]]:
        """Give the days of each stop as they are loaded."""
        with opened(self.site.home) as (_, store, office):
            return {
                fair: tuple(day.isoformat() for day in definition.fair.days)
                for fair, definition in definitions_of(store, office.body).items()
            }

    def compare(self, truth: YearBySql, stops: Collection[str]) -> None:
        """Hold figures against the truth: of the tour, of each stop and of each of its days."""
        for fair in (None, *stops):
            told = self.told(fair or TOUR)
            true = truth.stats(fair)
            assert {name: told[name] for name in COUNTED} == {name: true[name] for name in COUNTED}, fair
            for day, counts in told["by_day"].items():
                of_day = truth.stats(fair, day)
                assert (counts["visits"], counts["attendance"]) == (of_day["visits"], of_day["attendance"])


def check(path: Path, year: Year) -> None:
    """Let both rounds happen."""
    tour = Round(path, year)
    site = tour.site
    site.load(site.write("first.toml", without(tour.text, SECOND)))
    tour.deliver(FIRST)
    (path / "first").mkdir()
    first = YearBySql([each for each in year.events if each.fair in FIRST], path / "first")
    tour.compare(first, FIRST)
    assert min(tour.told(fair)["visits"] for fair in FIRST) > len(year.events) / 20
    before = {fair: tour.told(fair) for fair in FIRST}, tour.told(TOUR)["visits"]

    # The second round is appended: no figure of the first moves, one by one and as a tour.
    both = site.write("both.toml", tour.text)
    whole = json_of("server", "tour", "load", both, "--dir", site.home)
    assert {each["fair"]: each["outcome"] for each in whole["fairs"]} == {
        **dict.fromkeys(FIRST, "unchanged"),
        **dict.fromkeys(SECOND, "new"),
    }
    assert ({fair: tour.told(fair) for fair in FIRST}, tour.told(TOUR)["visits"]) == before

    assert tour.days() == DAYS

    tour.deliver(SECOND)
    truth = YearBySql(year.events, path)
    tour.compare(truth, list(DAYS))
    for fair, (_, day, *_) in DAYS.items():
        told, true = tour.told(fair, "--day", day), truth.stats(fair, day)
        assert {name: told[name] for name in COUNTED} == {name: true[name] for name in COUNTED}
    counted = {name: tour.told(name) for name in (TOUR, *DAYS)}
    call("server", "rebuild", "--dir", site.home)
    assert {name: tour.told(name) for name in (TOUR, *DAYS)} == counted


def test_four_stops_then_four_more_are_counted_as_they_happened(tmp_path: Path) -> None:
    check(tmp_path, Chronicle(2024, VISITS, DAYS).year())


@pytest.mark.long
def test_a_long_tour_of_two_rounds_is_counted_as_it_happened(tmp_path: Path) -> None:
    check(tmp_path, Chronicle(7, 100_000, DAYS).year())
