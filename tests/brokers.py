"""Real brokers for tests, both kinds behind one face: start, kill, start again on the port."""

import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import IO, Any, NamedTuple, Self

from paho.mqtt.client import Client, MQTTMessage, MQTTv311
from paho.mqtt.enums import CallbackAPIVersion

from server.mqtt.access import SERVER_ACCOUNT, Accounts, password_sha256, write_accounts
from server.mqtt.mosquitto import PROGRAM, mosquitto_hash, write_mosquitto
from tests.waiting import until

HOST = "127.0.0.1"
BODY = "7f3a"
SERVER_PASSWORD = "the-server-password-of-the-tests"  # noqa: S105 - of brokers that live for a test
ROOT = Path(__file__).resolve().parents[1]


def free_port() -> int:
    """Give a TCP port of the loopback that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


class TestBroker:
    """A broker as an own process, with the accounts of ``devices`` (password by device id) and the server's.

    Its files and its log lie in ``directory``. It speaks on the same port in all its lives.
    """

    __test__ = False
    kind = ""

    def __init__(
        self,
        directory: Path,
        devices: Mapping[str, str] | None = None,
        *,
        body: str = BODY,
        server_password: str = SERVER_PASSWORD,
        port: int | None = None,
    ) -> None:
        self.directory = directory
        self.body = body
        self.host = HOST
        self.port = port or free_port()
        self.server_password = server_password
        self.devices: dict[str, str] = dict(devices or {})
        self.log = directory / f"{self.kind}.log"
        self._process: subprocess.Popen[bytes] | None = None
        directory.mkdir(parents=True, exist_ok=True)
        self.write()

    @property
    def url(self) -> str:
        return f"mqtt://{self.host}:{self.port}"

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def set_devices(self, devices: Mapping[str, str]) -> None:
        """Replace the devices' accounts while the broker runs."""
        self.devices = dict(devices)
        self.write()
        self.reload()

    def start(self) -> Self:
        """Start the broker and wait until it accepts connections."""
        assert self._process is None
        with self.log.open("ab") as log:
            self._process = self._spawn(log)
        until(self._answers, seconds=20, what=f"{self.kind} on port {self.port}")
        return self

    def kill(self) -> None:
        """End the broker with SIGKILL, as a power cut would; ``start`` brings it back."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """End the broker in good order; nothing happens if it does not run."""
        self._end(signal.SIGTERM)

    def troubles(self) -> str:
        """Give what the broker wrote to its log."""
        return self.log.read_text(encoding="utf-8") if self.log.exists() else ""

    def write(self) -> None:
        """Write the files with the accounts."""
        raise NotImplementedError

    def reload(self) -> None:
        """Let a running broker know that its files changed."""
        raise NotImplementedError

    def _spawn(self, log: IO[bytes]) -> subprocess.Popen[bytes]:
        raise NotImplementedError

    def _answers(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, f"{self.kind} ended: {self.troubles()}"
        try:
            socket.create_connection((self.host, self.port), 1).close()
        except OSError:
            return False
        return True

    def _end(self, number: int) -> None:
        if self._process is None:
            return
        if self._process.poll() is None:
            self._process.send_signal(number)
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
            raise
        finally:
            self._process = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


class Amqtt(TestBroker):
    """The embedded broker's child, without the server's supervisor."""

    kind = "amqtt"

    def write(self) -> None:
        hashes = {device: password_sha256(password) for device, password in self.devices.items()}
        write_accounts(
            self.directory / "accounts.json",
            Accounts(server_sha256=password_sha256(self.server_password), bodies={self.body: hashes}),
        )

    def reload(self) -> None:
        """It looks at its file by itself."""

    def _spawn(self, log: IO[bytes]) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [
                *(sys.executable, "-W", "ignore", "-m", "server.mqtt.broker"),
                *("--accounts", str(self.directory / "accounts.json")),
                *("--listen", f"{self.host}:{self.port}"),
            ],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=log,
        )


class Mosquitto(TestBroker):
    """Debian's Mosquitto with the files that the server writes for it."""

    kind = "mosquitto"

    def write(self) -> None:
        write_mosquitto(
            self.directory / "mosquitto",
            server=SERVER_ACCOUNT,
            server_hash=mosquitto_hash(self.server_password),
            bodies={
                self.body: {device: mosquitto_hash(password) for device, password in self.devices.items()}
            },
            listen=f"{self.host}:{self.port}",
            # Tests' directories are closed to the user that it would become.
            user="root",
        )

    def reload(self) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGHUP)

    def _spawn(self, log: IO[bytes]) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [PROGRAM, "-c", str(self.directory / "mosquitto" / "mosquitto.conf")],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )


KINDS: dict[str, type[TestBroker]] = {"amqtt": Amqtt, "mosquitto": Mosquitto}


