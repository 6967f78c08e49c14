"""Another card for a member who was confirmed, and cards that are lost: refused here at once."""

import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from kiosk import station
from kiosk.notices import MemberConfirmed, Reissued, StaffDone, StaffOut, Wiped
from kiosk.rules.desk import Outcome
from kiosk.wishes import ByHandWish, CheckInWish, PrintCardWish, ReissueWish, RevokeWish, StaffEndWish
from tests.kiosk.fakes import Kiosk, revocations, stopped_journal, token
from tests.kiosk.test_checking_in import without_card
from tests.kiosk.test_finding import CARD, MEMBER, PERSON, Enquiry
from tests.kiosk.test_registering import FORM, SIGNING, a_fair
from tests.waiting import until
from tests.wire.strategies import CARD_KEY, TAG, a_card, public
from wire.asking import Confirm, Confirmed
from wire.card import Card, CardIdentity, Category, verify
from wire.events import CardRef, CardRevoked, Reissue
from wire.programme import CardKey

LOST = token(41)
"""The card in force of who is confirmed in these tests."""


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Enquiry]:
    desk = Enquiry(tmp_path)
    yield desk
    desk.kiosk.stop()


def reissue(desk: Enquiry, reason: str = "lost") -> Reissued:
    desk.confirm()
    return desk.ask(ReissueWish(reason), Reissued)


def card_of(made: Reissued) -> Card:
    card = verify(made.token, TAG, {2: public(SIGNING)})
    assert isinstance(card, Card), card
    return card


def test_another_card_is_good_at_once_and_the_old_one_no_more(desk: Enquiry) -> None:
    made = reissue(desk)
    card = card_of(made)
    assert re.fullmatch("0002-[0-9a-f]{14}", made.card)
    assert str(card.identity) == made.card
    assert (card.category, card.territory, card.language) == (1, 4, "fr")
    assert (card.valid_from, card.valid_to) == (date(2024, 11, 1), date(2027, 10, 31))
    assert (made.category, made.name_ar, made.name_latin) == ("active", PERSON.name_ar, PERSON.name_latin)
    assert (made.valid_to, made.can_print) == (card.valid_to, True)
    [event] = desk.facts()
    assert event.staff_id == "101"
    assert event.fact == Reissue(
        card=CardRef.of(card),
        replaces=CARD.identity,
        valid_from=card.valid_from,
        valid_to=card.valid_to,
        reason="lost",
        member=MEMBER,
    )
    assert desk.done(ByHandWish(CARD.identity)).code == "revoked"
    desk.ask(StaffEndWish(), StaffOut)
    refused = desk.kiosk.scan(LOST)
    assert (refused.outcome, refused.code) == (Outcome.REFUSED, "revoked")
    assert desk.kiosk.scan(made.token).outcome is Outcome.ACCEPTED


def test_who_has_no_card_in_force_gets_one(desk: Enquiry) -> None:
    desk.tells[Confirm] = Confirmed(person=without_card(category=3, language="??"))
    made = reissue(desk, "none")
    assert (made.category, card_of(made).category, card_of(made).language) == ("widow", Category.WIDOW, "ar")
    [event] = desk.facts()
    assert isinstance(event.fact, Reissue)
    assert (event.fact.replaces, event.fact.member, event.fact.reason) == ("", MEMBER, "other")


def test_a_category_of_a_later_server_stands_on_the_card_all_the_same(desk: Enquiry) -> None:
    desk.tells[Confirm] = Confirmed(person=without_card(category=9))
    made = reissue(desk)
    assert (made.category, card_of(made).category) == ("unknown", 9)


@pytest.mark.parametrize("category", ["active", "unknown", "", "of_tomorrow"])
def test_another_card_is_printed_whatever_its_category(desk: Enquiry, category: str) -> None:
    made = reissue(desk)
    wish = PrintCardWish(made.token, category, made.name_ar, made.name_latin)
    assert desk.done(wish) == StaffDone("print")
    assert len(desk.printed) == 1


