"""Days begin at the midnight of Morocco, whatever the machine's own copy of the zones says."""

import zoneinfo
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import pytest

from tests.wire.strategies import a_programme
from wire.zones import zone_of

CASABLANCA = "Africa/Casablanca"


@pytest.fixture
def stale(tmp_path: Path) -> Iterator[None]:
    """A machine whose copy says that Casablanca is Calcutta; put right again afterwards."""
    before = zoneinfo.TZPATH
    wrong = tmp_path / CASABLANCA
    wrong.parent.mkdir()
    wrong.write_bytes(files("tzdata").joinpath("zoneinfo", "Asia", "Calcutta").read_bytes())
    zoneinfo.reset_tzpath(to=[str(tmp_path)])
    ZoneInfo.clear_cache()
    zone_of.cache_clear()
    assert datetime(2026, 1, 1, tzinfo=UTC).astimezone(ZoneInfo(CASABLANCA)).hour == 5
    yield
    zoneinfo.reset_tzpath(to=before)
    ZoneInfo.clear_cache()
    zone_of.cache_clear()


@pytest.mark.usefixtures("stale")
@pytest.mark.parametrize(
    ("when", "hours"),
    [(datetime(2024, 11, 1, tzinfo=UTC), 1), (datetime(2026, 11, 1, tzinfo=UTC), 0)],
)
def test_the_zones_are_those_of_the_package(when: datetime, hours: int) -> None:
    for zone in (zone_of(CASABLANCA), a_programme().zone):
        offset = when.astimezone(zone).utcoffset()
        assert offset is not None
        assert offset.total_seconds() == hours * 3600


def test_an_unknown_zone_is_an_error() -> None:
    with pytest.raises(ZoneInfoNotFoundError):
        zone_of("Africa/Atlantis")
    with pytest.raises(ValueError, match=r"\.\."):
        zone_of("../../etc/passwd")
