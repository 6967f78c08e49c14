"""``init``, ``run``, ``status``."""

import json
import socket
import time
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import click

from server.account_office import AccountOffice
from server.bootstrap import run_until_stopped
from server.commands.account import link_to, show_link
from server.commands.common import dir_option, directory_option, json_option, opened, show, who_types
from server.members.enrolled import DONE, WAITS
from server.office import Office, now_ms
from server.rules.access import Holder, Role
from server.settings import DEFAULT_WEB, Home, make_home
from server.store.engine import Store
from server.store.enrolments import Enrolments
from server.store.ledger import Ledger
from server.store.registry import KioskRow, Registry
from server.web import FIRST_ACCOUNT
from wire.broker import BrokerAddressError, join_address, split_address

_SILENT_AFTER_MS: Final = 45_000
_CLOCK_WRONG_MS: Final = 120_000


@click.command()
@click.argument("directory", type=click.Path(path_type=Path, file_okay=False), metavar="DIR", required=False)
@click.option("--dir", "dir_", type=click.Path(path_type=Path, file_okay=False), help="The same as DIR.")
@click.option(
    "--listen", default="0.0.0.0:1883", show_default=True, help="Where the embedded broker listens."
)
@click.option("--broker", default="", help="Use this broker instead: mqtt[s]://server:PASSWORD@HOST:PORT.")
@click.option(
    "--kiosk-broker", default="", help="The address that kiosks use, if not guessed: mqtt://HOST:PORT."
)
@click.option("--database", default="", help="PostgreSQL instead of a file: postgresql+psycopg://…")
@click.option(
    "--web", default=DEFAULT_WEB, show_default=True, help='Where the organizers\' page listens; "" for none.'
)
@json_option
def init(
    *,
    directory: Path | None,
    dir_: Path | None,
    listen: str,
    broker: str,
    kiosk_broker: str,
    database: str,
    web: str,
    as_json: bool,
) -> None:
    """Make a server's directory DIR with fresh keys."""
    target = directory or dir_
    if target is None:
        raise click.UsageError("say where: riwaq-server init DIR")
    home = make_home(
        target,
        listen=listen,
        broker=broker,
        kiosk_broker=kiosk_broker or _guess(listen, broker),
        database=database,
        web=web,
    )
    link = ""
    with opened(target) as (_, store, office):
        if home.web:
            accounts = AccountOffice(home, store, office.body, clock=now_ms, who=who_types())
            first = Holder(body=office.body, role=Role.ADMIN)
            link = link_to(home, accounts.add(FIRST_ACCOUNT, first))
    if as_json:
        show(
            {
                "directory": str(target),
                "kiosk_broker": home.kiosk_broker,
                "web": home.web,
                "account": FIRST_ACCOUNT if link else "",
                "link": link,
            }
        )
        return
    click.echo(f"{target} is ready; kiosks will connect to {home.kiosk_broker} (change it in server.toml).")
    click.echo(f"Keep a copy of {target / 'secrets.json'} in a safe place: kiosks trust its keys alone.")
    if link:
        click.echo(
            f"Organizers will see the fair on {home.web}. Once the server runs, open this there, and choose"
        )
        click.echo(
            f"the password of the first account, {FIRST_ACCOUNT}: the link is good once, for 24 hours."
        )
        show_link(link)
        click.echo(f"A new one:  riwaq-server account link {FIRST_ACCOUNT} --dir {target}")
    click.echo(f"Next:  riwaq-server tour load FILE --dir {target}")


@click.command()
@directory_option
def run(directory: Path) -> None:
    """Run the server until Ctrl-C."""
    run_until_stopped(directory)


@click.command()
@dir_option
@json_option
def status(*, directory: Path, as_json: bool) -> None:
    """Say how the server and its kiosks do."""
    with opened(directory) as (home, store, office):
        found = _status(home, store, office)
    if as_json:
        show(found)
        return
    click.echo("The server runs." if found["running"] else "The server does not run.")
    if found["page"]:
        click.echo(f"  the live page: {found['page']}")
    for code, count in found["refused_messages"].items():
        click.echo(f"  {count} messages were not taken: {code}")
    facts = found["facts"]
    for fair in found["closed"]:
        click.echo(f"{fair} is closed.")
    click.echo(f"{sum(facts.values())} facts in the ledger; {found['in_quarantine']} events in quarantine.")
    for code, count in found["enrolments"]["not_taken"].items():
        click.echo(f"  {count} of what kiosks did for members were not taken: {code}")
    for entry in found["kiosks"]:
        click.echo(f"  {entry['name']} ({entry['booth']}): {entry['sentence']}")


