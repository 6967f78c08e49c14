"""The journal: the contract that the fake keeps too, and what only a file can do."""

import random
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from itertools import count
from pathlib import Path

import pytest

from kiosk.journal import Entry, Journal, JournalError, Position
from kiosk.rules.delivery import EpochView
from tests.delivery_model import JournalLike
from tests.fakes import FakeJournal
from tests.real_parts import RealJournal
from wire.events import event_name
from wire.messages import next_tail

ROOT = Path(__file__).parent.parent.parent
MANY = 2000


def entry(number: int, size: int = 60) -> Entry:
    event_id = f"{number:032x}"
    return Entry(event_id, f'{{"event_id":"{event_id}","fact":"{"x" * size}"}}'.encode())


def some(first: int, last: int) -> list[Entry]:
    return [entry(number) for number in range(first, last + 1)]


def tail_of(entries: list[Entry]) -> str:
    tail = ""
    for one in entries:
        tail = next_tail(tail, event_name(one.payload))
    return tail


def restarted(journal: JournalLike) -> JournalLike:
    """Give the journal as the next process finds it."""
    again = journal.restarted(journal.image())
    journal.close()
    return again


def waiting(journal: JournalLike) -> list[Entry | None]:
    return [one for _, one, delivered in journal.entries() if not delivered]


# -- the contract ------------------------------------------------------------------------------


@pytest.fixture(params=["real", "fake"])
def journal(request: pytest.FixtureRequest, tmp_path: Path) -> JournalLike:
    numbers = count(7)
    if request.param == "fake":
        return FakeJournal(mint_epoch=lambda: next(numbers))
    return RealJournal(tmp_path / "journal.db", mint_epoch=lambda: next(numbers))


def test_new_journal_holds_nothing(journal: JournalLike) -> None:
    assert journal.epochs() == []
    assert journal.oldest_waiting() is None
    assert list(journal.newest(5)) == []
    assert journal.tail(7, 0) is None
    assert journal.fork(7) is None


def test_facts_stand_in_order_from_one(journal: JournalLike) -> None:
    assert journal.append(some(1, 2)) == [Position(7, 1), Position(7, 2)]
    assert journal.append(some(3, 3)) == [Position(7, 3)]
    assert journal.epochs() == [EpochView(7, 1, 3, 0)]
    assert journal.read(7, 1, 3) == some(1, 3)


def test_reading_past_the_end_gives_none(journal: JournalLike) -> None:
    journal.append(some(1, 1))
    assert journal.read(7, 1, 3) == [entry(1), None, None]
    assert journal.read(8, 1, 1) == [None]


def test_facts_survive_a_restart(journal: JournalLike) -> None:
    journal.append(some(1, 3))
    journal.set_mark(7, 2, 5)
    again = restarted(journal)
    assert again.epochs() == [EpochView(7, 1, 3, 2)]
    assert again.read(7, 1, 3) == some(1, 3)


def test_first_fact_after_every_opening_begins_an_epoch(journal: JournalLike) -> None:
    journal.append(some(1, 2))
    journal = restarted(journal)
    assert journal.epochs() == [EpochView(7, 1, 2, 0)], "opening alone makes none"
    assert journal.append(some(3, 3)) == [Position(8, 1)]
    journal = restarted(restarted(journal))
    assert journal.append(some(4, 4)) == [Position(9, 1)]
    assert journal.append(some(5, 5)) == [Position(9, 2)]
    assert [view.epoch for view in journal.epochs()] == [7, 8, 9]


def test_mark_moves_both_ways(journal: JournalLike) -> None:
    journal.append(some(1, 5))
    for upto in (4, 2, 5, 0):
        journal.set_mark(7, upto, 5)
        assert journal.epochs() == [EpochView(7, 1, 5, upto)]
        assert waiting(journal) == some(upto + 1, 5)


def test_tail_tells_every_event_up_to_a_seq(journal: JournalLike) -> None:
    journal.append(some(1, 5))
    for mark in (0, 3, 5):
        journal.set_mark(7, mark, 5)
        assert [journal.tail(7, upto) for upto in range(6)] == [tail_of(some(1, upto)) for upto in range(6)]
    assert journal.tail(7, 6) is None
    assert tail_of([entry(1), entry(3)]) != tail_of([entry(2), entry(3)])


