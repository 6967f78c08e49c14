"""The signs of a verdict and other drawn shapes, as masks of how much ink each pixel has.

A sign is cut out of its shape, so one colour draws both: a white disc with a green tick on a
green ground is a white disc with a hole.
"""

import math
from collections.abc import Callable, Sequence
from typing import Final

from PIL import Image, ImageChops, ImageDraw

# Drawn so many times larger and made small again: smooth edges without the card's help.
_FINE: Final = 4

Points = Sequence[tuple[float, float]]


def disc(size: int) -> Image.Image:
    """Draw a disc: accepted."""
    return _drawn(size, lambda draw, scale: draw.ellipse((0, 0, scale - 1, scale - 1), fill=255))


def rounded_square(size: int) -> Image.Image:
    """Draw a square with round corners: already recorded."""
    return _drawn(
        size,
        lambda draw, scale: draw.rounded_rectangle((0, 0, scale - 1, scale - 1), scale * 0.25, fill=255),
    )


def octagon(size: int) -> Image.Image:
    """Draw an octagon: refused."""
    cut = 1 / (2 + math.sqrt(2))
    points = [(cut, 0), (1 - cut, 0), (1, cut), (1, 1 - cut), (1 - cut, 1), (cut, 1), (0, 1 - cut), (0, cut)]
    return _drawn(size, lambda draw, scale: _polygon(draw, scale, points))


def diamond(size: int) -> Image.Image:
    """Draw a square on its corner: a trouble of ours."""

    def draw_it(draw: ImageDraw.ImageDraw, scale: int) -> None:
        soft = 0.06
        points = [(0.5, soft), (1 - soft, 0.5), (0.5, 1 - soft), (soft, 0.5)]
        _polygon(draw, scale, points)
        _stroke(draw, scale, [*points, points[0], points[1]], 2 * soft / math.sqrt(2))

    return _drawn(size, draw_it)


def star(size: int) -> Image.Image:
    """Draw the eight-pointed star of two squares, with a round hole."""

    def draw_it(draw: ImageDraw.ImageDraw, scale: int) -> None:
        for turn in (0, 45):
            angles = [math.radians(turn + quarter * 90) for quarter in range(4)]
            _polygon(draw, scale, [(0.5 + math.cos(a) / 2, 0.5 + math.sin(a) / 2) for a in angles])
        _dot(draw, scale, (0.5, 0.5), 0.15, fill=0)

    return _drawn(size, draw_it)


def tick(size: int) -> Image.Image:
    """Draw a tick."""
    points = [(0.255, 0.52), (0.43, 0.692), (0.757, 0.32)]
    return _drawn(size, lambda draw, scale: _stroke(draw, scale, points, 0.115))


def exclamation(size: int) -> Image.Image:
    """Draw an exclamation mark."""

    def draw_it(draw: ImageDraw.ImageDraw, scale: int) -> None:
        _stroke(draw, scale, [(0.5, 0.26), (0.5, 0.52)], 0.132)
        _dot(draw, scale, (0.5, 0.745), 0.08)

    return _drawn(size, draw_it)


def two_arrows(size: int) -> Image.Image:
    """Draw two arrows that run after each other."""
    arc = [
        (0.5 + 0.27 * math.cos(math.radians(angle)), 0.5 + 0.27 * math.sin(math.radians(angle)))
        for angle in range(198, 334, 3)
    ]
    tip = arc[-1]
    upper = [arc, [(tip[0], tip[1] - 0.19), tip, (tip[0] - 0.19, tip[1])]]

    def draw_it(draw: ImageDraw.ImageDraw, scale: int) -> None:
        for line in upper:
            _stroke(draw, scale, line, 0.088)
            _stroke(draw, scale, [(1 - x, 1 - y) for x, y in line], 0.088)

    return _drawn(size, draw_it)


def cut_out(shape: Image.Image, sign: Image.Image) -> Image.Image:
    """Cut a sign out of the middle of a shape."""
    hole = Image.new("L", shape.size)
    hole.paste(sign, ((shape.width - sign.width) // 2, (shape.height - sign.height) // 2))
    return ImageChops.subtract(shape, hole)


def rounded(width: int, height: int, radius: int) -> Image.Image:
    """Draw a rectangle with round corners."""
    radius = min(radius, width // 2, height // 2)
    mask = Image.new("L", (width, height), 255)
    # Only the corners are drawn fine: a button is wide, and its edges are straight.
    corner = disc(2 * radius)
    for left, top in ((0, 0), (1, 0), (0, 1), (1, 1)):
        quarter = corner.crop((left * radius, top * radius, (left + 1) * radius, (top + 1) * radius))
        mask.paste(quarter, (left * (width - radius), top * (height - radius)))
    return mask


def outline(width: int, height: int, radius: int, stroke: int) -> Image.Image:
    """Draw the edge of a rectangle with round corners."""
    inner = Image.new("L", (width, height))
    inner.paste(rounded(width - 2 * stroke, height - 2 * stroke, max(1, radius - stroke)), (stroke, stroke))
    return ImageChops.subtract(rounded(width, height, radius), inner)


def brackets(side: int, arm: int, stroke: int) -> Image.Image:
    """Draw the four corners of a square frame: hold it here."""
    mask = Image.new("L", (side, side))
    draw = ImageDraw.Draw(mask)
    for left in (0, side - arm):
        for top in (0, side - stroke):
            draw.rectangle((left, top, left + arm - 1, top + stroke - 1), fill=255)
            draw.rectangle((top, left, top + stroke - 1, left + arm - 1), fill=255)
    return mask


def _drawn(size: int, draw_it: Callable[[ImageDraw.ImageDraw, int], None]) -> Image.Image:
    fine = Image.new("L", (size * _FINE, size * _FINE))
    draw_it(ImageDraw.Draw(fine), size * _FINE)
    return fine.reduce(_FINE)


def _polygon(draw: ImageDraw.ImageDraw, scale: int, points: Points) -> None:
    draw.polygon([(x * scale, y * scale) for x, y in points], fill=255)


def _stroke(draw: ImageDraw.ImageDraw, scale: int, points: Points, width: float) -> None:
    """Draw a line with round ends and joints."""
    at = [(x * scale, y * scale) for x, y in points]
    draw.line(at, fill=255, width=round(width * scale), joint="curve")
    for end in (points[0], points[-1]):
        _dot(draw, scale, end, width / 2)


def _dot(
    draw: ImageDraw.ImageDraw, scale: int, centre: tuple[float, float], radius: float, *, fill: int = 255
) -> None:
    x, y = centre
    draw.ellipse(
        ((x - radius) * scale, (y - radius) * scale, (x + radius) * scale, (y + radius) * scale), fill=fill
    )


def face(size: int, mood: float) -> Image.Image:
    """Draw eyes and a mouth: ``mood`` from -1, its corners down, over 0, straight, to 1, a smile."""
    bend = 0.15 * mood
    mouth = [
        (0.5 + across, 0.68 - bend * 0.4 + bend * (1 - (across / 0.22) ** 2))
        for across in (step / 20 * 0.22 for step in range(-20, 21))
    ]

    def draw_it(draw: ImageDraw.ImageDraw, scale: int) -> None:
        for eye in (0.34, 0.66):
            _dot(draw, scale, (eye, 0.41), 0.062)
        _stroke(draw, scale, mouth, 0.066)

    return _drawn(size, draw_it)


def ring(size: int, stroke: int) -> Image.Image:
    """Draw a circle."""
    inner = Image.new("L", (size, size))
    inner.paste(disc(size - 2 * stroke), (stroke, stroke))
    return ImageChops.subtract(disc(size), inner)
