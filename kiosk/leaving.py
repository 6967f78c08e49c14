"""When the program is to end, and whether it is to start again."""

import threading


class Leaving:
    """Set by a signal, by whoever closes the window, or by staff."""

    def __init__(self) -> None:
        self.now = threading.Event()
        self.again = False

    def leave(self, again: bool) -> None:  # noqa: FBT001 - a callback's one word
        """Hear from staff that it is to end, or with True to start again."""
        self.again = again
        self.now.set()
