"""Erasing a person: what leads to somebody is emptied or taken out, and no figure changes.

What somebody did stays as facts of a subject that is nobody's any more; each keeps its place, so that a
kiosk which sends it again brings nothing. Of the person remain marks (see ``server.rules.person.marks``), by
which a late fact, registration or backup is known; the numbers of refused cards; and the audit log, which has
no names.
"""

import secrets
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

import msgspec

from server.members.membership import Membership
from server.rights import erased_file
from server.rights.person import Person, events_of, facts_of
from server.rules.members.member import Member
from server.rules.person.marks import What, cards_in, mark_of, marked
from server.rules.roll_call import RollCall
from server.rules.tour.invited import mark_of as invitee_of
from server.store.audit_log import Transaction
from server.store.erased import Erased
from server.store.members import Members
from server.store.parts import Parts
from server.store.person_gone import PersonGone
from server.store.person_held import PersonHeld
from server.store.registry import Registry
from server.told import FairTold
from wire.card import CardIdentity
from wire.setup import Setup

REASON: Final = "erased"
"""Why a card is refused, for the record."""
_BETWEEN: Final = ","
_SHORTEST: Final = 6
"""Letters that tell somebody from others in a file of bytes."""
Counts = Counter[str]


@dataclass(slots=True)
class Gone:
    """What an erasure has done, by the kind of row; ``traces`` are bytes that must not be left in a file."""

    counts: Counts = field(default_factory=Counter)
    traces: set[bytes] = field(default_factory=set, repr=False)


