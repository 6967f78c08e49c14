"""Who has no code to show checks in: as who was confirmed, with a household, or without any card."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kiosk.notices import HouseholdFound, StaffDone, StaffView
from kiosk.wishes import ByHandWish, CheckInWish, HouseholdWish, TogetherWish, UndoWish
from tests.kiosk.fakes import revocations
from tests.kiosk.test_finding import CARD, CHILD, HOUSEHOLD, OF_CHILD, PERSON, SPOUSE, Enquiry
from tests.kiosk.test_registering import a_fair
from tests.waiting import until
from wire.asking import Confirm, Confirmed, Person
from wire.events import CardRef, Passage, Visit
from wire.programme import Booth


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Enquiry]:
    desk = Enquiry(tmp_path)
    yield desk
    desk.kiosk.stop()


def refuse(desk: Enquiry, *cards: CardRef) -> None:
    """Let the server's list refuse cards."""
    numbers = [card.identity for card in cards]
    desk.kiosk.station._descriptions.offer_revocations(revocations(2, *numbers))  # noqa: SLF001 - as heard


def without_card(**changes: Any) -> Person:
    kept = {name: getattr(PERSON, name) for name in PERSON.__struct_fields__ if name != "card"}
    return Person(**{**kept, **changes})


# -- who was confirmed -------------------------------------------------------------------------------


def test_who_was_confirmed_checks_in_by_the_card_in_force(desk: Enquiry) -> None:
    desk.confirm()
    assert desk.done(CheckInWish()) == StaffDone("by_hand", count=1)
    [event] = desk.facts()
    assert (event.fact, event.staff_id) == (Visit(card=CARD), "101")
    assert CARD.category == 1, "the true one"
    assert desk.done(CheckInWish()) == StaffDone("by_hand", "not_asked"), "once"


def test_who_has_no_card_yet_is_a_visit_without_one(desk: Enquiry) -> None:
    desk.tells[Confirm] = Confirmed(person=without_card())
    desk.confirm()
    assert desk.done(CheckInWish()) == StaffDone("by_hand", count=1)
    assert [event.fact for event in desk.facts()] == [Visit(card=None, reason="none")]


def test_a_card_that_this_kiosk_refuses_checks_nobody_in(desk: Enquiry) -> None:
    refuse(desk, CARD)
    desk.confirm()
    assert desk.done(CheckInWish()) == StaffDone("by_hand", "revoked")
    foreign = CardRef(key_id=999, card_id="0" * 14, category=1)
    desk.tells[Confirm] = Confirmed(person=without_card(card=foreign))
    desk.confirm()
    assert desk.done(CheckInWish()) == StaffDone("by_hand", "unknown_key")
    assert desk.facts() == []


@pytest.mark.parametrize(("kind", "way"), [("entrance", "in"), ("exit", "out"), ("doors", "in")])
def test_at_a_door_it_is_a_passage(tmp_path: Path, kind: str, way: str) -> None:
    door = [Booth(id="bank-1", names={"fr": "Porte"}, kind=kind)]
    desk = Enquiry(tmp_path, a_fair(booths=door, offers=[]))
    desk.confirm()
    assert desk.done(CheckInWish()).count == 1
    assert desk.done(ByHandWish("", "household", 2)).count == 2
    ways = [
        (event.fact.direction, event.fact.card) for event in desk.facts() if isinstance(event.fact, Passage)
    ]
    assert ways == [(way, CARD), (way, None), (way, None)]
    desk.kiosk.stop()


# -- who came along ----------------------------------------------------------------------------------


