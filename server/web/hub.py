"""Pushes a fair's page to everyone who looks at it: computed once, however many they are.

The collector's thread says which fairs moved. For each fair that somebody looks at, one task
reads it on the reading thread, puts it into words once per language, and wakes the viewers.
A viewer that kept up gets only the parts that changed; one that did not gets the whole page.
At most five changes a second go out, and when nothing changes a beat every five seconds, so
that a page can tell a quiet hall from a dead line.
"""

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any, Final

import msgspec

from server import ServerError
from server.rules.pages.board import board_of
from server.rules.pages.fair import Page, page_of
from server.rules.wording import Words
from server.web.source import LiveSource

EVERY_S: Final = 0.2
BEAT_S: Final = 5.0
"""Also how late a change shows that nobody notified of, as a kiosk that falls silent."""
MOST_VIEWERS: Final = 1000


class Outlet:
    """What the viewers of one fair in one language get. ``version`` counts what was said."""

    def __init__(self, page: Page, at: str, build: str) -> None:
        self.version = 0
        self.viewers = 0
        self.latest = b""
        self._page = page
        self._at = at
        self._build = build
        self._full = b""
        self._waiting: asyncio.Future[None] | None = None

    def full(self) -> bytes:
        """Give the whole page as a message, encoded once for all who need it."""
        if not self._full:
            page = msgspec.structs.asdict(self._page)
            self._full = _message("page", {"build": self._build, "at": self._at, **page})
        return self._full

    def offer(self, page: Page, at: str, *, beat: bool) -> None:
        """Say what changed; where nothing did, beat or say nothing."""
        before = msgspec.structs.asdict(self._page)
        changed = {
            name: value for name, value in msgspec.structs.asdict(page).items() if value != before[name]
        }
        self._page, self._at, self._full = page, at, b""
        if changed:
            self._say(_message("page", {"at": at, **changed}))
        elif beat:
            self._say(_message("beat", {"at": at}))

    async def next(self, seen: int) -> None:
        """Wait until more was said than a viewer has seen."""
        while self.version == seen:
            if self._waiting is None:
                self._waiting = asyncio.get_running_loop().create_future()
            # Shielded: a viewer that leaves must not cancel what all others wait for.
            await asyncio.shield(self._waiting)

    def close(self) -> None:
        """Wake every viewer for the last time."""
        self._say(b"")

    def _say(self, message: bytes) -> None:
        self.latest = message
        self.version += 1
        waiting, self._waiting = self._waiting, None
        if waiting is not None:
            waiting.set_result(None)


