"""Backups: what is put back is what was there, on either engine; what is no backup changes nothing."""

import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from server import ServerError
from server.backup import Backup, back_up
from server.bootstrap import restored, run_until_stopped
from server.restore import Restored
from server.rules.members.member import Member
from server.settings import BodyKeys, Home, make_home
from server.store import copying
from server.store import tables as t
from server.store.audit_log import AuditLog
from server.store.engine import Store
from server.store.member_counts import MemberCounts
from server.store.members import Members
from server.store.registry import Registry
from tests.server.facts import (
    BODY,
    DEVICE,
    EPOCH,
    FAIR,
    House,
    batch,
    feedback,
    offset,
    passage,
    raw,
    sign_up,
    visit,
    void,
)
from wire.events import Unknown

KEYS = BodyKeys(signing="1" * 64, card_keys={"1": "2" * 64})


def home_at(path: Path, database: str, keys: BodyKeys = KEYS) -> Home:
    home = make_home(
        path, listen="127.0.0.1:1", broker="", kiosk_broker="mqtt://127.0.0.1:1", database=database, web=""
    )
    home.secrets.bodies[BODY] = keys
    home.save_secrets()
    return home


def filled(home: Home) -> House:
    """Give a ledger with some of everything in it."""
    house = House(Store(home.database))
    with house.store.writing() as connection:
        registry = Registry(connection, BODY)
        registry.put_body({"ar": "المؤسسة"}, bytes(home.secrets.body_key(BODY).verify_key))
        registry.put_programme(FAIR, 5, b"\x00\xff a signed message")
        registry.put_logo(FAIR, "5e" * 32, b"\x89PNG\r\n\x00\xff")
        registry.revoke_card("0001-00c0ffee00c0ff", 7, "lost")
    house.take(batch(1, visit(1, 1), visit(2, 2), visit(3, None), void(4, 2), offset(5, 1000)))
    house.take(batch(6, visit(1, 9), raw(7, Unknown(kind="later", raw='{"نص":"a\\n"}'.encode()))))
    house.take(batch(9, visit(8, 3)))
    house.take(batch(9, visit(9, 4)))
    told = feedback(11, "venue", face=2, sealed=b"\x00\xff sealed words")
    house.take(batch(1, sign_up(10, 1), told, passage(12, "in", 2), epoch=EPOCH + 1))
    return house


def everything(store: Store) -> dict[str, list[dict[str, Any]]]:
    with store.reading() as connection:
        return {
            name: sorted(map(dict, connection.execute(select(table)).mappings()), key=repr)
            for name, table in t.metadata.tables.items()
        }


def made(home: Home, house: House, file: Path, **how: Any) -> Backup:
    how = {"with_secrets": False, "on_rows": lambda _, __: None, **how}
    return back_up(home, house.store, BODY, file, **how)


def put_back(file: Path, directory: Path, *, replace: bool = False) -> Restored:
    return restored(file, directory, replace=replace, on_rows=lambda _, __: None)


@pytest.fixture
def home(tmp_path: Path, database_url: str) -> Home:
    return home_at(tmp_path / "server", database_url)


@pytest.fixture
def house(home: Home) -> Iterator[House]:
    house = filled(home)
    yield house
    house.store.close()


@pytest.fixture
def there(tmp_path: Path) -> Home:
    """Give another server of the same keys, with nothing in its ledger."""
    home = home_at(tmp_path / "there", "")
    Store(home.database).close()
    return home


def test_a_backup_holds_every_row_of_every_table(home: Home, house: House, tmp_path: Path) -> None:
    backup = made(home, house, tmp_path / "b")
    rows = {name: len(found) for name, found in everything(house.store).items()}
    assert {name: entry.rows for name, entry in backup.manifest.tables.items()} == rows
    assert rows["fact"] == 11
    assert rows["tally"] == 10
    assert rows["fair_logo"] == 1
    assert rows["quarantine"] == 2
    assert backup.file.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_what_is_put_back_is_what_was_there(home: Home, house: House, there: Home, tmp_path: Path) -> None:
    before = everything(house.store)
    put_back(made(home, house, tmp_path / "b").file, there.path)
    store = Store(there.database)
    assert everything(store) == before
    store.close()


def test_a_ledger_goes_from_one_engine_to_the_other_and_on(
    home: Home, house: House, there: Home, tmp_path: Path
) -> None:
    """From either engine to SQLite, and back to where it came from; new facts find free numbers."""
    first = made(home, house, tmp_path / "b")
    put_back(first.file, there.path)
    before, totals = everything(house.store), house.total()
    store = Store(there.database)
    second = back_up(there, store, BODY, tmp_path / "c", with_secrets=False, on_rows=lambda _, __: None)
    store.close()
    put_back(second.file, home.path, replace=True)
    assert everything(house.store) == before
    assert house.total() == totals
    taken = house.take(batch(10, visit(20, 20)))
    assert taken.verdicts == {"accepted": 1}
    assert house.mark(DEVICE).highest == 10


