"""Personal text of a fact, sealed for the server the moment it is saved: a phone number, free words.

    JSON table of texts, after LABEL → libsodium sealed box for the server's sealing key

Nobody but the server opens it, not even the kiosk that made it: neither a stolen kiosk's disk nor
a broker shows it, and the ledger keeps it as it came. The label stands inside the box, so that
nothing else that is sealed for the same key (a batch is) can be taken for it, nor it for that.

Errors::

    EnvelopeError    ``too_large``, ``cannot_open``, ``wrong_kind`` (something else is in the box) or
                     ``garbage``
"""

from collections.abc import Mapping
from typing import Final

import msgspec
from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, PublicKey, SealedBox

from wire.envelope import EnvelopeError
from wire.events import MAX_SEALED

LABEL: Final = b"riwaq private 1\0"
_BOX_BYTES: Final = 48
"""What libsodium's sealed box adds: a public key of 32 bytes and an authenticator of 16."""
MAX_PRIVATE: Final = MAX_SEALED - _BOX_BYTES - len(LABEL)
"""Bytes of the JSON: room for some 2,000 letters of any script."""


def seal_private(values: Mapping[str, str], sealing_key: bytes) -> bytes:
    """Seal texts by name for the server's public sealing key, 32 bytes.

    Raises :class:`EnvelopeError`: ``too_large`` beyond :data:`MAX_PRIVATE` bytes, ``garbage``
    for a text that is none (half of a surrogate pair).
    """
    try:
        plain = msgspec.json.encode(dict(values))
    except UnicodeEncodeError as problem:
        raise EnvelopeError("garbage", f"a text that cannot be written down: {problem.reason}") from None
    if len(plain) > MAX_PRIVATE:
        raise EnvelopeError("too_large", f"{len(plain)} bytes to seal; at most {MAX_PRIVATE} are taken")
    return SealedBox(PublicKey(sealing_key)).encrypt(LABEL + plain)


def open_private(sealed: bytes, key: PrivateKey) -> dict[str, str]:
    """Open what :func:`seal_private` made; raises :class:`EnvelopeError`."""
    if len(sealed) > MAX_SEALED:
        raise EnvelopeError("too_large", f"{len(sealed)} sealed bytes; at most {MAX_SEALED} are opened")
    try:
        opened = SealedBox(key).decrypt(sealed)
    except (CryptoError, ValueError, TypeError) as problem:
        raise EnvelopeError("cannot_open", f"the sealed text does not open: {problem}") from None
    if not opened.startswith(LABEL):
        raise EnvelopeError("wrong_kind", "something else than personal text was sealed")
    try:
        return msgspec.json.decode(opened[len(LABEL) :], type=dict[str, str])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        # Without the parser's words, which may hold some of the text.
        raise EnvelopeError("garbage", "what was sealed is no table of texts") from None
