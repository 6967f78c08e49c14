"""Who may say and hear what, on both brokers; and what the embedded one withstands."""

import contextlib
import os
import random
import signal
import socket
import stat
import struct
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.mqtt import packets
from server.mqtt.access import (
    Account,
    AccountBook,
    Accounts,
    AccountsError,
    Action,
    Knock,
    Refusal,
    may,
    may_retain,
    new_password,
    password_sha256,
    read_accounts,
    refusal,
    write_accounts,
)
from server.mqtt.broker import EmbeddedBroker, holder_of, why_not_listen
from tests.brokers import (
    BODY,
    HOST,
    KINDS,
    ROOT,
    SERVER_PASSWORD,
    Amqtt,
    Heard,
    Peer,
    TestBroker,
    device_of,
    free_port,
    server_of,
)
from tests.waiting import stays, until
from wire.broker import BrokerAddressError

ONE, TWO = "00c0ffee00000001", "00c0ffee00000002"
PASSWORDS = {ONE: "password-of-one", TWO: "password-of-two"}
UP, DOWN, FAIR = f"riwaq/1/{BODY}/up", f"riwaq/1/{BODY}/down", f"riwaq/1/{BODY}/fair"

SAYS = [  # what device ONE publishes, and whether it gets through
    (f"{UP}/rabat/{ONE}/events", True),
    (f"{UP}/rabat/{ONE}/hello", True),
    (f"{UP}/rabat/{ONE}/ask", True),
    (f"{UP}/rabat/{ONE}/state", True),
    (f"{UP}/fes/{ONE}/events", True),
    (f"{UP}/rabat/{TWO}/events", False),
    (f"{UP}/rabat/{TWO}/state", False),
    (f"{UP}/rabat/{ONE}/gossip", False),
    (f"{UP}/rabat/{ONE}", False),
    (f"{UP}/rabat/{ONE}/events/more", False),
    (f"{UP}/{ONE}/events", False),
    (f"{UP}/rabat/{TWO}/{ONE}/events", False),
    (f"{DOWN}/{ONE}/ack", False),
    (f"{DOWN}/{TWO}/ack", False),
    (f"{FAIR}/rabat-2026/programme", False),
    (f"{FAIR}/rabat-2026/live", False),
    (f"riwaq/1/beef/up/rabat/{ONE}/events", False),
    (f"riwaq/2/{BODY}/up/rabat/{ONE}/events", False),
    ("elsewhere", False),
    (f"/{UP}/rabat/{ONE}/events", False),
]
HEARS = [  # what the server publishes, the filter of device ONE, and whether ONE hears it
    (f"{DOWN}/{ONE}/ack", f"{DOWN}/{ONE}/#", True),
    (f"{DOWN}/{ONE}/answer", f"{DOWN}/{ONE}/answer", True),
    (f"{DOWN}/{ONE}/setup", f"{DOWN}/{ONE}/+", True),
    (f"{FAIR}/rabat-2026/programme", f"{FAIR}/#", True),
    (f"{FAIR}/rabat-2026/live", f"{FAIR}/+/live", True),
    (f"{DOWN}/{TWO}/ack", f"{DOWN}/{TWO}/ack", False),
    (f"{DOWN}/{TWO}/ack", f"{DOWN}/+/ack", False),
    (f"{DOWN}/{TWO}/ack", f"{DOWN}/#", False),
    (f"{DOWN}/{TWO}/ack", "riwaq/1/+/down/+/#", False),
    (f"{DOWN}/{TWO}/ack", "#", False),
    (f"{DOWN}/{TWO}/ack", "+/+/+/+/+/+", False),
    (f"{UP}/rabat/{ONE}/events", f"{UP}/rabat/{ONE}/events", False),
    (f"{UP}/rabat/{TWO}/events", f"{UP}/#", False),
    (f"{UP}/rabat/{TWO}/state", f"{UP}/+/+/state", False),
    (f"riwaq/1/beef/down/{ONE}/ack", f"riwaq/1/beef/down/{ONE}/ack", False),
    ("riwaq/1/beef/fair/x/live", "riwaq/1/+/fair/#", False),
    ("elsewhere", "elsewhere", False),
]
WHOSE = Account(ONE, BODY)
PAIRING = "pair-00c0ffee00c0ffee"


