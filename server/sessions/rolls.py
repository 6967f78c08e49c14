"""Rolls of sessions that belong to no fair: who is invited, who was there, and whom a list names.

Whoever is on a roll is a member's or a card's number; every change of a roll, and every look at the names
behind it, is in the audit log.
"""

from collections.abc import Callable, Collection, Sequence
from typing import Any, Final

import msgspec

from server.office import OfficeError
from server.rules.members.member import Member
from server.rules.sessions.held import Taking, invited_by_sheet
from server.rules.sessions.matrix import Matrix, matrix_of, today_of
from server.sessions.participants import meant_by, people
from server.sessions.sessions import SessionOffice, one_of
from server.store.audit_log import Transaction
from server.store.sessions import Sessions

INVITED: Final = "invite"
ATTENDED: Final = "attend"
_MOST_NAMED: Final = 100
Change = Callable[[Taking], Taking]


class Rolls:
    """The rolls of one body's sessions."""

    def __init__(self, office: SessionOffice) -> None:
        self._office = office
        self._membership = office.membership

    @property
    def body(self) -> str:
        """The body whose sessions these are."""
        return self._membership.body

    def now(self) -> int:
        """Give the server's clock, ms UTC."""
        return self._membership.now()

    def roll(self, session: str) -> list[Taking]:
        """Give who is on a session's roll, by numbers alone; raises :class:`OfficeError`."""
        with self._office.reading() as (_, sessions):
            one_of(sessions, session)
            return sessions.rolls([session])[session]

    def rolls(self, sessions: Collection[str]) -> dict[str, list[Taking]]:
        """Give the rolls of sessions, by numbers alone."""
        with self._office.reading() as (_, store):
            return store.rolls(sessions)

    def named(
        self, persons: Collection[str], what: str, *, file: str = "", **detail: str
    ) -> dict[str, Member]:
        """Give the names behind numbers; the audit log says what for."""
        with self._membership.acting() as connection:
            more = {**detail, "file": file} if file else detail
            self._membership.note(connection, what, count=len(persons), **more)
            return people(connection, self._membership.body, persons)

    def note_roll(
        self,
        session: str,
        texts: Sequence[str],
        change: Change,
        *,
        what: str,
        behalf: str,
    ) -> int:
        """Change the roll for those who are meant, all of them or nobody; gives for how many it changed.

        ``what`` is the word for the audit log. Raises :class:`OfficeError` with all who are not known.
        """
        with self._office.acting() as (connection, sessions):
            one_of(sessions, session)
            meant = meant_by(connection, self._membership.body, {*texts, behalf} - {""})
            if meant.why_not:
                lines = [f"  - {each.what}; {each.instead}" for each in meant.why_not.values()]
                raise OfficeError("nothing was changed:\n" + "\n".join(lines))
            sender = meant.found.get(behalf, "")
            before = {each.person: each for each in sessions.rolls([session])[session]}
            changed = []
            for person in dict.fromkeys(meant.found[text] for text in texts if text in meant.found):
                taking = before.get(person, Taking(person=person))
                after = change(msgspec.structs.replace(taking, behalf=sender or taking.behalf))
                if after.invited != taking.invited:
                    after = msgspec.structs.replace(after, on_sheet=False)
                if after != taking:
                    changed.append(after)
            self._put(connection, sessions, session, changed, what=what)
        return len(changed)

    def put(self, session: str, changed: Sequence[Taking], *, what: str, file: str = "") -> None:
        """Write down what a list has added to a roll, and into the audit log; raises :class:`OfficeError`.

        Between the list's judging and now others may have changed the roll, which stays, or erased or merged
        somebody, who must not come back.
        """
        with self._office.acting() as (connection, sessions):
            one_of(sessions, session)
            now = {each.person: each for each in sessions.rolls([session])[session]}
            both = [_with(now.get(each.person, each), each) for each in changed]
            senders = {each.behalf for each in both} - {each.behalf for each in now.values()} - {""}
            persons = {each.person for each in both} - now.keys()
            if meant_by(connection, self._membership.body, persons | senders).why_not:
                raise OfficeError("somebody on this list is no longer known by that number: take it in again")
            roll = {**now, **{each.person: each for each in both}}
            roll |= {each.person: each for each in invited_by_sheet(roll.values())}
            changed = [each for person, each in roll.items() if each != now.get(person)]
            self._put(connection, sessions, session, changed, what=what, file=file)

    def _put(
        self,
        connection: Transaction,
        sessions: Sessions,
        session: str,
        changed: Sequence[Taking],
        *,
        what: str,
        file: str = "",
    ) -> None:
        if not changed:
            return
        sessions.put_takings(session, changed)
        more: dict[str, Any] = {"file": file} if file else {}
        if len(changed) <= _MOST_NAMED:
            more["members"] = [each.person for each in changed]
        self._membership.note(connection, what, session=session, count=len(changed), **more)

    def matrix(self, series: str = "") -> Matrix:
        """Give who took part in which sessions, by numbers alone; raises :class:`OfficeError`."""
        listed = self._office.all(series)
        return matrix_of(listed, self.rolls([each.session for each in listed]), today_of(self.now()))


def _with(now: Taking, said: Taking) -> Taking:
    """Give what stands on a roll with what a list adds: no list takes anybody off one."""
    invited, attended = now.invited or said.invited, now.attended or said.attended
    return Taking(
        person=said.person,
        behalf=said.behalf or now.behalf,
        invited=invited,
        attended=attended,
        on_sheet=said.on_sheet and not now.by_name,
    )
