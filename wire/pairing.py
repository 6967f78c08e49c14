"""Pairing: how a kiosk without settings gets them from a code held before its camera.

The **code** is a QR code that the server makes for one kiosk, good once and for fifteen minutes::

    RP1 <base45 of>
    offset  bytes  field
    0       32     the body's public key: what the kiosk pins
    32      32     one-time secret: seed of an Ed25519 key that proves the code, and of the account's password
    64      8      number of the pairing, random; the account is ``pair-`` and its 16 hex digits
    72      1      length n of the body's id
    73      n      the body's id
    73+n    …      the broker's address as in ``mqtt://192.168.1.10:1883``

The kiosk makes its own keys, connects under that account and **asks** on ``up/00/{account}/ask``:
its public keys, signed by the code's key. The server **answers** on ``down/{account}/answer``,
signed by the body's key: what goes into kiosk.toml, sealed for the kiosk's own key, or why not.
The same kiosk may ask again until it has heard the answer; another one is refused.

Whoever photographs a code has what pairs one kiosk once, for fifteen minutes, and an account
that may do nothing else. The kiosk's own account is another one.

Errors::

    PairingCodeError    a text is no pairing code; ``code`` is a :class:`PairingRefusal`
    EnvelopeError       as ``wire.envelope`` says; ``cannot_open`` where the box is another kiosk's
"""

from dataclasses import dataclass
from enum import StrEnum
from hashlib import blake2b
from typing import Annotated, Final, TypeVar

import base45
import msgspec
from nacl.exceptions import CryptoError
from nacl.public import SealedBox
from nacl.signing import SigningKey, VerifyKey

from wire import WireError
from wire.broker import BrokerAddress, BrokerAddressError, parse_broker
from wire.envelope import EnvelopeError, Kind, open_message, peek_message, sign_message
from wire.messages import DeviceId, Token
from wire.programme import Key
from wire.topics import SLUG, down, up

PREFIX: Final = "RP1"
ACCOUNT: Final = "pair-"
"""How the name of an account begins that may pair and do nothing else."""
VALID_MS: Final = 15 * 60 * 1000
LONGEST: Final = 400
"""Characters of a code; a longer text is not looked at."""

_ANY_VERSION: Final = "RP"
_SHORTEST: Final = 110
"""Characters: two keys take more in any version. A foreign code such as "RP7" is none of ours."""
_REGION: Final = "00"
_KEY_BYTES: Final = 32
_NUMBER_BYTES: Final = 8
_HEAD: Final = 2 * _KEY_BYTES + _NUMBER_BYTES
_PERSON: Final = b"riwaq pairing 1"
Read = TypeVar("Read")


Slug = Annotated[str, msgspec.Meta(pattern=SLUG.pattern)]


class PairingRefusal(StrEnum):
    """Why a pairing code was not taken: a closed set, the same at the server and on screens.

    The first five are said by the kiosk alone: ``foreign`` for the code of another body than the
    one that it belongs to, or where another server answers than the code names; ``account`` where
    the broker does not let the code's account in. The server says the others; ``withdrawn`` where
    the code, its booth or its fair is there no more.
    """

    NOT_A_CODE = "not_a_code"
    MALFORMED = "malformed"
    UNKNOWN_VERSION = "unknown_version"
    FOREIGN = "foreign"
    ACCOUNT = "account"
    USED = "used"
    EXPIRED = "expired"
    FORGED = "forged"
    WITHDRAWN = "withdrawn"


