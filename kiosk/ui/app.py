"""Opens the kiosk's window, and lets the station start behind it.

The window's first picture does not wait for OpenCV, the journal or the network: ``begin`` is
called by a thread of its own once that picture is on the screen.
"""

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final, Protocol

from kiosk.notices import Notice
from kiosk.ui.flow import Flow
from kiosk.ui.geometry import dpi_of
from kiosk.ui.languages import Catalogues
from kiosk.ui.lockdown import Keys, lock_down
from kiosk.ui.setup import WindowOptions, open_window, prepare, screen_dpi
from kiosk.ui.shaping import Typesetter
from kiosk.ui.theme import LIME
from kiosk.wishes import Wish

_ASK_WAITING_S: Final = 1.0
_FRAMES_BEFORE_START: Final = 2
_LOADING_FRAME_S: Final = 0.05
"""How long a touch waits at most while the parts are loaded."""
_START_PATIENCE_S: Final = 10.0


class Working(Protocol):
    """A station at work, as the window wants it."""

    @property
    def waiting(self) -> int:
        """How many facts are not delivered yet."""

    @property
    def finished(self) -> bool:
        """Whether nothing more will ever come and everything is delivered."""

    @property
    def problem(self) -> Exception | None:
        """What ended it before its time; None where all is well."""

    def ask(self, wish: Wish) -> None:
        """Have something done that was asked for by touch; from any thread."""

    def stop(self) -> None:
        """Stop, and keep everything that was committed."""


OnNotice = Callable[[Notice], None]
OnPicture = Callable[[int, int, bytes], None]
Begin = Callable[[OnNotice, OnPicture], Working | None]


def run_window(  # noqa: PLR0915 - one after the other, as it happens
    begin: Begin,
    *,
    assets: Path,
    home: Path,
    options: WindowOptions,
    language: str = "",
    camera: bool = True,
    keys: Keys | None = None,
    once: bool = False,
    say: Callable[[str], None] = lambda _: None,
    stopping: threading.Event | None = None,
) -> None:
    """Show the window until ``stopping`` is set or it is closed; with ``once`` until all is delivered.

    ``begin`` makes and starts the kiosk; it may call what it is given from any thread: the one
    with each notice, the other with each picture for the preview (width, height, BGR rows); it
    gives None where ``stopping`` came first, which is set in any case when the window is closed.
    Without a ``language`` it speaks the body's first.
    What ``begin`` raises is raised here, once the window is closed. ``home`` is a directory for
    what Kivy writes; ``camera`` is False where cards come before a scanner; ``keys`` gets what is
    typed, which is nobody's otherwise; ``say`` gets sentences for the log. Call it from the main
    thread, once a process. Raises ``NoScreenError`` and ``NoArabicError``.
    """
    stopping = stopping or threading.Event()
    prepare(home, options)
    window = open_window()
    window.clearcolor = LIME
    quiet = lock_down(window, keys, full_screen=options.full_screen)
    # Kivy's modules are importable only now, after prepare.
    from kivy.base import runTouchApp, stopTouchApp  # noqa: PLC0415
    from kivy.clock import Clock  # noqa: PLC0415
    from kivy.metrics import Metrics  # noqa: PLC0415

    from kiosk.ui.face import Face  # noqa: PLC0415
    from kiosk.ui.preview import Slot  # noqa: PLC0415
    from kiosk.ui.tones import LOUDNESS, Tones, Voice  # noqa: PLC0415

    dpi = options.dpi
    if not dpi and options.inches:
        dpi = dpi_of(window.width, window.height, options.inches)
    slot = Slot()
    flow = Flow(
        Catalogues(assets / "locale").of, language=language, camera=camera, read_aloud=options.read_aloud
    )
    tones: list[Tones] = []
    voice = Voice([*([options.voice] if options.voice else []), assets / "voice"])
    face = Face(
        Typesetter(assets / "fonts"),
        flow,
        dpi=dpi or screen_dpi() or Metrics.dpi,
        slot=slot,
        play=lambda name: tones[0].play(name, LOUDNESS[flow.settings.volume]) if tones else None,
        # Not before the tones: they find out whether there is a loudspeaker, and say so.
        speak=lambda prompt: voice.speak(prompt, LOUDNESS[flow.settings.volume]) if tones else None,
        ask=lambda wish: starter.ask(wish),  # noqa: PLW0108 - it is made below
    )
    starter = _Starter(lambda: begin(face.put, slot.put), lambda: face.tell(Flow.started))

    def be_silent() -> None:
        say("no sound can be played: check the loudspeaker")
        flow.silent()

    ask_at = 0.0
    frames = 0

    def before_frame(_elapsed: float) -> None:
        nonlocal ask_at, frames
        frames += 1
        quiet()  # first: what delays this frame must not look like the end of a code
        if frames == _FRAMES_BEFORE_START:
            starter.start()
            tones.append(Tones(assets / "sounds", be_silent))
        face.step()
        working = starter.working
        if stopping.is_set() or starter.trouble is not None:
            stopTouchApp()
        elif starter.is_alive():
            # Nothing moves yet, and each frame would take the interpreter from what is being loaded.
            starter.join(_LOADING_FRAME_S)
        elif working is not None and time.monotonic() >= ask_at:
            ask_at = time.monotonic() + _ASK_WAITING_S
            flow.now_waiting(working.waiting)
            if once and working.finished:
                stopTouchApp()

    window.add_widget(face)
    beat = Clock.schedule_interval(before_frame, 0)
    try:
        runTouchApp()
    finally:
        beat.cancel()
        window.remove_widget(face)
        stopping.set()
        starter.finish()
    if starter.trouble is not None:
        raise starter.trouble


class _Starter(threading.Thread):
    """Starts the station, and remembers what came of it."""

    def __init__(self, begin: Callable[[], Working | None], begun: Callable[[], None]) -> None:
        super().__init__(name="starter", daemon=True)
        self._begin = begin
        self._begun = begun
        self.working: Working | None = None
        self._problem: Exception | None = None

    def run(self) -> None:
        try:
            self.working = self._begin()
        except Exception as problem:  # noqa: BLE001 - raised again where somebody can read it
            self._problem = problem
            return
        if self.working is not None:
            self._begun()

    @property
    def trouble(self) -> Exception | None:
        """What kept the start from coming off, or ended the work since."""
        working = self.working
        return self._problem or (working.problem if working is not None else None)

    def ask(self, wish: Wish) -> None:
        """Hand a wish on to whoever is at work; before that nobody has one."""
        if self.working is not None:
            self.working.ask(wish)

    def finish(self) -> None:
        """Wait for the start, then stop the station."""
        if self.ident is None:
            return
        self.join(_START_PATIENCE_S)
        # Let go of it, too: Kivy's clock outlives everything here, and the decoder with it.
        self._problem = self.trouble
        working, self.working = self.working, None
        if working is not None:
            working.stop()
