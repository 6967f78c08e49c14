"""The pages of feedback: counted for all who may see it, read and worked off by some, and never a name."""

import re
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]  # ships no types
from playwright.sync_api import Page, expect
from sqlalchemy import select

from server.rules.access import Role
from server.store import tables as t
from server.store.audit_log import AuditLog
from tests.server.web.stage import NOW, Stage
from tests.server.web.told import feedback, tell
from tests.server.web.visitor import live
from wire.events import Void

MINUTE = 60_000
DAY = 24 * 60 * MINUTE
NAUGHTY = [
    '<script>alert(1)</script><b onmouseover="alert(1)">',
    '=1+1;cmd|" /C calc"!A0',
    "\u202eevil\u2066\u2066\u200f\u202d",
    "👩🏽‍🚀🇲🇦" * 8,
    "W" * 300,
]
FRENCH = "L'attente était longue, mais l'accueil très aimable."
ARABIC = "الانتظار طويل جدا أمام رواق السكن، المرجو زيادة عدد الموظفين."
TAMAZIGHT = "ⵜⴰⵏⵎⵎⵉⵔⵜ ⵏⵏⵓⵏ"


@pytest.fixture(scope="module")
def told() -> Iterator[Stage]:
    """A hall that has heard much, three urgent cases among it; tests only look."""
    with TemporaryDirectory(prefix="riwaq-told-") as directory:
        stage = Stage(Path(directory))
        much(stage)
        stage.serve()
        yield stage
        stage.close()


def much(stage: Stage) -> None:
    """Let a kiosk tell of two days of feedback."""
    kiosk = stage.add_kiosk("K-01", "bank")
    topics = [topic.id for topic in stage.definition.topics]
    said = []
    for day, most in ((1, 60), (0, 90)):
        for number in range(most):
            face = (0, 1, 2, 3, 4, 5, 4, 5, 5, 3)[number % 10]
            topic = topics[(number * number) % len(topics)]
            at = NOW - day * DAY - (number % 6) * 60 * MINUTE
            who = number if number % 3 == 0 else None
            said.append((feedback(stage, face=face, topics=[topic], who=who), at))
    for number, text in enumerate((FRENCH, ARABIC, TAMAZIGHT, *NAUGHTY)):
        said.append((feedback(stage, text, face=number % 6, topics=topics[:1]), NOW - number * MINUTE))
    said += [
        (
            feedback(stage, ARABIC, face=1, urgent=True, may_call=True, who=7, topics=topics[:2]),
            NOW - 40 * MINUTE,
        ),
        (feedback(stage, FRENCH, face=2, urgent=True, topics=topics[1:2]), NOW - 9 * MINUTE),
        (feedback(stage, face=1, urgent=True, topics=topics[:1]), NOW - 3 * MINUTE),
    ]
    for start in range(0, len(said), 90):
        tell(stage, kiosk, *said[start : start + 90])


def opened(visitors: Any, stage: Stage, path: str = "/feedback", **context: Any) -> Page:
    """Sign the organizer in and open a page of the fair."""
    visitor = visitors(stage, **context)
    page: Page = visitor.sign_in()
    page.goto(f"{visitor.url}/fair/{stage.fair}{path}")
    live(page)
    return page


def rows(page: Page, table: str) -> dict[str, list[str]]:
    """Read a table, by its rows' heads."""
    found: dict[str, list[str]] = page.locator(f"{table} tbody tr").evaluate_all(
        "rows => Object.fromEntries(rows.map(row => [row.cells[0].textContent.trim(),"
        " [...row.cells].slice(1).map(cell => cell.textContent.trim())]))"
    )
    return found


def audit(stage: Stage) -> list[tuple[str, str, str]]:
    with stage.store.reading() as connection:
        return [
            (each.who, each.what, each.detail) for each in AuditLog(connection, stage.office.body).entries()
        ]


