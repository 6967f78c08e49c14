"""The window at work: notices, touches, time and pictures in; what is on the screen out."""

import functools
import threading
from dataclasses import dataclass

import pytest

from kiosk.notices import Delivered, Link, Trouble
from kiosk.rules.desk import Outcome
from kiosk.ui.flow import Flow
from kiosk.ui.gallery import SHAPES
from kiosk.ui.scenes import scan
from kiosk.ui.view import Kind
from tests.kiosk.ui.stage import Stage

BLUE_FRAME = bytes((255, 0, 0)) * (640 * 360)
RED_FRAME = bytes((0, 0, 255)) * (640 * 360)


@dataclass
class Spot:
    x: int
    y: int


def test_a_kiosk_starts_then_waits_then_invites(stage: Stage) -> None:
    assert stage.view().kind == Kind.STARTING
    stage.face.tell(Flow.started)
    stage.frame()
    assert stage.view().kind == Kind.WAITING
    stage.ready()
    assert stage.view().kind == Kind.ATTRACT
    assert "مؤسسة الأعمال الاجتماعية" in stage.texts()


def test_the_verdict_stands_and_gives_way_to_the_invitation(stage: Stage) -> None:
    stage.ready().hear(scan(Outcome.ACCEPTED))
    assert stage.view().kind == Kind.ACCEPTED
    assert stage.picture().getpixel((512, 400)) == (11, 79, 69)
    assert stage.played == ["accepted"]
    stage.wait(3.9)
    assert stage.view().kind == Kind.ACCEPTED
    stage.wait(0.2)
    assert stage.view().kind == Kind.ATTRACT


@pytest.mark.parametrize(
    ("outcome", "code", "tone"),
    [
        (Outcome.ACCEPTED, "", "accepted"),
        (Outcome.REPEAT, "", "repeat"),
        (Outcome.REFUSED, "expired", "refused"),
        (Outcome.REFUSED, "a code of tomorrow", "refused"),
        (Outcome.STAFF, "", "touch"),
    ],
)
def test_every_verdict_has_its_tone_and_is_gone_after_ten_seconds(
    stage: Stage, outcome: Outcome, code: str, tone: str
) -> None:
    stage.ready().hear(scan(outcome, code))
    assert stage.view().kind == outcome.value
    assert stage.played == [tone]
    stage.wait(10.0)
    assert stage.view().kind == Kind.ATTRACT


def test_a_scanner_that_was_set_up_is_seen_and_heard(stage: Stage) -> None:
    stage.ready().face.open(Kind.HELP)
    stage.frame()
    stage.played.clear()
    stage.hear(Trouble("camera", "set_up", "", over=True))
    assert stage.view().kind == Kind.SCANNER_SET_UP
    assert "تم إعداد القارئ" in stage.texts()
    assert stage.played == ["accepted"]
    assert stage.picture().getpixel((16, 300)) == (11, 79, 69)
    stage.wait(6.0)
    assert stage.view().kind == Kind.ATTRACT


def test_a_scanner_that_is_there_again_is_no_news(stage: Stage) -> None:
    stage.ready().hear(Trouble("camera", "recovered", "", over=True))
    assert stage.view().kind == Kind.ATTRACT
    assert stage.played == []


def test_the_next_card_replaces_the_verdict_at_once(stage: Stage) -> None:
    stage.ready().hear(scan(Outcome.REFUSED, "expired"))
    stage.wait(1.0)
    stage.hear(scan(Outcome.ACCEPTED))
    assert stage.view().kind == Kind.ACCEPTED
    first = stage.face.page
    stage.hear(scan(Outcome.ACCEPTED))
    # The second member is welcomed by a screen of their own, not by what is left of the first's.
    assert stage.face.page is not first
    assert stage.played == ["refused", "accepted", "accepted"]


def test_the_line_of_the_remaining_time_shortens(stage: Stage) -> None:
    stage.ready().hear(scan(Outcome.ACCEPTED))
    seen = []
    for _ in range(3):
        stage.wait(1.0)
        assert stage.face.page is not None
        assert stage.face.page.time_line is not None
        seen.append(stage.face.page.time_line.left)
    assert seen == pytest.approx([0.75, 0.5, 0.25], abs=0.01)
    strip = stage.picture().crop((0, 598, 1024, 599))
    lit = sum(count for count, colour in strip.getcolors() or [] if colour == (255, 255, 255))
    assert lit / 1024 == pytest.approx(0.25, abs=0.02)


