"""``riwaq bench growth``: what a fair's page reads takes as long at ten million visits as at ten thousand.

Ten thousand visits come in as they do in a hall. Each of those facts is then copied under another epoch,
another id and another subject, over and over, and the fair's figures are multiplied by as much: what stands
there is what so many people would have left behind (``tests/server/test_growth.py`` holds a rebuild
against it). Timed is what one push to the page needs: all that is read of the fair, and the board that is
made of it.
"""

import json
import random
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import click
from rich.console import Console
from rich.progress import Progress

from server.live.fair import FairReader
from server.live.source import StoreSource
from server.rules.access import Role
from server.rules.pages.board import board_of
from server.store.engine import Store
from tests.bench.machine import machine
from tests.server.web.full_hall import card, full_stage, happens, registered, tell
from tests.server.web.stage import Stage, Tally
from wire.events import Feedback, Passage, SignUp

FEW: Final = 10_000
MANY: Final = 10_000_000
# What is promised.
MOST_PAGE_MS: Final = 1.0
_SEED: Final = 10
_MEMBERS: Final = 4_000
_COPIES_AT_ONCE: Final = 25
_DAY_MS: Final = 86_400_000
_SLOT_MS: Final = 600_000
_READINGS: Final = 300
_COPIED: Final = (
    *("body", "device", "seq", "status", "digest", "kind", "fair", "booth", "occurred_at", "monotonic_ms"),
    *("boot_id", "corrected_at", "received_at", "category", "territory", "language", "voided", "about"),
    "detail",
)


def fill(stage: Stage, visits: int) -> None:
    """Let members visit the booths of a fair on its three days, one every so often."""
    rng = random.Random(_SEED)
    booths = [booth.id for booth in stage.definition.booths]
    for number, booth in enumerate(booths[:4], 1):
        stage.add_kiosk(f"K-{number:02}", booth)
        stage.state(stage.kiosks[-1], waiting=number)
    # From nine in the morning of each day on.
    morning = stage.now() // _DAY_MS * _DAY_MS - _DAY_MS + 9 * 3_600_000
    moments = sorted(
        morning + rng.randrange(3) * _DAY_MS + rng.randrange(9 * 3_600_000) for _ in range(visits)
    )
    kiosks = list(stage.kiosks)
    for place, kiosk in enumerate(kiosks):
        stage.crowd(kiosk, [(rng.randrange(_MEMBERS), at, rng.choice(booths)) for at in moments[place::4]])
    # What else a page tells of: doors at every ten minutes of every day, members registered and heard.
    facts = [
        happens(at, "doors", what, fair=stage.fair)
        for day in range(3)
        for at in range(morning + day * _DAY_MS, morning + day * _DAY_MS + 9 * 3_600_000, _SLOT_MS)
        for what in (
            Passage(direction="in"),
            Passage(direction="out"),
            registered(_MEMBERS + day),
            Feedback(face=1 + day, topics=["waiting"]),
            SignUp(card=card(rng.randrange(_MEMBERS)), offer=rng.choice(("loan", "card"))),
        )
    ]
    tell(stage, kiosks[0], facts)


def multiply(store: Store, fair: str, times: int, on_copies: Callable[[int], None]) -> None:
    """Let every fact of a fair be there so many times, of other people each time, and count them."""
    columns = ", ".join(_COPIED)
    copy = (
        f"INSERT INTO fact ({columns}, epoch, event_id, subject) "  # noqa: S608 - own names
        f"WITH RECURSIVE copy(n) AS (SELECT ? UNION ALL SELECT n + 1 FROM copy WHERE n + 1 < ?) "
        f"SELECT {columns}, epoch + n, printf('%08x', n) || substr(event_id, 9), subject + n "
        "FROM copy CROSS JOIN fact WHERE fact.id <= ? AND fair = ?"
    )
    with store.writing() as connection:
        last = connection.exec_driver_sql("SELECT max(id) FROM fact").scalar_one()
    for first in range(1, times, _COPIES_AT_ONCE):
        end = min(times, first + _COPIES_AT_ONCE)
        with store.writing() as connection:
            connection.exec_driver_sql(copy, (first, end, last, fair))
        on_copies(end - first)
    with store.writing() as connection:
        for table in ("figure", "booth_figure"):
            connection.exec_driver_sql(
                f"UPDATE {table} SET visits = visits * ?, attendance = attendance * ? WHERE fair = ?",  # noqa: S608 - own names
                (times, times, fair),
            )
        connection.exec_driver_sql("UPDATE tally SET count = count * ? WHERE fair = ?", (times, fair))


