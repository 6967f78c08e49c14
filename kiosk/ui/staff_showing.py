"""The staff's menu as views: words, tiles and buttons for what one of the staff has open."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, tzinfo
from pathlib import PurePath
from typing import Final

from kiosk.notices import RecordedFact
from kiosk.rules import wording
from kiosk.rules.wording import Label, Said, StaffLabel, Translator, staffing
from kiosk.ui.by_hand import ASKED
from kiosk.ui.condition import Condition
from kiosk.ui.finding_showing import FindingShowing, without_card
from kiosk.ui.pin import PinPad
from kiosk.ui.programme import Told
from kiosk.ui.registration_showing import RegistrationShowing
from kiosk.ui.showing import BACK_ICON, still_view
from kiosk.ui.staff_talk import WARN_S, StaffTalk
from kiosk.ui.view import Act, Action, Choice, Do, Kind, Line, View

STAFF_ICON: Final = "lock-keyhole"
_MENU: Final = (
    (Kind.REGISTER, "user-plus", StaffLabel.REGISTER),
    (Kind.UNDO, "undo-2", StaffLabel.UNDO),
    (Kind.BY_HAND, "keyboard", StaffLabel.BY_HAND),
    (Kind.BOOTHS, "store", StaffLabel.BOOTH),
    (Kind.STATE, "wifi", StaffLabel.STATE),
    (Kind.LIGHT, "camera", StaffLabel.LIGHT),
    (Kind.EXPORT, "usb", StaffLabel.EXPORT),
    (Kind.DIAGNOSTICS, "stethoscope", StaffLabel.DIAGNOSTICS),
    (Kind.POWER, "power", StaffLabel.POWER),
)
_COVERED: Final = "covered"
_NOT_TOLD: Final = frozenset({"nobody", "no_answer", "too_many", "unknown_staff"})
"""Codes of what the server has not told: then a visit without a card is what is left."""
_HEADED: Final = frozenset(
    {
        Kind.STAFF_MENU,
        Kind.UNDO,
        Kind.WHY,
        Kind.BOOTHS,
        Kind.LIGHT,
        Kind.STATE,
        Kind.EXPORT,
        Kind.DIAGNOSTICS,
        Kind.POWER,
        Kind.BY_HAND,
        Kind.NO_CARD,
        Kind.FOUND,
        Kind.CONFIRM_BY,
        Kind.CONFIRMED,
        Kind.REISSUE,
        Kind.HOUSEHOLD,
        Kind.FORM_CHOICE,
        Kind.FORM_SUMMARY,
        Kind.FORM_CONSENT,
        Kind.FORM_MATCHES,
    }
)
"""Screens whose heading is what they say; the others have the booth's name above them."""
_REASON_ICONS: Final = {
    "wrong_card": "id-card",
    "twice": "copy",
    "test": "flask-conical",
    "other": "ellipsis",
}
_KIND_ICONS: Final = {
    "visit": "check",
    "entrance": "log-in",
    "exit": "log-out",
    "session_attendance": "user-check",
    "sign_up": "gift",
}


def pin_view(view: View, pad: PinPad, words: Translator, now: float) -> View:
    """Show the pad for a PIN, with dots for what was typed."""
    back = Action(Act(Do.BACK), BACK_ICON, wording.back(words))
    come_in = staffing.staff_label(words, StaffLabel.COME_IN)
    return replace(
        view,
        kind=Kind.PIN,
        said=staffing.pin(words, pad.code(now), pad.wait_s(now)),
        typed=pad.shown,
        actions=(back, Action(Act(Do.ENTER), "check", come_in, main=True)),
    )


def way_in(words: Translator) -> Action:
    """Give the button behind which staff type their PIN."""
    return Action(Act(Do.STAFF), STAFF_ICON, staffing.staff_label(words, StaffLabel.STAFF))


