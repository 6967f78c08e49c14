"""The kiosk's window as a member meets it: the real program, server and broker, frames drawn into memory."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from demo.card_video import make_video, qr_picture
from kiosk.bootstrap import journal_path
from kiosk.config import read_config
from tests.brokers import free_port
from tests.kiosk.ui.remote import BRICK, GREEN, LIME, SAFFRON, Window
from tests.network import Proxy
from tests.programs import EXAMPLE, Office, Pipe, call, environment, kiosk_facts
from tests.waiting import until

CORNERS = ((0, 0), (1, 0), (0, 0.95), (1, 0.95))
BODY, BOOTH = "الأمل", "البنك"
HELP, LANGUAGES = "circle-question-mark", "languages"
CHANCE = np.random.default_rng(3)


class Site:
    """A server that runs behind a network that can be cut, a kiosk that has its programme, and cards."""

    def __init__(self, path: Path, *, more: str = "") -> None:
        """Take what the tour's file says besides."""
        self.path = path
        port = free_port()
        self.proxy = Proxy(port)
        kiosk_broker = f"mqtt://127.0.0.1:{self.proxy.port}"
        self.office = Office(path, init=["--listen", f"127.0.0.1:{port}", "--kiosk-broker", kiosk_broker])
        if more:
            tour = path / "tour.toml"
            tour.write_text(EXAMPLE.read_text(encoding="utf-8") + more, encoding="utf-8")
            call("server", "tour", "load", tour, "--dir", self.office.path)
        self._tokens = self.office.tokens(60)
        self.server = self.office.run()
        self.config = self.office.add_kiosk("kiosk", "bank")
        codes = path / "nothing"
        codes.touch()
        # It fetches its programme and has nothing to do.
        with ExitStack() as ending:
            window = opened(ending, self.config, f"lines:{codes}")
            window.until(lambda view: view["kind"] not in {"starting", "waiting"}, "the programme")
            assert window.process.stop() == 0

    def tokens(self, count: int) -> list[str]:
        """Give Arabic cards that nobody has shown yet."""
        taken, self._tokens = self._tokens[:count], self._tokens[count:]
        return taken

    def close(self) -> None:
        if self.server.alive:
            self.server.stop()
        self.proxy.close()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    site = Site(tmp_path_factory.mktemp("window"))
    yield site
    site.close()


def opened(ending: ExitStack, config: Path, source: str, *words: str) -> Window:
    window = Window(config, source, *words)
    ending.callback(window.close)
    return window


@pytest.fixture
def at_scanner(site: Site, ending: ExitStack) -> tuple[Window, Pipe]:
    """Give a kiosk with a scanner that sends lines, ready for the first card."""
    pipe = ending.enter_context(Pipe(site.path / f"pipe-{time.monotonic_ns()}"))
    window = opened(ending, site.config, pipe.source)
    window.until_kind("attract")
    return window, pipe


def pictures(folder: Path, *shots: Any) -> Path:
    """Write a folder that a camera shows ten a second; it is there all at once."""
    aside = folder.with_name(f"{folder.name}-aside")
    aside.mkdir()
    for number, shot in enumerate(shots):
        cv2.imwrite(str(aside / f"{number}.png"), shot)
    aside.rename(folder)
    return folder


def held(film: Path, longer: Path, *, seconds: float) -> Path:
    """Write a film again, its last picture standing for so long."""
    reader = cv2.VideoCapture(str(film))
    rate, shots = reader.get(cv2.CAP_PROP_FPS), []
    while (read := reader.read())[0]:
        shots.append(read[1])
    reader.release()
    height, width, _ = shots[0].shape
    writer = cv2.VideoWriter(str(longer), cv2.VideoWriter.fourcc(*"MJPG"), rate, (width, height))
    for shot in [*shots, *[shots[-1]] * round(rate * seconds)]:
        writer.write(shot)
    writer.release()
    return longer


def hall() -> Any:
    return np.clip(CHANCE.normal(120, 50, (720, 1280, 3)), 0, 255).astype(np.uint8)


def hand() -> Any:
    return np.clip(CHANCE.normal(12, 3, (720, 1280, 3)), 0, 255).astype(np.uint8)


def card_of(token: str) -> Any:
    """Give a picture of a card's code that fills the height."""
    code = qr_picture(token)
    side = 600 // code.shape[0] * code.shape[0]
    picture = np.full((720, 1280, 3), 200, dtype=np.uint8)
    large = cv2.resize(code, (side, side), interpolation=cv2.INTER_NEAREST)
    large = large if large.ndim == 3 else cv2.cvtColor(large, cv2.COLOR_GRAY2BGR)
    picture[60 : 60 + side, 340 : 340 + side] = large
    return picture


def visits(config: Path) -> int:
    return sum(fact["kind"] == "visit" for fact in kiosk_facts(config))


# -- a member ------------------------------------------------------------------------------------


