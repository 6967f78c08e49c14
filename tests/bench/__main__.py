"""``./riwaq bench``: measures what the project promises; each benchmark is a module of this package."""

import importlib
from typing import Final

import click

# Named one by one, and imported only when asked for: a benchmark of the camera needs no server.
BENCHMARKS: Final = {
    "scan": "tests.bench.scan",
    "kiosk": "tests.bench.kiosk",
    "ingest": "tests.bench.ingest",
    "members": "tests.bench.members",
    "page": "tests.bench.page",
    "growth": "tests.bench.growth",
    "chaos": "tests.bench.chaos",
}


class Benchmarks(click.Group):
    """A group whose commands are the ``command`` of each module in ``BENCHMARKS``."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  # click's signature
        return list(BENCHMARKS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in BENCHMARKS:
            return None
        command: click.Command = importlib.import_module(BENCHMARKS[cmd_name]).command
        return command


@click.group(cls=Benchmarks)
def main() -> None:
    """Measure what the project promises, on this machine, and say whether it holds."""


if __name__ == "__main__":
    main(prog_name="riwaq bench")
