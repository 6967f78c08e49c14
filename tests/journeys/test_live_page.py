"""The organizers' page of a running server: real processes, a real broker, a kiosk, and a real Chromium."""

import re
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect

from tests.brokers import free_port
from tests.programs import FAIR, Office, Pipe, Process, chosen, json_of, started_kiosk, telling
from tests.waiting import until

SOON_MS = 15_000
OPENINGS = 100
GUESSES = 100


class Hall:
    """A server with its page, one kiosk with a scanner, and cards."""

    def __init__(self, path: Path, ending: ExitStack) -> None:
        self._ending = ending
        self.port, self.web = free_port(), f"127.0.0.1:{free_port()}"
        self.url = f"http://{self.web}"
        self.office = Office(path, init=["--listen", f"127.0.0.1:{self.port}", "--web", self.web])
        self._config = self.office.add_kiosk("K-01")
        self._tokens = iter(self.office.tokens(60))
        self._pipe = ending.enter_context(Pipe(path / "scanner"))
        self.server = self.start_server()
        self.password = chosen(self.office.made["link"], "premier mot de passe")
        self.kiosk = self.start_kiosk()
        self.visits = 0

    def start_server(self) -> Process:
        server = self.office.run()
        self._ending.callback(lambda: server.kill() if server.alive else None)
        return server

    def start_kiosk(self) -> Process:
        kiosk = started_kiosk(self._config, self._pipe.source)
        self._ending.callback(lambda: kiosk.kill() if kiosk.alive else None)
        with telling(kiosk):
            until(lambda: kiosk.notices("programme"), seconds=30, what="a programme")
        return kiosk

    def scan(self) -> None:
        """Let somebody show a card; returns at the verdict."""
        before = len(self.kiosk.notices("scanned"))
        self._pipe.scan(next(self._tokens))
        with telling(self.kiosk):
            until(lambda: len(self.kiosk.notices("scanned")) > before, what="a verdict")
        assert self.kiosk.notices("scanned")[-1]["outcome"] == "accepted"
        self.visits += 1

    def new_password(self) -> None:
        link = json_of("server", "account", "link", "organizer", "--dir", self.office.path)["link"]
        self.password = chosen(link, self.password + "!")


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    with ExitStack() as ending:
        yield Hall(tmp_path_factory.mktemp("hall"), ending)


class Organizer:
    """Somebody who looks at the page, and never loads it again by hand."""

    def __init__(self, browser: Browser, hall: Hall) -> None:
        self.hall = hall
        self.context = browser.new_context(locale="fr-MA", viewport={"width": 1280, "height": 800})
        self.complaints: list[str] = []
        self.page = self.context.new_page()
        self.page.on("console", self._on_console)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def sign_in(self) -> Page:
        self.page.goto(self.hall.url)
        self.enter()
        return self.page

    def enter(self) -> None:
        self.page.fill("#name", "organizer")
        self.page.fill("#password", self.hall.password)
        self.page.click("button.main")
        live(self.page)
        self.page.evaluate("window.same = true")

    def same_page(self) -> bool:
        return bool(self.page.evaluate("window.same === true"))

    def _on_console(self, message: ConsoleMessage) -> None:
        # A server that is gone refuses connections: the browser notes it, and it is no fault of the page.
        if message.type in {"error", "warning"} and "net::ERR_" not in message.text:
            self.complaints.append(message.text)


@pytest.fixture
def organizer(browser: Browser, hall: Hall) -> Iterator[Organizer]:
    with ExitStack() as stack:
        organizer = Organizer(browser, hall)
        stack.callback(organizer.context.close)
        yield organizer
        assert organizer.complaints == []


def live(page: Page) -> None:
    expect(page.locator("#live")).to_have_attribute("data-state", "live", timeout=SOON_MS)


def shows(organizer: Organizer) -> None:
    """Wait until the page shows every visit that a kiosk has confirmed."""
    counter = organizer.page.locator('[data-id="visits"] .value')
    expect(counter).to_have_text(str(organizer.hall.visits), timeout=SOON_MS)


def test_a_scan_at_a_kiosk_moves_the_page_of_whoever_has_the_first_password(
    organizer: Organizer, hall: Hall
) -> None:
    organizer.sign_in()
    shows(organizer)
    for _ in range(3):
        hall.scan()
        began = time.monotonic()
        shows(organizer)
        # Sooner than the next beat: the collector has told the page.
        assert time.monotonic() - began < 4
    assert organizer.same_page()
    assert hall.office.stats()["visits"] == hall.visits


def test_a_kiosk_whose_plug_is_pulled_is_said_and_counts_on_when_it_is_back(
    organizer: Organizer, hall: Hall
) -> None:
    page = organizer.sign_in()
    sentence = page.locator(".kiosks .sentence")
    expect(sentence).to_have_text(re.compile("^connectée"), timeout=SOON_MS)
    hall.kiosk.kill()
    expect(sentence).to_have_text(re.compile("^sans réseau depuis"), timeout=SOON_MS)
    hall.kiosk = hall.start_kiosk()
    hall.scan()
    shows(organizer)
    expect(sentence).to_have_text(re.compile("^connectée"), timeout=SOON_MS)
    assert organizer.same_page()


