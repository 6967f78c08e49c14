"""The programme: the signed description of a fair that kiosks run on; and revocations.

Both are signed by the *body's* key, the one key that a kiosk pins when it is set up. The
programme names every other key: the server's (signing, sealing), each kiosk's (batches,
cards) and the body's own card key. So a kiosk without network takes cards that another
kiosk of the fair has issued an hour ago.

Names are given by language (``ar``, ``fr``, ``zgh``, ``en``). A reader ignores fields
that it does not know; another major version is refused.
"""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Final
from zoneinfo import ZoneInfo

import msgspec
from nacl.signing import SigningKey

from wire.card import CardIdentity
from wire.described import (
    CategoryWords,
    Consent,
    Form,
    Hours,
    Level,
    Names,
    Notice,
    Offer,
    Session,
    Theme,
    Topic,
)
from wire.envelope import EnvelopeError, Kind, open_message, sign_message, signed_length
from wire.events import Millis
from wire.zones import zone_of

MAJOR: Final = 1
FORMAT: Final = "1.0"
MAX_BYTES: Final = 256 * 1024
"""A retained message is at most this long; pictures travel by hash."""

BOOTH_KINDS: Final = ("booth", "entrance", "exit", "doors")

Key = Annotated[bytes, msgspec.Meta(min_length=32, max_length=32)]
Version = Annotated[int, msgspec.Meta(ge=1, lt=2**53)]
# In the one form that a kiosk compares with: a number in capitals would revoke nothing.
CardNumber = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{4}-[0-9a-f]{14}$", max_length=19)]
CardId = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{14}$", max_length=14)]


class Body(msgspec.Struct, frozen=True, kw_only=True):
    """The organisation that runs the days."""

    id: str
    names: Names


class Fair(msgspec.Struct, frozen=True, kw_only=True):
    """One stop: its days are local ISO dates in ``timezone``."""

    id: str
    tour: str
    names: Names
    days: list[date]
    timezone: str = "Africa/Casablanca"
    venue: Names = {}
    hall: Names = {}
    territory: str = ""
    hours: list[Hours] = []


class Partner(msgspec.Struct, frozen=True, kw_only=True):
    """The institution behind a booth, and its field."""

    id: str
    names: Names
    sector: str = "other"


class Booth(msgspec.Struct, frozen=True, kw_only=True):
    """A place in the hall; the body's own where ``partner`` is empty.

    ``kind`` is one of :data:`BOOTH_KINDS`: at an ``entrance`` or an ``exit`` a scan is a Passage in or
    out, at ``doors`` the kiosk guesses and a touch turns it. A kind that a kiosk does not know is a
    ``booth`` to it.
    """

    id: str
    names: Names
    partner: str = ""
    sector: str = "own"
    kind: str = "booth"


class Territory(msgspec.Struct, frozen=True, kw_only=True):
    """A region, province, delegation or centre. ``code`` is what a card's 8 bits hold, 0 for none.

    ``level`` is the id of one of the programme's levels, empty where the body has none.
    """

    id: str
    names: Names
    parent: str = ""
    level: str = ""
    code: Annotated[int, msgspec.Meta(ge=0, lt=256)] = 0


class ServerKeys(msgspec.Struct, frozen=True, kw_only=True):
    """The server's public keys: for what it signs, and for what is sealed for it."""

    signing: Key
    sealing: Key


class CardKey(msgspec.Struct, frozen=True, kw_only=True):
    """A public key that may sign cards of this body."""

    id: Annotated[int, msgspec.Meta(ge=1, lt=2**16)]
    key: Key


class KioskEntry(msgspec.Struct, frozen=True, kw_only=True):
    """A kiosk of this fair and the public key of its batches."""

    device: str
    batch_key: Key
    booth: str


class Programme(msgspec.Struct, frozen=True, kw_only=True):
    """Everything a kiosk needs to know to work a whole fair without a network."""

    version: Version
    issued_at: Millis
    body: Body
    fair: Fair
    server: ServerKeys
    card_keys: list[CardKey]
    booths: list[Booth]
    partners: list[Partner] = []
    territories: list[Territory] = []
    kiosks: list[KioskEntry] = []
    closed: bool = False
    format: str = FORMAT
    tour_names: Names = {}
    levels: list[Level] = []
    categories: list[CategoryWords] = []
    offers: list[Offer] = []
    sessions: list[Session] = []
    consents: list[Consent] = []
    notices: list[Notice] = []
    theme: Theme = Theme()
    retention: dict[str, int] = {}
    """Days that each purpose's personal data are kept, as the tour's description says them."""
    topics: list[Topic] = []
    form: Form | None = None
    """What is asked of whoever is registered at a kiosk; None where nobody is."""

    @property
    def card_key_by_id(self) -> Mapping[int, bytes]:
        """The public card keys, by their id."""
        return {entry.id: entry.key for entry in self.card_keys}

    @property
    def zone(self) -> ZoneInfo:
        """The fair's time zone."""
        return zone_of(self.fair.timezone)