def one_urgent(stage: Stage, text: str = ARABIC, **said: Any) -> str:
    """Let the kiosk tell of one urgent case, and give its id."""
    values = {"face": 1, "urgent": True, **said}
    taken, [event_id] = tell(stage, stage.kiosks[0], (feedback(stage, text, **values), NOW - 5 * MINUTE))
    stage.notify(taken)
    return event_id


def test_faces_are_counted_by_topic_day_and_hour(visitors: Any, stage: Stage) -> None:
    health, housing = [topic.id for topic in stage.definition.topics][:2]
    tell(
        stage,
        stage.kiosks[0],
        (feedback(stage, "x", face=5, topics=[health]), NOW),
        (feedback(stage, face=5, topics=[health, housing], who=1), NOW - 60 * MINUTE),
        (feedback(stage, face=1, topics=[health]), NOW - 61 * MINUTE),
        (feedback(stage, topics=[housing], who=1), NOW - DAY),
    )
    page = opened(visitors, stage, locale="fr")
    figures = page.locator(".figure").evaluate_all(
        "all => Object.fromEntries(all.map(one => [one.dataset.id, one.querySelector('.value').textContent]))"
    )
    assert figures == {"shown": "3", "all": "4", "mean": "3,7", "words": "1", "card": "2"}
    topics = rows(page, "[data-part=part_topics]")
    names = {topic.id: topic.names["fr"] for topic in stage.definition.topics}
    assert topics[names[health]] == ["1", "0", "0", "0", "2", "0"]
    assert topics[names[housing]] == ["0", "0", "0", "0", "1", "1"]
    assert rows(page, "#hours") == {
        "14:00": ["1", "0", "0", "0", "1", "2"],
        "15:00": ["1", "0", "0", "0", "0", "1"],
    }
    # The mark of an hour's chart is local: 14:20 UTC was 15:20 in Rabat then.
    assert rows(page, "#days")["27 décembre"] == ["0", "0", "0", "0", "0", "1"]
    assert rows(page, "#days")["28 décembre"] == ["2", "0", "0", "0", "1", "3"]
    shares = page.locator(".faces .count").all_text_contents()
    assert shares[0].replace("\u00a0", " ").replace("\u202f", " ") == "66,7 % · 2"


def test_a_hall_that_said_nothing_says_so(visitors: Any, stage: Stage) -> None:
    page = opened(visitors, stage, locale="fr")
    expect(page.locator("[data-part=part_faces]")).to_contain_text("Aucun avis")
    expect(page.locator("[data-part=part_case_count]")).to_have_text(
        "Personne n\u2019a demandé d\u2019aide jusqu\u2019ici."
    )
    hours = page.locator("[data-part=part_hours]")
    expect(hours).to_contain_text("Pas encore d\u2019avis.")
    expect(page.locator("[data-part=part_days]")).to_contain_text("Pas encore d\u2019avis.")
    expect(page.locator(".chart")).to_have_count(0)
    one_urgent(stage)
    expect(hours.locator("canvas")).to_be_visible()
    expect(hours.locator(".note")).to_have_count(0)


def test_a_new_urgent_case_shows_without_reload(visitors: Any, stage: Stage) -> None:
    page = opened(visitors, stage, locale="fr")
    page.evaluate("window.same = true")
    event_id = one_urgent(stage)
    case = page.locator(f"#case-{event_id}")
    expect(case).to_contain_text(ARABIC)
    expect(case).to_contain_text("personne ne s\u2019en occupe encore")
    expect(page.locator("[data-part=part_case_count]")).to_contain_text("1 cas")
    assert page.evaluate("window.same")


