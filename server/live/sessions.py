"""Reads sessions for their pages: those of a fair, and those of the body that somebody may see."""

from collections.abc import Mapping, Sequence
from typing import Any

from server.live.source import StoreSource
from server.rules.access import Action, Holder, Thing, may
from server.rules.fair import FairDefinition
from server.rules.pages.session_data import Recommended, SessionAlone, SessionSeen, SessionsSeen
from server.rules.roll_call import RollCall
from server.rules.sessions.held import ALL, BodySession, Recommendation, Taking, roll_of
from server.rules.things import around, fair_thing
from server.store.engine import Store
from server.store.parts import Parts
from server.store.sessions import Sessions
from server.told import FairTold
from wire.described import Session
from wire.programme import Territory


class SessionsReader:
    """Reads the sessions of one body."""

    def __init__(self, store: Store, source: StoreSource) -> None:
        self._store = store
        self._source = source

    def of_fair(self, params: Mapping[str, str], holder: Holder) -> SessionsSeen | None:
        """Give the sessions of the fair that is named."""
        definition = self.definition(params["fair"])
        if definition is None:
            return None
        with self._store.reading() as connection:
            calls = FairTold(Parts(connection, self._source.body), definition.fair.id)
            counted = calls.roll_calls(calls.figures())
        seen = [seen_at_fair(each, definition, counted[each.id]) for each in definition.sessions]
        sees_names = may(holder, Action.SEE_ROLL_CALL, fair_thing(definition))
        return SessionsSeen(
            fair=definition.fair.id,
            names=definition.fair.names,
            sessions=seen,
            with_rolls=[each.id for each in seen] if sees_names else [],
        )

    def of_body(self, _: Mapping[str, str], holder: Holder) -> SessionsSeen:
        """Give the body's own sessions that somebody may see."""
        with self._store.reading() as connection:
            sessions = Sessions(connection, self._source.body)
            territories = self.territories(sessions)
            found = [each for each in sessions.all() if self._may(holder, each, territories)]
            ids = [each.session for each in found]
            rolls, recommended = sessions.rolls(ids), sessions.recommendations(ids)
        return SessionsSeen(
            fair="",
            names={},
            sessions=[seen_of_body(each, rolls[each.session], territories) for each in found],
            recommended=_recommended(found, recommended),
            with_rolls=[
                each.session for each in found if self._may(holder, each, territories, Action.SEE_ROLL_CALL)
            ],
        )

    def one(self, params: Mapping[str, str], holder: Holder) -> SessionAlone | None:
        """Give the body's session that is named."""
        with self._store.reading() as connection:
            sessions = Sessions(connection, self._source.body)
            found = sessions.get(params["session"])
            if found is None:
                return None
            territories = self.territories(sessions)
            takings = sessions.rolls([found.session])[found.session]
            recommended = sessions.recommendations([found.session])
        return SessionAlone(
            session=seen_of_body(found, takings, territories),
            recommended=_recommended([found], recommended),
            with_roll=self._may(holder, found, territories, Action.SEE_ROLL_CALL),
        )

    def find(self, path: Mapping[str, Any]) -> Thing | None:
        """Give the body's session that a path names, as access is judged by it."""
        with self._store.reading() as connection:
            sessions = Sessions(connection, self._source.body)
            found = sessions.get(str(path.get("session", "")))
            if found is None:
                return None
            return session_thing(self._source.body, found, self.territories(sessions))

    def find_series(self, path: Mapping[str, Any]) -> Thing | None:
        """Give the series that a path names, of which each account sees the sessions that are its own."""
        series = str(path.get("series", ""))
        with self._store.reading() as connection:
            sessions = Sessions(connection, self._source.body)
            found = [each for each in sessions.all() if series in (ALL, each.series)]
            if not found and series != ALL:
                return None
            territories = self.territories(sessions)
        own = (session_thing(self._source.body, each, territories) for each in found)
        return Thing(body=self._source.body, parts=tuple(own))

    def definition(self, fair: str) -> FairDefinition | None:
        """Give the fair of that id, if there is one."""
        return next((each for each in self._source.fairs() if each.fair.id == fair), None)

    def territories(self, sessions: Sessions) -> dict[str, Territory]:
        """Give all that the body has, by id."""
        described = (each for definition in self._source.fairs() for each in definition.territories)
        return {each.id: each for each in (*sessions.territories(), *described)}

    def _may(
        self,
        holder: Holder,
        session: BodySession,
        territories: Mapping[str, Territory],
        action: Action = Action.SEE_SESSIONS,
    ) -> bool:
        return may(holder, action, session_thing(self._source.body, session, territories))


def session_thing(body: str, session: BodySession, territories: Mapping[str, Territory]) -> Thing:
    """Give a session of the body: it lies in its territory."""
    return Thing(body=body, within=around(session.territory, territories.values()))


def seen_at_fair(session: Session, definition: FairDefinition, call: RollCall) -> SessionSeen:
    """Give a session of a fair with its roll, counted."""
    booths = {booth.id: booth.names for booth in definition.booths}
    territories = {each.id: each.names for each in definition.territories}
    return SessionSeen(
        id=session.id,
        names=session.names,
        kind=session.kind,
        invited=call.invited,
        present=call.count,
        attended=call.attended,
        unmatched=call.unmatched,
        territory=territories.get(session.territory, {}),
        room=booths.get(session.booth, {}),
        first_day=session.day,
        last_day=session.last_day,
        starts=session.starts or "",
        ends=session.ends or "",
    )


def seen_of_body(
    session: BodySession, takings: Sequence[Taking], territories: Mapping[str, Territory]
) -> SessionSeen:
    """Give a session of the body with its roll, counted."""
    roll = roll_of(takings)
    territory = territories.get(session.territory)
    return SessionSeen(
        id=session.session,
        names=session.names,
        kind=session.kind,
        invited=roll.invited or None,
        present=roll.present,
        attended=roll.attended,
        series=session.series,
        territory=territory.names if territory else {"fr": session.territory},
        place=session.place,
        first_day=session.first_day,
        last_day=session.last_day,
    )


def _recommended(
    sessions: Sequence[BodySession], found: Mapping[str, Sequence[Recommendation]]
) -> list[Recommended]:
    return [
        Recommended(each.session, each.names, one.number, one.texts, one.done_at)
        for each in sessions
        for one in found[each.session]
    ]