@pytest.fixture(params=list(KINDS))
def broker(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[TestBroker]:
    """Both kinds of broker, running, with the accounts of ONE, TWO and the server."""
    with KINDS[request.param](tmp_path, PASSWORDS) as running:
        yield running


@pytest.fixture
def embedded(tmp_path: Path) -> Iterator[TestBroker]:
    """The embedded broker alone, for what only it promises."""
    with Amqtt(tmp_path, PASSWORDS) as running:
        yield running


def some_accounts(**changes: str) -> Accounts:
    return Accounts(
        server_sha256=password_sha256(SERVER_PASSWORD),
        bodies={BODY: {name: password_sha256(password) for name, password in (PASSWORDS | changes).items()}},
    )


# The rules by themselves


@pytest.mark.parametrize(("topic", "allowed"), SAYS)
def test_a_device_may_publish_only_its_own_leaves(topic: str, *, allowed: bool) -> None:
    assert may(WHOSE, Action.PUBLISH, topic) is allowed
    assert may_retain(WHOSE, topic) is (allowed and topic.endswith("/state"))


@pytest.mark.parametrize(("topic", "topic_filter", "allowed"), HEARS)
def test_a_device_may_hear_only_its_own_and_the_fair(topic: str, topic_filter: str, *, allowed: bool) -> None:
    assert may(WHOSE, Action.SUBSCRIBE, topic_filter) is allowed
    assert may(WHOSE, Action.RECEIVE, topic) is allowed


@pytest.mark.parametrize("action", list(Action))
def test_the_server_may_everything_but_the_brokers_own_topics(action: Action) -> None:
    server = Account("server", BODY, is_server=True)
    assert may(server, action, "riwaq/1/7f3a/up/x/y/events")
    assert may(server, action, "#")
    assert not may(server, action, "$SYS/broker/uptime")


@pytest.mark.parametrize(
    ("topic", "allowed"),
    [
        (f"riwaq/1/{BODY}/up/00/{PAIRING}/ask", True),
        (f"riwaq/1/{BODY}/up/00/{PAIRING}/events", False),
        (f"riwaq/1/{BODY}/up/00/{PAIRING}/hello", False),
        (f"riwaq/1/{BODY}/up/00/{PAIRING}/state", False),
        (f"riwaq/1/{BODY}/up/00/{ONE}/ask", False),
    ],
)
def test_a_pairing_codes_account_may_ask_and_say_nothing_else(topic: str, *, allowed: bool) -> None:
    account = Account(PAIRING, BODY)
    assert may(account, Action.PUBLISH, topic) is allowed
    assert not may_retain(account, topic)


@pytest.mark.parametrize(
    ("topic_filter", "allowed"),
    [
        (f"riwaq/1/{BODY}/down/{PAIRING}/answer", True),
        (f"riwaq/1/{BODY}/down/{PAIRING}/#", False),
        (f"riwaq/1/{BODY}/down/{ONE}/answer", False),
        (f"riwaq/1/{BODY}/fair/rabat/programme", False),
        (f"riwaq/1/{BODY}/fair/#", False),
    ],
)
def test_a_pairing_codes_account_hears_its_answer_alone(topic_filter: str, *, allowed: bool) -> None:
    assert may(Account(PAIRING, BODY), Action.SUBSCRIBE, topic_filter) is allowed
    assert may(Account(PAIRING, BODY), Action.RECEIVE, topic_filter) is allowed


@given(
    st.lists(
        st.sampled_from(["riwaq", "1", BODY, "up", "down", "fair", ONE, TWO, "+", "#", "", "ack"]), max_size=8
    )
)
def test_no_filter_that_a_device_may_have_matches_another_devices_ear(levels: list[str]) -> None:
    topic_filter = "/".join(levels)
    if may(WHOSE, Action.SUBSCRIBE, topic_filter):
        assert levels[:3] == ["riwaq", "1", BODY]
        assert levels[3:5] == ["down", ONE] or levels[3] == "fair"


@pytest.mark.parametrize(
    ("knock", "why"),
    [
        (Knock(ONE, b"password-of-one", ONE), None),
        (Knock("server", SERVER_PASSWORD.encode(), "server"), None),
        (Knock(ONE, b"password-of-one", ONE, f"{UP}/rabat/{ONE}/state"), None),
        (Knock(None, b"", ONE), Refusal.ANONYMOUS),
        (Knock("", b"", ONE), Refusal.ANONYMOUS),
        (Knock("nobody", b"password-of-one", "nobody"), Refusal.UNKNOWN_ACCOUNT),
        (Knock(ONE, b"password-of-two", ONE), Refusal.WRONG_PASSWORD),
        (Knock(ONE, b"", ONE), Refusal.WRONG_PASSWORD),
        (Knock(ONE, b"\xff\xfe", ONE), Refusal.WRONG_PASSWORD),
        (Knock(ONE, b"password-of-one", TWO), Refusal.WRONG_CLIENT_ID),
        (Knock(ONE, b"password-of-one", ""), Refusal.WRONG_CLIENT_ID),
        (Knock("server", SERVER_PASSWORD.encode(), ONE), Refusal.WRONG_CLIENT_ID),
        (Knock(ONE, b"password-of-one", ONE, f"{UP}/rabat/{TWO}/state"), Refusal.FOREIGN_WILL),
        (Knock(ONE, b"password-of-one", ONE, f"{UP}/rabat/{ONE}/events"), Refusal.FOREIGN_WILL),
        (Knock(ONE, b"password-of-one", ONE, "#"), Refusal.FOREIGN_WILL),
    ],
)
def test_who_is_let_in(knock: Knock, why: Refusal | None) -> None:
    assert refusal(some_accounts(), knock) is why


def test_a_knock_and_accounts_do_not_show_what_is_secret() -> None:
    shown = repr(Knock(ONE, b"password-of-one", ONE)) + repr(some_accounts())
    assert "password-of" not in shown
    assert password_sha256("password-of-one") not in shown


def test_passwords_have_256_bits_and_need_no_quoting() -> None:
    made = {new_password() for _ in range(100)}
    assert len(made) == 100
    assert all(
        len(password) == 43 and password.replace("-", "").replace("_", "").isalnum() for password in made
    )


# The accounts file


def test_accounts_are_written_for_their_owner_alone_and_read_back(tmp_path: Path) -> None:
    path = tmp_path / "accounts.json"
    write_accounts(path, some_accounts())
    assert read_accounts(path) == some_accounts()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [child.name for child in tmp_path.iterdir()] == ["accounts.json"]


@pytest.mark.parametrize("name", ["", "a/b", "+", "#", "a:b", "Ä", "dev ice", "a\n", "server", "x" * 49])
def test_names_that_would_reach_beyond_their_level_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(AccountsError, match="device id"):
        write_accounts(tmp_path / "accounts.json", some_accounts(**{name: "x"}))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        "[]",
        "{}",
        '{"format": 2}',
        '{"format": 1, "body": "7f3a", "server": 3, "devices": {}}',
        "null",
        "\0",
    ],
)
def test_a_file_that_is_none_is_refused_with_its_name(tmp_path: Path, content: str) -> None:
    path = tmp_path / "accounts.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(AccountsError, match=r"accounts\.json"):
        read_accounts(path)


