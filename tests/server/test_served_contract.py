"""Sign-ups, withdrawals, feedback, sessions and passages in the ledger: the same on both engines."""

import itertools
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from nacl.public import PrivateKey
from sqlalchemy import text

from server.rules.consents import doubts
from server.rules.ingest import Verdict
from server.rules.tallies import Occupancy, heard
from server.store import tables as t
from server.store.engine import Store
from server.store.registry import FairRow, Registry
from server.store.tallies import Tallies
from server.told import reading_fair
from tests.server.facts import (
    DEVICE,
    FAIR,
    HOUR,
    MINUTE,
    NINE,
    OTHER_DEVICE,
    RECEIVED,
    SLOT,
    TOUR,
    ZONE,
    House,
    attends,
    batch,
    card,
    event_id,
    feedback,
    ms,
    offset,
    passage,
    raw,
    sign_up,
    visit,
    void,
    withdrawal,
)
from wire.card import Category
from wire.events import SignUp, Unknown
from wire.private import open_private, seal_private
from wire.setup import Setup

SECOND_FAIR = "fes-2025"
SEALING = PrivateKey(b"\x06" * 32)
PHONE = seal_private({"phone": "+212612345678"}, bytes(SEALING.public_key))
WORDS = seal_private({"text": "شكرا"}, bytes(SEALING.public_key))


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    opened = Store(database_url)
    yield opened
    opened.close()


@pytest.fixture
def house(store: Store) -> House:
    house = House(store)
    with store.writing() as connection:
        Registry(connection, house.body).put_fair(FairRow(SECOND_FAIR, TOUR, "fes", ZONE, b"{}"))
    return house


# -- what is kept ----------------------------------------------------------------------------


def test_a_sign_up_is_kept_in_full_with_its_consent_and_its_phone_sealed(house: House) -> None:
    fact = SignUp(
        card=card(0xABCDEF, Category.WIDOW),
        offer="loan",
        partner="bank",
        consent="contact",
        consent_version=2,
        language="fr",
        phone="typed",
        sealed=PHONE,
    )
    assert house.take(batch(1, raw(1, fact, staff_id="101"))).verdicts == {Verdict.ACCEPTED: 1}
    (row,), (link,) = house.rows(), house.rows(t.subject_link)
    assert (row["kind"], row["about"], row["subject"]) == ("sign_up", "loan", link["subject"])
    assert (row["category"], row["staff_id"], row["language"]) == (Category.WIDOW, "101", "ar")
    assert row["detail"] == (
        '{"partner":"bank","consent":"contact","consent_version":2,"language":"fr","phone":"typed"}'
    )
    assert open_private(row["sealed"], SEALING) == {"phone": "+212612345678"}
    assert "abcdef" not in str({**row, "sealed": None})


def test_a_feedback_keeps_what_is_in_the_clear_beside_what_is_sealed(house: House) -> None:
    house.take(
        batch(
            1,
            feedback(1, "venue", "venue", "waiting", face=2, who=0xABCDEF, urgent=True, sealed=WORDS),
            feedback(2, face=5),
        )
    )
    row, anonymous = house.rows()
    assert row["detail"] == '{"face":2,"topics":["venue","waiting"],"urgent":true}'
    assert open_private(row["sealed"], SEALING) == {"text": "شكرا"}
    assert (anonymous["subject"], anonymous["category"], anonymous["sealed"]) == (None, None, None)
    assert "abcdef" not in str({**row, "sealed": None})


def test_the_others_are_kept_in_full(house: House) -> None:
    house.take(batch(1, withdrawal(1, who=1), attends(2, who=1), passage(3, "in", who=1), passage(4, "out")))
    kept = [(row["kind"], row["about"], row["detail"], row["subject"] is None) for row in house.rows()]
    assert kept == [
        ("withdrawal", "loan", None, False),
        ("session_attendance", "delegates", None, False),
        ("passage", "in", None, False),
        ("passage", "out", None, True),
    ]


