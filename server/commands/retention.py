"""``retention run``: forgets whose data these were, once the time of their purpose is over."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from rich.console import Console
from rich.progress import Progress

from server.commands.common import dir_option, json_option, show
from server.commands.members import membership_of
from server.rights.retention import OnStep, Retention


@click.group("retention")
def group() -> None:
    """Keep who it was no longer than the tour's file says. A running server does so by itself once a day."""


@group.command()
@click.option("--dry-run", is_flag=True, help="Say what is over, and change nothing.")
@click.option("--compact", is_flag=True, help="Write SQLite's file anew as well; others wait meanwhile.")
@dir_option
@json_option
def run(*, dry_run: bool, compact: bool, directory: Path, as_json: bool) -> None:
    """Do what a running server does once a day: figures stay, and nobody can tell any more whose they are."""
    with membership_of(directory) as (_, store, membership):
        membership.need_body()
        retention = Retention(store, membership)
        over = retention.look()
        with _progress() as on_step:
            done = {} if dry_run else dict(sorted(retention.run(on_step).items()))
        is_wiped = store.wipe(anew=True) if compact and not dry_run else None
    if as_json:
        show({"tours": over, "done": done, "compacted": is_wiped})
        return
    for tour, said in over.items():
        purposes = said["over"]
        click.echo(
            f"{tour}: over is {', '.join(purposes)}; {said['links']} cards are linked to what was done."
        )
    if dry_run:
        click.echo("Nothing was changed.")
    elif not done:
        click.echo("There was nothing to remove.")
    for what, count in done.items():
        click.echo(f"  {count:>7}  {what}")
    if is_wiped is False:
        click.echo(
            "The database's file could not be written anew: stop the server, make room, and try again."
        )


@contextmanager
def _progress() -> Iterator[OnStep]:
    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("links", total=None)
        yield lambda done, in_all: progress.update(task, completed=done, total=in_all or None)
