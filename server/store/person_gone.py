"""What an erasure writes: rows emptied or taken out, so that no figure changes and nobody can be told."""

from collections.abc import Collection, Sequence
from typing import Any, Final

from sqlalchemy import delete, func, update

from server.rules.members.member import Member
from server.store import tables as t
from server.store.member_counts import MemberCounts
from server.store.statements import Row, Statements

_AT_ONCE: Final = 500
_DONE: Final = "voided"
"""What comes of a registration of somebody who was erased: its card is refused, nobody is made of it."""


class PersonGone(Statements):
    """The statements on one connection, in the caller's transaction; each gives how many rows it moved."""

    # -- facts -------------------------------------------------------------------------------

    def empty_facts(self, ids: Collection[int]) -> int:
        """Empty what was sealed in these facts."""
        c = t.fact.c
        where = (c.body == self._body, c.sealed.is_not(None))
        return sum(
            self._c.execute(update(t.fact).where(*where, c.id.in_(some)).values(sealed=None)).rowcount
            for some in _chunks(ids)
        )

    def empty_unread(self, ids: Collection[int]) -> int:
        """Empty what was kept of facts of unknown kinds."""
        c = t.fact.c
        return sum(
            self._c.execute(
                update(t.fact).where(c.body == self._body, c.id.in_(some)).values(detail=None)
            ).rowcount
            for some in _chunks(ids)
        )

    def unlink(self, cards: Collection[str]) -> int:
        """Forget of which subject, and on which lists of sessions, these cards are."""
        return sum(self._drop(table, table.c.card, cards) for table in (t.subject_link, t.session_holder))

    # -- what waits or was not taken ---------------------------------------------------------

    def empty_enrolments(self, event_ids: Collection[str]) -> int:
        """Forget of whom these registrations, reissues and revocations were."""
        c = t.enrolment.c
        values: Row = {
            "raw": b"",
            "is_due": False,
            "outcome": _DONE,
            "member": "",
            "doubt": "",
            "wanted": "",
        }
        return sum(
            self._c.execute(
                update(t.enrolment).where(c.body == self._body, c.event_id.in_(some)).values(**values)
            ).rowcount
            for some in _chunks(event_ids)
        )

    def change_wanted(self, wanted: Sequence[tuple[str, str]]) -> None:
        """Write anew whom events wait for: (event id, numbers with commas between)."""
        c = t.enrolment.c
        for event_id, numbers in wanted:
            one = (c.body == self._body, c.event_id == event_id)
            self._c.execute(update(t.enrolment).where(*one).values(wanted=numbers))

    def empty_quarantined(self, keys: Sequence[Row]) -> int:
        """Empty the bytes of what is in quarantine under these keys."""
        c = t.quarantine.c
        for key in keys:
            where = [c[name] == value for name, value in key.items()]
            self._c.execute(update(t.quarantine).where(c.body == self._body, *where).values(raw=b""))
        return len(keys)

    # -- a member ----------------------------------------------------------------------------

    def drop_member(self, member: Member, merged: Collection[str], cards: Collection[str]) -> int:
        """Take a member out, with words, cards and consents."""
        ids = [member.member, *merged]
        dropped = 0
        with MemberCounts(self._c, self._body).following(ids):
            for table in (t.member_word, t.member_card, t.member_consent, t.member):
                dropped += self._drop(table, table.c.member, ids)
            dropped += self.drop_cards(cards)
        return dropped + self._drop(t.merged_member, t.merged_member.c.into_member, ids)

    def drop_cards(self, cards: Collection[str]) -> int:
        """Forget that cards were issued."""
        return self._drop(t.card, t.card.c.card, cards)

    # -- what people did with it -------------------------------------------------------------

    def empty_notes(self, event_ids: Collection[str]) -> int:
        """Empty what was noted of feedback."""
        c = t.feedback_case.c
        return sum(
            self._c.execute(
                update(t.feedback_case)
                .where(c.body == self._body, c.event_id.in_(some), func.length(c.note) > 0)
                # As touched: a form that was opened before, with the note in it, is refused.
                .values(note=b"", at=c.at + 1)
            ).rowcount
            for some in _chunks(event_ids)
        )

    def empty_decisions(self, keys: Sequence[tuple[str, str]]) -> int:
        """Empty why people have decided as they did, and about whom: (kind, key) of each decision."""
        c = t.exception_decision.c
        for kind, key in keys:
            one = (c.body == self._body, c.kind == kind, c.key == key)
            self._c.execute(update(t.exception_decision).where(*one).values(reason="", about="{}"))
        return len(keys)

    def rename_takings(self, persons: Collection[str], nobody: str, member: str) -> int:
        """Let somebody on rolls of sessions be ``nobody``: the rolls' counts stay."""
        c = t.session_taking.c
        moved = sum(
            self._c.execute(
                update(t.session_taking)
                .where(c.body == self._body, c.person == person)
                .values(person=stand_in)
            ).rowcount
            for person, stand_in in _stand_ins(persons, nobody)
        )
        if member:
            where = (c.body == self._body, c.behalf == member)
            moved += self._c.execute(update(t.session_taking).where(*where).values(behalf=nobody)).rowcount
        return moved

    def add_past(self, fair: str, session: str, invited: int, present: int) -> None:
        """Count more of whom nothing is known but that they were invited to a session, and were there."""
        statement = self._insert(t.session_past)
        past = t.session_past.c
        statement = statement.on_conflict_do_update(
            index_elements=[column.name for column in t.session_past.primary_key],
            set_={
                "invited": past.invited + statement.excluded.invited,
                "present": past.present + statement.excluded.present,
            },
        )
        row = {"fair": fair, "session": session, "invited": invited, "present": present}
        self._c.execute(statement, [{"body": self._body, **row}])

    def _drop(self, table: Any, column: Any, values: Collection[Any]) -> int:
        return sum(
            self._c.execute(delete(table).where(table.c.body == self._body, column.in_(some))).rowcount
            for some in _chunks(values)
        )


def _stand_ins(persons: Collection[str], nobody: str) -> list[tuple[str, str]]:
    """Give each of several a stand-in of its own: one session may have both a member and a card of hers."""
    return [
        (person, nobody if not at else f"{nobody}-{at}"[:19]) for at, person in enumerate(sorted(persons))
    ]


def _chunks(values: Collection[Any]) -> list[list[Any]]:
    listed = sorted(values)
    return [listed[at : at + _AT_ONCE] for at in range(0, len(listed), _AT_ONCE)]
