"""The report for the board: what it says, in whose words, and what it does not say to others."""

import io
import re
import subprocess
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import load_workbook

from server.assets import assets_dir, fonts_dir
from server.files.out.catalogue import words_of
from server.files.out.flow import FEWEST, WHOLE, Block, Piece, pour
from server.files.out.report_pdf import report_pdf
from server.rules.fair import FairDefinition
from server.rules.report.fair import fair_report
from server.rules.report.model import Report
from server.rules.report.names import period
from server.rules.report.tour import Stop, tour_report
from server.rules.table import Kind, plain, written
from tests.logos import drawn
from tests.server.facts import HOUR, NINE, card
from tests.server.files.hall import RABAT, TANGIER, TOUR, Hall, rows_of
from wire.described import Offer, Session
from wire.events import Feedback, Visit
from wire.programme import Body, Booth, Fair, Partner

MADE: Final = datetime(2026, 11, 23, 10, 5)  # noqa: DTZ001 - local
LONG: Final = (
    "Espace de la Caisse marocaine de retraite, de prévoyance sociale et de solidarité des personnels"
)
LONG_AR: Final = "رواق الصندوق المغربي للتقاعد والاحتياط الاجتماعي والتضامن لموظفي الإدارات"


def definition(
    booths: int = 6, name: str = "rabat-2024", days: tuple[str, ...] = ("2024-12-27", "2024-12-28")
) -> Any:
    return FairDefinition(
        body=Body(id="amal", names={"ar": "مؤسسة الأمل", "fr": "Fondation Al Amal"}),
        fair=Fair(
            id=name,
            tour="amal-2024",
            names={"ar": f"محطة {name}", "fr": f"Étape {name}"},
            days=[datetime.fromisoformat(day).date() for day in days],
        ),
        tour_names={"ar": "الأيام", "fr": "Journées"},
        booths=[
            Booth(
                id=f"b{n}",
                names={"ar": f"{LONG_AR} {n}", "fr": f"{LONG} {n}"},
                sector=["bank", "health"][n % 2],
            )
            for n in range(booths)
        ],
        partners=[Partner(id="bank", names={"ar": "البنك", "fr": "Banque"})],
        territories=[],
        offers=[Offer(id="loan", names={"ar": "قرض", "fr": "Prêt"}, booth="b0", partner="bank")],
        sessions=[Session(id="training", names={"ar": "تكوين", "fr": "Formation"}, day="2024-05")],
    )


def both(**counts: int) -> dict[str, dict[str, int]]:
    return {key: {"visits": 3 * count, "attendance": count} for key, count in counts.items()}


def stats(booths: int = 6, **others: Any) -> dict[str, Any]:
    return {
        "visits": 900,
        "attendance": 300,
        "by_booth": both(**{f"b{n}": 20 + n for n in range(booths)}),
        "by_day": {
            "2024-12-27": {"visits": 400, "attendance": 150},
            "2024-12-28": {"visits": 500, "attendance": 200},
        },
        "by_hour": {
            f"2024-12-{day}T{hour:02}:00Z": {"visits": 10 * hour, "attendance": hour}
            for day in (27, 28)
            for hour in range(8, 18)
        },
        "by_category": both(active=200, retired=60, widow=40),
        "sign_ups": {"total": 80, "by_offer": {"loan": 80}, "in_doubt": 0},
        "feedback": {
            "count": 50,
            "mean_face": 4.25,
            "by_face": {"4": 30, "5": 20},
            "by_topic": {"waiting": 12},
        },
        "sessions": {"training": {"attended": 30, "invited": 40, "present": 28, "rate": 0.7}},
        **others,
    }


def made(language: str = "fr", *, leaving: bool = False, booths: int = 6, **others: Any) -> Report:
    words = words_of(language, assets_dir())
    return fair_report(definition(booths), stats(booths, **others), words, made=MADE, leaving=leaving)


def table(report: Report, title: str) -> list[list[Any]]:
    [found] = [each for each in report.tables() if each.title == title]
    return [list(row) for row in found.rows]


def numbers(report: Report) -> dict[str, Any]:
    return {figure.label: figure.cell for figure in report.figures}


