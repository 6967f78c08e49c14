"""A screen's frame and the parts that several screens share: header, foot, columns of words."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol, TypeVar

from kiosk.ui import shapes
from kiosk.ui.geometry import Rect
from kiosk.ui.kit import Kit
from kiosk.ui.preview import Film, Preview
from kiosk.ui.shaping import Style, line_pitch
from kiosk.ui.theme import (
    ACCEPTED,
    APART,
    CALM,
    GREEN,
    GRID,
    INK,
    MARGIN,
    REFUSED,
    REPEAT,
    SAFFRON,
    SAND,
    TARGET,
    Colour,
    Look,
)
from kiosk.ui.view import About, Kind, View
from kiosk.ui.widgets import CornerButton, Ink, Placed, TimeLine, Words, icon

_LOOKS: Final = {
    Kind.ACCEPTED: ACCEPTED,
    Kind.PAIRED: ACCEPTED,
    Kind.REPEAT: REPEAT,
    Kind.REFUSED: REFUSED,
}
_LOW_MM: Final = 120.0
"""Below this height under the header, a screen is a 10-inch one."""
_STRIP_ICONS: Final = {About.CLOSED: "plug-zap", About.WIPED: "circle-check"}

Part = TypeVar("Part", bound=Placed)


class Hands(Protocol):
    """What a touch on a screen can ask for."""

    def open(self, dialogue: Kind) -> None:
        """Open help or the choice of a language."""

    def choose(self, language: str) -> None:
        """Take a language."""

    def back(self) -> None:
        """Close what is open."""


class Page(Placed):
    """One screen for one view; :func:`kiosk.ui.screens.build` puts everything on it."""

    def __init__(self, kit: Kit, view: View, film: Film, hands: Hands) -> None:
        super().__init__(kit, kit.all)
        self.view = view
        self.film = film
        self.hands = hands
        self.look: Look = _LOOKS.get(view.kind, CALM)
        self.preview: Preview | None = None
        self.time_line: TimeLine | None = None
        self.sign: Ink | None = None
        self.add(Ink(kit, kit.all, self.look.ground))

    def add(self, part: Part) -> Part:
        """Put a part on the page."""
        self.add_widget(part)
        return part


@dataclass(frozen=True)
class Item:
    """A part of a column: its height, and how it is drawn once its place is known."""

    height: int
    draw: Callable[[Rect], None]


# From the width and the most height there is.
Sizer = Callable[[int, int], Item]


def inside(page: Page) -> Rect:
    """Give the screen without its margins."""
    return page.kit.all.inset(page.kit.mm(MARGIN))


def header(page: Page, area: Rect, heading: str, *, star: bool) -> Rect:
    """Draw the name at the top and the two buttons in their corner; give what is left below."""
    kit, look = page.kit, page.look
    target, apart = kit.mm(TARGET), kit.mm(APART)
    # The corner is the same on every screen, whatever stands beside it.
    row, rest = area.cut_top(target, kit.mm(GRID * 2))
    help_at, left = row.cut_end(target, apart)
    language_at, left = left.cut_end(target, kit.mm(GRID * 2))
    for at, name, dialogue in (
        (help_at, "circle-question-mark", Kind.HELP),
        (language_at, "languages", Kind.LANGUAGE),
    ):
        page.add(CornerButton(kit, at, name, look, _opener(page.hands, dialogue)))
    if star:
        size = kit.mm(10)
        at, left = left.cut_start(size, kit.mm(4))
        at = at.middle(size, size)
        page.add(Ink(kit, at, GREEN, kit.textures.get(("star", size), lambda: shapes.star(size))))
        dot = round(size * 0.3)
        middle = at.middle(dot, dot)
        page.add(Ink(kit, middle, SAFFRON, kit.textures.get(("disc", dot), lambda: shapes.disc(dot))))
    if heading:
        style = kit.text(bold=True)
        two_lines = 2 * line_pitch(style.sizes[-1])
        # A long name takes a second line into the room around the row.
        room = Rect(left.start, left.top - (two_lines - left.height + 1) // 2, left.width, two_lines)
        page.add(Words(kit, room, heading, style, look.ink, upright="middle"))
    return rest


def _opener(hands: Hands, dialogue: Kind) -> Callable[[], None]:
    return lambda: hands.open(dialogue)


def foot(page: Page, area: Rect) -> Rect:
    """Draw the calm strip, the booth and the clock at the bottom; give what is left above."""
    kit, view, look = page.kit, page.view, page.look
    style = kit.text()
    pitch = line_pitch(style.sizes[0])
    rest = area
    if view.strip:
        rest = _strip(page, area)
        if area.height < kit.mm(_LOW_MM):
            # No room for both: for as long as it stands, the strip takes the place of the last row.
            return rest
    row, rest = rest.cut_bottom(pitch, kit.mm(GRID * 1.5))
    if view.clock:
        # Never mirrored in itself: hours stand before minutes in every language.
        width = kit.set.lay_out("00:00", style, row.width, pitch).width
        at, row = row.cut_end(width, kit.mm(GRID * 2))
        page.add(Words(kit, at, view.clock, style, look.quiet, align="end", upright="middle"))
    if view.booth:
        page.add(Words(kit, row, view.booth, style, look.quiet, upright="middle"))
    return rest


def _strip(page: Page, area: Rect) -> Rect:
    """Draw the strip that tells the staff something: calm, at the very bottom; give the rest."""
    kit, view = page.kit, page.view
    style = kit.text()
    size, gap = kit.mm(9), kit.mm(APART)
    room = area.width - size - gap
    laid = kit.set.lay_out(view.strip, style, room, 2 * line_pitch(style.sizes[-1]))
    height = laid.height + kit.mm(GRID)
    strip, _ = kit.all.cut_bottom(height)
    page.add(Ink(kit, strip, SAND))
    row = Rect(area.start, strip.top, area.width, height)
    at, words = row.cut_start(size, gap)
    page.add(icon(kit, at.middle(size, size), _STRIP_ICONS.get(view.about, "cloud-off"), INK))
    page.add(Words(kit, words, view.strip, style, INK, upright="middle"))
    return Rect(area.start, area.top, area.width, strip.top - area.top - kit.mm(GRID * 1.5))


def words_item(page: Page, style: Style, text: str, colour: Colour) -> Sizer:
    """Prepare words whose height is known once the width is."""
    kit = page.kit

    def size(width: int, most: int) -> Item:
        def draw(rect: Rect) -> None:
            page.add(Words(kit, rect, text, style, colour))

        return Item(kit.set.lay_out(text, style, width, most).height, draw)

    return size


def height_of(items: list[Item | None], gap: int) -> int:
    """Say how high a column of these is."""
    kept = [item.height for item in items if item is not None]
    return sum(kept) + gap * (len(kept) - 1)


def column(area: Rect, items: list[Item | None], gap: int, *, upright: str = "middle") -> None:
    """Draw items one below the other."""
    kept = [item for item in items if item is not None]
    height = height_of(items, gap)
    top = {"top": area.top, "middle": area.top + max(0, (area.height - height) // 2)}[upright]
    for item in kept:
        item.draw(Rect(area.start, top, area.width, item.height))
        top += item.height + gap


def said_in(page: Page, area: Rect, *, beside: int = 0) -> list[Item | None]:
    """Prepare title and text for an area; ``beside`` is height that others in it need."""
    kit, look, said = page.kit, page.look, page.view.said
    gap = kit.mm(GRID)
    text = None
    room = area.height - beside
    if said.text:
        # The text says what to do, so the title makes room for it.
        most = room - gap - line_pitch(kit.title().sizes[-1])
        text = words_item(page, kit.text(), said.text, look.quiet)(area.width, most)
        room -= text.height + gap
    title = words_item(page, kit.title(), said.title, look.ink)(area.width, room)
    return [title, text]
