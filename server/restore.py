"""Putting a backup in the place of a ledger: in one transaction, or not at all.

What the backup lacks, kiosks send again from their journals: they ask at every hello. A wiped
kiosk no longer can, which is why a fair is closed with a backup of its own.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from server.backup import BESIDE, SECRET, BackupError, OnRows, back_up, counted
from server.files.backup_file import SUFFIX, BackupReader, Manifest, reading
from server.mqtt.access import write_private
from server.rights import erased_file
from server.settings import SECRETS, Home
from server.store import copying
from server.store.copying import Summary
from server.store.engine import Store, StoreError, TransactionError
from server.store.erased import Erased
from server.store.registry import Registry


@dataclass(frozen=True, slots=True)
class Restored:
    """What was put back; ``kept`` is where lies what was there before, if anything was.

    ``files`` are those that the directory lacked and got from the backup.
    """

    manifest: Manifest
    kept: Path | None
    files: list[str]


def restore(
    file: Path, directory: Path, *, replace: bool, open_store: Callable[[str], Store], on_rows: OnRows
) -> Restored:
    """Put a backup in place of the ledger of a server that does not run.

    The directory's own settings and keys stay as they are; what it lacks of them it gets from
    the backup. Raises :class:`ServerError`; then nothing has changed.
    """
    with reading(file) as backup, ExitStack() as stack:
        _verify(backup, on_rows)
        added = stack.enter_context(_missing_files(backup, directory))
        home = Home(directory)
        stack.enter_context(home.locked())
        _check_keys(home, backup)
        store = _opened(home, open_store)
        stack.callback(store.close)
        kept = _keep_what_is_there(home, store, backup.manifest, replace=replace)
        _keep_marks(home, store)
        _put_in_place(store, backup, on_rows)
        return Restored(backup.manifest, kept, added)


def _rows(backup: BackupReader) -> int:
    return sum(entry.rows for entry in backup.manifest.tables.values())


def _verify(backup: BackupReader, on_rows: OnRows) -> None:
    """Read all of it before anything is touched."""
    read, in_all = 0, 2 * _rows(backup)

    def count(rows: int) -> None:
        nonlocal read
        read += rows
        on_rows(read, in_all)

    backup.verify(count)


@contextmanager
def _missing_files(backup: BackupReader, directory: Path) -> Iterator[list[str]]:
    """Write what the directory lacks and the backup holds; take it away again where the rest fails."""
    with ExitStack() as undo:
        added = _written(backup, directory, undo)
        if SECRETS not in added and not (directory / SECRETS).exists():
            raise BackupError(
                f"the backup holds no keys, and {directory} has no {SECRETS}: put your copy of it there first"
            )
        yield added
        undo.pop_all()


def _written(backup: BackupReader, directory: Path, undo: ExitStack) -> list[str]:
    added: list[str] = []
    try:
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        for name in (*BESIDE, *SECRET):
            content = backup.file(name)
            path = directory / name
            if content is not None and not path.exists():
                undo.callback(path.unlink, missing_ok=True)
                write_private(path, content.decode())
                added.append(name)
    except OSError as problem:
        raise BackupError(f"{directory} cannot be written: {problem.strerror}") from None
    return added


def _check_keys(home: Home, backup: BackupReader) -> None:
    """Refuse a ledger whose kiosks pin another key than this directory holds: they would hear nobody."""
    columns = backup.manifest.tables["body"].columns
    for line in backup.lines("body"):
        row = copying.row_of("body", columns, line)
        body = row["body"]
        known = home.secrets.bodies
        if body not in known or bytes(home.secrets.body_key(body).verify_key) != row["public_key"]:
            raise BackupError(
                f"{SECRETS} in {home.path} is not the one that belongs to this backup (body {body!r}): "
                "put your copy of the right one there first"
            )


def _opened(home: Home, open_store: Callable[[str], Store]) -> Store:
    try:
        return open_store(home.database)
    except StoreError as problem:
        raise BackupError(
            f"{problem} Move a damaged ledger.db out of {home.path}; restore then makes a new one."
        ) from None


def _keep_what_is_there(home: Home, store: Store, manifest: Manifest, *, replace: bool) -> Path | None:
    with store.reading() as connection:
        there = copying.summary(connection)
        bodies = Registry.bodies(connection)
    backup = Summary(manifest.facts, manifest.newest, manifest.newest_at, manifest.signed)
    if not bodies and not there.facts:
        return None
    if not replace and (there.is_beyond(backup) or manifest.body not in bodies):
        raise BackupError(
            f"the ledger of {home.path} is newer than this backup (it holds {there.facts} facts, the backup "
            f"{manifest.facts}): with --replace the backup takes its place, and what is there now is kept "
            "beside it as a backup of its own"
        )
    stem = f"before-restore-{time.strftime('%Y%m%d-%H%M%S', time.gmtime())}-{time.time_ns() % 10**9}{SUFFIX}"
    body = bodies[0] if bodies else ""
    return back_up(home, store, body, home.path / stem, with_secrets=False, on_rows=lambda _, __: None).file


def _keep_marks(home: Home, store: Store) -> None:
    """Have everybody who was erased here in the file beside the ledger: the backup may be of before."""
    with store.reading() as connection:
        marks = {body: Erased(connection, body).all() for body in Registry.bodies(connection)}
    for body, of_body in marks.items():
        erased_file.add(home.path / erased_file.NAME, body, of_body)


def _put_in_place(store: Store, backup: BackupReader, on_rows: OnRows) -> None:
    tables = backup.manifest.tables
    # In the order in which tables lean on each other; one that is not known here is refused.
    known = [name for name in copying.table_names() if name in tables]
    put = in_all = _rows(backup)
    try:
        with store.writing() as connection:
            copying.empty(connection)
            for name in (*known, *(tables.keys() - set(known))):
                lines = counted(backup.lines(name), put, 2 * in_all, on_rows)
                put += copying.fill(connection, name, tables[name].columns, lines)
                if copying.count_rows(connection, name) != tables[name].rows:
                    raise BackupError(f"the table {name} does not keep what was put into it")
            if "member_count" not in tables:
                copying.count_members(connection)
            if "feedback_case" not in tables:
                copying.take_up_feedback(connection)
            if "erased" not in tables:
                copying.drop_second_seals(connection)
            copying.count_on(connection)
    except TransactionError as problem:
        raise BackupError(
            f"the ledger cannot be written ({problem}) and is as it was: make room on its disk and try again"
        ) from None
