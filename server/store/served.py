"""What members chose and where they sat, fact by fact: for lists that name people, never for figures."""

from collections.abc import Collection, Iterator
from typing import NamedTuple

from sqlalchemy import func, select

from server.store import tables as t
from server.store.ledger import COUNTS
from server.store.registry import CardRow
from server.store.statements import Statements
from wire.events import SessionAttendance, SignUp


class SignUpFact(NamedTuple):
    """A sign-up as the ledger keeps it; ``at`` is corrected time, ms UTC, ``detail`` the consent as JSON."""

    event_id: str
    fair: str
    subject: int
    offer: str
    at: int
    category: int
    detail: str
    sealed: bytes


class Served(Statements):
    """The facts of one body on one connection that lead to people."""

    def sign_ups(self, fairs: Collection[str]) -> Iterator[SignUpFact]:
        """Give every sign-up at these fairs that is accepted and not voided."""
        c = t.fact.c
        query = select(
            c.event_id,
            c.fair,
            c.subject,
            c.about,
            c.corrected_at,
            func.coalesce(c.category, 0),
            func.coalesce(c.detail, "{}"),
            func.coalesce(c.sealed, b""),
        ).where(
            c.body == self._body,
            COUNTS,
            c.kind == SignUp.kind,
            c.subject.is_not(None),
            c.fair.in_(sorted(fairs)),
        )
        return (SignUpFact(*row[:-1], bytes(row[-1])) for row in self._c.execute(query.order_by(c.id)))

    def attended(self, fair: str, session: str) -> dict[int, int]:
        """Give who was at a session: the category on the card, by subject."""
        c = t.fact.c
        query = select(c.subject, func.min(func.coalesce(c.category, 0))).where(
            c.body == self._body,
            c.fair == fair,
            COUNTS,
            c.kind == SessionAttendance.kind,
            c.about == session,
            c.subject.is_not(None),
        )
        return {int(row[0]): int(row[1]) for row in self._c.execute(query.group_by(c.subject))}

    def cards(self, tour: str, subjects: Collection[int]) -> dict[int, list[str]]:
        """Give the numbers of the cards that stand behind subjects of a tour; erased ones have none."""
        table = t.subject_link
        query = select(table.c.subject, table.c.card).where(table.c.body == self._body, table.c.tour == tour)
        found: dict[int, list[str]] = {}
        for subject, card in sorted(self._for_each(table.c.subject, subjects, query)):
            found.setdefault(subject, []).append(card)
        return found

    def issued(self, cards: Collection[str]) -> dict[str, CardRow]:
        """Give those of these cards that this server has issued."""
        query = select(t.card).where(t.card.c.body == self._body)
        return {
            row.card: CardRow(
                row.card,
                row.category,
                row.territory,
                row.language,
                row.valid_from,
                row.valid_to,
                row.issued_at,
            )
            for row in self._for_each(t.card.c.card, cards, query)
        }