def test_a_backup_is_of_one_moment_while_facts_come_in(home: Home, house: House, tmp_path: Path) -> None:
    def also(_so_far: int, _in_all: int) -> None:
        house.take(batch(20, visit(30, 30)))

    backup = made(home, house, tmp_path / "b", on_rows=also)
    assert backup.manifest.facts == backup.manifest.tables["fact"].rows


@pytest.mark.parametrize("secrets", [False, True])
def test_keys_are_in_it_where_that_is_asked_for_alone(
    home: Home,
    house: House,
    tmp_path: Path,
    secrets: bool,  # noqa: FBT001 - drawn
) -> None:
    backup = made(home, house, tmp_path / "b", with_secrets=secrets)
    with zipfile.ZipFile(backup.file) as packed:
        held = b"".join(packed.read(name) for name in packed.namelist())
    assert (home.secrets.server_sealing.encode() in held) == secrets
    assert (KEYS.signing.encode() in held) == secrets
    assert ("files/secrets.json" in zipfile.ZipFile(backup.file).namelist()) == secrets


def test_a_new_directory_needs_the_keys(home: Home, house: House, tmp_path: Path) -> None:
    backup = made(home, house, tmp_path / "b")
    with pytest.raises(ServerError, match=r"put your copy of it there first"):
        put_back(backup.file, tmp_path / "new")
    assert list((tmp_path / "new").iterdir()) == []


def test_a_ledger_of_other_keys_is_refused(home: Home, house: House, tmp_path: Path) -> None:
    other = home_at(tmp_path / "other", "", BodyKeys(signing="3" * 64, card_keys={}))
    with pytest.raises(ServerError, match="is not the one that belongs to this backup"):
        put_back(made(home, house, tmp_path / "b").file, other.path)


def test_a_newer_ledger_stays_unless_it_is_to_be_replaced(home: Home, house: House, tmp_path: Path) -> None:
    backup = made(home, house, tmp_path / "b")
    put_back(backup.file, home.path)
    house.take(batch(40, visit(40, 40)))
    newer = everything(house.store)
    with pytest.raises(ServerError, match="newer than this backup"):
        put_back(backup.file, home.path)
    assert everything(house.store) == newer
    kept = put_back(backup.file, home.path, replace=True).kept
    assert kept is not None
    put_back(kept, home.path)
    assert everything(house.store) == newer, "what was there was kept whole"


def test_a_running_server_is_left_alone(home: Home, house: House, tmp_path: Path) -> None:
    backup = made(home, house, tmp_path / "b")
    with home.locked(), pytest.raises(ServerError, match="already runs on"):
        put_back(backup.file, home.path, replace=True)


def test_a_trial_in_a_new_directory_leaves_the_ledger_that_runs(
    home: Home, house: House, tmp_path: Path
) -> None:
    """The settings come from the backup, and with them where the ledger is."""
    backup = made(home, house, tmp_path / "b", with_secrets=True)
    house.take(batch(40, visit(40, 40)))
    before = everything(house.store)
    for replace in (False, True):
        with pytest.raises(ServerError, match=r"server\.toml came from the backup") as told:
            put_back(backup.file, tmp_path / "trial", replace=replace)
        assert house.store.shown in str(told.value)
    assert everything(house.store) == before
    assert [path.name for path in (tmp_path / "trial").iterdir()] == ["server.lock"]
    put_back(backup.file, home.path, replace=True)


def test_settings_that_were_lost_come_back_to_the_ledger_beside_them(
    house: House, home: Home, there: Home, tmp_path: Path
) -> None:
    put_back(made(home, house, tmp_path / "b").file, there.path)
    store = Store(there.database)
    of_there = back_up(there, store, BODY, tmp_path / "c", with_secrets=False, on_rows=lambda _, __: None)
    store.close()
    (there.path / "server.toml").unlink()
    assert put_back(of_there.file, there.path).files == ["server.toml"]


def test_a_ledger_on_which_another_directorys_server_runs_is_left_alone(
    postgres_url: str, tmp_path: Path
) -> None:
    home, other = home_at(tmp_path / "server", postgres_url), home_at(tmp_path / "other", postgres_url)
    house = filled(home)
    backup = made(home, house, tmp_path / "b")
    before = everything(house.store)
    with house.store.held():
        with pytest.raises(ServerError, match=r"a server runs on the ledger at .* stop it first"):
            put_back(backup.file, other.path, replace=True)
        with pytest.raises(ServerError, match=r"a server runs on the ledger at .* stop it first"):
            run_until_stopped(other.path)
        assert everything(house.store) == before
    put_back(backup.file, other.path, replace=True)
    house.store.close()


