"""What the store promises, the same on SQLite and on PostgreSQL."""

import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, event, inspect, text
from sqlalchemy.engine import make_url

from server.intake import Intake
from server.rules.ingest import Verdict
from server.store import tables as t
from server.store.engine import Store, StoreError, TransactionError
from server.store.ledger import Ledger, Place
from server.store.registry import CardRow, FairRow, Registry
from tests.postgres import Postgres
from tests.server.facts import (
    BOOT,
    DEVICE,
    EPOCH,
    FAIR,
    HOUR,
    MINUTE,
    NINE,
    OTHER_BODY,
    OTHER_DEVICE,
    RECEIVED,
    SLOT,
    TOUR,
    ZONE,
    House,
    batch,
    card,
    event_id,
    kiosk,
    ms,
    offset,
    raw,
    tail_of,
    visit,
    void,
)
from wire.card import Category, RefusalCode
from wire.envelope import Batch
from wire.events import Lost, Refusal, Unknown, event_name
from wire.messages import KeptEpoch


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    opened = Store(database_url)
    yield opened
    opened.close()


@pytest.fixture
def house(store: Store) -> House:
    return House(store)


# -- verdicts --------------------------------------------------------------------------------


def test_an_accepted_visit_is_kept_in_full(house: House) -> None:
    taken = house.take(batch(1, visit(1, who=1, staff_id="s-1", category=Category.WIDOW)))
    assert taken.verdicts == {Verdict.ACCEPTED: 1}
    assert taken.fairs == {FAIR}
    (row,) = house.rows()
    (link,) = house.rows(t.subject_link)
    expected = {
        "device": DEVICE,
        "epoch": EPOCH,
        "seq": 1,
        "status": "accepted",
        "reason": None,
        "event_id": event_id(1),
        "kind": "visit",
        "fair": FAIR,
        "booth": "bank",
        "occurred_at": NINE,
        "corrected_at": NINE,
        "received_at": RECEIVED,
        "monotonic_ms": 1000,
        "boot_id": BOOT,
        "category": Category.WIDOW,
        "territory": 4,
        "language": "ar",
        "staff_id": "s-1",
        "voided": False,
        "detail": None,
        "subject": link["subject"],
    }
    assert {name: row[name] for name in expected} == expected
    assert (link["tour"], link["card"]) == (TOUR, "0001-00000000000001")


def test_no_card_stands_in_the_facts(house: House) -> None:
    house.take(
        batch(1, visit(1, who=0xABCDEF), raw(2, Refusal(code=RefusalCode.EXPIRED, card=card(0xABCDEF))))
    )
    assert not [row for row in house.rows() if "abcdef" in str(row)]


def test_a_duplicate_writes_nothing(house: House) -> None:
    first = batch(1, visit(1, who=1), visit(2, who=2))
    house.take(first)
    before = house.rows()
    for again in (house.take(first), house.take(first, first)):
        assert set(again.verdicts) == {Verdict.DUPLICATE}
        assert again.marks[Place(DEVICE, EPOCH)].upto == 2
        assert again.fairs == set()
    assert house.rows() == before


def test_twice_in_one_transaction_is_once(house: House) -> None:
    first = batch(1, visit(1, who=1))
    taken = house.take(first, first, first)
    assert taken.verdicts == {Verdict.ACCEPTED: 1, Verdict.DUPLICATE: 2}
    assert house.total() == (1, 1)


@pytest.mark.parametrize("together", [False, True])
def test_a_copy_fills_its_place_and_counts_once(house: House, *, together: bool) -> None:
    one, two = batch(1, visit(1, who=1)), batch(1, visit(1, who=1), epoch=EPOCH + 1)
    taken = [house.take(one, two)] if together else [house.take(one), house.take(two)]
    assert taken[-1].verdicts[Verdict.COPY] == 1
    assert house.statuses() == ["accepted", "copy"]
    assert house.mark(epoch=EPOCH + 1).upto == 1
    # The kiosk's journal holds this event there: its acknowledgement must name it.
    assert house.mark(epoch=EPOCH + 1).tail == tail_of(1)
    assert house.total() == (1, 1)
    assert house.flags() == {}


def test_what_cannot_be_read_is_kept_and_moves_the_mark(house: House) -> None:
    garbage, large = b'{"kind":"visit"}', b'{"x":"' + b"x" * 20_000 + b'"}'
    taken = house.take(batch(1, garbage, large, visit(3, who=1)))
    assert taken.verdicts == {Verdict.REJECTED: 2, Verdict.ACCEPTED: 1}
    assert [(row["status"], row["reason"], row["event_id"]) for row in house.rows()] == [
        ("rejected", "bad_event", event_name(garbage)),
        ("rejected", "too_large", event_name(large)),
        ("accepted", None, event_id(3)),
    ]
    assert [row["raw"] for row in house.rows(t.quarantine)] == [garbage, large]
    assert house.mark().upto == 3
    assert house.flags() == {}
    assert house.take(batch(1, garbage)).verdicts == {Verdict.DUPLICATE: 1}


def test_the_tail_holds_the_name_of_what_could_not_be_read(house: House) -> None:
    house.take(batch(1, visit(1, who=1), b"garbage"))
    assert (house.mark().upto, house.mark().tail) == (2, tail_of(1, event_name(b"garbage")))


