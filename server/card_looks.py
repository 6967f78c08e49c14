"""What all cards of a body have in common: its name, colour and logo, and its words for categories."""

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from server.office import Office, OfficeError
from server.rules.fair import FairDefinition
from server.store.engine import Store
from server.store.registry import Registry
from wire.card_sheet import NAMELESS, Bilingual, CardFace, bilingual, category_words
from wire.described import CategoryWords


@dataclass(frozen=True, slots=True)
class CardLooks:
    """How this body's cards look."""

    body: Bilingual
    categories: Sequence[CategoryWords]
    colour: str
    logo: bytes

    def face(self, token: str, category: int, name: Bilingual = NAMELESS) -> CardFace:
        """Give what stands on one card; without a name the category stands for it."""
        words = category_words(category, self.categories)
        return CardFace(token, self.body, words, name, self.colour, self.logo)


def card_looks(store: Store, office: Office) -> CardLooks:
    """Give what the fair says that ends last; raises :class:`OfficeError` where there is none."""
    with store.reading() as connection:
        registry = Registry(connection, office.body)
        rows = registry.fairs()
        if not rows:
            raise OfficeError("no tour is loaded yet: start with  riwaq-server tour load FILE")
        fairs = [msgspec.json.decode(row.definition, type=FairDefinition) for row in rows]
        latest = max(fairs, key=lambda definition: max(definition.fair.days))
        logo = registry.logo_other_than(latest.fair.id, "") or b""
    return CardLooks(bilingual(latest.body.names), latest.categories, latest.theme.colour, logo)
