"""What a kiosk at a booth does with a code that it has read."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Final

from kiosk.rules.doors import Way, Ways
from kiosk.rules.offers import Offers
from kiosk.rules.rollcall import RollCall
from wire.card import PREFIX, Card, CardIdentity, Category, RefusalCode, Refused, body_tag, verify
from wire.described import Session
from wire.events import CardRef, Passage, Refusal, SessionAttendance, Visit
from wire.pairing import is_pairing_code
from wire.programme import Programme, RevocationIndex, Revocations
from wire.setup import Setup

REPEAT_WINDOW_MS: Final = 10 * 60 * 1000
"""The same card at the same kiosk within ten minutes is already recorded."""
WHY_NO_CARD: Final = frozenset({"forgotten", "lost", "unreadable", "none", "household"})
"""Why somebody is checked in without a card, as ``wire.events.Visit`` has it."""
_ONE_WAY: Final[dict[str, Way]] = {"entrance": "in", "exit": "out"}
_BOTH_WAYS: Final = "doors"


class Outcome(StrEnum):
    """What a scan came to."""

    ACCEPTED = "accepted"
    REPEAT = "repeat"
    REFUSED = "refused"
    STAFF = "staff"
    CLOSED = "closed"
    """The fair is over: nothing is recorded any more."""
    PAIRING = "pairing"
    """A pairing code was shown to a kiosk that has its settings: nothing is recorded."""


@dataclass(frozen=True, slots=True)
class Moment:
    """A reading of the kiosk's clocks.

    ``wall_ms`` is UTC by the kiosk's own clock; ``monotonic_ms`` counts from the boot with
    ``boot_id``; ``best_ms`` is the best known UTC: by the server's clock where this boot
    has heard it, else ``wall_ms``.
    """

    wall_ms: int
    monotonic_ms: int
    boot_id: str
    best_ms: int
    heard_server: bool = False


@dataclass(frozen=True, slots=True)
class Decision:
    """The verdict on a scan, and the fact to record, which only a visit and a refusal make.

    ``recorded_at`` is when the visit that a repeat repeats was recorded, UTC in milliseconds by
    the clock of now; 0 for all else, and where that clock is not credible. ``session`` is the one
    whose roll is called, ``attendance`` the fact that goes with the visit where the member is invited;
    it stands alone where the visit is recorded already, but another roll was called then, or none.
    ``way`` is ``in`` or ``out`` at a door; of a repeat, the way it went before, where that is known.
    """

    outcome: Outcome
    code: RefusalCode | None = None
    card: Card | None = None
    fact: Visit | Passage | Refusal | None = None
    recorded_at: int = 0
    attendance: SessionAttendance | None = None
    session: Session | None = None
    way: Way | None = None


class Desk:
    """The programme, the revocations and the setup, laid out for asking once a scan at ``booth``.

    ``refused`` are cards that this kiosk has revoked itself, whether the server has heard of it or not.
    """

    def __init__(
        self,
        *,
        body_key: bytes,
        programme: Programme,
        revocations: Revocations | None,
        setup: Setup | None = None,
        booth: str = "",
        last_server_ms: int = 0,
        refused: Collection[CardIdentity] = (),
    ) -> None:
        self._tag = body_tag(body_key)
        self._keys = programme.card_key_by_id
        self._zone = programme.zone
        self.closed = programme.closed
        self._revoked = RevocationIndex(revocations)
        self._refused = frozenset(refused)
        self._roll_call = RollCall(programme, setup, booth)
        kind = next((each.kind for each in programme.booths if each.id == booth), "")
        self._one_way = _ONE_WAY.get(kind)
        self.both_ways = kind == _BOTH_WAYS
        """Whether it stands at doors where people come in and go out."""
        self.offers = Offers(programme, booth)
        self._earliest_credible_ms = max(programme.issued_at, last_server_ms)

    def clock_credible(self, moment: Moment) -> bool:
        """Say whether a card's dates may be held against it.

        A kiosk whose battery is flat boots in 1970 and must not refuse everyone: a clock
        behind the programme's own date, or behind what the server last said, is wrong.
        """
        return moment.heard_server or moment.best_ms >= self._earliest_credible_ms

    def day(self, moment: Moment) -> date:
        """Give the fair's local day of a moment."""
        return self._local(moment).date()

    def decide(self, text: str, recent: "RecentVisits", moment: Moment, ways: Ways | None = None) -> Decision:
        """Judge a code that was read; changes nothing, neither ``recent`` nor ``ways``."""
        if is_pairing_code(text):
            return Decision(Outcome.PAIRING)
        card = verify(text, self._tag, self._keys)
        if self.closed:
            return Decision(Outcome.CLOSED, card=None if isinstance(card, Refused) else card)
        if isinstance(card, Refused):
            return _refused(card.code, None)
        return self._judge(card, recent, moment, ways or Ways())

    def _judge(self, card: Card, recent: "RecentVisits", moment: Moment, ways: Ways) -> Decision:
        if self._is_revoked(card.identity):
            return _refused(RefusalCode.REVOKED, card)
        credible = self.clock_credible(moment)
        if credible and (code := self._out_of_date(card, moment)):
            return _refused(code, card)
        if card.category == Category.STAFF:
            return Decision(Outcome.STAFF, card=card)
        # A clock that nobody believes says nothing of which session it is, nor of hours.
        session = self._session(moment) if credible else None
        age_ms = recent.age_ms(card.identity, moment)
        if age_ms is not None and (session is None or session.id == recent.session(card.identity)):
            recorded_at = moment.best_ms - age_ms if credible else 0
            before = ways.last(card.identity, self.day(moment)) if self.both_ways else None
            way = before.way if before else self._one_way
            return Decision(Outcome.REPEAT, card=card, recorded_at=recorded_at, way=way)
        way = ways.expected(card.identity, self.day(moment)) if self.both_ways else self._one_way
        if way is not None:
            passage = Passage(direction=way, card=CardRef.of(card))
            return Decision(Outcome.ACCEPTED, card=card, fact=passage, way=way)
        visit = Visit(card=CardRef.of(card), clock_doubtful=not credible) if age_ms is None else None
        return self._accept(card, visit, session)

    def _session(self, moment: Moment) -> Session | None:
        """Give the session whose roll is called; at a door none is."""
        at_door = self.both_ways or self._one_way is not None
        return None if at_door else self._roll_call.now(self._local(moment))

    def _accept(self, card: Card, visit: Visit | None, session: Session | None) -> Decision:
        if session is not None and not self._roll_call.invites(session, str(card.identity)):
            return replace(_refused(RefusalCode.NOT_INVITED, card), session=session)
        attendance = SessionAttendance(card=CardRef.of(card), session=session.id) if session else None
        return Decision(Outcome.ACCEPTED, card=card, fact=visit, attendance=attendance, session=session)

    def why_not_by_hand(self, card: CardIdentity) -> RefusalCode | None:
        """Say why a card whose number was typed is not taken, as far as a number tells."""
        if card.key_id not in self._keys:
            return RefusalCode.UNKNOWN_KEY
        return RefusalCode.REVOKED if self._is_revoked(card) else None

    def by_hand(self, card: CardRef | None, reason: str = "") -> Visit | Passage:
        """Give what is recorded where staff check somebody in: at doors that go both ways, coming in.

        ``reason`` is why there is no card; one that is not in :data:`WHY_NO_CARD` was not said.
        """
        way = self._one_way or ("in" if self.both_ways else None)
        if way is not None:
            return Passage(direction=way, card=card)
        return Visit(card=card, reason=reason if card is None and reason in WHY_NO_CARD else "")

    def admit(self, refused: Decision, recent: "RecentVisits", moment: Moment) -> Decision:
        """Give what is recorded where staff let somebody in who was not invited."""
        if refused.card is None or refused.session is None:
            raise ValueError("only who was not invited to a session can be admitted to it")
        reference = CardRef.of(refused.card)
        attendance = SessionAttendance(card=reference, session=refused.session.id, invited=False)
        known = recent.age_ms(refused.card.identity, moment) is not None
        visit = None if known else Visit(card=reference)
        return replace(refused, outcome=Outcome.ACCEPTED, code=None, fact=visit, attendance=attendance)

    def _is_revoked(self, card: CardIdentity) -> bool:
        return card in self._refused or card in self._revoked

    def _local(self, moment: Moment) -> datetime:
        return datetime.fromtimestamp(moment.best_ms / 1000, UTC).astimezone(self._zone)

    def _out_of_date(self, card: Card, moment: Moment) -> RefusalCode | None:
        today = self.day(moment)
        if today < card.valid_from:
            return RefusalCode.NOT_YET_VALID
        return RefusalCode.EXPIRED if today > card.valid_to else None


