"""Keeps a plugged-in keyboard, and whatever types like one, away from everything but a scanner's reader.

No key reaches Kivy: none closes the window, opens its settings or types into anything. On the
full screen the window also takes keyboard and pointer for itself (X11's grab), so that a window
manager's Alt-Tab and Alt-F4 do not happen, and refuses to be closed: a signal ends it.
"""

import os
from collections.abc import Callable
from typing import Any, Final, Protocol

_SDL: Final = {
    # The grab of the full screen takes the keyboard, too …
    "SDL_GRAB_KEYBOARD": "1",
    # … and then SDL itself would put the window away at Alt-Tab, so that people can get out of games.
    "SDL_ALLOW_ALT_TAB_WHILE_GRABBED": "0",
    "SDL_VIDEO_MINIMIZE_ON_FOCUS_LOSS": "0",
}


class Keys(Protocol):
    """Takes the keys that come to the window."""

    def key(self, scan_code: int, *, down: bool) -> None:
        """Take a key by its USB number, as SDL tells it."""

    def text(self, characters: str) -> None:
        """Take what the machine's layout made of the key before."""

    def quiet(self) -> None:
        """Hear, once a frame, that every key so far was taken."""


def prepare_lockdown() -> None:
    """Tell SDL how to hold the full screen; before the window is opened."""
    os.environ.update(_SDL)


def lock_down(window: Any, keys: Keys | None, *, full_screen: bool) -> Callable[[], None]:
    """Take every key before Kivy does, and hand it to ``keys`` where somebody wants them.

    Gives what is to be called at the beginning of every frame, before anything that may take long.
    """

    def down(_window: Any, _key: int, scan_code: int, *_: Any) -> bool:
        if keys is not None:
            keys.key(scan_code, down=True)
        return True

    def up(_window: Any, _key: int, scan_code: int, *_: Any) -> bool:
        if keys is not None:
            keys.key(scan_code, down=False)
        return True

    def text(_window: Any, characters: str) -> bool:
        if keys is not None:
            keys.text(characters)
        return True

    window.bind(on_key_down=down, on_key_up=up, on_textinput=text)
    window.bind(on_keyboard=_nothing, on_textedit=_nothing, on_drop_file=_nothing, on_drop_text=_nothing)
    if full_screen:
        window.bind(on_request_close=_nothing)
        window.grab_mouse()
    return keys.quiet if keys is not None else lambda: None


def _nothing(*_: Any, **__: Any) -> bool:
    """Take it, and do nothing."""
    return True
