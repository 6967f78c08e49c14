"""What a person must look at: how it is found, on both engines, and what comes of a decision."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import select, text

from server.bootstrap import hall_of, opened
from server.cases.doubtful import Doubtful
from server.cases.exceptions_office import DecisionError, ExceptionsOffice
from server.cases.merging import MergeError
from server.cases.travelling import TravelLook
from server.members.joining import join_cards
from server.rules.access import Account, Holder, Role
from server.rules.consents import Choice, doubts, sign_ups
from server.rules.exceptions import FAR_MS, NEAR_MS, Kind, Lies, Sighting, likes_of, travels
from server.rules.fair import FairDefinition
from server.rules.members.member import Member
from server.rules.members.merging import Why, compared, merged, why_not
from server.rules.pages.exceptions_data import Item
from server.store import tables as t
from server.store.audit_log import AuditLog
from server.store.engine import Store
from server.store.ledger import Ledger
from server.store.parts import Parts
from server.store.registry import Registry
from server.store.tallies import Tallies
from tests.server.enrolments import KARIM, Enrolments, void
from tests.server.facts import (
    BODY,
    DEVICE,
    FAIR,
    HOUR,
    MINUTE,
    NINE,
    OTHER_DEVICE,
    RECEIVED,
    TOUR,
    House,
    batch,
    card,
    event_id,
    offset,
    passage,
    sign_up,
    visit,
    withdrawal,
)
from wire.card import Category
from wire.events import ClockOffset, Visit
from wire.programme import Body, Fair, Territory

OTHER_FAIR = "tanger-2024"
RABAT = Lies("rabat", {"rabat", "rabat-sale-kenitra"})
KENITRA = Lies("kenitra", {"kenitra", "rabat-sale-kenitra"})
REGION = Lies("rabat-sale-kenitra", {"rabat-sale-kenitra"})
TANGER = Lies("tanger", {"tanger", "tanger-tetouan"})
NOWHERE = Lies("", frozenset())
WHERE = {"rabat": RABAT, "kenitra": KENITRA, "region": REGION, "tanger": TANGER, "nowhere": NOWHERE}
TERRITORIES = [
    Territory(id="north", names={"fr": "Nord"}),
    Territory(id="south", names={"fr": "Sud"}),
]


# -- the rule of travel ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other", "gap", "is_found"),
    [
        ("rabat", "tanger", FAR_MS - 1, True),
        ("rabat", "tanger", FAR_MS, False),
        ("rabat", "kenitra", NEAR_MS - 1, True),
        ("rabat", "kenitra", NEAR_MS, False),
        ("rabat", "region", 0, False),
        ("rabat", "nowhere", 0, False),
        ("rabat", "unloaded", 0, False),
    ],
)
def test_nobody_travels_faster_than_the_way_takes(one: str, other: str, gap: int, *, is_found: bool) -> None:
    for first, second in ((one, other), (other, one)):
        found = list(travels([Sighting(1, first, NINE), Sighting(2, second, NINE + gap)], WHERE))
        assert [(each.one.fair, each.other.fair, each.gap) for each in found] == [
            (first, second, gap)
        ] * is_found


def test_of_two_fairs_the_closest_sightings_are_told_once() -> None:
    seen = [
        Sighting(1, "rabat", NINE),
        Sighting(2, "tanger", NINE + 9 * HOUR),
        Sighting(3, "tanger", NINE + 30 * MINUTE),
        Sighting(4, "rabat", NINE + 10 * MINUTE),
        Sighting(5, "kenitra", NINE + 12 * MINUTE),
    ]
    found = {(each.one.fact, each.other.fact, each.least) for each in travels(seen, WHERE)}
    assert found == {(4, 3, FAR_MS), (4, 5, NEAR_MS), (5, 3, FAR_MS)}


def test_a_doubt_names_who_may_be_the_same() -> None:
    assert likes_of("like:2a,1f differs:phone") == ["2a", "1f"]
    assert likes_of("unlike:2a differs:like:x") == []


# -- finding travel --------------------------------------------------------------------------


def described(fair: str, territory: str) -> FairDefinition:
    return FairDefinition(
        body=Body(id=BODY, names={"fr": BODY}),
        fair=Fair(id=fair, tour=TOUR, names={"fr": fair}, days=[date(2024, 12, 28)], territory=territory),
        booths=[],
        partners=[],
        territories=TERRITORIES,
    )


def put(house: House, *definitions: FairDefinition) -> list[FairDefinition]:
    with house.store.writing() as connection:
        for each in definitions:
            connection.execute(
                text("UPDATE fair SET definition = :bytes WHERE fair = :fair"),
                {"bytes": msgspec.json.encode(each), "fair": each.fair.id},
            )
    return list(definitions)


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    store = Store(database_url)
    yield store
    store.close()


@pytest.fixture
def house(store: Store) -> House:
    house = House(store)
    with store.writing() as connection:
        fair = dict(
            connection.execute(select(t.fair).where(t.fair.c.fair == FAIR)).mappings().one(), fair=OTHER_FAIR
        )
        connection.execute(t.fair.insert(), [fair])
        connection.execute(t.kiosk.update().where(t.kiosk.c.device == OTHER_DEVICE).values(fair=OTHER_FAIR))
    return house


@pytest.fixture
def stops(house: House) -> list[FairDefinition]:
    return put(house, described(FAIR, "north"), described(OTHER_FAIR, "south"))


def looked(house: House) -> set[str]:
    return TravelLook(house.store, house.body, clock=lambda: RECEIVED).look_all()


def items(
    house: House, stops: Sequence[FairDefinition], *kinds: Kind, fairs: Sequence[str] = ()
) -> list[Item]:
    with house.store.reading() as connection:
        known = [each.fair.id for each in stops]
        return list(Doubtful(connection, house.body, stops, fairs or known).items(kinds or tuple(Kind)))


def there(house: House, *events: bytes) -> None:
    """Take events at the other fair."""
    house.take(batch(1, *events, device=OTHER_DEVICE))


def measured(house: House, number: int, *, by: int = 0) -> None:
    """Measure both kiosks' clocks: events lie at monotonic 1000, so at nine and so many ms."""
    house.take(batch(100, offset(number, NINE - 1000), device=DEVICE))
    house.take(batch(100, offset(number + 1, NINE - 1000 + by, fair=OTHER_FAIR), device=OTHER_DEVICE))


