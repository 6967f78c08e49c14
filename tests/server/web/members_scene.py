"""A body with members in several territories, for tests of what pages tell of them."""

from typing import Any, Final

import msgspec

from server.rules.members.member import Kind, Member
from server.store.members import Members
from server.store.registry import CardRow, Registry
from tests.server.web.stage import NOW, Stage
from wire.card import Category
from wire.programme import Territory

DAY_MS: Final = 86_400_000
NATION: Final = (
    Territory(id="north", names={"ar": "الشمال", "fr": "Nord"}),
    Territory(id="tangier", names={"ar": "طنجة", "fr": "Tanger"}, parent="north"),
    Territory(id="tetouan", names={"ar": "تطوان", "fr": "Tétouan"}, parent="north"),
    Territory(id="south", names={"ar": "الجنوب", "fr": "Sud"}),
    Territory(id="guelmim", names={"ar": "كلميم", "fr": "Guelmim"}, parent="south"),
)


def person(number: int, **fields: Any) -> Member:
    made = Member(member=f"{number:016x}", name_latin=f"Person {number}", category=int(Category.ACTIVE))
    return msgspec.structs.replace(made, **fields)


SALMA: Final = person(
    1,
    name_ar="سلمى بناني",
    name_latin="Salma Bennani",
    territory="tangier",
    phone="+212612345678",
    birth="1960-05-31",
    employee_number="0012345",
    email="s@example.ma",
)
KARIM: Final = person(
    2, name_ar="كريم بناني", name_latin="Karim Bennani", territory="tangier", principal=SALMA.member,
    category=int(Category.CHILD), birth="2012-03",
)  # fmt: skip
SAMIRA: Final = person(3, name_ar="سميرة بناني", name_latin="Samira Bennani", territory="guelmim")
GONE: Final = person(4, name_latin="Gone Alaoui", territory="tetouan", deactivated_at=NOW)
NOWHERE: Final = person(5, name_latin="Nobody Idrissi", kinds=int(Kind.MEMBER | Kind.DONOR), language="fr")
COMMUNE: Final = person(6, name_latin="Ahmed Fassi", territory="03.231.01.0", category=int(Category.WIDOW))
EVERYBODY: Final = (SALMA, KARIM, SAMIRA, GONE, NOWHERE, COMMUNE)
CARD: Final = "0001-00c0ffee00c0ff"


def nation(stage: Stage, *members: Member) -> None:
    """Give the body of a stage its territories and these members, known since last week."""
    stage.load([msgspec.structs.replace(stage.definition, territories=list(NATION))])
    with stage.store.writing() as connection:
        Members(connection, stage.office.body).add(members, NOW - 7 * DAY_MS)


def with_cards(stage: Stage) -> None:
    """Give two of them cards, one of which was lost."""
    lost = "0001-00000000000001"
    with stage.store.writing() as connection:
        registry = Registry(connection, stage.office.body)
        days = ("ar", "2024-01-01", "2026-12-31", NOW - 400 * DAY_MS)
        registry.add_cards([CardRow(each, 1, 0, *days) for each in (CARD, lost)])
        members = Members(connection, stage.office.body)
        members.link_cards(
            [(CARD, SALMA.member), (lost, SALMA.member), ("0001-00000000000002", SAMIRA.member)]
        )
        registry.revoke_card(lost, NOW - 3 * DAY_MS, "lost")


def whole(stage: Stage) -> None:
    """Give a stage everybody, with cards, and one who is known since today."""
    nation(stage, *EVERYBODY)
    with_cards(stage)
    with stage.store.writing() as connection:
        Members(connection, stage.office.body).add([person(7, territory="tangier")], NOW)
