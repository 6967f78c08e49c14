"""Staff register a member at the window: fields, consents, a summary and the card, by real touches."""

import gettext
from dataclasses import replace
from datetime import date

import pytest
import zxingcpp
from nacl.signing import SigningKey

from kiosk.devices.printer import PrinterTroubleCode
from kiosk.notices import (
    CardIgnored,
    Described,
    LikelyMember,
    Registered,
    StaffDone,
    StaffIn,
    StaffOut,
    Trouble,
)
from kiosk.rules.wording import staffing
from kiosk.ui.enrolling import shown
from kiosk.ui.example import DESCRIBED
from kiosk.ui.finding_scenes import LIKELY
from kiosk.ui.gallery import SHAPES, Shape, Studio
from kiosk.ui.registration_scenes import CATEGORIES, FORM
from kiosk.ui.scenes import WALL, scenes, view_of
from kiosk.ui.staff_scenes import BOOTHS, a_view
from kiosk.ui.view import Kind
from kiosk.wishes import ConfirmWish, PrintCardWish, RegisterWish, StaffEndWish, StaffLookWish
from tests.kiosk.ui.stage import Stage, below
from tests.wire.strategies import a_card
from wire.card import sign
from wire.described import Form, FormField

BACK, NEXT, SKIP, NO, SEARCH, DISCARD, ANOTHER, PRINT, ANYWAY = (
    "arrow-right",
    "check",
    "skip-forward",
    "x",
    "search",
    "trash-2",
    "user-plus",
    "printer",
    "user-plus",
)
REGISTER, ACTIVE, CHILD = "تسجيل منخرط", "نشيط", "ابن أو ابنة"
ENGLISH = gettext.NullTranslations()
TOKEN = sign(a_card(), SigningKey(b"\x02" * 32))
MADE = Registered("0001-00c0ffee00c0ff", TOKEN, date(2029, 12, 26), can_print=True)
SHORT = Form(
    fields=[
        FormField(id="name_ar", required=True),
        FormField(id="category", required=True),
        FormField(id="phone"),
    ],
    categories=["active", "child"],
    consents=["contact"],
)


def fair(form: Form | None = SHORT) -> Described:
    return replace(DESCRIBED, booth_names=BOOTHS, form=form, categories=CATEGORIES)


@pytest.fixture
def desk(stage: Stage) -> Stage:
    """Give a kiosk whose staff have just begun to register somebody."""
    return begun(stage)


def begun(stage: Stage, form: Form = SHORT) -> Stage:
    stage.ready().hear(fair(form))
    stage.hear(StaffIn("101", 120.0))
    stage.hear(a_view(WALL))
    stage.touch(REGISTER)
    return stage


def type_in(stage: Stage, text: str) -> int:
    """Type, faster than a screen may change; says how many touches it took."""
    stage.wait(0.5)
    for letter in text:
        stage.tap("space" if letter == " " else letter)
    return len(text)


def filled(stage: Stage) -> Stage:
    """Go to the summary."""
    type_in(stage, "أمينة")
    stage.touch(NEXT, ACTIVE)
    type_in(stage, "0612345678")
    stage.touch(NEXT, NEXT)
    assert stage.view().kind == Kind.FORM_SUMMARY
    return stage


def everything(stage: Stage) -> str:
    """Give every text in the window, every name of a button, and all that the window's caches know."""
    named = [str(getattr(part, "name", "")) for part in below(stage.face)]
    return " ".join([*stage.texts(), *named, str([*stage.face._textures._kept])])  # noqa: SLF001 - to see them


def test_it_is_offered_where_the_programme_says_what_to_ask(stage: Stage) -> None:
    stage.ready().hear(fair(None))
    stage.hear(StaffIn("101", 120.0))
    assert REGISTER not in {tile.word for tile in stage.view().tiles}
    stage.hear(fair())
    assert stage.view().tiles[0].word == REGISTER