def test_a_card_at_two_fairs_too_soon_is_found_by_looking_at_new_facts(
    house: House, stops: list[FairDefinition]
) -> None:
    house.take(batch(1, visit(1, who=1), visit(2, who=2)))
    measured(house, 90, by=10 * MINUTE)
    assert looked(house) == set()
    there(house, visit(3, who=1, fair=OTHER_FAIR), visit(4, who=3, fair=OTHER_FAIR))
    assert looked(house) == {FAIR, OTHER_FAIR}
    assert looked(house) == set()
    [found] = items(house, stops)
    assert (found.kind, found.fair, found.at - found.since) == (Kind.TRAVEL, FAIR, 10 * MINUTE)
    assert found.fairs == {FAIR, OTHER_FAIR}
    assert found.cards == [f"0001-{1:014x}"]
    assert [each.fair for each in items(house, stops, fairs=[OTHER_FAIR])] == [FAIR]


@pytest.mark.usefixtures("stops")
@pytest.mark.parametrize("category", [Category.ACTIVE, Category.STAFF])
def test_staff_may_travel_as_they_like(house: House, category: Category) -> None:
    measured(house, 90)
    house.take(batch(1, visit(1, who=1, category=category)))
    there(house, passage(3, "in", who=1, fair=OTHER_FAIR, category=category))
    assert bool(looked(house)) == (category is not Category.STAFF)


def test_a_clock_that_was_never_measured_accuses_nobody_and_one_that_is_later_may(
    house: House, stops: list[FairDefinition]
) -> None:
    house.take(batch(1, visit(1, who=1)))
    there(house, visit(2, who=1, fair=OTHER_FAIR))
    assert looked(house) == set()
    measured(house, 90, by=5 * MINUTE)
    assert looked(house) == {FAIR, OTHER_FAIR}
    assert len(items(house, stops)) == 1
    # A better measurement says that an hour lay between.
    better = offset(95, NINE - 1000 + HOUR, round_trip=2, fair=OTHER_FAIR)
    house.take(batch(200, better, device=OTHER_DEVICE))
    looked(house)
    assert items(house, stops) == []


