"""Putting a backup in the place of a ledger: in one transaction, or not at all.

What the backup lacks, kiosks send again from their journals: they ask at every hello. A wiped
kiosk no longer can, which is why a fair is closed with a backup of its own. Who was shut out since
the backup was made stays out, as far as the ledger that is replaced can be read.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from server import shutting_out
from server.backup import BESIDE, SECRET, BackupError, OnRows, back_up, counted
from server.files.backup_file import SUFFIX, BackupReader, Manifest, reading
from server.mqtt.access import write_private
from server.rights import erased_file
from server.settings import SECRETS, SETTINGS, Home
from server.store import copying
from server.store.copying import Summary
from server.store.engine import Store, StoreError, TransactionError
from server.store.erased import Erased
from server.store.registry import Registry

_MOVE_AWAY: Final = (
    "Move a damaged ledger.db out of {}; restore then makes a new one, and whoever was shut out since the "
    "backup must be shut out again."
)


@dataclass(frozen=True, slots=True)
class Restored:
    """What was put back; ``kept`` is where lies what was there before, if anything was.

    ``files`` are those that the directory lacked and got from the backup. ``shut_out`` says how many were
    kept out whom the backup would have let in again; None where there was no ledger to tell.
    """

    manifest: Manifest
    kept: Path | None
    files: list[str]
    shut_out: dict[str, int] | None


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
        if SETTINGS in added and not home.has_own_ledger:
            _check_is_new(home, store)
        stack.enter_context(store.held())
        with _looking_into(home):
            kept = _keep_what_is_there(home, store, backup, replace=replace)
            _keep_marks(home, store)
        shut_out = _put_in_place(home, store, backup, on_rows)
        return Restored(backup.manifest, kept, added, shut_out if kept else None)


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
        raise BackupError(f"{problem} {_MOVE_AWAY.format(home.path)}") from None


@contextmanager
def _looking_into(home: Home) -> Iterator[None]:
    """Say of a ledger that opens and cannot be read what can be done."""
    try:
        yield
    except TransactionError as problem:
        raise BackupError(f"the ledger cannot be read ({problem}). {_MOVE_AWAY.format(home.path)}") from None


def _check_is_new(home: Home, store: Store) -> None:
    """Refuse a ledger in use that nobody has chosen: the address came with the backup, as for a trial."""
    with store.reading() as connection:
        if copying.is_empty(connection):
            return
    raise BackupError(
        f"{SETTINGS} came from the backup and names the ledger at {store.shown}, which is not empty: a "
        f"server may run on it. To try the backup out, write a {SETTINGS} with another database into "
        f"{home.path} first; to put it in that ledger's place, restore in its own server's directory"
    )


def _keep_what_is_there(home: Home, store: Store, backup: BackupReader, *, replace: bool) -> Path | None:
    with store.reading() as connection:
        there = copying.summary(connection)
        bodies = Registry.bodies(connection)
    if not bodies and not there.facts:
        return None
    known, body = _summary_of(backup), backup.manifest.body
    if not replace and (there.is_beyond(known) or (body and body not in bodies)):
        raise BackupError(
            f"the ledger of {home.path} is newer than this backup (it holds {there.facts} facts, and "
            f"{_looks(there)} rows of audit log, the backup {known.facts} and {_looks(known)}): with "
            "--replace the backup takes its place, and what is there now is kept beside it as a backup of "
            "its own"
        )
    stem = f"before-restore-{time.strftime('%Y%m%d-%H%M%S', time.gmtime())}-{time.time_ns() % 10**9}{SUFFIX}"
    body = bodies[0] if bodies else ""
    return back_up(home, store, body, home.path / stem, with_secrets=False, on_rows=lambda _, __: None).file


def _summary_of(backup: BackupReader) -> Summary:
    about, looks = backup.manifest, {}
    if "audit_end" in about.tables:
        columns = about.tables["audit_end"].columns
        rows = (copying.row_of("audit_end", columns, line) for line in backup.lines("audit_end"))
        looks = {row["body"]: row["number"] for row in rows}
    return Summary(about.facts, about.newest, about.newest_at, about.signed, looks)


def _looks(summary: Summary) -> int:
    return sum(summary.looks.values())


def _keep_marks(home: Home, store: Store) -> None:
    """Have everybody who was erased here in the file beside the ledger: the backup may be of before."""
    with store.reading() as connection:
        marks = {body: Erased(connection, body).all() for body in Registry.bodies(connection)}
    for body, of_body in marks.items():
        erased_file.add(home.path / erased_file.NAME, body, of_body)


def _put_in_place(home: Home, store: Store, backup: BackupReader, on_rows: OnRows) -> dict[str, int]:
    """Put the rows in place, and shut out whom the ledger did not let in; gives how many of whom."""
    tables = backup.manifest.tables
    # In the order in which tables lean on each other; one that is not known here is refused.
    known = [name for name in copying.table_names() if name in tables]
    put = in_all = _rows(backup)
    try:
        with store.writing() as connection:
            shut_out = shutting_out.read(connection)
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
            return shutting_out.carry_over(connection, home.secrets, shut_out)
    except TransactionError as problem:
        raise BackupError(
            f"the ledger cannot be written ({problem}) and is as it was: make room on its disk and try again"
        ) from None
