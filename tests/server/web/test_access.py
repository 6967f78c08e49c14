"""Who may do what: the table in the docstring of ``server.rules.access``, cell by cell."""

import itertools
import re
from collections.abc import Iterator
from typing import Any, Final

import pytest

from server.files.tour_file import read_tour
from server.rules import access
from server.rules.access import PERSONAL, Action, Holder, Role, Thing, ever, everywhere, may, misfit
from server.rules.fair import FairDefinition
from server.rules.things import (
    Ground,
    around,
    booth_thing,
    fair_thing,
    member_thing,
    partner_thing,
    tour_thing,
)
from tests.server.tours import SMALL
from wire.programme import Territory

OWN: Final = "amal"
BODIES: Final = (OWN, "other")
PLACES: Final = {
    "own": {"fes", "fes-meknes"},
    "inside": {"centre-7", "fes", "fes-meknes"},
    "other": {"agadir"},
}
SCOPES: Final[dict[Role, dict[str, Any]]] = {
    Role.REGION: {"territories": frozenset({"fes"})},
    Role.CITY: {"territories": frozenset({"fes"})},
    Role.BOOTH: {"fair": "fes-2025", "booth": "bank"},
    Role.PARTNER: {"partner": "atlas"},
}


def table() -> dict[tuple[Action, Role], str]:
    """Read the docstring's table."""
    lines = [line.split() for line in (access.__doc__ or "").splitlines() if re.match(r"    \w", line)]
    head, *rows = lines
    assert head[0] == "action"
    return {
        (Action(row[0]), Role(role)): cell
        for row in rows
        for role, cell in zip(head[1:], row[1:], strict=True)
    }


TABLE: Final = table()


def expected(cell: str, thing: Thing) -> bool:
    """Say by the words of the docstring what a cell means for somebody with the scopes above."""
    if thing.body != OWN or cell == "-":
        return False
    own_fair = thing.fair == "fes-2025"
    return {
        "body": True,
        "territory": "fes" in thing.within,
        "fair": own_fair,
        "booth": own_fair and thing.booth == "bank",
        "partner": thing.partner == "atlas",
        "guest": "atlas" in thing.guests,
    }[cell]


def things() -> Iterator[Thing]:
    for body, fair, place, booth, partner, guest in itertools.product(
        BODIES,
        ("", "fes-2025", "agadir-2025"),
        ("", *PLACES),
        ("", "bank", "health"),
        ("", "atlas", "sahara"),
        ("", "atlas", "sahara"),
    ):
        yield Thing(
            body=body,
            fair=fair,
            within=frozenset(PLACES.get(place, ())),
            booth=booth,
            partner=partner,
            guests=frozenset({guest} - {""}),
        )


def test_the_table_has_every_action_of_every_role() -> None:
    assert set(TABLE) == set(itertools.product(Action, Role))


@pytest.mark.parametrize("role", Role)
def test_every_cell_is_as_the_table_says(role: Role) -> None:
    holder = Holder(body=OWN, role=role, **SCOPES.get(role, {}))
    granted = refused = 0
    for action, thing in itertools.product(Action, things()):
        found = may(holder, action, thing)
        assert found == expected(TABLE[action, role], thing), (action, thing)
        granted, refused = granted + found, refused + (not found)
    assert granted > 0
    assert refused > 0


@pytest.mark.parametrize("role", Role)
def test_an_account_without_a_scope_reaches_nothing_but_of_the_whole_body(role: Role) -> None:
    nowhere = Holder(body=OWN, role=role)
    for action, thing in itertools.product(Action, things()):
        if TABLE[action, role] != "body":
            assert not may(nowhere, action, thing), (action, thing)


@pytest.mark.parametrize("role", Role)
def test_an_account_that_names_a_fair_reaches_nothing_outside_of_it(role: Role) -> None:
    scope = {**SCOPES.get(role, {}), "fair": "fes-2025"}
    holder = Holder(body=OWN, role=role, **scope)
    for action, thing in itertools.product(Action, things()):
        if thing.fair != "fes-2025":
            assert not may(holder, action, thing)
        assert not everywhere(holder, action)


@pytest.mark.parametrize("role", Role)
def test_who_may_learn_what_is_not_there(role: Role) -> None:
    holder = Holder(body=OWN, role=role, **SCOPES.get(role, {}))
    for action in Action:
        assert ever(holder, action) == (TABLE[action, role] != "-")
        assert everywhere(holder, action) == (TABLE[action, role] == "body")