def test_looks_since_the_backup_make_a_ledger_newer(home: Home, house: House, tmp_path: Path) -> None:
    """Whatever leaves no fact behind leaves a row in the log: lists, accounts, decisions."""
    key = bytes.fromhex(home.secrets.digest_key)
    with house.store.writing() as connection:
        AuditLog(connection, BODY).append(key, at=1, who="nadia", what="find")
    backup = made(home, house, tmp_path / "b")
    put_back(backup.file, home.path)
    with house.store.writing() as connection:
        AuditLog(connection, BODY).append(key, at=2, who="nadia", what="import")
    with pytest.raises(ServerError, match=r"newer than this backup .* 2 rows .* the backup 11 and 1\)"):
        put_back(backup.file, home.path)
    put_back(backup.file, home.path, replace=True)


def test_a_backup_of_several_bodies_is_put_back_where_nothing_is_newer(
    home: Home, house: House, tmp_path: Path
) -> None:
    home.secrets.bodies["other"] = BodyKeys(signing="4" * 64, card_keys={})
    home.save_secrets()
    with house.store.writing() as connection:
        key = bytes(home.secrets.body_key("other").verify_key)
        Registry(connection, "other").put_body({"fr": "Autre"}, key)
    how: dict[str, Any] = {"with_secrets": False, "on_rows": lambda _, __: None}
    put_back(back_up(home, house.store, "", tmp_path / "b", **how).file, home.path)


def test_whatever_is_cut_or_flipped_changes_nothing(
    home: Home, house: House, there: Home, tmp_path: Path
) -> None:
    content = made(home, house, tmp_path / "b").file.read_bytes()
    store = Store(there.database)
    nothing, all_of_it = everything(store), everything(house.store)
    step = max(1, len(content) // 150)
    damaged = [
        b"these are my notes",
        *(content[:length] for length in (0, 1, 100, len(content) // 2, len(content) - 1)),
        *(
            content[:at] + bytes([content[at] ^ 0x55]) + content[at + 1 :]
            for at in range(0, len(content), step)
        ),
    ]
    words = []
    for each in damaged:
        (tmp_path / "damaged").write_bytes(each)
        words.append(why_not(tmp_path / "damaged", there.path))
        # A byte of the zip's own may say nothing of what it holds: a time, an attribute.
        assert everything(store) == (nothing if words[-1] else all_of_it)
        with store.writing() as connection:
            copying.empty(connection)
    store.close()
    assert all(words[:6])
    assert sum(map(bool, words)) > 100
    assert all("use another backup" in each or "name a file" in each for each in words if each)


def why_not(file: Path, directory: Path) -> str:
    """Put a backup back, or give the words that refuse it."""
    try:
        put_back(file, directory)
    except ServerError as problem:
        return str(problem)
    return ""


def test_members_of_a_backup_that_does_not_count_them_are_counted(
    home: Home, house: House, there: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with house.store.writing() as connection:
        Members(connection, BODY).add([Member(member="1" * 16, territory="fes")], 5)
    older = [name for name in copying.table_names() if name != "member_count"]
    with monkeypatch.context() as patched:
        patched.setattr(copying, "table_names", lambda: older)
        backup = made(home, house, tmp_path / "b")
    put_back(backup.file, there.path)
    store = Store(there.database)
    with store.reading() as connection:
        assert MemberCounts(connection, BODY).by_home() == {"fes": 1}
    store.close()


def test_a_backup_of_a_newer_version_is_refused(home: Home, house: House, tmp_path: Path) -> None:
    backup = made(home, house, tmp_path / "b")
    newer = tmp_path / "newer"
    with zipfile.ZipFile(backup.file) as old, zipfile.ZipFile(newer, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "manifest.json":
                content = content.replace(b'"format": 1', b'"format": 2')
            new.writestr(name, content)
    with pytest.raises(ServerError, match="newer Riwaq"):
        put_back(newer, home.path, replace=True)


def test_a_place_that_will_not_do_is_told(home: Home, house: House, tmp_path: Path) -> None:
    (tmp_path / "there").touch()
    for target, words in ((tmp_path / "there", "exists already"), (tmp_path / "a" / "b", "no directory")):
        with pytest.raises(ServerError, match=words):
            made(home, house, target)
    assert made(home, house, tmp_path).file.name.startswith(f"{BODY}-")
