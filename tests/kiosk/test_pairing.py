"""A kiosk that looks for its code, and the office that made it: both real, and a broker by hand between."""

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from kiosk.config import read_config
from kiosk.notices import Notice, Pairing
from kiosk.pairing import Pairer, PairingError
from kiosk.uplink import Arrived, Connected, Disconnected, UplinkEvent
from server.pairings import KEPT_MS, Pairings
from server.store.registry import Registry
from tests.kiosk.fakes import FakeReader, token
from tests.server.web.stage import NOW, Stage
from tests.waiting import until
from wire.pairing import ACCOUNT, VALID_MS, PairingCode, PairingRefusal, read_code, write_code


class Office:
    """A server's office with a clock that is set by hand, and the broker before it."""

    def __init__(self, path: Path) -> None:
        self.stage = Stage(path)
        self.now = NOW
        self.pairings = Pairings(self.stage.home, self.stage.store, self.stage.office, clock=lambda: self.now)
        self.deaf = False
        self.mute = False
        self.asks: list[bytes] = []

    def make(self, name: str = "K-07") -> str:
        return self.pairings.make(name, "bank", "").text

    def lets_in(self, code: PairingCode) -> bool:
        return code.account in self.accounts()

    def accounts(self) -> set[str]:
        return {row.name for rows in self.stage.office.accounts().values() for row in rows}

    def kiosks(self) -> list[str]:
        return [row.name for row in self.stage.office.kiosks()]


class Broker:
    """The way to the office that a code names."""

    def __init__(self, office: Office, code: PairingCode, hear: Callable[[UplinkEvent], None]) -> None:
        self._office = office
        self._code = code
        self._hear = hear

    def start(self) -> None:
        if self._office.deaf:
            self._hear(Disconnected("no answer from the broker"))
        elif self._office.lets_in(self._code):
            self._hear(Connected())
        else:
            self._hear(Disconnected("refused: the broker does not accept this kiosk's account"))

    def stop(self) -> None:
        """Nothing is held."""

    def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> bool:
        assert topic == self._code.ask_topic
        assert not retain
        self._office.asks.append(payload)
        answer = self._office.pairings.answer(self._code.account, payload)
        if not self._office.mute:
            self._hear(Arrived(self._code.answer_topic, answer))
        return True


class Newcomer:
    """A kiosk without settings."""

    def __init__(self, path: Path, office: Office) -> None:
        self.path = path
        self.config = path / "kiosk.toml"
        self.office = office
        self.reader = FakeReader()
        self.notices: list[Notice] = []
        self.stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def pairer(self) -> Pairer:
        return Pairer(
            self.config,
            self.path / "kiosk.data" / "pairing.json",
            connect=lambda code, hear: Broker(self.office, code, hear),
            notify=self.notices.append,
            nonce=lambda: "0123456789abcdef",
            software="tests",
        )

    def look(self) -> None:
        self.stopping = threading.Event()
        pairer = self.pairer()
        self._thread = threading.Thread(target=lambda: pairer.look(self.reader, self.stopping), daemon=True)
        self._thread.start()

    def take(self, text: str, body_key: bytes | None = None) -> str:
        """Show a closed kiosk its next code, and give the one that was asked with last."""
        self.reader.show(text)
        pinned = self.office.stage.office.body_public_key if body_key is None else body_key
        return self.pairer().take(text, pinned, self.reader, self.stopping)

    def stop(self) -> None:
        self.stopping.set()
        if self._thread is not None:
            self._thread.join(5)
            assert not self._thread.is_alive()

    def told(self) -> list[tuple[str, str]]:
        return [(each.stage, each.code) for each in self.notices if isinstance(each, Pairing)]

    def show(self, text: str) -> None:
        self.reader.show(text)

    def refused(self, text: str) -> str:
        """Show a code that is not taken and give why."""
        before = len(self.told())
        self.show(text)
        until(lambda: any(stage == "refused" for stage, _ in self.told()[before:]), what="a refusal")
        return self.told()[-1][1]

    def until_paired(self) -> None:
        until(lambda: ("paired", "") in self.told(), what="its settings")


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    office = Office(tmp_path / "office")
    yield office
    office.stage.close()


@pytest.fixture
def kiosk(tmp_path: Path, office: Office) -> Iterator[Newcomer]:
    newcomer = Newcomer(tmp_path, office)
    yield newcomer
    newcomer.stop()


