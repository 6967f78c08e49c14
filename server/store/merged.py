"""The statements by which two members become one: what is the other's goes over, and a mark stays."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import and_, delete, select, update

from server.rules.members.member import Member
from server.store import tables as t
from server.store.member_counts import MemberCounts
from server.store.statements import Statements


class MergedMembers(Statements):
    """The members of one body that were two, on one connection."""

    def into(self, members: Collection[str]) -> dict[str, str]:
        """Give who those of these members are that are others now."""
        c = t.merged_member.c
        query = select(c.member, c.into_member).where(c.body == self._body)
        return {row.member: row.into_member for row in self._for_each(c.member, members, query)}

    def by_likeness(self, likenesses: Collection[int]) -> dict[int, str]:
        """Give who was like these, and is another now."""
        c = t.merged_member.c
        query = select(c.likeness, c.into_member).where(c.body == self._body, c.likeness.is_not(None))
        return {row.likeness: row.into_member for row in self._for_each(c.likeness, likenesses, query)}

    def made_at(self, members: Collection[str]) -> dict[str, int]:
        """Give since when these members are known, ms UTC."""
        c = t.member.c
        query = select(c.member, c.made_at).where(c.body == self._body)
        return {row.member: row.made_at for row in self._for_each(c.member, members, query)}

    def move(self, keep: str, drop: Member, *, who: str, at: int) -> None:
        """Give all that is a member's to another, and take the first out; the household is the caller's."""
        with MemberCounts(self._c, self._body).following([keep, drop.member]):
            for table in (t.member_card, t.member_consent, t.enrolment):
                self._give(table, table.c.member, keep, drop.member)
            self._move_takings(keep, drop.member)
            for table in (t.member_word, t.member):
                self._c.execute(
                    delete(table).where(table.c.body == self._body, table.c.member == drop.member)
                )
        # Who became this one before is the other now.
        self._give(t.merged_member, t.merged_member.c.into_member, keep, drop.member)
        row = {
            "member": drop.member,
            "into_member": keep,
            "likeness": drop.likeness,
            "at": at,
            "who": who,
        }
        self._upsert(t.merged_member, [row], ("into_member", "likeness", "at", "who"))

    def _move_takings(self, keep: str, drop: str) -> None:
        """Let one stand on rolls for both: who is there twice was invited, or came, if either did."""
        table, both = t.session_taking, t.session_taking.alias("both_there")
        c = table.c
        query = select(c.session, c.invited, c.attended, c.on_sheet)
        query = query.where(c.body == self._body, c.person == drop)
        same = and_(both.c.body == self._body, both.c.person == keep)
        there = {row.session: row for row in self._c.execute(select(both).where(same))}
        for row in self._c.execute(query).all():
            one = (c.body == self._body, c.session == row.session)
            if row.session not in there:
                self._c.execute(update(table).where(*one, c.person == drop).values(person=keep))
                continue
            kept = there[row.session]
            by_name = any(each.invited and not each.on_sheet for each in (row, kept))
            values = {
                "invited": bool(row.invited or kept.invited),
                "attended": bool(row.attended or kept.attended),
                "on_sheet": bool(row.on_sheet or kept.on_sheet) and not by_name,
            }
            self._c.execute(update(table).where(*one, c.person == keep).values(**values))
            self._c.execute(delete(table).where(*one, c.person == drop))
        self._give(table, c.behalf, keep, drop)

    def _give(self, table: Any, column: Any, keep: str, drop: str) -> None:
        where = (table.c.body == self._body, column == drop)
        self._c.execute(update(table).where(*where).values({column.name: keep}))
