"""What a station tells whoever watches it: a window, or lines of JSON without one."""

from dataclasses import dataclass

from kiosk.rules.desk import Outcome


@dataclass(frozen=True, slots=True)
class Scanned:
    """A code was judged and, where it makes a fact, committed.

    ``scan_to_commit_ms`` runs from the arrival of the picture that was read to the COMMIT.
    ``card`` is the card's identity, never its token.
    """

    outcome: Outcome
    code: str
    card: str
    event_id: str
    epoch: int
    seq: int
    scan_to_commit_ms: float


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
    """The kiosk works by this version of the fair's programme from now on."""

    version: int
    fair: str
    booths: int


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something is wrong (or right again, where ``over``): what, and what to do.

    ``kind`` is one of ``camera``, ``journal``, ``message``, ``programme``, ``identity``.
    """

    kind: str
    code: str
    words: str
    over: bool = False


Notice = Scanned | Delivered | Link | ProgrammeTaken | Trouble
