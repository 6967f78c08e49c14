"""What a retention run reads and writes: a few hundred rows at once, so that nobody waits for it long."""

from collections.abc import Collection, Mapping
from typing import Final, NamedTuple

from sqlalchemy import and_, bindparam, func, select, update

from server.rules.retention import KINDS
from server.store import tables as t
from server.store.ledger import COUNTS
from server.store.statements import Statements
from server.store.unread import UNREAD
from wire.card import Category
from wire.events import SessionAttendance

WAITS: Final = ""
_GIVEN_UP: Final = "voided"


class Link(NamedTuple):
    """A card of a tour, and the subject that it stands for there."""

    card: str
    subject: int


class Retained(Statements):
    """The rows of one body on one connection, inside the caller's transaction."""

    # -- who it was --------------------------------------------------------------------------

    def tours(self) -> list[str]:
        """Give the tours of which any card is still somebody's."""
        c = t.subject_link.c
        query = select(c.tour).where(c.body == self._body).distinct()
        return sorted(self._c.execute(query).scalars())

    def last_moment(self, fair: str) -> int:
        """Give when something of a fair last came, ms UTC: kiosks' clocks may be wrong by years."""
        c = t.fact.c
        query = select(func.max(c.received_at)).where(c.body == self._body, c.fair == fair)
        return int(self._c.execute(query).scalar() or 0)

    def count_links(self, tour: str) -> int:
        """Count the cards of a tour that are still somebody's."""
        c = t.subject_link.c
        query = select(func.count()).select_from(t.subject_link).where(c.body == self._body, c.tour == tour)
        return int(self._c.execute(query).scalar_one())

    def links(self, tour: str, after: str, most: int) -> list[Link]:
        """Give cards of a tour after that one, by number, at most so many."""
        c = t.subject_link.c
        mine = select(c.card, c.subject).where(c.body == self._body, c.tour == tour)
        return [
            Link(*row) for row in self._c.execute(mine.where(c.card > after).order_by(c.card).limit(most))
        ]

    def cards_of(self, tour: str, subjects: Collection[int]) -> list[Link]:
        """Give every card of these subjects of a tour."""
        c = t.subject_link.c
        query = select(c.card, c.subject).where(c.body == self._body, c.tour == tour)
        return [Link(*row) for row in self._for_each(c.subject, subjects, query)]

    def purposes(self, fairs: Collection[str], subjects: Collection[int]) -> dict[int, set[str]]:
        """Give for which purposes there are facts of each of these subjects."""
        c = t.fact.c
        query = select(c.subject, c.kind).where(c.body == self._body, c.fair.in_(sorted(fairs)))
        found: dict[int, set[str]] = {}
        for subject, kind in self._for_each(c.subject, subjects, query.distinct()):
            found.setdefault(subject, set()).update(
                purpose for purpose, kinds in KINDS.items() if kind in kinds
            )
        return found

    def hold_sessions(self, fairs: Collection[str], links: Collection[Link]) -> None:
        """Write down by card who was at sessions, before nobody can tell it from subjects."""
        c = t.fact.c
        cards: dict[int, list[str]] = {}
        for link in links:
            cards.setdefault(link.subject, []).append(link.card)
        query = select(c.subject, c.fair, c.about, func.min(func.coalesce(c.category, 0))).where(
            c.body == self._body,
            c.fair.in_(sorted(fairs)),
            COUNTS,
            c.kind == SessionAttendance.kind,
            func.coalesce(c.category, 0) != int(Category.STAFF),
        )
        grouped = query.group_by(c.subject, c.fair, c.about)
        rows = [
            {"fair": fair, "session": session, "card": card, "category": category}
            for subject, fair, session, category in self._for_each(c.subject, cards, grouped)
            for card in cards[subject]
        ]
        self._upsert(t.session_holder, rows, ())

    def move(self, fairs: Collection[str], purposes: Collection[str], fresh: Mapping[int, int]) -> None:
        """Let the facts of these purposes be of other subjects, by those that they are of."""
        c = t.fact.c
        kinds = sorted(kind for purpose in purposes for kind in KINDS[purpose])
        query = select(c.id, c.subject).where(
            c.body == self._body, c.fair.in_(sorted(fairs)), c.kind.in_(kinds)
        )
        rows = [{"row": row, "to": fresh[old]} for row, old in self._for_each(c.subject, fresh, query)]
        if rows:
            one = update(t.fact).where(c.id == bindparam("row"))
            self._c.execute(one.values(subject=bindparam("to")), rows)

    def relink(self, tour: str, links: Collection[Link], fresh: Mapping[int, int]) -> None:
        """Let cards stand for the fresh subjects of theirs, or for none where there is none."""
        c = t.subject_link.c
        one = and_(c.body == self._body, c.tour == tour, c.card == bindparam("number"))
        kept = [{"number": each.card, "new": fresh[each.subject]} for each in links if each.subject in fresh]
        gone = [{"number": each.card} for each in links if each.subject not in fresh]
        if kept:
            self._c.execute(update(t.subject_link).where(one).values(subject=bindparam("new")), kept)
        if gone:
            self._c.execute(t.subject_link.delete().where(one), gone)

    def drop_holders(self, fair: str) -> int:
        """Forget who was at the sessions of a fair."""
        c = t.session_holder.c
        return self._c.execute(t.session_holder.delete().where(c.body == self._body, c.fair == fair)).rowcount

    # -- what was said, or came as it was ----------------------------------------------------

    def sealed(self, fairs: Collection[str], kinds: Collection[str]) -> list[int]:
        """Give the facts of these kinds that have something sealed, by their rows; it reads all there are."""
        c = t.fact.c
        query = select(c.id).where(
            c.body == self._body,
            c.fair.in_(sorted(fairs)),
            c.kind.in_(sorted(kinds)),
            c.sealed.is_not(None),
        )
        return list(self._c.execute(query.order_by(c.id)).scalars())

    def empty_sealed(self, ids: Collection[int]) -> int:
        """Empty what these facts have sealed; gives how many had something."""
        c = t.fact.c
        where = (c.body == self._body, c.id.in_(ids), c.sealed.is_not(None))
        return self._c.execute(update(t.fact).where(*where).values(sealed=None)).rowcount

    def unread(self) -> dict[str, list[int]]:
        """Give the facts that nobody has read and of which something is kept, by fair: their rows."""
        c = t.fact.c
        found: dict[str, list[int]] = {}
        query = select(c.id, func.coalesce(c.fair, "")).where(c.body == self._body, UNREAD).order_by(c.id)
        for row, fair in self._c.execute(query):
            found.setdefault(fair, []).append(row)
        return found

    def empty_unread(self, ids: Collection[int]) -> int:
        """Empty what is kept of these facts, and what they have sealed; gives how many had something."""
        c = t.fact.c
        where = (c.body == self._body, c.id.in_(ids), UNREAD)
        return self._c.execute(update(t.fact).where(*where).values(detail=None, sealed=None)).rowcount

    def empty_notes(self, fairs: Collection[str]) -> int:
        """Empty what was noted of feedback at these fairs."""
        c = t.feedback_case.c
        where = (c.body == self._body, c.fair.in_(sorted(fairs)), func.length(c.note) > 0)
        # As touched: a form that was opened before, with the note in it, is refused.
        values = {"note": b"", "at": c.at + 1}
        return self._c.execute(update(t.feedback_case).where(*where).values(**values)).rowcount

    def empty_registrations(self, before: int, most: int) -> int:
        """Empty the bytes of registrations and the like that came before that ms UTC and still stand here.

        What still waited waits no more.
        """
        c = t.enrolment.c
        old = (c.body == self._body, c.received_at < before, c.is_due.is_(False), func.length(c.raw) > 0)
        ids = list(self._c.execute(select(c.event_id).where(*old).limit(most)).scalars())
        if ids:
            these = (c.body == self._body, c.event_id.in_(ids))
            waits = update(t.enrolment).where(*these, c.outcome == WAITS)
            self._c.execute(waits.values(outcome=_GIVEN_UP, wanted=""))
            self._c.execute(update(t.enrolment).where(*these).values(raw=b""))
        return len(ids)

    def empty_quarantine(self, before: int) -> int:
        """Empty the bytes of what was held before that ms UTC; it is counted and named as before."""
        c = t.quarantine.c
        where = (c.body == self._body, c.received_at < before, func.length(c.raw) > 0)
        return self._c.execute(update(t.quarantine).where(*where).values(raw=b"")).rowcount
