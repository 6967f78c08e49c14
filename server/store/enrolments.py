"""What kiosks have done for members: what waits to be worked off, and what came of it.

A row comes with the fact itself, in one transaction. ``wanted`` keeps whom it waits for who may be known
later: numbers of cards, members or employees, with commas between.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, fields
from typing import Final

from sqlalchemy import ColumnElement, bindparam, func, select, update

from server.store import tables as t
from server.store.statements import Row, Statements

_BETWEEN: Final = ","


@dataclass(frozen=True, slots=True)
class Enrolment:
    """A row. ``raw`` is the fact's bytes while they are wanted; ``outcome`` is empty while it waits."""

    event_id: str
    kind: str
    device: str
    staff_id: str
    received_at: int
    raw: bytes = field(repr=False)
    is_due: bool = True
    outcome: str = ""
    member: str = ""
    doubt: str = ""
    wanted: str = field(default="", repr=False)


_COLUMNS: Final = tuple(each.name for each in fields(Enrolment))


class Enrolments(Statements):
    """The rows on one connection, inside the caller's transaction."""

    def add(self, rows: Iterable[Enrolment]) -> None:
        """Write new ones down."""
        self._add_many(t.enrolment, _COLUMNS, ([getattr(row, name) for name in _COLUMNS] for row in rows))

    def note_voids(self, targets: Collection[str]) -> bool:
        """Have those of these events looked at again; says whether there are any."""
        query = select(t.enrolment.c.event_id).where(t.enrolment.c.body == self._body)
        found = [row.event_id for row in self._for_each(t.enrolment.c.event_id, targets, query)]
        self.make_due(found)
        return bool(found)

    def make_due(self, event_ids: Collection[str]) -> None:
        """Have these looked at again."""
        if event_ids:
            one = (t.enrolment.c.body == self._body, t.enrolment.c.event_id == bindparam("id"))
            ids = [{"id": each} for each in event_ids]
            self._c.execute(update(t.enrolment).where(*one).values(is_due=True), ids)

    def due(self, most: int) -> list[str]:
        """Give the ids of those that are to be worked off, at most so many, the oldest first."""
        c = t.enrolment.c
        query = select(c.event_id).where(c.body == self._body, c.is_due)
        return list(self._c.execute(query.order_by(c.received_at, c.event_id).limit(most)).scalars())

    def get(self, event_id: str) -> Enrolment | None:
        """Give a row that is still to be worked off."""
        query = select(*(t.enrolment.c[name] for name in _COLUMNS)).where(*self._one(event_id))
        row = self._c.execute(query.where(t.enrolment.c.is_due)).first()
        return Enrolment(*row) if row else None

    def settle(
        self,
        event_id: str,
        outcome: str,
        *,
        member: str = "",
        doubt: str = "",
        wanted: str = "",
        keep: bool = False,
    ) -> None:
        """Write down what came of a row; ``keep`` the fact's bytes where they are wanted still."""
        values: Row = {
            "outcome": outcome,
            "member": member,
            "doubt": doubt,
            "wanted": wanted,
            "is_due": False,
        }
        if not keep:
            values["raw"] = b""
        self._c.execute(update(t.enrolment).where(*self._one(event_id)).values(**values))

    def wanted(self) -> dict[str, list[str]]:
        """Give whom rows wait for, by event id."""
        c = t.enrolment.c
        rows = self._c.execute(select(c.event_id, c.wanted).where(c.body == self._body, c.wanted != ""))
        return {row.event_id: row.wanted.split(_BETWEEN) for row in rows}

    def happened_at(self, event_id: str) -> int | None:
        """Give when a fact happened by corrected time, ms UTC; None where it is not in the ledger."""
        c = t.fact.c
        query = select(c.corrected_at).where(c.event_id == event_id, c.body == self._body)
        return self._c.execute(query.where(c.status == "accepted")).scalar()

    def voided_at(self, event_id: str) -> int | None:
        """Give when an event was declared wrong by a Void, ms UTC; None where it was not."""
        c = t.void.c
        query = select(c.event_id).where(c.body == self._body, c.target == event_id)
        moments = [self.happened_at(void) or 0 for void in self._c.execute(query).scalars()]
        return min(moments, default=None)

    def registrations_of(self, member: str, outcomes: Collection[str]) -> list[str]:
        """Give the events that stand for a member with one of these outcomes."""
        c = t.enrolment.c
        query = select(c.event_id).where(c.body == self._body, c.member == member, c.member != "")
        return list(self._c.execute(query.where(c.outcome.in_(sorted(outcomes)))).scalars())

    def keep_consents(self, rows: Sequence[Row]) -> None:
        """Write down to what a member has agreed; the same event's consents once."""
        self._upsert(t.member_consent, rows, ())

    def cards_of(self, event_id: str) -> list[str]:
        """Give the cards that came by an event and are some member's, by their numbers."""
        c = t.member_card.c
        query = select(c.card).where(c.body == self._body, c.event_id == event_id)
        return list(self._c.execute(query).scalars())

    def category_of(self, card: str) -> int | None:
        """Give the category of a card that is known here."""
        c = t.card.c
        return self._c.execute(select(c.category).where(c.body == self._body, c.card == card)).scalar()

    def counts(self) -> dict[str, int]:
        """Count the rows by what came of them; an empty outcome is that of those which wait."""
        c = t.enrolment.c
        query = select(c.outcome, func.count()).where(c.body == self._body).group_by(c.outcome)
        return {str(outcome): int(count) for outcome, count in self._c.execute(query)}

    def _one(self, event_id: str) -> tuple[ColumnElement[bool], ...]:
        return (t.enrolment.c.body == self._body, t.enrolment.c.event_id == event_id)
