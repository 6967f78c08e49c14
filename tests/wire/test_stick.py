"""Stick files: whatever is cut, flipped or put in their place, no batch comes out that was not put in."""

import io
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.wire.strategies import few, many
from wire.envelope import MAX_MESSAGE
from wire.stick import MAGIC, StickError, StickWriter, read_stick

batches = st.lists(st.binary(min_size=1, max_size=300), max_size=6)


def written(messages: Sequence[bytes]) -> bytes:
    writer = StickWriter()
    return writer.head + b"".join(map(writer.batch, messages)) + writer.end()


def read(content: bytes, *, step: int = 1 << 20) -> tuple[list[bytes], str]:
    """Give what comes out, and the code of what is wrong with the file."""
    found: list[bytes] = []
    file = io.BytesIO(content)
    try:
        # A file on a bad cable gives its bytes in pieces.
        found.extend(message for message in read_stick(lambda size: file.read(min(size, step))))
    except StickError as problem:
        return _all_of(content, step), problem.code
    return found, ""


def _all_of(content: bytes, step: int) -> list[bytes]:
    file, found = io.BytesIO(content), []
    batches = read_stick(lambda size: file.read(min(size, step)))
    while True:
        try:
            found.append(next(batches))
        except (StopIteration, StickError):
            return found


@many
@given(batches, st.integers(1, 400))
def test_what_was_written_is_read(messages: list[bytes], step: int) -> None:
    assert read(written(messages), step=step) == (messages, "")


@many
@given(batches, st.data())
def test_a_file_that_ends_early_gives_its_whole_batches(messages: list[bytes], data: st.DataObject) -> None:
    content = written(messages)
    length = data.draw(st.integers(0, len(content) - 1))
    found, code = read(content[:length])
    assert found == messages[: len(found)]
    assert code == "truncated"
    whole = len(StickWriter().head)
    for message in found:
        whole += 37 + len(message)
    assert whole <= max(length, 9), "every batch that is there comes out"
    if len(found) < len(messages):
        assert length < whole + 37 + len(messages[len(found)])


@many
@given(batches, st.data())
def test_no_flipped_bit_goes_unseen(messages: list[bytes], data: st.DataObject) -> None:
    content = bytearray(written(messages))
    at = data.draw(st.integers(0, len(content) - 1))
    content[at] ^= 1 << data.draw(st.integers(0, 7))
    found, code = read(bytes(content))
    assert code
    left = iter(messages)
    assert all(message in left for message in found), "in order, and none that was not written"


@few
@given(batches.filter(bool), st.binary(min_size=1, max_size=50))
def test_what_follows_the_end_is_seen(messages: list[bytes], more: bytes) -> None:
    assert read(written(messages) + more) == (messages, "altered")


@many
@given(st.binary(max_size=200))
def test_random_bytes_are_foreign(content: bytes) -> None:
    expected = "truncated" if (MAGIC + b"\x01").startswith(content) else "foreign"
    if not content.startswith(MAGIC):
        assert read(content) == ([], expected)


def test_a_damaged_batch_costs_no_other() -> None:
    messages = [b"a" * 50, b"b" * 50, b"c" * 50]
    content = written(messages).replace(b"b" * 50, b"b" * 49 + b"c")
    assert read(content) == ([messages[0], messages[2]], "altered")


def test_a_batch_taken_out_of_the_middle_is_seen() -> None:
    messages = [b"a" * 50, b"b" * 50, b"c" * 50]
    content = written(messages)
    record = 37 + 50
    assert read(content[: 9 + record] + content[9 + 2 * record :]) == ([messages[0], messages[2]], "altered")


def test_a_file_of_another_version_says_so() -> None:
    assert read(MAGIC + b"\x02" + written([b"a"])[9:]) == ([], "unknown_version")


def test_a_length_beyond_every_batch_is_not_read() -> None:
    content = written([])[:9] + b"B" + (MAX_MESSAGE + 1).to_bytes(4, "big") + bytes(32)
    assert read(content) == ([], "altered")


@pytest.mark.parametrize("size", [0, MAX_MESSAGE + 1])
def test_a_batch_that_nobody_would_read_is_not_written(size: int) -> None:
    with pytest.raises(ValueError, match="1 to"):
        StickWriter().batch(bytes(size))
