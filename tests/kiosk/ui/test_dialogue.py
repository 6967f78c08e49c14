"""A member's dialogue: scans and touches in; screens, and what is asked of the station, out."""

from typing import Any

import pytest

from kiosk.notices import Done, ProgrammeTaken, Scanned, Trouble
from kiosk.rules.desk import Outcome
from kiosk.ui.example import DESCRIBED, HERE
from kiosk.ui.programme import Told
from kiosk.ui.scenes import BODY, BOOTH, member, scan
from kiosk.ui.view import Kind
from kiosk.wishes import CardWish, EndWish, FeedbackWish, HelpWish, SignUpWish, TurnWish, WithdrawWish
from tests.kiosk.ui.stage import Stage, below

# Arabic: the way back points to the right.
BACK, NO, YES = "arrow-right", "x", "check"
OFFERS, MINE, TELL_US, PHONE, HELP = "gift", "list-checks", "message-circle", "phone", "circle-question-mark"
DOOR = "door-open"
WRITE = "كتابة"
LOAN, STUDIES, ACCOUNT = "قرض السكن", "تمويل الدراسة", "حساب مجاني"
GREEN = (11, 79, 69)


@pytest.fixture
def at_booth(stage: Stage) -> Stage:
    return stage.described()


def test_a_check_in_needs_no_touch_and_offers_three_things(at_booth: Stage) -> None:
    at_booth.hear(member(signed=("studies",)))
    assert at_booth.view().kind == Kind.ACCEPTED
    assert [action.icon for action in at_booth.view().actions] == [MINE, TELL_US, OFFERS]
    at_booth.wait(9.9)
    assert at_booth.view().kind == Kind.ACCEPTED
    at_booth.wait(0.2)
    assert at_booth.view().kind == Kind.ATTRACT
    assert at_booth.asked == [EndWish(1)], "the station forgets whose it was"


def test_where_nothing_can_be_done_the_verdict_is_as_short_as_before(stage: Stage) -> None:
    stage.ready().hear(member(offers=(), elsewhere=()))
    assert stage.view().actions == ()
    stage.wait(4.1)
    assert stage.view().kind == Kind.ATTRACT
    assert stage.asked == [EndWish(1)]


def test_only_what_there_is_is_offered(at_booth: Stage) -> None:
    at_booth.hear(member(elsewhere=()))
    assert [action.icon for action in at_booth.view().actions] == [TELL_US, OFFERS]
    at_booth.hear(member(offers=(), number=2))
    assert [action.icon for action in at_booth.view().actions] == [MINE, TELL_US]
    at_booth.hear(member(offers=(), elsewhere=(), number=3))
    assert at_booth.view().actions == ()


# -- signing up -----------------------------------------------------------------------------------


def test_signing_up_takes_three_touches(at_booth: Stage) -> None:
    at_booth.hear(member())
    at_booth.touch(OFFERS, ACCOUNT, YES)
    assert at_booth.asked == [SignUpWish(1, "account", "ar")]
    at_booth.hear(Done("sign_up", 1, "account"))
    assert at_booth.view().kind == Kind.SIGNED_UP
    assert at_booth.picture().getpixel((512, 560)) == GREEN
    assert ACCOUNT in at_booth.texts()
    assert at_booth.played[-1] == "accepted"
    at_booth.wait(6.0)
    assert at_booth.view().kind == Kind.OFFERS
    assert [tile.chosen for tile in at_booth.view().tiles] == [False, False, True]


def test_nothing_is_agreed_to_beforehand_and_yes_weighs_as_much_as_no(at_booth: Stage) -> None:
    at_booth.hear(member())
    at_booth.touch(OFFERS, LOAN)
    assert at_booth.asked == []
    no, yes = at_booth.find(NO), at_booth.find(YES)
    assert no.size == yes.size
    assert not any(action.main for action in at_booth.view().actions)
    picture = at_booth.picture()

    def ground(button: Any) -> Any:
        return picture.getpixel((int(button.x + 30), int(picture.height - button.y - 20)))

    assert ground(no) == ground(yes)
    at_booth.touch(NO)
    assert at_booth.view().kind == Kind.OFFERS
    assert at_booth.asked == []