def test_a_code_brings_settings_and_the_keys_are_the_kiosks_own(office: Office, kiosk: Newcomer) -> None:
    kiosk.look()
    until(lambda: kiosk.told() == [("code", "")])
    text = office.make()
    kiosk.show(text)
    kiosk.until_paired()
    assert kiosk.told() == [("code", ""), ("asking", ""), ("paired", "")]
    config = read_config(kiosk.config)
    [row] = office.stage.office.kiosks()
    assert (config.name, config.device, config.booth, config.fair) == ("K-07", row.device, "bank", row.fair)
    assert config.body_key == office.stage.office.body_public_key
    assert config.password == office.stage.home.secrets.kiosk_password(row.device)
    # The server knows the public halves alone.
    assert row.batch_key not in {config.batch_seed, config.card_seed}
    assert kiosk.config.stat().st_mode & 0o777 == 0o600
    assert not (kiosk.path / "kiosk.data" / "pairing.json").exists()
    assert row.device in office.accounts()


def test_a_used_old_or_replaced_code_is_refused(tmp_path: Path, office: Office, kiosk: Newcomer) -> None:
    used = office.make()
    kiosk.look()
    kiosk.show(used)
    kiosk.until_paired()
    other = Newcomer(tmp_path / "other", office)
    other.look()
    try:
        assert other.refused(used) == PairingRefusal.USED
        old = office.make("K-08")
        office.now += VALID_MS + 1
        assert other.refused(old) == PairingRefusal.EXPIRED
        first, second = office.make("K-08"), office.make("K-08")
        assert other.refused(first) == PairingRefusal.ACCOUNT, "its account has gone"
        office.now += KEPT_MS + 1
        office.make("K-09")
        assert not office.lets_in(read_code(second)), "an old code is forgotten at last"
        assert not other.config.exists()
        assert office.kiosks() == ["K-07"]
    finally:
        other.stop()


def test_a_forged_or_foreign_code_is_refused_and_spends_nothing(office: Office, kiosk: Newcomer) -> None:
    good = read_code(office.make())
    kiosk.look()
    guessed = replace(good, secret=bytes(32))
    assert kiosk.refused(write_code(guessed)) == PairingRefusal.FORGED
    renamed = replace(good, body_key=bytes(32))
    assert kiosk.refused(write_code(renamed)) == PairingRefusal.FOREIGN, "another server than the code names"
    assert kiosk.refused(token(7)) == PairingRefusal.NOT_A_CODE
    assert kiosk.refused("https://example.org") == PairingRefusal.NOT_A_CODE
    assert kiosk.refused(write_code(good)[:-9]) == PairingRefusal.MALFORMED
    assert kiosk.refused(write_code(good).replace("RP1", "RP2")) == PairingRefusal.UNKNOWN_VERSION
    assert office.kiosks() == []
    kiosk.show(write_code(good))
    kiosk.until_paired()


def test_a_code_of_another_body_is_refused_where_one_is_pinned(office: Office, kiosk: Newcomer) -> None:
    text = office.make()
    assert kiosk.take(text, bytes(32)) == text
    assert kiosk.told() == [("refused", "foreign")]
    assert office.asks == [], "nobody is asked"
    kiosk.take(text)
    assert kiosk.told()[1:] == [("asking", ""), ("paired", "")]


def test_another_code_helps_a_closed_kiosk_whose_next_server_does_not_answer(
    monkeypatch: pytest.MonkeyPatch, office: Office, kiosk: Newcomer
) -> None:
    monkeypatch.setattr("kiosk.pairing.NO_ANSWER_S", 0.1)
    office.deaf = True
    silent, good = office.make(), office.make("K-08")

    def helped() -> None:
        until(lambda: ("asking", "no_answer") in kiosk.told(), what="that nobody answers")
        kiosk.show(token(3))
        office.deaf = False
        kiosk.show(good)

    helper = threading.Thread(target=helped)
    helper.start()
    try:
        assert kiosk.take(silent) == good, "the code that is in sight now"
    finally:
        kiosk.stopping.set()
        helper.join()
    assert kiosk.told() == [("asking", ""), ("asking", "no_answer"), ("asking", ""), ("paired", "")]
    assert read_config(kiosk.config).name == "K-08"


def test_another_bodys_code_ends_what_a_closed_kiosk_asks_for(office: Office, kiosk: Newcomer) -> None:
    office.deaf = True
    text = office.make()
    foreign = write_code(replace(read_code(text), body_key=bytes(32)))
    kiosk.show(foreign)
    assert kiosk.take(text) == foreign
    assert kiosk.told() == [("asking", ""), ("refused", "foreign")]
    assert not kiosk.config.exists()


