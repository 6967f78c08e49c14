"""Backups: everything that a server needs to go on elsewhere, from one moment of its ledger.

A backup is taken beside a server that runs, and read back before it counts. It holds every table,
so the verifiers of staff's PINs, and ``server.toml``; keys and passwords' hashes only where that is
asked for.
"""

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from server import ServerError
from server.files.backup_file import SUFFIX, Manifest, sha256_of, writing
from server.settings import SECRETS, SETTINGS, Home
from server.store import copying
from server.store.engine import Store

SOFTWARE: Final = "riwaq 0.1.0"
BESIDE: Final = (SETTINGS,)
SECRET: Final = (SECRETS,)
_TELL_EVERY: Final = 1000
"""Rows between two words of progress."""

OnRows = Callable[[int, int], None]
"""Gets (rows so far, rows in all)."""


class BackupError(ServerError):
    """A backup cannot be made or put back as asked; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup that was written and read back; ``sha256`` of the whole file, as ``sha256sum`` gives it."""

    file: Path
    bytes: int
    sha256: str
    with_secrets: bool
    manifest: Manifest

    def as_dict(self) -> dict[str, Any]:
        """Give it for a program to read."""
        return {
            "file": str(self.file),
            "bytes": self.bytes,
            "sha256": self.sha256,
            "with_secrets": self.with_secrets,
            "made_at": self.manifest.made_at,
            "facts": self.manifest.facts,
            "rows": {name: entry.rows for name, entry in self.manifest.tables.items()},
        }


def back_up(
    home: Home, store: Store, body: str, target: Path, *, with_secrets: bool, on_rows: OnRows
) -> Backup:
    """Write a backup to ``target``, a file that is not there yet or a directory; read it back.

    Raises :class:`ServerError`; then nothing was left there.
    """
    path = _name(target, body)
    with store.reading() as connection, writing(path) as backup:
        state = copying.summary(connection)
        in_all = sum(copying.count_rows(connection, name) for name in copying.table_names())
        so_far = 0
        for name in copying.table_names():
            lines = counted(copying.lines_of(connection, name), so_far, in_all, on_rows)
            so_far += backup.table(name, copying.column_names(name), lines)
        for name in (*BESIDE, *(SECRET if with_secrets else ())):
            if (home.path / name).exists():
                backup.file(name, _content(home.path / name))
        manifest = backup.close(
            software=SOFTWARE,
            made_at=time.time_ns() // 1_000_000,
            body=body,
            revision=copying.revision(connection),
            facts=state.facts,
            newest=state.newest,
            newest_at=state.newest_at,
            signed=state.signed,
        )
    return Backup(path, path.stat().st_size, sha256_of(path), with_secrets, manifest)


def counted(lines: Iterable[bytes], before: int, in_all: int, on_rows: OnRows) -> Iterator[bytes]:
    """Hand lines on, and tell how many of all there were."""
    for number, line in enumerate(lines, before + 1):
        yield line
        if number % _TELL_EVERY == 0 or number == in_all:
            on_rows(number, in_all)


def _name(target: Path, body: str) -> Path:
    try:
        if target.is_dir():
            stem = f"{body or 'riwaq'}-{time.strftime('%Y%m%d-%H%M%S', time.gmtime())}"
            number = 1
            while (path := target / f"{stem}-{number}{SUFFIX}").exists():
                number += 1
            return path
        if target.exists() or target.is_symlink():
            raise BackupError(f"{target} exists already: choose another name, or name a directory")
        if not target.parent.is_dir():
            raise BackupError(f"there is no directory {target.parent}: make it, or choose another")
    except OSError as problem:
        raise BackupError(f"{target} cannot be written: {problem.strerror}") from None
    return target


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as problem:
        raise BackupError(f"{path} cannot be read: {problem.strerror}") from None
