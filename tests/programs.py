"""The project's own programs as real processes: a server's directory, its server, its kiosks."""

import csv
import importlib
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Self

from click.testing import CliRunner

from demo.live_page import set_password
from tests.waiting import until

ROOT = Path(__file__).resolve().parents[1]
EXAMPLE = ROOT / "assets" / "examples" / "rabat.toml"
FAIR = "rabat-2024"


def environment() -> dict[str, str]:
    """Give the environment in which ``python -m server`` finds the project from anywhere."""
    return {**os.environ, "PYTHONPATH": str(ROOT)}


def call(program: str, *words: str | Path, code: int | None = 0, stdin: str | None = None) -> str:
    """Run ``riwaq-server`` or ``riwaq-kiosk`` to its end and give its output; checks its exit code."""
    done = subprocess.run(
        [sys.executable, "-m", program, *map(str, words)],
        capture_output=True,
        text=True,
        env=environment(),
        timeout=180,
        check=False,
        input=stdin,
    )
    told = f"{program} {words}: exit {done.returncode}\n{done.stdout}\n{done.stderr}"
    assert code is None or done.returncode == code, told
    assert "Traceback" not in done.stderr, told
    return done.stdout + (done.stderr if code else "")


def asked(program: str, *words: str | Path) -> str:
    """Let a command of either program answer in this very process, and give its output.

    For what tests ask again and again, and set up: a process of its own spends most of its time on
    starting. What is tested itself is run by :func:`call`.
    """
    # Imported late: a test that needs neither side should not load it.
    module = importlib.import_module({"server": "server.commands", "kiosk": "kiosk.__main__"}[program])
    done = CliRunner().invoke(module.program, [str(word) for word in words])
    assert done.exit_code == 0, f"{program} {words}: {done.output}\n{done.exception!r}"
    return done.stdout


def asked_json(program: str, *words: str | Path) -> Any:
    """Ask with --json and read the answer."""
    return json.loads(asked(program, *words, "--json"))


def asked_lines(program: str, *words: str | Path) -> list[dict[str, Any]]:
    """Ask with --json and read the answer, an object a line."""
    return [json.loads(line) for line in asked(program, *words, "--json").splitlines()]


def json_of(program: str, *words: str | Path) -> Any:
    """Run a command with --json and read its answer."""
    return json.loads(call(program, *words, "--json"))


def lines_of(program: str, *words: str | Path) -> list[dict[str, Any]]:
    """Run a command with --json and read its answer, an object a line."""
    return [json.loads(line) for line in call(program, *words, "--json").splitlines()]


class Process:
    """A program that runs until it is stopped; its output is kept, line by line."""

    def __init__(self, program: str, *words: str | Path, env: Mapping[str, str] | None = None) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", program, *map(str, words)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            stdin=subprocess.DEVNULL,
            text=True,
            env={**environment(), **(env or {})},
        )
        assert self._process.stdout
        assert self._process.stderr
        self.lines: list[str] = []
        self._error_lines: list[str] = []
        self._readers = [
            threading.Thread(target=_keep, args=pair, daemon=True)
            for pair in ((self._process.stdout, self.lines), (self._process.stderr, self._error_lines))
        ]
        for reader in self._readers:
            reader.start()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def notices(self, name: str = "") -> list[dict[str, Any]]:
        """Give the JSON lines so far; of one kind where it is named."""
        found = [json.loads(line) for line in list(self.lines)]
        return [entry for entry in found if not name or entry.get("notice") == name]

    def errors(self) -> str:
        """Give what was written to standard error so far."""
        return "\n".join(list(self._error_lines))

    def kill(self) -> None:
        """Pull the plug."""
        self._process.send_signal(signal.SIGKILL)
        self._end()

    def stop(self) -> int:
        """Ask it to end, and wait."""
        self._process.terminate()
        return self._end()

    def wait(self, seconds: float) -> int:
        """Wait for its own end."""
        self._process.wait(seconds)
        return self._end()

    def _end(self) -> int:
        code = self._process.wait(30)
        for reader in self._readers:
            reader.join(5)
        return code


