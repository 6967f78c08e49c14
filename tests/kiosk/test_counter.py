"""What is done at a touch: dialogues, their facts, and whose they are; the real station among fakes."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any, TypeVar

import pytest

from kiosk.notices import Done, Scanned
from kiosk.rules.desk import Outcome
from kiosk.wishes import CardWish, EndWish, FeedbackWish, HelpWish, SignUpWish, TurnWish, WithdrawWish
from tests.kiosk.fakes import FakeServer, Kiosk, token
from tests.waiting import stays, until
from tests.wire.strategies import SEALING, a_card, a_programme
from wire.card import Category
from wire.described import Consent, Offer, Session, Topic
from wire.events import CardRef, Feedback, Passage, SessionAttendance, SignUp, Visit, Void, Withdrawal
from wire.private import open_private
from wire.programme import Booth
from wire.setup import Setup

Kind = TypeVar("Kind")
PHONE = "+212612345678"
DESCRIBED: dict[str, Any] = {
    "booths": [
        Booth(id="bank-1", names={"fr": "Banque"}, partner="bank"),
        Booth(id="clinic", names={"fr": "Clinique"}),
    ],
    "offers": [
        Offer(id="loan", names={"fr": "Prêt"}, booth="bank-1", partner="bank", consent="contact"),
        Offer(id="call", names={"fr": "Rappel"}, booth="bank-1", partner="bank", needs_phone=True),
        Offer(id="check-up", names={"fr": "Bilan"}, booth="clinic"),
    ],
    "consents": [Consent(id="contact", texts={"fr": "Oui"}, version=3)],
    "topics": [Topic(id="welcome", names={"fr": "Accueil"}), Topic(id="venue", names={"fr": "Lieu"})],
}


def reference(card_id: int) -> CardRef:
    return CardRef.of(a_card(card_id=card_id))


class Counter:
    """A kiosk whose member stands before it."""

    def __init__(self, path: Path, **programme: Any) -> None:
        self.kiosk = Kiosk(path, server=FakeServer(programme=a_programme(**{**DESCRIBED, **programme})))
        self.kiosk.ready()
        self._shown = 0

    def scan(self, card_id: int) -> Scanned:
        """Show a member's card, each time as another text: one that stays in sight is no scan."""
        self._shown += 1
        return self.kiosk.scan(token(card_id, valid_to=date(2030, 1, 1) + timedelta(days=self._shown)))

    def ask(self, wish: Any) -> Done:
        """Wish for something and wait for what comes of it."""
        before = len(self.kiosk.told(Done))
        self.kiosk.station.ask(wish)
        until(lambda: len(self.kiosk.told(Done)) > before, what="an answer to the wish")
        return self.kiosk.told(Done)[before]

    def facts(self, kind: type[Kind]) -> list[Kind]:
        """Give the facts of a kind that the server holds, once all are delivered."""
        until(self.kiosk.delivered, what="delivery")
        return [event.fact for event in self.kiosk.server.events() if isinstance(event.fact, kind)]


@pytest.fixture
def counter(tmp_path: Path) -> Iterator[Counter]:
    counter = Counter(tmp_path)
    yield counter
    counter.kiosk.stop()


def test_a_member_who_checks_in_is_told_of_this_booths_offers(counter: Counter) -> None:
    told = counter.scan(1)
    assert (told.outcome, told.dialogue, told.offers) == (Outcome.ACCEPTED, 1, ("loan", "call"))
    assert (told.elsewhere, told.signed) == (("check-up",), ())
    again = counter.scan(1)
    assert (again.outcome, again.dialogue) == (Outcome.REPEAT, 2), "every scan of a member begins one"


def test_a_sign_up_names_the_text_and_the_language_it_was_read_in(counter: Counter) -> None:
    told = counter.scan(1)
    assert counter.ask(SignUpWish(told.dialogue, "loan", "fr")) == Done("sign_up", told.dialogue, "loan")
    assert counter.facts(SignUp) == [
        SignUp(
            card=reference(1),
            offer="loan",
            partner="bank",
            consent="contact",
            consent_version=3,
            language="fr",
        )
    ]
    assert counter.scan(2).signed == ()
    [event] = [event for event in counter.kiosk.server.events() if isinstance(event.fact, SignUp)]
    assert event.staff_id is None


