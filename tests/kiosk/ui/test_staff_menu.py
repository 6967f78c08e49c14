"""The staff's menu: cards, PINs and touches in; screens, and what is asked of the station, out."""

from dataclasses import replace
from typing import Any

import pytest

from kiosk.notices import (
    CardIgnored,
    Described,
    Link,
    StaffDone,
    StaffIn,
    StaffOut,
    StaffRefused,
    StaffView,
    Trouble,
)
from kiosk.rules.desk import Outcome
from kiosk.ui.example import DESCRIBED
from kiosk.ui.pin import PinPad
from kiosk.ui.scenes import WALL, member, scan
from kiosk.ui.staff_scenes import BOOTHS, STICK, a_view
from kiosk.ui.staff_talk import StaffTalk
from kiosk.ui.view import Act, Do, Kind
from kiosk.wishes import (
    ByHandWish,
    DiagnosticsWish,
    EndWish,
    ExportWish,
    PinWish,
    QuitWish,
    RestartWish,
    StaffEndWish,
    StaffLookWish,
    SwitchBoothWish,
    UndoWish,
)
from tests.kiosk.ui.stage import Stage, below

# Arabic: the way back points to the right.
BACK, YES, NO, HELP, OPTIONS, STAFF = (
    "arrow-right",
    "check",
    "x",
    "circle-question-mark",
    "settings-2",
    "lock-keyhole",
)
UNDO, BY_HAND, BOOTH, STATE = "إلغاء تسجيل", "تسجيل يدوي", "تغيير الرواق", "الشبكة والتسجيلات"
LIGHT, EXPORT, DIAGNOSTICS, POWER = (
    "الكاميرا والإضاءة",
    "نقل إلى مفتاح USB",
    "ملف التشخيص",
    "إعادة التشغيل أو الإغلاق",
)
MORE = "arrow-down"
FINISH = "check"
AGAIN = "refresh-cw"
CARD_NUMBER, NO_CARD = "رقم البطاقة", "بدون بطاقة"
KNOWN: StaffView = a_view(WALL)
FAIR: Described = replace(DESCRIBED, booth_names=BOOTHS)
NUMBER = "0001-00c0ffee00c0ff"
GREEN = (11, 79, 69)


@pytest.fixture
def at_booth(stage: Stage) -> Stage:
    stage.ready().hear(FAIR)
    return stage


@pytest.fixture
def inside(at_booth: Stage) -> Stage:
    """Give a kiosk whose staff have just come in."""
    at_booth.hear(StaffIn("101", 120.0))
    at_booth.hear(KNOWN)
    return at_booth


def everything(stage: Stage) -> str:
    """Give every text in the window, and what its buttons are called."""
    return " ".join([*stage.texts(), *(str(getattr(part, "name", "")) for part in below(stage.face))])


def type_in(stage: Stage, digits: str) -> None:
    """Type, faster than a screen may change."""
    stage.wait(0.5)
    for digit in digits:
        stage.tap(digit)


def kept_by(stage: Stage) -> str:
    """Give all that the window's caches know of what was drawn."""
    return str([*stage.face._textures._kept])  # noqa: SLF001 - nobody else can see what it keeps


# -- coming in ---------------------------------------------------------------------------------------


def test_a_staff_card_opens_the_menu_at_once(at_booth: Stage) -> None:
    at_booth.face.put(scan(Outcome.STAFF))
    at_booth.face.put(StaffIn("101", 120.0))
    at_booth.hear(KNOWN)
    assert at_booth.view().kind == Kind.STAFF_MENU
    assert "101" not in everything(at_booth), "whose card it was is nobody's business"
    assert at_booth.played[-1] == "touch"


def test_a_pin_is_typed_behind_help_and_shown_as_dots(at_booth: Stage) -> None:
    at_booth.touch(HELP, OPTIONS, STAFF)
    assert at_booth.view().kind == Kind.PIN
    type_in(at_booth, "1014829133")
    at_booth.tap("delete")
    assert at_booth.view().typed == "•" * 9
    assert not any(digit in text for text in at_booth.texts() for digit in ("101", "482"))
    at_booth.touch(YES)
    assert at_booth.asked == [PinWish("101482913")]
    assert at_booth.view().typed == "", "handed in, it is forgotten"
    at_booth.hear(StaffIn("101", 120.0))
    assert at_booth.view().kind == Kind.STAFF_MENU


