"""What a kiosk in a hall meets: no network, no camera, two starts, wrong passwords. Real processes."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import cv2
import pytest

from demo.card_video import make_video, qr_picture
from kiosk.bootstrap import journal_path
from kiosk.config import read_config
from kiosk.journal import reading
from tests.brokers import free_port
from tests.network import Proxy
from tests.programs import (
    EXAMPLE,
    Office,
    Pipe,
    Process,
    call,
    environment,
    kiosk_facts,
    lines_of,
    started_kiosk,
    telling,
)
from tests.waiting import stays, until
from wire.card import Card, parse


class Site:
    """A server that runs, a network that can be cut, cards, and kiosks whose ends are seen to."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.port = port = free_port()
        self.proxy = Proxy(port)
        kiosk_broker = f"mqtt://127.0.0.1:{self.proxy.port}"
        self.office = Office(path, init=["--listen", f"127.0.0.1:{port}", "--kiosk-broker", kiosk_broker])
        self._tokens = self.office.tokens(120)
        self.server = self.office.run()
        self._numbers = iter(range(1000))
        self.usual = self.kiosk()
        """A kiosk for whoever needs one that has its programme, one test after the other."""
        with ExitStack() as ending:
            booth = Booth(self.usual, ending)
            booth.ready()
            assert booth.process.stop() == 0

    def tokens(self, count: int) -> list[str]:
        """Give cards that nobody has shown yet."""
        taken, self._tokens = self._tokens[:count], self._tokens[count:]
        return taken

    def kiosk(self) -> Path:
        """Add a kiosk and give its kiosk.toml."""
        return self.office.add_kiosk(f"kiosk-{next(self._numbers)}")

    def close(self) -> None:
        if self.server.alive:
            self.server.stop()
        self.proxy.close()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    site = Site(tmp_path_factory.mktemp("site"))
    yield site
    site.close()


class Booth:
    """A running kiosk with a scanner that sends lines."""

    def __init__(self, config: Path, ending: ExitStack, program: str = "kiosk") -> None:
        self.config = config
        self.pipe = ending.enter_context(Pipe(config.with_suffix(f".pipe-{time.monotonic_ns()}")))
        self.process = run(ending, config, self.pipe.source, program=program)

    def scan(self, *texts: str) -> list[dict[str, Any]]:
        """Scan codes and wait for the verdict on each."""
        before = len(self.process.notices("scanned"))
        self.pipe.scan(*texts)
        self.until(lambda: len(self.process.notices("scanned")) == before + len(texts), "a verdict on each")
        return self.process.notices("scanned")[before:]

    def ready(self) -> None:
        self.until(lambda: self.process.notices("programme"), "a programme")

    def delivered(self) -> bool:
        # By the journal: the last notice may be of before the network went.
        with reading(journal_path(read_config(self.config))) as journal:
            views = journal.epochs()
        return bool(views) and all(view.mark == view.last for view in views)

    def until(self, condition: Any, what: str, seconds: float = 20) -> None:
        with telling(self.process):
            until(condition, seconds=seconds, what=f"{what}; told: {self.process.lines[-5:]}")


def run(ending: ExitStack, config: Path, source: str, *words: str, program: str = "kiosk") -> Process:
    process = started_kiosk(config, source, *words, program=program)
    ending.callback(lambda: process.kill() if process.alive else None)
    return process


def troubles(process: Process, kind: str) -> list[str]:
    return [notice["code"] for notice in process.notices("trouble") if notice["kind"] == kind]


def accepted(process: Process) -> list[str]:
    return [notice["card"] for notice in process.notices("scanned") if notice["outcome"] == "accepted"]


def card_of(token: str) -> str:
    parsed = parse(token)
    assert isinstance(parsed, tuple)
    card: Card = parsed[0]
    return str(card.identity)


def ledger(site: Site, config: Path) -> Counter[str]:
    """Give the ids of this kiosk's facts in the ledger, and how often each stands there."""
    own = {fact["event_id"] for fact in kiosk_facts(config)}
    return Counter(row["event_id"] for row in site.office.facts() if row["event_id"] in own)


