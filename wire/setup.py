"""What a kiosk must know and not everyone may read: who is invited, how staff prove themselves.

A setup is the same for every kiosk of a fair, and is sealed for each::

    JSON → zlib → libsodium sealed box for the kiosk → signed message of the server

The box is for the X25519 key that follows from the kiosk's own Ed25519 batch key, so a kiosk
needs no other key. It travels on ``…/down/{device}/setup``, never retained; the kiosk keeps it
as it came, sealed, and opens it in memory. The signature is the server's, whose key stands in
the programme.

**PINs.** A PIN is the id of the one who types it, three digits or more, and six random digits:
``101 482 913`` is the PIN of staff 101. So a kiosk knows whose verifier to check and computes
argon2 once, not once for each of the staff. :func:`typed_pin` reads what was typed.

Errors::

    EnvelopeError    ``cannot_open`` where the box is another kiosk's; else as ``wire.envelope`` says
"""

import re
import unicodedata
import zlib
from typing import Annotated, Final, NamedTuple

import msgspec
from nacl.exceptions import CryptoError
from nacl.public import SealedBox
from nacl.signing import SigningKey, VerifyKey

from wire.envelope import MAX_PLAIN, EnvelopeError, Kind, inflate, open_message, sign_message

FORMAT: Final = "1.0"
MAJOR: Final = 1
MAX_PACKED: Final = 256 * 1024
"""Bytes of a setup before it is sealed: what a kiosk is sent, like a programme."""

Invitee = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
"""A card's number (``0001-00c0ffee00c0ff``), or the keyed hash of a member's (``m:`` and 32 hex digits)."""


SECRET_DIGITS: Final = 6
"""The random digits of a PIN; what stands before them is the id."""
FIRST_STAFF_ID: Final = 101
_PIN: Final = re.compile(rf"([1-9][0-9]{{2,5}})[0-9]{{{SECRET_DIGITS}}}")
_LONGEST_TYPED: Final = 64


class TypedPin(NamedTuple):
    """A PIN as it was typed: whose it claims to be, and all its digits, ASCII without spaces. Secret."""

    staff_id: str
    digits: str


class StaffVerifier(msgspec.Struct, frozen=True, kw_only=True):
    """How one of the staff proves who it is.

    ``staff_id`` is a number as text from 101 on, given once and never again. ``pin_verifier`` is an
    argon2id string (``$argon2id$v=19$…``, with its own parameters and salt) over all digits of the
    PIN, the id's as well, as ASCII without spaces; never a PIN. ``card`` is the number of the staff
    card, ``booth`` where this one works; either may be empty. The name stays at the server: a kiosk's
    disk names nobody.
    """

    staff_id: str
    pin_verifier: str
    card: str = ""
    booth: str = ""


class Setup(msgspec.Struct, frozen=True, kw_only=True):
    """One fair's setup; ``invitees`` by the session's id. A session that is not there invites everyone.

    ``known_cards`` are, by invitee, the other cards that the server knows to be the same member's: of one
    who is named by a hash all of them. The hash's key stays at the server: with it, whoever steals a kiosk
    would try all numbers there are. So a kiosk takes a card that it has just registered for an invited
    member once the server has told it so; until then staff let the bearer in.
    """

    version: Annotated[int, msgspec.Meta(ge=1, lt=2**53)]
    fair: str
    invitees: dict[str, list[Invitee]] = {}
    known_cards: dict[Invitee, list[str]] = {}
    staff: list[StaffVerifier] = []
    identity_key: bytes = b""
    """The key of hashes of national ids (``wire.national_id``), where the body may keep those; else empty."""
    format: str = FORMAT

    def invites(self, session: str, card: str) -> bool:
        """Say whether the session is open to the bearer of a card, by the card's number."""
        invited = self.invitees.get(session)
        if invited is None or card in invited:
            return True
        return any(who in invited for who, cards in self.known_cards.items() if card in cards)

    def staff_with(self, staff_id: str) -> StaffVerifier | None:
        """Give the one of the staff who has this id."""
        return next((each for each in self.staff if each.staff_id == staff_id), None)


def typed_pin(text: str) -> TypedPin | None:
    """Read a PIN as somebody typed it, or None where it has not the form of one.

    Digits of any script count as what they are, Arabic-Indic ones too; spaces and the invisible
    marks of direction that come with pasted Arabic do not count.
    """
    if len(text) > _LONGEST_TYPED:
        return None
    seen = "".join(each for each in text if not (each.isspace() or unicodedata.category(each) == "Cf"))
    digits = "".join(str(unicodedata.decimal(each, "?")) for each in seen)
    match = _PIN.fullmatch(digits)
    return TypedPin(match[1], digits) if match else None


def pack_setup(setup: Setup) -> bytes:
    """Make what is sealed for each kiosk; raises :class:`EnvelopeError` ``too_large``."""
    payload = msgspec.json.encode(setup)
    packed = zlib.compress(payload)
    if len(payload) > MAX_PLAIN or len(packed) > MAX_PACKED:
        raise EnvelopeError(
            "too_large",
            f"the invitees and staff of {setup.fair} take {len(packed)} bytes; "
            f"a kiosk is sent at most {MAX_PACKED}",
        )
    return packed


def seal_setup(packed: bytes, *, kiosk_key: bytes, key: SigningKey) -> bytes:
    """Seal a packed setup for the kiosk with that public batch key, 32 bytes, and sign it."""
    box = SealedBox(VerifyKey(kiosk_key).to_curve25519_public_key())
    return sign_message(Kind.SETUP, box.encrypt(packed), key)


def open_setup(message: bytes, *, server_key: bytes, batch_seed: bytes) -> Setup:
    """Verify and open a setup with the kiosk's own seed, 32 bytes; raises :class:`EnvelopeError`."""
    sealed = open_message(Kind.SETUP, message, server_key)
    try:
        packed = SealedBox(SigningKey(batch_seed).to_curve25519_private_key()).decrypt(sealed)
    except (CryptoError, ValueError, TypeError) as problem:
        raise EnvelopeError("cannot_open", f"the setup does not open: {problem}") from None
    payload = inflate(packed)
    try:
        found = msgspec.json.decode(payload, type=_Format).format
        if found.partition(".")[0] != str(MAJOR):
            raise EnvelopeError("unknown_version", f"a setup of format {found}; this program reads {MAJOR}.x")
        return msgspec.json.decode(payload, type=Setup)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as problem:
        raise EnvelopeError("garbage", f"not a setup: {problem}") from None


class _Format(msgspec.Struct):
    format: str
