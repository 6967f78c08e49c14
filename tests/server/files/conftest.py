"""What tests of files may ask for by name."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.server.files.hall import Hall


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[Hall]:
    """Give a server with a tour of two banks."""
    hall = Hall(tmp_path)
    yield hall
    hall.store.close()
