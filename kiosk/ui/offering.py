"""What is drawn of offers: tiles, the consent, another number, and questions of yes and no."""

from typing import Final

from kiosk.rules.keyboards import CARD_DIGITS, DIGITS, Act, Key
from kiosk.ui.geometry import Rect
from kiosk.ui.keyboard import Field, Keys
from kiosk.ui.kit import Kit
from kiosk.ui.page import Page, actions, column, doer, header, inside, said_in
from kiosk.ui.shaping import MOST_CHARACTERS, line_pitch
from kiosk.ui.theme import APART, BLUE, GRID, TARGET
from kiosk.ui.tiles import grid, pager, pager_width, part_of
from kiosk.ui.view import Act as Touch
from kiosk.ui.view import Do, Kind, Line
from kiosk.ui.widgets import ActionButton, Ink, Words, icon, panel

_PAD_MM: Final = 76.0
_WIDE_PAD_MM: Final = 90.0
"""For five keys in a row."""
_LINE_MM: Final = 24.0
"""The height of a line beside a consent: two lines of text."""
SIGN_MM: Final = 13.0
_QUESTION_ICONS: Final = {
    Kind.SIGNED: "circle-check",
    Kind.WITHDRAW: "undo-2",
    Kind.MAY_CALL: "phone-call",
    Kind.STILL: "hourglass",
    Kind.CALLED: "bell-ring",
    Kind.NOTHING_TO_UNDO: "check-check",
    Kind.UNCONFIRMED: "user-x",
    Kind.LOST: "ban",
    Kind.SWITCH: "store",
    Kind.NO_STICK: "usb",
    Kind.RESTART: "refresh-cw",
    Kind.QUIT: "power",
    Kind.FORM_LIKELY: "users",
    Kind.FORM_LEAVE: "trash-2",
    Kind.FORM_NOWHERE: "map",
}


def draw_tiles(page: Page) -> None:
    """Draw tiles under a heading."""
    area = actions(page, header(page, inside(page), page.view.said.title, star=True))
    grid(page, area)


def draw_consent(page: Page) -> None:
    """Draw what is given to whom, what for and until when; yes and no below, of one weight."""
    kit, view = page.kit, page.view
    heading = " · ".join(filter(None, (view.said.title, view.said.text)))
    area = actions(page, header(page, inside(page), heading, star=True))
    gap = kit.mm(GRID)
    if kit.upright:
        low, area = area.cut_bottom(kit.mm(_LINE_MM * 1.2) * 2 + kit.mm(TARGET) + 2 * gap, 2 * gap)
        change, low = low.cut_bottom(kit.mm(TARGET), gap)
        places = low.rows(2, gap)
    else:
        low, area = area.cut_bottom(kit.mm(_LINE_MM), kit.mm(1))
        places = low.shares((1.15, 1), 2 * gap)
        if view.tiles:
            # The number's own button stands where the words about time would: those come before the text,
            # which may go on in a part that nobody turns to.
            places, change = [places[0]], places[1].middle(places[1].width, kit.mm(TARGET))
    lines = view.lines if len(places) == len(view.lines) else view.lines[:1]
    for place, line in zip(places, lines, strict=True):
        draw_line(page, place, line)
    for tile in view.tiles:
        face = (tile.icon, tile.word)
        page.add(ActionButton(kit, change, face, page.look, doer(page.hands, tile.act), main=False))
    rest = " ".join(line.words + "." for line in view.lines[len(lines) :])
    draw_text(page, area, " ".join(filter(None, (rest, view.text))))


def draw_line(page: Page, at: Rect, line: Line) -> None:
    """Draw an icon on a soft ground with a sentence beside it."""
    kit = page.kit
    size = kit.mm(SIGN_MM)
    sign, words = at.cut_start(size, kit.mm(APART))
    sign = sign.middle(size, size)
    inner = round(size * 0.62)
    page.add(panel(kit, sign, kit.palette.soft))
    page.add(icon(kit, sign.middle(inner, inner), line.icon, kit.palette.colour))
    page.add(Words(kit, words, line.words, kit.text(), page.look.ink, upright="middle"))


