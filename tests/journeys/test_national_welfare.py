"""National welfare body: 2,755 centres, 263,323 people, rural sites that are offline for whole days.

That each public screen has a picture and a voice stands in ``tests/kiosk/ui/test_public_screens.py``.
"""

import csv
import random
import time
from collections import Counter
from contextlib import ExitStack
from pathlib import Path
from typing import Final

import pytest

from server.bootstrap import opened
from server.live.members import Homes
from server.reporting import definitions_of
from server.rules.access import Holder, Role
from server.rules.example_centres import CENTRES, example_rows
from server.store.member_counts import CATEGORY, MemberCounts
from tests.bench.members import make_home, write_csv
from tests.bench.people import people
from tests.journeys.hall import Booth, example_today, hall
from tests.programs import asked_json, telling
from tests.waiting import until

PEOPLE: Final = 263_323
FEW: Final = 4_000
SEED: Final = 1
CENTRE: Final = 8
"""Where a row of the list has its centre."""


def lying_in() -> dict[str, list[str]]:
    """Give of each centre, province and delegation where it lies, itself first."""
    parents = {row[0]: row[1] for row in example_rows()}
    found: dict[str, list[str]] = {}
    for place in parents:
        found[place] = [place]
        while parents[found[place][-1]]:
            found[place].append(parents[found[place][-1]])
    return found


def check_roll_ups(home: Path, count: int, places: list[str]) -> None:
    """Compare what the coordinators of these places see with the list that was taken in."""
    above = lying_in()
    truth: Counter[str] = Counter()
    for row in people(count, SEED):
        truth.update(above[row[CENTRE]])
    with opened(home) as (_, store, office), store.reading() as connection:
        homes = Homes(office.body, list(definitions_of(store, office.body).values()))
        counts = MemberCounts(connection, office.body)
        for place in places:
            holder = Holder(body=office.body, role=Role.REGION, territories=frozenset({place}))
            seen = counts.of(homes.seen(connection, holder))
            found = sum(number for (scope, _), number in seen.items() if scope == CATEGORY)
            assert found == truth[place], place
        everyone = counts.of(homes.seen(connection, Holder(body=office.body, role=Role.NATIONAL)))
    assert sum(number for (scope, _), number in everyone.items() if scope == CATEGORY) == count
    delegations = [place for place in truth if place.startswith("delegation")]
    assert len(delegations) == 12
    assert sum(truth[place] for place in delegations) == count


def taken_in(path: Path, count: int) -> Path:
    """Give a server's directory with 2,755 centres and so many people."""
    home, listed = make_home(path, ""), path / "people.csv"
    write_csv(listed, count, SEED)
    found = asked_json("server", "members", "import", listed, "--yes", "--dir", home)
    assert (found["new"], found["refused"]) == (count, 0)
    return home


def test_people_add_up_from_centre_to_province_to_delegation(tmp_path: Path) -> None:
    chance, every = random.Random(5), lying_in()
    by_level = {level: [place for place in every if place.startswith(level)] for level in ("pro", "cen")}
    assert (len(by_level["pro"]), len(by_level["cen"])) == (75, CENTRES)
    some = [*chance.sample(by_level["pro"], 12), *chance.sample(by_level["cen"], 12)]
    delegations = [place for place in every if place.startswith("delegation")]
    check_roll_ups(taken_in(tmp_path, FEW), FEW, [*delegations, *some])


@pytest.mark.long
def test_263_323_people_of_2_755_sites_are_taken_in_and_add_up(tmp_path: Path) -> None:
    home = taken_in(tmp_path, PEOPLE)
    places = [place for place in lying_in() if not place.startswith("centre")]
    check_roll_ups(home, PEOPLE, [*places, "centre-0001", f"centre-{CENTRES}"])
    # A list that is the same changes nobody; one row that is another changes one.
    listed = tmp_path / "people.csv"
    again = asked_json("server", "members", "import", listed, "--yes", "--dir", home)
    assert (again["new"], again["changed"]) == (0, 0)
    out = tmp_path / "out.csv"
    assert asked_json("server", "members", "export", "--out", out, "--dir", home)["count"] == PEOPLE
    with out.open(encoding="utf-8-sig", newline="") as file:
        assert sum(1 for _ in csv.reader(file)) == PEOPLE + 1


class RuralSite:
    """A kiosk whose network is away all day, and whose plug is pulled again and again."""

    def __init__(self, path: Path, ending: ExitStack, seed: int) -> None:
        self.fair = ending.enter_context(hall(path))
        tour = path / "tour.toml"
        tour.write_text(example_today(), encoding="utf-8")
        asked_json("server", "tour", "load", tour, "--dir", self.fair.office.path)
        self.booth: Booth = self.fair.booth("rural")
        self.booth.proxy.take_down()
        self._chance = random.Random(seed)
        self._tokens = iter(self.fair.cards(60))
        self.welcomed: set[str] = set()

    def day(self, pulls: int, cards: int) -> None:
        """Show so many cards between one pull and the next, which comes at any moment of it."""
        for _ in range(pulls):
            process = self.booth.process
            for _ in range(cards):
                self.booth.pipe.scan(next(self._tokens))
                time.sleep(self._chance.uniform(0, 0.02))
            time.sleep(self._chance.uniform(0, 0.1))
            process.kill()
            # Whoever saw the tick has been counted: what comes after must not lose it.
            told = [each for each in process.notices("scanned") if each["outcome"] == "accepted"]
            self.welcomed |= {each["event_id"] for each in told}
            self.booth.start()
            with telling(self.booth.process):
                until(lambda: self.booth.process.notices("programme"), seconds=60, what="a kiosk again")

    def evening(self) -> None:
        """Let the network come back, and compare what is kept here with what is there."""
        assert self.fair.office.stats()["visits"] == 0, "nothing came through by day"
        self.booth.proxy.bring_up()
        self.booth.until(self.booth.delivered, "delivery", 90)
        kept = self.booth.event_ids()
        until(lambda: kept <= self.fair.ledger().keys(), seconds=30, what="all of it in the ledger")
        ledger = self.fair.ledger()
        assert self.welcomed, "some were welcomed before a plug was pulled"
        assert self.welcomed <= ledger.keys()
        assert set(ledger.values()) == {1}
        kinds = Counter(row["kind"] for row in self.fair.office.facts() if row["status"] == "accepted")
        stats = asked_json("server", "stats", "--dir", self.fair.office.path)
        # Each card was shown once: a visit that came twice, or a lost one, would show here.
        counted = (stats["visits"], stats["attendance"])
        assert counted == (kinds["visit"], kinds["visit"]), (kinds, len(kept))
        assert self.fair.office.status()["in_quarantine"] == 0


def test_a_kiosk_killed_at_any_moment_of_a_day_offline_loses_and_doubles_nothing(
    tmp_path: Path, ending: ExitStack
) -> None:
    site = RuralSite(tmp_path, ending, seed=11)
    site.day(pulls=3, cards=6)
    site.evening()


@pytest.mark.long
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_kiosk_killed_at_many_moments_loses_and_doubles_nothing(
    tmp_path: Path, ending: ExitStack, seed: int
) -> None:
    site = RuralSite(tmp_path, ending, seed=seed)
    site.day(pulls=14, cards=4)
    site.evening()
