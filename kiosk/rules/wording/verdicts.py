"""What a scan came to, in words for whoever showed a card."""

from collections.abc import Iterator
from typing import Final

from kiosk.rules.desk import Outcome
from kiosk.rules.wording.said import Said, Translator, in_words, sentences_of
from wire.card import RefusalCode

_VERDICTS: Final = {
    Outcome.ACCEPTED: Said("Welcome", "Your visit to this booth is recorded."),
    Outcome.REPEAT: Said("Already recorded", "Your visit is recorded. No need to show your card again."),
    Outcome.STAFF: Said("Staff card", "It is recognised. It is not counted as a visit."),
}
_REPEAT_AT: Final = "Your visit is recorded since {time}. No need to show your card again."
_REFUSALS: Final = {
    RefusalCode.FOREIGN_CODE: Said(
        "This is not a member's card", "Please show your member's card, or ask the staff."
    ),
    RefusalCode.MALFORMED: Said(
        "Your card could not be read", "Please show it again, flat and in the light, or ask the staff."
    ),
    RefusalCode.UNKNOWN_VERSION: Said(
        "Your card is newer than this kiosk", "Please ask the staff to record your visit."
    ),
    RefusalCode.WRONG_BODY: Said(
        "This card is from another organisation", "Please show the card for these days, or ask the staff."
    ),
    RefusalCode.UNKNOWN_KEY: Said(
        "Your card is not known here yet", "Please go to the reception, where it will be checked."
    ),
    RefusalCode.BAD_SIGNATURE: Said(
        "This card was not recognised", "Please go to the reception with your card."
    ),
    RefusalCode.EXPIRED: Said(
        "Your card is no longer valid", "Please go to the membership office. The staff is there for you."
    ),
    RefusalCode.NOT_YET_VALID: Said(
        "Your card is not valid yet", "Please go to the membership office, to check its date."
    ),
    RefusalCode.REVOKED: Said(
        "This card is no longer in use", "If you have a new card, please show it. Otherwise ask the staff."
    ),
    RefusalCode.NOT_INVITED: Said(
        "You are not on this session's list", "Please ask the staff: they may let you in."
    ),
}
_SESSION: Final = "You are present, it is recorded: {session}"
_AT_A_DOOR: Final = {
    "in": Said("Welcome", "You have come in, and are counted."),
    "out": Said("Goodbye", "Thank you for your visit, and see you soon."),
}
_CLOSED: Final = Said("These days are over", "Nothing is recorded here any more. Thank you for your visit.")
_SET_UP: Final = Said(
    "This kiosk is set up already", "Please show this code to the kiosk that it was made for."
)
_REFUSED_OTHERWISE: Final = Said("Your card was not accepted", "Please ask the staff.")
_CANNOT_WRITE: Final = Said(
    "We cannot record your visit", "The trouble is ours, not your card's. Please call the staff."
)


def verdict(
    translator: Translator,
    outcome: str,
    code: str,
    *,
    recorded_at: str = "",
    session: str = "",
    direction: str = "",
) -> Said:
    """Say what a scan came to.

    ``recorded_at`` is the local time of the first visit, ``09:15``; ``session`` is the name of the one
    whose roll is called; ``direction`` is ``in`` or ``out`` at a door.
    """
    if outcome == Outcome.REFUSED:
        turned_away = {str(Outcome.CLOSED): _CLOSED, str(Outcome.PAIRING): _SET_UP}
        known = {str(each): said for each, said in _REFUSALS.items()} | turned_away
        return in_words(translator, known.get(code, _REFUSED_OTHERWISE))
    if outcome == Outcome.ACCEPTED and direction in _AT_A_DOOR:
        return in_words(translator, _AT_A_DOOR[direction])
    said = in_words(translator, _VERDICTS[Outcome(outcome)])
    if outcome == Outcome.ACCEPTED and session:
        return Said(said.title, translator.gettext(_SESSION).format(session=session))
    if outcome == Outcome.REPEAT and recorded_at:
        return Said(said.title, translator.gettext(_REPEAT_AT).format(time=recorded_at))
    return said


def cannot_record(translator: Translator) -> Said:
    """Say that a visit could not be written down; the card may be shown again."""
    return in_words(translator, _CANNOT_WRITE)


def messages() -> Iterator[str]:
    """Give every sentence that a catalogue must hold."""
    yield from sentences_of(_CLOSED, _SET_UP, _REFUSED_OTHERWISE, _CANNOT_WRITE)
    yield from sentences_of(*_VERDICTS.values(), *_REFUSALS.values())
    yield from sentences_of(*_AT_A_DOOR.values())
    yield from (_REPEAT_AT, _SESSION)
