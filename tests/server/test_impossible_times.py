"""A clock that says the year 287,396, or one before the calendar began: no page and no file stops at it."""

from collections.abc import Iterator
from gettext import NullTranslations
from pathlib import Path

import pytest

from server.rules.members.sheet import moment
from server.rules.moments import utc
from server.rules.wording import LANGUAGES, Words
from tests.server.files.hall import RABAT
from tests.server.rights import AMINA, Rights
from tests.server.web.stage import NOW
from wire.events import Feedback

BEYOND = 2**53 - 1
"""The latest that a fact can say."""


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[Rights]:
    hall = Rights(tmp_path)
    hall.enrol(AMINA)
    yield hall
    hall.store.close()


@pytest.mark.parametrize("at", [BEYOND, -BEYOND])
def test_such_a_moment_is_the_calendars_end(at: int) -> None:
    assert utc(at).year in {1, 9999}
    assert moment(at).endswith("Z")
    for language in LANGUAGES:
        words = Words(language, NullTranslations())
        for zone in ("Pacific/Kiritimati", "Pacific/Pago_Pago", "Africa/Casablanca"):
            assert words.moment(at, zone, NOW)
            assert words.past(at, zone, NOW)


def test_moments_that_can_be_are_exact() -> None:
    assert utc(1_735_344_000_123).isoformat() == "2024-12-28T00:00:00.123000+00:00"


def test_files_are_made_with_what_a_broken_clock_said(hall: Rights) -> None:
    hall.sign_up(hall.amina, phone="given", occurred_at=BEYOND)
    hall.happen(Feedback(face=1, urgent=True, card=hall.amina), occurred_at=BEYOND)
    hall.visit(hall.amina, occurred_at=BEYOND)
    [row] = hall.file_of("bank")
    assert AMINA[0] in row
    out = hall.path / "all"
    out.mkdir()
    hall.type("person", "export", AMINA[3], "--out", out)
    [told] = out.glob("*.json")
    assert "9999" in told.read_text(encoding="utf-8")
    hall.type("report", RABAT, "--out", hall.path / "report.pdf")
    hall.type("rebuild")
