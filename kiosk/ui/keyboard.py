"""A keyboard on the screen, and the field that it types into.

The field stands in the header's row and the actions in the keys' bottom row, so that letters of
13 by 15 mm find room on a 10-inch screen. A keyboard begins on the side of its own script, on
whatever side the screen begins: digits and Latin letters are never mirrored.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from kiosk.rules.keyboards import Act, Key, Keyboard
from kiosk.ui.geometry import Rect
from kiosk.ui.kit import Kit
from kiosk.ui.shaping import Laid, Style
from kiosk.ui.theme import APART, INK, LINE, QUIET, SAND, TARGET, WHITE, Look
from kiosk.ui.widgets import ActionButton, Ink, Placed, Touchable, Words, border, icon, panel

KEY_WIDTH: Final = 13.0
KEY_HEIGHT: Final = 15.0
KEYS_APART: Final = 2.0
KEYS_MARGIN: Final = 5.0
"""Less than other screens have at the sides: twelve letters stand in a row, also upright."""
_WIDEST_KEY: Final = 24.0
_CARET: Final = 0.8
_ACT_ICONS: Final = {Act.BACKSPACE: "delete", Act.SPACE: "space"}
_SHARES: Final = {"action": 4.4, "page": 1.7, "space": 2.2, "backspace": 1.5}


_Part = tuple[float, Callable[[Rect], Touchable]]
"""A share of a row, and what makes the button there."""


@dataclass(frozen=True, slots=True)
class Action:
    """A button in the keys' bottom row: its icon, its word, what it does, and whether it is the main one."""

    icon: str
    word: str
    on_tap: Callable[[], None]
    main: bool = False


class KeyButton(Touchable):
    """One key: a letter, or an icon for what types none."""

    def __init__(
        self,
        kit: Kit,
        rect: Rect,
        face: tuple[str, Style | None],
        on_tap: Callable[[], None],
        *,
        quiet: bool = False,
    ) -> None:
        """Take a letter and how it is set as ``face``, or the name of an icon and None."""
        name, style = face
        super().__init__(kit, rect, on_tap, INK)
        self.name = name
        self.add_widget(panel(kit, rect, SAND if quiet else WHITE))
        self.add_widget(border(kit, rect, LINE))
        if style is None:
            size = min(kit.mm(8), rect.width, rect.height)
            self.add_widget(icon(kit, rect.middle(size, size), name, INK))
        else:
            self.add_widget(Words(kit, rect, name, style, INK, align="centre", upright="middle"))
        self.cover()


