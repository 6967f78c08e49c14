"""Waiting in tests: for a condition, never for a time."""

import time
from collections.abc import Callable


def until(condition: Callable[[], object], *, seconds: float = 10.0, what: str = "") -> None:
    """Return as soon as the condition holds; fail the test when it does not within ``seconds``."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {seconds:g} s in vain{' for ' + what if what else ''}")
        time.sleep(0.005)


def stays(condition: Callable[[], object], *, seconds: float = 0.3, what: str = "") -> None:
    """Fail the test as soon as the condition ceases to hold within ``seconds``."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if not condition():
            raise AssertionError(f"did not last {seconds:g} s{': ' + what if what else ''}")
        time.sleep(0.005)