def test_a_trembling_finger_signs_up_once(at_booth: Stage) -> None:
    at_booth.hear(member())
    at_booth.touch(OFFERS, ACCOUNT)
    yes = at_booth.find(YES).center
    for _ in range(20):
        touch = at_booth.finger(*yes)
        touch.touch_down()
        touch.touch_up()
        at_booth.wait(0.1)
    assert len(at_booth.asked) == 1
    assert at_booth.view().kind == Kind.MOMENT


def type_in(stage: Stage, digits: str) -> None:
    """Type, faster than a screen may change."""
    stage.wait(0.5)
    for digit in digits:
        stage.tap(digit)


def test_an_offer_with_a_telephone_takes_the_known_number_unless_another_is_typed(at_booth: Stage) -> None:
    at_booth.hear(member())
    at_booth.touch(OFFERS, LOAN, YES)
    assert at_booth.asked == [SignUpWish(1, "housing-loan", "ar", "given")]
    at_booth.hear(Done("sign_up", 1, "housing-loan"))
    at_booth.hear(member(number=2))
    at_booth.touch(OFFERS, LOAN, PHONE)
    assert at_booth.view().kind == Kind.NUMBER
    type_in(at_booth, "06123456789")
    at_booth.tap("delete")
    assert at_booth.view().typed == "06 12 34 56 78"
    at_booth.touch(YES)
    assert any("06 12 34 56 78" in line.words for line in at_booth.view().lines)
    at_booth.touch(YES)
    assert at_booth.asked[-1] == SignUpWish(2, "housing-loan", "ar", "typed", "+212612345678")


def test_what_is_no_number_is_said_and_may_be_mended(at_booth: Stage) -> None:
    at_booth.hear(member())
    at_booth.touch(OFFERS, LOAN, PHONE, "0", "6", YES)
    assert at_booth.view().kind == Kind.NUMBER
    assert "تحقق من الرقم من فضلك." in at_booth.texts()
    at_booth.touch("1")
    assert "تحقق من الرقم من فضلك." not in at_booth.texts()
    at_booth.touch(BACK, YES)
    assert at_booth.asked == [SignUpWish(1, "housing-loan", "ar", "given")]


def test_digits_stand_as_on_a_telephone_in_arabic(at_booth: Stage) -> None:
    at_booth.hear(member())
    at_booth.touch(OFFERS, LOAN, PHONE)
    assert at_booth.find("1").x < at_booth.find("2").x < at_booth.find("3").x
    assert at_booth.find("1").y > at_booth.find("4").y > at_booth.find("0").y


def test_a_disk_that_is_full_signs_nobody_up_and_lets_them_try_again(at_booth: Stage) -> None:
    at_booth.hear(member())
    at_booth.touch(OFFERS, ACCOUNT, YES)
    at_booth.hear(Trouble("journal", "cannot_write", "no space left"))
    assert at_booth.view().kind == Kind.UNRECORDED
    at_booth.wait(10.0)
    assert at_booth.view().kind == Kind.CONSENT
    at_booth.touch(YES)
    assert len(at_booth.asked) == 2


def test_a_station_that_does_not_answer_is_told_as_a_trouble(at_booth: Stage) -> None:
    at_booth.hear(member())
    at_booth.touch(OFFERS, ACCOUNT, YES)
    at_booth.wait(9.0)
    assert at_booth.view().kind == Kind.UNRECORDED


def test_an_offer_that_is_gone_ends_the_dialogue(at_booth: Stage) -> None:
    at_booth.hear(member())
    at_booth.touch(OFFERS, ACCOUNT, YES)
    at_booth.hear(Done("refused", 1, "account"))
    assert at_booth.view().kind == Kind.UNRECORDED
    at_booth.wait(10.0)
    assert at_booth.view().kind == Kind.ATTRACT


