"""What every screen is built with: the screen's measures, its language, its colours and its textures."""

from collections.abc import Callable
from typing import Final

from kivy.graphics.texture import Texture
from PIL import Image

from kiosk.ui.geometry import Millimetres, Rect
from kiosk.ui.shaping import RTL_LANGUAGES, Style, Typesetter
from kiosk.ui.theme import TEXT_CAPITALS, TITLE_CAPITALS, palette_of
from kiosk.ui.view import Brand, Settings

_MOST_TEXTURES: Final = 96
_REFERENCE_MM: Final = 134.0
"""The short side of a 10-inch screen: letters grow with what is larger."""
_LARGEST: Final = 1.4
_TITLE_WISH: Final = 10.5
_LARGER: Final = 1.3
AS_IT_COMES: Final = Settings()
AS_USUAL: Final = Brand()


class Textures:
    """Masks as textures, white with the mask as their opacity, so that a colour tints them.

    A picture of many colours (RGBA) is its own: it is drawn with white.
    """

    def __init__(self) -> None:
        self._kept: dict[object, Texture] = {}

    def get(self, key: object, draw: Callable[[], Image.Image]) -> Texture:
        """Give the texture of this key, drawn once."""
        if key not in self._kept:
            while len(self._kept) >= _MOST_TEXTURES:
                # The oldest goes: what others wrote differs every time and must not pile up.
                del self._kept[next(iter(self._kept))]
            self._kept[key] = _texture(draw())
        self._kept[key] = self._kept.pop(key)
        return self._kept[key]

    def forget(self) -> None:
        """Keep none: what somebody typed was drawn, too."""
        self._kept.clear()


def _texture(mask: Image.Image) -> Texture:
    if mask.mode == "RGBA":
        texture = Texture.create(size=mask.size, colorfmt="rgba")
        texture.blit_buffer(mask.tobytes(), colorfmt="rgba", bufferfmt="ubyte")
        texture.flip_vertical()
        return texture
    # Half of what red, green, blue and opacity would take of a small machine's memory.
    white = Image.new("L", mask.size, 255)
    texture = Texture.create(size=mask.size, colorfmt="luminance_alpha")
    texture.blit_buffer(
        Image.merge("LA", (white, mask)).tobytes(), colorfmt="luminance_alpha", bufferfmt="ubyte"
    )
    texture.flip_vertical()
    return texture


class Kit:
    """A window's size, density and language, and how text is set in them."""

    def __init__(
        self,
        typesetter: Typesetter,
        textures: Textures,
        size: tuple[int, int],
        dpi: float,
        language: str,
        *,
        settings: Settings = AS_IT_COMES,
        brand: Brand = AS_USUAL,
    ) -> None:
        """Take the screen's size in pixels and dots per inch, what was set by hand, and the body's look."""
        self.set = typesetter
        self.textures = textures
        self.width, self.height = size
        self.dpi = dpi
        self.mm = Millimetres.of(dpi, *size)
        self.palette = palette_of(brand.colour, brand.accent)
        self.logo = brand.logo
        self.language = language
        self.rtl = language in RTL_LANGUAGES
        self.upright = self.height > self.width
        short_mm = min(size) / self.mm.pixels
        self.growth = min(max(short_mm / _REFERENCE_MM, 1.0), _LARGEST)
        self.lower = settings.lower
        # What has no room to be larger stays as it is: a text takes the largest size that fits.
        step = _LARGER if settings.large else 1.0
        self._title = self._sizes(_TITLE_WISH * self.growth * step, TITLE_CAPITALS)
        self._text = self._sizes(TEXT_CAPITALS * min(self.growth, 1.2) * step, TEXT_CAPITALS)

    @property
    def all(self) -> Rect:
        """The whole window."""
        return Rect(0, 0, self.width, self.height)

    def title(self, language: str = "") -> Style:
        """Set a title: large, bold, in lines of about one length."""
        return Style(self._title, bold=True, language=language or self.language, balanced=True)

    def text(self, *, bold: bool = False) -> Style:
        """Set text that is read standing."""
        return Style(self._text, bold=bold, language=self.language, balanced=True)

    def plain(self) -> Style:
        """Set a long text: at one size, in lines as full as they come."""
        return Style(self._text[:1], language=self.language)

    def left(self, rect: Rect) -> int:
        """Say where a rectangle lies from the left: here, and only here, Arabic is mirrored."""
        return self.width - rect.end if self.rtl else rect.start

    def low(self, rect: Rect) -> int:
        """Say where its lower edge lies from below, as Kivy counts."""
        return self.height - rect.bottom

    def _sizes(self, wish_mm: float, least_mm: float) -> tuple[int, ...]:
        least = self.set.size_for_capitals(least_mm * self.mm.pixels)
        wish = max(least, self.set.size_for_capitals(wish_mm * self.mm.pixels))
        step = max(1, (wish - least) // 6)
        return (*range(wish, least, -step), least)
