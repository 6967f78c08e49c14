"""One row of a list of sessions, or of a roll: texts in, what they say out, or everything that is wrong."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from server.rules.members.rows import ListRow, Problem
from server.rules.members.texts import Unfit
from server.rules.reader import shown
from server.rules.sessions.columns import ListColumns
from server.rules.sessions.held import (
    BodySession,
    read_id,
    read_kind,
    read_name,
    read_place,
    read_series,
)
from server.rules.sessions.partial import Span, read_span
from wire.folding import folded

_NAMES: Final = {"name_ar": "ar", "name_fr": "fr"}
_CAME: Final = frozenset(map(folded, ("yes", "y", "oui", "o", "x", "1", "present", "présent", "présente")))
_CAME_IN_ARABIC: Final = frozenset(map(folded, ("نعم", "حاضر", "حاضرة")))
_DID_NOT: Final = frozenset(map(folded, ("", "no", "n", "non", "0", "-", "absent", "absente")))
_DID_NOT_IN_ARABIC: Final = frozenset(map(folded, ("لا", "غائب", "غائبة")))
_TICKS: Final = frozenset("✓✔☑√")


@dataclass(slots=True)
class SessionRow:
    """A row of a list of sessions; ``session`` is None where there are problems."""

    number: int
    cells: Sequence[str]
    session: BodySession | None = None
    problems: list[Problem] = field(default_factory=list)


@dataclass(slots=True)
class RollRow:
    """A row of a roll: who, for whom, and whether that one was there; not to be used where problems are."""

    number: int
    cells: Sequence[str]
    who: str = ""
    behalf: str = ""
    attended: bool = True
    problems: list[Problem] = field(default_factory=list)


def session_of(
    said: Mapping[str, str], territory_of: Callable[[str], str], before: BodySession | None = None
) -> tuple[BodySession | None, list[tuple[str, Unfit]]]:
    """Make a session of texts by field; what is not said stays as ``before``.

    Gives None where something is wrong, and all that is, by field. ``territory_of`` raises :class:`Unfit`.
    """
    wrong: list[tuple[str, Unfit]] = []

    def read(name: str, reader: Callable[[str], object], otherwise: object) -> object:
        try:
            return reader(said[name]) if name in said else otherwise
        except Unfit as problem:
            wrong.append((name, problem))
            return otherwise

    found = before or BodySession(session="", names={})
    session = read("session", lambda text: read_id(text, "session"), found.session)
    names = dict(found.names)
    for name, language in _NAMES.items():
        names[language] = str(read(name, read_name, names.get(language, "")))
    span = read("date", read_span, found.span)
    assert isinstance(span, Span)  # noqa: S101 - for the types: it is one, or as it was before
    made = BodySession(
        session=str(session),
        names={language: name for language, name in names.items() if name},
        kind=str(read("kind", read_kind, found.kind)),
        series=str(read("series", read_series, found.series)),
        territory=str(read("territory", lambda text: territory_of(text) if text else "", found.territory)),
        place=str(read("place", read_place, found.place)),
        first_day=span.first,
        last_day=span.last,
    )
    if not made.names and not any(name in _NAMES for name, _ in wrong):
        wrong.append(("name_fr", Unfit("the session has no name", "write it in Arabic, in French, or both")))
    return (None if wrong else made), wrong


def session_row(
    row: ListRow,
    columns: ListColumns,
    territory_of: Callable[[str], str],
    before_of: Callable[[str], BodySession | None],
) -> SessionRow:
    """Read a row of a list of sessions; ``before_of`` gives one that is there by its id. Never raises."""
    found = SessionRow(row.number, row.cells, problems=_flaws(row, columns))
    said = columns.cells(row.cells)
    session, wrong = session_of(said, territory_of, before_of(said.get("session", "")))
    found.problems += [Problem(columns.name_of(name), each.what, each.instead) for name, each in wrong]
    found.session = None if found.problems else session
    return found


def roll_row(row: ListRow, columns: ListColumns) -> RollRow:
    """Read a row of a roll; never raises."""
    said = columns.cells(row.cells)
    found = RollRow(row.number, row.cells, said.get("who", ""), said.get("behalf", ""))
    found.problems += _flaws(row, columns)
    if not found.who and not found.problems:
        what, instead = "nobody is named here", "write a number of a member or card, or a contact's name"
        found.problems.append(Problem(columns.name_of("who"), what, instead))
    if "attended" in said:
        text = folded(said["attended"])
        found.attended = text in _CAME | _CAME_IN_ARABIC or said["attended"] in _TICKS - {""}
        if not found.attended and text not in _DID_NOT | _DID_NOT_IN_ARABIC:
            what = f"{shown(said['attended'])} says neither that somebody came nor the contrary"
            found.problems.append(
                Problem(columns.name_of("attended"), what, "write yes or no, or x or nothing")
            )
    return found


def _flaws(row: ListRow, columns: ListColumns) -> list[Problem]:
    names = columns.names
    return [
        Problem(names[at] if at < len(names) else str(at + 1), what, instead)
        for at, what, instead in row.flaws
    ]