def test_damaged_row_reads_as_none_and_can_be_replaced(journal: JournalLike) -> None:
    journal.append(some(1, 3))
    journal.damage(7, 2)
    assert journal.read(7, 1, 3) == [entry(1), None, entry(3)]
    assert journal.tail(7, 1) == tail_of(some(1, 1))
    assert journal.tail(7, 3) is None
    journal.replace(7, 2, entry(9))
    assert journal.read(7, 1, 3) == [entry(1), entry(9), entry(3)]
    assert journal.tail(7, 3) == tail_of([entry(1), entry(9), entry(3)])


def test_fork_moves_the_epoch_with_ids_and_bytes_unchanged(journal: JournalLike) -> None:
    journal.append(some(1, 4))
    journal.set_mark(7, 3, 5)
    assert journal.fork(7) == EpochView(8, 1, 4, 0)
    assert journal.epochs() == [EpochView(8, 1, 4, 0)]
    assert journal.read(8, 1, 4) == some(1, 4)
    assert journal.read(7, 1, 4) == [None] * 4
    assert journal.tail(8, 4) == tail_of(some(1, 4))
    assert waiting(journal) == some(1, 4)


def test_nothing_is_wiped_while_a_fact_waits(journal: JournalLike) -> None:
    journal.append(some(1, 3))
    journal.set_mark(7, 2, 5)
    assert journal.wipe() is None
    assert journal.read(7, 1, 3) == some(1, 3)


def test_what_is_delivered_is_wiped_and_the_epoch_keeps_its_tail(journal: JournalLike) -> None:
    journal.append(some(1, 3))
    journal.set_mark(7, 3, 5)
    assert journal.wipe() == 3
    assert journal.epochs() == [EpochView(7, 4, 3, 3)]
    assert journal.read(7, 1, 3) == [None] * 3
    assert list(journal.entries()) == []
    assert journal.oldest_waiting() is None
    assert journal.tail(7, 3) == tail_of(some(1, 3))
    assert journal.wipe() == 0


def test_facts_after_a_wipe_begin_an_epoch(journal: JournalLike) -> None:
    journal.append(some(1, 2))
    journal.set_mark(7, 2, 5)
    journal.wipe()
    assert journal.append(some(3, 3)) == [Position(8, 1)]
    assert waiting(journal) == some(3, 3)


def test_a_wiped_epoch_that_is_moved_is_gone(journal: JournalLike) -> None:
    journal.append(some(1, 2))
    journal.set_mark(7, 2, 5)
    journal.wipe()
    assert journal.fork(7) is None
    assert journal.epochs() == []


def test_facts_go_on_in_the_epoch_that_was_moved(journal: JournalLike) -> None:
    journal.append(some(1, 2))
    journal.fork(7)
    assert journal.append(some(3, 3)) == [Position(8, 3)]
    again = restarted(journal)
    assert again.read(8, 1, 3) == some(1, 3)


def test_fork_of_an_old_epoch_leaves_the_others_alone(journal: JournalLike) -> None:
    journal.append(some(1, 2))
    journal = restarted(journal)
    journal.append(some(3, 4))
    journal.set_mark(8, 2, 5)
    assert journal.fork(7) == EpochView(9, 1, 2, 0)
    assert journal.epochs() == [EpochView(9, 1, 2, 0), EpochView(8, 1, 2, 2)], "in the order of time"
    assert journal.append(some(5, 5)) == [Position(8, 3)]


def test_fork_leaves_a_hole_where_a_row_is_damaged(journal: JournalLike) -> None:
    journal.append(some(1, 3))
    journal.damage(7, 2)
    journal.fork(7)
    assert journal.read(8, 1, 3) == [entry(1), None, entry(3)]


def test_oldest_waiting_and_newest(journal: JournalLike) -> None:
    journal.append(some(1, 3))
    journal = restarted(journal)
    journal.append(some(4, 6))
    assert journal.oldest_waiting() == entry(1)
    journal.set_mark(7, 2, 5)
    assert journal.oldest_waiting() == entry(3)
    journal.set_mark(7, 3, 5)
    assert journal.oldest_waiting() == entry(4)
    assert list(journal.newest(2)) == [entry(6), entry(5)]
    assert list(journal.newest(4)) == [entry(6), entry(5), entry(4), entry(3)]
    assert list(journal.newest(99)) == list(reversed(some(1, 6)))
    journal.set_mark(8, 3, 5)
    assert journal.oldest_waiting() is None