@pytest.mark.parametrize("role", Role)
def test_of_what_shows_to_each_its_own_one_part_is_enough(role: Role) -> None:
    holder = Holder(body=OWN, role=role, **SCOPES.get(role, {}))
    some = list(things())[:: 1 + len(BODIES) * 7]
    for action, one, other in itertools.product(Action, some, some):
        whole = Thing(body=OWN, parts=(one, other))
        enough = (may(holder, action, part) for part in (one, other, Thing(body=OWN)))
        assert may(holder, action, whole) == any(enough), (action, whole)


def test_who_sees_personal_data_is_said_by_name() -> None:
    roles = {role for action in PERSONAL for role in Role if TABLE[action, role] != "-"}
    assert roles == {Role.NATIONAL, Role.REGION, Role.CITY, Role.PARTNER, Role.ADMIN}
    assert {action for action in PERSONAL if TABLE[action, Role.PARTNER] != "-"} == {Action.PARTNER_FILE}


@pytest.mark.parametrize(
    ("role", "scope", "told"),
    [
        ("national", {}, ""),
        ("city", {}, "the role city needs --territory"),
        ("city", {"territories": frozenset({"fes"})}, ""),
        ("city", {"territories": frozenset({"fes"}), "fair": "f"}, "the role city has no use for --fair"),
        ("booth", {"booth": "bank"}, "the role booth needs --fair"),
        ("booth", {}, "the role booth needs --booth and --fair"),
        ("booth", {"fair": "f", "booth": "bank"}, ""),
        ("partner", {"partner": "atlas"}, ""),
        ("partner", {"partner": "atlas", "fair": "f"}, ""),
        ("partner", {"fair": "f"}, "the role partner needs --partner"),
        ("technician", {"fair": "f"}, ""),
        ("admin", {"partner": "atlas", "booth": "b"}, "the role admin has no use for --booth and --partner"),
    ],
)
def test_a_role_and_its_scope_must_fit(role: str, scope: dict[str, Any], told: str) -> None:
    assert misfit(Holder(body=OWN, role=Role(role), **scope)) == told


TREE: Final = [
    Territory(id="fes-meknes", names={}),
    Territory(id="fes", names={}, parent="fes-meknes"),
    Territory(id="centre-7", names={}, parent="fes"),
]


def test_a_territory_lies_in_all_that_are_around_it() -> None:
    assert around("centre-7", TREE) == {"centre-7", "fes", "fes-meknes"}
    assert around("fes-meknes", TREE) == {"fes-meknes"}
    assert around("elsewhere", TREE) == {"elsewhere"}
    assert around("", TREE) == frozenset()
    circle = [Territory(id="a", names={}, parent="b"), Territory(id="b", names={}, parent="a")]
    assert around("a", circle) == {"a", "b"}


def named(id_: str, fr: str, parent: str = "", ar: str = "") -> Territory:
    return Territory(id=id_, names={"fr": fr, "ar": ar}, parent=parent)


AGDAL, TAN_TAN = "04.421.01.0", "10.521.01.01"  # communes: Rabat, Tan-Tan


@pytest.mark.parametrize(
    ("described", "found"),
    [
        # Regions by the code, as ISO writes it, by a name in either script, inside something of the body's.
        ([named("04", "Délégation")], {"04"}),
        ([named("ma-04", "Délégation")], {"ma-04"}),
        ([named("rsk", "Rabat-Salé-Kénitra", ar="-")], {"rsk"}),
        ([named("rsk", "-", ar="الرباط سلا القنيطرة")], {"rsk"}),
        ([named("rsk", "RABAT SALE KENITRA", "west"), named("west", "L'Ouest")], {"rsk", "west"}),
        # Provinces and prefectures.
        ([named("04421", "-"), named("04-441", "-")], {"04421"}),
        (
            [named("capital", "Rabat", "delegation-4"), named("delegation-4", "-")],
            {"capital", "delegation-4"},
        ),
        # Of two of one name neither is meant, and other regions never are.
        ([named("a", "Rabat"), named("b", "Rabat")], set()),
        ([named("10", "Guelmim-Oued Noun"), named("rst", "الرباط سلا تمارة")], set()),
        ([], set()),
    ],
)
def test_a_commune_lies_in_its_province_and_region_however_the_body_describes_them(
    described: list[Territory], found: set[str]
) -> None:
    assert around(AGDAL, described) == {AGDAL, "04.421", "04", *found}


