"""Staff serve whoever has no code to show: find, confirm, another card, a lost one, a family; by touches."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
import zxingcpp
from nacl.signing import SigningKey

from kiosk.notices import (
    CardIgnored,
    HouseholdFound,
    MemberConfirmed,
    MembersFound,
    Reissued,
    StaffDone,
    StaffIn,
    StaffOut,
)
from kiosk.ui.by_hand import ByHand
from kiosk.ui.finding_scenes import DEPENDANTS, MATCHES
from kiosk.ui.registration_scenes import CATEGORIES, FORM
from kiosk.ui.scenes import WALL
from kiosk.ui.staff_scenes import BOOTHS, a_view
from kiosk.ui.view import Act, Do, Kind
from kiosk.wishes import (
    ByHandWish,
    CheckInWish,
    ConfirmWish,
    FindWish,
    HouseholdWish,
    PrintCardWish,
    ReissueWish,
    RevokeWish,
    StaffEndWish,
    TogetherWish,
)
from tests.kiosk.ui.stage import Stage, below
from tests.wire.strategies import a_card
from wire.card import sign

# Arabic: the way back points to the right.
BACK, YES, NO, SEARCH, PRINT, FINISH = "arrow-right", "check", "x", "search", "printer", "log-out"
NEW_CARD, LOST, WITHOUT, HOW_MANY = "id-card", "ban", "user", "users"
MORE = "arrow-down"
BY_HAND = "تسجيل يدوي"
FIND, NUMBER, NO_CARD, FAMILY = "البحث عن المنخرط", "رقم البطاقة", "بدون بطاقة", "أسرة"
PHONE, BIRTH = "رقم الهاتف", "تاريخ الازدياد"
FIRST = "ف. ب*** · F. B***"
CARD = "0001-00c0ffee00c0ff"
TOKEN = sign(a_card(), SigningKey(b"\x02" * 32))
MEMBER = MemberConfirmed(MATCHES[0].member, MATCHES[0].name_ar, MATCHES[0].name_latin, 1, has_card=True)
MADE = Reissued(CARD, TOKEN, date(2029, 12, 26), "active", "فاطمة بنعلي", "FATIMA BENALI", can_print=True)


def begun(stage: Stage) -> Stage:
    """Let staff open what is done by hand."""
    from kiosk.ui.example import DESCRIBED  # noqa: PLC0415 - beside what is changed of it

    stage.ready().hear(replace(DESCRIBED, booth_names=BOOTHS, form=FORM, categories=CATEGORIES))
    stage.hear(StaffIn("101", 120.0))
    stage.hear(a_view(WALL))
    stage.touch(BY_HAND)
    return stage


@pytest.fixture
def desk(stage: Stage) -> Stage:
    return begun(stage)


def type_in(stage: Stage, text: str) -> None:
    """Type, faster than a screen may change."""
    stage.wait(0.5)
    for letter in text:
        stage.tap("space" if letter == " " else letter)


def found(stage: Stage, *, more: bool = False) -> Stage:
    """Look for somebody, and be told who it may be."""
    stage.touch(FIND)
    type_in(stage, "فاطمة")
    stage.touch(SEARCH)
    stage.hear(MembersFound(MATCHES, more=more))
    assert stage.view().kind == Kind.FOUND
    return stage


def confirmed(stage: Stage) -> Stage:
    """Find somebody, and confirm by the phone that it is them."""
    found(stage).touch(FIRST, PHONE)
    type_in(stage, "0612345678")
    stage.touch(YES)
    stage.hear(MEMBER)
    assert stage.view().kind == Kind.CONFIRMED
    return stage


def wishes(stage: Stage, kind: type) -> list[Any]:
    return [each for each in stage.asked if isinstance(each, kind)]


def everything(stage: Stage) -> str:
    """Give every text in the window, every name of a button, and all that the window's caches know."""
    named = [str(getattr(part, "name", "")) for part in below(stage.face)]
    return " ".join([*stage.texts(), *named, str([*stage.face._textures._kept])])  # noqa: SLF001 - to see them


