"""What a screen shows, as values: the flow decides it, and the screens draw it."""

from dataclasses import dataclass, field
from enum import StrEnum

from kiosk.rules.wording import Said


class Kind(StrEnum):
    """The kinds of screen; the first six pass, the next two are dialogues, the rest stands.

    ``UNRECORDED`` stands, too, where a kiosk cannot even start for want of its journal.
    """

    ACCEPTED = "accepted"
    REPEAT = "repeat"
    REFUSED = "refused"
    STAFF = "staff"
    UNRECORDED = "unrecorded"
    PAIRED = "paired"
    LANGUAGE = "language"
    HELP = "help"
    STARTING = "starting"
    WAITING = "waiting"
    BLIND = "blind"
    ATTRACT = "attract"
    CLOSED = "closed"
    PAIRING = "pairing"
    ASKING = "asking"
    NO_ANSWER = "no_answer"


class About(StrEnum):
    """What a calm screen is about; it chooses the icons beside its words."""

    CARDS = "cards"
    PAIRING = "pairing"
    CLOSED = "closed"
    WIPED = "wiped"


@dataclass(frozen=True, slots=True)
class Help:
    """A help screen's words: steps for whoever stands there, causes for the staff."""

    said: Said
    steps: tuple[str, ...] = ()
    causes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class View:
    """All that a screen shows; two equal views look the same.

    ``since`` and ``until`` are monotonic seconds, both 0 where nothing runs out; they move
    while a screen stands, so they tell no two views apart. ``number`` counts the verdicts: two
    members who are welcomed one after the other each see a screen of their own. ``steps`` and
    ``causes`` are a help screen's lines, ``heading`` stands above the causes.
    """

    kind: Kind
    language: str
    said: Said
    about: About = About.CARDS
    body: str = ""
    booth: str = ""
    clock: str = ""
    strip: str = ""
    steps: tuple[str, ...] = ()
    causes: tuple[str, ...] = ()
    heading: str = ""
    back: str = ""
    camera: bool = True
    number: int = 0
    since: float = field(default=0.0, compare=False)
    until: float = field(default=0.0, compare=False)
