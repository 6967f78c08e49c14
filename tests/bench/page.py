"""``riwaq bench page``: how soon a commit is on every open page, and what a hundred pages cost.

A real page server over a real store; facts are taken in as the collector takes them, batch by
batch from fifty kiosks. The pages are real streams, read by another process. The clock runs from
the end of COMMIT to the moment a page holds the bytes. Processor time is that of the page's own
threads (``web``, ``web-reader``), so what taking in costs does not count.
"""

import json
import random
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any, Final

import click
import psutil

from server.web.hub import BEAT_S
from tests.bench.machine import machine
from tests.server.web.stage import Stage, busy_hall

ROOT: Final = Path(__file__).resolve().parents[2]
# What is promised.
MOST_P95_MS: Final = 500
MOST_CPU_PERCENT: Final = 5.0
KIOSKS: Final = 50
_SEED: Final = 7
_SETTLE_S: Final = 2.0


class Pages:
    """So many open pages, in a process of their own."""

    def __init__(self, stage: Stage, count: int) -> None:
        self._process = subprocess.Popen(
            [
                *(sys.executable, "-m", "tests.bench.viewers", stage.server.url),
                *(stage.token, stage.fair, str(count)),
            ],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == "all here\n"

    def close(self) -> list[list[tuple[float, int]]]:
        """Close them and give for each when it showed how many visits."""
        said, _ = self._process.communicate(timeout=30)
        came: list[list[tuple[float, int]]] = json.loads(said)
        return came


class Hall:
    """Kiosks whose members come one after another; ``first`` is a number that no member has yet."""

    def __init__(self, stage: Stage, first: int) -> None:
        self._stage = stage
        # Nobody who was there before: a second visit within ten minutes changes no figure.
        self._first = self._member = first

    def visit(self) -> tuple[float, int]:
        """Commit one visit at the next kiosk; give when that was, and how many came so far."""
        self._member += 1
        stage, came = self._stage, self._member - self._first
        taken = stage.visits(stage.kiosks[came % len(stage.kiosks)], [self._member], stage.now())
        at = time.monotonic()
        stage.notify(taken)
        return at, came


def latency(stage: Stage, *, pages: int, commits: int) -> dict[str, Any]:
    """Measure from COMMIT to each page, at moments as chance has them."""
    rng = random.Random(_SEED)
    hall, open_pages = Hall(stage, 1_000_000), Pages(stage, pages)
    committed = []
    for _ in range(commits):
        time.sleep(rng.uniform(0.05, 0.4))
        committed.append(hall.visit())
    time.sleep(_SETTLE_S)
    took = []
    for came in open_pages.close():
        [(_, before), *_] = came
        for at, visits in committed:
            took.append(1000 * (next(when for when, shown in came if shown >= before + visits) - at))
    took.sort()
    return {
        "pages": pages,
        "kiosks": len(stage.kiosks),
        "commits": commits,
        "p50_ms": round(statistics.median(took), 1),
        "p95_ms": round(took[int(0.95 * len(took))], 1),
        "most_ms": round(took[-1], 1),
    }


def load(stage: Stage, *, pages: int, seconds: float, a_second: float) -> dict[str, Any]:
    """Measure the processor time of the page's threads with so many pages open."""
    hall, open_pages = Hall(stage, 2_000_000), Pages(stage, pages)
    time.sleep(_SETTLE_S)
    before, began = page_cpu_s(), time.monotonic()
    changes = 0
    while time.monotonic() - began < seconds:
        hall.visit()
        changes += 1
        time.sleep(max(0.0, began + changes / a_second - time.monotonic()))
    elapsed, used = time.monotonic() - began, page_cpu_s() - before
    came = open_pages.close()
    pushes = [sum(began <= when <= began + elapsed for when, _ in page) / elapsed for page in came]
    return {
        "pages": pages,
        "changes_a_second": round(changes / elapsed, 2),
        "pushes_a_second": round(statistics.mean(pushes), 2),
        "cpu_percent": round(100 * used / elapsed, 2),
    }


def page_cpu_s() -> float:
    """Give the processor seconds that the page's threads have used so far."""
    ours = {thread.native_id for thread in threading.enumerate() if thread.name.startswith("web")}
    return sum(
        float(thread.user_time + thread.system_time)
        for thread in psutil.Process().threads()
        if thread.id in ours
    )


@click.command("page")
@click.option("--commits", default=100, show_default=True, help="How many commits to time.")
@click.option("--seconds", default=20.0, show_default=True, help="How long to measure processor time.")
@click.option("--json", "as_json", is_flag=True, help="Answer with JSON.")
def command(*, commits: int, seconds: float, as_json: bool) -> None:
    """Measure commit to page with 50 kiosks and 10 pages, and what 100 pages cost at 5 changes a second.

    Exit code 1 where a promise is not kept.
    """
    with tempfile.TemporaryDirectory(prefix="riwaq-bench-") as directory:
        stage = Stage(Path(directory))
        try:
            busy_hall(stage)
            for number in range(len(stage.kiosks), KIOSKS):
                stage.add_kiosk(f"K-{number + 1:02}", stage.definition.booths[number % 5].id)
            stage.serve(beat_s=BEAT_S)
            soon = latency(stage, pages=10, commits=commits)
            cost = load(stage, pages=100, seconds=seconds, a_second=5)
        finally:
            stage.close()
    kept = soon["p95_ms"] <= MOST_P95_MS and cost["cpu_percent"] <= MOST_CPU_PERCENT
    about = machine("litestar", "uvicorn", "msgspec", "sqlalchemy")
    if as_json:
        click.echo(json.dumps({"commit_to_page": soon, "load": cost, "kept": kept, "machine": about}))
    else:
        for found in (soon, cost):
            click.echo(" · ".join(f"{key} {value}" for key, value in found.items()))
        click.echo("every promise is kept" if kept else "a promise is not kept")
        click.echo(" · ".join(f"{key} {value}" for key, value in about.items()))
    raise SystemExit(0 if kept else 1)
