"""The report of one fair, from its figures as they stand."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final

from server.rules.fair import FairDefinition
from server.rules.figures import NO_SECTOR
from server.rules.report.breakdowns import Breakdowns, numbers
from server.rules.report.leaving import is_small, told
from server.rules.report.model import Figure, Part, Report, Shape
from server.rules.report.names import Naming, face_names, period
from server.rules.table import Cell, Column, Kind, Table
from server.rules.wording import Words

Stats = Mapping[str, Any]
_OF_FIVE: Final = "5"


def fair_report(
    definition: FairDefinition,
    stats: Stats,
    words: Words,
    *,
    made: datetime,
    leaving: bool = False,
    logo: bytes = b"",
) -> Report:
    """Make the report of a fair; ``stats`` are its figures as ``riwaq-server stats`` gives them.

    ``made`` is local time. What the figures do not say is left out.
    """
    lines = [
        words.name(definition.tour_names),
        period(definition.fair.days, words),
        " · ".join(filter(None, (words.name(definition.fair.venue), words.name(definition.fair.hall)))),
    ]
    return Report(
        words=words,
        body=words.name(definition.body.names, definition.body.id),
        title=words.name(definition.fair.names, definition.fair.id),
        lines=[line for line in lines if line],
        figures=list(figures_of(stats, words, leaving=leaving)),
        parts=list(_parts(definition, stats, Breakdowns(words, leaving), Naming(definition, words))),
        made=made,
        note=note_of(words, leaving=leaving),
        colour=definition.theme.colour,
        accent=definition.theme.accent,
        logo=logo,
    )


def note_of(words: Words, *, leaving: bool) -> str:
    """Say on every page how the report may be used."""
    if leaving:
        return words.text("For others: counts under 5 are not shown by themselves.")
    return words.text("For the body alone: breakdowns are complete.")


def figures_of(stats: Stats, words: Words, *, leaving: bool) -> Iterator[Figure]:
    """Give the large numbers, those of them that the figures have."""
    people = stats.get("attendance")
    yield Figure(words.text("Visits"), stats.get("visits"))
    yield Figure(words.text("People who came"), people)
    if stats.get("first_timers") is not None:
        first = told(stats["first_timers"], people or 0) if leaving else stats["first_timers"]
        yield Figure(words.text("Came for the first time"), first)
    if stats.get("registrations") is not None:
        yield Figure(words.text("New registrations"), stats["registrations"])
    sign_ups = stats.get("sign_ups", {}).get("total")
    if sign_ups is not None:
        yield Figure(words.text("Sign-ups to offers"), sign_ups)
    feedback = stats.get("feedback", {})
    if feedback.get("count"):
        yield Figure(words.text("Said their opinion"), feedback["count"])
        mean = feedback.get("mean_face")
        if mean is not None and not (leaving and faces_are_hidden(feedback)):
            yield Figure(words.text("Satisfaction, of {most}", most=_OF_FIVE), float(mean), Kind.DECIMAL)


def _parts(definition: FairDefinition, stats: Stats, of: Breakdowns, naming: Naming) -> Iterator[Part]:
    words = of.words
    # In this order: what is hidden of a day or a sector decides over its hours and booths.
    days = of.days(words.text("By day"), stats.get("by_day", {}))
    yield from _hours(definition, stats, of)
    yield Part(days, bars=1)
    sectors = None
    if stats.get("by_sector"):
        title, column = words.text("By sector"), words.text("Sector")
        sectors = of.counted(title, column, stats["by_sector"], naming.sector, about="sector")
    title, column = words.text("By booth"), words.text("Booth")
    booths = of.counted(
        title,
        column,
        stats.get("by_booth", {}),
        naming.booth,
        within=lambda key: of.group_of("sector", naming.sector_of.get(key, NO_SECTOR)),
    )
    yield Part(booths, bars=1)
    if sectors is not None:
        yield Part(sectors, bars=1)
    yield from people_parts(stats, of, naming)
    yield from served_parts(stats, of, naming)
    yield from _sessions(definition, stats, of, naming)


def people_parts(stats: Stats, of: Breakdowns, naming: Naming) -> Iterator[Part]:
    """Give who came: by category and by territory."""
    words = of.words
    if stats.get("by_category"):
        title, column = words.text("By category"), words.text("Category")
        yield Part(of.counted(title, column, stats["by_category"], naming.category), bars=1)
    if stats.get("by_territory"):
        title, column = words.text("By territory"), words.text("Territory")
        yield Part(of.counted(title, column, stats["by_territory"], naming.territory), bars=1)


def served_parts(stats: Stats, of: Breakdowns, naming: Naming) -> Iterator[Part]:
    """Give what members chose and what they said."""
    words = of.words
    offers = numbers(stats.get("sign_ups", {}), "by_offer")
    if offers:
        rows = []
        for key, count in sorted(offers.items(), key=lambda item: (-item[1], item[0])):
            name, partner = naming.offer(key), naming.offering(key)
            rows.append((key, f"{name} ({partner})" if partner else name, count))
        heads = (words.text("Offer"), words.text("Sign-ups"))
        yield Part(of.plain(words.text("Sign-ups by offer"), heads, rows), bars=1)
    feedback = stats.get("feedback", {})
    if feedback.get("count"):
        faces = [(key, name, _by_face(feedback).get(key, 0)) for key, name in face_names(words).items()]
        heads = (words.text("Opinion"), words.text("Count"))
        yield Part(of.plain(words.text("What members think"), heads, faces), bars=1)
    topics = numbers(feedback, "by_topic")
    if topics:
        ordered = sorted(topics.items(), key=lambda item: (-item[1], item[0]))
        heads = (words.text("Topic"), words.text("Count"))
        rows = [(key, naming.topic(key), count) for key, count in ordered]
        table = of.plain(words.text("What they spoke about"), heads, rows)
        yield Part(table, bars=1)


def _hours(definition: FairDefinition, stats: Stats, of: Breakdowns) -> Iterator[Part]:
    if not stats.get("by_hour"):
        return
    table, hidden = of.hours(of.words.text("Visits by hour"), stats["by_hour"], definition.fair.timezone)
    note = of.words.text("Hours with few visits are not shown by themselves.") if hidden else ""
    yield Part(table, Shape.HOURS, note=note)


def _sessions(definition: FairDefinition, stats: Stats, of: Breakdowns, naming: Naming) -> Iterator[Part]:
    sessions: Mapping[str, Stats] = stats.get("sessions", {})
    if sessions:
        days = {each.id: each.day for each in definition.sessions}
        rows = [
            session_row(naming.session(key), days.get(key, ""), each, leaving=of.leaving)
            for key, each in sessions.items()
        ]
        yield sessions_part(rows, of.words)


def session_row(name: str, day: str, call: Stats, *, leaving: bool) -> list[Cell]:
    """Give a session's row: who came, who was invited, who of them came, and the rate."""
    counts: list[int | None] = [call.get(key) for key in ("attended", "invited", "present")]
    rate = call.get("rate")
    attended, invited, present = counts
    absent = (invited or 0) - (present or 0)
    if leaving and any(is_small(count or 0) for count in (*counts, absent, (attended or 0) - (present or 0))):
        return [name, day, None, None, None, None]
    return [name, day, *counts, None if rate is None else float(rate)]


def sessions_part(rows: list[list[Cell]], words: Words) -> Part:
    """Lay sessions out."""
    columns = [
        Column(words.text("Session")),
        Column(words.text("Day"), Kind.DAY),
        Column(words.text("Attended"), Kind.WHOLE),
        Column(words.text("Invited"), Kind.WHOLE),
        Column(words.text("Of them came"), Kind.WHOLE),
        Column(words.text("Rate"), Kind.SHARE),
    ]
    weights = (3.2, 1.4, 1.0, 1.0, 1.0, 1.0)
    return Part(Table(words.text("Sessions"), columns, rows), Shape.WIDE, weights=weights)


def _by_face(feedback: Stats) -> dict[str, int]:
    found = numbers(feedback, "by_face")
    found["0"] = max(0, int(feedback["count"]) - sum(count for key, count in found.items() if key != "0"))
    return found


def faces_are_hidden(feedback: Stats) -> bool:
    """Say whether a mean would tell what the table of faces does not."""
    return any(map(is_small, _by_face(feedback).values()))
