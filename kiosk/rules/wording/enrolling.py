"""What staff read while they register a member: fields, hints, questions, and the card."""

from collections.abc import Iterator
from enum import StrEnum
from typing import Final

from kiosk.rules.wording.said import Said, Translator, in_words, sentences_of


class FormLabel(StrEnum):
    """A button's word or a heading, by its English sentence."""

    NEXT = "Next"
    SKIP = "Skip"
    SEARCH = "Search"
    SAVE = "Save"
    DISCARD = "Discard"
    PRINT = "Print"
    ANOTHER = "Another"
    REGISTER = "Register"
    SUMMARY = "Is everything right?"
    PHOTOGRAPH = "Photograph this card"
    CONSENT = "Consent"
    OPTIONAL = "optional"
    PLACE = "Name of the place"
    WHOLE = "The whole area"


_FIELDS: Final = {
    "name_ar": "Name in Arabic",
    "name_latin": "Name in Latin letters",
    "category": "Category",
    "principal": "Principal",
    "birth": "Date of birth",
    "employee_number": "Staff number",
    "phone": "Phone",
    "email": "E-mail address",
    "territory": "Place of residence",
    "language": "Preferred language",
    "national_id": "National id number",
}
_CATEGORIES: Final = {
    "active": "Active",
    "retired": "Retired",
    "widow": "Widow or widower",
    "child": "Child",
    "other": "Other rights-holder",
}
_REFUSED: Final = {
    "empty": "This must be filled in.",
    "not_arabic": "In Arabic letters, please.",
    "not_latin": "In Latin letters, please.",
    "no_letters": "A name has letters.",
    "phone": "Please check this number.",
    "email": "Please check this address.",
    "birth": "Please check this date.",
    "number": "Please check this number.",
    "principal": "Please check this number.",
    "national_id": "Please check this number.",
}
_ODD: Final = "Please look at this again."
_PRINCIPAL: Final = "Show the principal's card, or type a number."
_PRINCIPAL_WRITTEN: Final = "Card or number"
_BIRTH: Final = "Day, month, year"
_BIRTH_IN_PART: Final = "Day, month, year; or the year alone"
_LEAVE: Final = Said("Discard this registration?", "Nothing is recorded, and nothing of it is kept.")
_LIKELY: Final = {
    "phone": Said("Registered already?", "This phone was registered here at {time}."),
    "employee_number": Said("Registered already?", "This number was registered here at {time}."),
    "name": Said("Registered already?", "This name was registered here at {time}."),
}
_NOWHERE: Final = Said("No place of this name", "Write less of it, or look for it in the lists.")
_VALID: Final = "Valid until {day}"


def form_label(translator: Translator, which: FormLabel) -> str:
    """Give the words in a language."""
    return translator.gettext(which.value)


def field(translator: Translator, which: str) -> str:
    """Name a field, by its id."""
    return translator.gettext(_FIELDS[which])


def category(translator: Translator, which: str) -> str:
    """Name a category that the body has no words for."""
    return translator.gettext(_CATEGORIES.get(which, _CATEGORIES["other"]))


def refused(translator: Translator, code: str) -> str:
    """Say why what was entered is not taken."""
    return translator.gettext(_REFUSED.get(code, _ODD))


def hint(translator: Translator, which: str, *, in_part: bool) -> str:
    """Say how a field is filled in, where that is not plain; a day of birth perhaps ``in_part``."""
    if which == "birth":
        return translator.gettext(_BIRTH_IN_PART if in_part else _BIRTH)
    return translator.gettext(_PRINCIPAL) if which == "principal" else ""


def written(translator: Translator, which: str) -> str:
    """Say in a few words what stands in an empty field, where that is not plain."""
    return translator.gettext(_PRINCIPAL_WRITTEN) if which == "principal" else ""


def leave(translator: Translator) -> Said:
    """Ask whether to give a registration up."""
    return in_words(translator, _LEAVE)


def likely(translator: Translator, what: str, time: str) -> Said:
    """Say that somebody alike was registered here."""
    said = in_words(translator, _LIKELY.get(what, _LIKELY["name"]))
    return Said(said.title, said.text.format(time=time))


def nowhere(translator: Translator) -> Said:
    """Say that no place was found."""
    return in_words(translator, _NOWHERE)


def valid_until(translator: Translator, day: str) -> str:
    """Say until when a card is good: ``31/12/2029``."""
    return translator.gettext(_VALID).format(day=day)


def messages() -> Iterator[str]:
    """Give every sentence that a catalogue must hold."""
    yield from map(str, FormLabel)
    yield from (*_FIELDS.values(), *_CATEGORIES.values(), *_REFUSED.values(), _ODD)
    yield from (_PRINCIPAL, _PRINCIPAL_WRITTEN, _BIRTH, _BIRTH_IN_PART, _VALID)
    yield from sentences_of(_LEAVE, *_LIKELY.values(), _NOWHERE)
