"""Printing through a real CUPS: cards come out, troubles are told in words, and nothing is left behind."""

import socket
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nacl.signing import SigningKey

from kiosk import bootstrap
from kiosk.devices import printer
from kiosk.devices.printer import Printer, PrinterTrouble, PrinterTroubleCode
from tests.cups import Cups, IppPrinter
from tests.waiting import until
from wire.card import Card, sign
from wire.card_sheet import Bilingual, CardFace
from wire.card_sheet.paper import sheets_pdf

FONTS: Final = Path(__file__).parents[2] / "assets/made/fonts"
CANARY: Final = b"Fatima-Canary"
FOR_EVER: Final = "sleep 120"


@pytest.fixture(scope="module")
def card() -> bytes:
    token = sign(Card(1234, 1, 7, 1, 0, "ar", date(2026, 11, 23), date(2029, 11, 22)), SigningKey(b"p" * 32))
    face = CardFace(
        token, Bilingual("جمعية", "Club"), Bilingual("نشيط", "Actif"), Bilingual("فاطمة", "Fatima")
    )
    # A PDF packs its words: what is looked for stands plain behind it.
    return sheets_pdf([face], FONTS) + b"% " + CANARY + b"\n"


@pytest.fixture(scope="module")
def cups() -> Iterator[Cups]:
    with Cups() as cups:
        yield cups


@pytest.fixture(autouse=True)
def nothing_is_left(cups: Cups) -> Iterator[None]:
    yield
    assert cups.spooled() == []
    assert cups.holding(CANARY) == []


_numbers = iter(range(1, 1000))


def plugged(cups: Cups, script: str = "exit 0", **how: Any) -> tuple[IppPrinter, Printer]:
    name = f"kiosk{next(_numbers)}"
    return cups.printer(name, script), Printer(name, server=cups.address, **how)


def code_of(trouble: PrinterTrouble | None) -> PrinterTroubleCode:
    assert trouble, "there was to be a trouble"
    assert len(trouble.words) > 20
    assert trouble.words.endswith((".", "?", ")")), trouble.words
    return trouble.code


# It works


def test_a_card_comes_out_and_nothing_of_it_is_left(cups: Cups, card: bytes) -> None:
    device, mine = plugged(cups)
    assert mine.trouble() is None
    assert mine.print(card) is None
    [printed] = device.printed()
    assert printed.startswith(b"%PDF")
    assert b"/MediaBox [ 0 0 595" in printed or b"/MediaBox [0 0 595" in printed, "still A4 at full size"


def test_it_prints_by_the_socket_as_on_a_kiosk(cups: Cups, card: bytes) -> None:
    device, _ = plugged(cups)
    mine = Printer(device.out.name.removeprefix("out-"), server=str(cups.home / "cups.sock"))
    assert mine.print(card) is None
    assert len(device.printed()) == 1


def test_every_card_comes_out_once_and_in_its_turn(cups: Cups, card: bytes) -> None:
    device, mine = plugged(cups)
    for _ in range(3):
        assert mine.print(card) is None
    assert len(device.printed()) == 3


def test_without_a_name_the_machines_default_is_used(cups: Cups, card: bytes) -> None:
    device, _ = plugged(cups)
    name = device.out.name.removeprefix("out-")
    assert code_of(Printer(server=cups.address).print(card)) == "no_printer"
    cups.run("lpadmin", "-d", name)
    try:
        assert Printer(server=cups.address).print(card) is None
        assert len(device.printed()) == 1
    finally:
        cups.run("lpadmin", "-x", name)


def test_while_it_prints_the_spool_holds_it_so_that_these_tests_see_what_is_left(
    cups: Cups, card: bytes
) -> None:
    seen: list[str] = []

    def look(seconds: float) -> None:
        seen.extend(cups.holding(CANARY))
        time.sleep(seconds)

    _, mine = plugged(cups, FOR_EVER, patience=3, sleep=look)
    assert code_of(mine.print(card)) == "late"
    assert any(name.startswith("spool/d") for name in seen)


# It does not


@pytest.mark.parametrize(
    ("reason", "code"),
    [
        ("media-empty-error,media-needed-error", "paper"),
        ("input-tray-missing-error", "open"),
        ("cover-open-warning", "open"),
        ("media-jam-error", "jam"),
        ("toner-empty-error", "ink"),
        ("marker-supply-empty-error", "ink"),
    ],
)
def test_what_the_printer_says_is_told_and_the_job_taken_back(
    cups: Cups, card: bytes, reason: str, code: str
) -> None:
    _, mine = plugged(cups, f"echo 'STATE: +{reason}' >&2; {FOR_EVER}", grace=1, patience=40)
    began = time.monotonic()
    assert code_of(mine.print(card)) == code
    assert time.monotonic() - began < 30, "long before its patience ends"


