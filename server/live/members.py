"""Reads members for their page, as counts; and finds where one lives, as access is judged by it."""

from collections.abc import Mapping, Sequence
from typing import Any

from server.live.source import StoreSource
from server.rules.access import Action, Holder, Thing, everywhere, may
from server.rules.exceptions import Kind, likes_of, pair_key
from server.rules.fair import FairDefinition
from server.rules.pages.members_data import FairCount, MembersSeen, PlaceCount, region_names, rows_of, spread
from server.rules.tallies import REGISTRATIONS
from server.rules.things import Ground, fair_thing, member_thing
from server.store.audit_log import Transaction
from server.store.engine import Store
from server.store.exceptional import Exceptional
from server.store.member_counts import MemberCounts
from server.store.members import Members
from server.store.seen_members import SeenMembers
from server.store.sessions import Sessions
from server.store.side_by_side import SideBySide
from wire.programme import Territory


class Homes:
    """Where the members of a body may live, and who may see whom of them.

    That is by its fairs' descriptions, and by the territories that it has ``own`` of them.
    """

    def __init__(
        self, body: str, definitions: Sequence[FairDefinition], own: Sequence[Territory] = ()
    ) -> None:
        self.definitions = definitions
        self.own = own
        described = (each for definition in definitions for each in definition.territories)
        self.territories = {each.id: each for each in (*own, *described)}
        self._body = body
        self._ground = Ground(self.territories.values())
        self._things: dict[str, Thing] = {}

    def thing(self, home: str) -> Thing:
        """Give who lives there, as access is judged by it."""
        if home not in self._things:
            self._things[home] = member_thing(self._body, home, self._ground)
        return self._things[home]

    def seen(self, connection: Transaction, holder: Holder) -> list[str] | None:
        """Give the homes whose members somebody may see; None where those are all."""
        if everywhere(holder, Action.SEE_MEMBERS):
            return None
        known = MemberCounts(connection, self._body).homes()
        return [home for home in sorted(known) if may(holder, Action.SEE_MEMBERS, self.thing(home))]


class HomesKept:
    """Keeps them while the descriptions and the body's own territories stay; used by any thread."""

    def __init__(self, store: Store, source: StoreSource) -> None:
        self._store = store
        self._source = source
        self._kept = Homes(source.body, [])

    def homes(self) -> Homes:
        """Give them as they are now."""
        definitions, kept = self._source.fairs(), self._kept
        with self._store.reading() as connection:
            own = Sessions(connection, self._source.body).territories()
        if list(map(id, definitions)) != list(map(id, kept.definitions)) or own != kept.own:
            self._kept = kept = Homes(self._source.body, definitions, own)
        return kept


class MembersReader:
    """Counts the members that somebody may see: kept counts, and nothing that grows with members."""

    def __init__(self, store: Store, source: StoreSource) -> None:
        self._store = store
        self._body = source.body
        self._homes = HomesKept(store, source)

    def __call__(self, _: Mapping[str, str], holder: Holder) -> MembersSeen:
        """Give the counts."""
        homes = self._homes.homes()
        with self._store.reading() as connection:
            counts = MemberCounts(connection, self._body)
            seen = homes.seen(connection, holder)
            visible = frozenset(seen or ())
            own = frozenset[str]() if seen is None else holder.territories
            found: dict[str, dict[str, int]] = {}
            for (scope, key), count in counts.of(seen).items():
                found.setdefault(scope, {})[key] = count
            by_home = {
                home: count for home, count in counts.by_home().items() if seen is None or home in visible
            }
            likely = self._likely(connection, SeenMembers(connection, self._body, seen))
            fairs = self._registered(connection, homes, holder)
        return MembersSeen(
            counts=found,
            places=_places(homes, by_home, own),
            within=[homes.territories[each].names for each in sorted(own) if each in homes.territories],
            fairs=fairs,
            likely=likely,
            categories={
                each.id: each.names for definition in homes.definitions for each in definition.categories
            },
        )

    def find(self, path: Mapping[str, Any]) -> Thing | None:
        """Give the member that is named, who lies where home is; None where there is none."""
        member = str(path.get("member", ""))
        with self._store.reading() as connection:
            found = Members(connection, self._body).get([member]).get(member)
        return self._homes.homes().thing(found.territory) if found else None

    def _likely(self, connection: Transaction, members: SeenMembers) -> int:
        """Count the pairs of members that may be one and of whom nobody has decided yet."""
        exceptional = Exceptional(connection, self._body)
        pairs = {
            pair_key(row.member, like): (row.member, like)
            for row in exceptional.doubted()
            for like in likes_of(row.doubt)
        }
        if not pairs:
            return 0
        decided = {each.key for each in exceptional.decisions() if each.kind == Kind.LIKE}
        everyone = {member for pair in pairs.values() for member in pair}
        known, own = Members(connection, self._body).get(everyone), members.get(everyone)
        return sum(
            key not in decided and all(each in known for each in pair) and any(each in own for each in pair)
            for key, pair in pairs.items()
        )

    def _registered(self, connection: Transaction, homes: Homes, holder: Holder) -> list[FairCount]:
        fairs = {
            each.fair.id: each.fair.names
            for each in homes.definitions
            if may(holder, Action.SEE_FAIR, fair_thing(each))
        }
        tallies = SideBySide(connection, self._body).tallies(fairs.keys(), {REGISTRATIONS})
        counted = {fair: sum(tallies.get(fair, {}).values()) for fair in fairs}
        return [FairCount(fair, names, counted[fair]) for fair, names in fairs.items() if counted[fair]]


def _places(homes: Homes, by_home: Mapping[str, int], own: frozenset[str]) -> list[PlaceCount]:
    around = {home: homes.thing(home).within for home in by_home}
    rows = rows_of(homes.territories, sorted(own), around)
    names = {each: homes.territories[each].names for each in rows if each in homes.territories}
    return [
        PlaceCount(place, names.get(place) or region_names(place), count)
        for place, count in spread(rows, by_home, around).items()
    ]
