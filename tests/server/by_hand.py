"""A count by hand: what DESIGN.md and the rules define, written down a second time and slowly."""

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from server.store.ledger import Place
from tests.server.facts import FAIR, HOUR, MINUTE, SLOT, TOUR, ms
from wire.card import Category
from wire.events import (
    CardRevoked,
    ClockOffset,
    Event,
    EventError,
    Feedback,
    Lost,
    Passage,
    Refusal,
    Registration,
    Reissue,
    SessionAttendance,
    SignUp,
    Unknown,
    Visit,
    Void,
    Withdrawal,
    decode_event,
)

SECOND_FAIR: Final = "fes-2025"
OFFERS: Final = ("loan", "cover")
# The second fair's description knows two of the booths; the others stand nowhere.
SECTORS: Final = {(SECOND_FAIR, "bank"): "bank", (SECOND_FAIR, "insurance"): "health"}
_NEVER_COUNT: Final = (Void, ClockOffset, Lost, Refusal, Reissue, CardRevoked, Unknown)
# Where Morocco was an hour ahead of UTC, [from, to), by its own announcements; else it is on UTC.
AN_HOUR_AHEAD: Final = [
    (ms("2024-04-14T02:00"), ms("2025-02-23T02:00")),
    (ms("2025-04-06T02:00"), ms("2026-02-15T02:00")),
    (ms("2026-03-22T02:00"), ms("2026-09-20T01:00")),
]


