"""What a kiosk at a booth does with a code that it has read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final

from wire.card import PREFIX, Card, CardIdentity, Category, RefusalCode, Refused, body_tag, verify
from wire.events import CardRef, Refusal, Visit
from wire.pairing import is_pairing_code
from wire.programme import Programme, RevocationIndex, Revocations

REPEAT_WINDOW_MS: Final = 10 * 60 * 1000
"""The same card at the same kiosk within ten minutes is already recorded."""


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
    the clock of now; 0 for all else, and where that clock is not credible.
    """

    outcome: Outcome
    code: RefusalCode | None = None
    card: Card | None = None
    fact: Visit | Refusal | None = None
    recorded_at: int = 0


class Desk:
    """The programme and the revocations, laid out for asking once a scan."""

    def __init__(
        self,
        *,
        body_key: bytes,
        programme: Programme,
        revocations: Revocations | None,
        last_server_ms: int = 0,
    ) -> None:
        self._tag = body_tag(body_key)
        self._keys = programme.card_key_by_id
        self._zone = programme.zone
        self.closed = programme.closed
        self._revoked = RevocationIndex(revocations)
        self._earliest_credible_ms = max(programme.issued_at, last_server_ms)

    def clock_credible(self, moment: Moment) -> bool:
        """Say whether a card's dates may be held against it.

        A kiosk whose battery is flat boots in 1970 and must not refuse everyone: a clock
        behind the programme's own date, or behind what the server last said, is wrong.
        """
        return moment.heard_server or moment.best_ms >= self._earliest_credible_ms

    def decide(self, text: str, recent: "RecentVisits", moment: Moment) -> Decision:
        """Judge a code that was read; changes nothing, not even ``recent``."""
        if is_pairing_code(text):
            return Decision(Outcome.PAIRING)
        card = verify(text, self._tag, self._keys)
        if self.closed:
            return Decision(Outcome.CLOSED, card=None if isinstance(card, Refused) else card)
        if isinstance(card, Refused):
            return _refused(card.code, None)
        return self._judge(card, recent, moment)

    def _judge(self, card: Card, recent: "RecentVisits", moment: Moment) -> Decision:
        if card.identity in self._revoked:
            return _refused(RefusalCode.REVOKED, card)
        credible = self.clock_credible(moment)
        if credible and (code := self._out_of_date(card, moment)):
            return _refused(code, card)
        if card.category == Category.STAFF:
            return Decision(Outcome.STAFF, card=card)
        age_ms = recent.age_ms(card.identity, moment)
        if age_ms is not None:
            # A kiosk that booted in 1970 says nothing of hours.
            recorded_at = moment.best_ms - age_ms if credible else 0
            return Decision(Outcome.REPEAT, card=card, recorded_at=recorded_at)
        fact = Visit(card=CardRef.of(card), clock_doubtful=not credible)
        return Decision(Outcome.ACCEPTED, card=card, fact=fact)

    def _out_of_date(self, card: Card, moment: Moment) -> RefusalCode | None:
        today = datetime.fromtimestamp(moment.best_ms / 1000, UTC).astimezone(self._zone).date()
        if today < card.valid_from:
            return RefusalCode.NOT_YET_VALID
        return RefusalCode.EXPIRED if today > card.valid_to else None


def worth_judging(texts: Sequence[str]) -> Sequence[str]:
    """Leave out what hangs behind a card: a poster's code is no scan while a card is shown."""
    cards = [text for text in texts if text.startswith(PREFIX)]
    return cards or texts


def _refused(code: RefusalCode, card: Card | None) -> Decision:
    fact = Refusal(code=code, card=CardRef.of(card) if card else None)
    return Decision(Outcome.REFUSED, code=code, card=card, fact=fact)


class RecentVisits:
    """Whose visit this kiosk has recorded in the last ten minutes.

    Within one boot the monotonic clock measures, so a corrected wall clock neither hides
    nor repeats a visit; across a boot only the wall clock can.
    """

    def __init__(self) -> None:
        self._last: dict[CardIdentity, Moment] = {}

    def remember(self, card: CardIdentity, moment: Moment) -> None:
        """Note a visit that has been committed; forgets those that no longer matter."""
        self._last.pop(card, None)
        self._last[card] = moment
        while self._last:
            oldest = next(iter(self._last))
            if 0 <= _age_ms(self._last[oldest], moment) < REPEAT_WINDOW_MS:
                break
            del self._last[oldest]

    def forget(self) -> None:
        """Forget everybody: the fair is closed."""
        self._last.clear()

    def age_ms(self, card: CardIdentity, moment: Moment) -> int | None:
        """Say how long before ``moment`` this card's visit was recorded; None from ten minutes on."""
        before = self._last.get(card)
        age_ms = _age_ms(before, moment) if before is not None else -1
        return age_ms if 0 <= age_ms < REPEAT_WINDOW_MS else None


def _age_ms(before: Moment, now: Moment) -> int:
    if before.boot_id == now.boot_id:
        return now.monotonic_ms - before.monotonic_ms
    return now.wall_ms - before.wall_ms
