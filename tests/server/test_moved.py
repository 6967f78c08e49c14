"""Whoever shows a fair is told when it moved, and only after the kiosk has its acknowledgement."""

from collections.abc import Collection, Iterator
from pathlib import Path

import msgspec
import pytest

from server.collector import Collector
from server.pairings import Pairings
from tests.server.web.stage import NOW, Stage
from tests.waiting import stays, until
from wire import topics
from wire.messages import State


class Ears:
    """What a collector says, to kiosks and to the page, in its order."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, ...]] = []

    def publish(self, topic: str, _: bytes, *, retain: bool = False) -> bool:
        if not retain:
            self.heard.append(("sent", topic.rpartition("/")[2]))
        return True

    def on_moved(self, fairs: Collection[str]) -> None:
        self.heard.append(("moved", *fairs))


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    stage = Stage(tmp_path)
    stage.add_kiosk("K-01", "bank")
    yield stage
    stage.close()


@pytest.fixture
def collector(stage: Stage) -> Iterator[Collector]:
    collector = Collector(
        stage.store,
        stage.office.body,
        stage.home.secrets,
        clock=stage.now,
        pair=Pairings(stage.home, stage.store, stage.office, clock=stage.now).answer,
        on_trouble=stage.said.append,
    )
    yield collector
    collector.stop()
    assert stage.said == []


def up(stage: Stage, leaf: str) -> str:
    return topics.up(stage.office.body, "x", stage.kiosks[0].row.device, leaf)


def test_figures_that_moved_are_said_after_the_acknowledgement(stage: Stage, collector: Collector) -> None:
    ears = Ears()
    collector.start(ears, on_moved=ears.on_moved)
    [batch] = stage.sealed(stage.kiosks[0], [(1, NOW, "bank")])
    collector.hear(up(stage, "events"), batch)
    until(lambda: len(ears.heard) == 2, what="both")
    assert ears.heard == [("sent", "ack"), ("moved", stage.fair)]
    # The same once more is acknowledged, and moves nothing.
    collector.hear(up(stage, "events"), batch)
    until(lambda: ears.heard.count(("sent", "ack")) == 2, what="the second acknowledgement")
    stays(lambda: ("moved", stage.fair) not in ears.heard[2:], what="figures that did not move")


def test_a_kiosks_state_is_said_once_it_can_be_read(stage: Stage, collector: Collector) -> None:
    waiting: list[int] = []

    def on_moved(fairs: Collection[str]) -> None:
        assert set(fairs) == {stage.fair}
        with stage.store.reading() as connection:
            [(state,)] = connection.exec_driver_sql("SELECT state FROM kiosk").all()
        waiting.append(msgspec.json.decode(state, type=State).waiting)

    collector.start(Ears(), on_moved=on_moved)
    collector.hear(up(stage, "state"), msgspec.json.encode(State(online=True, waiting=23)))
    until(lambda: waiting == [23], what="the state")


def test_a_collector_without_a_page_takes_facts_as_well(stage: Stage, collector: Collector) -> None:
    ears = Ears()
    collector.start(ears)
    [batch] = stage.sealed(stage.kiosks[0], [(1, NOW, "bank")])
    collector.hear(up(stage, "events"), batch)
    until(lambda: ears.heard == [("sent", "ack")], what="the acknowledgement")