@pytest.mark.parametrize(
    ("language", "welcome"), [("fr", "Bienvenue"), ("zgh", "ⴰⵏⵙⵓⴼ ⵢⵉⵙⵓⵏ"), ("en", "Welcome")]
)
def test_the_screen_speaks_the_cards_language_and_then_the_bodys(
    stage: Stage, language: str, welcome: str
) -> None:
    stage.ready().hear(scan(Outcome.ACCEPTED, language=language))
    assert welcome in stage.texts()
    stage.wait(5.0)
    assert stage.view().language == "ar"
    stage.hear(scan(Outcome.ACCEPTED, language="es"))  # of tomorrow's cards
    assert stage.view().language == "ar"


def test_a_language_is_chosen_by_two_touches_and_forgotten_after_a_while(stage: Stage) -> None:
    stage.ready().tap("languages")
    assert stage.view().kind == Kind.LANGUAGE
    assert {"العربية", "Français", "ⵜⴰⵎⴰⵣⵉⵖⵜ", "English"} <= set(stage.texts())
    stage.wait(1.0)
    stage.tap("Français")
    assert (stage.view().kind, stage.view().language) == (Kind.ATTRACT, "fr")
    stage.wait(29.0)
    assert stage.view().language == "fr"
    stage.wait(2.0)
    assert stage.view().language == "ar"


def test_a_verdict_is_shown_again_in_the_language_chosen(stage: Stage) -> None:
    stage.ready().hear(scan(Outcome.REFUSED, "expired"))
    stage.wait(2.0)
    stage.tap("languages")
    stage.wait(20.0)
    stage.tap("Français")
    assert "Votre carte n\N{RIGHT SINGLE QUOTATION MARK}est plus valable" in stage.texts()
    stage.wait(8.9)
    assert stage.view().kind == Kind.REFUSED
    stage.wait(0.2)
    assert stage.view().kind == Kind.ATTRACT


def test_help_closes_by_its_button_and_by_itself(stage: Stage) -> None:
    stage.ready().tap("circle-question-mark")
    assert stage.view().kind == Kind.HELP
    stage.wait(1.0)
    stage.tap("arrow-right")  # back, in Arabic
    assert stage.view().kind == Kind.ATTRACT
    stage.wait(1.0)
    stage.tap("circle-question-mark")
    stage.wait(31.0)
    assert stage.view().kind == Kind.ATTRACT


def test_a_card_closes_what_is_open(stage: Stage) -> None:
    stage.ready().tap("circle-question-mark")
    stage.hear(scan(Outcome.ACCEPTED))
    assert stage.view().kind == Kind.ACCEPTED
    stage.wait(5.0)
    assert stage.view().kind == Kind.ATTRACT


@pytest.mark.parametrize("code", ["missing", "unreadable", "stalled", "covered", "ended", "of tomorrow"])
def test_a_blind_camera_is_told_to_the_member_and_its_cause_to_the_staff(stage: Stage, code: str) -> None:
    stage.ready().hear(Trouble("camera", code, "for the log"))
    assert stage.view().kind == Kind.BLIND
    assert "الكاميرا لا ترى شيئا" in stage.texts()
    assert not any("السلك" in text for text in stage.texts())
    stage.tap("circle-question-mark")
    assert "للفريق" in stage.texts()
    assert any("الكاميرا" in cause for cause in stage.view().causes)
    stage.hear(Trouble("camera", "recovered", "", over=True))
    stage.wait(31.0)
    assert stage.view().kind == Kind.ATTRACT


def test_a_visit_that_cannot_be_written_gets_no_tick(stage: Stage) -> None:
    stage.ready().hear(Trouble("journal", "cannot_write", "no space left"))
    assert stage.view().kind == Kind.UNRECORDED
    assert stage.played == ["trouble"]
    stage.wait(10.0)
    stage.tap("circle-question-mark")
    assert any("القرص" in cause for cause in stage.view().causes)
    stage.hear(scan(Outcome.ACCEPTED))
    stage.wait(10.0)
    stage.tap("circle-question-mark")
    assert stage.view().causes == ()


def test_a_kiosk_that_cannot_open_its_journal_says_so_until_it_can(stage: Stage) -> None:
    stage.hear(Trouble("journal", "cannot_write", "the journal cannot be opened"))
    assert stage.view().kind == Kind.UNRECORDED
    stage.wait(60.0)
    assert (stage.view().kind, stage.view().until) == (Kind.UNRECORDED, 0)
    stage.tap("circle-question-mark")
    assert any("القرص" in cause for cause in stage.view().causes)
    stage.hear(Trouble("journal", "recovered", "it can be written again", over=True))
    stage.wait(31.0)
    assert stage.view().kind == Kind.STARTING
    stage.ready()
    assert stage.view().kind == Kind.ATTRACT


def test_the_strip_tells_what_waits_while_there_is_no_network(stage: Stage) -> None:
    stage.ready()
    assert stage.view().strip == ""
    stage.hear(Link(up=False, reason="lost", waiting=23))
    assert any("23" in text for text in stage.texts())
    stage.face.tell(lambda flow: flow.now_waiting(24))
    stage.frame()
    assert any("24" in text for text in stage.texts())
    stage.hear(Link(up=True, reason="", waiting=24))
    stage.hear(Delivered(1, 24, 0, []))
    assert not any("24" in text for text in stage.texts())


