"""What kiosks registered becomes members: once, whatever comes first, twice, late or odd."""

import itertools
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import pytest
from nacl.signing import SigningKey
from sqlalchemy import update

from server.bootstrap import opened
from server.members.member_import import MemberImport
from server.members.membership import Membership
from server.office import OfficeError
from server.rules.members.columns import columns_of
from server.rules.members.rows import ListRow, RowReader
from server.store import tables as t
from server.store.engine import Store
from tests.server.enrolments import KARIM, SALMA, Enrolments, void
from tests.server.facts import NINE, event_id
from wire.card import Category
from wire.envelope import seal_batch
from wire.events import CardRef, Fact, Visit
from wire.national_id import hashed
from wire.stick import SUFFIX, StickWriter


@pytest.fixture
def desk(tmp_path: Path) -> Enrolments:
    return Enrolments(tmp_path)


@pytest.fixture
def either(tmp_path: Path, database_url: str) -> Enrolments:
    """Give one on each engine in turn."""
    return Enrolments(tmp_path, database_url)


# -- a registration --------------------------------------------------------------------------


def test_a_registration_makes_a_member_with_card_and_consents(either: Enrolments) -> None:
    either.bring((1, either.registration(1, KARIM)))
    for text in ("بناني كريم", "karim benn", "06 12 34 56 78", "0012345", either.card(1).identity):
        assert either.register.found(text) == ["Karim Bennani"], text
    shown = either.shown("karim")
    assert {name: shown[name] for name in KARIM} == KARIM
    assert shown["cards"] == [{"card": either.card(1).identity, "revoked": False}]
    [consent] = either.rows(t.member_consent)
    assert consent["member"] == shown["member"]
    assert (consent["consent"], consent["version"], consent["language"]) == ("messages", 1, "ar")
    assert (consent["at"], consent["device"]) == (NINE, either.kiosks["desk"].device)
    [card] = either.rows(t.card)
    assert (card["card"], card["category"], card["issued_at"]) == (either.card(1).identity, 1, NINE)
    assert (card["valid_from"], card["valid_to"]) == ("2026-11-23", "2029-11-22")
    register = next(row for row in either.register.log() if row["what"] == "register")
    assert (register["who"], register["about"]) == ("staff 101 at desk", shown["member"])
    assert either.whole()


def test_nothing_personal_is_left_beside_the_members(desk: Enrolments) -> None:
    desk.take(desk.registration(1, KARIM))
    [waiting] = desk.enrolments()
    assert waiting["outcome"] == ""
    assert waiting["raw"]
    assert not any(text.encode() in waiting["raw"] for text in KARIM.values())
    desk.work_off()
    [row] = desk.enrolments()
    assert (row["outcome"], row["raw"], row["wanted"]) == ("enrolled", b"", "")
    assert desk.card(1).identity not in str(row)
    [fact] = desk.rows(t.fact)
    assert fact["sealed"], "the ledger keeps it sealed until it is erased"
    assert desk.card(1).identity not in str(fact)


def test_twice_by_whichever_way_is_one_member(desk: Enrolments) -> None:
    registered = desk.registration(1, SALMA)
    assert desk.take((1, registered)) is True
    assert desk.take((1, registered)) is False, "a copy in another epoch"
    desk.work_off()
    desk.bring((1, registered))
    assert desk.register.found("salma") == ["Salma Bennani"]
    assert len(desk.rows(t.member_card)) == 1


def test_two_programs_at_once_make_one_member(desk: Enrolments) -> None:
    desk.take(*(desk.registration(number, SALMA) for number in range(1, 20)))
    with opened(desk.register.home) as one, opened(desk.register.home) as two:
        first, second = desk.enrolling(*one), desk.enrolling(*two)
        with ThreadPoolExecutor() as pool:
            assert list(pool.map(lambda each: each.work_off(), (first, second))) == [False, False]
    assert len(desk.rows(t.member)) == 19
    assert len([row for row in desk.register.log() if row["what"] == "register"]) == 19


