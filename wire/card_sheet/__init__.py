"""A member's card on paper and on a screen: ISO 7810 ID-1, both scripts, the token as a QR code.

Both sides draw it alike: a kiosk hands one card over, the server prints sheets of ten. The same
card always gives the same bytes. No photo, rank, unit or number of a person is on it, as none is
in its code.

What draws is imported where it is wanted, from ``paper`` and ``picture``: it loads libraries for which
neither a kiosk's window nor a command should wait that draws no card.
"""

from wire.card_sheet.face import CARDS_A_SHEET, MOST_CARDS, NAMELESS, Bilingual, CardFace
from wire.card_sheet.words import bilingual, category_words

__all__ = [
    "CARDS_A_SHEET",
    "MOST_CARDS",
    "NAMELESS",
    "Bilingual",
    "CardFace",
    "bilingual",
    "category_words",
]