class Heard(NamedTuple):
    """A message that a peer received."""

    topic: str
    payload: bytes
    is_retained: bool = False


class Peer:
    """A real paho client of a broker, for tests: it connects once, or stays and reconnects by itself.

    ``code`` is the last CONNACK's return code (0 accepted, 5 not authorised, None before any);
    filters given to ``subscribe`` are subscribed to again after a reconnect.
    """

    def __init__(
        self,
        broker: TestBroker,
        account: str | None,
        password: str | None = None,
        *,
        client_id: str | None = None,
        will: tuple[str, bytes, bool] | None = None,
        keep_alive: int = 60,
        clean_session: bool = True,
    ) -> None:
        self.heard: list[Heard] = []
        self.code: int | None = None
        self.connects = 0
        self.is_connected = False
        self._granted: dict[int, list[int]] = {}
        self._filters: list[str] = []
        self._acknowledged: set[int] = set()
        self._lock = threading.Lock()
        self._client = Client(
            CallbackAPIVersion.VERSION2,
            client_id=account if client_id is None and account else (client_id or "nobody"),
            clean_session=clean_session,
            protocol=MQTTv311,
        )
        if account is not None:
            self._client.username_pw_set(account, password)
        if will:
            topic, payload, retain = will
            self._client.will_set(topic, payload, qos=1, retain=retain)
        self._client.reconnect_delay_set(0.05, 0.5)  # type: ignore[arg-type]  # paho takes fractions
        self._client.on_connect = self._on_connect
        self._client.on_disconnect = self._on_disconnect
        self._client.on_message = self._on_message
        self._client.on_subscribe = self._on_subscribe
        self._client.on_publish = self._on_publish
        self._client.connect_async(broker.host, broker.port, keepalive=keep_alive)
        self._client.loop_start()
        until(lambda: self.code is not None, what="CONNACK")

    def subscribe(self, topic_filter: str, qos: int = 1) -> int:
        """Subscribe and give the broker's answer: the QoS granted, or 128."""
        with self._lock:
            _, number = self._client.subscribe(topic_filter, qos)
            self._filters.append(topic_filter)
        assert number is not None
        until(lambda: number in self._granted, what="SUBACK")
        return self._granted[number][0]

    def say(self, topic: str, payload: bytes = b"said", *, qos: int = 1, retain: bool = False) -> None:
        """Publish; with QoS 1 wait until the broker has it."""
        message = self._client.publish(topic, payload, qos, retain)
        if qos:
            until(lambda: message.mid in self._acknowledged, what="PUBACK")

    def say_all(self, topic: str, payloads: Iterable[bytes]) -> None:
        """Publish many with QoS 1, and wait until the broker has them all."""
        numbers = [self._client.publish(topic, payload, 1).mid for payload in payloads]
        until(lambda: self._acknowledged.issuperset(numbers), what="PUBACKs")

    def topics(self) -> list[str]:
        """Give the topics heard so far, in order."""
        return [heard.topic for heard in self.heard]

    def vanish(self) -> None:
        """Break the connection without a word, as a pulled cable does; paho comes back by itself."""
        connection = self._client.socket()
        assert isinstance(connection, socket.socket)
        connection.shutdown(socket.SHUT_RDWR)

    def leave(self) -> None:
        """Say goodbye and end the client's thread."""
        self._client.disconnect()
        self._client.loop_stop()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.leave()

    def _on_connect(self, client: Client, _data: Any, _flags: Any, code: Any, _properties: Any) -> None:
        self.is_connected = not code.is_failure
        self.connects += not code.is_failure
        # paho maps the return codes of 3.1.1 to those of MQTT 5; these are the ones that come.
        self.code = {"Success": 0, "Client identifier not valid": 2, "Not authorized": 5}[str(code)]
        if code.is_failure:
            client.disconnect()
            return
        for topic_filter in self._filters:
            client.subscribe(topic_filter, 1)

    def _on_disconnect(self, *_: Any) -> None:
        self.is_connected = False

    def _on_message(self, _client: Client, _data: Any, message: MQTTMessage) -> None:
        self.heard.append(Heard(message.topic, bytes(message.payload), bool(message.retain)))

    def _on_subscribe(self, _client: Client, _data: Any, number: int, codes: Any, _properties: Any) -> None:
        self._granted[number] = [code.value for code in codes]

    def _on_publish(self, _client: Client, _data: Any, number: int, *_: Any) -> None:
        self._acknowledged.add(number)


def server_of(broker: TestBroker) -> Peer:
    """Connect with the server's account, which hears and says everything."""
    return Peer(broker, SERVER_ACCOUNT, broker.server_password)


def device_of(broker: TestBroker, device: str, **more: Any) -> Peer:
    """Connect with a device's account."""
    return Peer(broker, device, broker.devices[device], **more)