# -- the network ---------------------------------------------------------------------------------


def test_no_broker_at_all(site: Site, ending: ExitStack) -> None:
    # The broker's own port, so that nothing at all answers when it is down.
    text = site.usual.read_text(encoding="utf-8")
    config = site.usual.with_name("direct.toml")
    data = f'data = "{site.usual.stem}.data"\n'
    config.write_text(data + text.replace(f":{site.proxy.port}", f":{site.port}"), encoding="utf-8")
    site.server.stop()
    try:
        booth = Booth(config, ending)
        booth.until(lambda: booth.process.notices("link"), "a word about the network")
        assert not booth.process.notices("link")[0]["up"]
        assert booth.process.notices("link")[0]["reason"] == f"no answer from mqtt://127.0.0.1:{site.port}"
        before = booth.process.notices("link")[0]["waiting"]
        verdicts = booth.scan(*site.tokens(3))
        assert [verdict["outcome"] for verdict in verdicts] == ["accepted"] * 3
        booth.until(lambda: booth.process.notices("link")[-1]["waiting"] == before + 3, "how many wait")
    finally:
        site.server = site.office.run()
    booth.until(booth.delivered, "every fact to be delivered", seconds=30)
    assert booth.process.stop() == 0
    facts = kiosk_facts(config)
    assert all(fact["delivered"] for fact in facts)
    assert ledger(site, config) == Counter(fact["event_id"] for fact in facts)


def test_facts_recorded_while_the_network_is_gone_arrive_once(site: Site, ending: ExitStack) -> None:
    booth = Booth(site.usual, ending)
    booth.ready()
    booth.scan(*site.tokens(1))
    booth.until(booth.delivered, "the first fact")
    site.proxy.take_down()
    try:
        booth.until(lambda: not booth.process.notices("link")[-1]["up"], "a word about the network")
        verdicts = booth.scan(*site.tokens(30), "https://example.org/no-card")
        assert Counter(verdict["outcome"] for verdict in verdicts) == {"accepted": 30, "refused": 1}
        assert not any(fact["delivered"] for fact in kiosk_facts(booth.config)[-31:])
    finally:
        site.proxy.bring_up()
    booth.until(lambda: booth.process.notices("link")[-1]["up"], "the network", seconds=40)
    booth.until(booth.delivered, "every fact to be delivered")
    booth.process.stop()
    facts = kiosk_facts(booth.config)
    assert ledger(site, booth.config) == Counter({fact["event_id"]: 1 for fact in facts})


def test_a_wrong_password_is_said_in_words_and_once(site: Site, ending: ExitStack) -> None:
    config = site.kiosk()
    password = read_config(config).password
    config.write_text(config.read_text(encoding="utf-8").replace(password, "wrong-one"), encoding="utf-8")
    booth = Booth(config, ending)
    booth.until(lambda: booth.process.notices("link"), "a word")
    [link] = booth.process.notices("link")
    assert link["reason"] == "refused: the broker does not accept this kiosk's account"
    stays(lambda: len(booth.process.notices("link")) == 1, seconds=1.5, what="said once")
    assert booth.process.stop() == 0


# -- cards and fairs -----------------------------------------------------------------------------


def test_a_revoked_card_is_refused_at_a_connected_kiosk_within_two_seconds(
    site: Site, ending: ExitStack
) -> None:
    booth = Booth(site.usual, ending)
    booth.ready()
    good, revoked = site.tokens(2)
    assert booth.scan(good)[0]["outcome"] == "accepted"
    call("server", "cards", "revoke", card_of(revoked), "--dir", site.office.path)
    stays(lambda: booth.process.alive, seconds=2)
    [verdict] = booth.scan(revoked)
    assert (verdict["outcome"], verdict["code"]) == ("refused", "revoked")
    booth.process.stop()