def test_finish_goes_back_to_the_start_in_the_bodys_language(at_booth: Stage) -> None:
    at_booth.hear(member(language="fr"))
    at_booth.touch(OFFERS)
    assert at_booth.view().language == "fr"
    at_booth.touch(YES)  # its tick
    assert (at_booth.view().kind, at_booth.view().language) == (Kind.ATTRACT, "ar")
    assert at_booth.asked == [EndWish(1)]


def test_back_from_the_offers_shows_the_verdict_again(at_booth: Stage) -> None:
    at_booth.hear(member())
    at_booth.touch(OFFERS, BACK)
    assert at_booth.view().kind == Kind.ACCEPTED
    assert at_booth.asked == []


# -- withdrawing ----------------------------------------------------------------------------------


def test_a_sign_up_ends_where_it_is_shown(at_booth: Stage) -> None:
    at_booth.hear(member(signed=("studies",)))
    at_booth.touch(OFFERS, STUDIES)
    assert at_booth.view().kind == Kind.SIGNED
    at_booth.touch("undo-2")
    assert at_booth.view().kind == Kind.WITHDRAW
    at_booth.touch("undo-2")
    assert at_booth.asked == [WithdrawWish(1, "studies")]
    at_booth.hear(Done("withdrawal", 1, "studies"))
    assert at_booth.view().kind == Kind.WITHDRAWN
    at_booth.wait(6.0)
    assert not any(tile.chosen for tile in at_booth.view().tiles)


def test_one_made_at_another_kiosk_may_be_ended_here(at_booth: Stage) -> None:
    at_booth.hear(member(signed=("studies",)))
    at_booth.touch(MINE)
    names = [tile.word for tile in at_booth.view().tiles]
    assert names[0] == STUDIES, "what is known to be agreed to stands first"
    assert len(names) == len(DESCRIBED.offers)
    at_booth.touch("arrow-down")
    at_booth.touch("عطلة بسوس ماسة", "undo-2")
    assert at_booth.asked == [WithdrawWish(1, "holidays")]


# -- feedback -------------------------------------------------------------------------------------


def test_anybody_may_tell_without_a_card(at_booth: Stage) -> None:
    at_booth.touch(TELL_US, "جيدة")
    at_booth.touch("الاستقبال", "التغطية الصحية", "الاستقبال", "send")
    assert at_booth.asked == [FeedbackWish(0, "ar", face=4, topics=("health",))]
    at_booth.hear(Done("feedback"))
    assert at_booth.view().kind == Kind.THANKS
    at_booth.wait(6.0)
    assert at_booth.view().kind == Kind.ATTRACT
    assert at_booth.asked[-1] == EndWish(0)


def test_the_worst_face_stands_where_reading_starts(at_booth: Stage) -> None:
    at_booth.touch(TELL_US)
    assert at_booth.find("سيئة جدا").x > at_booth.find("جيدة جدا").x
    at_booth.touch("languages", "Français")
    assert at_booth.find("Très mal").x < at_booth.find("Très bien").x


def test_a_members_own_card_goes_with_it_only_when_chosen(at_booth: Stage) -> None:
    at_booth.hear(member())
    at_booth.touch(TELL_US, "سيئة", "ellipsis")
    assert not any(tile.chosen for tile in at_booth.view().tiles)
    at_booth.touch("مع بطاقتي", "send")
    assert at_booth.asked == [FeedbackWish(1, "ar", face=2, with_card=True)]


def test_who_has_shown_no_card_is_asked_for_it(at_booth: Stage) -> None:
    at_booth.touch(TELL_US, "سيئة", "ellipsis", "حالة مستعجلة", "phone-call")
    assert at_booth.view().kind == Kind.SHOW_CARD
    assert at_booth.asked == [CardWish(0)]
    at_booth.hear(scan(Outcome.REFUSED, "malformed"))
    at_booth.wait(9.5)
    assert at_booth.view().kind == Kind.SHOW_CARD, "a card that is held badly ends nothing"
    at_booth.hear(Done("card", 0))
    at_booth.touch("send")
    told = at_booth.asked[-1]
    assert told == FeedbackWish(0, "ar", face=2, urgent=True, may_call=True, with_card=True)