def text_of(content: bytes, tmp_path: Path) -> list[str]:
    """Give the text of each page of a PDF."""
    path = tmp_path / "x.pdf"
    path.write_bytes(content)
    done = subprocess.run(["pdftotext", "-layout", path, "-"], capture_output=True, text=True, check=True)
    return done.stdout.split("\f")[:-1]


# -- what it says ----------------------------------------------------------------------------


def test_figures_that_there_are_are_said_and_others_left_out() -> None:
    assert numbers(made()) == {
        "Visites": 900,
        "Personnes venues": 300,
        "Souscriptions aux offres": 80,
        "Avis donnés": 50,
        "Satisfaction sur 5": 4.25,
    }
    more = numbers(made(first_timers=120, registrations=33))
    assert (more["Venues pour la première fois"], more["Nouvelles inscriptions"]) == (120, 33)


def test_breakdowns_are_in_the_readers_words_and_the_largest_first() -> None:
    report = made(
        by_sector=both(bank=40, health=50, own=60), by_territory={"none": {"visits": 9, "attendance": 8}}
    )
    assert table(report, "Par secteur") == [
        ["Nos services", 180, 60],
        ["Santé", 150, 50],
        ["Banques", 120, 40],
    ]
    assert table(report, "Par catégorie")[0] == ["Actifs", 600, 200]
    assert table(report, "Par territoire") == [["Non renseigné", 9, 8]]
    assert table(report, "Par jour")[0] == ["27 décembre", 400, 150]
    assert table(report, "Souscriptions par offre") == [["Prêt (Banque)", 80, 1.0]]
    assert table(report, "Les séances") == [["Formation", "2024-05", 30, 40, 28, 0.7]]
    arabic = made("ar", by_sector=both(bank=40, health=50))
    assert table(arabic, "حسب القطاع") == [["الصحة", 150, 50], ["الأبناك", 120, 40]]
    assert table(arabic, "حسب اليوم")[0][0] == "27 دجنبر"


def test_hours_stand_in_local_time_and_the_one_that_comes_twice_stands_once() -> None:
    # Morocco left UTC+1 for UTC+0 at 3 o'clock that night.
    hours = {
        "2025-02-23T01:00Z": {"visits": 7},
        "2025-02-23T02:00Z": {"visits": 8},
        "2025-02-23T00:00Z": {"visits": 1},
    }
    report = made(by_hour=hours)
    [found] = [each for each in report.tables() if each.title == "Visites par heure"]
    assert [column.title for column in found.columns] == ["Jour", "01:00", "02:00"]
    assert list(found.rows[0]) == ["23 février", 1, 15]


def test_what_is_gone_from_the_description_keeps_its_id() -> None:
    report = made(by_booth={"gone": {"visits": 9, "attendance": 9}}, by_category=both(category_9=9))
    assert table(report, "Par espace") == [["gone", 9, 9]]
    assert table(report, "Par catégorie") == [["category_9", 27, 9]]


def test_a_fair_without_any_fact_has_a_report() -> None:
    words = words_of("ar", assets_dir())
    empty = {"visits": 0, "attendance": 0, "by_booth": {}, "by_day": {}, "by_hour": {}, "by_category": {}}
    assert report_pdf(fair_report(definition(), empty, words, made=MADE), fonts_dir()).startswith(b"%PDF")


# -- what it does not say to others ----------------------------------------------------------


def test_small_counts_are_not_said_to_others() -> None:
    by_category = {**both(active=200, retired=60), "widow": {"visits": 20, "attendance": 3}}
    inside, outside = made(by_category=by_category), made(by_category=by_category, leaving=True)
    assert table(inside, "Par catégorie")[-1] == ["Veuves et veufs", 20, 3]
    assert table(outside, "Par catégorie") == [["Actifs", 600, 200], ["2 autres, regroupés", 200, None]]
    assert "inférieurs à 5" in outside.note
    assert numbers(outside)["Visites"] == 900


def test_a_small_part_of_all_is_not_said_to_others() -> None:
    assert numbers(made(first_timers=297, leaving=True))["Venues pour la première fois"] is None
    assert numbers(made(first_timers=200, leaving=True))["Venues pour la première fois"] == 200


