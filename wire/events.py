"""The facts that kiosks record, and the JSON they travel and rest in.

One event is one JSON object::

    {"event_id": "<UUIDv7, 32 hex digits>", "occurred_at": <ms UTC by the kiosk's clock>,
     "monotonic_ms": <ms since boot>, "boot_id": "<32 hex digits>",
     "fair": "rabat-2024", "booth": "bank-1", "staff_id": "…" (only what staff did),
     "kind": "visit", "fact": {…}}

Kinds grow with the work. A reader keeps, counts and shows a kind or a field that it does
not know (:class:`Unknown`); another *major* version is refused with a code. The bytes of
an event are made once, when it happens, and never encoded again: what was journalled is
what is sent, so equal ids mean equal bytes.
"""

from collections.abc import Callable, Iterable
from datetime import date
from hashlib import blake2b
from typing import Annotated, ClassVar, Final, Literal

import msgspec

from wire import WireError
from wire.card import Card, RefusalCode

MAJOR: Final = 1
VERSION: Final = "1.0"
MAX_BATCH: Final = 100
MAX_EVENT_BYTES: Final = 16 * 1024
MAX_SEALED: Final = 6 * 1024
"""Bytes of sealed personal text in a fact: with the rest it fits an event."""
MAX_TOPICS: Final = 16
MAX_CONSENTS: Final = 16
EPOCH_LIMIT: Final = 2**53
"""Epochs lie below 2**53: every JSON reader keeps them exact."""

Millis = Annotated[int, msgspec.Meta(ge=0, lt=2**53)]
Seq = Annotated[int, msgspec.Meta(ge=1, lt=2**53)]
Epoch = Annotated[int, msgspec.Meta(ge=1, lt=EPOCH_LIMIT)]
# A "$" alone lets a final newline in, so each pattern stands with a length or ends in "\Z".
Id32 = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{32}$", max_length=32)]
# Control characters are kept out here: PostgreSQL stores no NUL, and a page or a log
# shows these words as they are.
_ONE_LINE: Final = r"^[^\x00-\x1f\x7f]*\Z"
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=64, pattern=_ONE_LINE)]
Reason = Annotated[str, msgspec.Meta(max_length=64, pattern=_ONE_LINE)]
Language = Annotated[str, msgspec.Meta(max_length=8, pattern=_ONE_LINE)]
MaybeName = Annotated[str, msgspec.Meta(max_length=64, pattern=_ONE_LINE)]
"""The id of something, or an empty text."""
Sealed = Annotated[bytes, msgspec.Meta(max_length=MAX_SEALED)]
"""What ``wire.private`` has sealed for the server's sealing key, or nothing."""
CardNumber = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{4}-[0-9a-f]{14}$", max_length=19)]
"""A card's identity as people read it, ``0001-00c0ffee00c0ff``."""
MaybeCardNumber = Annotated[str, msgspec.Meta(pattern=r"^([0-9a-f]{4}-[0-9a-f]{14})?\Z")]
MemberId = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{16}$", max_length=16)]
"""A member as the server knows one: drawn by chance, so it says nothing of a person."""
MaybeMemberId = Annotated[str, msgspec.Meta(pattern=r"^([0-9a-f]{16})?\Z")]
Offset = Annotated[int, msgspec.Meta(gt=-(2**53), lt=2**53)]
PhoneSource = Literal["none", "given", "typed"]
Direction = Literal["in", "out"]


class EventError(WireError):
    """An event cannot be understood; ``code`` is one of the reasons the ledger stores."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class CardRef(msgspec.Struct, frozen=True, kw_only=True):
    """What a fact keeps of a card: never its token, never a person."""

    key_id: Annotated[int, msgspec.Meta(ge=0, lt=2**16)]
    card_id: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{14}$", max_length=14)]
    category: Annotated[int, msgspec.Meta(ge=0, lt=16)]
    territory: Annotated[int, msgspec.Meta(ge=0, lt=256)] = 0
    language: Language = "ar"

    @classmethod
    def of(cls, card: Card) -> "CardRef":
        """Take from a verified card what may be recorded."""
        return cls(
            key_id=card.key_id,
            card_id=f"{card.card_id:014x}",
            category=card.category,
            territory=card.territory,
            language=card.language,
        )

    @property
    def identity(self) -> str:
        """The card's identity as people read it, ``0001-00c0ffee00c0ff``."""
        return f"{self.key_id:04x}-{self.card_id}"


