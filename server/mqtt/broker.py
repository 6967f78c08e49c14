"""The embedded broker: a child process of the server, watched and brought back by it.

::

    python -m server.mqtt.broker --accounts FILE --listen HOST:PORT [--tied]

speaks MQTT 3.1.1 to the accounts of that file (see ``access``) and to nobody else. It writes one
line to standard output when it listens, and one line a kind of trouble to standard error, never a
password or a payload. Its exit codes are in :class:`Exit`.

It is a process of its own so that a fault in it cannot reach the ledger, and so that neither waits
for the other's interpreter. ``--tied`` ends it when its standard input ends: the kernel closes that
pipe however the server dies, SIGKILL included, so that no orphan holds the port.
"""

import argparse
import asyncio
import contextlib
import errno
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from enum import IntEnum
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from server.mqtt.access import AccountsError
from wire.broker import BrokerAddressError, split_address

FIRST_PAUSE: Final = 0.2
LONGEST_PAUSE: Final = 5.0
"""Seconds between the child's death and its next life: doubled from the first up to the longest."""
STEADY_SECONDS: Final = 30.0
"""A child that lived so long died of something new: the pause starts small again."""
STOP_SECONDS: Final = 3.0
QUIET_SECONDS: Final = 60.0
"""How long the same line of trouble is not passed on again."""

_TCP_LISTEN: Final = "0A"


class Exit(IntEnum):
    """How the child ended. 2 is argparse's."""

    ASKED_TO = 0
    ARGUMENTS = 2
    ADDRESS = 3
    ACCOUNTS = 4


_EXPLAINED: Final = {Exit.ARGUMENTS, Exit.ADDRESS, Exit.ACCOUNTS}


def why_not_listen(listen: str) -> str:
    """Say why nothing could listen on ``HOST:PORT`` now, and what to do; empty where it could."""
    host, port = split_address(listen)
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with socket.socket(family, kind, protocol) as probe:
            # As asyncio does: what is left of former connections is no obstacle.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as problem:
        return _no_address(problem, listen, port)
    return ""


def holder_of(port: int) -> str | None:
    """Name the program that listens on a TCP port of this machine (Linux), or None if it cannot be told."""
    inodes = set()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        with contextlib.suppress(OSError):
            for line in Path(table).read_text(encoding="ascii").splitlines()[1:]:
                columns = line.split()
                if columns[3] == _TCP_LISTEN and int(columns[1].rpartition(":")[2], 16) == port:
                    inodes.add(f"socket:[{columns[9]}]")
    if not inodes:
        return None
    for descriptor in Path("/proc").glob("[0-9]*/fd/*"):
        # Other people's processes are not readable, and any may end meanwhile.
        with contextlib.suppress(OSError):
            if str(descriptor.readlink()) in inodes:
                process = descriptor.parents[1]
                return f"{(process / 'comm').read_text(encoding='utf-8').strip()} (process {process.name})"
    return None


