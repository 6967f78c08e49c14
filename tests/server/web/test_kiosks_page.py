"""The page of kiosks: what a technician asks of sixty machines, at a glance, on a telephone too."""

from collections.abc import Iterator
from gettext import NullTranslations
from pathlib import Path
from typing import Any

import msgspec
import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]  # ships no types
from playwright.sync_api import Browser, Page, expect

from server.live.kiosks import KiosksReader
from server.live.source import StoreSource
from server.pairings import Pairings
from server.rules.access import Role
from server.rules.pages.kiosks import KiosksPage, Told, page_of
from server.rules.pages.kiosks_data import KiosksSeen
from server.rules.sentences import CLOCK_WRONG_MS
from server.rules.wording import Words
from server.store.registry import Registry
from server.web import FIRST_ACCOUNT
from tests.server.web.stage import NOW, Stage, busy_hall
from tests.server.web.test_page import NAUGHTY, WIDTHS
from tests.server.web.visitor import Visitor, live
from wire.pairing import VALID_MS

MINUTE = 60_000
HOUR = 60 * MINUTE


def newest(stage: Stage) -> int:
    with stage.store.reading() as connection:
        return dict(Registry(connection, stage.office.body).versions())[stage.fair]


def technical(stage: Stage) -> None:
    """Let the kiosks of a busy hall tell everything, with codes that wait and a kiosk that was stolen."""
    pairings = Pairings(stage.home, stage.store, stage.office, clock=stage.now)
    booths = [booth.id for booth in stage.definition.booths]
    pairings.make("K-06", booths[5], stage.fair)
    late = Pairings(stage.home, stage.store, stage.office, clock=lambda: stage.now() - VALID_MS - MINUTE)
    late.make("K-07", booths[0], stage.fair)
    stage.add_kiosk("K-08", booths[1])
    stage.kiosks.pop()
    stage.office.revoke_kiosk("K-08", "stolen at the gate")
    version, k = newest(stage), stage.kiosks
    well: dict[str, Any] = {
        "camera_rate": 24.6,
        "disk_free_mb": 38_412,
        "temperature_c": 51.7,
        "software": "0.4.0",
        "programme_version": version,
    }
    stage.state(k[0], **well, clock_wrong_ms=900)
    stage.state(k[1], **{**well, "programme_version": NOW - 3 * HOUR})
    stage.state(k[2], ago_s=4 * 3600 + 49 * 60, **well, waiting=23, oldest_waiting_s=70)
    stage.state(k[3], **{**well, "camera_rate": 0.0}, camera_trouble="stalled", waiting=2)
    slow = {**well, "temperature_c": 84.0, "disk_free_mb": 410}
    stage.state(k[4], **slow, waiting=3, oldest_waiting_s=330, clock_wrong_ms=6 * MINUTE)
    with stage.store.writing() as connection:
        Registry(connection, stage.office.body).note_hello(k[0].row.device, stage.now() - 2 * HOUR)


