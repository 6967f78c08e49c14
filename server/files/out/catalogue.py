"""The words of files: one catalogue a language, apart from those of pages."""

import gettext
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

from server import ServerError
from server.rules.wording import Words

LANGUAGES: Final = ("ar", "fr", "en", "zgh")
_CATALOGUE: Final = "files"


class LanguageError(ServerError):
    """Files cannot be written in this language; the message says what to do."""


@cache
def words_of(language: str, assets: Path) -> Words:
    """Give the words of a language; ``assets`` holds ``locale/``. Raises :class:`LanguageError`."""
    if language == "en":
        return Words(language, gettext.NullTranslations())
    try:
        return Words(language, gettext.translation(_CATALOGUE, assets / "locale", [language]))
    except OSError:
        there = ", ".join([*_made(assets), "en"])
        raise LanguageError(
            f"files are not translated into {language!r} yet: choose one of {there} with --language"
        ) from None


def languages_made(assets: Path) -> list[str]:
    """Give the languages in which files can be written; ``assets`` holds ``locale/``."""
    made = {*_made(assets), "en"}
    return [language for language in LANGUAGES if language in made]


def _made(assets: Path) -> Mapping[str, None]:
    found = sorted(assets.glob(f"locale/*/LC_MESSAGES/{_CATALOGUE}.mo"))
    return dict.fromkeys(path.parents[1].name for path in found)
