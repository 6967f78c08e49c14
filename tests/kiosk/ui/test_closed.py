"""The window of a kiosk whose fair is over: no invitation, and what staff may do with the machine."""

import pytest

from kiosk.notices import Delivered, Link, Pairing, ProgrammeTaken, Trouble, Wiped
from kiosk.rules.desk import Outcome
from kiosk.ui.flow import Flow
from kiosk.ui.scenes import BODY, BOOTH, scan
from kiosk.ui.view import Kind
from tests.kiosk.ui.stage import Stage

CLOSED = ProgrammeTaken(2, "rabat", 6, BODY, BOOTH, closed=True)
OPEN = ProgrammeTaken(3, "rabat", 6, BODY, BOOTH)
HELP = "circle-question-mark"
MAY_GO = "يمكن إيقاف هذا الجهاز"
OVER = "انتهت هذه الأيام"


def test_a_closed_fair_invites_nobody(stage: Stage) -> None:
    stage.ready().hear(CLOSED)
    assert stage.view().kind == Kind.CLOSED
    assert stage.face.page is not None
    assert stage.face.page.preview is None, "no picture of the camera: no card is wanted"
    assert OVER in stage.texts()
    assert "أظهر بطاقتك أمام الكاميرا" not in stage.texts()
    # Lime on the ground, blue in the sign: it tells, and alarms nobody.
    assert stage.picture().getpixel((5, 300)) == (250, 246, 238)
    stage.wait(120.0)
    assert (stage.view().kind, stage.view().until) == (Kind.CLOSED, 0)


def test_a_card_is_still_turned_away_in_words(stage: Stage) -> None:
    stage.ready().hear(CLOSED)
    stage.hear(scan(Outcome.CLOSED, language="fr"))
    assert stage.view().kind == Kind.REFUSED
    assert "Ces journées sont terminées" in stage.texts()
    stage.wait(9.5)
    assert (stage.view().kind, stage.view().language) == (Kind.CLOSED, "ar")


def test_staff_are_told_not_to_unplug_it_while_facts_wait(stage: Stage) -> None:
    stage.ready().hear(Link(up=False, reason="lost", waiting=23))
    stage.hear(CLOSED)
    assert "لا تفصلوا" in stage.view().strip
    assert "23" in stage.view().strip
    stage.tap(HELP)
    assert OVER in stage.texts()
    assert "23" in stage.view().causes[0]
    assert any("الواي فاي" in cause for cause in stage.view().causes), "and what to do about the network"
    stage.wait(31.0)
    stage.hear(Link(up=True, reason="", waiting=23))
    assert "23" in stage.view().strip, "they wait with a network, too, until the server holds them"
    stage.hear(Delivered(1, 23, 0, []))
    assert "23" not in stage.view().strip
    assert "لا تفصلوا" in stage.view().strip, "not before the server has confirmed all of it"


def test_a_wiped_kiosk_says_that_it_may_be_switched_off(stage: Stage) -> None:
    stage.ready().hear(CLOSED)
    stage.hear(Wiped(31))
    assert stage.view().kind == Kind.CLOSED
    assert stage.view().strip == MAY_GO
    stage.tap(HELP)
    assert "للفريق" in stage.texts()
    assert len(stage.view().causes) == 2, "put it away, or take it to the next fair"
    assert set(stage.view().causes) <= set(stage.texts())
    stage.wait(31.0)
    # Without a network, too: there is nothing that waits for one.
    stage.hear(Link(up=False, reason="lost", waiting=0))
    assert stage.view().strip == MAY_GO


def test_a_fair_that_is_opened_again_invites_again(stage: Stage) -> None:
    stage.ready().hear(CLOSED)
    stage.hear(Wiped(31))
    stage.hear(OPEN)
    assert (stage.view().kind, stage.view().strip) == (Kind.ATTRACT, "")
    stage.hear(ProgrammeTaken(4, "rabat", 6, closed=True))
    assert stage.view().kind == Kind.CLOSED
    assert stage.view().strip != MAY_GO, "what was wiped before says nothing of what came since"


