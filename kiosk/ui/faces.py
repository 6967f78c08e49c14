"""What is drawn of feedback: five faces, topics, what may go with it, and the card that is asked for."""

from typing import Final

from kiosk.ui import shapes
from kiosk.ui.geometry import Rect
from kiosk.ui.kit import Kit
from kiosk.ui.page import Page, actions, column, doer, header, inside, said_in
from kiosk.ui.preview import Preview
from kiosk.ui.shaping import line_pitch
from kiosk.ui.theme import GRID, INK, MOODS, STROKE, Colour
from kiosk.ui.tiles import grid
from kiosk.ui.view import Choice
from kiosk.ui.widgets import Ink, Touchable, Words

_LARGEST_MM: Final = 44.0


class Face(Touchable):
    """A face with its word: nobody has to read it, and nobody has to tell colours apart."""

    def __init__(self, kit: Kit, rect: Rect, choice: Choice, mood: tuple[float, Colour], page: Page) -> None:
        super().__init__(kit, rect, doer(page.hands, choice.act), INK)
        self.name = choice.word
        bend, colour = mood
        two_lines = 2 * line_pitch(kit.text().sizes[-1])
        size = min(rect.width, rect.height - two_lines, kit.mm(_LARGEST_MM))
        area = rect.middle(rect.width, size + two_lines)
        above, words = area.cut_top(size)
        at = above.middle(size, size)
        self.add_widget(Ink(kit, at, colour, kit.textures.get(("disc", size), lambda: shapes.disc(size))))
        stroke = kit.mm(STROKE * 1.6)
        ring = kit.textures.get(("ring", size, stroke), lambda: shapes.ring(size, stroke))
        self.add_widget(Ink(kit, at, INK, ring))
        drawn = kit.textures.get(("face", size, bend), lambda: shapes.face(size, bend))
        self.add_widget(Ink(kit, at, INK, drawn))
        self.add_widget(Words(kit, words, choice.word, kit.text(), INK, align="centre", upright="middle"))
        self.cover()


def draw_faces(page: Page) -> None:
    """Draw five faces in a row, the worst where reading starts."""
    kit, view = page.kit, page.view
    area = actions(page, header(page, inside(page), view.said.title, star=True))
    if view.said.text:
        style = kit.text()
        row, rest = area.cut_bottom(line_pitch(style.sizes[-1]), kit.mm(GRID))
        if rest.height >= kit.mm(55):
            page.add(Words(kit, row, view.said.text, style, page.look.quiet, upright="middle"))
            area = rest
    places = area.columns(len(view.tiles), kit.mm(GRID))
    for place, choice, index in zip(places, view.tiles, range(len(MOODS)), strict=True):
        high = min(place.height, kit.mm(_LARGEST_MM + 30))
        at = place.middle(place.width, high)
        page.add(Face(kit, at, choice, ((index - 2) / 2, MOODS[index]), page))


def draw_topics(page: Page) -> None:
    """Draw topics, of which several may be chosen."""
    area = actions(page, header(page, inside(page), page.view.said.title, star=True))
    grid(page, area)


def draw_show_card(page: Page) -> None:
    """Ask for a card, with the camera's picture."""
    kit = page.kit
    area = actions(page, header(page, inside(page), page.view.booth, star=True))
    if kit.upright:
        words, picture = area.cut_top(round(area.height * 0.4), kit.mm(GRID * 2))
    else:
        picture, words = area.cut_end(round(area.width * 0.42), kit.mm(GRID * 3))
    page.preview = page.add(Preview(kit, picture, page.film, page.look.ground))
    column(words, said_in(page, words), kit.mm(GRID), upright="top")
