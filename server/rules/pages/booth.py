"""A booth's page as texts in one language: for the organizers, and for those who stand there."""

from datetime import date

import msgspec

from server.rules.pages import blocks
from server.rules.pages.blocks import HourRow, KioskRow, Ranked
from server.rules.pages.board import in_order, top
from server.rules.pages.booth_data import BoothData
from server.rules.pages.days import hours_beside, local_day, shown_day
from server.rules.pages.figure import Figure, share
from server.rules.pages.numbers import Numbers, OfferNumbers
from server.rules.scans import pace
from server.rules.usual_names import category_name, sector_name
from server.rules.wording import Words


class OfferRow(msgspec.Struct, frozen=True):
    """An offer of this booth. ``doubtful`` is empty where the order of nobody's choices is in doubt."""

    id: str
    name: str
    sign_ups: str
    withdrawn: str
    doubtful: str


class BoothDay(msgspec.Struct, frozen=True):
    """What came to the booth on a day."""

    id: str
    label: str
    visits: str
    people: str


class Page(msgspec.Struct, frozen=True):
    """Everything on a booth's page that may change while it is open."""

    fair: str
    booth: str
    title: str
    when: str
    whose: str
    closed: str
    shown_word: str
    before_word: str
    summary: str
    figures: list[Figure]
    hours: list[HourRow]
    pace_meaning: str
    categories: list[Ranked]
    days: list[BoothDay]
    offers: list[OfferRow]
    kiosks: list[KioskRow]
    kiosks_note: str


def page_of(data: BoothData, words: Words, now: int) -> Page:
    """Put what was read of a booth into words."""
    zone = data.timezone
    today = local_day(now, zone)
    counted = {date.fromisoformat(key) for key in data.by_day}
    day = shown_day(counted.union(data.days), today)
    before = max((other for other in counted if other < day), default=None)
    visits = {hour: numbers.visits for hour, numbers in data.by_hour.items()}
    hours = hours_beside(visits, zone, day, before, now if day == today else None)
    kiosks = in_order(data.kiosks, now)
    return Page(
        fair=data.fair,
        booth=data.booth,
        title=words.name(data.names, data.booth),
        when=blocks.day_text(day, data.days, words),
        whose=_whose(data, words),
        closed=blocks.closed_text(data.closed_at, zone, now, words),
        shown_word=blocks.day_word(day, words, is_today=day == today),
        before_word=words.short_day(before) if before else "",
        summary=blocks.summary_of(hours, words),
        figures=_figures(data, words, day, before, now),
        hours=blocks.hour_rows(hours, words),
        pace_meaning=blocks.pace_meaning(words),
        categories=blocks.ranked(
            [
                (key, category_name(key, data.categories, words), count)
                for key, count in top(data.by_category)
            ],
            words,
        ),
        days=[_day(key, numbers, words) for key, numbers in sorted(data.by_day.items())],
        offers=[_offer(offer, words) for offer in data.offers],
        kiosks=blocks.kiosk_rows(kiosks, {data.booth: data.names}, zone, now, words),
        kiosks_note=blocks.kiosks_note(kiosks, words),
    )


def _whose(data: BoothData, words: Words) -> str:
    """Say at which fair it is, and whose."""
    sector = sector_name(data.sector, words)
    return " · ".join(
        filter(None, (words.name(data.fair_names, data.fair), words.name(data.partner), sector))
    )


def _figures(data: BoothData, words: Words, day: date, before: date | None, now: int) -> list[Figure]:
    word = blocks.day_word(day, words, is_today=day == local_day(now, data.timezone))
    shown = data.by_day.get(day.isoformat(), Numbers())
    earlier = data.by_day.get(before.isoformat(), Numbers()) if before else Numbers()
    scans = pace(((each.booth, each.minute, each.scans) for each in data.scans), now)
    found = [
        Figure(
            "visits",
            words.text("Visits · {day}", day=word),
            words.number(shown.visits),
            blocks.compared(before, earlier.visits, words),
        ),
        Figure(
            "people",
            words.text("Attendance · {day}", day=word),
            words.number(shown.attendance),
            blocks.compared(before, earlier.attendance, words),
        ),
        Figure(
            "pace",
            words.text("Scans a minute"),
            words.ratio(scans.get(data.booth, 0.0)),
            words.text("just now"),
        ),
        Figure(
            "total",
            words.text("Since the fair began"),
            words.number(data.total.attendance),
            words.counted("{count} visit in all", "{count} visits in all", data.total.visits),
        ),
    ]
    if data.fair_visits is not None:
        of_all = share(data.total.visits, data.fair_visits, words)
        found.append(
            Figure("share", words.text("Of all visits"), of_all, words.text("of the fair, since it began"))
        )
    return found


def _day(key: str, numbers: Numbers, words: Words) -> BoothDay:
    return BoothDay(
        id=key,
        label=words.short_day(date.fromisoformat(key)),
        visits=words.number(numbers.visits),
        people=words.number(numbers.attendance),
    )


def _offer(offer: OfferNumbers, words: Words) -> OfferRow:
    doubt = words.counted("{count} in doubt", "{count} in doubt", offer.in_doubt) if offer.in_doubt else ""
    return OfferRow(
        id=offer.id,
        name=words.name(offer.names, offer.id),
        sign_ups=words.number(offer.sign_ups),
        withdrawn=words.number(offer.withdrawn),
        doubtful=doubt,
    )
