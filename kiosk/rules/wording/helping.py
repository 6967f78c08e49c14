"""What help says: steps for a member, causes for the staff."""

from collections.abc import Iterator
from typing import Final

from kiosk.rules.wording.said import Said, Translator, sentences_of

_HELP: Final = Said("How to check in", "")
_HELP_STAFF: Final = "For the staff"
_HELP_STEPS: Final = (
    "Hold the code of your card up to the camera, about a hand's length away.",
    "Wait for the tick on the green screen.",
    "If it does not work, the staff will help.",
)
_HELP_SCANNER: Final = "Hold the code of your card up to the reader."
_LANGUAGE: Final = "Choose your language"
_BACK: Final = "Back"
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


def choose_language(translator: Translator) -> str:
    """Head the choice of languages."""
    return translator.gettext(_LANGUAGE)


def back(translator: Translator) -> str:
    """Name the way back."""
    return translator.gettext(_BACK)


def messages() -> Iterator[str]:
    """Give every sentence that a catalogue must hold."""
    yield from sentences_of(_HELP)
    yield from (_HELP_STAFF, *_HELP_STEPS, _HELP_SCANNER, _LANGUAGE, _BACK)
    yield from (*_CAUSES.values(), *_CAUSE_OTHERWISE.values())
