"""Cards that kiosks have given and refused: whose they are, and what no kiosk may do."""

import itertools
from pathlib import Path

import pytest

from server.store import tables as t
from tests.server.enrolments import KARIM, SALMA, Brought, Enrolments, revoked, void
from tests.server.facts import event_id
from wire.card import CardIdentity, Category


@pytest.fixture
def desk(tmp_path: Path) -> Enrolments:
    return Enrolments(tmp_path)


@pytest.fixture
def either(tmp_path: Path, database_url: str) -> Enrolments:
    """Give one on each engine in turn."""
    return Enrolments(tmp_path, database_url)


def cards_of(desk: Enrolments, *text: str) -> dict[str, bool]:
    return {card["card"]: card["revoked"] for card in desk.shown(*text)["cards"]}


@pytest.mark.parametrize("order", list(itertools.permutations((1, 2, 3))))
def test_reissues_follow_each_other_in_whatever_order_they_come(
    desk: Enrolments, order: tuple[int, ...]
) -> None:
    facts: dict[int, tuple[Brought, str]] = {
        1: ((1, desk.registration(1, KARIM)), "desk"),
        2: ((2, desk.reissue(2, desk.card(1).identity, kiosk="other")), "other"),
        3: ((3, desk.reissue(3, desk.card(2, "other").identity)), "desk"),
    }
    for number in order:
        fact, kiosk = facts[number]
        desk.bring(fact, kiosk=kiosk)
    assert cards_of(desk, "karim") == {
        desk.card(1).identity: True,
        desk.card(2, "other").identity: True,
        desk.card(3).identity: False,
    }
    assert desk.outcomes() == ["enrolled", "reissued", "reissued"]
    assert [row["raw"] for row in desk.enrolments()] == [b"", b"", b""]
    assert desk.whole()


def test_a_reissue_finds_the_member_by_name_of_the_server(either: Enrolments) -> None:
    either.register.take(("Karim Bennani", "كريم بناني", "actif", "0012345", "", "", ""))
    member = either.register.id_of("0012345")
    either.bring((1, either.reissue(1, member=member)))
    assert cards_of(either, "karim") == {either.card(1).identity: False}
    [card] = either.rows(t.card)
    assert card["card"] == either.card(1).identity
    reissue = next(row for row in either.register.log() if row["what"] == "reissue")
    assert (reissue["about"], reissue["who"]) == (member, "staff 101 at desk")


def test_what_a_reissue_replaces_is_refused_though_nobody_knows_whose_it_was(desk: Enrolments) -> None:
    [nobodys] = anonymous(desk)
    desk.bring((1, desk.reissue(1, nobodys)))
    assert desk.refuses(nobodys)
    assert not desk.refuses(desk.card(1))
    [row] = desk.enrolments()
    assert (row["outcome"], row["wanted"], bool(row["raw"])) == ("", nobodys, True)
    assert desk.register.json("status")["enrolments"] == {"waiting": 1, "done": 0, "not_taken": {}}


def anonymous(desk: Enrolments, *words: str) -> list[str]:
    """Issue a card that is nobody's by name."""
    out = desk.register.path / f"cards-{len(list(desk.register.path.glob('cards-*')))}"
    desk.register.type("cards", "issue", "--no-pictures", "--out", out, *words)
    [line] = (out / "cards.csv").read_text(encoding="utf-8").splitlines()[1:]
    return [line.partition(",")[0]]


def test_a_lost_card_is_refused_once_and_again(desk: Enrolments) -> None:
    desk.bring((1, desk.registration(1, KARIM)), (2, revoked(desk.card(1))))
    versions = [row["version"] for row in desk.rows(t.revocation_list)]
    desk.bring((3, revoked(desk.card(1))), kiosk="other")
    assert [row["version"] for row in desk.rows(t.revocation_list)] == versions
    assert desk.outcomes() == ["enrolled", "revoked", "revoked"]
    assert cards_of(desk, "karim") == {desk.card(1).identity: True}
    told = [row for row in desk.register.log() if row["what"] == "revoke"]
    assert [row["about"] for row in told] == [desk.shown("karim")["member"]] * 2


