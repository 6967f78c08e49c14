"""A broker carries sealed batches and signed messages, and can neither read, forge nor reflect them."""

import itertools
import random
import tracemalloc
import zlib
from collections.abc import Callable
from functools import partial
from typing import ParamSpec

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nacl.public import PrivateKey, PublicKey, SealedBox
from nacl.signing import SigningKey

from tests.wire.strategies import (
    DEVICE,
    DEVICE_KEY,
    OTHER_KEY,
    OTHER_SEALING,
    SEALING,
    SERVER_KEY,
    VISIT,
    damaged,
    epochs,
    events,
    few,
    json_bytes,
    many,
    public,
    unknown_facts,
)
from wire.envelope import (
    MAX_MESSAGE,
    MAX_PLAIN,
    BatchHead,
    EnvelopeError,
    Kind,
    batch_head,
    inflate,
    open_batch,
    open_message,
    peek_message,
    recipient,
    seal_batch,
    sign_message,
)
from wire.events import MAX_BATCH, MAX_EVENT_BYTES, encode_event, join_events

P = ParamSpec("P")
CODES = frozenset(
    {
        "too_large",
        "garbage",
        "unknown_version",
        "wrong_kind",
        "unknown_device",
        "bad_signature",
        "wrong_recipient",
        "cannot_open",
        "bomb",
        "bad_batch",
    }
)
RAW = encode_event(VISIT)
SIGNED_KINDS = [kind for kind in Kind if kind is not Kind.BATCH]
HEAD = 36
BOX = 100


def seal(
    *raws: bytes, epoch: int = 7, first: int = 1, device: str = DEVICE, key: SigningKey = DEVICE_KEY
) -> bytes:
    return seal_batch(
        raws or (RAW,),
        device=device,
        epoch=epoch,
        first=first,
        sealing_key=bytes(SEALING.public_key),
        key=key,
    )


def known(device: str) -> bytes | None:
    return public(DEVICE_KEY) if device == DEVICE else None


def code_of(message: bytes, sealing_key: PrivateKey = SEALING) -> str:
    with pytest.raises(EnvelopeError) as caught:
        open_batch(message, device_key=known, sealing_key=sealing_key)
    return caught.value.code


def code_of_call(call: Callable[P, object], *args: P.args, **kwargs: P.kwargs) -> str:
    with pytest.raises(EnvelopeError) as caught:
        call(*args, **kwargs)
    return caught.value.code


def forge(box: bytes, *, head: bytes = seal()[:HEAD], key: SigningKey = DEVICE_KEY) -> bytes:
    """Sign any box, as a kiosk does whose program was exchanged."""
    return head + key.sign(b"riwaq message 1\0" + head + box).signature + box


def boxed(plain: bytes) -> bytes:
    return SealedBox(SEALING.public_key).encrypt(plain)


BATCH = seal()


@given(
    st.lists((events() | events(unknown_facts)).map(encode_event), min_size=1, max_size=4),
    epochs,
    st.integers(1, 2**53 - 100),
)
@few
def test_a_batch_comes_back_as_it_was_sealed(raws: list[bytes], epoch: int, first: int) -> None:
    message = seal(*raws, epoch=epoch, first=first)
    batch = open_batch(message, device_key=known, sealing_key=SEALING)
    assert batch.events == tuple(raws)
    assert batch.head == batch_head(message) == BatchHead(DEVICE, epoch, first, len(raws))
    assert batch.head.last == first + len(raws) - 1


def test_a_full_batch_of_the_longest_events_is_read() -> None:
    longest = b'{"later":"' + b"x" * (MAX_EVENT_BYTES - 12) + b'"}'
    assert len(longest) == MAX_EVENT_BYTES
    message = seal(*[longest] * MAX_BATCH)
    assert open_batch(message, device_key=known, sealing_key=SEALING).events == (longest,) * MAX_BATCH


def test_the_kiosk_cannot_read_what_it_sealed() -> None:
    assert b"rabat" not in BATCH
    assert seal() != seal()
    assert code_of(BATCH, PrivateKey(bytes(DEVICE_KEY))) == "wrong_recipient"


