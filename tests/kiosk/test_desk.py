"""What a kiosk does with a code that it has read: every verdict, and which of two comes first."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nacl.signing import SigningKey

from kiosk.rules.desk import (
    REPEAT_WINDOW_MS,
    Decision,
    Desk,
    Moment,
    Outcome,
    RecentVisits,
    worth_judging,
)
from kiosk.rules.doors import Passed, Ways
from tests.wire.strategies import (
    BODY_KEY,
    CARD_KEY,
    OTHER_KEY,
    TAG,
    a_card,
    a_programme,
    any_text,
    many,
    public,
)
from wire.card import CardIdentity, Category, RefusalCode, sign
from wire.described import Session
from wire.events import CardRef, Event, Passage, Refusal, SessionAttendance, Visit, encode_event
from wire.programme import Booth, CardKey, Revocations, RevokedKey
from wire.setup import Setup

BOOT, OTHER_BOOT = "a" * 32, "b" * 32
NOON = datetime(2024, 11, 1, 12, tzinfo=UTC)
MINUTE = 60_000
IDENTITY = a_card().identity


def ms(when: datetime) -> int:
    return (when - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)


def at(when: datetime | int = NOON, *, boot: str = BOOT, monotonic_ms: int = 60 * MINUTE) -> Moment:
    wall_ms = when if isinstance(when, int) else ms(when)
    return Moment(wall_ms=wall_ms, monotonic_ms=monotonic_ms, boot_id=boot, best_ms=wall_ms)


def revocations(*cards: str, keys: list[RevokedKey] | None = None) -> Revocations:
    return Revocations(version=1, issued_at=1, cards=list(cards), keys=keys or [])


def desk(
    revoked: Revocations | None = None,
    last_server_ms: int = 0,
    *,
    booth: str = "",
    setup: Setup | None = None,
    refused: Sequence[CardIdentity] = (),
    **programme: object,
) -> Desk:
    return Desk(
        body_key=public(BODY_KEY),
        programme=a_programme(**programme),
        revocations=revoked,
        setup=setup,
        booth=booth,
        last_server_ms=last_server_ms,
        refused=refused,
    )


def token(key: SigningKey = CARD_KEY, /, **fields: Any) -> str:
    return sign(a_card(**fields), key)


def decide(text: str, moment: Moment | None = None, revoked: Revocations | None = None) -> Decision:
    return desk(revoked).decide(text, RecentVisits(), moment or at())


def flipped(text: str) -> str:
    """A genuine card with one character of its signature changed."""
    return text[:60] + ("A" if text[60] != "A" else "B") + text[61:]


YESTERDAY, TODAY, TOMORROW = date(2024, 10, 31), date(2024, 11, 1), date(2024, 11, 2)
EXPIRED: dict[str, Any] = {"valid_from": date(2024, 1, 1), "valid_to": YESTERDAY}
STAFF = int(Category.STAFF)


@pytest.mark.parametrize(
    ("text", "code", "names_a_card"),
    [
        ("https://example.org/", RefusalCode.FOREIGN_CODE, False),
        ("", RefusalCode.FOREIGN_CODE, False),
        ("R2D2", RefusalCode.FOREIGN_CODE, False),
        ("<b>R1</b>", RefusalCode.FOREIGN_CODE, False),
        ("\0\n\x1b[2J", RefusalCode.FOREIGN_CODE, False),
        ("A" * 2953, RefusalCode.FOREIGN_CODE, False),
        ("R1" + "A" * 2951, RefusalCode.MALFORMED, False),
        (token()[:-1], RefusalCode.MALFORMED, False),
        (token() + "A", RefusalCode.MALFORMED, False),
        (token()[:40] + "ü" + token()[41:], RefusalCode.MALFORMED, False),
        ("R2" + token()[2:], RefusalCode.UNKNOWN_VERSION, False),
        (token(body_tag=TAG ^ 1), RefusalCode.WRONG_BODY, False),
        (token(key_id=2), RefusalCode.UNKNOWN_KEY, False),
        (token(OTHER_KEY), RefusalCode.BAD_SIGNATURE, False),
        (flipped(token()), RefusalCode.BAD_SIGNATURE, False),
        (token(**EXPIRED), RefusalCode.EXPIRED, True),
        (token(valid_from=TOMORROW), RefusalCode.NOT_YET_VALID, True),
    ],
)
def test_a_scan_is_refused_with_a_code_and_recorded(
    text: str, code: RefusalCode, *, names_a_card: bool
) -> None:
    decision = decide(text)
    assert (decision.outcome, decision.code) == (Outcome.REFUSED, code)
    assert isinstance(decision.fact, Refusal)
    assert decision.fact.code is code
    # A card number that nobody signed could be anybody's.
    assert (decision.fact.card is not None) == (decision.card is not None) == names_a_card


def test_a_revoked_card_is_refused_and_named() -> None:
    decision = decide(token(), revoked=revocations(str(IDENTITY)))
    assert decision.code is RefusalCode.REVOKED
    assert decision.fact == Refusal(code=RefusalCode.REVOKED, card=CardRef.of(a_card()))


def test_every_refusal_code_is_met_above() -> None:
    marks = getattr(test_a_scan_is_refused_with_a_code_and_recorded, "pytestmark", [])
    met = {case[1] for case in marks[0].args[1]} | {RefusalCode.REVOKED, RefusalCode.NOT_INVITED}
    assert met == set(RefusalCode)


def test_a_genuine_card_is_a_visit() -> None:
    decision = decide(token())
    assert decision == Decision(Outcome.ACCEPTED, card=a_card(), fact=Visit(card=CardRef.of(a_card())))


@pytest.mark.parametrize(
    ("text", "revoked", "code"),
    [
        # Wrong in two ways: what is said first is what a person can do something about, and
        # nothing that stands in an unsigned card is believed.
        (token(OTHER_KEY, body_tag=TAG ^ 1), [], RefusalCode.WRONG_BODY),
        (token(OTHER_KEY, key_id=9), [], RefusalCode.UNKNOWN_KEY),
        (token(body_tag=TAG ^ 1, key_id=9), [], RefusalCode.WRONG_BODY),
        (token(OTHER_KEY, **EXPIRED), [], RefusalCode.BAD_SIGNATURE),
        (token(OTHER_KEY), [str(IDENTITY)], RefusalCode.BAD_SIGNATURE),
        (token(**EXPIRED), [str(IDENTITY)], RefusalCode.REVOKED),
        (token(category=STAFF), [str(IDENTITY)], RefusalCode.REVOKED),
        (token(category=STAFF, **EXPIRED), [], RefusalCode.EXPIRED),
    ],
)
def test_the_first_of_two_reasons_is_given(text: str, revoked: list[str], code: RefusalCode) -> None:
    assert decide(text, revoked=revocations(*revoked)).code is code


def test_a_refused_card_is_refused_however_recent_its_visit() -> None:
    recent = RecentVisits()
    recent.remember(IDENTITY, at())
    for text, revoked in ((token(**EXPIRED), None), (token(), revocations(str(IDENTITY)))):
        assert desk(revoked).decide(text, recent, at()).outcome is Outcome.REFUSED


def test_a_staff_card_makes_no_fact_and_no_recent_visit() -> None:
    assert decide(token(category=STAFF)) == Decision(Outcome.STAFF, card=a_card(category=STAFF))


def test_deciding_changes_nothing() -> None:
    recent, one = RecentVisits(), desk()
    assert one.decide(token(), recent, at()) == one.decide(token(), recent, at())


# -- revoked keys --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("known", "accepted"),
    [([f"{IDENTITY.card_id:014x}"], True), ([], False), (["00c0ffee00c0fe"], False)],
)
def test_of_a_revoked_key_only_the_cards_that_the_server_knew_are_taken(
    known: list[str], *, accepted: bool
) -> None:
    decision = decide(token(), revoked=revocations(keys=[RevokedKey(key_id=1, known=known)]))
    assert decision.code is (None if accepted else RefusalCode.REVOKED)


def test_back_dating_a_card_of_a_revoked_key_gains_nothing() -> None:
    early = token(card_id=77, valid_from=date(2024, 1, 1))
    assert decide(early, revoked=revocations(keys=[RevokedKey(key_id=1)])).code is RefusalCode.REVOKED


def test_a_known_card_of_a_revoked_key_can_be_revoked_by_itself() -> None:
    both = revocations(str(IDENTITY), keys=[RevokedKey(key_id=1, known=[f"{IDENTITY.card_id:014x}"])])
    assert decide(token(), revoked=both).code is RefusalCode.REVOKED


def test_another_key_is_not_touched_by_a_revoked_one() -> None:
    revoked = revocations(keys=[RevokedKey(key_id=1)])
    two = [CardKey(id=1, key=public(CARD_KEY)), CardKey(id=2, key=public(OTHER_KEY))]
    text = token(OTHER_KEY, key_id=2)
    assert desk(revoked, card_keys=two).decide(text, RecentVisits(), at()).outcome is Outcome.ACCEPTED


def test_the_same_number_under_another_key_is_another_card() -> None:
    two = [CardKey(id=1, key=public(CARD_KEY)), CardKey(id=2, key=public(OTHER_KEY))]
    one, recent = desk(revocations(str(IDENTITY)), card_keys=two), RecentVisits()
    recent.remember(IDENTITY, at())
    assert one.decide(token(OTHER_KEY, key_id=2), recent, at()).outcome is Outcome.ACCEPTED


# -- dates ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "midnight", "next_midnight"),
    [
        # Morocco keeps UTC+1 in winter and summer …
        (date(2024, 11, 1), datetime(2024, 10, 31, 23, tzinfo=UTC), datetime(2024, 11, 1, 23, tzinfo=UTC)),
        # … but UTC+0 in Ramadan: 10 March to 14 April in 2024, whose first and last days are odd …
        (date(2024, 3, 20), datetime(2024, 3, 20, tzinfo=UTC), datetime(2024, 3, 21, tzinfo=UTC)),
        (date(2024, 3, 10), datetime(2024, 3, 9, 23, tzinfo=UTC), datetime(2024, 3, 11, tzinfo=UTC)),
        (date(2024, 4, 14), datetime(2024, 4, 14, tzinfo=UTC), datetime(2024, 4, 14, 23, tzinfo=UTC)),
        # … and for good since 20 September 2026.
        (date(2026, 11, 1), datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 11, 2, tzinfo=UTC)),
    ],
)
def test_a_cards_days_begin_and_end_at_midnight_in_casablanca(
    day: date, midnight: datetime, next_midnight: datetime
) -> None:
    one = desk(issued_at=1)
    text = token(valid_from=day, valid_to=day)

    def code_at(moment_ms: int) -> RefusalCode | None:
        return one.decide(text, RecentVisits(), at(moment_ms)).code

    assert code_at(ms(midnight) - 1) is RefusalCode.NOT_YET_VALID
    assert code_at(ms(midnight)) is None
    assert code_at(ms(next_midnight) - 1) is None
    assert code_at(ms(next_midnight)) is RefusalCode.EXPIRED


def test_dates_go_by_the_servers_clock_where_it_was_heard() -> None:
    # The kiosk's own clock is a year ahead, the server's says that the card is good.
    wrong = Moment(
        wall_ms=ms(NOON) + 800 * 24 * 60 * MINUTE,
        monotonic_ms=1,
        boot_id=BOOT,
        best_ms=ms(NOON),
        heard_server=True,
    )
    assert decide(token(), wrong).outcome is Outcome.ACCEPTED
    assert decide(token(**EXPIRED), wrong).code is RefusalCode.EXPIRED


@pytest.mark.parametrize("fields", [{}, EXPIRED, {"valid_from": TOMORROW}])
def test_in_1970_nobody_is_refused_for_a_date_and_the_visit_is_flagged(fields: dict[str, Any]) -> None:
    decision = decide(token(**fields), at(5000))
    assert decision.outcome is Outcome.ACCEPTED
    assert isinstance(decision.fact, Visit)
    assert decision.fact.clock_doubtful


def test_in_1970_forged_and_revoked_cards_are_refused_all_the_same() -> None:
    assert decide(token(OTHER_KEY), at(5000)).code is RefusalCode.BAD_SIGNATURE
    assert decide(token(), at(5000), revocations(str(IDENTITY))).code is RefusalCode.REVOKED


@pytest.mark.parametrize(
    ("issued_at", "last_server_ms", "now", "credible"),
    [
        (1000, 0, 999, False),
        (1000, 0, 1000, True),
        (1000, 5000, 4999, False),  # the server has said a later time since
        (1000, 5000, 5000, True),
        (5000, 1000, 4999, False),
        (5000, 1000, 5000, True),
    ],
)
def test_a_clock_is_credible_from_the_latest_time_that_was_signed(
    issued_at: int, last_server_ms: int, now: int, *, credible: bool
) -> None:
    one = desk(issued_at=issued_at, last_server_ms=last_server_ms)
    assert one.clock_credible(at(now)) is credible


def test_hearing_the_server_makes_any_clock_credible() -> None:
    moment = Moment(wall_ms=0, monotonic_ms=1, boot_id=BOOT, best_ms=ms(NOON), heard_server=True)
    decision = decide(token(), moment)
    assert decision.fact == Visit(card=CardRef.of(a_card()))
    assert decide(token(**EXPIRED), moment).code is RefusalCode.EXPIRED


# -- the same card again -------------------------------------------------------------------------


def outcome_after(before: Moment, now: Moment) -> Outcome:
    recent = RecentVisits()
    recent.remember(IDENTITY, before)
    return desk(issued_at=1).decide(token(), recent, now).outcome


@pytest.mark.parametrize(
    ("minutes_ms", "expected"),
    [
        (0, Outcome.REPEAT),
        (1, Outcome.REPEAT),
        (REPEAT_WINDOW_MS - 1, Outcome.REPEAT),
        (REPEAT_WINDOW_MS, Outcome.ACCEPTED),
        (REPEAT_WINDOW_MS + 1, Outcome.ACCEPTED),
    ],
)
@pytest.mark.parametrize("wall_jump_ms", [0, 365 * 24 * 60 * MINUTE, -30 * 24 * 60 * MINUTE])
def test_in_one_boot_ten_minutes_are_measured_by_the_monotonic_clock(
    minutes_ms: int, expected: Outcome, wall_jump_ms: int
) -> None:
    now = at(ms(NOON) + minutes_ms + wall_jump_ms, monotonic_ms=60 * MINUTE + minutes_ms)
    assert outcome_after(at(), now) is expected


@pytest.mark.parametrize(
    ("minutes_ms", "expected"),
    [
        (-1, Outcome.ACCEPTED),  # the clock went back: nothing is known, and a visit is not lost
        (0, Outcome.REPEAT),
        (REPEAT_WINDOW_MS - 1, Outcome.REPEAT),
        (REPEAT_WINDOW_MS, Outcome.ACCEPTED),
    ],
)
@pytest.mark.parametrize("monotonic_ms", [0, 600 * MINUTE])
def test_across_a_boot_ten_minutes_are_measured_by_the_wall_clock(
    minutes_ms: int, expected: Outcome, monotonic_ms: int
) -> None:
    now = at(ms(NOON) + minutes_ms, boot=OTHER_BOOT, monotonic_ms=monotonic_ms)
    assert outcome_after(at(), now) is expected


def test_a_repeat_records_nothing_and_does_not_start_the_ten_minutes_again() -> None:
    recent = RecentVisits()
    recent.remember(IDENTITY, at(monotonic_ms=0))
    one = desk()
    repeat = one.decide(token(), recent, at(monotonic_ms=9 * MINUTE))
    assert (repeat.outcome, repeat.fact) == (Outcome.REPEAT, None)
    assert one.decide(token(), recent, at(monotonic_ms=10 * MINUTE)).outcome is Outcome.ACCEPTED


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [
        (at(), at(ms(NOON) + MINUTE, monotonic_ms=61 * MINUTE), ms(NOON)),
        # The wall clock was put right in between: the hour is told by the clock of now.
        (at(12_000), at(NOON, monotonic_ms=69 * MINUTE), ms(NOON) - 9 * MINUTE),
        (at(), at(ms(NOON) + MINUTE, boot=OTHER_BOOT, monotonic_ms=0), ms(NOON)),
        # A clock that cannot be right tells no hour.
        (at(12_000), at(12_000 + MINUTE, monotonic_ms=61 * MINUTE), 0),
    ],
)
def test_a_repeat_tells_when_the_visit_was_recorded(before: Moment, now: Moment, expected: int) -> None:
    recent = RecentVisits()
    recent.remember(IDENTITY, before)
    decision = desk().decide(token(), recent, now)
    assert (decision.outcome, decision.recorded_at) == (Outcome.REPEAT, expected)


def test_another_card_is_no_repeat() -> None:
    recent = RecentVisits()
    recent.remember(IDENTITY, at())
    assert desk().decide(token(card_id=5), recent, at()).outcome is Outcome.ACCEPTED


def held(recent: RecentVisits) -> int:
    return len(recent._last)  # noqa: SLF001 - what is forgotten is visible nowhere else


def test_visits_of_a_long_day_are_forgotten() -> None:
    recent = RecentVisits()
    for minute in range(600):
        recent.remember(CardIdentity(1, minute), at(monotonic_ms=minute * MINUTE))
    assert held(recent) == 10


def test_a_visit_from_a_boot_whose_clock_was_ahead_does_not_keep_the_others() -> None:
    recent = RecentVisits()
    recent.remember(IDENTITY, at(datetime(2036, 1, 1, tzinfo=UTC), boot=OTHER_BOOT))
    for minute in range(600):
        recent.remember(CardIdentity(1, minute), at(monotonic_ms=minute * MINUTE))
    assert held(recent) == 10


# -- what is read, and what is kept of it --------------------------------------------------------


@pytest.mark.parametrize(
    ("texts", "judged"),
    [
        ([], []),
        (["poster"], ["poster"]),
        (["poster", token()], [token()]),
        ([token(), "poster", token(card_id=5)], [token(), token(card_id=5)]),
        (["poster", "other"], ["poster", "other"]),
        (["R1 is no card, but says so", "poster"], ["R1 is no card, but says so"]),
    ],
)
def test_foreign_codes_next_to_a_card_are_ignored(texts: list[str], judged: list[str]) -> None:
    assert list(worth_judging(texts)) == judged


@pytest.mark.parametrize("fields", [{}, EXPIRED])
def test_no_fact_holds_a_token(fields: dict[str, Any]) -> None:
    text = token(**fields)
    fact = decide(text).fact
    assert fact is not None
    event = Event(
        event_id="0" * 32,
        occurred_at=1,
        monotonic_ms=1,
        boot_id=BOOT,
        fair="rabat-2024",
        booth="bank-1",
        fact=fact,
    )
    encoded = encode_event(event).decode()
    assert not any(text[start : start + 8] in encoded for start in range(len(text) - 8))


@many
@given(text=any_text | st.text("R0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:", max_size=200))
def test_any_other_text_is_refused_without_a_word(text: str) -> None:
    decision = decide(text)
    assert decision.outcome is Outcome.REFUSED
    assert decision.card is None


# -- doors and sessions ----------------------------------------------------------------------------

MEETING = Session(
    id="delegates",
    names={"fr": "Réunion"},
    booth="hall",
    day="2024-11-01",
    starts="11:30",
    ends="13:00",
    by_invitation=True,
)
GUEST = str(IDENTITY)


def at_meeting(text: str, moment: Moment | None = None, *invited: str, **changes: Any) -> Decision:
    setup = Setup(version=1, fair="rabat", invitees={MEETING.id: list(invited)}) if invited else None
    at_the_hall = desk(booth="hall", setup=setup, sessions=[MEETING], **changes)
    return at_the_hall.decide(text, RecentVisits(), moment or at())


@pytest.mark.parametrize(("kind", "direction"), [("entrance", "in"), ("exit", "out")])
def test_at_a_door_a_card_is_a_passage(kind: str, direction: Any) -> None:
    doors = [Booth(id="door", names={"fr": "Porte"}, kind=kind)]
    decision = desk(booth="door", booths=doors).decide(token(), RecentVisits(), at())
    assert decision.outcome is Outcome.ACCEPTED
    assert decision.fact == Passage(direction=direction, card=CardRef.of(a_card()))
    assert decision.attendance is None


def test_at_doors_who_came_in_today_goes_out_and_everyone_else_comes_in() -> None:
    both_ways = desk(booth="door", booths=[Booth(id="door", names={"fr": "Portes"}, kind="doors")])
    ways = Ways()

    def way(moment: Moment) -> str:
        decision = both_ways.decide(token(), RecentVisits(), moment, ways)
        assert isinstance(decision.fact, Passage)
        return decision.fact.direction

    assert both_ways.both_ways
    assert way(at()) == "in"
    ways.remember(IDENTITY, Passed("1" * 32, "in", both_ways.day(at())))
    assert way(at()) == "out"
    ways.remember(IDENTITY, Passed("2" * 32, "out", both_ways.day(at())))
    assert way(at()) == "in"
    ways.remember(IDENTITY, Passed("3" * 32, "in", both_ways.day(at())))
    tomorrow = at(at().wall_ms + 24 * 3_600_000)
    assert way(tomorrow) == "in", "nobody sleeps in the hall"
    ways.forget_one(IDENTITY)
    assert way(at()) == "in"


@pytest.mark.parametrize(
    ("kind", "fact"),
    [
        ("booth", Visit()),
        ("entrance", Passage(direction="in")),
        ("exit", Passage(direction="out")),
        ("doors", Passage(direction="in")),
    ],
)
def test_by_hand_a_card_counts_as_the_place_does(kind: str, fact: Visit | Passage) -> None:
    here = desk(booth="door", booths=[Booth(id="door", names={"fr": "Porte"}, kind=kind)])
    assert here.by_hand(None) == fact
    assert here.by_hand(CardRef.of(a_card())).card == CardRef.of(a_card())
    assert here.by_hand(CardRef.of(a_card()), "lost") == here.by_hand(CardRef.of(a_card())), "it is there"


@pytest.mark.parametrize("reason", ["forgotten", "lost", "unreadable", "none", "household"])
def test_why_there_is_no_card_is_recorded_at_a_booth(reason: str) -> None:
    assert desk().by_hand(None, reason) == Visit(reason=reason)


@pytest.mark.parametrize("reason", ["", "Lost", "x" * 1000, "lost\n"])
def test_a_reason_that_is_none_was_not_said(reason: str) -> None:
    assert desk().by_hand(None, reason) == Visit()


def test_a_card_that_this_kiosk_has_revoked_is_refused_like_one_of_the_servers_list() -> None:
    here = desk(refused=[IDENTITY])
    assert here.decide(token(), RecentVisits(), at()).code is RefusalCode.REVOKED
    assert here.why_not_by_hand(IDENTITY) is RefusalCode.REVOKED
    assert desk().decide(token(), RecentVisits(), at()).code is None


def test_a_repeat_at_doors_says_which_way_it_went() -> None:
    both_ways = desk(booth="door", booths=[Booth(id="door", names={"fr": "Portes"}, kind="doors")])
    recent, ways = RecentVisits(), Ways()
    recent.remember(IDENTITY, at())
    ways.remember(IDENTITY, Passed("1" * 32, "in", both_ways.day(at())))
    decision = both_ways.decide(token(), recent, at(), ways)
    assert (decision.outcome, decision.way) == (Outcome.REPEAT, "in")


def test_a_kind_of_place_that_is_not_known_is_a_booth() -> None:
    strange = [Booth(id="door", names={"fr": "Porte"}, kind="balcony")]
    assert isinstance(desk(booth="door", booths=strange).decide(token(), RecentVisits(), at()).fact, Visit)


def test_a_scan_at_a_session_is_its_roll_call_too() -> None:
    decision = at_meeting(token(), None, GUEST)
    assert decision.fact == Visit(card=CardRef.of(a_card()))
    assert decision.attendance == SessionAttendance(card=CardRef.of(a_card()), session="delegates")
    assert decision.session == MEETING


def test_who_is_not_invited_is_turned_away_and_staff_may_admit() -> None:
    refused = at_meeting(token(), None, "0001-00000000000001")
    assert (refused.outcome, refused.code) == (Outcome.REFUSED, RefusalCode.NOT_INVITED)
    assert refused.fact == Refusal(code=RefusalCode.NOT_INVITED, card=CardRef.of(a_card()))
    assert refused.attendance is None
    admitted = desk(booth="hall", sessions=[MEETING]).admit(refused, RecentVisits(), at())
    assert (admitted.outcome, admitted.code) == (Outcome.ACCEPTED, None)
    assert admitted.attendance == SessionAttendance(
        card=CardRef.of(a_card()), session="delegates", invited=False
    )
    assert isinstance(admitted.fact, Visit)
    with pytest.raises(ValueError, match="only who was not invited"):
        desk().admit(decide("nothing"), RecentVisits(), at())


def test_everyone_may_come_while_no_list_has_come() -> None:
    assert at_meeting(token()).attendance is not None


@pytest.mark.parametrize(
    ("hour", "minute", "called"),
    [(10, 29, False), (10, 30, True), (13, 30, True), (13, 31, False)],
)
def test_a_roll_is_called_from_an_hour_before_to_half_an_hour_after(
    hour: int, minute: int, *, called: bool
) -> None:
    # The example's fair is in Morocco, which was an hour ahead of UTC in 2024.
    local = NOON.replace(hour=hour - 1, minute=minute)
    decision = at_meeting(token(), at(local), "0001-00000000000001")
    assert (decision.code is RefusalCode.NOT_INVITED) is called
    assert (decision.session is not None) is called


def test_a_clock_that_nobody_believes_calls_no_roll() -> None:
    decision = at_meeting(token(), at(1000), GUEST)
    assert isinstance(decision.fact, Visit)
    assert decision.fact.clock_doubtful
    assert decision.attendance is None


@pytest.mark.parametrize("day", ["2024-11", "2024", ""])
def test_a_session_whose_day_is_not_known_calls_no_roll_by_itself(day: str) -> None:
    someday = Session(id="training", names={"fr": "Formation"}, booth="hall", day=day)
    decision = desk(booth="hall", sessions=[someday]).decide(token(), RecentVisits(), at())
    assert decision.session is None


def test_of_two_sessions_the_one_that_began_last_is_called() -> None:
    workshop = Session(id="workshop", names={"fr": "Atelier"}, booth="hall", day="2024-11-01", starts="12:45")
    decision = desk(booth="hall", sessions=[workshop, MEETING]).decide(token(), RecentVisits(), at())
    assert decision.session == workshop
