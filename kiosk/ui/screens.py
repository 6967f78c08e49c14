"""Every screen, from its view: what stands where. No state, no time."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol, TypeVar

from PIL import Image

from kiosk.ui import shapes
from kiosk.ui.flow import Kind, View
from kiosk.ui.geometry import Rect
from kiosk.ui.kit import Kit
from kiosk.ui.languages import LANGUAGES
from kiosk.ui.preview import Film, Preview
from kiosk.ui.shaping import Style, line_pitch
from kiosk.ui.theme import (
    ACCEPTED,
    APART,
    BAND,
    BLUE,
    CALM,
    GREEN,
    GRID,
    INK,
    LINE,
    MARGIN,
    MINT,
    REFUSED,
    REPEAT,
    SAFFRON,
    SAND,
    TARGET,
    TIME_LINE,
    WHITE,
    Colour,
    Look,
)
from kiosk.ui.widgets import (
    ActionButton,
    CornerButton,
    Ink,
    Placed,
    Tile,
    TimeLine,
    Words,
    backward,
    border,
    icon,
    onward,
    panel,
)

_LOOKS: Final = {
    Kind.ACCEPTED: ACCEPTED,
    Kind.REPEAT: REPEAT,
    Kind.REFUSED: REFUSED,
}
# A trouble of ours, and what is for information, stay on lime with a blue sign.
_BLUE_SIGNS: Final = frozenset({Kind.UNRECORDED, Kind.BLIND, Kind.WAITING, Kind.STAFF})
_LOW_MM: Final = 120.0
"""Below this height under the header, a screen is a 10-inch one."""
_NARROW: Final = 2
_STEP_ICONS: Final = ("scan-qr-code", "circle-check", "users")

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
    """One screen, built whole for one view."""

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
        _SCREENS.get(view.kind, _sign)(self)
        if view.until:
            thin = kit.mm(TIME_LINE)
            line, _ = kit.all.cut_bottom(thin)
            self.time_line = self.add(TimeLine(kit, line, self.look.accent))

    def add(self, part: Part) -> Part:
        """Put a part on the page."""
        self.add_widget(part)
        return part


@dataclass(frozen=True)
class _Item:
    """A part of a column: its height, and how it is drawn once its place is known."""

    height: int
    draw: Callable[[Rect], None]


# From the width and the most height there is.
_Sizer = Callable[[int, int], _Item]


def _inside(page: Page) -> Rect:
    return page.kit.all.inset(page.kit.mm(MARGIN))


def _header(page: Page, area: Rect, heading: str, *, star: bool) -> Rect:
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


def _band(page: Page) -> None:
    """Draw the strip of tiles along the top: decoration, the same from both sides."""
    kit = page.kit
    band, _ = kit.all.cut_top(kit.mm(BAND))
    for index, colour in ((0, GREEN), (2, SAFFRON), (3, BLUE)):
        key = ("band", index, band.width, band.height)
        tiles = kit.textures.get(key, lambda index=index: _tiles(band, kit.mm(GRID * 3) / 6, index))  # type: ignore[misc]
        page.add(Ink(kit, band, colour, tiles))


def _tiles(band: Rect, unit: float, index: int) -> Image.Image:
    """Draw every sixth tile (every sixth two for the wide colours, which stand at 0 and 3)."""
    mask = Image.new("L", (band.width, band.height))
    wide = 1 if index == _NARROW else 2
    for at in range(index, int(band.width / unit) + 1, 6):
        mask.paste(255, (round(at * unit), 0, min(band.width, round((at + wide) * unit)), band.height))
    return mask


def _words(page: Page, style: Style, text: str, colour: Colour) -> _Sizer:
    """Prepare words whose height is known once the width is."""
    kit = page.kit

    def size(width: int, most: int) -> _Item:
        def draw(rect: Rect) -> None:
            page.add(Words(kit, rect, text, style, colour))

        return _Item(kit.set.lay_out(text, style, width, most).height, draw)

    return size


def _height(items: list[_Item | None], gap: int) -> int:
    kept = [item.height for item in items if item is not None]
    return sum(kept) + gap * (len(kept) - 1)


def _column(area: Rect, items: list[_Item | None], gap: int, *, upright: str = "middle") -> None:
    """Draw items one below the other."""
    kept = [item for item in items if item is not None]
    height = _height(items, gap)
    top = {"top": area.top, "middle": area.top + max(0, (area.height - height) // 2)}[upright]
    for item in kept:
        item.draw(Rect(area.start, top, area.width, item.height))
        top += item.height + gap


def _said(page: Page, area: Rect, *, beside: int = 0) -> list[_Item | None]:
    """Prepare title and text for an area; ``beside`` is height that others in it need."""
    kit, look, said = page.kit, page.look, page.view.said
    gap = kit.mm(GRID)
    text = None
    room = area.height - beside
    if said.text:
        # The text says what to do, so the title makes room for it.
        most = room - gap - line_pitch(kit.title().sizes[-1])
        text = _words(page, kit.text(), said.text, look.quiet)(area.width, most)
        room -= text.height + gap
    title = _words(page, kit.title(), said.title, look.ink)(area.width, room)
    return [title, text]


# -- the screens -----------------------------------------------------------------------------


def _attract(page: Page) -> None:
    kit, view = page.kit, page.view
    _band(page)
    area = _foot(page, _header(page, _inside(page), view.body, star=True))
    gap = kit.mm(GRID * 2)
    if kit.upright:
        steps = kit.mm(20 * kit.growth)
        top, rest = area.cut_top(round(area.height * 0.3), gap)
        _column(top, _said(page, top), kit.mm(GRID), upright="top")
        below, middle = rest.cut_bottom(steps, kit.mm(GRID * 3))
        _show_card(page, below, centred=True)
        page.preview = page.add(Preview(kit, middle, page.film, page.look.ground))
        return
    picture, words = area.cut_end(round(area.width * 0.46), kit.mm(GRID * 3))
    page.preview = page.add(Preview(kit, picture, page.film, page.look.ground))
    steps = kit.mm(15 * kit.growth)
    said = _said(page, words)
    used = sum(item.height for item in said if item) + kit.mm(GRID)
    if used + steps + kit.mm(GRID * 2) <= words.height:
        below, words = words.cut_bottom(steps, kit.mm(GRID * 2))
        _show_card(page, below, centred=False)
    _column(words, said, kit.mm(GRID), upright="top")


def _show_card(page: Page, row: Rect, *, centred: bool) -> None:
    """Draw it without words: a card, an arrow, the frame that reads it."""
    kit = page.kit
    # All of one size, so that their strokes are of one width.
    size, gap = row.height, kit.mm(GRID * 1.5)
    width = 3 * size + 2 * gap
    if centred:
        row = row.middle(width, row.height)
    card, rest = row.cut_start(size, gap)
    between, rest = rest.cut_start(size, gap)
    frame, _ = rest.cut_start(size)
    page.add(icon(kit, card, "id-card", GREEN))
    page.add(icon(kit, between, onward(kit), GREEN))
    page.add(icon(kit, frame, "scan-qr-code", GREEN))


def _foot(page: Page, area: Rect) -> Rect:
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
    """Draw the strip that says that there is no network: calm, at the very bottom; give the rest."""
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
    page.add(icon(kit, at.middle(size, size), "cloud-off", INK))
    page.add(Words(kit, words, view.strip, style, INK, upright="middle"))
    return Rect(area.start, area.top, area.width, strip.top - area.top - kit.mm(GRID * 1.5))


def _sign(page: Page) -> None:
    """Draw what says one thing: a large sign where reading starts, and words beside it."""
    kit, view = page.kit, page.view
    verdict = bool(view.until)
    heading = view.booth if verdict else view.body
    area = _header(page, _inside(page), heading, star=not verdict)
    # Nothing stands below a verdict: it comes up a little, towards the middle of the screen.
    area = area.cut_bottom(round(area.height * 0.1))[1] if verdict else _foot(page, area)
    if kit.upright:
        size = round(min(area.width * 0.5, area.height * 0.3))
        group_height = round(area.height * 0.72)
        area = area.middle(area.width, group_height)
        top, words = area.cut_top(size, kit.mm(GRID * 4))
        sign, _ = top.cut_start(size)
        _column(words, _said(page, words), kit.mm(GRID), upright="top")
    else:
        size = round(min(area.width * 0.29, area.height * 0.86))
        # Set off from the margin, too: the sign is what is seen from two metres away.
        at, words = area.cut_start(round(size * 1.2), kit.mm(GRID * 3))
        sign = at.middle(size, size)
        _column(words, _said(page, words), kit.mm(GRID))
    page.sign = page.add(_sign_of(page, sign))


def _sign_of(page: Page, at: Rect) -> Ink:
    kit, kind = page.kit, page.view.kind
    size = at.width

    def signed(shape: Callable[[int], Image.Image], sign: Image.Image) -> Image.Image:
        return shapes.cut_out(shape(size), sign)

    inner = round(size * 0.44)
    drawn: dict[Kind, Callable[[], Image.Image]] = {
        Kind.ACCEPTED: lambda: signed(shapes.disc, shapes.tick(size)),
        Kind.REPEAT: lambda: signed(shapes.rounded_square, shapes.two_arrows(size)),
        Kind.REFUSED: lambda: signed(shapes.octagon, shapes.exclamation(size)),
        Kind.STAFF: lambda: signed(shapes.disc, kit.set.icon("id-card", inner)),
        Kind.UNRECORDED: lambda: signed(shapes.diamond, kit.set.icon("wrench", inner)),
        Kind.BLIND: lambda: signed(
            shapes.diamond, kit.set.icon("camera-off" if page.view.camera else "unplug", inner)
        ),
        Kind.WAITING: lambda: signed(shapes.diamond, kit.set.icon("hourglass", inner)),
        Kind.STARTING: lambda: shapes.star(size),
    }
    colour = BLUE if kind in _BLUE_SIGNS else page.look.accent
    return Ink(kit, at, colour, kit.textures.get(("sign", kind, page.view.camera, size), drawn[kind]))


def _language(page: Page) -> None:
    kit, view = page.kit, page.view
    area = _dialogue(page)
    rest = area
    if kit.upright:
        rest = area.middle(area.width, round(area.height * 0.5))
        places = rest.rows(len(LANGUAGES), kit.mm(GRID * 2))
    else:
        rest = area.middle(area.width, min(area.height, kit.mm(60)))
        places = rest.columns(len(LANGUAGES), kit.mm(GRID * 2))
    for place, language in zip(places, LANGUAGES, strict=True):
        chosen = language.code == view.language
        colours = (SAFFRON, INK, INK) if chosen else (WHITE, INK, LINE)
        page.add(
            Tile(
                kit,
                place,
                (language.name, kit.title(language.code)),
                colours,
                _chooser(page.hands, language.code),
                chosen=chosen,
            )
        )


def _chooser(hands: Hands, language: str) -> Callable[[], None]:
    return lambda: hands.choose(language)


def _dialogue(page: Page) -> Rect:
    """Draw a dialogue's heading and the way back; give what is left between them."""
    kit, view = page.kit, page.view
    area = _header(page, _inside(page), view.said.title, star=False)
    row, area = area.cut_bottom(kit.mm(TARGET), kit.mm(GRID * 2))
    # The way back stands where reading starts; the end of the row is the main action's place.
    at, _ = row.cut_start(min(row.width, kit.mm(80)))
    page.add(ActionButton(kit, at, (backward(kit), view.back), page.look, page.hands.back, main=False))
    return area