class EmbeddedBroker:
    """The broker that the server starts itself, kept alive until it is stopped.

    ``on_trouble`` is called, from threads of this class, with one line for each trouble of the
    broker; the same line at most once a minute. What it raises is dropped: the watch goes on.
    """

    def __init__(self, accounts: Path, listen: str, *, on_trouble: Callable[[str], None]) -> None:
        """Take the accounts file and ``HOST:PORT``; raises BrokerAddressError when that is none."""
        split_address(listen)
        self._accounts = accounts
        self._listen = listen
        self._on_trouble = on_trouble
        self._said: dict[str, float] = {}
        self._lock = threading.Lock()
        self._child: subprocess.Popen[str] | None = None
        self._ready = threading.Event()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self.lives = 0

    @property
    def pid(self) -> int | None:
        """The process id of the child that lives now, or None."""
        with self._lock:
            return self._child.pid if self._child and self._child.poll() is None else None

    def start(self) -> None:
        """Start the child and the thread that brings it back; returns at once, see :meth:`ready`."""
        if self._thread:
            raise RuntimeError("this broker was started already")
        self._thread = threading.Thread(target=self._supervise, name="broker-supervisor", daemon=True)
        self._thread.start()

    def ready(self, timeout: float) -> bool:
        """Wait at most ``timeout`` seconds until the child accepts connections, and say whether it does."""
        return self._ready.wait(timeout)

    def stop(self) -> None:
        """End the child for good; returns when it is gone, after at most about 4 seconds."""
        self._stopping.set()
        with self._lock:
            child = self._child
            if child and child.stdin:
                child.stdin.close()
        if self._thread:
            self._thread.join(STOP_SECONDS)
            if self._thread.is_alive() and child:
                child.kill()
                self._thread.join()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _supervise(self) -> None:
        pause = FIRST_PAUSE
        while not self._stopping.is_set():
            born = time.monotonic()
            try:
                code = self._one_life()
            except OSError as error:
                self._say(f"the broker cannot be started ({error.strerror})")
                code = None
            self._ready.clear()
            if self._stopping.is_set():
                return
            if time.monotonic() - born >= STEADY_SECONDS:
                pause = FIRST_PAUSE
            if code is not None and code not in _EXPLAINED:
                how = f"by signal {-code}" if code < 0 else f"with exit code {code}"
                self._say(f"the broker ended {how}; it is started again")
            self._stopping.wait(pause)
            pause = min(2 * pause, LONGEST_PAUSE)

    def _one_life(self) -> int:
        """Start a child, watch it and give its exit code."""
        with self._lock:
            if self._stopping.is_set():
                return Exit.ASKED_TO
            child = self._child = subprocess.Popen(  # noqa: S603 - our own program
                [
                    *(sys.executable, "-W", "ignore", "-m", "server.mqtt.broker", "--tied"),
                    *("--accounts", str(self._accounts), "--listen", self._listen),
                ],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                errors="replace",
                env=_environment(),
            )
            self.lives += 1
        with child:
            reader = threading.Thread(
                target=self._pass_on, args=(child,), name="broker-troubles", daemon=True
            )
            reader.start()
            if child.stdout and child.stdout.readline().startswith("listening"):
                self._ready.set()
            child.wait()
            reader.join()
        return child.returncode

    def _pass_on(self, child: subprocess.Popen[str]) -> None:
        for line in child.stderr or ():
            self._say(f"broker: {line.strip()}")

    def _say(self, text: str) -> None:
        now = time.monotonic()
        self._said = {line: at for line, at in self._said.items() if now - at < QUIET_SECONDS}
        if text in self._said:
            return
        self._said[text] = now
        with contextlib.suppress(Exception):
            self._on_trouble(text)


def _environment() -> dict[str, str]:
    """Give the child our environment, and let it find this package wherever the server was started."""
    root = str(Path(__file__).resolve().parents[2])
    before = os.environ.get("PYTHONPATH")
    return {**os.environ, "PYTHONPATH": f"{root}{os.pathsep}{before}" if before else root}


def _end_with_standard_input() -> None:
    """Wait for the end of standard input, then leave at once: the server is gone."""
    while os.read(sys.stdin.fileno(), 4096):
        pass
    os._exit(Exit.ASKED_TO)


def main(arguments: list[str] | None = None) -> int:
    """Run the child; gives its exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m server.mqtt.broker", description="Riwaq's embedded MQTT broker."
    )
    parser.add_argument("--accounts", type=Path, required=True, metavar="FILE", help="the accounts file")
    parser.add_argument("--listen", required=True, metavar="HOST:PORT", help="where to listen")
    parser.add_argument("--tied", action="store_true", help="end when standard input ends")
    options = parser.parse_args(arguments)
    try:
        host, port = split_address(options.listen)
    except BrokerAddressError as error:
        parser.error(str(error))
    if options.tied:
        # Ctrl-C reaches the whole terminal: the server decides when its broker ends.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        threading.Thread(target=_end_with_standard_input, daemon=True).start()
    # The server imports this module for its supervisor and needs no amqtt in its memory.
    from server.mqtt import gate  # noqa: PLC0415

    try:
        asyncio.run(gate.run(options.accounts, host, port, tied=options.tied))
    except AccountsError as error:
        sys.stderr.write(f"{error}\n")
        return Exit.ACCOUNTS
    except OSError as error:
        sys.stderr.write(f"{_no_address(error, options.listen, port)}\n")
        return Exit.ADDRESS
    return Exit.ASKED_TO


def _no_address(error: OSError, listen: str, port: int) -> str:
    """Say why an address cannot be had, and what to do."""
    if error.errno == errno.EADDRINUSE:
        holder = holder_of(port) or "another program"
        return f"{listen} is in use by {holder}: stop that, or choose another port for the broker"
    if error.errno == errno.EACCES:
        return f"{listen} needs more rights than this program has: choose a port above 1023"
    if error.errno == errno.EADDRNOTAVAIL:
        return f"{listen} is no address of this machine: choose 0.0.0.0 for all of its addresses"
    return f"cannot listen on {listen}: {error.strerror or error}"


if __name__ == "__main__":
    sys.exit(main())
