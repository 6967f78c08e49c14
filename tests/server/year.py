"""A year of a tour that happens by chance: eight stops, and everything that can go wrong with a fact.

What happened is a plain table (:class:`Happened`, one row an event), which ``year_by_sql`` counts; what
kiosks send of it are batches in any order, some twice.
"""

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final, NamedTuple

import msgspec

from tests.server.facts import HOUR, MINUTE, ZONE, batch, event_id, ms, raw
from wire.card import Category, RefusalCode
from wire.envelope import Batch
from wire.events import (
    CardRef,
    ClockOffset,
    Fact,
    Feedback,
    Passage,
    Refusal,
    Registration,
    SessionAttendance,
    SignUp,
    Visit,
    Void,
    Withdrawal,
)

TOUR: Final = "year-2025"
# Around the days of 23 and 25 hours, and the night of 2026-09-20 on which Morocco went to UTC for good.
STOPS: Final = {
    "agadir": ("2025-02-22", "2025-02-23", "2025-02-24"),
    "fes": ("2025-04-05", "2025-04-06"),
    "kenitra": ("2025-06-30", "2025-07-01"),
    "marrakech": ("2025-12-31", "2026-01-01"),
    "oujda": ("2026-03-21", "2026-03-22", "2026-03-23"),
    "rabat": ("2026-09-19", "2026-09-20", "2026-09-21"),
    "tanger": ("2026-09-20", "2026-09-21"),
    "tetouan": ("2026-11-30", "2026-12-01"),
}
BOOTHS: Final = {"loans": "bank", "savings": "bank", "cover": "insurance", "clinic": "health", "desk": "own"}
GONE: Final = "gone"
"""A booth that no description has."""
OFFERS: Final = ("loan", "policy")
SESSIONS: Final = ("delegates", "first-aid")
TOPICS: Final = ("waiting", "venue", "other")
REGIONS: Final = 12


class Happened(NamedTuple):
    """One event. ``mono`` is since the boot, ``clock`` what its ClockOffset adds to that; times in ms."""

    number: int
    device: str
    boot: str
    occurred: int
    mono: int
    fair: str
    booth: str
    kind: str
    card: int | None = None
    category: int = 0
    territory: int = 0
    about: str | None = None
    target: int | None = None
    face: int = 0
    topics: str = ""
    urgent: bool = False
    clock: int | None = None
    trip: int | None = None


@dataclass
class Year:
    """What happened, and the transactions in which it came."""

    events: list[Happened] = field(default_factory=list)
    transactions: list[list[Batch]] = field(default_factory=list)


@dataclass(frozen=True)
class _Boot:
    device: str
    boot: str
    fair: str
    began: int
    """When it really began, ms UTC."""
    wrong: int
    """By how much its wall clock is ahead."""


def definition_of(fair: str, **sectors: str) -> bytes:
    """Give a stop's description as the registry keeps it."""
    names = {"fr": fair}
    booths = [{"id": key, "names": names, "sector": value} for key, value in (BOOTHS | sectors).items()]
    regions = [{"id": f"region-{code}", "names": names, "code": code} for code in range(1, REGIONS)]
    return msgspec.json.encode(
        {
            "body": {"id": "body", "names": names},
            "fair": {
                "id": fair,
                "tour": TOUR,
                "names": names,
                "days": [date.fromisoformat(day) for day in STOPS[fair]],
                "timezone": ZONE,
            },
            "booths": booths,
            "partners": [],
            "territories": regions,
        }
    )


