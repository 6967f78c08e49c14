"""What loading a tour's file would do to what is there: looked at before anything is written."""

from dataclasses import dataclass
from typing import Self

import msgspec

from server.rights.put_off import Times, times_with
from server.rules.fair import FairDefinition
from server.rules.person.marks import What
from server.rules.retention import VISITS
from server.rules.tour import TourDefinition
from server.rules.tour.difference import Change, difference, falsifications
from server.rules.tour.invited import is_card, without_numbers
from server.store.audit_log import Transaction
from server.store.erased import Erased
from server.store.ledger import Ledger
from server.store.members import Members
from server.store.registry import Registry
from wire.setup import Setup


@dataclass(frozen=True, slots=True)
class Loading:
    """A tour as it may be loaded: without those invited who were erased, or whose session's time is over.

    ``invited`` are the marks of those who are left, by fair and session. ``refusals`` say what loading would
    falsify of what was recorded: where there are any, nothing may be loaded.
    """

    tour: TourDefinition
    times: Times
    invited: dict[str, dict[str, list[str]]]
    refusals: list[str]
    changes: list[Change]

    @classmethod
    def of(cls, connection: Transaction, tour: TourDefinition, key: bytes, now: int) -> Self:
        """Look at what is there; ``key`` is that of the marks, ``now`` is ms UTC."""
        body = tour.body.id
        registry, ledger = Registry(connection, body), Ledger(connection, body)
        times = times_with(connection, body, tour.fairs, now)
        tour = _without_erased(connection, tour, key, times)
        invited = without_numbers(tour.invitees, key)
        before = {
            row.fair: msgspec.json.decode(row.definition, type=FairDefinition) for row in registry.fairs()
        }
        setups = {
            fair: msgspec.json.decode(content, type=Setup) for fair, (_, content) in registry.setups().items()
        }
        refusals = [
            words
            for definition in tour.fairs
            if (old := before.get(definition.fair.id)) is not None
            for words in falsifications(
                old,
                definition,
                has_facts=ledger.counts_anything(definition.fair.id),
                kiosks={row.name: row.booth for row in registry.kiosks() if row.fair == definition.fair.id},
            )
        ]
        invited_before = {fair: setup.invitees for fair, setup in setups.items()}
        return cls(tour, times, invited, refusals, difference(before, tour.fairs, invited_before, invited))

    @property
    def over(self) -> list[str]:
        """Name the tour's fairs that lie so far back that nobody is told any more who was there."""
        return [each.fair.id for each in self.tour.fairs if VISITS in self.times.over[each.fair.id]]


def _without_erased(
    connection: Transaction, tour: TourDefinition, key: bytes, times: Times
) -> TourDefinition:
    """Leave out who was erased of those invited to sessions, and all of a fair whose sessions are over.

    The organizer's file may have them still.
    """
    body = tour.body.id
    listed = {who for sessions in tour.invitees.values() for invited in sessions.values() for who in invited}
    erased, numbers = Erased(connection, body), {who for who in listed if not is_card(who)}
    gone = {*erased.when(What.CARD, listed - numbers, key), *erased.when(What.NUMBER, numbers, key)}
    # Whoever has that number now is somebody whom the body has taken in since.
    gone -= Members(connection, body).by_number(gone & numbers).keys()
    unlinked = erased.unlinked()
    invitees = {
        fair: {
            session: [who for who in invited if who not in gone and times.invites(fair, session, unlinked)]
            for session, invited in sessions.items()
        }
        for fair, sessions in tour.invitees.items()
    }
    return msgspec.structs.replace(tour, invitees=invitees)
