"""What a kiosk asks the server about people, and what it is told.

::

    ask     JSON, after LABEL → libsodium sealed box for the server → signed message of the kiosk
    reply   JSON, after LABEL → libsodium sealed box for the kiosk  → signed message of the server

They travel on ``…/up/…/ask`` and ``…/down/{device}/answer``, are retained by no broker and kept by
neither side: a reply is on the kiosk's screen and then nowhere. The kiosk's box is for the X25519
key that follows from its Ed25519 batch key, as in ``wire.setup``. A reply echoes its ask's nonce.

One of the staff asks: ``staff_id`` says who, and the server writes it into its audit log. Names come
masked until a second field has confirmed whose they are; ``asked_at`` (ms UTC by the kiosk's best
clock) keeps an old ask from being sent again by somebody else.

Errors::

    EnvelopeError    ``cannot_open``, ``wrong_kind`` (something else is in the box), ``garbage``; else as
                     ``wire.envelope`` says
"""

from typing import Annotated, Final, TypeVar

import msgspec
from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, PublicKey, SealedBox
from nacl.signing import SigningKey, VerifyKey

from wire.envelope import EnvelopeError, Kind, open_message, sign_message
from wire.events import CardNumber, CardRef, MemberId, Millis, Name
from wire.messages import DeviceId, Token

FRESH_MS: Final = 10 * 60 * 1000
"""So old may an ask be, by the server's clock; a nonce counts once within that time."""
MOST_MATCHES: Final = 8
MOST_DEPENDANTS: Final = 24
_ASK: Final = b"riwaq ask 1\0"
_REPLY: Final = b"riwaq reply 1\0"

Text = Annotated[str, msgspec.Meta(max_length=256)]


class Likely(msgspec.Struct, frozen=True, kw_only=True, tag="likely"):
    """Whether somebody like this is known. ``fields`` are a form's, by ``wire.described.FIELDS``."""

    fields: Annotated[dict[Name, Text], msgspec.Meta(max_length=16)]


class Find(msgspec.Struct, frozen=True, kw_only=True, tag="find"):
    """Who is meant by beginnings of names in either script, a phone, an employee's or a card's number."""

    text: Text


class Confirm(msgspec.Struct, frozen=True, kw_only=True, tag="confirm"):
    """Whether this fits whom the kiosk was told of last. ``field`` is one the match may be confirmed by."""

    member: MemberId
    field: Name
    value: Text


class Household(msgspec.Struct, frozen=True, kw_only=True, tag="household"):
    """Who are the dependants of this card's bearer."""

    card: CardNumber


Question = Likely | Find | Confirm | Household


class Ask(msgspec.Struct, frozen=True, kw_only=True):
    """One question of one of the staff."""

    device: DeviceId
    nonce: Token
    staff_id: Name
    asked_at: Millis
    question: Question