def test_what_was_declared_wrong_accuses_nobody(house: House, stops: list[FairDefinition]) -> None:
    from tests.server.facts import void as voided  # noqa: PLC0415 - the name is another's here

    measured(house, 90)
    house.take(batch(1, visit(1, who=1)))
    there(house, visit(2, who=1, fair=OTHER_FAIR))
    looked(house)
    assert len(items(house, stops)) == 1
    house.take(batch(2, voided(3, target=1)))
    assert items(house, stops) == []


def test_fairs_of_another_tour_or_body_are_not_looked_at(house: House, store: Store) -> None:
    other = House(store, "mutuelle")
    elsewhere = Fair(id=OTHER_FAIR, tour="another", names={}, days=[], territory="south")
    put(
        house,
        described(FAIR, "north"),
        msgspec.structs.replace(described(OTHER_FAIR, "south"), fair=elsewhere),
    )
    measured(house, 90)
    house.take(batch(1, visit(1, who=1)))
    there(house, visit(2, who=1, fair=OTHER_FAIR))
    assert looked(house) == set()
    assert looked(other) == set()


def test_looking_goes_on_by_steps(house: House, stops: list[FairDefinition]) -> None:
    measured(house, 90)
    house.take(batch(1, *(visit(number, who=number) for number in range(1, 21))))
    there(house, *(visit(20 + number, who=number, fair=OTHER_FAIR) for number in range(1, 21)))
    look = TravelLook(house.store, house.body, clock=lambda: RECEIVED)
    steps = 0
    while look.look(most=7) or steps < 10:
        steps += 1
    assert len(items(house, stops)) == 20


@pytest.mark.parametrize("subjects", [{1: 10, 2: 20}, {1: 20, 2: 10}])
def test_travel_that_was_found_and_decided_is_not_asked_about_again_where_two_become_one(
    house: House, stops: list[FairDefinition], decide: Callable[..., None], subjects: dict[int, int]
) -> None:
    with house.store.writing() as connection:
        known = {card(number).identity: subject for number, subject in subjects.items()}
        Ledger(connection, house.body).link_subjects(TOUR, known)
    measured(house, 90, by=10 * MINUTE)
    house.take(batch(1, visit(1, who=1), visit(2, who=2)))
    there(house, visit(3, who=1, fair=OTHER_FAIR))
    looked(house)
    [before] = items(house, stops)
    decide(before, "fine")
    with house.store.writing() as connection:
        join_cards(Parts(connection, house.body), list(known), now=RECEIVED)
    house.take(batch(3, visit(4, who=2)))
    looked(house)
    [after] = items(house, stops)
    assert after.key == before.key
    with house.store.reading() as connection:
        assert not Doubtful(connection, house.body, stops, [FAIR]).waits(after)


# -- clashes, refusals -----------------------------------------------------------------------


def test_clashes_and_rejected_facts_are_counted_by_kiosk(house: House, stops: list[FairDefinition]) -> None:
    house.take(batch(1, visit(1, who=1)))
    house.take(batch(1, visit(2, who=2), visit(1, who=9)))  # another event here, and an id that is taken
    there(house, b"{}", b"nonsense", visit(7, who=1, fair=OTHER_FAIR))
    clash, rejected = items(house, stops)
    assert (clash.kind, clash.kiosk, clash.count, clash.fair) == (Kind.QUARANTINED, "one", 2, FAIR)
    assert {each.kind for each in clash.happened} == {"visit"}
    assert (rejected.kind, rejected.kiosk, rejected.count) == (Kind.REJECTED, "two", 2)
    assert (rejected.reason, rejected.fair) == ("bad_event", OTHER_FAIR)
    assert [each.kind for each in items(house, stops, fairs=[OTHER_FAIR])] == [Kind.REJECTED]
    other = House(house.store, "mutuelle")
    assert items(other, stops) == []


# -- withdrawals -----------------------------------------------------------------------------


@pytest.fixture
def decide(house: House) -> Callable[..., None]:
    class Home:
        secrets = type("Secrets", (), {"digest_key": "0b" * 32})

    office: Any = None
    home: Any = Home()
    exceptions = ExceptionsOffice(
        home, house.store, house.body, open_office=lambda: office, clock=lambda: RECEIVED + MINUTE
    )
    account = Account("amina", Holder(house.body, Role.NATIONAL))

    def decided(item: Item, decision: str, reason: str = "as it is", **fields: str) -> None:
        form = {
            "fair": item.fair,
            "kind": item.kind,
            "item": item.key,
            "decision": decision,
            "reason": reason,
        }
        exceptions.decide(account, {**form, **fields})

    return decided


