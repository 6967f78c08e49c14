"""The parts of a screen. Each stands where it is put, in pixels; nothing lays itself out later.

So a screen is whole in its first frame, and what it looks like can be measured at once.
"""

from collections.abc import Callable
from typing import Any, Final

from kivy.graphics import Color, Rectangle
from kivy.graphics.texture import Texture
from kivy.uix.widget import Widget

from kiosk.ui import shapes
from kiosk.ui.geometry import Rect
from kiosk.ui.kit import Kit
from kiosk.ui.shaping import Laid, Style
from kiosk.ui.theme import APART, CLEAR, CORNER, STROKE, Colour, Look

_PRESSED: Final = 0.16
_SLIP_MM: Final = 4.0
"""A finger may leave a button by so much and still mean it."""


class Placed(Widget):
    """A widget in its rectangle, which is kept for whoever wants to measure."""

    def __init__(self, kit: Kit, rect: Rect) -> None:
        super().__init__(
            size_hint=(None, None), size=(rect.width, rect.height), pos=(kit.left(rect), kit.low(rect))
        )
        self.kit = kit
        self.rect = rect

    def apply_class_lang_rules(self, *_args: object, **_kwargs: object) -> None:
        """Take no rules from Kivy's style sheet, which knows classes by bare names, ours among them."""


class Ink(Placed):
    """A mask, or without one a plain rectangle, in one colour."""

    def __init__(self, kit: Kit, rect: Rect, colour: Colour, texture: Texture | None = None) -> None:
        super().__init__(kit, rect)
        self.colour = colour
        with self.canvas:
            self._tint = Color(*colour)
            Rectangle(pos=self.pos, size=self.size, texture=texture)

    def recolour(self, colour: Colour) -> None:
        """Change the colour."""
        self._tint.rgba = colour


def panel(kit: Kit, rect: Rect, colour: Colour) -> Ink:
    """Make a filled rectangle with round corners."""
    radius = kit.mm(CORNER)
    key = ("panel", rect.width, rect.height, radius)
    return Ink(
        kit, rect, colour, kit.textures.get(key, lambda: shapes.rounded(rect.width, rect.height, radius))
    )


def border(kit: Kit, rect: Rect, colour: Colour) -> Ink:
    """Make the edge of a rectangle with round corners."""
    radius, stroke = kit.mm(CORNER), kit.mm(STROKE)
    key = ("border", rect.width, rect.height, radius, stroke)
    return Ink(
        kit,
        rect,
        colour,
        kit.textures.get(key, lambda: shapes.outline(rect.width, rect.height, radius, stroke)),
    )


def icon(kit: Kit, rect: Rect, name: str, colour: Colour) -> Ink:
    """Make an icon in the middle of a rectangle."""
    size = min(rect.width, rect.height)
    key = ("icon", name, size)
    return Ink(kit, rect.middle(size, size), colour, kit.textures.get(key, lambda: kit.set.icon(name, size)))


def onward(kit: Kit) -> str:
    """Name the arrow that points where reading goes."""
    return "arrow-left" if kit.rtl else "arrow-right"


def backward(kit: Kit) -> str:
    """Name the arrow that points where reading came from."""
    return "arrow-right" if kit.rtl else "arrow-left"


