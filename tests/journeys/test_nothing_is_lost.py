"""The promise: whatever is killed or cut, the ledger equals the journals."""

from pathlib import Path

import pytest

from tests.journeys import chaos


def _hold(report: chaos.Report) -> None:
    told = str(report.as_dict())
    assert report.recorded > 100, told
    assert report.lost == 0, told
    assert report.foreign == 0, told
    assert report.in_ledger == report.recorded, told
    assert report.quarantined == 0, told
    assert report.attendance_counted == report.attendance_expected, told


@pytest.mark.parametrize("kind", ["amqtt", pytest.param("mosquitto", marks=pytest.mark.long)])
def test_ledger_equals_journals_after_kills_and_cuts(tmp_path: Path, kind: str) -> None:
    _hold(chaos.run(tmp_path, kind=kind, seconds=20, rate=40, seed=1))


@pytest.mark.long
@pytest.mark.parametrize("kind", ["amqtt", "mosquitto"])
@pytest.mark.parametrize("seed", [2, 3])
def test_ledger_equals_journals_after_minutes_of_kills_and_cuts(tmp_path: Path, kind: str, seed: int) -> None:
    _hold(chaos.run(tmp_path, kind=kind, seconds=90, rate=60, seed=seed, kiosks=3))
