"""One registration, reissue or revocation, as members and cards, within the caller's transaction.

Whatever order they come in, and however often: a registration makes its member once. Outcomes::

    enrolled       a registration has made a member
    linked         a registration was of somebody who was known by employee number
    reissued       another card is its bearer's; while nobody knows whose, the outcome is empty
    revoked        a card is refused
    voided         a Void has taken a registration or a reissue back: its card is refused

    foreign_card   the new card is not of that kiosk's own key
    card_taken     the new card is somebody else's
    staff_card     cards of staff are revoked by ``staff revoke`` alone
    unknown_key    a card of a key that this body never had
    unfit          no name, or no member's category
    cannot_open, wrong_kind, garbage, too_large   as ``wire.private`` says; too_large of revocations, too
    store, bug     the ledger, or this program, fails at it

A Void takes back a registration's card, and the member's rights where nothing but registrations that are
void has made one. Where it comes first, nobody is made. A card that was refused stays refused.

Errors::

    NotEnrolledError    one of the codes above
"""

from collections.abc import Callable, Mapping
from typing import Final

import msgspec

from server import ServerError
from server.members.joining import join_cards
from server.members.membership import Membership
from server.office import Office
from server.rights.erasing import Forgetting
from server.rights.person import Person
from server.rules.members.enrolled import member_id_of
from server.rules.members.member import Member
from server.rules.person.marks import What
from server.store.audit_log import Transaction
from server.store.enrolments import Enrolment, Enrolments
from server.store.erased import Erased
from server.store.members import Members
from server.store.merged import MergedMembers
from server.store.parts import Parts
from server.store.registry import CardRow, Registry
from wire.card import CardIdentity, Category
from wire.events import CardRef, CardRevoked, Registration, Reissue, decode_event

ENROLLED: Final = "enrolled"
LINKED: Final = "linked"
REISSUED: Final = "reissued"
REVOKED: Final = "revoked"
VOIDED: Final = "voided"
DONE: Final = (ENROLLED, LINKED, REISSUED, REVOKED, VOIDED)
WAITS: Final = ""
STANDS: Final = (ENROLLED, LINKED)
"""A registration that has made or found its member."""


class NotEnrolledError(ServerError):
    """A fact gives no member anything; nothing of it was written."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Work:
    """One row, and the store, in one transaction. ``card_key_id`` is that of the kiosk's own card key."""

    def __init__(
        self,
        connection: Transaction,
        row: Enrolment,
        *,
        office: Office,
        membership: Membership,
        card_key_id: int | None,
    ) -> None:
        self.connection = connection
        self.row = row
        self.body = office.body
        self.membership = membership
        self.enrolments = Enrolments(connection, office.body)
        self.members = Members(connection, office.body)
        self.registry = Registry(connection, office.body)
        self.voided_at = self.enrolments.voided_at(row.event_id)
        self._office = office
        self._card_key_id = card_key_id

    def note(self, what: str, about: str, **detail: object) -> None:
        """Write a row into the audit log."""
        self.membership.note(self.connection, what, about=about, event=self.row.event_id, **detail)

    def done(self, outcome: str, *, member: str = "", doubt: str = "", wanted: str = "") -> None:
        """Write down what came of the row; the fact's bytes stay while it waits."""
        self.enrolments.settle(
            self.row.event_id, outcome, member=member, doubt=doubt, wanted=wanted, keep=outcome == WAITS
        )

    def known_as(self, member: str) -> str:
        """Give who a member is: another, where somebody has found that the two are one."""
        return MergedMembers(self.connection, self.body).into([member]).get(member, member)

    def check_new(self, card: CardRef) -> None:
        """Raise where a card is none that this kiosk could give a member."""
        if card.key_id != self._card_key_id:
            raise NotEnrolledError("foreign_card")
        if card.category == Category.STAFF:
            raise NotEnrolledError("staff_card")
        if card.identity in self.members.holders([card.identity]):
            raise NotEnrolledError("card_taken")

    def check_refusable(self, card: str) -> None:
        """Raise where a kiosk cannot have a card refused."""
        if CardIdentity.parse(card).key_id not in dict(self.registry.card_keys()):
            raise NotEnrolledError("unknown_key")
        is_staffs = any(card == one.card for one in self.registry.staff())
        if is_staffs or self.enrolments.category_of(card) == Category.STAFF:
            raise NotEnrolledError("staff_card")

    def link(self, card: str, member: Member) -> None:
        """Give a member a card: with the others that the member has had it stands for one subject."""
        self.members.link_cards([(card, member.member)], self.row.event_id)
        cards = self.members.cards_of([member.member]).get(member.member, [])
        join_cards(Parts(self.connection, self.body), cards, now=self.membership.now())
        self._office.know_cards(self.connection, [member])

    def refuse(self, card: str, reason: str) -> None:
        """Refuse a card from now on; running kiosks are told by the server that runs."""
        self._office.refuse_card(self.registry, CardIdentity.parse(card), reason)

    def forgets(self, fact: Registration | Reissue, numbers: Mapping[What, str], at: int) -> bool:
        """Forget what is of somebody who was erased; says whether it is.

        By a card, or a member, that is no more; or by a number of who was erased after it happened, ``at``:
        whoever was enrolled after that is somebody new.
        """
        key, erased = self.membership.key, Erased(self.connection, self.body)
        cards, members = {fact.card.identity}, set()
        if isinstance(fact, Reissue):
            cards.add(fact.replaces)
            members.add(fact.member)
        moments = [
            moment
            for what, value in numbers.items()
            for moment in erased.when(what, [value], key).values()
            if at <= moment
        ]
        by_card = erased.when(What.CARD, cards - {""}, key) or erased.when(What.MEMBER, members - {""}, key)
        if not moments and not by_card:
            return False
        person = Person(None, tuple(sorted(cards - {""})))
        Forgetting(self.connection, self.membership, person, events=[self.row.event_id]).forget()
        self.note("person erase late", person.about(key))
        return True

    def is_erased(self, ref: str, at: int) -> bool:
        """Say whether a card or number is that of somebody who was erased, after what happened ``at``.

        Nobody waits for such a one, and the number is not written down again.
        """
        key, erased = self.membership.key, Erased(self.connection, self.body)
        moments = erased.when(What.NUMBER, [ref], key).values()
        return bool(erased.when(What.CARD, [ref], key)) or any(at <= moment for moment in moments)

    def know(self, fact: Registration | Reissue, issued_at: int) -> None:
        """Write a new card down, as if this server had issued it."""
        card = fact.card
        if not self.registry.knows_card(card.identity):
            first, last = fact.valid_from.isoformat(), fact.valid_to.isoformat()
            self.registry.add_cards(
                [CardRow(card.identity, card.category, card.territory, card.language, first, last, issued_at)]
            )