def test_who_gives_no_card_after_all_tells_without(at_booth: Stage) -> None:
    at_booth.touch(TELL_US, "سيئة", "ellipsis", "مع بطاقتي", BACK, "send")
    assert at_booth.asked == [CardWish(0), EndWish(0), FeedbackWish(0, "ar", face=2)]


def test_words_are_written_with_the_letters_of_the_language(at_booth: Stage) -> None:
    at_booth.touch(TELL_US, "سيئة", "ellipsis", WRITE)
    assert at_booth.view().kind == Kind.WRITE
    for key in ("ش", "ك", "ر", "ا", "space", "م", "delete"):
        at_booth.touch(key)
    assert at_booth.view().typed == "شكرا "
    at_booth.touch("123", "1", "أبت", "س", "check")
    assert at_booth.view().kind == Kind.MORE
    assert [tile.chosen for tile in at_booth.view().tiles] == [False, False, True]
    at_booth.touch("send")
    assert at_booth.asked == [FeedbackWish(0, "ar", face=2, text="شكرا 1س")]


def test_another_language_brings_its_letters_and_keeps_the_words(at_booth: Stage) -> None:
    at_booth.touch(TELL_US, "سيئة", "ellipsis", WRITE, "م", "languages", "Français")
    assert at_booth.view().typed == "م"
    at_booth.touch("é", "ABC", "A")
    assert at_booth.view().typed == "مéA"


def test_nobody_reads_what_somebody_wrote_and_left(at_booth: Stage) -> None:
    before = everything(at_booth)
    at_booth.touch(TELL_US, "سيئة", "ellipsis", WRITE, "س", "ر")
    at_booth.wait(31.0)
    at_booth.wait(21.0)
    assert at_booth.view().kind == Kind.ATTRACT
    assert everything(at_booth) == before
    at_booth.touch(TELL_US, "سيئة", "ellipsis")
    assert not any(tile.chosen for tile in at_booth.view().tiles)


# -- nobody there, or somebody else ------------------------------------------------------------------


def everything(stage: Stage) -> str:
    """Give every text in the window, and what its buttons are called."""
    return " ".join([*stage.texts(), *(str(getattr(part, "name", "")) for part in below(stage.face))])


def typed_in(stage: Stage) -> None:
    stage.hear(member(language="fr", signed=("studies",)))
    stage.touch(OFFERS, "Prêt logement", PHONE)
    type_in(stage, "0612345678")


def test_after_thirty_seconds_it_asks_and_one_touch_anywhere_answers(at_booth: Stage) -> None:
    typed_in(at_booth)
    at_booth.wait(29.0)
    assert at_booth.view().kind == Kind.NUMBER
    at_booth.wait(1.5)
    assert at_booth.view().kind == Kind.STILL
    assert at_booth.face.page is not None
    assert at_booth.face.page.time_line is not None
    touch = at_booth.finger(20, 300)
    touch.touch_down()
    touch.touch_up()
    at_booth.frame()
    assert at_booth.view().kind == Kind.NUMBER
    assert at_booth.view().typed == "06 12 34 56 78"


def test_after_fifty_seconds_nothing_of_the_person_is_left(at_booth: Stage) -> None:
    before = everything(at_booth)
    typed_in(at_booth)
    assert "06 12 34 56 78" in everything(at_booth)
    at_booth.wait(31.0)
    at_booth.wait(19.5)
    assert at_booth.view().kind == Kind.ATTRACT
    assert at_booth.view().language == "ar"
    assert everything(at_booth) == before
    assert at_booth.asked == [EndWish(1)]
    at_booth.frame(2)
    kept = str([*at_booth.face._textures._kept])  # noqa: SLF001 - nobody else can see what it keeps
    assert "06 12 34 56 78" not in kept
    from kivy.core.clipboard import Clipboard  # noqa: PLC0415 - importable once Kivy is prepared

    assert "12 34 56" not in (Clipboard.paste() or "")


