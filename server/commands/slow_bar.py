"""A progress bar for what is quick as a rule: it is shown once that has taken its time."""

import time
from typing import Final, Self

from rich.console import Console
from rich.progress import Progress

_AFTER_S: Final = 1.0


class SlowBar:
    """Shows on a terminal how far something is that goes on for more than a second, and nothing before.

    It writes to standard error, and leaves nothing there.
    """

    def __init__(self, description: str) -> None:
        console = Console(stderr=True)
        self._progress = Progress(console=console, transient=True, disable=not console.is_terminal)
        self._task = self._progress.add_task(description, total=None)
        self._began = time.monotonic()
        self._is_shown = False

    def expect(self, total: int) -> None:
        """Say about how many steps it takes."""
        self._progress.update(self._task, total=total)

    def advance(self, steps: int) -> None:
        """Hear that so many steps more are done."""
        self._progress.advance(self._task, steps)
        if not self._is_shown and time.monotonic() - self._began > _AFTER_S:
            self._is_shown = True
            self._progress.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._is_shown:
            self._progress.stop()
