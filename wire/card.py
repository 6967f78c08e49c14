"""The card token: the signed bytes in a member's QR code.

A token is 122 characters of the QR alphanumeric alphabet, so that it fits a QR code of
version 5 at error correction level M::

    R1 <base45 of 80 bytes>
    └┬┘ └── 16 bytes payload ‖ 64 bytes Ed25519 signature over LABEL ‖ payload
     └ the format's version

The payload is 128 bits, most significant bit first:

=====================  ====  ===========================================================
field                  bits  meaning
=====================  ====  ===========================================================
body tag                 16  first two bytes of BLAKE2b-256 over the body's public key
key id                   16  which of the body's card keys signed
card id                  56  random
category                  4  see :class:`Category`; 15 is staff, counted nowhere
home territory            8  code at the level that the programme marks; 0 is none
language                  2  see :data:`LANGUAGES`
valid from               13  days since 2024-01-01, first day of validity
valid to                 13  days since 2024-01-01, last day of validity
=====================  ====  ===========================================================

No name, rank, unit or number of a person is in it. A card's identity is (body, key id,
card id): two kiosks that issue cards offline have different keys and cannot mint the same.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import IntEnum, StrEnum
from hashlib import blake2b

import base45
from nacl.exceptions import BadSignatureError
from nacl.signing import SigningKey, VerifyKey

from wire import WireError

PREFIX = "R1"
TOKEN_LENGTH = 122
PAYLOAD_BYTES = 16
SIGNATURE_BYTES = 64
DAY_ZERO = date(2024, 1, 1)
LAST_DAY = DAY_ZERO + timedelta(days=2**13 - 1)
LANGUAGES = ("ar", "fr", "zgh", "en")

_LABEL = b"riwaq card 1\0"
_ALPHABET = frozenset("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:")
# A foreign code such as "R2D2" is no card of a later version: those are long, too.
_SHORTEST_OTHER_VERSION = 80
_IDENTITY = re.compile(r"^([0-9a-f]{4})-([0-9a-f]{14})$")
_VERSIONS = frozenset(f"R{digit}" for digit in range(10))
_WIDTHS = (16, 16, 56, 4, 8, 2, 13, 13)


class CardError(WireError):
    """A card's field does not fit its layout."""


class Category(IntEnum):
    """Through whom a member holds a card, as the four bits of a token."""

    UNKNOWN = 0
    ACTIVE = 1
    RETIRED = 2
    WIDOW = 3
    CHILD = 4
    OTHER = 5
    STAFF = 15


class RefusalCode(StrEnum):
    """Why a scan was not accepted: a closed set, the same in journal, ledger and on screens."""

    FOREIGN_CODE = "foreign_code"
    MALFORMED = "malformed"
    UNKNOWN_VERSION = "unknown_version"
    WRONG_BODY = "wrong_body"
    UNKNOWN_KEY = "unknown_key"
    BAD_SIGNATURE = "bad_signature"
    EXPIRED = "expired"
    NOT_YET_VALID = "not_yet_valid"
    REVOKED = "revoked"
    NOT_INVITED = "not_invited"


@dataclass(frozen=True, slots=True, order=True)
class CardIdentity:
    """Which card, within a body: the id of the key that signed it and its random id."""

    key_id: int
    card_id: int

    def __str__(self) -> str:
        """Give the form that people read and type: ``0001-00c0ffee00c0ff``."""
        return f"{self.key_id:04x}-{self.card_id:014x}"

    @classmethod
    def parse(cls, text: str) -> "CardIdentity":
        """Read what ``str()`` wrote; raises :class:`CardError` on anything else."""
        match = _IDENTITY.match(text.strip().lower())
        if match is None:
            raise CardError(f"{text!r} is not a card number: it looks like 0001-00c0ffee00c0ff")
        return cls(int(match[1], 16), int(match[2], 16))


