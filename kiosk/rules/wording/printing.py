"""What staff read while a card is printed: that it is, that it is done, or why it does not come out."""

from collections.abc import Iterator
from typing import Final

from kiosk.rules.wording.said import Said, Translator, in_words, sentences_of

_PRINTING: Final = Said("Printing the card", "This takes a moment.")
_DONE: Final = Said("The card is printed", "Please hand it over.")
_CALL: Final = "Photograph the card, and call a technician."
_SWITCHED_ON: Final = "Is it switched on and connected? Then print the card again."
_NOT_DONE: Final = {
    "no_server": Said("The print service does not run", _CALL),
    "no_printer": Said("No printer is set up here", _CALL),
    "paused": Said("The printer is paused", _CALL),
    "rejecting": Said("The printer is closed to new jobs", _CALL),
    "paper": Said("The printer has no paper", "Put some in, then print the card again."),
    "open": Said("The printer is open", "Close it, then print the card again."),
    "jam": Said("Paper is stuck in the printer", "Take it out, then print the card again."),
    "ink": Said("The printer has no ink left", "Change the cartridge, or photograph the card."),
    "offline": Said("The printer does not answer", _SWITCHED_ON),
    "late": Said("The printer is too slow", _SWITCHED_ON),
    "refused": Said("The printer did not take the card", "Print it again, or photograph it."),
    "kept": Said("The card is printed", "A copy is left in the print service. Please call a technician."),
}
_ANY: Final = Said("The card is not printed", "Photograph the card meanwhile, or print it again.")


def busy(translator: Translator) -> Said:
    """Ask for a moment while a card is printed."""
    return in_words(translator, _PRINTING)


def done(translator: Translator) -> Said:
    """Say that a card is printed."""
    return in_words(translator, _DONE)


def not_done(translator: Translator, code: str) -> Said:
    """Say why a card does not come out, by the printer's trouble."""
    return in_words(translator, _NOT_DONE.get(code, _ANY))


def messages() -> Iterator[str]:
    """Give every sentence that a catalogue must hold."""
    yield from sentences_of(_PRINTING, _DONE, *_NOT_DONE.values(), _ANY)