@pytest.mark.parametrize("together", [False, True])
def test_a_clash_is_quarantined_and_flags_the_device(house: House, *, together: bool) -> None:
    one, other = batch(1, visit(1, who=1)), batch(1, visit(2, who=2))
    taken = [house.take(one, other)] if together else [house.take(one), house.take(other)]
    assert taken[-1].verdicts[Verdict.CLASH] == 1
    assert taken[-1].flagged == {DEVICE}
    assert [row["event_id"] for row in house.rows()] == [event_id(1)]
    (held,) = house.rows(t.quarantine)
    assert (held["seq"], held["event_id"], held["reason"], held["raw"]) == (
        1,
        event_id(2),
        "clash",
        other.events[0],
    )
    assert "copied disk" in house.flags()[DEVICE]
    assert list(house.flags()) == [DEVICE]
    assert house.total() == (1, 1)
    assert house.mark().tail == tail_of(1)


def test_quarantine_keeps_the_same_bytes_once(house: House) -> None:
    house.take(batch(1, visit(1, who=1)))
    for _ in range(3):
        house.take(batch(1, visit(2, who=2)), batch(1, visit(2, who=2)))
    house.take(batch(1, visit(3, who=3)))
    assert [row["event_id"] for row in house.rows(t.quarantine)] in (
        [event_id(2), event_id(3)],
        [event_id(3), event_id(2)],
    )


@pytest.mark.parametrize("together", [False, True])
def test_a_stolen_id_fills_its_place_and_is_quarantined(house: House, *, together: bool) -> None:
    one = batch(1, visit(1, who=1))
    thief = batch(1, visit(1, who=2), device=OTHER_DEVICE)
    taken = [house.take(one, thief)] if together else [house.take(one), house.take(thief)]
    assert taken[-1].verdicts[Verdict.STOLEN_ID] == 1
    assert house.statuses() == ["accepted", "quarantined"]
    assert house.mark(OTHER_DEVICE).upto == 1
    assert list(house.flags()) == [OTHER_DEVICE]
    assert [row["raw"] for row in house.rows(t.quarantine)] == list(thief.events)
    assert house.total() == (1, 1)
    # Nobody's subject was made for a card that was never counted.
    assert len(house.rows(t.subject_link)) == 1


def test_lost_over_a_stored_fact_is_harmless(house: House) -> None:
    house.take(batch(1, visit(1, who=1), visit(2, who=2)))
    lost = raw(9, Lost(epoch=EPOCH, first=1, last=1, reason="checksum"))
    assert house.take(batch(1, lost)).verdicts == {Verdict.DUPLICATE: 1}
    assert house.total() == (2, 2)
    assert house.rows(t.quarantine) == []
    assert house.flags() == {}


def test_lost_fills_its_place(house: House) -> None:
    lost = raw(9, Lost(epoch=EPOCH, first=2, last=2, reason="checksum"))
    house.take(batch(1, visit(1, who=1), lost, visit(3, who=3)))
    assert house.mark().upto == 3
    assert house.rows()[1]["detail"] == '{"epoch":7,"first":2,"last":2,"reason":"checksum"}'


def test_a_kind_of_a_later_version_is_kept_and_counted(house: House) -> None:
    later = raw(1, Unknown(kind="later", raw=b'{"way":"in","who":"\\u0000"}'))
    assert house.take(batch(1, later)).verdicts == {Verdict.ACCEPTED: 1}
    (row,) = house.rows()
    assert (row["kind"], row["detail"]) == ("later", '{"way":"in","who":"\\u0000"}')
    assert house.total() == (0, 0)
    with house.reading() as ledger:
        assert ledger.counts() == {"accepted": 1, "in_quarantine": 0}


def test_facts_are_told_in_the_order_of_arrival(house: House) -> None:
    house.take(batch(5, visit(5, who=1), b"garbage"))
    house.take(batch(1, visit(1, who=1), visit(2, who=1, fair="other")))
    with house.reading() as ledger:
        assert [(row["seq"], row["status"]) for row in ledger.facts()] == [
            (5, "accepted"),
            (6, "rejected"),
            (1, "accepted"),
            (2, "accepted"),
        ]
        assert [row["seq"] for row in ledger.facts(FAIR)] == [5, 1]


# -- marks -----------------------------------------------------------------------------------


def visits(first: int, last: int) -> Batch:
    return batch(first, *(visit(number, who=number) for number in range(first, last + 1)))


def test_the_mark_follows_what_comes_in_order(house: House) -> None:
    for first, last in ((1, 3), (4, 4), (5, 9)):
        house.take(visits(first, last))
        mark = house.mark()
        assert (mark.upto, mark.highest, mark.tail) == (last, last, tail_of(*range(1, last + 1)))


@pytest.mark.parametrize("together", [False, True])
def test_the_mark_waits_for_a_gap_and_then_jumps(house: House, *, together: bool) -> None:
    house.take(visits(7, 9))
    assert (house.mark().upto, house.mark().highest, house.mark().tail) == (0, 9, "")
    house.take(visits(4, 4))
    assert house.mark().upto == 0
    if together:
        house.take(visits(10, 12), visits(5, 6), visits(1, 3))
    else:
        house.take(visits(1, 3))
        assert (house.mark().upto, house.mark().tail) == (4, tail_of(1, 2, 3, 4))
        house.take(visits(5, 6))
        assert (house.mark().upto, house.mark().tail) == (9, tail_of(*range(1, 10)))
        house.take(visits(10, 12))
    mark = house.mark()
    assert (mark.upto, mark.highest, mark.tail) == (12, 12, tail_of(*range(1, 13)))