# -- finding ---------------------------------------------------------------------------------------


def test_by_hand_offers_four_ways_and_finding_first(desk: Stage) -> None:
    assert [tile.word for tile in desk.view().tiles] == [FIND, NUMBER, NO_CARD, FAMILY]


def test_a_forgotten_card_is_checked_in_by_a_name_and_a_second_field(desk: Stage) -> None:
    confirmed(desk)
    assert wishes(desk, FindWish) == [FindWish("فاطمة")]
    assert wishes(desk, ConfirmWish) == [ConfirmWish(MATCHES[0].member, "phone", "+212612345678")]
    assert any("ف. ب***" in text for text in desk.texts())
    desk.touch(YES)
    assert desk.asked[-1] == CheckInWish()
    desk.hear(StaffDone("by_hand", count=1))
    assert desk.view().kind == Kind.STAFF_DONE
    desk.touch(BACK)
    assert desk.view().kind == Kind.STAFF_MENU


def test_who_was_found_is_told_masked_with_what_tells_them_apart(desk: Stage) -> None:
    found(desk)
    tile = desk.view().tiles[0]
    assert tile.word == FIRST
    assert [note.words for note in tile.notes] == ["نشيط", "1960", "…78"]
    assert tile.badge == ""
    assert desk.view().tiles[1].badge == "بدون بطاقة"
    assert all(note.words for each in desk.view().tiles for note in each.notes), (
        "what is not known is not said"
    )


def test_more_than_fit_are_turned_to_and_others_are_spoken_of(desk: Stage) -> None:
    found(desk, more=True)
    assert len(desk.view().tiles) == 8
    assert any("آخرون" in text for text in desk.texts())
    last = desk.view().tiles[-1].word
    assert last not in desk.texts()
    for _ in range(3):
        desk.touch(MORE)
    assert last in desk.texts()


def test_names_are_written_in_either_script_and_digits_on_one_screen(desk: Stage) -> None:
    desk.touch(FIND)
    assert desk.find("ض").right > desk.find("د").right, "Arabic first, from the right"
    desk.touch("ABC")
    assert desk.find("A").x < desk.find("P").x, "Latin letters are never mirrored"
    type_in(desk, "FATIMA")
    desk.touch("123")
    type_in(desk, "12")
    desk.touch("أبت")
    type_in(desk, "ب")
    assert desk.view().typed == "FATIMA12ب"


def test_nothing_written_asks_nothing(desk: Stage) -> None:
    desk.touch(FIND, SEARCH)
    type_in(desk, " ")
    desk.touch(SEARCH)
    assert wishes(desk, FindWish) == []
    assert desk.view().kind == Kind.FIND


def test_nobody_found_keeps_what_was_written(desk: Stage) -> None:
    desk.touch(FIND)
    type_in(desk, "فاطمة")
    desk.touch(SEARCH)
    desk.hear(StaffDone("find", "nobody"))
    assert desk.view().kind == Kind.STAFF_NOT_DONE
    desk.touch(BACK)
    assert (desk.view().kind, desk.view().typed) == (Kind.FIND, "فاطمة")


@pytest.mark.parametrize("code", ["nobody", "no_answer", "too_many", "unknown_staff"])
def test_where_nobody_is_found_a_visit_without_a_card_is_one_touch_away(desk: Stage, code: str) -> None:
    desk.touch(FIND)
    type_in(desk, "ف")
    desk.touch(SEARCH)
    desk.hear(StaffDone("find", code))
    title = desk.view().said.title
    assert title
    assert title != "لم يتم ذلك", "staff read the cause"
    desk.touch(WITHOUT)
    assert desk.view().kind == Kind.NO_CARD
    desk.touch("نُسيت")
    assert desk.asked[-1] == ByHandWish("", "forgotten", 1)