def sign_up_counts(house: House) -> dict[tuple[str, str], int]:
    with house.store.reading() as connection:
        return Tallies(connection, house.body).counts(FAIR, ("sign_ups", "in_doubt"))


@pytest.fixture
def doubtful(house: House, stops: list[FairDefinition]) -> House:
    assert len(stops) == 2
    house.take(batch(1, sign_up(1, who=1), sign_up(2, who=2)))
    there(house, withdrawal(3, who=1, at=NINE + HOUR))  # its clock was never measured
    return house


def test_a_doubtful_withdrawal_stays_unless_somebody_says_that_the_member_wants_it(
    doubtful: House, stops: list[FairDefinition], decide: Callable[..., None]
) -> None:
    [item] = items(doubtful, stops)
    assert (item.kind, item.offer, item.key) == (Kind.WITHDRAWN, "loan", event_id(1))
    assert [each.kind for each in item.happened] == ["sign_up", "withdrawal"]
    before = sign_up_counts(doubtful)
    assert before == {("sign_ups", "loan"): 1, ("in_doubt", "loan"): 1}
    decide(item, "withdrawn")
    assert sign_up_counts(doubtful) == before
    decide(item, "confirmed", "called on the phone")
    assert sign_up_counts(doubtful) == {("sign_ups", "loan"): 2}
    assert items(doubtful, stops) == []
    doubtful.intake.rebuild(FAIR)
    assert sign_up_counts(doubtful) == {("sign_ups", "loan"): 2}
    decide(item, "withdrawn", "it was somebody else")
    assert sign_up_counts(doubtful) == before
    with doubtful.store.reading() as connection:
        rows = [entry.detail for entry in AuditLog(connection, doubtful.body).entries()]
    assert [msgspec.json.decode(row)["decision"] for row in rows] == ["withdrawn", "confirmed", "withdrawn"]


def test_who_withdraws_after_it_was_confirmed_is_withdrawn(
    doubtful: House, stops: list[FairDefinition], decide: Callable[..., None]
) -> None:
    [item] = items(doubtful, stops)
    decide(item, "confirmed")
    doubtful.intake.take([batch(50, withdrawal(9, who=1, at=NINE), device=OTHER_DEVICE)], RECEIVED + HOUR)
    assert sign_up_counts(doubtful) == {("sign_ups", "loan"): 1, ("in_doubt", "loan"): 1}
    [again] = items(doubtful, stops)
    assert again.key == item.key
    with doubtful.store.reading() as connection:
        assert Doubtful(connection, doubtful.body, stops, [FAIR]).waits(again)


def test_a_withdrawal_that_waited_while_somebody_decided_was_not_overruled(
    doubtful: House, stops: list[FairDefinition], decide: Callable[..., None]
) -> None:
    """It was received before, and committed after: nobody had seen it."""
    [item] = items(doubtful, stops)
    decide(item, "confirmed")
    doubtful.intake.take([batch(50, withdrawal(9, who=1, at=NINE), device=OTHER_DEVICE)], RECEIVED + 1)
    assert sign_up_counts(doubtful) == {("sign_ups", "loan"): 1, ("in_doubt", "loan"): 1}
    assert [each.key for each in items(doubtful, stops)] == [item.key]
    doubtful.intake.rebuild(FAIR)
    assert sign_up_counts(doubtful) == {("sign_ups", "loan"): 1, ("in_doubt", "loan"): 1}


def test_a_confirmed_sign_up_is_one_that_a_partner_is_told() -> None:
    signed = Choice(
        fair=FAIR,
        subject=1,
        offer="loan",
        signs=True,
        at=NINE,
        device=DEVICE,
        boot_id="b",
        monotonic_ms=1,
        clock_known=False,
        category=1,
        event_id="a" * 32,
        received_at=10,
    )
    gone = signed._replace(signs=False, device=OTHER_DEVICE, event_id="b" * 32, received_at=20)
    assert sign_ups([signed, gone])[FAIR] == {("in_doubt", "loan"): 1}
    confirmed = signed._replace(confirmed_at=21)
    assert sign_ups([confirmed, gone])[FAIR] == {("sign_ups", "loan"): 1}
    late = gone._replace(event_id="c" * 32, received_at=21)
    assert doubts([confirmed, gone, late], FAIR)[0].withdrawals == ["c" * 32]


