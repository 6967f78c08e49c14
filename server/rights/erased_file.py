"""The marks of who was erased, beside the ledger: a backup of before, put back, must not bring anybody back.

A line a mark, as JSON: body, mark, and when, ms UTC. A mark is a keyed hash and says nothing of a person.
The file is only ever added to; keep a copy of it with that of the server's secrets.
"""

import os
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import msgspec

from server import ServerError

NAME: Final = "erased.jsonl"
_PERSONAL: Final = 0o600


class ErasedFileError(ServerError):
    """The file cannot be used; the message says what to do."""


class Line(msgspec.Struct, frozen=True):
    """A line of the file."""

    body: str
    mark: str
    at: int


def add(path: Path, body: str, marks: Mapping[str, int]) -> None:
    """Add marks that are not there yet, and have them on the disk; raises :class:`ErasedFileError`."""
    known = read(path).get(body, {})
    lines = [Line(body, mark, at) for mark, at in sorted(marks.items()) if known.get(mark, -1) < at]
    if not lines:
        return
    # One that was cut off has no end: the next begins on a line of its own.
    content = b"".join(b"\n" + msgspec.json.encode(line) for line in lines) + b"\n"
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, _PERSONAL)
        try:
            written = os.write(descriptor, content)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except OSError as problem:
        raise ErasedFileError(
            f"{path} cannot be written ({problem.strerror}): make room there, and try again"
        ) from None
    if written < len(content):
        raise ErasedFileError(f"{path} cannot be written in full: make room there, and try again")


def read(path: Path) -> dict[str, dict[str, int]]:
    """Give the marks by body, each with its latest moment; raises :class:`ErasedFileError`."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return {}
    except OSError as problem:
        raise ErasedFileError(f"{path} cannot be read: {problem.strerror}") from None
    found: dict[str, dict[str, int]] = defaultdict(dict)
    for each in content.splitlines():
        try:
            line = msgspec.json.decode(each, type=Line)
        except (msgspec.DecodeError, UnicodeDecodeError):
            continue
        of_body = found[line.body]
        of_body[line.mark] = max(line.at, of_body.get(line.mark, 0))
    return dict(found)