class Forgetting:
    """Forgets one person, in the caller's transaction.

    ``unread`` are rows of facts of unknown kinds, found before by :func:`unread_of`; ``events`` are
    registrations that are the person's and are known to be so by what they hold. ``before`` are marks, each
    with its moment, of when somebody was erased who has come back with a backup.
    """

    def __init__(
        self,
        connection: Transaction,
        membership: Membership,
        person: Person,
        *,
        unread: Collection[int] = (),
        events: Collection[str] = (),
        before: Mapping[str, int] = MappingProxyType({}),
    ) -> None:
        self._connection = connection
        self._before = before
        self._membership = membership
        self._person = person
        self._unread = unread
        self._body = membership.body
        self._parts = Parts(connection, self._body)
        self._held = PersonHeld(connection, self._body)
        self._gone = PersonGone(connection, self._body)
        self._members = Members(connection, self._body)
        self._events = {*events, *events_of(connection, self._body, person)}
        self._merged = self._held.merged(person.member.member) if person.member else []
        self._names = {*person.names, *self._merged}
        self._found = Gone()

    def forget(self, *, for_good: bool = True) -> Gone:
        """Do all of it; the marks are on the disk before the caller commits, who may roll back if not so."""
        member = self._person.member
        marks = self._marks()
        inviting = self._inviting()
        before = self._roll_calls(inviting)
        self._empty_facts()
        self._empty_kept()
        self._leave_lists(inviting)
        if member is not None:
            self._drop_member(member)
        self._drop_cards()
        self._keep_counts(before)
        Erased(self._connection, self._body).add(marks)
        if for_good:
            erased_file.add(self._membership.erased_file, self._body, marks)
        return self._found

    # -- who it is ---------------------------------------------------------------------------

    def _marks(self) -> dict[str, int]:
        said = [(What.CARD, card) for card in self._person.cards]
        if self._person.member is not None:
            said += marked(self._person.member).items()
            said += [(What.MEMBER, each) for each in self._merged]
        marks = [mark_of(what, value, self._membership.key) for what, value in said]
        # Again as of then: whoever was taken in since is somebody new.
        moments = [self._before[mark] for mark in marks if mark in self._before]
        at = max(moments, default=0) or self._membership.now()
        return {mark: self._before.get(mark, at) for mark in marks}

    # -- facts, and what is kept as it came --------------------------------------------------

    def _empty_facts(self) -> None:
        facts = facts_of(self._connection, self._body, self._person)
        facts += self._held.events(self._events - {fact.event_id for fact in facts})
        ids = {fact.event_id for fact in facts}
        self._found.traces |= {fact.sealed for fact in facts if fact.sealed}
        self._found.traces |= {note for _, note in self._held.notes(ids) if note}
        self._count("facts_emptied", self._gone.empty_facts([fact.id for fact in facts if fact.sealed]))
        self._count("facts_emptied", self._gone.empty_unread(self._unread))
        self._count("notes", self._gone.empty_notes(ids))
        about = {*self._names, *ids, *self._held.travels({fact.id for fact in facts})}
        decided = [
            (kind, key)
            for kind, key, said in self._held.decisions()
            if any(each in key or each in said for each in about)
        ]
        self._count("decisions", self._gone.empty_decisions(decided))

    def _empty_kept(self) -> None:
        """Empty registrations and what is in quarantine, and let nobody wait for the person any more."""
        own, number = set(self._events), self._person.member.employee_number if self._person.member else ""
        left = []
        for event_id, raw, wanted in self._held.kept_enrolments():
            if self._is_in(raw):
                own.add(event_id)
            if event_id in own:
                self._found.traces.add(raw)
            listed = wanted.split(_BETWEEN)
            others = [each for each in listed if each and each not in self._names and each != number]
            if wanted and len(others) < len(listed):
                left.append((event_id, _BETWEEN.join(others)))
        self._gone.change_wanted(left)
        self._count("registrations", self._gone.empty_enrolments(own))
        held = [(key, raw) for key, raw in self._held.quarantined() if self._is_in(raw)]
        self._found.traces |= {raw for _, raw in held}
        self._count("quarantine", self._gone.empty_quarantined([key for key, _ in held]))

    def _is_in(self, raw: bytes) -> bool:
        if not cards_in(raw).isdisjoint(self._person.cards):
            return True
        return any(name.encode() in raw for name in (*self._names, *self._events))

    # -- lists of invited people -------------------------------------------------------------

    def _inviting(self) -> dict[str, Setup]:
        """Give the setups that name the person, by fair."""
        found = {}
        for fair, (_, content) in self._parts.registry.setups().items():
            setup = msgspec.json.decode(content, type=Setup)
            if self._invited_as(setup):
                found[fair] = setup
        return found

    def _invited_as(self, setup: Setup) -> set[str]:
        cards = set(self._person.cards)
        names = cards | {who for who, held in setup.known_cards.items() if not cards.isdisjoint(held)}
        if self._person.member is not None and self._person.member.employee_number:
            names.add(invitee_of(self._person.member.employee_number, self._membership.key))
        return names & {who for listed in setup.invitees.values() for who in listed}

    def _leave_lists(self, inviting: Mapping[str, Setup]) -> None:
        cards = set(self._person.cards)
        registry = self._parts.registry
        for fair, setup in inviting.items():
            names = self._invited_as(setup)
            known = {
                who: [card for card in held if card not in cards]
                for who, held in setup.known_cards.items()
                if who not in names
            }
            self._membership.office.change_setup(
                registry,
                fair,
                invitees={
                    session: [who for who in listed if who not in names]
                    for session, listed in setup.invitees.items()
                },
                known_cards={who: held for who, held in known.items() if held},
            )
            self._count("invitations", 1)

    def _roll_calls(self, fairs: Collection[str]) -> dict[tuple[str, str], RollCall]:
        loaded = self._parts.ledger.fairs()
        told = [FairTold(self._parts, fair) for fair in fairs if fair in loaded]
        return {
            (each.fair, session): call
            for each in told
            for session, call in each.roll_calls(each.figures()).items()
            if call.invited is not None
        }

    def _keep_counts(self, before: Mapping[tuple[str, str], RollCall]) -> None:
        """Keep how many were invited, and there: nobody is counted out by being forgotten."""
        after = self._roll_calls({fair for fair, _ in before})
        for (fair, session), call in before.items():
            now = after[fair, session]
            invited, present = (call.invited or 0) - (now.invited or 0), call.count - now.count
            if invited or present:
                self._gone.add_past(fair, session, invited, present)

    # -- the member, and the cards -----------------------------------------------------------

    def _drop_member(self, member: Member) -> None:
        household = self._members.dependants(member.member)
        self._members.change(
            [(each, msgspec.structs.replace(each, principal="")) for each in household],
            self._membership.now(),
        )
        self._count("dependants_left", len(household))
        said = (member.name_ar, member.name_latin, member.phone, member.email, member.employee_number)
        words = self._held.words(member.member)
        self._found.traces |= {each.encode() for each in (*said, words) if len(each) >= _SHORTEST}
        self._gone.drop_member(member, self._merged, self._person.cards)
        self._count("members", 1)

    def _drop_cards(self) -> None:
        registry = Registry(self._connection, self._body)
        keys = dict(registry.card_keys())
        cards = map(CardIdentity.parse, self._person.cards)
        ours = [card for card in cards if card.key_id in keys]
        self._membership.office.refuse_cards(registry, ours, REASON)
        self._count("cards", len(self._person.cards))
        self._gone.drop_cards(self._person.cards)
        self._count("links", self._gone.unlink(self._person.cards))
        member = self._person.member.member if self._person.member else ""
        moved = self._gone.rename_takings(self._names, secrets.token_hex(8), member)
        self._count("rolls", moved)

    def _count(self, what: str, number: int) -> None:
        if number:
            self._found.counts[what] += number


def unread_of(held: PersonHeld, person: Person, after: int = 0, *, events: Collection[str] = ()) -> set[int]:
    """Give the facts that nobody has read and that name somebody, after a row's number; it reads every fact.

    ``events`` are the person's: a fact that names one of them is about that one, too.
    """
    named = {*person.names, *events}
    return {
        number
        for number, said in held.unread(after)
        if not cards_in(said.encode()).isdisjoint(person.cards) or any(name in said for name in named)
    }
