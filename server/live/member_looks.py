"""Looks at members on pages: who is found, masked, and one in full; each look is in the audit log.

The row is written in the transaction of what it tells, of a search that finds nobody as well; never what was
typed. Whoever lives where the account sees nobody is not there.
"""

from collections.abc import Callable, Mapping
from typing import Final

from server.live.members import Homes, HomesKept
from server.live.source import StoreSource
from server.rules.access import Account, Action, may
from server.rules.members.member import Member
from server.rules.members.places import place_names
from server.rules.members.search import query_of
from server.rules.pages.member_data import (
    MOST_FOUND,
    MOST_TEXT,
    MemberCard,
    MemberConsent,
    MemberSeen,
    MembersFound,
    cards_of,
    found_of,
)
from server.settings import Home
from server.store.audit_log import AuditLog, Transaction
from server.store.engine import Store
from server.store.person_held import PersonHeld
from server.store.seen_members import SeenMembers
from wire.described import Names

_ZONE: Final = "Africa/Casablanca"


class MemberLooks:
    """Tells of members to accounts that may see them; ``clock`` gives ms UTC. For the writing thread."""

    def __init__(self, home: Home, store: Store, source: StoreSource, *, clock: Callable[[], int]) -> None:
        self._key = bytes.fromhex(home.secrets.digest_key)
        self._store = store
        self._body = source.body
        self._homes = HomesKept(store, source)
        self._clock = clock

    def find(self, account: Account, fields: Mapping[str, str]) -> MembersFound:
        """Give who is meant by ``text``: beginnings of names, a phone, or a number of theirs or of a card."""
        homes, query = self._homes.homes(), query_of(fields.get("text", "")[:MOST_TEXT])
        with self._store.writing() as connection:
            members = SeenMembers(connection, self._body, homes.seen(connection, account.holder))
            found = members.find(query, MOST_FOUND + 1)
            told = sorted(found[:MOST_FOUND], key=lambda each: (each.name_ar or each.name_latin, each.member))
            ids = [each.member for each in told]
            self._note(connection, account, "find", members=ids)
            with_card = members.with_card(ids)
        return MembersFound(
            found=[
                found_of(each, _place(homes, each.territory), has_card=each.member in with_card)
                for each in told
            ],
            more=len(found) > len(told),
            categories=_categories(homes),
        )

    def show(self, account: Account, fields: Mapping[str, str]) -> MemberSeen | None:
        """Give the ``member`` in full; None where there is none, or none for this account."""
        homes, member = self._homes.homes(), fields.get("member", "")
        with self._store.writing() as connection:
            members = SeenMembers(connection, self._body, homes.seen(connection, account.holder))
            found = members.get([member]).get(member)
            if found is None or not may(account.holder, Action.SEE_MEMBERS, homes.thing(found.territory)):
                return None
            principal = members.get([found.principal]).get(found.principal)
            # Of a household one sees all: the principal's other dependants, too.
            others = members.dependants(found.principal or found.member)
            household = [each for each in (principal, *others) if each and each.member != member]
            ids = [each.member for each in household]
            self._note(connection, account, "show", about=member, household=ids)
            return self._seen(PersonHeld(connection, self._body), members, homes, found, household)

    def _seen(
        self, held: PersonHeld, members: SeenMembers, homes: Homes, member: Member, household: list[Member]
    ) -> MemberSeen:
        made_at, changed_at = held.known_since(member.member)
        cards = held.cards(members.cards_of([member.member]).get(member.member, []))
        texts = {
            (each.id, each.version): each.texts
            for definition in homes.definitions
            for each in definition.consents
        }
        zones = [definition.fair.timezone for definition in homes.definitions]
        return MemberSeen(
            member=member,
            place=_place(homes, member.territory),
            made_at=made_at,
            changed_at=changed_at,
            household=household,
            cards=cards_of(
                [
                    MemberCard(
                        each.card,
                        each.issued_at,
                        each.valid_from or "",
                        each.valid_to or "",
                        each.revoked_at,
                        each.reason or "",
                    )
                    for each in cards
                ]
            ),
            consents=[
                MemberConsent(
                    row["consent"],
                    row["version"],
                    row["language"],
                    row["at"],
                    texts.get((row["consent"], row["version"]), {}),
                )
                for row in held.consents(member.member)
            ],
            categories=_categories(homes),
            zone=(zones or [_ZONE])[0],
        )

    def _note(
        self, connection: Transaction, account: Account, what: str, about: str = "", **detail: object
    ) -> None:
        log = AuditLog(connection, self._body)
        log.append(self._key, at=self._clock(), who=account.name, what=what, about=about, **detail)


def _place(homes: Homes, home: str) -> Names:
    known = homes.territories.get(home)
    return known.names if known else place_names(home)


def _categories(homes: Homes) -> dict[str, Names]:
    return {each.id: each.names for definition in homes.definitions for each in definition.categories}
