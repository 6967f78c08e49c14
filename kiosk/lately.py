"""Who was here lately, as verdicts go by it: whose visit is recorded already, and which way a card went.

It is learnt from each fact once that is committed, be it scanned or done by hand, and from the journal
after a start. What was undone is not known any more.
"""

import threading
from collections.abc import Callable, Iterable

from kiosk.descriptions import Descriptions
from kiosk.rules.desk import Decision, Desk, Moment, RecentVisits
from kiosk.rules.doors import Passed, Ways
from wire.card import CardIdentity
from wire.events import CardRef, Event, Fact, Passage, SessionAttendance, Visit


class Lately:
    """For any thread: the eye asks and learns, the counter learns what staff do."""

    def __init__(self, descriptions: Descriptions) -> None:
        self._descriptions = descriptions
        self._recent = RecentVisits()
        self.ways = Ways()
        self._lock = threading.Lock()

    def decide(self, desk: Desk, text: str, moment: Moment) -> Decision:
        """Judge a code that was read; changes nothing."""
        with self._lock:
            return desk.decide(text, self._recent, moment, self.ways)

    def admit(self, desk: Desk, refused: Decision, moment: Moment) -> Decision:
        """Give what is recorded where staff let somebody in who was not invited."""
        with self._lock:
            return desk.admit(refused, self._recent, moment)

    def recorded(self, fact: Fact, event_id: str, moment: Moment) -> None:
        """Hear of a fact that has just been committed."""
        with self._lock:
            self._learn(fact, event_id, moment, self._recent.remember)

    def take_up(self, events: Iterable[Event]) -> None:
        """Learn after a start from the journal's events, the oldest first."""
        with self._lock:
            self._take_up(events)

    def take_up_one(self, card: CardIdentity, events: Iterable[Event]) -> None:
        """Know of a card what these events of it say, the oldest first, and nothing else."""
        with self._lock:
            self._recent.forget_one(card)
            self.ways.forget_one(card)
            self._take_up(events)

    def forget(self) -> None:
        """Forget everybody: the fair is closed."""
        with self._lock:
            self._recent.forget()
            self.ways.forget()

    def _take_up(self, events: Iterable[Event]) -> None:
        for event in events:
            # What the server's clock said then is not known any more.
            then = Moment(event.occurred_at, event.monotonic_ms, event.boot_id, event.occurred_at)
            self._learn(event.fact, event.event_id, then, self._recent.take_up)

    def _learn(
        self, fact: Fact, event_id: str, moment: Moment, visited: Callable[[CardIdentity, Moment], None]
    ) -> None:
        match fact:
            case Visit(card=CardRef() as card):
                visited(CardIdentity.parse(card.identity), moment)
            case Passage(direction=way, card=CardRef() as card):
                identity, desk = CardIdentity.parse(card.identity), self._descriptions.desk
                visited(identity, moment)
                if desk is not None:
                    self.ways.remember(identity, Passed(event_id, way, desk.day(moment)))
            case SessionAttendance(card=card, session=session):
                self._recent.attended(CardIdentity.parse(card.identity), session)