def test_an_empty_printer_has_no_paper(cups: Cups, card: bytes) -> None:
    device, mine = plugged(cups, FOR_EVER, grace=1, patience=30)
    device.take_paper()
    assert code_of(mine.print(card)) == "paper"


def test_one_empty_tray_of_several_stops_nothing(cups: Cups, card: bytes) -> None:
    script = "echo 'STATE: +media-empty-warning' >&2; sleep 4"
    device, mine = plugged(cups, script, grace=0.5, patience=40)
    assert mine.print(card) is None
    assert len(device.printed()) == 1


def test_what_passes_within_the_grace_is_not_told(cups: Cups, card: bytes) -> None:
    script = "echo 'STATE: +door-open-error' >&2; sleep 3; echo 'STATE: -door-open-error' >&2; sleep 1"
    _, mine = plugged(cups, script, grace=20, patience=60)
    assert mine.print(card) is None


def test_a_printer_that_is_switched_off_does_not_answer(cups: Cups, card: bytes) -> None:
    device, mine = plugged(cups, grace=1, patience=20)
    device.switch_off()
    assert code_of(mine.print(card)) == "offline"


def test_a_job_that_does_not_end_is_a_trouble_and_never_comes_out_later(cups: Cups, card: bytes) -> None:
    _, mine = plugged(cups, FOR_EVER, patience=2)
    began = time.monotonic()
    assert code_of(mine.print(card)) == "late"
    assert time.monotonic() - began < 15
    assert cups.run("lpstat", "-W", "all", "-o") == ""


def test_a_job_that_somebody_takes_away_is_a_trouble(cups: Cups, card: bytes) -> None:
    def take_away(seconds: float) -> None:
        waiting = cups.run("lpstat", "-o").split()
        if waiting:
            cups.run("cancel", waiting[0])
        time.sleep(seconds)

    _, mine = plugged(cups, FOR_EVER, patience=20, sleep=take_away)
    assert code_of(mine.print(card)) == "refused"


def test_what_is_no_pdf_is_refused(cups: Cups) -> None:
    _, mine = plugged(cups, patience=20)
    assert code_of(mine.print(b"this is no PDF " + CANARY)) == "refused"


def test_a_paused_and_a_closed_queue_are_told_before_anything_is_sent(cups: Cups, card: bytes) -> None:
    device, mine = plugged(cups)
    name = device.out.name.removeprefix("out-")
    cups.run("cupsdisable", name)
    assert code_of(mine.trouble()) == "paused"
    assert code_of(mine.print(card)) == "paused"
    cups.run("cupsenable", name)
    cups.run("cupsreject", name)
    assert code_of(mine.trouble()) == "rejecting"
    assert code_of(mine.print(card)) == "rejecting"
    cups.run("cupsaccept", name)
    assert mine.print(card) is None
    assert len(device.printed()) == 1


@pytest.mark.parametrize("name", ["nosuch", "no such/../thing", "طابعة", "a" * 500, "x\r\ny"])
def test_a_printer_that_is_not_there(cups: Cups, card: bytes, name: str) -> None:
    mine = Printer(name, server=cups.address)
    assert code_of(mine.trouble()) in {"no_printer", "refused"}
    assert code_of(mine.print(card)) in {"no_printer", "refused"}
    assert mine.forget() is None or code_of(mine.forget())


@pytest.mark.parametrize("server", ["/nowhere/cups.sock", "127.0.0.1:9"])
def test_no_print_service(card: bytes, server: str) -> None:
    mine = Printer("kiosk", server=server)
    assert [code_of(mine.trouble()), code_of(mine.print(card)), code_of(mine.forget())] == ["no_server"] * 3


def test_what_a_crash_has_left_is_taken_away(cups: Cups, card: bytes, tmp_path: Path) -> None:
    device, mine = plugged(cups)
    name = device.out.name.removeprefix("out-")
    file = tmp_path / "card.pdf"
    file.write_bytes(card)
    cups.run("lp", "-d", name, "-t", "card", str(file))
    cups.run("cupsdisable", name)
    cups.run("lp", "-d", name, "-t", "card", str(file))
    assert cups.holding(CANARY)
    assert mine.forget() is None
    assert cups.spooled() == []


