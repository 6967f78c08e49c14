"""Facts on a stick: the same sealed batches, whole or not there, whatever journal and stick are like."""

from itertools import count
from pathlib import Path
from typing import Any

import pytest

from kiosk import sealing
from kiosk.bootstrap import journal_path
from kiosk.config import KioskConfig
from kiosk.export import Exported, ExportError, export
from kiosk.journal import Entry
from tests.kiosk.fakes import config_in
from tests.real_parts import RealJournal
from tests.wire.strategies import BODY_KEY, DEVICE, DEVICE_KEY, OTHER_KEY, SEALING, a_programme, public
from wire.envelope import Batch, open_batch
from wire.events import MAX_BATCH, Event, Visit, encode_event
from wire.programme import sign_programme
from wire.stick import read_stick

numbers = count(7)


def entry(number: int) -> Entry:
    event = Event(
        event_id=f"{number:032x}",
        occurred_at=1,
        monotonic_ms=1,
        boot_id="b" * 32,
        fair="rabat-2024",
        booth="bank-1",
        fact=Visit(),
    )
    return Entry(event.event_id, encode_event(event))


def some(first: int, last: int) -> list[Entry]:
    return [entry(number) for number in range(first, last + 1)]


@pytest.fixture
def config(tmp_path: Path) -> KioskConfig:
    return config_in(tmp_path / "data")


@pytest.fixture
def journal(config: KioskConfig) -> RealJournal:
    journal = RealJournal(journal_path(config), mint_epoch=lambda: next(numbers))
    journal.put("programme", sign_programme(a_programme(), BODY_KEY))
    return journal


def exported(config: KioskConfig, target: Path, **how: Any) -> Exported:
    how = {"waiting_only": False, "on_progress": lambda _, __: None, **how}
    return export(config, journal_path(config), target, **how)


def batches(file: str) -> list[Batch]:
    """Open what is on a stick, as the server does."""
    with Path(file).open("rb") as stick:
        return [
            open_batch(message, device_key={DEVICE: public(DEVICE_KEY)}.get, sealing_key=SEALING)
            for message in read_stick(stick.read)
        ]


def places(file: str) -> list[tuple[int, int]]:
    """Give (seq, number of the event) of all that is on a stick."""
    return [
        (seq, int(raw[len(b'{"event_id":"') :][:32], 16))
        for batch in batches(file)
        for seq, raw in enumerate(batch.events, batch.head.first)
    ]


def test_everything_that_is_kept_is_on_the_stick(
    config: KioskConfig, journal: RealJournal, tmp_path: Path
) -> None:
    journal.append(some(1, 1234))
    told: list[tuple[int, int]] = []
    done = exported(config, tmp_path, on_progress=lambda *so_far: told.append(so_far))
    assert (done.facts, done.unreadable) == (1234, 0)
    assert places(done.file) == [(number, number) for number in range(1, 1235)]
    assert all(len(batch.events) <= MAX_BATCH for batch in batches(done.file))
    assert told[-1] == (1234, 1234)
    assert done.bytes == Path(done.file).stat().st_size


def test_epochs_keep_their_places_and_delivered_facts_may_stay(
    config: KioskConfig, journal: RealJournal, tmp_path: Path
) -> None:
    journal.append(some(1, 3))
    again = journal.restarted(journal.image())
    again.append(some(4, 5))
    [first, second] = again.epochs()
    again.set_mark(first.epoch, 2, 1)
    path = again._file  # noqa: SLF001 - its own kind
    done = export(config, path, tmp_path / "all", waiting_only=False, on_progress=lambda _, __: None)
    assert [(b.head.epoch, b.head.first, b.head.count) for b in batches(done.file)] == [
        (first.epoch, 1, 3),
        (second.epoch, 1, 2),
    ]
    done = export(config, path, tmp_path / "waiting", waiting_only=True, on_progress=lambda _, __: None)
    assert places(done.file) == [(3, 3), (1, 4), (2, 5)]


def test_a_row_that_went_bad_costs_itself_alone(
    config: KioskConfig, journal: RealJournal, tmp_path: Path
) -> None:
    [at, *_] = journal.append(some(1, 5))
    journal.damage(at.epoch, 3)
    done = exported(config, tmp_path)
    assert (done.facts, done.unreadable) == (4, 1)
    assert places(done.file) == [(1, 1), (2, 2), (4, 4), (5, 5)]


def test_long_facts_make_more_batches(
    config: KioskConfig, journal: RealJournal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sealing, "MOST_BATCH_BYTES", 3 * len(entry(1).payload))
    journal.append(some(1, 10))
    done = exported(config, tmp_path)
    assert [batch.head.count for batch in batches(done.file)] == [3, 3, 3, 1]


def test_a_wiped_kiosk_has_nothing_to_carry(
    config: KioskConfig, journal: RealJournal, tmp_path: Path
) -> None:
    [at] = journal.append(some(1, 1))
    journal.set_mark(at.epoch, 1, 1)
    journal.wipe()
    assert exported(config, tmp_path / "stick") == Exported("", 0, 0, 0, 0)
    assert not (tmp_path / "stick").exists()


def test_a_programme_that_cannot_be_used_is_told(
    config: KioskConfig, journal: RealJournal, tmp_path: Path
) -> None:
    journal.append(some(1, 1))
    journal.put("programme", sign_programme(a_programme(), OTHER_KEY))
    with pytest.raises(ExportError, match="connect it once to the server"):
        exported(config, tmp_path)


def test_two_exports_into_one_directory_are_two_files(
    config: KioskConfig, journal: RealJournal, tmp_path: Path
) -> None:
    journal.append(some(1, 2))
    stick = tmp_path / "stick"
    stick.mkdir()
    files = {exported(config, stick).file for _ in range(3)}
    assert sorted(map(str, stick.iterdir())) == sorted(files)
    assert len(files) == 3


@pytest.mark.parametrize(
    ("sizes", "expected"),
    [
        ([], []),
        ([5], [(0, 1)]),
        ([5, 5, 5], [(0, 2), (2, 3)]),
        ([50, 1], [(0, 1), (1, 2)]),
        ([0] * 201, [(0, 100), (100, 200), (200, 201)]),
    ],
)
def test_a_row_of_facts_is_cut_where_a_batch_is_full(sizes: list[int], expected: list[Any]) -> None:
    assert sealing.cuts(sizes, 10) == expected