def code_expected(at: int, changed: bytes) -> str:
    """Say how a batch is refused whose byte ``at`` alone was changed."""
    if at == 0:
        return "unknown_version"
    if at == 1:
        return "wrong_kind"
    epoch, first, count = (
        int.from_bytes(changed[start:end], "big") for start, end in ((10, 18), (18, 26), (26, 28))
    )
    if not (0 < epoch < 2**53 and 0 < first < 2**53 and 0 < count <= 100):
        return "garbage"
    return "unknown_device" if 2 <= at < 10 else "bad_signature"


def test_no_flipped_bit_of_a_batch_passes() -> None:
    for at, bit in itertools.product(range(len(BATCH)), range(8)):
        changed = bytearray(BATCH)
        changed[at] ^= 1 << bit
        assert code_of(bytes(changed)) == code_expected(at, bytes(changed)), (at, bit)


def test_no_flipped_bit_of_a_sealed_box_passes_even_with_a_new_signature() -> None:
    box = BATCH[BOX:]
    for at, bit in itertools.product(range(len(box)), (0, 7)):
        changed = bytearray(box)
        changed[at] ^= 1 << bit
        # The top bit of a curve point is ignored by all that reckon with it (RFC 7748, section 5),
        # but the nonce is made of the key's bytes as they stand.
        assert code_of(forge(bytes(changed))) == "cannot_open", (at, bit)


def test_no_truncated_or_extended_batch_passes() -> None:
    for length in range(len(BATCH)):
        assert code_of(BATCH[:length]) == ("garbage" if length < BOX else "bad_signature")
    assert code_of(BATCH + b"\0") == "bad_signature"
    assert code_of(b"\0" + BATCH) == "unknown_version"


def test_a_batch_of_an_unknown_device_is_refused() -> None:
    assert code_of(seal(device="00c0ffee00c0ffef")) == "unknown_device"


def test_a_batch_cannot_be_signed_in_another_devices_name() -> None:
    assert code_of(seal(key=OTHER_KEY)) == "bad_signature"
    assert code_of(BATCH[:2] + bytes(8) + BATCH[10:]) == "unknown_device"


@pytest.mark.parametrize("key", [b"", b"\1" * 31, b"\1" * 33, bytes(32), b"\1" + bytes(31)])
def test_a_device_key_that_is_none_verifies_nothing(key: bytes) -> None:
    assert code_of_call(open_batch, BATCH, device_key=lambda _: key, sealing_key=SEALING) == "bad_signature"


def test_nothing_is_decrypted_before_the_signature_held() -> None:
    bomb = boxed(zlib.compress(bytes(50_000_000), 9))
    assert code_of(forge(bomb, key=OTHER_KEY)) == "bad_signature"


def test_a_batch_for_another_server_is_told_so() -> None:
    assert code_of(BATCH, OTHER_SEALING) == "wrong_recipient"
    head = BATCH[:28] + recipient(bytes(OTHER_SEALING.public_key))
    assert code_of(forge(BATCH[BOX:], head=head), OTHER_SEALING) == "cannot_open"


@pytest.mark.parametrize("length", [0, 1, 31, 32, 47, 48, 49, 1000])
def test_a_box_that_is_none_does_not_open(length: int) -> None:
    assert code_of(forge(bytes(length))) == "cannot_open"
    assert code_of(forge(b"\xff" * length)) == "cannot_open"


def test_a_decompression_bomb_is_refused_and_takes_little_memory() -> None:
    bomb = forge(boxed(zlib.compress(bytes(100_000_000), 9)))
    assert len(bomb) < MAX_MESSAGE
    tracemalloc.start()
    try:
        assert code_of(bomb) == "bomb"
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 4 * MAX_PLAIN


def test_decompression_stops_at_its_bound_and_not_before() -> None:
    assert len(inflate(zlib.compress(bytes(MAX_PLAIN)))) == MAX_PLAIN
    assert code_of_call(inflate, zlib.compress(bytes(MAX_PLAIN + 1))) == "bomb"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"x",
        join_events([RAW]),
        zlib.compress(join_events([RAW]))[:-1],
        zlib.compress(join_events([RAW])) + b"x",
        zlib.compress(join_events([RAW])) * 2,
        zlib.compress(join_events([RAW]))[2:-4],
        b"\x1f\x8b\x08" + bytes(30),
        b"\x78\xbb" + bytes(30),  # asks for a preset dictionary
        zlib.compress(b"x" * (MAX_PLAIN // 2))[:-8],
    ],
)
def test_content_that_is_not_compressed_right_is_garbage(content: bytes) -> None:
    assert code_of(forge(boxed(content))) == "garbage"


