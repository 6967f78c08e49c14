"""A member's card on paper and on a screen: ISO 7810 ID-1, both scripts, the token as a QR code.

Both sides draw it alike: a kiosk hands one card over, the server prints sheets of ten. The same
card always gives the same bytes. No photo, rank, unit or number of a person is on it, as none is
in its code.
"""

from wire.card_sheet.face import NAMELESS, Bilingual, CardFace
from wire.card_sheet.paper import CARDS_A_SHEET, MOST_CARDS, card_pdf, sheets_pdf
from wire.card_sheet.picture import CardPicture, card_picture
from wire.card_sheet.words import bilingual, category_words

__all__ = [
    "CARDS_A_SHEET",
    "MOST_CARDS",
    "NAMELESS",
    "Bilingual",
    "CardFace",
    "CardPicture",
    "bilingual",
    "card_pdf",
    "card_picture",
    "category_words",
    "sheets_pdf",
]
