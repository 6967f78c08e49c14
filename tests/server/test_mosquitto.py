"""The files for Debian's Mosquitto; what it lets through is in the table of ``test_broker``."""

import base64
import socket
import stat
import subprocess
from pathlib import Path

import pytest

from server.mqtt.access import AccountsError
from server.mqtt.mosquitto import mosquitto_hash, write_mosquitto
from tests.brokers import BODY, Mosquitto, device_of, server_of
from tests.waiting import until

ONE = "00c0ffee00000001"
UP = f"riwaq/1/{BODY}/up"


def test_the_hash_is_the_one_that_mosquitto_makes(tmp_path: Path) -> None:
    path = tmp_path / "passwd"
    path.touch()
    subprocess.run(["mosquitto_passwd", "-b", str(path), "someone", "pass wörd"], check=True)
    account, made = path.read_text(encoding="utf-8").strip().split(":")
    salt = base64.b64decode(made.split("$")[3])
    assert account == "someone"
    assert mosquitto_hash("pass wörd", salt) == made
    assert mosquitto_hash("pass wörd") != mosquitto_hash("pass wörd")


def test_the_files_are_for_their_owner_and_hold_no_password(tmp_path: Path) -> None:
    files = write_mosquitto(
        tmp_path / "out",
        server_hash=mosquitto_hash("server-password"),
        bodies={BODY: {ONE: mosquitto_hash("device-password")}},
        listen="[::1]:1883",
        user="somebody",
        installed_at=Path("/etc/mosquitto/riwaq"),
    )
    for path in (files.conf, files.passwd, files.acl):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert "-password" not in path.read_text(encoding="utf-8")
    conf = files.conf.read_text(encoding="utf-8")
    assert "listener 1883 ::1\n" in conf
    assert "password_file /etc/mosquitto/riwaq/passwd\n" in conf
    assert "user somebody\n" in conf
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["acl", "mosquitto.conf", "passwd"]


@pytest.mark.parametrize(
    ("body", "device", "value"),
    [
        (BODY, "a:b", mosquitto_hash("x")),
        (BODY, "#", mosquitto_hash("x")),
        (BODY, "a\nuser server", mosquitto_hash("x")),
        (BODY, "server", mosquitto_hash("x")),
        ("+", ONE, mosquitto_hash("x")),
        (BODY, ONE, "plain password"),
        (BODY, ONE, mosquitto_hash("x") + "\nserver:"),
    ],
)
def test_what_would_write_another_line_is_refused(tmp_path: Path, body: str, device: str, value: str) -> None:
    with pytest.raises(AccountsError):
        write_mosquitto(
            tmp_path / "out",
            server_hash=mosquitto_hash("x"),
            bodies={body: {device: value}},
            listen="127.0.0.1:1883",
        )
    assert not (tmp_path / "out").exists()


def test_a_packet_above_the_limit_ends_its_connection_alone(tmp_path: Path) -> None:
    with (
        Mosquitto(tmp_path, {ONE: "x"}) as broker,
        server_of(broker) as server,
        device_of(broker, ONE) as device,
    ):
        server.subscribe(f"{UP}/#")
        device.say(f"{UP}/rabat/{ONE}/events", bytes(1_100_000), qos=0)
        until(lambda: device.connects > 1)
        device.say(f"{UP}/rabat/{ONE}/events", bytes(1_000_000))
        until(lambda: server.heard)
        assert [len(message.payload) for message in server.heard] == [1_000_000]
        assert server.connects == 1


def test_more_than_a_thousand_messages_wait_for_a_slow_server(tmp_path: Path) -> None:
    """Mosquitto's own default drops the rest, which it has acknowledged."""
    with (
        Mosquitto(tmp_path, {ONE: "x"}) as broker,
        device_of(broker, ONE) as device,
        socket.create_connection((broker.host, broker.port), 10) as slow,
        slow.makefile("rb") as stream,
    ):
        name, password, topic = b"server", broker.server_password.encode(), f"{UP}/#".encode()
        login = b"\x00\x04MQTT\x04\xc2\x00\x3c" + b"".join(
            len(part).to_bytes(2, "big") + part for part in (name, name, password)
        )
        slow.sendall(bytes([0x10, len(login)]) + login)
        slow.sendall(bytes([0x82, len(topic) + 5, 0, 1, 0, len(topic)]) + topic + b"\1")
        assert stream.read(9) == b"\x20\x02\x00\x00\x90\x03\x00\x01\x01"
        device.say_all(f"{UP}/r/{ONE}/ask", (number.to_bytes(2, "big") for number in range(1500)))
        for number in range(1500):
            head = stream.read(2)
            body = stream.read(head[1])
            assert body[-2:] == number.to_bytes(2, "big")
            slow.sendall(b"\x40\x02" + body[-4:-2])


def test_mosquitto_starts_with_them_and_finds_nothing_to_say(tmp_path: Path) -> None:
    with Mosquitto(tmp_path, {ONE: "x"}) as broker:
        warnings = [line for line in broker.troubles().splitlines() if "root" not in line]
    assert warnings == []
