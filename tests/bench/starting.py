"""A window that says when it is ready, for ``riwaq bench kiosk``: the kiosk's, or a bare one of Kivy's.

``python -m tests.bench.starting kiosk run --config …`` is ``riwaq-kiosk run --config …``;
``python -m tests.bench.starting bare VIDEO`` is a Kivy window that shows a video at its full size
and does nothing else. Each prints ``first SECONDS`` when its first frame is drawn, and ``ready
SECONDS`` when one is drawn with the camera's picture in it (and, at the kiosk, the invitation to
show a card). Seconds are of the monotonic clock, which is one for all processes of a machine.
"""

import os
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

SIZE: Final = (1280, 800)


def kiosk(words: list[str]) -> None:
    """Run the kiosk's program, watched from a thread beside it."""
    from kiosk.__main__ import program  # noqa: PLC0415 - what is measured is imported as it is measured

    def is_ready(window: Any) -> bool:
        face: Any = window.children[0] if window.children else None
        page = getattr(face, "page", None)
        return page is not None and face.film.shown > 0 and page.preview is not None

    threading.Thread(target=_watch, args=(is_ready,), daemon=True).start()
    program(words, prog_name="riwaq-kiosk")


def _watch(is_ready: Callable[[Any], bool]) -> None:
    # The window of a module that is only half imported is nobody's yet.
    while (
        window := getattr(getattr(sys.modules.get("kivy.base"), "EventLoop", None), "window", None)
    ) is None:
        time.sleep(0.001)
    from kivy.clock import Clock  # noqa: PLC0415 - as above

    # Bound by the thread that draws: two that bind at once may lose one of them.
    Clock.schedule_once(lambda _: _tell(window, is_ready), -1)


def _tell(window: Any, is_ready: Callable[[Any], bool]) -> None:
    told: list[str] = []

    def tell(name: str) -> None:
        told.append(name)
        # In one piece: the kiosk's own threads write lines, too.
        os.write(1, f"{name} {time.monotonic()}\n".encode())

    def drawn(window: Any) -> None:
        if not told:
            tell("first")
        if "ready" not in told and is_ready(window):
            tell("ready")

    window.bind(on_flip=drawn)


def bare(video: str, home: Path) -> None:
    """Show a video in a window, as a program in Kivy's manual would; ``home`` is for what Kivy writes."""
    os.environ.update(KIVY_NO_ARGS="1", KIVY_HOME=str(home))
    home.mkdir(exist_ok=True)
    import cv2  # noqa: PLC0415 - as above
    from kivy.config import Config  # noqa: PLC0415

    for name, side in zip(("width", "height"), SIZE, strict=True):
        Config.set("graphics", name, side)
    from kivy.app import App  # noqa: PLC0415
    from kivy.clock import Clock  # noqa: PLC0415
    from kivy.core.window import Window  # noqa: PLC0415
    from kivy.graphics.texture import Texture  # noqa: PLC0415
    from kivy.uix.image import Image  # noqa: PLC0415

    capture = cv2.VideoCapture(video)
    shown: list[int] = []

    class Bare(App):  # type: ignore[misc]  # Kivy ships no types
        def build(self) -> Any:
            self.image = Image()
            Clock.schedule_interval(self.show, 1 / 30)
            self.show(0)
            return self.image

        def show(self, _elapsed: float) -> None:
            taken, picture = capture.read()
            if not taken:
                return
            if self.image.texture is None:
                self.image.texture = Texture.create(size=(picture.shape[1], picture.shape[0]), colorfmt="rgb")
            self.image.texture.blit_buffer(picture.tobytes(), colorfmt="bgr", bufferfmt="ubyte")
            self.image.canvas.ask_update()
            shown.append(1)

    _tell(Window, lambda _: bool(shown))
    Bare().run()


if __name__ == "__main__":
    if sys.argv[1] == "kiosk":
        kiosk(sys.argv[2:])
    else:
        bare(sys.argv[2], Path(sys.argv[3]))
