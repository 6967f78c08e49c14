"""What is read for the pages of feedback: counts for all who see them, texts for those who work them off."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from wire.described import Names

EVERY: Final = "_all"
"""Stands in an address for every topic, or every face: no topic can be called so."""
ON_A_PAGE: Final = 20
LONGEST_NOTE: Final = 1000


class State(StrEnum):
    """How a case stands; none where nobody works the feedback off."""

    NONE = ""
    OPEN = "open"
    TAKEN = "taken"
    DONE = "done"


class Text(StrEnum):
    """What became of a feedback's text."""

    NONE = "none"
    READ = "read"
    SEALED = "sealed"
    """It was sealed for another key than this server's."""


@dataclass(frozen=True, slots=True)
class Told:
    """A feedback with its text. ``face`` is 0 for none, else 1 (worst) to 5; topics and booth are ids.

    ``category`` is of the card, empty where there was none; ``card`` its number where the member may be
    called. ``at`` and ``state_at`` are ms UTC, ``who`` an account's name.
    """

    id: str
    at: int
    booth: str
    face: int
    topics: list[str]
    category: str
    may_call: bool
    urgent: bool
    state: State
    who: str
    state_at: int
    read: Text
    text: str = field(default="", repr=False)
    note: str = field(default="", repr=False)
    card: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Place:
    """A fair and what its feedback is named by."""

    fair: str
    names: Names
    zone: str
    days: list[str]
    topics: dict[str, Names]
    booths: dict[str, Names]
    categories: dict[str, Names]


@dataclass(frozen=True, slots=True)
class FeedbackSeen:
    """A fair's feedback, counted. Faces are by number as text, ``"0"`` for those without one.

    ``by_hour`` is by hour in UTC (``2024-12-28T09:00Z``) and face, ``by_topic`` by topic and face. ``cases``
    is None for whoever may see counts alone.
    """

    place: Place
    faces: dict[str, int]
    by_topic: dict[str, dict[str, int]]
    by_hour: dict[str, dict[str, int]]
    with_card: int
    anonymous: int
    in_words: int
    open_cases: int
    taken_cases: int
    done_cases: int
    cases: list[Told] | None = None


@dataclass(frozen=True, slots=True)
class TextsSeen:
    """One page of texts, the newest first, of ``count`` that are of this topic and face (empty: of any)."""

    place: Place
    topic: str
    face: int | None
    page: int
    pages: int
    count: int
    texts: list[Told]


@dataclass(frozen=True, slots=True)
class CaseSeen:
    """One feedback that somebody works off."""

    place: Place
    told: Told


def face_of(text: str) -> int | None:
    """Read a face in an address; None for every face. Raises ``ValueError`` for anything else."""
    if text == EVERY:
        return None
    if text not in {"0", "1", "2", "3", "4", "5"}:
        raise ValueError(text)
    return int(text)
