"""Which facts nobody has read: of these is kept what a kiosk sent, with the number of the card in it."""

from typing import Final

from sqlalchemy import and_, or_

from server.store import tables as t
from wire.events import KINDS

_NAMES_A_CARD: Final = '"card_id":'
"""So a card stands in what came, and in nothing that is kept of a kind once it is known."""
_KEPT: Final = t.fact.c.detail

UNREAD: Final = and_(
    # A server of before kept kinds that it did not know: those of them that are known now are no other.
    or_(t.fact.c.kind.not_in(sorted(KINDS)), _KEPT.contains(_NAMES_A_CARD, autoescape=True)),
    or_(_KEPT.is_not(None), t.fact.c.sealed.is_not(None)),
)
"""It has no index, so it reads all facts there are. What was emptied is none of these any more."""
