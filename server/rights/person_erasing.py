"""What an operator does to erase somebody: look at what it will do, do it, and see that no byte is left.

A backup of before that is put back has everybody erased once more: :meth:`Erasing.catch_up`.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

from server.members.membership import Membership
from server.rights import erased_file
from server.rights.disclosed import Disclosed, disclosures
from server.rights.erasing import Counts, Forgetting, Gone, unread_of
from server.rights.person import Person, events_of, facts_of, find_person
from server.rules.person.deadline import asked_detail
from server.rules.person.marks import What, mark_of
from server.store.audit_log import Transaction
from server.store.engine import Store
from server.store.erased import Erased
from server.store.members import Members
from server.store.person_held import PersonHeld

_AT_ONCE: Final = 200
OnStep = Callable[[str], None]
"""Gets what is done next."""


@dataclass(frozen=True, slots=True)
class Erasure:
    """What an erasure does, or would do, and which files it cannot reach.

    ``is_wiped`` says that no bytes are left in the database's file as far as this program can tell; None
    where the engine gives no way to look.
    """

    about: str
    is_member: bool
    counts: Counts
    files: list[Disclosed]
    is_wiped: bool | None = None


class Erasing:
    """Erases people of one body."""

    def __init__(self, store: Store, membership: Membership) -> None:
        self._store = store
        self._membership = membership

    def look(self, who: str, on_step: OnStep) -> Erasure:
        """Say what erasing somebody would do, and change nothing."""
        with self._prepared(who, on_step) as (connection, person, unread), connection.begin_nested() as trial:
            files = self._files(connection, person)
            done = Forgetting(connection, self._membership, person, unread=unread).forget(for_good=False)
            trial.rollback()
        return self._told(person, done, files)

    def erase(self, who: str, on_step: OnStep, *, reason: str = "", asked: date | None = None) -> Erasure:
        """Erase somebody, in one transaction; then see that no byte is left.

        ``reason`` is for the audit log and names nobody; ``asked`` is the day of the request.
        """
        with self._prepared(who, on_step) as (connection, person, unread):
            files = self._files(connection, person)
            done = Forgetting(connection, self._membership, person, unread=unread).forget()
            detail: dict[str, Any] = {**asked_detail(asked), **({"reason": reason} if reason else {})}
            about = person.about(self._membership.key)
            self._membership.note(connection, "person erase", about=about, **detail, counts=dict(done.counts))
        on_step("wiping the file")
        return replace(self._told(person, done, files), is_wiped=self._store.wipe(done.traces))

    def catch_up(self) -> int:
        """Erase again whom a restored backup has brought back; gives how many cards and members those were.

        The marks stand in the file beside the ledger and in the ledger: both have them all afterwards.
        """
        body, key = self._membership.body, self._membership.key
        kept = erased_file.read(self._membership.erased_file).get(body, {})
        with self._store.reading() as connection:
            known = Erased(connection, body).all()
            missing = {mark: at for mark, at in kept.items() if known.get(mark, -1) < at}
            held = PersonHeld(connection, body)
            lost = kept.keys() - known.keys()
            members = list(_of(held.all_members(), What.MEMBER, lost, key)) if lost else []
            cards = list(_of(held.all_cards(), What.CARD, lost, key)) if lost else []
        for member in members:
            self._again(member, (), kept)
        self._again("", tuple(dict.fromkeys(cards)), kept)
        if missing:
            with self._membership.acting() as connection:
                Erased(connection, body).add(missing)
        erased_file.add(self._membership.erased_file, body, known)
        return len(members) + len(set(cards))

    def _again(self, member: str, cards: tuple[str, ...], before: Mapping[str, int]) -> None:
        with self._membership.acting() as connection:
            members, held = (
                Members(connection, self._membership.body),
                PersonHeld(connection, self._membership.body),
            )
            if member:
                found = members.get([member]).get(member)
                cards = tuple(members.cards_of([member]).get(member, ()))
                person = Person(found, cards)
            else:
                # Those of members are gone by now.
                person = Person(None, tuple(card for card in cards if held.knows_card(card)))
            if person.member is None and not person.cards:
                return
            own = events_of(connection, self._membership.body, person)
            unread = unread_of(held, person, events=own)
            forgetting = Forgetting(connection, self._membership, person, unread=unread, before=before)
            done = forgetting.forget()
            about = person.about(self._membership.key)
            self._membership.note(connection, "person erase again", about=about, counts=dict(done.counts))
        self._store.wipe(done.traces)

    @contextmanager
    def _prepared(self, who: str, on_step: OnStep) -> Iterator[tuple[Transaction, Person, set[int]]]:
        """Look for facts that nobody has read without holding anybody up, then act in a transaction."""
        body = self._membership.body
        self._membership.need_body()
        with self._store.reading() as connection:
            person = find_person(connection, self._membership, who)
            held = PersonHeld(connection, body)
            newest = held.newest()
            on_step("reading facts")
            own = events_of(connection, body, person)
            unread = unread_of(held, person, events=own)
        with self._membership.acting() as connection:
            # Again, now that nobody else writes.
            person = find_person(connection, self._membership, who)
            own = events_of(connection, body, person)
            unread |= unread_of(PersonHeld(connection, body), person, newest, events=own)
            yield connection, person, unread

    def _files(self, connection: Transaction, person: Person) -> list[Disclosed]:
        body = self._membership.body
        return disclosures(connection, body, person, facts_of(connection, body, person))

    def _told(self, person: Person, done: Gone, files: list[Disclosed]) -> Erasure:
        about = person.about(self._membership.key)
        return Erasure(about, person.member is not None, Counter(done.counts), files)


def _of(values: Iterator[str], what: What, marks: Any, key: bytes) -> Iterator[str]:
    return (value for value in values if mark_of(what, value, key) in marks)