def test_a_hash_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(AccountsError, match="64 hex digits"):
        write_accounts(tmp_path / "x", Accounts("plain password", {}))


def test_a_file_that_went_bad_leaves_the_former_accounts(tmp_path: Path) -> None:
    path = tmp_path / "accounts.json"
    write_accounts(path, some_accounts())
    book = AccountBook(path)
    assert not book.refresh()
    path.write_text("{", encoding="utf-8")
    with pytest.raises(AccountsError):
        book.refresh()
    assert not book.refresh()
    assert book.accounts == some_accounts()
    path.unlink()
    with pytest.raises(AccountsError):
        book.refresh()
    write_accounts(path, some_accounts(another="x"))
    assert book.refresh()
    assert book.accounts.find("another")


# Packets


def text(value: str | bytes) -> bytes:
    data = value.encode() if isinstance(value, str) else value
    return struct.pack("!H", len(data)) + data


def packet(first: int, body: bytes) -> bytes:
    length, left = b"", len(body)
    while True:
        left, part = left >> 7, left & 0x7F
        length += bytes([part | (0x80 if left else 0)])
        if not left:
            return bytes([first]) + length + body


def connect(
    account: str,
    password: str,
    *,
    client_id: str | None = None,
    keep_alive: int = 60,
    flags: int = 0xC2,
    will: bytes = b"",
) -> bytes:
    body = b"\x00\x04MQTT\x04" + struct.pack("!BH", flags, keep_alive) + text(client_id or account) + will
    return packet(0x10, body + text(account) + text(password))


@given(st.binary(max_size=64))
def test_any_bytes_are_a_packet_or_a_packet_error(body: bytes) -> None:
    for first in range(256):
        with contextlib.suppress(packets.PacketError):
            packets.check(first, body)
    with contextlib.suppress(packets.PacketError):
        packets.parse_connect(body)


@given(st.integers(0, 255), st.integers(0, 0xFFFF), st.binary(max_size=64))
def test_a_connect_of_any_fields_is_one_or_a_packet_error(flags: int, keep_alive: int, rest: bytes) -> None:
    body = b"\x00\x04MQTT\x04" + struct.pack("!BH", flags, keep_alive) + rest
    try:
        parsed = packets.parse_connect(body)
    except packets.PacketError:
        return
    assert parsed.keep_alive == keep_alive
    assert packets.parse_connect(packets.without_keep_alive(body)).knock == parsed.knock


@pytest.mark.parametrize(
    ("first", "body", "why"),
    [
        (0x32, text("a/+") + b"\0\1x", "wildcard"),
        (0x32, text("$SYS/x") + b"\0\1x", "wildcard"),
        (0x32, text("a") + b"\0\0x", "packet id 0"),
        (0x34, text("a") + b"\0\1x", "QoS 2"),
        (0x36, text("a") + b"\0\1x", "QoS 2"),
        (0x30, text(""), "empty topic"),
        (0x30, text(b"\xff"), "UTF-8"),
        (0x30, text("a\0b"), "NUL"),
        (0x30, b"\0\x09abc", "runs over"),
        (0x82, b"\0\1", "runs over"),
        (0x82, b"\0\1" + text("a") + b"\3", "QoS"),
        (0x82, b"\0\1" + (text("a") + b"\1") * 65, "filters"),
        (0x80, b"\0\1" + text("a") + b"\1", "flags"),
        (0x40, b"\0\1\0", "after the last field"),
        (0x62, b"\0\1", "type that no client sends"),
        (0x10, b"", "type that no client sends"),
        (0x20, b"\0\0", "type that no client sends"),
        (0x00, b"", "type that no client sends"),
        (0xF0, b"", "type that no client sends"),
    ],
)
def test_packets_that_are_not_for_a_client_to_send(first: int, body: bytes, why: str) -> None:
    with pytest.raises(packets.PacketError, match=why):
        packets.check(first, body)


