"""Where files are made for people who wait: one at a time, on a thread apart, with a short queue.

A large workbook holds up no page. Who asks for the same file again while it is made waits for that one;
where too many wait already, one is told so. What nobody fetches is let go after some minutes.
"""

import asyncio
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import BinaryIO, Final

from server import ServerError
from server.rules.take_home import Wish

MOST_WAITING: Final = 4
"""Files that are being made or wait to be; the next is asked to come back."""
KEPT_S: Final = 300.0
Makes = Callable[[Wish, Callable[[int, int], None]], BinaryIO]
"""Makes a file; tells how far it is. Raises :class:`ServerError`. On the desk's own thread."""


@dataclass(slots=True, eq=False)
class Job:
    """A file that was asked for. ``progress`` is (so far, in all), where in all is known."""

    id: str
    body: str
    wish: Wish
    progress: tuple[int, int] = (0, 0)
    file: BinaryIO | None = None
    failed: bool = False
    done: asyncio.Event = field(default_factory=asyncio.Event)

    def take(self) -> BinaryIO | None:
        """Give the file, once."""
        file, self.file = self.file, None
        return file


class Desk:
    """The files that are being made or wait to be fetched. ``on_trouble`` gets lines for the log."""

    def __init__(self, *, on_trouble: Callable[[str], None], kept_s: float = KEPT_S) -> None:
        self._on_trouble = on_trouble
        self._kept_s = kept_s
        self._maker = ThreadPoolExecutor(1, thread_name_prefix="web-files")
        self._jobs: dict[str, Job] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def ask(self, body: str, wish: Wish, make: Makes) -> Job | None:
        """Begin to make a file, or find it begun; None where too many wait."""
        waiting = [job for job in self._jobs.values() if not job.done.is_set()]
        for job in waiting:
            if (job.body, job.wish) == (body, wish):
                return job
        if len(waiting) >= MOST_WAITING:
            return None
        job = Job(secrets.token_urlsafe(12), body, wish)
        self._jobs[job.id] = job
        task = asyncio.create_task(self._make(job, make))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return job

    def find(self, number: str, body: str, who: str) -> Job | None:
        """Give somebody's own job of that number."""
        job = self._jobs.get(number)
        return job if job and (job.body, job.wish.who) == (body, who) else None

    def drop(self, job: Job) -> None:
        """Let a job go, with what nobody has fetched."""
        self._jobs.pop(job.id, None)
        if file := job.take():
            file.close()

    def close(self) -> None:
        """End the thread, and let everything go."""
        for task in self._tasks:
            task.cancel()
        for job in list(self._jobs.values()):
            self.drop(job)
        self._maker.shutdown(wait=False, cancel_futures=True)

    async def _make(self, job: Job, make: Makes) -> None:
        loop = asyncio.get_running_loop()

        def on_progress(done: int, in_all: int) -> None:
            job.progress = (done, in_all)

        def work() -> BinaryIO:
            return make(job.wish, on_progress)

        try:
            job.file = await loop.run_in_executor(self._maker, work)
        except ServerError as problem:
            job.failed = True
            self._on_trouble(f"{job.wish.name} was not made: {problem}")
        except Exception as problem:  # noqa: BLE001 - whatever went wrong, somebody waits to hear of it
            job.failed = True
            # Not its own words: they may quote a name.
            self._on_trouble(f"{job.wish.name} was not made: {type(problem).__name__}")
        finally:
            job.done.set()
        loop.call_later(self._kept_s, self.drop, job)
