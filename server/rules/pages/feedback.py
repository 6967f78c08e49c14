"""The page of feedback as texts in one language: faces by topic and over time, and the urgent cases."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import date

import msgspec

from server.rules.pages import blocks
from server.rules.pages.days import local_day, local_hour, shown_day
from server.rules.pages.feedback_data import FeedbackSeen, State
from server.rules.pages.figure import BEST_FACE, Figure, mean_face, share
from server.rules.pages.told import ToldRow, face_words, told_row
from server.rules.wording import Words

BEST_FIRST = tuple(range(BEST_FACE, 0, -1))
_HOUR_MIN = 60
_SHOWN_DONE = 10
_WIDE = 100


class FaceRow(msgspec.Struct, frozen=True):
    """A face with its word, how often it was touched, and its share of all faces in percent."""

    face: int
    word: str
    count: str
    percent: str
    share: int


class Piece(msgspec.Struct, frozen=True):
    """A face's piece of a topic's bar: where it begins and how wide it is, in percent, and its count."""

    face: int
    word: str
    start: float
    width: float
    count: int
    text: str


class TopicRow(msgspec.Struct, frozen=True):
    """A topic, its bar from the worst face to the best, and those who touched no face."""

    id: str
    name: str
    value: str
    pieces: list[Piece]
    without: str


class TimeRow(msgspec.Struct, frozen=True):
    """A day or an hour: counts by face, the best first, for the chart and as text; all together."""

    id: str
    label: str
    counts: list[int]
    texts: list[str]
    count: int
    all: str


class FeedbackPage(msgspec.Struct, frozen=True):
    """Everything on the page. ``open_cases`` and ``done_cases`` are None for who sees counts alone."""

    fair: str
    title: str
    when: str
    is_empty: bool
    figures: list[Figure]
    faces: list[FaceRow]
    words: list[str]
    topics: list[TopicRow]
    days: list[TimeRow]
    hours: list[TimeRow]
    hours_title: str
    case_count: str
    open_cases: list[ToldRow] | None
    done_cases: list[ToldRow] | None


def page_of(seen: FeedbackSeen, words: Words, now: int) -> FeedbackPage:
    """Put a fair's feedback into words."""
    place = seen.place
    today = local_day(now, place.zone)
    by_day = _by_day(seen)
    fairs = {date.fromisoformat(day) for day in place.days}
    shown = shown_day([*by_day, *fairs], today)
    names = face_words(words)
    cases = None if seen.cases is None else [told_row(each, place, words, now) for each in seen.cases]
    is_today = shown == today
    return FeedbackPage(
        fair=place.fair,
        title=words.text("Feedback · {fair}", fair=words.name(place.names, place.fair)),
        when=blocks.day_text(shown, sorted(fairs), words),
        is_empty=not any(seen.faces.values()),
        figures=_figures(seen, by_day, shown, words, is_today=is_today),
        faces=_faces(seen.faces, words),
        words=[names[face] for face in BEST_FIRST],
        topics=_topics(seen, words),
        days=[
            _time(day.isoformat(), words.short_day(day), by_day.get(day, {}), words)
            for day in sorted({*by_day, *(day for day in fairs if day <= today)})
        ],
        hours=_hours(seen, shown, words),
        hours_title=words.text("Hour by hour · {day}", day=blocks.day_word(shown, words, is_today=is_today)),
        case_count=_case_count(seen, words),
        open_cases=None if cases is None else [each for each in cases if each.state != State.DONE],
        done_cases=None
        if cases is None
        else [each for each in reversed(cases) if each.state == State.DONE][:_SHOWN_DONE],
    )


def _by_day(seen: FeedbackSeen) -> dict[date, Counter[str]]:
    found: dict[date, Counter[str]] = defaultdict(Counter)
    for hour, faces in seen.by_hour.items():
        found[local_hour(hour, seen.place.zone)[0]].update(faces)
    return found


