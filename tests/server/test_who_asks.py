"""Who may ask about members, how often, and what of it stands in the audit log."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from nacl.signing import SigningKey
from sqlalchemy import update

from server.rules.members.bounds import MOST_ASKS, MOST_HEARD, WINDOW_MS
from server.staff import Staff
from server.store import tables as t
from server.store.audit_log import AuditLog
from server.store.engine import TransactionError
from tests.programs import FAIR
from tests.server.asking_desk import CANARIES, NOW, Desk, desk_at
from wire.asking import (
    FRESH_MS,
    Find,
    Household,
    Matches,
    NotTold,
)


@pytest.fixture
def desk(tmp_path: Path, database_url: str) -> Iterator[Desk]:
    """Give one on each engine in turn."""
    with desk_at(tmp_path, database_url) as desk:
        yield desk


@pytest.fixture
def single(tmp_path: Path) -> Iterator[Desk]:
    """Give one on SQLite, for what the engine has no part in."""
    with desk_at(tmp_path) as desk:
        yield desk


# -- who asks --------------------------------------------------------------------------------


def test_only_staff_of_the_kiosks_fair_are_told_anything(single: Desk) -> None:
    unknown = NotTold(code="unknown_staff")
    assert single.told(Find(text="karim"), staff_id="999") == unknown
    Staff(single.store, single.office, clock=lambda: single.now).revoke(single.staff_id)
    assert single.told(Find(text="karim")) == unknown
    assert [row[3] for row in single.rows()] == [{"members": [], "told": "unknown_staff"}] * 2


def test_staff_of_another_fair_are_nobody_here(single: Desk) -> None:
    with single.store.writing() as connection:
        connection.execute(update(t.staff).values(fair="elsewhere"))
    assert single.told(Find(text="karim")) == NotTold(code="unknown_staff")


def test_an_ask_of_another_device_or_key_is_not_answered(single: Desk) -> None:
    other = single.office.add_kiosk("K-08", "bank", FAIR)
    ask = single.ask(Find(text="Karim Bennani"))
    assert single.refusal(ask, key=SigningKey(other.batch_seed)) == "bad_signature"
    assert single.refusal(msgspec.structs.replace(ask, device=other.row.device)) == "wrong_device"
    assert single.refusal(ask, key=SigningKey.generate()) == "bad_signature"
    assert len(single.hear(ask).matches) == 1  # type: ignore[union-attr]


def test_an_old_ask_and_one_that_came_before_are_not_answered(single: Desk) -> None:
    for offset in (-FRESH_MS - 1, FRESH_MS + 1):
        assert single.refusal(single.ask(Find(text="Karim"), asked_at=NOW + offset)) == "stale"
    for offset in (-FRESH_MS, 0, FRESH_MS):
        ask = single.ask(Find(text="karim"), asked_at=NOW + offset)
        assert isinstance(single.hear(ask), Matches)
        assert single.refusal(ask) == "replayed"
    # The nonce alone counts: the same with another question is no other ask.
    assert single.refusal(msgspec.structs.replace(ask, question=Find(text="omar"))) == "replayed"
    # The one that was ahead is fresh for longer, and known for as long.
    single.now += 2 * FRESH_MS
    assert single.refusal(ask) == "replayed"
    single.now += 1
    assert single.refusal(ask) == "stale"


def test_an_ask_that_the_ledger_could_not_take_may_come_again(
    single: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask = single.ask(Find(text="karim"))

    def full(*_: object, **__: object) -> int:
        raise TransactionError("database or disk is full")

    monkeypatch.setattr(AuditLog, "append", full)
    with pytest.raises(TransactionError):
        single.hear(ask)
    monkeypatch.undo()
    assert isinstance(single.hear(ask), Matches)


def test_a_busy_desk_is_answered_and_a_walk_through_the_register_is_not(single: Desk) -> None:
    # Whoever forgot the card is found and confirmed, one after the other, and at times found twice.
    for second in range(0, 12 * 60, 6):
        single.now = NOW + second * 1000
        assert isinstance(single.told(Find(text="karim")), Matches)
    single.now += WINDOW_MS
    for _ in range(MOST_ASKS):
        assert isinstance(single.told(Find(text="karim")), Matches)
        single.now += 10
    last_answered = single.now - 10
    for _ in range(MOST_HEARD - MOST_ASKS):
        assert single.told(Find(text="karim")) == NotTold(code="too_many")
        single.now += 10
    asks = len(single.rows())
    assert single.refusal(single.ask(Find(text="Karim"))) == "too_many"
    assert len(single.rows()) == asks
    # Another kiosk of the hall is not held up.
    mine, single.kiosk = single.kiosk, single.office.add_kiosk("K-08", "bank", FAIR)
    assert isinstance(single.told(Find(text="karim")), Matches)
    single.kiosk = mine
    # Those that were not answered make it wait no longer.
    single.now = last_answered + WINDOW_MS
    assert isinstance(single.told(Find(text="karim")), Matches)


# -- the audit log ---------------------------------------------------------------------------


def test_every_look_is_one_row_that_says_who_looked_at_whom_and_not_what_was_typed(desk: Desk) -> None:
    cards = desk.cards()
    karim, salma, fatima = (desk.register.id_of(each) for each in ("0012345", "salma", "fatima"))
    desk.likely(name_ar="كريم بناني", phone="0612345678", birth="1960-05-31")
    desk.find("karim")
    desk.confirm(karim, "employee_number", "9999999")
    desk.confirm(karim, "employee_number", "0012345")
    desk.confirm(salma, "birth", "2012-03")
    desk.household(cards["Karim Bennani"])
    desk.told(Household(card="0001-00c0ffee00c0ff"))
    who = f"staff {desk.staff_id} at K-07"
    assert desk.rows() == [
        (who, "ask likely", "", {"members": [karim]}),
        (who, "ask find", "", {"members": [karim]}),
        (who, "ask confirm", karim, {"members": [], "confirmed": False}),
        (who, "ask confirm", karim, {"members": [karim], "confirmed": True}),
        (who, "ask confirm", salma, {"members": [], "told": "not_asked"}),
        (who, "ask household", karim, {"members": sorted([salma, fatima])}),
        (who, "ask household", "", {"members": [], "told": "unknown_card"}),
    ]
    assert not [canary for canary in CANARIES if canary in str(desk.rows())]
    assert desk.register.json("audit", "verify")["whole"] is True
    shown = desk.register.type("audit", "show", "--about", karim)
    assert f"{who}: ask confirm {karim}" in shown


def test_nothing_of_an_ask_rests_in_the_database(single: Desk) -> None:
    single.find("Zanaga Qanary")
    single.likely(name_ar="زنكة كناري", phone="0661223344")
    found = list(single.home.path.glob("ledger.db*"))
    assert found
    for path in found:
        for canary in ("Zanaga", "Qanary", "zanaga", "زنكة", "661223344"):
            assert canary.encode() not in path.read_bytes(), path