def test_a_member_is_registered_by_touches_and_the_card_can_be_photographed(desk: Stage) -> None:
    assert "1/4 · الاسم بالعربية" in desk.texts()
    filled(desk)
    desk.touch(NEXT)
    [wish] = [each for each in desk.asked if isinstance(each, RegisterWish)]
    assert dict(wish.typed) == {"name_ar": "أمينة", "category": "active", "phone": "0612345678"}
    assert (wish.consents, wish.language, wish.sure) == (("contact",), "ar", False)
    desk.hear(MADE)
    assert desk.view().kind == Kind.FORM_CARD
    assert {"أمينة", MADE.card} <= set(desk.texts())
    assert [code.text for code in zxingcpp.read_barcodes(desk.picture())] == [TOKEN]
    assert desk.played[-1] == "accepted"


def test_a_practised_clerk_needs_few_touches(stage: Stage) -> None:
    begun(stage, FORM)
    touches = 2  # the menu's tile, and the card's Finish
    touches += type_in(stage, "فاطمة الزهراء") + 1
    stage.touch(NEXT)
    touches += type_in(stage, "FATIMA ZAHRA") + 1
    stage.touch(NEXT, ACTIVE)
    touches += 1 + type_in(stage, "31051960") + 1
    stage.touch(NEXT)
    touches += type_in(stage, "0012345") + 1
    stage.touch(NEXT)
    touches += type_in(stage, "0612345678") + 1
    stage.touch(NEXT, SKIP, SKIP, "العربية", NEXT, NEXT)
    touches += 6
    assert isinstance(stage.asked[-1], RegisterWish)
    assert touches <= 75, "at one a second, 90 seconds with what is asked aloud"


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("language", ["ar", "fr"])
def test_the_code_is_large_enough_on_every_screen(studio: Studio, shape: Shape, language: str) -> None:
    happenings = list(scenes()["register-card"])
    happenings[-1] = MADE
    page = studio.page(view_of(happenings, studio.catalogues, language), shape)
    picture = studio.draw(page)
    [code] = zxingcpp.read_barcodes(picture)
    assert code.text == TOKEN
    at = code.position
    assert (at.top_right.x - at.top_left.x) / (shape.dpi / 25.4) >= 40


def test_back_keeps_what_was_entered(desk: Stage) -> None:
    type_in(desk, "أمينة")
    desk.touch(NEXT, ACTIVE)
    type_in(desk, "06")
    desk.touch(BACK)
    assert [tile.word for tile in desk.view().tiles if tile.chosen] == [ACTIVE]
    desk.touch(BACK)
    assert desk.view().typed == "أمينة"
    desk.touch(NEXT, ACTIVE)
    assert desk.view().typed == "06"


def test_what_is_not_taken_says_why_and_what_may_be_skipped_is(desk: Stage) -> None:
    desk.touch(NEXT)
    assert "هذه الخانة ضرورية." in desk.texts()
    type_in(desk, "أمينة")
    assert "هذه الخانة ضرورية." not in desk.texts()
    desk.touch(NEXT, ACTIVE)
    type_in(desk, "06")
    desk.touch(NEXT)
    assert "تحقق من الرقم من فضلك." in desk.texts()
    desk.touch("delete", "delete", SKIP)
    assert desk.view().kind == Kind.FORM_CONSENT


def test_yes_and_no_weigh_the_same_and_neither_is_chosen(desk: Stage) -> None:
    type_in(desk, "أمينة")
    desk.touch(NEXT, ACTIVE, SKIP)
    no, yes = desk.find(NO), desk.find(NEXT)
    assert (no.width, no.height) == (yes.width, yes.height)
    assert not any(action.main for action in desk.view().actions)
    desk.touch(NO, NEXT)
    [wish] = [each for each in desk.asked if isinstance(each, RegisterWish)]
    assert wish.consents == ()