def date_of(at: int) -> str:
    """Give the date of a moment in UTC, counted from 1970 by the rule of the calendar."""
    days = at // (24 * HOUR)
    year = 1970
    while days >= (length := 366 if year % 4 == 0 else 365):
        days -= length
        year += 1
    months = [31, 29 if year % 4 == 0 else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    month = 0
    while days >= months[month]:
        days -= months[month]
        month += 1
    return f"{year}-{month + 1:02}-{days + 1:02}"


def local_day(at: int) -> str:
    """Give the day in Morocco."""
    return date_of(at + (HOUR if any(first <= at < end for first, end in AN_HOUR_AHEAD) else 0))


def utc_hour(at: int) -> str:
    """Give the hour in UTC as figures name it."""
    return f"{date_of(at)}T{at % (24 * HOUR) // HOUR:02}:00Z"


CATEGORIES: Final = {0: "unknown", 1: "active", 3: "widow", 9: "category_9"}


@dataclass(frozen=True)
class Line:
    """A fact that counts: ``who`` is a card's id or empty, ``known`` whether its clock was measured."""

    event: Event
    who: str
    category: int
    at: int
    boot: tuple[str, str]
    known: bool


def lines_of(delivered: Sequence[tuple[Place, bytes]]) -> list[Line]:
    """Give all facts that count, each once, at their corrected times."""
    facts: dict[str, tuple[Place, Event]] = {}
    for place, each in delivered:
        try:
            found = decode_event(each)
        except EventError:
            continue
        facts.setdefault(found.event_id, (place, found))
    voided = {found.fact.target for _, found in facts.values() if isinstance(found.fact, Void)}
    clocks: dict[tuple[str, str], list[tuple[int, str, int]]] = defaultdict(list)
    for place, found in facts.values():
        if isinstance(found.fact, ClockOffset):
            reading = (found.fact.round_trip_ms, found.event_id, found.fact.server_minus_monotonic_ms)
            clocks[place.device, found.boot_id].append(reading)
    lines = []
    for place, found in facts.values():
        if isinstance(found.fact, _NEVER_COUNT) or found.event_id in voided:
            continue
        who = found.fact.card
        if who is not None and who.category == Category.STAFF:
            continue
        boot = (place.device, found.boot_id)
        readings = clocks.get(boot, [])
        at = found.monotonic_ms + min(readings)[2] if readings else found.occurred_at
        card_id, category = (who.card_id, who.category) if who else ("", 0)
        lines.append(Line(found, card_id, category, at, boot, bool(readings)))
    return lines


def count(lines: Sequence[Line], fair: str) -> dict[tuple[str, str], tuple[int, int]]:
    """Count a fair's visits and attendance from all facts at once."""
    of_fair = [line for line in lines if line.event.fair == fair]
    return _count(of_fair, figures_of) | {
        ("first", day): (0, number) for day, number in first_timers(lines, fair).items()
    }


def count_at(lines: Sequence[Line], fair: str, booth: str) -> dict[tuple[str, str], tuple[int, int]]:
    """Count one booth's visits and people from all facts at once."""
    there = [line for line in lines if (line.event.fair, line.event.booth) == (fair, booth)]
    return _count(there, booth_figures_of)


def _count(
    lines: Sequence[Line], names: Callable[[Line], list[tuple[str, str]]]
) -> dict[tuple[str, str], tuple[int, int]]:
    spots: dict[tuple[str, str], set[tuple[str, str, int]]] = defaultdict(set)
    without_card: dict[tuple[str, str], int] = defaultdict(int)
    people: dict[tuple[str, str], set[str]] = defaultdict(set)
    for line in lines:
        if not shows_somebody(line):
            continue
        for figure in names(line):
            if line.who:
                people[figure].add(line.who)
            if isinstance(line.event.fact, Visit) and line.who:
                spots[figure].add((line.who, line.event.booth, line.at // SLOT))
            elif isinstance(line.event.fact, Visit):
                without_card[figure] += 1
    return {
        figure: (len(spots[figure]) + without_card[figure], len(people[figure]))
        for figure in (*people, *without_card)
    }


def first_timers(lines: Sequence[Line], fair: str) -> dict[str, int]:
    """Count those who were at this fair before any other of its tour, by the day of that."""
    counts: dict[str, int] = defaultdict(int)
    of_tour = [line for line in lines if shows_somebody(line) and tour_of(line.event.fair) == tour_of(fair)]
    for who in {line.who for line in of_tour if line.who}:
        at, where = min((line.at, line.event.fair) for line in of_tour if line.who == who)
        counts[local_day(at)] += where == fair
    return {day: count for day, count in counts.items() if count}


def shows_somebody(line: Line) -> bool:
    """Say whether a fact is a visit, somebody's way in, or somebody's being at a session."""
    fact = line.event.fact
    if isinstance(fact, Passage):
        return fact.direction == "in" and bool(line.who)
    return isinstance(fact, Visit | SessionAttendance)


def figures_of(line: Line) -> list[tuple[str, str]]:
    """Name the figures in which a fact counts."""
    fact = line.event.fact
    return [
        ("total", ""),
        ("booth", line.event.booth),
        ("day", local_day(line.at)),
        ("hour", utc_hour(line.at)),
        ("category", CATEGORIES[line.category]),
        ("sector", SECTORS.get((line.event.fair, line.event.booth), "other")),
        ("territory", "4" if line.who else "0"),
        *([("session", fact.session)] if isinstance(fact, SessionAttendance) else []),
    ]


def booth_figures_of(line: Line) -> list[tuple[str, str]]:
    """Name the figures of its booth in which a fact counts."""
    return [
        ("booth-day", local_day(line.at)),
        ("booth-hour", utc_hour(line.at)),
        ("booth-category", CATEGORIES[line.category]),
    ]


def count_tallies(lines: Sequence[Line], fair: str) -> dict[tuple[str, str], int]:
    """Count what is counted by itself, and sign-ups, from all facts at once."""
    counts: Counter[tuple[str, str]] = Counter()
    for line in lines:
        fact = line.event.fact
        if line.event.fair == fair and isinstance(fact, Passage):
            counts["entries" if fact.direction == "in" else "exits", utc_slot(line.at)] += 1
        if line.event.fair == fair and isinstance(fact, Registration):
            counts["registrations", utc_hour(line.at)] += 1
        if line.event.fair == fair and isinstance(fact, Feedback):
            counts.update(keys_of_feedback(fact, line))
    for offer in OFFERS:
        for who in {line.who for line in lines}:
            match signed_up(lines, fair, who, offer):
                case True:
                    counts["sign_ups", offer] += 1
                case None:
                    counts["in_doubt", offer] += 1
            counts.update(signed_by_day(lines, fair, who, offer))
    return {key: value for key, value in counts.items() if value}


def keys_of_feedback(fact: Feedback, line: Line) -> list[tuple[str, str]]:
    """Name what one feedback counts in."""
    return [
        ("face", str(fact.face)),
        ("face_hour", f"{utc_hour(line.at)} {fact.face}"),
        ("told_by", "card" if line.category else "anonymous"),
        *(("topic", topic) for topic in set(fact.topics)),
        *((f"topic_face_{fact.face}", topic) for topic in set(fact.topics)),
        *([("urgent", "")] if fact.urgent else []),
    ]


def signed_by_day(lines: Sequence[Line], fair: str, who: str, offer: str) -> dict[tuple[str, str], int]:
    """Say that somebody has signed up at a fair, on which days, and on which of them to stand by it."""
    signing = [
        line for line in lines if line.who == who and line.event.fair == fair and is_sign_up(line, offer)
    ]
    found = {("signed", offer): int(bool(signing))}
    for day in {local_day(line.at) for line in signing}:
        found["signed_on", f"{day} {offer}"] = 1
        others = [line for line in signing if local_day(line.at) != day]
        on_the_day = [line for line in lines if line not in others]
        found["standing_on", f"{day} {offer}"] = int(signed_up(on_the_day, fair, who, offer) is True)
    return found


def is_sign_up(line: Line, offer: str) -> bool:
    """Say whether a fact is a sign-up to this offer."""
    return isinstance(line.event.fact, SignUp) and line.event.fact.offer == offer


def signed_up(lines: Sequence[Line], fair: str, who: str, offer: str) -> bool | None:
    """Say whether somebody has signed up to an offer at a fair; None where nobody can know."""
    mine = [line for line in lines if line.who == who and tour_of(line.event.fair) == tour_of(fair)]
    signing = [
        line
        for line in mine
        if isinstance(line.event.fact, SignUp) and line.event.fact.offer == offer and line.event.fair == fair
    ]
    ending = [
        line for line in mine if isinstance(line.event.fact, Withdrawal) and line.event.fact.offer == offer
    ]
    found: bool | None = False
    for one in signing:
        orders = [order(one, other) for other in ending]
        if all(each == "after" for each in orders):
            return True
        if "before" not in orders:
            found = None
    return found


def order(one: Line, other: Line) -> str:
    """Say whether one fact came before or after another, or that this is in doubt."""
    if one.boot == other.boot:
        apart, least = one.event.monotonic_ms - other.event.monotonic_ms, 1
    else:
        apart, least = one.at - other.at, 2 * MINUTE + 1
        if not (one.known and other.known):
            return "doubt"
    if apart >= least:
        return "after"
    return "before" if apart <= -least else "doubt"


def tour_of(fair: str) -> str:
    """Give the tour of a fair: one that was never loaded is its own."""
    return TOUR if fair in (FAIR, SECOND_FAIR) else fair


def utc_slot(at: int) -> str:
    """Give the ten minutes in UTC as tallies name them."""
    return f"{utc_hour(at)[:-3]}{at % HOUR // SLOT * 10:02}Z"
