"""The window's content: it shows the flow's view, and nothing else changes the screen.

Other threads hand notices over by :meth:`Face.put` and pictures by ``slot``; both are taken
up between two frames, so no widget is ever touched from another thread.
"""

import queue
import time
from collections.abc import Callable
from typing import Any, Final

from kivy.uix.widget import Widget

from kiosk.notices import Notice
from kiosk.ui.flow import Flow
from kiosk.ui.kit import Kit, Textures
from kiosk.ui.page import Page
from kiosk.ui.preview import Film, Slot
from kiosk.ui.prompts import Prompt, Prompter
from kiosk.ui.screens import build
from kiosk.ui.shaping import Typesetter
from kiosk.ui.view import Act, Do, Kind, View
from kiosk.wishes import Wish

_LINE_STEP: Final = 1 / 300
"""The line of the remaining time moves when it is so much shorter: a few pixels."""
_RISE_S: Final = 0.15
_RISE_FROM: Final = 0.3
_TYPED_INTO: Final = frozenset(
    {
        *(Kind.NUMBER, Kind.WRITE, Kind.PIN, Kind.FORM_WRITE, Kind.FORM_NUMBER, Kind.FORM_SEARCH),
        *(Kind.CARD_NUMBER, Kind.FIND, Kind.CONFIRM_NUMBER, Kind.CONFIRM_WRITE, Kind.FAMILY, Kind.HOW_MANY),
    }
)
_KEYS: Final = frozenset({Do.DIGIT, Do.ERASE, Do.TEXT})
"""These leave the screen as it is: whoever types fast means each of them."""
_DOUBLE_TAP_S: Final = 0.3
"""After a screen has changed under a finger, the second half of a double tap is not meant for it."""


class Face(Widget):
    """The root of the window. ``monotonic`` and ``wall`` are clocks, arguments for tests' sake."""

    def __init__(
        self,
        typesetter: Typesetter,
        flow: Flow,
        *,
        dpi: float,
        slot: Slot | None = None,
        play: Callable[[str], None] = lambda _: None,
        speak: Callable[[Prompt | None], None] = lambda _: None,
        ask: Callable[[Wish], None] = lambda _: None,
        monotonic: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.flow = flow
        self.slot = slot or Slot()
        self.film = Film()
        self.page: Page | None = None
        self.built = 0
        """How many screens have been built."""
        self._inbox: queue.SimpleQueue[Notice | Callable[[Flow], None]] = queue.SimpleQueue()
        self._set = typesetter
        self._textures = Textures()
        self._dpi = dpi
        self._play = play
        self._prompter = Prompter(speak)
        self._by_touch = False
        self._ask = ask
        self._monotonic = monotonic
        self._wall = wall
        self._deaf_until = 0.0
        self._view: View | None = None
        self._risen = False
        self._former: Page | None = None
        self._wipes = 0
        self.bind(size=lambda *_: self._build(anew=True))

    # -- from other threads ----------------------------------------------------------------------

    def put(self, notice: Notice) -> None:
        """Hand a notice over; from any thread."""
        self._inbox.put(notice)

    def tell(self, change: Callable[[Flow], None]) -> None:
        """Hand over something else that happened; from any thread."""
        self._inbox.put(change)

    # -- every frame -----------------------------------------------------------------------------

    def step(self, _elapsed: float = 0.0) -> None:
        """Take up what has come, and bring the screen up to date; once before every frame."""
        now = self._monotonic()
        tone = ""
        while True:
            try:
                item = self._inbox.get_nowait()
            except queue.Empty:
                break
            if callable(item):
                item(self.flow)
            else:
                tone = self.flow.hear(item, now) or tone
        if tone:
            # The newest alone: three cards in one frame are one sound.
            self._sound(tone, now)
        self._build()
        self._by_touch = False
        self._prompter.step(now)
        self._hand_on()
        # Last, so that it is the newest: a screen may have taken long to build.
        picture = self.slot.take()
        if picture is not None:
            self.film.show(picture)
        if self.page is None:
            return
        if picture is not None and self.page.preview is not None:
            self.page.preview.refresh()
        self._move(self.page, now)

    def _sound(self, tone: str, now: float) -> None:
        self._play(tone)
        self._prompter.sounded(tone, now)

    def _hand_on(self) -> None:
        """Ask the station what touches and time have come to; forget what must not be kept."""
        for wish in self.flow.take_wishes():
            self._ask(wish)
        if self._wipes != self.flow.wipes:
            self._wipes = self.flow.wipes
            self._former = None
            self._textures.forget()
            self._set.forget()

    def _move(self, page: Page, now: float) -> None:
        """Shorten the line of the remaining time, and let a verdict's sign come up."""
        view = self._view
        if page.time_line is None or view is None:
            return
        left = (view.until - now) / (view.until - view.since)
        # Backwards too: a touch gives the time anew.
        if abs(left - page.time_line.left) >= _LINE_STEP:
            page.time_line.show(left)
        if page.sign is not None and not self._risen:
            risen = min(1.0, (now - view.since) / _RISE_S)
            self._risen = risen >= 1.0
            page.sign.recolour((*page.sign.colour[:3], _RISE_FROM + (1 - _RISE_FROM) * risen))

    def _build(self, *, anew: bool = False) -> None:
        if self.width < 200 or self.height < 200:  # noqa: PLR2004 - Kivy's own first size, before the window's
            return
        view = self._view = self.flow.view(self._monotonic(), self._wall())
        if not anew and self.page is not None and self.page.view == view:
            return
        kit = Kit(
            self._set,
            self._textures,
            (round(self.width), round(self.height)),
            self._dpi,
            view.language,
            settings=view.settings,
            brand=view.brand,
        )
        # A finger may still be down on a key while another one types: it ends on what it began on.
        self._former = self.page if view.kind in _TYPED_INTO else None
        self._prompter.see(view, self._monotonic(), by_touch=self._by_touch)
        self.clear_widgets()
        self.page = build(kit, view, self.film, self)
        self.add_widget(self.page)
        self.built += 1
        self._risen = False

    # -- touches -----------------------------------------------------------------------------------

    def on_touch_down(self, touch: Any) -> bool:
        """Let a touch through unless the screen has just changed under the finger."""
        now = self._monotonic()
        if now < self._deaf_until:
            return True
        self.flow.touched(now)
        self._prompter.touched()
        super().on_touch_down(touch)
        # Nothing behind the window's root is there to touch.
        return True

    def open(self, dialogue: Kind) -> None:
        """Open help or the choice of a language."""
        self._acted(lambda now: self.flow.open(dialogue, now))

    def choose(self, language: str) -> None:
        """Take a language."""
        self._acted(lambda now: self.flow.choose(language, now))

    def back(self) -> None:
        """Close what is open."""
        self._acted(self.flow.back)

    def do(self, act: Act) -> None:
        """Do what a button is for."""
        if act.do in _KEYS and self._monotonic() >= self._deaf_until:
            now = self._monotonic()
            self._sound(self.flow.do(act, now) or "touch", now)
            return
        self._acted(lambda now: self.flow.do(act, now))

    def _acted(self, act: Callable[[float], str | None]) -> None:
        now = self._monotonic()
        # Two fingers on two buttons: the first one counts.
        if now < self._deaf_until:
            return
        self._deaf_until = now + _DOUBLE_TAP_S
        self._by_touch = True
        self._sound(act(now) or "touch", now)
