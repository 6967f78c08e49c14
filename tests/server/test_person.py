"""A person's rights: a copy of everything that is held, a correction, and being forgotten."""

import json
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import msgspec
import pytest

from server.store import tables as t
from server.store.engine import Store
from tests.programs import environment
from tests.server.facts import raw
from tests.server.files.hall import RABAT
from tests.server.rights import AMINA, CANARIES, KARIM, TEXT, TYPED, Rights
from wire.card import RefusalCode
from wire.events import (
    CardRef,
    Feedback,
    Refusal,
    SessionAttendance,
    SignUp,
    Unknown,
    Visit,
    Withdrawal,
)


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


@pytest.fixture
def either(tmp_path: Path, database_url: str) -> Iterator[Rights]:
    """Give one on each engine in turn."""
    hall = Rights(tmp_path, database_url)
    hall.a_life()
    yield hall
    hall.store.close()


def member_of(hall: Rights, number: str) -> str:
    [found] = hall.json("members", "find", number)
    return str(found["member"])


# -- a copy ----------------------------------------------------------------------------------


def exported(hall: Rights, who: str) -> dict[str, object]:
    out = hall.path / "copy"
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir()
    files = hall.json("person", "export", who, "--out", out)["files"]
    assert [Path(file).suffix for file in files] == [".json", ".pdf", ".pdf"]
    assert {Path(file).stat().st_mode & 0o777 for file in files} == {0o600}
    found: dict[str, object] = json.loads(Path(files[0]).read_bytes())
    return found


def test_a_copy_holds_everything_and_reads_in_both_languages(hall: Rights) -> None:
    hall.file_of("bank")
    found = exported(hall, AMINA[3])
    member = found["member"]
    assert isinstance(member, dict)
    assert (member["name_latin"], member["name_ar"]) == (AMINA[0], AMINA[1])
    assert (member["phone"], member["employee_number"]) == ("+212661998877", AMINA[3])
    assert "national_id" not in member
    happened = found["happened"]
    assert isinstance(happened, list)
    kinds = [each["what"] for each in happened]
    assert sorted(kinds) == [
        "feedback",
        "session_attendance",
        "sign_up",
        "sign_up",
        "visit",
        "visit",
        "visit",
    ]
    [feedback] = [each for each in happened if each["what"] == "feedback"]
    assert (feedback["text"], feedback["face"], feedback["urgent"]) == (TEXT, 2, True)
    loan = next(each for each in happened if each.get("about") == "loan")
    assert (loan["partner"], loan["phone"], loan["consent_version"]) == ("bank", TYPED, 3)
    assert found["invited"] == [{"session": "training", "fair": RABAT, "attended": None}]
    handed_on = found["handed_on"]
    assert isinstance(handed_on, list)
    [handed] = handed_on
    assert (handed["partner"], handed["of"], handed["file"]) == ("bank", RABAT, "bank-rabat-2024-fr.csv")
    assert "person export" in [each["what"] for each in found["looked"]]  # type: ignore[attr-defined]
    for language, said in (
        ("fr", ["Ce que nous conservons", "661998877", "Prêt logement"]),
        ("ar", ["661998877"]),
    ):
        [pdf] = (hall.path / "copy").glob(f"*-{language}.pdf")
        text = subprocess.run(["pdftotext", "-layout", pdf, "-"], capture_output=True, text=True, check=True)
        assert all(each in text.stdout for each in said), text.stdout
    assert hall.whole()


def attestation(hall: Rights, file: str) -> None:
    hall.type("attestation", "training", "--fair", RABAT, "--out", hall.path / file, "--language", "fr")


def lists_of(hall: Rights, who: str) -> list[str]:
    """Name the files that may hold somebody, as a copy does; an erasure that is not done says the same."""
    files = [each["file"] for each in exported(hall, who)["handed_on"]]  # type: ignore[attr-defined]
    assert [each["file"] for each in hall.json("person", "erase", who)["files"]] == files
    return files


def test_a_list_of_a_session_may_hold_her_though_she_was_scanned_again_since(hall: Rights) -> None:
    attestation(hall, "before.csv")
    hall.happen(SessionAttendance(card=hall.amina, session="training"))
    stranger = CardRef(key_id=1, card_id="00c0ffee00c0ff", category=1)
    hall.happen(SessionAttendance(card=stranger, session="training"))
    attestation(hall, "after.csv")
    assert lists_of(hall, AMINA[3]) == ["before.csv", "after.csv"]
    assert lists_of(hall, stranger.identity) == ["after.csv"]


