"""``kiosk add`` and ``kiosk list``."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import click

from server.bootstrap import opened
from server.commands.common import dir_option, json_option, show
from server.mqtt.access import write_private
from server.office import NewKiosk, OfficeError

_LONGEST_NAME: Final = 64
_TEMPLATE: Final = """\
# A Riwaq kiosk. This file holds its keys: give it to this one kiosk and keep no other copy.
name = {name}
device = "{device}"

body = "{body}"
body_key = "{body_key}"
fair = "{fair}"
booth = "{booth}"
region = "{region}"

broker = "{broker}"
password = "{password}"

batch_key = "{batch_key}"
card_key = "{card_key}"
card_key_id = {card_key_id}
"""


@click.group("kiosk")
def group() -> None:
    """Make kiosks known to the server."""


@group.command()
@click.argument("name")
@click.option("--booth", required=True, help="The booth it stands at.")
@click.option("--fair", default="", help="The fair, where there are several.")
@click.option("--out", required=True, type=click.Path(path_type=Path), help="The kiosk.toml to write.")
@dir_option
@json_option
def add(*, name: str, booth: str, fair: str, out: Path, directory: Path, as_json: bool) -> None:
    """Make a kiosk named NAME: its keys, its account, and the kiosk.toml that holds both."""
    if not 1 <= len(name) <= _LONGEST_NAME or not name.isprintable() or name != name.strip():
        raise OfficeError(
            f"a kiosk's name is 1 to {_LONGEST_NAME} characters that can be printed, with no space around"
        )
    with opened(directory) as (home, _, office), _reserved(out):
        new = office.add_kiosk(name, booth, fair)
        write_private(out, _text(new, home.kiosk_broker))
    if as_json:
        show(
            {"device": new.row.device, "name": name, "fair": new.row.fair, "booth": booth, "config": str(out)}
        )
        return
    click.echo(f"{name} is known as {new.row.device}. Start it with:  riwaq-kiosk run --config {out}")


@group.command("list")
@dir_option
@json_option
def list_(*, directory: Path, as_json: bool) -> None:
    """List every kiosk."""
    with opened(directory) as (_, _, office):
        kiosks = office.kiosks()
    if as_json:
        show(
            [{"device": row.device, "name": row.name, "fair": row.fair, "booth": row.booth} for row in kiosks]
        )
        return
    for row in kiosks:
        click.echo(f"{row.device}  {row.fair}  {row.booth:<16} {row.name}")


@contextmanager
def _reserved(out: Path) -> Iterator[None]:
    """Make the file first: a kiosk whose keys could not be written would hold its name for ever."""
    try:
        out.touch(mode=0o600, exist_ok=False)
    except FileExistsError:
        raise OfficeError(f"{out} exists already and may hold a kiosk's keys: choose another file") from None
    except OSError as problem:
        raise OfficeError(f"{out} cannot be written: {problem.strerror}") from None
    try:
        yield
    except BaseException:
        out.unlink(missing_ok=True)
        raise


def _text(new: NewKiosk, broker: str) -> str:
    return _TEMPLATE.format(
        # A JSON string is a TOML string: quotes and backslashes in a name stay what they are.
        name=json.dumps(new.row.name, ensure_ascii=False),
        device=new.row.device,
        body=new.body,
        body_key=new.body_key.hex(),
        fair=new.row.fair,
        booth=new.row.booth,
        region=new.region,
        broker=broker,
        password=new.password,
        batch_key=new.batch_seed.hex(),
        card_key=new.card_seed.hex(),
        card_key_id=new.row.card_key_id,
    )
