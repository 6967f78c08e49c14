"""Everything that is held about one person, as rows: for an export, and to know what an erasure reaches."""

from collections.abc import Collection, Iterable, Iterator
from typing import Any, Final, NamedTuple

from sqlalchemy import func, or_, select

from server.store import tables as t
from server.store.statements import Row, Statements
from server.store.unread import UNREAD

_STREAMED: Final = {"yield_per": 2000}


class HeldFact(NamedTuple):
    """A fact of somebody's; ``at`` is corrected time and ``received_at`` the server's, ms UTC."""

    id: int
    event_id: str
    kind: str
    status: str
    fair: str
    booth: str
    device: str
    staff_id: str
    at: int
    received_at: int
    about: str
    detail: str
    sealed: bytes
    voided: bool
    subject: int | None


class HeldCard(NamedTuple):
    """A card of somebody's; what is not known of it is empty, times are ms UTC."""

    card: str
    category: int | None
    territory: int | None
    language: str | None
    valid_from: str | None
    valid_to: str | None
    issued_at: int | None
    revoked_at: int | None
    reason: str | None


class PersonHeld(Statements):
    """The rows of one body on one connection that lead to a person."""

    def knows_card(self, card: str) -> bool:
        """Say whether anything here is about that card, but that it is refused."""
        return any(
            self._c.execute(select(c.card).where(c.body == self._body, c.card == card).limit(1)).first()
            for c in (t.card.c, t.member_card.c, t.subject_link.c, t.session_holder.c)
        ) or bool(self.takings([card]))

    def cards(self, cards: Collection[str]) -> list[HeldCard]:
        """Give what is known of these cards."""
        card, revoked = t.card.c, t.revoked_card.c
        issued = select(*(card[name] for name in HeldCard._fields[:7])).where(card.body == self._body)
        refused = select(revoked.card, revoked.revoked_at, revoked.reason).where(revoked.body == self._body)
        known = {row[0]: tuple(row) for row in self._for_each(card.card, cards, issued)}
        ended = {row[0]: tuple(row[1:]) for row in self._for_each(revoked.card, cards, refused)}
        unknown: tuple[None, ...] = (None,) * 6
        return [
            HeldCard(*known.get(each, (each, *unknown)), *ended.get(each, (None, None)))
            for each in sorted(cards)
        ]

    def links(self, cards: Collection[str]) -> dict[str, set[int]]:
        """Give the subjects of these cards, by tour."""
        c = t.subject_link.c
        found: dict[str, set[int]] = {}
        query = select(c.tour, c.subject).where(c.body == self._body)
        for tour, subject in self._for_each(c.card, cards, query):
            found.setdefault(tour, set()).add(subject)
        return found

    def facts(self, fairs: Collection[str], subjects: Collection[int]) -> list[HeldFact]:
        """Give everything that these subjects did at these fairs."""
        c = t.fact.c
        query = self._facts.where(c.body == self._body, c.fair.in_(sorted(fairs)))
        return [HeldFact(*row) for row in self._for_each(c.subject, subjects, query)]

    def events(self, event_ids: Collection[str]) -> list[HeldFact]:
        """Give the accepted facts with these ids."""
        query = self._facts.where(t.fact.c.body == self._body, t.fact.c.status == "accepted")
        return [HeldFact(*row) for row in self._for_each(t.fact.c.event_id, event_ids, query)]

    def unread(self, after: int) -> Iterator[tuple[int, str]]:
        """Give the facts that nobody has read, after a row's number: each its own, and what is kept of it.

        It reads all there are.
        """
        c = t.fact.c
        query = select(c.id, c.detail).where(
            c.body == self._body, c.id > after, UNREAD, c.detail.is_not(None)
        )
        with self._c.execute(query, execution_options=_STREAMED) as rows:
            for row in rows:
                yield row.id, row.detail

    def newest(self) -> int:
        """Give the number of the newest fact's row, of whatever body."""
        return int(self._c.execute(select(func.max(t.fact.c.id))).scalar() or 0)

    def enrolments(self, member: str, event_ids: Collection[str]) -> list[Row]:
        """Give what was registered of a member, and what came by these events."""
        c = t.enrolment.c
        query = select(t.enrolment).where(c.body == self._body)
        found = {row.event_id: row._mapping for row in self._for_each(c.event_id, event_ids, query)}  # noqa: SLF001 - a row as a mapping
        if member:
            found.update(
                (row.event_id, row._mapping)  # noqa: SLF001 - the same
                for row in self._c.execute(query.where(c.member == member, c.member != ""))
            )
        return [dict(row) for _, row in sorted(found.items())]

    def kept_enrolments(self) -> Iterator[tuple[str, bytes, str]]:
        """Give the events that are not worked off, with their bytes and whom they wait for."""
        c = t.enrolment.c
        query = select(c.event_id, c.raw, c.wanted)
        query = query.where(c.body == self._body, or_(func.length(c.raw) > 0, c.wanted != ""))
        for row in self._c.execute(query).all():
            yield row.event_id, bytes(row.raw), row.wanted

    def quarantined(self) -> Iterator[tuple[Row, bytes]]:
        """Give what is in quarantine, by its key, with its bytes."""
        c = t.quarantine.c
        query = select(c.device, c.epoch, c.seq, c.digest, c.raw)
        query = query.where(c.body == self._body, func.length(c.raw) > 0)
        with self._c.execute(query, execution_options=_STREAMED) as rows:
            for *key, raw in rows:
                yield dict(zip(("device", "epoch", "seq", "digest"), key, strict=True)), bytes(raw)

    def consents(self, member: str) -> list[Row]:
        """Give to what a member has agreed at registrations."""
        c = t.member_consent.c
        query = select(c.consent, c.version, c.language, c.at, c.device)
        query = query.where(c.body == self._body, c.member == member).order_by(c.at)
        return [dict(row) for row in self._c.execute(query).mappings()]

    def takings(self, persons: Collection[str]) -> list[Row]:
        """Give the sessions without a fair that somebody of these ids or cards was asked to, or was at."""
        rows = self._for_each(t.session_taking.c.person, persons, self._takings)
        return [dict(row._mapping) for row in rows]  # noqa: SLF001 - the same

    def takings_for(self, member: str) -> list[Row]:
        """Give the sessions without a fair to which others were asked, or at which they were, for a member.

        As :meth:`takings` gives them.
        """
        rows = self._c.execute(self._takings.where(t.session_taking.c.behalf == member))
        return [dict(row) for row in rows.mappings()]

    def sessions_held(self, cards: Collection[str]) -> list[tuple[str, str]]:
        """Give the fairs' sessions on whose lists these cards still stand."""
        c = t.session_holder.c
        query = select(c.fair, c.session).where(c.body == self._body)
        return sorted((fair, session) for fair, session in self._for_each(c.card, cards, query))

    def merged(self, member: str) -> list[str]:
        """Give the members who turned out to be this one."""
        c = t.merged_member.c
        query = select(c.member).where(c.body == self._body, c.into_member == member)
        return list(self._c.execute(query.order_by(c.member)).scalars())

    def notes(self, event_ids: Collection[str]) -> list[tuple[str, bytes]]:
        """Give what was noted, sealed, of feedback that was worked off."""
        c = t.feedback_case.c
        query = select(c.event_id, c.note).where(c.body == self._body)
        return [(event_id, bytes(note)) for event_id, note in self._for_each(c.event_id, event_ids, query)]

    def travels(self, facts: Collection[int]) -> list[str]:
        """Give the impossible travels, by their keys, that were found of facts with these rows' numbers."""
        c = t.travel.c
        rows = self._c.execute(select(c.key, c.fact, c.other_fact).where(c.body == self._body))
        return [key for key, *pair in rows if not set(facts).isdisjoint(pair)]

    def decisions(self) -> list[tuple[str, str, str]]:
        """Give what people have decided of exceptions: kind, key, and how it was, as JSON."""
        c = t.exception_decision.c
        query = select(c.kind, c.key, c.about).where(c.body == self._body)
        return [(kind, key, about) for kind, key, about in self._c.execute(query)]

    def events_of_cards(self, cards: Collection[str]) -> set[str]:
        """Give the events by which these cards came to their member."""
        c = t.member_card.c
        query = select(c.event_id).where(c.body == self._body, c.event_id != "")
        return {event_id for (event_id,) in self._for_each(c.card, cards, query)}

    def words(self, member: str) -> str:
        """Give the words by which a member is found, as they are kept."""
        c = t.member.c
        query = select(c.words).where(c.body == self._body, c.member == member)
        return str(self._c.execute(query).scalar_one())

    def known_since(self, member: str) -> tuple[int, int]:
        """Give when a member came to be known, and when that was last changed, ms UTC."""
        c = t.member.c
        query = select(c.made_at, c.changed_at).where(c.body == self._body, c.member == member)
        made, changed = self._c.execute(query).one()
        return int(made), int(changed)

    # -- all of them, to look for marks ------------------------------------------------------

    def all_cards(self) -> Iterator[str]:
        """Give the number of every card that is about somebody; one may come several times."""
        for c in (t.card.c, t.member_card.c, t.subject_link.c, t.session_holder.c):
            query = select(c.card).where(c.body == self._body)
            with self._c.execute(query, execution_options=_STREAMED) as rows:
                yield from rows.scalars()

    def all_members(self) -> Iterator[str]:
        """Give the id of every member."""
        query = select(t.member.c.member).where(t.member.c.body == self._body)
        with self._c.execute(query, execution_options=_STREAMED) as rows:
            yield from rows.scalars()

    @property
    def _takings(self) -> Any:
        c, session = t.session_taking.c, t.session.c
        both = (session.body == c.body) & (session.session == c.session)
        return (
            select(c.session, c.person, c.behalf, c.invited, c.attended, session.series)
            .join_from(t.session_taking, t.session, both)
            .where(c.body == self._body)
        )

    @property
    def _facts(self) -> Any:
        c = t.fact.c
        texts: Iterable[Any] = (c.event_id, c.kind)
        return select(
            c.id,
            *(func.coalesce(each, "") for each in texts),
            c.status,
            func.coalesce(c.fair, ""),
            func.coalesce(c.booth, ""),
            c.device,
            func.coalesce(c.staff_id, ""),
            func.coalesce(c.corrected_at, 0),
            c.received_at,
            func.coalesce(c.about, ""),
            func.coalesce(c.detail, ""),
            func.coalesce(c.sealed, b""),
            c.voided,
            c.subject,
        )
