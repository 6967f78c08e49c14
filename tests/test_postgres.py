"""The private PostgreSQL of the tests themselves."""

import os
import socket
from pathlib import Path

import psycopg
import pytest

from tests import postgres
from tests.postgres import HOST, NoPostgresError, Postgres, private_postgres


def test_it_runs_as_somebody_who_is_not_root_and_ends_with_its_test() -> None:
    with Postgres() as server:
        pid, port = server.pid, server.port
        assert os.stat(f"/proc/{pid}").st_uid != 0  # noqa: PTH116 - of a process, not of a file
        with psycopg.connect(server.url("postgres").replace("+psycopg", "")) as connection:
            row = connection.execute("SHOW data_directory").fetchone()
        assert row is not None
        directory = Path(str(row[0]))
    assert not Path(f"/proc/{pid}").exists()
    assert not directory.exists()
    with socket.socket() as probe, pytest.raises(ConnectionRefusedError):
        probe.connect((HOST, port))


def test_a_durable_one_writes_to_the_disk() -> None:
    with private_postgres(durable=True) as url, psycopg.connect(url.replace("+psycopg", "")) as connection:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            row = connection.execute(f"SHOW {setting}".encode()).fetchone()
            assert row == ("on",)


def test_where_it_is_not_installed_the_test_fails_in_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres, "_DEBIAN", tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NoPostgresError, match="apt install postgresql"), Postgres():
        pass


def test_a_database_that_is_given_back_is_empty_again(postgres: Postgres) -> None:
    url = postgres.fresh_database()
    name = url.rpartition("/")[2]
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        connection.execute("INSERT INTO void (body, target, event_id) VALUES ('b', 't', 'e')")
    postgres.give_back(url)
    again = postgres.fresh_database()
    assert again.rpartition("/")[2] == name
    with psycopg.connect(again.replace("+psycopg", "")) as connection:
        assert connection.execute("SELECT count(*) FROM void").fetchone() == (0,)
        connection.execute("ALTER TABLE void ADD COLUMN more text")
    postgres.give_back(again)
    other = postgres.fresh_database()
    assert other.rpartition("/")[2] != name
    postgres.give_back(other)
