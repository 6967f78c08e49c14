"""Signing in by a one-time link and by codes, one's own account, and what is refused: in a real Chromium."""

import re
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final, Literal

import pyotp
import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]  # ships no types
from playwright.sync_api import Page, expect

from server.rules.access import Role
from server.store.audit_log import AuditLog
from server.web.doorstep import TRIES
from tests.server.web.guarded import city
from tests.server.web.peers import Client
from tests.server.web.stage import Stage
from tests.server.web.visitor import Visitor, choose_language, live

PASSWORD: Final = "بضع كلمات متتابعة"  # noqa: S105 - of people in tests
NAME: Final = "حنان التازي"
SECRETS: Final = re.compile(r"begin/|[A-Z2-7]{32}")


def clean(page: Page) -> None:
    """See that axe finds nothing and nothing sticks out, on a phone and on a desk, light and dark."""
    themes: tuple[Literal["light", "dark"], ...] = ("light", "dark")
    for theme in themes:
        page.emulate_media(color_scheme=theme)
        for width in (360, 1280):
            page.set_viewport_size({"width": width, "height": 800})
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            found = Axe().run(page)
            assert found.violations_count == 0, found.generate_report()


def typed(page: Page, code: str) -> None:
    page.fill("#code", code)
    page.keyboard.press("Enter")


