"""The screens of a member's dialogue as views: words, tiles and buttons for what is open in it."""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from kiosk.rules import phones, wording
from kiosk.rules.wording import Label, Said, Translator
from kiosk.ui.passing import Passing
from kiosk.ui.programme import Told
from kiosk.ui.talk import Talk
from kiosk.ui.view import Act, Action, Choice, Do, Kind, Line, View
from wire.described import TOPIC_ICONS, Offer

_ANY_TOPIC: Final = "message-circle"
BACK_ICON: Final = "back"
"""Stands for the arrow that points where reading came from."""


def verdict_actions(talk: Talk, words: Translator) -> tuple[Action, ...]:
    """Give what a member may do after a check-in; nothing has to be done."""
    if talk.way:
        other = Label.LEAVING if talk.way == "in" else Label.COMING_IN
        return (Action(Act(Do.TURN), "door-open", wording.label(words, other)),)
    found = []
    if talk.can_withdraw:
        found.append(Action(Act(Do.MINE), "list-checks", wording.label(words, Label.MINE)))
    tell_us = Action(Act(Do.TELL_US), "message-circle", wording.label(words, Label.TELL_US))
    found.append(tell_us)
    if talk.can_sign_up:
        found.append(Action(Act(Do.OFFERS), "gift", wording.label(words, Label.OFFERS), main=True))
    return tuple(found)


def verdict_view(view: View, passing: Passing, told: Told, words: Translator, talk: Talk | None) -> View:
    """Show a verdict, and below it what may be done next; one thing on a screen: no clock, no strip."""
    actions: tuple[Action, ...] = ()
    if passing.offered and talk is not None:
        actions = verdict_actions(talk, words)
    elif passing.calls:
        actions = (Action(Act(Do.CALL), "bell-ring", wording.label(words, Label.CALL_STAFF), main=True),)
    return replace(
        view,
        kind=passing.kind,
        said=passing.said(words, told, view.language),
        actions=actions,
        voice=passing.voice,
        since=passing.until - passing.stands_s,
        until=passing.until,
    )


def still_view(view: View, words: Translator, since: float, until: float) -> View:
    """Ask whether anybody is there, while there is time to answer."""
    stay = Action(Act(Do.STAY), "hand", wording.label(words, Label.STILL_HERE), main=True)
    said = wording.dialogue.still_there(words)
    return replace(view, kind=Kind.STILL, said=said, actions=(stay,), since=since, until=until)


def called_view(view: View, words: Translator) -> View:
    """Say that the staff were called, until they have come."""
    come = Action(Act(Do.HELP_HAS_COME), "check", wording.label(words, Label.HELP_HAS_COME), main=True)
    return replace(view, kind=Kind.CALLED, said=wording.dialogue.coming(words), actions=(come,))


