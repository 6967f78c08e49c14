"""``./riwaq gallery OUT``: a picture of every screen, in every language and size, and a page of them.

Drawn by the same code as the window, off the screen: what the pictures show is what a member
sees.
"""

import argparse
import html
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PIL import Image, ImageDraw, ImageFilter

from kiosk import KioskError
from kiosk.assets import assets_dir
from kiosk.ui.geometry import dpi_of
from kiosk.ui.languages import OFFERED, Catalogues
from kiosk.ui.scenes import scenes, view_of
from kiosk.ui.setup import WindowOptions, open_window, prepare
from kiosk.ui.shaping import Typesetter
from kiosk.ui.view import Act, Kind, View

if TYPE_CHECKING:
    from kiosk.ui.kit import Textures
    from kiosk.ui.page import Page


@dataclass(frozen=True, slots=True)
class Shape:
    """A screen: its pixels, and how many of them an inch has."""

    width: int
    height: int
    dpi: float

    def __str__(self) -> str:
        """Give the size as people write it."""
        return f"{self.width}x{self.height}"


SHAPES: Final = tuple(
    Shape(width, height, dpi_of(width, height, inches))
    for width, height, inches in (
        (1024, 600, 10),
        (1280, 800, 10),
        (1920, 1080, 15.6),
        (1080, 1920, 15.6),
        (1200, 1920, 15.6),
    )
)


class Studio:
    """Draws screens off the screen; one a process, after :func:`kiosk.ui.setup.prepare`."""

    def __init__(self, assets: Path) -> None:
        """Take the directory of fonts and catalogues."""
        open_window()
        # Kivy's modules are importable only now, after prepare.
        from kiosk.ui.kit import Textures  # noqa: PLC0415
        from kiosk.ui.preview import Film  # noqa: PLC0415

        self.set = Typesetter(assets / "fonts")
        self.catalogues = Catalogues(assets / "locale")
        self._textures = Textures()
        self.film = Film()
        self.film.show(_a_hall(self.set))

    def page(
        self, view: View, shape: Shape, *, camera: bool = True, textures: "Textures | None" = None
    ) -> "Page":
        """Build a screen; without ``camera`` as before the first picture.

        Whoever only measures takes ``textures`` that cost less than what is seen.
        """
        from kiosk.ui.kit import Kit  # noqa: PLC0415
        from kiosk.ui.preview import Film  # noqa: PLC0415
        from kiosk.ui.screens import build  # noqa: PLC0415

        size = (shape.width, shape.height)
        kit = Kit(
            self.set,
            textures or self._textures,
            size,
            shape.dpi,
            view.language,
            settings=view.settings,
            brand=view.brand,
        )
        page = build(kit, view, self.film if camera and view.camera else Film(), _NoHands())
        if page.time_line is not None:
            page.time_line.show(0.7)
        return page

    def draw(self, page: "Page") -> Image.Image:
        """Draw a screen to a picture."""
        from kivy.clock import Clock  # noqa: PLC0415 - as above

        texture = page.export_as_image().texture
        picture = Image.frombytes("RGBA", texture.size, texture.pixels).convert("RGB")
        # Kivy gives back what it has drawn with at a tick of its clock, and no frame ticks here: without
        # this each picture of 1920 by 1080 keeps its eight megabytes.
        del texture
        Clock.tick()
        return picture


class _NoHands:
    def open(self, dialogue: Kind) -> None:
        """Nobody touches a picture."""

    def choose(self, language: str) -> None:
        """Nobody touches a picture."""

    def back(self) -> None:
        """Nobody touches a picture."""

    def do(self, act: Act) -> None:
        """Nobody touches a picture."""