def test_a_mean_does_not_give_away_what_the_faces_hide() -> None:
    feedback = {"count": 50, "mean_face": 4.25, "by_face": {"1": 2, "4": 28, "5": 20}, "by_topic": {}}
    assert "Satisfaction sur 5" in numbers(made(feedback=feedback))
    assert "Satisfaction sur 5" not in numbers(made(feedback=feedback, leaving=True))


def test_neither_does_the_mean_of_a_stop() -> None:
    alone = {"count": 12, "mean_face": 1.0, "by_face": {"1": 1}, "by_topic": {}}
    for leaving, mean in ((False, 1.0), (True, None)):
        rows = table(tour(leaving=leaving, feedback={"rabat": alone}), "Les étapes côte à côte")
        assert {row[0]: row[-1] for row in rows}["Étape rabat"] == mean


def test_a_booth_that_is_described_no_more_is_among_the_others_of_its_sector() -> None:
    # Whatever is described as nothing counts in the sector of others.
    fair = definition(3)
    other = msgspec.structs.replace(fair.booths[2], sector="other")
    fair = msgspec.structs.replace(fair, booths=[*fair.booths[:2], other])
    found = stats(
        by_booth={**both(b0=30, b1=40, b2=17), "gone": {"visits": 3, "attendance": 3}},
        by_sector={**both(bank=30, health=40), "other": {"visits": 54, "attendance": 20}},
    )
    report = fair_report(fair, found, words_of("fr", assets_dir()), made=MADE, leaving=True)
    named = {row[0] for row in table(report, "Par espace")}
    assert "gone" not in named
    assert f"{LONG} 2" not in named
    assert ["Autres secteurs", 54, 20] in table(report, "Par secteur")


def test_a_session_of_few_says_nothing_to_others() -> None:
    sessions = {"training": {"attended": 30, "invited": 32, "present": 29, "rate": 0.9}}
    report = made(sessions=sessions, leaving=True)
    assert table(report, "Les séances") == [["Formation", "2024-05", None, None, None, None]]


counted = st.integers(0, 9)


@st.composite
def figures(draw: st.DrawFn) -> dict[str, Any]:
    """Give a fair's figures that agree with one another: visits at booths of sectors, by hours of days."""
    at = {
        (booth, day, hour): draw(counted)
        for booth in range(draw(st.integers(1, 5)))
        for day in ("2024-12-27", "2024-12-28")
        for hour in range(9, 9 + draw(st.integers(1, 3)))
    }

    def added(key: Any) -> dict[str, dict[str, int]]:
        found: dict[str, dict[str, int]] = {}
        for place, visits in at.items():
            entry = found.setdefault(key(*place), {"visits": 0, "attendance": 0})
            entry["visits"] += visits
            entry["attendance"] += visits
        return {name: entry for name, entry in found.items() if entry["visits"]}

    return {
        "visits": sum(at.values()),
        "attendance": sum(at.values()),
        "by_booth": added(lambda booth, _day, _hour: f"b{booth}"),
        "by_sector": added(lambda booth, _day, _hour: ["bank", "health"][booth % 2]),
        "by_day": added(lambda _booth, day, _hour: day),
        "by_hour": added(lambda _booth, day, hour: f"{day}T{hour:02}:00Z"),
    }


@given(figures())
def test_no_table_tells_of_fewer_than_five_not_even_beside_another(found: dict[str, Any]) -> None:
    words = words_of("en", assets_dir())
    report = fair_report(definition(5), found, words, made=MADE, leaving=True)
    tables = {each.title: each for each in report.tables() if each.title != "Overview"}
    if not found["visits"]:
        return
    for each in tables.values():
        for row in each.rows:
            assert not [cell for cell in row[1:3] if isinstance(cell, int) and 0 < cell < 5]

    def shown(title: str) -> dict[str, int]:
        return {str(row[0]): int(row[1]) for row in tables[title].rows if isinstance(row[1], int)}

    # Beside its sector's count, the booths of a sector leave nobody or five at least.
    names = {f"{LONG} {number}": number for number in range(5)}
    sector_of = {number: ["Banks", "Health"][number % 2] for number in names.values()}
    for sector, visits in shown("By sector").items():
        known = [
            count
            for name, count in shown("By booth").items()
            if name in names and sector_of[names[name]] == sector
        ]
        if sector in {"Banks", "Health"}:
            left = visits - sum(known)
            assert left == 0 or left >= 5
    if "Visits by hour" in tables:
        days = shown("By day")
        for row in tables["Visits by hour"].rows:
            if str(row[0]) in days:
                left = days[str(row[0])] - sum(int(cell) for cell in row[1:] if isinstance(cell, int))
                assert left == 0 or left >= 5


