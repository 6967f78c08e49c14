"""A private PostgreSQL for tests and benchmarks: its own data, its own port, gone at the end."""

import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import psycopg
from psycopg import sql

from server.store.engine import Store
from tests.waiting import until

HOST: Final = "127.0.0.1"
SUPERUSER: Final = "riwaq"
_DEBIAN: Final = Path("/usr/lib/postgresql")
_UNPRIVILEGED: Final = "postgres"
_TEMPLATE: Final = "riwaq_template"
_ENDS_BY_ITSELF_S: Final = 20


class NoPostgresError(RuntimeError):
    """PostgreSQL is not installed, or does not start; the message says what to do."""


class Postgres:
    """A server of its own with a superuser and a password; ``durable`` where COMMIT must reach the disk.

    As root it runs as Debian's user ``postgres``, since PostgreSQL refuses to run as root.
    """

    def __init__(self, *, durable: bool = False) -> None:
        self.password = secrets.token_urlsafe(12)
        self.port = 0
        self._durable = durable
        self._directory = Path(tempfile.mkdtemp(prefix="riwaq-postgres-"))
        self._process: subprocess.Popen[bytes] | None = None
        self._databases = 0
        self._tables: Any = None
        self._emptied: list[str] = []

    def start(self) -> Self:
        """Make the data directory, start the server and wait until it answers."""
        programs = _programs()
        password_file = self._directory / "password"
        password_file.write_text(self.password, encoding="utf-8")
        account = _account()
        if account:
            for path in (self._directory, password_file):
                os.chown(path, account["user"], account["group"])
        made = subprocess.run(
            [
                *(programs / "initdb", "--pgdata", self._data, "--username", SUPERUSER),
                *("--pwfile", password_file, "--auth", "scram-sha-256"),
                *("--encoding", "UTF8", "--locale", "C.UTF-8", "--no-sync", "--no-instructions"),
            ],
            cwd=self._directory,
            capture_output=True,
            text=True,
            check=False,
            **account,
        )
        if made.returncode:
            raise NoPostgresError(f"initdb failed: {made.stderr.strip()}")
        with socket.socket() as probe:
            probe.bind((HOST, 0))
            self.port = int(probe.getsockname()[1])
        settings = {
            "listen_addresses": HOST,
            "port": self.port,
            "unix_socket_directories": "",
            "shared_buffers": "64MB",
            "max_connections": 40,
            "fsync": "on" if self._durable else "off",
            "synchronous_commit": "on" if self._durable else "off",
            "full_page_writes": "on" if self._durable else "off",
        }
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [
                    *(programs / "postgres", "-D", self._data),
                    *(word for name, value in settings.items() for word in ("-c", f"{name}={value}")),
                ],
                cwd=self._directory,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                **account,
            )
        until(self._answers, seconds=30, what="PostgreSQL")
        return self

    def stop(self) -> None:
        """End the server, by its process id, and remove its data."""
        if self._process is not None:
            # Fast shutdown: connections that are still open are closed.
            self._process.send_signal(signal.SIGINT)
            try:
                self._process.wait(_ENDS_BY_ITSELF_S)
            except subprocess.TimeoutExpired:
                self._process.send_signal(signal.SIGQUIT)
                self._process.wait(_ENDS_BY_ITSELF_S)
            self._process = None
        shutil.rmtree(self._directory, ignore_errors=True)

    @property
    def pid(self) -> int:
        """The server's process id; its children are below it."""
        assert self._process is not None
        return self._process.pid

    def url(self, database: str) -> str:
        """Give the address of a database as ``--database`` takes it."""
        return f"postgresql+psycopg://{SUPERUSER}:{self.password}@{HOST}:{self.port}/{database}"

    def empty_database(self) -> str:
        """Make a database without a table; give its address."""
        return self._new("template0")

    def fresh_database(self) -> str:
        """Give the address of a database with every table and no row; give it back when done."""
        if self._emptied:
            return self._emptied.pop()
        if not self._tables:
            self._run(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(_TEMPLATE)))
            Store(self.url(_TEMPLATE)).close()
            self._tables = self._tables_of(_TEMPLATE)
        return self._new(_TEMPLATE)

    def give_back(self, url: str) -> None:
        """Empty a fresh database for the next to use; one whose tables were changed is removed."""
        name = url.rpartition("/")[2]
        if self._tables_of(name) != self._tables:
            self.drop(url)
            return
        names = {table for table, _ in self._tables[1]} - {"alembic_version"}
        tables = sql.SQL(", ").join(sql.Identifier(table) for table in sorted(names))
        self._run(sql.SQL("TRUNCATE {} RESTART IDENTITY CASCADE").format(tables), name)
        self._emptied.append(url)

    def drop(self, url: str) -> None:
        """Remove a database with whatever is still connected to it."""
        name = url.rpartition("/")[2]
        self._run(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

    def _tables_of(self, database: str) -> tuple[list[Any], list[Any]]:
        """Give a database's versions, and the table and name of each column."""
        with self._connect(database) as connection:
            versions = connection.execute("SELECT version_num FROM alembic_version").fetchall()
            columns = connection.execute(
                "SELECT table_name, column_name FROM information_schema.columns"
                " WHERE table_schema = 'public' ORDER BY 1, 2"
            ).fetchall()
        return versions, columns

    def _new(self, template: str) -> str:
        self._databases += 1
        name = f"riwaq_{self._databases}"
        self._run(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template))
        )
        return self.url(name)

    def _run(self, statement: sql.Composed, database: str = "postgres") -> None:
        with self._connect(database) as connection:
            connection.execute(statement)

    def _connect(self, database: str = "postgres") -> "psycopg.Connection[Any]":
        return psycopg.connect(
            host=HOST,
            port=self.port,
            user=SUPERUSER,
            password=self.password,
            dbname=database,
            autocommit=True,
            # What a test has left open must not hold up the next for ever.
            options="-c lock_timeout=10s",
        )

    def _answers(self) -> bool:
        assert self._process is not None
        if self._process.poll() is not None:
            words = self._log.read_text(encoding="utf-8", errors="replace").strip()
            raise NoPostgresError(f"PostgreSQL ended as soon as it was started: {words}")
        try:
            self._connect().close()
        except psycopg.OperationalError:
            return False
        return True

    @property
    def _data(self) -> Path:
        return self._directory / "data"

    @property
    def _log(self) -> Path:
        return self._directory / "log"

    def __enter__(self) -> Self:
        try:
            return self.start()
        except BaseException:
            self.stop()
            raise

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


@contextmanager
def private_postgres(*, durable: bool = False) -> Iterator[str]:
    """Give the address of an empty database on a server of its own, which ends with the block."""
    with Postgres(durable=durable) as server:
        yield server.empty_database()


def _programs() -> Path:
    """Find the directory of ``initdb`` and ``postgres``: Debian keeps them off the path."""
    versions = sorted(
        (path for path in _DEBIAN.glob("*/bin") if (path / "initdb").exists()),
        key=lambda path: [int(part) for part in path.parent.name.split(".") if part.isdigit()],
    )
    if versions:
        return versions[-1]
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    raise NoPostgresError(
        "these tests need PostgreSQL, and it is not installed: run  apt install postgresql"
        "  (./riwaq test does so by itself)"
    )


def _account() -> dict[str, Any]:
    """Give what starts a process as somebody who is not root."""
    if os.geteuid() != 0:
        return {}
    try:
        entry = pwd.getpwnam(_UNPRIVILEGED)
    except KeyError:
        raise NoPostgresError(
            f"PostgreSQL refuses to run as root, and there is no user {_UNPRIVILEGED!r} to run it as: "
            "run  apt install postgresql,  which makes one, or run the tests as yourself"
        ) from None
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
