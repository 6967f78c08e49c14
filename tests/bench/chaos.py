"""``riwaq bench chaos``: the journey of random faults, for as long as one likes."""

import json
import tempfile
from pathlib import Path

import click

from tests.journeys.chaos import run


@click.command("chaos")
@click.option("--minutes", default=60.0, show_default=True, help="How long faults go on.")
@click.option("--broker", default="amqtt", show_default=True, type=click.Choice(["amqtt", "mosquitto"]))
@click.option("--kiosks", default=2, show_default=True)
@click.option("--rate", default=20.0, show_default=True, help="Scans a second and kiosk.")
@click.option("--seed", default=1, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Answer with JSON.")
def command(*, minutes: float, broker: str, kiosks: int, rate: float, seed: int, as_json: bool) -> None:
    """Kill kiosks, server and broker at random moments and cut connections; then count everything.

    Exit code 1 where a fact was lost.
    """
    with tempfile.TemporaryDirectory(prefix="riwaq-chaos-") as directory:
        report = run(
            Path(directory),
            kind=broker,
            seconds=minutes * 60,
            rate=rate,
            seed=seed,
            pause=(1.0, 6.0),
            kiosks=kiosks,
            say=lambda line: click.echo(line, err=True),
        )
    if as_json:
        click.echo(json.dumps(report.as_dict()))
    else:
        for key, value in report.as_dict().items():
            click.echo(f"{key:<22} {value}")
    raise SystemExit(0 if report.lost == report.foreign == 0 else 1)


if __name__ == "__main__":
    command()
