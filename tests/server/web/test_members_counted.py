"""Members are counted for whoever may see them, by kept counts."""

from collections.abc import Iterator
from gettext import NullTranslations
from typing import Any

import pytest

from server.live.member_looks import MemberLooks
from server.live.members import MembersReader
from server.live.source import StoreSource
from server.rules.access import Account, Action, Holder, Role, may
from server.rules.exceptions import pair_key
from server.rules.pages.members import MembersPage, page_of
from server.rules.pages.members_data import ELSEWHERE, UNKNOWN, MembersSeen
from server.rules.wording import Words
from server.store.enrolments import Enrolment, Enrolments
from server.store.exceptional import Decided, Exceptional
from server.store.members import Members
from server.store.sessions import Sessions
from tests.server.web.members_scene import COMMUNE, EVERYBODY, KARIM, SALMA, SAMIRA, nation, person, whole
from tests.server.web.stage import NOW, Stage
from wire.programme import Territory


@pytest.fixture(scope="module")
def body(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """A body with members; tests look, and what they look at is written down."""
    stage = Stage(tmp_path_factory.mktemp("body"))
    whole(stage)
    yield stage
    stage.close()


def read(stage: Stage, role: Role = Role.NATIONAL, *territories: str) -> MembersSeen:
    source = StoreSource(stage.store, stage.office.body, tally=lambda: stage.tally, is_connected=lambda: True)
    reader = MembersReader(stage.store, source)
    return reader({}, stage.holder(role, territories=frozenset(territories)))


def told(stage: Stage, *scope: Any) -> MembersPage:
    return page_of(read(stage, *scope), Words("en", NullTranslations()), NOW)


def test_members_are_counted_and_categories_sum_to_the_total(body: Stage) -> None:
    page = told(body)
    assert {figure.id: figure.value for figure in page.figures} == {
        "active": "6",
        "with": "2",
        "without": "4",
        "new": "1",
        "gone": "1",
    }
    categories = {bar.id: int(bar.value) for bar in page.categories.bars}
    assert categories == {"active": 4, "retired": 0, "widow": 1, "child": 1, "other": 0}
    assert {bar.id: bar.value for bar in page.kinds.bars} == {
        "member": "6",
        "beneficiary": "0",
        "donor": "1",
        "partner": "0",
    }
    assert [(bar.name, bar.value) for bar in page.languages.bars] == [("العربية", "5"), ("Français", "1")]
    assert (page.title, page.when) == ("Members", "The whole body")


def test_new_members_stand_beside_last_weeks(body: Stage) -> None:
    days = told(body).days
    assert [day.label for day in days][::6] == ["23 December", "29 December"]
    # Today is Saturday: Sunday is still to come.
    assert [day.shown for day in days] == [0, 0, 0, 0, 0, 1, None]
    assert [day.before for day in days] == [0, 0, 0, 0, 0, 5, 0]


def test_territories_are_told_from_the_outermost_with_those_who_live_elsewhere(body: Stage) -> None:
    places = {each.id: each.count for each in read(body).places}
    assert places == {"north": 3, "south": 1, "03": 1, UNKNOWN: 1}
    names = {bar.name for bar in told(body).places.bars}
    assert names == {"Nord", "Sud", "Fès-Meknès", "Not known"}
    assert ELSEWHERE not in places


def test_a_coordinator_counts_the_own_territory_alone(body: Stage) -> None:
    north = read(body, Role.REGION, "north")
    assert north.counts["category"] == {"1": 2, "4": 1}
    assert {each.id: each.count for each in north.places} == {"tangier": 3}, "of the active"
    assert north.counts["gone"] == {"": 1}
    page = told(body, Role.REGION, "north")
    assert page.when == "Nord"
    assert {figure.id: figure.value for figure in page.figures}["with"] == "1"
    city = read(body, Role.CITY, "guelmim")
    assert city.counts["category"] == {"1": 1}
    assert read(body, Role.CITY, "elsewhere").counts == {}


def test_pairs_that_may_be_one_person_are_counted_until_somebody_decides(stage: Stage) -> None:
    nation(stage, *EVERYBODY)
    doubts = {SALMA: f"like:{SAMIRA.member},{KARIM.member} was_inactive", SAMIRA: f"like:{SALMA.member}"}
    doubts |= {COMMUNE: "differs:phone", KARIM: f"like:{'f' * 16}"}
    rows = [
        Enrolment(f"{number:032x}", "registration", "d" * 16, "100", NOW, b"", member=one.member, doubt=doubt)
        for number, (one, doubt) in enumerate(doubts.items())
    ]
    with stage.store.writing() as connection:
        Enrolments(connection, stage.office.body).add(rows)
    assert read(stage).likely == 2
    assert told(stage).likely == "2 pairs of members may be one person each"
    assert read(stage, Role.CITY, "guelmim").likely == 1
    assert read(stage, Role.CITY, "tetouan").likely == 0
    decided = Decided("like", pair_key(SALMA.member, SAMIRA.member), stage.fair, "two", "", "{}", "x", NOW)
    with stage.store.writing() as connection:
        Exceptional(connection, stage.office.body).decide(decided)
    assert read(stage).likely == 1
    assert told(stage, Role.CITY, "guelmim").likely == ""


def test_a_level_with_one_territory_gives_way_to_the_next(stage: Stage) -> None:
    nation(stage, SALMA, person(8, territory="tetouan"), person(9, territory="north"))
    places = {each.id: each.count for each in read(stage).places}
    assert places == {"tangier": 1, "tetouan": 1, ELSEWHERE: 1}


def own(stage: Stage, territory: str, name: str, parent: str = "") -> None:
    with stage.store.writing() as connection:
        made = Territory(id=territory, names={"fr": name}, parent=parent)
        Sessions(connection, stage.office.body).put_territory(made)


def test_territories_of_the_bodys_own_are_known_as_soon_as_they_are_added(stage: Stage) -> None:
    own(stage, "asilah", "Asilah", "tangier")
    nation(stage, SALMA, SAMIRA, person(8, territory="asilah"), person(9, territory="larache"))
    source = StoreSource(stage.store, stage.office.body, tally=lambda: stage.tally, is_connected=lambda: True)
    reader = MembersReader(stage.store, source)

    def seen(role: Role, *territories: str) -> dict[str, int]:
        holder = stage.holder(role, territories=frozenset(territories))
        return {each.id: each.count for each in reader({}, holder).places}

    assert seen(Role.CITY, "asilah") == {"asilah": 1}
    assert seen(Role.REGION, "tangier") == {"asilah": 1, ELSEWHERE: 1}
    assert seen(Role.NATIONAL) == {"north": 2, "south": 1, ELSEWHERE: 1}
    own(stage, "larache", "Larache", "north")
    assert seen(Role.NATIONAL) == {"north": 3, "south": 1}
    thing = reader.find({"member": f"{9:016x}"})
    assert thing is not None
    assert may(stage.holder(Role.REGION, territories=frozenset({"north"})), Action.SEE_MEMBERS, thing)
    assert not may(stage.holder(Role.REGION, territories=frozenset({"tangier"})), Action.SEE_MEMBERS, thing)


def test_a_coordinator_of_a_territory_of_the_bodys_own_finds_its_members(stage: Stage) -> None:
    nation(stage, SAMIRA, person(8, name_latin="Hind Asilah", territory="asilah"))
    source = StoreSource(stage.store, stage.office.body, tally=lambda: stage.tally, is_connected=lambda: True)
    looks = MemberLooks(stage.home, stage.store, source, clock=stage.now)
    account = Account("hind", stage.holder(Role.CITY, territories=frozenset({"tangier"})))
    assert looks.show(account, {"member": f"{8:016x}"}) is None
    own(stage, "asilah", "Asilah", "tangier")
    [found] = looks.find(account, {"text": "hind"}).found
    assert found.place == {"fr": "Asilah"}
    shown = looks.show(account, {"member": f"{8:016x}"})
    assert shown is not None
    assert shown.place == {"fr": "Asilah"}
    assert looks.show(account, {"member": SAMIRA.member}) is None


def test_a_body_without_a_tour_has_territories_of_its_own(stage: Stage) -> None:
    body = "society"
    with stage.store.writing() as connection:
        for place, name in (("sale", "Salé"), ("oujda", "Oujda")):
            made = Territory(id=place, names={"fr": name})
            Sessions(connection, body).put_territory(made)
        Members(connection, body).add([person(1, territory="sale"), person(2, territory="oujda")], NOW)
    source = StoreSource(stage.store, body, tally=lambda: stage.tally, is_connected=lambda: True)
    reader = MembersReader(stage.store, source)
    places = reader({}, Holder(body=body, role=Role.NATIONAL)).places
    assert {each.id: (each.names, each.count) for each in places} == {
        "sale": ({"fr": "Salé"}, 1),
        "oujda": ({"fr": "Oujda"}, 1),
    }


def test_where_nobody_is_known_the_page_says_what_to_do(stage: Stage) -> None:
    page = told(stage)
    assert page.is_empty
    assert [figure.value for figure in page.figures] == ["0"] * 5
