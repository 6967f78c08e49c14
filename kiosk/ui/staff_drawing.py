"""What is drawn for the staff alone: records to undo, the camera's picture, how the kiosk does."""

from typing import Final

from kiosk.ui.offering import SIGN_MM, draw_line
from kiosk.ui.page import Page, actions, header, inside
from kiosk.ui.preview import Film, Preview
from kiosk.ui.theme import GRID
from kiosk.ui.tiles import grid, pager, part_of
from kiosk.ui.widgets import Words

_PICTURE: Final = 0.5
"""How much of the width the camera's picture takes; of the height, where the screen is upright."""


def draw_records(page: Page) -> None:
    """Draw a tile for each record: a line of when, what and whose, and one of where."""
    grid(page, actions(page, header(page, inside(page), page.view.said.title, star=True)), long=True)


def draw_light(page: Page) -> None:
    """Draw the camera's picture, large, and what is to be said of it."""
    kit, view = page.kit, page.view
    area = actions(page, header(page, inside(page), view.said.title, star=True))
    if kit.upright:
        picture, words = area.cut_top(round(area.height * _PICTURE), kit.mm(GRID * 3))
    else:
        picture, words = area.cut_end(round(area.width * _PICTURE), kit.mm(GRID * 3))
    page.preview = page.add(Preview(kit, picture, page.film if view.camera else Film(), page.look.ground))
    # What is well is said large; what is not is said whole.
    large = not kit.set.lay_out(view.text, kit.title(), words.width, words.height).shortened
    style = kit.title() if large else kit.text()
    page.add(Words(kit, words, view.text, style, page.look.ink, upright="top" if kit.upright else "middle"))


def draw_state(page: Page) -> None:
    """Draw lines, each with its icon; what does not fit is turned to by arrows."""
    kit, view = page.kit, page.view
    area = actions(page, header(page, inside(page), view.said.title, star=True))
    gap, high = kit.mm(GRID * 3 if kit.upright else GRID), kit.mm(SIGN_MM)
    most = max(1, (area.height + gap) // (high + gap))
    shown = view.lines
    if len(shown) > most:
        parts = -(-len(shown) // most)
        area = pager(page, area, parts)
        shown = shown[part_of(page, parts) * most :][:most]
    # From the top, so that each part begins where the one before it began.
    for place, line in zip(area.rows(most, gap), shown, strict=False):
        draw_line(page, place.middle(place.width, high), line)
