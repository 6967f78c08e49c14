"""A logo's bounds, read from its first bytes alone: nothing is unpacked before they are known."""

import struct
import zlib
from hashlib import sha256

import pytest

from tests.logos import drawn, png
from wire.logo import MOST_BYTES, Flaw, flaw_of, name_of, size_of


def test_a_logo_in_order_has_no_flaw_and_is_named_by_its_bytes() -> None:
    logo = drawn(128, 64)
    assert size_of(logo) == (128, 64)
    assert flaw_of(logo) is None
    assert name_of(logo) == sha256(logo).hexdigest()


@pytest.mark.parametrize(
    ("content", "flaw"),
    [
        (b"", Flaw.NO_PNG),
        (b"\xff\xd8\xff\xe0 a photograph", Flaw.NO_PNG),
        (drawn(128, 64)[:20], Flaw.NO_PNG),
        (drawn(128, 64)[:8] + struct.pack(">I4s", 13, b"tEXt") + bytes(17), Flaw.NO_PNG),
        (drawn(128, 63), Flaw.LOW),
        (drawn(1025, 64), Flaw.LARGE),
        (drawn(64, 1025), Flaw.LARGE),
        # A bomb: few bytes that say they are a picture of four billion pixels a row.
        (png(2**31 - 1, 2**31 - 1, zlib.compress(bytes(1000))), Flaw.LARGE),
        (png(0, 64, b""), Flaw.NO_PNG),
        (drawn(128, 64) + bytes(MOST_BYTES), Flaw.LONG),
    ],
    ids=["nothing", "a jpeg", "cut", "no header", "low", "wide", "high", "bomb", "empty", "long"],
)
def test_what_is_out_of_bounds_is_named(content: bytes, flaw: Flaw) -> None:
    assert flaw_of(content) == flaw


@pytest.mark.parametrize("side", [64, 1024])
def test_the_bounds_themselves_are_in_order(side: int) -> None:
    assert flaw_of(drawn(side, side)) is None
