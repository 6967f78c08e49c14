"""The desk where files are made: one after another, apart from pages, waited for, and nothing left."""

import asyncio
import io
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import unquote

import httpx
import msgspec
import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]  # ships no types
from playwright.sync_api import expect

from server import ServerError
from server.rules.access import Role
from server.rules.take_home import Kind, Wish, disposition, named
from server.web.desk import MOST_WAITING, Desk
from tests.server.web.peers import Client
from tests.server.web.stage import Stage
from tests.server.web.test_page import NAUGHTY
from tests.server.web.tour_scene import opened, toured

FAIR = "/fair/oujda/files"


@pytest.fixture
def fresh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    """A tour of little, whose desk tests may change; nobody waits long for a file."""
    monkeypatch.setattr("server.web.downloads.AT_ONCE_S", 0.2)
    monkeypatch.setattr("server.web.downloads.AGAIN_S", 1)
    stage = toured(tmp_path, visits=60)
    stage.serve()
    yield stage
    stage.close()


def asking(stage: Stage, token: str) -> httpx.Client:
    return httpx.Client(base_url=stage.server.url, headers={"Authorization": f"Bearer {token}"}, timeout=60)


# -- names ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("title", [*NAUGHTY, "../../etc/passwd", "a/b\\c:d\r\nSet-Cookie: x=1", "", ".."])
def test_a_file_s_name_leads_nowhere(title: str) -> None:
    name = named(title, "csv")
    assert name.endswith(".csv")
    assert not set(name) & set('/\\:*?"<>|\r\n\u202e\u2066')
    assert 4 < len(name) <= 104
    header = disposition("plain.csv", name)
    assert header.isascii()
    assert "\n" not in header
    assert unquote(header.partition("filename*=UTF-8''")[2]) == name


def test_what_is_plain_is_ascii() -> None:
    wish = Wish(Kind.PARTNER, "who", "fès/2025", "csv", "ar", about="b k", leaving=True)
    assert wish.name == "partner-f-s-2025-b-k-outside-ar.csv"


# -- one after another ---------------------------------------------------------------------------


class Slow:
    """Makes files as slowly as a test lets it."""

    def __init__(self, stage: Stage) -> None:
        self.go = threading.Event()
        self.made: list[Wish] = []
        site = stage.server._site  # noqa: SLF001
        hall = site.halls[stage.office.body]
        self._make = hall.make
        site.halls = {stage.office.body: replace(hall, make=self.make)}

    def make(self, wish: Wish, on_progress: Callable[[int, int], None]) -> BinaryIO:
        on_progress(3, 12)
        assert self.go.wait(20)
        self.made.append(wish)
        return self._make(wish, on_progress)


def test_a_long_one_is_waited_for_on_a_page_that_asks_again(fresh: Stage) -> None:
    slow = Slow(fresh)
    with Client(fresh) as client, Client(fresh) as other:
        client.sign_in()
        answer = client.http.get(f"{FAIR}/report?as=csv&language=fr")
        assert answer.status_code == 202
        assert 'value="25"' in answer.text
        after, _, address = answer.headers["refresh"].partition("; url=")
        assert int(after) > 0
        began = time.monotonic()
        assert client.http.get("/fair/oujda").status_code == 200
        assert time.monotonic() - began < 1, "a page is not held up"
        # Pressed twice: the same one.
        assert (
            client.http.get(f"{FAIR}/report?as=csv&language=fr").headers["refresh"]
            == answer.headers["refresh"]
        )
        other.sign_in(fresh.person("somebody", Role.NATIONAL), "somebody")
        assert other.http.get(address).status_code == 410, "a job is its owner's alone"
        slow.go.set()
        _until(lambda: client.http.get(address).status_code == 200)
        ready = client.http.get(address)
        _, _, taken = ready.headers["refresh"].partition("; url=")
        file = client.http.get(taken)
        assert file.headers["content-disposition"].startswith("attachment")
        assert file.content.startswith(b"\xef\xbb\xbf")
        assert client.http.get(taken).status_code == 410, "it is handed out once"
    assert len(slow.made) == 1
    assert list((fresh.path / "files-being-made").iterdir()) == []


def test_where_too_many_wait_one_is_told_politely(fresh: Stage) -> None:
    slow = Slow(fresh)
    with Client(fresh) as client:
        client.sign_in()
        languages = ("ar", "fr", "en")
        wanted = [
            f"{FAIR}/report?as={kind}&language={each}" for kind in ("csv", "xlsx") for each in languages
        ]
        statuses = [client.http.get(path) for path in wanted[: MOST_WAITING + 1]]
        assert [each.status_code for each in statuses] == [202] * MOST_WAITING + [503]
        assert statuses[-1].headers["retry-after"] == "10"
        assert "ملف شخص آخر قيد الإعداد" in statuses[-1].text
        slow.go.set()
        _until(lambda: client.http.get(wanted[MOST_WAITING]).status_code == 200)


