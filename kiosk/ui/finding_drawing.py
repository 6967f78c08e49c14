"""What is drawn of people alone: tiles with a masked name and what is known of them, and one, large."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from kiosk.ui.geometry import Rect
from kiosk.ui.kit import Kit
from kiosk.ui.page import TALL_ROW, Page, actions, doer, header, inside
from kiosk.ui.shaping import Style, line_pitch
from kiosk.ui.theme import APART, GRID, INK, LINE, QUIET, TARGET, WHITE, Colour
from kiosk.ui.tiles import grid
from kiosk.ui.view import Choice, Line
from kiosk.ui.widgets import ActionButton, Touchable, Words, border, icon, panel

_SIGN_MM: Final = 11.5
_NOTE_ICON_MM: Final = 7.0
_DIGITS_ALONE: Final = re.compile("[0-9…]+")


class PersonTile(Touchable):
    """A person: the category's icon, a masked name and perhaps a badge; below, what is known of them.

    Whoever is ticked has a filled tile, a tick for the icon, and a word for a badge.
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
        size, line = kit.mm(_SIGN_MM), line_pitch(kit.text().sizes[-1])
        above = max(size, line)
        words = rect.inset(kit.mm(3), kit.mm(1.5))
        words = words.middle(words.width, min(words.height, above + line + kit.mm(0.5)))
        row, below = words.cut_top(above)
        at, row = row.cut_start(size, kit.mm(APART))
        at = at.middle(size, size)
        self.add_widget(panel(kit, at, WHITE if chosen else soft))
        inner = round(size * 0.7)
        self.add_widget(icon(kit, at.middle(inner, inner), "check" if chosen else choice.icon, own))
        if choice.badge:
            style = kit.text(bold=True)
            width = kit.set.lay_out(choice.badge, style, row.width, line).width
            end, row = row.cut_end(width, kit.mm(APART))
            self.add_widget(Words(kit, end, choice.badge, style, ink, align="end", upright="middle"))
        self.add_widget(Words(kit, row, choice.word, kit.text(bold=True), ink, upright="middle"))
        self._write(below.cut_bottom(line)[0], choice.notes, quiet)
        self.cover()

    def _write(self, row: Rect, notes: tuple[Line, ...], colour: Colour) -> None:
        """Write what is known, side by side; the first takes the room that the others leave."""
        kit, gap, between = self.kit, self.kit.mm(1.8), self.kit.mm(2.2 * APART)
        size = kit.mm(_NOTE_ICON_MM)
        laid: list[tuple[Line, Style, int]] = []
        for note in notes:
            # Dots before digits stand before them in Arabic, too.
            style = replace(kit.text(), language="fr") if _DIGITS_ALONE.fullmatch(note.words) else kit.text()
            width = kit.set.lay_out(note.words, style, row.width, row.height).width + kit.mm(0.5)
            laid.append((note, style, width + (size + gap if note.icon else 0)))
        others = sum(width + between for _, _, width in laid[1:])
        for note, style, width in laid:
            most = row.width - others if note is notes[0] else width
            place, row = row.cut_start(min(width, most), between)
            if note.icon:
                at, place = place.cut_start(size, gap)
                self.add_widget(icon(kit, at.middle(size, size), note.icon, colour))
            self.add_widget(Words(kit, place, note.words, style, colour, upright="middle"))


def draw_people(page: Page) -> None:
    """Draw a tile for each who may be meant, over the whole width."""
    area = actions(page, header(page, inside(page), page.view.said.title, star=True))
    grid(page, area, most=1, tile=PersonTile)


def draw_household(page: Page) -> None:
    """Draw a tile for each who may have come."""
    area = actions(page, header(page, inside(page), page.view.said.title, star=True))
    grid(page, area, tile=PersonTile)


def draw_member(page: Page) -> None:
    """Draw one member, large, and below what may be done besides checking in."""
    kit, view = page.kit, page.view
    area = actions(page, header(page, inside(page), view.said.title, star=True))
    # Upright a long word takes a second line.
    low, area = area.cut_bottom(kit.mm(TALL_ROW if kit.upright else TARGET), kit.mm(GRID))
    for place, tile in zip(low.columns(2, kit.mm(APART)), view.tiles, strict=False):
        face = (tile.icon, tile.word)
        page.add(ActionButton(kit, place, face, page.look, doer(page.hands, tile.act), main=False))
    size = min(area.height, kit.mm(28))
    line = line_pitch(kit.text().sizes[0])
    large = kit.title()
    group = area.middle(area.width, min(area.height, line_pitch(large.sizes[0]) + line))
    at, words = group.cut_start(size, kit.mm(GRID * 2))
    at = at.middle(size, size)
    inner = round(size * 0.62)
    [about] = view.lines
    page.add(panel(kit, at, kit.palette.soft))
    page.add(icon(kit, at.middle(inner, inner), about.icon, kit.palette.colour))
    below, above = words.cut_bottom(min(line, words.height // 2))
    page.add(Words(kit, above, view.said.text, large, page.look.ink, upright="bottom"))
    page.add(Words(kit, below, about.words, kit.text(), page.look.quiet))
