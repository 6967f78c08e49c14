"""Choices: tiles in a grid, in parts where there are many, with the two arrows that turn them."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from kiosk.ui.geometry import Rect
from kiosk.ui.kit import Kit
from kiosk.ui.page import Page, doer
from kiosk.ui.shaping import Laid, Style, line_pitch
from kiosk.ui.theme import APART, GRID, INK, LINE, QUIET, TARGET, WHITE, Colour
from kiosk.ui.view import Act, Choice, Do
from kiosk.ui.widgets import CornerButton, Touchable, Words, border, icon, panel

TILE_MM: Final = 28.0
"""The height of a tile for a word in two lines, or for a word and what is said of it."""
_HIGHEST_MM: Final = 46.0
_WIDE_MM: Final = 260.0
"""From this width on a third column is no narrower than two on a small screen."""
_SIGN_MM: Final = 13.0
_ARABIC: Final = re.compile("[\u0600-\u08ff]")


class ChoiceTile(Touchable):
    """A tile: its icon on a soft ground, a word, and a line below where there is room for both.

    One that is chosen is filled, and a tick stands in the icon's place.
    """

    def __init__(self, kit: Kit, rect: Rect, choice: Choice, on_tap: Callable[[], None]) -> None:
        chosen = choice.chosen
        own, soft = kit.palette.colour, kit.palette.soft
        ground, ink, quiet, edge = (own, WHITE, WHITE, own) if chosen else (WHITE, INK, QUIET, LINE)
        super().__init__(kit, rect, on_tap, ink)
        self.name = choice.word
        self.chosen = chosen
        self.add_widget(panel(kit, rect, ground))
        self.add_widget(border(kit, rect, edge))
        words = rect.inset(kit.mm(4), kit.mm(1.5))
        if name := "check" if chosen else choice.icon:
            size = min(kit.mm(_SIGN_MM), rect.height - 2 * kit.mm(GRID))
            sign, words = words.cut_start(size, kit.mm(APART))
            sign = sign.middle(size, size)
            self.add_widget(panel(kit, sign, WHITE if chosen else soft))
            inner = round(size * 0.7)
            self.add_widget(icon(kit, sign.middle(inner, inner), name, own))
        self._write(words, choice, (kit.text(bold=True), kit.text()), (ink, quiet))
        self.cover()

    def _write(
        self, area: Rect, choice: Choice, styles: tuple[Style, Style], colours: tuple[Colour, Colour]
    ) -> None:
        """Write the word, and below it what is said of it, unless the word needs the room."""
        kit, (bold, plain) = self.kit, styles
        if kit.rtl and not _ARABIC.search(choice.word):
            # An address or a number that takes two lines: each begins where it would by itself.
            bold = replace(bold, language="fr")
        ink, quiet = colours
        one = line_pitch(plain.sizes[-1])
        laid: Laid | None = None
        if choice.text:
            laid = kit.set.lay_out(choice.word, bold, area.width, area.height - one)
            beside = kit.set.lay_out(choice.text, plain, area.width, area.height - laid.height)
            if laid.shortened or beside.shortened or laid.height + beside.height > area.height:
                laid = None
        if laid is None:
            self.add_widget(Words(kit, area, choice.word, bold, ink, upright="middle"))
            return
        both = area.middle(area.width, laid.height + beside.height)
        above, below = both.cut_top(laid.height)
        self.add_widget(Words(kit, above, choice.word, bold, ink))
        self.add_widget(Words(kit, below, choice.text, plain, quiet))


MakeTile = Callable[[Kit, Rect, Choice, Callable[[], None]], Touchable]


def grid(
    page: Page,
    area: Rect,
    *,
    small: bool = False,
    long: bool = False,
    most: int = 3,
    tile: MakeTile = ChoiceTile,
) -> None:
    """Draw the view's tiles into an area, as many as fit; where that is not all, with arrows beside them.

    How many fit does not follow their words: they stand in the same places in every language. Where
    ``small``, a tile is for one word that is not long; where ``long``, for a line of several. At
    ``most`` so many stand side by side. ``tile`` makes one, for choices that are no mere words.
    """
    kit, tiles = page.kit, page.view.tiles
    gap = kit.mm(GRID)
    columns = 1 if kit.upright else 3 if area.width >= kit.mm(_WIDE_MM) else 2
    columns = min(most, max(1, columns - 1) if long else columns)
    high = kit.mm(TARGET if small else TILE_MM)
    rows = max(1, (area.height + gap) // (high + gap))
    if len(tiles) > columns * rows:
        area = pager(page, area, -(-len(tiles) // (columns * rows)))
    shown = part_of(page, -(-len(tiles) // (columns * rows)))
    rows = min(rows, -(-len(tiles) // columns))
    found = tiles[shown * columns * rows :][: columns * rows]
    high = min((area.height - gap * (rows - 1)) // rows, kit.mm(_HIGHEST_MM))
    used = area.middle(area.width, rows * high + (rows - 1) * gap)
    places = [place for row in used.rows(rows, gap) for place in row.columns(columns, gap)]
    for place, choice in zip(places, found, strict=False):
        page.add(tile(kit, place, choice, doer(page.hands, choice.act)))


def part_of(page: Page, count: int) -> int:
    """Say which part is shown, of so many: a smaller screen has more of them than another."""
    return min(page.view.part, count - 1)


def pager_width(kit: Kit, height: int) -> int:
    """Say how much of a width the arrows take with the gap before them: side by side in a low area."""
    target, apart = kit.mm(TARGET), kit.mm(APART)
    return (target if height >= 2 * target + apart else 2 * target + apart + 2) + kit.mm(GRID)


def pager(page: Page, area: Rect, count: int) -> Rect:
    """Draw the arrows that turn so many parts, at the end of an area; give what is left before them.

    They point up and down, which is the same in both directions of reading.
    """
    kit, shown = page.kit, part_of(page, count)
    target = kit.mm(TARGET)
    rest = Rect(area.start, area.top, area.width - pager_width(kit, area.height), area.height)
    at, _ = area.cut_end(area.width - rest.width - kit.mm(GRID))
    if at.width > target:
        above, below = at.middle(at.width, target).columns(2, kit.mm(APART))
        between = Rect(at.start, at.top, at.width, 0)
    else:
        above, left = at.cut_top(target, kit.mm(1))
        below, between = left.cut_bottom(target, kit.mm(1))
    # The one that leads nowhere is not there; the other one stays where it was.
    if shown > 0:
        previous = CornerButton(kit, above, "arrow-up", kit.palette.calm, doer(page.hands, Act(Do.PREVIOUS)))
        page.add(previous)
    if shown < count - 1:
        page.add(CornerButton(kit, below, "arrow-down", kit.palette.calm, doer(page.hands, Act(Do.NEXT))))
    style = kit.text()
    if between.height >= line_pitch(style.sizes[-1]):
        words = f"{shown + 1}/{count}"
        page.add(Words(kit, between, words, style, QUIET, align="centre", upright="middle"))
    return rest
