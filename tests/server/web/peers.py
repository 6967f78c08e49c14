"""Who talks to the page in tests besides a browser: a plain client, a listener, a proxy with bad habits."""

import json
import re
import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, Self
from urllib.parse import urlsplit

import httpx

from tests.server.web.stage import Stage


class Client:
    """Somebody without a browser, who keeps cookies and fills in forms."""

    def __init__(self, stage: Stage, **headers: str) -> None:
        self.stage = stage
        self.http = httpx.Client(base_url=stage.server.url, headers=headers, timeout=10)

    def form(self, path: str = "/sign-in") -> str:
        found = re.search(r'name="form" value="([^"]+)"', self.http.get(path).text)
        assert found is not None
        return found[1]

    def sign_in(self, password: str | None = None, name: str = "organizer", **more: str) -> httpx.Response:
        return self.http.post(
            "/sign-in",
            data={
                "form": self.form(),
                "name": name,
                "password": self.stage.password if password is None else password,
                **more,
            },
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.http.close()


class Listener:
    """A program that follows a fair's stream with the token, on a bare socket."""

    def __init__(self, stage: Stage, language: str = "ar") -> None:
        where = urlsplit(stage.server.url)
        assert where.hostname is not None
        assert where.port is not None
        self._socket = socket.create_connection((where.hostname, where.port), 10)
        self._socket.settimeout(10)
        self._left = b""
        request = (
            f"GET /api/fairs/{stage.fair}/stream?lang={language} HTTP/1.1\r\nHost: {where.netloc}\r\n"
            f"Authorization: Bearer {stage.token}\r\nAccept: text/event-stream\r\n\r\n"
        )
        self._socket.sendall(request.encode())
        self.status = int(self._until(b"\r\n\r\n").split()[1])

    def messages(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Give events as they come, until the server ends the stream."""
        text = b""
        while chunk := self._chunk():
            text += chunk
            while b"\n\n" in text:
                message, _, text = text.partition(b"\n\n")
                event, _, data = message.partition(b"\n")
                yield event.decode().removeprefix("event: "), json.loads(data.removeprefix(b"data: "))

    def first(self) -> dict[str, Any]:
        """Wait for the next message that is a page."""
        return next(data for event, data in self.messages() if event == "page")

    def fileno(self) -> int:
        return self._socket.fileno()

    def read_some(self) -> bytes:
        """Read what is there, unparsed."""
        return self._socket.recv(1 << 20)

    def close(self) -> None:
        self._socket.close()

    def _chunk(self) -> bytes:
        size = int(self._until(b"\r\n") or b"0", 16)
        return self._take(size + 2)[:-2] if size else b""

    def _until(self, end: bytes) -> bytes:
        while end not in self._left:
            more = self._socket.recv(65536)
            if not more:
                return b""
            self._left += more
        found, _, self._left = self._left.partition(end)
        return found

    def _take(self, size: int) -> bytes:
        while len(self._left) < size:
            more = self._socket.recv(65536)
            if not more:
                return b""
            self._left += more
        found, self._left = self._left[:size], self._left[size:]
        return found


class Proxy:
    """Passes bytes on, until it cuts every line or goes silent on all of them."""

    def __init__(self, stage: Stage) -> None:
        where = urlsplit(stage.server.url)
        self._target = (where.hostname or "", where.port or 0)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._lines: list[socket.socket] = []
        self.silent = threading.Event()
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        """Break every line that is open now."""
        lines, self._lines = self._lines, []
        for line in lines:
            with suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.cut()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                line, _ = self._listener.accept()
                other = socket.create_connection(self._target)
                self._lines += [line, other]
                threading.Thread(target=self._pass_on, args=(line, other, False), daemon=True).start()
                threading.Thread(target=self._pass_on, args=(other, line, True), daemon=True).start()

    def _pass_on(self, source: socket.socket, target: socket.socket, is_answer: bool) -> None:  # noqa: FBT001 - one caller
        with suppress(OSError):
            while data := source.recv(65536):
                if is_answer and self.silent.is_set():
                    continue
                target.sendall(data)
        for line in (source, target):
            with suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)
            line.close()