def test_a_head_that_promises_another_number_of_events_is_refused() -> None:
    two = boxed(zlib.compress(join_events([RAW, RAW])))
    assert code_of(forge(two)) == "bad_batch"


def test_events_of_another_major_version_are_told_so() -> None:
    later = join_events([RAW]).replace(b'"1.0"', b'"2.0"')
    assert code_of(forge(boxed(zlib.compress(later)))) == "unknown_version"


def test_one_event_that_is_none_does_not_spoil_a_batch() -> None:
    message = seal(RAW, b'"\xff"', RAW)
    assert open_batch(message, device_key=known, sealing_key=SEALING).events[::2] == (RAW, RAW)


def test_a_batch_that_no_server_would_read_is_not_sealed() -> None:
    chance = random.Random(1)
    longest = ['"' + chance.randbytes(8000).hex() + '"' for _ in range(MAX_BATCH)]
    assert code_of_call(seal, *(raw.encode() for raw in longest)) == "too_large"
    for epoch, first in ((0, 1), (2**53, 1), (1, 0), (1, 2**53)):
        assert code_of_call(seal, epoch=epoch, first=first) == "garbage"


@pytest.mark.parametrize("device", ["", "00", "00c0ffee00c0ffee00", "no hex digits at"])
def test_a_device_id_of_another_length_is_not_sealed(device: str) -> None:
    with pytest.raises(ValueError, match="hex"):
        seal(device=device)


def test_no_batch_is_empty_or_holds_more_than_100_events() -> None:
    for raws in ([], [RAW] * (MAX_BATCH + 1)):
        with pytest.raises(ValueError, match="1 to 100"):
            seal_batch(raws, device=DEVICE, epoch=1, first=1, sealing_key=bytes(32), key=DEVICE_KEY)


@pytest.mark.parametrize("message", [b"", b"\1", b"x" * 100, bytes(100), b"{}", b"\1\1" + bytes(98)])
def test_garbage_is_refused(message: bytes) -> None:
    assert code_of(message) in {"garbage", "unknown_version"}


def test_a_message_that_is_too_long_is_dropped_unread() -> None:
    long = BATCH + bytes(MAX_MESSAGE)
    assert code_of(long) == "too_large"
    assert code_of_call(batch_head, long) == "too_large"
    assert code_of_call(open_message, Kind.ACK, long, public(SERVER_KEY)) == "too_large"
    assert code_of_call(peek_message, Kind.HELLO, long) == "too_large"


@given(damaged(BATCH) | st.binary(max_size=300))
@many
def test_any_bytes_are_the_batch_or_refused(message: bytes) -> None:
    try:
        opened = open_batch(message, device_key=known, sealing_key=SEALING)
    except EnvelopeError as problem:
        code = problem.code
    else:
        code = "garbage"
        assert message == BATCH
        assert opened.events == (RAW,)
    assert code in CODES


@given(
    st.binary(max_size=200)
    | (st.binary(max_size=200) | json_bytes | damaged(join_events([RAW]))).map(zlib.compress)
)
@many
def test_whatever_a_known_kiosk_seals_is_a_batch_or_refused(content: bytes) -> None:
    try:
        opened = open_batch(forge(boxed(content)), device_key=known, sealing_key=SEALING)
    except EnvelopeError as problem:
        code = problem.code
    else:
        code = "garbage"
        assert len(opened.events) == 1
    assert code in CODES


@given(st.sampled_from(SIGNED_KINDS), st.binary(max_size=3000))
@many
def test_a_signed_message_comes_back(kind: Kind, payload: bytes) -> None:
    message = sign_message(kind, payload, SERVER_KEY)
    assert open_message(kind, message, public(SERVER_KEY)) == payload
    assert peek_message(kind, message) == payload