@dataclass(frozen=True, slots=True)
class Card:
    """The fields of a token; ``valid_from`` and ``valid_to`` are both days of validity."""

    body_tag: int
    key_id: int
    card_id: int
    category: int
    territory: int
    language: str
    valid_from: date
    valid_to: date

    @property
    def identity(self) -> CardIdentity:
        """Which card this is, within its body."""
        return CardIdentity(self.key_id, self.card_id)


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a text was not taken for a card; ``card`` only where its signature was right."""

    code: RefusalCode
    card: Card | None = None


def body_tag(body_public_key: bytes) -> int:
    """Derive the 16-bit tag of a body from its 32-byte public key."""
    return int.from_bytes(blake2b(body_public_key, digest_size=32).digest()[:2], "big")


def pack(card: Card) -> bytes:
    """Lay a card out as 16 bytes; raises :class:`CardError` where a field does not fit."""
    if card.language not in LANGUAGES:
        raise CardError(f"language {card.language!r} is none of {', '.join(LANGUAGES)}")
    if card.valid_to < card.valid_from:
        raise CardError(f"a card cannot end ({card.valid_to}) before it begins ({card.valid_from})")
    fields = (
        card.body_tag,
        card.key_id,
        card.card_id,
        card.category,
        card.territory,
        LANGUAGES.index(card.language),
        (card.valid_from - DAY_ZERO).days,
        (card.valid_to - DAY_ZERO).days,
    )
    bits = 0
    for value, width in zip(fields, _WIDTHS, strict=True):
        if not 0 <= value < 1 << width:
            raise CardError(f"{value} does not fit the {width} bits of its field in {card}")
        bits = bits << width | value
    return bits.to_bytes(PAYLOAD_BYTES, "big")


def unpack(payload: bytes) -> Card:
    """Read 16 bytes back into a card; every 16 bytes are some card."""
    bits = int.from_bytes(payload, "big")
    values = []
    for width in reversed(_WIDTHS):
        values.append(bits & (1 << width) - 1)
        bits >>= width
    tag, key_id, card_id, category, territory, language, first, last = reversed(values)
    return Card(
        body_tag=tag,
        key_id=key_id,
        card_id=card_id,
        category=category,
        territory=territory,
        language=LANGUAGES[language],
        valid_from=DAY_ZERO + timedelta(days=first),
        valid_to=DAY_ZERO + timedelta(days=last),
    )


def sign(card: Card, key: SigningKey) -> str:
    """Make the token of a card, 122 characters."""
    payload = pack(card)
    signature = key.sign(_LABEL + payload).signature
    encoded: bytes = base45.b45encode(payload + signature)
    return PREFIX + encoded.decode("ascii")


def parse(text: str) -> tuple[Card, bytes] | RefusalCode:
    """Read a token's form alone: its card and its signature, or why it is none.

    Length and alphabet are looked at before anything is decoded, so a 2,953-byte code
    costs nothing. Base45 that is not canonical is refused: one card, one text.
    """
    if (code := _form(text)) is not None:
        return code
    try:
        raw = base45.b45decode(text[2:])
    except ValueError:
        return RefusalCode.MALFORMED
    canonical = base45.b45encode(raw) == text[2:].encode("ascii")
    card = unpack(raw[:PAYLOAD_BYTES])
    if not canonical or card.valid_to < card.valid_from:
        return RefusalCode.MALFORMED
    return card, raw[PAYLOAD_BYTES:]


def _form(text: str) -> RefusalCode | None:
    version, in_alphabet = text[:2], _ALPHABET.issuperset(text)
    if version not in _VERSIONS:
        return RefusalCode.FOREIGN_CODE
    if version != PREFIX:
        later = in_alphabet and len(text) >= _SHORTEST_OTHER_VERSION
        return RefusalCode.UNKNOWN_VERSION if later else RefusalCode.FOREIGN_CODE
    if len(text) != TOKEN_LENGTH:
        return RefusalCode.MALFORMED if in_alphabet else RefusalCode.FOREIGN_CODE
    return None if in_alphabet else RefusalCode.MALFORMED


def verify(text: str, tag: int, keys: Mapping[int, bytes]) -> Card | Refused:
    """Say whether a text is a genuine card of the body with this tag.

    ``keys`` maps key ids to 32-byte public keys. Dates and revocation are the caller's:
    they depend on a clock and on lists that this function does not have.
    """
    parsed = parse(text)
    if isinstance(parsed, RefusalCode):
        return Refused(parsed)
    card, signature = parsed
    if card.body_tag != tag:
        return Refused(RefusalCode.WRONG_BODY)
    key = keys.get(card.key_id)
    if key is None:
        return Refused(RefusalCode.UNKNOWN_KEY)
    try:
        VerifyKey(key).verify(_LABEL + pack(card), signature)
    except BadSignatureError:
        return Refused(RefusalCode.BAD_SIGNATURE)
    return card
