"""What is done by hand as views: words, tiles and buttons for the screen that is open."""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from kiosk.rules import wording
from kiosk.rules.wording import FindLabel, FormLabel, Label, Said, StaffLabel, Translator, enrolling, finding
from kiosk.rules.wording.finding import REASONS_FOR_A_CARD, REASONS_FOR_NONE
from kiosk.ui.both_scripts import BOTH_KEYS
from kiosk.ui.by_hand import ByHand
from kiosk.ui.finding import DIFFERS, category_id
from kiosk.ui.people import CARD_KEYS, WAY_ICONS, card_view, category_of, icon_of, names_of, tile_of
from kiosk.ui.programme import Told
from kiosk.ui.showing import BACK_ICON
from kiosk.ui.view import Act, Action, Choice, Do, Kind, Line, View
from wire.asking import Match

NO_CARD_ICON: Final = "user"
_CARD_ICON, _LOST_ICON, _COUNT_ICON = "id-card", "ban", "users"
_REASON_ICONS: Final = {
    "lost": "map-pin-off",
    "damaged": "scissors",
    "other": "ellipsis",
    "forgotten": "house",
    "unreadable": "eye-off",
    "none": "circle-slash",
}


class FindingShowing:
    """Whom staff serve by hand at one moment, in one language."""

    def __init__(self, by_hand: ByHand, told: Told, words: Translator, language: str) -> None:
        self._by_hand = by_hand
        self._finding = by_hand.finding
        self._family = by_hand.family
        self._told = told
        self._words = words
        self._language = language

    def view(self, view: View) -> View:
        """Put the open screen there."""
        return _SHOWN[self._by_hand.screen](self, view)

    # -- parts ---------------------------------------------------------------------------------

    def _label(self, which: FindLabel) -> str:
        return finding.find_label(self._words, which)

    def _staff(self, which: StaffLabel) -> str:
        return wording.staffing.staff_label(self._words, which)

    def _form(self, which: FormLabel) -> str:
        return enrolling.form_label(self._words, which)

    def _back(self) -> Action:
        return Action(Act(Do.BACK), BACK_ICON, wording.back(self._words))

    def _finish(self, *, main: bool = False) -> Action:
        finish = wording.label(self._words, Label.FINISH)
        return Action(Act(Do.FINISH), "check" if main else "log-out", finish, main=main)

    def _record(self) -> Action:
        return Action(Act(Do.ENTER), "check", self._staff(StaffLabel.CHECK_IN), main=True)

    def _onward(self) -> Action:
        return Action(Act(Do.ENTER), "check", self._form(FormLabel.NEXT), main=True)

    def _without_card(self) -> Action:
        return without_card(self._words)

    def _opens(self, kind: Kind, icon: str, word: str) -> Choice:
        return Choice(Act(Do.OPEN, kind), icon, word)

    def _category(self, category: int) -> str:
        return category_of(self._told, self._words, self._language, category)

    def _reasons(self, view: View, heading: FindLabel, codes: dict[str, str]) -> View:
        tiles = tuple(
            Choice(Act(Do.REASON, code), _REASON_ICONS[code], finding.reason(self._words, code))
            for code in codes
        )
        return replace(
            view, said=Said(self._label(heading), ""), tiles=tiles, actions=(self._back(), self._finish())
        )

    # -- screens -------------------------------------------------------------------------------

    def by_hand(self, view: View) -> View:
        """Offer the ways to serve somebody, the usual one first."""
        number = wording.staffing.number(self._words, odd=False).title
        tiles = (
            self._opens(Kind.FIND, "user-search", self._label(FindLabel.FIND)),
            self._opens(Kind.CARD_NUMBER, "keyboard", number),
            self._opens(Kind.NO_CARD, NO_CARD_ICON, self._staff(StaffLabel.WITHOUT_CARD)),
            self._opens(Kind.FAMILY, "users", self._label(FindLabel.FAMILY)),
        )
        said = Said(self._staff(StaffLabel.BY_HAND), "")
        return replace(view, said=said, tiles=tiles, actions=(self._back(), self._finish(main=True)))

    def card_number(self, view: View) -> View:
        """Take a card's number; beside it stands the way for one that is lost."""
        number = self._by_hand.number
        return replace(
            view,
            said=wording.staffing.number(self._words, odd=number.odd),
            typed=number.shown,
            keys=CARD_KEYS,
            tiles=(self._opens(Kind.LOST, _LOST_ICON, self._label(FindLabel.CARD_LOST)),),
            actions=(self._back(), self._finish(), self._record()),
        )

    def no_card(self, view: View) -> View:
        """Ask why there is no card; the touch records a visit."""
        return self._reasons(view, FindLabel.WHY_NONE, REASONS_FOR_NONE)

    def find(self, view: View) -> View:
        """Take a name in either script, a phone or a number."""
        look = Action(Act(Do.ENTER), "search", self._form(FormLabel.SEARCH), main=True)
        return replace(
            view,
            said=Said(self._label(FindLabel.WRITE), ""),
            heading=self._label(FindLabel.FIND),
            typed=self._finding.text,
            keys=BOTH_KEYS,
            actions=(self._back(), look),
        )

    def found(self, view: View) -> View:
        """Show who may be meant, each with what tells them from others of that name."""
        tiles = tuple(tile_of(each, self._words, *self._notes(each)) for each in self._finding.matches)
        heading = FindLabel.MORE if self._finding.more else FindLabel.WHO
        actions = (self._back(), self._without_card())
        return replace(view, said=Said(self._label(heading), ""), tiles=tiles, actions=actions)

    def _notes(self, match: Match) -> tuple[Line, ...]:
        return (
            Line("", self._category(match.category)),
            Line(WAY_ICONS["birth"], match.birth),
            Line(WAY_ICONS["phone"], f"…{match.phone}" if match.phone else ""),
        )

    def confirm_by(self, view: View) -> View:
        """Offer the fields that can confirm who it is."""
        tiles = tuple(
            Choice(Act(Do.FIELD, way), WAY_ICONS[way], enrolling.field(self._words, way))
            for way in self._finding.ways
        )
        said = Said(f"{self._who()} · {self._label(FindLabel.CONFIRM_BY)}", "")
        return replace(view, said=said, tiles=tiles, actions=(self._back(), self._finish()))

    def _who(self) -> str:
        """Name whom it is about, masked."""
        match = self._finding.match
        return "" if match is None else self._masked(match.name_ar, match.name_latin)

    def _masked(self, name_ar: str, name_latin: str) -> str:
        """Give a name in the screen's script, if there is one."""
        return (name_ar or name_latin) if self._language == "ar" else (name_latin or name_ar)

    def _refused(self) -> str:
        code = self._finding.code
        if code == DIFFERS:
            return finding.differs(self._words)
        return enrolling.refused(self._words, code) if code else ""

    def confirm_number(self, view: View) -> View:
        """Take the digits that confirm who it is."""
        by = self._finding.by
        about = " · ".join(
            filter(None, (self._who(), enrolling.hint(self._words, by, in_part=self._finding.in_part)))
        )
        return replace(
            view,
            said=Said(enrolling.field(self._words, by), self._refused() or about),
            typed=self._finding.typed,
            actions=(self._back(), self._onward()),
        )

    def confirm_write(self, view: View) -> View:
        """Take a number that may have letters."""
        field = enrolling.field(self._words, self._finding.by)
        return replace(
            view,
            said=Said(field, ""),
            heading=self._refused() or f"{self._who()} · {field}",
            typed=self._finding.typed,
            keys="fr",
            actions=(self._back(), self._onward()),
        )

    def unconfirmed(self, view: View) -> View:
        """Say that nothing is known that would confirm it."""
        said = finding.unconfirmed(self._words)
        return replace(view, said=said, actions=(self._back(), self._without_card()))

    def confirmed(self, view: View) -> View:
        """Show whom it is, masked, and what may be done for them."""
        member = self._finding.member
        if member is None:
            return view
        no_card = "" if member.has_card else self._label(FindLabel.NO_CARD)
        about = " · ".join(filter(None, (self._category(member.category), no_card)))
        tiles = [self._opens(Kind.REISSUE, _CARD_ICON, self._label(FindLabel.NEW_CARD))]
        if member.has_card:
            tiles.append(self._opens(Kind.LOST, _LOST_ICON, self._label(FindLabel.CARD_LOST)))
        icon = icon_of(category_id(member.category))
        return replace(
            view,
            said=Said(self._label(FindLabel.IT_IS), names_of(member.name_ar, member.name_latin)),
            lines=(Line(icon, about),),
            tiles=tuple(tiles),
            actions=(self._back(), self._finish(), self._record()),
        )

    def reissue(self, view: View) -> View:
        """Ask why there is to be another card, and say what becomes of the old one."""
        member = self._finding.member
        has_card = member is not None and member.has_card
        heading = FindLabel.WHY_ANOTHER if has_card else FindLabel.WHY_A_CARD
        return self._reasons(view, heading, REASONS_FOR_A_CARD)

    def lost(self, view: View) -> View:
        """Ask whether a card is to be refused from now on."""
        which = self._by_hand.number.shown or self._who()
        no, yes = (wording.label(self._words, which) for which in (Label.NO, Label.YES))
        actions = (Action(Act(Do.BACK), "x", no), Action(Act(Do.YES), _LOST_ICON, yes))
        return replace(view, booth=which, said=finding.lost(self._words), actions=actions)

    def card(self, view: View) -> View:
        """Show the new card, to be photographed and perhaps printed."""
        made = self._finding.made
        if made is None:
            return view
        actions = [self._back(), self._finish(main=True)]
        return card_view(view, self._words, made, (made.name_ar, made.name_latin), actions)

    def family(self, view: View) -> View:
        """Ask for the principal's card; beside it stands the way to count them at once."""
        principal = self._family.principal
        said = finding.family(self._words)
        odd = wording.staffing.number(self._words, odd=True).text if principal.odd else ""
        return replace(
            view,
            said=Said(said.title, odd or said.text),
            typed=principal.shown,
            keys=CARD_KEYS,
            tiles=(self._opens(Kind.HOW_MANY, _COUNT_ICON, self._label(FindLabel.HOW_MANY)),),
            actions=(self._back(), self._onward()),
        )

    def household(self, view: View) -> View:
        """Show the dependants, of whom those who came are ticked; the button says how many they are."""
        yes = wording.label(self._words, Label.YES)
        tiles = tuple(
            Choice(
                Act(Do.TICK, each.member),
                icon_of(category_id(each.category)),
                self._masked(each.name_ar, each.name_latin),
                chosen=self._family.is_ticked(each.member),
                notes=(Line("", self._category(each.category)),),
                badge=yes if self._family.is_ticked(each.member) else "",
            )
            for each in self._family.dependants
        )
        count = len(self._family.ticked)
        onward = Action(Act(Do.OPEN, Kind.HOW_MANY), _COUNT_ICON, self._label(FindLabel.HOW_MANY))
        if count:
            onward = Action(Act(Do.SAVE), "check", finding.come(self._words, count), main=True)
        said = Said(self._label(FindLabel.WHO_CAME), "")
        return replace(view, said=said, tiles=tiles, actions=(self._back(), onward))

    def how_many(self, view: View) -> View:
        """Take how many came."""
        family = self._family
        return replace(
            view,
            said=finding.how_many(self._words, family.why, odd=family.odd),
            typed=family.count,
            actions=(self._back(), self._record()),
        )


