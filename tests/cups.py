"""A private CUPS for tests: its own directory and port, printers of ippeveprinter, gone at the end."""

import os
import shutil
import signal
import subprocess
import tempfile
import urllib.request
from pathlib import Path
from typing import Final, Self

import pytest

from tests.brokers import free_port
from tests.waiting import until

HOST: Final = "127.0.0.1"
PROGRAMS: Final = ("cupsd", "lpadmin", "ippeveprinter", "dbus-daemon", "pdftoppm")
# Debian keeps some of them off a user's path.
PATH: Final = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"

_SERVER: Final = """\
Listen {host}:{port}
Listen {home}/cups.sock
LogLevel debug
PreserveJobHistory Yes
PreserveJobFiles Yes
Browsing Off
WebInterface No
DefaultAuthType None
<Location />
  Order allow,deny
  Allow all
</Location>
# As Debian has it: a job is its owner's.
<Policy default>
  <Limit Cancel-Job Cancel-My-Jobs>
    Require user @OWNER @SYSTEM
    Order deny,allow
  </Limit>
  <Limit All>
    Order allow,deny
    Allow all
  </Limit>
</Policy>
"""
_FILES: Final = """\
ServerRoot {home}/root
StateDir {home}/state
CacheDir {home}/cache
RequestRoot {home}/spool
TempDir {home}/tmp
DocumentRoot {home}/root
AccessLog {home}/log/access
ErrorLog {home}/log/error
PageLog {home}/log/page
Sandboxing relaxed
"""
# ippeveprinter wants a bus to announce itself on, and announces nothing.
_BUS: Final = """\
<busconfig>
  <type>session</type>
  <listen>unix:path={home}/bus</listen>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
"""


class IppPrinter:
    """A printer in the network: what it has printed lies in ``out``. ``script`` is how it prints."""

    def __init__(self, cups: "Cups", name: str, script: str) -> None:
        self.out = cups.home / f"out-{name}"
        self.out.mkdir()
        self.port = free_port()
        program = cups.home / f"print-{name}"
        program.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
        program.chmod(0o755)
        self._process = cups.start(
            *("ippeveprinter", "-r", "off", "-p", str(self.port), "-d", str(self.out), "-k"),
            *("-f", "application/pdf,image/pwg-raster", "-c", str(program), name),
        )
        until(self._answers, seconds=20, what="ippeveprinter")

    def printed(self) -> list[bytes]:
        """Give every document that has come out."""
        return [path.read_bytes() for path in sorted(self.out.glob("*.pdf"))]

    def take_paper(self) -> None:
        """Empty both trays."""
        with urllib.request.urlopen(f"http://{HOST}:{self.port}/media?size1=&size2=", timeout=10) as page:
            assert page.status == 200

    def switch_off(self) -> None:
        """Take it from the network."""
        self._process.kill()
        self._process.wait(10)

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://{HOST}:{self.port}/", timeout=5):
                return True
        except OSError:
            return False


class Cups:
    """A print server for one test or a module of tests; needs no root."""

    def __init__(self) -> None:
        missing = [name for name in PROGRAMS if not shutil.which(name, path=PATH)]
        if missing:
            pytest.fail(
                f"{', '.join(missing)} is not installed: "
                "apt-get install cups cups-client cups-ipp-utils dbus-daemon poppler-utils"
            )
        self.home = Path(tempfile.mkdtemp(prefix="riwaq-cups-"))
        # As root its filters run as another user, who must get in here.
        self.home.chmod(0o755)
        self._processes: list[subprocess.Popen[bytes]] = []
        self.address = f"{HOST}:{free_port()}"
        for name in ("root", "state", "cache", "spool", "tmp", "log"):
            (self.home / name).mkdir()
        says = {"home": self.home, "host": HOST, "port": self.address.rpartition(":")[2]}
        for name, text in {"cupsd.conf": _SERVER, "cups-files.conf": _FILES, "bus.conf": _BUS}.items():
            (self.home / name).write_text(text.format(**says), encoding="utf-8")

    def __enter__(self) -> Self:
        try:
            self.start("dbus-daemon", f"--config-file={self.home}/bus.conf", "--nofork", "--nopidfile")
            until((self.home / "bus").exists, seconds=10, what="a private bus")
            self.start(
                *("cupsd", "-f", "-c", f"{self.home}/cupsd.conf", "-s", f"{self.home}/cups-files.conf")
            )
            until(self._answers, seconds=20, what="cupsd")
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End everything that was started here, and take its files away."""
        for process in reversed(self._processes):
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(10)
        shutil.rmtree(self.home, ignore_errors=True)

    def start(self, *words: str) -> subprocess.Popen[bytes]:
        """Start a program that ends with this."""
        with (self.home / f"said-{words[0]}").open("ab") as said:
            process = subprocess.Popen(
                words, env=self._environment, stdin=subprocess.DEVNULL, stdout=said, stderr=said
            )
        self._processes.append(process)
        return process

    def printer(self, name: str, script: str = "exit 0") -> IppPrinter:
        """Put a printer into the network, and a queue for it."""
        printer = IppPrinter(self, name, script)
        uri = f"ipp://{HOST}:{printer.port}/ipp/print"
        self.run("lpadmin", "-p", name, "-E", "-v", uri, "-m", "everywhere")
        # lpadmin does not wait until CUPS has learnt what the printer can.
        ready = f'Printer "{name}" is now available.'
        log = self.home / "log/error"
        until(lambda: ready in log.read_text(encoding="utf-8", errors="replace"), seconds=20, what="a queue")
        return printer

    def run(self, *words: str) -> str:
        """Run one of CUPS's own programs here and give what it says."""
        done = subprocess.run(
            words, env=self._environment, capture_output=True, text=True, timeout=60, check=False
        )
        assert done.returncode == 0, (words, done.stderr)
        return done.stdout

    def holding(self, canary: bytes) -> list[str]:
        """Name the files of the print server that hold these bytes."""
        files = (path for path in self.home.rglob("*") if path.is_file() and "out-" not in str(path))
        return [str(path.relative_to(self.home)) for path in files if canary in path.read_bytes()]

    def spooled(self) -> list[str]:
        """Name what lies in the spool."""
        return sorted(path.name for path in (self.home / "spool").iterdir())

    @property
    def _environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "PATH": PATH,
            "LC_ALL": "C",
            "CUPS_SERVER": self.address,
            "DBUS_SYSTEM_BUS_ADDRESS": f"unix:path={self.home}/bus",
        }

    def _answers(self) -> bool:
        return subprocess.run(
            ["lpstat", "-r"], env=self._environment, capture_output=True, check=False
        ).stdout == (b"scheduler is running\n")
