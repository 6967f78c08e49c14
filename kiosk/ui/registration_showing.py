"""A registration as views: words, tiles and buttons for the step that is open."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from kiosk.rules import wording
from kiosk.rules.registration import Place
from kiosk.rules.wording import FindLabel, FormLabel, Label, Said, Translator, enrolling, finding
from kiosk.ui.enrolling import CONSENT, Enrolment, shown
from kiosk.ui.languages import LANGUAGES
from kiosk.ui.people import CARD_KEYS, alike, card_view, icon_of
from kiosk.ui.programme import Told
from kiosk.ui.showing import BACK_ICON
from kiosk.ui.view import Act, Action, Choice, Do, Kind, View

_KEYBOARDS: Final = {
    "name_ar": "ar",
    "name_latin": "fr",
    "email": "fr",
    "employee_number": "fr",
    "principal": "fr",
    "national_id": "fr",
}


class RegistrationShowing:
    """One registration at one moment, in one language."""

    def __init__(self, enrolment: Enrolment, told: Told, words: Translator, language: str) -> None:
        self._enrolment = enrolment
        self._told = told
        self._words = words
        self._language = language

    def view(self, view: View) -> View:
        """Put the open step on the screen."""
        screen = self._enrolment.screen
        return _SHOWN[screen](self, replace(view, kind=screen, part=self._enrolment.part))

    # -- parts ---------------------------------------------------------------------------------

    def _label(self, which: FormLabel) -> str:
        return enrolling.form_label(self._words, which)

    def _back(self) -> Action:
        return Action(Act(Do.BACK), BACK_ICON, wording.back(self._words))

    def _heading(self, *, optional: bool = True) -> str:
        """Say how far this is, what is asked, and whether it may be left empty."""
        at, of = self._enrolment.progress
        may = self._label(FormLabel.OPTIONAL) if optional and self._enrolment.optional else ""
        name = enrolling.field(self._words, self._enrolment.step)
        return " · ".join(filter(None, (f"{at}/{of}", name, may)))

    def _reason(self) -> str:
        """Say what it is for, as the body does."""
        field = self._enrolment.entries.field(self._enrolment.step)
        return self._told.name(field.reason, self._language) if field else ""

    def _refused(self) -> str:
        code = self._enrolment.code
        return enrolling.refused(self._words, code) if code else ""

    def _onward(self) -> Action:
        """Give the way on; what may be left empty, and is, is skipped."""
        empty = self._enrolment.optional and not self._enrolment.entries.typed(self._enrolment.step)
        icon, label = ("skip-forward", FormLabel.SKIP) if empty else ("check", FormLabel.NEXT)
        return Action(Act(Do.ENTER), icon, self._label(label), main=True)

    def _category(self, which: str) -> str:
        return self._told.category(which, self._language) or enrolling.category(self._words, which)

    def _place(self, place: Place) -> str:
        return self._told.name(place.names, self._language) or place.id

    # -- screens -------------------------------------------------------------------------------

    def write(self, view: View) -> View:
        """Take a text; above the keys stands what is asked, or why it is not taken."""
        enrolment = self._enrolment
        return replace(
            view,
            said=Said(enrolling.written(self._words, enrolment.step) or self._reason(), ""),
            heading=self._refused() or self._heading(),
            typed=enrolment.typed,
            keys=_KEYBOARDS.get(enrolment.step, ""),
            actions=(self._back(), self._onward()),
        )

    def number(self, view: View) -> View:
        """Take digits; beside them stands what is asked."""
        enrolment = self._enrolment
        hint = enrolling.hint(self._words, enrolment.step, in_part=enrolment.form.partial_birth)
        may = self._label(FormLabel.OPTIONAL) if enrolment.optional and not hint else ""
        said = (hint, self._reason(), f"({may})" if may else "")
        return replace(
            view,
            said=Said(self._heading(optional=False), self._refused() or " ".join(filter(None, said))),
            typed=enrolment.typed,
            keys=CARD_KEYS if enrolment.step == "principal" else "",
            actions=(self._back(), self._onward()),
        )

    def choice(self, view: View) -> View:
        """Show tiles to choose from."""
        enrolment = self._enrolment
        heading = " · ".join(filter(None, (self._heading(), self._reason())))
        skip = Action(Act(Do.SKIP), "skip-forward", self._label(FormLabel.SKIP), main=True)
        actions = [self._back(), *([skip] if enrolment.optional else [])]
        if enrolment.step == "territory":
            return self._places(replace(view, said=Said(heading, "")), actions)
        tiles = self._categories() if enrolment.step == "category" else self._languages()
        return replace(view, said=Said(heading, ""), tiles=tiles, actions=tuple(actions))

    def _categories(self) -> tuple[Choice, ...]:
        chosen = self._enrolment.entries.value("category")
        return tuple(
            Choice(
                Act(Do.CHOOSE, each),
                icon_of(each),
                self._category(each),
                chosen=each == chosen,
            )
            for each in self._enrolment.form.categories
        )

    def _languages(self) -> tuple[Choice, ...]:
        chosen = self._enrolment.entries.value("language")
        spoken = self._told.described.languages
        return tuple(
            Choice(Act(Do.CHOOSE, each.code), "", each.name, chosen=each.code == chosen)
            for each in LANGUAGES
            if not spoken or each.code in spoken
        )

    def _places(self, view: View, actions: list[Action]) -> View:
        enrolment = self._enrolment
        search = Action(Act(Do.SEARCH), "search", self._label(FormLabel.SEARCH))
        actions = [actions[0], search, *actions[1:]]
        places = enrolment.places
        if enrolment.query:
            found = places.search(enrolment.query)
            if not found:
                said = enrolling.nowhere(self._words)
                return replace(view, kind=Kind.FORM_NOWHERE, said=said, actions=(actions[0], search))
            tiles = [self._tile(place, beside=True) for place in found]
        else:
            tiles = [self._tile(place) for place in places.below(enrolment.inside)]
            around = places.place(enrolment.inside)
            if around is not None:
                whole = self._label(FormLabel.WHOLE)
                tiles.insert(0, Choice(Act(Do.CHOOSE, around.id), "", whole, self._place(around)))
        return replace(view, tiles=tuple(tiles), actions=tuple(actions))

    def _tile(self, place: Place, *, beside: bool = False) -> Choice:
        """Give a place's tile: it opens what lies in it, or is chosen; ``beside`` says where it lies."""
        enrolment = self._enrolment
        inner = bool(enrolment.places.below(place.id))
        around = enrolment.places.path(place.id)[1:2] if beside else []
        return Choice(
            Act(Do.INTO if inner else Do.CHOOSE, place.id),
            "",
            self._place(place),
            self._place(around[0]) if around else "",
            chosen=place.id == enrolment.entries.value("territory"),
        )

    def search(self, view: View) -> View:
        """Take the beginning of a place's name, in either script."""
        look = Action(Act(Do.ENTER), "search", self._label(FormLabel.SEARCH), main=True)
        return replace(
            view,
            said=Said(self._label(FormLabel.PLACE), ""),
            heading=self._heading(),
            typed=self._enrolment.query,
            keys="ar" if self._language == "ar" else "fr",
            actions=(self._back(), look),
        )

    def consent(self, view: View) -> View:
        """Ask for one consent; yes and no weigh the same, and neither is chosen."""
        at, of = self._enrolment.progress
        no, yes = (wording.label(self._words, which) for which in (Label.NO, Label.YES))
        text = self._told.consent_text(self._enrolment.step.removeprefix(CONSENT), self._language)
        return replace(
            view,
            said=Said(f"{at}/{of} · {self._label(FormLabel.CONSENT)}", ""),
            text=text,
            actions=(
                self._back(),
                Action(Act(Do.SAY, "no"), "x", no),
                Action(Act(Do.SAY, "yes"), "check", yes),
            ),
        )

    def summary(self, view: View) -> View:
        """Show everything that was entered; each tile leads back to its field."""
        steps = (Choice(Act(Do.FIELD, step), "", *self._entered(step)) for step in self._enrolment.steps())
        discard = Action(Act(Do.DISCARD), "trash-2", self._label(FormLabel.DISCARD))
        save = Action(Act(Do.SAVE), "check", self._label(FormLabel.SAVE), main=True)
        return replace(
            view,
            said=Said(self._label(FormLabel.SUMMARY), ""),
            tiles=tuple(steps),
            actions=(self._back(), discard, save),
        )

    def _entered(self, step: str) -> tuple[str, str]:
        """Give a step's value as people read it, and its name."""
        entries = self._enrolment.entries
        if step.startswith(CONSENT):
            said = wording.label(self._words, Label.YES if entries.said(step[len(CONSENT) :]) else Label.NO)
            return said, self._label(FormLabel.CONSENT)
        value = entries.value(step)
        match step:
            case "category":
                value = self._category(value)
            case "territory":
                place = self._enrolment.places.place(value)
                value = self._place(place) if place else ""
            case "language":
                value = next((each.name for each in LANGUAGES if each.code == value), "")
            case "birth" | "phone":
                value = shown(step, entries.typed(step)) if value else ""
            case "principal" if "-" in value:
                value = f"{value[:5]}…{value[-4:]}"
        return value or "—", enrolling.field(self._words, step)

    def likely(self, view: View) -> View:
        """Ask whether to register somebody who looks like one who was registered already."""
        likely = self._enrolment.likely
        at = datetime.fromtimestamp((likely.at if likely else 0) / 1000, UTC).astimezone(self._told.zone)
        said = enrolling.likely(self._words, likely.what if likely else "", f"{at:%H:%M}")
        register = Action(Act(Do.YES), "user-plus", self._label(FormLabel.REGISTER))
        return replace(view, said=said, actions=(self._back(), register))

    def matches(self, view: View) -> View:
        """Show whom the server knows already and what is the same; or it is somebody else."""
        likely, words = self._enrolment.likely, self._words
        tiles = alike(likely.matches, words) if likely is not None else ()
        label = finding.find_label(words, FindLabel.SOMEBODY_ELSE)
        said = Said(finding.find_label(words, FindLabel.IS_IT), "")
        register = Action(Act(Do.YES), "user-plus", label)
        return replace(view, said=said, tiles=tiles, actions=(self._back(), register))

    def leave(self, view: View) -> View:
        """Ask whether to give it up."""
        discard = Action(Act(Do.YES), "trash-2", self._label(FormLabel.DISCARD))
        return replace(view, said=enrolling.leave(self._words), actions=(self._back(), discard))

    def card(self, view: View) -> View:
        """Show the card, to be photographed and perhaps printed."""
        made, value = self._enrolment.made, self._enrolment.entries.value
        if made is None:
            return view
        actions = [
            Action(Act(Do.ANOTHER), "user-plus", self._label(FormLabel.ANOTHER)),
            Action(Act(Do.FINISH), "check", wording.label(self._words, Label.FINISH), main=True),
        ]
        names = (value("name_ar"), value("name_latin"))
        return card_view(view, self._words, made, names, actions)


_SHOWN: Final[dict[Kind, Callable[[RegistrationShowing, View], View]]] = {
    Kind.FORM_WRITE: RegistrationShowing.write,
    Kind.FORM_NUMBER: RegistrationShowing.number,
    Kind.FORM_CHOICE: RegistrationShowing.choice,
    Kind.FORM_SEARCH: RegistrationShowing.search,
    Kind.FORM_CONSENT: RegistrationShowing.consent,
    Kind.FORM_SUMMARY: RegistrationShowing.summary,
    Kind.FORM_LIKELY: RegistrationShowing.likely,
    Kind.FORM_MATCHES: RegistrationShowing.matches,
    Kind.FORM_LEAVE: RegistrationShowing.leave,
    Kind.FORM_CARD: RegistrationShowing.card,
}
