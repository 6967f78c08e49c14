"""Figures against a count by hand, of whole fairs that happen by chance."""

import itertools
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event

from server.store import tables as t
from server.store.booths import Booths
from server.store.engine import Store
from server.store.ledger import Place
from server.store.registry import FairRow, Registry
from tests.server.by_hand import (
    OFFERS,
    SECOND_FAIR,
    SECTORS,
    Line,
    count,
    count_at,
    count_tallies,
    lines_of,
    local_day,
    utc_hour,
    utc_slot,
)
from tests.server.facts import (
    DEVICE,
    FAIR,
    HOUR,
    MINUTE,
    OTHER_DEVICE,
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
    registration,
    sign_up,
    visit,
    void,
    withdrawal,
)
from wire.card import Category, RefusalCode
from wire.envelope import Batch, BatchHead
from wire.events import EventError, Refusal, Unknown, Void, decode_event

FAIRS: Final = (FAIR, SECOND_FAIR, "never-loaded")
BOOTHS: Final = ("bank", "insurance", "رواق")
_BOOTHS: Final = msgspec.json.encode(
    {"booths": [{"id": booth, "names": {}, "sector": sector} for (_, booth), sector in SECTORS.items()]}
)
# Each card keeps its category; the last is staff's.
CARDS: Final = {1: 1, 2: 3, 3: 0, 4: 9, 5: 15}
# Since a kiosk's start, in ms: with the same offset, facts of two boots are at the edges of doubt.
SINCE_BOOT: Final = (0, 1, 2 * MINUTE, 2 * MINUTE + 1, SLOT, 3 * HOUR)
# Midnights and changes of the clock, and a morning.
MOMENTS: Final = [
    *(ms(f"2025-02-{day}T23:00") for day in (21, 22)),
    *(ms(f"2025-02-{day}T00:00") for day in (23, 24)),
    *(ms(moment) for moment in ("2025-02-23T02:00", "2025-04-06T00:00", "2025-04-06T02:00")),
    *(ms(moment) for moment in ("2025-04-06T23:00", "2026-03-22T00:00", "2026-03-22T02:00")),
    *(ms(moment) for moment in ("2026-03-22T23:00", "2026-09-19T23:00", "2026-09-20T01:00")),
    *(ms(moment) for moment in ("2026-09-21T00:00", "2026-12-01T00:00", "2026-12-01T09:00")),
]


def test_the_count_by_hand_knows_the_calendar() -> None:
    assert local_day(ms("2024-12-31T22:59")) == "2024-12-31"
    assert local_day(ms("2024-12-31T23:00")) == "2025-01-01"
    assert local_day(ms("2024-02-29T12:00")) == "2024-02-29"
    assert [local_day(ms(f"2025-02-23T{hour}")) for hour in ("23:59", "01:59")] == ["2025-02-23"] * 2
    assert local_day(ms("2026-12-01T23:59")) == "2026-12-01"
    assert utc_hour(ms("2026-09-20T00:30")) == "2026-09-20T00:00Z"
    assert utc_hour(ms("2025-06-30T23:30")) == "2025-06-30T23:00Z"
    assert utc_hour(ms("1970-01-01T00:30")) == "1970-01-01T00:00Z"
    assert utc_slot(ms("2026-12-01T09:59")) == "2026-12-01T09:50Z"
    assert utc_slot(ms("2026-12-01T10:00")) == "2026-12-01T10:00Z"


# -- a random fair ---------------------------------------------------------------------------


@dataclass(frozen=True)
class World:
    """What happened at each place, in order, and how it was delivered: transactions of batches."""

    epochs: dict[Place, list[bytes]]
    transactions: list[list[Batch]]


