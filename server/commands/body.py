"""``body add`` and ``body list``: the organisations that a server serves."""

from collections.abc import Sequence
from pathlib import Path

import click

from server import bootstrap
from server.commands.common import directory_option, json_option, show
from server.office import OfficeError
from wire.card import LANGUAGES


@click.group("body")
def group() -> None:
    """Add and name the bodies of a server: each has its own keys, fairs, kiosks and members."""


@group.command()
@click.argument("body")
@click.option(
    "--name",
    "names",
    multiple=True,
    metavar="LANGUAGE=TEXT",
    help="What it is called, such as  --name fr=Fondation;  a tour's file may say it anew.",
)
@directory_option
@json_option
def add(*, body: str, names: Sequence[str], directory: Path, as_json: bool) -> None:
    """Add BODY, an id of a-z, 0-9 and dashes; a running server serves it at once.

    The first one need not be added: the first tour that is loaded does it.
    """
    called = _names(names)
    with bootstrap.opened(directory) as (_, _, office):
        key = office.add_body(body, called)
    if as_json:
        show({"body": body, "public_key": key.hex()})
        return
    click.echo(f"{body} is added.")
    click.echo(f"Next:  riwaq-server tour load FILE   where the file's body.id is {body}")


@group.command("list")
@directory_option
@json_option
def list_bodies(*, directory: Path, as_json: bool) -> None:
    """Name the bodies of this server."""
    with bootstrap.opened(directory) as (_, _, office):
        found = office.names_of_bodies()
    if as_json:
        show([{"body": body, "names": names} for body, names in found.items()])
        return
    for body, names in found.items():
        click.echo(f"{body:<22}  {' · '.join(names.values())}")


def _names(said: Sequence[str]) -> dict[str, str]:
    names = {}
    for each in said:
        language, _, text = each.partition("=")
        if language not in LANGUAGES or not text.strip():
            raise OfficeError(f"{each!r} names no body: write one of {', '.join(LANGUAGES)}, = and the name")
        names[language] = " ".join(text.split())
    return names