def test_a_case_is_taken_noted_done_and_opened_again(visitors: Any, stage: Stage) -> None:
    event_id = one_urgent(stage, who=3, may_call=True)
    page = opened(visitors, stage, locale="fr")
    page.locator(f"#case-{event_id}").get_by_role("link", name="Traiter").click()
    expect(page.locator("[data-part=part_case]")).to_contain_text("un adhérent · Retraités")
    expect(page.locator("[data-part=part_case] code")).to_have_text("0001-00000000000003")
    note = "Rappelé <b>deux</b> fois; الرجاء الانتظار"
    page.get_by_label("Ce que l\u2019on en sait").fill(note)
    page.get_by_role("button", name="Je m\u2019en occupe").click()
    expect(page.locator("[data-part=part_case] .state")).to_contain_text("pris par \u2068organizer\u2069")
    expect(page.locator(".noted bdi")).to_have_text(note)
    page.get_by_role("button", name="C\u2019est réglé").click()
    expect(page.locator("[data-part=part_case] .state")).to_contain_text("réglé par")
    page.get_by_role("button", name="Rouvrir").click()
    expect(page.locator("[data-part=part_case] .state")).to_contain_text("rouvert par")
    does = [detail for who, what, detail in audit(stage) if what == "feedback case" and who == "organizer"]
    assert [re.findall(r'"do":"(\w+)"', detail)[0] for detail in does] == ["take", "done", "open"]
    assert all(event_id in detail and "Rappel" not in detail for detail in does)
    with stage.store.reading() as connection:
        kept = connection.execute(select(t.feedback_case.c.note)).scalar_one()
    assert kept
    assert b"Rappel" not in kept


def test_two_who_work_off_one_case_do_not_undo_each_other(visitors: Any, stage: Stage) -> None:
    event_id = one_urgent(stage)
    path = f"/feedback/case/{event_id}"
    page = opened(visitors, stage, path, locale="fr")
    other = opened(visitors, stage, path, locale="fr")
    other.get_by_role("button", name="Je m\u2019en occupe").click()
    expect(page.locator("[data-part=part_case] .state")).to_contain_text("pris par")
    page.get_by_role("button", name="C\u2019est réglé").click()
    expect(page.locator("main")).to_contain_text("Quelqu\u2019un d\u2019autre vient de modifier ce cas")
    with stage.store.reading() as connection:
        assert connection.execute(select(t.feedback_case.c.state)).scalar_one() == "taken"


def test_what_was_taken_back_is_no_case(visitors: Any, stage: Stage) -> None:
    event_id = one_urgent(stage)
    page = opened(visitors, stage, locale="fr")
    expect(page.locator(f"#case-{event_id}")).to_be_visible()
    taken, _ = tell(stage, stage.kiosks[0], (Void(target=event_id, reason="wrong"), NOW))
    stage.notify(taken)
    expect(page.locator(f"#case-{event_id}")).to_have_count(0)
    expect(page.locator("[data-part=part_case_count]")).to_have_text(
        "Personne n\u2019a demandé d\u2019aide jusqu\u2019ici."
    )


def test_an_auditor_sees_counts_alone(visitors: Any, stage: Stage) -> None:
    event_id = one_urgent(stage)
    stage.person("cour", Role.AUDITOR)
    visitor = visitors(stage, locale="fr")
    page = visitor.page
    page.goto(visitor.url)
    visitor.enter("cour", "a password of cour")
    live(page)
    page.goto(f"{visitor.url}/fair/{stage.fair}/feedback")
    live(page)
    expect(page.locator("[data-part=part_case_count]")).to_contain_text("1 cas")
    assert ARABIC not in page.content()
    assert page.locator(".cases a").count() == 0
    for path in ("texts/_all/_all/1", f"case/{event_id}", f"case/{event_id}/live"):
        answer = page.request.get(f"{visitor.url}/fair/{stage.fair}/feedback/{path}")
        assert answer.status == 403
        assert ARABIC not in answer.text()