def without_card(words: Translator) -> Action:
    """Give the way to a visit without a card."""
    label = wording.staffing.staff_label(words, StaffLabel.WITHOUT_CARD)
    return Action(Act(Do.OPEN, Kind.NO_CARD), NO_CARD_ICON, label)


_SHOWN: Final[dict[Kind, Callable[[FindingShowing, View], View]]] = {
    Kind.BY_HAND: FindingShowing.by_hand,
    Kind.CARD_NUMBER: FindingShowing.card_number,
    Kind.NO_CARD: FindingShowing.no_card,
    Kind.FIND: FindingShowing.find,
    Kind.FOUND: FindingShowing.found,
    Kind.CONFIRM_BY: FindingShowing.confirm_by,
    Kind.CONFIRM_NUMBER: FindingShowing.confirm_number,
    Kind.CONFIRM_WRITE: FindingShowing.confirm_write,
    Kind.UNCONFIRMED: FindingShowing.unconfirmed,
    Kind.CONFIRMED: FindingShowing.confirmed,
    Kind.REISSUE: FindingShowing.reissue,
    Kind.LOST: FindingShowing.lost,
    Kind.FORM_CARD: FindingShowing.card,
    Kind.FAMILY: FindingShowing.family,
    Kind.HOUSEHOLD: FindingShowing.household,
    Kind.HOW_MANY: FindingShowing.how_many,
}
