"""What the staff's menu says: buttons, questions, what came of a wish, and why it did not.

Staff read causes, unlike members: what happened, then what to do about it.
"""

from collections.abc import Iterator
from enum import StrEnum
from typing import Final

from kiosk.rules.wording import finding, printing
from kiosk.rules.wording.said import Said, Translator, in_words, sentences_of


class StaffLabel(StrEnum):
    """A button's word or a heading, by its English sentence."""

    STAFF = "Staff"
    REGISTER = "Register a member"
    UNDO = "Undo a record"
    BY_HAND = "Check in by hand"
    BOOTH = "Switch booth"
    LIGHT = "Camera and light"
    STATE = "Network and records"
    EXPORT = "Export to a USB stick"
    DIAGNOSTICS = "Diagnostics"
    POWER = "Restart or quit"
    RESTART = "Restart"
    QUIT = "Quit"
    CHECK_IN = "Record it"
    WITHOUT_CARD = "Without a card"
    LOOK_AGAIN = "Refresh"
    COME_IN = "Come in"

    WHICH_RECORD = "Which record?"
    WHY = "Why undo it?"
    WHICH_BOOTH = "Which booth?"
    WHICH_STICK = "Which stick?"


REASONS: Final = {
    "wrong_card": "Wrong card",
    "twice": "Recorded twice",
    "test": "A test",
    "other": "Another reason",
}
_KINDS: Final = {
    "visit": "Visit",
    "entrance": "Entrance",
    "exit": "Exit",
    "session_attendance": "Presence",
    "sign_up": "Sign-up",
}
_OTHER_KIND: Final = "Record"

_PIN: Final = "Type your PIN"
_PIN_REFUSED: Final = {
    "wrong": "This PIN does not fit. Please try again.",
    "locked": "Too many tries. Please wait {time}.",
    "none": "No PIN is known here. Use a staff card, or ask the office.",
    "no_answer": "The kiosk does not answer. Please try again.",
}
_LOOKING: Final = Said("One moment, please", "")
_IGNORED: Final = "Card not recorded: this menu is open"

_NUMBER: Final = Said("Card number", "")
_NUMBER_ODD: Final = "It has 18 digits, like 0001-00c0ffee00c0ff."
_SWITCH: Final = Said("Move this kiosk to {booth}?", "Visits count there from now on.")
_ASKED: Final = {
    "restart": Said("Restart this kiosk?", "It is back within a minute. Nothing is lost."),
    "quit": Said("Quit the program?", "Nobody can check in here until it is started again."),
}
_NO_STICK: Final = Said("Plug in a USB stick", "Then touch: {look_again}.")
_NOTHING_TO_UNDO: Final = Said("Nothing to undo", "No record of this kiosk can be undone.")

_WRITING: Final = Said("Writing to the stick", "Please leave it plugged in.")
_LEAVING: Final = Said("One moment, please", "This kiosk is closing.")
_DONE: Final = {
    "booth": Said("This kiosk has moved", "It stands here now: {booth}."),
    "undo": Said("It is undone", "This record counts no more. The card may be shown again."),
    "by_hand": Said("It is recorded", "The visit counts for this booth."),
    "revoke": Said("This card is refused from now on", "Kiosks with a network know it within seconds."),
    "export": Said("The stick is ready", "{file}"),
    "diagnostics": Said("The stick is ready", "{file}"),
}
_WRITTEN_ONE: Final = "{count} record in the file {file}"
_WRITTEN_MANY: Final = "{count} records in the file {file}"
_NOT_DONE: Final = {
    ("booth", "unknown_booth"): Said(
        "This booth is not in the programme", "The programme has changed. Please look at the list again."
    ),
    ("undo", "unknown_fact"): Said(
        "This record cannot be undone", "It was undone already, or too many came after it."
    ),
    ("by_hand", "no_number"): Said("This is no card number", _NUMBER_ODD),
    ("by_hand", "unknown_key"): Said(
        "This number is not known here", "Compare its first four digits with the card."
    ),
    ("by_hand", "revoked"): Said(
        "This card is no longer in use", "It was lost or replaced. Please ask for the new one."
    ),
    ("by_hand", "closed"): Said("These days are over", "Nothing is recorded here any more."),
    ("registration", "closed"): Said("These days are over", "Nothing is recorded here any more."),
    ("registration", "no_form"): Said(
        "Nobody can be registered here", "The programme does not say what to ask."
    ),
    ("registration", "no_card_key"): Said(
        "This kiosk cannot make cards yet", "Connect it once to the server, then try again."
    ),
    ("registration", "no_key"): Said(
        "This kiosk cannot keep national ids yet", "Connect it once to the server, then try again."
    ),
    ("registration", "incomplete"): Said(
        "This form is not complete", "Please look at its fields again, then save it."
    ),
    ("stick", "full"): Said(
        "The stick is full", "Make room on it, or use another one. Nothing was left on it."
    ),
    ("stick", "read_only"): Said(
        "The stick takes nothing", "It is read-only: is there a lock on its side? Or use another one."
    ),
    ("stick", "gone"): Said("The stick does not answer", "Was it pulled out? Plug it in again."),
    ("stick", "cannot_write"): Said("The stick cannot be written", "Please use another one."),
    ("stick", "nothing"): Said("There is nothing to write", "This kiosk has recorded nothing yet."),
}
_NO_DISK: Final = Said(
    "This could not be recorded", "The disk cannot be written. Make room on it, or use another kiosk."
)
_NO_ANSWER: Final = Said("This was not done", "The kiosk does not answer. Please try again, or restart it.")
_STICKS: Final = frozenset({"export", "diagnostics"})
_AS: Final = {
    "export": "stick",
    "diagnostics": "stick",
    "reissue": "registration",
    "revoke": "by_hand",
    "household": "by_hand",
}
"""What is not done for the same reasons, in the same words."""

