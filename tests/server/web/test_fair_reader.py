"""What a fair's and a booth's page read says the same as ``riwaq-server stats`` on the same ledger."""

from dataclasses import replace
from gettext import NullTranslations
from pathlib import Path
from typing import Any

import msgspec

from server.live.fair import FairReader
from server.live.source import StoreSource
from server.rules.access import Role
from server.rules.pages.board import board_of
from server.rules.pages.booth import page_of
from server.rules.pages.booth_data import BoothData, booth_data
from server.rules.pages.fair_data import FairData
from server.rules.pages.numbers import Numbers
from server.rules.wording import Words
from server.told import reading_fair
from tests.server.web.guarded import asking
from tests.server.web.stage import NOW, Stage, Tally

NUMBERS = ("visits", "attendance")


def reader(stage: Stage) -> FairReader:
    source = StoreSource(stage.store, stage.office.body, tally=Tally, is_connected=lambda: True)
    return FairReader(stage.store, source, clock=stage.now)


def read(stage: Stage, **params: str) -> FairData:
    found = reader(stage).fair({"fair": stage.fair, **params}, stage.holder(Role.NATIONAL))
    assert found is not None
    return found


def booth(stage: Stage, name: str) -> BoothData:
    found = reader(stage).booth({"fair": stage.fair, "booth": name}, stage.holder(Role.NATIONAL))
    assert found is not None
    return found


def stats(stage: Stage) -> dict[str, Any]:
    with reading_fair(stage.store, stage.office.body, stage.fair) as told:
        return told.stats(stage.now())


def numbers(found: Any) -> dict[str, int]:
    return {name: getattr(found, name) for name in NUMBERS}


def test_a_fair_is_read_with_the_figures_of_its_stats(full: Stage) -> None:
    data, told = read(full), stats(full)
    assert numbers(data.total) == {name: told[name] for name in NUMBERS}
    assert told["visits"] > 1000, "a hall in which nothing has happened proves nothing"
    assert (data.registrations, data.first_timers) == (told["registrations"], told["first_timers"])
    assert data.registrations == 14
    counted = {each.id: numbers(each) for each in data.booths if each.visits or each.attendance}
    assert counted == told["by_booth"]
    assert {key: numbers(each) for key, each in data.by_sector.items()} == told["by_sector"]
    assert {key: numbers(each) for key, each in data.by_category.items()} == told["by_category"]
    assert len(told["by_category"]) == 4
    assert {each.id: numbers(each) for each in data.territories} == told["by_territory"]
    assert {"none", "rabat-sale-kenitra"} < told["by_territory"].keys()
    assert {key: numbers(each) for key, each in data.by_hour.items()} == {
        key: {name: each[name] for name in NUMBERS} for key, each in told["by_hour"].items() if each["visits"]
    }
    assert msgspec.to_builtins(data.by_day) == told["by_day"]
    assert (data.sign_ups, data.in_doubt) == (29, 0)
    assert data.sign_ups == told["sign_ups"]["total"]
    assert (data.feedback, data.urgent) == (told["feedback"]["count"], told["feedback"]["urgent"])
    assert round(data.mean_face or 0, 2) == told["feedback"]["mean_face"]
    assert msgspec.json.encode(data), "it is what the API gives, too"
    inside = board_of(data, full.now()).inside
    assert inside is not None
    assert inside.now == told["occupancy"]["inside"] > 0
    assert sum(slot.entries for slot in data.slots) == told["occupancy"]["entries"]


def test_booths_add_up_to_what_the_fair_says_of_them(full: Stage) -> None:
    data, told = read(full), stats(full)
    hours: dict[str, int] = {}
    for each in data.booths:
        found = booth(full, each.id)
        assert (numbers(found.total), found.fair_visits) == (numbers(each), told["visits"])
        assert sum(day.visits for day in found.by_day.values()) == each.visits
        assert sum(of.visits for of in found.by_category.values()) == each.visits
        assert sum(of.attendance for of in found.by_category.values()) == each.attendance
        for hour, count in found.by_hour.items():
            hours[hour] = hours.get(hour, 0) + count.visits
    assert {hour: count for hour, count in hours.items() if count} == {
        hour: count["visits"] for hour, count in told["by_hour"].items() if count["visits"]
    }


def test_whoever_stands_at_a_booth_learns_nothing_of_the_fair_beside_it(full: Stage) -> None:
    teller = full.holder(Role.BOOTH, fair=full.fair, booth="bank")
    own, whole = reader(full).booth({"fair": full.fair, "booth": "bank"}, teller), booth(full, "bank")
    assert own is not None
    assert own.fair_visits is None
    assert own == replace(whole, fair_visits=None)
    words = Words("en", NullTranslations())
    shown = [{figure.id for figure in page_of(each, words, NOW).figures} for each in (own, whole)]
    assert shown[1] - shown[0] == {"share"}
    token = full.program("teller", Role.BOOTH, fair=full.fair, booth="bank")
    with asking(full, token) as client:
        assert client.get(f"/api/fairs/{full.fair}/booths/bank").json()["fair_visits"] is None


def test_a_booth_has_its_own_offers_kiosks_and_scans(full: Stage) -> None:
    bank, membership = booth(full, "bank"), booth(full, "membership")
    assert [(offer.id, offer.sign_ups, offer.withdrawn) for offer in bank.offers] == [
        ("loan", 14, 1),
        ("card", 15, 0),
    ]
    assert (membership.offers, membership.own, bank.own) == ([], True, False)
    assert [kiosk.name for kiosk in bank.kiosks] == ["K-03"]
    assert {scan.booth for scan in bank.scans} == {"bank"}
    assert {scan.booth for scan in read(full).scans} > {"bank", "doors"}


def test_who_is_in_doubt_has_not_withdrawn(full: Stage) -> None:
    bank = next(each for each in full.definition.booths if each.id == "bank")
    tally = {("signed", "loan"): 9, ("sign_ups", "loan"): 3, ("in_doubt", "loan"): 2}
    loan, _ = booth_data(full.definition, bank, {}, tally).offers
    assert (loan.sign_ups, loan.in_doubt, loan.withdrawn) == (3, 2, 4)


def test_what_there_is_none_of_is_none(full: Stage) -> None:
    nobody = full.holder(Role.NATIONAL)
    assert reader(full).fair({"fair": "nowhere"}, nobody) is None
    assert reader(full).fair({"fair": full.fair, "day": "yesterday"}, nobody) is None
    assert reader(full).booth({"fair": full.fair, "booth": "nowhere"}, nobody) is None
    assert reader(full).booth({"fair": "nowhere", "booth": "bank"}, nobody) is None


def test_a_fair_that_has_not_begun_is_read_as_nothing(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    try:
        data = read(stage)
        assert (data.total, data.by_day, data.territories, data.slots) == (Numbers(), {}, [], [])
        assert (data.has_doors, data.mean_face) == (False, None)
        assert board_of(data, NOW).inside is None
    finally:
        stage.close()
