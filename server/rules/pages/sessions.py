"""The pages of sessions without a name on them: those of a fair, those of the body, and one of the body's."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from server.rules.pages.figure import Figure, share
from server.rules.pages.session_data import Recommended, SessionAlone, SessionSeen, SessionsSeen
from server.rules.sessions.held import ALL
from server.rules.sessions.matrix import today_of
from server.rules.sessions.partial import in_words
from server.rules.table import NOTHING
from server.rules.wording import Words

_WHOLE: Final = 100


@dataclass(frozen=True, slots=True)
class SessionLine:
    """A session; ``share`` is its bar's length in percent, None where there is nothing to share yet."""

    id: str
    address: str
    name: str
    about: list[str]
    when: str
    invited: str
    present: str
    attended: str
    absent: str
    rate: str
    share: int | None
    roll: str


@dataclass(frozen=True, slots=True)
class RecommendationLine:
    """A recommendation; ``is_open`` until somebody says that it is done."""

    id: str
    number: int
    text: str
    session: str
    address: str
    word: str
    is_open: bool


@dataclass(frozen=True, slots=True)
class SeriesLine:
    """A series, and where its matrix is."""

    id: str
    name: str
    address: str
    count: str


@dataclass(frozen=True, slots=True)
class SessionsPage:
    """Everything on a page of sessions. ``is_body`` where they belong to no fair."""

    title: str
    when: str
    note: str
    is_body: bool
    figures: list[Figure]
    sessions: list[SessionLine]
    recommendations: list[RecommendationLine]
    recommended_note: str
    series: list[SeriesLine]


@dataclass(frozen=True, slots=True)
class SessionPage:
    """Everything on the page of one session of the body."""

    title: str
    when: str
    about: list[str]
    figures: list[Figure]
    share: int | None
    rate_note: str
    recommendations: list[RecommendationLine]
    recommended_note: str
    roll: str
    decides: bool


def page_of(seen: SessionsSeen, words: Words, now: int) -> SessionsPage:
    """Put sessions into words at ``now``, ms UTC."""
    lines = [session_line(each, seen.fair, seen.with_rolls, words, now) for each in _in_order(seen)]
    return SessionsPage(
        title=words.text("Sessions") if seen.fair else words.text("Meetings and trainings"),
        when=words.name(seen.names) if seen.fair else "",
        note=words.counted("{count} session", "{count} sessions", len(lines)) if lines else "",
        is_body=not seen.fair,
        figures=_figures(seen, words, now),
        sessions=lines,
        recommendations=recommendation_lines(seen.recommended, words),
        recommended_note=_recommended_note(seen.recommended, words),
        series=_series(seen, words),
    )


def session_page(seen: SessionAlone, words: Words, now: int) -> SessionPage:
    """Put one session of the body into words."""
    session = seen.session
    line = session_line(session, "", [session.id] if seen.with_roll else [], words, now)
    return SessionPage(
        title=line.name,
        when=line.when,
        about=line.about,
        figures=[
            Figure("invited", words.text("Invited"), line.invited, ""),
            Figure("present", words.text("Present"), line.present, _besides(session, words)),
            Figure("absent", words.text("Absent"), line.absent, ""),
            Figure("rate", words.text("Attendance rate"), line.rate, _of(session, words)),
        ],
        share=line.share,
        rate_note=_of(session, words),
        recommendations=recommendation_lines(seen.recommended, words),
        recommended_note=_recommended_note(seen.recommended, words),
        roll=line.roll,
        decides=seen.with_roll,
    )


def session_line(
    session: SessionSeen, fair: str, with_rolls: Sequence[str], words: Words, now: int
) -> SessionLine:
    """Put one session into words."""
    has_list, is_held = session.invited is not None, was_held(session, now)
    invited = session.invited or 0
    home = f"/fair/{fair}/sessions/{session.id}" if fair else f"/sessions/{session.id}"
    may_see_names = session.id in with_rolls
    clocks = [clock for clock in (session.starts, session.ends) if clock]
    when = in_words(session.span, words) if session.first_day or not fair else ""
    about = (
        kind_word(session.kind, words),
        words.name(session.room),
        session.place,
        words.name(session.territory),
        session.series,
    )
    return SessionLine(
        id=session.id,
        address="" if fair else home,
        name=words.name(session.names, session.id),
        about=[text for text in about if text],
        when=" · ".join(filter(None, (when, _between(clocks, words)))),
        invited=words.number(invited) if has_list else words.text("everyone"),
        present=words.number(session.present if has_list else session.attended) if is_held else NOTHING,
        attended=words.number(session.attended),
        absent=words.number(invited - session.present) if has_list and is_held else NOTHING,
        rate=share(session.present, invited, words) if has_list and is_held else NOTHING,
        share=round(_WHOLE * session.present / invited) if invited and is_held else None,
        roll=(home if fair else f"{home}/roll") if may_see_names else "",
    )


