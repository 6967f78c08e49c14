"""A fair's page as texts in one language: how it goes, at a glance."""

from datetime import date
from typing import Final

import msgspec

from server.rules.pages import blocks
from server.rules.pages.blocks import HourRow, KioskRow, Ranked
from server.rules.pages.board import Board, board_of, top
from server.rules.pages.days import local_hour
from server.rules.pages.fair_data import FairData
from server.rules.pages.figure import BEST_FACE, Figure, each, mean_face
from server.rules.pages.numbers import Numbers
from server.rules.sentences import Health, KioskNow, Sentence
from server.rules.stats import NO_TERRITORY
from server.rules.table import NOTHING
from server.rules.usual_names import category_name, sector_name
from server.rules.wording import Words

TOP_TERRITORIES: Final = 6
_OTHERS: Final = "others"
_FEW_KIOSKS: Final = 8


class DayRow(msgspec.Struct, frozen=True):
    """A day of the fair beside the others; ``is_shown`` above, or the one that ``is_beside`` it."""

    id: str
    label: str
    visits: str
    people: str
    registered: str
    first: str
    visits_count: int
    people_count: int
    is_shown: bool
    is_beside: bool


class Page(msgspec.Struct, frozen=True):
    """Everything on a fair's page that may change while it is open.

    ``visits`` and ``attendance`` are the fair's totals as numbers, for programs that listen.
    ``closed`` says since when the fair is closed; empty where it goes on. ``worst`` is the health of the
    kiosk that is worst, ``more_kiosks`` says how many stand in no row of their own.
    """

    fair: str
    title: str
    when: str
    place: str
    closed: str
    visits: int
    attendance: int
    shown_word: str
    before_word: str
    summary: str
    figures: list[Figure]
    hours: list[HourRow]
    booths: list[Ranked]
    pace_meaning: str
    categories: list[Ranked]
    sectors: list[Ranked]
    territories: list[Ranked]
    days: list[DayRow]
    sign_ups: str
    feedback: str
    kiosks: list[KioskRow]
    kiosks_note: str
    worst: str
    more_kiosks: str


def words_of(data: FairData, words: Words, now: int) -> Page:
    """Put what was read of a fair into words."""
    return page_of(board_of(data, now), words)


def page_of(board: Board, words: Words) -> Page:
    """Put a board into words."""
    data = board.data
    kiosks = _kiosks(board)
    names = {booth.id: booth.names for booth in data.booths}
    more = len(board.kiosks) - len(kiosks)
    return Page(
        fair=data.fair,
        title=words.name(data.names, data.fair),
        when=blocks.day_text(board.day, data.days, words),
        place=words.name(data.venue),
        closed=blocks.closed_text(data.closed_at, data.timezone, board.now, words),
        visits=data.total.visits,
        attendance=data.total.attendance,
        shown_word=blocks.day_word(board.day, words, is_today=board.is_today),
        before_word=words.short_day(board.before) if board.before else "",
        summary=blocks.summary_of(board.hours, words),
        figures=_figures(board, words),
        hours=blocks.hour_rows(board.hours, words),
        booths=_booths(board, words),
        pace_meaning=blocks.pace_meaning(words),
        categories=_categories(data, words),
        sectors=_sectors(data, words),
        territories=_territories(data, words),
        days=_days(board, words),
        sign_ups=_sign_ups(data, words),
        feedback=_feedback(data, words),
        kiosks=blocks.kiosk_rows(kiosks, names, data.timezone, board.now, words),
        kiosks_note=blocks.kiosks_note(board.kiosks, words),
        worst=board.kiosks[0][1].health if board.kiosks else Health.GOOD,
        more_kiosks=words.counted("and {count} that works", "and {count} that work", more) if more else "",
    )


# -- large numbers -----------------------------------------------------------------------------


def _figures(board: Board, words: Words) -> list[Figure]:
    data, shown, before = board.data, board.shown, board.shown_before
    day = blocks.day_word(board.day, words, is_today=board.is_today)

    def figure(name: str, title: str, count: int, earlier: int) -> Figure:
        return Figure(name, title, words.number(count), blocks.compared(board.before, earlier, words))

    return [
        figure("attendance", words.text("Attendance · {day}", day=day), shown.attendance, before.attendance),
        _inside(board, words),
        figure("visits", words.text("Visits · {day}", day=day), shown.visits, before.visits),
        Figure(
            "each",
            words.text("Booths each"),
            each(shown.visits, shown.attendance, words),
            words.text("visits by each visitor"),
        ),
        figure(
            "registrations",
            words.text("Registered · {day}", day=day),
            shown.registrations,
            before.registrations,
        ),
        Figure(
            "first",
            words.text("First time · {day}", day=day),
            words.number(shown.first_timers),
            words.counted("of {count} in all", "of {count} in all", data.first_timers),
        ),
        Figure(
            "total",
            words.text("Since the fair began"),
            words.number(data.total.attendance),
            words.counted("{count} visit in all", "{count} visits in all", data.total.visits),
        ),
        _kiosks_figure(board, words),
    ]


