"""The page in a real Chromium: it moves by itself, survives, reads well, and works by keyboard alone."""

import re
import threading
import time
from pathlib import Path
from typing import Any

import msgspec
import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]  # ships no types
from playwright.sync_api import Browser, Page, expect

from server.web import FIRST_ACCOUNT
from tests.server.web.peers import Listener, Proxy
from tests.server.web.stage import NOW, Stage, texts
from tests.server.web.visitor import LIVE_MS, Visitor, live
from wire.programme import Booth

WIDTHS = (360, 768, 1280, 1920)
NAUGHTY = [
    '<script>alert(1)</script><b onmouseover="alert(1)">',
    "رُواقُ السَّكَنِ " * 12,
    "\u202eevil\u2066\u2066\u200f\u202d",
    "👩🏽‍🚀🇲🇦" * 8,
    "W" * 200,
    "' OR 1=1 -- \\ \" & { } {{7*7}} %s",
]


def counter(page: Page) -> Any:
    return page.locator("#figure-attendance .value")


def test_the_counter_moves_without_reload(visitors: Any, stage: Stage) -> None:
    page = visitors(stage).sign_in()
    expect(counter(page)).to_have_text("0")
    expect(page.locator("#live .word")).to_have_text("مباشر")
    page.evaluate("window.same = true")
    stage.notify(stage.visits(stage.kiosks[0], range(1839), NOW))
    expect(counter(page)).to_have_text("1.839")
    expect(page.locator("#booths li").first).to_contain_text("1.839")
    expect(page.locator("#hours-table tbody td").first).to_have_attribute("data-value", "1839")
    stage.state(stage.kiosks[0], ago_s=60, waiting=23)
    stage.notify()
    expect(page.locator(".kiosks .sentence")).to_contain_text("23 واقعة تنتظر، محفوظة")
    assert page.evaluate("window.same")


def test_the_same_page_survives_a_restart_of_the_server(visitors: Any, stage: Stage) -> None:
    page = visitors(stage).sign_in()
    page.evaluate("window.same = true")
    stage.stop()
    expect(page.locator("#live")).to_have_attribute("data-state", "away")
    expect(page.locator("#live .word")).to_have_text(re.compile(r"^لا جديد منذ 15:2\d · نعيد الاتصال$"))
    stage.visits(stage.kiosks[0], range(7), NOW)
    stage.serve()
    expect(counter(page)).to_have_text("7", timeout=LIVE_MS)
    live(page)
    stage.notify(stage.visits(stage.kiosks[0], range(7, 9), NOW))
    expect(counter(page)).to_have_text("9")
    assert page.evaluate("window.same")


def test_a_proxy_that_cuts_the_stream_is_no_end(visitors: Any, stage: Stage) -> None:
    proxy = Proxy(stage)
    try:
        page = visitors(stage, proxy.url).sign_in()
        for number in range(2):
            proxy.cut()
            expect(page.locator("#live")).to_have_attribute("data-state", "away")
            stage.notify(stage.visits(stage.kiosks[0], [number], NOW))
            expect(counter(page)).to_have_text(str(number + 1), timeout=LIVE_MS)
            live(page)
    finally:
        proxy.close()


def test_a_stream_that_is_silent_for_15_seconds_counts_as_dead(visitors: Any, stage: Stage) -> None:
    proxy = Proxy(stage)
    try:
        visitor = visitors(stage, proxy.url)
        # The clock of a shared worker is out of a test's reach: this page follows by itself.
        visitor.page.add_init_script("delete window.SharedWorker")
        visitor.page.clock.install()
        page = visitor.sign_in()
        proxy.silent.set()
        page.clock.fast_forward(14_000)
        expect(page.locator("#live")).to_have_attribute("data-state", "live")
        page.clock.fast_forward(2_000)
        expect(page.locator("#live")).to_have_attribute("data-state", "away")
        proxy.silent.clear()
        for _ in range(4):
            page.clock.fast_forward(6_000)
            page.wait_for_timeout(100)
        live(page)
    finally:
        proxy.close()


def test_eight_tabs_share_one_stream(visitors: Any, stage: Stage) -> None:
    # A browser opens six connections to a server: a seventh stream of its own would wait for ever.
    visitor = visitors(stage)
    pages = [visitor.sign_in()]
    for _ in range(7):
        page = visitor.new_page()
        page.goto(visitor.url)
        live(page)
        pages.append(page)
    stage.notify(stage.visits(stage.kiosks[0], range(5), NOW))
    for page in pages:
        expect(counter(page)).to_have_text("5")
    pages[0].close()
    stage.notify(stage.visits(stage.kiosks[0], range(5, 6), NOW))
    expect(counter(pages[-1])).to_have_text("6")


