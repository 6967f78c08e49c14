"""Who is let in and who is not: coordinators, technicians, sessions and streams that end."""

import asyncio
import re
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest
from litestar import Litestar, get
from litestar.datastructures import State
from litestar.testing import TestClient

from server.account_office import AccountOffice
from server.rules.access import Action, Holder, Role, Thing
from server.web import WebError
from server.web.guard import OPEN, check_routes, needs
from server.web.hall import Hall
from server.web.things import the_fair
from tests.server.web.guarded import CITIES, HERE, NOWHERE, OURS, THEIRS, asking, audited, two_bodies
from tests.server.web.peers import Client, Listener
from tests.server.web.sessions_stage import SessionsStage
from tests.server.web.stage import NOW, OTHER_BODY, Stage


@pytest.fixture(scope="module")
def tour(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Give a tour of 34 cities, and another body; tests look, and are refused."""
    stage, _, _ = two_bodies(tmp_path_factory.mktemp("tour"))
    yield stage
    stage.close()


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


def test_another_body_sees_and_learns_nothing(tour: Stage) -> None:
    other = AccountOffice(tour.home, tour.store, OTHER_BODY, clock=tour.now, who="operator")
    for role, expected in ((Role.NATIONAL, {404}), (Role.ADMIN, {404}), (Role.AUDITOR, {404})):
        token = other.token(f"other-{role}", Holder(OTHER_BODY, role))
        with asking(tour, token) as client:
            assert {fair["names"]["fr"].split()[0] for fair in client.get("/api/fairs").json()} == {THEIRS}
            paths = [f"/api/fairs/{fair}/figures" for fair in ("fair-3", "fair-12", tour.fair, NOWHERE)]
            found = {path: client.get(path) for path in paths}
            assert {answer.status_code for answer in found.values()} == expected
            assert len({answer.text for answer in found.values()}) == 1
            page = client.get("/", headers={"Accept-Language": "fr"}).text
            assert THEIRS in page
            assert OURS not in page
            metrics = client.get("/metrics").text
            assert "riwaq_broker_connected" in metrics
            assert f'body="{OTHER_BODY}",fair="{HERE}"' in metrics
            assert tour.office.body not in metrics


def test_what_no_database_takes_is_no_name_of_anything(tmp_path: Path, postgres_url: str) -> None:
    stage = SessionsStage(tmp_path, database=postgres_url)
    stage.serve()
    try:
        with Client(stage) as client:
            assert client.sign_in(name="organizer\0").status_code == 303
            form = client.form("/members")
            for path in (
                "/sessions/a%00b",
                "/members/%00",
                "/series/%00",
                f"/fair/{stage.fair}/feedback/case/%00",
                f"/fair/{stage.fair}/feedback/texts/%00/_all/1",
                f"/api/fairs/{stage.fair}/exceptions/like/%00",
            ):
                assert client.http.get(path).status_code == 404, path
            found = client.http.post("/members/find", data={"form": form, "text": "Hanane\0 Tazi"})
            assert found.status_code == 200
            assert "\0" not in found.text
        assert stage.said == []
    finally:
        stage.close()


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
            assert set(re.findall(r"/fair/(fair-\d+)", page.text)) == {f"fair-{number}"}
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
        assert "/fair/fair-5/booth/bank" in page.text
        assert "fair-6" not in page.text
    with asking(tour, tour.program("partner", Role.PARTNER, partner="bank")) as client:
        assert len(client.get("/api/fairs").json()) == CITIES + 1
        assert client.get("/api/fairs/fair-5/figures").status_code == 403


def test_a_technicians_metrics_hold_kiosks_and_no_figures_of_people(stage: Stage) -> None:
    stage.visits(stage.kiosks[0], range(7), NOW)
    with asking(stage, stage.program("monitor", Role.TECHNICIAN)) as client:
        told = client.get("/metrics").text
    assert 'riwaq_kiosk_connected{body="' in told
    assert "riwaq_visits{" not in told
    with asking(stage, stage.program("board", Role.AUDITOR)) as client:
        assert (
            f'riwaq_visits{{body="{stage.office.body}",fair="{stage.fair}"}} 7\n'
            in client.get("/metrics").text
        )
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


def test_a_stream_ends_with_the_fair_s_move_to_another_territory(stage: Stage) -> None:
    home = stage.definition.fair.territory
    token = stage.program("coordinator", Role.CITY, territories=frozenset({home}))
    with (
        asking(stage, token) as client,
        client.stream("GET", f"/api/fairs/{stage.fair}/stream") as answer,
    ):
        lines = answer.iter_lines()
        assert next(lines) == "event: page"
        fair = msgspec.structs.replace(stage.definition.fair, territory="oriental")
        stage.load([msgspec.structs.replace(stage.definition, fair=fair)])
        events = [line for line in lines if line.startswith("event: ")]
        assert events[-1] == "event: bye"
        assert client.get(f"/api/fairs/{stage.fair}").status_code == 403


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


def test_streams_that_ask_at_the_same_beat_look_their_fair_up_once(stage: Stage) -> None:
    looked: list[object] = []
    guard = stage.server._site.guard  # noqa: SLF001

    def look(hall: Hall, names: Mapping[str, Any]) -> Thing | None:
        looked.append(names)
        return the_fair(hall, names)

    def stream() -> Any:
        return SimpleNamespace(
            headers={"authorization": f"Bearer {stage.token}"},
            cookies={},
            path_params={"fair": stage.fair},
            state=State(),
            route_handler=SimpleNamespace(opt=needs(Action.SEE_FAIR, look)),
        )

    async def beat() -> list[bool]:
        streams = [stream() for _ in range(100)]
        for each in streams:
            each.state.account = await guard.who(each)
        return await asyncio.gather(*map(guard.is_still, streams))

    assert asyncio.run(beat()) == [True] * 100
    assert len(looked) == 1


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