def test_batches_may_overlap(house: House) -> None:
    house.take(visits(1, 5))
    taken = house.take(visits(3, 8))
    assert taken.verdicts == {Verdict.DUPLICATE: 3, Verdict.ACCEPTED: 3}
    assert house.mark().upto == 8
    assert house.total() == (8, 8)


def test_a_mark_that_stands_still_is_acknowledged_all_the_same(house: House) -> None:
    house.take(visits(1, 2))
    marks = house.take(visits(9, 9)).marks
    assert (marks[Place(DEVICE, EPOCH)].upto, marks[Place(DEVICE, EPOCH)].tail) == (2, tail_of(1, 2))


def test_epochs_and_devices_have_marks_of_their_own(house: House) -> None:
    house.take(
        batch(1, visit(1, who=1)),
        batch(1, visit(2, who=2), visit(3, who=3), epoch=EPOCH + 1),
        batch(2, visit(4, who=4), device=OTHER_DEVICE),
    )
    assert house.mark().upto == 1
    assert house.mark(epoch=EPOCH + 1).upto == 2
    assert house.mark(OTHER_DEVICE).upto == 0
    with house.reading() as ledger:
        assert ledger.marks({Place("00000000000000ff", EPOCH)}) == {}


def test_greeting_gives_the_marks_of_every_epoch(house: House) -> None:
    house.take(visits(1, 4))
    kept = [KeptEpoch(epoch=EPOCH, first=1, last=9, mark=7), KeptEpoch(epoch=99, first=1, last=2, mark=0)]
    marks = house.intake.greet(DEVICE, kept)
    assert {epoch: (mark.upto, mark.tail) for epoch, mark in marks.items()} == {
        EPOCH: (4, tail_of(1, 2, 3, 4)),
        99: (0, ""),
    }


def gone(house: House) -> int:
    (row,) = house.rows(t.mark)
    return int(row["gone"])


def test_what_a_kiosk_has_wiped_and_this_ledger_never_had_is_counted_as_gone(house: House) -> None:
    house.take(visits(1, 4))
    assert house.greet(first=4, last=30).upto == 4
    assert gone(house) == 0
    mark = house.greet(first=11, last=30)
    assert (mark.upto, mark.highest, mark.tail) == (10, 10, "")
    assert gone(house) == 6
    assert house.greet(first=11, last=30).upto == 10
    assert gone(house) == 6
    house.take(visits(11, 12))
    assert house.mark().upto == 12


def test_what_is_beyond_the_gap_is_not_gone(house: House) -> None:
    house.take(visits(1, 2))
    house.take(visits(5, 6))
    house.take(visits(10, 12))
    mark = house.greet(first=10, last=12)
    assert (mark.upto, mark.highest, mark.tail) == (12, 12, tail_of(10, 11, 12))
    assert gone(house) == 9 - 2 - 2


def test_a_kiosk_of_which_nothing_is_known_may_have_wiped_the_start(house: House) -> None:
    assert house.greet(first=8, last=9).upto == 7
    assert gone(house) == 7


def test_an_older_ledger_is_filled_again(house: House) -> None:
    """A backup is put back: the kiosk replays, in larger batches than the first time."""
    house.take(visits(1, 3))
    assert house.greet(first=1, last=40, mark=40).upto == 3
    house.take(visits(2, 40))
    assert house.mark().upto == 40
    assert house.total() == (40, 40)
    assert house.rows(t.quarantine) == []


# -- counting --------------------------------------------------------------------------------


def test_a_visit_counts_in_every_figure(house: House) -> None:
    house.take(batch(1, visit(1, who=1, at=ms("2024-12-28T23:30"), category=Category.CHILD)))
    assert house.figures() == {
        ("total", ""): (1, 1),
        ("booth", "bank"): (1, 1),
        ("day", "2024-12-29"): (1, 1),  # half past midnight in Morocco
        ("hour", "2024-12-28T23:00Z"): (1, 1),
        ("category", "child"): (1, 1),
        ("sector", "other"): (1, 1),
        ("territory", "4"): (1, 1),
        ("first", "2024-12-29"): (0, 1),
    }


def test_two_kiosks_that_see_a_card_in_one_slot_count_one_visit(house: House) -> None:
    house.take(batch(1, visit(1, who=1, at=NINE)))
    house.take(batch(1, visit(2, who=1, at=NINE + 9 * MINUTE), device=OTHER_DEVICE))
    assert house.total() == (1, 1)
    house.take(batch(2, visit(3, who=1, at=NINE + 10 * MINUTE)))
    assert house.total() == (2, 1)
    house.take(batch(3, visit(4, who=1, at=NINE, booth="insurance")))
    assert house.total() == (3, 1)
    assert house.figures()["booth", "bank"] == (2, 1)


