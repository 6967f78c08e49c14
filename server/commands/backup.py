"""``backup`` and ``restore``."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import gmtime, strftime

import click
from rich.console import Console
from rich.progress import Progress

from server.backup import Backup, back_up
from server.bootstrap import restored
from server.commands.common import directory_option, json_option, opened, show
from server.office import OfficeError

_ONE = {"cards": "card", "kiosks": "kiosk", "staff": "of the staff", "accounts": "account"}


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--with-secrets", is_flag=True, help="Also the keys (secrets.json): whoever has the file is you."
)
@directory_option
@json_option
def backup(*, file: Path, with_secrets: bool, directory: Path, as_json: bool) -> None:
    """Write a backup to FILE, a new file or a directory, and read it back; the server may run meanwhile."""
    with opened(directory) as (home, store, office), progress_of("backup") as on_rows:
        if not office.bodies:
            raise OfficeError("nothing is here to keep yet: no tour is loaded")
        body = office.bodies[0] if len(office.bodies) == 1 else ""
        made = back_up(home, store, body, file, with_secrets=with_secrets, on_rows=on_rows)
    if as_json:
        show(made.as_dict())
        return
    tell(made)


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--replace", is_flag=True, help="Also in place of a newer ledger, which is kept beside it.")
@directory_option
@json_option
def restore(*, file: Path, replace: bool, directory: Path, as_json: bool) -> None:
    """Put the backup FILE in place of the ledger; the server must not run. All of it, or nothing."""
    with progress_of("restore") as on_rows:
        done = restored(file, directory, replace=replace, on_rows=on_rows)
    manifest = done.manifest
    if as_json:
        show(
            {
                "body": manifest.body,
                "made_at": manifest.made_at,
                "facts": manifest.facts,
                "kept": str(done.kept or ""),
                "files": done.files,
                "shut_out": done.shut_out,
            }
        )
        return
    made_at = strftime("%Y-%m-%d %H:%M", gmtime(manifest.made_at / 1000))
    click.echo(
        f"The ledger is that of {made_at} UTC: {manifest.facts} facts of {manifest.body or 'all bodies'}."
    )
    if done.kept:
        click.echo(f"What was there before is kept as {done.kept}.")
    _tell_shut_out(done.shut_out, made_at)
    if done.files:
        click.echo(f"From the backup came also: {', '.join(done.files)}.")
    click.echo(f"Start the server; kiosks then send again what it lacks:  riwaq-server run --dir {directory}")


def _tell_shut_out(shut_out: dict[str, int] | None, made_at: str) -> None:
    if shut_out is None:
        click.echo(
            f"No ledger was there that could tell who was shut out since {made_at} UTC: cards, kiosks, staff "
            "and accounts that were refused after that must be shut out again, before the server starts."
        )
    elif any(shut_out.values()):
        told = ", ".join(
            f"{count} {_ONE[what] if count == 1 else what}" for what, count in shut_out.items() if count
        )
        click.echo(f"Those who were shut out since the backup stay out: {told}.")


def tell(made: Backup) -> None:
    """Say in words what was kept."""
    click.echo(f"{made.file}: {made.manifest.facts} facts, read back and whole (SHA-256 {made.sha256}).")
    if made.with_secrets:
        click.echo(
            "It holds the server's keys: whoever has it can speak in this server's name. Lock it away."
        )
    else:
        click.echo("It does not hold secrets.json, which a new machine needs: keep a copy of that apart.")


@contextmanager
def progress_of(what: str) -> Iterator[Callable[[int, int], None]]:
    """Show a bar on standard error; give what moves it: (so far, in all)."""
    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(what, total=None)
        yield lambda so_far, in_all: progress.update(task, completed=so_far, total=in_all)