class Hub:
    """The viewers of all fairs. ``clock`` gives ms UTC; ``on_trouble`` gets a line once a failure."""

    def __init__(
        self,
        source: LiveSource,
        words: dict[str, Words],
        *,
        clock: Callable[[], int],
        on_trouble: Callable[[str], None],
        build: str,
        beat_s: float = BEAT_S,
    ) -> None:
        self._source = source
        self._words = words
        self._clock = clock
        self._on_trouble = on_trouble
        self._build = build
        self._beat_s = beat_s
        self._reader = ThreadPoolExecutor(1, thread_name_prefix="web-reader")
        self._loop: asyncio.AbstractEventLoop | None = None
        self._outlets: dict[str, dict[str, Outlet]] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._moved: dict[str, asyncio.Event] = {}
        self._lock = threading.Lock()
        self._notified: set[str] = set()
        self._fails = False
        self._closing = False

    # -- from any thread ---------------------------------------------------------------------

    def notify(self, fairs: Collection[str]) -> None:
        """Say that these fairs moved. Costs nothing while nobody looks; never fails."""
        loop = self._loop
        if loop is None or not fairs:
            return
        with self._lock:
            is_first = not self._notified
            self._notified.update(fairs)
        if is_first:
            # One wake-up for many commits. The loop may just have closed: then nobody looks any more.
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(self._pass_on)

    def end_streams(self) -> None:
        """Let every stream come to its end: the server is about to stop."""
        loop = self._loop
        if loop is not None:
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(self._close)

    # -- in the loop -------------------------------------------------------------------------

    async def open(self) -> None:
        """Begin: from now on notifications count."""
        self._loop = asyncio.get_running_loop()

    async def close(self) -> None:
        """End every stream and the reading thread."""
        self._close()
        self._reader.shutdown(wait=False, cancel_futures=True)

    @property
    def viewers(self) -> int:
        """How many streams are open."""
        return sum(outlet.viewers for outlets in self._outlets.values() for outlet in outlets.values())

    async def reading(self, read: Callable[[], Any]) -> Any:
        """Run something that reads the store, on the reading thread."""
        return await asyncio.get_running_loop().run_in_executor(self._reader, read)

    async def page(self, fair: str, language: str) -> tuple[Page, str] | None:
        """Give a fair's page and the time it holds for, or None; raises :class:`ServerError`."""
        found = await self.reading(lambda: self._render(fair, [language]))
        return found[language] if found else None

    async def follow(
        self, fair: str, language: str, *, may_go_on: Callable[[], Awaitable[bool]]
    ) -> AsyncIterator[bytes] | None:
        """Give the messages of a stream: first the whole page, then what changes; None for no such fair.

        ``may_go_on`` is asked about every beat: a session that ends takes its streams with it.
        Raises :class:`ServerError` where the fair cannot be read.
        """
        outlet = self._outlets.get(fair, {}).get(language)
        if outlet is None:
            found = await self.page(fair, language)
            if found is None:
                return None
            outlet = Outlet(*found, self._build)
        return self._stream(fair, language, outlet, may_go_on)

    async def _stream(
        self, fair: str, language: str, outlet: Outlet, may_go_on: Callable[[], Awaitable[bool]]
    ) -> AsyncIterator[bytes]:
        # Here, and not before: a response that nobody ever reads runs none of this.
        outlet = self._outlets.setdefault(fair, {}).setdefault(language, outlet)
        outlet.viewers += 1
        if fair not in self._tasks:
            self._moved[fair] = asyncio.Event()
            self._moved[fair].set()
            self._tasks[fair] = asyncio.create_task(self._watch(fair))
        try:
            seen, checked = outlet.version, time.monotonic()
            yield outlet.full()
            while True:
                await outlet.next(seen)
                if self._closing:
                    break
                if time.monotonic() - checked > self._beat_s:
                    checked = time.monotonic()
                    if not await may_go_on():
                        yield _message("bye", {})
                        return
                is_next = outlet.version == seen + 1
                seen = outlet.version
                yield outlet.latest if is_next else outlet.full()
        finally:
            outlet.viewers -= 1

    def _close(self) -> None:
        self._closing = True
        self._loop = None
        for task in self._tasks.values():
            task.cancel()
        for outlets in self._outlets.values():
            for outlet in outlets.values():
                outlet.close()

    def _pass_on(self) -> None:
        with self._lock:
            fairs, self._notified = self._notified, set()
        for fair in fairs & self._moved.keys():
            self._moved[fair].set()

    async def _watch(self, fair: str) -> None:
        moved, outlets = self._moved[fair], self._outlets[fair]
        beat_at = time.monotonic()
        try:
            while any(outlet.viewers for outlet in outlets.values()):
                with suppress(TimeoutError):
                    await asyncio.wait_for(moved.wait(), max(0.0, beat_at + self._beat_s - time.monotonic()))
                moved.clear()
                started = time.monotonic()
                is_beat = started - beat_at >= self._beat_s
                if is_beat:
                    beat_at = started
                await self._push(fair, outlets, beat=is_beat)
                await asyncio.sleep(max(0.0, EVERY_S - (time.monotonic() - started)))
        finally:
            del self._tasks[fair], self._moved[fair], self._outlets[fair]

    async def _push(self, fair: str, outlets: dict[str, Outlet], *, beat: bool) -> None:
        languages = [language for language, outlet in outlets.items() if outlet.viewers]
        try:
            pages = await self.reading(lambda: self._render(fair, languages))
        except ServerError as problem:
            # No beat goes out: pages will say by themselves that nothing comes, and since when.
            if not self._fails:
                self._on_trouble(f"the page cannot read the ledger ({problem}); trying again")
            self._fails = True
            return
        self._fails = False
        for language, (page, at) in pages.items():
            outlets[language].offer(page, at, beat=beat)

    def _render(self, fair: str, languages: Collection[str]) -> dict[str, tuple[Page, str]]:
        """Read and word a fair; on the reading thread."""
        snapshot = self._source.snapshot(fair)
        if snapshot is None:
            return {}
        now = self._clock()
        board = board_of(snapshot, now)
        zone = snapshot.definition.fair.timezone
        found = {}
        for language in languages:
            words = self._words[language]
            found[language] = page_of(board, words), words.moment(now, zone, now)
        return found


def _message(event: str, data: dict[str, Any]) -> bytes:
    # JSON holds no line break of its own, so one data line is enough.
    return b"event: %s\ndata: %s\n\n" % (event.encode(), msgspec.json.encode(data))