def test_a_visit_without_card_is_a_visit_of_nobody(house: House) -> None:
    house.take(batch(1, visit(1, who=None), visit(2, who=None), visit(3, who=1)))
    assert house.total() == (3, 1)
    assert house.figures()["category", "unknown"] == (2, 0)
    house.take(batch(4, void(4, target=1)))
    assert house.total() == (2, 1)
    house.take(batch(5, offset(5, NINE + HOUR - 1000)))
    assert house.figures()["hour", "2024-12-28T10:00Z"] == (2, 1)
    house.take(batch(6, visit(6, who=None), void(7, target=2)))
    assert house.total() == (2, 1)


def test_staff_are_counted_nowhere(house: House) -> None:
    house.take(batch(1, visit(1, who=1, category=Category.STAFF)))
    assert house.figures() == {}
    assert house.statuses() == ["accepted"]


def test_refusals_never_count(house: House) -> None:
    house.take(batch(1, raw(1, Refusal(code=RefusalCode.REVOKED, card=card(1)))))
    assert house.figures() == {}
    assert house.rows()[0]["detail"] == '{"code":"revoked"}'


def test_a_category_without_a_name_is_counted_by_its_number(house: House) -> None:
    house.take(batch(1, visit(1, who=1, category=9)))
    assert house.figures()["category", "category_9"] == (1, 1)


def test_a_fair_that_was_never_loaded_is_counted_by_itself(house: House) -> None:
    unknown = "ـ" * 64
    house.take(batch(1, visit(1, who=1, fair=unknown), visit(2, who=1)))
    assert house.total(unknown) == (1, 1)
    assert house.total() == (1, 1)
    assert [row["tour"] for row in house.rows(t.subject_link)] == [TOUR, unknown]


def test_one_card_is_one_subject_in_every_fair_of_a_tour(house: House) -> None:
    with house.store.writing() as connection:
        Registry(connection, house.body).put_fair(FairRow("fes-2025", TOUR, "fes", ZONE, b"{}"))
        Registry(connection, house.body).put_fair(FairRow("days-2026", "tour-2026", "fes", ZONE, b"{}"))
    for number, fair in enumerate((FAIR, "fes-2025", "days-2026"), 1):
        house.take(batch(number, visit(number, who=1, fair=fair)))
    one, two, three = [row["subject"] for row in house.rows()]
    assert one == two != three


@pytest.mark.parametrize("at", [0, 1, 2**53 - 1, ms("9999-12-31T23:59")])
@pytest.mark.parametrize("by", [None, -(2**53) + 1, 2**53 - 1])
def test_no_clock_however_wrong_stops_a_batch(house: House, at: int, by: int | None) -> None:
    facts = [visit(1, who=1, at=at), visit(2, who=2), offset(3, by or 0)]
    house.take(batch(1, *(facts if by is not None else facts[:2])))
    assert house.mark().upto == (3 if by is not None else 2)
    assert house.total()[1] == 2


# -- voids -----------------------------------------------------------------------------------


@pytest.mark.parametrize("order", ["after", "before", "together", "void first in one transaction"])
def test_a_void_takes_a_visit_back_whenever_it_comes(house: House, order: str) -> None:
    done, undone = batch(1, visit(1, who=1), visit(2, who=2)), batch(3, void(3, target=1))
    match order:
        case "after":
            house.take(done)
            assert house.total() == (2, 2)
            house.take(undone)
        case "before":
            house.take(undone)
            assert house.figures() == {}
            house.take(done)
        case "together":
            house.take(done, undone)
        case _:
            house.take(undone, done)
    assert house.total() == (1, 1)
    assert {row["event_id"]: row["voided"] for row in house.rows()} == {
        event_id(1): True,
        event_id(2): False,
        event_id(3): False,
    }
    assert house.mark().upto == 3


def test_a_void_may_come_from_another_device(house: House) -> None:
    house.take(batch(1, visit(1, who=1)))
    house.take(batch(1, void(2, target=1), device=OTHER_DEVICE))
    assert house.total() == (0, 0)


@pytest.mark.parametrize("together", [False, True])
def test_two_voids_of_one_visit_are_one(house: House, *, together: bool) -> None:
    house.take(batch(1, visit(1, who=1), visit(2, who=2)))
    voids = [batch(3, void(3, target=1)), batch(1, void(4, target=1), device=OTHER_DEVICE)]
    if together:
        house.take(*voids)
    else:
        for one in voids:
            house.take(one)
    assert house.total() == (1, 1)


@pytest.mark.parametrize("together", [False, True])
def test_a_void_cannot_be_voided(house: House, *, together: bool) -> None:
    steps = [batch(1, visit(1, who=1)), batch(2, void(2, target=1)), batch(3, void(3, target=2))]
    if together:
        house.take(*steps)
    else:
        for step in steps:
            house.take(step)
    assert house.total() == (0, 0)
    assert [row["voided"] for row in house.rows()] == [True, False, False]


def test_a_void_of_a_repeat_leaves_the_visit(house: House) -> None:
    house.take(batch(1, visit(1, who=1), visit(2, who=1)))
    house.take(batch(3, void(3, target=1)))
    assert house.total() == (1, 1)
    house.take(batch(4, void(4, target=2)))
    assert house.figures() == {}


def test_a_void_of_what_never_comes_does_nothing(house: House) -> None:
    assert house.take(batch(1, void(1, target=99))).fairs == set()
    assert house.figures() == {}