@pytest.fixture(scope="module")
def machines(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """A hall whose kiosks tell of their machines; tests only look."""
    stage = Stage(tmp_path_factory.mktemp("machines"))
    busy_hall(stage)
    technical(stage)
    stage.serve()
    yield stage
    stage.close()


def read(stage: Stage, role: Role = Role.NATIONAL, of: str | None = "", **scope: Any) -> KiosksSeen | None:
    """Read the kiosks of the stage's fair, of another, or (None) of all that somebody may see."""
    source = StoreSource(stage.store, stage.office.body, tally=lambda: stage.tally, is_connected=lambda: True)
    params = {} if of is None else {"fair": of or stage.fair}
    return KiosksReader(stage.store, source)(params, stage.holder(role, **scope))


def told(stage: Stage, *of: Any, **scope: Any) -> KiosksPage:
    found = read(stage, *of, **scope)
    assert found is not None
    return page_of(found, Words("en", NullTranslations()), stage.now())


# -- what is told ------------------------------------------------------------------------------


def test_each_kiosk_is_told_the_worst_first(machines: Stage) -> None:
    page = told(machines)
    assert [(line.name, line.health) for line in page.kiosks] == [
        ("K-04", "bad"),
        ("K-03", "watch"),
        ("K-05", "watch"),
        ("K-01", "good"),
        ("K-02", "good"),
    ]
    assert {figure.id: figure.value for figure in page.figures} == {
        "connected": "4",
        "bad": "1",
        "watch": "2",
        "waiting": "28",
        "older": "1",
    }
    assert page.note == "4 kiosks to look at"
    assert page.when == Words("en", NullTranslations()).name(machines.definition.fair.names)


def test_a_technician_reads_what_there_is_to_know_of_a_machine(machines: Stage) -> None:
    lines = {line.name: line for line in told(machines).kiosks}
    well = lines["K-01"]
    assert (well.contact, well.waiting, well.oldest) == ("connected since 13:20", "0", "")
    assert well.camera == Told("25 pictures a second")
    assert well.machine == [Told("38 GB free"), Told("52 degrees"), Told("clock right")]
    assert (well.programme, well.program) == (Told("newest programme"), "0.4.0")
    assert not well.in_trouble
    assert lines["K-02"].programme == Told("older programme, of 12:20", is_wrong=True)
    assert lines["K-02"].in_trouble, "whoever looks for trouble finds a kiosk with an older programme"
    silent = lines["K-03"]
    assert (silent.contact, silent.waiting) == ("last heard from: 10:31", "23")
    assert silent.oldest == "oldest: 4 hours", "they wait on while nobody hears it"
    assert lines["K-04"].camera == Told("the camera sees nothing", is_wrong=True)
    assert lines["K-05"].machine == [
        Told("410 MB free", is_wrong=True),
        Told("84 degrees", is_wrong=True),
        Told("clock off by 6 minutes", is_wrong=True),
    ]
    assert lines["K-05"].oldest == "oldest: 5 minutes"


def test_codes_that_wait_and_kiosks_that_were_revoked_are_told_and_never_a_code(machines: Stage) -> None:
    page = told(machines)
    assert [(line.name, line.text[:10], line.is_over) for line in page.codes] == [
        ("K-07", "over since", True),
        ("K-06", "good until", False),
    ]
    assert [(line.name, line.reason) for line in page.revoked] == [("K-08", "stolen at the gate")]
    said = msgspec.json.encode(read(machines)) + msgspec.json.encode(page)
    with machines.store.reading() as connection:
        rows = Registry(connection, machines.office.body).pairings()
    assert len(rows) == 2
    assert not [row for row in rows if row.number.encode() in said or row.code_key.hex().encode() in said]


def test_a_kiosk_of_which_nothing_is_known_says_so(stage: Stage) -> None:
    [line] = told(stage).kiosks
    assert (line.contact, line.camera, line.machine, line.programme) == (
        "never heard from",
        Told(""),
        [],
        Told(""),
    )
    stage.state(stage.kiosks[0])
    [line] = told(stage).kiosks
    assert (line.contact, line.programme) == ("connected", Told("no programme yet", is_wrong=True))


@pytest.mark.parametrize(
    ("wrong", "text"), [(CLOCK_WRONG_MS, "clock right"), (-CLOCK_WRONG_MS - 1, "clock off by 2 minutes")]
)
def test_a_clock_is_off_by_more_than_two_minutes_either_way(stage: Stage, wrong: int, text: str) -> None:
    stage.state(stage.kiosks[0], clock_wrong_ms=wrong)
    assert [cell.text for cell in told(stage).kiosks[0].machine] == [text]


def test_kiosks_of_several_fairs_are_told_to_whom_they_concern(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    try:
        other = msgspec.structs.replace(
            stage.definition,
            fair=msgspec.structs.replace(stage.definition.fair, id="fes", names={"fr": "Fès"}, territory=""),
        )
        stage.load([stage.definition, other])
        stage.office.add_kiosk("R-01", "bank", stage.fair)
        stage.office.add_kiosk("F-01", "bank", "fes")
        both = told(stage, Role.TECHNICIAN, None)
        assert {(line.name, line.fair) for line in both.kiosks} >= {("F-01", "Fès")}
        assert (len(both.kiosks), both.with_fairs, both.when) == (2, True, "All fairs")
        alone = told(stage, Role.TECHNICIAN, None, fair="fes")
        assert [line.name for line in alone.kiosks] == ["F-01"]
        city = told(stage, Role.CITY, None, territories=frozenset({stage.definition.fair.territory}))
        assert [line.name for line in city.kiosks] == ["R-01"]
        assert told(stage, Role.CITY, None, territories=frozenset({"elsewhere"})).kiosks == []
        assert read(stage, Role.NATIONAL, "nowhere") is None
    finally:
        stage.close()


# -- in a browser ------------------------------------------------------------------------------


def opened(visitors: Any, stage: Stage, path: str = "", **context: Any) -> Page:
    visitor = visitors(stage, **context)
    page: Page = visitor.page
    page.goto(visitor.url)
    visitor.enter(FIRST_ACCOUNT, stage.password)
    page.goto(f"{visitor.url}/fair/{stage.fair}/kiosks{path}")
    live(page)
    return page


def test_what_a_kiosk_tells_arrives_without_reload(visitors: Any, stage: Stage) -> None:
    page = opened(visitors, stage, locale="fr")
    row = page.locator(".machines tbody tr")
    expect(row).to_contain_text("jamais entendue")
    stage.state(stage.kiosks[0], camera_trouble="missing", disk_free_mb=12_000)
    stage.notify()
    expect(row).to_contain_text("12\xa0Go libres", use_inner_text=True)
    expect(row.locator(".shape")).to_have_class("shape bad")
    expect(page.locator("#figure-bad .value")).to_have_text("1")


def test_trouble_alone_is_a_link_that_needs_no_script(browser: Browser, machines: Stage) -> None:
    visitor = Visitor(browser, machines, java_script_enabled=False)
    page = visitor.page
    page.goto(visitor.url)
    visitor.enter(FIRST_ACCOUNT, machines.password)
    page.goto(f"{visitor.url}/fair/{machines.fair}/kiosks")
    rows = page.locator(".machines tbody tr:visible")
    expect(rows).to_have_count(5)
    page.get_by_role("link", name="التي بها خلل").click()
    expect(rows).to_have_count(4)
    assert page.get_by_role("link", name="التي بها خلل").get_attribute("aria-current") == "true"
    expect(page.locator(".calm")).to_be_hidden()
    page.get_by_role("link", name="الكل").click()
    expect(rows).to_have_count(5)
    visitor.context.close()


def test_where_all_is_well_there_is_no_trouble_to_show(visitors: Any, stage: Stage) -> None:
    stage.state(stage.kiosks[0], programme_version=newest(stage))
    page = opened(visitors, stage, "?only=trouble")
    expect(page.locator(".calm")).to_have_text("لا خلل في أي جهاز.")
    expect(page.locator(".machines")).to_be_hidden()
    stage.state(stage.kiosks[0], camera_trouble="missing")
    stage.notify()
    expect(page.locator(".machines tbody tr")).to_be_visible()
    expect(page.locator(".calm")).to_have_count(0)


def test_the_technician_begins_here_and_reads_names_of_nobody(browser: Browser, machines: Stage) -> None:
    password = machines.person("technician", Role.TECHNICIAN)
    visitor = Visitor(browser, machines, locale="fr")
    page = visitor.page
    page.goto(visitor.url)
    visitor.enter("technician", password)
    expect(page.locator("h1")).to_have_text("Les bornes")
    live(page)
    page.goto(f"{visitor.url}/kiosks")
    live(page)
    expect(page.locator(".machines tbody tr")).to_have_count(5)
    visitor.context.close()
    assert visitor.complaints == []


@pytest.mark.parametrize(("language", "theme"), [("ar", "light"), ("fr", "dark")])
def test_axe_finds_nothing_and_nothing_sticks_out(
    visitors: Any, machines: Stage, language: str, theme: str
) -> None:
    page = opened(visitors, machines, locale=language, color_scheme=theme)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    page.set_viewport_size({"width": 360, "height": 740})
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


def test_strange_names_are_shown_as_they_are(browser: Browser, tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    try:
        booths = [booth.id for booth in stage.definition.booths]
        for number, name in enumerate(NAUGHTY):
            stage.add_kiosk(name[:64], booths[number])
        pairings = Pairings(stage.home, stage.store, stage.office, clock=stage.now)
        pairings.make(f"=1+1 {NAUGHTY[0]}"[:64], booths[0], stage.fair)
        stage.office.revoke_kiosk(NAUGHTY[0][:64], NAUGHTY[2] + NAUGHTY[0])
        stage.serve()
        visitor = Visitor(browser, stage)
        page = visitor.page
        page.goto(visitor.url)
        visitor.enter(FIRST_ACCOUNT, stage.password)
        page.goto(f"{visitor.url}/fair/{stage.fair}/kiosks")
        live(page)
        assert page.locator(".machines .name").all_text_contents() == sorted(n[:64] for n in NAUGHTY[1:])
        names = page.locator(".aside .name").all_text_contents()
        assert names == [f"=1+1 {NAUGHTY[0]}"[:64], NAUGHTY[0][:64]]
        assert page.locator(".aside .reason").text_content() == NAUGHTY[2] + NAUGHTY[0]
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 800})
            assert page.evaluate("document.documentElement.scrollWidth") <= width
        visitor.context.close()
        assert visitor.complaints == []
    finally:
        stage.close()
