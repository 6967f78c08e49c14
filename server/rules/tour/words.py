"""What the tour says and how it looks: categories, consents, notices, theme, retention."""

import re
from collections.abc import Sequence
from typing import Final

from server.rules.names import LANGUAGES, REQUIRED
from server.rules.reader import Place, Reader, shown
from server.rules.tour.lists import entries, refuse_double_ids
from wire.card import Category
from wire.described import CategoryWords, Consent, Notice, Theme

CATEGORIES: Final = tuple(
    category.name.lower() for category in Category if category not in (Category.UNKNOWN, Category.STAFF)
)
PURPOSES: Final = {
    "visits": 90,
    "registrations": 365,
    "sign_ups": 365,
    "sessions": 365,
    "feedback": 180,
}
"""For what personal data are kept, and the days after which the link to the person is deleted by default."""
MAX_RETENTION: Final = 3650
MAX_VERSION: Final = 2**31 - 1
LEAST_CONTRAST: Final = 7.0
_COLOUR = re.compile(r"#[0-9a-f]{6}")
_LIGHTEST_LINEAR: Final = 0.04045


def read_languages(reader: Reader, value: object) -> list[str]:
    """Read the tour's languages, the first for whoever has not chosen; Arabic and French must be there."""
    place = ("tour", "languages")
    languages: list[str] = []
    for here, entry in entries(reader, value, place):
        language = reader.choice(entry, here, tuple(LANGUAGES), "language of a tour")
        if language in languages:
            reader.note(here, f"{shown(language)} stands here a second time", "take one of them out")
        elif language in LANGUAGES:
            languages.append(language)
    if value is None or not languages:
        return list(REQUIRED)
    for language in REQUIRED:
        if language not in languages:
            what = f"{LANGUAGES[language]} is not among the tour's languages"
            reader.note(place, what, f"write {language} beside the others")
    return languages


def read_categories(reader: Reader, value: object) -> list[CategoryWords]:
    """Read what the body calls the categories of its cards."""
    categories = []
    for place, entry in reader.tables(value, ("categories",)):
        table = reader.table(entry, place, required=("id", "names"))
        categories.append(
            CategoryWords(
                id=reader.choice(table.get("id"), (*place, "id"), CATEGORIES, "category of a card"),
                names=reader.names(table.get("names"), (*place, "names")),
            )
        )
    refuse_double_ids(reader, "categories", categories)
    return categories


def read_consents(reader: Reader, value: object, languages: Sequence[str]) -> list[Consent]:
    """Read the texts that members agree to, in every language of the tour."""
    consents = []
    for place, entry in reader.tables(value, ("consents",)):
        table = reader.table(entry, place, required=("id", "texts"), optional=("version",))
        consents.append(
            Consent(
                id=reader.slug(table.get("id"), (*place, "id")),
                texts=reader.texts(table.get("texts"), (*place, "texts"), languages),
                version=reader.whole(table.get("version"), (*place, "version"), 1, MAX_VERSION) or 1,
            )
        )
    refuse_double_ids(reader, "consents", consents)
    return consents


def read_notices(reader: Reader, value: object, languages: Sequence[str]) -> list[Notice]:
    """Read the texts that members may read at any time, in every language of the tour."""
    notices = []
    for place, entry in reader.tables(value, ("notices",)):
        table = reader.table(entry, place, required=("id", "names", "texts"))
        notices.append(
            Notice(
                id=reader.slug(table.get("id"), (*place, "id")),
                names=reader.names(table.get("names"), (*place, "names")),
                texts=reader.texts(table.get("texts"), (*place, "texts"), languages),
            )
        )
    refuse_double_ids(reader, "notices", notices)
    return notices


def read_theme(reader: Reader, value: object, languages: Sequence[str]) -> Theme:
    """Read the colours; white words must be readable on ``colour``, black ones on ``accent``."""
    table = reader.table(value, ("theme",), required=(), optional=("colour", "accent"))
    default = Theme()
    colour = _colour(reader, table.get("colour"), ("theme", "colour"), default.colour, "#ffffff")
    accent = _colour(reader, table.get("accent"), ("theme", "accent"), default.accent, "#000000")
    return Theme(colour=colour, accent=accent, languages=list(languages))


def _colour(reader: Reader, value: object, place: Place, default: str, words: str) -> str:
    if value is None:
        return default
    colour = reader.text(value, place).strip().lower()
    if not isinstance(value, str):
        return default
    if not _COLOUR.fullmatch(colour):
        reader.note(place, f"{shown(value)} is no colour", f"write # and six hex digits, such as {default}")
        return default
    contrast = _contrast(colour, words)
    if contrast < LEAST_CONTRAST:
        named, other = ("white", "darker") if words == "#ffffff" else ("black", "lighter")
        what = f"{named} words on {colour} have a contrast of {contrast:.1f} to 1"
        instead = f"write a {other} colour: {LEAST_CONTRAST:.0f} to 1 is read by old eyes, such as {default}"
        reader.note(place, what, instead)
    return colour


def _contrast(one: str, other: str) -> float:
    """Give WCAG 2's contrast ratio of two colours, 1 to 21."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    def linear(channel: int) -> float:
        share = channel / 255
        return share / 12.92 if share <= _LIGHTEST_LINEAR else ((share + 0.055) / 1.055) ** 2.4

    red, green, blue = (linear(channel) for channel in bytes.fromhex(colour[1:]))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def read_retention(reader: Reader, value: object) -> dict[str, int]:
    """Read how many days personal data are kept, by purpose."""
    table = reader.table(value, ("retention",), required=(), optional=tuple(PURPOSES))
    return {
        purpose: reader.whole(table.get(purpose), ("retention", purpose), 1, MAX_RETENTION) or days
        for purpose, days in PURPOSES.items()
    }
