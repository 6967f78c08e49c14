"""Before somebody is registered the server is asked whether it knows somebody alike; staff decide."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.notices import LikelyMember, MemberConfirmed, Registered, StaffDone
from kiosk.wishes import CheckInWish, ConfirmWish, RegisterWish
from tests.kiosk.test_finding import AMINA, MEMBER, SAID, Enquiry
from tests.kiosk.test_registering import CANARY, TYPED
from tests.waiting import until
from wire.asking import Dependants, Likely, Match, Matches, NotTold, Told

WISH = RegisterWish(TYPED, ("contact",), "ar")


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Enquiry]:
    desk = Enquiry(tmp_path)
    desk.tells[Likely] = Matches(matches=[AMINA, SAID])
    yield desk
    desk.kiosk.stop()


def test_somebody_alike_whom_the_server_knows_is_told_masked(desk: Enquiry) -> None:
    told = desk.ask(WISH, LikelyMember)
    assert told == LikelyMember("name", AMINA.made_at, (AMINA, SAID))
    assert desk.registrations() == []
    fields = {name: CANARY[name] for name in ("name_ar", "name_latin", "employee_number")}
    [ask] = desk.kiosk.server.asks
    assert ask.question == Likely(fields={**fields, "phone": "+212661223344", "birth": "1960-05-31"})


@pytest.mark.parametrize(
    ("same", "what"),
    [
        (["names", "phone"], "phone"),
        (["employee_number", "names"], "employee_number"),
        (["names"], "name"),
        ([], "name"),
    ],
)
def test_what_is_the_same_is_told(desk: Enquiry, same: list[str], what: str) -> None:
    desk.tells[Likely] = Matches(matches=[Match(member=MEMBER, same=same, made_at=7), AMINA])
    told = desk.ask(WISH, LikelyMember)
    assert (told.what, told.at) == (what, 7), "of the likeliest"


def test_staff_who_are_sure_register_and_nobody_is_asked_again(desk: Enquiry) -> None:
    desk.ask(WISH, LikelyMember)
    assert desk.register(sure=True).card
    assert len(desk.registrations()) == 1
    assert len(desk.kiosk.server.asks) == 1


def test_it_may_be_this_very_member(desk: Enquiry) -> None:
    desk.ask(WISH, LikelyMember)
    assert desk.ask(ConfirmWish(MEMBER, "birth", "1960"), MemberConfirmed).has_card
    assert desk.done(CheckInWish()) == StaffDone("by_hand", count=1)
    assert desk.registrations() == []


def test_after_a_registration_nobody_is_known_here(desk: Enquiry) -> None:
    desk.ask(WISH, LikelyMember)
    desk.register(sure=True)
    assert desk.done(ConfirmWish(MEMBER, "birth", "1960")).code == "not_asked"


def test_whom_this_kiosk_has_registered_itself_comes_first(desk: Enquiry) -> None:
    desk.tells[Likely] = Matches(matches=[])
    desk.register()
    desk.tells[Likely] = Matches(matches=[AMINA])
    assert desk.ask(WISH, LikelyMember) == LikelyMember("phone", desk.kiosk.clock.wall_ms)
    assert len(desk.kiosk.server.asks) == 1, "the server was asked of the first alone"


@pytest.mark.parametrize(
    "told", [Matches(matches=[]), NotTold(code="too_many"), Dependants(dependants=[])], ids=repr
)
def test_where_the_server_knows_nobody_or_tells_nothing_a_member_is_registered(
    desk: Enquiry, told: Told
) -> None:
    desk.tells[Likely] = told
    assert desk.register().card
    assert len(desk.registrations()) == 1


def test_a_registration_waits_a_second_for_a_silent_server(desk: Enquiry) -> None:
    desk.tells[Likely] = None
    began = time.monotonic()
    desk.register()
    assert 0.9 < time.monotonic() - began < 2.5


def test_without_a_network_it_waits_for_nobody(desk: Enquiry) -> None:
    desk.kiosk.uplink.cut()
    until(lambda: not desk.kiosk.station._carrier.connected, what="no network")  # noqa: SLF001 - as told
    began = time.monotonic()
    desk.register()
    assert time.monotonic() - began < 0.9
    assert desk.kiosk.server.asks == []


def test_a_form_that_names_nobody_asks_about_nobody(desk: Enquiry) -> None:
    desk.ask(
        RegisterWish({**TYPED, "name_ar": "أ", "phone": "", "name_latin": "", "employee_number": ""}),
        LikelyMember,
    )
    [ask] = desk.kiosk.server.asks
    assert ask.question == Likely(fields={"name_ar": "أ", "birth": "1960-05-31"})


def test_what_the_form_says_besides_is_not_told(desk: Enquiry) -> None:
    desk.tells[Likely] = Matches(matches=[])
    desk.register()
    [ask] = desk.kiosk.server.asks
    assert isinstance(ask.question, Likely)
    assert ask.question.fields.keys().isdisjoint({"email", "territory", "category", "language", "principal"})
    assert desk.kiosk.told(Registered)
