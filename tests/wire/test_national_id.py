"""National ids: one writing of each number, and a hash that only its key can make again."""

from hashlib import blake2b
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wire.national_id import KEY_BYTES, TAIL, hashed, normalised

KEY: Final = bytes(range(KEY_BYTES))


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("BE12345", "BE12345"),
        ("be 12 345", "BE12345"),
        ("b1", "B1"),
        ("\uff22\uff25\uff11\uff12\uff13\uff14\uff15", "BE12345"),
        ("A1234567", "A1234567"),
        ("\u00a0be12345\u2009", "BE12345"),
    ],
)
def test_a_number_is_written_in_one_way(written: str, kept: str) -> None:
    assert normalised(written) == kept


@pytest.mark.parametrize(
    "written",
    [
        "",
        "B",
        "12345",
        "ABC123",
        "AB12345678",
        "AB123x",
        "AB-123",
        "AB123\n",
        "ÄB123",
        "\u0410\u0412123",  # Cyrillic letters that look like Latin ones
        "BE\u0661\u0662\u0663\u0664\u0665",
        "B" * 10_000,
    ],
)
def test_what_is_no_number_is_none(written: str) -> None:
    assert normalised(written) == ""


@given(st.from_regex(r"[A-Z]{1,2}[0-9]{1,7}", fullmatch=True))
def test_a_number_that_was_read_once_stays_as_it_is(number: str) -> None:
    assert normalised(number) == normalised(f" {number.lower()} ") == number


def test_a_hash_is_made_by_its_key_alone_and_its_end_is_kept() -> None:
    kept = hashed("BE12345", KEY)
    assert kept.hash == "737021c9e84e2668f50a580217dbf244"
    assert kept.tail == "345"
    assert len(kept.tail) == TAIL
    assert hashed("BE12346", KEY).hash != kept.hash
    assert hashed("BE12345", bytes(KEY_BYTES)).hash != kept.hash
    assert blake2b(b"BE12345", digest_size=16, key=KEY).hexdigest() != kept.hash, "apart from other hashes"