def test_other_facts_leave_nothing_to_work_off(desk: Enrolments) -> None:
    assert desk.take((1, Visit()), (2, void(1))) is False
    assert desk.enrolments() == []


def test_so_many_at_once_and_then_the_rest(desk: Enrolments) -> None:
    desk.take(*(desk.registration(number, SALMA) for number in range(1, 6)))
    assert desk.with_enrolling(lambda enrolling: enrolling.work_off(2)) is True
    assert desk.outcomes().count("enrolled") == 2
    assert desk.with_enrolling(lambda enrolling: enrolling.work_off(9)) is False
    assert desk.outcomes() == ["enrolled"] * 5


def test_the_national_id_stays_a_hash(desk: Enrolments) -> None:
    with opened(desk.register.home) as (home, _, _):
        kept = hashed("BE123456", home.secrets.identity_key)
    said = KARIM | {"national_id": kept.hash, "national_tail": kept.tail}
    desk.bring(desk.registration(1, said))
    assert desk.shown("karim")["national_tail"] == "456"
    [row] = desk.rows(t.member)
    assert row["national_id"] == kept.hash
    # A list that names the same number is of the same person.
    listed = ("Karim Bennani", "actif", "0012345", "BE123456")
    head = ("Nom et prénom", "Catégorie", "N° PPR", "CIN")
    assert desk.register.take(listed, head=head)["same"] == 1


def test_what_is_unfit_is_left_out_and_told(desk: Enrolments) -> None:
    odd = KARIM | {"phone": "12", "email": "nobody", "birth": "2999-01-01", "moon": "full"}
    desk.bring(desk.registration(1, odd))
    shown = desk.shown("karim")
    assert (shown["phone"], shown["email"], shown["birth"]) == ("", "", "")
    assert shown["employee_number"] == "0012345"
    [row] = desk.enrolments()
    assert row["doubt"] == "unfit:birth,email,phone"


def test_the_category_and_the_language_are_the_cards(desk: Enrolments) -> None:
    card = CardRef(
        key_id=desk.kiosks["desk"].card_key_id,
        card_id="0" * 13 + "7",
        category=Category.WIDOW,
        language="zgh",
    )
    desk.bring(desk.registration(7, KARIM, card=card))
    shown = desk.shown("karim")
    assert (shown["category"], shown["language"]) == ("widow", "zgh")


# -- somebody who is known -------------------------------------------------------------------

LIST = ("Nom et prénom", "الاسم الكامل", "Catégorie", "N° PPR", "GSM", "Date de naissance")


def test_who_has_the_employee_number_is_that_member(desk: Enrolments) -> None:
    listed = ("Karim BENNANI", "", "actif", "0012345", "0661111111", "")
    assert desk.register.take(listed, head=LIST)["new"] == 1
    member = desk.register.id_of("0012345")
    desk.bring(desk.registration(1, KARIM))
    shown = desk.shown("0012345")
    assert shown["member"] == member
    assert (shown["name_ar"], shown["birth"]) == (KARIM["name_ar"], KARIM["birth"]), (
        "what was empty is filled"
    )
    assert (shown["name_latin"], shown["phone"]) == ("Karim BENNANI", "+212661111111"), "and no more"
    assert shown["cards"] == [{"card": desk.card(1).identity, "revoked": False}]
    assert desk.register.found("كريم") == ["Karim BENNANI"]
    [row] = desk.enrolments()
    assert (row["outcome"], row["member"], row["doubt"]) == ("linked", member, "differs:phone")


def test_who_looks_alike_is_another_member_and_a_doubt(desk: Enrolments) -> None:
    desk.bring((1, desk.registration(1, SALMA)), (2, desk.registration(2, SALMA)))
    assert desk.register.found("salma") == ["Salma Bennani", "Salma Bennani"]
    first, second = desk.enrolments()
    assert (first["doubt"], second["doubt"]) == ("", f"like:{first['member']}")


