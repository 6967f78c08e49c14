"""Waiting in tests: for a condition, never for a time."""

import time
from collections.abc import Callable


def until(condition: Callable[[], object], *, seconds: float = 10.0, what: str = "") -> None:
    """Return as soon as the condition holds; fail the test when it does not within ``seconds``.

    What is long in coming is looked for less often: asking costs the very programs that are waited for.
    """
    began = time.monotonic()
    while not condition():
        waited = time.monotonic() - began
        if waited > seconds:
            raise AssertionError(f"waited {seconds:g} s in vain{' for ' + what if what else ''}")
        time.sleep(min(0.1, 0.005 + waited / 20))


def stays(condition: Callable[[], object], *, seconds: float = 0.3, what: str = "") -> None:
    """Fail the test as soon as the condition ceases to hold within ``seconds``."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if not condition():
            raise AssertionError(f"did not last {seconds:g} s{': ' + what if what else ''}")
        time.sleep(0.005)