class Keys(Placed):
    """A page of a keyboard. ``press`` gets the key that was touched."""

    def __init__(
        self,
        kit: Kit,
        rect: Rect,
        keyboard: Keyboard,
        press: Callable[[Key], None],
        *,
        shown: int = 0,
        actions: Sequence[Action] = (),
        look: Look,
    ) -> None:
        """Take the number of the page that is shown, and up to two actions: back, then the main one."""
        super().__init__(kit, rect)
        self._press = press
        self._look = look
        # A bracket is drawn as it will stand in the text that is typed.
        self._style = replace(kit.text(), language="ar" if keyboard.rtl else "fr")
        gap = kit.mm(KEYS_APART)
        page = keyboard.pages[shown]
        # Upright there is height for a row of actions, and no width for them beside the keys.
        if actions:
            # A finger that means an action finds it as large, and as far from others, as elsewhere.
            bottom, above = rect.cut_bottom(kit.mm(TARGET), kit.mm(APART))
            rows = above.rows(len(page) + kit.upright, gap)
        else:
            *rows, bottom = rect.rows(len(page) + 1, gap)
        columns = max(len(row) for row in page)
        width = min((rect.width - gap * (columns - 1)) // columns, kit.mm(_WIDEST_KEY))
        for place, row in zip(rows[: len(page)], page, strict=True):
            # A row begins where its script begins, on whatever side the screen does; digits on the left.
            rtl = keyboard.rtl and not all(key.isdecimal() for key in row)
            keys = row if rtl == kit.rtl else row[::-1]
            for at, key in zip(_spread(place, len(row), width, gap), keys, strict=True):
                self.add_widget(self._key(at, key))
        own_row = rows[-1] if actions and kit.upright else None
        self._bottom((bottom, own_row), keyboard, shown, actions)

    def _key(self, at: Rect, key: Key) -> KeyButton:
        is_act = isinstance(key, Act)
        face = (_ACT_ICONS[Act(key)], None) if is_act else (str(key), self._style)
        return KeyButton(self.kit, at, face, lambda: self._press(key), quiet=is_act)

    def _bottom(
        self, places: tuple[Rect, Rect | None], keyboard: Keyboard, shown: int, actions: Sequence[Action]
    ) -> None:
        """Draw what types no letter, between the way back and the main action or in a row of its own."""
        row, own_row = places
        keys: list[_Part] = []
        if len(keyboard.pages) > 1:
            label = keyboard.labels[shown]
            keys.append((_SHARES["page"], lambda at: self._page_key(at, label)))
        middle: Key = Act.SPACE if len(keyboard.pages) > 1 else "0"
        keys.append((_SHARES["space"], lambda at: self._key(at, middle)))
        keys.append((_SHARES["backspace"], lambda at: self._key(at, Act.BACKSPACE)))
        around: list[_Part] = [(_SHARES["action"], self._action(each)) for each in actions]
        if own_row is None:
            self._row(row, [*around[:1], *keys, *around[1:]])
            return
        self._row(own_row, keys)
        self._row(row, around)

    def _row(self, row: Rect, parts: list[_Part]) -> None:
        places = row.shares([share for share, _ in parts], self.kit.mm(APART))
        for at, (_, make) in zip(places, parts, strict=True):
            self.add_widget(make(at))

    def _action(self, action: Action) -> Callable[[Rect], Touchable]:
        return lambda at: ActionButton(
            self.kit, at, (action.icon, action.word), self._look, action.on_tap, main=action.main
        )

    def _page_key(self, at: Rect, label: str) -> KeyButton:
        return KeyButton(self.kit, at, (label, self._style), lambda: self._press(Act.PAGE), quiet=True)


class Field(Placed):
    """What has been typed, in its frame, with a caret where the next letter goes."""

    def __init__(self, kit: Kit, rect: Rect, text: str, *, rtl: bool, hint: str = "") -> None:
        """Take the direction of what is typed, which need not be the screen's, and a hint while empty."""
        super().__init__(kit, rect)
        self.text = text
        self.add_widget(panel(kit, rect, WHITE))
        self.add_widget(border(kit, rect, kit.palette.colour))
        inside = rect.inset(kit.mm(4), kit.mm(1.5))
        style = replace(kit.text(), language="ar" if rtl else "fr")
        shown, laid = _tail(kit, text, style, inside)
        # The side on which the text begins, as the screen counts.
        begins = "start" if rtl == kit.rtl else "end"
        if shown:
            self.add_widget(Words(kit, inside, shown, style, INK, align=begins, upright="middle"))
        elif hint:
            _, beside = inside.cut_start(kit.mm(_CARET), kit.mm(2))
            self.add_widget(Words(kit, beside, hint, kit.text(), QUIET, upright="middle"))
        width = laid.width + kit.mm(0.8) if shown else 0
        thin, high = kit.mm(_CARET), min(inside.height, kit.mm(9))
        cut = inside.cut_start if begins == "start" else inside.cut_end
        _, after = cut(width)
        caret, _ = (after.cut_start if begins == "start" else after.cut_end)(thin)
        self.caret = Ink(kit, caret.middle(thin, high), kit.palette.colour)
        self.add_widget(self.caret)


def _spread(row: Rect, count: int, width: int, gap: int) -> list[Rect]:
    """Give places for so many keys of one width, in the middle of a row."""
    room = count * width + (count - 1) * gap
    start = row.start + (row.width - room) // 2
    return [Rect(start + index * (width + gap), row.top, width, row.height) for index in range(count)]


def _tail(kit: Kit, text: str, style: Style, inside: Rect) -> tuple[str, Laid]:
    """Give the end of a text that fits one line: what is being typed is seen."""
    shown = text
    laid = kit.set.lay_out(shown, style, 10**6, inside.height)
    while shown and laid.width > inside.width - kit.mm(3):
        shown = shown[max(1, len(shown) // 12) :]
        laid = kit.set.lay_out("…" + shown, style, 10**6, inside.height)
    return ("…" + shown if shown != text else shown), laid