def test_what_was_typed_is_forgotten_when_the_pad_is_left(at_booth: Stage) -> None:
    at_booth.touch(HELP, OPTIONS, STAFF)
    type_in(at_booth, "1014")
    at_booth.touch(BACK)
    assert at_booth.view().kind == Kind.OPTIONS
    at_booth.touch(STAFF)
    assert at_booth.view().typed == ""
    type_in(at_booth, "10")
    at_booth.wait(31.0)
    assert at_booth.view().kind == Kind.ATTRACT, "nobody is there any more"
    at_booth.touch(HELP, OPTIONS, STAFF)
    assert at_booth.view().typed == ""
    at_booth.touch(YES)
    assert at_booth.asked == [], "nothing typed is no PIN"


def test_a_members_card_closes_the_pad(at_booth: Stage) -> None:
    at_booth.touch(HELP, OPTIONS, STAFF)
    type_in(at_booth, "1014")
    at_booth.hear(member())
    assert at_booth.view().kind == Kind.ACCEPTED
    at_booth.touch(HELP, OPTIONS, STAFF)
    assert at_booth.view().typed == ""


def test_a_member_who_touched_it_by_mistake_loses_nothing(at_booth: Stage) -> None:
    at_booth.hear(member())
    at_booth.touch("gift", HELP, OPTIONS, STAFF, BACK, BACK, BACK)
    assert at_booth.view().kind == Kind.OFFERS
    assert at_booth.asked == []


@pytest.mark.parametrize(
    ("code", "words"),
    [("wrong", "غير مطابق"), ("none", "بطاقة الفريق")],
)
def test_a_pin_that_is_not_taken_is_told_politely(at_booth: Stage, code: str, words: str) -> None:
    at_booth.touch(HELP, OPTIONS, STAFF)
    type_in(at_booth, "102000000")
    at_booth.touch(YES)
    assert "لحظة من فضلك" in at_booth.texts()
    at_booth.hear(StaffRefused(code))
    assert at_booth.view().kind == Kind.PIN
    assert any(words in text for text in at_booth.texts())
    assert at_booth.played[-1] == "refused"
    type_in(at_booth, "1")
    assert not any(words in text for text in at_booth.texts()), "who types again needs it no more"


def test_too_many_tries_say_how_long_to_wait_and_count(at_booth: Stage) -> None:
    at_booth.touch(HELP, OPTIONS, STAFF)
    type_in(at_booth, "1")
    at_booth.touch(YES)
    at_booth.hear(StaffRefused("locked", 65.0))
    assert any("1:05" in text for text in at_booth.texts())
    at_booth.wait(10.0)
    assert any("0:55" in text for text in at_booth.texts())
    type_in(at_booth, "12")
    at_booth.touch(YES)
    assert at_booth.view().typed == ""
    assert len(at_booth.asked) == 1, "while it is locked nobody's PIN is looked at"
    at_booth.touch(BACK, STAFF)
    assert any("انتظر" in text for text in at_booth.texts()), "it is no way around to leave the pad"
    for _ in range(3):
        at_booth.wait(20.0)
        at_booth.touch("delete")
    assert not any("انتظر" in text for text in at_booth.texts())
    type_in(at_booth, "12")
    assert at_booth.view().typed == "••"


def test_a_station_that_does_not_answer_a_pin_is_told(at_booth: Stage) -> None:
    at_booth.touch(HELP, OPTIONS, STAFF)
    type_in(at_booth, "1")
    at_booth.touch(YES)
    at_booth.wait(9.0)
    assert any("لا يجيب" in text for text in at_booth.texts())


# -- staying in and leaving -----------------------------------------------------------------------


def test_finish_is_always_at_hand_and_lets_members_in_again(inside: Stage) -> None:
    for way in (UNDO, BY_HAND, BOOTH, STATE):
        inside.touch(way)
        assert any(action.act.do == Do.FINISH for action in inside.view().actions), way
        inside.touch(BACK)
    inside.touch(FINISH)
    assert inside.view().kind == Kind.ATTRACT
    assert inside.asked[-1] == StaffEndWish()