def test_a_card_is_welcomed_in_its_language_once_its_visit_is_committed(
    site: Site, ending: ExitStack, tmp_path: Path
) -> None:
    [token] = site.office.tokens(1, "--language", "fr")
    make_video(tmp_path / "film.avi", [token], seed=5)
    # The hall stays empty for long enough that the invitation is seen before the film begins anew.
    video = held(tmp_path / "film.avi", tmp_path / "camera.avi", seconds=6)
    before = visits(site.config)
    window = opened(ending, site.config, str(video))
    welcome = window.until_kind("accepted")
    # Whatever is on the screen now was in the journal before.
    assert visits(site.config) == before + 1
    assert (welcome["language"], welcome["title"]) == ("fr", "Bienvenue")
    assert set(window.pixels(*CORNERS)) == {GREEN}
    assert (255, 255, 255) in window.pixels(*((0.02 * step, 0.5) for step in range(2, 25)))
    assert welcome["pictures"] > 0, "the preview lives"
    # The video ends, which is a camera that is gone; the film begins anew, and so does the invitation.
    after = window.until_kind("attract", seconds=40)
    assert after["language"] == "ar"
    assert any(BODY in text for text in after["texts"])
    assert any(BOOTH in text for text in after["texts"])
    assert window.pixels((0.5, 0.02)) != [GREEN]
    until(lambda: all(fact["delivered"] for fact in kiosk_facts(site.config)), what="delivery")
    assert window.process.stop() == 0
    assert window.process.errors() == ""


def test_every_verdict_floods_the_screen_in_its_colour(at_scanner: tuple[Window, Pipe], site: Site) -> None:
    window, pipe = at_scanner
    [token] = site.tokens(1)
    for text, kind, colour in (
        (token, "accepted", GREEN),
        ("https://example.org/", "refused", BRICK),
    ):
        pipe.scan(text)
        window.until_kind(kind)
        assert set(window.pixels(*CORNERS)) == {colour}
    # A code that is still in sight is no second scan.
    time.sleep(3)
    pipe.scan(token)
    repeat = window.until_kind("repeat")
    assert set(window.pixels(*CORNERS)) == {SAFFRON}
    assert any(
        time.strftime("%H:%M", time.gmtime(time.time() - back)) in text  # Morocco is on UTC
        for text in repeat["texts"]
        for back in (0, 60)
    )
    assert window.process.stop() == 0


def test_fifty_taps_a_second_open_and_close_and_break_nothing(
    at_scanner: tuple[Window, Pipe], site: Site
) -> None:
    window, pipe = at_scanner
    built = window.view()["built"]
    began = time.monotonic()
    touched = 0
    for tap in range(200):
        touched += window.ask("tap", (HELP, LANGUAGES, "arrow-right", "Français")[tap % 4])
        time.sleep(max(0.0, began + (tap + 1) / 50 - time.monotonic()))
    took = time.monotonic() - began
    assert touched > 50
    # A finger that trembles is one touch: what it opens is built a few times a second.
    assert window.view()["built"] - built <= 5 * took
    pipe.scan(*site.tokens(1))
    window.until_kind("accepted")
    assert window.process.stop() == 0
    assert window.process.errors() == ""


# -- troubles ------------------------------------------------------------------------------------


def test_a_camera_that_is_unplugged_is_told_and_comes_back_by_itself(
    site: Site, ending: ExitStack, tmp_path: Path
) -> None:
    [token] = site.tokens(1)
    folder = pictures(tmp_path / "camera", *[hall()] * 30)
    window = opened(ending, site.config, str(folder))
    window.until(lambda view: view["kind"] == "attract" and view["pictures"] > 3, "the hall")
    shutil.rmtree(folder)
    blind = window.until_kind("blind")
    assert "الكاميرا لا ترى شيئا" in blind["texts"]
    assert set(window.pixels((0.01, 0.5), (0.99, 0.5))) == {LIME}
    window.until(lambda _: window.process.notices("trouble")[-1]["code"] == "missing", "missing")
    assert window.ask("tap", HELP)
    assert any("السلك" in cause for cause in window.view()["causes"])
    pictures(folder, *[card_of(token)] * 30)
    window.until_kind("accepted")
    assert window.process.stop() == 0


def test_a_covered_camera_is_told_and_comes_back_by_itself(
    site: Site, ending: ExitStack, tmp_path: Path
) -> None:
    light, dark = hall(), hand()
    folder = pictures(tmp_path / "camera", *[light] * 10, *[dark] * 45, *[light] * 60)
    window = opened(ending, site.config, str(folder))
    window.until_kind("attract")
    window.until_kind("blind")
    assert window.ask("tap", HELP)
    assert any("مغطاة" in cause for cause in window.view()["causes"])
    time.sleep(0.4)
    assert window.ask("tap", "arrow-right")
    window.until_kind("attract")
    codes = [notice["code"] for notice in window.process.notices("trouble")]
    assert codes[:2] == ["covered", "recovered"]
    assert window.process.stop() == 0


