"""The one place that puts a kiosk's concrete parts together."""

import fcntl
import os
import random
import secrets
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import msgspec
import uuid_utils

from kiosk import KioskError
from kiosk.clock import Clock
from kiosk.config import KioskConfig
from kiosk.devices.camera import Camera
from kiosk.devices.decoder import Decoder
from kiosk.devices.lines import LineScanner
from kiosk.journal import Journal
from kiosk.notices import Notice
from kiosk.recorder import Mint
from kiosk.station import Reader, Reading, Station
from kiosk.uplink import Uplink, UplinkEvent
from wire.events import EPOCH_LIMIT
from wire.messages import State
from wire.topics import down, fair, up

SOFTWARE: Final = "riwaq 0.1.0"
LINES_PREFIX: Final = "lines:"
_CAMERA_WORDS: Final = {
    "missing": "the camera is not there: check its cable",
    "unreadable": "the camera cannot be opened: does another program use it?",
    "ended": "the video or the folder of pictures has ended",
    "stalled": "the camera sends no pictures: unplug it and plug it in again",
    "recovered": "the camera sends pictures again",
}
_SCANNER_WORDS: Final = {
    "missing": "the scanner is not there: check its cable",
    "unreadable": "the scanner cannot be opened: may this account read it?",
    "recovered": "the scanner is there again",
}


class _CameraReader:
    """A camera and its decoder, as the station wants them: one thread takes a frame and reads it."""

    def __init__(self, source: str, *, once: bool, on_trouble: Callable[[str], None]) -> None:
        self._camera = Camera(source, on_trouble=on_trouble, once=once)
        self._decoder = Decoder()

    def start(self) -> None:
        self._camera.start()

    def stop(self) -> None:
        self._camera.stop()

    def read(self, timeout: float) -> Reading | None:
        frame = self._camera.next_frame(timeout)
        return None if frame is None else Reading(self._decoder.read(frame.picture), frame.arrived_at)

    @property
    def ended(self) -> bool:
        return self._camera.ended

    @property
    def rate(self) -> float | None:
        return round(self._camera.rate, 1)


class _LineReader:
    """A scanner that sends lines, as the station wants it."""

    def __init__(self, source: str, *, once: bool, on_trouble: Callable[[str], None]) -> None:
        self._scanner = LineScanner(source, once=once, on_trouble=on_trouble)

    def start(self) -> None:
        self._scanner.start()

    def stop(self) -> None:
        self._scanner.stop()

    def read(self, timeout: float) -> Reading | None:
        line = self._scanner.next_line(timeout)
        return None if line is None else Reading([line[0]], line[1])

    @property
    def ended(self) -> bool:
        return self._scanner.ended

    @property
    def rate(self) -> float | None:
        return None


def mint() -> Mint:
    """Give the kiosk's randomness: ids that sort by time, epochs and nonces nobody can guess."""
    return Mint(
        event_id=lambda: uuid_utils.uuid7().hex,
        epoch=lambda: 1 + secrets.randbelow(EPOCH_LIMIT - 1),
        nonce=lambda: secrets.token_hex(12),
        jitter=random.random,
    )


def open_journal(config: KioskConfig) -> Journal:
    """Open a kiosk's journal; raises ``JournalError``."""
    return Journal(journal_path(config), mint_epoch=mint().epoch)


def journal_path(config: KioskConfig) -> Path:
    """Say where a kiosk's journal lies."""
    return config.data / "journal.db"


@contextmanager
def locked(config: KioskConfig) -> Iterator[None]:
    """Hold the data directory for the one program that writes the journal; raises ``KioskError``."""
    try:
        config.data.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = (config.data / "kiosk.lock").open("w", encoding="ascii")
    except OSError as problem:
        raise KioskError(f"{config.data} cannot be written: {problem.strerror}") from None
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise KioskError("this kiosk runs already: stop the other one first") from None
        lock.write(str(os.getpid()))
        lock.flush()
        yield


def make_station(
    config: KioskConfig, source: str, *, once: bool, on_notice: Callable[[Notice], None]
) -> Station:
    """Build a station that reads from ``source``: a camera, a video, a folder, or ``lines:PATH``."""
    station: Station | None = None

    words = _SCANNER_WORDS if source.startswith(LINES_PREFIX) else _CAMERA_WORDS

    def on_trouble(code: str) -> None:
        if station is not None:
            station.camera_trouble(code, words.get(code, "it has a problem"), over=code == "recovered")

    reader: Reader
    if source.startswith(LINES_PREFIX):
        reader = _LineReader(source.removeprefix(LINES_PREFIX), once=once, on_trouble=on_trouble)
    else:
        reader = _CameraReader(source, once=once, on_trouble=on_trouble)
    station = Station(
        config,
        journal=lambda: open_journal(config),
        reader=reader,
        connect=lambda on_event: _uplink(config, on_event),
        clock=Clock(),
        mint=mint(),
        on_notice=on_notice,
        software=SOFTWARE,
    )
    return station


def run(config: KioskConfig, source: str, *, once: bool, on_notice: Callable[[Notice], None]) -> None:
    """Run a station until SIGINT or SIGTERM; with ``once`` until all of the source is delivered."""
    stopping = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopping.set())
    with locked(config):
        station = make_station(config, source, once=once, on_notice=on_notice)
        station.start()
        try:
            while not stopping.wait(0.1):
                if once and station.finished:
                    break
        finally:
            station.stop()


def _uplink(config: KioskConfig, on_event: Callable[[UplinkEvent], None]) -> Uplink:
    gone = State(online=False, name=config.name, fair=config.fair, booth=config.booth, software=SOFTWARE)
    return Uplink(
        config.broker,
        account=config.device,
        password=config.password,
        subscriptions=[
            down(config.body, config.device, "ack"),
            down(config.body, config.device, "answer"),
            fair(config.body, config.fair, "programme"),
            fair(config.body, config.fair, "revocations"),
        ],
        will=(up(config.body, config.region, config.device, "state"), msgspec.json.encode(gone)),
        on_event=on_event,
    )
