"""The four languages in a real Chromium: each whole, in its own direction, and remembered."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from server.rules.wording import LANGUAGES
from tests.server.web.stage import Stage
from tests.server.web.visitor import choose_language, live

OWN_NAMES = ["العربية", "Français", "ⵜⴰⵎⴰⵣⵉⵖⵜ", "English"]
PAGES = ("", "/kiosks", "/feedback")
MENUS = {
    "ar": ("المحطة", "الآراء", "الأجهزة", "خروج"),
    "fr": ("L\u2019étape", "Avis", "Les bornes", "Quitter"),
    "zgh": ("ⴰⵙⴱⴷⴰⴷ", "ⴰⵏⵏⴰⵢⵏ", "ⴰⵍⵍⴰⵍⵏ", "ⴼⴼⵖ"),
    "en": ("The fair", "Feedback", "Kiosks", "Sign out"),
}
NARROW = {"width": 360, "height": 740}


def speaks(page: Page, language: str) -> None:
    """See that the page says of itself which language it is in, and which way that runs."""
    expect(page.locator("html")).to_have_attribute("lang", language)
    expect(page.locator("html")).to_have_attribute("dir", "rtl" if language == "ar" else "ltr")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_is_whole_in_each_language(visitors: Any, full: Stage, language: str) -> None:
    page = visitors(full, locale=language, viewport=NARROW).sign_in()
    for part in PAGES:
        page.goto(f"{full.server.url}/fair/{full.fair}{part}?lang={language}")
        live(page)
        speaks(page, language)
        said = page.locator("header.side, footer.tools").all_text_contents()
        assert [word for word in MENUS[language] if word not in "".join(said)] == []
        assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"], part


def test_the_menu_of_languages_has_each_in_its_own_script(visitors: Any, full: Stage) -> None:
    page = visitors(full, locale="fr").sign_in()
    page.locator(".languages summary").click()
    expect(page.locator(".languages a")).to_have_text(OWN_NAMES)
    expect(page.locator(".languages a[aria-current]")).to_have_text("Français")
    assert [each.get_attribute("lang") for each in page.locator(".languages a").all()] == [*LANGUAGES]


def test_the_choice_is_remembered(visitors: Any, full: Stage) -> None:
    visitor = visitors(full, locale="fr")
    page = visitor.sign_in()
    speaks(page, "fr")
    choose_language(page, "ⵜⴰⵎⴰⵣⵉⵖⵜ")
    speaks(page, "zgh")
    page.goto(f"{full.server.url}/fair/{full.fair}/kiosks")
    speaks(page, "zgh")
    other = visitor.new_page()
    other.goto(f"{full.server.url}/account")
    speaks(other, "zgh")
    choose_language(other, "English")
    speaks(other, "en")


def test_a_choice_at_the_door_holds_inside(visitors: Any, full: Stage) -> None:
    visitor = visitors(full, locale="ar")
    visitor.page.goto(visitor.url)
    speaks(visitor.page, "ar")
    choose_language(visitor.page, "ⵜⴰⵎⴰⵣⵉⵖⵜ")
    expect(visitor.page.locator("button.main")).to_have_text("ⴽⵛⵎ")
    speaks(visitor.sign_in(), "zgh")


def test_days_are_written_as_tamazight_writes_them_and_names_are_the_tour_s(
    visitors: Any, full: Stage
) -> None:
    page = visitors(full, locale="zgh").sign_in()
    expect(page.locator("main")).to_contain_text("28 ⴷⵓⵊⴰⵏⴱⵉⵔ")
    expect(page.locator("#booths")).to_contain_text("ⴰⵙⴰⵔⴰⴳ ⵏ ⵜⴱⴰⵏⴽⵜ")
    # This one has no name in Tamazight: French stands for it.
    expect(page.locator("#booths")).to_contain_text("Porte")


def test_letters_of_tamazight_come_from_our_own_font(visitors: Any, full: Stage) -> None:
    page = visitors(full, locale="zgh").sign_in()
    page.evaluate("document.fonts.ready.then(() => true)")
    browser = page.context.new_cdp_session(page)
    browser.send("DOM.enable")
    browser.send("CSS.enable")
    root = browser.send("DOM.getDocument")["root"]["nodeId"]
    for drawn in ("h1 bdi", "#booths-title"):
        node = browser.send("DOM.querySelector", {"nodeId": root, "selector": drawn})["nodeId"]
        fonts = browser.send("CSS.getPlatformFontsForNode", {"nodeId": node})["fonts"]
        assert [font["isCustomFont"] for font in fonts] == [True], (drawn, node, fonts)
