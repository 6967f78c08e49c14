"""Hello, answer and acknowledgement: signed, checked, and never one for another."""

import random
from typing import cast

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.wire.strategies import (
    DEVICE,
    DEVICE_KEY,
    OTHER_KEY,
    SERVER_KEY,
    damaged,
    epochs,
    few,
    hexes,
    json_bytes,
    many,
    millis,
    public,
)
from wire.envelope import EnvelopeError, Kind, sign_message
from wire.events import Visit
from wire.logo import MOST_BYTES
from wire.messages import (
    MAX_STATE,
    Ack,
    Answer,
    HeldEpoch,
    Hello,
    KeptEpoch,
    State,
    open_signed,
    peek,
    read_state,
    sign,
)
from wire.programme import MAX_BYTES

Message = Hello | Answer | Ack
tokens = st.text("abcdefghijklmnopqrstuvwxyz0123456789", min_size=8, max_size=64)
hellos = st.builds(
    Hello,
    device=hexes(16),
    nonce=tokens,
    epochs=st.lists(st.builds(KeptEpoch, epoch=epochs, first=millis, last=millis, mark=millis), max_size=5),
    programme_version=millis,
    revocations_version=millis,
    software=st.text(max_size=32),
    logo=st.just("") | hexes(64),
)
answers = st.builds(
    Answer,
    device=hexes(16),
    nonce=tokens,
    run=tokens,
    epochs=st.lists(
        st.builds(HeldEpoch, epoch=epochs, upto=millis, tail=st.just("") | hexes(32)), max_size=5
    ),
    server_time=millis,
    programme=st.none() | st.binary(max_size=3000),
    revocations=st.none() | st.binary(max_size=300),
    logo=st.none() | st.binary(max_size=300),
)
acks = st.builds(
    Ack, device=hexes(16), run=tokens, epoch=epochs, upto=millis, tail=hexes(32), server_time=millis
)
HELLO = Hello(
    device=DEVICE, nonce="nonce-01", epochs=[KeptEpoch(epoch=7, first=1, last=12, mark=9)], software="0.1.0"
)
ANSWER = Answer(device=DEVICE, nonce="nonce-01", run="run-0001", epochs=[], server_time=1_730_000_000_000)
ACK = Ack(device=DEVICE, run="run-0001", epoch=7, upto=12, tail="a" * 32, server_time=1_730_000_000_000)
KIND_OF: dict[type[Message], Kind] = {Hello: Kind.HELLO, Answer: Kind.ANSWER, Ack: Kind.ACK}


def opened_as(kind: type[Message], message: bytes, key: bytes | None) -> object:
    """Open a message of a kind that only the test knows; without a key, peek."""
    known = cast("type[Hello]", kind)
    return peek(known, message) if key is None else open_signed(known, message, key)


def code_of(kind: type[Message], message: bytes, key: bytes | None) -> str:
    with pytest.raises(EnvelopeError) as caught:
        opened_as(kind, message, key)
    return caught.value.code


@given(hellos | answers | acks)
@many
def test_a_message_comes_back_as_it_was_signed(message: Message) -> None:
    signed = sign(message, SERVER_KEY)
    assert opened_as(type(message), signed, public(SERVER_KEY)) == message
    assert opened_as(type(message), signed, None) == message


@pytest.mark.parametrize("message", [HELLO, ANSWER, ACK])
def test_a_message_given_back_to_its_sender_is_taken_for_nothing_else(message: Message) -> None:
    signed = sign(message, DEVICE_KEY)
    for kind in set(KIND_OF) - {type(message)}:
        assert code_of(kind, signed, public(DEVICE_KEY)) == "wrong_kind"
        assert code_of(kind, signed, None) == "wrong_kind"


@pytest.mark.parametrize("message", [HELLO, ANSWER, ACK])
def test_a_message_of_another_sender_is_refused(message: Message) -> None:
    assert code_of(type(message), sign(message, OTHER_KEY), public(SERVER_KEY)) == "bad_signature"


@pytest.mark.parametrize("message", [HELLO, ANSWER, ACK])
def test_a_field_of_a_later_version_is_ignored(message: Message) -> None:
    payload = msgspec.json.encode(message)[:-1] + b',"later":[{"deep":null}]}'
    signed = sign_message(KIND_OF[type(message)], payload, SERVER_KEY)
    assert opened_as(type(message), signed, public(SERVER_KEY)) == message


