"""The pages of sessions: how many came for whoever may see that, names for those who may call the roll."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]  # ships no types
from playwright.sync_api import Page, expect

from server.account_office import AccountOffice
from server.rules.access import Holder, Role
from server.rules.members.member import Kind
from server.sessions.rolls import ATTENDED
from server.store.audit_log import AuditLog
from server.store.person_gone import PersonGone
from server.web.asking import FORM
from tests.server.web.sessions_stage import AWAY, HOME, SessionsStage, full_stage, number_of
from tests.server.web.stage import OTHER_BODY
from tests.server.web.test_page import NAUGHTY, WIDTHS
from tests.server.web.visitor import live
from wire.described import Session

PATHS = (
    "/sessions",
    "/sessions/delegates-1",
    "/sessions/delegates-1/roll",
    "/series/digital",
    "/fair/rabat-2024/sessions",
    "/fair/rabat-2024/sessions/delegates",
)
NAMES = ("بناني", "Bennani", "Amal", "الأمل")


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SessionsStage]:
    """A body with sessions of every kind; tests only look."""
    stage = SessionsStage(tmp_path_factory.mktemp("sessions"))
    full_stage(stage)
    stage.serve()
    yield stage
    stage.close()


@pytest.fixture
def meeting(tmp_path: Path) -> Iterator[SessionsStage]:
    """A body with one meeting to which one is invited."""
    stage = SessionsStage(tmp_path)
    people = stage.know(("", "Karim Bennani", "1"), ("", "Amina Alaoui", "2"))
    stage.desk.add({"session": "meeting", "name_fr": "Rencontre", "date": "2024-10-09"})
    stage.note("meeting", people)
    stage.desk.recommend("meeting", {"fr": "Ouvrir un guichet"})
    stage.serve()
    yield stage
    stage.close()


def opened(visitors: Any, stage: SessionsStage, path: str, **context: Any) -> Page:
    visitor = visitors(stage, **{"locale": "fr", **context})
    page: Page = visitor.sign_in()
    page.goto(visitor.url + path)
    live(page)
    return page


def get(stage: SessionsStage, path: str, token: str, language: str = "fr") -> httpx.Response:
    headers = {"authorization": f"Bearer {token}"}
    return httpx.get(f"{stage.server.url}{path}?lang={language}", headers=headers, timeout=10)


# -- what is said ----------------------------------------------------------------------------


def test_sessions_stand_in_the_order_of_their_days_as_far_as_they_are_known(
    visitors: Any, full: SessionsStage
) -> None:
    page = opened(visitors, full, "/sessions")
    rows = page.locator(".meetings tbody tr")
    said = [" ".join(row.inner_text().split()) for row in rows.all()]
    assert [text.split(" Formation · ")[0] for text in said[:1]] == ["Formation numérique 2"]
    assert "mai 2024 5 4 1 80,0 %" in said[0]
    assert "Rencontre des délégués de Rabat-Salé-Témara" in said[1]
    assert "9 octobre 2024 3 2 1 66,7 %" in said[1]
    assert "novembre 2024 tous 0 – –" in said[2]  # noqa: RUF001 - dashes for what there is none of
    assert "du 5 au 6 avril 2025 5 – – –" in said[3]  # noqa: RUF001 - the same
    assert "date inconnue 5 2 3 40,0 %" in said[4]
    expect(page.locator("#figure-rate .value")).to_contain_text("61,5")
    expect(page.locator("#figure-held .value")).to_have_text("4 sur 5")
    recommended = page.locator(".recommended li")
    assert [each.inner_text().split(" ·")[0] for each in recommended.all()] == ["à faire", "terminé"]
    assert [each.get_attribute("href") for each in page.locator(".series a").all()] == [
        "/series/all",
        "/series/digital",
        "/series/delegates",
    ]


def test_in_arabic_months_are_those_of_morocco(visitors: Any, full: SessionsStage) -> None:
    page = opened(visitors, full, "/sessions", locale="ar")
    said = page.locator(".meetings").inner_text()
    assert "ماي 2024" in said
    assert "من 5 إلى 6 أبريل 2025" in said
    assert "تاريخ غير معروف" in said


def test_a_fairs_sessions_have_room_hours_and_roll(visitors: Any, full: SessionsStage) -> None:
    page = opened(visitors, full, f"/fair/{full.fair}/sessions")
    row = page.locator("#session-delegates")
    expect(row).to_contain_text("28 décembre 2024 · de 09:30 à 12:00")
    expect(row).to_contain_text("66,7")
    expect(page.locator("#session-first-aid")).to_contain_text("tous")
    row.get_by_role("link").click()
    live(page)
    assert page.url.endswith("/sessions/delegates")
    assert page.locator("[data-part=part_absent] .name").all_inner_texts() == ["0001-00000000000003"]
    assert page.locator("[data-part=part_present] .name").all_inner_texts() == [
        "0001-00000000000001",
        "0001-00000000000002",
        "0001-00000000000009",
    ]


def test_the_matrix_says_of_each_participant_which_sessions(visitors: Any, full: SessionsStage) -> None:
    page = opened(visitors, full, "/series/digital")
    heads = page.locator(".matrix thead th").all_inner_texts()
    assert [head.split("\n")[-1] for head in heads[1:4]] == [
        "mai 2024",
        "du 5 au 6 avril 2025",
        "date inconnue",
    ]
    rows = {
        row.locator("th").inner_text(): [cell.inner_text().strip() for cell in row.locator("td").all()]
        for row in page.locator(".matrix tbody tr").all()
    }
    assert rows["Association Al Amal"] == ["présent", "invité", "présent", "2"]
    assert rows["Association sportive de Témara"] == ["absent", "invité", "absent", "0"]
    assert page.locator(".matrix tfoot td").all_inner_texts() == ["4", "0", "2", ""]


def test_of_whom_no_name_is_kept_is_said_in_words_and_no_line_stands_empty(tmp_path: Path) -> None:
    stage = SessionsStage(tmp_path)
    try:
        cards = [f"0001-{number:014x}" for number in (1, 2, 3)]
        plan = Session(id="delegates", names={"fr": "Rencontre"}, day="2024-12-28", by_invitation=True)
        stage.plan(plan, invited={"delegates": cards[:1]})
        stage.attend("delegates", [1, 2])
        token = stage.program("reader", Role.NATIONAL)
        stage.serve()
        path = f"/fair/{stage.fair}/sessions/delegates"
        assert 'id="person-0001-00000000000002"' in get(stage, path, token).text
        assert "Tous les invités sont venus." in get(stage, path, token).text
        with stage.store.writing() as connection:
            gone = PersonGone(connection, stage.office.body)
            gone.unlink(cards)
            gone.add_past(stage.fair, "delegates", 1, 0)
        stage.server.notify(stage.office.body, {stage.fair})
        told = get(stage, path, token)
        assert 'id="person-"' not in told.text
        assert "2 autres personnes étaient présentes, dont les noms ne sont plus conservés." in told.text
        assert "1 autre personne était invitée, dont le nom n\u2019est plus conservé." in told.text
        assert "Tous les invités sont venus." not in told.text
        assert "Personne n\u2019est encore venu" not in told.text
    finally:
        stage.close()


# -- it moves, and people decide -------------------------------------------------------------


def test_who_comes_shows_without_reload(visitors: Any, meeting: SessionsStage) -> None:
    page = opened(visitors, meeting, "/sessions/meeting/roll")
    page.evaluate("window.same = true")
    expect(page.locator("[data-part=part_absent] .name")).to_have_count(2)
    meeting.note("meeting", ["1"], ATTENDED)
    meeting.server.notify(meeting.office.body, {""})
    expect(page.locator("[data-part=part_present] .name")).to_have_text("Karim Bennani")
    expect(page.locator("[data-part=part_absent] .name")).to_have_text("Amina Alaoui")
    assert page.evaluate("window.same")


def test_a_recommendation_is_done_and_opened_again_by_keyboard(visitors: Any, meeting: SessionsStage) -> None:
    page = opened(visitors, meeting, "/sessions/meeting")
    for word, said in (("Fait : numéro 1", "terminé"), ("Rouvrir : numéro 1", "à faire")):
        button = page.get_by_role("button", name=word)
        button.focus()
        page.keyboard.press("Enter")
        live(page)
        expect(page.locator(".recommended li strong")).to_have_text(said)
    with meeting.store.reading() as connection:
        rows = list(AuditLog(connection, meeting.office.body).entries())
    assert [row.what for row in rows if row.what.startswith("recommendation")] == [
        "recommendation done",
        "recommendation reopened",
    ]


def test_a_recommendation_that_is_gone_is_told(visitors: Any, meeting: SessionsStage) -> None:
    page = opened(visitors, meeting, "/sessions/meeting")
    meeting.desk.remove_recommendation("meeting", 1)
    page.get_by_role("button", name="Fait : numéro 1").click()
    told = "Cette recommandation n\u2019est plus là. Rechargez la page."
    expect(page.locator("main")).to_contain_text(told)


# -- who may see -----------------------------------------------------------------------------


def test_names_are_for_those_who_may_call_the_roll(full: SessionsStage) -> None:
    auditor = full.program("auditor-of-sessions", Role.AUDITOR)
    for path in ("/sessions", "/sessions/delegates-1", f"/fair/{full.fair}/sessions"):
        answer = get(full, path, auditor)
        assert answer.status_code == 200, path
        assert not [name for name in NAMES if name in answer.text], path
        assert "/roll" not in answer.text, path
        assert "/series/" not in answer.text, path
        assert "C&#39;est fait" not in answer.text, path
    for path in ("/sessions/delegates-1/roll", "/series/digital", f"/fair/{full.fair}/sessions/delegates"):
        assert get(full, path, auditor).status_code == 403, path
        assert get(full, f"{path}/live", auditor).status_code == 403, path
    for action in ("done", "reopen"):
        headers = {"authorization": f"Bearer {auditor}"}
        url = f"{full.server.url}/sessions/delegates-1/{action}"
        assert httpx.post(url, headers=headers, data={"number": "1"}, timeout=10).status_code == 403


def test_a_coordinator_sees_what_lies_in_the_own_territory(full: SessionsStage) -> None:
    away = full.program("coordinator-away", Role.REGION, territories=frozenset({AWAY}))
    here = full.program("coordinator-here", Role.CITY, territories=frozenset({HOME}))
    assert "Oujda" in get(full, "/sessions", away).text
    assert "Rabat-Salé-Témara" not in get(full, "/sessions", away).text
    assert "Oujda" not in get(full, "/sessions", here).text
    # What lies in no territory is the whole body's.
    assert "Formation numérique" not in get(full, "/sessions", here).text
    assert get(full, "/series/digital", here).status_code == 403
    assert get(full, "/sessions/delegates-1/roll", here).status_code == 200
    for path in ("/sessions/delegates-1", "/sessions/delegates-1/roll", "/sessions/training-1"):
        assert get(full, path, away).status_code == 403, path


def test_a_database_that_fails_keeps_its_own_words_for_the_log(meeting: SessionsStage) -> None:
    token = meeting.program("national", Role.NATIONAL)
    headers = {"Authorization": f"Bearer {token}", "Cookie": f"{FORM}=token", "Accept-Language": "fr"}
    url, data = f"{meeting.server.url}/sessions/meeting/done", {"form": "token", "number": "1"}
    with meeting.store.writing() as connection:
        connection.exec_driver_sql("ALTER TABLE audit RENAME TO away")
    answer = httpx.post(url, headers=headers, data=data, timeout=10)
    with meeting.store.writing() as connection:
        connection.exec_driver_sql("ALTER TABLE away RENAME TO audit")
    assert (answer.status_code, "audit" in answer.text) == (503, False)
    assert "est perdu" in answer.text
    assert [line for line in meeting.said if "audit" in line]
    assert httpx.post(url, headers=headers, data=data, timeout=10).status_code == 303


@pytest.mark.parametrize("path", ["/sessions/meeting/done", "/members/find"])
def test_a_form_that_waited_too_long_is_not_called_somebody_else_s(meeting: SessionsStage, path: str) -> None:
    token = meeting.program("national", Role.NATIONAL)
    headers = {"Authorization": f"Bearer {token}", "Accept-Language": "fr"}
    answer = httpx.post(meeting.server.url + path, headers=headers, data={"form": "of yesterday"}, timeout=10)
    assert answer.status_code == 403
    assert "plus valable" in answer.text
    assert "y donne pas accès" not in answer.text


@pytest.mark.parametrize("role", [Role.TECHNICIAN, Role.PARTNER, Role.BOOTH])
def test_others_see_none(full: SessionsStage, role: Role) -> None:
    scope: dict[str, Any] = {
        Role.PARTNER: {"partner": "bank"},
        Role.BOOTH: {"fair": full.fair, "booth": "bank"},
    }.get(role, {})
    token = full.program(f"sessions-{role}", role, **scope)
    for path in PATHS:
        assert get(full, path, token).status_code == 403, path


def test_another_body_sees_none(full: SessionsStage) -> None:
    office = AccountOffice(full.home, full.store, OTHER_BODY, clock=full.now, who="operator")
    token = office.token("of-another", Holder(body=OTHER_BODY, role=Role.ADMIN))
    assert "Rencontre" not in get(full, "/sessions", token).text
    for path in PATHS[1:]:
        answer = get(full, path, token)
        assert answer.status_code in {403, 404}, path
        assert not [name for name in NAMES if name in answer.text], path


def test_looking_at_names_is_in_the_audit_log(full: SessionsStage) -> None:
    token = full.program("organizer-2", Role.NATIONAL)
    for path in PATHS:
        assert get(full, path, token).status_code == 200, path
    with full.store.reading() as connection:
        looks = [
            (row.what, row.detail)
            for row in AuditLog(connection, full.office.body).entries()
            if row.who == "organizer-2"
        ]
    assert looks == [
        ("roll call", '{"session":"delegates-1"}'),
        ("session matrix", '{"series":"digital"}'),
        ("roll call", f'{{"fair":"{full.fair}","session":"delegates"}}'),
    ]


def test_whoever_follows_names_without_asking_for_the_page_is_in_the_audit_log_once(
    full: SessionsStage,
) -> None:
    token = full.program("follower", Role.NATIONAL)

    def follow() -> None:
        headers = {"Authorization": f"Bearer {token}"}
        url = f"{full.server.url}/sessions/delegates-1/roll/live"
        with httpx.stream("GET", url, headers=headers, timeout=10) as answer:
            assert any("Bennani" in line for line in answer.iter_lines())

    def looks() -> list[str]:
        with full.store.reading() as connection:
            entries = AuditLog(connection, full.office.body).entries()
            return [row.what for row in entries if row.who == "follower"]

    follow()
    assert looks() == ["roll call"]
    follow()
    assert looks() == ["roll call"]
    assert get(full, "/sessions/delegates-1/roll", token).status_code == 200
    assert looks() == ["roll call"] * 2


# -- how it looks ----------------------------------------------------------------------------


@pytest.mark.parametrize(("language", "theme"), [("ar", "light"), ("fr", "dark")])
@pytest.mark.parametrize("path", PATHS)
def test_axe_finds_nothing_and_nothing_sticks_out(
    visitors: Any, full: SessionsStage, path: str, language: str, theme: str
) -> None:
    page = opened(visitors, full, path, locale=language, color_scheme=theme)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.set_viewport_size({"width": 360, "height": 740})
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


def test_a_body_without_sessions_is_told_how_to_begin(visitors: Any, tmp_path: Path) -> None:
    stage = SessionsStage(tmp_path)
    try:
        stage.serve()
        page = opened(visitors, stage, "/sessions")
        expect(page.locator("main code")).to_have_text("riwaq-server session add ID --name fr=…")
        page.goto(f"{stage.server.url}/fair/{stage.fair}/sessions")
        expect(page.locator("main")).to_contain_text("Cette étape n\u2019a pas de séances.")
        page.goto(f"{stage.server.url}/series/all")
        expect(page.locator("main")).to_contain_text("Personne ne figure encore sur une liste.")
    finally:
        stage.close()


def test_strange_names_are_shown_as_they_are(visitors: Any, tmp_path: Path) -> None:
    stage = SessionsStage(tmp_path)
    try:
        # A name has a letter, and nothing that nobody can see: the rest is refused where it is typed.
        names = [f"N {name}" for name in NAUGHTY if "\u202e" not in name]
        people = stage.know(*(("", name[:120], "") for name in names), kinds=int(Kind.PARTNER))
        for number, name in enumerate(names):
            stage.desk.add({"session": f"s{number}", "name_fr": name, "series": "x", "place": name[:120]})
            stage.desk.recommend(f"s{number}", {"fr": name})
            stage.note(f"s{number}", people)
            stage.note(f"s{number}", people[:1], ATTENDED)
        stage.serve()
        page = opened(visitors, stage, "/sessions")
        assert page.locator(".meetings .name").all_inner_texts() == [name.strip() for name in names]
        for path in ("/sessions", "/sessions/s0", "/sessions/s0/roll", "/series/x"):
            page.goto(stage.server.url + path)
            live(page)
            page.set_viewport_size({"width": 360, "height": 740})
            assert page.evaluate("document.documentElement.scrollWidth") <= 360, path
            assert names[0][:120] in page.locator("main").inner_text(), path
        assert number_of(1) not in page.locator(".matrix").inner_text()
    finally:
        stage.close()
