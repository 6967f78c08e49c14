"""The open API: it tells what commands and pages tell, to whom they tell it, and says what each field is."""

import json
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import msgspec
import pytest
from click.testing import CliRunner

from server.commands import program
from server.live.stats import StatsReader
from server.rules.access import Role
from server.store.audit_log import AuditLog
from server.web.counting import MOST_WAITING
from tests.server.web.api_scene import TOLD, everything
from tests.server.web.guarded import asking
from tests.server.web.peers import Client
from tests.server.web.stage import Stage

TELLS: Final = {
    "visits",
    "attendance",
    "occupancy",
    "registrations",
    "first_timers",
    "by_booth",
    "by_sector",
    "by_category",
    "by_territory",
    "by_hour",
    "by_day",
    "sign_ups",
    "feedback",
}


@pytest.fixture(scope="module")
def body() -> Iterator[Stage]:
    """Give a body that has everything; tests only look."""
    with tempfile.TemporaryDirectory(prefix="riwaq-api-") as directory:
        stage = everything(Path(directory))
        stage.serve()
        yield stage
        assert stage.said == []
        stage.close()


def told(stage: Stage, path: str, token: str = "") -> Any:
    """Ask as somebody who may see everything, or with a token."""
    with asking(stage, token or stage.token) as client:
        answer = client.get(path)
    assert answer.status_code == 200, answer.text
    return answer.json()


def typed(stage: Stage, *words: str) -> Any:
    """Type ``riwaq-server stats …``."""
    done = CliRunner().invoke(program, ["stats", *words, "--json", "--dir", str(stage.home.path)])
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def looks(stage: Stage, who: str) -> list[tuple[str, dict[str, Any]]]:
    """Give what of personal data somebody has looked at."""
    with stage.store.reading() as connection:
        rows = list(AuditLog(connection, stage.office.body).entries())
    return [(row.what, msgspec.json.decode(row.detail)) for row in rows if row.who == who]


# -- figures -----------------------------------------------------------------------------------


@pytest.mark.parametrize("day", ["", "2024-12-28", "2024-12-27", "2025-03-01"])
@pytest.mark.parametrize("what", ["fair", "tour"])
def test_stats_are_those_of_the_command(body: Stage, what: str, day: str) -> None:
    fair = body.definition.fair
    name = fair.id if what == "fair" else fair.tour
    found = told(body, f"/api/{what}s/{name}/stats{f'?day={day}' if day else ''}")
    expected = typed(body, name, *(["--day", day] if day else []))
    # The command reads this machine's clock, and the stage has its own: it is another day there.
    if not day:
        assert found["occupancy"].pop("day") == "2024-12-28"
        for key in ("day", "inside", "entries", "exits"):
            expected["occupancy"].pop(key)
        assert found["occupancy"].pop("entries") > found["occupancy"].pop("exits") > 0
        assert found["occupancy"].pop("inside") > 0
    assert found == expected
    assert found.keys() == TELLS | {"sessions", "exceptions"} | ({"by_fair"} if what == "tour" else set())
    assert (found["visits"] > 500) == (day != "2025-03-01")
    assert found["feedback"]["count"] == (0 if day in {"2024-12-27", "2025-03-01"} else 14)