@pytest.mark.parametrize("kind", SIGNED_KINDS)
def test_a_message_is_taken_for_no_other_kind(kind: Kind) -> None:
    message = sign_message(kind, b"{}", SERVER_KEY)
    for other in set(SIGNED_KINDS) - {kind}:
        assert code_of_call(open_message, other, message, public(SERVER_KEY)) == "wrong_kind"
        assert code_of_call(peek_message, other, message) == "wrong_kind"
        relabelled = message[:1] + bytes([other]) + message[2:]
        assert code_of_call(open_message, other, relabelled, public(SERVER_KEY)) == "bad_signature"


@pytest.mark.parametrize("kind", SIGNED_KINDS)
def test_a_batch_is_no_signed_message_and_the_reverse(kind: Kind) -> None:
    assert code_of_call(open_message, kind, BATCH, public(DEVICE_KEY)) == "wrong_kind"
    relabelled = BATCH[:1] + bytes([kind, 0]) + BATCH[3:]
    assert code_of_call(open_message, kind, relabelled, public(DEVICE_KEY)) == "bad_signature"
    assert code_of(sign_message(kind, bytes(200), DEVICE_KEY)) == "wrong_kind"


@pytest.mark.parametrize("payload", [b'{"short":1}', b'{"long":"' + b"x" * 2000 + b'"}'])
def test_no_flipped_bit_of_a_signed_message_passes(payload: bytes) -> None:
    message = sign_message(Kind.ACK, payload, SERVER_KEY)
    for at, bit in itertools.product(range(len(message)), range(8)):
        changed = bytearray(message)
        changed[at] ^= 1 << bit
        expected = {0: "unknown_version", 1: "wrong_kind"}.get(at, "bad_signature")
        if at == 2 and bit:
            expected = "unknown_version"
        got = code_of_call(open_message, Kind.ACK, bytes(changed), public(SERVER_KEY))
        assert got == expected, (at, bit)
    for length in range(len(message)):
        cut = message[:length]
        expected = "garbage" if length < 67 else "bad_signature"
        assert code_of_call(open_message, Kind.ACK, cut, public(SERVER_KEY)) == expected


def test_a_message_signed_by_another_key_is_refused() -> None:
    message = sign_message(Kind.ANSWER, b"{}", OTHER_KEY)
    assert code_of_call(open_message, Kind.ANSWER, message, public(SERVER_KEY)) == "bad_signature"


def test_a_later_versions_flag_is_told_so_even_where_it_was_signed() -> None:
    head = bytes((1, Kind.ACK, 2))
    message = head + SERVER_KEY.sign(b"riwaq message 1\0" + head + b"{}").signature + b"{}"
    assert code_of_call(open_message, Kind.ACK, message, public(SERVER_KEY)) == "unknown_version"


def test_a_bomb_is_refused_before_anyone_has_signed_it() -> None:
    bomb = bytes((1, Kind.HELLO, 1)) + bytes(64) + zlib.compress(bytes(100_000_000), 9)
    assert code_of_call(peek_message, Kind.HELLO, bomb) == "bomb"


def test_a_message_that_no_reader_would_take_is_not_signed() -> None:
    compressible, chance = bytes(MAX_PLAIN + 1), random.Random(1).randbytes(MAX_MESSAGE)
    assert code_of_call(sign_message, Kind.ANSWER, compressible, SERVER_KEY) == "too_large"
    assert code_of_call(sign_message, Kind.ANSWER, chance, SERVER_KEY) == "too_large"
    longest = sign_message(Kind.ANSWER, bytes(MAX_PLAIN), SERVER_KEY)
    assert len(open_message(Kind.ANSWER, longest, public(SERVER_KEY))) == MAX_PLAIN


@given(damaged(sign_message(Kind.HELLO, b"{}" * 600, DEVICE_KEY)) | st.binary(max_size=300))
@many
def test_any_bytes_are_a_message_or_refused(message: bytes) -> None:
    for read in (peek_message, partial(open_message, public_key=public(DEVICE_KEY))):
        try:
            read(Kind.HELLO, message)
        except EnvelopeError as problem:
            code = problem.code
        else:
            code = "garbage"
        assert code in CODES


def test_a_recipient_is_named_in_8_bytes() -> None:
    key = bytes(SEALING.public_key)
    assert BATCH[28:36] == recipient(key)
    assert len(recipient(key)) == 8
    assert recipient(key) != recipient(bytes(PublicKey(bytes(OTHER_SEALING.public_key))))
