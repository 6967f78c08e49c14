"""What kiosks are told of members: masked, confirmed by a second field, households, cards in force."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import update

from server.rules.members.bounds import MOST_MISSES, WINDOW_MS
from server.store import tables as t
from server.store.members import Members
from server.store.registry import CardRow, Registry
from tests.programs import FAIR
from tests.server.asking_desk import CANARIES, NOW, Desk, desk_at
from tests.server.members.register import HEAD
from wire.asking import (
    MOST_DEPENDANTS,
    MOST_MATCHES,
    Find,
    Household,
    Likely,
    Match,
    Matches,
    NotTold,
    Person,
)
from wire.events import CardRef


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


# -- who may be meant ------------------------------------------------------------------------


def test_who_is_likely_the_same_is_told_masked(desk: Desk) -> None:
    number = desk.cards()["Karim Bennani"]
    [match] = desk.likely(name_ar="كريم بناني", phone="06 12 34 56 78", birth="1960-05-31")
    assert match == Match(
        member=desk.register.id_of(number),
        name_ar="ك. ب***",
        name_latin="K. B***",
        category=1,
        phone="78",
        birth="1960",
        same=["names", "phone"],
        confirm_by=["employee_number"],
        has_card=True,
        made_at=match.made_at,
    )
    assert 0 < match.made_at <= datetime.now(UTC).timestamp() * 1000
    said = msgspec.json.encode(match).decode()
    assert not [canary for canary in CANARIES if canary in said]


def test_only_who_is_the_same_is_likely(single: Desk) -> None:
    assert single.likely(name_ar="كريم", name_latin="Karim") == []
    assert single.likely(name_latin="Karim Bennani", birth="1961") == []
    assert single.likely() == []
    assert single.likely(phone="0612345679", employee_number="9999999", category="active") == []
    assert [match.same for match in single.likely(employee_number="0012345")] == [["employee_number"]]
    assert [match.same for match in single.likely(name_latin="BENANI Karim")] == [["names"]]


def test_who_has_left_is_likely_too(single: Desk) -> None:
    single.cards()
    single.register.type("members", "deactivate", single.register.id_of("0012345"))
    [match] = single.likely(phone="0612345678")
    assert (match.name_latin, match.has_card) == ("K. B***", False)


def test_common_names_never_drown_a_number_nor_a_birth(desk: Desk) -> None:
    many = [("Mohamed Alaoui", "محمد العلوي", "actif", f"{n:07}", "", "", "") for n in range(30)]
    desk.register.take(*many)
    # Among those of one name the last to be looked at.
    exact = ("f" * 16, "Mohamed Alaoui", "محمد العلوي", "actif", "9000001", "0655555555", "1970-02-01")
    desk.register.take(exact, head=("member", *HEAD[:4], *HEAD[5:]))
    fields = {"name_ar": "محمد العلوي", "phone": "0655555555", "employee_number": "0000003"}
    told = desk.told(Likely(fields={**fields, "birth": "1970-02-01"}))
    assert isinstance(told, Matches)
    assert (len(told.matches), told.more) == (MOST_MATCHES, True)
    assert [match.same for match in told.matches[:3]] == [
        ["names", "employee_number"],
        ["names", "phone"],
        ["names"],
    ]
    # Whose birth is the same comes before those of whom none is known.
    assert desk.likely(name_ar="محمد العلوي", birth="1970-02-01")[0].member == "f" * 16
    assert desk.likely(name_latin="Mohamed Alaoui", birth="1970")[0].member == "f" * 16


def test_one_name_alone_that_thousands_have_tells_nobody(
    single: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.store.asked._TELLS_NOBODY", 3)
    rows = [("", "خديجة", "actif", f"{n:07}", "", "", "") for n in range(4)]
    single.register.take(*rows[:3])
    assert [match.same for match in single.likely(name_ar="خديجه")] == [["names"]] * 3
    single.register.take(*rows[3:], ("", "خديجة التازي", "actif", "5", "", "", ""))
    assert single.likely(name_ar="خديجة") == []
    assert [match.same for match in single.likely(name_ar="خديجة التازي")] == [["names"]]
    assert [match.same for match in single.likely(name_ar="خديجة", employee_number="0000002")] == [
        ["names", "employee_number"]
    ]


def test_members_are_found_as_an_operator_finds_them(single: Desk) -> None:
    number = single.cards()["Omar Tazi"]
    for text in ("omar", "tazi oma", "التازي", "0700000001", "7654321", number):
        assert [match.name_latin for match in single.find(text)] == ["O. T***"], text
    assert [match.name_latin for match in single.find("bennani")] == ["S. B***", "F. B***", "K. B***"]
    assert single.find("zzz") == []
    assert single.find("") == []
    assert single.find("%") == []


def test_more_than_a_screen_holds_is_said(single: Desk) -> None:
    single.register.take(
        *[(f"Ali Alami {n}", "", "actif", f"{n:07}", "", "", "") for n in range(MOST_MATCHES + 3)]
    )
    told = single.told(Find(text="alami"))
    assert isinstance(told, Matches)
    assert (len(told.matches), told.more) == (MOST_MATCHES, True)


# -- who it is -------------------------------------------------------------------------------


def test_a_second_field_says_who_it_is_and_which_card_is_in_force(desk: Desk) -> None:
    number = desk.cards()["Karim Bennani"]
    [match] = desk.find("karim")
    assert match.confirm_by == ["phone", "birth", "employee_number"]
    person = desk.confirm(match.member, "phone", "06 12 34 56 78")
    assert isinstance(person, Person)
    assert (person.name_ar, person.name_latin, person.category) == ("كريم بناني", "Karim Bennani", 1)
    assert person.card is not None
    assert (person.card.identity, person.card.category) == (number, 1)
    assert desk.confirm(match.member, "birth", "31/05/1960") == person


def test_what_was_asked_about_confirms_nothing(single: Desk) -> None:
    [match] = single.find("0612345678")
    assert (match.same, match.confirm_by) == (["phone"], ["birth", "employee_number"])
    assert single.confirm(match.member, "phone", "0612345678") == NotTold(code="not_asked")
    [match] = single.likely(phone="0612345678", birth="1960", employee_number="1")
    assert match.confirm_by == []
    # A number that may be either was asked about as both.
    single.register.take(("Hind Alami", "", "actif", "0698765432", "", "0611111111", ""))
    [match] = single.find("0698765432")
    assert (match.same, match.confirm_by) == (["employee_number"], [])
    [match] = single.find("0012345")
    assert (match.same, match.confirm_by) == (["employee_number"], ["phone", "birth"])
    assert single.confirm(match.member, "name_ar", "كريم بناني") == NotTold(code="not_asked")


def test_a_year_that_is_all_that_is_known_is_not_shown_and_confirms(single: Desk) -> None:
    [match] = single.find("omar")
    assert (match.birth, "birth" in match.confirm_by) == ("", True)
    assert single.confirm(match.member, "birth", "1950-01-01") is None
    assert isinstance(single.confirm(match.member, "birth", "1950"), Person)


def test_only_who_was_told_last_can_be_confirmed(single: Desk) -> None:
    [karim] = single.find("karim")
    [omar] = single.find("omar")
    assert single.confirm(karim.member, "phone", "0612345678") == NotTold(code="not_asked")
    assert single.confirm("f" * 16, "phone", "0612345678") == NotTold(code="not_asked")
    single.now += WINDOW_MS
    assert single.confirm(omar.member, "phone", "0700000001") == NotTold(code="not_asked")
    [omar] = single.find("omar")
    # Another kiosk was told of nobody.
    single.kiosk = single.office.add_kiosk("K-08", "bank", FAIR)
    assert single.confirm(omar.member, "phone", "0700000001") == NotTold(code="not_asked")


def test_nobody_guesses(single: Desk) -> None:
    [match] = single.find("karim")
    for guess in range(MOST_MISSES):
        assert single.confirm(match.member, "phone", f"061234567{guess}") is None
        single.now += 1000
    assert single.confirm(match.member, "phone", "0612345678") == NotTold(code="too_many")
    # Nor another of whom, nor by another field; those who are right are not told either.
    [omar] = single.find("omar")
    assert single.confirm(omar.member, "birth", "1950") == NotTold(code="too_many")
    # The first five minutes ago does not help; the last of them does.
    single.now += WINDOW_MS - MOST_MISSES * 1000
    [omar] = single.find("omar")
    assert isinstance(single.confirm(omar.member, "birth", "1950"), Person)


@pytest.mark.parametrize(
    ("cards", "in_force"),
    [
        ({"1": ("2026-01-01", "2028-12-31", 1), "2": ("2026-01-01", "2028-12-31", 2)}, "2"),
        ({"2": ("2026-01-01", "2028-12-31", 1), "1": ("2026-01-01", "2028-12-31", 2)}, "1"),
        ({"1": ("2026-11-23", "2026-11-23", 1)}, "1"),
        ({"1": ("2026-01-01", "2026-11-22", 1)}, ""),
        ({"1": ("2026-11-24", "2028-12-31", 1)}, ""),
        ({"1": ("2026-01-01", "2028-12-31", 1), "2": ("2026-11-24", "2028-12-31", 2)}, "1"),
        ({"9": ("2026-01-01", "2028-12-31", 1)}, ""),
        ({"1": ("2026-01-01", "2028-12-31", 1), "9": ("2026-01-01", "2028-12-31", 2)}, "1"),
    ],
)
def test_the_newest_card_in_force_is_told(
    desk: Desk, cards: dict[str, tuple[str, str, int]], in_force: str
) -> None:
    """Cards by their last digit, each with its days and when it was made; 9 is refused."""
    numbers = {digit: f"0001-0000000000000{digit}" for digit in cards}
    rows = [
        CardRow(numbers[digit], 2, 7, "fr", first, last, made) for digit, (first, last, made) in cards.items()
    ]
    member = desk.register.id_of("7654321")
    with desk.store.writing() as connection:
        registry = Registry(connection, desk.office.body)
        registry.add_cards(rows)
        Members(connection, desk.office.body).link_cards([(number, member) for number in numbers.values()])
        if "9" in numbers:
            registry.revoke_card(numbers["9"], NOW, "lost")
    assert desk.find("omar")[0].has_card is bool(in_force)
    person = desk.confirm(member, "phone", "0700000001")
    assert isinstance(person, Person)
    wanted = CardRef(key_id=1, card_id=f"{in_force:0>14}", category=2, territory=7, language="fr")
    assert person.card == (wanted if in_force else None)


def test_a_territorys_code_is_told_as_it_stands_on_a_card(single: Desk) -> None:
    codes = {each.id: each.code for each in single.membership.territories.values() if each.code}
    territory = next(iter(codes))
    single.register.take(
        ("Hind Alami", "actif", "3", "0611111111", territory),
        head=("Nom complet", "Catégorie", "PPR", "GSM", "Territoire"),
    )
    [match] = single.find("hind")
    person = single.confirm(match.member, "phone", "0611111111")
    assert isinstance(person, Person)
    assert person.territory == codes[territory]


# -- households ------------------------------------------------------------------------------


def test_a_principals_card_offers_the_household(desk: Desk) -> None:
    cards = desk.cards()
    assert sorted(desk.household(cards["Karim Bennani"])) == [
        ("F. B***", cards["Fatima Bennani"]),
        ("S. B***", cards["Salma Bennani"]),
    ]
    assert desk.household(cards["Omar Tazi"]) == []
    assert desk.household(cards["Fatima Bennani"]) == [], "the principal is the one who brings them"
    assert desk.household(cards["Salma Bennani"]) == []


def test_who_has_left_is_not_of_the_household(single: Desk) -> None:
    cards = single.cards()
    single.register.type("members", "deactivate", single.register.id_of("salma"))
    assert single.household(cards["Karim Bennani"]) == [("F. B***", cards["Fatima Bennani"])]


def test_a_widow_brings_the_household_of_whom_she_outlived(single: Desk) -> None:
    cards = single.cards()
    single.register.type("members", "deactivate", single.register.id_of("0012345"))
    assert single.household(cards["Fatima Bennani"]) == [("S. B***", cards["Salma Bennani"])]
    # A child leads no household, and the principal's card is nobody's any more.
    assert single.household(cards["Salma Bennani"]) == []
    assert single.told(Household(card=cards["Karim Bennani"])) == NotTold(code="unknown_card")


def test_a_card_that_is_nobodys_or_refused_opens_no_household(desk: Desk) -> None:
    cards = desk.cards()
    assert desk.told(Household(card="0001-00c0ffee00c0ff")) == NotTold(code="unknown_card")
    desk.register.type("cards", "revoke", cards["Karim Bennani"])
    assert desk.told(Household(card=cards["Karim Bennani"])) == NotTold(code="unknown_card")


def test_who_has_no_rights_opens_no_household(single: Desk) -> None:
    cards = single.cards()
    with single.store.writing() as connection:
        # As where a card comes to light after its bearer had left.
        connection.execute(
            update(t.member).where(t.member.c.employee_number == "0012345").values(deactivated_at=1)
        )
    assert single.told(Household(card=cards["Karim Bennani"])) == NotTold(code="unknown_card")


def test_a_household_is_no_longer_than_a_reply(single: Desk) -> None:
    single.register.take(
        *[(f"Child {n}", "", "enfant", "", "0012345", "", "") for n in range(MOST_DEPENDANTS + 5)]
    )
    assert len(single.household(single.cards()["Karim Bennani"])) == MOST_DEPENDANTS
