"""Facts as JSON: kept byte for byte, and refused with a code where they cannot be understood."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.wire.strategies import (
    VISIT,
    damaged,
    events,
    few,
    json_bytes,
    many,
    names,
    unknown_facts,
)
from wire import events as wire_events
from wire.card import RefusalCode
from wire.events import (
    MAX_BATCH,
    MAX_EVENT_BYTES,
    Event,
    EventError,
    Unknown,
    Visit,
    decode_event,
    encode_event,
    join_events,
    split_events,
)

RAW = encode_event(VISIT)
HEADER = b'"event_id":"%s","occurred_at":1,"monotonic_ms":1,"boot_id":"%s","fair":"f","booth":"b"' % (
    b"a" * 32,
    b"b" * 32,
)


def made(kind: bytes = b"later", fact: bytes = b"{}", header: bytes = HEADER) -> bytes:
    return b'{%s,"kind":"%s","fact":%s}' % (header, kind, fact)


def code_of(raw: bytes) -> str:
    with pytest.raises(EventError) as caught:
        decode_event(raw)
    return caught.value.code


def batch_code_of(raw: bytes) -> str:
    with pytest.raises(EventError) as caught:
        split_events(raw)
    return caught.value.code


@given(events())
@many
def test_every_event_comes_back_from_its_bytes(event: Event) -> None:
    raw = encode_event(event)
    assert decode_event(raw) == event
    assert encode_event(decode_event(raw)) == raw
    assert split_events(join_events([raw])) == [raw]


@given(events(unknown_facts))
@many
def test_a_kind_of_a_later_version_is_kept_byte_for_byte(event: Event) -> None:
    raw = encode_event(event)
    again = decode_event(raw)
    assert again == event
    assert isinstance(again.fact, Unknown)
    assert encode_event(again) == raw


@given(names.filter(lambda name: name not in msgspec.json.decode(RAW)), json_bytes)
@few
def test_a_field_of_a_later_version_is_kept_and_ignored(name: str, value: bytes) -> None:
    field = msgspec.json.encode(name) + b" : " + value
    in_event = RAW[:-1] + b", " + field + b" }"
    assert split_events(join_events([in_event])) == [in_event]
    assert decode_event(in_event) == VISIT
    in_fact = made(b"visit", b"{" + field + b"}")
    if name not in {"card", "clock_doubtful"}:
        assert decode_event(in_fact).fact == Visit()


@given(st.lists(events().map(encode_event), min_size=1, max_size=5))
@few
def test_a_batch_comes_apart_as_it_was_joined(raws: list[bytes]) -> None:
    assert split_events(join_events(raws)) == raws


def test_a_batch_holds_1_to_100_events() -> None:
    assert len(split_events(join_events([RAW] * MAX_BATCH))) == MAX_BATCH == 100
    assert batch_code_of(join_events([])) == "bad_batch"
    assert batch_code_of(join_events([RAW] * (MAX_BATCH + 1))) == "bad_batch"
    assert batch_code_of(join_events([b"1"] * 900_000)) == "bad_batch"


@pytest.mark.parametrize(
    "bad",
    [
        b"{}",
        b"[]",
        b"null",
        b"1e999",
        b'"\\u0000"',
        b'"\xff"',
        RAW.replace(b"visit", b"refusal"),
        RAW[:-1] + b',"event_id":7}',
        b'{"event_id":"x"}',
        b'"' + b"x" * MAX_EVENT_BYTES + b'"',
        b"[" * 100 + b"]" * 100,
    ],
)
def test_one_bad_event_does_not_spoil_its_neighbours(bad: bytes) -> None:
    raws = split_events(join_events([RAW, bad, RAW]))
    assert raws == [RAW, bad, RAW]
    assert decode_event(raws[0]) == decode_event(raws[2]) == VISIT
    assert code_of(raws[1]) in {"bad_event", "too_large"}


@pytest.mark.parametrize("version", ["2.0", "2", "0.9", "", "x", "10.0", "01.0", " 1.0", "1 .0", "-1.0"])
def test_another_major_version_is_refused(version: str) -> None:
    body = msgspec.json.encode({"version": version, "events": [VISIT.event_id]})
    assert batch_code_of(body) == "unknown_version"


@pytest.mark.parametrize("version", ["1.0", "1.1", "1.99", "1"])
def test_another_minor_version_is_read(version: str) -> None:
    body = b'{"version":"%s","more":[{}],"events":[%s]}' % (version.encode(), RAW)
    assert split_events(body) == [RAW]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b'{"version":"1.0"}',
        b'{"version":1,"events":[1]}',
        b'{"version":"1.0","events":{}}',
        b'{"version":"1.0","events":[1,]}',
        b'{"version":"1.0","events":[1 2]}',
        b'{"version":"1.0","events":[NaN]}',
        b'{"version":"1.0","events":["a]}',
        b'{"version":"\xff","events":[1]}',
        b'{"version":"\\ud800","events":[1]}',
        b'{"version":"1.0","events":[1]}x',
        b'\xef\xbb\xbf{"version":"1.0","events":[1]}',
        '{"version":"1.0","events":[1]}'.encode("utf-16"),
        b"[" * 1_000_000,
        b'{"version":"1.0","events":[' + b"[" * 100_000 + b"]" * 100_000 + b"]}",
        b'{"later":' + b'{"a":' * 100_000 + b"1" + b"}" * 100_000 + b',"version":"1.0","events":[1]}',
    ],
)
def test_what_is_no_batch_is_refused(body: bytes) -> None:
    assert batch_code_of(body) == "bad_batch"


def test_a_known_kind_with_an_unknown_code_is_refused() -> None:
    for known in RefusalCode:
        assert decode_event(made(b"refusal", b'{"code":"%s"}' % known.encode()))
    assert code_of(made(b"refusal", b'{"code":"later"}')) == "bad_event"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("event_id", b'""'),
        ("event_id", b'"' + b"A" * 32 + b'"'),
        ("event_id", b'"' + b"a" * 31 + b'"'),
        ("event_id", b'"' + b"a" * 32 + b'\\n"'),
        ("event_id", b'"' + b"a" * 31 + b'\\n"'),
        ("event_id", b"null"),
        ("boot_id", b'"' + b"g" * 32 + b'"'),
        ("boot_id", b'"' + b"a" * 32 + b'\\n"'),
        ("occurred_at", b"-1"),
        ("occurred_at", b"9007199254740992"),
        ("occurred_at", b"9" * 5000),
        ("occurred_at", b"1.5"),
        ("occurred_at", b"1e3"),
        ("occurred_at", b"1e999"),
        ("occurred_at", b"NaN"),
        ("occurred_at", b"-Infinity"),
        ("occurred_at", b'"1"'),
        ("occurred_at", b"true"),
        ("monotonic_ms", b"-1"),
        ("monotonic_ms", b"null"),
        ("fair", b'""'),
        ("fair", b'"\\u0000"'),
        ("fair", b'"a\\n"'),
        ("fair", b'"a\\u001b[2J"'),
        ("fair", b'"\x7f"'),
        ("fair", b'"\x00"'),
        ("fair", b'"\xff"'),
        ("fair", b'"\\ud800"'),
        ("fair", b'"\\ud800\\ud800"'),
        ("fair", b'"\xed\xa0\x80"'),
        ("fair", b'"' + b"a" * 65 + b'"'),
        ("booth", b'"a\\u0000b"'),
        ("booth", b"[]"),
        ("kind", b'""'),
        ("kind", b'"visit\\n"'),
        ("kind", b'"' + b"a" * 65 + b'"'),
        ("staff_id", b'""'),
        ("staff_id", b'"\\t"'),
    ],
)
def test_a_field_out_of_bounds_is_refused(field: str, value: bytes) -> None:
    # Later fields win where one stands twice, in every reader of this project.
    assert code_of(made(b"later")[:-1] + b',"%s":%s}' % (field.encode(), value)) == "bad_event"


def test_where_a_field_stands_twice_the_last_one_is_read() -> None:
    assert decode_event(made()[:-1] + b',"fair":"second"}').fair == "second"


@pytest.mark.parametrize(
    ("kind", "fact"),
    [
        (b"visit", b"null"),
        (b"visit", b"[]"),
        (b"visit", b'{"card":{}}'),
        (b"visit", b'{"card":{"key_id":65536,"card_id":"00c0ffee00c0ff","category":1}}'),
        (b"visit", b'{"card":{"key_id":1,"card_id":"00C0FFEE00C0FF","category":1}}'),
        (b"visit", b'{"card":{"key_id":1,"card_id":"00c0ffee00c0ff\\n","category":1}}'),
        (b"visit", b'{"card":{"key_id":1,"card_id":"00c0ffee00c0ff","category":16}}'),
        (b"visit", b'{"card":{"key_id":1,"card_id":"00c0ffee00c0ff","category":1,"territory":256}}'),
        (b"visit", b'{"card":{"key_id":1,"card_id":"00c0ffee00c0ff","category":1,"language":"\\u0000"}}'),
        (b"visit", b'{"clock_doubtful":1}'),
        (b"refusal", b"{}"),
        (b"refusal", b'{"code":"EXPIRED"}'),
        (b"void", b'{"target":"%s"}' % (b"a" * 32)),
        (b"void", b'{"target":"x","reason":""}'),
        (b"void", b'{"target":"%s","reason":"\\u0000"}' % (b"a" * 32)),
        (b"void", b'{"target":"%s","reason":"%s"}' % (b"a" * 32, b"r" * 65)),
        (b"lost", b'{"epoch":1,"first":2,"last":1,"reason":""}'),
        (b"lost", b'{"epoch":0,"first":1,"last":1,"reason":""}'),
        (b"lost", b'{"epoch":9007199254740992,"first":1,"last":1,"reason":""}'),
        (b"lost", b'{"epoch":1,"first":0,"last":1,"reason":""}'),
        (
            b"clock_offset",
            b'{"server_minus_monotonic_ms":9223372036854775808,"server_minus_wall_ms":0,"round_trip_ms":0}',
        ),
        (
            b"clock_offset",
            b'{"server_minus_monotonic_ms":0,"server_minus_wall_ms":-%s,"round_trip_ms":0}' % (b"9" * 25),
        ),
        (b"clock_offset", b'{"server_minus_monotonic_ms":0,"server_minus_wall_ms":0,"round_trip_ms":-1}'),
        (b"later", b""),
        (b"later", b"NaN"),
        (b"later", b"[01]"),
        (b"later", b'{"a":1,}'),
        (b"later", b'"\xff"'),
        (b"later", b'{"\xed\xa0\x80":1}'),
        (b"later", b'"\x01"'),
        (b"later", b"[" * 7000 + b"]" * 7000),
    ],
)
def test_a_fact_out_of_bounds_is_refused(kind: bytes, fact: bytes) -> None:
    assert code_of(made(kind, fact)) == "bad_event"


def test_an_event_of_more_than_16_kb_is_refused_unread() -> None:
    padding = b" " * (MAX_EVENT_BYTES - len(RAW))
    assert decode_event(RAW + padding) == VISIT
    assert code_of(RAW + padding + b" ") == "too_large"


@given(damaged(RAW) | st.binary(max_size=300) | json_bytes | names.map(msgspec.json.encode))
@many
def test_any_bytes_are_an_event_or_refused(raw: bytes) -> None:
    try:
        event = decode_event(raw)
    except EventError as problem:
        code = problem.code
    else:
        code = "bad_event"
        assert decode_event(encode_event(event)) == event
    assert code == "bad_event"


@given(damaged(join_events([RAW, b'{"a":1}'])) | st.binary(max_size=300) | json_bytes)
@many
def test_any_bytes_are_a_batch_or_refused(body: bytes) -> None:
    try:
        raws = split_events(body)
    except EventError as problem:
        code = problem.code
    else:
        code = "bad_batch"
        assert 1 <= len(raws) <= MAX_BATCH
        assert split_events(join_events(raws)) == raws
    assert code in {"bad_batch", "unknown_version"}


def test_no_event_says_more_of_a_card_than_its_reference() -> None:
    assert set(msgspec.json.decode(RAW)["fact"]["card"]) == set(wire_events.CardRef.__struct_fields__)