def test_two_minutes_without_a_touch_close_it_and_a_line_tells(inside: Stage) -> None:
    assert inside.face.page is not None
    assert inside.face.page.time_line is not None
    inside.wait(60.0)
    assert inside.face.page.time_line.left == pytest.approx(0.5, abs=0.01)
    touch = inside.finger(20, 300)
    touch.touch_down()
    touch.touch_up()
    inside.frame()
    assert inside.face.page.time_line.left == pytest.approx(1.0, abs=0.01)
    inside.wait(119.0)
    assert inside.view().kind == Kind.STAFF_MENU
    inside.wait(1.5)
    assert inside.view().kind == Kind.ATTRACT
    assert inside.asked == [StaffLookWish(), StaffEndWish()]


def test_touches_keep_them_in_at_the_station_too_without_flooding_it(inside: Stage) -> None:
    for _ in range(300):
        touch = inside.finger(20, 300)
        touch.touch_down()
        touch.touch_up()
        inside.wait(0.1)
    assert inside.asked.count(StaffLookWish()) in {2, 3}, "30 seconds of touches"
    inside.wait(10.0)
    told = inside.asked.count(StaffLookWish())
    inside.wait(60.0)
    assert inside.asked.count(StaffLookWish()) == told, "who touches nothing asks for nothing"


def test_the_station_never_puts_out_whom_the_window_shows_to_be_in(inside: Stage) -> None:
    # Its two minutes begin at the last wish, the window's at the last touch.
    inside.wait(1.0)
    touch = inside.finger(20, 300)
    touch.touch_down()
    touch.touch_up()
    last_wish = inside.now
    while inside.view().kind == Kind.STAFF_MENU:
        before = len(inside.asked)
        inside.wait(1.0)
        if inside.asked[before:] == [StaffLookWish()]:
            last_wish = inside.now
    assert inside.now <= last_wish + 120.0


def test_whom_the_station_puts_out_sees_no_menu(inside: Stage) -> None:
    inside.touch(UNDO)
    inside.hear(StaffOut())
    assert inside.view().kind == Kind.ATTRACT
    assert "c0ff" not in everything(inside)


def test_the_language_that_staff_chose_lasts_as_long_as_they_are_in(inside: Stage) -> None:
    inside.touch("languages", "Français")
    inside.wait(100.0)
    assert (inside.view().kind, inside.view().language) == (Kind.STAFF_MENU, "fr")
    inside.touch(FINISH)
    assert inside.view().language == "ar"


def test_the_same_card_again_keeps_what_is_open_and_another_ones_does_not(inside: Stage) -> None:
    inside.touch(UNDO)
    inside.hear(scan(Outcome.STAFF))
    inside.hear(StaffIn("101", 120.0))
    assert inside.view().kind == Kind.UNDO
    inside.hear(StaffIn("102", 120.0))
    assert inside.view().kind == Kind.STAFF_MENU


# -- cards meanwhile ------------------------------------------------------------------------------


def test_a_members_card_is_no_visit_while_staff_are_in_and_one_line_says_so(inside: Stage) -> None:
    inside.hear(CardIgnored())
    assert inside.view().kind == Kind.STAFF_MENU
    assert any("لم تُسجَّل" in text for text in inside.texts())
    assert inside.played[-1] == "touch"
    inside.wait(4.5)
    assert not any("لم تُسجَّل" in text for text in inside.texts())
    inside.touch(BY_HAND, CARD_NUMBER)
    type_in(inside, "0001")
    inside.hear(CardIgnored())
    assert inside.view().typed == "0001-"


def test_a_members_dialogue_ends_when_staff_come_in(at_booth: Stage) -> None:
    at_booth.hear(member(signed=("studies",)))
    at_booth.touch("gift")
    at_booth.hear(StaffIn("101", 120.0))
    assert at_booth.view().kind == Kind.STAFF_MENU
    assert at_booth.asked == [EndWish(1)]


def test_whose_card_came_just_before_is_still_welcomed(inside: Stage) -> None:
    inside.hear(member())
    assert inside.view().kind == Kind.ACCEPTED, "the visit is recorded"
    assert inside.view().actions == ()
    assert inside.asked == [EndWish(1)]
    inside.wait(4.5)
    assert inside.view().kind == Kind.STAFF_MENU


# -- undoing ---------------------------------------------------------------------------------------


