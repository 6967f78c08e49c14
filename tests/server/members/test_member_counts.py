"""How many members there are: kept as they come and go, the same as if all were counted at once."""

import random
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import msgspec
import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import select, text

from server.rules.members.member import Kind, Member
from server.store import tables as t
from server.store.engine import Store
from server.store.member_counts import DAY_MS, MemberCounts
from server.store.members import Members
from server.store.registry import Registry
from wire.card import Category

BODY, OTHER = "amal", "other"
MONDAY = 20_000
AT = MONDAY * DAY_MS + 5


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    with closing(Store(database_url)) as opened:
        yield opened


def person(number: int, **fields: object) -> Member:
    made = Member(member=f"{number:016x}", name_latin=f"Person {number}", category=int(Category.ACTIVE))
    return msgspec.structs.replace(made, **fields)


def card(number: int) -> str:
    return f"0001-{number:014x}"


def kept(store: Store, body: str = BODY) -> dict[tuple[str, str, str], int]:
    table = t.member_count
    with store.reading() as connection:
        columns = (table.c.territory, table.c.scope, table.c.key, table.c["count"])
        rows = connection.execute(select(*columns).where(table.c.body == body))
        return {(home, scope, key): count for home, scope, key, count in rows if count}


def counted_anew(store: Store) -> dict[tuple[str, str, str], int]:
    with store.writing() as connection:
        MemberCounts(connection, BODY).anew()
    return kept(store)


def test_members_are_counted_by_what_they_are(store: Store) -> None:
    both = int(Kind.MEMBER | Kind.DONOR)
    with store.writing() as connection:
        members, registry = Members(connection, BODY), Registry(connection, BODY)
        Members(connection, OTHER).add([person(9, territory="fes")], AT)
        members.add([person(1, territory="fes"), person(2, territory="fes", kinds=both, language="fr")], AT)
        widow = person(3, category=int(Category.WIDOW))
        members.add([widow], AT + DAY_MS)
        members.link_cards([(card(1), widow.member), (card(2), person(1).member)])
        assert registry.revoke_card(card(2), AT, "lost")
        counts = MemberCounts(connection, BODY)
        assert counts.of(None) == {
            ("category", "1"): 2,
            ("category", "3"): 1,
            ("language", "ar"): 2,
            ("language", "fr"): 1,
            ("kind", "1"): 3,
            ("kind", "4"): 1,
            ("card", "with"): 1,
            ("card", "without"): 2,
            ("new", str(MONDAY)): 2,
            ("new", str(MONDAY + 1)): 1,
        }
        assert counts.of(["fes"])["category", "1"] == 2
        assert counts.of(["fes"])["card", "without"] == 2
        assert counts.of([]) == {}
        assert counts.by_home() == {"fes": 2, "": 1}
        members.change([(widow, msgspec.structs.replace(widow, deactivated_at=AT))], AT)
        assert counts.of([""]) == {("gone", ""): 1}
        assert counts.by_home() == {"fes": 2}
        assert counts.homes() == {"fes", ""}
    assert kept(store) == counted_anew(store)
    assert kept(store, OTHER)["fes", "category", "1"] == 1


def test_what_is_kept_is_what_is_counted_whatever_happens(store: Store) -> None:
    rng = random.Random(7)
    cards = iter(range(10_000))
    there: dict[str, Member] = {}
    held: list[str] = []

    def drawn(number: int) -> Member:
        return person(
            number,
            territory=rng.choice(("", "fes", "rabat", "02.066.")),
            category=rng.choice((1, 2, 3, 4, 0)),
            kinds=rng.randint(1, 15),
            language=rng.choice(("ar", "fr")),
            deactivated_at=rng.choice((None, None, AT)),
        )

    for step in range(120):
        with store.writing() as connection:
            members, registry = Members(connection, BODY), Registry(connection, BODY)
            some = rng.sample(sorted(there), min(len(there), 3))
            match rng.randrange(5):
                case 0:
                    new = [drawn(step * 10 + at) for at in range(3)]
                    members.add(new, AT + rng.randrange(9) * DAY_MS)
                    there |= {each.member: each for each in new}
                case 1:
                    after = [drawn(int(each, 16)) for each in some]
                    members.change([(there[each.member], each) for each in after], AT)
                    there |= {each.member: each for each in after}
                case 2:
                    links = [(card(next(cards)), each) for each in some]
                    members.link_cards(links)
                    held += [number for number, _ in links]
                case 3 if held:
                    registry.revoke_card(rng.choice(held), AT, "lost")
                case 4 if held:
                    members.take_back([held.pop(rng.randrange(len(held)))])
    now = kept(store)
    assert now == counted_anew(store)
    assert {scope for _, scope, _ in now} == {"category", "language", "kind", "card", "new", "gone"}


def test_a_ledger_of_an_older_version_is_counted_when_it_is_opened(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'ledger.db'}"
    with closing(Store(url)) as store:
        with store.writing() as connection:
            members = Members(connection, BODY)
            members.add([person(1, kinds=5), person(2, territory="fes"), person(3, deactivated_at=AT)], AT)
            members.link_cards([(card(1), person(1).member)])
        before = kept(store)
        with store.writing() as connection:
            # As it was before: the step is taken again.
            connection.execute(text("DROP TABLE member_count"))
            config = Config()
            config.set_main_option("script_location", "server.store:migrations")
            config.attributes["connection"] = connection
            command.stamp(config, "0012", purge=True)
            command.upgrade(config, "0013")
        assert kept(store) == before
    assert before["", "kind", "4"] == 1
