"""Which day a page shows, what stands beside it, hours under local time, booths in order."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import msgspec
import pytest

from server.rules.fair import FairDefinition
from server.rules.figures import day_namer
from server.rules.pages.board import Board, board_of, current_fair, inside_of
from server.rules.pages.fair_data import Read, fair_data
from server.rules.pages.numbers import DayNumbers, Slot
from server.rules.sentences import KioskNow
from wire.messages import State
from wire.programme import Body, Booth, Fair

Counts = dict[tuple[str, str], tuple[int, int]]


def fair_on(*days: str, fair: str = "rabat", zone: str = "Africa/Casablanca") -> FairDefinition:
    return FairDefinition(
        body=Body(id="amal", names={"ar": "أمل"}),
        fair=Fair(
            id=fair,
            tour="t",
            names={"ar": "محطة"},
            days=[date.fromisoformat(day) for day in days],
            timezone=zone,
        ),
        booths=[Booth(id="one", names={"ar": "أ"}), Booth(id="two", names={"ar": "ب"}, partner="p")],
        partners=[],
        territories=[],
    )


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


def board(definition: FairDefinition, figures: Counts, now: str, **others: Any) -> Board:
    read = Read(figures, scans=others.pop("scans", ()), passed=others.pop("passed", {}))
    return board_of(fair_data(definition, read, day_namer(definition.fair.timezone), **others), at(now))


def test_hours_stand_under_local_time_with_the_day_before_beside_them() -> None:
    figures = {
        ("day", "2024-12-27"): (7, 5),
        ("day", "2024-12-28"): (3, 3),
        ("hour", "2024-12-27T08:00Z"): (4, 3),
        ("hour", "2024-12-27T10:00Z"): (3, 2),
        ("hour", "2024-12-28T08:00Z"): (3, 3),
    }
    found = board(fair_on("2024-12-27", "2024-12-28"), figures, "2024-12-28T09:30")
    # Morocco was an hour ahead of UTC then; 11:00 has not come yet.
    assert [(hour.minute, hour.shown, hour.before) for hour in found.hours] == [
        (540, 3, 4),
        (600, 0, 0),
        (660, None, 3),
    ]
    assert (found.shown, found.shown_before) == (DayNumbers(3, 3), DayNumbers(7, 5))
    assert found.before == date(2024, 12, 27)


def test_another_day_stands_beside_where_somebody_chose_it() -> None:
    definition = fair_on("2024-12-26", "2024-12-27", "2024-12-28")
    figures = {("day", f"2024-12-{day}"): (day, day) for day in (26, 27, 28)}
    figures |= {("hour", f"2024-12-{day}T09:00Z"): (day, day) for day in (26, 27, 28)}
    chosen = board(definition, figures, "2024-12-28T10:30", against=date(2024, 12, 26))
    assert (chosen.before, chosen.hours[0].before) == (date(2024, 12, 26), 26)
    assert board(definition, figures, "2024-12-28T10:30").before == date(2024, 12, 27)
    later = board(definition, figures, "2024-12-27T10:30", against=date(2024, 12, 28))
    assert (later.day, later.before) == (date(2024, 12, 27), date(2024, 12, 28)), "also a later one"
    for nothing in (date(2024, 12, 28), date(2024, 5, 1)):
        assert board(definition, figures, "2024-12-28T10:30", against=nothing).before == date(2024, 12, 27)


def test_morocco_is_on_utc_since_september_2026() -> None:
    figures = {("day", "2026-12-01"): (1, 1), ("hour", "2026-12-01T09:00Z"): (1, 1)}
    found = board(fair_on("2026-12-01"), figures, "2026-12-01T09:30")
    assert [hour.minute for hour in found.hours] == [540]


def test_a_day_of_25_hours_shows_the_hour_that_comes_twice_once() -> None:
    figures = {
        ("day", "2025-02-23"): (5, 5),
        ("hour", "2025-02-23T01:00Z"): (2, 2),  # 02:00 at +01
        ("hour", "2025-02-23T02:00Z"): (3, 3),  # 02:00 again, at +00
    }
    found = board(fair_on("2025-02-23"), figures, "2025-02-24T09:00")
    assert [(hour.minute, hour.shown) for hour in found.hours] == [(120, 5)]


@pytest.mark.parametrize(
    ("now", "day", "is_today"),
    [
        ("2024-12-20T10:00", "2024-12-27", False),
        ("2024-12-27T10:00", "2024-12-27", True),
        ("2024-12-28T10:00", "2024-12-27", False),
        ("2024-12-28T23:30", "2024-12-29", True),
        ("2025-06-01T10:00", "2024-12-29", False),
    ],
)
def test_the_day_shown_is_today_or_the_last(now: str, day: str, is_today: bool) -> None:  # noqa: FBT001 - an expectation
    found = board(fair_on("2024-12-27", "2024-12-29"), {}, now)
    assert (found.day.isoformat(), found.is_today) == (day, is_today)


def test_booths_stand_in_order_and_equal_ones_as_the_programme_names_them() -> None:
    definition = fair_on("2024-12-27")
    assert [entry.booth.id for entry in board(definition, {}, "2024-12-27T10:00").booths] == ["one", "two"]
    figures = {("booth", "two"): (4, 4), ("booth", "gone"): (2, 1)}
    found = board(definition, figures, "2024-12-27T10:00").booths
    assert [(entry.booth.id, entry.booth.visits, entry.share) for entry in found] == [
        ("two", 4, 100),
        ("gone", 2, 50),
        ("one", 0, 0),
    ]


def test_the_first_page_shows_the_fair_of_today_else_the_last_else_the_next() -> None:
    fairs = [
        fair_on("2024-05-01", fair="a"),
        fair_on("2024-06-01", fair="b"),
        fair_on("2024-09-01", fair="c"),
    ]
    assert current_fair(fairs, at("2024-06-01T10:00")) == "b"
    assert current_fair(fairs, at("2024-07-01T10:00")) == "b"
    assert current_fair(fairs, at("2024-01-01T10:00")) == "a"
    assert current_fair([], at("2024-01-01T10:00")) is None


def test_a_closed_fair_counts_kiosks_that_hold_nothing() -> None:
    definition, now = fair_on("2024-12-27"), at("2024-12-28T09:30")
    wiped, away = State(online=False, wiped=True), State(online=False, waiting=2)
    kiosks = [
        KioskNow(
            device=f"d{number}", name=f"K-0{number}", booth="one", state=state, seen_at=1, fair_closed=True
        )
        for number, state in enumerate((wiped, away, wiped))
    ]
    found = board(definition, {}, "2024-12-28T09:30", kiosks=kiosks, closed_at=now - 60_000)
    assert (found.wiped, found.connected, found.waiting, found.data.closed_at) == (2, 0, 2, now - 60_000)
    assert [kiosk.name for kiosk, _ in found.kiosks] == ["K-01", "K-00", "K-02"], "the one to look at first"
    goes_on = [replace(kiosk, fair_closed=False) for kiosk in kiosks]
    assert board(definition, {}, "2024-12-28T09:30", kiosks=goes_on).wiped == 0


def test_other_zones_have_their_own_hours() -> None:
    definition = msgspec.structs.replace(fair_on("2024-12-27", zone="Asia/Kolkata"))
    figures = {("day", "2024-12-27"): (1, 1), ("hour", "2024-12-27T04:00Z"): (1, 1)}
    found = board(definition, figures, "2024-12-27T05:10")
    assert [hour.minute for hour in found.hours] == [9 * 60 + 30, 10 * 60 + 30]


def slot(at: str, entries: int, exits: int) -> Slot:
    return Slot(f"2024-12-28T{at}Z", entries, exits)


def test_who_is_inside_is_never_below_nobody_and_the_most_is_remembered() -> None:
    day, zone = date(2024, 12, 28), "Africa/Casablanca"
    slots = [slot("08:00", 5, 9), slot("08:10", 7, 0), slot("08:20", 1, 6), slot("08:30", 1, 0)]
    inside = inside_of(slots, zone, day)
    assert (inside.now, inside.most, inside.most_at) == (3, 7, "2024-12-28T08:10Z")
    assert inside_of(slots, zone, date(2024, 12, 29)).now == 0, "each day begins with an empty hall"


def test_where_nothing_counts_at_the_doors_nobody_estimates() -> None:
    definition = fair_on("2024-12-28")
    assert board(definition, {}, "2024-12-28T10:00").inside is None
    passed = {("entries", "2024-12-28T09:00Z"): 4, ("exits", "2024-12-28T09:10Z"): 1}
    found = board(definition, {}, "2024-12-28T10:00", passed=passed).inside
    assert found is not None
    assert (found.now, found.most) == (3, 4)
    assert board(definition, {}, "2024-12-29T10:00", passed=passed).inside is None, "the day is over"
    with_door = msgspec.structs.replace(
        definition, booths=[*definition.booths, Booth(id="door", names={}, kind="doors")]
    )
    empty = board(with_door, {}, "2024-12-28T10:00").inside
    assert empty is not None
    assert empty.now == 0


def test_a_pace_is_the_mean_of_the_last_ten_whole_minutes() -> None:
    definition, now = fair_on("2024-12-28"), "2024-12-28T10:00"
    minute = at(now) // 60_000
    scans = [("one", minute, 50), ("one", minute - 1, 6), ("one", minute - 10, 9), ("one", minute - 11, 70)]
    paces = {each.booth.id: each.pace for each in board(definition, {}, now, scans=scans).booths}
    assert paces == {"one": 1.5, "two": 0.0}
