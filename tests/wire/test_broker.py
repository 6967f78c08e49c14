"""Addresses of brokers, as an operator types them."""

import pytest
from hypothesis import given

from tests.wire.strategies import any_text, many
from wire.broker import BrokerAddress, BrokerAddressError, join_address, parse_broker, split_address


def test_an_address_is_read() -> None:
    address = parse_broker("mqtt://192.168.1.10")
    assert (address.host, address.port, address.tls) == ("192.168.1.10", 1883, False)
    address = parse_broker("mqtts://kiosk%401:p%3A%2F@broker.example:8884/")
    assert (address.host, address.port, address.tls) == ("broker.example", 8884, True)
    assert (address.account, address.password) == ("kiosk@1", "p:/")


def test_a_password_slips_into_no_message() -> None:
    address = parse_broker("mqtt://kiosk:hunter2@broker.example")
    assert "hunter2" not in f"{address} {address!r}"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "broker.example",
        "http://broker.example",
        "mqtt://",
        "mqtt://:1883",
        "mqtt://[::1",
        "mqtt://[not-an-address]",
        "mqtt://broker.example:port",
        "mqtt://broker.example:99999",
        "mqtt://broker.example/a/path",
        "mqtt://broker\u2100.example",
    ],
)
def test_what_is_no_address_is_refused_with_words(text: str) -> None:
    with pytest.raises(BrokerAddressError, match="a broker looks like"):
        parse_broker(text)


@given(any_text.map("mqtt://{}".format) | any_text)
@many
def test_any_text_is_an_address_or_refused(text: str) -> None:
    try:
        address = parse_broker(text)
    except BrokerAddressError:
        return
    assert address.host
    assert 0 <= address.port <= 65535


@pytest.mark.parametrize(
    ("text", "host", "port"),
    [("127.0.0.1:1883", "127.0.0.1", 1883), ("[::1]:1884", "::1", 1884), ("hall:0", "hall", 0)],
)
def test_where_to_listen_is_read_and_written(text: str, host: str, port: int) -> None:
    assert split_address(text) == (host, port)
    assert join_address(host, port) == text
    address = BrokerAddress(host, port or 1883, tls=False)
    assert parse_broker(str(address)) == address


@pytest.mark.parametrize(
    "text",
    [
        *("", "1883", ":1883", "127.0.0.1", "127.0.0.1:", "127.0.0.1:x", "127.0.0.1:65536"),
        *("127.0.0.1:99999999999", "127.0.0.1:١٨٨٣", "two words:1883", "mqtt://127.0.0.1:1883"),
    ],
)
def test_where_nobody_can_listen_is_refused_with_words(text: str) -> None:
    with pytest.raises(BrokerAddressError, match="no HOST:PORT, for example"):
        split_address(text)


def test_an_account_in_the_wrong_place_is_not_shown() -> None:
    with pytest.raises(BrokerAddressError) as refused:
        split_address("mqtt://server:hunter2@127.0.0.1:1883")
    assert "hunter2" not in str(refused.value)


@given(any_text)
@many
def test_any_text_is_somewhere_to_listen_or_refused(text: str) -> None:
    try:
        host, port = split_address(text)
    except BrokerAddressError:
        return
    assert split_address(join_address(host, port)) == (host, port)
