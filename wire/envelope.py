"""Sealed batches and signed messages: what a broker carries and cannot read or forge.

A **batch** goes up. It is signed by the device over everything else in it, and sealed so
that only the server reads it, not even the kiosk that made it::

    offset  bytes  field
    0       1      version, 1
    1       1      message kind, 1
    2       8      device id (16 hex digits in topics)
    10      8      epoch, unsigned, big-endian
    18      8      first seq, unsigned, big-endian
    26      2      number of events, unsigned, big-endian
    28      8      recipient: first bytes of BLAKE2b-256 over the server's sealing key
    36      64     Ed25519 signature over LABEL ‖ bytes 0 to 35 ‖ bytes from 100
    100     n      libsodium sealed box of zlib of the batch's JSON (see ``wire.events``)

A **signed message** is anything else: hello, acknowledgement, answer, programme,
revocations. The kind is under the signature, so that none is taken for another::

    offset  bytes  field
    0       1      version, 1
    1       1      message kind, see :class:`Kind`
    2       1      bit 0: the payload is zlib-compressed; another bit is a later version's
    3       64     Ed25519 signature over LABEL ‖ bytes 0 to 2 ‖ bytes from 67
    67      n      payload, JSON

Decompression is bounded in both: :data:`MAX_PLAIN` bytes come out, or an error.
"""

import struct
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from hashlib import blake2b
from typing import Final

from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, PublicKey, SealedBox
from nacl.signing import SigningKey, VerifyKey

from wire import WireError
from wire.events import EPOCH_LIMIT, MAX_BATCH, EventError, join_events, split_events

VERSION: Final = 1
MAX_MESSAGE: Final = 768 * 1024
"""Bytes of a message on the wire; anything longer is dropped unread.

An answer may bring a programme and a revocation list of 256 KB each, and 4,096 marks."""
MAX_PLAIN: Final = 2 * 1024 * 1024
"""Bytes that a message may grow to when it is decompressed."""

_LABEL: Final = b"riwaq message 1\0"
_BATCH_HEAD: Final = struct.Struct(">BB8sQQH8s")
_DEVICE_ID: Final = 8
_SIGNATURE: Final = 64
_SIGNED_HEAD: Final = 3
_COMPRESSED: Final = 1
_WORTH_COMPRESSING: Final = 1024


class Kind(IntEnum):
    """What a message is; part of what is signed."""

    BATCH = 1
    HELLO = 2
    ACK = 3
    ANSWER = 4
    PROGRAMME = 5
    REVOCATIONS = 6
    SETUP = 7
    PAIRING_ASK = 8
    PAIRING_ANSWER = 9
    ASK = 10
    REPLY = 11


class EnvelopeError(WireError):
    """A message cannot be trusted or read.

    ``code`` is one of ``too_large``, ``garbage``, ``unknown_version``, ``wrong_kind``,
    ``unknown_device``, ``bad_signature``, ``wrong_recipient``, ``cannot_open``, ``bomb``,
    ``bad_batch``: a closed set, counted by the server and logged once a kind.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class BatchHead:
    """Where a batch belongs: device (16 hex digits), epoch, first seq and number of events."""

    device: str
    epoch: int
    first: int
    count: int

    @property
    def last(self) -> int:
        """The seq of the batch's last event."""
        return self.first + self.count - 1


@dataclass(frozen=True, slots=True)
class Batch:
    """An opened batch: the bytes of event ``i`` have the seq ``head.first + i``."""

    head: BatchHead
    events: tuple[bytes, ...]


def recipient(sealing_key: bytes) -> bytes:
    """Name a server's 32-byte public sealing key in 8 bytes."""
    return blake2b(sealing_key, digest_size=32).digest()[:8]


def inflate(data: bytes) -> bytes:
    """Decompress at most :data:`MAX_PLAIN` bytes; raises :class:`EnvelopeError`."""
    machine = zlib.decompressobj()
    try:
        plain = machine.decompress(data, MAX_PLAIN + 1)
    except zlib.error as problem:
        raise EnvelopeError("garbage", f"the content does not decompress: {problem}") from None
    if len(plain) > MAX_PLAIN:
        raise EnvelopeError("bomb", f"the content grows beyond {MAX_PLAIN} bytes")
    if not machine.eof or machine.unused_data:
        raise EnvelopeError("garbage", "the content is truncated or followed by something else")
    return plain


def seal_batch(
    events: Sequence[bytes], *, device: str, epoch: int, first: int, sealing_key: bytes, key: SigningKey
) -> bytes:
    """Make the message that carries ``events`` (encoded, at most 100) to the server.

    ``sealing_key`` is the server's public key, 32 bytes; ``key`` the device's own.
    Raises :class:`EnvelopeError` where the server would refuse the head: ``too_large`` says
    that fewer events must go in one batch.
    """
    if not 1 <= len(events) <= MAX_BATCH:
        raise ValueError(f"a batch holds 1 to {MAX_BATCH} events, not {len(events)}")
    device_id = bytes.fromhex(device)
    if len(device_id) != _DEVICE_ID:  # struct would pad or cut it without a word
        raise ValueError(f"a device id has {2 * _DEVICE_ID} hex digits: {device!r}")
    head = _BATCH_HEAD.pack(VERSION, Kind.BATCH, device_id, epoch, first, len(events), recipient(sealing_key))
    box = SealedBox(PublicKey(sealing_key)).encrypt(zlib.compress(join_events(events)))
    message = head + key.sign(_LABEL + head + box).signature + box
    batch_head(message)
    return message


