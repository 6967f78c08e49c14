"""The key of hashes of national ids: which kiosks get it, and where it is not."""

import base64
import zlib
from pathlib import Path

import msgspec
import pytest

from server.bootstrap import opened
from server.setups import SetupTeller
from server.store import tables as t
from server.store.registry import Registry
from tests.programs import EXAMPLE
from tests.server.enrolments import SECTION, Enrolments
from wire.national_id import KEY_BYTES
from wire.setup import Setup


@pytest.fixture
def desk(tmp_path: Path) -> Enrolments:
    return Enrolments(tmp_path)


def told(desk: Enrolments) -> list[Setup]:
    """Give what each kiosk is sent, before it is sealed."""
    sent: list[Setup] = []

    def seal(packed: bytes, _: bytes) -> bytes:
        sent.append(msgspec.json.decode(zlib.decompress(packed), type=Setup))
        return b""

    def publish(topic: str, payload: bytes, *, retain: bool = False) -> bool:
        return topic.endswith("/setup") and not payload and not retain

    with opened(desk.register.home) as (home, store, office), store.reading() as connection:
        teller = SetupTeller(office.body, seal=seal, publish=publish, identity_key=home.secrets.identity_key)
        teller.tell_changes(Registry(connection, office.body))
    return sent


def load(desk: Enrolments, section: str) -> None:
    tour = desk.register.path / "again.toml"
    tour.write_text(EXAMPLE.read_text(encoding="utf-8") + section, encoding="utf-8")
    desk.register.type("tour", "load", tour)


def test_kiosks_that_ask_for_national_ids_get_the_key_and_no_others(desk: Enrolments) -> None:
    with opened(desk.register.home) as (home, _, _):
        key = home.secrets.identity_key
        assert len(key) == KEY_BYTES
        assert key != bytes.fromhex(home.secrets.digest_key)
    before = told(desk)
    assert [setup.identity_key for setup in before] == [key, key]
    load(desk, SECTION.replace(', "national_id"]', "]"))
    after = told(desk)
    assert [setup.identity_key for setup in after] == [b"", b""]
    assert after[0].version > before[0].version
    load(desk, "")
    assert [setup.version for setup in told(desk)] == [setup.version for setup in after]


def test_a_backup_without_keys_lacks_this_one_too(desk: Enrolments) -> None:
    with opened(desk.register.home) as (home, _, _):
        key = home.secrets.identity_key
    [setup] = desk.rows(t.fair_setup)
    assert not any(form in setup["content"] for form in (key, base64.b64encode(key), key.hex().encode()))
