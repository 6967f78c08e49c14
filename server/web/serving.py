"""Runs the page in a thread of the server's process: uvicorn on a socket that we bind ourselves."""

import logging
import socket
import threading
from collections.abc import Callable, Collection
from typing import Final

import uvicorn

from server.web import WebError
from server.web.app import make_app
from server.web.site import Site
from wire.broker import BrokerAddressError, join_address, split_address

_START_S: Final = 10.0
_STOP_S: Final = 2.8
_BACKLOG: Final = 256


class WebServer:
    """The page on ``listen``: ``HOST:PORT``, port 0 takes a free one. ``on_trouble`` gets log lines."""

    def __init__(self, site: Site, listen: str, *, on_trouble: Callable[[str], None]) -> None:
        self._site = site
        self._listen = listen
        self._on_trouble = on_trouble
        self._server: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None
        self._is_stopping = False
        self._log = _Log(on_trouble)
        self.address = ""

    def start(self) -> None:
        """Listen and serve; returns once pages are answered. Raises :class:`WebError`."""
        app = make_app(self._site)
        listener = _bound(self._listen)
        host, port = listener.getsockname()[:2]
        self.address = join_address(host, port)
        config = uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            server_header=False,
            ws="none",
            lifespan="on",
            backlog=_BACKLOG,
            timeout_graceful_shutdown=1,
            timeout_keep_alive=10,
            h11_max_incomplete_event_size=32 * 1024,
        )
        self._server = uvicorn.Server(config)
        logging.getLogger("uvicorn.error").addHandler(self._log)
        self._thread = threading.Thread(target=self._run, args=(listener,), name="web", daemon=True)
        self._thread.start()
        if not self._site.is_open.wait(_START_S):
            self.stop()
            raise WebError(f"the page on {self.address} did not start: see the lines above")

    @property
    def up(self) -> bool:
        """Whether pages are answered."""
        return self._thread is not None and self._thread.is_alive()

    def notify(self, body: str, fairs: Collection[str]) -> None:
        """Say, from any thread, that the figures of these fairs of a body moved."""
        self._site.hub.notify(body, fairs)

    @property
    def url(self) -> str:
        """The page's address for a browser on this machine."""
        host, port = split_address(self.address)
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - a comparison, not a bind
        return f"http://{join_address(host, port)}"

    def stop(self) -> None:
        """Tell every stream that we go, and stop; takes less than three seconds."""
        if self._server is None or self._thread is None:
            return
        self._is_stopping = True
        self._site.hub.end_streams()
        self._server.should_exit = True
        self._thread.join(_STOP_S)
        self._server = self._thread = None
        logging.getLogger("uvicorn.error").removeHandler(self._log)

    def _run(self, listener: socket.socket) -> None:
        server = self._server
        assert server is not None  # noqa: S101 - start() has made it
        why = ""
        with listener:
            try:
                server.run(sockets=[listener])
            except (Exception, SystemExit) as problem:  # noqa: BLE001 - the page alone ends: facts are still taken in
                why = f" ({type(problem).__name__})"
        if self._site.is_open.is_set() and not self._is_stopping:
            self._on_trouble(
                f"the page on {self.address} has ended by itself{why}; facts are taken in as before: "
                "start the server again when it suits"
            )


class _Log(logging.Handler):
    """Puts uvicorn's warnings among the server's own lines."""

    def __init__(self, on_trouble: Callable[[str], None]) -> None:
        super().__init__(logging.WARNING)
        self._on_trouble = on_trouble

    def emit(self, record: logging.LogRecord) -> None:
        """Say the first line of a record."""
        lines = record.getMessage().splitlines()
        if lines:
            self._on_trouble(f"page: {lines[0]}")


def _bound(listen: str) -> socket.socket:
    try:
        host, port = split_address(listen)
    except BrokerAddressError as problem:
        raise WebError(f"web: {problem}") from None
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, kind, protocol)
    except OSError as problem:
        raise WebError(
            f"the page cannot listen on {listen}: {problem.strerror}. "
            "Correct the address, or give another address with web in server.toml"
        ) from None
    try:
        # A server that was just stopped leaves its old connections behind; they do not keep us out.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(_BACKLOG)
    except OSError as problem:
        listener.close()
        raise WebError(
            f"the page cannot listen on {listen}: {problem.strerror}. Stop what listens there, "
            "or give another address with web in server.toml"
        ) from None
    return listener
