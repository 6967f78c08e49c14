"""``account add``, ``link``, ``list``, ``change``, ``disable``, ``enable``, ``token``, ``token-revoke``."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import click

from server.account_office import AccountError, AccountOffice
from server.commands.common import dir_option, json_option, opened, show, who_types
from server.office import now_ms
from server.rules.access import Holder, Role
from server.settings import Home
from server.store.accounts import AccountRow
from wire.broker import join_address, split_address

_ROLES: Final = [role.value for role in Role]
_HERE: Final = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - a comparison, not a bind


@click.group("account")
def group() -> None:
    """Let people and programs see the pages and files, each what its role grants. Every act is audited."""


def _role_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options that say what an account is good for."""
    for option in (
        click.option("--partner", default="", help="Whose offers and file: for the role partner."),
        click.option("--booth", default="", help="Which booth: for the role booth."),
        click.option(
            "--fair",
            default="",
            help="Which fair: for the role booth; for partner and technician, if not all.",
        ),
        click.option(
            "--territory",
            "territories",
            multiple=True,
            metavar="T",
            help="A territory, by id or name, with all that lies in it: for region and city. Repeatable.",
        ),
    ):
        command = option(command)
    return command


_page_option = click.option(
    "--page",
    default="",
    metavar="URL",
    help="The address under which that one reaches the page.  [default: this machine's]",
)


@group.command()
@click.argument("name")
@click.option("--role", type=click.Choice(_ROLES), required=True, help="What NAME is; see docs/accounts.md.")
@_role_options
@_page_option
@dir_option
@json_option
def add(*, name: str, role: str, page: str, directory: Path, as_json: bool, **scope: Any) -> None:
    """Make an account for the person NAME, and show the one-time link to hand over.

    Whoever opens the link chooses a password. It is good once, for 24 hours.
    """
    with _accounts(directory) as (home, accounts, body):
        holder = _holder(accounts, body, role, scope)
        link = link_to(home, accounts.add(name, holder), page)
    _tell_link(name, link, as_json=as_json)


@group.command("link")
@click.argument("name")
@click.option("--drop-code", is_flag=True, help="Ask for no one-time code any more: the telephone is lost.")
@_page_option
@dir_option
@json_option
def link_(*, name: str, drop_code: bool, page: str, directory: Path, as_json: bool) -> None:
    """Show a new one-time link for NAME, who has forgotten the password or never set one.

    The link before is good no more; the password is, until another is set.
    """
    with _accounts(directory) as (home, accounts, _):
        link = link_to(home, accounts.link(name, without_code=drop_code), page)
    _tell_link(name, link, as_json=as_json)


@group.command("list")
@dir_option
@json_option
def list_(*, directory: Path, as_json: bool) -> None:
    """List all accounts, those that are disabled as well."""
    with _accounts(directory) as (_, accounts, _):
        rows = accounts.known()
    if as_json:
        show([_as_dict(row) for row in rows])
        return
    for row in rows:
        click.echo(f"{row.name}  ·  {_rights(row.holder)}  ·  {_state(row)}")


@group.command()
@click.argument("name")
@click.option("--role", type=click.Choice(_ROLES), required=True, help="What NAME is from now on.")
@_role_options
@dir_option
@json_option
def change(*, name: str, role: str, directory: Path, as_json: bool, **scope: Any) -> None:
    """Give the account NAME another role, and what that is for. Whoever has signed in signs in again."""
    with _accounts(directory) as (_, accounts, body):
        holder = _holder(accounts, body, role, scope)
        accounts.change(name, holder)
    if as_json:
        show({"account": name, **_scope(holder)})
        return
    click.echo(f"{name} is now: {_rights(holder)}.")


@group.command()
@click.argument("name")
@dir_option
@json_option
def disable(*, name: str, directory: Path, as_json: bool) -> None:
    """Let nobody in by the account NAME any more; its sessions end."""
    with _accounts(directory) as (_, accounts, _):
        fresh = accounts.disable(name)
    _tell_switch(name, "disabled", fresh=fresh, as_json=as_json)


@group.command()
@click.argument("name")
@dir_option
@json_option
def enable(*, name: str, directory: Path, as_json: bool) -> None:
    """Let the account NAME in again, with the password, role and token that it had."""
    with _accounts(directory) as (_, accounts, _):
        fresh = accounts.enable(name)
    _tell_switch(name, "enabled", fresh=fresh, as_json=as_json)


