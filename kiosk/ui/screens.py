"""Every screen, from its view: what stands where. No state, no time."""

from collections.abc import Callable
from typing import Final

from PIL import Image

from kiosk.ui import shapes
from kiosk.ui.dialogues import draw_help, draw_language, draw_notice, draw_options
from kiosk.ui.faces import draw_faces, draw_show_card, draw_topics
from kiosk.ui.finding_drawing import draw_household, draw_member, draw_people
from kiosk.ui.geometry import Rect
from kiosk.ui.kit import Kit
from kiosk.ui.offering import draw_consent, draw_number, draw_question, draw_tiles
from kiosk.ui.page import Hands, Page, actions, column, foot, header, inside, said_in
from kiosk.ui.preview import Film, Preview
from kiosk.ui.registration_drawing import draw_agreement, draw_card
from kiosk.ui.staff_drawing import draw_light, draw_records, draw_state
from kiosk.ui.theme import BAND, BLUE, GRID, TIME_LINE
from kiosk.ui.view import About, Kind, View
from kiosk.ui.widgets import Ink, TimeLine, icon, onward
from kiosk.ui.writing import draw_writing

# A trouble of ours, and what is for information, stay on lime with a blue sign.
_BLUE_SIGNS: Final = frozenset(
    {Kind.UNRECORDED, Kind.BLIND, Kind.WAITING, Kind.STAFF, Kind.CLOSED, Kind.NO_ANSWER, Kind.STAFF_NOT_DONE}
)
_NARROW: Final = 2
_VERDICT_SHARES: Final[dict[int, tuple[float, ...]]] = {1: (1,), 2: (1, 1.4), 3: (1.42, 1.34, 1)}
"""The widths of what may be done after a verdict; the main one is the widest, or its word is short."""


def build(kit: Kit, view: View, film: Film, hands: Hands) -> Page:
    """Build the screen of a view, whole."""
    page = Page(kit, view, film, hands)
    SCREENS.get(view.kind, _sign)(page)
    if view.until:
        line, _ = kit.all.cut_bottom(kit.mm(TIME_LINE))
        page.time_line = page.add(TimeLine(kit, line, page.look.accent))
    return page


def _attract(page: Page) -> None:
    kit, view = page.kit, page.view
    _band(page)
    area = foot(page, header(page, inside(page), view.body, star=True))
    gap = kit.mm(GRID * 2)
    if kit.upright:
        steps = kit.mm(20 * kit.growth)
        top, rest = area.cut_top(round(area.height * 0.3), gap)
        column(top, said_in(page, top), kit.mm(GRID), upright="top")
        below, middle = rest.cut_bottom(steps, kit.mm(GRID * 3))
        _show_card(page, below, centred=True)
        page.preview = page.add(Preview(kit, middle, page.film, page.look.ground))
        return
    picture, words = area.cut_end(round(area.width * 0.46), kit.mm(GRID * 3))
    page.preview = page.add(Preview(kit, picture, page.film, page.look.ground))
    steps = kit.mm(15 * kit.growth)
    # Who pairs a kiosk knows no such machine yet: there, its title makes room for the picture.
    said = said_in(page, words, beside=steps + gap if view.about == About.PAIRING else 0)
    used = sum(item.height for item in said if item) + kit.mm(GRID)
    if used + steps + gap <= words.height:
        below, words = words.cut_bottom(steps, gap)
        _show_card(page, below, centred=False)
    column(words, said, kit.mm(GRID), upright="top")


def _show_card(page: Page, row: Rect, *, centred: bool) -> None:
    """Draw it without words: a card, an arrow, the frame that reads it; or a code and the camera."""
    kit = page.kit
    shown, reader = "id-card", "scan-qr-code"
    if page.view.about == About.PAIRING:
        shown, reader = "qr-code", "camera" if page.view.camera else "scan-qr-code"
    # All of one size, so that their strokes are of one width.
    size, gap = row.height, kit.mm(GRID * 1.5)
    width = 3 * size + 2 * gap
    if centred:
        row = row.middle(width, row.height)
    card, rest = row.cut_start(size, gap)
    between, rest = rest.cut_start(size, gap)
    frame, _ = rest.cut_start(size)
    for at, name in ((card, shown), (between, onward(kit)), (frame, reader)):
        page.add(icon(kit, at, name, page.look.accent))


def _band(page: Page) -> None:
    """Draw the strip of tiles along the top: decoration, the same from both sides."""
    kit = page.kit
    band, _ = kit.all.cut_top(kit.mm(BAND))
    for index, colour in ((0, kit.palette.colour), (2, kit.palette.accent), (3, BLUE)):
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


