"""Entry of ``./riwaq demo``: arguments and what is seen of them."""

import json
import sys
import tempfile
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

from demo import hall
from demo.programs import DemoError


@click.command()
@click.option("--headless", is_flag=True, help="Without a window.")
@click.option("--kiosks", default=3, show_default=True, type=click.IntRange(1, 12), help="How many kiosks.")
@click.option(
    "--visits", default=200, show_default=True, type=click.IntRange(1, 5000), help="How many visits."
)
@click.option("--seed", default=1, show_default=True, help="Draws the same hall again.")
@click.option("--json", "as_json", is_flag=True, help="End with one JSON object.")
def main(*, headless: bool, kiosks: int, visits: int, seed: int, as_json: bool) -> None:
    """Run a whole fair on this machine: server, broker and kiosks that see members hold up their cards.

    Each kiosk watches a video drawn for it, through the ordinary camera path. Exit code 0 only
    where no visit was lost or doubled and at least 98 % of the cards were read.
    """
    if not headless:
        raise click.UsageError("this version has no window yet: add --headless")
    console = Console(stderr=True)
    try:
        with tempfile.TemporaryDirectory(prefix="riwaq-demo-") as directory, _bars(console) as bars:
            tasks: dict[str, TaskID] = {}

            def progress(what: str, done: int, of: int) -> None:
                if what not in tasks:
                    tasks[what] = bars.add_task(what, total=of)
                bars.update(tasks[what], completed=done, total=of)

            summary = hall.run(Path(directory), kiosks=kiosks, visits=visits, seed=seed, progress=progress)
    except DemoError as problem:
        console.print(str(problem), style="red", markup=False)
        sys.exit(1)
    except KeyboardInterrupt:
        console.print("stopped")
        sys.exit(130)
    if as_json:
        click.echo(json.dumps(summary.as_dict()))
    else:
        Console().print(_table(summary))
    sys.exit(0 if summary.good else 1)


def _bars(console: Console) -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    return Progress(*columns, console=console)


def _table(summary: hall.Summary) -> Table:
    table = Table(title="A day in Rabat", show_header=False)
    rows = {
        "cards held up": summary.shown,
        "read": f"{summary.read} ({100 * summary.read / summary.shown:.1f} %)",
        "recorded by kiosks": summary.recorded,
        "in the ledger": summary.in_ledger,
        "lost": summary.lost,
        "doubled": summary.doubled,
        "picture to commit": f"{summary.scan_to_commit_ms.p50} ms, p95 {summary.scan_to_commit_ms.p95} ms",
        "commit to acknowledged": f"{summary.commit_to_ack_ms.p50} ms, p95 {summary.commit_to_ack_ms.p95} ms",
    }
    for name, value in rows.items():
        table.add_row(name, str(value))
    return table


if __name__ == "__main__":
    main(prog_name="riwaq demo")