# Both brokers


@pytest.mark.parametrize(
    ("account", "password"), [(ONE, "wrong"), (ONE, ""), ("nobody", "x"), ("server", "x"), (None, None)]
)
def test_strangers_are_refused(broker: TestBroker, account: str | None, password: str | None) -> None:
    with Peer(broker, account, password) as stranger:
        assert stranger.code == packets.NOT_AUTHORISED


def test_what_a_device_says(broker: TestBroker) -> None:
    """Every case of the table at once; the server listens to everything as witness."""
    with server_of(broker) as witness, device_of(broker, ONE) as device:
        witness.subscribe("#")
        for topic, _ in SAYS:
            device.say(topic)
        for topic, _ in SAYS:
            device.say(topic, b"retained", retain=True)
        device.say(SAYS[0][0], b"last")
        expected = [topic for topic, allowed in SAYS if allowed]
        until(lambda: witness.heard and witness.heard[-1].payload == b"last")
        assert witness.topics() == [*expected, *expected, SAYS[0][0]]


@pytest.mark.parametrize(("topic", "topic_filter", "allowed"), HEARS)
def test_what_a_device_hears(broker: TestBroker, topic: str, topic_filter: str, *, allowed: bool) -> None:
    fence = f"{FAIR}/fence/live"
    with server_of(broker) as server, device_of(broker, ONE) as device:
        server.say(topic, b"retained", retain=True)
        device.subscribe(topic_filter)
        device.subscribe(fence)
        server.say(topic)
        server.say(fence)
        until(lambda: fence in device.topics())
        heard = [message for message in device.heard if message.topic != fence]
    assert heard == ([Heard(topic, b"retained", is_retained=True), Heard(topic, b"said")] if allowed else [])


def test_a_client_is_not_sent_what_it_did_not_subscribe_to(broker: TestBroker) -> None:
    with server_of(broker) as server, device_of(broker, TWO) as other:
        server.subscribe("#")
        other.say(f"{UP}/rabat/{TWO}/state", retain=True)
        server.say(f"{DOWN}/{TWO}/ack", retain=True)
        until(lambda: len(server.heard) == 2)
        with device_of(broker, ONE) as device:
            device.subscribe(f"{DOWN}/{ONE}/#")
            server.say(f"{DOWN}/{ONE}/ack")
            until(lambda: device.heard)
            assert device.topics() == [f"{DOWN}/{ONE}/ack"]


def test_a_will_speaks_on_the_devices_own_state_and_nowhere_else(broker: TestBroker) -> None:
    state_of_two = f"{UP}/rabat/{TWO}/state"
    with server_of(broker) as witness:
        witness.subscribe("#")
        with Peer(broker, ONE, PASSWORDS[ONE], will=(state_of_two, b"a lie", True)) as liar:
            if liar.is_connected:
                liar.vanish()
                until(lambda: liar.connects > 1)
        with device_of(broker, TWO, will=(state_of_two, b"gone", True)) as device:
            device.vanish()
            until(lambda: witness.heard)
        assert {message.payload for message in witness.heard} == {b"gone"}


def test_a_client_that_says_goodbye_leaves_no_will_and_loses_no_message(broker: TestBroker) -> None:
    state = f"{UP}/rabat/{ONE}/state"
    with server_of(broker) as witness:
        witness.subscribe("#")
        for turn in range(20):
            with device_of(broker, ONE, will=(state, b"gone", True)) as device:
                device.say(state, b"closing", qos=turn % 2, retain=True)
            until(lambda turn=turn: len(witness.heard) > turn)  # type: ignore[misc]
        assert [message.payload for message in witness.heard] == [b"closing"] * 20


def test_nobody_ends_anothers_session_by_its_client_id(broker: TestBroker) -> None:
    with server_of(broker) as server, device_of(broker, ONE) as victim:
        victim.subscribe(f"{DOWN}/{ONE}/#")
        with (
            Peer(broker, TWO, PASSWORDS[TWO], client_id=ONE),
            Peer(broker, "nobody", "x", client_id=ONE),
            Peer(broker, None, client_id="server"),
        ):
            server.say(f"{DOWN}/{ONE}/ack")
            until(lambda: victim.heard)
        assert (victim.connects, server.connects) == (1, 1)


def test_the_same_device_connecting_again_is_online(broker: TestBroker) -> None:
    """Its former connection, half open, must not report it gone after the new one came."""
    state = f"{UP}/rabat/{ONE}/state"
    will = text(state) + text("gone")
    with server_of(broker) as witness:
        witness.subscribe(state)
        with raw(broker, connect(ONE, PASSWORDS[ONE], flags=0xEE, will=will)) as former:
            assert exactly(former, 4) == packets.connack(packets.ACCEPTED)
            with device_of(broker, ONE) as device:
                device.say(state, b"online", retain=True)
                assert exactly(former, 4) == b""
                until(lambda: b"online" in [message.payload for message in witness.heard])
        stays(lambda: witness.heard[-1].payload == b"online")