@pytest.mark.parametrize(
    "said",
    [
        ("withdrawn", "  ", "Write why"),
        ("withdrawn", "x" * 201, "too long"),
        ("withdrawn", "a\u202eb\x07", "too long"),
        ("same", "because", "cannot be decided"),
        ("nonsense", "because", "cannot be decided"),
    ],
)
def test_what_cannot_be_decided_is_told_and_changes_nothing(
    doubtful: House, stops: list[FairDefinition], decide: Callable[..., None], said: tuple[str, str, str]
) -> None:
    decision, reason, says = said
    [item] = items(doubtful, stops)
    with pytest.raises(DecisionError, match=says):
        decide(item, decision, reason)
    with pytest.raises(DecisionError, match="no longer there"):
        decide(msgspec.structs.replace(item, key="0" * 32), "withdrawn")
    with pytest.raises(DecisionError, match="no longer there"):
        decide(item, "withdrawn", fair=OTHER_FAIR)
    with doubtful.store.reading() as connection:
        assert connection.execute(select(t.exception_decision)).all() == []


def test_a_kiosk_that_was_looked_into_is_marked_no_more_until_it_clashes_again(
    house: House, stops: list[FairDefinition], decide: Callable[..., None]
) -> None:
    def flag() -> str:
        with house.store.reading() as connection:
            return next(row.flag for row in Registry(connection, BODY).kiosks() if row.device == DEVICE)

    house.take(batch(1, visit(1, who=1)))
    house.take(batch(1, visit(2, who=2)))
    figures = house.figures()
    [item] = items(house, stops)
    decide(item, "handed-on")
    assert flag()
    decide(item, "looked-into", "the copy is switched off")
    assert flag() == ""
    assert house.figures() == figures
    house.take(batch(1, visit(3, who=3)))
    [again] = items(house, stops)
    assert flag()
    assert (again.count, again.key == item.key) == (2, False)


# -- two who may be one ----------------------------------------------------------------------

ONE = Member(member="1" * 16, name_ar="كريم بناني", phone="+212612345678", employee_number="0012345")
TWIN = Member(member="2" * 16, name_ar="بناني كريم", birth="1960", email="k@example.ma", kinds=4)


def test_two_are_compared_thing_by_thing_without_a_value() -> None:
    found = {each.name: str(each.agrees) for each in compared(ONE, TWIN)}
    assert found["name_ar"] == "same"  # whatever the order of the words
    assert found["phone"] == found["birth"] == "one"
    assert found["principal"] == "neither"
    other = msgspec.structs.replace(ONE, phone="+212600000000", birth="1961")
    assert {
        each.name
        for each in compared(other, msgspec.structs.replace(TWIN, phone="+212611111111"))
        if each.agrees == "different"
    } == {"phone", "birth"}


def test_the_elder_stays_as_it_is_and_gets_what_is_not_known_of_it() -> None:
    one = merged(ONE, msgspec.structs.replace(TWIN, phone="+212699999999"))
    assert (one.member, one.phone, one.birth, one.email) == (ONE.member, ONE.phone, "1960", "k@example.ma")
    assert one.kinds == ONE.kinds | 4


@pytest.mark.parametrize(
    ("keep", "drop", "why"),
    [
        ({}, {"employee_number": "0099999"}, Why.NUMBERS),
        ({"national_id": "a"}, {"national_id": "b"}, Why.NATIONAL_IDS),
        ({}, {"principal": "1" * 16}, Why.HOUSEHOLD),
        ({"principal": "3" * 16}, {"principal": "4" * 16}, Why.HOUSEHOLD),
        ({}, {"deactivated_at": 5}, Why.RIGHTS),
        ({"deactivated_at": 11}, {}, Why.RIGHTS),
        ({"deactivated_at": 9}, {}, None),
        ({"deactivated_at": 9}, {"deactivated_at": 8}, None),
        ({"principal": "3" * 16}, {"principal": "3" * 16}, None),
    ],
)
def test_some_cannot_be_one(keep: dict[str, Any], drop: dict[str, Any], why: Why | None) -> None:
    one, other = msgspec.structs.replace(ONE, **keep), msgspec.structs.replace(TWIN, **drop)
    assert why_not(one, other, dropped_made_at=10, have_dependants=(False, False)) == why