def test_somebody_elses_copy_holds_nothing_of_this_one(hall: Rights) -> None:
    found = json.dumps(exported(hall, KARIM[3]), ensure_ascii=False)
    assert KARIM[0] in found
    assert AMINA[0] not in found
    assert hall.amina.identity not in found


def test_the_bearer_of_a_card_alone_gets_a_copy_too(hall: Rights) -> None:
    stranger = CardRef(key_id=1, card_id="00c0ffee00c0ff", category=1)
    hall.visit(stranger)
    found = exported(hall, stranger.identity)
    assert found["member"] is None
    assert [each["what"] for each in found["happened"]] == ["visit"]  # type: ignore[attr-defined]


# -- a correction ----------------------------------------------------------------------------


def test_a_correction_is_checked_as_a_list_is_and_shown_before_and_after(hall: Rights) -> None:
    words = (
        "person",
        "rectify",
        AMINA[3],
        "--set",
        "phone=06 11 22 33 44",
        "--set",
        "name_latin=Amina Zerhouni",
    )
    dry = hall.json(*words, "--dry-run")
    assert dry["fields"]["phone"] == {"before": "+212661998877", "after": "+212611223344"}
    assert not dry["changed"]
    done = hall.json(*words, "--asked", "2026-11-01")
    assert done["changed"]
    assert done["due"] == "2026-11-11"
    [found] = hall.json("members", "find", "0611223344")
    assert (found["name_latin"], found["name_ar"]) == ("Amina Zerhouni", AMINA[1])
    [row] = [row for row in hall.log() if row["what"] == "person rectify"]
    assert row["detail"] == {"fields": ["name_latin", "phone"], "asked": "2026-11-01", "due": "2026-11-11"}
    assert "611223344" not in json.dumps(hall.log())


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("phone=12", "phone: "),
        ("birth=31/02/1960", "birth: "),
        ("territory=nulle-part", "territory: "),
        (f"employee_number={KARIM[3]}", "is the number of member"),
        ("fone=0612345678", "'fone' is no field that can be set: write phone"),
        ("member=0123456789abcdef", "is no field that can be set"),
        ("phone", "sets nothing"),
        (f"principal={AMINA[3]}", "nobody is their own dependant"),
    ],
)
def test_a_correction_that_is_none_changes_nothing(hall: Rights, said: str, told: str) -> None:
    before = hall.rows(t.member)
    assert told in hall.type("person", "rectify", AMINA[3], "--set", said, code=1)
    assert hall.rows(t.member) == before


def test_a_correction_of_nothing_says_what_to_write(hall: Rights) -> None:
    assert "--set phone=" in hall.type("person", "rectify", AMINA[3], code=1)


# -- who is meant ----------------------------------------------------------------------------


def test_whoever_is_not_there_is_said_to_be_nobody(hall: Rights) -> None:
    for command in ("export", "rectify", "erase"):
        more = ("--set", "phone=0612345678") if command == "rectify" else ()
        assert "nobody has the number '999'" in hall.type("person", command, "999", *more, code=1)


def test_a_number_of_two_members_means_neither(hall: Rights) -> None:
    member = member_of(hall, KARIM[3])
    hall.type("person", "rectify", AMINA[3], "--set", f"employee_number={member}")
    assert "is the number of several members" in hall.type("person", "erase", member, code=1)


def test_a_card_of_staff_is_no_members(hall: Rights) -> None:
    added = hall.json("staff", "add", "م. ب", "--fair", RABAT, "--card", hall.path / "staff.png")
    assert "is a card of staff" in hall.type("person", "erase", added["card"], code=1)


# -- being forgotten -------------------------------------------------------------------------


def test_a_dry_run_says_what_and_changes_nothing(hall: Rights) -> None:
    before = hall.everything()
    found = hall.json("person", "erase", AMINA[3])
    assert not found["erased"]
    assert found["counts"]["members"] == 1
    assert found["counts"]["cards"] == 1
    assert hall.everything() == before
    assert not (hall.home / "erased.jsonl").exists()
    assert "Nothing was changed: do it with --yes." in hall.type("person", "erase", AMINA[3])


