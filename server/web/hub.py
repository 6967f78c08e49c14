"""Pushes live pages to everyone who looks at them: computed once, however many they are.

The collector's thread says which fairs moved. For each page that somebody looks at, one task
reads it on the reading thread, puts it into words once per language, and wakes the viewers.
A viewer that kept up gets only the parts that changed; one that did not gets the whole page.
At most five changes a second go out, and when nothing changes a beat every five seconds, so
that a page can tell a quiet hall from a dead line.
"""

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Hashable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from server import ServerError

EVERY_S: Final = 0.2
BEAT_S: Final = 5.0
"""Also how late a change shows that nobody notified of, as a kiosk that falls silent."""
MOST_VIEWERS: Final = 1000
ALL_FAIRS: Final = ""
"""In place of a fair's id: whatever of the body's moves."""

Parts = Mapping[str, Any]
"""A page by its parts, each as JSON can hold it."""
Shown = tuple[Parts, str]
"""A page, and the time it holds for, in the reader's words."""


@dataclass(frozen=True, slots=True)
class Followed:
    """A page that can be followed: alike for all who have the same ``key`` and language.

    It is made anew when ``fair`` of ``body`` moves (:data:`ALL_FAIRS`: any). ``render`` gives it by
    language, on the reading thread; nothing where there is no such page any more.
    """

    key: Hashable
    body: str
    fair: str
    render: Callable[[Collection[str]], Mapping[str, Shown]]

    def is_moved_by(self, moved: Collection[tuple[str, str]]) -> bool:
        """Say whether one of these, body and fair, makes the page another."""
        return any(
            body == self.body and (fair == self.fair or ALL_FAIRS in {fair, self.fair})
            for body, fair in moved
        )


class Outlet:
    """What the viewers of one page in one language get. ``version`` counts what was said."""

    def __init__(self, parts: Parts, at: str, build: str) -> None:
        self.version = 0
        self.viewers = 0
        self.latest = b""
        self._is_over = False
        self._parts = parts
        self._at = at
        self._build = build
        self._full = b""
        self._waiting: asyncio.Future[None] | None = None

    def full(self) -> bytes:
        """Give the whole page as a message, encoded once for all who need it."""
        if not self._full:
            self._full = _message("page", {"build": self._build, "at": self._at, **self._parts})
        return self._full

    def offer(self, parts: Parts, at: str, *, beat: bool) -> None:
        """Say what changed; where nothing did, beat or say nothing."""
        changed = {name: value for name, value in parts.items() if value != self._parts.get(name)}
        # First: what cannot be written changes nothing.
        message = _message("page" if changed else "beat", {"at": at, **changed})
        self._parts, self._at, self._full = parts, at, b""
        if changed or beat:
            self._say(message)

    def end(self) -> None:
        """Say that there is no such page any more."""
        self._is_over = True
        self._say(b"")

    async def next(self, seen: int) -> bool:
        """Wait until more was said than a viewer has seen; False where the page is gone."""
        while self.version == seen and not self._is_over:
            if self._waiting is None:
                self._waiting = asyncio.get_running_loop().create_future()
            # Shielded: a viewer that leaves must not cancel what all others wait for.
            await asyncio.shield(self._waiting)
        return not self._is_over

    def close(self) -> None:
        """Wake every viewer for the last time."""
        self._say(b"")

    def _say(self, message: bytes) -> None:
        self.latest = message
        self.version += 1
        waiting, self._waiting = self._waiting, None
        if waiting is not None:
            waiting.set_result(None)


@dataclass(slots=True)
class _Watched:
    """A page that somebody looks at: its outlets by language, and the task that keeps them new."""

    followed: Followed
    outlets: dict[str, Outlet]
    moved: asyncio.Event
    task: asyncio.Task[None] | None = None


