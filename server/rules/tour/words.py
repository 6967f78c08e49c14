"""What the tour says: languages, categories, consents, notices, retention."""

from collections.abc import Sequence
from typing import Final

from server.rules.names import LANGUAGES, REQUIRED
from server.rules.reader import Reader, shown
from server.rules.tour.lists import entries, refuse_double_ids
from wire.card import Category
from wire.described import CategoryWords, Consent, Notice

CATEGORIES: Final = tuple(
    category.name.lower() for category in Category if category not in (Category.UNKNOWN, Category.STAFF)
)
PURPOSES: Final = {
    "visits": 90,
    "registrations": 365,
    "sign_ups": 365,
    "sessions": 365,
    "feedback": 180,
    "quarantine": 180,
    "audit": 1095,
}
"""For what personal data are kept, and the days after which the link to the person is deleted by default.

``quarantine`` is what came and could not be used, ``audit`` the log of looks at members: docs/rights.md."""
MAX_RETENTION: Final = 3650
MAX_VERSION: Final = 2**31 - 1


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


def read_retention(reader: Reader, value: object) -> dict[str, int]:
    """Read how many days personal data are kept, by purpose."""
    table = reader.table(value, ("retention",), required=(), optional=tuple(PURPOSES))
    return {
        purpose: reader.whole(table.get(purpose), ("retention", purpose), 1, MAX_RETENTION) or days
        for purpose, days in PURPOSES.items()
    }