def _status(home: Home, store: Store, office: Office) -> dict[str, Any]:
    with store.reading() as connection:
        counts = Ledger(connection, office.body).counts()
        enrolments = Enrolments(connection, office.body).counts()
        registry = Registry(connection, office.body)
        kiosks = [_kiosk(row) for row in registry.kiosks()]
        fairs = [row.fair for row in registry.fairs()]
        closed = sorted(registry.closed_fairs())
    is_running = home.in_use()
    running: dict[str, Any] = {}
    if is_running:
        # It may stop, or not have written yet, just now.
        with suppress(OSError, ValueError):
            running = json.loads(home.running_file.read_text(encoding="utf-8"))
    seen = running.get("bodies", {}).get(office.body, {})
    return {
        "running": is_running,
        "run": seen.get("run", ""),
        "broker": str(home.server_address()),
        "broker_connected": running.get("connected", False),
        "page": running.get("page", ""),
        "body": office.body,
        "fairs": fairs,
        "closed": closed,
        "in_quarantine": counts.pop("in_quarantine"),
        "facts": counts,
        "enrolments": _told_of(enrolments),
        "taken": seen.get("facts", {}),
        "refused_messages": seen.get("refused_messages", {}),
        "dropped": seen.get("dropped", 0),
        "kiosks": kiosks,
    }


def _told_of(counts: dict[str, int]) -> dict[str, Any]:
    """Tell of registrations, reissues and revocations: those that wait, were worked off, were not taken."""
    return {
        "waiting": counts.get(WAITS, 0),
        "done": sum(counts.get(outcome, 0) for outcome in DONE),
        "not_taken": {outcome: count for outcome, count in counts.items() if outcome not in (WAITS, *DONE)},
    }


def _kiosk(row: KioskRow) -> dict[str, Any]:
    state = json.loads(row.state) if row.state else {}
    silent_ms = now_ms() - row.state_at if row.state_at else None
    online = bool(state.get("online")) and silent_ms is not None and silent_ms < _SILENT_AFTER_MS
    waiting = int(state.get("waiting", 0))
    entry = {
        "device": row.device,
        "name": row.name,
        "fair": row.fair,
        "booth": row.booth,
        "online": online,
        "seen_at": row.state_at,
        "waiting": waiting,
        "wiped": bool(state.get("wiped")),
        "clock_wrong_ms": row.clock_wrong_ms,
        "flag": row.flag,
    }
    return {**entry, "sentence": _sentence(row, state, online=online)}


def _sentence(row: KioskRow, state: dict[str, Any], *, online: bool) -> str:
    if not row.state_at:
        return "has never connected"
    waiting = int(state.get("waiting", 0))
    since = time.strftime("%H:%M", time.gmtime(row.state_at / 1000))
    parts = ["works" if online else f"no network since {since} UTC"]
    if waiting:
        parts.append(f"{waiting} facts waiting, safe")
    if state.get("wiped"):
        parts.append("the fair is closed and it is wiped: it may be put away")
    if state.get("camera_trouble"):
        parts.append("its camera sees nothing: check the cable and the light")
    if row.clock_wrong_ms is not None and abs(row.clock_wrong_ms) > _CLOCK_WRONG_MS:
        parts.append(
            f"its clock is wrong by {abs(row.clock_wrong_ms) // 1000} s; figures use corrected times"
        )
    if row.flag:
        parts.append(f"look at it: {row.flag}")
    return " · ".join(parts)


def _guess(listen: str, broker: str) -> str:
    """Guess under which address kiosks reach the broker: ours, on the way to the network."""
    if broker:
        scheme, _, rest = broker.partition("://")
        return f"{scheme}://{rest.rpartition('@')[2]}"
    try:
        host, port = split_address(listen)
    except BrokerAddressError:
        return ""  # make_home says what is wrong with it
    if host not in {"0.0.0.0", "::"}:  # noqa: S104 - a comparison
        return f"mqtt://{join_address(host, port)}"
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            # Nothing is sent: connecting a datagram socket only picks the interface.
            probe.connect(("192.0.2.1", 9))
            own = probe.getsockname()[0]
        except OSError:
            own = "127.0.0.1"
    return f"mqtt://{own}:{port}"
