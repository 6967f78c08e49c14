"""Sentences of a member's dialogue: what is agreed to, what came of it, and whether anybody is there."""

from collections.abc import Iterator
from typing import Final

from kiosk.rules.wording.labels import FACES, Label
from kiosk.rules.wording.said import Said, Translator, in_words, sentences_of

_MOMENT: Final = Said("One moment, please", "It is being recorded.")
_DONE: Final = {
    "sign_up": Said("You are signed up", "{offer}"),
    "withdrawal": Said("You have withdrawn", "{offer}"),
    "feedback": Said("Thank you", "Your opinion is recorded, and the staff will read it."),
}
_NOT_DONE: Final = Said("This is no longer possible", "Please show your card again, or ask the staff.")
_CANNOT_DO: Final = Said(
    "We cannot record this just now", "The trouble is ours. Please try again, or call the staff."
)
_STILL_THERE: Final = Said("Are you still there?", "This screen closes soon, and keeps nothing of yours.")
_COMING: Final = Said("Somebody is coming", "Please stay here for a moment.")
_MAY_CALL: Final = Said("May the staff call you?", "They call the number that we know, by your card.")
_SHOW_CARD: Final = Said("Show your card", "It is not counted as a visit.")

_RECEIVES: Final = "I agree that {partner} receives this to contact me."
_GIVES: Final = "Shared: your name"
_GIVES_KNOWN: Final = "Shared: your name and number"
_GIVES_TYPED: Final = "Shared: your name and {number}"
_UNTIL: Final = "Until you withdraw"
_UNTIL_ONE: Final = "{count} day, unless you withdraw"
_UNTIL_MANY: Final = "{count} days, unless you withdraw"
_WITHDRAW: Final = "Withdraw from {offer}?"
_NO_LONGER: Final = "{partner} will no longer receive your data."
_ELSEWHERE: Final = "If you signed up at another kiosk, this ends it."


def moment(translator: Translator) -> Said:
    """Ask for a moment while a wish is done."""
    return in_words(translator, _MOMENT)


def done(translator: Translator, what: str, offer: str) -> Said:
    """Say that a ``sign_up``, a ``withdrawal`` or ``feedback`` is recorded; ``offer`` is its name."""
    said = in_words(translator, _DONE[what]) if what == "feedback" else _DONE[what]
    return Said(translator.gettext(said.title), said.text.replace("{offer}", offer))


def not_done(translator: Translator) -> Said:
    """Say that a wish came too late: its dialogue is over, or what it was for is there no more."""
    return in_words(translator, _NOT_DONE)


def cannot_do(translator: Translator) -> Said:
    """Say that a wish could not be written down."""
    return in_words(translator, _CANNOT_DO)


def still_there(translator: Translator) -> Said:
    """Ask whether anybody is there, before all of it is wiped."""
    return in_words(translator, _STILL_THERE)


def coming(translator: Translator) -> Said:
    """Say that the staff were called."""
    return in_words(translator, _COMING)


def may_call(translator: Translator) -> Said:
    """Ask whether the staff may call whoever tells of an urgent case."""
    return in_words(translator, _MAY_CALL)


def show_card(translator: Translator) -> Said:
    """Ask for the card of whoever tells us something."""
    return in_words(translator, _SHOW_CARD)


def receives(translator: Translator, partner: str) -> str:
    """Say what a member agrees to where the programme has no words of its own for it."""
    return translator.gettext(_RECEIVES).format(partner=partner)


def gives(translator: Translator, *, phone: bool, typed: str = "") -> str:
    """Say what a partner receives; ``typed`` is the number that was chosen instead of the known one."""
    words = _GIVES if not phone else _GIVES_TYPED if typed else _GIVES_KNOWN
    return translator.gettext(words).format(number=typed)


def until(translator: Translator, days: int) -> str:
    """Say for how long it is kept: so many days, or 0 where nobody has said."""
    if not days:
        return translator.gettext(_UNTIL)
    return translator.ngettext(_UNTIL_ONE, _UNTIL_MANY, days).format(count=days)


def withdraw(translator: Translator, offer: str, partner: str, *, known: bool) -> Said:
    """Ask whether to end a sign-up; one made elsewhere is not ``known`` here."""
    text = translator.gettext(_NO_LONGER).format(partner=partner)
    return Said(
        translator.gettext(_WITHDRAW).format(offer=offer), text if known else translator.gettext(_ELSEWHERE)
    )


def messages() -> Iterator[str]:
    """Give every sentence that a catalogue must hold, but for those with a number."""
    yield from map(str, Label)
    yield from FACES
    yield from sentences_of(_MOMENT, _DONE["feedback"], _NOT_DONE, _CANNOT_DO)
    yield from sentences_of(_STILL_THERE, _COMING, _MAY_CALL, _SHOW_CARD)
    yield from (_DONE["sign_up"].title, _DONE["withdrawal"].title)
    yield from (_RECEIVES, _GIVES, _GIVES_KNOWN, _GIVES_TYPED, _UNTIL)
    yield from (_WITHDRAW, _NO_LONGER, _ELSEWHERE)


def plural_messages() -> Iterator[tuple[str, str]]:
    """Give the sentences that change with a number."""
    yield (_UNTIL_ONE, _UNTIL_MANY)
