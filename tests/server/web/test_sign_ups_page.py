"""The page of a fair's sign-ups: what commands tell of them; a partner sees its own and nobody else's."""

import json
import threading
from collections.abc import Iterator
from gettext import NullTranslations
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]  # ships no types
from click.testing import CliRunner
from playwright.sync_api import expect

from server.commands import program
from server.live.sign_ups import SignUpsReader
from server.live.source import StoreSource
from server.rules.access import Role
from server.rules.pages.offers import SignUps
from server.rules.pages.sign_ups import SignUpsPage, page_of
from server.rules.wording import Words
from tests.server.facts import batch, offset, sign_up, visit, withdrawal
from tests.server.web.stage import Stage, texts
from tests.server.web.test_page import NAUGHTY, WIDTHS
from tests.server.web.tour_scene import NOW, opened, stops_of, toured
from tests.server.web.visitor import LIVE_MS

ADDRESS = "/fair/oujda/sign-ups"
HOUR = 3_600_000
MEASURED, UNKNOWN = "00000000000000e2", "00000000000000e3"


@pytest.fixture(scope="module")
def tour(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """A tour at its sixth stop; tests only look."""
    stage = toured(tmp_path_factory.mktemp("tour"))
    stage.serve()
    yield stage
    stage.close()


@pytest.fixture
def quiet(tmp_path: Path) -> Iterator[Stage]:
    """A tour of which nothing is known yet."""
    stage = toured(tmp_path, visits=0)
    yield stage
    stage.close()


def read(stage: Stage, fair: str = "oujda", role: Role = Role.NATIONAL, **scope: Any) -> SignUps:
    source = StoreSource(stage.store, stage.office.body, tally=lambda: stage.tally, is_connected=lambda: True)
    found = SignUpsReader(stage.store, source)({"fair": fair}, stage.holder(role, **scope))
    assert found is not None
    return found


def told(found: SignUps, now: int = NOW) -> SignUpsPage:
    return page_of(found, Words("en", NullTranslations()), now)


def command(stage: Stage, *words: str) -> Any:
    done = CliRunner().invoke(program, [*words, "--json", "--dir", str(stage.path)])
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def asking(stage: Stage, token: str) -> httpx.Client:
    return httpx.Client(base_url=stage.server.url, headers={"Authorization": f"Bearer {token}"}, timeout=20)


# -- what is counted ---------------------------------------------------------------------------


@pytest.mark.parametrize("fair", ["casablanca", "fes", "oujda"])
def test_the_page_tells_what_the_command_tells(tour: Stage, fair: str) -> None:
    found, stats = read(tour, fair), command(tour, "stats", fair)["sign_ups"]
    assert {each.offer: each.standing for each in found.offers if each.standing} == stats["by_offer"]
    assert sum(each.in_doubt for each in found.offers) == stats["in_doubt"]
    days = {day.day for each in found.offers for day in each.by_day}
    for day in days:
        of_day = command(tour, "stats", fair, "--day", day)["sign_ups"]["by_offer"]
        here = {each.offer: day_.standing for each in found.offers for day_ in each.by_day if day_.day == day}
        assert {offer: count for offer, count in here.items() if count} == of_day
    assert days


def test_what_became_of_each_sign_up(quiet: Stage) -> None:
    at = NOW - 2 * HOUR
    common: dict[str, Any] = {"fair": "oujda", "booth": "bank"}
    known = [
        offset(1, NOW - 2 * HOUR - 1000, boot_id="c" * 32),
        *(sign_up(10 + who, who, offer="savings", at=at, boot_id="c" * 32, **common) for who in (1, 2, 3, 4)),
        sign_up(19, 1, offer="savings", at=at, boot_id="c" * 32, **common),
        withdrawal(21, 2, offer="savings", monotonic_ms=9000, boot_id="c" * 32, **common),
        *(visit(30 + who, who, at=at, boot_id="c" * 32, **common) for who in range(1, 9)),
    ]
    quiet.intake.take([batch(1, *known, device=MEASURED)], NOW)
    # Of a kiosk whose clock nobody knows: whether that came before or after, nobody can say.
    doubtful = withdrawal(40, 3, offer="savings", at=at, **common)
    quiet.intake.take([batch(1, doubtful, device=UNKNOWN)], NOW)
    [savings] = [each for each in read(quiet).offers if each.offer == "savings"]
    assert (savings.signed, savings.standing, savings.withdrawn, savings.in_doubt) == (4, 2, 1, 1)
    assert (savings.people, [(day.day, day.signed, day.standing) for day in savings.by_day]) == (
        8,
        [("2025-02-07", 4, 2)],
    )
    page = told(read(quiet))
    assert page.offers[0].numbers == ["2", "4", "1", "1", "8", "25.0\u202f%", "4", "0"]
    assert page.titles[-2:] == ["7 February", "8 February"]
    assert [(day.signed, day.standing) for day in page.days] == [(4, 2), (None, None)], (
        "a day to come is blank"
    )


def test_a_rebuild_changes_nothing_and_mends_what_a_ledger_of_before_lacks(quiet: Stage) -> None:
    facts = [sign_up(10 + who, who, offer="savings", at=NOW, fair="oujda") for who in range(5)]
    quiet.intake.take([batch(1, *facts, device=MEASURED)], NOW)
    before = read(quiet)
    with quiet.store.writing() as connection:
        connection.exec_driver_sql("DELETE FROM tally WHERE scope IN ('signed', 'signed_on', 'standing_on')")
    [savings] = [each for each in read(quiet).offers if each.offer == "savings"]
    assert (savings.signed, savings.standing, savings.withdrawn, savings.by_day) == (5, 5, 0, [])
    quiet.intake.rebuild("oujda")
    assert read(quiet) == before


def test_an_offer_that_is_gone_keeps_its_sign_ups_under_its_id(quiet: Stage) -> None:
    quiet.intake.take(
        [batch(1, sign_up(9001, 1, offer="gone-since", fair="oujda", at=NOW), device=MEASURED)], NOW
    )
    odd = "an offer: of 60 letters that no description can have ever 12"
    quiet.intake.take([batch(2, sign_up(9002, 1, offer=odd, fair="oujda", at=NOW), device=MEASURED)], NOW)
    rows = {row.name: row.numbers for row in told(read(quiet)).offers}
    assert rows["gone-since"] == ["1", "1", "0", "0", "\u2013", "\u2013", "1", "0"]
    assert rows[odd][:2] == ["1", "1"]
    assert {each.offer for each in read(quiet, role=Role.PARTNER, partner="bank").offers} == {
        "housing-loan",
        "savings",
    }


# -- who sees what -----------------------------------------------------------------------------


def test_a_partner_sees_its_own_and_neither_withdrawals_nor_figures_of_the_hall(tour: Stage) -> None:
    own, whole = read(tour, role=Role.PARTNER, partner="bank"), read(tour)
    assert [each.offer for each in whole.offers if each.partner == "bank"] == [
        each.offer for each in own.offers
    ]
    assert (own.inside, own.files) == (False, ["bank"])
    assert [each.people for each in own.offers] == [None, None]
    page = told(own)
    assert {figure.id for figure in page.figures} == {"standing", "offers"}
    assert page.titles == ["Hold", "7 February", "8 February"]
    by_day = {each.offer: [day.standing for day in each.by_day] for each in own.offers}
    assert [row.numbers[1:-1] for row in page.offers] == [[str(by_day[row.id][0])] for row in page.offers]
    # Nor does what programs get tell how many withdrew, or may have.
    inside = [each for each in whole.offers if each.partner == "bank"]
    assert any(each.withdrawn or each.in_doubt for each in inside)
    assert [each.standing for each in own.offers] == [each.standing for each in inside]
    for offer in own.offers:
        assert (offer.signed, offer.in_doubt) == (offer.standing, 0)
        assert all(day.signed == day.standing > 0 for day in offer.by_day)
    token = tour.program("bank-1", Role.PARTNER, partner="bank")
    with asking(tour, token) as client:
        html = client.get(f"{ADDRESS}?lang=fr").text
        message = _first_of_stream(client)
    for told_ in (html, message):
        assert "Crédit logement" in told_
        for other in ("Assurance", "Colonie", "insurance", "Retirées", "Incertaines", "Visiteurs"):
            assert other not in told_, other


def test_two_partners_who_look_at_once_get_each_their_own(tour: Stage) -> None:
    tokens = {name: tour.program(f"{name}-2", Role.PARTNER, partner=name) for name in ("bank", "insurance")}
    found: dict[str, str] = {}

    def look(name: str) -> None:
        with asking(tour, tokens[name]) as client:
            found[name] = _first_of_stream(client)

    threads = [threading.Thread(target=look, args=(name,)) for name in tokens]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert ("Crédit" in found["bank"], "Assurance" in found["bank"]) == (True, False)
    assert ("Crédit" in found["insurance"], "Assurance" in found["insurance"]) == (False, True)


def _first_of_stream(client: httpx.Client) -> str:
    """Give the first message of the page's stream."""
    text = ""
    with client.stream("GET", f"{ADDRESS}/live?lang=fr") as answer:
        for chunk in answer.iter_text():
            text += chunk
            if "\n\n" in text:
                return json.dumps(
                    json.loads(text.partition("data: ")[2].partition("\n\n")[0]), ensure_ascii=False
                )
    return text


@pytest.mark.parametrize(
    ("role", "scope", "status"),
    [
        (Role.NATIONAL, {}, 200),
        (Role.AUDITOR, {}, 200),
        (Role.CITY, {"territories": frozenset({"city-oujda"})}, 200),
        (Role.CITY, {"territories": frozenset({"city-fes"})}, 403),
        (Role.BOOTH, {"fair": "oujda", "booth": "bank"}, 403),
        (Role.TECHNICIAN, {}, 403),
        (Role.PARTNER, {"partner": "insurance"}, 200),
        (Role.PARTNER, {"partner": "sahara"}, 403),
        (Role.PARTNER, {"partner": "bank", "fair": "fes"}, 403),
    ],
)
def test_who_may_open_it(tour: Stage, role: Role, scope: dict[str, Any], status: int) -> None:
    name = f"who-{role}-{status}-{len(str(scope))}"
    with asking(tour, tour.program(name, role, **scope)) as client:
        assert client.get(ADDRESS).status_code == status
        nowhere = client.get("/fair/nowhere/sign-ups").status_code
        assert nowhere == (404 if role in {Role.NATIONAL, Role.AUDITOR} else 403)


def test_an_auditor_sees_counts_and_no_file(tour: Stage) -> None:
    assert read(tour, role=Role.AUDITOR).files == []
    assert read(tour).files == ["bank", "insurance"]


# -- in a browser ------------------------------------------------------------------------------


def test_a_partner_begins_here_and_a_sign_up_arrives_without_reload(visitors: Any, tmp_path: Path) -> None:
    stage = toured(tmp_path, visits=60)
    password = stage.person("atlas", Role.PARTNER, partner="bank")
    stage.serve()
    visitor = visitors(stage, locale="fr")
    page = opened(visitor, "/", password, "atlas")
    expect(page.locator("h1")).to_have_text("Souscriptions")
    before = int(page.locator("#figure-standing .value").inner_text())
    page.evaluate("window.same = true")
    page.locator("#by-day summary").click()
    stage.intake.take(
        [batch(1, sign_up(9999, 77, offer="savings", fair="oujda", at=NOW), device=MEASURED)], NOW
    )
    stage.notify()
    expect(page.locator("#figure-standing .value")).to_have_text(str(before + 1), timeout=LIVE_MS)
    expect(page.locator("#by-day-table")).to_be_visible()
    assert page.evaluate("window.same")
    with page.expect_download() as download:
        page.locator("#file-bank").get_by_role("button", name="CSV").press("Enter")
    assert download.value.suggested_filename.endswith(".csv")
    stage.close()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("language", ["ar", "fr"])
def test_axe_finds_nothing_and_nothing_sticks_out(
    visitors: Any, tour: Stage, language: str, theme: str
) -> None:
    visitor = visitors(tour, locale=language, color_scheme=theme)
    page = opened(visitor, ADDRESS)
    expect(page.locator(".chart canvas")).to_be_visible()
    page.locator("details").evaluate_all("all => all.forEach(one => one.open = true)")
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


def test_strange_names_are_shown_as_they_are(visitors: Any, quiet: Stage) -> None:
    [oujda] = [each for each in stops_of(quiet.definition) if each.fair.id == "oujda"]
    offers = [
        msgspec.structs.replace(oujda.offers[0], id=f"offer-{number}", names=texts([f"{name} =1+1"[:300]]))
        for number, name in enumerate(NAUGHTY)
    ]
    partners = [msgspec.structs.replace(each, names=texts([NAUGHTY[0]])) for each in oujda.partners]
    quiet.load([msgspec.structs.replace(oujda, offers=offers, partners=partners)])
    odd = sign_up(9001, 1, offer='"><script>alert(1)</script>', fair="oujda", at=NOW)
    quiet.intake.take([batch(1, odd, device=MEASURED)], NOW)
    quiet.serve()
    visitor = visitors(quiet)
    page = opened(visitor, ADDRESS)
    names = page.locator("#offers .bars .name").all_text_contents()
    assert names == ['"><script>alert(1)</script>', *(offer.names["ar"] for offer in offers)]
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