_CONNECTED: Final = "Connected"
_CONNECTED_SINCE: Final = "Connected since {time}"
_NO_NETWORK: Final = "No network"
_NO_NETWORK_SINCE: Final = "No network since {time}"
_NOTHING_WAITS: Final = "Everything is sent"
_WAITS_ONE: Final = "{count} record waits, safe"
_WAITS_MANY: Final = "{count} records wait, safe"
_AT_BOOTH: Final = "Booth: {booth}"
_FREE_MB: Final = "Disk: {count} MB free"
_FREE_GB: Final = "Disk: {count} GB free"
_PROGRAMME: Final = "Programme: version {version}"
_NO_PROGRAMME: Final = "No programme yet"
_SOFTWARE: Final = "Software: {version}"
_MB_IN_GB: Final = 1000

_PICTURES_ONE: Final = "{count} picture a second"
_PICTURES_MANY: Final = "{count} pictures a second"
_NO_PICTURES: Final = "No pictures come"
_WELL: Final = "The camera sees well, there is light enough."


def staff_label(translator: Translator, which: StaffLabel) -> str:
    """Give the words in a language."""
    return translator.gettext(which.value)


def reason(translator: Translator, code: str) -> str:
    """Name a reason for which a record is undone."""
    return translator.gettext(REASONS[code])


def kind(translator: Translator, which: str) -> str:
    """Name what was recorded, by a ``RecordedFact``'s kind."""
    return translator.gettext(_KINDS.get(which, _OTHER_KIND))


def pin(translator: Translator, code: str, wait_s: float = 0.0) -> Said:
    """Ask for a PIN; ``code`` says why the last one was not taken, ``looking`` that it is looked at."""
    minutes, seconds = divmod(max(0, round(wait_s)), 60)
    text = _PIN_REFUSED.get(code, _LOOKING.title if code == "looking" else "")
    words = translator.gettext(text).format(time=f"{minutes}:{seconds:02d}") if text else ""
    return Said(translator.gettext(_PIN), words)


def ignored(translator: Translator) -> str:
    """Say that a card that was just shown is no visit."""
    return translator.gettext(_IGNORED)


def number(translator: Translator, *, odd: bool) -> Said:
    """Ask for a card's number; ``odd`` where what was typed is none."""
    said = in_words(translator, _NUMBER)
    return Said(said.title, translator.gettext(_NUMBER_ODD)) if odd else said


def switch(translator: Translator, booth: str) -> Said:
    """Ask whether the kiosk shall stand at another booth."""
    said = in_words(translator, _SWITCH)
    return Said(said.title.replace("{booth}", booth), said.text)


def asked(translator: Translator, what: str) -> Said:
    """Ask whether to ``restart`` or to ``quit``."""
    return in_words(translator, _ASKED[what])


def no_stick(translator: Translator) -> Said:
    """Ask for a stick."""
    said = in_words(translator, _NO_STICK)
    again = staff_label(translator, StaffLabel.LOOK_AGAIN)
    return Said(said.title, said.text.replace("{look_again}", again))


def nothing_to_undo(translator: Translator) -> Said:
    """Say that there is no record that could be undone."""
    return in_words(translator, _NOTHING_TO_UNDO)


def busy(translator: Translator, what: str) -> Said:
    """Ask for a moment while a wish is done."""
    if what in _STICKS:
        return in_words(translator, _WRITING)
    if what == "print":
        return printing.busy(translator)
    return finding.busy(translator, what) or in_words(translator, _LEAVING if what in _ASKED else _LOOKING)


