"""Forgets whose facts these were once their time is over, and empties what was said; figures stay.

The subject of a fact is a number by chance; only a link tells whose. When the time of visits is over, the
facts whose time is not go to a fresh subject, and the link with them: visits keep their old number, which is
nobody's any more. Facts of two purposes are never counted together, so no figure changes. Each step is a
transaction of some hundred rows; a run that was cut off goes on with the next.
"""

import secrets
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from typing import Final, TypedDict

import msgspec

from server.members.membership import Membership
from server.rules.fair import DEFAULT_TIMEZONE, FairDefinition
from server.rules.moments import utc
from server.rules.retention import (
    AUDIT,
    FEEDBACK,
    KINDS,
    QUARANTINE,
    REGISTRATIONS,
    SESSIONS,
    SIGN_UPS,
    VISITS,
    kept_for,
    over,
    over_at,
)
from server.store.audit_log import AuditLog, Transaction
from server.store.engine import Store
from server.store.erased import Erased
from server.store.parts import Parts
from server.store.person_gone import PersonGone
from server.store.registry import Registry
from server.store.retained import Link, Retained
from server.told import FairTold
from wire.events import Registration
from wire.setup import Setup
from wire.zones import zone_of

_AT_ONCE: Final = 300
_DAY: Final = timedelta(days=1)
_PAUSE_S: Final = 0.01
"""Between two steps, for whoever waits to write."""
_SEALED: Final = {SIGN_UPS: KINDS[SIGN_UPS], FEEDBACK: KINDS[FEEDBACK], REGISTRATIONS: {Registration.kind}}

OnStep = Callable[[int, int], None]
"""Gets (links looked at, links in all)."""
Pause = Callable[[float], object]
"""Waits so many seconds."""


class Over(TypedDict):
    """The purposes of a tour that are over, and how many cards there are still somebody's."""

    over: list[str]
    links: int


