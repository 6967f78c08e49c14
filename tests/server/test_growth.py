"""The ledger that ``./riwaq bench growth`` measures is one that facts could have made."""

from pathlib import Path

from server.store.ledger import Ledger
from tests.bench.growth import fill, multiply, page_ms
from tests.server.web.stage import Stage


def test_a_ledger_that_was_multiplied_has_the_figures_of_its_facts(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    copies: list[int] = []
    try:
        fill(stage, 200)
        multiply(stage.store, stage.fair, 30, copies.append)
        with stage.store.reading() as connection:
            multiplied = Ledger(connection, stage.office.body).figures(stage.fair)
            assert Ledger(connection, stage.office.body).counts()["accepted"] == 6000
        assert 5900 < multiplied["total", ""][0] <= 6000
        stage.intake.rebuild(stage.fair)
        with stage.store.reading() as connection:
            assert Ledger(connection, stage.office.body).figures(stage.fair) == multiplied
        assert sum(copies) == 29
        assert 0 < page_ms(stage)["median"] <= page_ms(stage)["p95"] * 10
    finally:
        stage.close()
