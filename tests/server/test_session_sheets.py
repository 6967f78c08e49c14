"""Sheets of who came as lists: in parts, corrected, or twice, one gives the figures of the right one."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import msgspec
import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import text

from server.rules.members.rows import ListRow
from server.rules.sessions.columns import ROLL, columns_of
from server.rules.sessions.held import Taking
from server.sessions.roll_import import RollImport
from server.sessions.rolls import ATTENDED, Rolls
from server.sessions.sessions import SessionOffice
from server.settings import Home
from server.store import copying
from server.store.engine import Store
from server.store.members import Members
from server.store.merged import MergedMembers
from server.store.sessions import Sessions
from tests.server.members.register import Register, made_register
from tests.server.test_sessions import DELEGATES, PEOPLE

SHEET: Final = (("001", "oui"), ("002", "oui"), ("003", "non"), ("004", "oui"))


def taken(register: Register, *rows: tuple[str, str], name: str = "sheet.csv", code: int = 0) -> list[int]:
    """Take a sheet in; gives how many are invited, how many of those were there, and how many in all."""
    sheet = register.list_of(*rows, head=("PPR", "Présence"), name=name)
    register.json("session", "attend", "delegates-1", "--from", sheet, "--yes", code=code)
    roll = register.json("session", "delegates-1")
    return [roll[each] for each in ("invited", "present", "attended")]


@pytest.fixture
def held(tmp_path: Path) -> Register:
    """A meeting to which nobody was invited."""
    register = made_register(tmp_path)
    register.take(*PEOPLE)
    register.json("session", "add", *DELEGATES, "--date", "2024-10-09")
    return register


@pytest.mark.parametrize("wrong", range(len(SHEET)))
@pytest.mark.parametrize("is_whole", [True, False])
def test_a_corrected_sheet_comes_to_the_figures_of_the_right_one(
    held: Register, wrong: int, *, is_whole: bool
) -> None:
    rows = [*SHEET]
    rows[wrong] = (SHEET[wrong][0], "perhaps")
    taken(held, *rows, code=1)
    corrected = SHEET if is_whole else SHEET[wrong : wrong + 1]
    assert taken(held, *corrected, name="corrected.csv") == [4, 3, 3]
    assert taken(held, *SHEET) == [4, 3, 3]


def test_whoever_was_noted_before_the_sheet_came_stands_on_it(held: Register) -> None:
    held.json("session", "attend", "delegates-1", "001", "005")
    # Nobody has written who else came: 005 was not expected.
    assert taken(held, *SHEET) == [4, 3, 4]
    assert taken(held, *SHEET) == [4, 3, 4]


def test_a_list_of_its_own_stays_the_list_however_often_the_sheet_comes(held: Register) -> None:
    held.json("session", "invite", "delegates-1", "001", "002", "003")
    for _ in range(2):
        assert taken(held, *SHEET) == [3, 2, 3]
    assert taken(held, ("004", "oui"), ("005", "oui"), name="later.csv") == [3, 2, 4]


def test_beside_a_list_of_its_own_a_sheet_adds_those_who_did_not_come(held: Register) -> None:
    held.json("session", "invite", "delegates-1", "001", "002")
    for _ in range(2):
        assert taken(held, *SHEET) == [3, 2, 3]


@pytest.mark.parametrize("is_typed", [True, False])
def test_whoever_is_invited_after_a_sheet_of_those_who_came_is_the_list(
    held: Register, *, is_typed: bool
) -> None:
    assert taken(held, ("001", "oui"), ("002", "oui")) == [None, None, 2]
    listed = held.list_of(("001",), ("003",), head=("PPR",), name="invited.csv")
    who = ("001", "003") if is_typed else ("--from", listed, "--map", "PPR=who", "--yes")
    held.json("session", "invite", "delegates-1", *who)
    assert taken(held, ("001", "oui"), ("002", "oui"), ("003", "non")) == [2, 1, 2]
    assert taken(held, ("004", "oui")) == [2, 1, 3]


def test_a_sheet_that_is_the_list_goes_on_when_more_are_invited_by_name(held: Register) -> None:
    assert taken(held, *SHEET[:3]) == [3, 2, 2]
    held.json("session", "invite", "delegates-1", "005")
    assert taken(held, *SHEET, ("005", "non")) == [5, 3, 3]
    again = held.list_of(*SHEET, ("005", "non"), head=("PPR", "Présence"))
    found = held.json("session", "attend", "delegates-1", "--from", again, "--yes")
    assert (found["new"], found["same"], found["imported"]) == (0, 5, False)


def test_whose_invitation_is_taken_back_is_invited_by_the_sheet_alone_again(held: Register) -> None:
    taken(held, *SHEET)
    held.json("session", "invite", "delegates-1", "001", "--undo")
    assert held.json("session", "delegates-1")["invited"] == 3
    assert taken(held, *SHEET) == [4, 3, 3]


def test_whoever_is_invited_by_name_while_a_sheet_is_judged_stays_so(held: Register) -> None:
    with held.membership() as (store, membership):
        rolls, columns = Rolls(SessionOffice(store, membership)), columns_of(["who", "present"], {}, ROLL, ())
        coming = RollImport(store, rolls, columns, "delegates-1", what=ATTENDED)
        coming.prepare([ListRow(1, ["001", "oui"])], lambda _: None, lambda _: None)
        held.json("session", "invite", "delegates-1", "001")
        coming.commit("sheet.csv")
        [taking] = rolls.roll("delegates-1")
    assert (taking.by_name, taking.attended) == (True, True)
    assert taken(held, ("002", "oui")) == [1, 1, 2]


def test_a_dry_run_says_what_would_come_and_changes_nothing(held: Register) -> None:
    held.json("session", "attend", "delegates-1", "001")
    sheet = held.list_of(*SHEET, head=("PPR", "Présence"))
    dry = held.json("session", "attend", "delegates-1", "--from", sheet, "--dry-run")
    assert (dry["new"], dry["same"], dry["absent"]) == (4, 0, 1)
    assert held.json("session", "delegates-1")["invited"] is None


# -- two who are one -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kept", "dropped", "both"),
    [
        (("attended", "on_sheet"), ("invited",), ("invited", "attended")),
        (("invited",), ("attended", "on_sheet"), ("invited", "attended")),
        (("invited", "on_sheet"), ("attended",), ("invited", "attended", "on_sheet")),
    ],
)
def test_two_who_are_one_are_invited_by_name_where_either_was(
    held: Register, kept: Sequence[str], dropped: Sequence[str], both: Sequence[str]
) -> None:
    def taking(person: str, said: Sequence[str]) -> Taking:
        return msgspec.convert({"person": person, **dict.fromkeys(said, True)}, Taking)

    keep, drop = held.id_of("001"), held.id_of("002")
    with held.membership() as (store, membership), store.writing() as connection:
        sessions, body = Sessions(connection, membership.body), membership.body
        sessions.put_takings("delegates-1", [taking(keep, kept), taking(drop, dropped)])
        member = Members(connection, body).get([drop])[drop]
        MergedMembers(connection, body).move(keep, member, who="x", at=1)
        assert sessions.rolls(["delegates-1"]) == {"delegates-1": [taking(keep, both)]}


# -- a ledger and a backup of before ---------------------------------------------------------


def test_rolls_of_before_know_no_sheets_on_either_engine(tmp_path: Path, database_url: str) -> None:
    register = made_register(tmp_path, database_url)
    register.take(*PEOPLE)
    register.json("session", "add", *DELEGATES, "--date", "2024-10-09")
    assert taken(register, *SHEET) == [4, 3, 3]
    store = Store(Home(register.home).database)
    with store.writing() as connection:
        columns = copying.column_names("session_taking")
        lines = list(copying.lines_of(connection, "session_taking"))
        connection.execute(text("ALTER TABLE session_taking DROP COLUMN on_sheet"))
        config = Config()
        config.set_main_option("script_location", "server.store:migrations")
        config.attributes["connection"] = connection
        command.stamp(config, "0016", purge=True)
    store.close()
    # Who was invited by a sheet of before is so by name, and the figures stay.
    assert taken(register, *SHEET) == [4, 3, 3]
    assert taken(register, ("005", "oui")) == [4, 3, 4]
    with register.membership() as (store, membership), store.writing() as connection:
        connection.execute(text("DELETE FROM session_taking"))
        assert columns[-1] == "on_sheet"
        older = [line.rpartition(b",")[0] + b"]\n" for line in lines]
        assert copying.fill(connection, "session_taking", columns[:-1], older) == 4
        rolls = Sessions(connection, membership.body).rolls(["delegates-1"])["delegates-1"]
        assert [(each.invited, each.on_sheet) for each in rolls] == [(True, False)] * 4
