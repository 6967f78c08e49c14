"""A window under test: its frames, its clock and its fingers are the test's."""

import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from PIL import Image

from kiosk.notices import Notice, ProgrammeTaken
from kiosk.ui.example import DESCRIBED
from kiosk.ui.flow import Flow
from kiosk.ui.gallery import Shape, Studio
from kiosk.ui.scenes import BODY, BOOTH, WALL
from kiosk.ui.view import View

if TYPE_CHECKING:
    from kiosk.ui.prompts import Prompt
    from kiosk.wishes import Wish

PATIENCE_S = 5.0


def below(widget: Any) -> Iterator[Any]:
    """Give a widget and everything in it, in the order of drawing."""
    yield widget
    for child in reversed(widget.children):
        yield from below(child)


class Stage:
    """A face in the window, ready for the first card unless told otherwise."""

    def __init__(self, studio: Studio, shape: Shape) -> None:
        from kivy.base import EventLoop  # noqa: PLC0415 - importable after the studio is there

        from kiosk.ui.face import Face  # noqa: PLC0415

        self.now = 1000.0
        self.played: list[str] = []
        self.spoken: list[Prompt | None] = []
        self.asked: list[Wish] = []
        self._loop = EventLoop
        self.window = EventLoop.window
        self.flow = Flow(studio.catalogues.of)
        self.face = Face(
            studio.set,
            self.flow,
            dpi=shape.dpi,
            play=self.played.append,
            speak=self.spoken.append,
            ask=self.asked.append,
            monotonic=lambda: self.now,
            wall=lambda: WALL,
        )
        self.window.add_widget(self.face)
        if EventLoop.status != "started":
            EventLoop.start()
        self.until(lambda: self.face.page is not None)

    def close(self) -> None:
        self.window.remove_widget(self.face)
        self.frame()

    def ready(self) -> "Stage":
        """Let the station start and the programme come."""
        self.face.tell(Flow.started)
        self.face.put(ProgrammeTaken(1, "rabat", 6))
        self.face.tell(lambda flow: flow.place(BODY, BOOTH, ""))
        self.frame()
        return self

    def described(self) -> "Stage":
        """Let it stand at a booth with offers, as well."""
        self.ready().hear(DESCRIBED)
        return self

    def touch(self, *names: str) -> None:
        """Touch one button after the other, as somebody who looks first."""
        for name in names:
            self.wait(0.5)
            self.tap(name)

    def frame(self, count: int = 1) -> None:
        for _ in range(count):
            self.face.step()
            self._loop.idle()

    def until(self, true: Callable[[], bool]) -> None:
        end = time.monotonic() + PATIENCE_S
        while not true():
            assert time.monotonic() < end, "it never came true"
            self.frame()

    def wait(self, seconds: float) -> None:
        """Let time pass on the face's own clock."""
        self.now += seconds
        self.frame()

    def hear(self, notice: Notice) -> None:
        self.face.put(notice)
        self.frame()

    def view(self) -> View:
        assert self.face.page is not None
        return self.face.page.view

    def texts(self) -> list[str]:
        from kiosk.ui.widgets import Words  # noqa: PLC0415

        return [widget.text for widget in below(self.face) if isinstance(widget, Words)]

    def find(self, name: str) -> Any:
        from kiosk.ui.widgets import Touchable  # noqa: PLC0415

        [found] = [
            widget
            for widget in below(self.face)
            if isinstance(widget, Touchable) and getattr(widget, "name", "") == name
        ]
        return found

    def finger(self, x: float, y: float) -> Any:
        from kivy.tests.common import UnitTestTouch  # noqa: PLC0415

        return UnitTestTouch(x, y)

    def tap(self, name: str) -> None:
        touch = self.finger(*self.find(name).center)
        touch.touch_down()
        self.frame()
        touch.touch_up()
        self.frame()

    def picture(self) -> Image.Image:
        texture = self.face.export_as_image().texture
        return Image.frombytes("RGBA", texture.size, texture.pixels).convert("RGB")
