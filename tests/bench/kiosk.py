"""``riwaq bench kiosk``: how soon the window is ready, how fluent its preview is, and what memory it needs.

The real program behind its window, drawn into memory, with a video in place of a camera and a real
server in the background. *Start* runs from the start of the process to the first drawn frame that
holds the camera's picture and the invitation to show a card: the journal is open, the programme is
there and pictures are being read. It is compared with a Kivy window that shows the same 720p video and
does nothing else; both are started in turn, and the medians compared. *Preview* counts the pictures
that came onto the screen while the decoder worked its hardest: everything moves and nothing holds a
code. *Memory* is what the kernel counts for the process (RSS with every shared page, PSS with its
share of them) after that, after ten cards and with all libraries loaded; Mesa draws in software here,
so pictures on the graphics card count, too. *Growth* compares it at a tenth of the scans and at their
end, each scan with a screen, a tone and a committed, delivered visit. *Touches* are those of
:mod:`tests.bench.taps`.
"""

import json
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import click
import cv2
from rich.console import Console
from rich.progress import Progress

from demo.card_video import draw_frame, make_video
from tests.bench.machine import machine
from tests.bench.taps import OFFERS, taps
from tests.brokers import free_port
from tests.kiosk.ui.remote import DISPLAY, Window
from tests.programs import EXAMPLE, Office, Pipe, call, environment
from tests.waiting import until

ROOT: Final = Path(__file__).resolve().parents[2]
# What is promised.
MOST_START_RATIO: Final = 1.5
LEAST_PICTURES_A_SECOND: Final = 25.0
MOST_MB: Final = 260.0
# What ten thousand cards within a few minutes may leave: each is remembered for ten minutes, to be told as
# a repeat, and takes some 500 bytes for so long.
MOST_GROWTH_MB: Final = 8.0
MOST_TAP_MS: Final = 100.0

VIDEO_RATE: Final = 30.0
_DRAWN: Final = 60
_SEED: Final = 4_000
_PATIENCE_S: Final = 60.0
_AT_ONCE: Final = 20


def busy_video(path: Path, seconds: float) -> None:
    """Write a video in which everything moves from one picture to the next and nothing holds a code."""
    pictures = [draw_frame(None, seed=_SEED + number) for number in range(_DRAWN)]
    height, width, _ = pictures[0].shape
    video = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), VIDEO_RATE, (width, height))
    for number in range(round(seconds * VIDEO_RATE)):
        video.write(pictures[number % _DRAWN])
    video.release()


def started(kind: str, *words: str | Path) -> dict[str, float]:
    """Start a window, end it once it is ready, and give the seconds to its first frame and to that."""
    # A kiosk compiles its modules once, not at every start; the first round does it for both.
    kept = {name: value for name, value in environment().items() if name != "PYTHONDONTWRITEBYTECODE"}
    began = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.bench.starting", kind, *map(str, words)],
        cwd=ROOT,
        env={**kept, **DISPLAY},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    told: dict[str, float] = {}
    assert process.stdout is not None
    patience = threading.Timer(_PATIENCE_S, process.kill)
    patience.start()
    for line in process.stdout:
        name, _, at = line.partition(" ")
        if name in {"first", "ready"}:
            told[name] = float(at) - began
        if name == "ready":
            break
    patience.cancel()
    process.terminate()
    process.communicate(timeout=_PATIENCE_S)
    assert "ready" in told, f"{kind} was not ready within {_PATIENCE_S:g} s"
    return told


def start(
    config: Path, video: Path, home: Path, *, rounds: int, advance: Callable[[], None]
) -> dict[str, Any]:
    """Start both windows in turn; the first round warms the disk's cache, compiles, and does not count."""
    ours: list[dict[str, float]] = []
    bare: list[dict[str, float]] = []
    for number in range(rounds + 1):
        plain = started("bare", video, home)
        words = ("run", "--config", config, "--source", video, "--size", "1280x800", "--json")
        full = started("kiosk", *words)
        if number:
            ours.append(full)
            bare.append(plain)
        advance()
    ready = statistics.median(each["ready"] for each in ours)
    plain_ready = statistics.median(each["ready"] for each in bare)
    return {
        "rounds": rounds,
        "kiosk_first_frame_s": round(statistics.median(each["first"] for each in ours), 2),
        "kiosk_ready_s": round(ready, 2),
        "kiosk_ready_s_each": [round(each["ready"], 2) for each in ours],
        "bare_ready_s": round(plain_ready, 2),
        "bare_ready_s_each": [round(each["ready"], 2) for each in bare],
        "ratio": round(ready / plain_ready, 2),
    }


def memory_mb(pid: int) -> dict[str, float]:
    """Give what the kernel counts for a process, in MB of a million bytes."""
    found = {}
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines():
        name, _, rest = line.partition(":")
        if name in {"Rss", "Pss"}:
            found[f"{name.lower()}_mb"] = round(int(rest.split()[0]) * 1024 / 1e6, 1)
    return found