def by_number(card: CardIdentity) -> CardRef:
    """Give what is recorded of a card whose number was typed: what else it says stands in its code alone."""
    return CardRef(key_id=card.key_id, card_id=f"{card.card_id:014x}", category=Category.UNKNOWN, language="")


def worth_judging(texts: Sequence[str]) -> Sequence[str]:
    """Leave out what hangs behind a card: a poster's code is no scan while a card is shown."""
    cards = [text for text in texts if text.startswith(PREFIX)]
    return cards or texts


def _refused(code: RefusalCode, card: Card | None) -> Decision:
    fact = Refusal(code=code, card=CardRef.of(card) if card else None)
    return Decision(Outcome.REFUSED, code=code, card=card, fact=fact)


class RecentVisits:
    """Whose visit this kiosk has recorded in the last ten minutes, and at which session.

    Within one boot the monotonic clock measures, so a corrected wall clock neither hides
    nor repeats a visit; across a boot only the wall clock can.
    """

    def __init__(self) -> None:
        self._last: dict[CardIdentity, Moment] = {}
        self._sessions: dict[CardIdentity, str] = {}

    def remember(self, card: CardIdentity, moment: Moment) -> None:
        """Note a visit that has been committed; forgets those that no longer matter."""
        self.take_up(card, moment)
        while self._last:
            oldest = next(iter(self._last))
            if 0 <= _age_ms(self._last[oldest], moment) < REPEAT_WINDOW_MS:
                break
            self.forget_one(oldest)

    def take_up(self, card: CardIdentity, moment: Moment) -> None:
        """Note a visit of an earlier moment, by which no other is too old."""
        self.forget_one(card)
        self._last[card] = moment

    def attended(self, card: CardIdentity, session: str) -> None:
        """Note at which session a visit is; what is known of no visit is told of no session."""
        if card in self._last:
            self._sessions[card] = session

    def forget(self) -> None:
        """Forget everybody: the fair is closed."""
        self._last.clear()
        self._sessions.clear()

    def forget_one(self, card: CardIdentity) -> None:
        """Forget a visit that was undone: its card may check in again."""
        self._last.pop(card, None)
        self._sessions.pop(card, None)

    def age_ms(self, card: CardIdentity, moment: Moment) -> int | None:
        """Say how long before ``moment`` this card's visit was recorded; None from ten minutes on."""
        before = self._last.get(card)
        age_ms = _age_ms(before, moment) if before is not None else -1
        return age_ms if 0 <= age_ms < REPEAT_WINDOW_MS else None

    def session(self, card: CardIdentity) -> str:
        """Give the session at which this card's visit is; an empty text where it is at none."""
        return self._sessions.get(card, "")


def _age_ms(before: Moment, now: Moment) -> int:
    if before.boot_id == now.boot_id:
        return now.monotonic_ms - before.monotonic_ms
    return now.wall_ms - before.wall_ms