def test_what_the_body_describes_comes_first_and_the_official_map_goes_on_where_it_ends() -> None:
    territories = [
        named("10", "Guelmim-Oued Noun"),
        named("10521", "Tan-Tan"),
        named("04", "Rabat-Salé-Kénitra"),
        named("centre-7", "Centre", "10521"),
    ]
    assert around("centre-7", territories) == {"centre-7", "10521", "10"}
    assert around(TAN_TAN, territories) == {TAN_TAN, "10.521", "10521", "10"}
    # A body may let a province lie elsewhere than the administration does; it then lies in both.
    moved = [*territories[:1], named("10521", "Tan-Tan", "south"), named("south", "Sud")]
    assert around(TAN_TAN, moved) == {TAN_TAN, "10.521", "10521", "south", "10"}


def test_a_coordinator_sees_the_members_of_the_region_s_communes_and_no_others() -> None:
    territories = [
        named(f"region-{code}", name)
        for code, name in (("4", "Rabat-Salé-Kénitra"), ("10", "Guelmim-Oued Noun"))
    ]
    ground = Ground(territories)
    for home, region in ((AGDAL, "region-4"), (TAN_TAN, "region-10")):
        for holder in ("region-4", "region-10"):
            coordinator = Holder(body=OWN, role=Role.REGION, territories=frozenset({holder}))
            found = may(coordinator, Action.SEE_MEMBERS, member_thing(OWN, home, ground))
            assert found == (holder == region), (home, holder)


def test_a_member_is_the_coordinators_of_all_that_lie_around_home() -> None:
    member = member_thing(OWN, "centre-7", TREE)
    for territory, found in (("fes-meknes", True), ("fes", True), ("centre-7", True), ("agadir", False)):
        holder = Holder(body=OWN, role=Role.REGION, territories=frozenset({territory}))
        assert may(holder, Action.SEE_MEMBERS, member) == found, territory
    homeless = member_thing(OWN, "", TREE)
    assert not may(Holder(OWN, Role.CITY, frozenset({"fes"})), Action.SEE_MEMBERS, homeless)
    assert may(Holder(OWN, Role.NATIONAL), Action.SEE_MEMBERS, homeless)


MORE_FAIRS: Final = """
[[fairs]]
id = "tangier-2024"
names = { ar = "محطة طنجة", fr = "Étape de Tanger" }
days = [2025-01-10]
territory = "tangier"

[[fairs]]
id = "sea-2025"
names = { ar = "محطة البحر", fr = "Étape en mer" }
days = [2025-01-20]
"""


def fairs() -> dict[str, FairDefinition]:
    tour = read_tour((SMALL + MORE_FAIRS).encode(), "tour.toml")
    return {each.fair.id: each for each in tour.fairs}


def test_things_are_made_of_a_fairs_description() -> None:
    tangier = fairs()["tangier-2024"]
    whole = fair_thing(tangier)
    assert whole == Thing(OWN, "tangier-2024", frozenset({"tangier", "north"}), guests=frozenset({"bank"}))
    assert booth_thing(tangier, "bank") == Thing(OWN, "tangier-2024", whole.within, booth="bank")
    assert partner_thing(tangier, "bank") == Thing(OWN, "tangier-2024", whole.within, partner="bank")
    assert booth_thing(tangier, "nowhere") is None
    assert partner_thing(tangier, "membership") is None


def test_a_tour_is_of_whoever_has_all_its_stops() -> None:
    all_fairs = fairs()
    near = tour_thing([all_fairs["rabat-2024"], all_fairs["tangier-2024"]])
    far = tour_thing(list(all_fairs.values()))
    assert near is not None
    assert far is not None
    assert tour_thing([]) is None
    for territory, sees in (("north", True), ("tangier", False)):
        assert may(Holder(OWN, Role.REGION, frozenset({territory})), Action.SEE_TOUR, near) == sees
        assert not may(Holder(OWN, Role.REGION, frozenset({territory})), Action.SEE_TOUR, far)
    assert may(Holder(OWN, Role.NATIONAL), Action.SEE_TOUR, far)
