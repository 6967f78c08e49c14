"""Names that people read on a screen, a card or a page: what one may hold."""

import unicodedata
from typing import Final

LANGUAGES: Final = {"ar": "Arabic", "fr": "French", "zgh": "Tamazight", "en": "English"}
"""The languages of names, as a reader of a message calls them."""
REQUIRED: Final = ("ar", "fr")
MAX_CHARACTERS: Final = 300
MAX_TEXT: Final = 4000
MAX_LABEL: Final = 64

_JOINERS = "\u200c\u200d"  # Arabic script and Tifinagh are written with them
_REPLACEMENT = "\ufffd"
_UNSEEN = frozenset({"Cc", "Cs", "Co", "Zl", "Zp"})
_NONCHARACTERS = range(0xFDD0, 0xFDF0)


def tidy(name: str) -> str:
    """Give the form in which a name is kept: NFC, without spaces around it."""
    return unicodedata.normalize("NFC", name).strip()


def folded(name: str) -> str:
    """Give the form in which two names are the same to a reader: case and spaces do not count."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def objection(name: str) -> tuple[str, str] | None:
    """Say why a text cannot be a name, and what to write instead; nothing where it can."""
    if len(tidy(name)) > MAX_CHARACTERS:
        return (
            f"the name has {len(tidy(name))} characters",
            f"write at most {MAX_CHARACTERS}; a screen shows the first 40 or so",
        )
    return _objection(name, "name")


def is_label(name: str) -> bool:
    """Say whether an operator may call a kiosk or one of the staff so: one line that can be printed."""
    return 1 <= len(name) <= MAX_LABEL and name.isprintable() and name == name.strip()


def text_objection(text: str) -> tuple[str, str] | None:
    """Say why this cannot be a text of one or more lines, and what to write instead."""
    if len(tidy(text)) > MAX_TEXT:
        return f"the text has {len(tidy(text))} characters", f"write at most {MAX_TEXT}; nobody reads more"
    return _objection(text.replace("\r\n", "\n").replace("\n", " "), "text")


def _objection(text: str, what: str) -> tuple[str, str] | None:
    kept = tidy(text)
    if not kept:
        return f"the {what} is empty", f"write the {what} as members shall read it"
    for character in text:
        if character == _REPLACEMENT:
            return (
                f"the {what} holds U+FFFD, the mark of a character that an earlier program lost",
                f"write the {what} again",
            )
        if _cannot_be_seen(character):
            return f"the {what} holds {described(character)}, which nobody can see", "take the character out"
    if not any(unicodedata.category(character)[0] in "LN" for character in kept):
        return f"the {what} has neither a letter nor a digit", f"write the {what} as members shall read it"
    return None


def described(character: str) -> str:
    """Name a character for someone who cannot see it: ``U+202E (RIGHT-TO-LEFT OVERRIDE)``."""
    plain = "a control character" if unicodedata.category(character) == "Cc" else ""
    name = unicodedata.name(character, plain)
    return f"U+{ord(character):04X}" + (f" ({name})" if name else "")


def _cannot_be_seen(character: str) -> bool:
    category = unicodedata.category(character)
    if category in _UNSEEN:
        return True
    if category == "Cf":
        # A sign such as U+0600 is drawn, and is AN; the controls of direction and the zero widths are not.
        return character not in _JOINERS and unicodedata.bidirectional(character) != "AN"
    return ord(character) in _NONCHARACTERS or ord(character) & 0xFFFE == 0xFFFE  # noqa: PLR2004 - U+xxFFFE and U+xxFFFF
