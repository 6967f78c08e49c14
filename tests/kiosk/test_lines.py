"""Scanners that send lines: files, pipes, what is unplugged, and what sends nonsense."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.devices import lines
from kiosk.devices.lines import LineScanner
from tests.programs import Pipe, environment
from tests.waiting import stays, until


@pytest.fixture
def pipe(tmp_path: Path) -> Iterator[Pipe]:
    with Pipe(tmp_path / "scanner") as pipe:
        yield pipe


def started(source: Path, *, once: bool = False) -> LineScanner:
    scanner = LineScanner(str(source), once=once)
    scanner.start()
    return scanner


def all_of(path: Path, content: bytes) -> list[str]:
    path.write_bytes(content)
    scanner = started(path, once=True)
    texts = []
    while not scanner.ended:
        line = scanner.next_line(0.05)
        if line:
            texts.append(line[0])
    return texts


@pytest.mark.parametrize(
    ("content", "texts"),
    [
        (b"", []),
        (b"one\ntwo\n", ["one", "two"]),
        (b"one\r\ntwo\r\n", ["one", "two"]),
        (b"\n\r\n\none\n\n", ["one"]),
        (b"last without an end", ["last without an end"]),
        (b" R1 A B \n", [" R1 A B "]),  # a space is a character of a card's alphabet
        ("رواق\n".encode(), ["رواق"]),
        (b"\xff\xfe\n", ["\ufffd\ufffd"]),
        (b"a\0b\x1b[2J\n", ["a\0b\x1b[2J"]),
    ],
)
def test_each_line_is_a_code(tmp_path: Path, content: bytes, texts: list[str]) -> None:
    assert all_of(tmp_path / "codes", content) == texts


def test_a_line_without_end_is_one_code_and_fills_no_memory(tmp_path: Path) -> None:
    texts = all_of(tmp_path / "codes", b"A" * 1_000_000 + b"\nnext\n")
    assert [len(texts[0]), texts[1:]] == [8192, ["next"]]


def test_more_lines_than_fit_wait_in_the_source(tmp_path: Path) -> None:
    path = tmp_path / "codes"
    path.write_text("".join(f"{number}\n" for number in range(2000)))
    scanner = started(path, once=True)
    stays(lambda: not scanner.ended, seconds=0.2)
    texts = []
    while line := scanner.next_line(2):
        texts.append(line[0])
        if scanner.ended:
            break
    assert texts == [str(number) for number in range(2000)]


def test_lines_come_as_they_are_sent_with_their_time(pipe: Pipe) -> None:
    scanner = started(pipe.path)
    assert scanner.next_line(0.05) is None
    pipe.scan("one")
    line = scanner.next_line(5)
    assert line is not None
    pipe.scan("two")
    later = scanner.next_line(5)
    assert later is not None
    assert (line[0], later[0]) == ("one", "two")
    assert line[1] <= later[1]
    assert not scanner.ended
    scanner.stop()


def test_a_scanner_that_is_plugged_in_later_or_again_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lines, "_RETRY_S", 0.05)
    path = tmp_path / "scanner"
    told: list[str] = []
    scanner = LineScanner(str(path), on_trouble=told.append)
    scanner.start()
    assert scanner.next_line(0.1) is None
    path.write_text("first\n")
    line = scanner.next_line(5)
    assert line is not None
    assert line[0] == "first"
    path.unlink()
    while scanner.next_line(0.2):
        pass  # what was read of the file before it went
    path.write_text("second\n")
    line = scanner.next_line(5)
    assert line is not None
    assert line[0] == "second"
    assert not scanner.ended
    assert told[:4] == ["missing", "recovered"] * 2
    scanner.stop()


def test_once_a_source_that_is_missing_has_ended(tmp_path: Path) -> None:
    scanner = started(tmp_path / "none", once=True)
    until(lambda: scanner.ended)
    assert scanner.next_line(0) is None


def test_a_directory_is_no_scanner(tmp_path: Path) -> None:
    told: list[str] = []
    scanner = LineScanner(str(tmp_path), once=True, on_trouble=told.append)
    scanner.start()
    until(lambda: scanner.ended)
    assert told == ["unreadable"]


def test_stopping_takes_no_more_and_does_not_wait_for_the_scanner(pipe: Pipe) -> None:
    scanner = started(pipe.path)
    stopping = threading.Thread(target=scanner.stop)
    stopping.start()
    stopping.join(1)
    assert not stopping.is_alive()
    for number in range(1000):
        pipe.scan(str(number))
    until(lambda: scanner.next_line(0.1) is None)


def test_a_program_that_waits_for_standard_input_still_ends() -> None:
    # A thread left in a read of sys.stdin makes the interpreter abort at its end.
    program = (
        "import sys; from kiosk.devices.lines import LineScanner; scanner = LineScanner('-'); "
        "scanner.start(); print(scanner.next_line(20)[0], flush=True); scanner.stop()"
    )
    reading, writing = os.pipe()
    try:
        os.write(writing, b"a code\n")
        done = subprocess.run(
            [sys.executable, "-c", program],
            stdin=reading,
            capture_output=True,
            text=True,
            env=environment(),
            timeout=30,
            check=False,
        )
    finally:
        os.close(reading)
        os.close(writing)
    assert (done.returncode, done.stdout, done.stderr) == (0, "a code\n", "")