def test_a_server_that_takes_its_time_is_waited_for_visibly(desk: Stage) -> None:
    desk.touch(FIND)
    type_in(desk, "ف")
    desk.touch(SEARCH)
    assert desk.view().kind == Kind.FIND
    desk.wait(1.0)
    assert desk.view().kind == Kind.MOMENT
    desk.wait(9.0)
    assert desk.view().kind == Kind.STAFF_NOT_DONE
    desk.hear(MembersFound(MATCHES))
    assert desk.view().kind == Kind.STAFF_NOT_DONE, "what comes late is no answer to anything"


# -- confirming ------------------------------------------------------------------------------------


def test_one_way_to_confirm_is_asked_at_once_and_several_are_chosen_from(desk: Stage) -> None:
    found(desk)
    desk.touch(FIRST)
    assert [tile.word for tile in desk.view().tiles] == [PHONE, BIRTH, "رقم التأجير"]
    desk.touch(BACK)
    desk.touch(MATCHES_NAMES[1])
    assert desk.view().kind == Kind.CONFIRM_NUMBER
    assert BIRTH in desk.view().said.title
    type_in(desk, "31051960")
    assert desk.view().typed == "31/05/1960"
    desk.touch(YES)
    assert desk.asked[-1] == ConfirmWish(MATCHES[1].member, "birth", "1960-05-31")


def test_what_is_no_day_or_number_is_said_before_anybody_is_asked(desk: Stage) -> None:
    found(desk).touch(FIRST, BIRTH)
    type_in(desk, "1960")
    desk.touch(YES)
    assert any("التاريخ" in text for text in desk.texts()), "the year alone stood on the tile"
    desk.touch("1")
    assert not any("تحقق من هذا التاريخ" in text for text in desk.texts())
    desk.touch("delete", "delete", "delete", "delete", "delete", YES)
    assert wishes(desk, ConfirmWish) == []


def test_a_birth_of_which_the_year_alone_is_known_is_confirmed_by_the_year(desk: Stage) -> None:
    found(desk).touch(MORE, MATCHES_NAMES[3])
    type_in(desk, "1948")
    desk.touch(YES)
    assert desk.asked[-1] == ConfirmWish(MATCHES[3].member, "birth", "1948")


def test_what_does_not_fit_may_be_mended_or_another_field_taken(desk: Stage) -> None:
    found(desk).touch(FIRST, PHONE)
    type_in(desk, "0612345679")
    desk.touch(YES)
    desk.hear(StaffDone("confirm", "differs"))
    assert desk.played[-1] == "trouble"
    assert (desk.view().kind, desk.view().typed) == (Kind.CONFIRM_NUMBER, "06 12 34 56 79")
    assert any("لا يطابق" in text for text in desk.texts())
    desk.touch("delete")
    assert not any("لا يطابق" in text for text in desk.texts())
    desk.touch(BACK, BIRTH)
    assert desk.view().typed == ""


def test_a_number_with_letters_is_confirmed_by_keyboard(stage: Stage) -> None:
    from kiosk.ui.example import DESCRIBED  # noqa: PLC0415 - as above

    begun(stage)
    stage.hear(replace(DESCRIBED, form=replace_pattern("[A-Z]{2}[0-9]{4}")))
    stage.touch(BACK, BY_HAND)
    found(stage).touch(FIRST, "رقم التأجير")
    assert stage.view().kind == Kind.CONFIRM_WRITE
    type_in(stage, "AB")
    stage.touch("123")
    type_in(stage, "0012")
    stage.touch(YES)
    assert stage.asked[-1] == ConfirmWish(MATCHES[0].member, "employee_number", "AB0012")


def replace_pattern(pattern: str) -> Any:
    import msgspec  # noqa: PLC0415 - for this one

    return msgspec.structs.replace(FORM, employee_number=pattern)


def test_whom_nothing_confirms_gets_a_visit_without_a_card(desk: Stage) -> None:
    found(desk)
    desk.touch(MORE, MATCHES_NAMES[2])
    assert desk.view().kind == Kind.UNCONFIRMED
    desk.touch(WITHOUT, "ضاعت")
    assert desk.asked[-1] == ByHandWish("", "lost", 1)


