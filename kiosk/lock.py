"""One program a data directory: two that write one journal would hand out one seq twice."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from kiosk import KioskError


@contextmanager
def locked(data: Path) -> Iterator[None]:
    """Hold a kiosk's data directory for the one program that writes the journal; raises ``KioskError``."""
    try:
        data.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = (data / "kiosk.lock").open("wb", buffering=0)
    except OSError as problem:
        raise KioskError(f"{data} cannot be written: {problem.strerror}") from None
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise KioskError("this kiosk runs already: stop the other one first") from None
        # The number is for whoever looks: on a full disk the lock holds without it.
        with suppress(OSError):
            lock.write(b"%d" % os.getpid())
        yield
