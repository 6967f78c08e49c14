"""``./riwaq bench scan``: how well and how fast codes are read, against each decoder alone.

Every reader sees the same pictures in the same run, one after the other for each picture, so that whatever
else the machine does hits all alike. Times are CPU times of the reading thread (everything runs on one core),
which a busy neighbour distorts less than the clock; on an idle machine the two are equal. The latency from a
picture's arrival to its text is by the clock.
"""

import dataclasses
import json
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import click
import cv2
import numpy as np
import zxingcpp
from pyzbar import pyzbar
from rich.console import Console
from rich.progress import Progress, TaskID
from rich.table import Table

from demo.card_video import Difficulty, Picture, draw_frame, make_video
from kiosk.devices.camera import Camera, quieten_opencv
from kiosk.devices.decoder import Decoder
from tests.bench.machine import machine

ALPHABET: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
# Not the seeds that the decoder was tuned on.
DEFAULT_SEED: Final = 7_000_000
STILL_PICTURES: Final = 12
SHOWN_CARDS: Final = 12

# What is promised.
MOST_RATIO: Final = 2.0
MOST_STILL_MS: Final = 2.0
MOST_MOVING_MS: Final = 12.0

QR: Final = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCodeModel2)

Reader = Callable[[Picture], list[str]]


@dataclasses.dataclass
class Tally:
    """What one reader did with the pictures it saw; times in milliseconds."""

    times: list[float] = dataclasses.field(default_factory=list)
    read: int = 0
    wrong: int = 0

    def see(self, reader: Reader, picture: Picture, truth: str | None) -> None:
        started = time.thread_time()
        texts = reader(picture)
        self.times.append((time.thread_time() - started) * 1000)
        self.read += truth in texts
        self.wrong += sum(text != truth for text in texts)

    def figures(self) -> dict[str, float]:
        return {
            "pictures": len(self.times),
            "read_percent": round(100 * self.read / max(len(self.times), 1), 2),
            "ms_median": round(statistics.median(self.times), 3),
            "ms_p95": round(float(np.percentile(self.times, 95)), 3),
            "wrong": self.wrong,
        }


def token(chance: random.Random) -> str:
    """Return what looks like a card token: ``R1`` and 120 characters of Base45."""
    return "R1" + "".join(chance.choices(ALPHABET, k=120))


def zxing_alone(picture: Picture) -> list[str]:
    """Read as zxing-cpp does when told to look for dark codes on light."""
    grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
    codes = zxingcpp.read_barcodes(grey, formats=QR, try_invert=False)
    return [code.text for code in codes]


def pyzbar_alone(picture: Picture) -> list[str]:
    """Read as pyzbar does in its own best way that is known here: on an adaptive threshold, QR codes only."""
    grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
    black = cv2.adaptiveThreshold(grey, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY, 31, 5)
    codes = pyzbar.decode(black, symbols=[pyzbar.ZBarSymbol.QRCODE])
    return [code.data.decode("utf-8", "replace") for code in codes]


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of tables.")
@click.option(
    "--frames", default=400, show_default=True, type=click.IntRange(8), help="Pictures with a code."
)
@click.option("--seed", default=DEFAULT_SEED, show_default=True, help="Other seeds draw other pictures.")
def command(*, as_json: bool, frames: int, seed: int) -> None:
    """Compare the kiosk's reading of codes with zxing-cpp alone and pyzbar alone.

    Half of the pictures with a code are harsh (blurred, dark, tilted, small), half are as in a hall.
    A quarter as many more have no code, still and moving. The exit code is 1 where a promise does not hold.
    """
    quieten_opencv()
    console = Console(stderr=True)
    with Progress(console=console, transient=True) as progress:
        results = measure(frames, seed, progress)
    results["machine"] = machine("opencv-python-headless", "zxing-cpp", "pyzbar", "numpy")
    if as_json:
        click.echo(json.dumps(results, indent=2))
    else:
        show(results, Console())
    if results["failed"]:
        raise SystemExit(1)