def test_what_is_sealed_can_be_erased_and_nothing_else_changes(house: House) -> None:
    """What erasure will do: empty the column, cut the link, forget the copies of what never counted."""
    fact = SignUp(card=card(1), offer="loan", phone="typed", sealed=PHONE)
    house.take(batch(1, raw(1, fact), feedback(2, face=1, who=1, sealed=WORDS)))
    figures, tallies = house.figures(), house.tallies()
    with house.store.writing() as connection:
        connection.execute(t.fact.update().values(sealed=None))
        connection.execute(t.subject_link.delete())
    assert (house.figures(), house.tallies()) == (figures, tallies)
    with house.store.reading() as connection:
        for table in t.metadata.sorted_tables:
            assert PHONE not in [
                value for row in connection.execute(table.select()) for value in row if value is not None
            ]


def test_facts_that_a_server_of_before_kept_unread_are_about_nothing_and_count_nowhere(house: House) -> None:
    """Such a server took them for kinds of tomorrow: no subject, no offer, all of it in ``detail``."""
    kinds = ("sign_up", "withdrawal", "feedback", "session_attendance", "passage")
    unread = [
        raw(number, Unknown(kind=f"x{kind}", raw=b'{"face":"x"}')) for number, kind in enumerate(kinds, 1)
    ]
    house.take(batch(1, *unread))
    with house.store.writing() as connection:
        connection.execute(text("UPDATE fact SET kind = substr(kind, 2)"))
    house.take(batch(6, visit(6, who=1), sign_up(7, who=1), offset(8, NINE)))
    house.take(batch(9, *(void(10 + number, target=number) for number in range(1, 6))))
    assert house.total() == (1, 1)
    assert house.tallies() == {("sign_ups", "loan"): 1}


# -- attendance ------------------------------------------------------------------------------


def test_who_comes_in_or_is_at_a_session_attends_and_makes_no_visit(house: House) -> None:
    house.take(
        batch(
            1,
            visit(1, who=1),
            passage(2, "in", who=2, booth="entrance"),
            passage(3, "out", who=3, booth="entrance"),
            passage(4, "in", booth="entrance"),
            attends(5, who=4, booth="hall"),
            attends(6, who=4, booth="hall", at=NINE + HOUR),
            attends(7, who=1, booth="hall"),
            sign_up(8, who=5),
            feedback(9, face=3, who=6),
        )
    )
    figures = house.figures()
    assert figures["total", ""] == (1, 3)
    assert figures["booth", "entrance"] == (0, 1)
    assert figures["booth", "hall"] == (0, 2)
    assert figures["session", "delegates"] == (0, 2)
    assert figures["day", "2024-12-28"] == (1, 3)
    assert figures["hour", "2024-12-28T10:00Z"] == (0, 1)


def test_staff_count_nowhere(house: House) -> None:
    staff: dict[str, Any] = {"who": 1, "category": Category.STAFF}
    house.take(
        batch(
            1,
            visit(1, **staff),
            passage(2, "in", **staff),
            attends(3, **staff),
            sign_up(4, **staff),
            withdrawal(5, **staff),
            feedback(6, face=1, **staff),
        )
    )
    assert (house.figures(), house.tallies()) == ({}, {})


@pytest.mark.parametrize("early", [True, False])
def test_each_of_them_can_be_voided_before_and_after_it_comes(house: House, *, early: bool) -> None:
    facts = [
        sign_up(1, who=1),
        sign_up(2, who=2),
        withdrawal(3, who=2),
        feedback(4, "venue", face=2, urgent=True),
        attends(5, who=3),
        passage(6, "in", who=4),
        passage(7, "out"),
    ]
    voids = [void(100 + number, target=number) for number in (1, 3, 4, 5, 6, 7)]
    steps = [batch(101, *voids), batch(1, *facts)] if early else [batch(1, *facts), batch(101, *voids)]
    moved = [house.take(step).fairs for step in steps]
    assert moved == ([set(), {FAIR}] if early else [{FAIR}, {FAIR}])
    # What is left is the sign-up of which the withdrawal was a mistake.
    assert house.tallies() == {("sign_ups", "loan"): 1}
    assert house.figures() == {}


