"""Kiosks, server and broker killed at random moments, connections cut; then everything is counted.

A short run is a test (``test_nothing_is_lost``); a long one is made by hand::

    ./riwaq bench chaos --minutes 60 --broker mosquitto
"""

import getpass
import random
import secrets
import signal
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Self

import psutil

from kiosk.bootstrap import journal_path
from kiosk.config import read_config
from kiosk.journal import Journal
from tests.brokers import free_port
from tests.network import Proxy
from tests.programs import Office, Pipe, Process, call, started_kiosk
from tests.waiting import until
from wire.events import Event, Visit, decode_event

SLOT_MS = 600_000
MOSQUITTO = "/usr/sbin/mosquitto"


@dataclass(slots=True)
class Report:
    """What was done and what came of it."""

    broker: str
    seconds: float
    seed: int
    killed: dict[str, int] = field(default_factory=dict)
    cut: int = 0
    recorded: int = 0
    in_ledger: int = 0
    lost: int = 0
    foreign: int = 0
    copies: int = 0
    quarantined: int = 0
    visits_expected: int = 0
    visits_counted: int = 0
    attendance_expected: int = 0
    attendance_counted: int = 0
    drain_s: float = 0.0

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


class Mosquitto:
    """Debian's Mosquitto with the files that ``riwaq-server broker files`` writes."""

    def __init__(self, directory: Path, port: int) -> None:
        self._directory = directory
        self._port = port
        self._process: subprocess.Popen[bytes] | None = None

    def write(self, office: Office) -> None:
        listen = f"127.0.0.1:{self._port}"
        # Mosquitto's own account may not read a test's private directory: it stays who started it.
        me = getpass.getuser()
        call(
            "server",
            "broker",
            "files",
            self._directory,
            "--listen",
            listen,
            "--user",
            me,
            "--dir",
            office.path,
        )

    def start(self) -> None:
        with (self._directory / "mosquitto.log").open("ab") as log:
            conf = self._directory / "mosquitto.conf"
            self._process = subprocess.Popen([MOSQUITTO, "-c", str(conf)], stdout=log, stderr=log)
        until(self._listens, what="Mosquitto")

    def kill(self) -> None:
        if self._process:
            self._process.kill()
            self._process.wait()

    def _listens(self) -> bool:
        assert self._process
        assert self._process.poll() is None, (self._directory / "mosquitto.log").read_text()
        return any(c.laddr.port == self._port for c in psutil.Process(self._process.pid).net_connections())


class Hall:
    """A server, a broker of either kind, and kiosks behind a network that can be cut."""

    def __init__(self, path: Path, kind: str, kiosks: int) -> None:
        self.kind = kind
        port = free_port()
        self.proxy = Proxy(port)
        kiosk_broker = f"mqtt://127.0.0.1:{self.proxy.port}"
        self.mosquitto: Mosquitto | None = None
        if kind == "mosquitto":
            broker = f"mqtt://server:{secrets.token_urlsafe(16)}@127.0.0.1:{port}"
            self.office = Office(path, init=["--broker", broker, "--kiosk-broker", kiosk_broker])
            self.mosquitto = Mosquitto(path / "mosquitto", port)
        else:
            listen = f"127.0.0.1:{port}"
            self.office = Office(path, init=["--listen", listen, "--kiosk-broker", kiosk_broker])
        self.configs = [
            self.office.add_kiosk(f"kiosk-{i}", self.office.booths[i % len(self.office.booths)])
            for i in range(kiosks)
        ]
        if self.mosquitto:
            self.mosquitto.write(self.office)
            self.mosquitto.start()
        self.server = self.office.run()
        self.pipes = [Pipe(path / f"scanner-{i}") for i in range(kiosks)]
        self.kiosks = [self._start(i) for i in range(kiosks)]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for process in (*self.kiosks, self.server):
            if process.alive:
                process.kill()
        if self.mosquitto:
            self.mosquitto.kill()
        for pipe in self.pipes:
            pipe.close()
        self.proxy.close()

    def _start(self, index: int) -> Process:
        return started_kiosk(self.configs[index], self.pipes[index].source)

    def kill_kiosk(self, index: int, pause: float) -> None:
        self.kiosks[index].kill()
        time.sleep(pause)
        self.kiosks[index] = self._start(index)

    def kill_server(self, pause: float) -> None:
        self.server.kill()
        time.sleep(pause)
        self.server = Process("server", "run", "--dir", self.office.path)

    def kill_broker(self, pause: float) -> None:
        """Kill the broker alone; the embedded one is brought back by its server."""
        if self.mosquitto:
            self.mosquitto.kill()
            time.sleep(pause)
            self.mosquitto.start()
            return
        if self.server.alive:
            for child in psutil.Process(self.server.pid).children():
                child.send_signal(signal.SIGKILL)

    def delivered(self) -> bool:
        return all(self._waiting(config) == 0 for config in self.configs)

    def _waiting(self, config: Path) -> int:
        journal = _journal(config)
        try:
            return sum(view.last - view.mark for view in journal.epochs())
        finally:
            journal.close()

    def recorded(self) -> list[Event]:
        """Give every fact in the kiosks' journals."""
        events = []
        for config in self.configs:
            journal = _journal(config)
            for _, entry, _ in journal.entries():
                assert entry is not None
                events.append(decode_event(entry.payload))
            journal.close()
        return events


