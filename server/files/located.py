"""Values of a description with the spot of each: a line of a text, or a cell of a workbook."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from server.rules.reader import Place


class Spot(NamedTuple):
    """Where something stands: a file's line from 1 (0: the file itself), and ``sheet!C4`` in a workbook."""

    file: str
    line: int
    cell: str = ""

    def __str__(self) -> str:
        """Give it as people read it: ``tour.toml:17``, ``tour.xlsx:fairs!C4``."""
        return ":".join(filter(None, (self.file, self.cell or str(self.line or ""))))


class Note(NamedTuple):
    """Something that is wrong with a file's form, and what to write instead."""

    spot: Spot
    what: str
    instead: str


@dataclass(slots=True)
class Located:
    """What was read of a file.

    ``values`` is None where it could not be read at all. Where ``flaws`` are noted beside values,
    something was left out: what is missing may have stood there. A doubt is a flaw if nothing
    else is found at its spot.
    """

    values: dict[str, Any] | None
    flaws: list[Note]
    spot_of: Callable[[Place], Spot]
    doubts: list[Note] = field(default_factory=list)
    in_cells: bool = False
    other_spots: dict[Place, Spot] = field(default_factory=dict)
    """Places whose values came from another file than the rest."""

    def spot(self, place: Place) -> Spot:
        """Give the spot of a place, or of the nearest that holds it."""
        for length in range(len(place), 0, -1):
            if (other := self.other_spots.get(place[:length])) is not None:
                return other
        return self.spot_of(place)
