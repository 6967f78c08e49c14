"""Halls with a real store behind them."""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.server.web.full_hall import fill, full_stage
from tests.server.web.stage import Stage, busy_hall, closed_hall
from tests.server.web.visitor import Visitor


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


@pytest.fixture(scope="module")
def ended() -> Iterator[Stage]:
    """A hall on the evening on which its fair was closed; tests only look."""
    with tempfile.TemporaryDirectory(prefix="riwaq-ended-") as directory:
        stage = Stage(Path(directory))
        closed_hall(stage)
        stage.serve()
        yield stage
        stage.close()


@pytest.fixture(scope="module")
def full() -> Iterator[Stage]:
    """A hall in which everything has happened that a fair's pages show; tests only look."""
    with tempfile.TemporaryDirectory(prefix="riwaq-full-") as directory:
        stage = full_stage(Path(directory))
        fill(stage)
        stage.serve()
        yield stage
        stage.close()


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Stage]:
    """The same hall in the morning: a door, two offers, one kiosk at the bank, and nobody yet."""
    stage = full_stage(tmp_path)
    stage.add_kiosk("K-01", "bank")
    stage.serve()
    yield stage
    stage.close()


@pytest.fixture
def visitors(browser: Browser) -> Iterator[Any]:
    """Give people with browsers, who complain of nothing."""
    made: list[Visitor] = []

    def visitor(stage: Stage, url: str = "", **context: Any) -> Visitor:
        made.append(Visitor(browser, stage, url, **context))
        return made[-1]

    yield visitor
    for entry in made:
        entry.context.close()
    assert [entry.complaints for entry in made] == [[]] * len(made)
