"""An association that digitises twenty-five others: a body each on one server, trainings, contacts."""

import csv
import re
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final

import httpx
import pytest

from tests.brokers import free_port
from tests.programs import EXAMPLE, Process, asked, asked_json, asked_lines, call, json_of, telling
from tests.waiting import until

RUNNER: Final = "tamkine"
BODIES: Final = [f"association-{number:02}" for number in range(1, 26)]
SOME: Final = (BODIES[0], BODIES[6], BODIES[-1])
"""Those that are tried against one another: any of them would do."""
TRAININGS: Final = (("budget", ""), ("video", "2024-05"), ("website", "2025-04-05/2025-04-06"))
KINDS: Final = ("member", "beneficiary", "donor", "partner")
TAKES_PART: Final = {
    "budget": lambda number: number % 2 == 0,
    "video": lambda number: number % 3 == 0,
    "website": lambda number: number > 20,
}
"""By training, whether the association of that number from 1 was there; all were invited."""


def name_of(number: int) -> str:
    return f"جمعية {number}"


class Server:
    """One server for all of them, with a page."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.home = path / "server"
        self.where = ("--dir", self.home)
        self.url = ""
        listen = f"127.0.0.1:{free_port()}"
        asked("server", "init", self.home, "--listen", listen, "--web", "127.0.0.1:0")

    def ask(self, body: str, *words: str | Path) -> Any:
        return asked_json("server", *words, "--body", body, *self.where)

    def list_of(self, name: str, *rows: tuple[str, ...]) -> Path:
        file = self.path / name
        with file.open("w", encoding="utf-8", newline="") as opened:
            csv.writer(opened).writerows(rows)
        return file

    def serve(self, ending: ExitStack) -> None:
        server = Process("server", "run", *self.where)
        ending.callback(server.stop)
        with telling(server):
            until(
                lambda: server.errors().count("ready: body") == 1 + len(BODIES), seconds=60, what="all bodies"
            )
            until(lambda: "the live page is on" in server.errors(), seconds=30, what="a page")
        found = re.search(r"the live page is on (\S+)", server.errors())
        assert found
        self.url = found[1]

    def get(self, path: str, token: str) -> httpx.Response:
        headers = {"authorization": f"Bearer {token}"}
        return httpx.get(f"{self.url}{path}", headers=headers, timeout=20)


def fill(server: Server, body: str) -> None:
    """Give a body four databases in which it stands itself, told apart by its name; some have more."""
    asked("server", "body", "add", body, "--name", f"fr=Body {body}", *server.where)
    rows = (("Nom complet", "Catégorie"), (f"Salma de {body}", "actif"))
    people, where = server.list_of(f"{body}.csv", *rows), ("--body", body, *server.where)
    if body not in SOME:
        kinds = [word for kind in KINDS for word in ("--kind", kind)]
        asked("server", "members", "import", people, *kinds, "--yes", *where)
        return
    for kind in KINDS:
        asked("server", "members", "import", people, "--kind", kind, "--yes", *where)
    text = EXAMPLE.read_text(encoding="utf-8").replace('id = "amal"', f'id = "{body}"')
    tour = server.path / f"{body}.toml"
    tour.write_text(text.replace('id = "rabat-2024"', f'id = "fair-{body}"'), encoding="utf-8")
    asked("server", "tour", "load", tour, *server.where)
    words = ("--name", f"fr=Réunion de {body}", "--series", f"of-{body}")
    asked("server", "session", "add", f"meeting-{body}", *words, *where)
    asked("server", "session", "attend", f"meeting-{body}", f"Salma de {body}", *where)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = Server(tmp_path_factory.mktemp("association"))
    asked("server", "body", "add", RUNNER, "--name", "fr=Tamkine", *server.where)
    for body in BODIES:
        fill(server, body)
    with ExitStack() as ending:
        server.serve(ending)
        yield server


def test_the_matrix_of_twenty_five_associations_and_three_trainings(server: Server) -> None:
    contacts = [(name_of(number), "partenaire, bénéficiaire") for number in range(1, 26)]
    book = server.list_of("contacts.csv", ("الاسم الكامل", "Type de contact"), *contacts)
    assert server.ask(RUNNER, "members", "import", book, "--yes")["new"] == len(BODIES)
    plan = [(session, f"Formation {session}", "formation", "digital", date) for session, date in TRAININGS]
    head = ("session", "name_fr", "kind", "series", "date")
    assert (
        server.ask(RUNNER, "session", "import", server.list_of("plan.csv", head, *plan), "--yes")["new"] == 3
    )
    for session, _ in TRAININGS:
        sheet = server.list_of(
            f"{session}.csv",
            ("الجمعية", "Présence"),
            *((name_of(number), "x" if TAKES_PART[session](number) else "") for number in range(1, 26)),
        )
        words = ("session", "attend", session, "--from", sheet, "--yes")
        # Twice: the second time changes nothing.
        assert [server.ask(RUNNER, *words)["new"] for _ in range(2)] == [len(BODIES), 0]
    found = json_of("server", "session", "matrix", "--series", "digital", "--body", RUNNER, *server.where)
    dates = {each["session"]: each["date"] for each in found["sessions"]}
    assert dates == dict(TRAININGS)
    assert [each["session"] for each in found["sessions"]] == ["video", "website", "budget"]
    rows = {each["name_ar"]: each["sessions"] for each in found["participants"]}
    assert rows == {
        name_of(number): {
            session: "attended" if TAKES_PART[session](number) else "absent" for session, _ in TRAININGS
        }
        for number in range(1, 26)
    }
    out = server.path / "matrix.csv"
    call("server", "session", "matrix", "--out", out, "--language", "fr", "--body", RUNNER, *server.where)
    with out.open(encoding="utf-8-sig", newline="") as file:
        lines = list(csv.reader(file, delimiter=";"))
    assert len(lines) == 1 + len(BODIES)
    assert lines[0][3:6] == [
        "Formation video (mai 2024)",
        "Formation website (du 5 au 6 avril 2025)",
        "Formation budget (date inconnue)",
    ]
    for language, kind in (("ar", "pdf"), ("fr", "xlsx")):
        signed = server.path / f"video.{kind}"
        told = server.ask(RUNNER, "attestation", "video", "--out", signed, "--language", language)
        assert told["count"] == 8


@pytest.mark.parametrize("body", [*SOME, BODIES[12]])
def test_each_has_four_databases_of_its_own(server: Server, body: str) -> None:
    words = ("--body", body, *server.where)
    [only] = asked_lines("server", "members", "list", *words)
    assert (only["name_latin"], only["kinds"]) == (f"Salma de {body}", list(KINDS))
    for kind in KINDS:
        assert len(asked_lines("server", "members", "list", "--kind", kind, *words)) == 1
    sessions = [each["session"] for each in server.ask(body, "session", "list")]
    assert sessions == ([f"meeting-{body}"] if body in SOME else [])


def addresses(server: Server, token: str, body: str) -> list[str]:
    """Give every address of the API and of the pages of sessions, about what this body has."""
    described = server.get("/api/docs/openapi.json", token)
    assert described.status_code == 200
    [member] = asked_lines("server", "members", "list", "--body", body, *server.where)
    names = {
        "fair": f"fair-{body}",
        "tour": "amal-2024",
        "session": f"meeting-{body}",
        "series": f"of-{body}",
        "member": member["member"],
    }
    found = [path for path, methods in described.json()["paths"].items() if "get" in methods]
    assert len(found) > 3
    found += ["/sessions", "/sessions/{session}", "/sessions/{session}/roll", "/series/{series}"]
    found += ["/fair/{fair}/sessions", "/", "/kiosks"]
    filled = [
        re.sub(r"\{(\w+)\}", lambda place: names.get(place[1], f"{place[1]}-{body}"), path) for path in found
    ]
    return [path for path in filled if not path.endswith("/stream")]


def test_no_token_reads_a_row_of_another_body(server: Server) -> None:
    tokens = {
        body: server.ask(body, "account", "token", f"reader-{body}", "--role", "admin")["token"]
        for body in SOME
    }
    for body, token in tokens.items():
        own = addresses(server, token, body)
        # What is there for the body itself is read: else nothing would be proved by what is not.
        seen = "".join(server.get(path, token).text for path in own)
        assert f"meeting-{body}" in seen
        assert f"Salma de {body}" in seen
        assert f"fair-{body}" in seen
        for other in BODIES:
            assert other == body or other not in seen
        other = SOME[SOME.index(body) - 1]
        for path in addresses(server, token, other):
            answer = server.get(path, token)
            if other in path:
                assert answer.status_code in {403, 404}, (path, answer.status_code)
            # The address itself may be told back.
            for mark in (f"Salma de {other}", f"Réunion de {other}", f"Body {other}"):
                assert mark not in answer.text, path