def test_nothing_leads_to_whoever_is_erased_and_every_figure_stays(either: Rights) -> None:
    figures, card = either.figures(), either.amina.identity
    assert either.file_of("bank")[0][1] or either.file_of("bank")[0][2]
    traces = (*CANARIES, TEXT)
    assert any(trace in either.everything() for trace in traces)
    found = either.json("person", "erase", AMINA[3], "--yes", "--reason", "demande écrite")
    assert found["erased"]
    # The file was made before: nobody here can reach it.
    assert [each["partner"] for each in found["files"]].count("bank") >= 1
    told = either.everything()
    assert [trace for trace in traces if trace in told] == []
    assert [row["card"] for row in either.rows(t.revoked_card)] == [card]
    # There, and in the signed list that kiosks get.
    assert told.count(card) == 2
    assert either.figures() == figures
    either.type("rebuild")
    assert either.figures() == figures
    for partner in ("bank", "other-bank"):
        assert [row[2] for row in either.file_of(partner)] == [KARIM[0]]
    assert either.whole()
    [row] = [row for row in either.log() if row["what"] == "person erase"]
    assert row["detail"]["reason"] == "demande écrite"
    assert "was erased on" in either.type("person", "erase", AMINA[3], "--yes", code=1)
    assert "was erased on" in either.type("person", "export", card, code=1)


def test_no_byte_is_left_in_the_file(hall: Rights) -> None:
    sealed = [row["sealed"] for row in hall.rows(t.fact) if row["sealed"]]
    before = hall.bytes_on_disk()
    assert [each for each in CANARIES if each.encode() not in before] == ["677001122", "personne d'autre"]
    # The other member's seals stay: they are as many.
    gone = [each for each in sealed if each[:32] in before]
    found = hall.json("person", "erase", AMINA[3], "--yes")
    assert found["wiped"] is True
    after = hall.bytes_on_disk()
    assert [each for each in CANARIES if each.encode() in after] == []
    assert sum(each[:32] in after for each in gone) == len(gone) / 2


def test_what_was_deleted_and_is_in_the_file_still_is_found_and_written_over(hall: Rights) -> None:
    """As when SQLite moves rows from page to page: a copy stays where nobody looks."""
    hall.store.close()
    file = hall.home / "ledger.db"
    with closing(sqlite3.connect(file)) as careless:
        careless.execute("PRAGMA secure_delete = OFF")
        careless.execute("DELETE FROM member")
        careless.commit()
        careless.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    trace = AMINA[1].encode()
    assert trace in hall.bytes_on_disk()
    store = Store(f"sqlite:///{file}")
    assert store.wipe({b"what was never there"}) is True
    assert trace in hall.bytes_on_disk()
    assert store.wipe({trace}) is True
    assert trace not in hall.bytes_on_disk()
    store.close()


def test_what_is_corrected_leaves_no_byte_of_before(hall: Rights) -> None:
    assert b"661998877" in hall.bytes_on_disk()
    hall.type("person", "rectify", AMINA[3], "--set", "phone=")
    assert hall.store.wipe() is True
    assert b"661998877" not in hall.bytes_on_disk()


def test_a_seal_stands_in_the_ledger_once(hall: Rights) -> None:
    told = raw(700, Feedback(card=hall.amina, face=1, sealed=hall.sealed(text=TEXT)), fair=RABAT)
    hall.take(told, epoch=70, seq=1)
    hall.take(told, epoch=71, seq=1)
    rows = [row for row in hall.rows(t.fact) if row["epoch"] in (70, 71)]
    assert [(row["status"], bool(row["sealed"])) for row in rows] == [("accepted", True), ("copy", False)]


def test_lists_of_sessions_name_her_no_more_and_count_her_still(hall: Rights) -> None:
    before = hall.json("session", "training")
    assert (before["invited"], before["present"], before["rate"]) == (2, 2, 1.0)
    versions = [row["version"] for row in hall.rows(t.fair_setup) if row["fair"] == RABAT]
    hall.type("person", "erase", AMINA[3], "--yes")
    assert hall.json("session", "training") == before
    [setup] = [row for row in hall.rows(t.fair_setup) if row["fair"] == RABAT]
    assert [setup["version"]] > versions
    assert len(msgspec.json.decode(setup["content"])["invitees"]["training"]) == 1
    # The organizer's file still has her number.
    hall.type("tour", "load", hall.path / "tour.toml")
    assert hall.json("session", "training") == before
    out = hall.path / "list.csv"
    hall.type("attestation", "training", "--fair", RABAT, "--out", out, "--language", "fr")
    text = out.read_text(encoding="utf-8-sig")
    assert KARIM[0] in text
    assert AMINA[0] not in text


