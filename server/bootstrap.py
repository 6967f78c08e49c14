"""The one place that puts the server's concrete parts together."""

import json
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Final

from server import ServerError
from server.collector import Collector
from server.mqtt.access import Accounts, AccountsError, password_sha256, write_accounts, write_private
from server.mqtt.broker import EmbeddedBroker, why_not_listen
from server.mqtt.subscriber import Subscriber
from server.office import Office, now_ms
from server.settings import Home
from server.store.engine import Store
from server.store.registry import KioskRow, Registry

_BROKER_READY_S: Final = 15.0
_ADDRESS_FREE_S: Final = 3.0
"""How long the broker of a server that was just killed may take to let go of its port."""
_TELL_EVERY_S: Final = 2.0
_LOOK_EVERY_S: Final = 0.1


@contextmanager
def opened(directory: Path) -> Iterator[tuple[Home, Store, Office]]:
    """Open a server's directory for one command."""
    home = Home(directory)
    store = Store(home.database)
    try:
        yield home, store, Office(home, store, keep_accounts=partial(_keep_accounts, home))
    finally:
        store.close()


def _keep_accounts(home: Home, body: str, kiosks: Sequence[KioskRow]) -> None:
    """Write who may use the embedded broker, which notices by itself."""
    accounts = Accounts(
        body=body or "none",
        server_sha256=password_sha256(home.secrets.broker_password),
        devices={row.device: row.password_sha256 for row in kiosks},
    )
    try:
        write_accounts(home.accounts_file, accounts)
    except (AccountsError, OSError) as problem:
        raise ServerError(f"the broker's accounts cannot be written: {problem}") from None


def run_until_stopped(directory: Path) -> None:
    """Run the server until SIGINT or SIGTERM, saying things on standard error with the time before them."""

    def say(line: str) -> None:
        # Whoever read our log may have gone; that is no reason to stop collecting.
        with suppress(OSError, ValueError):
            print(f"{time.strftime('%H:%M:%S')} riwaq-server: {line}", file=sys.stderr, flush=True)  # noqa: T201 - the server's log

    stopping = threading.Event()
    while not stopping.is_set():
        try:
            _run(directory, stopping, say)
        except _StartAgainError:
            continue
        break
    say("stopped; everything that was acknowledged is in the ledger")


def _run(directory: Path, stopping: threading.Event, say: Callable[[str], None]) -> None:
    with ExitStack() as stack:
        home, store, office = stack.enter_context(opened(directory))
        stack.enter_context(home.locked())
        # Not before: a database that does not answer must not keep Ctrl-C from ending us.
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: stopping.set())
        with suppress(OSError):  # what a server that was killed has left
            home.running_file.unlink()
        office.write_accounts()
        if not _wait_for_body(store, office, stopping, say):
            return
        if home.listen and not _start_broker(home, stack, stopping, say):
            return
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
        _tell_until_stopped(home, collector, subscriber, stopping, say)


def _start_broker(
    home: Home, stack: ExitStack, stopping: threading.Event, say: Callable[[str], None]
) -> bool:
    """Start the embedded broker; False where the server is to stop. Raises :class:`ServerError`."""
    deadline = time.monotonic() + _ADDRESS_FREE_S
    while why_not := why_not_listen(home.listen):
        if time.monotonic() > deadline:
            raise ServerError(f"the broker cannot start: {why_not} (listen in {home.path / 'server.toml'})")
        if stopping.wait(_LOOK_EVERY_S):
            return False
    broker = EmbeddedBroker(home.accounts_file, home.listen, on_trouble=say)
    broker.start()
    stack.callback(broker.stop)
    deadline = time.monotonic() + _BROKER_READY_S
    while not broker.ready(_LOOK_EVERY_S):
        if stopping.is_set():
            return False
        if time.monotonic() > deadline:
            raise ServerError(f"the broker does not listen on {home.listen}: see the lines above")
    return True


def _tell_until_stopped(
    home: Home,
    collector: Collector,
    subscriber: Subscriber,
    stopping: threading.Event,
    say: Callable[[str], None],
) -> None:
    """Write down how the server does, for ``status``, until it is to stop."""
    is_said = False
    while True:
        tally = {**asdict(collector.tally), "at": now_ms(), "connected": subscriber.up}
        try:
            write_private(home.running_file, json.dumps(tally))
            is_said = False
        except OSError as problem:
            # A full disk must not end the server: facts wait at the kiosks until there is room.
            if not is_said:
                say(f"{home.running_file} cannot be written ({problem.strerror}): make room on this disk")
            is_said = True
        if stopping.wait(_TELL_EVERY_S):
            break
    with suppress(OSError):
        home.running_file.unlink()


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
