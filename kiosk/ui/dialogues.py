"""What the corner buttons open: languages, help with its box for the staff, options, notices."""

from collections.abc import Callable
from itertools import chain, repeat
from typing import Final

from kiosk.ui.geometry import Rect
from kiosk.ui.languages import LANGUAGES
from kiosk.ui.offering import draw_text
from kiosk.ui.page import Hands, Item, Page, actions, column, header, height_of, inside, words_item
from kiosk.ui.shaping import line_pitch
from kiosk.ui.theme import BLUE, GRID, INK, LINE, WHITE
from kiosk.ui.tiles import grid
from kiosk.ui.view import About
from kiosk.ui.widgets import Tile, Words, border, icon, panel

_LOW_MM: Final = 60.0
"""Between the heading and the way back: what a 10-inch screen of 16 to 9 has."""
_LANGUAGE_MM: Final = 36.0
"""The height of a language's tile where there is room."""
_STEP_ICONS: Final = {
    About.CARDS: ("scan-qr-code", "circle-check", "users"),
    About.PAIRING: ("qr-code", "scan-qr-code", "circle-check"),
}
_CAUSE_ICONS: Final = {About.CLOSED: ("plug-zap",), About.WIPED: ("circle-check", "qr-code")}
"""Beside the first lines for the staff; beside all others stands a wrench."""


def draw_language(page: Page) -> None:
    """Draw the choice of a language: a tile each, in its own script; two in a row where it is wide."""
    kit, view = page.kit, page.view
    area = _dialogue(page)
    columns = 1 if kit.upright else 2
    rows = len(LANGUAGES) // columns
    gap = kit.mm(GRID * 2)
    high = min(area.height, rows * kit.mm(_LANGUAGE_MM) + (rows - 1) * gap)
    used = area.middle(area.width, high)
    places = [place for row in used.rows(rows, gap) for place in row.columns(columns, gap)]
    for place, language in zip(places, LANGUAGES, strict=True):
        chosen = language.code == view.language
        colours = (kit.palette.accent, INK, INK) if chosen else (WHITE, INK, LINE)
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
    return actions(page, header(page, inside(page), page.view.said.title, star=False))


def draw_options(page: Page) -> None:
    """Draw what may be read and set."""
    grid(page, _dialogue(page))


def draw_notice(page: Page) -> None:
    """Draw a notice, in parts where it is long."""
    draw_text(page, _dialogue(page), page.view.text)


def draw_help(page: Page) -> None:
    """Draw the steps of what to do, and what the staff can mend; or, where there are none, that alone."""
    kit, view = page.kit, page.view
    area = _dialogue(page)
    gap = kit.mm(GRID * 1.5 if area.height > kit.mm(_LOW_MM) else GRID)
    if not view.steps:
        _staff(page, area, _causes(page, area.width, area.height))
        return
    items: list[Item | None] = []
    room = area.height - gap * (len(view.steps) - 1)
    size = kit.mm(13 * kit.growth)
    for index, (name, step) in enumerate(zip(_STEP_ICONS[view.about], view.steps, strict=True)):
        after = (len(view.steps) - index - 1) * size
        item = _step(page, area.width, room - after, size, (name, step))
        room -= item.height
        items.append(item)
    steps = height_of(items, gap)
    below = area.height - steps - kit.mm(GRID * 4)
    box = _causes(page, area.width, below) if view.causes else []
    # What hinders nobody is told to the staff where there is room for it.
    if len(box) > 1:
        box_height = height_of(box, kit.mm(GRID)) + 2 * kit.mm(GRID * 1.5)
        low, area = area.cut_bottom(box_height, kit.mm(GRID * 2))
        _staff(page, low, box)
    column(area, items, gap)


def _step(page: Page, width: int, most: int, size: int, step: tuple[str, str]) -> Item:
    """Prepare an icon on a soft ground with a sentence beside it."""
    kit, look = page.kit, page.look
    name, sentence = step
    gap = kit.mm(GRID * 2)
    laid = kit.set.lay_out(sentence, kit.text(), width - size - gap, most)
    height = max(size, laid.height)

    def draw(rect: Rect) -> None:
        at, words = rect.cut_start(size, gap)
        at = at.middle(size, size)
        page.add(panel(kit, at, kit.palette.soft))
        inner = round(size * 0.62)
        page.add(icon(kit, at.middle(inner, inner), name, look.accent))
        page.add(Words(kit, words, sentence, kit.text(), look.ink, upright="middle"))

    return Item(height, draw)


def _causes(page: Page, width: int, most: int) -> list[Item | None]:
    """Prepare what is wrong and what to do, under a heading: as much as there is room for."""
    kit, view = page.kit, page.view
    gap, size = kit.mm(GRID), kit.mm(9)
    width -= 2 * kit.mm(5)
    room = most - 2 * kit.mm(GRID * 1.5)
    heading = words_item(page, kit.text(bold=True), view.heading, page.look.ink)(width, max(room, 1))
    items: list[Item | None] = [heading]
    room -= heading.height
    names = chain(_CAUSE_ICONS.get(view.about, ()), repeat("wrench"))
    for name, cause in zip(names, view.causes, strict=False):
        # The first keeps the others from being seen at all; what is left waits until it is mended.
        laid = kit.set.lay_out(cause, kit.text(), width - size - gap, max(1, room - gap))
        if laid.shortened or laid.height > room - gap:
            break
        items.append(_cause(page, (name, cause), size, laid.height))
        room -= laid.height + gap
    return items


def _staff(page: Page, area: Rect, items: list[Item | None]) -> None:
    """Draw the box for the staff whom the member has called."""
    kit = page.kit
    gap = kit.mm(GRID)
    box = area.middle(area.width, min(area.height, height_of(items, gap) + 2 * kit.mm(GRID * 1.5)))
    page.add(panel(kit, box, WHITE))
    page.add(border(kit, box, LINE))
    column(box.inset(kit.mm(5), 0), items, gap)


def _cause(page: Page, cause: tuple[str, str], size: int, height: int) -> Item:
    kit = page.kit
    name, sentence = cause

    def draw(rect: Rect) -> None:
        at, words = rect.cut_start(size, kit.mm(GRID))
        top, _ = at.cut_top(min(at.height, line_pitch(kit.text().sizes[0])))
        page.add(icon(kit, top.middle(size, size), name, BLUE))
        page.add(Words(kit, words, sentence, kit.text(), INK, upright="middle"))

    return Item(height, draw)
