"""The pages of exceptions: what happened is told without a name, and a person decides."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec
import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]  # ships no types
from playwright.sync_api import Page, expect
from sqlalchemy import select

from server.cases.travelling import TravelLook
from server.members.enrolling import Enrolling
from server.rules.access import Role
from server.rules.fair import moved
from server.store import tables as t
from server.store.audit_log import AuditLog
from server.store.ledger import Ledger
from server.store.registry import Registry
from tests.server.web.stage import DAY, NOW, Stage
from tests.server.web.told import measured, send, tell
from tests.server.web.visitor import live
from wire.card import Category
from wire.events import CardRef, Event, Registration, SignUp, Visit, Withdrawal, encode_event
from wire.private import seal_private

MINUTE = 60_000
TANGER = "tanger-2024"
NAUGHTY = "<script>alert(1)</script>=1+1 \u202eevil 👩🏽‍🚀" + "W" * 120
PEOPLE = (
    {
        "name_ar": "كريم بناني",
        "name_latin": "Karim Bennani",
        "employee_number": "12345",
        "phone": "+212612345678",
    },
    {"name_ar": "كريم بناني", "name_latin": "Karim Bennani", "birth": "1960", "phone": "+212612345678"},
)


def two_stops(stage: Stage) -> None:
    """Let the tour have another stop, in another region, on the same days."""
    second = moved(stage._tour.fairs[0], DAY)  # noqa: SLF001 - the stage's own tour
    fair = msgspec.structs.replace(
        second.fair,
        id=TANGER,
        names={"ar": "محطة طنجة", "fr": f"Étape de Tanger {NAUGHTY}"},
        territory="tanger-tetouan-al-hoceima",
    )
    stage.load([stage.definition, msgspec.structs.replace(second, fair=fair)])


def card(number: int, key_id: int = 1) -> CardRef:
    return CardRef(key_id=key_id, card_id=f"{number:014x}", category=Category.ACTIVE)


def travels(stage: Stage, who: int = 77) -> None:
    """Let a card be seen at both fairs, twenty minutes apart."""
    here, there = stage.kiosks[0], tangers(stage)
    measured(stage, here)
    measured(stage, there)
    tell(stage, here, (Visit(card=card(who)), NOW - 30 * MINUTE))
    tell(stage, there, (Visit(card=card(who)), NOW - 10 * MINUTE), fair=TANGER)
    TravelLook(stage.store, stage.office.body, clock=stage.now).look_all()


def tangers(stage: Stage) -> Any:
    known = [kiosk for kiosk in stage.kiosks if kiosk.row.fair == TANGER]
    if known:
        return known[0]
    kiosk = stage.office.add_kiosk("T-01", "bank", TANGER)
    stage.kiosks.append(kiosk)
    return kiosk


def withdraws(stage: Stage, who: int = 5) -> None:
    """Let somebody sign up here, and withdraw at a kiosk whose clock was never measured."""
    offer = "loan"
    tell(stage, stage.kiosks[0], (SignUp(card=card(who), offer=offer), NOW - 50 * MINUTE), boot="a" * 32)
    tell(stage, tangers(stage), (Withdrawal(card=card(who), offer=offer), NOW), fair=TANGER, boot="c" * 32)


def clashes(stage: Stage) -> None:
    """Let a copied disk send something else under a place that is taken."""
    for who in (1, 2):
        event = Event(
            event_id=f"{who:032x}",
            occurred_at=NOW - 90 * MINUTE,
            monotonic_ms=1,
            boot_id="d" * 32,
            fair=stage.fair,
            booth="bank",
            fact=Visit(card=card(who)),
        )
        send(stage, stage.kiosks[0], [encode_event(event)], epoch=500)


def registers(stage: Stage) -> None:
    """Register two who may be one, and somebody with another kiosk's key."""
    kiosk = stage.kiosks[0]
    key = bytes(stage.home.secrets.sealing_key.public_key)
    for number, said in enumerate((*PEOPLE, PEOPLE[0]), 1):
        fact = Registration(
            card=card(1000 + number, kiosk.row.card_key_id + (number == 3)),
            valid_from=date(2024, 12, 28),
            valid_to=date(2027, 12, 28),
            consents=[],
            language="ar",
            sealed=seal_private({**said, "category": "active"}, key),
        )
        tell(stage, kiosk, (fact, NOW - number * MINUTE))
    Enrolling(stage.home, stage.store, stage.office, clock=stage.now, on_trouble=stage.said.append).work_off()


def everything(stage: Stage) -> None:
    """Let one of each kind wait."""
    stage.add_kiosk("K-01", "bank")
    two_stops(stage)
    clashes(stage)
    registers(stage)
    travels(stage)
    withdraws(stage)
    send(stage, stage.kiosks[0], [b'{"no":"event"}', b"{}"])


@pytest.fixture(scope="module")
def doubtful() -> Iterator[Stage]:
    """A body with one exception of each kind; tests only look."""
    with TemporaryDirectory(prefix="riwaq-doubtful-") as directory:
        stage = Stage(Path(directory))
        everything(stage)
        stage.serve()
        yield stage
        stage.close()


