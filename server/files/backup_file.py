"""A backup as a file: a zip of lines, that any machine can open and this program can trust.

::

    manifest.json         what follows, with the number of lines and a digest of each
    tables/fact.jsonl     a table, a row a line
    files/server.toml     what lies beside the ledger

The manifest is written last, and a zip's index after it: a file that was cut off has neither.
Digests are BLAKE2b-256 of what was written, before it was packed.
"""

import errno
import os
import time
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from hashlib import blake2b, file_digest
from pathlib import Path
from typing import Annotated, Any, Final

import msgspec

from server import ServerError

FORMAT: Final = 1
SUFFIX: Final = ".riwaq-backup"
_MANIFEST: Final = "manifest.json"
_LONGEST: Final = 8 * 1024 * 1024
"""Bytes of a line, a file or the manifest: nothing that was written is longer."""
_PERSONAL: Final = 0o600


class BackupFileError(ServerError):
    """A backup cannot be read or written; the message says why and what to do."""


class TableEntry(msgspec.Struct, frozen=True, kw_only=True):
    """A table in a backup: its columns in the order of a line's values."""

    columns: list[str]
    rows: Annotated[int, msgspec.Meta(ge=0)]
    digest: str


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What a backup holds. ``made_at`` is ms UTC; ``revision`` the step that the tables were at.

    ``facts``, ``newest``, ``newest_at`` and ``signed`` are those of ``server.store.copying``.
    """

    format: int
    software: str
    made_at: int
    body: str
    revision: str
    facts: int
    newest: int
    newest_at: int
    signed: int
    tables: dict[str, TableEntry]
    files: dict[str, str]


class BackupWriter:
    """Writes a backup. Whatever :func:`writing` gives must end with :meth:`close`."""

    def __init__(self, packed: zipfile.ZipFile) -> None:
        self._zip = packed
        self._tables: dict[str, TableEntry] = {}
        self._files: dict[str, str] = {}

    def table(self, name: str, columns: list[str], lines: Iterable[bytes]) -> int:
        """Write a table's lines; give their number."""
        digest = blake2b(digest_size=32)
        rows = 0
        with self._zip.open(_member(f"tables/{name}.jsonl"), "w", force_zip64=True) as member:
            for line in lines:
                member.write(line)
                digest.update(line)
                rows += 1
        self._tables[name] = TableEntry(columns=columns, rows=rows, digest=digest.hexdigest())
        return rows

    def file(self, name: str, content: bytes) -> None:
        """Write what lies beside the ledger."""
        self._zip.writestr(_member(f"files/{name}"), content)
        self._files[name] = blake2b(content, digest_size=32).hexdigest()

    def close(self, **about: Any) -> Manifest:
        """Write the manifest; ``about`` are its fields but for what was counted here."""
        manifest = Manifest(format=FORMAT, tables=self._tables, files=self._files, **about)
        self._zip.writestr(_member(_MANIFEST), msgspec.json.format(msgspec.json.encode(manifest)))
        return manifest