# -- a tour ----------------------------------------------------------------------------------


def tour(
    language: str = "fr",
    *,
    leaving: bool = False,
    of_tour: Any = None,
    visits: tuple[int, ...] = (900, 450, 0),
    feedback: Mapping[str, Any] = MappingProxyType({}),
) -> Report:
    names = ("rabat", "fes", "oujda")
    days = (("2025-01-10",), ("2025-01-03", "2025-01-04"), ("2025-01-20",))
    stops = [
        Stop(
            definition(name=name, days=of_days),
            stats(
                visits=count,
                attendance=count // 3,
                registrations=7,
                **({"feedback": feedback[name]} if name in feedback else {}),
            ),
        )
        for name, of_days, count in zip(names, days, visits, strict=True)
    ]
    return tour_report(stops, words_of(language, assets_dir()), made=MADE, leaving=leaving, of_tour=of_tour)


def test_stops_stand_side_by_side_in_their_order_each_beside_the_one_before() -> None:
    assert [row[:6] for row in table(tour(), "Les étapes côte à côte")] == [
        ["Étape fes", 2, 450, None, 150, None],
        ["Étape rabat", 1, 900, 1.0, 300, 1.0],
        ["Étape oujda", 1, 0, -1.0, 0, -1.0],
    ]
    assert numbers(tour())["Visites"] == 1350
    assert numbers(tour())["Souscriptions aux offres"] == 240


def test_people_of_a_tour_are_told_only_where_each_is_counted_once() -> None:
    assert "Personnes venues" not in numbers(tour())
    told = tour(of_tour={"attendance": 410, "visits": 1350, "by_sector": both(bank=9)})
    assert numbers(told)["Personnes venues"] == 410
    assert table(told, "Par secteur") == [["Banques", 27, 9]]


def test_a_stop_of_few_visits_cannot_be_worked_out_by_others() -> None:
    rows = table(tour(leaving=True, visits=(900, 3, 450)), "Les étapes côte à côte")
    assert [row[2] for row in rows] == [None, 900, None]
    assert [row[3] for row in rows] == [None, None, None]


# -- on paper --------------------------------------------------------------------------------


def test_a_small_fair_is_one_page(tmp_path: Path) -> None:
    small = stats(4)
    short = msgspec.structs.replace(
        definition(4),
        booths=[Booth(id=f"b{n}", names={"ar": f"رواق {n}", "fr": f"Espace {n}"}) for n in range(4)],
    )
    for language in ("ar", "fr"):
        report = fair_report(short, small, words_of(language, assets_dir()), made=MADE)
        assert len(text_of(report_pdf(report, fonts_dir()), tmp_path)) == 1


@pytest.mark.parametrize("language", ["ar", "fr", "zgh", "en"])
def test_everything_is_on_paper_and_nothing_is_cut(tmp_path: Path, language: str) -> None:
    report = made(language, booths=34)
    pages = text_of(report_pdf(report, fonts_dir()), tmp_path)
    assert "…" not in "".join(pages)
    said = re.findall(r"\d+", "".join(pages))
    for number in range(34):
        assert str(3 * (20 + number)) in said
    for page, text in enumerate(pages, 1):
        assert f"{page}/{len(pages)}" in re.sub(r"\s", "", text)
    if language == "fr":
        words = set(re.findall(r"\w+", "".join(pages)))
        assert words >= set(re.findall(r"\w+", LONG))
    if language == "zgh":
        assert "ⵜⵉⵔⵣⵉⴼⵉⵏ" in "".join(pages)


