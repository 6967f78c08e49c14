"""A reader of the organizers' page: follows its stream as a browser does, and notes when what was shown."""

import http.client
import http.cookiejar
import json
import re
import threading
import time
import urllib.parse
import urllib.request
from contextlib import suppress
from typing import Any, Final

_PATIENCE_S: Final = 30.0
_AGAIN_S: Final = 0.5


def set_password(link: str, password: str) -> None:
    """Open a one-time link and choose a password there, as a browser does; raises ``OSError``."""
    cookies = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
    browser = urllib.request.build_opener(cookies)
    with browser.open(link, timeout=_PATIENCE_S) as page:
        found = re.search(r'name="form" value="([^"]+)"', page.read().decode())
    fields = {"form": found[1] if found else "", "password": password, "again": password}
    with browser.open(link, urllib.parse.urlencode(fields).encode(), timeout=_PATIENCE_S):
        pass


class PageReader:
    """Follows one fair's stream from ``url``, by the token that programs use, until it is closed."""

    def __init__(self, url: str, token: str, fair: str) -> None:
        self._request = urllib.request.Request(  # noqa: S310 - the demo's own server on loopback
            f"{url}/api/fairs/{fair}/stream?lang=fr", headers={"Authorization": f"Bearer {token}"}
        )
        self._lock = threading.Lock()
        self._came: list[tuple[float, int]] = []
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="page-reader", daemon=True)
        self._thread.start()

    @property
    def came(self) -> list[tuple[float, int]]:
        """When (monotonic seconds) the page showed how many visits."""
        with self._lock:
            return list(self._came)

    @property
    def visits(self) -> int:
        """How many visits the page shows now."""
        came = self.came
        return came[-1][1] if came else 0

    def close(self) -> None:
        """Stop following; the thread ends with the next thing that comes, or with the program."""
        self._closing.set()

    def _run(self) -> None:
        while not self._closing.is_set():
            # As a browser: a stream that breaks is asked for again.
            with suppress(OSError, http.client.HTTPException):
                self._follow()
            self._closing.wait(_AGAIN_S)

    def _follow(self) -> None:
        with urllib.request.urlopen(self._request, timeout=_PATIENCE_S) as stream:  # noqa: S310 - as above
            for line in stream:
                if self._closing.is_set():
                    return
                if line.startswith(b"data:"):
                    self._take(line.removeprefix(b"data:"))

    def _take(self, data: bytes) -> None:
        try:
            said: Any = json.loads(data)
        except ValueError:
            return
        visits = said.get("visits") if isinstance(said, dict) else None
        if isinstance(visits, int):
            with self._lock:
                self._came.append((time.monotonic(), visits))


def commit_to_page_ms(commits: list[float], came: list[tuple[float, int]]) -> list[float]:
    """Give for each commit (monotonic seconds) how long it took until the page counted it.

    The page counts, and names nobody: the commit that was n-th is on it when it shows n visits.
    """
    took, shown = [], iter(came)
    latest = next(shown, None)
    for number, at in enumerate(sorted(commits), 1):
        while latest is not None and latest[1] < number:
            latest = next(shown, None)
        if latest is None:
            break
        took.append(1000 * max(0.0, latest[0] - at))
    return took