def test_what_was_forgotten_meanwhile_begins_again(desk: Stage) -> None:
    confirmed(desk).touch(YES)
    desk.hear(StaffDone("by_hand", "not_asked"))
    assert desk.view().kind == Kind.STAFF_NOT_DONE
    desk.touch(BACK)
    assert desk.view().kind == Kind.BY_HAND
    assert "ف. ب" not in everything(desk)


# -- another card, a lost one ----------------------------------------------------------------------


def test_another_card_is_made_shown_and_printed(desk: Stage) -> None:
    confirmed(desk).touch(NEW_CARD)
    assert "تُرفض" in desk.view().said.title, "staff know what becomes of the old one"
    desk.touch("ضاعت")
    assert wishes(desk, ReissueWish) == [ReissueWish("lost")]
    desk.hear(MADE)
    assert desk.view().kind == Kind.FORM_CARD
    assert {"فاطمة بنعلي", "FATIMA BENALI", CARD} <= set(desk.texts())
    assert [code.text for code in zxingcpp.read_barcodes(desk.picture())] == [TOKEN]
    desk.touch(PRINT)
    assert desk.asked[-1] == PrintCardWish(TOKEN, "active", "فاطمة بنعلي", "FATIMA BENALI")
    desk.hear(StaffDone("print", "paper"))
    desk.touch(BACK, PRINT)
    desk.hear(StaffDone("print"))
    desk.touch(BACK)
    assert desk.view().kind == Kind.FORM_CARD
    desk.touch(BACK)
    assert desk.view().kind == Kind.STAFF_MENU


def test_without_a_printer_nothing_is_printed(desk: Stage) -> None:
    confirmed(desk).touch(NEW_CARD, "ضاعت")
    desk.hear(replace(MADE, can_print=False))
    assert [action.act.do for action in desk.view().actions] == [Do.BACK, Do.FINISH]
    desk.wait(0.5)
    desk.face.do(Act(Do.PRINT))
    desk.frame()
    assert wishes(desk, PrintCardWish) == []


def test_a_card_on_the_screen_is_not_wiped_without_a_warning(desk: Stage) -> None:
    confirmed(desk).touch(NEW_CARD, "ضاعت")
    desk.hear(MADE)
    desk.wait(101.0)
    assert desk.view().kind == Kind.STILL
    desk.touch("hand")
    assert desk.view().kind == Kind.FORM_CARD
    desk.wait(101.0)
    desk.wait(20.0)
    assert desk.view().kind == Kind.ATTRACT


def test_a_kiosk_that_makes_no_cards_says_so_and_keeps_whom_it_was_for(desk: Stage) -> None:
    confirmed(desk).touch(NEW_CARD, "ضاعت")
    desk.hear(StaffDone("reissue", "no_card_key"))
    assert "لا يمكن لهذا الجهاز إصدار البطائق بعد" in desk.texts()
    desk.touch(BACK, BACK)
    assert desk.view().kind == Kind.CONFIRMED


def test_a_lost_card_is_refused_after_a_question(desk: Stage) -> None:
    confirmed(desk).touch(LOST)
    assert wishes(desk, RevokeWish) == []
    desk.touch(NO)
    assert desk.view().kind == Kind.CONFIRMED
    desk.touch(LOST, LOST)
    assert desk.asked[-1] == RevokeWish("", "lost")
    desk.hear(StaffDone("revoke"))
    assert desk.view().kind == Kind.STAFF_DONE
    desk.touch(BACK)
    assert desk.view().kind == Kind.STAFF_MENU


def test_who_has_no_card_cannot_lose_it(desk: Stage) -> None:
    found(desk).touch(FIRST, PHONE)
    type_in(desk, "0612345678")
    desk.touch(YES)
    desk.hear(replace(MEMBER, has_card=False))
    assert not any(tile.icon == LOST for tile in desk.view().tiles)
    assert any("بدون بطاقة" in text for text in desk.texts())
    desk.touch(NEW_CARD)
    assert "تُرفض" not in desk.view().said.title, "there is none to refuse"