def test_accounts_come_and_go_while_the_broker_runs(broker: TestBroker) -> None:
    three = "00c0ffee00000003"
    with server_of(broker) as server, device_of(broker, ONE) as old:
        broker.set_devices(PASSWORDS | {three: "password-of-three"})
        until(lambda: can_connect(broker, three), what="the new account")
        assert old.connects == 1
        assert server.connects == 1
        broker.set_devices({ONE: PASSWORDS[ONE], three: "another password"})
        until(lambda: connack_of(broker, TWO, PASSWORDS[TWO]) == packets.NOT_AUTHORISED, what="its refusal")
        until(lambda: connack_of(broker, three, "password-of-three") == packets.NOT_AUTHORISED)
        until(lambda: can_connect(broker, three), what="the new password")
        assert server.connects == 1


def connack_of(broker: TestBroker, account: str, password: str) -> int | None:
    with Peer(broker, account, password) as peer:
        return peer.code


def can_connect(broker: TestBroker, device: str) -> bool:
    return connack_of(broker, device, broker.devices[device]) == packets.ACCEPTED


def test_a_killed_broker_comes_back_on_its_port_and_clients_with_it(broker: TestBroker) -> None:
    with server_of(broker) as server, device_of(broker, ONE) as device:
        server.subscribe(f"{UP}/#")
        for turn in range(1, 4):
            broker.kill()
            until(lambda: not server.is_connected and not device.is_connected)
            broker.start()
            until(lambda turn=turn: server.connects > turn and device.connects > turn)  # type: ignore[misc]
            server.subscribe(f"{UP}/+/+/ask")
            device.say(f"{UP}/rabat/{ONE}/ask", str(turn).encode())
            until(lambda turn=turn: str(turn).encode() in [m.payload for m in server.heard])  # type: ignore[misc]


def raw(broker: TestBroker, data: bytes) -> socket.socket:
    """Open a connection and send bytes that no client library would."""
    connection = socket.create_connection((broker.host, broker.port), 10)
    connection.sendall(data)
    return connection


def exactly(connection: socket.socket, count: int) -> bytes:
    """Read so many bytes, or fewer if the broker ends the connection before."""
    data = b""
    with contextlib.suppress(ConnectionError):
        while len(data) < count and (part := connection.recv(count - len(data))):
            data += part
    return data


def is_ended(connection: socket.socket, within: float = 10) -> bool:
    """Read until the broker ends the connection; says whether it did in time."""
    connection.settimeout(within)
    try:
        while connection.recv(4096):
            pass
    except ConnectionError:
        return True
    except TimeoutError:
        return False
    return True


def test_garbage_does_not_reach_the_others(broker: TestBroker) -> None:
    chance = random.Random(2)
    login = connect(ONE, PASSWORDS[ONE])
    with server_of(broker) as server, device_of(broker, TWO) as other:
        server.subscribe(f"{UP}/#")
        for turn in range(300):
            noise = chance.randbytes(chance.randrange(1, 200))
            kind = chance.randrange(4)
            if kind == 0:  # to the stranger's door
                data = noise
            elif kind == 1:  # a broken CONNECT
                broken = bytearray(login)
                broken[chance.randrange(len(broken))] ^= 1 << chance.randrange(8)
                data = bytes(broken)
            elif kind == 2:  # after a good one
                data = login + noise
            else:  # with a header that fits
                data = login + packet(chance.randrange(256), noise)
            with raw(broker, data):
                pass
            if turn % 30 == 0:
                other.say(f"{UP}/rabat/{TWO}/events", str(turn).encode())
                until(lambda turn=turn: server.heard[-1:] and server.heard[-1].payload == str(turn).encode())  # type: ignore[misc]
        assert (server.connects, other.connects) == (1, 1)
        assert can_connect(broker, ONE)


# What only the embedded broker promises


@pytest.mark.parametrize(("_topic", "topic_filter", "allowed"), HEARS)
def test_a_foreign_subscription_is_refused(
    embedded: TestBroker, _topic: str, topic_filter: str, *, allowed: bool
) -> None:
    with device_of(embedded, ONE) as device:
        assert device.subscribe(topic_filter) == (1 if allowed else packets.REFUSED_FILTER)


def test_a_foreign_will_is_refused_at_the_door(embedded: TestBroker) -> None:
    with Peer(embedded, ONE, PASSWORDS[ONE], will=(f"{FAIR}/x/programme", b"forged", True)) as liar:
        assert liar.code == packets.NOT_AUTHORISED


def test_a_session_that_would_outlive_its_connection_is_refused(embedded: TestBroker) -> None:
    with device_of(embedded, ONE, clean_session=False) as device:
        assert device.code == packets.BAD_CLIENT_ID


