"""A member is registered at a kiosk: the card, the one sealed fact, and nothing readable left behind."""

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import zxingcpp
from nacl.signing import SigningKey

from kiosk.notices import CardIgnored, LikelyMember, Registered, StaffDone, StaffOut
from kiosk.station import Around
from kiosk.wishes import PrintCardWish, RegisterWish, StaffEndWish
from tests.kiosk.fakes import NOON, FakeClock, FakeServer, Kiosk, stopped_journal, token
from tests.kiosk.test_counter import DESCRIBED
from tests.kiosk.test_staff import Desk
from tests.waiting import until
from tests.wire.strategies import CARD_KEY, SEALING, TAG, a_programme, public
from tests.wire.test_card_sheet import rendered
from wire.card import Card, Category, verify
from wire.described import Consent, Form, FormField
from wire.events import CardRef, Consented, Event, Registration
from wire.private import open_private
from wire.programme import CardKey, Programme, Territory

SIGNING = SigningKey(b"\x08" * 32)
"""The key with which the fake kiosk signs cards."""
CANARY = {
    "name_ar": "قناريةمسجلة",
    "name_latin": "ZANAGATESTANARY",
    "phone": "0661223344",
    "email": "zanaga@canary.example",
    "birth": "31051960",
    "employee_number": "7654321",
}
FORM = Form(
    fields=[
        FormField(id="name_ar", required=True),
        FormField(id="name_latin"),
        FormField(id="category", required=True),
        *(FormField(id=each) for each in ("principal", "birth", "employee_number", "phone", "email")),
        FormField(id="territory"),
        FormField(id="language"),
    ],
    employee_number="[0-9]{7}",
    categories=["active", "child"],
    consents=["contact", "messages"],
    card_years=3,
)
TYPED = {**CANARY, "category": "active", "territory": "rabat", "language": "fr"}


def a_fair(**changes: Any) -> Programme:
    """Give a fair at which this very kiosk may sign cards."""
    fields: dict[str, Any] = {
        **DESCRIBED,
        "form": FORM,
        "consents": [Consent(id=each, texts={"fr": "Oui"}, version=4) for each in ("contact", "messages")],
        "territories": [
            Territory(id="region", names={"fr": "Région"}, code=4),
            Territory(id="rabat", names={"fr": "Rabat"}, parent="region"),
        ],
        "card_keys": [CardKey(id=1, key=public(CARD_KEY)), CardKey(id=2, key=public(SIGNING))],
    }
    return a_programme(**{**fields, **changes})


class Registry(Desk):
    """A kiosk whose staff are in, with a printer that keeps what it printed."""

    def __init__(self, path: Path, programme: Programme | None = None) -> None:
        self.printed: list[bytes] = []
        self.trouble: Any = None
        server = FakeServer(programme=programme or a_fair())
        self.kiosk = Kiosk(path / "data", server=server, around=Around(print_card=self._print))
        self.kiosk.ready()
        self.knows()
        self.come_in()

    def _print(self, pdf: bytes) -> Any:
        self.printed.append(pdf)
        return self.trouble

    def register(self, **changes: Any) -> Registered:
        fields: dict[str, Any] = {"typed": TYPED, "consents": ("contact",), "language": "ar"}
        return self.ask(RegisterWish(**{**fields, **changes}), Registered)

    def refused(self, **changes: Any) -> str:
        fields: dict[str, Any] = {"typed": TYPED, "language": "ar"}
        return self.ask(RegisterWish(**{**fields, **changes}), StaffDone).code

    def registrations(self) -> list[Event]:
        return [event for event in self.by_staff() if isinstance(event.fact, Registration)]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Registry]:
    desk = Registry(tmp_path)
    yield desk
    desk.kiosk.stop()


def card_of(made: Registered) -> Card:
    card = verify(made.token, TAG, {2: public(SIGNING)})
    assert isinstance(card, Card), card
    return card


def test_a_member_is_registered_in_one_fact_and_the_card_is_good_at_once(desk: Registry) -> None:
    made = desk.register()
    card = card_of(made)
    assert str(card.identity) == made.card
    assert (card.category, card.territory, card.language) == (Category.ACTIVE, 4, "fr")
    assert (card.valid_from, card.valid_to) == (date(2024, 11, 1), date(2027, 10, 31))
    [event] = desk.registrations()
    fact = event.fact
    assert isinstance(fact, Registration)
    assert event.staff_id == "101"
    assert fact.card == CardRef.of(card)
    assert (fact.valid_from, fact.valid_to) == (card.valid_from, card.valid_to)
    assert fact.consents == [Consented(id="contact", version=4)]
    assert fact.language == "ar", "the language in which consents were shown"
    assert open_private(fact.sealed, SEALING) == {
        **CANARY,
        "phone": "+212661223344",
        "birth": "1960-05-31",
        "category": "active",
        "territory": "rabat",
        "language": "fr",
    }
    desk.ask(StaffEndWish(), StaffOut)
    assert desk.kiosk.scan(made.token).outcome == "accepted"


def test_two_cards_have_two_random_numbers(desk: Registry) -> None:
    first = desk.register()
    second = desk.register(sure=True)
    assert first.card != second.card
    assert all(re.fullmatch("0002-[0-9a-f]{14}", made.card) for made in (first, second))


def test_no_consent_is_recorded_that_was_not_given(desk: Registry) -> None:
    desk.register(consents=("of_nobody",))
    [event] = desk.registrations()
    assert isinstance(event.fact, Registration)
    assert event.fact.consents == []


