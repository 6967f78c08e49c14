"""A fair that is closed: scans end politely, what waits is delivered, and only then is all wiped."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec
import pytest

from kiosk.bootstrap import journal_path
from kiosk.config import KioskConfig
from kiosk.journal import Entry, Journal, JournalError, Position
from kiosk.notices import ProgrammeTaken, Scanned, Trouble, Wiped
from kiosk.rules.delivery import EpochView
from kiosk.rules.desk import Outcome
from kiosk.station import Around
from tests.kiosk.fakes import FakeServer, Kiosk, config_in, fair_topic, stopped_journal, token
from tests.waiting import stays, until
from tests.wire.strategies import BODY_KEY, a_programme, public
from wire.broker import BrokerAddress
from wire.events import ClockOffset, encode_event
from wire.pairing import PairingCode, write_code
from wire.programme import sign_programme

CARD = 0x00CAFE00CAFE01
NEXT_CODE = write_code(
    PairingCode(
        "fondation",
        public(BODY_KEY),
        b"\x09" * 32,
        "0123456789abcdef",
        BrokerAddress("10.0.0.9", 1883, tls=False),
    )
)


def close(kiosk: Kiosk, version: int = 2, **changes: Any) -> None:
    """Let the closed programme arrive, as a retained message and with every answer."""
    kiosk.server.programme = a_programme(version=version, closed=True, **changes)
    kiosk.hear((fair_topic("programme"), sign_programme(kiosk.server.programme, BODY_KEY)))


def traces(path: Path, *texts: str) -> list[str]:
    """Name the files that hold one of these texts."""
    return [
        file.name
        for file in path.rglob("*")
        if file.is_file() and any(text.encode() in file.read_bytes() for text in texts)
    ]


def test_a_closed_fair_is_wiped_once_everything_is_delivered(tmp_path: Path) -> None:
    with Kiosk(tmp_path) as kiosk:
        kiosk.ready()
        event_ids = [kiosk.scan(token(CARD + number)).event_id for number in range(30)]
        cards = [f"{CARD + number:014x}" for number in range(30)]
        until(kiosk.delivered)
        assert traces(tmp_path, *event_ids)
        close(kiosk)
        until(lambda: kiosk.told(Wiped), what="the wipe")
        assert kiosk.told(Wiped) == [Wiped(31)], "thirty visits and the clock's fact"
        assert kiosk.told(ProgrammeTaken)[-1].closed
        assert traces(tmp_path, *event_ids, *cards) == [], "while it runs"
        until(lambda: kiosk.server.states[-1].wiped, what="word of it")
    assert traces(tmp_path, *event_ids, *cards) == []


def test_a_card_shown_after_the_closing_is_turned_away_without_a_fact(tmp_path: Path) -> None:
    with Kiosk(tmp_path) as kiosk:
        kiosk.ready()
        close(kiosk)
        until(lambda: kiosk.told(Wiped))
        held = len(kiosk.server.events())
        told = kiosk.scan(token(1, language="fr"))
        assert (told.outcome, told.event_id, told.language) == (Outcome.CLOSED, "", "fr")
        assert kiosk.scan("https://example.org").outcome is Outcome.CLOSED
        kiosk.settle()
        assert len(kiosk.server.events()) == held, "not even the clock is measured for its own sake"
    with stopped_journal(kiosk) as journal:
        assert list(journal.entries()) == []


def test_nothing_is_wiped_while_the_server_is_silent(tmp_path: Path) -> None:
    server = FakeServer()
    with Kiosk(tmp_path, server=server) as kiosk:
        kiosk.ready()
        server.acknowledging = server.answering = False
        kiosk.scan(token(1))
        close(kiosk)
        stays(lambda: not kiosk.told(Wiped), seconds=1)
        server.acknowledging = server.answering = True
        kiosk.settle()
        until(lambda: kiosk.told(Wiped), seconds=10)
        assert len(server.visits()) == 1


def test_what_an_earlier_run_confirmed_is_not_enough(tmp_path: Path) -> None:
    with Kiosk(tmp_path) as kiosk:
        kiosk.ready()
        kiosk.scan(token(1))
        until(kiosk.delivered)
        # The server is restored from a copy of before, closes the fair, and hears nothing yet.
        kiosk.server.answering, kiosk.server.restored = False, True
        held, kiosk.server.ledger, kiosk.server.run = kiosk.server.ledger, {}, "run-two-"
        close(kiosk)
        stays(lambda: not kiosk.told(Wiped), seconds=0.5)
        kiosk.server.answering = True
        kiosk.settle()
        until(lambda: kiosk.told(Wiped), seconds=10)
        assert kiosk.server.ledger.items() >= held.items()


def test_a_kiosk_that_was_away_delivers_and_wipes_when_it_is_back(tmp_path: Path) -> None:
    with Kiosk(tmp_path) as kiosk:
        kiosk.ready()
        kiosk.uplink.cut()
        kiosk.scan(token(1))
        kiosk.scan(token(2))
    away = FakeServer(programme=a_programme(version=2, closed=True), ledger=dict(kiosk.server.ledger))
    with Kiosk(tmp_path, server=away) as kiosk:
        until(lambda: kiosk.told(Wiped), seconds=10)
        assert len(away.visits()) == 2
        kinds = [event.fact.kind for event in away.events()]
        assert kinds.count(ClockOffset.kind) == 2, "the clock is measured for what still waits"


def test_a_closed_kiosk_that_starts_again_has_nothing_and_says_so(tmp_path: Path) -> None:
    with Kiosk(tmp_path) as kiosk:
        kiosk.ready()
        kiosk.scan(token(1))
        until(kiosk.delivered)
        close(kiosk)
        until(lambda: kiosk.told(Wiped))
    with Kiosk(tmp_path, server=kiosk.server) as again:
        until(lambda: again.told(Wiped) == [Wiped(0)])
        assert again.scan(token(2)).outcome is Outcome.CLOSED
        hello = again.server.hellos[-1]
        assert [(kept.first, kept.last) for kept in hello.epochs] == [(3, 2)]


def test_a_fair_that_is_opened_again_records_in_a_new_epoch(tmp_path: Path) -> None:
    with Kiosk(tmp_path) as kiosk:
        kiosk.ready()
        before = kiosk.scan(token(1))
        until(kiosk.delivered)
        close(kiosk)
        until(lambda: kiosk.told(Wiped))
        kiosk.server.programme = a_programme(version=3)
        kiosk.hear((fair_topic("programme"), sign_programme(kiosk.server.programme, BODY_KEY)))
        after = kiosk.scan(token(2))
        assert after.outcome is Outcome.ACCEPTED
        assert (after.epoch != before.epoch, after.seq) == (True, 1)
        until(kiosk.delivered)
        assert len(kiosk.server.visits()) == 2
        close(kiosk, version=4)
        until(lambda: len(kiosk.told(Wiped)) == 2, what="the second wipe", seconds=10)


class _ScannedJustNow(Journal):
    """A journal into which a fact comes between the decision to wipe and the wipe."""

    late: Entry | None = None

    def wipe(self) -> int | None:
        if self.late is not None:
            entry, self.late = self.late, None
            self.hurried = self.append([entry])
        return super().wipe()

    hurried: tuple[Position, ...] | list[Position] = ()


def test_a_fact_that_comes_in_at_the_last_moment_is_delivered_first(tmp_path: Path) -> None:
    made: list[_ScannedJustNow] = []

    def journal(config: KioskConfig) -> Journal:
        made.append(_ScannedJustNow(journal_path(config), mint_epoch=iter(range(7, 99)).__next__))
        return made[-1]

    with Kiosk(tmp_path, journal=journal) as kiosk:
        kiosk.ready()
        first = kiosk.scan(token(1))
        until(kiosk.delivered)
        [visit] = kiosk.server.visits()
        assert visit.event_id == first.event_id
        late = Entry("f" * 32, encode_event(msgspec.structs.replace(visit, event_id="f" * 32)))
        made[0].late = late
        close(kiosk)
        until(lambda: made[0].hurried, what="the late fact")
        stays(lambda: not kiosk.told(Wiped), seconds=0.3)
        # The eye tells the carrier of what it has recorded.
        kiosk.station._carrier.recorded(made[0].hurried[0])  # noqa: SLF001 - as the eye does
        until(lambda: kiosk.told(Wiped), seconds=10)
        assert "f" * 32 in {event.event_id for event in kiosk.server.events()}


def test_a_wipe_waits_for_whoever_reads_the_journal(tmp_path: Path) -> None:
    with Kiosk(tmp_path) as kiosk:
        kiosk.ready()
        told = kiosk.scan(token(CARD))
        until(kiosk.delivered)
        with closing(sqlite3.connect(journal_path(config_in(tmp_path)), isolation_level=None)) as reader:
            reader.execute("BEGIN")
            reader.execute("SELECT count(*) FROM fact").fetchone()
            close(kiosk)
            until(lambda: any("as soon as" in each.words for each in kiosk.told(Trouble)), what="words")
            assert not kiosk.told(Wiped)
            reader.execute("COMMIT")
        until(lambda: kiosk.told(Wiped), seconds=10)
        assert traces(tmp_path, told.event_id, f"{CARD:014x}") == []


def test_what_was_moved_aside_from_a_damaged_journal_goes_too(tmp_path: Path) -> None:
    with Kiosk(tmp_path) as kiosk:
        kiosk.ready()
        told = kiosk.scan(token(CARD))
        until(kiosk.delivered)
        journal_path(config_in(tmp_path)).with_name("journal.db.damaged-1").write_bytes(
            told.event_id.encode()
        )
        journal_path(config_in(tmp_path)).with_name("journal.db.damaged-1-wal").write_bytes(
            told.event_id.encode()
        )
        close(kiosk)
        until(lambda: kiosk.told(Wiped))
    assert traces(tmp_path, told.event_id) == []


def test_a_disk_that_refuses_is_tried_again(tmp_path: Path) -> None:
    class Refusing(Journal):
        tries = 0

        def wipe(self) -> int | None:
            self.tries += 1
            if self.tries < 3:
                raise JournalError("the journal cannot be wiped: check the disk")
            return super().wipe()

    def journal(config: KioskConfig) -> Journal:
        return Refusing(journal_path(config), mint_epoch=iter(range(7, 99)).__next__)

    with Kiosk(tmp_path, journal=journal) as kiosk:
        kiosk.ready()
        kiosk.scan(token(1))
        close(kiosk)
        until(lambda: kiosk.told(Wiped), seconds=15)
        assert kiosk.troubles("journal") == ["cannot_write"]
        assert [each.outcome for each in kiosk.told(Scanned)] == [Outcome.ACCEPTED]


def test_a_wiped_kiosk_that_was_switched_off_takes_the_next_code_without_a_server(tmp_path: Path) -> None:
    with Kiosk(tmp_path) as kiosk:
        kiosk.ready()
        kiosk.scan(token(CARD))
        until(kiosk.delivered)
        close(kiosk)
        until(lambda: kiosk.told(Wiped))
    # As a wipe that a power cut has left half done.
    journal_path(config_in(tmp_path)).with_name("journal.db.damaged-1").write_bytes(b"somebody")
    taken: list[str] = []
    with Kiosk(tmp_path, connected=False, around=Around(on_next_code=taken.append)) as elsewhere:
        elsewhere.ready()
        elsewhere.reader.show(NEXT_CODE)
        until(lambda: taken == [NEXT_CODE], what="the code")
        assert elsewhere.told(Scanned) == []
    assert traces(tmp_path, "somebody", f"{CARD:014x}") == []


@pytest.mark.parametrize("delivered", [False, True])
def test_a_closed_kiosk_that_keeps_a_fact_takes_no_code(tmp_path: Path, *, delivered: bool) -> None:
    taken: list[str] = []
    around = Around(on_next_code=taken.append)
    with Kiosk(tmp_path, around=around) as kiosk:
        kiosk.ready()
        kiosk.server.acknowledging = delivered
        kiosk.scan(token(1))
        if delivered:
            until(kiosk.delivered)
        # The closed fair's server is to confirm what the one before has acknowledged.
        kiosk.server.answering = False
        close(kiosk)
        assert kiosk.scan(NEXT_CODE).outcome is Outcome.PAIRING
    with Kiosk(tmp_path, connected=False, around=around) as again:
        again.ready()
        assert again.scan(NEXT_CODE).outcome is Outcome.PAIRING
    with stopped_journal(again) as journal:
        assert len(list(journal.entries())) == 2, "the clock's fact and the visit"
    assert taken == []


def test_a_kiosk_at_work_takes_no_code_though_it_has_recorded_nothing(tmp_path: Path) -> None:
    taken: list[str] = []
    with Kiosk(tmp_path, around=Around(on_next_code=taken.append)) as kiosk:
        kiosk.ready()
    with Kiosk(tmp_path / "new", server=kiosk.server, around=Around(on_next_code=taken.append)) as new:
        new.server.acknowledging = new.server.answering = False
        new.hear((fair_topic("programme"), sign_programme(a_programme(version=1), BODY_KEY)))
        assert new.scan(NEXT_CODE).outcome is Outcome.PAIRING
    assert taken == []


class _FullDisk(Journal):
    """A journal that cannot write marks for a while; perhaps it cannot be read then either."""

    full = unreadable = False
    refused = 0

    def set_mark(self, epoch: int, upto: int, server_time: int) -> None:
        if self.full:
            self.refused += 1
            raise JournalError("the journal cannot be written (disk full): check the disk")
        super().set_mark(epoch, upto, server_time)

    def epochs(self) -> list[EpochView]:
        if self.full and self.unreadable and self.refused:
            raise JournalError("the journal cannot be read (disk I/O error): check the disk")
        return super().epochs()


@pytest.mark.parametrize("unreadable", [False, True])
def test_a_mark_that_could_not_be_written_keeps_no_closed_kiosk_from_its_wipe(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, unreadable: bool
) -> None:
    monkeypatch.setattr("kiosk.rules.delivery.GREET_AGAIN_S", 0.5)
    made: list[_FullDisk] = []

    def journal(config: KioskConfig) -> Journal:
        made.append(_FullDisk(journal_path(config), mint_epoch=iter(range(7, 99)).__next__))
        return made[-1]

    with Kiosk(tmp_path, journal=journal) as kiosk:
        kiosk.ready()
        kiosk.uplink.cut()
        kiosk.scan(token(1))
        kiosk.scan(token(2))
        [disk] = made
        disk.full, disk.unreadable = True, unreadable
        kiosk.uplink.connect()
        until(lambda: disk.refused, what="a mark that is not written")
        disk.full = False
        close(kiosk)
        until(lambda: kiosk.told(Wiped), what="the wipe", seconds=5)
        assert kiosk.told(Wiped) == [Wiped(3)]
        assert kiosk.troubles("journal") == ["cannot_write", "recovered"]
        assert len(kiosk.server.visits()) == 2


def test_a_mark_is_written_as_soon_as_the_disk_is_well_and_nothing_is_sent_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kiosk.rules.delivery.GREET_AGAIN_S", 0.5)
    made: list[_FullDisk] = []

    def journal(config: KioskConfig) -> Journal:
        made.append(_FullDisk(journal_path(config), mint_epoch=iter(range(7, 99)).__next__))
        return made[-1]

    with Kiosk(tmp_path, journal=journal) as kiosk:
        kiosk.ready()
        [disk] = made
        disk.full = True
        kiosk.scan(token(1))
        until(lambda: disk.refused and kiosk.station.waiting == 1, what="what the journal says")
        sent = len(kiosk.server.sizes)
        disk.full = False
        until(kiosk.delivered, seconds=5)
        assert kiosk.troubles("journal") == ["cannot_write", "recovered"]
        assert len(kiosk.server.sizes) == sent
