"""A station behind its window: the screen comes first, and the parts are loaded behind it."""

import gc
import signal
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from kiosk.assets import assets_dir
from kiosk.config import data_of
from kiosk.leaving import Leaving
from kiosk.lock import locked
from kiosk.notices import Notice, Trouble
from kiosk.sources import WEDGE, is_scanner
from kiosk.ui.app import OnNotice, OnPicture, Working, run_window
from kiosk.ui.setup import WindowOptions
from kiosk.window_keys import WindowKeys

if TYPE_CHECKING:
    from kiosk.station import Station

TRY_AGAIN_S: Final = 5.0
"""How long a kiosk whose journal cannot be opened waits before it tries again."""


def run(
    config_file: Path,
    source: str,
    *,
    once: bool,
    options: WindowOptions,
    language: str,
    on_notice: Callable[[Notice], None],
    say: Callable[[str], None],
) -> bool:
    """Run a kiosk and its window until SIGINT or SIGTERM; with ``once`` until all is delivered.

    One without settings looks for its pairing code first. True where staff want it to start again.

    ``on_notice`` and ``say`` are for the log, and called from any thread. Raises ``KioskError``
    where there is no screen, where fonts are not made, or where the kiosk runs already.
    """
    leaving = Leaving()
    stopping = leaving.now
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopping.set())
    assets = assets_dir()
    # What is loaded until the station works stays for good: to look for garbage in it takes a tenth
    # of the start, and makes the preview stutter ever after. It is set aside in _begun.
    gc.disable()

    def begin(show: OnNotice, on_picture: OnPicture) -> Working | None:
        def hear(notice: Notice) -> None:
            show(notice)
            # The log may be a pipe that broke.
            with suppress(OSError, ValueError):
                on_notice(notice)

        return _begun(
            config_file,
            source,
            once=once,
            hear=hear,
            on_picture=on_picture,
            keys=keys,
            leaving=leaving,
        )

    # A scanner that is named is read by its device; what else is typed here is nobody's.
    keys = WindowKeys() if source == WEDGE else None
    data = data_of(config_file)
    try:
        with locked(data):
            run_window(
                begin,
                assets=assets,
                home=data / "kivy",
                options=options,
                language=language,
                camera=not is_scanner(source),
                keys=keys,
                once=once,
                say=say,
                stopping=stopping,
            )
    finally:
        gc.unfreeze()
        gc.enable()
    return leaving.again


def _begun(
    config_file: Path,
    source: str,
    *,
    once: bool,
    hear: Callable[[Notice], None],
    on_picture: OnPicture,
    keys: WindowKeys | None,
    leaving: Leaving,
) -> Working | None:
    """Make and start the kiosk; None where it was told to stop before that came off."""
    # OpenCV and the network's library must not delay the first picture, nor the words on it.
    from kiosk import bootstrap  # noqa: PLC0415

    gc.freeze()
    gc.enable()
    touring = bootstrap.make_touring(
        config_file,
        source,
        once=once,
        on_notice=hear,
        on_picture=on_picture,
        keys=keys,
        on_leave=leaving.leave,
        make=lambda made: _made(made, once=once, hear=hear, stopping=leaving.now),
    )
    touring.start()
    if leaving.now.is_set():
        touring.stop()
        return None
    return touring


def _made(
    made: Callable[[], "Station"], *, once: bool, hear: Callable[[Notice], None], stopping: threading.Event
) -> "Station | None":
    """Make a station, again and again where the journal cannot be opened; None where told to stop."""
    from kiosk.journal import JournalError  # noqa: PLC0415 - as above

    said = ""
    while True:
        try:
            station = made()
        except JournalError as problem:
            # Nobody sees a kiosk's log: the screen says so, and goes on once there is room again.
            if once:
                raise
            if str(problem) != said:
                said = str(problem)
                hear(Trouble("journal", "cannot_write", said))
            if stopping.wait(TRY_AGAIN_S):
                return None
            continue
        if said:
            hear(Trouble("journal", "recovered", "the journal can be written again", over=True))
        return station