def test_each_field_of_the_summary_leads_back_to_it(desk: Stage) -> None:
    filled(desk)
    desk.touch("06 12 34 56 78")
    for _ in range(2):
        desk.touch("delete")
    type_in(desk, "99")
    desk.touch(NEXT)
    assert desk.view().kind == Kind.FORM_SUMMARY
    assert "06 12 34 56 99" in desk.texts()
    desk.touch(ACTIVE, BACK)
    assert desk.view().kind == Kind.FORM_SUMMARY


def test_somebody_alike_is_told_with_the_time_and_staff_decide(desk: Stage) -> None:
    filled(desk)
    desk.touch(NEXT)
    desk.hear(LikelyMember("phone", int(WALL * 1000) - 30 * 60_000))
    assert any("10:12" in text for text in desk.texts())
    desk.touch(BACK)
    assert desk.view().kind == Kind.FORM_SUMMARY
    desk.touch(NEXT)
    desk.hear(LikelyMember("phone", int(WALL * 1000)))
    desk.touch(ANYWAY)
    assert [each.sure for each in desk.asked if isinstance(each, RegisterWish)] == [False, False, True]


def alike(desk: Stage) -> Stage:
    """Save somebody whom the server knows three of."""
    filled(desk)
    desk.touch(NEXT)
    desk.hear(LikelyMember("name", int(WALL * 1000), LIKELY))
    assert desk.view().kind == Kind.FORM_MATCHES
    return desk


def test_whom_the_server_knows_alike_is_shown_masked_with_what_is_the_same(desk: Stage) -> None:
    alike(desk)
    assert [tile.word for tile in desk.view().tiles] == [
        "ف. ب*** · F. B***",
        "م. أ*** · M. A***",
        "خ. إ*** · K. I***",
    ]
    assert [note.words for note in desk.view().tiles[0].notes] == ["نفس الاسم · نفس الهاتف"]
    assert desk.played[-1] == "trouble"


def test_somebody_else_is_registered_all_the_same(desk: Stage) -> None:
    alike(desk)
    desk.touch(BACK)
    assert desk.view().kind == Kind.FORM_SUMMARY
    desk.touch(NEXT)
    desk.hear(LikelyMember("name", int(WALL * 1000), LIKELY))
    desk.touch(ANYWAY)
    assert [each.sure for each in desk.asked if isinstance(each, RegisterWish)] == [False, False, True]


def test_who_is_known_already_is_confirmed_and_the_form_is_wiped(desk: Stage) -> None:
    alike(desk)
    desk.touch("ف. ب*** · F. B***")
    assert desk.view().kind == Kind.CONFIRM_BY
    desk.frame(2)
    for secret in ("أمينة", "612345678", "06 12"):
        assert secret not in everything(desk), secret
    desk.touch("تاريخ الازدياد")
    type_in(desk, "31051960")
    desk.touch(NEXT)
    assert desk.asked[-1] == ConfirmWish(LIKELY[0].member, "birth", "1960-05-31")
    desk.hear(StaffDone("confirm", "no_answer"))
    desk.touch(BACK, BACK, BACK)
    assert desk.view().kind == Kind.FOUND


def test_a_principals_number_with_letters_is_written_on_the_keyboard(stage: Stage) -> None:
    begun(
        stage,
        Form(
            fields=[FormField(id="category"), FormField(id="principal", required=True)],
            employee_number="[A-Z]{2}[0-9]{4}",
            categories=["child"],
        ),
    )
    stage.touch(CHILD)
    assert stage.view().kind == Kind.FORM_WRITE
    assert "البطاقة أو الرقم" in stage.texts()
    type_in(stage, "AB")
    stage.touch("123")
    type_in(stage, "0012")
    stage.touch(NEXT, NEXT)
    [wish] = [each for each in stage.asked if isinstance(each, RegisterWish)]
    assert dict(wish.typed)["principal"] == "AB0012"