def test_a_record_is_undone_with_a_reason(inside: Stage) -> None:
    inside.touch(UNDO)
    assert inside.asked == [StaffLookWish()], "what is shown is of now"
    newest = inside.view().tiles[0]
    assert newest.word == "10:41 · زيارة · c0ff"
    assert newest.text == "رواق البنوك"
    assert newest.word in inside.texts()
    inside.touch(newest.word)
    reasons = [tile.act.of for tile in inside.view().tiles]
    assert reasons == ["wrong_card", "twice", "test", "other"]
    inside.touch("سُجّل مرتين")
    assert inside.asked[-1] == UndoWish(KNOWN.facts[0].event_id, "twice")
    inside.hear(StaffDone("undo"))
    assert inside.view().kind == Kind.STAFF_DONE
    assert inside.picture().getpixel((1000, 300)) == GREEN
    assert inside.played[-1] == "accepted"
    inside.touch(BACK)
    assert inside.view().kind == Kind.STAFF_MENU


def test_a_trembling_finger_undoes_once(inside: Stage) -> None:
    inside.touch(UNDO, "10:41 · زيارة · c0ff")
    where = inside.find("تجربة فقط").center
    for _ in range(20):
        touch = inside.finger(*where)
        touch.touch_down()
        touch.touch_up()
        inside.wait(0.1)
    assert [wish for wish in inside.asked if isinstance(wish, UndoWish)] == [
        UndoWish(KNOWN.facts[0].event_id, "test")
    ]
    assert inside.view().kind == Kind.MOMENT


def test_nothing_to_undo_is_said_in_words(inside: Stage) -> None:
    inside.hear(replace(KNOWN, facts=()))
    inside.touch(UNDO)
    assert "لا شيء لإلغائه" in inside.texts()


def test_a_disk_that_is_full_undoes_nothing_and_says_why(inside: Stage) -> None:
    inside.touch(UNDO, "10:41 · زيارة · c0ff", "تجربة فقط")
    inside.hear(Trouble("journal", "cannot_write", "no space left"))
    assert inside.view().kind == Kind.STAFF_NOT_DONE
    assert any("القرص" in text for text in inside.texts()), "staff read the cause"
    assert inside.played[-1] == "trouble"
    inside.touch(BACK)
    assert inside.view().kind == Kind.WHY, "they may try again"


def test_a_station_that_does_not_answer_is_told(inside: Stage) -> None:
    inside.touch(UNDO, "10:41 · زيارة · c0ff", "تجربة فقط")
    inside.wait(9.0)
    assert inside.view().kind == Kind.STAFF_NOT_DONE
    inside.hear(StaffDone("undo"))
    assert inside.view().kind == Kind.STAFF_NOT_DONE, "what comes late is no answer to anything"


# -- by hand ---------------------------------------------------------------------------------------


def test_a_cards_number_is_typed_as_it_is_printed(inside: Stage) -> None:
    inside.touch(BY_HAND, CARD_NUMBER)
    type_in(inside, NUMBER.replace("-", ""))
    assert inside.view().typed == NUMBER
    inside.tap("delete")
    assert inside.view().typed == NUMBER[:-1]
    inside.tap("f")
    inside.tap("f")
    inside.touch(YES)
    assert inside.asked == [ByHandWish(NUMBER)]
    inside.hear(StaffDone("by_hand", count=1))
    assert inside.view().kind == Kind.STAFF_DONE
    inside.frame(2)
    assert NUMBER not in everything(inside) + kept_by(inside)


def test_a_number_that_is_too_short_is_said_and_may_be_mended(inside: Stage) -> None:
    inside.touch(BY_HAND, CARD_NUMBER)
    type_in(inside, "00c0")
    inside.touch(YES)
    assert any("18" in text for text in inside.texts())
    assert inside.asked == []
    inside.touch("1")
    assert not any("18" in text for text in inside.texts())


@pytest.mark.parametrize("code", ["no_number", "unknown_key", "revoked", "closed"])
def test_a_number_that_is_not_taken_says_why_and_is_kept_to_be_mended(inside: Stage, code: str) -> None:
    inside.touch(BY_HAND, CARD_NUMBER)
    type_in(inside, NUMBER.replace("-", ""))
    inside.touch(YES)
    inside.hear(StaffDone("by_hand", code))
    assert inside.view().kind == Kind.STAFF_NOT_DONE
    assert inside.view().said.text
    inside.touch(BACK)
    assert (inside.view().kind, inside.view().typed) == (Kind.CARD_NUMBER, NUMBER)