def _figures(
    seen: FeedbackSeen,
    by_day: Mapping[date, Mapping[str, int]],
    shown: date,
    words: Words,
    *,
    is_today: bool,
) -> list[Figure]:
    count = sum(seen.faces.values())
    before = max((day for day in by_day if day < shown), default=None)
    of_before = sum(by_day[before].values()) if before else 0
    days_word = blocks.day_word(shown, words, is_today=is_today)
    return [
        Figure(
            "shown",
            words.text("Feedback · {day}", day=days_word),
            words.number(sum(by_day.get(shown, {}).values())),
            words.text("{what}: {said}", what=words.short_day(before), said=words.number(of_before))
            if before
            else words.text("none before"),
        ),
        Figure(
            "all",
            words.text("All feedback"),
            words.number(count),
            words.counted(
                "{count} of them without a face", "{count} of them without a face", seen.faces.get("0", 0)
            ),
        ),
        Figure(
            "mean",
            words.text("Mean face"),
            mean_face(_mean(seen.faces), words),
            words.text("from 1, very bad, to 5, very good"),
        ),
        Figure(
            "words",
            words.text("In words"),
            words.number(seen.in_words),
            words.text("{share} of all feedback", share=share(seen.in_words, count, words)),
        ),
        Figure(
            "card",
            words.text("With a card"),
            words.number(seen.with_card),
            words.counted("{count} anonymous", "{count} anonymous", seen.anonymous),
        ),
    ]


def _mean(faces: Mapping[str, int]) -> float | None:
    touched = {int(face): count for face, count in faces.items() if face != "0"}
    count = sum(touched.values())
    return sum(face * times for face, times in touched.items()) / count if count else None


def _faces(faces: Mapping[str, int], words: Words) -> list[FaceRow]:
    touched = sum(count for face, count in faces.items() if face != "0")
    names = face_words(words)
    return [
        FaceRow(
            face=face,
            word=names[face],
            count=words.number(faces.get(str(face), 0)),
            percent=share(faces.get(str(face), 0), touched, words),
            share=round(_WIDE * faces.get(str(face), 0) / touched) if touched else 0,
        )
        for face in BEST_FIRST
    ]


def _topics(seen: FeedbackSeen, words: Words) -> list[TopicRow]:
    known = {topic: seen.by_topic.get(topic, {}) for topic in (*seen.place.topics, *seen.by_topic)}
    counts = list(known.items())
    most = max((_touched(faces) for _, faces in counts), default=0) or 1
    rows = []
    for topic, faces in sorted(counts, key=lambda each: (-sum(each[1].values()), each[0])):
        rows.append(
            TopicRow(
                id=topic,
                name=words.name(seen.place.topics.get(topic, {}), topic),
                value=words.number(sum(faces.values())),
                pieces=list(_pieces(faces, most, words)),
                without=words.number(faces.get("0", 0)),
            )
        )
    return rows


def _pieces(faces: Mapping[str, int], most: int, words: Words) -> Iterable[Piece]:
    names, start = face_words(words), 0.0
    for face in sorted(BEST_FIRST):
        count = faces.get(str(face), 0)
        width = round(_WIDE * count / most, 2)
        yield Piece(face, names[face], round(start, 2), width, count, words.number(count))
        start += width


def _touched(faces: Mapping[str, int]) -> int:
    return sum(count for face, count in faces.items() if face != "0")


def _hours(seen: FeedbackSeen, shown: date, words: Words) -> list[TimeRow]:
    found: dict[int, Counter[str]] = defaultdict(Counter)
    for hour, faces in seen.by_hour.items():
        day, minute = local_hour(hour, seen.place.zone)
        if day == shown:
            found[minute].update(faces)
    if not found:
        return []
    return [
        _time(f"{minute:04}", words.clock(minute), found.get(minute, {}), words)
        for minute in range(min(found), max(found) + 1, _HOUR_MIN)
    ]


def _time(key: str, label: str, faces: Mapping[str, int], words: Words) -> TimeRow:
    counts, count = [faces.get(str(face), 0) for face in BEST_FIRST], sum(faces.values())
    return TimeRow(
        id=key,
        label=label,
        counts=counts,
        texts=list(map(words.number, counts)),
        count=count,
        all=words.number(count),
    )


def _case_count(seen: FeedbackSeen, words: Words) -> str:
    waiting = seen.open_cases + seen.taken_cases
    if not waiting and not seen.done_cases:
        return words.text("Nobody has asked for help so far.")
    said = [
        words.counted(
            "{count} case nobody has taken yet", "{count} cases nobody has taken yet", seen.open_cases
        ),
        words.counted("{count} being dealt with", "{count} being dealt with", seen.taken_cases),
        words.counted("{count} done", "{count} done", seen.done_cases),
    ]
    return " · ".join(said)
