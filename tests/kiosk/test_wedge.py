"""Scanners that type: which device it is, plugging and unplugging, and what becomes of what it types.

There is no hardware here and no uinput: a named pipe carries the kernel's bytes to evdev's own reader. What
is not tried is evdev's opening and grabbing of a real device.
"""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from kiosk import window_keys
from kiosk.bootstrap import Eye
from kiosk.devices import wedge
from kiosk.devices.wedge import Found, WedgeScanner, find_scanner, open_device
from kiosk.rules import keys
from kiosk.rules.bursts import Typed
from kiosk.rules.layouts import SETUP_TEXT, Way, typed_on
from kiosk.typed import NOTES, WORDS, TypedReader
from kiosk.window_keys import WindowKeys
from tests.kiosk.fakes import token
from tests.kiosk.keyboard import (
    DROPPED,
    PLACES,
    Cable,
    FakeDevice,
    struck,
)
from tests.waiting import stays, until

USB_PLACES = {place: usb for usb, place in keys.FROM_USB.items()}
A_KEYBOARD = "402000000 3803078f800d001 feffffdfffefffff fffffffffffffffe"
A_MOUSE = "70000 0 0 0 0"
A_REMOTE = "3ffc000000 0 0 0 3ffe"


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wedge, "_RETRY_S", 0.05)


@pytest.fixture
def cable(tmp_path: Path) -> Iterator[Cable]:
    cable = Cable(tmp_path / "event5")
    yield cable
    cable.close()


class Bench:
    """A reader at a cable, with what it told."""

    def __init__(
        self, cable: Cable, kept: Path, *, window: WindowKeys | None = None, source: str = ""
    ) -> None:
        self.told: list[str] = []
        self.found = Found("", keyboards=False)
        self.reader = TypedReader(
            source or f"wedge:{cable.path}",
            once=False,
            on_trouble=self.told.append,
            kept=kept,
            window=window,
            scanner=partial(WedgeScanner, open_device=self._open, find=lambda: self.found),
        )
        self.problem: Exception | None = None
        self.reader.start()

    def _open(self, path: str) -> FakeDevice:
        if self.problem is not None:
            raise self.problem
        return FakeDevice(Path(path))

    def next(self, seconds: float = 5.0) -> str:
        """Give the next code; empty where none comes."""
        codes: list[str] = []

        def come() -> bool:
            reading = self.reader.read(0.02)
            codes.extend(reading.texts if reading else [])
            return bool(codes)

        try:
            until(come, seconds=seconds)
        except AssertionError:
            return ""
        return codes[0]


