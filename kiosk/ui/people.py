"""How members stand on the staff's screens: a tile of one who may be meant, and a card just made."""

from dataclasses import replace
from typing import Final

from kiosk.notices import Registered, Reissued
from kiosk.rules.wording import FindLabel, FormLabel, Said, Translator, enrolling, finding
from kiosk.ui.finding import category_id
from kiosk.ui.programme import Told
from kiosk.ui.view import Act, Action, CardShown, Choice, Do, Line, View
from wire.asking import Match

WAY_ICONS: Final = {"phone": "phone", "birth": "cake", "employee_number": "hash"}
CARD_KEYS: Final = "card"
"""Stands for the pad with which a card's number is typed."""
_CATEGORY_ICONS: Final = {"active": "user-check", "retired": "armchair", "widow": "heart", "child": "baby"}
_MOST_ALIKE: Final = 3


def icon_of(category: str) -> str:
    """Name the icon of a category, by its id."""
    return _CATEGORY_ICONS.get(category, "user")


def names_of(name_ar: str, name_latin: str) -> str:
    """Give a name in both scripts, as far as there are two."""
    return " · ".join(filter(None, (name_ar, name_latin)))


def category_of(told: Told, words: Translator, language: str, category: int) -> str:
    """Name a card's category; nothing where none is known."""
    which = category_id(category)
    if not which:
        return ""
    return told.category(which, language) or enrolling.category(words, which)


def tile_of(match: Match, words: Translator, *notes: Line) -> Choice:
    """Give the tile of somebody who may be meant, with what is known of them."""
    return Choice(
        Act(Do.MATCH, match.member),
        icon_of(category_id(match.category)),
        names_of(match.name_ar, match.name_latin),
        notes=tuple(note for note in notes if note.words),
        badge="" if match.has_card else finding.find_label(words, FindLabel.NO_CARD),
    )


def alike(matches: tuple[Match, ...], words: Translator) -> tuple[Choice, ...]:
    """Give the tiles of who is known already, the likeliest alone, each with what is the same."""
    return tuple(
        tile_of(
            match, words, Line("", " · ".join(filter(None, (finding.same(words, of) for of in match.same))))
        )
        for match in matches[:_MOST_ALIKE]
    )


def card_view(
    view: View, words: Translator, made: Registered | Reissued, names: tuple[str, str], actions: list[Action]
) -> View:
    """Show a card, to be photographed and, where there is a printer, printed; names Arabic, then Latin."""
    valid = enrolling.valid_until(words, f"{made.valid_to:%d/%m/%Y}")
    if made.can_print:
        printed = Action(Act(Do.PRINT), "printer", enrolling.form_label(words, FormLabel.PRINT))
        actions = [printed, *actions]
    card = CardShown(made.token, *names, (valid, made.card))
    said = Said(enrolling.form_label(words, FormLabel.PHOTOGRAPH), "")
    return replace(view, said=said, card=card, actions=tuple(actions))
