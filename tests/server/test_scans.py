"""How many codes are scanned a minute: counted as facts come in, of now alone."""

from collections.abc import Iterator

import pytest

from server.rules.scans import KEPT, MINUTE_MS, OVER_MINUTES, pace
from server.store.booths import Booths, Scans
from server.store.engine import Store
from tests.server.facts import (
    BODY,
    FAIR,
    OTHER_DEVICE,
    House,
    attends,
    batch,
    feedback,
    passage,
    raw,
    visit,
    void,
)
from wire.card import RefusalCode
from wire.envelope import Batch
from wire.events import Refusal

NOW = 1_735_380_000_000
MINUTE = NOW // MINUTE_MS


@pytest.fixture
def house(database_url: str) -> Iterator[House]:
    store = Store(database_url)
    yield House(store)
    store.close()


def take(house: House, *batches: Batch, now: int = NOW) -> list[Scans]:
    """Take in batches, and give what is kept of scans."""
    house.intake.take(batches, now)
    return kept(house)


def kept(house: House, body: str = BODY, fair: str = FAIR) -> list[Scans]:
    with house.store.reading() as connection:
        return Booths(connection, body).scans(fair)


def test_every_scan_counts_whatever_the_verdict_and_nothing_else_does(house: House) -> None:
    found = take(
        house,
        batch(
            1,
            visit(1, who=1, at=NOW),
            raw(2, Refusal(code=RefusalCode.EXPIRED), occurred_at=NOW),
            passage(3, "in", at=NOW),
            attends(4, who=2, at=NOW),
            feedback(5, face=3, occurred_at=NOW),
            void(6, 1),
        ),
    )
    assert sum(each.scans for each in found) == 4
    assert {each.minute for each in found} == {MINUTE}


def test_the_same_batch_twice_counts_once(house: House) -> None:
    told = batch(1, visit(1, who=1, at=NOW), visit(2, who=2, at=NOW - MINUTE_MS))
    assert take(house, told) == take(house, told)
    assert sorted(each.scans for each in kept(house)) == [1, 1]
    copy = batch(1, visit(1, who=1, at=NOW), device=OTHER_DEVICE)
    assert len(take(house, copy)) == 2
    assert sum(each.scans for each in kept(house)) == 2, "a copy that came another way is the same scan"


def test_what_comes_late_says_nothing_of_now(house: House) -> None:
    late, ahead = NOW - (KEPT + 1) * MINUTE_MS, NOW + 5 * MINUTE_MS
    assert take(house, batch(1, visit(1, who=1, at=late), visit(2, who=2, at=ahead))) == []


def test_older_minutes_are_taken_out_and_other_fairs_stay(house: House) -> None:
    take(house, batch(1, visit(1, who=1, at=NOW), visit(2, who=1, at=NOW, fair="fes-2025")))
    later = NOW + (KEPT + 1) * MINUTE_MS
    found = take(house, batch(3, visit(3, who=2, at=later)), now=later)
    assert [each.minute for each in found] == [later // MINUTE_MS]
    assert len(kept(house, fair="fes-2025")) == 1
    assert kept(house, body="another") == []


def test_a_pace_is_a_mean_of_whole_minutes() -> None:
    scans = [("bank", MINUTE - 1, 20), ("bank", MINUTE, 99), ("health", MINUTE - OVER_MINUTES, 5)]
    assert pace(scans, NOW) == {"bank": 2.0, "health": 0.5}
    assert pace(scans, NOW + MINUTE_MS) == {"bank": 11.9}