class Match(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who may be meant, masked.

    Names are as they may be shown (``م. ب***``), either perhaps empty; ``phone`` is the number's last two
    digits, ``birth`` a year; ``same`` are the fields that are the same as those asked about (``names``,
    ``phone``, ``employee_number``), ``confirm_by`` the fields by one of which staff can confirm who it is:
    ``phone``, ``birth``, ``employee_number``, none of them what was asked about. ``made_at`` is when the
    member came to be known, ms UTC.
    """

    member: MemberId
    name_ar: Text = ""
    name_latin: Text = ""
    category: Annotated[int, msgspec.Meta(ge=0, lt=16)] = 0
    phone: Text = ""
    birth: Text = ""
    same: list[Name] = []
    confirm_by: list[Name] = []
    has_card: bool = False
    made_at: Millis = 0


class Matches(msgspec.Struct, frozen=True, kw_only=True, tag="matches"):
    """The likeliest first, at most :data:`MOST_MATCHES`; ``more`` where there are others."""

    matches: Annotated[list[Match], msgspec.Meta(max_length=MOST_MATCHES)]
    more: bool = False


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """A member whom a second field has confirmed: what a card of theirs is made of.

    ``card`` is the one in force, if there is one; of the others (imported, lost) none is told.
    ``territory`` is the code that stands on a card.
    """

    member: MemberId
    name_ar: Text
    name_latin: Text
    category: Annotated[int, msgspec.Meta(ge=0, lt=15)]
    territory: Annotated[int, msgspec.Meta(ge=0, lt=256)] = 0
    language: Annotated[str, msgspec.Meta(max_length=8)] = "ar"
    card: CardRef | None = None


class Confirmed(msgspec.Struct, frozen=True, kw_only=True, tag="confirmed"):
    """Who it is; nobody where the field does not fit."""

    person: Person | None = None


class Dependant(msgspec.Struct, frozen=True, kw_only=True):
    """One of a household, masked as in :class:`Match`, with the card in force, if there is one."""

    member: MemberId
    name_ar: Text = ""
    name_latin: Text = ""
    category: Annotated[int, msgspec.Meta(ge=0, lt=16)] = 0
    card: CardRef | None = None


class Dependants(msgspec.Struct, frozen=True, kw_only=True, tag="dependants"):
    """A principal's household, without the principal; active members alone."""

    dependants: Annotated[list[Dependant], msgspec.Meta(max_length=MOST_DEPENDANTS)]


class NotTold(msgspec.Struct, frozen=True, kw_only=True, tag="not_told"):
    """Nothing is told.

    ``code`` is ``unknown_staff``, ``too_many`` (this kiosk has asked or guessed too often of late),
    ``unknown_card`` (nobody is known to hold it) or ``not_asked`` (a member that this kiosk was not told of).
    """

    code: Name


Told = Matches | Confirmed | Dependants | NotTold


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    """What the server tells that kiosk."""

    device: DeviceId
    nonce: Token
    told: Told


_Message = TypeVar("_Message", Ask, Reply)


def seal_ask(ask: Ask, *, sealing_key: bytes, key: SigningKey) -> bytes:
    """Seal an ask for the server's public sealing key, 32 bytes, and sign it with the kiosk's batch key."""
    box = SealedBox(PublicKey(sealing_key))
    return sign_message(Kind.ASK, box.encrypt(_ASK + msgspec.json.encode(ask)), key)


def open_ask(message: bytes, *, kiosk_key: bytes, sealing_key: PrivateKey) -> Ask:
    """Verify and open an ask by the kiosk's public batch key, 32 bytes; raises :class:`EnvelopeError`."""
    return _opened(Ask, _ASK, open_message(Kind.ASK, message, kiosk_key), sealing_key)


def seal_reply(reply: Reply, *, kiosk_key: bytes, key: SigningKey) -> bytes:
    """Seal a reply for the kiosk with that public batch key, 32 bytes, and sign it as the server."""
    box = SealedBox(VerifyKey(kiosk_key).to_curve25519_public_key())
    return sign_message(Kind.REPLY, box.encrypt(_REPLY + msgspec.json.encode(reply)), key)


def open_reply(message: bytes, *, server_key: bytes, batch_seed: bytes) -> Reply:
    """Verify and open a reply with the kiosk's own seed, 32 bytes; raises :class:`EnvelopeError`."""
    own = SigningKey(batch_seed).to_curve25519_private_key()
    return _opened(Reply, _REPLY, open_message(Kind.REPLY, message, server_key), own)


def is_reply(message: bytes) -> bool:
    """Say whether a message on a kiosk's ``answer`` topic claims to be a reply to an ask."""
    return message[1:2] == bytes((Kind.REPLY,))


def is_ask(message: bytes) -> bool:
    """Say whether a message on an ``ask`` topic claims to be a kiosk's, and not that of a pairing code."""
    return message[1:2] == bytes((Kind.ASK,))


def _opened(kind: type[_Message], label: bytes, sealed: bytes, key: PrivateKey) -> _Message:
    try:
        plain = SealedBox(key).decrypt(sealed)
    except (CryptoError, ValueError, TypeError) as problem:
        raise EnvelopeError("cannot_open", f"the sealed box does not open: {problem}") from None
    if not plain.startswith(label):
        raise EnvelopeError("wrong_kind", "something else than was expected is in the box")
    try:
        return msgspec.json.decode(plain[len(label) :], type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        # Without the parser's words, which may hold some of what was sealed.
        raise EnvelopeError("garbage", f"not {'an ask' if kind is Ask else 'a reply'}") from None