def test_a_national_id_is_written_where_the_body_may_keep_one(stage: Stage) -> None:
    begun(
        stage,
        Form(
            fields=[FormField(id="national_id", required=True)], categories=["active"], national_id="D-1/26"
        ),
    )
    assert "1/1 · رقم البطاقة الوطنية" in stage.texts()
    type_in(stage, "BE")
    stage.touch(NEXT)
    assert "تحقق من الرقم من فضلك." in stage.texts()
    stage.touch("123")
    type_in(stage, "12345")
    stage.touch(NEXT)
    assert "BE12345" in stage.texts()


def test_a_principals_card_is_taken_beside_the_keyboard_too(stage: Stage) -> None:
    begun(
        stage,
        Form(
            fields=[FormField(id="category"), FormField(id="principal")],
            employee_number="[A-Z]{2}[0-9]{4}",
            categories=["child"],
        ),
    )
    stage.touch(CHILD)
    stage.hear(CardIgnored("0001-00c0ffee00c0ff"))
    assert stage.view().kind == Kind.FORM_SUMMARY
    stage.touch(BACK)
    assert stage.view().typed == "0001-00c0ffee00c0ff"
    stage.touch("123", "delete")
    assert stage.view().typed == "0001-00c0ffee00c0f"


@pytest.mark.parametrize("code", PrinterTroubleCode)
def test_each_trouble_of_the_printer_has_its_own_words_and_what_to_do(desk: Stage, code: str) -> None:
    filled(desk)
    desk.touch(NEXT)
    desk.hear(MADE)
    desk.touch(PRINT)
    desk.hear(StaffDone("print", str(code), "for the log"))
    said = desk.view().said
    others = [staffing.not_done(ENGLISH, "print", str(each)) for each in PrinterTroubleCode if each != code]
    mine = staffing.not_done(ENGLISH, "print", str(code))
    assert mine.title not in {each.title for each in others}
    assert mine != staffing.not_done(ENGLISH, "print", "a code of tomorrow")
    assert said.text
    assert said.title not in {mine.title, ""}, "in the language of the screen"


def test_a_trembling_finger_saves_once(desk: Stage) -> None:
    filled(desk)
    where = desk.find(NEXT).center
    for _ in range(10):
        touch = desk.finger(*where)
        touch.touch_down()
        touch.touch_up()
        desk.wait(0.1)
    assert len([each for each in desk.asked if isinstance(each, RegisterWish)]) == 1


def test_a_full_disk_or_an_old_programme_keeps_the_form(desk: Stage) -> None:
    filled(desk)
    desk.touch(NEXT)
    desk.hear(Trouble("journal", "cannot_write", "no space"))
    assert desk.view().kind == Kind.STAFF_NOT_DONE
    desk.touch(BACK, NEXT)
    desk.hear(StaffDone("registration", "no_card_key"))
    assert "لا يمكن لهذا الجهاز إصدار البطائق بعد" in desk.texts()
    desk.touch(BACK)
    assert "أمينة" in desk.texts()


def test_the_principals_card_is_taken_where_it_is_asked_for_and_nowhere_else(stage: Stage) -> None:
    begun(stage, FORM)
    stage.hear(CardIgnored("0001-00c0ffee00c0ff"))
    assert any("لم تُسجَّل" in text for text in stage.texts())
    type_in(stage, "أمينة")
    stage.touch(NEXT)
    type_in(stage, "AMINA")
    stage.touch(NEXT, CHILD)
    assert stage.view().kind == Kind.FORM_NUMBER
    stage.hear(CardIgnored("0001-00c0ffee00c0ff"))
    assert "تاريخ" in stage.view().said.title
    stage.hear(CardIgnored("0002-00c0ffee00c0ff"))
    assert stage.view().typed == "", "a card is no date"
    stage.touch(BACK)
    assert stage.view().typed == "0001-00c0ffee00c0ff"


