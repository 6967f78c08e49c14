"""Every route × every role × other fairs, bodies, territories: refused and audited where it should be."""

import itertools
import re
import threading
from collections.abc import Iterator
from typing import Any, Final

import httpx
import msgspec
import pytest
from litestar import Litestar, get
from litestar.testing import TestClient

from server.account_office import AccountOffice
from server.rules.access import Action, Holder, Role, Thing, may
from server.rules.fair import FairDefinition
from server.rules.things import booth_thing, fair_thing
from server.store.audit_log import AuditLog
from server.web import WebError
from server.web.app import make_app
from server.web.guard import OPEN, check_routes, routes_of
from tests.server.web.peers import Client, Listener
from tests.server.web.stage import NOW, Stage
from wire.programme import Territory

CITIES: Final = 34


def city(definition: FairDefinition, number: int) -> FairDefinition:
    """Give a fair of a city of its own, in a region of ten cities."""
    region, place = f"region-{number // 10}", f"city-{number}"
    territories = [
        Territory(id=region, names={"ar": region, "fr": region}),
        Territory(id=place, names={"ar": place, "fr": place}, parent=region),
    ]
    names = {"ar": f"محطة {number}", "fr": f"Étape {number}"}
    fair = msgspec.structs.replace(definition.fair, id=f"fair-{number}", names=names, territory=place)
    return msgspec.structs.replace(
        definition, fair=fair, territories=territories, levels=[], sessions=[], offers=[]
    )