@group.command()
@click.argument("name")
@click.option("--role", type=click.Choice(_ROLES), help="What the program may read; not needed to renew one.")
@_role_options
@dir_option
@json_option
def token(*, name: str, role: str | None, directory: Path, as_json: bool, **scope: Any) -> None:
    """Make a token with which the program NAME reads /api and /metrics.

    It is shown once, and takes the place of the one that NAME had.
    """
    with _accounts(directory) as (_, accounts, body):
        holder = _holder(accounts, body, role, scope) if role else None
        if holder is None and any(scope.values()):
            raise AccountError("say the role, too, where you say what it is for")
        new = accounts.token(name, holder)
    if as_json:
        show({"account": name, "token": new})
        return
    click.echo("The token is shown this once; the one before it is refused from now on. Programs send:")
    click.echo(f"\n  Authorization: Bearer {new}\n")


@group.command("token-revoke")
@click.argument("name")
@dir_option
@json_option
def token_revoke(*, name: str, directory: Path, as_json: bool) -> None:
    """Refuse the token of the program NAME from now on."""
    with _accounts(directory) as (_, accounts, _):
        fresh = accounts.revoke_token(name)
    _tell_switch(name, "revoked", fresh=fresh, as_json=as_json)


def link_to(home: Home, secret: str, page: str = "") -> str:
    """Give the address of a one-time link; ``page`` is where the page is reached, if not on this machine."""
    if not page and home.web:
        host, port = split_address(home.web)
        page = f"http://{join_address(_HERE.get(host, host), port)}"
    return f"{page.rstrip('/')}/begin/{secret}"


def show_link(link: str) -> None:
    """Show a link: fit to be copied from a terminal."""
    click.echo(f"\n  {link}\n")


@contextmanager
def _accounts(directory: Path) -> Iterator[tuple[Home, AccountOffice, str]]:
    with opened(directory) as (home, store, office):
        yield home, AccountOffice(home, store, office.body, clock=now_ms, who=who_types()), office.body


def _holder(accounts: AccountOffice, body: str, role: str, scope: dict[str, Any]) -> Holder:
    territories = frozenset(accounts.territory(text) for text in scope["territories"])
    others = {name: scope[name] for name in ("fair", "booth", "partner")}
    return replace(Holder(body=body, role=Role(role), **others), territories=territories)


def _scope(holder: Holder) -> dict[str, Any]:
    return {
        "role": holder.role.value,
        "territories": sorted(holder.territories),
        "fair": holder.fair,
        "booth": holder.booth,
        "partner": holder.partner,
    }


def _as_dict(row: AccountRow) -> dict[str, Any]:
    return {
        "name": row.name,
        **_scope(row.holder),
        "program": bool(row.token_sha256),
        "codes": row.code_secret is not None,
        "waits": not row.password and not row.token_sha256,
        "made_at": row.made_at,
        "disabled_at": row.disabled_at,
        "signed_in_at": row.signed_in_at,
    }


def _rights(holder: Holder) -> str:
    places = (*sorted(holder.territories), holder.fair, holder.booth, holder.partner)
    return " ".join((holder.role.value, *(place for place in places if place)))


def _state(row: AccountRow) -> str:
    if row.disabled_at is not None:
        return f"disabled {_day(row.disabled_at)}"
    if row.token_sha256:
        return "program"
    if not row.password:
        return "has not set a password yet"
    codes = ", with one-time codes" if row.code_secret is not None else ""
    last = f"last here {_day(row.signed_in_at)}" if row.signed_in_at else "was never here"
    return last + codes


def _day(at: int) -> str:
    return f"{datetime.fromtimestamp(at / 1000, UTC):%Y-%m-%d}"


def _tell_link(name: str, link: str, *, as_json: bool) -> None:
    if as_json:
        show({"account": name, "link": link})
        return
    click.echo(f"Hand this link to {name}: it is good once, for 24 hours, and shown this once.")
    show_link(link)


def _tell_switch(name: str, what: str, *, fresh: bool, as_json: bool) -> None:
    if as_json:
        show({"account": name, f"newly_{what}": fresh})
        return
    click.echo(f"{name} is {what}." if fresh else f"{name} was {what} already.")