def _a_hall(typesetter: Typesetter, width: int = 640, height: int = 360) -> tuple[int, int, bytes]:
    """Make up a camera's picture: a bright hall out of focus, and somebody who holds up a card."""
    light = Image.linear_gradient("L").resize((width, height)).point(lambda value: 214 - value // 4)
    picture = Image.merge("RGB", (light, light.point(lambda v: v - 6), light.point(lambda v: v - 18)))
    draw = ImageDraw.Draw(picture)
    for box, shade in (
        ((20, 60, 110, 330), (108, 128, 120)),
        ((500, 50, 600, 330), (176, 140, 100)),
        ((410, 120, 470, 330), (128, 134, 150)),
    ):
        draw.rectangle(box, fill=shade)
    picture = picture.filter(ImageFilter.GaussianBlur(14))
    draw = ImageDraw.Draw(picture)
    draw.rounded_rectangle((160, 168, 480, 460), 100, fill=(72, 86, 110))
    draw.rectangle((294, 100, 346, 190), fill=(176, 130, 102))
    draw.ellipse((266, 0, 374, 140), fill=(196, 152, 122))
    draw.pieslice((258, -24, 382, 96), 190, 350, fill=(74, 62, 54))
    picture = picture.filter(ImageFilter.GaussianBlur(2.5))
    card = Image.new("RGBA", (150, 200))
    draw = ImageDraw.Draw(card)
    draw.rounded_rectangle((8, 8, 142, 192), 12, fill=(250, 250, 246, 255))
    draw.rounded_rectangle((8, 8, 142, 36), 12, fill=(11, 79, 69, 255))
    code = typesetter.icon("qr-code", 104)
    card.paste((18, 33, 30, 255), (23, 62), code)
    card = card.rotate(6, Image.Resampling.BICUBIC, expand=True)
    picture.paste(card, (width // 2 - card.width // 2, 112), card)
    draw = ImageDraw.Draw(picture)
    for top in (208, 234, 260):
        draw.rounded_rectangle((226, top, 268, top + 22), 11, fill=(196, 152, 122))
    red, green, blue = picture.split()
    return width, height, Image.merge("RGB", (blue, green, red)).tobytes()


def draw_all(
    out: Path, assets: Path, languages: Sequence[str], shapes: Sequence[Shape]
) -> Iterator[tuple[str, str, Shape, str]]:
    """Write every picture; give scene, language, shape and file name of each once it is written."""
    studio = Studio(assets)
    out.mkdir(parents=True, exist_ok=True)
    for scene, happenings in scenes().items():
        for language in languages:
            view = view_of(happenings, studio.catalogues, language)
            for shape in shapes:
                name = f"{scene}-{language}-{shape}.png"
                studio.draw(studio.page(view, shape)).save(out / name, compress_level=1)
                yield scene, language, shape, name


_PAGE: Final = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Riwaq: every screen of the kiosk</title>
<style>
body {{ font: 16px/1.4 system-ui, sans-serif; margin: 2rem; background: #ddd; color: #12211e }}
h2 {{ margin: 2rem 0 .5rem }} .row {{ display: flex; flex-wrap: wrap; gap: 1rem; align-items: start }}
figure {{ margin: 0 }} img {{ height: 260px; display: block; border: 1px solid #8a7f66 }}
figcaption {{ font-size: .85rem }}
</style></head><body><h1>Every screen of the kiosk</h1>
{rows}
</body></html>
"""


def _index(drawn: Sequence[tuple[str, str, Shape, str]]) -> str:
    rows: dict[str, list[str]] = {}
    for scene, language, shape, name in drawn:
        caption = html.escape(f"{language}, {shape}")
        rows.setdefault(scene, []).append(
            f'<figure><a href="{name}"><img src="{name}" loading="lazy" alt="{scene}, {caption}"></a>'
            f"<figcaption>{caption}</figcaption></figure>"
        )
    return _PAGE.format(
        rows="\n".join(
            f'<h2>{html.escape(scene)}</h2><div class="row">{"".join(figures)}</div>'
            for scene, figures in rows.items()
        )
    )


def _shape(text: str, dpi: float) -> Shape:
    width, _, height = text.partition("x")
    if not (width.isdecimal() and height.isdecimal() and int(width) and int(height)):
        raise argparse.ArgumentTypeError(f"{text!r} is not a size: it looks like 1280x800")
    return Shape(int(width), int(height), dpi or dpi_of(int(width), int(height), 10))


def main(words: Sequence[str] | None = None) -> int:
    """Run ``riwaq gallery``."""
    parser = argparse.ArgumentParser(prog="riwaq gallery", description=__doc__.split("\n", 1)[0])
    parser.add_argument("out", metavar="OUT", type=Path, help="the directory for pictures and index.html")
    parser.add_argument(
        "--lang", action="append", choices=OFFERED, help="only this language; may be repeated"
    )
    parser.add_argument("--size", metavar="WxH", action="append", help="only this size, in pixels")
    parser.add_argument("--dpi", metavar="N", type=float, default=0.0, help="with --size  [a 10-inch screen]")
    asked = parser.parse_args(words)
    try:
        shapes = [_shape(size, asked.dpi) for size in asked.size or ()] or SHAPES
    except argparse.ArgumentTypeError as problem:
        parser.error(str(problem))
    # No screen is needed: SDL draws into memory.
    os.environ.setdefault("SDL_VIDEODRIVER", "offscreen")
    with tempfile.TemporaryDirectory(prefix="riwaq-gallery-") as home:
        try:
            assets = assets_dir()
            prepare(Path(home), WindowOptions(320, 240), frames_a_second=0)
            drawn = list(draw_all(asked.out, assets, asked.lang or OFFERED, shapes))
        except KioskError as problem:
            sys.stderr.write(f"{problem}\n")
            return 1
    index = asked.out / "index.html"
    index.write_text(_index(drawn), encoding="utf-8")
    sys.stdout.write(f"{len(drawn)} pictures; look at {index}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