def test_a_device_that_lost_its_account_is_put_out(embedded: TestBroker) -> None:
    with device_of(embedded, ONE) as device, device_of(embedded, TWO) as other:
        embedded.set_devices({TWO: PASSWORDS[TWO]})
        until(lambda: device.code == packets.NOT_AUTHORISED)
        assert other.connects == 1


def test_a_silent_client_is_ended_and_its_will_speaks(embedded: TestBroker) -> None:
    state = f"{UP}/rabat/{ONE}/state"
    login = connect(ONE, PASSWORDS[ONE], keep_alive=1, flags=0xEE, will=text(state) + text("gone"))
    with server_of(embedded) as witness, raw(embedded, login) as silent:
        witness.subscribe("#")
        assert is_ended(silent)
        until(lambda: witness.heard)
        assert witness.heard == [Heard(state, b"gone")]
    with server_of(embedded) as late:
        late.subscribe("#")
        until(lambda: late.heard)
        assert late.heard == [Heard(state, b"gone", is_retained=True)]


@pytest.mark.parametrize(
    ("data", "is_let_in"),
    [
        (connect("x" * 5000, "x"), False),
        (packet(0x32, text("a") + b"\0\1x"), False),
        (connect(ONE, PASSWORDS[ONE]) * 2, True),
        (connect(ONE, PASSWORDS[ONE]) + packet(0x34, text(f"{UP}/rabat/{ONE}/events") + b"\0\1x"), True),
        (connect(ONE, PASSWORDS[ONE]) + b"\x32" + b"\xff" * 4, True),
        (connect(ONE, PASSWORDS[ONE]) + b"\x32\xff\xff\xff\x7f", True),
        (
            connect(ONE, PASSWORDS[ONE]) + packet(0x30, text(f"{UP}/r/{ONE}/ask") + bytes(1_000_000))[:500],
            True,
        ),
    ],
)
def test_what_is_out_of_order_ends_its_connection(
    embedded: TestBroker, data: bytes, *, is_let_in: bool
) -> None:
    with server_of(embedded) as witness, raw(embedded, b"") as connection:
        witness.subscribe("#")
        connection.sendall(data)
        first = exactly(connection, 4)
        assert first == (packets.connack(packets.ACCEPTED) if is_let_in else b"")
        assert is_ended(connection)
        assert not witness.heard
        assert witness.connects == 1


def test_a_connect_that_stops_in_the_middle_is_no_trouble(embedded: TestBroker) -> None:
    login = connect(ONE, PASSWORDS[ONE])
    for end in range(0, len(login), 7):
        with raw(embedded, login[:end]) as connection:
            connection.shutdown(socket.SHUT_WR)
            assert is_ended(connection)
    assert embedded.troubles() == ""


def test_a_client_that_is_gone_at_once_leaves_nothing(embedded: TestBroker) -> None:
    """amqtt alone never notices an end that comes before it listens for one."""
    for _ in range(50):
        with raw(embedded, connect(ONE, PASSWORDS[ONE])) as hasty:
            hasty.shutdown(socket.SHUT_WR)
            assert is_ended(hasty, within=2)
    assert embedded.troubles() == ""


def test_another_protocol_version_is_told_so(embedded: TestBroker) -> None:
    for protocol in (b"\x00\x04MQTT\x05", b"\x00\x06MQIsdp\x03", b"\x00\x04MQTT\x03"):
        with raw(embedded, packet(0x10, protocol + b"\xc2\0\x3c" + text(ONE) * 3)) as connection:
            assert exactly(connection, 4) == packets.connack(packets.WRONG_VERSION)
            assert is_ended(connection)


def test_a_device_leaves_one_state_and_nothing_else_behind(embedded: TestBroker) -> None:
    with server_of(embedded) as witness, device_of(embedded, ONE) as device:
        for region in range(50):
            device.say(f"{UP}/region-{region}/{ONE}/state", b"here", retain=True)
            device.say(f"{UP}/region-{region}/{ONE}/events", b"facts", retain=True)
        device.say(f"{UP}/region-7/{ONE}/state", bytes(20_000), retain=True)
        witness.subscribe("#")
        until(lambda: witness.heard)
        stays(lambda: witness.heard == [Heard(f"{UP}/region-49/{ONE}/state", b"here", is_retained=True)])


def test_a_client_cannot_hold_subscriptions_without_end(embedded: TestBroker) -> None:
    with device_of(embedded, ONE) as device:
        codes = [device.subscribe(f"{FAIR}/{number}/live") for number in range(40)]
        assert codes == [1] * 32 + [packets.REFUSED_FILTER] * 8


def test_the_server_holds_some_for_each_of_many_bodies(embedded: TestBroker) -> None:
    with server_of(embedded) as server:
        assert [server.subscribe(f"{FAIR}/{number}/live") for number in range(120)] == [1] * 120


