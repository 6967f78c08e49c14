"""A member's dialogue: what is open in it and what a touch does; no Kivy, no clock.

It begins with a card (offers, sign-ups, feedback) or, without one, with a touch on the invitation
(feedback alone). It holds no card: the station knows whose it is by its number. What is asked of
the station is handed out as wishes; until the station has said what came of one, nothing more is
asked, so that a finger that trembles signs up once.
"""

from collections.abc import Container
from typing import Final

from kiosk.notices import Done, Scanned
from kiosk.rules import phones
from kiosk.ui.feedback import Telling
from kiosk.ui.view import Act, Do, Kind
from kiosk.wishes import CardWish, EndWish, SignUpWish, TurnWish, Wish, WithdrawWish

_FIRST: Final = {Do.OFFERS: Kind.OFFERS, Do.MINE: Kind.MINE, Do.TELL_US: Kind.FACES}
_DONE: Final = {
    "sign_up": Kind.SIGNED_UP,
    "withdrawal": Kind.WITHDRAWN,
    "feedback": Kind.THANKS,
    "in": Kind.ACCEPTED,
    "out": Kind.ACCEPTED,
}


class Talk:
    """One dialogue. ``with_phone`` holds the offers whose partner calls the member."""

    def __init__(
        self,
        number: int,
        *,
        scanned: Scanned | None = None,
        with_phone: Container[str] = (),
        topics: bool = False,
    ) -> None:
        """Take its number and the scan that began it; None where nobody has shown a card."""
        self.number = number
        self.has_card = self.by_card = scanned is not None
        self.offers = scanned.offers if scanned else ()
        self.elsewhere = scanned.elsewhere if scanned else ()
        self.signed = set(scanned.signed) if scanned else set()
        self.way = scanned.direction if scanned else ""
        """Which way the member went, at doors where that can be turned."""
        self.offer = ""
        """The one that is looked at."""
        self.number_typed = ""
        self.number_taken = ""
        """In E.164; empty while the number that the body knows is the chosen one."""
        self.number_odd = False
        """Whether what was typed is no number."""
        self.telling = Telling()
        self.pending = ""
        """What the station was asked to do and has not answered: as :class:`Done` calls it."""
        self.over = False
        self.private = False
        """Whether something was typed or written that must not stay in any cache."""
        self._with_phone = with_phone
        self._topics = topics
        self._screens: list[Kind] = []
        self._parts: dict[Kind | None, int] = {}
        self._to_be_called = False
        self._wishes: list[Wish] = []

    # -- what is asked -------------------------------------------------------------------------

    @property
    def screen(self) -> Kind | None:
        """What is open; None while its verdict stands and nothing has been touched."""
        return Kind.MOMENT if self.pending else self.open_screen

    @property
    def open_screen(self) -> Kind | None:
        """What is open, although an answer may still be missing."""
        return self._screens[-1] if self._screens else None

    @property
    def part(self) -> int:
        """Which part of what does not fit on the screen is shown, from 0."""
        return self._parts.get(self.open_screen, 0)

    @property
    def every_offer(self) -> tuple[str, ...]:
        """All offers that this member may have agreed to: what is known to be so first."""
        found = dict.fromkeys((*sorted(self.signed), *self.offers, *self.elsewhere))
        return tuple(sorted(found, key=lambda offer: offer not in self.signed))

    @property
    def can_sign_up(self) -> bool:
        """Whether this booth has offers for the member."""
        return bool(self.offers)

    @property
    def can_withdraw(self) -> bool:
        """Whether there may be sign-ups to end; one made at another kiosk is not known here."""
        return bool(self.signed or self.elsewhere)

    @property
    def offers_something(self) -> bool:
        """Whether its verdict stands long enough for a touch."""
        return bool(self.can_sign_up or self.can_withdraw or self.way)

    @property
    def phone_asked(self) -> bool:
        """Whether the offer that is looked at needs a number."""
        return self.offer in self._with_phone

    def wishes(self) -> list[Wish]:
        """Take what is asked of the station since the last time."""
        taken, self._wishes = self._wishes, []
        return taken

    # -- what happens --------------------------------------------------------------------------

    def end(self) -> None:
        """End it: the station forgets whose it was."""
        if not self.over:
            self.over = True
            self._wishes.append(EndWish(self.number))
        self._screens.clear()

    def hear(self, done: Done) -> Kind | None:
        """Take what came of a wish; give the verdict to show, if there is one.

        ``UNRECORDED`` is what could not be done.
        """
        if done.dialogue != self.number:
            return None
        if done.what == "card":
            if self.screen == Kind.SHOW_CARD:
                self.has_card = self.telling.with_card = True
                self.telling.may_call = self.telling.may_call or self._to_be_called
                self._screens.pop()
            return None
        if not self.pending:
            return None
        self.pending = ""
        if done.what == "sign_up":
            self.signed.add(done.offer)
            self._leave_offer()
        elif done.what == "withdrawal":
            self.signed.discard(done.offer)
            self._leave_offer()
        else:
            self.end()
        return _DONE.get(done.what, Kind.UNRECORDED)

    def failed(self) -> None:
        """Hear that a wish could not be written: it may be asked for again."""
        self.pending = ""

    def _leave_offer(self) -> None:
        """Go back to the tiles, and forget what was typed."""
        self._screens = self._screens[:1]
        self.offer = self.number_typed = self.number_taken = ""
        self.number_odd = False

    # -- touches -------------------------------------------------------------------------------

    def do(self, act: Act, language: str) -> None:
        """Do what a touch asks for; what does not belong to the open screen does nothing.

        A finger may come up on a screen that has changed under it.
        """
        if self.pending or self.over:
            return
        screen = self.screen
        if act.do in {Do.NEXT, Do.PREVIOUS}:
            self._parts[screen] = max(0, self.part + (1 if act.do == Do.NEXT else -1))
        elif act.do == Do.BACK:
            self._back()
        elif act.do == Do.FINISH:
            self.end()
        elif screen is None:
            if self.way:
                self._turn(act)
            elif act.do in _FIRST:
                self._open(_FIRST[act.do])
        elif screen in _OF_OFFERS:
            self._do_with_offer(act, screen, language)
        else:
            self._do_telling(act, screen, language)

    def _turn(self, act: Act) -> None:
        if act.do == Do.TURN:
            self.pending = "turn"
            self._wishes.append(TurnWish(self.number))

    def _open(self, screen: Kind) -> None:
        self._screens.append(screen)
        self._parts[screen] = 0

    def _back(self) -> None:
        if self.screen == Kind.SHOW_CARD:
            # The next card is a visit again.
            self._wishes.append(EndWish(self.number))
        if self.screen == Kind.NUMBER:
            self.number_typed, self.number_odd = "", False
        if self._screens:
            self._screens.pop()
        if not self._screens and not self.by_card:
            self.end()

    def _do_with_offer(self, act: Act, screen: Kind, language: str) -> None:
        match screen, act.do:
            case ((Kind.OFFERS | Kind.MINE), Do.OFFER):
                self.offer = act.of
                signed = Kind.SIGNED if act.of in self.signed else Kind.CONSENT
                self._open(Kind.WITHDRAW if screen == Kind.MINE else signed)
            case Kind.CONSENT, Do.AGREE:
                self._sign_up(language)
            case Kind.CONSENT, Do.ANOTHER_NUMBER if self.phone_asked:
                self._open(Kind.NUMBER)
            case Kind.NUMBER, (Do.DIGIT | Do.ERASE | Do.USE_NUMBER):
                self._type_number(act)
            case Kind.SIGNED, Do.WITHDRAW:
                self._open(Kind.WITHDRAW)
            case Kind.WITHDRAW, Do.WITHDRAW:
                self.pending = "withdrawal"
                self._wishes.append(WithdrawWish(self.number, self.offer))

    def _sign_up(self, language: str) -> None:
        self.pending = "sign_up"
        phone = "none" if not self.phone_asked else "typed" if self.number_taken else "given"
        self._wishes.append(SignUpWish(self.number, self.offer, language, phone, self.number_taken))

    def _type_number(self, act: Act) -> None:
        self.private = True
        self.number_odd = False
        if act.do == Do.DIGIT:
            self.number_typed = (self.number_typed + act.of)[: phones.LONGEST]
        elif act.do == Do.ERASE:
            self.number_typed = self.number_typed[:-1]
        elif taken := phones.e164_of(self.number_typed):
            self.number_taken = taken
            self._screens.pop()
        else:
            self.number_odd = True

    def _do_telling(self, act: Act, screen: Kind, language: str) -> None:
        telling = self.telling
        match screen, act.do:
            case Kind.FACES, Do.FACE:
                telling.face = int(act.of)
                self._open(Kind.TOPICS if self._topics else Kind.MORE)
            case Kind.TOPICS, Do.TOPIC:
                telling.turn_topic(act.of)
            case Kind.TOPICS, Do.MORE:
                self._open(Kind.MORE)
            case ((Kind.TOPICS | Kind.MORE), Do.SEND) if telling.something:
                self.pending = "feedback"
                self._wishes.append(telling.wish(self.number, language))
            case ((Kind.MORE | Kind.MAY_CALL | Kind.WRITE), _):
                self._tell_more(act)

    def _tell_more(self, act: Act) -> None:
        telling = self.telling
        match act.do:
            case Do.WITH_CARD if telling.with_card:
                telling.without_card()
            case Do.WITH_CARD:
                self._with_card(called=False)
            case Do.URGENT if telling.urgent:
                telling.not_urgent()
            case Do.URGENT:
                self._open(Kind.MAY_CALL)
            case Do.MAY_CALL:
                telling.urgent = True
                self._screens.pop()
                if act.of == "yes":
                    self._with_card(called=True)
            case Do.WRITE:
                self._open(Kind.WRITE)
            case Do.TEXT:
                self.private = True
                telling.text = act.of

    def _with_card(self, *, called: bool) -> None:
        """Put the member's card to it: the dialogue's own, or one that is shown now."""
        if self.has_card:
            self.telling.with_card = True
            self.telling.may_call = self.telling.may_call or called
            return
        self._to_be_called = called
        self._wishes.append(CardWish(self.number))
        self._open(Kind.SHOW_CARD)


_OF_OFFERS: Final = frozenset({Kind.OFFERS, Kind.MINE, Kind.CONSENT, Kind.NUMBER, Kind.SIGNED, Kind.WITHDRAW})
