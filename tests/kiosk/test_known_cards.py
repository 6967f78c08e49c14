"""What a kiosk knows of cards is what stands in its journal: after an undo, by hand, over a restart."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from kiosk.notices import Done, Scanned, StaffDone, StaffOut
from kiosk.rules.desk import Outcome
from kiosk.wishes import ByHandWish, SignUpWish, StaffEndWish, TurnWish, UndoWish, WithdrawWish
from tests.kiosk.fakes import FakeClock, FakeServer, Kiosk, token
from tests.kiosk.test_counter import DESCRIBED
from tests.kiosk.test_staff import Desk
from tests.waiting import until
from tests.wire.strategies import a_card, a_programme
from wire.described import Session
from wire.events import Passage, SessionAttendance, SignUp, Visit
from wire.programme import Booth

MINUTE = 60_000
DOORS = [Booth(id="bank-1", names={"fr": "Portes"}, kind="doors")]
ALL_DAY = Session(id="all-day", names={"fr": "Formation"}, booth="bank-1", day="2024-11-01")


class Place(Desk):
    """A kiosk at which members show cards and staff come in and go."""

    def __init__(self, path: Path, **programme: Any) -> None:
        self.path = path
        self.programme = programme
        self.clock = FakeClock()
        self.shown = 0
        self._switch_on()

    def _switch_on(self) -> None:
        server = FakeServer(programme=a_programme(**{**DESCRIBED, **self.programme}))
        self.kiosk = Kiosk(self.path, server=server, clock=self.clock)
        self.kiosk.ready()
        self.knows()

    def restart(self) -> None:
        self.kiosk.stop()
        self._switch_on()

    def scan(self, card_id: int = 1) -> Scanned:
        """Show a member's card, each time as another text: one that stays in sight is no scan."""
        self.shown += 1
        return self.kiosk.scan(token(card_id, valid_to=date(2030, 1, 1) + timedelta(days=self.shown)))

    def touch(self, wish: Any) -> Done:
        return self.ask(wish, Done)

    def by_hand(self, card_id: int = 1) -> None:
        self.come_in()
        wish = ByHandWish(str(a_card(card_id=card_id).identity))
        assert self.ask(wish, StaffDone) == StaffDone("by_hand", count=1)
        self.ask(StaffEndWish(), StaffOut)

    def undo(self, *kinds: str, newest: bool = True) -> None:
        """Undo the newest fact of each kind, or the oldest."""
        for kind in kinds:
            found = [fact for fact in self.come_in().facts if fact.kind == kind]
            wish = UndoWish(found[0 if newest else -1].event_id, "twice")
            assert self.ask(wish, StaffDone) == StaffDone("undo")
            self.ask(StaffEndWish(), StaffOut)

    def facts(self, *kinds: type) -> list[Any]:
        """Give the facts of these kinds that the server has got since the start."""
        until(self.kiosk.delivered, what="delivery")
        return [event.fact for event in self.kiosk.server.events() if isinstance(event.fact, kinds)]


@pytest.fixture
def booth(tmp_path: Path) -> Iterator[Place]:
    place = Place(tmp_path)
    yield place
    place.kiosk.stop()


@pytest.fixture
def doors(tmp_path: Path) -> Iterator[Place]:
    place = Place(tmp_path, booths=DOORS)
    yield place
    place.kiosk.stop()


# -- over a restart ----------------------------------------------------------------------------------


def test_who_was_undone_before_a_restart_checks_in_after_it(booth: Place) -> None:
    booth.scan(1)
    booth.scan(2)
    booth.undo("visit")
    booth.restart()
    assert booth.scan(2).outcome is Outcome.ACCEPTED
    assert booth.scan(1).outcome is Outcome.REPEAT, "nobody has undone this one"


def test_doors_guess_over_a_restart_by_what_was_not_undone(doors: Place) -> None:
    doors.scan()
    doors.undo("entrance")
    doors.clock.pass_ms(11 * MINUTE)
    doors.restart()
    assert doors.scan().direction == "in"


def test_a_sign_up_that_was_undone_is_none_after_a_restart(booth: Place) -> None:
    booth.touch(SignUpWish(booth.scan().dialogue, "loan", "fr"))
    booth.undo("sign_up")
    booth.restart()
    assert booth.scan().signed == ()


# -- undone --------------------------------------------------------------------------------------------


def test_whose_sign_up_was_undone_has_visited_all_the_same(booth: Place) -> None:
    told = booth.scan()
    for offer in ("loan", "check-up"):
        assert booth.touch(SignUpWish(told.dialogue, offer, "fr")).what == "sign_up"
    booth.undo("sign_up")
    again = booth.scan()
    assert (again.outcome, again.signed) == (Outcome.REPEAT, ("loan",))
    assert len(booth.facts(Visit)) == 1


