"""Who was shut out since a backup was made stays out when it is put back: cards, kiosks, staff, accounts."""

from pathlib import Path
from typing import Any, Final, NamedTuple

import msgspec
import pytest
from sqlalchemy import select

from server.account_office import AccountOffice
from server.accounts import Accounts
from server.bootstrap import opened
from server.office import Office, now_ms
from server.pairings import Pairings
from server.rules.access import Holder, Role
from server.staff import Staff
from server.store import tables as t
from server.store.registry import Registry
from tests.server.members.register import Register, made_register
from wire.card import CardIdentity
from wire.programme import Programme, Revocations, open_programme, open_revocations
from wire.setup import Setup

FAIR: Final = "rabat-2024"
LOST: Final = "0001-00000000000001"
LOST_LATER: Final = "0001-00000000000002"
WORDS: Final = "the ones that were told to nobody"


class Said(NamedTuple):
    """What kiosks are told."""

    programme: Programme
    revocations: Revocations
    setup: Setup

    @property
    def versions(self) -> list[int]:
        return [self.programme.version, self.revocations.version, self.setup.version]


@pytest.fixture
def either(tmp_path: Path, database_url: str) -> Register:
    return made_register(tmp_path, database_url)


@pytest.fixture
def register(tmp_path: Path) -> Register:
    return made_register(tmp_path)


def said(register: Register) -> Said:
    with opened(register.home) as (_, store, office), store.reading() as connection:
        registry, key = Registry(connection, office.body), office.body_public_key
        kept = registry.revocations()
        assert kept
        return Said(
            open_programme(registry.programmes()[FAIR][1], key),
            open_revocations(kept[1], key),
            msgspec.json.decode(registry.setups()[FAIR][1], type=Setup),
        )


def rows(register: Register, table: Any) -> list[dict[str, Any]]:
    with opened(register.home) as (_, store, _), store.reading() as connection:
        return [dict(row) for row in connection.execute(select(table)).mappings()]


def kiosk(office: Office, name: str) -> str:
    with office.acting() as registry:
        booth = msgspec.json.decode(registry.fairs()[0].definition)["booths"][0]["id"]
    return office.add_kiosk(name, booth, FAIR).row.device


def backed_up(register: Register) -> Path:
    file = register.path / "before.riwaq-backup"
    register.type("backup", file)
    return file


def test_who_was_shut_out_since_the_backup_stays_out(either: Register) -> None:
    with opened(either.home) as (_, store, office):
        stolen, good = kiosk(office, "stolen"), kiosk(office, "good")
        office.revoke_card(CardIdentity.parse(LOST), "lost")
        staff = Staff(store, office, clock=now_ms)
        gone, here = (
            staff.add(name, fair=FAIR, booth="", language="fr", hand_over=lambda _: None).row
            for name in ("gone", "here")
        )
    file = backed_up(either)
    with opened(either.home) as (_, store, office):
        office.revoke_card(CardIdentity.parse(LOST_LATER), "lost later")
        office.revoke_kiosk(stolen, "stolen")
        Staff(store, office, clock=now_ms).revoke(gone.staff_id)
    then, refused = said(either), rows(either, t.revoked_card)

    done = either.json("restore", file, "--replace")
    assert done["shut_out"] == {"cards": 2, "kiosks": 1, "staff": 1, "accounts": 0}
    now = said(either)
    assert now.revocations.cards == then.revocations.cards
    assert sorted([LOST, LOST_LATER, gone.card]) == sorted(now.revocations.cards)
    assert [key.key_id for key in now.revocations.keys] == [key.key_id for key in then.revocations.keys] != []
    assert [entry.device for entry in now.programme.kiosks] == [good]
    assert [each.staff_id for each in now.setup.staff] == [here.staff_id]
    assert all(new > old for new, old in zip(now.versions, then.versions, strict=True)), "kiosks take them"
    assert sorted(map(str, rows(either, t.revoked_card))) == sorted(map(str, refused))

    with opened(either.home) as (_, store, office):
        assert [row.name for row in office.revoked_kiosks()] == ["stolen"]
        assert stolen not in [account.name for account in office.accounts()[office.body]]
        assert Staff(store, office, clock=now_ms).revoke(gone.staff_id)[1] is False
        # The next card that is lost makes the list longer.
        office.revoke_card(CardIdentity.parse("0001-00000000000003"), "lost")
    assert set(said(either).revocations.cards) > set(then.revocations.cards)


