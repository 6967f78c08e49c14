"""``archive``: a fair put away in one file, and a file of that kind checked."""

from functools import partial
from pathlib import Path

import click
from nacl.exceptions import BadSignatureError
from nacl.signing import VerifyKey
from rich.console import Console
from rich.progress import Progress

from server.archiving import archive
from server.commands.common import dir_option, json_option, opened, reserved, show
from server.commands.members import membership_of
from server.files.out.archive import manifest_of, unfit
from server.office import OfficeError, now_ms
from server.settings import SettingsError

_KEY_DIGITS = 64


class _MakeUnlessToldOtherwise(click.Group):
    """``archive FAIR`` is short for ``archive make FAIR``."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that is meant."""
        is_known = not args or args[0] in self.commands or args[0].startswith("-")
        return super().resolve_command(ctx, args if is_known else ["make", *args])


@click.group("archive", cls=_MakeUnlessToldOtherwise)
def group() -> None:
    """Put a fair away in one file that can be checked for ever: ``archive FAIR --out FILE.zip``."""


@group.command()
@click.argument("fair")
@click.option("--out", required=True, type=click.Path(path_type=Path), help="The file to write, .zip.")
@dir_option
@json_option
def make(*, fair: str, out: Path, directory: Path, as_json: bool) -> None:
    """Write FAIR's archive: facts, programme, figures and what is in quarantine, hashed and signed.

    Nobody's name is in it: cards are left out, and what kiosks have sealed stays sealed. It is audited.
    """
    with membership_of(directory) as (home, store, membership):
        office = membership.office
        office.body_public_key  # noqa: B018 - it says what is missing, before a file is made
        key = home.secrets.body_key(office.body)
        with reserved(out, "an archive"), Progress(console=Console(stderr=True), transient=True) as progress:
            task = progress.add_task("facts", total=None)
            manifest = archive(
                store,
                office,
                fair,
                out,
                sign=lambda content: key.sign(content).signature,
                now=now_ms(),
                on_facts=lambda done, in_all: progress.update(task, completed=done, total=in_all),
            )
            with membership.acting() as connection:
                membership.note(connection, "archive", file=out.name, fair=fair)
    if as_json:
        files = {name: entry.sha256 for name, entry in manifest.files.items()}
        show({"file": str(out), "fair": fair, "facts": manifest.facts, "files": files})
    else:
        click.echo(f"{manifest.facts} facts of {fair} are in {out}: check it with  archive verify {out}")


@group.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--key", default="", help="The body's public key, 64 hex digits; else this server's body's.")
@dir_option
@json_option
def verify(*, file: Path, key: str, directory: Path, as_json: bool) -> None:
    """Check an archive: each file against its hash, and the hashes against the body's signature.

    Exit code 1 where anything is not as it was written, with the file's name.
    """
    trusted = _key(key) if key else _own_key(directory)
    manifest, is_signed = manifest_of(file, partial(_is_signed, trusted))
    in_all = sum(entry.bytes for entry in manifest.files.values())
    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("files", total=in_all or None)
        problems = dict(unfit(file, manifest, lambda size: progress.advance(task, size)))
    if not is_signed:
        problems = {"manifest.json": "the body has not signed it", **problems}
    if as_json:
        about = {"fair": manifest.fair, "body": manifest.body, "facts": manifest.facts}
        show({"file": str(file), "whole": not problems, "problems": problems, **about})
    else:
        for name, why in problems.items():
            click.echo(f"{name}: {why}")
        if not problems:
            click.echo(
                f"{file} is whole: {manifest.facts} facts of {manifest.fair}, signed by {manifest.body}."
            )
    if problems:
        raise SystemExit(1)


def _is_signed(key: bytes, content: bytes, signature: bytes) -> bool:
    try:
        VerifyKey(key).verify(content, signature)
    except (BadSignatureError, ValueError, TypeError):
        return False
    return True


def _own_key(directory: Path) -> bytes:
    try:
        with opened(directory) as (_, _, office):
            return office.body_public_key
    except SettingsError as problem:
        raise OfficeError(f"{problem}; or say whose archive it is with --key") from None


def _key(text: str) -> bytes:
    try:
        found = bytes.fromhex(text)
    except ValueError:
        found = b""
    if 2 * len(found) != _KEY_DIGITS:
        raise click.BadParameter("a key is 64 hex digits", param_hint="--key")
    return found