@pytest.fixture(scope="module")
def tour(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Give a tour of 34 cities, each with a kiosk; tests look, and are refused."""
    stage = Stage(tmp_path_factory.mktemp("tour"))
    stage.load([stage.definition, *(city(stage.definition, number) for number in range(CITIES))])
    stage.serve()
    yield stage
    stage.close()


def audited(stage: Stage, body: str = "") -> list[tuple[str, dict[str, Any]]]:
    """Give who was refused what."""
    with stage.store.reading() as connection:
        rows = list(AuditLog(connection, body or stage.office.body).entries())
    return [(row.who, msgspec.json.decode(row.detail)) for row in rows if row.what == "refused"]


def asking(stage: Stage, token: str) -> httpx.Client:
    return httpx.Client(base_url=stage.server.url, headers={"Authorization": f"Bearer {token}"}, timeout=20)


# -- every route --------------------------------------------------------------------------------


def test_a_route_that_does_not_say_who_may_use_it_does_not_start() -> None:
    @get("/secret", sync_to_thread=False)
    def secret() -> str:
        return "x"

    @get("/said", opt=OPEN, sync_to_thread=False)
    def said() -> str:
        return "x"

    with pytest.raises(WebError, match=r"do not say who may use them: \['GET'\] /secret"):
        check_routes(Litestar([secret, said], openapi_config=None))
    check_routes(Litestar([said], openapi_config=None))


def test_a_route_that_was_not_checked_is_closed(stage: Stage) -> None:
    site = stage.server._site  # noqa: SLF001

    @get("/secret", sync_to_thread=False)
    def secret() -> str:
        return "x"

    async def judge(connection: Any, handler: Any) -> None:
        await site.guard.judge(connection, handler)

    with TestClient(Litestar([secret], guards=[judge], openapi_config=None)) as client:
        answer = client.get("/secret", headers={"Authorization": f"Bearer {stage.token}"})
    assert answer.status_code == 403


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
FAIRS: Final = ("fair-1", "fair-2", "fair-11", "nowhere")
BOOTHS: Final = ("bank", "health", "nowhere")


def things_of(stage: Stage, path: str) -> Iterator[tuple[str, Thing | None]]:
    """Fill a route's path in with what is there and what is not; gives each address and its thing."""
    known = {each.fair.id: each for each in stage.server._site.source.fairs()}  # noqa: SLF001
    fairs = FAIRS if "{fair}" in path else ("",)
    booths = BOOTHS if "{booth}" in path else ("",)
    for fair, booth in itertools.product(fairs, booths):
        thing: Thing | None = Thing(body=stage.office.body)
        if fair:
            thing = fair_thing(known[fair]) if fair in known else None
        if booth:
            thing = booth_thing(known[fair], booth) if fair in known else None
        yield path.replace("{fair}", fair).replace("{booth}", booth), thing


def status_of(client: httpx.Client, method: str, path: str) -> int:
    """Ask, and do not wait for the end of a stream."""
    with client.stream(method, path) as answer:
        return answer.status_code


def test_every_route_refuses_every_role_what_it_may_not(tour: Stage) -> None:
    routes = routes_of(make_app(tour.server._site))  # noqa: SLF001
    assert len(routes) > 15
    judged = [(method, path, access) for method, path, access in routes if access.action]
    assert {access.action for _, _, access in judged} >= {
        Action.SEE_FAIR,
        Action.SEE_BOOTH,
        Action.SEE_KIOSKS,
        Action.SEE_METRICS,
    }
    seen: dict[int, int] = {}
    for role, scope in ROLES.items():
        holder = tour.holder(Role(role), **scope)
        name = f"matrix-{role}"
        refused = set()
        with asking(tour, tour.program(name, Role(role), **scope)) as client:
            for method, path, access in judged:
                assert access.action is not None
                for address, thing in things_of(tour, path):
                    status = status_of(client, method, address)
                    seen[status] = seen.get(status, 0) + 1
                    if thing is not None and may(holder, access.action, thing):
                        assert status == 200, (role, address)
                    elif status == 404:
                        # Only who sees everything learns that there is nothing.
                        assert thing is None
                        assert role in {"national", "technician", "auditor", "admin"}, address
                    else:
                        assert status == 403, (role, address)
                        fair = thing.fair if thing else ""
                        refused.add((f"{method} {path}", access.action.value, fair))
        found = {
            (detail["route"], detail["action"], detail.get("fair", ""))
            for who, detail in audited(tour)
            if who == name
        }
        # An account without the action is refused before anybody looks for the thing.
        assert {(route, action) for route, action, _ in found} == {
            (route, action) for route, action, _ in refused
        }
        assert found <= refused | {(route, action, "") for route, action, _ in refused}
    assert seen.keys() == {200, 403, 404}
    assert min(seen.values()) > 5


def test_nobody_without_an_account_gets_anything_but_what_is_open(tour: Stage) -> None:
    far = {"X-Forwarded-For": "10.1.2.3"}
    with httpx.Client(base_url=tour.server.url, headers=far, timeout=20) as client:
        for method, path, access in routes_of(make_app(tour.server._site)):  # noqa: SLF001
            if access.is_open:
                continue
            for address, _ in things_of(tour, path):
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


def test_another_body_sees_and_learns_nothing(tour: Stage) -> None:
    other = AccountOffice(tour.home, tour.store, "other", clock=tour.now, who="operator")
    for role, expected in ((Role.NATIONAL, {404}), (Role.ADMIN, {404}), (Role.AUDITOR, {404})):
        token = other.token(f"other-{role}", Holder("other", role))
        with asking(tour, token) as client:
            assert client.get("/api/fairs").json() == []
            paths = [f"/api/fairs/{fair}/figures" for fair in FAIRS]
            found = {path: client.get(path) for path in paths}
            assert {answer.status_code for answer in found.values()} == expected
            assert len({answer.text for answer in found.values()}) == 1
            assert "Étape" not in client.get("/", headers={"Accept-Language": "fr"}).text
            assert client.get("/metrics").status_code == 404


# -- 34 coordinators ----------------------------------------------------------------------------


def test_each_of_34_coordinators_reads_only_its_own_city(tour: Stage) -> None:
    tokens = [
        tour.program(f"coordinator-{number}", Role.CITY, territories=frozenset({f"city-{number}"}))
        for number in range(CITIES)
    ]
    for number, token in enumerate(tokens):
        with asking(tour, token) as client:
            assert [fair["id"] for fair in client.get("/api/fairs").json()] == [f"fair-{number}"]
            page = client.get("/", headers={"Accept-Language": "fr"})
            assert f"<title>Étape {number} ·" in page.text
            assert page.text.count("/fair/fair-") == page.text.count(f'/fair/fair-{number}"')
            for other in range(CITIES):
                status = client.get(f"/api/fairs/fair-{other}/figures").status_code
                assert status == (200 if other == number else 403), (number, other)
    refused = [(who, detail["fair"]) for who, detail in audited(tour) if who.startswith("coordinator-")]
    assert sorted(refused) == sorted(
        (f"coordinator-{number}", f"fair-{other}")
        for number in range(CITIES)
        for other in range(CITIES)
        if other != number
    )


def test_a_region_has_all_cities_that_lie_in_it(tour: Stage) -> None:
    with asking(tour, tour.program("north", Role.REGION, territories=frozenset({"region-1"}))) as client:
        found = {fair["id"] for fair in client.get("/api/fairs").json()}
        assert found == {f"fair-{number}" for number in range(10, 20)}
        page = client.get("/fair/fair-12", headers={"Accept-Language": "fr"}).text
        assert set(re.findall(r'href="/fair/(fair-\d+)"', page)) == found
        assert client.get("/fair/fair-2").status_code == 403


def test_a_refusal_is_words_for_people_and_says_nothing_of_what_is_there(tour: Stage) -> None:
    with asking(tour, tour.program("tired", Role.CITY, territories=frozenset({"city-3"}))) as client:
        client.headers["Accept-Language"] = "fr"
        there, not_there = client.get("/fair/fair-4"), client.get("/fair/hanane-tazi")
        assert there.status_code == not_there.status_code == 403
        assert "y donne pas accès" in there.text
        strip = {there.text.replace("fair-4", "*"), not_there.text.replace("hanane-tazi", "*")}
        assert len({text.partition('name="form"')[0] for text in strip}) == 1
        assert client.get("/api/fairs/fair-4/figures").json() == {
            "status_code": 403,
            "detail": "this account may not see that",
        }
        # What somebody wrote into an address may be a name, and does not go into the log.
        for _ in range(3):
            client.get("/fair/hanane-tazi")
    found = [detail for who, detail in audited(tour) if who == "tired"]
    assert {"route": "GET /fair/{fair}", "action": "see-fair", "fair": "fair-4"} in found
    assert found.count({"route": "GET /fair/{fair}", "action": "see-fair"}) == 1
    assert "hanane" not in repr(found)


def test_roles_without_a_fair_get_what_is_theirs(tour: Stage) -> None:
    booth = tour.program("booth", Role.BOOTH, fair="fair-5", booth="bank")
    with asking(tour, booth) as client:
        assert [fair["id"] for fair in client.get("/api/fairs").json()] == ["fair-5"]
        assert client.get("/api/fairs/fair-5/booths/bank/figures").json() == {"visits": 0, "attendance": 0}
        assert client.get("/api/fairs/fair-5/booths/health/figures").status_code == 403
        assert client.get("/api/fairs/fair-6/booths/bank/figures").status_code == 403
        page = client.get("/", headers={"Accept-Language": "fr"})
        assert page.status_code == 200
        assert "Rien à voir pour" in page.text
    with asking(tour, tour.program("partner", Role.PARTNER, partner="bank")) as client:
        assert len(client.get("/api/fairs").json()) == CITIES + 1
        assert client.get("/api/fairs/fair-5/figures").status_code == 403


def test_a_technicians_metrics_hold_kiosks_and_no_figures_of_people(stage: Stage) -> None:
    stage.visits(stage.kiosks[0], range(7), NOW)
    with asking(stage, stage.program("monitor", Role.TECHNICIAN)) as client:
        told = client.get("/metrics").text
    assert 'riwaq_kiosk_connected{fair="' in told
    assert 'riwaq_visits{fair="' not in told
    with asking(stage, stage.program("board", Role.AUDITOR)) as client:
        assert f'riwaq_visits{{fair="{stage.fair}"}} 7\n' in client.get("/metrics").text
    with asking(stage, stage.program("own", Role.CITY, territories=frozenset({"north"}))) as client:
        assert client.get("/metrics").status_code == 403


# -- sessions and streams -------------------------------------------------------------------------


@pytest.mark.parametrize("act", ["disable", "change"])
def test_a_session_and_its_stream_end_with_the_account_or_its_role(stage: Stage, act: str) -> None:
    password = stage.person("hanane", Role.AUDITOR)
    with Client(stage) as client:
        assert client.sign_in(password, "hanane").status_code == 303
        with client.http.stream("GET", f"/api/fairs/{stage.fair}/stream") as answer:
            lines = answer.iter_lines()
            assert next(lines) == "event: page"
            if act == "disable":
                stage.people.disable("hanane")
            else:
                stage.people.change("hanane", stage.holder(Role.NATIONAL))
            events = [line for line in lines if line.startswith("event: ")]
        assert events[-1] == "event: bye"
        assert client.http.get("/api/session").status_code == 401
        assert client.sign_in(password, "hanane").status_code == (401 if act == "disable" else 303)


def test_a_refusal_that_cannot_be_written_is_a_refusal_all_the_same(stage: Stage) -> None:
    token = stage.program("tired", Role.TECHNICIAN)
    with stage.store.writing() as connection:
        connection.exec_driver_sql("ALTER TABLE audit RENAME TO away")
    with asking(stage, token) as client:
        assert client.get(f"/api/fairs/{stage.fair}/figures").status_code == 403
    assert any("could not be written into the audit log" in line for line in stage.said)
    with stage.store.writing() as connection:
        connection.exec_driver_sql("ALTER TABLE away RENAME TO audit")
    with asking(stage, token) as client:
        assert client.get(f"/api/fairs/{stage.fair}/figures").status_code == 403
    assert [who for who, _ in audited(stage)] == ["tired"]


def test_somebody_who_tries_on_and_on_does_not_fill_the_log(stage: Stage) -> None:
    token = stage.program("tired", Role.TECHNICIAN)

    def ask() -> None:
        with asking(stage, token) as client:
            for number in range(20):
                assert client.get(f"/api/fairs/guess-{number}/figures").status_code == 403

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(audited(stage)) == 1


@pytest.mark.parametrize("act", ["revoke", "change"])
def test_a_stream_of_a_token_ends_when_it_is_revoked_or_may_less(stage: Stage, act: str) -> None:
    listener = Listener(stage)
    messages = listener.messages()
    next(messages)
    if act == "revoke":
        stage.people.revoke_token("figures")
    else:
        stage.people.change("figures", stage.holder(Role.TECHNICIAN))
    last = [event for event, _ in messages][-1]
    listener.close()
    assert last == "bye"
