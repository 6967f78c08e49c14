"""Facts as JSON: kept byte for byte, and refused with a code where they cannot be understood."""

from datetime import date
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.wire.strategies import (
    SEALING,
    VISIT,
    a_card,
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
    MAX_SEALED,
    MAX_TOPICS,
    CardRef,
    Event,
    EventError,
    Fact,
    Feedback,
    Registration,
    Reissue,
    SignUp,
    Unknown,
    Visit,
    decode_event,
    encode_event,
    join_events,
    split_events,
)
from wire.private import seal_private

RAW = encode_event(VISIT)
HEADER = b'"event_id":"%s","occurred_at":1,"monotonic_ms":1,"boot_id":"%s","fair":"f","booth":"b"' % (
    b"a" * 32,
    b"b" * 32,
)

CARD = b'"card":{"key_id":1,"card_id":"00c0ffee00c0ff","category":1}'
DAYS = b'"valid_from":"2024-11-01","valid_to":"2027-10-31","reason":"lost"'


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
        (b"visit", b'{"reason":"%s"}' % (b"r" * 65)),
        (b"visit", b'{"reason":"a\\n"}'),
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
        (b"sign_up", b'{"offer":"loan"}'),
        (b"sign_up", b'{"card":null,"offer":"loan"}'),
        (b"sign_up", b"{%s}" % CARD),
        (b"sign_up", b'{%s,"offer":""}' % CARD),
        (b"sign_up", b'{%s,"offer":"%s"}' % (CARD, b"o" * 65)),
        (b"sign_up", b'{%s,"offer":"a\\u0000"}' % CARD),
        (b"sign_up", b'{%s,"offer":"loan","partner":"%s"}' % (CARD, b"p" * 65)),
        (b"sign_up", b'{%s,"offer":"loan","consent":"a\\n"}' % CARD),
        (b"sign_up", b'{%s,"offer":"loan","consent_version":-1}' % CARD),
        (b"sign_up", b'{%s,"offer":"loan","consent_version":2147483648}' % CARD),
        (b"sign_up", b'{%s,"offer":"loan","language":"tamazight"}' % CARD),
        (b"sign_up", b'{%s,"offer":"loan","phone":"other"}' % CARD),
        (b"sign_up", b'{%s,"offer":"loan","phone":"typed"}' % CARD),
        (b"sign_up", b'{%s,"offer":"loan","sealed":"AAAA"}' % CARD),
        (b"sign_up", b'{%s,"offer":"loan","phone":"given","sealed":"AAAA"}' % CARD),
        (b"sign_up", b'{%s,"offer":"loan","phone":"typed","sealed":"?"}' % CARD),
        (b"sign_up", b'{%s,"offer":"loan","phone":"typed","sealed":"%s"}' % (CARD, b"AAAA" * 2049)),
        (b"withdrawal", b'{"offer":"loan"}'),
        (b"withdrawal", b'{%s,"offer":""}' % CARD),
        (b"feedback", b"{}"),
        (b"feedback", b'{"urgent":true,"may_call":true,%s}' % CARD),
        (b"feedback", b'{"face":0,"topics":[],"sealed":""}'),
        (b"feedback", b'{"face":6}'),
        (b"feedback", b'{"face":-1}'),
        (b"feedback", b'{"face":2.5}'),
        (b"feedback", b'{"topics":[""]}'),
        (b"feedback", b'{"topics":["%s"]}' % (b"t" * 65)),
        (b"feedback", b'{"topics":[%s]}' % b",".join([b'"t"'] * 17)),
        (b"feedback", b'{"face":1,"urgent":1}'),
        (b"feedback", b'{"sealed":"%s"}' % (b"AAAA" * 2049)),
        (b"session_attendance", b'{"session":"delegates"}'),
        (b"session_attendance", b'{%s,"session":""}' % CARD),
        (b"session_attendance", b'{%s,"session":"a","invited":null}' % CARD),
        (b"passage", b"{}"),
        (b"passage", b'{"direction":"through"}'),
        (b"passage", b'{"direction":null}'),
        (b"reissue", b'{%s,%s,"replaces":""}' % (CARD, DAYS)),
        (b"reissue", b'{%s,%s,"replaces":"","member":""}' % (CARD, DAYS)),
        (b"reissue", b'{%s,%s,"replaces":"","member":"5E5E5E5E00C0FFEE"}' % (CARD, DAYS)),
        (b"reissue", b'{%s,%s,"replaces":"","member":"5e5e5e5e00c0ffee\\n"}' % (CARD, DAYS)),
        (b"reissue", b'{%s,%s,"replaces":"00c0ffee00c0ff"}' % (CARD, DAYS)),
        (b"card_revoked", b'{"card":"","reason":"lost"}'),
        (b"card_revoked", b'{"card":"0001-00c0ffee00c0ff\\n","reason":"lost"}'),
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


def test_a_fact_at_its_bounds_fits_an_event_in_any_script() -> None:
    longest = "ⵣ" * 64
    sealed = seal_private({"text": "ⵣ" * 2000}, bytes(SEALING.public_key))
    sealed += bytes(MAX_SEALED - len(sealed))
    card = VISIT.fact.card if isinstance(VISIT.fact, Visit) else None
    facts: list[Fact] = [
        Feedback(card=card, face=1, topics=[longest] * MAX_TOPICS, urgent=True, may_call=True, sealed=sealed)
    ]
    if card is not None:
        facts.append(
            SignUp(
                card=card,
                offer=longest,
                partner=longest,
                consent=longest,
                consent_version=2**31 - 1,
                phone="typed",
                sealed=sealed,
            )
        )
    for fact in facts:
        event = msgspec.structs.replace(VISIT, fair=longest, booth=longest, staff_id=longest, fact=fact)
        assert decode_event(encode_event(event)) == event


def test_a_feedback_that_says_nothing_is_not_made() -> None:
    with pytest.raises(ValueError, match="says nothing"):
        Feedback(urgent=True)


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


def test_a_registration_needs_a_form_and_days_in_their_order() -> None:
    card = CardRef.of(a_card())
    good: dict[str, Any] = {
        "card": card,
        "valid_from": date(2024, 11, 1),
        "valid_to": date(2024, 11, 1),
        "consents": [],
        "language": "ar",
        "sealed": b"sealed",
    }
    assert Registration(**good).valid_to == date(2024, 11, 1)
    with pytest.raises(ValueError, match="without a form"):
        Registration(**{**good, "sealed": b""})
    with pytest.raises(ValueError, match="before it begins"):
        Registration(**{**good, "valid_to": date(2024, 10, 31)})


def test_another_card_is_somebodys() -> None:
    days = {"valid_from": date(2024, 11, 1), "valid_to": date(2027, 10, 31)}
    of: dict[str, Any] = {"card": CardRef.of(a_card()), "reason": "lost", **days}
    assert Reissue(replaces="", member="5e5e5e5e00c0ffee", **of).replaces == ""
    assert Reissue(replaces="0001-00c0ffee00c0ff", **of).member == ""
    with pytest.raises(ValueError, match="another card is somebody's"):
        Reissue(replaces="", **of)