def test_without_a_network_a_calm_strip_counts_what_waits(
    at_scanner: tuple[Window, Pipe], site: Site
) -> None:
    window, pipe = at_scanner
    # By its word: a strip that is not there yet says nothing of the network.
    window.until(lambda _: window.process.notices("link")[-1:], "the network")
    assert window.process.notices("link")[-1]["up"]
    site.proxy.take_down()
    try:
        window.until(lambda view: view["strip"], "the strip")
        before = visits(site.config)
        pipe.scan(*site.tokens(3))
        until(lambda: visits(site.config) == before + 3, what="three visits")
        # Counted in the journal: a measurement of the clock may wait as well.
        waiting = sum(not fact["delivered"] for fact in kiosk_facts(site.config))
        assert waiting in {3, 4}
        window.until(
            lambda view: view["kind"] == "attract" and str(waiting) in view["strip"], "those that wait"
        )
        assert window.pixels((0.5, 0.99)) != [LIME]
    finally:
        site.proxy.bring_up()
    window.until(lambda view: not view["strip"], "the end of the strip", seconds=40)
    assert window.process.stop() == 0


def test_a_visit_that_cannot_be_written_gets_no_tick(at_scanner: tuple[Window, Pipe], site: Site) -> None:
    window, pipe = at_scanner
    [token] = site.tokens(1)
    before = visits(site.config)
    window.ask("fill_disk", True)  # noqa: FBT003 - over the socket
    pipe.scan(token)
    window.until_kind("unrecorded")
    assert not [each for each in window.process.notices("scanned") if each["outcome"] == "accepted"]
    assert set(window.pixels((0.01, 0.5), (0.99, 0.5))) == {LIME}
    assert visits(site.config) == before
    window.ask("fill_disk", False)  # noqa: FBT003 - the same
    time.sleep(3)  # until the card counts as shown again
    pipe.scan(token)
    window.until_kind("accepted")
    assert visits(site.config) == before + 1
    assert window.process.stop() == 0


def test_a_journal_that_cannot_be_opened_stands_on_the_screen_until_it_can(
    site: Site, ending: ExitStack
) -> None:
    config = site.office.add_kiosk("locked-out", "bank")
    journal = journal_path(read_config(config))
    journal.mkdir(parents=True)
    pipe = ending.enter_context(Pipe(site.path / "pipe-locked-out"))
    window = opened(ending, config, pipe.source)
    window.until(lambda view: view["kind"] == "unrecorded" and not view["until"], "that it stands")
    assert set(window.pixels((0.01, 0.5), (0.99, 0.5))) == {LIME}
    assert len(window.process.notices("trouble")) == 1, "told once"
    journal.rmdir()
    window.until_kind("attract")
    pipe.scan(*site.tokens(1))
    window.until_kind("accepted")
    assert window.process.stop() == 0


# -- its end -------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_closes_at_once_and_loses_nothing(
    at_scanner: tuple[Window, Pipe], site: Site, number: signal.Signals
) -> None:
    window, pipe = at_scanner
    before = visits(site.config)
    pipe.scan(*site.tokens(3))
    window.until(lambda _: len(window.process.notices("scanned")) == 3, "three verdicts")
    began = time.monotonic()
    os.kill(window.process.pid, number)
    assert window.process.wait(10) == 0
    assert time.monotonic() - began < 4
    assert window.process.errors() == ""
    assert visits(site.config) == before + 3


def test_killed_in_the_middle_of_a_verdict_it_has_what_it_showed(
    at_scanner: tuple[Window, Pipe], site: Site
) -> None:
    window, pipe = at_scanner
    before = visits(site.config)
    pipe.scan(*site.tokens(1))
    window.until_kind("accepted")
    window.process.kill()
    assert visits(site.config) == before + 1


@pytest.mark.parametrize("screen", [{}, {"DISPLAY": ":4711"}, {"SDL_VIDEODRIVER": "dummy"}], ids=str)
def test_without_a_screen_it_says_what_to_do(site: Site, screen: dict[str, str]) -> None:
    kept = {
        name: value
        for name, value in environment().items()
        if name not in {"DISPLAY", "WAYLAND_DISPLAY", "SDL_VIDEODRIVER"}
    }
    done = subprocess.run(
        [sys.executable, "-m", "kiosk", "run", "--config", site.config, "--source", "lines:/dev/null"],
        env={**kept, **screen},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert "add --headless" in done.stderr


def test_a_second_window_on_one_journal_is_refused(at_scanner: tuple[Window, Pipe], site: Site) -> None:
    window, _ = at_scanner
    words = ("run", "--config", site.config, "--source", "lines:/dev/null", "--size", "800x500")
    assert call("kiosk", *words, code=1) == "this kiosk runs already: stop the other one first\n"
    assert window.process.stop() == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--size", "big"], "it looks like 1280x800"),
        (["--size", "10x10"], "it looks like 1280x800"),
        (["--inches", "0"], "not in the range"),
        (["--language", "de"], "'ar', 'fr'"),
        (["--voice", "no/such/folder"], "does not exist"),
        (["--headless", "--size", "800x500"], "leave out either it or --headless"),
        (["--headless", "--no-read-aloud"], "--read-aloud is for a window"),
    ],
)
def test_options_that_cannot_be_are_said_in_words(site: Site, words: Sequence[str], said: str) -> None:
    assert said in call("kiosk", "run", "--config", site.config, *words, code=2)
