"""Files taken home through the page: the same as the commands', judged and audited, one after another."""

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]  # ships no types
from click.testing import CliRunner

from server.commands import program
from server.rules.access import Role
from server.store.audit_log import AuditLog
from tests.server.web.stage import Stage, texts
from tests.server.web.test_page import NAUGHTY, WIDTHS
from tests.server.web.tour_scene import TOUR, opened, stops_of, toured
from tests.server.web.visitor import live

FAIR = "/fair/oujda/files"
WHOLE = f"/tour/{TOUR}/files"


@pytest.fixture(scope="module")
def tour(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """A tour at its sixth stop; tests only look, and take home."""
    stage = toured(tmp_path_factory.mktemp("tour"))
    stage.serve()
    yield stage
    stage.close()


@pytest.fixture
def fresh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    """A tour of little, whose desk tests may change; nobody waits long for a file."""
    monkeypatch.setattr("server.web.downloads.AT_ONCE_S", 0.2)
    monkeypatch.setattr("server.web.downloads.AGAIN_S", 1)
    stage = toured(tmp_path, visits=60)
    stage.serve()
    yield stage
    stage.close()


@pytest.fixture(scope="module")
def client(tour: Stage) -> Iterator[httpx.Client]:
    with asking(tour, tour.token) as client:
        yield client


def asking(stage: Stage, token: str) -> httpx.Client:
    return httpx.Client(base_url=stage.server.url, headers={"Authorization": f"Bearer {token}"}, timeout=60)


def by_command(stage: Stage, out: Path, *words: str) -> bytes:
    """Have a command write the same file."""
    done = CliRunner().invoke(program, [*words, "--out", str(out), "--dir", str(stage.path)])
    assert done.exit_code == 0, done.output
    return out.read_bytes()


def audited(stage: Stage, who: str) -> list[tuple[str, dict[str, Any]]]:
    with stage.store.reading() as connection:
        rows = list(AuditLog(connection, stage.office.body).entries())
    return [(row.what, json.loads(row.detail)) for row in rows if row.who == who]


# -- the same as the commands' -------------------------------------------------------------------


@pytest.mark.parametrize("leaving", [False, True])
@pytest.mark.parametrize(("of", "path"), [("oujda", FAIR), (TOUR, WHOLE)])
def test_a_report_is_the_commands(
    tour: Stage, client: httpx.Client, tmp_path: Path, *, of: str, path: str, leaving: bool
) -> None:
    query = {"as": "csv", "language": "fr", **({"leaving": "1"} if leaving else {})}
    answer = client.get(f"{path}/report", params=query)
    assert answer.status_code == 200
    flags = ["--leaving"] if leaving else []
    expected = by_command(tour, tmp_path / "report.csv", "report", of, "--language", "fr", *flags)
    # The file says when it was made, and the command's clock is another.
    assert _but_for_the_time(answer.content) == _but_for_the_time(expected)


def _but_for_the_time(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig")), delimiter=";"))


def test_what_leaves_tells_no_count_under_five(client: httpx.Client) -> None:
    def counts(leaving: str) -> set[str]:
        query = {"as": "csv", "language": "fr", "leaving": leaving}
        rows = _but_for_the_time(client.get(f"{FAIR}/report", params=query).content)
        return {cell for row in rows for cell in row[1:]}

    few = {"1", "2", "3", "4"}
    assert counts("0") & few, "inside they are told, so there are some"
    assert not counts("1") & few


def test_every_kind_of_report_and_list_is_what_it_says(client: httpx.Client) -> None:
    starts = {"pdf": b"%PDF-", "xlsx": b"PK\x03\x04", "csv": b"\xef\xbb\xbf", "zip": b"PK\x03\x04"}
    wanted = [
        *((f"{FAIR}/report", each) for each in ("pdf", "xlsx", "csv")),
        *((f"{WHOLE}/report", each) for each in ("pdf", "xlsx")),
        *((f"{FAIR}/partner/bank", each) for each in ("xlsx", "csv")),
        (f"{WHOLE}/partner/insurance", "csv"),
        *((f"{FAIR}/attestation/delegates", each) for each in ("pdf", "xlsx", "csv")),
        (f"{FAIR}/archive", "zip"),
    ]
    for path, ending in wanted:
        answer = client.get(path, params={"as": ending, "language": "ar"})
        assert answer.status_code == 200, (path, ending)
        assert answer.content.startswith(starts[ending]), (path, ending)
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["content-length"] == str(len(answer.content))
        assert answer.headers["content-disposition"].startswith('attachment; filename="')


def test_a_partner_s_file_is_the_commands(tour: Stage, client: httpx.Client, tmp_path: Path) -> None:
    answer = client.get(f"{FAIR}/partner/bank", params={"as": "csv", "language": "fr"})
    words = ("partner", "export", "oujda", "--partner", "bank", "--language", "fr")
    assert answer.content == by_command(tour, tmp_path / "bank.csv", *words)
    assert len(answer.content.splitlines()) > 5


def test_an_attendance_list_is_the_commands(tour: Stage, client: httpx.Client, tmp_path: Path) -> None:
    answer = client.get(f"{FAIR}/attestation/delegates", params={"as": "csv", "language": "fr"})
    words = ("attestation", "delegates", "--fair", "oujda", "--language", "fr")
    assert answer.content == by_command(tour, tmp_path / "list.csv", *words)


def test_an_archive_is_whole(tour: Stage, client: httpx.Client, tmp_path: Path) -> None:
    file = tmp_path / "oujda.zip"
    file.write_bytes(client.get(f"{FAIR}/archive").content)
    done = CliRunner().invoke(program, ["archive", "verify", str(file), "--dir", str(tour.path)])
    assert (done.exit_code, "is whole" in done.output) == (0, True), done.output


# -- who may have what ---------------------------------------------------------------------------


ALL = {
    "report": f"{FAIR}/report?as=csv",
    "tour": f"{WHOLE}/report?as=csv",
    "bank": f"{FAIR}/partner/bank?as=csv",
    "insurance": f"{FAIR}/partner/insurance?as=csv",
    "tour-bank": f"{WHOLE}/partner/bank?as=csv",
    "tour-insurance": f"{WHOLE}/partner/insurance?as=csv",
    "list": f"{FAIR}/attestation/delegates?as=csv",
    "archive": f"{FAIR}/archive",
}


@pytest.mark.parametrize(
    ("role", "scope", "granted"),
    [
        ("national", {}, set(ALL)),
        ("admin", {}, set(ALL)),
        ("auditor", {}, {"report", "tour"}),
        ("city", {"territories": frozenset({"city-oujda"})}, {"report", "bank", "insurance", "list"}),
        ("city", {"territories": frozenset({"city-fes"})}, set()),
        ("booth", {"fair": "oujda", "booth": "bank"}, set()),
        ("technician", {}, set()),
        ("partner", {"partner": "bank"}, {"bank", "tour-bank"}),
        ("partner", {"partner": "bank", "fair": "oujda"}, {"bank"}),
        ("partner", {"partner": "bank", "fair": "fes"}, set()),
        ("partner", {"partner": "sahara"}, set()),
    ],
)
def test_each_address_is_judged_and_refusals_are_audited(
    tour: Stage, role: str, scope: dict[str, Any], granted: set[str]
) -> None:
    name = f"{role}-{len(granted)}-{''.join(map(str, scope.values()))}"[:40]
    with asking(tour, tour.program(name, Role(role), **scope)) as client:
        found = {key: client.get(path).status_code for key, path in ALL.items()}
        page = client.get(FAIR).text
    assert found == {key: 200 if key in granted else 403 for key in ALL}
    # What the page offers is what may be had.
    assert {
        key for key in ALL if ALL[key].startswith(FAIR) and f'"{ALL[key].partition("?")[0]}"' in page
    } == {key for key in granted if not key.startswith("tour")}
    rows = audited(tour, name)
    refused = {row["route"] for what, row in rows if what == "refused"}
    assert len(refused) >= (0 if granted == set(ALL) else 1)
    exports = [row["partner"] for what, row in rows if what == "partner export"]
    assert exports == [
        key.removeprefix("tour-")
        for key in ALL
        if key in granted and key.removeprefix("tour-") in {"bank", "insurance"}
    ]
    assert [what for what, _ in rows if what in {"attestation", "archive"}] == [
        {"list": "attestation"}.get(key, key) for key in ("list", "archive") if key in granted
    ]


def test_a_partner_never_gets_another_s_people(tour: Stage) -> None:
    with asking(tour, tour.program("own", Role.PARTNER, partner="bank")) as client:
        own = client.get(f"{FAIR}/partner/bank?as=csv&language=fr").text
        for path in (
            "/fair/oujda/files/partner/insurance",
            "/fair/oujda/files/partner/",
            "/fair/oujda/files/partner/none",
        ):
            assert client.get(path).status_code in {403, 404}
        assert client.get(f"{FAIR}/partner/bank%2F..%2Finsurance").status_code in {403, 404}
    offers = {row[0] for row in _but_for_the_time(own.encode())[2:] if row}
    assert offers - {"Offre"} <= {"Crédit logement", "Compte épargne"}
    assert len(offers) >= 2


def test_what_cannot_be_made_says_what_to_do(client: httpx.Client) -> None:
    for path in (
        f"{FAIR}/report?as=exe",
        f"{FAIR}/report?as=csv&language=de",
        f"{FAIR}/archive?as=pdf",
        f"{FAIR}/attestation/none?as=csv",
    ):
        answer = client.get(path)
        assert answer.status_code == 400, path
        assert FAIR in answer.text
    assert client.get(f"{FAIR}/partner/none").status_code == 404
    assert client.get("/fair/none/files/report").status_code == 404


# -- in a browser --------------------------------------------------------------------------------


def test_a_file_is_taken_home_by_keyboard_alone(visitors: Any, tour: Stage) -> None:
    visitor = visitors(tour, locale="fr")
    page = opened(visitor, FAIR)
    page.locator("#language").select_option("ar")
    page.locator("#leaving").press("Space")
    button = page.locator("#file-report").get_by_role("button", name="CSV")
    with page.expect_download() as download:
        button.press("Enter")
    assert download.value.suggested_filename == "Rapport - Étape de Oujda - pour lecteurs externes.csv"
    content = Path(download.value.path()).read_text(encoding="utf-8-sig")
    assert "محطة وجدة" in content
    with page.expect_download() as download:
        page.locator("#file-partner-bank").get_by_role("button", name="Excel").click()
    assert download.value.suggested_filename.endswith(".xlsx")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("language", ["ar", "fr"])
def test_axe_finds_nothing_and_nothing_sticks_out(
    visitors: Any, tour: Stage, language: str, theme: str
) -> None:
    visitor = visitors(tour, locale=language, color_scheme=theme)
    page = opened(visitor, FAIR)
    # What the two pages have in common is looked at once.
    for path in (FAIR, WHOLE) if (language, theme) == ("ar", "light") else (FAIR,):
        if not page.url.endswith(path):
            page.goto(f"{visitor.url}{path}")
            live(page)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 800})
            assert page.evaluate("document.documentElement.scrollWidth") <= width
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()


def test_strange_names_are_shown_as_they_are(visitors: Any, fresh: Stage) -> None:
    [oujda] = [each for each in stops_of(fresh.definition) if each.fair.id == "oujda"]
    fair = msgspec.structs.replace(oujda.fair, names=texts([f"{NAUGHTY[0]} {NAUGHTY[2]}"]))
    sessions = [
        msgspec.structs.replace(oujda.sessions[0], id=f"session-{number}", names=texts([f"{name} =1+1"]))
        for number, name in enumerate(NAUGHTY)
    ]
    fresh.load([msgspec.structs.replace(oujda, fair=fair, sessions=sessions)])
    visitor = visitors(fresh)
    page = opened(visitor, FAIR)
    shown = page.locator(".file h2 .about").all_text_contents()
    assert [name for name in shown if "=1+1" in name] == [f"{name} =1+1" for name in NAUGHTY]
    with page.expect_download() as download:
        page.locator("#file-attestation-session-0").get_by_role("button", name="CSV").click()
    assert "script" in download.value.suggested_filename
    assert "<" not in download.value.suggested_filename
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
