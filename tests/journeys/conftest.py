"""What every journey may ask for by name."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest


@pytest.fixture
def ending() -> Iterator[ExitStack]:
    """Ends what a test has started, whatever comes."""
    with ExitStack() as stack:
        yield stack
