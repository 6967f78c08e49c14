"""The page of a tour: stops side by side, each member once, round beside round; to each what is its own."""

import json
from collections.abc import Iterator
from datetime import date, timedelta
from gettext import NullTranslations
from pathlib import Path
from typing import Any

import msgspec
import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]  # ships no types
from click.testing import CliRunner
from playwright.sync_api import expect
from sqlalchemy import event

from server.commands import program
from server.live.source import StoreSource
from server.live.tour import TourReader
from server.rules.access import Role
from server.rules.pages.stops import State, Stop, Tour, tour_of
from server.rules.pages.tour import TourPage, page_of
from server.rules.wording import Words
from server.store.audit_log import AuditLog
from tests.server.facts import batch, visit
from tests.server.web.peers import Client
from tests.server.web.stage import Stage, texts
from tests.server.web.test_page import NAUGHTY, WIDTHS
from tests.server.web.tour_scene import NOW, STOPS, TOUR, opened, stop_of, stops_of, take, toured
from tests.server.web.visitor import LIVE_MS, live

ADDRESS = f"/tour/{TOUR}"


@pytest.fixture(scope="module")
def tour(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """A tour at its sixth stop, whose first is closed; tests only look."""
    stage = toured(tmp_path_factory.mktemp("tour"))
    stage.fair = "casablanca"
    stage.close_fair(ago_s=3600)
    stage.fair = "oujda"
    stage.serve()
    yield stage
    stage.close()


def read(stage: Stage, of: str = TOUR, role: Role = Role.NATIONAL, **scope: Any) -> Tour | None:
    source = StoreSource(stage.store, stage.office.body, tally=lambda: stage.tally, is_connected=lambda: True)
    return TourReader(stage.store, source)({"tour": of}, stage.holder(role, **scope))


def seen(stage: Stage, **scope: Any) -> Tour:
    found = read(stage, **scope)
    assert found is not None
    return found


def told(tour: Tour, now: int = NOW) -> TourPage:
    return page_of(tour, Words("en", NullTranslations()), now)


def command(stage: Stage, *words: str) -> Any:
    """Type a command on the same ledger; gives its JSON."""
    done = CliRunner().invoke(program, [*words, "--json", "--dir", str(stage.path)])
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


# -- what is told ------------------------------------------------------------------------------


def test_the_page_tells_what_the_command_tells(tour: Stage) -> None:
    found, stats = seen(tour), command(tour, "stats", TOUR)
    assert found.totals is not None
    assert found.totals.newcomers == stats["attendance"], "each member once, at however many stops"
    assert found.totals.attendances > stats["attendance"], "somebody came to two stops"
    assert found.totals.visits == stats["visits"]
    assert found.totals.registrations == stats["registrations"]
    assert found.totals.faces == sum(stats["feedback"]["by_face"].values())
    assert round(found.totals.mean_face or 0, 2) == stats["feedback"]["mean_face"]
    assert [stop.fair for stop in found.stops] == list(stats["by_fair"])
    for stop in found.stops:
        beside = stats["by_fair"][stop.fair]
        names = ("visits", "attendance", "registrations", "first_timers", "sign_ups")
        assert {name: getattr(stop, name) for name in names} == {name: beside[name] for name in names}


def test_a_day_of_a_stop_is_what_the_command_tells_of_it(tour: Stage) -> None:
    for stop in seen(tour).stops:
        if stop.by_day:
            by_day = command(tour, "stats", stop.fair)["by_day"]
            names = ("visits", "attendance", "registrations", "first_timers")
            assert {day.day: {name: getattr(day, name) for name in names} for day in stop.by_day} == {
                day: {name: entry[name] for name in names} for day, entry in by_day.items()
            }
            assert sum(day.signed for day in stop.by_day) >= stop.sign_ups > 0


def test_totals_of_the_first_round_are_unchanged_by_the_second(tmp_path: Path) -> None:
    stage = Stage(tmp_path, now=NOW)
    stops = stops_of(stage.definition)
    stage.load(stops[:4])
    take(stage, stops[:4], 400)
    first = seen(stage)
    assert [each.fair for each in first.stops] == ["casablanca", "marrakech", "tanger", "rabat"]
    assert told(first).rounds == [], "one round is beside nothing"
    stage.load(stops[4:])
    stage.intake.take([batch(1, visit(9999, 1, fair="fes", at=NOW), device="00000000000000e2")], NOW)
    both = seen(stage)
    assert both.stops[:4] == first.stops
    assert both.rounds == [
        ["casablanca", "marrakech", "tanger", "rabat"],
        ["fes", "oujda", "tetouan", "kenitra"],
    ]
    one, two = told(both).rounds
    assert one.cells[2].value == str(sum(stop.visits for stop in first.stops))
    assert (one.cells[2].change, two.cells[2].value) == ("", "1")
    assert two.cells[2].change.startswith("\u2212")
    stage.close()


def test_each_stop_says_where_it_is_in_its_life(tour: Stage) -> None:
    states = {stop.id: stop.state for stop in told(seen(tour)).stops}
    assert states == {
        "casablanca": "closed",
        "marrakech": "over",
        "tanger": "over",
        "rabat": "over",
        "fes": "over",
        "oujda": "today",
        "tetouan": "coming",
        "kenitra": "coming",
    }
    with_a_pause = msgspec.convert(
        {**msgspec.to_builtins(seen(tour).stops[5]), "days": ["2025-02-06", "2025-02-08"]}, Stop
    )
    assert with_a_pause.state(date(2025, 2, 7)) is State.BETWEEN
    figures = {each.id: (each.value, each.note) for each in told(seen(tour)).figures}
    assert figures["stops"] == ("5 of 8", "1 goes on now")


def test_a_tour_of_nothing_yet_and_of_one_stop(tmp_path: Path) -> None:
    stage = Stage(tmp_path, now=NOW)
    page = told(tour_of(TOUR, {}, seen(stage, of=stage.definition.fair.tour).stops, whole=True))
    assert [stop.numbers for stop in page.stops] == [["0", "0", "\u2013", "0", "0", "0", "\u2013"]]
    assert {each.value for each in page.figures} == {"0", "1 of 1", "\u2013"}
    assert not page.has_days
    stage.close()


def test_however_many_stops_there_are_the_same_statements_read_them(tmp_path: Path) -> None:
    stage = Stage(tmp_path, now=NOW)
    counts = []
    for stops in (2, 40):
        many = [
            stop_of(
                stage.definition, (f"stop-{number}", "م", "S", date(2025, 1, 1) + timedelta(7 * number), 2)
            )
            for number in range(stops)
        ]
        stage.load(many)
        source = StoreSource(
            stage.store, stage.office.body, tally=lambda: stage.tally, is_connected=lambda: True
        )
        reader, asked = TourReader(stage.store, source), [0]

        def count(*_: Any, asked: list[int] = asked) -> None:
            asked[0] += 1

        reader({"tour": TOUR}, stage.holder(Role.NATIONAL))
        engine = stage.store.engine
        event.listen(engine, "before_cursor_execute", count)
        found = reader({"tour": TOUR}, stage.holder(Role.NATIONAL))
        event.remove(engine, "before_cursor_execute", count)
        assert found is not None
        assert len(found.stops) == stops
        counts.append(asked[0])
    assert counts[0] == counts[1] <= 6
    stage.close()


# -- who sees what -----------------------------------------------------------------------------


def test_a_coordinator_sees_the_stops_that_are_theirs_and_nothing_of_others(tour: Stage) -> None:
    found = seen(tour, role=Role.CITY, territories=frozenset({"city-fes"}))
    assert [stop.fair for stop in found.stops] == ["fes"]
    assert (found.whole, found.totals, found.rounds) == (False, None, [])
    token = tour.program("fes", Role.CITY, territories=frozenset({"city-fes"}))
    with Client(tour, Authorization=f"Bearer {token}") as client:
        html = client.http.get(f"{ADDRESS}?lang=fr")
        tours = client.http.get("/tours?lang=fr")
    assert html.status_code == tours.status_code == 200
    assert "Étape de Fès" in html.text
    assert 'id="tour-note"' in html.text
    stats = command(tour, "stats", TOUR)
    for answer in (html.text, tours.text):
        assert "Casablanca" not in answer
        assert f">{stats['attendance']}<" not in answer
        assert f">{stats['visits']}<" not in answer


@pytest.mark.parametrize(
    ("role", "scope"),
    [
        (Role.CITY, {"territories": frozenset({"city-agadir"})}),
        (Role.TECHNICIAN, {}),
        (Role.PARTNER, {"partner": "bank"}),
        (Role.BOOTH, {"fair": "fes", "booth": "bank"}),
    ],
)
def test_whoever_has_no_stop_of_it_is_refused_and_that_is_audited(
    tour: Stage, role: Role, scope: dict[str, Any]
) -> None:
    assert read(tour, role=role, **scope) is None
    name = f"nobody-{role}"
    with Client(tour, Authorization=f"Bearer {tour.program(name, role, **scope)}") as client:
        answers = [client.http.get(path).status_code for path in (ADDRESS, f"{ADDRESS}/live", "/tour/none")]
    assert answers == [403, 403, 403]
    with tour.store.reading() as connection:
        rows = [row for row in AuditLog(connection, tour.office.body).entries() if row.who == name]
    assert {json.loads(row.detail)["route"] for row in rows if row.what == "refused"} == {
        "GET /tour/{tour}",
        "GET /tour/{tour}/live",
    }


def test_who_sees_all_of_the_body_learns_what_there_is_none_of(tour: Stage) -> None:
    with Client(tour, Authorization=f"Bearer {tour.token}") as client:
        assert client.http.get("/tour/none").status_code == 404
        assert client.http.get("/tours").text.count('id="tour-') == 2


# -- in a browser ------------------------------------------------------------------------------


def test_a_visit_anywhere_arrives_without_reload(visitors: Any, tmp_path: Path) -> None:
    stage = toured(tmp_path, visits=60)
    stage.serve()
    visitor = visitors(stage, locale="fr")
    page = opened(visitor, ADDRESS)
    members = page.locator("#figure-members .value")
    before = int(members.inner_text())
    page.evaluate("window.same = true")
    page.locator("#stop-tetouan a").focus()
    stage.intake.take([batch(1, visit(9999, 77777, fair="tetouan", at=NOW), device="00000000000000e2")], NOW)
    stage.server.notify(stage.office.body, {"tetouan"})
    expect(members).to_have_text(str(before + 1), timeout=LIVE_MS)
    expect(page.locator("#stop-tetouan .number").first).to_have_text("1")
    expect(page.locator("#pair-tetouan .count")).to_have_text("11")
    assert page.evaluate("window.same")
    assert page.evaluate("document.activeElement.textContent") == "Étape de Tétouan"
    stage.close()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("language", ["ar", "fr"])
def test_axe_finds_nothing_and_nothing_sticks_out(
    visitors: Any, tour: Stage, language: str, theme: str
) -> None:
    visitor = visitors(tour, locale=language, color_scheme=theme)
    page = opened(visitor, ADDRESS)
    # What the two pages have in common is looked at once.
    for path in (ADDRESS, "/tours") if (language, theme) == ("ar", "light") else (ADDRESS,):
        if not page.url.endswith(path):
            page.goto(f"{visitor.url}{path}")
            live(page)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 800})
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            broken = page.locator(".side-by-side thead th").evaluate_all(
                "all => all.filter(one => one.scrollWidth > one.clientWidth + 1).map(one => one.textContent)"
            )
            assert broken == []
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()


