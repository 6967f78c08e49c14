"""The API asked what its own description allows, and what it does not: it answers as it is described."""

import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, NamedTuple, NoReturn
from urllib.parse import quote, quote_from_bytes, urlencode

import httpx
import hypothesis
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from server.rules.access import Role
from server.store.engine import TransactionError
from tests.server.web.api_scene import NAUGHTY, everything
from tests.server.web.stage import Stage
from wire.topics import SLUG

FAR: Final = {"X-Forwarded-For": "10.1.2.3"}
"""From another machine: nothing is answered without an account because it is asked from here."""
CHECKS: Final = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
OF_BODY: Final = "delegates-1"
"""A session that belongs to no fair."""
WHO: Final = ("national", "partner", "nobody")
QUICK: Final = 6
"""Requests an operation, of each who asks, as it is described; and as many that are not."""
LONG: Final = 80
NO_HTTP: Final = "Invalid HTTP request received."
"""What the library below says of requests that never come to the API."""
STRANGE: Final = (
    *NAUGHTY,
    "\0",
    "nobody\0",
    "\r\nSet-Cookie: a=b",
    "..",
    "../../etc/passwd",
    "%2e%2e%2f",
    "%00",
    "x" * 5000,
    "9" * 400,
    "-1",
    "1e+309",
    "NaN",
    "[]",
    '{"$ne": ""}',
    "١٢",
    "2024-02-30",
    "2024-12-28T00:00:00Z",
    " ",
    b"\xff\xfe",
    b"\xed\xa0\x80",
)
"""What a generator would hardly come upon; bytes are no text in any encoding that is used here."""


