"""Registers of members for the tests beside."""

from pathlib import Path

import pytest

from tests.server.members.register import Register, made_register


@pytest.fixture
def register(tmp_path: Path) -> Register:
    """Give one on SQLite."""
    return made_register(tmp_path)


@pytest.fixture
def either(tmp_path: Path, database_url: str) -> Register:
    """Give one on each engine in turn."""
    return made_register(tmp_path, database_url)
