"""What a station tells whoever watches it: a window, or lines of JSON without one."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from kiosk.rules.desk import Outcome
from wire.asking import Dependant, Match
from wire.described import CategoryWords, Consent, Form, Names, Offer, Session, Topic
from wire.described import Notice as PublicNotice
from wire.programme import Territory


@dataclass(frozen=True, slots=True)
class Scanned:
    """A code was judged and, where it makes a fact, committed.

    ``scan_to_commit_ms`` runs from the arrival of the picture that was read to the COMMIT.
    ``card`` is the card's identity, never its token; ``language`` is what its bearer reads,
    empty where nothing is known of the card. ``recorded_at`` is when the earlier visit of a
    repeat was recorded: UTC in milliseconds by the best clock known now, 0 where there was none
    or no clock is to be believed.

    Where a ``dialogue`` begins its number is above 0; then ``offers`` are this booth's for its
    member, ``elsewhere`` all others, and ``signed`` those of either that the member is known to have
    agreed to, as far as this kiosk knows: ids of the programme. ``session`` is the one whose roll is
    called, ``direction`` is ``in`` or ``out`` at a door; where a dialogue has one, it can be turned.
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
    dialogue: int = 0
    offers: tuple[str, ...] = ()
    elsewhere: tuple[str, ...] = ()
    signed: tuple[str, ...] = ()
    session: str = ""
    direction: str = ""


@dataclass(frozen=True, slots=True)
class Done:
    """A wish was done and, where it makes a fact, committed.

    ``what`` is ``sign_up``, ``withdrawal``, ``feedback``, ``in`` or ``out`` (the way that a passage was
    turned to), ``card`` (a dialogue that waited for a card has it) or ``refused`` (not done: the dialogue
    is over, or the offer is there no more).
    """

    what: str
    dialogue: int = 0
    offer: str = ""


@dataclass(frozen=True, slots=True)
class Described:
    """What the programme says to whoever stands before the window; comes with each programme and logo."""

    offers: tuple[Offer, ...] = ()
    consents: tuple[Consent, ...] = ()
    topics: tuple[Topic, ...] = ()
    notices: tuple[PublicNotice, ...] = ()
    sessions: tuple[Session, ...] = ()
    partner_names: Mapping[str, Names] = field(default_factory=dict)
    booth_names: Mapping[str, Names] = field(default_factory=dict)
    languages: tuple[str, ...] = ()
    colour: str = ""
    accent: str = ""
    logo: bytes = field(default=b"", repr=False)
    """The body's, a PNG, where it has one and it is here."""
    retention: Mapping[str, int] = field(default_factory=dict)
    """Days that each purpose's personal data are kept, where the body has said so."""
    form: Form | None = None
    """What is asked of whoever is registered; None where nobody is."""
    categories: tuple[CategoryWords, ...] = ()
    territories: tuple[Territory, ...] = ()


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


@dataclass(frozen=True, slots=True)
class StaffIn:
    """One of the staff has come in, by card or PIN, until ``seconds`` have passed without a wish."""

    staff_id: str
    seconds: float


@dataclass(frozen=True, slots=True)
class StaffOut:
    """Nobody of the staff is in any more."""


@dataclass(frozen=True, slots=True)
class StaffRefused:
    """A PIN was not taken: ``wrong``, ``none`` (no PIN is known here), or ``locked`` for ``seconds``."""

    code: str
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class CardIgnored:
    """A card was shown while one of the staff is in: nothing is recorded, and nobody is welcomed.

    ``card`` is its number where it is a card of this body: whoever registers a dependant shows the
    principal's.
    """

    card: str = field(default="", repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class RecordedFact:
    """A fact that staff may undo: ``at`` is ms UTC by the kiosk's clock, ``card`` its last four digits.

    ``kind`` is the fact's, but for a passage: that is ``entrance`` or ``exit``.
    """

    event_id: str
    kind: str
    at: int
    booth: str
    card: str


@dataclass(frozen=True, slots=True)
class StaffView:
    """How the kiosk does, for its staff: newest facts first, sticks that are mounted, what waits."""

    booth: str
    facts: tuple[RecordedFact, ...]
    sticks: tuple[str, ...]
    waiting: int
    connected: bool
    programme_version: int
    camera_rate: float | None
    disk_free_mb: int | None
    software: str


@dataclass(frozen=True, slots=True)
class StaffDone:
    """What staff have asked for was done (``code`` empty), or why not, in words for the log.

    ``what`` is ``booth``, ``undo``, ``by_hand``, ``export``, ``diagnostics``, ``print``, ``revoke`` or, where
    nobody was registered, found, confirmed or given a card, ``registration``, ``find``, ``confirm``,
    ``household`` or ``reissue``; ``detail`` names the booth, or the file that was written; ``count`` is
    how many facts. Of a stick ``code`` is ``full``, ``read_only``, ``gone``, ``cannot_write``, or
    ``nothing`` where there is nothing to write. Where the server was to be asked it is ``no_answer``,
    ``nobody`` (none is found), ``differs`` (the field does not fit), ``unknown_card``, ``too_many``, or
    ``not_asked`` (what was confirmed or told is forgotten: begin again).
    """

    what: str
    code: str = ""
    detail: str = ""
    count: int = 0


@dataclass(frozen=True, slots=True)
class Registered:
    """A member is registered and has a card: its number, its token to be shown, and its last day."""

    card: str
    token: str = field(repr=False)
    valid_to: date = field(repr=False)
    can_print: bool = False


@dataclass(frozen=True, slots=True)
class LikelyMember:
    """Nobody is registered yet: somebody alike was, at ``at``, ms UTC.

    ``what`` is ``phone``, ``employee_number`` or ``name``: what is the same. ``matches`` are the server's,
    masked, the likeliest first; there are none where this kiosk found it by itself.
    """

    what: str
    at: int
    matches: tuple[Match, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class MembersFound:
    """Who may be meant, masked; at least one. ``more`` where there are others."""

    matches: tuple[Match, ...] = field(repr=False)
    more: bool = False


@dataclass(frozen=True, slots=True)
class MemberConfirmed:
    """It is this member, whose names are masked still; with a card in force, or none."""

    member: str
    name_ar: str = field(repr=False)
    name_latin: str = field(repr=False)
    category: int
    has_card: bool


@dataclass(frozen=True, slots=True)
class Reissued:
    """A member has another card, as in :class:`Registered`; ``category`` by its id, names in full."""

    card: str
    token: str = field(repr=False)
    valid_to: date = field(repr=False)
    category: str
    name_ar: str = field(repr=False)
    name_latin: str = field(repr=False)
    can_print: bool = False


@dataclass(frozen=True, slots=True)
class HouseholdFound:
    """The dependants of a card's bearer, masked; perhaps none."""

    dependants: tuple[Dependant, ...] = field(repr=False)


StaffNotice = (
    StaffIn
    | StaffOut
    | StaffRefused
    | CardIgnored
    | StaffView
    | StaffDone
    | Registered
    | LikelyMember
    | MembersFound
    | MemberConfirmed
    | Reissued
    | HouseholdFound
)
Notice = (
    Scanned
    | Done
    | Described
    | Delivered
    | Link
    | ProgrammeTaken
    | Wiped
    | Trouble
    | Pairing
    | StaffIn
    | StaffOut
    | StaffRefused
    | CardIgnored
    | StaffView
    | StaffDone
    | Registered
    | LikelyMember
    | MembersFound
    | MemberConfirmed
    | Reissued
    | HouseholdFound
)