class Consented(msgspec.Struct, frozen=True, kw_only=True):
    """A text of the programme that a member has agreed to."""

    id: Name
    version: Annotated[int, msgspec.Meta(ge=1, lt=2**31)]


class Visit(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An accepted scan at a booth. Without a card it counts as a visit, never in attendance.

    ``reason`` is why there was none, where staff have said so: ``forgotten``, ``lost``, ``unreadable``,
    ``none`` (the member has not got one yet) or ``household`` (somebody who came with a principal).
    """

    kind: ClassVar[str] = "visit"
    card: CardRef | None = None
    reason: Reason = ""
    clock_doubtful: bool = False
    """The kiosk could not trust its clock, so the card's dates were not held against it."""


class Refusal(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A scan that was not accepted. ``card`` only where the signature was right."""

    kind: ClassVar[str] = "refusal"
    code: RefusalCode
    card: CardRef | None = None


class Void(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Corrects an earlier fact. It may arrive before it; a Void cannot be voided."""

    kind: ClassVar[str] = "void"
    target: Id32
    reason: Reason


class Lost(msgspec.Struct, frozen=True, kw_only=True):
    """Declares seqs that a damaged journal can no longer read, so that no mark blocks."""

    kind: ClassVar[str] = "lost"
    epoch: Epoch
    first: Seq
    last: Seq
    reason: Reason

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise ValueError(f"seqs {self.first} to {self.last} are no range")


class ClockOffset(msgspec.Struct, frozen=True, kw_only=True):
    """How far the server's clock is from this kiosk's, in this boot.

    ``server_minus_monotonic_ms`` added to an event's ``monotonic_ms`` gives the server's
    time of that event, whatever happened to the wall clock in between.
    ``server_minus_wall_ms`` is for people: how wrong the kiosk's clock is. Half of
    ``round_trip_ms`` bounds the error of both.
    """

    kind: ClassVar[str] = "clock_offset"
    server_minus_monotonic_ms: Offset
    server_minus_wall_ms: Offset
    round_trip_ms: Millis


class SignUp(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A member has agreed to an offer, and to what stood on the screen.

    ``consent`` and ``consent_version`` name that text, ``language`` the one in which it was
    shown. ``phone`` says at which number the partner may call: ``none`` (the offer needs
    none), ``given`` (the one that the body knows) or ``typed``. A typed one alone travels
    here, in ``sealed``: ``wire.private`` over ``{"phone": "+212612345678"}`` (E.164).
    """

    kind: ClassVar[str] = "sign_up"
    card: CardRef
    offer: Name
    partner: MaybeName = ""
    consent: MaybeName = ""
    consent_version: Annotated[int, msgspec.Meta(ge=0, lt=2**31)] = 0
    language: Language = ""
    phone: PhoneSource = "none"
    sealed: Sealed = b""

    def __post_init__(self) -> None:
        if (self.phone == "typed") != bool(self.sealed):
            raise ValueError("a typed phone number comes sealed, and nothing else does")


class Withdrawal(msgspec.Struct, frozen=True, kw_only=True):
    """A member no longer agrees to an offer. It names card and offer, so it works at any kiosk, offline."""

    kind: ClassVar[str] = "withdrawal"
    card: CardRef
    offer: Name


class Feedback(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What somebody told: a face (1 worst to 5 best, 0 none), topics, a text; without a card anonymous.

    ``topics`` are ids of the programme's, each counted once. ``sealed`` is ``wire.private``
    over ``{"text": "…"}``. At least one of the three is there. ``may_call``: the body may
    call the member about it; ``urgent``: it should, soon.
    """

    kind: ClassVar[str] = "feedback"
    card: CardRef | None = None
    face: Annotated[int, msgspec.Meta(ge=0, le=5)] = 0
    topics: Annotated[list[Name], msgspec.Meta(max_length=MAX_TOPICS)] = []
    urgent: bool = False
    may_call: bool = False
    language: Language = ""
    sealed: Sealed = b""

    def __post_init__(self) -> None:
        if not (self.face or self.topics or self.sealed):
            raise ValueError("a feedback without face, topic and text says nothing")


class SessionAttendance(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A member is at a session. Where not ``invited``, staff admitted the member: the event says who."""

    kind: ClassVar[str] = "session_attendance"
    card: CardRef
    session: Name
    invited: bool = True


class Passage(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Somebody came in, or went out, by a door of the hall; without a card nobody knows who."""

    kind: ClassVar[str] = "passage"
    direction: Direction
    card: CardRef | None = None


class Registration(msgspec.Struct, frozen=True, kw_only=True):
    """Staff have enrolled a member and made a card, signed by the kiosk's own card key.

    ``sealed`` is ``wire.private`` over the form's fields by their names (``wire.described.FIELDS``),
    those that were filled in. ``consents`` are what the member agreed to, as ids and versions of the
    programme's texts, shown in ``language``; none is ever there beforehand. ``valid_from`` and
    ``valid_to`` are the card's days.
    """

    kind: ClassVar[str] = "registration"
    card: CardRef
    valid_from: date
    valid_to: date
    consents: Annotated[list[Consented], msgspec.Meta(max_length=MAX_CONSENTS)]
    language: Language
    sealed: Sealed

    def __post_init__(self) -> None:
        if not self.sealed:
            raise ValueError("a registration without a form registers nobody")
        if self.valid_to < self.valid_from:
            raise ValueError(f"a card cannot end ({self.valid_to}) before it begins ({self.valid_from})")


class Reissue(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A member has got another card: ``replaces`` is refused from now on, and the new one is its bearer's.

    ``member`` says whose it is where the server has told the kiosk; it is there where nothing is
    replaced, since the member had no card in force.
    """

    kind: ClassVar[str] = "reissue"
    card: CardRef
    replaces: MaybeCardNumber
    valid_from: date
    valid_to: date
    reason: Reason
    member: MaybeMemberId = ""

    def __post_init__(self) -> None:
        if not (self.replaces or self.member):
            raise ValueError("another card is somebody's: a card's number or a member's is there")


class CardRevoked(msgspec.Struct, frozen=True, kw_only=True):
    """A card is lost, or must not be taken any more, and its bearer has got no other yet."""

    kind: ClassVar[str] = "card_revoked"
    card: CardNumber
    reason: Reason


class Unknown(msgspec.Struct, frozen=True, kw_only=True):
    """A kind of a newer minor version: kept, counted and shown under its own name."""

    kind: str
    raw: bytes


Fact = (
    Visit
    | Refusal
    | Void
    | Lost
    | ClockOffset
    | SignUp
    | Withdrawal
    | Feedback
    | SessionAttendance
    | Passage
    | Registration
    | Reissue
    | CardRevoked
    | Unknown
)


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """A fact with its id, its times (see the module) and its place."""

    event_id: str
    occurred_at: int
    monotonic_ms: int
    boot_id: str
    fair: str
    booth: str
    fact: Fact
    staff_id: str | None = None


class _Header(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    event_id: Id32
    occurred_at: Millis
    monotonic_ms: Millis
    boot_id: Id32
    fair: Name
    booth: Name
    kind: Name
    fact: msgspec.Raw
    staff_id: Name | None = None


class _Name(msgspec.Struct, frozen=True):
    event_id: Id32


class _BatchBody(msgspec.Struct, frozen=True):
    version: str
    events: list[msgspec.Raw]


_encode = msgspec.json.Encoder().encode
_decode_header = msgspec.json.Decoder(_Header).decode
_decode_name = msgspec.json.Decoder(_Name).decode
_decode_batch = msgspec.json.Decoder(_BatchBody).decode
_decode_fact: dict[str, Callable[[msgspec.Raw], Fact]] = {
    Visit.kind: msgspec.json.Decoder(Visit).decode,
    Refusal.kind: msgspec.json.Decoder(Refusal).decode,
    Void.kind: msgspec.json.Decoder(Void).decode,
    Lost.kind: msgspec.json.Decoder(Lost).decode,
    ClockOffset.kind: msgspec.json.Decoder(ClockOffset).decode,
    SignUp.kind: msgspec.json.Decoder(SignUp).decode,
    Withdrawal.kind: msgspec.json.Decoder(Withdrawal).decode,
    Feedback.kind: msgspec.json.Decoder(Feedback).decode,
    SessionAttendance.kind: msgspec.json.Decoder(SessionAttendance).decode,
    Passage.kind: msgspec.json.Decoder(Passage).decode,
    Registration.kind: msgspec.json.Decoder(Registration).decode,
    Reissue.kind: msgspec.json.Decoder(Reissue).decode,
    CardRevoked.kind: msgspec.json.Decoder(CardRevoked).decode,
}
KINDS: Final = frozenset(_decode_fact)
"""The kinds that this version knows; a fact of any other is :class:`Unknown`."""


def encode_event(event: Event) -> bytes:
    """Make the one JSON form of an event; the bytes are journalled and sent as they are."""
    fact = event.fact
    raw = fact.raw if isinstance(fact, Unknown) else _encode(fact)
    return _encode(
        _Header(
            event_id=event.event_id,
            occurred_at=event.occurred_at,
            monotonic_ms=event.monotonic_ms,
            boot_id=event.boot_id,
            fair=event.fair,
            booth=event.booth,
            kind=fact.kind,
            fact=msgspec.Raw(raw),
            staff_id=event.staff_id,
        )
    )


def decode_event(raw: bytes) -> Event:
    """Read one event; raises :class:`EventError` with code ``bad_event`` or ``too_large``."""
    if len(raw) > MAX_EVENT_BYTES:
        raise EventError("too_large", f"an event of {len(raw)} bytes; at most {MAX_EVENT_BYTES} are taken")
    try:
        # The parser passes over what it does not know without looking at its encoding.
        raw.decode()
        header = _decode_header(raw)
        decode = _decode_fact.get(header.kind)
        raw_fact = header.fact
        fact = decode(raw_fact) if decode else Unknown(kind=header.kind, raw=bytes(memoryview(raw_fact)))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as problem:
        raise EventError("bad_event", f"not an event of version {VERSION}: {problem}") from None
    return Event(
        event_id=header.event_id,
        occurred_at=header.occurred_at,
        monotonic_ms=header.monotonic_ms,
        boot_id=header.boot_id,
        fair=header.fair,
        booth=header.booth,
        fact=fact,
        staff_id=header.staff_id,
    )


def event_name(raw: bytes) -> str:
    """Name an event, readable or not: its id where that can be read, else a hash of its bytes.

    Both sides name what they hold in this way, also where the server cannot understand it.
    """
    try:
        return _decode_name(raw).event_id
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return blake2b(raw, digest_size=16).hexdigest()


def join_events(events: Iterable[bytes]) -> bytes:
    """Make the JSON of a batch from encoded events, in the order of their seqs."""
    return b'{"version":"' + VERSION.encode() + b'","events":[' + b",".join(events) + b"]}"


def split_events(body: bytes) -> list[bytes]:
    """Take a batch's JSON apart into the bytes of each event.

    Raises :class:`EventError`: ``unknown_version`` for another major version,
    ``bad_batch`` for anything that is no batch of 1 to 100 events.
    """
    try:
        batch = _decode_batch(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as problem:
        raise EventError("bad_batch", f"not a batch: {problem}") from None
    if batch.version.partition(".")[0] != str(MAJOR):
        raise EventError(
            "unknown_version", f"events of version {batch.version}; this program reads {MAJOR}.x"
        )
    if not 1 <= len(batch.events) <= MAX_BATCH:
        raise EventError("bad_batch", f"{len(batch.events)} events in a batch; 1 to {MAX_BATCH} are taken")
    return [bytes(memoryview(raw)) for raw in batch.events]