def test_one_who_was_confirmed_gets_one_card(desk: Enquiry) -> None:
    reissue(desk)
    assert desk.done(ReissueWish("lost")) == StaffDone("reissue", "not_asked")
    assert desk.done(CheckInWish()).code == "not_asked"
    assert len(desk.facts()) == 1


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"card_keys": [CardKey(id=1, key=public(CARD_KEY))]}, "no_card_key"),
        (
            {"card_keys": [CardKey(id=1, key=public(CARD_KEY)), CardKey(id=2, key=public(CARD_KEY))]},
            "no_card_key",
        ),
    ],
)
def test_no_card_is_made_that_other_kiosks_would_refuse(
    tmp_path: Path, changes: dict[str, Any], code: str
) -> None:
    desk = Enquiry(tmp_path, a_fair(**changes))
    desk.confirm()
    assert desk.done(ReissueWish("lost")) == StaffDone("reissue", code)
    assert desk.facts() == []
    assert desk.done(ByHandWish(CARD.identity)).count == 1, "the old one is still good"
    desk.kiosk.stop()


@pytest.mark.parametrize(("form", "last"), [(None, date(2027, 10, 31)), (5, date(2029, 10, 31))])
def test_a_card_is_good_for_as_long_as_the_form_says_or_three_years(
    tmp_path: Path, form: int | None, last: date
) -> None:
    fields = {name: getattr(FORM, name) for name in FORM.__struct_fields__}
    changed = None if form is None else type(FORM)(**{**fields, "card_years": form})
    desk = Enquiry(tmp_path, a_fair(form=changed))
    assert reissue(desk).valid_to == last
    desk.kiosk.stop()


# -- lost ----------------------------------------------------------------------------------------------


def test_the_card_of_who_was_confirmed_is_refused_from_now_on(desk: Enquiry) -> None:
    desk.confirm()
    assert desk.done(RevokeWish("", "stolen")) == StaffDone("revoke", count=1)
    [event] = desk.facts()
    assert (event.fact, event.staff_id) == (CardRevoked(card=CARD.identity, reason="stolen"), "101")
    assert desk.done(RevokeWish("", "stolen")).code == "not_asked", "once"
    desk.ask(StaffEndWish(), StaffOut)
    assert desk.kiosk.scan(LOST).code == "revoked"
    assert desk.kiosk.scan(token(40)).outcome is Outcome.ACCEPTED


def test_a_card_is_refused_by_its_number_without_a_network(desk: Enquiry) -> None:
    desk.kiosk.uplink.cut()
    assert desk.done(RevokeWish(f" {CARD.identity.upper()} ", "lost")) == StaffDone("revoke", count=1)
    assert desk.done(RevokeWish(CARD.identity, "lost")) == StaffDone("revoke", "revoked"), "already"
    desk.kiosk.uplink.connect()
    assert [event.fact for event in desk.facts()] == [CardRevoked(card=CARD.identity, reason="lost")]


@pytest.mark.parametrize(
    ("number", "code"), [("12345", "no_number"), ("0999-00000000000001", "unknown_key"), ("", "not_asked")]
)
def test_what_is_no_card_of_this_body_is_not_revoked(desk: Enquiry, number: str, code: str) -> None:
    assert desk.done(RevokeWish(number, "lost")) == StaffDone("revoke", code)
    assert desk.facts() == []


def test_who_has_no_card_loses_none(desk: Enquiry) -> None:
    desk.tells[Confirm] = Confirmed(person=without_card())
    desk.confirm()
    assert desk.done(RevokeWish("", "lost")) == StaffDone("revoke", "no_card")
    assert desk.ask(ReissueWish("lost"), Reissued).card, "and may have one"


def test_a_staff_card_is_not_revoked_here(desk: Enquiry) -> None:
    number = str(a_card(card_id=7).identity)
    desk.knows(card=number)
    assert desk.done(RevokeWish(number, "lost")) == StaffDone("revoke", "staff_card")
    desk.tells[Confirm] = Confirmed(person=without_card(card=CardRef.of(a_card(card_id=7, category=15))))
    desk.confirm()
    assert desk.done(RevokeWish("", "lost")) == StaffDone("revoke", "staff_card")
    assert desk.done(ReissueWish("lost")) == StaffDone("reissue", "staff_card")
    assert desk.facts() == []