def test_of_two_sign_ups_to_one_offer_the_other_stands(booth: Place) -> None:
    told = booth.scan()
    for _ in range(2):
        assert booth.touch(SignUpWish(told.dialogue, "loan", "fr")).what == "sign_up"
    booth.undo("sign_up")
    assert booth.scan().signed == ("loan",)
    booth.undo("sign_up")
    assert booth.scan().signed == ()


def test_a_sign_up_undone_after_its_withdrawal_leaves_none(booth: Place) -> None:
    told = booth.scan()
    booth.touch(SignUpWish(told.dialogue, "loan", "fr"))
    booth.touch(WithdrawWish(told.dialogue, "loan"))
    booth.touch(SignUpWish(told.dialogue, "loan", "fr"))
    booth.undo("sign_up")
    assert booth.scan().signed == ()
    assert len(booth.facts(SignUp)) == 2


def test_the_undo_of_an_older_visit_does_not_forget_the_newer(booth: Place) -> None:
    booth.scan()
    booth.clock.pass_ms(11 * MINUTE)
    booth.scan()
    booth.undo("visit", newest=False)
    assert booth.scan().outcome is Outcome.REPEAT
    booth.undo("visit")
    assert booth.scan().outcome is Outcome.ACCEPTED


def test_an_undo_leaves_the_visits_of_others_and_their_ten_minutes(booth: Place) -> None:
    booth.scan(1)
    booth.clock.pass_ms(4 * MINUTE)
    for other in (2, 3):
        booth.scan(other)
    booth.by_hand(1)
    booth.undo("visit")
    assert [booth.scan(card).outcome for card in (1, 2, 3)] == [Outcome.REPEAT] * 3
    booth.clock.pass_ms(6 * MINUTE)
    assert [booth.scan(card).outcome for card in (1, 2)] == [Outcome.ACCEPTED, Outcome.REPEAT]


def test_doors_know_again_how_it_was_before_what_was_undone(doors: Place) -> None:
    assert doors.scan().direction == "in"
    doors.clock.pass_ms(11 * MINUTE)
    assert doors.scan().direction == "out"
    doors.undo("exit")
    again = doors.scan()
    assert (again.outcome, again.direction) == (Outcome.ACCEPTED, "out"), "who came in is inside"


def test_a_passage_that_was_turned_and_undone_is_none(doors: Place) -> None:
    told = doors.scan()
    assert doors.touch(TurnWish(told.dialogue)).what == "out"
    doors.undo("exit")
    again = doors.scan()
    assert (again.outcome, again.direction) == (Outcome.ACCEPTED, "in")


def test_whose_attendance_was_undone_is_present_by_another_scan_and_one_visit(tmp_path: Path) -> None:
    hall = Place(tmp_path, sessions=[ALL_DAY])
    hall.scan()
    hall.undo("session_attendance")
    again = hall.scan()
    assert (again.outcome, again.session) == (Outcome.ACCEPTED, "all-day")
    assert hall.scan().outcome is Outcome.REPEAT
    assert [fact.kind for fact in hall.facts(Visit, SessionAttendance)] == [
        "visit",
        "session_attendance",
        "session_attendance",
    ]
    hall.kiosk.stop()


# -- by hand -------------------------------------------------------------------------------------------


def test_who_was_checked_in_by_hand_is_recorded_already(booth: Place) -> None:
    booth.by_hand()
    booth.clock.pass_ms(2 * MINUTE)
    assert booth.scan().outcome is Outcome.REPEAT
    assert booth.scan(2).outcome is Outcome.ACCEPTED
    assert len(booth.facts(Visit)) == 2


def test_who_was_let_in_by_hand_goes_out_by_the_card(doors: Place) -> None:
    doors.by_hand()
    again = doors.scan()
    assert (again.outcome, again.direction) == (Outcome.REPEAT, "in")
    doors.clock.pass_ms(11 * MINUTE)
    assert doors.scan().direction == "out"
    assert [fact.direction for fact in doors.facts(Passage)] == ["in", "out"]


def test_a_check_in_by_hand_that_was_undone_is_none(booth: Place) -> None:
    booth.by_hand()
    booth.undo("visit")
    assert booth.scan().outcome is Outcome.ACCEPTED


def test_who_was_checked_in_by_hand_is_present_at_the_session_by_a_scan(tmp_path: Path) -> None:
    hall = Place(tmp_path, sessions=[ALL_DAY])
    hall.by_hand()
    again = hall.scan()
    assert (again.outcome, again.session) == (Outcome.ACCEPTED, "all-day")
    assert [fact.kind for fact in hall.facts(Visit, SessionAttendance)] == ["visit", "session_attendance"]
    hall.kiosk.stop()