def test_a_changed_booth_list_reaches_a_running_kiosk(site: Site, ending: ExitStack) -> None:
    booth = Booth(site.usual, ending)
    booth.ready()
    before = booth.process.notices("programme")[-1]
    changed = site.path / "changed.toml"
    names = '{ ar = "جناح جديد", fr = "Nouveau stand", en = "New booth" }'
    more = f'\n[[booths]]\nid = "brand-new"\nnames = {names}\nsector = "other"\n'
    changed.write_text(EXAMPLE.read_text(encoding="utf-8") + more, encoding="utf-8")
    call("server", "tour", "load", changed, "--dir", site.office.path)
    booth.until(lambda: len(booth.process.notices("programme")) > 1, "the new programme", seconds=5)
    after = booth.process.notices("programme")[-1]
    assert after["booths"] == before["booths"] + 1
    assert after["version"] > before["version"]
    booth.process.stop()


# -- the camera ----------------------------------------------------------------------------------


def test_a_video_that_is_missing_unreadable_and_there_again(
    site: Site, ending: ExitStack, tmp_path: Path
) -> None:
    config = site.usual
    cards = site.tokens(2)
    made = tmp_path / "made.avi"
    make_video(made, cards, seed=5)
    video = tmp_path / "video.avi"
    kiosk = run(ending, config, str(video))
    with telling(kiosk):
        until(lambda: troubles(kiosk, "camera") == ["missing"], seconds=15, what="missing")
        video.write_bytes(b"this is no video" * 1000)
        until(lambda: troubles(kiosk, "camera")[-1] == "unreadable", seconds=15, what="unreadable")
        video.unlink()
        made.rename(video)
        until(lambda: "recovered" in troubles(kiosk, "camera"), seconds=15, what="recovered")
        until(lambda: set(accepted(kiosk)) == set(map(card_of, cards)), seconds=30, what="both cards")
        until(lambda: "ended" in troubles(kiosk, "camera"), seconds=30, what="its end")
        words = {notice["code"]: notice["words"] for notice in kiosk.notices("trouble")}
        assert "check its cable" in words["missing"]
    started = time.monotonic()
    assert kiosk.stop() == 0
    assert time.monotonic() - started < 5
    assert len(accepted(kiosk)) == 2, "shown again within ten minutes is no visit"


def test_a_folder_that_appears_later(site: Site, ending: ExitStack, tmp_path: Path) -> None:
    config = site.usual
    [card] = site.tokens(1)
    folder = tmp_path / "pictures"
    kiosk = run(ending, config, str(folder))
    with telling(kiosk):
        until(lambda: troubles(kiosk, "camera") == ["missing"], seconds=15, what="missing")
        folder.mkdir()
        (folder / "broken.png").write_bytes(b"no picture")
        cv2.imwrite(str(folder / "card.png"), qr_picture(card))
        until(lambda: accepted(kiosk) == [card_of(card)], seconds=15, what="the card")
    assert kiosk.stop() == 0


def test_a_missing_scanner_is_said_and_read_when_it_comes(
    site: Site, ending: ExitStack, tmp_path: Path
) -> None:
    config = site.usual
    [card] = site.tokens(1)
    kiosk = run(ending, config, f"lines:{tmp_path / 'scanner'}")
    with telling(kiosk):
        until(lambda: troubles(kiosk, "camera") == ["missing"], seconds=15, what="missing")
        (tmp_path / "scanner").write_text(f"{card}\n", encoding="utf-8")
        until(lambda: accepted(kiosk) == [card_of(card)], seconds=15, what="the card")
    assert kiosk.stop() == 0


def test_once_it_ends_by_itself_when_all_is_delivered(site: Site, ending: ExitStack, tmp_path: Path) -> None:
    config = site.usual
    codes = tmp_path / "codes"
    codes.write_text("".join(f"{token}\n" for token in site.tokens(5)), encoding="utf-8")
    kiosk = run(ending, config, f"lines:{codes}", "--once")
    with telling(kiosk):
        assert kiosk.wait(30) == 0
    assert len(accepted(kiosk)) == 5
    assert all(fact["delivered"] for fact in kiosk_facts(config))