def page_ms(stage: Stage) -> dict[str, float]:
    """Time what one push of the fair's page reads and lays out, in milliseconds."""
    source = StoreSource(stage.store, stage.office.body, tally=Tally, is_connected=lambda: True)
    reader = FairReader(stage.store, source, clock=stage.now)
    holder = stage.holder(Role.NATIONAL)
    took = []
    for _ in range(_READINGS):
        started = time.perf_counter()
        data = reader.fair({"fair": stage.fair}, holder)
        assert data is not None
        board_of(data, stage.now())
        took.append(1000 * (time.perf_counter() - started))
    took.sort()
    return {"median": round(statistics.median(took), 3), "p95": round(took[int(0.95 * len(took))], 3)}


def grow(directory: Path, visits: int, progress: Progress) -> dict[str, Any]:
    """Measure a page's data with few visits in the ledger and with many; says how long filling took."""
    few = min(FEW, visits)
    times = max(1, visits // few)
    task = progress.add_task("filling the ledger", total=times)
    stage = full_stage(directory)
    try:
        fill(stage, few)
        progress.advance(task)
        at_first = page_ms(stage)
        started = time.perf_counter()
        multiply(stage.store, stage.fair, times, lambda copies: progress.advance(task, copies))
        seconds = time.perf_counter() - started
        at_last = page_ms(stage)
        with stage.store.reading() as connection:
            facts = connection.exec_driver_sql("SELECT max(id) FROM fact").scalar_one()
        size = sum(file.stat().st_size for file in stage.path.rglob("*") if file.is_file())
    finally:
        stage.close()
    return {
        "visits_few": few,
        "visits_many": facts,
        "page_ms_10k": at_first["median"],
        "page_ms_10m": at_last["median"],
        "page_p95_ms_10k": at_first["p95"],
        "page_p95_ms_10m": at_last["p95"],
        "filling_s": round(seconds, 1),
        "ledger_gb": round(size / 1e9, 2),
    }


@click.command("growth")
@click.option("--visits", default=MANY, show_default=True, help="How many visits there are at the end.")
@click.option(
    "--at", type=click.Path(path_type=Path, file_okay=False), help="Where the ledger lies meanwhile."
)
@click.option("--json", "as_json", is_flag=True, help="Answer with JSON.")
def command(*, visits: int, at: Path | None, as_json: bool) -> None:
    """Measure a fair's page data at 10,000 visits in the ledger and at 10,000,000.

    That takes some four gigabytes of disk. Exit code 1 where a promise is not kept.
    """
    with (
        tempfile.TemporaryDirectory(prefix="riwaq-bench-", dir=at) as directory,
        Progress(console=Console(stderr=True)) as progress,
    ):
        found = grow(Path(directory), visits, progress)
    kept = max(found["page_ms_10k"], found["page_ms_10m"]) <= MOST_PAGE_MS
    about = machine("sqlalchemy", "msgspec")
    if as_json:
        click.echo(json.dumps({**found, "kept": kept, "machine": about}))
    else:
        click.echo(" · ".join(f"{key} {value}" for key, value in found.items()))
        click.echo("every promise is kept" if kept else "a promise is not kept")
        click.echo(" · ".join(f"{key} {value}" for key, value in about.items()))
    raise SystemExit(0 if kept else 1)