def test_what_the_backup_knows_is_not_told_again(register: Register) -> None:
    with opened(register.home) as (_, _, office):
        office.revoke_card(CardIdentity.parse(LOST), "lost")
        office.revoke_kiosk(kiosk(office, "stolen"), "stolen")
    file = backed_up(register)
    told = register.type("restore", file, "--replace")
    assert "shut out" not in told
    assert register.json("restore", file, "--replace")["shut_out"] == dict.fromkeys(
        ("cards", "kiosks", "staff", "accounts"), 0
    )


def test_a_kiosk_that_the_backup_does_not_know_leaves_its_key_to_the_next(register: Register) -> None:
    """Its place among the keys is given again: to refuse that one would refuse another's cards."""
    file = backed_up(register)
    with opened(register.home) as (_, _, office):
        office.revoke_kiosk(kiosk(office, "stolen"), "stolen")
    assert register.json("restore", file, "--replace")["shut_out"]["kiosks"] == 0
    with opened(register.home) as (_, _, office):
        kiosk(office, "another")
        office.revoke_card(CardIdentity.parse(LOST), "lost")
    with opened(register.home) as (_, store, office), store.reading() as connection:
        kept = Registry(connection, office.body).revocations()
        assert kept
        assert open_revocations(kept[1], office.body_public_key).keys == []


def test_the_code_of_a_kiosk_that_was_stolen_is_good_no_more(register: Register) -> None:
    """It was not used yet when the backup was made."""
    with opened(register.home) as (home, store, office):
        Pairings(home, store, office, clock=now_ms).make("stolen", "bank", FAIR)
    file = backed_up(register)
    [code] = rows(register, t.pairing)
    with opened(register.home) as (_, _, office), office.acting() as registry:
        registry.revoke_kiosk(code["device"], now_ms(), "stolen")
    register.type("restore", file, "--replace")
    assert rows(register, t.pairing) == []


def test_accounts_stay_as_they_are_now(either: Register) -> None:
    with opened(either.home) as (home, store, office):
        desk = AccountOffice(home, store, office.body, clock=now_ms, who="test")
        doors = Accounts(home, store, clock=now_ms)
        holder = Holder(office.body, Role.NATIONAL)
        links = {name: desk.add(name, holder) for name in ("nadia", "omar", "salma", "amal")}
        for name in ("nadia", "omar", "amal"):
            assert doors.set_password(links[name], f"{WORDS} of {name}")
        tokens = {name: desk.token(name, Holder(office.body, Role.AUDITOR)) for name in ("board", "portal")}
    file = backed_up(either)
    with opened(either.home) as (home, store, office):
        desk = AccountOffice(home, store, office.body, clock=now_ms, who="test")
        doors = Accounts(home, store, clock=now_ms)
        desk.disable("nadia")
        assert doors.set_password(desk.link("omar"), f"{WORDS}, another")
        assert doors.set_password(links["salma"], WORDS)
        desk.change("amal", Holder(office.body, Role.AUDITOR))
        desk.revoke_token("board")
        fresh = desk.token("portal", None)
        desk.add("later", holder)
    assert either.json("restore", file, "--replace")["shut_out"]["accounts"] == 6
    with opened(either.home) as (home, store, _):
        doors = Accounts(home, store, clock=now_ms)
        assert doors.verify("nadia", f"{WORDS} of nadia") is None
        assert doors.verify("omar", f"{WORDS} of omar") is None
        assert doors.verify("omar", f"{WORDS}, another")
        assert doors.linked(links["salma"]) is None, "it was used"
        assert doors.verify("salma", WORDS)
        amal = doors.verify("amal", f"{WORDS} of amal")
        assert amal
        assert amal.holder.role is Role.AUDITOR
        assert doors.program(tokens["board"]) is None
        assert doors.program(tokens["portal"]) is None
        assert doors.program(fresh)
        assert doors.find("later") is None


