"""MQTT on the kiosk's side: paho, 3.1.1, QoS 1, clean sessions.

The uplink knows nothing of facts. It says when the subscription stands and what arrives,
and publishes bytes; whether they arrived is for the server's acknowledgement to say.

paho brings half of Python's network with it and takes a tenth of a second to load. It is loaded
by the uplink's own thread: a kiosk that starts shows its camera before it needs a network.
"""

import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from wire.broker import BrokerAddress

if TYPE_CHECKING:
    import paho.mqtt.client as mqtt
    from paho.mqtt.reasoncodes import ReasonCode

KEEPALIVE_S: Final = 15
_RECONNECT_S: Final = (1, 15)
_MOST_QUEUED: Final = 64
_FIRST_S: Final = 0.1
"""So long the network waits for those who draw the first screen: what paho loads would hold them up."""
_SUCCESS: Final = 0
"""What paho returns where it has taken a message, MQTT_ERR_SUCCESS."""


@dataclass(frozen=True, slots=True)
class Connected:
    """The broker has confirmed every subscription: from now on answers arrive."""


@dataclass(frozen=True, slots=True)
class Disconnected:
    """Nothing can be sent. ``reason`` is for the technician: ``lost``, ``refused: …``, ``no answer …``."""

    reason: str


@dataclass(frozen=True, slots=True)
class Arrived:
    """A message came."""

    topic: str
    payload: bytes


UplinkEvent = Connected | Disconnected | Arrived


class Uplink:
    """A connection that comes back by itself; ``on_event`` is called from its own thread.

    ``will`` is (topic, payload), retained, spoken by the broker when the kiosk dies; None for none.
    """

    def __init__(
        self,
        address: BrokerAddress,
        *,
        account: str,
        password: str,
        subscriptions: list[str],
        will: tuple[str, bytes] | None,
        on_event: Callable[[UplinkEvent], None],
    ) -> None:
        self._address = address
        self._account = account
        self._password = password
        self._subscriptions = subscriptions
        self._will = will
        self._on_event = on_event
        self._up = threading.Event()
        self._stopping = threading.Event()
        self._subscribing: int | None = None
        self._client: mqtt.Client | None = None
        self._thread = threading.Thread(target=self._run, name="uplink", daemon=True)

    def start(self) -> None:
        """Begin to connect, and go on trying until stopped."""
        self._thread.start()

    def stop(self) -> None:
        """Disconnect politely; at most two seconds."""
        self._stopping.set()
        if self._client is not None:
            self._client.disconnect()
        self._thread.join(timeout=2)

    def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> bool:
        """Hand a message to the broker if the subscription stands; False if it was not even tried.

        True promises nothing. While offline nothing is queued: the journal is the queue.
        """
        if self._client is None or not self._up.is_set():
            return False
        return self._client.publish(topic, payload, qos=1, retain=retain).rc == _SUCCESS

    def _run(self) -> None:
        self._stopping.wait(_FIRST_S)
        while not self._stopping.is_set():
            try:
                client = self._client = self._client or self._made()
                client.connect_async(self._address.host, self._address.port, keepalive=KEEPALIVE_S)
                # It may have been told to stop before there was anything to disconnect.
                if not self._stopping.is_set():
                    client.loop_forever(retry_first_connection=True)
            except Exception as problem:  # noqa: BLE001 - whatever paho raises, the kiosk goes on trying
                self._down(f"lost ({type(problem).__name__})")
            # Where loop_forever has returned although nobody asked it to: begin again.
            self._stopping.wait(_RECONNECT_S[0])

    def _made(self) -> "mqtt.Client":
        import paho.mqtt.client as mqtt  # noqa: PLC0415 - see the module
        from paho.mqtt.enums import CallbackAPIVersion  # noqa: PLC0415

        client = mqtt.Client(
            CallbackAPIVersion.VERSION2, client_id=self._account, clean_session=True, protocol=mqtt.MQTTv311
        )
        client.username_pw_set(self._account, self._password)
        if self._will is not None:
            client.will_set(self._will[0], self._will[1], qos=1, retain=True)
        client.reconnect_delay_set(*_RECONNECT_S)
        client.max_queued_messages_set(_MOST_QUEUED)
        if self._address.tls:
            client.tls_set()
        client.on_socket_open = _send_at_once
        client.on_connect = self._on_connect
        client.on_connect_fail = self._on_connect_fail
        client.on_subscribe = self._on_subscribe
        client.on_disconnect = self._on_disconnect
        client.on_message = self._on_message
        return client

    def _on_connect(self, client: "mqtt.Client", _: Any, __: Any, code: "ReasonCode", ___: Any) -> None:
        if code.is_failure:
            self._down("refused: the broker does not accept this kiosk's account")
            return
        _result, self._subscribing = client.subscribe([(topic, 1) for topic in self._subscriptions])

    def _on_connect_fail(self, _: "mqtt.Client", __: Any) -> None:
        self._down(f"no answer from {self._address}")

    def _on_subscribe(self, _: "mqtt.Client", __: Any, mid: int, codes: "list[ReasonCode]", ___: Any) -> None:
        if mid != self._subscribing:
            return
        if any(code.is_failure for code in codes):
            self._down("refused: the broker does not let this kiosk read its own topics")
            return
        self._up.set()
        self._on_event(Connected())

    def _on_disconnect(self, _: "mqtt.Client", __: Any, ___: Any, ____: "ReasonCode", _____: Any) -> None:
        if self._up.is_set():
            self._down("lost")

    def _on_message(self, _: "mqtt.Client", __: Any, message: "mqtt.MQTTMessage") -> None:
        self._on_event(Arrived(message.topic, bytes(message.payload)))

    def _down(self, reason: str) -> None:
        self._up.clear()
        self._on_event(Disconnected(reason))


def _send_at_once(_: "mqtt.Client", __: Any, connection: Any) -> None:
    # With Nagle's algorithm each small packet waits for the other side's delayed ACK: 40 ms and more.
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
