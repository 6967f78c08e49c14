"""What is read aloud: a prompt for every public screen, once, after its tone, and never two at once."""

import gettext
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from kiosk.assets import assets_dir
from kiosk.notices import Done, ProgrammeTaken
from kiosk.rules.desk import Outcome
from kiosk.rules.wording import spoken
from kiosk.ui.flow import Flow
from kiosk.ui.languages import OFFERED, SOURCE, Catalogues
from kiosk.ui.prompts import Prompt, Prompter, file_of, prompt_of
from kiosk.ui.scenes import BODY, BOOTH, member, scan, scenes, view_of
from kiosk.ui.view import About, Act, Do, Kind, Settings, View
from tests.kiosk.ui.stage import Stage
from wire.card import RefusalCode

CATALOGUES = Catalogues(assets_dir() / "locale")
SCENES = scenes()
FOR_STAFF = {
    *(Kind.PAIRED, Kind.SCANNER_SET_UP, Kind.PIN, Kind.STAFF_MENU, Kind.UNDO, Kind.WHY, Kind.NOTHING_TO_UNDO),
    *(Kind.BY_HAND, Kind.CARD_NUMBER, Kind.NO_CARD, Kind.FIND, Kind.FOUND, Kind.CONFIRM_BY),
    *(Kind.CONFIRM_NUMBER, Kind.CONFIRM_WRITE, Kind.UNCONFIRMED, Kind.CONFIRMED, Kind.REISSUE, Kind.LOST),
    *(
        Kind.FAMILY,
        Kind.HOUSEHOLD,
        Kind.HOW_MANY,
        Kind.BOOTHS,
        Kind.SWITCH,
        Kind.LIGHT,
        Kind.STATE,
        Kind.EXPORT,
    ),
    *(Kind.DIAGNOSTICS, Kind.NO_STICK, Kind.POWER, Kind.RESTART, Kind.QUIT, Kind.STAFF_DONE),
    *(Kind.STAFF_NOT_DONE, *(kind for kind in Kind if kind.startswith("form_"))),
}
"""Screens that only technicians and staff come to, who read them."""
TONE_S = 1.0
"""The longest tone and the moment of rest after it."""


def name_of(scene: str, language: str = "fr") -> str:
    prompt = prompt_of(view_of(SCENES[scene], CATALOGUES, language))
    return prompt.name if prompt else ""


# Which prompt a screen has.


@pytest.mark.parametrize("scene", SCENES)
def test_every_public_screen_has_a_prompt_and_no_other_has(scene: str) -> None:
    view = view_of(SCENES[scene], CATALOGUES, "fr")
    if view.kind in FOR_STAFF or view.about == About.PAIRING:
        assert prompt_of(view) is None
        return
    prompt = prompt_of(view)
    assert prompt is not None, "give it a prompt in kiosk/rules/wording/spoken.py"
    assert prompt.name in spoken.NAMES
    assert prompt.language == "fr"


def test_every_prompt_belongs_to_a_screen() -> None:
    shown = {name_of(scene) for scene in SCENES}
    # A refusal of tomorrow has no scene; a scanner that is set up is the technician's.
    assert spoken.NAMES - shown == {spoken.REFUSED}


@pytest.mark.parametrize(
    ("scene", "name"),
    [
        ("accepted", "accepted"),
        ("accepted-offers", "accepted"),
        ("accepted-in", "accepted-in"),
        ("accepted-session", "accepted-session"),
        ("repeat-since", "repeat"),
        ("refused-unknown-key", "refused-unknown-key"),
        ("refused-revoked", "refused-revoked"),
        ("closed-card", "refused-closed"),
        ("journal-closed", "unrecorded"),
        ("not-possible", "not-possible"),
        ("not-recorded", "not-recorded"),
        ("consent", "consent"),
        ("consent-typed", "consent-phone"),
        ("number-odd", "number-odd"),
        ("withdraw", "withdraw"),
        ("withdraw-elsewhere", "withdraw-elsewhere"),
        ("still", "still"),
        ("called", "called"),
        ("help", "help"),
        ("help-scanner", "help-scanner"),
        ("help-blind", "blind"),
        ("help-scanner-missing", "blind-scanner"),
        ("help-waiting", "waiting"),
        ("help-everything", "blind"),
        ("help-closed-wiped", "closed"),
        ("help-offline", "help"),
        ("scanner", "attract-scanner"),
        ("show-card-scanner", "show-card"),
    ],
)
def test_a_screen_says_what_it_shows(scene: str, name: str) -> None:
    assert name_of(scene) == name


def test_a_refusal_of_tomorrow_is_read_aloud_as_any_refusal() -> None:
    ready = SCENES["attract"]
    view = view_of((*ready, scan(Outcome.REFUSED, "a code of tomorrow")), CATALOGUES, "ar")
    assert prompt_of(view) == Prompt("ar", "refused")
    assert spoken.refused(RefusalCode.WRONG_BODY) == "refused-wrong-body"