def test_a_wiped_kiosk_that_starts_again_waits_for_the_servers_word(stage: Stage) -> None:
    # The kept programme comes first; whether the server still holds everything it asks anew.
    stage.hear(CLOSED)
    assert stage.view().kind == Kind.STARTING
    stage.face.tell(Flow.started)
    stage.face.tell(lambda flow: flow.now_waiting(0))
    stage.hear(Link(up=False, reason="no answer", waiting=0))
    assert stage.view().kind == Kind.CLOSED
    assert stage.view().strip not in {"", MAY_GO}
    stage.tap(HELP)
    assert len(stage.view().causes) == 2, "what to wait for, and the network"
    stage.wait(31.0)
    stage.hear(Link(up=True, reason="", waiting=0))
    stage.hear(Wiped(0))
    assert stage.view().strip == MAY_GO


def test_a_camera_that_sees_nothing_matters_no_more(stage: Stage) -> None:
    stage.ready().hear(Trouble("camera", "missing", "it is not there"))
    assert stage.view().kind == Kind.BLIND
    stage.hear(CLOSED)
    assert stage.view().kind == Kind.CLOSED
    stage.tap(HELP)
    assert not any("الكاميرا" in cause for cause in stage.view().causes)
    stage.hear(OPEN)
    stage.wait(31.0)
    assert stage.view().kind == Kind.BLIND, "it is still not there"


def test_a_disk_that_cannot_be_wiped_is_told_to_the_staff_alone(stage: Stage) -> None:
    stage.ready().hear(CLOSED)
    stage.hear(Trouble("journal", "cannot_write", "as soon as no other program reads it"))
    assert stage.view().kind == Kind.CLOSED, "nobody's visit was lost"
    assert stage.played == []
    stage.tap(HELP)
    assert any("القرص" in cause for cause in stage.view().causes)
    stage.hear(Wiped(4))
    stage.wait(31.0)
    stage.tap(HELP)
    assert not any("القرص" in cause for cause in stage.view().causes)


def test_the_next_fairs_code_may_be_shown_to_a_wiped_kiosk(stage: Stage) -> None:
    stage.ready().hear(CLOSED)
    stage.hear(Wiped(31))
    stage.hear(Pairing("asking"))
    assert stage.view().kind == Kind.ASKING
    stage.hear(Pairing("paired", name="K-02"))
    assert stage.view().kind == Kind.PAIRED
    assert "رواق البنوك" not in stage.texts(), "that was its booth before"
    stage.hear(Link(up=False, reason="lost", waiting=0))
    stage.hear(Link(up=True, reason="", waiting=0))
    stage.wait(7.0)
    assert (stage.view().kind, stage.view().strip) == (Kind.STARTING, "")
    stage.hear(ProgrammeTaken(1, "tangier", 6, BODY, BOOTH))
    assert stage.view().kind == Kind.ATTRACT


def test_a_code_that_is_not_taken_leaves_a_closed_kiosk_closed(stage: Stage) -> None:
    stage.ready().hear(CLOSED)
    stage.hear(Wiped(31))
    stage.hear(Pairing("asking"))
    stage.hear(Pairing("refused", "foreign"))
    # It goes on as who it was: the kept programme comes again, and then the server's word.
    stage.hear(CLOSED)
    stage.hear(Wiped(0))
    assert stage.view().kind == Kind.REFUSED
    stage.wait(9.1)
    assert (stage.view().kind, stage.view().strip) == (Kind.CLOSED, MAY_GO)


@pytest.mark.parametrize("language", ["ar", "fr"])
def test_the_quiet_line_has_a_sign_beside_it_and_help_has_room(stage: Stage, language: str) -> None:
    stage.face.tell(lambda flow: flow.choose(language, stage.now))
    stage.ready().hear(CLOSED)
    waiting = stage.picture().crop((0, 540, 1024, 600)).tobytes()
    stage.hear(Wiped(1))
    assert stage.picture().crop((0, 540, 1024, 600)).tobytes() != waiting
    stage.wait(1.0)
    stage.tap(HELP)
    assert set(stage.view().causes) <= set(stage.texts()), "there is room for all of them"
