"""The one place that puts the server's concrete parts together."""

import json
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from server import ServerError
from server.assets import NotMadeError, assets_dir
from server.backup import OnRows
from server.cases.travelling import TravelLook
from server.collector import Collector
from server.collectors import Collectors
from server.members.enrolling import Enrolling
from server.members.inquiries import Inquiries
from server.members.membership import Membership
from server.mqtt.access import Accounts, AccountsError, password_sha256, write_accounts, write_private
from server.mqtt.broker import EmbeddedBroker, holder_of, why_not_listen
from server.mqtt.subscriber import Subscriber
from server.office import Office, now_ms
from server.pairings import Pairings
from server.restore import Restored, restore
from server.rights.keeping import Keeping
from server.rights.person_erasing import Erasing
from server.rights.retention import Retention
from server.settings import Home
from server.store.engine import Store, StoreError, TransactionError
from server.store.registry import AccountRow, Registry
from server.web import FIRST_ACCOUNT
from wire.broker import split_address

if TYPE_CHECKING:
    from server.live.source import Counted
    from server.web.hall import Hall
    from server.web.serving import WebServer

_BROKER_READY_S: Final = 15.0
_ADDRESS_FREE_S: Final = 3.0
"""How long a server that was just killed, or its broker, may take to let go of its port."""
_TELL_EVERY_S: Final = 2.0
_LOOK_EVERY_S: Final = 0.1


@contextmanager
def opened(directory: Path, body: str = "") -> Iterator[tuple[Home, Store, Office]]:
    """Open a server's directory for one command, for the only body, or the one of that id."""
    home = Home(directory)
    store = Store(home.database)
    try:
        yield home, store, Office(home, store, body=body, keep_accounts=partial(_keep_accounts, home))
    finally:
        store.close()


def _keep_accounts(home: Home, bodies: Mapping[str, Sequence[AccountRow]]) -> None:
    """Write who may use the embedded broker, which notices by itself."""
    content = Accounts(
        server_sha256=password_sha256(home.secrets.broker_password),
        bodies={body: {row.name: row.sha256 for row in rows} for body, rows in bodies.items()},
    )
    try:
        write_accounts(home.accounts_file, content)
    except (AccountsError, OSError) as problem:
        raise ServerError(f"the broker's accounts cannot be written: {problem}") from None


def restored(file: Path, directory: Path, *, replace: bool, on_rows: OnRows) -> Restored:
    """Put a backup in place of a directory's ledger; raises :class:`ServerError`, with nothing changed."""
    done = restore(file, directory, replace=replace, open_store=Store, on_rows=on_rows)
    with opened(directory) as (home, store, office):
        erase_again(home, store, office.bodies)
    return done


def erase_again(home: Home, store: Store, bodies: Sequence[str]) -> dict[str, int]:
    """Erase whom a backup has brought back; gives how many cards and members those were, by body."""
    return {body: Erasing(store, _membership(home, store, body)).catch_up() for body in bodies}


def _keep_rights(
    home: Home, store: Store, bodies: Sequence[str], stack: ExitStack, say: Callable[[str], None]
) -> None:
    """Have nobody here who was erased, and forget by itself whose data these are once that is over."""
    for body, count in erase_again(home, store, bodies).items():
        if count:
            say(f"{count} cards or members of {body} had come back with a backup: erased anew")
    keeping = Keeping({body: Retention(store, _membership(home, store, body)) for body in bodies}, say)
    keeping.start()
    stack.callback(keeping.stop)


def _membership(home: Home, store: Store, body: str) -> Membership:
    office = Office(home, store, body=body, keep_accounts=partial(_keep_accounts, home))
    return Membership(home, store, office, clock=now_ms, who="server")


def enrolling_of(home: Home, store: Store, office: Office) -> Enrolling:
    """Give what makes members of registrations, for one command; it says troubles on standard error."""

    def say(line: str) -> None:
        print(line, file=sys.stderr)  # noqa: T201 - as the running server's log

    return Enrolling(home, store, office, clock=now_ms, on_trouble=say)


def inquiries_of(home: Home, store: Store, office: Office) -> Inquiries:
    """Give what answers kiosks that ask about people."""

    def code_of(territory: str) -> int:
        # Anew each time: the tour may have been loaded again meanwhile.
        return Membership(home, store, office, clock=now_ms, who="").code_of(territory)

    return Inquiries(store, office.body, home.secrets, clock=now_ms, codes=code_of)


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
        stack.enter_context(store.held())
        # Not before: a database that does not answer must not keep Ctrl-C from ending us.
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: stopping.set())
        with suppress(OSError):  # what a server that was killed has left
            home.running_file.unlink()
        office.write_accounts()
        if not _wait_for_body(store, office, stopping, say):
            return
        bodies = office.bodies
        if home.listen and not _start_broker(home, stack, stopping, say):
            return
        _keep_rights(home, store, bodies, stack, say)
        collectors = Collectors({body: _collector(home, store, body, say) for body in bodies})
        ready = threading.Event()

        def on_ready() -> None:
            collectors.ready()
            if not ready.is_set():
                ready.set()
                for body, collector in collectors:
                    say(f"ready: body {body}, broker {home.server_address()}, run {collector.run_id}")

        subscriber = Subscriber(
            home.server_address(),
            filters=collectors.filters,
            on_message=collectors.hear,
            on_ready=on_ready,
            on_trouble=say,
        )
        web = None
        if home.web:
            halls = [
                hall_of(
                    home, store, body, tally=partial(_tally, collector), is_connected=lambda: subscriber.up
                )
                for body, collector in collectors
            ]
            web = _start_page(home, halls, stack, stopping, say, store=store)
            if web is None:
                return
        collectors.start(subscriber, on_moved=web.notify if web else None)
        stack.callback(collectors.stop)
        subscriber.start()
        stack.callback(subscriber.stop)

        def tell() -> dict[str, Any]:
            page = web.url if web and web.up else ""
            return {"bodies": collectors.tallies(), "at": now_ms(), "connected": subscriber.up, "page": page}

        _tell_until_stopped(home, tell, _looker(store, bodies, web), stopping, say)


