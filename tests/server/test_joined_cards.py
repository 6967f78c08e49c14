"""A member with several cards is counted once, in whatever order visits, sign-ups and reissues come."""

import itertools
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from server.bootstrap import opened
from server.store import tables as t
from tests.programs import FAIR
from tests.server.enrolments import KARIM, Enrolments
from wire.events import SignUp, Visit, Withdrawal

LATER = "another-2026"
"""A fair of which nothing is known here yet: a tour of its own."""
COUNTED = ("visits", "attendance", "by_booth", "by_day", "by_category", "first_timers", "sign_ups")


@pytest.fixture
def either(tmp_path: Path, database_url: str) -> Enrolments:
    """Give one on each engine in turn."""
    return Enrolments(tmp_path, database_url)


def figures(desk: Enrolments) -> dict[str, Any]:
    stats = desk.register.json("stats", FAIR)
    return {key: stats[key] for key in COUNTED}


def rebuilt(desk: Enrolments) -> dict[str, Any]:
    desk.register.type("rebuild", FAIR)
    return figures(desk)


@pytest.mark.parametrize("order", list(itertools.permutations(range(4))))
def test_a_member_with_another_card_is_one_visitor(tmp_path: Path, order: tuple[int, ...]) -> None:
    desk = Enrolments(tmp_path)
    old, new = desk.card(1), desk.card(2, "other")
    brought = [
        lambda: desk.bring((1, desk.registration(1, KARIM))),
        lambda: desk.bring((2, Visit(card=old)), (3, SignUp(card=old, offer="loan")), minute=0),
        lambda: desk.bring((4, desk.reissue(2, old.identity, kiosk="other")), kiosk="other", minute=60),
        lambda: desk.bring(
            (5, Visit(card=new)), (6, Withdrawal(card=new, offer="loan")), kiosk="other", minute=120
        ),
    ]
    for number in order:
        brought[number]()
    found = figures(desk)
    assert (found["visits"], found["attendance"], found["first_timers"]) == (2, 1, 1)
    assert found["sign_ups"]["total"] == 0, "the other card withdraws what the first one agreed to"
    assert rebuilt(desk) == found


def test_two_members_stay_two(either: Enrolments) -> None:
    either.bring((1, either.registration(1, KARIM)), (2, Visit(card=either.card(1))))
    either.bring((3, Visit(card=either.card(2))))
    assert figures(either)["attendance"] == 2
    either.bring((4, either.reissue(3, either.card(1).identity)), (5, Visit(card=either.card(3))), minute=30)
    found = figures(either)
    assert (found["visits"], found["attendance"]) == (3, 2)
    assert rebuilt(either) == found


def test_a_card_of_before_that_comes_late_finds_whose_it_is(either: Enrolments) -> None:
    either.bring((1, either.registration(1, KARIM)))
    either.bring((2, either.reissue(2, either.card(1).identity)))
    either.bring((3, Visit(card=either.card(2))), minute=60)
    either.bring((4, Visit(card=either.card(1))), kiosk="other", minute=1)
    assert (figures(either)["visits"], figures(either)["attendance"]) == (2, 1)


@pytest.mark.parametrize("together", [(3,), (1, 1, 1), (1, 2)])
def test_in_a_tour_that_comes_later_they_are_one_from_the_first(
    either: Enrolments, together: tuple[int, ...]
) -> None:
    either.bring((1, either.registration(1, KARIM)))
    either.bring((2, either.reissue(2, either.card(1).identity)), (3, Visit(card=either.card(2))))
    later = [(4 + at, Visit(card=either.card(number))) for at, number in enumerate((1, 2, 9))]
    for count in together:
        either.take(*later[:count], fair=LATER)
        del later[:count]
    with opened(either.register.home) as (_, store, _), store.reading() as connection:
        subjects = [row.subject for row in connection.execute(select(t.fact)) if row.fair == LATER]
    assert len(subjects) == 3
    assert None not in subjects
    assert len(set(subjects)) == 2