def opened(visitors: Any, stage: Stage, path: str = "/fair/{fair}/exceptions", **context: Any) -> Page:
    """Sign the organizer in and open a page."""
    visitor = visitors(stage, **context)
    page: Page = visitor.sign_in()
    page.goto(visitor.url + path.format(fair=stage.fair))
    live(page)
    return page


def decides(page: Page, kind: str, decision: str, reason: str = "demandé par téléphone") -> None:
    """Open the first exception of a kind and decide it."""
    page.locator(f"#group-{kind} .one").first.get_by_role("link", name="Examiner et décider").click()
    live(page)
    page.get_by_label("Pourquoi, en quelques mots").fill(reason)
    page.get_by_role("button", name=decision).click()
    expect(page.locator("[data-part=part_item] .noted")).to_contain_text(reason)
    page.get_by_role("link", name="Retour à la liste").click()
    live(page)


def attendance(stage: Stage) -> tuple[int, int]:
    with stage.store.reading() as connection:
        return Ledger(connection, stage.office.body).figures(stage.fair).get(("total", ""), (0, 0))


def test_one_of_each_kind_says_what_happened(visitors: Any, doubtful: Stage) -> None:
    page = opened(visitors, doubtful, locale="fr")
    groups = page.locator(".group h3").all_text_contents()
    assert groups == [
        "Sans doute la même personne · 1",
        "À deux étapes en trop peu de temps · 1",
        "Retraits douteux · 1",
        "Faits mis de côté · 1",
        "Faits illisibles · 1",
        "Inscriptions restées sans suite · 1",
    ]
    like = page.locator("#group-like")
    assert like.locator(".person bdi").all_text_contents() == ["ك. ب***", "K. B***"] * 2
    expect(like.locator(".agrees")).to_contain_text("Téléphone : identique")
    expect(like.locator(".agrees")).to_contain_text("Naissance : connu d\u2019un seul")
    expect(page.locator("#group-travel")).to_contain_text("20 minutes plus tard")
    expect(page.locator("#group-travel code")).to_have_text(f"riwaq-server cards revoke 0001-{77:014x}")
    expect(page.locator("#group-withdrawn")).to_contain_text("selon une horloge jamais vérifiée")
    expect(page.locator("#group-quarantined")).to_contain_text(
        "1 fait de la borne \u2068K-01\u2069 en contredit"
    )
    expect(page.locator("#group-rejected")).to_contain_text(
        "2 faits de la borne \u2068K-01\u2069 sont illisibles"
    )
    expect(page.locator("#group-unmade")).to_contain_text("la carte vient de la clé d\u2019une autre borne")
    shown = page.content()
    assert not any(said in shown for person in PEOPLE for said in person.values())


def test_a_new_exception_shows_without_reload(visitors: Any, stage: Stage) -> None:
    page = opened(visitors, stage, locale="fr")
    expect(page.locator("[data-part=part_note]")).to_have_text("Rien n\u2019attend de décision.")
    page.evaluate("window.same = true")
    clashes(stage)
    stage.notify()
    expect(page.locator("[data-part=part_note]")).to_have_text("1 chose à décider")
    expect(page.locator("#group-quarantined")).to_contain_text("une visite")
    assert page.evaluate("window.same")


def test_two_become_one_and_the_page_says_what_that_does_to_figures(visitors: Any, stage: Stage) -> None:
    registers(stage)
    for number in (1001, 1002):
        seen = Visit(card=card(number, stage.kiosks[0].row.card_key_id))
        tell(stage, stage.kiosks[0], (seen, NOW - (number - 1000) * 20 * MINUTE))
    assert attendance(stage) == (2, 2)
    page = opened(visitors, stage, locale="fr")
    page.locator("#group-like .one").get_by_role("link", name="Examiner et décider").click()
    live(page)
    button = page.get_by_role("button", name="Une seule personne")
    said = page.locator(f"#{button.get_attribute('aria-describedby')}")
    expect(said).to_contain_text("La présence compte une personne au lieu de deux")
    page.get_by_label("Pourquoi, en quelques mots").fill("vu ensemble")
    button.click()
    expect(page.locator("[data-part=part_item] .noted")).to_contain_text("Une seule personne")
    assert page.locator("form.decide").count() == 0
    assert attendance(stage) == (2, 1)
    with stage.store.reading() as connection:
        assert len(connection.execute(select(t.member)).all()) == 1
        entries = list(AuditLog(connection, stage.office.body).entries())
    [row] = [each for each in entries if each.what == "exception decided"]
    assert row.who == "organizer"
    assert len(row.about) == 16
    assert '"decision":"same"' in row.detail


