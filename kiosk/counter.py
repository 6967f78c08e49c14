"""What is done at a touch: sign-ups, withdrawals, feedback; one member's dialogue at a time.

A dialogue begins with a scan and ends when the window says so, or with the next member's card.
Its card is known here alone, as far as it is needed and no longer. Facts are made on a thread of
the counter's own: neither the window nor the eye waits for the disk.
"""

import queue
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass

from kiosk.clock import Clock
from kiosk.descriptions import Descriptions
from kiosk.journal import JournalError, Position
from kiosk.notices import Done, Notice, Trouble
from kiosk.recorder import Recorder
from kiosk.rules.doors import Passed, Ways, turned
from kiosk.staff import Staff
from kiosk.wishes import (
    CardWish,
    EndWish,
    FeedbackWish,
    HelpWish,
    SignUpWish,
    StaffEndWish,
    TurnWish,
    Wish,
    WithdrawWish,
)
from wire.card import CardIdentity
from wire.envelope import EnvelopeError
from wire.events import CardRef, Event, Feedback, Passage, SignUp, Void, Withdrawal
from wire.private import seal_private

_LONGEST_STOP_S = 5.0
_PAUSE_S = 5.0
"""After so long without a wish it is looked whether those of the staff who were in still are."""


@dataclass(slots=True)
class _Dialogue:
    """Whose dialogue it is; no card for one that nobody's scan began. ``waits`` for a card to answer it.

    ``passed`` is the passage that it began with, and may turn; its fact has no id where an earlier
    scan recorded it, which was right then.
    """

    number: int
    card: CardRef | None
    waits: bool = False
    passed: Passed | None = None


@dataclass(frozen=True, slots=True)
class _StaffCard:
    """Somebody of the staff has shown a card."""

    staff_id: str


