"""The statements of plain counts: what they are counted from, and what they come to."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final

from sqlalchemy import Select, and_, delete, func, literal_column, select

from server.rules.consents import Choice
from server.rules.exceptions import Decision, Kind
from server.rules.tallies import Tallied
from server.store import tables as t
from server.store.ledger import COUNTS
from server.store.presences import Span, within
from server.store.statements import Statements
from wire.events import Feedback, Passage, Registration, SessionAttendance, SignUp, Withdrawal

TALLIED: Final = frozenset({Passage.kind, Feedback.kind, Registration.kind})
"""The kinds that are counted fact by fact."""
CHOICES: Final = frozenset({SignUp.kind, Withdrawal.kind})
_STREAMED: Final = {"yield_per": 2000}
_TALLIED: Final = and_(COUNTS, t.fact.c.kind.in_(sorted(TALLIED)))
_CHOICES: Final = and_(
    COUNTS,
    # Written out, not as parameters: only then do both engines know that the partial index will do.
    literal_column("fact.kind IN ('sign_up', 'withdrawal')"),
    t.fact.c.subject.is_not(None),
)


class Tallies(Statements):
    """The plain counts of one body on one connection."""

    # -- what is counted ---------------------------------------------------------------------

    def tallied(self, ids: Collection[int]) -> Iterable[tuple[str, Tallied]]:
        """Give those of these rows that are counted fact by fact, each with its fair."""
        rows = self._for_each(t.fact.c.id, ids, self._tallied.where(_TALLIED))
        return [(row[0], Tallied(*row[1:])) for row in rows]

    def all_tallied(self, fair: str, between: Span | None = None) -> Iterable[Tallied]:
        """Give everything of a fair, or of a span of it, that is counted fact by fact: it is read in full."""
        query = self._tallied.where(_TALLIED, t.fact.c.fair == fair, *within(between))
        return (Tallied(*row[1:]) for row in self._c.execute(query, execution_options=_STREAMED))

    def choices(self, subjects: Collection[int]) -> list[Choice]:
        """Give everything that these subjects have signed up to and withdrawn, at any fair."""
        c, clock, decided = t.fact.c, t.clock_offset.c, t.exception_decision.c
        columns = (
            c.fair,
            c.subject,
            c.about,
            c.kind == SignUp.kind,
            c.corrected_at,
            c.device,
            c.boot_id,
            c.monotonic_ms,
            clock.event_id.is_not(None),
            func.coalesce(c.category, 0),
            c.event_id,
            c.received_at,
            func.coalesce(decided.at, 0),
        )
        of_boot = and_(clock.body == c.body, clock.device == c.device, clock.boot_id == c.boot_id)
        confirmed = and_(
            decided.body == c.body,
            decided.key == c.event_id,
            decided.kind == Kind.WITHDRAWN,
            decided.decision == Decision.CONFIRMED,
        )
        query = (
            select(*columns)
            .select_from(t.fact.outerjoin(t.clock_offset, of_boot).outerjoin(t.exception_decision, confirmed))
            .where(c.body == self._body, _CHOICES)
        )
        return list(map(Choice._make, self._for_each(c.subject, subjects, query)))

    def last_confirmed(self) -> int:
        """Give when a sign-up was last confirmed against a withdrawal, ms UTC; 0 where none was."""
        c = t.exception_decision.c
        where = (c.body == self._body, c.kind == Kind.WITHDRAWN, c.decision == Decision.CONFIRMED)
        return int(self._c.execute(select(func.max(c.at)).where(*where)).scalar() or 0)

    def choosers(self, fair: str) -> set[int]:
        """Give the subjects that have signed up to something at a fair."""
        c = t.fact.c
        query = select(c.subject).where(c.body == self._body, c.fair == fair, _CHOICES, c.kind == SignUp.kind)
        return set(self._c.execute(query.distinct()).scalars())

    def at_session(
        self, fair: str, session: str, subjects: Collection[int], between: Span | None = None
    ) -> set[int]:
        """Give those of these subjects that were at a session, or at a span of it."""
        c = t.fact.c
        query = select(c.subject).where(
            c.body == self._body,
            c.fair == fair,
            COUNTS,
            c.kind == SessionAttendance.kind,
            c.about == session,
            *within(between),
        )
        return {subject for (subject,) in self._for_each(c.subject, subjects, query)}

    # -- what it comes to --------------------------------------------------------------------

    def add(self, fair: str, changes: Mapping[tuple[str, str], int]) -> None:
        """Add to a fair's counts by (scope, key)."""
        rows = [
            {"body": self._body, "fair": fair, "scope": scope, "key": key, "count": count}
            for (scope, key), count in sorted(changes.items())
        ]
        if not rows:
            return
        statement = self._insert(t.tally)
        statement = statement.on_conflict_do_update(
            index_elements=[column.name for column in t.tally.primary_key],
            set_={"count": t.tally.c["count"] + statement.excluded["count"]},
        )
        self._c.execute(statement, rows)

    def drop(self, fair: str) -> None:
        """Forget a fair's counts, to derive them again."""
        self._c.execute(delete(t.tally).where(t.tally.c.body == self._body, t.tally.c.fair == fair))

    def counts(self, fair: str, scopes: Collection[str] = ()) -> dict[tuple[str, str], int]:
        """Give a fair's counts that are not zero, by (scope, key); where scopes are named, theirs alone."""
        query = self._counts.where(t.tally.c.fair == fair)
        if scopes:
            query = query.where(t.tally.c.scope.in_(sorted(scopes)))
        return {(scope, key): count for scope, key, count in self._c.execute(query)}

    def counts_between(
        self, fair: str, scopes: Collection[str], first: str, end: str
    ) -> dict[tuple[str, str], int]:
        """Give the counts of these scopes whose keys are at ``first`` or after and before ``end``."""
        c = t.tally.c
        query = self._counts.where(c.fair == fair, c.scope.in_(sorted(scopes)), c.key >= first, c.key < end)
        return {(scope, key): count for scope, key, count in self._c.execute(query)}

    # -- helpers -----------------------------------------------------------------------------

    @property
    def _tallied(self) -> Select[Any]:
        c = t.fact.c
        category = func.coalesce(c.category, 0)
        query = select(c.fair, c.kind, c.about, c.corrected_at, category, c.detail)
        return query.where(c.body == self._body)

    @property
    def _counts(self) -> Select[Any]:
        c = t.tally.c
        return select(c.scope, c.key, c["count"]).where(c.body == self._body, c["count"] != 0)
