"""``audit verify`` and ``audit show``: who looked at members' data."""

import json
from pathlib import Path
from typing import Any

import click
import msgspec

from server.commands.common import dir_option, json_option, show
from server.commands.members import membership_of
from server.rules.audit import Entry
from server.rules.members.sheet import moment


@click.group("audit")
def group() -> None:
    """Read and check the log of every look at members' data."""


@group.command()
@dir_option
@json_option
def verify(*, directory: Path, as_json: bool) -> None:
    """Say whether the log is whole, or which row is the first that does not hold. Exit code 1 if not."""
    with membership_of(directory) as (_, _, membership):
        found = membership.audited()
    if as_json:
        show(
            {
                "whole": found.broken is None,
                "rows": found.rows,
                "last": found.last,
                "broken": found.broken,
                "why": found.why,
            }
        )
    elif found.broken is None:
        click.echo(f"The log is whole: {found.rows} rows. The last one's hash is {found.last or 'none'}.")
    else:
        click.echo(f"The log does not hold from row {found.broken} on: {found.why}.")
    if found.broken is not None:
        raise SystemExit(1)


@group.command("show")
@click.option("--after", default=0, help="Only rows after this number.")
@click.option("--about", default="", metavar="ID", help="Only rows about this member.")
@dir_option
@json_option
def show_(*, after: int, about: str, directory: Path, as_json: bool) -> None:
    """Show the log, a row a line. With --json one object a line."""
    with membership_of(directory) as (_, _, membership):
        for entry in membership.audit_entries(after=after, about=about):
            if as_json:
                click.echo(json.dumps(_as_dict(entry), ensure_ascii=False))
            else:
                about_whom = f" {entry.about}" if entry.about else ""
                detail = "" if entry.detail == "{}" else f" {entry.detail}"
                click.echo(
                    f"{entry.number:>6}  {moment(entry.at)}  {entry.who}: {entry.what}{about_whom}{detail}"
                )


def _as_dict(entry: Entry) -> dict[str, Any]:
    found = msgspec.structs.asdict(entry)
    del found["body"]
    return found | {"detail": msgspec.json.decode(entry.detail)}
