"""``facts list``: the ledger, a line a fact."""

import json
from pathlib import Path

import click

from server.bootstrap import opened
from server.commands.common import dir_option, json_option
from server.store.ledger import Ledger


@click.group("facts")
def group() -> None:
    """Look into the ledger of facts."""


@group.command("list")
@click.option("--fair", default="", help="Only this fair's.")
@dir_option
@json_option
def list_(*, fair: str, directory: Path, as_json: bool) -> None:
    """List every fact: place, id, kind, what became of it. With --json one object a line."""
    with opened(directory) as (_, store, office), store.reading() as connection:
        for row in Ledger(connection, office.body).facts(fair or None):
            if as_json:
                click.echo(json.dumps(row))
            else:
                place = f"{row['device']}/{row['epoch']}/{row['seq']}"
                click.echo(
                    f"{place:<45} {row['event_id'] or '-':<33} {row['kind'] or '-':<14} {row['status']}"
                )
