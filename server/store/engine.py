"""Opening the store: SQLite or PostgreSQL by its address, brought up to date on the way."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError

from server import ServerError

_MIGRATIONS: Final = "server.store:migrations"
_BUSY_S: Final = 30
_WRITES: Final = "riwaq_writes"


class StoreError(ServerError):
    """The store cannot be opened or written; the message says what to do."""


class TransactionError(ServerError):
    """A transaction failed; nothing of it was written. Trying again is safe."""


class Store:
    """A database that holds registry and ledger. ``url`` is SQLAlchemy's.

    SQLite runs in WAL mode with ``synchronous=FULL``: an acknowledged fact survives a
    pulled plug. Opening applies migrations that are missing.
    """

    def __init__(self, url: str) -> None:
        try:
            self.engine = _engine(url)
            self._migrate()
        except (SQLAlchemyError, TransactionError, OSError) as problem:
            raise StoreError(
                f"the ledger at {_shown(url)} cannot be opened: {_reason(problem)}. Check that the database "
                "runs, that its address in server.toml is right and that this account may write there."
            ) from None

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Give a connection in a transaction that commits at the end, or rolls back.

        Raises :class:`TransactionError` where the database fails.
        """
        try:
            with self.engine.connect().execution_options(**{_WRITES: True}) as connection, connection.begin():
                yield connection
        except DBAPIError as problem:
            raise TransactionError(_reason(problem)) from problem

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection in a transaction that sees one state and holds up no writer."""
        try:
            with self.engine.connect() as connection, connection.begin():
                yield connection
        except DBAPIError as problem:
            raise TransactionError(_reason(problem)) from problem

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()

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


def _engine(url: str) -> Engine:
    if not url.startswith("sqlite"):
        return create_engine(url, pool_pre_ping=True)
    engine = create_engine(url, connect_args={"timeout": _BUSY_S, "check_same_thread": False})
    path = make_url(url).database

    @event.listens_for(engine, "connect")
    def _on_connect(connection: Any, _record: object) -> None:
        # The driver must not open transactions of its own: BEGIN is ours, below.
        connection.isolation_level = None
        for pragma in (
            "journal_mode = WAL",
            "synchronous = FULL",
            "foreign_keys = ON",
            "cache_size = -32768",
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
    return str(getattr(problem, "orig", None) or type(problem).__name__).strip().splitlines()[0]


def _shown(url: str) -> str:
    try:
        return make_url(url).render_as_string(hide_password=True)
    except ArgumentError:
        return "that address"