def was_held(session: SessionSeen, now: int) -> bool:
    """Say whether a session is over, or somebody has come: before, nobody is absent."""
    return session.attended > 0 or session.span.is_over(today_of(now))


def kind_word(kind: str, words: Words) -> str:
    """Name a kind of session."""
    known = {
        "meeting": words.text("Meeting"),
        "workshop": words.text("Workshop"),
        "training": words.text("Training"),
    }
    return known.get(kind, kind)


def recommendation_lines(found: Sequence[Recommended], words: Words) -> list[RecommendationLine]:
    """Put recommendations into words: open ones first."""
    in_order = sorted(found, key=lambda each: each.done_at is not None)
    return [
        RecommendationLine(
            id=f"{each.session}-{each.number}",
            number=each.number,
            text=words.name(each.texts),
            session=words.name(each.names, each.session),
            address=f"/sessions/{each.session}",
            word=words.text("open") if each.done_at is None else words.text("done"),
            is_open=each.done_at is None,
        )
        for each in in_order
    ]


def series_name(series: str, words: Words) -> str:
    """Name a series; all sessions are one, too."""
    return words.text("All sessions") if series == ALL else series


def _in_order(seen: SessionsSeen) -> list[SessionSeen]:
    return sorted(seen.sessions, key=lambda each: (each.span.order, each.starts, each.id))


def _figures(seen: SessionsSeen, words: Words, now: int) -> list[Figure]:
    held = [each for each in seen.sessions if was_held(each, now)]
    listed = [each for each in held if each.invited is not None]
    invited, present = sum(each.invited or 0 for each in listed), sum(each.present for each in listed)
    attended = sum(each.attended for each in held)
    found = [
        Figure(
            "rate",
            words.text("Attendance rate"),
            share(present, invited, words),
            words.text("{count} of {all} invited", count=words.number(present), all=words.number(invited)),
        ),
        Figure(
            "attended",
            words.text("Present"),
            words.number(attended),
            words.text("at all sessions, one by one"),
        ),
        Figure(
            "held",
            words.text("Sessions held"),
            words.text(
                "{count} of {all}", count=words.number(len(held)), all=words.number(len(seen.sessions))
            ),
            "",
        ),
    ]
    if not seen.fair:
        waiting = sum(each.done_at is None for each in seen.recommended)
        note = words.counted("of {count} recommendation", "of {count} recommendations", len(seen.recommended))
        found.append(Figure("open", words.text("Still to be done"), words.number(waiting), note))
    return found


def _series(seen: SessionsSeen, words: Words) -> list[SeriesLine]:
    """Give the series whose matrix this account may see, and all sessions as one."""
    if seen.fair or not seen.with_rolls:
        return []
    mine = [each for each in _in_order(seen) if each.id in seen.with_rolls]
    counts = {ALL: len(mine)}
    for each in mine:
        if each.series:
            counts[each.series] = counts.get(each.series, 0) + 1
    return [
        SeriesLine(
            id=series,
            name=series_name(series, words),
            address=f"/series/{series}",
            count=words.counted("{count} session", "{count} sessions", count),
        )
        for series, count in counts.items()
    ]


def _besides(session: SessionSeen, words: Words) -> str:
    besides = session.attended - session.present
    if session.invited is None or not besides:
        return ""
    return words.counted("and {count} who was not invited", "and {count} who were not invited", besides)


def _of(session: SessionSeen, words: Words) -> str:
    if session.invited is None:
        return words.text("everyone is welcome")
    return words.text(
        "{count} of {all} invited", count=words.number(session.present), all=words.number(session.invited)
    )


def _between(clocks: Sequence[str], words: Words) -> str:
    if len(clocks) == 2:  # noqa: PLR2004 - from one clock to another
        return words.text("from {first} to {last}", first=clocks[0], last=clocks[1])
    return clocks[0] if clocks else ""


def _recommended_note(found: Sequence[Recommended], words: Words) -> str:
    if not found:
        return ""
    waiting = sum(each.done_at is None for each in found)
    if not waiting:
        return words.text("All of it is done.")
    return words.counted("{count} still to be done", "{count} still to be done", waiting)