@pytest.mark.parametrize("notice", [member(number=2), scan(Outcome.REFUSED, "expired"), scan(Outcome.STAFF)])
def test_another_card_wipes_an_open_dialogue_without_consent(at_booth: Stage, notice: Scanned) -> None:
    typed_in(at_booth)
    at_booth.hear(notice)
    assert at_booth.view().kind == notice.outcome.value
    assert at_booth.asked == [EndWish(1)]
    assert "06 12" not in everything(at_booth)
    at_booth.hear(Done("sign_up", 1, "housing-loan"))
    assert at_booth.view().kind == notice.outcome.value, "what comes late is nobody's"


def test_a_palm_on_the_whole_row_is_one_answer_at_most(at_booth: Stage) -> None:
    at_booth.hear(member())
    at_booth.touch(OFFERS, ACCOUNT)
    at_booth.wait(0.5)
    no, yes = at_booth.find(NO), at_booth.find(YES)
    between = (no.center_x + yes.center_x) / 2
    spots = [no.center, (between, no.center_y), yes.center, (yes.center_x, yes.top + 5), (20, 20)]
    fingers = [at_booth.finger(*spot) for spot in spots]
    for finger in fingers:
        finger.touch_down()
    at_booth.frame()
    for finger in reversed(fingers):
        finger.touch_up()
        at_booth.frame()
    # Yes came up first, and no found another screen under it.
    assert at_booth.asked == [SignUpWish(1, "account", "ar")]
    at_booth.hear(Done("sign_up", 1, "account"))
    assert at_booth.view().kind == Kind.SIGNED_UP


def test_a_camera_that_goes_in_the_middle_of_a_sign_up_keeps_nobody_from_it(at_booth: Stage) -> None:
    at_booth.hear(member())
    at_booth.touch(OFFERS, ACCOUNT)
    at_booth.hear(Trouble("camera", "missing", "unplugged"))
    assert at_booth.view().kind == Kind.CONSENT
    at_booth.touch(YES)
    assert at_booth.asked == [SignUpWish(1, "account", "ar")]
    at_booth.hear(Done("sign_up", 1, "account"))
    at_booth.wait(6.0)
    at_booth.touch(YES)
    assert at_booth.view().kind == Kind.BLIND, "only the next member is told"
    at_booth.hear(Trouble("camera", "recovered", "", over=True))
    assert at_booth.view().kind == Kind.ATTRACT


def test_what_was_set_lasts_until_nobody_is_there(at_booth: Stage) -> None:
    at_booth.touch(HELP, "settings-2", "أزرار أسفل", "خط كبير", "الصوت")
    settings = at_booth.view().settings
    assert (settings.lower, settings.large, settings.volume) == (True, True, 1)
    lower = at_booth.find(BACK).y
    at_booth.touch(BACK, BACK)
    at_booth.hear(member())
    at_booth.touch(OFFERS)
    assert at_booth.view().settings == settings
    assert at_booth.find(BACK).y == lower < at_booth.face.page.kit.mm(7)  # type: ignore[union-attr]
    at_booth.wait(31.0)
    at_booth.wait(20.0)
    assert (at_booth.view().kind, at_booth.view().settings.lower) == (Kind.ATTRACT, False)