def test_a_household_outlives_its_principal(hall: Rights) -> None:
    head = "Nom et prénom,Catégorie,Ayant droit de\n"
    file = hall.path / "household.csv"
    file.write_text(f"{head}Lina Fassi,enfant,{AMINA[3]}\n", encoding="utf-8")
    hall.type("members", "import", file, "--yes")
    [child] = hall.json("members", "find", "Lina")
    assert child["principal"]
    hall.type("person", "erase", AMINA[3], "--yes")
    [child] = hall.json("members", "find", "Lina")
    assert child["principal"] == ""


def test_the_bearer_of_a_card_alone_is_forgotten_too(hall: Rights) -> None:
    stranger = CardRef(key_id=1, card_id="00c0ffee00c0ff", category=1)
    hall.visit(stranger)
    figures = hall.figures()
    hall.type("person", "erase", stranger.identity, "--yes")
    assert hall.figures() == figures
    assert stranger.identity not in [row["card"] for row in hall.rows(t.subject_link)]
    assert stranger.identity in [row["card"] for row in hall.rows(t.revoked_card)]


# -- what comes late -------------------------------------------------------------------------


def test_what_comes_late_is_a_stub_and_counts_nothing_twice(either: Rights) -> None:
    hall = either
    card = hall.amina
    hall.type("person", "erase", AMINA[3], "--yes")
    before = hall.json("stats", RABAT)
    events = [
        raw(901, Visit(card=card), fair=RABAT, booth="membership", monotonic_ms=1),
        raw(
            902,
            SignUp(card=card, offer="loan", partner="bank", phone="typed", sealed=hall.sealed(phone=TYPED)),
            fair=RABAT,
        ),
        raw(903, Feedback(card=card, face=5, sealed=hall.sealed(text=TEXT)), fair=RABAT),
        raw(904, Refusal(code=RefusalCode.REVOKED, card=card), fair=RABAT),
        raw(905, Withdrawal(card=card, offer="savings"), fair=RABAT),
    ]
    for event in events:
        hall.take(event, epoch=99, seq=events.index(event) + 1)
    after = hall.json("stats", RABAT)
    assert after["visits"] == before["visits"] + 1
    assert after["attendance"] == before["attendance"]
    assert after["sign_ups"] == before["sign_ups"]
    assert after["feedback"]["count"] == before["feedback"]["count"] + 1
    late = [row for row in hall.rows(t.fact) if row["epoch"] == 99]
    assert [(row["seq"], row["status"]) for row in late] == [(seq, "accepted") for seq in range(1, 6)]
    assert {row["subject"] for row in late} == {None}
    assert {row["sealed"] for row in late} == {None}
    assert card.identity not in [row["card"] for row in hall.rows(t.subject_link)]
    # Once more, and as a copy from another place: nothing is counted twice.
    for event in events:
        taken = hall.take(event, epoch=99, seq=events.index(event) + 1)
        assert set(map(str, taken.verdicts)) == {"duplicate"}
        hall.take(event, epoch=100, seq=events.index(event) + 1)
    assert hall.json("stats", RABAT) == after
    hall.type("rebuild")
    assert hall.json("stats", RABAT) == after
    assert [row[2] for row in hall.file_of("bank")] == [KARIM[0]]


def test_what_nobody_can_read_is_emptied_before_and_after(hall: Rights) -> None:
    card = hall.amina
    strange = msgspec.json.encode({"card": msgspec.to_builtins(card), "words": TEXT})
    hall.happen(Unknown(kind="raffle", raw=strange))
    clash = raw(1, Visit(card=card), fair=RABAT, booth="bank", monotonic_ms=77)
    hall.take(clash, epoch=55, seq=1)
    assert any(card.card_id.encode() in row["raw"] for row in hall.rows(t.quarantine))
    hall.type("person", "erase", AMINA[3], "--yes")
    hall.take(raw(950, Unknown(kind="raffle", raw=strange), fair=RABAT), epoch=56, seq=1)
    hall.take(raw(1, Visit(card=card), fair=RABAT, monotonic_ms=78), epoch=57, seq=1)
    raffles = [row for row in hall.rows(t.fact) if row["kind"] == "raffle"]
    assert [row["detail"] for row in raffles] == [None, None]
    assert [row["raw"] for row in hall.rows(t.quarantine)] == [b"", b""]


