"""The one place that puts the server's concrete parts together."""

import json
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Final

from server import ServerError
from server.collector import Collector
from server.mqtt.access import write_private
from server.mqtt.broker import EmbeddedBroker
from server.mqtt.subscriber import Subscriber
from server.office import Office, now_ms
from server.settings import Home
from server.store.engine import Store
from server.store.registry import Registry

_BROKER_READY_S: Final = 15.0
_TELL_EVERY_S: Final = 2.0


@contextmanager
def opened(directory: Path) -> Iterator[tuple[Home, Store, Office]]:
    """Open a server's directory for one command."""
    home = Home(directory)
    store = Store(home.database)
    try:
        yield home, store, Office(home, store)
    finally:
        store.close()


def run(directory: Path, *, say: Callable[[str], None]) -> None:
    """Run the server until SIGINT or SIGTERM; ``say`` gets a line for each thing worth knowing."""
    stopping = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopping.set())
    with ExitStack() as stack:
        home, store, office = stack.enter_context(opened(directory))
        stack.enter_context(home.locked())
        office.write_accounts()
        if not _wait_for_body(store, office, stopping, say):
            return
        if home.listen:
            broker = EmbeddedBroker(home.accounts_file, home.listen, on_trouble=say)
            broker.start()
            stack.callback(broker.stop)
            if not broker.ready(_BROKER_READY_S):
                raise ServerError(f"the broker does not listen on {home.listen}: see the lines above")
        collector = Collector(store, office.body, home.secrets, clock=now_ms, on_trouble=say)
        ready = threading.Event()

        def on_ready() -> None:
            collector.ready()
            if not ready.is_set():
                ready.set()
                say(f"ready: body {office.body}, broker {home.server_address()}, run {collector.run_id}")

        subscriber = Subscriber(
            home.server_address(),
            filters=Collector.filters(office.body),
            on_message=collector.hear,
            on_ready=on_ready,
            on_trouble=say,
        )
        collector.start(subscriber)
        stack.callback(collector.stop)
        subscriber.start()
        stack.callback(subscriber.stop)
        stack.callback(home.running_file.unlink, missing_ok=True)
        while not stopping.wait(_TELL_EVERY_S):
            tally = {**asdict(collector.tally), "at": now_ms(), "connected": subscriber.up}
            write_private(home.running_file, json.dumps(tally))
        say("stopping")


def _wait_for_body(
    store: Store, office: Office, stopping: threading.Event, say: Callable[[str], None]
) -> bool:
    if not office.body:
        say("no fair is loaded yet; in another terminal:  riwaq-server fair load FILE.toml")
    while not office.body:
        if stopping.wait(1.0):
            return False
        with store.reading() as connection:
            bodies = Registry.bodies(connection)
        if bodies:
            # Secrets were written by the command that loaded the fair: read them again.
            raise _StartAgainError
    return True


class _StartAgainError(Exception):
    """The directory has changed under us; everything is to be read again."""


def run_until_stopped(directory: Path) -> None:
    """Run the server, saying things on standard error with the time before them."""

    def say(line: str) -> None:
        print(f"{time.strftime('%H:%M:%S')} riwaq-server: {line}", file=sys.stderr, flush=True)  # noqa: T201 - the server's log

    while True:
        try:
            run(directory, say=say)
        except _StartAgainError:
            continue
        return
