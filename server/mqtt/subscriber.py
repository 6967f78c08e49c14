"""MQTT on the server's side: paho, 3.1.1, QoS 1, a clean session.

A clean session keeps no queue at the broker that could grow: what the server does not hear,
kiosks send again until it has acknowledged.
"""

import socket
import threading
from collections.abc import Callable, Sequence
from typing import Any, Final

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.reasoncodes import ReasonCode

from wire.broker import BrokerAddress

KEEPALIVE_S: Final = 15
_RECONNECT_S: Final = (1, 5)
_MOST_AT_ONCE: Final = 32
"""Filters in one packet: each body has some, and brokers take so many, ours 64."""


class Subscriber:
    """The server's connection to the broker; it comes back by itself.

    ``on_message`` gets (topic, payload) in the order of arrival, ``on_ready`` is called
    each time the subscription stands, ``on_trouble`` with words when it does not. All
    three are called from the subscriber's own thread.
    """

    def __init__(
        self,
        address: BrokerAddress,
        *,
        filters: Sequence[str],
        on_message: Callable[[str, bytes], None],
        on_ready: Callable[[], None],
        on_trouble: Callable[[str], None],
    ) -> None:
        self._address = address
        self._filters = list(filters)
        self._on_message_came = on_message
        self._on_ready = on_ready
        self._on_trouble = on_trouble
        self._stopping = threading.Event()
        self._up = threading.Event()
        self._awaited: set[int | None] = set()
        # The client id is the account's name: the embedded broker takes no other.
        self._client = client = mqtt.Client(
            CallbackAPIVersion.VERSION2,
            client_id=address.account,
            clean_session=True,
            protocol=mqtt.MQTTv311,
        )
        client.username_pw_set(address.account, address.password)
        client.reconnect_delay_set(*_RECONNECT_S)
        if address.tls:
            client.tls_set()
        client.on_socket_open = _send_at_once
        client.on_connect = self._on_connect
        client.on_subscribe = self._on_subscribe
        client.on_disconnect = self._on_disconnect
        client.on_message = self._on_message
        self._thread = threading.Thread(target=self._run, name="subscriber", daemon=True)

    def start(self) -> None:
        """Begin to connect, and go on trying until stopped."""
        self._thread.start()

    def stop(self) -> None:
        """Disconnect; at most two seconds."""
        self._stopping.set()
        self._client.disconnect()
        self._thread.join(timeout=2)

    def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> bool:
        """Hand a message to the broker; False where there is no connection and nothing was queued."""
        if not self._up.is_set():
            return False
        return self._client.publish(topic, payload, qos=1, retain=retain).rc == mqtt.MQTT_ERR_SUCCESS

    @property
    def up(self) -> bool:
        """Whether the subscription stands."""
        return self._up.is_set()

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self._client.connect_async(self._address.host, self._address.port, keepalive=KEEPALIVE_S)
                self._client.loop_forever(retry_first_connection=True)
            except Exception as problem:  # noqa: BLE001 - whatever paho raises, the server goes on trying
                self._up.clear()
                self._on_trouble(f"the connection to the broker broke ({type(problem).__name__}: {problem})")
            self._stopping.wait(_RECONNECT_S[0])

    def _on_connect(self, client: mqtt.Client, _: Any, __: Any, code: ReasonCode, ___: Any) -> None:
        if code.is_failure:
            self._on_trouble(f"the broker at {self._address} does not accept the server's account ({code})")
            return
        wanted = [(name, 1) for name in self._filters]
        parts = [wanted[at : at + _MOST_AT_ONCE] for at in range(0, len(wanted), _MOST_AT_ONCE)]
        # Answers come on this very thread, so none can come before all are asked for.
        self._awaited = {client.subscribe(part)[1] for part in parts}

    def _on_subscribe(self, _: mqtt.Client, __: Any, number: int, codes: list[ReasonCode], ____: Any) -> None:
        if any(code.is_failure for code in codes):
            self._on_trouble(f"the broker at {self._address} does not let the server hear its kiosks")
            return
        self._awaited.discard(number)
        if not self._awaited:
            self._up.set()
            self._on_ready()

    def _on_disconnect(self, _: mqtt.Client, __: Any, ___: Any, ____: ReasonCode, _____: Any) -> None:
        if self._up.is_set() and not self._stopping.is_set():
            self._on_trouble(f"the connection to the broker at {self._address} is lost; trying again")
        self._up.clear()

    def _on_message(self, _: mqtt.Client, __: Any, message: mqtt.MQTTMessage) -> None:
        self._on_message_came(message.topic, bytes(message.payload))


def _send_at_once(_: mqtt.Client, __: Any, connection: Any) -> None:
    # With Nagle's algorithm each small packet waits for the other side's delayed ACK: 40 ms and more.
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
