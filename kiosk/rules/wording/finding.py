"""What staff read while they serve by hand: finding a member, another card, a lost one, a family."""

from collections.abc import Iterator
from enum import StrEnum
from typing import Final

from kiosk.rules.wording.said import Said, Translator, in_words, sentences_of


class FindLabel(StrEnum):
    """A button's word or a heading, by its English sentence."""

    FIND = "Find the member"
    FAMILY = "A family"
    WRITE = "Name, phone or number"
    WHO = "Who is it?"
    MORE = "There are others: write more of the name."
    IS_IT = "Is it one of these members?"
    SOMEBODY_ELSE = "Somebody else"
    NO_CARD = "No card"
    CONFIRM_BY = "What confirms it?"
    IT_IS = "It is this member"
    NEW_CARD = "New card"
    CARD_LOST = "Card lost"
    WHY_ANOTHER = "Why a new card? The old one will be refused."
    WHY_A_CARD = "Why a new card?"
    WHY_NONE = "Why is there no card?"
    WHO_CAME = "Who came along?"
    HOW_MANY = "How many?"


REASONS_FOR_A_CARD: Final = {"lost": "Lost", "damaged": "Damaged", "other": "Another reason"}
REASONS_FOR_NONE: Final = {
    "forgotten": "Forgotten",
    "lost": "Lost",
    "unreadable": "Cannot be read",
    "none": "Has none yet",
}
_SAME: Final = {"names": "same name", "phone": "same phone", "employee_number": "same number"}
_DIFFERS: Final = "This does not fit. Please check it, or go back and take something else."
_UNCONFIRMED: Final = Said("Nothing is known that would confirm it", "You can record a visit without a card.")
_LOST: Final = Said("Refuse this card from now on?", "No kiosk takes it any more.")
_FAMILY: Final = Said(FindLabel.FAMILY.value, "Card of the principal, or its number")
_HOW_MANY: Final = "How many came along?"
_COUNTED: Final = {
    "": "From 1 to 20, without names.",
    "nobody": "The server knows no dependants. From 1 to 20.",
    "unknown_card": "The server does not know this card. From 1 to 20.",
    "no_answer": "The server does not answer. From 1 to 20.",
}
_ODD_COUNT: Final = "Please type a number from 1 to 20."
_COME_ONE: Final = "{count} checks in"
_COME_MANY: Final = "{count} check in"
_VISITS_ONE: Final = "{count} visit counts for this booth."
_VISITS_MANY: Final = "{count} visits count for this booth."
_ASKING: Final = Said("One moment, please", "The server is asked.")

_NOT_FOUND: Final = {
    "nobody": Said("Nobody is found", "Write less of the name, or the phone number."),
    "no_answer": Said("The server does not answer", "You can record a visit without a card."),
    "too_many": Said(
        "Too many searches in a short time", "Please wait some minutes, or record a visit without a card."
    ),
    "unknown_staff": Said(
        "The server does not know you", "Come in with your own card or PIN, or ask the office."
    ),
}
_OF_ANY: Final = {
    "not_asked": Said("This was forgotten meanwhile", "Please find the member again."),
    "staff_card": Said("This is a card of the staff", "The office alone replaces or refuses it."),
}
_ASKED: Final = frozenset({"find", "confirm", "household"})


def find_label(translator: Translator, which: FindLabel) -> str:
    """Give the words in a language."""
    return translator.gettext(which.value)


def reason(translator: Translator, code: str) -> str:
    """Name why a member gets another card, or has none at hand."""
    return translator.gettext((REASONS_FOR_NONE | REASONS_FOR_A_CARD)[code])


def same(translator: Translator, which: str) -> str:
    """Say of a field that it is the same as somebody's; nothing of one that has no words."""
    return translator.gettext(_SAME[which]) if which in _SAME else ""


def differs(translator: Translator) -> str:
    """Say that what was typed is not this member's."""
    return translator.gettext(_DIFFERS)


def unconfirmed(translator: Translator) -> Said:
    """Say that nothing can confirm who it is."""
    return in_words(translator, _UNCONFIRMED)


def lost(translator: Translator) -> Said:
    """Ask whether a card is to be refused."""
    return in_words(translator, _LOST)


def family(translator: Translator) -> Said:
    """Ask for the principal's card."""
    return in_words(translator, _FAMILY)


def how_many(translator: Translator, why: str, *, odd: bool) -> Said:
    """Ask how many came, and say why nobody is ticked; ``odd`` where it is no such number."""
    text = _ODD_COUNT if odd else _COUNTED.get(why, _COUNTED["no_answer"])
    return Said(translator.gettext(_HOW_MANY), translator.gettext(text))


def come(translator: Translator, count: int) -> str:
    """Say on a button how many are ticked."""
    return translator.ngettext(_COME_ONE, _COME_MANY, count).format(count=count)


def recorded(translator: Translator, count: int) -> str:
    """Say how many visits were recorded."""
    return translator.ngettext(_VISITS_ONE, _VISITS_MANY, count).format(count=count)


def busy(translator: Translator, what: str) -> Said | None:
    """Ask for a moment while the server is asked; None where it is something else."""
    return in_words(translator, _ASKING) if what in _ASKED else None


def not_done(what: str, code: str) -> Said | None:
    """Give why nobody was found, by ``StaffDone``'s code, in English; None where it is something else."""
    known = _NOT_FOUND.get(code) if what in _ASKED else None
    return known or _OF_ANY.get(code)


def messages() -> Iterator[str]:
    """Give every sentence that a catalogue must hold, but for those with a number."""
    yield from map(str, FindLabel)
    yield from (*REASONS_FOR_A_CARD.values(), *REASONS_FOR_NONE.values(), *_SAME.values(), _DIFFERS)
    yield from (_HOW_MANY, *_COUNTED.values(), _ODD_COUNT)
    yield from sentences_of(_UNCONFIRMED, _LOST, _FAMILY, _ASKING)
    yield from sentences_of(*_NOT_FOUND.values(), *_OF_ANY.values())


def plural_messages() -> Iterator[tuple[str, str]]:
    """Give the sentences that change with a number."""
    yield from ((_COME_ONE, _COME_MANY), (_VISITS_ONE, _VISITS_MANY))