def test_names_are_what_a_file_may_be_called() -> None:
    assert all(name.replace("-", "").isalpha() and name.islower() for name in spoken.NAMES)


# What is said.


@pytest.mark.parametrize("language", OFFERED)
def test_every_prompt_has_its_sentences_in_every_catalogue(language: str) -> None:
    english = spoken.prompts(gettext.NullTranslations())
    said = spoken.prompts(CATALOGUES.of(language))
    assert said.keys() == spoken.NAMES
    for name, sentences in said.items():
        assert sentences, name
        assert all(sentence.strip() for sentence in sentences), name
        if language != SOURCE:
            # "Options" is one word in two languages.
            same = set(sentences) & set(english[name]) - {"Options"}
            assert not same, (name, same)


@pytest.mark.parametrize("language", OFFERED)
def test_nothing_that_is_filled_in_is_spoken(language: str) -> None:
    for name, sentences in spoken.prompts(CATALOGUES.of(language)).items():
        words = spoken.aloud(sentences)
        assert not set("{}·") & set(words), (name, words)
        assert not any(letter.isdigit() for letter in words), (name, words)
        assert words.endswith((".", "?", "؟")), (name, words)


def test_where_a_sentence_has_something_to_fill_in_the_rest_is_spoken() -> None:
    said = {name: spoken.aloud(each) for name, each in spoken.prompts(gettext.NullTranslations()).items()}
    assert said["accepted-session"] == "Welcome. You are present, it is recorded."
    assert said["signed-up"] == "You are signed up."
    assert said["consent-phone"].startswith("May this partner contact you? Shared: your name and number")


# When it is said.


class Ear:
    """Shows a prompter one screen after another, and waits until their prompts would be heard."""

    def __init__(self) -> None:
        self.now = 1000.0
        self._said: list[Prompt | None] = []
        self.prompter = Prompter(self._said.append)

    def sees(self, view: View, *, touched: bool = False, tone: str = "") -> list[str | None]:
        """Show a view; give what came of it, None for silence."""
        self._said.clear()
        if touched:
            self.prompter.touched()
        if tone:
            self.prompter.sounded(tone, self.now)
        self.prompter.see(view, self.now, by_touch=touched)
        for _ in range(100):
            self.now += TONE_S / 100
            self.prompter.step(self.now)
        return [each.name if each else None for each in self._said]


@pytest.fixture
def ear() -> Ear:
    return Ear()


def seen(scene: str, language: str = "ar", **changes: Any) -> View:
    return replace(view_of(SCENES[scene], CATALOGUES, language), **changes)


def test_a_verdict_is_read_aloud_once_however_often_it_is_drawn(ear: Ear) -> None:
    assert ear.sees(seen("accepted"), tone="accepted") == [None, "accepted"]
    assert ear.sees(seen("accepted")) == []
    assert ear.sees(seen("accepted", strip="something else below")) == []


def test_the_next_member_is_welcomed_anew(ear: Ear) -> None:
    ear.sees(seen("accepted", number=1))
    assert ear.sees(seen("accepted", number=2)) == [None, "accepted"]


def test_it_waits_for_the_end_of_its_tone() -> None:
    said: list[Prompt | None] = []
    prompter = Prompter(said.append)
    prompter.sounded("refused", 10.0)
    prompter.see(seen("refused-revoked"), 10.0, by_touch=False)
    prompter.step(10.5)
    assert said == [None]
    prompter.step(10.8)
    assert said == [None, Prompt("ar", "refused-revoked")]


def test_a_touch_and_a_new_screen_each_end_it(ear: Ear) -> None:
    ear.sees(seen("accepted-offers"))
    assert ear.sees(seen("offers"), touched=True) == [None, None, "offers"]
    assert ear.sees(seen("still")) == [None, "still"]


def test_a_verdicts_words_may_take_longer_than_it_stands(ear: Ear) -> None:
    ear.sees(seen("refused-revoked"))
    assert ear.sees(seen("attract")) == []


def test_a_touch_before_it_was_heard_keeps_it_from_being_heard() -> None:
    said: list[Prompt | None] = []
    prompter = Prompter(said.append)
    prompter.see(seen("accepted"), 10.0, by_touch=False)
    prompter.touched()
    prompter.step(12.0)
    assert said == [None, None]


@pytest.mark.parametrize("scene", ["attract", "starting", "waiting", "blind", "closed", "journal-closed"])
def test_a_screen_that_stands_is_read_aloud_only_to_whoever_came_there_by_touch(ear: Ear, scene: str) -> None:
    ear.sees(seen("accepted"))
    assert ear.sees(seen(scene)) == []
    ear.sees(seen("help"), touched=True)
    assert ear.sees(seen(scene), touched=True)[-1] is not None
    # Whoever else passes by hears nothing more of it.
    assert ear.sees(seen(scene, clock="10:43")) == []