class Retention:
    """Runs over one body."""

    def __init__(self, store: Store, membership: Membership) -> None:
        self._store = store
        self._membership = membership
        self._body = membership.body
        self._pause: Pause = time.sleep
        self._done: Counter[str] = Counter()
        self._unread: Mapping[str, Sequence[int]] = {}

    def look(self) -> dict[str, Over]:
        """Say, by tour, which purposes are over and which cards are still somebody's; changes nothing."""
        found: dict[str, Over] = {}
        with self._store.reading() as connection:
            retained = Retained(connection, self._body)
            for tour, (_, is_over) in self._tours(connection, retained.unread()).items():
                if is_over:
                    found[tour] = Over(over=sorted(is_over), links=retained.count_links(tour))
        return found

    def run(self, on_step: OnStep = lambda _, __: None, *, pause: Pause = time.sleep) -> Counter[str]:
        """Do all that is due; gives how many rows of each kind were emptied or taken out.

        ``pause`` waits between steps, so that collecting goes on; what it raises ends the run.
        """
        self._done, self._pause = Counter(), pause
        with self._store.reading() as connection:
            retained = Retained(connection, self._body)
            self._unread = retained.unread()
            tours = self._tours(connection, self._unread)
            in_all = sum(retained.count_links(tour) for tour, (_, is_over) in tours.items() if is_over)
            days = kept_for(_definitions(connection, self._body))
        seen = 0
        try:
            for tour, (stops, is_over) in tours.items():
                if is_over:
                    seen = self._tour(tour, stops, is_over, lambda count: on_step(count, in_all), seen)
            self._old_bytes(days)
            self._old_audit(days[AUDIT])
        finally:
            # Also of a run that was cut off: its steps stand.
            found = self._noted()
        if found:
            self._store.wipe()
        return found

    def _noted(self) -> Counter[str]:
        found = Counter({what: count for what, count in self._done.items() if count})
        if found:
            with self._membership.acting() as connection:
                self._membership.note(connection, "retention", counts=dict(found))
        return found

    # -- what is over ------------------------------------------------------------------------

    def _tours(
        self, connection: Transaction, unread: Collection[str]
    ) -> dict[str, tuple[list[str], set[str]]]:
        """Give each tour with its fairs and the purposes that are over there.

        ``unread`` are fairs with facts that nobody has read, which are linked to no card.
        """
        stops: dict[str, list[FairDefinition]] = {}
        for definition in _definitions(connection, self._body):
            stops.setdefault(definition.fair.tour, []).append(definition)
        found = {
            tour: (sorted(each.fair.id for each in fairs), over_at(fairs, self._membership.now()))
            for tour, fairs in stops.items()
        }
        retained = Retained(connection, self._body)
        now = datetime.fromtimestamp(self._membership.now() / 1000, UTC)
        today = now.astimezone(zone_of(DEFAULT_TIMEZONE)).date()
        known = {fair for fairs, _ in found.values() for fair in fairs}
        for tour in sorted({*retained.tours(), *(set(unread) - known)}):
            if tour not in found:
                # A fair that was never loaded here is a tour of its own, and ends when its last fact comes.
                last = utc(retained.last_moment(tour)).date()
                found[tour] = [tour], over(last, kept_for(()), today)
        return found

    # -- one tour ----------------------------------------------------------------------------

    def _tour(
        self, tour: str, stops: list[str], is_over: set[str], on_seen: Callable[[int], None], seen: int
    ) -> int:
        with self._acting() as connection:
            gone = is_over & KINDS.keys()
            Erased(connection, self._body).unlink(stops, gone, self._membership.now())
        if SESSIONS in is_over and VISITS in is_over:
            for fair in stops:
                self._close_sessions(fair)
        after = ""
        while gone:
            with self._acting() as connection:
                retained = Retained(connection, self._body)
                some = retained.links(tour, after, _AT_ONCE)
                if not some:
                    break
                self._unlink(retained, tour, stops, is_over, some)
            after, seen = some[-1].card, seen + len(some)
            on_seen(seen)
        for purpose in is_over & _SEALED.keys():
            self._empty(stops, purpose)
        if is_over >= KINDS.keys():
            # What they are about nobody knows: perhaps what is kept longest.
            self._empty_unread([row for fair in stops for row in self._unread.get(fair, ())])
        if FEEDBACK in is_over:
            with self._acting() as connection:
                self._done["notes"] += Retained(connection, self._body).empty_notes(stops)
        return seen

    def _unlink(
        self,
        retained: Retained,
        tour: str,
        stops: Collection[str],
        is_over: set[str],
        some: Iterable[Link],
    ) -> None:
        """Take some cards from the facts that are over; one's other cards with it."""
        links = retained.cards_of(tour, {each.subject for each in some})
        purposes = retained.purposes(stops, {each.subject for each in links})
        gone, live = KINDS.keys() & is_over, KINDS.keys() - is_over
        if VISITS in live:
            # The link stays with most of the facts: those that are over go.
            parted = {subject: secrets.randbits(62) for subject, its in purposes.items() if its & gone}
            retained.move(stops, gone, parted)
        else:
            if SESSIONS not in is_over:
                retained.hold_sessions(stops, links)
            kept = {subject for subject, its in purposes.items() if its <= live}
            parted = {
                subject: secrets.randbits(62)
                for subject, its in purposes.items()
                if its & live and subject not in kept
            }
            links = [each for each in links if each.subject not in kept]
            retained.move(stops, live, parted)
            retained.relink(tour, links, parted)
            self._done["links"] += sum(each.subject not in parted for each in links)
        self._done["parted"] += len(parted)

    def _close_sessions(self, fair: str) -> None:
        """Forget who was invited to a fair's sessions and who was there; how many stays."""
        with self._acting() as connection:
            parts, retained = Parts(connection, self._body), Retained(connection, self._body)
            _, content = parts.registry.setups().get(fair, (0, b""))
            setup = msgspec.json.decode(content, type=Setup) if content else None
            invitees: Mapping[str, list[str]] = setup.invitees if setup else {}
            if any(invitees.values()) and fair in parts.ledger.fairs():
                told = FairTold(parts, fair)
                calls = {session: told.roll_call(session) for session in invitees}
                for session, call in calls.items():
                    before = parts.past.count(fair, session)
                    now = (call.invited or 0) - before[0], call.count - before[1]
                    PersonGone(connection, self._body).add_past(fair, session, *now)
                nobody = {session: list[str]() for session in invitees}
                self._membership.office.change_setup(parts.registry, fair, invitees=nobody, known_cards={})
                self._done["invitations"] += sum(map(len, invitees.values()))
            # The organizer's file still names them: see how a tour is loaded.
            Erased(connection, self._body).unlink([fair], [SESSIONS], self._membership.now())
            self._done["session_lists"] += retained.drop_holders(fair)

    def _empty(self, stops: Collection[str], purpose: str) -> None:
        # No index finds these: all facts are read, while nobody waits.
        with self._store.reading() as connection:
            ids = Retained(connection, self._body).sealed(stops, _SEALED[purpose])
        for first in range(0, len(ids), _AT_ONCE):
            with self._acting() as connection:
                count = Retained(connection, self._body).empty_sealed(ids[first : first + _AT_ONCE])
            self._done[f"sealed_{purpose}"] += count

    def _empty_unread(self, rows: Sequence[int]) -> None:
        for first in range(0, len(rows), _AT_ONCE):
            with self._acting() as connection:
                count = Retained(connection, self._body).empty_unread(rows[first : first + _AT_ONCE])
            self._done["unread"] += count

    # -- what is of no tour ------------------------------------------------------------------

    def _old_bytes(self, days: Mapping[str, int]) -> None:
        before = self._before(days[REGISTRATIONS])
        while True:
            with self._acting() as connection:
                count = Retained(connection, self._body).empty_registrations(before, _AT_ONCE)
            self._done["registrations"] += count
            if not count:
                break
        with self._acting() as connection:
            held = Retained(connection, self._body).empty_quarantine(self._before(days[QUARANTINE]))
        self._done["quarantine"] += held

    def _old_audit(self, days: int) -> None:
        before, key = self._before(days), self._membership.key
        while True:
            with self._acting() as connection:
                log = AuditLog(connection, self._body)
                count = log.take_out(key, before=before, most=_AT_ONCE)
            self._done["audit"] += count
            if not count:
                break

    def _before(self, days: int) -> int:
        return self._membership.now() - days * (_DAY // timedelta(milliseconds=1))

    def _acting(self) -> AbstractContextManager[Transaction]:
        self._pause(_PAUSE_S)
        return self._membership.acting()


def _definitions(connection: Transaction, body: str) -> list[FairDefinition]:
    rows = Registry(connection, body).fairs()
    return [msgspec.json.decode(row.definition, type=FairDefinition) for row in rows]