# -- sign-ups and withdrawals ----------------------------------------------------------------


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_who_withdraws_is_not_signed_up_whatever_came_first(house: House, order: tuple[int, ...]) -> None:
    steps = [
        batch(1, sign_up(1, who=1, monotonic_ms=1), sign_up(2, who=2, monotonic_ms=1)),
        batch(3, withdrawal(3, who=1, monotonic_ms=2)),
        batch(4, sign_up(4, who=1, offer="cover", monotonic_ms=3)),
    ]
    for number in order:
        house.take(steps[number])
    assert house.tallies() == {("sign_ups", "loan"): 1, ("sign_ups", "cover"): 1}


def test_signing_up_twice_is_once_and_signing_again_makes_good_a_withdrawal(house: House) -> None:
    house.take(batch(1, sign_up(1, who=1, monotonic_ms=1), sign_up(2, who=1, monotonic_ms=2)))
    house.take(batch(1, sign_up(3, who=1, monotonic_ms=2), device=OTHER_DEVICE))
    assert house.tallies() == {("sign_ups", "loan"): 1}
    # On one kiosk, in one boot, order is certain however little time is between.
    house.take(batch(3, withdrawal(4, who=1, monotonic_ms=3), sign_up(5, who=1, monotonic_ms=4)))
    assert house.tallies() == {("sign_ups", "loan"): 1}
    house.take(batch(5, withdrawal(6, who=1, monotonic_ms=5)))
    assert house.tallies() == {("in_doubt", "loan"): 1}  # the other kiosk's clock was never measured
    house.take(batch(2, offset(7, NINE - 10 * MINUTE), device=OTHER_DEVICE))
    house.take(batch(6, offset(8, NINE)))
    assert house.tallies() == {}


@pytest.mark.parametrize(
    ("apart", "known", "outcome"),
    [
        (2 * MINUTE, (True, True), "in_doubt"),
        (-2 * MINUTE, (True, True), "in_doubt"),
        (2 * MINUTE + 1, (True, True), "sign_ups"),
        (-2 * MINUTE - 1, (True, True), ""),
        (9 * HOUR, (False, True), "in_doubt"),
        (9 * HOUR, (True, False), "in_doubt"),
        (-9 * HOUR, (False, False), "in_doubt"),
    ],
)
@pytest.mark.parametrize("withdrawn_first", [True, False])
def test_where_the_order_of_two_kiosks_is_in_doubt_withdrawn_wins(
    house: House, apart: int, known: tuple[bool, bool], outcome: str, *, withdrawn_first: bool
) -> None:
    """``apart`` is the corrected time of the sign-up after that of the withdrawal."""
    signing = [sign_up(1, who=1, at=NINE + apart, monotonic_ms=1000)]
    ending = [withdrawal(2, who=1, at=NINE, monotonic_ms=1000)]
    if known[0]:
        signing.append(offset(3, NINE + apart - 1000))
    if known[1]:
        ending.append(offset(4, NINE - 1000))
    steps = [batch(1, *signing), batch(1, *ending, device=OTHER_DEVICE)]
    for step in reversed(steps) if withdrawn_first else steps:
        house.take(step)
    assert house.tallies() == ({(outcome, "loan"): 1} if outcome else {})
    with house.store.reading() as connection:
        tallies = Tallies(connection, house.body)
        found = doubts(tallies.choices(tallies.choosers(FAIR)), FAIR)
    expected = [(FAIR, "loan", event_id(1), [event_id(2)])] if outcome == "in_doubt" else []
    assert found == expected


