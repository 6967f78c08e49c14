"""A kiosk between two stops: closed, wiped, switched off, and at the next place shown its next code."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kiosk import bootstrap
from kiosk.config import KioskConfig, read_config
from kiosk.notices import Notice, Pairing, ProgrammeTaken, Scanned, Wiped
from kiosk.pairing import Pairer
from kiosk.station import Around, Station
from kiosk.touring import Touring
from kiosk.uplink import Disconnected, UplinkEvent
from tests.kiosk.fakes import FakeClock, FakeReader, FakeServer, FakeUplink, Kiosk, config_in, token
from tests.kiosk.test_closing import NEXT_CODE, close
from tests.waiting import stays, until
from wire.kiosk_toml import KioskSettings, kiosk_toml
from wire.pairing import PairingCode, read_code, write_code


class Deaf:
    """The way to a broker that does not answer."""

    def __init__(self, code: PairingCode, hear: Callable[[UplinkEvent], None]) -> None:
        self.broker = str(code.broker)
        self._hear = hear

    def start(self) -> None:
        self._hear(Disconnected("no answer from the broker"))

    def stop(self) -> None:
        """Nothing is held."""

    def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> bool:
        raise AssertionError(topic, payload, retain)


class Elsewhere:
    """A machine that was wiped, and stands where the old broker is not to be reached."""

    def __init__(self, path: Path) -> None:
        self.config_file = path / "kiosk.toml"
        self.reader = FakeReader()
        self.notices: list[Notice] = []
        self.asked: list[str] = []
        self.stations = 0
        old = config_in(path)
        self.config_file.write_text(
            kiosk_toml(
                KioskSettings(
                    name=old.name,
                    device=old.device,
                    body=old.body,
                    body_key=old.body_key,
                    fair=old.fair,
                    booth=old.booth,
                    region=old.region,
                    broker=str(old.broker),
                    password=old.password,
                    batch_seed=old.batch_seed,
                    card_seed=old.card_seed,
                    card_key_id=old.card_key_id,
                ),
                data=str(path),
            ),
            encoding="utf-8",
        )
        self.touring = Touring(
            self.config_file,
            self.reader,
            make_station=self._station,
            make_pairer=self._pairer,
            on_notice=self.notices.append,
            close=lambda: None,
        )

    def _station(self, config: KioskConfig, *, in_sight: str, on_next_code: Callable[[str], None]) -> Station:
        self.stations += 1
        return Station(
            config,
            journal=lambda: bootstrap.open_journal(config),
            reader=self.reader,
            connect=lambda on_event: FakeUplink(FakeServer(), on_event),
            clock=FakeClock(),
            mint=bootstrap.mint(),
            on_notice=self.notices.append,
            software="tests",
            around=Around(in_sight=in_sight, on_next_code=on_next_code),
        )

    def _pairer(self, notify: Callable[[Notice], None]) -> Pairer:
        return Pairer(
            self.config_file,
            self.config_file.parent / "pairing.json",
            connect=self._connect,
            notify=notify,
            nonce=lambda: "0123456789abcdef",
            software="tests",
        )

    def _connect(self, code: PairingCode, hear: Callable[[UplinkEvent], None]) -> Deaf:
        way = Deaf(code, hear)
        self.asked.append(way.broker)
        return way

    def told(self) -> list[tuple[str, str]]:
        return [(each.stage, each.code) for each in list(self.notices) if isinstance(each, Pairing)]

    def until_at_work(self, stations: int) -> None:
        until(
            lambda: self.stations == stations and isinstance(self.notices[-1], ProgrammeTaken),
            what="the closed fair's screen",
        )


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[Elsewhere]:
    with Kiosk(tmp_path) as kiosk:
        kiosk.ready()
        kiosk.scan(token(1))
        until(kiosk.delivered)
        close(kiosk)
        until(lambda: kiosk.told(Wiped))
    machine = Elsewhere(tmp_path)
    machine.touring.start()
    try:
        machine.until_at_work(1)
        yield machine
    finally:
        machine.touring.stop()


def test_codes_are_asked_with_one_after_the_other_until_one_is_answered(
    elsewhere: Elsewhere, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = read_code(NEXT_CODE)
    other = write_code(
        PairingCode(code.body, code.body_key, b"\x0a" * 32, "0123456789abcdee", config_in(Path()).broker)
    )
    elsewhere.reader.show(NEXT_CODE)
    until(lambda: elsewhere.asked == ["mqtt://10.0.0.9:1883"], what="the first code")
    elsewhere.reader.show(other)
    until(lambda: elsewhere.asked[1:] == ["mqtt://127.0.0.1:1"], what="the second code")
    assert elsewhere.told() == [("asking", ""), ("asking", "")]
    monkeypatch.setattr("kiosk.pairing.ASKS_FOR_S", 0)
    elsewhere.until_at_work(2)
    elsewhere.reader.show(other)
    stays(lambda: len(elsewhere.asked) == 2, what="the code that is in sight is not shown anew")


def test_a_code_that_nobody_answers_leaves_a_kiosk_that_takes_another(
    elsewhere: Elsewhere, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kiosk.pairing.ASKS_FOR_S", 0.2)
    before = read_config(elsewhere.config_file)
    elsewhere.reader.show(NEXT_CODE)
    elsewhere.until_at_work(2)
    assert elsewhere.told() == [("asking", ""), ("refused", "expired")]
    assert read_config(elsewhere.config_file) == before
    elsewhere.reader.show(NEXT_CODE)
    stays(lambda: elsewhere.stations == 2, what="a code that has not been away is not shown anew")
    elsewhere.reader.show(write_code(read_code(NEXT_CODE)).replace("RP1", "RP9"))
    elsewhere.until_at_work(3)
    assert elsewhere.told()[2:] == [("refused", "unknown_version")]
    assert not [each for each in elsewhere.notices if isinstance(each, Scanned)]
