"""What a kiosk says to a person: a code and a language give words.

What happened, then what to do; short and polite. The English sentences here are the keys of
the catalogues in ``assets/locale`` and what is shown where a catalogue has a gap. A member
never reads a cause or a number by itself; staff read the cause when they touch help.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Protocol

from kiosk.rules.desk import Outcome
from wire.card import RefusalCode
from wire.pairing import PairingRefusal


class Translator(Protocol):
    """A catalogue of one language, as ``gettext`` gives it."""

    def gettext(self, message: str) -> str:
        """Give the words for an English sentence."""

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        """Give the words for a number of things, by the language's own plural rule."""


@dataclass(frozen=True, slots=True)
class Said:
    """What happened, and what to do."""

    title: str
    text: str


_ATTRACT: Final = Said("Show your card to the camera", "No need to touch the screen")
_ATTRACT_SCANNER: Final = Said("Show your card to the reader", "No need to touch the screen")
_STARTING: Final = Said("One moment, please", "This kiosk is starting.")
_WAITING: Final = Said(
    "This kiosk is not ready yet", "It is waiting for the programme. Please use another kiosk."
)
_BLIND: Final = Said("The camera sees nothing", "Please call the staff.")
_DEAF: Final = Said("The reader does not answer", "Please call the staff.")
_HELP: Final = Said("How to check in", "")
_HELP_STAFF: Final = "For the staff"
_HELP_STEPS: Final = (
    "Hold the code of your card up to the camera, about a hand's length away.",
    "Wait for the tick on the green screen.",
    "If it does not work, the staff will gladly help you.",
)
_HELP_SCANNER: Final = "Hold the code of your card up to the reader."
_LANGUAGE: Final = "Choose your language"
_BACK: Final = "Back"

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
}
_CLOSED: Final = Said("These days are over", "Nothing is recorded here any more. Thank you for your visit.")
_OVER: Final = Said("These days are over", "Thank you for your visit, and see you soon.")
_SET_UP: Final = Said(
    "This kiosk is set up already", "Please show this code to the kiosk that it was made for."
)
_REFUSED_OTHERWISE: Final = Said("Your card was not accepted", "Please ask the staff.")

_CANNOT_WRITE: Final = Said(
    "We cannot record your visit", "The trouble is ours, not your card's. Please call the staff."
)

_PAIRING: Final = Said(
    "Show the pairing code", "The organizer made it for this kiosk, on paper or for a telephone."
)
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

_CAUSES: Final = {
    ("camera", "missing"): "The camera is not there. Check its cable.",
    ("camera", "unreadable"): "The camera does not open. Does another program use it? Restart the kiosk.",
    ("camera", "stalled"): "The camera sends no pictures. Unplug it and plug it in again.",
    ("camera", "covered"): "The camera is covered or in the dark. Uncover it, or turn on a light.",
    ("camera", "ended"): "The video that stands in for a camera has ended.",
    ("journal", "cannot_write"): "The disk cannot be written. Make room on it, or use another kiosk.",
    ("journal", "cannot_wipe"): "The disk cannot be wiped yet. Make room on it, and close other programs.",
    ("pairing", "no_answer"): (
        "Is the server running, and is this kiosk on its network? After 15 minutes a new code is needed."
    ),
    ("programme", "none"): "The programme has not come yet. Connect this kiosk once to the server.",
    ("network", "closed"): "Check the network cable or the Wi-Fi.",
    ("network", "down"): "There is no network. Check the cable or the Wi-Fi. Nothing is lost.",
}
_CAUSE_OTHERWISE: Final = {
    "camera": "The camera does not work. Unplug it and plug it in again.",
    "scanner": "The reader does not answer. Unplug it and plug it in again.",
    "sound": "No sound can be played. Check the loudspeaker.",
}

_NO_NETWORK: Final = "No network · nothing is lost"
_NO_NETWORK_ONE: Final = "No network · {count} record waiting, safe"
_NO_NETWORK_MANY: Final = "No network · {count} records waiting, safe"
_KEEP_ON: Final = "Do not unplug · the server has not confirmed yet"
_KEEP_ON_ONE: Final = "Do not unplug · {count} record waits to be sent"
_KEEP_ON_MANY: Final = "Do not unplug · {count} records wait to be sent"
_MAY_SWITCH_OFF: Final = "This kiosk may be switched off"
_NEXT_FAIR: Final = "For the next fair, show it its new pairing code."
_PUT_AWAY: Final = "This kiosk holds no records any more. Switch it off and put it away."


def attract(translator: Translator, *, camera: bool) -> Said:
    """Invite to check in."""
    return _in(translator, _ATTRACT if camera else _ATTRACT_SCANNER)


def verdict(translator: Translator, outcome: str, code: str, *, recorded_at: str = "") -> Said:
    """Say what a scan came to; ``recorded_at`` is the local time of the first visit, ``09:15``."""
    if outcome == Outcome.REFUSED:
        turned_away = {str(Outcome.CLOSED): _CLOSED, str(Outcome.PAIRING): _SET_UP}
        known = {str(each): said for each, said in _REFUSALS.items()} | turned_away
        return _in(translator, known.get(code, _REFUSED_OTHERWISE))
    said = _in(translator, _VERDICTS[Outcome(outcome)])
    if outcome == Outcome.REPEAT and recorded_at:
        return Said(said.title, translator.gettext(_REPEAT_AT).format(time=recorded_at))
    return said