def test_a_typed_number_is_sealed_at_once_and_nowhere_readable(counter: Counter, tmp_path: Path) -> None:
    told = counter.scan(1)
    counter.kiosk.uplink.cut()
    assert counter.ask(SignUpWish(told.dialogue, "call", "ar", "typed", PHONE)).what == "sign_up"
    held = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert b"sign_up" in held
    for text in (PHONE, PHONE[4:]):
        assert text.encode() not in held
    counter.kiosk.uplink.connect()
    [fact] = counter.facts(SignUp)
    assert (fact.phone, open_private(fact.sealed, SEALING)) == ("typed", {"phone": PHONE})


def test_the_number_that_was_given_travels_by_its_name_alone(counter: Counter) -> None:
    counter.ask(SignUpWish(counter.scan(1).dialogue, "call", "ar", "given"))
    [fact] = counter.facts(SignUp)
    assert (fact.phone, fact.sealed) == ("given", b"")


def test_what_was_signed_is_known_until_it_is_withdrawn_also_after_a_restart(tmp_path: Path) -> None:
    first = Counter(tmp_path)
    first.ask(SignUpWish(first.scan(1).dialogue, "loan", "fr"))
    first.ask(SignUpWish(first.scan(1).dialogue, "check-up", "fr"))
    first.facts(SignUp)
    first.kiosk.stop()
    counter = Counter(tmp_path)
    told = counter.scan(1)
    assert told.signed == ("check-up", "loan")
    assert counter.ask(WithdrawWish(told.dialogue, "check-up")).what == "withdrawal"
    assert counter.facts(Withdrawal) == [Withdrawal(card=reference(1), offer="check-up")]
    assert counter.scan(1).signed == ("loan",)
    counter.kiosk.stop()


def test_a_dialogue_that_is_over_signs_nothing(counter: Counter) -> None:
    told = counter.scan(1)
    counter.kiosk.station.ask(EndWish(told.dialogue))
    assert counter.ask(SignUpWish(told.dialogue, "loan", "fr")) == Done("refused", told.dialogue, "loan")
    assert counter.ask(WithdrawWish(told.dialogue, "loan")).what == "refused"
    assert counter.facts(SignUp) == []


def test_the_next_card_ends_the_dialogue_before_it_without_consent(counter: Counter) -> None:
    first, second = counter.scan(1), counter.scan(2)
    assert counter.ask(SignUpWish(first.dialogue, "loan", "fr")).what == "refused"
    assert counter.ask(SignUpWish(second.dialogue, "loan", "fr")).what == "sign_up"
    assert [fact.card for fact in counter.facts(SignUp)] == [reference(2)]
    assert len(counter.facts(Visit)) == 2, "both visits are recorded"


def test_an_offer_that_is_there_no_more_is_not_signed(counter: Counter) -> None:
    told = counter.scan(1)
    assert counter.ask(SignUpWish(told.dialogue, "gone", "fr")).what == "refused"
    assert counter.ask(WithdrawWish(told.dialogue, "gone")).what == "refused"


def test_feedback_is_anonymous_unless_the_member_says_otherwise(counter: Counter) -> None:
    told = counter.scan(1)
    wish = FeedbackWish(told.dialogue, "ar", face=4, topics=("venue", "unheard-of", "venue"), text=" شكرا ")
    assert counter.ask(wish).what == "feedback"
    named = FeedbackWish(told.dialogue, "ar", face=1, urgent=True, may_call=True, with_card=True)
    assert counter.ask(named).what == "feedback"
    anonymous, signed = counter.facts(Feedback)
    assert (anonymous.card, anonymous.face, anonymous.topics) == (None, 4, ["venue"])
    assert open_private(anonymous.sealed, SEALING) == {"text": "شكرا"}
    assert (signed.card, signed.urgent, signed.may_call) == (reference(1), True, True)


