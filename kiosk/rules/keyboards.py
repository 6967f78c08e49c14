"""The keys of the keyboards on the screen: which letter stands where; no pixels.

A key is a text of what it types, or one of :class:`Act`. Where the orders come from:

- Arabic: the Arabic (102) AZERTY order of keyboards sold in Morocco, with ڭ, ڤ and پ for Moroccan names.
- French: AZERTY, with the accented letters of French on a page of their own beside it.
- English: as French. AZERTY is what stands on desks in Morocco, and whoever learnt QWERTY finds A to Z there.
- Tamazight: the basic layout of the Institut royal de la culture amazighe (IRCAM), AZERTY order.
- Digits: as on a telephone, never mirrored.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Act(StrEnum):
    """What a key does that types no letter."""

    BACKSPACE = "backspace"
    SPACE = "space"
    PAGE = "page"
    """Shows the keyboard's next page: signs, or capitals."""


Key = str | Act


@dataclass(frozen=True, slots=True)
class Keyboard:
    """Pages of rows of keys; ``rtl`` where the row begins on the right. ``label`` names its next page."""

    pages: tuple[tuple[tuple[Key, ...], ...], ...]
    labels: tuple[str, ...]
    rtl: bool = False

    def types(self) -> Iterator[str]:
        """Give every text that some key types."""
        for page in self.pages:
            for row in page:
                yield from (key for key in row if not isinstance(key, Act))


def _rows(*rows: str) -> tuple[tuple[Key, ...], ...]:
    return tuple(tuple(row.split(" ")) for row in rows)


ARABIC: Final = Keyboard(
    (
        _rows("ض ص ث ق ف غ ع ه خ ح ج د", "ش س ي ب ل ا ت ن م ك ط ذ", "ئ ء ؤ ر ى ة و ز ظ أ إ آ"),
        _rows(
            "1 2 3 4 5 6 7 8 9 0",
            ". ، : ؛ ! ؟ - « » (",
            "ڭ ڤ پ @ / + % & ـ )",
        ),
    ),
    ("123", "أبت"),
    rtl=True,
)
FRENCH: Final = Keyboard(
    (
        _rows("a z e r t y u i o p", "q s d f g h j k l m", "w x c v b n é è à ç"),
        _rows("A Z E R T Y U I O P", "Q S D F G H J K L M", "W X C V B N É È À Ç"),
        _rows("1 2 3 4 5 6 7 8 9 0", ". , : ; ! ? - ' \" (", "ê ë î ï ô ù û œ @ )"),
    ),
    ("ABC", "123", "abc"),
)
TAMAZIGHT: Final = Keyboard(
    (
        _rows("ⴰ ⵣ ⴻ ⵔ ⵜ ⵢ ⵓ ⵉ ⵄ ⵃ", "ⵇ ⵙ ⴷ ⴼ ⴳ ⵀ ⵊ ⴽ ⵍ ⵎ", "ⵡ ⵅ ⵛ ⵖ ⴱ ⵏ ⵟ ⴹ ⵚ ⵥ"),
        _rows("1 2 3 4 5 6 7 8 9 0", ". , : ; ! ? - ' \" (", "ⵕ ⴳⵯ ⴽⵯ ⵯ @ / + % & )"),
    ),
    ("123", "ⴰⴱⵛ"),
)
DIGITS: Final = Keyboard((_rows("1 2 3", "4 5 6", "7 8 9"),), ("",))
"""The zero and the way to rub out stand in the bottom row."""
CARD_DIGITS: Final = Keyboard((_rows("1 2 3 a b", "4 5 6 c d", "7 8 9 e f"),), ("",))
"""The digits of a card's number, as it is printed; the zero as above."""

KEYBOARDS: Final = {"ar": ARABIC, "fr": FRENCH, "zgh": TAMAZIGHT, "en": FRENCH}


class Typed:
    """A text that is being typed, in the order in which it is read; its end is where letters go.

    There is no way to the middle of it: rubbing out and typing anew is what people do standing.
    """

    def __init__(self, text: str = "", most: int = 500) -> None:
        self.text = text
        self._most = most

    def press(self, key: Key) -> bool:
        """Take a key; False where nothing has changed: a full text, nothing left to rub out."""
        before = self.text
        if key == Act.BACKSPACE:
            self.text = _without_last(self.text)
        elif key == Act.SPACE:
            self._add(" " if self.text and not self.text.endswith(" ") else "")
        elif not isinstance(key, Act):
            self._add(key)
        return self.text != before

    def paste(self, text: str) -> None:
        """Take as much of a longer text as there is room for, without what cannot be seen."""
        self._add("".join(letter for letter in text if letter.isprintable())[: self._most])

    def wipe(self) -> None:
        """Forget it."""
        self.text = ""

    def _add(self, text: str) -> None:
        if len(self.text) + len(text) <= self._most:
            self.text += text
        else:
            self.text += text[: self._most - len(self.text)]


def _without_last(text: str) -> str:
    """Rub out one letter: with the marks on it, and both halves of a labialised one (ⴳⵯ)."""
    cut = text[:-1]
    if text.endswith("ⵯ") and cut and cut[-1] in "ⴳⴽ":
        return cut[:-1]
    return cut