def _journal(config: Path) -> Journal:
    return Journal(journal_path(read_config(config)), mint_epoch=lambda: 1)


def run(
    path: Path,
    *,
    kind: str,
    seconds: float,
    rate: float,
    seed: int,
    pause: tuple[float, float] = (0.4, 1.6),
    kiosks: int = 2,
    say: Callable[[str], None] = lambda _: None,
) -> Report:
    """Let ``rate`` scans a second and kiosk happen for so long under random faults, then count."""
    rng = random.Random(seed)
    with Hall(path, kind, kiosks) as hall:
        # Enough cards that a kiosk meets the same one only after its ten minutes.
        tokens = hall.office.tokens(int(min(seconds, 700) * rate) + 50)
        ending = threading.Event()
        feeders = [
            threading.Thread(target=_feed, args=(pipe, tokens, rate, ending, seed + i), daemon=True)
            for i, pipe in enumerate(hall.pipes)
        ]
        for feeder in feeders:
            feeder.start()
        killed: Counter[str] = Counter()
        report = Report(broker=kind, seconds=seconds, seed=seed)
        started = told = time.monotonic()
        while time.monotonic() - started < seconds:
            time.sleep(rng.uniform(*pause))
            what = rng.choice(("kiosk", "server", "broker", "network"))
            if what == "kiosk":
                hall.kill_kiosk(rng.randrange(kiosks), rng.uniform(0, 0.5))
            elif what == "server":
                hall.kill_server(rng.uniform(0, 1))
            elif what == "broker":
                hall.kill_broker(rng.uniform(0, 0.5))
            else:
                hall.proxy.cut(rng.uniform(0.3, 2), silently=rng.random() < 0.5)
                report.cut += 1
                continue
            killed[what] += 1
            if time.monotonic() - told > 60:
                told = time.monotonic()
                say(f"{(told - started) / 60:.0f} min: {dict(killed)}, {report.cut} cuts")
        ending.set()
        for feeder in feeders:
            feeder.join()
        report.killed = dict(killed)
        drain = time.monotonic()
        until(hall.delivered, seconds=120, what="every fact to be delivered")
        report.drain_s = round(time.monotonic() - drain, 1)
        # Kiosks go on measuring their clocks, which makes facts: count a moment at which all is still.
        for _ in range(10):
            _count(hall, report)
            if report.lost == report.foreign == 0:
                break
            time.sleep(1)
        return report


def _feed(pipe: Pipe, tokens: list[str], rate: float, ending: threading.Event, seed: int) -> None:
    rng = random.Random(seed)
    start = rng.randrange(len(tokens))
    number = 0
    while not ending.wait(1 / rate):
        # One scan in ten is of something that is no card: refusals are facts, too.
        no_card = rng.random() < 0.1
        pipe.scan(
            f"https://example.org/{seed}/{number}" if no_card else tokens[(start + number) % len(tokens)]
        )
        number += 1


def _count(hall: Hall, report: Report) -> None:
    events = hall.recorded()
    journals = Counter(event.event_id for event in events)
    rows = hall.office.facts()
    ledger = {row["event_id"] for row in rows if row["status"] == "accepted"}
    report.recorded = len(journals)
    report.in_ledger = len(ledger)
    report.lost = len(journals.keys() - ledger)
    report.foreign = len(ledger - journals.keys())
    status = hall.office.status()
    report.quarantined = status["in_quarantine"]
    report.copies = sum(row["status"] != "accepted" for row in rows)
    visits = [event for event in events if isinstance(event.fact, Visit)]
    slots = {
        (event.fact.card.identity, event.booth, event.occurred_at // SLOT_MS)
        for event in visits
        if isinstance(event.fact, Visit) and event.fact.card
    }
    report.visits_expected = len(slots)
    report.attendance_expected = len({card for card, _, _ in slots})
    stats = hall.office.stats()
    report.visits_counted = stats["visits"]
    report.attendance_counted = stats["attendance"]