@pytest.mark.parametrize(
    ("message", "field", "value"),
    [
        (HELLO, "device", b'"00C0FFEE00C0FFEE"'),
        (HELLO, "device", b'"00c0ffee00c0ffee\\n"'),
        (HELLO, "device", b'"00c0ffee00c0ffee00"'),
        (HELLO, "nonce", b'"short"'),
        (HELLO, "nonce", b'"' + b"n" * 65 + b'"'),
        (HELLO, "epochs", b"null"),
        (HELLO, "epochs", b'[{"epoch":0,"first":1,"last":1,"mark":0}]'),
        (HELLO, "epochs", b'[{"epoch":1,"first":1,"last":1,"mark":-1}]'),
        (HELLO, "epochs", b'[{"epoch":9007199254740992,"first":1,"last":1,"mark":0}]'),
        (HELLO, "epochs", b"[" + b'{"epoch":1,"first":1,"last":1,"mark":0},' * 4096 + b"1]"),
        (HELLO, "programme_version", b"-1"),
        (HELLO, "programme_version", b"1e400"),
        (HELLO, "software", b'"' + b"s" * 33 + b'"'),
        (HELLO, "logo", b'"' + b"A" * 64 + b'"'),
        (ANSWER, "run", b'""'),
        (ANSWER, "programme", b'"not base64!"'),
        (ANSWER, "server_time", b"1.5"),
        (ACK, "upto", b"9" * 5000),
        (ACK, "upto", b"-1"),
        (ACK, "epoch", b"0"),
        (ACK, "tail", b'"\xff"'),
        (ACK, "tail", b'"\\ud800"'),
        (ACK, "tail", b"null"),
        (ACK, "server_time", b"NaN"),
        (ACK, "later", b"[" * 100_000 + b"]" * 100_000),
    ],
)
def test_a_field_out_of_bounds_is_garbage_even_where_it_was_signed(
    message: Message, field: str, value: bytes
) -> None:
    payload = msgspec.json.encode(message)[:-1] + b',"%s":%s}' % (field.encode(), value)
    signed = sign_message(KIND_OF[type(message)], payload, SERVER_KEY)
    assert code_of(type(message), signed, public(SERVER_KEY)) == "garbage"


def test_nesting_by_a_stranger_is_garbage() -> None:
    payload = b'{"later":' + b"[" * 100_000
    unsigned = bytes((1, Kind.HELLO, 0)) + bytes(64) + payload
    with pytest.raises(EnvelopeError, match="not a hello"):
        peek(Hello, unsigned)


@given(
    st.sampled_from([HELLO, ANSWER, ACK]).flatmap(
        lambda message: st.tuples(
            st.just(message), damaged(msgspec.json.encode(message)) | json_bytes | st.binary(max_size=99)
        )
    )
)
@many
def test_any_payload_is_a_message_or_refused(drawn: tuple[Message, bytes]) -> None:
    message, payload = drawn
    signed = sign_message(KIND_OF[type(message)], payload, SERVER_KEY)
    try:
        opened = opened_as(type(message), signed, public(SERVER_KEY))
    except EnvelopeError as problem:
        code = problem.code
    else:
        code = "garbage"
        assert type(opened) is type(message)
    assert code == "garbage"


def test_an_answer_can_bring_both_lists_at_their_longest_a_logo_and_every_mark() -> None:
    chance = random.Random(1)
    answer = Answer(
        device=DEVICE,
        nonce="n" * 64,
        run="r" * 64,
        epochs=[
            HeldEpoch(
                epoch=chance.randrange(1, 2**53),
                upto=chance.randrange(2**53),
                tail=chance.randbytes(16).hex(),
            )
            for _ in range(4096)
        ],
        server_time=1,
        programme=chance.randbytes(MAX_BYTES),
        revocations=chance.randbytes(MAX_BYTES),
        logo=chance.randbytes(MOST_BYTES),
    )
    assert open_signed(Answer, sign(answer, SERVER_KEY), public(SERVER_KEY)) == answer


def test_a_state_is_read() -> None:
    state = State(online=True, name="k1", fair="f", booth="b", waiting=3, temperature_c=-2.5, disk_free_mb=9)
    assert read_state(msgspec.json.encode(state)) == state
    assert read_state(b'{"online":false,"later":1}') == State(online=False)


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b'{"online":1}',
        b'{"online":true,"waiting":-1}',
        b'{"online":true,"waiting":' + b"9" * 30 + b"}",
        b'{"online":true,"disk_free_mb":' + b"9" * 4000 + b"}",
        b'{"online":true,"temperature_c":1e400}',
        b'{"online":true,"temperature_c":NaN}',
        b'{"online":true,"name":"\xff"}',
        b'{"online":true,"name":"\\ud800"}',
        b'{"online":true}\0',
        b'{"online":true,"later":' + b"[" * 6000 + b"]" * 6000 + b"}",
        b"[" * MAX_STATE,
    ],
)
def test_what_is_no_state_is_garbage(payload: bytes) -> None:
    with pytest.raises(EnvelopeError) as caught:
        read_state(payload)
    assert caught.value.code == "garbage"


def test_a_state_of_more_than_16_kb_is_dropped_unread() -> None:
    with pytest.raises(EnvelopeError) as caught:
        read_state(b'{"online":true}' + b" " * MAX_STATE)
    assert caught.value.code == "too_large"


@given(damaged(b'{"online":true,"waiting":3}') | json_bytes | st.binary(max_size=99))
@few
def test_any_bytes_are_a_state_or_refused(payload: bytes) -> None:
    try:
        read_state(payload)
    except EnvelopeError as problem:
        code = problem.code
    else:
        code = "garbage"
    assert code == "garbage"


def test_an_unsigned_struct_has_no_kind() -> None:
    with pytest.raises(KeyError):
        sign(Visit(), SERVER_KEY)  # type: ignore[arg-type]
