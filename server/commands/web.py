"""``web password`` and ``web token``: who may look at the organizers' page."""

from pathlib import Path

import click

from server.bootstrap import web_accounts
from server.commands.common import directory_option, json_option, show, show_account
from server.settings import Home
from server.web import FIRST_ACCOUNT


@click.group("web")
def group() -> None:
    """Let people and programs see the live page."""


@group.command()
@click.argument("name", required=False, default=FIRST_ACCOUNT)
@directory_option
@json_option
def password(*, name: str, directory: Path, as_json: bool) -> None:
    """Make a new password for the account NAME, and the account where there is none.

    It is shown once. Whoever signed in with the old one is signed out. Without NAME: organizer.
    """
    new = web_accounts(Home(directory)).new_password(name)
    if as_json:
        show({"account": name, "password": new})
        return
    click.echo("The password is shown this once; whoever signed in with an older one signs in again.")
    show_account(name, new)


@group.command()
@directory_option
@json_option
def token(*, directory: Path, as_json: bool) -> None:
    """Make the token with which programs read /api and /metrics.

    It is shown once, and takes the place of the one before.
    """
    new = web_accounts(Home(directory)).new_token()
    if as_json:
        show({"token": new})
        return
    click.echo("The token is shown this once; the one before it is refused from now on. Programs send:")
    click.echo(f"\n  Authorization: Bearer {new}\n")
