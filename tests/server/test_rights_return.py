"""What must not come back, or change, once somebody was erased or the time of something is over."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import psycopg
import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import select, text

from server.backup import back_up
from server.bootstrap import opened
from server.cases.feedback_office import FeedbackError, FeedbackOffice
from server.members.membership import Membership
from server.office import OfficeError, now_ms
from server.rights import erased_file
from server.rights.retention import Retention
from server.rules.access import Account, Holder, Role
from server.rules.members.rows import ListRow
from server.rules.person.marks import What, mark_of
from server.rules.sessions.columns import ROLL, columns_of
from server.rules.sessions.held import Taking
from server.sessions.roll_import import RollImport
from server.sessions.rolls import INVITED, Rolls
from server.sessions.sessions import SessionOffice
from server.settings import Home
from server.store import copying
from server.store import tables as t
from server.store.engine import Store
from tests.server.enrolments import KARIM as REGISTERED
from tests.server.enrolments import SALMA, Enrolments
from tests.server.facts import event_id, raw
from tests.server.files.hall import RABAT, TANGIER
from tests.server.rights import AMINA, KARIM, Rights
from wire.events import Unknown, Visit

NEW_SCOPES = ("face_hour", "told_by")

LAST_DAY = datetime(2025, 1, 12, tzinfo=UTC)
"""Of the tour."""


@pytest.fixture(scope="module")
def at_rest(tmp_path_factory: pytest.TempPathFactory) -> Rights:
    hall = Rights(tmp_path_factory.mktemp("rest"))
    hall.a_life()
    hall.store.close()
    return hall


@pytest.fixture
def hall(at_rest: Rights, tmp_path: Path) -> Iterator[Rights]:
    hall = Rights(tmp_path, copy_of=at_rest)
    yield hall
    hall.store.close()


def after(days: float) -> int:
    """Give the moment so many days after the tour's last one begins, ms UTC."""
    return int((LAST_DAY + timedelta(days=days)).timestamp() * 1000)


def run(hall: Rights, now: int, pause: Any = lambda _: None) -> dict[str, int]:
    with opened(hall.home) as (home, store, office):
        membership = Membership(home, store, office, clock=lambda: now, who="server")
        return dict(Retention(store, membership).run(pause=pause))


def key_of(hall: Rights) -> bytes:
    return bytes.fromhex(Home(hall.home).secrets.digest_key)


# -- backups ---------------------------------------------------------------------------------


def test_a_restore_erases_as_of_then_and_not_as_of_now(hall: Rights) -> None:
    """Whoever was taken in again in between is somebody new, also for a registration that comes once more."""
    backup = hall.path / "before.riwaq-backup"
    hall.type("backup", backup)
    hall.type("person", "erase", AMINA[3], "--yes")
    before = {row["mark"]: row["erased_at"] for row in hall.rows(t.erased)}
    hall.store.close()
    hall.type("restore", backup, "--replace")
    now = {row["mark"]: row["erased_at"] for row in hall.rows(t.erased)}
    assert now[mark_of(What.NUMBER, AMINA[3], key_of(hall))] == max(before.values())
    assert now == before
    assert erased_file.read(hall.home / erased_file.NAME)["amal"] == before