def test_signing_out_in_one_tab_signs_out_the_other(visitors: Any, stage: Stage) -> None:
    visitor = visitors(stage)
    page, other = visitor.sign_in(), visitor.new_page()
    other.goto(visitor.url)
    live(other)
    page.get_by_role("button", name="خروج").click()
    expect(page).to_have_url(re.compile("/sign-in$"))
    expect(other).to_have_url(re.compile("/sign-in"), timeout=12_000)


def test_a_wrong_password_is_told_in_words(visitors: Any, stage: Stage) -> None:
    visitor = visitors(stage, locale="fr-MA")
    page = visitor.page
    page.goto(f"{visitor.url}/fair/{stage.fair}")
    page.fill("#name", FIRST_ACCOUNT)
    page.fill("#password", "wrong")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("Veuillez vérifier les deux")
    assert page.input_value("#name") == "organizer"
    visitor.complaints.clear()  # the browser notes the status 401
    page.fill("#password", stage.password)
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{visitor.url}/fair/{stage.fair}")


def test_a_hundred_open_pages_leave_the_page_responsive(visitors: Any, stage: Stage) -> None:
    listeners = [Listener(stage) for _ in range(100)]
    assert {listener.status for listener in listeners} == {200}
    reading = threading.Event()

    def drain(listener: Listener) -> None:
        for _ in listener.messages():
            if reading.is_set():
                return

    threads = [threading.Thread(target=drain, args=(listener,), daemon=True) for listener in listeners]
    for thread in threads:
        thread.start()
    page = visitors(stage).sign_in()
    began = time.monotonic()
    stage.notify(stage.visits(stage.kiosks[0], range(3), NOW))
    expect(counter(page)).to_have_text("3")
    assert time.monotonic() - began < 2
    began = time.monotonic()
    page.reload()
    live(page)
    assert time.monotonic() - began < 4
    reading.set()
    stage.notify(stage.visits(stage.kiosks[0], range(3, 4), NOW))
    for thread in threads:
        thread.join(5)
    for listener in listeners:
        listener.close()


def test_who_came_where_to_and_from_where_is_told(visitors: Any, full: Stage) -> None:
    page = visitors(full, locale="fr-MA").sign_in()
    categories = page.locator("#categories .bars li")
    assert categories.locator(".name").all_text_contents() == [
        "Actifs", "Retraités", "Veuves et veufs", "Enfants", "Autres ayants droit",
    ]  # fmt: skip
    shown = [int(text) for text in categories.locator(".count").all_text_contents()]
    assert sum(shown) == int(page.locator("#figure-total .value").inner_text())
    assert page.locator("#sectors .name").all_text_contents()[0] == "Nos services"
    assert page.locator("#territories .name").all_text_contents()[-1] == "Non renseigné"
    expect(page.locator("#besides a").first).to_have_text("29 souscriptions · à 2 offres")
    expect(page.locator("#besides a").last).to_have_text("5 avis · 3,8 sur 5 · 1 urgent")
    expect(page.locator("#figure-inside .name")).to_have_text("Dans la salle, estimé")
    expect(page.locator("#booth-social-services .pace")).to_have_text(re.compile(r"^0,[1-9] par minute$"))
    assert "Porte" not in page.locator("#booths .bars").inner_text(), "nobody visits a door"
    page.locator("#booths li a").first.press("Enter")
    expect(page).to_have_url(re.compile(f"/fair/{full.fair}/booth/membership$"))


def test_another_day_is_put_beside_by_a_link(visitors: Any, full: Stage) -> None:
    visitor = visitors(full, locale="fr-MA")
    page = visitor.sign_in()
    legend, shown = page.locator("#hours .legend"), page.locator("#hours-table td:nth-child(3)")
    expect(legend).to_contain_text("27 décembre")
    expect(page.locator("#day-2024-12-27")).to_contain_text("à côté")
    expect(page.locator("#day-2024-12-28")).to_contain_text("affiché")
    page.locator("#day-2024-12-26 a").press("Enter")
    live(page)
    expect(legend).to_contain_text("26 décembre")
    assert sum(int(text) for text in shown.all_text_contents()) == 12
    expect(page.locator("#day-2024-12-26")).to_contain_text("à côté")
    expect(page.locator("#figure-visits .note")).to_have_text("26 décembre : 12")
    visitor.complaints.clear()
    answer = page.goto(f"{visitor.url}/fair/{full.fair}/against/yesterday")
    assert answer is not None
    assert answer.status == 404
    visitor.complaints.clear()  # the browser notes the status 404


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("language", ["ar", "fr"])
def test_axe_finds_nothing_and_nothing_sticks_out(
    visitors: Any, hall: Stage, language: str, theme: str
) -> None:
    visitor = visitors(hall, locale=language, color_scheme=theme)
    page = visitor.page
    axe = Axe()
    page.goto(visitor.url)
    _clean(axe, page)
    visitor.sign_in()
    assert page.locator("html").get_attribute("dir") == ("rtl" if language == "ar" else "ltr")
    page.locator("details").evaluate_all("all => all.forEach(one => one.open = true)")
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    _clean(axe, page)


