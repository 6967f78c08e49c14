"""What a screen says that stands: the invitation, and what keeps a kiosk from working."""

from collections.abc import Iterator
from typing import Final

from kiosk.rules.wording.said import Said, Translator, in_words, sentences_of

_ATTRACT: Final = Said("Show your card to the camera", "No touching needed")
_ATTRACT_SCANNER: Final = Said("Show your card to the reader", "No touching needed")
_STARTING: Final = Said("One moment, please", "This kiosk is starting.")
_WAITING: Final = Said(
    "This kiosk is not ready yet", "It is waiting for the programme. Please use another kiosk."
)
_BLIND: Final = Said("The camera sees nothing", "Please call the staff.")
_DEAF: Final = Said("The reader does not answer", "Please call the staff.")
_OVER: Final = Said("These days are over", "Thank you for your visit, and see you soon.")
_NO_NETWORK: Final = "No network · nothing is lost"
_NO_NETWORK_ONE: Final = "No network · {count} record waiting, safe"
_NO_NETWORK_MANY: Final = "No network · {count} records waiting, safe"
_KEEP_ON: Final = "Do not unplug · not yet confirmed"
_KEEP_ON_ONE: Final = "Do not unplug · {count} record waits to be sent"
_KEEP_ON_MANY: Final = "Do not unplug · {count} records wait to be sent"
_MAY_SWITCH_OFF: Final = "This kiosk may be switched off"
_NEXT_FAIR: Final = "For the next fair, show it its new pairing code."
_PUT_AWAY: Final = "This kiosk holds no records any more. Switch it off and put it away."


def attract(translator: Translator, *, camera: bool) -> Said:
    """Invite to check in."""
    return in_words(translator, _ATTRACT if camera else _ATTRACT_SCANNER)


def starting(translator: Translator) -> Said:
    """Ask for a moment."""
    return in_words(translator, _STARTING)


def waiting(translator: Translator) -> Said:
    """Say that no programme has come yet, so that no card can be judged."""
    return in_words(translator, _WAITING)


def blind(translator: Translator, *, camera: bool = True) -> Said:
    """Say that the camera sees nothing, or that the scanner in its place does not answer."""
    return in_words(translator, _BLIND if camera else _DEAF)


def over(translator: Translator) -> Said:
    """Say that the fair is closed, and thank whoever still comes."""
    return in_words(translator, _OVER)


def no_network(translator: Translator, count: int) -> str:
    """Say how much is waiting for the network, and that it is safe."""
    if count == 0:
        return translator.gettext(_NO_NETWORK)
    return translator.ngettext(_NO_NETWORK_ONE, _NO_NETWORK_MANY, count).format(count=count)


def keep_on(translator: Translator, count: int) -> str:
    """Ask staff to leave a kiosk of a closed fair on: facts wait, or the server has not confirmed all."""
    if count == 0:
        return translator.gettext(_KEEP_ON)
    return translator.ngettext(_KEEP_ON_ONE, _KEEP_ON_MANY, count).format(count=count)


def may_switch_off(translator: Translator) -> str:
    """Say in a line that a kiosk holds nothing any more."""
    return translator.gettext(_MAY_SWITCH_OFF)


def put_away(translator: Translator) -> str:
    """Say to staff what to do with a kiosk that holds nothing any more."""
    return translator.gettext(_PUT_AWAY)


def next_fair(translator: Translator) -> str:
    """Say to staff how a kiosk that holds nothing any more goes on to the next fair."""
    return translator.gettext(_NEXT_FAIR)


def messages() -> Iterator[str]:
    """Give every sentence that a catalogue must hold, but for those with a number."""
    yield from sentences_of(_ATTRACT, _ATTRACT_SCANNER, _STARTING, _WAITING, _BLIND, _DEAF, _OVER)
    yield from (_NO_NETWORK, _KEEP_ON, _MAY_SWITCH_OFF, _NEXT_FAIR, _PUT_AWAY)


def plural_messages() -> Iterator[tuple[str, str]]:
    """Give the sentences that change with a number."""
    yield from ((_NO_NETWORK_ONE, _NO_NETWORK_MANY), (_KEEP_ON_ONE, _KEEP_ON_MANY))