def batch_head(message: bytes) -> BatchHead:
    """Read the head alone, unverified; raises :class:`EnvelopeError` where it is none."""
    if len(message) > MAX_MESSAGE:
        raise EnvelopeError("too_large", f"{len(message)} bytes; at most {MAX_MESSAGE} are read")
    if len(message) < _BATCH_HEAD.size + _SIGNATURE:
        raise EnvelopeError("garbage", f"{len(message)} bytes are too few for a batch")
    version, kind, device, epoch, first, count, _ = _BATCH_HEAD.unpack_from(message)
    if version != VERSION:
        raise EnvelopeError(
            "unknown_version", f"a message of version {version}; this program reads {VERSION}"
        )
    if kind != Kind.BATCH:
        raise EnvelopeError("wrong_kind", f"a message of kind {kind} where a batch was expected")
    last = first + count - 1
    if not (1 <= epoch < EPOCH_LIMIT and 1 <= first <= last < EPOCH_LIMIT and count <= MAX_BATCH):
        raise EnvelopeError("garbage", "epoch, seq or count are out of bounds")
    return BatchHead(device.hex(), epoch, first, count)


def open_batch(
    message: bytes, *, device_key: Callable[[str], bytes | None], sealing_key: PrivateKey
) -> Batch:
    """Verify and open a batch.

    ``device_key`` gives the 32-byte public key of a device, or None for a stranger.
    Raises :class:`EnvelopeError`; nothing is decrypted before the signature held.
    """
    head = batch_head(message)
    key = device_key(head.device)
    if key is None:
        raise EnvelopeError("unknown_device", f"no kiosk with the device id {head.device} is known")
    start, box = message[: _BATCH_HEAD.size], message[_BATCH_HEAD.size + _SIGNATURE :]
    signature = message[_BATCH_HEAD.size : _BATCH_HEAD.size + _SIGNATURE]
    _check(key, _LABEL + start + box, signature)
    if start[-8:] != recipient(bytes(sealing_key.public_key)):
        raise EnvelopeError("wrong_recipient", "sealed for another server's key")
    try:
        compressed = SealedBox(sealing_key).decrypt(box)
    except (CryptoError, ValueError, TypeError) as problem:
        raise EnvelopeError("cannot_open", f"the sealed box does not open: {problem}") from None
    try:
        events = split_events(inflate(compressed))
    except EventError as problem:
        raise EnvelopeError(problem.code, str(problem)) from None
    if len(events) != head.count:
        raise EnvelopeError("bad_batch", f"the head promises {head.count} events, {len(events)} came")
    return Batch(head, tuple(events))


def sign_message(kind: Kind, payload: bytes, key: SigningKey) -> bytes:
    """Make a signed message of ``payload`` (JSON).

    Raises :class:`EnvelopeError` ``too_large`` where no reader would take it.
    """
    if len(payload) > MAX_PLAIN:
        raise EnvelopeError("too_large", f"{len(payload)} bytes to sign; at most {MAX_PLAIN} are read")
    flags = 0
    if len(payload) >= _WORTH_COMPRESSING:
        payload, flags = zlib.compress(payload), _COMPRESSED
    head = bytes((VERSION, kind, flags))
    message = head + key.sign(_LABEL + head + payload).signature + payload
    _split_signed(kind, message)
    return message


def signed_length(payload: bytes) -> int:
    """Give the bytes that the signed message of a payload would have, without a key to sign it."""
    packed = zlib.compress(payload) if len(payload) >= _WORTH_COMPRESSING else payload
    return _SIGNED_HEAD + _SIGNATURE + len(packed)


def open_message(kind: Kind, message: bytes, public_key: bytes) -> bytes:
    """Verify a signed message of that kind and give its payload; raises :class:`EnvelopeError`."""
    head, signature, payload = _split_signed(kind, message)
    _check(public_key, _LABEL + head + payload, signature)
    return inflate(payload) if head[2] & _COMPRESSED else payload


def peek_message(kind: Kind, message: bytes) -> bytes:
    """Give the payload of a signed message without knowing who signed it.

    For the two places where the content says which key to verify with: a hello (its
    device) and an answer that brings a kiosk its first programme. Verify right after.
    """
    head, _, payload = _split_signed(kind, message)
    return inflate(payload) if head[2] & _COMPRESSED else payload


def _split_signed(kind: Kind, message: bytes) -> tuple[bytes, bytes, bytes]:
    if len(message) > MAX_MESSAGE:
        raise EnvelopeError("too_large", f"{len(message)} bytes; at most {MAX_MESSAGE} are read")
    if len(message) < _SIGNED_HEAD + _SIGNATURE:
        raise EnvelopeError("garbage", f"{len(message)} bytes are too few for a signed message")
    if message[0] != VERSION:
        raise EnvelopeError(
            "unknown_version", f"a message of version {message[0]}; this program reads {VERSION}"
        )
    if message[1] != kind:
        raise EnvelopeError("wrong_kind", f"a message of kind {message[1]} where {kind.name} was expected")
    if message[2] & ~_COMPRESSED:
        raise EnvelopeError("unknown_version", f"flags {message[2]:#04x} are those of a later version")
    body = _SIGNED_HEAD + _SIGNATURE
    return message[:_SIGNED_HEAD], message[_SIGNED_HEAD:body], message[body:]


def _check(public_key: bytes, signed: bytes, signature: bytes) -> None:
    try:
        VerifyKey(public_key).verify(signed, signature)
    except (CryptoError, ValueError) as problem:
        raise EnvelopeError("bad_signature", f"the signature does not hold: {problem}") from None
