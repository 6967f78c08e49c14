"""Many open pages in a process of their own: follows one fair's stream N times and notes when what came.

``python -m tests.bench.viewers URL TOKEN FAIR COUNT`` prints a line once every stream has brought
its page, and when its standard input closes a JSON list per page of (monotonic seconds, visits of the day).
The monotonic clock is one for all processes of a machine.
"""

import json
import re
import selectors
import socket
import sys
import time
from urllib.parse import urlsplit

# As the page says it in Arabic: 1.839. Within JSON, quotation marks are escaped.
VISITS = re.compile(rb'data-id=\\"visits\\".*?class=\\"value\\">([0-9.]+)<')
READ_BYTES = 1 << 18


class Viewer:
    """One open page: its line, and what came over it."""

    def __init__(self, url: str, token: str, fair: str) -> None:
        where = urlsplit(url)
        self.line = socket.create_connection((str(where.hostname), int(where.port or 80)), 30)
        self.came: list[tuple[float, int]] = []
        self._rest = b""
        self.line.sendall(
            f"GET /fair/{fair}/live?lang=ar HTTP/1.1\r\nHost: {where.netloc}\r\n"
            f"Authorization: Bearer {token}\r\n\r\n".encode()
        )

    def read(self) -> bool:
        """Take what came; False where the server has ended the stream."""
        data = self.line.recv(READ_BYTES)
        now = time.monotonic()
        text = self._rest + data
        # A number may be cut in two: what stands after the last whole message waits.
        whole, found, rest = text.rpartition(b"\n\n")
        self._rest = rest if found else text
        self.came += [(now, int(visits[1].replace(b".", b""))) for visits in VISITS.finditer(whole)]
        return bool(data)


def main(url: str, token: str, fair: str, count: int) -> None:
    """Open the pages, follow them, tell."""
    selector = selectors.DefaultSelector()
    viewers = [Viewer(url, token, fair) for _ in range(count)]
    for viewer in viewers:
        selector.register(viewer.line, selectors.EVENT_READ, viewer)
    selector.register(sys.stdin, selectors.EVENT_READ, None)
    is_said = False
    while True:
        for key, _ in selector.select(1):
            if key.data is None:
                print(json.dumps([viewer.came for viewer in viewers]))  # noqa: T201 - its answer
                return
            if not key.data.read():
                selector.unregister(key.fileobj)
        if not is_said and all(viewer.came for viewer in viewers):
            print("all here", flush=True)  # noqa: T201 - its first answer
            is_said = True


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]))
