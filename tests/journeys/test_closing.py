"""A fair's end by real processes: closed with a verified backup, kiosks wiped; and a ledger put back."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from server.settings import Home
from server.store import tables as t
from server.store.engine import Store
from tests.journeys.hall import Booth, Hall, hall
from tests.programs import FAIR, call, json_of, lines_of
from tests.waiting import until
from wire.card import parse


@pytest.fixture
def fair(tmp_path: Path) -> Iterator[Hall]:
    with hall(tmp_path) as running:
        yield running


def close(fair: Hall, *words: str) -> Any:
    where = ("--backup", fair.path / "closing.riwaq-backup", "--dir", fair.office.path)
    return json_of("server", "fair", "close", FAIR, *where, *words)


def traces(directory: Path, *texts: str) -> list[str]:
    """Name the files in which one of these texts stands."""
    return [
        file.name
        for file in directory.rglob("*")
        if file.is_file() and any(text.encode() in file.read_bytes() for text in texts)
    ]


def canaries(tokens: list[str], scanned: list[dict[str, Any]]) -> list[str]:
    """Give what must not stay: ids of events and of cards."""
    parsed = [parse(token) for token in tokens]
    card_ids = [f"{read[0].card_id:014x}" for read in parsed if isinstance(read, tuple)]
    assert len(card_ids) == len(tokens)
    return [*(each["event_id"] for each in scanned), *card_ids]


def settled(fair: Hall, *booths: Booth) -> None:
    """Wait until kiosks have delivered, and have told so in their states."""
    for booth in booths:
        booth.until(booth.delivered, "everything to be delivered")

    def told() -> bool:
        return all(each["waiting"] == 0 for each in fair.office.status()["kiosks"])

    until(told, seconds=30, what="states without anything waiting")


def test_a_closed_fair_is_backed_up_and_wiped_and_nothing_is_missing(fair: Hall) -> None:
    near, far = fair.booth("near"), fair.booth("far")
    tokens = fair.cards(8)
    scanned = [*near.scan(*tokens[:4]), *far.scan(*tokens[4:6])]
    settled(fair, near, far)
    # One loses its network and goes on recording; the server hears of its death alone.
    far.proxy.take_down()
    far.until(lambda: far.process.notices("link")[-1]["up"] is False, "no network")
    scanned += far.scan(*tokens[6:])
    happened = near.event_ids() | far.event_ids()
    marks = canaries(tokens, scanned)
    assert traces(near.data, *marks)
    assert traces(far.data, *marks)

    done = close(fair)
    assert done["backup"]["facts"] >= 8
    near.until(near.wiped, "the wipe")
    assert near.wiped()[0]["facts"] >= 4
    assert traces(near.data, *marks) == []
    assert near.scan(next(fair.tokens))[0]["outcome"] == "closed"
    assert far.scan(next(fair.tokens))[0]["outcome"] == "accepted", "it does not know yet"
    happened |= far.event_ids()

    # It starts again, comes back, delivers what it has kept, and only then wipes.
    far.process.kill()
    far.start()
    far.proxy.bring_up()
    far.until(far.wiped, "the wipe of the one that was away", seconds=60)
    assert traces(far.data, *marks) == []
    ledger = fair.ledger()
    assert happened <= ledger.keys()
    assert {ledger[event] for event in happened} == {1}
    until(
        lambda: all(each["wiped"] for each in fair.office.status()["kiosks"]), seconds=20, what="their word"
    )
    assert fair.office.status()["closed"] == [FAIR]
    assert fair.office.stats()["visits"] == 9

    # A wiped kiosk that starts again has nothing, and still knows that the fair is over.
    assert near.process.stop() == 0
    near.start()
    near.until(lambda: near.process.notices("programme"), "the kept programme")
    assert near.scan(next(fair.tokens))[0]["outcome"] == "closed"
    assert near.event_ids() == set()
    assert traces(near.data, *marks) == []


def test_a_fair_whose_kiosk_keeps_facts_is_not_closed(fair: Hall) -> None:
    booth = fair.booth("bank")
    booth.scan(*fair.cards(3))
    settled(fair, booth)
    booth.proxy.take_down()
    booth.until(lambda: booth.process.notices("link")[-1]["up"] is False, "no network")
    [*_, last] = booth.scan(*fair.cards(2))
    directory = fair.office.path
    say_hello_of(directory, last["epoch"], last["seq"])
    backup = fair.path / "b.riwaq-backup"
    told = call("server", "fair", "close", FAIR, "--backup", backup, "--dir", directory, code=1)
    assert "bank: 2 facts wait there" in told
    assert "riwaq-kiosk export" in told
    assert not backup.exists()
    assert fair.office.status()["closed"] == []

    [stick] = lines_of("kiosk", "export", fair.path / "carried", "--config", booth.config)
    call("server", "facts", "import", stick["file"], "--dir", directory)
    assert "is closed" in call("server", "fair", "close", FAIR, "--backup", backup, "--dir", directory)
    booth.proxy.bring_up()
    booth.until(booth.wiped, "the wipe")


def say_hello_of(directory: Path, epoch: int, last: int) -> None:
    """Let a hello have come through, and nothing after it: the network broke at that moment."""
    store = Store(Home(directory).database)
    with store.writing() as connection:
        connection.execute(update(t.mark).where(t.mark.c.epoch == epoch).values(kept=last))
    store.close()


def test_a_closed_fair_can_go_on(fair: Hall) -> None:
    booth = fair.booth("bank")
    booth.scan(*fair.cards(2))
    settled(fair, booth)
    close(fair)
    booth.until(booth.wiped, "the wipe")
    assert "is closed already" in call(
        "server", "fair", "close", FAIR, "--backup", fair.path / "again", "--dir", fair.office.path, code=1
    )
    call("server", "fair", "reopen", FAIR, "--dir", fair.office.path)
    booth.until(lambda: not booth.process.notices("programme")[-1]["closed"], "the programme that goes on")
    booth.scan(*fair.cards(2))
    booth.until(booth.delivered, "the new facts")
    assert fair.office.stats()["visits"] == 4
    assert "is not closed" in call("server", "fair", "reopen", FAIR, "--dir", fair.office.path, code=1)


def test_an_older_backup_is_put_back_and_kiosks_make_the_ledger_whole(fair: Hall) -> None:
    booth = fair.booth("bank")
    booth.scan(*fair.cards(4))
    settled(fair, booth)
    file = fair.path / "morning.riwaq-backup"
    made = json_of("server", "backup", file, "--dir", fair.office.path)
    booth.scan(*fair.cards(5))
    settled(fair, booth)
    happened, directory = booth.event_ids(), fair.office.path
    assert happened <= fair.ledger().keys()

    told = call("server", "restore", file, "--dir", directory, code=1)
    assert "a server already runs on" in told
    assert fair.server.alive
    fair.server.stop()
    told = call("server", "restore", file, "--dir", directory, code=1)
    assert "is newer than this backup" in told
    assert "--replace" in told
    assert len(fair.ledger()) > made["facts"], "nothing was touched"

    done = json_of("server", "restore", file, "--replace", "--dir", directory)
    assert done["facts"] == made["facts"] == len(fair.ledger())
    assert Path(done["kept"]).exists()
    assert not happened <= fair.ledger().keys()
    fair.run()
    until(lambda: happened <= fair.ledger().keys(), seconds=60, what="the replay")
    booth.until(booth.delivered, "the word of it")
    ledger = fair.ledger()
    assert {ledger[event] for event in happened} == {1}
    assert fair.office.stats()["visits"] == 9
    assert fair.office.status()["in_quarantine"] == 0


def test_a_server_goes_on_in_another_directory(fair: Hall) -> None:
    booth = fair.booth("bank")
    booth.scan(*fair.cards(3))
    settled(fair, booth)
    file, there = fair.path / "all.riwaq-backup", fair.path / "new"
    call("server", "backup", file, "--with-secrets", "--dir", fair.office.path)
    assert file.stat().st_mode & 0o777 == 0o600
    fair.server.stop()
    booth.scan(*fair.cards(2))
    call("server", "restore", file, "--dir", there)
    fair.office.path = there
    fair.run()
    booth.until(booth.delivered, "what happened meanwhile", seconds=60)
    assert fair.ledger().keys() >= booth.event_ids()
    assert fair.office.stats()["visits"] == 5