def test_the_keyboard_reaches_every_stop(visitors: Any, tour: Stage) -> None:
    visitor = visitors(tour)
    page = opened(visitor, ADDRESS)
    page.locator("#stop-casablanca a").focus()
    reached = []
    for _ in STOPS:
        reached.append(page.evaluate("document.activeElement.getAttribute('href')"))
        page.keyboard.press("Tab")
    assert reached == [f"/fair/{stop[0]}" for stop in STOPS]
    assert page.evaluate("document.activeElement.getAttribute('aria-labelledby')") == "days-title"
    page.locator("#stop-fes a").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/fair/fes")


def test_forty_stops_with_strange_names_are_shown_as_they_are(visitors: Any, tmp_path: Path) -> None:
    stage = Stage(tmp_path, now=NOW)
    stops = []
    for number in range(40):
        stop = stop_of(
            stage.definition, (f"stop-{number}", "م", "S", date(2025, 1, 1) + timedelta(7 * number), 2)
        )
        name = f"{NAUGHTY[number % len(NAUGHTY)]} =1+1"[:300]
        fair = msgspec.structs.replace(stop.fair, names=texts([name]), venue=texts([NAUGHTY[-1]]))
        stops.append(msgspec.structs.replace(stop, fair=fair, tour_names=texts([NAUGHTY[0]])))
    stage.load(stops)
    stage.serve()
    visitor = visitors(stage)
    page = opened(visitor, ADDRESS)
    shown = page.locator("#stops tbody th a bdi").all_text_contents()
    assert shown == [stop.fair.names["ar"] for stop in stops]
    assert page.locator("h1").text_content() == NAUGHTY[0]
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    stage.close()