class StaffShowing:
    """The staff's menu at one moment, in one language. ``now`` is monotonic, ``wall`` UTC seconds."""

    def __init__(
        self, talk: StaffTalk, told: Told, condition: Condition, words: Translator, *, now: float, wall: float
    ) -> None:
        self._talk = talk
        self._told = told
        self._condition = condition
        self._words = words
        self._now = now
        self._wall = wall
        self._language = ""

    def view(self, view: View) -> View:
        """Put what is open on the screen."""
        talk = self._talk
        self._language = view.language
        if talk.waits_visibly(self._now):
            return replace(view, kind=Kind.MOMENT, said=staffing.busy(self._words, talk.pending))
        view = replace(view, kind=talk.screen, part=talk.part, since=talk.since, until=talk.until)
        if talk.warns(self._now):
            return still_view(view, self._words, talk.until - WARN_S, talk.until)
        view = self._done(view) if talk.result else self._shown(view)
        return self._ignored(view) if talk.ignored(self._now) else view

    def _shown(self, view: View) -> View:
        enrolment, by_hand = self._talk.enrolment, self._talk.by_hand
        if enrolment is not None:
            return RegistrationShowing(enrolment, self._told, self._words, view.language).view(view)
        if by_hand is not None:
            return FindingShowing(by_hand, self._told, self._words, view.language).view(view)
        return _SHOWN[self._talk.screen](self, view)

    def _ignored(self, view: View) -> View:
        """Say above the screen that a card was no visit; a number that is typed stands there itself."""
        words = staffing.ignored(self._words)
        if view.kind in _HEADED:
            return replace(view, said=replace(view.said, title=words))
        if view.kind in {Kind.FORM_WRITE, Kind.FORM_SEARCH, Kind.FIND, Kind.CONFIRM_WRITE}:
            return replace(view, heading=words)
        return replace(view, booth=words)

    # -- parts ---------------------------------------------------------------------------------

    def _label(self, which: StaffLabel) -> str:
        return staffing.staff_label(self._words, which)

    def _heading(self, which: StaffLabel) -> Said:
        return Said(self._label(which), "")

    def _back(self) -> Action:
        return Action(Act(Do.BACK), BACK_ICON, wording.back(self._words))

    def _finish(self) -> Action:
        return Action(Act(Do.FINISH), "check", wording.label(self._words, Label.FINISH), main=True)

    def _look_again(self) -> Action:
        return Action(Act(Do.LOOK), "refresh-cw", self._label(StaffLabel.LOOK_AGAIN))

    def _out(self) -> tuple[Action, ...]:
        """Give the ways out that every list has."""
        return (self._back(), self._finish())

    def _yes_or_no(self, icon: str) -> tuple[Action, ...]:
        no, yes = (wording.label(self._words, which) for which in (Label.NO, Label.YES))
        return (Action(Act(Do.BACK), "x", no), Action(Act(Do.YES), icon, yes))

    def _booth(self, booth: str) -> str:
        """Name a booth by its id."""
        return self._told.booth_name(booth, self._language)

    def _time(self, seconds: float) -> str:
        return _hours(seconds, self._told.zone)

    def _fact(self, fact: RecordedFact) -> str:
        """Say of a record when it was, what it was and whose: the last of the card's digits."""
        kind = staffing.kind(self._words, fact.kind)
        return " · ".join(filter(None, (self._time(fact.at / 1000), kind, fact.card)))

    # -- screens -------------------------------------------------------------------------------

    def menu(self, view: View) -> View:
        """Show what staff may do here."""
        tiles = tuple(
            Choice(Act(Do.OPEN, kind), icon, self._label(label))
            for kind, icon, label in _MENU
            if (view.camera or kind != Kind.LIGHT)
            and (self._told.described.form is not None or kind != Kind.REGISTER)
        )
        return replace(view, said=self._heading(StaffLabel.STAFF), tiles=tiles, actions=(self._finish(),))

    def undo(self, view: View) -> View:
        """Show the newest records, the newest first."""
        known = self._talk.chores.known
        if known is not None and not known.facts:
            said = staffing.nothing_to_undo(self._words)
            return replace(view, kind=Kind.NOTHING_TO_UNDO, said=said, actions=self._out())
        tiles = tuple(
            Choice(
                Act(Do.FACT, fact.event_id),
                _KIND_ICONS.get(fact.kind, "check"),
                self._fact(fact),
                self._booth(fact.booth),
            )
            for fact in (known.facts if known else ())
        )
        return replace(view, said=self._heading(StaffLabel.WHICH_RECORD), tiles=tiles, actions=self._out())

    def why(self, view: View) -> View:
        """Ask why a record is undone."""
        fact = self._talk.chores.fact
        tiles = tuple(
            Choice(Act(Do.REASON, code), _REASON_ICONS[code], staffing.reason(self._words, code))
            for code in staffing.REASONS
        )
        title = " ".join(filter(None, (self._label(StaffLabel.WHY), self._fact(fact) if fact else "")))
        return replace(view, said=Said(title, ""), tiles=tiles, actions=self._out())

    def booths(self, view: View) -> View:
        """Show the fair's booths, with a tick on the one at which the kiosk stands."""
        here = self._talk.chores.known.booth if self._talk.chores.known else ""
        tiles = tuple(
            Choice(Act(Do.BOOTH, booth), "", self._booth(booth), chosen=booth == here)
            for booth in self._told.booths
        )
        return replace(view, said=self._heading(StaffLabel.WHICH_BOOTH), tiles=tiles, actions=self._out())

    def switch(self, view: View) -> View:
        """Ask whether to move to another booth."""
        said = staffing.switch(self._words, self._booth(self._talk.chores.booth))
        return replace(view, said=said, actions=self._yes_or_no("check"))

    def light(self, view: View) -> View:
        """Show what the camera sees, how often it looks, and whether that will do."""
        known, code = self._talk.chores.known, self._condition.camera_trouble
        cause = wording.cause(self._words, "camera", code) if code else staffing.sees_well(self._words)
        said = Said(staffing.pictures(self._words, known.camera_rate if known else None), "")
        actions = (self._back(), self._look_again(), self._finish())
        # What a camera has seen last that is there no more would be taken for what it sees.
        return replace(view, said=said, text=cause, camera=code in {"", _COVERED}, actions=actions)

    def state(self, view: View) -> View:
        """Say how the network is, what waits, how much room there is, and which versions these are."""
        known, condition, words = self._talk.chores.known, self._condition, self._words
        if known is None:
            return replace(view, kind=Kind.MOMENT, said=staffing.busy(words, "look"))
        since, connected = condition.network_since, condition.network_up
        at = self._time(self._wall - (self._now - since)) if since else ""
        up = known.connected if connected is None else connected
        lines = [
            Line("wifi" if up else "wifi-off", staffing.network(words, connected=up, since=at)),
            Line("send" if condition.waiting else "check-check", staffing.waits(words, condition.waiting)),
            Line("store", staffing.at_booth(words, self._booth(known.booth))),
        ]
        if known.disk_free_mb is not None:
            lines.append(Line("hard-drive", staffing.disk_free(words, known.disk_free_mb)))
        lines += [
            Line("calendar-days", staffing.programme(words, known.programme_version)),
            Line("package", staffing.software(words, known.software)),
        ]
        said = self._heading(StaffLabel.STATE)
        actions = (self._back(), self._look_again(), self._finish())
        return replace(view, said=said, lines=tuple(lines), actions=actions)

    def sticks(self, view: View) -> View:
        """Let a stick be chosen, or ask for one."""
        sticks = self._talk.chores.known.sticks if self._talk.chores.known else ()
        actions = (self._back(), self._look_again(), self._finish())
        if not sticks:
            return replace(view, kind=Kind.NO_STICK, said=staffing.no_stick(self._words), actions=actions)
        tiles = tuple(Choice(Act(Do.STICK, stick), "usb", PurePath(stick).name) for stick in sticks)
        return replace(view, said=self._heading(StaffLabel.WHICH_STICK), tiles=tiles, actions=actions)

    def power(self, view: View) -> View:
        """Show the two ways to end the program."""
        tiles = (
            Choice(Act(Do.OPEN, Kind.RESTART), "refresh-cw", self._label(StaffLabel.RESTART)),
            Choice(Act(Do.OPEN, Kind.QUIT), "power", self._label(StaffLabel.QUIT)),
        )
        return replace(view, said=self._heading(StaffLabel.POWER), tiles=tiles, actions=self._out())

    def leave(self, view: View) -> View:
        """Ask whether to restart, or to quit."""
        icon = "refresh-cw" if view.kind == Kind.RESTART else "power"
        return replace(view, said=staffing.asked(self._words, view.kind), actions=self._yes_or_no(icon))

    def _done(self, view: View) -> View:
        """Say what came of a wish."""
        result = self._talk.result
        if result is None or result.code:
            what, code = (result.what, result.code) if result else ("", "")
            said = staffing.not_done(self._words, what, code)
            actions = self._out()
            if what in ASKED and code in _NOT_TOLD:
                actions = (self._back(), without_card(self._words))
            return replace(view, kind=Kind.STAFF_NOT_DONE, said=said, actions=actions)
        booth = self._booth(result.detail) if result.what == "booth" else ""
        said = staffing.done(self._words, result.what, booth=booth, file=result.detail, count=result.count)
        return replace(view, kind=Kind.STAFF_DONE, said=said, actions=self._out())


def _hours(seconds: float, zone: tzinfo) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC).astimezone(zone):%H:%M}"


_SHOWN: Final[dict[Kind, Callable[[StaffShowing, View], View]]] = {
    Kind.STAFF_MENU: StaffShowing.menu,
    Kind.UNDO: StaffShowing.undo,
    Kind.WHY: StaffShowing.why,
    Kind.BOOTHS: StaffShowing.booths,
    Kind.SWITCH: StaffShowing.switch,
    Kind.LIGHT: StaffShowing.light,
    Kind.STATE: StaffShowing.state,
    Kind.EXPORT: StaffShowing.sticks,
    Kind.DIAGNOSTICS: StaffShowing.sticks,
    Kind.POWER: StaffShowing.power,
    Kind.RESTART: StaffShowing.leave,
    Kind.QUIT: StaffShowing.leave,
}