# -- the clock -----------------------------------------------------------------------------------


def test_a_clock_in_1970_refuses_nobody_for_a_date_and_loses_no_hour(site: Site, ending: ExitStack) -> None:
    config = site.kiosk()
    before = Booth(config, ending)
    before.ready()
    assert before.process.stop() == 0
    visits_before = site.office.stats()["visits"]
    expired, gone = site.office.tokens(2, "--valid-from", "2024-01-01", "--valid-to", "2024-12-31")
    good, later = site.tokens(2)
    site.proxy.take_down()
    try:
        booth = Booth(config, ending, program="tests.flat_battery")
        verdicts = booth.scan(good, expired)
        assert [verdict["outcome"] for verdict in verdicts] == ["accepted", "accepted"]
    finally:
        site.proxy.bring_up()
    booth.until(booth.delivered, "every fact to be delivered", seconds=40)
    # The server has said what time it is: dates hold again, although the wall clock is as wrong as before.
    verdicts = booth.scan(gone, later)
    assert [(verdict["outcome"], verdict["code"]) for verdict in verdicts] == [
        ("refused", "expired"),
        ("accepted", ""),
    ]
    booth.until(booth.delivered, "the last facts")
    assert booth.process.stop() == 0
    facts = kiosk_facts(config)
    assert ledger(site, config) == Counter(fact["event_id"] for fact in facts)
    figures = site.office.stats()
    assert figures["visits"] == visits_before + 3
    assert not [day for day in figures["by_day"] if day.startswith("1970")], "counted when they happened"
    [shown] = [row for row in site.office.status()["kiosks"] if row["name"] == config.stem]
    assert shown["clock_wrong_ms"] > 50 * 365 * 86_400_000, "and said to the technician"


# -- the program ---------------------------------------------------------------------------------


def test_looking_into_a_journal_changes_nothing_of_it(site: Site, ending: ExitStack) -> None:
    config = site.kiosk()
    booth = Booth(config, ending)
    booth.ready()
    booth.scan(*site.tokens(3))
    assert len([fact for fact in kiosk_facts(config) if fact["kind"] == "visit"]) == 3, "while it runs"
    booth.until(booth.delivered, "every fact to be delivered")
    assert booth.process.stop() == 0
    journal = journal_path(read_config(config))
    whole = journal.read_bytes()
    journal.write_bytes(whole[:4096] + bytes(8192) + whole[12288:])
    damaged = journal.read_bytes()
    said = call("kiosk", "facts", "--config", config, code=1)
    assert "the journal cannot be read" in said
    assert journal.read_bytes() == damaged
    assert [path.name for path in journal.parent.glob("journal.db.damaged*")] == []


def test_a_second_start_on_one_data_directory_is_refused(site: Site, ending: ExitStack) -> None:
    booth = Booth(site.usual, ending)
    booth.ready()
    other = ending.enter_context(Pipe(site.path / "other-pipe"))
    words = ("run", "--config", booth.config, "--headless", "--source", other.source)
    assert call("kiosk", *words, code=1) == "this kiosk runs already: stop the other one first\n"
    assert booth.scan(*site.tokens(1))[0]["outcome"] == "accepted"
    booth.process.kill()
    # A lock that outlives its holder would lock a kiosk out after a power cut.
    again = Booth(booth.config, ending)
    again.ready()
    again.process.stop()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_cleanly_within_seconds(site: Site, ending: ExitStack, number: signal.Signals) -> None:
    booth = Booth(site.usual, ending)
    booth.ready()
    booth.scan(*site.tokens(1))
    started = time.monotonic()
    os.kill(booth.process.pid, number)
    assert booth.process.wait(10) == 0
    assert time.monotonic() - started < 3
    assert booth.process.errors() == ""


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ('"taken"', "cannot be written"),
        ('"/proc/riwaq"', "cannot be written"),
    ],
)
def test_a_data_directory_that_cannot_be_is_said_in_words(site: Site, data: str, words: str) -> None:
    config = site.kiosk()
    config.with_name("taken").write_text("a file", encoding="utf-8")
    config.write_text(f"data = {data}\n{config.read_text(encoding='utf-8')}", encoding="utf-8")
    said = call("kiosk", "run", "--config", config, "--headless", "--source", "lines:/dev/null", code=1)
    assert words in said
    assert len(said.splitlines()) == 1


