"""A fair on a large screen in its hall: numbers alone, in two languages, to be read from afar.

Everybody in the hall sees it. So it has no name of a person and no trouble of a kiosk, nothing that wants
a hand, and no count under five but in the totals: a few people could be told by it.
"""

from typing import Final

import msgspec

from server.rules.pages import blocks
from server.rules.pages.blocks import Ranked
from server.rules.pages.board import Board, board_of
from server.rules.pages.days import Hour, local_minute
from server.rules.pages.fair_data import FairData
from server.rules.report.leaving import LEAST
from server.rules.wording import Words

MOST_BOOTHS: Final = 6
# The same beside the reader's own words: French beside Arabic, Arabic beside every other language.
_BESIDE: Final = {
    "attendance": {"ar": "الحضور اليوم", "fr": "Présence du jour"},
    "total": {"ar": "الحضور منذ البداية", "fr": "Présence depuis le début"},
    "visits": {"ar": "الزيارات", "fr": "Visites"},
    "inside": {"ar": "داخل القاعة الآن (تقدير)", "fr": "Dans la salle (estimé)"},
    "hours": {"ar": "الزيارات حسب الساعة", "fr": "Visites par heure"},
    "booths": {"ar": "الأروقة", "fr": "Espaces"},
}


class Saying(msgspec.Struct, frozen=True):
    """A short text in the reader's language and in another, ``beside_language``."""

    text: str
    beside: str
    beside_language: str


class Number(msgspec.Struct, frozen=True):
    """A number to be read across a hall."""

    id: str
    title: Saying
    value: str


class WallHour(msgspec.Struct, frozen=True):
    """An hour; one with so few visits that they could be told is None, as one that did not come yet."""

    label: str
    shown: int | None
    before: int | None
    shown_text: str
    before_text: str


class Page(msgspec.Struct, frozen=True):
    """Everything on the wall. ``title`` is for the tab; ``name`` and ``name_beside`` are the fair's.

    ``others`` says how many booths follow those that are named.
    """

    fair: str
    title: str
    name: Saying
    when: str
    clock: str
    closed: str
    numbers: list[Number]
    hours_title: Saying
    shown_word: str
    before_word: str
    hours: list[WallHour]
    summary: str
    booths_title: Saying
    booths: list[Ranked]
    others: str


def page_of(data: FairData, words: Words, now: int) -> Page:
    """Put what was read of a fair into words for everybody."""
    board = board_of(data, now)
    booths = [each for each in board.booths if each.booth.is_ranked]
    # A line for one more booth says more than a line that says there is one more.
    named = booths if len(booths) <= MOST_BOOTHS + 1 else booths[:MOST_BOOTHS]
    rest = len(booths) - len(named)
    return Page(
        fair=data.fair,
        title=words.name(data.names, data.fair),
        name=_name(data, words),
        when=blocks.day_text(board.day, data.days, words),
        clock=words.clock(local_minute(now, data.timezone)),
        closed=blocks.closed_text(data.closed_at, data.timezone, now, words),
        numbers=_numbers(board, words),
        hours_title=_saying("hours", words.text("Visits by hour"), words),
        shown_word=blocks.day_word(board.day, words, is_today=board.is_today),
        before_word=words.short_day(board.before) if board.before else "",
        hours=[_hour(hour, words) for hour in board.hours],
        summary=blocks.summary_of([hour for hour in board.hours if (hour.shown or 0) >= LEAST], words),
        booths_title=_saying("booths", words.text("Booths"), words),
        booths=[
            Ranked(
                id=each.booth.id,
                name=words.name(each.booth.names, each.booth.id),
                share=each.share if each.booth.visits >= LEAST else 0,
                value=_told(each.booth.visits, words),
                people="",
                own=each.booth.own,
            )
            for each in named
        ],
        others=words.counted("and {count} more", "and {count} more", rest) if rest else "",
    )


def _numbers(board: Board, words: Words) -> list[Number]:
    """Give today's numbers; on other days those of the whole fair."""
    shown, total = board.shown, board.data.total
    if board.is_today:
        people = Number(
            "attendance",
            _saying("attendance", words.text("People today"), words),
            words.number(shown.attendance),
        )
    else:
        people = Number(
            "attendance",
            _saying("total", words.text("People since the fair began"), words),
            words.number(total.attendance),
        )
    visits = shown.visits if board.is_today else total.visits
    found = [people, Number("visits", _saying("visits", words.text("Visits"), words), words.number(visits))]
    if board.inside is not None:
        title = _saying("inside", words.text("Inside now, estimated"), words)
        found.append(Number("inside", title, words.number(board.inside.now)))
    return found


def _hour(hour: Hour, words: Words) -> WallHour:
    return WallHour(
        label=words.clock(hour.minute),
        shown=_drawn(hour.shown),
        before=_drawn(hour.before),
        shown_text="" if hour.shown is None else _told(hour.shown, words),
        before_text="" if hour.before is None else _told(hour.before, words),
    )


def _drawn(count: int | None) -> int | None:
    return None if count is not None and 0 < count < LEAST else count


def _told(count: int, words: Words) -> str:
    """Write a count that everybody may know."""
    if 0 < count < LEAST:
        return words.text("under {least}", least=words.number(LEAST))
    return words.number(count)


def _name(data: FairData, words: Words) -> Saying:
    other = _other(words)
    name = words.name(data.names, data.fair)
    beside = data.names.get(other, "")
    return Saying(name, "" if beside == name else beside, other)


def _saying(key: str, text: str, words: Words) -> Saying:
    other = _other(words)
    return Saying(text, _BESIDE[key][other], other)


def _other(words: Words) -> str:
    return "fr" if words.language == "ar" else "ar"
