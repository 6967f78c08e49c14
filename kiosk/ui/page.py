"""A screen's frame and the parts that several screens share: header, foot, columns of words."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final, Protocol, TypeVar

from kiosk.ui.emblem import emblem
from kiosk.ui.geometry import Rect
from kiosk.ui.kit import Kit
from kiosk.ui.preview import Film, Preview
from kiosk.ui.shaping import Style, line_pitch
from kiosk.ui.showing import BACK_ICON
from kiosk.ui.theme import APART, GRID, INK, MARGIN, REFUSED, SAND, TARGET, Colour, Look, Palette
from kiosk.ui.view import About, Act, Kind, View
from kiosk.ui.widgets import ActionButton, CornerButton, Ink, Placed, TimeLine, Words, backward, icon

_DONE: Final = frozenset(
    {
        Kind.ACCEPTED,
        Kind.PAIRED,
        Kind.SCANNER_SET_UP,
        Kind.SIGNED_UP,
        Kind.WITHDRAWN,
        Kind.THANKS,
        Kind.STAFF_DONE,
    }
)
_LOW_MM: Final = 120.0
"""Below this height under the header, a screen is a 10-inch one."""
_LOWER_MM: Final = 114.0
_LOWER_UPRIGHT_MM: Final = 200.0
"""How much of the screen is used where controls are lower: what a 10-inch one has."""
_LOWER_MARGIN: Final = 3.0
TALL_ROW: Final = 25.0
_FOOT_ACTION: Final = 72.0
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

    def do(self, act: Act) -> None:
        """Do what a button is for."""


class Page(Placed):
    """One screen for one view; :func:`kiosk.ui.screens.build` puts everything on it."""

    def __init__(self, kit: Kit, view: View, film: Film, hands: Hands) -> None:
        super().__init__(kit, kit.all)
        self.view = view
        self.film = film
        self.hands = hands
        self.look: Look = _look_of(view.kind, kit.palette)
        self.preview: Preview | None = None
        self.time_line: TimeLine | None = None
        self.sign: Ink | None = None
        self.add(Ink(kit, kit.all, self.look.ground))

    def add(self, part: Part) -> Part:
        """Put a part on the page."""
        self.add_widget(part)
        return part


def _look_of(kind: Kind, palette: Palette) -> Look:
    if kind in _DONE:
        return palette.accepted
    return {Kind.REPEAT: palette.repeat, Kind.REFUSED: REFUSED}.get(kind, palette.calm)


@dataclass(frozen=True)
class Item:
    """A part of a column: its height, and how it is drawn once its place is known."""

    height: int
    draw: Callable[[Rect], None]


# From the width and the most height there is.
Sizer = Callable[[int, int], Item]


def inside(page: Page) -> Rect:
    """Give the screen without its margins; its lowest part alone where somebody sits before it."""
    kit = page.kit
    area = kit.all.inset(kit.mm(MARGIN))
    if not kit.lower:
        return area
    height = min(
        area.height, kit.mm((_LOWER_UPRIGHT_MM if kit.upright else _LOWER_MM) * min(kit.growth, 1.2))
    )
    return Rect(area.start, kit.height - kit.mm(_LOWER_MARGIN) - height, area.width, height)


def doer(hands: Hands, act: Act) -> Callable[[], None]:
    """Give what a button calls."""
    return lambda: hands.do(act)


def actions(page: Page, area: Rect, shares: Sequence[float] = ()) -> Rect:
    """Draw the row of buttons at the bottom; give what is left above.

    Their widths do not follow their words, so that they stand where they stood in every language. The
    way back alone stands where reading starts: the end of the row is the main action's place.
    """
    kit, found = page.kit, page.view.actions
    if not found:
        return area
    # Upright there is room for a second line and little for a long word.
    height = kit.mm(TALL_ROW if kit.upright else TARGET)
    row, rest = area.cut_bottom(height, kit.mm(GRID * 2))
    if len(found) == 1 and not found[0].main:
        row, _ = row.cut_start(min(row.width, kit.mm(80)))
    places = row.shares(shares if len(shares) == len(found) else [1] * len(found), kit.mm(APART))
    for place, action in zip(places, found, strict=True):
        name = backward(kit) if action.icon == BACK_ICON else action.icon
        button = ActionButton(
            kit, place, (name, action.word), page.look, doer(page.hands, action.act), main=action.main
        )
        page.add(button)
    return rest


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
        parts, left = emblem(kit, left)
        for part in parts:
            page.add(part)
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
            return actions(page, rest)
    beside = bool(view.actions) and not kit.upright
    row, rest = rest.cut_bottom(kit.mm(TARGET) if beside else pitch, kit.mm(GRID * 1.5))
    if beside:
        at, row = row.cut_start(min(row.width, kit.mm(_FOOT_ACTION)), kit.mm(GRID * 2))
        actions(page, at)
    elif view.actions:
        rest = actions(page, rest)
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
    style = kit.text()
    room = area.height - beside
    if not said.text:
        return [words_item(page, kit.title(), said.title, look.ink)(area.width, room), None]
    # The text says what to do, so the title makes room for it; but it is not cut for a larger text's sake.
    for sizes in (style.sizes, style.sizes[-1:]):
        sized = replace(style, sizes=sizes)
        most = room - gap - line_pitch(kit.title().sizes[-1])
        text = words_item(page, sized, said.text, look.quiet)(area.width, most)
        left = room - text.height - gap
        if not kit.set.lay_out(said.title, kit.title(), area.width, max(left, 1)).shortened:
            break
    title = words_item(page, kit.title(), said.title, look.ink)(area.width, left)
    return [title, text]