def test_a_language_that_is_chosen_is_heard_at_once(ear: Ear) -> None:
    ear.sees(seen("attract"))
    ear.sees(seen("language"), touched=True)
    assert ear.sees(seen("attract", "fr"), touched=True)[-1] == "attract"


def test_whoever_turns_it_off_hears_nothing_and_whoever_turns_it_on_hears_where_they_are(ear: Ear) -> None:
    ear.sees(seen("options"), touched=True)
    off = Settings(read_aloud=False)
    assert ear.sees(seen("options", settings=off), touched=True) == [None, None]
    assert ear.sees(seen("attract", settings=off), touched=True) == [None]
    ear.sees(seen("options", settings=off), touched=True)
    assert ear.sees(seen("options"), touched=True) == [None, None, "options"]


def test_a_screen_without_a_prompt_is_silent(ear: Ear) -> None:
    ear.sees(seen("accepted"))
    assert ear.sees(seen("pairing")) == [None]


# At the window.


def heard(stage: Stage) -> list[str]:
    """Say what was read aloud since the last time."""
    stage.frame()
    stage.wait(TONE_S)
    found = [prompt.name for prompt in stage.spoken if prompt]
    stage.spoken.clear()
    return found


def test_a_member_hears_each_screen_of_a_dialogue(stage: Stage) -> None:
    stage.described()
    assert heard(stage) == []
    stage.hear(member(language="fr"))
    assert stage.spoken == [None], "first the tone, and whatever was spoken ends"
    stage.wait(TONE_S)
    assert stage.spoken == [None, Prompt("fr", "accepted")]
    stage.spoken.clear()
    stage.touch("gift")
    assert heard(stage) == ["offers"]
    stage.touch("Compte gratuit")
    assert heard(stage) == ["consent"]
    stage.touch("check")
    stage.hear(Done("sign_up", 1, "account"))
    assert heard(stage) == ["signed-up"]
    stage.wait(5.0)
    assert heard(stage) == ["offers"]
    stage.wait(30.0)
    assert heard(stage) == ["still"]
    stage.wait(20.0)
    assert stage.view().kind == Kind.ATTRACT
    assert heard(stage) == [], "nobody is there any more"


def test_a_finger_on_the_screen_ends_what_is_spoken(stage: Stage) -> None:
    stage.described().hear(member())
    stage.wait(TONE_S)
    stage.spoken.clear()
    stage.finger(5, 5).touch_down()
    assert stage.spoken == [None]


def test_whoever_wants_it_quiet_touches_once_and_the_next_one_hears_again(stage: Stage) -> None:
    stage.described().face.choose("fr")
    stage.wait(0.5)
    stage.face.open(Kind.HELP)
    assert heard(stage)[-1] == "help"
    stage.touch("settings-2")
    assert heard(stage) == ["options"]
    assert [tile.chosen for tile in stage.view().tiles if tile.word == "Lecture vocale"] == [True]
    stage.touch("arrow-down", "Lecture vocale")
    assert heard(stage) == []
    assert [tile.chosen for tile in stage.view().tiles if tile.word == "Lecture vocale"] == [False]
    stage.touch("arrow-left", "arrow-left")
    assert stage.view().kind == Kind.ATTRACT
    assert heard(stage) == []
    stage.wait(60.0)
    assert stage.view().settings.read_aloud
    stage.hear(scan(Outcome.ACCEPTED))
    assert heard(stage) == ["accepted"]


def test_a_kiosk_that_is_silent_by_its_setting_speaks_to_whoever_asks_for_it() -> None:
    flow = Flow(CATALOGUES.of, language="fr", read_aloud=False)
    flow.started()
    flow.hear(ProgrammeTaken(1, "rabat", 6), 0.0)
    flow.place(BODY, BOOTH, "")
    assert not flow.view(0.0, 0.0).settings.read_aloud
    flow.open(Kind.HELP, 1.0)
    flow.do(Act(Do.OPTIONS), 2.0)
    flow.do(Act(Do.READ_ALOUD), 3.0)
    assert flow.view(4.0, 0.0).settings.read_aloud
    assert not flow.view(120.0, 0.0).settings.read_aloud, "nobody is there any more"


# From a folder to the loudspeaker.


def test_a_recording_comes_before_what_was_made(tmp_path: Path) -> None:
    field, made = tmp_path / "field", tmp_path / "made"
    for file in (field / "fr/accepted.ogg", made / "fr/accepted.wav", made / "fr/help.wav"):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
    places = [field, made]
    assert file_of(Prompt("fr", "accepted"), places) == field / "fr/accepted.ogg"
    assert file_of(Prompt("fr", "help"), places) == made / "fr/help.wav"
    assert file_of(Prompt("ar", "help"), places) is None
    assert file_of(Prompt("fr", "help"), [tmp_path / "not there"]) is None