def test_entries_tell_place_fact_and_whether_it_is_delivered(journal: JournalLike) -> None:
    journal.append(some(1, 2))
    journal = restarted(journal)
    journal.append(some(3, 3))
    journal.set_mark(7, 1, 5)
    journal.damage(7, 2)
    assert list(journal.entries()) == [
        (Position(7, 1), entry(1), True),
        (Position(7, 2), None, False),
        (Position(8, 1), entry(3), False),
    ]


# -- what only the real one does -----------------------------------------------------------------

_EPOCHS = count(1)


@contextmanager
def opened(path: Path) -> Iterator[Journal]:
    with closing(Journal(path, mint_epoch=lambda: next(_EPOCHS))) as journal:
        yield journal


@contextmanager
def database(path: Path) -> Iterator[sqlite3.Connection]:
    """Open the file behind the journal's back."""
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        yield db


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "journal.db"


def test_row_is_on_the_disk_before_the_tick_appears(path: Path) -> None:
    with opened(path) as journal:
        db = journal._db  # noqa: SLF001 - the connection's own settings are not seen from outside
        assert db.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
        assert db.execute("PRAGMA synchronous").fetchone()[0] == 2


def test_settings_and_server_time_are_kept(path: Path) -> None:
    with opened(path) as journal:
        assert journal.last_server_time == 0
        assert journal.get("programme") is None
        journal.put("programme", b"\x00one")
        journal.put("programme", b"\x00two")
        [at] = journal.append(some(1, 1))
        journal.set_mark(at.epoch, 1, 1_730_000_000_000)
    with opened(path) as journal:
        assert journal.get("programme") == b"\x00two"
        assert journal.last_server_time == 1_730_000_000_000


@pytest.mark.parametrize(
    "harm",
    [
        "UPDATE fact SET payload = CAST('?' || substr(payload, 2) AS BLOB) WHERE seq = 2",
        "UPDATE fact SET event_id = replace(event_id, '0', '1') WHERE seq = 2",
        "UPDATE fact SET event_id = CAST(x'b0' || substr(event_id, 2) AS TEXT) WHERE seq = 2",
        "UPDATE fact SET checksum = zeroblob(8) WHERE seq = 2",
        "UPDATE fact SET epoch = epoch + 1 WHERE seq = 2",
        "UPDATE fact SET seq = 1002 WHERE seq = 2",
        "DELETE FROM fact WHERE seq = 2",
    ],
    ids=["payload", "event id", "event id that is no text", "checksum", "epoch", "seq", "missing"],
)
def test_row_that_flipped_is_seen(path: Path, harm: str) -> None:
    with opened(path) as journal:
        epoch = journal.append(some(1, 3))[0].epoch
    with database(path) as db:
        assert db.execute(harm).rowcount == 1
    with opened(path) as journal:
        assert journal.salvage is None, "SQLite sees nothing wrong"
        assert journal.read(epoch, 1, 3) == [entry(1), None, entry(3)]
        assert journal.read(epoch, 1002, 1002) == [None], "a row that flipped is nowhere"
        assert journal.read(epoch + 1, 2, 2) == [None]


_APPENDS = """
import sys
from itertools import count
from pathlib import Path
from kiosk.journal import Entry, Journal

journal = Journal(Path(sys.argv[1]), mint_epoch=lambda: int(sys.argv[2]))
for number in count(1):
    for at in journal.append([Entry(f"{number * 8 + i:032x}", b"x" * 900) for i in range(number % 7 + 1)]):
        print(at.seq, f"{number * 8:032x}", flush=True)
"""
_FORKS = """
import sys
from itertools import count
from pathlib import Path
from kiosk.journal import Journal

numbers = count(int(sys.argv[2]))
journal = Journal(Path(sys.argv[1]), mint_epoch=lambda: next(numbers))
for _ in numbers:
    print(journal.fork(journal.epochs()[0].epoch).epoch, flush=True)
"""


def killed(program: str, path: Path, argument: int, lines: int) -> list[list[str]]:
    """Run a program on the journal, kill it after so many lines; gives all that it said."""
    with subprocess.Popen(
        [sys.executable, "-c", program, str(path), str(argument)], stdout=subprocess.PIPE, cwd=ROOT, text=True
    ) as process:
        assert process.stdout
        said = [process.stdout.readline().split() for _ in range(lines)]
        process.send_signal(signal.SIGKILL)
        # What it said before the signal came is in the pipe; a line cut short was not said.
        said += [line.split() for line in process.stdout.read().splitlines(keepends=True) if line[-1] == "\n"]
    assert process.returncode == -signal.SIGKILL
    return said


