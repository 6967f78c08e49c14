"""Every sentence of the kiosk's window in one place: outcomes and a language give words.

What happened, then what to do; short and polite. The English sentences here are the keys of
the catalogues in ``assets/locale`` and what is shown where a catalogue has a gap. A member
never reads a cause or a number by itself; staff read the cause when they touch help.

``verdicts`` are a scan's, ``dialogue`` and ``labels`` a member's who touches the screen, ``standing``
what is there when nobody does, ``helping`` the help's, and ``technician`` is for pairing and
scanners, ``staffing`` the staff's menu, ``enrolling`` a registration, ``finding`` what is done by hand,
``printing`` a card on paper. ``spoken`` is what all of them say aloud.
"""

from collections.abc import Iterator

from kiosk.rules.wording import (
    dialogue,
    enrolling,
    finding,
    helping,
    printing,
    spoken,
    staffing,
    standing,
    technician,
    verdicts,
)
from kiosk.rules.wording.enrolling import FormLabel
from kiosk.rules.wording.finding import FindLabel
from kiosk.rules.wording.helping import back, cause, choose_language, for_staff, how_to
from kiosk.rules.wording.labels import Label, faces, label
from kiosk.rules.wording.said import Said, Translator
from kiosk.rules.wording.staffing import StaffLabel
from kiosk.rules.wording.standing import (
    attract,
    blind,
    keep_on,
    may_switch_off,
    next_fair,
    no_network,
    over,
    put_away,
    starting,
    waiting,
)
from kiosk.rules.wording.technician import (
    asking,
    how_to_pair,
    no_answer,
    paired,
    pairing,
    pairing_refused,
    scanner_set_up,
)
from kiosk.rules.wording.verdicts import cannot_record, verdict

__all__ = [
    "FindLabel",
    "FormLabel",
    "Label",
    "Said",
    "StaffLabel",
    "Translator",
    "all_messages",
    "asking",
    "attract",
    "back",
    "blind",
    "cannot_record",
    "cause",
    "choose_language",
    "dialogue",
    "enrolling",
    "faces",
    "finding",
    "for_staff",
    "how_to",
    "how_to_pair",
    "keep_on",
    "label",
    "may_switch_off",
    "next_fair",
    "no_answer",
    "no_network",
    "over",
    "paired",
    "pairing",
    "pairing_refused",
    "plural_messages",
    "put_away",
    "scanner_set_up",
    "spoken",
    "staffing",
    "starting",
    "verdict",
    "waiting",
]


def all_messages() -> Iterator[str]:
    """Give every sentence that a catalogue must hold, but for those with a number."""
    parts = (
        standing,
        verdicts,
        technician,
        helping,
        dialogue,
        spoken,
        staffing,
        enrolling,
        finding,
        printing,
    )
    yield from dict.fromkeys(sentence for part in parts for sentence in part.messages())


def plural_messages() -> tuple[tuple[str, str], ...]:
    """Give the sentences that change with a number."""
    parts = (standing, dialogue, staffing, finding)
    return tuple(pair for part in parts for pair in part.plural_messages())
