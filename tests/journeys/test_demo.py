"""The demo as a newcomer meets it: a real fair on this machine, with its window and its page."""

import json
import os
import re
import signal
import urllib.request
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import psutil
import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import Browser

from tests.programs import Process, call, telling
from tests.waiting import until

OFFSCREEN = {"SDL_VIDEODRIVER": "offscreen"}


def demo(ending: ExitStack, *words: str | Path, env: dict[str, str] | None = None) -> Process:
    process = Process("demo", *words, "--json", env=env)

    def end() -> None:
        if process.alive:
            # As Ctrl-C: it must take its programs with it.
            os.kill(process.pid, signal.SIGINT)
            process.wait(60)

    ending.callback(end)
    return process


def summary(process: Process) -> dict[str, Any]:
    [line] = process.lines
    found: dict[str, Any] = json.loads(line)
    return found


def address(process: Process) -> str:
    with telling(process):
        until(lambda: "password:" in process.errors() or not process.alive, seconds=90, what="the page")
        found = re.search(
            r"The live page:\s+(http://\S+)\s+account:\s+organizer\s+password:\s+\S{20,}", process.errors()
        )
        assert found, process.errors()
    return found[1]


def visits_so_far(process: Process) -> int:
    return max(map(int, re.findall(r"members show their cards: (\d+)", process.errors())), default=0)


def test_a_day_without_a_window_loses_and_doubles_nothing(ending: ExitStack) -> None:
    process = demo(ending, "--headless", "--kiosks", "2", "--visits", "6")
    with telling(process):
        assert process.wait(150) == 0
    told = summary(process)
    assert {name: told[name] for name in ("shown", "read", "unread", "lost", "doubled")} == {
        "shown": 6,
        "read": 6,
        "unread": 0,
        "lost": 0,
        "doubled": 0,
    }
    assert told["recorded"] == told["in_ledger"] == told["on_page"] == 6
    for spread in ("scan_to_commit_ms", "commit_to_ack_ms", "commit_to_page_ms"):
        assert 0 < told[spread]["p50"] <= told[spread]["p95"]


@pytest.mark.long
def test_with_a_screen_it_opens_a_window_and_goes_on_until_ctrl_c(ending: ExitStack) -> None:
    process = demo(ending, "--kiosks", "1", env=OFFSCREEN)
    page = address(process)
    with urllib.request.urlopen(page) as answer:  # noqa: S310 - the demo's own page on loopback
        assert b"password" in answer.read()
    with telling(process):
        # More than one video has: the next one takes its place.
        until(lambda: visits_so_far(process) > 10 or not process.alive, seconds=120, what="eleven visits")
        assert process.alive
        os.kill(process.pid, signal.SIGINT)
        assert process.wait(60) == 0
    told = summary(process)
    assert told["recorded"] == told["in_ledger"] == told["on_page"] == told["read"] >= 11
    assert (told["lost"], told["doubled"]) == (0, 0)


@pytest.mark.long
def test_without_a_screen_it_says_so_and_with_a_camera_it_writes_cards_to_hold_up(
    ending: ExitStack, browser: Browser, tmp_path: Path
) -> None:
    sheet = tmp_path / "cards.html"
    blind = {"DISPLAY": "", "WAYLAND_DISPLAY": "", "SDL_VIDEODRIVER": ""}
    process = demo(ending, "--kiosks", "1", "--camera", "97", "--cards", sheet, env=blind)
    address(process)
    assert "There is no screen here" in process.errors()
    assert str(sheet) in process.errors()
    codes = photographed(browser, sheet, tmp_path)
    assert len(set(codes)) == 12
    picture = tmp_path / "card-0.png"
    assert "a card of a form that kiosks take" in call("kiosk", "scan", picture)
    programs = psutil.Process(process.pid).children(recursive=True)
    assert len(programs) >= 3, "a server, a broker, a kiosk"
    # As another program would end it: those it has started end with it.
    os.kill(process.pid, signal.SIGTERM)
    assert process.wait(60) == 0
    assert not [one for one in programs if one.is_running() and one.status() != psutil.STATUS_ZOMBIE]
    assert summary(process)["shown"] == 0, "there is no such camera"


def photographed(browser: Browser, sheet: Path, tmp_path: Path) -> list[str]:
    """Give the codes of a sheet of cards, read from pictures of a telephone's screen."""
    codes = []
    page = browser.new_page(viewport={"width": 390, "height": 844})
    page.goto(sheet.as_uri())
    cards = page.locator("figure")
    for number in range(cards.count()):
        cards.nth(number).scroll_into_view_if_needed()
        picture = tmp_path / f"card-{number}.png"
        cards.nth(number).screenshot(path=picture)
        # What looks like a bar code by chance is nobody's card.
        formats = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
        found = zxingcpp.read_barcodes(Image.open(picture), formats=formats)
        codes += [code.text for code in found]
    page.close()
    return codes