class Hub:
    """The viewers of all pages. ``on_trouble`` gets a line once a failure, of however many pages."""

    def __init__(self, *, on_trouble: Callable[[str], None], build: str, beat_s: float = BEAT_S) -> None:
        self._on_trouble = on_trouble
        self._build = build
        self._beat_s = beat_s
        self._reader = ThreadPoolExecutor(1, thread_name_prefix="web-reader")
        self._loop: asyncio.AbstractEventLoop | None = None
        self._watched: dict[Hashable, _Watched] = {}
        self._lock = threading.Lock()
        self._notified: set[tuple[str, str]] = set()
        self._failing: dict[Hashable, str] = {}
        self._closing = False

    # -- from any thread ---------------------------------------------------------------------

    def notify(self, body: str, fairs: Collection[str]) -> None:
        """Say that these fairs of a body moved. Costs nothing while nobody looks; never fails."""
        loop = self._loop
        if loop is None or not fairs:
            return
        with self._lock:
            is_first = not self._notified
            self._notified.update((body, fair) for fair in fairs)
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
        return sum(
            outlet.viewers for watched in self._watched.values() for outlet in watched.outlets.values()
        )

    async def reading(self, read: Callable[[], Any]) -> Any:
        """Run something that reads the store, on the reading thread."""
        return await asyncio.get_running_loop().run_in_executor(self._reader, read)

    async def follow(
        self, followed: Followed, language: str, *, may_go_on: Callable[[], Awaitable[bool]]
    ) -> AsyncIterator[bytes] | None:
        """Give the messages of a stream: first the whole page, then what changes; None for no such page.

        ``may_go_on`` is asked about every beat: a session that ends takes its streams with it. So does a
        page that is there no more.
        Raises :class:`ServerError` where the page cannot be read.
        """
        watched = self._watched.get(followed.key)
        outlet = watched.outlets.get(language) if watched else None
        # Where nobody listens in that language any more, what was said last may be of long ago.
        if outlet is None or not outlet.viewers:
            found = await self.reading(lambda: followed.render([language]))
            if language not in found:
                return None
            parts, at = found[language]
            outlet = Outlet(parts, at, self._build)
        return self._stream(followed, language, outlet, may_go_on)

    async def _stream(
        self,
        followed: Followed,
        language: str,
        outlet: Outlet,
        may_go_on: Callable[[], Awaitable[bool]],
    ) -> AsyncIterator[bytes]:
        # Here, and not before: a response that nobody ever reads runs none of this.
        watched = self._watched.get(followed.key)
        if watched is None:
            watched = _Watched(followed, {}, asyncio.Event())
            self._watched[followed.key] = watched
        listened = watched.outlets.get(language)
        if listened is not None and listened.viewers:
            outlet = listened
        else:
            watched.outlets[language] = outlet
        outlet.viewers += 1
        if watched.task is None:
            watched.moved.set()
            watched.task = asyncio.create_task(self._watch(watched))
        try:
            seen, checked = outlet.version, time.monotonic()
            yield outlet.full()
            while await outlet.next(seen):
                if self._closing:
                    return
                if time.monotonic() - checked > self._beat_s:
                    checked = time.monotonic()
                    if not await may_go_on():
                        break
                is_next = outlet.version == seen + 1
                seen = outlet.version
                yield outlet.latest if is_next else outlet.full()
            yield _message("bye", {})
        finally:
            outlet.viewers -= 1

    def _close(self) -> None:
        self._closing = True
        self._loop = None
        for watched in self._watched.values():
            if watched.task is not None:
                watched.task.cancel()
            for outlet in watched.outlets.values():
                outlet.close()

    def _pass_on(self) -> None:
        with self._lock:
            moved, self._notified = self._notified, set()
        for watched in self._watched.values():
            if watched.followed.is_moved_by(moved):
                watched.moved.set()

    async def _watch(self, watched: _Watched) -> None:
        beat_at = time.monotonic()
        try:
            while any(outlet.viewers for outlet in watched.outlets.values()):
                with suppress(TimeoutError):
                    await asyncio.wait_for(
                        watched.moved.wait(), max(0.0, beat_at + self._beat_s - time.monotonic())
                    )
                watched.moved.clear()
                started = time.monotonic()
                is_beat = started - beat_at >= self._beat_s
                if is_beat:
                    beat_at = started
                await self._push(watched, beat=is_beat)
                await asyncio.sleep(max(0.0, EVERY_S - (time.monotonic() - started)))
        finally:
            del self._watched[watched.followed.key]
            self._failing.pop(watched.followed.key, None)

    async def _push(self, watched: _Watched, *, beat: bool) -> None:
        languages = [language for language, outlet in watched.outlets.items() if outlet.viewers]
        try:
            pages = await self.reading(lambda: watched.followed.render(languages))
            for language, (parts, at) in pages.items():
                watched.outlets[language].offer(parts, at, beat=beat)
        except ServerError as problem:
            # No beat goes out: pages will say by themselves that nothing comes, and since when.
            self._note_failure(watched, f"the page cannot read the ledger ({problem}); trying again")
            return
        except Exception as problem:  # noqa: BLE001 - one page's fault ends no other page
            # A fault of ours in one page; its words may quote what somebody wrote.
            self._note_failure(watched, f"the page fails ({type(problem).__name__}); trying again")
            return
        self._failing.pop(watched.followed.key, None)
        for language in languages:
            if language not in pages:
                watched.outlets.pop(language).end()

    def _note_failure(self, watched: _Watched, line: str) -> None:
        """Say what fails, unless that was said of this page or another that still fails."""
        if line not in self._failing.values():
            self._on_trouble(line)
        self._failing[watched.followed.key] = line


def _message(event: str, data: dict[str, Any]) -> bytes:
    # JSON holds no line break of its own, so one data line is enough.
    return b"event: %s\ndata: %s\n\n" % (event.encode(), msgspec.json.encode(data))