def test_the_same_page_counts_on_after_the_server_was_killed(organizer: Organizer, hall: Hall) -> None:
    page = organizer.sign_in()
    hall.scan()
    shows(organizer)
    hall.server.kill()
    expect(page.locator("#live")).to_have_attribute("data-state", "away", timeout=SOON_MS)
    expect(page.locator("#live .word")).to_have_text(re.compile("^Sans nouvelles depuis"))
    hall.scan()
    hall.scan()
    hall.server = hall.start_server()
    live(page)
    shows(organizer)
    hall.scan()
    shows(organizer)
    assert organizer.same_page()
    assert page.url == f"{hall.url}/"
    assert hall.office.stats()["visits"] == hall.visits


def test_a_new_password_signs_the_open_page_out_and_opens_it_again(organizer: Organizer, hall: Hall) -> None:
    page = organizer.sign_in()
    old = hall.password
    hall.new_password()
    expect(page).to_have_url(re.compile("/sign-in"), timeout=SOON_MS)
    page.fill("#name", "organizer")
    page.fill("#password", old)
    page.click("button.main")
    expect(page.get_by_role("alert")).to_be_visible()
    organizer.complaints.clear()  # the browser notes the status 401
    organizer.enter()
    hall.scan()
    shows(organizer)


def test_the_token_of_the_command_reads_what_the_command_for_figures_says(hall: Hall) -> None:
    hall.scan()
    until(lambda: hall.office.stats()["visits"] == hall.visits, seconds=20, what="the visit in the ledger")
    words = ("account", "token", "board", "--role", "national", "--dir", hall.office.path)
    token = json_of("server", *words)["token"]
    with httpx.Client(base_url=hall.url, headers={"Authorization": f"Bearer {token}"}, timeout=20) as program:
        figures = program.get(f"/api/fairs/{FAIR}/figures").json()
        stats = hall.office.stats()
        assert [figures[key] for key in ("visits", "attendance")] == [stats["visits"], stats["attendance"]]
        for told in ("by_booth", "by_day", "by_hour", "by_category"):
            assert figures[told].keys() == stats[told].keys()
            for key, counts in figures[told].items():
                assert counts.items() <= stats[told][key].items(), (told, key)
        [kiosk] = program.get(f"/api/fairs/{FAIR}/kiosks").json()
        assert (kiosk["name"], kiosk["connected"]) == ("K-01", True)
        metrics = program.get("/metrics").text
    assert f'riwaq_visits{{body="amal",fair="{FAIR}"}} {hall.visits}\n' in metrics
    assert 'riwaq_broker_connected{body="amal"} 1\n' in metrics
    assert 'riwaq_facts_total{body="amal",verdict="accepted"}' in metrics
    newer = json_of("server", *words)["token"]

    def status(sent: str) -> int:
        headers = {"Authorization": f"Bearer {sent}"}
        return httpx.get(f"{hall.url}/api/fairs", headers=headers, timeout=20).status_code

    assert status(newer) == 200
    # A server that runs may know of it a second later.
    until(lambda: status(token) == 401, seconds=10, what="the former token refused")


def test_a_page_opened_a_hundred_times_leaves_nothing_behind(organizer: Organizer, hall: Hall) -> None:
    page = organizer.sign_in()
    server = psutil.Process(hall.server.pid)

    def open_again(times: int) -> None:
        for _ in range(times):
            page.goto(hall.url)
            live(page)

    def streams() -> Any:
        found = re.search(r"^riwaq_page_streams (\d+)$", httpx.get(f"{hall.url}/metrics").text, re.MULTILINE)
        return found and int(found[1])

    open_again(10)
    before = server.memory_info().rss
    open_again(OPENINGS - 10)
    until(lambda: streams() == 1, seconds=20, what="the streams of pages that were left")
    until(lambda: server.num_fds() < 60, seconds=20, what=f"open files, now {server.num_fds()}")
    grown = (server.memory_info().rss - before) / 1e6
    assert grown < 20, f"grew by {grown:.1f} MB"
    hall.scan()
    shows(organizer)


def test_whoever_guesses_waits_and_neither_kiosks_nor_the_log_notice(hall: Hall) -> None:
    # The last one: nobody signs in from this address for a while.
    with httpx.Client(base_url=hall.url, headers={"Accept-Language": "fr"}, timeout=20) as guesser:
        found = re.search(r'name="form" value="([^"]+)"', guesser.get("/sign-in").text)
        assert found is not None
        statuses = []
        for number in range(GUESSES):
            guess = {"form": found[1], "name": "organizer", "password": f"canary-{number}"}
            answer = guesser.post("/sign-in", data=guess)
            statuses.append(answer.status_code)
            if number == GUESSES // 2:
                hall.scan()
    assert set(statuses) == {401, 429}
    assert statuses[-1] == 429
    assert statuses.count(401) < 15
    assert "Trop de mots de passe erronés" in answer.text
    until(lambda: hall.office.stats()["visits"] == hall.visits, seconds=20, what="the visit in the ledger")
    said = hall.server.errors()
    assert "canary" not in said
    assert hall.password not in said
    assert "Traceback" not in said
