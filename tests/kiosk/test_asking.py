"""A kiosk asks the server: sealed, in the name of one of the staff, and for a moment alone."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from kiosk.notices import MembersFound, StaffDone, StaffOut
from kiosk.uplink import Arrived
from kiosk.wishes import FindWish, StaffEndWish
from tests.kiosk.fakes import NOON, answer_topic
from tests.kiosk.test_finding import AMINA, Enquiry
from tests.waiting import stays, until
from tests.wire.strategies import OTHER_KEY, public
from wire.asking import Ask, Find, Matches

FOUND = Matches(matches=[AMINA])
NO_ANSWER = StaffDone("find", "no_answer")


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Enquiry]:
    desk = Enquiry(tmp_path)
    yield desk
    desk.kiosk.stop()


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a kiosk wait for a reply less long."""
    monkeypatch.setattr("kiosk.finding.REPLY_S", 0.2)


def silent(desk: Enquiry) -> list[str]:
    """Let the server keep silent; gives the nonces of what is asked."""
    nonces: list[str] = []

    def hears(ask: Ask) -> None:
        nonces.append(ask.nonce)

    desk.kiosk.server.told_of = hears
    return nonces


def test_an_ask_says_who_asks_and_when_by_the_best_clock(desk: Enquiry) -> None:
    desk.kiosk.clock.wall_ms -= 3_600_000
    desk.find("CANARY")
    [ask] = desk.kiosk.server.asks
    assert (ask.device, ask.staff_id, ask.question) == (desk.kiosk.config.device, "101", Find(text="CANARY"))
    assert ask.asked_at == NOON, "the server's clock, not the kiosk's"
    [raw] = desk.kiosk.server.raw_asks
    assert b"CANARY" not in raw
    assert ("ask", False) in desk.kiosk.uplink.said, "and no broker retains it"


def test_no_ask_is_like_another(desk: Enquiry) -> None:
    desk.find()
    desk.find()
    nonces = {ask.nonce for ask in desk.kiosk.server.asks}
    assert len(nonces) == 2


def test_without_a_network_nothing_is_asked_and_nobody_waits(desk: Enquiry) -> None:
    desk.kiosk.uplink.cut()
    until(lambda: not desk.kiosk.station._carrier.connected, what="no network")  # noqa: SLF001 - as told
    began = time.monotonic()
    assert desk.done(FindWish("amina")) == NO_ANSWER
    assert time.monotonic() - began < 1
    desk.kiosk.settle()
    assert desk.kiosk.server.asks == [], "nothing is asked later either"


def test_a_broker_that_takes_nothing_is_no_answer_at_once(desk: Enquiry) -> None:
    desk.kiosk.uplink.up = False  # and the station has not heard of it yet
    began = time.monotonic()
    assert desk.done(FindWish("amina")) == NO_ANSWER
    assert time.monotonic() - began < 2


@pytest.mark.usefixtures("hasty")
def test_a_silent_server_is_no_answer_and_what_it_tells_later_is_for_nobody(desk: Enquiry) -> None:
    nonces = silent(desk)
    assert desk.done(FindWish("amina")) == NO_ANSWER
    late = desk.kiosk.server.reply(nonces[0], FOUND)
    desk.kiosk.hear((late.topic, late.payload))
    assert desk.kiosk.station.unusable == {"unasked": 1}
    assert desk.kiosk.told(MembersFound) == []


def test_it_is_waited_three_seconds(desk: Enquiry) -> None:
    silent(desk)
    began = time.monotonic()
    assert desk.done(FindWish("amina")) == NO_ANSWER
    assert 2.9 < time.monotonic() - began < 5