def test_the_bodys_logo_stands_on_it() -> None:
    words = words_of("fr", assets_dir())
    without = report_pdf(fair_report(definition(), stats(), words, made=MADE), fonts_dir())
    drawn_on = report_pdf(fair_report(definition(), stats(), words, made=MADE, logo=drawn()), fonts_dir())
    assert (b"/Image" in drawn_on, b"/Subtype /Image" in without) == (True, False)


@pytest.mark.parametrize(
    "name",
    [
        '=HYPERLINK("x")',
        "\u202eevil\u202c",
        "😀😀",
        "x" * 10_000,
        "كلمة" * 2_000,
        "<b>&amp;</b>",
        "",
        "\x00\x1b[31m",
        "ⵜⴰⵎⴰⵣⵉⵖⵜ",
    ],
    ids=lambda name: repr(name[:12]),
)
def test_naughty_names_break_no_page(tmp_path: Path, name: str) -> None:
    plainer = definition(1)
    booth = Booth(id="b0", names={"ar": name, "fr": name}, sector=name or "own")
    fair = msgspec.structs.replace(plainer.fair, names={"ar": name, "fr": name})
    odd = msgspec.structs.replace(plainer, booths=[booth], fair=fair)
    for language in ("ar", "fr"):
        report = fair_report(odd, stats(1), words_of(language, assets_dir()), made=MADE)
        assert 1 <= len(text_of(report_pdf(report, fonts_dir()), tmp_path)) <= 2


pieces = st.lists(st.floats(1, 30), min_size=1, max_size=40)


@given(st.lists(pieces, min_size=1, max_size=6), st.floats(60, 250), st.floats(1, 250))
def test_pouring_loses_nothing_and_overflows_nothing(
    heights: list[list[float]], height: float, first: float
) -> None:
    drawn_at: list[tuple[int, int]] = []

    def row(block: int, at: int, tall: float) -> Piece:
        return Piece(tall, lambda _across, _down: drawn_at.append((block, at)))

    head = Piece(8.0, lambda _across, _down: None)
    left: Any = [
        Block(head, [row(number, at, tall) for at, tall in enumerate(of_block)])
        for number, of_block in enumerate(heights)
    ]
    # What is left of a page that something stands on, and then whole pages.
    room, fresh = first, False
    while left:
        found = pour(left, room, fresh=fresh)
        assert found.placed or not fresh
        for each in found.placed:
            # What is higher than a page begins one: nothing can help that.
            too_high = fresh and each.down <= head.height
            assert each.down + each.piece.height <= room + 0.01 or too_high
            each.piece.draw(0, each.down)
        left, room, fresh = found.rest, height, True
    assert drawn_at == [
        (number, at) for number, of_block in enumerate(heights) for at in range(len(of_block))
    ]


def test_a_short_block_is_not_broken_and_a_long_one_leaves_no_row_alone() -> None:
    def block(rows: int) -> Block:
        return Block(Piece(10, lambda *_: None), [Piece(8, lambda *_: None)] * rows)

    short = int(WHOLE / 8)
    found = pour([block(short), block(short)], 110)
    assert [sum(each.column == column for each in found.placed) for column in (0, 1)] == [
        short + 1,
        short + 1,
    ]
    found = pour([block(13), block(20)], 140)
    first = [each for each in found.placed if each.column == 0]
    assert len(first) == 14, (
        "no room for the heading and FEWEST rows, so the second stands in the next column"
    )
    assert 10 + 13 * 8 + 6 + 10 + FEWEST * 8 > 140