def test_a_clock_that_is_measured_later_settles_a_doubt(house: House) -> None:
    house.take(batch(1, sign_up(1, who=1, monotonic_ms=1000), offset(2, NINE)))
    house.take(batch(1, withdrawal(3, who=1, monotonic_ms=1000), device=OTHER_DEVICE))
    assert house.tallies() == {("in_doubt", "loan"): 1}
    taken = house.take(batch(2, offset(4, NINE - HOUR), device=OTHER_DEVICE))
    assert taken.fairs == {FAIR}
    assert house.tallies() == {("sign_ups", "loan"): 1}


def test_a_withdrawal_at_another_fair_of_the_tour_counts(house: House) -> None:
    house.take(
        batch(1, sign_up(1, who=1, monotonic_ms=1), sign_up(2, who=1, fair=SECOND_FAIR, monotonic_ms=5))
    )
    taken = house.take(batch(3, withdrawal(3, who=1, fair=SECOND_FAIR, monotonic_ms=3)))
    assert taken.fairs == {FAIR}
    assert house.tallies() == {}
    assert house.tallies(SECOND_FAIR) == {("sign_ups", "loan"): 1}


def test_a_withdrawal_in_another_tour_is_of_another_subject(house: House) -> None:
    house.take(batch(1, sign_up(1, who=1, monotonic_ms=1)))
    house.take(batch(2, withdrawal(2, who=1, fair="never-loaded", monotonic_ms=2)))
    assert house.tallies() == {("sign_ups", "loan"): 1}


# -- doors -----------------------------------------------------------------------------------


def inside(house: House, now: str) -> Occupancy:
    with reading_fair(house.store, house.body, FAIR) as told:
        return told.occupancy(ms(now))


def test_who_came_in_and_did_not_go_out_is_inside(house: House) -> None:
    house.take(batch(1, *(passage(number, "in", who=number) for number in range(1, 6))))
    house.take(batch(6, passage(6, "out", who=1), passage(7, "out", at=NINE + HOUR)))
    assert inside(house, "2024-12-28T12:00") == Occupancy("2024-12-28", 3, 5, 2)
    house.take(batch(8, void(8, target=7)))
    assert inside(house, "2024-12-28T12:00") == Occupancy("2024-12-28", 4, 5, 1)


def test_more_exits_than_entries_count_from_nobody_and_not_below(house: House) -> None:
    house.take(batch(1, *(passage(number, "out", at=NINE) for number in range(1, 8))))
    house.take(batch(8, passage(8, "in", at=NINE + SLOT), passage(9, "in", at=NINE + SLOT)))
    assert inside(house, "2024-12-28T12:00") == Occupancy("2024-12-28", 2, 2, 7)
    # Within a slot the order is not looked at: two doors' clocks differ by more.
    house.take(batch(10, passage(10, "out", at=NINE + SLOT)))
    assert inside(house, "2024-12-28T12:00").inside == 1


def test_each_local_day_begins_with_nobody(house: House) -> None:
    midnight = ms("2024-12-28T23:00")  # of Morocco, an hour ahead of UTC then
    house.take(batch(1, passage(1, "in", at=midnight - 1), passage(2, "in", at=midnight)))
    assert inside(house, "2024-12-28T22:59") == Occupancy("2024-12-28", 1, 1, 0)
    assert inside(house, "2024-12-28T23:00") == Occupancy("2024-12-29", 1, 1, 0)
    assert inside(house, "2024-12-30T09:00") == Occupancy("2024-12-30", 0, 0, 0)


def test_a_late_clock_moves_who_passed_a_door(house: House) -> None:
    house.take(batch(1, passage(1, "in", at=NINE, monotonic_ms=1000)))
    taken = house.take(batch(2, offset(2, NINE + 24 * HOUR)))
    assert taken.fairs == {FAIR}
    assert inside(house, "2024-12-28T12:00").inside == 0
    assert inside(house, "2024-12-29T12:00").inside == 1
    assert house.tallies() == {("entries", "2024-12-29T09:00Z"): 1}


# -- feedback and sessions -------------------------------------------------------------------