class Api:
    """A running server, its description, and who asks."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.described = httpx.get(f"{stage.server.url}/api/docs/openapi.json").json()
        self.schema = schemathesis.openapi.from_dict(self.described)
        self.schema.config.update(base_url=stage.server.url)
        partner = stage.program("fuzz-partner", Role.PARTNER, partner="bank")
        self.headers = {
            "national": {**FAR, "Authorization": f"Bearer {stage.token}"},
            "partner": {**FAR, "Authorization": f"Bearer {partner}"},
            "nobody": FAR,
        }
        self._client = httpx.Client(base_url=stage.server.url, timeout=20)
        fair = stage.definition.fair
        cases = self.get(f"/api/fairs/{fair.id}/feedback").json()["cases"]
        waiting = self.get(f"/api/fairs/{fair.id}/exceptions").json()["waiting"]
        self._known: dict[str, list[str]] = {
            "fair": [fair.id],
            "tour": [fair.tour],
            "booth": [booth.id for booth in stage.definition.booths],
            "session": ["delegates", "first-aid"],
            "series": ["all", "digital"],
            "case": [case["id"] for case in cases],
            "kind": [item["kind"] for item in waiting],
            "item": [item["key"] for item in waiting],
        }

    def get(self, path: str, who: str = "national") -> httpx.Response:
        """Ask; of an answer without end only its beginning is read."""
        with self._client.stream("GET", path, headers=self.headers[who]) as answer:
            if not is_endless(path.partition("?")[0]):
                answer.read()
        return answer

    def operations(self) -> Iterator[Any]:
        """Give what can be asked and has an end."""
        for result in self.schema.get_all_operations():
            assert isinstance(result, Ok), result
            operation = result.ok()
            if not is_endless(operation.path):
                yield operation

    def known(self, path: str) -> dict[str, list[str]]:
        """Give what there is, by what a path calls it; sessions are a fair's or the body's."""
        return self._known if "{fair}" in path else {**self._known, "session": [OF_BODY, "training-2"]}

    def filled(self, path: str, **strange: str) -> str:
        """Fill a path in with what there is, but for what is given, which is encoded."""
        there = {name: known[0] for name, known in self.known(path).items()}
        return path.format_map(there | strange)

    def close(self) -> None:
        """Ask no more."""
        self._client.close()


@pytest.fixture(scope="module")
def api() -> Iterator[Api]:
    """Give the API of a body that has everything; tests only ask."""
    with tempfile.TemporaryDirectory(prefix="riwaq-fuzzed-") as directory:
        stage = everything(Path(directory))
        stage.serve()
        api = Api(stage)
        yield api
        api.close()
        stage.close()


@pytest.fixture(autouse=True)
def nothing_is_said(api: Api) -> Iterator[None]:
    """See that what programs ask is no trouble to anybody: nothing of it comes into the log."""
    yield
    said, api.stage.said[:] = list(api.stage.said), []
    assert set(said) <= {f"page: {NO_HTTP}"}


def is_endless(path: str) -> bool:
    """Say whether an answer goes on until somebody leaves."""
    return path.endswith("/stream")


def harmless(text: str) -> None:
    assert "Traceback" not in text
    assert 'File "' not in text


def fuzz(api: Api, who: str, most: int) -> dict[str, Counter[int]]:
    """Ask every operation so often; gives by path how often which status came."""
    seen: dict[str, Counter[int]] = {}
    with requests.Session() as session:
        for operation in api.operations():
            seen[operation.path] = Counter()
            for mode in GenerationMode:
                with suppress(Unsatisfiable):  # of what takes no parameters nothing can be wrong
                    ask(Asking(api, who, session, most), operation, mode, seen[operation.path])
    return seen


class Asking(NamedTuple):
    """Who asks whom, how often."""

    api: Api
    who: str
    session: requests.Session
    most: int


def ask(asking: Asking, operation: Any, mode: GenerationMode, seen: Counter[int]) -> None:
    """Ask one operation, with parameters as they are described or with others."""
    api = asking.api

    @hypothesis.settings(
        max_examples=asking.most,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode), data=st.data())
    def once(case: Any, data: st.DataObject) -> None:
        # An id that the description allows is rarely one that there is.
        is_there = data.draw(st.integers(0, 3)) > 0
        if is_there:
            known = api.known(operation.path)
            case.path_parameters = {
                name: data.draw(st.sampled_from(known[name])) for name in case.path_parameters
            }
        answer = case.call(headers=api.headers[asking.who], session=asking.session)
        seen[answer.status_code] += 1
        if answer.text == NO_HTTP:
            return
        # Where the path was what was wrong, it is wrong no more.
        case.validate_response(answer, checks=CHECKS if is_there else [*CHECKS, negative_data_rejection])
        harmless(answer.text)

    once()


def check_answers(who: str, seen: dict[str, Counter[int]]) -> None:
    """See that everybody got what is theirs: a fuzzer that is refused everywhere finds nothing."""
    assert len(seen) > 20
    of_all = sum(seen.values(), Counter[int]())
    got = {path for path, statuses in seen.items() if statuses[200] or statuses[204]}
    if who == "national":
        assert got == seen.keys()
        assert {200, 204, 400, 404} <= of_all.keys() <= {200, 204, 400, 404, 405}
    elif who == "partner":
        assert {"/api/fairs", "/api/fairs/{fair}/sign-ups", "/api/session", "/health"} == got
        assert of_all[403] > len(seen)
    else:
        assert got == {"/health"}
        assert of_all[401] > len(seen)


@pytest.mark.parametrize("who", WHO)
def test_every_operation_answers_as_it_is_described(api: Api, who: str) -> None:
    check_answers(who, fuzz(api, who, QUICK))


@pytest.mark.long
@pytest.mark.parametrize("who", WHO)
def test_every_operation_answers_as_it_is_described_asked_at_length(api: Api, who: str) -> None:
    check_answers(who, fuzz(api, who, LONG))


@pytest.mark.parametrize("who", WHO)
def test_strange_texts_in_every_parameter_are_told_so(api: Api, who: str) -> None:
    asked = 0
    for path, methods in api.described["paths"].items():
        for parameter in methods["get"].get("parameters", []):
            for text in STRANGE:
                raw = quote_from_bytes(text, safe="") if isinstance(text, bytes) else quote(text, safe="")
                name = parameter["name"]
                if parameter["in"] == "path":
                    # Encoded as well, so that nobody on the way makes a shorter path of it.
                    address = api.filled(path, **{name: raw.replace(".", "%2E")})
                else:
                    address = f"{api.filled(path)}?{name}={raw}"
                answer = api.get(address, who)
                asked += 1
                if answer.status_code == 200:  # nobody has told about a topic that is called so
                    assert SLUG.fullmatch(str(text)), address[:200]
                    continue
                assert answer.status_code in {400, 401, 403, 404}, (address[:200], answer.status_code)
                assert "set-cookie" not in answer.headers
                if not is_endless(path):
                    told = answer.json()
                    assert told.keys() == {"status_code", "detail"}
                    assert told["status_code"] == answer.status_code
                    assert text not in NAUGHTY or str(text) not in told["detail"]
                    harmless(told["detail"])
    assert asked > 500


def test_what_nobody_described_is_left_alone(api: Api) -> None:
    fair = f"/api/fairs/{api.stage.fair}"
    for path in (f"{fair}/stats", f"{fair}/kiosks", "/api/fairs", "/api/members"):
        more = urlencode(
            [("body", "other"), ("fair", "x"), ("day[]", "1"), *((text, "1") for text in NAUGHTY)]
        )
        assert api.get(f"{path}?{more}").text == api.get(path).text
    assert api.get(f"{fair}/stats?day=2024-12-28&day=x").status_code == 400
    for path in ("/api", "/api/", "/api/nothing", f"{fair}/", f"{fair}/nothing", "/api/fairs//figures"):
        assert api.get(path).status_code in {200, 404}, path
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        answer = httpx.request(method, f"{api.stage.server.url}{fair}", headers=api.headers["national"])
        assert answer.status_code == 405
        assert "GET" in answer.headers["allow"]
        assert answer.json()["status_code"] == 405


def test_where_the_ledger_cannot_be_read_every_operation_says_so(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> NoReturn:
        raise TransactionError("the disk is gone")

    stage = api.stage
    before = {path: api.get(api.filled(path)).status_code for path in api.described["paths"]}
    assert set(before.values()) == {200, 204}
    with monkeypatch.context() as patched:
        patched.setattr(stage.store, "reading", fail)
        found = {path: api.get(api.filled(path)) for path in api.described["paths"]}
    said, stage.said[:] = list(stage.said), []
    # Who has sent a token is known for a moment longer.
    assert found.pop("/api/session").status_code in {204, 503}
    assert {answer.status_code for answer in found.values()} == {503}
    assert found["/health"].json() == {"status": "ledger_unreadable"}
    assert found["/api/tours"].json() == {
        "status_code": 503,
        "detail": "the ledger cannot be read just now; try again",
    }
    assert set(said) == {"page: the disk is gone"}
    # Nothing is left behind that would keep it from answering.
    assert {path: api.get(api.filled(path)).status_code for path in api.described["paths"]} == before
