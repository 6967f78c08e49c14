"""Cards as they are ordered, and as they stand in the registry."""

import secrets
from dataclasses import dataclass
from datetime import date
from typing import Final

from server.store.registry import CardRow
from wire.card import Card

SERVER_CARD_KEY: Final = 1
"""The number of the server's own card key; kiosks have others."""


@dataclass(frozen=True, slots=True)
class CardOrder:
    """What cards to issue: all alike but for their ids. Days are both days of validity."""

    count: int
    category: int
    territory: int
    language: str
    valid_from: date
    valid_to: date


def drawn_card(order: CardOrder, tag: int) -> Card:
    """Draw a card by an order, for the body of this ``tag``; nobody has issued it yet."""
    return Card(
        body_tag=tag,
        key_id=SERVER_CARD_KEY,
        card_id=secrets.randbits(56),
        category=order.category,
        territory=order.territory,
        language=order.language,
        valid_from=order.valid_from,
        valid_to=order.valid_to,
    )


def row_of(card: Card, issued_at: int) -> CardRow:
    """Give what is written down of a card; ``issued_at`` is ms UTC."""
    return CardRow(
        card=str(card.identity),
        category=card.category,
        territory=card.territory,
        language=card.language,
        valid_from=card.valid_from.isoformat(),
        valid_to=card.valid_to.isoformat(),
        issued_at=issued_at,
    )
