"""What is drawn of a registration alone: the consent that is asked for, and the card to be photographed."""

from dataclasses import replace
from typing import Final

from PIL import Image

from kiosk.ui.geometry import Rect
from kiosk.ui.kit import Kit
from kiosk.ui.offering import draw_text
from kiosk.ui.page import Page, actions, header, inside
from kiosk.ui.theme import GRID, INK, LINE, QUIET, WHITE
from kiosk.ui.view import CardShown
from kiosk.ui.widgets import Ink, Words, border, panel

_MOST_CODE_MM: Final = 110.0
_SHARES: Final = (1.2, 1, 1.1)
"""The widths of print, another and finish, where a card can be printed: the first word is the longest."""


def draw_agreement(page: Page) -> None:
    """Draw a text to agree to; of the buttons below, yes and no weigh the same."""
    draw_text(
        page, actions(page, header(page, inside(page), page.view.said.title, star=True)), page.view.text
    )


def draw_card(page: Page) -> None:
    """Draw a card as large as there is room for: its code, dark on white, and whose it is."""
    kit, card = page.kit, page.view.card
    area = actions(page, header(page, inside(page), page.view.said.title, star=True), _SHARES)
    if card is None:
        return
    page.add(panel(kit, area, WHITE))
    page.add(border(kit, area, LINE))
    # The code has its own margin, and needs the height on a small screen.
    most = kit.mm(_MOST_CODE_MM)
    if kit.upright:
        side = min(area.width, most)
        above, words = area.cut_top(side, kit.mm(GRID))
        code = above.middle(side, side)
    else:
        side = min(area.height, most)
        at, words = area.cut_start(side, kit.mm(GRID))
        code = at.middle(side, side)
    page.add(_code(kit, code, card.token))
    _write(page, words.inset(kit.mm(GRID), kit.mm(1)), card)


def _code(kit: Kit, at: Rect, token: str) -> Ink:
    """Draw the code in modules of whole pixels: a camera reads no blurred edges."""
    # Late: most starts of the window draw no card.
    from wire.card_sheet.code import SIDE, bars  # noqa: PLC0415

    module = at.width // SIDE
    side = module * SIDE

    def draw() -> Image.Image:
        mask = Image.new("L", (side, side))
        for column, row, wide, tall in bars(token):
            left, top = column * module, row * module
            mask.paste(255, (left, top, left + wide * module, top + tall * module))
        return mask

    return Ink(kit, at.middle(side, side), INK, kit.textures.get(("card", token, side), draw))


def _write(page: Page, area: Rect, card: CardShown) -> None:
    """Write both names, each in its own script, and below what else the card says."""
    kit = page.kit
    names = [
        (card.name_ar, replace(kit.text(bold=True), language="ar"), INK),
        (card.name_latin, replace(kit.text(bold=True), language="fr"), INK),
    ]
    lines = [line for line in names if line[0]] + [(line, kit.text(), QUIET) for line in card.lines]
    for place, (text, style, colour) in zip(area.rows(len(lines), kit.mm(1)), lines, strict=True):
        page.add(Words(kit, place, text, style, colour, upright="middle"))
