"""The wall: a fair on a large screen in its hall, to be read from afar by everybody."""

import re
from pathlib import Path
from typing import Any, Final

import msgspec
import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]  # ships no types
from playwright.sync_api import Page, expect

from tests.server.web.full_hall import card, full_stage, happens, tell
from tests.server.web.stage import NOW, Stage, texts
from tests.server.web.test_page import NAUGHTY
from tests.server.web.visitor import LIVE_MS, live
from wire.events import Visit
from wire.programme import Booth

SCREENS: Final = ((1920, 1080), (3840, 2160), (1080, 1920))
LEAST_SHARE: Final = 0.032
"""Of the shorter side: on a screen of 55 inches letters are then a three-hundredth of five metres high."""
TEXTS: Final = """() => [...document.querySelectorAll('main *')]
    .filter(one => [...one.childNodes].some(node => node.nodeType === 3 && node.textContent.trim()))
    .filter(one => !one.closest('.behind, .hand') && one.checkVisibility())
    .map(one => [one.textContent.trim().slice(0, 30), parseFloat(getComputedStyle(one).fontSize)])"""
WHOLE: Final = ".number, .card li, .card h2, .card .note, .clock, .live, h1, .chart"
CUT: Final = """selector => [...document.querySelectorAll(selector)]
    .filter(one => {
        const box = one.getBoundingClientRect(), around = one.closest('.card, main').getBoundingClientRect();
        return box.bottom > around.bottom + 1 || box.right > around.right + 1 || box.left < around.left - 1
            || box.bottom > innerHeight || box.width === 0;
    }).map(one => one.outerHTML.slice(0, 80))"""


def wall(visitor: Any, stage: Stage) -> Page:
    page: Page = visitor.sign_in()
    page.goto(f"{visitor.url}/fair/{stage.fair}/wall")
    live(page)
    return page


def fits(page: Page, width: int, height: int) -> None:
    """See that nothing scrolls, nothing is cut and nothing is too small to be read."""
    page.set_viewport_size({"width": width, "height": height})
    sizes = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.scrollHeight]")
    assert sizes == [width, height]
    assert page.evaluate(CUT, WHOLE) == []
    least = LEAST_SHARE * min(width, height)
    assert [entry for entry in page.evaluate(TEXTS) if entry[1] < least] == []
    expect(page.locator(".chart canvas")).to_be_visible()


@pytest.mark.parametrize(("language", "theme"), [("ar", "dark"), ("fr", "light")])
def test_everything_fits_a_large_screen_and_is_read_from_afar(
    visitors: Any, full: Stage, language: str, theme: str
) -> None:
    page = wall(visitors(full, locale=language, color_scheme=theme), full)
    for width, height in SCREENS:
        fits(page, width, height)
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


def test_both_languages_and_a_clock_stand_there(visitors: Any, full: Stage) -> None:
    page = wall(visitors(full), full)
    assert page.locator("h1 bdi").all_text_contents() == ["محطة الرباط", "Étape de Rabat"]
    expect(page.locator(".clock")).to_have_text(re.compile(r"15:2\d"))
    assert page.locator("#number-attendance .name span").all_text_contents() == [
        "الحضور اليوم",
        "Présence du jour",
    ]
    expect(page.locator("#number-inside .value")).not_to_have_text("0")


def test_there_are_no_names_of_people_and_no_troubles_of_kiosks(visitors: Any, full: Stage) -> None:
    page = wall(visitors(full, locale="fr-MA"), full)
    shown = page.locator("body").inner_text()
    for kiosk in full.kiosks:
        assert kiosk.row.name not in shown
    assert not re.search("caméra|réseau|horloge|borne|organizer", shown)
    assert page.locator(".side, .tools").evaluate_all("all => all.every(one => !one.checkVisibility())")


def test_a_count_under_five_is_not_told(visitors: Any, empty: Stage) -> None:
    page = wall(visitors(empty, locale="fr-MA"), empty)
    bank = page.locator("#booth-bank .count")
    expect(bank).to_have_text("0")

    def come(who: range) -> None:
        facts = [happens(NOW, "bank", Visit(card=card(each)), fair=empty.fair) for each in who]
        empty.notify(tell(empty, empty.kiosks[0], facts))

    come(range(3))
    expect(page.locator("#number-attendance .value")).to_have_text("3")
    expect(bank).to_have_text("moins de 5")
    expect(page.locator("#hours-table tbody td").first).to_have_attribute("data-value", "")
    come(range(3, 7))
    expect(bank).to_have_text("7")
    expect(page.locator("#hours-table tbody td").first).to_have_attribute("data-value", "7")


def test_a_wall_that_hears_nothing_says_so_and_shows_no_clock(visitors: Any, empty: Stage) -> None:
    page = wall(visitors(empty), empty)
    expect(page.locator(".clock")).to_be_visible()
    empty.stop()
    expect(page.locator("#live .word")).to_have_text(re.compile("لا جديد منذ 15:2"), timeout=LIVE_MS)
    expect(page.locator(".clock")).to_be_hidden()
    empty.serve()
    expect(page.locator(".clock")).to_be_visible(timeout=LIVE_MS)


def test_the_way_back_appears_where_somebody_wants_it(visitors: Any, full: Stage) -> None:
    visitor = visitors(full, locale="fr-MA")
    page = wall(visitor, full)
    hand = page.locator(".hand")
    expect(hand).to_have_css("opacity", "0")
    page.locator("body").press("Tab")
    page.keyboard.press("Tab")
    expect(hand).to_have_css("opacity", "1")
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{visitor.url}/fair/{full.fair}")


def test_strange_and_many_names_break_nothing(visitors: Any, tmp_path: Path) -> None:
    booths = [
        Booth(id=f"booth-{number}", names=texts([name])) for number, name in enumerate([*NAUGHTY, *NAUGHTY])
    ]
    stage = full_stage(tmp_path, booths=booths, offers=[])
    try:
        fair = msgspec.structs.replace(stage.definition.fair, names={"ar": NAUGHTY[1], "fr": NAUGHTY[4]})
        stage.load([msgspec.structs.replace(stage.definition, fair=fair)])
        stage.serve()
        page = wall(visitors(stage), stage)
        assert page.locator(".bars .name").all_text_contents() == NAUGHTY
        expect(page.locator(".booths .note")).to_have_text("و6 أخرى")
        for width, height in SCREENS:
            page.set_viewport_size({"width": width, "height": height})
            assert page.evaluate(CUT, WHOLE) == []
        page.context.close()
    finally:
        stage.close()
