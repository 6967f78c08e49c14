"""Visits that were kept on paper: the rows of a list into facts, or everything that is wrong with them.

Times are local, as somebody wrote them. The hour that does not exist is refused, and so is the one that
exists twice, unless ``1st`` or ``2nd`` stands beside it.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from hashlib import blake2b
from typing import Final, NamedTuple

from server.rules.fair import FairDefinition
from server.rules.members.rows import ListRow, Problem
from server.rules.paper_times import day_and_clock, moments
from server.rules.reader import nearest, shown
from wire.events import CardRef, Event, Visit
from wire.folding import folded

FIELDS: Final = {
    "who": (
        "who, card, member, number, carte, n° de carte, numéro de carte, n° carte, n° ppr, ppr, matricule, "
        "adhérent, n° adhérent, numéro, رقم البطاقة, البطاقة, رقم التأجير, رقم المنخرط, الرقم"
    ),
    "booth": "booth, espace, stand, rayon, رواق, الرواق",
    "when": "when, moment, date et heure, date heure, horodatage, التاريخ والساعة, التوقيت",
    "day": "day, date, jour, اليوم, التاريخ",
    "time": "time, hour, heure, الساعة, الوقت",
}
"""What a column may hold, and how it is named."""
NOTHING: Final = "-"
_NOT_READ: Final = frozenset({"refused_row", "refused_column", "refused_why"})
_TURN: Final = re.compile(r"(?:^|\s)\(?(1st|2nd|1re|1ère|1er|2e|2ème|الأولى|الثانية)\)?\s*$", re.IGNORECASE)
_AS_MEANT: Final[Mapping[int, str | None]] = {
    # Arabic-Indic digits, which some write by hand.
    **{0x0660 + digit: str(digit) for digit in range(10)},
    # Marks of direction: programs write Arabic dates with them, and nobody sees them.
    **dict.fromkeys((0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A))),
}
_FIRST: Final = frozenset({"1st", "1re", "1ère", "1er", "الأولى"})
_PAPER: Final = b"riwaq paper"
_BOOT: Final = blake2b(b"boot", digest_size=16, person=_PAPER).hexdigest()


class PaperColumns(NamedTuple):
    """What the columns of a list hold: fields by number from 0; those that are not read; what is wrong."""

    names: Sequence[str]
    fields: Mapping[int, str]
    left: Sequence[str]
    problems: Sequence[str]


class Noted(NamedTuple):
    """What a row says: who (a number as it stands there), at which booth, and when (ms UTC)."""

    who: str
    booth: str
    at: int


@dataclass(slots=True)
class PaperRow:
    """A row and what came of it; ``noted`` is None where there are problems.

    ``outside`` is a local day that is none of the fair's.
    """

    number: int
    cells: Sequence[str]
    noted: Noted | None = None
    problems: list[Problem] = field(default_factory=list)
    outside: date | None = None


def recognised(names: Sequence[str]) -> int:
    """Count the columns that are known by their names."""
    return sum(folded(name) in _by_name() for name in names)


def paper_columns(names: Sequence[str], chosen: Mapping[str, str]) -> PaperColumns:
    """Say what each column holds; ``chosen`` maps a column's name to a field, or to ``-`` for nothing."""
    problems = [
        f"the list has no column {shown(name)}; it has {', '.join(map(shown, names))}"
        for name in chosen
        if name not in names
    ]
    problems += [
        f"{shown(wanted)} is nothing that is read: write one of {', '.join(FIELDS)}, or - for nothing"
        for wanted in chosen.values()
        if wanted not in {*FIELDS, NOTHING}
    ]
    fields: dict[int, str] = {}
    left: list[str] = []
    for at, name in enumerate(names):
        found = chosen.get(name) or _by_name().get(folded(name), "")
        if not found or found == NOTHING:
            left += [name] if name and name not in _NOT_READ else []
        elif found in fields.values():
            problems.append(_doubled(next(names[one] for one in fields if fields[one] == found), name, found))
        else:
            fields[at] = found
    held = set(fields.values())
    problems += [
        f"no column holds {needed}: say which does with --map 'COLUMN={needed}'"
        for needed in ("who", "booth")
        if needed not in held
    ]
    if not held & {"when", "time"}:
        problems.append("no column holds a time: say which does with --map 'COLUMN=when' or time")
    return PaperColumns(names, fields, left, problems)


