"""Members as somebody sees them who may see those of some homes alone."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection, select

from server.store import tables as t
from server.store.member_counts import has_card
from server.store.members import Members


class SeenMembers(Members):
    """The members who live at these homes, None for all; others are not there, whatever is asked."""

    def __init__(self, connection: Connection, body: str, homes: Collection[str] | None) -> None:
        super().__init__(connection, body)
        self._homes = homes

    def with_card(self, members: Collection[str]) -> set[str]:
        """Say which of these have a card that is not refused."""
        query = select(t.member.c.member).where(t.member.c.body == self._body, has_card(self._body))
        return {row.member for row in self._for_each(t.member.c.member, members, query)}

    def _all(self) -> Any:
        query = super()._all()
        return query if self._homes is None else query.where(t.member.c.territory.in_(sorted(self._homes)))