class Settling:
    """Settles one row; ``register`` works a registration off, ``join`` finds a household that was wanted."""

    def __init__(
        self,
        work: Work,
        *,
        register: Callable[[Work, Registration, int], None],
        join: Callable[[Work], None],
    ) -> None:
        self._work = work
        self._register = register
        self._join = join

    def settle(self) -> None:
        """Do what the row asks for; raises :class:`NotEnrolledError` or ``EnvelopeError``."""
        work, row = self._work, self._work.row
        if row.outcome in (*STANDS, REISSUED) and work.voided_at is not None:
            self._take_back(work.voided_at)
        elif row.outcome in STANDS and row.wanted:
            self._join(work)
        elif row.outcome != WAITS:
            work.done(row.outcome, member=row.member, doubt=row.doubt, wanted=row.wanted)
        else:
            event = decode_event(row.raw)
            at = work.enrolments.happened_at(row.event_id) or event.occurred_at
            match event.fact:
                case Registration() | Reissue() as fact if work.forgets(fact, {}, at):
                    pass
                case Registration() as fact:
                    self._register(work, fact, at)
                case Reissue() as fact:
                    self._reissue(fact, at)
                case CardRevoked() as fact:
                    self._revoke(fact)

    def _reissue(self, fact: Reissue, at: int) -> None:
        work, new = self._work, fact.card.identity
        work.check_new(fact.card)
        if fact.replaces:
            work.check_refusable(fact.replaces)
            work.refuse(fact.replaces, fact.reason)
        work.know(fact, at)
        holder = work.members.holders([fact.replaces]).get(fact.replaces) or work.known_as(fact.member)
        member = work.members.get([holder]).get(holder)
        if work.voided_at is not None:
            work.refuse(new, VOIDED)
        if member is None:
            work.done(WAITS, wanted=",".join(filter(None, (fact.replaces, fact.member))))
            return
        work.link(new, member)
        if not member.is_active:
            # The rights were taken, and all cards with them: another one does not bring them back.
            work.refuse(new, "deactivated")
        work.note("reissue", member.member)
        outcome = REISSUED if work.voided_at is None else VOIDED
        work.done(outcome, member=member.member, doubt="" if member.is_active else "inactive")

    def _revoke(self, fact: CardRevoked) -> None:
        work = self._work
        work.check_refusable(fact.card)
        # Also one that nobody knows: its registration may not have arrived.
        work.refuse(fact.card, fact.reason)
        holder = work.members.holders([fact.card]).get(fact.card, "")
        work.note("revoke", holder)
        work.done(REVOKED, member=holder)

    def _take_back(self, voided_at: int) -> None:
        work, row = self._work, self._work.row
        for card in work.enrolments.cards_of(row.event_id):
            work.refuse(card, VOIDED)
        if row.outcome in STANDS and self._was_made_by_voids():
            member = work.members.get([row.member])[row.member]
            # When it was declared wrong, and not when we heard of it: a registration after that stands.
            at = voided_at // 1000 * 1000
            if member.is_active:
                inactive = msgspec.structs.replace(member, deactivated_at=at)
                work.members.change([(member, inactive)], work.membership.now())
                work.membership.refuse_cards(work.connection, [member.member])
        work.note("void", row.member)
        work.done(VOIDED, member=row.member)

    def _was_made_by_voids(self) -> bool:
        """Say whether the row's member is here by this registration and others that are void, alone."""
        work, row = self._work, self._work.row
        stand = set(work.enrolments.registrations_of(row.member, STANDS)) - {row.event_id}
        void = {row.event_id, *work.enrolments.registrations_of(row.member, [VOIDED])}
        key = work.membership.key
        return not stand and any(member_id_of(each, key) == row.member for each in void)