def draw_text(page: Page, area: Rect, text: str) -> None:
    """Draw a long text: what does not fit is turned to by arrows."""
    kit = page.kit
    style = kit.plain()
    parts = _parts(kit, text, area.width, area.height)
    if len(parts) > 1:
        narrow = area.width - pager_width(kit, area.height)
        parts = _parts(kit, text, narrow, area.height)
        area = pager(page, area, len(parts))
    if text:
        shown = parts[part_of(page, len(parts))]
        upright = "middle" if len(parts) == 1 else "top"
        page.add(Words(kit, area, shown, style, page.look.ink, upright=upright))


def _parts(kit: Kit, text: str, width: int, height: int) -> list[str]:
    """Break a long text into parts that each fit a height."""
    style = kit.plain()
    most = max(1, height // line_pitch(style.sizes[0]))
    parts: list[list[str]] = [[]]
    for line in kit.set.lines_of(text, style, width):
        # No more than may be set at once.
        if len(parts[-1]) == most or sum(map(len, parts[-1])) + len(line) > MOST_CHARACTERS - most:
            parts.append([])
        parts[-1].append(line)
    return [" ".join(part) for part in parts]


def draw_number(page: Page) -> None:
    """Draw a pad of digits, the number in the header's row, and what is wrong with it beside.

    A card's number has letters, too. Where there is a tile, it is a button below the words.
    """
    kit, view = page.kit, page.view
    by_card = view.keys == "card"
    wide = kit.mm(_WIDE_PAD_MM if by_card else _PAD_MM)
    area = actions(page, header(page, inside(page), "", star=False))
    # A pad is higher than what the gaps of other screens leave on a small one.
    area = Rect(area.start, area.top - kit.mm(GRID), area.width, area.height + 2 * kit.mm(GRID))
    row = Rect(
        area.start,
        area.top - kit.mm(TARGET + GRID),
        area.width - 2 * kit.mm(TARGET) - kit.mm(15),
        kit.mm(TARGET),
    )
    page.add(Field(kit, row, view.typed, rtl=False))
    if kit.upright:
        pad, area = area.cut_bottom(min(area.height, kit.mm(130)), kit.mm(GRID * 2))
        pad = pad.middle(wide, pad.height)
    else:
        pad, area = area.cut_end(wide, kit.mm(GRID * 3))
        pad = pad.middle(pad.width, min(pad.height, kit.mm(110)))

    def press(key: Key) -> None:
        page.hands.do(Touch(Do.ERASE) if key == Act.BACKSPACE else Touch(Do.DIGIT, str(key)))

    page.add(Keys(kit, pad, CARD_DIGITS if by_card else DIGITS, press, look=page.look))
    for tile in view.tiles:
        # Beside keys, which may be nearer to the actions than a button.
        low, area = area.cut_bottom(kit.mm(TARGET + 1), kit.mm(GRID))
        low, _ = low.cut_top(kit.mm(TARGET))
        face = (tile.icon, tile.word)
        page.add(ActionButton(kit, low, face, page.look, doer(page.hands, tile.act), main=False))
    column(area, said_in(page, area), kit.mm(GRID))


def draw_question(page: Page) -> None:
    """Draw a question, or one thing that is so, with a sign where reading starts."""
    kit, view = page.kit, page.view
    shares = (1, 1) if len(view.actions) > 1 else ()
    area = actions(page, header(page, inside(page), view.booth or view.body, star=True), shares)
    size = round(min(area.width * 0.22, area.height * 0.6))
    if kit.upright:
        top, words = area.middle(area.width, round(area.height * 0.6)).cut_top(size, kit.mm(GRID * 3))
        sign, _ = top.cut_start(size)
        column(words, said_in(page, words), kit.mm(GRID), upright="top")
    else:
        at, words = area.cut_start(size, kit.mm(GRID * 3))
        sign = at.middle(size, size)
        column(words, said_in(page, words), kit.mm(GRID))
    name = _QUESTION_ICONS[view.kind]
    key = ("question", name, size)
    colour = page.look.accent if view.kind == Kind.SIGNED else BLUE
    page.sign = page.add(Ink(kit, sign, colour, kit.textures.get(key, lambda: kit.set.icon(name, size))))