def test_feedback_needs_no_dialogue_and_no_card(counter: Counter) -> None:
    assert counter.ask(FeedbackWish(0, "fr", face=5)).what == "feedback"
    assert [fact.card for fact in counter.facts(Feedback)] == [None]


def test_feedback_that_says_nothing_is_none(counter: Counter) -> None:
    assert counter.ask(FeedbackWish(0, "fr", topics=("unheard-of",), text="  ")).what == "refused"
    assert counter.facts(Feedback) == []


def test_ten_thousand_pasted_characters_are_no_words_of_a_member(counter: Counter) -> None:
    assert counter.ask(FeedbackWish(0, "fr", face=3, text="x" * 10_000)).what == "feedback"
    [fact] = counter.facts(Feedback)
    assert (fact.face, fact.sealed) == (3, b"")


def test_a_dialogue_that_waits_for_a_card_takes_it_with_no_visit(counter: Counter) -> None:
    first = counter.scan(1)
    counter.kiosk.station.ask(EndWish(first.dialogue))
    counter.kiosk.station.ask(CardWish(first.dialogue))
    stays(lambda: not counter.kiosk.told(Done), seconds=0.1)
    counter.kiosk.reader.show(token(2))
    until(lambda: counter.kiosk.told(Done) == [Done("card", first.dialogue)], what="the card taken")
    assert counter.ask(FeedbackWish(first.dialogue, "ar", face=2, with_card=True)).what == "feedback"
    assert [fact.card for fact in counter.facts(Feedback)] == [reference(2)]
    assert len(counter.facts(Visit)) == 1
    assert counter.scan(3).outcome is Outcome.ACCEPTED, "the next one is a visit again"


def test_somebody_who_has_shown_no_card_yet_may_show_one_for_the_feedback(counter: Counter) -> None:
    counter.kiosk.station.ask(CardWish(0))
    stays(lambda: not counter.kiosk.told(Done), seconds=0.1)
    counter.kiosk.reader.show(token(2))
    until(lambda: counter.kiosk.told(Done) == [Done("card", 0)], what="the card taken")
    assert counter.ask(FeedbackWish(0, "ar", face=2, with_card=True)).what == "feedback"
    assert [fact.card for fact in counter.facts(Feedback)] == [reference(2)]
    assert counter.facts(Visit) == []


def test_help_that_is_wanted_stands_in_the_state_until_it_has_come(counter: Counter) -> None:
    counter.kiosk.station.ask(HelpWish(wanted=True))
    until(lambda: counter.kiosk.server.states[-1].help_wanted, what="the state")
    counter.kiosk.station.ask(HelpWish(wanted=False))
    until(lambda: not counter.kiosk.server.states[-1].help_wanted, what="the state")


def test_nothing_is_signed_after_the_closing(tmp_path: Path) -> None:
    counter = Counter(tmp_path)
    told = counter.scan(1)
    closed = a_programme(version=9, closed=True, **DESCRIBED)
    counter.kiosk.server.programme = closed
    counter.kiosk.settle()
    until(lambda: counter.kiosk.scan(token(2)).outcome is Outcome.CLOSED, what="the closing")
    assert counter.ask(SignUpWish(told.dialogue, "loan", "fr")).what == "refused"
    assert counter.ask(FeedbackWish(0, "fr", face=5)).what == "refused"
    counter.kiosk.stop()


# -- doors and sessions ----------------------------------------------------------------------------


def test_a_passage_begins_no_dialogue(tmp_path: Path) -> None:
    doors = [Booth(id="bank-1", names={"fr": "Entrée"}, kind="entrance")]
    counter = Counter(tmp_path, booths=doors)
    told = counter.scan(1)
    assert (told.outcome, told.direction, told.dialogue) == (Outcome.ACCEPTED, "in", 0)
    assert counter.scan(1).outcome is Outcome.REPEAT
    assert counter.facts(Passage) == [Passage(direction="in", card=reference(1))]
    assert counter.facts(Visit) == []
    counter.kiosk.stop()


