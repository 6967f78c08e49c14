"""Every route × every role × other fairs, bodies, territories: refused and audited where it should be."""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any, Final

import httpx
import pytest

from server.rules.access import Action, Holder, Role, ever, everywhere, may
from server.web.app import make_app
from server.web.asking import FORM
from server.web.guard import Access, routes_of
from tests.server.web.guarded import OURS, Answer, Filling, Side, ask, asking, audited, changes, two_bodies
from tests.server.web.route_needs import NEEDS
from tests.server.web.stage import Stage


@pytest.fixture(scope="module")
def sides(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Side, Side]]:
    """Give two bodies with fairs of the same ids; tests look, and are refused."""
    stage, ours, theirs = two_bodies(tmp_path_factory.mktemp("matrix"))
    yield ours, theirs
    stage.close()


@pytest.fixture(scope="module")
def tour(sides: tuple[Side, Side]) -> Stage:
    """Give the server."""
    return sides[0].stage


NO_PAGE: Final = frozenset({Action.ACCOUNTS, Action.SEE_AUDIT, Action.EXPORT_MEMBERS})
WELL: Final = {"GET": {200}, "POST": {200, 303}}
NOT_THERE: Final = {"GET": {404, 400}, "POST": {200, 303, 404}}
"""What is answered to who may, of a thing that is there; and where something in it is not."""
ROLES: Final[dict[str, dict[str, Any]]] = {
    "national": {},
    "region": {"territories": frozenset({"region-0"})},
    "city": {"territories": frozenset({"city-1"})},
    "booth": {"fair": "fair-1", "booth": "bank"},
    "partner": {"partner": "bank"},
    "technician": {},
    "auditor": {},
    "admin": {},
}
ROUTES_SAID: Final = 60
"""At least so many routes there are, so that the matrix is known to have been asked."""


def asked(side: Side, role: str, client: httpx.Client) -> Iterator[tuple[str, str, Access, Filling, Answer]]:
    """Ask every address that is judged, of every filling; what is done by a form is sent with its token."""
    for method, path, access in judged_routes(side.stage):
        for filling in side.fillings(path):
            form = {"data": {"form": "token"}} if method == "POST" else {}
            answer = ask(client, method, filling.address, **form)
            assert answer.status < 500, (role, method, filling.address, answer)
            yield method, path, access, filling, answer


def judged_routes(stage: Stage) -> list[tuple[str, str, Access]]:
    """Give the routes for which an account needs more than to be one."""
    return [each for each in routes_of(make_app(stage.server._site)) if each[2].action]  # noqa: SLF001


def is_granted(holder: Holder, access: Access, filling: Filling) -> bool:
    """Say by ``server.rules.access`` whether somebody may; where each is shown their own, whether ever."""
    assert access.action is not None
    if access.find is None:
        return ever(holder, access.action)
    return filling.thing is not None and may(holder, access.action, filling.thing)


def judged(client: httpx.Client) -> httpx.Client:
    """Let a program have what a browser has that has loaded a form."""
    client.cookies.set(FORM, "token")
    return client


@pytest.mark.parametrize("role", ROLES)
def test_every_route_refuses_every_role_what_it_may_not(sides: tuple[Side, Side], role: str) -> None:
    ours, _ = sides
    scope = ROLES[role]
    holder = ours.holder(Role(role), **scope)
    name = f"matrix-{role}"
    refused = set()
    seen: Counter[str] = Counter()
    with judged(asking(ours.stage, ours.token(name, Role(role), **scope))) as client:
        for method, path, access, filling, answer in asked(ours, role, client):
            assert access.action is not None
            if is_granted(holder, access, filling):
                seen["granted" if filling.there else "not there"] += 1
                expected = WELL[method] if filling.there else NOT_THERE[method]
                assert answer.status in expected, (role, method, filling.address, answer)
            elif answer.status == 404:
                # Only who sees everything learns that there is nothing.
                seen["nothing"] += 1
                assert filling.thing is None
                assert everywhere(holder, access.action), (role, filling.address)
            else:
                seen["refused"] += 1
                assert answer.status == 403, (role, method, filling.address, answer)
                fair = filling.thing.fair if filling.thing else ""
                refused.add((f"{method} {path}", access.action.value, fair))
    found = {
        (detail["route"], detail["action"], detail.get("fair", ""))
        for who, detail in audited(ours.stage)
        if who == name
    }
    # An account without the action is refused before anybody looks for the thing.
    assert {(route, action) for route, action, _ in found} == {
        (route, action) for route, action, _ in refused
    }
    assert found <= refused | {(route, action, "") for route, action, _ in refused}
    assert seen["granted"] > 5, seen
    assert sum(seen.values()) > 4 * ROUTES_SAID