def done(translator: Translator, what: str, *, booth: str = "", file: str = "", count: int = 0) -> Said:
    """Say that a wish was done, as ``StaffDone`` names it; ``booth`` is its name."""
    if what == "print":
        return printing.done(translator)
    title, text = _DONE[what].title, _DONE[what].text
    if what == "by_hand" and count > 1:
        words = finding.recorded(translator, count)
    elif what in _STICKS:
        words = translator.ngettext(_WRITTEN_ONE, _WRITTEN_MANY, count) if count else text
    else:
        words = translator.gettext(text)
    words = words.replace("{count}", str(count)).replace("{file}", file).replace("{booth}", booth)
    return Said(translator.gettext(title), words)


def not_done(translator: Translator, what: str, code: str) -> Said:
    """Say what was not done, and why: by ``StaffDone``'s code, ``no_disk`` or ``no_answer``."""
    if code == "no_disk":
        return in_words(translator, _NO_DISK)
    if what == "print":
        return printing.not_done(translator, code)
    known = finding.not_done(what, code) or _NOT_DONE.get((_AS.get(what, what), code), _NO_ANSWER)
    return in_words(translator, known)


def network(translator: Translator, *, connected: bool, since: str = "") -> str:
    """Say whether there is a network, and since when where that is known: ``10:31``."""
    if since:
        words = _CONNECTED_SINCE if connected else _NO_NETWORK_SINCE
        return translator.gettext(words).format(time=since)
    return translator.gettext(_CONNECTED if connected else _NO_NETWORK)


def waits(translator: Translator, count: int) -> str:
    """Say how many records wait to be sent."""
    if count == 0:
        return translator.gettext(_NOTHING_WAITS)
    return translator.ngettext(_WAITS_ONE, _WAITS_MANY, count).format(count=count)


def at_booth(translator: Translator, booth: str) -> str:
    """Say at which booth the kiosk stands."""
    return translator.gettext(_AT_BOOTH).replace("{booth}", booth)


def disk_free(translator: Translator, free_mb: int) -> str:
    """Say how much room the disk has."""
    if free_mb < _MB_IN_GB:
        return translator.gettext(_FREE_MB).format(count=free_mb)
    return translator.gettext(_FREE_GB).format(count=free_mb // _MB_IN_GB)


def programme(translator: Translator, version: int) -> str:
    """Say by which version of the programme the kiosk works; 0 is none."""
    if not version:
        return translator.gettext(_NO_PROGRAMME)
    return translator.gettext(_PROGRAMME).format(version=version)


def software(translator: Translator, version: str) -> str:
    """Say which version of this software it is."""
    return translator.gettext(_SOFTWARE).replace("{version}", version)


def pictures(translator: Translator, rate: float | None) -> str:
    """Say how many pictures a second the camera gives."""
    count = round(rate or 0)
    if not count:
        return translator.gettext(_NO_PICTURES)
    return translator.ngettext(_PICTURES_ONE, _PICTURES_MANY, count).format(count=count)


def sees_well(translator: Translator) -> str:
    """Say that the camera's picture is as it should be."""
    return translator.gettext(_WELL)


def messages() -> Iterator[str]:
    """Give every sentence that a catalogue must hold, but for those with a number."""
    yield from map(str, StaffLabel)
    yield from (*REASONS.values(), *_KINDS.values(), _OTHER_KIND)
    yield from (_PIN, *_PIN_REFUSED.values(), _IGNORED, _NUMBER_ODD)
    yield from sentences_of(_LOOKING, _NUMBER, _SWITCH, *_ASKED.values())
    yield from sentences_of(_NO_STICK, _NOTHING_TO_UNDO, _WRITING, _LEAVING)
    yield from (said.title for said in _DONE.values())
    yield from (_DONE[what].text for what in _DONE if what not in _STICKS)
    yield from sentences_of(*_NOT_DONE.values(), _NO_DISK, _NO_ANSWER)
    yield from (_CONNECTED, _CONNECTED_SINCE, _NO_NETWORK, _NO_NETWORK_SINCE, _NOTHING_WAITS)
    yield from (_AT_BOOTH, _FREE_MB, _FREE_GB, _PROGRAMME, _NO_PROGRAMME, _SOFTWARE)
    yield from (_NO_PICTURES, _WELL)


def plural_messages() -> Iterator[tuple[str, str]]:
    """Give the sentences that change with a number."""
    yield from ((_WRITTEN_ONE, _WRITTEN_MANY), (_WAITS_ONE, _WAITS_MANY), (_PICTURES_ONE, _PICTURES_MANY))
