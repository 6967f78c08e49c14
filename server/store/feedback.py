"""The statements of feedback: what was told in words, and the cases that somebody works off.

Texts come as they are kept, sealed. Nothing here opens them.
"""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import Select, and_, func, literal_column, select

from server.rules.tallies import Told, told_of
from server.store import tables as t
from server.store.ledger import ACCEPTED
from server.store.statements import Statements
from wire.card import Category

OPEN: Final = "open"
_STREAMED: Final = {"yield_per": 500}
_NOT_OF_STAFF: Final = func.coalesce(t.fact.c.category, 0) != int(Category.STAFF)
# Written out, not as parameters: only then do both engines know that the partial index will do.
_IN_WORDS: Final = and_(
    ACCEPTED,
    literal_column("fact.kind = 'feedback'"),
    literal_column("fact.sealed IS NOT NULL"),
    t.fact.c.voided.is_(False),
    _NOT_OF_STAFF,
)


class FeedbackRow(NamedTuple):
    """A feedback, and its case where it has one (else an empty ``state``).

    ``at`` is corrected time and ``case_at`` when the case was last touched, ms UTC; ``sealed`` is empty
    where there is no text, or no more; ``subject`` is None where it was told without a card.
    """

    event_id: str
    fair: str
    booth: str
    device: str
    at: int
    category: int
    subject: int | None
    told: Told
    sealed: bytes
    state: str
    who: str
    case_at: int
    note: bytes


class FeedbackCases(Statements):
    """The feedback of one body on one connection."""

    def open_urgent(self, told: Sequence[tuple[str, str]], at: int) -> None:
        """Take up urgent feedback that has just come, (event id, fair), at this ms UTC; each once."""
        rows = [
            {"event_id": event_id, "fair": fair, "state": OPEN, "who": "", "at": at, "note": b""}
            for event_id, fair in told
        ]
        self._upsert(t.feedback_case, rows, ())

    def cases(self, fair: str) -> list[FeedbackRow]:
        """Give a fair's cases, the oldest first."""
        query = self._rows(with_cases=True).where(
            t.feedback_case.c.fair == fair, t.fact.c.voided.is_(False), _NOT_OF_STAFF
        )
        return list(map(_row, self._c.execute(query.order_by(t.fact.c.corrected_at, t.fact.c.id))))

    def one(self, fair: str, event_id: str) -> FeedbackRow | None:
        """Give one feedback of a fair, with its case if it has one."""
        fact = t.fact.c
        query = self._rows().where(
            fact.event_id == event_id, fact.fair == fair, fact.kind == "feedback", fact.voided.is_(False)
        )
        found = self._c.execute(query).first()
        return _row(found) if found else None

    def put_case(self, event_id: str, fair: str, state: str, *, who: str, at: int, note: bytes) -> None:
        """Write down how a case stands."""
        row = {"event_id": event_id, "fair": fair, "state": state, "who": who, "at": at, "note": note}
        self._upsert(t.feedback_case, [row], ("state", "who", "at", "note"))

    def count_in_words(self, fair: str) -> int:
        """Count a fair's feedback that has a text."""
        c = t.fact.c
        query = select(func.count()).select_from(t.fact)
        query = query.where(c.body == self._body, c.fair == fair, _IN_WORDS)
        return int(self._c.execute(query).scalar_one())

    def in_words(
        self, fair: str, *, topic: str, face: int | None, skip: int, most: int
    ) -> tuple[list[FeedbackRow], int]:
        """Give feedback that has a text, the newest first, and how many there are of that topic and face.

        An empty ``topic`` and a ``face`` of None stand for all.
        """
        c = t.fact.c
        of_fair = (c.body == self._body, c.fair == fair, _IN_WORDS)
        query = select(c.id, c.detail).where(*of_fair).order_by(c.corrected_at.desc(), c.id.desc())
        ids = [
            row.id
            for row in self._c.execute(query, execution_options=_STREAMED)
            if _fits(told_of(row.detail), topic, face)
        ]
        shown = ids[skip : skip + most]
        found = {row.id: _row(row) for row in self._for_each(c.id, shown, self._rows().add_columns(c.id))}
        return [found[each] for each in shown if each in found], len(ids)

    def _rows(self, *, with_cases: bool = False) -> Select[Any]:
        fact, case = t.fact.c, t.feedback_case.c
        of_fact = and_(case.body == fact.body, case.event_id == fact.event_id)
        columns = (
            fact.event_id,
            fact.fair,
            fact.booth,
            fact.device,
            fact.corrected_at,
            func.coalesce(fact.category, 0).label("category"),
            fact.subject,
            fact.detail,
            fact.sealed,
            case.state,
            case.who,
            case.at,
            case.note,
        )
        together = t.fact.join(t.feedback_case, of_fact, isouter=not with_cases)
        return select(*columns).select_from(together).where(fact.body == self._body, ACCEPTED)


def _fits(told: Told, topic: str, face: int | None) -> bool:
    return topic in ("", *told.topics) and face in (None, told.face)


def _row(row: Any) -> FeedbackRow:
    return FeedbackRow(
        row.event_id,
        row.fair,
        row.booth or "",
        row.device,
        row.corrected_at or 0,
        row.category,
        row.subject,
        told_of(row.detail),
        bytes(row.sealed or b""),
        row.state or "",
        row.who or "",
        row.at or 0,
        bytes(row.note or b""),
    )
