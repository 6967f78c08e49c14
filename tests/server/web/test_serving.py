"""The page over HTTP: headers, doors, the API and its description, metrics, streams, stopping."""

import json
import re
import socket
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec
import pytest

from server.web import WebError
from server.web.serving import WebServer
from tests.server.web.peers import Client, Listener
from tests.server.web.stage import NOW, Stage, texts
from tests.waiting import until
from wire.programme import Booth


def test_everything_but_health_and_the_door_needs_a_session(stage: Stage) -> None:
    with Client(stage) as client:
        home = client.http.get("/")
        assert (home.status_code, home.headers["location"]) == (303, "/sign-in")
        fair = client.http.get(f"/fair/{stage.fair}")
        assert fair.headers["location"] == f"/sign-in?next=/fair/{stage.fair}"
        for path in ("/api/fairs", f"/api/fairs/{stage.fair}/figures", f"/api/fairs/{stage.fair}/kiosks"):
            answer = client.http.get(path)
            assert (answer.status_code, answer.headers["content-type"]) == (401, "application/json")
        assert client.http.get(f"/api/fairs/{stage.fair}/stream").status_code == 401
        assert client.http.get("/api/session").status_code == 401
        assert client.http.get("/health").json() == {"status": "ok"}
        assert client.sign_in().status_code == 303
        assert client.http.get("/").status_code == 200
        assert client.http.get("/api/session").status_code == 204


def test_every_answer_carries_the_headers_of_a_careful_page(stage: Stage) -> None:
    with Client(stage) as client:
        client.sign_in()
        for path in (
            "/",
            "/sign-in",
            "/nowhere",
            "/api/fairs",
            "/api/docs",
            "/health",
            f"/fair/{stage.fair}",
        ):
            headers = client.http.get(path).headers
            policy = headers["content-security-policy"]
            assert "unsafe" not in policy
            assert "default-src 'none'" in policy
            assert headers["x-content-type-options"] == "nosniff"
            assert headers["cache-control"] == "no-store", path
            assert "server" not in headers
        page = client.http.get("/").text
        assert re.search(r"<script(?![^>]* src=)", page) is None
        assert " style=" not in page
        assert "http://" not in page.replace("http://www.w3.org/2000/svg", "")
        script = re.search(r'src="(/static/[^"]+live\.js)"', page)
        assert script is not None
        assert "immutable" in client.http.get(script[1]).headers["cache-control"]


def test_cookies_are_out_of_reach_of_scripts_and_of_other_sites(stage: Stage) -> None:
    with Client(stage) as client:
        cookie = client.sign_in().headers["set-cookie"]
        assert "riwaq_session=" in cookie
        assert "HttpOnly" in cookie
        assert "SameSite=lax" in cookie
        assert "Secure" not in cookie
    # A proxy of this machine tells that the browser came by https.
    with Client(stage, **{"X-Forwarded-Proto": "https", "X-Forwarded-For": "10.1.2.3"}) as client:
        form = client.http.get("/sign-in")
        assert "Secure" in form.headers["set-cookie"]


def test_a_form_from_elsewhere_is_refused(stage: Stage) -> None:
    with Client(stage) as client:
        data = {"name": "organizer", "password": stage.password}
        assert client.http.post("/sign-in", data=data).status_code == 403
        form = client.form()
        assert client.http.post("/sign-in", data={**data, "form": form + "x"}).status_code == 403
        answer = client.http.post(
            "/sign-in", data={**data, "form": form}, headers={"Sec-Fetch-Site": "cross-site"}
        )
        assert answer.status_code == 403
        assert client.http.get("/api/session").status_code == 401
        # Nor can another site sign anybody out.
        assert client.sign_in().status_code == 303
        assert client.http.post("/sign-out", data={"form": "guessed"}).status_code == 403
        assert client.http.get("/api/session").status_code == 204
        assert stage.said == []


def test_after_signing_in_one_goes_to_pages_of_ours_alone(stage: Stage) -> None:
    with Client(stage) as client:
        for wanted, found in [
            (f"/fair/{stage.fair}", f"/fair/{stage.fair}"),
            (
                f"/fair/{stage.fair}/feedback/texts/_all/_all/1",
                f"/fair/{stage.fair}/feedback/texts/_all/_all/1",
            ),
            ("https://elsewhere.example", "/"),
            ("//elsewhere.example", "/"),
            ("/\\elsewhere.example", "/"),
            ("/fair/x\r\nSet-Cookie: a=b", "/"),
        ]:
            assert client.sign_in(next=wanted).headers["location"] == found
            client.http.cookies.clear()


