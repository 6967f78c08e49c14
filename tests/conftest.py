"""What every test may ask for by name."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from server.store.engine import Store
from tests.browser import chromium
from tests.postgres import Postgres


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """Give a PostgreSQL server of this run's own; it fails in words where none is installed."""
    with Postgres() as server:
        yield server


@pytest.fixture
def postgres_url(postgres: Postgres) -> Iterator[str]:
    """Give a database with every table and no row."""
    url = postgres.fresh_database()
    yield url
    postgres.give_back(url)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a file with every table and no row, to be copied: making one anew takes its time."""
    file = tmp_path_factory.mktemp("template") / "ledger.sqlite"
    Store(f"sqlite:///{file}").close()
    return file


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Give a database with every table on each engine in turn: what one contract suite runs over."""
    if request.param == "sqlite":
        template = request.getfixturevalue("sqlite_template")
        return f"sqlite:///{shutil.copy(template, tmp_path / 'ledger.sqlite')}"
    url: str = request.getfixturevalue("postgres_url")
    return url


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Give a real Chromium, for one module: while it is there nothing else in its thread can use asyncio."""
    with chromium() as browser:
        yield browser


def pytest_xdist_auto_num_workers() -> int:
    """Take one worker more than there are processors: journeys wait more than they work."""
    return (os.cpu_count() or 1) + 1
