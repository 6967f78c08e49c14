"""What the two corner buttons open over whatever is there: languages, help, options, notices."""

from dataclasses import dataclass, replace
from typing import Final

from kiosk.rules import wording
from kiosk.rules.wording import Label, Said, Translator
from kiosk.ui.condition import Condition
from kiosk.ui.pin import PinPad
from kiosk.ui.programme import Told
from kiosk.ui.showing import BACK_ICON
from kiosk.ui.staff_showing import pin_view, way_in
from kiosk.ui.view import LOUDEST, About, Act, Action, Choice, Do, Kind, Settings, View

_VOLUME_ICONS: Final = ("volume", "volume-1", "volume-2")


@dataclass(frozen=True, slots=True)
class _Open:
    kind: Kind
    of: str = ""
    part: int = 0


class Overlay:
    """What is open, one over the other; and what whoever stands there has set, at first the ``usual``."""

    def __init__(self, usual: Settings) -> None:
        self._open: list[_Open] = []
        self.settings = usual
        self.pad = PinPad()

    @property
    def kind(self) -> Kind | None:
        """What is on top; None where nothing is open."""
        return self._open[-1].kind if self._open else None

    def turn(self, kind: Kind) -> bool:
        """Open it, or close it where it is open; say whether it is open now."""
        if any(each.kind == kind for each in self._open):
            self.close()
            return False
        # A language may be chosen while a notice is read, and is read on in.
        self._open.append(_Open(kind))
        return True

    def close(self) -> None:
        """Close all of it."""
        self._open.clear()
        self.pad.leave()

    def back(self) -> None:
        """Close what is on top."""
        if self._open and self._open.pop().kind == Kind.PIN:
            self.pad.leave()

    def do(self, act: Act, now: float) -> None:
        """Do what a touch asks for."""
        if not self._open:
            return
        top = self._open[-1]
        match act.do:
            case Do.NEXT | Do.PREVIOUS:
                step = 1 if act.do == Do.NEXT else -1
                self._open[-1] = replace(top, part=max(0, top.part + step))
            case Do.BACK:
                self.back()
            case Do.OPTIONS if top.kind == Kind.HELP:
                self._open.append(_Open(Kind.OPTIONS))
            case Do.NOTICE if top.kind == Kind.OPTIONS:
                self._open.append(_Open(Kind.NOTICE, act.of))
            case Do.STAFF if top.kind == Kind.OPTIONS:
                self._open.append(_Open(Kind.PIN))
            case Do.DIGIT | Do.ERASE | Do.ENTER if top.kind == Kind.PIN:
                self.pad.do(act, now)
            case Do.LOWER | Do.LARGE | Do.VOLUME | Do.READ_ALOUD:
                self.settings = _set(self.settings, act.do)

    # -- what is seen --------------------------------------------------------------------------

    def view(self, view: View, words: Translator, told: Told, condition: Condition, now: float) -> View:
        """Put what is on top on the screen."""
        top = self._open[-1]
        back = Action(Act(Do.BACK), BACK_ICON, wording.back(words))
        view = replace(view, kind=top.kind, part=top.part, actions=(back,))
        if top.kind == Kind.LANGUAGE:
            return replace(view, said=Said(wording.choose_language(words), ""))
        if top.kind == Kind.PIN:
            return pin_view(view, self.pad, words, now)
        if top.kind == Kind.OPTIONS:
            return self._options(replace(view, actions=(back, way_in(words))), words, told)
        if top.kind == Kind.NOTICE:
            notice = next((each for each in told.notices if each.id == top.of), None)
            title = told.name(notice.names, view.language) if notice else ""
            text = told.name(notice.texts, view.language) if notice else ""
            return replace(view, said=Said(title, ""), text=text)
        help_ = condition.help(words, now)
        heading = wording.for_staff(words) if help_.causes else ""
        if view.about == About.CARDS:
            view = replace(view, actions=(back, *_more_help(words)))
        return replace(
            view,
            said=help_.said,
            steps=help_.steps,
            causes=help_.causes,
            heading=heading,
            voice=help_.voice,
        )

    def _options(self, view: View, words: Translator, told: Told) -> View:
        """Show what may be read and set: notices, how low and large, how loud, and whether it speaks."""
        settings = self.settings
        notices = tuple(
            Choice(Act(Do.NOTICE, notice.id), "shield-check", told.name(notice.names, view.language))
            for notice in told.notices
        )
        loud = f"{settings.volume}/{LOUDEST}"
        options = (
            Choice(Act(Do.LOWER), "move-down", wording.label(words, Label.LOWER), chosen=settings.lower),
            Choice(Act(Do.LARGE), "a-large-small", wording.label(words, Label.LARGE), chosen=settings.large),
            Choice(
                Act(Do.VOLUME), _VOLUME_ICONS[settings.volume - 1], wording.label(words, Label.VOLUME), loud
            ),
            Choice(
                Act(Do.READ_ALOUD),
                "speech",
                wording.label(words, Label.READ_ALOUD),
                chosen=settings.read_aloud,
            ),
        )
        return replace(view, said=Said(wording.label(words, Label.OPTIONS), ""), tiles=(*notices, *options))


def _set(settings: Settings, what: Do) -> Settings:
    """Turn one of them: over, or to its next step."""
    match what:
        case Do.LOWER:
            return replace(settings, lower=not settings.lower)
        case Do.LARGE:
            return replace(settings, large=not settings.large)
        case Do.VOLUME:
            return replace(settings, volume=settings.volume % LOUDEST + 1)
        case Do.READ_ALOUD:
            return replace(settings, read_aloud=not settings.read_aloud)
    return settings


def _more_help(words: Translator) -> tuple[Action, ...]:
    return (
        Action(Act(Do.OPTIONS), "settings-2", wording.label(words, Label.OPTIONS)),
        Action(Act(Do.CALL), "bell-ring", wording.label(words, Label.CALL), main=True),
    )