class Happening:
    """Lets things happen by chance: the ``chance`` is Hypothesis's, or a seeded one."""

    def __init__(self, chance: random.Random, facts: int) -> None:
        self._chance = chance
        self._facts = facts
        self._numbers = itertools.count(1)

    def world(self) -> World:
        """Give what happened, delivered in any order, some of it twice."""
        chance = self._chance
        devices = (DEVICE, OTHER_DEVICE, "00000000000000d3")
        places = [Place(device, epoch) for device in devices for epoch in (1, 2)]
        epochs: dict[Place, list[bytes]] = {place: [] for place in places[: chance.randint(1, len(places))]}
        for _ in range(self._facts):
            place = chance.choice(list(epochs))
            of_device = [each for other in epochs if other.device == place.device for each in epochs[other]]
            # A journal that is put on a new epoch tells facts again under another place.
            again = of_device and chance.random() < 0.05
            epochs[place].append(chance.choice(of_device) if again else self._fact())
        deliveries = [
            cut for place, events in epochs.items() for cut in self._batches(place, events) if events
        ]
        deliveries += [each for each in deliveries if chance.random() < 0.3]
        chance.shuffle(deliveries)
        transactions: list[list[Batch]] = []
        while deliveries:
            size = chance.randint(1, 6)
            transactions.append(deliveries[:size])
            del deliveries[:size]
        return World(epochs, transactions)

    def _batches(self, place: Place, events: Sequence[bytes]) -> Iterator[Batch]:
        """Cut an epoch into batches, some of which overlap."""
        start = 0
        while start < len(events):
            end = min(len(events), start + self._chance.randint(1, max(2, min(100, len(events) // 3))))
            first = max(0, start - self._chance.randint(0, 2))
            yield Batch(
                BatchHead(place.device, place.epoch, first + 1, end - first), tuple(events[first:end])
            )
            start = end

    def _fact(self) -> bytes:
        return self._served() if self._chance.random() < 0.45 else self._scanned()

    def _scanned(self) -> bytes:
        """Let a card be shown, or something happen to a kiosk."""
        chance = self._chance
        number = next(self._numbers)
        at = chance.choice(MOMENTS) + chance.choice((-SLOT, -1, 0, 1, MINUTE, SLOT - 1, SLOT, HOUR))
        boot = chance.choice("bc") * 32
        since_boot = chance.choice(SINCE_BOOT)
        common = {"boot_id": boot, "monotonic_ms": since_boot, "fair": chance.choice(FAIRS)}
        booth = chance.choice(BOOTHS)
        kind = chance.random()
        if kind < 0.70:
            who = chance.choice([None, *CARDS])
            category = CARDS[who] if who else 0
            return visit(number, who, at, booth, category=category, **common)
        if kind < 0.85:
            # Of anything that has happened or will, Voids and strangers among it.
            return void(number, chance.randint(1, self._facts + 2), **common)
        if kind < 0.92:
            common["monotonic_ms"] = 0
            if chance.random() < 0.7:
                at = chance.choice(MOMENTS[:2])  # two kiosks that agree, near the edge of doubt
            return offset(number, at - since_boot, round_trip=chance.randint(1, 3), **common)
        if kind < 0.95:
            return raw(number, Refusal(code=RefusalCode.EXPIRED, card=card(1)), **common)
        if kind < 0.98:
            return raw(number, Unknown(kind="later", raw=b'{"card":null}'), **common)
        return b"garbage %d" % number

    def _served(self) -> bytes:
        """Let a member do something besides visiting."""
        chance = self._chance
        number = next(self._numbers)
        at = chance.choice(MOMENTS) + chance.choice((-SLOT, -1, 0, 1, 2 * MINUTE, 2 * MINUTE + 1, HOUR))
        common: dict[str, Any] = {
            "boot_id": chance.choice("bc") * 32,
            "monotonic_ms": chance.choice(SINCE_BOOT),
            "fair": chance.choice(FAIRS),
            "booth": chance.choice(BOOTHS),
        }
        who = chance.choice(list(CARDS))
        known = {"who": who, "at": at, "category": CARDS[who]}
        anyone = known if chance.random() < 0.6 else {"at": at}
        match chance.choice(
            ("sign_up", "sign_up", "withdrawal", "attends", "passage", "feedback", "registers")
        ):
            case "sign_up":
                return sign_up(number, offer=chance.choice(OFFERS), **known, **common)
            case "withdrawal":
                return withdrawal(number, offer=chance.choice(OFFERS), **known, **common)
            case "attends":
                return attends(number, session=chance.choice(("delegates", "in")), **known, **common)
            case "registers":
                return registration(number, **known, **common)
            case "passage":
                return passage(number, chance.choice(("in", "out")), **anyone, **common)
            case _:
                del anyone["at"]
                topics = chance.choices(("waiting", "venue", "other"), k=chance.randint(0, 3))
                face = chance.randint(0 if topics else 1, 5)
                return feedback(number, *topics, face=face, urgent=chance.random() < 0.3, **anyone, **common)


class Houses:
    """A new body in one store for every example: quicker than a new store, and they must not mix."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._numbers = itertools.count(1)

    def new(self) -> House:
        """Give a body with two fairs."""
        house = House(self._store, f"body-{next(self._numbers)}")
        with self._store.writing() as connection:
            Registry(connection, house.body).put_fair(FairRow(SECOND_FAIR, TOUR, "fes", ZONE, _BOOTHS))
        return house


def check_booths(house: House, lines: Sequence[Line]) -> None:
    """Compare the figures of every booth with the count by hand."""
    with house.store.reading() as connection:
        booths = Booths(connection, house.body)
        for fair, booth in itertools.product(FAIRS, BOOTHS):
            assert booths.figures(fair, booth) == count_at(lines, fair, booth), (fair, booth)


def check(house: House, world: World, *, at_every_step: bool) -> None:
    """Deliver a world and compare its figures with the count by hand."""
    delivered: list[tuple[Place, bytes]] = []
    for transaction in world.transactions:
        house.take(*transaction)
        for each in transaction:
            place = Place(each.head.device, each.head.epoch)
            delivered += [(place, fact) for fact in each.events]
        if at_every_step:
            lines = lines_of(delivered)
            with house.reading() as ledger:
                for fair in FAIRS:
                    assert ledger.figures(fair) == count(lines, fair)
            check_booths(house, lines)
            for fair in FAIRS:
                assert house.tallies_now(fair) == count_tallies(lines, fair)
    lines = lines_of(delivered)
    for fair in FAIRS:
        assert house.figures(fair) == count(lines, fair)  # and again after a rebuild
        house.tallies(fair)
        assert house.tallies_now(fair) == count_tallies(lines, fair)
    check_booths(house, lines)  # all fairs were rebuilt just now
    for place, events in world.epochs.items():
        if events:
            mark = house.mark(place.device, place.epoch)
            assert (mark.upto, mark.highest) == (len(events), len(events))
    assert house.flags() == {}
    assert len(house.rows()) == sum(len(events) for events in world.epochs.values())


worlds = st.builds(
    lambda chance, facts: Happening(chance, facts).world(),
    st.randoms(use_true_random=False),
    st.integers(1, 60),
)


@pytest.fixture(scope="module")
def on_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Houses]:
    store = Store(f"sqlite:///{tmp_path_factory.mktemp('figures') / 'ledger.sqlite'}")

    # Nobody pulls the plug of this one.
    @event.listens_for(store.engine, "connect")
    def _hurry(connection: object, _record: object) -> None:
        connection.execute("PRAGMA synchronous = OFF")  # type: ignore[attr-defined]  # sqlite3's connection

    store.engine.dispose()
    yield Houses(store)
    store.close()


@pytest.fixture
def on_postgresql(postgres_url: str) -> Iterator[Houses]:
    store = Store(postgres_url)
    yield Houses(store)
    store.close()


quietly = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture]


@settings(max_examples=100, deadline=None, suppress_health_check=quietly)
@given(world=worlds)
def test_figures_equal_a_count_by_hand_at_every_step(on_sqlite: Houses, world: World) -> None:
    check(on_sqlite.new(), world, at_every_step=True)


@settings(max_examples=10, deadline=None, suppress_health_check=quietly)
@given(world=worlds)
def test_figures_equal_a_count_by_hand_on_postgresql(on_postgresql: Houses, world: World) -> None:
    check(on_postgresql.new(), world, at_every_step=True)


@pytest.mark.parametrize("engine", ["on_sqlite", "on_postgresql"])
def test_figures_of_thousands_of_facts_equal_a_count_by_hand(
    engine: str, request: pytest.FixtureRequest
) -> None:
    houses: Houses = request.getfixturevalue(engine)
    check(houses.new(), Happening(random.Random(2026), 4000).world(), at_every_step=False)


def test_the_random_fairs_hold_what_they_should() -> None:
    """A generator that makes no Void before its target would prove nothing about them."""
    world = Happening(random.Random(1), 400).world()
    delivered = [each for one in world.transactions for part in one for each in part.events]
    seen: set[str] = set()
    early = late = twice = 0
    for each in delivered:
        try:
            found = decode_event(each)
        except EventError:
            continue
        twice += found.event_id in seen
        if isinstance(found.fact, Void):
            late += found.fact.target in seen
            early += found.fact.target not in seen
        seen.add(found.event_id)
    assert min(early, late, twice) > 10
    stored = {event_id(number) for number in range(1, 403)}
    assert len(seen) > 300
    assert seen <= stored


# -- by hand ---------------------------------------------------------------------------------


@pytest.fixture
def house(on_sqlite: Houses) -> House:
    return on_sqlite.new()


@pytest.mark.parametrize(
    ("day", "first", "last", "hours"),
    [
        ("2025-04-06", "2025-04-06T00:00Z", "2025-04-06T22:00Z", 23),
        ("2026-03-22", "2026-03-22T00:00Z", "2026-03-22T22:00Z", 23),
        ("2025-02-23", "2025-02-22T23:00Z", "2025-02-23T23:00Z", 25),
        ("2026-09-20", "2026-09-19T23:00Z", "2026-09-20T23:00Z", 25),
        ("2026-12-01", "2026-12-01T00:00Z", "2026-12-01T23:00Z", 24),
    ],
)
def test_a_day_has_the_hours_that_morocco_lives_through(
    house: House, day: str, first: str, last: str, hours: int
) -> None:
    start = ms(f"{day}T00:00") - 3 * HOUR
    house.take(
        batch(1, *(visit(number + 1, who=1, at=start + number * HOUR + MINUTE) for number in range(30)))
    )
    figures = house.figures()
    assert figures["day", day] == (hours, 1)
    of_days = sum(visits for (scope, _), (visits, _) in figures.items() if scope == "day")
    assert of_days == figures["total", ""][0] == 30
    before = house.figures()
    # One more in the first and the last hour, by somebody else.
    ends = [ms(hour.removesuffix("Z")) for hour in (first, last)]
    house.take(batch(31, *(visit(100 + number, who=2, at=at) for number, at in enumerate(ends))))
    assert house.figures()["day", day] == (hours + 2, 2)
    house.take(batch(33, visit(200, who=3, at=ends[0] - 1), visit(201, who=3, at=ends[1] + HOUR)))
    assert house.figures()["day", day] == (hours + 2, 2)
    assert before["day", day] == (hours, 1)


def test_attendance_of_a_day_is_of_people_not_of_visits(house: House) -> None:
    at = ms("2024-12-28T09:00")
    house.take(
        batch(
            1,
            visit(1, who=1, at=at),
            visit(2, who=1, at=at + HOUR, booth="insurance"),
            visit(3, who=1, at=at + 24 * HOUR),
            visit(4, who=2, at=at),
        )
    )
    figures = house.figures()
    assert figures["total", ""] == (4, 2)
    assert figures["day", "2024-12-28"] == (3, 2)
    assert figures["day", "2024-12-29"] == (1, 1)
    assert figures["booth", "bank"] == (3, 2)
    assert figures["booth", "insurance"] == (1, 1)
    assert figures["hour", "2024-12-28T09:00Z"] == (2, 2)


def test_a_visit_outside_the_fair_s_days_counts_under_its_own(house: House) -> None:
    house.take(batch(1, visit(1, who=1, at=ms("2031-07-01T12:00"))))
    assert house.figures()["day", "2031-07-01"] == (1, 1)


def test_slots_begin_at_every_tenth_minute(house: House) -> None:
    at = ms("2024-12-28T09:00")
    house.take(
        batch(1, visit(1, who=1, at=at - 1), visit(2, who=1, at=at), visit(3, who=1, at=at + SLOT - 1))
    )
    assert house.total() == (2, 1)


def test_two_cards_of_one_category_each_in_one_slot(house: House) -> None:
    """One identity, shown under two categories: the lower, whatever came first."""
    at = ms("2024-12-28T09:00")
    for first, second in ((Category.WIDOW, Category.ACTIVE), (Category.ACTIVE, Category.WIDOW)):
        fair = f"fair-{first}"
        number = 10 * first
        house.take(batch(number, visit(number, who=1, at=at, category=first, fair=fair)))
        house.take(batch(number + 1, visit(number + 1, who=1, at=at, category=second, fair=fair)))
        figures = house.figures(fair)
        assert figures["category", "active"] == (1, 1)
        assert ("category", "widow") not in figures


def test_figures_of_one_fair_leave_another_alone(house: House) -> None:
    house.take(batch(1, visit(1, who=1), visit(2, who=1, fair=SECOND_FAIR)))
    house.take(batch(3, void(3, target=2)))
    assert house.total() == (1, 1)
    assert house.figures(SECOND_FAIR) == {}


def test_a_rebuild_mends_figures_that_are_wrong(house: House) -> None:
    house.take(batch(1, visit(1, who=1), visit(2, who=2)))
    right = house.figures()
    with house.store.writing() as connection:
        connection.execute(t.figure.update().where(t.figure.c.body == house.body).values(visits=77))
    house.intake.rebuild(FAIR)
    assert house.figures() == right


def test_figures_that_fell_to_zero_are_not_told(house: House) -> None:
    house.take(batch(1, visit(1, who=1)))
    taken = house.take(batch(2, void(2, target=1)))
    assert taken.fairs == {FAIR}
    assert house.figures() == {}


def test_a_repeat_moves_no_figure(house: House) -> None:
    house.take(batch(1, visit(1, who=1)))
    assert house.take(batch(2, visit(2, who=1))).fairs == set()


def test_a_fair_that_is_loaded_later_is_counted_by_its_own_zone(house: House) -> None:
    at = ms("2024-12-28T23:30")
    house.take(batch(1, visit(1, who=1, at=at, fair="oujda-2025")))
    with house.store.writing() as connection:
        Registry(connection, house.body).put_fair(FairRow("oujda-2025", "oujda-2025", "oujda", "UTC", b"{}"))
    figures = house.figures_after_rebuild("oujda-2025")
    assert figures["day", "2024-12-28"] == (1, 1)
    house.take(batch(2, visit(2, who=2, at=at, fair="oujda-2025")))
    assert house.figures("oujda-2025")["day", "2024-12-28"] == (2, 2)
