"""What the demo's cameras see: videos drawn ahead of time, and one after the other without an end.

A kiosk begins its video again two seconds after it has ended. For a demo without an end the next
video has taken the old one's place by then; it is drawn by another process while the old one plays.
"""

import multiprocessing
import os
import threading
import time
from collections.abc import Callable, Iterator, MutableMapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from itertools import islice
from pathlib import Path
from typing import Final

from demo.card_video import make_video

Progress = Callable[[str, int, int], None]
CARDS_A_REEL: Final = 10
"""About twenty seconds, and as many megabytes."""
_POLITE: Final = 10


def draw(paths: Sequence[Path], tokens: Sequence[Sequence[str]], seed: int, progress: Progress) -> None:
    """Draw a video for each path, on every core there is."""
    # A fresh interpreter for each drawer: threads of this one must not be copied in the middle of their work.
    context = multiprocessing.get_context("spawn")
    with context.Manager() as manager, ProcessPoolExecutor(mp_context=context) as pool:
        drawn = manager.dict(dict.fromkeys(range(len(tokens)), (0, 1)))
        waiting: list[Future[None]] = [
            pool.submit(_draw_one, path, row, seed + number, number, drawn)
            for number, (path, row) in enumerate(zip(paths, tokens, strict=True))
        ]
        while True:
            is_done = all(one.done() for one in waiting)
            counts = [drawn[number] for number in range(len(tokens))]
            progress(
                "drawing what the cameras see", sum(done for done, _ in counts), sum(of for _, of in counts)
            )
            if is_done:
                break
            time.sleep(0.2)
        for one in waiting:
            one.result()


def _draw_one(
    path: Path, tokens: Sequence[str], seed: int, number: int, drawn: MutableMapping[int, tuple[int, int]]
) -> None:
    def on_frame(done: int, total: int) -> None:
        if done % 12 == 0 or done == total:
            drawn[number] = (done, total)

    make_video(path, tokens, seed=seed, on_frame=on_frame)


class Studio:
    """The one process that draws what comes next; it gives way to the kiosks."""

    def __init__(self) -> None:
        self._pool = ProcessPoolExecutor(
            1, mp_context=multiprocessing.get_context("spawn"), initializer=os.nice, initargs=(_POLITE,)
        )

    def draw(self, path: Path, tokens: Sequence[str], seed: int) -> "Future[None]":
        """Have a video drawn."""
        return self._pool.submit(_draw_quietly, path, tokens, seed)

    def close(self) -> None:
        """End it; what is half drawn is not drawn to its end."""
        self._pool.shutdown(wait=False, cancel_futures=True)
        # A drawer at work would go on for seconds.
        for process in list((getattr(self._pool, "_processes", None) or {}).values()):
            process.terminate()


def _draw_quietly(path: Path, tokens: Sequence[str], seed: int) -> None:
    make_video(path, tokens, seed=seed)


class Projector:
    """Keeps one camera's video fresh; ``members`` never ends, and the first reel lies at ``path``."""

    def __init__(self, path: Path, first: Sequence[str], members: Iterator[str], seed: int) -> None:
        self.path = path
        self.first = list(first)
        self._members = members
        self._seed = seed
        self._lock = threading.Lock()
        self._playing = self.first
        self._next: list[str] = []
        self._played: list[str] = []
        self._drawn: Future[None] | None = None
        self._studio: Studio | None = None

    def keep_fresh(self, studio: Studio) -> None:
        """Have the next reel drawn, and each one after it as it is needed."""
        self._studio = studio
        with self._lock:
            self._order()

    def ended(self) -> None:
        """Put the next reel in place, if it is drawn: the kiosk has seen this one to its end."""
        with self._lock:
            self._played += self._playing
            self._playing = []
            if self._drawn is not None and self._drawn.done() and self._drawn.exception() is None:
                self._fresh.replace(self.path)
                self._playing = self._next
                self._order()

    @property
    def held_up(self) -> list[str]:
        """The tokens of all reels so far, in order; of one that is replaced later, when it has ended."""
        with self._lock:
            return list(self._played if self._studio is not None else self.first)

    @property
    def _fresh(self) -> Path:
        return self.path.with_suffix(".next.avi")

    def _order(self) -> None:
        if self._studio is not None:
            self._next = list(islice(self._members, CARDS_A_REEL))
            self._seed += 1000
            self._drawn = self._studio.draw(self._fresh, self._next, self._seed)
