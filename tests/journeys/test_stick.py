"""Facts carried on a stick, by real processes: whole or in pieces, once, twice, beside the live kiosk."""

import json
import resource
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kiosk.config import read_config
from tests.brokers import Peer
from tests.journeys.hall import Booth, Hall, hall
from tests.programs import Office, call, environment, json_of, lines_of
from tests.waiting import until
from wire import topics
from wire.stick import SUFFIX, StickWriter, read_stick


@pytest.fixture(scope="module")
def fair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    with hall(tmp_path_factory.mktemp("fair")) as running:
        yield running


@pytest.fixture
def away(fair: Hall, request: pytest.FixtureRequest) -> Iterator[Booth]:
    """Give a kiosk whose network is gone since it was set up, with facts of people in it."""
    booth = fair.booth(f"away-{abs(hash(request.node.name)) % 10**8}")
    booth.proxy.take_down()
    booth.until(lambda: booth.process.notices("link")[-1]["up"] is False, "no network")
    booth.scan(*fair.cards(3), "https://example.org/no-card")
    yield booth
    booth.process.kill()


def export(booth: Booth, target: Path, *words: str) -> Any:
    [done] = lines_of("kiosk", "export", target, "--config", booth.config, *words)
    return done


def take_in(fair: Hall, *paths: Path, code: int = 0) -> list[dict[str, Any]]:
    told = call("server", "facts", "import", *paths, "--dir", fair.office.path, "--json", code=code)
    found: list[dict[str, Any]] = json.JSONDecoder().raw_decode(told)[0]
    return found


def test_a_stick_from_a_kiosk_without_network_fills_the_ledger_once(
    fair: Hall, away: Booth, tmp_path: Path
) -> None:
    before = fair.office.stats()["visits"]
    happened = away.event_ids()
    done = export(away, tmp_path)
    assert done["facts"] == len(happened) == 5, "three visits, a refusal and the clock's fact"
    [report] = take_in(fair, tmp_path)
    assert (report["new"], report["known"], report["problems"]) == (4, 1, [])
    assert {event: fair.ledger().get(event) for event in happened} == dict.fromkeys(happened, 1)
    assert fair.office.stats()["visits"] == before + 3

    [again] = take_in(fair, tmp_path)
    assert (again["new"], again["known"]) == (0, 5), "twice is once"

    # More happens, and the network comes back while the same stick is taken in once more.
    away.scan(*fair.cards(2))
    away.proxy.bring_up()
    take_in(fair, tmp_path)
    away.until(away.delivered, "what is left to be delivered")
    happened = away.event_ids()
    ledger = fair.ledger()
    assert {event: ledger.get(event) for event in happened} == dict.fromkeys(happened, 1)
    assert fair.office.stats()["visits"] == before + 5
    assert fair.office.status()["in_quarantine"] == 0


def test_a_kiosk_learns_that_its_facts_have_come_by_hand(fair: Hall, away: Booth, tmp_path: Path) -> None:
    take_in(fair, Path(export(away, tmp_path)["file"]))
    sent_before = fair.office.status()["taken"].get("duplicate", 0)
    away.proxy.bring_up()
    away.until(away.delivered, "the word that they are in")
    assert fair.office.status()["taken"].get("duplicate", 0) == sent_before, "they were not sent again"


def test_a_running_server_notices_and_tells_everyone(fair: Hall, away: Booth, tmp_path: Path) -> None:
    anyone = read_config(fair.office.add_kiosk("listener"))
    where: Any = anyone.broker
    with Peer(where, anyone.device, anyone.password) as peer:
        peer.subscribe(topics.fair(anyone.body, anyone.fair, "live"))
        expected = fair.office.stats()["visits"] + 3
        take_in(fair, Path(export(away, tmp_path)["file"]))
        until(
            lambda: expected in [json.loads(heard.payload)["visits"] for heard in peer.heard],
            what="the retained totals",
        )


def test_only_what_waits_is_carried_where_that_is_asked_for(fair: Hall, away: Booth, tmp_path: Path) -> None:
    done = export(away, tmp_path, "--waiting")
    assert done["facts"] == 4, "the clock's fact was delivered"
    assert take_in(fair, tmp_path)[0]["new"] == 4
    away.proxy.bring_up()
    away.until(away.delivered, "the word that they are in")
    assert export(away, tmp_path, "--waiting") == {
        "file": "",
        "facts": 0,
        "batches": 0,
        "bytes": 0,
        "unreadable": 0,
    }
    assert "Nothing waits" in call("kiosk", "export", tmp_path, "--config", away.config, "--waiting")


def test_nobody_reads_a_stick_but_the_server(fair: Hall, away: Booth, tmp_path: Path) -> None:
    assert fair
    content = Path(export(away, tmp_path)["file"]).read_bytes()
    for event_id in away.event_ids():
        assert event_id.encode() not in content
    assert b"visit" not in content


def test_a_server_that_does_not_run_takes_a_stick_in(tmp_path: Path) -> None:
    with hall(tmp_path) as other:
        booth = other.booth("bank")
        booth.proxy.take_down()
        booth.until(lambda: booth.process.notices("link")[-1]["up"] is False, "no network")
        booth.scan(*other.cards(2))
        other.server.stop()
        booth.process.stop()
        stick = Path(export(booth, tmp_path / f"carried{SUFFIX}")["file"])
        assert take_in(other, stick)[0]["new"] == 2
        other.run()
        booth.proxy.bring_up()
        booth.start()
        booth.until(booth.delivered, "the word that they are in")
        assert other.ledger().keys() >= booth.event_ids()


# -- bad input -----------------------------------------------------------------------------------