class PairingCodeError(WireError):
    """A text is no pairing code that this program reads."""

    def __init__(self, code: PairingRefusal, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class PairingCode:
    """What a code holds; ``number`` is 16 hex digits. Secret while it is valid."""

    body: str
    body_key: bytes
    secret: bytes
    number: str
    broker: BrokerAddress

    def __repr__(self) -> str:
        """Show which code this is, never its secret."""
        return f"PairingCode({self.body!r}, {self.account!r})"

    @property
    def account(self) -> str:
        """The broker's account for asking."""
        return ACCOUNT + self.number

    @property
    def password(self) -> str:
        """The account's password: 64 hex digits."""
        return blake2b(self.secret, digest_size=32, person=_PERSON).hexdigest()

    @property
    def key(self) -> SigningKey:
        """The key that proves the code."""
        return SigningKey(self.secret)

    @property
    def ask_topic(self) -> str:
        """Where the kiosk asks."""
        return up(self.body, _REGION, self.account, "ask")

    @property
    def answer_topic(self) -> str:
        """Where the server answers."""
        return down(self.body, self.account, "answer")


class PairingAsk(msgspec.Struct, frozen=True, kw_only=True):
    """A kiosk asks for its settings: its own public keys, and a nonce that the answer echoes.

    ``body_key`` is the one that the code names: a server with another one does not spend the code.
    """

    account: Annotated[str, msgspec.Meta(pattern="^pair-[0-9a-f]{16}$", max_length=21)]
    nonce: Token
    body_key: Key
    batch_key: Key
    card_key: Key
    software: Annotated[str, msgspec.Meta(max_length=32)] = ""


class PairingAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The server's word on one ask: ``sealed`` holds a :class:`Paired`, or ``refused`` says why not."""

    account: str
    nonce: Token
    sealed: bytes = b""
    refused: str = ""


class Paired(msgspec.Struct, frozen=True, kw_only=True):
    """What the kiosk is from now on. ``password`` is that of its own account, named by ``device``."""

    device: DeviceId
    name: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
    fair: Slug
    booth: Slug
    region: Slug
    password: Annotated[str, msgspec.Meta(pattern=r"^[\x21-\x7e]+\Z", max_length=128)]
    card_key_id: Annotated[int, msgspec.Meta(ge=1, lt=2**16)]

    def __repr__(self) -> str:
        """Show who this is, never the password."""
        return f"Paired({self.device!r})"


def is_pairing_code(text: str) -> bool:
    """Say whether a text wants to be a pairing code, of any version and however damaged."""
    return (
        len(text) >= _SHORTEST and text.startswith(_ANY_VERSION) and text[len(_ANY_VERSION)] in "0123456789"
    )


def write_code(code: PairingCode) -> str:
    """Write a code as the text of its QR code, in the QR alphanumeric alphabet.

    Raises :class:`PairingCodeError` for a broker's address that makes it too long.
    """
    body, address = code.body.encode("ascii"), str(code.broker).encode()
    raw = code.body_key + code.secret + bytes.fromhex(code.number) + bytes((len(body),)) + body + address
    encoded: bytes = base45.b45encode(raw)
    text = PREFIX + encoded.decode("ascii")
    if len(text) > LONGEST:
        raise PairingCodeError(PairingRefusal.MALFORMED, f"the broker's address is too long: {code.broker}")
    return text


def read_code(text: str) -> PairingCode:
    """Read what :func:`write_code` wrote; raises :class:`PairingCodeError`."""
    if not is_pairing_code(text):
        raise PairingCodeError(PairingRefusal.NOT_A_CODE, "this is no pairing code")
    if not text.startswith(PREFIX):
        raise PairingCodeError(PairingRefusal.UNKNOWN_VERSION, "a pairing code of another version")
    try:
        return _laid_out(_decoded(text[len(PREFIX) :]) if len(text) <= LONGEST else b"")
    except (ValueError, BrokerAddressError):
        raise PairingCodeError(PairingRefusal.MALFORMED, "the pairing code is damaged") from None


def _decoded(encoded: str) -> bytes:
    raw: bytes = base45.b45decode(encoded)
    if base45.b45encode(raw) != encoded.encode("ascii"):
        raise ValueError("not canonical: one code, one text")
    return raw


def _laid_out(raw: bytes) -> PairingCode:
    if len(raw) <= _HEAD:
        raise ValueError("too short")
    length = raw[_HEAD]
    body = raw[_HEAD + 1 : _HEAD + 1 + length].decode("ascii")
    address = raw[_HEAD + 1 + length :].decode("utf-8")
    broker = parse_broker(address)
    if not SLUG.match(body) or str(broker) != address:
        raise ValueError("not as it was written")
    return PairingCode(
        body=body,
        body_key=raw[:_KEY_BYTES],
        secret=raw[_KEY_BYTES : 2 * _KEY_BYTES],
        number=raw[2 * _KEY_BYTES : _HEAD].hex(),
        broker=broker,
    )


def sign_ask(ask: PairingAsk, code: PairingCode) -> bytes:
    """Sign an ask with the code's own key."""
    return sign_message(Kind.PAIRING_ASK, msgspec.json.encode(ask), code.key)


def peek_ask(message: bytes) -> PairingAsk:
    """Read an ask before its signature was checked: its account says which key to verify with."""
    return _read(PairingAsk, peek_message(Kind.PAIRING_ASK, message))


def open_ask(message: bytes, public_key: bytes) -> PairingAsk:
    """Verify and read an ask with the public half of the code's key; raises ``EnvelopeError``."""
    return _read(PairingAsk, open_message(Kind.PAIRING_ASK, message, public_key))


def seal_answer(ask: PairingAsk, paired: Paired, body_key: SigningKey) -> bytes:
    """Make the answer that gives a kiosk its settings, sealed for its own batch key."""
    box = SealedBox(VerifyKey(ask.batch_key).to_curve25519_public_key())
    sealed = box.encrypt(msgspec.json.encode(paired))
    return _sign_answer(PairingAnswer(account=ask.account, nonce=ask.nonce, sealed=sealed), body_key)


def sign_refusal(ask: PairingAsk, refusal: PairingRefusal, body_key: SigningKey) -> bytes:
    """Make the answer that says why not."""
    return _sign_answer(PairingAnswer(account=ask.account, nonce=ask.nonce, refused=str(refusal)), body_key)


def open_answer(message: bytes, ask: PairingAsk, *, body_key: bytes, batch_seed: bytes) -> Paired | str:
    """Verify the answer to an ask and open it with the kiosk's own seed, or give why it was refused.

    Raises ``EnvelopeError``: ``wrong_recipient`` for the answer to another ask.
    """
    answer = _read(PairingAnswer, open_message(Kind.PAIRING_ANSWER, message, body_key))
    if (answer.account, answer.nonce) != (ask.account, ask.nonce):
        raise EnvelopeError("wrong_recipient", "the answer to another ask")
    if answer.refused:
        return answer.refused
    try:
        opened = SealedBox(SigningKey(batch_seed).to_curve25519_private_key()).decrypt(answer.sealed)
    except (CryptoError, ValueError, TypeError) as problem:
        raise EnvelopeError("cannot_open", f"the answer does not open: {problem}") from None
    return _read(Paired, opened)


def _sign_answer(answer: PairingAnswer, body_key: SigningKey) -> bytes:
    return sign_message(Kind.PAIRING_ANSWER, msgspec.json.encode(answer), body_key)


def _read(kind: type[Read], payload: bytes) -> Read:
    try:
        return msgspec.json.decode(payload, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as problem:
        raise EnvelopeError("garbage", f"not a {kind.__name__}: {problem}") from None
