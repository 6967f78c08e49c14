"""What is counted fact by fact: who went through a door, who was registered, and what was told.

A tally is a plain count by (scope, key); each fact adds its own, so order and repetition of batches
cannot matter. Ingest adds the difference between after and before, as it does with ``figures``.

**Occupancy.** ``inside`` is an estimate: the entries less the exits of one local day, slot by slot of
ten minutes, from 0 and never below. Within a slot the order is not looked at: the clocks of two doors
differ by more than the people who pass them, so an exit may seem to come before its entry. Where more
have gone out than came in, somebody came in unseen, and counting goes on from 0.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final, NamedTuple

import msgspec

from server.rules.figures import HOUR_MS, SLOT_MS, SLOTS_AN_HOUR, DayOf, hour_name, slot_name
from wire.card import Category
from wire.events import Feedback, Passage, Registration

ENTRIES: Final = "entries"
EXITS: Final = "exits"
FACE: Final = "face"
TOPIC: Final = "topic"
URGENT: Final = "urgent"
REGISTRATIONS: Final = "registrations"
FACE_HOUR: Final = "face_hour"
TOLD_BY: Final = "told_by"
WITH_CARD: Final = "card"
ANONYMOUS: Final = "anonymous"
FACES: Final = range(6)
"""No face, then the worst to the best."""

Tally = Counter[tuple[str, str]]
"""Counts by (scope, key): ``("entries", "2024-12-28T09:10Z")`` and ``("exits", …)`` by slot, ``("face",
"4")`` and ``("face", "0")`` where none was touched (each feedback counts in one of them), ``("topic",
"waiting")``, ``("urgent", "")``, ``("registrations", "2024-12-28T09:00Z")`` by hour in UTC, and of feedback
``("face_hour", "2024-12-28T09:00Z 4")``, ``("topic_face_4", "waiting")``, ``("told_by", "card")`` or
``("told_by", "anonymous")``."""


class Tallied(NamedTuple):
    """A passage, a registration or a feedback that counts: accepted and not voided.

    ``at`` is corrected time, ms UTC; ``about`` is a passage's direction, ``detail``
    what a feedback :class:`Told`, as JSON.
    """

    kind: str
    about: str | None
    at: int
    category: int
    detail: str | None


class Told(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a feedback says in the clear."""

    face: int = 0
    topics: list[str] = []
    urgent: bool = False
    may_call: bool = False
    language: str = ""


class Occupancy(NamedTuple):
    """A local day's doors (ISO date): how many are inside, an estimate, and how many passed."""

    day: str
    inside: int
    entries: int
    exits: int


@dataclass(frozen=True, slots=True)
class Heard:
    """A fair's feedback. ``mean_face`` is of those that touched one, None where nobody did."""

    count: int
    mean_face: float | None
    by_face: dict[str, int]
    by_topic: dict[str, int]
    urgent: int


_read_told = msgspec.json.Decoder(Told).decode


def told(feedback: Feedback) -> Told:
    """Give what the ledger keeps in the clear of a feedback: no card, and nothing of its text."""
    return Told(
        face=feedback.face,
        topics=list(dict.fromkeys(feedback.topics)),
        urgent=feedback.urgent,
        may_call=feedback.may_call,
        language=feedback.language,
    )


def told_of(detail: str | None) -> Told:
    """Read what the ledger keeps in the clear of a feedback."""
    return _read_told(detail) if detail else Told()


def tally_of(facts: Iterable[Tallied]) -> Tally:
    """Count facts, those of staff left out."""
    tally: Tally = Counter()
    for kind, about, at, category, detail in facts:
        if category == Category.STAFF:
            continue
        if kind == Passage.kind:
            tally[ENTRIES if about == "in" else EXITS, slot_name(at // SLOT_MS)] += 1
        elif kind == Registration.kind:
            tally[REGISTRATIONS, hour_name(at // HOUR_MS)] += 1
        elif kind == Feedback.kind and detail is not None:
            tally.update(_of_feedback(_read_told(detail), at, category))
    return tally


def _of_feedback(said: Told, at: int, category: int) -> Iterable[tuple[str, str]]:
    """Give what one feedback counts in."""
    yield FACE, str(said.face)
    yield FACE_HOUR, f"{hour_name(at // HOUR_MS)} {said.face}"
    yield TOLD_BY, WITH_CARD if category else ANONYMOUS
    for topic in said.topics:
        yield TOPIC, topic
        yield topic_face(said.face), topic
    if said.urgent:
        yield URGENT, ""


def topic_face(face: int) -> str:
    """Name the scope of topics that were told about with a face: a topic's id may be as long as a key."""
    return f"topic_face_{face}"


def heard(tally: Mapping[tuple[str, str], int]) -> Heard:
    """Give a fair's feedback from its tally."""
    faces = {key: count for (scope, key), count in tally.items() if scope == FACE}
    touched = {int(face): count for face, count in sorted(faces.items()) if face != "0"}
    answered = sum(touched.values())
    mean = sum(face * count for face, count in touched.items()) / answered if answered else None
    return Heard(
        count=sum(faces.values()),
        mean_face=mean,
        by_face={str(face): count for face, count in touched.items()},
        by_topic=by_key(tally, TOPIC),
        urgent=tally.get((URGENT, ""), 0),
    )


def by_key(tally: Mapping[tuple[str, str], int], scope: str) -> dict[str, int]:
    """Give the counts of one scope by key, in the order of keys."""
    return {key: count for (found, key), count in sorted(tally.items()) if found == scope}


def hours_of(day: str, day_of: DayOf) -> tuple[int, int]:
    """Give a local day's first hour since 1970, UTC, and the first after it; alike where there is no such."""
    noon = datetime.combine(date.fromisoformat(day), datetime.min.time(), UTC) + timedelta(hours=12)
    middle = int(noon.timestamp()) // 3600
    # Zones are up to 14 hours from UTC, and a day has up to 25 hours.
    hours = [hour for hour in range(middle - 27, middle + 28) if day_of(hour) == day]
    return (hours[0], hours[-1] + 1) if hours else (middle, middle)


def slots_of(day: str, day_of: DayOf) -> tuple[str, str]:
    """Give the names of a local day's first slot and of the first after it."""
    first, end = hours_of(day, day_of)
    return slot_name(first * SLOTS_AN_HOUR), slot_name(end * SLOTS_AN_HOUR)


def occupancy(tally: Mapping[tuple[str, str], int], day: str) -> Occupancy:
    """Give how many are inside after the slots of one day, which alone are in ``tally``."""
    inside = entries = exits = 0
    for slot in sorted({key for scope, key in tally if scope in (ENTRIES, EXITS)}):
        came, went = tally.get((ENTRIES, slot), 0), tally.get((EXITS, slot), 0)
        inside = max(0, inside + came - went)
        entries, exits = entries + came, exits + went
    return Occupancy(day, inside, entries, exits)
