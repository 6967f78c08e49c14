"""Sessions of one body that belong to no fair: rolls, recommendations, and its own territories."""

from collections.abc import Collection, Sequence
from typing import Any

import msgspec
from sqlalchemy import delete, func, select

from server.rules.sessions.held import BodySession, Recommendation, Taking
from server.store import tables as t
from server.store.statements import Statements
from wire.described import Names
from wire.programme import Territory

_SESSION = tuple(BodySession.__struct_fields__)
_TAKING = tuple(Taking.__struct_fields__)


class Sessions(Statements):
    """The sessions on one connection, inside the caller's transaction."""

    # -- sessions ----------------------------------------------------------------------------

    def all(self) -> list[BodySession]:
        """Give every session, in the order of their days; those of unknown days come last."""
        columns = [t.session.c[name] for name in _SESSION]
        rows = self._c.execute(select(*columns).where(t.session.c.body == self._body))
        return sorted(map(_session, rows), key=lambda each: each.order)

    def get(self, session: str) -> BodySession | None:
        """Give the session of that id, if there is one."""
        columns = [t.session.c[name] for name in _SESSION]
        query = select(*columns).where(t.session.c.body == self._body, t.session.c.session == session)
        row = self._c.execute(query).first()
        return _session(row) if row else None

    def put(self, sessions: Sequence[BodySession]) -> None:
        """Write sessions down, or anew."""
        rows = [{**msgspec.structs.asdict(each), "names": _json(each.names)} for each in sessions]
        self._upsert(t.session, rows, _SESSION[1:])

    def remove(self, session: str) -> None:
        """Forget a session, with its roll and what it recommends."""
        for table in (t.recommendation, t.session_taking, t.session):
            self._c.execute(delete(table).where(table.c.body == self._body, table.c.session == session))

    # -- rolls -------------------------------------------------------------------------------

    def rolls(self, sessions: Collection[str]) -> dict[str, list[Taking]]:
        """Give the rolls of these sessions."""
        columns = [t.session_taking.c[name] for name in ("session", *_TAKING)]
        query = select(*columns).where(t.session_taking.c.body == self._body)
        found: dict[str, list[Taking]] = {session: [] for session in sessions}
        for row in self._for_each(t.session_taking.c.session, sessions, query):
            found[row[0]].append(Taking(**dict(zip(_TAKING, row[1:], strict=True))))
        for takings in found.values():
            takings.sort(key=lambda each: each.person)
        return found

    def put_takings(self, session: str, takings: Sequence[Taking]) -> None:
        """Write down who is on a roll, or anew; whoever is neither invited nor was there leaves it."""
        kept = [each for each in takings if each.invited or each.attended]
        rows = [{"session": session, **msgspec.structs.asdict(each)} for each in kept]
        self._upsert(t.session_taking, rows, _TAKING[1:])
        table = t.session_taking
        for each in takings:
            if not each.invited and not each.attended:
                where = (
                    table.c.body == self._body,
                    table.c.session == session,
                    table.c.person == each.person,
                )
                self._c.execute(delete(table).where(*where))

    # -- recommendations ---------------------------------------------------------------------

    def recommendations(self, sessions: Collection[str]) -> dict[str, list[Recommendation]]:
        """Give what these sessions recommend, by number."""
        table = t.recommendation
        query = select(table.c.session, table.c.number, table.c.texts, table.c.done_at)
        rows = self._for_each(table.c.session, sessions, query.where(table.c.body == self._body))
        found: dict[str, list[Recommendation]] = {session: [] for session in sessions}
        for session, number, texts, done_at in rows:
            names = msgspec.json.decode(texts, type=dict[str, str])
            found[session].append(Recommendation(number=number, texts=names, done_at=done_at))
        for listed in found.values():
            listed.sort(key=lambda each: each.number)
        return found

    def next_number(self, session: str) -> int:
        """Give the number of a session's next recommendation."""
        table = t.recommendation
        where = (table.c.body == self._body, table.c.session == session)
        return int(self._c.execute(select(func.max(table.c.number)).where(*where)).scalar() or 0) + 1

    def put_recommendation(self, session: str, recommendation: Recommendation) -> None:
        """Write a recommendation down, or anew."""
        row = {
            "session": session,
            "number": recommendation.number,
            "texts": _json(recommendation.texts),
            "done_at": recommendation.done_at,
        }
        self._upsert(t.recommendation, [row], ("texts", "done_at"))

    def remove_recommendation(self, session: str, number: int) -> None:
        """Forget a recommendation; the numbers of the others stay."""
        table = t.recommendation
        where = (table.c.body == self._body, table.c.session == session, table.c.number == number)
        self._c.execute(delete(table).where(*where))

    # -- territories -------------------------------------------------------------------------

    def territories(self) -> list[Territory]:
        """Give the territories that the body has besides those of its tours, by id."""
        table = t.own_territory
        query = select(table.c.territory, table.c.names, table.c.parent).where(table.c.body == self._body)
        return [
            Territory(id=row.territory, names=msgspec.json.decode(row.names, type=Names), parent=row.parent)
            for row in self._c.execute(query.order_by(table.c.territory))
        ]

    def put_territory(self, territory: Territory) -> None:
        """Write a territory down, or anew."""
        row = {"territory": territory.id, "names": _json(territory.names), "parent": territory.parent}
        self._upsert(t.own_territory, [row], ("names", "parent"))


def _session(row: Any) -> BodySession:
    fields = dict(zip(_SESSION, row, strict=True))
    fields["names"] = msgspec.json.decode(fields["names"], type=dict[str, str])
    return BodySession(**fields)


def _json(names: Names) -> str:
    return msgspec.json.encode(names).decode()