def _help(page: Page) -> None:
    kit, view = page.kit, page.view
    area = _dialogue(page)
    gap = kit.mm(GRID * 1.5)
    if not view.steps:
        _staff(page, area, _causes(page, area.width, area.height))
        return
    items: list[_Item | None] = []
    room = area.height - gap * (len(view.steps) - 1)
    size = kit.mm(13 * kit.growth)
    for index, (name, step) in enumerate(zip(_STEP_ICONS, view.steps, strict=True)):
        after = (len(view.steps) - index - 1) * size
        item = _step(page, area.width, room - after, size, (name, step))
        room -= item.height
        items.append(item)
    steps = _height(items, gap)
    below = area.height - steps - kit.mm(GRID * 4)
    box = _causes(page, area.width, below) if view.causes else []
    # What hinders nobody is told to the staff where there is room for it.
    if len(box) > 1:
        box_height = _height(box, kit.mm(GRID)) + 2 * kit.mm(GRID * 1.5)
        low, area = area.cut_bottom(box_height, kit.mm(GRID * 2))
        _staff(page, low, box)
    _column(area, items, gap)


def _step(page: Page, width: int, most: int, size: int, step: tuple[str, str]) -> _Item:
    """Prepare an icon on a soft ground with a sentence beside it."""
    kit, look = page.kit, page.look
    name, sentence = step
    gap = kit.mm(GRID * 2)
    laid = kit.set.lay_out(sentence, kit.text(), width - size - gap, most)
    height = max(size, laid.height)

    def draw(rect: Rect) -> None:
        at, words = rect.cut_start(size, gap)
        at = at.middle(size, size)
        page.add(panel(kit, at, MINT))
        inner = round(size * 0.62)
        page.add(icon(kit, at.middle(inner, inner), name, look.accent))
        page.add(Words(kit, words, sentence, kit.text(), look.ink, upright="middle"))

    return _Item(height, draw)


