"""Opening the store: SQLite or PostgreSQL by its address, brought up to date on the way."""

import os
import re
import time
from collections.abc import Collection, Iterator
from contextlib import closing, contextmanager, suppress
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import Any, Final

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError

from server import NotNowError, ServerError

_MIGRATIONS: Final = "server.store:migrations"
_BUSY_S: Final = 30
_TRACE: Final = 32
"""Bytes by which something is known again."""
_WRITES: Final = "riwaq_writes"
_HELD_TRIES: Final = 10
_HELD_PAUSE_S: Final = 0.05
# Two numbers, which no other lock of ours has; the second, for schemas share a database.
_HOLDER: Final = f"({int.from_bytes(b'riwa', 'big')}, hashtext(current_schema()))"
_HOLD: Final = f"SELECT pg_try_advisory_lock{_HOLDER}"
_LET_GO: Final = f"SELECT pg_advisory_unlock{_HOLDER}"
# A machine that lost its power holds nothing for long: PostgreSQL itself waits two hours for a lost peer.
_NOTICE_LOSS: Final = (
    "SET tcp_keepalives_idle = 10",
    "SET tcp_keepalives_interval = 5",
    "SET tcp_keepalives_count = 3",
)
_DRIVERS: Final = {"sqlite": "sqlite", "postgresql": "postgresql+psycopg"}
# One writer at a time, as on SQLite: figures are moved by what was read a moment before, and
# two operators' commands would number keys alike. The number is "riwaq" in ASCII.
_ONE_WRITER: Final = (
    f"SELECT pg_advisory_xact_lock({int.from_bytes(b'riwaq', 'big')}) "  # noqa: S608 - two constants
    f"FROM set_config('lock_timeout', '{_BUSY_S}s', true)"
)


class StoreError(ServerError):
    """The store cannot be opened or written; the message says what to do."""


class TransactionError(NotNowError):
    """A transaction failed; nothing of it was written. Trying again is safe."""


class Store:
    """A database that holds registry and ledger. ``url`` is SQLAlchemy's.

    SQLite runs in WAL mode with ``synchronous=FULL``: an acknowledged fact survives a
    pulled plug. Opening applies migrations that are missing.
    """

    def __init__(self, url: str) -> None:
        self.engine = _engine(_parsed(url))
        try:
            self._migrate()
        except (SQLAlchemyError, TransactionError, OSError) as problem:
            self.close()
            raise StoreError(
                f"the ledger at {_shown(self.engine.url)} cannot be opened: {_reason(problem)}. Check that "
                "the database runs, that its address in server.toml is right and that this account may write "
                "there."
            ) from None
        except CommandError as problem:
            self.close()
            raise StoreError(
                f"the ledger at {_shown(self.engine.url)} is none that this version can read ({problem}): it "
                "was written by a newer one. Start that version, or put back the backup made before it."
            ) from None

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Give a connection in a transaction that commits at the end, or rolls back.

        Raises :class:`TransactionError` where the database fails.
        """
        try:
            with self.engine.connect().execution_options(**{_WRITES: True}) as connection, connection.begin():
                yield connection
        except (DBAPIError, self.engine.dialect.loaded_dbapi.Error) as problem:
            # The driver's own error: rows are handed to it in bulk, past SQLAlchemy.
            raise TransactionError(_reason(problem)) from problem

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection in a transaction that sees one state and holds up no writer."""
        try:
            with self._snapshot() as connection, connection.begin():
                yield connection
        except DBAPIError as problem:
            raise TransactionError(_reason(problem)) from problem

    def wipe(self, traces: Collection[bytes] = (), *, anew: bool = False) -> bool | None:
        """Let nothing that was deleted stay in the database's file.

        SQLite overwrites what is deleted, but for a rare copy that it made while it moved rows: where one
        of these ``traces`` is found the file is written anew, or in any case with ``anew``, during which
        others wait. False where it cannot be done now; None where an engine gives no way to look into its
        file: PostgreSQL's is tidied, and its own log and copies are its keeper's.
        """
        try:
            with closing(self.engine.raw_connection()) as connection:
                if self.engine.dialect.name != "sqlite":
                    connection.driver_connection.autocommit = True  # type: ignore[union-attr]  # psycopg's own
                    try:
                        connection.cursor().execute("VACUUM")
                    finally:
                        # As it was, whatever came of it: whoever gets this one next wants transactions.
                        connection.driver_connection.autocommit = False  # type: ignore[union-attr]
                    return None
                return _wiped(connection.cursor(), self.engine.url.database or "", traces, anew=anew)
        except (DBAPIError, self.engine.dialect.loaded_dbapi.Error, OSError):
            return False

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the ledger for the one server that runs on it, or for a restore; else :class:`StoreError`.

        On PostgreSQL, where servers of several directories reach the same ledger; for SQLite's file the
        lock of its directory has to do.
        """
        if self.engine.dialect.name == "sqlite":
            yield
            return
        try:
            holder = self.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
            for setting in _NOTICE_LOSS:
                holder.exec_driver_sql(setting)
            is_held = _insist(holder)
        except DBAPIError as problem:
            raise TransactionError(_reason(problem)) from problem
        try:
            if not is_held:
                raise StoreError(
                    f"a server runs on the ledger at {self.shown} (or a backup is put back): stop it first"
                )
            yield
        finally:
            with suppress(DBAPIError), holder:  # a connection that was cut has let go by itself
                holder.exec_driver_sql(_LET_GO)

    @property
    def shown(self) -> str:
        """The database's address, without its password."""
        return _shown(self.engine.url)

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()

    def _snapshot(self) -> Connection:
        connection = self.engine.connect()
        if self.engine.dialect.name == "sqlite":
            return connection
        # SQLite's readers see one state by themselves; PostgreSQL's would see one a statement.
        return connection.execution_options(isolation_level="REPEATABLE READ")

    def _migrate(self) -> None:
        config = Config()
        config.set_main_option("script_location", _MIGRATIONS)
        newest = ScriptDirectory.from_config(config).get_current_head()
        with self.engine.connect() as connection:
            current = MigrationContext.configure(connection).get_current_revision()
        if current == newest:
            return
        with self.writing() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")


