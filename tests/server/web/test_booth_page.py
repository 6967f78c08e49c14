"""A booth's page: for the organizers, and where those begin who stand there."""

import re
from pathlib import Path
from typing import Any

import msgspec
import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]  # ships no types
from playwright.sync_api import Page, expect

from server.rules.access import Role
from tests.server.web.full_hall import card, full_stage, happens, tell
from tests.server.web.stage import NOW, Stage, texts
from tests.server.web.test_page import NAUGHTY, WIDTHS
from tests.server.web.visitor import live
from wire.described import Offer
from wire.events import SignUp, Visit, Withdrawal
from wire.programme import Booth


def opened(visitor: Any, stage: Stage, booth: str) -> Page:
    page: Page = visitor.sign_in()
    page.goto(f"{visitor.url}/fair/{stage.fair}/booth/{booth}")
    live(page)
    return page


def figure(page: Page, name: str) -> Any:
    return page.locator(f"#figure-{name} .value")


def test_whoever_stands_at_a_booth_begins_there_and_sees_no_other(visitors: Any, empty: Stage) -> None:
    password = empty.person("teller", Role.BOOTH, fair=empty.fair, booth="bank")
    visitor = visitors(empty, locale="fr-MA")
    visitor.page.goto(visitor.url)
    visitor.enter("teller", password)
    page = visitor.page
    live(page)
    expect(page.locator("h1")).to_have_text("Espace banque")
    expect(page.locator("#offers tbody tr").first).to_contain_text("Prêt logement")
    visitor.complaints.clear()
    for other in (f"/fair/{empty.fair}/booth/health", f"/fair/{empty.fair}", f"/fair/{empty.fair}/wall"):
        answer = page.goto(f"{visitor.url}{other}")
        assert answer is not None
        assert answer.status == 403, other
    visitor.complaints.clear()  # the browser notes the status 403


def test_whoever_signs_in_after_another_hears_nothing_of_what_the_other_s_tab_still_follows(
    visitors: Any, empty: Stage
) -> None:
    password = empty.person("teller", Role.BOOTH, fair=empty.fair, booth="bank")
    visitor = visitors(empty, locale="fr-MA")
    organizers = opened(visitor, empty, "bank")
    expect(figure(organizers, "share")).to_be_visible()
    visitor.context.clear_cookies()
    tellers = visitor.new_page()
    tellers.goto(f"{visitor.url}/fair/{empty.fair}/booth/bank")
    tellers.fill("#name", "teller")
    tellers.fill("#password", password)
    tellers.click("button.main")
    live(tellers)
    assert figure(tellers, "visits").count() == 1
    assert figure(tellers, "share").count() == 0


def test_what_happens_at_the_booth_shows_without_reload(visitors: Any, empty: Stage) -> None:
    page = opened(visitors(empty, locale="fr-MA"), empty, "bank")
    expect(figure(page, "visits")).to_have_text("0")
    expect(page.locator("#categories .note")).to_have_text(re.compile("Personne n.est encore venu"))
    page.evaluate("window.same = true")
    facts = [
        *(
            happens(NOW - 60_000 * (who % 5 + 1), "bank", Visit(card=card(who)), fair=empty.fair)
            for who in range(20)
        ),
        *(
            happens(NOW + who, "bank", SignUp(card=card(who), offer="loan"), fair=empty.fair)
            for who in range(3)
        ),
        happens(NOW + 9, "bank", Withdrawal(card=card(0), offer="loan"), fair=empty.fair),
        *(happens(NOW, "health", Visit(card=card(who)), fair=empty.fair) for who in range(20)),
    ]
    empty.notify(tell(empty, empty.kiosks[0], facts))
    expect(figure(page, "visits")).to_have_text("20")
    expect(figure(page, "people")).to_have_text("20")
    expect(figure(page, "pace")).to_have_text("2,0")
    expect(figure(page, "share")).to_contain_text("50,0")
    loan = page.locator("#offer-loan td")
    assert loan.all_inner_texts() == ["2", "1"]
    expect(page.locator("#category-active .count")).to_have_text("10")
    expect(page.locator("#hours-table tbody tr")).to_have_count(1)
    expect(page.locator("#hours-table tbody td").first).to_have_attribute("data-value", "20")
    assert page.evaluate("window.same")


@pytest.mark.parametrize(("language", "theme"), [("ar", "dark"), ("fr", "light")])
def test_axe_finds_nothing_and_nothing_sticks_out(
    visitors: Any, full: Stage, language: str, theme: str
) -> None:
    page = opened(visitors(full, locale=language, color_scheme=theme), full, "bank")
    expect(page.locator(".kiosks .sentence")).to_have_count(1)
    page.locator("main details").evaluate_all("all => all.forEach(one => one.open = true)")
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


def test_strange_names_are_shown_as_they_are(visitors: Any, tmp_path: Path) -> None:
    booths = [Booth(id="strange", names=texts([NAUGHTY[0]]))]
    offers = [
        Offer(id=f"offer-{number}", names=texts([name]), booth="strange")
        for number, name in enumerate(NAUGHTY)
    ]
    stage = full_stage(tmp_path, booths=booths, offers=offers)
    try:
        fair = msgspec.structs.replace(stage.definition.fair, names=texts([NAUGHTY[2]]))
        stage.load([msgspec.structs.replace(stage.definition, fair=fair)])
        stage.add_kiosk(NAUGHTY[4][:64], "strange")
        stage.serve()
        page = opened(visitors(stage), stage, "strange")
        assert page.locator("h1").inner_text() == NAUGHTY[0]
        assert page.locator("#offers tbody th").all_text_contents() == NAUGHTY
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 800})
            assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.context.close()
    finally:
        stage.close()
