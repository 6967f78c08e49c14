"""Lets retention run by itself in a running server: soon after the start, and then once a day."""

import threading
from collections.abc import Callable, Mapping
from typing import Final

from server import ServerError
from server.rights.retention import Retention

_FIRST_S: Final = 60.0
"""After the start, when kiosks have said hello."""
_EVERY_S: Final = 24 * 3600.0
_STOP_S: Final = 5.0


class Keeping:
    """A thread beside the collectors; ``say`` gets what it removed, in counts alone."""

    def __init__(
        self,
        retentions: Mapping[str, Retention],
        say: Callable[[str], None],
        *,
        first_s: float = _FIRST_S,
        every_s: float = _EVERY_S,
    ) -> None:
        self._retentions = retentions
        self._say = say
        self._first_s = first_s
        self._every_s = every_s
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="retention", daemon=True)

    def start(self) -> None:
        """Begin to wait for the first run."""
        self._thread.start()

    def stop(self) -> None:
        """End after the step at hand: what is left is done by the next run."""
        self._stopping.set()
        self._thread.join(timeout=_STOP_S)

    def pause(self, seconds: float) -> None:
        """Wait between two steps; raises :class:`StoppedError` where the server is to stop."""
        if self._stopping.wait(seconds):
            raise StoppedError("the server stops")

    def _run(self) -> None:
        wait = self._first_s
        while not self._stopping.wait(wait):
            wait = self._every_s
            for body, retention in self._retentions.items():
                try:
                    found = retention.run(pause=self.pause)
                except StoppedError:
                    return
                except ServerError as problem:
                    self._say(f"retention of {body} did not end ({problem}); it goes on tomorrow")
                except Exception as problem:  # noqa: BLE001 - no odd row may end the thread for ever
                    what = type(problem).__name__
                    self._say(f"retention of {body} did not end ({what}); it goes on tomorrow")
                else:
                    if found:
                        said = ", ".join(f"{count} {what}" for what, count in sorted(found.items()))
                        self._say(f"retention of {body} removed: {said}")


class StoppedError(ServerError):
    """The server is to stop."""