def test_a_lost_card_whose_number_is_known_is_refused_by_its_number(desk: Stage) -> None:
    desk.touch(NUMBER, LOST)
    assert any("18" in text for text in desk.texts()), "not before the number is whole"
    type_in(desk, CARD.replace("-", ""))
    desk.touch(LOST, LOST)
    assert desk.asked[-1] == RevokeWish(CARD, "lost")
    desk.hear(StaffDone("revoke", "unknown_key"))
    assert "هذا الرقم غير معروف هنا" in desk.texts()
    desk.touch(BACK, NO)
    assert (desk.view().kind, desk.view().typed) == (Kind.CARD_NUMBER, CARD)


# -- a family --------------------------------------------------------------------------------------


def household(stage: Stage) -> Stage:
    stage.touch(FAMILY)
    stage.hear(CardIgnored(CARD))
    assert stage.asked[-1] == HouseholdWish(CARD)
    stage.hear(HouseholdFound(DEPENDANTS))
    assert stage.view().kind == Kind.HOUSEHOLD
    return stage


def test_a_principals_card_brings_the_family_and_nobody_is_ticked(desk: Stage) -> None:
    household(desk)
    assert not any(tile.chosen for tile in desk.view().tiles)
    assert len(desk.view().tiles) == len(DEPENDANTS)
    first, second = (tile.word for tile in desk.view().tiles[:2])
    desk.touch(first, second)
    assert [tile.chosen for tile in desk.view().tiles[:3]] == [True, True, False]
    assert desk.texts().count("نعم") == 2, "colour is not all"
    assert desk.view().actions[-1].word == "تسجيل اثنين"
    desk.touch(second)
    desk.touch(YES)
    assert desk.asked[-1] == TogetherWish((DEPENDANTS[0].member,))
    desk.hear(StaffDone("by_hand", count=1))
    assert desk.view().kind == Kind.STAFF_DONE


def test_nobody_ticked_is_nobody_recorded(desk: Stage) -> None:
    household(desk)
    assert [action.icon for action in desk.view().actions][1:] == [HOW_MANY]
    desk.touch(HOW_MANY)
    assert desk.view().kind == Kind.HOW_MANY
    assert wishes(desk, TogetherWish) == []


def test_a_card_that_is_shown_while_the_answer_is_on_its_way_asks_nothing_more(desk: Stage) -> None:
    desk.touch(FAMILY)
    desk.hear(CardIgnored(CARD))
    desk.hear(CardIgnored("0002-00c0ffee00c0ff"))
    assert wishes(desk, HouseholdWish) == [HouseholdWish(CARD)]


def test_a_principals_number_is_typed_where_the_card_is_not_at_hand(desk: Stage) -> None:
    desk.touch(FAMILY)
    type_in(desk, "0001")
    desk.touch(YES)
    assert any("18" in text for text in desk.texts())
    type_in(desk, "00c0ffee00c0ff")
    desk.touch(YES)
    assert desk.asked[-1] == HouseholdWish(CARD)


@pytest.mark.parametrize(
    "answer",
    [
        HouseholdFound(()),
        StaffDone("household", "no_answer"),
        StaffDone("household", "unknown_card"),
        None,
    ],
)
def test_a_family_that_nobody_knows_is_counted(desk: Stage, answer: Any) -> None:
    desk.touch(FAMILY)
    if answer is None:
        desk.touch(HOW_MANY)
    else:
        desk.hear(CardIgnored(CARD))
        desk.hear(answer)
    assert desk.view().kind == Kind.HOW_MANY
    desk.touch(YES)
    type_in(desk, "25")
    desk.touch(YES)
    assert wishes(desk, ByHandWish) == [], "one to twenty"
    desk.touch("delete", "delete", "4", YES)
    assert desk.asked[-1] == ByHandWish("", "household", 4)
    desk.hear(StaffDone("by_hand", count=4))
    assert any("4" in text for text in desk.texts())


# -- nothing stays ---------------------------------------------------------------------------------


SECRETS = ("فاطمة", "ف. ب", "F. B", "س. ب", "061234", "06 12", CARD, TOKEN)


