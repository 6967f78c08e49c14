"""Staff look for a member whom the server knows: masked names, a second field, a household."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from kiosk.notices import HouseholdFound, MemberConfirmed, MembersFound, StaffDone, StaffOut
from kiosk.wishes import CheckInWish, ConfirmWish, FindWish, HouseholdWish, ReissueWish, StaffEndWish
from tests.kiosk.test_registering import Registry, a_fair
from tests.waiting import until
from tests.wire.strategies import a_card
from wire.asking import (
    Confirm,
    Confirmed,
    Dependant,
    Dependants,
    Find,
    Household,
    Match,
    Matches,
    NotTold,
    Person,
    Question,
    Told,
)
from wire.events import CardRef, Event, Registration
from wire.programme import Programme

MEMBER, OTHER, CHILD, SPOUSE = "00000000000000aa", "00000000000000bb", "00000000000000cc", "00000000000000dd"
CARD = CardRef.of(a_card(card_id=41))
OF_CHILD = CardRef.of(a_card(card_id=42, category=4))
AMINA = Match(
    member=MEMBER,
    name_ar="أ. ب***",
    name_latin="A. B***",
    category=1,
    phone="44",
    birth="1960",
    confirm_by=["phone", "birth", "employee_number"],
    has_card=True,
    made_at=1_730_000_000_000,
)
SAID = Match(member=OTHER, name_ar="س. ب***", category=2)
PERSON = Person(
    member=MEMBER,
    name_ar="أمينة قناريةبناني",
    name_latin="Amina CANARYBENNANI",
    category=1,
    territory=4,
    language="fr",
    card=CARD,
)
HOUSEHOLD = [
    Dependant(member=CHILD, name_ar="ي. ب***", category=4, card=OF_CHILD),
    Dependant(member=SPOUSE, name_ar="ع. ب***", category=5),
]


class Enquiry(Registry):
    """A kiosk whose staff are in, and a server that knows a member and a household."""

    def __init__(self, path: Path, programme: Programme | None = None, **told: Told) -> None:
        super().__init__(path, programme)
        self.tells: dict[type[Any], Told | None] = {
            Find: Matches(matches=[AMINA, SAID], more=True),
            Confirm: Confirmed(person=PERSON),
            Household: Dependants(dependants=HOUSEHOLD),
            **{
                {"find": Find, "confirm": Confirm, "household": Household}[what]: it
                for what, it in told.items()
            },
        }
        self.kiosk.server.told_of = lambda ask: self.tells.get(type(ask.question))

    @property
    def questions(self) -> list[Question]:
        return [ask.question for ask in self.kiosk.server.asks]

    def find(self, text: str = "amina") -> MembersFound:
        return self.ask(FindWish(text), MembersFound)

    def confirm(self, by: str = "phone", value: str = "0661223344") -> MemberConfirmed:
        self.find()
        return self.ask(ConfirmWish(MEMBER, by, value), MemberConfirmed)

    def done(self, wish: Any) -> StaffDone:
        return self.ask(wish, StaffDone)

    def facts(self) -> list[Event]:
        """Give what staff did here but for registrations, once it is delivered."""
        return [event for event in self.by_staff() if not isinstance(event.fact, Registration)]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Enquiry]:
    desk = Enquiry(tmp_path)
    yield desk
    desk.kiosk.stop()


# -- who may be meant ------------------------------------------------------------------------------


def test_who_may_be_meant_is_told_masked(desk: Enquiry) -> None:
    assert desk.find(" أمينة ") == MembersFound((AMINA, SAID), more=True)
    [ask] = desk.kiosk.server.asks
    assert ask.question == Find(text="أمينة")
    assert ask.staff_id == "101"


def test_nobody_found_is_said(desk: Enquiry) -> None:
    desk.tells[Find] = Matches(matches=[])
    assert desk.done(FindWish("nemo")) == StaffDone("find", "nobody")


def test_nothing_typed_asks_nothing(desk: Enquiry) -> None:
    assert desk.done(FindWish(" \n\t ")) == StaffDone("find", "nobody")
    assert desk.questions == []


@pytest.mark.parametrize(
    ("pasted", "asked"),
    [("ا" * 10_000, "ا" * 256), ("Amina \ud83d BENNANI", "Amina  BENNANI"), ("😀" * 300, "😀" * 256)],
)
def test_what_is_pasted_is_asked_as_far_as_it_can_be(desk: Enquiry, pasted: str, asked: str) -> None:
    desk.find(pasted)
    assert desk.questions == [Find(text=asked)]


@pytest.mark.parametrize("code", ["unknown_staff", "too_many", "unknown_card", "not_asked"])
def test_why_the_server_tells_nothing_is_told(desk: Enquiry, code: str) -> None:
    desk.find()
    desk.tells = dict.fromkeys((Find, Confirm, Household), NotTold(code=code))
    assert desk.done(ConfirmWish(MEMBER, "phone", "0661223344")) == StaffDone("confirm", code)
    assert desk.done(FindWish("amina")) == StaffDone("find", code)
    assert desk.done(HouseholdWish(CARD.identity)) == StaffDone("household", code)


@pytest.mark.parametrize("told", [Confirmed(person=PERSON), Dependants(dependants=HOUSEHOLD)])
def test_what_answers_another_question_is_no_answer(desk: Enquiry, told: Told) -> None:
    desk.tells[Find] = told
    assert desk.done(FindWish("amina")) == StaffDone("find", "no_answer")


# -- it is this one ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("by", "typed", "asked"),
    [
        ("phone", "٠٦٦١٢٢٣٣٤٤", "+212661223344"),
        ("phone", "00212 661 22 33 44", "+212661223344"),
        ("birth", "31051960", "1960-05-31"),
        ("birth", "1960-05-31", "1960-05-31"),
        ("birth", "1960", "1960"),
        ("employee_number", " 0012345", "0012345"),
        ("employee_number", "ab 12", "AB 12"),
    ],
)
def test_a_second_field_is_asked_as_it_is_kept(desk: Enquiry, by: str, typed: str, asked: str) -> None:
    told = desk.confirm(by, typed)
    assert told == MemberConfirmed(MEMBER, "أ. ب***", "A. B***", 1, has_card=True)
    assert desk.questions[-1] == Confirm(member=MEMBER, field=by, value=asked)


def test_what_does_not_fit_is_said_and_another_field_may_be_tried(desk: Enquiry) -> None:
    desk.find()
    desk.tells[Confirm] = Confirmed(person=None)
    assert desk.done(ConfirmWish(MEMBER, "phone", "0661000000")) == StaffDone("confirm", "differs")
    assert desk.done(CheckInWish()).code == "not_asked", "nobody is confirmed"
    desk.tells[Confirm] = Confirmed(person=PERSON)
    assert desk.ask(ConfirmWish(MEMBER, "birth", "1960"), MemberConfirmed).has_card


@pytest.mark.parametrize(("by", "value"), [("phone", "06"), ("birth", "32131960"), ("employee_number", "😀")])
def test_what_can_be_nobodys_is_no_guess(desk: Enquiry, by: str, value: str) -> None:
    desk.find()
    assert desk.done(ConfirmWish(MEMBER, by, value)) == StaffDone("confirm", "differs")
    assert len(desk.questions) == 1


@pytest.mark.parametrize(
    ("member", "by"), [(OTHER, "phone"), (MEMBER, "name_ar"), (SPOUSE, "phone"), ("", "phone")]
)
def test_who_was_not_told_and_what_cannot_confirm_are_not_asked(desk: Enquiry, member: str, by: str) -> None:
    desk.find()
    assert desk.done(ConfirmWish(member, by, "0661223344")) == StaffDone("confirm", "not_asked")
    assert len(desk.questions) == 1


def test_a_field_of_a_later_server_confirms_nobody_here(desk: Enquiry) -> None:
    desk.tells[Find] = Matches(matches=[Match(member=MEMBER, confirm_by=["shoe_size"])])
    desk.find()
    assert desk.done(ConfirmWish(MEMBER, "shoe_size", "43")) == StaffDone("confirm", "not_asked")


def test_somebody_else_than_was_asked_about_is_not_believed(desk: Enquiry) -> None:
    desk.tells[Confirm] = Confirmed(person=Person(member=OTHER, name_ar="", name_latin="", category=1))
    desk.find()
    assert desk.done(ConfirmWish(MEMBER, "phone", "0661223344")) == StaffDone("confirm", "no_answer")
    assert desk.done(CheckInWish()).code == "not_asked"


# -- for how long ------------------------------------------------------------------------------------


def leave_and_come_back(desk: Enquiry) -> None:
    desk.ask(StaffEndWish(), StaffOut)
    desk.come_in()


def find_again(desk: Enquiry) -> None:
    desk.tells[Find] = Matches(matches=[SAID])
    desk.find("said")


def find_nobody(desk: Enquiry) -> None:
    desk.done(FindWish(""))


def wait(desk: Enquiry) -> None:
    finding = desk.kiosk.station._counter._staff._serving._finding  # noqa: SLF001 - its clock alone
    late = finding._monotonic() + 120.1  # noqa: SLF001 - the same
    finding._monotonic = lambda: late  # noqa: SLF001 - the same


def look_for_a_household(desk: Enquiry) -> None:
    desk.ask(HouseholdWish(CARD.identity), HouseholdFound)


@pytest.mark.parametrize("then", [leave_and_come_back, find_again, find_nobody, wait, look_for_a_household])
def test_who_was_confirmed_is_soon_forgotten(desk: Enquiry, then: Callable[[Enquiry], None]) -> None:
    desk.confirm()
    then(desk)
    for wish, what in ((CheckInWish(), "by_hand"), (ReissueWish("lost"), "reissue")):
        assert desk.done(wish) == StaffDone(what, "not_asked")
    assert desk.done(ConfirmWish(MEMBER, "phone", "0661223344")) == StaffDone("confirm", "not_asked")
    assert desk.facts() == []


def test_who_leaves_leaves_nobody_behind(desk: Enquiry) -> None:
    desk.confirm()
    desk.ask(StaffEndWish(), StaffOut)
    finding = desk.kiosk.station._counter._staff._serving._finding  # noqa: SLF001 - what it knows
    assert (finding._person, finding._matches) == (None, {})  # noqa: SLF001 - the same


def test_who_leaves_without_a_word_leaves_nobody_behind(
    desk: Enquiry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kiosk.counter._PAUSE_S", 0.02)
    desk.confirm()
    staff = desk.kiosk.station._counter._staff  # noqa: SLF001 - its clock and what it knows
    finding = staff._serving._finding  # noqa: SLF001 - the same
    assert finding._person == PERSON  # noqa: SLF001 - the same
    late = staff._monotonic() + 121  # noqa: SLF001 - the same
    monkeypatch.setattr(staff, "_monotonic", lambda: late)
    until(lambda: finding._person is None, what="that nobody is known")  # noqa: SLF001 - the same
    assert finding._matches == {}  # noqa: SLF001 - the same


# -- a household -------------------------------------------------------------------------------------


def test_a_principals_household_is_told_masked(desk: Enquiry) -> None:
    told = desk.ask(HouseholdWish(f" {CARD.identity.upper()}"), HouseholdFound)
    assert told == HouseholdFound(tuple(HOUSEHOLD))
    assert desk.questions == [Household(card=CARD.identity)]


def test_a_household_may_be_empty(desk: Enquiry) -> None:
    desk.tells[Household] = Dependants(dependants=[])
    assert desk.ask(HouseholdWish(CARD.identity), HouseholdFound) == HouseholdFound(())


def test_what_is_no_cards_number_asks_nothing(desk: Enquiry) -> None:
    assert desk.done(HouseholdWish("12345")) == StaffDone("household", "no_number")
    assert desk.questions == []


# -- nothing of it is left -----------------------------------------------------------------------------


def test_nothing_of_what_was_asked_and_told_is_in_a_file_or_in_a_notices_words(tmp_path: Path) -> None:
    desk = Enquiry(tmp_path, a_fair())
    desk.find("CANARYBENNANI")
    desk.confirm()
    desk.ask(HouseholdWish(CARD.identity), HouseholdFound)
    desk.confirm()
    made = desk.kiosk
    secrets = [
        *("CANARYBENNANI", "قناريةبناني", "أ. ب***", "ي. ب***", "+212661223344", "0661223344"),
        *(MEMBER, CHILD),
    ]

    def found() -> list[tuple[str, str]]:
        return [
            (path.name, secret)
            for path in tmp_path.rglob("*")
            if path.is_file()
            for secret in secrets
            if secret.encode() in path.read_bytes()
        ]

    assert found() == [], "while it runs, the WAL too"
    made.stop()
    assert found() == []
    words = repr([each for each in made.notices if not isinstance(each, MemberConfirmed)])
    words += repr([FindWish("CANARYBENNANI"), ConfirmWish(MEMBER, "phone", "0661223344")])
    assert not [secret for secret in secrets[:-2] if secret in words]
    said = repr(made.told(MemberConfirmed))
    assert not [secret for secret in secrets[:-2] if secret in said]
    for raw in made.server.raw_asks:
        assert not [secret for secret in secrets if secret.encode() in raw]