def test_nothing_reported_is_lost_when_the_process_is_killed(path: Path) -> None:
    chance = random.Random(5)
    reported: dict[int, int] = {}
    for epoch in range(1, 5):
        said = killed(_APPENDS, path, epoch, chance.randrange(1, 120))
        reported[epoch] = max(int(seq) for seq, _ in said)
        with opened(path) as journal:
            assert journal.salvage is None
            for view in journal.epochs():
                assert view.last >= reported[view.epoch]
                assert None not in journal.read(view.epoch, 1, view.last)
    assert len(reported) == 4


def test_nothing_is_lost_when_the_process_is_killed_while_an_epoch_moves(path: Path) -> None:
    with opened(path) as journal:
        [*_, at] = journal.append(some(1, MANY))
        journal.set_mark(at.epoch, MANY - 50, 5)
    for start in (100_000, 200_000, 300_000):
        said = killed(_FORKS, path, start, 2)
        with opened(path) as journal:
            [view] = journal.epochs()
            assert view.epoch >= int(said[-1][0])
            assert journal.read(view.epoch, 1, MANY) == some(1, MANY)
            assert (view.last, view.mark) == (MANY, 0)


def _truncate(path: Path) -> None:
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size // 2 + 100)


def _cut_to_nothing_but_a_header(path: Path) -> None:
    with path.open("r+b") as file:
        file.truncate(100)


def _garbage(path: Path) -> None:
    path.write_bytes(random.Random(1).randbytes(path.stat().st_size))


def _overwrite(path: Path, at: int, length: int) -> None:
    with path.open("r+b") as file:
        file.seek(at)
        file.write(random.Random(1).randbytes(length))


def _header(path: Path) -> None:
    _overwrite(path, 0, 100)


def _page_in_the_middle(path: Path) -> None:
    _overwrite(path, path.stat().st_size // 4096 // 2 * 4096, 4096)


def _schema_page(path: Path) -> None:
    _overwrite(path, 100, 3996)


@pytest.mark.parametrize(
    ("harm", "least_saved"),
    [
        (_truncate, 500),
        (_cut_to_nothing_but_a_header, 0),
        (_garbage, 0),
        (_header, 0),
        (_page_in_the_middle, MANY - 100),
        (_schema_page, 0),
    ],
)
def test_broken_file_is_kept_aside_and_what_reads_is_saved(
    path: Path, harm: Callable[[Path], None], least_saved: int
) -> None:
    with opened(path) as journal:
        [*_, at] = journal.append(some(1, MANY))
        journal.set_mark(at.epoch, 20, 5)
        journal.put("programme", b"signed")
    harm(path)
    harmed = path.read_bytes()
    with opened(path) as journal:
        salvage = journal.salvage
        assert salvage is not None
        assert salvage.moved_aside.name == "journal.db.damaged-1"
        assert salvage.moved_aside.read_bytes() == harmed
        assert salvage.saved >= least_saved
        there = [one for _, one, _ in journal.entries() if one is not None]
        assert len(there) == salvage.saved
        assert sum(one is None for _, one, _ in journal.entries()) == salvage.holes
        assert set(there) <= set(some(1, MANY))
        if salvage.saved and journal.epochs()[0].last == MANY:
            assert salvage.saved + salvage.holes == MANY
        # Life goes on, in a fresh epoch.
        [fresh] = journal.append(some(9001, 9001))
        assert fresh.seq == 1
        assert fresh.epoch != at.epoch
    with opened(path) as journal:
        assert journal.salvage is None
        assert journal.read(fresh.epoch, 1, 1) == [entry(9001)]


def test_second_broken_file_does_not_replace_the_first(path: Path) -> None:
    for number in (1, 2):
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"no database, number %d" % number * 50)
        with opened(path) as journal:
            assert journal.salvage
            assert journal.salvage.moved_aside.name == f"journal.db.damaged-{number}"
    assert path.with_name("journal.db.damaged-1").read_bytes() != path.read_bytes()


def test_mark_survives_a_broken_page(path: Path) -> None:
    with opened(path) as journal:
        [*_, at] = journal.append(some(1, MANY))
        journal.set_mark(at.epoch, 20, 5)
        tail = journal.tail(at.epoch, 20)
    _page_in_the_middle(path)
    with opened(path) as journal:
        assert journal.epochs() == [EpochView(at.epoch, 1, MANY, 20)]
        assert journal.tail(at.epoch, 20) == tail