def test_what_an_older_server_could_not_read_is_emptied_though_its_kind_is_known_by_now(
    hall: Rights,
) -> None:
    before = len(hall.rows(t.fact))
    for card in (hall.amina, hall.cards[KARIM[3]]):
        sent = msgspec.to_builtins(Feedback(card=card, face=1))
        hall.happen(Unknown(kind="raffle", raw=msgspec.json.encode(sent)))
    with hall.store.writing() as connection:
        known = t.fact.update().where(t.fact.c.kind == "raffle")
        connection.execute(known.values(kind=Feedback.kind))
    hall.type("person", "erase", AMINA[3], "--yes")
    assert [bool(row["detail"]) for row in hall.rows(t.fact)[before:]] == [False, True]


def test_a_backup_of_before_brings_nobody_back(hall: Rights) -> None:
    backup = hall.path / "before.riwaq-backup"
    figures = hall.figures()
    hall.type("backup", backup)
    hall.type("person", "erase", AMINA[3], "--yes")
    hall.type("backup", hall.path / "after.riwaq-backup")
    hall.store.close()
    hall.type("restore", backup, "--replace")
    told = hall.everything()
    assert [each for each in (*CANARIES, TEXT) if each in told] == []
    assert hall.figures() == figures
    assert hall.whole()
    # The ledger that is replaced knows them, and the file beside it is lost.
    (hall.home / "erased.jsonl").unlink()
    hall.type("restore", backup, "--replace")
    assert [each for each in CANARIES if each in hall.everything()] == []
    # On another machine, from a backup of after, with no file beside.
    (hall.home / "erased.jsonl").unlink()
    hall.type("restore", hall.path / "after.riwaq-backup", "--replace")
    assert "was erased on" in hall.type("person", "export", AMINA[3], code=1)
    assert (hall.home / "erased.jsonl").exists()


def test_who_is_taken_in_again_stays(hall: Rights) -> None:
    hall.type("person", "erase", AMINA[3], "--yes")
    hall.enrol(AMINA)
    card = hall.cards[AMINA[3]]
    attendance = hall.json("stats", RABAT)["attendance"]
    hall.visit(card)
    assert hall.json("stats", RABAT)["attendance"] == attendance + 1
    hall.type("backup", hall.path / "again.riwaq-backup")
    hall.store.close()
    hall.type("restore", hall.path / "again.riwaq-backup", "--replace")
    assert [row["name_latin"] for row in hall.json("members", "find", AMINA[3])] == [AMINA[0]]


KILL = """
import os, signal, sys
from server.rights import erasing
from server.commands import main
kept = erasing.erased_file.add
def die(*words):
    if sys.argv.pop() == "after":
        kept(*words)
    os.kill(os.getpid(), signal.SIGKILL)
erasing.erased_file.add = die
sys.argv[0:1] = ["riwaq-server"]
main()
"""


@pytest.mark.parametrize("when", ["before", "after"])
def test_an_erasure_that_is_killed_is_done_or_not_begun(hall: Rights, when: str) -> None:
    words = ["person", "erase", AMINA[3], "--yes", "--dir", str(hall.home)]
    script = KILL.replace("sys.argv.pop()", repr(when))
    done = subprocess.run([sys.executable, "-c", script, *words], env=environment(), check=False, timeout=60)
    assert done.returncode == -signal.SIGKILL
    # Nothing of it, or all: a server that starts goes on with what was meant for good.
    assert member_of(hall, AMINA[3])
    assert hall.whole()
    hall.start_again()
    members = {row["member"] for row in hall.rows(t.member)}
    assert len(members) == (2 if when == "before" else 1)
    if when == "before":
        hall.type("person", "erase", AMINA[3], "--yes")
    assert [each for each in CANARIES if each in hall.everything()] == []
    assert hall.whole()