def test_other_days_of_birth_are_other_people(desk: Enrolments) -> None:
    desk.bring((1, desk.registration(1, SALMA)), (2, desk.registration(2, SALMA | {"birth": "1990-01-02"})))
    assert [row["doubt"] for row in desk.enrolments()] == ["", ""]


def test_who_had_left_and_is_registered_anew_has_rights_again(desk: Enrolments) -> None:
    desk.register.take(("Karim Bennani", "", "actif", "0012345", "", ""), head=LIST)
    member = desk.register.id_of("0012345")
    with opened(desk.register.home) as (_, store, _), store.writing() as connection:
        connection.execute(update(t.member).values(deactivated_at=NINE - 1000))
    desk.bring(desk.registration(1, KARIM))
    shown = desk.shown("0012345")
    assert (shown["member"], shown["deactivated_at"]) == (member, None)
    assert not desk.refuses(desk.card(1))
    [row] = desk.enrolments()
    assert row["doubt"] == "was_inactive"


def test_a_late_registration_gives_no_rights_back_that_were_taken_after_it(desk: Enrolments) -> None:
    desk.register.take(("Karim Bennani", "", "actif", "0012345", "", ""), head=LIST)
    desk.register.type("members", "deactivate", desk.register.id_of("0012345"))
    desk.bring(desk.registration(1, KARIM))
    assert desk.shown("0012345")["deactivated_at"] is not None
    assert desk.refuses(desk.card(1))


def importing(store: Store, membership: Membership, path: Path, *rows: tuple[str, ...]) -> MemberImport:
    """Give a list whose rows were compared with what is known."""
    columns = columns_of(["name_latin", "category", "employee_number"], {}, with_national_ids=False)
    reader = RowReader(
        columns, membership.rules, membership.places, today=date(2026, 1, 1), key=membership.identity_key
    )
    found = MemberImport(store, membership, columns, path)
    listed = [ListRow(number, list(row)) for number, row in enumerate(rows, 2)]
    found.prepare(listed, reader, lambda _: None, lambda *_: None)
    return found


def test_a_list_goes_in_beside_registrations_of_others(desk: Enrolments) -> None:
    with desk.register.membership() as (store, membership):
        coming = importing(store, membership, desk.register.home, ("Omar", "actif", "7654321"))
        desk.bring(desk.registration(1, KARIM))
        coming.commit("x", lambda *_: None)
        coming.close()
    assert desk.register.found("7654321") == ["Omar"]


@pytest.mark.parametrize("known", [False, True])
def test_a_list_does_not_write_over_what_was_registered_meanwhile(desk: Enrolments, *, known: bool) -> None:
    if known:
        desk.register.take(("Karim", "", "actif", "0012345", "", ""), head=LIST)
    with desk.register.membership() as (store, membership):
        coming = importing(store, membership, desk.register.home, ("Karim B", "actif", "0012345"))
        desk.bring(desk.registration(1, KARIM))
        with pytest.raises(OfficeError, match="changed meanwhile: nothing was imported"):
            coming.commit("x", lambda *_: None)
        coming.close()
    assert desk.shown("0012345")["phone"] == KARIM["phone"]


# -- households ------------------------------------------------------------------------------


@pytest.mark.parametrize("by", ["card", "number"])
@pytest.mark.parametrize("order", [(1, 2), (2, 1)])
def test_a_dependant_finds_the_principal_in_either_order(
    desk: Enrolments, by: str, order: tuple[int, int]
) -> None:
    principal = desk.card(1, "other").identity if by == "card" else KARIM["employee_number"]
    facts = {
        1: ((1, desk.registration(1, KARIM, kiosk="other")), "other"),
        2: ((2, desk.registration(2, SALMA | {"principal": principal})), "desk"),
    }
    for each in order:
        fact, kiosk = facts[each]
        desk.bring(fact, kiosk=kiosk)
    karim, salma = desk.shown("karim"), desk.shown("salma")
    assert salma["principal"] == karim["member"]
    assert karim["household"] == [salma["member"]]
    assert [(row["doubt"], row["wanted"]) for row in desk.enrolments()] == [("", ""), ("", "")]
    assert desk.whole()