def test_a_place_is_found_by_lists_or_by_its_name(stage: Stage) -> None:
    begun(stage, replace_fields("territory"))
    assert len(stage.view().tiles) == 12
    stage.touch(SEARCH)
    type_in(stage, "أكاد")
    stage.touch(SEARCH)
    assert "أكادير" in {tile.word for tile in stage.view().tiles}
    stage.touch(BACK)
    assert len(stage.view().tiles) == 12
    stage.touch("الشرق")
    province = stage.view().tiles[1].word
    stage.touch(province)
    assert stage.view().tiles[0].text == province
    stage.touch(BACK, BACK)
    assert len(stage.view().tiles) == 12


def replace_fields(*fields: str) -> Form:
    return Form(fields=[FormField(id=each) for each in fields], categories=["active"])


def test_the_card_is_printed_and_printed_again_and_trouble_is_said(desk: Stage) -> None:
    filled(desk)
    desk.touch(NEXT)
    desk.hear(MADE)
    desk.touch(PRINT)
    assert desk.asked[-1] == PrintCardWish(TOKEN, "active", "أمينة", "")
    desk.hear(StaffDone("print", "paper", "The printer has no paper."))
    assert "نفد ورق الطابعة" in desk.texts()
    desk.touch(BACK, PRINT)
    desk.hear(StaffDone("print"))
    assert desk.view().kind == Kind.STAFF_DONE
    desk.touch(BACK)
    assert desk.view().kind == Kind.FORM_CARD


@pytest.mark.parametrize("way", ["finish", "another", "time", "station", "discard"])
def test_nothing_of_the_last_member_is_left(desk: Stage, way: str) -> None:
    filled(desk)
    if way == "discard":
        desk.touch(DISCARD, DISCARD)
        assert desk.view().kind == Kind.STAFF_MENU
    else:
        desk.touch(NEXT)
        desk.hear(MADE)
    match way:
        case "finish":
            desk.touch(NEXT)
            assert desk.asked[-1] == StaffEndWish()
        case "another":
            desk.touch(ANOTHER)
            assert (desk.view().kind, desk.view().typed) == (Kind.FORM_WRITE, "")
        case "time":
            desk.wait(121.0)
            assert desk.view().kind == Kind.ATTRACT
        case "station":
            desk.hear(StaffOut())
    desk.frame(2)
    for secret in ("أمينة", "612345678", "06 12", MADE.card, TOKEN):
        assert secret not in everything(desk), secret


def test_two_minutes_warn_and_wipe_and_a_touch_stays(desk: Stage) -> None:
    type_in(desk, "أمينة")
    desk.wait(101.0)
    assert desk.view().kind == Kind.STILL
    desk.touch("hand")
    assert (desk.view().kind, desk.view().typed) == (Kind.FORM_WRITE, "أمينة")
    desk.wait(101.0)
    assert desk.view().kind == Kind.STILL
    desk.wait(20.0)
    assert desk.view().kind == Kind.ATTRACT
    assert desk.asked[-1] == StaffEndWish()
    desk.frame(2)
    assert "أمينة" not in everything(desk)
    assert StaffLookWish() in desk.asked


def test_leaving_asks_only_where_something_was_entered(desk: Stage) -> None:
    desk.touch(BACK)
    assert desk.view().kind == Kind.STAFF_MENU
    desk.touch(REGISTER)
    type_in(desk, "أ")
    desk.touch(BACK)
    assert desk.view().kind == Kind.FORM_LEAVE
    desk.touch(BACK)
    assert desk.view().typed == "أ"


@pytest.mark.parametrize(
    ("field", "typed", "read"),
    [
        ("birth", "31", "31"),
        ("birth", "1960", "1960"),
        ("birth", "31051", "31/05/1"),
        ("birth", "051960", "05/1960"),
        ("birth", "310519", "31/05/19"),
        ("birth", "31051960", "31/05/1960"),
        ("phone", "0612345678", "06 12 34 56 78"),
        ("principal", "000100c0ffee00c0ff", "0001-00c0ffee00c0ff"),
        ("employee_number", "0012345", "0012345"),
    ],
)
def test_digits_are_grouped_as_they_are_read(field: str, typed: str, read: str) -> None:
    assert shown(field, typed) == read
