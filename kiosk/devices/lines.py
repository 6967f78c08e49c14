"""A scanner that sends lines: a serial scanner (/dev/ttyACM0), a pipe, or standard input.

Each line is one code, as the scanner sends it. A pipe that is closed by its writer is
opened again, as is a scanner that was unplugged.
"""

import queue
import sys
import threading
import time
from pathlib import Path
from typing import IO, Final

STANDARD_INPUT: Final = "-"
_LONGEST_LINE: Final = 8192
_RETRY_S: Final = 1.0
_MOST_WAITING: Final = 256


class LineScanner:
    """Reads codes line by line. With ``once`` it ends where its source ends."""

    def __init__(self, source: str, *, once: bool = False) -> None:
        self._source = source
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
                if self._source == STANDARD_INPUT:
                    self._read(sys.stdin.buffer)
                else:
                    with Path(self._source).open("rb") as file:
                        self._read(file)
            except OSError:
                pass  # unplugged: tried again below
            if self._once:
                break
            self._stopping.wait(_RETRY_S)
        self._over.set()

    def _read(self, file: IO[bytes]) -> None:
        while not self._stopping.is_set():
            raw = file.readline(_LONGEST_LINE)
            if not raw:
                return
            text = raw.rstrip(b"\r\n").decode("utf-8", "replace")
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
