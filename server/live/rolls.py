"""Reads rolls with the names of those who are on them; opening such a page is in the audit log."""

from collections.abc import Callable, Iterable, Mapping
from itertools import starmap

from server.live.sessions import SessionsReader, seen_at_fair, seen_of_body, session_thing
from server.live.source import StoreSource
from server.naming import bearers, holders_of
from server.rules.access import Action, Holder, may
from server.rules.members.member import Member
from server.rules.pages.rolls import ColumnSeen, MatrixSeen, PersonSeen, RollSeen, RowSeen
from server.rules.sessions.held import ALL, Taking
from server.rules.sessions.matrix import matrix_of, today_of
from server.rules.tour.invited import MEMBER_MARK
from server.sessions.participants import people
from server.store.audit_log import Transaction
from server.store.engine import Store
from server.store.members import Members
from server.store.parts import Parts
from server.store.served import Served
from server.store.session_past import SessionPast
from server.store.sessions import Sessions
from server.told import FairTold
from wire.card import Category


class RollsReader:
    """Reads the rolls of one body. ``clock`` gives ms UTC."""

    def __init__(
        self, store: Store, source: StoreSource, sessions: SessionsReader, *, clock: Callable[[], int]
    ) -> None:
        self._clock = clock
        self._store = store
        self._source = source
        self._sessions = sessions

    def of_fair(self, params: Mapping[str, str], _: Holder) -> RollSeen | None:
        """Give the roll-call of a session of a fair."""
        definition = self._sessions.definition(params["fair"])
        listed = {each.id: each for each in definition.sessions} if definition else {}
        session = listed.get(params["session"])
        if definition is None or session is None:
            return None
        body, fair = self._source.body, definition.fair
        with self._store.reading() as connection:
            call = FairTold(Parts(connection, body), fair.id).roll_call(session.id)
            attended = {
                subject
                for subject, category in Served(connection, body).attended(fair.id, session.id).items()
                if category != Category.STAFF
            }
            holders = holders_of(connection, body, fair.tour, attended)
            held = bearers(connection, body, SessionPast(connection, body).holders(fair.id, session.id))
            of_card = _of_cards(connection, body, (*call.present, *call.absent))
        there = {holder.person: (holder.card, holder.member) for holder in holders.values()}
        # Of whoever was erased, or has no link any more, the facts tell that somebody came, and not who.
        linked = [(card, member) for card, member in there.values() if card or member]
        present = [_person(card, of_card.get(card)) for card in call.present]
        on_list = {each.number for each in present}
        came = {each.number: each for each in starmap(_person, (*linked, *held.items()))}
        return RollSeen(
            session=seen_at_fair(session, definition, call),
            fair=fair.id,
            present=present,
            besides=[each for number, each in came.items() if number not in on_list],
            absent=[
                _person(card, of_card.get(card)) for card in call.absent if not card.startswith(MEMBER_MARK)
            ],
            nameless=max(0, len(there) - len(linked) - len(held)),
            nameless_absent=max(0, (call.invited or 0) - call.count - len(call.absent)),
        )

    def of_body(self, params: Mapping[str, str], _: Holder) -> RollSeen | None:
        """Give the roll of a session of the body."""
        with self._store.reading() as connection:
            sessions = Sessions(connection, self._source.body)
            found = sessions.get(params["session"])
            if found is None:
                return None
            takings = sessions.rolls([found.session])[found.session]
            seen = seen_of_body(found, takings, self._sessions.territories(sessions))
            named = people(connection, self._source.body, _everybody(takings))
        return RollSeen(
            session=seen,
            fair="",
            present=[_taking(each, named) for each in takings if each.invited and each.attended],
            besides=[_taking(each, named) for each in takings if each.attended and not each.invited],
            absent=[_taking(each, named) for each in takings if each.invited and not each.attended],
        )

    def of_series(self, params: Mapping[str, str], holder: Holder) -> MatrixSeen | None:
        """Give who took part in the sessions of a series whose names somebody may see."""
        series, body = params["series"], self._source.body
        with self._store.reading() as connection:
            sessions = Sessions(connection, body)
            territories = self._sessions.territories(sessions)
            found = [
                each
                for each in sessions.all()
                if series in (ALL, each.series)
                and may(holder, Action.SEE_ROLL_CALL, session_thing(body, each, territories))
            ]
            if not found and series != ALL:
                return None
            rolls = sessions.rolls([each.session for each in found])
            matrix = matrix_of(found, rolls, today_of(self._clock()))
            named = people(connection, body, matrix.parts)
        return MatrixSeen(
            series=series,
            sessions=[
                ColumnSeen(each.session, each.names, each.first_day, each.last_day)
                for each in matrix.sessions
            ],
            rows=[
                RowSeen(_named(person, named.get(person)), [str(part) for part in parts])
                for person, parts in matrix.parts.items()
            ],
        )


def _of_cards(connection: Transaction, body: str, cards: Iterable[str]) -> dict[str, Member]:
    members = Members(connection, body)
    holders = members.holders({card for card in cards if not card.startswith(MEMBER_MARK)})
    known = members.get(set(holders.values()))
    return {card: known[member] for card, member in holders.items() if member in known}


def _everybody(takings: Iterable[Taking]) -> set[str]:
    return {each for taking in takings for each in (taking.person, taking.behalf) if each}


def _person(card: str, member: Member | None) -> PersonSeen:
    if member is None:
        return PersonSeen(card)
    return PersonSeen(member.employee_number or member.member, member.name_ar, member.name_latin)


def _named(person: str, member: Member | None) -> PersonSeen:
    return PersonSeen(person, member.name_ar, member.name_latin) if member else PersonSeen(person)


def _taking(taking: Taking, named: Mapping[str, Member]) -> PersonSeen:
    found, sender = _person(taking.person, named.get(taking.person)), named.get(taking.behalf)
    if sender is None:
        return found
    return PersonSeen(found.number, found.name_ar, found.name_latin, (sender.name_ar, sender.name_latin))
