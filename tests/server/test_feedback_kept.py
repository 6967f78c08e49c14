"""What is kept of feedback beside its facts: counts by topic, hour and face, and urgent cases."""

from collections.abc import Iterator
from typing import Any

import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import select

from server.store import tables as t
from server.store.engine import Store
from server.store.feedback import FeedbackCases
from server.store.migrations.versions import r0015_exceptions
from server.store.tallies import Tallies
from tests.server.facts import (
    FAIR,
    HOUR,
    NINE,
    OTHER_BODY,
    RECEIVED,
    House,
    batch,
    event_id,
    feedback,
    void,
)
from wire.card import Category

SCOPES = ("face_hour", "told_by", *(f"topic_face_{face}" for face in range(6)))
LONGEST = "t" * 64


@pytest.fixture
def house(database_url: str) -> Iterator[House]:
    store = Store(database_url)
    yield House(store)
    store.close()


def counts(house: House) -> dict[tuple[str, str], int]:
    with house.store.reading() as connection:
        return Tallies(connection, house.body).counts(FAIR, SCOPES)


def cases(house: House) -> list[tuple[str, str]]:
    with house.store.reading() as connection:
        found = FeedbackCases(connection, house.body).cases(FAIR)
    return [(row.event_id, row.state) for row in found]


def told(house: House) -> None:
    """Let four tell, staff among them."""
    house.take(
        batch(
            1,
            feedback(1, "waiting", face=1, urgent=True),
            feedback(2, "waiting", LONGEST, face=5, who=1, occurred_at=NINE + HOUR),
            feedback(3, "waiting", sealed=b"sealed"),
            feedback(4, "waiting", face=2, who=2, urgent=True, category=Category.STAFF),
        )
    )


def test_faces_are_counted_by_topic_and_hour_those_of_staff_left_out(house: House) -> None:
    told(house)
    expected = {
        ("face_hour", "2024-12-28T09:00Z 0"): 1,
        ("face_hour", "2024-12-28T09:00Z 1"): 1,
        ("face_hour", "2024-12-28T10:00Z 5"): 1,
        ("told_by", "anonymous"): 2,
        ("told_by", "card"): 1,
        ("topic_face_0", "waiting"): 1,
        ("topic_face_1", "waiting"): 1,
        ("topic_face_5", "waiting"): 1,
        ("topic_face_5", LONGEST): 1,
    }
    assert counts(house) == expected
    house.intake.rebuild(FAIR)
    assert counts(house) == expected


def test_an_urgent_case_is_open_once_however_often_it_comes_and_none_once_it_is_void(house: House) -> None:
    told(house)
    told(house)
    assert cases(house) == [(event_id(1), "open")]
    with house.store.writing() as connection:
        feedback_cases = FeedbackCases(connection, house.body)
        feedback_cases.put_case(event_id(1), FAIR, "done", who="amina", at=RECEIVED, note=b"")
    told(house)
    assert cases(house) == [(event_id(1), "done")]
    assert cases(House(house.store, OTHER_BODY)) == []
    house.take(batch(50, void(9, target=1)))
    assert cases(house) == []


def test_a_store_of_before_is_counted_when_it_is_brought_up_to_date(house: House) -> None:
    told(house)
    expected, kept = counts(house), _cases(house)
    with house.store.writing() as connection:
        connection.execute(t.tally.delete().where(t.tally.c.scope.in_(SCOPES)))
        connection.execute(t.feedback_case.delete())
        with Operations.context(MigrationContext.configure(connection)):
            r0015_exceptions._tell_of_feedback()  # noqa: SLF001 - the part of the step that counts
    assert counts(house) == expected
    # What staff have told is no case of anybody's.
    assert _cases(house) == [row for row in kept if row["event_id"] == event_id(1)]


def _cases(house: House) -> list[dict[str, Any]]:
    with house.store.reading() as connection:
        rows = connection.execute(select(t.feedback_case).order_by(t.feedback_case.c.event_id)).mappings()
        return [dict(row) for row in rows]