@pytest.mark.parametrize(
    ("words", "reason"),
    [("نُسيت", "forgotten"), ("ضاعت", "lost"), ("لا تُقرأ", "unreadable"), ("لم تُسلَّم بعد", "none")],
)
def test_whoever_has_no_card_is_recorded_with_the_reason(inside: Stage, words: str, reason: str) -> None:
    inside.touch(BY_HAND, NO_CARD)
    assert inside.asked == []
    inside.touch(BACK)
    assert inside.view().kind == Kind.BY_HAND
    inside.touch(NO_CARD, words)
    assert inside.asked == [ByHandWish("", reason, 1)]


@pytest.mark.parametrize("way", ["back", "finish", "time", "station"])
def test_nobody_reads_a_number_that_somebody_typed_and_left(inside: Stage, way: str) -> None:
    inside.touch(BY_HAND, CARD_NUMBER)
    type_in(inside, "0001ab")
    assert "0001-ab" in everything(inside)
    assert "0001-ab" in kept_by(inside), "or this test proves nothing"
    if way == "back":
        inside.touch(BACK)
    elif way == "finish":
        inside.touch("log-out")
    elif way == "time":
        inside.wait(121.0)
    else:
        inside.hear(StaffOut())
    inside.frame(2)
    assert inside.view().kind == (Kind.BY_HAND if way == "back" else Kind.ATTRACT)
    assert "0001-ab" not in everything(inside) + kept_by(inside)
    inside.hear(StaffIn("102", 120.0))
    if way != "back":
        inside.hear(KNOWN)
    inside.touch(BY_HAND, CARD_NUMBER)
    assert inside.view().typed == ""


# -- the kiosk itself ------------------------------------------------------------------------------


def test_it_moves_to_another_booth_after_a_question(inside: Stage) -> None:
    inside.touch(BOOTH)
    assert [(tile.act.of, tile.chosen) for tile in inside.view().tiles[:2]] == [
        ("bank", True),
        ("insurance", False),
    ]
    inside.touch("رواق البنوك")
    assert inside.view().kind == Kind.BOOTHS, "it stands there already"
    inside.touch(MORE, "رواق الصحة")
    assert any("رواق الصحة" in text for text in inside.texts())
    assert inside.asked == []
    inside.touch(YES)
    assert inside.asked == [SwitchBoothWish("health")]
    inside.hear(StaffDone("booth", "", "health"))
    assert any("رواق الصحة" in text for text in inside.texts())


def test_the_camera_and_its_light_are_told(inside: Stage) -> None:
    inside.touch(MORE, LIGHT)
    assert inside.asked == [StaffLookWish()]
    assert inside.face.page is not None
    assert inside.face.page.preview is not None
    assert "25 صورة في الثانية" in inside.texts()
    assert any("كافية" in text for text in inside.texts())
    inside.hear(Trouble("camera", "covered", "for the log"))
    assert inside.view().kind == Kind.LIGHT
    assert any("مغطاة" in text for text in inside.texts())
    inside.hear(Trouble("camera", "recovered", "", over=True))
    assert any("كافية" in text for text in inside.texts())


def test_a_kiosk_with_a_scanner_has_no_light_to_look_at(stage: Stage) -> None:
    talk = StaffTalk()
    talk.hear(StaffIn("101", 120.0), 0.0)
    stage.flow._camera = False  # noqa: SLF001 - as a kiosk with a scanner
    stage.ready().hear(StaffIn("101", 120.0))
    assert Act(Do.OPEN, Kind.LIGHT) not in [tile.act for tile in stage.view().tiles]


def test_the_network_and_what_waits_are_told_with_hours(inside: Stage) -> None:
    inside.hear(Link(up=False, reason="lost", waiting=3))
    inside.wait(90.0)
    inside.hear(replace(KNOWN, connected=False))
    inside.touch(STATE)
    told = [line.words for line in inside.view().lines]
    assert "لا توجد شبكة منذ 10:40" in told, "a minute and a half before 10:42"
    assert "3 تسجيلات محفوظة في الانتظار" in told
    assert "القرص: 21 غيغابايت فارغة" in told
    inside.hear(Link(up=True, reason="", waiting=0))
    assert any("متصل" in line.words for line in inside.view().lines), "it is told as it changes"
    inside.touch(AGAIN)
    assert inside.asked[-1] == StaffLookWish()