class PaperReader:
    """Reads the rows of one fair's list; ``now`` is ms UTC."""

    def __init__(self, columns: PaperColumns, definition: FairDefinition, *, now: int) -> None:
        self._columns = columns
        self._at = {found: at for at, found in columns.fields.items()}
        self._days = definition.fair.days
        self._zone = definition.fair.timezone
        self._now = now
        self._booths: dict[str, str] = {}
        for booth in definition.booths:
            for name in (booth.id, *booth.names.values()):
                self._booths.setdefault(folded(name), booth.id)
        self._ids = [booth.id for booth in definition.booths]

    def read(self, row: ListRow) -> PaperRow:
        """Read a row; never raises."""
        found = PaperRow(row.number, row.cells)
        names = self._columns.names
        if any(cell.strip() for cell in row.cells[len(names) :]):
            what = f"the row has {len(row.cells)} cells, and {len(names)} columns are named"
            instead = "put a cell that holds a comma into quotes, or name its column"
            found.problems.append(Problem("", what, instead))
            return found
        found.problems += [Problem(self._name(at), what, instead) for at, what, instead in row.flaws]
        who, booth = self._cell(row, "who"), self._booth(row, found)
        if not who:
            self._object(found, "who", "no number stands here", "write a card's number, or a member's")
        at = self._moment(row, found)
        if not found.problems and at is not None:
            found.noted = Noted(who, booth, at)
        return found

    def _booth(self, row: ListRow, found: PaperRow) -> str:
        text = self._cell(row, "booth")
        booth = self._booths.get(folded(text), "") if text else ""
        if not booth:
            near = nearest(text, self._ids)
            instead = f"write {near}" if near else f"write one of: {', '.join(self._ids)}"
            what = f"{shown(text)} is no booth of this fair" if text else "no booth stands here"
            self._object(found, "booth", what, instead)
        return booth

    def _moment(self, row: ListRow, found: PaperRow) -> int | None:
        """Give when it was, ms UTC, or say what is wrong."""
        column = "when" if "when" in self._at else "time"
        text = " ".join(self._cell(row, name) for name in ("when", "day", "time")).strip()
        turn = _TURN.search(text)
        plain = text[: turn.start()] if turn else text
        day, clock = day_and_clock(plain, self._days)
        if day is None or clock is None:
            what = f"{shown(text)} is no day and time" if text else "no time stands here"
            self._object(found, column, what, "write 2024-12-27 10:05, by the clock of the place")
            return None
        found_at = moments(datetime.combine(day, clock), self._zone)
        if not found_at:
            what = f"{shown(text)} never was: the clocks were put forward over it"
            self._object(found, column, what, "write what the clock showed, an hour later as a rule")
            return None
        if len(found_at) > 1 and turn is None:
            what = f"{shown(text)} was twice: the clocks were put back"
            self._object(found, column, what, "write 1st or 2nd behind it")
            return None
        at = found_at[0 if turn is None or turn[1].lower() in _FIRST else -1]
        if at > self._now:
            self._object(found, column, f"{shown(text)} lies ahead", "write when the visit was")
            return None
        if day not in self._days:
            found.outside = day
        return at

    def _cell(self, row: ListRow, name: str) -> str:
        at = self._at.get(name)
        text = row.cells[at] if at is not None and at < len(row.cells) else ""
        return text.translate(_AS_MEANT).strip()

    def _name(self, at: int) -> str:
        return self._columns.names[at] if at < len(self._columns.names) else str(at + 1)

    def _object(self, found: PaperRow, name: str, what: str, instead: str) -> None:
        found.problems.append(Problem(self._name(self._at[name]) if name in self._at else "", what, instead))


def paper_device(body: str) -> str:
    """Give the device that a body's paper stands for: none of its kiosks has this id."""
    return blake2b(body.encode(), digest_size=8, person=_PAPER).hexdigest()


def paper_visit(body: str, fair: str, noted: Noted, card: CardRef, person: str) -> Event:
    """Make the fact of a row. The same person, booth and minute make the same fact, however often it is read.

    Its id is laid out as those of kiosks: the time first, then what elsewhere is chance.
    """
    minute = noted.at // 60_000
    said = "\x1f".join((body, fair, person, noted.booth, str(minute)))
    digest = blake2b(said.encode(), digest_size=10, person=_PAPER).digest()
    chance = int.from_bytes(digest, "big") & ((1 << 74) - 1)
    number = (
        (minute * 60_000) << 80 | 0x7 << 76 | (chance >> 62) << 64 | 0b10 << 62 | chance & ((1 << 62) - 1)
    )
    return Event(
        event_id=f"{number:032x}",
        occurred_at=noted.at,
        monotonic_ms=0,
        boot_id=_BOOT,
        fair=fair,
        booth=noted.booth,
        fact=Visit(card=card),
    )


def _doubled(one: str, other: str, found: str) -> str:
    if one == other:
        return f"two columns are named {shown(one)} and both hold {found}: rename one in the file"
    return f"{shown(one)} and {shown(other)} both hold {found}: leave one out, --map '{other}=-'"


@cache
def _by_name() -> Mapping[str, str]:
    return {folded(word): found for found, listed in FIELDS.items() for word in listed.split(",")}
