"""What a station tells whoever watches it: a window, or lines of JSON without one."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from kiosk.rules.desk import Outcome


@dataclass(frozen=True, slots=True)
class Scanned:
    """A code was judged and, where it makes a fact, committed.

    ``scan_to_commit_ms`` runs from the arrival of the picture that was read to the COMMIT.
    ``card`` is the card's identity, never its token; ``language`` is what its bearer reads,
    empty where nothing is known of the card. ``recorded_at`` is when the earlier visit of a
    repeat was recorded: UTC in milliseconds by the best clock known now, 0 where there was none
    or no clock is to be believed.
    """

    outcome: Outcome
    code: str
    card: str
    event_id: str
    epoch: int
    seq: int
    scan_to_commit_ms: float
    language: str = ""
    recorded_at: int = 0


@dataclass(frozen=True, slots=True)
class Delivered:
    """The server holds everything of this epoch up to ``upto``."""

    epoch: int
    upto: int
    waiting: int
    commit_to_ack_ms: list[float]


@dataclass(frozen=True, slots=True)
class Link:
    """The way to the server opened or closed; ``waiting`` facts are safe in the journal."""

    up: bool
    reason: str
    waiting: int


@dataclass(frozen=True, slots=True)
class ProgrammeTaken:
    """The kiosk works by this version of the fair's programme from now on.

    Names of the body and of this kiosk's booth are by language (``ar``, ``fr``, …), empty where
    the programme does not know the booth; ``timezone`` is the fair's, an IANA name. Where the fair
    is ``closed`` nothing is recorded any more.
    """

    version: int
    fair: str
    booths: int
    body_names: Mapping[str, str] = field(default_factory=dict)
    booth_names: Mapping[str, str] = field(default_factory=dict)
    timezone: str = ""
    closed: bool = False


@dataclass(frozen=True, slots=True)
class Wiped:
    """The fair is closed, the server holds every fact, and this kiosk has forgotten so many of them."""

    facts: int


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something is wrong (or right again, where ``over``): what, and what to do.

    ``kind`` is one of ``camera``, ``journal``, ``message``, ``programme``, ``identity``; ``words``
    are for the log.
    """

    kind: str
    code: str
    words: str
    over: bool = False


@dataclass(frozen=True, slots=True)
class Pairing:
    """A kiosk without settings looks for its pairing code.

    ``stage`` is ``code`` (it waits for one to be shown), ``asking`` (the server is asked; ``code``
    is ``no_answer`` where that takes long), ``refused`` (``code`` is a ``PairingRefusal``; it waits
    for another) or ``paired``, with the ``name`` it has got.
    """

    stage: str
    code: str = ""
    name: str = ""


Notice = Scanned | Delivered | Link | ProgrammeTaken | Wiped | Trouble | Pairing
