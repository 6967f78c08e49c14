"""Where is counted what takes its time, for whoever asks: one at a time, on a thread apart.

A tour, or a single day, is counted from the facts themselves; that holds up no page. Who asks for what is
being counted waits for that; where too many wait already, one is told to come back.
"""

import asyncio
from collections.abc import Callable, Hashable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

from litestar.exceptions import ServiceUnavailableException

MOST_WAITING: Final = 4
"""Different things that are being counted or wait to be."""
_AGAIN_S: Final = 5


class Counting:
    """Counts. To be used in one event loop."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="web-counting")
        self._asked: dict[Hashable, asyncio.Future[Any]] = {}

    async def count(self, key: Hashable, count: Callable[[], Any]) -> Any:
        """Give what ``count`` gives; what is asked for by the same key meanwhile is counted once.

        Raises :class:`ServiceUnavailableException` where too many wait, and what ``count`` raises.
        """
        asked = self._asked.get(key)
        if asked is None:
            if len(self._asked) >= MOST_WAITING:
                raise ServiceUnavailableException(
                    "others are being counted just now; try again in a moment",
                    headers={"retry-after": str(_AGAIN_S)},
                )
            asked = asyncio.get_running_loop().run_in_executor(self._thread, count)
            self._asked[key] = asked
            asked.add_done_callback(lambda _: self._asked.pop(key, None))
        # Shielded: somebody who goes away must not cancel what others wait for.
        return await asyncio.shield(asked)

    def close(self) -> None:
        """End the thread; what waits is not counted any more."""
        self._thread.shutdown(wait=False, cancel_futures=True)
