"""The one place that puts a kiosk's concrete parts together."""

import random
import secrets
import signal
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Final

import msgspec
import uuid_utils

from kiosk.clock import Clock
from kiosk.config import KioskConfig
from kiosk.devices.camera import Camera
from kiosk.devices.decoder import Decoder
from kiosk.devices.lines import LineScanner
from kiosk.devices.sight import Sight, preview
from kiosk.journal import Journal
from kiosk.lock import locked
from kiosk.notices import Notice
from kiosk.recorder import Mint
from kiosk.station import Reader, Reading, Station
from kiosk.uplink import Uplink, UplinkEvent
from wire.events import EPOCH_LIMIT
from wire.messages import State
from wire.topics import down, fair, up

SOFTWARE: Final = "riwaq 0.1.0"
LINES_PREFIX: Final = "lines:"
OnPicture = Callable[[int, int, bytes], None]
_CAMERA_WORDS: Final = {
    "missing": "the camera is not there: check its cable",
    "unreadable": "the camera cannot be opened: does another program use it?",
    "ended": "the video or the folder of pictures has ended",
    "stalled": "the camera sends no pictures: unplug it and plug it in again",
    "covered": "the camera is covered or in the dark: uncover it, or turn on a light",
    "recovered": "the camera sees again",
}
_SCANNER_WORDS: Final = {
    "missing": "the scanner is not there: check its cable",
    "unreadable": "the scanner cannot be opened: may this account read it?",
    "recovered": "the scanner is there again",
}


class _CameraReader:
    """A camera and its decoder, as the station wants them: one thread takes a frame and reads it.

    ``on_picture`` gets a small copy of every frame, before it is read.
    """

    def __init__(
        self,
        source: str,
        *,
        once: bool,
        on_trouble: Callable[[str], None],
        on_picture: OnPicture | None,
    ) -> None:
        self._camera = Camera(source, on_trouble=on_trouble, once=once)
        self._decoder = Decoder()
        self._sight = Sight()
        self._on_trouble = on_trouble
        self._on_picture = on_picture

    def start(self) -> None:
        self._camera.start()

    def stop(self) -> None:
        self._camera.stop()

    def read(self, timeout: float) -> Reading | None:
        frame = self._camera.next_frame(timeout)
        if frame is None:
            return None
        if self._on_picture is not None:
            # First, so that a card that takes long to read is seen to move.
            self._on_picture(*preview(frame.picture))
        covered = self._sight.look(frame.picture, frame.arrived_at)
        if covered is not None:
            self._on_trouble("covered" if covered else "recovered")
        return Reading(self._decoder.read(frame.picture), frame.arrived_at)

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


def make_station(
    config: KioskConfig,
    source: str,
    *,
    once: bool,
    on_notice: Callable[[Notice], None],
    on_picture: OnPicture | None = None,
) -> Station:
    """Build a station that reads from ``source``: a camera, a video, a folder, or ``lines:PATH``.

    ``on_picture`` gets each of a camera's pictures made small, for a preview: width, height and
    BGR rows; called from the station's own thread. Raises ``JournalError`` where the journal
    cannot be opened, ``DecoderUnavailableError`` where a library is missing.
    """
    station: Station | None = None

    words = _SCANNER_WORDS if source.startswith(LINES_PREFIX) else _CAMERA_WORDS

    def on_trouble(code: str) -> None:
        if station is not None:
            station.camera_trouble(code, words.get(code, "it has a problem"), over=code == "recovered")

    reader: Reader
    if source.startswith(LINES_PREFIX):
        reader = _LineReader(source.removeprefix(LINES_PREFIX), once=once, on_trouble=on_trouble)
    else:
        reader = _CameraReader(source, once=once, on_trouble=on_trouble, on_picture=on_picture)
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
            down(config.body, config.device, "setup"),
            fair(config.body, config.fair, "programme"),
            fair(config.body, config.fair, "revocations"),
        ],
        will=(up(config.body, config.region, config.device, "state"), msgspec.json.encode(gone)),
        on_event=on_event,
    )
