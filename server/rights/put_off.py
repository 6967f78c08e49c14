"""Fairs that are not over after all: put off, of a mistyped year, or with data kept longer."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

import msgspec

from server.rules.fair import FairDefinition
from server.rules.retention import SESSIONS, over_at
from server.store.audit_log import Transaction
from server.store.erased import Erased
from server.store.registry import Registry
from server.store.session_past import SessionPast


@dataclass(frozen=True, slots=True)
class Times:
    """What is over by the descriptions that are about to hold: ``over`` by fair.

    ``lifted`` are fairs, each with a purpose, whose facts were nobody's and will be somebody's again; what
    was forgotten before stays forgotten. ``attended`` are the sessions, by fair, that took place by then:
    who was invited to those is not written down a second time.
    """

    over: Mapping[str, frozenset[str]]
    lifted: frozenset[tuple[str, str]]
    attended: Mapping[str, frozenset[str]]

    def invites(self, fair: str, session: str, unlinked: Collection[tuple[str, str]]) -> bool:
        """Say whether a tour's file may name those who are invited to a session; ``unlinked`` as it was."""
        if (fair, SESSIONS) in self.lifted:
            return session not in self.attended[fair]
        return (fair, SESSIONS) not in unlinked


def times_with(connection: Transaction, body: str, described: Iterable[FairDefinition], now: int) -> Times:
    """Judge every fair's time at ``now``, ms UTC, as if these were described as they are here."""
    rows = Registry(connection, body).fairs()
    fairs = {row.fair: msgspec.json.decode(row.definition, type=FairDefinition) for row in rows}
    fairs |= {each.fair.id: each for each in described}
    tours: dict[str, list[FairDefinition]] = {}
    for each in fairs.values():
        tours.setdefault(each.fair.tour, []).append(each)
    over = {each.fair.id: frozenset(over_at(stops, now)) for stops in tours.values() for each in stops}
    unlinked = Erased(connection, body).unlinked()
    lifted = {(fair, purpose) for fair, purpose in unlinked if fair in over and purpose not in over[fair]}
    past = SessionPast(connection, body)
    attended = {fair: frozenset(past.attended(fair)) for fair, purpose in lifted if purpose == SESSIONS}
    return Times(over, frozenset(lifted), attended)


def lift(connection: Transaction, body: str, times: Times) -> None:
    """Let facts at fairs that are not over after all be somebody's again, and their sessions be to come."""
    Erased(connection, body).lift(times.lifted)
    for fair in times.attended:
        SessionPast(connection, body).drop_unattended(fair)
