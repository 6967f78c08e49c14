"""A real screen of X11 that nobody sees: Xvfb, keys and a pointer by xdotool, and what is on it."""

import ctypes
import os
import shutil
import struct
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Self

import pytest

from tests.waiting import until

XWD_FIELDS = 25


class Display:
    """One screen of so many pixels. Its frame buffer is a file, in which the pointer is drawn as well."""

    def __init__(self, path: Path, width: int = 1280, height: int = 800) -> None:
        missing = [name for name in ("Xvfb", "xdotool", "setxkbmap", "openbox") if not shutil.which(name)]
        if missing:
            pytest.fail(f"{', '.join(missing)} is not installed: apt-get install xvfb xdotool openbox")
        path.mkdir()
        self.frame = path / "Xvfb_screen0"
        """X's window dump, which changes as the screen does."""
        reading, writing = os.pipe()
        # Xvfb takes a free number by itself and tells it; without -noreset it forgets its layout.
        self._process = subprocess.Popen(
            [
                *("Xvfb", "-displayfd", str(writing), "-screen", "0", f"{width}x{height}x24"),
                *("-fbdir", str(path), "-noreset", "-nolisten", "tcp"),
            ],
            pass_fds=[writing],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(writing)
        with os.fdopen(reading, encoding="ascii") as told:
            self.name = f":{told.readline().strip()}"
        assert self.name != ":", "Xvfb did not start"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def managed(self) -> Iterator[None]:
        """Run a window manager with everyday short cuts: Alt-Tab, Alt-F4, Alt-space, Super-D."""
        manager = subprocess.Popen(
            ["openbox", "--sm-disable"],
            env={**os.environ, "DISPLAY": self.name},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            yield
        finally:
            manager.terminate()
            manager.wait(10)

    def close(self) -> None:
        self._process.terminate()
        self._process.wait(10)

    @property
    def environment(self) -> Mapping[str, str]:
        """What a program needs to draw here."""
        return {"DISPLAY": self.name, "SDL_VIDEODRIVER": "x11", "WAYLAND_DISPLAY": ""}

    def run(self, *words: str) -> str:
        """Run one of X's own programs here and give what it says."""
        done = subprocess.run(
            words,
            env={**os.environ, "DISPLAY": self.name},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, (words, done.stderr)
        return done.stdout

    def keys(self, *words: str) -> None:
        """Do what xdotool can: ``key Alt+F4``, ``mousemove 9 9``, ``click 3``."""
        self.run("xdotool", *words)

    def strike(self, keys: Iterable[tuple[int, bool]]) -> None:
        """Put keys down or up, by X's numbers, one a millisecond: USB's quickest.

        X keeps the time. xdotool would wait for the processor between two of them, as no scanner does.
        """
        x11, xtest = ctypes.CDLL("libX11.so.6"), ctypes.CDLL("libXtst.so.6")
        x11.XOpenDisplay.restype = ctypes.c_void_p
        connection = ctypes.c_void_p(x11.XOpenDisplay(self.name.encode()))
        assert connection
        for key, down in keys:
            xtest.XTestFakeKeyEvent(connection, key, int(down), ctypes.c_ulong(1))
        x11.XSync(connection, 0)
        x11.XCloseDisplay(connection)

    @contextmanager
    def finger(self) -> Iterator["Finger"]:
        """Give a finger, as X sees it: a pointer with one button."""
        x11 = ctypes.CDLL("libX11.so.6")
        x11.XOpenDisplay.restype = ctypes.c_void_p
        connection = ctypes.c_void_p(x11.XOpenDisplay(self.name.encode()))
        assert connection
        try:
            yield Finger(connection)
        finally:
            x11.XCloseDisplay(connection)

    def layout(self, name: str) -> None:
        """Give the machine another keyboard layout."""
        self.run("setxkbmap", name)

    def pixels(self) -> bytes:
        """Give what is on the screen, pointer and all: BGRX rows from the top."""
        dump = self.frame.read_bytes()
        # The file is X's window dump: a header of 32-bit numbers, a name, colours, then the rows.
        header = struct.unpack(f">{XWD_FIELDS}I", dump[: 4 * XWD_FIELDS])
        size, height, line, colours = header[0], header[5], header[12], header[19]
        start = size + 12 * colours
        return dump[start : start + height * line]

    def settled(self) -> bytes:
        """Wait until nothing changes on the screen any more, and give it."""
        seen: list[bytes] = []

        def still() -> bool:
            seen.append(self.pixels())
            return len(seen) > 3 and seen[-1] == seen[-2] == seen[-3]

        until(still, seconds=20, what="a screen that stands still")
        return seen[-1]


class Finger:
    """Moves, goes down and comes up at once: what it does has reached X when the call returns."""

    def __init__(self, connection: ctypes.c_void_p) -> None:
        self._connection = connection
        self._x11, self._xtest = ctypes.CDLL("libX11.so.6"), ctypes.CDLL("libXtst.so.6")

    def move(self, x: int, y: int) -> None:
        """Go to a place, in pixels from the left upper corner."""
        self._xtest.XTestFakeMotionEvent(self._connection, 0, x, y, ctypes.c_ulong(0))
        self._x11.XSync(self._connection, 0)

    def put(self, *, down: bool) -> None:
        """Go down, or come up."""
        self._xtest.XTestFakeButtonEvent(self._connection, 1, int(down), ctypes.c_ulong(0))
        self._x11.XSync(self._connection, 0)
