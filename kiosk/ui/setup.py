"""What must be said before the first import of Kivy: providers, size, silence; and its window."""

import importlib.util
import logging
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from kiosk import KioskError
from kiosk.ui.geometry import MM_PER_INCH
from kiosk.ui.lockdown import prepare_lockdown
from kiosk.ui.shaping import require_raqm

_ENVIRONMENT: Final = {
    # Kivy reads sys.argv, a file in the home directory and the environment unless told not to.
    "KIVY_NO_ARGS": "1",
    "KIVY_NO_CONFIG": "1",
    "KIVY_NO_FILELOG": "1",
    "KIVY_NO_CONSOLELOG": "1",
    "KIVY_NO_ENV_CONFIG": "1",
    # Else Kivy takes over the root logger and standard error.
    "KIVY_LOG_MODE": "PYTHON",
    # One provider each, so that none is searched for: that is time before the first picture.
    "KIVY_TEXT": "pil",
    "KIVY_IMAGE": "sdl2",
    "KIVY_WINDOW": "sdl2",
    "KIVY_AUDIO": "sdl2",
    # A member's words never reach a clipboard that the next one could paste from.
    "KIVY_CLIPBOARD": "dummy",
}
# Without a screen SDL would draw into memory by itself, and nobody would know. The console
# itself (kmsdrm) will do; a name that this SDL does not have is passed over.
_REAL_SCREENS: Final = "wayland,x11,kmsdrm"
_INTO_MEMORY: Final = "offscreen"
_SCREENS: Final = Path("/sys/class/drm")
_FIRST_TIMING: Final = 54
_EDID_BYTES: Final = 128


class NoScreenError(KioskError):
    """The window cannot be opened; the message says what to do."""


@dataclass(frozen=True, slots=True)
class WindowOptions:
    """How the window opens and sounds; ``dpi`` or ``inches`` (diagonal) where the screen's word is wrong.

    ``voice`` is a directory of recordings that are played instead of the ones that came with the
    program; screens are ``read_aloud`` unless a member wants it otherwise.
    """

    width: int = 1280
    height: int = 800
    full_screen: bool = False
    dpi: float = 0.0
    inches: float = 0.0
    voice: Path | None = None
    read_aloud: bool = True


def prepare(home: Path, options: WindowOptions, *, frames_a_second: int = 60) -> None:
    """Set up Kivy; call it before anything imports Kivy.

    Raises ``NoArabicError`` and, where there is no Kivy, ``NoScreenError``.
    ``home`` is a directory for what Kivy writes; ``frames_a_second`` 0 is for tests, which
    drive the frames themselves.
    """
    require_raqm()
    home.mkdir(parents=True, exist_ok=True)
    os.environ.update(_ENVIRONMENT, KIVY_HOME=str(home), KIVY_DATA_DIR=str(data_without_rules(home)))
    prepare_lockdown()
    logging.getLogger("kivy").setLevel(logging.ERROR)
    from kivy.config import Config  # noqa: PLC0415 - Kivy reads the environment when it is imported

    settings: dict[str, dict[str, object]] = {
        "graphics": {
            "width": options.width,
            "height": options.height,
            "fullscreen": "auto" if options.full_screen else 0,
            "maxfps": frames_a_second,
            "multisamples": 0,  # every shape comes with its own smooth edge
            "show_cursor": 0 if options.full_screen else 1,
            "allow_screensaver": 0,
        },
        # A plugged-in keyboard opens nothing, and a second finger leaves no mark.
        "kivy": {"exit_on_escape": 0, "log_level": "error", "keyboard_mode": ""},
        "input": {"mouse": "mouse,disable_multitouch"},
    }
    for section, values in settings.items():
        for key, value in values.items():
            Config.set(section, key, value)


def data_without_rules(home: Path) -> Path:
    """Make a directory that is Kivy's own data but for the rules of its widgets.

    Kivy reads those (``style.kv``) whenever it is imported, which takes a twelfth of a start, and
    every screen here is drawn without them.
    """
    found = importlib.util.find_spec("kivy")
    if found is None or not found.submodule_search_locations:
        raise NoScreenError("Kivy is not installed: install riwaq with its extra  kiosk")
    data = home / "data"
    data.mkdir(exist_ok=True)
    for there in Path(found.submodule_search_locations[0], "data").iterdir():
        here = data / there.name
        if there.name == "style.kv":
            here.touch()
        elif not here.is_symlink() or here.readlink() != there:
            here.unlink(missing_ok=True)
            here.symlink_to(there)
    return data


def open_window() -> Any:
    """Open the window and give Kivy's object for it; after :func:`prepare`. Raises ``NoScreenError``.

    ``SDL_VIDEODRIVER`` in the environment names another kind of screen, such as ``offscreen``.
    """
    os.environ.setdefault("SDL_VIDEODRIVER", _REAL_SCREENS)
    from kivy.base import EventLoop  # noqa: PLC0415 - importable only now, after prepare

    log = logging.getLogger("kivy")
    level = log.level
    # Kivy writes a traceback and ends the program; words are better.
    log.setLevel(logging.CRITICAL + 1)
    try:
        EventLoop.ensure_window()
    except SystemExit:
        raise NoScreenError(
            "no window can be opened: is there a screen, and may this account draw on it (DISPLAY)? "
            "Without a screen add --headless"
        ) from None
    finally:
        log.setLevel(level)
    if os.environ["SDL_VIDEODRIVER"] == _INTO_MEMORY:
        from kivy.graphics.opengl import glFinish  # noqa: PLC0415 - the same

        # A screen makes each frame wait for the one before. In memory nothing does: Mesa's threads
        # fall behind and what is not drawn yet piles up, half a megabyte a screen.
        EventLoop.window.bind(on_flip=lambda _: glFinish())
    return EventLoop.window


def screen_dpi(screens: Path = _SCREENS) -> float:
    """Give the dots per inch of the one screen that is connected, by its own word; else 0.

    Read from EDID, which holds the picture's size in millimetres. The window system's word
    is 96 whatever hangs there.
    """
    found = []
    for status in sorted(screens.glob("*/status")):
        try:
            if status.read_text(encoding="ascii").strip() == "connected":
                found.append(edid_dpi((status.parent / "edid").read_bytes()))
        except (OSError, UnicodeDecodeError):
            continue
    return found[0] if len(found) == 1 else 0.0


def edid_dpi(edid: bytes) -> float:
    """Give the dots per inch that an EDID's first timing tells, 0 where it tells none."""
    if len(edid) < _EDID_BYTES:
        return 0.0
    timing = edid[_FIRST_TIMING : _FIRST_TIMING + 18]
    pixels = timing[2] | (timing[4] & 0xF0) << 4
    millimetres = timing[12] | (timing[14] & 0xF0) << 4
    if not timing[0] or not pixels or not millimetres:
        return 0.0
    dpi = pixels / millimetres * MM_PER_INCH
    # A projector and a cheap board both tell 16 by 9 "millimetres".
    return dpi if 40 <= dpi <= 400 else 0.0  # noqa: PLR2004 - what a screen can be
