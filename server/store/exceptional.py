"""The statements of exceptions: what is put aside, refused or doubtful, and what was decided of it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, and_, func, literal_column, select, update

from server.rules.exceptions import Sighting
from server.store import tables as t
from server.store.presences import SHOWS_SOMEBODY
from server.store.statements import Statements
from wire.card import Category
from wire.events import SignUp

_CLASHING: Final = ("clash", "stolen_id")
_SAMPLES: Final = 3
_SHOWS_A_MEMBER: Final = and_(
    SHOWS_SOMEBODY, t.fact.c.subject.is_not(None), func.coalesce(t.fact.c.category, 0) != int(Category.STAFF)
)
# Written out, not as parameters: only then do both engines know that the partial index will do.
_REFUSED: Final[ColumnElement[bool]] = literal_column(
    "enrolment.outcome NOT IN ('', 'enrolled', 'linked', 'reissued', 'revoked', 'voided')"
)


@dataclass(frozen=True, slots=True)
class Group:
    """Facts of one kiosk that share a reason: how many, and when the first and the last came, ms UTC."""

    device: str
    reason: str
    count: int
    first: int
    last: int


class Doubted(NamedTuple):
    """A registration of somebody who may be known already; ``doubt`` as registering has noted it."""

    event_id: str
    device: str
    member: str
    doubt: str
    received_at: int


class TravelRow(NamedTuple):
    """A subject at two fairs, as it was found."""

    key: str
    subject: int
    fair: str
    other_fair: str
    fact: int
    other_fact: int
    found_at: int


class Seen(NamedTuple):
    """A fact that shows somebody to be there; ``is_measured`` says whether its clock is known."""

    id: int
    subject: int
    fair: str
    booth: str
    at: int
    category: int
    is_measured: bool


class NewlySeen(NamedTuple):
    """A fact of which it matters here whose it is, where, and by which boot."""

    id: int
    kind: str | None
    fair: str | None
    subject: int | None
    device: str
    boot_id: str | None


class Decided(NamedTuple):
    """What somebody decided; ``about`` is the exception as it was, as JSON."""

    kind: str
    key: str
    fair: str
    decision: str
    reason: str
    about: str
    who: str
    at: int


class Exceptional(Statements):
    """The exceptions of one body on one connection."""

    # -- what did not fit --------------------------------------------------------------------

    def clashes(self) -> list[Group]:
        """Count what contradicts other facts, by kiosk."""
        c = t.quarantine.c
        return self._groups(c, c.reason, c.body == self._body, c.reason.in_(_CLASHING))

    def clashing(self, device: str) -> list[bytes]:
        """Give some of a kiosk's events that contradict others, as they came, the newest first."""
        c = t.quarantine.c
        query = select(c.raw).where(c.body == self._body, c.device == device, c.reason.in_(_CLASHING))
        rows = self._c.execute(query.order_by(c.received_at.desc(), c.seq.desc()).limit(_SAMPLES))
        return [bytes(raw) for raw in rows.scalars()]

    def rejected(self) -> list[Group]:
        """Count facts that could not be understood, by kiosk and reason."""
        c = t.fact.c
        return self._groups(c, c.reason, c.body == self._body, literal_column("fact.status = 'rejected'"))

    def unmade(self) -> list[Group]:
        """Count what kiosks did for members and nothing came of, by kiosk and reason."""
        c = t.enrolment.c
        return self._groups(c, c.outcome, c.body == self._body, _REFUSED)

    def doubted(self) -> list[Doubted]:
        """Give registrations of whom somebody known may be, the newest first."""
        c = t.enrolment.c
        columns = (c.event_id, c.device, c.member, c.doubt, c.received_at)
        has_one: ColumnElement[bool] = literal_column("enrolment.doubt <> ''")
        query = select(*columns).where(c.body == self._body, has_one, c.doubt.contains("like:"))
        query = query.order_by(c.received_at.desc(), c.event_id.desc())
        return [Doubted(*row) for row in self._c.execute(query)]

    def in_doubt(self, fair: str) -> set[int]:
        """Give the subjects that have signed up at a fair to what they have withdrawn somewhere."""
        signed, withdrawn = t.fact.alias("signed"), t.fact
        same = and_(
            signed.c.subject == withdrawn.c.subject,
            signed.c.body == withdrawn.c.body,
            signed.c.about == withdrawn.c.about,
        )
        query = (
            select(withdrawn.c.subject)
            .select_from(withdrawn.join(signed, same))
            .where(
                withdrawn.c.body == self._body,
                literal_column("fact.kind = 'withdrawal'"),
                literal_column("signed.kind IN ('sign_up', 'withdrawal')"),
                signed.c.kind == SignUp.kind,
                signed.c.fair == fair,
                withdrawn.c.subject.is_not(None),
            )
        )
        return set(self._c.execute(query.distinct()).scalars())

    # -- travel ------------------------------------------------------------------------------

    def looked(self, purpose: str) -> int:
        """Give the id of the last fact that was looked at for a purpose."""
        c = t.looked_at.c
        query = select(c.upto).where(c.body == self._body, c.purpose == purpose)
        return int(self._c.execute(query).scalar() or 0)

    def note_looked(self, purpose: str, upto: int) -> None:
        """Write down how far facts were looked at."""
        self._upsert(t.looked_at, [{"purpose": purpose, "upto": upto}], ("upto",))

    def facts_after(self, fact: int, most: int) -> tuple[list[NewlySeen], int]:
        """Give facts after that id, at most so many, and the id up to which there are no others."""
        c = t.fact.c
        newest = int(self._c.execute(select(func.max(c.id))).scalar() or 0)
        columns = (c.id, c.kind, c.fair, c.subject, c.device, c.boot_id)
        query = select(*columns).where(c.body == self._body, c.id > fact).order_by(c.id).limit(most)
        found = [NewlySeen(*row) for row in self._c.execute(query)]
        return found, found[-1].id if len(found) == most else newest

    def elsewhere(self, fairs: Collection[str], subjects: Collection[int]) -> set[int]:
        """Give those of these subjects that were seen at one of these fairs."""
        c = t.fact.c
        query = select(c.subject).where(c.body == self._body, c.fair.in_(sorted(fairs)), _SHOWS_A_MEMBER)
        return {subject for (subject,) in self._for_each(c.subject, subjects, query.distinct())}

    def seen(self, fairs: Collection[str], subjects: Collection[int]) -> list[Seen]:
        """Give every fact that shows these subjects at one of these fairs."""
        c = t.fact.c
        query = self._seen().where(c.fair.in_(sorted(fairs)))
        return [Seen(*row) for row in self._for_each(c.subject, subjects, query)]

    def seen_by_id(self, facts: Collection[int]) -> dict[int, Seen]:
        """Give those of these facts that still show somebody, by id."""
        return {row.id: Seen(*row) for row in self._for_each(t.fact.c.id, facts, self._seen())}

    def travel_keys(self, subjects: Collection[int]) -> dict[tuple[int, frozenset[str]], set[str]]:
        """Give the keys of what was found of facts that are these subjects' now, by subject and both fairs.

        They may have been another's then: several are one where cards turned out to be one member's.
        """
        c, fact = t.travel.c, t.fact.c
        query = select(fact.subject, c.fair, c.other_fair, c.key).where(c.body == self._body)
        query = query.select_from(t.travel.join(t.fact, fact.id == c.fact))
        keys: dict[tuple[int, frozenset[str]], set[str]] = {}
        for subject, fair, other, key in self._for_each(fact.subject, subjects, query):
            keys.setdefault((subject, frozenset((fair, other))), set()).add(key)
        return keys

    def add_travels(self, rows: Sequence[TravelRow]) -> None:
        """Write down what was found; two fairs of one subject once, with the closest facts."""
        self._upsert(t.travel, [row._asdict() for row in rows], ("fair", "other_fair", "fact", "other_fact"))

    def travels(self) -> list[TravelRow]:
        """Give what was found, the newest first."""
        columns = (t.travel.c[name] for name in TravelRow._fields)
        query = select(*columns).where(t.travel.c.body == self._body)
        rows = self._c.execute(query.order_by(t.travel.c.found_at.desc(), t.travel.c.key))
        return [TravelRow(*row) for row in rows]

    # -- decisions ---------------------------------------------------------------------------

    def decisions(self) -> list[Decided]:
        """Give what was decided, the newest first."""
        columns = (t.exception_decision.c[name] for name in Decided._fields)
        query = select(*columns).where(t.exception_decision.c.body == self._body)
        return [Decided(*row) for row in self._c.execute(query.order_by(t.exception_decision.c.at.desc()))]

    def decide(self, decided: Decided) -> None:
        """Write down what was decided; what was decided before of the same is in the audit log."""
        changing = ("fair", "decision", "reason", "about", "who", "at")
        self._upsert(t.exception_decision, [decided._asdict()], changing)

    def release(self, device: str) -> None:
        """Take a kiosk's flag away."""
        c = t.kiosk.c
        where = (c.body == self._body, c.device == device)
        self._c.execute(update(t.kiosk).where(*where).values(flag=""))

    # -- helpers -----------------------------------------------------------------------------

    def _groups(self, c: Any, reason: Any, *where: Any) -> list[Group]:
        count = func.count().label("count")
        columns = (c.device, reason, count, func.min(c.received_at), func.max(c.received_at))
        query = select(*columns).where(*where).group_by(c.device, reason).order_by(c.device, reason)
        return [
            Group(row[0], row[1] or "", int(row[2]), int(row[3]), int(row[4]))
            for row in self._c.execute(query)
        ]

    def _seen(self) -> Any:
        c, clock = t.fact.c, t.clock_offset.c
        of_boot = and_(clock.body == c.body, clock.device == c.device, clock.boot_id == c.boot_id)
        columns = (
            c.id,
            c.subject,
            c.fair,
            c.booth,
            c.corrected_at,
            func.coalesce(c.category, 0),
            clock.event_id.is_not(None),
        )
        together = t.fact.join(t.clock_offset, of_boot, isouter=True)
        return select(*columns).select_from(together).where(c.body == self._body, _SHOWS_A_MEMBER)


def sightings(seen: Sequence[Seen]) -> list[Sighting]:
    """Give the sightings whose clocks were measured."""
    return [Sighting(each.id, each.fair, each.at) for each in seen if each.is_measured]