def test_a_hundred_wrong_passwords_are_slowed_down_in_words(stage: Stage) -> None:
    with Client(stage, **{"Accept-Language": "fr"}) as client:
        form = client.form()
        answers = [
            client.http.post("/sign-in", data={"form": form, "name": name, "password": "wrong"})
            for name in ("organizer", *(f"invented-{number}" for number in range(99)))
        ]
        assert [answer.status_code for answer in answers[:5]] == [401] * 5
        late = answers[-1]
        assert late.status_code == 429
        assert int(late.headers["retry-after"]) >= 1
        assert "Trop de mots de passe erronés" in late.text
        assert sum(answer.status_code == 429 for answer in answers) > 80
        # The right one waits like all others from there.
        assert client.sign_in().status_code == 429


def test_wrong_passwords_at_once_are_checked_one_by_one(stage: Stage) -> None:
    statuses: list[int] = []

    def guess() -> None:
        with Client(stage) as client:
            statuses.append(client.sign_in("wrong").status_code)

    threads = [threading.Thread(target=guess) for _ in range(30)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses.count(401) <= 6
    assert set(statuses) <= {401, 429, 503}


def test_a_large_or_broken_form_is_refused(stage: Stage) -> None:
    with Client(stage) as client:
        assert client.http.post("/sign-in", data={"form": "x" * 100_000}).status_code == 413
        answer = client.http.post(
            "/sign-in", content=b"\xff", headers={"Content-Type": "multipart/form-data; boundary=x"}
        )
        assert answer.status_code in {400, 403}
        assert stage.said == []


def test_signing_out_ends_the_session_and_its_streams(stage: Stage) -> None:
    with Client(stage) as client:
        client.sign_in()
        kept = dict(client.http.cookies)
        answer = client.http.post("/sign-out", data={"form": client.form("/")})
        assert answer.headers["location"] == "/sign-in"
        client.http.cookies.update(kept)
        assert client.http.get("/api/session").status_code == 401


def test_the_api_gives_what_was_counted(stage: Stage) -> None:
    stage.visits(stage.kiosks[0], [1, 2, 3], NOW)
    stage.visits(stage.kiosks[0], [1], NOW + 3_600_000)
    stage.state(stage.kiosks[0], ago_s=600, waiting=23)
    with Client(stage, Authorization=f"Bearer {stage.token}") as client:
        found = client.http.get(f"/api/fairs/{stage.fair}/figures").json()
        assert (found["visits"], found["attendance"]) == (4, 3)
        assert found["by_booth"] == {"bank": {"visits": 4, "attendance": 3}}
        assert found["by_hour"]["2024-12-28T14:00Z"] == {"visits": 3, "attendance": 3}
        assert found["by_day"] == {"2024-12-28": {"visits": 4, "attendance": 3}}
        [kiosk] = client.http.get(f"/api/fairs/{stage.fair}/kiosks?lang=fr").json()
        assert kiosk["health"] == "watch"
        assert kiosk["says"] == ["no_network", "waiting"]
        assert kiosk["sentence"] == "sans réseau depuis 15:10 · 23 faits en attente, en sûreté"
        assert [fair["id"] for fair in client.http.get("/api/fairs").json()] == [stage.fair]
        assert client.http.get("/api/fairs/none/figures").status_code == 404
        assert client.http.get("/api/fairs/none/stream").status_code == 404
        assert client.http.get(f"/api/fairs/{stage.fair}/kiosks?lang=xx").status_code == 400
    with Client(stage, Authorization="Bearer guessed") as client:
        assert client.http.get("/api/fairs").status_code == 401


def refs_of(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [
            *([value["$ref"]] if "$ref" in value else []),
            *(ref for part in value.values() for ref in refs_of(part)),
        ]
    return [ref for part in value for ref in refs_of(part)] if isinstance(value, list) else []


def test_the_api_describes_itself_without_help_from_elsewhere(stage: Stage) -> None:
    with Client(stage) as client:
        described = client.http.get("/api/docs/openapi.json").json()
        page = client.http.get("/api/docs").text
    assert described["openapi"].startswith("3.")
    assert described["info"]["title"] == "Riwaq"
    operations = [operation for path in described["paths"].values() for operation in path.values()]
    ids = [operation["operationId"] for operation in operations]
    assert len(set(ids)) == len(ids) > 25
    for operation in operations:
        assert operation["summary"]
        assert operation["responses"]
        assert all(answer["description"] for answer in operation["responses"].values())
    for path, found in described["paths"].items():
        named = set(re.findall(r"\{(\w+)\}", path))
        for operation in found.values():
            declared = {entry["name"] for entry in operation.get("parameters", []) if entry["in"] == "path"}
            assert declared == named, path
    schemas = described["components"]["schemas"]
    assert {ref.removeprefix("#/components/schemas/") for ref in refs_of(described)} <= schemas.keys()
    assert json.dumps(described)
    for path in described["paths"]:
        assert path in page
    assert "cdn" not in page
    assert "<script" not in page


SAMPLE = re.compile(
    r'(?P<name>[a-z_]+)(\{(?P<labels>([a-z]+="([^"\\\n]|\\["\\n])*",?)*)\})? (?P<value>-?[0-9.]+)'
)


def test_metrics_read_like_prometheus_wants_them(stage: Stage) -> None:
    stage.visits(stage.kiosks[0], [1, 2], NOW)
    strange = stage.add_kiosk('K "two" \\ 2', "bank")
    stage.state(strange, ago_s=20, waiting=7)
    with Client(stage) as client:
        answer = client.http.get("/metrics")
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    body = f'body="{stage.office.body}"'
    samples = {}
    typed = set()
    for line in answer.text.splitlines():
        if line.startswith("# TYPE "):
            typed.add(line.split()[2])
        elif not line.startswith("# HELP "):
            found = SAMPLE.fullmatch(line)
            assert found is not None, line
            assert found["name"] in typed
            samples[found["name"], found["labels"] or ""] = float(found["value"])
    assert samples["riwaq_facts_total", f'{body},verdict="accepted"'] == 2
    assert samples["riwaq_batches_total", body] == 1
    assert samples["riwaq_refused_messages_total", f'{body},code="garbage"'] == 2
    assert samples["riwaq_visits", f'{body},fair="{stage.fair}"'] == 2
    waiting = [value for (name, _), value in samples.items() if name == "riwaq_kiosk_waiting_facts"]
    assert sorted(waiting) == [0, 7]
    [silent] = [value for (name, _), value in samples.items() if name == "riwaq_kiosk_silent_seconds"]
    assert 20 <= silent < 30


def test_metrics_are_for_this_machine_or_for_the_token(stage: Stage) -> None:
    far = {"X-Forwarded-For": "10.1.2.3"}
    with Client(stage, **far) as client:
        assert client.http.get("/metrics").status_code == 401
        with_token = {"Authorization": f"Bearer {stage.token}"}
        assert client.http.get("/metrics", headers=with_token).status_code == 200
        assert client.http.get("/metrics", headers={"Authorization": "Bearer x"}).status_code == 401


def test_a_stream_begins_with_the_page_and_brings_what_changes(stage: Stage) -> None:
    listener = Listener(stage, "fr")
    messages = listener.messages()
    event, page = next(messages)
    assert (event, page["visits"], page["fair"]) == ("page", 0, stage.fair)
    stage.notify(stage.visits(stage.kiosks[0], [1, 2], NOW))
    event, change = next(messages)
    assert (event, change["visits"], change["attendance"]) == ("page", 2, 2)
    assert "title" not in change
    assert "kiosks" not in change
    listener.close()
    with Client(stage) as client:
        until(lambda: "riwaq_page_streams 0" in client.http.get("/metrics").text, what="the stream to end")


def test_at_most_five_changes_a_second_go_out(stage: Stage) -> None:
    listener = Listener(stage)
    messages = listener.messages()
    next(messages)
    began = time.monotonic()
    for card in range(40):
        stage.notify(stage.visits(stage.kiosks[0], [card], NOW))
    seen = 0
    while next(messages)[1].get("visits") != 40:
        seen += 1
    seconds = time.monotonic() - began
    assert seen + 1 <= seconds * 5 + 2
    listener.close()


def test_what_other_processes_change_shows_within_seconds(stage: Stage) -> None:
    listener = Listener(stage)
    messages = listener.messages()
    next(messages)
    stage.visits(stage.kiosks[0], [1], NOW)  # and nobody notifies
    assert next(messages)[1]["visits"] == 1
    listener.close()


def test_a_stream_ends_with_a_new_password_and_beats_until_then(stage: Stage) -> None:
    with Client(stage) as client:
        client.sign_in()
        with client.http.stream("GET", f"/api/fairs/{stage.fair}/stream") as answer:
            lines = answer.iter_lines()
            assert next(lines) == "event: page"
            stage.new_password()
            events = [line for line in lines if line.startswith("event: ")]
    assert events[-1] == "event: bye"


def test_a_stop_takes_less_than_three_seconds_with_open_streams(stage: Stage) -> None:
    listeners = [Listener(stage) for _ in range(20)]
    for listener in listeners:
        listener.first()
    began = time.monotonic()
    stage.stop()
    assert time.monotonic() - began < 2
    # Each came to its own end; nobody was thrown out.
    assert all(list(listener.messages()) == [] for listener in listeners)
    assert stage.said == []
    for listener in listeners:
        listener.close()
    until(lambda: not [thread for thread in threading.enumerate() if thread.name.startswith("web")])


def test_a_port_that_is_taken_is_said_in_words(stage: Stage) -> None:
    with pytest.raises(WebError, match="Address already in use"):
        WebServer(stage.server._site, stage.server.address, on_trouble=stage.said.append).start()  # noqa: SLF001
    with pytest.raises(WebError, match="no HOST:PORT"):
        WebServer(stage.server._site, "nonsense", on_trouble=stage.said.append).start()  # noqa: SLF001


def test_notifications_before_the_start_and_after_the_stop_do_no_harm(stage: Stage) -> None:
    server = stage.server
    stage.stop()
    server.notify(stage.office.body, {stage.fair})
    server.notify(stage.office.body, set())


def test_a_ledger_that_fails_is_said_in_words_and_recovers(stage: Stage) -> None:
    with Client(stage, **{"Accept-Language": "fr"}) as client:
        client.sign_in()
        table = "figure"
        with stage.store.writing() as connection:
            connection.exec_driver_sql(f"ALTER TABLE {table} RENAME TO away")
        answer = client.http.get("/")
        assert answer.status_code == 503
        assert "est perdu" in answer.text
        assert client.http.get(f"/api/fairs/{stage.fair}/figures").status_code == 503
        with stage.store.writing() as connection:
            connection.exec_driver_sql(f"ALTER TABLE away RENAME TO {table}")
        assert client.http.get("/").status_code == 200
    assert all(line.startswith("page: ") for line in stage.said)


def test_pages_that_are_not_there_say_so_kindly(stage: Stage) -> None:
    with Client(stage, **{"Accept-Language": "fr"}) as client:
        client.sign_in()
        for path in (
            "/fair/none",
            "/nowhere",
            "/fair/%00",
            "/fair/" + "x" * 3000,
            "/fair/..%2f..%2fsecrets.json",
        ):
            answer = client.http.get(path)
            assert answer.status_code == 404, path
            assert "Rien ici" in answer.text
        for path in ("//elsewhere.example/x", "/\\elsewhere.example/x", "/%2felsewhere.example/x"):
            page = client.http.get(stage.server.url + path).text
            links = re.findall(r'href="([^"]*\?lang=fr)"', page)
            assert links == ["/elsewhere.example/x?lang=fr"], "another server's page"
        assert client.http.get("/static/../secrets.json").status_code == 404
        assert client.http.delete("/").status_code == 405
    assert stage.said == []


def test_lines_that_are_no_http_leave_the_page_alone(stage: Stage) -> None:
    host, port = stage.server.address.rsplit(":", 1)
    for bytes_ in (b"\x16\x03\x01\x02\x00garbage\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"\0" * 50_000):
        with socket.create_connection((host, int(port)), 5) as line:
            line.sendall(bytes_)
            line.settimeout(5)
            with suppress(ConnectionResetError):
                line.recv(100)
    with Client(stage) as client:
        assert client.http.get("/health").status_code == 200


def test_a_server_without_a_fair_says_what_to_do(stage: Stage) -> None:
    with stage.store.writing() as connection:
        for table in ("programme", "kiosk", "fair"):
            connection.exec_driver_sql(f"DELETE FROM {table}")  # noqa: S608 - names of ours
    with Client(stage, **{"Accept-Language": "fr"}) as client:
        client.sign_in()
        answer = client.http.get("/")
        assert "Pas encore d" in answer.text
        assert "riwaq-server tour load" in answer.text


def test_names_are_never_read_as_html(tmp_path: Path) -> None:
    evil = '<img src=x onerror="alert(1)">{{7*7}}{0}</script>'
    example = Stage(tmp_path / "example")
    definition = example.definition
    example.close()

    booths = [Booth(id="evil", names=texts([evil]))]
    fair = msgspec.structs.replace(definition.fair, names=texts([evil]), venue=texts([evil]))
    stage = Stage(tmp_path / "evil", definition=msgspec.structs.replace(definition, booths=booths, fair=fair))
    stage.add_kiosk(evil, "evil")
    stage.serve()
    try:
        with Client(stage) as client:
            client.sign_in()
            page = client.http.get("/").text
        assert "<img" not in page
        assert page.count("&lt;img") >= 5
        assert "{{7*7}}{0}" in page
    finally:
        stage.close()


def test_a_page_that_ends_by_itself_is_said_and_harms_nobody(stage: Stage) -> None:
    assert stage.server.up
    # As uvicorn leaves when it has met something that it cannot go on from.
    stage.server._server.should_exit = True  # type: ignore[union-attr]  # noqa: SLF001
    until(lambda: not stage.server.up, what="the page to end")
    [line] = stage.said
    assert "has ended by itself; facts are taken in as before: start the server again" in line
    stage.notify(stage.visits(stage.kiosks[0], [1], NOW))
    stage.stop()
    assert stage.said == [line]