def test_whoever_asks_for_what_is_being_counted_waits_for_that(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted: list[str] = []
    may_go_on, is_at_it = threading.Event(), threading.Event()

    def count(_: StatsReader, names: Any, __: Any) -> None:
        counted.append(names["day"])
        is_at_it.set()
        assert may_go_on.wait(10)

    monkeypatch.setattr(StatsReader, "of_fair", count)
    stage.stop()
    stage.serve()
    statuses: list[tuple[str, int, str]] = []

    def ask(day: str) -> None:
        with asking(stage, stage.token) as client:
            answer = client.get(f"/api/fairs/{stage.fair}/stats?day={day}")
        statuses.append((day, answer.status_code, answer.headers.get("retry-after", "")))

    def begin(*days: str) -> list[threading.Thread]:
        threads = [threading.Thread(target=ask, args=(day,)) for day in days]
        for thread in threads:
            thread.start()
        return threads

    first = begin("2024-12-01")
    assert is_at_it.wait(10)
    asked = [f"2024-12-0{number}" for number in range(1, MOST_WAITING + 3)]
    others = begin(*asked, *asked[:1])
    for thread in others:
        thread.join(0.3)
    # What is counted holds up nobody who reads a page.
    assert told(stage, f"/api/fairs/{stage.fair}/figures")["visits"] == 0
    too_many = [entry for entry in statuses if entry[1] == 503]
    assert len(too_many) == 2
    assert all(again == "5" for _, _, again in too_many)
    may_go_on.set()
    for thread in (*first, *others):
        thread.join(10)
    assert len(counted) == len(set(counted)) == MOST_WAITING
    assert len([entry for entry in statuses if entry[1] == 404]) == MOST_WAITING + 2


# -- what pages show ----------------------------------------------------------------------------


def test_every_page_s_data_is_there(body: Stage) -> None:
    fair = f"/api/fairs/{body.fair}"
    now, stats = told(body, fair), told(body, f"{fair}/stats")
    assert now["total"] == {"visits": stats["visits"], "attendance": stats["attendance"]}
    assert {booth["id"]: booth["visits"] for booth in now["booths"]} | {
        key: entry["visits"] for key, entry in stats["by_booth"].items()
    } == {booth["id"]: booth["visits"] for booth in now["booths"]}
    bank = told(body, f"{fair}/booths/bank")
    assert bank["total"] == told(body, f"{fair}/booths/bank/figures") == stats["by_booth"]["bank"]
    assert {each["offer"]: each["standing"] for each in told(body, f"{fair}/sign-ups")["offers"]} == {
        "loan": 14,
        "card": 15,
    }
    assert stats["sign_ups"]["by_offer"] == {"loan": 14, "card": 15}
    assert [each["id"] for each in told(body, f"{fair}/sessions")["sessions"]] == ["delegates", "first-aid"]
    assert len(told(body, "/api/kiosks")["kiosks"]) == len(told(body, f"{fair}/kiosks")) == len(body.kiosks)
    [tour] = told(body, "/api/tours")
    assert told(body, f"/api/tours/{tour['tour']}") == tour
    assert [stop["visits"] for stop in tour["stops"]] == [stats["visits"]]
    assert {each["id"] for each in told(body, "/api/sessions")["sessions"]} >= {"delegates-1", "training-2"}
    assert told(body, "/api/sessions/delegates-1")["recommended"][0]["number"] == 1
    assert len(told(body, "/api/series/digital")["sessions"]) == 3
    assert told(body, "/api/members")["counts"]


def test_names_and_texts_are_told_as_the_page_tells_them_and_each_look_is_in_the_log(body: Stage) -> None:
    fair = f"/api/fairs/{body.fair}"
    token = body.program("worker", Role.NATIONAL)
    roll = told(body, "/api/sessions/delegates-1/roll", token)
    assert [person["name_latin"] for person in roll["absent"]] == ["Yassine Tazi"]
    texts = told(body, f"{fair}/feedback/texts?face=1", token)
    assert [each["text"] for each in texts["texts"]] == [TOLD]
    case = texts["texts"][0]["id"]
    assert told(body, f"{fair}/feedback/cases/{case}", token)["told"]["text"] == TOLD
    [waiting] = told(body, f"{fair}/exceptions", token)["waiting"]
    assert told(body, f"{fair}/exceptions/{waiting['kind']}/{waiting['key']}", token)["item"] == waiting
    assert looks(body, "worker") == [
        ("roll call", {"session": "delegates-1"}),
        ("see feedback texts", {"fair": body.fair, "topic": "_all", "face": "1", "page": "1"}),
        ("see feedback case", {"fair": body.fair, "case": case}),
        ("see exceptions", {"fair": body.fair}),
        ("see exception", {"fair": body.fair, "kind": waiting["kind"], "item": waiting["key"]}),
    ]


def test_a_board_gets_counts_and_nobody_s_words(body: Stage) -> None:
    fair = f"/api/fairs/{body.fair}"
    with asking(body, body.program("board", Role.AUDITOR)) as client:
        feedback = client.get(f"{fair}/feedback")
        assert feedback.json()["cases"] is None
        for path in (fair, f"{fair}/stats", f"{fair}/feedback", f"{fair}/sessions", "/api/sessions"):
            answer = client.get(path)
            assert answer.status_code == 200
            for name in (TOLD, "Hanane", "Tazi", "Bennani", "Alaoui"):
                assert name not in answer.text, path
        for path in (
            f"{fair}/feedback/texts",
            f"{fair}/exceptions",
            f"{fair}/sessions/delegates/roll",
            "/api/sessions/delegates-1/roll",
            "/api/members",
            "/api/series/all",
        ):
            assert client.get(path).status_code == 403, path


def test_a_partner_gets_its_own_sign_ups_alone(body: Stage) -> None:
    token = body.program("insurer", Role.PARTNER, partner="insurance")
    found = told(body, f"/api/fairs/{body.fair}/sign-ups", token)
    assert (found["inside"], found["offers"]) == (False, [])
    token = body.program("banker", Role.PARTNER, partner="bank")
    assert len(told(body, f"/api/fairs/{body.fair}/sign-ups", token)["offers"]) == 2


# -- how it describes itself ---------------------------------------------------------------------


@pytest.fixture(scope="module")
def described(body: Stage) -> Any:
    with Client(body) as client:
        return client.http.get("/api/docs/openapi.json").json()


def test_every_answer_and_every_field_is_described(described: Any) -> None:
    schemas = described["components"]["schemas"]
    for name, schema in schemas.items():
        assert len(schema["description"]) > 10, name
        assert schema["description"].strip()[-1] in ".:`", name
        for field, kind in schema.get("properties", {}).items():
            assert {"type", "$ref", "oneOf", "anyOf", "enum"} & kind.keys(), (name, field)
    for path, methods in described["paths"].items():
        for operation in methods.values():
            assert operation["description"], path
            assert operation["summary"][0].isupper()
            is_for_accounts = operation["security"] != [{}]
            answers = operation["responses"]
            assert ({"401", "403"} <= answers.keys()) == is_for_accounts, path
            assert ("404" in answers) == ("{" in path), path
            assert ("400" in answers) == bool(operation.get("parameters")), path
            assert "503" in answers, path
            for status, answer in answers.items():
                assert len(answer["description"]) > 5
                if status >= "400" and path != "/health":
                    [content] = answer["content"].values()
                    assert content["schema"] == {"$ref": "#/components/schemas/Problem"}, path
            for parameter in operation.get("parameters", []):
                limits = {"pattern", "maxLength", "enum", "maximum", "format", "oneOf", "allOf"}
                assert limits & parameter["schema"].keys(), (path, parameter["name"])
                assert parameter["description"].endswith((".", "/api/fairs.")), parameter


def test_the_figures_that_everybody_asks_for_are_described_one_by_one(described: Any) -> None:
    schemas = described["components"]["schemas"]
    for name in ("FairStats", "TourStats"):
        assert set(schemas[name]["required"]) >= TELLS
        assert set(schemas[name]["properties"]) == set(schemas[name]["required"])
    for name in ("FairStats", "DayStats", "SignUpStats", "SessionStats", "OccupancyStats"):
        for field, kind in schemas[name]["properties"].items():
            assert kind.get("description") or "$ref" in kind or field in {"entries", "exits", "exceptions"}, (
                name,
                field,
            )


def test_the_docs_name_everything_that_programs_are_told(body: Stage, described: Any) -> None:
    with Client(body) as client:
        page = client.http.get("/api/docs").text
    for path in described["paths"]:
        assert f"GET {path}" in page
    for name, schema in described["components"]["schemas"].items():
        assert f'id="{name}"' in page
        assert schema["description"].splitlines()[0].split("`")[0].split("'")[0][:40] in page