def test_an_older_ledger_changes_no_password_back(register: Register) -> None:
    """Put back by mistake, and then what it had replaced: the newer passwords are the backup's."""

    def set_password(words: str, link: str = "") -> None:
        with opened(register.home) as (home, store, office):
            desk = AccountOffice(home, store, office.body, clock=now_ms, who="test")
            link = link or desk.link("nadia")
            assert Accounts(home, store, clock=now_ms).set_password(link, words)

    def lets_in(words: str) -> bool:
        with opened(register.home) as (home, store, _):
            return Accounts(home, store, clock=now_ms).verify("nadia", words) is not None

    with opened(register.home) as (home, store, office):
        desk = AccountOffice(home, store, office.body, clock=now_ms, who="test")
        link = desk.add("nadia", Holder(office.body, Role.NATIONAL))
    set_password(WORDS, link)
    before, after = backed_up(register), register.path / "after.riwaq-backup"
    set_password(f"{WORDS}, another")
    register.type("backup", after)
    (register.home / "ledger.db").unlink()
    register.type("restore", before)
    assert lets_in(WORDS)
    register.type("account", "disable", "nadia")
    assert register.json("restore", after)["shut_out"]["accounts"] == 1
    assert not lets_in(f"{WORDS}, another"), "to be shut out is never taken back by itself"
    register.type("account", "enable", "nadia")
    assert lets_in(f"{WORDS}, another")
    assert not lets_in(WORDS)


def test_where_no_ledger_was_people_are_told_to_shut_out_again(register: Register) -> None:
    file = backed_up(register)
    ledger = register.home / "ledger.db"
    ledger.rename(register.path / "damaged.db")
    told = register.type("restore", file)
    assert "must be shut out again" in told
    ledger.unlink()
    assert register.json("restore", file)["shut_out"] is None


def test_a_ledger_that_cannot_be_read_is_said_to_take_that_with_it(register: Register) -> None:
    file, ledger = backed_up(register), register.home / "ledger.db"
    with opened(register.home) as (_, store, _), store.reading() as connection:
        schema = "SELECT name, rootpage FROM sqlite_master WHERE name IN ('fact', 'alembic_version')"
        pages = {name: root - 1 for name, root in connection.exec_driver_sql(schema)}
        [(size,)] = connection.exec_driver_sql("PRAGMA page_size")
    content = ledger.read_bytes()
    for page, why in ((pages["fact"], "cannot be read"), (pages["alembic_version"], "cannot be opened")):
        ledger.write_bytes(content[: page * size] + b"\xff" * size + content[(page + 1) * size :])
        told = register.type("restore", file, "--replace", code=1)
        assert why in told
        assert "Move a damaged ledger.db" in told
        assert "must be shut out again" in told


def test_people_are_told_how_many_stay_out(register: Register) -> None:
    file = backed_up(register)
    with opened(register.home) as (_, _, office):
        office.revoke_card(CardIdentity.parse(LOST), "lost")
        office.revoke_card(CardIdentity.parse(LOST_LATER), "lost")
    told = register.type("restore", file, "--replace")
    assert "shut out since the backup stay out: 2 cards." in told
    [row] = [row for row in register.log() if row["what"] == "restore"]
    assert row["detail"]["counts"] == {"cards": 2, "kiosks": 0, "staff": 0, "accounts": 0}
    assert register.json("audit", "verify")["whole"] is True