@pytest.fixture
def bench(cable: Cable, tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(cable, tmp_path / "data" / "scanner.json")
    yield bench
    bench.reader.stop()


@pytest.fixture
def window(cable: Cable, tmp_path: Path) -> Iterator[tuple[Bench, WindowKeys]]:
    """Give a reader without a device that it could name, and the keys of its window."""
    keys = WindowKeys()
    bench = Bench(cable, tmp_path / "scanner.json", window=keys, source="wedge")
    yield bench, keys
    bench.reader.stop()


def type_into(keys_of: WindowKeys, text: str, *, machine: str = "us", scan_codes: bool = True) -> None:
    """Type a text and Enter into a window, as SDL tells of it on a machine with a layout."""
    for character in text:
        place, shift = PLACES[character]
        code = USB_PLACES[place] if scan_codes else 0
        if shift:
            keys_of.key(USB_PLACES[42], down=True)
        keys_of.key(code, down=True)
        keys_of.text(typed_on(character, Way("characters", machine, "us")))
        keys_of.key(code, down=False)
        if shift:
            keys_of.key(USB_PLACES[42], down=False)
    keys_of.key(USB_PLACES[keys.ENTER], down=True)
    keys_of.key(USB_PLACES[keys.ENTER], down=False)


# -- a device -------------------------------------------------------------------------------------


def test_a_card_that_is_typed_is_read(bench: Bench, cable: Cable) -> None:
    cards = [token(1), token(2)]
    for card in cards:
        cable.type(struck(card))
        assert bench.next() == card
    assert bench.told == []


def test_a_scanner_without_enter_is_read(bench: Bench, cable: Cable) -> None:
    cable.type(struck(token(1), end=None))
    assert bench.next() == token(1)


def test_a_scanner_that_is_set_to_azerty_is_read(bench: Bench, cable: Cable) -> None:
    cable.type(struck(typed_on(token(1), Way("places", "us", "fr"))))
    assert bench.next() == token(1)


def test_more_than_any_code_holds_is_told_and_dropped(bench: Bench, cable: Cable) -> None:
    cable.type(struck("A" * 10_000), struck(token(1)))
    assert bench.next(20) == token(1)
    assert bench.told == ["too_long"]


def test_a_code_of_which_the_kernel_dropped_keys_is_none(bench: Bench, cable: Cable) -> None:
    cable.type(struck("R1 FIRST", end=None), [DROPPED], struck("SECOND"), struck(token(1)))
    assert bench.next() == token(1)


def test_a_scanner_that_is_unplugged_is_told_and_read_again(bench: Bench, cable: Cable) -> None:
    cable.type(struck("R1 HALF OF A", end=None))
    cable.unplug()
    until(lambda: "missing" in bench.told)
    cable.plug_in()
    until(lambda: bench.told[-1] == "recovered")
    cable.type(struck(token(2)))
    assert bench.next() == token(2)
    # While it was read it could not be: that comes first, where the timing is so.
    assert [code for code in bench.told if code != "unreadable"] == ["missing", "recovered"]


def test_a_scanner_that_may_not_be_opened_is_told(bench: Bench, cable: Cable) -> None:
    bench.problem = PermissionError(13, "Permission denied")
    cable.unplug()
    until(lambda: "unreadable" in bench.told)
    assert "group input" in WORDS["unreadable"]
    assert "udev" in WORDS["unreadable"]
    bench.problem = None
    cable.plug_in()
    until(lambda: bench.told[-1] == "recovered")


def test_with_once_it_ends_where_the_scanner_goes(cable: Cable) -> None:
    came: list[Typed] = []
    scanner = WedgeScanner(
        str(cable.path), put=came.append, once=True, open_device=lambda path: FakeDevice(Path(path))
    )
    scanner.start()
    cable.type(struck("R1 LAST"))
    until(lambda: came)
    cable.unplug()
    until(lambda: scanner.ended)
    assert came == [Typed("R1 LAST")]


def test_stopping_does_not_wait_for_the_scanner(bench: Bench) -> None:
    bench.reader.stop()
    until(lambda: bench.reader.ended, seconds=1)


@pytest.mark.parametrize(("name", "trouble"), [("none", "missing"), ("", "unreadable")])
def test_what_is_no_input_device_is_told_by_the_real_opening(tmp_path: Path, name: str, trouble: str) -> None:
    told: list[str] = []
    path = tmp_path / name if name else tmp_path
    scanner = WedgeScanner(str(path), put=lambda _: None, once=True, on_trouble=told.append)
    scanner.start()
    until(lambda: scanner.ended)
    assert told == [trouble]


def test_a_file_is_no_input_device(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match=r"ioctl|device"):
        open_device(str(tmp_path / "file"))


def test_every_trouble_has_words() -> None:
    assert set(WORDS) >= NOTES | {"missing", "unnamed", "unreadable", "layout"}


def test_the_eye_knows_a_scanner_that_types(tmp_path: Path) -> None:
    heard: list[tuple[str, str, bool]] = []
    eye = Eye(f"wedge:{tmp_path / 'none'}", once=True, kept=tmp_path / "scanner.json")
    eye.hear = lambda code, words, *, over: heard.append((code, words, over))
    eye.start()
    until(lambda: eye.ended)
    assert heard == [("missing", WORDS["missing"], False)]
    eye.close()


# -- which device ---------------------------------------------------------------------------------


def device(root: Path, number: int, name: str, *, keys: str = A_KEYBOARD, maker: str = "0001") -> None:
    here = root / f"event{number}" / "device"
    for file, text in {"name": name, "capabilities/key": keys, "id/vendor": maker}.items():
        (here / file).parent.mkdir(parents=True, exist_ok=True)
        (here / file).write_text(f"{text}\n")


@pytest.mark.parametrize(
    ("name", "maker"),
    [
        ("Honeywell Imaging & Mobility 1900", "0c2e"),
        ("USB Keyboard", "05e0"),
        ("BARCODE SCANNER Keyboard Interface", "28e9"),
        ("TMC HIDKeyBoard Bar Code Reader", "1130"),
        ("Newtologic  NETUM 2D", "1a86"),
        ("Generic USB Scanner", "0001"),
    ],
)
def test_a_scanner_is_found_by_its_name_or_its_maker(tmp_path: Path, name: str, maker: str) -> None:
    device(tmp_path, 0, "Power Button", keys="10000000000000 0")
    device(tmp_path, 2, "AT Translated Set 2 keyboard", maker="0001")
    device(tmp_path, 11, name, maker=maker)
    device(tmp_path, 12, name, maker=maker)
    assert find_scanner(tmp_path) == Found("/dev/input/event11", keyboards=True)


@pytest.mark.parametrize("keys", [A_MOUSE, A_REMOTE, "", "nonsense", "0"])
def test_a_scanners_other_faces_are_no_keyboards(tmp_path: Path, keys: str) -> None:
    device(tmp_path, 3, "Honeywell Scanner Consumer Control", keys=keys, maker="0c2e")
    assert find_scanner(tmp_path) == Found("", keyboards=False)


@pytest.mark.parametrize("name", ["Logitech USB Keyboard", "HP Wireless Keyboard Scandinavian", "Dell KB216"])
def test_a_keyboard_is_never_taken_for_a_scanner(tmp_path: Path, name: str) -> None:
    device(tmp_path, 3, name, maker="046d")
    assert find_scanner(tmp_path) == Found("", keyboards=True)


def test_where_nothing_can_be_said_of_devices_there_are_none(tmp_path: Path) -> None:
    (tmp_path / "event1").mkdir()
    assert find_scanner(tmp_path) == Found("", keyboards=False)
    assert find_scanner(tmp_path / "none") == Found("", keyboards=False)


# -- the window -----------------------------------------------------------------------------------


@pytest.mark.parametrize("machine", ["us", "fr", "ara"])
@pytest.mark.parametrize("scan_codes", [True, False])
def test_a_card_that_is_typed_into_the_window_is_read(
    window: tuple[Bench, WindowKeys],
    machine: str,
    scan_codes: bool,  # noqa: FBT001 - a parameter
) -> None:
    bench, typing = window
    card = token(7)
    type_into(typing, card, machine=machine, scan_codes=scan_codes)
    assert bench.next() == card


def test_a_hand_that_types_into_the_window_is_nothing(
    window: tuple[Bench, WindowKeys], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(window_keys, "GAP_S", 0.0)
    bench, typing = window
    for character in "hello":
        type_into(typing, character)
        typing.quiet()
    assert bench.next(0.3) == ""


def test_a_window_that_nobody_reads_drops_what_is_typed() -> None:
    typing = WindowKeys()
    for number in range(window_keys.MOST_WAITING + 50):
        type_into(typing, f"R1 {number:06}")
    assert typing.typed.qsize() == window_keys.MOST_WAITING


def test_behind_a_window_a_scanner_without_a_name_is_no_trouble(window: tuple[Bench, WindowKeys]) -> None:
    bench, typing = window
    until(lambda: bench.told == ["missing"])
    bench.found = Found("", keyboards=True)
    until(lambda: bench.told == ["missing", "by_window"])
    type_into(typing, token(7))
    assert bench.next() == token(7)
    assert bench.told == ["missing", "by_window"]


def test_a_code_in_the_window_says_that_a_scanner_is_there(window: tuple[Bench, WindowKeys]) -> None:
    bench, typing = window
    until(lambda: bench.told == ["missing"])
    type_into(typing, token(7))
    assert bench.next() == token(7)
    assert bench.told == ["missing", "recovered"]


def test_behind_a_window_a_scanner_that_may_not_be_opened_types_into_it(
    window: tuple[Bench, WindowKeys],
) -> None:
    bench, _ = window
    bench.problem = PermissionError()
    bench.found = Found("/dev/input/event1", keyboards=True)
    until(lambda: bench.told[-1:] == ["by_window"])
    stays(lambda: bench.told[-1] == "by_window", seconds=0.2)


# -- the code that sets it up ---------------------------------------------------------------------


def again(bench: Bench, cable: Cable, kept: Path) -> Bench:
    bench.reader.stop()
    until(lambda: bench.reader.ended)
    return Bench(cable, kept)


def test_the_set_up_code_is_told_remembered_and_no_scan(bench: Bench, cable: Cable, tmp_path: Path) -> None:
    azerty = Way("places", "us", "fr")
    url = "https://example.org/?q=1"
    cable.type(struck(typed_on(SETUP_TEXT, azerty)))
    assert bench.next(0.5) == ""
    assert bench.told == ["set_up"]
    cable.type(struck(typed_on(url, azerty)))
    assert bench.next() == url
    kept = tmp_path / "data" / "scanner.json"
    later = again(bench, cable, kept)
    cable.type(struck(typed_on(url, azerty)))
    assert later.next() == url
    # Another scanner, plugged in instead: cards are read without another set-up.
    cable.type(struck(token(3)))
    assert later.next() == token(3)
    later.reader.stop()


@pytest.mark.parametrize(
    "content", ["", "[]", "{}", '{"by": "places"}', "\0\0", '{"by": 1, "machine": [], "scanner": {}}']
)
def test_what_is_remembered_and_damaged_is_forgotten(cable: Cable, tmp_path: Path, content: str) -> None:
    kept = tmp_path / "scanner.json"
    kept.write_text(content)
    bench = Bench(cable, kept)
    cable.type(struck(token(3)))
    assert bench.next() == token(3)
    bench.reader.stop()


def test_a_scanner_of_another_country_is_told_until_it_is_set_right(bench: Bench, cable: Cable) -> None:
    german = SETUP_TEXT.translate(str.maketrans("YZ", "ZY"))
    cable.type(struck(german))
    assert bench.next(0.5) == ""
    assert bench.told == ["layout"]
    cable.type(struck("R1 NOT HELPED BY A CARD"))
    assert bench.next() == "R1 NOT HELPED BY A CARD"
    cable.type(struck(SETUP_TEXT))
    assert bench.next(0.5) == ""
    assert bench.told == ["layout", "set_up"]


def test_where_nothing_can_be_remembered_it_goes_on(cable: Cable, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    bench = Bench(cable, tmp_path / "file" / "scanner.json")
    cable.type(struck(SETUP_TEXT), struck(token(3)))
    assert bench.next() == token(3)
    assert bench.told == ["set_up"]
    bench.reader.stop()