def test_what_fails_says_so_and_leaves_nothing(fresh: Stage) -> None:
    site = fresh.server._site  # noqa: SLF001
    hall = site.halls[fresh.office.body]

    def broken(_: Wish, __: Callable[[int, int], None]) -> BinaryIO:
        raise problems.pop()

    problems: list[Exception] = [ValueError("a name: فاطمة"), ServerError("no room on this disk")]
    site.halls = {fresh.office.body: replace(hall, make=broken)}
    with asking(fresh, fresh.token) as client:
        for _ in range(2):
            answer = client.get(f"{FAIR}/report?as=csv&language=ar")
            assert answer.status_code == 500
            assert "لم يُعد الملف" in answer.text
    assert fresh.said[-2:] == [
        "report-oujda-ar.csv was not made: no room on this disk",
        "report-oujda-ar.csv was not made: ValueError",
    ]


def test_a_tour_s_file_is_no_other_tour_s_fair_of_the_same_name(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    mine, fair = stage.definition, stage.definition.fair
    names = {"ar": "بعيد", "fr": "Au loin"}
    far = msgspec.structs.replace(fair, id=fair.tour, tour="far", names=names, territory="oriental")
    tour = msgspec.structs.replace(
        stage._tour,  # noqa: SLF001 - loaded as an operator would
        id="far",
        fairs=[msgspec.structs.replace(mine, fair=far)],
    )
    stage.office.load_tour(tour)
    stage.serve()
    try:
        here = stage.program("here", Role.REGION, territories=frozenset({fair.territory}))
        with asking(stage, here) as client:
            assert client.get(f"/fair/{far.id}/files/report").status_code == 403
            answer = client.get(f"/tour/{fair.tour}/files/report", params={"as": "csv", "language": "fr"})
            assert "Au loin" not in answer.text
            assert answer.status_code == 400
            assert client.get(f"/fair/{fair.id}/files/report", params={"as": "csv"}).status_code == 200
    finally:
        stage.close()


def test_nothing_of_a_file_that_could_not_be_written_is_left(fresh: Stage) -> None:
    folder = fresh.path / "files-being-made"
    folder.write_text("in the way", encoding="utf-8")
    with asking(fresh, fresh.token) as client:
        assert client.get(f"{FAIR}/report?as=csv").status_code == 500
        assert "cannot be written" in fresh.said[-1]
        folder.unlink()
        folder.mkdir()
        # What a server that was killed has left is taken away.
        (folder / f"{fresh.office.body}.left.xlsx").write_bytes(b"names")
        assert client.get(f"{FAIR}/report?as=csv").status_code == 200
    assert list(folder.iterdir()) == []


def test_what_nobody_fetches_is_let_go() -> None:
    files = [io.BytesIO(b"1"), io.BytesIO(b"2")]
    given = list(files)

    async def wait() -> None:
        desk = Desk(on_trouble=print, kept_s=0.05)
        wish = Wish(Kind.REPORT, "who", "oujda", "csv", "ar")
        job = desk.ask("body", wish, lambda *_: given.pop())
        assert job is not None
        await job.done.wait()
        assert desk.find(job.id, "body", "who") is job
        assert desk.find(job.id, "other", "who") is None
        await asyncio.sleep(0.1)
        assert desk.find(job.id, "body", "who") is None
        kept = desk.ask("body", wish, lambda *_: given.pop())
        assert kept is not None
        await kept.done.wait()
        desk.close()

    asyncio.run(wait())
    assert [each.closed for each in files] == [True, True]


def _until(is_so: Callable[[], bool], within_s: float = 10) -> None:
    deadline = time.monotonic() + within_s
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.05)


# -- in a browser --------------------------------------------------------------------------------


def test_a_long_one_comes_by_itself_in_a_browser(visitors: Any, fresh: Stage) -> None:
    slow = Slow(fresh)
    visitor = visitors(fresh, locale="fr")
    page = opened(visitor, FAIR)
    page.locator("#file-report").get_by_role("button", name="PDF").click()
    expect(page.locator("h1")).to_have_text("Votre fichier se prépare")
    expect(page.get_by_role("progressbar", name="Avancement")).to_have_attribute("value", "25")
    with page.expect_download() as download:
        slow.go.set()
    assert Path(download.value.path()).read_bytes().startswith(b"%PDF-")
    expect(page.locator("h1")).to_have_text("Votre fichier est prêt")
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    page.get_by_role("link", name="Retour aux fichiers").click()
    page.wait_for_url(f"**{FAIR}")
