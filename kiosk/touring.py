"""A kiosk from stop to stop: paired by a code, at work, closed and wiped, paired again for the next fair."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Final, Protocol

from kiosk.config import KioskConfig, is_set_up, read_config
from kiosk.notices import Notice
from kiosk.pairing import Pairer
from kiosk.station import Reader, Station
from kiosk.wishes import Wish

_GOODBYE_S: Final = 8.0


class Maker(Protocol):
    """Makes a station; None where it was told to stop before that came off."""

    def __call__(
        self, config: KioskConfig, *, in_sight: str, on_next_code: Callable[[str], None]
    ) -> Station | None:
        """Make it, not started."""


class Touring:
    """One machine at work, whoever it is at the moment; a thread of its own sees to that.

    ``make_pairer`` is asked where there are no settings, or where a closed kiosk is shown the code
    of the next fair. ``close`` lets go of the reader.
    """

    def __init__(
        self,
        config_file: Path,
        reader: Reader,
        *,
        make_station: Maker,
        make_pairer: Callable[[Callable[[Notice], None]], Pairer],
        on_notice: Callable[[Notice], None],
        close: Callable[[], None],
    ) -> None:
        self._config_file = config_file
        self._reader = reader
        self._make_station = make_station
        self._make_pairer = make_pairer
        self._on_notice = on_notice
        self._close = close
        self._stopping = threading.Event()
        self._turned = threading.Event()
        self._next_code = ""
        self._station: Station | None = None
        self.problem: Exception | None = None
        """What ended it before its time."""
        self._thread = threading.Thread(target=self._run, name="touring", daemon=True)

    def start(self) -> None:
        """Begin to work where there are settings, else to look for a code. Raises what hinders the first."""
        if is_set_up(self._config_file):
            self._work("")
        self._thread.start()

    def stop(self) -> None:
        """Stop whatever is at work; everything committed is safe."""
        self._stopping.set()
        self._turned.set()
        if self._thread.ident is not None:
            self._thread.join(_GOODBYE_S)
        self._end_work()
        self._close()

    @property
    def waiting(self) -> int:
        """How many facts are not delivered yet."""
        station = self._station
        return station.waiting if station else 0

    @property
    def finished(self) -> bool:
        """Whether the reader has ended and every fact is delivered."""
        station = self._station
        return station.finished if station else self._reader.ended

    def ask(self, wish: Wish) -> None:
        """Have something done that was asked for by touch; dropped where no station is at work."""
        station = self._station
        if station is not None:
            station.ask(wish)

    def _run(self) -> None:
        try:
            while not self._stopping.is_set():
                if self._station is None:
                    self._pair()
                self._turned.wait()
                if not self._stopping.is_set():
                    self._turned.clear()
                    self._move_on()
        except Exception as problem:  # noqa: BLE001 - told by whoever waits for it
            self.problem = problem

    def _pair(self) -> None:
        self._reader.start()
        text = self._make_pairer(self._on_notice).look(self._reader, self._stopping)
        if text:
            self._work(text)

    def _move_on(self) -> None:
        """Take the next fair's code, and go on as who we were where it is none of ours."""
        text, self._next_code = self._next_code, ""
        body_key = read_config(self._config_file).body_key
        self._end_work()
        self._reader.start()
        text = self._make_pairer(self._on_notice).take(text, body_key, self._reader, self._stopping)
        if not self._stopping.is_set():
            self._work(text)

    def _work(self, in_sight: str) -> None:
        config = read_config(self._config_file)
        station = self._make_station(config, in_sight=in_sight, on_next_code=self._hear_next_code)
        if station is not None:
            station.start()
            self._station = station

    def _end_work(self) -> None:
        station, self._station = self._station, None
        if station is not None:
            station.stop()

    def _hear_next_code(self, text: str) -> None:
        self._next_code = text
        self._turned.set()
