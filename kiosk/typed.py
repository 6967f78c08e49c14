"""Codes that a scanner types, from its device or into the window, as a station reads them.

Which layouts a code has gone through on its way is found out by itself for every code of ours (see
``rules.layouts``). For others it is remembered from the code that sets a scanner up, in
``scanner.json`` among the kiosk's data.
"""

import json
import queue
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Final

from kiosk.devices.wedge import WedgeScanner
from kiosk.rules import layouts
from kiosk.rules.bursts import Typed
from kiosk.rules.layouts import WAYS, Way
from kiosk.settled import write_settled
from kiosk.sources import WEDGE_PREFIX
from kiosk.station import Reading
from kiosk.window_keys import MOST_WAITING, WindowKeys

WORDS: Final = {
    "missing": "the scanner is not there: check its cable",
    "unnamed": "no keyboard here looks like a scanner by its name: name it as "
    "--source wedge:/dev/input/by-id/…, or start the kiosk with its window",
    "unreadable": "the scanner cannot be opened: this account must be in the group input (usermod -aG input "
    "ACCOUNT, then log in anew) or a udev rule must let it read /dev/input/event*; and no other program may "
    "hold the scanner",
    "by_window": "the scanner is not opened by itself: what is typed into the window is read",
    "layout": "the scanner takes itself for a keyboard of a country that is not known here: set it to a US "
    "keyboard by the codes of its handbook, then show it this one again",
    "set_up": "the scanner is set up: all characters come as they should",
    "too_long": "something typed more than any code holds: it was dropped",
    "recovered": "the scanner is there again",
}
NOTES: Final = frozenset({"by_window", "set_up", "too_long", "recovered"})
"""What is told of a scanner that works."""


class TypedReader:
    """A scanner that types, as a station wants it; ``source`` is ``wedge`` or ``wedge:PATH``.

    ``kept`` is the file that remembers its layout, where it is to be remembered. Where a ``window`` is
    given, what is typed into it counts as well. ``on_trouble`` gets one of :data:`WORDS`, from any thread.
    """

    def __init__(
        self,
        source: str,
        *,
        once: bool,
        on_trouble: Callable[[str], None],
        kept: Path | None,
        window: WindowKeys | None = None,
        scanner: Callable[..., WedgeScanner] = WedgeScanner,
    ) -> None:
        path = source.removeprefix(WEDGE_PREFIX) if source.startswith(WEDGE_PREFIX) else ""
        self._typed = window.typed if window else queue.Queue[tuple[Typed, float]](MOST_WAITING)
        self._window = window
        self._kept = kept
        self._on_trouble = on_trouble
        self._trouble = ""
        self._telling = threading.Lock()
        self._stopping = threading.Event()
        self._usual = _remembered(kept) if kept else None
        self._scanner = scanner(path, put=self._put, once=once, on_trouble=self._hear)

    def start(self) -> None:
        """Begin to read."""
        self._scanner.start()

    def stop(self) -> None:
        """Let go of the scanner."""
        self._stopping.set()
        self._scanner.stop()

    def read(self, timeout: float) -> Reading | None:
        """Wait at most ``timeout`` seconds for the next code."""
        try:
            typed, arrived_at = self._typed.get(timeout=timeout)
        except queue.Empty:
            return None
        if typed.too_long:
            self._tell("too_long")
            return None
        code = layouts.read(typed, self._usual)
        if code.garbled:
            self._tell("layout")
            return None
        if code.setup and code.way is not None:
            self._remember(code.way)
            self._tell("set_up")
            return None
        # Whoever types codes is there, whatever was known of a device; but a wrong layout stays one.
        if self._trouble and self._trouble != "layout":
            self._tell("recovered")
        return Reading([code.text], arrived_at)

    @property
    def ended(self) -> bool:
        """Whether nothing more will ever come."""
        return self._window is None and self._scanner.ended and self._typed.empty()

    @property
    def rate(self) -> float | None:
        """Nothing that has a rate."""
        return None

    def _put(self, typed: Typed) -> None:
        while not self._stopping.is_set():
            with suppress(queue.Full):
                self._typed.put((typed, time.monotonic()), timeout=0.5)
                return

    def _hear(self, code: str) -> None:
        # Keys of a scanner that this program cannot open, or does not know for one, come by the window.
        self._tell("by_window" if self._window and code in {"unnamed", "unreadable"} else code)

    def _tell(self, code: str) -> None:
        with self._telling:
            if code == "recovered" and not self._trouble:
                return
            self._trouble = "" if code in NOTES else code
            self._on_trouble(code)

    def _remember(self, way: Way) -> None:
        self._usual = way
        # Codes of ours are read without it, so a full disk is no reason to stop.
        with suppress(OSError):
            if self._kept is not None:
                write_settled(self._kept, json.dumps(asdict(way)))


def _remembered(kept: Path) -> Way | None:
    try:
        fields = json.loads(kept.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return next((way for way in WAYS if asdict(way) == fields), None)