def cannot_record(translator: Translator) -> Said:
    """Say that a visit could not be written down; the card may be shown again."""
    return _in(translator, _CANNOT_WRITE)


def starting(translator: Translator) -> Said:
    """Ask for a moment."""
    return _in(translator, _STARTING)


def waiting(translator: Translator) -> Said:
    """Say that no programme has come yet, so that no card can be judged."""
    return _in(translator, _WAITING)


def blind(translator: Translator, *, camera: bool = True) -> Said:
    """Say that the camera sees nothing, or that the scanner in its place does not answer."""
    return _in(translator, _BLIND if camera else _DEAF)


def over(translator: Translator) -> Said:
    """Say that the fair is closed, and thank whoever still comes."""
    return _in(translator, _OVER)


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


def pairing(translator: Translator) -> Said:
    """Ask a technician for this kiosk's pairing code."""
    return _in(translator, _PAIRING)


def asking(translator: Translator) -> Said:
    """Ask for a moment while the server looks at a pairing code."""
    return _in(translator, _ASKING)


def no_answer(translator: Translator) -> Said:
    """Say that nothing comes back from the server, and what to do."""
    return _in(translator, _NO_ANSWER)


def pairing_refused(translator: Translator, code: str) -> Said:
    """Say why a pairing code was not taken; ``code`` is a ``PairingRefusal``."""
    known = {str(each): said for each, said in _PAIRING_REFUSALS.items()}
    return _in(translator, known.get(code, _PAIRING_REFUSED_OTHERWISE))


def paired(translator: Translator, name: str) -> Said:
    """Say that a kiosk has its settings, and its name."""
    said = _in(translator, _PAIRED)
    return Said(said.title, said.text.replace("{name}", name) if name else "")


def how_to_pair(translator: Translator, *, camera: bool = True) -> tuple[str, tuple[str, ...]]:
    """Explain pairing to a technician: a title and steps."""
    first = translator.gettext(_PAIRING_STEP).format(command=_PAIRING_COMMAND)
    hold = translator.gettext(_PAIRING_HOLD if camera else _PAIRING_HOLD_SCANNER)
    return translator.gettext(_PAIRING_HELP), (first, hold, translator.gettext(_PAIRING_WAIT))


def how_to(translator: Translator, *, camera: bool = True) -> tuple[str, tuple[str, ...]]:
    """Explain a check-in: a title and steps."""
    steps = _HELP_STEPS if camera else (_HELP_SCANNER, *_HELP_STEPS[1:])
    return translator.gettext(_HELP.title), tuple(translator.gettext(step) for step in steps)


def for_staff(translator: Translator) -> str:
    """Give the heading above a cause."""
    return translator.gettext(_HELP_STAFF)


def cause(translator: Translator, kind: str, code: str) -> str:
    """Say to staff what is wrong and what to do; empty for what nobody here can mend."""
    message = _CAUSES.get((kind, code)) or _CAUSE_OTHERWISE.get(kind, "")
    return translator.gettext(message) if message else ""


def no_network(translator: Translator, count: int) -> str:
    """Say how much is waiting for the network, and that it is safe."""
    if count == 0:
        return translator.gettext(_NO_NETWORK)
    return translator.ngettext(_NO_NETWORK_ONE, _NO_NETWORK_MANY, count).format(count=count)


def choose_language(translator: Translator) -> str:
    """Head the choice of languages."""
    return translator.gettext(_LANGUAGE)


def back(translator: Translator) -> str:
    """Name the way back."""
    return translator.gettext(_BACK)


def all_messages() -> Iterator[str]:
    """Give every sentence that a catalogue must hold, but for those with a number."""
    said = (
        *(
            _ATTRACT,
            _ATTRACT_SCANNER,
            _STARTING,
            _WAITING,
            _BLIND,
            _DEAF,
            _HELP,
            _CLOSED,
            _OVER,
            _SET_UP,
            _PAIRING,
            _ASKING,
            _NO_ANSWER,
            _PAIRED,
            _PAIRING_REFUSED_OTHERWISE,
            _REFUSED_OTHERWISE,
            _CANNOT_WRITE,
        ),
        *_VERDICTS.values(),
        *_REFUSALS.values(),
        *_PAIRING_REFUSALS.values(),
    )
    yield from dict.fromkeys(
        sentence
        for sentence in (
            *(part for each in said for part in (each.title, each.text)),
            *(_HELP_STAFF, *_HELP_STEPS, _HELP_SCANNER, _LANGUAGE, _BACK, _REPEAT_AT, _NO_NETWORK),
            *(_KEEP_ON, _MAY_SWITCH_OFF, _PUT_AWAY, _NEXT_FAIR),
            *(_PAIRING_HELP, _PAIRING_STEP, _PAIRING_HOLD, _PAIRING_HOLD_SCANNER, _PAIRING_WAIT),
            *_CAUSES.values(),
            *_CAUSE_OTHERWISE.values(),
        )
        if sentence
    )


def plural_messages() -> tuple[tuple[str, str], ...]:
    """Give the sentences that change with a number."""
    return (_NO_NETWORK_ONE, _NO_NETWORK_MANY), (_KEEP_ON_ONE, _KEEP_ON_MANY)


def _in(translator: Translator, said: Said) -> Said:
    # The empty sentence is a catalogue's own header to gettext.
    return Said(translator.gettext(said.title), translator.gettext(said.text) if said.text else "")
