"""``fair close`` and ``fair reopen``."""

from dataclasses import asdict
from pathlib import Path

import click

from server.backup import Backup, back_up
from server.closing import Closing
from server.commands.backup import progress_of, tell
from server.commands.common import dir_option, json_option, opened, show
from server.office import now_ms

_FAIR = click.argument("fair", metavar="FAIR")


@click.group("fair")
def group() -> None:
    """End a fair, so that kiosks wipe its facts; or let it go on."""


@group.command()
@_FAIR
@click.option(
    "--backup",
    "file",
    required=True,
    type=click.Path(path_type=Path),
    help="Where its backup goes, a new file or a directory.",
)
@click.option("--with-secrets", is_flag=True, help="The backup also holds the keys (secrets.json).")
@click.option("--anyway", is_flag=True, help="Also while kiosks keep facts that have not come.")
@dir_option
@json_option
def close(*, fair: str, file: Path, with_secrets: bool, anyway: bool, directory: Path, as_json: bool) -> None:
    """Close FAIR: make a backup and read it back, then tell its kiosks to wipe what they have delivered.

    From then on kiosks record nothing; what one still keeps is delivered when it is back, then wiped.
    """
    with opened(directory) as (home, store, office), progress_of("backup") as on_rows:

        def made() -> Backup:
            return back_up(home, store, office.body, file, with_secrets=with_secrets, on_rows=on_rows)

        done = Closing(store, office, clock=now_ms).close(fair, made, anyway=anyway)
    if as_json:
        show(
            {
                "fair": fair,
                "version": done.programme.version,
                "backup": done.backup.as_dict(),
                "unheard": [asdict(each) for each in done.unheard],
            }
        )
        return
    tell(done.backup)
    click.echo(f"{fair} is closed; a running server tells its kiosks at once.")
    for each in done.unheard:
        click.echo(f"  {each}", err=True)
    if done.unheard:
        click.echo(
            "What these kiosks keep comes when they are back, and is in no backup of before. Once  "
            "riwaq-server status  says that they are wiped, make another:  riwaq-server backup FILE",
            err=True,
        )


@group.command()
@_FAIR
@dir_option
@json_option
def reopen(*, fair: str, directory: Path, as_json: bool) -> None:
    """Let the closed FAIR go on: its kiosks record again. Figures stay as they are."""
    with opened(directory) as (_, store, office):
        programme = Closing(store, office, clock=now_ms).reopen(fair)
    if as_json:
        show({"fair": fair, "version": programme.version})
        return
    click.echo(f"{fair} is open again; a running server tells its kiosks at once.")
