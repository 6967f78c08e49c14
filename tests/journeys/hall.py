"""A hall by real processes: a server that runs and stops, kiosks behind a network that can be cut."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from kiosk.bootstrap import journal_path
from kiosk.config import read_config
from kiosk.journal import reading
from tests.brokers import free_port
from tests.network import Proxy
from tests.programs import EXAMPLE, Office, Pipe, Process, started_kiosk, telling
from tests.waiting import until


def example_today() -> str:
    """Give the example's tour with its fair held today: of one that is long over, retention forgets whose."""
    text, days = EXAMPLE.read_text(encoding="utf-8"), "days = [2024-12-27, 2024-12-28, 2024-12-29]"
    assert text.count(days) == 1
    return text.replace(days, f"days = [{datetime.now(UTC).date().isoformat()}]")


class Booth:
    """A kiosk with a scanner that sends lines, and a way to the server of its own."""

    def __init__(self, config: Path, proxy: Proxy, ending: ExitStack) -> None:
        self.config = config
        self.proxy = proxy
        self._ending = ending
        self.pipe = ending.enter_context(Pipe(config.with_suffix(".pipe")))
        self.process = self.start()

    @property
    def data(self) -> Path:
        return self.config.with_suffix(".data")

    def start(self) -> Process:
        """Start it, again after a stop."""
        self.process = started_kiosk(self.config, self.pipe.source)
        self._ending.callback(_end, self.process)
        return self.process

    def until(self, condition: Any, what: str, seconds: float = 30) -> None:
        with telling(self.process):
            until(condition, seconds=seconds, what=f"{what}; told: {self.process.lines[-5:]}")

    def scan(self, *texts: str) -> list[dict[str, Any]]:
        """Scan codes and wait for the verdict on each."""
        before = len(self.process.notices("scanned"))
        self.pipe.scan(*texts)
        self.until(lambda: len(self.process.notices("scanned")) == before + len(texts), "a verdict on each")
        return self.process.notices("scanned")[before:]

    def ready(self) -> None:
        """Wait for its programme, and for its clock's fact to be delivered."""
        self.until(lambda: self.process.notices("programme"), "a programme")
        self.until(self.delivered, "the clock's fact")

    def delivered(self) -> bool:
        with reading(journal_path(read_config(self.config))) as journal:
            views = journal.epochs()
        return bool(views) and all(view.mark == view.last for view in views)

    def wiped(self) -> list[dict[str, Any]]:
        return self.process.notices("wiped")

    def event_ids(self) -> set[str]:
        """Give the facts in its journal."""
        with reading(journal_path(read_config(self.config))) as journal:
            return {entry.event_id for _, entry, _ in journal.entries() if entry is not None}


class Hall:
    """One server and its kiosks; each kiosk has a network cable that can be pulled."""

    def __init__(self, path: Path, ending: ExitStack) -> None:
        self.path = path
        self._ending = ending
        self._port = free_port()
        self.office = Office(
            path,
            init=["--listen", f"127.0.0.1:{self._port}", "--kiosk-broker", f"mqtt://127.0.0.1:{self._port}"],
        )
        self.tokens = iter(self.office.tokens(60))
        self.server = self.run()

    def behind_proxy(self, config: Path) -> Proxy:
        """Put a way to the server before a kiosk that is set up, and can be cut."""
        proxy = Proxy(self._port)
        self._ending.callback(proxy.close)
        text = config.read_text(encoding="utf-8").replace(f":{self._port}", f":{proxy.port}")
        config.write_text(text, encoding="utf-8")
        return proxy

    def run(self) -> Process:
        """Start the server, again after a stop."""
        self.server = self.office.run()
        self._ending.callback(_end, self.server)
        return self.server

    def booth(self, name: str) -> Booth:
        """Set a kiosk up and wait until it has its programme."""
        config = self.office.add_kiosk(name)
        booth = Booth(config, self.behind_proxy(config), self._ending)
        booth.ready()
        return booth

    def cards(self, count: int) -> list[str]:
        return [next(self.tokens) for _ in range(count)]

    def ledger(self) -> dict[str, int]:
        """Give how often each event is in the ledger as accepted."""
        found: dict[str, int] = {}
        for row in self.office.facts():
            if row["status"] == "accepted":
                found[row["event_id"]] = found.get(row["event_id"], 0) + 1
        return found


def _end(process: Process) -> None:
    if process.alive:
        process.kill()


@contextmanager
def hall(path: Path) -> Iterator[Hall]:
    with ExitStack() as ending:
        yield Hall(path, ending)
