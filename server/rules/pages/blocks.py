"""What the pages of a hall have in common, as texts: days, hours, rankings, kiosks as sentences."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

import msgspec

from server.rules.pages.days import Hour
from server.rules.pages.numbers import Numbers
from server.rules.scans import OVER_MINUTES
from server.rules.sentences import Health, KioskNow, Sentence
from server.rules.wording import Words
from wire.described import Names


class HourRow(msgspec.Struct, frozen=True):
    """An hour in the chart and in the table behind it."""

    label: str
    shown: int | None
    before: int | None
    shown_text: str
    before_text: str


class Ranked(msgspec.Struct, frozen=True):
    """A name in its order; ``share`` is its bar's length in percent, ``people`` and ``pace`` stand beside.

    ``is_there``: it has a page of its own. ``is_ranked``: it stands in the order, and not in the table alone.
    """

    id: str
    name: str
    share: int
    value: str
    people: str
    own: bool = False
    pace: str = ""
    is_there: bool = True
    is_ranked: bool = True


class KioskRow(msgspec.Struct, frozen=True):
    """A kiosk as a sentence."""

    id: str
    name: str
    booth: str
    health: str
    word: str
    sentence: str
    advice: str


def hour_rows(hours: Iterable[Hour], words: Words) -> list[HourRow]:
    """Put hours into words."""
    return [
        HourRow(
            label=words.clock(hour.minute),
            shown=hour.shown,
            before=hour.before,
            shown_text="" if hour.shown is None else words.number(hour.shown),
            before_text="" if hour.before is None else words.number(hour.before),
        )
        for hour in hours
    ]


def summary_of(hours: Sequence[Hour], words: Words) -> str:
    """Say what the chart of hours shows, for those who do not see it."""
    counted = [hour for hour in hours if hour.shown]
    if not counted:
        return words.text("No visit yet.")
    peak = max(counted, key=lambda hour: hour.shown or 0)
    return words.counted(
        "Most at {hour}: {count} visit",
        "Most at {hour}: {count} visits",
        peak.shown or 0,
        hour=words.clock(peak.minute),
    )


def ranked(counts: Sequence[tuple[str, str, Numbers]], words: Words) -> list[Ranked]:
    """Put (id, name, counts) in their order into rows; bars are of people."""
    most = max((numbers.attendance for _, _, numbers in counts), default=0) or 1
    return [
        Ranked(
            id=key,
            name=name,
            share=round(100 * numbers.attendance / most),
            value=words.number(numbers.visits),
            people=words.number(numbers.attendance),
        )
        for key, name, numbers in counts
    ]


def kiosk_rows(
    kiosks: Iterable[tuple[KioskNow, Sentence]],
    booths: Mapping[str, Names],
    zone: str,
    now: int,
    words: Words,
) -> list[KioskRow]:
    """Put kiosks into sentences; ``booths`` are names by id."""
    return [_kiosk(kiosk, sentence, booths, zone, now, words) for kiosk, sentence in kiosks]


def _kiosk(  # noqa: PLR0917 - what a sentence is made of
    kiosk: KioskNow, sentence: Sentence, booths: Mapping[str, Names], zone: str, now: int, words: Words
) -> KioskRow:
    # A kiosk that was put away works no more, and that is well.
    is_done = kiosk.fair_closed and sentence.health is Health.GOOD
    return KioskRow(
        id=kiosk.device,
        name=kiosk.name,
        booth=words.name(booths.get(kiosk.booth, {}), kiosk.booth),
        health=sentence.health,
        word=words.text("done") if is_done else words.health(sentence.health),
        sentence=" · ".join(words.phrase(phrase, zone, now) for phrase in sentence.says),
        advice=" ".join(words.advice(advice) for advice in sentence.advice),
    )


def kiosks_note(kiosks: Sequence[tuple[KioskNow, Sentence]], words: Words) -> str:
    """Say how all kiosks do together."""
    if not kiosks:
        return words.text("No kiosk yet.")
    troubled = sum(sentence.health is not Health.GOOD for _, sentence in kiosks)
    if all(kiosk.wiped for kiosk, _ in kiosks):
        return words.text("Every kiosk may be put away.")
    if not troubled:
        return words.text("All is well.")
    return words.counted("{count} kiosk to look at", "{count} kiosks to look at", troubled)


def pace_text(scans: float, words: Words) -> str:
    """Write scans a minute."""
    return words.text("{number} a minute", number=words.ratio(scans))


def pace_meaning(words: Words) -> str:
    """Say what scans a minute mean."""
    return words.counted(
        "Scans a minute: the mean of the last {count} minute, of kiosks that have a network.",
        "Scans a minute: the mean of the last {count} minutes, of kiosks that have a network.",
        OVER_MINUTES,
    )


def closed_text(closed_at: int | None, zone: str, now: int, words: Words) -> str:
    """Say since when a fair is closed; nothing where it goes on."""
    if closed_at is None:
        return ""
    return words.text("Closed since {since}", since=words.past(closed_at, zone, now))


def day_text(day: date, days: Sequence[date], words: Words) -> str:
    """Name a day, and say which one of the fair's it is."""
    text = words.day(day)
    if day not in days:
        return text
    number, count = words.number(days.index(day) + 1), words.number(len(days))
    return f"{words.text('day {number} of {count}', number=number, count=count)} · {text}"


def day_word(day: date, words: Words, *, is_today: bool) -> str:
    """Name the day shown in a word."""
    return words.text("Today") if is_today else words.short_day(day)


def compared(before: date | None, count: int, words: Words) -> str:
    """Say what it was on the day beside."""
    if before is None:
        return words.text("no visits before")
    return words.text("{what}: {said}", what=words.short_day(before), said=words.number(count))
