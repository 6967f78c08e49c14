r"""A stick file: sealed batches that are carried by hand where there is no network.

The batches are byte for byte what a broker would have carried (see ``wire.envelope``): signed
by the kiosk, sealed for the server, so whoever finds the stick reads nothing and forges nothing.
What this file adds is to know a whole file from one that was pulled out half-way::

    offset  bytes  field
    0       8      magic: 89 'R' 'I' 'W' 'A' 'Q' 0D 0A (a copy "as text" changes the last two)
    8       1      version, 1
    9              records until the end record, after which nothing may stand

    a batch                                    the end
    0    1   'B'                               0    1   'E'
    1    4   length n, unsigned, big-endian    1    4   number of batches, unsigned, big-endian
    5    32  BLAKE2b-256 of the batch          5    32  BLAKE2b-256 over the file's first 9 bytes
    37   n   the batch                                  and the digests of all batches, in order

Every batch proves itself, so those of a file that is cut short or damaged elsewhere are good.
"""

import struct
from collections.abc import Callable, Iterator
from hashlib import blake2b
from typing import Final

from wire import WireError
from wire.envelope import MAX_MESSAGE

MAGIC: Final = b"\x89RIWAQ\r\n"
VERSION: Final = 1
SUFFIX: Final = ".riwaq-stick"
"""How the names of stick files end."""

_HEAD: Final = MAGIC + bytes((VERSION,))
_RECORD: Final = struct.Struct(">cI32s")
_BATCH: Final = b"B"
_END: Final = b"E"


class StickError(WireError):
    """A file is no whole stick file.

    ``code`` is one of ``foreign`` (no stick file at all), ``unknown_version``, ``truncated``
    (it ends before its end record) and ``altered`` (something in it is not what was written).
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class StickWriter:
    """Gives the bytes of a stick file piece by piece: :attr:`head`, each batch, the end."""

    head: Final = _HEAD

    def __init__(self) -> None:
        self._over_all = blake2b(_HEAD, digest_size=32)
        self._count = 0

    def batch(self, message: bytes) -> bytes:
        """Give the record of a sealed batch; raises :class:`ValueError` where none would be read back."""
        if not 0 < len(message) <= MAX_MESSAGE:
            raise ValueError(f"a batch of {len(message)} bytes; 1 to {MAX_MESSAGE} are read")
        digest = _digest(message)
        self._over_all.update(digest)
        self._count += 1
        return _RECORD.pack(_BATCH, len(message), digest) + message

    def end(self) -> bytes:
        """Give the record that makes the file a whole one."""
        return _RECORD.pack(_END, self._count, self._over_all.digest())


def read_stick(read: Callable[[int], bytes]) -> Iterator[bytes]:
    """Give every batch of a stick file that is as it was written.

    ``read`` gives at most so many bytes of the file, and none only at its end. Raises
    :class:`StickError` after the last good batch where the file is not whole, and at once
    where it is none.
    """
    _check_head(_exactly(read, len(_HEAD)))
    over_all = blake2b(_HEAD, digest_size=32)
    count = damaged = 0
    while True:
        raw = _exactly(read, _RECORD.size)
        if len(raw) < _RECORD.size:
            raise StickError("truncated", f"it ends after {count} batches, without the mark of its end")
        tag, number, digest = _RECORD.unpack(raw)
        if tag == _END:
            if damaged or number != count or digest != over_all.digest() or read(1):
                raise StickError("altered", f"{damaged or 'some'} of its batches are not what was written")
            return
        if tag != _BATCH or not 0 < number <= MAX_MESSAGE:
            raise StickError("altered", f"what stands after {count} batches is not what was written")
        message = _exactly(read, number)
        if len(message) < number:
            raise StickError("truncated", f"it ends within a batch, after {count} whole ones")
        count += 1
        over_all.update(digest)
        if _digest(message) == digest:
            yield message
        else:
            # The next ones may be good: each has a digest of its own.
            damaged += 1


def _check_head(head: bytes) -> None:
    if head != _HEAD and _HEAD.startswith(head):
        raise StickError("truncated", "it ends within its first bytes" if head else "it is empty")
    if not head.startswith(MAGIC):
        raise StickError("foreign", "it is not a file that a kiosk has exported")
    if head != _HEAD:
        raise StickError("unknown_version", f"it is of another version; this program reads {VERSION}")


def _digest(message: bytes) -> bytes:
    return blake2b(message, digest_size=32).digest()


def _exactly(read: Callable[[int], bytes], size: int) -> bytes:
    """Read so many bytes, fewer only at the file's end."""
    parts: list[bytes] = []
    while size > 0 and (part := read(size)):
        parts.append(part)
        size -= len(part)
    return b"".join(parts)
