"""Riwaq's own programs as processes of the demo: it drives them as a person would, by their commands."""

import csv
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, Final

from demo import besides
from demo.live_page import set_password

FAIR: Final = "rabat-2024"
_READY_S: Final = 30.0
_STOP_S: Final = 10.0
_DELIVER_S: Final = 20.0
_PASSWORD_BYTES: Final = 16


class DemoError(Exception):
    """A program of the demo did not do what it should; the message holds its own words."""


def call(program: str, *words: str | Path) -> str:
    """Run a command of ``server`` or ``kiosk`` to its end and give what it wrote."""
    command = [sys.executable, "-m", program, *map(str, words)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise DemoError(f"riwaq-{program} {' '.join(map(str, words[:2]))}: {done.stderr.strip()}")
    return done.stdout


def json_of(program: str, *words: str | Path) -> Any:
    """Run a command with --json and read its answer."""
    return json.loads(call(program, *words, "--json"))


def lines_of(program: str, *words: str | Path) -> list[dict[str, Any]]:
    """Run a command with --json and read its answer, an object a line."""
    return [json.loads(line) for line in call(program, *words, "--json").splitlines()]


class Running:
    """A program that runs until it ends or is stopped; ``on_line`` gets each line it writes."""

    def __init__(self, program: str, *words: str | Path, on_line: Callable[[str], None]) -> None:
        self._program = program
        # A group of its own: Ctrl-C is for the demo, which then stops its programs in order.
        self._process = subprocess.Popen(
            [sys.executable, "-m", program, *map(str, words)],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self._reader = threading.Thread(target=self._read, args=(self._process.stdout, on_line), daemon=True)
        self._reader.start()

    @property
    def alive(self) -> bool:
        """Whether it still runs."""
        return self._process.poll() is None

    @property
    def code(self) -> int | None:
        """Its exit code; None while it runs."""
        return self._process.poll()

    def stop(self) -> None:
        """Ask it to end; after ten seconds no longer politely."""
        if self.alive:
            self._process.terminate()
        try:
            self._process.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        self._reader.join(1)

    @staticmethod
    def _read(lines: IO[str] | None, on_line: Callable[[str], None]) -> None:
        if lines is not None:
            with lines:
                for line in lines:
                    on_line(line.rstrip("\n"))


@dataclass(frozen=True, slots=True)
class Kiosk:
    """A kiosk of the demo: its name, its booth and its kiosk.toml."""

    name: str
    booth: str
    config: Path


class Office:
    """A server's directory for the demo, with the example stop whose second day is today."""

    def __init__(self, directory: Path) -> None:
        self.path = directory / "server"
        self._directory = directory
        where = ("--listen", f"127.0.0.1:{_free_port()}", "--web", f"127.0.0.1:{_free_port()}")
        made = json_of("server", "init", self.path, *where)
        self.page: str = f"http://{made['web']}"
        self.account: str = made["account"]
        self.password = secrets.token_urlsafe(_PASSWORD_BYTES)
        self._link: str = made["link"]
        fair = directory / "fair.toml"
        today = datetime.now(UTC).date().isoformat()
        call("server", "tour", "example", fair, "--one-stop", "--second-day", today)
        besides.add_to_tour(fair, FAIR, today)
        [loaded] = json_of("server", "tour", "load", fair, "--dir", self.path)["fairs"]
        self.booths: list[str] = loaded["booths"]

    def issue(self, count: int, purpose: str = "") -> dict[str, str]:
        """Issue cards to so many members, a few of each category; gives card numbers by token."""
        shares = {"retired": count // 4, "widow": count // 12, "child": count // 12}
        shares = {"active": count - sum(shares.values()), **shares}
        cards: dict[str, str] = {}
        for category, many in shares.items():
            if many == 0:
                continue
            out = self._directory / f"cards-{purpose}{category}"
            words = ("--category", category, "--no-pictures", "--out", out, "--dir", self.path)
            call("server", "cards", "issue", "--count", str(many), *words)
            with (out / "cards.csv").open(encoding="utf-8", newline="") as file:
                cards.update({row["token"]: row["card"] for row in csv.DictReader(file)})
        return cards

    def add_kiosks(self, count: int) -> list[Kiosk]:
        """Add kiosks, one a booth, and round again where there are more."""
        kiosks = []
        for number in range(count):
            booth = self.booths[number % len(self.booths)]
            config = self._directory / f"kiosk-{number + 1}.toml"
            name = f"Kiosk {number + 1}"
            call("server", "kiosk", "add", name, "--booth", booth, "--out", config, "--dir", self.path)
            kiosks.append(Kiosk(name, booth, config))
        return kiosks

    def enliven(self, kiosk: Kiosk, cards: Sequence[str], seed: int) -> None:
        """Let there be more to see than visits: members, meetings, and what ``kiosk`` was told by touch."""
        lists = (self._directory / f"{name}.csv" for name in ("members", "meetings", "invited", "came"))
        members, meetings, invited, came = lists
        numbers = besides.write_members(members)
        besides.write_meetings(meetings)
        meeting = besides.write_rolls(invited, came, numbers)
        secret = self.path / "secrets.json"
        stick = besides.write_stick(self._directory, kiosk.config, secret, cards, seed)
        where = ("--dir", self.path)
        call("server", "members", "import", members, "--yes", *where)
        call("server", "session", "import", meetings, "--yes", *where)
        call("server", "session", "invite", meeting, "--from", invited, "--yes", *where)
        call("server", "session", "attend", meeting, "--from", came, "--yes", *where)
        words = [word for text in besides.RECOMMENDED for word in ("--text", text)]
        call("server", "session", "recommend", meeting, *words, *where)
        call("server", "facts", "import", stick, *where)

    def run(self) -> Running:
        """Start the server and wait until it hears kiosks."""
        ready = threading.Event()
        said: list[str] = []

        def on_line(line: str) -> None:
            said.append(line)
            if "ready:" in line:
                ready.set()

        server = Running("server", "run", "--dir", self.path, on_line=on_line)
        deadline = time.monotonic() + _READY_S
        while not ready.wait(0.1):
            if not server.alive or time.monotonic() > deadline:
                server.stop()
                raise DemoError("the server did not start:\n" + "\n".join(said))
        # What the first organizer would do by hand, so that a name and a password can be copied.
        set_password(self._link, self.password)
        return server

    def token(self) -> str:
        """Make the token with which programs read the page's stream."""
        words = ("account", "token", "demo", "--role", "auditor", "--dir", self.path)
        return str(json_of("server", *words)["token"])

    def ledger(self) -> list[dict[str, Any]]:
        """Give every fact in the ledger."""
        return lines_of("server", "facts", "list", "--dir", self.path)

    def stats(self) -> dict[str, Any]:
        """Give the fair's figures."""
        found: dict[str, Any] = json_of("server", "stats", FAIR, "--dir", self.path)
        return found


def deliver_rest(kiosks: Sequence[Kiosk], heard: Callable[[str], None]) -> None:
    """Let kiosks that were stopped hand over what they still hold; gives up where that takes long.

    A kiosk that has nothing to look at ends by itself when the server has everything.
    """
    words = ("--headless", "--json", "--once", "--source", "lines:/dev/null")
    running = [Running("kiosk", "run", "--config", one.config, *words, on_line=heard) for one in kiosks]
    deadline = time.monotonic() + _DELIVER_S
    try:
        while any(one.alive for one in running) and time.monotonic() < deadline:
            time.sleep(0.05)
    finally:
        for one in running:
            one.stop()


def journals(kiosks: Sequence[Kiosk]) -> list[dict[str, Any]]:
    """Give every fact in the kiosks' journals."""
    return [fact for kiosk in kiosks for fact in lines_of("kiosk", "facts", "--config", kiosk.config)]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