def _sign(page: Page) -> None:
    """Draw what says one thing: a large sign where reading starts, and words beside it."""
    kit, view = page.kit, page.view
    verdict = bool(view.until)
    heading = view.booth if verdict else view.body
    whole = area = header(page, inside(page), heading, star=not verdict)
    if view.actions:
        area = actions(page, area, _VERDICT_SHARES[len(view.actions)])
    else:
        # Nothing stands below a verdict: it comes up a little, towards the middle of the screen.
        area = area.cut_bottom(round(area.height * 0.1))[1] if verdict else foot(page, area)
    if kit.upright:
        # Of the whole, so that a strip of two lines in one language makes it no smaller there.
        size = round(min(area.width * 0.5, whole.height * 0.27))
        group_height = round(area.height * 0.72)
        area = area.middle(area.width, group_height)
        top, words = area.cut_top(size, kit.mm(GRID * 4))
        sign, _ = top.cut_start(size)
        column(words, said_in(page, words), kit.mm(GRID), upright="top")
    else:
        size = round(min(area.width * 0.29, area.height * (0.7 if view.actions else 0.86)))
        # Set off from the margin, too: the sign is what is seen from two metres away.
        at, words = area.cut_start(round(size * (1.05 if view.actions else 1.2)), kit.mm(GRID * 2))
        sign = at.middle(size, size)
        column(words, said_in(page, words), kit.mm(GRID))
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
        Kind.ASKING: lambda: shapes.star(size),
        Kind.NO_ANSWER: lambda: signed(shapes.diamond, kit.set.icon("wifi-off", inner)),
        Kind.CLOSED: lambda: signed(shapes.disc, kit.set.icon("calendar-check", inner)),
        Kind.PAIRED: lambda: signed(shapes.disc, shapes.tick(size)),
        Kind.SCANNER_SET_UP: lambda: signed(shapes.disc, shapes.tick(size)),
        Kind.SIGNED_UP: lambda: signed(shapes.disc, shapes.tick(size)),
        Kind.WITHDRAWN: lambda: signed(shapes.disc, kit.set.icon("undo-2", round(size * 0.6))),
        Kind.THANKS: lambda: signed(shapes.disc, kit.set.icon("heart-handshake", round(size * 0.6))),
        Kind.MOMENT: lambda: shapes.star(size),
        Kind.STAFF_DONE: lambda: signed(shapes.disc, shapes.tick(size)),
        Kind.STAFF_NOT_DONE: lambda: signed(shapes.diamond, kit.set.icon("wrench", inner)),
    }
    colour = BLUE if kind in _BLUE_SIGNS else page.look.accent
    return Ink(kit, at, colour, kit.textures.get(("sign", kind, page.view.camera, size), drawn[kind]))


SCREENS: Final[dict[Kind, Callable[[Page], None]]] = {
    Kind.ATTRACT: _attract,
    Kind.PAIRING: _attract,
    Kind.LANGUAGE: draw_language,
    Kind.HELP: draw_help,
    Kind.OPTIONS: draw_options,
    Kind.NOTICE: draw_notice,
    Kind.OFFERS: draw_tiles,
    Kind.MINE: draw_tiles,
    Kind.CONSENT: draw_consent,
    Kind.NUMBER: draw_number,
    Kind.SIGNED: draw_question,
    Kind.WITHDRAW: draw_question,
    Kind.FACES: draw_faces,
    Kind.TOPICS: draw_topics,
    Kind.MORE: draw_topics,
    Kind.MAY_CALL: draw_question,
    Kind.SHOW_CARD: draw_show_card,
    Kind.STILL: draw_question,
    Kind.CALLED: draw_question,
    Kind.WRITE: draw_writing,
    Kind.PIN: draw_number,
    Kind.STAFF_MENU: draw_tiles,
    Kind.UNDO: draw_records,
    Kind.WHY: draw_tiles,
    Kind.NOTHING_TO_UNDO: draw_question,
    Kind.BY_HAND: draw_tiles,
    Kind.CARD_NUMBER: draw_number,
    Kind.NO_CARD: draw_tiles,
    Kind.FIND: draw_writing,
    Kind.FOUND: draw_people,
    Kind.CONFIRM_BY: draw_tiles,
    Kind.CONFIRM_NUMBER: draw_number,
    Kind.CONFIRM_WRITE: draw_writing,
    Kind.UNCONFIRMED: draw_question,
    Kind.CONFIRMED: draw_member,
    Kind.REISSUE: draw_tiles,
    Kind.LOST: draw_question,
    Kind.FAMILY: draw_number,
    Kind.HOUSEHOLD: draw_household,
    Kind.HOW_MANY: draw_number,
    Kind.BOOTHS: draw_tiles,
    Kind.SWITCH: draw_question,
    Kind.LIGHT: draw_light,
    Kind.STATE: draw_state,
    Kind.EXPORT: draw_tiles,
    Kind.DIAGNOSTICS: draw_tiles,
    Kind.NO_STICK: draw_question,
    Kind.POWER: draw_tiles,
    Kind.RESTART: draw_question,
    Kind.QUIT: draw_question,
    Kind.FORM_WRITE: draw_writing,
    Kind.FORM_NUMBER: draw_number,
    Kind.FORM_CHOICE: draw_tiles,
    Kind.FORM_SEARCH: draw_writing,
    Kind.FORM_NOWHERE: draw_question,
    Kind.FORM_CONSENT: draw_agreement,
    Kind.FORM_SUMMARY: draw_tiles,
    Kind.FORM_LIKELY: draw_question,
    Kind.FORM_MATCHES: draw_people,
    Kind.FORM_LEAVE: draw_question,
    Kind.FORM_CARD: draw_card,
}
"""Who draws what. Every kind that is not here says one thing, with a sign."""