def test_a_kiosk_that_starts_takes_away_what_a_crash_has_left(
    cups: Cups, card: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    device, _ = plugged(cups)
    name = device.out.name.removeprefix("out-")
    file = tmp_path / "card.pdf"
    file.write_bytes(card)
    cups.run("cupsdisable", name)
    cups.run("lp", "-d", name, "-t", "card", str(file))
    assert cups.holding(CANARY)
    monkeypatch.setattr(printer, "Printer", partial(Printer, server=cups.address))
    print_card = bootstrap._printing(name)  # noqa: SLF001 - what a kiosk with a printer starts with
    until(lambda: not cups.spooled() and not cups.holding(CANARY), what="an empty spool")
    cups.run("cupsenable", name)
    assert print_card(card) is None


def test_a_copy_that_stays_in_the_spool_is_told(
    cups: Cups, card: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, mine = plugged(cups)
    with monkeypatch.context() as patch:
        patch.setattr(printer, "_PURGE_S", 0.0)
        assert code_of(mine.print(card)) == "kept"
    assert mine.forget() is None


# What answers is no print server


@contextmanager
def answering(answer: bytes, *, hang: float = 0) -> Iterator[str]:
    """Answer whoever connects with these bytes."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(10)

        def serve() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                with connection:
                    connection.recv(65536)
                    time.sleep(hang)
                    connection.sendall(answer)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield f"127.0.0.1:{server.getsockname()[1]}"
        finally:
            server.shutdown(socket.SHUT_RDWR)
            thread.join(10)


def http(content: bytes, status: bytes = b"200 OK") -> bytes:
    return b"HTTP/1.1 %s\r\nContent-Length: %d\r\n\r\n%s" % (status, len(content), content)


def state(reasons: str, *, number: int = 3) -> bytes:
    """Answer as CUPS does when it is asked how a printer stands."""
    packed = b"\2\0\0\0\0\0\0\1\4" + attribute(0x23, b"printer-state", struct.pack(">i", number))
    packed += attribute(0x22, b"printer-is-accepting-jobs", b"\1")
    for index, reason in enumerate(reasons.split(",")):
        packed += attribute(0x44, b"" if index else b"printer-state-reasons", reason.encode())
    return http(packed + b"\3")


def attribute(tag: int, name: bytes, value: bytes) -> bytes:
    return struct.pack(">BH", tag, len(name)) + name + struct.pack(">H", len(value)) + value


@pytest.mark.parametrize(
    ("reasons", "code"),
    [
        ("none", None),
        ("media-low-warning,toner-low-report", None),
        ("door-open", "open"),
        ("toner-low,door-open-error", "open"),
        ("media-empty-report,media-jam", "jam"),
        ("offline-report", "offline"),
        ("marker-waste-full-error", "ink"),
    ],
)
def test_how_a_printer_stands(reasons: str, code: str | None) -> None:
    with answering(state(reasons)) as server:
        trouble = Printer("kiosk", server=server).trouble()
    assert (trouble.code if trouble else None) == code


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"SSH-2.0-OpenSSH\r\n",
        http(b"", b"401 Unauthorized"),
        http(b"<html>", b"403 Forbidden"),
        http(b"<html>"),
        http(b""),
        http(b"\2\0\0\0\0\0\0\1\1\x47\xff\xff"),
        http(b"\2\0\0\0\0\0\0\1"),
    ],
)
def test_a_strange_answer_is_a_trouble(answer: bytes) -> None:
    with answering(answer) as server:
        assert code_of(Printer("kiosk", server=server).print(b"%PDF")) in {"refused", "no_server"}


def test_no_answer_is_not_waited_for_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(printer, "_ANSWER_S", 0.3)
    with answering(b"", hang=2) as server:
        began = time.monotonic()
        assert code_of(Printer("kiosk", server=server).trouble()) == "no_server"
        assert time.monotonic() - began < 1.5


@settings(max_examples=20, deadline=None)
@given(st.binary(max_size=60), st.sampled_from([b"", b"\2\0\0\0\0\0\0\1", b"\2\0\0\0\0\0\0\1\4\x21"]))
def test_no_bytes_break_the_reading_of_an_answer(content: bytes, head: bytes) -> None:
    with answering(http(head + content)) as server:
        trouble = Printer("kiosk", server=server).trouble()
        assert trouble is None or code_of(trouble) in PrinterTroubleCode
