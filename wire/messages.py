"""What kiosk and server say to each other besides facts: hello, answer, acknowledgement.

Delivery in one paragraph: a kiosk says *hello* with a nonce and what its journal holds;
the server *answers* with its marks and its ``run`` (random, minted at every start). From
then on the kiosk sends batches, and the server *acknowledges* after COMMIT. An
acknowledgement of an unknown run makes the kiosk say hello again.

Every mark comes with a ``tail``: a hash over every event that the server holds up to that
seq (:func:`next_tail`). A mark moves a kiosk's own only where the kiosk's journal gives the
same tail. Else two kiosks share one identity (a cloned disk), and the kiosk moves the epoch
to a new number and sends it again: nothing is lost, and no kiosk takes another's
acknowledgement for its own. The id of the last event alone would not do: where two kiosks
take turns in one epoch, the server holds some seqs of either, and the last may be this
kiosk's while an earlier one is not.
"""

from hashlib import blake2b
from typing import Annotated, Final, TypeVar

import msgspec
from nacl.signing import SigningKey

from wire.described import LogoName
from wire.envelope import EnvelopeError, Kind, open_message, peek_message, sign_message
from wire.events import Epoch, Millis

MAX_STATE: Final = 16 * 1024
"""Bytes of a state, the one message that nobody signed."""

Mark = Annotated[int, msgspec.Meta(ge=0, lt=2**53)]
DeviceId = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{16}$", max_length=16)]
Token = Annotated[str, msgspec.Meta(min_length=8, max_length=64)]


class KeptEpoch(msgspec.Struct, frozen=True, kw_only=True):
    """One epoch of a kiosk's journal: its first and last seq, and the mark it believes in."""

    epoch: Epoch
    first: Mark
    last: Mark
    mark: Mark


class Hello(msgspec.Struct, frozen=True, kw_only=True):
    """A kiosk is here: what it holds, and which versions it runs on (0: none yet).

    ``logo`` names the one that it keeps, empty for none.
    """

    device: DeviceId
    nonce: Token
    epochs: Annotated[list[KeptEpoch], msgspec.Meta(max_length=4096)]
    programme_version: Mark = 0
    revocations_version: Mark = 0
    software: Annotated[str, msgspec.Meta(max_length=32)] = ""
    setup_version: Mark = 0
    logo: LogoName = ""


class HeldEpoch(msgspec.Struct, frozen=True, kw_only=True):
    """What the server has of an epoch: everything up to ``upto``; ``tail`` tells which events those are."""

    epoch: Epoch
    upto: Mark
    tail: str


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """The server's reply to one hello: authoritative, also where its marks are lower.

    ``programme`` and ``revocations`` are whole signed messages, present where the kiosk's
    are older. ``logo`` is the programme's, a PNG, present where the kiosk keeps another or none.
    """

    device: DeviceId
    nonce: Token
    run: Token
    epochs: list[HeldEpoch]
    server_time: Millis
    programme: bytes | None = None
    revocations: bytes | None = None
    logo: bytes | None = None


class Ack(msgspec.Struct, frozen=True, kw_only=True):
    """Everything of this epoch up to ``upto`` is committed."""

    device: DeviceId
    run: Token
    epoch: Epoch
    upto: Mark
    tail: str
    server_time: Millis


class State(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A kiosk's health, retained in plain JSON for anyone's tools: a hint, nothing personal.

    Ages are seconds, disk megabytes, temperature degrees Celsius, rate pictures a second.
    """

    online: bool
    name: str = ""
    fair: str = ""
    booth: str = ""
    waiting: Mark = 0
    oldest_waiting_s: Mark = 0
    disk_free_mb: Mark | None = None
    temperature_c: float | None = None
    camera_rate: float | None = None
    camera_trouble: str = ""
    programme_version: Mark = 0
    damaged_rows: Mark = 0
    software: str = ""
    wiped: bool = False
    """The fair is closed, and the kiosk keeps nothing of it."""
    help_wanted: bool = False
    """Somebody at the kiosk has asked for help, and nobody has come yet."""


class Live(msgspec.Struct, frozen=True, kw_only=True):
    """A fair's running totals, retained in plain JSON. No breakdown: a count under 5 could name someone."""

    fair: str
    visits: int
    attendance: int
    updated_at: int
    run: str


Signed = TypeVar("Signed", Hello, Answer, Ack)
Read = TypeVar("Read")
_SIGNED: dict[type, Kind] = {Hello: Kind.HELLO, Answer: Kind.ANSWER, Ack: Kind.ACK}


def next_tail(tail: str, name: str) -> str:
    """Extend a tail by the next event's name (``events.event_name``); an epoch's first tail is ``""``."""
    return blake2b((tail + name).encode(), digest_size=16).hexdigest()


def sign(message: Hello | Answer | Ack, key: SigningKey) -> bytes:
    """Encode and sign a message with its sender's key."""
    return sign_message(_SIGNED[type(message)], msgspec.json.encode(message), key)


def open_signed(kind: type[Signed], message: bytes, public_key: bytes) -> Signed:
    """Verify and read a message; raises :class:`EnvelopeError`."""
    return _read(kind, open_message(_SIGNED[kind], message, public_key))


def peek(kind: type[Signed], message: bytes) -> Signed:
    """Read a message before its signature was checked; see ``envelope.peek_message``."""
    return _read(kind, peek_message(_SIGNED[kind], message))


def read_state(payload: bytes) -> State:
    """Read a state from anyone; raises :class:`EnvelopeError`, ``garbage`` or ``too_large``."""
    if len(payload) > MAX_STATE:
        raise EnvelopeError("too_large", f"a state of {len(payload)} bytes; at most {MAX_STATE} are read")
    return _read(State, payload)


def _read(kind: type[Read], payload: bytes) -> Read:
    try:
        return msgspec.json.decode(payload, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as problem:
        raise EnvelopeError("garbage", f"not a {kind.__name__.lower()}: {problem}") from None