def test_subscribing_while_messages_are_handed_out_loses_none(embedded: TestBroker) -> None:
    with server_of(embedded) as server, device_of(embedded, ONE) as device, device_of(embedded, TWO) as other:
        server.subscribe(f"{UP}/+/+/events")
        for number in range(200):
            device.say(f"{UP}/rabat/{ONE}/events", str(number).encode(), qos=0)
            if number % 10 == 0:
                other.subscribe(f"{FAIR}/{number}/live")
        until(lambda: len(server.heard) == 200)
        assert [int(message.payload) for message in server.heard] == list(range(200))


def test_a_client_that_takes_nothing_holds_up_nobody(embedded: TestBroker) -> None:
    login = connect(TWO, PASSWORDS[TWO])
    subscribe = packet(0x82, b"\0\1" + text(f"{FAIR}/#") + b"\1")
    with (
        server_of(embedded) as server,
        device_of(embedded, ONE) as device,
        raw(embedded, login + subscribe) as deaf,
    ):
        assert exactly(deaf, 9) == packets.connack(0) + b"\x90\x03\x00\x01\x01"
        device.subscribe(f"{FAIR}/x/live")
        for _ in range(200):
            server.say(f"{FAIR}/x/live", bytes(100_000), qos=0)
        until(lambda: len(device.heard) == 200)
        assert psutil.Process(embedded.pid).memory_info().rss < 120e6


@pytest.fixture
def deaf_server(embedded: TestBroker) -> Iterator[socket.socket]:
    """A server that subscribed to everything and takes nothing, as one that is stuck."""
    login = connect("server", SERVER_PASSWORD)
    with raw(embedded, login + packet(0x82, b"\0\1" + text(f"{UP}/#") + b"\1")) as deaf:
        assert exactly(deaf, 9) == packets.connack(0) + b"\x90\x03\x00\x01\x01"
        yield deaf


@pytest.mark.usefixtures("deaf_server")
def test_a_device_is_held_back_while_the_server_takes_nothing(embedded: TestBroker) -> None:
    """Two hundred megabytes go nowhere, least of all into the broker's memory."""
    flood = packet(0x30, text(f"{UP}/rabat/{ONE}/events") + bytes(500_000)) * 400
    with raw(embedded, connect(ONE, PASSWORDS[ONE])) as device, device_of(embedded, TWO) as other:
        device.settimeout(2)
        with pytest.raises(TimeoutError):
            device.sendall(flood)
        assert psutil.Process(embedded.pid).memory_info().rss < 150e6
        assert other.subscribe(f"{FAIR}/#") == 1


@pytest.mark.long
def test_a_server_that_takes_nothing_is_ended(embedded: TestBroker, deaf_server: socket.socket) -> None:
    with raw(embedded, connect(ONE, PASSWORDS[ONE])) as device:
        device.settimeout(60)
        device.sendall(packet(0x30, text(f"{UP}/rabat/{ONE}/events") + bytes(500_000)) * 400)
        with server_of(embedded) as server:
            server.subscribe(f"{UP}/#")
            device.sendall(packet(0x30, text(f"{UP}/rabat/{ONE}/ask") + b"at last"))
            until(lambda: f"{UP}/rabat/{ONE}/ask" in server.topics(), seconds=60)
    assert is_ended(deaf_server)
    assert "takes nothing" in embedded.troubles()


def test_the_log_names_each_kind_of_trouble_once_and_nothing_secret(embedded: TestBroker) -> None:
    secret = "a-secret-that-was-mistyped"  # noqa: S105
    with server_of(embedded) as server, device_of(embedded, ONE) as device:
        server.subscribe("#")
        for _ in range(5):
            assert connack_of(embedded, ONE, secret) == packets.NOT_AUTHORISED
            assert connack_of(embedded, secret, secret) == packets.NOT_AUTHORISED
            with raw(
                embedded, connect(TWO, PASSWORDS[TWO]) + packet(0x30, b"\xff\xff" + secret.encode())
            ) as other:
                assert is_ended(other)
        device.say(f"{UP}/rabat/{ONE}/events", secret.encode())
        device.say(f"{UP}/rabat/{ONE}/events", secret.encode(), retain=True)
        until(lambda: len(server.heard) == 2)
    log = embedded.troubles()
    assert secret not in log
    assert "password-of" not in log
    assert log.count("wrong password") == 1
    assert log.count("unknown account") == 1
    assert log.count("ended a connection") == 1
    assert len(log.splitlines()) == 4


def test_the_accounts_file_going_bad_throws_nobody_out(embedded: TestBroker) -> None:
    with device_of(embedded, ONE) as device:
        (embedded.directory / "accounts.json").write_text("{", encoding="utf-8")
        until(lambda: "former accounts hold" in embedded.troubles())
        assert can_connect(embedded, TWO)
        assert device.connects == 1


# The supervisor


class Supervised(TestBroker):
    """The embedded broker with its supervisor, for clients of this test."""

    kind = "supervised"

    def __init__(self, directory: Path) -> None:
        super().__init__(directory, PASSWORDS)
        self.said: list[str] = []
        self.supervisor = EmbeddedBroker(self.accounts, f"{HOST}:{self.port}", on_trouble=self.said.append)

    @property
    def accounts(self) -> Path:
        return self.directory / "accounts.json"

    def write(self) -> None:
        write_accounts(self.accounts, some_accounts())