def to_find(stage: Stage) -> None:
    stage.touch(FIND)
    type_in(stage, "فاطمة")


def to_confirm(stage: Stage) -> None:
    found(stage).touch(FIRST, PHONE)
    type_in(stage, "0612345678")


def to_card(stage: Stage) -> None:
    confirmed(stage).touch(NEW_CARD, "ضاعت")
    stage.hear(MADE)


def by_back(stage: Stage) -> None:
    for _ in range(8):
        if stage.view().kind != Kind.STAFF_MENU:
            stage.touch(BACK)
    assert stage.view().kind == Kind.STAFF_MENU


def by_finish(stage: Stage) -> None:
    stage.wait(0.5)
    stage.face.do(Act(Do.FINISH))
    stage.frame()
    assert stage.asked[-1] == StaffEndWish()


@pytest.mark.parametrize(
    "leave",
    [
        by_back,
        by_finish,
        lambda stage: stage.wait(121.0),
        lambda stage: stage.hear(StaffOut()),
        lambda stage: stage.hear(StaffIn("102", 120.0)),
    ],
    ids=["back", "finish", "time", "station", "another"],
)
@pytest.mark.parametrize("come", [to_find, found, to_confirm, confirmed, to_card, household])
def test_nothing_of_whom_it_was_about_is_left(
    desk: Stage, come: Callable[[Stage], object], leave: Callable[[Stage], object]
) -> None:
    come(desk)
    desk.frame()
    assert any(secret in everything(desk) for secret in SECRETS), "or this test proves nothing"
    leave(desk)
    desk.frame(2)
    for secret in SECRETS:
        assert secret not in everything(desk), secret


def test_going_back_forgets_what_the_left_screen_held(desk: Stage) -> None:
    found(desk)
    desk.touch(BACK)
    assert (desk.view().kind, desk.view().typed) == (Kind.FIND, "فاطمة")
    desk.frame(2)
    assert "ف. ب" not in everything(desk)
    desk.touch(BACK, FIND)
    assert desk.view().typed == ""


# -- the state alone -------------------------------------------------------------------------------


def test_what_belongs_to_another_screen_does_nothing() -> None:
    state = ByHand(date(2026, 12, 27), "")
    acts = (
        Act(Do.MATCH, MATCHES[0].member),
        Act(Do.YES),
        Act(Do.ENTER),
        Act(Do.REASON, "lost"),
        Act(Do.TICK, DEPENDANTS[0].member),
        Act(Do.OPEN, Kind.LOST),
        Act(Do.OPEN, Kind.REISSUE),
        Act(Do.PRINT),
    )
    assert [state.do(act) for act in acts] == [None] * len(acts)
    assert state.screen == Kind.BY_HAND


def test_what_a_screen_held_is_in_no_memory_once_it_is_left() -> None:
    state = ByHand(date(2026, 12, 27), "")
    state.do(Act(Do.OPEN, Kind.FIND))
    state.do(Act(Do.TEXT, "فاطمة"))
    state.hear(MembersFound(MATCHES))
    state.do(Act(Do.MATCH, MATCHES[0].member))
    state.do(Act(Do.FIELD, "phone"))
    state.do(Act(Do.DIGIT, "6"))
    finding, back = state.finding, Act(Do.BACK)
    assert (finding.value, finding.match) == ("6", MATCHES[0])
    state.do(back)
    assert finding.value == ""
    state.do(back)
    state.do(back)
    assert (finding.matches, finding.match, finding.text) == ((), None, "فاطمة")
    state.do(back)
    assert (finding.text, state.screen, state.wipes) == ("", Kind.BY_HAND, 3)


def test_a_member_who_was_not_found_is_not_asked_about(desk: Stage) -> None:
    found(desk)
    desk.face.do(Act(Do.MATCH, "f" * 16))
    desk.frame()
    assert desk.view().kind == Kind.FOUND


MATCHES_NAMES = [" · ".join(filter(None, (each.name_ar, each.name_latin))) for each in MATCHES]