def measure(frames: int, seed: int, progress: Progress) -> dict[str, Any]:
    """Return every figure of the benchmark; ``failed`` names the promises that do not hold."""
    with_code: dict[str, dict[str, Tally]] = {}
    task = progress.add_task("pictures with a code", total=frames)
    for difficulty, count in ((Difficulty.HARSH, frames - frames // 2), (Difficulty.HALL, frames // 2)):
        with_code[difficulty] = _compare(_with_code(difficulty, count, seed), progress, task)
    with_code["all"] = {
        name: _together([with_code[difficulty][name] for difficulty in Difficulty])
        for name in with_code[Difficulty.HALL]
    }
    task = progress.add_task("pictures without a code", total=frames // 4)
    still, moving = _without_code(frames // 4, seed, progress, task)
    results: dict[str, Any] = {
        "seed": seed,
        "with_code": {
            kind: {name: tally.figures() for name, tally in tallies.items()}
            for kind, tallies in with_code.items()
        },
        "without_code": {"still": still.figures(), "moving": moving.figures()},
        "live": _live(seed, progress),
    }
    every = results["with_code"]["all"]
    results["ratios"] = {
        "ms_median_to_zxing": round(every["pipeline"]["ms_median"] / every["zxing"]["ms_median"], 2),
        "ms_median_to_pyzbar": round(every["pipeline"]["ms_median"] / every["pyzbar"]["ms_median"], 3),
        "read_to_zxing": round(every["pipeline"]["read_percent"] / every["zxing"]["read_percent"], 3),
        "read_to_pyzbar": round(every["pipeline"]["read_percent"] / every["pyzbar"]["read_percent"], 3),
    }
    results["failed"] = broken_promises(results)
    return results


def broken_promises(results: dict[str, Any]) -> list[str]:
    """Return a sentence for each promise that the figures do not keep."""
    every, empty = results["with_code"]["all"], results["without_code"]
    pipeline = every["pipeline"]
    wrong = pipeline["wrong"] + empty["still"]["wrong"] + empty["moving"]["wrong"] + results["live"]["wrong"]
    promises = {
        "reads more than zxing-cpp alone": pipeline["read_percent"] > every["zxing"]["read_percent"],
        "reads more than pyzbar alone": pipeline["read_percent"] > every["pyzbar"]["read_percent"],
        f"median at most {MOST_RATIO:g} times zxing-cpp's": results["ratios"]["ms_median_to_zxing"]
        <= MOST_RATIO,
        f"still pictures at most {MOST_STILL_MS:g} ms": empty["still"]["ms_median"] <= MOST_STILL_MS,
        f"moving pictures at most {MOST_MOVING_MS:g} ms": empty["moving"]["ms_median"] <= MOST_MOVING_MS,
        "no wrong text": wrong == 0,
    }
    return [promise for promise, kept in promises.items() if not kept]


def show(results: dict[str, Any], console: Console) -> None:
    """Print the figures for people."""
    table = Table("pictures", "reader", "read", "ms median", "ms p95", "wrong")
    for kind, readers in results["with_code"].items():
        for name, figures in readers.items():
            table.add_row(kind, name, f"{figures['read_percent']:.1f} %", *_times(figures))
    for kind, figures in results["without_code"].items():
        table.add_row(f"empty, {kind}", "pipeline", "", *_times(figures))
    console.print(table)
    live, about = results["live"], results["machine"]
    console.print(
        f"From a video: {live['cards_read']} of {live['cards_shown']} cards read; from a picture's arrival to"
        f" its text {live['ms_median']:.1f} ms median, {live['ms_p95']:.1f} ms p95."
    )
    console.print("Ratios: " + ", ".join(f"{name} {value:g}" for name, value in results["ratios"].items()))
    console.print(", ".join(f"{name} {value}" for name, value in about.items()))
    for promise in results["failed"]:
        console.print(f"[bold]Not kept:[/bold] {promise}")


def _times(figures: dict[str, float]) -> tuple[str, str, str]:
    return f"{figures['ms_median']:.2f}", f"{figures['ms_p95']:.2f}", f"{figures['wrong']:.0f}"


def _with_code(difficulty: Difficulty, count: int, seed: int) -> Iterator[tuple[Picture, str]]:
    chance = random.Random(seed)
    for number in range(count):
        text = token(chance)
        yield draw_frame(text, seed=seed + number, difficulty=difficulty), text


def _compare(drawn: Iterator[tuple[Picture, str]], progress: Progress, task: TaskID) -> dict[str, Tally]:
    readers: dict[str, Reader] = {"pipeline": Decoder().read, "zxing": zxing_alone, "pyzbar": pyzbar_alone}
    tallies = {name: Tally() for name in readers}
    for picture, text in drawn:
        for name, reader in readers.items():
            tallies[name].see(reader, picture, text)
        progress.advance(task)
    return tallies


def _together(tallies: Sequence[Tally]) -> Tally:
    return Tally(
        [each for tally in tallies for each in tally.times],
        sum(tally.read for tally in tallies),
        sum(tally.wrong for tally in tallies),
    )


def _without_code(count: int, seed: int, progress: Progress, task: TaskID) -> tuple[Tally, Tally]:
    """Look at pictures that change each time, and at each again with nothing new but the sensor's noise."""
    still, moving = Tally(), Tally()
    decoder = Decoder()
    for number in range(count):
        difficulty = Difficulty.HARSH if number % 2 else Difficulty.HALL
        picture = draw_frame(None, seed=seed + 1_000_000 + number, difficulty=difficulty)
        moving.see(decoder.read, picture, None)
        noise = np.random.default_rng(seed + number)
        for repeat in range(STILL_PICTURES):
            grain = noise.integers(0, 6, picture.shape, dtype=np.uint8)
            again = cv2.add(picture, grain)
            # The decoder goes on looking for a few pictures after the last motion: those are neither.
            (still if repeat >= STILL_PICTURES // 2 else Tally()).see(decoder.read, np.asarray(again), None)
        progress.advance(task)
    return still, moving


def _live(seed: int, progress: Progress) -> dict[str, float]:
    """Read a video of cards as a kiosk does; times are by the clock, from a picture's arrival to its text."""
    chance = random.Random(seed)
    tokens = [token(chance) for _ in range(SHOWN_CARDS)]
    task = progress.add_task("a video of cards", total=None)
    seen: set[str] = set()
    times: list[float] = []
    with tempfile.TemporaryDirectory() as folder:
        video = Path(folder) / "cards.avi"
        make_video(
            video,
            tokens,
            seed=seed,
            on_frame=lambda done, total: progress.update(task, completed=done, total=2 * total),
        )
        camera, decoder = Camera(str(video), once=True), Decoder()
        camera.start()
        while not camera.ended:
            frame = camera.next_frame(1)
            progress.advance(task)
            if frame is not None and (texts := decoder.read(frame.picture)):
                times.append((time.monotonic() - frame.arrived_at) * 1000)
                seen.update(texts)
        camera.stop()
    return {
        "cards_shown": len(tokens),
        "cards_read": len(seen.intersection(tokens)),
        "wrong": len(seen.difference(tokens)),
        "ms_median": round(statistics.median(times), 3),
        "ms_p95": round(float(np.percentile(times, 95)), 3),
    }
