"""What the store of members promises, the same on SQLite and on PostgreSQL."""

import random
from collections.abc import Iterator
from datetime import date

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from server.members.member_import import MemberImport
from server.office import OfficeError
from server.rules.members.columns import columns_of
from server.rules.members.member import Member
from server.rules.members.rows import ListRow, RowReader
from server.rules.members.search import mask_of, query_of, words_of
from server.store import tables as t
from server.store.engine import Store
from server.store.members import Members
from tests.server.members.register import FATIMA, KARIM, SALMA, Register
from wire.card import Card, Category, body_tag, verify

BODY = "amal"
OTHER = "other"


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    opened = Store(database_url)
    yield opened
    opened.close()


def person(number: int, **fields: object) -> Member:
    return msgspec.structs.replace(
        Member(member=f"{number:016x}", name_latin=f"Person {number}", category=1), **fields
    )


KEPT = [
    person(
        1,
        name_ar="محمد العلوي",
        name_latin="Mohamed El Alaoui",
        employee_number="0001",
        phone="+212612345678",
    ),
    person(2, name_latin="Fatima Alaoui", principal=f"{1:016x}", birth="1965", email="f@example.ma", kinds=5),
    person(3, name_latin="Khadija Tazi", employee_number="0002", deactivated_at=1_000, territory="centre-1"),
    person(4, name_ar="خديجة", name_latin="", national_id="ab" * 16, national_tail="123", language="zgh"),
]


def put(store: Store, *members: Member, body: str = BODY) -> None:
    with store.writing() as connection:
        Members(connection, body).add(members, 5)


def found(store: Store, text: str, body: str = BODY) -> list[str]:
    with store.reading() as connection:
        return sorted(member.member[-1] for member in Members(connection, body).find(query_of(text), 50))


def test_members_come_back_as_they_were_written(store: Store) -> None:
    put(store, *KEPT)
    with store.reading() as connection:
        members = Members(connection, BODY)
        assert list(members.all()) == KEPT
        assert members.count() == 4
        assert members.get([KEPT[1].member, "f" * 16]) == {KEPT[1].member: KEPT[1]}
        assert members.by_number(["0002", "9", ""]) == {"0002": KEPT[2]}
        assert KEPT[1].likeness is not None
        assert members.by_likeness([KEPT[1].likeness]) == {KEPT[1].likeness: KEPT[1]}
        assert members.principals([KEPT[0].member, KEPT[1].member]) == {KEPT[0].member}
        assert members.dependants(KEPT[0].member) == [KEPT[1]]


def test_bodies_never_see_each_others_members(store: Store) -> None:
    put(store, *KEPT)
    put(store, KEPT[0], body=OTHER)
    with store.reading() as connection:
        assert Members(connection, OTHER).count() == 1
        assert Members(connection, OTHER).dependants(KEPT[0].member) == []
    for text in ("fatima", "0002", "khad", KEPT[1].member):
        assert found(store, text, OTHER) == []
    assert found(store, "alaoui", OTHER) == ["1"]


def test_a_change_is_found_by_the_new_words_alone(store: Store) -> None:
    put(store, *KEPT)
    after = msgspec.structs.replace(
        KEPT[0], name_latin="Hassan Tazi", phone="+212699999999", employee_number="0009"
    )
    with store.writing() as connection:
        Members(connection, BODY).change([(KEPT[0], after)], 9)
    for text in ("mohamed", "0001", "0612345678"):
        assert found(store, text) == [], text
    for text in ("hassan", "0009", "06 99 99 99 99", "محمد"):
        assert found(store, text) == ["1"], text
    with store.reading() as connection:
        row = connection.execute(select(t.member).where(t.member.c.member == after.member)).one()
        words = set(connection.execute(select(t.member_word.c.word)).scalars())
    assert (row.made_at, row.changed_at) == (5, 9)
    assert "elalaoui" not in words


@pytest.mark.parametrize(
    ("text", "who"),
    [
        ("alaoui", "12"),
        ("ALAOUI moh", "1"),
        ("moh ala", "1"),
        ("العلوي", "1"),
        ("خديجه", "4"),
        ("khadija", "3"),
        ("khadija alaoui", ""),
        ("0612345678", "1"),
        ("0002", "3"),
        (f"{4:016X}", "4"),
        ("é", "1"),
        ("%", ""),
        ("_", ""),
        ("", ""),
    ],
)
def test_finding(store: Store, text: str, who: str) -> None:
    put(store, *KEPT)
    assert found(store, text) == list(who)


