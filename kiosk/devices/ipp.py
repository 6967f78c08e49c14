"""The little of IPP that it takes to print and to know how a printer does.

Asked directly, not through ``lp`` and ``lpstat``: those tell people in their language, and what
``cancel -x`` leaves in the spool of a job that has ended (all of it) only IPP takes away.

Errors: :class:`IppError` for an answer that is none, ``OSError`` for no answer at all.
"""

import http.client
import itertools
import socket
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from kiosk import KioskError

PRINT_JOB: Final = 0x0002
CANCEL_JOB: Final = 0x0008
GET_JOB: Final = 0x0009
GET_JOBS: Final = 0x000A
GET_PRINTER: Final = 0x000B
GET_DEFAULT: Final = 0x4001

NOT_FOUND: Final = 0x0406
_FIRST_REFUSAL: Final = 0x0400

_OPERATION, _JOB, _END, _PRINTER = 0x01, 0x02, 0x03, 0x04
_FIRST_VALUE: Final = 0x10
_INTEGER, _BOOLEAN, _ENUM = 0x21, 0x22, 0x23
_TAGS: Final = {
    "attributes-charset": 0x47,
    "attributes-natural-language": 0x48,
    "document-format": 0x49,
    "job-name": 0x42,
    "requesting-user-name": 0x42,
    "printer-uri": 0x45,
}
_KEYWORD: Final = 0x44
_MOST_BYTES: Final = 1 << 20

Value = str | int | bool
Attributes = Mapping[str, Value | tuple[Value, ...]]


class IppError(KioskError):
    """Who answered is no print server, or asks for a password."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a print server answered: a status, and the attributes of each job or printer."""

    status: int
    things: list[dict[str, list[Value]]] = field(default_factory=list)

    @property
    def accepted(self) -> bool:
        """Whether it did what was asked."""
        return self.status < _FIRST_REFUSAL

    def texts(self, name: str) -> list[str]:
        """Give the words of an attribute of the first thing; none where it has none."""
        return [value for value in self._first(name) if isinstance(value, str)]

    def number(self, name: str) -> int:
        """Give an attribute of the first thing that is a number; 0 where it has none."""
        return next((value for value in self._first(name) if isinstance(value, int)), 0)

    def _first(self, name: str) -> list[Value]:
        return self.things[0].get(name, []) if self.things else []


class PrintServer:
    """CUPS: ``address`` is the path of its socket, or HOST:PORT; an answer may take ``timeout`` s."""

    def __init__(self, address: str, timeout: float) -> None:
        self._address = address
        self._timeout = timeout
        self._numbers = itertools.count(1)

    def ask(
        self, operation: int, about: Attributes, job: Attributes | None = None, body: bytes = b""
    ) -> Answer:
        """Ask for one thing; ``job`` says how to print ``body``."""
        request = _request(operation, next(self._numbers), about, job or {}) + body
        connection = _connection(self._address, self._timeout)
        try:
            headers = {"Content-Type": "application/ipp", "Host": "localhost"}
            connection.request("POST", "/", body=request, headers=headers)
            response = connection.getresponse()
            content = response.read(_MOST_BYTES)
        except http.client.HTTPException as problem:
            raise IppError(f"the print server's answer is no HTTP ({type(problem).__name__})") from None
        finally:
            connection.close()
        if response.status != http.client.OK:
            raise IppError(f"the print server answered HTTP {response.status}")
        return _answer(content)


def _connection(address: str, timeout: float) -> http.client.HTTPConnection:
    if address.startswith("/"):
        return _SocketConnection(address, timeout)
    host, _, port = address.rpartition(":")
    return http.client.HTTPConnection(host, int(port), timeout=timeout)


class _SocketConnection(http.client.HTTPConnection):
    def __init__(self, path: str, timeout: float) -> None:
        super().__init__("localhost", timeout=timeout)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)


def _request(operation: int, number: int, about: Attributes, job: Attributes) -> bytes:
    usual = {"attributes-charset": "utf-8", "attributes-natural-language": "en"}
    groups = [(_OPERATION, {**usual, **about})] + ([(_JOB, dict(job))] if job else [])
    packed = [struct.pack(">BBHI", 2, 0, operation, number)]
    for tag, attributes in groups:
        packed.append(bytes([tag]))
        for name, value in attributes.items():
            values = value if isinstance(value, tuple) else (value,)
            for index, single in enumerate(values):
                packed.append(_attribute(name, single, named=index == 0))
    return b"".join([*packed, bytes([_END])])


def _attribute(name: str, value: Value, *, named: bool) -> bytes:
    """Pack one value; the second and later ones of an attribute have no name."""
    if isinstance(value, bool):
        tag, content = _BOOLEAN, bytes([value])
    elif isinstance(value, int):
        tag, content = _INTEGER, struct.pack(">i", value)
    else:
        tag, content = _TAGS.get(name, _KEYWORD), value.encode()
    label = name.encode() if named else b""
    return struct.pack(">BH", tag, len(label)) + label + struct.pack(">H", len(content)) + content


def _answer(content: bytes) -> Answer:
    try:
        _, _, status, _ = struct.unpack_from(">BBHI", content)
        return Answer(status, _things(content, struct.calcsize(">BBHI")))
    except (struct.error, IndexError):
        raise IppError("the print server's answer is no IPP") from None


def _things(content: bytes, at: int) -> list[dict[str, list[Value]]]:
    things: list[dict[str, list[Value]]] = []
    kept: dict[str, list[Value]] = {}
    name = ""
    while (tag := content[at]) != _END:
        at += 1
        if tag < _FIRST_VALUE:
            kept = {}
            if tag in (_JOB, _PRINTER):
                things.append(kept)
            continue
        label, at = _counted(content, at)
        value, at = _counted(content, at)
        name = label.decode("utf-8", "replace") or name
        kept.setdefault(name, []).append(_value(tag, value))
    return things


def _counted(content: bytes, at: int) -> tuple[bytes, int]:
    (length,) = struct.unpack_from(">H", content, at)
    return content[at + 2 : at + 2 + length], at + 2 + length


def _value(tag: int, content: bytes) -> Value:
    if tag in (_INTEGER, _ENUM):
        (number,) = struct.unpack(">i", content)
        return int(number)
    if tag == _BOOLEAN:
        return content != b"\0"
    return content.decode("utf-8", "replace")
