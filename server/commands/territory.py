"""``territory add`` and ``territory list``: places that a body has of its own."""

from collections.abc import Sequence
from pathlib import Path

import click

from server.commands.common import dir_option, json_option, show
from server.commands.session import office_of, texts_of
from server.territories import put_territory


@click.group("territory")
def group() -> None:
    """Name territories of the body's own, besides those that its tours describe."""


@group.command()
@click.argument("territory")
@click.option("--name", "names", multiple=True, metavar="LANGUAGE=TEXT", help="What it is called; ar, fr.")
@click.option("--parent", default="", help="The id of the territory that it lies in.")
@dir_option
@json_option
def add(*, territory: str, names: Sequence[str], parent: str, directory: Path, as_json: bool) -> None:
    """Add TERRITORY, an id of a-z, 0-9 and dashes, or name it anew: any place, no region need have it."""
    with office_of(directory) as (store, office, _):
        made = put_territory(store, office, territory, texts_of(names, "--name"), parent)
    if as_json:
        show({"territory": made.id, "names": made.names, "parent": made.parent})
    else:
        click.echo(f"{made.id} is a territory of the body: {' · '.join(made.names.values())}")


@group.command("list")
@dir_option
@json_option
def list_(*, directory: Path, as_json: bool) -> None:
    """List the body's territories, those of its tours as well."""
    with office_of(directory) as (_, office, _):
        office.membership.need_body()
        found = office.membership.territories.values()
    if as_json:
        show([{"territory": each.id, "names": each.names, "parent": each.parent} for each in found])
        return
    for each in found:
        within = f"  in {each.parent}" if each.parent else ""
        click.echo(f"{each.id:<22}  {' · '.join(each.names.values())}{within}")