class BackupReader:
    """Reads a backup. Every method raises :class:`BackupFileError` where it is not what was written."""

    def __init__(self, path: Path, packed: zipfile.ZipFile) -> None:
        self._path = path
        self._zip = packed
        with self._trusting():
            content = self._whole(_MANIFEST)
            if msgspec.json.decode(content, type=_Format).format != FORMAT:
                raise BackupFileError(f"{path} was made by a newer Riwaq: install that version to restore it")
            self.manifest = msgspec.json.decode(content, type=Manifest)

    def lines(self, name: str) -> Iterator[bytes]:
        """Give a table's lines; at the end they are known to be all of them, as they were written."""
        entry = self.manifest.tables[name]
        digest = blake2b(digest_size=32)
        rows = 0
        with self._trusting(), self._zip.open(f"tables/{name}.jsonl") as member:
            while line := member.readline(_LONGEST):
                digest.update(line)
                rows += 1
                yield line
        if rows != entry.rows or digest.hexdigest() != entry.digest:
            raise self._altered()

    def file(self, name: str) -> bytes | None:
        """Give what lay beside the ledger, or None where the backup does not hold it."""
        if name not in self.manifest.files:
            return None
        with self._trusting():
            content = self._whole(f"files/{name}")
        if blake2b(content, digest_size=32).hexdigest() != self.manifest.files[name]:
            raise self._altered()
        return content

    def verify(self, on_rows: Callable[[int], None]) -> None:
        """Read everything once; ``on_rows`` gets rows as they are read."""
        for name in self.manifest.files:
            self.file(name)
        for name in self.manifest.tables:
            for _ in self.lines(name):
                on_rows(1)

    def _whole(self, name: str) -> bytes:
        with self._zip.open(name) as member:
            content = member.read(_LONGEST + 1)
        if len(content) > _LONGEST:
            raise self._altered()
        return content

    @contextmanager
    def _trusting(self) -> Iterator[None]:
        try:
            yield
        except _NOT_AS_WRITTEN:
            raise self._altered() from None
        except OSError as problem:
            raise _unreadable(self._path, problem) from None

    def _altered(self) -> BackupFileError:
        return _altered(self._path)


def _altered(path: Path) -> BackupFileError:
    return BackupFileError(f"{path} is not what was written: use another backup")


def _unreadable(path: Path, problem: OSError) -> BackupFileError:
    # A place that a flipped bit names may lie before the file's beginning.
    if problem.errno == errno.EINVAL:
        return _altered(path)
    return BackupFileError(f"{path} cannot be read: {problem.strerror}")


class _Format(msgspec.Struct):
    format: int


_NOT_AS_WRITTEN: Final = (
    zipfile.BadZipFile,
    zlib.error,
    msgspec.DecodeError,
    UnicodeDecodeError,
    RecursionError,
    EOFError,
    KeyError,
    NotImplementedError,
    RuntimeError,  # "File is encrypted", says zipfile of a flipped bit
)


@contextmanager
def reading(path: Path) -> Iterator[BackupReader]:
    """Open a backup; raises :class:`BackupFileError` where it is none."""
    try:
        packed = zipfile.ZipFile(path)
    except FileNotFoundError:
        raise BackupFileError(f"there is no {path}: name a file that  riwaq-server backup  made") from None
    except OSError as problem:
        raise _unreadable(path, problem) from None
    except (zipfile.BadZipFile, NotImplementedError, ValueError):
        raise BackupFileError(
            f"{path} is no backup, or was cut off: name a file that  riwaq-server backup  made"
        ) from None
    with packed:
        yield BackupReader(path, packed)


@contextmanager
def writing(path: Path) -> Iterator[BackupWriter]:
    """Write a backup under another name, mode 0600; only when all is on the disk it gets its own.

    Whoever writes reads it back before it counts: see ``server.backup``. Raises
    :class:`BackupFileError`, and leaves nothing, where that does not come off.
    """
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        try:
            descriptor = os.open(part, os.O_RDWR | os.O_CREAT | os.O_TRUNC, _PERSONAL)
            with os.fdopen(descriptor, "w+b") as file:
                with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as packed:
                    yield BackupWriter(packed)
                file.flush()
                os.fsync(file.fileno())
            with reading(part) as written:
                written.verify(lambda _: None)
            part.rename(path)
            _sync_directory(path.parent)
        except BaseException:
            with suppress(OSError):
                part.unlink()
            raise
    except OSError as problem:
        raise BackupFileError(
            f"the backup cannot be written to {path.parent}: {problem.strerror}. Nothing was left there; "
            "make room, or choose another directory"
        ) from None


def sha256_of(path: Path) -> str:
    """Give the digest that ``sha256sum`` gives of a file."""
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def _member(name: str) -> zipfile.ZipInfo:
    member = zipfile.ZipInfo(name, time.gmtime()[:6])
    member.compress_type = zipfile.ZIP_DEFLATED
    member.external_attr = _PERSONAL << 16
    return member


def _sync_directory(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        with suppress(OSError):  # not every file system can, and the file itself is on the disk
            os.fsync(descriptor)
    finally:
        os.close(descriptor)
