"""Personal text: for the server alone, bounded, and never taken for anything else that is sealed for it."""

import zlib
from contextlib import suppress

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from nacl.public import PrivateKey, SealedBox

from tests.wire.strategies import (
    DEVICE,
    DEVICE_KEY,
    OTHER_SEALING,
    SEALING,
    VISIT,
    damaged,
    few,
    many,
    public,
)
from wire.envelope import EnvelopeError, open_batch, seal_batch
from wire.events import MAX_SEALED, encode_event
from wire.private import LABEL, MAX_PRIVATE, open_private, seal_private

PUBLIC = bytes(SEALING.public_key)
PHONE = {"phone": "+212612345678"}
texts = st.text(st.characters(codec="utf-8"), max_size=300)


def code_of(sealed: bytes, key: PrivateKey = SEALING) -> str:
    with pytest.raises(EnvelopeError) as refused:
        open_private(sealed, key)
    return refused.value.code


def boxed(plain: bytes) -> bytes:
    return SealedBox(SEALING.public_key).encrypt(plain)


@given(st.dictionaries(texts, texts, max_size=4))
@many
def test_texts_come_back(values: dict[str, str]) -> None:
    assert open_private(seal_private(values, PUBLIC), SEALING) == values


def test_nobody_else_opens_it_and_it_shows_nothing() -> None:
    sealed = seal_private(PHONE, PUBLIC)
    assert code_of(sealed, OTHER_SEALING) == "cannot_open"
    assert b"212612345678" not in sealed
    assert sealed != seal_private(PHONE, PUBLIC)


def test_one_byte_more_than_fits_is_refused_where_it_is_made_and_where_it_is_opened() -> None:
    room = MAX_PRIVATE - len(msgspec.json.encode({"text": ""}))
    fits = seal_private({"text": "x" * room}, PUBLIC)
    assert len(fits) == MAX_SEALED
    assert open_private(fits, SEALING) == {"text": "x" * room}
    with pytest.raises(EnvelopeError) as refused:
        seal_private({"text": "x" * (room + 1)}, PUBLIC)
    assert refused.value.code == "too_large"
    assert code_of(fits + b"x") == "too_large"


def test_half_a_surrogate_pair_is_refused_where_it_is_made() -> None:
    with pytest.raises(EnvelopeError) as refused:
        seal_private({"text": "\ud83d"}, PUBLIC)
    assert refused.value.code == "garbage"


@pytest.mark.parametrize("plain", [b"", b"{}", b'{"text":"x"}', zlib.compress(b"{}"), b"riwaq private 2\0{}"])
def test_what_else_is_sealed_for_the_server_is_no_personal_text(plain: bytes) -> None:
    assert code_of(boxed(plain)) == "wrong_kind"


def test_a_batch_is_not_taken_for_personal_text_nor_personal_text_for_a_batch() -> None:
    batch = seal_batch(
        [encode_event(VISIT)], device=DEVICE, epoch=1, first=1, sealing_key=PUBLIC, key=DEVICE_KEY
    )
    head = 100
    assert code_of(batch[head:]) == "wrong_kind"
    start, sealed = batch[:36], seal_private(PHONE, PUBLIC)
    signature = DEVICE_KEY.sign(b"riwaq message 1\0" + start + sealed).signature
    with pytest.raises(EnvelopeError) as refused:
        open_batch(
            start + signature + sealed, device_key={DEVICE: public(DEVICE_KEY)}.get, sealing_key=SEALING
        )
    assert refused.value.code == "garbage"


@pytest.mark.parametrize(
    "plain", [b"", b"[]", b"null", b'{"text":1}', b'{"text":"\xff"}', b"{" * 5000, b'{"text":"\\ud800"}']
)
def test_what_is_no_table_of_texts_is_garbage_and_its_words_are_not_told(plain: bytes) -> None:
    with pytest.raises(EnvelopeError, match=r"no table of texts$") as refused:
        open_private(boxed(LABEL + plain), SEALING)
    assert refused.value.code == "garbage"
    assert refused.value.__cause__ is None


@given(damaged(seal_private(PHONE, PUBLIC)) | st.binary(max_size=200))
@few
def test_whatever_comes_is_read_or_refused(sealed: bytes) -> None:
    with suppress(EnvelopeError):
        assert open_private(sealed, SEALING) == PHONE