class Chronicle:
    """Lets a year happen with so many visits, at these stops with their days."""

    def __init__(self, seed: int, visits: int, stops: Mapping[str, Sequence[str]] = STOPS) -> None:
        self._chance = random.Random(seed)
        self._stops = stops
        self._visits = visits
        self._members = max(20, visits // 6)
        self._boots = list(self._started())

    def year(self) -> Year:
        """Give what happened and how it was delivered."""
        year = Year()
        kinds = self._chance.choices(
            ("visit", "visit_again", "passage", "sign_up", "withdrawal", "session_attendance", "feedback",
             "registration", "refused", "void"),
            (70, 6, 6, 6, 3, 4, 3, 2, 1, 3),
            k=round(self._visits / 0.76),
        )  # fmt: skip
        for number, kind in enumerate(kinds, 1):
            year.events.append(self._event(number, kind, year.events, len(kinds)))
        for boot in self._boots:
            # Some boots never learn the time; others learn it several times, the last not the best.
            for _ in range(self._chance.choice((0, 1, 1, 3))):
                year.events.append(self._clock(len(year.events) + 1, boot))
        year.transactions = list(self._delivered(year.events))
        return year

    def _started(self) -> Iterator[_Boot]:
        chance = self._chance
        for place, (fair, days) in enumerate(self._stops.items()):
            for number in range(4):
                device = f"{place * 16 + number:016x}"
                for part in range(3):
                    began = ms(f"{chance.choice(days)}T00:00") - chance.randint(0, 3) * HOUR
                    wrong = chance.choice((0, 0, 3 * MINUTE, -26 * HOUR))
                    yield _Boot(device, f"{place:08x}{number:08x}{part:016x}", fair, began, wrong)

    def _event(self, number: int, kind: str, before: Sequence[Happened], most: int) -> Happened:
        chance = self._chance
        boot = chance.choice(self._boots)
        mono = chance.choice((chance.randrange(27 * HOUR), chance.randrange(0, 27 * HOUR, HOUR)))
        who = chance.randint(1, self._members)
        # A member's card says the same everywhere, but for a few that were made anew.
        category = (1, 1, 2, 3, 4, 5, 9)[who % 7] if who % 50 else int(Category.STAFF)
        if chance.random() < 0.01 and category != Category.STAFF:
            category = 2
        known: dict[str, Any] = {"card": who, "category": category, "territory": who % (REGIONS + 1)}
        booth = chance.choice((*BOOTHS, *BOOTHS, GONE))
        event = Happened(
            number, boot.device, boot.boot, boot.began + mono + boot.wrong, mono, boot.fair, booth, kind
        )
        if kind == "visit_again":
            return self._twin(event._replace(kind="visit", **known), before)
        if kind == "visit":
            return event if chance.random() < 0.05 else event._replace(**known)
        if kind in ("passage", "feedback") and chance.random() < 0.5:
            known = {}
        return event._replace(**{**known, **self._told(kind, most)})

    def _told(self, kind: str, most: int) -> dict[str, Any]:
        """Give what a fact says besides whose it is."""
        chance = self._chance
        match kind:
            case "passage":
                return {"about": chance.choice(("in", "in", "out"))}
            case "sign_up" | "withdrawal":
                return {"about": chance.choice(OFFERS)}
            case "session_attendance":
                return {"about": chance.choice(SESSIONS)}
            case "feedback":
                topics = chance.sample(TOPICS, chance.randint(0, 2))
                face = chance.randint(0 if topics else 1, 5)
                return {"face": face, "topics": "|".join(topics), "urgent": chance.random() < 0.2}
            case "void":
                # Of something that has happened, will happen, or never does.
                return {"target": chance.randint(1, most + 5), "card": None, "category": 0, "territory": 0}
        return {}

    def _twin(self, event: Happened, before: Sequence[Happened]) -> Happened:
        """Give a visit of a member who was there minutes ago, told by a kiosk that knows nothing of that."""
        chance = self._chance
        others = [each for each in before[-50:] if each.kind == "visit" and each.card is not None]
        if not others:
            return event
        other = chance.choice(others)
        boot = chance.choice([each for each in self._boots if each.fair == other.fair])
        mono = max(0, other.mono + chance.randint(-5, 5) * MINUTE)
        mono += next(each.began for each in self._boots if each.boot == other.boot) - boot.began
        if mono < 0:
            return event
        # A card that was made anew in between may say something else.
        anew = other.category != Category.STAFF and chance.random() < 0.3
        said = (2, chance.randint(0, REGIONS)) if anew else (other.category, other.territory)
        return other._replace(
            number=event.number,
            category=said[0],
            territory=said[1],
            device=boot.device,
            boot=boot.boot,
            occurred=boot.began + mono + boot.wrong,
            mono=mono,
        )

    def _clock(self, number: int, boot: _Boot) -> Happened:
        trip = self._chance.randint(5, 400)
        clock = boot.began + self._chance.choice((-1, 1)) * trip // 2
        mono = self._chance.randrange(HOUR)
        told = boot.began + mono + boot.wrong
        where = (number, boot.device, boot.boot, told, mono, boot.fair, "desk", "clock_offset")
        return Happened(*where, clock=clock, trip=trip)

    def _delivered(self, events: Sequence[Happened]) -> Iterator[list[Batch]]:
        chance = self._chance
        journals: dict[tuple[str, int], list[bytes]] = {}
        for each in chance.sample(events, len(events)):
            journals.setdefault((each.device, 1), []).append(encoded(each))
            if chance.random() < 0.02:
                # A kiosk put on a new journal tells some of it again.
                journals.setdefault((each.device, 2), []).append(encoded(each))
        batches = []
        for (device, epoch), told in journals.items():
            start = 0
            while start < len(told):
                end = start + chance.randint(1, 100)
                first = max(0, start - chance.choice((0, 0, 0, 3)))
                batches.append(batch(first + 1, *told[first:end][:100], device=device, epoch=epoch))
                start = min(end, first + 100)
        batches += chance.sample(batches, len(batches) // 10)
        chance.shuffle(batches)
        while batches:
            size = chance.randint(1, 120)
            yield batches[:size]
            del batches[:size]


def encoded(each: Happened) -> bytes:
    """Give an event as a kiosk tells it."""
    where: dict[str, Any] = {
        "occurred_at": each.occurred,
        "monotonic_ms": each.mono,
        "boot_id": each.boot,
        "fair": each.fair,
        "booth": each.booth,
    }
    return raw(each.number, _fact(each), **where)


def _fact(each: Happened) -> Fact:
    about: Any = each.about
    card: Any = None
    if each.card is not None:
        card = CardRef(
            key_id=1, card_id=f"{each.card:014x}", category=each.category, territory=each.territory
        )
    since, until = date(2025, 1, 1), date(2027, 1, 1)
    topics = each.topics.split("|") if each.topics else []
    made: dict[str, Callable[[], Fact]] = {
        "visit": lambda: Visit(card=card),
        "passage": lambda: Passage(direction=about, card=card),
        "sign_up": lambda: SignUp(card=card, offer=about),
        "withdrawal": lambda: Withdrawal(card=card, offer=about),
        "session_attendance": lambda: SessionAttendance(card=card, session=about),
        "registration": lambda: Registration(
            card=card, valid_from=since, valid_to=until, consents=[], language="ar", sealed=b"sealed"
        ),
        "refused": lambda: Refusal(code=RefusalCode.EXPIRED, card=card),
        "feedback": lambda: Feedback(card=card, face=each.face, topics=topics, urgent=each.urgent),
        "void": lambda: Void(target=event_id(each.target or 0), reason="wrong scan"),
        "clock_offset": lambda: ClockOffset(
            server_minus_monotonic_ms=each.clock or 0,
            server_minus_wall_ms=0,
            round_trip_ms=each.trip or 0,
        ),
    }
    return made[each.kind]()
