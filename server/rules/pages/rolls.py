"""The pages of sessions on which people are named: a roll-call, and who took part in a series."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from server.rules.pages.figure import Figure
from server.rules.pages.session_data import SessionSeen
from server.rules.pages.sessions import series_name, session_line, was_held
from server.rules.sessions.matrix import Part
from server.rules.sessions.partial import Span, in_words
from server.rules.wording import Words
from wire.described import Names


@dataclass(frozen=True, slots=True)
class PersonSeen:
    """Somebody on a roll: the number by which that one is known, and names where such are known.

    ``sent_by`` are the names of whoever that one came for.
    """

    number: str
    name_ar: str = ""
    name_latin: str = ""
    sent_by: tuple[str, str] = ("", "")


@dataclass(frozen=True, slots=True)
class RollSeen:
    """A session with everybody on its roll by name. ``fair`` is empty where it belongs to none.

    ``nameless`` came as well, and ``nameless_absent`` were invited and did not come: the figures count them,
    but they were erased, or the time of such lists is over.
    """

    session: SessionSeen
    fair: str
    present: list[PersonSeen]
    besides: list[PersonSeen]
    absent: list[PersonSeen]
    nameless: int = 0
    nameless_absent: int = 0


@dataclass(frozen=True, slots=True)
class ColumnSeen:
    """A session as a column of a matrix."""

    id: str
    names: Names
    first_day: str
    last_day: str


@dataclass(frozen=True, slots=True)
class RowSeen:
    """A participant as a row of a matrix: one of :class:`Part` for each column."""

    person: PersonSeen
    parts: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class MatrixSeen:
    """Who took part in which sessions of a series."""

    series: str
    sessions: list[ColumnSeen]
    rows: list[RowSeen]


# -- what is said ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PersonLine:
    """Somebody by name, or by number where no name is known."""

    id: str
    name: str
    other_name: str
    number: str
    sent_by: str


@dataclass(frozen=True, slots=True)
class RollPage:
    """Everything on the page of a roll-call."""

    title: str
    when: str
    about: list[str]
    back: str
    figures: list[Figure]
    present: list[PersonLine]
    besides: list[PersonLine]
    absent: list[PersonLine]
    nameless: str
    nameless_absent: str
    unmatched: str
    is_open_to_all: bool
    is_held: bool


@dataclass(frozen=True, slots=True)
class CellLine:
    """What a participant had to do with a session, in a word and as a shape."""

    part: str
    word: str


@dataclass(frozen=True, slots=True)
class MatrixRow:
    """A participant with a cell for each session, and how many were attended."""

    id: str
    name: str
    cells: list[CellLine]
    count: str


@dataclass(frozen=True, slots=True)
class MatrixColumn:
    """A session with how many participants attended it."""

    id: str
    name: str
    when: str
    count: str


@dataclass(frozen=True, slots=True)
class MatrixPage:
    """Everything on the page of a series."""

    title: str
    when: str
    note: str
    columns: list[MatrixColumn]
    rows: list[MatrixRow]


def roll_page(seen: RollSeen, words: Words, now: int) -> RollPage:
    """Put a roll-call into words."""
    session = seen.session
    line = session_line(session, seen.fair, [session.id], words, now)
    unmatched = words.counted(
        "{count} was invited by a number, and has no card that is known here.",
        "{count} were invited by their numbers, and have no card that is known here.",
        session.unmatched,
    )
    nameless = words.counted(
        "{count} more was present, whose name is not kept any more.",
        "{count} more were present, whose names are not kept any more.",
        seen.nameless,
    )
    nameless_absent = words.counted(
        "{count} more was invited, whose name is not kept any more.",
        "{count} more were invited, whose names are not kept any more.",
        seen.nameless_absent,
    )
    return RollPage(
        title=line.name,
        when=line.when,
        about=line.about,
        back=f"/fair/{seen.fair}/sessions" if seen.fair else f"/sessions/{session.id}",
        figures=[
            Figure("present", words.text("Present"), line.present, ""),
            Figure("absent", words.text("Absent"), line.absent, ""),
            Figure("invited", words.text("Invited"), line.invited, ""),
            Figure("rate", words.text("Attendance rate"), line.rate, ""),
        ],
        present=people(seen.present, words),
        besides=people(seen.besides, words),
        absent=people(seen.absent, words),
        nameless=nameless if seen.nameless else "",
        nameless_absent=nameless_absent if seen.nameless_absent else "",
        unmatched=unmatched if session.unmatched else "",
        is_open_to_all=session.invited is None,
        is_held=was_held(session, now),
    )


def matrix_page(seen: MatrixSeen, words: Words, _: int) -> MatrixPage:
    """Put who took part in a series into words."""
    said = {
        str(Part.NONE): words.text("not invited"),
        str(Part.INVITED): words.text("invited"),
        str(Part.ABSENT): words.text("absent"),
        str(Part.ATTENDED): words.text("present"),
    }
    count = len(seen.rows)
    attended = str(Part.ATTENDED)
    columns = [
        MatrixColumn(
            id=each.id,
            name=words.name(each.names, each.id),
            when=in_words(Span(each.first_day, each.last_day), words),
            count=words.number(sum(row.parts[at] == attended for row in seen.rows)),
        )
        for at, each in enumerate(seen.sessions)
    ]
    by_number = {row.person.number: row for row in seen.rows}
    rows = [
        MatrixRow(
            id=line.id,
            name=line.name,
            cells=[CellLine(part or "none", said[part]) for part in by_number[line.id].parts],
            count=words.number(sum(part == attended for part in by_number[line.id].parts)),
        )
        for line in people([row.person for row in seen.rows], words)
    ]
    return MatrixPage(
        title=words.text("Who took part"),
        when=series_name(seen.series, words),
        note=words.counted("{count} participant", "{count} participants", count) if count else "",
        columns=columns,
        rows=rows,
    )


def people(found: Sequence[PersonSeen], words: Words) -> list[PersonLine]:
    """Put people into words, by their names in the reader's script; those without one come last."""
    lines = []
    for each in found:
        names = [each.name_ar, each.name_latin]
        sent_by = list(each.sent_by)
        if words.direction == "ltr":
            names.reverse()
            sent_by.reverse()
        known = [name for name in names if name]
        lines.append(
            PersonLine(
                id=each.number,
                name=known[0] if known else each.number,
                other_name=known[1] if len(known) > 1 else "",
                number=each.number if known else "",
                sent_by=next(filter(None, sent_by), ""),
            )
        )
    return sorted(lines, key=lambda line: (not line.number, line.name, line.id))