def test_a_principal_may_come_by_a_list(desk: Enrolments) -> None:
    desk.bring(desk.registration(1, SALMA | {"principal": "0012345"}))
    assert desk.enrolments()[0]["wanted"] == "0012345"
    desk.register.take(("Karim Bennani", "", "actif", "0012345", "", ""), head=LIST)
    assert desk.shown("salma")["principal"] == desk.register.id_of("0012345")
    assert desk.enrolments()[0]["wanted"] == ""


def test_nobody_is_their_own_dependant_nor_a_dependants(desk: Enrolments) -> None:
    own = desk.card(1, category=Category.CHILD).identity
    desk.bring((1, desk.registration(1, SALMA | {"principal": own})))
    desk.bring((2, desk.registration(2, KARIM)))
    desk.bring(
        (3, desk.registration(3, SALMA | {"name_latin": "Omar Tazi", "name_ar": "", "principal": "0012345"}))
    )
    third = desk.card(3).identity
    desk.bring(
        (4, desk.registration(4, {"name_latin": "Aya Fassi", "category": "child", "principal": third}))
    )
    omar = desk.shown("omar")
    assert omar["principal"] == desk.register.id_of("0012345")
    assert [desk.shown(name)["principal"] for name in ("salma", "aya")] == ["", ""]
    assert [row["doubt"] for row in desk.enrolments()] == ["principal", "", "", "principal"]
    assert not any(row["wanted"] for row in desk.enrolments())


# -- what cannot be used ---------------------------------------------------------------------


def test_what_cannot_be_used_has_a_code_and_keeps_nobody_waiting(desk: Enrolments) -> None:
    good = desk.registration(1, KARIM)
    odd = {
        "foreign_card": desk.registration(2, SALMA, kiosk="other"),
        "staff_card": desk.registration(3, SALMA, card=desk.card(3, category=Category.STAFF)),
        "unfit": desk.registration(4, {"category": "active", "phone": "0612345678"}),
        "card_taken": desk.registration(1, SALMA),
    }
    sealed_wrongly = good.__class__(
        **{name: getattr(good, name) for name in good.__struct_fields__}
        | {"sealed": b"x" * 80, "card": desk.card(5)}
    )
    desk.bring((1, good), *((number, fact) for number, fact in enumerate((*odd.values(), sealed_wrongly), 2)))
    desk.bring((9, desk.registration(9, SALMA)))
    assert desk.outcomes() == ["enrolled", *odd, "cannot_open", "enrolled"]
    assert desk.register.found("salma") == ["Salma Bennani"]
    assert [row["status"] for row in desk.rows(t.fact)] == ["accepted"] * 7, "the ledger is as it was"
    assert len(desk.told) == 5
    assert not any(text in "".join(desk.told) for text in ("Salma", "سلمى", "0612345678"))
    desk.told.clear()
    desk.work_off()
    assert desk.told == [], "none is tried again"
    status = desk.register.json("status")["enrolments"]
    assert status["not_taken"] == dict.fromkeys([*odd, "cannot_open"], 1)
    assert status["waiting"] == 0


def test_a_code_is_told_once(desk: Enrolments) -> None:
    desk.bring(*(desk.registration(number, SALMA, kiosk="other") for number in range(1, 4)))
    assert len(desk.told) == 1
    assert "foreign_card" in desk.told[0]


# -- voids -----------------------------------------------------------------------------------


@pytest.mark.parametrize("late", [True, False])
def test_a_voided_registration_leaves_no_rights(desk: Enrolments, *, late: bool) -> None:
    facts: list[tuple[int, Fact]] = [(1, desk.registration(1, SALMA)), (2, void(1))]
    for fact in facts if late else reversed(facts):
        desk.bring(fact)
    assert desk.refuses(desk.card(1, category=Category.CHILD))
    assert desk.outcomes() == ["voided"]
    active = [row for row in desk.rows(t.member) if row["deactivated_at"] is None]
    assert active == []
    assert desk.whole()