def _insist(holder: Connection) -> bool:
    """Take the lock; one whose holder was just killed may be let go in a moment."""
    for _ in range(_HELD_TRIES):
        if holder.exec_driver_sql(_HOLD).scalar():
            return True
        time.sleep(_HELD_PAUSE_S)
    return False


def _wiped(cursor: Any, file: str, traces: Collection[bytes], *, anew: bool) -> bool:
    if not _written_back(cursor):
        return False
    if anew or _is_in_file(file, traces):
        cursor.execute("VACUUM")
        return _written_back(cursor)
    return True


def _written_back(cursor: Any) -> bool:
    """Write the journal's pages into the file, and empty it; it waits for readers."""
    is_busy, *_ = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    return not is_busy


def _is_in_file(file: str, traces: Collection[bytes]) -> bool:
    """Say whether any of these bytes stands in a file."""
    wanted = {trace[:_TRACE] for trace in traces if trace}
    if not wanted or not file or file == ":memory:":
        return False
    pattern = re.compile(b"|".join(map(re.escape, sorted(wanted))))
    with Path(file).open("rb") as opened, mmap(opened.fileno(), 0, access=ACCESS_READ) as content:
        return pattern.search(content) is not None


def _parsed(url: str) -> URL:
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        parsed = None
    if parsed is None or parsed.get_backend_name() not in _DRIVERS:
        # Said without the address: where it cannot be read, its password cannot be hidden.
        raise StoreError(
            "the ledger cannot be opened: its address is none that can be used. Check that the database "
            "runs, that its address in server.toml is right and looks like  sqlite:///FILE  or  "
            "postgresql+psycopg://USER:PASSWORD@HOST:PORT/DATABASE"
        ) from None
    return parsed.set(drivername=_DRIVERS[parsed.get_backend_name()])


def _engine(url: URL) -> Engine:
    return _sqlite(url) if url.get_backend_name() == "sqlite" else _postgresql(url)


def _postgresql(url: URL) -> Engine:
    # A plan that was prepared while the ledger was empty would be kept when it no longer is.
    engine = create_engine(url, pool_pre_ping=True, connect_args={"prepare_threshold": None})

    @event.listens_for(engine, "begin")
    def _on_begin(connection: Connection) -> None:
        if connection.get_execution_options().get(_WRITES):
            connection.exec_driver_sql(_ONE_WRITER)

    return engine


def _sqlite(url: URL) -> Engine:
    # The connection that was used last is used next: each keeps pages in memory, so that they stay few.
    lifo: dict[str, Any] = {} if url.database in {None, "", ":memory:"} else {"pool_use_lifo": True}
    engine = create_engine(url, connect_args={"timeout": _BUSY_S, "check_same_thread": False}, **lifo)
    path = url.database

    @event.listens_for(engine, "connect")
    def _on_connect(connection: Any, _record: object) -> None:
        # The driver must not open transactions of its own: BEGIN is ours, below.
        connection.isolation_level = None
        for pragma in (
            "journal_mode = WAL",
            "synchronous = FULL",
            "foreign_keys = ON",
            "cache_size = -12288",
            # What was erased is overwritten, and not only left to be.
            "secure_delete = ON",
        ):
            connection.execute(f"PRAGMA {pragma}")
        if path and path != ":memory:":
            # Personal data will rest here: nobody else on this machine reads it.
            os.chmod(path, 0o600)  # noqa: PTH101 - a path from an address, once

    @event.listens_for(engine, "begin")
    def _on_begin(connection: Connection) -> None:
        # A writer takes its lock at once: two that read first and write later would deadlock.
        writes = connection.get_execution_options().get(_WRITES)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _reason(problem: Exception) -> str:
    """Give the database's own words in one line: no statement, no parameters, no personal data."""
    said = getattr(problem, "orig", None) or problem
    words = "" if isinstance(said, SQLAlchemyError) else str(said).strip()
    return words.splitlines()[0] if words else type(said).__name__


def _shown(url: URL) -> str:
    # A password may stand among the options, too.
    return url.set(query={}).render_as_string(hide_password=True)