@pytest.fixture
def at_doors(tmp_path: Path) -> Iterator[Counter]:
    counter = Counter(tmp_path, booths=[Booth(id="bank-1", names={"fr": "Portes"}, kind="doors")])
    yield counter
    counter.kiosk.stop()


def test_at_doors_a_passage_is_recorded_at_once_and_turned_by_a_touch(at_doors: Counter) -> None:
    told = at_doors.scan(1)
    assert (told.outcome, told.direction, told.offers) == (Outcome.ACCEPTED, "in", ())
    assert told.dialogue > 0
    assert at_doors.ask(TurnWish(told.dialogue)) == Done("out", told.dialogue)
    coming, going = at_doors.facts(Passage)
    assert (coming.direction, going.direction) == ("in", "out")
    [void] = at_doors.facts(Void)
    assert (void.target, void.reason) == (told.event_id, "other_way")
    assert at_doors.ask(TurnWish(told.dialogue)).what == "refused", "once"


def test_who_goes_out_soon_after_coming_in_turns_a_repeat_and_undoes_nothing(at_doors: Counter) -> None:
    at_doors.scan(1)
    again = at_doors.scan(1)
    assert (again.outcome, again.direction) == (Outcome.REPEAT, "in")
    assert at_doors.ask(TurnWish(again.dialogue)) == Done("out", again.dialogue)
    assert [passage.direction for passage in at_doors.facts(Passage)] == ["in", "out"]
    assert at_doors.facts(Void) == []
    third = at_doors.scan(1)
    assert (third.outcome, third.direction) == (Outcome.REPEAT, "out"), "it knows where the member went"


def test_a_booths_dialogue_has_no_way_to_turn(counter: Counter) -> None:
    told = counter.scan(1)
    assert told.direction == ""
    assert counter.ask(TurnWish(told.dialogue)).what == "refused"
    assert counter.facts(Passage) == []


def test_after_a_restart_doors_still_know_who_is_inside(tmp_path: Path) -> None:
    counter = Counter(tmp_path, booths=[Booth(id="bank-1", names={"fr": "Portes"}, kind="doors")])
    told = counter.scan(1)
    at_once = counter.ask(TurnWish(told.dialogue))
    assert at_once.what == "out"
    counter.facts(Passage)
    counter.kiosk.stop()
    again = Counter(tmp_path, booths=[Booth(id="bank-1", names={"fr": "Portes"}, kind="doors")])
    told = again.scan(1)
    assert (told.outcome, told.direction) == (Outcome.REPEAT, "out")
    again.kiosk.stop()


def test_staff_admit_whom_the_list_does_not_name(tmp_path: Path) -> None:
    meeting = Session(
        id="delegates", names={"fr": "Réunion"}, booth="bank-1", day="2024-11-01", by_invitation=True
    )
    counter = Counter(tmp_path, sessions=[meeting])
    invited = {"delegates": [str(a_card(card_id=1).identity)]}
    descriptions = counter.kiosk.station._descriptions  # noqa: SLF001 - as if it had come sealed
    descriptions.setup = Setup(version=1, fair="rabat-2024", invitees=invited)
    descriptions._set_desk()  # noqa: SLF001 - the same
    guest = counter.scan(1)
    assert (guest.outcome, guest.session) == (Outcome.ACCEPTED, "delegates")
    stranger = counter.scan(2)
    assert (stranger.outcome, stranger.code) == (Outcome.REFUSED, "not_invited")
    admitted = counter.kiosk.scan(token(77, category=Category.STAFF))
    assert (admitted.outcome, admitted.session) == (Outcome.ACCEPTED, "delegates")
    assert counter.facts(SessionAttendance) == [
        SessionAttendance(card=reference(1), session="delegates"),
        SessionAttendance(card=reference(2), session="delegates", invited=False),
    ]
    staffed = {event.staff_id for event in counter.kiosk.server.events() if event.staff_id}
    assert staffed == {str(a_card(card_id=77).identity)}
    assert counter.kiosk.scan(token(78, category=Category.STAFF)).outcome is Outcome.STAFF, "nobody waits"
    counter.kiosk.stop()