def test_a_principal_cannot_become_a_dependant() -> None:
    other = msgspec.structs.replace(TWIN, principal="3" * 16)
    assert why_not(ONE, other, dropped_made_at=10, have_dependants=(True, False)) is Why.HOUSEHOLD


@contextmanager
def deciding(desk: Enrolments) -> Iterator[tuple[Callable[..., None], Callable[[], list[Item]]]]:
    with opened(desk.register.home) as (home, store, office):
        hall = hall_of(home, store, office.body, tally=lambda: None, is_connected=lambda: True)  # type: ignore[arg-type,return-value]
        account = Account("amina", Holder(office.body, Role.NATIONAL))

        def waiting() -> list[Item]:
            found = hall.readers["exceptions"]({"fair": desk_fair(desk)}, account.holder)
            return list(found.waiting)

        def decide(item: Item, decision: str) -> None:
            form = {
                "fair": item.fair,
                "kind": item.kind,
                "item": item.key,
                "decision": decision,
                "reason": "asked",
            }
            hall.doers["exception.decide"](account, form)

        yield decide, waiting


def desk_fair(desk: Enrolments) -> str:
    return next(str(row["fair"]) for row in desk.rows(t.fair) if row["fair"] != OTHER_FAIR)


@pytest.fixture
def desk(tmp_path: Path, database_url: str) -> Enrolments:
    return Enrolments(tmp_path, database_url)


TWICE = {**KARIM, "employee_number": "", "birth": "1960", "email": "karim@example.ma"}


def attendance(desk: Enrolments) -> tuple[int, int]:
    with opened(desk.register.home) as (_, store, office), store.reading() as connection:
        return Ledger(connection, office.body).figures(desk_fair(desk))["total", ""]


def seen(desk: Enrolments, *numbers: int) -> None:
    """Let cards of the desk visit a booth, each an hour after the other."""
    for at, number in enumerate(numbers):
        desk.take(Visit(card=desk.card(number)), minute=60 * at)


def test_two_registrations_of_one_person_become_one_member(desk: Enrolments) -> None:
    desk.bring((1, desk.registration(1, KARIM)))
    desk.bring((2, desk.registration(2, TWICE)))
    seen(desk, 1, 2)
    assert attendance(desk) == (2, 2)
    with deciding(desk) as (decide, waiting):
        [item] = waiting()
        assert item.kind == Kind.LIKE
        assert item.agrees["name_ar"] == "same"
        assert [each.name_ar for each in item.people] == ["ك. ب***", "ك. ب***"]
        decide(item, "same")
        assert waiting() == []
    [member] = desk.rows(t.member)
    assert (member["employee_number"], member["email"]) == ("0012345", "karim@example.ma")
    assert {row["member"] for row in desk.rows(t.member_card)} == {member["member"]}
    assert len(desk.rows(t.member_card)) == 2
    assert {row["member"] for row in desk.rows(t.member_consent)} == {member["member"]}
    assert {row["member"] for row in desk.rows(t.enrolment)} == {member["member"]}
    # Their visits stay; they count as one person.
    assert attendance(desk) == (2, 1)
    with opened(desk.register.home) as (home, store, office):
        from server.intake import Intake  # noqa: PLC0415

        intake = Intake(store, office.body, digest_key=bytes.fromhex(home.secrets.digest_key))
        intake.rebuild(desk_fair(desk))
    assert attendance(desk) == (2, 1)
    [about] = desk.rows(t.exception_decision)
    assert "كريم" not in about["about"]
    assert "***" not in about["about"]
    assert desk.whole()


def other_stop(desk: Enrolments) -> None:
    """Let the tour have another stop, in another region, and both kiosks' clocks be measured."""
    with opened(desk.register.home) as (_, store, _), store.writing() as connection:
        row = dict(connection.execute(select(t.fair)).mappings().one())
        there = msgspec.json.decode(row["definition"], type=FairDefinition)
        territory = "tanger-tetouan-al-hoceima"
        there = msgspec.structs.replace(
            there, fair=msgspec.structs.replace(there.fair, id=OTHER_FAIR, territory=territory)
        )
        definition = msgspec.json.encode(there)
        connection.execute(t.fair.insert(), [{**row, "fair": OTHER_FAIR, "definition": definition}])
    for name in ("desk", "other"):
        clock = ClockOffset(server_minus_monotonic_ms=NINE - 1000, server_minus_wall_ms=0, round_trip_ms=50)
        desk.take(clock, kiosk=name)