def test_a_rejected_void_voids_nothing(house: House) -> None:
    house.take(batch(1, visit(1, who=1)))
    house.take(batch(1, void(2, target=1)))  # a clash: another event stands there
    assert house.total() == (1, 1)


# -- clocks ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("at", "by", "hour", "day"),
    [
        ("2024-12-28T09:05", 6 * MINUTE, "2024-12-28T09:00Z", "2024-12-28"),
        ("2024-12-28T09:55", 6 * MINUTE, "2024-12-28T10:00Z", "2024-12-28"),
        ("2024-12-28T22:55", 6 * MINUTE, "2024-12-28T23:00Z", "2024-12-29"),
        ("2024-12-29T00:02", -90 * MINUTE, "2024-12-28T22:00Z", "2024-12-28"),
        ("1970-01-01T00:00", ms("2024-12-28T09:00"), "2024-12-28T09:00Z", "2024-12-28"),
        ("2026-09-20T00:30", -45 * MINUTE, "2026-09-19T23:00Z", "2026-09-20"),
    ],
)
@pytest.mark.parametrize("late", [False, True])
def test_a_clock_offset_moves_the_facts_of_its_boot(
    house: House, at: str, by: int, hour: str, day: str, *, late: bool
) -> None:
    facts = batch(1, visit(1, who=1, at=ms(at), monotonic_ms=1000))
    known = batch(2, offset(2, ms(at) + by - 1000))
    for step in (facts, known) if late else (known, facts):
        house.take(step)
    assert house.figures() == {
        ("total", ""): (1, 1),
        ("booth", "bank"): (1, 1),
        ("hour", hour): (1, 1),
        ("day", day): (1, 1),
        ("category", "active"): (1, 1),
        ("sector", "other"): (1, 1),
        ("territory", "4"): (1, 1),
        ("first", day): (0, 1),
    }
    assert house.rows()[0]["occurred_at"] in {ms(at), NINE}  # what the kiosk said stays


def test_a_late_offset_joins_and_parts_visits(house: House) -> None:
    house.take(batch(1, visit(1, who=1, at=NINE, monotonic_ms=0)))
    house.take(batch(1, visit(2, who=1, at=NINE + SLOT), device=OTHER_DEVICE, epoch=3))
    assert house.total() == (2, 1)
    house.take(batch(2, offset(3, NINE + SLOT)))  # the first kiosk's clock was ten minutes behind
    assert house.total() == (1, 1)
    house.take(batch(3, offset(4, NINE - SLOT, round_trip=1)))
    assert house.total() == (2, 1)


def test_an_offset_moves_its_own_boot_alone(house: House) -> None:
    house.take(
        batch(1, visit(1, who=1), visit(2, who=2, boot_id="c" * 32)),
        batch(1, visit(3, who=3), device=OTHER_DEVICE),
    )
    house.take(batch(3, offset(4, NINE + HOUR)))
    assert {
        row["event_id"]: row["corrected_at"] - NINE for row in house.rows() if row["kind"] == "visit"
    } == {
        event_id(1): HOUR + 1000,
        event_id(2): 0,
        event_id(3): 0,
    }


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 0, 2), (1, 2, 0)])
@pytest.mark.parametrize("together", [False, True])
def test_the_shorter_round_trip_wins_in_any_order(
    house: House, order: tuple[int, ...], *, together: bool
) -> None:
    readings = [
        batch(1, offset(1, NINE + 1 * HOUR, round_trip=900)),
        batch(2, offset(2, NINE + 2 * HOUR, round_trip=20)),
        # As short: the lower id wins, so that no order matters.
        batch(3, offset(3, NINE + 3 * HOUR, round_trip=20)),
    ]
    facts = batch(4, visit(4, who=1, monotonic_ms=0))
    steps = [readings[order[0]], facts, readings[order[1]], readings[order[2]]]
    if together:
        house.take(*steps)
    else:
        for step in steps:
            house.take(step)
    assert house.figures()["hour", "2024-12-28T11:00Z"] == (1, 1)
    (row,) = house.rows(t.clock_offset)
    assert (row["round_trip_ms"], row["event_id"]) == (20, event_id(2))


def test_how_wrong_a_clock_is_stands_with_its_kiosk(house: House) -> None:
    house.take(batch(1, offset(1, NINE)))
    assert {row["device"]: row["clock_wrong_ms"] for row in house.rows(t.kiosk)} == {
        DEVICE: -5,
        OTHER_DEVICE: None,
    }


# -- bodies ----------------------------------------------------------------------------------


def test_every_table_carries_its_body() -> None:
    assert [table.name for table in t.metadata.sorted_tables if "body" not in table.c] == []


