"""``broker files``: accounts and access for a Mosquitto of the operator's own."""

from pathlib import Path

import click

from server.commands.common import directory_option, opened
from server.mqtt.mosquitto import mosquitto_hash, write_mosquitto
from server.office import OfficeError


@click.group("broker")
def group() -> None:
    """Let another broker than the embedded one do the work."""


@group.command()
@click.argument("out", type=click.Path(path_type=Path, file_okay=False))
@click.option("--listen", default="0.0.0.0:1883", show_default=True, help="Where Mosquitto is to listen.")
@click.option(
    "--user", default=None, help="Whom Mosquitto becomes when root starts it.  [default: mosquitto]"
)
@directory_option
def files(*, out: Path, listen: str, user: str | None, directory: Path) -> None:
    """Write mosquitto.conf, passwd and acl to OUT: the same accounts and rights as the embedded broker's.

    Write them again after each  kiosk add,  and send Mosquitto SIGHUP.
    """
    with opened(directory) as (home, _, office):
        bodies = office.accounts()
        if not bodies:
            raise OfficeError("no tour is loaded yet: start with  riwaq-server tour load FILE")
        try:
            written = write_mosquitto(
                out,
                server_hash=mosquitto_hash(home.server_address().password),
                bodies={
                    body: {row.name: row.mosquitto_hash for row in rows} for body, rows in bodies.items()
                },
                listen=listen,
                user=user,
            )
        except OSError as problem:
            raise OfficeError(f"{out} cannot be written: {problem.strerror}") from None
    click.echo(f"Start it with:  mosquitto -c {written.conf}")
