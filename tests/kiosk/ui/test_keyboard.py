"""The keyboards as they are drawn: large enough, apart, on the right side, and typed on with a finger."""

import itertools
from typing import Any

import pytest

from kiosk.rules.keyboards import ARABIC, DIGITS, FRENCH, KEYBOARDS, TAMAZIGHT, Act, Key, Keyboard
from kiosk.ui.gallery import SHAPES, Shape, Studio
from kiosk.ui.theme import MARGIN, TARGET
from tests.kiosk.ui.stage import below

ROWS = 4
BOARDS = {**KEYBOARDS, "digits": DIGITS}


class Typist:
    """A keyboard with its field on a screen of that size, in a language."""

    def __init__(
        self,
        studio: Studio,
        shape: Shape,
        language: str,
        keyboard: Keyboard,
        *,
        shown: int = 0,
        text: str = "",
    ) -> None:
        from kiosk.ui.keyboard import KEYS_MARGIN, Action, Field, Keys  # noqa: PLC0415 - once Kivy is prepared
        from kiosk.ui.kit import Kit, Textures  # noqa: PLC0415 - the same
        from kiosk.ui.widgets import Placed  # noqa: PLC0415 - the same

        self.pressed: list[Key] = []
        self.acted: list[str] = []
        self.kit = Kit(studio.set, Textures(), (shape.width, shape.height), shape.dpi, language)
        self.page = Placed(self.kit, self.kit.all)
        area = self.kit.all.inset(self.kit.mm(KEYS_MARGIN), self.kit.mm(MARGIN))
        header, rest = area.cut_top(self.kit.mm(TARGET), self.kit.mm(4))
        self.field = Field(self.kit, header, text, rtl=keyboard.rtl)
        low, _ = rest.cut_bottom(min(rest.height, self.kit.mm((ROWS + self.kit.upright) * 18 + 1)))
        actions = (
            Action("arrow-left", "Retour", lambda: self.acted.append("back")),
            Action("check", "Envoyer", lambda: self.acted.append("send"), main=True),
        )
        look = self.kit.palette.calm
        self.keys = Keys(
            self.kit, low, keyboard, self.pressed.append, shown=shown, actions=actions, look=look
        )
        self.page.add_widget(self.field)
        self.page.add_widget(self.keys)

    def buttons(self) -> list[Any]:
        from kiosk.ui.widgets import Touchable  # noqa: PLC0415 - the same

        return [widget for widget in below(self.page) if isinstance(widget, Touchable)]

    def button(self, name: str) -> Any:
        [found] = [button for button in self.buttons() if button.name == name]
        return found

    def tap(self, name: str) -> None:
        """Put a finger on a key of a keyboard that is in the window."""
        from kivy.base import EventLoop  # noqa: PLC0415 - the same
        from kivy.tests.common import UnitTestTouch  # noqa: PLC0415 - the same

        if self.page.parent is None:
            EventLoop.window.add_widget(self.page)
        if EventLoop.status != "started":
            EventLoop.start()
        touch = UnitTestTouch(*self.button(name).center)
        touch.touch_down()
        EventLoop.idle()
        touch.touch_up()
        EventLoop.idle()


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("language", ["ar", "fr"])
@pytest.mark.parametrize("name", BOARDS)
def test_keys_are_large_enough_and_apart(studio: Studio, name: str, language: str, shape: Shape) -> None:
    pixels = shape.dpi / 25.4
    for shown in range(len(BOARDS[name].pages)):
        buttons = Typist(studio, shape, language, BOARDS[name], shown=shown).buttons()
        for button in buttons:
            assert button.width >= 13 * pixels, button.name
            assert button.height >= 15 * pixels, button.name
            assert button.x >= 0
            assert button.right <= shape.width
        for one, other in itertools.combinations(buttons, 2):
            across = max(one.x, other.x) - min(one.right, other.right)
            down = max(one.y, other.y) - min(one.top, other.top)
            assert max(across, down) >= 2 * pixels - 1, (one.name, other.name)


@pytest.mark.parametrize("language", ["ar", "fr"])
@pytest.mark.parametrize("name", BOARDS)
def test_no_letter_and_no_action_is_cut(studio: Studio, name: str, language: str) -> None:
    from kiosk.ui.widgets import Words  # noqa: PLC0415 - once Kivy is prepared

    for shape, shown in itertools.product(SHAPES, range(len(BOARDS[name].pages))):
        typist = Typist(studio, shape, language, BOARDS[name], shown=shown)
        for words in (widget for widget in below(typist.keys) if isinstance(widget, Words)):
            assert not words.laid.shortened, f"{words.text!r} is cut on {shape}, page {shown}"
            assert words.laid.width <= words.rect.width, words.text


@pytest.mark.parametrize("language", ["ar", "fr"])
def test_a_row_begins_where_its_script_begins_and_digits_on_the_left(studio: Studio, language: str) -> None:
    def order(keyboard: Keyboard, shown: int, *keys: str) -> bool:
        typist = Typist(studio, SHAPES[0], language, keyboard, shown=shown)
        places = [typist.button(key).x for key in keys]
        return places == sorted(places)

    assert order(FRENCH, 0, "a", "z", "e")
    assert order(TAMAZIGHT, 0, "ⴰ", "ⵣ", "ⴻ")
    assert order(ARABIC, 0, "ث", "ص", "ض"), "from the right"
    assert order(ARABIC, 1, "1", "2", "3")
    assert order(DIGITS, 0, "1", "2", "3")
    assert order(DIGITS, 0, "7", "8", "9")


@pytest.mark.parametrize("language", ["ar", "fr"])
@pytest.mark.parametrize(("keyboard", "text"), [(ARABIC, "سلام"), (FRENCH, "salut"), (DIGITS, "0612")])
def test_the_caret_stands_where_the_next_letter_goes(
    studio: Studio, language: str, keyboard: Keyboard, text: str
) -> None:
    from kiosk.ui.widgets import Words  # noqa: PLC0415 - once Kivy is prepared

    typist = Typist(studio, SHAPES[1], language, keyboard, text=text)
    [words] = [widget for widget in below(typist.field) if isinstance(widget, Words)]
    caret, left = typist.field.caret, words.ink_pos[0]
    if keyboard.rtl:
        assert caret.right <= left + 1
    else:
        assert caret.x >= left + words.laid.width - 1
    room = typist.field
    assert room.x < caret.x < room.right


def test_of_a_long_text_the_end_is_seen(studio: Studio) -> None:
    from kiosk.ui.widgets import Words  # noqa: PLC0415 - once Kivy is prepared

    typist = Typist(studio, SHAPES[0], "fr", FRENCH, text="Bonjour " * 60 + "fin")
    [words] = [widget for widget in below(typist.field) if isinstance(widget, Words)]
    assert words.text.startswith("…")
    assert words.text.endswith("fin")
    assert words.laid.width <= words.rect.width


def test_a_finger_types_and_acts(studio: Studio) -> None:
    typist = Typist(studio, SHAPES[0], "fr", FRENCH)
    for name in ("a", "é", "space", "delete", "ABC"):
        typist.tap(name)
    assert typist.pressed == ["a", "é", Act.SPACE, Act.BACKSPACE, Act.PAGE]
    typist.tap("check")
    typist.tap("arrow-left")
    assert typist.acted == ["send", "back"]
    typist.page.parent.remove_widget(typist.page)
    digits = Typist(studio, SHAPES[0], "ar", DIGITS)
    digits.tap("0")
    assert digits.pressed == ["0"]
    digits.page.parent.remove_widget(digits.page)