def is_alive(pid: int) -> bool:
    return psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE


def test_a_killed_child_is_back_and_clients_reconnect(tmp_path: Path) -> None:
    supervised = Supervised(tmp_path)
    with supervised.supervisor as supervisor:
        assert supervisor.ready(10)
        with server_of(supervised) as server, device_of(supervised, ONE) as device:
            server.subscribe(f"{UP}/#")
            for life in (1, 2, 3):
                pid = supervisor.pid
                assert pid is not None
                os.kill(pid, signal.SIGKILL)
                until(lambda pid=pid: supervisor.pid not in (None, pid) and supervisor.ready(0))  # type: ignore[misc]
                until(lambda life=life: server.connects > life and device.connects > life)  # type: ignore[misc]
                server.subscribe(f"{UP}/#")
                device.say(f"{UP}/rabat/{ONE}/events", str(life).encode())
                until(lambda life=life: server.heard[-1:] and server.heard[-1].payload == str(life).encode())  # type: ignore[misc]
        last = supervisor.pid
    assert last is not None
    assert not is_alive(last)
    assert supervisor.pid is None
    assert supervised.said == ["the broker ended by signal 9; it is started again"]
    assert supervisor.lives == 4


def test_stopping_at_any_moment_leaves_no_child(tmp_path: Path) -> None:
    supervised = Supervised(tmp_path)
    for wait in (0, 0.01, 0.1, 0.3):
        supervisor = EmbeddedBroker(
            supervised.accounts, f"{HOST}:{supervised.port}", on_trouble=supervised.said.append
        )
        supervisor.start()
        supervisor.ready(wait)
        pid = supervisor.pid
        supervisor.stop()
        supervisor.stop()
        assert supervisor.pid is None
        assert pid is None or not is_alive(pid)
    assert supervised.said == []


def test_a_port_in_use_is_said_with_who_holds_it_and_tried_again(tmp_path: Path) -> None:
    supervised = Supervised(tmp_path)
    with socket.create_server((HOST, supervised.port)):
        supervised.supervisor.start()
        until(lambda: supervised.said)
        assert not supervised.supervisor.ready(0)
        holder = f"{HOST}:{supervised.port} is in use by {holder_of(supervised.port)}"
        assert supervised.said == [f"broker: {holder}: stop that, or choose another port for the broker"]
        assert str(os.getpid()) in supervised.said[0]
        until(lambda: supervised.supervisor.lives > 1)
    until(lambda: supervised.supervisor.ready(0), what="the port that is free now")
    supervised.supervisor.stop()
    assert len(supervised.said) == 1


@pytest.mark.parametrize(("content", "why"), [(None, "No such file"), ("{", "is no accounts file")])
def test_accounts_that_cannot_be_read_are_said(tmp_path: Path, content: str | None, why: str) -> None:
    supervised = Supervised(tmp_path)
    supervised.accounts.unlink()
    if content is not None:
        supervised.accounts.write_text(content, encoding="utf-8")
    with supervised.supervisor:
        until(lambda: supervised.said)
        assert why in supervised.said[0]
        supervised.write()
        until(lambda: supervised.supervisor.ready(0))


@pytest.mark.parametrize(
    "listen", ["", "1883", ":1883", "127.0.0.1", "127.0.0.1:", "127.0.0.1:x", "127.0.0.1:65536"]
)
def test_an_address_that_is_none_is_refused_at_once(tmp_path: Path, listen: str) -> None:
    with pytest.raises(BrokerAddressError, match="HOST:PORT"):
        EmbeddedBroker(tmp_path / "accounts.json", listen, on_trouble=print)


def test_whether_something_could_listen_is_said_with_who_does() -> None:
    port = free_port()
    assert why_not_listen(f"{HOST}:{port}") == ""
    with socket.create_server((HOST, port)):
        assert f"in use by {holder_of(port)}" in why_not_listen(f"{HOST}:{port}")
    assert why_not_listen(f"{HOST}:{port}") == ""
    assert "is no address of this machine" in why_not_listen(f"192.0.2.1:{port}")


def test_a_port_that_nobody_holds_has_no_holder() -> None:
    assert holder_of(free_port()) is None


PARENT = """
import sys, threading
from pathlib import Path
from server.mqtt.broker import EmbeddedBroker

broker = EmbeddedBroker(Path(sys.argv[1]), sys.argv[2], on_trouble=print)
broker.start()
broker.ready(10)
print(broker.pid, flush=True)
threading.Event().wait()
"""


def test_a_parent_killed_with_sigkill_takes_its_child_along(tmp_path: Path) -> None:
    supervised = Supervised(tmp_path)
    command = [sys.executable, "-c", PARENT, str(supervised.accounts), f"{HOST}:{supervised.port}"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        assert is_alive(child)
        parent.kill()
        parent.wait()
        until(lambda: not is_alive(child))
    with socket.create_server((HOST, supervised.port)):
        pass
