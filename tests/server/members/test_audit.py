"""The chain of the audit log: whoever edits, deletes, swaps or cuts rows is found out."""

from collections.abc import Callable
from typing import Final

import pytest
from sqlalchemy import Connection, delete, insert, select, update

from server.rules.audit import FIRST, End, Entry, end_of, first_broken, hash_of
from server.store import tables as t
from server.store.audit_log import AuditLog
from tests.server.members.register import KARIM, Register

KEY: Final = b"k" * 32
ROWS: Final = 6


@pytest.fixture
def watched(either: Register) -> Register:
    """Give a register at which somebody has looked five times."""
    either.take(KARIM)
    for _ in range(ROWS - 1):
        either.type("members", "find", "Karim")
    assert either.json("audit", "verify")["whole"] is True
    return either


def _set(**values: object) -> Callable[[Connection], object]:
    return lambda connection: connection.execute(
        update(t.audit).where(t.audit.c.number == 3).values(**values)
    )


def _swap(connection: Connection) -> None:
    for before, after in ((3, 99), (4, 3), (99, 4)):
        connection.execute(update(t.audit).where(t.audit.c.number == before).values(number=after))


def _swap_what_they_say(connection: Connection) -> None:
    whos = [("somebody", 3), ("other", 4)]
    for who, number in whos:
        connection.execute(update(t.audit).where(t.audit.c.number == number).values(who=who))


def _cut(connection: Connection) -> None:
    connection.execute(delete(t.audit).where(t.audit.c.number > 4))


def _cut_and_move_the_end(connection: Connection) -> None:
    _cut(connection)
    last = connection.execute(select(t.audit.c.hash).where(t.audit.c.number == 4)).scalar_one()
    connection.execute(update(t.audit_end).values(number=4, hash=last))


def _cut_and_lose_the_end(connection: Connection) -> None:
    _cut(connection)
    connection.execute(delete(t.audit_end))


def _forge_the_rest(connection: Connection) -> None:
    """Write row 3 anew and chain all after it, as one would who knows the rule and not the key."""
    log = AuditLog(connection, "amal")
    rows = list(log.entries())
    before = connection.execute(select(t.audit.c.hash).where(t.audit.c.number == 2)).scalar_one()
    for entry in rows[2:]:
        before = hash_of(entry, bytes(before), KEY)
        connection.execute(update(t.audit).where(t.audit.c.number == entry.number).values(hash=before))
    end = end_of(len(rows), bytes(before), KEY)
    connection.execute(update(t.audit_end).values(number=end.number, hash=end.hash, seal=end.seal))


def _add(connection: Connection) -> None:
    row = connection.execute(select(t.audit).where(t.audit.c.number == 2)).mappings().one()
    connection.execute(insert(t.audit), [{**row, "number": 7}])


def _empty(connection: Connection) -> None:
    connection.execute(delete(t.audit))
    connection.execute(delete(t.audit_end))


@pytest.mark.parametrize(
    ("deed", "broken", "why"),
    [
        pytest.param(_set(who="nobody"), 3, "is not as it was written", id="who"),
        pytest.param(_set(detail="{}"), 3, "is not as it was written", id="detail"),
        pytest.param(_set(at=1), 3, "is not as it was written", id="when"),
        pytest.param(_set(about="0" * 16), 3, "is not as it was written", id="about"),
        pytest.param(_set(hash=bytes(16)), 3, "is not as it was written", id="hash"),
        pytest.param(
            lambda c: c.execute(delete(t.audit).where(t.audit.c.number == 3)), 3, "it is missing", id="delete"
        ),
        pytest.param(
            lambda c: c.execute(delete(t.audit).where(t.audit.c.number == 1)), 1, "it is missing", id="first"
        ),
        pytest.param(_swap, 3, "is not as it was written", id="swap"),
        pytest.param(_swap_what_they_say, 3, "is not as it was written", id="swap-words"),
        pytest.param(_cut, 5, "it is missing, and so is all up to 6", id="cut"),
        pytest.param(
            _cut_and_move_the_end, 5, "the mark of the log's end is not as it was written", id="cut-end"
        ),
        pytest.param(_cut_and_lose_the_end, 1, "the mark of the log's end is missing", id="cut-no-end"),
        pytest.param(_forge_the_rest, 3, "is not as it was written", id="forge"),
        pytest.param(_add, 7, "is not as it was written", id="add"),
        pytest.param(_empty, 1, "there are members, and no row says how they came", id="empty"),
    ],
)
def test_what_was_done_to_the_log_is_found(
    watched: Register, deed: Callable[[Connection], object], broken: int, why: str
) -> None:
    with watched.membership() as (store, _), store.writing() as connection:
        deed(connection)
    found = watched.json("audit", "verify", code=1)
    assert (found["whole"], found["broken"]) == (False, broken)
    assert why in found["why"]
    assert f"The log does not hold from row {broken} on: " in watched.type("audit", "verify", code=1)


def _chain(count: int, first: str = "zineb") -> tuple[list[tuple[Entry, bytes]], End]:
    before, rows = FIRST, []
    for number in range(1, count + 1):
        entry = Entry("amal", number, 1000 + number, first if number == 1 else "ali", "find", "", "{}")
        before = hash_of(entry, before, KEY)
        rows.append((entry, before))
    return rows, end_of(count, before, KEY)


def test_a_chain_holds_by_its_own_key_alone() -> None:
    rows, end = _chain(3)
    assert first_broken(rows, end, KEY) is None
    assert first_broken(rows, end, b"x" * 32) == (1, "it, or the row before it, is not as it was written")
    assert first_broken([], None, KEY) is None
    assert first_broken(rows, end_of(2, rows[1][1], KEY), KEY) == (3, "it was not written by this server")


def test_a_row_of_another_past_does_not_fit_in() -> None:
    rows, end = _chain(3)
    # As a backup that was put back leaves them: rows that this server wrote, after another first one.
    others, _ = _chain(3, first="omar")
    assert first_broken([others[0], *rows[1:]], end, KEY) == (
        2,
        "it, or the row before it, is not as it was written",
    )


def test_another_bodys_rows_are_no_rows_of_this_one(either: Register) -> None:
    either.take(KARIM)
    with either.membership() as (store, membership):
        with store.writing() as connection:
            AuditLog(connection, "other").append(membership.key, at=1, who="x", what="find")
        assert membership.audited().rows == 1
        assert [entry.what for entry in membership.audit_entries(after=0, about="")] == ["import"]


def test_a_failure_leaves_no_row(register: Register) -> None:
    register.take(KARIM)
    register.type("members", "show", "0" * 16, code=1)
    assert [row["what"] for row in register.log()] == ["import"]