def test_help_is_called_until_it_has_come(at_booth: Stage) -> None:
    at_booth.touch(HELP, "bell-ring")
    assert at_booth.view().kind == Kind.CALLED
    assert at_booth.played[-1] == "called"
    at_booth.wait(300.0)
    assert at_booth.view().kind == Kind.CALLED
    at_booth.hear(scan(Outcome.ACCEPTED))
    assert at_booth.view().kind == Kind.ACCEPTED, "whoever comes meanwhile is welcomed"
    at_booth.wait(5.0)
    at_booth.touch(YES)
    assert at_booth.view().kind == Kind.ATTRACT
    assert at_booth.asked == [HelpWish(wanted=True), HelpWish(wanted=False)]


def test_the_notice_is_read_in_parts(at_booth: Stage) -> None:
    at_booth.touch("languages", "Français", HELP, "settings-2", "Vos données personnelles")
    first = at_booth.texts()
    at_booth.touch("arrow-down")
    assert at_booth.texts() != first
    assert any("D-W-123" in text for text in at_booth.texts())
    at_booth.touch("arrow-up")
    assert at_booth.texts() == first


def test_a_fair_that_closes_ends_every_dialogue(at_booth: Stage) -> None:
    typed_in(at_booth)
    at_booth.hear(ProgrammeTaken(2, "rabat", 6, BODY, BOOTH, closed=True))
    assert at_booth.view().kind == Kind.CLOSED
    assert at_booth.asked == [EndWish(1)]


# -- sessions and doors -------------------------------------------------------------------------------


def test_a_session_is_named_and_a_door_says_welcome_and_goodbye(at_booth: Stage) -> None:
    at_booth.hear(Scanned(Outcome.ACCEPTED, "", "", "", 1, 1, 9.0, session="delegates"))
    assert any("لقاء المناديب" in text for text in at_booth.texts())
    at_booth.hear(Scanned(Outcome.ACCEPTED, "", "", "", 1, 1, 9.0, direction="out"))
    assert "إلى اللقاء" in at_booth.texts()
    at_booth.hear(Scanned(Outcome.ACCEPTED, "", "", "", 1, 1, 9.0, direction="in"))
    assert "مرحبا بك" in at_booth.texts()


def test_at_doors_one_touch_turns_the_way(at_booth: Stage) -> None:
    at_booth.hear(Scanned(Outcome.ACCEPTED, "", "", "", 1, 1, 9.0, dialogue=1, direction="in"))
    assert [action.word for action in at_booth.view().actions] == ["أنا خارج"]
    at_booth.touch(DOOR)
    assert at_booth.asked == [TurnWish(1)]
    at_booth.hear(Done("out", 1))
    assert "إلى اللقاء" in at_booth.texts()
    assert at_booth.view().actions == ()
    assert at_booth.asked == [TurnWish(1), EndWish(1)]
    at_booth.wait(4.1)
    assert at_booth.view().kind == Kind.ATTRACT


def test_who_goes_out_soon_after_coming_in_can_say_so(at_booth: Stage) -> None:
    at_booth.hear(Scanned(Outcome.REPEAT, "", "", "", 1, 1, 9.0, dialogue=1, direction="in"))
    assert [action.word for action in at_booth.view().actions] == ["أنا خارج"]
    at_booth.hear(Scanned(Outcome.REPEAT, "", "", "", 1, 1, 9.0, dialogue=2, direction="out"))
    assert [action.word for action in at_booth.view().actions] == ["أنا داخل"]
    at_booth.wait(10.1)
    assert at_booth.asked == [EndWish(1), EndWish(2)]
    at_booth.hear(Scanned(Outcome.ACCEPTED, "", "", "", 1, 1, 9.0, direction="in"))
    assert at_booth.view().actions == (), "a door of one way has nothing to turn"


def test_a_name_that_is_missing_in_a_language_is_said_in_the_bodys() -> None:
    told = Told("ar", DESCRIBED)
    assert told.name({"fr": "Prêt", "ar": "قرض"}, "zgh") == "قرض"
    assert Told("zgh").name({"fr": "Prêt", "ar": "قرض"}, "en") == "Prêt"
    assert told.name({"en": "Loan"}, "fr") == "Loan"
    assert told.offer_name(HERE[0], "fr") == "Prêt logement"