class RevokedKey(msgspec.Struct, frozen=True, kw_only=True):
    """A card key refused from now on, but for the cards that the server already knew from it.

    ``known`` holds card ids of 14 hex digits. All others of that key are refused, however
    early they claim to begin: back-dating gains a thief nothing.
    """

    key_id: Annotated[int, msgspec.Meta(ge=0, lt=2**16)]
    known: list[CardId] = []


class Revocations(msgspec.Struct, frozen=True, kw_only=True):
    """What is refused from now on: cards (``0001-00c0ffee00c0ff``) and whole keys."""

    version: Version
    issued_at: Millis
    cards: list[CardNumber] = []
    keys: list[RevokedKey] = []
    format: str = FORMAT

    @property
    def empty(self) -> bool:
        """Whether nothing at all is revoked."""
        return not self.cards and not self.keys


class RevocationIndex:
    """Revocations as a kiosk asks them: is this card refused? Built once per version."""

    def __init__(self, revocations: Revocations | None) -> None:
        self._cards = frozenset(revocations.cards if revocations else ())
        self._keys = {
            entry.key_id: frozenset(entry.known) for entry in (revocations.keys if revocations else ())
        }

    def __contains__(self, card: CardIdentity) -> bool:
        """Say whether the card, or the key that signed it, is revoked."""
        known = self._keys.get(card.key_id)
        return str(card) in self._cards or (known is not None and f"{card.card_id:014x}" not in known)


def programme_length(programme: Programme) -> int:
    """Give the bytes that a programme's signed message would have."""
    return signed_length(msgspec.json.encode(programme))


def sign_programme(programme: Programme, body_key: SigningKey) -> bytes:
    """Make the signed message; raises :class:`EnvelopeError`, ``too_large`` over 256 KB.

    What a kiosk could not open is refused here, where somebody can mend it.
    """
    message = sign_message(Kind.PROGRAMME, msgspec.json.encode(programme), body_key)
    open_programme(_bounded(message, "programme"), bytes(body_key.verify_key))
    return message


def sign_revocations(revocations: Revocations, body_key: SigningKey) -> bytes:
    """Make the signed message; raises :class:`EnvelopeError` as :func:`sign_programme` does."""
    message = sign_message(Kind.REVOCATIONS, msgspec.json.encode(revocations), body_key)
    open_revocations(_bounded(message, "revocation list"), bytes(body_key.verify_key))
    return message


def open_programme(message: bytes, body_public_key: bytes) -> Programme:
    """Verify and read a programme; raises :class:`EnvelopeError`."""
    payload = open_message(Kind.PROGRAMME, message, body_public_key)
    _refuse_other_major(payload)
    try:
        programme = msgspec.json.decode(payload, type=Programme)
        programme.zone  # noqa: B018 - a zone that this machine does not know is refused here, not at a scan
    except (msgspec.DecodeError, RecursionError, KeyError, ValueError, OSError) as problem:
        raise EnvelopeError("garbage", f"not a programme: {problem}") from None
    return programme


def open_revocations(message: bytes, body_public_key: bytes) -> Revocations:
    """Verify and read revocations; raises :class:`EnvelopeError`."""
    payload = open_message(Kind.REVOCATIONS, message, body_public_key)
    _refuse_other_major(payload)
    try:
        return msgspec.json.decode(payload, type=Revocations)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as problem:
        raise EnvelopeError("garbage", f"not a revocation list: {problem}") from None


def supersedes(offered: Programme, current: Programme | None) -> bool:
    """Say whether a verified programme replaces the one at hand: only by a higher version."""
    return current is None or offered.version > current.version


def revocations_supersede(offered: Revocations, current: Revocations | None) -> bool:
    """Say whether a verified list replaces the one at hand.

    Only by a higher version, and never an empty list a full one: cards do not come back
    from the dead because a server lost its memory.
    """
    if current is None:
        return True
    return offered.version > current.version and not (offered.empty and not current.empty)


class _Format(msgspec.Struct):
    format: str


def _refuse_other_major(payload: bytes) -> None:
    try:
        found = msgspec.json.decode(payload, type=_Format).format
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as problem:
        raise EnvelopeError("garbage", f"not a signed description: {problem}") from None
    if found.partition(".")[0] != str(MAJOR):
        raise EnvelopeError("unknown_version", f"format {found}; this program reads {MAJOR}.x")


def _bounded(message: bytes, what: str) -> bytes:
    if len(message) > MAX_BYTES:
        raise EnvelopeError(
            "too_large", f"the {what} takes {len(message)} bytes; at most {MAX_BYTES} are sent"
        )
    return message
