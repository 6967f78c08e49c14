"""What is drawn where somebody writes: the words in the header's row, and the language's keys."""

from typing import Final

from kiosk.rules.keyboards import KEYBOARDS, Act, Key, Typed
from kiosk.ui.both_scripts import BOTH_KEYS, both_keys, runs_from_right
from kiosk.ui.geometry import Rect
from kiosk.ui.keyboard import KEYS_MARGIN, Action, Field, Keys
from kiosk.ui.page import Page, doer, header, inside
from kiosk.ui.theme import GRID, MARGIN, TARGET
from kiosk.ui.view import Act as Touch
from kiosk.ui.view import Do
from kiosk.ui.widgets import Words, backward

_ROW_MM: Final = 18.5
"""What a row of keys has of a tall screen; on a low one it is what fits, 15 mm and the gap at least."""
_MOST: Final = 500


def draw_writing(page: Page) -> None:
    """Draw the field and the keyboard; each key hands on the whole text, since the window keeps none."""
    kit, view = page.kit, page.view
    keyboard = KEYBOARDS.get(view.keys or view.language, KEYBOARDS["fr"])
    rtl = keyboard.rtl
    if view.keys == BOTH_KEYS:
        keyboard = both_keys(view.language, view.part)
        rtl = runs_from_right(view.typed, keyboard)
    area = inside(page)
    rest = header(page, area, "", star=False)
    field = Rect(area.start, area.top, area.width - 2 * kit.mm(TARGET) - kit.mm(15), kit.mm(TARGET))
    page.add(Field(kit, field, view.typed, rtl=rtl, hint=view.said.title))
    typed = Typed(view.typed, _MOST)

    def press(key: Key) -> None:
        if key == Act.PAGE:
            page.hands.do(Touch(Do.NEXT))
        elif typed.press(key):
            page.hands.do(Touch(Do.TEXT, typed.text))

    shown = view.part % len(keyboard.pages)
    rows = len(keyboard.pages[shown]) + 1 + kit.upright
    # The keys take a little of the margins: twelve letters stand in a row.
    wide = kit.mm(MARGIN) - kit.mm(KEYS_MARGIN)
    room = Rect(rest.start - wide, rest.top - kit.mm(GRID), rest.width + 2 * wide, rest.height + kit.mm(GRID))
    keys, above = room.cut_bottom(min(room.height, kit.mm(_ROW_MM) * rows))
    if view.heading:
        line = Rect(area.start, above.top, area.width, above.height)
        style, upright = kit.text(bold=True), "top" if kit.upright else "middle"
        page.add(Words(kit, line, view.heading, style, page.look.ink, upright=upright))
    back, done = view.actions
    actions = [
        Action(name, each.word, doer(page.hands, each.act), main=each.main)
        for name, each in ((backward(kit), back), (done.icon, done))
    ]
    page.add(Keys(kit, keys, keyboard, press, shown=shown, actions=actions, look=page.look))