@pytest.mark.parametrize(("language", "told"), [("ar", "3 أجهزة تحتاج نظرة"), ("fr", "3 bornes à voir")])
def test_that_kiosks_are_in_trouble_is_seen_without_scrolling(
    visitors: Any, hall: Stage, language: str, told: str
) -> None:
    page = visitors(hall, locale=language).sign_in()
    trouble = page.locator(".trouble a")
    expect(trouble).to_have_text(told)
    expect(page.locator(".trouble .shape")).to_have_class("shape bad")
    assert trouble.bounding_box()["y"] < 200
    assert page.locator("#booths .bars").bounding_box()["y"] < 800, "how it goes is seen, too"
    trouble.press("Enter")
    expect(page.locator(".kiosks tbody tr").first).to_be_in_viewport()
    # One line each: no title of a figure stands lower than its neighbours because one is long.
    lines = page.locator(".figure .name").evaluate_all(
        "names => names.map(name =>"
        " name.getBoundingClientRect().height / parseFloat(getComputedStyle(name).lineHeight))"
    )
    assert all(round(line) == 1 for line in lines), lines


@pytest.mark.parametrize("language", ["ar", "fr"])
def test_the_foot_of_a_phone_is_one_row(visitors: Any, hall: Stage, language: str) -> None:
    page = visitors(hall, locale=language, viewport={"width": 360, "height": 740}).sign_in()
    tops = page.locator(".tools .tool").evaluate_all("all => all.map(one => one.getBoundingClientRect().top)")
    assert len(tops) == 4
    assert max(tops) - min(tops) < 2
    sizes = page.locator(".tools .tool").evaluate_all(
        "all => all.map(one => [one.scrollWidth - one.clientWidth, one.clientHeight])"
    )
    assert all(over <= 0 and high >= 38 for over, high in sizes), sizes


def test_axe_finds_nothing_on_a_phone_and_on_the_pages_beside(visitors: Any, hall: Stage) -> None:
    visitor = visitors(hall, viewport={"width": 360, "height": 740})
    page = visitor.sign_in()
    axe = Axe()
    _clean(axe, page)
    page.goto(f"{visitor.url}/api/docs")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    _clean(axe, page)
    visitor.complaints.clear()
    page.goto(f"{visitor.url}/nowhere")
    _clean(axe, page)
    visitor.complaints.clear()  # the browser notes the status 404


def _clean(axe: Axe, page: Page) -> None:
    found = axe.run(page)
    assert found.violations_count == 0, found.generate_report()


def test_the_language_and_the_theme_stay_as_chosen(visitors: Any, hall: Stage) -> None:
    page = visitors(hall).sign_in()
    html = page.locator("html")
    ground = page.locator("body")
    expect(ground).to_have_css("background-color", "rgb(250, 246, 238)")
    page.locator(".languages summary").click()
    page.get_by_role("link", name="Français").click()
    expect(html).to_have_attribute("lang", "fr")
    page.get_by_role("link", name="Sombre").click()
    expect(ground).to_have_css("background-color", "rgb(16, 32, 29)")
    page.goto(f"{hall.server.url}/")
    expect(html).to_have_attribute("lang", "fr")
    expect(html).to_have_attribute("data-theme", "dark")
    live(page)
    page.locator(".languages summary").click()
    page.get_by_role("link", name="العربية").click()
    expect(html).to_have_attribute("lang", "ar")
    expect(html).to_have_attribute("dir", "rtl")


def test_time_runs_left_to_right_and_bars_grow_the_way_one_reads(visitors: Any, hall: Stage) -> None:
    page = visitors(hall).sign_in()
    assert page.locator("#hours .chart").get_attribute("dir") == "ltr"
    expect(page.locator("#hours .chart canvas")).to_be_visible()
    name, bar = (page.locator(f"#booths li:first-child {part}").bounding_box() for part in (".name", ".bar"))
    assert name["x"] > bar["x"]
    sides = page.locator("#booths li:nth-child(2)").evaluate(
        "row => [row.querySelector('.track').getBoundingClientRect().right,"
        " row.querySelector('.filled').getBoundingClientRect().right]"
    )
    assert abs(sides[0] - sides[1]) < 1