def test_an_older_backup_has_what_this_version_makes_of_it(
    hall: Rights, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A seal that stands a second time is taken out, urgent feedback has its case, and topics are counted."""
    expected = sorted(row["event_id"] for row in hall.rows(t.feedback_case))
    tallies = sorted(map(str, hall.rows(t.tally)))
    assert expected
    # The same registration from a disk that was copied: the row of a copy had its seal before r0016.
    with hall.store.writing() as connection:
        sealed = next(row["sealed"] for row in hall.rows(t.fact) if row["kind"] == "feedback")
        copy = {**hall.rows(t.fact)[0], "id": 9999, "seq": 9999, "epoch": 99, "status": "copy"}
        connection.execute(t.fact.insert(), [{**copy, "sealed": sealed, "subject": None}])
        connection.execute(t.tally.delete().where(t.tally.c.scope.in_(["face_hour", "told_by"])))
    newer = {"erased", "unlinked", "session_holder", "session_past", "audit_start", "feedback_case"}
    newer |= {"merged_member", "travel", "looked_at", "exception_decision"}
    older = [name for name in copying.table_names() if name not in newer]
    with monkeypatch.context() as patched:
        patched.setattr(copying, "table_names", lambda: older)
        patched.setattr(copying, "revision", lambda _: "0014")
        target = hall.path / "old.riwaq-backup"
        back_up(Home(hall.home), hall.store, "amal", target, with_secrets=True, on_rows=lambda _, __: None)
    hall.store.close()
    hall.type("restore", target, "--replace")
    assert [row["status"] for row in hall.rows(t.fact) if row["sealed"] and row["status"] != "accepted"] == []
    assert sorted(row["event_id"] for row in hall.rows(t.feedback_case)) == expected
    assert sorted(map(str, hall.rows(t.tally))) == tallies


def test_marks_that_do_not_fit_on_the_disk_are_no_erasure(
    hall: Rights, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "write", lambda _, content: len(content) // 2)
    with pytest.raises(erased_file.ErasedFileError):
        erased_file.add(hall.path / "marks", "amal", {"a" * 32: 1})


# -- retention -------------------------------------------------------------------------------


def test_a_tour_that_is_loaded_again_invites_nobody_to_what_is_over(hall: Rights) -> None:
    figures, session = hall.figures(), hall.json("session", "training")
    run(hall, after(366))
    assert hall.json("session", "training") == session
    hall.type("tour", "load", hall.path / "tour.toml")
    assert hall.json("session", "training") == session
    assert hall.figures() == figures
    run(hall, after(367))
    assert hall.json("session", "training") == session
    setups = [msgspec.json.decode(row["content"]) for row in hall.rows(t.fair_setup) if row["fair"] == RABAT]
    assert [setup["invitees"] for setup in setups] == [{"training": []}]


def test_a_run_that_is_cut_off_is_in_the_log_with_what_it_did(hall: Rights) -> None:
    left = 6

    def pause(_: float) -> None:
        nonlocal left
        left -= 1
        if left < 0:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(hall, after(366), pause)
    links = len(hall.rows(t.subject_link))
    assert links == 0
    [row] = [row for row in hall.log() if row["what"] == "retention"]
    assert row["detail"]["counts"]["links"] == 2


@pytest.mark.parametrize(("minutes", "is_over"), [(-30, False), (30, False), (90, True)])
def test_a_day_ends_where_the_fair_is(hall: Rights, minutes: int, *, is_over: bool) -> None:
    """An hour later on Cape Verde than by UTC."""
    with hall.store.writing() as connection:
        for row in hall.rows(t.fair):
            said = msgspec.json.decode(row["definition"])
            said["fair"]["timezone"] = "Atlantic/Cape_Verde"
            connection.execute(
                t.fair.update()
                .where(t.fair.c.fair == row["fair"])
                .values(definition=msgspec.json.encode(said))
            )
    done = run(hall, after(91) + minutes * 60_000)
    assert bool(done) == is_over


def test_a_fair_that_was_never_loaded_does_not_end_by_a_kiosks_wrong_clock(hall: Rights) -> None:
    hall.take(raw(801, Visit(card=hall.amina), fair="elsewhere", occurred_at=0), epoch=9, seq=1)
    run(hall, now_ms())
    assert "elsewhere" in {row["tour"] for row in hall.rows(t.subject_link)}


def test_a_household_does_not_write_an_erased_number_down_again(tmp_path: Path) -> None:
    """A dependant's registration that comes late names a principal who is nobody: nothing waits for one."""
    desk = Enrolments(tmp_path)
    desk.bring((1, desk.registration(1, REGISTERED)))
    desk.register.type("person", "erase", REGISTERED["employee_number"], "--yes")
    desk.bring((2, desk.registration(2, {**SALMA, "principal": REGISTERED["employee_number"]})))
    desk.bring((3, desk.registration(3, {**SALMA, "principal": desk.card(1).identity})))
    assert desk.outcomes() == ["voided", "enrolled", "enrolled"]
    assert {row["wanted"] for row in desk.enrolments()} == {""}


def test_why_somebody_seemed_to_travel_is_forgotten_too(hall: Rights) -> None:
    """The reason is in a person's words, and may say of whom; what was decided stays."""
    facts = [row for row in hall.rows(t.fact) if row["kind"] == "visit"]
    for key, who in (("a" * 32, AMINA), ("b" * 32, KARIM)):
        [subject] = {
            row["subject"]
            for row in hall.rows(t.subject_link)
            if row["card"] == hall.cards[who[3]].identity and row["tour"] == "amal-2024"
        }
        one, other = [row["id"] for row in facts if row["subject"] == subject and row["fair"] == RABAT]
        travel = {"key": key, "subject": subject, "fair": RABAT, "other_fair": TANGIER, "found_at": 1}
        decided = {"kind": "travel", "key": key, "fair": RABAT, "decision": "fine", "about": "{}", "at": 1}
        with hall.store.writing() as connection:
            row = {"body": "amal", "fact": one, "other_fact": other}
            connection.execute(t.travel.insert(), [{**row, **travel}])
            said = {"body": "amal", "reason": f"{who[0]} had lent it", "who": "nadia"}
            connection.execute(t.exception_decision.insert(), [{**said, **decided}])
    hall.type("person", "erase", AMINA[3], "--yes")
    kept = {row["key"]: (row["decision"], row["reason"]) for row in hall.rows(t.exception_decision)}
    assert kept == {"a" * 32: ("fine", ""), "b" * 32: ("fine", f"{KARIM[0]} had lent it")}


def test_what_nobody_can_read_and_names_a_registration_is_emptied(tmp_path: Path) -> None:
    desk = Enrolments(tmp_path)
    desk.bring((1, desk.registration(1, REGISTERED)))
    desk.bring((2, Unknown(kind="raffle", raw=msgspec.json.encode({"of": event_id(1), "words": "hers"}))))
    desk.bring((3, Unknown(kind="raffle", raw=msgspec.json.encode({"of": event_id(9), "words": "else"}))))
    desk.register.type("person", "erase", REGISTERED["employee_number"], "--yes")
    raffles = [row["detail"] for row in desk.rows(t.fact) if row["kind"] == "raffle"]
    assert raffles[0] is None
    assert "else" in raffles[1]


# -- rolls of sessions without a fair --------------------------------------------------------


def test_a_list_that_was_judged_before_takes_nothing_back(hall: Rights) -> None:
    """Somebody is said to have come, and somebody is erased, while a list of invited people is taken in."""
    ids = {row["employee_number"]: row["member"] for row in hall.rows(t.member)}
    amina, karim = ids[AMINA[3]], ids[KARIM[3]]
    with hall.membership() as membership:
        rolls = Rolls(SessionOffice(hall.store, membership))
        SessionOffice(hall.store, membership).add({"session": "meeting", "name_fr": "Rencontre"})
        columns = columns_of(["who"], {}, ROLL, ["who"])
        coming = RollImport(hall.store, rolls, columns, "meeting", what=INVITED)
        refused: list[object] = []
        coming.prepare([ListRow(1, [KARIM[3]])], refused.append, lambda _: None)
        hall.type("session", "attend", "meeting", KARIM[3])
        coming.commit("list.csv")
        assert rolls.roll("meeting") == [Taking(person=karim, invited=True, attended=True)]

        late = RollImport(hall.store, rolls, columns, "meeting", what=INVITED)
        late.prepare([ListRow(1, [AMINA[3]])], refused.append, lambda _: None)
        hall.type("person", "erase", AMINA[3], "--yes")
        with pytest.raises(OfficeError, match="no longer known"):
            late.commit("list.csv")
        assert amina not in [each.person for each in rolls.roll("meeting")]
    assert refused == []


# -- forms -----------------------------------------------------------------------------------


def test_a_form_of_before_does_not_bring_a_note_back(hall: Rights) -> None:
    case = hall.rows(t.feedback_case)
    ids = {row["event_id"] for row in case}
    account = Account("amal", Holder("amal", Role.NATIONAL))
    with opened(hall.home) as (home, store, office):
        desk = FeedbackOffice(home, store, office.body, clock=now_ms)
        for event_id in ids:
            [row] = [row for row in hall.rows(t.feedback_case) if row["event_id"] == event_id]
            form = {"fair": RABAT, "case": event_id, "do": "note", "note": "Amina", "seen": str(row["at"])}
            desk.work_off(account, form)
    shown = {row["event_id"]: row["at"] for row in hall.rows(t.feedback_case)}
    hall.type("person", "erase", AMINA[3], "--yes")
    [gone] = [row["event_id"] for row in hall.rows(t.feedback_case) if not row["note"]]
    with opened(hall.home) as (home, store, office):
        desk = FeedbackOffice(home, store, office.body, clock=now_ms)
        form = {"fair": RABAT, "case": gone, "do": "done", "note": "Amina", "seen": str(shown[gone])}
        with pytest.raises(FeedbackError):
            desk.work_off(account, form)


# -- PostgreSQL ------------------------------------------------------------------------------


def test_a_wipe_that_fails_leaves_a_connection_with_transactions(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Failing(psycopg.Cursor[Any]):
        def execute(self, query: Any, *words: Any, **more: Any) -> "Failing":
            if query == "VACUUM":
                raise psycopg.errors.LockNotAvailable("somebody else is at it")
            return super().execute(query, *words, **more)

    store, row = Store(postgres_url), {"body": "x", "fair": "y", "moves": 1}
    with store.reading() as connection:
        driver: Any = connection.connection.driver_connection
    monkeypatch.setattr(driver, "cursor_factory", Failing)
    assert store.wipe() is False
    monkeypatch.undo()
    with store.writing() as connection:
        assert connection.connection.driver_connection is driver
        connection.execute(t.figure_move.insert(), [row])
        connection.rollback()
    with store.reading() as connection:
        assert connection.execute(select(t.figure_move)).all() == []
    store.close()


# -- a ledger of before ----------------------------------------------------------------------

NEWER = (
    "booth_figure scan_minute member_count own_territory session session_taking recommendation "
    "merged_member feedback_case travel looked_at exception_decision erased unlinked session_holder "
    "session_past audit_start"
)
INDEXES = "subject_link_subject fact_words fact_withdrawal fact_rejected enrolment_doubt enrolment_refused"


def test_a_ledger_of_before_with_rows_is_brought_up_to_date(tmp_path: Path, database_url: str) -> None:
    hall = Rights(tmp_path, database_url)
    hall.a_life()
    cases, tallies = hall.rows(t.feedback_case), sorted(map(str, hall.rows(t.tally)))
    counted = sorted(map(str, (row for row in hall.rows(t.member_count) if row["count"])))
    figures = hall.figures()
    with hall.store.writing() as connection:
        sealed = next(row["sealed"] for row in hall.rows(t.fact) if row["kind"] == "feedback")
        copy = {**hall.rows(t.fact)[0], "id": 9999, "seq": 9999, "epoch": 99, "status": "copy"}
        connection.execute(t.fact.insert(), [{**copy, "sealed": sealed, "subject": None}])
        connection.execute(
            t.tally.delete().where(t.tally.c.scope.startswith("topic_face") | t.tally.c.scope.in_(NEW_SCOPES))
        )
        for index in INDEXES.split():
            connection.execute(text(f"DROP INDEX {index}"))
        for table in NEWER.split():
            connection.execute(text(f"DROP TABLE {table}"))
        config = Config()
        config.set_main_option("script_location", "server.store:migrations")
        config.attributes["connection"] = connection
        command.stamp(config, "0011", purge=True)
    hall.store.close()
    hall.store = Store(Home(hall.home).database)
    assert hall.rows(t.feedback_case) == cases
    assert sorted(map(str, hall.rows(t.tally))) == tallies
    assert sorted(map(str, hall.rows(t.member_count))) == counted
    assert [row["status"] for row in hall.rows(t.fact) if row["sealed"] and row["status"] != "accepted"] == []
    hall.type("rebuild")
    assert hall.figures() == figures
    hall.type("person", "erase", AMINA[3], "--yes")
    assert hall.figures() == figures
    hall.store.close()
