"""``kiosk add``, ``kiosk list`` and ``kiosk revoke``."""

from datetime import UTC, datetime
from pathlib import Path

import click

from server.commands.common import dir_option, json_option, opened, reserved, show
from server.files.qr_picture import write_any_qr
from server.mqtt.access import write_private
from server.office import NewKiosk, OfficeError, now_ms
from server.pairings import NewCode, Pairings
from server.rules.names import MAX_LABEL, is_label
from wire.kiosk_toml import KioskSettings, kiosk_toml


@click.group("kiosk")
def group() -> None:
    """Make kiosks known to the server."""


@group.command()
@click.argument("name")
@click.option("--booth", required=True, help="The booth it stands at.")
@click.option("--fair", default="", help="The fair, where there are several.")
@click.option(
    "--pairing",
    type=click.Path(path_type=Path),
    help="The picture to write: a code that the kiosk scans with its own camera, good for 15 minutes.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="The kiosk.toml to write instead, for a kiosk without a camera.",
)
@dir_option
@json_option
def add(
    *,
    name: str,
    booth: str,
    fair: str,
    pairing: Path | None,
    out: Path | None,
    directory: Path,
    as_json: bool,
) -> None:
    """Make a kiosk named NAME known: by a code that it scans, or by a kiosk.toml to carry to it.

    A kiosk that scans the code makes its own keys; those in a kiosk.toml were made here.
    """
    if not is_label(name):
        raise OfficeError(
            f"a kiosk's name is 1 to {MAX_LABEL} characters that can be printed, with no space around"
        )
    if pairing is not None and out is None:
        _add_by_code(name, booth, fair, pairing, directory, as_json=as_json)
        return
    if out is None or pairing is not None:
        raise click.UsageError("say where the code goes with --pairing FILE.png, or the settings with --out")
    with opened(directory) as (home, _, office), reserved(out, "a kiosk's keys"):
        new = office.add_kiosk(name, booth, fair)
        write_private(out, _text(new, home.kiosk_broker))
    if as_json:
        show(
            {"device": new.row.device, "name": name, "fair": new.row.fair, "booth": booth, "config": str(out)}
        )
        return
    click.echo(f"{name} is known as {new.row.device}. Start it with:  riwaq-kiosk run --config {out}")


def _add_by_code(name: str, booth: str, fair: str, picture: Path, directory: Path, *, as_json: bool) -> None:
    with opened(directory) as (home, store, office), reserved(picture, "a kiosk's keys"):
        code = Pairings(home, store, office, clock=now_ms).make(name, booth, fair)
        try:
            write_any_qr(picture, code.text)
        except OSError as problem:
            raise OfficeError(f"{picture} cannot be written: {problem.strerror}") from None
    if as_json:
        show(
            {
                "name": name,
                "fair": code.fair,
                "booth": booth,
                "pairing": str(picture),
                "valid_until": datetime.fromtimestamp(code.valid_until / 1000, UTC).isoformat(),
            }
        )
        return
    click.echo(_steps(code, picture))


@group.command("list")
@dir_option
@json_option
def list_(*, directory: Path, as_json: bool) -> None:
    """List every kiosk, those that wait for their code to be scanned, and those that were revoked."""
    with opened(directory) as (home, store, office):
        kiosks, revoked = office.kiosks(), office.revoked_kiosks()
        waiting = Pairings(home, store, office, clock=now_ms).waiting()
    gone = {row.device for row in revoked}
    rows = [(row.device, row) for row in (*kiosks, *revoked)] + [("", row) for row in waiting]
    if as_json:
        show(
            [
                {
                    "device": device,
                    "name": row.name,
                    "fair": row.fair,
                    "booth": row.booth,
                    "revoked": device in gone,
                }
                for device, row in rows
            ]
        )
        return
    for device, row in rows:
        said = "  (revoked)" if device in gone else ""
        click.echo(f"{device or 'waits for code':<16}  {row.fair}  {row.booth:<16} {row.name}{said}")


@group.command()
@click.argument("kiosk")
@click.option("--reason", default="lost", show_default=True, help="Why, for the record.")
@dir_option
@json_option
def revoke(*, kiosk: str, reason: str, directory: Path, as_json: bool) -> None:
    """Revoke a KIOSK that was stolen or lost, by its id or name: for good.

    It is let in nowhere and heard no more. Of the cards that it has made those that the server knows stay
    good; every other one of its key is refused at all kiosks.
    """
    with opened(directory) as (_, _, office):
        row = office.revoke_kiosk(kiosk, reason)
    if as_json:
        show({"device": row.device, "name": row.name, "fair": row.fair, "revoked": True})
        return
    click.echo(f"{row.name} ({row.device}) is revoked: nobody hears it any more.")
    click.echo("Facts that it had not delivered come in by a stick only:  riwaq-server facts import FILE")


def _text(new: NewKiosk, broker: str) -> str:
    return kiosk_toml(
        KioskSettings(
            name=new.row.name,
            device=new.row.device,
            body=new.body,
            body_key=new.body_key,
            fair=new.row.fair,
            booth=new.row.booth,
            region=new.region,
            broker=broker,
            password=new.password,
            batch_seed=new.batch_seed,
            card_seed=new.card_seed,
            card_key_id=new.row.card_key_id,
        )
    )


def _steps(code: NewCode, picture: Path) -> str:
    until = datetime.fromtimestamp(code.valid_until / 1000, UTC).astimezone()
    return f"""\
The code for {code.name} is in {picture}, good until {until:%H:%M} and for one kiosk.
  1. Start the kiosk:  riwaq-kiosk run
  2. Hold the code up to its camera, on paper or on a telephone, about a hand's length away.
  3. Wait for the green screen.
Show it to nobody else, and delete the picture afterwards."""