def test_texts_are_filtered_by_links_and_paged(visitors: Any, stage: Stage) -> None:
    health, housing = [topic.id for topic in stage.definition.topics][:2]
    said = [
        (
            feedback(
                stage, f"text {number:02}", face=1 + number % 2, topics=[(health, housing)[number % 3 == 0]]
            ),
            NOW + number,
        )
        for number in range(30)
    ]
    tell(stage, stage.kiosks[0], *said, (feedback(stage, face=1, topics=[health]), NOW))
    page = opened(visitors, stage, "/feedback/texts/_all/_all/1", locale="fr")
    texts = page.locator(".said .text")
    assert texts.all_text_contents() == [f"text {number:02}" for number in range(29, 9, -1)]
    page.get_by_role("link", name="Plus anciens").click()
    assert texts.all_text_contents() == [f"text {number:02}" for number in range(9, -1, -1)]
    page.get_by_role("navigation", name="Visages").get_by_role("link", name="Très mal").click()
    assert texts.all_text_contents() == [f"text {number:02}" for number in range(28, -1, -2)]
    name = stage.definition.topics[1].names["fr"]
    page.get_by_role("navigation", name="Sujets").get_by_role("link", name=name).click()
    assert texts.all_text_contents() == [f"text {number:02}" for number in (24, 18, 12, 6, 0)]
    expect(page.locator("[data-part=part_count]")).to_have_text("5 textes")
    url = page.url.rpartition("/")[0]
    nowhere = ("2", "0", "x", "9" * 30, "0" * 9 + "1" * 5000)
    assert {page.request.get(f"{url}/{number}").status for number in nowhere} == {404}


def test_whatever_was_typed_comes_out_as_typed(visitors: Any, told: Stage) -> None:
    page = opened(visitors, told, "/feedback/texts/_all/_all/1", viewport={"width": 360, "height": 740})
    texts = page.locator(".said .text").all_text_contents()
    assert {FRENCH, ARABIC, TAMAZIGHT, *NAUGHTY} <= set(texts)
    directions = page.locator(".said .text").evaluate_all(
        "all => all.map(one => [one.textContent, one.localName, getComputedStyle(one).direction])"
    )
    assert {(FRENCH, "bdi", "ltr"), (ARABIC, "bdi", "rtl"), (TAMAZIGHT, "bdi", "ltr")} <= set(
        map(tuple, directions)
    )
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_every_look_at_texts_is_in_the_audit_log(visitors: Any, stage: Stage) -> None:
    event_id = one_urgent(stage)
    page = opened(visitors, stage)
    for path in ("texts/_all/_all/1", f"case/{event_id}"):
        page.goto(f"{stage.server.url}/fair/{stage.fair}/feedback/{path}")
        live(page)
    looks = [what for who, what, _ in audit(stage) if who == "organizer" and what.startswith("see feedback")]
    assert looks == ["see feedback", "see feedback texts", "see feedback case"]
    assert not any(ARABIC in line for line in stage.said)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("language", ["ar", "fr"])
def test_axe_finds_nothing_and_nothing_sticks_out(
    visitors: Any, told: Stage, language: str, theme: str
) -> None:
    page = opened(visitors, told, locale=language, color_scheme=theme)
    [case, *_] = page.locator(".cases .one").evaluate_all("all => all.map(one => one.id.slice(5))")
    for path in ("", "/texts/_all/_all/1", f"/case/{case}"):
        page.goto(f"{told.server.url}/fair/{told.fair}/feedback{path}")
        live(page)
        page.locator("details").evaluate_all("all => all.forEach(one => one.open = true)")
        for width in (360, 768, 1280, 1920):
            page.set_viewport_size({"width": width, "height": 800})
            assert page.evaluate("document.documentElement.scrollWidth") <= width
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()


def test_a_case_is_worked_off_by_keyboard_alone(visitors: Any, stage: Stage) -> None:
    event_id = one_urgent(stage)
    page = opened(visitors, stage, locale="fr")
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.href || ''").endswith(event_id):
            break
    page.keyboard.press("Enter")
    expect(page.get_by_label("Ce que l\u2019on en sait")).to_be_visible()
    page.get_by_label("Ce que l\u2019on en sait").focus()
    page.keyboard.type("vu")
    for _ in range(3):
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("[data-part=part_case] .state")).to_contain_text("réglé par")