def test_two_bodies_in_one_store_never_mix(store: Store) -> None:
    one, other = House(store), House(store, OTHER_BODY)
    same = batch(1, visit(1, who=1), visit(2, who=2), offset(3, NINE + HOUR - 1000))
    assert one.take(same).verdicts == {Verdict.ACCEPTED: 3}
    # Device, epoch, seq, ids and cards are the same: another body's all the same.
    assert other.take(batch(1, visit(1, who=1), visit(2, who=2))).verdicts == {Verdict.ACCEPTED: 2}
    assert other.figures()["hour", "2024-12-28T09:00Z"] == (2, 2)
    assert one.figures()["hour", "2024-12-28T10:00Z"] == (2, 2)
    linked = [{row["subject"] for row in house.rows(t.subject_link)} for house in (one, other)]
    assert [len(subjects) for subjects in (*linked, linked[0] & linked[1])] == [2, 2, 0]
    other.take(batch(3, void(9, target=1)))
    assert (one.total(), other.total()) == ((2, 2), (1, 1))
    other.take(batch(1, visit(8, who=8)))
    assert (list(one.flags()), list(other.flags())) == ([], [DEVICE])
    assert (one.mark().upto, other.mark().upto) == (3, 3)
    other.greet(first=50, last=60)
    assert (one.mark().upto, other.mark().upto) == (3, 49)
    with store.reading() as connection:
        assert Registry.bodies(connection) == sorted([one.body, other.body])
        assert len(Registry(connection, one.body).kiosks()) == 2


# -- the registry ----------------------------------------------------------------------------


def test_the_registry_gives_back_what_it_was_given(store: Store) -> None:
    fair = FairRow(FAIR, TOUR, "rabat", ZONE, b"definition")
    issued = CardRow("0001-00c0ffee00c0ff", 2, 7, "zgh", "2024-01-01", "2026-12-31", RECEIVED)
    with store.writing() as connection:
        registry = Registry(connection, "body")
        assert registry.revocations() is None
        assert registry.next_card_key_id() == 1
        registry.put_body({"ar": "المؤسسة"}, b"p" * 32)
        registry.put_fair(fair)
        registry.add_card_key(1, b"1" * 32, "server")
        registry.add_kiosk(kiosk())
        registry.add_cards([issued])
        registry.add_cards([])
        registry.put_programme(FAIR, 5, b"signed")
        registry.put_revocations(3, b"list")
        registry.put_logo(FAIR, "5e" * 32, b"a picture")
        assert registry.revoke_card("0001-00c0ffee00c0ff", RECEIVED, "lost")
        assert not registry.revoke_card("0001-00c0ffee00c0ff", RECEIVED, "lost")
    with store.writing() as connection:
        registry = Registry(connection, "body")
        registry.put_body({"ar": "المؤسسة"}, b"q" * 32)
        registry.put_programme(FAIR, 6, b"signed again")
        registry.note_states({DEVICE: (b"{}", 9), "00000000000000ff": (b"{}", 9)})
        registry.note_hello(DEVICE, 10)
    with store.reading() as connection:
        registry = Registry(connection, "body")
        assert Registry.bodies(connection) == ["body"]
        assert registry.fairs() == [fair]
        assert registry.programmes() == {FAIR: (6, b"signed again")}
        assert registry.revocations() == (3, b"list")
        assert registry.logo_other_than(FAIR, "") == b"a picture"
        assert registry.logo_other_than(FAIR, "5e" * 32) is None
        assert registry.logo_other_than("fes-2025", "") is None
        assert Registry(connection, OTHER_BODY).logo_other_than(FAIR, "") is None
        assert registry.versions() == ((FAIR, 6), ("", 3))
        assert registry.revoked_cards() == ["0001-00c0ffee00c0ff"]
        assert registry.refused_since(date(2026, 12, 31)) == registry.revoked_cards()
        assert registry.refused_since(date(2027, 1, 1)) == []
        assert Registry(connection, OTHER_BODY).refused_since(date(2026, 12, 31)) == []
        assert registry.card_keys() == [(1, b"1" * 32), (2, b"c" * 32)]
        assert registry.next_card_key_id() == 3
        assert list(registry.cards()) == [issued]
        assert registry.knows_card("0001-00c0ffee00c0ff")
        assert not registry.knows_card("0001-00c0ffee00c0fe")
        (found,) = registry.kiosks()
        assert (found.state, found.state_at, found.hello_at) == (b"{}", 9, 10)


def test_two_kiosks_of_a_fair_cannot_have_one_name(house: House) -> None:
    with pytest.raises(TransactionError), house.store.writing() as connection:
        Registry(connection, house.body).add_kiosk(kiosk("00000000000000d3", "one", key_id=4))
    with house.store.writing() as connection:
        Registry(connection, house.body).add_kiosk(kiosk("00000000000000d3", "one", "fes-2025", key_id=4))


# -- transactions ----------------------------------------------------------------------------


def test_a_failed_transaction_leaves_nothing_and_can_be_tried_again(house: House) -> None:
    house.take(batch(1, visit(1, who=1)))
    tables = (t.fact, t.mark, t.subject_link, t.void, t.clock_offset, t.quarantine, t.figure, t.kiosk)
    before = {table.name: house.rows(table) for table in tables}
    mixed = [
        batch(2, visit(2, who=2), void(3, target=1), offset(4, NINE), b"garbage"),
        batch(1, visit(5, who=5)),
    ]
    failing = True

    # The last thing that a transaction writes is its marks.
    def fail(connection: Connection, _cursor: object, statement: str, *_: object) -> None:
        if failing and statement.startswith("INSERT INTO mark"):
            connection.exec_driver_sql("SELECT 1 FROM nowhere")

    event.listen(house.store.engine, "before_cursor_execute", fail)
    for _ in range(2):
        with pytest.raises(TransactionError, match="nowhere"):
            house.take(*mixed)
        assert {table.name: house.rows(table) for table in tables} == before
    failing = False
    taken = house.take(*mixed)
    assert taken.verdicts == {Verdict.ACCEPTED: 3, Verdict.REJECTED: 1, Verdict.CLASH: 1}
    assert house.total() == (1, 1)
    assert house.mark().upto == 5


