"""What a kiosk says to the technician who brings its code, or sets up its scanner."""

from collections.abc import Iterator
from typing import Final

from kiosk.rules.wording.said import Said, Translator, in_words, sentences_of
from wire.pairing import PairingRefusal

_PAIRING: Final = Said("Pairing code", "Show it here, on paper or on a telephone.")
_ASKING: Final = Said("One moment, please", "The server is being asked.")
_NO_ANSWER: Final = Said(
    "The server does not answer",
    "Please check the network cable or the Wi-Fi. This kiosk goes on trying.",
)
_PAIRED: Final = Said("This kiosk is ready", "Its name: {name}")
_PAIRING_HELP: Final = "How to pair this kiosk"
# Of words that stay together: it stands on a line of its own.
_PAIRING_COMMAND: Final = "riwaq-server kiosk add … --pairing".replace(" ", "\u00a0")
_PAIRING_STEP: Final = "The organizer makes a code, good for 15 minutes: {command}"
_PAIRING_HOLD: Final = "Hold it a hand's length from the camera."
_PAIRING_HOLD_SCANNER: Final = "Hold it up to the reader."
_PAIRING_WAIT: Final = "Wait for the green screen."
_SCANNER_SET_UP: Final = Said("The reader is set up", "Show a card to try it.")
_ASK_FOR_ANOTHER: Final = "Please ask the organizer for a new code."
_PAIRING_REFUSALS: Final = {
    PairingRefusal.NOT_A_CODE: Said(
        "This is not a pairing code", "Please show the code that the organizer made for this kiosk."
    ),
    PairingRefusal.MALFORMED: Said(
        "The code could not be read", "It is damaged. Please show it flat and in the light."
    ),
    PairingRefusal.UNKNOWN_VERSION: Said(
        "This code is of another version",
        "This kiosk's program is older or newer than the server's. Please update it.",
    ),
    PairingRefusal.FOREIGN: Said(
        "This code is from another organisation", "Please show a code that your organizer has made."
    ),
    PairingRefusal.ACCOUNT: Said("The server does not let this code in", _ASK_FOR_ANOTHER),
    PairingRefusal.USED: Said("This code was used already", _ASK_FOR_ANOTHER),
    PairingRefusal.EXPIRED: Said(
        "This code is no longer valid", "It is good for 15 minutes. Please ask for a new one."
    ),
    PairingRefusal.FORGED: Said("This code was not recognised", _ASK_FOR_ANOTHER),
    PairingRefusal.WITHDRAWN: Said("This code was withdrawn", _ASK_FOR_ANOTHER),
}
_PAIRING_REFUSED_OTHERWISE: Final = Said("This code was not accepted", _ASK_FOR_ANOTHER)


def pairing(translator: Translator) -> Said:
    """Ask a technician for this kiosk's pairing code."""
    return in_words(translator, _PAIRING)


def asking(translator: Translator) -> Said:
    """Ask for a moment while the server looks at a pairing code."""
    return in_words(translator, _ASKING)


def no_answer(translator: Translator) -> Said:
    """Say that nothing comes back from the server, and what to do."""
    return in_words(translator, _NO_ANSWER)


def pairing_refused(translator: Translator, code: str) -> Said:
    """Say why a pairing code was not taken; ``code`` is a ``PairingRefusal``."""
    known = {str(each): said for each, said in _PAIRING_REFUSALS.items()}
    return in_words(translator, known.get(code, _PAIRING_REFUSED_OTHERWISE))


def paired(translator: Translator, name: str) -> Said:
    """Say that a kiosk has its settings, and its name."""
    said = in_words(translator, _PAIRED)
    return Said(said.title, said.text.replace("{name}", name) if name else "")


def scanner_set_up(translator: Translator) -> Said:
    """Say that the code was read that sets a scanner up."""
    return in_words(translator, _SCANNER_SET_UP)


def how_to_pair(translator: Translator, *, camera: bool = True) -> tuple[str, tuple[str, ...]]:
    """Explain pairing to a technician: a title and steps."""
    first = translator.gettext(_PAIRING_STEP).format(command=_PAIRING_COMMAND)
    hold = translator.gettext(_PAIRING_HOLD if camera else _PAIRING_HOLD_SCANNER)
    return translator.gettext(_PAIRING_HELP), (first, hold, translator.gettext(_PAIRING_WAIT))


def messages() -> Iterator[str]:
    """Give every sentence that a catalogue must hold."""
    yield from sentences_of(_PAIRING, _ASKING, _NO_ANSWER, _PAIRED, _SCANNER_SET_UP)
    yield from sentences_of(_PAIRING_REFUSED_OTHERWISE, *_PAIRING_REFUSALS.values())
    yield from (_PAIRING_HELP, _PAIRING_STEP, _PAIRING_HOLD, _PAIRING_HOLD_SCANNER, _PAIRING_WAIT)
