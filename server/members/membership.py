"""The members of a body: found, shown, handed on, given cards; each look at them is in the audit log.

The row is written in the transaction of what it tells, or, where that takes long, before.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import msgspec

from server.card_order import CardOrder
from server.members.joining import join_cards
from server.office import Office, OfficeError
from server.rights import erased_file
from server.rules.audit import Entry
from server.rules.fair import FairDefinition
from server.rules.members.member import Member, MemberRules, kind_names
from server.rules.members.places import Places
from server.rules.members.search import query_of
from server.rules.things import Ground
from server.settings import Home
from server.store.audit_log import AuditLog, Transaction
from server.store.engine import Store
from server.store.members import Members
from server.store.parts import Parts
from server.store.registry import CardRow, Registry
from server.store.sessions import Sessions
from wire.card import LAST_DAY, CardIdentity
from wire.programme import Territory

MOST_FOUND: Final = 50
MOST_ISSUED: Final = 1_000_000
_CARDS_A_STEP: Final = 500
_VALID_FOR: Final = timedelta(days=3 * 365)
_DEACTIVATED: Final = "deactivated"
"""Why a card was revoked, for the record."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A member with the rest of the household and the cards held so far, by whether they are refused."""

    member: Member
    principal: Member | None
    dependants: list[Member]
    cards: dict[str, bool]


@dataclass(frozen=True, slots=True)
class Audited:
    """What the audit log is found to be: rows, the last one's hash, and the first that does not hold."""

    rows: int
    last: str
    broken: int | None
    why: str


