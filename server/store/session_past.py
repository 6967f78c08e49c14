"""Who was at a session beyond what subjects tell: lists that are kept longer, and counts of the forgotten."""

from sqlalchemy import delete, select

from server.store import tables as t
from server.store.statements import Statements


class SessionPast(Statements):
    """The past of one body's sessions on one connection."""

    def holders(self, fair: str, session: str) -> dict[str, int]:
        """Give who was at a session of whom no subject tells any more: the category, by card."""
        c = t.session_holder.c
        query = select(c.card, c.category).where(c.body == self._body, c.fair == fair, c.session == session)
        return {card: int(category) for card, category in self._c.execute(query)}

    def count(self, fair: str, session: str) -> tuple[int, int]:
        """Count of whom nothing else is known: who was invited, and who of those was there."""
        c = t.session_past.c
        query = select(c.invited, c.present).where(c.body == self._body, c.fair == fair, c.session == session)
        row = self._c.execute(query).first()
        return (int(row[0]), int(row[1])) if row else (0, 0)

    def attended(self, fair: str) -> set[str]:
        """Name a fair's sessions at which somebody was of whom nothing else is known."""
        c = t.session_past.c
        query = select(c.session).where(c.body == self._body, c.fair == fair, c.present > 0)
        return set(self._c.execute(query).scalars())

    def drop_unattended(self, fair: str) -> None:
        """Count nobody any more as invited to a fair's sessions where nobody of those was there."""
        c = t.session_past.c
        self._c.execute(delete(t.session_past).where(c.body == self._body, c.fair == fair, c.present == 0))