def _keep(stream: IO[str], lines: list[str]) -> None:
    with stream:
        lines.extend(line.rstrip("\n") for line in stream)


@contextmanager
def telling(process: Process) -> Iterator[None]:
    """Let a failure say what the program had to say."""
    try:
        yield
    except AssertionError as problem:
        raise AssertionError(f"{problem}\n{process.errors()}") from problem


class Office:
    """A server's directory with the example fair loaded, and what is in it."""

    def __init__(self, path: Path, *, init: Sequence[str]) -> None:
        self.path = path / "server"
        # Servers of many tests run at once: one that wants a page says where.
        self.made = asked_json(
            "server", "init", self.path, *(["--web", ""] if "--web" not in init else []), *init
        )
        [self.fair] = asked_json("server", "tour", "load", EXAMPLE, "--dir", self.path)["fairs"]
        self.booths: list[str] = self.fair["booths"]

    def add_kiosk(self, name: str, booth: str | None = None) -> Path:
        """Add a kiosk and give its kiosk.toml."""
        out = self.path.parent / f"{name}.toml"
        booth = booth or self.booths[0]
        asked("server", "kiosk", "add", name, "--booth", booth, "--out", out, "--dir", self.path)
        return out

    def tokens(self, count: int, *words: str) -> list[str]:
        """Issue cards and give their tokens."""
        number = len(list(self.path.parent.glob("cards-*")))
        out = self.path.parent / f"cards-{number}"
        where = ("--out", out, "--dir", self.path)
        asked("server", "cards", "issue", "--count", str(count), "--no-pictures", *where, *words)
        with (out / "cards.csv").open(encoding="utf-8", newline="") as file:
            return [row["token"] for row in csv.DictReader(file)]

    def run(self) -> Process:
        """Start the server and wait until it hears its kiosks."""
        server = Process("server", "run", "--dir", self.path)
        with telling(server):
            until(lambda: "ready:" in server.errors() or not server.alive, seconds=30, what="a ready server")
            assert server.alive
        return server

    def stats(self) -> Any:
        """Give the fair's figures."""
        return asked_json("server", "stats", FAIR, "--dir", self.path)

    def status(self) -> Any:
        """Give the server's status."""
        return asked_json("server", "status", "--dir", self.path)

    def facts(self) -> list[dict[str, Any]]:
        """Give the ledger."""
        return asked_lines("server", "facts", "list", "--dir", self.path)


def chosen(link: str, password: str) -> str:
    """Open a one-time link of a running server, and choose that password there."""
    set_password(link, password)
    return password


class Pipe:
    """A scanner that sends lines, by hand: a named pipe that a kiosk reads with ``lines:PATH``."""

    def __init__(self, path: Path) -> None:
        self.path = path
        os.mkfifo(path)
        # Open for both ways, so that neither side waits for the other or sees an end.
        self._descriptor = os.open(path, os.O_RDWR | os.O_NONBLOCK)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        os.close(self._descriptor)

    @property
    def source(self) -> str:
        return f"lines:{self.path}"

    def scan(self, *texts: str) -> bool:
        """Send codes; False where nobody reads and the pipe is full."""
        try:
            os.write(self._descriptor, "".join(f"{text}\n" for text in texts).encode())
        except BlockingIOError:
            return False
        return True


def kiosk_facts(config: Path) -> list[dict[str, Any]]:
    """Give a kiosk's journal."""
    return asked_lines("kiosk", "facts", "--config", config)


def started_kiosk(config: Path, source: str, *words: str, program: str = "kiosk") -> Process:
    """Start a kiosk without a window; its notices are JSON lines."""
    return Process(program, "run", "--config", config, "--headless", "--json", "--source", source, *words)


def stopped(processes: Iterator[Process]) -> None:
    """Stop whatever still runs."""
    for process in processes:
        if process.alive:
            process.stop()