class Showing:
    """One dialogue in one language."""

    def __init__(self, talk: Talk, told: Told, words: Translator, language: str) -> None:
        self._talk = talk
        self._told = told
        self._words = words
        self._language = language

    def view(self, view: View, *, at_once: bool) -> View:
        """Put what is open on the screen; what was asked ``at_once`` is not waited for visibly yet."""
        screen = self._talk.open_screen if at_once else self._talk.screen
        if screen is None:
            return view
        view = replace(view, kind=screen, part=self._talk.part)
        return _SHOWN[screen](self, view)

    # -- parts ---------------------------------------------------------------------------------

    def _label(self, which: Label) -> str:
        return wording.label(self._words, which)

    def _action(self, do: Do, icon: str, which: Label, *, of: str = "", main: bool = False) -> Action:
        return Action(Act(do, of), icon, self._label(which), main=main)

    def _back(self) -> Action:
        return Action(Act(Do.BACK), BACK_ICON, wording.back(self._words))

    def _offer(self) -> Offer | None:
        return next(iter(self._told.offers([self._talk.offer])), None)

    def _named(self) -> tuple[str, str]:
        """Name the offer that is looked at, and who makes it."""
        offer = self._offer()
        if offer is None:
            return "", ""
        return self._told.name(offer.names, self._language), self._told.partner(offer, self._language)

    def _tiles(self, ids: tuple[str, ...]) -> tuple[Choice, ...]:
        return tuple(
            Choice(
                Act(Do.OFFER, offer.id),
                "",
                self._told.name(offer.names, self._language),
                self._told.partner(offer, self._language),
                chosen=offer.id in self._talk.signed,
            )
            for offer in self._told.offers(ids)
        )

    # -- screens -------------------------------------------------------------------------------

    def offers(self, view: View) -> View:
        """Show this booth's offers, with a tick on those that the member has agreed to."""
        finish = self._action(Do.FINISH, "check", Label.FINISH, main=True)
        return replace(
            view,
            said=Said(self._label(Label.OFFERS_HERE), ""),
            tiles=self._tiles(self._talk.offers),
            actions=(self._back(), finish),
        )

    def mine(self, view: View) -> View:
        """Show everything that the member may have agreed to."""
        return replace(
            self.offers(view),
            said=Said(self._label(Label.YOUR_SIGN_UPS), ""),
            tiles=self._tiles(self._talk.every_offer),
        )

    def consent(self, view: View) -> View:
        """Ask: what is given to whom, what for, and until when. Nothing is chosen beforehand."""
        talk, offer = self._talk, self._offer()
        name, partner = self._named()
        phone = talk.phone_asked
        typed = phones.shown(talk.number_taken) if talk.number_taken else ""
        gives = wording.dialogue.gives(self._words, phone=phone, typed=typed)
        until = wording.dialogue.until(self._words, self._told.days)
        change = self._action(Do.ANOTHER_NUMBER, "phone", Label.ANOTHER_NUMBER)
        return replace(
            view,
            said=Said(name, partner),
            text=(self._told.consent(offer, self._language) if offer else "")
            or wording.dialogue.receives(self._words, partner),
            lines=(Line("phone-call" if phone else "id-card", gives), Line("calendar-x", until)),
            tiles=(Choice(change.act, change.icon, change.word),) if phone else (),
            voice="consent-phone" if phone else "",
            actions=(
                self._action(Do.BACK, "x", Label.DECLINE),
                self._action(Do.AGREE, "check", Label.AGREE),
            ),
        )

    def number(self, view: View) -> View:
        """Take another number."""
        talk = self._talk
        return replace(
            view,
            said=Said(
                self._label(Label.WHICH_NUMBER), self._label(Label.CHECK_NUMBER) if talk.number_odd else ""
            ),
            typed=phones.shown(talk.number_typed),
            voice="number-odd" if talk.number_odd else "",
            actions=(self._back(), self._action(Do.USE_NUMBER, "check", Label.USE_NUMBER, main=True)),
        )

    def signed(self, view: View) -> View:
        """Show that an offer was agreed to, and the way out of it."""
        name, partner = self._named()
        return replace(
            view,
            said=Said(self._label(Label.SIGNED_UP), " · ".join(filter(None, (name, partner)))),
            actions=(self._back(), self._action(Do.WITHDRAW, "undo-2", Label.WITHDRAW)),
        )

    def withdraw(self, view: View) -> View:
        """Ask whether to end it; yes and no weigh the same."""
        name, partner = self._named()
        known = self._talk.offer in self._talk.signed
        return replace(
            view,
            said=wording.dialogue.withdraw(self._words, name, partner, known=known),
            voice="" if known else "withdraw-elsewhere",
            actions=(
                self._action(Do.BACK, "x", Label.NO_KEEP),
                self._action(Do.WITHDRAW, "undo-2", Label.YES_WITHDRAW),
            ),
        )

    def faces(self, view: View) -> View:
        """Show five faces, the worst where reading starts."""
        faces = enumerate(wording.faces(self._words), start=1)
        return replace(
            view,
            said=Said(self._label(Label.HOW_WAS_IT), self._label(Label.WITHOUT_NAME)),
            tiles=tuple(Choice(Act(Do.FACE, str(number)), f"face-{number}", word) for number, word in faces),
            actions=(self._back(),),
        )

    def topics(self, view: View) -> View:
        """Show what it may be about; several may be chosen."""
        tiles = tuple(
            Choice(
                Act(Do.TOPIC, topic.id),
                topic.icon if topic.icon in TOPIC_ICONS else _ANY_TOPIC,
                self._told.name(topic.names, self._language),
                chosen=topic.id in self._talk.telling.topics,
            )
            for topic in self._told.topics
        )
        return replace(
            view,
            said=Said(self._label(Label.WHAT_ABOUT), ""),
            tiles=tiles,
            actions=(self._back(), self._action(Do.MORE, "ellipsis", Label.MORE), self._send()),
        )

    def more(self, view: View) -> View:
        """Show what may go with it: a card, urgency, words."""
        telling = self._talk.telling
        tiles = [
            Choice(Act(Do.WITH_CARD), "id-card", self._label(Label.WITH_CARD), chosen=telling.with_card),
            Choice(Act(Do.URGENT), "siren", self._label(Label.URGENT), chosen=telling.urgent),
            Choice(Act(Do.WRITE), "keyboard", self._label(Label.WRITE), chosen=bool(telling.text.strip())),
        ]
        return replace(
            view,
            said=Said(self._label(Label.ANYTHING_MORE), ""),
            tiles=tuple(tiles),
            actions=(self._back(), self._send()),
        )

    def _send(self) -> Action:
        return self._action(Do.SEND, "send", Label.SEND, main=True)

    def may_call(self, view: View) -> View:
        """Ask whether the staff may call."""
        return replace(
            view,
            said=wording.dialogue.may_call(self._words),
            actions=(
                self._action(Do.MAY_CALL, "x", Label.NO, of="no"),
                self._action(Do.MAY_CALL, "phone-call", Label.YES, of="yes"),
            ),
        )

    def write(self, view: View) -> View:
        """Take words; the keyboard draws itself."""
        return replace(
            view,
            said=Said(self._label(Label.YOUR_WORDS), ""),
            typed=self._talk.telling.text,
            actions=(self._back(), Action(Act(Do.BACK), "check", self._label(Label.FINISH), main=True)),
        )

    def show_card(self, view: View) -> View:
        """Ask for the card of whoever tells us something."""
        return replace(view, said=wording.dialogue.show_card(self._words), actions=(self._back(),))

    def moment(self, view: View) -> View:
        """Ask for a moment, until the station has answered."""
        return replace(view, said=wording.dialogue.moment(self._words))


_SHOWN: Final[dict[Kind, Callable[[Showing, View], View]]] = {
    Kind.OFFERS: Showing.offers,
    Kind.MINE: Showing.mine,
    Kind.CONSENT: Showing.consent,
    Kind.NUMBER: Showing.number,
    Kind.SIGNED: Showing.signed,
    Kind.WITHDRAW: Showing.withdraw,
    Kind.FACES: Showing.faces,
    Kind.TOPICS: Showing.topics,
    Kind.MORE: Showing.more,
    Kind.MAY_CALL: Showing.may_call,
    Kind.WRITE: Showing.write,
    Kind.SHOW_CARD: Showing.show_card,
    Kind.MOMENT: Showing.moment,
}
