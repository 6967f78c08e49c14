"""A scanner that sends lines: a serial scanner (/dev/ttyACM0), a pipe, or standard input.

Each line is one code, as the scanner sends it. A pipe that is closed by its writer is
opened again, as is a scanner that was unplugged.
"""

import queue
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import IO, Final

STANDARD_INPUT: Final = "-"
_LONGEST_LINE: Final = 8192
_RETRY_S: Final = 1.0
_MOST_WAITING: Final = 256


class LineScanner:
    """Reads codes line by line. With ``once`` it ends where its source ends.

    ``on_trouble`` is called from its thread with ``missing``, ``unreadable`` or ``recovered``,
    once per change.
    """

    def __init__(
        self, source: str, *, once: bool = False, on_trouble: Callable[[str], None] = lambda _: None
    ) -> None:
        self._source = source
        self._on_trouble = on_trouble
        self._trouble = ""
        self._once = once or source == STANDARD_INPUT
        self._lines: queue.Queue[tuple[str, float]] = queue.Queue(_MOST_WAITING)
        self._stopping = threading.Event()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="line-scanner", daemon=True)

    def start(self) -> None:
        """Begin to read."""
        self._thread.start()

    def stop(self) -> None:
        """Take no more lines. A read that waits for one is left behind: it cannot be woken."""
        self._stopping.set()

    def next_line(self, timeout: float) -> tuple[str, float] | None:
        """Wait at most ``timeout`` seconds for (code, monotonic second of its arrival)."""
        try:
            return self._lines.get(timeout=timeout)
        except queue.Empty:
            return None

    @property
    def ended(self) -> bool:
        """Whether the source has ended and every line was taken."""
        return self._over.is_set() and self._lines.empty()

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                with self._open() as file:
                    self._tell("")
                    self._read(file)
            except FileNotFoundError:
                self._tell("missing")
            except OSError:
                self._tell("unreadable")  # or unplugged while it was read: then it will be missing
            if self._once:
                break
            self._stopping.wait(_RETRY_S)
        self._over.set()

    def _open(self) -> IO[bytes]:
        if self._source == STANDARD_INPUT:
            # A file of its own: at the interpreter's end, sys.stdin must not be held by this thread.
            return open(sys.stdin.fileno(), "rb", closefd=False)
        return Path(self._source).open("rb")

    def _tell(self, trouble: str) -> None:
        if trouble != self._trouble:
            self._trouble = trouble
            with suppress(Exception):
                self._on_trouble(trouble or "recovered")

    def _read(self, file: IO[bytes]) -> None:
        continued = False
        while not self._stopping.is_set():
            raw = file.readline(_LONGEST_LINE)
            if not raw:
                return
            # What follows in a line that is too long for any code is none by itself.
            text = "" if continued else raw.rstrip(b"\r\n").decode("utf-8", "replace")
            continued = not raw.endswith(b"\n")
            if text:
                self._put(text)

    def _put(self, text: str) -> None:
        arrived_at = time.monotonic()
        while not self._stopping.is_set():
            try:
                self._lines.put((text, arrived_at), timeout=0.5)
            except queue.Full:
                continue
            return