def test_the_preview_shows_the_newest_picture_as_a_mirror(stage: Stage) -> None:
    stage.ready()
    row = bytes((255, 0, 0)) * 320 + bytes((0, 0, 255)) * 320
    stage.face.slot.put(640, 360, BLUE_FRAME)
    stage.face.slot.put(640, 360, row * 360)
    stage.frame()
    assert stage.face.page is not None
    preview = stage.face.page.preview
    assert preview is not None
    y = int(stage.face.height - preview.center_y)
    left, right = Spot(int(preview.center_x - 20), y), Spot(int(preview.center_x + 20), y)
    picture = stage.picture()
    # What is blue on the picture's left is on the right of a mirror.
    assert picture.getpixel((left.x, left.y)) == (255, 0, 0)
    assert picture.getpixel((right.x, right.y)) == (0, 0, 255)
    built = stage.face.built
    stage.face.slot.put(640, 360, RED_FRAME)
    stage.frame()
    assert stage.picture().getpixel((right.x, right.y)) == (255, 0, 0)
    assert stage.face.built == built, "a new picture builds no new screen"
    assert stage.face.film.shown == 2, "the picture that nobody saw was dropped"


def test_fifty_taps_a_second_break_nothing_and_pile_up_nothing(stage: Stage) -> None:
    stage.ready()
    built = stage.face.built
    places = [stage.find("languages").center, stage.find("circle-question-mark").center, (300, 300)]
    for tap in range(200):
        touch = stage.finger(*places[tap % 3])
        touch.touch_down()
        touch.touch_up()
        stage.now += 0.02
        stage.frame()
    assert stage.face.built - built <= 14, "one screen each 0.3 s, not one each tap"
    stage.wait(61.0)
    assert stage.view().kind == Kind.ATTRACT
    stage.wait(1.0)
    stage.tap("circle-question-mark")
    assert stage.view().kind == Kind.HELP


def test_two_fingers_count_as_the_first(stage: Stage) -> None:
    stage.ready()
    one, other = (
        stage.finger(*stage.find("languages").center),
        stage.finger(*stage.find("circle-question-mark").center),
    )
    one.touch_down()
    other.touch_down()
    one.touch_up()
    other.touch_up()
    stage.frame()
    assert stage.view().kind == Kind.LANGUAGE


def test_a_finger_that_slides_off_a_button_changes_its_mind(stage: Stage) -> None:
    stage.ready()
    button = stage.find("languages")
    touch = stage.finger(*button.center)
    touch.touch_down()
    touch.touch_move(stage.face.width / 2, 20)
    touch.touch_up()
    stage.frame()
    assert stage.view().kind == Kind.ATTRACT


def test_notices_come_from_any_thread_and_widgets_change_in_one(stage: Stage) -> None:
    stage.ready()
    builders = set()
    stage.face.bind(children=lambda *_: builders.add(threading.current_thread()))

    def talk() -> None:
        for number in range(200):
            stage.face.put(scan(Outcome.ACCEPTED))
            stage.face.slot.put(640, 360, BLUE_FRAME)
            stage.face.put(Link(up=number % 2 == 0, reason="lost", waiting=number))

    threads = [threading.Thread(target=talk) for _ in range(4)]
    for thread in threads:
        thread.start()
    stage.until(lambda: not any(thread.is_alive() for thread in threads))
    stage.frame()
    assert builders == {threading.current_thread()}
    assert stage.view().kind == Kind.ACCEPTED
    assert stage.view().number == 800


def test_many_scans_leave_one_screen_and_few_textures(stage: Stage) -> None:
    stage.ready()
    for number in range(100):
        names = {"ar": f"مؤسسة {number}"}
        stage.face.tell(functools.partial(Flow.place, body=names, booth=names, timezone=""))
        stage.hear(scan(Outcome.ACCEPTED))
        stage.wait(5.0)
    assert len(stage.face.children) == 1
    assert len(stage.face._textures._kept) <= 96  # noqa: SLF001


def test_the_window_is_the_size_that_was_asked_for(stage: Stage) -> None:
    assert tuple(stage.window.size) == (SHAPES[0].width, SHAPES[0].height)
    assert tuple(stage.face.size) == tuple(stage.window.size)


def test_a_resized_window_is_drawn_anew(stage: Stage) -> None:
    stage.ready()
    first = stage.face.page
    stage.face.size_hint = (None, None)
    stage.face.size = (800, 500)
    assert stage.face.page is not first
    assert stage.face.page is not None
    assert tuple(stage.face.page.size) == (800, 500)