def test_those_of_the_household_who_are_ticked_check_in_together(
    desk: Enquiry, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.ask(HouseholdWish(CARD.identity), HouseholdFound)
    appended: list[int] = []
    recorder = desk.kiosk.station._recorder  # noqa: SLF001 - how often it writes
    record_all = recorder.record_all

    def counting(facts: Any, *rest: Any) -> Any:
        appended.append(len(facts))
        return record_all(facts, *rest)

    monkeypatch.setattr(recorder, "record_all", counting)
    assert desk.done(TogetherWish((SPOUSE, CHILD, CHILD))) == StaffDone("by_hand", count=2)
    assert appended == [2], "in one transaction"
    assert [event.fact for event in desk.facts()] == [
        Visit(card=None, reason="household"),
        Visit(card=OF_CHILD),
    ]
    assert desk.done(TogetherWish((CHILD,))) == StaffDone("by_hand", "not_asked"), "once"


@pytest.mark.parametrize("ticked", [(), ("00000000000000ee",), (CHILD, "00000000000000ee"), (PERSON.member,)])
def test_nobody_checks_in_who_is_not_of_the_household(desk: Enquiry, ticked: tuple[str, ...]) -> None:
    desk.ask(HouseholdWish(CARD.identity), HouseholdFound)
    assert desk.done(TogetherWish(ticked)) == StaffDone("by_hand", "not_asked")
    assert desk.facts() == []
    assert desk.done(TogetherWish((CHILD,))).count == 1, "what was told is still known"


def test_who_came_along_with_a_card_that_is_refused_is_there_all_the_same(desk: Enquiry) -> None:
    refuse(desk, OF_CHILD)
    desk.ask(HouseholdWish(CARD.identity), HouseholdFound)
    assert desk.done(TogetherWish((CHILD,))) == StaffDone("by_hand", count=1)
    assert [event.fact for event in desk.facts()] == [Visit(card=None, reason="household")]


# -- without a card ----------------------------------------------------------------------------------


@pytest.mark.parametrize("reason", ["forgotten", "lost", "unreadable", "none", "household"])
def test_why_there_is_no_card_is_recorded(desk: Enquiry, reason: str) -> None:
    desk.kiosk.uplink.cut()
    assert desk.done(ByHandWish("", reason, 3)) == StaffDone("by_hand", count=3)
    desk.kiosk.uplink.connect()
    assert [event.fact for event in desk.facts()] == [Visit(card=None, reason=reason)] * 3


@pytest.mark.parametrize("reason", ["", "because", "x" * 10_000])
def test_a_reason_that_is_none_was_not_said(desk: Enquiry, reason: str) -> None:
    assert desk.done(ByHandWish("", reason)).count == 1
    assert [event.fact for event in desk.facts()] == [Visit()]


@pytest.mark.parametrize(("count", "done"), [(0, 0), (-1, 0), (21, 0), (10**9, 0), (1, 1), (20, 20)])
def test_at_most_twenty_check_in_at_once(desk: Enquiry, count: int, done: int) -> None:
    code = "" if done else "no_number"
    assert desk.done(ByHandWish("", "household", count)) == StaffDone("by_hand", code, count=done)
    assert len(desk.facts()) == done


def test_a_card_needs_no_reason(desk: Enquiry) -> None:
    assert desk.done(ByHandWish(CARD.identity, "forgotten", 5)) == StaffDone("by_hand", count=1)
    [event] = desk.facts()
    assert isinstance(event.fact, Visit)
    assert (event.fact.card and event.fact.card.identity, event.fact.reason) == (CARD.identity, "")


def test_one_of_several_is_undone_alone(desk: Enquiry) -> None:
    desk.ask(HouseholdWish(CARD.identity), HouseholdFound)
    desk.done(TogetherWish((CHILD, SPOUSE)))
    desk.done(ByHandWish("", "household", 2))
    until(lambda: len(desk.kiosk.told(StaffView)[-1].facts) == 4, what="a look at all")
    listed = desk.kiosk.told(StaffView)[-1].facts
    assert [(fact.kind, fact.card) for fact in listed] == [
        ("visit", ""),
        ("visit", ""),
        ("visit", ""),
        ("visit", OF_CHILD.card_id[-4:]),
    ]
    assert desk.done(UndoWish(listed[1].event_id, "twice")) == StaffDone("undo")
    until(lambda: len(desk.kiosk.told(StaffView)[-1].facts) == 3, what="a look without it")
    assert desk.kiosk.told(StaffView)[-1].facts == (listed[0], *listed[2:])


def test_when_the_fair_is_closed_nobody_checks_in(desk: Enquiry) -> None:
    desk.confirm()
    desk.kiosk.server.programme = a_fair(version=9, closed=True)
    desk.kiosk.settle()
    until(lambda: desk.kiosk.station._descriptions.closed, what="the closing")  # noqa: SLF001 - as heard
    desk.knows()
    for wish in (CheckInWish(), ByHandWish("", "lost"), ByHandWish(CARD.identity)):
        assert desk.done(wish) == StaffDone("by_hand", "closed")


def test_the_household_that_is_told_is_the_one_of_these_tests() -> None:
    assert [each.member for each in HOUSEHOLD] == [CHILD, SPOUSE]
