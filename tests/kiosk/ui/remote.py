"""The kiosk's program with its window, seen and touched from another process.

``python -m tests.kiosk.ui.remote SOCKET run --config …`` is ``riwaq-kiosk run --config …`` and
nothing else, with a thread beside it that answers what :class:`Window` asks over the socket. What
is asked of widgets is answered between two frames, as everything that touches them.
"""

import json
import os
import resource
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from tests.programs import Process
from tests.waiting import until

PATIENCE_S: Final = 20.0
DISPLAY: Final = {"SDL_VIDEODRIVER": "offscreen", "SDL_AUDIODRIVER": "dummy"}
GREEN, BRICK, SAFFRON, LIME = (11, 79, 69), (140, 29, 24), (242, 182, 60), (250, 246, 238)


class Window:
    """A running kiosk with a window that is drawn into memory; its notices are JSON lines."""

    def __init__(
        self,
        config: Path,
        source: str,
        *words: str,
        size: str = "1280x800",
        display: Mapping[str, str] = DISPLAY,
    ) -> None:
        """Open it, without a ``size`` on the full screen; ``display`` says where: in memory, or X's."""
        self._socket = config.with_suffix(f".{time.monotonic_ns()}.sock")
        said = ("run", "--config", config, "--source", source, "--inches", "10", "--json")
        sized = ("--size", size) if size else ()
        self.process = Process(
            "tests.kiosk.ui.remote", self._socket, *said, *sized, *words, env={**DISPLAY, **display}
        )
        self._line = socket.socket(socket.AF_UNIX)
        self._line.settimeout(2 * PATIENCE_S)
        self._replies = self._line.makefile("r", encoding="utf-8")
        try:
            until(self._answers, seconds=PATIENCE_S, what="the program")
        except AssertionError as problem:
            self.close()
            raise AssertionError(f"{problem}\n{self.process.errors()}") from problem

    def _answers(self) -> bool:
        assert self.process.alive, self.process.errors()
        try:
            self._line.connect(str(self._socket))
        except OSError:
            return False
        return True

    def ask(self, question: str, *arguments: Any) -> Any:
        """Ask one of :data:`ANSWERS`."""
        self._line.sendall(json.dumps([question, *arguments]).encode() + b"\n")
        reply = self._replies.readline()
        assert reply, f"it has ended\n{self.process.errors()}"
        return json.loads(reply)

    def view(self) -> dict[str, Any]:
        """Give what is on the screen: ``kind``, ``language``, ``texts``, ``strip``, ``causes``…"""
        found: dict[str, Any] = self.ask("view")
        return found

    def pixels(self, *places: tuple[float, float]) -> list[tuple[int, ...]]:
        """Give colours at places, as shares of width and height from the left upper corner."""
        return [tuple(colour) for colour in self.ask("pixels", places)]

    def until(self, true: Callable[[dict[str, Any]], object], what: str, seconds: float = PATIENCE_S) -> Any:
        """Wait for a screen and give it."""
        seen: list[dict[str, Any]] = []

        def holds() -> bool:
            seen[:] = [self.view()]
            return bool(true(seen[0]))

        try:
            until(holds, seconds=seconds, what=what)
        except AssertionError as problem:
            told = "\n".join([*self.process.lines[-5:], self.process.errors()])
            raise AssertionError(f"{problem}; the screen shows {seen}\n{told}") from problem
        return seen[0]

    def touch(self, *names: str) -> None:
        """Touch one button after the other, by its icon or its word, each as soon as it is there."""
        for name in names:
            # A screen that has just changed takes no touch: a finger may still tremble on it.
            time.sleep(0.35)
            until(lambda name=name: self.ask("tap", name), seconds=PATIENCE_S, what=f"a button {name}")  # type: ignore[misc]

    def until_kind(self, kind: str, seconds: float = PATIENCE_S) -> Any:
        return self.until(lambda view: view["kind"] == kind, kind, seconds)

    def close(self) -> None:
        """End it, whatever it does."""
        self._replies.close()
        self._line.close()
        self._socket.unlink(missing_ok=True)
        if self.process.alive:
            self.process.kill()


# -- in the program's own process -------------------------------------------------------------------


def _face() -> Any:
    from kivy.base import EventLoop  # noqa: PLC0415 - importable once the program has prepared it

    return EventLoop.window.children[0]


def _view() -> dict[str, Any]:
    from kiosk.ui.widgets import Words  # noqa: PLC0415 - the same
    from tests.kiosk.ui.stage import below  # noqa: PLC0415 - the same

    face = _face()
    view = face.page.view
    return {
        "kind": view.kind,
        "language": view.language,
        "title": view.said.title,
        "strip": view.strip,
        "causes": view.causes,
        "until": view.until,
        "tiles": {tile.word: tile.chosen for tile in view.tiles},
        "actions": [action.icon for action in view.actions],
        "typed": view.typed,
        "texts": [part.text for part in below(face) if isinstance(part, Words)],
        "pictures": face.film.shown,
        "built": face.built,
    }


