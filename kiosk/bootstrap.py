"""The one place that puts a kiosk's concrete parts together."""

import random
import secrets
import signal
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Final, Protocol

import msgspec
import uuid_utils

from kiosk.clock import Clock
from kiosk.config import KioskConfig, data_of
from kiosk.devices.camera import Camera
from kiosk.devices.decoder import Decoder
from kiosk.devices.lines import LineScanner
from kiosk.devices.sight import Sight, preview
from kiosk.export import export
from kiosk.issuing import PrintCard
from kiosk.journal import Journal
from kiosk.leaving import Leaving
from kiosk.lock import locked
from kiosk.notices import Notice, Trouble
from kiosk.pairing import Pairer
from kiosk.recorder import Mint
from kiosk.sources import LINES_PREFIX, types
from kiosk.station import Around, Reader, Reading, Station
from kiosk.touring import Touring
from kiosk.typed import NOTES, TypedReader
from kiosk.typed import WORDS as TYPED_WORDS
from kiosk.uplink import Uplink, UplinkEvent
from kiosk.window_keys import WindowKeys
from wire.events import EPOCH_LIMIT
from wire.messages import State
from wire.pairing import PairingCode
from wire.topics import down, fair, up

SOFTWARE: Final = "riwaq 0.1.0"
OnPicture = Callable[[int, int, bytes], None]


class OnEyeTrouble(Protocol):
    """Hears of a camera's or scanner's trouble: its code, words for the log, and whether it is over."""

    def __call__(self, code: str, words: str, *, over: bool) -> None:
        """Hear it."""


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
        card_id=lambda: secrets.randbits(56),
    )


def open_journal(config: KioskConfig) -> Journal:
    """Open a kiosk's journal; raises ``JournalError``."""
    return Journal(journal_path(config), mint_epoch=mint().epoch)


def journal_path(config: KioskConfig) -> Path:
    """Say where a kiosk's journal lies: one for each identity that this machine has had."""
    return config.data / config.device / "journal.db"


class Eye:
    """What reads codes from a source: a camera, a video, a folder of pictures, or a scanner.

    A scanner is ``lines:PATH``, ``wedge`` or ``wedge:PATH``; of one that types, ``kept`` is the file that
    remembers its layout, and what is typed into a window comes by ``keys``.

    It is lent to whoever works: ``stop`` gives it back as it is, and only ``close`` lets go of the
    device. Who works hears of its troubles by ``hear(code, words, over=…)``, from its own thread.
    ``on_picture`` gets each of a camera's pictures made small, for a preview: width, height and BGR
    rows; called by whoever reads. Raises ``DecoderUnavailableError`` where a library is missing.
    """

    def __init__(
        self,
        source: str,
        *,
        once: bool,
        on_picture: OnPicture | None = None,
        kept: Path | None = None,
        keys: WindowKeys | None = None,
    ) -> None:
        self._started = False
        self.hear: OnEyeTrouble | None = None
        self._reader: Reader
        self._words = _SCANNER_WORDS
        if types(source):
            self._words = TYPED_WORDS
            self._reader = TypedReader(source, once=once, on_trouble=self._on_trouble, kept=kept, window=keys)
        elif source.startswith(LINES_PREFIX):
            path = source.removeprefix(LINES_PREFIX)
            self._reader = _LineReader(path, once=once, on_trouble=self._on_trouble)
        else:
            self._words = _CAMERA_WORDS
            self._reader = _CameraReader(
                source, once=once, on_trouble=self._on_trouble, on_picture=on_picture
            )

    def start(self) -> None:
        """Begin to read, or go on."""
        if not self._started:
            self._started = True
            self._reader.start()

    def stop(self) -> None:
        """Give it back."""
        self.hear = None

    def close(self) -> None:
        """Let go of the device."""
        self._reader.stop()

    def read(self, timeout: float) -> Reading | None:
        """Wait at most ``timeout`` seconds for the next picture or line."""
        return self._reader.read(timeout)

    @property
    def ended(self) -> bool:
        """Whether nothing more will ever come."""
        return self._reader.ended

    @property
    def rate(self) -> float | None:
        """Pictures a second, or None where that has no meaning."""
        return self._reader.rate

    def _on_trouble(self, code: str) -> None:
        if self.hear is not None:
            self.hear(code, self._words.get(code, "it has a problem"), over=code in NOTES)


