"""A kiosk on the full screen of a real X server: keys open nothing, a scanner that types is read."""

import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from kiosk.rules.layouts import SETUP_TEXT, Way, typed_on
from tests.brokers import free_port
from tests.display import Display
from tests.kiosk.keyboard import DOWN, EV_KEY, struck
from tests.kiosk.ui.remote import Window
from tests.programs import Office

X_KEYCODES_FROM = 8
"""X's number of a key is Linux' and 8."""
A_CLOCK = 1 / 500
"""A minute may pass while a test looks: the share of the screen that its digits may take."""
ABOVE_CLOCK = 1280 * 4 * 640
"""So many bytes of the screen stand above the row that has the clock."""
STRAY = (
    *("Escape", "F1", "F2", "F4", "F5", "F10", "F11", "F12", "Print", "Menu", "Super_L", "Pause"),
    *("alt+F4", "alt+Tab", "alt+shift+Tab", "alt+F1", "alt+F2", "alt+space", "alt+Escape", "super+l"),
    *("ctrl+c", "ctrl+q", "ctrl+w", "ctrl+x", "ctrl+v", "ctrl+z", "ctrl+n", "ctrl+t", "ctrl+e", "ctrl+alt+t"),
    *("shift+F10", "ctrl+shift+i", "ctrl+alt+Delete", "ctrl+Escape", "XF86PowerOff", "XF86Sleep", "XF86Mail"),
    *("Tab", "Return", "space", "BackSpace", "Delete", "Home", "End", "Up", "Down", "Prior", "Next"),
)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    office = Office(
        tmp_path_factory.mktemp("locked"),
        init=["--listen", f"127.0.0.1:{free_port()}"],
    )
    server = office.run()
    yield office
    server.stop()


@pytest.fixture(scope="module")
def display(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Display]:
    with Display(tmp_path_factory.mktemp("display") / "frame") as display:
        yield display


@pytest.fixture(params=["the only window", "a desktop"])
def desktop(request: pytest.FixtureRequest, display: Display, ending: ExitStack) -> None:
    """Have no window manager, as in a hall, or one that would act on Alt-Tab and Alt-F4."""
    if request.param == "a desktop":
        ending.enter_context(display.managed())


@pytest.fixture
def window(office: Office, display: Display, ending: ExitStack) -> Window:
    """Give a kiosk that reads what is typed into it, on the whole screen, ready for the first card."""
    display.layout("us")
    config = office.add_kiosk(f"kiosk-{time.monotonic_ns()}", "bank")
    window = Window(config, "wedge", size="", display=display.environment)
    ending.callback(window.close)
    window.until(lambda view: view["kind"] in {"attract", "blind"}, "the programme")
    return window


def shown(window: Window) -> dict[str, object]:
    """Give what a person sees, without the clock."""
    view = window.view()
    return {name: view[name] for name in ("kind", "language", "title", "causes")}


def changes(before: bytes, after: bytes) -> float:
    """Give the share of the screen that is not as it was."""
    return sum(a != b for a, b in zip(before, after, strict=True)) / len(before)


def type_as_scanner(display: Display, text: str) -> None:
    """Strike keys by their places: what they type is the layout's business."""
    display.strike(
        (place + X_KEYCODES_FROM, value == DOWN) for kind, place, value in struck(text) if kind == EV_KEY
    )


def last_scan(window: Window, before: int) -> str:
    window.until(lambda _: len(window.process.notices("scanned")) > before, "a verdict")
    return str(window.process.notices("scanned")[-1]["outcome"])


@pytest.mark.usefixtures("desktop")
def test_no_key_opens_closes_or_types_anything(display: Display, window: Window) -> None:
    display.keys("mousemove", "640", "20")
    before, seen = shown(window), display.settled()
    for key in STRAY:
        display.keys("key", key)
        assert window.process.alive, key
        # While Alt is down a window manager shows what there is to choose from.
        if key == "alt+Tab":
            display.keys("keydown", "alt", "key", "Tab")
            assert changes(seen, display.settled()) < A_CLOCK, key
            display.keys("keyup", "alt")
    display.keys("type", "--delay", "300", "hello world")  # xdotool halves it
    for button in ("2", "3", "4", "5", "8", "9"):
        display.keys("click", button)
        assert window.process.alive, button
    assert shown(window) == before
    view = window.view()
    assert "hello" not in "".join(view["texts"])
    assert changes(seen, display.settled()) < A_CLOCK
    assert window.process.notices("scanned") == []
    assert window.process.stop() == 0
    assert window.process.errors() == ""


def test_the_window_fills_the_screen_without_a_pointer(window: Window, display: Display) -> None:
    display.keys("mousemove", "640", "400")
    with_pointer_there = display.settled()[:ABOVE_CLOCK]
    display.keys("mousemove", "1279", "799")
    assert display.settled()[:ABOVE_CLOCK] == with_pointer_there
    assert window.ask("size") == [1280, 800]
    assert window.process.stop() == 0


def test_a_second_finger_leaves_no_mark(window: Window, display: Display) -> None:
    display.keys("mousemove", "640", "200")
    seen = display.settled()[:ABOVE_CLOCK]
    for button in ("3", "2"):
        display.keys("mousedown", button)
        assert display.settled()[:ABOVE_CLOCK] == seen
        display.keys("mouseup", button)
    assert display.settled()[:ABOVE_CLOCK] == seen
    assert window.process.stop() == 0


@pytest.mark.parametrize("layout", ["us", "fr", "ara", "ma"])
def test_a_scanner_that_types_is_read_whatever_the_layout(
    window: Window, display: Display, office: Office, layout: str
) -> None:
    display.layout(layout)
    [card] = office.tokens(1, "--language", "fr")
    type_as_scanner(display, card)
    assert last_scan(window, 0) == "accepted"
    welcome = window.until_kind("accepted")
    assert welcome["language"] == "fr"
    assert window.process.stop() == 0


def test_a_scanner_that_takes_itself_for_azerty_is_read(
    window: Window, display: Display, office: Office
) -> None:
    [card] = office.tokens(1)
    azerty = Way("places", "us", "fr")
    type_as_scanner(display, typed_on(SETUP_TEXT, azerty))
    window.until(
        lambda _: "set_up" in [notice["code"] for notice in window.process.notices("trouble")], "its set-up"
    )
    assert window.process.notices("scanned") == []
    type_as_scanner(display, typed_on(card, azerty))
    assert last_scan(window, 0) == "accepted"
    assert window.process.stop() == 0


def test_what_is_typed_where_a_device_is_named_is_nobodys(
    office: Office, display: Display, ending: ExitStack, tmp_path: Path
) -> None:
    display.layout("us")
    config = office.add_kiosk(f"kiosk-{time.monotonic_ns()}", "bank")
    window = Window(config, f"wedge:{tmp_path / 'none'}", size="", display=display.environment)
    ending.callback(window.close)
    window.until_kind("blind")
    type_as_scanner(display, office.tokens(1)[0])
    time.sleep(1)
    assert window.process.notices("scanned") == []
    assert window.process.stop() == 0
