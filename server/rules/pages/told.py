"""One feedback as texts, the page of texts and that of one case. No name stands here, whoever has told it."""

from collections.abc import Mapping
from typing import Final

import msgspec

from server.rules.pages.feedback_data import EVERY, CaseSeen, Place, State, Text, TextsSeen, Told
from server.rules.pages.figure import BEST_FACE
from server.rules.usual_names import category_name
from server.rules.wording import Words

REFUSALS: Final = {
    "do": "That cannot be done with a case. Load the page again.",
    "long": "The note is too long: at most 1,000 letters.",
    "changed": "Somebody else has just changed this case. Look at it again, then decide.",
    "gone": "That feedback is no longer there: it was taken back.",
}
"""Why something was not done, in English: the texts' keys."""


class ToldRow(msgspec.Struct, frozen=True):
    """A feedback. ``about`` says who told it, without a name; ``standing`` how its case stands."""

    id: str
    at: str
    booth: str
    face: int
    face_word: str
    topics: list[str]
    about: str
    call: str
    card: str
    urgent: bool
    text: str
    missing: str
    state: str
    health: str
    standing: str
    note: str
    changed_at: int


class Choice(msgspec.Struct, frozen=True):
    """A link that shows other texts."""

    word: str
    face: int
    address: str
    is_here: bool


class TextsPage(msgspec.Struct, frozen=True):
    """The page of texts; ``newer`` and ``older`` are addresses, empty for none."""

    fair: str
    title: str
    when: str
    back: str
    count: str
    topics: list[Choice]
    faces: list[Choice]
    texts: list[ToldRow]
    place: str
    newer: str
    older: str


class CasePage(msgspec.Struct, frozen=True):
    """The page of one case."""

    fair: str
    title: str
    when: str
    back: str
    case: ToldRow


def face_words(words: Words) -> Mapping[int, str]:
    """Name the faces as kiosks do."""
    return {
        0: words.text("Without a face"),
        1: words.text("Very bad"),
        2: words.text("Bad"),
        3: words.text("So-so"),
        4: words.text("Good"),
        5: words.text("Very good"),
    }


def told_row(told: Told, place: Place, words: Words, now: int) -> ToldRow:
    """Put one feedback into words."""
    return ToldRow(
        id=told.id,
        at=words.moment(told.at, place.zone, now),
        booth=words.name(place.booths.get(told.booth, {}), told.booth),
        face=told.face,
        face_word=face_words(words)[told.face],
        topics=[words.name(place.topics.get(topic, {}), topic) for topic in told.topics],
        about=_about(told, place, words),
        call=_call(told, words),
        card=told.card,
        urgent=told.urgent,
        text=told.text,
        missing=_missing(told, words),
        state=told.state,
        health={State.DONE: "good", State.TAKEN: "watch"}.get(told.state, "bad" if told.urgent else "watch"),
        standing=_standing(told, place, words, now),
        note=told.note,
        changed_at=told.state_at,
    )


def _about(told: Told, place: Place, words: Words) -> str:
    if not told.category:
        return words.text("anonymous")
    category = category_name(told.category, place.categories, words)
    return words.text("a member · {category}", category=category)


def _call(told: Told, words: Words) -> str:
    return words.text("may be called about it") if told.may_call else ""


def _missing(told: Told, words: Words) -> str:
    if told.read is Text.SEALED:
        return words.text("This text was sealed for another server's key and cannot be read here.")
    return words.text("No text, or it was erased.") if told.read is Text.NONE else ""


def _standing(told: Told, place: Place, words: Words, now: int) -> str:
    since = words.moment(told.state_at, place.zone, now)
    match told.state:
        case State.OPEN if told.who:
            return words.text("open again, by {who}, {since}", who=_isolated(told.who), since=since)
        case State.OPEN:
            return words.text("nobody has taken it yet")
        case State.TAKEN:
            return words.text("taken by {who}, {since}", who=_isolated(told.who), since=since)
        case State.DONE:
            return words.text("done by {who}, {since}", who=_isolated(told.who), since=since)
        case _:
            return ""


def _isolated(name: str) -> str:
    """Keep a name's direction of writing to itself."""
    return f"\u2068{name}\u2069"


def texts_page(seen: TextsSeen, words: Words, now: int) -> TextsPage:
    """Put a page of texts into words."""
    place, names = seen.place, face_words(words)
    face = EVERY if seen.face is None else str(seen.face)

    def at(topic: str, face: str, page: int = 1) -> str:
        return f"/fair/{place.fair}/feedback/texts/{topic}/{face}/{page}"

    topic = seen.topic or EVERY
    here = dict.fromkeys([*place.topics, *([seen.topic] if seen.topic else [])])
    return TextsPage(
        fair=place.fair,
        title=words.text("What was said · {fair}", fair=words.name(place.names, place.fair)),
        when="",
        back=f"/fair/{place.fair}/feedback",
        count=words.counted("{count} text", "{count} texts", seen.count),
        topics=[
            Choice(words.text("Every topic"), -1, at(EVERY, face), not seen.topic),
            *(
                Choice(words.name(place.topics.get(each, {}), each), -1, at(each, face), each == seen.topic)
                for each in here
            ),
        ],
        faces=[
            Choice(words.text("Every face"), -1, at(topic, EVERY), seen.face is None),
            *(
                Choice(names[each], each, at(topic, str(each)), each == seen.face)
                for each in range(BEST_FACE, -1, -1)
            ),
        ],
        texts=[told_row(each, place, words, now) for each in seen.texts],
        place=words.text(
            "Page {page} of {pages}", page=words.number(seen.page), pages=words.number(seen.pages)
        ),
        newer=at(topic, face, seen.page - 1) if seen.page > 1 else "",
        older=at(topic, face, seen.page + 1) if seen.page < seen.pages else "",
    )


def case_page(seen: CaseSeen, words: Words, now: int) -> CasePage:
    """Put one case into words."""
    place = seen.place
    return CasePage(
        fair=place.fair,
        title=words.text("A case · {fair}", fair=words.name(place.names, place.fair)),
        when="",
        back=f"/fair/{place.fair}/feedback",
        case=told_row(seen.told, place, words, now),
    )