def test_feedback_is_counted_by_face_and_topic(house: House) -> None:
    house.take(
        batch(
            1,
            feedback(1, face=1, urgent=True),
            feedback(2, "venue", "waiting", face=4),
            feedback(3, "venue"),
            feedback(4, sealed=WORDS),
        )
    )
    told = heard(house.tallies())
    assert (told.count, told.mean_face, told.urgent) == (4, 2.5, 1)
    assert (told.by_face, told.by_topic) == ({"1": 1, "4": 1}, {"venue": 2, "waiting": 1})
    assert heard({}).mean_face is None


def test_the_roll_of_a_session_is_called(house: House) -> None:
    invitees = [card(number).identity for number in (1, 2, 3)] + ["m:" + "5e" * 16]
    with house.store.writing() as connection:
        setup = Setup(version=1, fair=FAIR, invitees={"delegates": invitees})
        Registry(connection, house.body).put_setup(FAIR, 1, msgspec.json.encode(setup))
    house.take(
        batch(
            1,
            attends(1, who=1),
            attends(2, who=9),
            attends(3, who=2, session="workshop"),
            visit(4, who=3),
            attends(5, who=2),
            void(6, target=5),
        )
    )
    with reading_fair(house.store, house.body, FAIR) as told:
        call, open_to_all = told.roll_call("delegates"), told.roll_call("workshop")
    assert (call.attended, call.invited, call.unmatched) == (2, 4, 1)
    assert call.present == [card(1).identity]
    assert call.absent == [card(2).identity, card(3).identity, "m:" + "5e" * 16]
    assert call.rate == 0.25
    assert (open_to_all.attended, open_to_all.invited, open_to_all.rate) == (1, None, None)


# -- figures that another process asks for ---------------------------------------------------


def test_a_fair_with_nothing_but_a_feedback_has_facts(house: House) -> None:
    with house.reading() as ledger:
        assert not ledger.counts_anything(FAIR)
    house.take(batch(1, feedback(1, face=3)))
    with house.reading() as ledger:
        assert ledger.counts_anything(FAIR)
        assert not ledger.counts_anything(SECOND_FAIR)
    house.take(batch(2, void(2, target=1)))
    with house.reading() as ledger:
        assert not ledger.counts_anything(FAIR)


def test_each_who_is_invited_is_on_the_roll_once_by_whatever_cards_there_are(house: House) -> None:
    there, by_two, away, unknown = ("m:" + digit * 32 for digit in "1234")
    cards = {number: card(number).identity for number in range(1, 8)}
    setup = Setup(
        version=1,
        fair=FAIR,
        # Who holds card 4 is there twice, and card 5 was lost for card 6.
        invitees={"delegates": [there, by_two, away, unknown, cards[4], cards[5], cards[7]]},
        known_cards={
            there: [cards[1]],
            by_two: [cards[3], cards[4]],
            away: [cards[2]],
            cards[4]: [cards[3]],
            cards[5]: [cards[6]],
        },
    )
    with house.store.writing() as connection:
        Registry(connection, house.body).put_setup(FAIR, 1, msgspec.json.encode(setup))
    house.take(batch(1, *(attends(number, who=number) for number in (1, 3, 4, 6, 9))))
    with reading_fair(house.store, house.body, FAIR) as told:
        call = told.roll_call("delegates")
    assert call.invited == 6
    assert call.present == sorted([cards[1], cards[3], cards[5]])
    assert call.absent == sorted([cards[2], cards[7], unknown])
    assert (call.unmatched, call.rate) == (1, 0.5)


def test_counts_of_one_body_are_not_another_s(store: Store, house: House) -> None:
    other = House(store, "mutuelle")
    other.take(batch(1, sign_up(1, who=1), passage(2, "in")))
    assert house.tallies() == {}
    house.take(batch(1, withdrawal(1, who=1)))
    assert other.tallies()["sign_ups", "loan"] == 1
    assert [row["device"] for row in house.rows()] == [DEVICE]
    assert house.rows()[0]["received_at"] == RECEIVED
