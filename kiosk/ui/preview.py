"""The live picture of the camera: a slot that the camera's thread fills, and a widget that shows it."""

import functools
import threading

from kivy.graphics import Color, Rectangle
from kivy.graphics.texture import Texture

from kiosk.ui import shapes
from kiosk.ui.geometry import Rect
from kiosk.ui.kit import Kit
from kiosk.ui.theme import CORNER, INK, SHADE, WHITE, Colour
from kiosk.ui.widgets import Ink, Placed, icon, panel

Small = tuple[int, int, bytes]


class Slot:
    """The newest picture (width, height, BGR rows from above); an older one is dropped unseen."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._newest: Small | None = None

    def put(self, width: int, height: int, rows: bytes) -> None:
        """Leave a picture; called from the camera's thread."""
        with self._lock:
            self._newest = (width, height, rows)

    def take(self) -> Small | None:
        """Take the newest picture, if there is one that was not taken yet."""
        with self._lock:
            newest, self._newest = self._newest, None
            return newest


class Film:
    """One texture on the graphics card, written over by each new picture."""

    def __init__(self) -> None:
        self.texture: Texture | None = None
        self.shown = 0
        """How many pictures have been shown."""

    def show(self, picture: Small) -> None:
        """Put a picture on the texture, a new one where the picture has another size."""
        width, height, rows = picture
        texture = self.texture
        if texture is None or texture.size != (width, height):
            texture = Texture.create(size=(width, height), colorfmt="rgb")
        texture.blit_buffer(rows, colorfmt="bgr", bufferfmt="ubyte")
        self.texture = texture
        self.shown += 1


class Preview(Placed):
    """The camera's picture, turned as in a mirror, so that a card moves where the hand moves.

    Until the first picture comes, and where cards come before a scanner, it shows a card instead.
    """

    def __init__(self, kit: Kit, rect: Rect, film: Film, ground: Colour) -> None:
        super().__init__(kit, rect)
        self._kit = kit
        self._rect = rect
        self._film = film
        self._ground = ground
        self._draw()

    def refresh(self) -> None:
        """Draw again: the texture's content has changed, which Kivy cannot know, or it is another one."""
        if self._film.texture is not self._texture:
            self.clear_widgets()
            self.canvas.clear()
            self._draw()
        self.canvas.ask_update()

    def _draw(self) -> None:
        kit, rect = self._kit, self._rect
        self._texture = self._film.texture
        if self._texture is None:
            self.add_widget(panel(kit, rect, SHADE))
            card_height = round(rect.height * 0.5)
            card = rect.middle(round(card_height * 0.68), card_height)
            self.add_widget(panel(kit, card, WHITE))
            size = round(card.width * 0.66)
            self.add_widget(icon(kit, card.middle(size, size), "qr-code", INK))
        else:
            with self.canvas:
                Color(1, 1, 1, 1)
                Rectangle(
                    pos=self.pos,
                    size=self.size,
                    texture=self._texture,
                    tex_coords=self._covering(self._texture),
                )
            radius = kit.mm(CORNER)
            key = ("corners", rect.width, rect.height, radius)
            corners = kit.textures.get(
                key, lambda: shapes.rounded(rect.width, rect.height, radius).point(lambda value: 255 - value)
            )
            self.add_widget(Ink(kit, rect, self._ground, corners))
        side = round(min(rect.width, rect.height) * 0.74)
        arm, stroke, edge = round(side * 0.22), kit.mm(1.8), kit.mm(0.4)
        # A light colour alone is lost on a bright wall: it has an edge of ink.
        for colour, more in ((INK, edge), (kit.palette.accent, 0)):
            frame = rect.middle(side + 2 * more, side + 2 * more)
            measures = (frame.width, arm + 2 * more, stroke + 2 * more)
            drawn = kit.textures.get(("brackets", *measures), functools.partial(shapes.brackets, *measures))
            self.add_widget(Ink(kit, frame, colour, drawn))

    def _covering(self, texture: Texture) -> tuple[float, ...]:
        """Cut the picture to the rectangle's proportions, mirrored and the right way up."""
        picture, here = texture.width / texture.height, self.width / self.height
        across = min(1.0, here / picture) / 2
        down = min(1.0, picture / here) / 2
        left, right = 0.5 + across, 0.5 - across
        low, high = 0.5 + down, 0.5 - down
        return (left, low, right, low, right, high, left, high)