def test_damage_below_the_mark_does_not_touch_the_tail(path: Path) -> None:
    with opened(path) as journal:
        [*_, at] = journal.append(some(1, 30))
        journal.set_mark(at.epoch, 20, 5)
    with database(path) as db:
        db.execute("DELETE FROM fact WHERE seq = 5")
    with opened(path) as journal:
        assert journal.tail(at.epoch, 25) == tail_of(some(1, 25))
        assert journal.tail(at.epoch, 10) is None


def test_full_disk_is_said_and_nothing_is_half_written(path: Path) -> None:
    with opened(path) as journal:
        [at] = journal.append(some(1, 1))
        pages = journal._db.execute("PRAGMA page_count").fetchone()[0]  # noqa: SLF001 - no disk is this small
        journal._db.execute(f"PRAGMA max_page_count = {pages + 1}")  # noqa: SLF001 - as above
        with pytest.raises(JournalError, match=r"cannot be written.*check the disk"):
            journal.append([entry(number, 4000) for number in range(2, 40)])
        assert journal.epochs() == [EpochView(at.epoch, 1, 1, 0)]
        journal._db.execute("PRAGMA max_page_count = 100000")  # noqa: SLF001 - room again
        assert journal.append(some(2, 2)) == [Position(at.epoch, 2)]
        assert journal.read(at.epoch, 1, 3) == [entry(1), entry(2), None]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = shutil.which("mount")
    done = mount and subprocess.run(
        [mount, "-t", "tmpfs", "-o", "size=200k", "tmpfs", disk], check=False, capture_output=True
    )
    if not done or done.returncode:
        pytest.skip("needs root to make a small disk")
    yield disk
    subprocess.run(["umount", disk], check=True)


def fill(path: Path) -> None:
    """Make a file of all the room there is."""
    with suppress(OSError), path.open("wb", buffering=0) as file:
        while True:
            file.write(b"x" * 1000)


def test_full_disk_keeps_what_was_reported_and_takes_more_once_there_is_room(small_disk: Path) -> None:
    ballast = small_disk / "ballast"
    ballast.write_bytes(b"x" * 40_000)
    reported: list[Position] = []

    def append_all(journal: Journal) -> None:
        for number in range(1, 1000):
            reported.extend(journal.append([entry(number, 900)]))

    with opened(small_disk / "journal.db") as journal:
        with pytest.raises(JournalError, match="check the disk"):
            append_all(journal)
        at = reported[-1]
        assert 0 < at.seq < 200
        ballast.unlink()
        assert journal.append([entry(9001, 900)]) == [Position(at.epoch, at.seq + 1)]
    with opened(small_disk / "journal.db") as journal:
        assert None not in journal.read(at.epoch, 1, at.seq + 1)


def test_full_disk_at_the_first_fact_leaves_no_epoch_behind(small_disk: Path) -> None:
    ballast = small_disk / "ballast"
    with opened(small_disk / "journal.db") as journal:
        fill(ballast)
        with pytest.raises(JournalError, match="check the disk"):
            journal.append([entry(1, 40_000)])
        assert journal.epochs() == []
        ballast.unlink()
        [at] = journal.append(some(1, 1))
        assert journal.epochs() == [EpochView(at.epoch, 1, 1, 0)]


def test_journal_on_a_full_disk_is_refused_in_words(small_disk: Path) -> None:
    fill(small_disk / "ballast")
    with pytest.raises(JournalError, match="check that the disk is not full"):
        Journal(small_disk / "journal.db", mint_epoch=lambda: 1)


def test_journal_of_a_newer_version_is_refused_in_words(path: Path) -> None:
    with opened(path) as journal:
        journal.append(some(1, 1))
    with database(path) as db:
        db.execute("PRAGMA user_version = 99")
    with pytest.raises(JournalError, match="newer Riwaq: install that version"):
        Journal(path, mint_epoch=lambda: 1)
    assert [name.name for name in path.parent.iterdir()] == ["journal.db"], "and left as it was"


def test_place_that_cannot_be_written_is_refused_in_words(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file, no directory")
    with pytest.raises(JournalError, match=r"journal\.db cannot be opened"):
        Journal(tmp_path / "data" / "journal.db", mint_epoch=lambda: 1)