def make_station(
    config: KioskConfig, eye: Eye, *, on_notice: Callable[[Notice], None], around: Around | None = None
) -> Station:
    """Build a station that reads with ``eye``; raises ``JournalError`` where its journal cannot be opened."""
    station = Station(
        config,
        journal=lambda: open_journal(config),
        reader=eye,
        connect=lambda on_event: _uplink(config, on_event),
        clock=Clock(),
        mint=mint(),
        on_notice=on_notice,
        software=SOFTWARE,
        around=around or Around(),
    )
    eye.hear = station.camera_trouble
    return station


def make_touring(
    config_file: Path,
    source: str,
    *,
    once: bool,
    on_notice: Callable[[Notice], None],
    on_picture: OnPicture | None = None,
    keys: WindowKeys | None = None,
    on_leave: Callable[[bool], None] = lambda _: None,
    make: Callable[[Callable[[], Station]], Station | None] = lambda made: made(),
) -> Touring:
    """Build a whole kiosk, with settings or without.

    ``on_leave`` hears that staff want the program to end, with True to start again.
    ``make`` is given what makes a station and makes it, in its own time: None where it gave up.
    """
    kept = data_of(config_file) / "scanner.json"
    eye = Eye(source, once=once, on_picture=on_picture, kept=kept, keys=keys)

    def maker(config: KioskConfig, *, in_sight: str, on_next_code: Callable[[str], None]) -> Station | None:
        around = Around(
            in_sight=in_sight,
            on_next_code=on_next_code,
            export=lambda directory: _export(config, directory),
            on_leave=on_leave,
            print_card=_printing(config.printer) if config.printer else None,
        )
        return make(lambda: make_station(config, eye, on_notice=on_notice, around=around))

    def pairer(notify: Callable[[Notice], None]) -> Pairer:
        eye.hear = lambda code, words, *, over: notify(Trouble("camera", code, words, over=over))
        return Pairer(
            config_file,
            data_of(config_file) / "pairing.json",
            connect=_pairing_uplink,
            notify=notify,
            nonce=mint().nonce,
            software=SOFTWARE,
        )

    return Touring(
        config_file, eye, make_station=maker, make_pairer=pairer, on_notice=on_notice, close=eye.close
    )


def run(config_file: Path, source: str, *, once: bool, on_notice: Callable[[Notice], None]) -> bool:
    """Run a kiosk until SIGINT or SIGTERM; with ``once`` until all of the source is delivered.

    One without settings looks for its pairing code first. True where staff want it to start again.
    """
    leaving = Leaving()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: leaving.now.set())
    with locked(data_of(config_file)):
        touring = make_touring(config_file, source, once=once, on_notice=on_notice, on_leave=leaving.leave)
        try:
            touring.start()
            while not leaving.now.wait(0.1):
                if (once and touring.finished) or touring.problem:
                    break
        finally:
            touring.stop()
        if touring.problem:
            raise touring.problem
    return leaving.again


def _export(config: KioskConfig, directory: Path) -> tuple[str, int]:
    done = export(config, journal_path(config), directory, waiting_only=False, on_progress=lambda _, __: None)
    return done.file, done.facts


def _printing(queue: str) -> PrintCard:
    """Give what prints a card; what a crash has left in the spool is taken away meanwhile."""
    # Only a kiosk that has a printer waits for what speaks with it.
    from kiosk.devices.printer import Printer  # noqa: PLC0415

    printer = Printer(queue)
    threading.Thread(target=printer.forget, name="spool", daemon=True).start()
    return printer.print


def _pairing_uplink(code: PairingCode, on_event: Callable[[UplinkEvent], None]) -> Uplink:
    return Uplink(
        code.broker,
        account=code.account,
        password=code.password,
        subscriptions=[code.answer_topic],
        will=None,
        on_event=on_event,
    )


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
