"""What an operator does with sessions that belong to no fair: each act is one transaction.

Whoever is on a roll is named by a member's or a card's number alone; every change of a roll, and every
look at the names behind it, is in the audit log.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Final, TypeVar

import msgspec

from server.members.membership import Membership
from server.office import OfficeError
from server.reporting import definitions_of
from server.rules.members.texts import Unfit
from server.rules.sessions.held import (
    MAX_RECOMMENDATIONS,
    BodySession,
    Recommendation,
    read_texts,
)
from server.rules.sessions.rows import session_of
from server.store.audit_log import Transaction
from server.store.engine import Store
from server.store.ledger import Ledger
from server.store.sessions import Sessions

EVERY_PAGE: Final = ""
"""In place of a fair: a running server makes every page of the body anew."""
_Said = TypeVar("_Said")
_Kept = TypeVar("_Kept")


class SessionOffice:
    """The sessions of one body, looked at and changed by whoever ``membership`` says."""

    def __init__(self, store: Store, membership: Membership) -> None:
        self._store = store
        self._membership = membership

    @property
    def membership(self) -> Membership:
        """Whose sessions these are, and who looks at them."""
        return self._membership

    # -- sessions ----------------------------------------------------------------------------

    def all(self, series: str = "") -> list[BodySession]:
        """Give every session, or those of a series; raises :class:`OfficeError` where it has none."""
        with self.reading() as (_, sessions):
            found = sessions.all()
        of_series = [each for each in found if series in ("", each.series)]
        if series and not of_series:
            known = ", ".join(dict.fromkeys(each.series for each in found if each.series))
            raise OfficeError(f"there is no series {series!r}: {choose(known, 'session add --series')}")
        return of_series

    def find(self, session: str) -> BodySession | None:
        """Give the session of that id, if there is one."""
        if not self._membership.body:
            return None
        with self.reading() as (_, sessions):
            return sessions.get(session)

    def one(self, session: str) -> BodySession:
        """Give the session of that id; raises :class:`OfficeError`."""
        with self.reading() as (_, sessions):
            return one_of(sessions, session)

    def add(self, said: Mapping[str, str]) -> BodySession:
        """Add a session of what was said, texts by field; raises :class:`OfficeError`."""
        session = self._made(said, None)
        # Commands name either by its id alone.
        if fair := self.of_fairs().get(session.session):
            raise OfficeError(f"{fair} has a session {session.session!r}: choose another id")
        with self.acting() as (_, sessions):
            if sessions.get(session.session):
                raise OfficeError(
                    f"there is a session {session.session!r} already: change it with  riwaq-server session "
                    f"change {session.session}"
                )
            sessions.put([session])
        return session

    def change(self, session: str, said: Mapping[str, str]) -> BodySession:
        """Change what is said of a session; raises :class:`OfficeError`."""
        after = self._made(said, self.one(session))
        with self.acting() as (_, sessions):
            one_of(sessions, session)
            sessions.put([after])
        return after

    def remove(self, session: str) -> int:
        """Forget a session with its roll and recommendations; gives how many were on the roll."""
        with self.acting() as (connection, sessions):
            one_of(sessions, session)
            count = len(sessions.rolls([session])[session])
            sessions.remove(session)
            if count:
                self._membership.note(connection, "session removed", session=session, count=count)
        return count

    def put_all(self, listed: Sequence[BodySession]) -> None:
        """Write sessions down that a list has named, all or nothing."""
        with self.acting() as (_, sessions):
            sessions.put(listed)

    def of_fairs(self) -> dict[str, str]:
        """Give the fair of each session that has one."""
        definitions = definitions_of(self._store, self._membership.body)
        return {each.id: fair for fair, definition in definitions.items() for each in definition.sessions}

    def territory_of(self, text: str) -> str:
        """Give the id of the territory that is meant; raises :class:`Unfit`."""
        return self._membership.places.find(text)

    def _made(self, said: Mapping[str, str], before: BodySession | None) -> BodySession:
        session, wrong = session_of(said, self.territory_of, before)
        if session is None:
            lines = [f"  - {name}: {each.what}; {each.instead}" for name, each in wrong]
            raise OfficeError("nothing was changed:\n" + "\n".join(lines))
        return session

    # -- recommendations ---------------------------------------------------------------------

    def recommendations(self, sessions: Collection[str]) -> dict[str, list[Recommendation]]:
        """Give what sessions recommend."""
        with self.reading() as (_, store):
            return store.recommendations(sessions)

    def recommend(self, session: str, texts: Mapping[str, str]) -> Recommendation:
        """Add a recommendation to a session; raises :class:`OfficeError`."""
        said = kept(read_texts, texts)
        with self.acting() as (_, sessions):
            one_of(sessions, session)
            number = sessions.next_number(session)
            if number > MAX_RECOMMENDATIONS:
                raise OfficeError(f"{session} has {MAX_RECOMMENDATIONS} recommendations: change one of them")
            made = Recommendation(number=number, texts=said)
            sessions.put_recommendation(session, made)
        return made

    def change_recommendation(
        self, session: str, number: int, *, texts: Mapping[str, str], is_done: bool | None
    ) -> Recommendation:
        """Say a recommendation anew, in the languages given, or that it is done, or open again."""
        said = kept(read_texts, texts) if texts else {}
        with self.acting() as (_, sessions):
            before = self._recommendation(sessions, session, number)
            done_at = before.done_at
            if is_done is not None and is_done == before.is_open:
                done_at = self._membership.now() if is_done else None
            after = msgspec.structs.replace(before, texts={**before.texts, **said}, done_at=done_at)
            if after != before:
                sessions.put_recommendation(session, after)
        return after

    def remove_recommendation(self, session: str, number: int) -> None:
        """Forget a recommendation; the others keep their numbers."""
        with self.acting() as (_, sessions):
            self._recommendation(sessions, session, number)
            sessions.remove_recommendation(session, number)

    @staticmethod
    def _recommendation(sessions: Sessions, session: str, number: int) -> Recommendation:
        one_of(sessions, session)
        listed = {each.number: each for each in sessions.recommendations([session])[session]}
        if number not in listed:
            known = ", ".join(map(str, listed))
            raise OfficeError(
                f"{session} has no recommendation {number}: {choose(known, f'session recommend {session}')}"
            )
        return listed[number]

    # -- transactions ------------------------------------------------------------------------

    @contextmanager
    def reading(self) -> Iterator[tuple[Transaction, Sessions]]:
        """Give the sessions as they are at one moment."""
        self._membership.need_body()
        with self._store.reading() as connection:
            yield connection, Sessions(connection, self._membership.body)

    @contextmanager
    def acting(self) -> Iterator[tuple[Transaction, Sessions]]:
        """Give the sessions in a transaction, after which a running server makes its pages anew."""
        with self._membership.acting() as connection:
            yield connection, Sessions(connection, self._membership.body)
            Ledger(connection, self._membership.body).note_moves([EVERY_PAGE])


def one_of(sessions: Sessions, session: str) -> BodySession:
    """Give the session of that id; raises :class:`OfficeError` with those that there are."""
    found = sessions.get(session)
    if found is None:
        known = ", ".join(each.session for each in sessions.all())
        raise OfficeError(f"there is no session {session!r} without a fair: {choose(known, 'session add')}")
    return found


def choose(known: str, otherwise: str) -> str:
    """Say which there are, or by which command there will be one."""
    return f"choose one of {known}" if known else f"there is none yet; add one with  riwaq-server {otherwise}"


def kept(read: Callable[[_Said], _Kept], said: _Said) -> _Kept:
    """Read what somebody typed; raises :class:`OfficeError` instead of :class:`Unfit`."""
    try:
        return read(said)
    except Unfit as problem:
        raise OfficeError(f"{problem.what}; {problem.instead}") from None