def test_the_keyboard_reaches_everything_and_one_sees_where_one_is(visitors: Any, hall: Stage) -> None:
    page = visitors(hall).sign_in()
    wanted = page.evaluate(
        "[...document.querySelectorAll('a[href], button, summary, [tabindex=\"0\"]')]"
        ".filter(one => one.checkVisibility()).length"
    )
    page.evaluate("window.reachedCount = 0; document.activeElement.blur()")
    reached = set()
    for _ in range(wanted + 3):
        page.keyboard.press("Tab")
        found = page.evaluate(
            "(() => { const one = document.activeElement; const style = getComputedStyle(one);"
            " const box = one.getBoundingClientRect();"
            " one.dataset.reached ??= String(++window.reachedCount);"
            " return [one.dataset.reached, style.outlineStyle, parseFloat(style.outlineWidth),"
            " box.width > 0 && box.height > 0, one === document.body]; })()"
        )
        if found[4]:
            continue
        assert (found[1], found[3]) == ("solid", True), found
        assert found[2] >= 2, found
        reached.add(found[0])
    assert len(reached) == wanted
    summary = page.locator("#hours summary")
    summary.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#hours tbody tr").first).to_be_visible()


def test_strange_names_are_shown_as_they_are(browser: Browser, tmp_path: Path) -> None:
    example = Stage(tmp_path / "example")
    definition = example.definition
    example.close()
    booths = [Booth(id=f"booth-{number}", names=texts([name])) for number, name in enumerate(NAUGHTY)]
    fair = msgspec.structs.replace(definition.fair, names=texts([NAUGHTY[0]]), venue=texts([NAUGHTY[4]]))
    stage = Stage(
        tmp_path / "strange",
        definition=msgspec.structs.replace(definition, booths=booths, fair=fair, partners=[]),
    )
    try:
        for number, name in enumerate(NAUGHTY):
            stage.add_kiosk(name[:64], f"booth-{number}")
        stage.serve()
        visitor = Visitor(browser, stage)
        page = visitor.sign_in()
        for kiosk in stage.kiosks:
            stage.visits(kiosk, range(3), NOW)
        stage.notify()
        expect(counter(page)).to_have_text("3")
        assert page.locator("#booths .name").all_text_contents() == NAUGHTY
        assert page.locator(".kiosks tbody th").all_text_contents() == sorted(name[:64] for name in NAUGHTY)
        assert page.title().startswith(NAUGHTY[0])
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 800})
            assert page.evaluate("document.documentElement.scrollWidth") <= width
        # A control that turns writing round ends with the name it stands in.
        assert page.locator("#kiosks-title").text_content() == "الأجهزة"
        visitor.context.close()
        assert visitor.complaints == []
    finally:
        stage.close()


def test_a_fair_of_which_nothing_is_known_yet_is_a_calm_page(visitors: Any, stage: Stage) -> None:
    page = visitors(stage).sign_in()
    expect(page.locator("#hours .note")).to_have_text("لا زيارة بعد.")
    expect(page.locator(".kiosks .sentence")).to_have_text("لم يتصل قط")
    _clean(Axe(), page)


def test_a_page_that_is_open_hears_that_the_fair_is_closed_and_goes_on(visitors: Any, stage: Stage) -> None:
    page = visitors(stage, locale="fr").sign_in()
    closed = page.locator("#closed")
    expect(closed).to_be_hidden()
    stage.close_fair(ago_s=120)
    stage.state(stage.kiosks[0], waiting=3)
    # Nobody notifies: another process has closed it.
    expect(closed).to_have_text(re.compile(r"Clôture\s: 15:1\d"))
    row = page.locator(".kiosks tbody tr").first
    expect(row).to_contain_text("Ne la débranchez pas encore.")
    expect(page.locator("#figure-kiosks .value")).to_have_text("0 sur 1")
    stage.state(stage.kiosks[0], ago_s=3600, online=False, wiped=True)
    expect(row).to_contain_text("terminé ne contient plus rien, peut être rangée")
    expect(row.locator(".shape")).to_have_class("shape good")
    expect(page.locator("#kiosks .note")).to_have_text("Toutes les bornes peuvent être rangées.")
    stage.reopen_fair()
    expect(closed).to_be_hidden()
    expect(row).to_contain_text("sans réseau")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("language", ["ar", "fr"])
def test_axe_finds_nothing_on_the_page_of_a_closed_fair(
    visitors: Any, ended: Stage, language: str, theme: str
) -> None:
    page = visitors(ended, locale=language, color_scheme=theme).sign_in()
    expect(page.locator("#closed")).to_be_visible()
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    _clean(Axe(), page)
    marks = page.locator(".kiosks .shape").evaluate_all("all => all.map(one => one.classList[1])")
    assert marks == ["watch", "watch", "watch", "good", "good"], "what may be put away stands last"