class Counter:
    """Does what is asked for by touch. ``recorded`` hears of each fact's place once it is committed."""

    def __init__(
        self,
        *,
        recorder: Recorder,
        descriptions: Descriptions,
        clock: Clock,
        notify: Callable[[Notice], None],
        recorded: Callable[[Position], None],
        help_wanted: Callable[[bool], None],
        ways: Ways,
        staff: Staff,
    ) -> None:
        self._recorder = recorder
        self._descriptions = descriptions
        self._clock = clock
        self._notify = notify
        self._recorded = recorded
        self._help_wanted = help_wanted
        self._ways = ways
        self._staff = staff
        self._signed: dict[str, set[str]] = {}
        # The window's thread, the eye's and the counter's own all come here.
        self._lock = threading.Lock()
        self._dialogue = _Dialogue(0, None)
        self._wishes: queue.SimpleQueue[Wish | _StaffCard | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="counter", daemon=True)

    def start(self, events: Iterable[Event]) -> None:
        """Begin to work, knowing what of these events, the oldest first, was agreed to and withdrawn."""
        for event in events:
            self._learn(event.fact)
        self._thread.start()

    def stop(self) -> None:
        """Do what was asked for already, and stop."""
        self._staff.leave_soon()
        self._wishes.put(None)
        if self._thread.ident is not None:
            self._thread.join(_LONGEST_STOP_S)

    # -- from other threads --------------------------------------------------------------------

    def ask(self, wish: Wish) -> None:
        """Hand a wish over; from any thread."""
        if isinstance(wish, StaffEndWish):
            # At once: the server may be waited for just now.
            self._staff.leave_soon()
        self._wishes.put(wish)

    def staff_card(self, staff_id: str) -> None:
        """Hear that one of the staff has shown a card."""
        self._wishes.put(_StaffCard(staff_id))

    @property
    def staff_in(self) -> bool:
        """Whether one of the staff is in: no card is recorded meanwhile."""
        return self._staff.is_in

    def begin(self, card: CardRef, passed: Passed | None = None) -> tuple[int, tuple[str, ...]]:
        """Begin a dialogue with a card's bearer, and end the one before without consent.

        At doors that go both ways ``passed`` is how it went. Gives its number, and the offers that the
        member is known to have agreed to.
        """
        with self._lock:
            self._dialogue = _Dialogue(self._dialogue.number + 1, card, passed=passed)
            return self._dialogue.number, tuple(sorted(self._signed.get(card.identity, ())))

    def takes(self, card: CardRef) -> int | None:
        """Take a card for the dialogue that waits for one, and give its number; None where none waits.

        Number 0 is that of somebody who has shown no card yet.
        """
        with self._lock:
            if not self._dialogue.waits:
                return None
            self._dialogue.card, self._dialogue.waits = card, False
            return self._dialogue.number

    def forget(self) -> None:
        """Forget everybody: the fair is closed."""
        with self._lock:
            self._signed.clear()
            self._dialogue.card, self._dialogue.waits = None, False

    def undone(self, sign_up: SignUp, standing: Iterable[Event]) -> None:
        """Hear that a sign-up was undone, and what events of its card stand, the oldest first."""
        with self._lock:
            self._signed.get(sign_up.card.identity, set()).discard(sign_up.offer)
        for event in standing:
            self._learn(event.fact)

    # -- the counter's own thread ----------------------------------------------------------------

    def _run(self) -> None:
        while (wish := self._next()) is not None:
            try:
                self._do(wish)
            except JournalError as problem:
                self._notify(Trouble("journal", "cannot_write", str(problem)))
            except Exception as problem:  # noqa: BLE001 - one odd wish must not keep the next member's from being done
                with suppress(Exception):
                    self._notify(
                        Trouble("message", "counter", f"a wish was not done: {type(problem).__name__}")
                    )

    def _next(self) -> Wish | _StaffCard | None:
        while True:
            with suppress(queue.Empty):
                return self._wishes.get(timeout=_PAUSE_S)
            with suppress(Exception):
                self._staff.pause()

    def _do(self, wish: Wish | _StaffCard) -> None:
        match wish:
            case _StaffCard(staff_id):
                self._staff.enter(staff_id)
            case EndWish(number):
                with self._lock:
                    if number == self._dialogue.number:
                        self._dialogue.card, self._dialogue.waits = None, False
            case CardWish(number):
                with self._lock:
                    self._dialogue.waits = number == self._dialogue.number
            case HelpWish(wanted):
                self._help_wanted(wanted)
            case SignUpWish():
                self._sign_up(wish)
            case WithdrawWish():
                self._withdraw(wish)
            case FeedbackWish():
                self._tell_us(wish)
            case TurnWish(number):
                self._turn(number)
            case _:
                self._staff.do(wish)

    def _sign_up(self, wish: SignUpWish) -> None:
        card, desk, programme = (
            self._card(wish.dialogue),
            self._descriptions.desk,
            self._descriptions.programme,
        )
        offer = desk.offers.offer(wish.offer) if desk else None
        if card is None or desk is None or offer is None or programme is None or desk.closed:
            self._notify(Done("refused", wish.dialogue, wish.offer))
            return
        consent = desk.offers.consent(offer)
        typed = wish.phone == "typed"
        fact = SignUp(
            card=card,
            offer=offer.id,
            partner=offer.partner,
            consent=consent.id if consent else "",
            consent_version=consent.version if consent else 0,
            language=wish.language,
            phone="typed" if typed else "given" if wish.phone == "given" else "none",
            sealed=seal_private({"phone": wish.typed}, programme.server.sealing) if typed else b"",
        )
        self._record(fact)
        self._notify(Done("sign_up", wish.dialogue, offer.id))

    def _withdraw(self, wish: WithdrawWish) -> None:
        card, desk = self._card(wish.dialogue), self._descriptions.desk
        if card is None or desk is None or desk.closed or desk.offers.offer(wish.offer) is None:
            self._notify(Done("refused", wish.dialogue, wish.offer))
            return
        self._record(Withdrawal(card=card, offer=wish.offer))
        self._notify(Done("withdrawal", wish.dialogue, wish.offer))

    def _tell_us(self, wish: FeedbackWish) -> None:
        card = self._card(wish.dialogue) if wish.with_card else None
        programme, desk = self._descriptions.programme, self._descriptions.desk
        if programme is None or desk is None or desk.closed or (wish.with_card and card is None):
            self._notify(Done("refused", wish.dialogue))
            return
        text = wish.text.strip()
        try:
            sealed = seal_private({"text": text}, programme.server.sealing) if text else b""
        except EnvelopeError:
            # The window lets nobody type so much; what was pasted is no words of a member.
            sealed = b""
        known = {topic.id for topic in programme.topics}
        topics = [topic for topic in dict.fromkeys(wish.topics) if topic in known]
        if not (wish.face or topics or sealed):
            self._notify(Done("refused", wish.dialogue))
            return
        self._record(
            Feedback(
                card=card,
                face=wish.face,
                topics=topics,
                urgent=wish.urgent,
                may_call=wish.may_call,
                language=wish.language,
                sealed=sealed,
            )
        )
        self._notify(Done("feedback", wish.dialogue))

    def _turn(self, dialogue: int) -> None:
        """Record a passage the other way; the guess that this very scan recorded was wrong."""
        desk = self._descriptions.desk
        with self._lock:
            current = self._dialogue
            card, passed = current.card, current.passed
        if dialogue != current.number or card is None or passed is None or desk is None or desk.closed:
            self._notify(Done("refused", dialogue))
            return
        way = turned(passed.way)
        facts: list[Void | Passage] = [Passage(direction=way, card=card)]
        if passed.event_id:
            facts.append(Void(target=passed.event_id, reason="other_way"))
        places = self._recorder.record_all(facts, self._clock.read())
        self._ways.remember(CardIdentity.parse(card.identity), Passed(places[0][1], way, passed.day))
        with self._lock:
            current.passed = None
        for position, _ in places:
            self._recorded(position)
        self._notify(Done(way, dialogue))

    def _card(self, dialogue: int) -> CardRef | None:
        with self._lock:
            return self._dialogue.card if dialogue == self._dialogue.number else None

    def _record(self, fact: SignUp | Withdrawal | Feedback) -> None:
        position, _ = self._recorder.record(fact, self._clock.read())
        self._learn(fact)
        self._recorded(position)

    def _learn(self, fact: object) -> None:
        with self._lock:
            match fact:
                case SignUp(card=card, offer=offer):
                    self._signed.setdefault(card.identity, set()).add(offer)
                case Withdrawal(card=card, offer=offer):
                    self._signed.get(card.identity, set()).discard(offer)
