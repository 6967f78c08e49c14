"""Gathers what a person must look at, of each kind, at one moment; see ``server.rules.exceptions``.

What grows with the ledger is not read: clashes and refusals are few, likely duplicates are found by an index
of registrations with a doubt, and withdrawals only at fairs where some are counted as doubtful.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Final

import msgspec

from server.cases.travelling import lies_of
from server.rules.consents import IN_DOUBT, doubts
from server.rules.exceptions import Decision, Kind, likes_of, pair_key, travels
from server.rules.fair import FairDefinition
from server.rules.figures import category_key
from server.rules.members.masking import masked
from server.rules.members.member import Member
from server.rules.members.merging import compared
from server.rules.pages.exceptions_data import Happened, Item, Person
from server.store.audit_log import Transaction
from server.store.exceptional import Decided, Exceptional, Group, sightings
from server.store.members import Members
from server.store.merged import MergedMembers
from server.store.registry import KioskRow, Registry
from server.store.served import Served
from server.store.tallies import Tallies
from wire.events import EventError, decode_event

Decisions = Mapping[tuple[str, str], Decided]
_EMPTY: Final = "{}"
"""What a decision was about, where a person was erased."""


class Doubtful:
    """Reads one body's exceptions on one connection. ``fairs`` are those that are asked about."""

    def __init__(
        self,
        connection: Transaction,
        body: str,
        definitions: Sequence[FairDefinition],
        fairs: Collection[str],
    ) -> None:
        self._connection = connection
        self._body = body
        self._definitions = {each.fair.id: each for each in definitions}
        self._fairs = frozenset(fairs)
        self._store = Exceptional(connection, body)
        registry = Registry(connection, body)
        self._kiosks = {row.device: row for row in registry.all_kiosks()}
        self.decisions: Decisions = {(each.kind, each.key): each for each in self._store.decisions()}

    def items(self, kinds: Collection[Kind] = tuple(Kind)) -> Iterator[Item]:
        """Give what there is at these fairs, of these kinds, whatever was decided."""
        makers: dict[Kind, Callable[[], Iterator[Item]]] = {
            Kind.WITHDRAWN: self._withdrawn,
            Kind.TRAVEL: self._travel,
            Kind.LIKE: self._like,
            Kind.QUARANTINED: self._quarantined,
            Kind.REJECTED: lambda: self._grouped(Kind.REJECTED, self._store.rejected()),
            Kind.UNMADE: lambda: self._grouped(Kind.UNMADE, self._store.unmade()),
        }
        for kind, make in makers.items():
            if kind in kinds:
                yield from (item for item in make() if not self._fairs.isdisjoint(item.fairs))

    def one(self, kind: Kind, key: str) -> Item | None:
        """Give one exception with all that may be seen of it, or a confirmed sign-up as it was then."""
        found = next((item for item in self.items([kind]) if item.key == key), None)
        kept = self.decisions.get((kind, key))
        if found or kept is None or kept.about == _EMPTY:
            return found
        if kept.decision == Decision.CONFIRMED:
            # It is in doubt no more. That can be taken back.
            item = msgspec.json.decode(kept.about, type=Item)
            found = item if item.fair in self._fairs else None
        return found

    def waits(self, item: Item) -> bool:
        """Say whether nobody has decided of it."""
        decided = self.decisions.get((item.kind, item.key))
        # What was confirmed and is in doubt again was withdrawn anew.
        return decided is None or decided.decision == Decision.CONFIRMED

    # -- facts that did not fit --------------------------------------------------------------

    def _quarantined(self) -> Iterator[Item]:
        by_device: dict[str, list[Group]] = {}
        for group in self._store.clashes():
            by_device.setdefault(group.device, []).append(group)
        for device, groups in by_device.items():
            count = sum(group.count for group in groups)
            kiosk = self._kiosks.get(device)
            if kiosk is None or kiosk.fair not in self._fairs:
                continue
            yield Item(
                kind=Kind.QUARANTINED,
                # By their number: what clashes after somebody has decided is another exception.
                key=f"{device}:{count}",
                fair=kiosk.fair,
                at=max(group.last for group in groups),
                since=min(group.first for group in groups),
                count=count,
                kiosk=kiosk.name,
                device=device,
                happened=[_happened(raw) for raw in self._store.clashing(device)],
            )

    def _grouped(self, kind: Kind, groups: Sequence[Group]) -> Iterator[Item]:
        for group in groups:
            kiosk = self._kiosks.get(group.device)
            if kiosk is None:
                continue
            yield Item(
                kind=kind,
                key=f"{group.device}:{group.reason}:{group.count}"[:80],
                fair=kiosk.fair,
                at=group.last,
                since=group.first,
                count=group.count,
                kiosk=kiosk.name,
                device=group.device,
                reason=group.reason,
            )

    # -- people ------------------------------------------------------------------------------

    def _like(self) -> Iterator[Item]:
        rows = [row for row in self._store.doubted() if self._fair_of(row.device) in self._fairs]
        pairs = [(row, like) for row in rows for like in likes_of(row.doubt)]
        members, merged = Members(self._connection, self._body), MergedMembers(self._connection, self._body)
        named = {each for row, like in pairs for each in (row.member, like)}
        into = merged.into(named)
        known = members.get({into.get(each, each) for each in named})
        cards, since = members.cards_of(known), merged.made_at(known)
        seen: set[str] = set()
        for row, like in pairs:
            one, other = (into.get(each, each) for each in (row.member, like))
            key = pair_key(one, other)
            if one == other or key in seen or one not in known or other not in known:
                continue
            seen.add(key)
            # The elder first: that is who stays.
            pair = sorted((known[one], known[other]), key=lambda each: (since[each.member], each.member))
            yield Item(
                kind=Kind.LIKE,
                key=key,
                fair=self._fair_of(row.device),
                at=row.received_at,
                people=[_person(each, len(cards.get(each.member, [])), since[each.member]) for each in pair],
                agrees={each.name: each.agrees for each in compared(*pair)},
                members=[each.member for each in pair],
            )

    def _travel(self) -> Iterator[Item]:
        found = self._store.travels()
        rows = [row for row in found if not self._fairs.isdisjoint((row.fair, row.other_fair))]
        facts = self._store.seen_by_id({fact for row in rows for fact in (row.fact, row.other_fact)})
        where = {fair: lies_of(definition) for fair, definition in self._definitions.items()}
        for row in rows:
            still = [facts[fact] for fact in (row.fact, row.other_fact) if fact in facts]
            if len({each.subject for each in still}) != 1:
                continue
            # As it is known now: a clock may have been measured since, or a fact declared wrong.
            for travel in travels(sightings(still), where):
                pair = [facts[travel.one.fact], facts[travel.other.fact]]
                tour = self._definitions[pair[0].fair].fair.tour
                cards = Served(self._connection, self._body).cards(tour, [pair[0].subject])
                yield Item(
                    kind=Kind.TRAVEL,
                    key=row.key,
                    fair=pair[0].fair,
                    at=pair[1].at,
                    since=pair[0].at,
                    category=category_key(pair[0].category),
                    least_ms=travel.least,
                    happened=[
                        Happened(at=each.at, fair=each.fair, booth=each.booth, is_measured=True)
                        for each in pair
                    ],
                    cards=cards.get(pair[0].subject, []),
                )

    def _withdrawn(self) -> Iterator[Item]:
        tallies = Tallies(self._connection, self._body)
        for fair in sorted(self._fairs):
            if not any(tallies.counts(fair, [IN_DOUBT]).values()):
                continue
            choices = tallies.choices(self._store.in_doubt(fair))
            by_id = {choice.event_id: choice for choice in choices}
            for doubt in doubts(choices, fair):
                sign_up, withdrawals = by_id[doubt.sign_up], [by_id[each] for each in doubt.withdrawals]
                yield Item(
                    kind=Kind.WITHDRAWN,
                    key=doubt.sign_up,
                    fair=fair,
                    at=max(each.at for each in (sign_up, *withdrawals)),
                    since=sign_up.at,
                    offer=doubt.offer,
                    category=category_key(sign_up.category),
                    happened=[
                        Happened(
                            at=each.at,
                            kind="sign_up" if each.signs else "withdrawal",
                            fair=each.fair,
                            is_measured=each.clock_known,
                        )
                        for each in (sign_up, *withdrawals)
                    ],
                )

    def _fair_of(self, device: str) -> str:
        kiosk: KioskRow | None = self._kiosks.get(device)
        return kiosk.fair if kiosk else ""


def _happened(raw: bytes) -> Happened:
    try:
        event = decode_event(raw)
    except EventError:
        return Happened()
    return Happened(at=event.occurred_at, kind=event.fact.kind, fair=event.fair, booth=event.booth)


def _person(member: Member, cards: int, since: int) -> Person:
    return Person(
        name_ar=masked(member.name_ar),
        name_latin=masked(member.name_latin),
        category=category_key(member.category),
        cards=cards,
        known_since=since,
        is_active=member.is_active,
    )