# -- words and numbers -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "kind", "language", "expected"),
    [
        (4127, Kind.WHOLE, "ar", "4.127"),
        (0.125, Kind.SHARE, "ar", "12,5\u202f%"),
        (0.125, Kind.SHARE, "fr", "12,5\u202f%"),
        (-0.05, Kind.CHANGE, "fr", "\u22125,0\u202f%"),
        (0.05, Kind.CHANGE, "fr", "+5,0\u202f%"),
        (4.25, Kind.DECIMAL, "en", "4.2"),
        (None, Kind.WHOLE, "fr", "\u2013"),
        (float("nan"), Kind.SHARE, "fr", "\u2013"),
        (datetime(2024, 12, 28, 9, 5), Kind.MOMENT, "ar", "2024-12-28 09:05"),  # noqa: DTZ001 - local
        (datetime(2024, 8, 28).date(), Kind.DAY, "ar", "28 غشت"),  # noqa: DTZ001 - local
        ("2024-05", Kind.DAY, "ar", "2024-05"),
    ],
)
def test_cells_are_written_as_the_reader_does(cell: Any, kind: Kind, language: str, expected: str) -> None:
    assert written(cell, kind, words_of(language, assets_dir())) == expected


def test_a_change_is_a_number_to_a_program() -> None:
    assert (plain(-0.05, Kind.CHANGE), plain(float("inf"), Kind.CHANGE)) == ("-5", "")


def test_periods_are_said_in_full() -> None:
    days = [datetime(2024, 12, day).date() for day in (29, 27)]  # noqa: DTZ001 - local
    assert (
        period(days, words_of("fr", assets_dir()))
        == "Du vendredi 27 décembre 2024 au dimanche 29 décembre 2024"
    )
    assert period(days[:1], words_of("ar", assets_dir())) == "الأحد، 29 دجنبر 2024"


# -- as an operator types it -----------------------------------------------------------------


@pytest.fixture
def visited(hall: Hall) -> Hall:
    for number in range(1, 8):
        hall.happen(Visit(card=card(number)), occurred_at=NINE + (number % 2) * HOUR)
    hall.happen(Visit(card=card(1)), fair=TANGIER)
    hall.sign_up(card(1))
    hall.happen(Feedback(face=4, topics=["waiting"]))
    return hall


@pytest.mark.parametrize("ending", ["pdf", "xlsx", "csv"])
@pytest.mark.parametrize("name", [RABAT, TOUR])
def test_each_kind_of_file_is_written_for_a_fair_and_for_a_tour(
    visited: Hall, name: str, ending: str
) -> None:
    out = visited.path / f"report.{ending}"
    for language in ("ar", "fr", "zgh", "en"):
        out.unlink(missing_ok=True)
        visited.type("report", name, "--out", out, "--language", language)
        assert out.stat().st_mode & 0o777 == 0o600
        assert out.read_bytes()[:2] in {b"%P", b"PK", b"\xef\xbb"}


def test_the_figures_of_the_file_are_those_of_stats(visited: Hall) -> None:
    out = visited.path / "report.csv"
    visited.type("report", RABAT, "--out", out, "--language", "fr")
    rows = rows_of(out)
    stats_now = visited.json("stats", RABAT)
    assert ["Visites", str(stats_now["visits"])] in rows
    assert ["Personnes venues", str(stats_now["attendance"])] in rows
    assert ["Espace banque", "7", "7"] in rows
    assert ["28 décembre", "7", "7"] in rows


def test_a_workbook_has_a_sheet_for_each_part(visited: Hall) -> None:
    out = visited.path / "report.xlsx"
    visited.type("report", RABAT, "--out", out, "--language", "fr")
    book = load_workbook(io.BytesIO(out.read_bytes()))
    assert book.sheet_names[:3] == ["Vue d\u2019ensemble", "Visites par heure", "Par jour"]
    assert ["Visites", 7.0] in book.get_sheet_by_name("Vue d\u2019ensemble").to_python()


def test_what_leaves_hides_the_few(visited: Hall) -> None:
    out = visited.path / "report.csv"
    visited.type("report", RABAT, "--out", out, "--language", "fr", "--leaving")
    rows = rows_of(out)
    assert ["28 décembre", "7", "7"] in rows
    # Four at ten and three at eleven: neither by itself.
    assert [row[1:] for row in rows if row[:1] == ["28 décembre"]] == [["", ""], ["7", "7"]]


def test_a_name_that_is_neither_is_told(hall: Hall) -> None:
    out = hall.path / "x.pdf"
    told = hall.type("report", "nowhere", "--out", out, code=1)
    assert "choose one of rabat-2024, tangier-2024, amal-2024" in told
    assert not out.exists()