def code_of(stage: Stage, secret: str, *, later_s: int = 0) -> str:
    return pyotp.TOTP(secret).at(stage.now() // 1000 + later_s)


def coordinator(stage: Stage) -> str:
    """Make an account for the city of the stage's own fair, and give the link's address."""
    territory = stage.definition.fair.territory
    link = stage.people.add(NAME, stage.holder(Role.CITY, territories=frozenset({territory})))
    return f"{stage.server.url}/begin/{link}"


@pytest.mark.parametrize("language", ["ar", "fr"])
def test_a_one_time_link_becomes_a_password_and_opens_the_page_once(
    visitors: Any, stage: Stage, language: str
) -> None:
    visitor = visitors(stage, locale=language)
    page, link = visitor.page, coordinator(stage)
    page.goto(link)
    assert page.locator("html").get_attribute("dir") == ("rtl" if language == "ar" else "ltr")
    expect(page.locator("strong")).to_have_text(NAME)
    clean(page)
    # Whoever reads the other language finds the form again.
    choose_language(page, "Français" if language == "ar" else "العربية")
    expect(page.locator("html")).to_have_attribute("lang", "fr" if language == "ar" else "ar")
    choose_language(page, "العربية" if language == "ar" else "Français")
    page.fill("#password", PASSWORD)
    page.fill("#again", PASSWORD + "x")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_be_visible()
    visitor.complaints.clear()  # the browser notes the status 400
    page.fill("#password", PASSWORD)
    page.fill("#again", PASSWORD)
    page.keyboard.press("Enter")
    live(page)
    assert page.url == f"{visitor.url}/"
    expect(page.locator("a.own")).to_have_text(NAME)
    answer = page.goto(link)
    assert answer is not None
    assert answer.status == 410
    expect(page.locator("h1")).to_have_text(
        "لم يعد هذا الرابط صالحا" if language == "ar" else re.compile("Ce lien n.est plus valable")
    )
    visitor.complaints.clear()  # the browser notes the status 410
    clean(page)
    # From another browser the name and the password open.
    other = visitors(stage)
    other.page.goto(other.url)
    other.enter(f" {NAME} ", PASSWORD)
    live(other.page)


def test_codes_are_switched_on_with_a_telephone_and_asked_for_from_then_on(
    visitors: Any, stage: Stage
) -> None:
    visitor: Visitor = visitors(stage)
    page = visitor.sign_in()
    page.locator("a.own").click()
    expect(page.locator("dd").nth(1)).to_have_text("مدير الحسابات")
    clean(page)
    page.set_viewport_size({"width": 1280, "height": 900})
    page.get_by_role("link", name="تفعيل رموز المرة الواحدة").click()
    clean(page)
    secret = page.locator(".letters").inner_text().replace(" ", "").replace("\n", "")
    assert re.fullmatch("[A-Z2-7]{32}", secret)
    typed(page, "000000")
    expect(page.get_by_role("alert")).to_contain_text("الرمز غير صحيح")
    assert page.locator(".letters").inner_text().replace(" ", "").replace("\n", "") == secret
    visitor.complaints.clear()  # the browser notes the status 400
    typed(page, code_of(stage, secret))
    expect(page).to_have_url(f"{visitor.url}/account")
    expect(page.locator("dd").last).to_have_text("مطلوبة عند كل دخول.")
    # Still signed in here; a fresh browser needs both.
    other: Visitor = visitors(stage, locale="fr")
    other.page.goto(f"{other.url}/fair/{stage.fair}")
    other.enter("organizer", stage.password)
    expect(other.page.locator("#code")).to_be_focused()
    clean(other.page)
    assert other.page.request.get(f"{other.url}/api/session").status == 401
    typed(other.page, "000 000")
    expect(other.page.get_by_role("alert")).to_contain_text("pas le bon")
    other.complaints.clear()  # the browser notes the status 401
    typed(other.page, code_of(stage, secret, later_s=30))
    expect(other.page).to_have_url(f"{other.url}/fair/{stage.fair}")
    live(other.page)


def test_five_wrong_codes_ask_for_the_password_again(stage: Stage) -> None:
    secret = stage.accounts.new_code_secret()
    assert stage.accounts.use_codes("organizer", secret, code_of(stage, secret)) is not None
    with Client(stage) as client:
        asked = client.sign_in()
        assert asked.status_code == 200
        found = re.search(r'name="ticket" value="([^"]+)"', asked.text)
        assert found is not None
        data = {"form": client.form(), "ticket": found[1]}
        answers = [client.http.post("/sign-in/code", data={**data, "code": "1"}) for _ in range(4)]
        assert [answer.status_code for answer in answers] == [401] * 4
        last = client.http.post("/sign-in/code", data={**data, "code": "1"})
        assert 'id="password"' in last.text
        # Now even the right one comes too late.
        right = {**data, "code": code_of(stage, secret, later_s=30)}
        assert client.http.post("/sign-in/code", data=right).status_code == 403
        assert client.http.get("/api/session").status_code == 401


def owing(client: Client) -> dict[str, str]:
    """Give name and password, and what the page that asks for a code then sends."""
    found = re.search(r'name="ticket" value="([^"]+)"', client.sign_in().text)
    assert found is not None
    return {"form": client.form(), "ticket": found[1]}


@pytest.mark.parametrize(
    ("tickets_given", "refused", "most"),
    [
        (1, 403, TRIES),  # the password is asked for again
        (4, 429, 2 * TRIES),  # whoever has the password and comes anew waits, a second at first
    ],
)
def test_codes_that_come_all_at_once_are_tried_one_after_the_other(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, tickets_given: int, refused: int, most: int
) -> None:
    secret = stage.accounts.new_code_secret()
    stage.accounts.use_codes("organizer", secret, code_of(stage, secret))
    checked, check = [], stage.accounts.check_code

    def slow_check(name: str, code: str) -> bool:
        """Take so long that all the others are there meanwhile."""
        checked.append(code)
        time.sleep(0.05)
        return check(name, code)

    monkeypatch.setattr(stage.accounts, "check_code", slow_check)
    with Client(stage) as client, ThreadPoolExecutor(40) as people:
        tickets = [owing(client) for _ in range(tickets_given)]

        def tried(number: int) -> int:
            data = {**tickets[number % len(tickets)], "code": f"{number:06}"}
            return client.http.post("/sign-in/code", data=data).status_code

        answers = Counter(people.map(tried, range(40)))
        assert TRIES <= len(checked) <= most
        assert answers[401] == len(checked)
        assert answers[refused] >= 40 - len(checked) - TRIES
        right = {**tickets[0], "code": code_of(stage, secret, later_s=30)}
        assert client.http.post("/sign-in/code", data=right).status_code in {403, 429}
        assert client.http.get("/api/session").status_code == 401


def test_a_ticket_alone_or_without_our_form_opens_nothing(stage: Stage) -> None:
    secret = stage.accounts.new_code_secret()
    stage.accounts.use_codes("organizer", secret, code_of(stage, secret))
    with Client(stage) as client:
        found = re.search(r'name="ticket" value="([^"]+)"', client.sign_in().text)
        assert found is not None
        code = code_of(stage, secret, later_s=30)
        for data in (
            {"ticket": found[1], "code": code},
            {"ticket": found[1], "code": code, "form": "guessed"},
            {"ticket": "guessed", "code": code, "form": client.form()},
        ):
            assert client.http.post("/sign-in/code", data=data).status_code == 403
        # Whoever was disabled between the password and the code stays outside.
        stage.people.disable("organizer")
        data = {"ticket": found[1], "code": code, "form": client.form()}
        assert client.http.post("/sign-in/code", data=data).status_code in {401, 403}
        assert client.http.get("/api/session").status_code == 401


def test_somebody_who_is_disabled_is_put_out_and_told_nothing_more(visitors: Any, stage: Stage) -> None:
    password = stage.person(NAME, Role.AUDITOR)
    visitor: Visitor = visitors(stage)
    page = visitor.page
    page.goto(visitor.url)
    visitor.enter(NAME, password)
    live(page)
    stage.people.disable(NAME)
    expect(page).to_have_url(re.compile("/sign-in"), timeout=12_000)
    visitor.enter(NAME, password)
    expect(page.get_by_role("alert")).to_contain_text("الاسم أو كلمة السر غير صحيح")
    visitor.complaints.clear()  # the browser notes the status 401


@pytest.mark.parametrize("language", ["ar", "fr"])
def test_a_coordinator_who_guesses_another_citys_address_is_refused_in_words(
    visitors: Any, stage: Stage, language: str
) -> None:
    stage.load([stage.definition, city(stage.definition, 7)])
    visitor: Visitor = visitors(stage, locale=language)
    page = visitor.page
    page.goto(coordinator(stage))
    page.fill("#password", PASSWORD)
    page.fill("#again", PASSWORD)
    page.keyboard.press("Enter")
    live(page)
    assert page.locator(".fairs").count() == 0
    answer = page.goto(f"{visitor.url}/fair/fair-7")
    assert answer is not None
    assert answer.status == 403
    expect(page.locator("h1")).to_have_text(
        "هذا ليس متاحا لحسابكم" if language == "ar" else re.compile("Votre compte n.y donne pas accès")
    )
    visitor.complaints.clear()  # the browser notes the status 403
    clean(page)
    page.get_by_role("link", name="الصفحة الأولى" if language == "ar" else "première page").click()
    live(page)
    with stage.store.reading() as connection:
        rows = [row for row in AuditLog(connection, stage.office.body).entries() if row.what == "refused"]
    assert [(row.who, "fair-7" in row.detail) for row in rows] == [(NAME, True)]


def test_strange_values_in_every_form_are_answered_in_words(stage: Stage) -> None:
    strange = ["", "\0", "x" * 9000, "'; DROP TABLE account; --", "😀🇲🇦", "\u202e", "<script>"]
    link = coordinator(stage).rpartition("/")[2]
    with Client(stage) as client:
        client.sign_in()
        form = client.form("/account/codes")
        for value in strange:
            for path, fields in (
                ("/sign-in", ("name", "password", "next")),
                ("/sign-in/code", ("ticket", "code", "next")),
                (f"/begin/{link}", ("password",)),
                ("/account/codes", ("secret", "code")),
            ):
                answer = client.http.post(path, data={"form": form, **dict.fromkeys(fields, value)})
                assert answer.status_code < 500, (path, value[:20])
                assert "<script>" not in answer.text
        for path in ("/sign-in", "/sign-in/code", f"/begin/{link}", "/account/codes"):
            raw = f"form={form}&name=%ff%00&password=%ed%a0%80&ticket=%ff&code=%ff&secret=%ff".encode()
            headers = {"Content-Type": "application/x-www-form-urlencoded"}
            assert client.http.post(path, content=raw, headers=headers).status_code < 500, path
    assert stage.said == []
    assert stage.accounts.linked(link) is not None
