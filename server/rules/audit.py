"""The chain of the audit log: each row's hash holds the hash of the one before.

The hash is keyed by the server's own key: whoever can write the database and has not the server's
secrets cannot make a row that holds.
"""

from collections.abc import Iterable
from hashlib import blake2b
from typing import Final

import msgspec

FIRST: Final = bytes(16)
"""What stands before the first row."""
_ROW: Final = b"riwaq audit"
_HEAD: Final = b"riwaq audit end"
_TOP: Final = b"riwaq audit top"


class Entry(msgspec.Struct, frozen=True, array_like=True):
    """One look at personal data, or one change of them.

    ``at`` is ms UTC; ``who`` an account's name; ``what`` a word such as ``find``; ``about`` a member's
    id, or empty; ``detail`` JSON, without names or numbers of people.
    """

    body: str
    number: int
    at: int
    who: str
    what: str
    about: str
    detail: str


class End(msgspec.Struct, frozen=True, array_like=True):
    """Where the log ends: its last row's number and hash, and a seal of both (none for an empty log)."""

    number: int
    hash: bytes
    seal: bytes


def hash_of(entry: Entry, before: bytes, key: bytes) -> bytes:
    """Give a row's hash, 16 bytes."""
    return blake2b(before + msgspec.json.encode(entry), digest_size=16, key=key[:64], person=_ROW).digest()


def end_of(number: int, last: bytes, key: bytes) -> End:
    """Seal the end of a log: rows cut off at the end would not show in the chain alone."""
    seal = blake2b(number.to_bytes(8, "big") + last, digest_size=16, key=key[:64], person=_HEAD).digest()
    return End(number, last, seal)


def start_of(number: int, last: bytes, key: bytes) -> End:
    """Seal where a log begins whose rows up to that one were taken out, when their time was over."""
    seal = blake2b(number.to_bytes(8, "big") + last, digest_size=16, key=key[:64], person=_TOP).digest()
    return End(number, last, seal)


def first_broken(
    rows: Iterable[tuple[Entry, bytes]], end: End | None, key: bytes, start: End | None = None
) -> tuple[int, str] | None:
    """Give the number of the first row that does not hold, and why; nothing where the log is whole.

    ``start`` is the last row of those that were taken out, where any were.
    """
    before, number = FIRST, 0
    if start is not None:
        if start != start_of(start.number, start.hash, key):
            return start.number + 1, "the mark of the log's beginning is not as it was written"
        before, number = start.hash, start.number
    for entry, found in rows:
        if entry.number != number + 1:
            return number + 1, "it is missing"
        number = entry.number
        if hash_of(entry, before, key) != found:
            return number, "it, or the row before it, is not as it was written"
        before = found
    return _broken_end(number, before, end, key)


def _broken_end(number: int, last: bytes, end: End | None, key: bytes) -> tuple[int, str] | None:
    """Hold the last row that was found against the mark of the end."""
    if end is None:
        return (1, "the mark of the log's end is missing") if number else None
    if end != end_of(end.number, end.hash, key):
        return number + 1, "the mark of the log's end is not as it was written"
    if end.number > number:
        return number + 1, f"it is missing, and so is all up to {end.number}"
    if (end.number, end.hash) != (number, last):
        return end.number + 1, "it was not written by this server"
    return None
