"""A fair's archive: a zip of files that any machine can read in twenty years, and of which each is hashed.

::

    facts.jsonl          every fact, a line each, by device, epoch and seq
    quarantine.jsonl     what clashed with others, a line each
    figures.json         what the facts come to
    definition.json      the fair as it was described
    programme.signed     what its kiosks ran on, as they got it
    manifest.json        what is in the archive: bytes, lines and SHA-256 of each file
    manifest.signature   Ed25519 by the body's key over LABEL and the manifest's bytes, as hex

The manifest and its signature are written last: an archive that was cut off has neither.
"""

import os
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Final

import msgspec

from server import ServerError

FORMAT: Final = 1
LABEL: Final = b"riwaq archive 1\0"
MANIFEST: Final = "manifest.json"
SIGNATURE: Final = "manifest.signature"
_CHUNK: Final = 1 << 20
_LONGEST: Final = 8 << 20
"""Bytes of a manifest: nothing that was written is longer."""
_PERSONAL: Final = 0o600
_NOT_AS_WRITTEN: Final = (
    zipfile.BadZipFile,
    zlib.error,
    msgspec.DecodeError,
    UnicodeDecodeError,
    RecursionError,
    EOFError,
    NotImplementedError,
    RuntimeError,
    ValueError,
)

Sign = Callable[[bytes], bytes]
"""Gives a signature of 64 bytes."""
IsSignedBy = Callable[[bytes, bytes], bool]
"""Gets what was signed, and a signature; says whether it is the body's."""
OnBytes = Callable[[int], None]


class ArchiveError(ServerError):
    """An archive cannot be written or read; the message says why."""


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One file of an archive."""

    bytes: Annotated[int, msgspec.Meta(ge=0)]
    lines: Annotated[int, msgspec.Meta(ge=0)]
    sha256: str


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What an archive holds; ``made_at`` is ms UTC, ``body_key`` the body's public key as hex."""

    format: int
    software: str
    made_at: int
    body: str
    body_key: str
    fair: str
    facts: int
    files: dict[str, Entry]


class ArchiveWriter:
    """Writes the files of an archive, one after the other."""

    def __init__(self, packed: zipfile.ZipFile, at: tuple[int, int, int, int, int, int]) -> None:
        self._zip = packed
        self._at = at
        self.files: dict[str, Entry] = {}

    def add(self, name: str, lines: Iterable[bytes]) -> None:
        """Write a file of these lines; nothing is held in memory but one of them."""
        digest, size, count = sha256(), 0, 0
        with self._zip.open(self._member(name), "w", force_zip64=True) as member:
            for line in lines:
                member.write(line)
                digest.update(line)
                size += len(line)
                count += 1
        self.files[name] = Entry(bytes=size, lines=count, sha256=digest.hexdigest())

    def close(self, sign: Sign, **about: object) -> Manifest:
        """Write the manifest and its signature; ``about`` are the manifest's fields but for its files."""
        manifest = msgspec.convert(
            {"format": FORMAT, **about, "files": self.files}, Manifest, from_attributes=True
        )
        content = msgspec.json.format(msgspec.json.encode(manifest))
        self._zip.writestr(self._member(MANIFEST), content)
        self._zip.writestr(self._member(SIGNATURE), sign(LABEL + content).hex())
        return manifest

    def _member(self, name: str) -> zipfile.ZipInfo:
        member = zipfile.ZipInfo(name, self._at)
        member.compress_type = zipfile.ZIP_DEFLATED
        member.external_attr = _PERSONAL << 16
        return member


@contextmanager
def archive_to(path: Path, at: tuple[int, int, int, int, int, int]) -> Iterator[ArchiveWriter]:
    """Write an archive into a file that is there, of mode 0600; ``at`` dates what is in it, UTC."""
    try:
        with path.open("r+b") as file:
            with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as packed:
                yield ArchiveWriter(packed, at)
            file.flush()
            os.fsync(file.fileno())
    except OSError as problem:
        raise ArchiveError(f"{path} cannot be written: {problem.strerror}") from None


def manifest_of(path: Path, is_signed: IsSignedBy) -> tuple[Manifest, bool]:
    """Read an archive's manifest, and say whether the body has signed it; raises :class:`ArchiveError`."""
    with _opened(path) as packed:
        try:
            content = _short(packed, MANIFEST)
            manifest = msgspec.json.decode(content, type=Manifest)
            signature = bytes.fromhex(_short(packed, SIGNATURE).decode())
        except KeyError as problem:
            raise ArchiveError(f"{path} has no {problem.args[0]}: it is no archive, or was cut off") from None
        except _NOT_AS_WRITTEN:
            raise ArchiveError(f"{path}: its manifest is not what was written") from None
        if manifest.format != FORMAT:
            raise ArchiveError(f"{path} was made by a newer Riwaq: install that version to check it")
        return manifest, is_signed(LABEL + content, signature)


def unfit(path: Path, manifest: Manifest, on_bytes: OnBytes) -> Iterator[tuple[str, str]]:
    """Give each file that does not fit the manifest, and why; ``on_bytes`` hears of what was read."""
    with _opened(path) as packed:
        there = [entry.filename for entry in packed.infolist()]
        for name in sorted({*there, *manifest.files} - {MANIFEST, SIGNATURE}):
            if name not in manifest.files:
                yield name, "it is not in the manifest"
            elif name not in there:
                yield name, "it is missing"
            elif why := _flaw(packed, name, manifest.files[name], on_bytes):
                yield name, why
        for name in sorted({name for name in there if there.count(name) > 1}):
            yield name, "it is there more than once"


def _flaw(packed: zipfile.ZipFile, name: str, entry: Entry, on_bytes: OnBytes) -> str:
    digest, size = sha256(), 0
    try:
        with packed.open(name) as member:
            # No further than it should be: a bomb is not unpacked.
            while size <= entry.bytes and (chunk := member.read(_CHUNK)):
                digest.update(chunk)
                size += len(chunk)
                on_bytes(len(chunk))
    except _NOT_AS_WRITTEN:
        return "it cannot be unpacked"
    if size != entry.bytes:
        return f"it has {'more' if size > entry.bytes else 'fewer'} than {entry.bytes} bytes"
    return "" if digest.hexdigest() == entry.sha256 else "its content is not what was written"


def _short(packed: zipfile.ZipFile, name: str) -> bytes:
    try:
        packed.getinfo(name)
    except KeyError:
        raise KeyError(name) from None
    with packed.open(name) as member:
        content = member.read(_LONGEST + 1)
    if len(content) > _LONGEST:
        raise ValueError("too long")
    return content


@contextmanager
def _opened(path: Path) -> Iterator[zipfile.ZipFile]:
    try:
        packed = zipfile.ZipFile(path)
    except OSError as problem:
        raise ArchiveError(f"{path} cannot be read: {problem.strerror}") from None
    except (zipfile.BadZipFile, NotImplementedError, ValueError):
        raise ArchiveError(f"{path} is no archive, or was cut off") from None
    with packed:
        yield packed
