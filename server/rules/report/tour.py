"""The report of a tour: its stops side by side, each beside the one before."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from server.rules.fair import FairDefinition
from server.rules.report.breakdowns import Breakdowns, numbers
from server.rules.report.fair import (
    Stats,
    faces_are_hidden,
    figures_of,
    note_of,
    people_parts,
    served_parts,
    session_row,
    sessions_part,
)
from server.rules.report.leaving import Row, protected
from server.rules.report.model import Part, Report, Shape
from server.rules.report.names import Naming, period
from server.rules.table import Cell, Column, Kind, Table
from server.rules.wording import Words

_WHOLE: Final = ("visits", "registrations")


@dataclass(frozen=True, slots=True)
class Stop:
    """A fair of the tour and its figures."""

    definition: FairDefinition
    stats: Stats


def tour_report(
    stops: Sequence[Stop],
    words: Words,
    *,
    made: datetime,
    of_tour: Stats | None = None,
    leaving: bool = False,
    logo: bytes = b"",
) -> Report:
    """Make the report of a tour. ``of_tour`` are the tour's own figures, which count a member once.

    Without them what can be added up is added up, and people are told stop by stop alone.
    """
    ordered = sorted(stops, key=lambda stop: (min(stop.definition.fair.days), stop.definition.fair.id))
    last = max(ordered, key=lambda stop: max(stop.definition.fair.days)).definition
    naming = _naming(ordered, words)
    stats = {**added(ordered), **(of_tour or {})}
    days = [day for stop in ordered for day in stop.definition.fair.days]
    count = words.counted("{count} stop", "{count} stops", len(ordered))
    return Report(
        words=words,
        body=words.name(last.body.names, last.body.id),
        title=words.name(last.tour_names, last.fair.tour),
        lines=[f"{count} · {period(days, words)}"],
        figures=[each for each in figures_of(stats, words, leaving=leaving) if each.cell is not None],
        parts=list(_parts(ordered, stats, Breakdowns(words, leaving), naming)),
        made=made,
        note=note_of(words, leaving=leaving),
        colour=last.theme.colour,
        accent=last.theme.accent,
        logo=logo,
    )


def added(stops: Sequence[Stop]) -> dict[str, Any]:
    """Add up what stops have in common: visits, sign-ups, opinions; never people, who may come twice."""
    found: dict[str, Any] = {
        name: sum(stop.stats.get(name, 0) for stop in stops)
        for name in _WHOLE
        if any(stop.stats.get(name) is not None for stop in stops)
    }
    offers, faces, topics = (
        _summed(numbers(stop.stats.get(part, {}), name) for stop in stops)
        for part, name in (("sign_ups", "by_offer"), ("feedback", "by_face"), ("feedback", "by_topic"))
    )
    found["sign_ups"] = {"total": sum(offers.values()), "by_offer": offers}
    touched = sum(faces.values())
    mean = sum(int(face) * count for face, count in faces.items()) / touched if touched else None
    told = sum(stop.stats.get("feedback", {}).get("count", 0) for stop in stops)
    found["feedback"] = {"count": told, "mean_face": mean, "by_face": faces, "by_topic": topics}
    return found


def _summed(tables: Iterator[Mapping[str, int]]) -> dict[str, int]:
    found: Counter[str] = Counter()
    for table in tables:
        found.update(table)
    return dict(found)


def _naming(stops: Sequence[Stop], words: Words) -> Naming:
    """Name the things of all stops: a later one may have booths and offers that the last has not."""
    merged: dict[str, dict[str, Any]] = {
        name: {} for name in ("booths", "partners", "offers", "topics", "sessions", "territories")
    }
    for stop in stops:
        for name, known in merged.items():
            known |= {each.id: each for each in getattr(stop.definition, name)}
    definition = stops[-1].definition
    fields = {name: getattr(definition, name) for name in definition.__struct_fields__}
    return Naming(
        FairDefinition(**{**fields, **{name: list(known.values()) for name, known in merged.items()}}), words
    )


def _parts(stops: Sequence[Stop], stats: Stats, of: Breakdowns, naming: Naming) -> Iterator[Part]:
    words = of.words
    yield _side_by_side(stops, of)
    names = {
        stop.definition.fair.id: words.name(stop.definition.fair.names, stop.definition.fair.id)
        for stop in stops
    }
    counted = {
        stop.definition.fair.id: {
            "visits": stop.stats.get("visits", 0),
            "attendance": stop.stats.get("attendance", 0),
        }
        for stop in stops
    }
    title, column = words.text("Visits by stop"), words.text("Stop")
    yield Part(of.counted(title, column, counted, lambda key: names.get(key, key)), bars=1)
    if stats.get("by_sector"):
        title, column = words.text("By sector"), words.text("Sector")
        yield Part(of.counted(title, column, stats["by_sector"], naming.sector), bars=1)
    yield from people_parts(stats, of, naming)
    yield from served_parts(stats, of, naming)
    rows = []
    for stop in stops:
        known = {each.id: each for each in stop.definition.sessions}
        for key, call in stop.stats.get("sessions", {}).items():
            name = f"{naming.session(key)} ({names[stop.definition.fair.id]})"
            day = known[key].day if key in known else ""
            rows.append(session_row(name, day, call, leaving=of.leaving))
    if rows:
        yield sessions_part(rows, words)


def _side_by_side(stops: Sequence[Stop], of: Breakdowns) -> Part:
    """Give the stops in their order; beside visits and people the change from the stop before."""
    words = of.words
    measures = [
        (words.text("Visits"), "visits", True),
        (words.text("People"), "attendance", True),
        (words.text("First-timers"), "first_timers", False),
        (words.text("Registrations"), "registrations", False),
        (words.text("Sign-ups"), "sign_ups", False),
    ]
    columns = [Column(words.text("Stop")), Column(words.text("Days"), Kind.WHOLE)]
    weights = [3.0, 0.8]
    cells: list[list[Cell]] = [
        [words.name(stop.definition.fair.names, stop.definition.fair.id), len(stop.definition.fair.days)]
        for stop in stops
    ]
    for title, name, with_change in measures:
        values = [_value(stop.stats, name) for stop in stops]
        if all(value is None for value in values):
            continue
        shown = _shielded(values) if of.leaving else values
        columns.append(Column(title, Kind.WHOLE))
        weights.append(1.2)
        if with_change:
            columns.append(Column(words.text("Change, %"), Kind.CHANGE))
            weights.append(1.1)
        before: int | None = None
        for row, value in zip(cells, shown, strict=True):
            row.append(value)
            if with_change:
                row.append(_change(before, value))
                before = value
    columns.append(Column(words.text("Satisfaction, of {most}", most="5"), Kind.DECIMAL))
    weights.append(1.3)
    for row, stop in zip(cells, stops, strict=True):
        feedback = stop.stats.get("feedback", {})
        is_hidden = of.leaving and bool(feedback.get("count")) and faces_are_hidden(feedback)
        row.append(None if is_hidden else feedback.get("mean_face"))
    note = words.text("The change is from the stop before.")
    return Part(
        Table(words.text("Stops side by side"), columns, cells), Shape.WIDE, note=note, weights=weights
    )


def _value(stats: Stats, name: str) -> int | None:
    found = stats.get(name)
    return found.get("total") if isinstance(found, Mapping) else found


def _shielded(values: Sequence[int | None]) -> list[int | None]:
    """Leave out counts of 1 to 4, and with them enough of the others that a total does not tell them."""
    published = protected(Row(str(at), (value or 0,)) for at, value in enumerate(values))
    return [None if str(at) in published.hidden else value for at, value in enumerate(values)]


def _change(before: int | None, value: int | None) -> float | None:
    return (value - before) / before if before and value is not None else None
