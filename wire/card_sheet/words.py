"""Words of a programme as a card says them: in Arabic, and in Latin letters."""

from collections.abc import Mapping, Sequence
from typing import Final

from wire.card import Category
from wire.card_sheet.face import Bilingual
from wire.described import CategoryWords

_LATIN: Final = ("fr", "en")

USUAL: Final[Mapping[int, Bilingual]] = {
    Category.ACTIVE: Bilingual("نشيط", "Actif"),
    Category.RETIRED: Bilingual("متقاعد", "Retraité"),
    Category.WIDOW: Bilingual("أرملة أو أرمل", "Veuve ou veuf"),
    Category.CHILD: Bilingual("ابن أو ابنة", "Enfant"),
    Category.OTHER: Bilingual("من ذوي الحقوق", "Ayant droit"),
    Category.STAFF: Bilingual("فريق التنظيم", "Organisation"),
}
"""What stands on a card where its body has no words of its own."""


def bilingual(names: Mapping[str, str]) -> Bilingual:
    """Choose a card's words among those by language; French before English."""
    latin = (names[language] for language in _LATIN if names.get(language))
    return Bilingual(names.get("ar", ""), next(latin, ""))


def category_words(category: int, told: Sequence[CategoryWords]) -> Bilingual:
    """Say a category as the body calls it, else as usual; nothing for one that is not known."""
    name = Category(category).name.lower() if category in USUAL else ""
    own = bilingual(next((words.names for words in told if words.id == name), {}))
    usual = USUAL.get(category, Bilingual())
    return Bilingual(own.arabic or usual.arabic, own.latin or usual.latin)
