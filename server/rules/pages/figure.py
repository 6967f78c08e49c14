"""What several pages show alike: a large number with title and note, and how numbers are written."""

from typing import Final

import msgspec

from server.rules.table import NOTHING, Kind, written
from server.rules.wording import Words

BEST_FACE: Final = 5


class Figure(msgspec.Struct, frozen=True):
    """A large number."""

    id: str
    title: str
    value: str
    note: str


def each(whole: int, parts: int, words: Words) -> str:
    """Write how many there are of one thing for each of another; a dash where there is none of that."""
    return words.ratio(whole / parts) if parts else NOTHING


def share(part: int, whole: int, words: Words) -> str:
    """Write a part of a whole in percent; a dash where there is no whole."""
    return written(part / whole if whole else None, Kind.SHARE, words)


def change(before: float, now: float, words: Words) -> str:
    """Write how much more there is than before, with its sign; a dash where there was nothing."""
    return written((now - before) / before if before else None, Kind.CHANGE, words)


def mean_face(mean: float | None, words: Words) -> str:
    """Write the mean of the faces that were touched."""
    return NOTHING if mean is None else words.ratio(mean)