def travels_found(desk: Enrolments) -> list[set[str]]:
    """Look as a server that runs does, and give the fairs of each travel that anybody has found."""
    with opened(desk.register.home) as (_, store, office):
        TravelLook(store, office.body, clock=lambda: RECEIVED).look_all()
    return [{row["fair"], row["other_fair"]} for row in desk.rows(t.travel)]


def test_two_who_become_one_may_have_been_at_two_fairs_at_once(desk: Enrolments) -> None:
    other_stop(desk)
    desk.bring((1, desk.registration(1, KARIM)))
    desk.bring((2, desk.registration(2, TWICE)))
    desk.take(Visit(card=desk.card(1)))
    desk.take(Visit(card=desk.card(2)), kiosk="other", fair=OTHER_FAIR)
    assert travels_found(desk) == []
    with deciding(desk) as (decide, waiting):
        [item] = waiting()
        decide(item, "same")
        [found] = waiting()
        assert (found.kind, found.fairs) == (Kind.TRAVEL, {desk_fair(desk), OTHER_FAIR})
        assert found.cards == sorted(desk.card(number).identity for number in (1, 2))
    assert len(travels_found(desk)) == 1


def test_who_turns_out_to_have_two_cards_may_have_been_at_two_fairs_at_once(desk: Enrolments) -> None:
    other_stop(desk)
    desk.bring((1, desk.registration(1, KARIM)))
    desk.take(Visit(card=desk.card(1)))
    desk.take(Visit(card=desk.card(2)), kiosk="other", fair=OTHER_FAIR)
    assert travels_found(desk) == []
    # That the second card is the same member's comes late.
    desk.bring((3, desk.reissue(2, desk.card(1).identity)))
    assert travels_found(desk) == [{desk_fair(desk), OTHER_FAIR}]


def test_who_became_another_does_not_come_back(desk: Enrolments) -> None:
    desk.bring((1, desk.registration(1, KARIM)))
    desk.bring((2, desk.registration(2, TWICE)))
    [gone] = [row["member"] for row in desk.rows(t.member) if not row["employee_number"]]
    with deciding(desk) as (decide, waiting):
        decide(waiting()[0], "same")
    # A kiosk that was told of the other before makes a card for it.
    desk.bring(desk.reissue(3, member=gone))
    # The registration is read once more, as after a restore of an older state of it.
    with opened(desk.register.home) as (_, store, _), store.writing() as connection:
        connection.execute(t.member_card.delete().where(t.member_card.c.event_id == event_id(2)))
        raw_of = Enrolments.event(2, desk.registration(2, TWICE))
        connection.execute(
            t.enrolment.update()
            .where(t.enrolment.c.event_id == event_id(2))
            .values(outcome="", is_due=True, raw=raw_of)
        )
    desk.work_off()
    [member] = desk.rows(t.member)
    assert len([row for row in desk.rows(t.member_card) if row["member"] == member["member"]]) == 3
    # And what undid the other's registration does not undo the elder.
    desk.bring(void(2))
    assert desk.rows(t.member)[0]["deactivated_at"] is None
    assert desk.refuses(desk.card(2))


def test_two_people_are_remembered_as_two(desk: Enrolments) -> None:
    desk.bring((1, desk.registration(1, KARIM)))
    desk.bring((2, desk.registration(2, TWICE)))
    with deciding(desk) as (decide, waiting):
        decide(waiting()[0], "two")
        assert waiting() == []
    assert len(desk.rows(t.member)) == 2


def test_members_with_two_numbers_are_not_made_one(desk: Enrolments) -> None:
    desk.bring((1, desk.registration(1, KARIM)))
    desk.bring((2, desk.registration(2, {**KARIM, "employee_number": "0099999"})))
    with deciding(desk) as (decide, waiting):
        [item] = waiting()
        with pytest.raises(MergeError, match="different employee numbers"):
            decide(item, "same")
        assert waiting() == [item]
    assert len(desk.rows(t.member)) == 2
    assert desk.rows(t.exception_decision) == []