def test_the_matrix_knows_every_action_and_every_name(tour: Stage) -> None:
    judged = judged_routes(tour)
    assert len(judged) > ROUTES_SAID
    # Accounts are made by commands; nobody reads the audit log or files of members on a page.
    assert set(Action) - {access.action for _, _, access in judged} == NO_PAGE


def test_what_each_route_needs_is_said_here(tour: Stage) -> None:
    said: dict[str, str] = {}
    needed = ""
    for line in NEEDS.strip().splitlines():
        if line.startswith(" "):
            said[line.strip()] = needed
        else:
            needed = line
    found = {
        f"{method:<4} {path.removesuffix('/live')}": access.action.value if access.action else "an account"
        for method, path, access in routes_of(make_app(tour.server._site))  # noqa: SLF001
        if not access.is_open
    }
    assert found == said


@pytest.mark.parametrize("role", ["national", "city", "partner"])
def test_nothing_of_one_body_comes_out_at_the_other_under_the_same_names(
    sides: tuple[Side, Side], role: str
) -> None:
    for side, other in (sides, sides[::-1]):
        holder = side.holder(Role(role), **ROLES[role])
        own = 0
        token = side.token(f"apart-{role}-{side.body}", Role(role), **ROLES[role])
        with judged(asking(side.stage, token)) as client:
            for method, _, access, filling, answer in asked(side, role, client):
                assert other.mark not in answer.text, (method, filling.address)
                assert other.ids["case"] not in answer.text, filling
                own += side.mark in answer.text
                assert (answer.status in {403, 404}) or is_granted(holder, access, filling), filling
        assert own > 5


@pytest.mark.parametrize(("role", "within"), [("city", range(1, 2)), ("region", range(10))])
def test_whoever_coordinates_reads_nothing_of_another_territory(
    sides: tuple[Side, Side], role: str, within: range
) -> None:
    ours, _ = sides
    named: set[str] = set()
    token = ours.token(f"within-{role}", Role(role), **ROLES[role])
    with judged(asking(ours.stage, token)) as client:
        for _, _, _, filling, answer in asked(ours, role, client):
            if answer.status == 200:
                found = set(re.findall(rf"{OURS}(?: ar| réunion)? (\d+)", answer.text))
                assert f"{OURS} de Rabat" not in answer.text, filling.address
                assert found <= set(map(str, within)), (filling.address, found)
                named |= found
    assert named == set(map(str, within))


@pytest.mark.parametrize("role", ["national", "booth"])
def test_what_is_done_by_a_form_needs_the_form(tour: Stage, sides: tuple[Side, Side], role: str) -> None:
    ours, _ = sides
    token = ours.token(f"formless-{role}", Role(role), **ROLES[role])
    before = len(changes(tour))
    doings = [path for method, path, _ in judged_routes(tour) if method == "POST"]
    assert len(doings) > 3
    with asking(tour, token) as client:
        for path in doings:
            for filling in ours.fillings(path):
                for data in ({}, {"form": "guessed"}):
                    assert ask(client, "POST", filling.address, data=data).status in {403, 404}
    assert changes(tour)[before:] == []


def test_nobody_without_an_account_gets_anything_but_what_is_open(
    tour: Stage, sides: tuple[Side, Side]
) -> None:
    ours, _ = sides
    far = {"X-Forwarded-For": "10.1.2.3"}
    with httpx.Client(base_url=tour.server.url, headers=far, timeout=20) as client:
        for method, path, access in routes_of(make_app(tour.server._site)):  # noqa: SLF001
            if access.is_open:
                continue
            for address, _, _ in ours.fillings(path):
                answer = client.request(method, address, follow_redirects=False)
                is_program = address.startswith(("/api", "/metrics"))
                assert answer.status_code == (401 if is_program else 303), address
                if not is_program:
                    assert answer.headers["location"].startswith("/sign-in"), address


def test_what_is_open_is_said_here(tour: Stage) -> None:
    build = tour.server._site.build  # noqa: SLF001
    routes = routes_of(make_app(tour.server._site))  # noqa: SLF001
    found = {(method, path.replace(build, "…")) for method, path, access in routes if access.is_open}
    assert found == {
        ("GET", "/sign-in"),
        ("POST", "/sign-in"),
        ("POST", "/sign-in/code"),
        ("POST", "/sign-out"),
        ("GET", "/begin/{link}"),
        ("POST", "/begin/{link}"),
        ("GET", "/health"),
        ("GET", "/api/docs"),
        ("GET", "/api/docs/openapi.json"),
        ("GET", "/api/docs/{path}"),
        ("GET", "/static/…/{file_path}"),
        ("HEAD", "/static/…/{file_path}"),
    }