class Membership:
    """The members of one server, looked at by ``who``. ``clock`` gives ms UTC."""

    def __init__(
        self, home: Home, store: Store, office: Office, *, clock: Callable[[], int], who: str
    ) -> None:
        self._home = home
        self._store = store
        self._office = office
        self._clock = clock
        self._who = who

    def now(self) -> int:
        """Give the server's clock, ms UTC."""
        return self._clock()

    @property
    def key(self) -> bytes:
        """The key of hashes that this server alone can make."""
        return bytes.fromhex(self._home.secrets.digest_key)

    @property
    def erased_file(self) -> Path:
        """Where the marks of who was erased stand beside the ledger."""
        return self._home.path / erased_file.NAME

    @property
    def office(self) -> Office:
        """What the operator does besides."""
        return self._office

    @property
    def identity_key(self) -> bytes:
        """The key of hashes of national ids, the same as kiosks have."""
        return self._home.secrets.identity_key

    def find(self, text: str) -> list[Member]:
        """Give who is meant: by names' beginnings in any order, a phone, or a number of theirs or of a card.

        At most :data:`MOST_FOUND`, by name.
        """
        with self.acting() as connection:
            found = Members(connection, self.body).find(query_of(text), MOST_FOUND)
            # Not what was typed: that is a name or a number.
            self.note(connection, "find", members=[member.member for member in found])
        return sorted(found, key=lambda member: (member.name_ar or member.name_latin, member.member))

    def show(self, member: str) -> Shown:
        """Give one member with household and cards; raises :class:`OfficeError` where there is none."""
        with self.acting() as connection:
            members = Members(connection, self.body)
            found = self._one(members, member)
            dependants = members.dependants(found.member)
            principal = members.get([found.principal]).get(found.principal) if found.principal else None
            household = [each.member for each in (principal, *dependants) if each]
            self.note(connection, "show", about=found.member, household=household)
            numbers = members.cards_of([found.member]).get(found.member, [])
            revoked = set(Registry(connection, self.body).revoked_cards()) if numbers else set()
            cards = {number: number in revoked for number in numbers}
            return Shown(found, principal, dependants, cards)

    def deactivate(self, member: str) -> bool:
        """Take a member's rights, and refuse the member's own cards; False where that was done already.

        The household stays: a widow outlives the principal.
        """
        with self.acting() as connection:
            members = Members(connection, self.body)
            found = self._one(members, member)
            if not found.is_active:
                return False
            now = self._clock() // 1000 * 1000
            members.change([(found, msgspec.structs.replace(found, deactivated_at=now))], now)
            self.refuse_cards(connection, [found.member])
            self.note(connection, "deactivate", about=found.member)
        return True

    def refuse_cards(self, connection: Transaction, members: Collection[str]) -> None:
        """Refuse the cards of members who have no rights any more, within the caller's transaction."""
        registry = Registry(connection, self.body)
        cards = Members(connection, self.body).cards_of(members).values()
        refused = (CardIdentity.parse(card) for each in cards for card in each)
        self._office.refuse_cards(registry, refused, _DEACTIVATED)

    def issue_member_cards(
        self,
        *,
        category: int | None = None,
        members: Collection[str] | None = None,
        today: date | None = None,
        most: int = MOST_ISSUED,
    ) -> Iterator[tuple[Member, CardRow, str]]:
        """Sign a card for each active member without one in force, and give it once it is written down.

        All members, those of a category, or of these ids; at most so many. Good for three years.
        """
        first = today or datetime.fromtimestamp(self._clock() / 1000, UTC).date()
        left = None if members is None else sorted(members)
        while most and (left is None or left):
            at_once = min(_CARDS_A_STEP, most)
            step = None if left is None else left[:at_once]
            left = None if left is None else left[at_once:]
            issued = self._issue_step(category, step, first, at_once)
            most -= len(issued)
            yield from issued
            if left is None and not issued:
                return

    def _issue_step(
        self, category: int | None, members: Collection[str] | None, first: date, most: int
    ) -> list[tuple[Member, CardRow, str]]:
        last = min(first + _VALID_FOR, LAST_DAY)
        with self.acting() as connection:
            store = Members(connection, self.body)
            waiting = store.without_card(category=category, members=members, most=most)
            orders = [
                CardOrder(1, each.category, self.code_of(each.territory), each.language, first, last)
                for each in waiting
            ]
            made = self._office.make_cards(Registry(connection, self.body), orders)
            store.link_cards([(row.card, each.member) for each, (row, _) in zip(waiting, made, strict=True)])
            # Who has had another card before goes on as the same one.
            parts = Parts(connection, self.body)
            for cards in store.cards_of([each.member for each in waiting]).values():
                join_cards(parts, cards, now=self._clock())
            self._office.know_cards(connection, waiting)
            if waiting:
                self.note(connection, "issue cards", members=[each.member for each in waiting])
        return [(each, row, token) for each, (row, token) in zip(waiting, made, strict=True)]

    def take_back(self, cards: Sequence[str]) -> None:
        """Forget cards whose tokens nobody has got, since they could not be written: others may be issued."""
        with self.acting() as connection:
            members = Members(connection, self.body)
            holders = members.holders(cards)
            members.take_back(cards)
            had = members.get(set(holders.values())).values()
            former = [*cards, *(member.employee_number for member in had if member.employee_number)]
            self._office.know_cards(connection, had, former)
            self.note(connection, "take back cards", count=len(cards))

    def count_without_card(self, category: int | None) -> int:
        """Count the active members without a card in force; that is no look at anyone."""
        with self._store.reading() as connection:
            return Members(connection, self.body).count_without_card(category)

    def check_without_card(self, members: Collection[str]) -> None:
        """Raise :class:`OfficeError` where one of these is not known, not active, or has a card in force."""
        with self._store.reading() as connection:
            store = Members(connection, self.body)
            for member in members:
                self._one(store, member)
            free = store.without_card(category=None, members=members, most=len(members))
        if other := sorted(set(members) - {each.member for each in free}):
            raise OfficeError(
                f"{', '.join(other)}: deactivated, or with a card in force: end that one first with  "
                "riwaq-server cards revoke"
            )

    def exported(self, file: str, kinds: int = 0) -> Iterator[Member]:
        """Give every member, by id, for a file of that name; the audit log says so before the first.

        Those alone who are one of these kinds, where such are given. Without a file they are listed.
        """
        with self.acting() as connection:
            detail: dict[str, Any] = {"kinds": kind_names(kinds)} if kinds else {}
            count = Members(connection, self.body).count(kinds)
            more = {"file": file} if file else {}
            self.note(connection, "export" if file else "list", count=count, **more, **detail)
        return self._all(kinds)

    def _all(self, kinds: int) -> Iterator[Member]:
        with self._store.reading() as connection:
            yield from Members(connection, self.body).all(kinds)

    def count(self, kinds: int = 0) -> int:
        """Count the members, all or those of a kind; that is no look at anyone."""
        with self._store.reading() as connection:
            return Members(connection, self.body).count(kinds)

    # -- the audit log -----------------------------------------------------------------------

    def note(self, connection: Transaction, what: str, *, about: str = "", **detail: object) -> None:
        """Write a row into the audit log, within the caller's transaction; ``detail`` names no person."""
        log = AuditLog(connection, self.body)
        log.append(self.key, at=self._clock(), who=self._who, what=what, about=about, **detail)

    def audited(self) -> Audited:
        """Check the whole audit log."""
        self.need_body()
        with self._store.reading() as connection:
            log = AuditLog(connection, self.body)
            broken, end = log.first_broken(self.key), log.end()
            if end is None and broken is None and Members(connection, self.body).count():
                broken = 1, "there are members, and no row says how they came"
        number, why = broken or (None, "")
        return Audited(end.number if end else 0, end.hash.hex() if end else "", number, why)

    def audit_entries(self, *, after: int, about: str) -> Iterator[Entry]:
        """Give the rows of the audit log after that number, those about one member where one is named."""
        self.need_body()
        with self._store.reading() as connection:
            yield from AuditLog(connection, self.body).entries(after=after, about=about)

    # -- what the body says of its members ---------------------------------------------------

    @property
    def body(self) -> str:
        """The body whose members these are."""
        return self._office.body

    @cached_property
    def _definitions(self) -> list[FairDefinition]:
        with self._store.reading() as connection:
            rows = Registry(connection, self.body).fairs()
        return [msgspec.json.decode(row.definition, type=FairDefinition) for row in rows]

    @cached_property
    def territories(self) -> dict[str, Territory]:
        """The territories of all fairs and of the body's own, by id."""
        with self._store.reading() as connection:
            own = Sessions(connection, self.body).territories()
        described = (each for definition in self._definitions for each in definition.territories)
        return {each.id: each for each in (*own, *described)}

    @property
    def places(self) -> Places:
        """Where members may live."""
        return Places(self.territories.values())

    @property
    def rules(self) -> MemberRules:
        """What the body says of its members' numbers."""
        said = [definition.members for definition in self._definitions]
        return next((rules for rules in reversed(said) if rules != MemberRules()), MemberRules())

    def code_of(self, territory: str) -> int:
        """Give what a card holds of a territory: its code, or that of the nearest that it lies in."""
        found = (
            self.territories[each].code for each in self._ground.path(territory) if each in self.territories
        )
        return next(filter(None, found), 0)

    @cached_property
    def _ground(self) -> Ground:
        return Ground(self.territories.values())

    @contextmanager
    def acting(self) -> Iterator[Transaction]:
        """Give a connection in a transaction; raises :class:`OfficeError` where no tour is loaded yet."""
        self.need_body()
        with self._store.writing() as connection:
            yield connection

    def need_body(self) -> None:
        """Raise :class:`OfficeError` where no tour is loaded and no body was added yet."""
        self._office.body_public_key  # noqa: B018 - it says what is missing

    def _one(self, members: Members, member: str) -> Member:
        found = members.get([member]).get(member)
        if found is None:
            raise OfficeError(
                f"there is no member {member!r}: riwaq-server members find NAME  gives members' numbers"
            )
        return found


def as_dict(member: Member) -> dict[str, Any]:
    """Give a member for a program to read, without the hash of a national id."""
    found = msgspec.structs.asdict(member)
    del found["national_id"]
    return found
