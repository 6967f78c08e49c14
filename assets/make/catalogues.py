"""Compiles what translators wrote: `assets/locale/…/*.po` become the `.mo` that gettext reads."""

import re
from pathlib import Path

from babel.core import Locale
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.plurals import PLURALS
from babel.messages.pofile import PoFileError, read_po

from assets.make.trouble import CannotMakeError

SOURCES = Path(__file__).parent.parent / "locale"
_PATTERN = "*/LC_MESSAGES/*.po"
_TEXT = r'"(?:[^"\\]|\\.)*"'
_LINE = re.compile(rf"\s*(?:#.*|(?:msgctxt|msgid|msgid_plural|msgstr(?:\[\d\])?)\s+{_TEXT}|{_TEXT})?\s*")


def sources() -> list[Path]:
    """Find every catalogue there is."""
    return sorted(SOURCES.glob(_PATTERN))


def make(out: Path) -> None:
    """Write `locale/LANGUAGE/LC_MESSAGES/*.mo` for each catalogue."""
    (out / "locale").mkdir(parents=True, exist_ok=True)
    for source in sources():
        target = (out / "locale" / source.relative_to(SOURCES)).with_suffix(".mo")
        target.parent.mkdir(parents=True, exist_ok=True)
        compile_catalogue(source, target)


def compile_catalogue(source: Path, target: Path) -> None:
    """Compile one catalogue, named after its language two folders up."""
    language = source.parent.parent.name
    try:
        # Babel takes a missing quotation mark for granted, and a letter of the text with it.
        for number, line in enumerate(source.read_text("utf-8").splitlines(), 1):
            if not _LINE.fullmatch(line):
                raise CannotMakeError(
                    f"{source}:{number}: misformed line. Correct it and run the same again."
                )
        with source.open("rb") as file:
            catalogue = read_po(file, locale=Locale.parse(language), abort_invalid=True)
    except (PoFileError, UnicodeDecodeError, ValueError) as error:
        raise CannotMakeError(f"{source}: {error}. Correct it and run the same again.") from error
    _check(source, language, catalogue)
    with target.open("wb") as file:
        write_mo(file, catalogue)


def _check(source: Path, language: str, catalogue: Catalog) -> None:
    # CLDR has no plural rule for Tamazight (zgh): there the catalogue's own header holds.
    if language in PLURALS and catalogue.num_plurals != PLURALS[language][0]:
        raise CannotMakeError(
            f"{source}: its header counts {catalogue.num_plurals} plural forms, and {language} has "
            f'{PLURALS[language][0]}: write "Plural-Forms: nplurals={PLURALS[language][0]}; '
            f'plural={PLURALS[language][1]};\\n" there.'
        )
    # A placeholder that a translation lost or misspelt would stop a kiosk in the middle of a sentence.
    for message, errors in catalogue.check():
        raise CannotMakeError(f"{source}:{message.lineno}: {errors[0]}. Correct it and run the same again.")
