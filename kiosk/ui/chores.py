"""What staff do to the kiosk itself: undo a record, move it, look after it, sticks, restart; no Kivy."""

from dataclasses import dataclass, field
from typing import Final

from kiosk.notices import RecordedFact, StaffView
from kiosk.ui.view import Act, Do, Kind
from kiosk.wishes import (
    DiagnosticsWish,
    ExportWish,
    QuitWish,
    RestartWish,
    StaffLookWish,
    SwitchBoothWish,
    UndoWish,
)

ChoreWish = DiagnosticsWish | ExportWish | QuitWish | RestartWish | StaffLookWish | SwitchBoothWish | UndoWish
ANSWERED: Final[dict[type, str]] = {
    UndoWish: "undo",
    SwitchBoothWish: "booth",
    ExportWish: "export",
    DiagnosticsWish: "diagnostics",
    RestartWish: "restart",
    QuitWish: "quit",
}
"""What a wish is called in its answer, as :class:`kiosk.notices.StaffDone` has it."""
_LOOKED_AT: Final = frozenset({Kind.UNDO, Kind.LIGHT, Kind.STATE, Kind.EXPORT, Kind.DIAGNOSTICS})
"""What these show is asked of the station when they are opened."""
_OPENED_IN: Final = {
    Kind.STAFF_MENU: frozenset({Kind.BOOTHS, Kind.POWER, *_LOOKED_AT}),
    Kind.POWER: frozenset({Kind.RESTART, Kind.QUIT}),
}


@dataclass(slots=True)
class Chores:
    """The menu, and what is open in it."""

    known: StaffView | None = None
    """How the kiosk does, as the station has said last."""
    booth: str = ""
    """Where the kiosk is to move."""
    fact: RecordedFact | None = None
    """What is to be undone."""
    _screens: list[Kind] = field(default_factory=lambda: [Kind.STAFF_MENU])
    _parts: dict[Kind, int] = field(default_factory=dict)

    @property
    def screen(self) -> Kind:
        """What is open."""
        return self._screens[-1]

    @property
    def part(self) -> int:
        """Which part of what does not fit on the screen is shown, from 0."""
        return self._parts.get(self.screen, 0)

    def to_menu(self) -> None:
        """Close everything but the menu."""
        self._screens = [Kind.STAFF_MENU]

    def do(self, act: Act) -> ChoreWish | None:
        """Do what a touch asks for; gives what is to be asked of the station."""
        match act.do:
            case Do.BACK:
                self._screens = self._screens[:-1] or self._screens
            case Do.NEXT | Do.PREVIOUS:
                self._parts[self.screen] = max(0, self.part + (1 if act.do == Do.NEXT else -1))
            case Do.LOOK:
                return StaffLookWish()
            case Do.OPEN:
                return self._open(Kind(act.of))
            case _:
                return self._do_in(act)
        return None

    def _open(self, kind: Kind) -> ChoreWish | None:
        if kind not in _OPENED_IN.get(self.screen, ()):
            return None
        self._show(kind)
        return StaffLookWish() if kind in _LOOKED_AT else None

    def _show(self, kind: Kind) -> None:
        self._screens.append(kind)
        self._parts[kind] = 0

    def _do_in(self, act: Act) -> ChoreWish | None:
        match self.screen, act.do:
            case Kind.BOOTHS, Do.BOOTH if self.known is None or act.of != self.known.booth:
                self.booth = act.of
                self._show(Kind.SWITCH)
            case Kind.UNDO, Do.FACT:
                facts = self.known.facts if self.known else ()
                self.fact = next((each for each in facts if each.event_id == act.of), None)
                if self.fact is not None:
                    self._show(Kind.WHY)
            case Kind.WHY, Do.REASON if self.fact is not None:
                return UndoWish(self.fact.event_id, act.of)
            case Kind.EXPORT, Do.STICK:
                return ExportWish(act.of)
            case Kind.DIAGNOSTICS, Do.STICK:
                return DiagnosticsWish(act.of)
            case _, Do.YES:
                return self._agree()
        return None

    def _agree(self) -> ChoreWish | None:
        """Do what a question has asked about."""
        match self.screen:
            case Kind.SWITCH:
                return SwitchBoothWish(self.booth)
            case Kind.RESTART:
                return RestartWish()
            case Kind.QUIT:
                return QuitWish()
        return None
