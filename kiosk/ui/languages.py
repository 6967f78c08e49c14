"""The languages that a kiosk offers, and their catalogues of words."""

import gettext
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from kiosk.assets import NotMadeError
from kiosk.rules.wording import Translator


@dataclass(frozen=True, slots=True)
class Language:
    """A language by its code, and by its own name in its own script."""

    code: str
    name: str


LANGUAGES: Final = (
    Language("ar", "العربية"),
    Language("fr", "Français"),
    Language("zgh", "ⵜⴰⵎⴰⵣⵉⵖⵜ"),
    Language("en", "English"),
)
"""In the order in which they are offered, the same on every kiosk."""
OFFERED: Final = tuple(language.code for language in LANGUAGES)
SOURCE: Final = "en"
"""The language of the sentences in the code: they are said as they stand, and have no catalogue."""


class Catalogues:
    """The words of every language that is offered, from ``ar/LC_MESSAGES/kiosk.mo`` below a folder."""

    def __init__(self, folder: Path) -> None:
        """Read them all at once; raises ``NotMadeError`` where one is missing.

        That a language has no words shows when a kiosk starts, not when a member touches it.
        """
        self._words: dict[str, Translator] = {SOURCE: gettext.NullTranslations()}
        for language in OFFERED:
            if language != SOURCE:
                self._words[language] = _read(folder, language)

    def of(self, language: str) -> Translator:
        """Give the words of a language that is offered."""
        return self._words[language]


def _read(folder: Path, language: str) -> Translator:
    try:
        return gettext.translation("kiosk", folder, [language])
    except OSError:
        raise NotMadeError(f"The words in {language!r} are not made yet: run ./riwaq once.") from None
