"""A whole fair on one machine: members hold up cards, kiosks see videos of them, the ledger counts."""

import json
import multiprocessing
import random
import statistics
import threading
import time
from collections.abc import Callable, MutableMapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from demo.card_video import make_video
from demo.programs import DemoError, Kiosk, Office, Running, journals

# Each member visits about two booths, as people in a hall do.
_VISITS_A_MEMBER: Final = 2
_PATIENCE_S: Final = 60.0
_LEAST_READ: Final = 0.98

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Spread:
    """Median and 95th percentile, milliseconds."""

    p50: float
    p95: float

    @classmethod
    def of(cls, values: Sequence[float]) -> "Spread":
        """Compute both; zeros where nothing was measured."""
        if len(values) < 2:  # noqa: PLR2004 - quantiles need two
            return cls(*(list(values) * 2 or [0.0, 0.0]))
        cuts = statistics.quantiles(values, n=20, method="inclusive")
        return cls(round(cuts[9], 1), round(cuts[18], 1))


@dataclass(frozen=True, slots=True)
class Summary:
    """What was shown and what became of it. ``lost``: recorded by a kiosk and not in the ledger."""

    shown: int
    read: int
    unread: int
    recorded: int
    in_ledger: int
    lost: int
    doubled: int
    scan_to_commit_ms: Spread
    commit_to_ack_ms: Spread

    @property
    def good(self) -> bool:
        """Whether nothing is lost or doubled, and at least 98 % were read."""
        return self.lost == 0 and self.doubled == 0 and self.read >= _LEAST_READ * self.shown

    def as_dict(self) -> dict[str, Any]:
        """Give it for JSON."""
        return asdict(self)


class _Watched:
    """A kiosk at work, and what it has told so far."""

    def __init__(self, kiosk: Kiosk, video: Path) -> None:
        self._lock = threading.Lock()
        self.cards: list[str] = []
        self.scan_to_commit_ms: list[float] = []
        self.commit_to_ack_ms: list[float] = []
        self.troubles: list[str] = []
        words = ("--config", kiosk.config, "--headless", "--json", "--once", "--source", video)
        self.program = Running("kiosk", "run", *words, on_line=self._hear)

    def _hear(self, line: str) -> None:
        try:
            notice = json.loads(line)
        except ValueError:
            self.troubles.append(line)
            return
        with self._lock:
            match notice["notice"]:
                case "scanned" if notice["outcome"] == "accepted":
                    self.cards.append(notice["card"])
                    self.scan_to_commit_ms.append(notice["scan_to_commit_ms"])
                case "delivered":
                    self.commit_to_ack_ms += notice["commit_to_ack_ms"]


def run(directory: Path, *, kiosks: int, visits: int, seed: int, progress: Progress) -> Summary:
    """Run a fair of so many kiosks and visits in ``directory``; raises :class:`DemoError`.

    ``progress`` gets what is going on, how much of it is done, and how much there is.
    """
    with ExitStack() as stack:
        progress("a body, a fair, kiosks", 0, 1)
        office = Office(directory)
        stands = office.add_kiosks(kiosks)
        shares = [visits // kiosks + (number < visits % kiosks) for number in range(kiosks)]
        members = max(*shares, visits // _VISITS_A_MEMBER, 1)
        card_of = office.issue(members)
        progress("a body, a fair, kiosks", 1, 1)
        rng = random.Random(seed)
        tokens = [rng.sample(sorted(card_of), share) for share in shares]
        videos = _draw(directory, tokens, seed, progress)
        server = office.run()
        stack.callback(server.stop)
        watched = [_Watched(kiosk, video) for kiosk, video in zip(stands, videos, strict=True)]
        for one in watched:
            stack.callback(one.program.stop)
        _wait(watched, visits, progress)
        return _summary(office, stands, watched, [[card_of[token] for token in row] for row in tokens])


def _draw(directory: Path, tokens: Sequence[Sequence[str]], seed: int, progress: Progress) -> list[Path]:
    """Draw a video for each kiosk, on every core there is."""
    paths = [directory / f"camera-{number + 1}.avi" for number in range(len(tokens))]
    # A fresh interpreter for each drawer: threads of this one must not be copied in the middle of their work.
    context = multiprocessing.get_context("spawn")
    with context.Manager() as manager, ProcessPoolExecutor(mp_context=context) as pool:
        drawn = manager.dict(dict.fromkeys(range(len(tokens)), (0, 1)))
        waiting: list[Future[None]] = [
            pool.submit(_draw_one, path, row, seed + number, number, drawn)
            for number, (path, row) in enumerate(zip(paths, tokens, strict=True))
        ]
        while not all(one.done() for one in waiting):
            counts = [drawn[number] for number in range(len(tokens))]
            progress(
                "drawing what the cameras see", sum(done for done, _ in counts), sum(of for _, of in counts)
            )
            time.sleep(0.2)
        for one in waiting:
            one.result()
    return paths


def _draw_one(
    path: Path, tokens: Sequence[str], seed: int, number: int, drawn: MutableMapping[int, tuple[int, int]]
) -> None:
    def on_frame(done: int, total: int) -> None:
        if done % 12 == 0 or done == total:
            drawn[number] = (done, total)

    make_video(path, tokens, seed=seed, on_frame=on_frame)


def _wait(watched: Sequence[_Watched], visits: int, progress: Progress) -> None:
    """Wait until every kiosk has seen its video and delivered its facts."""
    last_read, moved_at = -1, time.monotonic()
    while any(one.program.alive for one in watched):
        read = sum(len(one.cards) for one in watched)
        if read != last_read:
            last_read, moved_at = read, time.monotonic()
        progress("members show their cards", read, visits)
        if time.monotonic() - moved_at > _PATIENCE_S:
            troubles = [trouble for one in watched for trouble in one.troubles]
            raise DemoError("\n".join(["the kiosks do not come to an end", *troubles]))
        time.sleep(0.1)
    progress("members show their cards", sum(len(one.cards) for one in watched), visits)


def _summary(
    office: Office, kiosks: Sequence[Kiosk], watched: Sequence[_Watched], shown: Sequence[Sequence[str]]
) -> Summary:
    recorded = [fact["event_id"] for fact in journals(kiosks) if fact["kind"] == "visit"]
    rows = [
        row["event_id"] for row in office.ledger() if row["kind"] == "visit" and row["status"] == "accepted"
    ]
    read = sum(len(set(cards) & set(one.cards)) for cards, one in zip(shown, watched, strict=True))
    # Twice in the ledger, or twice recorded for one showing: either would count a member twice.
    doubled = len(rows) - len(set(rows)) + len(recorded) - sum(len(set(one.cards)) for one in watched)
    counted = office.stats()["visits"]
    total = sum(map(len, shown))
    return Summary(
        shown=total,
        read=read,
        unread=total - read,
        recorded=len(recorded),
        in_ledger=len(set(rows)),
        lost=len(set(recorded) - set(rows)),
        doubled=doubled + max(0, counted - len(set(rows))),
        scan_to_commit_ms=Spread.of([ms for one in watched for ms in one.scan_to_commit_ms]),
        commit_to_ack_ms=Spread.of([ms for one in watched for ms in one.commit_to_ack_ms]),
    )
