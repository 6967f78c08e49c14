"""One browser for all tests of the page, and halls with a real store behind them."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.server.web.stage import Stage, busy_hall

CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",  # tests may run as root
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """A hall with one kiosk and nobody in it yet, and its page."""
    stage = Stage(tmp_path)
    stage.add_kiosk("K-01", "bank")
    stage.serve()
    yield stage
    stage.close()


@pytest.fixture(scope="module")
def hall() -> Iterator[Stage]:
    """A hall in the afternoon of its second day; tests only look."""
    with tempfile.TemporaryDirectory(prefix="riwaq-hall-") as directory:
        stage = Stage(Path(directory))
        busy_hall(stage)
        stage.serve()
        yield stage
        stage.close()