def test_a_card_that_nobody_knows_yet_is_refused_and_stays_so(desk: Enrolments) -> None:
    desk.bring((2, revoked(desk.card(1))))
    assert desk.refuses(desk.card(1))
    desk.bring((1, desk.registration(1, KARIM)))
    assert cards_of(desk, "karim") == {desk.card(1).identity: True}


def test_a_void_takes_a_new_card_back_and_gives_no_refused_one_back(desk: Enrolments) -> None:
    old, new = desk.card(1), desk.card(2)
    desk.bring((1, desk.registration(1, KARIM)), (2, desk.reissue(2, old.identity)))
    desk.bring((3, void(2)))
    assert cards_of(desk, "karim") == {old.identity: True, new.identity: True}
    assert desk.shown("karim")["deactivated_at"] is None
    desk.bring((4, revoked(desk.card(9))), (5, void(4)))
    assert desk.refuses(desk.card(9))


def test_a_void_that_comes_first_takes_the_new_card_back_as_well(desk: Enrolments) -> None:
    desk.bring((1, desk.registration(1, KARIM)), (3, void(2)))
    desk.bring((2, desk.reissue(2, desk.card(1).identity)))
    assert cards_of(desk, "karim") == {desk.card(1).identity: True, desk.card(2).identity: True}


def test_whoever_has_no_rights_gets_none_by_another_card(desk: Enrolments) -> None:
    desk.bring((1, desk.registration(1, KARIM)))
    desk.register.type("members", "deactivate", desk.register.id_of("karim"))
    desk.bring((2, desk.reissue(2, desk.card(1).identity)))
    assert cards_of(desk, "karim") == {desk.card(1).identity: True, desk.card(2).identity: True}
    assert desk.enrolments()[1]["doubt"] == "inactive"


def test_no_kiosk_refuses_cards_of_staff_or_of_keys_that_nobody_has(desk: Enrolments) -> None:
    staff = desk.register.json("staff", "add", "م. ب", "--card", desk.register.path / "staff.png")["card"]
    [printed] = anonymous(desk, "--category", "staff")
    unknown = str(CardIdentity(900, 5))
    desk.bring(*((number, revoked(card)) for number, card in enumerate((staff, printed, unknown), 1)))
    desk.bring((4, desk.reissue(4, staff)), (5, desk.reissue(5, unknown)))
    assert desk.outcomes() == ["staff_card", "staff_card", "unknown_key", "staff_card", "unknown_key"]
    assert not any(desk.refuses(card) for card in (staff, printed, unknown))
    desk.register.type("staff", "revoke", "101")
    assert desk.refuses(staff)


def test_a_kiosk_gives_cards_of_its_own_key_alone(desk: Enrolments) -> None:
    desk.bring((1, desk.registration(1, KARIM)))
    desk.bring((2, desk.reissue(2, desk.card(1).identity)), kiosk="other")
    desk.bring((3, desk.reissue(1, desk.card(9).identity)))
    assert desk.outcomes() == ["enrolled", "foreign_card", "card_taken"]
    assert cards_of(desk, "karim") == {desk.card(1).identity: False}


def test_a_widows_card_outlives_the_principals(desk: Enrolments) -> None:
    widow = SALMA | {"category": "widow", "principal": KARIM["employee_number"]}
    desk.bring((1, desk.registration(1, KARIM)), (2, desk.registration(2, widow)))
    desk.bring((3, revoked(desk.card(1))))
    desk.register.type("members", "deactivate", desk.register.id_of("karim"))
    assert cards_of(desk, "salma") == {desk.card(2, category=Category.WIDOW).identity: False}
    assert desk.shown("salma")["deactivated_at"] is None
    assert [row["event_id"] for row in desk.rows(t.member_card)] == [event_id(1), event_id(2)]


def test_of_a_stolen_kiosks_cards_those_that_are_known_stay_good(either: Enrolments) -> None:
    either.bring((1, either.registration(1, KARIM)))
    known, unknown = either.card(1), either.card(2)
    assert not either.refuses(known)
    assert not either.refuses(unknown)
    either.register.type("kiosk", "revoke", "desk", "--reason", "stolen")
    assert not either.refuses(known)
    assert either.refuses(unknown)
    assert not either.refuses(either.card(3, "other"))