def test_a_reader_of_its_output_that_goes_away_stops_nothing(site: Site, ending: ExitStack) -> None:
    config = site.usual
    pipe = ending.enter_context(Pipe(site.path / "gone-pipe"))
    words = ("run", "--config", str(config), "--headless", "--json", "--source", pipe.source)
    kiosk = subprocess.Popen(
        [sys.executable, "-m", "kiosk", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=environment(),
    )
    ending.callback(kiosk.wait)
    ending.callback(kiosk.kill)
    assert kiosk.stdout
    assert kiosk.stdout.readline()
    kiosk.stdout.close()

    def visits() -> list[bool]:
        """Say of each visit whether it is delivered; some may be those of a kiosk before this one."""
        return [fact["delivered"] for fact in kiosk_facts(config) if fact["kind"] == "visit"]

    wanted = len(visits()) + 3
    pipe.scan(*site.tokens(3))

    until(lambda: visits() == [True] * wanted, seconds=20, what="the visits")
    assert kiosk.poll() is None


def test_no_token_key_or_password_leaves_the_kiosk(site: Site, ending: ExitStack, tmp_path: Path) -> None:
    config = site.kiosk()
    settings = read_config(config)
    booth = Booth(config, ending)
    booth.ready()
    good, revoked, damaged = site.tokens(3)
    call("server", "cards", "revoke", card_of(revoked), "--dir", site.office.path)
    damaged = damaged[:-1] + ("A" if damaged[-1] != "A" else "B")
    booth.scan(good, revoked, damaged)
    picture = tmp_path / "card.png"
    cv2.imwrite(str(picture), qr_picture(good))
    files = [path for path in settings.data.rglob("*") if path.is_file()]
    assert {"journal.db", "journal.db-wal"} <= {path.name for path in files}, "looked at while it runs"
    held = b"".join(path.read_bytes() for path in files)
    booth.until(booth.delivered, "the last fact")
    booth.process.stop()
    held += b"".join(path.read_bytes() for path in settings.data.rglob("*") if path.is_file())
    said = "\n".join([*booth.process.lines, booth.process.errors()])
    said += call("kiosk", "facts", "--config", config) + json.dumps(kiosk_facts(config))
    said += call("kiosk", "scan", picture) + call("kiosk", "scan", picture, "--config", config)
    canaries = [token[start : start + 20] for token in (good, revoked, damaged) for start in (2, 50, 100)]
    canaries += [settings.password, settings.batch_seed.hex(), settings.card_seed.hex()]
    for canary in canaries:
        assert canary not in said
        assert canary.encode() not in held
    for seed in (settings.batch_seed, settings.card_seed):
        assert seed not in held
    assert card_of(good) in said, "what may be told is told"
    assert settings.data.stat().st_mode & 0o077 == 0


# -- the technician's commands -------------------------------------------------------------------


def test_facts_lists_what_was_recorded_and_what_the_server_holds(site: Site, ending: ExitStack) -> None:
    config = site.kiosk()
    assert call("kiosk", "facts", "--config", config) == ""
    booth = Booth(config, ending)
    booth.ready()
    booth.scan(*site.tokens(2), "no card")
    booth.until(booth.delivered, "the facts")
    facts = kiosk_facts(config)  # while it runs
    assert set(facts[0]) == {"epoch", "seq", "event_id", "kind", "delivered"}
    assert Counter(fact["kind"] for fact in facts) == {"clock_offset": 1, "visit": 2, "refusal": 1}
    assert [fact["seq"] for fact in facts] == [1, 2, 3, 4]
    booth.process.stop()
    words = call("kiosk", "facts", "--config", config).splitlines()
    assert len(words) == 4
    assert all(line.endswith("delivered") for line in words)


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory, site: Site) -> Path:
    """Pictures to scan: a card, another code, nothing, garbage, a folder, a video."""
    place = tmp_path_factory.mktemp("shelf")
    [card] = site.tokens(1)
    cv2.imwrite(str(place / "card.png"), qr_picture(card))
    cv2.imwrite(str(place / "other.png"), qr_picture("https://example.org/"))
    cv2.imwrite(str(place / "empty.png"), qr_picture(card) // 255 * 0 + 200)
    (place / "garbage.jpg").write_bytes(os.urandom(5000))
    (place / "folder").mkdir()
    for name in ("card.png", "other.png"):
        shutil.copy(place / name, place / "folder" / name)
    (place / "hollow").mkdir()
    make_video(place / "video.avi", [card], seed=3, fps=10)
    (place / "card.txt").write_text(card, encoding="utf-8")
    return place


@pytest.mark.parametrize(
    ("name", "words", "verdicts", "code"),
    [
        ("card.png", [], ["card"], 0),
        ("card.png", ["--raw"], ["read"], 0),
        ("other.png", ["--raw"], ["read"], 0),
        ("empty.png", [], ["nothing"], 1),
        ("folder", [], ["card", "foreign_code"], 0),
    ],
)
def test_scan_tells_one_object_a_picture(
    shelf: Path, name: str, words: list[str], verdicts: list[str], code: int
) -> None:
    source = str(shelf / name)
    done = call("kiosk", "scan", source, *words, "--json", code=code)
    looks = [json.loads(line) for line in done.splitlines()]
    assert [look["verdict"] for look in looks] == verdicts
    assert all(list(look) == ["source", "text", "verdict", "ms"] for look in looks)
    assert all(look["source"].startswith(source) for look in looks)
    token = (shelf / "card.txt").read_text(encoding="utf-8")
    for look in looks:
        assert isinstance(look["ms"], float)
        if look["verdict"] == "card":
            assert look["text"] == [token]
        if look["verdict"] in {"nothing", "unreadable"}:
            assert look["text"] == []


def test_scan_says_what_cannot_be_read_and_goes_on(shelf: Path) -> None:
    names = ["garbage.jpg", "missing.png", "missing.avi", "card.txt", "hollow", "card.png"]
    done = call("kiosk", "scan", *(shelf / name for name in names), "--json", code=2)
    looks = [json.loads(line) for line in done.splitlines()]
    assert [(look["source"], look["verdict"]) for look in looks] == [
        (f"{shelf}/{name}", "card" if name == "card.png" else "unreadable") for name in names
    ]


def test_scan_of_a_video_names_each_picture(shelf: Path) -> None:
    looks = lines_of("kiosk", "scan", shelf / "video.avi")
    assert [look["source"] for look in looks] == [f"{shelf}/video.avi#{n}" for n in range(len(looks))]
    assert {look["verdict"] for look in looks} == {"card", "nothing"}


def test_scan_in_words_and_with_a_kiosks_eyes(site: Site, shelf: Path) -> None:
    said = call("kiosk", "scan", shelf / "other.png", shelf / "card.png", "--raw")
    assert "read: https://example.org/" in said
    said = call("kiosk", "scan", shelf / "card.png", shelf / "other.png", "--config", site.usual)
    assert "accepts" in said.splitlines()[0]
    assert "no card" in said.splitlines()[1]


def test_scan_with_a_kiosks_eyes_needs_its_programme(site: Site, shelf: Path) -> None:
    config = site.kiosk()
    said = call("kiosk", "scan", shelf / "card.png", "--config", config, code=1)
    assert "no programme yet" in said
    assert not read_config(config).data.exists(), "a look leaves nothing behind"
