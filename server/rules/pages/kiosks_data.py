"""What the page of kiosks is made of, as numbers and codes."""

from dataclasses import dataclass, field

from server.rules.sentences import KioskNow
from wire.described import Names


@dataclass(frozen=True, slots=True)
class KioskFair:
    """A fair with kiosks: ``newest`` is its programme's version (0: none), ``booths`` by id."""

    id: str
    names: Names
    zone: str
    newest: int
    booths: dict[str, Names]


@dataclass(frozen=True, slots=True)
class KioskSeen:
    """A kiosk; ``hello_at`` is when it last said hello, ms UTC."""

    now: KioskNow
    fair: str
    hello_at: int | None = None


@dataclass(frozen=True, slots=True)
class CodeWaiting:
    """A pairing code that was made for a kiosk and not used; it is good until ``valid_until``, ms UTC."""

    name: str
    fair: str
    booth: str
    valid_until: int


@dataclass(frozen=True, slots=True)
class KioskRevoked:
    """A kiosk that is heard no more, since when (ms UTC) and why."""

    device: str
    name: str
    fair: str
    booth: str
    revoked_at: int
    reason: str


@dataclass(frozen=True, slots=True)
class KiosksSeen:
    """The kiosks of one fair, or of those that somebody may see; ``is_one`` tells which."""

    is_one: bool
    fairs: list[KioskFair]
    kiosks: list[KioskSeen] = field(default_factory=list)
    codes: list[CodeWaiting] = field(default_factory=list)
    revoked: list[KioskRevoked] = field(default_factory=list)
