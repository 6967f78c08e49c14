"""The languages that a kiosk offers, and their catalogues of words."""

import gettext
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

from kiosk.rules.wording import Translator


@dataclass(frozen=True, slots=True)
class Language:
    """A language by its code, and by its own name in its own script."""

    code: str
    name: str


LANGUAGES: Final = (Language("ar", "العربية"), Language("fr", "Français"))
OFFERED: Final = tuple(language.code for language in LANGUAGES)


class Catalogues:
    """Compiled catalogues below a folder, ``ar/LC_MESSAGES/kiosk.mo``."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.of = lru_cache(maxsize=8)(self._of)

    def _of(self, language: str) -> Translator:
        """Give the catalogue of a language; English words where there is none."""
        return gettext.translation("kiosk", self._folder, [language], fallback=True)
