"""What a well-formed MQTT 3.1.1 packet from a client looks like; anything else closes its connection.

amqtt reads field by field and trusts the lengths: a packet whose inner lengths do not fill it makes
the next packet start in the middle, and a topic that is no UTF-8 arrives as Python's notation of
bytes. So every packet is checked here, whole, before amqtt sees a byte of it.

::

    fixed header   type (4 bits) · flags (4 bits) · remaining length (1 to 4 bytes, 7 bits each)
    CONNECT        "MQTT" · 4 · flags · keep alive · client id · [will topic · will] · [account] · [password]
    PUBLISH        topic · [packet id] · payload          flags: dup · QoS (2 bits) · retain
    SUBSCRIBE      packet id · (filter · QoS)…            UNSUBSCRIBE  packet id · filter…
    PUBACK         packet id                              PINGREQ, DISCONNECT  nothing

Texts and wills are 2 bytes of length (big endian) and as many bytes.

Errors::

    PacketError        not a packet that this broker takes from a client
"""

import struct
from dataclasses import dataclass
from typing import Final

from server.mqtt.access import Knock

CONNECT, CONNACK, PUBLISH, PUBACK, PUBREC, PUBREL, PUBCOMP = range(1, 8)
SUBSCRIBE, SUBACK, UNSUBSCRIBE, UNSUBACK, PINGREQ, PINGRESP, DISCONNECT = range(8, 15)

LENGTH_BYTES: Final = 4
"""A remaining length has at most so many bytes."""

ACCEPTED, WRONG_VERSION, BAD_CLIENT_ID, UNAVAILABLE, BAD_CREDENTIALS, NOT_AUTHORISED = range(6)
"""Return codes of CONNACK."""

_PROTOCOL: Final = b"\x00\x04MQTT"
_LEVEL: Final = 4
_KEEP_ALIVE_AT: Final = len(_PROTOCOL) + 2
_USERNAME, _PASSWORD, _WILL_RETAIN, _WILL_QOS, _WILL, _CLEAN, _RESERVED = (
    0x80,
    0x40,
    0x20,
    0x18,
    0x04,
    0x02,
    0x01,
)
MAX_QOS: Final = 1
REFUSED_FILTER: Final = 0x80
"""The return code of SUBACK for a subscription that was refused."""
_MAX_FILTERS: Final = 64
_ID: Final = struct.Struct("!H")
# The low four bits that the standard fixes for each type; PUBLISH has its own.
_FLAGS: Final = {CONNECT: 0, PUBACK: 0, SUBSCRIBE: 2, UNSUBSCRIBE: 2, PINGREQ: 0, DISCONNECT: 0}


class PacketError(Exception):
    """Not a packet that this broker takes; the text says why and quotes nothing of the packet."""


class VersionError(PacketError):
    """A CONNECT of another protocol version than MQTT 3.1.1: it gets the answer that says so."""


@dataclass(frozen=True, slots=True)
class Connect:
    """A CONNECT: who knocks, its keep alive (seconds, 0 for none), and whether it starts afresh."""

    knock: Knock
    keep_alive: int
    clean_session: bool


class _Fields:
    """A packet's body, read from the front; runs into :class:`PacketError` where it is too short."""

    def __init__(self, body: bytes) -> None:
        self._body = body
        self._at = 0

    def take(self, count: int) -> bytes:
        end = self._at + count
        if end > len(self._body):
            raise PacketError("a field runs over the packet's end")
        part, self._at = self._body[self._at : end], end
        return part

    def byte(self) -> int:
        return self.take(1)[0]

    def number(self) -> int:
        return int(_ID.unpack(self.take(2))[0])

    def packet_id(self) -> int:
        number = self.number()
        if not number:
            raise PacketError("packet id 0")
        return number

    def data(self) -> bytes:
        return self.take(self.number())

    def text(self) -> str:
        try:
            text = self.data().decode()
        except UnicodeDecodeError:
            raise PacketError("a text that is not UTF-8") from None
        if "\0" in text:
            raise PacketError("NUL in a text")
        return text

    def topic(self) -> str:
        topic = self.text()
        if not topic:
            raise PacketError("an empty topic")
        return topic

    def left(self) -> bool:
        return self._at < len(self._body)

    def end(self) -> None:
        if self.left():
            raise PacketError("bytes after the last field")


def parse_connect(body: bytes) -> Connect:
    """Read the body of a CONNECT; raises :class:`PacketError`, or its :class:`VersionError`."""
    fields = _Fields(body)
    if fields.data() != _PROTOCOL[2:] or fields.byte() != _LEVEL:
        raise VersionError("another protocol version than MQTT 3.1.1")
    flags, keep_alive = fields.byte(), fields.number()
    has_will = bool(flags & _WILL)
    if flags & _RESERVED or (not has_will and flags & (_WILL_QOS | _WILL_RETAIN)):
        raise PacketError("flags of CONNECT that contradict each other")
    if (flags & _WILL_QOS) >> 3 > MAX_QOS:
        raise PacketError("a will with QoS 2")
    client_id = fields.text()
    will_topic = fields.topic() if has_will else None
    if has_will:
        fields.data()
    account = fields.text() if flags & _USERNAME else None
    password = fields.data() if flags & _PASSWORD else b""
    fields.end()
    return Connect(Knock(account, password, client_id, will_topic), keep_alive, bool(flags & _CLEAN))


def without_keep_alive(body: bytes) -> bytes:
    """Give the body of a CONNECT with keep alive 0, for a broker whose own clock is not to run."""
    return body[:_KEEP_ALIVE_AT] + b"\0\0" + body[_KEEP_ALIVE_AT + 2 :]


def check(first: int, body: bytes) -> int:
    """Check a packet after CONNECT, given its first byte and the bytes after its header; give its type.

    Raises :class:`PacketError`, on QoS 2 too: nothing here speaks it, and a client that never
    releases what it sent so would fill the broker's memory.
    """
    kind, flags = first >> 4, first & 0x0F
    fields = _Fields(body)
    if kind == PUBLISH:
        _check_publish(flags, fields)
        return kind
    if kind not in _FLAGS or kind == CONNECT:
        raise PacketError("a packet of a type that no client sends here")
    if flags != _FLAGS[kind]:
        raise PacketError("wrong flags in a packet")
    if kind == PUBACK:
        fields.packet_id()
    elif kind in (SUBSCRIBE, UNSUBSCRIBE):
        _check_filters(fields, with_qos=kind == SUBSCRIBE)
    fields.end()
    return kind


def _check_publish(flags: int, fields: _Fields) -> None:
    qos = (flags & 0x06) >> 1
    if qos > MAX_QOS:
        raise PacketError("a message with QoS 2")
    topic = fields.topic()
    if "+" in topic or "#" in topic or topic.startswith("$"):
        raise PacketError("a message to a topic with a wildcard or a leading $")
    if qos:
        fields.packet_id()


def _check_filters(fields: _Fields, *, with_qos: bool) -> None:
    fields.packet_id()
    count = 0
    while fields.left() or not count:
        fields.topic()
        if with_qos and fields.byte() > MAX_QOS + 1:
            raise PacketError("a subscription with another QoS than 0, 1 or 2")
        count += 1
        if count > _MAX_FILTERS:
            raise PacketError(f"more than {_MAX_FILTERS} filters in one packet")


def connack(code: int) -> bytes:
    """Build a CONNACK with one of the return codes above, and no session present."""
    return bytes((CONNACK << 4, 2, 0, code))