class Words(Placed):
    """A text, fitted into its rectangle: smaller, then in more lines, then cut with an ellipsis.

    ``align`` is ``start``, ``centre`` or ``end``; ``upright`` is ``top``, ``middle`` or ``bottom``.
    """

    def __init__(
        self,
        kit: Kit,
        rect: Rect,
        text: str,
        style: Style,
        colour: Colour,
        *,
        align: str = "start",
        upright: str = "top",
    ) -> None:
        super().__init__(kit, rect)
        self.text = text
        self.colour = colour
        self.laid: Laid = kit.set.lay_out(text, style, rect.width, rect.height)
        laid, pad = self.laid, kit.set.pad(self.laid)
        sides = {"start": "right", "centre": "centre", "end": "left"}
        if not kit.rtl:
            sides = {"start": "left", "centre": "centre", "end": "right"}
        side = sides[align]
        texture = kit.textures.get((laid, side), lambda: kit.set.mask(laid, side))
        left, low = kit.left(rect), kit.low(rect)
        left += {"left": 0, "centre": (rect.width - laid.width) // 2, "right": rect.width - laid.width}[side]
        low += {"top": rect.height - laid.height, "middle": (rect.height - laid.height) // 2, "bottom": 0}[
            upright
        ]
        self.ink_pos = (left, low)
        """Where the lines stand, without the free room that the texture has around them."""
        with self.canvas:
            Color(*colour)
            Rectangle(pos=(left - pad, low - pad), size=texture.size, texture=texture)


class Touchable(Placed):
    """A thing to touch. It acts when the finger that went down on it goes up, once."""

    def __init__(self, kit: Kit, rect: Rect, on_tap: Callable[[], None], shade: Colour) -> None:
        super().__init__(kit, rect)
        self._on_tap = on_tap
        self._shade = shade
        self._pressed: Ink | None = None

    def cover(self) -> None:
        """Lay the mark of a finger over what has been put on the button so far."""
        self._pressed = panel(self.kit, self.rect, CLEAR)
        self.add_widget(self._pressed)

    def on_touch_down(self, touch: Any) -> bool:
        """Take the touch; a second finger on the way is none of ours."""
        if not self.collide_point(*touch.pos):
            return False
        touch.grab(self)
        self._mark(down=True)
        return True

    def on_touch_up(self, touch: Any) -> bool:
        """Act where the finger is still near."""
        if touch.grab_current is not self:
            return False
        touch.ungrab(self)
        self._mark(down=False)
        slip = self.kit.mm(_SLIP_MM)
        if self.x - slip <= touch.x <= self.right + slip and self.y - slip <= touch.y <= self.top + slip:
            self._on_tap()
        return True

    def _mark(self, *, down: bool) -> None:
        if self._pressed is not None:
            self._pressed.recolour((*self._shade[:3], _PRESSED if down else 0.0))


class CornerButton(Touchable):
    """One of the two buttons that every screen has in the same corner."""

    def __init__(self, kit: Kit, rect: Rect, name: str, look: Look, on_tap: Callable[[], None]) -> None:
        super().__init__(kit, rect, on_tap, look.accent)
        self.name = name
        size = kit.mm(10.5)
        self.add_widget(border(kit, rect, look.accent))
        self.add_widget(icon(kit, rect.middle(size, size), name, look.accent))
        self.cover()


class ActionButton(Touchable):
    """An action in the row at the bottom: an icon and a word, filled where it is the main one."""

    def __init__(
        self,
        kit: Kit,
        rect: Rect,
        face: tuple[str, str],
        look: Look,
        on_tap: Callable[[], None],
        *,
        main: bool,
    ) -> None:
        """Take the name of the icon and the word as ``face``."""
        name, word = face
        ink = look.on_accent if main else look.accent
        super().__init__(kit, rect, on_tap, ink)
        self.name = name
        size, gap, edge = kit.mm(9), kit.mm(2.5), kit.mm(3.5)
        style = kit.text(bold=True)
        laid = kit.set.lay_out(word, style, rect.width - size - gap - 2 * edge, rect.height)
        row = rect.middle(size + gap + laid.width, rect.height)
        before, rest = row.cut_start(size, gap)
        self.add_widget(panel(kit, rect, look.accent) if main else border(kit, rect, look.accent))
        self.add_widget(icon(kit, before.middle(size, size), name, ink))
        self.add_widget(Words(kit, rest, word, style, ink, upright="middle"))
        self.cover()


class Tile(Touchable):
    """A choice: a large word, with a tick and another ground where it is the one in force."""

    def __init__(
        self,
        kit: Kit,
        rect: Rect,
        face: tuple[str, Style],
        colours: tuple[Colour, Colour, Colour],
        on_tap: Callable[[], None],
        *,
        chosen: bool,
    ) -> None:
        """Take the word and how it is set as ``face``, and the colours of ground, ink and edge."""
        word, style = face
        ground, ink, edge = colours
        super().__init__(kit, rect, on_tap, ink)
        self.name = word
        self.chosen = chosen
        self.add_widget(panel(kit, rect, ground))
        self.add_widget(border(kit, rect, edge))
        inside = rect.inset(kit.mm(5))
        size, gap = kit.mm(11), kit.mm(2 * APART)
        if chosen:
            mark, inside = inside.cut_end(size, gap)
            self.add_widget(icon(kit, mark.middle(size, size), "circle-check", ink))
            _, inside = inside.cut_start(size, gap)
        self.add_widget(Words(kit, inside, word, style, ink, align="centre", upright="middle"))
        self.cover()


class TimeLine(Placed):
    """The remaining time of a screen that passes: a thin line that shortens."""

    def __init__(self, kit: Kit, rect: Rect, colour: Colour) -> None:
        super().__init__(kit, rect)
        with self.canvas:
            Color(*colour)
            self._line = Rectangle(pos=self.pos, size=self.size)
        self.left = 1.0

    def show(self, left: float) -> None:
        """Show how much is left, from 1 to 0; it shortens towards where reading starts."""
        self.left = min(1.0, max(0.0, left))
        width = round(self.rect.width * self.left)
        if width != round(self._line.size[0]):
            self._line.size = (width, self.rect.height)
            self._line.pos = (self.right - width if self.kit.rtl else self.x, self.y)
