"""The ledger that ``./riwaq bench growth`` measures is one that facts could have made."""

from pathlib import Path
from typing import Any

from server.store.booths import Booths
from server.store.ledger import Ledger
from server.store.parts import Parts
from tests.bench.growth import fill, multiply, page_ms
from tests.server.web.full_hall import full_stage

BESIDES = 3 * 54 * 5
"""What is told besides visits, on three days at every ten minutes of nine hours."""


def test_a_ledger_that_was_multiplied_has_the_figures_of_its_facts(tmp_path: Path) -> None:
    stage = full_stage(tmp_path)

    def figures() -> tuple[Any, ...]:
        with stage.store.reading() as connection:
            parts, booths = Parts(connection, stage.office.body), Booths(connection, stage.office.body)
            at_booths = [booths.figures(stage.fair, booth.id) for booth in stage.definition.booths]
            return parts.ledger.figures(stage.fair), at_booths, parts.tallies.counts(stage.fair)

    copies: list[int] = []
    try:
        fill(stage, 600)
        multiply(stage.store, stage.fair, 10, copies.append)
        with stage.store.reading() as connection:
            accepted = Ledger(connection, stage.office.body).counts()["accepted"]
        assert accepted == 6000 + 10 * BESIDES
        multiplied = figures()
        assert 5900 < multiplied[0]["total", ""][0] <= 6000
        stage.intake.rebuild(stage.fair)
        assert figures() == multiplied
        assert sum(copies) == 9
        assert 0 < page_ms(stage)["median"] <= page_ms(stage)["p95"] * 10
    finally:
        stage.close()
