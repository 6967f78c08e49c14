"""Entry of ``./riwaq demo``: arguments and what is seen of them."""

import json
import os
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

from demo import hall
from demo.programs import DemoError

_HEADLESS_VISITS: Final = 200
_LINE_EVERY_S: Final = 2.0
# What SDL opens a window on.
_SCREENS: Final = ("DISPLAY", "WAYLAND_DISPLAY", "SDL_VIDEODRIVER")


@click.command()
@click.option("--headless", is_flag=True, help="Without a window, also where there is a screen.")
@click.option("--kiosks", default=3, show_default=True, type=click.IntRange(1, 12), help="How many kiosks.")
@click.option(
    "--visits",
    type=click.IntRange(1, 5000),
    help=f"How many visits.  [default: until Ctrl-C; {_HEADLESS_VISITS} with --headless and no camera]",
)
@click.option(
    "--camera",
    metavar="N",
    help="A real camera for the first kiosk; writes cards to hold up before it to cards.html.",
)
@click.option(
    "--cards",
    "sheet",
    type=click.Path(path_type=Path, dir_okay=False),
    default=Path("cards.html"),
    show_default=True,
    help="Where the cards for --camera are written.",
)
@click.option("--seed", default=1, show_default=True, help="Draws the same hall again.")
@click.option("--json", "as_json", is_flag=True, help="End with one JSON object.")
def main(
    *,
    headless: bool,
    kiosks: int,
    visits: int | None,
    camera: str | None,
    sheet: Path,
    seed: int,
    as_json: bool,
) -> None:
    """Run a whole fair on this machine: server, page, broker and kiosks before which members hold up cards.

    The first kiosk has a window where there is a screen; each watches a video drawn for it, through the
    ordinary camera path. Goes on until Ctrl-C, or until so many visits are made. Exit code 0 only
    where no visit was lost or doubled and at least 98 % of the cards were read.
    """
    console = Console(stderr=True)
    # However it is ended, its programs end with it; a shell starts what runs behind it deaf to Ctrl-C.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    window = not headless and any(os.environ.get(name) for name in _SCREENS)
    if headless and visits is None and camera is None:
        visits = _HEADLESS_VISITS
    plan = hall.Plan(kiosks, visits, seed, window, camera, sheet if camera is not None else None)
    try:
        with tempfile.TemporaryDirectory(prefix="riwaq-demo-") as directory, _told(console) as teller:
            if not window and not headless:
                teller.say("There is no screen here, so no kiosk gets a window.")
            summary = hall.run(Path(directory), plan, teller)
    except (DemoError, OSError) as problem:
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


class _Lines:
    """Tells by lines: for a log, where a bar cannot move."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._said: dict[str, tuple[float, int]] = {}

    def progress(self, what: str, done: int, of: int) -> None:
        """Say how far something is: at its end, and every two seconds until then."""
        said_at, said = self._said.get(what, (0.0, -1))
        now = time.monotonic()
        if done != said and (now - said_at >= _LINE_EVERY_S or done == of):
            self._said[what] = (now, done)
            self.say(f"{what}: {done} of {of}" if of else f"{what}: {done}")

    def open_page(self, url: str, account: str, password: str) -> None:
        """Say where the page is and how to sign in."""
        self.say(f"The live page:  {url}\n     account:  {account}\n    password:  {password}")

    def say(self, words: str) -> None:
        """Write a line."""
        # On one line each, whatever the terminal's width: an address is there to be clicked or copied.
        self._console.print(words, markup=False, highlight=False, soft_wrap=True)


class _Bars(_Lines):
    """Tells by bars that move, and by lines above them."""

    def __init__(self, bars: Progress) -> None:
        super().__init__(bars.console)
        self._bars = bars
        self._tasks: dict[str, TaskID] = {}

    def progress(self, what: str, done: int, of: int) -> None:
        """Move a bar, one for each thing that goes on."""
        if what not in self._tasks:
            self._tasks[what] = self._bars.add_task(what, total=of or None)
        self._bars.update(self._tasks[what], completed=done, total=of or None)


@contextmanager
def _told(console: Console) -> Iterator[_Lines]:
    if not console.is_terminal:
        yield _Lines(console)
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as bars:
        yield _Bars(bars)


def _table(summary: hall.Summary) -> Table:
    table = Table(title="A day in Rabat", show_header=False)
    share = f" ({100 * summary.read / summary.shown:.1f} %)" if summary.shown else ""
    rows = {
        "cards held up": summary.shown,
        "read": f"{summary.read}{share}",
        "recorded by kiosks": summary.recorded,
        "in the ledger": summary.in_ledger,
        "on the page": summary.on_page,
        "lost": summary.lost,
        "doubled": summary.doubled,
        "picture to commit": _spread(summary.scan_to_commit_ms),
        "commit to acknowledged": _spread(summary.commit_to_ack_ms),
        "commit to page": _spread(summary.commit_to_page_ms),
    }
    for name, value in rows.items():
        table.add_row(name, str(value))
    return table


def _spread(spread: hall.Spread) -> str:
    return f"{spread.p50} ms, p95 {spread.p95} ms"


if __name__ == "__main__":
    main(prog_name="riwaq demo")
