"""What staff do for whoever has no code to show, and what a touch does in it; no Kivy, no clock.

They find the member, type a card's number, note a visit without a card, or count a family. What a
screen holds is forgotten when it is left.
"""

from collections.abc import Callable
from datetime import date
from typing import Final

from kiosk.notices import HouseholdFound, LikelyMember, MemberConfirmed, MembersFound, Reissued, StaffDone
from kiosk.rules.wording.finding import REASONS_FOR_A_CARD, REASONS_FOR_NONE
from kiosk.ui.card_number import CardNumber
from kiosk.ui.enrolling import CAPITALS
from kiosk.ui.family import Family
from kiosk.ui.finding import DIFFERS, Finding
from kiosk.ui.view import Act, Do, Kind
from kiosk.wishes import (
    ByHandWish,
    CheckInWish,
    ConfirmWish,
    FindWish,
    HouseholdWish,
    PrintCardWish,
    ReissueWish,
    RevokeWish,
    TogetherWish,
)

Found = MembersFound | MemberConfirmed | Reissued | HouseholdFound
OfHandWish = (
    FindWish
    | ConfirmWish
    | CheckInWish
    | ReissueWish
    | RevokeWish
    | HouseholdWish
    | TogetherWish
    | ByHandWish
    | PrintCardWish
)
ANSWERED: Final[dict[type, str]] = {
    FindWish: "find",
    ConfirmWish: "confirm",
    CheckInWish: "by_hand",
    ReissueWish: "reissue",
    RevokeWish: "revoke",
    HouseholdWish: "household",
    TogetherWish: "by_hand",
    ByHandWish: "by_hand",
    PrintCardWish: "print",
    MembersFound: "find",
    MemberConfirmed: "confirm",
    Reissued: "reissue",
    HouseholdFound: "household",
}
"""What a wish is called, and to which of them a notice is the answer: as :class:`StaffDone` has it."""
ASKED: Final = frozenset({"find", "confirm", "household"})
"""What the server is asked; where it tells nothing, a visit without a card is noted."""
_CONFIRMING: Final = frozenset({Kind.CONFIRM_BY, Kind.CONFIRM_NUMBER, Kind.CONFIRM_WRITE})
_TYPED_BY_PAD: Final = frozenset({Do.DIGIT, Do.ERASE})
_OPENED_IN: Final = {
    Kind.BY_HAND: frozenset({Kind.FIND, Kind.CARD_NUMBER, Kind.NO_CARD, Kind.FAMILY}),
    Kind.FOUND: frozenset({Kind.NO_CARD}),
    Kind.UNCONFIRMED: frozenset({Kind.NO_CARD}),
    Kind.CONFIRMED: frozenset({Kind.REISSUE, Kind.LOST}),
    Kind.CARD_NUMBER: frozenset({Kind.LOST}),
    Kind.FAMILY: frozenset({Kind.HOW_MANY}),
    Kind.HOUSEHOLD: frozenset({Kind.HOW_MANY}),
}


