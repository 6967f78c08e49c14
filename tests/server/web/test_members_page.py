"""Members on pages: found masked, opened one by one, and each look in the audit log."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]  # ships no types
from playwright.sync_api import Browser, Page, expect

from server.rules.access import Role
from server.rules.audit import Entry
from server.store.audit_log import AuditLog
from server.store.members import Members
from server.web import FIRST_ACCOUNT
from tests.server.web.members_scene import CARD, COMMUNE, KARIM, SALMA, SAMIRA, nation, person, whole
from tests.server.web.stage import NOW, Stage
from tests.server.web.test_page import NAUGHTY, WIDTHS
from tests.server.web.visitor import Visitor, live
from wire.programme import Territory


@pytest.fixture(scope="module")
def body(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """A body with members; tests look, and what they look at is written down."""
    stage = Stage(tmp_path_factory.mktemp("body"))
    whole(stage)
    stage.serve()
    yield stage
    stage.close()


def written(stage: Stage, who: str) -> list[Entry]:
    with stage.store.reading() as connection:
        return [row for row in AuditLog(connection, stage.office.body).entries() if row.who == who]


# -- who is found ------------------------------------------------------------------------------


def opened(browser: Browser, stage: Stage, name: str, password: str, **context: Any) -> Visitor:
    visitor = Visitor(browser, stage, **{"locale": "fr", **context})
    visitor.page.goto(visitor.url)
    visitor.enter(name, password)
    visitor.page.goto(f"{visitor.url}/members")
    return visitor


def looked_for(page: Page, text: str) -> list[str]:
    """Search, and give the names that are shown."""
    page.fill("#text", text)
    page.get_by_role("button", name=re.compile("Rechercher|بحث")).click()
    page.locator("#found-title").wait_for()
    return [
        " / ".join(one.locator(".names bdi").all_text_contents()) for one in page.locator(".people li").all()
    ]


def test_a_search_shows_masked_names_and_leaves_no_name_anywhere(browser: Browser, body: Stage) -> None:
    visitor = opened(browser, body, FIRST_ACCOUNT, body.password)
    page = visitor.page
    assert looked_for(page, "bennani sal") == ["S. B*** / س. ب***"]
    assert page.url == f"{visitor.url}/members/find"
    html = page.content()
    assert not [
        secret for secret in ("Salma", "سلمى", "+212612345678", "12345678", "05-31") if secret in html
    ]
    facts = page.locator(".facts-line bdi").all_text_contents()
    assert facts == ["Actifs", "né en 1960", "téléphone finissant par 78", "Tanger", "a une carte"]
    row = written(body, FIRST_ACCOUNT)[-1]
    assert (row.what, json.loads(row.detail)) == ("find", {"members": [SALMA.member]})
    for text in ("06 12 34 56 78", "0012345", CARD, SALMA.member, "سلمى"):
        assert looked_for(page, text) == ["S. B*** / س. ب***"], text
    assert looked_for(page, "zzz") == []
    expect(page.locator("#found-title")).to_contain_text("Personne n")
    assert json.loads(written(body, FIRST_ACCOUNT)[-1].detail) == {"members": []}
    assert not [line for line in body.said if "bennani" in line.lower()]
    visitor.context.close()
    assert visitor.complaints == []


def test_a_member_is_opened_in_full_and_that_is_written_down(browser: Browser, body: Stage) -> None:
    visitor = opened(browser, body, FIRST_ACCOUNT, body.password)
    page = visitor.page
    looked_for(page, "Salma")
    page.get_by_role("link", name="Ouvrir S. B***").click()
    expect(page.locator("h1")).to_have_text("Salma Bennani")
    text = page.locator("main").inner_text()
    for known in ("سلمى بناني", "+212612345678", "0012345", "31 mai 1960", "s@example.ma", "Tanger", CARD):
        assert known in text, known
    assert page.locator(".lines .shape").evaluate_all("all => all.map(one => one.classList[1])") == [
        "good",
        "bad",
    ]
    expect(page.locator(".commands")).to_contain_text(f"riwaq-server cards revoke {CARD}")
    row = written(body, FIRST_ACCOUNT)[-1]
    assert (row.what, row.about, json.loads(row.detail)) == (
        "show",
        SALMA.member,
        {"household": [KARIM.member]},
    )
    page.get_by_role("link", name="Karim Bennani").click()
    expect(page.locator("h1")).to_have_text("Karim Bennani")
    assert written(body, FIRST_ACCOUNT)[-1].about == KARIM.member
    visitor.context.close()
    assert visitor.complaints == []


def test_who_lives_elsewhere_is_nobody_to_a_coordinator_and_asking_is_written_down(
    browser: Browser, body: Stage
) -> None:
    password = body.person("tangier", Role.CITY, territories=frozenset({"tangier"}))
    visitor = opened(browser, body, "tangier", password)
    page = visitor.page
    live(page)
    expect(page.locator("#figure-active .value")).to_have_text("3")
    assert looked_for(page, "bennani") == ["S. B*** / س. ب***", "K. B*** / ك. ب***"]
    for text in ("Samira", SAMIRA.member, "0001-00000000000002", "Fassi"):
        assert looked_for(page, text) == [], text
    own = visitor.context.request.get(f"{visitor.url}/members/{SALMA.member}")
    assert own.status == 200
    answers = [
        visitor.context.request.get(f"{visitor.url}/members/{member}")
        for member in (SAMIRA.member, COMMUNE.member, "f" * 16, "..%2f")
    ]
    assert {answer.status for answer in answers} == {403}
    told_apart = {re.sub(r'value="[^"]*"|/members/[^"?]*', "", answer.text()) for answer in answers}
    assert len(told_apart) == 1, "nobody learns who is there by guessing"
    refused = [row for row in written(body, "tangier") if row.what == "refused"]
    assert refused
    assert not [row for row in written(body, "tangier") if SAMIRA.member in row.about + row.detail]
    visitor.context.close()


@pytest.mark.parametrize("role", [Role.TECHNICIAN, Role.AUDITOR])
def test_roles_that_have_no_business_with_members_are_refused(
    browser: Browser, body: Stage, role: Role
) -> None:
    visitor = opened(browser, body, str(role), body.person(str(role), role))
    expect(visitor.page.locator("h1")).not_to_have_text("Adhérents")
    request = visitor.context.request
    form = visitor.page.locator("input[name=form]").first.get_attribute("value") or ""
    assert request.get(f"{visitor.url}/members").status == 403
    assert request.get(f"{visitor.url}/members/{SALMA.member}").status == 403
    found = request.post(f"{visitor.url}/members/find", form={"form": form, "text": "salma"})
    assert found.status == 403
    assert {row.what for row in written(body, str(role))} <= {"refused", "password set"}
    visitor.context.close()


def test_a_form_from_elsewhere_finds_nobody(browser: Browser, body: Stage) -> None:
    visitor = opened(browser, body, FIRST_ACCOUNT, body.password)
    before = len(written(body, FIRST_ACCOUNT))
    answer = visitor.context.request.post(
        f"{visitor.url}/members/find", form={"form": "another", "text": "salma"}
    )
    assert answer.status == 403
    assert len(written(body, FIRST_ACCOUNT)) == before
    form = visitor.page.locator("input[name=form]").first.get_attribute("value") or ""
    answer = visitor.context.request.post(f"{visitor.url}/members/find", form={"form": form, "text": "salma"})
    assert (answer.status, answer.headers["cache-control"]) == (200, "no-store")
    empty = visitor.context.request.post(f"{visitor.url}/members/find", form={"form": form, "text": "  "})
    assert empty.url == f"{visitor.url}/members"
    visitor.context.close()


def test_a_search_that_many_fit_lists_twenty(browser: Browser, stage: Stage) -> None:
    nation(stage, *(person(number, name_latin=f"Amal Tazi{number}") for number in range(1, 30)))
    visitor = opened(browser, stage, FIRST_ACCOUNT, stage.password)
    assert len(looked_for(visitor.page, "amal")) == 20
    expect(visitor.page.locator("main")).to_contain_text("Il y en a peut-être d")
    visitor.context.close()


# -- in a browser ------------------------------------------------------------------------------


def test_a_new_member_arrives_without_reload(visitors: Any, stage: Stage) -> None:
    nation(stage, SALMA)
    visitor = visitors(stage, locale="fr")
    page = visitor.page
    page.goto(visitor.url)
    visitor.enter(FIRST_ACCOUNT, stage.password)
    page.goto(f"{visitor.url}/members")
    live(page)
    page.fill("#text", "half a na")
    expect(page.locator("#figure-active .value")).to_have_text("1")
    with stage.store.writing() as connection:
        Members(connection, stage.office.body).add([KARIM], NOW)
    expect(page.locator("#figure-active .value")).to_have_text("2")
    expect(page.locator("#figure-new .value")).to_have_text("1")
    assert page.input_value("#text") == "half a na", "what somebody types stays"


@pytest.mark.parametrize(("language", "theme"), [("ar", "light"), ("fr", "dark")])
def test_axe_finds_nothing_and_nothing_sticks_out(
    browser: Browser, body: Stage, language: str, theme: str
) -> None:
    visitor = opened(browser, body, FIRST_ACCOUNT, body.password, locale=language, color_scheme=theme)
    page = visitor.page
    live(page)
    page.locator("details").evaluate_all("all => all.forEach(one => one.open = true)")
    _fits(page)
    looked_for(page, "b")
    _fits(page)
    page.goto(f"{visitor.url}/members/{SALMA.member}")
    _fits(page)
    visitor.context.close()
    assert visitor.complaints == []


def _fits(page: Page) -> None:
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.set_viewport_size({"width": 1280, "height": 800})
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


def test_the_keyboard_alone_finds_and_opens(browser: Browser, body: Stage) -> None:
    visitor = opened(browser, body, FIRST_ACCOUNT, body.password)
    page = visitor.page
    page.locator("#text").focus()
    page.keyboard.type("samira")
    page.keyboard.press("Enter")
    page.locator("#found-title").wait_for()
    page.locator("#text").focus()
    for _ in range(2):
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Samira Bennani")
    visitor.context.close()


def test_strange_names_are_shown_as_they_are(browser: Browser, tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    try:
        strange = [*NAUGHTY, "=1+1"]
        people = [
            person(number, name_latin=f"A {name}"[:120], territory=f"t-{number}")
            for number, name in enumerate(strange, 1)
        ]
        places = [
            Territory(id=f"t-{number}", names={"ar": name[:200], "fr": name[:200]})
            for number, name in enumerate(strange, 1)
        ]
        stage.load([msgspec.structs.replace(stage.definition, territories=places)])
        with stage.store.writing() as connection:
            Members(connection, stage.office.body).add(people, NOW)
        stage.serve()
        visitor = opened(browser, stage, FIRST_ACCOUNT, stage.password)
        page = visitor.page
        live(page)
        bars = page.locator("[data-part=part_places] .bars .name").all_text_contents()
        assert sorted(bars) == sorted(name[:200] for name in strange)
        for one in people:
            page.goto(f"{visitor.url}/members/{one.member}")
            assert page.locator("h1 bdi").text_content() == one.name_latin
            for width in (360, 1280):
                page.set_viewport_size({"width": width, "height": 800})
                assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.goto(f"{visitor.url}/members")
        looked_for(page, NAUGHTY[0])
        assert page.input_value("#text") == NAUGHTY[0]
        visitor.context.close()
        assert visitor.complaints == []
    finally:
        stage.close()
