"""Reads feedback for its pages: kept counts for all, and texts opened for those who may work them off."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Final

from server.live.source import StoreSource
from server.rules.access import Action, Holder, may
from server.rules.fair import FairDefinition
from server.rules.figures import category_key
from server.rules.pages.feedback_data import (
    EVERY,
    ON_A_PAGE,
    CaseSeen,
    FeedbackSeen,
    Place,
    State,
    Text,
    TextsSeen,
    Told,
    face_of,
)
from server.rules.tallies import ANONYMOUS, FACE, FACE_HOUR, FACES, TOLD_BY, WITH_CARD, topic_face
from server.rules.things import fair_thing
from server.store.engine import Store
from server.store.feedback import FeedbackCases, FeedbackRow
from server.store.served import Served
from server.store.tallies import Tallies
from wire.envelope import EnvelopeError

Opener = Callable[[bytes], Mapping[str, str]]
"""Opens what was sealed for the server; raises :class:`EnvelopeError`."""
_DIGITS: Final = 6
"""Of a page's number."""
_SCOPES = (FACE, FACE_HOUR, TOLD_BY, *map(topic_face, FACES))


class FeedbackReader:
    """Reads one body's feedback."""

    def __init__(self, store: Store, source: StoreSource, opener: Opener) -> None:
        self._store = store
        self._source = source
        self._opener = opener

    def __call__(self, params: Mapping[str, str], holder: Holder) -> FeedbackSeen | None:
        """Give what was told at a fair, counted; None where there is no such fair."""
        definition = self._definition(params)
        if definition is None:
            return None
        fair = definition.fair.id
        works = may(holder, Action.WORK_OFF_FEEDBACK, fair_thing(definition))
        with self._store.reading() as connection:
            counts = Tallies(connection, self._source.body).counts(fair, _SCOPES)
            feedback = FeedbackCases(connection, self._source.body)
            cases = feedback.cases(fair)
            in_words = feedback.count_in_words(fair)
        states = [State(row.state) for row in cases]
        by_hour: dict[str, dict[str, int]] = defaultdict(dict)
        by_topic: dict[str, dict[str, int]] = defaultdict(dict)
        for (scope, key), count in counts.items():
            if scope == FACE_HOUR:
                hour, _, face = key.partition(" ")
                by_hour[hour][face] = count
            elif scope not in (FACE, TOLD_BY):
                by_topic[key][scope.rpartition("_")[2]] = count
        return FeedbackSeen(
            place=_place(definition),
            faces={key: count for (scope, key), count in counts.items() if scope == FACE},
            by_topic=dict(by_topic),
            by_hour=dict(by_hour),
            with_card=counts.get((TOLD_BY, WITH_CARD), 0),
            anonymous=counts.get((TOLD_BY, ANONYMOUS), 0),
            in_words=in_words,
            open_cases=states.count(State.OPEN),
            taken_cases=states.count(State.TAKEN),
            done_cases=states.count(State.DONE),
            cases=[self._told(row) for row in cases] if works else None,
        )

    def texts(self, params: Mapping[str, str], _: Holder) -> TextsSeen | None:
        """Give one page of texts; None where there is no such fair, face or page."""
        definition = self._definition(params)
        topic, page = params["topic"], params["page"]
        if definition is None or not (
            page.isascii() and page.isdigit() and len(page) <= _DIGITS and int(page)
        ):
            return None
        try:
            face = face_of(params["face"])
        except ValueError:
            return None
        topic, number = "" if topic == EVERY else topic, int(page)
        with self._store.reading() as connection:
            rows, count = FeedbackCases(connection, self._source.body).in_words(
                definition.fair.id, topic=topic, face=face, skip=(number - 1) * ON_A_PAGE, most=ON_A_PAGE
            )
        pages = max(1, -(-count // ON_A_PAGE))
        if number > pages:
            return None
        return TextsSeen(_place(definition), topic, face, number, pages, count, list(map(self._told, rows)))

    def case(self, params: Mapping[str, str], _: Holder) -> CaseSeen | None:
        """Give one feedback to work off; None where there is none of that id at the fair."""
        definition = self._definition(params)
        if definition is None:
            return None
        with self._store.reading() as connection:
            row = FeedbackCases(connection, self._source.body).one(definition.fair.id, params["case"])
            card = ""
            if row is not None and row.told.may_call and row.subject is not None:
                served = Served(connection, self._source.body)
                card = ", ".join(served.cards(definition.fair.tour, [row.subject]).get(row.subject, []))
        return None if row is None else CaseSeen(_place(definition), self._told(row, card))

    def _definition(self, params: Mapping[str, str]) -> FairDefinition | None:
        return next((each for each in self._source.fairs() if each.fair.id == params["fair"]), None)

    def _told(self, row: FeedbackRow, card: str = "") -> Told:
        read, text = self._opened(row.sealed, "text")
        return Told(
            id=row.event_id,
            at=row.at,
            booth=row.booth,
            face=row.told.face,
            topics=row.told.topics,
            category="" if row.subject is None else category_key(row.category),
            may_call=row.told.may_call,
            urgent=row.told.urgent,
            state=State(row.state),
            who=row.who,
            state_at=row.case_at,
            read=read,
            text=text,
            note=self._opened(row.note, "note")[1],
            card=card,
        )

    def _opened(self, sealed: bytes, name: str) -> tuple[Text, str]:
        if not sealed:
            return Text.NONE, ""
        try:
            text = self._opener(sealed).get(name, "")
        except EnvelopeError:
            return Text.SEALED, ""
        return (Text.READ, text) if text.strip() else (Text.NONE, "")


def _place(definition: FairDefinition) -> Place:
    fair = definition.fair
    return Place(
        fair=fair.id,
        names=fair.names,
        zone=fair.timezone,
        days=[day.isoformat() for day in fair.days],
        topics={topic.id: topic.names for topic in definition.topics},
        booths={booth.id: booth.names for booth in definition.booths},
        categories={each.id: each.names for each in definition.categories},
    )