@pytest.mark.parametrize(
    ("forge", "code"),
    [
        (lambda server, nonce: server.reply(nonce, FOUND, key=OTHER_KEY), "bad_signature"),
        (lambda server, nonce: server.reply(nonce, FOUND, device="00000000000000ff"), "wrong_recipient"),
        (lambda server, nonce: server.reply(nonce, FOUND, kiosk_key=public(OTHER_KEY)), "cannot_open"),
        (lambda server, _: server.reply("another-nonce", FOUND), "unasked"),
        (lambda server, _: server.reply("", FOUND), "garbage"),
        (lambda _, __: Arrived(answer_topic(), b"\x01\x0b" + b"x" * 100), "unknown_version"),
        (lambda server, _: server.answer("n" * 12, key=OTHER_KEY), "bad_signature"),
    ],
)
def test_what_is_no_reply_to_this_ask_is_dropped_and_counted(
    desk: Enquiry, forge: Callable[[Any, str], Arrived], code: str
) -> None:
    def first_a_forged_one(ask: Ask) -> Matches:
        desk.kiosk.uplink.hear(forge(desk.kiosk.server, ask.nonce))
        return Matches(matches=[AMINA], more=True)

    desk.kiosk.server.told_of = first_a_forged_one
    assert desk.find().more, "the server's own reply"
    assert desk.kiosk.station.unusable == {code: 1}
    assert desk.kiosk.troubles("message") == [code]


@pytest.mark.usefixtures("hasty")
def test_the_reply_to_an_earlier_ask_is_none_to_this_one(desk: Enquiry) -> None:
    nonces = silent(desk)
    desk.done(FindWish("said"))
    [earlier] = nonces

    def first_the_earlier_one(ask: Ask) -> Matches:
        assert ask.nonce != earlier
        desk.kiosk.uplink.hear(desk.kiosk.server.reply(earlier, Matches(matches=[])))
        return FOUND

    desk.kiosk.server.told_of = first_the_earlier_one
    assert desk.find() == MembersFound((AMINA,))
    assert desk.kiosk.station.unusable == {"unasked": 1}


def test_a_reply_that_comes_twice_is_taken_once(desk: Enquiry) -> None:
    def first_once(ask: Ask) -> Matches:
        desk.kiosk.uplink.hear(desk.kiosk.server.reply(ask.nonce, FOUND))
        return FOUND

    desk.kiosk.server.told_of = first_once
    desk.find()
    desk.kiosk.settle()
    assert len(desk.kiosk.told(MembersFound)) == 1
    assert desk.kiosk.station.unusable == {"unasked": 1}


def test_a_network_that_breaks_ends_the_waiting(desk: Enquiry) -> None:
    nonces = silent(desk)
    desk.kiosk.station.ask(FindWish("amina"))
    until(lambda: nonces, what="the ask")
    began = time.monotonic()
    desk.kiosk.uplink.cut()
    until(lambda: NO_ANSWER in desk.kiosk.told(StaffDone), what="no answer")
    assert time.monotonic() - began < 1


def test_who_leaves_while_the_reply_is_on_its_way_is_told_nothing(desk: Enquiry) -> None:
    nonces = silent(desk)
    desk.kiosk.station.ask(FindWish("amina"))
    until(lambda: nonces, what="the ask")
    began = time.monotonic()
    desk.ask(StaffEndWish(), StaffOut)
    assert time.monotonic() - began < 1, "nobody waits for it any more"
    reply = desk.kiosk.server.reply(nonces[0], FOUND)
    desk.kiosk.hear((reply.topic, reply.payload))
    stays(lambda: not desk.kiosk.told(MembersFound), seconds=0.1, what="nothing for nobody")


def test_what_was_still_to_be_asked_when_they_left_is_not(desk: Enquiry) -> None:
    nonces = silent(desk)
    desk.kiosk.station.ask(FindWish("amina"))
    until(lambda: nonces, what="the ask")
    desk.kiosk.station.ask(FindWish("said"))
    began = time.monotonic()
    desk.ask(StaffEndWish(), StaffOut)
    assert time.monotonic() - began < 1
    desk.kiosk.settle()
    assert len(nonces) == 1


def test_who_has_left_asks_nothing(desk: Enquiry) -> None:
    desk.kiosk.station.ask(StaffEndWish())
    desk.ask(FindWish("amina"), StaffOut)
    assert desk.kiosk.server.asks == []
    desk.come_in()
    assert desk.find().matches, "whoever comes in asks again"


def test_a_kiosk_that_stops_does_not_wait_for_the_server(desk: Enquiry) -> None:
    nonces = silent(desk)
    desk.kiosk.station.ask(FindWish("amina"))
    until(lambda: nonces, what="the ask")
    began = time.monotonic()
    desk.kiosk.stop()
    assert time.monotonic() - began < 2
