"""A body's colours and logo, from the tour's file to the window of a kiosk, with real programs."""

from contextlib import ExitStack
from pathlib import Path
from typing import Final

import pytest

from tests.brokers import free_port
from tests.kiosk.ui.remote import BRICK, LIME, Window
from tests.logos import RED, drawn
from tests.programs import EXAMPLE, Office, Pipe, call, stopped
from tests.waiting import until

VIOLET, GOLD, NIGHT, GREEN = (58, 26, 91), (255, 210, 127), (30, 42, 92), (0, 90, 60)
HELP, CALL = "circle-question-mark", "bell-ring"
SIZE: Final = (1280, 800)
# 12 by 24 mm at the margin, where Arabic begins: a place on it, and its hole on the left.
ON_LOGO, IN_HOLE = (1200 / SIZE[0], 101 / SIZE[1]), (1131 / SIZE[0], 101 / SIZE[1])


def code(colour: tuple[int, ...]) -> str:
    return "#" + bytes(colour).hex()


def load(office: Office, *, colour: tuple[int, ...], accent: tuple[int, ...], logo: bytes) -> str:
    """Write a tour with this look, its logo beside it, and load it."""
    tour = office.path.parent / "tour.toml"
    (tour.parent / "logo.png").write_bytes(logo)
    theme = f'\n[theme]\ncolour = "{code(colour)}"\naccent = "{code(accent)}"\nlogo = "logo.png"\n'
    tour.write_text(EXAMPLE.read_text(encoding="utf-8") + theme, encoding="utf-8")
    return call("server", "tour", "load", tour, "--dir", office.path)


def colours_of(window: Window, button: str) -> set[tuple[int, ...]]:
    """Give what is drawn from end to end of a button's middle."""
    across, down = window.ask("where", button)
    return set(window.pixels(*(((across + step * 4) / SIZE[0], down / SIZE[1]) for step in range(-25, 26))))


def wears(window: Window, logo: tuple[int, ...]) -> bool:
    return window.pixels(ON_LOGO, IN_HOLE) == [logo[:3], LIME]


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path, init=["--listen", f"127.0.0.1:{free_port()}"])


def test_a_body_dresses_its_kiosks_and_they_keep_what_they_wear(office: Office, ending: ExitStack) -> None:
    told = load(office, colour=VIOLET, accent=GOLD, logo=drawn(colour=RED))
    assert "logo: new; theme and languages" in told
    server = office.run()
    ending.callback(lambda: stopped(iter([server])))
    config = office.add_kiosk("kiosk", "bank")
    pipe = ending.enter_context(Pipe(office.path.parent / "scanner"))
    window = Window(config, pipe.source)
    ending.callback(window.close)
    window.until_kind("attract")
    until(lambda: wears(window, RED), what="the logo, not mirrored in Arabic")
    window.touch(HELP)
    window.until_kind("help")
    assert VIOLET in colours_of(window, CALL), "the main action"
    window.touch(HELP)

    tokens = office.tokens(1)
    pipe.scan(*tokens)
    window.until_kind("accepted")
    assert set(window.pixels((0.005, 0.5), (0.995, 0.5))) == {VIOLET}
    pipe.scan("https://example.org/")
    window.until_kind("refused")
    assert set(window.pixels((0.005, 0.5), (0.995, 0.5))) == {BRICK}, "that is nobody's to choose"

    # Another look, while the kiosk is at work.
    assert "logo: another picture; theme and languages" in load(
        office, colour=NIGHT, accent=GOLD, logo=drawn(colour=(*GREEN, 255))
    )
    window.until(lambda view: view["kind"] == "attract" and wears(window, GREEN), "the new logo", seconds=30)
    window.touch(HELP)
    window.until_kind("help")
    assert NIGHT in colours_of(window, CALL)
    assert window.process.stop() == 0
    assert server.stop() == 0

    # A morning without a network.
    alone = Window(config, pipe.source)
    ending.callback(alone.close)
    alone.until_kind("attract")
    assert wears(alone, GREEN), "on the first invitation, not some seconds later"
    assert alone.process.stop() == 0


def test_a_look_that_cannot_be_read_is_refused_and_nothing_is_loaded(office: Office) -> None:
    load(office, colour=VIOLET, accent=GOLD, logo=drawn())
    tour = office.path.parent / "tour.toml"
    text = tour.read_text(encoding="utf-8")
    line = text[: text.index("colour = ")].count("\n") + 1
    tour.write_text(text.replace(code(VIOLET), "#ffcc00"), encoding="utf-8")
    (tour.parent / "logo.png").write_bytes(drawn()[:-100])
    told = call("server", "tour", "load", tour, "--dir", office.path, code=1)
    assert f"{tour}:{line}: theme.colour: white words on #ffcc00 have a contrast of 1.5 to 1; write" in told
    assert f"{tour}:{line + 2}: 'logo.png' is damaged or was cut off; save it again as PNG" in told