class ByHand:
    """One member or one family who is served by hand."""

    def __init__(self, today: date, pattern: str) -> None:
        """Take the fair's day, and the pattern of the body's employee numbers."""
        self.number = CardNumber()
        self.finding = Finding(today, pattern)
        self.family = Family()
        self.wipes = 0
        """How often something of somebody was forgotten."""
        self.over = False
        self._screens = [Kind.BY_HAND]
        self._parts: dict[Kind, int] = {}

    def begin_with(self, likely: LikelyMember, member: str) -> None:
        """Go on with one whom the server knew already when somebody alike was registered."""
        self.finding.matches = likely.matches
        self._show(Kind.FOUND)
        self._choose(member)

    # -- what is asked -------------------------------------------------------------------------

    @property
    def screen(self) -> Kind:
        """What is open."""
        return self._screens[-1]

    @property
    def part(self) -> int:
        """Which part of what does not fit is shown, or which page of a keyboard, from 0."""
        return self._parts.get(self.screen, 0)

    # -- what happens --------------------------------------------------------------------------

    def hear(self, notice: Found) -> str:
        """Take what the server has told; give the name of the tone to play."""
        finding = self.finding
        match notice:
            case MembersFound(matches=matches, more=more):
                finding.matches, finding.more = matches, more
                self._show(Kind.FOUND)
                return "touch"
            case MemberConfirmed():
                while self.screen in _CONFIRMING:
                    self._leave()
                finding.member = notice
                self._show(Kind.CONFIRMED)
            case Reissued():
                self.begin_again()
                self.finding.made = notice
                self._show(Kind.FORM_CARD)
            case HouseholdFound(dependants=dependants):
                self.family.told(dependants)
                if dependants:
                    self._show(Kind.HOUSEHOLD)
                else:
                    self._count("nobody")
                return "touch"
        return "accepted"

    def refused(self, done: StaffDone) -> bool:
        """Take that nothing was told or done; True where that is said on a screen of this."""
        match done:
            case StaffDone(what="confirm", code="differs"):
                self.finding.code = DIFFERS
                return True
            case StaffDone(what="household", code=("no_answer" | "unknown_card") as code):
                self._count(code)
                return True
            case StaffDone(code="not_asked"):
                self.begin_again()
        return False

    def reading(self, card: str) -> HouseholdWish | None:
        """Take a card that was shown as the principal's; None where none is asked for."""
        return self.family.reading(card) if card and self.screen == Kind.FAMILY else None

    def without_card(self) -> None:
        """Note a visit without a card, since nobody was found."""
        self._show(Kind.NO_CARD)

    def begin_again(self) -> None:
        """Forget everything, and show what may be done by hand."""
        while self.screen != Kind.BY_HAND:
            self._leave()

    # -- touches -------------------------------------------------------------------------------

    def do(self, act: Act) -> OfHandWish | None:
        """Do what a touch asks for; gives what is to be asked of the station."""
        match act.do:
            case Do.BACK:
                if self.screen == Kind.FORM_CARD or len(self._screens) == 1:
                    self.over = True
                else:
                    self._leave()
            case Do.NEXT | Do.PREVIOUS:
                self._parts[self.screen] = max(0, self.part + (1 if act.do == Do.NEXT else -1))
            case Do.OPEN:
                self._open(Kind(act.of))
            case _:
                does = self._does().get(self.screen)
                return does(act) if does is not None else None
        return None

    def _does(self) -> dict[Kind, Callable[[Act], OfHandWish | None]]:
        """Say what takes the touches of each screen."""
        return {
            Kind.CARD_NUMBER: self._type_number,
            Kind.FIND: self._find,
            Kind.FOUND: self._found,
            Kind.CONFIRM_BY: self._confirm_by,
            Kind.CONFIRM_NUMBER: self._confirm,
            Kind.CONFIRM_WRITE: self._confirm,
            Kind.CONFIRMED: self._confirmed,
            Kind.REISSUE: self._reissue,
            Kind.LOST: self._lost,
            Kind.NO_CARD: self._no_card,
            Kind.FORM_CARD: self._card,
            Kind.FAMILY: self._of_family,
            Kind.HOUSEHOLD: self._household,
            Kind.HOW_MANY: self._how_many,
        }

    def _open(self, kind: Kind) -> None:
        if kind not in _OPENED_IN.get(self.screen, ()):
            return
        if kind == Kind.LOST and self.screen == Kind.CARD_NUMBER and not self.number.taken():
            return
        if kind == Kind.HOW_MANY:
            self.family.why = ""
        self._show(kind)

    def _type_number(self, act: Act) -> ByHandWish | None:
        if act.do in _TYPED_BY_PAD:
            self.number.press(act)
        elif act.do == Do.ENTER and (number := self.number.taken()):
            return ByHandWish(number)
        return None

    def _find(self, act: Act) -> FindWish | None:
        if act.do == Do.TEXT:
            self.finding.text = act.of
        return self.finding.wish() if act.do == Do.ENTER else None

    def _found(self, act: Act) -> None:
        if act.do == Do.MATCH:
            self._choose(act.of)

    def _choose(self, member: str) -> None:
        self._show_some(self.finding.choose(member))

    def _confirm_by(self, act: Act) -> None:
        if act.do == Do.FIELD:
            self._show_some(self.finding.confirm_by(act.of))

    def _confirm(self, act: Act) -> ConfirmWish | None:
        if act.do == Do.ENTER:
            return self.finding.confirm()
        if act.do in (_TYPED_BY_PAD if self.screen == Kind.CONFIRM_NUMBER else {Do.TEXT}):
            self.finding.type(act)
        return None

    def _confirmed(self, act: Act) -> CheckInWish | None:
        return CheckInWish() if act.do == Do.ENTER else None

    def _reissue(self, act: Act) -> ReissueWish | None:
        good = act.do == Do.REASON and act.of in REASONS_FOR_A_CARD
        return ReissueWish(act.of) if good else None

    def _lost(self, act: Act) -> RevokeWish | None:
        # The number that was typed, or none: then it is that of who was confirmed.
        return RevokeWish(self.number.shown, "lost") if act.do == Do.YES else None

    def _no_card(self, act: Act) -> ByHandWish | None:
        good = act.do == Do.REASON and act.of in REASONS_FOR_NONE
        return ByHandWish("", act.of, 1) if good else None

    def _card(self, act: Act) -> PrintCardWish | None:
        return self.finding.printed() if act.do == Do.PRINT else None

    def _of_family(self, act: Act) -> HouseholdWish | None:
        if act.do in _TYPED_BY_PAD:
            self.family.principal.press(act)
        return self.family.wish() if act.do == Do.ENTER else None

    def _household(self, act: Act) -> TogetherWish | None:
        if act.do == Do.TICK:
            self.family.turn(act.of)
        return self.family.together() if act.do == Do.SAVE else None

    def _how_many(self, act: Act) -> ByHandWish | None:
        if act.do in _TYPED_BY_PAD:
            self.family.type(act)
        return self.family.counted() if act.do == Do.ENTER else None

    # -- screens -------------------------------------------------------------------------------

    def _count(self, why: str) -> None:
        self.family.why = why
        self._show(Kind.HOW_MANY)

    def _show_some(self, kind: Kind | None) -> None:
        if kind is not None:
            self._show(kind)

    def _show(self, kind: Kind) -> None:
        self._screens.append(kind)
        self._parts[kind] = CAPITALS if kind == Kind.CONFIRM_WRITE else 0

    def _leave(self) -> None:
        """Close a screen, and forget what it held."""
        finding, family = self.finding, self.family
        match self._screens.pop():
            case Kind.CARD_NUMBER:
                self.number = CardNumber()
            case Kind.FIND:
                finding.text = ""
            case Kind.FOUND:
                finding.matches, finding.match = (), None
            case Kind.CONFIRM_NUMBER | Kind.CONFIRM_WRITE:
                finding.value = finding.code = ""
            case Kind.CONFIRMED:
                finding.member = None
            case Kind.FORM_CARD:
                finding.made = None
            case Kind.FAMILY:
                family.principal = CardNumber()
            case Kind.HOUSEHOLD:
                family.told(())
            case Kind.HOW_MANY:
                family.count, family.odd = "", False
            case _:
                return
        self.wipes += 1
