"""A network that can be cut: a TCP proxy on loopback whose connections break or fall silent."""

import contextlib
import socket
import threading
import time
from typing import Self

_CHUNK = 65536


class Proxy:
    """Passes bytes between ``port`` (its own, chosen freely) and a target port, both on loopback."""

    def __init__(self, target_port: int) -> None:
        self._target_port = target_port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._open = True
        self._silent = False
        self._closing = False
        self._sockets: set[socket.socket] = set()
        self._lock = threading.Lock()
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def cut(self, seconds: float, *, silently: bool) -> None:
        """Let nothing through for so long; ``silently`` first swallows bytes before it breaks."""
        if silently:
            self._silent = True
            time.sleep(seconds * 0.7)
        self._open = False
        self._break_all()
        self._silent = False
        time.sleep(seconds * (0.3 if silently else 1.0))
        self._open = True

    def take_down(self) -> None:
        """Break every connection and refuse new ones, until ``bring_up``."""
        self._open = False
        self._break_all()

    def bring_up(self) -> None:
        """Let connections through again."""
        self._open = True

    def close(self) -> None:
        """End it."""
        self._closing = True
        self._open = False
        self._listener.close()
        self._break_all()

    def _break_all(self) -> None:
        with self._lock:
            sockets = list(self._sockets)
        for one in sockets:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def _accept(self) -> None:
        while not self._closing:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            if not self._open:
                near.close()
                continue
            try:
                far = socket.create_connection(("127.0.0.1", self._target_port), 1)
            except OSError:
                near.close()
                continue
            far.settimeout(None)
            for one in (near, far):
                one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self._lock:
                self._sockets |= {near, far}
            for source, sink in ((near, far), (far, near)):
                threading.Thread(target=self._pass, args=(source, sink), daemon=True).start()

    def _pass(self, source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(_CHUNK):
                while self._silent:
                    time.sleep(0.02)
                if not self._open:
                    break  # what was under way is gone
                sink.sendall(data)
        for one in (source, sink):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
        with self._lock:
            self._sockets -= {source, sink}
        source.close()