def _causes(page: Page, width: int, most: int) -> list[_Item | None]:
    """Prepare what is wrong and what to do, under a heading: as much as there is room for."""
    kit, view = page.kit, page.view
    gap, size = kit.mm(GRID), kit.mm(9)
    width -= 2 * kit.mm(5)
    room = most - 2 * kit.mm(GRID * 1.5)
    heading = _words(page, kit.text(bold=True), view.heading, page.look.ink)(width, max(room, 1))
    items: list[_Item | None] = [heading]
    room -= heading.height
    for cause in view.causes:
        # The first keeps the others from being seen at all; what is left waits until it is mended.
        laid = kit.set.lay_out(cause, kit.text(), width - size - gap, max(1, room - gap))
        if laid.shortened or laid.height > room - gap:
            break
        items.append(_cause(page, cause, size, laid.height))
        room -= laid.height + gap
    return items


def _staff(page: Page, area: Rect, items: list[_Item | None]) -> None:
    """Draw the box for the staff whom the member has called."""
    kit = page.kit
    gap = kit.mm(GRID)
    box = area.middle(area.width, min(area.height, _height(items, gap) + 2 * kit.mm(GRID * 1.5)))
    page.add(panel(kit, box, WHITE))
    page.add(border(kit, box, LINE))
    _column(box.inset(kit.mm(5), 0), items, gap)


def _cause(page: Page, cause: str, size: int, height: int) -> _Item:
    kit = page.kit

    def draw(rect: Rect) -> None:
        at, words = rect.cut_start(size, kit.mm(GRID))
        top, _ = at.cut_top(min(at.height, line_pitch(kit.text().sizes[0])))
        page.add(icon(kit, top.middle(size, size), "wrench", BLUE))
        page.add(Words(kit, words, cause, kit.text(), INK, upright="middle"))

    return _Item(height, draw)


_SCREENS: Final[dict[Kind, Callable[[Page], None]]] = {
    Kind.ATTRACT: _attract,
    Kind.LANGUAGE: _language,
    Kind.HELP: _help,
}