def test_without_a_stick_one_is_asked_for_and_looked_for_again(inside: Stage) -> None:
    inside.hear(replace(KNOWN, sticks=()))
    inside.touch(MORE, EXPORT)
    assert inside.view().kind == Kind.NO_STICK
    inside.touch(AGAIN)
    assert inside.asked == [StaffLookWish(), StaffLookWish()]
    inside.hear(KNOWN)
    inside.touch("KINGSTON")
    assert inside.asked[-1] == ExportWish(STICK)
    inside.wait(1.0)
    assert "جارٍ النقل إلى المفتاح" in inside.texts()
    inside.wait(150.0)
    assert inside.view().kind == Kind.MOMENT, "a slow stick takes its time"
    inside.hear(StaffDone("export", "", "k07-20261227-104200-1.riwaq", 4127))
    assert inside.view().kind == Kind.STAFF_DONE
    assert any("4127" in text and "k07-20261227-104200-1.riwaq" in text for text in inside.texts())
    inside.wait(100.0)
    assert inside.view().kind == Kind.STAFF_DONE, "two minutes begin with the answer"


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("full", "ممتلئ"),
        ("read_only", "قفل"),
        ("gone", "نُزع"),
        ("cannot_write", "تعذرت"),
        ("nothing", "لا شيء"),
    ],
)
def test_what_hinders_a_stick_is_said_in_words(inside: Stage, code: str, words: str) -> None:
    inside.touch(MORE, DIAGNOSTICS, "KINGSTON")
    assert inside.asked[-1] == DiagnosticsWish(STICK)
    inside.hear(StaffDone("diagnostics", code, "English words for the log"))
    assert inside.view().kind == Kind.STAFF_NOT_DONE
    assert any(words in text for text in inside.texts())
    assert not any("English" in text for text in inside.texts())


@pytest.mark.parametrize(
    ("tile", "icon", "wish"),
    [("إعادة التشغيل", "refresh-cw", RestartWish()), ("إغلاق البرنامج", "power", QuitWish())],
)
def test_it_restarts_and_quits_after_a_question(inside: Stage, tile: str, icon: str, wish: Any) -> None:
    inside.touch(MORE, POWER, tile, NO)
    assert inside.asked == []
    inside.touch(tile, icon)
    assert inside.asked == [wish]


# -- the state alone -------------------------------------------------------------------------------


def talk_of(*acts: Act) -> StaffTalk:
    talk = StaffTalk()
    talk.hear(StaffIn("101", 120.0), 0.0)
    talk.hear(KNOWN, 0.0)
    for act in acts:
        talk.do(act, 1.0)
    return talk


def test_what_belongs_to_another_screen_does_nothing() -> None:
    talk = talk_of(
        Act(Do.REASON, "twice"),
        Act(Do.YES),
        Act(Do.STICK, "/etc"),
        Act(Do.OPEN, Kind.NO_CARD),
        Act(Do.OPEN, Kind.QUIT),
        Act(Do.DIGIT, "1"),
        Act(Do.ENTER),
        Act(Do.BACK),
    )
    assert talk.screen == Kind.STAFF_MENU
    assert talk.wishes() == []


def test_a_record_that_is_gone_is_not_asked_about() -> None:
    talk = talk_of(Act(Do.OPEN, Kind.UNDO), Act(Do.FACT, "f" * 32))
    assert talk.screen == Kind.UNDO


def test_nothing_of_who_was_in_is_left() -> None:
    talk = talk_of(
        Act(Do.OPEN, Kind.BY_HAND), Act(Do.OPEN, Kind.CARD_NUMBER), Act(Do.DIGIT, "1"), Act(Do.FINISH)
    )
    assert not talk.open
    assert (talk.chores.known, talk.chores.fact, talk.by_hand, talk.wipes) == (None, None, None, 1)
    assert talk.wishes() == [StaffEndWish()]
    talk.hear(KNOWN, 2.0)
    assert talk.chores.known is None, "what comes late is for nobody"


def test_a_pad_holds_no_more_than_a_pin_can_have() -> None:
    pad = PinPad()
    for _ in range(100):
        pad.do(Act(Do.DIGIT, "1"), 0.0)
    assert len(pad.shown) == 16
    pad.leave()
    assert (pad.shown, pad.wipes) == ("", 1)
    pad.leave()
    assert pad.wipes == 1