def test_finding_says_what_a_look_at_everybody_would_say(store: Store) -> None:
    rng = random.Random(4)
    given_names = ["Mohamed", "Fatima", "Hassan", "Hassania", "Aït", "محمد", "محمدي"]
    families = ["El Alaoui", "Alami", "Ben Haddou", "Tazi", "التازي", "العلوي"]
    people = [
        person(
            n,
            name_latin=f"{rng.choice(given_names[:5])} {rng.choice(families[:4])}",
            name_ar=f"{rng.choice(given_names[5:])} {rng.choice(families[4:])}",
        )
        for n in range(1, 300)
    ]
    put(store, *people)
    for text in (
        "moh al",
        "has had",
        "fat ben hadou",
        "محم تاز",
        "aït alaoui",
        "ha ta",
        "hassani",
        "ben",
        "al moh",
    ):
        query = query_of(text)
        expected = {
            each.member
            for each in people
            if all(any(word.startswith(part) for word in words_of(each).words) for part in query.words)
        }
        with store.reading() as connection:
            told = {each.member for each in Members(connection, BODY).find(query, 1000)}
            some = Members(connection, BODY).find(query, 5)
        assert told == expected or query.apart != query.words, text
        assert expected <= told
        assert len(some) == min(5, len(told))


@given(st.lists(st.text("abcهلوي", min_size=2, max_size=8), min_size=1, max_size=9), st.data())
def test_who_has_all_words_has_all_bits(words: list[str], data: st.DataObject) -> None:
    some = data.draw(st.lists(st.sampled_from(words), min_size=1))
    beginnings = [word[: data.draw(st.integers(1, len(word)))] for word in some]
    assert mask_of(words) & mask_of(beginnings) == mask_of(beginnings)


def test_a_list_comes_in_and_out_and_cards_are_issued_once(either: Register) -> None:
    assert either.take(SALMA, KARIM, FATIMA)["new"] == 3
    assert either.take(SALMA, KARIM, FATIMA)["same"] == 3
    before = either.exported()
    with either.membership() as (store, membership):
        today = date(2026, 11, 23)
        first = list(membership.issue_member_cards(category=Category.WIDOW, today=today))
        assert [member.name_latin for member, _, _ in first] == ["Fatima Bennani"]
        by_id = list(
            membership.issue_member_cards(members=[first[0][0].member, either.id_of("Salma")], today=today)
        )
        assert [member.name_latin for member, _, _ in by_id] == ["Salma Bennani"]
        rest = list(membership.issue_member_cards(today=today))
        assert [member.name_latin for member, _, _ in rest] == ["Karim Bennani"]
        assert list(membership.issue_member_cards()) == []
        with store.reading() as connection:
            keys = {row.id: row.key for row in connection.execute(select(t.card_key))}
            public = connection.execute(select(t.body.c.public_key)).scalar_one()
        for member, row, token in (*first, *by_id, *rest):
            card = verify(token, body_tag(public), keys)
            assert isinstance(card, Card)
            assert (str(card.identity), card.category, card.language) == (row.card, member.category, "ar")
            assert (card.valid_from, card.valid_to) == (today, date(2029, 11, 22))
    assert either.found(rest[0][1].card) == ["Karim Bennani"]
    assert either.exported() == before
    either.type("members", "deactivate", either.id_of("0012345"))
    with either.membership() as (_, membership):
        assert list(membership.issue_member_cards()) == []
    assert either.json("audit", "verify")["whole"] is True


def test_a_card_that_was_refused_is_replaced(either: Register) -> None:
    either.take(KARIM)
    with either.membership() as (_, membership):
        [(_, first, _)] = membership.issue_member_cards()
        either.type("cards", "revoke", first.card)
        [(_, second, _)] = membership.issue_member_cards()
    cards = either.json("members", "show", either.id_of("Karim"))["cards"]
    assert {card["card"]: card["revoked"] for card in cards} == {first.card: True, second.card: False}


def test_members_who_changed_meanwhile_stop_an_import(either: Register) -> None:
    with either.membership() as (store, membership):
        columns = columns_of(["name_latin", "category"], {}, with_national_ids=False)
        reader = RowReader(
            columns, membership.rules, membership.places, today=date(2026, 1, 1), key=membership.key
        )
        importing = MemberImport(store, membership, columns, either.home)
        rows = [ListRow(2, ["Omar", "actif"])]
        counts = importing.prepare(rows, reader, lambda _: None, lambda *_: None)
        assert counts.new == 1
        either.take(("Omar", "", "actif", "", "", "", ""))
        with pytest.raises(OfficeError, match="members were changed meanwhile: nothing was imported"):
            importing.commit("x", lambda *_: None)
        importing.close()
    assert either.found("Omar") == ["Omar"]


def test_a_backup_holds_members_and_their_log(either: Register) -> None:
    either.take(KARIM, FATIMA)
    before = either.exported()
    file = either.path / "all.riwaq-backup"
    either.type("backup", file, "--with-secrets")
    either.type("members", "deactivate", either.id_of("0012345"))
    assert either.exported() != before
    either.type("restore", file, "--replace")
    assert either.exported() == before
    assert either.found("bennani fatima") == ["Fatima Bennani"]
    assert [row["what"] for row in either.log()] == ["import", "export", "export", "find"]
    assert either.json("audit", "verify")["whole"] is True
