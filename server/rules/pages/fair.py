"""A fair's page as texts in one language: what a template draws first, and what the stream brings.

Both take it from here, so a page that was just opened and one that has been open all day read
the same. Everything is plain text: escaping is the template's, and ``textContent`` the browser's.
"""

import msgspec

from server.rules.pages.board import Board, Counts, Hour, Standing
from server.rules.sentences import Health, KioskNow, Sentence
from server.rules.wording import Words


class Figure(msgspec.Struct, frozen=True):
    """A large number with its title above and a note below."""

    id: str
    title: str
    value: str
    note: str


class HourRow(msgspec.Struct, frozen=True):
    """An hour in the chart and in the table behind it."""

    label: str
    shown: int | None
    before: int | None
    shown_text: str
    before_text: str


class BoothRow(msgspec.Struct, frozen=True):
    """A booth in its order; ``share`` is its bar's length in percent."""

    id: str
    name: str
    own: bool
    share: int
    visits: str
    people: str


class KioskRow(msgspec.Struct, frozen=True):
    """A kiosk as a sentence."""

    id: str
    name: str
    booth: str
    health: str
    word: str
    sentence: str
    advice: str


class Page(msgspec.Struct, frozen=True):
    """Everything on a fair's page that may change while it is open.

    ``visits`` and ``attendance`` are the fair's totals as numbers, for programs that listen.
    ``closed`` says since when the fair is closed; empty where it goes on.
    """

    fair: str
    title: str
    place: str
    closed: str
    day: str
    visits: int
    attendance: int
    shown_word: str
    before_word: str
    summary: str
    figures: list[Figure]
    hours: list[HourRow]
    booths: list[BoothRow]
    kiosks: list[KioskRow]
    kiosks_note: str


def page_of(board: Board, words: Words) -> Page:
    """Put a board into words."""
    fair = board.definition.fair
    shown_word = words.text("Today") if board.is_today else words.short_day(board.day)
    before_word = words.short_day(board.before) if board.before else ""
    visits, attendance = board.total
    return Page(
        fair=fair.id,
        title=words.name(fair.names, fair.id),
        place=words.name(fair.venue),
        closed=_closed(board, words),
        day=_day(board, words),
        visits=visits,
        attendance=attendance,
        shown_word=shown_word,
        before_word=before_word,
        summary=_summary(board, words),
        figures=_figures(board, words, shown_word, before_word),
        hours=[_hour(hour, words) for hour in board.hours],
        booths=[_booth(standing, words) for standing in board.booths],
        kiosks=[_kiosk(board, kiosk, sentence, words) for kiosk, sentence in board.kiosks],
        kiosks_note=_kiosks_note(board, words),
    )


def _day(board: Board, words: Words) -> str:
    days = board.definition.fair.days
    day = words.day(board.day)
    if not board.day_number:
        return day
    number = words.text(
        "day {number} of {count}", number=words.number(board.day_number), count=words.number(len(days))
    )
    return f"{number} · {day}"


def _closed(board: Board, words: Words) -> str:
    if board.closed_at is None:
        return ""
    since = words.past(board.closed_at, board.definition.fair.timezone, board.now)
    return words.text("Closed since {since}", since=since)


def _figures(board: Board, words: Words, shown_word: str, before_word: str) -> list[Figure]:
    def before(count: int) -> str:
        if not board.before:
            return words.text("no visits before")
        return words.text("{day}: {count}", day=before_word, count=words.number(count))

    visits, attendance = board.shown
    return [
        Figure(
            "attendance",
            words.text("Attendance · {day}", day=shown_word),
            words.number(attendance),
            before(board.shown_before[1]),
        ),
        Figure(
            "visits",
            words.text("Visits · {day}", day=shown_word),
            words.number(visits),
            before(board.shown_before[0]),
        ),
        Figure(
            "each", words.text("Booths each"), _each(board.shown, words), words.text("visits by each visitor")
        ),
        Figure(
            "total",
            words.text("Since the fair began"),
            words.number(board.total[1]),
            words.counted("{count} visit in all", "{count} visits in all", board.total[0]),
        ),
        _kiosks_figure(board, words),
    ]


def _kiosks_figure(board: Board, words: Words) -> Figure:
    """Say how many kiosks are there; once the fair is closed, how many may be put away."""
    title, count = words.text("Kiosks connected"), board.connected
    if board.closed_at is not None:
        title, count = words.text("Kiosks wiped"), board.wiped
    value = words.text("{count} of {all}", count=words.number(count), all=words.number(len(board.kiosks)))
    return Figure("kiosks", title, value, _waiting(board, words))


def _each(counts: Counts, words: Words) -> str:
    visits, attendance = counts
    return words.ratio(visits / attendance) if attendance else "–"  # noqa: RUF001 - a dash that stands for no number


def _waiting(board: Board, words: Words) -> str:
    if not board.waiting:
        return words.text("nothing waiting")
    return words.counted("{count} fact waiting, safe", "{count} facts waiting, safe", board.waiting)


def _kiosks_note(board: Board, words: Words) -> str:
    if not board.kiosks:
        return words.text("No kiosk yet.")
    troubled = sum(sentence.health is not Health.GOOD for _, sentence in board.kiosks)
    if board.closed_at is not None and board.wiped == len(board.kiosks):
        return words.text("Every kiosk may be put away.")
    if not troubled:
        return words.text("All is well.")
    return words.counted("{count} kiosk to look at", "{count} kiosks to look at", troubled)


def _summary(board: Board, words: Words) -> str:
    """Say what the chart shows, for those who do not see it."""
    counted = [hour for hour in board.hours if hour.shown]
    if not counted:
        return words.text("No visit yet.")
    peak = max(counted, key=lambda hour: hour.shown or 0)
    return words.counted(
        "Most at {hour}: {count} visit",
        "Most at {hour}: {count} visits",
        peak.shown or 0,
        hour=words.clock(peak.minute),
    )


def _hour(hour: Hour, words: Words) -> HourRow:
    return HourRow(
        label=words.clock(hour.minute),
        shown=hour.shown,
        before=hour.before,
        shown_text="" if hour.shown is None else words.number(hour.shown),
        before_text="" if hour.before is None else words.number(hour.before),
    )


def _booth(standing: Standing, words: Words) -> BoothRow:
    booth = standing.booth
    return BoothRow(
        id=booth.id,
        name=words.name(booth.names, booth.id),
        own=not booth.partner,
        share=standing.share,
        visits=words.number(standing.visits),
        people=words.number(standing.attendance),
    )


def _kiosk(board: Board, kiosk: KioskNow, sentence: Sentence, words: Words) -> KioskRow:
    booths = {booth.id: booth for booth in board.definition.booths}
    zone = board.definition.fair.timezone
    booth = booths.get(kiosk.booth)
    # A kiosk that was put away works no more, and that is well.
    is_done = kiosk.fair_closed and sentence.health is Health.GOOD
    return KioskRow(
        id=kiosk.device,
        name=kiosk.name,
        booth=words.name(booth.names, booth.id) if booth else kiosk.booth,
        health=sentence.health,
        word=words.text("done") if is_done else words.health(sentence.health),
        sentence=" · ".join(words.phrase(phrase, zone, board.now) for phrase in sentence.says),
        advice=" ".join(words.advice(advice) for advice in sentence.advice),
    )