def test_decided_ones_fold_away_and_can_be_looked_at(visitors: Any, stage: Stage) -> None:
    two_stops(stage)
    clashes(stage)
    travels(stage)
    withdraws(stage)
    before = attendance(stage)
    page = opened(visitors, stage, locale="fr")
    decides(page, "travel", "Il y a une explication", f"frères jumeaux {NAUGHTY}"[:200].strip())
    decides(page, "withdrawn", "L\u2019adhérent, consulté, le souhaite")
    decides(page, "quarantined", "La borne est de nouveau en ordre")
    expect(page.locator("[data-part=part_note]")).to_have_text("Rien n\u2019attend de décision.")
    expect(page.locator("#decided .one").first).to_be_hidden()
    page.locator("#decided summary").click()
    expect(page.locator("#decided .one")).to_have_count(3)
    expect(page.locator("#decided")).to_contain_text("frères jumeaux <script>")
    expect(page.locator("#decided")).to_contain_text("\u2068organizer\u2069")
    assert attendance(stage) == before
    with stage.store.reading() as connection:
        kiosks = Registry(connection, stage.office.body).kiosks()
    assert {kiosk.flag for kiosk in kiosks} == {""}
    # What was confirmed can be taken back.
    page.locator("#decided .one", has_text="le souhaite").get_by_role("link", name="Revoir").click()
    live(page)
    page.get_by_label("Pourquoi, en quelques mots").fill("c'était un autre")
    page.get_by_role("button", name="Le retrait demeure").click()
    expect(page.locator("[data-part=part_item] .noted")).to_contain_text("Le retrait demeure")


def test_a_merge_that_cannot_be_is_told_in_words(visitors: Any, stage: Stage) -> None:
    registers(stage)
    page = opened(visitors, stage, locale="fr")
    page.locator("#group-like .one").get_by_role("link", name="Examiner et décider").click()
    live(page)
    with stage.store.writing() as connection:
        connection.execute(
            t.member.update().where(t.member.c.employee_number == "").values(employee_number="99")
        )
    page.get_by_label("Pourquoi, en quelques mots").fill("même personne")
    page.get_by_role("button", name="Une seule personne").click()
    expect(page.locator("main")).to_contain_text("des numéros de somme (PPR) différents")
    with stage.store.reading() as connection:
        assert len(connection.execute(select(t.member)).all()) == 2


@pytest.mark.parametrize(
    ("role", "scope", "status"),
    [
        (Role.AUDITOR, {}, 403),
        (Role.TECHNICIAN, {}, 403),
        (Role.CITY, {"territories": frozenset({"oriental"})}, 403),
        (Role.CITY, {"territories": frozenset({"rabat-sale-kenitra"})}, 200),
        (Role.NATIONAL, {}, 200),
    ],
)
def test_who_may_not_decide_sees_nothing(
    stage: Stage, role: Role, scope: dict[str, Any], status: int
) -> None:
    import urllib.error  # noqa: PLC0415
    import urllib.request  # noqa: PLC0415

    two_stops(stage)
    travels(stage)
    token = stage.program("asks", role, **scope)
    asked = []
    for path in ("exceptions", f"exceptions/travel/{'0' * 32}"):
        request = urllib.request.Request(  # noqa: S310 - our own page
            f"{stage.server.url}/fair/{stage.fair}/{path}", headers={"Authorization": f"Bearer {token}"}
        )
        try:
            with urllib.request.urlopen(request) as answer:  # noqa: S310
                asked.append(answer.status)
        except urllib.error.HTTPError as problem:
            asked.append(problem.code)
            problem.close()
    assert asked == [status, 404 if role is Role.NATIONAL else status if status == 403 else 404]


def test_a_coordinator_sees_the_own_fairs_on_the_page_of_all(visitors: Any, stage: Stage) -> None:
    two_stops(stage)
    travels(stage)
    clashes(stage)
    stage.person("tanger", Role.REGION, territories=frozenset({"tanger-tetouan-al-hoceima"}))
    visitor = visitors(stage, locale="fr")
    page = visitor.page
    page.goto(visitor.url)
    visitor.enter("tanger", "a password of tanger")
    live(page)
    page.goto(f"{visitor.url}/exceptions")
    live(page)
    assert page.locator(".group h3").all_text_contents() == ["À deux étapes en trop peu de temps · 1"]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("language", ["ar", "fr"])
def test_axe_finds_nothing_and_nothing_sticks_out(
    visitors: Any, doubtful: Stage, language: str, theme: str
) -> None:
    page = opened(visitors, doubtful, locale=language, color_scheme=theme)
    one = page.locator("#group-like .one a").get_attribute("href")
    for path in (f"/fair/{doubtful.fair}/exceptions", "/exceptions", one):
        page.goto(f"{doubtful.server.url}{path}")
        live(page)
        for width in (360, 768, 1280, 1920):
            page.set_viewport_size({"width": width, "height": 800})
            assert page.evaluate("document.documentElement.scrollWidth") <= width
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()


def test_an_exception_is_decided_by_keyboard_alone(visitors: Any, stage: Stage) -> None:
    clashes(stage)
    page = opened(visitors, stage, locale="fr")
    for _ in range(60):
        page.keyboard.press("Tab")
        if "/exceptions/quarantined/" in page.evaluate("document.activeElement.href || ''"):
            break
    page.keyboard.press("Enter")
    expect(page.get_by_label("Pourquoi, en quelques mots")).to_be_visible()
    page.get_by_label("Pourquoi, en quelques mots").focus()
    page.keyboard.type("vu")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("[data-part=part_item] .noted")).to_contain_text("La borne est de nouveau en ordre")