def _size() -> list[int]:
    return [round(side) for side in _face().size]


def _pixels(places: Sequence[tuple[float, float]]) -> list[tuple[int, ...]]:
    texture = _face().export_as_image().texture
    width, height = texture.size
    rows = texture.pixels
    at = [4 * (int(y * (height - 1)) * width + int(x * (width - 1))) for x, y in places]
    return [tuple(rows[start : start + 3]) for start in at]


def _picture(path: str) -> None:
    """Write what is on the screen into a file."""
    _face().export_to_png(path)


def _tap(name: str) -> bool:
    """Touch a button by its name, for as long as a frame; False where the screen has none of it."""
    from kivy.tests.common import UnitTestTouch  # noqa: PLC0415 - the same

    from kiosk.ui.widgets import Touchable  # noqa: PLC0415 - the same
    from tests.kiosk.ui.stage import below  # noqa: PLC0415 - the same

    found = [part for part in below(_face()) if isinstance(part, Touchable) and part.name == name]
    if found:
        touch = UnitTestTouch(*found[0].center)
        touch.touch_down()
        touch.touch_up()
    return bool(found)


def _where(name: str) -> list[int] | None:
    """Give the middle of a button, from the left upper corner; None where the screen has none of it."""
    from kiosk.ui.widgets import Touchable  # noqa: PLC0415 - importable once the program has prepared it
    from tests.kiosk.ui.stage import below  # noqa: PLC0415 - the same

    face = _face()
    found = [part for part in below(face) if isinstance(part, Touchable) and part.name == name]
    return [round(found[0].center_x), round(face.height - found[0].center_y)] if found else None


def _two_fingers(*names: str) -> bool:
    """Touch two buttons at once; False where the screen has not both."""
    from kivy.tests.common import UnitTestTouch  # noqa: PLC0415 - the same

    from kiosk.ui.widgets import Touchable  # noqa: PLC0415 - the same
    from tests.kiosk.ui.stage import below  # noqa: PLC0415 - the same

    parts = {part.name: part for part in below(_face()) if isinstance(part, Touchable)}
    if not all(name in parts for name in names):
        return False
    touches = [UnitTestTouch(*parts[name].center) for name in names]
    for touch in touches:
        touch.touch_down()
    for touch in touches:
        touch.touch_up()
    return True


def _fill_disk(full: bool) -> None:  # noqa: FBT001 - it came over the socket
    """Let every write to a file fail, as on a full disk, or succeed again."""
    _, most = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0 if full else most, most))


def _plug(*places: str) -> None:
    """Let these directories stand for sticks, the only ones that are plugged in."""
    from kiosk import backstage  # noqa: PLC0415 - the same

    vars(backstage)["sticks"] = lambda: places


ANSWERS: Final[dict[str, Callable[..., Any]]] = {
    "view": _view,
    "pixels": _pixels,
    "picture": _picture,
    "size": _size,
    "tap": _tap,
    "where": _where,
    "two_fingers": _two_fingers,
    "fill_disk": _fill_disk,
    "plug": _plug,
}


def _answer(path: str) -> None:
    listening = socket.socket(socket.AF_UNIX)
    listening.bind(path)
    # Nobody is heard before there is a screen to ask about.
    while "kiosk.ui.face" not in sys.modules or not _is_drawn():
        time.sleep(0.005)
    listening.listen(1)
    line, _ = listening.accept()
    with line, line.makefile("r", encoding="utf-8") as questions:
        for question in questions:
            name, *arguments = json.loads(question)
            line.sendall(json.dumps(_between_frames(ANSWERS[name], *arguments)).encode() + b"\n")
    # Whoever asked is gone, perhaps killed: nobody else would end this program.
    os.kill(os.getpid(), signal.SIGTERM)


def _is_drawn() -> bool:
    from kivy.base import EventLoop  # noqa: PLC0415 - the same

    children: list[Any] = EventLoop.window.children if EventLoop.window else []
    return bool(children) and getattr(children[0], "page", None) is not None


def _between_frames(answer: Callable[..., Any], *arguments: Any) -> Any:
    from kivy.clock import Clock  # noqa: PLC0415 - the same

    done = threading.Event()
    found: list[Any] = []

    def call(_elapsed: float) -> None:
        found.append(answer(*arguments))
        done.set()

    Clock.schedule_once(call, 0)
    done.wait(PATIENCE_S)
    return found[0]


def main() -> None:
    """Run the program with the thread beside it."""
    from kiosk.__main__ import program  # noqa: PLC0415 - what is asked first is asked of the program itself

    path, *words = sys.argv[1:]
    threading.Thread(target=_answer, args=(path,), daemon=True).start()
    program(words, prog_name="riwaq-kiosk")


if __name__ == "__main__":
    os.environ.update({**DISPLAY, **os.environ})
    main()
