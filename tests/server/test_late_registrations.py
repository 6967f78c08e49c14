"""A registration, or another card, of somebody who was erased meanwhile: it brings nobody back."""

from pathlib import Path

import pytest

from server.bootstrap import erase_again, opened
from server.settings import Home
from server.store import tables as t
from tests.server.enrolments import KARIM, SALMA, Enrolments
from wire.events import Visit

HIS = ("Karim Bennani", "كريم بناني", "612345678", "0012345")


@pytest.fixture
def desk(tmp_path: Path) -> Enrolments:
    return Enrolments(tmp_path)


def erase(desk: Enrolments, who: str) -> None:
    desk.register.type("person", "erase", who, "--yes")


def everything(desk: Enrolments) -> str:
    return "\n".join(
        value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
        for table in t.metadata.sorted_tables
        for row in desk.rows(table)
        for value in row.values()
    )


def test_one_of_before_with_an_employees_number_makes_nobody(desk: Enrolments) -> None:
    desk.bring(desk.registration(1, KARIM))
    erase(desk, KARIM["employee_number"])
    # At another kiosk, without a network all the while: another card, the same person.
    second = desk.registration(2, KARIM, kiosk="other")
    desk.bring(second, Visit(card=second.card), kiosk="other")
    assert desk.rows(t.member) == []
    assert desk.outcomes() == ["voided", "voided"]
    assert desk.refuses(second.card)
    assert desk.rows(t.subject_link) == []
    assert [row["sealed"] for row in desk.rows(t.fact)] == [None, None, None]
    assert [each for each in HIS if each in everything(desk)] == []
    assert desk.whole()
    assert "person erase late" in [row["what"] for row in desk.register.log()]


def test_one_of_a_card_that_was_erased_makes_nobody(desk: Enrolments) -> None:
    first = desk.registration(1, SALMA)
    desk.bring(Visit(card=first.card), kiosk="other")
    erase(desk, first.card.identity)
    desk.bring(first)
    assert desk.rows(t.member) == []
    assert desk.rows(t.member_card) == []
    assert [row["raw"] for row in desk.enrolments()] == [b""]
    assert desk.whole()


def test_another_card_of_an_erased_one_is_refused(desk: Enrolments) -> None:
    first = desk.registration(1, KARIM)
    desk.bring(first)
    erase(desk, first.card.identity)
    again = desk.reissue(2, first.card.identity)
    desk.bring(again)
    assert desk.refuses(again.card)
    assert desk.outcomes() == ["voided", "voided"]
    # And one of that one.
    third = desk.reissue(3, again.card.identity)
    desk.bring(third)
    assert desk.refuses(third.card)


def test_whoever_is_enrolled_after_is_somebody_new(desk: Enrolments, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.bring(desk.registration(1, KARIM))
    monkeypatch.setattr("server.members.membership.Membership.now", lambda _: 0)
    erase(desk, KARIM["employee_number"])
    monkeypatch.undo()
    desk.bring(desk.registration(2, KARIM))
    assert [row["name_latin"] for row in desk.rows(t.member)] == ["Karim Bennani"]
    with opened(desk.register.home) as (home, store, office):
        assert erase_again(home, store, office.bodies) == {office.bodies[0]: 0}
    assert len(desk.rows(t.member)) == 1


def test_who_waits_for_an_erased_principal_waits_no_more(desk: Enrolments) -> None:
    desk.bring(desk.registration(1, {**SALMA, "principal": KARIM["employee_number"]}))
    assert desk.enrolments()[0]["wanted"] == KARIM["employee_number"]
    desk.bring(desk.registration(2, {**KARIM, "employee_number": ""}))
    [card] = [row["card"] for row in desk.rows(t.member_card) if row["card"].endswith("2")]
    desk.register.type("person", "rectify", card, "--set", f"employee_number={KARIM['employee_number']}")
    erase(desk, card)
    assert desk.enrolments()[0]["wanted"] == ""
    assert [row["name_latin"] for row in desk.rows(t.member)] == ["Salma Bennani"]


def test_what_was_not_taken_is_emptied_as_well(desk: Enrolments) -> None:
    foreign = desk.registration(1, KARIM, kiosk="other")
    desk.bring(foreign)  # of a card key that is not this kiosk's
    assert desk.outcomes() == ["foreign_card"]
    assert desk.enrolments()[0]["raw"]
    desk.bring(Visit(card=foreign.card), kiosk="other")
    erase(desk, foreign.card.identity)
    assert desk.enrolments()[0]["raw"] == b""
    assert Home(desk.register.home).secrets