@pytest.mark.parametrize(
    "typed",
    [
        {},
        {"name_ar": "أمينة"},
        {"name_ar": "Amina", "category": "active"},
        {"name_ar": "أمينة", "category": "staff"},
        {"name_ar": "أمينة", "category": "widow"},
        {"name_ar": "أمينة", "category": "active", "principal": "0012345"},
        {"name_ar": "أمينة", "category": "active", "territory": "moon"},
        {"name_ar": "أمينة", "category": "active", "national_id": "BE12345"},
        {"name_ar": "أمينة", "category": "active", "phone": "06"},
    ],
)
def test_what_is_incomplete_or_odd_registers_nobody(desk: Registry, typed: dict[str, str]) -> None:
    assert desk.refused(typed=typed) == "incomplete"
    assert desk.registrations() == []


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"form": None}, "no_form"),
        ({"card_keys": [CardKey(id=1, key=public(CARD_KEY))]}, "no_card_key"),
        ({"card_keys": [CardKey(id=2, key=public(CARD_KEY))]}, "no_card_key"),
    ],
)
def test_where_a_card_would_be_refused_elsewhere_nobody_is_registered(
    tmp_path: Path, changes: dict[str, Any], code: str
) -> None:
    desk = Registry(tmp_path, a_fair(**changes))
    assert desk.refused() == code
    desk.kiosk.stop()


def test_whoever_is_not_in_registers_nobody(desk: Registry) -> None:
    desk.ask(StaffEndWish(), StaffOut)
    desk.ask(RegisterWish(TYPED), StaffOut)
    assert desk.kiosk.told(Registered) == []
    assert desk.registrations() == []


@pytest.mark.parametrize(("wall_ms", "first"), [(0, date(2024, 10, 27)), (NOON, date(2024, 11, 1))])
def test_a_clock_that_is_behind_makes_no_card_of_before_the_programme(
    tmp_path: Path, wall_ms: int, first: date
) -> None:
    server = FakeServer(programme=a_fair())
    with Kiosk(tmp_path / "data", server=server, clock=FakeClock(NOON)) as kiosk:
        kiosk.ready()
        kiosk.clock.wall_ms, kiosk.clock.server_offset = wall_ms, None
        serving = kiosk.station._counter._staff._serving  # noqa: SLF001 - without coming in
        made = serving.do(RegisterWish(TYPED, language="ar"), "101")
        assert isinstance(made, Registered)
        assert card_of(made).valid_from == first


@pytest.mark.parametrize(
    ("typed", "what"),
    [
        ({"name_ar": "سعاد", "category": "active", "phone": "+212 661 22 33 44"}, "phone"),
        ({"name_ar": "سعاد", "category": "active", "employee_number": "7654321"}, "employee_number"),
        ({"name_ar": CANARY["name_ar"], "category": "child", "birth": "31051960"}, "name"),
    ],
)
def test_somebody_alike_is_told_with_the_time_and_staff_decide(
    desk: Registry, typed: dict[str, str], what: str
) -> None:
    desk.register()
    likely = desk.ask(RegisterWish(typed), LikelyMember)
    assert likely == LikelyMember(what, desk.kiosk.clock.wall_ms)
    assert len(desk.registrations()) == 1
    desk.register(typed=typed, sure=True)
    assert len(desk.registrations()) == 2


def test_the_principals_card_is_shown_while_staff_are_in(desk: Registry) -> None:
    desk.kiosk.reader.show(token(5))
    until(lambda: desk.kiosk.told(CardIgnored), what="the card")
    assert desk.kiosk.told(CardIgnored)[-1].card == f"0001-{5:014x}"


def test_a_card_is_printed_and_trouble_is_told(desk: Registry) -> None:
    made = desk.register()
    assert made.can_print
    wish = PrintCardWish(made.token, "active", CANARY["name_ar"], CANARY["name_latin"])
    assert desk.ask(wish, StaffDone) == StaffDone("print")
    [pdf] = desk.printed
    assert [code.text for code in zxingcpp.read_barcodes(rendered(pdf, 110))] == [made.token]

    class Trouble:
        code = "paper"
        words = "The printer has no paper."

    desk.trouble = Trouble()
    assert desk.ask(wish, StaffDone) == StaffDone("print", "paper", "The printer has no paper.")


def test_without_a_printer_nothing_is_offered(tmp_path: Path) -> None:
    with Kiosk(tmp_path / "data", server=FakeServer(programme=a_fair())) as kiosk:
        kiosk.ready()
        serving = kiosk.station._counter._staff._serving  # noqa: SLF001 - without coming in
        made = serving.do(RegisterWish(TYPED), "101")
        assert isinstance(made, Registered)
        assert not made.can_print
        assert serving.do(PrintCardWish(made.token, "active"), "101") == StaffDone("print", "no_printer")


def test_nothing_readable_is_left_in_any_file_or_notice(tmp_path: Path) -> None:
    desk = Registry(tmp_path)
    made = desk.register()
    desk.ask(RegisterWish(TYPED), LikelyMember)
    secrets = [*CANARY.values(), "+212661223344", "661223344", "1960-05-31", made.token, made.token[2:40]]

    def found() -> list[tuple[str, str]]:
        files = [path for path in tmp_path.rglob("*") if path.is_file()]
        assert any(path.name == "journal.db" for path in files)
        return [
            (path.name, secret)
            for path in files
            for secret in secrets
            if secret.encode() in path.read_bytes() or secret.encode("utf-16-le") in path.read_bytes()
        ]

    assert found() == [], "while it runs, the WAL too"
    told = repr(desk.kiosk.notices) + repr([RegisterWish(TYPED), PrintCardWish(made.token, "active", "a")])
    assert not [secret for secret in secrets if secret in told]
    with stopped_journal(desk.kiosk):
        assert found() == []