def _inside(board: Board, words: Words) -> Figure:
    title = words.text("Inside now, estimated")
    if board.inside is None:
        counts = board.data.has_doors
        note = words.text("the day is over") if counts else words.text("nobody counts at the doors")
        return Figure("inside", title, NOTHING, note)
    note = words.text("entries minus exits")
    if board.inside.most:
        _, minute = local_hour(board.inside.most_at, board.data.timezone)
        most = words.number(board.inside.most)
        note = words.text("most: {count} at {hour}", count=most, hour=words.clock(minute))
    return Figure("inside", title, words.number(board.inside.now), note)


def _kiosks_figure(board: Board, words: Words) -> Figure:
    """Say how many kiosks are there; once the fair is closed, how many may be put away."""
    title, count = words.text("Kiosks connected"), board.connected
    if board.data.closed_at is not None:
        title, count = words.text("Kiosks wiped"), board.wiped
    value = words.text("{count} of {all}", count=words.number(count), all=words.number(len(board.kiosks)))
    waiting = words.counted("{count} fact waiting, safe", "{count} facts waiting, safe", board.waiting)
    return Figure("kiosks", title, value, waiting if board.waiting else words.text("nothing waiting"))


# -- rankings ----------------------------------------------------------------------------------


def _booths(board: Board, words: Words) -> list[Ranked]:
    return [
        Ranked(
            id=standing.booth.id,
            name=words.name(standing.booth.names, standing.booth.id),
            share=standing.share,
            value=words.number(standing.booth.visits),
            people=words.number(standing.booth.attendance),
            own=standing.booth.own,
            pace=blocks.pace_text(standing.pace, words) if board.is_today else "",
            is_there=bool(standing.booth.names),
            is_ranked=standing.booth.is_ranked,
        )
        for standing in board.booths
    ]


def _categories(data: FairData, words: Words) -> list[Ranked]:
    # The five stand there from the beginning, and what is not known where there is such.
    known = ("active", "retired", "widow", "child", "other")
    counts = {**dict.fromkeys(known, Numbers()), **data.by_category}
    return blocks.ranked(
        [(key, category_name(key, data.categories, words), count) for key, count in counts.items()],
        words,
    )


def _sectors(data: FairData, words: Words) -> list[Ranked]:
    return blocks.ranked([(key, sector_name(key, words), count) for key, count in top(data.by_sector)], words)


def _territories(data: FairData, words: Words) -> list[Ranked]:
    """Name those from which most have come; people of the others are nobody's twice."""
    ordered = sorted(data.territories, key=lambda each: (-each.attendance, -each.visits, each.id))
    known = [each for each in ordered if each.id != NO_TERRITORY]
    first, rest = known[:TOP_TERRITORIES], known[TOP_TERRITORIES:]
    rows = [
        (each.id, words.name(each.names, each.id), Numbers(each.visits, each.attendance)) for each in first
    ]
    if rest:
        name = words.counted("{count} other territory", "{count} other territories", len(rest))
        visits, people = sum(each.visits for each in rest), sum(each.attendance for each in rest)
        rows.append((_OTHERS, name, Numbers(visits, people)))
    rows += [
        (each.id, words.text("Not known"), Numbers(each.visits, each.attendance))
        for each in ordered
        if each.id == NO_TERRITORY
    ]
    return blocks.ranked(rows, words)


# -- days, and what members did besides --------------------------------------------------------


def _days(board: Board, words: Words) -> list[DayRow]:
    days = sorted({*board.data.by_day, *(day.isoformat() for day in board.data.days)})
    return [_day(board, day, words) for day in days]


def _day(board: Board, key: str, words: Words) -> DayRow:
    numbers = board.data.by_day.get(key)
    day = date.fromisoformat(key)
    return DayRow(
        id=key,
        label=words.short_day(day),
        visits=words.number(numbers.visits) if numbers else NOTHING,
        people=words.number(numbers.attendance) if numbers else NOTHING,
        registered=words.number(numbers.registrations) if numbers else NOTHING,
        first=words.number(numbers.first_timers) if numbers else NOTHING,
        visits_count=numbers.visits if numbers else 0,
        people_count=numbers.attendance if numbers else 0,
        is_shown=day == board.day,
        is_beside=day == board.before,
    )


def _sign_ups(data: FairData, words: Words) -> str:
    if not data.sign_ups and not data.in_doubt:
        return words.text("No sign-up yet.")
    text = words.counted("{count} sign-up", "{count} sign-ups", data.sign_ups)
    offers = words.counted("to {count} offer", "to {count} offers", data.offers)
    doubt = words.counted("{count} in doubt", "{count} in doubt", data.in_doubt) if data.in_doubt else ""
    return " · ".join(filter(None, (text, offers, doubt)))


def _feedback(data: FairData, words: Words) -> str:
    if not data.feedback:
        return words.text("No feedback yet.")
    parts = [words.counted("{count} feedback", "{count} feedbacks", data.feedback)]
    if data.mean_face is not None:
        mean, best = mean_face(data.mean_face, words), words.number(BEST_FACE)
        parts.append(words.text("{mean} of {best}", mean=mean, best=best))
    if data.urgent:
        parts.append(words.counted("{count} urgent", "{count} urgent", data.urgent))
    return " · ".join(parts)


def _kiosks(board: Board) -> list[tuple[KioskNow, Sentence]]:
    """Give the kiosks that have a row: all where they are few, else those to look at."""
    if len(board.kiosks) <= _FEW_KIOSKS:
        return list(board.kiosks)
    return [entry for entry in board.kiosks if entry[1].health is not Health.GOOD]