def test_rows_handed_over_in_bulk_fail_in_words_too(house: House) -> None:
    def link_twice() -> None:
        with house.store.writing() as connection:
            for subject in (5, 6):
                Ledger(connection, house.body).link_subjects(TOUR, {"0001-00000000000001": subject})

    with pytest.raises(TransactionError) as told:
        link_twice()
    assert "subject_link" in str(told.value)
    assert "\n" not in str(told.value)
    assert house.rows(t.subject_link) == []


def test_an_error_of_ours_rolls_back_and_stays_itself(house: House) -> None:
    def stumble() -> None:
        with house.store.writing() as connection:
            Ledger(connection, house.body).link_subjects(TOUR, {"0001-00000000000001": 5})
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        stumble()
    assert house.rows(t.subject_link) == []


def test_a_reader_sees_one_state_and_holds_up_no_writer(house: House) -> None:
    house.take(batch(1, visit(1, who=1)))
    with house.reading() as ledger:
        assert ledger.figures(FAIR)["total", ""] == (1, 1)
        house.take(batch(2, visit(2, who=2)))
        assert ledger.figures(FAIR)["total", ""] == (1, 1)
        assert len(list(ledger.facts())) == 1
    assert house.total() == (2, 2)


def test_one_writes_at_a_time(house: House) -> None:
    """Two writers that count the same card at once must not count it twice."""
    steps = [
        [batch(number, visit(100 * way + number, who=number), device=device) for number in range(1, 31)]
        for way, device in enumerate((DEVICE, OTHER_DEVICE))
    ]

    def take_all(of_one: list[Batch]) -> int:
        return sum(house.take(step).verdicts[Verdict.ACCEPTED] for step in of_one)

    with ThreadPoolExecutor(2) as pool:
        assert sum(pool.map(take_all, steps, timeout=60)) == 60
    assert house.total() == (30, 30)


def test_thousands_of_facts_fit_one_transaction(house: House) -> None:
    many = [
        batch(first, *(visit(number, who=number % 3000) for number in range(first, first + 100)))
        for first in range(1, 6401, 100)
    ]
    assert house.take(*many).verdicts == {Verdict.ACCEPTED: 6400}
    assert house.total() == (3000, 3000)
    assert house.take(*many).verdicts == {Verdict.DUPLICATE: 6400}
    house.take(batch(6401, *(void(7000 + number, target=number) for number in range(1, 101))))
    assert house.total() == (3000, 3000)


# -- migrations ------------------------------------------------------------------------------


def differences(store: Store) -> list[object]:
    with store.engine.connect() as connection:
        return list(compare_metadata(MigrationContext.configure(connection), t.metadata))


def test_a_migrated_store_is_what_the_tables_say(store: Store) -> None:
    assert differences(store) == []
    found = {index["name"]: index["column_names"] for index in inspect(store.engine).get_indexes("fact")}
    assert found == {index.name: [column.name for column in index.columns] for index in t.fact.indexes}


def test_the_comparison_sees_a_difference(store: Store) -> None:
    with store.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE mark DROP COLUMN gone")
    assert [str(found[0]) for found in differences(store) if isinstance(found, tuple)] == ["add_column"]


def test_an_empty_database_is_brought_up_to_date(tmp_path: Path, postgres: Postgres) -> None:
    addresses = [f"sqlite:///{tmp_path / 'new.sqlite'}", postgres.empty_database()]
    for url in addresses:
        for _ in range(2):  # opening it again changes nothing
            store = Store(url)
            assert differences(store) == []
            assert House(store).take(batch(1, visit(1, who=1))).marks[Place(DEVICE, EPOCH)].upto == 1
            store.close()
    postgres.drop(addresses[1])


def test_a_store_of_a_later_version_is_left_alone(database_url: str) -> None:
    store = Store(database_url)
    with store.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    store.close()
    with pytest.raises(StoreError, match="written by a newer one"):
        Store(database_url)


# -- opening ---------------------------------------------------------------------------------

SECRET = "hush-this-is-secret"  # noqa: S105 - to be looked for


@pytest.mark.parametrize(
    "url",
    [
        "",
        "nonsense",
        "sqlite",
        f"mysql://riwaq:{SECRET}@localhost/riwaq",
        f"postgresql+psycopg://riwaq:{SECRET}@localhost:port/riwaq",
        f"oracle+nothing://riwaq:{SECRET}@localhost/riwaq",
        f"riwaq:{SECRET}@localhost/riwaq",
    ],
)
def test_an_address_that_cannot_be_used_is_told_in_words(url: str) -> None:
    with pytest.raises(StoreError, match=r"postgresql\+psycopg://USER:PASSWORD@HOST") as told:
        Store(url)
    assert SECRET not in str(told.value)


