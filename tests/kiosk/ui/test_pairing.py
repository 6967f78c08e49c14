"""The window of a kiosk that has no settings yet: a code before its camera, and what comes of it."""

import pytest

from kiosk.notices import Pairing, ProgrammeTaken, Trouble
from kiosk.rules.desk import Outcome
from kiosk.ui.flow import Flow
from kiosk.ui.scenes import BODY, BOOTH, scan
from kiosk.ui.view import Kind
from tests.kiosk.ui.stage import Stage
from wire.pairing import PairingRefusal

SHOW_CODE = "أظهروا رمز الربط"
HELP = "circle-question-mark"
PROGRAMME = ProgrammeTaken(1, "rabat", 6, BODY, BOOTH)


@pytest.fixture
def unpaired(stage: Stage) -> Stage:
    """A kiosk that waits for its code; to the window, what waits is a station at work."""
    stage.face.tell(Flow.started)
    stage.hear(Pairing("code"))
    return stage


def test_a_kiosk_without_settings_asks_for_its_code(unpaired: Stage) -> None:
    assert unpaired.view().kind == Kind.PAIRING
    assert SHOW_CODE in unpaired.texts()
    assert unpaired.face.page is not None
    assert unpaired.face.page.preview is not None, "one sees oneself hold the code"
    assert unpaired.view().strip == ""
    unpaired.wait(600.0)
    assert unpaired.view().kind == Kind.PAIRING


def test_it_asks_before_its_parts_are_all_there(stage: Stage) -> None:
    stage.hear(Pairing("code"))
    assert stage.view().kind == Kind.PAIRING


def test_help_tells_a_technician_the_three_steps(unpaired: Stage) -> None:
    unpaired.tap(HELP)
    assert len(unpaired.view().steps) == 3
    assert "--pairing" in unpaired.view().steps[0]
    assert "15" in unpaired.view().steps[0]
    unpaired.hear(Pairing("asking"))
    assert unpaired.view().kind == Kind.ASKING, "the code was shown: what is open closes"


def test_the_server_is_asked_for_as_long_as_it_takes(unpaired: Stage) -> None:
    unpaired.hear(Pairing("asking"))
    assert unpaired.view().kind == Kind.ASKING
    assert unpaired.played == ["touch"], "one hears that the code was read"
    unpaired.hear(Pairing("asking", "no_answer"))
    assert unpaired.view().kind == Kind.NO_ANSWER
    assert any("سلك" in text for text in unpaired.texts())
    unpaired.wait(300.0)
    assert unpaired.view().kind == Kind.NO_ANSWER
    unpaired.tap(HELP)
    assert len(unpaired.view().causes) == 1
    unpaired.hear(Pairing("code"))
    unpaired.wait(31.0)
    assert unpaired.view().kind == Kind.PAIRING
    assert unpaired.played == ["touch", "touch"], "the tap on help is the other"


@pytest.mark.parametrize("code", [*PairingRefusal, "a code of tomorrow"])
def test_a_refused_code_is_told_and_another_may_be_shown(unpaired: Stage, code: str) -> None:
    unpaired.hear(Pairing("asking"))
    unpaired.hear(Pairing("refused", str(code)))
    assert unpaired.view().kind == Kind.REFUSED
    assert unpaired.picture().getpixel((5, 300)) == (140, 29, 24)
    assert unpaired.played[-1] == "refused"
    unpaired.wait(8.9)
    assert unpaired.view().kind == Kind.REFUSED
    unpaired.wait(0.2)
    assert unpaired.view().kind == Kind.PAIRING


def test_a_good_code_does_not_wait_for_the_refusal_of_another(unpaired: Stage) -> None:
    unpaired.hear(Pairing("refused", "malformed"))
    unpaired.wait(1.0)
    unpaired.hear(Pairing("code"))
    assert unpaired.view().kind == Kind.REFUSED, "it is read to its end"
    unpaired.hear(Pairing("asking"))
    assert unpaired.view().kind == Kind.ASKING


def test_a_paired_kiosk_says_its_name_and_starts(unpaired: Stage) -> None:
    unpaired.hear(Pairing("asking"))
    unpaired.hear(Pairing("paired", name="K-07"))
    assert unpaired.view().kind == Kind.PAIRED
    assert unpaired.picture().getpixel((5, 300)) == (11, 79, 69)
    assert any("K-07" in text for text in unpaired.texts())
    assert unpaired.played[-1] == "accepted"
    unpaired.wait(6.1)
    assert unpaired.view().kind == Kind.STARTING
    unpaired.hear(PROGRAMME)
    assert unpaired.view().kind == Kind.ATTRACT


def test_the_programme_may_come_while_the_name_is_shown(unpaired: Stage) -> None:
    unpaired.hear(Pairing("paired", name="K-07"))
    unpaired.hear(PROGRAMME)
    assert unpaired.view().kind == Kind.PAIRED
    unpaired.wait(6.1)
    assert unpaired.view().kind == Kind.ATTRACT
    unpaired.hear(scan(Outcome.ACCEPTED))
    assert unpaired.view().kind == Kind.ACCEPTED


def test_a_programme_that_does_not_come_is_waited_for_in_words(unpaired: Stage) -> None:
    unpaired.hear(Pairing("paired", name="K-07"))
    unpaired.wait(10.0)
    assert unpaired.view().kind == Kind.STARTING
    unpaired.wait(11.0)
    assert unpaired.view().kind == Kind.WAITING


def test_a_camera_that_sees_nothing_is_told_instead_of_asking_for_a_code(unpaired: Stage) -> None:
    unpaired.hear(Trouble("camera", "missing", "it is not there"))
    assert unpaired.view().kind == Kind.BLIND
    unpaired.tap(HELP)
    assert any("الكاميرا" in cause for cause in unpaired.view().causes)
    unpaired.hear(Trouble("camera", "recovered", "", over=True))
    unpaired.wait(31.0)
    assert unpaired.view().kind == Kind.PAIRING


def test_a_code_shown_to_a_kiosk_with_settings_is_turned_away(stage: Stage) -> None:
    stage.ready().hear(scan(Outcome.PAIRING))
    assert stage.view().kind == Kind.REFUSED
    assert "هذا الجهاز مهيأ من قبل" in stage.texts()
    assert stage.played == ["refused"]
    stage.wait(9.1)
    assert stage.view().kind == Kind.ATTRACT


def test_the_language_chosen_holds_through_the_pairing(unpaired: Stage) -> None:
    unpaired.tap("languages")
    unpaired.wait(1.0)
    unpaired.tap("Français")
    unpaired.hear(Pairing("refused", "used"))
    assert unpaired.view().language == "fr"
    unpaired.wait(9.1)
    assert (unpaired.view().kind, unpaired.view().language) == (Kind.PAIRING, "fr")