@pytest.mark.parametrize("reason", ["", "because", "x" * 10_000])
def test_a_reason_that_is_none_is_another(desk: Enquiry, reason: str) -> None:
    desk.done(RevokeWish(CARD.identity, reason))
    desk.tells[Confirm] = Confirmed(person=without_card())
    reissue(desk, reason)
    assert [getattr(event.fact, "reason", "") for event in desk.facts()] == ["other", "other"]


def test_a_list_of_the_servers_that_has_not_heard_of_it_brings_no_card_back(desk: Enquiry) -> None:
    desk.done(RevokeWish(CARD.identity, "lost"))
    offer = desk.kiosk.station._descriptions.offer_revocations  # noqa: SLF001 - as heard
    assert offer(revocations(2, "0001-00000000000063"))
    assert desk.done(ByHandWish(CARD.identity)).code == "revoked"
    assert desk.done(ByHandWish("0001-00000000000063")).code == "revoked"


# -- over a restart --------------------------------------------------------------------------------------


def revoke_two(path: Path) -> tuple[str, str]:
    """Let staff of a kiosk without a network replace one card and revoke another; gives both."""
    desk = Enquiry(path)
    desk.confirm()
    desk.kiosk.uplink.cut()
    desk.ask(ReissueWish("lost"), Reissued)
    assert desk.done(RevokeWish("0001-00000000000063", "lost")).count == 1
    desk.kiosk.stop()
    return LOST, token(0x63)


def test_what_was_revoked_without_a_network_is_refused_after_a_restart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cards = revoke_two(tmp_path)
    # However many facts came after.
    monkeypatch.setattr(station, "_RECENT_FACTS", 0)
    with Kiosk(tmp_path / "data", connected=False) as again:
        assert [again.scan(card).code for card in cards] == ["revoked", "revoked"]
        assert again.scan(token(40)).outcome is Outcome.ACCEPTED


def test_what_was_revoked_just_before_a_crash_is_read_from_the_facts(tmp_path: Path) -> None:
    cards = revoke_two(tmp_path)
    with Kiosk(tmp_path / "data", connected=False) as again, stopped_journal(again) as journal:
        journal.put("refused", b"what was torn")
    with Kiosk(tmp_path / "data", connected=False) as again:
        assert [again.scan(card).code for card in cards] == ["revoked", "revoked"]


def test_a_fair_that_is_over_leaves_no_list_of_cards(tmp_path: Path) -> None:
    desk = Enquiry(tmp_path)
    desk.done(RevokeWish(CARD.identity, "lost"))
    until(desk.kiosk.delivered, what="delivery")
    desk.kiosk.server.programme = a_fair(version=9, closed=True)
    desk.kiosk.settle()
    until(lambda: desk.kiosk.told(Wiped), what="the wipe")
    with stopped_journal(desk.kiosk) as journal:
        assert journal.get("refused") is None
    assert CARD.identity not in str([path.read_bytes() for path in (tmp_path / "data").rglob("*.db*")])


# -- nothing readable ------------------------------------------------------------------------------------


def test_no_name_and_no_token_is_in_any_file_or_notices_words(tmp_path: Path) -> None:
    desk = Enquiry(tmp_path)
    made = reissue(desk)
    secrets = [PERSON.name_ar, PERSON.name_latin, "CANARYBENNANI", made.token, made.token[2:40]]

    def found() -> list[tuple[str, str]]:
        files = [path for path in tmp_path.rglob("*") if path.is_file()]
        assert any(path.name == "journal.db" for path in files)
        return [
            (path.name, secret)
            for path in files
            for secret in secrets
            if secret.encode() in path.read_bytes()
        ]

    assert found() == [], "while it runs, the WAL too"
    words = repr(desk.kiosk.notices)
    assert not [secret for secret in secrets if secret in words]
    with stopped_journal(desk.kiosk), suppress(StopIteration):
        assert found() == []
    assert desk.kiosk.told(MemberConfirmed), "it was there to be found"


def test_the_lost_card_of_these_tests_is_who_is_confirmeds() -> None:
    card = verify(LOST, TAG, {1: public(CARD_KEY)})
    assert isinstance(card, Card)
    assert card.identity == CardIdentity.parse(CARD.identity)