def test_a_file_that_cannot_be_opened_is_told_in_words(tmp_path: Path) -> None:
    with pytest.raises(
        StoreError, match=r"nowhere.ledger\.sqlite.*unable to open database file.*server\.toml"
    ):
        Store(f"sqlite:///{tmp_path / 'nowhere' / 'ledger.sqlite'}")
    garbage = tmp_path / "garbage.sqlite"
    garbage.write_bytes(b"this is no database, " * 500)
    with pytest.raises(StoreError, match="file is not a database"):
        Store(f"sqlite:///{garbage}")


def test_a_database_that_does_not_answer_is_told_without_its_password(postgres: Postgres) -> None:
    right = make_url(postgres.url("postgres"))
    wrong = [
        right.set(password=SECRET),
        right.set(database="nowhere", password=postgres.password),
        right.set(port=1, password=SECRET),
        right.set(password=None, query={"password": SECRET}),
        right.set(username="nobody", password=SECRET),
    ]
    for url in wrong:
        with pytest.raises(StoreError, match=r"cannot be opened: .+ Check that the database runs") as told:
            Store(url.render_as_string(hide_password=False))
        assert SECRET not in str(told.value)
        assert postgres.password not in str(told.value)
        assert told.value.__cause__ is None
        assert told.value.__suppress_context__


def test_a_ledger_in_a_file_is_closed_to_others_and_survives_a_pulled_plug(tmp_path: Path) -> None:
    file = tmp_path / "ledger.sqlite"
    store = Store(f"sqlite:///{file}")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with store.reading() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
    store.close()


def test_what_was_committed_is_there_after_the_process_was_killed(database_url: str) -> None:
    killed = subprocess.run(
        [sys.executable, "-c", _TAKE_AND_DIE],
        cwd=Path(__file__).resolve().parents[2],
        env={**os.environ, "DATABASE": database_url},
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert killed.returncode == -9, killed.stderr.decode()
    store = Store(database_url)
    house = House(store)
    assert house.total() == (1, 1)
    assert house.statuses() == ["accepted"]
    store.close()


_TAKE_AND_DIE = """
import os
from server.store.engine import Store
from server.store.ledger import Ledger
from tests.server.facts import TOUR, House, batch, visit
house = House(Store(os.environ["DATABASE"]))
house.take(batch(1, visit(1, who=1)))
with house.store.writing() as connection:
    Ledger(connection, house.body).link_subjects(TOUR, {"0001-00000000000009": 9})
    os.kill(os.getpid(), 9)
"""


# -- what kiosks say they keep, and what others than the running server do ----------------------


def test_a_hello_says_what_has_not_come_yet(house: House) -> None:
    house.take(batch(1, visit(1, 1), visit(2, 2)))
    house.greet(first=1, last=5)
    with house.reading() as ledger:
        assert ledger.promised() == {DEVICE: 3}
    house.take(batch(3, visit(3, 3), visit(4, 4), visit(5, 5)))
    with house.reading() as ledger:
        assert ledger.promised() == {}


def test_an_epoch_that_a_kiosk_no_longer_names_promises_nothing(house: House) -> None:
    house.greet(first=1, last=5)
    house.intake.greet(DEVICE, [KeptEpoch(epoch=EPOCH + 1, first=1, last=2, mark=0)])
    with house.reading() as ledger:
        assert ledger.promised() == {DEVICE: 2}
    assert house.greet(first=1, last=0).upto == 0


def test_what_is_wiped_promises_nothing(house: House) -> None:
    assert house.greet(first=6, last=5, mark=5).upto == 5
    with house.reading() as ledger:
        assert ledger.promised() == {}


def test_facts_that_were_given_up_are_taken_when_they_come_on_a_stick(house: House) -> None:
    house.take(batch(1, visit(1, 1)))
    house.greet(first=4, last=3, mark=3)
    assert house.take(batch(2, visit(2, 2), visit(3, 3))).verdicts == {"accepted": 2}
    assert house.mark().upto == 3
    assert house.total() == (3, 3)


def test_only_those_who_work_apart_count_up_what_moved(house: House) -> None:
    house.take(batch(1, visit(1, 1)))
    with house.reading() as ledger:
        assert ledger.moves() == {}
    apart = Intake(house.store, house.body, digest_key=b"k" * 32, apart=True)
    apart.take([batch(2, visit(2, 2))], RECEIVED)
    apart.take([batch(2, visit(2, 2))], RECEIVED)
    with house.reading() as ledger:
        assert ledger.moves() == {FAIR: 1}, "the second time nothing moved"
    apart.rebuild(FAIR)
    with house.reading() as ledger:
        assert ledger.moves() == {FAIR: 2}


def test_facts_since_a_moment_are_counted_by_device(house: House) -> None:
    house.take(batch(1, visit(1, 1)), batch(1, visit(2, 2), device=OTHER_DEVICE))
    with house.reading() as ledger:
        assert ledger.count_since(DEVICE, RECEIVED - 1) == 1
        assert ledger.count_since(DEVICE, RECEIVED) == 0


def test_a_fair_is_closed_until_it_is_opened_again(house: House) -> None:
    with house.store.writing() as connection:
        registry = Registry(connection, house.body)
        assert not registry.reopen_fair(FAIR)
        registry.close_fair(FAIR, 7)
        registry.close_fair(FAIR, 8)
        assert registry.closed_fairs() == {FAIR: 8}
        assert registry.reopen_fair(FAIR)
        assert registry.closed_fairs() == {}