def hall_of(
    home: Home,
    store: Store,
    body: str,
    *,
    tally: Callable[[], "Counted"],
    is_connected: Callable[[], bool],
    clock: Callable[[], int] = now_ms,
) -> "Hall":
    """Give one body's side of the pages."""
    # A server without pages carries none of what they are made of.
    from server.handing_out import HandingOut  # noqa: PLC0415
    from server.live.doers import doers_of  # noqa: PLC0415
    from server.live.readers import finders_of, readers_of  # noqa: PLC0415
    from server.live.source import StoreSource  # noqa: PLC0415
    from server.live.tellers import tellers_of  # noqa: PLC0415
    from server.web.hall import Hall  # noqa: PLC0415

    open_office = partial(Office, home, store, body=body, keep_accounts=partial(_keep_accounts, home))
    source = StoreSource(store, body, tally=tally, is_connected=is_connected)
    return Hall(
        source,
        readers=readers_of(home, store, source, clock=clock),
        doers=doers_of(home, store, source, clock=clock, open_office=open_office),
        tellers=tellers_of(home, store, source, clock=clock),
        finders=finders_of(store, source),
        make=HandingOut(home, store, body, open_office=open_office, clock=clock).make,
    )


def _tally(collector: Collector) -> "Counted":
    return collector.tally


def _looker(store: Store, bodies: list[str], web: "WebServer | None") -> Callable[[], None]:
    """Give what looks around now and then: for bodies that were added, and for impossible travel."""
    travels = {body: TravelLook(store, body, clock=now_ms) for body in bodies}

    def look() -> None:
        _look_for_bodies(store, bodies)
        for body, travel in travels.items():
            found = travel.look()
            if found and web:
                web.notify(body, found)

    return look


def _look_for_bodies(store: Store, bodies: list[str]) -> None:
    """Start again where a body was added: its secrets were written by the command that did."""
    with store.reading() as connection:
        if Registry.bodies(connection) != bodies:
            raise _StartAgainError


def _collector(home: Home, store: Store, body: str, say: Callable[[str], None]) -> Collector:
    office = Office(home, store, body=body, keep_accounts=partial(_keep_accounts, home))
    pairings = Pairings(home, store, office, clock=now_ms)
    enrolling = Enrolling(home, store, office, clock=now_ms, on_trouble=say)
    return Collector(
        store,
        body,
        home.secrets,
        clock=now_ms,
        pair=pairings.answer,
        on_trouble=say,
        inquire=inquiries_of(home, store, office).answer,
        enrol=enrolling.work_off,
    )


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


def _start_page(
    home: Home,
    halls: "Sequence[Hall]",
    stack: ExitStack,
    stopping: threading.Event,
    say: Callable[[str], None],
    *,
    store: Store,
) -> "WebServer | None":
    """Start the organizers' page; None where the server is to stop. Raises :class:`ServerError`."""
    # No other command of the program waits for a web framework to load.
    from server.accounts import Accounts as People  # noqa: PLC0415
    from server.web.serving import WebServer  # noqa: PLC0415
    from server.web.sessions import Sessions  # noqa: PLC0415
    from server.web.site import Site  # noqa: PLC0415

    accounts = People(home, store, clock=now_ms)
    sessions = Sessions(home.web_sessions_file, accounts, write=write_private, clock=now_ms)
    try:
        assets = assets_dir()
    except NotMadeError as problem:
        raise ServerError(
            f'the page cannot be shown. {problem} Or run without a page: web = "" in {home.settings_file}'
        ) from None
    site = Site(halls, accounts, sessions, assets=assets, clock=now_ms, on_trouble=say)
    web = WebServer(site, home.web, on_trouble=say)
    deadline = time.monotonic() + _ADDRESS_FREE_S
    while why_not_listen(home.web) and time.monotonic() < deadline:
        if stopping.wait(_LOOK_EVERY_S):
            return None
    try:
        web.start()
    except ServerError as problem:
        holder = holder_of(split_address(home.web)[1])
        raise ServerError(f"{problem} ({holder} listens on that port)" if holder else str(problem)) from None
    stack.callback(web.stop)
    say(f"the live page is on {web.url}")
    if accounts.is_empty():
        say(
            "nobody can sign in to the page yet; open the link that init has shown, or in another terminal:  "
            f"riwaq-server account link {FIRST_ACCOUNT}"
        )
    return web


def _tell_until_stopped(
    home: Home,
    tell: Callable[[], dict[str, Any]],
    look: Callable[[], None],
    stopping: threading.Event,
    say: Callable[[str], None],
) -> None:
    """Write down how the server does, for ``status``, and look around, until it is to stop."""
    is_said = False
    while True:
        with suppress(StoreError, TransactionError):  # the collector says so
            look()
        try:
            write_private(home.running_file, json.dumps(tell()))
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
    if not office.bodies:
        say("no tour is loaded yet; in another terminal:  riwaq-server tour load FILE")
    while not office.bodies:
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
