"""``visits import``: lists that were kept on paper."""

from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

import click
from rich.console import Console
from rich.progress import Progress

from server.commands.common import dir_option, json_option, show
from server.commands.list_import import RefusedRows, chosen_fields
from server.commands.members import membership_of
from server.files.list_file import opened_list
from server.office import OfficeError
from server.paper import PaperCounts, PaperImport
from server.reporting import definitions_of
from server.rules.paper_visits import PaperColumns, paper_columns, recognised


@click.group("visits")
def group() -> None:
    """Take in visits that no kiosk has seen."""


@group.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--fair", required=True, help="At which fair they were.")
@click.option("--dry-run", is_flag=True, help="Say what would come of it, and change nothing.")
@click.option(
    "--map",
    "chosen",
    multiple=True,
    metavar="COLUMN=FIELD",
    help="What a column holds (who, booth, when, day, time); - for nothing. May be given often.",
)
@click.option("--yes", is_flag=True, help="Do not ask.")
@dir_option
@json_option
def import_(
    *,
    file: Path,
    fair: str,
    dry_run: bool,
    chosen: Sequence[str],
    yes: bool,
    directory: Path,
    as_json: bool,
) -> None:
    """Take in a list of visits, FILE.csv or FILE.xlsx: a card's or a member's number, booth, local time.

    Importing a list again changes nothing. Rows that cannot be taken go to FILE.refused.csv, each with the
    reason. Exit code 1 where there are any.
    """
    with membership_of(directory) as (home, store, membership), ExitStack() as stack:
        definitions = definitions_of(store, membership.body)
        if fair not in definitions:
            raise OfficeError(
                f"there is no fair {fair!r}: choose one of {', '.join(definitions) or 'none yet'}"
            )
        source = stack.enter_context(opened_list(file, recognised))
        columns = paper_columns(source.names, chosen_fields(chosen))
        if not as_json:
            _tell_columns(columns, source.head_row)
        if columns.problems:
            raise OfficeError(
                "nothing was imported:\n" + "\n".join(f"  - {each}" for each in columns.problems)
            )
        refused = RefusedRows(file, columns.names, stack)
        digest_key = bytes.fromhex(home.secrets.digest_key)
        importing = PaperImport(store, membership, definitions[fair], columns, digest_key=digest_key)
        with Progress(console=Console(stderr=True), transient=True) as progress:
            task = progress.add_task("reading", total=source.size)
            counts = importing.prepare(
                source.rows, refused, lambda _: progress.update(task, completed=source.read())
            )
        if not as_json:
            _tell_counts(counts, refused)
        done = bool(counts.new) and not dry_run
        if done and not yes:
            done = click.confirm(f"Import {counts.new} visits?", err=True)
        if done:
            with Progress(console=Console(stderr=True), transient=True) as progress:
                # All in one transaction: nobody knows how far it is.
                progress.add_task("writing", total=None)
                importing.commit(file.name)
    if as_json:
        show(
            {
                "file": str(file),
                "fair": fair,
                "new": counts.new,
                "same": counts.same,
                "refused": counts.refused,
                "refused_file": str(refused.path) if counts.refused else "",
                "outside": {day.isoformat(): count for day, count in sorted(counts.outside.items())},
                "imported": done,
            }
        )
    else:
        click.echo(f"{counts.new} visits are in the ledger." if done else "Nothing was changed.")
    if counts.refused:
        raise SystemExit(1)


def _tell_columns(columns: PaperColumns, head_row: int) -> None:
    click.echo(f"The columns, named in row {head_row}:")
    for at, found in columns.fields.items():
        click.echo(f"  {columns.names[at]}  →  {found}")
    for name in columns.left:
        click.echo(f"  {name}  is not read: --map '{name}=FIELD' says what it holds")


def _tell_counts(counts: PaperCounts, refused: RefusedRows) -> None:
    click.echo(f"{counts.new} new, {counts.same} there already, {counts.refused} refused")
    for day, count in sorted(counts.outside.items()):
        click.echo(f"  {count} on {day}, which is no day of this fair: they count under that day", err=True)
    if counts.refused:
        refused.tell()