def test_whoever_was_known_before_outlives_a_void(desk: Enrolments) -> None:
    desk.register.take(("Karim Bennani", "", "actif", "0012345", "", ""), head=LIST)
    desk.bring((1, desk.registration(1, KARIM)), (2, void(1)))
    desk.bring((3, void(1)))
    assert desk.shown("0012345")["deactivated_at"] is None
    assert desk.refuses(desk.card(1))


@pytest.mark.parametrize("order", list(itertools.permutations((1, 2, 3))))
def test_whoever_is_registered_again_after_a_void_stands(desk: Enrolments, order: tuple[int, ...]) -> None:
    facts: dict[int, tuple[Fact, int]] = {
        1: (desk.registration(1, KARIM), 0),
        2: (void(1), 1),
        3: (desk.registration(3, KARIM), 2),
    }
    for number in order:
        fact, minute = facts[number]
        desk.bring((number, fact), minute=minute)
    shown = desk.shown("0012345")
    assert shown["deactivated_at"] is None
    assert desk.refuses(desk.card(1))
    assert not desk.refuses(desk.card(3))
    assert {card["card"]: card["revoked"] for card in shown["cards"]}[desk.card(3).identity] is False


def test_when_every_registration_is_void_nobody_is_left(desk: Enrolments) -> None:
    desk.bring((1, desk.registration(1, KARIM)), (2, desk.registration(2, KARIM)))
    desk.bring((3, void(1)))
    assert desk.shown("0012345")["deactivated_at"] is None
    desk.bring((4, void(2)))
    assert desk.shown("0012345")["deactivated_at"] is not None
    assert desk.refuses(desk.card(2))


# -- restoring -------------------------------------------------------------------------------


def test_an_older_backup_and_what_kiosks_send_again_make_the_same_member(either: Enrolments) -> None:
    backup = either.register.path / "before.riwaq-backup"
    either.register.type("backup", backup)
    registered = either.registration(1, SALMA)
    either.bring((1, registered))
    member = either.shown("salma")["member"]
    after = either.register.path / "after.riwaq-backup"
    either.register.type("backup", after)
    either.register.type("restore", backup, "--replace")
    either.register.type("members", "find", "salma", code=1)
    either.bring((1, registered))
    assert either.shown("salma")["member"] == member
    either.register.type("restore", after, "--replace")
    either.bring((1, registered))
    assert either.shown("salma")["member"] == member
    assert [row["event_id"] for row in either.rows(t.member_card)] == [event_id(1)]
    assert either.whole()


# -- by stick --------------------------------------------------------------------------------


def test_a_stick_brings_members_without_a_server_that_runs(desk: Enrolments) -> None:
    kiosk, writer = desk.kiosks["desk"], StickWriter()
    with opened(desk.register.home) as (home, _, _):
        sealing_key = bytes(home.secrets.sealing_key.public_key)
    batch = seal_batch(
        [desk.event(1, desk.registration(1, KARIM))],
        device=kiosk.device,
        epoch=77,
        first=1,
        sealing_key=sealing_key,
        key=SigningKey(kiosk.batch_seed),
    )
    stick = desk.register.path / f"desk{SUFFIX}"
    stick.write_bytes(writer.head + writer.batch(batch) + writer.end())
    for new in (1, 0):
        [report] = desk.register.json("facts", "import", stick)
        assert (report["new"], report["known"]) == (new, 1 - new)
        assert desk.register.found("karim") == ["Karim Bennani"]
    desk.bring((1, desk.registration(1, KARIM)))
    assert desk.outcomes() == ["enrolled"], (
        "the same event by the network has other bytes, and changes nothing"
    )
    assert len(desk.rows(t.member)) == 1