def test_a_closed_kiosk_does_not_ask_for_longer_than_a_code_is_good(
    monkeypatch: pytest.MonkeyPatch, office: Office, kiosk: Newcomer
) -> None:
    monkeypatch.setattr("kiosk.pairing.ASKS_FOR_S", 0.3)
    office.deaf = True
    text = office.make()
    assert kiosk.take(text) == text
    assert kiosk.told() == [("asking", ""), ("refused", "expired")]
    office.deaf = False
    kiosk.take(text)
    assert kiosk.told()[-1] == ("paired", ""), "the server says whether a code is good"


def test_a_code_for_the_next_fair_leaves_what_the_technician_has_set(office: Office, kiosk: Newcomer) -> None:
    kiosk.take(office.make())
    data, printer = kiosk.path / 'da"ta', "cards"
    with kiosk.config.open("a", encoding="utf-8") as file:
        file.write(f"\nprinter = {json.dumps(printer)}\ndata = {json.dumps(str(data))}\n")
    before = read_config(kiosk.config)
    for name in ("K-08", "K-09"):
        kiosk.take(office.make(name))
        config = read_config(kiosk.config)
        assert (config.name, config.data, config.printer) == (name, data, printer)
        assert config.device != before.device


def test_an_answer_that_was_lost_is_given_again_also_after_a_restart(office: Office, kiosk: Newcomer) -> None:
    office.mute = True
    kiosk.look()
    kiosk.show(office.make())
    until(lambda: office.kiosks() == ["K-07"], what="the server's word")
    kiosk.stop()
    assert not kiosk.config.exists()
    office.mute = False
    office.now += VALID_MS + 1
    kiosk.look()
    kiosk.until_paired()
    assert kiosk.told()[-2:] == [("asking", ""), ("paired", "")], "without the code being shown again"
    assert office.kiosks() == ["K-07"]
    assert read_config(kiosk.config).batch_seed != b""


def test_a_server_that_does_not_answer_is_told_and_another_code_helps(
    monkeypatch: pytest.MonkeyPatch, office: Office, kiosk: Newcomer
) -> None:
    monkeypatch.setattr("kiosk.pairing.NO_ANSWER_S", 0.2)
    office.deaf = True
    kiosk.look()
    kiosk.show(office.make())
    until(lambda: ("asking", "no_answer") in kiosk.told(), what="that nobody answers")
    kiosk.show(token(3))
    office.deaf = False
    kiosk.show(office.make("K-08"))
    kiosk.until_paired()
    assert not any(stage == "refused" for stage, _ in kiosk.told()), "a member's card is no other code"
    assert office.kiosks() == ["K-08"]


def test_a_fair_that_was_closed_or_a_kiosk_of_that_name_withdraws_a_code(
    office: Office, kiosk: Newcomer
) -> None:
    kiosk.look()
    first, second = office.make(), office.make("K-08")
    office.stage.add_kiosk("K-07", "bank")
    assert kiosk.refused(first) == PairingRefusal.WITHDRAWN
    with office.stage.store.writing() as connection:
        Registry(connection, office.stage.office.body).close_fair(office.stage.fair, NOW)
    assert kiosk.refused(second) == PairingRefusal.WITHDRAWN


def test_settings_that_cannot_be_written_are_said(office: Office, kiosk: Newcomer) -> None:
    (kiosk.path / "kiosk.data").write_text("a file where a directory should be")
    with pytest.raises(PairingError, match=r"pairing\.json cannot be written"):
        kiosk.take(office.make())


def test_no_secret_of_a_code_is_kept_by_the_server(office: Office, kiosk: Newcomer) -> None:
    code = read_code(office.make())
    kiosk.look()
    kiosk.show(write_code(code))
    kiosk.until_paired()
    config = read_config(kiosk.config)
    held = b"".join(path.read_bytes() for path in office.stage.home.path.rglob("*") if path.is_file())
    for secret in (code.secret, config.batch_seed, config.card_seed):
        assert secret not in held
        assert secret.hex().encode() not in held
    for password in (code.password, config.password):
        assert password.encode() not in held
    assert ACCOUNT.encode() in held


def test_a_poster_beside_the_code_is_nothing(office: Office, kiosk: Newcomer) -> None:
    kiosk.look()
    kiosk.reader.show("https://example.org", office.make())
    kiosk.until_paired()
    assert not any(stage == "refused" for stage, _ in kiosk.told())