def preview(config: Path, video: Path, cards: Path, *, seconds: float, size: str) -> dict[str, Any]:
    """Watch the preview for so long, then let ten members check in, and weigh the program."""
    window = Window(config, str(video), size=size)
    try:
        window.until(lambda view: view["kind"] == "attract" and view["pictures"] > VIDEO_RATE, "pictures")
        before, began = window.view()["pictures"], time.monotonic()
        time.sleep(seconds)
        rate = (window.view()["pictures"] - before) / (time.monotonic() - began)
    finally:
        window.close()
    window = Window(config, str(cards), size=size)
    try:
        until(lambda: len(window.process.notices("scanned")) >= 10, seconds=_PATIENCE_S, what="ten cards")
        found = memory_mb(window.process.pid)
    finally:
        window.close()
    return {"size": size, "seconds": seconds, "pictures_a_second": round(rate, 1), **found}


def growth(config: Path, pipe: Pipe, tokens: list[str], *, advance: Callable[[], None]) -> dict[str, Any]:
    """Scan every card once and weigh the program after each tenth of them."""
    window = Window(config, pipe.source)
    weighed: list[float] = []
    try:
        window.until_kind("attract")
        began = time.monotonic()
        tenth = max(1, len(tokens) // 10)
        for start_at in range(0, len(tokens), _AT_ONCE):
            pipe.scan(*tokens[start_at : start_at + _AT_ONCE])
            done = start_at + _AT_ONCE

            def judged(done: int = done) -> bool:
                return sum('"notice": "scanned"' in line for line in window.process.lines) >= done

            until(judged, seconds=_PATIENCE_S, what=f"{done} verdicts")
            # The lines are this program's memory, not the kiosk's; but counting them takes its time.
            if done % tenth < _AT_ONCE:
                weighed.append(memory_mb(window.process.pid)["rss_mb"])
                advance()
        seconds = time.monotonic() - began
    finally:
        window.close()
    return {
        "scans": len(tokens),
        "seconds": round(seconds, 1),
        "rss_mb_each_tenth": weighed,
        "growth_mb": round(weighed[-1] - weighed[0], 1),
    }


@click.command("kiosk")
@click.option("--rounds", default=7, show_default=True, help="How often each window is started.")
@click.option("--seconds", default=20.0, show_default=True, help="How long the preview is watched.")
@click.option("--scans", default=10_000, show_default=True, help="How many cards are scanned for growth.")
@click.option(
    "--members", default=6, show_default=True, help="How many members touch the screen, 28 times each."
)
@click.option("--json", "as_json", is_flag=True, help="Answer with JSON.")
def command(*, rounds: int, seconds: float, scans: int, members: int, as_json: bool) -> None:
    """Measure the kiosk's window: its start against a bare Kivy window, preview, memory, growth, touches.

    Exit code 1 where a promise is not kept.
    """
    with (
        tempfile.TemporaryDirectory(prefix="riwaq-bench-") as directory,
        Progress(console=Console(stderr=True)) as progress,
    ):
        here = Path(directory)
        task = progress.add_task("kiosk", total=rounds + 1 + 2 + 10 + members)

        def advance() -> None:
            progress.advance(task)

        office = Office(here, init=["--listen", f"127.0.0.1:{free_port()}"])
        tour = here / "tour.toml"
        tour.write_text(EXAMPLE.read_text(encoding="utf-8") + OFFERS, encoding="utf-8")
        call("server", "tour", "load", tour, "--dir", office.path)
        tokens = office.tokens(scans)
        config = office.add_kiosk("kiosk", "bank")
        video, cards = here / "hall.avi", here / "cards.avi"
        busy_video(video, seconds + 10)
        make_video(cards, office.tokens(10), seed=_SEED, fps=VIDEO_RATE)
        server = office.run()
        try:
            # It fetches its programme, once.
            first = Window(config, str(video))
            first.until_kind("attract")
            first.close()
            soon = start(config, video, here / "kivy", rounds=rounds, advance=advance)
            fluent = []
            for size in ("1280x800", "1920x1080"):
                fluent.append(preview(config, video, cards, seconds=seconds, size=size))
                advance()
            with Pipe(here / "scanner") as pipe:
                grown = growth(config, pipe, tokens, advance=advance)
            touched = taps(config, here, office.tokens(members), advance=advance)
        finally:
            server.stop()
    kept = (
        soon["ratio"] <= MOST_START_RATIO
        and grown["growth_mb"] <= MOST_GROWTH_MB
        and all(each["pictures_a_second"] >= LEAST_PICTURES_A_SECOND for each in fluent)
        and all(each["rss_mb"] <= MOST_MB for each in fluent)
        and touched["press_ms_p95"] <= MOST_TAP_MS
        and touched["screen_ms_p95"] <= MOST_TAP_MS
    )
    about = machine("kivy", "opencv-python-headless", "zxing-cpp", "pyzbar", "pillow")
    if as_json:
        found = {
            "start": soon,
            "preview": fluent,
            "growth": grown,
            "touches": touched,
            "kept": kept,
            "machine": about,
        }
        click.echo(json.dumps(found))
    else:
        for each in (soon, *fluent, grown, touched):
            click.echo(" · ".join(f"{key} {value}" for key, value in each.items()))
        click.echo("every promise is kept" if kept else "a promise is not kept")
        click.echo(" · ".join(f"{key} {value}" for key, value in about.items()))
    raise SystemExit(0 if kept else 1)