def test_good_files_are_taken_and_each_bad_one_is_named(fair: Hall, away: Booth, tmp_path: Path) -> None:
    good = Path(export(away, tmp_path / f"good{SUFFIX}")["file"])
    whole = good.read_bytes()
    bad = {
        "random": bytes(range(256)) * 20,
        "empty": b"",
        "a-text": b"these are my notes",
        "a-later-version": whole[:8] + b"\x07" + whole[9:],
        "cut": whole[: len(whole) - 5],
        "flipped": whole[:100] + bytes([whole[100] ^ 1]) + whole[101:],
    }
    for name, content in bad.items():
        (tmp_path / f"{name}{SUFFIX}").write_bytes(content)
    told = take_in(fair, tmp_path, code=1)
    codes = {Path(each["file"]).name: [problem["code"] for problem in each["problems"]] for each in told}
    assert codes == {
        f"good{SUFFIX}": [],
        f"random{SUFFIX}": ["foreign"],
        f"empty{SUFFIX}": ["truncated"],
        f"a-text{SUFFIX}": ["foreign"],
        f"a-later-version{SUFFIX}": ["unknown_version"],
        f"cut{SUFFIX}": ["truncated"],
        f"flipped{SUFFIX}": ["altered"],
    }
    assert fair.ledger().keys() >= away.event_ids()


def test_what_is_whole_of_a_cut_file_is_taken_and_said(fair: Hall, away: Booth, tmp_path: Path) -> None:
    stick = Path(export(away, tmp_path / f"cut{SUFFIX}", "--waiting")["file"])
    with stick.open("rb") as file:
        [batch] = read_stick(file.read)
    stick.write_bytes(stick.read_bytes()[: 9 + 37 + len(batch)])
    told = call("server", "facts", "import", stick, "--dir", fair.office.path, code=1)
    assert "4 new facts" in told
    assert f"{stick}: it ends after 1 batches" in told
    assert "export again at the kiosk for the rest" in told


def test_another_bodys_stick_is_refused_with_words(fair: Hall, away: Booth, tmp_path: Path) -> None:
    other = Office(tmp_path, init=["--listen", "127.0.0.1:1", "--kiosk-broker", "mqtt://127.0.0.1:1"])
    stick = Path(export(away, tmp_path)["file"])
    told = call("server", "facts", "import", stick, "--dir", other.path, code=1)
    assert "no kiosk with the device id" in told
    assert "import it at the server at which that kiosk was made" in told
    assert json_of("server", "status", "--dir", other.path)["facts"] == {}
    assert take_in(fair, stick)[0]["problems"] == []


def test_a_batch_that_somebody_else_signed_is_refused(fair: Hall, away: Booth, tmp_path: Path) -> None:
    """A whole stick file can be made by anyone; its batches cannot."""
    with Path(export(away, tmp_path)["file"]).open("rb") as file:
        [batch] = read_stick(file.read)
    forged = batch[:40] + bytes([batch[40] ^ 1]) + batch[41:]
    writer = StickWriter()
    path = tmp_path / "forged"
    path.write_bytes(writer.head + writer.batch(forged) + writer.batch(b"no batch at all") + writer.end())
    [report] = take_in(fair, path, code=1)
    assert [problem["code"] for problem in report["problems"]] == ["bad_signature", "garbage"]
    assert report["facts"] == 0


@pytest.mark.parametrize(
    ("where", "words"),
    [("nowhere/stick", "there is no directory"), ("journal.toml", "exists already")],
)
def test_a_place_that_will_not_do_is_refused(away: Booth, tmp_path: Path, where: str, words: str) -> None:
    (tmp_path / "journal.toml").touch()
    assert words in call("kiosk", "export", tmp_path / where, "--config", away.config, code=1)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["journal.toml"]


def test_a_path_that_is_not_there_is_refused(fair: Hall, tmp_path: Path) -> None:
    where = ("--dir", fair.office.path)
    assert "is the stick plugged in" in call("server", "facts", "import", tmp_path / "x", *where, code=1)
    assert "holds no file that ends in" in call("server", "facts", "import", tmp_path, *where, code=1)


def limited(booth: Booth, target: Path) -> "subprocess.CompletedProcess[str]":
    """Export where no file may grow beyond some bytes, as on a stick that is full."""
    limit = 600
    return subprocess.run(
        [sys.executable, "-m", "kiosk", "export", str(target), "--config", str(booth.config)],
        capture_output=True,
        text=True,
        env=environment(),
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)),
    )


def test_a_full_stick_is_told_and_keeps_no_half(away: Booth, tmp_path: Path) -> None:
    done = limited(away, tmp_path)
    assert done.returncode == 1
    assert "is full, and nothing was left there" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_read_only_stick_is_told(away: Booth, tmp_path: Path) -> None:
    stick = tmp_path / "stick"
    stick.mkdir()
    mounted = subprocess.run(
        ["unshare", "-rm", "sh", "-c", f"mount -t tmpfs -o ro none {stick}"], capture_output=True, check=False
    )
    if mounted.returncode or not shutil.which("unshare"):
        pytest.skip("this machine lets nobody mount a read-only file system")
    command = f"{sys.executable} -m kiosk export {stick} --config {away.config}"
    done = subprocess.run(
        ["unshare", "-rm", "sh", "-c", f"mount -t tmpfs -o ro none {stick} && {command}"],
        capture_output=True,
        text=True,
        env=environment(),
        check=False,
    )
    assert done.returncode == 1
    assert "is read-only" in done.stderr


def test_a_kiosk_without_a_programme_says_what_to_do(fair: Hall, tmp_path: Path) -> None:
    config = fair.office.add_kiosk("never-connected")
    assert "connect it once to the server" in call("kiosk", "export", tmp_path, "--config", config, code=1)
